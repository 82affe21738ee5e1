# SPDX-License-Identifier: BSD-2-Clause
"""A real virtual machine behind akin: booted once, in an emulator, from a distribution's own kernel."""

import time
import unittest

from guest import PAGE, Guest
from helper import AT_ONCE, AkinCase
from lab import INTERNET, LAPTOP_A, LAPTOP_B, VM1

URLS = [f'http://{INTERNET.four}', f'http://[{INTERNET.six}]']


class VirtualMachine(AkinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls.enterClassContext(Guest(cls.lab))

    def test_pings_out(self):
        for address in INTERNET:
            self.assertIn('1 packets received', self.guest.run(f'ping -c 1 -W 2 {address}').output)

    def test_fetches_a_page_by_this_computers_address(self):
        server = self.serve(self.lab.internet, 80, proto='tcp')
        for url in URLS:
            self.assertEqual(self.guest.run(f'wget -qO- {url}/').output, 'akin lab\n')
        self.assertEqual(server.seen, list(LAPTOP_A))

    def test_sees_other_machines_and_this_computer(self):
        self.serve(self.lab.laptop, 7777, proto='tcp')
        for address in VM1:
            self.assertIn('1 packets received', self.guest.run(f'ping -c 1 -W 2 {address}').output)
        for address in self.guest.addresses:
            self.assertOpen(self.lab.vm1, address, 8080)
        self.assertEqual(self.guest.run('wget -qO- http://192.168.56.1:7777/').output, 'akin lab\n')

    def test_is_reached_through_a_forward(self):
        for address in self.guest.addresses:
            self.akinctl('forward', 'add', 'tcp', '80', address)
        for host, here in ((self.lab.neighbour, LAPTOP_A), (self.lab.internet, LAPTOP_B), (self.lab.vm1, LAPTOP_A),
                           (self.lab.laptop, LAPTOP_A)):
            for address in here:
                self.assertIn(PAGE.encode(), host.connect(address, 80, timeout=3).reply, f'{host} to {address}')
        self.assertIn(PAGE.encode(), self.lab.laptop.connect('127.0.0.1', 80, timeout=3).reply)

    def test_a_denied_service_fails_at_once(self):
        server = self.serve(self.lab.internet, 80, proto='tcp')
        self.akinctl('deny', 'http', 'ping', '--out')
        for url in URLS:
            took, done = self.timed(f'wget -qO- {url}/')
            self.assertNotEqual(done.code, 0)
            self.assertLess(took, self.overhead() + AT_ONCE, done.output)
        for address in INTERNET:
            self.assertNotIn('1 packets received', self.guest.run(f'ping -c 1 -W 1 {address}', check=False).output)
        self.assertEqual(server.seen, [])
        self.akinctl('allow', 'http', '--out')
        for url in URLS:
            self.assertEqual(self.guest.run(f'wget -qO- {url}/').output, 'akin lab\n')

    def test_a_download_survives_a_restart(self):
        """And finds the narrow link on the way."""
        self.serve(self.lab.far, 80, proto='tcp')
        for address in self.lab.far.addresses:
            url = f'http://[{address}]' if ':' in address else f'http://{address}'
            self.akinctl('restart')
            self.assertEqual(self.guest.run(f'wget -qO- {url}/').output, 'akin lab\n')

    def timed(self, command):
        begin = time.monotonic()
        done = self.guest.run(command, check=False)
        return time.monotonic() - begin, done

    def overhead(self):
        """What it takes an emulated machine to start any program at all."""
        return self.timed('wget --help')[0]


if __name__ == '__main__':
    unittest.main()
