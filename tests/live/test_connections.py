# SPDX-License-Identifier: BSD-2-Clause
"""What belongs to an allowed connection passes with it: answers, ICMP errors, data connections of FTP."""

import contextlib
import errno
import time
import unittest

import ftp
from contract import PLAIN, ContractCase, is_of_a_machine
from helper import AkinCase
from lab import FAR, GATEWAY1, INTERNET, LAPTOP_A, NEIGHBOUR, ROUTER, VM1, VM3
from packets import port_unreachable, udp

FORGOTTEN = 0.5  # seconds after which the kernel has forgotten connections that no rule asks for


class Established(AkinCase):
    """A connection outlives whatever happens to its service; only new ones ask for it."""

    def test_service_denied(self):
        for host in (self.lab.laptop, self.lab.vm1):
            self.assertSurvives(host, INTERNET, 'internet', 80, ('deny', 'http'), ('allow', 'http', '--out'))

    def test_incoming_service_denied(self):
        self.assertSurvives(self.lab.neighbour, LAPTOP_A, 'laptop', 22,
                            ('deny', 'ssh', '--in'), ('allow', 'ssh', '--in'))

    def test_restart_and_reload(self):
        self.akinctl('ping', 'trust', '198.51.100.9')
        for command in ('restart', 'reload'):
            self.assertSurvives(self.lab.vm1, INTERNET, 'internet', 80, (command,), (command,), refused=False)

    def test_stop_and_start(self):
        """What started under no rules at all goes on when they come, if they would have let it begin: ssh above all."""
        with self.lab.internet.listen('tcp', 80), self.lab.laptop.listen('tcp', 22):
            self.akinctl('stop')
            held = [self.enterContext(self.lab.laptop.hold(address, 80)) for address in INTERNET]
            held += [self.enterContext(self.lab.neighbour.hold(address, 22)) for address in LAPTOP_A]
            time.sleep(FORGOTTEN)
            self.akinctl('start')
            self.assertEqual([connection.echo() for connection in held], [True] * 4)

    def test_not_with_a_machines_own_address(self):
        """What hosts began before their network was one of machines, and is translated no more, does not go on."""
        lab = self.lab
        self.serve(lab.neighbour, 53, proto='udp')
        with self.forwarding_from_the_start():
            self.akinctl('network', 'patterns', 'vboxnet0')
            known, lost = ([self.enterContext(lab.vm3.hold(address, 53, 'udp')) for address in addresses]
                           for addresses in (NEIGHBOUR, INTERNET))
            self.assertEqual([held.echo() for held in known], [True] * 2)
            self.assertEqual([held.echo(timeout=0.05) for held in lost], [False] * 2)  # there is no way back
            self.akinctl('network', 'patterns', 'vboxnet*')
            with lab.switch.sniff('port1', is_of_a_machine) as outside:
                self.assertEqual([held.echo(timeout=0.05) for held in known + lost], [False] * 4)
                self.assertEqual(outside.packets(0), [])

    @contextlib.contextmanager
    def forwarding_from_the_start(self):
        """As when something else has turned it on before akin came."""
        self.restart_with_forwarding(1)
        try:
            yield
        finally:
            self.restart_with_forwarding(0)

    def restart_with_forwarding(self, value):
        self.akinctl('stop')
        for name in ROUTER:
            self.lab.laptop.sysctl(name, value)
        self.akinctl('start')

    def assertSurvives(self, host, addresses, server, port, deny, allow, refused=True):
        with self.lab.hosts[server].listen('tcp', port):
            held = [self.enterContext(host.hold(address, port)) for address in addresses]
            self.assertEqual([connection.echo() for connection in held], [True] * 2)
            self.akinctl(*deny)
            self.assertEqual([connection.echo() for connection in held], [True] * 2)
            if refused:
                (self.assertDropped if host is self.lab.neighbour else self.assertRejected)(host, addresses, port)
            self.akinctl(*allow)
            self.assertOpen(host, addresses, port)
            self.assertEqual([connection.echo() for connection in held], [True] * 2)


class PathMtu(AkinCase):
    """far sits behind a link of 1400 bytes and announces segments as if it did not."""

    def test_out_through_nat_and_not(self):
        self.serve(self.lab.far, 80, proto='tcp')
        for host in (self.lab.vm1, self.lab.laptop):
            for address in FAR:
                with host.hold(address, 80) as held:
                    self.assertTrue(held.echo(bytes(65536), timeout=3), f'{host} to {address}')

    def test_in_through_a_forward(self):
        self.serve(self.lab.vm1, 80, proto='tcp')
        for address in VM1:
            self.akinctl('forward', 'add', 'tcp', '80', address)
        for address in LAPTOP_A:
            with self.lab.far.hold(address, 80) as held:
                self.assertTrue(held.echo(bytes(65536), timeout=3), address)

    def test_an_unreachable_port_is_told(self):
        """An ICMP error of the other end, for a connection that was let out."""
        for host in (self.lab.vm1, self.lab.laptop):
            for address in INTERNET:
                self.assertEqual(host.connect(address, 53, 'udp').verdict, 'refused', f'{host} to {address}')


