"""What programs follow and fetch of an archive: feeds in both forms, of a list, a thread, an
author and a search; and posts as files."""
import base64
import gzip
import json
import mailbox
import subprocess
import tempfile
import time
import urllib.parse
import xml.dom.minidom
from email.utils import formatdate

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message

limit(900)
DEV, LAB, BOARD, ANNA = 'dev@lists.example', 'lab@lists.example', 'board@lists.example', 'anna@uni.example'
SITE = 'https://www.lists.example'
p = Postern(send__relay='outbox')
for name in (DEV, LAB, BOARD):
    p.cli('list', 'create', name, '--owner', 'owner@uni.example', *(['--private'] if name == BOARD else []))
p.cli('user', 'add', ANNA)
p.cli('member', 'add', BOARD, ANNA)


def letter(to, n, body='The beam was \u201cstable\u201d.\r\n\r\nFrom here on.\r\n'):
    root = f'<{n - n % 5}{to}>'
    return message(f'Person {n % 7} <person{n % 7}@uni.example>', to, f'Run <{n - n % 5}> & "beam"', body.encode(), mid=f'<{n}{to}>',
                   Date=formatdate(1_750_000_000 + 86400 * n), In_Reply_To=root if n % 5 else None, Content_Type='text/plain; charset=utf-8')


def fill(to, letters):
    with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
        for m in letters:
            f.write(b'From x Thu Jan  1 00:00:00 2026\n' + m.replace(b'\r\n', b'\n').replace(b'\nFrom ', b'\n>From ') + b'\n')
        f.flush()
        p.cli('archive', 'import', to, f.name)


fill(DEV, [letter(DEV, n) for n in range(90)] + [letter(DEV, 90, 'x' * 70 + '\r\n' + 4000 * ('long line ' * 7 + '\r\n'))])
fill(LAB, [letter(LAB, n) for n in range(10)])
fill(BOARD, [letter(BOARD, n, 'secret beam\r\n') for n in range(10)])
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
guest, anna = Browser(p), Browser(p)
anna.enter(ANNA)


def atom(path, b=guest):
    b.ask('GET', path)
    equal(f'{path}: Atom', (b.status, b.headers['Content-Type']), (200, 'application/atom+xml; charset=utf-8'))
    d = xml.dom.minidom.parseString(b.raw)
    own = [x.getAttribute('href') for x in d.documentElement.childNodes if x.nodeName == 'link' and x.getAttribute('rel') == 'self']
    equal(f'{path}: where it stands', own, [SITE + path])
    return [{x.nodeName: x.getAttribute('href') or ''.join(t.data for t in x.childNodes if t.nodeType == t.TEXT_NODE) for x in e.childNodes
             if x.nodeType == x.ELEMENT_NODE} for e in d.getElementsByTagName('entry')]


def feed(path, b=guest):
    """What https://www.jsonfeed.org/version/1.1/ requires of it."""
    b.ask('GET', path)
    equal(f'{path}: JSON Feed', (b.status, b.headers['Content-Type']), (200, 'application/feed+json'))
    f = json.loads(b.raw)
    equal(f'{path}: its version', f['version'], 'https://jsonfeed.org/version/1.1')
    equal(f'{path}: where it stands', f['feed_url'], SITE + path)
    check(f'{path}: has a title and a page', f['title'] and f['home_page_url'].startswith(SITE + '/lists/'), f)
    for x in f['items']:
        check(f'{path}: an item has an id, an address and content',
              x['id'] and x['url'].startswith(SITE + '/lists/') and ('content_html' in x) != ('content_text' in x), x)
        check(f'{path}: who and when', x['authors'][0]['name'].startswith('Person') and x['date_published'].endswith('Z'), x)
    equal(f'{path}: no id twice', len({x['id'] for x in f['items']}), len(f['items']))
    return f


section('of a list, a thread, an author, a search, in both forms')
BEAM = urllib.parse.quote('beam')
for page, one, other, count in (('/lists/dev/', '/lists/dev/feed.atom', '/lists/dev/feed.json', 25), ('/lists/dev/t/6', '/lists/dev/t/6.atom', '/lists/dev/t/6.feed.json', 5),
                                ('/lists/dev/from/1', '/lists/dev/from/1.atom', '/lists/dev/from/1.feed.json', 13),
                                (f'/lists/dev/search?q={BEAM}', f'/lists/dev/search.atom?q={BEAM}', f'/lists/dev/search.feed.json?q={BEAM}', 25),
                                (f'/lists/search?q={BEAM}', f'/lists/search.atom?q={BEAM}', f'/lists/search.feed.json?q={BEAM}', 25)):
    entries, f = atom(one), feed(other)
    equal(f'{page}: as many in both', (len(entries), len(f['items'])), (count, count))
    equal(f'{page}: the same ones', [(e['id'], e['link'], e['title']) for e in entries], [(x['id'], x['url'], x['title']) for x in f['items']])
    equal(f'{page}: with the same content', [e.get('content') for e in entries], [x.get('content_html') for x in f['items']])
    equal(f'{page}: of that page', f['home_page_url'], SITE + page)
    head = guest.get(page).page.split('</head>')[0]
    check(f'{page}: which names both', f'type="application/atom+xml"' in head and f'href="{one}"' in head
          and f'type="application/feed+json"' in head and f'href="{other}"' in head, head)
    tags = [b.headers['ETag'] for b in (Browser(p).ask('GET', path) for path in (one, other))]
    equal(f'{page}: whoever has it need not fetch it', [guest.ask('GET', path, headers={'If-None-Match': tag}).status for path, tag in zip((one, other), tags)], [304, 304])
