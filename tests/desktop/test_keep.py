# SPDX-License-Identifier: BSD-2-Clause
"""A firewall that is turned on where it may cut somebody off: it is on trial, and a dialog asks whether to keep it."""

import contextlib
import os
import time
import unittest

from driver import ORDINARY_USER, SLOW, Atspi, DeskCase, NotThere, has, open_desktop, signal
from logind import Logind
from system_bus import SystemBus

QUESTION = 'The firewall is on. Keep it?'
TRIAL = 30  # seconds
LATE = 3 * SLOW  # seconds after which it has ended


def setUpModule():
    open_desktop()


class KeepCase(DeskCase):
    """Begins with the firewall off."""

    arguments = ('--preferences',)
    first_time = True

    def setUp(self):
        super().setUp()
        self.akinctl('firewall', 'off')
        self.app.wait_headline('Firewall off')

    def open(self, *arguments, **options):
        return super().open(*arguments, **{'first_time': self.first_time, **options})

    def asks(self):
        """Whether the question is on the screen; nothing at all of the application may be."""
        with contextlib.suppress(NotThere):
            return bool(self.app.widgets(QUESTION, 'alert'))
        return False

    def on_trial(self):
        return any(warning['name'] == 'trial' for warning in self.status()['warnings'])

    def firewall(self):
        return self.status()['firewall']

    def turn_on(self):
        self.app.find('Firewall', 'toggle button')
        self.app.wait_on('Firewall', False)
        self.app.flip('Firewall')
        self.app.wait_on('Firewall')

    def ask(self):
        """Turns it on, and is asked."""
        self.turn_on()
        self.asked()

    def asked(self):
        self.app.find(QUESTION, 'alert')
        self.assertTrue(self.on_trial())
        self.assertTrue(self.firewall())

    def button(self, name):
        """Of the question: the warning in the window has the same ones."""
        return self.app.widgets(name, 'push button', root=self.app.find(QUESTION, 'alert'))[0]

    def decide(self, name):
        self.button(name).get_action_iface().do_action(0)

    def click(self, name):
        """The same with the mouse, once nothing moves."""
        boxes = [None]

        def rests():
            box = self.button(name).get_extents(Atspi.CoordType.SCREEN)
            boxes.append((box.x + box.width / 2, box.y + box.height / 2))
            time.sleep(0.1)
            return boxes[-1] == boxes[-2]
        self.app.until(rests, f'the button {name} to rest')
        self.screen.click(*boxes[-1])

    def assertNotAsked(self):
        """What was turned on is there to stay."""
        self.app.until(self.firewall, 'the firewall')
        time.sleep(0.3 * SLOW)
        self.assertFalse(self.asks())
        self.assertFalse(self.on_trial())

    def assertOver(self, on):
        """Nobody asks, and what was decided is so."""
        self.app.until(lambda: not self.asks(), 'the question to go')
        self.app.until(lambda: not self.on_trial(), 'the end of the trial')
        self.assertEqual(self.firewall(), on)
        self.app.wait_headline('Firewall on' if on else 'Firewall off')

    def kept(self):
        """Whether the application remembers it."""
        if not os.path.exists(self.app.settings):
            return False
        with open(self.app.settings) as file:
            return 'kept=true' in file.read()


