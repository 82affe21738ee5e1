# SPDX-License-Identifier: BSD-2-Clause
"""The network, the computer and the helper's own means come and go: in the end all is right, and nothing has leaked."""

import contextlib
import glob
import json
import os
import random
import signal
import subprocess
import sys
import time

import contestants
from ground import Ground
from helper import wait_for
from system_bus import Gio, GLib, SystemBus

FORWARDING = 'net/ipv4/ip_forward'
GROWTH_MIB = 1  # in the second half of what is done
FOLLOWED = 2e6  # microseconds in which the helper has followed
EVERYTHING = 30  # seconds for it to come to rest after thousands of events
SETTLED = 0.5  # seconds after which the helper has nothing more to do
LISTED = 5e6  # microseconds that the kernel may take to list 10,000 interfaces while it makes more of them
CROWDED_MIB = 32  # that the helper may have had with 10,000 interfaces
STARVED = 0.1  # seconds that it has no descriptors for
LOOKED = 1.5  # the same, now and then: long enough for a look at others' rules
TRIAL = 5  # seconds
JUMPS = 40  # of the clock during one
YEARS = (-60, -20, -1, 0, 1, 10, 30)  # for 64 bits; the year 2038 is among them
BATCH = 100  # interfaces that come, or go, in one step
LOGIND = ('org.freedesktop.login1', '/org/freedesktop/login1')


class _Upheaval:
    """One line: something done many times, with the helper as it was before in the end."""

    def __init__(self, ground, what, count, most=FOLLOWED, **options):
        self.ground, self.laptop = ground, ground.yard.laptop
        self.tally = ground.tally(what, count, most=most, **options)
        self.before = self._state()
        self.descriptors, self._memory = ground.descriptors(), None

    def half(self):
        """From here on nothing may grow."""
        self._memory = self.ground.memory_mib()

    def wait(self, what, condition):
        begin = time.monotonic()
        wait_for(condition, what, EVERYTHING)
        self.tally.waited(begin)

    def line(self):
        self.wait('the state before', lambda: self._state() == self.before)
        wait_for(lambda: self.ground.descriptors() <= self.descriptors, 'descriptors to be closed', EVERYTHING)
        grown = self.ground.memory_mib() - self._memory if self._memory else 0
        self.tally.notice(grown > GROWTH_MIB, f'memory has grown by {grown:.1f} MiB')
        return self.tally.line()

    def nat(self, on):
        return self.laptop.sysctl(FORWARDING) == str(int(on))

    def _state(self):
        status = self.ground.helper.json('status')
        return {key: status[key] for key in ('active_nic', 'nat_active', 'networks', 'uplinks')}, self.ground.kernel()


def _repeat(upheaval, count, once):
    for number in range(count):
        if number == count // 2:
            upheaval.half()
        once(number)
        upheaval.tally.survived += upheaval.ground.helper.running
    return upheaval.line()


def flaps(quick):
    """the network card flaps"""
    chance, count = random.Random(3), 100 if quick else 1000
    with Ground() as ground:
        upheaval, routes = _Upheaval(ground, flaps.__doc__, count), ground.yard.laptop

        def once(_):
            routes.ip('link set en0 down')
            time.sleep(chance.uniform(0, 0.02))
            routes.ip('link set en0 up', 'route replace default via 198.51.100.1')
            time.sleep(chance.uniform(0, 0.02))
        return _repeat(upheaval, count, once)


def networks(quick):
    """a VM network comes and goes"""
    count = 20 if quick else 200
    with Ground() as ground:
        upheaval = _Upheaval(ground, networks.__doc__, count)

        def once(_):
            for state, on in (('down', False), ('up', True)):
                ground.yard.laptop.ip(f'link set vboxnet0 {state}')
                upheaval.wait(f'NAT to be {on}', lambda on=on: upheaval.nat(on))
        return _repeat(upheaval, count, once)


