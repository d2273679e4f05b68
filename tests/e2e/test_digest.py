"""Digests: real mail goes in post by post and comes back many at a time, octet by octet as MIME, readable as RFC 1153, a line
a post as a summary; who turns from one way to another has each post once; kill -9 at any moment loses none and doubles none."""
# long
import collections
import email
import email.policy
import glob
import http.client
import itertools
import json
import lzma
import os
import random
import re
import signal
import subprocess
import time
import urllib.parse

from browser import Browser
from harness import HERE, POSTERN, Postern, check, done, equal, eventually, limit, section, skipped
from mailing import copy_faults, message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
SEED = int(os.environ.get('POSTERN_SEED', time.time()))
random.seed(SEED)
print(f'seed: POSTERN_SEED={SEED}', flush=True)
SHARED = os.environ.get('POSTERN_DATA_SHARED', os.path.join(HERE, '../../../shared/data'))
CORPUS, CLIENT = 'corpus@lists.example', 'poster@client.example'

world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']}, 'home.example': {'MX': [(10, 'home.host')]}})
p = Postern(dns=dns, mx_port=world.port, smtp__messages_per_hour=0, smtp__messages_per_hour_all=0,
            smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0)


def make(address, *settings):
    p.cli('list', 'create', address)
    p.cli('list', 'set', address, 'authenticate=any', 'posts_per_hour=0', 'default_nonmember_action=accept',
          'max_num_recipients=0', 'require_explicit_destination=no', 'max_message_size=0', 'obscure_addresses=no',
          'digest_send_periodic=no', 'digest_size_threshold=0', *settings)


def add(address, **deliveries):
    for person, delivery in deliveries.items():
        p.cli('member', 'add', address, f'{person}@home.example')
        p.cli('member', 'set', address, f'{person}@home.example', f'delivery={delivery}')


def mails(person, **having):
    return world.to(f'{person}@home.example', **having)


def parts(data):
    """The raw parts of a raw multipart: [(header, body)], by its boundary alone."""
    head, body = data.split(b'\r\n\r\n', 1)
    boundary = re.search(rb'boundary="([^"]+)"', head)[1]
    pieces = (b'\r\n' + body).split(b'\r\n--' + boundary)
    assert pieces[-1].startswith(b'--'), pieces[-1][:20]
    return [x.split(b'\r\n\r\n', 1) for x in (y[2:] if y[:2] == b'\r\n' else y for y in pieces[1:-1])], boundary


def posts_of(mail):
    """The posts inside of a MIME digest, octet by octet."""
    outer, _ = parts(mail.data)
    inner, _ = parts(b'\r\n\r\n'.join(outer[1]))
    return [body for head, body in inner]


def text_of(mail):
    return email.message_from_bytes(mail.data, policy=email.policy.default).get_content().replace('\r\n', '\n')


def read_1153(text):
    """(preamble, [(fields, text)]) of RFC 1153, by its rules of hyphens."""
    preamble, rest = text.split('\n\n' + '-' * 70 + '\n\n')
    *items, end = rest.split('\n\n' + '-' * 30 + '\n\n')
    assert re.fullmatch(r'End of (.*)\n\*+\n', end), end
    out = []
    for item in items:
        head, body = (item.split('\n\n', 1) + [''])[:2]
        out.append((dict(line.split(': ', 1) for line in head.split('\n') if ': ' in line), body))
    return preamble, out


def corpus():
    """Mail that others wrote: what a client would send of it, each once."""
    path = os.path.join(SHARED, 'lists/linux-mips-10k.mbox.xz')
    if os.path.exists(path):
        with lzma.open(path) as f:
            text = f.read(6 << 20)
        for m in itertools.islice(re.split(rb'(?m)^From .*\n', text)[1:-1], 0, None, 12):
            yield m
    else:
        skipped(f'{path} is not there')
    files = sorted(glob.glob(os.path.join(SHARED, 'mime/**/*.*'), recursive=True))
    if not files:
        skipped('no folder mime among the shared data')
    for path in files:
        if path.endswith(('.txt', '.eml', '.mbox')):
            yield open(path, 'rb').read()


def on_the_wire(m):
    return re.sub(rb'\r*\n|\r', b'\r\n', m.rstrip(b'\r\n') + b'\n')


