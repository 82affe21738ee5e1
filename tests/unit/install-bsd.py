#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Installing and removing akin on FreeBSD and macOS, with stand-ins for the systems' own programs. Speaks TAP."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from xml.etree import ElementTree

from scene import SERVICE, SOURCES, Scene

# A computer: "kernel" is there while it holds akin's rules, "history" tells of each time that they come and go.
PROGRAMS = {
    'id': 'echo 0',
    'uname': 'cat "$WORLD/system"',
    'sleep': 'exec /bin/sleep 0.1',
    'sysctl': 'echo "{ sec = 1000, usec = 5 } Thu Jan  1 00:16:40 1970"',
    'stat': 'case "$2" in %m) exec /usr/bin/stat -c %Y "$3" ;; *) echo root ;; esac',
    'sysrc': 'echo "sysrc $*" >>"$WORLD/calls"; [ "$1" != -qn ] || cat "$WORLD/$2" 2>/dev/null',
    'ipfw': '''
echo "65535 set 31 allow ip from any to any"
[ ! -e "$WORLD/kernel" ] || echo "# DISABLED 00010 set 21 allow ip from any to any via lo*"''',
    'pfctl': '[ "$*" = "-q -a com.apple/akin -s rules" ] && [ -e "$WORLD/kernel" ] && echo "block drop all"',
    # The helper and what starts it again; both are real processes.
    'life': '''
run=$WORLD/root/var/run state=$WORLD/root/var/lib/akin
runs() { [ -e "$run/akin.pid" ] && [ "$(ps -o comm= -p "$(cat "$run/akin.pid")")" = daemon ]; }
case "$1" in
start)
    runs && exit 0
    [ ! -e "$WORLD/broken" ] || { echo "no such luck" >&2; exit 1; }
    for name in akin=daemon akin-helper=akin-helper; do
        "$WORLD/procs/${name#*=}" 600 </dev/null >/dev/null 2>&1 &
        echo $! >"$run/${name%=*}.pid"
    done
    [ -e "$WORLD/kernel" ] || echo open-closed >>"$WORLD/history"
    echo started >>"$WORLD/history"
    touch "$WORLD/kernel"
    printf '[boot]\nid=1=\n[changed]\nnet.inet.ip.forwarding=0;1;\n' >"$state/forwarding" ;;
stop)
    runs || exit 1
    kill "$(cat "$run/akin.pid")" "$(cat "$run/akin-helper.pid")"
    echo closed-open >>"$WORLD/history"
    rm -f "$run/akin.pid" "$run/akin-helper.pid" "$WORLD/kernel"
    printf '[boot]\nid=1=\n' >"$state/forwarding" ;;
status) runs ;;
esac''',
    'service': '''
echo "service $*" >>"$WORLD/calls"
case "$2" in one*) exec life "${2#one}" ;; *) exec life "$2" ;; esac''',
    'launchctl': '''
echo "launchctl $*" >>"$WORLD/calls"
case "$1" in
bootstrap) exec life start ;;
bootout) exec life stop ;;
print) life status && echo "	state = running" ;;
kill) kill -KILL "$(cat "$WORLD/root/var/run/akin-helper.pid")"; rm "$WORLD/root/var/run/akin.pid"; life start ;;
esac''',
}
PATHS = re.compile(r'(?<![\w./$}-])/(?=(etc|var|usr/local|Library)/)')


class Computer(Scene):
    """helper/service/bsd on a computer whose root is a folder."""

    SERVICES = {'FreeBSD': 'usr/local/etc/rc.d/akin', 'Darwin': 'Library/LaunchDaemons/org.akin.helper.plist'}

    def setUp(self):
        super().setUp()
        for name, text in PROGRAMS.items():
            self.program(name, text)
        for name in ('daemon', 'akin-helper'):
            (self.world / 'procs').mkdir(exist_ok=True)
            shutil.copy('/bin/sleep', self.world / 'procs' / name)
        text = (SERVICE / 'bsd').read_text().replace('export PATH="', f'export PATH="{self.world}/bin:')
        self.write('src/helper/service/bsd', PATHS.sub(f'{self.world}/root/', text))
        for folder in ('etc', 'var/run/akin', 'var/lib/akin', 'var/log', 'usr/local/bin'):
            (self.world / 'root' / folder).mkdir(parents=True)
        self.addCleanup(self.end)

    def end(self):
        for name in ('akin', 'akin-helper'):
            if pid := self.read(f'root/var/run/{name}.pid'):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)

    def is_there(self, name):
        return (self.world / name).exists()

    def be(self, system):
        """A computer of this system with akin on it, which does not run."""
        self.write('system', f'{system}\n')
        self.write(f'root/{self.SERVICES[system]}', '')
        self.write('root/var/lib/akin/installed', f'{self.world}/root/{self.SERVICES[system]}\n')
        self.write('root/var/lib/akin/last-good.conf', '[firewall]\nenabled=true\n')
        self.program('akinctl', '[ "$1" != --json ] || { cat "$WORLD/json"; exit; }\nlife status', 'root/usr/local/bin')
        self.write('json', '{"enforcing":true}\n')

    def life(self, verb):
        self.run_script('life', verb)

    def crash(self):
        self.life('start')
        self.end()
        for name in ('akin', 'akin-helper'):
            (self.world / f'root/var/run/{name}.pid').unlink()

    def bsd(self, *words, status=0):
        done = self.run_script('/bin/sh', self.world / 'src/helper/service/bsd', *words)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr


class Uninstall(Computer):
    def assert_gone(self):
        self.assertFalse(self.is_there('kernel'))
        self.assertFalse(self.is_there('root/var/lib/akin'))

    def test_while_it_runs(self):
        for system in self.SERVICES:
            with self.subTest(system):
                self.be(system)
                self.life('start')
                self.bsd('uninstall', '--purge')
                self.assert_gone()
                (self.world / 'root/var/lib/akin').mkdir()

    def test_after_a_crash(self):
        """What the kernel still holds goes as well."""
        for system in self.SERVICES:
            with self.subTest(system):
                self.be(system)
                self.crash()
                self.assertTrue(self.is_there('kernel'))
                self.bsd('uninstall', '--purge')
                self.assert_gone()
                (self.world / 'root/var/lib/akin').mkdir()

    def test_after_a_crash_and_a_flush(self):
        """Somebody has flushed the rules; what is left is a switch that the record alone knows."""
        self.be('FreeBSD')
        self.crash()
        (self.world / 'kernel').unlink()
        self.bsd('uninstall', '--purge')
        self.assert_gone()
        self.assertIn('started', self.read('history').splitlines()[2:])

    def test_a_natd_that_is_left(self):
        self.be('FreeBSD')
        self.write('broken', '')
        self.write('root/var/run/akin/natd-em0.pid', '1234\n')
        self.assertIn('still holds', self.bsd('uninstall', '--purge', status=1))

    def test_what_cannot_be_removed_is_not_forgotten(self):
        for system in self.SERVICES:
            with self.subTest(system):
                self.be(system)
                self.crash()
                self.write('broken', '')
                self.write('calls', '')
                said = self.bsd('uninstall', '--purge', status=1)
                self.assertIn('nothing was removed', said)
                self.assertIn('forwarding=0;1;', self.read('root/var/lib/akin/forwarding'))
                self.assertTrue(self.is_there(f'root/{self.SERVICES[system]}'))
                self.assertNotIn('sysrc -q -x', self.read('calls'))
                (self.world / 'broken').unlink()
                self.bsd('uninstall', '--purge')
                self.assert_gone()
                (self.world / 'root/var/lib/akin').mkdir()

    def test_a_record_of_an_earlier_boot_is_void(self):
        """Then the kernel holds nothing, and a helper that cannot start any more is no reason to stay."""
        self.be('FreeBSD')
        self.crash()
        (self.world / 'kernel').unlink()
        os.utime(self.world / 'root/var/lib/akin/forwarding', (900, 900))
        self.write('broken', '')
        self.bsd('uninstall', '--purge')
        self.assert_gone()

    def test_one_that_never_ran_is_not_started(self):
        self.be('FreeBSD')
        self.bsd('uninstall', '--purge')
        self.assert_gone()
        self.assertEqual(self.read('history'), '')

    def test_the_log_of_its_own_goes(self):
        """FreeBSD's is the system's."""
        for system, left in (('FreeBSD', ['akin-helper.log', 'akin-helper.log.0']), ('Darwin', [])):
            with self.subTest(system):
                self.be(system)
                for name in ('akin-helper.log', 'akin-helper.log.0'):
                    self.write(f'root/var/log/{name}', 'akin-helper: started\n')
                self.bsd('uninstall', '--purge')
                self.assertEqual(sorted(os.listdir(self.world / 'root/var/log')), left)
                (self.world / 'root/var/lib/akin').mkdir()

    def test_the_log_of_its_own_stays_small(self):
        lines = [line.split() for line in (SERVICE / 'akin-newsyslog.conf').read_text().splitlines()
                 if not line.startswith('#')]
        plist = ElementTree.parse(SERVICE / 'org.akin.helper.plist.in').find('dict')
        keys = [node.text for node in plist]
        log = keys[keys.index('StandardErrorPath') + 1]
        self.assertEqual(lines, [[log, 'root:admin', '640', '1', '1000', '*', 'N']])
        self.assertIn("install_data('akin-newsyslog.conf'", (SERVICE / 'meson.build').read_text())

    def test_the_sets_and_the_anchor_are_the_engines_own(self):
        header = (SOURCES / 'helper/rules/ipfw.h').read_text()
        self.assertEqual(re.findall(r'AKIN_IPFW_SET_[AB] (\d+)', header), ['20', '21'])
        self.assertIn('.anchor = "com.apple/akin"', (SOURCES / 'helper/engines/engine-pf.c').read_text())