def sleeps(quick):
    """sleep, and waking up on another network"""
    count = 20 if quick else 200
    with Ground() as ground, SystemBus(ground.helper.folder) as bus, _logind(bus) as emit:
        ground.helper.stop()
        ground.helper.start(*bus.prelude)
        upheaval = _Upheaval(ground, sleeps.__doc__, count)
        for said in ('asleep', 'awake'):
            emit(said == 'asleep')
            wait_for(lambda said=said: said in ground.helper.read_log(), f'the helper to be {said}')

        def once(number):
            emit(True)
            ground.yard.laptop.ip(f'link set vboxnet0 {"up" if number % 2 else "down"}')
            emit(False)
            upheaval.wait('NAT to follow', lambda: upheaval.nat(number % 2))
        return _repeat(upheaval, count, once)


@contextlib.contextmanager
def _logind(bus):
    """A logind that says what it is told to: True for going to sleep."""
    mock = subprocess.Popen([sys.executable, '-m', 'dbusmock', '--system', '--template', 'logind'],
                            env={**os.environ, 'DBUS_SYSTEM_BUS_ADDRESS': bus.address}, stdout=subprocess.DEVNULL)
    try:
        subprocess.run(['gdbus', 'wait', '--address', bus.address, '--timeout', '20', LOGIND[0]], check=True)
        connection = bus.connect()

        def emit(asleep):
            arguments = (LOGIND[0] + '.Manager', 'PrepareForSleep', 'b', [GLib.Variant('b', asleep)])
            connection.call_sync(*LOGIND, 'org.freedesktop.DBus.Mock', 'EmitSignal', GLib.Variant('(sssav)', arguments),
                                 None, Gio.DBusCallFlags.NONE, -1, None)
        yield emit
        connection.close_sync(None)
    finally:
        mock.terminate()
        mock.wait()


def overruns(quick):
    """the kernel's messages overrun the helper (ENOBUFS)"""
    count = 3 if quick else 20
    with Ground() as ground:
        laptop = ground.yard.laptop
        laptop.ip('link add noise type bridge')
        time.sleep(SETTLED)
        upheaval = _Upheaval(ground, overruns.__doc__, count, others=False)

        def once(_):
            before = _overruns(laptop)
            for state, on in (('down', False), ('up', True)):
                ground.helper.signal(signal.SIGSTOP)
                laptop.ip(*(f'link set noise mtu {1000 + number}' for number in range(4000)))
                laptop.ip(f'link set vboxnet0 {state}')
                ground.helper.signal(signal.SIGCONT)
                upheaval.wait(f'NAT to be {on}', lambda on=on: upheaval.nat(on))
            upheaval.tally.notice(_overruns(laptop) == before, 'nothing was overrun')
        return _repeat(upheaval, count, once)


def _overruns(host):
    """How many messages of the kernel's have found no room in a queue of those that are open now."""
    with host.inside():
        with open('/proc/thread-self/net/netlink') as file:
            return sum(int(line.split()[8]) for line in file if line.split()[1] == '0')


