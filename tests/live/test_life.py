# SPDX-License-Identifier: BSD-2-Clause
"""What changes around akin, and akin itself coming and going: NICs, VM networks, stop, crash, a second helper."""

import os
import re
import signal
import time
import unittest

from helper import NO_HELPER, NO_LEAKS_SOUGHT, SILENCE, AkinCase, Helper, wait_for
from lab import INTERNET, LAN_B, LAPTOP_A, LAPTOP_B, VM1, VM2, Subnet
from packets import udp
from wire import Client

PLAIN = 7777
SETTLED = 3  # seconds after which a link that is up has nothing more to say; addresses are looked for twins until then
NET_ADMIN = 1 << 12  # CAP_NET_ADMIN
FORWARDING = ('net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding')
LAN_C = Subnet('198.18.0.', '2001:db8:c::')
VMNET2 = Subnet('192.168.58.', 'fd00:58::')
FOREIGN = '''
table inet foreign {
    set friends { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 } }
    chain input { type filter hook input priority 10; tcp dport 9 counter accept; }
}
table ip akin {
    chain mine { }
}
table inet akin_too {
    chain mine { }
}'''


class Uplinks(AkinCase):
    def setUp(self):
        super().setUp()
        self.serve(self.lab.internet, 80, 53, PLAIN)

    def test_the_active_nic_goes_and_comes_back(self):
        watch = self.helper.watch()
        self.addCleanup(self.lab.join, 'en0')
        self.lab.leave('en0')
        self.assertLeavesBy(LAPTOP_B)
        watch.wait('active nic', 'en1')
        self.assertEqual(self.helper.json('nic')['nic'], 'en1')
        self.lab.join('en0')
        self.assertLeavesBy(LAPTOP_A)
        watch.wait('active nic', 'en0')
        self.assertEqual(self.helper.json('nic')['nic'], 'en0')

    def test_the_default_route_moves(self):
        routes = [f'default via {gateway} dev en1 metric 50' for gateway in LAN_B.at(1)]
        self.lab.laptop.ip(*(f'route add {route}' for route in routes))
        self.assertLeavesBy(LAPTOP_B)
        self.wait_for_nic('en1')
        self.lab.laptop.ip(*(f'route del {route}' for route in routes))
        self.assertLeavesBy(LAPTOP_A)
        self.wait_for_nic('en0')

    def test_no_uplink_at_all(self):
        for link in ('en0', 'en1'):
            self.addCleanup(self.lab.join, link)
            self.lab.leave(link)
        wait_for(lambda: self.akinctl('nic', check=False).returncode == 1, 'no active NIC')
        self.assertRejected(self.lab.vm1, INTERNET, 53, 'udp')
        self.assertOpen(self.lab.vm1, VM2, proto='ping')

    def test_a_nic_that_appears_is_guarded_from_its_first_packet(self):
        laptop, internet = self.lab.laptop, self.lab.internet
        servers = self.serve(laptop, PLAIN)
        laptop.ip(f'link add wlan0 type veth peer name lanc netns {internet.namespace}')
        self.addCleanup(laptop.ip, 'link del wlan0')
        here, there = LAN_C.at(2), LAN_C.at(1)
        mac = laptop.mac('wlan0')
        internet.ip('link set lanc up', f'addr add {there.four}/24 dev lanc', f'addr add {there.six}/64 dev lanc nodad')
        laptop.ip(f'addr add {here.four}/24 dev wlan0', f'addr add {here.six}/64 dev wlan0 nodad', 'link set wlan0 up')
        for number in range(100):
            for source, target in zip(there, here):
                internet.send_raw('lanc', mac, udp(source, target, 30000 + number, PLAIN))
        for proto in ('tcp', 'udp'):
            self.assertDropped(internet, here, PLAIN, proto)
            self.assertRejected(laptop, there, PLAIN, proto)
        self.assertDropped(internet, here, proto='ping')
        self.assertEqual([server.seen for server in servers], [[], []])
        self.akinctl('allow', 'http', '--in')
        self.serve(laptop, 80, proto='tcp')
        self.assertOpen(internet, here, 80)
        self.assertOpen(self.lab.vm1, there, 53, 'udp', here)

    def assertLeavesBy(self, address):
        """New connections go on at once, without a wait for akin."""
        self.assertOpen(self.lab.vm1, INTERNET, 80, source=address)
        self.assertOpen(self.lab.vm1, INTERNET, 53, 'udp', address)
        self.assertOpen(self.lab.vm1, INTERNET, proto='ping')
        self.assertRejected(self.lab.vm1, INTERNET, PLAIN)
        self.assertRejected(self.lab.laptop, INTERNET, PLAIN)

    def wait_for_nic(self, name):
        wait_for(lambda: self.helper.json('nic')['nic'] == name, f'the active NIC to be {name}')


