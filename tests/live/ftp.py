# SPDX-License-Identifier: BSD-2-Clause
"""Just enough of FTP to have its data connections opened, by the server (active) or by the client (passive).

Either way one end tells the other an address and a port in the middle of its conversation; a firewall that lets the
data through has listened to that, and NAT has rewritten it.
"""

import contextlib
import re
import socket
import threading

from servers import Listener

CONTENT = b'the file\n'
PATIENCE = 1.0


def serve(host, port=21):
    """Serves one file, to everybody who asks in any way, until the listener that is returned is stopped."""
    server = host.socket(socket.AF_INET6, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(('::', port))
    server.listen()
    return Listener('tcp', port, _socket=server).start(_accept, host, server)


def fetch(host, address, passive):
    """The file as a client on `host` gets it from the server at `address`; TimeoutError if its data do not come."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with host.socket(family, socket.SOCK_STREAM) as control:
        control.settimeout(PATIENCE)
        control.connect((address, 21))
        with control.makefile('r', newline='\r\n') as said:
            said.readline()  # the greeting
            control.sendall(b'USER me\r\n')  # the kernel listens from the second line on
            said.readline()
            get = _passively if passive else _actively
            return get(host, control, said, address)


def _passively(host, control, said, address):
    control.sendall(b'EPSV\r\n' if ':' in address else b'PASV\r\n')
    with host.socket(control.family, socket.SOCK_STREAM) as data:
        data.settimeout(PATIENCE)
        data.connect(_place(said.readline()) if ':' not in address else (address, _place(said.readline())[1]))
        return data.recv(100)


def _actively(host, control, said, address):
    mine = control.getsockname()[0]
    with host.socket(control.family, socket.SOCK_STREAM) as waiting:
        waiting.settimeout(PATIENCE)
        waiting.bind((mine, 0))
        waiting.listen()
        port = waiting.getsockname()[1]
        line = f'EPRT |2|{mine}|{port}|' if ':' in mine else f'PORT {_numbers(mine, port)}'
        control.sendall(line.encode() + b'\r\n')
        said.readline()
        data, _ = waiting.accept()
        with data:
            data.settimeout(PATIENCE)
            return data.recv(100)


def _accept(host, server):
    with contextlib.suppress(OSError):
        while True:
            control, _ = server.accept()
            host.keep(control)
            threading.Thread(target=_converse, args=(host, control), daemon=True).start()


def _converse(host, control):
    with control, contextlib.suppress(OSError):
        control.sendall(b'220 akin lab\r\n')
        with control.makefile('r', newline='\r\n') as said:
            said.readline()
            control.sendall(b'230 welcome\r\n')
            for line in said:
                (_wait if line.startswith(('PASV', 'EPSV')) else _call)(host, control, line)


def _wait(host, control, line):
    here = control.getsockname()[0]
    with host.socket(control.family, socket.SOCK_STREAM) as waiting:
        waiting.settimeout(PATIENCE)
        waiting.bind((here, 0))
        waiting.listen()
        port = waiting.getsockname()[1]
        plain = here.removeprefix('::ffff:')
        answer = f'229 Extended (|||{port}|)' if line.startswith('EPSV') else f'227 Passive ({_numbers(plain, port)})'
        control.sendall(answer.encode() + b'\r\n')
        data, _ = waiting.accept()
        with data:
            data.sendall(CONTENT)


def _call(host, control, line):
    address, port = _place(line)
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with host.socket(family, socket.SOCK_STREAM) as data:
        data.settimeout(PATIENCE)
        data.bind((control.getsockname()[0].removeprefix('::ffff:'), 0))  # nobody expects another address to call
        control.sendall(b'200 calling\r\n')
        data.connect((address, port))
        data.sendall(CONTENT)


def _numbers(address, port):
    return ','.join([*address.split('.'), str(port >> 8), str(port & 255)])


def _place(line):
    """Address and port out of any of the four ways to say it."""
    extended = re.search(r'\|\d?\|([0-9a-f:.]*)\|(\d+)\|', line)
    if extended:
        return extended[1], int(extended[2])
    *address, high, low = re.search(r'\d+(?:,\d+){5}', line)[0].split(',')
    return '.'.join(address), int(high) << 8 | int(low)
