# SPDX-License-Identifier: BSD-2-Clause
"""The application on a desktop, and what a person does with it: looks, clicks, types, reads.

    class Menu(DeskCase):  # a lab, a helper, the application, for each test
        def test_off(self):
            self.app.choose('Firewall')
            self.app.wait_headline('Firewall off')

The menu is driven by what the panel reads (com.canonical.dbusmenu), the window by what a screen reader reads
(AT-SPI), and a few clicks are those of a mouse.  Where an application ends, its exit code and what it said are
looked at without being asked for: it says nothing, and every warning of GTK's is fatal.
"""

import contextlib
import fnmatch
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

import gi

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'live'))

from helper import BUILD, ORDINARY_USER, PATIENCE, AkinCase, Failed, sanitized, wait_for  # noqa: E402
from session import Desktop, end, folder_for  # noqa: E402

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib  # noqa: E402

AKIN = os.path.join(BUILD, 'app', 'akin')
PICTURES = os.path.join(BUILD, 'reports', 'desktop')
SLOW = 5 if sanitized() else 1
SOON = 1.8 * SLOW  # what is told at once, on a busy computer; what is looked at again is so after 2 seconds
DRAWN = 0.3  # differences of grey: an icon gives 0.7, none 0.1
ITEM = '/org/ayatana/NotificationItem/akin'
SWITCHES = ('Firewall', 'Network for virtual machines (NAT)', 'Block everything')
WATCHER = 'org.kde.StatusNotifierWatcher'
PROPERTIES = 'org.freedesktop.DBus.Properties'

_serial = itertools.count(1)


class NotThere(Exception):
    """What is looked for is not there now; it may come."""


# --- Looking at the screen ---------------------------------------------------------------------------


class Picture:
    """The pixels of a window, a sample of which is enough to know it by."""

    def __init__(self, path, ppm):
        _, size, _, data = ppm.split(b'\n', 3)
        self.path, self.width = path, int(size.split()[0])
        self.pixels = [data[place:place + 3] for place in range(0, len(data) - 2, 3 * 13)]

    @property
    def colours(self):
        return len(set(self.pixels))

    @property
    def brightness(self):
        """From 0 to 1."""
        return sum(map(sum, self.pixels)) / len(self.pixels) / 3 / 255


class Screen:
    """Pixels, and a mouse and a keyboard."""

    def __init__(self, desktop):
        self.desktop = desktop
        os.makedirs(PICTURES, exist_ok=True)

    @staticmethod
    def path(name):
        return os.path.join(PICTURES, name + '.png')

    def picture(self, name, window='root', crop=None):
        """Saves a picture below the reports, and returns its path."""
        path = self.path(name)
        self.desktop.run('import', '-window', window, *(['-crop', crop, '+repage'] if crop else []), path)
        return path

    def still(self, name, window):
        """A picture of a window once it is drawn and nothing moves in it any more, and what its pixels say."""
        self.rest_mouse()
        path, before, deadline = self.path(name), None, time.monotonic() + PATIENCE
        while True:
            now = self._capture(window)
            picture = Picture(path, now)
            if (now == before and picture.colours > 1) or time.monotonic() > deadline:
                break
            before = now
        subprocess.run(['convert', 'ppm:-', '-quality', '15', path], input=now, env=self.desktop.environment,
                       check=True)
        return picture

    def _capture(self, window):
        return subprocess.run(['import', '-window', window, 'ppm:-'], env=self.desktop.environment,
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True).stdout

    def measure(self, path, what):
        """A number that ImageMagick works out for a picture, as %k for its colours."""
        return float(self.desktop.run('convert', path, '-colorspace', 'Gray', '-format', what, 'info:'))

    def signature(self, path):
        return self.desktop.run('convert', path, '-format', '%#', 'info:')

    def click(self, x, y):
        self.desktop.run('xdotool', 'mousemove', str(int(x)), str(int(y)), 'click', '1')

    def press(self, *keys):
        self.desktop.run('xdotool', 'key', *keys)

    def rest_mouse(self):
        """Out of the way, so that nothing is highlighted."""
        self.desktop.run('xdotool', 'mousemove', '5', '1290')

    def tray_icon(self):
        """The box of the tray as WxH+X+Y, None while there is none, or a window goes while all are listed."""
        tree = subprocess.run(['xwininfo', '-root', '-tree'], env=self.desktop.environment, text=True,
                              capture_output=True).stdout
        found = re.findall(r'"wrapper-2\.0".*?(\d+x\d+)\+-?\d+\+-?\d+ +(\+\d+\+\d+)$', tree, re.MULTILINE)
        return ''.join(found[-1]) if found else None

    def windows_of(self, pid):
        """Numbers of the windows of a program that are on the screen."""
        done = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(pid)], text=True,
                              capture_output=True, env=self.desktop.environment)
        return done.stdout.split()


