"""A server of the test's own, and what tests say about it.

    p = Postern(dns=dns, mx_port=sink.port)
    p.cli('list', 'create', 'dev@lists.example')
    p.start()
    with p.smtp() as s: ...
    check('the copy came', eventually(lambda: sink.to('anna@north.example')))
    done()                       # prints "N passed, N failed", leaves nothing behind

The world ends with the process: servers are stopped and folders removed however a
test ends, and a test that hangs is ended by its own clock."""
import atexit
import json
import os
import re
import secrets
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
POSTERN = os.environ.get('POSTERN', os.path.join(HERE, '../../build/postern'))
LONG = os.environ.get('POSTERN_LONG') == '1'
counts = {'passed': 0, 'failed': 0}
cleanups = []
began = time.monotonic()


def check(what, ok, detail=''):
    counts['passed' if ok else 'failed'] += 1
    if not ok:
        print(f'FAILED: {what}' + (f': {str(detail)[:2000]}' if detail != '' else ''), flush=True)
    return ok


def equal(what, got, wanted):
    return check(what, got == wanted, f'got {got!r}, wanted {wanted!r}')


def section(name):
    print(f'-- {time.monotonic() - began:5.1f} s  {name}', flush=True)


def skipped(why):
    print(f'skipped: {why}', flush=True)


def skip(why):
    """The whole test: nothing of it can be looked at here."""
    skipped(why)
    print('0 passed, 0 failed', flush=True)
    os._exit(0)


def eventually(what, seconds=60, every=0.02):
    """The first true value of what(), or its last when time is over."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)


def _clean():
    while cleanups:
        try:
            cleanups.pop()()
        except Exception as e:  # the next one still has to be cleaned up
            print(f'cleaning up: {e}', flush=True)


def _crashes(log):
    """Roles that ended by a fault of their own, not by a test's kill."""
    return [line[:300] for line in log.split('\n') if '"role-died"' in line
            and re.search(r'Segmentation|Aborted|Bus error|Illegal|Floating|Bad system call', line)]


def done():
    for p in Postern.all:
        crashes = _crashes(p.log())
        if crashes:
            check('no role crashed', False, crashes)
        for word in ('Sanitizer', 'runtime error:'):
            at = p.log().find(word)
            if at >= 0:
                check('no sanitizer has anything to say', False, p.log()[at - 200:at + 1800])
    _clean()
    print(f'{counts["passed"]} passed, {counts["failed"]} failed', flush=True)
    os._exit(1 if counts['failed'] or not counts['passed'] else 0)


def _too_long(*_):
    counts['failed'] += 1
    import traceback
    traceback.print_stack()
    print('FAILED: the test took too long', flush=True)
    for p in Postern.all:
        print(p.tail(), flush=True)
    done()


