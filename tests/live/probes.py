# SPDX-License-Identifier: BSD-2-Clause
"""What one host finds when it tries to reach another, in five words.

    open         an answer came
    refused      the other end, or a firewall on the way, said no: TCP reset, ICMP port unreachable
    unreachable  an ICMP error other than that, or no route
    timeout      nothing came at all: dropped silently, or lost
    denied       this host's own kernel would not let the packet out

Functions here take the host that probes as their first argument; they are methods of Host.
"""

import contextlib
import errno
import os
import re
import select
import socket
import struct
import time
from dataclasses import dataclass

from packets import checksum

VERDICTS = {
    errno.ECONNREFUSED: 'refused',
    errno.ECONNRESET: 'refused',
    errno.EHOSTUNREACH: 'unreachable',
    errno.ENETUNREACH: 'unreachable',
    errno.EACCES: 'unreachable',  # how IPv6 says "administratively prohibited"
    errno.EPROTO: 'unreachable',
}
REQUEST = b'GET / HTTP/1.0\r\n\r\n'
SOURCE = re.compile(rb'^Source: (\S+) (\d+)\r?$', re.MULTILINE)
RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}


@dataclass(frozen=True)
class Result:
    """What a probe found, after how many seconds, and the address the other end saw it come from."""

    verdict: str
    elapsed: float
    source: str = None
    source_port: int = None
    reply: bytes = b''

    def __str__(self):
        return self.verdict


def connect(host, address, port, proto='tcp', timeout=1.0, source_port=0, link=None):
    """Asks `address` for a page; whether any answer came is the verdict, `source` is what a lab server saw."""
    kind = socket.SOCK_STREAM if proto == 'tcp' else socket.SOCK_DGRAM
    begin = time.monotonic()
    answered = None
    with _to(host, address, kind, timeout, link) as probe:
        try:
            if source_port:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(('', source_port))
            probe.connect(_name(host, address, port))
            if proto == 'tcp':
                answered = time.monotonic() - begin
            probe.send(REQUEST)
            reply = _answer(probe)
        except OSError as error:
            reply, verdict = b'', _verdict(error, probe)
            if answered is None or verdict != 'timeout':
                return Result(verdict, time.monotonic() - begin)
    seen = SOURCE.search(reply)
    return Result('open', answered or time.monotonic() - begin,
                  seen and seen[1].decode(), seen and int(seen[2]), reply)


def ping(host, address, count=1, timeout=1.0, size=56):
    """The verdict on `count` echo requests, one after the other: 'open' if the last was answered."""
    for number in range(1, count + 1):
        result = _ping_once(host, address, number, timeout, size)
    return result


