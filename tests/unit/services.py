#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What starts and installs akin on FreeBSD and macOS, with stand-ins for the systems' own programs. Speaks TAP."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCES = pathlib.Path(__file__).resolve().parents[2]
SERVICE = SOURCES / 'helper' / 'service'

# Of rc.subr(8), what a script of rc.d needs to have one of its functions called.
RC_SUBR = """
load_rc_config() { :; }
run_rc_command() { "$1"; }
"""
# Notes every call; the main ruleset is in a file, and there may be one that makes it fail.
PFCTL = """
echo "pfctl $*" >>"$WORLD/calls"
case "$*" in
"-q -s rules") [ ! -e "$WORLD/fails" ] && cat "$WORLD/rules" ;;
"-q -s nat") cat "$WORLD/nat" ;;
esac
"""


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
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
                              env={'PATH': f'{self.world}/bin:/usr/bin:/bin', 'WORLD': str(self.world), **environment})


class RcScript(Scene):
    """akin.rc.in: what is done before the helper starts."""

    LOAD = 'pfctl -q -f /etc/pf.conf'

    def setUp(self):
        super().setUp()
        self.write('rc.subr', RC_SUBR)
        self.program('kldload', 'echo "kldload $*" >>"$WORLD/calls"')
        self.program('pfctl', PFCTL)
        self.write('rules', '')
        self.write('nat', '')
        text = (SERVICE / 'akin.rc.in').read_text()
        self.write('akin', text.replace('/etc/rc.subr', f'{self.world}/rc.subr'))

    def calls(self, akin_args):
        self.write('calls', '')
        done = self.run_script('/bin/sh', self.world / 'akin', 'akin_prestart', akin_args=akin_args)
        return done.returncode, self.read('calls').splitlines()

    def test_pf_is_loaded_for_pf_alone(self):
        for words in ('--engine pf', '--engine=pf', '--config /x --engine  pf', '--engine ipfw --engine pf'):
            with self.subTest(words):
                self.assertEqual(self.calls(words)[1][:1], ['kldload -nq pf'])
                self.assertEqual(self.calls(words)[1][-1:], [self.LOAD])
        for words in ('', '--engine ipfw', '--engine=ipfw', '--config /pf', '--config pf', '--engine pf --engine=ipfw'):
            with self.subTest(words):
                self.assertEqual(self.calls(words), (0, []))

    def test_a_main_ruleset_that_is_there_stays(self):
        for name, text in (('rules', 'pass all flags S/SA keep state\n'), ('nat', 'nat-anchor "mine" all\n')):
            with self.subTest(name):
                self.write(name, text)
                status, calls = self.calls('--engine pf')
                self.assertEqual(status, 0)
                self.assertNotIn(self.LOAD, calls)
                self.write(name, '')

    def test_a_main_ruleset_that_cannot_be_read_stays(self):
        self.write('fails', '')
        status, calls = self.calls('--engine pf')
        self.assertNotEqual(status, 0)
        self.assertNotIn(self.LOAD, calls)

    def test_what_starts_it_names_it(self):
        """As akinctl says when there is no helper; onestart also works where akin_enable is not YES."""
        said = (SOURCES / 'app' / 'client' / 'meson.build').read_text()
        self.assertIn("'freebsd': 'sudo service akin onestart'", said)
        self.assertIn('\nname=akin\n', (SERVICE / 'akin.rc.in').read_text())


if __name__ == '__main__':
    sys.path.insert(0, str(SOURCES / 'tests'))
    import tap
    sys.exit(tap.main(__file__))
