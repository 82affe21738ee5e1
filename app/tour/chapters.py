# SPDX-License-Identifier: BSD-2-Clause
"""What the tour shows, in the order in which a person would ask for it."""

from lab import INTERNET, LAPTOP, LAPTOP_A, LAPTOP_B, NEIGHBOUR, VM1, VM2
from measure import goes_on, hears_nothing, is_refused, pings, reaches, soon
from show import Wrong, milliseconds
from stage import AND_BACK, BACKUP, DNS, MAIL, WEB


def before_akin(show, lab):
    show.chapter('Before akin')
    show.step('vm1 has no way out to the internet', lambda: hears_nothing(lab.vm1, INTERNET, WEB))
    show.step(f'a stranger on the Wi-Fi gets at port {BACKUP} of the laptop',
              lambda: reaches(lab.neighbour, LAPTOP, BACKUP))


def start(show, _, akin):
    show.chapter('akin starts')

    def headline():
        said, _ = akin.ctl('status')
        return said.splitlines()[0]
    show.step('the helper runs, and the firewall is in force', headline)


def machines(show, lab, _):
    show.chapter('Virtual machines, without a NAT engine each')
    show.step('vm1 and vm2 see each other: ping', lambda: pings(lab.vm1, VM2))
    show.step('vm1 and vm2 see each other: a web page', lambda: reaches(lab.vm2, VM1, BACKUP, seen=VM2))
    show.step('vm3, on a network of its own, is kept apart', lambda: is_refused(lab.vm3, VM1, BACKUP))
    show.step('vm1 loads a page from the internet, with the laptop’s address',
              lambda: reaches(lab.vm1, INTERNET, WEB, seen=LAPTOP_A))
    show.step('vm2 asks a name server', lambda: reaches(lab.vm2, INTERNET, DNS, 'udp', seen=LAPTOP_A))
    show.step('vm1 pings the internet', lambda: pings(lab.vm1, INTERNET))


def firewall(show, lab, _):
    show.chapter('A strict firewall in front of all of them')
    show.step(f'port {BACKUP} of the laptop is closed to the stranger now',
              lambda: hears_nothing(lab.neighbour, LAPTOP, BACKUP))
    show.step('ssh to the laptop is allowed, as the catalogue has it', lambda: reaches(lab.neighbour, LAPTOP, 22))
    show.step('the stranger knows the route to vm1, and does not get there',
              lambda: hears_nothing(lab.neighbour, VM1, BACKUP))
    show.step('tcp 4444, which no service allows, is refused on the way out',
              lambda: is_refused(lab.laptop, INTERNET, 4444))


def toggle(show, lab, akin):
    show.chapter('A toggle')
    held = [host.hold(address, WEB) for host in (lab.vm1, lab.laptop) for address in INTERNET]
    took = 0.0

    def denied():
        nonlocal took
        _, took = akin.ctl('deny', 'http', '--out')
        return is_refused(lab.vm1, INTERNET, WEB)
    show.step('vm1’s next web connection is refused at once', denied)
    show.step('so is the laptop’s own', lambda: is_refused(lab.laptop, INTERNET, WEB))
    show.step('connections that were open already go on', lambda: goes_on(held))
    show.step('fetching mail goes on as well', lambda: reaches(lab.vm1, INTERNET, MAIL))
    show.step('akin says why', lambda: akin.ctl('explain', 'out', 'tcp', str(WEB))[0])

    def allowed():
        akin.ctl('allow', 'http', '--out')
        return reaches(lab.vm1, INTERNET, WEB)
    show.step('and it is open again', allowed)
    show.step('a toggle takes, from typing the command to its end', lambda: milliseconds(took))
    for connection in held:
        connection.close()


def forward(show, lab, akin):
    show.chapter('A forward, below port 1024')

    def forwarded():
        akin.ctl('forward', 'add', 'tcp', str(WEB), f'{VM1.four}:{BACKUP}')
        return reaches(lab.neighbour, LAPTOP.four, WEB, seen=NEIGHBOUR.four)
    show.step(f'the stranger opens http://{LAPTOP.four}/ and gets vm1’s page', forwarded)
    show.step('so does the laptop itself', lambda: reaches(lab.laptop, LAPTOP.four, WEB))
    show.step('and vm2, at the same address', lambda: reaches(lab.vm2, LAPTOP.four, WEB))

    def removed():
        akin.ctl('forward', 'remove', 'tcp', str(WEB))
        return hears_nothing(lab.neighbour, LAPTOP.four, WEB)
    show.step('without the forward, nothing answers', removed)


def other_card(show, lab, akin):
    show.chapter('The laptop changes from one network card to the other')
    show.command('ip link set en0 down')

    def gone():
        lab.leave('en0')
        return soon(lambda: reaches(lab.vm1, INTERNET, WEB, seen=LAPTOP_B))
    show.step('vm1’s next connection goes out by en1', gone)
    show.step('akin noticed', lambda: soon(lambda: active_nic(akin, 'en1')))
    show.command(AND_BACK)

    def back():
        lab.join('en0')
        return soon(lambda: reaches(lab.vm1, INTERNET, WEB, seen=LAPTOP_A))
    show.step('en0 is back, and is used again', back)
    show.step('akin noticed that too', lambda: soon(lambda: active_nic(akin, 'en0')))


def active_nic(akin, expected):
    nic, _ = akin.ctl('nic', quiet=True)
    if nic != expected:
        raise Wrong(f'the active NIC is {nic}')
    return f'the active NIC is {nic}'


def panic(show, lab, akin):
    show.chapter('Panic')

    def silenced():
        akin.ctl('panic', 'on')
        found = [host.connect(address, WEB, timeout=0.3).verdict
                 for host in (lab.vm1, lab.laptop) for address in INTERNET]
        if 'open' in found:
            raise Wrong('something still gets out')
        return 'nothing gets out, of vm1 or of the laptop'
    show.step('one command cuts everything off from outside', silenced)
    show.step('the machines still see each other', lambda: reaches(lab.vm2, VM1, BACKUP))

    def over():
        akin.ctl('panic', 'off')
        return reaches(lab.vm1, INTERNET, WEB)
    show.step('and all is as it was', over)


def stop(show, lab, akin):
    show.chapter('Stop leaves no trace')

    def stopped():
        akin.ctl('stop')
        return akin.left_behind()
    show.step('everything of akin is out of the kernel', stopped)

    def ended():
        akin.helper.stop()
        return 'exit code 0, ' + akin.left_behind()
    show.step('the helper ends', ended)
    show.step('vm1 is where it was at the beginning', lambda: hears_nothing(lab.vm1, INTERNET, WEB))


ALL = (start, machines, firewall, toggle, forward, other_card, panic)