items = feed('/lists/dev/feed.json')['items']
check('marks of a subject are only text', any(x['title'] == 'Run <85> & "beam"' for x in items), items[0])
check('a long post is its title there', 'content_html' not in items[0] and items[0]['content_text'] == items[0]['title'] and items[0]['url'].endswith('/91'), items[0])
check('the text is HTML', 'The beam was \u201cstable\u201d.' in items[1]['content_html'] and '<p' in items[1]['content_html'], items[1])

section('of all lists: what the visitor may read')
for b, lists in ((guest, {'dev', 'lab'}), (anna, {'dev', 'lab', 'board'})):
    found = {x['url'].split('/')[4] for word in ('list:dev+', 'list:lab+') + (('list:board+',) if b is anna else ()) for x in
             feed(f'/lists/search.feed.json?q={word}beam'.replace(':', '%3A').replace('+', '%20'), b)['items']}
    equal('each list in turn', found, lists)
    got = b.ask('GET', '/lists/search.mbox.gz?q=beam')
    equal('as a file', (got.status, got.headers['Content-Type']), (200, 'application/gzip'))
    with tempfile.NamedTemporaryFile(dir=p.dir) as f:
        f.write(gzip.decompress(got.raw))
        f.flush()
        box = mailbox.mbox(f.name)
        on = [m['Message-ID'].split('@', 1)[0].lstrip('<0123456789') for m in box]
        equal('all that is found', {x: on.count(x) for x in on}, {'dev': 91, 'lab': 10, **({'board': 10} if b is anna else {})})
        check('the text as it came', '\n>From here on.' in box[5].get_payload(decode=True).decode(), box[5].as_string())
check('a guest gets no address in it', b'person3@uni.example' not in gzip.decompress(guest.ask('GET', '/lists/search.mbox.gz?q=beam').raw))
check('nor in a feed', '@uni.example' not in guest.ask('GET', '/lists/search.feed.json?q=beam').page)
check('the page leads to both', guest.get('/lists/search?q=beam').link('Follow this search') == '/lists/search.atom?q=beam'
      and guest.link('The newest 1,000') == '/lists/search.mbox.gz?q=beam')
for path in ('/lists/search.atom', '/lists/search.feed.json?q=', '/lists/search.mbox.gz?q=%28', '/lists/dev/search.feed.json?q=list:'):
    equal(f'{path}: no search', guest.ask('GET', path).status, 400)

section('all of a list as one file, whose download goes on where it broke off')
ALL = '/lists/dev/by/all.mbox.gz'


def messages(octets):
    with tempfile.NamedTemporaryFile(dir=p.dir) as f:
        f.write(gzip.decompress(octets))
        f.flush()
        return list(mailbox.mbox(f.name))


def part(path, begin, end='', b=guest, **headers):
    b.ask('GET', path, headers={'Range': f'bytes={begin}-{end}', **{k.replace('_', '-'): v for k, v in headers.items()}})
    return b.status, b.raw, b.headers['Content-Range']


check('the list leads to it', guest.get('/lists/dev/').link('Download all of it') == ALL)
tag, rest, where = (guest.ask('GET', ALL, headers={'Range': 'bytes=1000-'}).headers['ETag'], guest.raw, guest.headers['Content-Range'])
equal('the middle of one that was never made', (guest.status, where.split('/')[0].startswith('bytes 1000-')), (206, True))
whole = guest.ask('GET', ALL).raw
size = len(whole)
equal('is that of the whole', (whole[1000:] == rest, where), (True, f'bytes 1000-{size - 1}/{size}'))
equal('which says its length and version', (guest.headers['Content-Length'], guest.headers['ETag'], guest.headers['Accept-Ranges'], guest.headers['Content-Type']),
      (str(size), tag, 'bytes', 'application/gzip'))
