# SPDX-License-Identifier: BSD-2-Clause
"""Everything that can be wrong with a command of akinctl, a policy file or a computer: one line that says why, the
right exit code, and neither policy nor kernel have changed.
"""

import os
import socket
import subprocess
import unittest

from helper import HELPER, ORDINARY_USER, AkinCase, words_of

DONE, FAILED, USAGE, NO_HELPER, NOT_ALLOWED = range(5)


class RefusalCase(AkinCase):
    """One line, the exit code, and all is as before, to the byte."""

    def setUp(self):
        super().setUp()
        self.akinctl('forward', 'add', 'tcp', '80', '192.168.56.101:8000')

    def assertRefused(self, code, *command, says='', user=None):
        with self.subTest(command=' '.join(command)[:80]):
            before = self.helper.state()
            done = self.akinctl(*command, check=False, user=user)
            self.assertEqual((done.returncode, done.stdout), (code, ''), done.stderr)
            self.assertRegex(done.stderr, rf'\Aakinctl: [^\n]*({says})[^\n]*\n\Z')
            self.assertRefusedAsJson(code, command, user)
            self.assertEqual(self.helper.state(), before)

    def assertRefusedAsJson(self, code, command, user):
        done = self.akinctl('--json', *command, check=False, user=user)
        error = self.helper.one_object(done.stdout)['error']
        self.assertEqual((done.returncode, done.stderr), (code, f'akinctl: {error["message"]}\n'))
        self.assertEqual({USAGE: 'Usage', NOT_ALLOWED: 'NotAllowed'}.get(code, error['code']), error['code'])


PORTS_WRONG = ['tcp:0', 'tcp:70000', 'tcp:65536', 'tcp:99999999999999999999', 'tcp:90-80', 'tcp:', 'tcp:80;', 'tcp:80,',
               'tcp:-80', 'tcp:80-', 'tcp:x', 'tcp:1e3', 'tcp:0x50', 'tcp:\uff18\uff10', 'tcp:80 ; drop', 'esp:5', '80',
               'sctp:80', 'tcp:' + ','.join(str(port) for port in range(1000, 1600, 2))]
NAMES_WRONG = ['', 'a b', 'a"b', "a'b", 'a;b', 'a\nb', 'a\tb', '$(id)', '`id`', 'a|b', 'a>b', '../a', '@in_ports', 'a{',
               '}', '#a', 'Ä', 'A', 'a.b', 'x' * 32, '\x1b[31m', 'a\\b', '*', '-']
ADDRESSES_WRONG = ['', 'nowhere', '192.168.56', '192.168.56.999', '192.168.56.101/24', '0x7f.1', '192.168.56.101;drop',
                   'fd00:56::101::1', '192.168.56.101:0', '192.168.56.101:70000', '[fd00:56::101]:', '[fd00:56::101',
                   '10.0.0.1', 'fe80::1', '127.0.0.1', '::1', '0.0.0.0', '224.0.0.1', '::ffff:192.168.56.101']


