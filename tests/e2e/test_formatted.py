"""HTML mail as its author formatted it, on a page of its own: tables, lists and links stay, nothing
of it lives, loads or leads astray, guests see no address, and what was taken away is not there."""
import base64
import json
import os
import re
import struct
import tempfile
import zlib
from email.utils import formatdate

from browser import Browser
from chromium import look, well
from harness import LONG, Postern, check, done, equal, eventually, limit, section, skipped
from mailing import message

limit(900, 900)
DATA = os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(__file__), '../../../shared/data'))
SHOTS = os.environ.get('POSTERN_SHOTS')  # a folder: keep pictures of the pages there
DEV, ANNA, OWNER = 'dev@lists.example', 'anna@uni.example', 'owner@uni.example'
p = Postern(send__relay='outbox')
p.cli('list', 'create', DEV, '--owner', OWNER)
for who in (ANNA, OWNER):
    p.cli('user', 'add', who)

ATTACKS = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<iframe srcdoc="<script>alert(1)</script>">', '<a href="javascript:alert(1)">x</a>',
           '<svg onload=alert(1)>', '<form action=//evil.example><button>x</button></form>', '<meta http-equiv=refresh content="0;url=//evil.example">',
           '<base href=//evil.example>', '<style>*{display:none}</style>', '<link rel=stylesheet href=//evil.example/x.css>', '</article></main><h1>x</h1>',
           '<math><mtext><img src=x onerror=alert(1)>', '<p style="position:fixed;inset:0;background:url(//evil.example/x)">x', '<table background=//evil.example/x><tr><td>x</table>',
           '<details open ontoggle=alert(1)>', '<video src=//evil.example/x autoplay>', '<div id=main class=site>', '<input autofocus onfocus=alert(1)>']
try:
    with open(os.path.join(DATA, 'xss/payloads.json')) as f:
        ATTACKS += [x['payload'] for x in json.load(f)]
except OSError:
    skipped(f'no {DATA}/xss/payloads.json')

LETTER = '''<html><head><title>x</title><style>p{color:red}</style></head><body bgcolor=black>
<h1>Beam times</h1>
<p>Dear all,<br>the <b>next</b> round is <i>settled</i>; ask <a href="mailto:carol@uni.example">Carol</a> or carol@<b>uni</b>.example.</p>
<ul><li>bring your <code>git@host.example</code> keys<li>see <a href="https://x.example/a?b=1&amp;c=2">the plan</a><ol><li>one<li>two</ol></ul>
<table border=1><caption>Shifts</caption><tr><th>Day<th>From<th>Until<th>Who<th>What it is about, in so many words that no telephone is as wide<tr><td>Monday<td>08:00<td>16:00<td>Anna
<td>alignment<tr><td>Tuesday<td colspan=3>nobody<td>H<sub>2</sub>O at 10<sup>5</sup> Pa</table>
<blockquote type=cite><p>Who has the key?</p><blockquote>I have.</blockquote></blockquote>
<pre>$ make
  ok</pre>
<p dir=rtl>שלום לכלם</p>
<hr><p><img src="cid:plot" alt="A plot of it"><img src="https://evil.example/1.gif" width=1 height=1></p>
<p><a href="https://evil.example/login">https://bank.example/login</a></p>
</body></html>'''
TEXT = 'Dear all, the next round is settled.\r\n'


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def letter(n, body, ctype='text/html; charset=utf-8', subject='Beam times'):
    return message(f'Person {n} <person{n}@uni.example>', DEV, subject, body.encode(), Date=formatdate(1_750_000_000 + 60 * n), MIME_Version='1.0', Content_Type=ctype)


