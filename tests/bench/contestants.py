# SPDX-License-Identifier: BSD-2-Clause
"""akin, the limit, and what a user would pick instead: each in a yard of its own, set up to do the same.

All of them let the VM out by NAT, let everything out, and let in from outside the port OPEN and nothing else.
"""

import json
import os
import re
import subprocess
import sys
import time

from yard import HERE, VM_NETWORK, Cell, Loop

OPEN, BLOCKED = 7001, 7002
READY_SECONDS = 15

UNTIL = {'answered': [], 'kernel': ['--kernel'], 'gdbus': ['--gdbus']}

BUILD = None  # where meson built; set by run


def program(*path):
    return os.path.join(BUILD, *path)


def commands(host, *steps):
    """A loop of commands, run one after another."""
    return Loop(host, [sys.executable, '-I', '-S', os.path.join(HERE, 'command-loop.py'), *map(json.dumps, steps)])


def wait_for(what, check):
    """Until `check` is true."""
    deadline = time.monotonic() + READY_SECONDS
    while not check():
        if time.monotonic() > deadline:
            raise RuntimeError(f'{what} did not get ready')
        time.sleep(0.02)


class Akin:
    """The helper.  Its policy is in memory unless `folder` names a place on disk."""

    OBJECT = ('/org/akin/Helper1', 'org.akin.Helper1')
    TOGGLE = ('DenyServices', "(['http'], uint32 1)", 'AllowServices', "(['http'], uint32 1)")
    RESTART = ('Restart', '()')

    def __init__(self, yard, folder=None, policy=None):
        folder = folder or yard.folder
        self.yard = yard
        self.socket = yard.path('socket')
        config = os.path.join(folder, 'akin.conf')
        if policy:
            with open(config, 'w') as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(policy)
        with open(yard.path('log'), 'w') as log:
            self.process = yard.laptop.start(
                [program('helper', 'akin-helper'), '--socket', self.socket, '--config', config,
                 '--state-dir', os.path.join(folder, 'state')], stderr=log)
        wait_for('akin-helper', lambda: os.path.exists(self.socket) and self.ctl('status', check=False) == 0)
        self.pid = self.process.pid

    def ctl(self, *words, check=True):
        return self.yard.laptop.run(self.command(*words), check=check).returncode

    def command(self, *words):
        return [program('app', 'ctl', 'akinctl'), '--socket', self.socket, *words]

    def rules(self):
        """What is in the kernel, as text that loads."""
        return self.yard.laptop.run(self.command('rules')).stdout

    def services(self):
        """The names of all services."""
        listed = self.yard.laptop.run(self.command('--json', 'services')).stdout
        return [service['name'] for service in json.loads(listed)['services']]

    def loop(self, *calls, until='answered'):
        """Calls over a kept connection, `until` 'answered', or the 'kernel' has it, or answered through 'gdbus'."""
        return Loop(self.yard.laptop, [program('tests', 'bench', 'bus-loop'), *UNTIL[until], self.socket,
                                        *self.OBJECT, *calls])

    def command_toggle(self):
        return commands(self.yard.laptop, self.command('deny', 'http', '--out'), self.command('allow', 'http', '--out'))

    def command_restart(self):
        return commands(self.yard.laptop, self.command('restart'))

    def open_up(self):
        """As the others are set up: everything out, one port in."""
        self.ctl('service', 'add', 'bench', '--out', 'tcp:1024-65535;udp:1024-65535', '--in', f'udp:{OPEN}')
        self.ctl('service', 'add', 'bench-held', '--in', 'tcp:7100-7999')
        self.ctl('allow', 'bench', 'bench-held')


class Nft:
    """The same table without a helper: by the library in process, and by the command."""

    # The element of http in the map of outgoing ports, whichever half of its key comes first.
    ELEMENT = re.compile(r'^\s*((?:tcp \. )?\b(?:80|8080)\b(?: \. tcp)?) : accept,?$', re.MULTILINE)

    def __init__(self, yard, text):
        ports = text[text.index('map out_ports {'):]
        elements = self.ELEMENT.findall(ports[:ports.index('}')])
        if len(elements) != 2:
            raise RuntimeError('http is not in the rules as two elements of the map out_ports')
        self.yard = yard
        self._host = yard.laptop
        self._whole = yard.write('whole.nft', text)
        self._deny = self._change('delete', elements)
        self._allow = self._change('add', [f'{element} : accept' for element in elements])
        self._host.sysctl('net/ipv4/ip_forward', 1)
        self._host.run(['nft', '-f', self._whole])

    def _change(self, verb, elements):
        return self.yard.write(f'{verb}.nft', f'{verb} element inet akin out_ports {{ {", ".join(elements)} }}\n')

    def _loop(self, *steps):
        return Loop(self._host, [program('tests', 'bench', 'nft-loop'), self._whole, *steps])

    def toggle(self):
        return self._loop(self._deny, self._allow)

    def restart(self):
        return self._loop(self._whole)

    def command_toggle(self):
        return commands(self._host, ['nft', '-f', self._deny], ['nft', '-f', self._allow])

    def command_restart(self):
        return commands(self._host, ['nft', '-f', self._whole])


