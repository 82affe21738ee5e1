# SPDX-License-Identifier: BSD-2-Clause
"""Programs with an icon in the panel of a desk."""

import contextlib
import re
import time

from gi.repository import GLib

from contestants import program
from desk import MENU, SHORTLY, now
from yard import end

NAME = 'org.akin.Akin'
WINDOWS = '/org/akin/Akin/window'
MENU_OBJECT = '/org/ayatana/NotificationItem/akin/Menu'
PAGES = 5


class App:
    """akin on a desk, talking to one helper."""

    def __init__(self, desk, helper):
        self._desk, self.helper = desk, helper
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    @contextlib.contextmanager
    def running(self):
        """For the block, with its icon in the panel."""
        self._desk.after(self.start, 'drawn')
        time.sleep(SHORTLY)
        try:
            yield
        finally:
            end(self._process)
        self._desk.wait_blank()

    def start(self):
        self._process = self._desk.start([program('app', 'akin'), '--socket', self.helper.socket])

    def stop(self):
        end(self._process)
        self._desk.wait_blank()

    # Its menu, as a panel has it

    def layout(self):
        """What a panel asks for before it shows the menu: how many microseconds it takes to get that, and the menu."""
        begin = now()
        self._menu('AboutToShow', '(i)', 0)
        answer = self._menu('GetLayout', '(iias)', 0, -1, [])
        return now() - begin, answer

    def number(self, *path):
        """Of a menu item, by the labels that lead to it."""
        _, node = self.layout()[1].unpack()
        for label in path:
            node = next(child for child in node[2] if child[1].get('label') == label)
        return node[0]

    def click(self, number):
        """As a panel tells of it; nobody waits for the answer."""
        self._menu('Event', '(isvu)', number, 'clicked', GLib.Variant('i', 0), 0, wait=False)

    def _menu(self, method, signature, *arguments, wait=True):
        return self._desk.call(NAME, MENU_OBJECT, MENU, method, signature, *arguments, wait=wait)

    # Its window

    def open_window(self, seconds):
        """Opens it, and looks at each page for so long."""
        self.click(self.number('Preferences…'))
        self._desk.wait(self._windows, 'the window')
        for page in range(PAGES):
            self._act('page', GLib.Variant('i', page))
            time.sleep(seconds)

    def close_window(self, seconds):
        """Closes it, and lets it go for so long."""
        self._act('close')
        self._desk.wait(lambda: not self._windows(), 'the end of the window')
        time.sleep(seconds)

    def _windows(self):
        """Their numbers; each new one gets another."""
        answer = self._desk.call(NAME, WINDOWS, 'org.freedesktop.DBus.Introspectable', 'Introspect', '()')
        return re.findall('<node name="([0-9]+)"', answer.unpack()[0])

    def _act(self, action, *parameters):
        self._desk.call(NAME, f'{WINDOWS}/{self._windows()[0]}', 'org.gtk.Actions', 'Activate', '(sava{sv})', action,
                        parameters, {})


class Applet:
    """What users of firewalld have in the panel; it may be that it does not start."""

    def __init__(self, desk, firewalld):
        self._desk, self._firewalld = desk, firewalld
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    def start(self):
        """How long it took until its icon was drawn; None if it was not."""
        with contextlib.suppress(RuntimeError):
            return self._desk.after(self._start, 'drawn')[0]
        return None

    def _start(self):
        self._process = self._firewalld.applet(self._desk.environment)

    def stop(self):
        end(self._process)