class Held:
    """A connection that stays open, to find out whether it survives."""

    def __init__(self, host, address, port, proto='tcp', timeout=1.0):
        kind = socket.SOCK_STREAM if proto == 'tcp' else socket.SOCK_DGRAM
        self._socket = host.socket(family_of(address), kind)
        self._socket.settimeout(timeout)
        self._proto = proto
        self._owed = 0  # bytes of a stream that have not come back yet
        self._socket.connect(_name(host, address, port))

    def echo(self, payload=b'x', timeout=1.0):
        """Whether the other end, a lab server, gives back these bytes in time."""
        self._socket.settimeout(timeout)
        try:
            if self._proto == 'udp':
                self._drain()
                self._socket.send(payload)
                return self._socket.recv(65536).endswith(payload)
            return self._echo_stream(payload)
        except OSError:
            return False

    @property
    def port(self):
        """Its own end's."""
        return self._socket.getsockname()[1]

    def error(self):
        """What the network has told of it since it was last asked, an errno, or 0."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _echo_stream(self, payload, piece=16384):
        """What an earlier echo waited for in vain comes back first, once the way is free."""
        for begin in range(0, len(payload), piece):
            sent = payload[begin:begin + piece]
            self._socket.sendall(sent)
            self._owed += len(sent)
            back = b''
            while self._owed:
                some = self._socket.recv(self._owed)
                if not some:
                    return False
                self._owed -= len(some)
                back += some
            if not back.endswith(sent):
                return False
        return True

    def _drain(self):
        """Forgets datagrams that came too late for an earlier echo."""
        while select.select([self._socket], [], [], 0)[0]:
            self._socket.recv(65536)


def hold(host, address, port, proto='tcp', timeout=1.0):
    """Opens a connection to a lab server that can be asked later whether it is still alive."""
    return Held(host, address, port, proto, timeout)


def datagram(host, address, port, payload=b'akin', source_port=0, link=None):
    """Sends one UDP packet, to broadcast and multicast too, as a DHCP client does; 'sent' or a verdict."""
    with _to(host, address, socket.SOCK_DGRAM, 1.0, link) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sender.bind(('', source_port))
            sender.sendto(payload, _name(host, address, port, link))
        except OSError as error:
            return _verdict(error, sender)
    return 'sent'


def join_group(host, group, link):
    """Makes the kernel report membership of a multicast group, by IGMP or MLD, until the socket is closed."""
    member = _to(host, group, socket.SOCK_DGRAM, 1.0)
    with host.inside():
        index = socket.if_nametoindex(link)
    raw = socket.inet_pton(member.family, group)
    if member.family == socket.AF_INET6:
        member.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, raw + struct.pack('@I', index))
    else:
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack('@4s4si', raw, bytes(4), index))
    return member


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def _to(host, address, kind, timeout, link=None, protocol=0):
    """A socket of the address's family.  But for TCP, it is told of every ICMP error, not only of the deadly ones;
    TCP is as any program has it, because that option hides that a rejection may take it a second to notice."""
    probe = host.socket(family_of(address), kind, protocol)
    probe.settimeout(timeout)
    if kind != socket.SOCK_STREAM:
        probe.setsockopt(*RECVERR[probe.family], 1)
    if link:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.encode())
    return probe


def _answer(probe):
    """A datagram; or the beginning of what a stream brings, up to its end if that comes in time."""
    answer = probe.recv(65536)
    if probe.type == socket.SOCK_STREAM:
        with contextlib.suppress(OSError):
            while len(answer) < 65536 and (more := probe.recv(65536)):
                answer += more
    return answer


def _name(host, address, port, link=None):
    """The socket name of an address; link-local ones and multicast need the number of their link."""
    if ':' not in address:
        return address, port
    address, _, scope = address.partition('%')
    if not (scope or link):
        return address, port
    with host.inside():
        return address, port, 0, socket.if_nametoindex(scope or link)


def _verdict(error, probe):
    if isinstance(error, TimeoutError):
        return 'timeout'
    if error.errno == errno.EPERM:  # our own firewall stopped it; if it was polite, it also sends us the reason
        select.select([probe], [], [], 0.02)
        reason = probe.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return VERDICTS.get(reason, 'denied')
    if error.errno not in VERDICTS:
        raise error
    return VERDICTS[error.errno]


def _ping_once(host, address, number, timeout, size):
    six = ':' in address
    request, answer = (128, 129) if six else (8, 0)
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    mark = os.urandom(2)
    message = _echo_request(request, mark, number, size)
    expected = mark + struct.pack('!H', number)
    begin = time.monotonic()
    verdict = 'timeout'
    with _to(host, address, socket.SOCK_RAW, timeout, protocol=protocol) as probe:
        with contextlib.suppress(TimeoutError):
            try:
                probe.connect(_name(host, address, 0))
                probe.send(message)
                while verdict != 'open':
                    probe.settimeout(max(begin + timeout - time.monotonic(), 0.0001))
                    packet = probe.recv(65536)
                    header = 0 if six else (packet[0] & 15) * 4
                    if packet[header] == answer and packet[header + 4:header + 8] == expected:
                        verdict = 'open'
            except OSError as error:
                verdict = _verdict(error, probe)
    return Result(verdict, time.monotonic() - begin)


def _echo_request(kind, mark, number, size):
    """The kernel fills in the checksum for IPv6, and not for IPv4."""
    body = mark + struct.pack('!H', number) + bytes(size)
    return struct.pack('!BBH', kind, 0, checksum(struct.pack('!BBH', kind, 0, 0) + body)) + body
