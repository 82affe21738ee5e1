# SPDX-License-Identifier: BSD-2-Clause
"""What other programs' rules do to what akin lets through: the packets, and what is said of them.

The rules have the names and the order of those that Docker, ufw and firewalld make.
"""

import os
import time
import unittest

from helper import ORDINARY_USER, AkinCase, Failed, sanitized, wait_for
from lab import INTERNET, INTERNET4, LAPTOP_A, LAPTOP_B, VM1, VM2, VMNET0, VMNET1

DONE, FOUND, NOT_ALLOWED = 0, 1, 4
SOON = 2  # seconds until one is told
LATER = 7  # until one is told again: looks are five seconds apart
LOOKED = 1 if sanitized() else 0.1  # for as long as that a look that was asked for is good enough for others
IDLE = 3
SETTLED = 3  # the last client has gone, and links that are up have nothing more to say
FORWARD4 = 'net/ipv4/ip_forward'
FILTERED = 'net/bridge/bridge-nf-call-iptables'
FILTERED6 = 'net/bridge/bridge-nf-call-ip6tables'
STRICT = 'net/ipv4/conf/{}/rp_filter'

DOCKER = '''
table ip filter {
    chain DOCKER { }
    chain DOCKER-USER { counter return; }
    chain FORWARD {
        type filter hook forward priority filter; policy drop;
        counter jump DOCKER-USER
        oifname "docker0" ct state related,established counter accept
        oifname "docker0" counter jump DOCKER
        iifname "docker0" counter accept
    }
}
'''
UFW = '''
table ip filter {
    chain ufw-user-input { tcp dport 22 counter accept; }
    chain ufw-user-forward { }
    chain ufw-before-forward { ct state related,established counter accept; counter jump ufw-user-forward; }
    chain ufw-before-input { ct state related,established counter accept; counter jump ufw-user-input; }
    chain INPUT { type filter hook input priority filter; policy drop; counter jump ufw-before-input; }
    chain FORWARD { type filter hook forward priority filter; policy drop; counter jump ufw-before-forward; }
    chain OUTPUT { type filter hook output priority filter; policy accept; }
}
'''
FIREWALLD = '''
table inet firewalld {
    chain filter_FWD_trusted { accept; }
    chain filter_FWD_public { }
    chain filter_IN_public { tcp dport 22 accept; meta l4proto { icmp, ipv6-icmp } accept; }
    chain filter_FORWARD_ZONES { goto filter_FWD_public; }
    chain filter_INPUT_ZONES { goto filter_IN_public; }
    chain filter_INPUT {
        type filter hook input priority filter + 10; policy accept;
        ct state { established, related } accept
        jump filter_INPUT_ZONES
        reject with icmpx admin-prohibited
    }
    chain filter_FORWARD {
        type filter hook forward priority filter + 10; policy accept;
        ct state { established, related } accept
        ct status dnat accept
        jump filter_FORWARD_ZONES
        reject with icmpx admin-prohibited
    }
}
'''
KILL_SWITCH = '''
table inet vpn {
    chain out { type filter hook output priority filter; policy drop; oifname { "lo", "tun0" } accept; }
}
'''
OWN = '''
table inet own {
    chain in { type filter hook input priority filter; policy drop; ct state established,related accept;
        meta l4proto { icmp, ipv6-icmp } accept; }
    chain forwarded { type filter hook forward priority filter; policy drop; ct state established,related accept; }
}
'''
FROM_MACHINES = 'iifname { "vboxnet0", "vboxnet1" }'
LIBVIRT = '''
table ip libvirt_network {
    chain guest_nat { type nat hook postrouting priority srcnat; ip saddr 192.168.57.0/24 oifname "en0" masquerade; }
}
'''


