# SPDX-License-Identifier: BSD-2-Clause
"""Notifications: what is told, what is merged, what is kept quiet, and the buttons that act."""

import os
import time
import unittest

from driver import SLOW, Atspi, DeskCase, GLib, NotThere, folder_for, has, open_desktop, walk
from lab import INTERNET

MERGED = 1.2 * SLOW  # seconds after which a burst has been told


def setUpModule():
    open_desktop()


class NoticeCase(DeskCase):
    def setUp(self):
        super().setUp()
        self.desktop.clear_notifications()
        self.shown = self.notifications()
        self.app.wait_icon('nat')
        time.sleep(MERGED - 0.1)  # what was true at the start is no news

    def break_policy(self):
        """A policy file that cannot be read is something to look at."""
        self.helper.expect('akin.conf')
        self.helper.write_policy((self.helper.policy() or b'') + b'nonsense\n')
        self.akinctl('reload', check=False)

    def titles(self):
        return [shown[0] for shown in self.shown.shown]

    def quiet(self):
        """What was shown by the time when everything would have been."""
        time.sleep(MERGED)
        return self.titles()

    def click(self, button):
        """Clicks a button of a notification, with the mouse."""
        boxes = [None]

        def rests():
            box = self.on_screen(button).get_extents(Atspi.CoordType.SCREEN)
            boxes.append((box.x + box.width / 2, box.y + box.height / 2))
            time.sleep(0.05)
            return boxes[-1] == boxes[-2]
        self.app.until(rests, f'the button {button}')
        self.screen.click(*boxes[-1])

    def on_screen(self, button):
        """A button of the program that draws notifications."""
        desktop = Atspi.get_desktop(0)
        for number in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(number)
            if child and child.get_name() == 'xfce4-notifyd':
                for node in walk(child):
                    if node.get_role_name() == 'push button' and node.get_name() == button and has(node, 'SHOWING'):
                        return node
        raise NotThere(button)


class Told(NoticeCase):
    def test_firewall_off_and_turned_back_on_by_the_button(self):
        self.serve(self.lab.laptop, 80, proto='tcp')
        self.akinctl('firewall', 'off')
        _, body, buttons = self.shown.wait('Firewall off')
        self.assertTrue(body)
        self.assertIn('Turn back on', buttons)
        self.assertOpen(self.lab.neighbour, self.lab.laptop.address4, 80)
        self.click('Turn back on')
        self.app.wait_headline('Firewall on')
        self.assertTrue(self.status()['firewall'])
        self.assertDropped(self.lab.neighbour, self.lab.laptop.address4, 80)
        self.shown.wait('Firewall on')

    def test_panic_and_let_through_again_by_the_button(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        self.akinctl('panic', 'on')
        self.shown.wait('Everything blocked')
        self.click('Let through again')
        self.app.wait_headline('Firewall on')
        self.assertOpen(self.lab.vm1, INTERNET, 80)

    def test_another_network_card_and_none(self):
        self.addCleanup(self.lab.join, 'en0')
        self.lab.leave('en0')
        self.assertIn('en0', self.shown.wait('Now through en1')[1])
        self.lab.join('en0')
        self.assertIn('en1', self.shown.wait('Now through en0')[1])
        self.addCleanup(self.lab.join, 'en1')
        self.lab.leave('en1')
        self.lab.leave('en0')
        self.shown.wait('Not connected')

    def test_nat_idle_and_running(self):
        self.addCleanup(self.lab.vm_networks, 'up')
        self.lab.vm_networks('down')
        self.shown.wait('NAT is idle')
        self.lab.vm_networks('up')
        self.shown.wait('NAT is running')

    def test_another_program_changes_the_rules(self):
        self.lab.laptop.run(['nft', 'delete', 'table', 'inet', 'akin'])
        self.assertIn('nft', self.shown.wait("Another program changed akin's rules")[1])

    def test_the_helper_goes_and_comes_back(self):
        self.helper.kill()
        self.assertIn('Show', self.shown.wait("akin's helper is not running")[2])
        self.click('Show')
        self.app.find('Try again', 'push button')
        self.helper.start()
        self.shown.wait("akin's helper is back")

    def test_something_to_look_at(self):
        self.break_policy()
        self.assertIn('Show', self.shown.wait('Something to look at')[2])
        self.click('Show')
        self.app.find('Read again', 'push button')

    def test_a_burst_is_one(self):
        self.akinctl('firewall', 'off')
        self.akinctl('panic', 'on')
        self.akinctl('nat', 'off')
        self.assertEqual(len(self.quiet()), 1, self.titles())

    def test_the_start_is_no_news_and_neither_is_to_and_fro(self):
        for _ in range(5):
            self.akinctl('panic', 'on')
            self.akinctl('panic', 'off')
        self.assertEqual(self.quiet(), [])


KINDS = ('firewall', 'nat', 'nic', 'panic', 'helper', 'rules', 'warning')


class Silent(NoticeCase):
    """What is switched off in a settings file that was there before."""

    off = KINDS

    def open(self, *arguments, **options):
        """As ever, with the settings written first."""
        folder = folder_for(self.desktop, 'silent')
        os.mkdir(os.path.join(folder, 'akin'))
        with open(os.path.join(folder, 'akin', 'app.conf'), 'w') as file:
            file.write('[Notifications]\n' + ''.join(f'{kind}=false\n' for kind in self.off))
        return super().open(*arguments, XDG_CONFIG_HOME=folder, **options)

    def test_all_kinds_are_off(self):
        """Each is what a test above was told of."""
        self.addCleanup(self.lab.vm_networks, 'up')
        self.addCleanup(self.lab.join, 'en0')
        for happens in (lambda: self.akinctl('firewall', 'off'), lambda: self.lab.vm_networks('down'),
                        lambda: self.lab.leave('en0'), lambda: self.akinctl('panic', 'on'),
                        lambda: self.lab.laptop.run(['nft', 'delete', 'table', 'inet', 'akin']),
                        self.break_policy, self.helper.kill, self.helper.start):
            happens()
            time.sleep(MERGED)
        self.app.wait_headline('Everything blocked')
        self.assertEqual(self.titles(), [])


class SilentAboutOne(Silent):
    off = ('firewall',)

    def test_all_kinds_are_off(self):
        """One is; the others are told."""
        self.akinctl('firewall', 'off')
        self.assertEqual(self.quiet(), [])
        self.akinctl('panic', 'on')
        self.shown.wait('Everything blocked')


class Kept(NoticeCase):
    arguments = ('--preferences',)

    def test_what_is_switched_off_stays_off(self):
        self.app.page(5)
        self.app.flip('Block everything')
        self.app.wait_on('Block everything', False)
        self.app.close()
        self.app.start()
        self.app.wait_icon('nat')
        self.app.page(5)
        self.app.wait_on('Block everything', False)
        self.app.wait_on('Firewall')
        time.sleep(MERGED)
        self.akinctl('panic', 'on')
        self.assertEqual(self.quiet(), [])
        self.akinctl('panic', 'off')
        self.akinctl('firewall', 'off')
        self.shown.wait('Firewall off')


if __name__ == '__main__':
    unittest.main()
