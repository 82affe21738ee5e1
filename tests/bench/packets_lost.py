# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of traffic while the rules change all the time."""

import collections
import contextlib
import time

from contestants import BLOCKED, OPEN, Akin, Firewalld, Nft, Ufw
from table import Line, middle
from yard import INTERNET, Yard

PACKETS_A_SECOND = 10000  # to either port
PAUSE = 0.002  # between two changes: a helper that is never idle would itself be the load that is measured
LAST_ARRIVE = 0.3

# The connections that are held: from the internet to this computer, and from the VM through NAT.
HELD, WEB = 7100, 7101

# The worst of thousands of beats is the scheduler's, and from one time to the next it varies by this much. A lost
# segment is no matter of doubt: TCP repeats it after 200 ms at the earliest.
STALL_NOISE = 2
# What stalls are held against: as much work for this computer, but the rules that change are another network's.
ELSEWHERE = 'the same changes elsewhere'
ALONE = 'left alone'

Found = collections.namedtuple('Found', 'sent leaked lost host vm toggles reloads')


class Contestant:
    """What is changed, and by what; without any, traffic that is left alone."""

    def __init__(self, yard, toggle=None, reload=None, toggles=10, least=(0, 0)):
        self.yard = yard
        self._toggle, self._reload, self._toggles = toggle, reload, toggles
        self._least = least

    def _change(self, until):
        """Changes until then; how many toggles and reloads that were."""
        toggles = reloads = 0
        while self._toggle and time.monotonic() < until:
            toggles += len(self._toggle.times(self._toggles, PAUSE))
            reloads += len(self._reload.times(1, PAUSE))
        if toggles < self._least[0] or reloads < self._least[1]:
            raise RuntimeError(f'only {toggles} toggles and {reloads} reloads while there was traffic')
        return toggles, reloads

    def run(self, seconds):
        """Traffic for so long, and changes meanwhile."""
        yard, laptop = self.yard, self.yard.laptop
        counters = [laptop.count(port) for port in (OPEN, BLOCKED)]
        beats = [yard.internet.pulse(laptop.address4, HELD, peer=laptop, seconds=seconds),
                 yard.vm.pulse(INTERNET, WEB, peer=yard.internet, seconds=seconds)]
        end = time.monotonic() + seconds
        floods = [yard.internet.flood(laptop.address4, port, pps=PACKETS_A_SECOND, seconds=seconds)
                  for port in (OPEN, BLOCKED)]
        toggles, reloads = self._change(end)
        sent = [flood.result()['sent'] for flood in floods]
        stalls = [beat.result()['longest_gap'] for beat in beats]
        time.sleep(LAST_ARRIVE)
        passed = [counter.stop()['received'] for counter in counters]
        return Found(sent[0], passed[1], sent[0] - passed[0], *stalls, toggles, reloads)


def _contestants(stack, least):
    def yard():
        return stack.enter_context(Yard())

    def loops(akin):
        return akin.loop(*Akin.TOGGLE), akin.loop(*Akin.RESTART)

    idle, changing, elsewhere = akins = [Akin(yard()) for _ in range(3)]
    for akin in akins:
        akin.open_up()
    nft, firewalld, ufw = Nft(yard(), idle.rules()), Firewalld(yard()), Ufw(yard())
    return {
        ALONE: Contestant(idle.yard),
        'akin': Contestant(changing.yard, *loops(changing), least=least),
        ELSEWHERE: Contestant(idle.yard, *loops(elsewhere), least=least),
        'nft -f': Contestant(nft.yard, nft.command_toggle(), nft.command_restart()),
        'firewalld': Contestant(firewalld.yard, firewalld.toggle(), firewalld.restart()),
        'ufw': Contestant(ufw.yard, ufw.command_toggle(), ufw.command_restart(), toggles=2),
    }


def reload(quick):
    """changes under 20,000 packets a second: leaked, lost, stalled"""
    rounds, seconds = (1, 2) if quick else (4, 4)
    with contextlib.ExitStack() as stack:
        contestants = _contestants(stack, least=(100, 10) if quick else (250, 25))
        found = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, contestant in contestants.items():
                found[name].append(contestant.run(seconds))
    return [line for name in found if name != 'akin' for line in _lines(found['akin'], found[name], name)]


def _lines(akin, other, name):
    """Four lines for an opponent, two for a control."""
    how = '' if name == ALONE else f', {_total(other, "toggles")} toggles, {_total(other, "reloads")} reloads'
    what = f'{_total(akin, "toggles")} toggles, {_total(akin, "reloads")} reloads: '
    for field, title in (('leaked', 'passed to a blocked port'), ('lost', 'lost to an open port')):
        count, judged = _total(akin, field), name == ALONE
        if name != ELSEWHERE:
            yield Line(what + title, f'{count} of {_total(akin, "sent")}', name + how,
                       f'{_total(other, field)} of {_total(other, "sent")}', count if judged else None,
                       ('<=', 0) if judged else None)
    for field, title in (('host', 'to this computer'), ('vm', 'of a VM through NAT')):
        ours, theirs = (middle(getattr(found, field) * 1000 for found in side) for side in (akin, other))
        judged = name == ELSEWHERE
        yield Line(f'{what}worst stall {title}', f'{ours:.1f} ms', name + how, f'{theirs:.1f} ms',
                   ours / theirs if judged else theirs / ours, ('<=', STALL_NOISE) if judged else None)


def _total(side, field):
    return sum(getattr(found, field) for found in side)