class FirstTime(KeepCase):
    def test_kept(self):
        """And not asked the second time."""
        saved = self.helper.policy()
        self.ask()
        self.assertEqual(self.helper.policy(), saved)
        self.screen.picture('keep')
        self.decide('Keep')
        self.assertOver(True)
        self.assertTrue(self.kept())
        self.assertNotEqual(self.helper.policy(), saved)
        self.app.flip('Firewall')
        self.app.wait_headline('Firewall off')
        self.turn_on()
        self.assertNotAsked()

    def test_taken_back(self):
        """And asked the second time."""
        self.ask()
        self.decide('Take back')
        self.assertOver(False)
        self.app.wait_on('Firewall', False)
        self.assertFalse(self.kept())
        self.ask()

    def test_escape_takes_back(self):
        self.ask()
        self.screen.press('Escape')
        self.assertOver(False)

    def test_a_stray_enter_does_not_keep_it(self):
        self.ask()
        self.app.until(lambda: has(self.button('Take back'), 'FOCUSED'), 'the focus')
        self.screen.press('Return')
        self.assertOver(False)

    def test_decided_elsewhere(self):
        for command, on in (('revert', False), ('confirm', True)):
            self.ask()
            self.akinctl(command)
            self.assertOver(on)
            self.assertEqual(self.kept(), on)

    def test_the_button_of_the_warning(self):
        self.ask()
        bar = self.app.find('*is on trial*', 'info bar')
        self.app.widgets('Keep', 'push button', root=bar)[0].get_action_iface().do_action(0)
        self.assertOver(True)
        self.assertTrue(self.kept())

    def test_turned_off_again(self):
        """That is an answer."""
        self.ask()
        self.app.flip('Firewall')
        self.assertOver(False)

    def test_the_window_is_closed_meanwhile(self):
        """The question stays until it is answered."""
        window = self.app.window()
        self.ask()
        self.desktop.run('xdotool', 'windowfocus', '--sync', window, 'key', '--clearmodifiers', 'ctrl+w')
        self.app.gone('Block everything', 'toggle button')
        self.decide('Keep')
        self.assertOver(True)

    def test_the_time_is_up(self):
        """It says how much is left, and goes by itself."""
        begin = time.monotonic()
        self.ask()
        seen = self.app.find('*in 2? seconds*', 'label').get_name()
        self.app.until(lambda: self.app.find('*in ?? seconds*', 'label').get_name() != seen, 'a second to pass')
        self.app.until(lambda: not self.asks(), 'the question to go', TRIAL + LATE)
        self.assertGreater(time.monotonic() - begin, TRIAL - 1)
        self.app.wait_on('Firewall', False, timeout=LATE)
        self.assertOver(False)
        self.assertFalse(self.kept())

    def test_the_application_is_killed(self):
        """The trial is the helper's, which needs nobody to end it (tests/live/test_trial.py); one that is started
        again shows what is so."""
        self.ask()
        self.app.process.kill()
        self.app.process.wait()
        self.app.start()
        self.app.find('*is on trial*', 'info bar')
        self.assertFalse(self.asks())
        self.assertTrue(self.on_trial())
        self.akinctl('revert')
        self.app.wait_on('Firewall', False)
        self.assertFalse(self.firewall())

    def test_the_helper_goes_away(self):
        self.ask()
        self.helper.kill()
        self.app.until(lambda: not self.asks(), 'the question to go')
        self.helper.start()
        self.assertOver(False)
        self.assertFalse(self.kept())

    def test_during_a_trial_of_others(self):
        """It is one more change of that."""
        self.akinctl('--confirm', '300', 'deny', 'http')
        self.app.find('*is on trial*', 'info bar')
        self.turn_on()
        time.sleep(0.3 * SLOW)
        self.assertFalse(self.asks())
        self.assertTrue(self.on_trial())
        self.akinctl('revert')
        self.app.wait_on('Firewall', False)

    def test_started(self):
        self.akinctl('firewall', 'on')
        self.akinctl('stop')
        self.app.press('Start')
        self.asked()
        self.decide('Take back')
        self.app.find('akin is stopped*')
        self.assertFalse(self.status()['enforcing'])


class WithoutWindow(KeepCase):
    arguments = ()

    def test_by_the_menu_and_the_mouse(self):
        self.app.choose('Firewall')
        self.asked()
        self.screen.picture('keep-alone')
        self.click('Keep')
        self.assertOver(True)
        self.assertTrue(self.kept())

    def test_by_a_notification(self):
        self.desktop.run('gapplication', 'action', 'org.akin.Akin', 'turn-on-firewall')
        self.asked()
        self.app.choose('Quit*')
        self.app.process.wait(5 * SLOW)
        self.assertTrue(self.on_trial())
        self.akinctl('revert')


class WithoutRights(KeepCase):
    arguments = None

    def setUp(self):
        super(KeepCase, self).setUp()
        self.akinctl('firewall', 'off')

    def test_nothing_is_on_trial(self):
        shown = self.notifications()
        self.app = self.open(user=ORDINARY_USER, NO_AT_BRIDGE='1')
        self.app.wait_headline('Firewall off')
        self.app.until(lambda: not self.app.enabled('Firewall*'), 'the rights')
        self.desktop.run('gapplication', 'action', 'org.akin.Akin', 'turn-on-firewall')
        shown.wait('Not changed')
        self.assertFalse(self.on_trial())
        self.assertFalse(self.firewall())


class Remote(KeepCase):
    """Who is used to it is asked all the same when somebody may be cut off."""

    first_time = False

    def open(self, *arguments, **options):
        self.bus = self.enterContext(SystemBus(self.helper.folder))
        self.logind = Logind(self.desktop, self.bus)
        return super().open(*arguments, DBUS_SYSTEM_BUS_ADDRESS=self.bus.address, **options)

    def test_somebody_from_elsewhere(self):
        self.logind.log_in('c1', remote=False)
        self.turn_on()
        self.assertNotAsked()
        self.app.flip('Firewall')
        self.app.wait_headline('Firewall off')
        self.logind.log_in('c2', remote=True)
        self.ask()
        self.decide('Keep')
        self.assertOver(True)

    def test_a_bus_that_does_not_answer(self):
        """Nobody is, as far as one can know, and nothing waits for it for long."""
        self.logind.log_in('c2', remote=True)
        self.logind.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.logind.process.send_signal, signal.SIGCONT)
        self.turn_on()
        self.assertNotAsked()


if __name__ == '__main__':
    unittest.main()
