#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What starts akin on FreeBSD and macOS, with stand-ins for the systems' own programs. Speaks TAP."""

import re
import subprocess
import sys
import unittest

from scene import SERVICE, SOURCES, Scene

# Of rc.subr(8), what a script of rc.d needs to have one of its functions called.
RC_SUBR = """
load_rc_config() { :; }
run_rc_command() { "$1"; }
"""
# Notes every call; the main ruleset is in a file, and there may be one that makes it fail.
PFCTL = """
echo "pfctl $*" >>"$WORLD/calls"
case "$*" in
"-q -s rules") [ ! -e "$WORLD/fails" ] && cat "$WORLD/rules" ;;
"-q -s nat") cat "$WORLD/nat" ;;
esac
"""


class RcScript(Scene):
    """akin.rc.in: what is done before the helper starts."""

    LOAD = 'pfctl -q -f /etc/pf.conf'

    def setUp(self):
        super().setUp()
        self.write('rc.subr', RC_SUBR)
        self.program('kldload', 'echo "kldload $*" >>"$WORLD/calls"')
        self.program('pfctl', PFCTL)
        self.write('rules', '')
        self.write('nat', '')
        text = (SERVICE / 'akin.rc.in').read_text()
        self.write('akin', text.replace('/etc/rc.subr', f'{self.world}/rc.subr'))

    def calls(self, akin_args):
        self.write('calls', '')
        done = self.run_script('/bin/sh', self.world / 'akin', 'akin_prestart', akin_args=akin_args)
        return done.returncode, self.read('calls').splitlines()

    def test_pf_is_loaded_for_pf_alone(self):
        for words in ('--engine pf', '--engine=pf', '--config /x --engine  pf', '--engine ipfw --engine pf'):
            with self.subTest(words):
                self.assertEqual(self.calls(words)[1][:1], ['kldload -nq pf'])
                self.assertEqual(self.calls(words)[1][-1:], [self.LOAD])
        for words in ('', '--engine ipfw', '--engine=ipfw', '--config /pf', '--config pf', '--engine pf --engine=ipfw'):
            with self.subTest(words):
                self.assertEqual(self.calls(words), (0, []))

    def test_a_main_ruleset_that_is_there_stays(self):
        for name, text in (('rules', 'pass all flags S/SA keep state\n'), ('nat', 'nat-anchor "mine" all\n')):
            with self.subTest(name):
                self.write(name, text)
                status, calls = self.calls('--engine pf')
                self.assertEqual(status, 0)
                self.assertNotIn(self.LOAD, calls)
                self.write(name, '')

    def test_a_main_ruleset_that_cannot_be_read_stays(self):
        self.write('fails', '')
        status, calls = self.calls('--engine pf')
        self.assertNotEqual(status, 0)
        self.assertNotIn(self.LOAD, calls)

    def test_what_starts_it_names_it(self):
        """As akinctl says when there is no helper; onestart also works where akin_enable is not YES."""
        said = (SOURCES / 'app' / 'client' / 'meson.build').read_text()
        self.assertIn("'freebsd': 'sudo service akin onestart'", said)
        self.assertIn('\nname=akin\n', (SERVICE / 'akin.rc.in').read_text())