class Neighbours(AkinCase):
    def setUp(self):
        super().setUp()
        self.serve(self.lab.internet, 80, proto='tcp')

    def load(self, rules):
        """Another program's rules, until the end of the test; here is one table in each text."""
        name = ' '.join(rules.split()[1:3])
        self.lab.laptop.nft(rules)
        self.addCleanup(self.lab.laptop.run, ['nft', f'delete table {name}'], check=False)
        return name

    def rule(self, *words):
        self.lab.laptop.run(['nft', ' '.join(words)])

    def unload(self, name):
        self.lab.laptop.run(['nft', f'delete table {name}'])

    def warned(self):
        return {one['name']: one['sentence'] for one in self.helper.json('status')['warnings']}

    def wait_for_warnings(self, *names, timeout=SOON):
        try:
            wait_for(lambda: set(self.warned()) == set(names), f'the warnings {names}', timeout)
        except Failed as failed:
            raise Failed(f'{failed}; they are {self.warned()}') from None

    def assertDoctor(self, *names, notes=()):
        """Whatever is found is printed for people and as JSON; the exit code tells of all but notes."""
        time.sleep(LOOKED)
        done = self.akinctl('doctor', check=False)
        self.assertEqual((done.returncode, done.stderr), (FOUND if names else DONE, ''))
        lines = done.stdout.splitlines()
        if not names:
            self.assertEqual(lines.pop(0), 'Nothing stands in the way')
        self.assertEqual([line[:2] for line in lines], ['! '] * len(names) + ['- '] * len(notes))
        found = self.helper.one_object(self.akinctl('--json', 'doctor', check=False).stdout)
        self.assertEqual({one['name'] for one in found['warnings']}, set(names))
        self.assertEqual({one['name'] for one in found['notes']}, set(notes))
        return '\n'.join(lines)

    def assertOut(self):
        self.assertOpen(self.lab.vm1, INTERNET4, 80)


