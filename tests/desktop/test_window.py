# SPDX-License-Identifier: BSD-2-Clause
"""The pages of the window, driven as a screen reader drives them; VM networks and forwards: test_machines.py."""

import os
import subprocess
import unittest

from driver import SLOW, SOON, open_desktop, signal
from lab import INTERNET
from window import NAT, WindowCase


FORWARDING = '/proc/sys/net/ipv4/ip_forward'
READ_ONLY = f'mount --bind -o ro {FORWARDING} {FORWARDING} && exec "$@"'


def setUpModule():
    open_desktop()


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
        """Switches that change nothing now cannot be moved, and none of them promises anything."""
        self.akinctl('stop')
        self.app.find('Blocks nothing while akin is stopped.')
        for name in ('Firewall', NAT, 'Block everything'):
            self.assertFalse(self.app.sensitive(name, 'toggle button'), name)
        self.app.press('Start')
        self.app.until(lambda: self.status()['enforcing'], 'enforcement', SOON)
        self.app.gone('Start')
        self.app.find('Cuts this computer off at once*')
        self.assertTrue(self.app.sensitive('Block everything', 'toggle button'))

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

    def test_a_spinner_while_the_helper_thinks(self):
        self.helper.signal(signal.SIGSTOP)
        self.addCleanup(self.helper.signal, signal.SIGCONT)
        self.app.flip('Firewall')
        self.app.find('The helper is at work')
        self.helper.signal(signal.SIGCONT)
        self.app.gone('The helper is at work')

    def test_an_outside_that_nobody_guards(self):
        """Loading the rules again would not help: the button leads to the patterns."""
        self.helper.stop()
        self.helper.write_policy('[nat]\nnetworks = vboxnet*;en*\n')
        self.helper.start()
        self.app.find('*is not guarded*', 'info bar')
        self.assertEqual(self.app.widgets('Try again', 'push button'), [])
        self.app.press('Patterns…')
        self.app.find('Remove the pattern en*', showing=False)

    def test_a_trial_is_kept_or_taken_back(self):
        for button, allowed in (('Take back', True), ('Keep', False)):
            self.akinctl('--confirm', '300', 'deny', 'http', '--out')
            self.app.find('*is on trial*', 'info bar')
            self.app.press(button)
            self.app.gone('*is on trial*', 'info bar')
            self.assertEqual(self.service('http')['out']['allowed'], allowed)
        self.akinctl('reload')
        self.assertFalse(self.service('http')['out']['allowed'])

    def test_forwarding_that_the_kernel_refuses(self):
        """Once it can be done, the button of the warning does it."""
        self.helper.stop()
        self.helper.expect('forward')
        self.helper.start('sh', '-c', READ_ONLY, 'sh')
        self.app.press('Try again')
        self.app.find('*cannot reach the outside*', 'info bar')
        subprocess.run(['nsenter', '--target', str(self.helper.pid), '--mount', '--net', 'umount', FORWARDING],
                       check=True)
        self.app.press('Try again')
        self.app.gone('*cannot reach the outside*', 'info bar')

    def test_no_place_for_the_icon(self):
        """The window says how to get one, as long as there is none."""
        self.app.close()
        self.desktop.stop_panel()
        self.addCleanup(lambda: self.desktop.panel.poll() is not None and self.desktop.start_panel())
        self.app = self.open()
        self.app.find('*AppIndicator*', 'info bar')
        self.desktop.start_panel()
        self.app.gone('*AppIndicator*', 'info bar')

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

    def test_what_can_be_put_right(self):
        """Until akin stops; what the helper looks at when it stops."""
        switches = [f'net/ipv4/conf/{link}/rp_filter' for link in ('en0', 'en1')]
        for switch in switches:
            self.addCleanup(self.lab.laptop.sysctl, switch, 0)
            self.lab.laptop.sysctl(switch, 1)
        self.app.press('Put right')
        self.app.gone('Put right')
        self.assertEqual([self.lab.laptop.sysctl(switch) for switch in switches], ['2', '2'])
        self.akinctl('stop')
        self.assertEqual([self.lab.laptop.sysctl(switch) for switch in switches], ['1', '1'])

    def test_another_firewall_that_may_be_meant_so(self):
        """It is said, and is no reason to look."""
        self.lab.laptop.nft('table ip other { chain in { type filter hook input priority 0; policy drop; accept; }; }')
        self.addCleanup(self.lab.laptop.run, ['nft', 'delete table ip other'])
        self.app.find('*drops what comes in and it has no rule for*', 'info bar')
        self.app.wait_icon('nat')

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

    def test_a_title_that_gives_no_name(self):
        self.app.press('Add a service…')
        self.app.type('Title', '游戏')
        self.app.until(lambda: self.app.text('Name, for scripts') == 'service-1', 'a name')
        self.app.type('Incoming: ports that others use here', 'udp:4321')
        self.app.press('Add')
        self.app.until(lambda: self.service('service-1'), 'the new service')
        self.assertEqual(self.service('service-1')['title'], '游戏')

    def test_pinned_is_in_the_menu(self):
        self.assertNotIn('Whois', self.app.labels('Outgoing'))
        self.app.type('Search services', 'whois')
        self.app.press('Whois, details', 'toggle button')
        self.app.press('Always show in the menu', 'check box')
        self.app.until(lambda: 'Whois' in self.app.labels('Outgoing'), 'the pinned service')

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


class Trust(WindowCase):
    first, number = 'New trusted address', 4

    def test_addresses_that_may_ping(self):
        neighbour, here = self.lab.neighbour, self.lab.laptop.address4
        self.assertDropped(neighbour, here, proto='ping')
        for wrong, why in (('10.0.0.0/33', '*from 0 to 32*'), ('2001:db8::/129', '*from 0 to 128*'),
                           ('0.0.0.0/0', 'This is everyone*'), ('127.0.0.1', '*another computer*')):
            self.refuses('New trusted address', wrong, why)
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


if __name__ == '__main__':
    unittest.main()
