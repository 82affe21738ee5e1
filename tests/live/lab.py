# SPDX-License-Identifier: BSD-2-Clause
"""A network that exists only while a test, or the tour, runs: one laptop with VMs, between two uplinks.

                          vboxnet0 +-- vm1
        neighbour                  +-- vm2
            |         en0  |       :
        ( switch ) ------ laptop --+ vboxnet1 --- vm3
            |                |
            | LAN A          | en1, LAN B
            +--- internet ---+
                    |    \\___ INTERNET: "the web", reached through either uplink
                    | mtu 1400
                   far

Every host is a network namespace, every line a veth pair made inside them; the computer's own rules, sysctls
and links are never touched.  `internet` has no route to the VM networks: a packet that leaves without NAT gets
no answer.  `neighbour` has one, through the laptop: it is the attacker on the same Wi-Fi.
"""

import collections
import contextlib
import itertools
import json
import os
import signal
import threading
import time

import namespaces
from hosts import Host

Address = collections.namedtuple('Address', 'four six')


class Subnet(collections.namedtuple('Subnet', 'prefix4 prefix6')):
    """A /24 and a /64 that share one link; `at(9)` is the pair of addresses of its host number 9."""

    def at(self, number):
        return Address(f'{self.prefix4}{number}', f'{self.prefix6}{number}')

    @property
    def four(self):
        return self.prefix4 + '0/24'

    @property
    def six(self):
        return self.prefix6 + '/64'


LAN_A = Subnet('198.51.100.', '2001:db8:a::')
LAN_B = Subnet('203.0.113.', '2001:db8:b::')
VMNET0 = Subnet('192.168.56.', 'fd00:56::')
VMNET1 = Subnet('192.168.57.', 'fd00:57::')
REMOTE = Subnet('192.0.2.', '2001:db8:f::')

LAPTOP = LAPTOP_A = LAN_A.at(2)
LAPTOP_B = LAN_B.at(2)
GATEWAY0 = VMNET0.at(1)  # the laptop, as its VMs see it
GATEWAY1 = VMNET1.at(1)
VM1 = VMNET0.at(101)
VM2 = VMNET0.at(102)
VM3 = VMNET1.at(103)
GUEST = VMNET0.at(150)  # the real virtual machine of guest.py
NOBODY = LAN_A.at(77)  # an address of LAN A that no host has
NEIGHBOUR = LAN_A.at(9)
FAR = REMOTE.at(200)
INTERNET = Address('192.0.2.80', '2001:db8:80::80')
INTERNET4, INTERNET6 = INTERNET

# Who sits where: host -> its link -> the address there.  A host's first address is its `address4`/`address6`.
LINKS = {
    'laptop': {'en0': LAPTOP_A, 'en1': LAPTOP_B, 'vboxnet0': GATEWAY0, 'vboxnet1': GATEWAY1},
    'switch': {},
    'internet': {'lo': INTERNET, 'lana': LAN_A.at(1), 'lanb': LAN_B.at(1), 'far': REMOTE.at(1)},
    'neighbour': {'eth0': NEIGHBOUR},
    'far': {'eth0': FAR},
    'vm1': {'eth0': VM1},
    'vm2': {'eth0': VM2},
    'vm3': {'eth0': VM3},
}
BRIDGES = {'laptop': ['vboxnet0', 'vboxnet1'], 'switch': ['lan']}
# Cables: (host, link) to (host, link), the bridge that the first end is plugged into, and the MTU.
CABLES = [
    ('switch', 'port1', 'laptop', 'en0', 'lan', 1500),
    ('switch', 'port2', 'internet', 'lana', 'lan', 1500),
    ('switch', 'port3', 'neighbour', 'eth0', 'lan', 1500),
    ('internet', 'lanb', 'laptop', 'en1', None, 1500),
    ('internet', 'far', 'far', 'eth0', None, 1400),
    ('laptop', 'tap1', 'vm1', 'eth0', 'vboxnet0', 1500),
    ('laptop', 'tap2', 'vm2', 'eth0', 'vboxnet0', 1500),
    ('laptop', 'tap3', 'vm3', 'eth0', 'vboxnet1', 1500),
]

