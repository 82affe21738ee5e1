#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The suites of ./tests/run: builds, runs them, counts every test, keeps every report.

Each program speaks TAP.  What it announced and did not run counts as failed, and so does a sanitizer's report.
"""

import argparse
import concurrent.futures
import functools
import glob
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import typing
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULT = re.compile(r'(not )?ok\b\s*\d*\s*(?:- )?(.*?)(?:\s*# SKIP\s*(.*))?$', re.IGNORECASE)
PLAN = re.compile(r'1\.\.(\d+)\s*(?:# SKIP\s*(.*))?$', re.IGNORECASE)
LIVE_LIMIT = 900  # seconds for one file of tests
SLOWER = 5  # times, with sanitizers
GRACE = 10
# Run by nohup or in the background, this program ignores signals that a test sends to its own.
HEARS_SIGNALS = ('env', '--default-signal=INT,HUP,QUIT')
NEEDS_ROOT = ('live', 'desktop')
ALONE = ('live/lab', 'live/switching')  # they count packets at high rates, and feel pauses of milliseconds
SUITES = {
    'style': 'the sources, as machines judge them',
    'arrows': 'the includes that the build must refuse',
    'clang': 'a second compiler, warnings as errors',
    'unit': 'pure code and golden ruleset texts',
    'live': 'real packets, between network namespaces and with a real virtual machine',
    'desktop': 'the icon, the menu, the window and notifications, on a real desktop without a screen',
}


@dataclass
class Outcome:
    """What became of the tests of one program."""

    passed: int = 0
    failed: list = field(default_factory=list)  # (name, what it said)
    skipped: list = field(default_factory=list)  # (name, reason)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f'{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped'


def read_tap(output, ending):
    """Counts what a program reported; `ending` says how it ended, None for well."""
    outcome, planned, told, said, failing = Outcome(), None, 0, [], None
    for line in output.splitlines():
        if plan := PLAN.match(line):
            planned = int(plan[1])
        elif result := RESULT.match(line):
            told += 1
            bad, name, reason = result.groups()
            said = after_failure(outcome, said) if failing else said
            failing = bad
            if bad:
                outcome.failed.append((name, '\n'.join(said)))
            elif reason is not None:
                outcome.skipped.append((name, reason))
            else:
                outcome.passed += 1
            said = []
        else:
            said.append(line)
    tail = '\n'.join((after_failure(outcome, said) if failing else said) + ([ending] if ending else []))
    if planned is None:
        outcome.failed.append(('the program', f'announced no tests\n{tail}'))
    for number in range(told + 1, (planned or 0) + 1):
        outcome.failed.append((f'test {number}', 'was announced and not run' + (f'\n{tail}' if tail else '')))
        tail = ''
    if ending and not outcome.failed:
        outcome.failed.append(('the program', tail))
    return outcome


def after_failure(outcome, said):
    """What a fixture said after a failure, up to the next comment, goes with it; the rest is returned."""
    own = list(itertools.takewhile(lambda line: not line.startswith('#'), said))
    name, text = outcome.failed[-1]
    outcome.failed[-1] = (name, '\n'.join([text, *own]))
    return said[len(own):]


@dataclass
class Job:
    """Some tests of a suite that are run by one program; `run` returns their Outcome."""

    name: str
    run: typing.Callable[[], Outcome]


class Run:
    """One run of some suites, in one build folder."""

    def __init__(self, options):
        self.only = options.only
        self.sanitize = options.sanitize
        self.build = os.path.join(ROOT, 'build-sanitize' if self.sanitize else 'build')
        self.reports = os.path.join(self.build, 'reports')
        self.environment = self._environment()
        self.total = Outcome()
        self.under_way = set()

    def prepare(self):
        """Builds; false if there is nothing to test."""
        shutil.rmtree(self.reports, ignore_errors=True)
        sanitizers = ['-Db_sanitize=address,undefined', '-Db_lundef=false'] if self.sanitize else []
        self._show(os.path.basename(self.build), self._build(self.build, '-Dwerror=true', *sanitizers), count=False)
        os.makedirs(self.reports, exist_ok=True)
        return not self.total.failed

    def suites(self, names):
        """Side by side, the long ones first: each has networks and a desktop of its own, and mostly waits."""
        jobs = [job for name in sorted(names, key=lambda name: name not in NEEDS_ROOT)
                for job in getattr(self, '_' + name)()]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            running = [pool.submit(self._time, job) for job in jobs if job.name not in ALONE]
            try:
                for done in concurrent.futures.as_completed(running):
                    self._show(*done.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._end_all()
                raise
        for job in jobs:
            if job.name in ALONE:
                self._show(*self._time(job))

    @staticmethod
    def _time(job):
        """What to show of a job."""
        begin = time.monotonic()
        return job.name, job.run(), time.monotonic() - begin

    def _style(self):
        return [self._python('style', 'tests/style.py')]

    def _arrows(self):
        return [self._python('arrows', 'tests/arrows.py')]

    def _clang(self):
        # It is asked what it thinks of the sources, for which it need not do its best.
        return [Job('clang', lambda: self._build(os.path.join(ROOT, 'build-clang'), '-Dwerror=true',
                                                 '-Doptimization=0', CC='clang'))]

    def _unit(self):
        listed = subprocess.run(['meson', 'introspect', '--tests', self.build], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, env=self.environment, check=True)
        programs = json.loads(listed.stdout)
        if not programs:
            return [Job('unit', lambda: Outcome(failed=[('unit', 'tests/meson.build registers no test')]))]
        return [self._unit_program(program) for program in programs]

    def _unit_program(self, program):
        command = program['cmd'] + ([] if '--tap' in program['cmd'] else ['--tap'])
        limit = program['timeout'] * (SLOWER if self.sanitize else 1)
        return self._job(f'unit/{program["name"]}', command, limit, program['workdir'] or self.build, program['env'])

    def _live(self):
        return self._files('live')

    def _desktop(self):
        return self._files('desktop')

    def _files(self, folder):
        paths = sorted(glob.glob(os.path.join(ROOT, 'tests', folder, 'test_*.py')))
        return [self._python(f'{folder}/' + os.path.basename(path)[5:-3], path) for path in paths]

    def _python(self, name, path):
        only = ['--only', self.only] if self.only else []
        command = ['/usr/bin/python3', 'tests/tap.py', path, *only]
        return self._job(name, command, LIVE_LIMIT, ROOT)

    def _job(self, name, *program):
        return Job(name, functools.partial(self._program, name, *program))

    def _program(self, name, command, limit, folder, environment=None):
        """Runs a program that speaks TAP, in a group of its own so that nothing of it is left behind."""
        environment = self.environment | self._sanitizer_options(name) | (environment or {})
        with subprocess.Popen([*HEARS_SIGNALS, *command], cwd=folder, env=environment,
                              text=True, errors='replace', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True) as process:
            self.under_way.add(process)
            try:
                output, _ = process.communicate(timeout=limit)
                ending = process.returncode and f'the program ended with exit code {process.returncode}'
            except subprocess.TimeoutExpired:
                output, ending = self._end(process), f'the program was ended after {limit} seconds'
            except BaseException:
                self._end(process)
                raise
            finally:
                self.under_way.discard(process)
        outcome = read_tap(output, ending)
        outcome.failed += self._sanitizer_reports(name)
        return outcome

    @staticmethod
    def _end(process):
        """Told to end, so that it takes its network down; killed if it does not."""
        process.terminate()
        try:
            return process.communicate(timeout=GRACE)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.communicate()[0]

    def _end_all(self):
        """The same for whatever runs; what they said is for their own threads to read."""
        for process in list(self.under_way):
            process.terminate()
        deadline = time.monotonic() + GRACE
        while self.under_way and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in list(self.under_way):
            os.killpg(process.pid, signal.SIGKILL)

    def _report_path(self, name):
        """Where sanitizers write, with the number of a process behind it."""
        return os.path.join(self.reports, name.replace('/', '-'))

    def _sanitizer_reports(self, name):
        found = []
        for path in sorted(glob.glob(self._report_path(name) + '.*')):
            with open(path, errors='replace') as file:
                found.append(('a sanitizer', file.read()))
            os.unlink(path)
        return found

    def _build(self, folder, *options, **environment):
        done = subprocess.run([os.path.join(ROOT, 'helper', 'build'), folder, *options], capture_output=True, text=True,
                              env=self.environment | environment, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            return Outcome(failed=[('the build', done.stdout + done.stderr)])
        return Outcome(passed=1)

    def _show(self, name, outcome, took=None, count=True):
        if count or outcome.failed:
            self.total.add(outcome)
        elif not outcome.failed:
            return
        time_taken = '' if took is None else f'{took:7.1f} s'
        print(f'{"✗" if outcome.failed else "✓"} {name:24} {str(outcome):36} {time_taken}', flush=True)
        for test, text in outcome.failed:
            print(f'\n  ✗ {test}')
            print(''.join(f'    {line.removeprefix("# ")}\n' for line in text.strip().splitlines()), flush=True)
        for test, reason in outcome.skipped:
            print(f'  - {test}: skipped: {reason}', flush=True)

    def _environment(self):
        changes = {
            'AKIN_BUILD': self.build,
            'PATH': '/usr/sbin:/usr/bin:/sbin:/bin:' + os.environ.get('PATH', ''),
            'LC_ALL': 'C.UTF-8',
            'PYTHONDONTWRITEBYTECODE': '1',
            'PYTHONUNBUFFERED': '1',
        }
        return {**os.environ, **changes}

    def _sanitizer_options(self, name):
        reports = f'log_path={self._report_path(name)}:' if self.sanitize else ''
        return {
            'ASAN_OPTIONS': reports + 'detect_leaks=1:halt_on_error=1:detect_stack_use_after_return=1',
            'LSAN_OPTIONS': f'suppressions={ROOT}/tests/leaks-of-others.txt:print_suppressions=0',
            'UBSAN_OPTIONS': reports + 'print_stacktrace=1:halt_on_error=1',
        }


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog='tests/run', formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        description='Installs what tests need, builds with warnings as errors, and runs all suites or some.',
        epilog='suites:\n' + '\n'.join(f'  {name:8}{what}' for name, what in SUITES.items())
        + '\n\nexit: 0 all passed, 1 something failed (with CI=true in the environment: or was skipped), 2 usage')
    parser.add_argument('--sanitize', action='store_true', help='with AddressSanitizer and UBSan, in build-sanitize/')
    parser.add_argument('--no-install', action='store_true', help='install no packages')
    parser.add_argument('--only', metavar='WORD', default='', help='of the Python tests, those with WORD in the name')
    parser.add_argument('suites', metavar='SUITE', nargs='*')
    options = parser.parse_args(arguments)
    unknown = [name for name in options.suites if name not in SUITES]
    if unknown:
        parser.error(f'there is no suite {unknown[0]}; the suites are {", ".join(SUITES)}')
    options.suites = [name for name in SUITES if name in (options.suites or SUITES)]
    return options


def main(arguments):
    options = parse(arguments)
    needs = [name for name in options.suites if name in NEEDS_ROOT]
    if needs and os.geteuid() != 0:
        print(f'tests/run: only root can make network namespaces, for {", ".join(needs)}; try it with sudo, '
              f'or run some suites: tests/run --no-install style arrows clang unit', file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin, run = time.monotonic(), Run(options)
    try:
        if run.prepare():
            run.suites(options.suites)
    except KeyboardInterrupt:
        run.total.failed.append(('all', 'interrupted'))
        print('interrupted: what comes after this was not run')
    print(f'\n{time.monotonic() - begin:.0f} seconds\n{run.total}', flush=True)
    return 1 if run.total.failed or (os.environ.get('CI') == 'true' and run.total.skipped) else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
