# SPDX-License-Identifier: BSD-2-Clause
"""A system bus that exists only for a test, with a stand-in for polkit on it, or the real one.

    bus = SystemBus(folder)
    with bus, Polkit(bus) as polkit:
        polkit.answer = ALLOWED
        helper.start(*bus.prelude)
"""

import contextlib
import os
import subprocess
import threading

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME, PATH, INTERFACE = ('org.freedesktop.PolicyKit1', '/org/freedesktop/PolicyKit1/Authority',
                         'org.freedesktop.PolicyKit1.Authority')
# CheckAuthorization's answers: whether it is allowed, whether a password would help, what else is to be said.
ALLOWED, DENIED, CHALLENGE = (True, False, {}), (False, False, {}), (False, True, {})
DISMISSED = (False, True, {'polkit.dismissed': 'true'})
FAILED = 'org.freedesktop.PolicyKit1.Error.Failed'

CONFIG = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
  </policy>
  <limit name="max_replies_per_connection">128</limit>
</busconfig>
'''
# Of polkit(8), what the helper uses.
NODE = f'''<node><interface name="{INTERFACE}">
  <method name="CheckAuthorization">
    <arg type="(sa{{sv}})" direction="in"/><arg type="s" direction="in"/><arg type="a{{ss}}" direction="in"/>
    <arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="(bba{{ss}})" direction="out"/>
  </method>
  <method name="CancelCheckAuthorization"><arg type="s" direction="in"/></method>
</interface></node>'''


class SystemBus:
    def __init__(self, folder):
        self.socket = os.path.join(folder, 'system-bus')
        self.address = 'unix:path=' + self.socket
        self.prelude = ('env', 'DBUS_SYSTEM_BUS_ADDRESS=' + self.address)
        self._config = os.path.join(folder, 'system-bus.conf')

    def __enter__(self):
        with open(self._config, 'w') as file:
            file.write(CONFIG.format(socket=self.socket))
        self._daemon = subprocess.Popen(
            ['dbus-daemon', '--nofork', '--print-address', '--config-file', self._config],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._daemon.stdout.readline()
        return self

    def __exit__(self, *_):
        self._daemon.terminate()
        self._daemon.wait()
        self._daemon.stdout.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)

    def connect(self):
        flags = Gio.DBusConnectionFlags
        return Gio.DBusConnection.new_for_address_sync(
            self.address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)


class Polkit:
    """A stand-in for polkit: says what it is told to, and remembers what it was asked."""

    def __init__(self, bus):
        self._bus = bus
        self.answer = DENIED  # None: none, as long as a person thinks; or the name of an error
        self.busy = False  # nobody is answered, before `say`
        self.questions = []  # (action, pid, uid, whether a person may be asked)
        self.cancelled = []
        self._open = {}

    def __enter__(self):
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_):
        self._context.invoke_full(GLib.PRIORITY_DEFAULT, self._loop.quit)
        self._thread.join()

    def say(self, answer):
        """The person has decided: what is open is answered."""
        while self._open:
            _, invocation = self._open.popitem()
            _answer(invocation, answer)

    def _run(self, ready):
        self._context.push_thread_default()
        bus = self._bus.connect()
        bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(NODE).interfaces[0], self._called, None, None)
        bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'RequestName',
                      GLib.Variant('(su)', (NAME, 0)), None, 0, -1, None)
        ready.set()
        self._loop.run()
        bus.close_sync(None)
        self._context.pop_thread_default()

    def _called(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        arguments = arguments.unpack()
        if method == 'CancelCheckAuthorization':
            self.cancelled.append(arguments[0])
            if not self.busy and (taken_back := self._open.pop(arguments[0], None)):
                taken_back.return_dbus_error(NAME + '.Error.Cancelled', 'taken back')
            invocation.return_value(None)
            return
        (kind, subject), action, _, flags, number = arguments
        assert kind == 'unix-process', kind
        assert subject['start-time'] > 0, subject
        self.questions.append((action, subject['pid'], subject['uid'], bool(flags & 1)))
        if self.busy or (self.answer is None and flags & 1):
            self._open[number] = invocation
        else:
            _answer(invocation, self.answer or CHALLENGE)


def _answer(invocation, answer):
    if isinstance(answer, str):
        invocation.return_dbus_error(answer, 'no reason')
    else:
        invocation.return_value(GLib.Variant('((bba{ss}))', (answer,)))
