"""archive_from_join: members see what was posted from the day on which they joined: on pages, in their twins, feeds, files and searches."""
import gzip
import re
import sqlite3
from email.utils import format_datetime
from datetime import datetime, timedelta, timezone

from browser import Browser
from harness import Postern, check, done, equal, limit, section

limit(900)
LIST = 'dev@lists.example'
OWNER, ANNA, NEW = 'owner@uni.example', 'anna@uni.example', 'newman@uni.example'
NOW = datetime.now(timezone.utc)
p = Postern(admin='admin@lists.example', send__relay='outbox', clock=True)
p.set_clock(-40 * 86400)
p.cli('list', 'create', LIST, '--owner', OWNER)
p.cli('list', 'set', LIST, 'archive_policy=private')
p.cli('member', 'add', LIST, ANNA)
p.set_clock(-86400)
p.cli('member', 'add', LIST, NEW)
p.set_clock(0)
for address in (OWNER, ANNA, NEW):
    p.cli('user', 'add', address)


def post(number, days, who, subject, answers=None, came=None):
    came = (NOW - timedelta(days=days if came is None else came)).strftime('%a %b %d %H:%M:%S %Y')
    head = f'From: {who} of {number} <{who}{number}@far.example>\r\nTo: {LIST}\r\nSubject: {subject}\r\nMessage-ID: <m{number}@far.example>\r\n'
    head += f'Date: {format_datetime(NOW - timedelta(days=days))}\r\nMIME-Version: 1.0\r\n'
    head += f'In-Reply-To: <m{answers}@far.example>\r\nReferences: <m{answers}@far.example>\r\n' if answers else ''
    return (f'From x {came}\n{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nxylophone of {number}\r\n'
            f'--b\r\nContent-Type: text/plain; name=f{number}.txt\r\nContent-Disposition: attachment; filename=f{number}.txt\r\n\r\nattached to {number}\r\n--b--\r\n').replace('\r\n', '\n')


