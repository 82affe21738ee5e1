# SPDX-License-Identifier: BSD-2-Clause
"""Changes on trial: kept when somebody confirms them in time, taken back by the helper when nobody does."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import time
import unittest

from helper import AKINCTL, NO_HELPER, AkinCase, wait_for
from lab import INTERNET

FAILED, USAGE = 1, 2
SHORTEST = 5  # seconds
LONG = '300'


class Trial(AkinCase):
    def setUp(self):
        super().setUp()
        self.serve(self.lab.internet, 80, proto='tcp')

    def trial(self):
        """What status says of it."""
        return [one for one in self.helper.json('status')['warnings'] if one['name'] == 'trial']

    def saved(self):
        """The policy file, None if there is none."""
        if not os.path.exists(self.helper.config):
            return None
        with open(self.helper.config) as file:
            return file.read()

    def test_nobody_confirms(self):
        done = self.akinctl('--confirm', str(SHORTEST), 'deny', 'http', '--out')
        self.assertIn('akinctl confirm', done.stderr)
        self.assertRejected(self.lab.vm1, INTERNET, 80)
        self.assertEqual(len(self.trial()), 1)
        self.assertIsNone(self.saved())
        wait_for(lambda: not self.trial(), 'the end of the trial', SHORTEST + 2)
        self.assertOpen(self.lab.vm1, INTERNET, 80)
        self.assertIsNone(self.saved())

    def test_confirmed(self):
        self.akinctl('--confirm', str(SHORTEST), 'deny', 'http', '--out')
        self.assertIn('Kept', self.akinctl('confirm').stdout)
        self.assertIn('http', self.saved())
        time.sleep(SHORTEST + 0.5)
        self.assertRejected(self.lab.vm1, INTERNET, 80)
        self.assertEqual(self.trial(), [])

    def test_reverted(self):
        self.akinctl('--confirm', LONG, 'deny', 'http', '--out')
        self.akinctl('panic', 'on')
        self.akinctl('revert')
        self.assertOpen(self.lab.vm1, INTERNET, 80)
        self.assertFalse(self.helper.json('status')['panic'])
        self.assertIsNone(self.saved())

    def test_stop_is_taken_back_too(self):
        self.akinctl('--confirm', LONG, 'stop')
        self.assertFalse(self.helper.json('status')['enforcing'])
        self.akinctl('revert')
        self.assertTrue(self.helper.json('status')['enforcing'])

    def test_a_helper_that_was_killed_knows_what_was_saved(self):
        self.akinctl('deny', 'ftp')
        before = self.saved()
        self.akinctl('--confirm', LONG, 'deny', 'http', '--out')
        self.helper.kill()
        self.helper.start()
        self.assertEqual(self.trial(), [])
        self.assertOpen(self.lab.vm1, INTERNET, 80)
        self.assertEqual(self.saved(), before)

    def test_one_at_a_time(self):
        self.akinctl('--confirm', LONG, 'deny', 'http')
        for command in (('--confirm', LONG, 'deny', 'ssh'), ('reload',)):
            done = self.akinctl(*command, check=False)
            self.assertEqual(done.returncode, FAILED)
            self.assertIn('akinctl confirm', done.stderr)
        self.assertEqual(len(self.trial()), 1)

    def test_a_command_that_fails_leaves_no_trial(self):
        done = self.akinctl('--confirm', LONG, 'deny', 'no-such-service', check=False)
        self.assertEqual(done.returncode, FAILED)
        self.assertEqual(self.trial(), [])

    def test_what_cannot_be_on_trial(self):
        """Is not done, either."""
        for command in ('status', 'confirm', 'revert', 'reload', 'doctor mend rp-filter', 'forward list'):
            done = self.akinctl('--confirm', LONG, *command.split(), check=False)
            self.assertEqual((done.returncode, done.stdout), (USAGE, ''), command)
            self.assertIn('cannot be put on trial', done.stderr)
        self.assertNotIn('trial', self.helper.read_log())

    def test_another_change_meanwhile(self):
        self.akinctl('--confirm', LONG, 'deny', 'http', '--out')
        self.assertIn('; on trial, since one is under way', self.akinctl('allow', 'irc').stdout)
        self.akinctl('confirm')
        self.assertNotIn('trial', self.akinctl('deny', 'irc').stdout)

    def test_nothing_to_confirm(self):
        for command in ('confirm', 'revert'):
            done = self.akinctl(command, check=False)
            self.assertEqual((done.returncode, 'nothing is on trial' in done.stderr), (FAILED, True))

    def test_odd_words(self):
        for words in (('--confirm', '30', 'status'), ('--confirm', '-1', 'stop'), ('--confirm', 'x', 'stop'),
                      ('--confirm',), ('--confirm', '0', 'stop')):
            self.assertEqual(self.akinctl(*words, check=False).returncode, USAGE, words)
        for seconds in ('1', '601'):
            done = self.akinctl('--confirm', seconds, 'stop', check=False)
            self.assertEqual((done.returncode, '5 to 600' in done.stderr), (FAILED, True))
        self.assertTrue(self.helper.json('status')['enforcing'])


class Terminal(AkinCase):
    """A person is asked on the terminal, while the helper counts."""

    def ask(self, seconds=LONG):
        person, terminal = pty.openpty()
        self.addCleanup(os.close, person)
        self.process = subprocess.Popen(
            [AKINCTL, '--socket', self.helper.socket, '--confirm', seconds, 'firewall', 'off'],
            stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        self.addCleanup(self.process.kill)
        shown = ''
        while 'Press Enter' not in shown:
            self.assertTrue(select.select([person], [], [], 5)[0], shown)
            shown += os.read(person, 4096).decode()
        return person

    def ends(self, person, code, words, seconds=5):
        """The exit code, and what was said last."""
        self.assertEqual(self.process.wait(seconds), code)
        said = ''
        with contextlib.suppress(OSError):  # of a terminal that nobody has any more
            while piece := os.read(person, 4096).decode():
                said += piece
        self.assertIn(words, said)

    def firewall(self):
        return self.helper.json('status')['firewall']

    def test_enter_keeps_it(self):
        os.write(self.ask(), b'\n')
        self.assertEqual(self.process.wait(5), 0)
        self.assertFalse(self.firewall())
        self.akinctl('reload')

    def test_no_takes_it_back_at_once(self):
        os.write(self.ask(), b'n\n')
        self.assertEqual(self.process.wait(5), FAILED)
        self.assertTrue(self.firewall())

    def test_silence_takes_it_back(self):
        self.ask(str(SHORTEST))
        self.assertEqual(self.process.wait(SHORTEST + 3), FAILED)
        wait_for(self.firewall, 'the firewall')

    def test_confirmed_elsewhere(self):
        person = self.ask()
        self.akinctl('confirm')
        self.ends(person, 0, 'Kept: somebody has confirmed it')
        self.assertFalse(self.firewall())

    def test_reverted_elsewhere(self):
        person = self.ask()
        self.akinctl('revert')
        self.ends(person, FAILED, 'taken back: somebody has reverted it')
        self.assertTrue(self.firewall())

    def test_somebody_was_quicker(self):
        """What is typed meets a trial that is over, and what is said is what holds."""
        for typed, elsewhere, code, words in ((b'n\n', 'confirm', FAILED, 'somebody has confirmed it meanwhile'),
                                              (b'\n', 'confirm', 0, 'Kept: somebody has confirmed it'),
                                              (b'\n', 'revert', FAILED, 'taken back: somebody has reverted it'),
                                              (b'n\n', 'revert', FAILED, 'taken back: somebody has reverted it')):
            with self.subTest(typed=typed, elsewhere=elsewhere):
                self.akinctl('firewall', 'on')
                person = self.ask()
                self.process.send_signal(signal.SIGSTOP)
                self.akinctl(elsewhere)
                os.write(person, typed)
                self.process.send_signal(signal.SIGCONT)
                self.ends(person, code, words)
                self.assertEqual(self.firewall(), elsewhere == 'revert')

    def test_the_next_trial_is_another(self):
        person = self.ask()
        self.process.send_signal(signal.SIGSTOP)
        self.akinctl('confirm')
        self.akinctl('--confirm', LONG, 'deny', 'http')
        self.akinctl('revert')
        self.process.send_signal(signal.SIGCONT)
        self.ends(person, 0, 'Kept: somebody has confirmed it')

    def test_edited_meanwhile(self):
        """What cannot be kept is still on trial, and the advice leads out of it."""
        person = self.ask()
        self.helper.write_policy('[nat]\nmode = off\n')
        os.write(person, b'\n')
        self.ends(person, FAILED, 'akinctl revert, then akinctl reload')
        self.assertFalse(self.firewall())
        self.akinctl('revert')
        self.akinctl('reload')
        self.assertEqual(self.helper.json('status')['nat'], 'off')

    def test_the_helper_goes_away(self):
        for end in (self.helper.kill, self.helper.stop):
            person = self.ask()
            end()
            self.ends(person, NO_HELPER, 'when it is started again, all is as before the trial')
            self.helper.start()
            self.assertTrue(self.firewall())

    def test_who_asked_is_gone(self):
        self.ask(str(SHORTEST))
        self.process.kill()
        self.process.wait()
        self.assertFalse(self.firewall())
        wait_for(self.firewall, 'the firewall', SHORTEST + 3)


if __name__ == '__main__':
    unittest.main()
