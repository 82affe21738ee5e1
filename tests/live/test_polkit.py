# SPDX-License-Identifier: BSD-2-Clause
"""Who may change things where polkit decides: a stand-in for it says yes, no or nothing, and the real one says no."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
import unittest

from gi.repository import GLib

from helper import ORDINARY_USER, SYSTEM_SERVICES, AkinCase, wait_for
from system_bus import ALLOWED, CHALLENGE, DENIED, DISMISSED, FAILED, NAME, Polkit, SystemBus
from wire import Client

CONTROL, READ_LOG = 'org.akin.helper.control', 'org.akin.helper.read-log'
NOT_ALLOWED = 4
OTHER_USER = 1  # daemon
INTERACTIVE = 4  # of D-Bus: the system may ask a person
POLKITD = '/usr/lib/polkit-1/polkitd'
POLICY = os.path.join(os.path.dirname(__file__), '..', '..', 'helper', 'service', 'org.akin.helper.policy')
QUICK = 1.5  # seconds
UNASKED = 5  # seconds for an answer that needs no person
AT_ONCE = 30  # calls that may wait for their answers
ACCOUNTS = range(2, 10)  # of Debian, bin and others; somebody else's than those below
STRANGERS = 40  # connections of all users together who may only look
OF_USER, OF_ALL = 8, 32  # questions that are open at a time

# Connects to the socket it is told, and gives the connection to the one that it inherits.
HAND_ON = '''import socket, sys
mine = socket.socket(socket.AF_UNIX)
mine.connect(sys.argv[1])
socket.send_fds(socket.socket(fileno=int(sys.argv[2])), [b'.'], [mine.fileno()])
'''


class PolkitCase(AkinCase):
    """The helper is started anew, with a system bus."""

    def setUp(self):
        super().setUp()
        self.bus = self.enterContext(SystemBus(self.helper.folder))
        self.helper.stop()

    def start(self):
        self.helper.start(*self.bus.prelude)

    def change(self, *arguments, user=ORDINARY_USER):
        """A change by a user: akinctl's exit code and what it said."""
        done = self.akinctl(*(arguments or ('firewall', 'off')), user=user, check=False)
        return done.returncode, done.stderr

    def firewall(self):
        return self.helper.json('status')['firewall']


