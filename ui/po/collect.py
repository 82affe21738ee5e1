#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes catalogue.h: the titles and explanations of the helper's services, to be translated.

The helper speaks English to everybody; the application translates what it shows. xgettext does
not read the catalogue, so its texts are put where it does.
"""

import configparser
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
CATALOGUE = HERE.parent.parent / "helper" / "policy" / "catalogue.ini"
HEAD = """/* SPDX-License-Identifier: BSD-2-Clause */
/* Written by collect.py from helper/policy/catalogue.ini. Nothing includes it. */
"""


def text():
    """The whole of catalogue.h, each string once, in the order of the catalogue."""
    catalogue = configparser.ConfigParser(interpolation=None)
    catalogue.read(CATALOGUE, encoding="utf-8")
    strings = [catalogue[name][key] for name in catalogue.sections() for key in ("title", "about")
               if key in catalogue[name]]
    lines = [f"N_({json.dumps(string, ensure_ascii=False)})" for string in dict.fromkeys(strings)]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(text())
    else:
        (HERE / "catalogue.h").write_text(text(), encoding="utf-8")
