# SPDX-License-Identifier: BSD-2-Clause
"""The real icon in the real panel of whoever started the tour, where there is a display."""

import contextlib
import os
import pwd
import subprocess
import sys

from helper import BUILD
from hosts import end

AKIN = os.path.join(BUILD, 'app', 'akin')
# What a graphical program needs to know of its session; sudo keeps some of it.
SESSION = ('DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_CURRENT_DESKTOP', 'XDG_SESSION_TYPE', 'LANG', 'LANGUAGE',
           'LC_ALL', 'LC_MESSAGES', 'PATH', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR')


def session():
    """The person's environment, or None where there is no display."""
    person = pwd.getpwuid(int(os.environ.get('SUDO_UID') or os.environ.get('PKEXEC_UID') or os.getuid()))
    environment = {name: os.environ[name] for name in SESSION if name in os.environ}
    environment |= {'HOME': person.pw_dir, 'USER': person.pw_name, 'LOGNAME': person.pw_name}
    runtime = environment.setdefault('XDG_RUNTIME_DIR', f'/run/user/{person.pw_uid}')
    if os.path.exists(f'{runtime}/bus'):
        environment.setdefault('DBUS_SESSION_BUS_ADDRESS', f'unix:path={runtime}/bus')
    if 'DISPLAY' not in environment and os.path.exists(f'{runtime}/wayland-0'):
        environment.setdefault('WAYLAND_DISPLAY', 'wayland-0')
    shown = 'DISPLAY' in environment or 'WAYLAND_DISPLAY' in environment
    return (person, environment) if shown else None


@contextlib.contextmanager
def in_panel(show, helper):
    """For the length of a `with` block, as who called sudo: a function that waits until she has seen enough."""
    found = session()
    if not found or not os.path.exists(AKIN):
        yield lambda: None
        return
    with open(os.path.join(helper.folder, 'akin.log'), 'w+', encoding='utf-8', errors='replace') as said:
        try:
            akin = _start(helper, *found, said)
        except OSError as error:
            show.line(f'(no icon: {error})')
            yield lambda: None
            return
        try:
            yield lambda: _linger(show, akin, said)
        finally:
            end(akin)


def _start(helper, person, environment, said):
    data = _install(helper.folder)
    environment['XDG_DATA_DIRS'] = f'{data}:{os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share")}'
    return subprocess.Popen([AKIN, '--socket', helper.socket, '--preferences'], env=environment, cwd='/',
                            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
                            **_identity(person))


def _linger(show, akin, said):
    if akin.poll() is not None:
        said.seek(0)
        why = said.read().strip().splitlines()[-1:] or ['an akin that ran already in this session was shown instead']
        show.line(f'\n(no icon of the tour’s: {why[0]})')
    elif sys.stdin.isatty():  # else there is nobody to wait for
        show.line('\nThe icon is in your panel, its window is open, and all of this network is behind it: switch\n'
                  'services, add a forward, block everything. Press Enter here to go on.')
        sys.stdin.readline()


def _identity(person):
    """For Popen: the person's own rights, which are no more than hers."""
    if os.getuid() == person.pw_uid:
        return {}
    return {'user': person.pw_uid, 'group': person.pw_gid,
            'extra_groups': os.getgrouplist(person.pw_name, person.pw_gid)}


def _install(folder):
    """Icons and translations, as an installation has them."""
    root = os.path.join(folder, 'installed')
    subprocess.run(['meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet', '--destdir', root], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return os.path.join(root, 'usr', 'share')