class Firewalld:
    """firewalld, on a message bus that only it and its clients know."""

    NAME = 'org.fedoraproject.FirewallD1'
    OBJECT = ('/org/fedoraproject/FirewallD1', NAME)
    BUS_VARIABLE = 'DBUS_SYSTEM_BUS_ADDRESS'
    BUS = '''<busconfig>
  <type>system</type> <listen>unix:path={}</listen> <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_type="method_call"/> <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
'''

    def __init__(self, yard):
        self._bus = yard.path('bus')
        self._environment = {**os.environ, self.BUS_VARIABLE: f'unix:path={self._bus}'}
        self.yard = yard
        self._cell = Cell(yard, yard.laptop, ['/etc/firewalld'])
        self._log = yard.path('log')
        yard.laptop.sysctl('net/ipv4/ip_forward', 1)
        self._start(['dbus-daemon', '--nofork', f'--config-file={yard.write("bus.conf", self.BUS.format(self._bus))}'])
        wait_for('dbus-daemon', lambda: os.path.exists(self._bus))
        self.pid = self._start(['firewalld', '--nofork', '--nopid']).pid
        wait_for('firewalld', lambda: self._run('firewall-cmd', '--state', check=False) == 0)
        for zone, link in (('external', 'en0'), ('trusted', 'vboxnet0')):
            self._run('firewall-cmd', '--permanent', f'--zone={zone}', f'--add-interface={link}')
        self._run('firewall-cmd', '--permanent', '--zone=external', f'--add-port={OPEN}/udp',
                  '--add-port=7100-7999/tcp')
        self._run('firewall-cmd', '--reload')

    def _start(self, command):
        with open(self._log, 'a') as log:
            return self._cell.start(command, env=self._environment, stdout=log, stderr=log)

    def _run(self, *command, check=True):
        return self._cell.run(command, check=check, env=self._environment).returncode

    def _loop(self, until, interface, *calls):
        return Loop(self._cell, [program('tests', 'bench', 'bus-loop'), *UNTIL[until], '--bus', self.NAME, self._bus,
                                 self.OBJECT[0], interface, *calls])

    def _commands(self, *steps):
        wrap = ['env', f'{self.BUS_VARIABLE}=unix:path={self._bus}', 'firewall-cmd']
        return commands(self._cell, *([*wrap, *words] for words in steps))

    def toggle(self, until='answered'):
        return self._loop(until, self.NAME + '.zone', 'addService', "('external', 'http', 0)",
                          'removeService', "('external', 'http')")

    def applet(self, environment):
        """Starts its icon, on the desktop that an environment leads to."""
        with open(self._log, 'a') as log:
            return self._cell.start(['firewall-applet'], stdout=log, stderr=log,
                                    env={**environment, self.BUS_VARIABLE: self._environment[self.BUS_VARIABLE]})

    def restart(self):
        return self._loop('answered', self.NAME, 'reload', '()')

    def command_toggle(self):
        return self._commands(['--zone=external', '--add-service=http'], ['--zone=external', '--remove-service=http'])

    def command_restart(self):
        return self._commands(['--reload'])


class Ufw:
    """ufw, with the NAT that its manual shows."""

    NAT = f'''*nat
:POSTROUTING ACCEPT [0:0]
-F POSTROUTING
-A POSTROUTING -s {VM_NETWORK} -o en0 -j MASQUERADE
COMMIT
'''

    def __init__(self, yard):
        self.yard = yard
        self._cell = Cell(yard, yard.laptop, ['/etc/ufw', '/etc/default/ufw'])
        yard.laptop.sysctl('net/ipv4/ip_forward', 1)
        self._edit('/etc/default/ufw', 'sed s/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY=\'"ACCEPT"\'/')
        self._edit('/etc/ufw/before.rules', 'cat -', self.NAT)
        for words in (['--force', 'enable'], ['allow', f'{OPEN}/udp'], ['allow', '7100:7999/tcp']):
            self._cell.run(['ufw', *words])

    def _edit(self, path, filter_command, before=''):
        self._cell.run(['sh', '-c', f'{filter_command} {path} > /run/edited && cat /run/edited > {path}'],
                       input=before)

    def command_toggle(self):
        return commands(self._cell, ['ufw', 'allow', '80/tcp'], ['ufw', 'delete', 'allow', '80/tcp'])

    def command_restart(self):
        return commands(self._cell, ['ufw', 'reload'])


class Plain:
    """No rules at all: the internet knows the way back to the VM."""

    def __init__(self, yard):
        yard.laptop.sysctl('net/ipv4/ip_forward', 1)
        yard.internet.ip(f'route add {VM_NETWORK} via {yard.laptop.address4}')


class Masquerade:
    """The least nftables that does NAT."""

    RULES = '''table ip least {
    chain leave { type nat hook postrouting priority srcnat; oifname "en0" masquerade; }
}
'''

    def __init__(self, yard):
        yard.laptop.sysctl('net/ipv4/ip_forward', 1)
        yard.laptop.nft(self.RULES)


class Slirp:
    """NAT as a program does it that is no kernel: VirtualBox's kind."""

    def __init__(self, yard):
        yard.vm.ip('link set eth0 down')
        ready, says = os.pipe()
        yard.laptop.start(['slirp4netns', '--configure', '--mtu=1500', f'--ready-fd={says}', '--netns-type=path',
                           yard.vm.path, 'tap0'], pass_fds=[says], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
        os.close(says)
        with open(ready) as file:
            if file.read(1) != '1':
                raise RuntimeError('slirp4netns did not get ready')
