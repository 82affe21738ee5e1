# SPDX-License-Identifier: BSD-2-Clause
"""What the helper costs while nothing happens: memory, and how often it wakes up."""

import os
import re
import subprocess
import time

from contestants import Akin, Firewalld, program
from table import Line
from yard import Yard, end

# The helper looks once at what it loaded, a moment after a change; that is no idling.
AT_REST_SECONDS = 1.5


# Every program has these loaded.  Of all other libraries the whole counts, as on a computer where nobody else uses
# them: otherwise the result would depend on what else happens to run.
EVERYBODYS = re.compile(r'/(libc\.so|ld-linux)')
MAPPING = re.compile(r'[0-9a-f]+-[0-9a-f]+ ')


def memory_alone(pid):
    """The share of a process in memory (PSS), in MiB, were it the only one with its libraries."""
    total, shared = 0, False
    with open(f'/proc/{pid}/smaps') as file:
        for line in file:
            if MAPPING.match(line):
                shared = EVERYBODYS.search(line)
            elif line.startswith('Pss:' if shared else 'Rss:'):
                total += int(line.split()[1])
    return total / 1024


def memory_shared(pid):
    """Its share in memory (PSS) as this computer is, in MiB: what others have loaded too is divided."""
    with open(f'/proc/{pid}/smaps_rollup') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('Pss:')) / 1024


def switches(pid):
    """How often each of its threads has stopped waiting until now."""
    found = {}
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/status') as file:
            found[thread] = sum(int(line.split()[1]) for line in file if 'voluntary_ctxt_switches' in line)
    return found


def wakeups(pid, before):
    """How often it has woken up since; a thread that has ended had to wake up for it."""
    after = switches(pid)
    return sum(count - before.get(thread, 0) for thread, count in after.items()) + len(before.keys() - after.keys())


def work(pid):
    """How long processors have worked for it until now, in microseconds; waiting for them is not in it."""
    total = 0
    for thread in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{thread}/schedstat') as file:
            total += int(file.read().split()[0]) / 1000
    return total


def _least():
    """A program that only loads GIO and libnftables."""
    process = subprocess.Popen([program('tests', 'bench', 'only-loads')], stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        return memory_alone(process.pid)
    finally:
        end(process)


def _firewalld():
    with Yard() as yard:
        return memory_alone(Firewalld(yard).pid)


def _helper(toggles, idle):
    """Memory at the start, after half of the toggles, after all of them; wakeups in `idle` seconds."""
    with Yard() as yard:
        akin = Akin(yard)
        found = [memory_alone(akin.pid)]
        for count in (toggles // 2, toggles // 2):
            client = akin.loop(*Akin.TOGGLE)
            client.times(count)
            client.close()
            time.sleep(AT_REST_SECONDS)
            found.append(memory_alone(akin.pid))
        before = switches(akin.pid)
        time.sleep(idle)
        return *found, wakeups(akin.pid, before)


def memory(quick):
    """memory after many toggles, and wakeups while idle"""
    toggles, idle = (1000, 3) if quick else (10000, 30)
    least, peer = _least(), _firewalld()
    start, half, late, woken = _helper(toggles, idle)
    return [Line(f'memory after {toggles} toggles', f'{late:.2f} MiB', 'at most', '10 MiB', late / 10, ('<=', 1)),
            Line(f'memory after {toggles} toggles', f'{late:.2f} MiB', f'after {toggles // 2}', f'{half:.2f} MiB',
                 late / half, ('<=', 1.02)),
            Line('memory at the start', f'{start:.2f} MiB', 'only GIO and libnftables', f'{least:.2f} MiB',
                 start / least),
            Line(f'memory after {toggles} toggles', f'{late:.2f} MiB', 'firewalld', f'{peer:.2f} MiB', late / peer),
            Line(f'wakeups in {idle} idle seconds', str(woken), 'never', '0', woken, ('<=', 0))]
