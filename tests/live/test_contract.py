# SPDX-License-Identifier: BSD-2-Clause
"""The traffic contract, row by row, with real packets; every row in IPv4 and IPv6, which is row 15.

A refusal on the way out comes at once (row 11); a refusal on the way in is silence (row 12).  Rows 9 and 10, what is
essential and what is forged, are in test_link.py.
"""

import contextlib
import os
import unittest

from contract import (ALL, LOOPBACK, PLAIN, UPLINKS, ContractCase, is_from_the_laptop, is_prohibition, is_traffic,
                      link_local, source_ports)
from helper import SILENCE, both, wait_for
from lab import GATEWAY0, INTERNET, LAN_B, LAPTOP_A, LAPTOP_B, NEIGHBOUR, VM1, VM2, VM3
from packets import ACK, BROADCAST, FIN, RST, SYN, esp, icmp, tcp, udp


class Row1Loopback(ContractCase):
    def test_everything_passes(self):
        laptop = self.lab.laptop
        self.serve(laptop, PLAIN)
        for panic in ('off', 'on'):
            self.akinctl('panic', panic)
            for proto in ALL:
                for here in (LOOPBACK, LAPTOP_A, LAPTOP_B, GATEWAY0):
                    self.assertOpen(laptop, here, PLAIN, proto)


class Rows2to4Machines(ContractCase):
    """Machines, among each other and with this computer."""

    def test_2_neighbours_reach_each_other(self):
        self.serve(self.lab.vm2, PLAIN)
        for bridged in bridge_modes(self.lab.laptop):
            for nat in ('auto', 'off'):
                self.akinctl('nat', nat)
                for proto in ALL:
                    with self.subTest(bridged=bridged, nat=nat):
                        self.assertOpen(self.lab.vm1, VM2, PLAIN, proto, VM1 if proto != 'ping' else None)

    def test_2_other_networks_are_refused_at_once(self):
        servers = self.serve(self.lab.vm3, PLAIN)
        for bridged in bridge_modes(self.lab.laptop):
            for nat in ('auto', 'off'):
                self.akinctl('nat', nat)
                for proto in ALL:
                    with self.subTest(bridged=bridged, nat=nat):
                        self.assertRejected(self.lab.vm1, VM3, PLAIN, proto)
        self.assertEqual([server.seen for server in servers], [[], []])

    def test_3_machines_reach_this_computer(self):
        self.serve(self.lab.laptop, PLAIN)
        for here in (GATEWAY0, LAPTOP_A, LAPTOP_B):
            for proto in ALL:
                self.assertOpen(self.lab.vm1, here, PLAIN, proto, VM1 if proto != 'ping' else None)

    def test_3_or_only_its_dhcp_and_dns(self):
        self.akinctl('network', 'reach-host', 'off')
        servers = self.serve(self.lab.laptop, PLAIN)
        for here in (GATEWAY0, LAPTOP_A):
            for proto in ALL:
                self.assertRejected(self.lab.vm1, here, PLAIN, proto)
        self.assertEqual([server.seen for server in servers], [[], []])
        self.serve(self.lab.laptop, 53)
        for nat in ('auto', 'off'):
            self.akinctl('nat', nat)
            for proto in ('tcp', 'udp'):
                self.assertOpen(self.lab.vm1, GATEWAY0, 53, proto)
            self.assertGetsAnAddress(self.lab.vm1)
            self.assertFindsItsNeighbours()

    def test_4_this_computer_reaches_machines(self):
        self.akinctl('network', 'reach-host', 'off')
        self.serve(self.lab.vm1, PLAIN)
        for nat in ('auto', 'off'):
            self.akinctl('nat', nat)
            for proto in ALL:
                self.assertOpen(self.lab.laptop, VM1, PLAIN, proto, GATEWAY0 if proto != 'ping' else None)

    def assertGetsAnAddress(self, machine):
        """A machine gets through to a DHCP server here over both kinds of IP, with and without an address so far."""
        with self.lab.laptop.listen('udp', 67) as four, self.lab.laptop.listen('udp', 547) as six, \
                self.lab.laptop.join_group('ff02::1:2', 'vboxnet0'):
            for source in ('0.0.0.0', machine.address4):
                machine.send_raw('eth0', BROADCAST, udp(source, '255.255.255.255', 68, 67))
            machine.datagram('ff02::1:2', 547, source_port=546, link='eth0')
            wait_for(lambda: four.seen == ['0.0.0.0', machine.address4], 'two DHCP requests')
            wait_for(lambda: six.seen and six.seen[0].startswith('fe80:'), 'a DHCPv6 request')

    def assertFindsItsNeighbours(self):
        for host, link in ((self.lab.vm1, 'eth0'), (self.lab.laptop, 'vboxnet0')):
            host.ip(f'neigh flush dev {link}')
        self.assertOpen(self.lab.vm1, GATEWAY0, 53)