section('a corpus goes in')
make(CORPUS, 'personalize=individual', 'msg_footer=For $user_name <%(user_email)s>')
add(CORPUS, mia='mime_digests', paul='plaintext_digests', sue='summary_digests', reg='regular')
p.start()
sent, seen = [], set()
for m in corpus():
    octets = on_the_wire(m)
    ids = re.findall(rb'(?im)^Message-ID:\s*(<[^>\r\n]*>)', octets.split(b'\r\n\r\n', 1)[0])
    if len(ids) != 1 or ids[0] in seen or b'\0' in octets or len(octets) > 200000:
        continue
    seen.add(ids[0])
    code, said = p.deliver(CLIENT, CORPUS, octets)
    if code == 250:
        sent.append((ids[0].decode('latin-1'), octets))
check('all is sorted', p.quiet())
waits = p.json('list', 'digest', CORPUS)[0]
equal('the first digest is to come', (waits['volume'], waits['issue']), (1, 1))
regular = {m.field('Message-ID') for m in mails('reg')}
sent = [(i, o) for i, o in sent if i in regular]
check('there is something to judge by', len(sent) > 50 or not os.path.isdir(SHARED), len(sent))
equal('what went out singly waits for the digest', waits['posts'], len(mails('reg')))

section('the digests')
p.cli('list', 'digest', CORPUS, '--now')
check('they leave', p.quiet())
equal('nothing waits any more', p.json('list', 'digest', CORPUS)[0]['posts'], 0)
issues = {who: mails(who) for who in ('mia', 'paul', 'sue')}
for who, got in issues.items():
    equal(f'{who} has each issue once', [m.field('Subject') for m in got],
          [f'corpus Digest, Vol 1, Issue {i + 1}' for i in range(len(got))])
    for m in got:
        faults = [f for f in copy_faults(m, CORPUS) if f != 'no Received field']
        equal(f'{who}: fields of a copy', faults, [])
        check('it is signed', 'd=lists.example' in m.field('DKIM-Signature'), m.header)
        check('the signature covers the way to leave', re.search(r'(?i)[=:]\s*list-unsubscribe\s*:', m.field('DKIM-Signature')))
        equal('it says who it is from and where answers go', (m.field('Reply-To'), 'corpus-request@' in m.field('From')),
              (f'<{CORPUS}>', True))

found = [x for m in issues['mia'] for x in posts_of(m)]
equal('as many as waited', len(found), waits['posts'])
raw = [(Browser(p).ask('GET', f'/lists/corpus/{i + 1}/raw').raw) for i in range(len(found))]
whole = sum(x == y for x, y in zip(found, raw))
equal('each post is the archive\'s, octet by octet', whole, len(found))
gone = collections.Counter()
for x, (mid, o) in zip(found, sent):
    head, _, body = x.partition(b'\r\n\r\n')
    wanted_head, _, wanted_body = o.partition(b'\r\n\r\n')
    check('its body is what was sent', body == wanted_body, mid)
    gone.update(re.split(rb'[:\s]', f, maxsplit=1)[0].lower().decode('latin-1')
                for f in re.split(rb'\r\n(?![ \t])', wanted_head) if f not in head)
equal('all fields are there but those of the last hop', set(gone) - {'return-path', 'content-length', 'bcc'}, set())
in_order = [re.search(rb'(?im)^Message-ID:\s*(<[^>\r\n]*>)', x.split(b'\r\n\r\n', 1)[0])[1].decode('latin-1') for x in found]
equal('in the order in which they came', in_order, [i for i, _ in sent])

items = [x for m in issues['paul'] for x in read_1153(text_of(m))[1]]
equal('the plain digest has as many items', len(items), len(found))
equal('their Message-IDs', [f.get('Message-ID') for f, _ in items], in_order)


def said(octets):
    """What a plain post says where its charset is declared and right; None elsewhere."""
    m = email.message_from_bytes(octets)
    if m.is_multipart() or m.get_content_type() != 'text/plain' or m.get_param('format') or m.defects:
        return None
    if str(m.get('Content-Transfer-Encoding', '7bit')).lower().strip() not in ('7bit', '8bit', 'base64', 'quoted-printable'):
        return None
    try:
        raw = m.get_payload(decode=True)
        return raw.decode(m.get_content_charset() or 'ascii').replace('\r\n', '\n') if b'\x1b' not in raw else None
    except (LookupError, UnicodeDecodeError):
        return None


def words(text):
    """Without the hyphens that are moved by a space, and without ends of lines."""
    return [x.rstrip() for x in re.sub(r'(?m)^ (?=-{30})', '', text).split('\n')]