class StandIn(PolkitCase):
    def setUp(self):
        super().setUp()
        self.polkit = self.enterContext(Polkit(self.bus))
        self.start()

    def test_allowed(self):
        self.polkit.answer = ALLOWED
        self.assertEqual(self.change(), (0, ''))
        self.assertFalse(self.firewall())
        (action, pid, uid, interactive), = [one for one in self.polkit.questions if one[0] == CONTROL]
        self.assertEqual((uid, interactive), (ORDINARY_USER, True))
        self.assertNotEqual(pid, os.getpid())

    def test_refused(self):
        for answer, said in ((DENIED, 'only administrators'), (CHALLENGE, 'try it with sudo'),
                             (DISMISSED, 'was cancelled; nothing was changed')):
            with self.subTest(said):
                self.polkit.answer = answer
                code, words = self.change()
                self.assertEqual(code, NOT_ALLOWED, words)
                self.assertIn(said, words)
                self.assertEqual(words.count('\n'), 1)
        self.assertTrue(self.firewall())

    def test_root_is_not_asked_about(self):
        self.assertEqual(self.change(user=None), (0, ''))
        self.assertFalse(self.firewall())
        self.assertEqual(self.polkit.questions, [])

    def test_whether_it_may_is_told_without_asking_the_person(self):
        client = self.enterContext(Client(self.helper))
        self.assertTrue(client.log_in())
        for answer, word in ((ALLOWED, b'yes\0'), (CHALLENGE, b'ask\0'), (DENIED, b'no\0')):
            self.polkit.answer = answer
            client.call('MayControl')
            self.assertIn(word, client.answer())
        self.assertEqual({(action, asked) for action, _, _, asked in self.polkit.questions}, {(CONTROL, False)})

    def test_looking_needs_nobody(self):
        for command in (('nic',), ('rules',), ('forward', 'list'), ('explain', 'out', 'tcp', '80')):
            self.assertEqual(self.akinctl(*command, user=ORDINARY_USER).returncode, 0)
        self.assertEqual(self.polkit.questions, [])

    def test_what_others_do_is_for_who_may_know(self):
        for answer, known in ((ALLOWED, True), (DENIED, False)):
            self.polkit.answer = answer
            listed = self.helper.json('services', user=ORDINARY_USER)['services']
            self.assertEqual([type(one['out']['connections']) is int for one in listed if one['out']],
                             [known] * len([one for one in listed if one['out']]))
        self.assertEqual({action for action, *_ in self.polkit.questions}, {READ_LOG})

    def test_while_a_person_thinks_everybody_is_served(self):
        self.polkit.answer = None
        client = self.thinking()
        begin = time.monotonic()
        self.assertEqual(self.akinctl('nic', user=ORDINARY_USER).stdout, 'en0\n')
        self.assertEqual(self.change('nat', 'off', user=None), (0, ''))
        client.call('ListServices')
        self.assertIn(b'ssh\0', client.answer())
        self.assertLess(time.monotonic() - begin, QUICK)
        self.polkit.say(ALLOWED)
        client.answer()
        self.assertFalse(self.helper.json('status')['enforcing'])

    def test_changes_keep_their_order(self):
        """The second waits for the first, also when the first has to wait for a person."""
        self.polkit.answer = None
        client = self.thinking()
        client.call('Start', flags=INTERACTIVE)
        time.sleep(0.1)
        self.assertEqual(len(self.polkit.questions), 1)
        self.polkit.answer = ALLOWED
        self.polkit.say(ALLOWED)
        client.answer()
        client.answer()
        self.assertTrue(self.helper.json('status')['enforcing'])

    def test_who_leaves_takes_the_question_along(self):
        self.polkit.answer = None
        client = self.thinking()
        client.call('Stop', flags=INTERACTIVE)
        client.socket.close()
        wait_for(lambda: self.polkit.cancelled, 'the question to be taken back')
        self.assertEqual(len(self.polkit.questions), 1)
        self.assertTrue(self.helper.json('status')['enforcing'])

    def test_the_helper_ends_while_a_person_thinks(self):
        self.polkit.answer = None
        client = self.thinking()
        self.helper.stop()  # polkit takes back the questions of whoever leaves the bus
        self.assertLess(client.time_until_closed(time.monotonic()), QUICK)

    def thinking(self):
        """A client that has asked for an end of everything, which a person is being asked about."""
        client = self.enterContext(Client(self.helper))
        self.assertTrue(client.log_in())
        client.call('Stop', flags=INTERACTIVE)
        wait_for(lambda: self.polkit.questions, 'the question')
        return client