# far announces the segment size of an ordinary link, so that only path MTU discovery can find the narrow one.
UNAWARE4, UNAWARE6 = 'advmss 1460', 'advmss 1440'

ROUTES = {  # destination, gateway, link, the rest for IPv4 and for IPv6
    'laptop': [('default', LAN_A.at(1), 'en0', 'metric 100', 'metric 100'),
               ('default', LAN_B.at(1), 'en1', 'metric 200', 'metric 200')],
    'neighbour': [('default', LAN_A.at(1), 'eth0', '', ''),
                  (VMNET0, LAPTOP_A, 'eth0', '', ''),
                  (VMNET1, LAPTOP_A, 'eth0', '', '')],
    'far': [('default', REMOTE.at(1), 'eth0', UNAWARE4, UNAWARE6)],
    'vm1': [('default', GATEWAY0, 'eth0', '', '')],
    'vm2': [('default', GATEWAY0, 'eth0', '', '')],
    'vm3': [('default', GATEWAY1, 'eth0', '', '')],
}

# IPv4 settings of a new namespace are copied from the computer's own, which differ; ALIKE makes all labs alike.
# Everything else in the laptop is as the kernel has it, with two exceptions.  A test that is rejected more often
# than once a second wants to be told each time.  And no link-local address waits two seconds to be sure that it
# is the only one: until then the kernel cannot ask for a neighbour on behalf of a packet that it forwards.
ALIKE = {'net/ipv4/ip_forward': 0, 'net/ipv4/conf/all/rp_filter': 0, 'net/ipv4/conf/default/rp_filter': 0}
UNLIMITED = {'net/ipv4/icmp_ratelimit': 0, 'net/ipv6/icmp/ratelimit': 0}
AT_ONCE = {'net/ipv6/conf/default/accept_dad': 0}
ROUTER = {'net/ipv4/ip_forward': 1, 'net/ipv6/conf/all/forwarding': 1}
SYSCTLS = {host: {**ALIKE, **UNLIMITED, **AT_ONCE} for host in LINKS}
SYSCTLS['internet'] |= ROUTER

SETTLED = 5

_serial = itertools.count(1)


