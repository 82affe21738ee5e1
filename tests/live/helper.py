# SPDX-License-Identifier: BSD-2-Clause
"""The real akin-helper, in the lab's laptop, on a socket and a policy file that exist only for the test.

    with Lab() as lab, Helper(lab) as helper:
        helper.ctl('deny', 'http')
        helper.json('status')['nat_active']

    class Row7(AkinCase):  # a lab for the class, a fresh helper for each test
        def test_ssh(self):
            self.assertOpen(self.lab.neighbour, LAPTOP, 22)

Where a helper ends, three things are looked at without being asked for: its exit code, its log (a warning that no
test announced with `expect` is a failure, and so is a sanitizer's report) and the kernel, which must be as it was.
The programs are those of the build folder that AKIN_BUILD names, or of `build`.
"""

import contextlib
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from lab import Lab

REPOSITORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
# Whoever sits in front of this computer is none of a test's business.
NO_SYSTEM_BUS = ('env', 'DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent')
# Where polkit says that it is installed, which it is not for the helper unless a test puts something else there.
SYSTEM_SERVICES = '/usr/share/dbus-1/system-services'
NO_POLKIT = ('unshare', '--mount', 'sh', '-c', 'd=$1; shift; [ ! -d $d ] || mount -t tmpfs none $d; exec "$@"', 'sh',
             SYSTEM_SERVICES)
BUILD = os.path.abspath(os.environ.get('AKIN_BUILD') or os.path.join(REPOSITORY, 'build'))
HELPER = os.path.join(BUILD, 'helper', 'akin-helper')
AKINCTL = os.path.join(BUILD, 'app', 'ctl', 'akinctl')
# How to start what is traced, or in a namespace of processes: at its end a sanitizer cannot stop it to look for leaks.
NO_LEAKS_SOUGHT = ('env', f'ASAN_OPTIONS={os.environ.get("ASAN_OPTIONS", "")}:detect_leaks=0')

PATIENCE = 15  # seconds for what takes milliseconds; a sanitizer on a busy computer takes its time
AT_ONCE = 0.9  # a refusal that takes longer than this is a wait: TCP asks again after a second
SILENCE = 0.3  # how long to listen before one may say that nothing comes

TROUBLE = re.compile(r'^.*(?:error:|warning:|CRITICAL|Sanitizer).*$', re.MULTILINE)
NO_BUS = r'no system bus: '  # said where there is no logind, which is no trouble
SWITCHES = ('ipv4/ip_forward', 'ipv4/conf/*/forwarding', 'ipv4/conf/*/route_localnet', 'ipv4/conf/*/rp_filter',
            'ipv6/conf/*/forwarding', 'ipv6/conf/*/accept_ra')
NO_HELPER = 3  # akinctl's exit code
ORDINARY_USER = 65534  # nobody, who may look and change nothing


def sanitized():
    """Whether the helper is one that looks for its own faults: slower, and it keeps what was freed."""
    with open(HELPER, 'rb') as file:
        return b'libasan' in file.read()


class Failed(AssertionError):
    """A program of ours did what it must not."""


