"""The archive on the web: the real list imported and browsed in Chromium at the widths of
a phone, a tablet and a desk; search; a reply by mail joins its thread within two seconds;
nobody reads a private list who may not, by whatever address; hostile mail stays text."""
import bz2
import gzip
import http.client
import json
import lzma
import mailbox
import os
import re
import tempfile
import time
import urllib.parse
import xml.dom.minidom
from email.utils import formatdate

from chromium import look, well
from harness import LONG, Postern, check, done, equal, eventually, limit, section, skipped
from mailing import message, message_id
from nameserver import NameServer
from sink import Sink

limit(900, 1800)
DATA = os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(__file__), '../../../shared/data'))
SHOTS = os.environ.get('POSTERN_SHOTS')  # a folder: keep pictures of the pages there
REAL, DEV, BOARD, ODD = (f'{x}@lists.example' for x in ('linux-mips', 'dev', 'board', 'odd'))
ANNA, BEN = 'anna@uni.example', 'ben@uni.example'
SECRET = 'xylophone'

world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example')
for name in (REAL, DEV, ODD):
    p.cli('list', 'create', name, '--owner', 'owner@uni.example')
p.cli('list', 'create', BOARD, '--owner', 'owner@uni.example', '--private')
for who in (ANNA, BEN):
    p.cli('user', 'add', who)
p.cli('member', 'add', BOARD, ANNA)
p.cli('member', 'add', DEV, BEN)


def mbox(messages):
    f = tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox', delete=False)
    for m in messages:
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + re.sub(rb'(?m)^(>*From )', rb'>\1', m.replace(b'\r\n', b'\n')) + b'\n')
    f.close()
    return f.name


def letter(n, to, subject, body, ctype='text/plain; charset=utf-8', **fields):
    return message(fields.pop('sender', f'Person {n} <person{n}@uni.example>'), to, subject, body,
                   Date=formatdate(1_750_000_000 + 60 * n), MIME_Version='1.0', Content_Type=ctype, **fields)


class Answer:
    def __init__(self, method, path, headers):
        c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
        c.request(method, path, headers=headers)
        r = c.getresponse()
        self.path, self.raw, self.status, self.headers = path, r.read(), r.status, r.headers
        self.body = gzip.decompress(self.raw) if r.headers.get('Content-Encoding') == 'gzip' else self.raw
        c.close()

    @property
    def text(self):
        return self.body.decode('utf-8', 'replace')

    def json(self):
        return json.loads(self.body)

    def __getitem__(self, name):
        return self.headers.get(name, '')


def get(path, token=None, method='GET', **headers):
    head = {'User-Agent': 'test', **{k.replace('_', '-'): v for k, v in headers.items()}}
    if token:
        head['Authorization'] = f'Bearer {token}'
    return Answer(method, path, head)


# ---- the lists that are made up

PNG = ('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')


def with_files(n, to, subject, files):
    parts = ''.join(f'--b\r\nContent-Type: {t}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
                    f'Content-Transfer-Encoding: {cte}\r\n\r\n{body}\r\n' for name, t, cte, body in files)
    text = f'--b\r\nContent-Type: text/plain\r\n\r\nSee {SECRET} attached.\r\n{parts}--b--\r\n'
    return letter(n, to, subject, text, 'multipart/mixed; boundary=b', mid=f'<files{n}@uni.example>')