judged = damaged = foreign = 0
for (mid, octets), (fields, text) in zip(sent, items):
    wanted = said(octets)
    if wanted is None:
        continue
    file = re.search(r'(?m)^begin [0-7]{3,4} (.+)$', wanted)
    if file:  # a file within a text is one that hangs on it
        check(f'{mid}: names {file[1]}, and has none of its lines', file[1] in text and file[0] not in text, text[:300])
        continue
    judged += 1
    foreign += not wanted.isascii()
    got, want = words(text), words(wanted.rstrip('\n'))
    damaged += got[:len(want)] != want
    if got[:len(want)] != want and damaged < 4:
        at = next((i for i, (x, y) in enumerate(zip(want, got)) if x != y), -1)
        print(f'  {mid}: wanted {want[at:at + 1]!r}, got {got[at:at + 1]!r}', flush=True)
check('no charset is damaged in the plain digest', judged > 20 and not damaged, f'{damaged} of {judged}')
print(f'suite: digest round trip: {whole} of {len(sent)} posts octet by octet, {len(items)} items by RFC 1153, '
      f'{judged - damaged} of {judged} texts the same ({foreign} beyond ASCII)', flush=True)

lines = [x for m in issues['sue'] for x in re.findall(r'(?m)^ *\d+\. .*$', text_of(m))]
equal('a line a post in the summary', len(lines), len(found))
equal('each with its link', [re.search(r'/lists/corpus/(\d+)$', x)[1] for x in lines], [str(i + 1) for i in range(len(lines))])
page = Browser(p).get('/lists/corpus/1')
equal('which is there', page.status, 200)

section('copies that say who reads them')
named, marks = 0, []
for m in mails('reg', **{'List-Id': '<corpus.lists.example>'}):
    if 'Digest' in m.field('Subject'):
        continue
    texts = [x.get_payload(decode=True) or b'' for x in email.message_from_bytes(m.data).walk() if x.get_content_type() == 'text/plain']
    named += any(b'For reg@home.example <reg@home.example>' in re.sub(rb'\s+', b' ', x) for x in texts)
    marks += re.findall(rb'\{[a-z2-7]{16}\.[nal]\}|\$user_name', m.data)
check('each bears the footer with the reader in it, but what is signed or in no clear parts', named > 0.8 * len(found), f'{named} of {len(found)}')
equal('no mark is left', marks, [])
print(f'suite: personal footer: {named} of {len(found)} copies of the corpus name their reader', flush=True)

section('in no archive, and with an attachment')
make('none@lists.example', 'archive_policy=never')
make('full@lists.example')
for name in ('none', 'full'):
    address = f'{name}@lists.example'
    add(address, **{f'{name}mia': 'mime', f'{name}paul': 'plain', f'{name}sue': 'summary'})
    octets = message(CLIENT, address, 'a file', '--b\r\n\r\nSee this.\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: '
                     'attachment; filename="a b.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n',
                     MIME_Version='1.0', Content_Type='multipart/mixed; boundary=b')
    p.deliver(CLIENT, address, octets)
    p.quiet()
    p.cli('list', 'digest', address, '--now')
    eventually(lambda: mails(f'{name}sue') and mails(f'{name}paul') and mails(f'{name}mia'))
    check(f'{name}: the post is whole as MIME', posts_of(mails(f'{name}mia')[0])[0].endswith(octets))
    plain = text_of(mails(f'{name}paul')[0])
    link = re.search(r'\[Attached: a b\.png, image/png, 8 octets(.*?)\]', plain)
    check(f'{name}: an answer goes to the list and to the post', f'<mailto:{address}?Subject=Re%3A%20a%20file&In-Reply-To=%3C' in plain, plain)
    if name == 'full':
        path = urllib.parse.urlsplit(link[1].strip(': <>')).path
        equal('the link leads to the file', Browser(p).get(path).status, 200)
    else:
        equal('without archive there is a note', link[1], '; it is kept nowhere')
        check('and no link in the summary', 'in no archive' in text_of(mails('nonesue')[0]))

section('its own words, its number')
p.cli('list', 'set', 'full@lists.example', 'digest_header=Hear, hear\n$listinfo_url', 'digest_footer=All of %(list_name)s')
p.cli('list', 'digest', 'full@lists.example', '--bump')
waits = p.json('list', 'digest', 'full@lists.example')[0]
equal('a new volume', (waits['volume'], waits['issue']), (2, 1))
p.deliver(CLIENT, 'full@lists.example', message(CLIENT, 'full@lists.example', 'second'))
p.quiet()
API = {'Authorization': 'Bearer ' + p.token('admin@lists.example')}


def api(method, **fields):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request(method, '/api/3.1/lists/full.lists.example/digest', urllib.parse.urlencode(fields) if fields else None,
              {**API, 'Content-Type': 'application/x-www-form-urlencoded'})
    r = c.getresponse()
    return r.status, r.read()


