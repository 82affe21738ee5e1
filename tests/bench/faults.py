# SPDX-License-Identifier: BSD-2-Clause
"""What akin comes through: crashes, hostile clients, failing disks, restless networks."""

import subprocess
import time

import crash
import disk
import hostile
import upheaval
from table import Fault, duration

CASES = (*crash.CASES, *hostile.CASES, *disk.CASES, *upheaval.CASES)


def faults(quick):
    """attacks and faults: survived, lost, leaked, others' worst delay"""
    lines = []
    for case in CASES:
        begin = time.monotonic()
        lines.append(_line(case, quick))
        print(f'  {case.__doc__}: {duration((time.monotonic() - begin) * 1e6)}', flush=True)
    return lines


def _line(case, quick):
    """What could not be carried to its end was not survived, and the others still have their turn."""
    try:
        return case(quick)
    except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        return Fault(case.__doc__, 1, 0, 0, 0, 0, 0, [str(error)])
