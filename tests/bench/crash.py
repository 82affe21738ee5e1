# SPDX-License-Identifier: BSD-2-Clause
"""The helper is killed at random moments while a service is switched: nothing promised is lost, nothing half done."""

import random
import subprocess
import time

import helper as live
from ground import Ground, Toggler

LONGEST = 0.06  # seconds for which it may toggle
STARTED = 2e6  # microseconds until it answers again


def _learn(ground):
    """What the policy file and the kernel are like with the service on and off."""
    known = {}
    for word, state in (('deny', 'denied'), ('allow', 'allowed')):
        ground.helper.ctl(word, 'http', '--out')
        known[state] = ground.helper.policy(), ground.kernel()
    return known


def _parses(ground):
    return subprocess.run([live.HELPER, '--check-config', ground.helper.config], capture_output=True).returncode == 0


def _kill_once(ground, tally, known, moment):
    """Whether it came through; what did not is noted."""
    toggler = Toggler(ground)
    toggler.begin()
    time.sleep(moment)
    ground.helper.kill()
    possible = toggler.end()
    policy, kernel = ground.helper.policy(), ground.kernel()
    state = next((name for name, (text, _) in known.items() if text == policy), None)
    wrong = {'the policy file does not parse': not _parses(ground),
             'the policy is neither the old nor the new one': state is None,
             'the rules are not whole': kernel not in [rules for _, rules in known.values()]}
    tally.lost += state is not None and state not in possible
    begin = time.monotonic()
    ground.helper.start()
    tally.waited(begin)
    if state:
        wrong['the next start did not resume'] = ground.kernel() != known[state][1]
        if state == 'denied':
            ground.helper.ctl('allow', 'http', '--out')
    for words, is_so in wrong.items():
        tally.notice(is_so, words)
    return not any(wrong.values()), toggler.count


def kills(quick):
    """kill -9 under toggles, and a new start"""
    count, chance = 30 if quick else 1000, random.Random(1)
    with Ground() as ground:
        known = _learn(ground)
        tally = ground.tally(kills.__doc__, count, others=False, most=STARTED)
        toggles = 0
        for _ in range(count):
            well, done = _kill_once(ground, tally, known, chance.uniform(0, LONGEST))
            tally.survived += well
            toggles += done
        tally.notice(toggles < count, f'only {toggles} toggles meanwhile')
        return tally.line()


# Delay is how long the next start took until it answered.
CASES = (kills,)