# --- The application ---------------------------------------------------------------------------------


class App:
    """A running akin with settings of its own, of a person who turns its firewall on for the first time or is used
    to it."""

    def __init__(self, desktop, helper, *arguments, user=None, first_time=False, **environment):
        self.desktop, self.screen, self.helper = desktop, Screen(desktop), helper
        name = f'app-{next(_serial)}'
        home = folder_for(desktop, name, user)
        self.settings = os.path.join(home, 'akin', 'app.conf')
        self._log_path = os.path.join(desktop.folder, name + '.log')
        if not first_time:
            self._write_settings('[Trial]\nkept=true\n', user)
        self.environment = {
            **desktop.environment, 'G_DEBUG': 'fatal-warnings', 'XDG_CONFIG_HOME': home,
            'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=/nonexistent', **environment}
        if user is not None:  # the folders of the desktop are not his
            self.environment |= dict.fromkeys(('HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'), home)
        self._as = {} if user is None else {'user': user, 'group': user, 'extra_groups': []}
        self.program = AKIN if user is None else helper.for_others(AKIN)
        self.arguments = ['--socket', helper.socket, *arguments]
        self.process = None
        self._bus, self._expected = None, []

    def start(self):
        with open(self._log_path, 'a') as log:
            self.process = self.desktop.start([self.program, *self.arguments], self.environment,
                                              stdout=log, stderr=log, **self._as)
        return self

    def _write_settings(self, text, user):
        folder = os.path.dirname(self.settings)
        os.mkdir(folder)
        with open(self.settings, 'w') as file:
            file.write(text)
        for path in (folder, self.settings) if user is not None else ():
            os.chown(path, user, user)

    def again(self, *arguments):
        """Starts the program once more, while it runs: its exit code and what it said."""
        done = subprocess.run([self.program, *self.arguments, *arguments], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE * SLOW, **self._as)
        return done.returncode, done.stdout + done.stderr

    def close(self):
        """Ends it as a session does, and looks at what it said."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE * SLOW)
            except subprocess.TimeoutExpired:
                end(self.process)
                raise Failed('the application does not end') from None
        code, said = self.process.returncode, self.said()
        said = ''.join(line for line in said.splitlines(keepends=True)
                       if line.strip() and not any(re.search(pattern, line) for pattern in self._expected))
        self.process = None
        if code != 0 or said:
            raise Failed(f'the application ended with exit {code} and said: {said}')

    def expect(self, pattern):
        """Announces trouble: lines that match this regular expression are meant to be said."""
        self._expected.append(pattern)

    def said(self):
        with open(self._log_path, errors='replace') as file:
            return file.read()

    @property
    def pid(self):
        return self.process.pid

    # Its icon and its menu, as a panel has them

    @property
    def bus(self):
        if self._bus is None:
            self._bus = connect(self.desktop.address)
        return self._bus

    def item(self):
        """The name on the bus of our icon; a panel may still know of one whose application has gone."""
        items = call(self.bus, WATCHER, '/StatusNotifierWatcher', PROPERTIES, 'Get', '(ss)', WATCHER,
                     'RegisteredStatusNotifierItems')[0]
        for name in (item.split('/')[0] for item in items if item.endswith(ITEM)):
            with contextlib.suppress(GLib.Error):
                if call(self.bus, 'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                        'GetConnectionUnixProcessID', '(s)', name)[0] == self.pid:
                    return name
        raise NotThere('no icon of akin is registered')

    def property(self, name):
        return call(self.bus, self.item(), ITEM, PROPERTIES, 'Get', '(ss)', 'org.kde.StatusNotifierItem', name)[0]

    def icon(self):
        return self.property('IconName')

    def layout(self):
        """The menu as a tree of (number, properties, children)."""
        return call(self.bus, self.item(), ITEM + '/Menu', 'com.canonical.dbusmenu', 'GetLayout', '(iias)', 0, -1,
                    [])[1]

    def entry(self, *path):
        """A menu item by the labels that lead to it; * stands for anything."""
        node = self.layout()
        for label in path:
            node = next((child for child in node[2] if _is(child[1].get('label', ''), label)), None)
            if node is None:
                raise NotThere(f'no {label} in the menu')
        return node

    def labels(self, *path):
        return [child[1].get('label') for child in self.entry(*path)[2] if 'label' in child[1]]

    def checked(self, *path):
        return self.entry(*path)[1].get('toggle-state') == 1

    def enabled(self, *path):
        return self.entry(*path)[1].get('enabled', True)

    def headline(self):
        return self.layout()[2][0][1]['label']

    def choose(self, *path):
        """Clicks a menu item.  The bus would let one click what is greyed out; a person cannot."""
        number, properties, _ = self.entry(*path)
        if not properties.get('enabled', True):
            raise Failed(f'{path} cannot be clicked')
        call(self.bus, self.item(), ITEM + '/Menu', 'com.canonical.dbusmenu', 'Event', '(isvu)', number, 'clicked',
             GLib.Variant('i', 0), 0)

    def until(self, condition, what, timeout=PATIENCE * SLOW):
        """Waits until a condition holds; not being there is no."""
        def holds():
            if self.process.poll() is not None:
                raise Failed(f'the application ended: exit {self.process.returncode}: {self.said()}')
            with contextlib.suppress(NotThere, GLib.Error):
                return condition()
        return wait_for(holds, what, timeout)

    def wait_icon(self, state, timeout=PATIENCE * SLOW):
        try:
            self.until(lambda: self.icon() == f'akin-{state}-symbolic', f'the icon {state}', timeout)
        except Failed as failed:
            with contextlib.suppress(NotThere, GLib.Error):
                failed.args = (f'{failed}; it is {self.icon()}',)
            raise

    def wait_headline(self, begin, timeout=PATIENCE * SLOW):
        self.until(lambda: self.headline().startswith(begin), f'the headline "{begin}…"', timeout)

    # Its window, as a screen reader has it

    def root(self):
        """The application among those that are accessible."""
        desktop = Atspi.get_desktop(0)
        for number in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(number)
            with contextlib.suppress(GLib.Error):
                if child and child.get_process_id() == self.pid and child.get_child_count():
                    return child
        raise NotThere('the application has no window')

    def widgets(self, name=None, role=None, showing=True, root=None):
        """All widgets of a name and a role that can be seen."""
        return [node for node in walk(root or self.root(), showing) if _fits(node, name, role, showing)]

    def find(self, name, role=None, showing=True, timeout=PATIENCE * SLOW):
        """One of them, as soon as it is there."""
        return self.until(lambda: self.widgets(name, role, showing), f'"{name}"', timeout)[0]

    def gone(self, name, role=None):
        self.until(lambda: not self.widgets(name, role), f'"{name}" to go')

    def press(self, name, role='push button', showing=True, dialog=False):
        """Clicks it as an assistive tool does, once a person could: it is there and not greyed out."""
        def ready():
            root = self.widgets(role='dialog')[-1] if dialog and self.widgets(role='dialog') else None
            found = self.widgets(name, role, showing, root) if root or not dialog else []
            return found and has(found[0], 'SENSITIVE') and found
        self.until(ready, f'"{name}" to be sensitive')[0].get_action_iface().do_action(0)

    def flip(self, name):
        self.press(name, 'toggle button', showing=False)

    def is_on(self, name, role='toggle button'):
        return has(self.find(name, role, showing=False), 'CHECKED')

    def wait_on(self, name, on=True, role='toggle button', timeout=PATIENCE * SLOW):
        self.until(lambda: self.is_on(name, role) == on, f'"{name}" to be {"on" if on else "off"}', timeout)

    def sensitive(self, name, role='push button'):
        return has(self.find(name, role, showing=False), 'SENSITIVE')

    def type(self, name, text):
        self.find(name, 'text', showing=False).get_editable_text_iface().set_text_contents(text)

    def text(self, name):
        return self.find(name, 'text', showing=False).get_text_iface().get_text(0, -1)

    def page(self, number):
        """Turns to a page by its key."""
        window = self.window()
        self.desktop.run('xdotool', 'windowfocus', '--sync', window, 'key', '--clearmodifiers', f'alt+{number}')

    def window(self):
        """The number of the window on the screen."""
        return self.until(lambda: self.screen.windows_of(self.pid), 'a window on the screen')[-1]


def walk(node, showing=False):
    """A widget and what is in it; without what is in hidden ones, if only what shows is wanted."""
    yield node
    for number in range(node.get_child_count()):
        child = node.get_child_at_index(number)
        if child and (not showing or child.get_role_name() in ('frame', 'dialog') or has(child, 'SHOWING')):
            yield from walk(child, showing)


def has(node, state):
    return node.get_state_set().contains(getattr(Atspi.StateType, state))


def _fits(node, name, role, showing):
    with contextlib.suppress(GLib.Error):  # it may have gone meanwhile
        return ((name is None or _is(node.get_name() or '', name)) and (role is None or node.get_role_name() == role)
                and (not showing or has(node, 'SHOWING')))


def _is(label, wanted):
    return fnmatch.fnmatchcase(label, wanted) if '*' in wanted else label == wanted


# --- The bus -----------------------------------------------------------------------------------------


def connect(address):
    flags = Gio.DBusConnectionFlags
    return Gio.DBusConnection.new_for_address_sync(
        address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)


def call(bus, name, path, interface, method, signature='()', *arguments):
    value = GLib.Variant(signature, arguments) if arguments else None
    return bus.call_sync(name, path, interface, method, value, None, 0, 5000 * SLOW, None).unpack()


class Notifications:
    """Collects what is shown as notifications, from now on."""

    def __init__(self, desktop):
        self.shown = []
        self._process = desktop.start(
            ['busctl', f'--address={desktop.address}', '--json=short', 'monitor',
             '--match', "type='method_call',interface='org.freedesktop.Notifications',member='Notify'",
             '--match', "type='signal',interface='org.akin.Test'"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._ready = False
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()
        wait_for(lambda: self._ready or self._knock(desktop), 'the eavesdropper')

    def wait(self, summary, timeout=PATIENCE * SLOW):
        """The notification of a title, once it is shown, as (summary, body, names of its buttons)."""
        return wait_for(lambda: [shown for shown in self.shown if shown[0] == summary], f'a notification "{summary}"',
                        timeout)[0]

    def close(self):
        end(self._process)
        self._reader.join(PATIENCE)

    def _knock(self, desktop):
        """It does not say when it has begun: a signal is sent until it tells of it."""
        desktop.run('gdbus', 'emit', '--session', '--object-path', '/', '--signal', 'org.akin.Test.Knock')
        time.sleep(0.02)

    def _collect(self):
        with contextlib.suppress(ValueError):
            for line in self._process.stdout:
                message = json.loads(line)
                if message.get('member') == 'Notify':
                    data = message['payload']['data']
                    self.shown.append((data[3], data[4], data[5][1::2]))
                elif message.get('member') == 'Knock':
                    self._ready = True


# --- Cases -------------------------------------------------------------------------------------------

_desktop = None


def open_desktop():
    """For setUpModule: one desktop for all tests of a file, which it returns.

    More than one a file cannot be: a screen reader's library knows but one bus.
    """
    global _desktop
    _desktop = unittest.enterModuleContext(Desktop())
    for name in ('DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'):
        os.environ[name] = _desktop.environment[name]
    return _desktop


class DeskCase(AkinCase):
    """A lab for the class; a helper and an application for each test."""

    arguments = ()
    environment = {}

    def setUp(self):
        super().setUp()
        self.desktop = _desktop
        self.screen = Screen(_desktop)
        self.app = None
        if self.arguments is not None:
            self.app = self.open()

    def open(self, *arguments, **options):
        """Starts an application that ends with the test."""
        app = App(self.desktop, self.helper, *(arguments or self.arguments or ()), **{**self.environment, **options})
        self.addCleanup(app.close)
        return app.start()

    def status(self):
        return self.helper.json('status')

    def service(self, name):
        """A service of the catalogue, None if there is none of this name."""
        return next((one for one in self.helper.json('services')['services'] if one['name'] == name), None)

    def notifications(self):
        found = Notifications(self.desktop)
        self.addCleanup(found.close)
        return found


__all__ = ['AKIN', 'DRAWN', 'ORDINARY_USER', 'PATIENCE', 'SLOW', 'SOON', 'SWITCHES', 'App', 'Atspi', 'DeskCase',
           'Failed', 'GLib', 'NotThere', 'Screen', 'call', 'folder_for', 'has', 'open_desktop', 'signal',
           'wait_for', 'walk']
