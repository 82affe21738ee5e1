# SPDX-License-Identifier: BSD-2-Clause
"""Steady traffic, and what became of it: lost, leaked, or stalled while something else happened.

Measured by a process of its own, so that nothing the test does in the meantime is mistaken for the network.
Such a process is this file run as a program on sockets that it inherits: their namespaces come with them.
"""

import contextlib
import json
import select
import signal
import socket
import struct
import subprocess
import sys
import time

SO_RCVBUFFORCE = 33
LONGEST = 60  # no measurement runs longer, whatever was asked for
SLICE = 0.001


class Measurement:
    """A measurement under way; `result()` waits for its end and returns the numbers it found by name."""

    def __init__(self, host, what, sockets, **options):
        numbers = [handle.fileno() for handle in sockets]
        command = [sys.executable, '-I', '-S', __file__, what, json.dumps(numbers), json.dumps(options)]
        self._process = host.own(subprocess.Popen(
            command, pass_fds=numbers, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        self._found = None
        for handle in sockets:
            handle.close()
        self._process.stdout.readline()  # it says when it has begun

    def result(self):
        """The numbers, when its time is over."""
        if self._found is None:
            said = self._process.stdout.readline()
            if not said:
                raise RuntimeError('the measurement ended without a result')
            self._found = json.loads(said)
        return self._found

    def stop(self):
        """The numbers so far; it ends now.  A counter, which knows no end, is always ended this way."""
        self._process.stdin.close()
        return self.result()


def count(host, port):
    """Counts the packets of floods that get to a UDP port of this host, until stopped:
    received (distinct), repeated, longest_gap in seconds."""
    counter = host.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    counter.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    counter.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    counter.bind(('::', port))
    return Measurement(host, 'count', [counter])


def flood(host, address, port, pps=10000, seconds=1.0):
    """Sends numbered UDP packets at a steady rate: sent, refused (errors from ICMP or this host's own firewall)."""
    sender = host.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((address, port))
    return Measurement(host, 'flood', [sender], pps=pps, seconds=seconds)


def pulse(host, address, port, peer, seconds=1.0, interval=SLICE, peer_port=None):
    """Sends a byte to and fro over one TCP connection from this host to `peer` (seen from here as `address` and
    `port`): beats, and the longest_gap between two round trips in seconds, the stall that a user would feel."""
    with peer.socket(socket.AF_INET6, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.bind(('::', peer_port or port))
        server.listen()
        server.settimeout(2)
        near = host.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_STREAM)
        near.settimeout(2)
        near.connect((address, port))
        distant, _ = server.accept()
    for end in (near, distant):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Measurement(host, 'pulse', [near, distant], seconds=seconds, interval=interval)


# What follows runs in the process that measures.


def _told_to_stop():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def _flood(sender, pps, seconds):
    sender.setblocking(True)
    begin = time.monotonic()
    end = begin + min(seconds, LONGEST)
    sent = refused = 0
    while (now := time.monotonic()) < end:
        due = int((now - begin) * pps) + 1
        while sent < due:
            try:
                sender.send(struct.pack('!Q', sent))
            except OSError:
                refused += 1
            sent += 1
        time.sleep(SLICE)
    return {'sent': sent, 'refused': refused}


def _count(counter):
    numbers, packets, last, longest = set(), 0, None, 0.0
    deadline = time.monotonic() + LONGEST
    stopping = False
    while not stopping and time.monotonic() < deadline:
        stopping = sys.stdin in select.select([counter, sys.stdin], [], [], 1)[0]
        for data in _waiting(counter):
            now = time.monotonic()
            longest, last = max(longest, now - (last or now)), now
            packets += 1
            numbers.add(data)
    return {'received': len(numbers), 'repeated': packets - len(numbers), 'longest_gap': longest}


def _waiting(counter):
    """What the kernel has queued, also more than a second's worth of it, but not without end."""
    deadline = time.monotonic() + 1
    with contextlib.suppress(BlockingIOError):
        while time.monotonic() < deadline:
            yield counter.recv(64, socket.MSG_DONTWAIT)


def _pulse(near, distant, seconds, interval):
    last = now = time.monotonic()
    end = now + min(seconds, LONGEST)
    beats, longest = 0, 0.0
    for socket_ in (near, distant):
        socket_.settimeout(0.5)
    while now < end and not _told_to_stop():
        with contextlib.suppress(TimeoutError):
            _beat(near, distant)
            beats += 1
            last, longest = time.monotonic(), max(longest, time.monotonic() - last)
        time.sleep(interval)
        now = time.monotonic()
    return {'beats': beats, 'longest_gap': max(longest, now - last)}


def _beat(near, distant):
    near.send(b'x')
    distant.send(distant.recv(1))
    near.recv(1)


def main(what, numbers, options):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the test, which then ends us
    sockets = [socket.socket(fileno=number) for number in json.loads(numbers)]
    print('begun', flush=True)
    found = {'flood': _flood, 'count': _count, 'pulse': _pulse}[what](*sockets, **json.loads(options))
    print(json.dumps(found))


if __name__ == '__main__':
    main(*sys.argv[1:])
