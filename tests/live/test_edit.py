# SPDX-License-Identifier: BSD-2-Clause
"""A service or a forward that is edited becomes another one in a single step: no moment without it, no connection
cut, and all as it was when it is refused.  The window edits this way; its calls are made here.
"""

import threading
import unittest

from helper import ORDINARY_USER, AkinCase, wait_for
from lab import INTERNET, LAPTOP_A, VM1, VM2, VM3
from wire import Client, Port

OUTGOING, INCOMING = 1, 2
TRY = 0.9  # seconds; a packet that was dropped is sent again after 1, and would get through then


class EditCase(AkinCase):
    def setUp(self):
        super().setUp()
        self.clients = {user: self.enterContext(Client(self.helper, user)) for user in (0, ORDINARY_USER)}
        for client in self.clients.values():
            client.log_in()

    def assertDone(self, *call):
        self.assertIsNone(self.clients[0].ask(*call), call)

    def assertRefused(self, error, *call, user=0):
        with self.subTest(call=call):
            before = self.helper.state()
            self.assertEqual(self.clients[user].ask(*call), error)
            self.assertEqual(self.helper.state(), before)

    def assertNoGap(self, host, address, port, calls):
        """Whoever connects while the calls are made, one after the other, gets through."""
        found, over = [], threading.Event()

        def connect():
            while not over.is_set():
                found.append(host.connect(address, port, timeout=TRY).verdict)

        thread = threading.Thread(target=connect)
        thread.start()
        try:
            for call in calls:
                before = len(found)
                self.assertDone(*call)
                wait_for(lambda before=before: len(found) > before, 'a connection')
        finally:
            over.set()
            thread.join()
        self.assertEqual(set(found), {'open'})


class Services(EditCase):
    def setUp(self):
        super().setUp()
        self.assertDone('AddService', 'game', 'Game', 'tcp:8000', 'tcp:8000', OUTGOING | INCOMING)

    def game(self):
        return next(one for one in self.helper.json('services')['services'] if one['name'] == 'game')

    def test_added_and_allowed_at_once(self):
        self.serve(self.lab.internet, 8000, 8001, proto='tcp')
        self.serve(self.lab.laptop, 8000, proto='tcp')
        self.assertDone('AddService', 'other', '', 'tcp:8001', '', 0)
        self.assertOpen(self.lab.vm1, INTERNET, 8000)
        self.assertOpen(self.lab.neighbour, LAPTOP_A, 8000)
        self.assertRejected(self.lab.vm1, INTERNET, 8001)

    def test_other_ports(self):
        """New connections go by the new ports; one that is there lives on."""
        self.serve(self.lab.internet, 8001, proto='tcp')
        watch = self.helper.watch()
        with self.lab.internet.listen('tcp', 8000), self.lab.vm1.hold(INTERNET.four, 8000) as held:
            self.assertDone('UpdateService', 'game', 'Chess', 'tcp:8001', 'tcp:8000')
            self.assertOpen(self.lab.vm1, INTERNET, 8001)
            self.assertRejected(self.lab.vm1, INTERNET, 8000)
            self.assertTrue(held.echo())
        change = watch.wait('service game', 'outgoing tcp:8001, incoming tcp:8000')
        self.assertEqual((change['old'], change['reason']),
                         ('outgoing tcp:8000, incoming tcp:8000', 'service game changed'))
        watch.wait('title of service game', 'Chess')

    def test_other_directions(self):
        """What it offers no more is not allowed when it offers it again."""
        for incoming in ('', 'tcp:8000'):
            self.assertDone('UpdateService', 'game', 'Game', 'tcp:8000', incoming)
        self.assertEqual((self.game()['out']['allowed'], self.game()['in']['allowed']), (True, False))
        kernel = self.helper.kernel()
        self.akinctl('reload')
        self.assertEqual(self.helper.kernel(), kernel)
        self.assertDropped(self.lab.neighbour, LAPTOP_A, 8000)

    def test_refused(self):
        for error, *call in (('NotFound', 'UpdateService', 'nosuch', 'x', 'tcp:1', ''),
                             ('InvalidArgument', 'UpdateService', 'http', 'Web', 'tcp:81', ''),
                             ('InvalidArgument', 'UpdateService', 'game', 'Game', '', ''),
                             ('InvalidArgument', 'UpdateService', 'game', 'Game', 'tcp:0', ''),
                             ('InvalidArgument', 'UpdateService', 'game', 'a\nb', 'tcp:1', ''),
                             ('InvalidArgument', 'UpdateService', 'a"b', 'Game', 'tcp:1', ''),
                             ('InvalidArgument', 'AddService', 'more', '', 'tcp:1', '', INCOMING),
                             ('InvalidArgument', 'AddService', 'more', '', 'tcp:1', '', 4),
                             ('Exists', 'AddService', 'game', '', 'tcp:1', '', OUTGOING)):
            self.assertRefused(error, *call)
        self.assertRefused('NotAllowed', 'UpdateService', 'game', 'Game', 'tcp:1', '', user=ORDINARY_USER)

    def test_no_gap(self):
        self.serve(self.lab.internet, 8000, proto='tcp')
        self.assertNoGap(self.lab.vm1, INTERNET.four, 8000, [
            ('UpdateService', 'game', f'Game {turn}', f'tcp:{8000 - turn % 2}-8002', '') for turn in range(40)])


