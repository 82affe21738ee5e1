# SPDX-License-Identifier: BSD-2-Clause
"""Where the tour plays: the lab's network, its servers, and the real helper in the laptop."""

import contextlib
import time

from helper import Failed, Helper
from lab import LAN_A, Lab
from show import Wrong

PICTURE = '''
    vm1 192.168.56.101 ─┬─ vboxnet0 ─┐          ┌─ en0 198.51.100.2 ─┬─ neighbour, a stranger on the Wi-Fi
    vm2 192.168.56.102 ─┘            ├─ laptop ─┤                    │
    vm3 192.168.57.103 ─── vboxnet1 ─┘          └─ en1 203.0.113.2 ──┴─ internet 192.0.2.80: web, mail, names
'''
SOMEBODY_ELSES = 'table inet somebody-elses { set ports { type inet_service; elements = { 1, 2, 3 }; }; }\n'
WEB, MAIL, DNS, BACKUP = 80, 993, 53, 8080
AND_BACK = f'ip link set en0 up && ip route add default via {LAN_A.at(1).four} dev en0 metric 100'


@contextlib.contextmanager
def network():
    """The network with its servers, still without akin."""
    with Lab() as lab:
        lab.laptop.nft(SOMEBODY_ELSES)
        for proto, port in (('tcp', WEB), ('tcp', MAIL), ('tcp', DNS), ('udp', DNS)):
            lab.internet.listen(proto, port)
        lab.laptop.listen('tcp', 22)
        lab.laptop.listen('tcp', BACKUP)
        for machine in (lab.vm1, lab.vm2):
            machine.listen('tcp', BACKUP)
        yield lab


class Akin:
    """The helper, and akinctl as one would type it."""

    def __init__(self, show, lab):
        self._show = show
        self.helper = Helper(lab)

    def ctl(self, *arguments, quiet=False):
        """Shows and runs one command; what it said, and after how many seconds it was done."""
        if not quiet:
            self._show.command('akinctl ' + ' '.join(arguments))
        begin = time.monotonic()
        done = self.helper.ctl(*arguments, check=False)
        took = time.monotonic() - begin
        if done.returncode != 0:
            raise Wrong(f'akinctl {" ".join(arguments)}: exit {done.returncode}: {done.stderr.strip()}')
        return done.stdout.strip(), took

    def left_behind(self):
        """What the kernel holds now that it did not hold before the helper came; how much was compared."""
        try:
            self.helper.check_no_trace()
        except Failed as error:
            raise Wrong(str(error)) from error
        _, switches = self.helper.before
        return f'the ruleset and {len(switches)} kernel switches are as before'
