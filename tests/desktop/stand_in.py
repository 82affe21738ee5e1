# SPDX-License-Identifier: BSD-2-Clause
"""A stand-in for the helper, for the application to meet what a real one never is.

    python3 stand_in.py SOCKET VERSION    speaks this version of the interface, and knows nothing else
    python3 stand_in.py SOCKET nonsense   answers whoever connects with what is no D-Bus at all
"""

import contextlib
import socket
import sys

from gi.repository import Gio, GLib

OBJECT = '/org/akin/Helper1'
INTERFACE = '''<node><interface name="org.akin.Helper1">
  <property name="InterfaceVersion" type="u" access="read"/>
</interface></node>'''


def speak(path, version):
    interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
    connections = []  # one that nobody holds is closed

    def connected(_, connection):
        connections.append(connection)
        connection.register_object(OBJECT, interface, None, lambda *_: GLib.Variant('u', version), None)
        return True

    server = Gio.DBusServer.new_sync(f'unix:path={path}', Gio.DBusServerFlags.NONE, Gio.dbus_generate_guid(), None,
                                     None)
    server.connect('new-connection', connected)
    server.start()
    GLib.MainLoop().run()


def talk_nonsense(path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        while True:
            with listening.accept()[0] as connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.0 418 I'm a teapot\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):  # whoever hangs up before the other has spoken is not heard
                    pass


if __name__ == '__main__':
    if sys.argv[2] == 'nonsense':
        talk_nonsense(sys.argv[1])
    else:
        speak(sys.argv[1], int(sys.argv[2]))
