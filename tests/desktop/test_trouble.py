# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of icon, menu and window when what is around them comes, goes, sleeps, or is not what it should be."""

import glob
import os
import subprocess
import time
import unittest

from driver import AKIN, DRAWN, ORDINARY_USER, SLOW, SOON, SWITCHES, App, DeskCase, open_desktop, wait_for
from logind import Logind
from session import end
from system_bus import SystemBus

TOLD = 1.2  # seconds after which a notification has been sent
STAND_IN = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'stand_in.py')


def setUpModule():
    global desktop
    desktop = open_desktop()


class Trouble(DeskCase):
    def test_a_helper_that_is_killed_and_comes_back(self):
        self.app.wait_icon('nat')
        self.helper.kill()
        self.app.wait_headline("akin's helper is not running", SOON)
        self.assertEqual([self.app.enabled(f'{name}*') for name in SWITCHES], [False] * 3)
        self.assertIn('Firewall (no helper)', self.app.labels())
        self.helper.start()
        self.app.wait_headline('Firewall on')
        self.assertEqual([self.app.enabled(name) for name in SWITCHES], [True] * 3)


class Alone(DeskCase):
    """Each starts the application in a way of its own."""

    arguments = None

    def test_who_may_not_change_it_is_told_why(self):
        self.app = self.open(user=ORDINARY_USER, NO_AT_BRIDGE='1')
        self.app.wait_icon('nat')
        self.assertEqual([self.app.enabled(f'{name}*') for name in SWITCHES], [False] * 3)
        self.assertIn('Firewall (ask an administrator)', self.app.labels())
        self.assertEqual(self.app.labels('Outgoing')[0], 'Only an administrator may change this.')
        self.assertFalse(self.app.enabled('Outgoing', 'Web'))
        self.akinctl('panic', 'on')
        self.app.wait_headline('Everything blocked', SOON)

    def test_no_display(self):
        environment = {name: value for name, value in self.desktop.environment.items() if name != 'DISPLAY'}
        done = subprocess.run([AKIN, '--socket', self.helper.socket], env=environment, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=5 * SLOW)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count('\n')), (1, '', 1), done.stderr)
        self.assertTrue(done.stderr.startswith('akin: there is no display'), done.stderr)

    def test_wrong_options(self):
        app = App(self.desktop, self.helper)
        for arguments in (['--nonsense'], ['nonsense']):
            code, said = app.again(*arguments)
            self.assertEqual((code, said.count('\n')), (2, 1), said)

    def test_no_session_bus(self):
        """No bus, no panel's tray, no notifications: the window opens, and the application lives."""
        self.app = self.open(DBUS_SESSION_BUS_ADDRESS='unix:path=/nonexistent', NO_AT_BRIDGE='1', G_DEBUG='')
        self.app.expect(r'(?i)-WARNING \*\*: .*unable to get (the )?session bus')
        before = {command: self.draw_fallback(command) for command in ('off', 'on')}
        self.assertNotEqual(before['on'], before['off'])
        time.sleep(TOLD * SLOW)
        self.akinctl('panic', 'off')  # is worth a notification, and there is nobody to show one
        time.sleep(TOLD * SLOW)

    def draw_fallback(self, panic):
        """The signature of the old kind of icon, which the panel's tray embeds, with panic on or off."""
        self.akinctl('panic', panic)
        self.screen.rest_mouse()
        time.sleep(0.5 * SLOW)

        def look():
            path = self.screen.picture('old-icon-' + panic, crop=self.screen.tray_icon())
            return self.screen.measure(path, '%[fx:maxima-minima]') > DRAWN and path
        return self.screen.signature(wait_for(look, 'the old kind of icon'))

    def test_no_tray(self):
        self.desktop.stop_panel()
        self.addCleanup(self.desktop.start_panel)
        shown = self.notifications()
        self.app = self.open()
        self.app.find('Firewall', 'toggle button')
        self.assertIn('AppIndicator', shown.wait("There is no place for akin's icon")[1])

    def test_a_second_one_raises_the_window(self):
        self.app = self.open()
        self.app.wait_icon('nat')
        self.assertEqual(self.screen.windows_of(self.app.pid), [])
        self.assertEqual(self.app.again('--preferences'), (0, ''))
        self.app.find('Firewall', 'toggle button')
        window = self.app.window()
        self.assertEqual(self.app.again(), (0, ''))
        self.assertEqual(self.app.window(), window)

    def test_a_second_one_at_another_socket_is_refused(self):
        self.app = self.open()
        self.app.wait_icon('nat')
        code, said = self.app.again('--socket', self.helper.socket + '-other')
        self.assertEqual((code, said.count('\n')), (1, 1), said)
        self.assertIn(self.helper.socket, said)
        self.assertEqual(self.screen.windows_of(self.app.pid), [])
        folder, name = os.path.split(self.helper.socket)
        self.assertEqual(self.app.again('--socket', f'{folder}/./{name}'), (0, ''))
        self.app.find('Firewall', 'toggle button')

    def test_a_locale_that_is_not_there(self):
        self.app = self.open(LC_ALL='xx_XX.UTF-8')
        self.app.wait_headline('Firewall on')

    def test_german(self):
        """In the panel's menu, on the window, and of the program when it cannot start."""
        self.app = self.open('--preferences', LC_ALL='C.UTF-8', LANGUAGE='de')
        self.app.wait_headline('Firewall an · NAT für 2 Netze · en0')
        self.assertEqual(self.app.labels()[-5:], ['Ausgehend', 'Eingehend', 'Virtuelle Maschinen', 'Einstellungen …',
                                                  'Beenden (die Firewall bleibt an)'])
        self.assertIn('Web', self.app.labels('Ausgehend'))
        self.app.find('Alles sperren', 'toggle button')
        self.app.find('Trennt diesen Rechner sofort, auch was verbunden ist.', 'label')
        self.assertEqual(self.app.again('--nonsense')[0], 2)
        self.assertIn('keine Option', self.app.again('nonsense')[1])

    def test_many_services_with_long_names(self):
        """A thousand of them, and titles in any script."""
        title = '防火墙 ' * 50
        self.akinctl('service', 'add', 'long', '--out', 'tcp:4242', '--title', title.strip()[:200])
        policy = self.helper.policy().decode()
        group = policy[policy.index('[service long]'):]
        policy += ''.join(f'\n{group.replace("long", f"many{number}").replace("4242", str(20000 + number))}'
                          for number in range(1000))
        self.helper.stop()
        self.helper.write_policy(policy)
        self.helper.start()
        self.app = self.open()
        self.app.wait_icon('nat')
        begin = time.monotonic()
        labels = self.app.labels('Outgoing')
        self.assertLess(time.monotonic() - begin, SOON)
        self.assertLess(len(labels), 40)
        self.assertLess(max(map(len, labels)), 60)