# A service, what it looks like on the line, and a port that it has.
OUTGOING = [('http', 'tcp', 80), ('https', 'udp', 443), ('dns', 'udp', 53), ('irc', 'tcp', 6697),
            ('ping', 'ping', None)]


class Rows5and6Outgoing(ContractCase):
    """To outside, by service; refused at once (row 11), and then nothing of it is seen outside."""

    def setUp(self):
        super().setUp()
        self.serve(self.lab.internet, 53, 80, 443, 6697, PLAIN)

    def test_5_machines_leave_with_this_computers_address(self):
        for link, address in UPLINKS.items():
            with self.routed_by(link):
                for machine in (self.lab.vm1, self.lab.vm3):
                    for _, proto, port in OUTGOING:
                        self.assertOpen(machine, INTERNET, port, proto, address if port else None)

    def test_5_machines_are_refused_what_is_denied(self):
        self.assertFollowsTheService(self.lab.vm1)

    def test_5_machines_stay_in_without_nat(self):
        self.akinctl('nat', 'off')
        with self.nothing_outside():
            for _, proto, port in OUTGOING:
                self.assertRejected(self.lab.vm1, INTERNET, port, proto)

    def test_5_strays_do_not_leave(self):
        """What belongs to no connection cannot be given this computer's address, also when its port is allowed."""
        machine, gateway = self.lab.vm1, self.lab.laptop.mac('vboxnet0')
        for mine, there, echo_reply in zip(VM1, INTERNET, (0, 129)):
            with self.nothing_outside():
                for flags in (RST, RST | ACK, FIN | ACK, FIN | SYN):
                    machine.send_raw('eth0', gateway, tcp(mine, there, next(source_ports), 80, flags))
                machine.send_raw('eth0', gateway, icmp(mine, there, echo_reply))

    def test_6_this_computer_by_either_uplink(self):
        for link, address in UPLINKS.items():
            for _, proto, port in OUTGOING:
                if proto != 'ping':
                    self.assertOpen(self.lab.laptop, INTERNET, port, proto, address, link=link)
        self.assertOpen(self.lab.laptop, INTERNET, proto='ping')

    def test_6_this_computer_is_refused_what_is_denied(self):
        self.assertFollowsTheService(self.lab.laptop)

    def test_6_denied_on_either_uplink(self):
        for link in UPLINKS:
            with self.routed_by(link), self.nothing_outside():
                for proto in ('tcp', 'udp'):
                    self.assertRejected(self.lab.laptop, INTERNET, PLAIN, proto)

    def test_no_other_protocol_slips_through(self):
        for number in (0x84, 47):  # SCTP, GRE
            with self.nothing_outside():
                for mine, there in zip(VM1, INTERNET):
                    packet = bytearray(esp(mine, there))
                    self.lab.vm1.send_raw('eth0', self.lab.laptop.mac('vboxnet0'), as_protocol(number, packet))

    def test_esp_follows_its_service(self):
        machine, gateway = self.lab.vm1, self.lab.laptop.mac('vboxnet0')
        for allowed in (False, True):
            self.akinctl('allow' if allowed else 'deny', 'ipsec')
            for mine, there, masked in zip(VM1, INTERNET, LAPTOP_A):
                with self.subTest(allowed=allowed, there=there), \
                        self.lab.internet.sniff('lana', lambda packet: packet.proto == '50') as outside, \
                        machine.sniff('eth0', is_prohibition) as refusal:
                    machine.send_raw('eth0', gateway, esp(mine, there))
                    if allowed:
                        self.assertEqual([packet.source for packet in outside.packets(1, want=1)], [masked])
                    else:
                        self.assertEqual(len(refusal.packets(1, want=1)), 1)
                        self.assertEqual(outside.packets(SILENCE), [])

    def assertFollowsTheService(self, host):
        for service, proto, port in OUTGOING:
            with self.subTest(service=service):
                self.akinctl('deny', service, '--out')
                with self.nothing_outside():
                    self.assertRejected(host, INTERNET, port, proto)
                self.akinctl('allow', service, '--out')
                self.assertOpen(host, INTERNET, port, proto)
        with self.nothing_outside():
            for proto in ('tcp', 'udp'):
                self.assertRejected(host, INTERNET, PLAIN, proto)

    @contextlib.contextmanager
    def nothing_outside(self):
        internet = self.lab.internet
        with internet.sniff('lana', is_traffic) as first, internet.sniff('lanb', is_traffic) as second:
            yield
            self.assertEqual(first.packets(0.05) + second.packets(0.05), [])


