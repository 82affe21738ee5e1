# SPDX-License-Identifier: BSD-2-Clause
"""A helper that does what a test tells it, for what a real one does rarely or never: it refuses, takes its time,
says what is absurd.

    helper = Scripted(path)
    helper.refusals['SetFirewall'] = 'no'      # the sentence of the error
    helper.delays['SetNetworkPatterns'] = 2    # seconds until it is done and answered
    helper.set('Warnings', [('odd', 'x' * 10000)])
    helper.calls                               # what it was asked to change, in order

It runs in a thread of its own with a main context of its own; whatever it is told takes effect there.
"""

import os
import threading

from gi.repository import Gio, GLib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
NAME, OBJECT = 'org.akin.Helper1', '/org/akin/Helper1'
PROPERTIES = {
    'InterfaceVersion': ('u', 1), 'Engine': ('s', 'nftables'), 'Enforcing': ('b', True), 'Firewall': ('b', True),
    'NatMode': ('s', 'auto'), 'Panic': ('b', False), 'NatActive': ('b', True), 'MachinesReachHost': ('b', True),
    'ActiveNic': ('s', 'en0'), 'Uplinks': ('a(sas)', [('en0', ['192.0.2.5/24'])]),
    'NetworkPatterns': ('as', ['akin*', 'vboxnet*', 'vmnet*']),
    'Networks': ('a(sbas)', [('vboxnet0', True, ['192.168.56.0/24'])]),
    'TrustedPingers': ('as', []), 'Forwards': ('a(sqsqsb)', []), 'Warnings': ('a(ss)', []),
    'Notes': ('a(ss)', []),
}
SERVICES = [('http', 'Web', 'web', '', 'tcp:80', 'tcp:80', 1, False),
            ('ssh', 'Secure shell', 'remote', '', 'tcp:22', 'tcp:22', 3, False)]
SETTERS = {'SetFirewall': 'Firewall', 'SetPanic': 'Panic', 'SetNat': 'NatMode', 'SetNetworkPatterns': 'NetworkPatterns'}


class Scripted:
    def __init__(self, path):
        self.socket = path
        self.properties = {name: GLib.Variant(*value) for name, value in PROPERTIES.items()}
        self.services = list(SERVICES)
        self.refusals, self.delays, self.calls, self.deaf = {}, {}, [], set()
        self._connections = []
        with open(os.path.join(ROOT, 'helper', 'api', NAME + '.xml'), encoding='utf-8') as file:
            self._interface = Gio.DBusNodeInfo.new_for_xml(file.read()).interfaces[0]
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    def close(self):
        self._there(self._loop.quit)
        self._thread.join()

    def set(self, name, value):
        self._there(lambda: self._set(name, value))

    def _there(self, function):
        """Runs a function in the thread, and waits for it."""
        done = threading.Event()
        source = GLib.idle_source_new()
        source.set_callback(lambda *_: (function(), done.set(), False)[-1])
        source.attach(self._context)
        done.wait()

    def _run(self):
        self._context.push_thread_default()
        server = Gio.DBusServer.new_sync(f'unix:path={self.socket}', Gio.DBusServerFlags.NONE,
                                         Gio.dbus_generate_guid(), None, None)
        server.connect('new-connection', self._connected)
        server.start()
        self._ready.set()
        self._loop.run()
        server.stop()
        for connection in [one for one in self._connections if not one.is_closed()]:
            connection.close_sync(None)
        self._context.pop_thread_default()

    def _connected(self, _, connection):
        self._connections.append(connection)
        connection.connect('closed', lambda one, *_: self._connections.remove(one))
        connection.register_object(OBJECT, self._interface, self._asked,
                                   lambda *arguments: self.properties[arguments[-1]], None)
        return True

    def _set(self, name, value):
        self.properties[name] = GLib.Variant(PROPERTIES[name][0], value)
        self._emit('org.freedesktop.DBus.Properties', 'PropertiesChanged',
                   GLib.Variant('(sa{sv}as)', (NAME, {name: self.properties[name]}, [])))

    def _emit(self, interface, name, body):
        for connection in self._connections:
            connection.emit_signal(None, OBJECT, interface, name, body)

    def _asked(self, _, _sender, _path, _interface, method, arguments, invocation):
        answers = {
            'ListServices': lambda: ('(a(ssssssub))', (self.services,)), 'MayControl': lambda: ('(s)', ('yes',)),
            'ListMachines': lambda: ('(a(sss))', ([],)), 'CountConnections': lambda: ('(a(stt))', ([],)),
        }
        if method in answers:
            invocation.return_value(GLib.Variant(*answers[method]()))
            return
        source = GLib.timeout_source_new(int(self.delays.get(method, 0) * 1000))
        source.set_callback(lambda *_: self._change(method, arguments.unpack(), invocation))
        source.attach(self._context)

    def _change(self, method, arguments, invocation):
        self.calls.append((method, arguments))
        if method in self.refusals:
            invocation.return_dbus_error('org.akin.Error.Failed', self.refusals[method])
            return False
        if method not in self.deaf:
            self._do(method, arguments)
        invocation.return_value(None)
        return False

    def _do(self, method, arguments):
        if method in SETTERS:
            self._set(SETTERS[method], arguments[0])
        elif method == 'RemoveForward':
            self._keep('Forwards', lambda forward: forward[:2] != tuple(arguments[:2]))
        elif method == 'TrustPing':
            self._set('TrustedPingers', [*self.properties['TrustedPingers'].unpack(), *arguments[0]])
        elif method == 'DistrustPing':
            self._keep('TrustedPingers', lambda address: address not in arguments[0])

    def _keep(self, name, wanted):
        self._set(name, [one for one in self.properties[name].unpack() if wanted(one)])
