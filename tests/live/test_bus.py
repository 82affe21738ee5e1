# SPDX-License-Identifier: BSD-2-Clause
"""What a client of the socket can do to the helper, which anyone on the computer may be: bytes of our own making,
since no decent client sends them.
"""

import concurrent.futures
import contextlib
import fcntl
import os
import signal
import socket
import struct
import termios
import threading
import time
import unittest

from helper import NO_HELPER, ORDINARY_USER, AkinCase, sanitized, wait_for
from wire import (ERROR, INTERFACE, METHOD_CALL, METHOD_RETURN, NO_REPLY_EXPECTED, SIGNAL, SOON, Client, Port,
                  call_of_fields, identity)

PROPERTIES = 'org.freedesktop.DBus.Properties'
GREETING = b'\0AUTH'  # with which everybody begins
OTHER_USER = 1  # daemon: as ordinary as nobody, and somebody else

CONNECTIONS = 32  # that a user may have
STRANGERS = 40  # connections of all users together who may only look
AT_ONCE = 30  # calls of one client before it reads; more than the helper reads
MANY = 200  # the same, and still fewer than fill a socket
LARGEST, OF_STRANGERS = 64 * 1024, 4 * 1024  # bytes of a message
DEADLINE = 5  # seconds for the handshake
UNREAD = 5  # seconds for which a client may leave its socket full
FLOOD = 20  # seconds that a flood lasts if nobody stops it
GROWTH, QUARANTINE = 5, 400  # MiB that a flood may cost; and with a sanitizer, which keeps what was freed
IDLE = 0.2  # seconds of the processor in two

FLOODS = {
    'ListServices': ('ListServices', [], {}),
    'GetAll': ('GetAll', [INTERFACE], {'interface': PROPERTIES}),
    'an object that is not there': ('Nope', [], {'path': '/nope'}),
}

# A policy whose ruleset is long: one answer fills a socket.
MANY_PORTS = ''.join(f'[service many{n}]\nout=tcp:{",".join(map(str, range(n * 1000 + 1, n * 1000 + 500, 2)))}\n'
                     for n in range(1, 13)) + '[services]\n' + ''.join(f'many{n}=out\n' for n in range(1, 13))


