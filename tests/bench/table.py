# SPDX-License-Identifier: BSD-2-Clause
"""What was measured, as tables: one line a comparison, with the target where the project set itself one; and one
line an attack or a fault, with what came of it."""

import dataclasses
import statistics


@dataclasses.dataclass
class Line:
    """A comparison.  `ratio` is judged by `target`: ('<=', 10), ('>=', 0.95); None: told for information."""

    HEADINGS = ('what', 'akin', 'against', 'has', 'ratio', 'target', 'met')
    what: str
    akin: str
    against: str = ''
    has: str = ''
    ratio: float = None
    target: tuple = None

    @property
    def met(self):
        if self.target is None:
            return None
        relation, bound = self.target
        return self.ratio <= bound if relation == '<=' else self.ratio >= bound

    def cells(self):
        return (self.what, self.akin, self.against, self.has,
                '' if self.ratio is None else f'{self.ratio:.3g}',
                '' if self.target is None else '{} {:g}'.format(*self.target),
                {None: '', True: 'yes', False: 'NO'}[self.met])


@dataclasses.dataclass
class Fault:
    """What came of something bad that was done `tried` times.  `lost` are changes that were said to be saved, or
    others' calls, that came to nothing; `leaked` are packets that got to a blocked port; `delay` is the longest wait
    of others, or until all was as it should be again, in microseconds, of which there may be `most`."""

    HEADINGS = ('attack or fault', 'tried', 'survived', 'lost', 'leaked', 'worst delay', 'most', 'met', 'amiss')
    what: str
    tried: int
    survived: int
    lost: int
    leaked: int
    delay: float
    most: float
    amiss: list = dataclasses.field(default_factory=list)

    @property
    def met(self):
        return (self.survived == self.tried and self.lost == 0 and self.leaked == 0 and self.delay <= self.most
                and not self.amiss)

    def cells(self):
        return (self.what, str(self.tried), str(self.survived), str(self.lost), str(self.leaked),
                duration(self.delay), duration(self.most), 'yes' if self.met else 'NO', '; '.join(self.amiss))


def show(lines):
    """A table as text for each kind of line, aligned."""
    kinds = dict.fromkeys(type(line) for line in lines)
    return '\n\n'.join(_show(kind, [line for line in lines if type(line) is kind]) for kind in kinds)


def _show(kind, lines):
    rows = [kind.HEADINGS, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(kind.HEADINGS))]
    rows.insert(1, tuple('-' * width for width in widths))
    return '\n'.join('  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def middle(numbers):
    """The median: what one meets, whatever else the machine did meanwhile."""
    return statistics.median(numbers)


def duration(microseconds):
    """Microseconds as a person reads them."""
    if microseconds < 1000:
        return f'{microseconds:.0f} us'
    return f'{microseconds / 1000:.{2 if microseconds < 10000 else 0}f} ms'


def in_turns(contestants, rounds):
    """Calls every contestant (name: function that returns a list of numbers) once a round, each round in another
    order, so that what the machine does otherwise meets all of them alike.  The numbers by name."""
    found = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            found[name] += contestants[name]()
    return found
