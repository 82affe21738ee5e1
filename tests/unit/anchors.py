#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What helper/install adds to FreeBSD's /etc/pf.conf, and helper/uninstall takes out again.

Usage: anchors.py SOURCE_DIR. Speaks TAP.
"""

import pathlib
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(sys.argv[1]).resolve() / "helper" / "service" / "bsd"
LINES = ["scrub in all fragment reassemble", 'nat-anchor "akin"', 'rdr-anchor "akin"', 'anchor "akin"']

# What was there, and whether akin may add to it.
BEFORE = {
    "no file": (None, True),
    "an empty file": ("", True),
    "comments alone": ("# nothing here\n\n  # nor here\n", True),
    "rules of others": ("pass all\n", False),
    "options of others": ("# mine\nset skip on lo\n", False),
    "the anchors, by hand": ("\n".join(LINES) + "\npass all\n", None),
}


def run(verb, path):
    return subprocess.run(["/bin/sh", SCRIPT, verb, path], capture_output=True, text=True).returncode


def text(path):
    return path.read_text() if path.exists() else None


def rules(path):
    return [line for line in (text(path) or "").splitlines() if line.strip() and not line.lstrip().startswith("#")]


def judge(before, may, path):
    """What is wrong; None: nothing."""
    if before is not None:
        path.write_text(before)
    status = run("anchors-add", path)
    if may is False:
        return None if status == 1 and text(path) == before else f"status {status}, left {text(path)!r}"
    if status != 0:
        return f"refused with {status}"
    if may is None:
        if text(path) != before:
            return f"changed to {text(path)!r}"
    elif rules(path) != LINES:
        return f"holds {rules(path)}"
    once = text(path)
    if run("anchors-add", path) != 0 or text(path) != once:
        return "adds them twice"
    if run("anchors-remove", path) != 0 or run("anchors-remove", path) != 0:
        return "cannot take them out"
    left = text(path)
    return None if left == (before or None) else f"leaves {left!r}"


print(f"1..{len(BEFORE)}")
for number, (name, (before, may)) in enumerate(BEFORE.items(), 1):
    with tempfile.TemporaryDirectory() as folder:
        wrong = judge(before, may, pathlib.Path(folder) / "pf.conf")
    print(f"{'not ' if wrong else ''}ok {number} - {name}")
    if wrong:
        print(f"# {wrong}")