class Installed(unittest.TestCase):
    """What desktops and shops read of akin, as it is installed, translations and all."""

    def test_desktop_files(self):
        files = self.files('usr/share/applications/*.desktop') + self.files('etc/xdg/autostart/*.desktop')
        self.assertEqual(len(files), 2)
        self.assertEqual(desktop.run('desktop-file-validate', *files), '')

    def test_metainfo(self):
        files = self.files('usr/share/metainfo/*.xml')
        self.assertEqual(len(files), 1)
        desktop.run('appstreamcli', 'validate', '--no-net', *files)

    @staticmethod
    def files(pattern):
        return glob.glob(os.path.join(desktop.folder, 'installed', pattern))


class Incompatible(DeskCase):
    """Where the helper should be there is something else, then the helper."""

    arguments = ('--preferences',)

    def test_an_older_one(self):
        self.meet('0', '*version 0 *')

    def test_a_newer_one(self):
        self.meet('2', '*version 2 *')

    def test_none_at_all(self):
        self.meet('nonsense', "*is not akin's helper*")

    def meet(self, what, sentence):
        self.app.wait_icon('nat')
        self.helper.stop()
        stranger = self.desktop.start(['/usr/bin/python3', STAND_IN, self.helper.socket, what])
        self.app.wait_headline('akin and its helper do not fit together')
        self.assertEqual(self.app.icon(), 'akin-away-symbolic')
        self.assertEqual([self.app.enabled(f'{name}*') for name in SWITCHES], [False] * 3)
        self.app.find('akin and its helper do not fit together', 'label')
        self.app.find(sentence, 'label')
        self.app.press('Try again')
        self.app.find('akin and its helper do not fit together', 'label')
        end(stranger)
        os.unlink(self.helper.socket)
        self.helper.start()
        self.app.wait_headline('Firewall on')
        self.app.find('Firewall', 'toggle button')


class Asleep(DeskCase):
    arguments = ('--preferences',)

    def test_the_computer_sleeps_and_wakes(self):
        bus = self.enterContext(SystemBus(self.helper.folder))
        logind = Logind(self.desktop, bus)
        self.helper.stop()
        self.helper.start(*bus.prelude)
        self.app.wait_icon('nat')
        logind.sleep()
        asleep = 'Asleep: akin looks again when this computer wakes'
        self.app.wait_headline(asleep)
        self.assertEqual(self.app.icon(), 'akin-away-symbolic')
        self.assertEqual(self.app.property('IconAccessibleDesc'), asleep)
        self.app.find(asleep, 'label')
        logind.wake()
        self.app.wait_headline('Firewall on · NAT for 2 networks · en0')
        self.app.wait_icon('nat')
        self.app.gone(asleep)


if __name__ == '__main__':
    unittest.main()
