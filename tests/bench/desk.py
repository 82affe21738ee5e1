# SPDX-License-Identifier: BSD-2-Clause
"""A desktop that exists only while it is measured, and one clock for all that happens on it.

    with Yard() as yard, Desk() as desk:
        akin = App(desk, Akin(yard))
        took, = desk.after(akin.start, 'drawn')

The screen, the panel and the buses are those of the desktop's tests (tests/desktop/session.py).
"""

import contextlib
import os
import socket
import struct
import sys
import threading
import time

from gi.repository import Gio, GLib

import contestants
from screen import Screen
from yard import HERE

sys.path.insert(1, os.path.join(os.path.dirname(HERE), 'desktop'))

from session import Desktop  # noqa: E402

WATCHER, ITEM, MENU = 'org.kde.StatusNotifierWatcher', 'org.kde.StatusNotifierItem', 'com.canonical.dbusmenu'

# Boxes of the screen: where the tray has its first icon, and what of a menu below it is enough to know it by.
TRAY = (1560, 0, 40, 26)
BELOW = (1440, 40, 120, 40)
# Places of the mouse: on that icon, where a menu of the panel's own opens in the second box, out of the way.
ICON, PANEL, ASIDE = (1587, 13), (1430, 13), (5, 700)
# At the lower left, where they cover none of this.
NOTIFICATIONS_ELSEWHERE = 'xfconf-query -c xfce4-notifyd -p /notify-location --create -t uint -s 1'.split()
DRAWN = 0.3  # differences of grey: an icon gives 0.7, none 0.1

PATIENCE = 20  # seconds for what takes milliseconds
SHORTLY = 0.2  # seconds, until a panel has done all that is left to do once something is drawn
BETWEEN_LOOKS = 0.001  # seconds; a look takes a fifth of that

NETLINK_NETFILTER = 12
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
SO_RCVBUFFORCE = 33
NFNLGRP_NFTABLES = 7
NEW_GENERATION = 10 << 8 | 15  # NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWGEN
HEADER = struct.Struct('=IHHII')


def now():
    """Microseconds."""
    return time.monotonic() * 1e6


def _commits(data):
    """Whether among a kernel's messages there is one that says that new rules are in force."""
    while len(data) >= HEADER.size:
        length, kind, *_ = HEADER.unpack_from(data)
        if kind == NEW_GENERATION:
            return True
        data = data[(length + 3) & ~3:]
    return False


@contextlib.contextmanager
def _seeing():
    """Has what comes be seen by a thread of its own: the main one may be told to end by an exception, and GLib's
    callbacks are no place for that."""
    loop = GLib.MainLoop()
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.quit()
        thread.join()


class Desk:
    """The desktop, for the length of a `with` block."""

    def __init__(self):
        self._exit = contextlib.ExitStack()
        self._seen = []  # (when, what)

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            self._desktop = undo.enter_context(Desktop(contestants.BUILD))
            self.environment = self._desktop.environment
            self._log = undo.enter_context(open(os.path.join(self._desktop.folder, 'programs'), 'w'))
            self.screen = Screen(self.environment)
            undo.callback(self.screen.close)
            flags = Gio.DBusConnectionFlags
            self._bus = Gio.DBusConnection.new_for_address_sync(
                self._desktop.address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
            undo.callback(self._bus.close_sync, None)
            self._listen()
            undo.enter_context(_seeing())
            self._desktop.run(*NOTIFICATIONS_ELSEWHERE)
            self.screen.point(*ASIDE)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_):
        self._exit.close()

    def start(self, command):
        """Starts a program of this desktop."""
        return self._desktop.start(command, stdout=self._log, stderr=self._log)

    def call(self, name, path, interface, method, signature, *arguments, wait=True):
        """Calls a program on the session's bus: its answer, or nothing if that is not waited for."""
        call = name, path, interface, method, GLib.Variant(signature, arguments), None, 0, PATIENCE * 1000, None
        return self._bus.call_sync(*call) if wait else self._bus.call(*call, None)

    @contextlib.contextmanager
    def menu(self, where, button):
        """A menu that is opened by a button of the mouse, for the block: how long it took until it was drawn."""
        self.screen.point(*where)
        time.sleep(SHORTLY)
        took, = self.after(lambda: self.screen.click(button), 'drawn', box=BELOW)
        time.sleep(SHORTLY)
        yield took
        if self.shows(BELOW):
            self.screen.press('Escape')
        self.wait_blank(BELOW)
        self.screen.point(*ASIDE)
        time.sleep(SHORTLY)

    # The clock

    def after(self, act, *whats, box=TRAY, picture=None):
        """Has `act` done: how many microseconds after its beginning each of these was first seen.

        'registered' with the panel; 'icon': the signal of a new one; 'menu': the signal of other checks in it;
        'kernel': it has new rules; 'drawn': what shows in the box is new; 'true': it is the picture that is given.
        """
        before = self.screen.pixels(*box)
        missing = set(whats)

        def all_seen():
            if {'drawn', 'true'} & missing:
                self._look(box, before, picture)
            missing.difference_update([what for _, what in self._seen])
            return not missing

        self._seen.clear()
        begin = now()
        act()
        self.wait(all_seen, ' and '.join(whats))
        return [min(when for when, what in self._seen if what == wanted) - begin for wanted in whats]

    def wait(self, condition, what):
        """Until the condition holds."""
        give_up = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > give_up:
                raise RuntimeError(f'{what}: not seen')
            time.sleep(BETWEEN_LOOKS)

    # Its witnesses

    def tray(self):
        """How the tray looks now."""
        return self.screen.pixels(*TRAY)

    def shows(self, box=TRAY):
        """Whether there is more in a box than an even grey."""
        return _contrast(self.screen.pixels(*box)) > DRAWN

    def wait_blank(self, box=TRAY):
        self.wait(lambda: not self.shows(box), 'an empty place on the screen')

    def _look(self, box, before, picture):
        pixels = self.screen.pixels(*box)
        if pixels != before and _contrast(pixels) > DRAWN:
            when = now()
            self._seen += [(when, what) for what in ('drawn', 'true') if what == 'drawn' or pixels == picture]

    def hear_kernel(self, host):
        """Has new rules of a host seen from now on; the host outlives the desk."""
        handle = host.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, NETLINK_NETFILTER)
        handle.bind((0, 0))
        handle.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES)
        handle.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 * 1024 * 1024)
        source = GLib.unix_fd_add_full(GLib.PRIORITY_HIGH, handle.fileno(), GLib.IOCondition.IN, self._on_kernel,
                                       handle)
        self._exit.callback(GLib.source_remove, source)

    def _on_kernel(self, _, condition, handle):
        when = now()
        with contextlib.suppress(BlockingIOError):
            while True:
                if _commits(handle.recv(1 << 20)):
                    self._seen.append((when, 'kernel'))
        return True

    def _listen(self):
        def hear(interface, member, what, matters=lambda arguments: True):
            def on_signal(bus, sender, path, interface, member, arguments):
                when = now()
                if matters(arguments):
                    self._seen.append((when, what))
            self._bus.signal_subscribe(None, interface, member, None, None, 0, on_signal)

        hear(WATCHER, 'StatusNotifierItemRegistered', 'registered')
        hear(ITEM, 'NewIcon', 'icon')
        hear(MENU, 'ItemsPropertiesUpdated', 'menu',
             lambda arguments: any('toggle-state' in changed for _, changed in arguments.unpack()[0]))

def _contrast(pixels):
    return (max(pixels) - min(pixels)) / 255
