"""RCPT is answered from memory: while nobody can read the lists book, and with what a
command has changed within a second."""
# alone: it measures time
import fcntl
import os
import sqlite3
import statistics
import subprocess
import sys
import time

from harness import Postern, Talk, check, done, equal, eventually, limit, section

limit(120)
LIST, ANNA = 'dev@lists.example', 'anna@uni.example'
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
        check('the lock is had', eventually(self._take, 20))

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
    """Each address five times: what was said, and how long the middle one took."""
    for address, wanted in ASKED:
        got = [ask(t, address) for _ in range(5)]
        equal(address, {x[0] for x in got}, {wanted})
        ms = statistics.median(x[1] for x in got)
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
            check('at once', time.monotonic() - start < 0.5, time.monotonic() - start)
            answers(late)
check('and it can be read again', eventually(is_readable, 10))

section('what changes is seen within a second')


def code_of(address):
    """As a session that begins now is told."""
    with Talk(('127.0.0.1', p.port)) as t:
        t.do('EHLO x')
        t.do(f'MAIL FROM:<{ANNA}>')
        return t.do(f'RCPT TO:<{address}>')[0]


def seen(what, address, before, after, *command):
    equal(f'{address} before {what}', code_of(address), before)
    p.cli(*command)
    start = time.monotonic()
    check(f'{what} is seen', eventually(lambda: code_of(address) == after, 10, 0.01))
    took = time.monotonic() - start
    check(f'{what}: within a second', took < 1, took)
    print(f'figure: {what} is seen after {took * 1000:.0f} ms', flush=True)


NEW, HELP = 'new@lists.example', 'help@lists.example'
seen('list create', NEW, 550, 250, 'list', 'create', NEW)
seen('list rename', 'newer@lists.example', 550, 250, 'list', 'rename', NEW, 'newer@lists.example')
seen('list remove', 'newer@lists.example', 250, 550, 'list', 'remove', 'newer@lists.example')
seen('alias add', HELP, 550, 250, 'alias', 'add', HELP, ANNA)
seen('alias rm', HELP, 250, 550, 'alias', 'rm', HELP)
equal('SIGTERM ends it well', p.stop(), 0)
done()
