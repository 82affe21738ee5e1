# SPDX-License-Identifier: BSD-2-Clause
"""How the tour looks: plain lines, a little colour on a terminal."""

import os
import sys
import textwrap
import time

WIDTH = 100
BOLD, DIM, GREEN, RED = '1', '2', '32', '1;31'


class Wrong(Exception):
    """A step found something else than it should have; the message is what it found."""


class Show:
    """Prints chapters, commands and steps, and counts the steps."""

    def __init__(self, out=sys.stdout):
        self._out = out
        out.reconfigure(encoding='utf-8', line_buffering=True)
        self._colour = out.isatty() and not os.environ.get('NO_COLOR') and os.environ.get('TERM') != 'dumb'
        self._begin = time.monotonic()
        self.steps = self.failed = 0

    def line(self, text=''):
        print(text, file=self._out)

    def chapter(self, title):
        self.line('\n' + self._painted(title, BOLD))

    def command(self, text):
        self.line(self._painted('  $ ' + text, DIM))

    def said(self, text):
        for line in text.rstrip().splitlines():
            self.line('    ' + line)

    def step(self, sentence, measure):
        """Does one step: what `measure` returns is its result; whatever it raises makes the step fail."""
        self.steps += 1
        try:
            self._result('✓', GREEN, sentence, measure())
        except Exception as error:  # the tour goes on, and ends with exit code 1
            self.failed += 1
            self._result('✗', RED, sentence, str(error) or type(error).__name__)

    def end(self):
        """The last word: whether everything held."""
        took = f'{time.monotonic() - self._begin:.1f} seconds'
        if self.failed:
            self.line('\n' + self._painted(f'{self.failed} of {self.steps} steps failed, in {took}.', RED))
        else:
            self.line('\n' + self._painted(f'All {self.steps} steps held, in {took}.', GREEN))

    def _result(self, mark, colour, sentence, result):
        lines = textwrap.wrap(f'{sentence} … {result}', WIDTH - 4) or ['']
        self.line('  ' + self._painted(mark, colour) + ' ' + '\n    '.join(lines))

    def _painted(self, text, colour):
        return f'\033[{colour}m{text}\033[0m' if self._colour else text


def milliseconds(seconds):
    return f'{seconds * 1000:.1f} ms' if seconds < 0.1 else f'{seconds * 1000:.0f} ms'


def listed(words):
    """a, b and c, each once."""
    words = list(dict.fromkeys(words))
    return ' and '.join(filter(None, [', '.join(words[:-1]), words[-1]]))
