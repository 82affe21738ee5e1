# SPDX-License-Identifier: BSD-2-Clause
"""The icon and its menu in a real panel, and what becomes of them when things around them come and go."""

import subprocess
import time
import unittest

from driver import AKIN, DRAWN, ORDINARY_USER, SLOW, SOON, App, DeskCase, open_desktop, wait_for
from lab import INTERNET, INTERNET4

STATES = (  # what is told to the helper, the icon's name then, and how the headline begins
    ((), 'nat', 'Firewall on · NAT for 2 networks · en0'),
    (('nat', 'off'), 'on', 'Firewall on · NAT off · en0'),
    (('nat', 'auto'), 'nat', 'Firewall on · NAT for 2 networks · en0'),
    (('panic', 'on'), 'panic', 'Everything blocked'),
    (('panic', 'off'), 'nat', 'Firewall on'),
    (('firewall', 'off'), 'off', 'Firewall off: everything gets in'),
    (('firewall', 'on'), 'nat', 'Firewall on'),
    (('stop',), 'off', 'Stopped: akin protects nothing'),
    (('start',), 'nat', 'Firewall on'),
)
SWITCHES = ('Firewall', 'Network for virtual machines (NAT)', 'Block everything')
SETTLED = 0.15  # seconds that a panel takes to draw what it was told


def setUpModule():
    open_desktop()


class Icon(DeskCase):
    def test_it_is_there_soon(self):
        self.app.wait_icon('nat', SOON)
        self.assertEqual(self.app.property('Title'), 'akin')

    def test_it_follows_the_helper_soon(self):
        for command, icon, headline in STATES:
            with self.subTest(command=command):
                if command:
                    self.akinctl(*command)
                self.app.wait_icon(icon, SOON)
                self.app.wait_headline(headline, SOON)
                spoken = self.app.headline().replace(' · ', ', ')
                self.assertEqual(self.app.property('IconAccessibleDesc'), spoken)

    def test_each_state_is_drawn_and_differs(self):
        pictures = {}
        for command, icon, _ in (*STATES, (None, 'away', '')):
            if command is None:
                self.helper.kill()
            elif command:
                self.akinctl(*command)
            self.app.wait_icon(icon)
            drawn = self.draw(icon)
            self.assertEqual(pictures.setdefault(icon, drawn), drawn, f'{icon} again')
        self.helper.start()
        self.assertEqual(sorted(pictures), ['away', 'nat', 'off', 'on', 'panic'])
        self.assertEqual(len(set(pictures.values())), len(pictures), pictures)

    def test_a_panel_that_is_restarted_gets_it_back(self):
        self.app.wait_icon('nat')
        self.desktop.stop_panel()
        self.akinctl('panic', 'on')
        self.desktop.start_panel()
        self.app.wait_icon('panic')
        self.draw('panic-again')

    def draw(self, name):
        """The signature of the icon on the screen; it must be more than the panel's grey."""
        self.screen.rest_mouse()
        time.sleep(SETTLED * SLOW)

        def look():
            box = self.screen.tray_icon()  # grows from nothing in a new panel
            path = box and self.screen.picture('icon-' + name, crop=box)
            return path and self.screen.measure(path, '%[fx:maxima-minima]') > DRAWN and path
        return self.screen.signature(wait_for(look, f'the icon {name} to be drawn'))


