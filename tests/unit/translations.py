#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every sentence that people read is collected, and every translation is complete.

Usage: translations.py SOURCE_DIR. Speaks TAP. Needs xgettext, msgfmt and msgcmp.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(sys.argv[1])
PO = SOURCE / "ui" / "po"
KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "ngettext:1,2", "g_dngettext:2,3"]


def listed():
    """The files of POTFILES.in, as written there."""
    lines = (PO / "POTFILES.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def marked():
    """The files below app/ and ui/ that have something to translate."""
    calls = re.compile(r"\b(?:_|N_|C_|NC_|ngettext|g_dngettext)\(")
    found = [path for path in (SOURCE / "app").rglob("*.c") if calls.search(path.read_text("utf-8"))]
    found += [path for path in (SOURCE / "ui").glob("*.ui")
              if 'translatable="yes"' in path.read_text("utf-8")]
    found += (SOURCE / "ui").glob("*.in")
    return {str(path.relative_to(SOURCE)) for path in found} | {"ui/po/catalogue.h"}


def run(*command):
    """What the command says when it fails, or None."""
    result = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False)
    return None if result.returncode == 0 else result.stdout + result.stderr


def check_list():
    """A file that is not listed is never translated."""
    different = marked() ^ set(listed())
    return f"POTFILES.in differs: {sorted(different)}" if different else None


def check_catalogue():
    """The helper's catalogue is what catalogue.h was made from."""
    made = subprocess.run([sys.executable, PO / "collect.py", "--print"], capture_output=True,
                          text=True, encoding="utf-8", check=True).stdout
    same = made == (PO / "catalogue.h").read_text(encoding="utf-8")
    return None if same else "catalogue.h is old: run ui/po/collect.py"


def check_cut():
    """xgettext ends a string at a macro, and its translation is never found."""
    cut = re.compile(r'\b(?:_|ngettext|g_dngettext)\([^()]*"\s*(?:G_G\w+|PRI\w+)')
    found = [name for name in listed()
             if name.endswith(".c") and cut.search((SOURCE / name).read_text("utf-8"))]
    return f"a macro within a sentence in {found}" if found else None


def check_language(language, template):
    """No sentence is missing, none is vague, and formats agree."""
    po = PO / f"{language}.po"
    return (run("msgfmt", "--check-format", "--output-file=/dev/null", po)
            or run("msgcmp", po, template))


def main():
    """Runs the checks; exit status 1 if any fails."""
    lines = (PO / "LINGUAS").read_text(encoding="utf-8").splitlines()
    languages = [word for line in lines if not line.startswith("#") for word in line.split()]
    with tempfile.TemporaryDirectory() as folder:
        template = pathlib.Path(folder) / "akin.pot"
        collected = run("xgettext", "--from-code=UTF-8", "--output", template,
                        "--files-from", PO / "POTFILES.in",
                        *[f"--keyword={keyword}" for keyword in KEYWORDS])
        checks = [("sentences are collected", collected), ("files are listed", check_list()),
                  ("catalogue is listed", check_catalogue()), ("sentences are whole", check_cut())]
        checks += [(f"{language} is complete", check_language(language, template))
                   for language in languages]
    print(f"1..{len(checks)}")
    for number, (name, complaint) in enumerate(checks, 1):
        print(f"{'not ok' if complaint else 'ok'} {number} {name}")
        if complaint:
            print("\n".join(f"# {line}" for line in complaint.splitlines()[:20]))
    return 1 if any(complaint for _, complaint in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
