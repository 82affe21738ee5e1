# SPDX-License-Identifier: BSD-2-Clause
"""What akin comes through: crashes, hostile clients, full disks, restless networks."""

import time

import crash
import disk
import hostile
import upheaval

GROUPS = (crash.kills, hostile.clients, disk.disks, upheaval.all_of_them)


def faults(quick):
    """attacks and faults: survived, lost, leaked, others' worst delay"""
    lines = []
    for group in GROUPS:
        begin = time.monotonic()
        lines += group(quick)
        print(f'  {group.__module__}: {group.__name__}, {time.monotonic() - begin:.0f} s', flush=True)
    return lines
