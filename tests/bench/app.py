# SPDX-License-Identifier: BSD-2-Clause
"""What a person waits for at the icon, and what the icon costs while nobody looks."""

import contextlib
import os
import time

import routes
from contestants import Akin, Firewalld
from desk import ICON, PANEL, Desk
from icons import App, Applet
from table import Line, duration, in_turns, middle
from weight import memory_alone, memory_shared, switches, wakeups, work
from yard import Yard

MANY = 1000  # services
FRAME = 16.7e3  # microseconds: a screen shows 60 in a second
START, CLICK, NEWS = 300e3, 50e3, 100e3
MEMORY = 40  # MiB
GROWTH = 1.02
PEER = 'firewall-applet'

PAUSE = 0.1  # seconds, between two things that a person does
LOOKED_AT = 0.3  # at each page of the window
# Three seconds after its start akin looks once for a tray.  Threads of GLib's, and what GTK keeps for assistive tools,
# are let go 15 seconds after they were last used; before that nothing happens either.
SETTLED, AT_REST = 4, 18


def app(quick):
    """the icon and its menu on a desktop: start, clicks, news, memory, wakeups"""
    rounds = 3 if quick else 15
    with contextlib.ExitStack() as stack:
        stack.enter_context(_ahead())
        akin = Akin(stack.enter_context(Yard()))
        many = Akin(stack.enter_context(Yard()), policy=routes.policy(akin.services(), MANY))
        firewalld = Firewalld(stack.enter_context(Yard()))
        desk = stack.enter_context(Desk())
        desk.hear_kernel(akin.yard.laptop)
        few, many, peer = App(desk, akin), App(desk, many), Applet(desk, firewalld)
        lines = _starts(desk, few, peer, rounds)
        with few.running():
            lines += _clicks(desk, few, rounds)
            lines += _news(desk, few, rounds)
        there = peer.start() is not None
        with many.running():
            lines += _costs(desk, [many, peer] if there else [many], quick)
            peer.stop()
            lines += _menu(desk, many, rounds)
        return lines


@contextlib.contextmanager
def _ahead():
    """For the block, all that is started goes before whatever else this computer does, where root may have that.

    Limits in milliseconds are those of a person who waits: no other contestant's turns tell how busy the computer is.
    """
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


def _within(what, took, limit):
    """The median is held against the limit."""
    return Line(what, f'{duration(middle(took))} ({duration(min(took))} to {duration(max(took))})', 'at most',
                duration(limit), middle(took) / limit, ('<=', 1))


def _beside(what, ours, theirs, name, show):
    """For information, where the other one was there."""
    if theirs is None:
        return Line(what, show(ours), name, 'did not start')
    return Line(what, show(ours), name, show(theirs), theirs / ours)


def _mebibytes(number):
    return f'{number:.1f} MiB'


# --- What a person waits for -------------------------------------------------------------------------------------


