# SPDX-License-Identifier: BSD-2-Clause
"""Rows 9 and 10 of the traffic contract: what every host on a link must say and hear, and what nobody honest says."""

import time
import unittest

from contract import LOOPBACK, ContractCase, link_local, source_ports
from helper import wait_for
from lab import GATEWAY0, INTERNET, LAPTOP_A, NEIGHBOUR, VM1, VM3
from packets import BROADCAST, igmp_query, mld_query, multicast_mac, router_advert, udp

IGMP2_REPORT, IGMP3_REPORT = ('igmp', 0x16), ('igmp', 0x22)
MLD1_REPORT, MLD2_REPORT = ('icmp6', 131), ('icmp6', 143)


class Row9Essential(ContractCase):
    """What a computer needs to be on a network at all, also when every service is denied."""

    def setUp(self):
        super().setUp()
        allowed = [service['name'] for service in self.helper.json('services')['services']
                   if any(service[way] and service[way]['allowed'] for way in ('out', 'in'))]
        self.akinctl('deny', *allowed)
        self.laptop, self.neighbour = self.lab.laptop, self.lab.neighbour

    def test_dhcp_client(self):
        with self.neighbour.sniff('eth0', lambda packet: packet.destination_port in (67, 547)) as asked:
            self.assertEqual(self.laptop.datagram('255.255.255.255', 67, source_port=68, link='en0'), 'sent')
            self.assertEqual(self.laptop.datagram('ff02::1:2', 547, source_port=546, link='en0'), 'sent')
            self.assertEqual(len(asked.packets(1, want=2)), 2)

    def test_dhcp_answers(self):
        client4, client6 = self.serve(self.laptop, 68, 546, proto='udp')
        server, here = link_local(self.neighbour, 'eth0'), link_local(self.laptop, 'en0')
        for to, mac in (('255.255.255.255', BROADCAST), (LAPTOP_A.four, self.laptop.mac('en0'))):
            self.neighbour.send_raw('eth0', mac, udp(NEIGHBOUR.four, to, 67, 68))
        self.neighbour.send_raw('eth0', self.laptop.mac('en0'), udp(NEIGHBOUR.six, LAPTOP_A.six, 547, 546))
        self.neighbour.send_raw('eth0', self.laptop.mac('en0'), udp(server, here, 547, 546))
        wait_for(lambda: client4.seen == [NEIGHBOUR.four] * 2, 'both answers by DHCP')
        wait_for(lambda: client6.seen, 'the answer by DHCPv6')
        self.assertEqual([seen.partition('%')[0] for seen in client6.seen], [server])  # and none from off the link

    def test_neighbour_discovery(self):
        self.akinctl('allow', 'ssh')
        self.serve(self.laptop, 22)
        self.serve(self.lab.internet, 22)
        for _ in range(2):
            self.laptop.ip('neigh flush dev en0', 'neigh flush dev en1')
            self.neighbour.ip('neigh flush dev eth0')
            self.assertOpen(self.neighbour, LAPTOP_A, 22)
            self.assertOpen(self.laptop, INTERNET, 22)
            self.assertOpen(self.laptop, INTERNET, 22, link='en1')

    def test_router_discovery_while_forwarding(self):
        self.assertEqual(self.laptop.sysctl('net/ipv6/conf/all/forwarding'), '1')
        router = link_local(self.neighbour, 'eth0')
        for what in (['route', 'flush', 'dev', 'en0', 'proto', 'ra'], ['addr', 'flush', 'dev', 'en0', 'dynamic']):
            self.addCleanup(self.laptop.run, ['ip', '-6', *what])
        self.neighbour.send_raw('eth0', multicast_mac('ff02::1'), router_advert(router, '2001:db8:ada::'))
        wait_for(lambda: '2001:db8:ada:' in self.laptop.run(['ip', '-6', 'addr', 'show', 'en0']).stdout, 'an address')
        wait_for(lambda: router in self.laptop.run(['ip', '-6', 'route', 'show', 'default']).stdout, 'a route')

    def test_multicast_membership(self):
        """Told unasked, and again when a querier asks; over IPv6 in the words of the querier's version."""
        groups = '239.1.2.3', 'ff02::1234'
        querier = link_local(self.neighbour, 'eth0')
        with self.neighbour.sniff('eth0', self.is_the_laptops_report) as told:
            for group in groups:
                self.enterContext(self.laptop.join_group(group, 'en0'))
            wait_for(lambda: kinds(told) >= {IGMP3_REPORT, MLD2_REPORT}, 'reports')
        with self.neighbour.sniff('eth0', self.is_the_laptops_report) as answered:
            self.neighbour.send_raw('eth0', multicast_mac('224.0.0.1'), igmp_query())
            self.neighbour.send_raw('eth0', multicast_mac('ff02::1'), mld_query(querier))
            wait_for(lambda: kinds(answered) >= {IGMP2_REPORT, MLD1_REPORT}, 'answers to questions for groups')

    def is_the_laptops_report(self, packet):
        return packet.proto in ('igmp', 'icmp6') and packet.mac_source == self.laptop.mac('en0')


