# SPDX-License-Identifier: BSD-2-Clause
"""Network namespaces, and the one trick the lab is built on.

A socket belongs to the namespace it was born in, for life, whoever holds it afterwards.  So a probe needs no
process of its own inside the namespace: a thread steps in, opens the socket, steps out again (a few
microseconds), and the rest is ordinary code of the test's own process, with ordinary exceptions.
"""

import contextlib
import ctypes
import os
import re
import signal
import subprocess

CLONE_NEWNET = 0x40000000
DIRECTORY = '/run/netns'
PREFIX = 'akinlab'

_libc = ctypes.CDLL(None, use_errno=True)


def _enter(descriptor):
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns: ' + os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def inside(descriptor):
    """The calling thread, and no other, is in the namespace of `descriptor` for the length of the block."""
    home = os.open('/proc/thread-self/ns/net', os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(descriptor)
        yield
    finally:
        _enter(home)
        os.close(home)


def ip(*arguments, script=None):
    """Runs `ip`; with a script, as one batch, which is what makes setting up eight hosts quick."""
    command = ['ip', *arguments] + (['-batch', '-'] if script is not None else [])
    done = subprocess.run(command, input=script, text=True, capture_output=True, timeout=20)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(command)}: {done.stderr.strip()}\n{script or ""}')
    return done.stdout


def kill_inside(name):
    """Ends whatever still runs in namespace `name`, which is one of ours, so all of it was started for a lab."""
    listed = subprocess.run(['ip', 'netns', 'pids', name], text=True, capture_output=True)
    for pid in map(int, listed.stdout.split()):
        with contextlib.suppress(ProcessLookupError):
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)


def remove(name):
    """Removes a namespace and what runs in it; not there any more is fine too."""
    kill_inside(name)
    subprocess.run(['ip', 'netns', 'del', name], capture_output=True)


def sweep():
    """Removes what labs left behind that were killed before they could clean up."""
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(DIRECTORY):
            owner = re.match(PREFIX + r'-(\d+)-', name)
            if owner and not os.path.exists('/proc/' + owner[1]):
                remove(name)
