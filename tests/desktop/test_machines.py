# SPDX-License-Identifier: BSD-2-Clause
"""The page of virtual machines: networks, patterns, NAT, and the dialog of forwards."""

import unittest

from driver import SOON, open_desktop
from lab import VM1, VM2
from window import REACH, WindowCase


def setUpModule():
    open_desktop()


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
        self.akinctl('forward', 'add', 'tcp', '81', VM1.four)
        self.serve(self.lab.laptop, 80, proto='tcp')
        before = self.status()['forwards']
        self.app.press(f'Edit: Port 81 of this computer → {VM1.four} port 81 (tcp)', showing=False)
        self.app.type('Port of this computer', '80')
        self.app.press('Save', dialog=True)
        self.app.find('*listens on*', 'alert')
        self.assertEqual(self.status()['forwards'], before)
        self.app.press('Cancel')

    def test_a_forward_that_is_refused(self):
        """The dialog stays, with what was typed, says why, and one can go on where one was."""
        self.serve(self.lab.laptop, 80, proto='tcp')
        self.app.press('Forward a port…')
        self.app.type('Port of this computer', '80')
        self.app.type('Machine', VM2.four)
        self.app.find('Machine', 'text').get_component_iface().grab_focus()
        self.app.press('Add', dialog=True)
        self.app.find('*listens on*', 'alert')
        self.app.until(lambda: self.focused() == 'Machine', 'the focus')
        self.assertEqual(self.app.text('Machine'), VM2.four)
        self.assertNotIn(VM2.four, self.akinctl('forward', 'list').stdout)
        self.app.press('Cancel')

    def test_what_cannot_be_forwarded(self):
        """Known while one types, so that nobody needs the helper's words for it."""
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.app.press('Forward a port…')
        self.app.type('Port of this computer', '81')
        for address, why in (('10.0.0.1', 'No VM network that is up*'), ('127.0.0.1', 'No machine*'),
                             ('192.168.56.255', '*the address of the network*'),
                             (self.lab.laptop.address4, '*this computer itself*')):
            self.refuses('Machine', address, why)
        self.app.type('Machine', VM2.four)
        self.assertTrue(self.can_add('Machine'))
        self.refuses('Port of this computer', '80', f'*leads to {VM1.four} already.')
        self.app.press('Cancel')

    def test_networks_and_machines(self):
        """A machine is there once, with all its addresses, and a forward to it begins with one of them."""
        self.app.find('vboxnet1')
        self.app.find('192.168.57.0/24, fd00:57::/64')
        for address in VM1:
            self.lab.laptop.ping(address)
        self.app.find(f'{VM1.four}, {VM1.six}', 'label', showing=False)
        self.assertEqual(self.app.widgets(VM1.six, 'label', showing=False), [])
        self.app.press(f'Forward a port to {VM1.four}', showing=False)
        self.app.until(lambda: self.app.text('Machine') == VM1.four, 'the address')
        self.app.find('Machines seen', 'toggle button').get_component_iface().grab_focus()
        self.screen.press('space')
        self.app.find(VM1.six, 'menu item').get_action_iface().do_action(0)
        self.app.until(lambda: self.app.text('Machine') == VM1.six, 'the other address')
        self.app.press('Cancel')

    def test_patterns(self):
        """Undo brings back what was removed, and nothing but that."""
        entry = 'New pattern of network names'
        self.refuses(entry, 'vmnet*', 'This is in the list already.')
        self.app.press('Remove the pattern vmnet*', showing=False)
        self.app.find('Undo', 'push button')
        self.app.type(entry, 'qemu*')
        self.app.press('Add', showing=False)
        self.app.find('Remove the pattern qemu*', showing=False)
        self.app.press('Undo')
        self.app.find('Remove the pattern vmnet*', showing=False)
        self.assertEqual(set(self.patterns()), {'akin*', 'qemu*', 'vboxnet*', 'vmnet*'})

    def patterns(self):
        """As the policy file has them."""
        line = next(line for line in self.helper.policy().decode().splitlines() if line.startswith('networks'))
        return line.partition('=')[2].strip().split(';')

    def test_machines_reach_host(self):
        self.serve(self.lab.laptop, 80, proto='tcp')
        self.assertOpen(self.lab.vm1, self.lab.laptop.addresses, 80)
        self.app.wait_on(REACH)
        self.app.flip(REACH)
        self.app.until(lambda: not self.status()['machines_reach_host'], REACH, SOON)
        self.assertRejected(self.lab.vm1, self.lab.laptop.addresses, 80)


if __name__ == '__main__':
    unittest.main()
