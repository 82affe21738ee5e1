#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What bash offers behind the words of a command line of akinctl.

Usage: completion.py SOURCE_DIR. Speaks TAP. Needs bash.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

COMPLETION = pathlib.Path(sys.argv[1]).resolve() / "app" / "ctl" / "akinctl.bash-completion"
COMMON = "--socket --json --help --version"

# In place of akinctl, whose answers are of a helper that is there; the name of a service is not its own choice.
ANSWERS = """#!/bin/sh
[ "$1" = --socket ] && { [ "$2" = /s ] || exit 3; shift 2; }
case "$*" in
services) printf 'web\\n  http   on  on  tcp:80\\n  https  on  -   tcp:443\\nown\\n  game   on  -   tcp:1\\n'
          echo '  $(touch${IFS}x)  on  -  tcp:2' ;;
'--json status') echo '{"nat":"auto","trusted_pingers":["198.51.100.9","fd00:56::9","fd00:57::/64"],"warnings":[]}' ;;
'forward list') printf 'PROTOCOL  PORT\\ntcp       80\\nudp       53\\ntcp       443\\n' ;;
esac
"""

# The line up to the cursor, and all that is offered.
OFFERS = {
    "sta": "status start",
    "--json st": "status start stop",
    "help fo": "forward",
    "help h": "",
    "allow ht": "http https",
    "allow http --in h": "http https",
    "allow --": f"--out --in {COMMON}",
    "service ": "add edit remove",
    "service add game --": f"--out --in --title {COMMON}",
    "service add game --out tcp:80 --t": "--title",
    "service add game --out ": "",
    "service edit ": "--out --in --title game touchIFSx",
    "service edit game --i": "--in",
    "service remove g": "game",
    "ping distrust ": "198.51.100.9 fd00:56::9 fd00:57::/64",
    "ping distrust 198.51.100.9 f": "fd00:56::9 fd00:57::/64",
    "ping distrust fd00:5": "56::9 57::/64",
    "ping distrust fd00:57:": ":/64",
    "ping trust ": "",
    "forward add ": "tcp udp --from",
    "forward add tcp 80 192.168.56.101 --f": "--from",
    "forward add tcp 80 [fd00:56::101]:80 --f": "--from",
    "forward add tcp 80 192.168.56.101 --from l": "loopback",
    "forward remove tcp ": "80 443",
    "--socket /s forward remove udp ": "53",
    "--socket /other forward remove udp ": "",
    "rules --engine ": "nftables ipfw pf",
    "nat ": "auto on off",
    "doc": "doctor",
    "doctor ": "mend",
    "doctor mend ": "rp-filter",
}

SHELL = """
source "$1"; shift
COMP_LINE=$1 COMP_POINT=${#1}; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_akinctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


def words_of(line):
    """As bash takes a line apart: blanks separate words, and so do colons and equals signs, which are words too."""
    words = re.findall(r"[:=]+|[^\s:=]+", line)
    return words + [""] if line[-1].isspace() else words


def offered(program, line):
    """What is offered behind the line, in the program's folder."""
    line = f"{program} {line}"
    command = ["bash", "--norc", "-c", SHELL, "bash", COMPLETION, line, *words_of(line)]
    done = subprocess.run(command, cwd=program.parent, capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.split(), done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder, "akinctl")
        program.write_text(ANSWERS, encoding="utf-8")
        program.chmod(0o755)
        print(f"1..{len(OFFERS) + 1}")
        for number, (line, wanted) in enumerate(OFFERS.items(), 1):
            found, said = offered(program, line)
            right = sorted(found) == sorted(wanted.split()) and not said
            print(f"{'ok' if right else 'not ok'} {number} {line}")
            if not right:
                print(f"# offered {found}, not {wanted.split()} {said}")
        done = [path.name for path in pathlib.Path(folder).iterdir()] == ["akinctl"]
        print(f"{'ok' if done else 'not ok'} {len(OFFERS) + 1} nothing is carried out")


if __name__ == "__main__":
    main()