class Networks(AkinCase):
    """NAT in its three modes, as VM networks come and go."""

    def setUp(self):
        self.lab.vm_networks('down')
        super().setUp()
        self.addCleanup(self.lab.vm_networks, 'up')

    def test_auto_is_on_while_a_network_is_up(self):
        self.assertNat(False)
        for _ in range(2):
            self.lab.vm_networks('up')
            self.assertNat(True)
            self.lab.vm_networks('down')
            self.assertNat(False)

    def test_a_network_that_appears(self):
        laptop, machine = self.lab.laptop, self.lab.vm3
        here, there = VMNET2.at(1), VMNET2.at(103)
        self.serve(self.lab.internet, 80, proto='tcp')
        laptop.ip(f'link add vboxnet2 type veth peer name eth1 netns {machine.namespace}', 'link set vboxnet2 up',
                  f'addr add {here.four}/24 dev vboxnet2', f'addr add {here.six}/64 dev vboxnet2 nodad')
        self.addCleanup(laptop.run, ['ip', 'link', 'del', 'vboxnet2'], check=False)
        machine.ip('link set eth1 up', f'addr add {there.four}/24 dev eth1', f'addr add {there.six}/64 dev eth1 nodad',
                   *(f'route add default via {gateway} dev eth1 metric 9' for gateway in here))
        self.assertNat(True)
        self.assertOpen(machine, INTERNET, 80, source=LAPTOP_A, link='eth1')
        self.assertOpen(machine, here, proto='ping')
        self.assertRejected(machine, INTERNET, PLAIN, link='eth1')
        self.assertIn('vboxnet2', [network['name'] for network in self.helper.json('status')['networks']])
        laptop.ip('link del vboxnet2')
        self.assertNat(False)

    def test_on_is_always_on(self):
        self.akinctl('nat', 'on')
        self.assertNat(True)
        self.akinctl('nat', 'auto')
        self.assertNat(False)

    def test_off_is_never_on(self):
        self.akinctl('nat', 'off')
        watch = self.helper.watch()
        self.lab.vm_networks('up')
        watch.wait('network vboxnet0', '192.168.56.0/24 fd00:56::/64')
        self.assertNat(False)

    def test_what_could_not_be_read_is_read_again(self):
        """No file descriptor is left for it, and when there is one again no event tells."""
        self.helper.expect('cannot ask the kernel about network cards')
        time.sleep(SILENCE)  # those of the last client are closed
        with self.helper.no_descriptors_left():
            self.lab.vm_networks('up')
            wait_for(lambda: 'network cards' in self.helper.read_log(), 'the failure')
            time.sleep(SETTLED)
        self.assertNat(True)
        self.assertEqual(self.helper.read_log().count('network cards'), 1)

    def test_no_descriptor_is_left(self):
        """The rules are loaded all the same, for which the library would otherwise end the helper; what could not be
        switched off meanwhile is switched off at the end."""
        self.helper.expect('cannot ask the kernel about network cards|cannot accept a client|Too many open files')
        self.lab.vm_networks('up')
        self.assertNat(True)
        for stops in (False, True):
            with self.enterContext(Client(self.helper, 0)) as root:
                self.assertTrue(root.log_in())
                time.sleep(SILENCE)
                with self.helper.no_descriptors_left():
                    self.assertIsNone(root.ask('Restart'))
                    self.assertIsNone(root.ask('CountConnections'))
                    self.assertIsNotNone(root.ask('DenyServices', ['http'], 1))
                    self.assertEqual(root.ask('Stop') if stops else None, None)
                    time.sleep(SILENCE)
            self.assertTrue(self.helper.running)
            self.assertEqual(self.helper.json('status')['enforcing'], not stops)
        self.helper.stop()

    def test_forwarding_of_the_users_own_stays(self):
        """Whoever has made this computer a router before akin finds it a router meanwhile and afterwards."""
        self.helper.stop()
        for name in FORWARDING:
            self.addCleanup(self.lab.laptop.sysctl, name, 0)
            self.lab.laptop.sysctl(name, 1)
        self.send_neighbour_through_the_laptop()
        with Helper(self.lab) as helper:
            for state, active in (('up', True), ('down', False)):
                self.lab.vm_networks(state)
                wait_for(lambda: helper.json('status')['nat_active'] == active, f'NAT with networks {state}')
                self.assertEqual([self.lab.laptop.sysctl(name) for name in FORWARDING], ['1', '1'])
                self.assertOpen(self.lab.neighbour, LAN_B.at(1), proto='ping')
                self.assertNoAnswer(self.lab.neighbour, VM1)

    def test_forwarding_of_ours_is_for_machines_only(self):
        """From outside to outside nothing passes that did not before."""
        self.send_neighbour_through_the_laptop()
        self.lab.vm_networks('up')
        self.assertNat(True)
        self.assertNoAnswer(self.lab.neighbour, LAN_B.at(1))
        self.assertNoAnswer(self.lab.neighbour, VM1)

    def send_neighbour_through_the_laptop(self):
        routes = [f'{there} via {laptop}' for there, laptop in zip(LAN_B.at(1), LAPTOP_A)]
        self.lab.neighbour.ip(*(f'route add {route}' for route in routes))
        self.addCleanup(self.lab.neighbour.ip, *(f'route del {route}' for route in routes))

    def assertNoAnswer(self, host, addresses):
        for address in addresses:
            self.assertNotEqual(host.ping(address, timeout=SILENCE).verdict, 'open', f'{host} to {address}')

    def assertNat(self, active):
        wait_for(lambda: self.helper.json('status')['nat_active'] == active, f'NAT to be {active}')
        wait_for(lambda: self.forwarding(0) == active, f'IPv4 forwarding to be {active}')
        if not active:
            self.assertFalse(self.forwarding(1))

    def forwarding(self, family):
        return self.lab.laptop.sysctl(FORWARDING[family]) == '1'


