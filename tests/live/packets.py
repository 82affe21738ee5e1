# SPDX-License-Identifier: BSD-2-Clause
"""Packets made by hand, with any source one likes, and packets seen on a link.

    lab.neighbour.send_raw('eth0', lab.laptop.mac('en0'), udp('127.0.0.1', lab.laptop.address4, 40000, 53))

    with lab.vm1.sniff('eth0', lambda packet: packet.proto == 'udp') as seen:
        ...
        self.assertEqual(seen.packets(), [])

A packet socket sees what arrives before this host's firewall does, and what leaves after it.
"""

import ipaddress
import socket
import struct
import time
from dataclasses import dataclass

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6, ETH_P_ARP = 0x0003, 0x0800, 0x86dd, 0x0806
BROADCAST = b'\xff' * 6
SO_RCVBUFFORCE = 33
PROTOCOLS = {1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 58: 'icmp6'}
NUMBERS = {name: number for number, name in PROTOCOLS.items()}
FIN, SYN, RST, ACK = 1, 2, 4, 16
HOP_BY_HOP = 0
ROUTER_ALERT = bytes([0x05, 0x02, 0x00, 0x00, 0x01, 0x00])  # an IPv6 option, padded to eight with its header


@dataclass(frozen=True)
class Packet:
    """What was seen; fields that its kind does not have are None."""

    outgoing: bool
    mac_source: bytes
    mac_destination: bytes
    proto: str  # one of PROTOCOLS' names, 'arp', or a number as text
    source: str = None
    destination: str = None
    ttl: int = None
    source_port: int = None
    destination_port: int = None
    flags: int = None  # of TCP
    kind: int = None  # the type of ICMP, IGMP and ICMPv6
    code: int = None
    payload: bytes = b''


class Sniffer:
    """Collects from its making on; the kernel keeps what has not been looked at yet."""

    def __init__(self, host, link, match, outgoing):
        self._match, self._outgoing = match, outgoing
        self._socket = host.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        self._socket.bind((link, ETH_P_ALL))
        self._seen = []

    def packets(self, timeout=0.2, want=None):
        """All that matched so far, after `timeout` seconds, or as soon as there are `want` of them."""
        deadline = time.monotonic() + timeout
        while want is None or len(self._seen) < want:
            left = deadline - time.monotonic()
            if left < -1:  # what is queued still counts, but a flood must not hold us for ever
                break
            self._socket.settimeout(max(left, 0.0001))
            try:
                frame, address = self._socket.recvfrom(65536)
            except TimeoutError:
                break
            packet = parse(frame, address[2] == socket.PACKET_OUTGOING)
            if (self._outgoing or not packet.outgoing) and self._match(packet):
                self._seen.append(packet)
        return list(self._seen)

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def sniff(host, link, match=lambda packet: True, outgoing=False):
    """Watches a link of this host for packets that arrive, or with `outgoing` also for those it sends."""
    return Sniffer(host, link, match, outgoing)


def send_raw(host, link, destination_mac, packet, source_mac=None):
    """Puts an IPv4 or IPv6 packet on a link as it is, past this host's own firewall and routes."""
    kind = ETH_P_IPV6 if packet[0] >> 4 == 6 else ETH_P_IP
    frame = destination_mac + (source_mac or host.mac(link)) + struct.pack('!H', kind) + packet
    with host.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sender:
        sender.bind((link, 0))
        sender.send(frame)


def udp(source, destination, source_port, destination_port, payload=b'akin', ttl=64):
    head = struct.pack('!HHH', source_port, destination_port, 8 + len(payload))
    return _in_ip('udp', source, destination, head, payload, ttl)


def tcp(source, destination, source_port, destination_port, flags=SYN, sequence=1, acknowledge=0, ttl=64):
    head = struct.pack('!HHIIBBH', source_port, destination_port, sequence, acknowledge, 5 << 4, flags, 65535)
    return _in_ip('tcp', source, destination, head, bytes(2), ttl)


def icmp(source, destination, kind=None, code=0, body=b'\x12\x34\x00\x01akin', ttl=64):
    """An ICMP or ICMPv6 message, an echo request unless said otherwise; `body` begins after the checksum."""
    six = ':' in source
    kind = (128 if six else 8) if kind is None else kind
    return _in_ip('icmp6' if six else 'icmp', source, destination, struct.pack('!BB', kind, code), body, ttl)


def port_unreachable(source, quoted):
    """The ICMP error about a packet, to whoever sent that."""
    four = quoted[0] >> 4 == 4
    sender = ipaddress.ip_address(bytes(quoted[12:16] if four else quoted[8:24]))
    kind, code = (3, 3) if four else (1, 4)
    return icmp(source, str(sender), kind, code, bytes(4) + quoted)


def igmp_report(source, group):
    """An IGMPv2 membership report."""
    return _in_ip('igmp', source, group, struct.pack('!BB', 0x16, 0), socket.inet_aton(group), ttl=1)