class Row7Incoming(ContractCase):
    """From outside to this computer, by service; otherwise silence (row 12)."""

    INCOMING = [('ssh', 'tcp', 22), ('http', 'tcp', 80), ('dns', 'udp', 53), ('openvpn', 'udp', 1194)]

    def test_by_service_on_either_uplink(self):
        for service, proto, port in self.INCOMING:
            server = self.serve(self.lab.laptop, port, proto=proto)
            for host, here in ((self.lab.neighbour, LAPTOP_A), (self.lab.internet, LAPTOP_B)):
                with self.subTest(service=service, host=host):
                    self.akinctl('allow', service, '--in')
                    self.assertOpen(host, here, port, proto)
                    seen = len(server.seen)
                    self.akinctl('deny', service, '--in')
                    self.assertDropped(host, here, port, proto)
                    self.assertEqual(len(server.seen), seen)

    def test_ssh_is_open_at_first(self):
        self.serve(self.lab.laptop, 22, proto='tcp')
        self.assertOpen(self.lab.neighbour, LAPTOP_A, 22)

    def test_12_silence(self):
        """Not a word comes back, whether somebody listens or not."""
        self.serve(self.lab.laptop, PLAIN)
        with self.lab.neighbour.sniff('eth0', is_from_the_laptop) as answers:
            for mine, here in zip(NEIGHBOUR, LAPTOP_A):
                for port in (PLAIN, PLAIN + 1):
                    self.send_in(udp(mine, here, next(source_ports), port), tcp(mine, here, next(source_ports), port),
                                 tcp(mine, here, next(source_ports), port, flags=16))
                self.send_in(icmp(mine, here), esp(mine, here))
            self.assertEqual(answers.packets(SILENCE), [])

    def test_12_silence_about_what_gets_no_further(self):
        """The kernel finds out that a packet has no hop left, no way or no room before any rule asks what it is."""
        laptop, gone = self.lab.laptop, ('10.66.0.1', '2001:db8:66::1')
        routes = [f'unreachable {gone[0]}/32', f'unreachable {gone[1]}/128']
        laptop.ip(*(f'route add {route}' for route in routes), 'link set vboxnet0 mtu 1300')
        self.addCleanup(laptop.ip, *(f'route del {route}' for route in routes), 'link set vboxnet0 mtu 1500')
        with self.lab.neighbour.sniff('eth0', is_from_the_laptop) as answers:
            for mine, machine, there, nowhere in zip(NEIGHBOUR, VM1, INTERNET, gone):
                self.send_in(*(udp(mine, to, next(source_ports), PLAIN, ttl=1) for to in (machine, there)),
                             *(tcp(mine, to, next(source_ports), PLAIN, ttl=1) for to in (machine, there)),
                             udp(mine, nowhere, next(source_ports), PLAIN),
                             udp(mine, machine, next(source_ports), PLAIN, bytes(1350)))
            self.assertEqual(answers.packets(SILENCE), [])

    def test_an_allowed_service_that_is_not_there_is_told(self):
        self.akinctl('allow', 'dns', '--in')
        for proto in ('tcp', 'udp'):
            for here in LAPTOP_A:
                self.assertEqual(self.lab.neighbour.connect(here, 53, proto).verdict, 'refused')

    def test_ping_from_trusted_addresses_only(self):
        neighbour, internet = self.lab.neighbour, self.lab.internet
        self.assertDropped(neighbour, LAPTOP_A, proto='ping')
        self.akinctl('ping', 'trust', *NEIGHBOUR)
        self.assertOpen(neighbour, LAPTOP_A, proto='ping')
        self.assertDropped(internet, LAPTOP_A, proto='ping')
        self.akinctl('ping', 'trust', LAN_B.four, LAN_B.six)
        self.assertOpen(internet, LAPTOP_B, proto='ping')
        self.akinctl('ping', 'distrust', *NEIGHBOUR)
        self.assertDropped(neighbour, LAPTOP_A, proto='ping')

    def test_ping_from_anyone_if_so_set(self):
        self.akinctl('allow', 'ping', '--in')
        self.assertOpen(self.lab.neighbour, LAPTOP_A, proto='ping')
        self.assertOpen(self.lab.internet, LAPTOP_B, proto='ping')

    def send_in(self, *packets):
        for packet in packets:
            self.lab.neighbour.send_raw('eth0', self.lab.laptop.mac('en0'), packet)