class ForgedErrors(ContractCase):
    """An ICMP error may quote any connection; it passes from a side where that connection has an end (row 10)."""

    def setUp(self):
        super().setUp()
        lab = self.lab
        self.akinctl('allow', 'dns', '--in')
        for host, port in ((lab.internet, 443), (lab.laptop, 53), (lab.laptop, PLAIN), (lab.vm3, PLAIN)):
            self.serve(host, port, proto='udp')

    def test_from_a_machine(self):
        """Neither to outside nor to another VM network, nor to this computer about what is not the machine's."""
        lab = self.lab
        for mine, there, machine, gateway, here, near in zip(VM1, INTERNET, VM3, GATEWAY1, LAPTOP_A, NEIGHBOUR):
            out, inside, asked = (self.hold(lab.laptop, there, 443), self.hold(lab.laptop, machine, PLAIN),
                                  self.hold(lab.neighbour, here, 53))
            for host, link, quoted in (
                    (lab.internet, 'lana', udp(there, here, 443, out.port)),
                    (lab.vm3, 'eth0', udp(machine, gateway, PLAIN, inside.port)),
                    (lab.neighbour, 'eth0', udp(near, here, asked.port, 53))):
                with self.subTest(host=host, address=mine):
                    self.assertKept(lab.vm1, mine, quoted, host, link)
            self.akinctl('network', 'reach-host', 'off')
            self.forge(lab.vm1, mine, udp(here, there, out.port, 443))
            self.assertEqual(out.error(), 0)
            self.akinctl('network', 'reach-host', 'on')
            self.forge(lab.vm3, machine, udp(gateway, machine, inside.port, PLAIN))
            self.assertEqual(inside.error(), errno.ECONNREFUSED)

    def test_from_outside(self):
        """None about what machines and this computer say to each other."""
        lab = self.lab
        for mine, there, machine, gateway, here, near in zip(VM1, INTERNET, VM3, GATEWAY1, LAPTOP_A, NEIGHBOUR):
            out, inside, upward = (self.hold(lab.laptop, there, 443), self.hold(lab.laptop, machine, PLAIN),
                                   self.hold(lab.vm1, here, PLAIN))
            for host, quoted in ((lab.vm3, udp(machine, gateway, PLAIN, inside.port)),
                                 (lab.vm1, udp(mine, here, upward.port, PLAIN))):
                with self.subTest(host=host, address=near):
                    self.assertKept(lab.neighbour, near, quoted, host, 'eth0')
            self.forge(lab.neighbour, near, udp(gateway, machine, inside.port, PLAIN))
            self.assertEqual(inside.error(), 0)
            self.forge(lab.neighbour, near, udp(here, there, out.port, 443))
            self.assertEqual(out.error(), errno.ECONNREFUSED)

    def hold(self, host, address, port):
        held = self.enterContext(host.hold(address, port, 'udp'))
        self.assertTrue(held.echo())
        return held

    def forge(self, host, source, quoted):
        link = {'vm1': 'vboxnet0', 'vm3': 'vboxnet1', 'neighbour': 'en0'}[host.label]
        host.send_raw('eth0', self.lab.laptop.mac(link), port_unreachable(source, quoted))
        time.sleep(0.01)  # a packet between namespaces is there when send returns, on all but a busy computer

    def assertKept(self, sender, source, quoted, host, link):
        with host.sniff(link, lambda packet: (packet.proto, packet.kind) in (('icmp', 3), ('icmp6', 1))) as arrived:
            self.forge(sender, source, quoted)
            self.assertEqual(arrived.packets(0.05), [])


class Ftp(AkinCase):
    """Its data connections have ports of no service, and come from outside where the client asks for that."""

    def setUp(self):
        super().setUp()
        self.enterContext(ftp.serve(self.lab.internet))

    def test_data_connections(self):
        for host in (self.lab.laptop, self.lab.vm1):
            for passive in (True, False):
                for address in INTERNET:
                    with self.subTest(host=host, passive=passive, address=address):
                        self.assertEqual(ftp.fetch(host, address, passive), ftp.CONTENT)

    def test_denied(self):
        self.akinctl('deny', 'ftp')
        for host in (self.lab.laptop, self.lab.vm1):
            self.assertRejected(host, INTERNET, 21)


if __name__ == '__main__':
    unittest.main()
