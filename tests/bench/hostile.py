# SPDX-License-Identifier: BSD-2-Clause
"""Clients of an ordinary user who mean harm, while others go on being served.

An attack is a generator: it yields once for every time that it has tried, and what it finds amiss, if anything.
"""

import collections
import contextlib
import functools
import itertools
import random
import socket
import struct
import time

from ground import OFFENCE_SECONDS, Ground
from helper import ORDINARY_USER, Failed
from system_bus import Polkit, SystemBus
from wire import METHOD_CALL, SOON, Client, Port, call_of_fields, identity

HELD = 300  # connections kept open at a time; many more than a user may have
ROOM = 40  # descriptors that a user's connections may take
ROUND = 500  # toggles after which all have been dropped who do not read
PATIENCE = 7  # seconds in which a connection is made at the latest
AT_ONCE = 20  # calls under way
CROWD, OF_USER, IN_FLIGHT = (ORDINARY_USER, 2), 19, 30  # all but two connections of strangers, more calls than are read
SETTLED = 0.3  # seconds in which what is under way ends
GROWTH_MIB = 1  # in the second half of an attack: the first leaves behind what the allocator keeps

# Every change there is, such that it would be done for root.
CHANGES = (('SetFirewall', False), ('SetPanic', True), ('SetNat', 'off'), ('SetMachinesReachHost', False),
           ('SetNetworkPatterns', ['en*']), ('AllowServices', ['telnet'], 3), ('DenyServices', ['http'], 3),
           ('AddService', 'mine', 'Mine', 'tcp:1', 'tcp:1', 3), ('UpdateService', 'http', 'Mine', 'tcp:1', ''),
           ('RemoveService', 'http'), ('TrustPing', ['192.0.2.1']), ('DistrustPing', ['192.0.2.1']),
           ('AddForward', 'tcp', Port(80), '192.168.56.101', Port(80), ''), ('RemoveForward', 'tcp', Port(80), ''),
           ('ReplaceForward', 'tcp', Port(80), '', 'tcp', Port(81), '192.168.56.101', Port(80), ''), ('Mend', 'strict'),
           ('Try', 30), ('Confirm',), ('Revert',), ('Start',), ('Stop',), ('Restart',), ('Reload',))
LOOKS = (('Explain', 'out', 'tcp', Port(80), ''), ('MayControl',), ('ListServices',), ('ListMachines',))


def _connect(ground, user=ORDINARY_USER):
    """The queue of those who wait may be full for a moment."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return Client(ground.helper, user)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.001)


def _log_in(ground, user=ORDINARY_USER):
    """A client who is let in, as soon as there is room for one more."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        client = _connect(ground, user)
        if client.log_in():
            return client
        client.socket.close()
    raise Failed('nobody is let in any more')


class _Held:
    """Keeps the last connections open, and closes the oldest for a new one."""

    def __init__(self, most=HELD):
        self._clients, self._most = collections.deque(), most

    def add(self, client):
        self._clients.append(client)
        if len(self._clients) > self._most:
            self._clients.popleft().socket.close()


def silent(ground, count):
    """connections that never speak"""
    held = _Held()
    for _ in range(count):
        held.add(_connect(ground))
        yield None


def byte_by_byte(ground, count):
    """connections that speak byte by byte"""
    said = b'\0' + identity(ORDINARY_USER) + b'BEGIN\r\n'
    for number in range(0, count, AT_ONCE):
        clients = [_connect(ground) for _ in range(min(AT_ONCE, count - number))]
        for byte in said:
            for client in clients:
                with contextlib.suppress(ConnectionError):
                    client.socket.sendall(bytes([byte]))
        for client in clients:
            client.socket.close()
            yield None


def rubbish(ground, count):
    """connections that send rubbish"""
    chance, held = random.Random(2), _Held(16)
    for number in range(count):
        client = _log_in(ground) if number % 2 else _connect(ground)
        with contextlib.suppress(ConnectionError):
            client.socket.sendall(b'\xff' * (number % 2) + chance.randbytes(chance.randint(1, 400)))
        held.add(client)
        yield None


def wrong_sizes(ground, count):
    """huge and truncated messages"""
    held = _Held(16)
    for number in range(count):
        client = _log_in(ground)
        huge = number % 2 == 0
        head = struct.pack('<cBBBIII', b'l', METHOD_CALL, 0, 1, 100 << 20 if huge else 1000, 1, 100)
        client.socket.sendall(head + bytes(number % 900))
        amiss = None
        if huge:
            client.socket.settimeout(SOON)
            try:
                client.time_until_closed(0)
            except TimeoutError:
                amiss = 'a huge message is waited for'
        held.add(client)
        yield amiss


def urgent_bytes(ground, count):
    """urgent bytes, before the handshake's end and after it"""
    held = _Held(16)
    for number in range(count):
        client = _log_in(ground) if number % 2 else _connect(ground)
        with contextlib.suppress(OSError):  # it is closed already, or the kernel knows of none
            client.socket.send(b'\0AUTH'[:number % 6] + b'x', socket.MSG_OOB)
        held.add(client)
        yield None


def wrong_fields(ground, count):
    """calls whose header fields are of any types"""
    chance, held = random.Random(3), _Held(16)
    values = (('s', 'x'), ('s', ':1.1'), ('o', '/org/akin/Helper1'), ('u', 1), ('g', 'as'), ('s', 'MayControl'))
    for _ in range(count):
        fields = [(number, *chance.choice(values)) for number in range(1, 10) if chance.random() < 0.5]
        client = _log_in(ground)
        with contextlib.suppress(ConnectionError):
            client.socket.sendall(call_of_fields(*fields))
        held.add(client)
        yield None