def _starts(desk, akin, peer, rounds):
    """What counts is the icon that tells the truth: an earlier one may say that akin still looks for its helper."""
    with akin.running():
        truth = desk.tray()
    took = []
    for _ in range(rounds):
        took.append((*desk.after(akin.start, 'registered', 'true', picture=truth), work(akin.pid)))
        time.sleep(PAUSE)
        akin.stop()
    known, drawn, worked = zip(*took)
    what = 'start, until the icon is drawn'
    return [_within('start, until the panel knows the icon', known, START),
            _within(what, drawn, START),
            Line(what, duration(middle(drawn)), 'its own work in that', duration(middle(worked)),
                 middle(drawn) / middle(worked)),
            _beside(what, middle(drawn), _peer_starts(desk, peer, max(1, rounds // 5)), PEER, duration)]


def _peer_starts(desk, peer, rounds):
    took = []
    while len(took) < rounds and None not in took:
        took.append(peer.start())
        time.sleep(PAUSE)
        peer.stop()
        desk.wait_blank()
    return None if None in took else middle(took)


def _clicks(desk, akin, rounds):
    """A service by the bus, as a panel says that it was clicked; the firewall by the keyboard, in the panel's menu."""
    web = akin.number('Outgoing', 'Web')
    told, pressed = [], []
    for _ in range(2 * rounds):
        told += desk.after(lambda: akin.click(web), 'kernel')
        time.sleep(PAUSE)
    for _ in range(2 * rounds):
        with desk.menu(ICON, 1):
            desk.screen.press('Down')
            time.sleep(PAUSE)
            pressed += desk.after(lambda: desk.screen.press('Return'), 'kernel')
    return [_within('a service clicked, until the kernel has it', told, CLICK),
            _within("the firewall switched in the panel's menu, until the kernel has it", pressed, CLICK)]


def _news(desk, akin, rounds):
    took = []
    for number in range(2 * rounds):
        command = akin.helper.command('panic', 'off' if number % 2 else 'on')
        took.append(desk.after(lambda: desk.start(command), 'kernel', 'icon', 'menu', 'drawn'))
        time.sleep(PAUSE)
    kernel, icon, menu, drawn = zip(*took)
    return [_within('akinctl panic, until a new icon is told', icon, NEWS),
            _within('akinctl panic, until the menu has it', menu, NEWS),
            _within('akinctl panic, until the new icon is drawn', drawn, NEWS),
            Line('akinctl panic, until a new icon is told', duration(middle(icon)), 'until the kernel has it',
                 duration(middle(kernel)), middle(icon) / middle(kernel))]


def _menu(desk, akin, rounds):
    """A panel has the menu before it is pressed and draws it without asking: from then on the time is the panel's, and
    grows with the items of the menu.  For information, and beside a menu of its own with few."""
    asked = [akin.layout()[0] for _ in range(10 * rounds)]
    shown = in_turns({'akin': lambda: _opened(desk, ICON, 1), 'own': lambda: _opened(desk, PANEL, 3)}, rounds)
    what = f'the menu, pressed until it is drawn, {MANY} services'
    return [_within(f'the menu, asked for by a panel, {MANY} services', asked, FRAME),
            _beside(what, middle(shown['akin']), FRAME, 'a frame', duration),
            _beside(what, middle(shown['akin']), middle(shown['own']), "the panel's own menu", duration)]


def _opened(desk, where, button):
    with desk.menu(where, button) as took:
        return [took]


# --- What it costs -----------------------------------------------------------------------------------------------


def _costs(desk, programs, quick):
    """With many services, which cost memory.  All pages of the window are looked at, again and again.

    `programs`: akin, that was just started, and its peer if there is one.
    """
    akin, *peer = programs
    openings, idle = (2, 5) if quick else (10, 30)
    time.sleep(SETTLED if quick else AT_REST)
    woken = [_idle(desk, programs, idle)]
    weights = [_weigh(akin)]
    for seconds in (LOOKED_AT, *(PAUSE for _ in range(openings - 1))):
        akin.open_window(seconds)
        weights.append(_weigh(akin))
        akin.close_window(seconds)
        weights.append(_weigh(akin))
    if not quick:
        time.sleep(AT_REST)
        woken.append(_idle(desk, programs, idle))
    return [*_weights(weights, _weigh(peer[0]) if peer else (None, None)), *_woken(woken, idle)]


def _weigh(program):
    return memory_shared(program.pid), memory_alone(program.pid)


def _weights(ours, theirs):
    """`ours`: at the start, and each time the window was open and was closed again."""
    shared, alone = zip(*ours)
    late = f'window closed {len(ours) // 2} times, {MANY} services'
    for what, weight in (('window never open', shared[0]), (f'window open, {MANY} services', max(shared[1::2])),
                         (late, shared[-1])):
        yield Line(f'memory (PSS), {what}', _mebibytes(weight), 'at most', f'{MEMORY} MiB', weight / MEMORY, ('<=', 1))
    yield Line(f'memory alone, {late}', _mebibytes(alone[-1]), 'closed once', _mebibytes(alone[2]),
               alone[-1] / alone[2], ('<=', GROWTH))
    yield _beside(f'memory (PSS), {late}', shared[-1], theirs[0], PEER, _mebibytes)
    yield _beside(f'memory alone, {late}', alone[-1], theirs[1], PEER, _mebibytes)


def _idle(desk, programs, seconds):
    """Lets time pass; how often each program woke up meanwhile."""
    before = [switches(program.pid) for program in programs]
    time.sleep(seconds)
    return [wakeups(program.pid, counts) for program, counts in zip(programs, before)]


def _woken(found, idle):
    """`found`: before the window was ever open and after it was closed; akin's, and its peer's if that is there."""
    for when, (ours, *theirs) in zip(('window never open', 'window closed again'), found):
        what = f'wakeups in {idle} idle seconds, {when}'
        yield Line(what, str(ours), 'never', '0', ours, ('<=', 0))
        yield Line(what, str(ours), PEER, str(theirs[0]) if theirs else 'did not start')