code, said = api('GET')
said = json.loads(said)
equal('the API tells it', (code, said['volume'], said['next_digest_number']), (200, 2, 1))
check('and when the last one left', said['digest_last_sent_at'], said)
equal('not both', api('POST', send='yes', periodic='yes')[0], 400)
equal('nothing is fine', api('POST', send='no')[0], 200)
equal('send', api('POST', send='yes', bump='yes')[0], 202)
check('it is sent', eventually(lambda: len(mails('fullpaul')) == 2 and len(mails('fullmia')) == 2 and len(mails('fullsue')) == 2))
equal('in the volume after', mails('fullpaul')[1].field('Subject'), 'full Digest, Vol 3, Issue 1')
preamble, items = read_1153(text_of(mails('fullpaul')[1]))
check('words before', 'Hear, hear\n' in preamble and '/lists/full/\n' in preamble, preamble)
equal('and behind, as an item', [f['Subject'] for f, _ in items], ['second', 'Digest Footer'])
equal('which says', items[1][1].strip(), 'All of full')
first = email.message_from_bytes(mails('fullmia')[1].data).get_payload()
equal('as MIME: parts', [x.get_content_type() for x in first], ['text/plain', 'multipart/digest', 'text/plain', 'text/plain'])
check('with the words', 'Hear, hear' in first[0].get_payload() and 'All of full' in first[3].get_payload(), first)
check('in the summary', 'Hear, hear' in text_of(mails('fullsue')[1]) and 'All of full' in text_of(mails('fullsue')[1]))
b = Browser(p)
b.get(urllib.parse.urlsplit(p.cli('user', 'link', 'admin@lists.example').strip()).path).submit()
b.get('/lists/full/admin/digest')
check('the page shows the number', 'volume 3, issue 2' in b.page, b.page)
b.submit('bump')
check('a new volume by the page', 'volume 4, issue 1' in b.page and 'It is done' in b.page, b.page)
p.deliver(CLIENT, 'full@lists.example', message(CLIENT, 'full@lists.example', 'third'))
p.quiet()
b.get('/lists/full/admin/digest').submit('send')
check('sent by the page', eventually(lambda: len(mails('fullpaul')) == 3) and 'Digests on their way: 1' in b.page, b.page)

section('frozen posts wait')
make('spike@lists.example', 'posts_per_hour=1')
p.cli('list', 'set', 'spike@lists.example', 'posts_per_hour=1')
add('spike@lists.example', ivy='plain', ian='regular')
for name in ('calm', 'spike', 'spam'):
    p.deliver(CLIENT, 'spike@lists.example', message(CLIENT, 'spike@lists.example', name))
    check('it is sorted', eventually(lambda: p.status('arrivals') == 0))


def read_by_ivy():
    return [[f['Subject'] for f, _ in read_1153(text_of(m))[1]] for m in mails('ivy')]


p.cli('list', 'digest', 'spike@lists.example', '--now')
check('what was sent is in it', eventually(lambda: read_by_ivy() == [['calm']]), read_by_ivy())
equal('what is frozen waits', p.json('list', 'digest', 'spike@lists.example')[0]['posts'], 2)
ids = sorted({q['id'].split('/')[0] for q in p.json('queue', 'show') if q['recipient'] == 'ian@home.example'}, key=lambda x: int(x[1:]))
equal('two are frozen', len(ids), 2)
p.cli('queue', 'rm', ids[1])
p.cli('queue', 'release', ids[0])
p.cli('list', 'digest', 'spike@lists.example', '--now')
check('what is released comes, what is removed does not', eventually(lambda: read_by_ivy() == [['calm'], ['spike']]), read_by_ivy())
equal('nothing waits', p.json('list', 'digest', 'spike@lists.example')[0]['posts'], 0)

section('turning to digests and from them')
make('turn@lists.example')
add('turn@lists.example', tina='regular', tom='mime')
b = Browser(p)
b.get(urllib.parse.urlsplit(p.cli('user', 'link', 'tina@home.example').strip()).path).submit()
names = ['one', 'two', 'three', 'four']
for i, way in enumerate(('regular', 'plain', 'plain', 'regular')):
    if i:
        b.get('/lists/turn/me')
        check('her page offers digests', all(f'value="{x}"' in b.page for x in ('mime', 'plain', 'summary')))
        b.submit('My settings for turn', delivery=way, own_posts='yes', copies='yes')
        equal('her choice is kept', p.json('member', 'ls', 'turn@lists.example')[0]['delivery'], way)
    p.deliver(CLIENT, 'turn@lists.example', message(CLIENT, 'turn@lists.example', names[i]))
    p.quiet()