class Row8Forwards(ContractCase):
    """From outside to a machine: through a forward, and in no other way."""

    def forward(self, port, machine, target, *options, proto='tcp'):
        for address in both(machine):
            place = f'[{address}]:{target}' if ':' in address else f'{address}:{target}'
            self.akinctl('forward', 'add', proto, str(port), place, *options)

    def test_from_outside_machines_see_who_asks(self):
        for proto in ('tcp', 'udp'):
            self.serve(self.lab.vm1, 8000, proto=proto)
            self.forward(80, VM1, 8000, proto=proto)
            self.assertOpen(self.lab.neighbour, LAPTOP_A, 80, proto, NEIGHBOUR)
            self.assertOpen(self.lab.internet, LAPTOP_B, 80, proto, LAN_B.at(1))
            self.akinctl('forward', 'remove', proto, '80')
            self.assertDropped(self.lab.neighbour, LAPTOP_A, 80, proto)

    def test_from_this_computer(self):
        """Only ::1 leads nowhere, at once: no kernel takes answers to it from elsewhere, and programs try 127.0.0.1."""
        for proto in ('tcp', 'udp'):
            self.serve(self.lab.vm1, 8000, proto=proto)
            self.forward(80, VM1, 8000, proto=proto)
            self.assertOpen(self.lab.laptop, LOOPBACK.four, 80, proto, [GATEWAY0.four])
            self.assertRejected(self.lab.laptop, LOOPBACK.six, 80, proto)
            for here in (LAPTOP_A, LAPTOP_B):
                self.assertOpen(self.lab.laptop, here, 80, proto, GATEWAY0)

    def test_from_other_machines(self):
        """The forward's machine sees this computer's address: else it would answer past it."""
        for proto in ('tcp', 'udp'):
            self.serve(self.lab.vm1, 8000, proto=proto)
            self.forward(80, VM1, 8000, proto=proto)
        for bridged in bridge_modes(self.lab.laptop):
            for machine in (self.lab.vm2, self.lab.vm3):
                for here in (LAPTOP_A, LAPTOP_B):
                    for proto in ('tcp', 'udp'):
                        with self.subTest(bridged=bridged):
                            self.assertOpen(machine, here, 80, proto, GATEWAY0)

    def test_machines_stay_shut_otherwise(self):
        servers = self.serve(self.lab.vm1, 80, 8000)
        self.forward(80, VM1, 8000)
        with self.lab.vm1.sniff('eth0', lambda packet: packet.source in NEIGHBOUR) as arrived:
            for proto, port in (('tcp', 80), ('tcp', 8000), ('udp', 8000), ('ping', None)):
                self.assertDropped(self.lab.neighbour, VM1, port, proto)
            self.assertEqual(arrived.packets(0), [])
        self.assertEqual([server.seen for server in servers], [[]] * 4)

    def test_machines_of_other_networks_use_the_forward_only(self):
        self.serve(self.lab.vm1, 8000)
        self.forward(80, VM1, 8000)
        self.assertRejected(self.lab.vm3, VM1, 8000)
        self.assertOpen(self.lab.vm3, LAPTOP_A, 80)

    def test_only_what_is_for_the_outside_addresses(self):
        """The same port elsewhere, and of this computer in the VM networks, stays what it is."""
        machine = self.serve(self.lab.vm1, 8000, proto='tcp')
        self.forward(80, VM1, 8000)
        internet, here = self.serve(self.lab.internet, 80, proto='tcp'), self.serve(self.lab.laptop, 80, proto='tcp')
        for host in (self.lab.vm2, self.lab.laptop):
            self.assertOpen(host, INTERNET, 80, source=LAPTOP_A)
            self.assertOpen(host, GATEWAY0, 80)
        self.assertEqual([len(server.seen) for server in (machine, internet, here)], [0, 4, 4])

    def test_not_what_is_for_an_address_of_the_link(self):
        """Such an address is neither outside nor routed to a machine."""
        machine = self.serve(self.lab.vm1, 8000, proto='tcp')
        self.forward(80, VM1, 8000)
        here = self.serve(self.lab.laptop, 80, proto='tcp')
        address = link_local(self.lab.laptop, 'vboxnet0')
        self.assertOpen(self.lab.vm2, f'{address}%eth0', 80)
        self.assertOpen(self.lab.laptop, f'{address}%vboxnet0', 80)
        self.assertEqual([len(machine.seen), len(here.seen)], [0, 2])

    def test_for_this_computer_only(self):
        server = self.serve(self.lab.vm1, 8000, proto='tcp')
        self.forward(80, VM1, 8000, '--from', 'loopback')
        for here in (LOOPBACK.four, *LAPTOP_A):
            self.assertOpen(self.lab.laptop, here, 80)
        before = len(server.seen)
        self.assertDropped(self.lab.neighbour, LAPTOP_A, 80)
        self.assertRejected(self.lab.vm2, LAPTOP_A, 80)  # nobody serves port 80 here
        self.assertEqual(len(server.seen), before)

    def test_for_one_network_only(self):
        self.serve(self.lab.vm1, 8000)
        for address, network in zip(VM1, NEIGHBOUR):
            self.forward(80, address, 8000, '--from', network)
        self.assertOpen(self.lab.neighbour, LAPTOP_A, 80)
        self.assertDropped(self.lab.internet, LAPTOP_A, 80)
        self.assertDropped(self.lab.internet, LAPTOP_B, 80)

    def test_no_forward_without_nat(self):
        self.serve(self.lab.vm1, 8000)
        self.forward(80, VM1, 8000)
        self.akinctl('nat', 'off')
        self.assertDropped(self.lab.neighbour, LAPTOP_A, 80)

    def test_a_forward_is_as_good_as_a_service(self):
        """The firewall does not ask for a service on top, also when one of that port is denied."""
        self.serve(self.lab.vm1, 8000)
        self.akinctl('deny', 'http', '--in')
        self.forward(80, VM1, 8000)
        self.assertOpen(self.lab.neighbour, LAPTOP_A, 80)


