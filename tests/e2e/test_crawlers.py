"""Crawlers: a network that takes more than its share waits, and its neighbours read on."""
import gzip
import json
import re
import sqlite3
import tempfile
import threading
import xml.etree.ElementTree
from email.utils import formatdate

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message

limit(900)
DEV, ANNA = 'dev@lists.example', 'anna@uni.example'
WORDS = ('lattice', 'refinement', 'detector', 'spectrum', 'crystal', 'vacuum', 'cooling', 'sample')
p = Postern(clock=True, web__budget='1s', send__relay='outbox')
p.cli('list', 'create', DEV, '--owner', 'owner@uni.example')
p.cli('user', 'add', ANNA)


def letter(n):
    body = '\r\n'.join(f'{n + i} {WORDS[(n + i) % 8]} and {WORDS[(n * 3 + i) % 8]}' for i in range(60))
    return message(f'Person {n} <person{n % 9}@uni.example>', DEV, f'Run {n} of the {WORDS[n % 8]}', body + '\r\n', mid=f'<c{n}@uni.example>',
                   Date=formatdate(1_750_000_000 + 3600 * n), In_Reply_To=f'<c{n - n % 10}@uni.example>' if n % 10 else None)


with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
    for n in range(1500):
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + letter(n).replace(b'\r\n', b'\n') + b'\n')
    f.flush()
    p.cli('archive', 'import', DEV, f.name)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))


def metric(name):
    b = Browser(p)
    b.ask('GET', '/metrics', headers={'X-Forwarded-For': '127.0.0.1'})
    return float(re.search(rf'(?m)^postern_{name} (\S+)$', b.page)[1])


section('a crawler of searches and files')
reader, answers, stop = Browser(p, '198.51.100.9'), [], threading.Event()


def read_on():
    while not stop.is_set():
        for path in ('/lists/dev/', '/lists/dev/t/1', '/lists/dev/17'):
            answers.append(reader.get(path).status)
        stop.wait(0.2)


beside = threading.Thread(target=read_on)
beside.start()
states = []


def crawl(k):
    crawler = Browser(p, f'203.0.113.{k}')
    for n in range(3000):
        word = WORDS[n % 8]
        states.append(crawler.ask('GET', f'/lists/dev/search?q={word}+{n}' if n % 4 else '/lists/dev/by/2025.mbox.gz').status)
        if states[-1] != 200:
            return


crawlers = [threading.Thread(target=crawl, args=(k,)) for k in range(1, 9)]
for c in crawlers:
    c.start()
for c in crawlers:
    c.join()
stop.set()
beside.join()
check('is answered many times', states.count(200) > 20, states)
equal('and then must wait', (set(states), states.count(429)), ({200, 429}, 8))
crawler = Browser(p, '203.0.113.7').get('/lists/dev/')
wait = int(crawler.headers['Retry-After'])
check('for a while that is named', 0 < wait <= 601, wait)
check('which a page says, in the house style', 'Your network has asked for so much' in crawler.text() and 'rel="stylesheet"' in crawler.page, crawler.page)
equal('which is no page to keep', crawler.headers['Cache-Control'], 'no-cache')
check('its neighbour reads on', len(answers) > 2 and set(answers) == {200}, answers)
crawler.ask('GET', '/lists/dev/search.json?q=sample')
equal('in JSON where JSON was asked for', (crawler.status, json.loads(crawler.page)['status']), (429, 429))
crawler.ask('HEAD', '/lists/dev/')
equal('by any method', (crawler.status, 'Retry-After' in crawler.headers), (429, True))

section('whom it meets')
equal('each address of the network', Browser(p, '203.0.113.250').get('/lists/dev/').status, 429)
equal('not the next network', Browser(p, '203.0.114.7').get('/lists/dev/').status, 200)
for path in ('/healthz', '/robots.txt', '/login', '/api/3.1/system/versions'):
    check(f'{path}: always open', Browser(p, '203.0.113.7').get(path).status in (200, 401), path)
style = re.search(r'href="(/_/[^"]+\.css)"', crawler.get('/lists/dev/').page)[1]
equal('nor the style sheet of that page', crawler.get(style).status, 200)
anna = Browser(p, '203.0.113.7')
anna.enter(ANNA)
equal('who is signed in reads on there', anna.get('/lists/dev/search?q=sample').status, 200)
crawler.ask('GET', '/lists/dev/17', headers={'Authorization': f'Bearer {p.token(ANNA)}'})
equal('so does a program with a token', crawler.status, 200)
crawler.ask('GET', '/lists/dev/17', headers={'Authorization': 'Bearer nonsense'})
equal('but not with a false one', crawler.status, 429)
equal('what leads out is open', Browser(p, '203.0.113.7').get('/lists/dev/leave').status, 200)
equal('this machine is no network', [Browser(p, '127.0.0.1').get(f'/lists/dev/by/2025.mbox.gz?{n}').status for n in range(10)], [200] * 10)