# A program by the name of sshd with a socket, whose number it says, and files.
SSHD = """
import os, socket, sys, time
with open('/proc/self/comm', 'w') as comm:
    comm.write('sshd')
files, own = [open(name) for name in sys.argv[1:]], socket.socket()
print(os.fstat(own.fileno()).st_ino, flush=True)
time.sleep(60)
"""
# As ss(8) of Linux writes them, which names the account of all but root's.
SS = """\
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    ino:INODE sk:1 cgroup:/ <->
LISTEN 0      128          0.0.0.0:2222       0.0.0.0:*    ino:INODE sk:2 cgroup:/ <->
LISTEN 0      128             [::]:2200          [::]:*    ino:INODE sk:3 cgroup:/ v6only:1 <->
LISTEN 0      128        127.0.0.1:2201       0.0.0.0:*    ino:INODE sk:4 cgroup:/ <->
LISTEN 0      128             [::1]:2202         [::]:*    ino:INODE sk:5 cgroup:/ v6only:1 <->
LISTEN 0      128          0.0.0.0:31337      0.0.0.0:*    uid:1001 ino:INODE sk:6 cgroup:/ <->
LISTEN 0      128          0.0.0.0:31338      0.0.0.0:*    ino:99999999999 sk:7 cgroup:/ <->
LISTEN 0      128          0.0.0.0:31339      0.0.0.0:*    ino:99999999998 sk:8 cgroup:/ <->
LISTEN 0      128          0.0.0.0:80         0.0.0.0:*    ino:99999999997 sk:9 cgroup:/ <->
"""
# As sockstat(1) of FreeBSD and lsof(8) of macOS write them; 900 is an account's process, 901 one of its that has
# taken on root's rights, and the last of FreeBSD's lines are one program whose name holds a newline.
SOCKSTAT = """\
USER     COMMAND    PID   FD PROTO  LOCAL ADDRESS         FOREIGN ADDRESS
root     sshd         812 3  tcp6   *:2222                *:*
root     sshd         812 4  tcp4   *:2222                *:*
root     sshd         813 3  tcp4   192.0.2.1:22          *:*
root     sshd         813 3  tcp4   192.0.2.1:2200        *:*
root     sshd         814 3  tcp4   127.0.0.1:2201        *:*
root     sshd         814 4  tcp6   ::1:2202              *:*
root     sshd         814 4  tcp6   fe80::1%lo0:2203      *:*
root     nginx        815 4  tcp4   *:80                  *:*
eve      sshd         900 3  tcp4   *:31337               *:*
root     sshd         901 3  tcp4   *:31338               *:*
eve      a
root sshd   900 3  tcp4   *:31339               *:*
"""
LSOF = """\
p812
f3
n*:2222
f4
n*:2222
p813
f3
n192.0.2.1:22
f4
n192.0.2.1:2200
p814
f3
n127.0.0.1:2201
f4
n[::1]:2202
f5
n[fe80::1%lo0]:2203
p900
f3
n*:31337
p901
f3
n*:31338
"""


class Manual(unittest.TestCase):
    """akin-helper(8) tells what these systems' engines change."""

    def test_switches_modules_and_records(self):
        page = (SOURCES / 'helper/akin-helper.8').read_text()
        for path in sorted((SOURCES / 'helper/engines').glob('*.c')):
            if re.search('ipfw|engine-pf|kernel-nat|forwarding-bsd', path.name):
                for name in re.findall(r'#define (?!ACCEPT)\w+ "(net\.[\w.]+)"|RECORD_NAME "(.+)"', path.read_text()):
                    with self.subTest(path=path.name, name=name):
                        self.assertRegex(page, r'[ /]' + re.escape(''.join(name)) + r'\s')
        for word in ('sets 20 and 21', 'Li com.apple/akin', 'Li ipdivert', 'Li ipfw_nat', 'natd-*.conf', 'rules.lock'):
            self.assertIn(word, page)


class SshPorts(Scene):
    """Whom akin's default policy would lock out."""

    def check(self, system, program, listing):
        self.program('uname', f'echo {system}')
        self.program(program, f'cat <<"TEXT"\n{listing}TEXT')
        self.program('ps', 'case "$*" in *" 90"*) echo " 1001" ;; *) echo "    0" ;; esac')
        done = self.run_script('/bin/sh', SERVICE / 'ssh-ports', 'sudo start it')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertIn('NOT started: an ssh server listens on tcp port 2200 2222,', done.stdout)
        self.assertIn('\n  in=tcp:2200,2222\n', done.stdout)
        self.assertIn('\nThen start it: sudo start it\n', done.stdout)
        self.program(program, 'exit 1')
        done = self.run_script('/bin/sh', SERVICE / 'ssh-ports', 'sudo start it')
        self.assertEqual((done.returncode, done.stdout), (1, ''))

    def test_linux(self):
        """A file that is called as if it were a socket makes nobody's program an ssh server of root's."""
        names = [self.world / 'x socket:[99999999999]', self.world / '\nsocket:[99999999998]']
        for name in names:
            name.write_text('')
        sshd = subprocess.Popen([sys.executable, '-c', SSHD, *names], stdout=subprocess.PIPE, text=True)
        self.addCleanup(sshd.communicate)
        self.addCleanup(sshd.terminate)
        inode = sshd.stdout.readline().strip()
        self.check('Linux', 'ss', SS.replace('INODE', inode))

    def test_freebsd(self):
        self.check('FreeBSD', 'sockstat', SOCKSTAT)

    def test_macos(self):
        self.check('Darwin', 'lsof', LSOF)


if __name__ == '__main__':
    sys.path.insert(0, str(SOURCES / 'tests'))
    import tap
    sys.exit(tap.main(__file__))
