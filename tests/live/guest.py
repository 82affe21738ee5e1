# SPDX-License-Identifier: BSD-2-Clause
"""A real virtual machine on the laptop's VM network, for what a namespace cannot prove.

    with Lab() as lab, Guest(lab) as vm:
        vm.run('wget -qO- http://192.0.2.80/')

It is emulated (no /dev/kvm needed), so it is slow to start and slow to compute, and quick enough to talk.
It obeys commands through a virtio port, not through the network that is being tested: one line to it, base64 of
a shell command, one line back, the exit code and base64 of the output.
"""

import base64
import contextlib
import os
import select
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass

import initramfs
from hosts import end
from initramfs import Unavailable
from lab import GATEWAY0, GUEST

CACHE = os.path.join(os.path.dirname(__file__), '..', '..', 'build', 'guest')
MODULES = ('virtio_pci', 'virtio_net', 'virtio_console', 'virtio_rng')
QEMU = 'qemu-system-x86_64'
PAGE = 'hello from the guest'

INIT = '''#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read -r module; do insmod /modules/$module; done < /modules/order
echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad
echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad
ip link set lo up
ip link set eth0 up
ip addr add {address.four}/24 dev eth0
ip addr add {address.six}/64 dev eth0
ip route add default via {gateway.four}
ip -6 route add default via {gateway.six}
echo '{page}' > /www/index.html
httpd -h /www -p 80
httpd -h /www -p 8080
while ! port=$(ls -d /dev/vport*p1 2>/dev/null); do sleep 0.05; done
exec 3<>$port
until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do sleep 0.05; done
echo ready >&3
while read -r order <&3; do
    echo "$order" | base64 -d > /tmp/order
    sh /tmp/order > /tmp/output 2>&1 < /dev/null 3>&-
    echo "$? $(base64 -w 0 < /tmp/output)" >&3
done
poweroff -f
'''


@dataclass(frozen=True)
class Done:
    """What became of a command: the output is both streams, as they came."""

    code: int
    output: str


class Guest:
    """A Linux guest on `bridge`, running from the end of `with` … on; `boot_seconds` says how long it took."""

    def __init__(self, lab, address=GUEST, gateway=GATEWAY0, bridge='vboxnet0', cache=CACHE, boot_limit=60):
        self._laptop, self._bridge = lab.laptop, bridge
        self.address4, self.address6 = self.addresses = address
        self._number = int(self.address4.rpartition('.')[2])
        self._script = INIT.format(address=address, gateway=gateway, page=PAGE)
        self._cache, self._boot_limit = os.path.abspath(cache), boot_limit
        self._exit = contextlib.ExitStack()
        self._process = self._folder = None
        self._unread = b''
        self.boot_seconds = None

    def __enter__(self):
        for needed in ('/dev/net/tun', shutil.which(QEMU) or QEMU):
            if not os.path.exists(needed):
                raise Unavailable(f'{needed} is missing: a guest needs it')
        unpacked = initramfs.kernel(self._cache)
        with self._exit:
            self._folder = self._exit.enter_context(tempfile.TemporaryDirectory(prefix='akin-guest-'))
            initramfs.build(unpacked, MODULES, self._script, self._file('initramfs'))
            self._boot(initramfs.image(unpacked))
            self._exit = self._exit.pop_all()  # it is up: nothing ends before __exit__
        return self

    def __exit__(self, *_):
        self._exit.close()

    def run(self, command, check=True, timeout=20):
        """Runs a shell command in the guest; unless told otherwise, failing is an exception."""
        self._process.stdin.write(base64.b64encode(command.encode()) + b'\n')
        self._process.stdin.flush()
        code, _, output = self._line(timeout).partition(b' ')
        done = Done(int(code), base64.b64decode(output).decode(errors='replace'))
        if check and done.code != 0:
            raise RuntimeError(f'guest: {command}: exit {done.code}\n{done.output}')
        return done

    def console(self):
        """What the guest's kernel and init have said so far."""
        try:
            with open(self._file('console'), errors='replace') as file:
                return file.read()
        except FileNotFoundError:
            return ''

    def _boot(self, kernel):
        begin = time.monotonic()
        tap = f'tap{self._number}'
        self._laptop.ip(f'tuntap add dev {tap} mode tap', f'link set {tap} master {self._bridge}',
                        f'link set {tap} up')
        self._exit.callback(self._laptop.ip, f'link del {tap}')
        self._process = self._laptop.start(
            [QEMU, '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none',
             '-machine', 'pc,accel=tcg', '-cpu', 'max', '-m', '192',
             '-kernel', kernel, '-initrd', self._file('initramfs'),
             '-append', 'console=ttyS0 panic=-1 loglevel=6 mitigations=off',
             '-serial', 'file:' + self._file('console'),
             '-netdev', f'tap,id=net,ifname={tap},script=no,downscript=no',
             '-device', f'virtio-net-pci,netdev=net,mac=52:54:00:00:00:{self._number:02x},romfile=',
             '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci',
             '-chardev', 'stdio,id=orders,signal=off', '-device', 'virtserialport,chardev=orders'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=False)
        self._exit.callback(end, self._process)
        if self._line(self._boot_limit) != b'ready':
            raise self._trouble('did not come up as expected')
        self.boot_seconds = time.monotonic() - begin

    def _line(self, timeout):
        """The next line from the guest."""
        deadline = time.monotonic() + timeout
        output = self._process.stdout.fileno()
        while b'\n' not in self._unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([output], [], [], left)[0]:
                raise self._trouble(f'said nothing for {timeout} seconds')
            some = os.read(output, 65536)
            if not some:
                raise self._trouble('is gone: ' + self._process.stderr.read().decode(errors='replace'))
            self._unread += some
        line, _, self._unread = self._unread.partition(b'\n')
        return line

    def _trouble(self, what):
        return RuntimeError(f'the guest {what}\nits console:\n{self.console()[-4000:]}')

    def _file(self, name):
        return os.path.join(self._folder, name)
