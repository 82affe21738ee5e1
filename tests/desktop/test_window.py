# SPDX-License-Identifier: BSD-2-Clause
"""The window, driven as a screen reader drives it: every page, what is refused, and how it looks."""

import contextlib
import os
import unittest

from driver import NotThere, ORDINARY_USER, SLOW, SOON, DeskCase, has, open_desktop, signal, wait_for, walk
from lab import INTERNET, VM1, VM2

NAT = 'Network for virtual machines (NAT)'
REACH = "Machines may use this computer's services"
PAGES = ('overview', 'services', 'machines', 'trust', 'notifications')
CONTROLS = {'toggle button', 'push button', 'text', 'check box', 'radio button', 'combo box', 'entry', 'spin button'}
NARROW = 360
COLOURS = 40  # a page has hundreds of greys, an empty one a handful


def setUpModule():
    open_desktop()


class WindowCase(DeskCase):
    arguments = ('--preferences',)
    first = 'Firewall'  # what is there once the page is, and on which page
    number = 1

    def setUp(self):
        super().setUp()
        self.app.find('Firewall', 'toggle button')
        if self.number != 1:
            self.app.page(self.number)
            self.app.find(self.first)


class Overview(WindowCase):
    def test_the_switches_and_those_of_others(self):
        for name, key in (('Firewall', 'firewall'), ('Block everything', 'panic')):
            was = self.status()[key]
            self.app.wait_on(name, was)
            self.app.flip(name)
            self.app.wait_on(name, not was, timeout=SOON)
            self.app.until(lambda key=key, was=was: self.status()[key] != was, name, SOON)
            self.akinctl(key, 'on' if was else 'off')
            self.app.wait_on(name, was, timeout=SOON)

    def test_nat(self):
        self.app.flip(NAT)
        self.app.until(lambda: self.status()['nat'] == 'off', 'NAT off', SOON)
        self.akinctl('nat', 'on')
        self.app.wait_on(NAT, timeout=SOON)

    def test_stopped_and_started(self):
        self.akinctl('stop')
        self.app.press('Start')
        self.app.until(lambda: self.status()['enforcing'], 'enforcement', SOON)
        self.app.gone('Start')

    def test_a_helper_that_goes_and_comes_back(self):
        self.helper.kill()
        self.app.find('Try again', 'push button')
        self.app.gone('Firewall', 'toggle button')
        self.helper.start()
        self.app.find('Firewall', 'toggle button')
        self.app.wait_on('Firewall')

    def test_a_helper_that_does_not_answer(self):
        """The window stays alive and says so."""
        self.helper.signal(signal.SIGSTOP)
        self.addCleanup(self.helper.signal, signal.SIGCONT)
        self.app.flip('Firewall')
        self.app.page(4)
        self.app.find('New trusted address', 'text', timeout=SOON)
        self.app.find("akin's helper does not answer*", timeout=15 * SLOW)
        self.assertEqual(self.app.icon(), 'akin-away-symbolic')
        self.assertTrue(self.app.checked('Firewall*'))
        self.assertFalse(self.app.enabled('Firewall*'))
        self.helper.signal(signal.SIGCONT)
        self.app.gone("akin's helper does not answer*")
        self.app.wait_headline('Firewall o')

    def test_a_policy_file_changed_by_hand(self):
        """A change would overwrite what was written by hand: it is refused, undone, and told."""
        self.akinctl('deny', 'whois')
        self.helper.write_policy(self.helper.policy() + b'\n# by hand\n')
        self.app.flip('Firewall')
        self.app.find('Not changed: *changed by hand*', 'alert')
        self.app.wait_on('Firewall')
        self.assertTrue(self.status()['firewall'])
        self.app.press('Read again')
        self.app.gone('Read again')
        self.app.flip('Firewall')
        self.app.until(lambda: not self.status()['firewall'], 'the firewall off')
        self.assertIn(b'# by hand', self.helper.policy())

    def test_a_policy_file_that_is_broken(self):
        """It is a warning with a button that reads it again, once it is repaired."""
        self.akinctl('deny', 'whois')
        good = self.helper.policy()
        self.helper.stop()
        self.helper.write_policy(good + b'nonsense\n')
        self.helper.expect('akin.conf')
        self.helper.start()
        self.app.find('Read again', 'push button')
        self.app.wait_icon('attention')
        self.helper.write_policy(good)
        self.app.press('Read again')
        self.app.gone('Read again')
        self.app.wait_icon('nat')


