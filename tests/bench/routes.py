# SPDX-License-Identifier: BSD-2-Clause
"""What a packet costs on its way through the laptop."""

import contextlib
import itertools
import json
import subprocess

from contestants import Akin, Firewalld, Masquerade, Plain, Slirp, program
from table import Line, in_turns, middle
from yard import INTERNET, LAPTOP, Yard, end

# Fresh for every contestant and round: what is left of one measurement must not be in the way of the next.
_ports = itertools.count(20000)


def _traffic(*words):
    """Runs the program that measures; it is quicker to enter namespaces itself."""
    done = subprocess.run([program('tests', 'bench', 'traffic'), *map(str, words)], capture_output=True, text=True,
                          timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f'traffic {words[0]}: {done.stderr.strip()}')
    return float(done.stdout)


def _paired(ours, theirs):
    """The median of the ratios within a round: what else the machine does changes slower than that."""
    return middle(a / b for a, b in zip(ours, theirs))


# --- From a VM to the internet -----------------------------------------------------------------------------------


def _stream(yard, seconds):
    """One stream of TCP, in Gbit/s."""
    port = next(_ports)
    server = yard.internet.start(['iperf3', '--server', '--forceflush', '--port', port], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
    try:
        while 'listening' not in server.stdout.readline():
            if server.poll() is not None:
                raise RuntimeError('iperf3 does not serve')
        done = yard.vm.run(['iperf3', '--json', '--client', INTERNET, '--port', port, '--time', seconds])
        return json.loads(done.stdout)['end']['sum_received']['bits_per_second'] / 1e9
    finally:
        end(server)


def _connections(yard, seconds):
    return _traffic('connect', yard.internet.path, yard.vm.path, INTERNET, next(_ports), seconds)


def _latency(yard, seconds):
    return _traffic('latency', yard.internet.path, yard.vm.path, INTERNET, next(_ports), seconds)


# What, how it is measured and for how many seconds, its unit, and whether more is better.  iperf3 counts whole seconds.
MEASURES = [('one stream', _stream, 1, '{:.1f} Gbit/s', True),
            ('connections a second', _connections, 0.4, '{:.0f}', True),
            ('a byte there and back', _latency, 0.4, '{:.1f} us', False)]
# For the stream.  What a connection costs at its start is the price of knowing connections at all: information.
TARGETS = {'plain routing': 0.95, 'least masquerade': 0.98}
CONTESTANTS = {'akin': Akin, 'plain routing': Plain, 'least masquerade': Masquerade, 'firewalld': Firewalld,
               'slirp4netns': Slirp}


def throughput(quick):
    """from a VM to the internet"""
    with contextlib.ExitStack() as stack:
        yards = {name: stack.enter_context(Yard()) for name in CONTESTANTS}
        made = {name: make(yards[name]) for name, make in CONTESTANTS.items()}
        made['akin'].open_up()
        return [line for measure in MEASURES for line in _compare(yards, 2 if quick else 15, *measure)]


def _compare(yards, rounds, what, measure, seconds, form, more_is_better):
    found = in_turns({name: lambda yard=yard: [measure(yard, seconds)] for name, yard in yards.items()}, rounds)
    ours = found.pop('akin')
    for name, theirs in found.items():
        ratio = _paired(ours, theirs) if more_is_better else _paired(theirs, ours)
        target = ('>=', TARGETS[name]) if measure is _stream and name in TARGETS else None
        yield Line(f'VM to internet, {what}', form.format(middle(ours)), name, form.format(middle(theirs)), ratio,
                   target)


# --- As many services as one likes -------------------------------------------------------------------------------

FEW, MANY = 10, 1000
FIRST_PORT, BETWEEN = 10001, 2  # every other port, so that no two services melt into one range
NOBODY_LISTENS = '''table ip sink {
    chain arrive { type filter hook prerouting priority raw; udp dport 1024-65535 drop; }
}
'''


def policy(catalogue, count):
    """Nothing allowed but `count` services of the user's own."""
    ports = [FIRST_PORT + BETWEEN * number for number in range(count)]
    own = ''.join(f'[service s{port}]\ntitle=s{port}\nout=udp:{port}\nin=udp:{port}\n' for port in ports)
    return own + '[services]\n' + ''.join(f'{name}=none\n' for name in catalogue) + ''.join(
        f's{port}=out;in\n' for port in ports)


def _passed(yard, seconds):
    """Datagrams to a service, forwarded; while nobody answers, each is a new connection's to the rules.
    Nanoseconds each."""
    return 1e9 / _traffic('flood', yard.vm.path, INTERNET, FIRST_PORT, FIRST_PORT, seconds)


def _refused(yard, seconds):
    """Datagrams from outside to a port that no service has: asked for and dropped.  Nanoseconds each."""
    return 1e9 / _traffic('flood', yard.internet.path, LAPTOP, 9000, 9000, seconds)


def services(quick):
    """what a packet costs with many services, and with few"""
    rounds, seconds = (8, 0.1) if quick else (100, 0.1)
    lines = []
    with contextlib.ExitStack() as stack:
        with Yard() as yard:
            catalogue = Akin(yard).services()
        yards = {}
        for count in (MANY, FEW):
            yards[count] = stack.enter_context(Yard())
            Akin(yards[count], policy=policy(catalogue, count))
            yards[count].internet.nft(NOBODY_LISTENS)
        for what, measure in (('let out', _passed), ('dropped', _refused)):
            found = in_turns({count: lambda yard=yard: [measure(yard, seconds)] for count, yard in yards.items()},
                             rounds)
            lines.append(Line(f"a new connection's packet {what}, {MANY} services", f'{middle(found[MANY]):.0f} ns',
                              f'{FEW} services', f'{middle(found[FEW]):.0f} ns',
                              _paired(found[MANY], found[FEW]), ('<=', 1.05)))
    return lines