class Row13Panic(ContractCase):
    def test_nothing_passes_and_connections_wake_up_afterwards(self):
        lab = self.lab
        self.serve(lab.internet, 80, proto='tcp')
        self.serve(lab.laptop, 22, proto='tcp')
        self.serve(lab.vm1, 8000, proto='tcp')
        self.akinctl('forward', 'add', 'tcp', '8000', VM1.four)
        self.akinctl('forward', 'add', 'tcp', '8000', VM1.six)
        held = [self.enterContext(host.hold(address, port)) for host, addresses, port in (
            (lab.laptop, INTERNET, 80), (lab.vm1, INTERNET, 80), (lab.neighbour, LAPTOP_A, 22),
            (lab.neighbour, LAPTOP_A, 8000)) for address in addresses]
        self.assertEqual([connection.echo() for connection in held], [True] * 8)

        self.akinctl('panic', 'on')
        with lab.internet.sniff('lana', is_from_the_laptop) as outside, \
                lab.neighbour.sniff('eth0', is_from_the_laptop) as beside:
            self.assertEqual([connection.echo(timeout=0.1) for connection in held], [False] * 8)
            for host in (lab.laptop, lab.vm1):
                self.assertRejected(host, INTERNET, 80)
                self.assertRejected(host, INTERNET, proto='ping')
            for port in (22, 8000):
                self.assertDropped(lab.neighbour, LAPTOP_A, port)
            self.assertEqual(outside.packets(0) + beside.packets(0), [])

        self.akinctl('panic', 'off')
        self.assertEqual([connection.echo(timeout=4) for connection in held], [True] * 8)

    def test_loopback_and_machines_stay(self):
        lab = self.lab
        self.serve(lab.laptop, PLAIN)
        self.serve(lab.vm1, PLAIN)
        held = [self.enterContext(host.hold(address, PLAIN)) for host, address in (
            (lab.vm2, VM1.four), (lab.vm2, VM1.six), (lab.vm2, GATEWAY0.four), (lab.laptop, VM1.six))]
        self.akinctl('panic', 'on')
        self.assertEqual([connection.echo() for connection in held], [True] * 4)
        for proto in ALL:
            self.assertOpen(lab.vm2, VM1, PLAIN, proto)
            self.assertOpen(lab.vm2, GATEWAY0, PLAIN, proto)
            self.assertOpen(lab.laptop, VM1, PLAIN, proto)
            self.assertOpen(lab.laptop, LOOPBACK, PLAIN, proto)

    def test_panic_is_stronger_than_a_firewall_that_is_off(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        self.serve(self.lab.laptop, 22, proto='tcp')
        self.akinctl('firewall', 'off')
        self.akinctl('panic', 'on')
        self.assertRejected(self.lab.laptop, INTERNET, 80)
        self.assertRejected(self.lab.vm1, INTERNET, 80)
        self.assertDropped(self.lab.neighbour, LAPTOP_A, 22)


class Row14FirewallOff(ContractCase):
    def setUp(self):
        super().setUp()
        self.akinctl('firewall', 'off')
        self.serve(self.lab.internet, PLAIN)

    def test_outside_is_open_and_nat_works(self):
        self.serve(self.lab.laptop, PLAIN)
        for proto in ALL:
            self.assertOpen(self.lab.laptop, INTERNET, PLAIN, proto)
            self.assertOpen(self.lab.neighbour, LAPTOP_A, PLAIN, proto)
            self.assertOpen(self.lab.vm1, INTERNET, PLAIN, proto, LAPTOP_A if proto != 'ping' else None)

    def test_machines_stay_behind_nat(self):
        self.serve(self.lab.vm1, PLAIN)
        self.assertDropped(self.lab.neighbour, VM1, PLAIN)
        self.akinctl('forward', 'add', 'tcp', str(PLAIN), VM1.four)
        self.assertOpen(self.lab.neighbour, LAPTOP_A.four, PLAIN)
        self.akinctl('nat', 'off')
        self.assertRejected(self.lab.vm1, INTERNET, PLAIN)

    def test_what_the_kernel_does_not_translate_stays(self):
        """Group membership and neighbour discovery belong to no connection: they cannot be given another address."""
        machine, gateway = self.lab.vm1, self.lab.laptop.mac('vboxnet0')
        with self.lab.internet.sniff('lana', lambda packet: packet.ttl == 254) as outside:
            for kind in (130, 131, 132, 133, 135, 136, 143):
                machine.send_raw('eth0', gateway, icmp(VM1.six, INTERNET.six, kind, body=bytes(20), ttl=255))
            self.assertEqual(outside.packets(0.05), [])


def bridge_modes(host):
    """Without and, where it is loaded, with br_netfilter, which shows the rules even what stays on a bridge."""
    switches = [name for name in ('net/bridge/bridge-nf-call-iptables', 'net/bridge/bridge-nf-call-ip6tables')
                if os.path.exists('/proc/sys/' + name)]
    for value in (0, 1) if switches else (0,):
        for name in switches:
            host.sysctl(name, value)
        yield value


def as_protocol(number, packet):
    """The same packet with another protocol number; nothing on the way looks at IPv4's sum but the first hop."""
    if packet[0] >> 4 == 6:
        packet[6] = number
    else:
        difference = packet[9] - number
        summed = int.from_bytes(packet[10:12], 'big') + difference
        packet[9], packet[10:12] = number, ((summed & 0xffff) + (summed >> 16)).to_bytes(2, 'big')
    return bytes(packet)


if __name__ == '__main__':
    unittest.main()
