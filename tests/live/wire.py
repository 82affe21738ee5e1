# SPDX-License-Identifier: BSD-2-Clause
"""D-Bus as bytes: a client of the helper's socket that does nothing unasked, not even read.

    with Client(helper, user=0) as client:
        client.log_in()
        client.ask('RemoveForward', 'tcp', Port(80), '')  # None, or 'NotFound'
"""

import contextlib
import os
import re
import socket
import struct
import time

from helper import ORDINARY_USER, Failed

OBJECT, INTERFACE = '/org/akin/Helper1', 'org.akin.Helper1'
METHOD_CALL, METHOD_RETURN, ERROR, SIGNAL, NO_REPLY_EXPECTED = 1, 2, 3, 4, 1  # of D-Bus
AKIN_ERROR = re.compile(rb'org\.akin\.Error\.(\w+)\0')
SOON = 2  # seconds in which whoever behaves is served, and the helper ends
PATIENCE = 7  # seconds; longer than the helper's own


class Port(int):
    """A number of 16 bits; others have 32."""


class Client:
    """One connection to the helper, made by any user, that says and reads only what it is told to."""

    def __init__(self, helper, user=ORDINARY_USER):
        self._user, self._serial = user, 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        with acting_as(user):  # whom the kernel has seen connect is who the client is
            self.socket.connect(helper.socket)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, line):
        """A line of the handshake, and the answer to it; b'' if the helper has closed."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(line)
            return self.socket.recv(4096)
        return b''

    def log_in(self):
        """As who it is; false if the helper has closed."""
        if not self.say(b'\0' + identity(self._user)).startswith(b'OK '):
            return False
        self.socket.sendall(b'BEGIN\r\n')
        return True

    def call(self, *arguments, **options):
        self.socket.sendall(self.message(*arguments, **options))

    def message(self, member, *values, **options):
        self._serial += 1
        return message(self._serial, member, *values, **options)

    def ask(self, *arguments, **options):
        """Calls, and waits for the answer: the name of akin's error that it is, None if it is none."""
        self.call(*arguments, **options)
        answer = self.answer()
        if answer[1] != ERROR:
            return None
        found = AKIN_ERROR.search(answer)
        if not found:
            raise Failed(f'an error that is not of akin: {answer}')
        return found[1].decode()

    def answer(self):
        """The bytes of the next message that is no signal."""
        while True:
            head = self._read(16)
            body, _, fields = struct.unpack('<III', head[4:])
            rest = self._read(fields + -fields % 8 + body)
            if head[1] != SIGNAL:
                return head + rest

    def time_until_closed(self, since):
        """Reads to the end."""
        with contextlib.suppress(ConnectionError):
            while self.socket.recv(65536):
                pass
        return time.monotonic() - since

    def _read(self, size):
        data = b''
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise Failed('the helper has closed')
            data += more
        return data


@contextlib.contextmanager
def acting_as(user):
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def identity(user):
    return b'AUTH EXTERNAL ' + str(user).encode().hex().encode() + b'\r\n'


def message(serial, member, *values, interface=INTERFACE, path=OBJECT, flags=0):
    """A call as it goes over the wire; its arguments are strings, lists of them, booleans, numbers and Ports."""
    signature, body = '', b''
    for value in values:
        code, size, data = encoded(value)
        signature, body = signature + code, aligned(body, size) + data
    fields = b''.join(aligned(field, 8) for field in (
        b'\1\1o\0' + long_text(path), b'\2\1s\0' + long_text(interface), b'\3\1s\0' + long_text(member)))
    fields += b'\10\1g\0' + bytes([len(signature)]) + signature.encode() + b'\0'
    head = struct.pack('<cBBBIII', b'l', METHOD_CALL, flags, 1, len(body), serial, len(fields))
    return aligned(head + fields, 8) + body


def call_of_fields(*fields, serial=1):
    """A call without arguments whose header has these fields: number, type, value, each as wrong as one likes."""
    data = b''
    for number, code, value in fields:
        data = aligned(data, 8) + bytes([number, 1]) + code.encode() + b'\0'
        data += bytes([len(value)]) + value.encode() + b'\0' if code == 'g' else encoded(value)[2]
    return aligned(struct.pack('<cBBBIII', b'l', METHOD_CALL, 0, 1, 0, serial, len(data)) + data, 8)


def encoded(value):
    """Its type, what it is aligned to, its bytes."""
    if isinstance(value, str):
        return 's', 4, long_text(value)
    if isinstance(value, list):
        data = b''.join(aligned(long_text(text), 4) for text in value[:-1]) + b''.join(map(long_text, value[-1:]))
        return 'as', 4, struct.pack('<I', len(data)) + data
    if isinstance(value, bool):
        return 'b', 4, struct.pack('<I', value)
    if isinstance(value, Port):
        return 'q', 2, struct.pack('<H', value)
    return 'u', 4, struct.pack('<I', value)


def long_text(text):
    data = text.encode()
    return struct.pack('<I', len(data)) + data + b'\0'


def aligned(data, size):
    return data + b'\0' * (-len(data) % size)
