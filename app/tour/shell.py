# SPDX-License-Identifier: BSD-2-Clause
"""A shell in the tour's laptop, with akinctl and the other hosts at one's fingertips."""

import os
import shlex
import signal
import subprocess

from helper import AKINCTL
from lab import INTERNET, LAPTOP, VM1
from stage import AND_BACK, BACKUP, PICTURE

WELCOME = f'''{PICTURE}
This shell is in the laptop. `vm1`, `vm2`, `neighbour` and `internet` before a command run it there. Try:

  akinctl status
  vm1 ping -c 1 {INTERNET.four}             a machine pings the internet
  vm1 curl -i http://{INTERNET.four}/       loads a page; Source: is whom the server saw
  akinctl deny http --out              … and again: refused at once
  akinctl explain out tcp 80
  akinctl forward add tcp 80 {VM1.four}:{BACKUP}
  neighbour curl -i http://{LAPTOP.four}/   from outside to vm1
  ip link set en0 down                 then: akinctl nic
  {AND_BACK}
  akinctl help                         all the rest

`exit` takes the whole network down again.
'''
RC = '''
PS1='akin tour, laptop \\w # '
. {completion}
'''


def run(show, lab, akin):
    """Until the person leaves; her exit code is her own business."""
    folder = os.path.join(akin.helper.folder, 'bin')
    os.mkdir(folder)
    _script(folder, 'akinctl', [AKINCTL, '--socket', akin.helper.socket], 'help')
    for name, host in lab.hosts.items():
        _script(folder, name, ['ip', 'netns', 'exec', host.namespace], 'bash')
    rc = os.path.join(folder, '.rc')
    completion = os.path.join(os.path.dirname(__file__), '..', 'ctl', 'akinctl.bash-completion')
    with open(rc, 'w', encoding='utf-8') as file:
        file.write(RC.format(completion=shlex.quote(os.path.abspath(completion))))
    show.line(WELCOME)
    _shell(lab, rc, {**os.environ, 'PATH': folder + ':' + os.environ['PATH']})
    show.line('\nThe tour’s network is taken down.')


def _shell(lab, rc, environment):
    """In our own terminal and process group; Ctrl-C is for what runs in it, not for us."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        command = ['ip', 'netns', 'exec', lab.laptop.namespace, 'bash', '--noprofile', '--rcfile', rc]
        subprocess.run(command, env=environment, check=False)
    finally:
        signal.signal(signal.SIGINT, before)


def _script(folder, name, command, otherwise):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'#!/bin/sh\n[ $# -gt 0 ] || set -- {otherwise}\nexec {shlex.join(command)} "$@"\n')
    os.chmod(path, 0o755)