section('it is counted and said')
refused = metric('http_over_budget_total')
check('in the metrics', refused >= 6, refused)
said = p.events('network-over-budget')
equal('once a minute in the log', [(e['network'], e['level']) for e in said], [('203.0.113.0', 'warn')])

section('after the time that was named')
p.later(wait)
equal('it is let in', crawler.get('/lists/dev/').status, 200)
check('and its budget begins anew', p.later(60) or crawler.get('/lists/dev/search?q=vacuum').status == 200)
p.stop()

section('without a budget')
p.configure(web__budget='0s')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready', new=True) if e['name'] == 'web']))
states = {crawler.ask('GET', f'/lists/dev/search?q={WORDS[n % 8]}+{n}' if n % 4 else '/lists/dev/by/2025.mbox.gz').status for n in range(400)}
equal('nobody waits', states, {200})

section('where all threads stand')
NS = '{http://www.sitemaps.org/schemas/sitemap/0.9}'
SITE, LAB, BOARD = 'https://www.lists.example', 'lab@lists.example', 'board@lists.example'
for name, how in ((LAB, ()), (BOARD, ('--private',))):
    p.cli('list', 'create', name, '--owner', 'owner@uni.example', *how)
with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
    for n in range(3):
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + letter(n).replace(b'<c', b'<b').replace(b'\r\n', b'\n') + b'\n')
    f.flush()
    for name in (LAB, BOARD):
        p.cli('archive', 'import', name, f.name)
b = Browser(p)