BOTH = f'--b\r\nContent-Type: text/plain\r\n\r\n{TEXT}--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{LETTER}\r\n--b--\r\n'
FILE = f'--b\r\nContent-Type: text/plain\r\n\r\n{TEXT}--b\r\nContent-Type: text/html; name=page.html\r\n\r\n<p>a page</p>\r\n--b--\r\n'
letters = [letter(1, BOTH, 'multipart/alternative; boundary=b'), letter(2, LETTER), letter(3, TEXT, 'text/plain'), letter(4, FILE, 'multipart/mixed; boundary=b'),
           letter(5, '<p>The secret word.</p>', subject='Secret')]
PICTURED = len(letters) + 1
PNG = (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 160, 90, 8, 0, 0, 0, 0)) + chunk(b'tEXt', b'Comment\0of somebody')
       + chunk(b'IDAT', zlib.compress(b''.join(b'\0' + bytes(range(40, 200)) for _ in range(90)))) + chunk(b'IEND', b''))
RELATED = ('--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Drawn: <img src="cid:plot%40x.example" alt="Our plot" onload="alert(1)" style="position:fixed"></p>'
           '<p><img src="cid:drawing@x.example" alt="A drawing"><img src="cid:none@x.example" alt="Not there"><img src="https://evil.example/1.png" alt="From elsewhere"></p>\r\n'
           f'--r\r\nContent-Type: image/png; name="plot one.png"\r\nContent-ID: <plot@x.example>\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64.encodebytes(PNG).decode()}'
           '--r\r\nContent-Type: image/svg+xml\r\nContent-ID: <drawing@x.example>\r\n\r\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>\r\n--r--\r\n')
letters += [letter(PICTURED, RELATED, 'multipart/related; boundary=r', subject='Pictured')]
FIRST = len(letters) + 1
letters += [letter(n, f'<p>before</p>{attack}<p>behind', subject=f'Attack {n}') for n, attack in enumerate(ATTACKS, FIRST)]
with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
    for m in letters:
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + m.replace(b'\r\n', b'\n').replace(b'\nFrom ', b'\n>From ') + b'\n\n')
    f.flush()
    p.cli('archive', 'import', DEV, f.name)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
guest, anna, owner = Browser(p), Browser(p), Browser(p)
anna.enter(ANNA)
owner.enter(OWNER)

section('where it is found')
for n, there in ((1, True), (2, True), (3, False), (4, False)):
    equal(f'post {n} has a link to it', f'href="/lists/dev/{n}/html"' in guest.ask('GET', f'/lists/dev/{n}').page, there)
check('so it has on its thread', 'href="/lists/dev/1/html"' in guest.ask('GET', '/lists/dev/t/1').page)
for n in (3, 4):
    guest.ask('GET', f'/lists/dev/{n}/html')
    equal(f'one without it leads to the post {n}', (guest.status, guest.headers['Location']), (302, f'/lists/dev/{n}'))
equal('none is none', [guest.ask('GET', f'/lists/dev/{x}/html').status for x in ('0', '9999', '99999999999999999999')], [404] * 3)

section('what it is')
for path in ('/lists/dev/1/html', '/lists/dev/2/html'):
    page = guest.ask('GET', path)
    text = page.page
    equal(f'{path}: runs and loads nothing', page.headers['Content-Security-Policy'], "sandbox allow-same-origin; default-src 'none'; style-src 'self'; img-src 'self'")
    equal(f'{path}: search engines go by', (page.status, page.headers['X-Robots-Tag']), (200, 'noindex'))
    for part in ('<h3>Beam times</h3>', '<b>next</b>', '<i>settled</i>', '<code>git@host.example</code>', '<caption>Shifts</caption>', '<td colspan="3">nobody</td>', 'H<sub>2</sub>O',
                 '[A plot of it]', '<p dir="rtl">', 'https://bank.example/login &lt;<a href="https://evil.example/login"',
                 '<a href="https://x.example/a?b=1&amp;c=2" rel="nofollow ugc noopener noreferrer">the plan</a>'):
        check(f'{path}: {part}', part in text, text)
    check(f'{path}: guests see no address', 'mailto:' not in text and 'carol@<b>…</b>.' in text and 'uni.example' not in text and 'person' not in text, text)
    text = anna.ask('GET', path).page
    check(f'{path}: who is signed in does', 'href="mailto:carol@uni.example"' in text and 'carol@<b>uni</b>.example' in text, text)
