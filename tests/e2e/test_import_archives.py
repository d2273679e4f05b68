"""Archives of others come in: Maildir, packed mbox, public-inbox, pages of Pipermail, MHonArc and hypermail; their old addresses lead to the posts, and hostile
ones are left where a limit says so."""
import base64
import gzip
import hashlib
import http.client
import json
import os
import subprocess
import time
from email.utils import formatdate

from harness import Postern, check, done, equal, limit, section

limit(240)
p = Postern(admin='admin@lists.example', send__relay='outbox')
p.start()
START = 1_210_000_000


def get(path):
    """Status, where it leads, what it says; no redirect is followed."""
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=30)
    c.request('GET', path)
    r = c.getresponse()
    a = r.status, r.headers.get('Location'), r.read().decode()
    c.close()
    return a


def letter(n, subject, body=None, answers=None, mid=None):
    """Post n of somebody, its fields told."""
    reply = f'In-Reply-To: <m{answers}@old.example>\nReferences: <m{answers}@old.example>\n' if answers else ''
    return (f'From: Person {n} <person{n}@old.example>\nTo: dev@lists.example\nSubject: {subject}\nMessage-ID: {mid or f"<m{n}@old.example>"}\n'
            f'Date: {formatdate(START + 3600 * n)}\n{reply}\n{body or f"Words of post {n}."}\n')


def mbox(*letters):
    return ''.join(f'From x Mon May  5 15:06:40 2008\n{x}\n' for x in letters)


def fresh(name):
    p.cli('list', 'create', f'{name}@lists.example')
    return f'{name}@lists.example'


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def posts(name):
    """Subjects as the month's page shows them, in order of the numbers."""
    found, n = [], 1
    while (a := get(f'/lists/{name}/{n}.json'))[0] == 200:
        found.append(json.loads(a[2])['subject'])
        n += 1
    return found


def leads(what, path, to):
    equal(what, get(path)[:2], (301, to))


section('a Maildir')
LIST = fresh('maildir')
box = f'{p.dir}/Maildir'
for folder in ('cur', 'new', 'tmp'):
    os.makedirs(f'{box}/{folder}')
write(f'{box}/cur/1210000300.M1P1.host:2,S', letter(3, 'the third'))
write(f'{box}/cur/1210000100.M1P1.host:2,RS', letter(1, 'the first').replace('\n', '\r\n'))
write(f'{box}/new/1210000200.M1P1.host', letter(2, 'Re: the first', answers=1))
write(f'{box}/cur/1210000150.M1P1.host:2,ST', letter(4, 'thrown away'))
write(f'{box}/tmp/1210000160.M1P1.host', letter(5, 'half delivered'))
write(f'{p.dir}/secret', letter(6, 'behind a link'))
os.symlink(f'{p.dir}/secret', f'{box}/cur/1210000400.M1P1.host:2,S')
os.mkfifo(f'{box}/cur/1210000500.M1P1.host:2,S')
with open(f'{box}/new/1210000600.M1P1.host', 'wb') as f:
    f.truncate(200 << 20)
r = p.run('archive', 'import', LIST, box, '--report', f'{p.dir}/report')
equal('what cannot be read is said', (r.returncode, ' 3 kept (0 repaired), 0 there already, 3 unreadable' in r.stdout), (1, True))
equal('the posts stand in the order in which they came, without those thrown away', posts('maildir'), ['the first', 'Re: the first', 'the third'])
check('in their thread', 'Words of post 2.' in get('/lists/maildir/t/1')[2])
why = open(f'{p.dir}/report').read()
check('no link is followed, no pipe waited for, nothing without measure read', 'a symbolic link' in why and 'no file' in why and 'larger' in why, why)
check('again: nothing twice', ' 0 kept (0 repaired), 3 there already' in p.run('archive', 'import', LIST, box).stdout)
os.mkdir(f'{p.dir}/nothing')
r = p.run('archive', 'import', LIST, f'{p.dir}/nothing')
check('a folder of nothing', r.returncode == 1 and 'nothing' in r.stderr, r.stderr)

section('an mbox packed by gzip')
LIST = fresh('packed')
with open(write(f'{p.dir}/two.mbox.gz', gzip.compress(mbox(letter(1, 'in one member')).encode())), 'ab') as f:
    f.write(gzip.compress(mbox(letter(2, 'and in another')).encode()))
equal('comes in as it is', p.run('archive', 'import', LIST, f'{p.dir}/two.mbox.gz').returncode, 0)
equal('both parts of it', posts('packed'), ['in one member', 'and in another'])
bomb = write(f'{p.dir}/bomb.gz', gzip.compress(mbox(letter(3, 'before')).encode() + b'\0' * (300 << 20)))
r = p.run('archive', 'import', LIST, bomb)
check('a bomb is left', r.returncode == 1 and 'more comes out' in r.stderr, r.stdout + r.stderr)
cut = write(f'{p.dir}/cut.gz', gzip.compress(mbox(letter(3, 'before')).encode() * 50)[:-40])
r = p.run('archive', 'import', LIST, cut)
check('one cut short, too', r.returncode == 1 and 'no whole gzip data' in r.stderr, r.stdout + r.stderr)
equal('and nothing of them came in', len(posts('packed')), 2)

section('HyperKitty')
LIST = fresh('kitty')
r = p.run('archive', 'import', LIST, write(f'{p.dir}/kitty.mbox', mbox(letter(1, 'a question', mid='<87slfowaeh.fsf@old.example>'), letter(2, 'Re: a question'))))
r = p.run('archive', 'import', LIST, f'{p.dir}/kitty.mbox', '--hyperkitty=/mailman3/hyperkitty/list/kitty@old.example/')
equal('run again over what is here', r.returncode, 0)

for n, mid in ((1, '87slfowaeh.fsf@old.example'), (2, 'm2@old.example')):
    code = base64.b32encode(hashlib.sha1(mid.encode()).digest()).decode()
    for before in ('/mailman3/hyperkitty', '/hyperkitty', '/archives'):
        leads(f'{before}: message {n}', f'{before}/list/kitty@old.example/message/{code}/', f'/lists/kitty/{n}')
    if n == 1:
        leads('a thread', f'/hyperkitty/list/kitty@old.example/thread/{code}/', '/lists/kitty/1')
r = p.run('archive', 'import', LIST, f'{p.dir}/kitty.mbox', '--hyperkitty=/kitty')
check('a path that is none', r.returncode == 2 and '/hyperkitty/list/LIST@DOMAIN' in r.stderr, r.stderr)

done()
