# SPDX-License-Identifier: BSD-2-Clause
"""The application with a helper that refuses, takes its time, or says what is absurd."""

import os
import unittest

from driver import SOON, App, Notifications, Screen, open_desktop
from scripted import Scripted


def setUpModule():
    global desktop
    desktop = open_desktop()


class ScriptedCase(unittest.TestCase):
    arguments = ('--preferences',)

    def setUp(self):
        self.helper = Scripted(os.path.join(desktop.folder, 'scripted.sock'))
        self.addCleanup(self.helper.close)
        self.prepare()
        self.screen = Screen(desktop)
        self.app = App(desktop, self.helper, *self.arguments)
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


if __name__ == '__main__':
    unittest.main()
