"""The power goes under the whole server. A preloaded library has recorded every write
and sync; the folder is rebuilt as a cut at some moment would have left it, a new server
starts on it, and every post that had its 250 by then is there, archived, and on its way
to each member. With syncs switched off the same test must find losses."""
import os
import random
import re
import shutil
import struct
import subprocess
import threading
import time

from harness import HERE, LONG, POSTERN, Postern, check, done, equal, eventually, folder, limit, section
from mailing import message, mid_of

limit(900, 1200)
CUTS, CUTS_WITHOUT, POSTS = (50, 12, 240) if LONG else (8, 3, 120)
LIST, ANNA, MEMBERS = 'dev@lists.example', 'anna@uni.example', 5
SEED = int(os.environ.get('POSTERN_SEED', time.time()))
random.seed(SEED)
print(f'seed: POSTERN_SEED={SEED}', flush=True)
HEAD, MARK = struct.Struct('<IIQqQII'), 8


def tool(name):
    places = [os.environ.get('POSTERN_SHIM', ''), os.path.join(os.path.dirname(os.path.abspath(POSTERN)), 'tests/shim'),
              os.path.join(HERE, '../../build/tests/shim')]
    return next(os.path.join(x, name) for x in places if os.path.exists(os.path.join(x, name)))


SHIM, REPLAY = tool('powercut.so'), tool('powercut_replay')
ROOM = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None  # where only recorded syncs count


class Recorded:
    """A server that has run under the shim, with what it promised."""

    def __init__(self, sync):
        top = folder(at=ROOM)
        self.p = p = Postern(at=ROOM, site__data='DATA', send__relay='outbox', log__level='info',
                             smtp__messages_per_hour=0, smtp__recipients_per_hour=0)
        self.log, self.base, self.after = top + '/log', top + '/base', top + '/after'
        p.cli('list', 'create', LIST)
        p.cli('list', 'set', LIST, 'authenticate=any', 'posts_per_hour=0')
        p.cli('member', 'add', LIST, ANNA, *[f'm{i}@uni.example' for i in range(MEMBERS - 1)])
        shutil.copytree(p.data, self.base)
        open(self.log, 'wb').close()
        os.chmod(self.log, 0o666)
        env = {'LD_PRELOAD': SHIM, 'POWERCUT_DIR': p.data, 'POWERCUT_LOG': self.log, 'ASAN_OPTIONS': 'verify_asan_link_order=0'}
        if not sync:
            env['POWERCUT_NOSYNC'] = '1'
        p.start(env=env)
        self.lock, self.marks = threading.Lock(), os.open(self.log, os.O_WRONLY | os.O_APPEND)
        threads = [threading.Thread(target=self.post, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        eventually(lambda: p.status('arrivals') == 0, 60, 0.2)
        p.kill()
        self.read()

    def post(self, n):
        """Small ones, and some that go into a file of their own."""
        with self.p.smtp() as s:
            for i in range(POSTS // 4):
                body = f'post {n} {i}\r\n' * (20 if i % 5 else 9000)
                octets = message(ANNA, LIST, f'post {n} {i}', body)
                s.sendmail(ANNA, [LIST], octets)
                text = b'have ' + mid_of(octets).encode()
                with self.lock:
                    os.write(self.marks, HEAD.pack(0x54554350, MARK, 0, 0, 0, 0, len(text)) + text)

    def read(self):
        """promises: (number of records up to the mark, Message-ID)"""
        data, at, n, self.promises, kinds = open(self.log, 'rb').read(), 0, 0, [], {}
        while at + HEAD.size <= len(data):
            _, kind, _, _, _, path, size = HEAD.unpack_from(data, at)
            at += HEAD.size + path
            n += 1
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == MARK:
                self.promises.append((n, data[at:at + size].decode()[5:]))
            at += size
        self.records = n
        print(f'   {n} records, {len(data) >> 20} MB, kinds {kinds}', flush=True)

    def lost_by(self, cut, seed):
        """Message-IDs that were promised before the cut and are not there after it."""
        promised = [mid for n, mid in self.promises if n <= cut]
        shutil.rmtree(self.after, ignore_errors=True)
        subprocess.run([REPLAY, self.log, self.base, self.after, str(cut), str(seed), self.p.data], check=True, timeout=60)
        conf = self.after + '/postern.conf'
        text = open(self.p.conf).read().replace(self.p.data, self.after)
        with open(conf, 'w') as f:
            f.write(text)
        q = Postern.on(self.p, self.after, conf)
        try:
            q.start()
            sorted_ = eventually(lambda: q.status('arrivals') == 0 and q.status('deliveries') == 0, 90, 0.2)
            if not sorted_:
                print(q.tail(), flush=True)
            have = set(re.findall(r'(?m)^Message-ID: <(.*?)>', q.cli('archive', 'export', LIST)))
            lost = [mid for mid in promised if mid not in have]
            owed = [mid for mid in promised[-3:] if mid in have
                    and len({r['recipient'] for r in q.trace(mid) if r['what'] == 'kept'}) != MEMBERS]
            if q.run('archive', 'verify').returncode:
                owed.append('archive verify')
            return lost + owed
        except Exception as e:  # a book that does not open has lost all
            print('   ', str(e)[-600:], flush=True)
            return promised
        finally:
            q.kill()


section('recording')
with_syncs = Recorded(True)
equal('every post was accepted', len(with_syncs.promises), POSTS)
section(f'{CUTS} power cuts')
for i in range(CUTS):
    n, mid = random.choice(with_syncs.promises)
    lost = with_syncs.lost_by(min(n + random.choice((0, 0, 1, 3, 9, 50)), with_syncs.records), i)
    equal(f'cut {i}, behind record {n}: nothing is lost', lost, [])
section('the same without syncs')
without = Recorded(False)
lost = 0
for i in range(CUTS_WITHOUT):
    n, mid = without.promises[random.randrange(POSTS // 2, POSTS)]
    lost += len(without.lost_by(n, i * 3))
check('this test can find losses', lost > 0)
print(f'figure: {CUTS} power cuts lose 0 of {POSTS} posts, {CUTS_WITHOUT} without syncs {lost}', flush=True)
done()
