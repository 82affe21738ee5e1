# SPDX-License-Identifier: BSD-2-Clause
"""A server that tells every client where it came from, which is how NAT is seen from the far end.

Over TCP it answers a request for a page with one page, and echoes anything else.  Over UDP it echoes, after a
first line.  Both answers begin with `Source: ADDRESS PORT`.
"""

import socket
import threading
from dataclasses import dataclass, field

PAGE = 'HTTP/1.0 200 OK\r\nSource: {} {}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nakin lab\n'


@dataclass
class Listener:
    """A running server; `seen` grows by the address of everyone who got through to it."""

    proto: str
    port: int
    seen: list = field(default_factory=list)
    _socket: socket.socket = None
    _thread: threading.Thread = None

    def start(self, work, *arguments):
        """Has `work` serve in a thread of its own, until its socket fails."""
        self._thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._thread.start()
        return self

    def stop(self):
        """Ends it; the port refuses from now on."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in it
        except OSError:
            pass
        self._thread.join()  # while it waits, the kernel keeps the port open, and swallows what comes
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def listen(host, proto, port, address='::'):
    """Serves a port of this host, by default on every address it has, IPv4 and IPv6."""
    kind = socket.SOCK_STREAM if proto == 'tcp' else socket.SOCK_DGRAM
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    server = host.socket(family, kind)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    server.bind((address, port))
    if proto == 'tcp':
        server.listen(128)
    listener = Listener(proto, port, _socket=server)
    work = _accept if proto == 'tcp' else _answer_datagrams
    return listener.start(work, host, listener)


def _accept(host, listener):
    while True:
        try:
            client, peer = listener._socket.accept()
        except OSError:
            return
        listener.seen.append(_plain(peer))
        host.keep(client)
        threading.Thread(target=_converse, args=(client, peer), daemon=True).start()


def _converse(client, peer):
    with client:
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while said := client.recv(65536):
                if said.startswith(b'GET '):
                    client.sendall(PAGE.format(_plain(peer), peer[1]).encode())
                    return
                client.sendall(said)
        except OSError:
            pass


def _answer_datagrams(_, listener):
    while True:
        try:
            said, notes, _, peer = listener._socket.recvmsg(65536, 256)
        except OSError:
            return
        if not peer:
            return
        listener.seen.append(_plain(peer))
        line = f'Source: {_plain(peer)} {peer[1]}\r\n'.encode()
        try:
            listener._socket.sendmsg([line, said], list(_same_way_back(notes)), 0, peer)
        except OSError:
            pass  # the answer was not let out: the client finds that out


def _same_way_back(notes):
    """Answers from the address that was asked (IPv4 comes mapped into IPv6), on whatever link leads back."""
    for level, kind, data in notes:
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO) and not data.startswith(b'\xfe\x80'):
            yield level, kind, data[:16] + bytes(4)


def _plain(peer):
    return peer[0].removeprefix('::ffff:')
