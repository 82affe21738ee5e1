#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The arrows between folders (README, Layout): that the build cannot be made to go against them.

Asks the compiler itself, with the arguments that the build in AKIN_BUILD gives it for each folder.
"""

import glob
import json
import os
import shlex
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get('AKIN_BUILD', os.path.join(ROOT, 'build')))

# A folder, and those whose headers it may include directly; theirs come with them.
ARROWS = {
    'helper/api': (),
    'helper/policy': ('helper/api',),
    'helper/rules': ('helper/policy',),
    'helper/engines': ('helper/rules',),
    'helper/monitors': ('helper/policy',),
    'helper/controller': ('helper/engines', 'helper/monitors'),
    'helper/bus': ('helper/controller',),
    'helper': ('helper/bus',),
    'app/client': ('helper/api',),
    'app/ctl': ('app/client',),
    'app/indicator': ('app/client',),
    'app/preferences': ('app/client',),
    'app/notices': ('app/client',),
    'app': ('app/indicator', 'app/preferences', 'app/notices'),
}


def reachable(folder):
    return {folder}.union(*(reachable(next_one) for next_one in ARROWS[folder]))


def headers(folder):
    """The names of a folder's headers, the generated ones too."""
    found = glob.glob(f'{ROOT}/{folder}/*.h') + glob.glob(f'{BUILD}/{folder}/*.h')
    return sorted({os.path.basename(path) for path in found})


class Arrows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = {}
        with open(f'{BUILD}/compile_commands.json', encoding='utf-8') as file:
            for entry in json.load(file):
                path = os.path.normpath(os.path.join(entry['directory'], entry['file']))
                folder = os.path.relpath(os.path.dirname(path), ROOT)
                cls.commands.setdefault(folder, cls.compiler(entry))

    @staticmethod
    def compiler(entry):
        """The command without the file that it compiled and those that it wrote."""
        words = shlex.split(entry['command'])
        words = [word for word in words if word not in ('-c', '-MD', entry['file'])]
        for flag in ('-o', '-MF', '-MQ'):
            if flag in words:
                at = words.index(flag)
                del words[at:at + 2]
        return words

    def compile(self, folder, code, *flags):
        with tempfile.NamedTemporaryFile('w', suffix='.c') as file:
            file.write(code)
            file.flush()
            return subprocess.run([*self.commands[folder], *flags, file.name], cwd=BUILD,
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def folders(self):
        return [folder for folder in ARROWS if folder in self.commands]

    def test_every_folder_with_code_has_its_arrows(self):
        ours = {folder for folder in self.commands if folder.split('/')[0] in ('app', 'helper')}
        self.assertEqual(ours - set(ARROWS), set(), 'the table in tests/arrows.py does not know these')
        self.assertGreaterEqual(len(self.folders()), 10, 'where did the folders go?')

    def test_each_folder_sees_what_it_may_and_nothing_else(self):
        everywhere = {header: folder for folder in ARROWS for header in headers(folder)}
        probe = ''.join(f'#if __has_include("{header}")\n@{header}\n#endif\n' for header in everywhere)
        for folder in self.folders():
            with self.subTest(folder=folder):
                done = self.compile(folder, probe, '-E', '-P')
                self.assertEqual(done.returncode, 0, done.stderr)
                seen = {everywhere[line[1:]] for line in done.stdout.splitlines() if line.startswith('@')}
                self.assertEqual(seen, {other for other in reachable(folder) if headers(other)})

    def test_an_include_against_an_arrow_does_not_compile(self):
        for folder, header in (('app/client', 'policy.h'), ('helper/policy', 'rules.h'), ('helper/rules', 'engine.h'),
                               ('app/ctl', 'controller.h')):
            with self.subTest(folder=folder, header=header):
                done = self.compile(folder, f'#include "{header}"\n', '-fsyntax-only')
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(header, done.stderr)

    def test_an_include_along_an_arrow_does(self):
        for folder, header in (('app/client', 'names.h'), ('helper/rules', 'policy.h'), ('helper/engines', 'rules.h')):
            with self.subTest(folder=folder, header=header):
                done = self.compile(folder, f'#include "{header}"\n', '-fsyntax-only')
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == '__main__':
    unittest.main()