class Forwards(EditCase):
    """One for IPv4 and one for IPv6, of the same port."""

    def setUp(self):
        super().setUp()
        self.serve(self.lab.vm1, 80, proto='tcp')
        for address in VM1:
            self.akinctl('forward', 'add', 'tcp', '8080', f'[{address}]:80')

    def assertReplaced(self, old, port, address, target, source='anyone'):
        self.assertDone('ReplaceForward', *old, 'tcp', Port(port), address, Port(target), source)

    def forwards(self):
        return {(one['port'], one['address'], one['from']) for one in self.helper.json('forward', 'list')['forwards']}

    def test_another_machine(self):
        """That of the other family stays, and so does the connection to the first machine."""
        self.serve(self.lab.vm2, 81, proto='tcp')
        watch = self.helper.watch()
        with self.lab.neighbour.hold(LAPTOP_A.four, 8080) as held, self.lab.neighbour.hold(LAPTOP_A.six, 8080) as six:
            self.assertReplaced(('tcp', Port(8080), VM1.four), 8080, VM2.four, 81)
            self.assertEqual(self.forwards(), {(8080, VM2.four, 'anyone'), (8080, VM1.six, 'anyone')})
            self.assertOpen(self.lab.neighbour, LAPTOP_A, 8080)
            self.assertTrue(held.echo() and six.echo())
        change = watch.wait('forward of tcp port 8080', f'{VM2.four} port 81 for anyone')
        self.assertEqual((change['old'], change['reason']),
                         (f'{VM1.four} port 80 for anyone', 'forward of tcp port 8080 changed'))

    def test_another_port(self):
        self.assertReplaced(('tcp', Port(8080), VM1.four), 8081, VM1.four, 80)
        self.assertOpen(self.lab.neighbour, LAPTOP_A.four, 8081)
        self.assertDropped(self.lab.neighbour, LAPTOP_A.four, 8080)
        self.assertOpen(self.lab.neighbour, LAPTOP_A.six, 8080)

    def test_for_others(self):
        self.assertReplaced(('tcp', Port(8080), VM1.four), 8080, VM1.four, 80, '198.51.100.1')
        self.assertDropped(self.lab.neighbour, LAPTOP_A.four, 8080)
        self.assertOpen(self.lab.internet, LAPTOP_A, 8080)

    def test_what_stays_may_be_wrong_by_now(self):
        """The network is down, and a program has taken the port: who may use it can still be said."""
        self.lab.laptop.ip('link set vboxnet0 down')
        self.addCleanup(self.lab.laptop.ip, 'link set vboxnet0 up')
        wait_for(lambda: not self.helper.json('forward', 'list')['forwards'][0]['works'], 'the network to go')
        self.serve(self.lab.laptop, 8080, proto='tcp')
        self.assertReplaced(('tcp', Port(8080), VM1.four), 8080, VM1.four, 80, 'loopback')
        self.assertIn((8080, VM1.four, 'loopback'), self.forwards())
        self.assertRefused('InvalidArgument', 'ReplaceForward', 'tcp', Port(8080), VM1.four,
                           'tcp', Port(8080), VM2.four, Port(80), 'anyone')

    def test_refused(self):
        self.akinctl('forward', 'add', 'tcp', '443', VM3.four)
        self.serve(self.lab.laptop, 8082, proto='tcp')
        old, new = ('tcp', Port(8080), VM1.four), ('tcp', Port(8080), VM1.four, Port(80), 'anyone')
        for error, *call in (('NotFound', 'tcp', Port(8080), VM2.four, *new),
                             ('NotFound', 'udp', Port(8080), VM1.four, *new),
                             ('NotFound', 'tcp', Port(8081), VM1.four, *new),
                             ('InvalidArgument', 'esp', Port(0), 'nowhere', *new),
                             ('InvalidArgument', *old, 'tcp', Port(0), VM1.four, Port(80), 'anyone'),
                             ('InvalidArgument', *old, 'tcp', Port(8080), '10.0.0.1', Port(80), 'anyone'),
                             ('InvalidArgument', *old, 'tcp', Port(8080), VM1.four, Port(80), 'moon'),
                             ('Exists', *old, 'tcp', Port(443), VM1.four, Port(80), 'anyone'),
                             ('Exists', *old, 'tcp', Port(8080), VM2.six, Port(80), 'anyone'),
                             ('InUse', *old, 'tcp', Port(8082), VM1.four, Port(80), 'anyone')):
            self.assertRefused(error, 'ReplaceForward', *call)
        self.assertRefused('NotAllowed', 'ReplaceForward', *old, *new, user=ORDINARY_USER)

    def test_one_of_two_removed(self):
        self.assertRefused('NotFound', 'RemoveForward', 'tcp', Port(8080), VM2.four)
        self.assertRefused('InvalidArgument', 'RemoveForward', 'tcp', Port(8080), 'nowhere')
        self.assertDone('RemoveForward', 'tcp', Port(8080), VM1.four)
        self.assertDropped(self.lab.neighbour, LAPTOP_A.four, 8080)
        self.assertOpen(self.lab.neighbour, LAPTOP_A.six, 8080)
        self.akinctl('forward', 'add', 'tcp', '8080', f'[{VM1.four}]:80')
        self.assertDone('RemoveForward', 'tcp', Port(8080), '')
        self.assertEqual(self.forwards(), set())

    def test_no_gap(self):
        old, sources = ('tcp', Port(8080), VM1.four), ('198.51.100.0/24', 'anyone')
        self.assertNoGap(self.lab.neighbour, LAPTOP_A.four, 8080, [
            ('ReplaceForward', *old, 'tcp', Port(8080), VM1.four, Port(80), sources[turn % 2]) for turn in range(40)])


if __name__ == '__main__':
    unittest.main()