class ComingAndGoing(AkinCase):
    """`AkinCase` has every helper leave no trace at its end; here are the other ways to come and to go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lab.laptop.nft(FOREIGN)

    def test_stop_leaves_no_trace_and_start_brings_all_back(self):
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        self.akinctl('forward', 'add', 'tcp', '80', VM1.six)
        rules = self.helper.kernel()
        self.akinctl('stop')
        self.helper.check_no_trace()
        self.assertFalse(self.helper.json('status')['enforcing'])
        self.akinctl('start')
        self.assertEqual(self.helper.kernel(), rules)
        self.akinctl('restart')
        self.assertEqual(self.helper.kernel(), rules)

    def test_a_change_while_stopped_counts_at_the_start(self):
        self.serve(self.lab.internet, 80, proto='tcp')
        self.akinctl('stop')
        self.akinctl('deny', 'http')
        self.helper.check_no_trace()
        self.assertOpen(self.lab.laptop, INTERNET, 80)
        self.akinctl('start')
        self.assertRejected(self.lab.laptop, INTERNET, 80)

    def test_other_tables_are_not_touched(self):
        foreign = self.helper.before[0]
        self.assertIn('table inet akin_too', foreign)
        for command in (['deny', 'http'], ['restart'], ['panic', 'on'], ['panic', 'off'], ['reload']):
            self.akinctl(*command)
            self.assertTrue(self.helper.kernel()[0].startswith(foreign))

    def test_a_strangers_changes_are_undone(self):
        rules = self.helper.kernel()
        for vandalism in ('delete table inet akin', 'flush chain inet akin guard',
                          'add element inet akin trusted4 { 192.0.2.66 }', 'add chain inet akin stranger',
                          'add rule inet akin from_outside accept'):
            self.lab.laptop.run(['nft', vandalism])
            wait_for(lambda: self.helper.kernel() == rules, f'repair after: {vandalism}')
        self.assertIn('restored rules', self.helper.read_log())

    def test_a_stranger_who_is_quicker_than_a_look(self):
        """Right after a change of ours, and without a trace in numbers: a rule in the place of another."""
        chain = ['list', 'chain', 'inet', 'akin', 'from_outside']
        before = self.lab.laptop.run(['nft', *chain]).stdout
        for times in range(1, 4):
            self.akinctl('deny', 'http')
            self.akinctl('allow', 'http', '--out')
            listed = self.lab.laptop.run(['nft', '--handle', *chain]).stdout
            handle = re.findall(r'# handle (\d+)$', listed, re.MULTILINE)[-1]
            self.lab.laptop.run(['nft', f'replace rule inet akin from_outside handle {handle} accept'])
            wait_for(lambda times=times: self.helper.read_log().count('restored rules') == times, 'repair')
            self.assertEqual(self.lab.laptop.run(['nft', *chain]).stdout, before)

    def test_answers_of_the_kernel_that_are_lost(self):
        """One that it has no memory for makes nobody deaf: what comes later works, and is watched.  Some make
        libnftables end the program; then it is started again."""
        rules, survived = self.helper.kernel(), 0
        self.helper.expect('.')
        self.helper.stop()
        self.helper.start(*NO_LEAKS_SOUGHT)
        for number in range(1, 6):
            with self.helper.traced('-e', f'inject=recvmsg:error=ENOBUFS:when={number}'):
                self.akinctl('allow', 'whois', check=False)
            survived += self.helper.running
            if not self.helper.running:
                self.helper.start(*NO_LEAKS_SOUGHT)
            self.akinctl('deny', 'whois')
            self.lab.laptop.run(['nft', 'flush', 'table', 'inet', 'akin'])
            wait_for(lambda: self.helper.kernel() == rules, 'repair')
        self.assertGreaterEqual(survived, 3)

    def test_own_changes_are_no_tampering(self):
        """Also in a namespace of processes, where the kernel tells of us by a number that we do not know."""
        rules = self.helper.kernel()
        self.helper.stop()
        self.helper.start('unshare', '--pid', '--fork', *NO_LEAKS_SOUGHT)
        self.akinctl('deny', 'http')
        self.akinctl('allow', 'http', '--out')
        time.sleep(1.5)
        self.assertNotIn("changed akin's rules", self.helper.read_log())
        self.lab.laptop.run(['nft', 'flush', 'table', 'inet', 'akin'])
        wait_for(lambda: self.helper.kernel() == rules, 'repair')
        with open(f'/proc/{self.helper.pid}/task/{self.helper.pid}/children') as children:
            os.kill(int(children.read()), signal.SIGTERM)
        wait_for(lambda: not self.helper.running, 'its end')
        self.helper.check_no_trace()

    def test_a_strangers_own_rules_are_no_tampering(self):
        """Also in the first moments: nobody is accused of what he has not done, and no counter is lost."""
        self.lab.laptop.run(['nft', 'add table inet stranger; delete table inet stranger'])
        time.sleep(0.2)
        self.assertNotIn("changed akin's rules", self.helper.read_log())

    def test_a_crash_leaves_the_rules_in_force(self):
        self.serve(self.lab.internet, 80, PLAIN, proto='tcp')
        self.serve(self.lab.laptop, 22, 80, proto='tcp')
        held = [self.enterContext(self.lab.vm1.hold(address, 80)) for address in INTERNET]
        before = self.helper.kernel()
        self.helper.kill()
        self.assertEqual(self.helper.kernel(), before)
        self.assertRulesHold()
        self.helper.start()
        self.assertEqual(self.helper.kernel(), before)
        self.assertRulesHold()
        self.assertEqual([connection.echo() for connection in held], [True] * 2)
        self.helper.stop()  # which looks whether the switches are as they were before the first of the two

    def test_a_crash_and_networks_that_go_meanwhile(self):
        self.addCleanup(self.lab.vm_networks, 'up')
        self.helper.kill()
        self.lab.vm_networks('down')
        self.helper.start()
        self.assertEqual([self.lab.laptop.sysctl(name) for name in FORWARDING], ['0', '0'])

    def test_a_record_that_leads_elsewhere(self):
        """Root may be talked into a state folder that was another's: no file but a switch is written for it."""
        victims = [os.path.join(self.helper.folder, name) for name in ('changed', 'side-effect')]
        for victim in victims:
            with open(victim, 'w') as file:
                file.write('1')
        self.helper.kill()
        with open(self.helper.state_dir + '/forwarding', 'a') as record:
            record.write('[changed]\n../../..{}=0;1\n[side-effects4]\n../../..{}=0\n'.format(*victims))
        self.helper.start()
        self.helper.stop()
        for victim in victims:
            with open(victim) as file:
                self.assertEqual(file.read(), '1', victim)

    def test_it_keeps_no_more_rights_than_it_needs(self):
        """Started by hand, too."""
        with open(f'/proc/{self.helper.pid}/status') as file:
            status = dict(line.rstrip('\n').split(':\t') for line in file)
        for name, value in {'CapInh': 0, 'CapPrm': NET_ADMIN, 'CapEff': NET_ADMIN, 'CapBnd': NET_ADMIN, 'CapAmb': 0,
                            'NoNewPrivs': 1}.items():
            self.assertEqual(int(status[name], 16), value, name)

    def test_a_second_helper_is_refused(self):
        before = self.helper.kernel()
        code, said = self.helper.refuses_to_start()
        self.assertEqual((code, len(said)), (1, 1), said)
        self.assertIn('another helper', said[0])
        self.assertEqual(self.helper.kernel(), before)
        self.akinctl('deny', 'http')
        self.assertRejected(self.lab.laptop, INTERNET, 80)

    def test_one_helper_a_kernel(self):
        """Another socket does not make room for another owner of the same rules."""
        before = self.helper.kernel()
        code, said = self.helper.refuses_to_start(more=['--socket', self.helper.socket + '2'])
        self.assertEqual((code, len(said)), (1, 1), said)
        self.assertIn('another', said[0])
        self.assertEqual(self.helper.kernel(), before)

    def test_what_is_in_the_sockets_place_stays(self):
        self.helper.stop()
        with open(self.helper.socket, 'w') as file:
            file.write('precious')
        code, said = self.helper.refuses_to_start()
        self.assertEqual((code, len(said)), (1, 1), said)
        with open(self.helper.socket) as file:
            self.assertEqual(file.read(), 'precious')
        self.helper.check_no_trace()

    def test_policy_and_state_survive_a_restart(self):
        self.akinctl('deny', 'http')
        self.akinctl('forward', 'add', 'tcp', '80', VM1.four)
        status, rules = self.helper.json('status'), self.helper.kernel()
        self.helper.stop()
        self.assertFalse(os.path.exists(self.helper.socket))
        self.helper.start()
        self.assertEqual((self.helper.json('status'), self.helper.kernel()), (status, rules))

    def test_watch_tells_when_the_helper_goes(self):
        watch = self.helper.watch()
        self.helper.stop()
        self.assertEqual(watch.exit_code(), NO_HELPER)
        self.assertEqual(watch.error['code'], 'NoHelper')

    def assertRulesHold(self):
        self.assertOpen(self.lab.vm1, INTERNET, 80, source=LAPTOP_A)
        self.assertOpen(self.lab.neighbour, LAPTOP_A, 22)
        self.assertRejected(self.lab.vm1, INTERNET, PLAIN)
        self.assertDropped(self.lab.neighbour, LAPTOP_A, 80)


if __name__ == '__main__':
    unittest.main()