# the day on which the new member joined began so many days ago
JOINED = (NOW - (NOW - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(days=1)
box = f'{p.dir}/box'
with open(box, 'w') as f:
    f.write('\n'.join([post(1, 39, 'Olduser', 'Secretplan'), post(2, 38, 'Oldtimer', 'Alone of old'), post(3, 30, 'Midway', 'Re: Secretplan', 1),
                       post(4, 0.0002, 'Fresh', 'Re: Secretplan', 3), post(5, 0.0001, 'Latest', 'New matters'),
                       post(6, 37, 'Dated', 'Of late', came=0.005), post(7, JOINED - 1 / 24, 'Ahead', 'Of tomorrow', came=JOINED + 1 / 24)]))
p.cli('archive', 'import', LIST, box)
book = sqlite3.connect(f'{p.data}/archive/archive.db')
with book:
    book.executemany('INSERT INTO url_alias (path, list, post) SELECT ?, list, id FROM post WHERE number = ?', [(f'/pipermail/former/000{n}.html', n) for n in (1, 4)])
book.close()
p.start()


def person(address, network):
    return Browser(p, network=network).enter(address)


owner, anna, new = person(OWNER, '192.0.2.1'), person(ANNA, '192.0.2.2'), person(NEW, '192.0.2.3')
MONTHS = sorted({(NOW - timedelta(days=d)).strftime('%Y/%m') for d in (39, 38, 30, 1, 0)})
HERE = NOW.strftime('%Y/%m')
PATHS = ['/lists/dev/', '/lists/dev/by/', '/lists/dev/search?q=xylophone', '/lists/dev/search?q=xylophone&o=new', '/lists/dev/search?q=from:oldtimer',
         '/lists/search?q=xylophone', '/lists/dev/feed.atom', '/lists/dev/feed.json', '/lists/dev/by/all.mbox.gz',
         '/lists/search.feed.json?q=xylophone', '/lists/dev/search.mbox.gz?q=xylophone', '/lists/dev/stats', '/lists/', '/lists/dev/t/1.atom'] \
    + [f'/lists/dev/by/{m}/' for m in MONTHS] + [f'/lists/dev/by/{m[:4]}/' for m in MONTHS] + [f'/lists/dev/by/{m}/{d:02}/' for m in MONTHS for d in range(1, 29)] + [f'/lists/dev/by/{m}/?view=flat' for m in MONTHS] \
    + [f'/lists/dev/by/{m.replace("/", "-")}.mbox.gz' for m in MONTHS] \
    + [x.format(n) for n in range(1, 8) for x in ('/lists/dev/{}', '/lists/dev/t/{}', '/lists/dev/t/{}?view=flat', '/lists/dev/t/{}?view=outline', '/lists/dev/from/{}', '/lists/dev/from/{}.atom', '/lists/dev/{}/raw', '/lists/dev/{0}/a/1/f{0}.txt',
                                                  '/lists/dev/post?re={}', '/mid/m{}@far.example', '/lists/dev/t/{}.mbox.gz', '/lists/dev/t/{}.feed.json', '/lists/dev/{}.mbox.gz')]
PATHS += [x + '.json' if '?' not in x else x.replace('?', '.json?') for x in PATHS
          if not re.search(r'\.atom|\.gz|\.json|/raw|/a/|/mid/|/$|/\?', x)]
TELL_TALES = ('Olduser', 'Oldtimer', 'Midway', 'Alone of old', 'xylophone of 1', 'xylophone of 2', 'xylophone of 3', 'attached to 1', 'attached to 2',
              'attached to 3', 'm1@far', 'm2@far', 'm3@far', 'Ahead', 'm7@far')


def read(b, path):
    b.get(path)
    return b.status, (gzip.decompress(b.raw).decode() if '.gz' in path and b.status == 200 else b.page)


def told(b):
    """What a path tells that was posted before, over all paths, but for what the asker wrote in it."""
    out = {}
    for path in PATHS:
        status, page = read(b, path)
        asked = path.lower().split('?')[-1] if '?' in path else path
        # the references of a newer post, as it was sent, stand in it
        own = page if not re.search(r'/(4|5)/raw|/[45](\.json)?$|\.gz|re=4', path) else re.sub(r'm[13]@far\.example', '', page)
        found = {t for t in TELL_TALES if t in own and t.lower().split('@')[0] not in asked and t.lower() not in asked}
        if found:
            out[path] = found
    return out


section('off: everybody who may read reads all')
check('the new member sees the old posts', len(told(new)) > 20, told(new))
equal('and reads them', [new.get(f'/lists/dev/{n}').status for n in range(1, 6)], [200] * 5)

section('on')
p.cli('list', 'set', LIST, 'archive_from_join=yes')
equal('nothing of before tells itself to the new member', told(new), {})
equal('what is older is not there', {x: read(new, f'/lists/dev/{n}{x}')[0] for n in (1, 2, 3, 7) for x in ('', '.json', '/raw', f'/a/1/f{n}.txt')},
      {x: 404 for n in (1, 2, 3, 7) for x in ('', '.json', '/raw', f'/a/1/f{n}.txt')})
equal('by its Message-ID neither', [new.get(f'/mid/m{n}@far.example').status for n in (1, 2, 3)], [404] * 3)
equal('what is newer is, whatever its author says of the date', [new.get(f'/lists/dev/{n}').status for n in (4, 5, 6)], [200] * 3)
equal('an address of the archive before leads to what is seen, and tells of nothing else', [b.get(f'/pipermail/former/000{n}.html').status for b in (new, anna) for n in (1, 4)],
      [404, 200, 200, 200])
equal('and is found', sorted(h['number'] for h in new.json('/lists/dev/search.json?q=xylophone')['hits']), [4, 5, 6])
equal('on all lists', sorted(h['number'] for h in new.json('/lists/search.json?q=xylophone&o=new')['hits']), [4, 5, 6])
thread = new.json('/lists/dev/t/1.json')
equal('a thread that began before begins for them with what they see', (thread['posts'], thread['subject'], [m['number'] for m in thread['messages']]),
      (1, 'Re: Secretplan', [4]))
equal('one that ended before is none', new.get('/lists/dev/t/2').status, 404)
check('the feed has the three', len(re.findall('<entry>', new.get('/lists/dev/feed.atom').page)) == 3)
check('the month as a file, too', read(new, f'/lists/dev/by/{HERE.replace("/", "-")}.mbox.gz')[1].count('\nMessage-ID: ') == 2)
check('the home page', 'New matters' in new.get('/lists/dev/').page)
for who, b in (('who was a member before', anna), ('an owner', owner)):
    equal(f'{who} reads all', [b.get(f'/lists/dev/{n}').status for n in range(1, 8)], [200] * 7)
    equal(f'{who} finds all', len(b.json('/lists/dev/search.json?q=xylophone')['hits']), 7)
equal('a guest nothing', Browser(p).get('/lists/dev/4').status, 401)
p.cli('list', 'set', LIST, 'archive_policy=public')
equal('where everybody reads, members do', new.get('/lists/dev/1').status, 200)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