class BadArguments(RefusalCase):
    def test_service_that_is_unknown(self):
        for name in ('nosuch', 'http;', '"', '\n', 'x' * 5000):
            self.assertRefused(FAILED, 'allow', name, says='no service|not a service name')
        self.assertRefused(FAILED, 'deny', 'http', 'nosuch', says='nosuch')  # none of them then
        self.assertRefused(FAILED, 'service', 'remove', 'nosuch', says='nosuch')
        self.assertRefused(FAILED, 'service', 'edit', 'nosuch', '--out', 'tcp:80', says='nosuch')

    def test_service_of_the_catalogue(self):
        self.assertRefused(FAILED, 'service', 'remove', 'http', says='built in')
        self.assertRefused(FAILED, 'service', 'add', 'http', '--out', 'tcp:81', says='already')
        self.assertRefused(FAILED, 'service', 'edit', 'http', '--out', 'tcp:81', says='built in')

    def test_service_that_is_there(self):
        self.akinctl('service', 'add', 'mine', '--out', 'tcp:80', '--in', 'udp:80', '--title', 'Mine')
        self.assertRefused(FAILED, 'service', 'add', 'mine', '--out', 'tcp:81', says='akinctl service edit mine')
        self.assertRefused(FAILED, 'service', 'edit', 'mine', '--out', 'tcp:0', says='port')
        self.assertRefused(FAILED, 'service', 'edit', 'mine', '--out', '', '--in', '', says='no ports')
        self.akinctl('service', 'edit', 'mine', '--in', '')
        told = next(one for one in self.helper.json('services')['services'] if one['name'] == 'mine')
        self.assertEqual((told['title'], told['out']['ports'], told['in']), ('Mine', 'tcp:80', None))

    def test_ports(self):
        for ports in PORTS_WRONG:
            self.assertRefused(FAILED, 'service', 'add', 'mine', '--out', ports)
            self.assertRefused(FAILED, 'service', 'add', 'mine', '--out', 'tcp:80', '--in', ports)
        for port in ('0', '70000', '80-90', 'http', '', '80;', '99999999999999999999'):
            self.assertRefused(FAILED, 'forward', 'add', 'tcp', port, '192.168.56.101', says='port')
            self.assertRefused(FAILED, 'explain', 'out', 'tcp', port, says='port')

    def test_names(self):
        for name in NAMES_WRONG:
            self.assertRefused(FAILED, 'service', 'add', '--out', 'tcp:80', '--', name, says='not a service name')

    def test_titles(self):
        for title in ('a\nb', 'a\x1b[31mb', 'x' * 201):
            self.assertRefused(FAILED, 'service', 'add', 'mine', '--out', 'tcp:80', '--title', title, says='title')

    def test_addresses(self):
        for address in ADDRESSES_WRONG:
            self.assertRefused(FAILED, 'forward', 'add', 'tcp', '81', address)
        for address in ('', 'nowhere', '1.2.3.4/33', '2001:db8::/129', '1.2.3.4/-1', '1.2.3.4/', '224.0.0.1'):
            self.assertRefused(FAILED, 'ping', 'trust', '192.0.2.1', address)
        self.assertRefused(FAILED, 'ping', 'distrust', '192.0.2.1')

    def test_forwards(self):
        self.serve(self.lab.laptop, 8080, proto='tcp')
        self.assertRefused(FAILED, 'forward', 'add', 'tcp', '8080', '192.168.56.101', says='listens on tcp port 8080')
        self.assertRefused(FAILED, 'forward', 'add', 'tcp', '80', '192.168.56.102', says='already')
        self.assertRefused(FAILED, 'forward', 'add', 'tcp', '81', '192.168.56.101', '--from', 'moon')
        self.assertRefused(FAILED, 'forward', 'remove', 'tcp', '81', says='not forwarded')

    def test_patterns(self):
        for pattern in ('', 'a b', 'eth*;drop', '"', '*', 'x' * 16, 'a/b', 'a*b', '*a'):
            self.assertRefused(FAILED, 'network', 'patterns', pattern, says='pattern')

    def test_usage(self):
        for command in ('nosuch', '--nosuch status', 'status --nosuch', 'status now', 'allow', 'allow http --sideways',
                        'firewall', 'firewall maybe', 'nat sideways', 'panic', 'panic on off', 'service add mine',
                        'service edit mine',
                        'forward', 'forward add', 'forward add sctp 80 192.168.56.101',
                        'forward add tcp -1 192.168.56.101', 'explain up tcp 80', 'explain out tcp'):
            self.assertRefused(USAGE, *command.split())

    def test_no_command(self):
        self.assertEqual(self.akinctl(check=False).returncode, USAGE)

    def test_other_engines(self):
        self.assertRefused(FAILED, 'rules', '--engine', 'nosuch', says='engine')


class Rights(RefusalCase):
    CHANGES = ['start', 'stop', 'restart', 'reload', 'firewall off', 'nat off', 'panic on', 'allow http', 'deny ssh',
               'service add mine --out tcp:80', 'service edit ssh --out tcp:80', 'service remove nosuch',
               'ping trust 192.0.2.1',
               'ping distrust 192.0.2.1', 'forward add tcp 81 192.168.56.101', 'forward remove tcp 80',
               'network patterns tap*', 'network reach-host off']
    LOOKS = ['status', 'nic', 'services', 'forward list', 'network patterns list', 'rules', 'explain out tcp 80']

    def test_others_change_nothing(self):
        for command in self.CHANGES:
            self.assertRefused(NOT_ALLOWED, *command.split(), says='administrators', user=ORDINARY_USER)

    def test_others_may_look(self):
        for command in self.LOOKS:
            self.assertEqual(self.akinctl(*command.split(), user=ORDINARY_USER).stderr, '')

    def test_no_helper(self):
        self.helper.stop()
        for command in ('status', 'deny http', 'watch'):
            done = self.akinctl(*command.split(), check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count('\n')), (NO_HELPER, '', 1), done.stderr)

    def test_a_socket_of_somebody_else(self):
        """Whoever listens there says nothing that is believed, and hears nothing."""
        self.helper.stop()
        with socket.socket(socket.AF_UNIX) as somebody:
            somebody.bind(self.helper.socket)
            os.seteuid(ORDINARY_USER)
            somebody.listen()
            os.seteuid(0)
            done = self.akinctl('status', check=False)
            self.assertEqual((done.returncode, done.stdout), (NO_HELPER, ''), done.stderr)
            self.assertIn(f'is run by user {ORDINARY_USER} ', done.stderr)
            caller, _ = somebody.accept()
            with caller:
                self.assertEqual(caller.recv(100), b'')


