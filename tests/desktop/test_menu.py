# SPDX-License-Identifier: BSD-2-Clause
"""The icon and its menu in a real panel."""

import time
import unittest

from driver import DRAWN, PATIENCE, SLOW, SOON, SWITCHES, DeskCase, open_desktop, wait_for
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
DARK_MODE = ('xfconf-query', '-c', 'xfce4-panel', '-p', '/panels/dark-mode', '-s')


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
        pictures, before = {}, None
        for change, icon in (*((command, icon) for command, icon, _ in STATES), (self.break_policy, 'attention'),
                             (self.helper.kill, 'away')):
            if callable(change):
                change()
            elif change:
                self.akinctl(*change)
            self.app.wait_icon(icon)
            drawn = self.draw(icon, before)
            self.assertEqual(pictures.setdefault(icon, drawn), drawn, f'{icon} again')
            before = drawn
        self.helper.start()
        self.assertEqual(sorted(pictures), ['attention', 'away', 'nat', 'off', 'on', 'panic'])
        self.assertEqual(len(set(pictures.values())), len(pictures), pictures)

    def break_policy(self):
        """What is written there cannot be read: the policy in force stays, and there is something to look at."""
        self.helper.expect('akin.conf')
        self.helper.write_policy((self.helper.policy() or b'') + b'nonsense\n')
        self.akinctl('reload', check=False)

    def test_a_panel_that_is_restarted_gets_it_back(self):
        self.app.wait_icon('nat')
        self.desktop.stop_panel()
        self.akinctl('panic', 'on')
        self.desktop.start_panel()
        self.app.wait_icon('panic')
        self.draw('panic-again')

    def test_light_panels_and_dark_ones(self):
        """On each, the icon is drawn in what stands out.

        It is changed once the panel is up, which may learn its colours after it has drawn what was there.
        """
        self.app.wait_icon('nat')
        self.addCleanup(self.restart_panel)
        self.addCleanup(self.desktop.run, *DARK_MODE, 'true')
        for mode, panic, icon, least, most in (('true', 'on', 'panic', 0, 0.5), ('false', 'off', 'nat', 0.5, 1)):
            self.desktop.run(*DARK_MODE, mode)
            self.restart_panel()
            self.akinctl('panic', panic)
            self.app.wait_icon(icon)
            self.draw('dark-' + mode)
            self.assertTrue(least < self.measure('dark-' + mode, 'mean') < most, f'the panel, dark: {mode}')

    def test_a_panel_twice_as_large(self):
        self.app.wait_icon('nat')
        self.draw('once')
        width = self.width()
        self.addCleanup(self.restart_panel)
        self.restart_panel(GDK_SCALE='2')
        self.app.until(lambda: self.width() >= 2 * width, 'a tray twice as large')
        self.draw('twice')
        self.assertGreater(self.not_doubled('twice'), 0, 'the icon is the small one, magnified')

    def restart_panel(self, **environment):
        self.desktop.stop_panel()
        self.desktop.start_panel(**environment)

    def draw(self, name, before=None):
        """The signature of the icon on the screen, once it is another than before, and stays what it is.

        It must be more than the panel's grey.
        """
        self.screen.rest_mouse()
        seen = [None]

        def look():
            box = self.screen.tray_icon()  # grows from nothing in a new panel
            path = box and self.screen.picture('icon-' + name, crop=box)
            seen.append(path and self.screen.signature(path))
            return (path and self.measure(name, 'maxima-minima') > DRAWN and before != seen[-1] == seen[-2]
                    and seen[-1])
        return wait_for(look, f'the icon {name} to be drawn', 2 * PATIENCE * SLOW)

    def measure(self, name, what):
        return self.screen.measure(self.screen.path('icon-' + name), f'%[fx:{what}]')

    def width(self):
        return int((self.screen.tray_icon() or '0x0').split('x')[0])

    def not_doubled(self, name):
        """How much is lost when every second pixel is left out, which is nothing in a magnified picture."""
        path = self.screen.path('icon-' + name)
        return float(self.desktop.run('convert', path, '(', '+clone', '-sample', '50%', '-sample', '200%', ')',
                                      '-compose', 'difference', '-composite', '-colorspace', 'Gray', '-format',
                                      '%[fx:maxima]', 'info:'))


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
        for allowed in (False, True):
            self.app.choose('Outgoing', 'Web')
            self.app.until(lambda: self.service('http')['out']['allowed'] == allowed, 'the helper to have it', SOON)
            self.app.until(lambda: self.app.checked('Outgoing', 'Web') == allowed, 'the menu to show it', SOON)
            (self.assertOpen if allowed else self.assertRejected)(self.lab.vm1, INTERNET, 80)

    def test_a_service_is_let_in_and_the_kernel_follows(self):
        self.serve(self.lab.laptop, 80, proto='tcp')
        here = self.lab.laptop.addresses
        self.assertDropped(self.lab.neighbour, here, 80)
        self.app.choose('Incoming', 'Web')
        self.app.until(lambda: self.app.checked('Incoming', 'Web'), 'Web to be let in', SOON)
        self.assertOpen(self.lab.neighbour, here, 80)

    def test_the_switches(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        self.assertOpen(self.lab.laptop, INTERNET, 80)
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
        self.assertNotEqual(self.lab.laptop.connect(INTERNET4, 80, timeout=0.3).verdict, 'open')
        self.app.choose('Block everything')
        self.app.wait_headline('Firewall on', SOON)
        self.assertOpen(self.lab.laptop, INTERNET, 80)

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


if __name__ == '__main__':
    unittest.main()
