# SPDX-License-Identifier: BSD-2-Clause
"""The smallest system that boots: a distribution's kernel, a few of its modules, busybox and one script.

The kernel package is downloaded and unpacked into a folder of ours, never installed.
"""

import contextlib
import glob
import lzma
import os
import re
import shutil
import stat
import subprocess
import tempfile

META_PACKAGE = 'linux-image-cloud-amd64'
DIRECTORIES = ('bin', 'dev', 'etc', 'modules', 'proc', 'sys', 'tmp', 'www')


class Unavailable(RuntimeError):
    """This computer cannot run a guest; the message says what is missing."""


def kernel(cache):
    """The folder of an unpacked kernel package in `cache`; downloaded once, which takes some seconds."""
    unpacked = os.path.join(cache, 'kernel')
    if not os.path.exists(unpacked):
        os.makedirs(cache, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            _command(['dpkg-deb', '-x', _download(scratch), scratch + '/kernel'])
            with contextlib.suppress(FileExistsError):  # another test run was as quick
                os.rename(scratch + '/kernel', unpacked)
    return unpacked


def image(unpacked):
    """The kernel itself."""
    return glob.glob(unpacked + '/boot/vmlinuz-*')[0]


def build(unpacked, modules, script, target):
    """Writes an initramfs to `target` that loads `modules`, with what they need, and runs `script` as init."""
    busybox = shutil.which('busybox')
    if not busybox:
        raise Unavailable('busybox is missing: install busybox-static')
    loaded = _in_order(_modules(unpacked), modules)
    archive = Archive()
    for directory in DIRECTORIES:
        archive.add(directory, stat.S_IFDIR | 0o755)
    archive.add('dev/console', stat.S_IFCHR | 0o600, device=(5, 1))
    archive.add('bin/busybox', stat.S_IFREG | 0o755, _read(busybox))
    archive.add('init', stat.S_IFREG | 0o755, script.encode())
    archive.add('modules/order', stat.S_IFREG | 0o644, '\n'.join(name for name, _ in loaded).encode())
    for name, content in loaded:
        archive.add('modules/' + name, stat.S_IFREG | 0o644, content)
    with open(target, 'wb') as file:
        file.write(archive.finished())


class Archive:
    """A cpio archive of the kind the kernel unpacks (newc)."""

    def __init__(self):
        self._parts = []
        self._count = 0

    def add(self, name, mode, content=b'', device=(0, 0)):
        self._count += 1
        raw = name.encode() + b'\0'
        fields = (self._count, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(raw), 0)
        head = b'070701' + b''.join(b'%08X' % field for field in fields) + raw
        self._parts += [_padded(head), _padded(content)]

    def finished(self):
        self.add('TRAILER!!!', 0)
        return b''.join(self._parts)


def _padded(data):
    return data + bytes(-len(data) % 4)


def _download(folder):
    depends = _command(['apt-cache', 'depends', '--important', META_PACKAGE])
    package = re.search(r'Depends: (linux-image-\S+)', depends)
    if not package:
        raise Unavailable(f'apt knows no {META_PACKAGE}: try apt-get update')
    _command(['apt-get', 'download', package[1]], cwd=folder)
    return glob.glob(folder + '/*.deb')[0]


def _command(command, **options):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, **options)
    except FileNotFoundError as error:
        raise Unavailable(f'{command[0]} is missing; a guest needs a Debian kernel package') from error
    if done.returncode != 0:
        raise Unavailable(f'{" ".join(command)}: {done.stderr.strip()}')
    return done.stdout


def _modules(unpacked):
    """All modules by name; names mix - and _ freely, so one of the two."""
    found = glob.glob(unpacked + '/**/modules/**/*.ko*', recursive=True)
    return {os.path.basename(path).partition('.')[0].replace('-', '_'): path for path in found}


def _in_order(paths, wanted):
    """Names and contents of the modules, each after those it says it depends on."""
    done = {}

    def load(name):
        if name in done or name not in paths:  # what is not a module is built in
            return
        content = _read(paths[name])
        for needed in filter(None, _depends(content)):
            load(needed)
        done[name] = content

    for name in wanted:
        load(name)
    return list(done.items())


def _depends(module):
    """What a module's own information says; modules.dep exists only where a kernel was installed."""
    return re.search(rb'\0depends=([^\0]*)\0', module)[1].decode().replace('-', '_').split(',')


def _read(path):
    with (lzma.open if path.endswith('.xz') else open)(path, 'rb') as file:
        return file.read()