def limit(short, long=None):
    """The test's own clock, in seconds."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.signal(signal.SIGTERM, _too_long)
    signal.alarm(long if LONG and long else short)


def _excepthook(kind, value, trace):
    for p in Postern.all:
        print(p.tail(), flush=True)
    sys.__excepthook__(kind, value, trace)  # last: an output that is cut short keeps its end
    counts['failed'] += 1
    done()


sys.excepthook = _excepthook
atexit.register(_clean)


given = set()


def free_port(host='127.0.0.1'):
    """Below those that the kernel gives to whoever dials out: nobody takes it while a server is started again. Each test
    has fifty of its own, so that two which run at once do not take the same."""
    tries = 0
    while True:
        tries += 1
        port = 12000 + (os.getpid() % 400 * 50 + secrets.randbelow(50) if tries < 200 else secrets.randbelow(20000))
        if port in given:
            continue
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((host, port))
            except OSError:
                continue
        given.add(port)
        return port


def folder(prefix='postern-e2e-', at=None):
    path = tempfile.mkdtemp(prefix=prefix, dir=at)
    os.chmod(path, 0o755)
    cleanups.append(lambda: shutil.rmtree(path, ignore_errors=True))
    return path


class Talk:
    """A raw session: whatever octets, and the replies as they come."""

    def __init__(self, where, source=None, greeting=True):
        if isinstance(where, str):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(60)
            self.sock.connect(where)
        else:
            self.sock = socket.create_connection(where, 60, source_address=(source, 0) if source else None)
        self.room = b''
        self.closed = False
        if greeting:
            self.reply()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, octets):
        try:
            self.sock.sendall(octets if isinstance(octets, bytes) else octets.encode())
        except OSError:
            self.closed = True

    def reply(self):
        """(code, whole text) of one reply; (0, '') when the other side is gone."""
        lines = []
        while True:
            while b'\r\n' not in self.room:
                try:
                    piece = self.sock.recv(65536)
                except OSError:
                    piece = b''
                if not piece:
                    self.closed = True
                    return 0, ''
                self.room += piece
            line, self.room = self.room.split(b'\r\n', 1)
            lines.append(line.decode('utf-8', 'replace'))
            if line[3:4] != b'-':
                return int(line[:3]), '\n'.join(lines)

    def do(self, line):
        self.send((line if isinstance(line, bytes) else line.encode()) + b'\r\n')
        return self.reply()

    def starttls(self, context):
        self.do('STARTTLS')
        self.sock = context.wrap_socket(self.sock)


class Failed(Exception):
    pass


class Postern:
    all = []

    def __init__(self, dns=None, mx_port=25, domain='lists.example', admin='admin@lists.example', clock=False, at=None, **sets):
        self.dir = folder(at=at)
        self.domain, self.process, self.env = domain, None, dict(os.environ)
        self.env.setdefault('ASAN_OPTIONS', 'detect_leaks=0')
        self.port, self.submission, self.submissions, self.web = (free_port() for _ in range(4))
        self.log_path = self.dir + '/log'
        if clock:
            self.clock = self.dir + '/clock'
            self.ahead = 0  # seconds, of the program's clock
            self.env['POSTERN_CLOCK'] = self.clock
            self.set_clock(0)
        conf = {
            'smtp.listen': f'127.0.0.1:{self.port}', 'smtp.submission': f'127.0.0.1:{self.submission}',
            'smtp.submissions': f'127.0.0.1:{self.submissions}', 'web.listen': f'127.0.0.1:{self.web}',
            'site.timezone': '', 'site.url': 'https://www.lists.example', 'send.mx_port': mx_port, 'log.format': 'json',
            'log.level': 'debug', 'smtp.min_space': '1M',
        }
        if dns:
            conf['dns.server'] = dns.address
        conf.update({k.replace('__', '.', 1): str(v).replace('DATA', self.dir + '/data') for k, v in sets.items()})
        args = [x for k, v in conf.items() for x in ('--set', f'{k}={v}')]
        made = subprocess.run([POSTERN, *args, 'init', '--dir', self.dir + '/data', '--domain', domain,
                               '--admin', admin, '--hostname', 'mail.' + domain],
                              capture_output=True, text=True, env=self.env, timeout=150)
        if made.returncode:
            raise Failed(made.stderr)
        self.first_words = made.stdout
        self.data, self.conf = self.dir + '/data', self.dir + '/data/postern.conf'
        Postern.all.append(self)
        cleanups.append(self.kill)

    @classmethod
    def on(cls, other, data, conf):
        """A server on a folder that is there, with the ports of another that has ended."""
        p = cls.__new__(cls)
        p.__dict__.update(other.__dict__, data=data, conf=conf, process=None, log_path=data + '.log')
        cls.all.append(p)
        cleanups.append(p.kill)
        return p

    # --- commands ---
    def run(self, *args, input=None, sets=()):
        words = [x for s in sets for x in ('--set', s)]
        return subprocess.run([POSTERN, '-c', self.conf, *words, *args], input=input, capture_output=True,
                              text=not isinstance(input, bytes), env=self.env, timeout=150)

    def cli(self, *args, input=None):
        r = self.run(*args, input=input)
        if r.returncode:
            raise Failed(f'postern {" ".join(args)}: {r.returncode}: {r.stderr}{r.stdout}')
        return r.stdout

    def json(self, *args):
        return json.loads(self.cli(*args, '--json'))

    def token(self, address):
        return self.cli('user', 'token', address).strip()

    def trace(self, what):
        return self.json('trace', what)

    def status(self, what):
        return next(r['number'] for r in self.json('status') if r['what'].startswith(what))

    def configure(self, **sets):
        """Changes the file, for the next reload or start."""
        with open(self.conf, 'a') as f:
            for k, v in sets.items():
                section_, key = k.split('__', 1)
                f.write(f'[{section_}]\n{key} = {v}\n')

    def set_clock(self, seconds):
        with open(self.clock, 'r+b' if os.path.exists(self.clock) else 'wb') as f:
            f.write(str(int(seconds)).encode().ljust(32, b'\0'))

    def later(self, seconds):
        self.ahead += seconds
        self.set_clock(self.ahead)

    # --- the server ---
    def start(self, wait=True, env=None):
        self.log_from = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen([POSTERN, '-c', self.conf, 'serve'], stderr=log, stdout=log,
                                            stdin=subprocess.DEVNULL, env={**self.env, **(env or {})})
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        def ready():
            if self.process.poll() is not None:
                raise Failed('the server ended:\n' + self.tail())
            return {'smtpd', 'post', 'send'} <= {e.get('name') for e in self.events('role-ready', new=True)}
        if not eventually(ready, seconds):
            raise Failed('the server is not ready:\n' + self.tail())

    def roles(self):
        """Role name -> process id, as the kernel has it now."""
        out = {}
        try:
            children = open(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read().split()
        except OSError:
            return out
        started = {e['pid']: e['name'] for e in self.events('role-started', new=True)}
        for pid in map(int, children):
            if pid in started:
                out[started[pid]] = pid
        return out

    def stop(self, seconds=60):
        if not self.process or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        """All of it, at once."""
        if not self.process:
            return
        pids = [self.process.pid] + (list(self.roles().values()) if self.process.poll() is None else [])
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        self.process.wait()

    def reload(self):
        wanted = len(self.events('role-ready')) + len(self.roles())
        self.process.send_signal(signal.SIGHUP)
        return eventually(lambda: len(self.events('role-ready')) >= wanted)

    # --- its log ---
    def log(self, new=False):
        try:
            with open(self.log_path, 'rb') as f:
                f.seek(self.log_from if new else 0)
                return f.read().decode('utf-8', 'replace')
        except OSError:
            return ''

    def tail(self, lines=40):
        return '\n'.join([x for x in self.log().splitlines() if '"level":"debug"' not in x][-lines:])

    def events(self, name=None, new=False, **having):
        out = []
        for line in self.log(new).splitlines():
            if name and f'"event":"{name}"' not in line:
                continue
            try:
                e = json.loads(line)
            except ValueError:
                continue
            if all(e.get(k) == v for k, v in having.items()):
                out.append(e)
        return out

    def event(self, name, seconds=60, **having):
        """Waits for a line of the log."""
        return eventually(lambda: self.events(name, **having), seconds)

    def quiet(self, seconds=200):
        """Waits until nothing is to be sorted and nothing to be delivered at once."""
        return eventually(lambda: self.status('arrivals') == 0 and self.status('deliveries') == 0, seconds, 0.1)

    # --- its doors ---
    def tls(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def smtp(self, host='127.0.0.1', helo='client.example', source=None):
        return smtplib.SMTP(host, self.port, local_hostname=helo, timeout=60,
                            source_address=(source, 0) if source else None)

    def submit(self, user=None, token=None, mechanism='PLAIN', implicit=False):
        """A signed-in session at 587, or at 465."""
        if implicit:
            s = smtplib.SMTP_SSL('127.0.0.1', self.submissions, local_hostname='client.example', timeout=60,
                                 context=self.tls())
        else:
            s = smtplib.SMTP('127.0.0.1', self.submission, local_hostname='client.example', timeout=60)
            s.starttls(context=self.tls())
        s.ehlo()
        if user:
            s.user, s.password = user, token
            method = {'PLAIN': s.auth_plain, 'LOGIN': s.auth_login}[mechanism]
            s.auth(mechanism, method)
        return s

    def deliver(self, sender, recipients, message, **smtp):
        """As another server at port 25. The reply of the last command: (code, text)."""
        if isinstance(recipients, str):
            recipients = [recipients]
        with self.smtp(**smtp) as s:
            s.ehlo()
            code, text = s.docmd(f'MAIL FROM:<{sender}>')
            for r in recipients:
                if code // 100 == 2:
                    code, text = s.docmd(f'RCPT TO:<{r}>')
            if code // 100 == 2:
                try:
                    code, text = s.data(message)
                except smtplib.SMTPDataError as e:  # refused before the first octet
                    code, text = e.smtp_code, e.smtp_error
            return code, text.decode('utf-8', 'replace')
