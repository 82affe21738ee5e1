#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a machine can say about the sources without running them."""

import ast
import functools
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = {'app', 'helper', 'ui', 'icons', 'tests', 'meson.build', 'README.md', 'LICENSE'}
NO_LICENCE_LINE = re.compile(r'^(LICENSE|README\.md|\.clang-format|\.gitignore|icons/.*)$|\.(json|png|po|pot)$')
# The systems' own files; the words stand between dashes or at an end: power-logind.c, engines-linux.c.
OF_A_SYSTEM = re.compile(r'(^|[-/])(linux|netlink|rtnetlink|logind|freebsd|devd|darwin|iokit|route|cocoa|bsd)[-.]')
SYSTEM_CONDITION = re.compile(r'^\s*#\s*(if|elif|ifdef|ifndef)\b.*__(linux__|FreeBSD__|APPLE__)', re.MULTILINE)
PYTHON_WIDTH = 120
MAN_PAGE = re.compile(r'\.[1578]$')


@functools.cache
def files():
    """Every file of the project, by its path from the top; what is built, what git keeps and fuzzers' input is not."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = os.path.relpath(folder, ROOT)
        folders[:] = [name for name in folders if name not in ('.git', '__pycache__', 'corpus')
                      and not (here == '.' and name.startswith('build'))]
        found += [os.path.normpath(os.path.join(here, name)) for name in names]
    return sorted(path for path in found if not path.endswith('.pyc'))


@functools.cache
def text(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def sources():
    return [path for path in files() if path.endswith(('.c', '.h'))]


def scripts(*interpreters):
    """Files whose first line names one of these."""
    first = re.compile(r'#!.*\b(' + '|'.join(interpreters) + r')\b')
    return [path for path in files() if not NO_LICENCE_LINE.search(path) and first.match(text(path))]


def python():
    return sorted({path for path in files() if path.endswith('.py')} | set(scripts('python3')))


class Style(unittest.TestCase):
    def check(self, *command):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, f'{command[0]} says:\n{done.stdout}{done.stderr}')

    def none(self, found, rule):
        self.assertEqual(list(found), [], rule)

    def test_the_top_level_is_fixed(self):
        entries = {name for name in os.listdir(ROOT) if not name.startswith(('.', 'build'))}
        self.none(sorted(entries - TOP), 'nothing else at the top')
        # A folder that is still empty is not in a clone.
        self.none(sorted(TOP - entries - {'ui', 'icons'}), 'these belong there')

    def test_every_file_names_its_licence(self):
        def named(path):
            return any('SPDX-License-Identifier: BSD-2-Clause' in line for line in text(path).splitlines()[:3])
        self.none((path for path in files() if not NO_LICENCE_LINE.search(path) and not named(path)),
                  'an SPDX line comes first')

    def test_c_is_formatted(self):
        self.check('clang-format', '--dry-run', '-Werror', *sources())

    def test_systems_differ_in_files_of_their_own(self):
        self.none((path for path in sources() if SYSTEM_CONDITION.search(text(path)) and not OF_A_SYSTEM.search(path)),
                  'one file for each system behind a contract header')

    def test_headers_are_found_through_the_build_alone(self):
        self.none((f'{path}: {line}' for path in sources() for line in text(path).splitlines()
                   if re.match(r'\s*#\s*include\s+"[^"]*/', line)), 'an include with a path goes past the arrows')

    def test_man_pages(self):
        pages = [path for path in files() if MAN_PAGE.search(path)]
        self.assertTrue(pages, 'no man page was found')
        self.check('mandoc', '-Tlint', '-Wwarning', *pages)

    def test_shell_scripts(self):
        found = scripts('sh', 'bash')
        for path in found:
            self.check('bash', '-n', path)
        self.check('shellcheck', *found)
        self.check('shellcheck', '--shell=bash', *(path for path in files() if path.endswith('.bash-completion')))

    def test_python(self):
        for path in python():
            ast.parse(text(path), path)
            self.none((f'{path}:{number}' for number, line in enumerate(text(path).splitlines(), 1)
                       if len(line) > PYTHON_WIDTH), f'no line is wider than {PYTHON_WIDTH}')

    def test_what_is_run_may_be_run(self):
        self.none((path for path in files() if not NO_LICENCE_LINE.search(path)
                   and text(path).startswith('#!') != os.access(os.path.join(ROOT, path), os.X_OK)),
                  'a first line #! and the right to run go together')

    def test_ends_of_lines(self):
        def clean(body):
            return not re.search(r'[ \t\r]$', body, re.MULTILINE) and (not body or body.endswith('\n'))
        self.none((path for path in files() if not NO_LICENCE_LINE.search(path) and not clean(text(path))),
                  'no white space at the end of a line, a newline at the end of a file')


if __name__ == '__main__':
    unittest.main()