def sitemap(path, kind, entry):
    """The entries of one, held against https://www.sitemaps.org/protocol.html and its schema."""
    b.ask('GET', path)
    equal(f'{path}: XML', (b.status, b.headers['Content-Type']), (200, 'application/xml; charset=utf-8'))
    root = xml.etree.ElementTree.fromstring(b.raw)
    equal(f'{path}: its root', root.tag, NS + kind)
    check(f'{path}: not too much', 0 < len(root) <= 50000 and len(b.raw) < 50 << 20, (len(root), len(b.raw)))
    equal(f'{path}: what is in it', ({x.tag for x in root}, {tuple(y.tag for y in x) for x in root}), ({NS + entry}, {(NS + 'loc', NS + 'lastmod')}))
    found = {x[0].text: x[1].text for x in root}
    check(f'{path}: whole addresses of this site', all(x.startswith(SITE + '/lists/') and len(x) < 2048 for x in found), list(found)[:3])
    check(f'{path}: dates of W3C', all(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', x) for x in found.values()), list(found.values())[:3])
    equal(f'{path}: who has it need not fetch it', b.ask('GET', path, headers={'If-None-Match': b.headers['ETag']}).status, 304)
    return found


files = sitemap('/sitemap.xml', 'sitemapindex', 'sitemap')
equal('a file a list and year, of what everybody reads', sorted(files), [f'{SITE}/lists/{x}/sitemap-2025.xml' for x in ('dev', 'lab')])
equal('the same below /lists/', sitemap('/lists/sitemap.xml', 'sitemapindex', 'sitemap'), files)
for url, changed in files.items():
    threads = sitemap(url.replace(SITE, ''), 'urlset', 'url')
    equal(f'{url}: its date is the latest', max(threads.values()), changed)
    name = url.split('/')[4]
    equal(f'{url}: every thread', len(threads), {'dev': 150, 'lab': 1}[name])
    for thread in list(threads)[::40]:
        b.get(thread.replace(SITE, ''))
        check(f'{thread}: is there, by that name', b.status == 200 and f'rel="canonical" href="{thread}"' in b.page, b.status)
thread = b.get(list(sitemap('/lists/lab/sitemap-2025.xml', 'urlset', 'url'))[0].replace(SITE, '')).page
check('its date is that of the last post', list(sitemap('/lists/lab/sitemap-2025.xml', 'urlset', 'url').values())[0] in re.findall(r'datetime="([^"]*)"', thread))
for path in ('sitemap-2024.xml', 'sitemap-2025-2.xml', 'sitemap-2025-1.xml', 'sitemap-2025-02.xml', 'sitemap.xml', 'sitemap-20255.xml', 'x.xml'):
    equal(f'{path}: none', b.ask('GET', '/lists/lab/' + path).status, 404)
equal('of what members read there is none', [b.ask('GET', f'/lists/{x}/sitemap-2025.xml').status for x in ('board', 'nosuch')], [404, 404])
with sqlite3.connect(p.data + '/archive/archive.db') as db:
    db.execute('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) INSERT INTO thread (list, root, posts, authors, first_at, last_at, version) '
               'SELECT list, root, posts, authors, first_at + i, last_at + i, version FROM thread, n WHERE list = (SELECT list FROM post WHERE message_id LIKE \'b%\' LIMIT 1)')
db.close()
equal('beyond 50,000 there is another file', sorted(x for x in sitemap('/sitemap.xml', 'sitemapindex', 'sitemap') if '/lab/' in x),
      [f'{SITE}/lists/lab/sitemap-2025{x}.xml' for x in ('-2', '')])
got = [len(re.findall('<loc>', b.get(f'/lists/lab/sitemap-2025{x}.xml').page)) for x in ('', '-2')]
equal('with what is left', got, [50000, 1])

section('what crawlers are told')


def rules(name):
    """What they may not visit, of the group that names them (RFC 9309 section 2.2)."""
    p.later(60)
    b.get('/robots.txt')
    equal('robots.txt: text', b.headers['Content-Type'], 'text/plain; charset=utf-8')
    groups, agents, fresh = {}, [], True
    for line in b.page.splitlines():
        key, _, value = line.partition(': ')
        if key == 'User-agent':
            agents = agents + [value] if not fresh else [value]
            fresh = False
            groups.setdefault(value, [])
        elif key == 'Disallow':
            fresh = True
            for x in agents:
                groups[x].append(value)
        else:
            check(f'robots.txt: {line!r}', key in ('', 'Sitemap'), line)
    return [re.compile(re.escape(x).replace(r'\*', '.*').replace(r'\$', '$')) for x in groups.get(name, groups['*'])]


def visits(name):
    told = rules(name)
    return {x for x in VISITS if not any(r.match(x) for r in told)}


GOOD = {'/', '/lists/', '/lists/dev/', '/lists/dev/t/1', '/lists/dev/17', '/lists/dev/by/2025/06/', '/lists/lab/', '/lists/lab/t/1', '/lists/dev/feed.atom', '/lists/dev/t/1?after=64',
        '/lists/sitemap.xml', '/lists/dev/sitemap-2025.xml'}
VISITS = GOOD | {'/lists/search?q=x', '/lists/dev/search?q=x', '/lists/dev/search.atom?q=x', '/lists/dev/t/1?view=outline', '/lists/dev/by/2025/06/?by=author', '/lists/dev/from/3',
                 '/lists/dev/17/raw', '/lists/dev/17.mbox.gz', '/lists/dev/by/all.mbox.gz', '/lists/dev/t/1.atom', '/lists/dev/t/1.feed.json', '/lists/dev/join', '/lists/dev/me',
                 '/lists/dev/admin/held', '/login?to=x', '/account', '/confirm/x'}
equal('what shows the archive, and nothing twice', visits('Googlebot'), GOOD)
equal('where the threads stand', re.findall('(?m)^Sitemap: (.*)$', b.page), [f'{SITE}/lists/sitemap.xml'])
equal('those for AI are told the same', visits('GPTBot'), GOOD)
check('and pages say nothing of it', 'noai' not in str(b.get('/lists/lab/t/1').headers))
p.cli('list', 'set', LAB, 'archive_no_ai=yes')
p.cli('list', 'set', BOARD, 'archive_no_ai=yes')
equal('until a list asks them to keep away', visits('GPTBot'), {x for x in GOOD if not x.startswith('/lists/lab/')})
check('each by its name', len(re.findall('(?m)^User-agent: ', b.page)) > 15)
check('no list that is hidden is named', 'board' not in b.page, b.page)
equal('others may', visits('Googlebot'), GOOD)
for path in ('/lists/lab/', '/lists/lab/1', '/lists/lab/t/1', '/lists/lab/1/raw', '/lists/lab/feed.atom', '/lists/lab/by/all.mbox.gz'):
    check(f'{path}: says so, too', 'noai, noimageai' in b.ask('GET', path).headers.get_all('X-Robots-Tag', []), b.headers.get_all('X-Robots-Tag'))
check('when it is not sent again, too', 'noai, noimageai' in b.ask('GET', '/lists/lab/1', headers={'If-None-Match': b.ask('GET', '/lists/lab/1').headers['ETag']})
      .headers.get_all('X-Robots-Tag', []), b.status)
check('another list does not', 'noai' not in str(b.get('/lists/dev/1').headers))
check('nor does what is hidden', 'noai' not in str(b.get('/lists/board/').headers) and b.status == 404)

section('what every answer says, and how it is sent')
secure = Browser(p, https=True)
for path, kind in (('/lists/', 'page'), ('/lists/dev/', 'page'), ('/lists/dev/t/1', 'page'), ('/lists/dev/search?q=vacuum', 'page'), ('/lists/dev/search?q=(', 'page'), ('/nosuch', 'page'),
                   ('/login', 'page'), ('/lists/dev/feed.atom', 'page'), ('/lists/dev.json', 'page'), ('/robots.txt', 'page'), ('/lists/sitemap.xml', 'page'), (style, 'page'),
                   ('/lists/dev/1/raw', 'sandbox'), ('/lists/dev/by/all.mbox.gz', 'sandbox')):
    for who in (b, secure):
        h = who.ask('GET', path).headers
        equal(f'{path}: over TLS alone it says so', h['Strict-Transport-Security'], 'max-age=31536000' if who is secure else None)
        equal(f'{path}: as it is named, and to nobody else', [h[x] for x in ('X-Content-Type-Options', 'Referrer-Policy', 'Cross-Origin-Opener-Policy')], ['nosniff', 'same-origin', 'same-origin'])
        if kind == 'sandbox':
            check(f'{path}: in a sandbox', h['Content-Security-Policy'].startswith("sandbox; default-src 'none'"), h['Content-Security-Policy'])
        else:
            policy = dict(x.strip().split(' ', 1) for x in h['Content-Security-Policy'].split(';'))
            equal(f'{path}: what it may do', {x: policy.get(x) for x in ('default-src', 'style-src', 'img-src', 'form-action', 'frame-ancestors', 'base-uri')},
                  {'default-src': "'none'", 'style-src': "'self'", 'img-src': "'self' data:", 'form-action': "'self'", 'frame-ancestors': "'none'", 'base-uri': "'none'"})
            check(f'{path}: and asks for', 'camera=()' in h['Permissions-Policy'] and 'geolocation=()' in h['Permissions-Policy'], h['Permissions-Policy'])
anna = Browser(p)
anna.enter(ANNA)
for path in ('/lists/dev/search?q=vacuum', '/lists/search?q=vacuum', '/lists/dev/search.json?q=vacuum', '/lists/dev/search?q=nosuchword', '/lists/dev/search?q=(', '/lists/nosuch/17', '/login'):
    plain = b.ask('GET', path).raw
    h = b.ask('GET', path, headers={'Accept-Encoding': 'br, gzip'}).headers
    equal(f'{path}: compressed', (h['Content-Encoding'], gzip.decompress(b.raw) == plain or path == '/login', len(b.raw) < len(plain) * 0.6), ('gzip', True, True))
    check(f'{path}: and caches know', any('Accept-Encoding' in x for x in h.get_all('Vary')), h.get_all('Vary'))
    check(f'{path}: not beside what others may not see', anna.ask('GET', path, headers={'Accept-Encoding': 'gzip'}).headers['Content-Encoding'] is None, path)
for path in ('/lists/dev/search?q=vacuum', '/lists/search?q=vacuum', '/lists/search.json?q=vacuum&o=new', '/lists/dev/search.atom?q=vacuum', '/lists/search.mbox.gz?q=list:lab'):
    for coding in ('identity', 'gzip'):
        tag = b.ask('GET', path, headers={'Accept-Encoding': coding}).headers['ETag']
        if '.mbox' in path:
            equal(f'{path}: has no version', tag, None)
            continue
        equal(f'{path}: who has it need not fetch it ({coding})', b.ask('GET', path, headers={'Accept-Encoding': coding, 'If-None-Match': tag}).status, 304)
        equal(f'{path}: another has another', b.ask('GET', path + '+-crystal', headers={'Accept-Encoding': coding, 'If-None-Match': tag}).status, 200)
tag, all_tag = (b.ask('GET', x).headers['ETag'] for x in ('/lists/dev/search?q=vacuum', '/lists/search?q=vacuum'))
with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
    f.write(b'From x Thu Jan  1 00:00:00 2026\n' + letter(2000).replace(b'\r\n', b'\n') + b'\n')
    f.flush()
    p.cli('archive', 'import', LAB, f.name)
equal('a post elsewhere changes nothing', b.ask('GET', '/lists/dev/search?q=vacuum', headers={'If-None-Match': tag}).status, 304)
equal('but what is found on all lists', b.ask('GET', '/lists/search?q=vacuum', headers={'If-None-Match': all_tag}).status, 200)
equal('who is signed in is shown it anew', anna.ask('GET', '/lists/dev/search?q=vacuum').headers['ETag'], None)
p.stop()
p.configure(site__url='http://www.lists.example')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready', new=True) if e['name'] == 'web']))
equal('a site without TLS does not ask for it', secure.get('/lists/').headers['Strict-Transport-Security'], None)
done()
