# SPDX-License-Identifier: BSD-2-Clause
"""Every command of akinctl once, for people and as JSON, and what it tells of the state."""

import json
import os
import signal
import unittest

from helper import AkinCase, Helper, wait_for, words_of
from lab import INTERNET, LAPTOP_A, VM1, Lab

DONE = 0

# In this order: a command, what its output says to people, and a key that its JSON object has.
EVERY_COMMAND = [
    ('status', 'Firewall on', 'nat_active'),
    ('nic', 'en0', 'nic'),
    ('doctor', 'Nothing stands in the way', 'warnings'),
    ('services', 'Secure shell', 'services'),
    ('firewall off', 'Firewall off', 'firewall'),
    ('firewall on', 'Firewall on', 'firewall'),
    ('nat on', 'NAT', 'nat'),
    ('nat off', 'NAT', 'nat'),
    ('nat auto', 'NAT', 'nat'),
    ('panic on', 'Everything blocked', 'panic'),
    ('panic off', 'Firewall on', 'panic'),
    ('allow http https --in', 'https: outgoing on, incoming on', 'services'),
    ('deny http', 'http: outgoing off, incoming off', 'services'),
    ('deny https --out', 'https: outgoing off', 'services'),
    ('service add game --out tcp:80,8080,6881-6999;udp:53 --in udp:27015 --title Game', 'game', 'services'),
    ('allow game', 'game: outgoing on, incoming on', 'services'),
    ('service edit game --out tcp:81', 'game: outgoing on, incoming on', 'services'),
    ('service edit game --title Chess', 'game: outgoing on, incoming on', 'services'),
    ('service remove game', 'game', 'services'),
    ('ping trust 198.51.100.9 2001:db8:a::/64', '198.51.100.9', 'trusted_pingers'),
    ('ping distrust 198.51.100.9', '2001:db8:a::/64', 'trusted_pingers'),
    ('forward add tcp 80 192.168.56.101:8000', '192.168.56.101', 'forwards'),
    ('forward add tcp 80 [fd00:56::101]:8000 --from loopback', 'fd00:56::101', 'forwards'),
    ('forward add udp 53 192.168.56.101 --from 198.51.100.0/24', '198.51.100.0/24', 'forwards'),
    ('forward list', '192.168.56.101', 'forwards'),
    ('forward remove udp 53', '', 'forwards'),
    ('network patterns list', 'vboxnet*', 'network_patterns'),
    ('network patterns vboxnet', 'VM networks are named vboxnet; here now: none', 'network_patterns'),
    ('network patterns vboxnet* tap*',
     'named tap*, vboxnet*; here now: tap1, tap2, tap3, vboxnet0, vboxnet1', 'network_patterns'),
    ('network reach-host off', '', 'machines_reach_host'),
    ('rules', 'table inet akin {', 'text'),
    ('rules --engine nftables', 'table inet akin {', 'text'),
    ('explain out tcp 22', 'ssh is allowed', 'verdict'),
    ('explain in ping 192.0.2.1', 'dropped', 'verdict'),
    ('reload', '', 'enforcing'),
    ('restart', '', 'enforcing'),
    ('stop', '', 'enforcing'),
    ('start', '', 'enforcing'),
]