class Helper:
    """An akin-helper with a folder of its own; it can be stopped, killed and started again on that folder."""

    def __init__(self, lab, policy=None):
        """`policy` is the text of the policy file at first."""
        self.lab, self.laptop = lab, lab.laptop
        self._policy_at_first = policy
        self._process, self._expected, self._watches = None, [NO_BUS], []
        self.folder = None
        self.log = ''

    def __enter__(self):
        self._scratch = tempfile.TemporaryDirectory(prefix='akin-live-')
        self.folder = self._scratch.name
        os.chmod(self.folder, 0o755)  # others may look
        self.socket, self.config, self.state_dir, self._log_path = (
            os.path.join(self.folder, name) for name in ('socket', 'etc/akin.conf', 'state', 'log'))
        os.mkdir(os.path.dirname(self.config))
        if self._policy_at_first is not None:
            self.write_policy(self._policy_at_first)
        self.before = self.kernel()
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            for watch in self._watches:
                watch.close()
            if self.running:
                self.stop()
            self.check_log()
        finally:
            if self.running:
                self.kill()
            self.log = self.read_log()
            self._scratch.cleanup()

    # Life

    def start(self, *prelude):
        """Starts it, and waits until it answers; it enforces by then.  `prelude` is a command that starts commands."""
        with open(self._log_path, 'a') as log:
            self._process = self._launch(prelude, stdout=log, stderr=log)
        wait_for(lambda: not self.running or self.ctl('nic', check=False).returncode != NO_HELPER, 'the helper')
        if not self.running:
            raise Failed(f'the helper ended: exit {self._process.returncode}')

    def refuses_to_start(self, *prelude, more=()):
        """Starts one more, expecting it to end by itself at once: its exit code, and the lines it said."""
        process = self._launch(prelude, more, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said.splitlines()

    def stop(self):
        """Ends it as systemd does, and looks whether all is as it was before it came."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(PATIENCE)
        if code != 0:
            raise Failed(f'the helper ended with exit {code} instead of 0')
        self.check_no_trace()

    def kill(self):
        """Ends it as a crash does: it has no say."""
        self._process.kill()
        self._process.wait()

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    # Talking to it

    def ctl(self, *arguments, check=True, user=None, timeout=PATIENCE):
        """Runs akinctl to its end, as root or as another user's number."""
        program = AKINCTL if user is None else self.for_others(AKINCTL)
        done = subprocess.run([program, '--socket', self.socket, *arguments], text=True,
                              capture_output=True, timeout=timeout, **_as(user))
        if 'Sanitizer' in done.stderr or 'runtime error:' in done.stderr:
            raise Failed(done.stderr)
        if check and done.returncode != 0:
            raise Failed(f'akinctl {" ".join(arguments)}: exit {done.returncode}: {done.stderr}')
        return done

    def json(self, *arguments, **options):
        """What akinctl --json printed."""
        return self.one_object(self.ctl('--json', *arguments, **options).stdout)

    @staticmethod
    def one_object(output):
        """Output of --json, which is one object on one line."""
        if output.count('\n') != 1 or not output.startswith('{'):
            raise Failed(f'no JSON object on one line: {output}')
        return json.loads(output)

    def for_others(self, program):
        """A copy of a program where any user can reach it; the build folder may be out of their reach."""
        copy = os.path.join(self.folder, os.path.basename(program))
        if not os.path.exists(copy):
            shutil.copy(program, copy)
        return copy

    def watch(self):
        """A running `akinctl --json watch`."""
        self._watches.append(Watch(self))
        return self._watches[-1]

    @property
    def pid(self):
        return self._process.pid

    def signal(self, number):
        self._process.send_signal(number)

    @contextlib.contextmanager
    def no_descriptors_left(self):
        """For the block, it cannot open a file more than it has open now."""
        limits = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        used = {int(number) for number in os.listdir(f'/proc/{self.pid}/fd')}
        free = min(set(range(len(used) + 1)) - used)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (free, limits[1]))
        try:
            yield
        finally:
            if self.running:
                resource.prlimit(self.pid, resource.RLIMIT_NOFILE, limits)

    @contextlib.contextmanager
    def traced(self, *words):
        """For the block, strace with these words: it can make calls to the kernel fail.  If it may end meanwhile, start
        it with NO_LEAKS_SOUGHT."""
        tracer = subprocess.Popen(['strace', '-f', '-o', '/dev/null', '-p', str(self.pid), *words],
                                  stderr=subprocess.PIPE, text=True)
        try:
            if 'attached' not in tracer.stderr.readline():
                raise Failed('strace does not attach to the helper')
            yield
        finally:
            tracer.terminate()
            tracer.wait()
            tracer.stderr.close()

    # What it leaves in the world

    def policy(self):
        """The bytes of the policy file, None if there is none, as the helper sees it: it may have disks of its own."""
        root = f'/proc/{self._process.pid}/root' if self.running else ''
        try:
            with open(root + self.config, 'rb') as file:
                return file.read()
        except FileNotFoundError:
            return None

    def write_policy(self, text):
        """Puts a policy file there by hand."""
        with open(self.config, 'wb') as file:
            file.write(text if isinstance(text, bytes) else text.encode())
            os.fchmod(file.fileno(), 0o600)

    def ruleset(self):
        """All rules of the laptop, as its kernel lists them, counters included."""
        return self.laptop.run(['nft', 'list', 'ruleset']).stdout

    def state(self):
        """All that a refused command must leave as it is, to the byte."""
        return self.policy(), self.ruleset(), _switches(self.laptop)

    def kernel(self):
        """All that akin may change in a kernel: rules, and switches by their names."""
        return self.laptop.run(['nft', '--stateless', 'list', 'ruleset']).stdout, _switches(self.laptop)

    def check_no_trace(self):
        """The kernel is as it was before the helper came, but for interfaces that have come and gone."""
        (rules_before, before), (rules, now) = self.before, self.kernel()
        if rules != rules_before:
            raise Failed(f'rules are left behind:\n{rules}')
        left = {name: f'{before[name]} -> {now[name]}' for name in before.keys() & now.keys()
                if before[name] != now[name]}
        if left:
            raise Failed(f'switches are left behind: {left}')

    # Its log

    def read_log(self):
        with open(self._log_path, errors='replace') as file:
            return file.read()

    def expect(self, pattern):
        """Announces trouble: lines of the log that match this regular expression are meant to be there."""
        self._expected.append(pattern)

    def check_log(self):
        for line in TROUBLE.findall(self.read_log()):
            if not any(re.search(pattern, line) for pattern in self._expected):
                raise Failed(f'the helper said: {line}')

    def _launch(self, prelude, more=(), **streams):
        return self.laptop.start([*NO_SYSTEM_BUS, *NO_POLKIT, *prelude, HELPER, '--socket', self.socket,
                                  '--config', self.config, '--state-dir', self.state_dir, *more], **streams)


