# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the traffic contract share: its words, and what they look for among packets."""

import contextlib
import itertools

from helper import AkinCase
from lab import LAN_A, LAN_B, LAPTOP_A, LAPTOP_B, Address

PLAIN = 7777  # a port that belongs to no service
LOOPBACK = Address('127.0.0.1', '::1')
UPLINKS = {'en0': LAPTOP_A, 'en1': LAPTOP_B}
ALL = ('tcp', 'udp', 'ping')
source_ports = itertools.count(20000)  # no packet made by hand is mistaken for a part of an earlier connection


class ContractCase(AkinCase):
    """Whatever a test does, no packet with a machine's own address may ever be seen outside."""

    def setUp(self):
        super().setUp()
        self.unmasked = [self.enterContext(self.lab.internet.sniff(link, is_of_a_machine)) for link in ('lana', 'lanb')]

    def tearDown(self):
        for sniffer in self.unmasked:
            self.assertEqual(sniffer.packets(0), [], 'packets that left without NAT')

    @contextlib.contextmanager
    def routed_by(self, link):
        """The laptop's best default routes are those of `link`."""
        gateways = {'en0': LAN_A.at(1), 'en1': LAN_B.at(1)}[link]
        routes = [f'default via {gateway} dev {link} metric 50' for gateway in gateways]
        self.lab.laptop.ip(*(f'route add {route}' for route in routes))
        try:
            yield
        finally:
            self.lab.laptop.ip(*(f'route del {route}' for route in routes))


def is_of_a_machine(packet):
    return packet.source is not None and packet.source.startswith(('192.168.5', 'fd00:5'))


def is_traffic(packet):
    """Not what hosts say to each other unasked: ARP, neighbour discovery, multicast membership."""
    return packet.source is not None and not (packet.proto == 'icmp6' and packet.kind in (133, 134, 135, 136, 143)
                                              or packet.proto == 'igmp')


def is_from_the_laptop(packet):
    return is_traffic(packet) and packet.source in (*LAPTOP_A, *LAPTOP_B)


def is_prohibition(packet):
    """Destination unreachable: administratively prohibited."""
    return (packet.proto, packet.kind, packet.code) in (('icmp', 3, 13), ('icmp6', 1, 1))


def link_local(host, link):
    """A link's own IPv6 address, which the kernel gives it."""
    listed = host.run(['ip', '-6', '-oneline', 'addr', 'show', 'dev', link, 'scope', 'link']).stdout
    return listed.split('inet6 ')[1].split('/')[0]