def mld_report(source, group):
    """An MLDv1 report, which like every MLD message comes behind a router alert."""
    message = _sealed('icmp6', source, group, struct.pack('!BB', 131, 0), bytes(4) + _raw(group))
    option = bytes([NUMBERS['icmp6'], 0]) + ROUTER_ALERT
    return _ipv6(HOP_BY_HOP, source, group, option + message, hops=1)


def igmp_query():
    """A question to all hosts for their IPv4 groups, to be answered within a tenth of a second."""
    return _in_ip('igmp', '0.0.0.0', '224.0.0.1', struct.pack('!BB', 0x11, 1), bytes(4), ttl=1)


def mld_query(source):
    """The same for IPv6, from a link-local address."""
    message = _sealed('icmp6', source, 'ff02::1', struct.pack('!BB', 130, 0), struct.pack('!HH', 100, 0) + bytes(16))
    option = bytes([NUMBERS['icmp6'], 0]) + ROUTER_ALERT
    return _ipv6(HOP_BY_HOP, source, 'ff02::1', option + message, hops=1)


def router_advert(source, prefix, lifetime=60):
    """What makes hosts take an address in `prefix`, a /64, and `source` for a default router."""
    option = struct.pack('!BBBBIII', 3, 4, 64, 0xc0, lifetime, lifetime, 0) + _raw(prefix)
    return icmp(source, 'ff02::1', 134, body=struct.pack('!BBHII', 64, 0, lifetime, 0, 0) + option, ttl=255)


def esp(source, destination, payload=bytes(32)):
    """What IPsec carries its tunnels in; 50 is its number."""
    return (_ipv6 if ':' in source else _ipv4)(50, source, destination, payload, 64)


def multicast_mac(group):
    """The hardware address that a multicast group maps to."""
    raw = _raw(group)
    return b'\x33\x33' + raw[-4:] if len(raw) == 16 else b'\x01\x00\x5e' + bytes([raw[1] & 0x7f]) + raw[2:]


def checksum(data):
    """The Internet checksum."""
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def parse(frame, outgoing=False):
    """A frame as a Packet."""
    kind = int.from_bytes(frame[12:14], 'big')
    ends = outgoing, frame[6:12], frame[:6]
    if kind == ETH_P_IP:
        return _parse_ipv4(ends, frame[14:])
    if kind == ETH_P_IPV6:
        return _parse_ipv6(ends, frame[14:])
    return Packet(*ends, 'arp' if kind == ETH_P_ARP else hex(kind), payload=frame[14:])


def _parse_ipv4(ends, data):
    header = (data[0] & 15) * 4
    length = int.from_bytes(data[2:4], 'big')
    source, destination = socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])
    return _parse_inner(ends, data[9], data[header:length], source, destination, data[8])


def _parse_ipv6(ends, data):
    inner, following, hops = data[40:40 + int.from_bytes(data[4:6], 'big')], data[6], data[7]
    while following in (HOP_BY_HOP, 43, 60) and len(inner) >= 8:  # options and routing headers
        following, inner = inner[0], inner[(inner[1] + 1) * 8:]
    source, destination = (socket.inet_ntop(socket.AF_INET6, data[at:at + 16]) for at in (8, 24))
    return _parse_inner(ends, following, inner, source, destination, hops)


def _parse_inner(ends, number, data, source, destination, ttl):
    proto = PROTOCOLS.get(number, str(number))
    fields = {'payload': data}
    if proto in ('tcp', 'udp') and len(data) >= 8:
        ports = struct.unpack('!HH', data[:4])
        fields = {'source_port': ports[0], 'destination_port': ports[1], 'payload': data[8:]}
        if proto == 'tcp':
            fields |= {'flags': data[13], 'payload': data[(data[12] >> 4) * 4:]}
    elif proto in ('icmp', 'icmp6', 'igmp') and len(data) >= 4:
        fields = {'kind': data[0], 'code': data[1], 'payload': data[4:]}
    return Packet(*ends, proto, source, destination, ttl, **fields)


def _in_ip(proto, source, destination, head, body, ttl):
    message = _sealed(proto, source, destination, head, body)
    if ':' in source:
        return _ipv6(NUMBERS[proto], source, destination, message, ttl)
    return _ipv4(NUMBERS[proto], source, destination, message, ttl)


def _sealed(proto, source, destination, head, body):
    """Head, checksum, body; all but IPv4's own ICMP and IGMP sum up the addresses as well."""
    covered = b''
    if proto not in ('icmp', 'igmp'):
        length = len(head) + 2 + len(body)
        covered = _raw(source) + _raw(destination) + struct.pack('!II', length, NUMBERS[proto])
    summed = checksum(covered + head + bytes(2) + body)
    return head + struct.pack('!H', summed) + body


def _ipv4(number, source, destination, message, ttl):
    def header(summed):
        return struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(message), 1, 0x4000, ttl, number, summed) \
            + _raw(source) + _raw(destination)
    return header(checksum(header(0))) + message


def _ipv6(number, source, destination, message, hops):
    return struct.pack('!IHBB', 6 << 28, len(message), number, hops) + _raw(source) + _raw(destination) + message


def _raw(address):
    return ipaddress.ip_address(address).packed