GARBAGE = {
    'nothing': b'',
    'ten megabytes': (b'# ' + b'x' * 98 + b'\n') * 104858,
    'no key file': b'hello\n',
    'not text': bytes(range(256)) * 4,
    'a word that is no switch': b'[firewall]\nenabled=perhaps\n',
    'a word that is no mode': b'[nat]\nmode=sometimes\n',
    'a service in a direction that is none': b'[services]\nhttp=sideways\n',
    'a port that is none': b'[forwards]\ntcp/70000=192.168.56.101:80\n',
    'an address that is none': b'[forwards]\ntcp/80=nowhere:80\n',
    'a pattern with an end': b'[nat]\nnetworks=eth*"; drop\n',
    'a pinger that is none': b'[firewall]\ntrusted-pingers=nowhere\n',
}


class BadPolicyFile(RefusalCase):
    """The last good policy stays in force, the file stays as it is, and the reason is told with the file's name."""

    def test_read_again(self):
        for what, content in GARBAGE.items():
            with self.subTest(what):
                self.helper.write_policy(content)
                self.assertRefused(FAILED, 'reload', says='akin.conf: ')

    def test_at_the_start(self):
        self.helper.expect(r'akin\.conf: ')
        rules = self.helper.ruleset()
        for what, content in GARBAGE.items():
            with self.subTest(what):
                self.helper.stop()
                self.helper.write_policy(content)
                self.helper.start()
                self.assertEqual(words_of(self.helper.ruleset()), words_of(rules))
                self.assertIn('akin.conf', self.helper.json('status')['warnings'][0]['sentence'])
                self.assertRefused(FAILED, 'deny', 'http', says='reload')

    def test_mended(self):
        self.helper.expect(r'akin\.conf: ')
        good = self.helper.policy()
        self.helper.stop()
        self.helper.write_policy('broken')
        self.helper.start()
        self.helper.write_policy(good)
        self.akinctl('reload')
        self.assertEqual(self.helper.json('status')['warnings'], [])
        self.akinctl('deny', 'http')

    def test_none_is_the_default_policy(self):
        os.unlink(self.helper.config)
        self.akinctl('reload')
        self.assertEqual(self.helper.json('status')['forwards'], [])
        self.akinctl('deny', 'http')
        self.assertIsNotNone(self.helper.policy())

    def test_not_roots_own(self):
        os.chown(self.helper.config, ORDINARY_USER, 0)
        self.assertRefused(FAILED, 'reload', says='chown root')
        os.chown(self.helper.config, 0, 0)
        os.chmod(self.helper.config, 0o666)
        self.assertRefused(FAILED, 'reload', says='chmod 600')

    def test_no_plain_file(self):
        os.rename(self.helper.config, self.helper.config + '.real')
        os.symlink('akin.conf.real', self.helper.config)
        self.assertRefused(FAILED, 'reload', says='symbolic link')
        os.unlink(self.helper.config)
        os.mkfifo(self.helper.config)
        done = self.akinctl('reload', check=False)
        self.assertEqual((done.returncode, done.stderr.count('\n')), (FAILED, 1))

    def test_edited_and_not_read_yet(self):
        self.helper.write_policy(self.helper.policy() + b'# by hand\n')
        self.assertRefused(FAILED, 'deny', 'http', says='akinctl reload')
        self.akinctl('reload')
        self.akinctl('deny', 'http')
        self.assertIn(b'# by hand', self.helper.policy())

    def test_check_config(self):
        done = self.check_config()
        self.assertEqual((done.returncode, done.stdout), (0, f'{self.helper.config}: valid\n'))
        for what, content in GARBAGE.items():
            with self.subTest(what):
                self.helper.write_policy(content)
                done = self.check_config()
                self.assertEqual((done.returncode, done.stderr.count('\n')), (1, 1), done.stderr)
                self.assertIn('akin.conf: ', done.stderr)

    def check_config(self):
        return subprocess.run([HELPER, '--check-config', self.helper.config], capture_output=True, text=True, timeout=5)


# A file system of its own for the policy, that only the helper sees; $0 is where, $1 how it is mounted.
MOUNT = 'mount -t tmpfs -o "$1" none "$0" && shift && exec "$@"'


