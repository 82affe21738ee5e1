# SPDX-License-Identifier: BSD-2-Clause
"""The application with a helper that refuses, takes its time, or says what is absurd."""

import os
import time
import unittest

from driver import SLOW, SOON, App, Atspi, Notifications, Screen, call, open_desktop
from scripted import Scripted


def setUpModule():
    global desktop
    desktop = open_desktop()
EACH = 100 if SLOW == 1 else 20000  # kB that a window may keep; a sanitizer keeps what was freed


class ScriptedCase(unittest.TestCase):
    arguments = ('--preferences',)
    environment = {}

    def setUp(self):
        self.helper = Scripted(os.path.join(desktop.folder, 'scripted.sock'))
        self.addCleanup(self.helper.close)
        self.prepare()
        self.screen = Screen(desktop)
        self.app = App(desktop, self.helper, *self.arguments, **self.environment)
        self.addCleanup(self.app.close)
        self.app.start()
        self.app.wait_headline('Firewall on')

    def prepare(self):
        """What the helper says from the beginning."""

    def changes(self, method):
        return [arguments for name, arguments in self.helper.calls if name == method]


class Menu(ScriptedCase):
    arguments = ()

    def prepare(self):
        self.helper.services.append(('mine', 'my_ser_vice', 'own', '', 'tcp:99', '', 1, True))
        self.helper.set('Networks', [('wlan_0', True, ['192.168.56.0/24'])])

    def test_underscores_are_no_mnemonics(self):
        """The panel draws two of them as one, and takes one for a mark of the letter after it."""
        self.assertIn('my__ser__vice', self.app.labels('Outgoing'))
        self.assertIn('wlan__0 · 192.168.56.0/24', self.app.labels('Virtual machines'))

    def test_a_change_that_changed_nothing(self):
        self.helper.deaf.add('SetFirewall')
        self.app.choose('Firewall')
        self.app.until(lambda: self.changes('SetFirewall'), 'the change')
        self.app.until(lambda: self.app.checked('Firewall'), 'the check to tell the truth', SOON)

    def test_what_would_be_markup(self):
        shown = Notifications(desktop)
        self.addCleanup(shown.close)
        self.helper.refusals['SetFirewall'] = 'no <b>bold</b> &lt;words&gt; here'
        self.app.choose('Firewall')
        body = shown.wait('Not changed')[1]
        self.assertNotRegex(body, '[<&]')
        self.assertIn('bold', body)
        self.assertIn('words', body)


class Memory(ScriptedCase):
    """Without a screen reader, which keeps much of its own."""

    arguments = ()
    environment = {'NO_AT_BRIDGE': '1'}

    def test_a_window_leaves_nothing(self):
        for number in range(1, 6):
            self.open_and_close(number)
        before = self.memory()
        for number in range(6, 26):
            self.open_and_close(number)
        self.assertLess((self.memory() - before) / 20, EACH, 'kB for each window')

    def open_and_close(self, number):
        self.act('', 'show-overview')
        self.app.until(lambda: self.screen.windows_of(self.app.pid), 'the window')
        self.act(f'/window/{number}', 'close')
        self.app.until(lambda: not self.screen.windows_of(self.app.pid), 'the window to go')

    def act(self, path, action):
        call(self.app.bus, 'org.akin.Akin', '/org/akin/Akin' + path, 'org.gtk.Actions', 'Activate', '(sava{sv})',
             action, [], {})

    def memory(self):
        """In kB, shared pages by their share."""
        with open(f'/proc/{self.app.pid}/smaps_rollup') as file:
            return next(int(line.split()[1]) for line in file if line.startswith('Pss:'))


class Absurd(ScriptedCase):
    """What takes GTK seconds to draw is not drawn in full, and everything else goes on."""

    def prepare(self):
        self.helper.set('NetworkPatterns', [f'net{number}*' for number in range(300)])

    def answers_soon(self):
        self.app.page(1)
        begin = time.monotonic()
        self.app.headline()
        self.assertLess(time.monotonic() - begin, 2 * SOON)

    def test_a_word_of_ten_thousand_letters(self):
        word = 'x' * 10000
        self.helper.set('Warnings', [('odd', word)])
        self.app.find('Xxx*', 'label')
        self.answers_soon()
        self.assertEqual([len(shown.get_name()) for shown in self.app.widgets('Xxx*', 'label')], [500])
        self.helper.refusals['AddForward'] = word
        self.app.page(3)
        self.app.press('Forward a port…')
        self.app.type('Port of this computer', '8080')
        self.app.type('Machine', '192.168.56.101')
        self.app.press('Add', dialog=True)
        told = self.app.find('Xxx*', 'alert').get_name()
        self.assertLess(len(told), 510)
        self.app.press('Cancel')

    def test_ten_thousand_forwards(self):
        self.app.page(3)
        self.helper.set('Forwards', [('tcp', 1 + number, '192.168.56.101', 8080, 'anyone', True)
                                     for number in range(10000)])
        self.app.find('and 9800 more', showing=False, timeout=3 * SOON)
        self.app.find('and 100 more', showing=False)
        self.answers_soon()