class EveryCommand(AkinCase):
    def test_for_people(self):
        for command, words, _ in EVERY_COMMAND:
            with self.subTest(command):
                done = self.akinctl(*command.split())
                self.assertIn(words, done.stdout)
                self.assertEqual(done.stderr, '')

    def test_as_json(self):
        for command, _, key in EVERY_COMMAND:
            with self.subTest(command):
                self.assertIn(key, self.helper.json(*command.split()))

    def test_many_changes_at_once(self):
        """Who asked for them is not drowned in the news of them."""
        names = [service['name'] for service in self.helper.json('services')['services']]
        for verb in ('allow', 'deny', 'allow'):
            self.akinctl(verb, *names)
        self.assertEqual(self.helper.read_log().count(' more settings (reason: services http, https'), 3)

    def test_after_a_stop(self):
        """What is changed is saved, and it is said that it is not in force."""
        kernel = self.helper.kernel()
        self.akinctl('stop')
        for command in ('allow whois', 'deny whois', 'service add mine --out tcp:80', 'service edit mine --title Mine',
                        'service remove mine', 'ping trust 192.0.2.1', 'ping distrust 192.0.2.1',
                        'forward add tcp 80 192.168.56.101', 'forward remove tcp 80', 'firewall off', 'firewall on',
                        'nat on', 'nat auto', 'panic on', 'panic off', 'network reach-host off',
                        'network reach-host on'):
            with self.subTest(command):
                done = self.akinctl(*command.split()).stdout
                self.assertRegex(done, r'\A[^\n]+; not in force until akinctl start\n\Z')
                self.assertNotIn('does not work', done)
        self.assertRegex(self.akinctl('rules').stdout, r'\A# [^\n]*akinctl start\n')
        self.assertFalse(self.helper.json('rules')['in_force'])
        self.assertEqual(self.helper.kernel(), self.helper.before)
        self.akinctl('start')
        self.assertEqual(self.helper.kernel(), kernel)
        self.assertNotIn('akinctl start', self.akinctl('rules').stdout)
        self.assertTrue(self.helper.json('rules')['in_force'])
        self.assertFalse(self.helper.json('rules', '--engine', 'pf')['in_force'])
        self.assertNotIn('not in force', self.akinctl('deny', 'whois').stdout)

    def test_forwards_in_panic(self):
        """From outside none works; this computer itself still gets to its machine."""
        self.serve(self.lab.vm1, 80, proto='tcp')
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.akinctl('forward', 'add', 'tcp', '80', VM1.six, '--from', 'loopback')
        for panic, works in (('off', [True, True]), ('on', [False, True])):
            self.akinctl('panic', panic)
            self.assertEqual([one['works'] for one in self.helper.json('forward', 'list')['forwards']], works)
            self.assertOpen(self.lab.laptop, LAPTOP_A.six, 80)
            (self.assertDropped if panic == 'on' else self.assertOpen)(self.lab.neighbour, LAPTOP_A.four, 80)

    def test_the_rules_are_those_in_force(self):
        """What `rules` shows, loaded by hand, is what the kernel has."""
        self.akinctl('forward', 'add', 'tcp', '80', '192.168.56.101')
        text, rules = self.akinctl('rules').stdout, self.helper.kernel()[0]
        self.akinctl('stop')
        self.addCleanup(self.lab.laptop.run, ['nft', 'delete table inet akin'])
        self.lab.laptop.nft(text)
        self.assertEqual(words_of(self.helper.kernel()[0]), words_of(rules))

    def test_explain_agrees_with_the_packets(self):
        self.serve(self.lab.internet, 80, 81, proto='tcp')
        for port, verdict in ((80, 'pass'), (81, 'reject')):
            for address in INTERNET:
                told = self.helper.json('explain', 'out', 'tcp', str(port), address)['verdict']
                self.assertEqual(told, verdict)
                (self.assertOpen if told == 'pass' else self.assertRejected)(self.lab.laptop, address, port)

    def test_connections_are_counted(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        for _ in range(3):
            self.assertOpen(self.lab.vm1, INTERNET, 80)
        http = [service for service in self.helper.json('services')['services'] if service['name'] == 'http']
        self.assertEqual(http[0]['out']['connections'], 6)

    def test_watch(self):
        watch = self.helper.watch()
        self.akinctl('deny', 'http')
        change = watch.wait('service http outgoing', 'off')
        self.assertEqual((change['old'], change['reason']), ('on', 'service http denied'))
        self.akinctl('panic', 'on')
        watch.wait('panic', 'on')
        self.assertEqual(watch.interrupt(), DONE)

    def test_nothing_to_do_is_done(self):
        """Asking for what is so already is no error, and writes no file."""
        before = self.helper.kernel()
        for command in ('allow ssh', 'panic off', 'start', 'nat auto'):
            self.akinctl(*command.split())
        self.assertEqual(self.helper.kernel(), before)

    def test_the_policy_is_private(self):
        self.akinctl('deny', 'http')
        status = os.stat(self.helper.config)
        self.assertEqual((status.st_mode & 0o777, status.st_uid), (0o600, 0))

    def test_comments_survive(self):
        with Helper(self.lab_beside(), '# mine\n[services]\n# because\nhttp=in\n[unknown]\nkey=value\n') as helper:
            helper.expect('unknown')
            note, = helper.json('status')['notes']
            self.assertEqual(note['name'], 'policy-ignored')
            self.assertIn('unknown group ‘unknown’ is ignored', note['sentence'])
            helper.ctl('deny', 'https')
            for kept in (b'# mine\n', b'# because\n', b'[unknown]\n', b'key=value\n', b'http=in\n'):
                self.assertIn(kept, helper.policy())

    def test_what_was_asked_for_stands_in_the_way_too(self):
        for command, back, name in (('panic on', 'panic off', 'panic'), ('nat off', 'nat auto', 'nat-off'),
                                    ('stop', 'start', 'stopped')):
            self.akinctl(*command.split())
            self.assertEqual(self.findings(), [name])
            self.akinctl(*back.split())
            self.assertEqual(self.findings(), [])

    def findings(self):
        found = json.loads(self.akinctl('--json', 'doctor', check=False).stdout)
        return [warning['name'] for warning in found['warnings']]

    def test_an_edited_file_is_noticed(self):
        self.helper.write_policy('[services]\nhttp=in\n[servcies]\nirc=in\n')
        self.assertIn('was changed by hand and not read yet', self.akinctl('doctor').stdout)
        self.assertIn('unknown group ‘servcies’ is ignored', self.akinctl('reload').stdout)
        self.assertNotIn('by hand', self.akinctl('doctor').stdout)
        self.helper.expect('servcies')

    def test_a_forward_of_a_port_that_is_taken(self):
        """In a file nobody refuses it."""
        self.serve(self.lab.laptop, 22, proto='tcp')
        self.helper.write_policy('[forwards]\ntcp/22=192.168.56.101:22\n')
        self.assertIn('! another program listens on tcp port 22', self.akinctl('reload').stdout)
        self.assertEqual(self.findings(), ['port-taken'])
        self.akinctl('forward', 'remove', 'tcp', '22')
        self.assertEqual(self.helper.json('status')['warnings'], [])
        self.assertEqual(self.findings(), [])

    def test_sighup_reads_the_policy_again(self):
        self.helper.write_policy('[firewall]\npanic=true\n')
        self.helper.signal(signal.SIGHUP)
        wait_for(lambda: self.helper.json('status')['panic'], 'the policy to be read')

    def lab_beside(self):
        return self.enterContext(Lab())


if __name__ == '__main__':
    unittest.main()
