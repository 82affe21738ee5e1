# SPDX-License-Identifier: BSD-2-Clause
"""The logind of a laptop, played by python3-dbusmock on a system bus of the test's own.

    bus = SystemBus(helper.folder)
    with bus:
        logind = Logind(desktop, bus)
        helper.start(*bus.prelude)
        logind.sleep()
        logind.log_in('1', remote=True)
"""

import subprocess

from driver import GLib, call

NAME = 'org.freedesktop.login1'


class Logind:
    """It ends with the desktop."""

    def __init__(self, desktop, bus):
        self.process = desktop.start(['/usr/bin/python3', '-m', 'dbusmock', '--system', '--template', 'logind'],
                                     {**desktop.environment, 'DBUS_SYSTEM_BUS_ADDRESS': bus.address},
                                     stdout=subprocess.DEVNULL)
        desktop.run('gdbus', 'wait', '--address', bus.address, '--timeout', '20', NAME)
        self._connection = bus.connect()

    def sleep(self):
        self._prepare(True)

    def wake(self):
        self._prepare(False)

    def log_in(self, session, remote):
        path = call(self._connection, NAME, '/org/freedesktop/login1', 'org.freedesktop.DBus.Mock', 'AddSession',
                    '(ssusb)', session, 'seat0', 1000, 'mallory', True)[0]
        call(self._connection, NAME, path, 'org.freedesktop.DBus.Mock', 'UpdateProperties', '(sa{sv})',
             NAME + '.Session', {'Remote': GLib.Variant('b', remote)})

    def _prepare(self, asleep):
        call(self._connection, NAME, '/org/freedesktop/login1', 'org.freedesktop.DBus.Mock', 'EmitSignal', '(sssav)',
             NAME + '.Manager', 'PrepareForSleep', 'b', [GLib.Variant('b', asleep)])