class Closed(ScriptedCase):
    """What is refused after one has turned away is told all the same."""

    def test_the_window(self):
        shown = Notifications(desktop)
        self.addCleanup(shown.close)
        self.helper.delays['SetFirewall'] = 1.5
        self.helper.refusals['SetFirewall'] = 'the disk is full'
        self.app.flip('Firewall')
        self.app.until(lambda: not self.app.is_on('Firewall'), 'the switch')
        self.screen.press('ctrl+w')
        self.app.until(lambda: not self.screen.windows_of(self.app.pid), 'the window to go')
        self.assertEqual(shown.wait('Not changed')[1], 'The disk is full.')

    def test_a_dialog(self):
        self.helper.delays['AddForward'] = 1.5
        self.helper.refusals['AddForward'] = 'the disk is full'
        self.app.page(3)
        self.app.press('Forward a port…')
        self.app.type('Port of this computer', '8080')
        self.app.type('Machine', '192.168.56.101')
        self.app.press('Add', dialog=True)
        self.app.press('Cancel')
        self.app.find('Not changed: the disk is full.', 'alert')

    def test_the_keys_are_shown(self):
        """In a window that is made when somebody asks, again and again."""
        self.app.window()
        for _ in range(2):
            self.screen.press('ctrl+question')
            self.app.until(lambda: len(self.screen.windows_of(self.app.pid)) == 2, 'the keys')
            self.screen.press('Escape')
            self.app.until(lambda: len(self.screen.windows_of(self.app.pid)) == 1, 'the keys to go')


class Lists(ScriptedCase):
    def prepare(self):
        self.helper.set('Forwards', [('tcp', port, f'192.168.56.{port}', 8080, 'anyone', True)
                                     for port in (80, 81, 82)])
        self.helper.set('TrustedPingers', ['203.0.113.7', '203.0.113.8', '203.0.113.9'])

    def property(self, name):
        return self.helper.properties[name].unpack()

    def double_click(self, button):
        """As slowly as people do, who mean one click."""
        self.app.until(lambda: self.app.sensitive(button), button)
        box = self.app.find(button).get_extents(Atspi.CoordType.SCREEN)
        desktop.run('xdotool', 'mousemove', str(box.x + box.width // 2), str(box.y + box.height // 2), 'click',
                    '--repeat', '2', '--delay', '150', '1')
        time.sleep(SOON)

    def test_a_double_click_removes_one_forward(self):
        self.app.page(3)
        self.double_click('Remove: Port 80 of this computer*')
        self.assertEqual([forward[1] for forward in self.property('Forwards')], [81, 82])
        self.app.press('Remove: Port 81 of this computer*')
        self.app.until(lambda: len(self.property('Forwards')) == 1, 'another click to count')

    def test_a_double_click_removes_one_address(self):
        self.app.page(4)
        self.double_click('Stop trusting 203.0.113.7')
        self.assertEqual(self.property('TrustedPingers'), ['203.0.113.8', '203.0.113.9'])

    def test_patterns_while_the_last_change_is_on_its_way(self):
        """Each change sends the whole list: none is made from a list that is about to be another."""
        self.helper.delays['SetNetworkPatterns'] = 1.5
        self.app.page(3)
        self.app.press('Remove the pattern akin*', showing=False)
        self.assertFalse(self.app.sensitive('Remove the pattern vboxnet*'))
        self.app.press('Remove the pattern vboxnet*', showing=False)
        self.app.press('Undo')
        self.app.until(lambda: len(self.changes('SetNetworkPatterns')) == 3, 'all three changes')
        self.app.until(lambda: self.property('NetworkPatterns') == ['vmnet*', 'akin*'], 'what is left')

    def test_what_is_typed_while_another_is_on_its_way(self):
        self.helper.delays['TrustPing'] = 1
        self.app.page(4)
        self.app.type('New trusted address', '198.51.100.9')
        self.app.press('Add')
        self.app.type('New trusted address', '198.51.100.1')
        self.app.find('198.51.100.9', 'label')
        self.assertEqual(self.app.text('New trusted address'), '198.51.100.1')
        self.app.press('Add')
        self.app.find('198.51.100.1', 'label')
        self.app.until(lambda: self.app.text('New trusted address') == '', 'room for the next one')


if __name__ == '__main__':
    unittest.main()