class BadComputer(RefusalCase):
    """What is wrong is not in what the user typed."""

    def test_a_pattern_that_would_open_the_computer(self):
        """en0 leads to the internet: taken for a VM network, nothing would guard it."""
        self.assertRefused(FAILED, 'network', 'patterns', 'vboxnet*', 'en*', says='no longer be guarded')
        self.assertRefused(FAILED, 'network', 'patterns', 'list', 'vboxnet*', says='list stands alone')

    def test_a_forward_to_no_machine(self):
        """This computer itself on the VM network, and the network's first and last address."""
        for address in ('192.168.56.1', '192.168.56.0', '192.168.56.255', 'fd00:56::1'):
            self.assertRefused(FAILED, 'forward', 'add', 'tcp', '81', address, says='no machine')

    def test_a_folder_that_cannot_be_written(self):
        self.move_policy_to_a_disk('ro,mode=755')
        self.assertRefused(FAILED, 'deny', 'http', says='cannot save the policy')
        self.assertRefused(FAILED, 'panic', 'on', says='cannot save the policy')

    def test_a_disk_that_is_full(self):
        """Room for one policy file, and none for the next beside it."""
        self.move_policy_to_a_disk('size=4k,mode=755')
        self.akinctl('deny', 'http')
        self.assertRefused(FAILED, 'deny', 'https', says='No space left')
        self.assertRefused(FAILED, 'panic', 'on', says='No space left')

    def test_a_kernel_that_refuses(self):
        """A kernel without nftables answers as one does to whoever may not administer the network, so that stands in
        for it: the same call fails in the same place."""
        self.helper.stop()
        before = self.helper.kernel()
        code, said = self.helper.refuses_to_start('setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin')
        self.assertEqual((code, len(said)), (1, 1), said)
        self.assertRegex(said[0], r'nftables|packet filter')
        self.assertEqual(self.helper.kernel(), before)
        self.assertFalse(os.path.exists(self.helper.socket))

    def test_not_root(self):
        self.helper.stop()
        done = subprocess.run([self.helper.for_others(HELPER), '--socket', self.helper.socket], capture_output=True,
                              text=True, timeout=5, user=ORDINARY_USER, group=ORDINARY_USER, extra_groups=[])
        self.assertEqual((done.returncode, done.stderr.count('\n')), (1, 1), done.stderr)
        self.assertIn('root', done.stderr)

    def test_a_folder_that_others_may_write_to(self):
        """What is noted there is written to the kernel by root, and a policy would be anybody's."""
        self.helper.stop()
        state = os.path.join(self.helper.folder, 'anybodys', 'state')
        os.mkdir(os.path.dirname(state))
        for owner, mode, says in ((ORDINARY_USER, 0o755, f'belongs to user {ORDINARY_USER}'),
                                  (0, 0o777, 'others may write to'), (0, 0o1777, 'anybody could make')):
            os.chown(os.path.dirname(state), owner, owner)
            os.chmod(os.path.dirname(state), mode)
            for option, path in (('--state-dir', state), ('--config', state + '/akin.conf')):
                with self.subTest(says=says, option=option):
                    self.assertDistrusted(says, option, path)

    def test_a_record_of_somebody_else(self):
        """With a file of root's in the place of a switch; a link leads there."""
        self.helper.stop()
        folder, victim = (os.path.join(self.helper.folder, name) for name in ('anybodys', 'victim'))
        os.mkdir(folder)
        with open('/proc/sys/kernel/random/boot_id') as boot, open(folder + '/forwarding', 'w') as record:
            record.write(f'[boot]\nid={boot.read().strip()}\n[changed]\nipv4/ip_forward=0;0\n'
                         f'[side-effects4]\n../../..{victim}=written\n')
        os.chown(folder, ORDINARY_USER, ORDINARY_USER)
        os.symlink(folder, self.helper.folder + '/link')
        self.assertDistrusted(f'{folder} belongs to user', '--state-dir', self.helper.folder + '/link')
        self.assertFalse(os.path.exists(victim))

    def assertDistrusted(self, says, *options):
        before = self.helper.kernel(), sorted(os.walk(self.helper.folder))
        code, said = self.helper.refuses_to_start(more=options)
        self.assertEqual((code, len(said)), (1, 1), said)
        self.assertRegex(said[0], rf'\Aakin-helper: .*{says}.*; choose a .*{options[0]} that only root may write to\Z')
        self.assertEqual((self.helper.kernel(), sorted(os.walk(self.helper.folder))), before)

    def test_options_of_the_helper(self):
        self.helper.stop()
        for options in (['--nosuch'], ['word'], ['--socket']):
            done = subprocess.run([HELPER, *options], capture_output=True, text=True, timeout=5)
            self.assertEqual((done.returncode, done.stderr.count('\n')), (2, 1), done.stderr)
        code, said = self.helper.refuses_to_start(more=['--engine', 'nosuch'])
        self.assertEqual((code, len(said)), (1, 1), said)

    def move_policy_to_a_disk(self, how):
        """From here on the helper's policy is on a disk of its own, mounted like this and empty."""
        self.helper.stop()
        self.helper.start('sh', '-c', MOUNT, os.path.dirname(self.helper.config), how)


if __name__ == '__main__':
    unittest.main()