def crowds(quick):
    """interfaces that come all at once, and go"""
    count = 1000 if quick else 10000
    groups = range(1, count // BATCH + 1)
    with Ground() as ground:
        laptop = ground.yard.laptop
        upheaval = _Upheaval(ground, crowds.__doc__, 2 * count, most=LISTED, memory=CROWDED_MIB)
        for turn in range(2):
            for group in groups:
                laptop.ip(*(f'link add crowd{group}x{number} link en0 group {group} type macvlan'
                            for number in range(BATCH)))
                upheaval.tally.survived += BATCH * ground.helper.running
            laptop.ip(*(f'link del group {group}' for group in groups))
            wait_for(lambda: ground.kernel()[1].keys() == upheaval.before[1][1].keys(), 'the crowd to be gone')
            if turn == 0:
                upheaval.half()
        return upheaval.line()


def starvation(quick):
    """no file descriptor is left"""
    count = 3 if quick else 100
    with Ground() as ground:
        ground.helper.expect('Too many open files')
        # A chain of another's that is looked at, and whose rules name an interface by its number.
        ground.yard.laptop.nft('table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; '
                               'iif "vboxnet0" accept; accept; }; }')
        time.sleep(SETTLED)
        upheaval = _Upheaval(ground, starvation.__doc__, count)

        def once(number):
            _starve(ground, upheaval, number % 10 == 0)
        line = _repeat(upheaval, count, once)
        ground.yard.laptop.nft('delete table ip filter')
        return line


def _starve(ground, upheaval, long):
    """Rules are loaded all the same; the policy cannot be saved, so a change is refused."""
    wait_for(lambda: ground.descriptors() <= upheaval.descriptors, 'the clients before to be gone')
    with ground.root() as client, ground.helper.no_descriptors_left():
        for call, served in ((('Restart',), True), (('DenyServices', ['http'], 1), False),
                             (('CountConnections',), True), (('Restart',), True)):
            answer = client.ask(*call)
            upheaval.tally.notice((answer is None) != served, f'{call[0]}: {answer}')
        time.sleep(LOOKED if long else STARVED)
    upheaval.wait('room for clients', lambda: ground.helper.ctl('nic', check=False).returncode == 0)


def clocks(quick):
    """the clock jumps by years, during trials too"""
    trials, chance = 1 if quick else 10, random.Random(7)
    with Ground() as ground:
        lies = _Clock(ground)
        ground.helper.stop()
        ground.helper.start(*lies.prelude)
        upheaval = _Upheaval(ground, clocks.__doc__, trials * JUMPS)
        with ground.root() as client, lies.watch() as watch:
            for number in range(trials):
                if number == trials // 2:
                    upheaval.half()
                _try_while(client, upheaval, lambda: lies.jump(chance.choice(YEARS)))
            lies.jump(0)
            ground.helper.ctl('deny', 'irc')
            upheaval.tally.notice(not _parses(ground.helper.config), 'the policy file does not parse')
            ground.helper.ctl('allow', 'irc', '--out')
        upheaval.tally.notice(len(watch.lines) < trials * JUMPS, f'watch told {len(watch.lines)} changes')
        return upheaval.line()


def _try_while(client, upheaval, jump):
    """One trial during which the clock jumps and a service is toggled all the time."""
    begin = time.monotonic()
    upheaval.tally.notice(client.ask('Try', TRIAL) is not None, 'no trial begins')
    for number in range(JUMPS):
        jump()
        client.ask('AllowServices' if number % 2 else 'DenyServices', ['http'], 1)
        upheaval.tally.survived += upheaval.ground.helper.running
        if number % 10 == 0:
            early = not _on_trial(upheaval.ground)
            upheaval.tally.notice(early and time.monotonic() - begin < TRIAL, 'taken back early')
        time.sleep(max(0, begin + TRIAL * 0.8 * number / JUMPS - time.monotonic()))
    upheaval.tally.notice(time.monotonic() - begin > TRIAL, 'the trial was over before all of it was done')
    wait_for(lambda: jump() or not _on_trial(upheaval.ground), 'the trial to end', EVERYTHING)
    upheaval.tally.notice(time.monotonic() - begin > TRIAL + 2, 'taken back late')


def _parses(config):
    checked = subprocess.run([contestants.program('helper', 'akin-helper'), '--check-config', config],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return checked.returncode == 0


def _on_trial(ground):
    return any(warning['name'] == 'trial' for warning in ground.helper.json('status')['warnings'])


class _Clock:
    """The time of day as libfaketime tells it to those who are started with `prelude`; time that passes is true."""

    def __init__(self, ground):
        self._socket, self._path = ground.helper.socket, os.path.join(ground.helper.folder, 'clock')
        self.jump(0)
        library = next(iter(glob.glob('/usr/lib/*/faketime/libfaketimeMT.so.1')), None)
        if not library:
            raise RuntimeError('libfaketime is not there')
        self.prelude = ('env', f'LD_PRELOAD={library}', f'FAKETIME_TIMESTAMP_FILE={self._path}', 'FAKETIME_NO_CACHE=1',
                        'DONT_FAKE_MONOTONIC=1')

    def jump(self, years):
        """Whole, whenever it is read."""
        with open(self._path + '.new', 'w') as file:
            file.write(f'{years:+}y\n')
        os.rename(file.name, self._path)

    @contextlib.contextmanager
    def watch(self):
        """What `akinctl watch` says meanwhile, by the same clock, is in `lines` in the end."""
        program = contestants.program('app', 'ctl', 'akinctl')
        process = subprocess.Popen([*self.prelude, program, '--json', '--socket', self._socket, 'watch'],
                                   stdout=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.terminate()
            process.lines = [json.loads(line)['time'] for line in process.communicate()[0].splitlines()]


# Delay is that of others' calls, or until the helper had followed.
CASES = (flaps, networks, sleeps, overruns, crowds, starvation, clocks)