class BusCase(AkinCase):
    def client(self, user=ORDINARY_USER):
        return self.enterContext(Client(self.helper, user))

    def logged_in(self, user=ORDINARY_USER):
        client = self.client(user)
        self.assertTrue(client.log_in())
        return client

    def assertServed(self, user=None):
        """Others find the helper as quick as ever."""
        begin = time.monotonic()
        self.assertEqual(self.akinctl('nic', user=user).stdout, 'en0\n')
        self.assertLess(time.monotonic() - begin, SOON)

    def assertCost(self, before, most):
        """The helper's memory has grown by no more MiB than that, unless a sanitizer keeps what was freed."""
        self.assertLess(self.memory() - before, QUARANTINE if sanitized() else most)

    def process(self, name):
        """A file of the helper's in /proc."""
        with open(f'/proc/{self.helper._process.pid}/{name}') as file:
            return file.read()

    def memory(self):
        """The most that the helper has held, in MiB."""
        line = next(line for line in self.process('status').splitlines() if line.startswith('VmHWM'))
        return int(line.split()[1]) / 1024

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.helper._process.pid}/fd'))

    def processor_time(self):
        """Seconds that the helper has used so far."""
        fields = self.process('stat').rpartition(')')[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf('SC_CLK_TCK')


class Connections(BusCase):
    def test_one_user_has_so_many(self):
        """And keeps nobody out but himself."""
        clients = [self.client() for _ in range(CONNECTIONS + 8)]
        served = [client for client in clients if client.log_in()]
        self.assertEqual(len(served), CONNECTIONS)
        self.assertServed()
        self.assertServed(OTHER_USER)
        self.assertEqual(self.akinctl('nic', user=ORDINARY_USER, check=False).returncode, NO_HELPER)
        served[0].socket.close()
        wait_for(lambda: self.akinctl('nic', user=ORDINARY_USER, check=False).returncode == 0, 'room for one more')

    def test_who_says_nothing_counts_too(self):
        clients = [self.client() for _ in range(CONNECTIONS + 8)]
        self.assertEqual(clients[CONNECTIONS].say(GREETING), b'')
        self.assertServed()
        self.assertServed(OTHER_USER)

    def test_who_comes_and_goes_keeps_nobody_out(self):
        """Also when the queue of those who wait to be taken is full of them; akinctl comes again."""
        self.helper.signal(signal.SIGSTOP)
        with contextlib.suppress(BlockingIOError):
            while True:
                with socket.socket(socket.AF_UNIX) as passing:
                    passing.setblocking(False)
                    passing.connect(self.helper.socket)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            served = pool.submit(self.akinctl, 'nic')
            time.sleep(0.3)
            self.helper.signal(signal.SIGCONT)
            self.assertEqual(served.result().stdout, 'en0\n')
        self.assertServed(OTHER_USER)

    def test_half_a_handshake_costs_nothing_and_ends(self):
        begin = time.monotonic()
        waiting = {said: self.client() for said in (
            b'', b'\0', GREETING, GREETING + b' EXTERNAL\r', b'\0' + identity(ORDINARY_USER) + b'BEGI')}
        for said, client in waiting.items():
            client.socket.sendall(said)
        before = self.processor_time()
        time.sleep(2)
        self.assertLess(self.processor_time() - before, IDLE)
        for said, client in waiting.items():
            with self.subTest(said):
                took = client.time_until_closed(begin)
                self.assertGreater(took, DEADLINE - 1)
                self.assertLess(took, DEADLINE + SOON)

    def test_half_a_line_and_then_the_end(self):
        begin, before = time.monotonic(), self.processor_time()
        client = self.client()
        client.socket.sendall(GREETING)
        client.socket.shutdown(socket.SHUT_WR)
        self.assertLess(client.time_until_closed(begin), SOON)
        self.assertLess(self.processor_time() - before, IDLE)

    def test_an_urgent_byte(self):
        """A socket that has nothing else is readable, and nothing can be read from it."""
        before = self.processor_time()
        client = self.client()
        client.socket.sendall(GREETING)
        with contextlib.suppress(OSError):  # a kernel that knows of none
            client.socket.send(b'x', socket.MSG_OOB)
        self.assertServed()
        time.sleep(2)
        self.assertLess(self.processor_time() - before, IDLE)

    def test_a_line_without_end(self):
        begin = time.monotonic()
        client = self.client()
        self.assertEqual(client.say(GREETING + b'A' * 1000), b'')
        self.assertLess(time.monotonic() - begin, SOON)

    def test_byte_by_byte(self):
        client = self.client()
        for byte in b'\0' + identity(ORDINARY_USER):
            client.socket.sendall(bytes([byte]))
            time.sleep(0.002)
        self.assertTrue(client.socket.recv(100).startswith(b'OK '))

    def test_all_at_once(self):
        """With the first call right behind the handshake."""
        client = self.client()
        client.socket.sendall(b'\0' + identity(ORDINARY_USER) + b'BEGIN\r\n' + client.message('MayControl'))
        self.assertTrue(client.socket.recv(37).startswith(b'OK '))
        self.assertIn(b'no\0', client.answer())

    def test_a_wrong_identity(self):
        for said in (0, OTHER_USER, 4294967295):
            with self.subTest(said), Client(self.helper) as client:
                self.assertEqual(client.say(b'\0' + identity(said)), b'REJECTED EXTERNAL\r\n')
                self.assertEqual(client.say(b'BEGIN\r\n' + client.message('Stop')), b'')
        self.assertTrue(self.helper.json('status')['enforcing'])

    def test_the_right_identity_gives_no_rights(self):
        client = self.logged_in()
        for member in ('Stop', 'Start', 'Reload'):
            client.call(member)
            self.assertIn(b'org.akin.Error.NotAllowed', client.answer())
        self.assertTrue(self.helper.json('status')['enforcing'])

    def test_anyone_may_connect_whatever_the_mask_was(self):
        self.helper.stop()
        self.helper.socket = os.path.join(self.helper.folder, 'run', 'socket')
        self.helper.start('sh', '-c', 'umask 027; exec "$@"', 'sh')
        self.assertServed(ORDINARY_USER)


class Floods(BusCase):
    """Clients ask and ask."""

    def test_who_reads_nothing_is_dropped(self):
        """And nobody else notices."""
        before = self.memory()
        with open(f'/proc/{self.helper._process.pid}/clear_refs', 'w') as file:
            file.write('5')  # the peak is measured anew
        floods = {(name, flags): self.flood(flags, *call) for name, call in FLOODS.items()
                  for flags in (0, NO_REPLY_EXPECTED)}
        while any(flood.is_alive() for flood in floods.values()):
            self.assertServed(OTHER_USER)
            time.sleep(0.1)
        self.assertServed()
        for kind, flood in floods.items():
            with self.subTest(kind):
                self.assertTrue(flood.dropped)
                self.assertGreater(flood.lasted, UNREAD - 1)
                self.assertLess(flood.sent, LARGEST * 16)
        self.assertCost(before, GROWTH)
        self.assertIn(f'dropped a client of user {ORDINARY_USER} that asks and does not read', self.helper.read_log())

    def flood(self, flags, member, texts, options):
        client = self.logged_in()
        return Flood(client, b''.join(client.message(member, *texts, flags=flags, **options) for _ in range(100)))

    def test_who_goes_while_his_calls_wait_is_forgotten(self):
        """With more asked for than is read from him at a time."""
        before = self.descriptors()
        clients = [self.logged_in() for _ in range(CONNECTIONS)]
        for client in clients:
            client.socket.sendall(b''.join(client.message('GetRules', '') for _ in range(MANY)))
        for client in clients:
            client.socket.close()
        wait_for(lambda: self.descriptors() <= before, 'all to be forgotten')
        self.assertServed()

    def test_all_at_once_are_answered_in_turn(self):
        """However many calls somebody sends before he reads."""
        client = self.logged_in()
        client.socket.sendall(b''.join(client.message('MayControl') for _ in range(MANY)))
        for _ in range(MANY):
            self.assertIn(b'no\0', client.answer())

    def test_who_reads_may_ask_for_ever(self):
        client = self.logged_in()
        for _ in range(500):
            client.call('ListServices')
            self.assertIn(b'ssh\0', client.answer())

    def test_who_reads_late_gets_every_answer(self):
        """Calls wait for their turn while answers are not read."""
        client = self.logged_in()
        for _ in range(AT_ONCE):
            client.call('ListServices')
        time.sleep(0.3)
        self.assertServed(OTHER_USER)
        for _ in range(AT_ONCE):
            self.assertIn(b'ssh\0', client.answer())

    def test_who_wants_no_answers_may_ask_a_few_things(self):
        """And reads on, as libraries do, whether anything comes or not."""
        client = self.logged_in()
        for _ in range(100):
            client.call('MayControl', flags=NO_REPLY_EXPECTED)
            client.call('ListServices')
            wait_for(lambda: b'ssh\0' in client.answer(), 'the answer that is wanted')


class Crowds(BusCase):
    """Many connections ask at once: whoever else asks waits for a call of each user, and not for all of them."""

    policy = MANY_PORTS

    def test_root_does_not_wait(self):
        self.check_served_among_many(0)

    def test_another_user_does_not_wait(self):
        self.check_served_among_many(OTHER_USER)

    def check_served_among_many(self, user):
        other = self.logged_in(user)
        crowd = [self.logged_in(asker) for asker in (ORDINARY_USER, 2) for _ in range(STRANGERS // 2 - 1)]
        for client in crowd:
            client.socket.sendall(b''.join(client.message('GetRules', '') for _ in range(AT_ONCE)))
        wait_for(lambda: unread(crowd), 'the first answers')
        for _ in range(2):
            other.call('Explain', 'out', 'tcp', Port(80), '')
            self.assertEqual(other.answer()[1], METHOD_RETURN)
            other.call('GetAll', INTERFACE, interface=PROPERTIES)
            self.assertEqual(other.answer()[1], METHOD_RETURN)
        before = unread(crowd)
        wait_for(lambda: unread(crowd) > 2 * before, 'most answers to come after those to others')


class Size(BusCase):
    """Messages that no decent client sends, and what comes with them."""

    def assertDropped(self, client):
        self.assertLess(client.time_until_closed(time.monotonic()), SOON)
        self.assertServed()

    def test_a_huge_message_is_not_waited_for(self):
        """Its head alone says how large it would be."""
        for body, fields in ((100 << 20, 100), (0, 60 << 20), (OF_STRANGERS, 100), (0, 2056),
                             (0xffffffff, 0xffffffff)):
            with self.subTest(body=body, fields=fields):
                before = self.memory()
                client = self.logged_in()
                client.socket.sendall(struct.pack('<cBBBIII', b'l', METHOD_CALL, 0, 1, body, 1, fields))
                self.assertDropped(client)
                self.assertCost(before, 1)

    def test_a_large_message_is_taken(self):
        for user, size in ((ORDINARY_USER, OF_STRANGERS), (0, LARGEST)):
            client = self.logged_in(user)
            client.call('Explain', 'x' * (size - 1024), 'tcp')
            self.assertIn(b'org.freedesktop.DBus.Error', client.answer())
            client.call('MayControl')
            self.assertEqual(client.answer()[1], METHOD_RETURN)

    def test_a_large_message_of_who_may_only_look(self):
        client = self.logged_in()
        client.call('Explain', 'x' * OF_STRANGERS, 'tcp')
        self.assertDropped(client)

    def test_lists_that_are_larger_than_they_look(self):
        """An empty string is eight bytes, and twenty times that once it is read."""
        before = self.memory()
        clients = [self.logged_in(user) for user in (ORDINARY_USER, 2) for _ in range(STRANGERS // 2 - 1)]
        for client in clients:
            client.socket.sendall(b''.join(client.message('TrustPing', [''] * 450) for _ in range(AT_ONCE)))
        self.assertServed(OTHER_USER)
        for client in clients:
            self.assertIn(b'org.akin.Error.NotAllowed', client.answer())
        self.assertCost(before, GROWTH)

    def test_no_call(self):
        """Nobody waits for answers and signals from clients, however many they are."""
        for kind in (METHOD_RETURN, ERROR, SIGNAL):
            client = self.logged_in()
            client.socket.sendall(struct.pack('<cBBBIII', b'l', kind, 0, 1, 0, 1, 8) + bytes(8))
            self.assertDropped(client)

    def test_fields_of_other_types(self):
        """GLib asks whether a call has a path and a member, and fails on what is none."""
        path, member = (1, 'o', '/org/akin/Helper1'), (3, 's', 'MayControl')
        for fields in (((1, 's', '/x'), member), ((1, 'u', 1), member), (path, (3, 'u', 1)), (path, (3, 'o', '/x')),
                       (path, member, (7, 's', 'x'))):
            with self.subTest(fields=fields):
                client = self.logged_in()
                client.socket.sendall(call_of_fields(*fields))
                self.assertDropped(client)
        self.assertEqual(self.helper.read_log().count('that sends what is no call'), 1)

    def test_no_message_at_all(self):
        client = self.logged_in()
        client.socket.sendall(b'GET / HTTP/1.1\r\nHost: akin\r\n\r\n')
        self.assertDropped(client)

    def test_descriptors_are_not_taken(self):
        client = self.logged_in()
        before = self.descriptors()
        call = client.message('MayControl')
        with open('/dev/null') as null:
            for byte in call:
                socket.send_fds(client.socket, [bytes([byte])], [null.fileno()] * 100)
        self.assertIn(b'no\0', client.answer())
        wait_for(lambda: self.descriptors() <= before, 'what is open now and then to be closed')

    def test_half_a_message_costs_no_more_than_itself(self):
        before = self.memory()
        head = struct.pack('<cBBBIII', b'l', METHOD_CALL, 0, 1, OF_STRANGERS - 2048, 1, 100)
        for _ in range(CONNECTIONS):
            self.logged_in().socket.sendall(head + bytes(OF_STRANGERS // 4))
        self.assertServed(OTHER_USER)
        self.assertCost(before, 2)

    def test_an_offender_is_logged_once(self):
        for _ in range(5):
            client = self.logged_in()
            client.socket.sendall(bytes(16))
            self.assertDropped(client)
        self.assertEqual(self.helper.read_log().count(f'dropped a client of user {ORDINARY_USER}'), 1)


class Strangers(BusCase):
    """Who may only look shares its connections with others of the kind, whatever user ids one gets hold of."""

    def test_many_users_keep_nobody_out(self):
        for user in range(20000, 20000 + 2 * STRANGERS):
            self.client(user)
        self.assertServed(ORDINARY_USER)
        self.assertServed()
        self.assertLess(len(os.listdir(f'/proc/{self.helper._process.pid}/fd')), STRANGERS + 40)

    def test_who_has_most_makes_room(self):
        """All user ids that no account has, such as those of containers, count as one."""
        watching = self.logged_in(OTHER_USER)
        for user in (*[ORDINARY_USER] * CONNECTIONS, *range(20000, 20000 + STRANGERS)):
            last = self.client(user)
        self.assertTrue(last.log_in())
        watching.call('MayControl')
        self.assertIn(b'no\0', watching.answer())

    def test_the_silent_ones_make_room(self):
        watching = self.logged_in()
        for user in range(20000, 20000 + 3 * STRANGERS):
            self.client(user)
            watching.call('MayControl')
            self.assertIn(b'no\0', watching.answer())


def unread(clients):
    """Bytes of answers that they have not taken."""
    return sum(struct.unpack('i', fcntl.ioctl(client.socket, termios.FIONREAD, bytes(4)))[0] for client in clients)


class Flood(threading.Thread):
    """Sends the same calls over and over, until it is dropped or has had its time."""

    def __init__(self, client, calls):
        super().__init__(daemon=True)
        self._socket, self._calls = client.socket, calls
        self.dropped, self.sent, self.lasted = False, 0, None
        self.start()

    def run(self):
        begin, left = time.monotonic(), self._calls
        self._socket.setblocking(False)
        while time.monotonic() < begin + FLOOD and not self.dropped:
            try:
                sent = self._socket.send(left)
                self.sent += sent
                left = left[sent:] or self._calls
            except BlockingIOError:
                time.sleep(0.002)
            except ConnectionError:
                self.dropped = True
        self.lasted = time.monotonic() - begin


class Farewell(BusCase):
    """The helper is told to end while clients do as they like."""

    policy = MANY_PORTS

    def have_one_that_does_not_read(self):
        """With more on its way to it than a socket holds, in fewer answers than it would be dropped for."""
        client = self.logged_in()
        for _ in range(30):
            client.call('GetRules', '')
        time.sleep(0.1)
        return client

    def assertEndsSoon(self):
        wait_for(lambda: not self.helper.running, 'the helper to end', SOON)
        self.assertEqual(self.helper._process.returncode, 0)
        self.helper.check_no_trace()

    def test_a_client_does_not_read(self):
        for _ in range(3):
            self.have_one_that_does_not_read()
        self.helper.signal(signal.SIGTERM)
        self.assertEndsSoon()

    def test_a_client_has_not_said_who_it_is(self):
        self.client().socket.sendall(GREETING)
        self.helper.signal(signal.SIGTERM)
        self.assertEndsSoon()

    def test_a_start_that_comes_too_late(self):
        """Who does not read prolongs the farewell; nothing that is asked for in it is done."""
        for _ in range(3):
            self.have_one_that_does_not_read()
            root = self.logged_in(0)
            self.helper.signal(signal.SIGTERM)
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    root.call('Start')
                    time.sleep(0.002)
            self.assertEndsSoon()
            self.helper.start()


if __name__ == '__main__':
    unittest.main()