class Rules(Neighbours):
    """Forwarding was on before akin, as a container engine or libvirt leaves it."""

    def setUp(self):
        self.lab.laptop.sysctl(FORWARD4, 1)
        self.addCleanup(self.lab.laptop.sysctl, FORWARD4, 0)
        # Each network namespace begins with it at 1; here it is as where nobody has asked for it.
        self.lab.laptop.sysctl(FILTERED, 0)
        self.lab.laptop.sysctl(FILTERED6, 0)
        super().setUp()

    def test_alone(self):
        self.assertOut()
        self.assertDoctor()

    def test_docker(self):
        name = self.load(DOCKER)
        self.assertDropped(self.lab.vm1, INTERNET4, 80)
        self.wait_for_warnings('docker')
        said = self.assertDoctor('docker')
        self.assertIn('sudo iptables -I DOCKER-USER -i vboxnet0 -j ACCEPT', said)
        for link in ('vboxnet0', 'vboxnet1'):  # as the advice says
            self.rule('insert rule ip filter DOCKER-USER iifname', link, 'counter accept')
        said = self.assertDoctor('docker')
        self.assertIn('machines of vboxnet0, vboxnet1 may get no answers; let them: sudo iptables -I DOCKER-USER -o',
                      said)
        self.assertNotIn('-i vboxnet0', said)
        for link in ('vboxnet0', 'vboxnet1'):
            self.assertDoctor('docker')
            self.rule('insert rule ip filter DOCKER-USER oifname', link, 'counter accept')
        self.assertDoctor()
        self.assertOut()
        self.rule('flush chain ip filter DOCKER-USER')
        self.wait_for_warnings('docker', timeout=LATER)
        self.unload(name)
        self.wait_for_warnings(timeout=LATER)
        self.assertOut()

    def test_only_while_nat_is_active(self):
        self.load(DOCKER)
        self.wait_for_warnings('docker')
        self.akinctl('nat', 'off')
        self.assertEqual(self.warned(), {})
        self.akinctl('nat', 'auto')
        self.assertEqual(set(self.warned()), {'docker'})
        self.akinctl('stop')
        self.assertEqual(self.warned(), {})
        self.assertDoctor('stopped')

    def test_ufw(self):
        self.serve(self.lab.laptop, 22, 80, proto='tcp')
        self.akinctl('allow', 'http', '--in')
        self.assertOpen(self.lab.neighbour, LAPTOP_A.four, 80)
        self.load(UFW)
        self.assertDropped(self.lab.vm1, INTERNET4, 80)
        self.assertDropped(self.lab.neighbour, LAPTOP_A.four, 80)
        self.assertOpen(self.lab.neighbour, LAPTOP_A.four, 22)
        self.wait_for_warnings('ufw')
        self.assertIn('sudo ufw route allow in on vboxnet0', self.assertDoctor('ufw'))
        for link in ('vboxnet0', 'vboxnet1'):
            self.rule('add rule ip filter ufw-user-forward iifname', link, 'counter accept')
        self.assertOut()
        self.assertIn('sudo ufw allow PORT', self.assertDoctor(notes=['ufw']))
        self.assertEqual(self.warned(), {})  # another firewall may well be meant to be there
        self.serve(self.lab.vm1, 80, proto='tcp')
        self.akinctl('forward', 'add', 'tcp', '443', f'{VM1.four}:80')
        self.assertNotEqual(self.lab.neighbour.connect(LAPTOP_A.four, 443, timeout=0.3).verdict, 'open')
        said = self.assertDoctor('ufw')
        self.assertIn('forwards to machines of vboxnet0 may not work; let them: sudo ufw route allow out on vboxnet0',
                      said)
        self.assertNotIn('in on', said)
        self.rule('add rule ip filter ufw-user-forward oifname vboxnet0 counter accept')
        self.assertEqual(self.lab.neighbour.connect(LAPTOP_A.four, 443).verdict, 'open')
        self.assertDoctor(notes=['ufw'])

    def test_firewalld(self):
        self.load(FIREWALLD)
        self.assertRejected(self.lab.vm1, INTERNET4, 80)
        self.wait_for_warnings('firewalld')
        self.assertIn('--zone=trusted --add-interface=vboxnet0', self.assertDoctor('firewalld'))
        for link in ('vboxnet0', 'vboxnet1'):
            self.rule('insert rule inet firewalld filter_FORWARD_ZONES iifname', link, 'goto filter_FWD_trusted')
        self.assertOpen(self.lab.vm1, INTERNET, 80)
        self.assertIn('gets in', self.assertDoctor(notes=['firewalld']))

    def test_kill_switch(self):
        """It holds this computer, and not what machines send."""
        name = self.load(KILL_SWITCH)
        self.assertNotEqual(self.lab.laptop.connect(INTERNET4, 80, timeout=0.3).verdict, 'open')
        self.assertOut()
        self.wait_for_warnings('output-dropped')
        said = self.assertDoctor('output-dropped')
        self.assertIn('‘out’ of table inet ‘vpn’', said)
        self.assertIn('machines', said)
        self.unload(name)
        self.wait_for_warnings(timeout=LATER)
        self.assertOpen(self.lab.laptop, INTERNET4, 80)

    def test_anybodys(self):
        self.serve(self.lab.laptop, 80, proto='tcp')
        self.akinctl('allow', 'http', '--in')
        self.load(OWN)
        self.assertDropped(self.lab.vm1, INTERNET, 80)
        self.assertDropped(self.lab.neighbour, LAPTOP_A, 80)
        self.wait_for_warnings('forward-dropped')
        self.rule('add rule inet own forwarded iifname { "vboxnet0", "vboxnet1" } accept')
        self.assertOpen(self.lab.vm1, INTERNET, 80)
        self.assertDoctor(notes=['input-dropped'])
        self.rule('chain inet own in { policy accept; }')
        self.assertOpen(self.lab.neighbour, LAPTOP_A, 80)
        self.assertDoctor()

    def test_anybodys_in_the_way_of_a_forward(self):
        self.serve(self.lab.vm1, 80, proto='tcp')
        self.load(OWN)
        self.rule('add rule inet own forwarded iifname { "vboxnet0", "vboxnet1" } accept')
        self.akinctl('forward', 'add', 'tcp', '443', f'{VM1.four}:80')
        self.assertNotEqual(self.lab.neighbour.connect(LAPTOP_A.four, 443, timeout=0.3).verdict, 'open')
        said = self.assertDoctor('forward-dropped', notes=['input-dropped'])
        self.assertIn('forwards to machines of vboxnet0 may not work', said)
        self.assertIn('accept what goes to vboxnet0', said)
        self.rule('add rule inet own forwarded oifname "vboxnet0" ct state established,related accept')
        self.assertDoctor('forward-dropped', notes=['input-dropped'])  # what a forward brings is new
        self.rule('add rule inet own forwarded ip daddr', VM1.four, 'tcp dport 80 accept')
        self.assertEqual(self.lab.neighbour.connect(LAPTOP_A.four, 443).verdict, 'open')
        self.assertDoctor(notes=['input-dropped'])

    def test_anybodys_in_the_way_of_answers(self):
        """What was advised is done, and then it works."""
        self.load(OWN.replace('ct state established,related accept; }', '}'))
        self.rule('add rule inet own forwarded iifname { "vboxnet0", "vboxnet1" } accept')
        self.assertDropped(self.lab.vm1, INTERNET, 80)
        self.assertIn('may get no answers', self.assertDoctor('forward-dropped', notes=['input-dropped']))
        for rule in ('oifname { "vboxnet0", "vboxnet1" } accept', 'ct state { established, related } accept',
                     'ct state vmap { established : accept, related : accept }'):
            with self.subTest(rule):
                self.rule('add rule inet own forwarded', rule)
                self.assertOpen(self.lab.vm1, INTERNET, 80)
                self.assertDoctor(notes=['input-dropped'])
                self.rule('flush chain inet own forwarded')
                self.rule('add rule inet own forwarded iifname { "vboxnet0", "vboxnet1" } accept')

    def test_anybodys_narrow_rules(self):
        """What is said of a rule is what happens to packets."""
        self.load(OWN)
        for rule, passes in ((f'{FROM_MACHINES} oifname "en0" accept', True),
                             (f'{FROM_MACHINES} oifname != "docker0" accept', True),
                             (f'{FROM_MACHINES} ct state new accept', True),
                             (f'{FROM_MACHINES} counter log accept comment "mine"', True),
                             (f'ip saddr {{ {VMNET0.four}, {VMNET1.four} }} accept', True),
                             (f'{FROM_MACHINES} oifname "docker0" accept', False),
                             (f'{FROM_MACHINES} tcp dport 443 accept', False),
                             (f'meta mark 7 {FROM_MACHINES} accept', False),
                             (f'{FROM_MACHINES} ct state established accept', False),
                             (f'{FROM_MACHINES} ip saddr {VM2.four} accept', False)):
            with self.subTest(rule):
                self.rule('add rule inet own forwarded', rule)
                sent = self.lab.vm1.connect(INTERNET4, 80, timeout=2 if passes else 0.3)
                self.assertEqual(sent.verdict == 'open', passes)
                self.assertDoctor(*([] if passes else ['forward-dropped']), notes=['input-dropped'])
                self.rule('flush chain inet own forwarded')
                self.rule('add rule inet own forwarded ct state established,related accept')

    def test_within_a_bridge(self):
        self.load(OWN)
        self.assertOpen(self.lab.vm1, VM2.four, proto='ping')
        self.assertDoctor('forward-dropped', notes=['input-dropped'])
        self.addCleanup(self.lab.laptop.sysctl, FILTERED, 0)
        self.lab.laptop.sysctl(FILTERED, 1)
        self.assertNotEqual(self.lab.vm1.ping(VM2.four, timeout=0.3).verdict, 'open')
        self.assertDoctor('forward-dropped', 'bridge-filtered', notes=['input-dropped'])
        self.addCleanup(self.lab.laptop.sysctl, FILTERED6, 0)
        self.lab.laptop.sysctl(FILTERED6, 1)
        self.lab.laptop.sysctl(FILTERED, 0)
        self.assertNotEqual(self.lab.vm1.ping(VM2.six, timeout=0.3).verdict, 'open')
        self.assertIn('bridge-nf-call-ip6tables=0',
                      self.assertDoctor('forward-dropped', 'bridge-filtered', notes=['input-dropped']))
        self.lab.laptop.sysctl(FILTERED6, 0)
        self.assertDoctor('forward-dropped', notes=['input-dropped'])

    def test_within_a_bridge_by_a_way_out_or_in(self):
        """Such packets come from the bridge and go to it: either lets them through."""
        self.load(OWN.replace('ct state established,related accept; }', '}'))
        self.addCleanup(self.lab.laptop.sysctl, FILTERED, 0)
        self.lab.laptop.sysctl(FILTERED, 1)
        for way in ('iifname', 'oifname'):
            with self.subTest(way):
                self.rule('add rule inet own forwarded', way, '{ "vboxnet0", "vboxnet1" } accept')
                self.assertOpen(self.lab.vm1, VM2.four, proto='ping')
                self.assertDoctor('forward-dropped', notes=['input-dropped'])
                self.rule('flush chain inet own forwarded')

    def test_nothing_wakes_up(self):
        self.load(DOCKER)
        self.wait_for_warnings('docker')
        time.sleep(SETTLED)
        before = wakeups(self.helper.pid)
        time.sleep(IDLE)
        self.assertEqual(wakeups(self.helper.pid), before)

    def test_who_never_rests(self):
        """A table that changes all the time is looked at, now and then."""
        self.load(DOCKER)
        end = time.monotonic() + LATER
        while 'docker' not in self.warned():
            self.assertLess(time.monotonic(), end)
            self.rule('add table ip restless; delete table ip restless')
            time.sleep(0.2)