class Watch:
    """Collects what `akinctl --json watch` prints, from the moment on when it has been seen to work."""

    def __init__(self, helper):
        self.changes = []
        self.error = None  # what it says at its end, if it ends in one
        self._process = helper.lab.laptop.own(subprocess.Popen(
            [AKINCTL, '--socket', helper.socket, '--json', 'watch'], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
        self._reader = threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        self._begin(helper)

    def wait(self, what, new, timeout=PATIENCE):
        """The change of `what` to `new`, once it has come."""
        def seen():
            return [change for change in self.changes if (change['what'], change['new']) == (what, new)]
        return wait_for(seen, f'the news that {what} is {new}', timeout)[0]

    def interrupt(self):
        """Ends it as Ctrl-C does; its exit code."""
        self._process.send_signal(signal.SIGINT)
        return self.exit_code()

    def exit_code(self):
        """Of a watch that ends by itself, all of it read."""
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close(self):
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()
        self._reader.join(PATIENCE)

    def _collect(self, stream):
        for line in stream:
            said = json.loads(line)
            if 'error' in said:
                self.error = said['error']
            else:
                self.changes.append(said)

    def _begin(self, helper):
        """It does not say when it has begun, so something is changed to and fro until it tells."""
        deadline = time.monotonic() + PATIENCE
        while not self.changes:
            if time.monotonic() > deadline:
                raise Failed('akinctl watch shows nothing')
            helper.ctl('allow', 'whois')
            helper.ctl('deny', 'whois')
            time.sleep(0.01)
        wait_for(lambda: self.changes[-1]['new'] == 'off', 'the last of the changes')
        self.changes.clear()


class AkinCase(unittest.TestCase):
    """A lab for all tests of a class, a fresh helper for each of them, and words for what hosts find."""

    policy = None

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())

    def setUp(self):
        self.helper = self.enterContext(Helper(self.lab, self.policy))
        self.akinctl = self.helper.ctl

    def run(self, result=None):
        """As ever; and whatever fails shows what the helper had to say."""
        result = result if result is not None else self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        self.helper = None
        super().run(result)
        if len(result.failures) + len(result.errors) > before and self.helper:
            print(f'\n--- log of the helper in {self.id()}\n{self.helper.log}---', file=sys.stderr)
        return result

    def assertOpen(self, host, addresses, port=None, proto='tcp', source=None, **options):
        """An answer comes; from a server that saw `source` as the address of who asked, if one is given."""
        for number, address in enumerate(both(addresses)):
            found = self.probe(host, address, port, proto, timeout=2.0, **options)
            self.assertEqual(found.verdict, 'open', f'{host} to {address} {proto} {port}')
            if source:
                self.assertEqual(found.source, source[number], f'{host} to {address} {proto} {port}')

    def assertRejected(self, host, addresses, port=None, proto='tcp', **options):
        """The answer is no, and it comes at once."""
        for address in both(addresses):
            found = self.probe(host, address, port, proto, timeout=2.0, **options)
            self.assertIn(found.verdict, ('refused', 'unreachable'), f'{host} to {address} {proto} {port}')
            self.assertLess(found.elapsed, AT_ONCE, f'{host} to {address} {proto} {port}')

    def assertDropped(self, host, addresses, port=None, proto='tcp', **options):
        """No answer at all."""
        for address in both(addresses):
            found = self.probe(host, address, port, proto, timeout=SILENCE, **options)
            self.assertEqual(found.verdict, 'timeout', f'{host} to {address} {proto} {port}')

    def probe(self, host, address, port, proto, **options):
        if proto == 'ping':
            return host.ping(address, **options)
        return host.connect(address, port, proto, **options)

    def serve(self, host, *ports, proto=('tcp', 'udp'), address='::'):
        """Serves ports of a host until the end of the test; the one server, or all of them."""
        protocols = (proto,) if isinstance(proto, str) else proto
        servers = [self.enterContext(host.listen(protocol, port, address))
                   for port in ports for protocol in protocols]
        return servers[0] if len(servers) == 1 else servers


def wait_for(condition, what, timeout=PATIENCE):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Failed(f'waited {timeout} seconds for {what}')
        time.sleep(0.005)
    return found


def words_of(rules):
    """The kernel lists the elements of a set in the order in which they came, which says nothing."""
    return sorted(rules.replace(',', ' ').split())


def both(addresses):
    """One address, or a pair of IPv4 and IPv6."""
    return [addresses] if isinstance(addresses, str) else addresses


def _as(user):
    return {} if user is None else {'user': user, 'group': user, 'extra_groups': []}


def _switches(host):
    with host.inside():
        paths = [path for pattern in SWITCHES for path in glob.glob('/proc/sys/net/' + pattern)]
        return {path.removeprefix('/proc/sys/net/'): _read(path) for path in paths}


def _read(path):
    with open(path) as file:
        return file.read().strip()
