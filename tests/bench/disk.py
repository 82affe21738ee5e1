# SPDX-License-Identifier: BSD-2-Clause
"""The disk lets the helper down: a change is refused with a reason, nothing is half done, and once the disk is
mended all works again.
"""

import contextlib
import functools
import os

import contestants
from ground import Ground

# Run in a shell where $0 is the folder of the policy file and $1 that of the state; the rest is a command.
OWN_DISKS = '''for folder in "$0" "$1"; do
mkdir -p "$folder" && mount -t tmpfs -o size=64k,mode=755 none "$folder"; done
shift; exec "$@"'''

# What breaks it and what mends it, run in a shell where $0 is the folder of the policy file; and the reason given.
FAULTS = {
    'the disk is full': ('cat /dev/zero > "$0/filler" 2> /dev/null || test -s "$0/filler"', 'rm "$0/filler"',
                         'No space left'),
    'the folder is read-only': ('mount -o remount,ro "$0"', 'mount -o remount,rw "$0"', 'Read-only file system'),
    'a folder is where the policy file was': ('mv "$0/akin.conf" "$0/aside" && mkdir "$0/akin.conf"',
                                              'rmdir "$0/akin.conf" && mv "$0/aside" "$0/akin.conf"',
                                              'not a plain file'),
    'fsync fails': ('touch "$0/fsync-fails"', 'rm "$0/fsync-fails"', 'Input/output error'),
}


@contextlib.contextmanager
def _ground():
    """One whose helper has small disks of its own, and an fsync that fails when it is told to."""
    with Ground() as ground:
        helper = ground.helper
        helper.stop()
        etc = os.path.dirname(helper.config)
        library = contestants.program('tests', 'bench', 'libfsync-fails.so')
        helper.start('unshare', '--mount', '--propagation', 'private', 'sh', '-c', OWN_DISKS, etc, helper.state_dir,
                     'env', f'LD_PRELOAD={library}', f'FSYNC_FAILS={etc}/fsync-fails')
        helper.ctl('deny', 'http')
        helper.ctl('allow', 'http')
        yield ground


def _inside(ground, script):
    """Runs a script where the helper's disks are."""
    ground.yard.laptop.run(['nsenter', '--mount', '--target', str(ground.helper.pid), 'sh', '-ec', script,
                            os.path.dirname(ground.helper.config)])


def _once(ground, tally, broken, mended, reason):
    """Whether it came through."""
    helper, before = ground.helper, (ground.helper.policy(), ground.kernel())
    _inside(ground, broken)
    refused = helper.ctl('deny', 'http', check=False)
    rules = ground.kernel()
    _inside(ground, mended)
    wrong = {'not refused': refused.returncode != 1,
             f'no reason given: {refused.stderr.strip()}': reason not in refused.stderr,
             'other rules': rules != before[1],
             'something half done': (helper.policy(), ground.kernel()) != before,
             'does not work again': helper.ctl('deny', 'http', check=False).returncode != 0
                                    or ground.kernel() == before[1]}
    helper.ctl('allow', 'http')
    wrong['not as before'] = (helper.policy(), ground.kernel()) != before
    for words, is_so in wrong.items():
        tally.notice(is_so, words)
    return not any(wrong.values())


def _fault(name, quick):
    count = 3 if quick else 50
    with _ground() as ground:
        tally = ground.tally(name, count)
        for _ in range(count):
            tally.survived += _once(ground, tally, *FAULTS[name])
        return tally.line()


def _case(name):
    case = functools.partial(_fault, name)
    case.__doc__ = name
    return case


# Delay is that of others' calls.
CASES = tuple(map(_case, FAULTS))