FILES = [('plot.png', 'image/png', 'base64', PNG), ('page.html', 'text/html', '7bit', '<script>alert(1)</script>'),
         ('picture.svg', 'image/svg+xml', '7bit', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
         ('notes.txt', 'text/plain', '7bit', f'{SECRET} notes'),
         ('lie.png', 'image/png', '7bit', '<html><script>alert(1)</script></html>'),
         ('paper.pdf', 'application/pdf', '7bit', '%PDF-1.4\r\n%%EOF')]
ROOT = '<root@uni.example>'
posts = [letter(1, BOARD, f'Plans for the {SECRET}', f'The {SECRET} is to be tuned.\r\n', mid=ROOT),
         letter(2, BOARD, f'Re: Plans for the {SECRET}', f'> The {SECRET} is to be tuned.\r\nYes.\r\n', In_Reply_To=ROOT),
         with_files(3, BOARD, f'{SECRET} files', FILES),
         letter(4, BOARD, 'Plans, formatted', f'<p>The <b>{SECRET}</b> is tuned.</p>\r\n', 'text/html; charset=utf-8'),
         letter(5, BOARD, 'Passed on', f'From: x@y.example\r\nSubject: Plans of {SECRET}\r\n\r\nThe {SECRET}.\r\n', 'message/rfc822')]
p.cli('archive', 'import', BOARD, mbox(posts))
p.cli('archive', 'import', DEV, mbox([with_files(3, DEV, 'Files', FILES).replace(SECRET.encode(), b'what is')]
                                     + [letter(n, DEV, 'Hello', f'Post {n}, write to carol@uni.example.\r\n') for n in (4, 5)]))
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
MEMBER, OTHER = p.token(ANNA), p.token(BEN)

# ---- who reads what

section('a private list, by every address')
LISTNAMES = ['board', 'BOARD', 'board@lists.example', 'b%6Fard', 'board%40lists.example']
FORMS = ['/', '.json', '/1', '/1.json', '/1/raw', '/4/html', '/4/html.json', '/3/a/1/plot.png', '/3/a/1/shown/plot.png', '/3/a/4/notes.txt', '/5/within/1', '/5/within/1.json', '/t/1', '/t/1.json', '/t/2', '/t/1?view=flat', '/t/1?view=outline',
         '/t/1.atom', '/t/1.feed.json', '/t/1.mbox.gz', '/by/', '/by.json', '/by/2025/06/', '/by/2025/06.json', '/by/2025/06/?view=flat',
         '/by/2025/06/?by=author', '/by/2025/06/?by=subject', '/by/2025/06.json?by=author', '/by/2025/06/15/?by=subject',
         '/by/2025/', '/by/2025.json', '/by/2025/06/15/', '/by/2025/06/15.json', '/from/1', '/from/1.json', '/from/1.atom', '/from/1.feed.json',
         '/by/2025-06.mbox.gz', '/by/all.mbox.gz', '/1.mbox.gz', '/feed.atom', '/feed.json', '/sitemap-2025.xml', f'/search?q={SECRET}', f'/search.json?q={SECRET}',
         f'/search.atom?q={SECRET}', f'/search.feed.json?q={SECRET}', f'/search.mbox.gz?q={SECRET}']
ELSEWHERE = ['/mid/root@uni.example', f'/lists/search?q={SECRET}', f'/lists/search.json?q={SECRET}', f'/lists/search?q={SECRET}+list:board', f'/lists/search.atom?q={SECRET}', f'/lists/search.feed.json?q={SECRET}',
             f'/lists/search.mbox.gz?q={SECRET}', f'/lists/search.atom?q={SECRET}+list:board',
             '/lists/', '/lists.json', '/mailman/listinfo/board', '/pipermail/board/', '/pipermail/board/2025-June/thread.html',
             '/hyperkitty/list/board@lists.example/']
paths = [f'/lists/{LISTNAMES[0]}{f}' for f in FORMS] + [f'/lists/{n}/1' for n in LISTNAMES] + ELSEWHERE
seen = {path: get(path, MEMBER) for path in paths}
for path, a in seen.items():
    check(f'{path}: a member gets it', a.status in (200, 301, 302), a.status)
    inside = a.body if '.gz' not in path else gzip.decompress(a.body)
    if '/a/1/' not in path and a.status == 200 and path not in ('/lists/board/by/', '/lists/board/by.json'):
        check(f'{path}: with what it is about', SECRET.encode() in inside or b'board' in inside)
for who, token in (('a guest', None), ('a member of another list', OTHER)):
    for path in paths:
        for method in ('GET', 'HEAD'):
            a = get(path, token, method)
            lists = path in ELSEWHERE and path.startswith('/lists')
            if 'list:board' in path:
                check(f'{method} {path} for {who}: no such list', a.status == 400, a.status)
            else:
                check(f'{method} {path} for {who}', a.status == (200 if lists else 404), a.status)
            inside = gzip.decompress(a.body).decode('utf-8', 'replace') if '.gz' in path and a.status == 200 and a.body else a.text
            inside = inside.replace(f'value="{SECRET}', '').replace(f'q={SECRET}', '').replace(f'q%3D{SECRET}', '').replace(f'Search: {SECRET}', '')
            inside = inside.replace(f'"q":"{SECRET}"', '').replace(f'Read as: {SECRET}', '').replace(f'"words":"{SECRET}"', '')
            inside = re.sub(re.escape(f'{SECRET} list:board'), '', inside)
            check(f'{method} {path} for {who}: nothing of it', SECRET not in inside and 'Plans' not in inside and not a['ETag'].strip() or lists, inside[-1500:])
            if lists and 'list:board' not in path:
                check(f'{method} {path} for {who}: the list is not named', 'board' not in inside, inside)
            check(f'{method} {path} for {who}: no cookie', not a['Set-Cookie'], a['Set-Cookie'])
        a = get(path, token, If_None_Match=seen[path]['ETag'] or '"x"', Range='bytes=0-50')
        check(f'{path} for {who}: no 304, no part', a.status not in (206, 304), a.status)
with open(os.path.join(os.path.dirname(__file__), '../../src/web/pages/pages.def')) as f:
    rows = re.findall(r'^PAGE\(GET[^"]*"/lists/:list(/[^"]*)", \w+, (\w+)', f.read(), re.M)
for form, right in rows:
    asked = re.compile(re.sub(r'\\?#\w+', r'\\d+', re.sub(r':\w+', '[^/]+', form.replace('.', r'\.'))))
    if right == 'archive_read':
        check(f'{form} is one of these addresses', any(asked.fullmatch(x.split('?')[0]) for x in FORMS))
    elif '/admin/' not in form and form != '/':
        path = '/lists/board' + re.sub(r'#\w+', '1', form)
        for who, token in (('a guest', None), ('a member of another list', OTHER)):
            a, none = get(path, token), get(path.replace('board', 'nosuch'), token)
            equal(f'{path} for {who}: as if there were none', (a.status, re.sub('nosuch', 'board', none.text) == a.text), (none.status, True))
equal('what is not there looks the same', re.sub('nosuch', 'board', get('/lists/nosuch/1').text), get('/lists/board/1').text)
for path in ('/lists/board//1', '//lists/board/1', '/lists/./board/1', '/lists/x/../board/1', '/lists/board/1/', '/lists/board/1;x', '/lists/board%2F1'):
    a = get(path)
    check(f'{path}: refused', a.status in (301, 400, 404) and SECRET not in a.text, a.status)

section('an advertised list whose archive is for members')
p.cli('list', 'set', BOARD, 'advertised=yes')
equal('a guest sees that it is there', get('/lists/board/').status, 200)
check('but nothing of what was said', SECRET not in get('/lists/board/').text)
equal('and is asked to sign in for it', [get(f'/lists/board{f}').status for f in FORMS[2:]], [401] * len(FORMS[2:]))
equal('another\'s member is not', [get(f'/lists/board{f}', OTHER).status for f in FORMS[2:]], [403] * len(FORMS[2:]))
check('the way back is kept', 'href="/login?to=%2Flists%2Fboard%2Ft%2F1%3Fview%3Dflat"' in get('/lists/board/t/1?view=flat').text)
p.cli('list', 'set', BOARD, 'archive_policy=never')
equal('an archive that is none is nobody\'s', {get(f'/lists/board{f}', MEMBER).status for f in FORMS[2:]}, {403})
p.cli('list', 'set', BOARD, 'archive_policy=private')
p.cli('member', 'remove', BOARD, ANNA)
equal('who has left reads no more', get('/lists/board/1', MEMBER).status, 403)
p.cli('member', 'add', BOARD, ANNA)
equal('who is back does', get('/lists/board/1', MEMBER).status, 200)

# ---- files

section('files')
for n, (name, kind, _, _) in enumerate(FILES, 1):
    a = get(f'/lists/dev/1/a/{n}/{name}')
    shown = {'plot.png': 'image/png', 'notes.txt': 'text/plain; charset=utf-8', 'paper.pdf': 'application/pdf'}.get(name)
    equal(f'{name}: its type', (a.status, a['Content-Type']), (200, shown or 'application/octet-stream'))
    check(f'{name}: in a sandbox', a['Content-Security-Policy'].startswith("sandbox; default-src 'none'"), a['Content-Security-Policy'])
    equal(f'{name}: not sniffed', a['X-Content-Type-Options'], 'nosniff')
    equal(f'{name}: shown or stored', a['Content-Disposition'].startswith('attachment'), not shown)
whole = get('/lists/dev/1/a/1/plot.png')
part = get('/lists/dev/1/a/1/plot.png', Range='bytes=4-', If_Range=whole['ETag'])
equal('a download that broke off goes on', (part.status, whole.body[:4] + part.body == whole.body, part['Content-Range'], part['Content-Security-Policy'][:7]),
      (206, True, f'bytes 4-{len(whole.body) - 1}/{len(whole.body)}', 'sandbox'))
equal('of another version it begins anew', (get('/lists/dev/1/a/1/plot.png', Range='bytes=4-', If_Range='"other"').body == whole.body), True)
equal('a part that is not there', get('/lists/dev/1/a/1/plot.png', Range=f'bytes={len(whole.body)}-').status, 416)
for path in ('/lists/dev/1/a/0/x', '/lists/dev/1/a/7/x', '/lists/dev/1/a/999999999999/x', '/lists/dev/9/a/1/x', '/lists/dev/1/a/1/'):
    equal(path, get(path).status, 404)
raw = get('/lists/dev/1/raw')
check('the raw message is text in a sandbox', raw['Content-Type'].startswith('text/plain') and 'sandbox' in raw['Content-Security-Policy'])
check('guests get it without addresses', b'person3@hidden.invalid' in raw.body and b'@uni.example>\r\nTo' not in raw.body, raw.body[:300])
whole = get('/lists/dev/1/raw', OTHER)
check('who is signed in gets it as it came', b'From: Person 3 <person3@uni.example>' in whole.body and whole.body.count(b'\r\n--b') == 8)
a = get('/lists/dev/2')
check('guests see no address in a text', 'carol@' in a.text and 'carol@uni' not in a.text)
check('who is signed in does', 'carol@uni.example' in get('/lists/dev/2', OTHER).text)
for path, count in (('/lists/dev/t/1.mbox.gz', 1), ('/lists/dev/by/2025-06.mbox.gz', 3)):
    a = get(path)
    with tempfile.NamedTemporaryFile(dir=p.dir) as f:
        f.write(gzip.decompress(a.body))
        f.flush()
        box = mailbox.mbox(f.name)
        equal(f'{path}: posts', len(box), count)
        check(f'{path}: no address for guests', all('hidden.invalid' in m['From'] for m in box))
    check(f'{path}: stored', 'attachment; filename="dev-' in a['Content-Disposition'], a['Content-Disposition'])
for path, count in (('/lists/dev/feed.atom', 3), ('/lists/dev/t/1.atom', 1)):
    feed = xml.dom.minidom.parseString(get(path).body)
    equal(f'{path}: entries', len(feed.getElementsByTagName('entry')), count)
    check(f'{path}: whole addresses', all(x.getAttribute('href').startswith('https://www.lists.example/lists/dev/')
                                          for x in feed.getElementsByTagName('link')))

# ---- versions, twins, other names

section('versions')
for path in ('/lists/dev/', '/lists/dev/1', '/lists/dev/t/1', '/lists/dev/by/2025/06/', '/lists/dev/feed.atom', '/lists/'):
    a = get(path)
    check(f'{path}: a strong tag', re.fullmatch(r'"[0-9a-f]{32}"', a['ETag']), a['ETag'])
    again = get(path, If_None_Match=a['ETag'])
    equal(f'{path}: known already', (again.status, again.raw), (304, b''))
    if 'atom' not in path:  # a feed of nothing that is hidden is the same for both
        equal(f'{path}: another for who is signed in', get(path, OTHER, If_None_Match=a['ETag']).status, 200)
    equal(f'{path}: to be asked for again', (a['Cache-Control'], get(path, OTHER)['Cache-Control']), ('no-cache', 'private, no-cache'))
    small = get(path, Accept_Encoding='gzip')
    check(f'{path}: compressed, by a tag of its own', small['ETag'] != a['ETag'] and small.body == a.body)
before = get('/lists/dev/1')['ETag']
p.cli('list', 'set', DEV, 'obscure_addresses=no')
check('a setting acts at once', 'carol@uni.example' in get('/lists/dev/2').text)
p.cli('list', 'set', DEV, 'obscure_addresses=yes')
check('and back', 'carol@uni.example' not in get('/lists/dev/2').text)

section('twins and other names')
for path in ('/lists.json', '/lists/dev.json', '/lists/dev/1.json', '/lists/dev/t/1.json', '/lists/dev/by/2025/06.json', '/lists/dev/by.json',
             '/lists/dev/search.json?q=hello', '/lists/search.json?q=hello'):
    a = get(path)
    equal(f'{path}: JSON', (a.status, a['Content-Type'], type(a.json())), (200, 'application/json', dict))
post = get('/lists/dev/1.json').json()
equal('a post: what a program needs', (post['number'], post['from'], post['subject'], post['thread'], [x['filename'] for x in post['attachments']]),
      (1, 'Person 3', 'Files', 1, [x[0] for x in FILES]))
a = get('/mid/files3@uni.example', OTHER)
equal('by Message-ID: one hit leads there', (a.status, a['Location']), (302, '/lists/dev/1'))
a = get('/mid/%3Cfiles3@uni.example%3E', MEMBER)
check('several: a choice', a.status == 200 and '/lists/dev/1"' in a.text and '/lists/board/3"' in a.text, a.status)
equal('none', get('/mid/nosuch@uni.example').status, 404)
a = get('/mailman/listinfo/dev')
equal('an old address', (a.status, a['Location']), (301, '/lists/dev/'))
equal('an old month', get('/pipermail/dev/2025-June/date.html')['Location'], '/lists/dev/by/2025/06/')
for path, to in (('/mailman/listinfo', '/lists/'), ('/cgi-bin/mailman/listinfo', '/lists/'), ('/mailman3/lists/', '/lists/'), ('/postorius/lists', '/lists/'),
                 ('/archives/', '/lists/'), ('/mailman3/hyperkitty/', '/lists/'), ('/cgi-bin/mailman/listinfo/dev', '/lists/dev/'),
                 ('/mailman/options/dev/anna--at--uni.example', '/lists/dev/me'), ('/mailman/subscribe/dev', '/lists/dev/join'),
                 ('/mailman/admin/dev/privacy/sender', '/lists/dev/admin/settings'), ('/mailman/admindb/dev', '/lists/dev/admin/held'),
                 ('/mailman/roster/dev', '/lists/dev/members'), ('/mailman/private/dev/', '/lists/dev/'),
                 ('/mailman3/postorius/lists/dev.lists.example/', '/lists/dev/'), ('/postorius/lists/dev.lists.example/held_messages', '/lists/dev/admin/held'),
                 ('/mailman3/lists/dev.lists.example/mass_subscribe/', '/lists/dev/admin/members'), ('/archives/list/dev@lists.example/', '/lists/dev/'),
                 ('/mailman3/hyperkitty/list/dev@lists.example/latest', '/lists/dev/'),
                 ('/hyperkitty/list/dev@lists.example/2025/6/', '/lists/dev/by/2025/06/'), ('/archives/list/dev@lists.example/2025/6/5/', '/lists/dev/by/2025/06/05/'),
                 ('/hyperkitty/list/dev@lists.example/2025/', '/lists/dev/by/2025/'), ('/postorius/users/', '/persons'),
                 ('/postorius/users', '/persons'), ('/postorius/users/17', '/persons'), ('/mailman3/postorius/domains/', '/domains/'), ('/postorius/domains', '/domains/'),
                 ('/postorius/bans/', '/bans')):
    a = get(path)
    equal(f'{path} of before', (a.status, a['Location']), (301, to))
equal('a list that is none', [get(x).status for x in ('/mailman3/lists/nosuch.lists.example/', '/cgi-bin/mailman/listinfo/nosuch', '/mailman3/passwd')], [404] * 3)
equal('a post of HyperKitty\'s that nobody kept is nowhere', [get(f'/hyperkitty/list/dev@lists.example/{kind}/{"A" * 32}/').status
                                                              for kind in ('message', 'thread')], [404, 404])
equal('an old address of nothing', get('/pipermail/nosuch/').status, 404)
section('an import: its report, and the addresses that posts had')
p.cli('list', 'create', 'old@lists.example')
OLD = [letter(1, 'old@lists.example', 'first', 'One.\n', mid='<old1@uni.example>'),
       letter(2, 'old@lists.example', 'undated', 'Two.\n', mid='<old2@uni.example>').replace(b'\r\nDate: ', b'\r\nX-Date: '),
       letter(1, 'old@lists.example', 'first', 'One.\n', mid='<old1@uni.example>'),
       b'Foo: no message at all\n\nx\n',
       letter(5, 'old@lists.example', 'last', 'Five.\n', mid='<old5@uni.example>')]
report, old = p.dir + '/report', mbox(OLD)
r = p.run('archive', 'import', 'old@lists.example', old, '--report', report, '--pipermail=/pipermail/Old-Times/')
equal('1 where a message was unreadable', r.returncode, 1)
check('no word on what repaired means: the report says it', 'Repaired' not in r.stdout, r.stdout)
check('and it says how many', '5 messages, 3 kept (1 repaired), 1 there already, 1 unreadable' in r.stdout, r.stdout + r.stderr)
rows = [line.split('\t') for line in open(report).read().splitlines()]
equal('a line a message: which, and what became of it', [(x[0], x[2], x[3]) for x in rows],
      [('1', 'kept', '1'), ('2', 'kept, repaired', '2'), ('3', 'duplicate', '1'), ('4', 'unreadable', '0'), ('5', 'kept', '3')])
octets = open(old, 'rb').read()
check('where it stands in the file', all(octets[int(x[1]):].startswith(b'From x ') for x in rows), rows)
check('and why', not rows[0][4] and 'Date' in rows[1][4] and 'here already' in rows[2][4] and 'header' in rows[3][4], rows)
for path, to in (('2025-June/000000', 1), ('2026-January/000001', 2), ('2025-June/000004', 3)):
    a = get(f'/pipermail/Old-Times/{path}.html')
    equal(f'{path} leads to its post', (a.status, a['Location']), (301, f'/lists/old/{to}'))
r = p.run('archive', 'import', 'old@lists.example', old, '--report', report)
check('again: nothing twice', r.returncode == 1 and ' 0 kept (0 repaired), 4 there already' in r.stdout, r.stdout)
for args, words in ((['--pipermail=/archive/old'], '/pipermail/NAME'), (['--pipermail=/pipermail/'], '/pipermail/NAME'),
                    ([old, '--pipermail=/pipermail/old'], 'one FILE')):
    r = p.run('archive', 'import', 'old@lists.example', old, *args)
    check(f'{args}: not understood', r.returncode == 2 and words in r.stderr, r.stderr)
packed = old + '.bz2'
with bz2.open(packed, 'wb') as f:
    f.write(octets)
r = p.run('archive', 'import', 'old@lists.example', packed)
check('what is compressed is named so', r.returncode == 1 and f'{packed} is compressed; unpack it first: bunzip2 -k {packed}' in r.stderr, r.stderr)
equal('a clean file: 0', p.run('archive', 'import', 'old@lists.example', mbox(OLD[:1]), '--report', report).returncode, 0)
r = p.run('archive', 'import', 'old@lists.example', old, '--report', p.dir + '/no/such/folder')
check('a report that cannot be written', r.returncode == 1 and '--report' in r.stderr, r.stderr)
equal('a post inside a thread', get('/lists/linux-mips/t/9').status, 404)
equal('/', (get('/').status, get('/')['Location']), (302, '/lists/'))
check('robots', 'Disallow: /lists/*/search' in get('/robots.txt').text)
equal('health', get('/healthz').text, 'ok\n')
check('counts, for this machine', 'postern_http_requests_total' in get('/metrics').text)
equal('counts, for others', get('/metrics', X_Forwarded_For='192.0.2.1').status, 404)
for path in ('/lists/dev/t/1?view=flat', '/lists/dev/search?q=x', '/lists/dev/1/raw', '/lists/dev/1.json'):
    equal(f'{path}: not for search engines', get(path)['X-Robots-Tag'], 'noindex')
check('one address is the right one', '<link rel="canonical" href="https://www.lists.example/lists/dev/t/1">' in get('/lists/dev/t/1?view=flat').text)
p.cli('list', 'set', DEV, 'description=Work on "the" <code>')
check('other pages of a list are described as it is', [x for x in ('/lists/dev/', '/lists/dev/by/') if '<meta name="description" content="Work on &quot;the&quot; &lt;code&gt;">' not in get(x).text] == [])
check('and the lists by all of them', '<meta name="description" content="' in get('/lists/').text and 'dev: Work on &quot;the&quot; &lt;code&gt;' in get('/lists/').text)
p.cli('list', 'set', DEV, 'description=')
for path in ('/lists/dev/0', '/lists/dev/4', '/lists/dev/01', '/lists/dev/999999999999999999', '/lists/dev/t/4', '/lists/dev/t/1?after=2',
             '/lists/dev/t/1?after=x', '/lists/dev/by/2025/13/', '/lists/dev/by/25/06/', '/lists/dev/by/2025-13.mbox.gz', '/lists/dev/?before=x'):
    equal(f'{path}: nothing', get(path).status, 404)

# ---- a reply by mail

section('a reply by mail')
first = message(f'Ben <{BEN}>', DEV, 'A question', 'Who knows?\r\n', mid='<question@uni.example>')
with p.submit(BEN, OTHER) as s:
    s.sendmail(BEN, [DEV], first)
number = eventually(lambda: [t['number'] for t in get('/lists/dev.json').json()['threads']['rows'] if t['subject'] == 'A question'])
if check('the question stands on the list\'s page', number):
    path = f'/lists/dev/t/{number[0]}'
    for _ in range(3):
        get(path)  # it is in memory now
    reply = message(f'Ben <{BEN}>', DEV, 'Re: A question', 'I do: aubergine.\r\n', In_Reply_To='<question@uni.example>')
    with p.submit(BEN, OTHER) as s:
        s.sendmail(BEN, [DEV], reply)
        sent = time.monotonic()
    there = eventually(lambda: 'aubergine' in get(path).text, 2 if LONG else 20)
    print(f'figure: a reply stands on its thread after {1000 * (time.monotonic() - sent):.0f} ms', flush=True)
    check('the answer stands in its thread within two seconds, or twenty where other work is done beside', there)
    check('below what it answers', 'in reply to <bdi>Ben</bdi>' in get(path).text)
    check('and in the feed', 'aubergine' in get('/lists/dev/feed.atom').text)
    check('and is found', 'aubergine' in get('/lists/dev/search?q=aubergine').text and '<strong>1 post<' in get('/lists/dev/search?q=aubergine').text)

# ---- feeds of long posts

section('feeds of long posts')
p.cli('list', 'create', 'long@lists.example')
quotes = '>>>>>>>>>>> n\r\na\r\n' * 8000
long = [letter(n, BEN, f'Quotes {n}', quotes) for n in range(3)] + [letter(3, BEN, 'Too long', quotes * 3)]
equal('long posts are imported', p.run('archive', 'import', 'long@lists.example', mbox(long)).returncode, 0)
feed = get('/lists/long/feed.atom')
entries = {e.getElementsByTagName('title')[0].firstChild.data: e for e in xml.dom.minidom.parseString(feed.body).getElementsByTagName('entry')}
has_text = {title: bool(e.getElementsByTagName('content')) for title, e in entries.items()}
equal('each has an entry', sorted(entries), ['Quotes 0', 'Quotes 1', 'Quotes 2', 'Too long'])
check('one that is too long is a title and a link', not has_text['Too long'] and entries['Too long'].getElementsByTagName('link'), has_text)
equal('those behind 4 MB are, too', sorted(has_text[f'Quotes {n}'] for n in range(3)), [False, True, True])
check('so a feed stays small', len(feed.body) < 14e6, len(feed.body))

# ---- hostile mail

section('hostile mail')
attacks = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<iframe srcdoc="<script>alert(1)</script>">',
           '<a href="javascript:alert(1)">x</a>', '<svg onload=alert(1)>', '<form action=//evil.example><button>x</button></form>',
           '<meta http-equiv=refresh content="0;url=//evil.example">', '<base href=//evil.example>', '<style>*{display:none}</style>',
           '<link rel=stylesheet href=//evil.example/x.css>', '</article></main><h1>x</h1>', '<math><mtext><img src=x onerror=alert(1)>']