class Menu(DeskCase):
    def setUp(self):
        super().setUp()
        self.app.wait_icon('nat')

    def test_its_order(self):
        labels = self.app.labels()
        self.assertEqual(labels[1:], [*SWITCHES, 'Outgoing', 'Incoming', 'Virtual machines', 'Preferences…',
                                      'Quit (the firewall stays on)'])
        self.assertEqual([self.app.checked(name) for name in SWITCHES], [True, True, False])
        for menu in ('Outgoing', 'Incoming'):
            self.assertEqual(self.app.labels(menu)[-1], 'All services…')

    def test_a_service_is_denied_and_the_kernel_follows(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        self.assertOpen(self.lab.vm1, INTERNET, 80)
        self.assertTrue(self.app.checked('Outgoing', 'Web'))
        self.app.choose('Outgoing', 'Web')
        self.app.until(lambda: not self.app.checked('Outgoing', 'Web'), 'Web to be off', SOON)
        self.assertRejected(self.lab.vm1, INTERNET, 80)
        self.app.choose('Outgoing', 'Web')
        self.app.until(lambda: self.app.checked('Outgoing', 'Web'), 'Web to be on', SOON)
        self.assertOpen(self.lab.vm1, INTERNET, 80)

    def test_a_service_is_let_in_and_the_kernel_follows(self):
        self.serve(self.lab.laptop, 80, proto='tcp')
        here = self.lab.laptop.addresses
        self.assertDropped(self.lab.neighbour, here, 80)
        self.app.choose('Incoming', 'Web')
        self.app.until(lambda: self.app.checked('Incoming', 'Web'), 'Web to be let in', SOON)
        self.assertOpen(self.lab.neighbour, here, 80)

    def test_the_switches(self):
        self.app.choose('Firewall')
        self.app.wait_headline('Firewall off', SOON)
        self.assertFalse(self.status()['firewall'])
        self.app.choose('Firewall')
        self.app.wait_headline('Firewall on', SOON)
        self.app.choose('Network for virtual machines (NAT)')
        self.app.wait_headline('Firewall on · NAT off', SOON)
        self.assertEqual(self.status()['nat'], 'off')
        self.app.choose('Block everything')
        self.app.wait_headline('Everything blocked', SOON)
        self.assertEqual(self.lab.laptop.connect(INTERNET4, 80, timeout=0.3).verdict == 'open', False)

    def test_what_others_change_shows_soon(self):
        for command, checked in (('deny', False), ('allow', True)):
            self.akinctl(command, 'http', '--out')
            self.app.until(lambda: self.app.checked('Outgoing', 'Web') == checked, f'Web after {command}', SOON)

    def test_a_flurry_ends_in_the_truth(self):
        for number in range(20):
            self.akinctl('panic', 'on' if number % 2 == 0 else 'off')
        self.app.wait_icon('nat', SOON)
        self.assertFalse(self.app.checked('Block everything'))

    def test_networks_are_listed(self):
        self.lab.laptop.ping(self.lab.vm1.address4)
        self.assertIn('vboxnet0 · 192.168.56.0/24, fd00:56::/64', self.app.labels('Virtual machines'))
        self.app.choose('Virtual machines', 'vboxnet0*')
        self.app.find('When a VM network is up', 'radio button')

    def test_clicks_of_a_mouse(self):
        """Opens the menu at the icon, and takes the first switch by the keyboard."""
        self.desktop.clear_notifications()
        width_height, x, y = self.screen.tray_icon().split('+')
        self.screen.click(int(x) + 10, int(y) + 12)
        time.sleep(0.4 * SLOW)
        picture = self.screen.picture('menu')
        self.assertGreater(self.screen.measure(picture, '%k'), 8, f'no menu is drawn at {width_height}')
        self.screen.press('Down')
        self.screen.press('Return')
        self.app.wait_headline('Firewall off')
        self.assertFalse(self.status()['firewall'])

    def test_quit_leaves_the_rules(self):
        rules = self.helper.kernel()
        self.app.choose('Quit*')
        self.assertEqual(self.app.process.wait(5 * SLOW), 0)
        self.assertEqual(self.helper.kernel(), rules)


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

    def test_a_locale_that_is_not_there(self):
        self.app = self.open(LC_ALL='xx_XX.UTF-8')
        self.app.wait_headline('Firewall on')

    def test_german(self):
        self.app = self.open(LC_ALL='C.UTF-8', LANGUAGE='de')
        self.app.wait_icon('nat')

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


if __name__ == '__main__':
    unittest.main()
