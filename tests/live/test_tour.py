#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The tour, run as a person runs it: what it shows, how it ends, and that nothing of it stays behind.

    sudo tests/live/test_tour.py [-v]
"""

import fcntl
import glob
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

import namespaces
from helper import BUILD, ORDINARY_USER, wait_for
from hosts import end

TRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'app', 'try')
LIMIT = 110  # the tour promises to take less than two minutes
ESCAPE = '\033'


class TourCase(unittest.TestCase):
    """Before and after each test, this computer is looked at; a lab of another process is none of our business."""

    def setUp(self):
        self.scratch = self.enterContext(tempfile.TemporaryDirectory(prefix='akin-tour-test-'))
        self.before = self.computer()
        self.addCleanup(lambda: self.assertEqual(self.computer(), self.before))
        self.environment = {**os.environ, 'TMPDIR': self.scratch}
        self.pid = None

    def start(self, *arguments, build=BUILD, **options):
        """From another folder, without a terminal, with its output in a pipe."""
        process = subprocess.Popen([TRY, *arguments], cwd='/', text=True, **{
            'env': self.environment | {'AKIN_BUILD': build}, 'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE,
            'stderr': subprocess.STDOUT, 'start_new_session': True, **options})
        self.pid = process.pid
        self.addCleanup(self.assert_gone)
        self.addCleanup(end, process)
        return process

    def tour(self, *arguments, **options):
        """One that runs to its end; its exit code and what it showed."""
        with self.start(*arguments, **options) as process:
            shown, _ = process.communicate(timeout=LIMIT)
        return process.returncode, shown

    def computer(self):
        """This computer's own rules and links, and the files that were made for a while."""
        rules = subprocess.run(['nft', '--stateless', 'list', 'ruleset'], capture_output=True, text=True, check=True)
        return rules.stdout, sorted(os.listdir('/sys/class/net')), os.listdir(self.scratch)

    def assert_gone(self):
        """No namespace of the tour's is left, and no process of its session."""
        names = os.listdir(namespaces.DIRECTORY) if os.path.isdir(namespaces.DIRECTORY) else []
        self.assertEqual([name for name in names if name.startswith(f'{namespaces.PREFIX}-{self.pid}-')], [])
        self.assertEqual([pid for pid in map(int, filter(str.isdigit, os.listdir('/proc')))
                          if f'{namespaces.PREFIX}-{self.pid}-' in _command_line(pid)], [])