check('and its name', 'dev-all.mbox.gz' in guest.headers['Content-Disposition'], guest.headers['Content-Disposition'])
got = messages(whole)
equal('all posts are in it, oldest first', [m['Message-ID'] for m in got], [f'<{n}{DEV}>' for n in range(91)])
starts = [n for n in range(size - 1) if whole[n:n + 3] == b'\x1f\x8b\x08' and whole[n:n + 10] == whole[:10]]
equal('a file of gzip a month', len(starts), len({time.gmtime(1_750_000_000 + 86400 * n)[:2] for n in range(91)}))
for begin in sorted({0, 1, size // 3, size // 2, size - 1, *starts, *(x - 1 for x in starts if x), *(x + 1 for x in starts)}):
    equal(f'from octet {begin} on', part(ALL, begin), (206, whole[begin:], f'bytes {begin}-{size - 1}/{size}'))
for begin, end in ((0, 0), (5, 2000), (starts[1] - 3, starts[1] + 3), (starts[-1], size + 500)):
    equal(f'octets {begin} to {end}', part(ALL, begin, end)[:2], (206, whole[begin:end + 1]))
equal('the last of it', part(ALL, '', 700)[:2], (206, whole[-700:]))
equal('none of it', part(ALL, size)[::2], (416, f'bytes */{size}'))
equal('several parts are the whole', part(ALL, '0-1,3000', 3009)[:2], (200, whole))
equal('who has it', guest.ask('GET', ALL, headers={'If-None-Match': tag}).status, 304)
equal('the same version', part(ALL, 900, If_Range=tag)[:2], (206, whole[900:]))
equal('another version', part(ALL, 900, If_Range='"x"')[:2], (200, whole))
url = f'http://127.0.0.1:{p.web}{ALL}'
for octets in (1, starts[1], size - 2):
    with tempfile.NamedTemporaryFile(dir=p.dir) as f:
        f.write(whole[:octets])
        f.flush()
        r = subprocess.run(['curl', '-s', '-f', '-C', '-', '-H', 'X-Forwarded-For: 192.0.2.1', '-o', f.name, url], capture_output=True, text=True)
        equal(f'curl goes on behind {octets} octets', (r.returncode, open(f.name, 'rb').read() == whole), (0, True))
mine = anna.ask('GET', ALL).raw
check('who is signed in gets it with addresses', b'person3@uni.example' in gzip.decompress(mine) and b'@uni.example' not in gzip.decompress(whole))
check('as another version', anna.headers['ETag'] != tag and part(ALL, 700, b=anna)[:2] == (206, mine[700:]), anna.headers['ETag'])

section('it goes on when posts have come, and after a new start')
fill(DEV, [letter(DEV, 92)])
after = guest.ask('GET', ALL)
equal('another version', (after.status, after.headers['ETag'] == tag, len(messages(after.raw))), (200, False, 92))
equal('whose older months are the same octets', after.raw[:starts[-1]], whole[:starts[-1]])
now = after.raw
equal('so who began before goes on', part(ALL, 500)[:2], (206, now[500:]))
fill(DEV, [letter(DEV, -40)])
older = guest.ask('GET', ALL).raw
equal('a post of long ago stands first', [m['Message-ID'] for m in messages(older)][:2], [f'<-40{DEV}>', f'<0{DEV}>'])
p.stop()
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready', new=True) if e['name'] == 'web']))
equal('after a new start it is the same file', part(ALL, 3000)[:2], (206, older[3000:]))
p.cli('list', 'create', 'empty@lists.example')
equal('of an empty list it is empty', gzip.decompress(guest.ask('GET', '/lists/empty/by/all.mbox.gz').raw), b'')

section('one post as a file')
one = guest.ask('GET', '/lists/dev/7.mbox.gz').raw
equal('its type', (guest.status, guest.headers['Content-Type'], guest.headers['Accept-Ranges']), (200, 'application/gzip', 'bytes'))
equal('the post', [m['Message-ID'] for m in messages(one)], [f'<6{DEV}>'])
equal('its middle', part('/lists/dev/7.mbox.gz', 100)[:2], (206, one[100:]))
equal('none', [guest.ask('GET', f'/lists/dev/{n}.mbox.gz').status for n in (0, 99999, '07')], [404, 404, 404])

section('a feed reader, which signs in by HTTP Basic')


def basic(path, user, secret):
    return guest.ask('GET', path, headers={'Authorization': 'Basic ' + base64.b64encode(f'{user}:{secret}'.encode()).decode()})


token = p.token(ANNA)
for path in ('/lists/board/feed.atom', '/lists/board/feed.json', '/lists/board/t/1.atom', '/lists/board/search.atom?q=secret', '/lists/board/from/1.feed.json',
             '/lists/search.atom?q=secret', '/lists/board/1.mbox.gz', '/lists/board/by/all.mbox.gz', '/lists/board/search.mbox.gz?q=secret'):
    got = basic(path, ANNA, token)
    text = gzip.decompress(got.raw) if path.split('?')[0].endswith('.gz') else got.raw
    equal(f'{path}: a member\'s', (got.status, b'secret' in text or b'Person' in text), (200, True))
    check(f'{path}: no cache keeps it', 'private' in got.headers['Cache-Control'], got.headers['Cache-Control'])
for path, secret in (('/lists/board/feed.atom', 'wrong'), ('/lists/board/1.mbox.gz', token[:-1]), ('/lists/board/t/1.atom', ''), ('/lists/none/feed.atom', token)):
    equal(f'{path}: nobody\'s', basic(path, ANNA, secret).status, 404)
got = basic('/lists/search.atom?q=secret', ANNA, 'wrong')
check('of all lists what a guest may read', got.status == 200 and b'<entry' not in got.raw, got.raw[:600])
equal('pages take none', [basic(x, ANNA, token).status for x in ('/lists/board/', '/lists/board/1', '/lists/board/1.json', '/account')], [404, 404, 404, 401])
done()
