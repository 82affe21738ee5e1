# SPDX-License-Identifier: BSD-2-Clause
"""A change never opens a window and never cuts a connection: whatever is switched while packets flow.

The long version, with numbers to compare, is the benchmark's.
"""

import time
import unittest

from helper import AkinCase, sanitized
from lab import GATEWAY0, INTERNET, LAPTOP_A, VM1

OPEN, BLOCKED = 1194, 7777  # openvpn, and a port that belongs to no service
SECONDS, PPS = 3.0, 2500  # for each flood; the four of a test together send 10,000 packets a second
STALL = 0.25  # a busy computer may wake a program up late, and one packet sent again after 0.2 s is the limit
FEW, SLOW = 20, 1  # switches in that time prove nothing; a quiet computer makes a hundred, a sanitized helper ten
POLICY = '[services]\nopenvpn=out;in\n'


class Switching(AkinCase):
    """Into this computer and out of machines, to an open port and to a blocked one; and four connections beside it."""

    policy = POLICY

    def test_toggles(self):
        self.assertNothingLeaksOrBreaks(50 * [['deny', 'rsync'], ['allow', 'rsync']])

    def test_restarts_and_reloads(self):
        self.assertNothingLeaksOrBreaks(
            10 * [['restart'], ['reload'], ['deny', 'rsync'], ['restart'], ['allow', 'rsync']])

    def test_forwards_networks_and_switches(self):
        self.assertNothingLeaksOrBreaks(8 * [
            ['forward', 'add', 'tcp', '80', VM1.four], ['network', 'reach-host', 'off'], ['ping', 'trust', '192.0.2.1'],
            ['forward', 'remove', 'tcp', '80'], ['network', 'reach-host', 'on'], ['nat', 'on'], ['nat', 'auto']])

    def assertNothingLeaksOrBreaks(self, commands):
        lab = self.lab
        pulses = [lab.laptop.pulse(INTERNET.four, 80, lab.internet, SECONDS),
                  lab.vm1.pulse(INTERNET.six, 443, lab.internet, SECONDS),
                  lab.neighbour.pulse(LAPTOP_A.four, 22, lab.laptop, SECONDS),
                  lab.vm2.pulse(GATEWAY0.four, 53, lab.laptop, SECONDS)]
        counters = [host.count(port) for host in (lab.laptop, lab.internet) for port in (OPEN, BLOCKED)]
        floods = [host.flood(address, port, PPS, SECONDS) for host, address, port in (
            (lab.neighbour, LAPTOP_A.four, OPEN), (lab.neighbour, LAPTOP_A.six, BLOCKED),
            (lab.vm1, INTERNET.six, OPEN), (lab.vm2, INTERNET.four, BLOCKED))]
        done = self.carry_out(commands)
        sent = [flood.result()['sent'] for flood in floods]
        found = [pulse.result() for pulse in pulses]
        received = [counter.stop()['received'] for counter in counters]
        self.assertGreater(done, SLOW if sanitized() else FEW)
        self.assertEqual((received[1], received[3]), (0, 0), 'packets leaked')
        self.assertEqual((received[0], received[2]), (sent[0], sent[2]), 'packets were lost')
        for pulse in found:
            self.assertGreater(pulse['beats'], 100)
            self.assertLess(pulse['longest_gap'], STALL)

    def carry_out(self, commands):
        """As many of the commands as fit in while the traffic lasts; how many that were."""
        deadline = time.monotonic() + SECONDS - 0.2
        for number, command in enumerate(commands):
            if time.monotonic() > deadline:
                return number
            self.akinctl(*command)
        return len(commands)


class WhileItGoesAndComes(AkinCase):
    """The same, for a helper that crashes and is started again, and for one that is stopped in good order."""

    policy = POLICY

    def test_a_crash(self):
        counter = self.lab.laptop.count(BLOCKED)
        flood = self.lab.neighbour.flood(LAPTOP_A.four, BLOCKED, 5000, 1.5)
        pulse = self.lab.vm1.pulse(INTERNET.four, 80, self.lab.internet, 1.5)
        for _ in range(5):
            self.helper.kill()
            self.helper.start()
        self.assertGreater(flood.result()['sent'], 1000)
        self.assertEqual(counter.stop()['received'], 0)
        self.assertLess(pulse.result()['longest_gap'], STALL)


if __name__ == '__main__':
    unittest.main()