class Install(Computer):
    """A build that takes no time, and what becomes of the helper."""

    def setUp(self):
        super().setUp()
        self.program('meson', """
case "$1" in
introspect) echo "{\\"a\\": \\"$WORLD/root/usr/local/bin/akinctl\\", \\"b\\": \\"$(cat "$WORLD/service")\\"}" ;;
install) touch "$(cat "$WORLD/service")" "$WORLD/installed" ;;
esac""")
        self.program('ninja', '')
        self.write('src/helper/packages', '')
        self.program('ssh-ports', '[ -e "$WORLD/ssh" ] && echo "not 22; then: $1"', 'src/helper/service')

    def be(self, system):
        super().be(system)
        self.write('service', f'{self.world}/root/{self.SERVICES[system]}\n')

    def be_new(self, system):
        self.be(system)
        (self.world / 'root' / self.SERVICES[system]).unlink()

    def bootstrap(self):
        return f'launchctl bootstrap system {self.world}/root/Library/LaunchDaemons/org.akin.helper.plist'

    def helper(self):
        return self.read('root/var/run/akin-helper.pid')

    def calls(self):
        asking = {'onestatus', 'print', '-qn'}
        return [line for line in self.read('calls').splitlines() if not asking & set(line.split())]

    def test_for_the_first_time(self):
        for system, calls in (('FreeBSD', ['sysrc -q akin_enable=YES', 'service akin onestart']),
                              ('Darwin', ['launchctl enable system/org.akin.helper', self.bootstrap()])):
            with self.subTest(system):
                self.be_new(system)
                self.write('calls', '')
                self.bsd('install')
                self.assertEqual(self.calls(), calls)
                self.assertTrue(self.helper())
                self.bsd('uninstall', '--purge')
                (self.world / 'root/var/lib/akin').mkdir()

    def test_an_update_leaves_the_rules_in_force(self):
        for system in self.SERVICES:
            with self.subTest(system):
                self.be(system)
                self.life('start')
                self.write('history', '')
                self.write('calls', '')
                before = self.helper()
                self.bsd('install')
                self.assertNotIn(self.helper(), ('', before))
                self.assertEqual(self.read('history'), 'started\n')
                self.assertNotIn('akin_enable', self.read('calls'), 'what starts with the computer is left alone')
                self.bsd('uninstall', '--purge')
                (self.world / 'root/var/lib/akin').mkdir()

    def test_an_update_starts_nothing_that_was_stopped(self):
        for system in self.SERVICES:
            for how in ('service', 'akinctl'):
                with self.subTest(system=system, how=how):
                    self.be(system)
                    self.write('calls', '')
                    if how == 'akinctl':
                        self.life('start')
                        self.write('json', '{"enforcing":false}\n')
                    self.assertIn('is not started', self.bsd('install'))
                    self.assertEqual(self.helper(), '')
                    self.assertNotIn('akin_enable', self.read('calls'))

    def test_another_engine_does_not_take_over(self):
        self.be('FreeBSD')
        self.life('start')
        self.write('history', '')
        self.bsd('install', '--pf')
        self.assertEqual(self.read('history'), 'closed-open\nopen-closed\nstarted\n')
        self.write('akin_args', '--engine pf\n')
        self.write('history', '')
        self.bsd('install', '--pf')
        self.assertEqual(self.read('history'), 'started\n')

    def test_a_number_that_is_another_programs_by_now(self):
        """The helper has crashed, and its number was given to something else."""
        self.be('FreeBSD')
        self.life('start')
        helper = int(self.helper())
        with subprocess.Popen(['/bin/sleep', '600']) as other:
            self.write('root/var/run/akin-helper.pid', f'{other.pid}\n')
            self.bsd('install')
            self.assertIsNone(other.poll())
            other.kill()
        os.kill(helper, signal.SIGKILL)

    def test_not_started_when_told_so(self):
        self.be_new('FreeBSD')
        self.assertIn('Start it with: sudo sysrc akin_enable=YES', self.bsd('install', '--no-start'))
        self.assertEqual(self.calls(), [])
        self.be_new('FreeBSD')
        self.assertIn("Start it with: sudo sysrc akin_args='--engine pf' ", self.bsd('install', '--no-start', '--pf'))

    def test_who_comes_by_ssh_is_not_locked_out(self):
        """Nor is he at the next start of the computer."""
        self.write('ssh', '')
        for system, calls, command in (
                ('FreeBSD', [], 'sudo sysrc akin_enable=YES && sudo service akin start'),
                ('Darwin', ['launchctl disable system/org.akin.helper'],
                 f'sudo launchctl enable system/org.akin.helper && sudo {self.bootstrap()}')):
            with self.subTest(system):
                self.be_new(system)
                self.write('calls', '')
                self.assertIn(f'not 22; then: {command}\n', self.bsd('install'))
                self.assertEqual((self.calls(), self.helper()), (calls, ''))
                self.be_new(system)
                self.write('root/etc/akin/akin.conf', '[services]\n')
                self.bsd('install')
                self.assertTrue(self.helper(), 'a policy tells what is wanted')
                self.bsd('uninstall', '--purge')
                (self.world / 'root/var/lib/akin').mkdir()


if __name__ == '__main__':
    sys.path.insert(0, str(SOURCES / 'tests'))
    import tap
    sys.exit(tap.main(__file__))