try:
    with open(os.path.join(DATA, 'xss/payloads.json')) as f:
        attacks += [x['payload'] for x in json.load(f)]
except OSError:
    skipped(f'no {DATA}/xss/payloads.json')
TOP = '<top@uni.example>'
hostile = [letter(0, ODD, 'Attacks', 'Here they come.\r\n', mid=TOP)]
for n, attack in enumerate(attacks, 1):
    line = re.sub(r'[\r\n\0]', ' ', attack)[:300]
    name = line.replace('"', "'").replace('\\', '')
    hostile.append(letter(n, ODD, line, attack + f'\r\nhttp://x.example/{line}\r\n' + '\u202egnp.exe\r\n', 'text/html; charset=utf-8' if n % 2 else
                          'text/plain; charset=utf-8', In_Reply_To=TOP, sender=f'"{name}" <a@uni.example>'))
    hostile.append(letter(n, ODD, 'Re: Attacks', f'--b\r\nContent-Type: text/html\r\n\r\n{attack}\r\n--b\r\nContent-Type: image/png; name="{name}"\r\n'
                          f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{attack}\r\n--b--\r\n', 'multipart/mixed; boundary=b', In_Reply_To=TOP))
p.cli('archive', 'import', ODD, mbox([m if isinstance(m, bytes) else m.encode() for m in hostile]))
count = get('/lists/odd.json').json()['posts']
equal('all of them are kept', count, len(hostile))
visits = [{'path': '/lists/odd/t/1', 'count': {'posts': 'article.msg'}, 'axe': LONG}] + [
    {'path': x, 'axe': LONG or 'view' not in x} for x in ('/lists/odd/t/1?view=flat', '/lists/odd/by/2025/06/?view=flat', '/lists/odd/', '/lists/odd/search?q=attacks',
                          '/lists/odd/search?q=%3Cscript%3E', '/lists/odd/search?q=' + urllib.parse.quote(attacks[1]))]
visits += [{'path': f'/lists/odd/{n}', 'axe': LONG or n < 4, 'valid': LONG or n < 40} for n in range(2, count + 1, 1 if LONG else 9)]
visits += [{'path': '/lists/odd/2/raw'}]
for s in look(p, visits):
    if s['path'].endswith('/raw'):
        equal('the raw message is no page', (s['type'], s['dialogs'], s['foreign']), ('text/plain; charset=utf-8', [], []))
        continue
    well(s, 400 if s['path'].endswith(urllib.parse.quote(attacks[1])) and s['status'] == 400 else 200)
    if 'count' in s:
        equal('the first 64 attacks stand in the thread', s['count']['posts'], min(count, 64))

# ---- the real list

section('the real list')
packed = os.path.join(DATA, 'lists/linux-mips-10k.mbox.xz')
if os.path.exists(packed):
    with lzma.open(packed) as f, open(p.dir + '/real.mbox', 'wb') as g:
        g.write(f.read())
    start = time.monotonic()
    p.cli('archive', 'import', REAL, p.dir + '/real.mbox')
    print(f'figure: 10,000 posts imported in {time.monotonic() - start:.1f} s', flush=True)
    home = get('/lists/linux-mips.json').json()
    equal('all posts are there', home['posts'], 10000)
    sizes, more, pages = [], '/lists/linux-mips/', 0
    while more and pages < 400:
        a = get(more).text
        for n, posts in re.findall(r'href="/lists/linux-mips/t/(\d+)".*?messages: </span>(\d+)<', a):
            sizes.append((int(posts), int(n)))
        next_ = re.search(r'href="([^"]*\?before=[^"]*)" rel="next"', a)
        more, pages = next_ and next_[1], pages + 1
    check('the pages of threads come to an end', pages > 50 and not more, pages)
    sizes.sort(reverse=True)
    longest = sizes[0]
    thread = f'/lists/linux-mips/t/{longest[1]}'
    def parts(path):
        while path:
            a = get(path).text
            yield a
            next_ = re.search(r'href="([^"]*)" rel="next">Further messages', a)
            path = next_ and next_[1].replace('&amp;', '&')

    start = time.monotonic()
    whole = get('/lists/linux-mips/by/all.mbox.gz').body
    print(f'figure: all as one file, {len(whole) >> 20} MB, in {time.monotonic() - start:.1f} s', flush=True)
    with open(p.dir + '/all.mbox', 'wb') as f:
        f.write(gzip.decompress(whole))
    equal('all posts in one file', len(mailbox.mbox(p.dir + '/all.mbox')), 10000)
    half = len(whole) // 2
    a = get('/lists/linux-mips/by/all.mbox.gz', Range=f'bytes={half}-')
    check('whose second half comes alone', (a.status, a.body == whole[half:]) == (206, True), (a.status, a['Content-Range']))
    nested = [re.findall(r'<article class="msg" id="n(\d+)"', a) for a in parts(thread)]
    numbers = [n for page in nested for n in page]
    equal('the longest thread is complete, each post once', (len(numbers), len(set(numbers))), (longest[0], longest[0]))
    check('in parts of at most 64 posts', len(nested) > 2 and max(map(len, nested)) <= 64, [len(x) for x in nested])
    times = [t for a in parts(thread + '?view=flat') for t in re.findall(r'<article .*?<time datetime="([^"]*)"', a, re.S)]
    check('by date: in order', times == sorted(times) and len(times) == longest[0])
    a = get('/lists/linux-mips/search.json?q=gpio&o=new').json()
    equal('what is found is counted by year', sum(x['posts'] for x in a['years']), a['total'])
    check('and by author, ten of them', len(a['authors']) == 10 and a['authors'][0]['posts'] >= a['authors'][9]['posts'] > 0, a['authors'])
    of = get(a['authors'][0]['href'].replace('/search?', '/search.json?')).json()
    check('an author leads to what they wrote of it', of['total'] >= a['authors'][0]['posts'] and {x['from'] for x in of['hits']} == {a['authors'][0]['who']}, of)
    of = get(a['years'][0]['href'].replace('/search?', '/search.json?')).json()
    equal('a year to what is of it', (of['total'], {x['date'][:4] for x in of['hits']}), (a['years'][0]['posts'], {str(a['years'][0]['year'])}))
    check('guests see no address', '@' not in json.dumps(a['authors']), a['authors'])
    for kind, term in (('authors', 'from:'), ('years', 'date:')):
        once = get(a[kind][0]['href'].replace('/search?', '/search.json?')).json()
        chosen = next(x for x in once[kind] if x['chosen'])
        equal(f'{kind}: what was chosen is taken away there', get(chosen['href'].replace('/search?', '/search.json?')).json()['total'], a['total'])
        check(f'{term} is asked for once', all(urllib.parse.unquote(x['href']).count(term) <= 1 for x in once[kind]), once[kind])
    threads = get('/lists/linux-mips/search.json?q=gpio&g=thread').json()
    check('one of each thread', threads['groups'] < threads['total'] == a['total'] and any(x['others'] for x in threads['hits']), threads['groups'])
    some = next(x for x in threads['hits'] if x['others'])
    of = get(f"/lists/linux-mips/search.json?q=gpio+thread:{some['number']}").json()
    equal('the others of a thread are a link away', of['total'], some['others'] + 1)
    feed = get('/lists/linux-mips/search.atom?q=gpio')
    equal('a search as a feed', (feed['Content-Type'], re.findall(r'<link rel="alternate" type="text/html" href="[^"]*/(\d+)"/>', feed.text)[:20]),
          ('application/atom+xml; charset=utf-8', [str(x['number']) for x in a['hits']]))
    mbox = gzip.decompress(get('/lists/linux-mips/search.mbox.gz?q=gpio+from:burton').body)
    equal('as mbox', len(re.findall(rb'^From ', mbox, re.M)), get('/lists/linux-mips/search.json?q=gpio+from:burton').json()['total'])
    equal('neither of a wrong question', [get(f'/lists/linux-mips/search.{x}?q=%28').status for x in ('atom', 'mbox.gz')], [400, 400])
    check('another spelling is offered', 'Did you mean <a href="/lists/linux-mips/search?q=kernel"' in get('/lists/linux-mips/search?q=kernal').text)
    check('what is no prefix is said', 'fron:' in get('/lists/linux-mips/search.json?q=fron:burton').json()['unknown'])
    outline = get(thread + '?view=outline').text
    equal('its outline is whole, on one page', sorted(re.findall(r'<li><a href="/lists/linux-mips/(\d+)"', outline)), sorted(numbers))
    middle = get(f'/lists/linux-mips/{numbers[len(numbers) // 2]}').text
    beside = re.findall(r'<li><a href="/lists/linux-mips/(\d+)"', middle)
    at = len(numbers) // 2
    equal('a post shows the thirty before and behind it', beside, numbers[max(0, at - 30):at + 31])
    check('and leads to all of it', f'{thread}?view=outline' in middle)
    for words, n in (('earlier', at - 1), ('later', at + 1)):
        check(f'and to the {words} one in the thread', re.search(rf'<nav class="pair".*?href="/lists/linux-mips/{numbers[n]}"', middle, re.S))
    year = get('/lists/linux-mips/by/2017.json').json()
    days = {(m, d['day']): d['posts'] for m, x in enumerate(year['months'], 1) for week in x['weeks'] for d in week['days'] if d['day']}
    equal('a year: its days, and what they add up to', (len(days), sum(days.values())), (365, year['posts']))
    equal('months say the same', [m['posts'] for m in year['months']], [get(f'/lists/linux-mips/by/2017/{m:02}.json').json()['posts'] for m in range(1, 13)])
    check('all months stand on a telephone without scrolling to the side', 'class="scroll"' not in get('/lists/linux-mips/by/').text)
    check('each day with posts is a link', get('/lists/linux-mips/by/2017/').text.count('href="/lists/linux-mips/by/2017/') == sum(n > 0 for n in days.values()) + 9)
    equal('no table of a month without', get('/lists/linux-mips/by/2017/').text.count('<table'), 9)
    day = get('/lists/linux-mips/by/2017/09/05.json').json()
    equal('a day: its posts', (day['posts'], len(day['messages']), {x['date'][:10] for x in day['messages']}), (days[9, 5], days[9, 5], {'2017-09-05'}))
    equal('a day that is none', [get(f'/lists/linux-mips/by/2017/{x}/').status for x in ('02/30', '02/1', '13/01', '09/00')], [404] * 4)
    def month(by):
        path = f'/lists/linux-mips/by/2017/06/?by={by}'
        while path:
            a = get(path).text
            yield a
            next_ = re.search(r'href="([^"]*)" rel="next">Later posts', a)
            path = next_ and next_[1].replace('&amp;', '&')

    wanted = sorted(n for a in month('date') for n in re.findall(r'<li><a href="/lists/linux-mips/(\d+)"', a))
    for by in ('author', 'subject'):
        pages = list(month(by))
        equal(f'a month by {by}: each post once', sorted(n for a in pages for n in re.findall(r'<li><a href="/lists/linux-mips/(\d+)"', a)), wanted)
        check('in pages of at most 200', len(pages) == 5 and max(len(re.findall(r'<li><a href="/lists/linux-mips/\d+"', a)) for a in pages) == 200, len(pages))
        heads = [h for a in pages for h in re.findall(r'<h2 class="group"[^>]*>(?:<a[^>]*>)?(?:<bdi>)?([^<]*)', a)]
        keys = [re.sub(r'^((re|fwd?): *|\[[^]]*\] *)*', '', h.lower()) for h in heads]
        check(f'in the order of its {by}s', len(heads) > 50 and sum(x > y for x, y in zip(keys, keys[1:])) <= len(keys) // 20, heads)
    names = [h for a in month('author') for h in re.findall(r'<h2 class="group"[^>]*><a href="/lists/linux-mips/from/\d+" rel="nofollow"><bdi>([^<]*)', a)]
    check('each author leads to their page, once a page', len(names) > 50 and len(set(names)) >= len(names) - 4, names)
    equal('the same for programs', [x['from'] for x in get('/lists/linux-mips/by/2017/06.json?by=author').json()['messages']][:1], names[:1])
    for bad in ('?by=size', '?by=author&after=1', '?by=date&after=x'):
        equal(f'{bad}: nothing', get(f'/lists/linux-mips/by/2017/06/{bad}').status, 404)
    home = get('/lists/linux-mips/').text
    check('a name in a thread leads to what its bearer wrote', '<h2 id="h9706"><a href="/lists/linux-mips/from/9706" rel="nofollow"><bdi>' in get('/lists/linux-mips/t/9706').text)
    beside = re.search(r'<nav class="pair".*?</nav>', get('/lists/linux-mips/9990').text, re.S)[0]
    check('the post before it of the same subject is named by its author alone', '← <bdi>Steven J. Hill</bdi>' in beside, beside)
    check('one of another subject with it', '<bdi>Paul Burton: Re: [PATCH 11/11] MIPS: Octeon: Add working hotplug CPU support.</bdi>' in get('/lists/linux-mips/9990').text)
    check('one year is a block of twelve months, several are a table', '<ol class="heat plain months">' in get('/lists/odd/').text and '<table class="heat">' in home)
    row = re.search(r'<a href="/lists/linux-mips/">.*?</tr>', get('/lists/').text, re.S)[0]
    check('no nought where nothing was posted', '<td class="num" data-l="Posts">10,000</td><td class="num" data-l="This month"></td>' in row, row)
    openings = re.findall(r'<p class="opening" dir="auto">([^<]*)</p>', home)
    check('a thread says what it begins with', len(openings) > 15 and any('discovered running crashme' in x for x in openings), openings)
    crashme = re.search(r'/lists/linux-mips/t/(\d+)"(?:(?!</li>).)*discovered running crashme', home, re.S)[1]
    check('without a quote, a signature or an address', not [x for x in openings if x.startswith('&gt;') or 'Signed-off-by' in x or re.search(r'@\w', x)], openings)
    said = [re.search(r'<meta name="description" content="([^"]*)">', get(path).text)[1] for path in (f'/lists/linux-mips/t/{crashme}', f'/lists/linux-mips/{crashme}')]
    check('and so it is described to a search engine, as the thread and as the post', said[0] in openings and said[1] == said[0] and 'discovered running crashme' in said[0], said)
    busy = get('/lists/linux-mips.json').json()['busiest']
    counts = [x['posts'] for x in busy['year']]
    check('the most answered threads of its last year', len(counts) == 5 and counts == sorted(counts, reverse=True) and not busy['month'], busy)
    check('each as long as it is', [get(f"/lists/linux-mips/t/{x['number']}.json").json()['posts'] for x in busy['year']] == counts, busy)
    check('who writes most leads to what they wrote', len(busy['writers']) == 5 and 'rel="nofollow"><bdi>James Hogan</bdi>' in home and '@' not in str(busy['writers']), busy)
    a = get('/lists/linux-mips/9990')
    who = get(re.search(r'<h2[^>]*><a href="(/lists/linux-mips/from/\d+)"', a.text)[1])
    equal('an author: one address, by number', (who.status, bool(re.fullmatch(r'/lists/linux-mips/from/\d+', who['Location']))), (302, True))
    wrote = get(who['Location'] + '.json').json()
    equal('with all that they wrote, by year', (sum(x['posts'] for x in wrote['years']), wrote['name']), (wrote['posts'], get('/lists/linux-mips/9990.json').json()['from']))
    check('to search engines nobody', get(who['Location'])['X-Robots-Tag'] == 'noindex' and '@' not in get(who['Location']).text)
    feed = xml.dom.minidom.parseString(get(who['Location'] + '.atom').body)
    equal('and a feed of it', {x.getElementsByTagName('name')[0].firstChild.data for x in feed.getElementsByTagName('entry')}, {wrote['name']})
    months = re.findall(r'href="(/lists/linux-mips/by/\d+/\d+/)"', get('/lists/linux-mips/by/').text)
    pages = [x + v for x in months for v in ('', '?view=flat')] + [f'/lists/linux-mips/{n}' for n in range(1, 10001, 1 if LONG else 100)]
    pages += [thread, thread + '?view=flat', '/lists/', '/lists/linux-mips/', '/lists/linux-mips/by/'] + [f'/lists/linux-mips/t/{n}' for _, n in sizes[:40]]
    pages += ['/lists/odd/300', '/lists/odd/t/1']
    heavy = [(len(a.raw), path) for path in pages if len((a := get(path, Accept_Encoding='gzip')).raw) > 60_000]
    equal(f'none of {len(pages)} pages is above 60 KB', heavy, [])
    plain = [(len(a.raw), path) for path in pages if ('/by/' in path or '/odd/300' in path) and len((a := get(path)).raw) > 60_000]
    equal('those without long texts are not, even uncompressed', plain, [])
    a = get('/lists/linux-mips/search?q=watchdog+from:burton')
    check('a search finds', '<mark>' in a.text and 'Paul Burton' in a.text)
    newest = get('/lists/linux-mips/search?q=watchdog&o=new').text
    seen = set(re.findall(r'<h3 dir="auto"><a href="([^"]*)"', newest))
    link = re.search(r'class="btn" href="([^"]*)" rel="next nofollow"', newest)
    others = set(re.findall(r'<h3 dir="auto"><a href="([^"]*)"', get(link[1].replace('&amp;', '&')).text)) if link else set()
    check('and goes on where it ended', len(seen) == 20 and others and not seen & others, (len(seen), len(others)))
    wrong = get('/lists/linux-mips/search?q=subject:(boot')
    check('a wrong question is explained, with its place', wrong.status == 400 and re.search(r'column 9: .*', wrong.text) and '<mark>(boot</mark>' in wrong.text, wrong.text[-900:])
    paths = ['/lists/', '/lists/linux-mips/', '/lists/linux-mips/?before=1504993660.1', '/lists/linux-mips/by/', '/lists/linux-mips/by/2017/09/',
             '/lists/linux-mips/by/2017/09/?view=flat', '/lists/linux-mips/31', '/lists/linux-mips/by/2017/', '/lists/linux-mips/by/2017/09/05/', '/lists/linux-mips/from/9', thread, '/lists/linux-mips/t/9706', '/lists/linux-mips/t/9706?view=flat',
             '/lists/linux-mips/search', '/lists/linux-mips/search?q=gpio', '/lists/search?q=gpio&o=new', '/lists/dev/']
    visits = [{'path': x, 'width': w, 'scheme': 'dark' if (i + k) % 2 else 'light', 'valid': w == 1440 and (LONG or x != thread),
               'axe': LONG or (w == 390 and x != thread)} for i, x in enumerate(paths) for k, w in enumerate((390, 820, 1440)) if LONG or w != 820 or i in (0, 1, 8)]
    visits += [{'path': '/lists/nosuch/'}, {'path': '/lists/linux-mips/search?q=%28'}, {'path': '/lists/board/t/1', 'headers': {'Authorization': f'Bearer {MEMBER}'}}]
    if SHOTS:
        for v in visits:
            v['shot'] = f'{SHOTS}/{re.sub("[^a-z0-9]+", "-", v["path"])}-{v.get("width", 1440)}-{v.get("scheme", "light")}.png'
    for s in look(p, visits):
        well(s, {'/lists/nosuch/': 404, '/lists/linux-mips/search?q=%28': 400}.get(s['path'], 200))
else:
    skipped(f'no {packed}')

section('its log')
faults = [e for e in p.events() if e.get('level') in ('error',)]
check('no fault was logged', not faults, faults[:3])
done()
