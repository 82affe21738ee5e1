# SPDX-License-Identifier: BSD-2-Clause
"""A copy of this computer to install things on: same files, own network, own processes, and nothing is kept.

    with Machine(sources, systemd=True) as machine:
        machine.run('./helper/install')
        machine.changed()

Its root is an overlay on ours, its network has one uplink and one VM network that lead nowhere, and with systemd
it is booted by the real one.  What was written there lies in the upper layer of the overlay, so that there is no
doubt about what an uninstallation leaves behind.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time

from hosts import end

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = '/mnt'  # where the machine has akin's sources, which do not count as changed
LAYERS = '/media'  # and the layers of its own root
SYSTEMD = '/lib/systemd/systemd'
# They would reach beyond the machine: the whole kernel's sysctls, modules, devices, clock.
MASKED = ('systemd-sysctl', 'systemd-modules-load', 'systemd-udevd', 'systemd-udev-trigger', 'systemd-binfmt',
          'systemd-random-seed', 'systemd-timesyncd', 'apparmor', 'ufw', 'firewalld', 'nftables')
DEVICES = ('null', 'zero', 'full', 'random', 'urandom', 'tty')
UP = 60
LIMIT = 300

# $1: an empty folder, $2: sources; then process 1. Namespaces are made, and their root is still ours.
BOOT = f'''
set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
sources=$2; cd "$1"; shift 2
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount --bind "$sources" root{SOURCES}
mount --bind . root{LAYERS}
mount -t proc proc root/proc
mount -t sysfs sysfs root/sys
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs root/$folder; done
chmod 1777 root/tmp
mkdir root/dev/pts root/dev/shm
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
for device in {' '.join(DEVICES)}; do touch root/dev/$device; mount --bind /dev/$device root/dev/$device; done
if [ "$1" = {SYSTEMD} ]; then
    mount -t cgroup2 cgroup2 root/sys/fs/cgroup
    mkdir -p root/run/systemd/system
    for unit in {' '.join(MASKED)}; do ln -s /dev/null root/run/systemd/system/$unit.service; done
fi
ip -batch - <<'LINKS'
link set lo up
link add en0 type veth peer name other
link add vboxnet0 type bridge
link add tap0 master vboxnet0 type veth peer name vm
link set en0 up
link set other up
link set vm up
link set tap0 up
link set vboxnet0 up
addr add 198.51.100.2/24 dev en0
addr add 192.168.56.1/24 dev vboxnet0
route add default via 198.51.100.1
LINKS
mkdir root/run/before
cd root
pivot_root . run/before
umount -l /run/before
rmdir /run/before
exec env -i container=akin PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
'''


class Machine:
    """Process 1 and what it started; all of it ends with the block."""

    def __init__(self, sources, systemd):
        self.systemd = systemd
        self._sources = sources
        self._exit = contextlib.ExitStack()
        self._folder = self._outer = self._first = None

    def __enter__(self):
        with self._exit:
            self._folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix='akin-machine-'))
            self._boot()
            self._exit.callback(self._end)
            self._wait()
            self._exit = self._exit.pop_all()
        return self

    def __exit__(self, *_):
        self._exit.close()

    def run(self, *command, check=True, timeout=LIMIT, **options):
        """Runs a command in the machine, in the folder of the sources; its output has both streams."""
        done = subprocess.run([*self._enter(), *command], text=True, timeout=timeout, **{
            'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.STDOUT, **options})
        if check and done.returncode != 0:
            raise AssertionError(f'{" ".join(command)}: exit {done.returncode}\n{done.stdout}')
        return done

    def start(self, *command):
        """Starts a command that the machine's end ends."""
        process = subprocess.Popen([*self._enter(), *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self._exit.callback(end, process)
        return process

    def write(self, path, text, mode=0o644):
        """A file of the machine."""
        self.run('sh', '-c', 'cat > "$0" && chmod "$1" "$0"', path, f'{mode:o}', stdin=None, input=text)

    def exists(self, path):
        return self.run('test', '-e', path, check=False).returncode == 0

    def changed(self):
        """Paths that were written, made or removed in the machine since it was switched on."""
        listed = self.run('find', LAYERS + '/upper', '-mindepth', '1', '-printf', '%y%P\n')
        paths = ((line[0], '/' + line[1:]) for line in listed.stdout.splitlines())
        return {path for kind, path in paths if kind != 'd' or not os.path.isdir(path)}

    def _boot(self):
        first = [SYSTEMD, '--system', '--unit=basic.target', '--log-target=journal'] if self.systemd \
            else ['sleep', 'infinity']
        namespaces = ['-m', '-n', '-p', '-u', '-i', *(['-C'] if self.systemd else [])]
        enter_group = None
        if self.systemd:
            group = self._exit.enter_context(_cgroup())
            enter_group = lambda: _write(group + '/cgroup.procs', '0')  # noqa: E731
        self._log = self._exit.enter_context(tempfile.TemporaryFile('w+'))
        self._outer = subprocess.Popen(
            ['unshare', *namespaces, '--fork', '--kill-child', 'bash', '-c', BOOT, 'bash', self._folder, self._sources,
             *first], stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True,
            preexec_fn=enter_group)

    def _wait(self):
        """Until process 1 is what it shall be, and systemd says that it has done what it was told."""
        deadline = time.monotonic() + UP
        wanted = 'systemd' if self.systemd else 'sleep'
        while self._name_of_first() != wanted or self.systemd and not self._is_up():
            if self._outer.poll() is not None or time.monotonic() > deadline:
                self._log.seek(0)
                raise RuntimeError(f'the machine does not start:\n{self._log.read()}')
            time.sleep(0.05)

    def _name_of_first(self):
        pid = self._outer.pid
        with contextlib.suppress(OSError, ValueError):
            with open(f'/proc/{pid}/task/{pid}/children') as file:
                self._first = int(file.read())
            with open(f'/proc/{self._first}/comm') as file:
                return file.read().strip()
        return None

    def _is_up(self):
        state = self.run('systemctl', 'is-active', 'basic.target', check=False).stdout.strip()
        return state == 'active'

    def _enter(self):
        spaces = ['-m', '-n', '-p', '-u', '-i', *(['-C'] if self.systemd else [])]
        return ['nsenter', '-t', str(self._first), *spaces, '-r', f'--wdns={SOURCES}', 'env', '-i', 'LC_ALL=C.UTF-8',
                'PATH=/usr/sbin:/usr/bin:/sbin:/bin']

    def _end(self):
        """Killing process 1 kills all of the machine, at once."""
        self._outer.kill()
        self._outer.wait()


def copy_sources(folder):
    """What a clone has, for the machine to build."""
    def left_out(path, names):
        top = os.path.samefile(path, ROOT)
        return [name for name in names if name in ('.git', '__pycache__') or top and name.startswith('build')]
    shutil.copytree(ROOT, folder, ignore=left_out, dirs_exist_ok=True, symlinks=True)


@contextlib.contextmanager
def _cgroup():
    """A control group of version 2 for a systemd to be the master of."""
    with open('/proc/mounts') as file:
        mounted = [line.split()[1] for line in file if line.split()[2] == 'cgroup2']
    group = os.path.join(mounted[0], f'akin-test-{os.getpid()}')
    os.mkdir(group)
    try:
        yield group
    finally:
        deadline = time.monotonic() + 10
        while os.path.isdir(group) and time.monotonic() < deadline:  # until the last of it has died
            for folder, _, _ in os.walk(group, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            time.sleep(0.02)


def _write(path, text):
    with open(path, 'w') as file:
        file.write(text)
