# SPDX-License-Identifier: BSD-2-Clause
"""Measures akin, its limits and its peers side by side, and prints one table.

Nothing here is a test: a slow or busy machine is no defect, so what counts are ratios of medians taken in turns.
Everything runs in network namespaces that exist only meanwhile; this computer's own rules are not touched.
"""

import argparse
import os
import signal
import sys
import time

import contestants
import sections
import table

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def arguments():
    parser = argparse.ArgumentParser(
        prog='tests/bench/run', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='sections:\n' + '\n'.join(f'  {name:12}{section.__doc__}' for name, section in sections.ALL.items()))
    parser.add_argument('sections', nargs='*', metavar='SECTION', help='all of them unless some are named')
    parser.add_argument('--quick', action='store_true', help='in a minute or two, and rougher')
    parser.add_argument('--build', metavar='DIR', default=os.path.join(TOP, 'build'), help='measure what is built here')
    parser.add_argument('--no-install', action='store_true', help='install no packages')
    chosen = parser.parse_args()
    unknown = set(chosen.sections) - set(sections.ALL)
    if unknown:
        parser.error(f'no section {", ".join(sorted(unknown))}; see --help')
    return chosen


def end(*_):
    """Being told to end is an exception like any other, so that everything is taken down on the way out."""
    raise SystemExit('told to end')


def main():
    chosen = arguments()
    if os.geteuid() != 0:
        sys.exit('tests/bench/run makes network namespaces: run it with sudo')
    contestants.BUILD = os.path.abspath(chosen.build)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)
    begin = time.monotonic()
    lines = []
    for name in chosen.sections or sections.ALL:
        print(f'{name}: {sections.ALL[name].__doc__}', flush=True)
        lines += sections.ALL[name](chosen.quick)
    print('\n' + table.show(lines))
    missed = sum(line.met is False for line in lines)
    judged = sum(line.met is not None for line in lines)
    print(f'\n{judged - missed} of {judged} targets met, {time.monotonic() - begin:.0f} s')


if __name__ == '__main__':
    main()
