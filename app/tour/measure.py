# SPDX-License-Identifier: BSD-2-Clause
"""What a step measures: each function makes real packets, returns what it found, or raises Wrong.

Addresses are pairs of IPv4 and IPv6, and both must do the same, or one address alone.
"""

import time

from show import Wrong, listed, milliseconds

AT_ONCE = 0.5
SILENCE = 0.5
PATIENCE = 5


def reaches(host, addresses, port, proto='tcp', seen=None):
    """An answer comes; if `seen` is given, from a server that took the host for these addresses."""
    found = [_probe(host, address, port, proto, 'open') for address in _each(addresses)]
    sources = [result.source for result in found]
    if seen is not None and sources != _each(seen):
        raise Wrong(f'the other end saw {listed(map(str, sources))}, not {listed(_each(seen))}')
    took = milliseconds(max(result.elapsed for result in found))
    return took if seen is None else f'{took}, seen from {listed(sources)}'


def pings(host, addresses):
    for address in _each(addresses):
        result = host.ping(address)
        if result.verdict != 'open':
            raise Wrong(f'{address}: {result.verdict}')
    return milliseconds(result.elapsed)


def is_refused(host, addresses, port, proto='tcp'):
    """The answer is no, and comes at once: a program fails fast instead of waiting."""
    found = [_probe(host, address, port, proto, 'refused', 'unreachable') for address in _each(addresses)]
    slowest = max(result.elapsed for result in found)
    if slowest > AT_ONCE:
        raise Wrong(f'refused only after {milliseconds(slowest)}')
    return f'refused after {milliseconds(slowest)}'


def hears_nothing(host, addresses, port, proto='tcp'):
    for address in _each(addresses):
        _probe(host, address, port, proto, 'timeout', timeout=SILENCE)
    return f'no answer in {SILENCE} s'


def goes_on(held):
    """A connection that was open before carries bytes to and fro."""
    begin = time.monotonic()
    if not all(connection.echo(b'still here') for connection in held):
        raise Wrong('it was cut')
    return f'{milliseconds(time.monotonic() - begin)} there and back'


def soon(measure):
    """What `measure` returns once it succeeds, and when that was."""
    begin = time.monotonic()
    late = ''
    while True:
        try:
            return late + measure()
        except Wrong:
            waited = time.monotonic() - begin
            if waited > PATIENCE:
                raise
            time.sleep(0.005)
            late = f'{milliseconds(waited)} later: '


def _probe(host, address, port, proto, *verdicts, timeout=1.0):
    result = host.connect(address, port, proto, timeout=timeout)
    if result.verdict not in verdicts:
        raise Wrong(f'{address} port {port}: {result.verdict} after {milliseconds(result.elapsed)}')
    return result


def _each(addresses):
    return [addresses] if isinstance(addresses, str) else list(addresses)
