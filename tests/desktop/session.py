# SPDX-License-Identifier: BSD-2-Clause
"""One desktop that exists only while a file of tests runs: screen, window manager, panel, notifications, buses.

    desktop = Desktop()
    with desktop:
        desktop.start(['akin'], **desktop.environment)

The screen is Xvfb's, behind a cookie; every folder that a desktop program writes to is below one scratch folder,
which is set before the bus starts, because what the bus starts gets the bus's environment.  Programs end by the ids
they were started with; those that the bus or the panel started are known by the scratch folder in their environment.
"""

import contextlib
import glob
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time

BUILD = os.path.abspath(os.environ.get('AKIN_BUILD') or os.path.join(os.path.dirname(__file__), '..', '..', 'build'))
PREFIX = 'akin-desktop-'
SCREEN = '1600x1300x24'
UP = 20  # seconds; it takes half of one
GRACE = 3
NOTIFYD = '/usr/lib/*/xfce4/notifyd/xfce4-notifyd'

# Programs of another user, who may look and change nothing, are on the bus too.
BUS = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
'''
# One panel along the top, with a tray at its right end.
PANEL = '''<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="true"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="26"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/><value type="int" value="2"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/><property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
'''


class Desktop:
    """All of it, for the length of a `with` block."""

    def __init__(self, build=BUILD):
        """`build` is the folder of what is tried."""
        self._build = build
        self._exit = contextlib.ExitStack()
        self.panel = self._notifyd = None

    def __enter__(self):
        with self._exit:
            sweep()
            self.folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix=f'{PREFIX}{os.getpid()}-'))
            os.chmod(self.folder, 0o755)
            self._exit.callback(end_all, self.folder)
            self._folders()
            self._install()
            self._screen()
            self._bus()
            self._programs()
            self._exit = self._exit.pop_all()
        return self

    def __exit__(self, *_):
        self._exit.close()

    # What tests do with it

    def start(self, command, environment=None, **options):
        """Starts a program of this desktop; it ends with the desktop at the latest."""
        process = subprocess.Popen(command, env=environment or self.environment, stdin=subprocess.DEVNULL,
                                   **{'start_new_session': True, **options})
        self._exit.callback(end, process)
        return process

    def run(self, *command, **options):
        """What a program of this desktop prints."""
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, timeout=UP,
                              stdin=subprocess.DEVNULL, **options)
        if done.returncode != 0:
            raise AssertionError(f'{" ".join(map(str, command))}: exit {done.returncode}: {done.stderr}')
        return done.stdout

    def start_panel(self, **environment):
        """Starts it and waits until its tray is there."""
        self.panel = self.start(['xfce4-panel', '--disable-wm-check'], {**self.environment, **environment},
                                stdout=self._log, stderr=self._log)
        self.run('gdbus', 'wait', '--session', '--timeout', str(UP), 'org.kde.StatusNotifierWatcher')

    def stop_panel(self):
        end(self.panel)
        self._wait_gone('org.kde.StatusNotifierWatcher')

    def clear_notifications(self):
        """Starts anew what draws notifications, so that none is on the screen."""
        if self._notifyd:
            end(self._notifyd)
            self._wait_gone('org.freedesktop.Notifications')
        self._notifyd = self.start([glob.glob(NOTIFYD)[0]], stdout=self._log, stderr=self._log)
        self.run('gdbus', 'wait', '--session', '--timeout', str(UP), 'org.freedesktop.Notifications')

    # Its beginning

    def _folders(self):
        names = {'HOME': 'home', 'XDG_CONFIG_HOME': 'home/config', 'XDG_CACHE_HOME': 'home/cache',
                 'XDG_DATA_HOME': 'home/data', 'XDG_RUNTIME_DIR': 'run'}
        folders = {name: os.path.join(self.folder, path) for name, path in names.items()}
        for path in folders.values():
            os.makedirs(path, mode=0o700, exist_ok=True)
        channel = os.path.join(folders['XDG_CONFIG_HOME'], 'xfce4/xfconf/xfce-perchannel-xml')
        os.makedirs(channel)
        with open(os.path.join(channel, 'xfce4-panel.xml'), 'w') as file:
            file.write(PANEL)
        self._log = self._exit.enter_context(open(os.path.join(self.folder, 'log'), 'w'))
        self.environment = {
            **folders,
            'XDG_DATA_DIRS': f'{self.folder}/installed/usr/share:/usr/local/share:/usr/share',
            'XDG_CONFIG_DIRS': f'{self.folder}/installed/etc/xdg:/etc/xdg',
            'XAUTHORITY': f'{self.folder}/cookie',
            'GSETTINGS_BACKEND': 'memory',
            'LC_ALL': 'C.UTF-8',
            'PATH': os.environ.get('PATH', '/usr/bin:/bin'),
            **{name: value for name, value in os.environ.items() if name.endswith('SAN_OPTIONS')},
        }

    def _install(self):
        """Icons, translations and the desktop file, as an installation has them."""
        subprocess.run(['meson', 'install', '-C', self._build, '--no-rebuild', '--quiet', '--destdir',
                        f'{self.folder}/installed'], check=True, stdin=subprocess.DEVNULL, stdout=self._log,
                       stderr=self._log)

    def _screen(self):
        """Whoever reads the cookie may draw: that is us, and programs that we start as another user."""
        with open(self.environment['XAUTHORITY'], 'wb') as file:
            file.write(struct.pack('>HHHH18sH16s', 0xFFFF, 0, 0, 18, b'MIT-MAGIC-COOKIE-1', 16, os.urandom(16)))
        read, write = os.pipe()
        self.start(['Xvfb', '-displayfd', str(write), '-screen', '0', SCREEN, '-nolisten', 'tcp',
                    '-auth', self.environment['XAUTHORITY']], pass_fds=[write], stdout=self._log, stderr=self._log)
        os.close(write)
        with open(read) as pipe:
            self.environment['DISPLAY'] = ':' + pipe.readline().strip()

    def _bus(self):
        config = os.path.join(self.folder, 'bus.conf')
        with open(config, 'w') as file:
            file.write(BUS.format(folder=self.folder))
        daemon = self.start(['dbus-daemon', '--nofork', '--print-address', '--config-file', config],
                            stdout=subprocess.PIPE, stderr=self._log, text=True)
        self.address = daemon.stdout.readline().strip()
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = self.address

    def _programs(self):
        self.start(['openbox'], stdout=self._log, stderr=self._log)
        self.start_panel()
        self.clear_notifications()

    def _wait_gone(self, name):
        """Waits until nobody owns a name of the bus."""
        while 'true' in self.run('gdbus', 'call', '--session', '--dest', 'org.freedesktop.DBus', '--object-path', '/',
                                 '--method', 'org.freedesktop.DBus.NameHasOwner', name):
            time.sleep(0.02)


def sweep():
    """Ends desktops that were killed before they could end themselves."""
    for folder in glob.glob(os.path.join(tempfile.gettempdir(), PREFIX + '*')):
        owner = os.path.basename(folder).removeprefix(PREFIX).split('-')[0]
        if owner.isdigit() and not os.path.exists('/proc/' + owner):
            end_all(folder)
            shutil.rmtree(folder, ignore_errors=True)


def end_all(folder):
    """Ends what the bus and the panel of a desktop started and what outlived them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + GRACE
        while (left := _programs_of(folder)) and time.monotonic() < deadline:
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
            time.sleep(0.05)


def _programs_of(folder):
    """Numbers of the processes that have the folder in their environment."""
    mark = f'XDG_RUNTIME_DIR={folder}/'.encode()
    found = []
    for path in glob.glob('/proc/[0-9]*/environ'):
        with contextlib.suppress(OSError), open(path, 'rb') as file:
            if mark in file.read():
                found.append(int(path.split('/')[2]))
    return [process for process in found if process != os.getpid()]


def end(process):
    """Asks a process to end, insists after a while."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout:
        process.stdout.close()


def folder_for(desktop, name, user=None):
    """A new folder in the desktop's, of another user's if one is named."""
    path = os.path.join(desktop.folder, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path, mode=0o700)
    if user is not None:
        os.chown(path, user, user)
    return path
