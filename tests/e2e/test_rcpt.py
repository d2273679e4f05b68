"""RCPT is answered from memory: while nobody can read the lists book, and by what a command, a page or
a program has changed as soon as they come back."""
# alone: it measures time
import base64
import fcntl
import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import time

from browser import Browser
from harness import Postern, Talk, check, done, equal, eventually, limit, section

limit(900)
LIST, ANNA, ADMIN = 'dev@lists.example', 'anna@uni.example', 'admin@lists.example'
ASKED = ((LIST, 250), ('dev-owner@lists.example', 250), ('bugs@lists.example', 250),
         ('nobody@lists.example', 550), ('x@far.example', 550))
p = Postern(send__relay='outbox', smtp__messages_per_hour=0, smtp__recipients_per_hour=0)
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('alias', 'add', 'bugs@lists.example', ANNA)
p.start()
BOOK = next(f'{p.data}/lists/{x}' for x in os.listdir(p.data + '/lists') if x.endswith('.db'))
READ = ("import sqlite3, sys; b = sqlite3.connect(sys.argv[1], timeout=0.2); "
        "print(b.execute('SELECT count(*) FROM list').fetchone())")


def is_readable():
    return subprocess.run([sys.executable, '-c', READ, BOOK], capture_output=True).returncode == 0


class Locked:
    """All of the book's locks, for us alone. SQLite's EXCLUSIVE keeps writers out; where
    there is a log (WAL), readers hold locks 120 to 127 of its index instead."""

    def __enter__(self):
        self.book = sqlite3.connect(BOOK, isolation_level=None)
        self.index = open(BOOK + '-shm', 'r+b')
        check('the lock is had', eventually(self._take))

    def _take(self):
        try:
            self.book.execute('BEGIN EXCLUSIVE')
            self.book.execute('ROLLBACK')
            fcntl.lockf(self.index, fcntl.LOCK_EX | fcntl.LOCK_NB, 8, 120)
            return True
        except (OSError, sqlite3.OperationalError):
            return False

    def __exit__(self, *_):
        self.index.close()  # and with it goes every lock of this process on it
        self.book.close()


def ask(t, address):
    start = time.monotonic()
    code = t.do(f'RCPT TO:<{address}>')[0]
    return code, (time.monotonic() - start) * 1000


def answers(t):
    """Each address five times: what was said, and how long the quickest took. A lock would keep each of them."""
    for address, wanted in ASKED:
        got = [ask(t, address) for _ in range(5)]
        equal(address, {x[0] for x in got}, {wanted})
        ms = min(x[1] for x in got)
        check(f'{address} within 100 ms', ms < 100, ms)
        print(f'figure: RCPT {address} {ms:.2f} ms', flush=True)


section('while nobody can read the book')
check('it can be read before', is_readable())
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    t.do(f'MAIL FROM:<{ANNA}>')
    with Locked():
        check('the lock bites', not is_readable())
        answers(t)
        with Talk(('127.0.0.1', p.port)) as late:
            late.do('EHLO x')
            start = time.monotonic()
            equal('a transaction can begin, too', late.do(f'MAIL FROM:<{ANNA}>')[0], 250)
            check('at once', time.monotonic() - start < 5, time.monotonic() - start)
            answers(late)
check('and it can be read again', eventually(is_readable))

section('what is changed holds when the command comes back')


def code_of(address):
    """As a session that begins now is told."""
    with Talk(('127.0.0.1', p.port)) as t:
        t.do('EHLO x')
        t.do(f'MAIL FROM:<{ANNA}>')
        return t.do(f'RCPT TO:<{address}>')[0]


def holds(what, address, before, after, change):
    equal(f'{address} before {what}', code_of(address), before)
    change()
    equal(f'{address} after {what}', code_of(address), after)


def by_command(address, before, after, *words):
    holds(' '.join(words[:2]), address, before, after, lambda: p.cli(*words))


NEW, HELP = 'new@lists.example', 'help@lists.example'
by_command(NEW, 550, 250, 'list', 'create', NEW)
by_command('newer@lists.example', 550, 250, 'list', 'rename', NEW, 'newer@lists.example')
by_command('newer@lists.example', 250, 550, 'list', 'remove', 'newer@lists.example')
by_command(HELP, 550, 250, 'alias', 'add', HELP, ANNA)
by_command(HELP, 250, 550, 'alias', 'rm', HELP)
by_command('postmaster@labs.example', 550, 250, 'domain', 'add', 'labs.example')
for i in range(20):
    by_command(f'a{i}@lists.example', 550, 250, 'list', 'create', f'a{i}@lists.example')

section('and when the page does, or the API')
b = Browser(p)
url = p.cli('user', 'link', ADMIN).strip()
b.get(url[url.index('/confirm/'):]).submit()
PAGE = 'page@lists.example'
holds('a list made on its page', PAGE, 550, 250, lambda: b.get('/new-list').submit('Make a list', None, name='page', owner=ADMIN))
holds('a list renamed on its page', 'paper@lists.example', 550, 250,
      lambda: b.get('/lists/page/admin/name').submit('rename', address='paper@lists.example'))
token = base64.b64encode(f'{ADMIN}:{p.token(ADMIN)}'.encode()).decode()


def program(method, path, body=None):
    """The status of Mailman 3's API."""
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request(method, '/api/3.1/' + path, body, {'Authorization': 'Basic ' + token, 'Content-Type': 'application/x-www-form-urlencoded'})
    try:
        return c.getresponse().status
    finally:
        c.close()


for i in range(20):
    made = f'b{i}@lists.example'
    holds('a list made by API', made, 550, 250, lambda: equal('made', program('POST', 'lists', 'fqdn_listname=' + made), 201))
holds('a list removed by API', made, 250, 550, lambda: equal('removed', program('DELETE', 'lists/' + made), 204))

section('while smtpd does nothing the command comes back all the same')
smtpd = p.roles()['smtpd']
os.kill(smtpd, signal.SIGSTOP)
start = time.monotonic()
p.cli('list', 'create', 'late@lists.example')
check('within seconds', time.monotonic() - start < 30, time.monotonic() - start)
os.kill(smtpd, signal.SIGCONT)
check('and smtpd has the list soon', eventually(lambda: code_of('late@lists.example') == 250))
equal('SIGTERM ends it well', p.stop(), 0)
p.cli('list', 'create', 'later@lists.example')
done()