class Tour(TourCase):
    def test_every_step_holds(self):
        begin = time.monotonic()
        code, shown = self.tour()
        self.assertEqual(code, 0, shown)
        self.assertLess(time.monotonic() - begin, LIMIT)
        self.assertNotIn('✗', shown)
        self.assertNotIn(ESCAPE, shown, 'colour is for terminals')
        steps = shown.count('✓')
        self.assertIn(f'All {steps} steps held', shown)
        for promised in (r'vm1 and vm2 see each other.* … \d',
                         r'vm1 loads a page .*seen from 198\.51\.100\.2\s+and 2001:',
                         r'vm1 pings the internet … \d', r'web connection is refused at once … refused after',
                         r'already go on … \d', r'gets vm1’s page … .* ms', r'out by en1 … .*seen from 203\.0\.113\.2',
                         r'out of the kernel … the ruleset and \d+ kernel switches are as before'):
            self.assertRegex(shown, promised)

    def test_a_helper_that_fails_is_a_failed_tour(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        shutil.copytree(os.path.join(BUILD, 'app', 'ctl'), folder + '/app/ctl',
                        ignore=lambda _, names: [name for name in names if name != 'akinctl'])
        os.mkdir(folder + '/helper')
        with open(folder + '/helper/akin-helper', 'w') as file:
            file.write('#!/bin/sh\necho "akin-helper: out of order" >&2\nexit 1\n')
        os.chmod(file.name, 0o755)
        code, shown = self.tour(build=folder)
        self.assertEqual(code, 1, shown)
        self.assertRegex(shown, '✗ .*the helper')
        self.assertIn('akin-helper: out of order', shown)

    def test_interrupted_anywhere_it_leaves_nothing(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            with self.subTest(signal=number.name), self.start() as process:
                while '$ akinctl deny' not in process.stdout.readline():
                    self.assertIsNone(process.poll())
                process.send_signal(number)
                shown, _ = process.communicate(timeout=30)
                self.assertEqual(process.returncode, code, shown)
                self.assertNotIn('Traceback', shown)
                self.assert_gone()


class Shell(TourCase):
    def test_commands_from_a_pipe(self):
        code, shown = self.commands('akinctl nic', 'vm1 curl -si http://192.0.2.80/', 'akinctl deny http --out',
                                    'vm1 curl -sS http://192.0.2.80/', 'akinctl forward add tcp 80 192.168.56.101:8080',
                                    'neighbour curl -si http://198.51.100.2/')
        self.assertEqual(code, 0, shown)
        self.assertRegex(shown, r'(?m)^en0$')
        self.assertIn('Source: 198.51.100.2 ', shown)
        self.assertRegex(shown, r'curl: \(7\) ')
        self.assertIn('Source: 198.51.100.9 ', shown)

    def test_whatever_a_person_does_to_the_network_it_is_taken_down(self):
        code, shown = self.commands('ip link del vboxnet0', 'nft flush ruleset', 'sleep 100 &', 'exit 7')
        self.assertEqual(code, 0, shown)
        self.assertNotIn('Traceback', shown)

    def test_a_terminal(self):
        """Ctrl-C ends what runs in the shell, and neither the shell nor the network."""
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        process = self.start('shell', stdin=follower, stdout=follower, stderr=follower,
                             start_new_session=False, preexec_fn=_own_terminal)
        os.close(follower)
        self.wait_for_prompt(leader)
        os.write(leader, b'sleep 100\n')
        wait_for(lambda: any(_command_line(pid) == 'sleep 100' for pid in _session(process.pid)), 'the sleep')
        os.write(leader, b'\x03')
        self.wait_for_prompt(leader)
        os.write(leader, b'akinctl nic\n')
        self.assertRegex(self.wait_for_prompt(leader), r'en0\r?\n')
        os.write(leader, b'exit\n')
        self.assertIn('taken down', self.read(leader, 'taken down'))
        self.assertEqual(process.wait(20), 0)

    def commands(self, *lines):
        with self.start('shell', stdin=subprocess.PIPE) as process:
            shown, _ = process.communicate('\n'.join(lines) + '\n', timeout=LIMIT)
        return process.returncode, shown

    def wait_for_prompt(self, leader):
        return self.read(leader, 'akin tour, laptop')

    def read(self, leader, until, timeout=20):
        """What the terminal shows, up to these words."""
        shown, deadline = '', time.monotonic() + timeout
        while until not in shown:
            left = deadline - time.monotonic()
            self.assertTrue(left > 0 and select.select([leader], [], [], left)[0], f'waited for {until}:\n{shown}')
            shown += os.read(leader, 65536).decode(errors='replace')
        return shown


class Usage(TourCase):
    def test_help(self):
        for word in ('-h', '--help'):
            code, shown = self.tour(word)
            self.assertEqual((code, shown.splitlines()[0].split()[:3]), (0, ['Usage:', 'sudo', './app/try']))

    def test_wrong_arguments(self):
        for wrong in (['sheel'], ['shell', 'now'], ['']):
            code, shown = self.tour(*wrong)
            self.assertEqual(code, 2)
            self.assertIn('Usage:', shown)

    def test_only_root(self):
        code, shown = self.tour(user=ORDINARY_USER, group=ORDINARY_USER, extra_groups=[])
        self.assertEqual((code, len(shown.splitlines())), (1, 1))
        self.assertIn('sudo ./app/try', shown)


def _own_terminal():
    """The child's terminal is its standard input, as it would be for a person."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _command_line(pid):
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return file.read().replace(b'\0', b' ').decode(errors='replace').strip()
    except OSError:
        return ''


def _session(leader):
    """The processes of a session."""
    found = []
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(path) as file:
                fields = re.sub(r'^.*\) ', '', file.read()).split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            found.append(int(path.split('/')[2]))
    return found


if __name__ == '__main__':
    sys.exit(unittest.main())