class Services(WindowCase):
    first, number = 'Search services', 2

    def test_switches_and_the_kernel_follows(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        self.app.wait_on('Web, outgoing')
        self.app.flip('Web, outgoing')
        self.app.until(lambda: not self.service('http')['out']['allowed'], 'http denied', SOON)
        self.assertRejected(self.lab.vm1, INTERNET, 80)
        self.akinctl('allow', 'http')
        self.app.wait_on('Web, outgoing', timeout=SOON)
        self.app.wait_on('Web, incoming', timeout=SOON)
        self.assertOpen(self.lab.vm1, INTERNET, 80)

    def test_refused_is_undone_and_told(self):
        """A folder stands where the policy file must go, so that nothing can be saved."""
        self.akinctl('deny', 'whois')
        os.unlink(self.helper.config)
        os.makedirs(self.helper.config + '/x')
        self.app.flip('Web, outgoing')
        told = self.app.until(lambda: self.app.widgets(role='alert'), 'the reason')
        self.assertTrue(told[0].get_name(), 'the reason is empty')
        self.app.wait_on('Web, outgoing')
        self.assertTrue(self.service('http')['out']['allowed'])

    def test_search(self):
        self.app.type('Search services', 'bittorr')
        self.app.gone('Web, details')
        self.app.find('BitTorrent, details')
        self.app.type('Search services', '80')
        self.app.find('Web, details')
        self.app.type('Search services', 'zzzz')
        self.app.gone('Web, details')

    def test_add_edit_remove_undo(self):
        self.app.press('Add a service…')
        self.app.type('Title', 'Grün & Spaß')
        self.app.until(lambda: self.app.text('Name, for scripts'), 'a name to be suggested')
        self.app.type('Name, for scripts', 'http')
        self.app.find('There is a service of this name already.')
        self.assertFalse(self.app.sensitive('Add'))
        self.app.type('Name, for scripts', 'fun')
        for wrong in ('tcp:', 'tcp:99999', 'sctp:1', '80'):
            self.app.type('Outgoing: ports that you use elsewhere', wrong)
            self.app.until(lambda: not self.app.sensitive('Add'), f'{wrong} to be refused')
        self.app.type('Outgoing: ports that you use elsewhere', 'tcp:1234')
        self.app.press('Add')
        self.app.until(lambda: self.service('fun'), 'the new service')
        self.app.type('Search services', 'tcp 1234')
        self.app.press('Grün & Spaß, details', 'toggle button')
        self.edit_and_remove()

    def edit_and_remove(self):
        """It stays allowed through all of it, where it offers that still."""
        self.akinctl('allow', 'fun')
        self.app.press('Edit…')
        self.app.type('Title', 'Better')
        self.app.type('Outgoing: ports that you use elsewhere', 'tcp:1234-1236')
        self.app.press('Save')
        self.app.until(lambda: self.service('fun')['title'] == 'Better', 'the new title')
        self.assertEqual(self.service('fun')['out'], {'ports': 'tcp:1234-1236', 'allowed': True, 'connections': 0})
        self.app.find('Better, details')
        if not self.app.widgets('Remove', 'push button'):
            self.app.press('Better, details', 'toggle button')
        self.app.press('Remove')
        self.app.until(lambda: not self.service('fun'), 'the service to go')
        self.app.press('Undo')
        self.app.until(lambda: self.service('fun'), 'the service to be back')
        self.assertEqual(self.service('fun')['title'], 'Better')
        self.assertTrue(self.service('fun')['out']['allowed'])


class Machines(WindowCase):
    first, number = 'Never', 3

    def test_nat_modes(self):
        for name, mode in (('Never', 'off'), ('Always', 'on'), ('When a VM network is up', 'auto')):
            self.app.press(name, 'radio button')
            self.app.until(lambda mode=mode: self.status()['nat'] == mode, f'NAT {mode}', SOON)
        self.akinctl('nat', 'off')
        self.app.wait_on('Never', role='radio button', timeout=SOON)

    def test_a_forward_and_its_packets(self):
        self.serve(self.lab.vm1, 80, proto='tcp')
        here = self.lab.laptop.address4
        self.app.press('Forward a port…')
        self.app.type('Port of this computer', '8081')
        self.app.type('Machine', VM1.four)
        self.app.type('Port of the machine', '80')
        self.app.press('Add', dialog=True)
        remove = f'Remove: Port 8081 of this computer → {VM1.four} port 80 (tcp)'
        self.app.find(remove, showing=False)
        self.assertOpen(self.lab.neighbour, here, 8081)
        self.app.press(remove, showing=False)
        self.app.press('Undo')
        self.app.find(remove, showing=False)
        self.assertOpen(self.lab.neighbour, here, 8081)
        self.app.press(remove, showing=False)
        self.app.until(lambda: not self.app.widgets(remove, showing=False), 'the forward to go')
        self.assertDropped(self.lab.neighbour, here, 8081)

    def test_why_a_forward_does_not_work(self):
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.app.find('For anyone', 'label', showing=False)
        self.addCleanup(self.lab.vm_networks, 'up')
        for obstacle, begin, end in (
                ('everything is blocked', ('panic', 'on'), ('panic', 'off')),
                ('NAT is off', ('nat', 'off'), ('nat', 'auto')),
                ('akin is stopped', ('stop',), ('start',))):
            self.akinctl(*begin)
            self.app.find(f'For anyone · not while {obstacle}', 'label', showing=False)
            self.akinctl(*end)
            self.app.find('For anyone', 'label', showing=False)
        self.lab.vm_networks('down')
        self.app.find('For anyone · not while its VM network is down', 'label', showing=False)

    def test_a_forward_that_is_edited(self):
        """In one step: the connection to the first machine stays, and so does the forward of the other family."""
        here = self.lab.laptop.address4
        self.serve(self.lab.vm2, 81, proto='tcp')
        for address in VM1:
            self.akinctl('forward', 'add', 'tcp', '8081', address)
        with self.lab.vm1.listen('tcp', 8081), self.lab.neighbour.hold(here, 8081) as held:
            self.app.press(f'Edit: Port 8081 of this computer → {VM1.four} port 8081 (tcp)', showing=False)
            self.app.type('Machine', VM2.four)
            self.app.type('Port of the machine', '81')
            self.app.press('Save', dialog=True)
            self.app.find(f'Edit: Port 8081 of this computer → {VM2.four} port 81 (tcp)', showing=False)
            self.assertOpen(self.lab.neighbour, here, 8081)
            self.assertTrue(held.echo())
        self.app.press(f'Remove: Port 8081 of this computer → {VM2.four} port 81 (tcp)', showing=False)
        self.app.until(lambda: [VM1.six] == [one['address'] for one in self.status()['forwards']], 'one to be left')

    def test_an_edit_that_is_refused(self):
        """The forward is as it was."""
        for port in ('80', '81'):
            self.akinctl('forward', 'add', 'tcp', port, VM1.four)
        before = self.status()['forwards']
        self.app.press(f'Edit: Port 81 of this computer → {VM1.four} port 81 (tcp)', showing=False)
        self.app.type('Port of this computer', '80')
        self.app.press('Save', dialog=True)
        self.app.find('*already*', 'label')
        self.assertEqual(self.status()['forwards'], before)
        self.app.press('Cancel')

    def test_a_forward_that_is_refused(self):
        """The dialog stays, with what was typed, and says why."""
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.app.press('Forward a port…')
        self.app.type('Port of this computer', '80')
        self.app.type('Machine', VM2.four)
        self.assertEqual(self.app.text('Port of the machine'), '80')
        self.app.press('Add', dialog=True)
        self.app.find('*already*', 'label')
        self.assertEqual(self.app.text('Machine'), VM2.four)
        self.assertIn(VM1.four, self.akinctl('forward', 'list').stdout)
        self.assertNotIn(VM2.four, self.akinctl('forward', 'list').stdout)
        self.app.press('Cancel')

    def test_machines_reach_host(self):
        self.serve(self.lab.laptop, 80, proto='tcp')
        self.assertOpen(self.lab.vm1, self.lab.laptop.addresses, 80)
        self.app.wait_on(REACH)
        self.app.flip(REACH)
        self.app.until(lambda: not self.status()['machines_reach_host'], REACH, SOON)
        self.assertRejected(self.lab.vm1, self.lab.laptop.addresses, 80)


class Trust(WindowCase):
    first, number = 'New trusted address', 4

    def test_addresses_that_may_ping(self):
        neighbour, here = self.lab.neighbour, self.lab.laptop.address4
        self.assertDropped(neighbour, here, proto='ping')
        self.app.type('New trusted address', '10.0.0.0/33')
        self.app.until(lambda: not self.app.sensitive('Add'), 'a wrong address to be refused')
        self.app.type('New trusted address', neighbour.address4)
        self.app.press('Add')
        stop = f'Stop trusting {neighbour.address4}'
        self.app.find(stop, 'push button')
        self.assertOpen(neighbour, here, proto='ping')
        self.app.press(stop)
        self.app.gone(stop)
        self.assertDropped(neighbour, here, proto='ping')

    def test_anyone_may_ping(self):
        self.app.flip('Anyone may ping this computer')
        self.app.wait_on('Anyone may ping this computer')
        self.app.until(lambda: self.service('ping')['in']['allowed'], 'ping let in', SOON)
        self.assertOpen(self.lab.neighbour, self.lab.laptop.address4, proto='ping')


class Notifications(WindowCase):
    first, number = 'Start akin when I log in', 5

    def test_what_is_chosen_is_kept(self):
        autostart = os.path.join(os.path.dirname(os.path.dirname(self.app.settings)), 'autostart', 'akin.desktop')
        was = self.app.is_on('Start akin when I log in')
        self.app.flip('Start akin when I log in')
        self.app.wait_on('Start akin when I log in', not was)
        self.assertTrue(os.path.exists(autostart))
        self.app.flip('Helper')
        self.app.wait_on('Helper', False)
        with open(self.app.settings) as file:
            self.assertIn('helper=false', file.read())


class Keyboard(WindowCase):
    def test_every_control_has_a_name(self):
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        for number, _ in enumerate(PAGES, 1):
            self.app.page(number)
            self.app.until(lambda: len(self.app.widgets()) > 20, 'a page')
            nameless = [self.path(node) for node in walk(self.app.root())
                        if node.get_role_name() in CONTROLS and not node.get_name() and not self.hidden(node)]
            self.assertEqual(nameless, [], f'page {number}')

    def test_tab_reaches_a_switch_and_space_flips_it(self):
        self.app.page(1)
        window = self.app.window()
        for _ in range(20):
            self.desktop.run('xdotool', 'key', '--window', window, 'Tab')
            with contextlib.suppress(NotThere):
                if self.focused() == 'Block everything':
                    break
        self.assertEqual(self.focused(), 'Block everything')
        self.screen.press('space')
        self.app.until(lambda: self.status()['panic'], 'panic')

    def test_the_key_that_closes(self):
        self.app.page(1)
        self.screen.press('ctrl+w')
        wait_for(lambda: not self.screen.windows_of(self.app.pid), 'the window to close')
        self.app.wait_icon('nat')

    def hidden(self, node):
        """In what is shown only now and then, as the toast, whose button is named then."""
        while node and node.get_role_name() != 'alert':
            node = node.get_parent()
        return node is not None and not has(node, 'SHOWING')

    @staticmethod
    def path(node):
        """Where a widget without a name is."""
        names = []
        while node:
            names.append(f'{node.get_role_name()} {node.get_name()}')
            node = node.get_parent()
        return ' < '.join(names)

    def focused(self):
        return next((node.get_name() for node in walk(self.app.root()) if has(node, 'FOCUSED')
                     and node.get_role_name() in CONTROLS), None)


class NotAllowed(DeskCase):
    arguments = None

    def test_who_may_not_is_told(self):
        """Seen on the screen only: another user's program is not on this one's accessibility bus."""
        self.app = self.open('--preferences', user=ORDINARY_USER, NO_AT_BRIDGE='1')
        self.app.wait_icon('nat')
        picture = self.screen.still('page-not-allowed', self.app.window())
        self.assertGreater(picture.colours, COLOURS)


class German(DeskCase):
    arguments = '--preferences',
    environment = {'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'de'}

    def test_search_in_what_is_read(self):
        """A word of what services are for, as it is shown."""
        self.app.find('Firewall', 'toggle button')
        self.app.page(2)
        self.app.find('Web, *')
        self.app.type('Dienste durchsuchen', 'Fernhilfe')
        self.app.gone('Web, *')
        self.app.find('AnyDesk, *')


class Looks(DeskCase):
    """Pictures of every page: not empty, of the right size, and nothing sticks out of the window."""

    arguments = None

    def test_light(self):
        self.look('light', 'Adwaita', 1)

    def test_dark(self):
        self.look('dark', 'Adwaita:dark', 1)

    def test_light_twice_as_large(self):
        self.look('light-2', 'Adwaita', 2)

    def test_dark_twice_as_large(self):
        self.look('dark-2', 'Adwaita:dark', 2)

    def test_narrow(self):
        self.look('narrow', 'Adwaita', 1, NARROW)

    def test_narrow_in_german(self):
        self.look('narrow-de', 'Adwaita', 1, NARROW, LANGUAGE='de', LC_ALL='C.UTF-8')

    def look(self, name, theme, scale, width=None, **environment):
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.lab.laptop.ping(VM1.four)
        self.titles = [None]
        self.app = self.open('--preferences', GTK_THEME=theme, GDK_SCALE=str(scale), **environment)
        self.app.until(lambda: len(self.app.widgets()) > 20, 'a page')
        window = self.app.window()
        if width:
            self.desktop.run('xdotool', 'windowsize', '--sync', window, str(width), '640')
        pictures = [self.look_at(page, number, name, window, width) for number, page in enumerate(PAGES, 1)]
        self.assertEqual(len({b''.join(picture.pixels) for picture in pictures}), len(PAGES), 'two pages look alike')
        self.check_brightness(pictures[0], theme)

    def look_at(self, page, number, name, window, width):
        self.app.page(number)
        self.app.until(lambda: self.title() not in self.titles, f'page {number}')
        self.titles.append(self.title())
        if width:
            self.check_width(width)
        picture = self.screen.still(f'page-{page}-{name}', window)
        self.assertGreater(picture.colours, COLOURS, f'{picture.path} is empty')
        if width:
            self.assertEqual(picture.width, width, picture.path)
        return picture

    def title(self):
        return self.app.root().get_child_at_index(0).get_name()

    def check_brightness(self, picture, theme):
        self.assertEqual(picture.brightness < 0.5, theme.endswith('dark'), f'{picture.path}: {picture.brightness}')

    def check_width(self, width):
        left = self.app.root().get_child_at_index(0).get_extents(0).x
        for node in self.app.widgets():
            if node.get_role_name() in CONTROLS | {'label'}:
                box = node.get_extents(0)
                self.assertLessEqual(left, box.x, node.get_name())
                self.assertLessEqual(box.x + box.width, left + width, node.get_name())


if __name__ == '__main__':
    unittest.main()
