#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""helper/install and helper/uninstall on a copy of this computer, with systemd and without.

    sudo tests/live/test_install.py [-v]
"""

import os
import re
import stat
import subprocess
import sys
import tempfile
import unittest

from helper import ORDINARY_USER, wait_for
from machine import ROOT, SOURCES, Machine, copy_sources

HELPER, CTL, POLICY = '/usr/sbin/akin-helper', '/usr/bin/akinctl', '/etc/akin/akin.conf'
MANIFEST = '/var/lib/akin/installed'
UNIT = 'akin-helper.service'
FORWARDING = '/proc/sys/net/ipv4/ip_forward'
KEPT = 'build-install/akin.conf'
LISTENER = """
import os, socket, sys, time
with open("/proc/self/comm", "w") as file:
    file.write(sys.argv[2])
if sys.argv[4] != "0":
    os.setgroups([])
    os.setgid(int(sys.argv[4]))
    os.setuid(int(sys.argv[4]))
server = socket.socket(socket.AF_INET6 if ":" in sys.argv[3] else socket.AF_INET)
server.bind((sys.argv[3], int(sys.argv[1])))
server.listen()
time.sleep(600)
"""
OWN_WRITING = re.compile(r'/var/log/|/var/lib/systemd/|/var/cache/|/etc/machine-id|/etc/mtab|/etc/\.pwd\.lock|/root')
# The system's own, written anew whenever any package with an icon or a program comes or goes.
CACHES = {'/usr/share/icons/hicolor/icon-theme.cache', '/usr/share/applications/mimeinfo.cache'}
TROUBLE = re.compile(r'error|warning|not permitted|denied by|read-only', re.IGNORECASE)


def setUpModule():
    """One folder of sources for all, so that there is one build."""
    InstallCase.sources = unittest.enterModuleContext(tempfile.TemporaryDirectory(prefix='akin-sources-'))
    copy_sources(InstallCase.sources)


class InstallCase(unittest.TestCase):
    """A fresh machine for each test."""

    systemd = False
    sources = None

    def setUp(self):
        self.machine = self.enterContext(Machine(self.sources, self.systemd))
        self.before = self.changed()
        kept = os.path.join(self.sources, KEPT)
        if os.path.exists(kept):
            os.unlink(kept)

    def changed(self):
        return {path for path in self.machine.changed() if not OWN_WRITING.match(path)}

    def install(self, *arguments, **options):
        return self.machine.run('./helper/install', *arguments, **options).stdout

    def uninstall(self, *arguments, **options):
        return self.machine.run('./helper/uninstall', *arguments, **options).stdout

    def assert_as_before(self):
        self.assertEqual(self.changed() - self.before - CACHES, set())
        self.assertNotIn('inet akin', self.rules())
        self.assertEqual(self.forwarding(), '0')
        self.assertEqual(self.helpers(), [])

    def rules(self):
        return self.machine.run('nft', 'list', 'tables').stdout

    def forwarding(self):
        return self.machine.run('cat', FORWARDING).stdout.strip()

    def helpers(self):
        return self.machine.run('pgrep', '-x', 'akin-helper', check=False).stdout.split()

    def status(self):
        return self.machine.run('akinctl', 'status', check=False)

    def listen(self, port, name, address='0.0.0.0', uid=0):
        """A program of this name that listens on a TCP port of the machine."""
        self.machine.start('/usr/bin/python3', '-c', LISTENER, str(port), name, address, str(uid))
        wait_for(lambda: f':{port} ' in self.machine.run('ss', '-Hltn').stdout, 'the server')

    def start_by_hand(self):
        self.machine.start(HELPER)
        wait_for(lambda: self.status().returncode == 0, 'the helper')


class WithoutSystemd(InstallCase):
    def test_installed_started_by_hand_and_taken_off(self):
        said = self.install()
        self.assertIn('sudo akin-helper &', said)
        self.assertRegex(said, r'ssh \(tcp port 22\)')
        self.assertEqual(self.helpers(), [], 'it must be started by hand')
        for path in (HELPER, CTL, '/usr/share/man/man8/akin-helper.8', MANIFEST):
            self.assertTrue(self.machine.exists(path), path)
        self.start_by_hand()
        self.assertIn('Firewall on · NAT for 1 network', self.status().stdout)
        self.machine.run('akinctl', 'deny', 'irc')
        self.assertIn('inet akin', self.rules())
        self.assertEqual(self.forwarding(), '1')
        self.uninstall()
        self.assert_as_before()

    def test_a_crash_leaves_rules_and_uninstalling_takes_them(self):
        self.install()
        self.start_by_hand()
        self.machine.run('pkill', '-KILL', '-x', 'akin-helper')
        wait_for(lambda: not self.helpers(), 'its end')
        self.assertIn('inet akin', self.rules())
        self.assertEqual(self.forwarding(), '1')
        self.uninstall()
        self.assert_as_before()

    def test_the_policy_is_kept_outside_the_system(self):
        self.install()
        self.start_by_hand()
        self.machine.run('akinctl', 'deny', 'irc')
        written = self.machine.run('cat', POLICY).stdout
        said = self.uninstall()
        self.assertIn(f'{SOURCES}/{KEPT}', said)
        kept = os.path.join(self.sources, KEPT)
        with open(kept) as file:
            self.assertEqual(file.read(), written)
        self.assertEqual(stat.S_IMODE(os.stat(kept).st_mode), 0o600)

    def test_purge_keeps_nothing(self):
        self.install()
        self.start_by_hand()
        self.machine.run('akinctl', 'deny', 'irc')
        self.uninstall('--purge')
        self.assertFalse(os.path.exists(os.path.join(self.sources, KEPT)))
        self.assert_as_before()

    def test_taken_off_twice(self):
        self.install()
        self.uninstall()
        self.assertIn('not installed', self.uninstall())
        self.assert_as_before()

    def test_taken_off_after_half_of_it_was_lost(self):
        self.install()
        self.machine.run('rm', HELPER, CTL, '/usr/share/man/man8/akin-helper.8')
        self.uninstall()
        self.assert_as_before()

    def test_taken_off_after_an_installation_that_was_broken_off(self):
        self.machine.write('/usr/sbin/meson', '#!/bin/sh\n[ "$1" = install ] || exec /usr/bin/meson "$@"\n'
                           f'cp "$3/helper/akin-helper" {HELPER}\necho out of space >&2\nexit 1\n', 0o755)
        done = self.machine.run('./helper/install', check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('out of space', done.stdout)
        self.machine.run('rm', '/usr/sbin/meson')
        self.assertTrue(self.machine.exists(HELPER))
        self.uninstall()
        self.assert_as_before()

    def test_what_an_earlier_version_had_is_removed(self):
        self.install()
        self.machine.run('sh', '-c', f'mkdir /usr/share/akin-old && touch /usr/share/akin-old/x && '
                         f'printf "/usr/share/akin-old/\\n/usr/share/akin-old/x\\n" >> {MANIFEST}')
        self.install()
        self.assertFalse(self.machine.exists('/usr/share/akin-old/x'))
        self.uninstall()
        self.assert_as_before()

    def test_an_ssh_server_on_another_port_is_not_locked_out(self):
        """akin is not started, and the policy that is proposed is one that the helper takes."""
        self.listen(2222, 'sshd')
        said = self.install()
        self.assertIn('NOT started', said)
        self.assertIn('2222', said)
        self.assertEqual(self.helpers(), [])
        proposed = ''.join(line.strip() + '\n' for line in said.splitlines() if line.startswith('  '))
        self.machine.run('mkdir', '-p', os.path.dirname(POLICY))
        self.machine.write(POLICY, proposed, 0o600)
        self.machine.run(HELPER, '--check-config', POLICY)
        self.start_by_hand()
        self.assertIn('passes', self.machine.run('akinctl', 'explain', 'in', 'tcp', '2222').stdout)
        self.assertNotIn('NOT started', self.install())

    def test_only_an_ssh_server_of_root_that_others_reach_counts(self):
        """Whatever an account calls its programs, it cannot keep akin from being started, nor have a port opened."""
        self.listen(31337, 'sshd', uid=ORDINARY_USER)
        self.listen(31338, 'sshd"\nx', uid=ORDINARY_USER)
        self.listen(31339, 'sshd', '127.0.0.1')
        self.listen(31340, 'sshd', '::1')
        self.listen(31341, 'nginx')
        self.listen(22, 'sshd')
        asked = './helper/service/ssh-ports', 'sudo akin-helper &'
        done = self.machine.run(*asked, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ''))
        self.listen(2222, 'sshd', '::')
        self.listen(2223, 'sshd')
        self.assertIn('in=tcp:2222,2223\n', self.machine.run(*asked).stdout)

    def test_a_computer_without_names_of_protocols(self):
        """A small system has no /etc/protocols, from which libnftables has its names: said, and nothing half done."""
        self.install()
        self.machine.run('rm', '-f', '/etc/protocols')
        refused = self.machine.run(HELPER, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stdout, r'\Aakin-helper: nftables needs /etc/protocols.* install netbase[^\n]*\n\Z')
        self.assertNotIn('inet akin', self.rules())

    def test_only_root(self):
        for script in ('install', 'uninstall'):
            done = subprocess.run([f'{ROOT}/helper/{script}'], user=ORDINARY_USER, group=ORDINARY_USER, extra_groups=[],
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (1, 1), done.stderr)
            self.assertIn(f'sudo ./helper/{script}', done.stderr)

    def test_usage(self):
        for script in ('install', 'uninstall'):
            self.assertIn('Usage: ', self.machine.run(f'./helper/{script}', '--help').stdout)
            self.assertEqual(self.machine.run(f'./helper/{script}', '--hepl', check=False).returncode, 2)
        self.assert_as_before()


class WithSystemd(InstallCase):
    systemd = True

    def show(self, name):
        return self.machine.run('systemctl', 'show', '-P', name, UNIT).stdout.strip()

    def enabled(self):
        return self.machine.run('systemctl', 'is-enabled', UNIT, check=False).stdout.strip()

    def journal(self):
        return self.machine.run('journalctl', '-q', '--no-pager', '-o', 'cat', '-u', UNIT).stdout

    def test_it_runs_starts_with_the_computer_and_is_taken_off(self):
        said = self.install()
        self.assertIn('Firewall on · NAT for 1 network', said)
        self.assertEqual(self.show('ActiveState'), 'active')
        self.assertEqual(self.enabled(), 'enabled')
        self.assertIn('inet akin', self.rules())
        self.assertEqual(self.forwarding(), '1')
        self.uninstall()
        self.assertEqual(self.show('LoadState'), 'not-found')
        self.assert_as_before()
        self.assertIn('not installed', self.uninstall())

    def test_everything_works_within_what_the_unit_allows(self):
        self.install()
        for command in ('deny irc', 'allow mysql --in', 'forward add tcp 80 192.168.56.101:8080', 'nat off', 'nat auto',
                        'ping trust 198.51.100.9', 'reload', 'stop', 'start', 'restart', 'panic on', 'panic off'):
            self.machine.run('akinctl', *command.split())
        self.machine.run('systemctl', 'reload', UNIT)
        self.listen(81, 'a-server')
        done = self.machine.run('akinctl', 'forward', 'add', 'tcp', '81', '192.168.56.101', check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn('81', done.stdout)
        self.assertEqual(self.machine.run('stat', '-c', '%a %U', POLICY).stdout.strip(), '600 root')
        done = self.machine.run('setpriv', '--reuid=65534', '--clear-groups', 'akinctl', 'status', check=False)
        self.assertEqual(done.returncode, 0, f'anyone may look: {done.stdout}')
        self.assertEqual(self.show('NRestarts'), '0')
        self.assertEqual(self.forwarding(), '1', 'NAT has what it needs')
        self.machine.run('nft', 'flush', 'table', 'inet', 'akin')
        wait_for(lambda: 'nft (process' in self.journal(), 'whoever changed the rules to be named')
        self.assertEqual([line for line in self.journal().splitlines()
                          if TROUBLE.search(line) and 'no system bus' not in line], [])

    def test_nothing_passes_until_it_has_started(self):
        """Only if the policy says so; the helper's own rules take the place of those."""
        self.install()
        for how, rules in (('open', ''), ('closed', 'inet akin'), ('open', '')):
            self.machine.run('sh', '-c', f'printf "[firewall]\\nuntil-started={how}\\n" >{POLICY}')
            self.machine.run('akinctl', 'reload')
            self.machine.run('systemctl', 'stop', UNIT)
            self.assertNotIn('inet akin', self.rules())
            self.machine.run('systemctl', 'start', 'akin-closed')
            self.assertIn(rules, self.rules())
            self.assertEqual('inet akin' in self.rules(), bool(rules))
            listed = self.machine.run('nft', 'list', 'ruleset').stdout
            self.assertEqual(set(re.findall(r'hook (input|output|forward) ', listed)),
                             {'input', 'output', 'forward'} if rules else set())
            self.machine.run('systemctl', 'start', UNIT)
            self.assertIn('Firewall on', self.machine.run('akinctl', 'status').stdout)
        self.assertEqual(self.machine.run('systemctl', 'is-enabled', 'akin-closed').stdout.strip(), 'enabled')

    def test_killed_it_comes_back_by_itself(self):
        self.install()
        first = self.show('MainPID')
        self.machine.run('systemctl', 'kill', '-s', 'KILL', UNIT)
        wait_for(lambda: self.show('MainPID') not in ('0', first), 'the next one')
        wait_for(lambda: self.status().returncode == 0, 'its answer')
        self.machine.run('systemctl', 'stop', UNIT)
        self.assertNotIn('inet akin', self.rules())
        self.assertEqual(self.forwarding(), '0')

    def test_an_update_replaces_the_helper_and_leaves_the_rules_in_force(self):
        self.install()
        self.machine.run('akinctl', 'deny', 'irc')
        first = self.show('MainPID')
        self.install()
        self.assertNotIn(self.show('MainPID'), ('0', first))
        self.assertNotIn('disabled enforcement', self.journal())
        self.assertIn('irc is not allowed', self.machine.run('akinctl', 'explain', 'out', 'tcp', '6667').stdout)
        self.uninstall()
        self.assert_as_before()

    def test_an_update_starts_nothing_that_was_stopped(self):
        self.install()
        self.machine.run('akinctl', 'deny', 'irc')
        for how, enabled in (('akinctl stop', 'enabled'), (f'systemctl stop {UNIT}', 'enabled'),
                             (f'systemctl disable --now {UNIT}', 'disabled')):
            with self.subTest(how):
                self.machine.run('systemctl', 'start', UNIT)
                self.machine.run(*how.split())
                said = self.install()
                self.assertIn('is not started', said)
                self.assertNotIn('default policy', said)
                self.assertEqual(self.helpers(), [])
                self.assertNotIn('inet akin', self.rules())
                self.assertEqual(self.enabled(), enabled)

    def test_an_update_leaves_alone_what_starts_with_the_computer(self):
        """It runs, and only until the computer goes off; the policy is the user's."""
        self.assertIn('default policy', self.install())
        self.machine.run('akinctl', 'deny', 'irc')
        self.machine.run('systemctl', 'disable', UNIT)
        said = self.install()
        self.assertNotIn('default policy', said)
        self.assertIn('does not start with the computer', said)
        self.assertEqual((self.show('ActiveState'), self.enabled()), ('active', 'disabled'))

    def test_not_started_when_told_so(self):
        self.install('--no-start')
        self.assertEqual(self.show('ActiveState'), 'inactive')
        self.assertEqual(self.helpers(), [])
        self.uninstall()
        self.assert_as_before()

    def test_a_helper_that_cannot_start_is_told_with_its_log(self):
        self.machine.run('mkdir', '-p', '/etc/systemd/system/akin-helper.service.d')
        self.machine.write('/etc/systemd/system/akin-helper.service.d/x.conf',
                           '[Service]\nExecStart=\nExecStart=/bin/sh -c "echo no such luck; exit 1"\n')
        done = self.machine.run('./helper/install', check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn('no such luck', done.stdout)

    def test_the_unit_is_sound_and_tight(self):
        self.install('--no-start')
        self.assertEqual(self.machine.run('systemd-analyze', 'verify', '--man=no', UNIT).stdout, '')
        self.machine.run('systemd-analyze', 'security', '--threshold=15', UNIT)  # tenths: 1.5 of 10


if __name__ == '__main__':
    sys.exit(unittest.main())