WITNESS = '''
table inet witness {
    counter passed { }
    chain behind_the_guard { type filter hook prerouting priority -290; udp dport 53 counter name passed; }
}'''


class Row10Forged(ContractCase):
    """No forged packet gets past the guard: rules of the test's own, right behind it, count those that do."""

    FROM_OUTSIDE = ['127.0.0.1', '127.9.9.9', VM1.four, VM3.four, GATEWAY0.four, '224.0.0.9', '255.255.255.255',
                    '::1', VM1.six, VM3.six, GATEWAY0.six, 'ff02::9']
    FROM_A_MACHINE = ['127.0.0.1', VM3.four, LAPTOP_A.four, INTERNET.four, '10.9.9.9', '224.0.0.9',
                      '::1', VM3.six, LAPTOP_A.six, GATEWAY0.six, INTERNET.six, '2001:db8:dead::9', 'ff02::9']

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.laptop.nft(WITNESS)

    def setUp(self):
        super().setUp()
        self.akinctl('allow', 'dns')
        self.server = self.serve(self.lab.laptop, 53, proto='udp')
        self.outside = (self.lab.neighbour, self.lab.laptop.mac('en0'))
        self.machine = (self.lab.vm1, self.lab.laptop.mac('vboxnet0'))

    def test_honest_packets_pass(self):
        for mine, here in zip(NEIGHBOUR, LAPTOP_A):
            self.assertEqual(self.passed(*self.outside, mine, here), 1)
        for mine, here in zip(VM1, GATEWAY0):
            self.assertEqual(self.passed(*self.machine, mine, here), 1)
        wait_for(lambda: sorted(self.server.seen) == sorted([*NEIGHBOUR, *VM1]), 'the server to see all four')

    def test_from_outside(self):
        with self.lab.vm1.sniff('eth0', is_forged) as inside:
            for forged in self.FROM_OUTSIDE:
                for target in (of_kind(forged, LAPTOP_A), of_kind(forged, VM1)):
                    with self.subTest(forged=forged, target=target):
                        self.assertEqual(self.passed(*self.outside, forged, target), 0)
            self.assertEqual(inside.packets(0), [])
        self.assertEqual(self.server.seen, [])

    def test_from_a_machine(self):
        with self.lab.internet.sniff('lana', is_forged) as outside, self.lab.vm3.sniff('eth0', is_forged) as inside:
            for forged in (*self.FROM_A_MACHINE, link_local(self.lab.laptop, 'vboxnet0')):
                for target in (of_kind(forged, GATEWAY0), of_kind(forged, INTERNET), of_kind(forged, VM3)):
                    with self.subTest(forged=forged, target=target):
                        self.assertEqual(self.passed(*self.machine, forged, target), 0)
            self.assertEqual(outside.packets(0) + inside.packets(0), [])
        self.assertEqual(self.server.seen, [])

    def test_to_loopback(self):
        """A forward makes 127.0.0.1 routable on the machines' network, for this computer's own use alone."""
        self.akinctl('forward', 'add', 'tcp', '80', f'{VM1.four}:80')
        self.assertEqual(self.lab.laptop.sysctl('net/ipv4/conf/vboxnet0/route_localnet'), '1')
        for mine, here in zip(VM1, LOOPBACK):
            self.assertEqual(self.passed(*self.machine, mine, here), 0)
        for mine, here in zip(NEIGHBOUR, LOOPBACK):
            self.assertEqual(self.passed(*self.outside, mine, here), 0)
        self.assertEqual(self.server.seen, [])

    def passed(self, host, mac, source, target):
        """How many get past the guard of one packet that a host sends."""
        before = self.count()
        host.send_raw('eth0', mac, udp(source, target, next(source_ports), 53, b'forged'))
        time.sleep(0.002)  # a packet between namespaces is there when send returns, on all but a busy computer
        return self.count() - before

    def count(self):
        listed = self.lab.laptop.run(['nft', 'list', 'counter', 'inet', 'witness', 'passed']).stdout
        return int(listed.split('packets')[1].split()[0])


def is_forged(packet):
    return packet.payload == b'forged'


def of_kind(address, pair):
    """Of a pair of addresses the one of the same kind of IP."""
    return pair.six if ':' in address else pair.four


def kinds(sniffer):
    return {(packet.proto, packet.kind) for packet in sniffer.packets(0)}


if __name__ == '__main__':
    unittest.main()
