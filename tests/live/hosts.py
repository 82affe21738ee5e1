# SPDX-License-Identifier: BSD-2-Clause
"""One host of the lab: a namespace, what runs in it, and the probes one can make from it."""

import contextlib
import os
import socket
import subprocess
import weakref

import namespaces
import packets
import probes
import servers
import traffic

TIME_LIMIT = 20
GRACE = 3


class Host:
    """A namespace with a name.  Its probes are the functions of the modules they come from, made methods."""

    connect = probes.connect
    ping = probes.ping
    hold = probes.hold
    datagram = probes.datagram
    join_group = probes.join_group
    listen = servers.listen
    sniff = packets.sniff
    send_raw = packets.send_raw
    count = traffic.count
    flood = traffic.flood
    pulse = traffic.pulse

    def __init__(self, label, namespace, address):
        self.label = label
        self.namespace = namespace
        self.address4, self.address6 = address
        self.addresses = address
        self._descriptor = os.open(f'{namespaces.DIRECTORY}/{namespace}', os.O_RDONLY | os.O_CLOEXEC)
        self._sockets = weakref.WeakSet()
        self._processes = []

    def __repr__(self):
        return f'<{self.label}>'

    def run(self, command, check=True, timeout=TIME_LIMIT, **options):
        """Runs a command here to its end; a failure's message says what the command said."""
        done = subprocess.run(self._command(command), text=True, timeout=timeout,
                              **{'capture_output': True, **options})
        if check and done.returncode != 0:
            raise RuntimeError(f'{self.label}: {" ".join(command)}: exit {done.returncode}\n{done.stderr}')
        return done

    def start(self, command, **options):
        """Starts a command here that the lab ends at its own end at the latest."""
        options = {'stdin': subprocess.DEVNULL, 'start_new_session': True, 'text': True, **options}
        process = subprocess.Popen(self._command(command), **options)
        self._processes.append(process)
        return process

    def ip(self, *lines):
        """Carries out lines of the `ip` command, all in one go; a list, where one line asks for it, is returned."""
        return namespaces.ip('-n', self.namespace, script=''.join(line + '\n' for line in lines))

    def nft(self, rules):
        """Loads rules by hand, for labs that run without akin."""
        self.run(['nft', '-f', '-'], input=rules)

    def sysctl(self, name, value=None):
        """The value of net/… in this namespace; sets it first if a value is given."""
        with self.inside():
            with open('/proc/sys/' + name, 'r' if value is None else 'w') as file:
                if value is None:
                    return file.read().strip()
                file.write(str(value))
        return str(value)

    def mac(self, link):
        """The hardware address of a link, as bytes."""
        with self.socket(socket.AF_PACKET, socket.SOCK_RAW) as handle:
            handle.bind((link, 0))
            return handle.getsockname()[4]

    def inside(self):
        """For the block, the calling thread is in this host: open what you need, then step out."""
        return namespaces.inside(self._descriptor)

    def socket(self, family, kind, protocol=0):
        """A socket of this host, closed with the lab at the latest: an open socket keeps a namespace alive."""
        with self.inside():
            return self.keep(socket.socket(family, kind, protocol))

    def keep(self, handle):
        """Has a socket closed with the lab."""
        self._sockets.add(handle)
        return handle

    def own(self, process):
        """Has a process ended with the lab."""
        self._processes.append(process)
        return process

    def close(self):
        for process in reversed(self._processes):
            end(process)
        for handle in list(self._sockets):
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits in it
            handle.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _command(self, command):
        return ['ip', 'netns', 'exec', self.namespace, *map(str, command)]


def end(process):
    """Asks a process to end, insists after a while, and leaves no zombie."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