def calls(ground, count):
    """method calls, answers read"""
    client, looks = _log_in(ground), itertools.cycle(LOOKS)
    for number in range(0, count, AT_ONCE):
        here = min(AT_ONCE, count - number)
        client.socket.sendall(b''.join(client.message(*next(looks)) for _ in range(here)))
        for _ in range(here):
            client.answer()
            yield None


def _crowd(ground):
    return [_log_in(ground, user) for user in CROWD for _ in range(OF_USER)]


def _all_ask(clients, count, *call):
    """All of them, in rounds of more calls than the helper reads of a client at a time."""
    for number in range(0, count, len(clients) * IN_FLIGHT):
        for client in clients:
            client.socket.sendall(b''.join(client.message(*call) for _ in range(IN_FLIGHT)))
        for client in clients * IN_FLIGHT:
            client.answer()
            yield None


def crowd(ground, count):
    """looks of 38 connections at once, 30 each"""
    yield from _all_ask(_crowd(ground), count, 'ListServices')


def lists(ground, count):
    """lists of 450 empty strings, of 38 connections at once"""
    yield from _all_ask(_crowd(ground), count, 'TrustPing', [''] * 450)


def lists_to_polkit(ground, count):
    """the same, and polkit is asked about each"""
    yield from lists(ground, count)


def questions(ground, count):
    """questions to polkit, of 38 connections at once"""
    yield from _all_ask(_crowd(ground), count, 'MayControl')


def unread_calls(ground, count):
    """method calls, answers never read"""
    looks, held, stuck = itertools.cycle(LOOKS), _Held(ROOM), True
    for _ in range(count):
        if stuck:
            client, stuck = _log_in(ground), False
            client.socket.settimeout(0.1)
            held.add(client)
        try:
            client.call(*next(looks))
        except OSError:  # made to wait: it will be dropped, and another one comes
            stuck = True
        yield None


def unread_signals(ground, count):
    """toggles while 32 subscribe and never read"""
    toggles = itertools.cycle((('DenyServices', ['http'], 1), ('AllowServices', ['http'], 1)))
    with ground.root() as root:
        for number in range(0, count, ROUND):
            clients = [_log_in(ground) for _ in range(32)]
            for _ in range(min(ROUND, count - number)):
                yield None if root.ask(*next(toggles)) is None else 'root was refused'
            kept = sum(_is_open(client) for client in clients)
            yield f'{kept} who never read were kept' if kept else None


def changes(ground, count):
    """changes asked for by who may not"""
    client, wanted = _log_in(ground), itertools.cycle(CHANGES)
    before = ground.helper.policy(), ground.kernel()
    for number in range(count):
        change = next(wanted)
        answer = client.ask(*change)
        yield None if answer == 'NotAllowed' else f'{change[0]} was answered: {answer}'
    yield None if (ground.helper.policy(), ground.kernel()) == before else 'something was changed'


def _is_open(client):
    """Whether the end does not come behind what is still to be read."""
    client.socket.settimeout(0.5)
    try:
        client.time_until_closed(0)
    except TimeoutError:
        return True
    return False


# What is tried how often, in full and in short; and whether it is an offence.
ATTACKS = ((silent, 10000, 1000, True), (byte_by_byte, 10000, 1000, False), (rubbish, 10000, 1000, True),
           (wrong_sizes, 10000, 1000, True), (urgent_bytes, 10000, 1000, False), (wrong_fields, 10000, 1000, True),
           (unread_signals, 10000, 1000, True), (calls, 100000, 10000, False), (unread_calls, 100000, 10000, True),
           (changes, 10000, 1000, False), (crowd, 93000, 18600, False), (lists, 18600, 3720, False))
ATTACKS_ON_POLKIT = ((lists_to_polkit, 18600, 3720, False), (questions, 18600, 3720, False),)


def _attack(attack, full, short, is_offence, quick):
    with Ground() as ground:
        return _line(ground, attack, short if quick else full, is_offence)


def _attack_on_polkit(attack, full, short, is_offence, quick):
    """The helper says by itself, in its log, if there are more questions than the bus lets it have."""
    with Ground() as ground, SystemBus(ground.helper.folder) as bus, Polkit(bus):
        ground.helper.stop()
        ground.helper.start(*bus.prelude)
        return _line(ground, attack, short if quick else full, is_offence)


def _line(ground, attack, count, is_offence):
    tally = ground.tally(attack.__doc__, count)
    begin, descriptors, memory = time.monotonic(), ground.descriptors(), ground.memory_mib()
    for number, amiss in enumerate(attack(ground, count)):
        tally.survived += ground.helper.running and tally.survived < count
        tally.notice(amiss, amiss)
        if number == count // 2:
            memory = ground.memory_mib()
    time.sleep(SETTLED)
    times = ground.count_dropped(ORDINARY_USER)
    tally.notice(is_offence and not times, 'nobody was dropped')
    tally.notice(times > 1 + (time.monotonic() - begin) // OFFENCE_SECONDS, f'logged {times} times')
    grown = ground.memory_mib() - memory
    tally.notice(grown > GROWTH_MIB, f'memory has grown by {grown:.1f} MiB')
    tally.notice(ground.descriptors() > descriptors + ROOM, 'descriptors have leaked')
    return tally.line()


# Delay is that of others' calls.
CASES = tuple(functools.update_wrapper(functools.partial(run, *row), row[0])
              for run, rows in ((_attack, ATTACKS), (_attack_on_polkit, ATTACKS_ON_POLKIT)) for row in rows)