twin = json.loads(guest.ask('GET', '/lists/dev/1/html.json').page)
equal('its twin', (twin['number'], twin['subject'], twin['from'], '<h3>Beam times</h3>' in twin['body']), (1, 'Beam times', 'Person 1', True))

section('its pictures')
text = guest.ask('GET', f'/lists/dev/{PICTURED}/html').page
check('that of the same message is one of ours', f'<img loading="lazy" src="/lists/dev/{PICTURED}/a/1/shown/plot%20one.png" width="160" height="90" alt="Our plot">' in text, text)
check('others are words', text.count('<img') == 1 and all(x in text for x in ('[A drawing]', '[Not there]', '[From elsewhere]')) and 'evil' not in text, text)
check('the picture is made anew', guest.ask('GET', f'/lists/dev/{PICTURED}/a/1/shown/plot%20one.png').status == 200 and b'somebody' not in guest.raw)

section('what was taken away')
owner.post('/lists/dev/5/redact', csrf=owner.csrf('/lists/dev/5/redact'), do='hide', reason='asked for')
for path in ('/lists/dev/5/html', '/lists/dev/5/html.json'):
    check(f'{path}: nobody sees it', eventually(lambda: guest.ask('GET', path).status == 410) and 'secret' not in guest.page, guest.page)
    equal(f'{path}: nor a member', (anna.ask('GET', path).status, 'secret' in anna.page), (410, False))
    equal(f'{path}: who runs the list does', (owner.ask('GET', path).status, 'secret' in owner.page), (200, True))

section('in Chromium')
visits = [{'path': f'/lists/dev/{n}/html', 'width': w, 'scheme': scheme, **({'shot': f'{SHOTS}/formatted-{n}-{w}-{scheme}.png', 'full': True} if SHOTS else {})}
          for n in (1, 2) for w, scheme in ((390, 'light'), (390, 'dark'), (820, 'light'), (1440, 'light'), (1440, 'dark'))]
visits += [{'path': '/lists/dev/1/html', 'width': w, 'scheme': scheme, 'unlocked': True} for w, scheme in ((390, 'dark'), (1440, 'light'))]
some = range(FIRST, len(letters) + 1, 1 if LONG else 3)
visits += [{'path': f'/lists/dev/{n}/html'} for n in [*range(FIRST, FIRST + 18), *(n for n in some if n >= FIRST + 18)]]
# where no script runs, axe does not: it looks at pages whose policy Chromium was told to leave out
for s in look(p, [{'axe': 'unlocked' in v, **v} for v in visits]):
    well(s)
    equal(f'{s["path"]}: is the formatted one', s['title'].startswith('#' + re.search(r'\d+', s['path'])[0]), True)


section('a picture is drawn')
p.cli('member', 'add', DEV, ANNA)
for policy, who in (('public', guest), ('private', anna)):
    p.cli('list', 'set', DEV, f'archive_policy={policy}')
    check(f'{policy}: who may have the page', eventually(lambda: (guest.ask('GET', f'/lists/dev/{PICTURED}/html').status == 200) == (policy == 'public')))
    s, = look(p, [{'path': f'/lists/dev/{PICTURED}/html', 'width': 820, 'pictures': True, 'axe': False, 'signed': who.cookies}])
    equal(f'{policy}: as large as it is', [(x['alt'], x['natural'], x['shown']) for x in s['pictures']], [('Our plot', [160, 90], [160, 90])])
    equal(f'{policy}: and nothing else', [s[x] for x in ('foreign', 'live', 'dialogs', 'errors', 'invalid')], [[]] * 5)

done()