class Lab:
    """The network above, for the length of a `with` block: `lab.vm1.connect(INTERNET4, 80)`."""

    laptop: Host
    internet: Host
    neighbour: Host
    far: Host
    switch: Host
    vm1: Host
    vm2: Host
    vm3: Host

    def __init__(self):
        self.prefix = f'{namespaces.PREFIX}-{os.getpid()}-{next(_serial)}-'
        self.hosts = {}
        self._exit = contextlib.ExitStack()

    def __enter__(self):
        if os.geteuid() != 0:
            raise PermissionError('the lab makes network namespaces: run it as root')
        namespaces.sweep()
        try:
            self._exit.enter_context(_orderly_end())
            self._make_hosts()
            self._lay_cables()
            self._number()
            for host in LINKS:
                self._settle(host)
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(self, *_):
        self._exit.close()

    def later(self, function, *arguments):
        """Has `function` called when the lab ends, before what was there earlier is taken down."""
        self._exit.callback(function, *arguments)

    def unplug(self, link):
        """Pulls the laptop's cable `link`: the link stays configured but has no carrier."""
        self._far_end(link, 'down')

    def plug(self, link):
        """Puts the cable back in."""
        self._settle(*self._far_end(link, 'up'))
        self._settle('laptop', link)

    def leave(self, link):
        """Takes the laptop off a network as a network manager does: link down, addresses and routes gone."""
        self.laptop.ip(f'link set {link} down', f'addr flush dev {link}')

    def join(self, link):
        """Brings the laptop back on a network it left."""
        self.laptop.ip(f'link set {link} up', *_addresses('laptop', link), *_routes('laptop', link))
        self._settle(*self._far_end(link, 'up'))
        self._settle('laptop', link)

    def vm_networks(self, state):
        """All VM networks 'up', or 'down' as when no virtual machine runs."""
        self.laptop.ip(*(f'link set {bridge} {state}' for bridge in BRIDGES['laptop']))
        if state == 'up':  # IPv6 addresses do not survive a link that goes down
            self.laptop.ip(*(line for bridge in BRIDGES['laptop'] for line in _addresses('laptop', bridge)))
            self._settle('laptop', *BRIDGES['laptop'], *(link for host, link, *_ in CABLES if host == 'laptop'))

    def _make_hosts(self):
        names = {host: self.prefix + host for host in LINKS}
        for name in names.values():
            self._exit.callback(namespaces.remove, name)
        namespaces.ip(script=''.join(f'netns add {name}\n' for name in names.values()))
        for host, name in names.items():
            address = next(iter(LINKS[host].values()), Address(None, None))
            self.hosts[host] = Host(host, name, address)
            setattr(self, host, self.hosts[host])
            self._exit.callback(self.hosts[host].close)
            for sysctl, value in SYSCTLS[host].items():
                self.hosts[host].sysctl(sysctl, value)

    def _lay_cables(self):
        lines = collections.defaultdict(list)
        for host, bridges in BRIDGES.items():
            lines[host] += [f'link add name {name} type bridge mcast_snooping 0' for name in bridges]
        for host, link, peer, peer_link, bridge, mtu in CABLES:
            lines[host] += [f'link add name {link} mtu {mtu} type veth '
                            f'peer name {peer_link} mtu {mtu} netns {self.prefix}{peer}']
            if bridge:
                lines[host] += [f'link set {link} master {bridge}']
        for host, script in lines.items():
            self.hosts[host].ip(*script)

    def _number(self):
        ports = collections.defaultdict(set)
        for host, link, peer, peer_link, *_ in CABLES:
            ports[host].add(link)
            ports[peer].add(peer_link)
        for host, links in LINKS.items():
            present = {'lo', *BRIDGES.get(host, []), *ports[host], *links}
            self.hosts[host].ip(
                *(f'link set {link} up' for link in sorted(present)),
                *(line for link in links for line in _addresses(host, link)))
        for host in ROUTES:
            self.hosts[host].ip(*(line for link in LINKS[host] for line in _routes(host, link)))

    def _far_end(self, link, state):
        """Sets the other end of the laptop's cable `link` up or down, and says which that is."""
        for host, port, peer, peer_link, *_ in CABLES:
            if (peer, peer_link) == ('laptop', link):
                self.hosts[host].ip(f'link set {port} {state}')
                return host, port
        raise ValueError(f'the laptop has no cable in {link}')

    def _settle(self, host, *links):
        """Waits until links, or all of a host's, can be used: a kernel takes up to a second to see a carrier."""
        deadline = time.monotonic() + SETTLED
        while waiting := [link['ifname'] for link in self._state(host, links) if not _usable(link)]:
            if time.monotonic() > deadline:
                raise RuntimeError(f'{host}: {", ".join(waiting)} did not come up')
            time.sleep(0.005)

    def _state(self, host, links):
        shown = json.loads(namespaces.ip('-n', self.hosts[host].namespace, '-json', '-details', 'address'))
        return [link for link in shown if not links or link['ifname'] in links]


def _usable(link):
    if link['ifname'] == 'lo':
        return True
    port = link.get('linkinfo', {}).get('info_slave_data', {})
    local = [entry for entry in link['addr_info'] if entry['scope'] == 'link' and not entry.get('tentative')]
    return link['operstate'] == 'UP' and port.get('state', 'forwarding') == 'forwarding' and local


def _addresses(host, link):
    address = LINKS[host][link]
    length4, length6 = (32, 128) if link == 'lo' else (24, 64)
    return [f'addr replace {address.four}/{length4} dev {link}',
            f'addr replace {address.six}/{length6} dev {link} nodad']


def _routes(host, link):
    for where, gateway, through, rest4, rest6 in ROUTES.get(host, []):
        if through == link:
            where4, where6 = ('default', 'default') if where == 'default' else (where.four, where.six)
            yield f'route replace {where4} via {gateway.four} dev {link} {rest4}'
            yield f'route replace {where6} via {gateway.six} dev {link} {rest6}'


@contextlib.contextmanager
def _orderly_end():
    """Being told to end is an exception like any other, so that the lab is taken down on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number, _):
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