class Guests(Neighbours):
    """A network that is libvirt's own and none of akin's."""

    policy = '[nat]\nnetworks=vboxnet0\n'

    def test_libvirt_after_akin(self):
        laptop = self.lab.laptop
        self.load(LIBVIRT)
        self.assertDropped(self.lab.vm3, INTERNET4, 80)
        self.wait_for_warnings('libvirt')
        self.assertIn('sudo sysctl net.ipv4.ip_forward=1', self.assertDoctor('libvirt'))
        self.akinctl('stop')
        self.addCleanup(laptop.sysctl, FORWARD4, 0)
        laptop.sysctl(FORWARD4, 1)
        self.akinctl('start')
        self.assertOpen(self.lab.vm3, INTERNET4, 80)
        self.assertDoctor()


class Strict(Neighbours):
    """Reverse paths: the internet is reached through en0, and sends to en1's address."""

    def setUp(self):
        for link in ('all', 'en0', 'en1'):
            self.addCleanup(self.lab.laptop.sysctl, STRICT.format(link), 0)
            self.lab.laptop.sysctl(STRICT.format(link), 1)
        super().setUp()
        self.serve(self.lab.laptop, 22, proto='tcp')
        there = f'{LAPTOP_B.four} dev lanb'
        self.lab.internet.ip(f'route add {there} src {INTERNET4}')
        self.addCleanup(self.lab.internet.ip, f'route del {there}')

    def reached(self):
        """Whether the internet gets in by the card in reserve."""
        return self.lab.internet.connect(LAPTOP_B.four, 22, timeout=0.5).verdict == 'open'

    def values(self):
        return [self.lab.laptop.sysctl(STRICT.format(link)) for link in ('all', 'en0', 'en1')]

    def test_by_hand(self):
        self.assertFalse(self.reached())
        self.wait_for_warnings('rp-filter')
        for link in ('en0', 'en1'):
            self.assertIn(f'net/ipv4/conf/{link}/rp_filter=2', self.assertDoctor('rp-filter'))
            self.addCleanup(self.lab.laptop.sysctl, STRICT.format(link), 1)
            self.lab.laptop.sysctl(STRICT.format(link), 2)
        self.wait_for_warnings(timeout=LATER)
        self.assertTrue(self.reached())

    def test_one_uplink(self):
        self.wait_for_warnings('rp-filter')
        self.addCleanup(self.lab.join, 'en1')
        self.lab.leave('en1')
        self.wait_for_warnings(timeout=LATER)

    def test_mended_until_stop(self):
        self.wait_for_warnings('rp-filter')
        self.assertEqual(self.akinctl('doctor', 'mend', 'rp-filter').stdout, 'Nothing stands in the way\n')
        self.assertTrue(self.reached())
        self.assertEqual(self.values(), ['1', '2', '2'])
        self.akinctl('stop')
        self.assertEqual(self.values(), ['1', '1', '1'])
        self.akinctl('start')
        self.assertDoctor('rp-filter')

    def test_mended_by_a_helper_that_was_killed(self):
        self.assertDoctor('rp-filter')
        self.akinctl('doctor', 'mend', 'rp-filter')
        self.helper.kill()
        self.helper.start()
        self.assertDoctor()
        self.assertEqual(self.values(), ['1', '2', '2'])
        self.akinctl('stop')
        self.assertEqual(self.values(), ['1', '1', '1'])

    def test_nothing_else_is_mended(self):
        self.assertDoctor('rp-filter')
        for name in ('docker', 'x', ''):
            done = self.akinctl('doctor', 'mend', name, check=False)
            self.assertEqual((done.returncode, done.stdout), (FOUND, ''))
            self.assertIn('akinctl doctor', done.stderr)
        done = self.akinctl('doctor', 'mend', 'rp-filter', check=False, user=ORDINARY_USER)
        self.assertEqual(done.returncode, NOT_ALLOWED)
        self.assertEqual(self.values(), ['1', '1', '1'])
        looked = self.akinctl('doctor', check=False, user=ORDINARY_USER)
        self.assertEqual((looked.returncode, looked.stderr), (FOUND, ''))


def wakeups(pid):
    """How often its threads have woken up."""
    total = 0
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/status') as file:
            total += sum(int(line.split()[1]) for line in file if 'voluntary_ctxt_switches' in line)
    return total


if __name__ == '__main__':
    unittest.main()
