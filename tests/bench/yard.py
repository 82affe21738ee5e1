# SPDX-License-Identifier: BSD-2-Clause
"""The smallest network in which a computer guards a VM, one for every contestant:

    vm --- vboxnet0 [ laptop ] en0 --- internet

Made of the same hosts as tests/live/lab.py, only fewer: what is measured is the laptop, not the lab.
"""

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'live'))

import namespaces  # noqa: E402
from hosts import Host, end  # noqa: E402

VM, GATEWAY = '192.168.56.101', '192.168.56.1'
LAPTOP, NEAR = '198.51.100.2', '198.51.100.1'
INTERNET = '192.0.2.80'
VM_NETWORK = '192.168.56.0/24'

# Memory, so that a contestant's files cost no disk unless that is what is measured.
MEMORY = '/dev/shm'

_serial = itertools.count(1)


class Loop:
    """A program that does timed steps when asked (loop.h), and keeps open between them what it holds open."""

    def __init__(self, host, command, **options):
        self._process = host.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
        if self._process.stdout.readline().strip() != 'ready':
            raise RuntimeError(f'{" ".join(map(str, command))}: did not start')

    def times(self, count, pause=0):
        """Has it do `count` steps with `pause` seconds between them: how long each took, in microseconds."""
        self._process.stdin.write(f'{count} {pause * 1e6:.0f}\n')
        self._process.stdin.flush()
        took = self._process.stdout.readline().split()
        if not took:
            raise RuntimeError(f'{" ".join(self._process.args)}: failed')
        return [float(number) for number in took]

    def close(self):
        end(self._process)


class Yard:
    """The network above for the length of a `with` block; `folder` is in memory and goes with it."""

    def __init__(self):
        self._prefix = f'{namespaces.PREFIX}-{os.getpid()}-bench{next(_serial)}-'
        self._exit = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self.folder = tempfile.mkdtemp(prefix='akin-bench-', dir=MEMORY)
            undo.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self.vm = self._host(undo, 'vm', VM)
            self.laptop = self._host(undo, 'laptop', LAPTOP)
            self.internet = self._host(undo, 'internet', INTERNET)
            self._connect()
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_):
        self._exit.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        """A file in the folder; its path."""
        with open(self.path(name), 'w') as file:
            file.write(text)
        return self.path(name)

    def _host(self, undo, label, address):
        namespace = self._prefix + label
        undo.callback(namespaces.remove, namespace)
        namespaces.ip('netns', 'add', namespace)
        host = Host(label, namespace, (address, None))
        undo.callback(host.close)
        host.sysctl('net/ipv4/conf/all/rp_filter', 0)
        host.sysctl('net/ipv6/conf/all/disable_ipv6', 1)  # its chatter would be woken up for
        host.path = f'{namespaces.DIRECTORY}/{namespace}'
        return host

    def _connect(self):
        self.laptop.ip(
            'link set lo up',
            f'link add vboxnet0 type veth peer name eth0 netns {self.vm.namespace}',
            f'link add en0 type veth peer name lan netns {self.internet.namespace}')
        self.vm.ip('link set lo up', f'addr add {VM}/24 dev eth0', 'link set eth0 up',
                   f'route add default via {GATEWAY}')
        self.internet.ip('link set lo up', f'addr add {INTERNET}/32 dev lo', f'addr add {NEAR}/24 dev lan',
                         'link set lan up')
        self.laptop.ip(f'addr add {GATEWAY}/24 dev vboxnet0', 'link set vboxnet0 up',
                       f'addr add {LAPTOP}/24 dev en0', 'link set en0 up', f'route add default via {NEAR}')


class Cell:
    """A host of a yard in which files are its own: for programs that know but one place for their settings."""

    def __init__(self, yard, host, own):
        """`own`: paths of the system that are copied for it; what happens to them stays in the yard."""
        self._host = host
        script = ['set -e']
        for number, path in enumerate(own):
            copy = yard.path(f'own{number}')
            if os.path.isdir(path):
                shutil.copytree(path, copy, symlinks=True, ignore=_no_sockets)
            else:
                shutil.copy2(path, copy)
            script.append(f'mount --bind {copy} {path}')
        for path in ('/run', '/var/log'):
            script.append(f'mount -t tmpfs none {path}')
        script += ['echo ready', 'exec sleep infinity']
        self._holder = host.start(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', '\n'.join(script)],
                                  stdout=subprocess.PIPE)
        if self._holder.stdout.readline().strip() != 'ready':
            raise RuntimeError(f'{host.label}: no files of its own')

    def _inside(self, command):
        return ['nsenter', '-m', '-n', '-t', str(self._holder.pid), '--', *command]

    def run(self, command, **options):
        return self._host.run(self._inside(command), **options)

    def start(self, command, **options):
        return self._host.start(self._inside(command), **options)


def _no_sockets(folder, names):
    return [name for name in names if not os.path.isdir(os.path.join(folder, name))
            and not os.path.isfile(os.path.join(folder, name))]
