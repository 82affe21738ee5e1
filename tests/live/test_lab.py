#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The lab itself: whether its probes tell apart what they must, without akin, on rules written by hand.

    sudo tests/live/test_lab.py [-v]
"""

import os
import signal
import subprocess
import sys
import time
import unittest
from unittest import mock

import namespaces
from guest import PAGE, Guest, Unavailable
from lab import FAR, INTERNET, LAPTOP_A, LAPTOP_B, NOBODY, VM1, Lab
from packets import BROADCAST, RST, icmp, igmp_report, mld_report, multicast_mac, tcp, udp

NAT = '''
table inet byhand {
    chain leave { type nat hook postrouting priority srcnat; oifname { "en0", "en1" } masquerade; }
}'''
FILTER = '''
table inet byhand {
    chain out {
        type filter hook output priority filter
        udp dport 1001 drop
        udp dport 1002 reject with icmpx admin-prohibited
        tcp dport 1002 reject with tcp reset
        tcp dport 1003 drop
        icmp type echo-request ip daddr 198.51.100.9 drop
    }
    chain through {
        type filter hook forward priority filter
        meta l4proto { tcp, udp } th dport 1001 drop
        meta l4proto { tcp, udp } th dport 1002 reject with icmpx admin-prohibited
        tcp dport 1003 reject with tcp reset
        udp dport 1003 reject with icmpx port-unreachable
    }
}'''


class LabCase(unittest.TestCase):
    """One lab per class, whose laptop forwards and does NAT by hand."""

    rules = NAT

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())
        cls.lab.laptop.sysctl('net/ipv4/ip_forward', 1)
        cls.lab.laptop.sysctl('net/ipv6/conf/all/forwarding', 1)
        cls.lab.laptop.nft(cls.rules)

    def verdicts(self, host, addresses, port, proto='tcp', timeout=0.3):
        return [host.connect(address, port, proto, timeout).verdict for address in addresses]


class Reach(LabCase):
    def test_open_and_refused(self):
        for proto in ('tcp', 'udp'):
            with self.lab.internet.listen(proto, 80) as server:
                self.assertEqual(self.verdicts(self.lab.laptop, INTERNET, 80, proto, 2), ['open', 'open'])
                self.assertEqual(server.seen, list(LAPTOP_A))
            self.assertEqual(self.verdicts(self.lab.laptop, INTERNET, 80, proto, 2), ['refused', 'refused'])

    def test_nobody_and_nowhere(self):
        for ip in ('ipv4', 'ipv6'):  # three seconds of asking for a neighbour is what a kernel gives it
            self.lab.neighbour.sysctl(f'net/{ip}/neigh/eth0/retrans_time_ms', 100)
        for proto in ('tcp', 'udp'):
            self.assertEqual(self.verdicts(self.lab.neighbour, NOBODY, 80, proto, 2), ['unreachable'] * 2)
        self.assertEqual([self.lab.internet.ping(address).verdict for address in VM1], ['unreachable'] * 2)

    def test_machines_leave_with_the_laptops_address(self):
        with self.lab.internet.listen('tcp', 80), self.lab.internet.listen('udp', 53):
            for proto, port in (('tcp', 80), ('udp', 53)):
                seen = [self.lab.vm1.connect(address, port, proto).source for address in INTERNET]
                self.assertEqual(seen, list(LAPTOP_A))

    def test_ping(self):
        for address in (*INTERNET, *FAR, *self.lab.vm2.addresses, *self.lab.vm3.addresses):
            self.assertEqual(self.lab.vm1.ping(address, count=2).verdict, 'open', address)

    def test_the_second_uplink_takes_over(self):
        self.addCleanup(self.lab.join, 'en0')
        with self.lab.internet.listen('tcp', 80):
            self.lab.leave('en0')
            self.assertEqual([self.lab.vm1.connect(address, 80).source for address in INTERNET], list(LAPTOP_B))
            self.lab.join('en0')
            self.assertEqual([self.lab.vm1.connect(address, 80).source for address in INTERNET], list(LAPTOP_A))

    def test_vm_networks_go_and_come(self):
        self.addCleanup(self.lab.vm_networks, 'up')
        self.lab.vm_networks('down')
        self.assertNotEqual(self.lab.vm1.ping(INTERNET.four, timeout=0.2).verdict, 'open')
        self.lab.vm_networks('up')
        self.assertEqual([self.lab.vm1.ping(address).verdict for address in INTERNET], ['open'] * 2)

    def test_a_pulled_cable(self):
        self.addCleanup(self.lab.plug, 'en0')
        self.lab.unplug('en0')
        self.assertIn('NO-CARRIER', self.lab.laptop.run(['ip', 'link', 'show', 'en0']).stdout)
        self.lab.plug('en0')
        self.assertNotIn('NO-CARRIER', self.lab.laptop.run(['ip', 'link', 'show', 'en0']).stdout)

    def test_a_narrow_path_is_discovered(self):
        with self.lab.far.listen('tcp', 80):
            for address in FAR:
                with self.lab.vm1.sniff('eth0', lambda packet: (packet.proto, packet.kind, packet.code) in
                                        (('icmp', 3, 4), ('icmp6', 2, 0))) as errors:
                    with self.lab.vm1.hold(address, 80) as held:
                        self.assertTrue(held.echo(os.urandom(100000), timeout=3))
                    self.assertTrue(errors.packets(want=1), 'the path was not too narrow for anything sent')

    def test_a_server_on_one_address_and_a_client_on_one_port_and_link(self):
        for address, source in zip(INTERNET, LAPTOP_B):
            with self.lab.internet.listen('udp', 53, address), self.lab.laptop.hold(address, 53, 'udp') as held:
                self.assertTrue(held.echo(b'hello') and held.echo(b'again'))
                seen = self.lab.laptop.connect(address, 53, 'udp', source_port=5353, link='en1')
                self.assertEqual((seen.source, seen.source_port), (source, 5353))

    def test_a_held_connection_tells_when_it_is_cut(self):
        with self.lab.internet.listen('tcp', 80):
            held = self.enterContext(self.lab.vm1.hold(INTERNET.four, 80))
            self.assertTrue(held.echo(b'hello'))
        self.lab.laptop.nft('add table inet cut; add chain inet cut everything '
                            '{ type filter hook forward priority 0; policy drop; }\n')
        self.addCleanup(self.lab.laptop.nft, 'delete table inet cut')
        self.assertFalse(held.echo(b'hello', timeout=0.2))


class Refusals(LabCase):
    rules = NAT + FILTER

    def test_on_the_way_through(self):
        expected = {1001: 'timeout', 1002: 'unreachable', 1003: 'refused'}
        for proto in ('tcp', 'udp'):
            for port, verdict in expected.items():
                limit = 2 if verdict == 'unreachable' else 0.3  # over IPv6, TCP notices ICMP only when it tries again
                found = self.verdicts(self.lab.vm1, INTERNET, port, proto, limit)
                self.assertEqual(found, [verdict] * 2, (proto, port))

    def test_on_the_way_out(self):
        laptop = self.lab.laptop
        self.assertEqual(self.verdicts(laptop, INTERNET, 1001, 'udp'), ['denied'] * 2)
        self.assertEqual(self.verdicts(laptop, INTERNET, 1002, 'udp'), ['unreachable'] * 2)
        self.assertEqual(self.verdicts(laptop, INTERNET, 1002, 'tcp'), ['refused'] * 2)
        self.assertEqual(self.verdicts(laptop, INTERNET, 1003, 'tcp'), ['timeout'] * 2)
        self.assertEqual(laptop.ping(self.lab.neighbour.address4).verdict, 'denied')

    def test_every_refusal_is_told(self):
        for _ in range(20):  # the kernel would fall silent after six
            self.assertEqual(self.lab.vm1.connect(INTERNET.four, 1002, 'udp', 0.3).verdict, 'unreachable')


def of_the_kernel(packet):
    """What hosts say to each other unasked: ARP, neighbour discovery, MLDv2 reports."""
    return packet.proto == 'arp' or packet.proto == 'icmp6' and packet.kind in (133, 135, 136, 143)


class Crafted(LabCase):
    def arriving(self, host, link, packet, mac=None):
        ours = self.lab.neighbour.mac('eth0')
        with host.sniff(link, lambda seen: seen.mac_source == ours and not of_the_kernel(seen)) as sniffer:
            self.lab.neighbour.send_raw('eth0', mac or host.mac(link), packet)
            return sniffer.packets(1, want=1)[0]

    def test_any_source_arrives_as_it_was_made(self):
        for source, target in (('127.0.0.1', LAPTOP_A.four), ('::1', LAPTOP_A.six), VM1[:1] + LAPTOP_A[:1]):
            for make, proto in ((udp, 'udp'), (tcp, 'tcp')):
                seen = self.arriving(self.lab.laptop, 'en0', make(source, target, 40000, 53))
                self.assertEqual((seen.proto, seen.source, seen.destination, seen.source_port,
                                  seen.destination_port), (proto, source, target, 40000, 53))
            self.assertIn(self.arriving(self.lab.laptop, 'en0', icmp(source, target)).kind, (8, 128))

    def test_checksums_are_right(self):
        """The kernel answers only to packets whose sums are right."""
        for mine, target in zip(self.lab.neighbour.addresses, LAPTOP_A):
            with self.lab.neighbour.sniff('eth0', lambda packet: packet.source in LAPTOP_A
                                          and not of_the_kernel(packet)) as answers:
                for packet in (udp(mine, target, 999, 999), tcp(mine, target, 999, 999), icmp(mine, target)):
                    self.lab.neighbour.send_raw('eth0', self.lab.laptop.mac('en0'), packet)
                unreachable, reset, reply = answers.packets(1, want=3)
            self.assertEqual((unreachable.kind, reset.flags & RST, reply.kind),
                             (3, RST, 0) if '.' in target else (1, RST, 129))

    def test_broadcast_and_multicast(self):
        laptop, dhcp = self.lab.laptop, udp('0.0.0.0', '255.255.255.255', 68, 67)
        self.assertEqual(self.arriving(laptop, 'en0', dhcp, BROADCAST).destination_port, 67)
        for report, group in ((igmp_report('198.51.100.9', '239.1.2.3'), '239.1.2.3'),
                              (mld_report('fe80::9', 'ff02::1:3'), 'ff02::1:3')):
            seen = self.arriving(laptop, 'en0', report, multicast_mac(group))
            self.assertIn((seen.proto, seen.kind), (('igmp', 0x16), ('icmp6', 131)))

    def test_the_kernels_own_broadcast_and_reports(self):
        laptop, neighbour = self.lab.laptop, self.lab.neighbour
        with neighbour.sniff('eth0') as sniffer:
            self.assertEqual(laptop.datagram('255.255.255.255', 67, source_port=68, link='en0'), 'sent')
            self.assertEqual(laptop.datagram('ff02::1:2', 547, source_port=546, link='en0'), 'sent')
            with laptop.join_group('239.1.2.3', 'en0'), laptop.join_group('ff02::1234', 'en0'):
                seen = sniffer.packets(0.5)
        self.assertLessEqual({67, 547}, {packet.destination_port for packet in seen})
        self.assertLessEqual({'igmp', 'icmp6'}, {packet.proto for packet in seen})

    def test_nothing_is_seen_where_nothing_arrives(self):
        with self.lab.vm2.sniff('eth0', lambda packet: packet.proto == 'udp') as sniffer:
            self.lab.vm1.connect(INTERNET.four, 9, 'udp')
            self.assertEqual(sniffer.packets(), [])

    def test_the_neighbour_knows_the_way_in(self):
        with self.lab.vm1.listen('tcp', 22):
            self.assertEqual(self.verdicts(self.lab.neighbour, VM1, 22), ['open'] * 2)


class Traffic(LabCase):
    def test_a_flood_is_counted(self):
        for address in INTERNET:
            counter = self.lab.internet.count(9000)
            flood = self.lab.vm1.flood(address, 9000, pps=5000, seconds=0.5)
            sent, counted = flood.result(), counter.stop()
            self.assertTrue(500 < sent['sent'] < 2750, sent)  # a busy computer sends fewer, none sends more
            self.assertEqual((counted['received'], counted['repeated']), (sent['sent'], 0))

    def test_a_stall_is_measured(self):
        laptop = self.lab.laptop
        calm = self.lab.vm1.pulse(INTERNET.four, 9001, self.lab.internet, seconds=0.4).result()
        self.assertGreater(calm['beats'], 100)
        pulse = self.lab.vm1.pulse(INTERNET.six, 9001, self.lab.internet, seconds=1.0)
        time.sleep(0.2)
        laptop.sysctl('net/ipv6/conf/all/forwarding', 0)
        time.sleep(0.2)
        laptop.sysctl('net/ipv6/conf/all/forwarding', 1)
        stalled = pulse.result()
        self.assertGreater(stalled['longest_gap'], 0.15)
        self.assertLess(calm['longest_gap'], 0.15)


class Machine(LabCase):
    def test_a_real_machine_talks(self):
        try:
            vm = self.enterContext(Guest(self.lab))
        except Unavailable as error:
            self.skipTest(str(error))
        self.assertLess(vm.boot_seconds, 30)
        self.assertEqual(vm.run('exit 3', check=False).code, 3)
        with self.lab.internet.listen('tcp', 80) as server:
            for address, there in zip(INTERNET, ('192.0.2.80', '[2001:db8:80::80]')):
                self.assertIn('1 packets received', vm.run(f'ping -c 1 -W 2 {address}').output)
                self.assertEqual(vm.run(f'wget -qO- http://{there}/').output, 'akin lab\n')
        self.assertEqual(server.seen, list(LAPTOP_A))
        for address in vm.addresses:
            self.assertIn(PAGE.encode(), self.lab.vm1.connect(address, 80).reply)

    def test_a_missing_tool_is_named(self):
        with mock.patch('guest.QEMU', 'qemu-system-none'), self.assertRaisesRegex(Unavailable, 'qemu-system-none'):
            with Guest(self.lab):
                pass


class Housekeeping(unittest.TestCase):
    def left_of(self, pid):
        return [name for name in os.listdir(namespaces.DIRECTORY) if name.startswith(f'{namespaces.PREFIX}-{pid}-')]

    def test_two_side_by_side_and_gone_afterwards(self):
        begin = time.monotonic()
        with Lab() as lab, Lab() as other:
            self.assertLess(time.monotonic() - begin, 10)  # 0.3 on an idle computer
            self.assertEqual(other.vm1.ping(VM1.four).verdict, 'open')
            sleeper = lab.vm1.start(['sleep', '60'])
        self.assertIsNotNone(sleeper.returncode)
        self.assertEqual(self.left_of(os.getpid()), [])

    def test_gone_after_a_failure(self):
        with self.assertRaises(ZeroDivisionError), Lab():
            1 / 0
        self.assertEqual(self.left_of(os.getpid()), [])

    def test_gone_after_a_signal(self):
        program = 'from lab import Lab\nimport time\nwith Lab():\n print(1, flush=True); time.sleep(60)'
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
            process = subprocess.Popen([sys.executable, '-c', program], cwd=os.path.dirname(os.path.abspath(__file__)),
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.assertEqual(process.stdout.read(1), b'1')
            process.send_signal(number)
            process.communicate(timeout=10)
            if number == signal.SIGKILL:
                namespaces.sweep()  # as the next lab does
            self.assertEqual(self.left_of(process.pid), [], number)

    def test_the_laptop_starts_as_a_laptop_does(self):
        with Lab() as lab:
            self.assertEqual(lab.laptop.sysctl('net/ipv4/ip_forward'), '0')
            self.assertEqual(lab.laptop.sysctl('net/ipv6/conf/all/forwarding'), '0')
            self.assertEqual(lab.laptop.sysctl('net/ipv6/conf/en0/accept_ra'), '1')
            self.assertEqual(lab.laptop.run(['nft', 'list', 'ruleset']).stdout, '')


if __name__ == '__main__':
    unittest.main()
