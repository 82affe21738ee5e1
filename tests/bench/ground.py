# SPDX-License-Identifier: BSD-2-Clause
"""Where bad things are done to a helper: a yard, somebody outside who tries a blocked port all the time, and others
who call meanwhile.

    with Ground() as ground:
        tally = ground.tally('a fault', tried=10)
        for _ in range(10):
            tally.survived += ground.helper.running
        line = tally.line()
"""

import contextlib
import itertools
import os
import re
import socket
import threading
import time

import contestants
import helper as live
from table import Fault
from wire import Client
from yard import Loop, Yard

MEMORY_MIB = 16  # that the helper may ever have had
PROMPT = 100e3  # microseconds in which others are answered, whatever happens
BEAT = 0.01  # seconds between their calls
BLOCKED = 7002
DROPPED = r'dropped a client of user {}\b'
ELEMENTS = re.compile(r'(?<=elements = )\{([^}]*)\}')
OFFENCE_SECONDS = 60  # for which an offender is not logged again

LOOK = ('/org/akin/Helper1', 'org.akin.Helper1', 'Explain', "('out', 'tcp', uint16 80, '')")
SOMEBODY = 1  # daemon: an ordinary user, and not the one who attacks


class Others:
    """Root and an ordinary user, who each have a connection open and ask something every 10 ms."""

    def __init__(self, ground):
        self.worst, self.failed = 0.0, 0
        self._stopping = False
        program = ground.helper.for_others(contestants.program('tests', 'bench', 'bus-loop'))
        as_somebody = ['setpriv', f'--reuid={SOMEBODY}', f'--regid={SOMEBODY}', '--clear-groups']
        loops = [Loop(ground.yard.laptop, [*prelude, program, ground.helper.socket, *LOOK])
                 for prelude in ([], as_somebody)]
        self._threads = [threading.Thread(target=self._ask, args=(loop,), daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopping = True
        for thread in self._threads:
            thread.join()

    def _ask(self, loop):
        try:
            while not self._stopping:
                self.worst = max(self.worst, *loop.times(10, BEAT))
        except (RuntimeError, OSError):
            self.failed += 1
        loop.close()


class Witness:
    """Sends a packet a millisecond to a port that is blocked, and finds out whether one ever got there."""

    def __init__(self, yard):
        self.sent = self.leaked = 0
        self._stopping = threading.Event()
        self._target = (yard.laptop.address4, BLOCKED)
        self._sender = yard.internet.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._receiver = yard.laptop.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._receiver.bind(('', BLOCKED))
        self._receiver.settimeout(0.05)
        live.wait_for(self._gets_through, 'a way to the port while nothing blocks it')
        self._thread = threading.Thread(target=self._send, daemon=True)

    def _gets_through(self):
        self._sender.sendto(b'before', self._target)
        with contextlib.suppress(TimeoutError):
            return self._receiver.recv(16)

    def begin(self):
        """From here on no packet may get through; those from before are forgotten."""
        self._drain()
        self._thread.start()

    def stop(self):
        """What got through is counted from then on."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        time.sleep(0.1)
        self.leaked += self._drain()

    def _drain(self):
        """How many had got through."""
        self._receiver.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for number in itertools.count():
                self._receiver.recv(16)
        return number

    def _send(self):
        while not self._stopping.wait(0.001):
            self._sender.sendto(b'probe', self._target)
            self.sent += 1


class Tally:
    """What comes of one kind of attack or fault, from now until `line`."""

    def __init__(self, ground, what, tried, others=True, most=PROMPT, memory=MEMORY_MIB):
        self.survived = self.lost = 0
        self.delay = 0.0  # microseconds
        self.amiss = []
        self._what, self._tried, self._most, self._ground = what, tried, most, ground
        self._memory = memory
        self._others = Others(ground) if others else None
        self._witness = ground.witness
        self._witness.begin()

    def notice(self, wrong, words):
        if wrong and words not in self.amiss:
            self.amiss.append(words)

    def waited(self, since):
        """Something was as it should be again, having been asked for at this monotonic time."""
        self.delay = max(self.delay, (time.monotonic() - since) * 1e6)

    def stop(self):
        if self._others:
            self._others.stop()
        self._witness.stop()

    def line(self):
        self.stop()
        if self._others:
            self.lost += self._others.failed
            self.delay = max(self.delay, self._others.worst)
        self.notice(self._witness.sent == 0, 'nothing was sent to the blocked port')
        if self._ground.helper.running:
            peak = self._ground.peak_mib()
            self.notice(peak > self._memory, f'it has taken {peak:.1f} MiB')
        return Fault(self._what, self._tried, self.survived, self.lost, self._witness.leaked, self.delay, self._most,
                     self.amiss)


class Ground:
    """A yard with a helper, for one line of the table."""

    def __init__(self, policy=None):
        self._policy = policy
        self._exit = contextlib.ExitStack()

    def __enter__(self):
        live.HELPER = contestants.program('helper', 'akin-helper')
        live.AKINCTL = contestants.program('app', 'ctl', 'akinctl')
        with contextlib.ExitStack() as stack:
            self.yard = stack.enter_context(Yard())
            self.witness = Witness(self.yard)
            self.helper = stack.enter_context(live.Helper(self.yard, self._policy))
            self.helper.ctl('nat', 'auto')  # from here on there is a policy file
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *problem):
        return self._exit.__exit__(*problem)

    def tally(self, what, tried, **options):
        tally = Tally(self, what, tried, **options)
        self._exit.callback(tally.stop)
        return tally

    def root(self):
        """A connection of root's."""
        client = Client(self.helper, 0)
        if not client.log_in():
            raise RuntimeError('root was not let in')
        return client

    def kernel(self):
        """All that akin may change in a kernel, as one can compare it: sets have no order."""
        rules, switches = self.helper.kernel()
        return ELEMENTS.sub(_in_order, re.sub(r'[ \t]+', ' ', rules)), switches

    # What the kernel says of the helper

    def peak_mib(self):
        return _status(self.helper.pid, 'VmHWM')

    def memory_mib(self):
        return _status(self.helper.pid, 'VmRSS')

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.helper.pid}/fd'))

    def count_dropped(self, user):
        """How often the log says that a client of a user was dropped."""
        return len(re.findall(DROPPED.format(user), self.helper.read_log()))


class Toggler:
    """Switches a service off and on over a connection of root's, and knows what was promised."""

    CALLS = {'denied': ('DenyServices', ['http'], 1), 'allowed': ('AllowServices', ['http'], 1)}

    def __init__(self, ground):
        self.done, self.asked = 'allowed', 'allowed'
        self.count = 0
        self._client = ground.root()
        self._stopping = False
        self._thread = threading.Thread(target=self._toggle, daemon=True)

    def begin(self):
        self._thread.start()

    def end(self):
        """Once nothing more will be answered; the states that the policy may be in."""
        self._stopping = True
        self._thread.join()
        self._client.socket.close()
        return {self.done, self.asked}

    def _toggle(self):
        states = itertools.cycle(('denied', 'allowed'))
        with contextlib.suppress(OSError, live.Failed):
            while not self._stopping:
                self.asked = next(states)
                if self._client.ask(*self.CALLS[self.asked]) is not None:
                    raise RuntimeError(f'{self.asked}: refused')
                self.done = self.asked
                self.count += 1


def _in_order(elements):
    return ', '.join(sorted(element.strip() for element in elements[1].split(',')))


def _status(pid, name):
    """A size of a process, in MiB."""
    with open(f'/proc/{pid}/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name)) / 1024