class Crowds(PolkitCase):
    """Who asks and asks keeps neither polkit nor others busy, and fills no log."""

    def setUp(self):
        super().setUp()
        self.polkit = self.enterContext(Polkit(self.bus))
        self.polkit.answer = CHALLENGE
        self.start()

    def crowd(self, users, of_user):
        """Clients who all ask whether they may."""
        clients = [self.enterContext(Client(self.helper, user)) for user in users for _ in range(of_user)]
        for client in clients:
            self.assertTrue(client.log_in())
            client.socket.sendall(b''.join(client.message('MayControl') for _ in range(AT_ONCE)))
        return clients

    def assertAsked(self, count):
        """So many questions are open, and no more come."""
        wait_for(lambda: len(self.polkit.questions) == count, f'{count} questions')
        time.sleep(0.1)
        self.assertEqual(len(self.polkit.questions), count)

    def test_one_client_has_one_question(self):
        self.polkit.busy = True
        client, = self.crowd([ORDINARY_USER], 1)
        self.assertAsked(1)
        self.polkit.busy = False
        self.polkit.say(CHALLENGE)
        for _ in range(AT_ONCE):
            self.assertIn(b'ask\0', client.answer())

    def test_a_user_has_a_few_and_keeps_nobody_out(self):
        self.polkit.busy = True
        self.crowd([ORDINARY_USER, 2], 18)
        self.assertAsked(2 * OF_USER)
        her = self.enterContext(Client(self.helper, OTHER_USER))
        self.assertTrue(her.log_in())
        her.call('Stop', flags=INTERACTIVE)
        self.assertAsked(2 * OF_USER + 1)
        self.polkit.busy, self.polkit.answer = False, DENIED
        self.polkit.say(ALLOWED)
        her.answer()
        self.assertFalse(self.helper.json('status')['enforcing'])

    def test_all_have_no_more_than_a_bus_allows(self):
        self.polkit.busy = True
        self.crowd(ACCOUNTS[:6], 6)
        self.assertAsked(OF_ALL)

    def test_others_keep_nobody_from_asking(self):
        self.polkit.busy = True
        self.crowd(ACCOUNTS[:OF_ALL // OF_USER], OF_USER)
        self.assertAsked(OF_ALL)
        self.crowd(ACCOUNTS[OF_ALL // OF_USER:6], 2)
        self.assertAsked(OF_ALL + 6 - OF_ALL // OF_USER)

    def test_who_leaves_has_asked_all_the_same(self):
        """Until polkit has let go of the question: nobody asks more by coming again and again."""
        self.polkit.busy = True
        clients = self.crowd([ORDINARY_USER], OF_USER)
        self.assertAsked(OF_USER)
        for client in clients:
            client.socket.close()
        wait_for(lambda: len(self.polkit.cancelled) == OF_USER, 'the questions to be taken back')
        clients = self.crowd([ORDINARY_USER], OF_USER)
        self.assertAsked(OF_USER)
        self.polkit.busy = False
        self.polkit.say(CHALLENGE)
        for client in clients * AT_ONCE:
            self.assertIn(b'ask\0', client.answer())

    def test_what_fails_is_logged_once(self):
        self.helper.expect('cannot ask polkit')
        self.polkit.answer = FAILED
        client, = self.crowd([ORDINARY_USER], 1)
        for _ in range(AT_ONCE):
            self.assertIn(b'no\0', client.answer())
        self.assertEqual(self.helper.read_log().count('cannot ask polkit'), 1)

    def test_nobody_is_asked_about_who_has_ended(self):
        """A process connects, hands its socket on, and ends."""
        self.polkit.answer = ALLOWED
        ours, its = socket.socketpair()
        with ours, its:
            subprocess.run([sys.executable, '-c', HAND_ON, self.helper.socket, str(its.fileno())],
                           pass_fds=[its.fileno()], user=ORDINARY_USER, check=True)
            _, (descriptor,), *_ = socket.recv_fds(ours, 1, 1)
        client = self.enterContext(Client(self.helper))
        client.socket.close()
        client.socket = socket.socket(fileno=descriptor)
        self.assertTrue(client.log_in())
        client.call('MayControl')
        self.assertIn(b'no\0', client.answer())
        self.assertEqual(self.polkit.questions, [])


class Strangers(PolkitCase):
    """Who may change nothing makes room for others, but not who is being asked, nor who is known to be let."""

    def setUp(self):
        super().setUp()
        self.polkit = self.enterContext(Polkit(self.bus))
        self.polkit.answer = None
        self.start()
        self.her = self.enterContext(Client(self.helper, OTHER_USER))
        self.assertTrue(self.her.log_in())

    def come(self):
        """Too many, and she has more connections than anybody, this one the most silent."""
        for user in (*[OTHER_USER] * 20, *[user for user in ACCOUNTS for _ in range(STRANGERS // len(ACCOUNTS))]):
            self.assertTrue(self.enterContext(Client(self.helper, user)).log_in())

    def test_who_is_being_asked_stays(self):
        self.her.call('Stop', flags=INTERACTIVE)
        wait_for(lambda: self.polkit.questions, 'the question')
        self.come()
        self.polkit.say(ALLOWED)
        self.her.answer()
        self.assertFalse(self.helper.json('status')['enforcing'])
        self.assertEqual(self.polkit.cancelled, [])

    def test_who_was_let_stays(self):
        self.polkit.answer = ALLOWED
        self.her.call('MayControl')
        self.assertIn(b'yes\0', self.her.answer())
        self.come()
        self.her.call('MayControl')
        self.assertIn(b'yes\0', self.her.answer())


class Neighbours(PolkitCase):
    """Everybody on a system bus may send everybody signals, of up to 32 MiB."""

    def setUp(self):
        super().setUp()
        self.polkit = self.enterContext(Polkit(self.bus))
        self.polkit.answer = ALLOWED
        self.start()
        self.assertEqual(self.change(), (0, ''))

    def test_a_large_signal_is_not_taken_in(self):
        before = self.memory()
        stranger = self.bus.connect()
        for size in (60 << 10, 1 << 20, 4 << 20):
            much = GLib.Variant.new_from_bytes(GLib.VariantType('(ay)'), GLib.Bytes.new(bytes(size)), True)
            for name in self.names(stranger):
                stranger.emit_signal(name, '/org/freedesktop/login1', 'org.freedesktop.login1.Manager',
                                     'PrepareForSleep', much)
                stranger.flush_sync(None)
        self.assertEqual(self.change('firewall', 'on'), (0, ''))
        self.assertLess(self.memory() - before, 1)

    def names(self, stranger):
        """Of all who are on the bus but the one who asks."""
        names, = stranger.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                                    'ListNames', None, None, 0, -1, None).unpack()
        return [name for name in names if name[0] == ':' and name != stranger.get_unique_name()]

    def memory(self):
        """The most that the helper has held, in MiB."""
        with open(f'/proc/{self.helper._process.pid}/status') as file:
            line = next(line for line in file if line.startswith('VmHWM'))
        return int(line.split()[1]) / 1024


class Gone(PolkitCase):
    """Without an answer nothing is allowed; without any polkit the administrators' group counts."""

    def test_it_goes_while_a_person_thinks(self):
        with Polkit(self.bus) as polkit:
            self.start()
            self.helper.expect('cannot ask polkit')
            polkit.answer = None
            client = self.enterContext(Client(self.helper))
            self.assertTrue(client.log_in())
            client.call('Stop', flags=INTERACTIVE)
            wait_for(lambda: polkit.questions, 'the question')
        self.assertIn(b'org.akin.Error.NotAllowed', client.answer())
        self.assertTrue(self.helper.json('status')['enforcing'])

    def test_it_does_not_answer(self):
        """What needs no person is waited for a little; a person has two minutes, which no test has."""
        with Polkit(self.bus) as polkit:
            self.start()
            self.helper.expect('cannot ask polkit')
            polkit.busy = True
            client = self.enterContext(Client(self.helper))
            self.assertTrue(client.log_in())
            begin = time.monotonic()
            client.call('Stop')
            self.assertIn(b'org.akin.Error.NotAllowed', client.answer())
            self.assertGreater(time.monotonic() - begin, UNASKED - 1)
            self.assertTrue(self.helper.json('status')['enforcing'])
            polkit.busy = False
            polkit.say(ALLOWED)  # too late
            self.assertTrue(self.helper.json('status')['enforcing'])

    def test_there_is_none(self):
        self.start()
        code, said = self.change()
        self.assertEqual(code, NOT_ALLOWED)
        self.assertIn('only administrators', said)

    def test_there_is_none_and_an_administrator_may(self):
        self.start_with(administrator=OTHER_USER)
        self.assertEqual(self.change(user=OTHER_USER), (0, ''))
        self.bus.__exit__()
        self.assertEqual(self.change('firewall', 'on', user=OTHER_USER), (0, ''))
        self.bus.__enter__()

    def test_an_administrator_may_not_when_it_is_down(self):
        self.helper.expect('cannot ask polkit')
        self.start_with(administrator=OTHER_USER, installed=True)
        self.assertDown()
        self.bus.__exit__()
        self.assertDown()
        self.bus.__enter__()

    def test_an_administrator_may_not_when_it_has_gone(self):
        """Whatever is installed: it has answered in this life of the helper."""
        self.helper.expect('cannot ask polkit')
        self.start_with(administrator=OTHER_USER)
        with Polkit(self.bus) as polkit:
            polkit.answer = CHALLENGE
            self.assertEqual(self.change(user=OTHER_USER)[0], NOT_ALLOWED)
        self.assertDown()
        self.bus.__exit__()
        self.assertDown()
        self.bus.__enter__()

    def test_the_bus_comes_back(self):
        self.helper.expect('cannot ask polkit')
        with Polkit(self.bus) as polkit:
            polkit.answer = ALLOWED
            self.start()
            self.assertEqual(self.change(), (0, ''))
        self.bus.__exit__()
        self.assertEqual(self.change('firewall', 'on')[0], NOT_ALLOWED)
        self.bus.__enter__()
        with Polkit(self.bus) as polkit:
            polkit.answer = ALLOWED
            self.assertEqual(self.change('firewall', 'on'), (0, ''))

    def assertDown(self):
        code, said = self.change(user=OTHER_USER)
        self.assertEqual(code, NOT_ALLOWED)
        self.assertIn('start it', said)
        self.assertTrue(self.firewall())

    def start_with(self, administrator, installed=False):
        """Where a user is a member of sudo, and perhaps polkit is installed."""
        name = pwd.getpwuid(administrator).pw_name
        group = os.path.join(self.helper.folder, 'group')
        with open(group, 'w') as file:
            file.write(f'sudo:x:27:{name}\n')
        mounts = 'mount --bind $1 /etc/group && ' + f'touch $2/{NAME}.service && ' * installed
        self.helper.start(*self.bus.prelude, 'unshare', '--mount', 'sh', '-c', mounts + 'shift 2 && exec "$@"', 'sh',
                          group, SYSTEM_SERVICES)


class Real(PolkitCase):
    """The real polkitd, with our actions, and a rule of this test's."""

    RULE = 'polkit.addRule(function(action) {{ if (action.id == "{action}") return polkit.Result.{result}; }});'

    def setUp(self):
        super().setUp()
        self.start()

    def polkitd(self, result):
        """In a mount namespace of its own, where the system's rules and actions are ours."""
        folder = os.path.join(self.helper.folder, 'polkit-' + result)
        for name in ('actions', 'rules.d'):
            os.makedirs(os.path.join(folder, name))
        shutil.copy(POLICY, os.path.join(folder, 'actions'))
        with open(os.path.join(folder, 'rules.d', '10-test.rules'), 'w') as file:
            file.write(self.RULE.format(action=CONTROL, result=result))
        script = ('mount --bind "$1/actions" /usr/share/polkit-1/actions && '
                  'mount --bind "$1/rules.d" /usr/share/polkit-1/rules.d && exec "$2" --no-debug')
        process = subprocess.Popen(
            ['unshare', '--mount', 'sh', '-c', script, 'sh', folder, POLKITD],
            env={**os.environ, 'DBUS_SYSTEM_BUS_ADDRESS': self.bus.address},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        subprocess.run(['gdbus', 'wait', '--system', '--timeout', '20', 'org.freedesktop.PolicyKit1'], check=True,
                       env={**os.environ, 'DBUS_SYSTEM_BUS_ADDRESS': self.bus.address})
        return process

    def test_allowed_by_a_rule(self):
        self.polkitd('YES')
        self.assertEqual(self.change(), (0, ''))
        self.assertFalse(self.firewall())

    def test_denied_by_a_rule(self):
        self.polkitd('NO')
        code, said = self.change()
        self.assertEqual(code, NOT_ALLOWED)
        self.assertIn('only administrators', said)
        self.assertTrue(self.firewall())

    def test_a_password_that_nobody_here_asks_for(self):
        self.polkitd('AUTH_ADMIN')
        code, said = self.change()
        self.assertEqual(code, NOT_ALLOWED)
        self.assertIn('try it with sudo', said)
        self.assertTrue(self.firewall())


if __name__ == '__main__':
    unittest.main()
