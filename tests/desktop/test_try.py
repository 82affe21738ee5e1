# SPDX-License-Identifier: BSD-2-Clause
"""The tour where there is a display: the icon and the window are there as long as its network."""

import os
import pty
import select
import subprocess
import time
import unittest

from driver import SLOW, Screen, open_desktop
from helper import BUILD, wait_for
from session import end

TRY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'app', 'try')
LIMIT = 60 * SLOW


def setUpModule():
    global desktop
    desktop = open_desktop()


class Tour(unittest.TestCase):
    def setUp(self):
        person, self.terminal = pty.openpty()
        self.addCleanup(os.close, person)
        self.person = person
        environment = {**os.environ, **desktop.environment, 'AKIN_BUILD': BUILD}
        self.tour = subprocess.Popen([TRY], env=environment, cwd='/', stdin=self.terminal, stdout=self.terminal,
                                     stderr=self.terminal, start_new_session=True)
        self.addCleanup(end, self.tour)
        os.close(self.terminal)
        self.shown = ''

    def read_until(self, words):
        """What the terminal shows, up to these words."""
        deadline = time.monotonic() + LIMIT
        while words not in self.shown and time.monotonic() < deadline:
            if select.select([self.person], [], [], 1)[0]:
                self.shown += os.read(self.person, 65536).decode(errors='replace')
        self.assertIn(words, self.shown)

    def test_the_icon_stays_until_the_person_goes_on(self):
        screen = Screen(desktop)
        self.read_until('Press Enter')
        self.assertTrue(wait_for(screen.tray_icon, 'the icon of the tour'))
        window = wait_for(lambda: _window('akin – Overview'), 'the window of the tour')
        screen.still('tour', window)
        os.write(self.person, b'\n')
        self.read_until('steps held')
        self.assertEqual(self.tour.wait(LIMIT), 0)
        wait_for(lambda: not _window('akin – Overview'), 'the end of the window')


def _window(title):
    """The number of the window of this title, None if there is none."""
    found = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', f'^{title}$'], text=True,
                           env=desktop.environment, capture_output=True)
    return found.stdout.split()[0] if found.stdout else None


if __name__ == '__main__':
    unittest.main()