p.cli('tick', '--at', '+3d')
p.quiet()
singly = [m.field('Subject') for m in mails('tina') if 'Digest' not in m.field('Subject')]
equal('she has singly', singly, ['one', 'four'])
equal('none while her digest is not due', len(mails('tina', Subject='Digest')), 0)
p.cli('list', 'set', 'turn@lists.example', 'digest_send_periodic=yes')
p.cli('tick', '--at', '+3d')
eventually(lambda: mails('tina', Subject='Digest'))
equal('and one last digest', [[f['Subject'] for f, _ in read_1153(text_of(m))[1]] for m in mails('tina', Subject='Digest')], [['two', 'three']])
equal('who read digests all along has all in one', [len(posts_of(m)) for m in mails('tom', Subject='Digest')], [4])

section('leaving in one click')
target = re.search(r'<(https://[^>]*)>', mails('tom')[0].field('List-Unsubscribe'))[1]
u = urllib.parse.urlsplit(target)
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
c.request('POST', f'{u.path}?{u.query}', 'List-Unsubscribe=One-Click',
          {'Content-Type': 'application/x-www-form-urlencoded', 'Host': u.netloc})
equal('taken', c.getresponse().status, 200)
check('he is gone', eventually(lambda: 'tom@home.example' not in [m['address'] for m in p.json('member', 'ls', 'turn@lists.example')]))

section('kill -9')
MEMBERS, ROUNDS = 1500, 14
make('crash@lists.example')
people = [f'c{i:04}@home.example' for i in range(MEMBERS)]
p.cli('list', 'set', 'crash@lists.example', 'digest_is_default=yes', 'send_welcome_message=no')
p.cli('member', 'add', 'crash@lists.example', '-', input='\n'.join(people))
for i, form in enumerate(('plain', 'summary', 'regular')):
    p.cli('member', 'set', 'crash@lists.example', people[i], f'delivery={form}')
mids, killed, whole = [], 0, 0.12  # seconds that an issue takes, as far as is known
for n in range(ROUNDS):
    octets = message(CLIENT, 'crash@lists.example', f'round {n}', 'x' * 60 + '\r\n')
    if p.deliver(CLIENT, 'crash@lists.example', octets)[0] == 250:
        mids.append(mid_of(octets))
    if n % 4 == 3:
        os.kill(p.roles()['post'], signal.SIGKILL)
        eventually(lambda: p.events('role-ready', new=True))
    p.quiet() if n % 2 else time.sleep(0.1)
    if n % 3 == 2:
        continue
    tick = subprocess.Popen([POSTERN, '-c', p.conf, 'list', 'digest', 'crash@lists.example', '--now'], env=p.env,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    started = time.monotonic()
    try:
        tick.wait(random.uniform(0.005, whole))
        whole = max(0.03, time.monotonic() - started)
    except subprocess.TimeoutExpired:
        killed, whole = killed + 1, whole * 1.25
        tick.kill()
        tick.wait()
check('the axe fell on work', killed > 2, killed)
check('all is sorted in the end', eventually(lambda: p.status('arrivals') == 0, 60, 0.2))
p.cli('tick')  # ends what was begun
p.cli('list', 'digest', 'crash@lists.example', '--now')
check('all is delivered', p.quiet(), p.cli('status'))
with world.lock:
    mine = [m for m in world.mails if m.field('List-Id') == '<crash.lists.example>']
copies = collections.Counter()
for m in mine:
    text = m.data.decode('utf-8', 'replace')
    for mid in set(re.findall(r'(?m)^Message-ID: <(.*?)>', text)) & set(mids):
        for r in m.rcpts:
            copies[r, mid] += 1
readers = [x for x in people if x != people[1]]  # the summary has no Message-ID
lost = [(r, mid) for r in readers for mid in mids if not copies[r, mid]]
twice = [k for k, n in copies.items() if n > 1]
check('nobody lost a post', not lost, lost[:5])
check('nobody has one twice', not twice, twice[:5])
summed = sum(len(re.findall(r'(?m)^ *\d+\. round', text_of(m))) for m in mine if people[1] in m.rcpts)
equal('a line for each in the summaries', summed, len(mids))
numbers = sorted({m.field('Subject') for m in mine if 'Digest' in m.field('Subject')})
print(f'suite: digest crash: {killed} kills in {len(numbers)} issues, {len(mids)} posts for {len(people)} members, '
      f'{len(lost)} lost, {len(twice)} twice', flush=True)

equal('SIGTERM ends it well', p.stop(), 0)
done()
