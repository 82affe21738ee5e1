# SPDX-License-Identifier: BSD-2-Clause
"""Timed commands, on the terms of loop.h: each argument is a command, as a JSON array of its words."""

import json
import subprocess
import sys
import time


def step(command):
    begin = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    took = time.monotonic() - begin
    if done.returncode != 0:
        sys.exit(f'{" ".join(command)}: exit {done.returncode}\n{done.stdout.decode()}')
    return took * 1e6


def main(*steps):
    commands = [json.loads(step) for step in steps]
    print('ready', flush=True)
    for line in sys.stdin:
        count, pause = map(int, line.split())
        took = []
        for number in range(count):
            took.append(step(commands[number % len(commands)]))
            time.sleep(pause / 1e6)
        print(*took, flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
