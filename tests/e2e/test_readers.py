"""Two thousand readers at once, each with a connection that is kept, while posts arrive: every answer is right, no connection
breaks, and whoever comes anew sees a post on the list's page, or an answer in its feed, within two seconds of its 250, or ten where other work is done beside."""
# alone: it measures time
import asyncio
import collections
import os
import random
import resource
import statistics
import threading
import time
from email.utils import formatdate

from harness import LONG, Postern, check, done, equal, eventually, limit, section
from mailing import message

limit(900)
LIST, ANNA = 'dev@lists.example', 'anna@uni.example'
READERS, SECONDS, A_SECOND, SEEN_MS = 2000, 60 if LONG else 20, 5, 2000 if LONG else 10000
SEED = int(os.environ.get('POSTERN_SEED', time.time()))
random.seed(SEED)
print(f'seed: POSTERN_SEED={SEED}', flush=True)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
p = Postern(send__relay='outbox', smtp__messages_per_hour=0, smtp__messages_per_hour_all=0, smtp__recipients_per_hour=0,
            smtp__recipients_per_hour_all=0, log__level='info')
p.cli('list', 'create', LIST)
p.cli('list', 'set', LIST, 'archive_policy=public', 'authenticate=any', 'posts_per_hour=0')
p.cli('member', 'add', LIST, ANNA, *(f'm{n}@uni.example' for n in range(20)))
with open(p.dir + '/box', 'w') as f:
    for n in range(1, 1001):
        answers = f'In-Reply-To: <p{n - n % 10}@far.example>\nReferences: <p{n - n % 10}@far.example>\n' if n % 10 else ''
        f.write(f'From x Thu Jan  1 00:00:00 2026\nFrom: Person {n % 40} <p{n % 40}@far.example>\nTo: {LIST}\nSubject: {"Re: " if answers else ""}Topic {n // 10}\n'
                f'Message-ID: <p{n}@far.example>\nDate: {formatdate(1_750_000_000 + 600 * n)}\n{answers}\n' + f'Words of post {n} on the lattice.\n' * (n % 60 + 1) + '\n')
p.cli('archive', 'import', LIST, p.dir + '/box')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))

KINDS = {'home': lambda: '/lists/dev/', 'thread': lambda: f'/lists/dev/t/{10 * random.randrange(1, 100)}', 'post': lambda: f'/lists/dev/{random.randrange(1, 1001)}',
         'search': lambda: f'/lists/dev/search?q=lattice+from:{random.randrange(40)}', 'feed': lambda: '/lists/dev/feed.atom',
         'month': lambda: '/lists/dev/by/2025/06/'}
HOSTS = [f'127.0.{n}.1' for n in range(1, 21)]


async def fetch(reader, writer, path):
    """Status, body; the connection stays."""
    writer.write(f'GET {path} HTTP/1.1\r\nHost: www.lists.example\r\nUser-Agent: test\r\n\r\n'.encode())
    head = (await reader.readuntil(b'\r\n\r\n')).decode().lower()
    fields = dict(line.split(': ', 1) for line in head.split('\r\n')[1:] if line)
    if 'content-length' in fields:
        body = await reader.readexactly(int(fields['content-length']))
    else:
        body = b''
        while size := int(await reader.readuntil(b'\r\n'), 16):
            body += await reader.readexactly(size + 2)
        await reader.readuntil(b'\r\n')
    return int(head.split(' ')[1]), body


class World:
    def __init__(self):
        self.faults, self.times, self.seen, self.sent = collections.Counter(), collections.defaultdict(list), {}, []
        self.open, self.end = 0, None

    async def read(self, n):
        """One reader: a page, a look at it, the next."""
        try:
            reader, writer = await asyncio.open_connection('127.0.0.1', p.web, local_addr=(HOSTS[n % len(HOSTS)], 0))
            self.open += 1
            while self.end is None:
                await asyncio.sleep(0.1)
            await asyncio.sleep(random.uniform(0, 2))
            while time.monotonic() < self.end:
                kind = random.choice(list(KINDS))
                path, began = KINDS[kind](), time.monotonic()
                status, body = await asyncio.wait_for(fetch(reader, writer, path), 20)
                self.times[kind].append(time.monotonic() - began)
                if status != 200 or not body:
                    self.faults[f'{kind}: {status}'] += 1
                await asyncio.sleep(random.uniform(1, 3))
            writer.close()
        except (OSError, EOFError, asyncio.TimeoutError) as e:
            self.faults[f'{type(e).__name__}: {e}'] += 1

    async def look_for(self, n, sent):
        """Somebody new each time, until the post is there."""
        path = '/lists/dev/feed.atom' if n % 2 else '/lists/dev/'
        while (after := time.monotonic() - sent) < 20:
            reader, writer = await asyncio.open_connection('127.0.0.1', p.web)
            status, body = await fetch(reader, writer, path)
            writer.close()
            if f'arrival{n}x'.encode() in body:
                self.seen[n] = time.monotonic() - sent
                return
            if status != 200:
                self.faults[f'new reader: {status}'] += 1
            await asyncio.sleep(0.05)
        self.seen[n] = after

    def post(self, loop):
        """In a thread: so many a second, over one session."""
        with p.smtp() as s:
            s.ehlo()
            began = time.monotonic()
            for n in range(SECONDS * A_SECOND):
                time.sleep(max(0, began + n / A_SECOND - time.monotonic()))
                fields = {'In_Reply_To': f'<p{10 * (n % 90 + 1)}@far.example>'} if n % 2 else {}
                s.sendmail(ANNA, [LIST], message(ANNA, LIST, f'New arrival{n}x', f'arrival{n}x\r\n', **fields))
                self.sent.append(asyncio.run_coroutine_threadsafe(self.look_for(n, time.monotonic()), loop))

    async def run(self):
        readers = []
        for n in range(READERS):
            readers.append(asyncio.ensure_future(self.read(n)))
            if n % 100 == 99:
                await asyncio.sleep(0.02)
        while self.open + sum(self.faults.values()) < READERS:
            await asyncio.sleep(0.05)
        equal('all of them are connected', self.open, READERS)
        self.end = time.monotonic() + SECONDS
        poster = threading.Thread(target=self.post, args=(asyncio.get_running_loop(),))
        poster.start()
        await asyncio.gather(*readers)
        while poster.is_alive() or not all(x.done() for x in self.sent):
            await asyncio.sleep(0.05)


section(f'{READERS} readers, {A_SECOND} posts a second')
w = World()
asyncio.run(w.run())
answers = sum(map(len, w.times.values()))
for kind, times in w.times.items():
    times.sort()
    print(f'figure: {kind}: {len(times)} answers, median {1000 * statistics.median(times):.1f} ms, 99 % {1000 * times[int(0.99 * len(times))]:.0f} ms', flush=True)
print(f'figure: a post is seen after {1000 * statistics.median(w.seen.values()):.0f} ms, at most {1000 * max(w.seen.values()):.0f} ms', flush=True)
equal('no error, no reset, nothing but 200', dict(w.faults), {})
check('each read again and again', answers > READERS * SECONDS / 10, answers)
equal('every post was looked for', len(w.seen), SECONDS * A_SECOND)
equal(f'and seen within {SEEN_MS} ms', {n: t for n, t in w.seen.items() if 1000 * t > SEEN_MS}, {})
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
