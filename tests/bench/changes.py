# SPDX-License-Identifier: BSD-2-Clause
"""How long a change takes until the kernel has it."""

import contextlib
import tempfile

from contestants import Akin, Firewalld, Nft, Ufw
from table import Line, duration, in_turns, middle
from yard import Yard


def _on_disk(stack):
    """A folder that is as durable as this computer's disk; what somebody builds in is not root's, as it has to be."""
    return stack.enter_context(tempfile.TemporaryDirectory(prefix='akin-bench-', dir='/var/tmp'))


def _akin(stack, **options):
    return Akin(stack.enter_context(Yard()), **options)


def _measure(loops, counts, rounds):
    """`rounds` turns of every loop, `counts[name]` steps each; the median by name, of numbers in microseconds."""
    found = in_turns({name: lambda loop=loop, count=counts[name]: loop.times(count)
                      for name, loop in loops.items()}, rounds)
    return {name: middle(numbers) for name, numbers in found.items()}


def _warm(loops, count):
    for loop in loops.values():
        loop.times(count)


def toggle(quick):
    """a service switched off and on again"""
    with contextlib.ExitStack() as stack:
        akin = _akin(stack)
        firewalld = Firewalld(stack.enter_context(Yard()))
        nft = Nft(stack.enter_context(Yard()), akin.rules())
        loops = {
            'akin': akin.loop(*Akin.TOGGLE, until='kernel'),
            'libnftables in process': nft.toggle(),
            'firewalld over D-Bus': firewalld.toggle(until='kernel'),
            'answered': _akin(stack).loop(*Akin.TOGGLE),
            'through GDBus': _akin(stack).loop(*Akin.TOGGLE, until='gdbus'),
            'saved durably': _akin(stack, folder=_on_disk(stack)).loop(*Akin.TOGGLE),
            'firewalld, answered': firewalld.toggle(),
            'akinctl': _akin(stack).command_toggle(),
            'nft command': Nft(stack.enter_context(Yard()), akin.rules()).command_toggle(),
            'firewall-cmd': firewalld.command_toggle(),
            'ufw': Ufw(stack.enter_context(Yard())).command_toggle(),
        }
        counts = {**dict.fromkeys(loops, 2), 'akin': 40, 'libnftables in process': 40, 'answered': 20,
                  'through GDBus': 20, 'saved durably': 6, 'firewalld over D-Bus': 10,
                  'firewalld, answered': 6}
        _warm(loops, 2)
        took = _measure(loops, counts, 3 if quick else 15)
    return [_limit(took, 'toggle, until the kernel has it', 'akin', 'libnftables in process', 10),
            _peer(took, 'toggle, until the kernel has it', 'akin', 'firewalld over D-Bus', 10),
            _peer(took, 'toggle, until it is answered (policy in memory)', 'answered', 'firewalld, answered'),
            _peer(took, 'toggle, until it is answered, through GDBus', 'through GDBus', 'firewalld, answered'),
            _peer(took, 'toggle, until it is answered, durably saved', 'saved durably', 'firewalld, answered'),
            *(_peer(took, 'toggle by a command', 'akinctl', name) for name in ('nft command', 'firewall-cmd', 'ufw'))]


def ruleset(quick):
    """all rules replaced"""
    with contextlib.ExitStack() as stack:
        akin = _akin(stack)
        firewalld = Firewalld(stack.enter_context(Yard()))
        nft = Nft(stack.enter_context(Yard()), akin.rules())
        loops = {
            'akin': akin.loop(*Akin.RESTART),
            'libnftables in process': nft.restart(),
            'firewalld over D-Bus': firewalld.restart(),
            'akinctl restart': _akin(stack).command_restart(),
            'nft -f': nft.command_restart(),
            'firewall-cmd --reload': firewalld.command_restart(),
            'ufw reload': Ufw(stack.enter_context(Yard())).command_restart(),
        }
        counts = {**dict.fromkeys(loops, 1), 'akin': 10, 'libnftables in process': 10, 'nft -f': 4,
                  'akinctl restart': 4}
        _warm({name: loops[name] for name in ('akin', 'libnftables in process')}, 1)
        took = _measure(loops, counts, 1 if quick else 10)
    return [_limit(took, 'all rules replaced', 'akin', 'libnftables in process', 2),
            _peer(took, 'all rules replaced', 'akin', 'firewalld over D-Bus'),
            *(_peer(took, 'all rules replaced by a command', 'akinctl restart', name)
              for name in ('nft -f', 'firewall-cmd --reload', 'ufw reload'))]


def _limit(took, what, ours, name, most):
    """How many times as long as what nobody can beat; at most `most`."""
    return Line(what, duration(took[ours]), name, duration(took[name]), took[ours] / took[name], ('<=', most))


def _peer(took, what, ours, name, least=None):
    """How many times as fast as a peer; at least `least`."""
    return Line(what, duration(took[ours]), name, duration(took[name]), took[name] / took[ours],
                least and ('>=', least))
