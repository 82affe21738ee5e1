# SPDX-License-Identifier: BSD-2-Clause
"""A folder whose programs stand in for those of another system."""

import pathlib
import subprocess
import tempfile
import unittest

SOURCES = pathlib.Path(__file__).resolve().parents[2]
SERVICE = SOURCES / 'helper' / 'service'


class Scene(unittest.TestCase):
    """A folder with programs of our own, which come first, and what they note there."""

    def setUp(self):
        self.world = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix='akin-services-')))
        (self.world / 'bin').mkdir()

    def program(self, name, text, folder='bin'):
        path = self.world / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\n{text}\n')
        path.chmod(0o755)

    def write(self, name, text):
        path = self.world / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        path = self.world / name
        return path.read_text() if path.exists() else ''

    def run_script(self, *command, **environment):
        environment |= {'PATH': f'{self.world}/bin:/usr/bin:/bin', 'WORLD': str(self.world)}
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
                              env=environment, check=False)
