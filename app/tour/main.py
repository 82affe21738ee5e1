# SPDX-License-Identifier: BSD-2-Clause
"""The tour: ./app/try starts it, once everything is built."""

import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, '..', '..', 'tests', 'live')]

import chapters  # noqa: E402
import icon  # noqa: E402
import shell  # noqa: E402
import stage  # noqa: E402
from helper import Failed  # noqa: E402
from show import Show  # noqa: E402

INTERRUPTED = 130


def tour(show):
    """All chapters; if one went wrong, what the helper had to say."""
    show.line('akin, the tour. Real packets, in a network that exists only here:')
    show.line(stage.PICTURE.rstrip())
    with stage.network() as lab:
        chapters.before_akin(show, lab)
        akin = stage.Akin(show, lab)
        try:
            with akin.helper:
                with icon.in_panel(show, akin.helper) as linger:
                    for chapter in chapters.ALL:
                        chapter(show, lab, akin)
                    linger()
                chapters.stop(show, lab, akin)
        except Failed as error:
            show.step('the helper has nothing to complain about', lambda: _raise(error))
    show.end()
    if show.failed:
        show.chapter('What the helper said')
        show.said(akin.helper.log)
        return 1
    show.line('\nTry it by hand:\n'
              '  sudo ./app/try shell      the same network, and a shell in the laptop\n'
              '  sudo ./helper/install     akin on this computer')
    return 0


def by_hand(show):
    with stage.network() as lab:
        akin = stage.Akin(show, lab)
        try:
            with akin.helper, icon.in_panel(show, akin.helper):
                shell.run(show, lab, akin)
        except Failed as error:  # what is left of a network that a person played with is no fault
            show.line(f'(at its end: {error})')
    return 0


def interrupt(*_):
    """The first Ctrl-C ends the tour; more of them must not end the tidying up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _raise(error):
    raise error


def main(arguments):
    signal.signal(signal.SIGINT, interrupt)
    show = Show()
    try:
        return by_hand(show) if arguments == ['shell'] else tour(show)
    except KeyboardInterrupt:
        show.line('\nInterrupted; everything is taken down again.')
        return INTERRUPTED
    except (OSError, RuntimeError) as error:  # no network for the tour, and so nothing to show
        print(f'app/try: {error}', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
