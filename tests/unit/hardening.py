#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What compiler and linker have built into the programs against those who break in, in TAP.

    hardening.py PROGRAM...
"""

import os
import re
import subprocess
import sys

# What it is, what readelf is asked, and what it must say.
EXPECTED = (
    ('is loaded anywhere', '--dynamic', r'FLAGS_1\b.*\bPIE\b'),
    ('binds everything before it runs', '--dynamic', r'FLAGS_1\b.*\bNOW\b'),
    ('makes its tables read-only then', '--segments', r'\bGNU_RELRO\b'),
    ('runs no stack', '--segments', r'\bGNU_STACK\s.*\sRW\s'),
    ('guards its stacks', '--dyn-syms', r'\b__stack_chk_fail\b'),
    ('knows the sizes of its buffers', '--dyn-syms', r'\b__(?!stack)\w+_chk\b'),
)


def readelf(option, program):
    return subprocess.run(['readelf', '--wide', option, program], text=True, capture_output=True, check=True).stdout


def main(programs):
    print(f'1..{len(programs) * len(EXPECTED)}')
    number = 0
    for program in programs:
        for what, option, pattern in EXPECTED:
            number += 1
            said = readelf(option, program)
            right = re.search(pattern, said)
            print(f'{"ok" if right else "not ok"} {number} {os.path.basename(program)} {what}')
            if not right:
                print(''.join(f'# {line}\n' for line in said.splitlines()), end='')


if __name__ == '__main__':
    main([word for word in sys.argv[1:] if not word.startswith('-')])
