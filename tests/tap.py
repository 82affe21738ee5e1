#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the unittest cases of one file and reports them as GTest does, in TAP, one line a test.

    tests/tap.py tests/live/test_lab.py [--only WORD]

Every test that the file holds gets a line, also those that a failing or skipping setUpClass kept from running.
"""

import importlib.util
import os
import sys
import unittest


class Reporter(unittest.TestResult):
    """Writes a line as soon as a test ended; its subtests are part of it."""

    def __init__(self, tests):
        super().__init__()
        self.failed = False
        self._left = {test.id(): test for test in tests}
        self._number = 0
        self._notes = []

    def startTest(self, test):
        super().startTest(test)
        self._notes = []

    def stopTest(self, test):
        super().stopTest(test)
        skipped = next((reason for skip, reason in self.skipped if skip is test), None)
        if test.id() in self._left:  # else its class has told about it
            self._report(test.id(), self._notes, skipped if not self._notes else None)

    def addError(self, test, err):
        super().addError(test, err)
        self._stop_if_told(err)
        self._failure(test, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failure(test, self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._stop_if_told(err)
            self._notes.append(f'{subtest.id()}\n{self._exc_info_to_string(err, test)}')

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._notes.append('succeeded, and is marked as one that cannot')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if not isinstance(test, unittest.TestCase):
            self._whole(test, [], reason)

    def finish(self):
        for name in list(self._left):
            self._report(name, ['was not run'], None)

    def _stop_if_told(self, err):
        """Whoever ends the program by a signal wants no more tests; unittest takes it for an error of this one."""
        if issubclass(err[0], SystemExit):
            self.stop()

    def _failure(self, test, text):
        if isinstance(test, unittest.TestCase):
            self._notes.append(text)
        else:  # setUpClass, setUpModule and their opposites
            self._whole(test, [text], None)

    def _whole(self, holder, notes, skipped):
        """A class or a file could not be set up: that is what became of each of its tests, or it is one more."""
        scope = holder.id().partition('(')[2].rstrip(')')
        names = [name for name in self._left if name.startswith(scope + '.')]
        for name in names or [holder.id()]:
            self._report(name, notes, skipped)
            notes = notes and ['as above']

    def _report(self, name, notes, skipped):
        self._left.pop(name, None)
        self._number += 1
        self.failed = self.failed or bool(notes)
        line = f'{"not ok" if notes else "ok"} {self._number} {name}'
        if skipped is not None:
            line += ' # SKIP ' + ' '.join(skipped.split())
        comment = ''.join(f'# {text}\n' for note in notes for text in note.rstrip().splitlines())
        sys.stdout.write(comment + line + '\n')
        sys.stdout.flush()


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def load(path):
    """The file as a module, with its own folder first on the path, as when it is run by itself."""
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main(path, only=''):
    tests = [test for test in flatten(unittest.defaultTestLoader.loadTestsFromModule(load(os.path.abspath(path))))
             if only in test.id()]
    print(f'1..{len(tests)}', flush=True)
    reporter = Reporter(tests)
    unittest.TestSuite(_by_class(tests)).run(reporter)
    reporter.finish()
    return 1 if reporter.failed else 0


def _by_class(tests):
    """The suite that unittest would make; a class is set up once because its tests follow each other."""
    return sorted(tests, key=lambda test: type(test).__module__ + type(test).__qualname__)


if __name__ == '__main__':
    arguments = [word for word in sys.argv[1:] if word != '--only']
    sys.exit(main(*arguments))
