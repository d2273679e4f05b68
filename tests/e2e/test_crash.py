"""kill -9, anywhere, at any time: of each role, of all of them, of the supervisor, while
posts come in and a large list is fanned out. Whatever was answered with 250 is in the
archive and with every member; what came twice was on its way when the axe fell."""
import collections
import os
import random
import signal
import smtplib
import threading
import time

from harness import LONG, Failed, Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900, 1500)
MEMBERS, ROUNDS, POSTS = (10000, 50, 2000) if LONG else (1000, 10, 250)
BIG, SMALL, ANNA = 'big@lists.example', 'small@lists.example', 'anna@d0.example'
SEED = int(os.environ.get('POSTERN_SEED', time.time()))
random.seed(SEED)
print(f'seed: POSTERN_SEED={SEED}', flush=True)

sinks = [Sink(f'127.0.0.{40 + i}', 0, f'mx{i}.example') if i == 0 else None for i in range(2)]
sinks[1] = Sink('127.0.0.41', sinks[0].port, 'mx1.example', offers=('PIPELINING', '8BITMIME'))
dns = NameServer({f'd{i}.example': {'MX': [(10, f'mx{i % 2}.host')]} for i in range(10)}, ttl=3600)
dns.zone.update({f'mx{i}.host': {'A': [f'127.0.0.{40 + i}']} for i in range(2)})
p = Postern(dns=dns, mx_port=sinks[0].port, smtp__messages_per_hour=0, smtp__recipients_per_hour=0,
            send__retry='1s', log__level='info')
for name in (BIG, SMALL):
    p.cli('list', 'create', name)
    p.cli('list', 'set', name, 'authenticate=any', 'posts_per_hour=0')
members = [f'm{i:05}@d{i % 10}.example' for i in range(MEMBERS)]
p.cli('member', 'add', BIG, '-', input='\n'.join([ANNA] + members))
p.cli('member', 'add', SMALL, ANNA, 'ben@d1.example')
p.start()

accepted, lock, stop = {}, threading.Lock(), threading.Event()
tries = collections.Counter()


def deliver(to, subject):
    """Until the server says 250, as every mail server does. Then it is promised."""
    post = message(ANNA, to, subject, f'{subject}\r\n' * 40)
    mid = mid_of(post)
    while not stop.is_set():
        tries[mid] += 1
        try:
            with smtplib.SMTP('127.0.0.1', p.port, 'client.example', timeout=60) as s:
                s.sendmail(ANNA, [to], post)
            with lock:
                accepted[mid] = to
            return mid
        except (OSError, smtplib.SMTPException):
            time.sleep(0.05)


def poster(n):
    for i in range(POSTS // 4):
        deliver(SMALL, f'small {n} {i}')
        time.sleep(0.01)


def big_poster():
    for i in range(3):
        deliver(BIG, f'big {i}')
        time.sleep(ROUNDS * 0.25)


def restart():
    """As systemd would: again, until it stands."""
    for _ in range(40):
        try:
            p.start()
            return True
        except Failed:
            time.sleep(0.25)
    return False


kills = []


def kill(victim):
    roles = p.roles()
    pids = list(roles.values()) if victim == 'all' else [p.process.pid] if victim in ('serve', 'everything') else [roles.get(victim)]
    if victim == 'everything':
        pids += roles.values()
    kills.append((time.time(), victim))
    for pid in filter(None, pids):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    if victim in ('serve', 'everything'):
        p.process.wait()
        check('it starts again', restart(), p.tail())


section(f'{ROUNDS} rounds, {POSTS} posts, {MEMBERS} members')
threads = [threading.Thread(target=poster, args=(n,), daemon=True) for n in range(4)]
threads.append(threading.Thread(target=big_poster, daemon=True))
for t in threads:
    t.start()
order = ['smtpd', 'post', 'send', 'all', 'serve', 'everything', 'web', 'fetch', 'post', 'send']
for r in range(ROUNDS):
    time.sleep(random.uniform(0.05, 1.2))
    kill(order[r] if r < len(order) else random.choice(order))
    eventually(lambda: p.events('role-ready', new=True))
section('the axe rests')
for t in threads:
    t.join(300)
    check('every post was accepted in the end', not t.is_alive())
stop.set()
check('all is sorted and delivered', eventually(lambda: p.status('arrivals') == 0 and p.status('deliveries') == 0, 300, 0.3), p.cli('status') + p.tail())

section('what came')
copies = collections.defaultdict(list)
for sink in sinks:
    for m in sink.mails:
        mid = m.field('Message-ID').strip('<>')
        for r in m.rcpts:
            copies[mid, r].append(m)
wanted = {(mid, r) for mid, to in accepted.items() for r in ([ANNA, 'ben@d1.example'] if to == SMALL else [ANNA] + members)}
missing = wanted - set(copies)
equal(f'of {len(wanted)} copies none is missing', len(missing), 0)
for x in list(missing)[:5]:
    print('  missing:', x, p.trace(x[0])[:5])
equal('and none came of nothing', {mid for mid, _ in copies} - set(accepted), set())
broken = [m for x in copies.values() for m in x if not m.data.endswith(b'\r\n') or m.body.count(b'\r\n') != 40]
equal('each is whole', len(broken), 0)


def excused(times):
    """The first one came when something that knew of it was about to die."""
    return all(any(-0.3 < at - t < 2.5 for at, victim in kills if victim in ('send', 'all', 'serve', 'everything')) for t in times[:-1])


twice = {k: sorted(m.at for m in v) for k, v in copies.items() if len(v) > 1}
unexcused = {k: v for k, v in twice.items() if not excused(v)}
equal('what came twice was on its way when a sender died', len(unexcused), 0)
for k, v in list(unexcused.items())[:5]:
    print('  twice:', k, v, [(at, w) for at, w in kills if abs(at - v[0]) < 10], p.trace(k[0])[:3])
print(f'figure: {len(kills)} kills, {len(accepted)} posts, {len(wanted)} copies, {sum(len(v) - 1 for v in twice.values())} twice', flush=True)
exported = p.run('archive', 'export', SMALL, input=b'').stdout.count(b'\nMessage-ID: <')
equal('the archive has each post once', exported, sum(1 for to in accepted.values() if to == SMALL))
exported = p.run('archive', 'export', BIG, input=b'').stdout.count(b'\nMessage-ID: <')
equal('also the large list\'s', exported, sum(1 for to in accepted.values() if to == BIG))
equal('archive verify', p.run('archive', 'verify').returncode, 0)
paths = collections.Counter(m.mail_from for m in copies[next(mid for mid, to in accepted.items() if to == BIG), members[0]])
equal('a copy sent again is the same copy', len(paths), 1)
equal('SIGTERM ends it well', p.stop(), 0)
done()
