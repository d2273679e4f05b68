"""What owners do to posts: hide, show, redact, purge, split, merge; as guest, member and owner, and what files hold afterwards."""
import gzip
import os
import re
import signal
import sqlite3
import subprocess
import time
from email.utils import format_datetime
from datetime import datetime, timedelta, timezone

from browser import Browser
from harness import POSTERN, Postern, check, done, equal, eventually, limit, section

limit(900)
LIST = 'dev@lists.example'
OWNER, ANNA = 'owner@uni.example', 'anna@uni.example'
NOW = datetime.now(timezone.utc)
p = Postern(admin='admin@lists.example', send__relay='outbox')
p.cli('list', 'create', LIST, '--owner', OWNER)
p.cli('list', 'set', LIST, 'archive_policy=public', 'digests_enabled=yes')
p.cli('member', 'add', LIST, ANNA)
p.cli('user', 'add', OWNER)


def post(number, answers=None, text=''):
    head = f'From: Name{number}mark <from{number}mark@far.example>\r\nTo: {LIST}\r\nSubject: Subject{number}mark\r\nMessage-ID: <m{number}@far.example>\r\n'
    head += f'Date: {format_datetime(NOW - timedelta(days=9) + timedelta(minutes=number))}\r\nMIME-Version: 1.0\r\n'
    head += f'In-Reply-To: <m{answers}@far.example>\r\nReferences: <m{answers}@far.example>\r\n' if answers else ''
    return (f'From x {NOW.strftime("%a %b %d %H:%M:%S %Y")}\n{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
            f'Body{number}mark {text}\r\n--b\r\nContent-Type: text/plain; name=file{number}mark.txt\r\nContent-Disposition: attachment; filename=file{number}mark.txt\r\n\r\n'
            f'Attached{number}mark\r\n--b--\r\n').replace('\r\n', '\n')


ANSWERS = {2: 1, 3: 2, 4: 1, 6: 5, 7: 6}
box = f'{p.dir}/box'
with open(box, 'w') as f:
    f.write('\n'.join(post(n, ANSWERS.get(n), 'as carl@home.example said' if n in (4, 6) else '') for n in range(1, 60)))
p.cli('archive', 'import', LIST, box)
p.start()


def person(address, network):
    return Browser(p, network=network).enter(address)


owner, anna, guest = person(OWNER, '192.0.2.1'), person(ANNA, '192.0.2.2'), Browser(p, network='192.0.2.3')
MONTH = (NOW - timedelta(days=9) + timedelta(minutes=2)).strftime('%Y-%m')


def paths(n):
    month = MONTH.replace('-', '/')
    return [f'/lists/dev/{n}', f'/lists/dev/{n}.json', f'/lists/dev/{n}/raw', f'/lists/dev/{n}/a/1/file{n}mark.txt', '/lists/dev/', '/lists/dev/t/1', '/lists/dev/t/1.json',
            '/lists/dev/t/1?view=flat', '/lists/dev/t/1.atom', '/lists/dev/t/1.mbox.gz', '/lists/dev/feed.atom',
            '/lists/dev/feed.json', '/lists/dev/t/1.feed.json', '/lists/dev/by/all.mbox.gz', f'/lists/dev/{n}.mbox.gz', f'/lists/dev/by/{month}/', f'/lists/dev/by/{month}/?view=flat',
            f'/lists/dev/by/{MONTH}.mbox.gz', f'/lists/dev/search?q=Body{n}mark', '/lists/dev/search.json?q=far.example&o=new', f'/lists/search?q=file{n}mark', '/lists/dev/stats',
            f'/mid/m{n}@far.example', '/lists/dev/']


def told(b, n):
    """What of post n is told, over all paths, beside what was asked."""
    out = {}
    for path in paths(n):
        b.get(path)
        page = gzip.decompress(b.raw).decode() if path.endswith('.gz') and b.status == 200 else b.page
        words = {w for w in re.findall(rf'(?:Name|from|Subject|Body|file|Attached){n}mark', page) if w.lower() not in path.lower()}
        if words:
            out[path] = words
    return out


def redact(n, button, **fields):
    """By the page's forms, as whoever has no script."""
    token = owner.csrf(f'/lists/dev/{n}/redact')
    check(f'the page of {n} offers to {button}', f'name="do" value="{button}"' in owner.page)
    return owner.post(f'/lists/dev/{n}/redact', csrf=token, do=button, **fields)


section('who may')
equal('a guest is asked to sign in, a member refused', [b.get('/lists/dev/2/redact').status for b in (guest, anna)], [401, 403])
check('neither finds a way there', all('/redact' not in b.get('/lists/dev/2').page for b in (guest, anna)))
check('an owner does', '/lists/dev/2/redact' in owner.get('/lists/dev/2').page)

section('hide')
check('before, all of it is told', len(told(guest, 2)) > 10, told(guest, 2))
etag = {path: guest.get(path).headers.get('ETag') for path in ('/lists/dev/2', '/lists/dev/t/1')}
redact(2, 'hide', reason='too private')
check('it is said what was done', 'is hidden' in owner.text(), owner.text()[:300])
for who, b in (('a guest', guest), ('a member', anna)):
    equal(f'{who} is told nothing of it anywhere', told(b, 2), {})
    equal(f'{who} finds a tombstone', [b.get(f'/lists/dev/2{x}').status for x in ('', '.json', '/raw', '/a/1/file2mark.txt')], [410] * 4)
    b.get('/lists/dev/2')
    check(f'which tells {who} what and when, not why', 'was taken away' in b.text() and 'too private' not in b.page and NOW.strftime('%Y-%m') in b.page, b.text())
for path, tag in etag.items():
    status = guest.ask('GET', path, headers=[('If-None-Match', tag)]).status
    check(f'what a browser kept of {path} holds no more', status in (200, 410), status)
equal('the twin says so', (guest.json('/lists/dev/2.json')['hidden'], guest.json('/lists/dev/2.json')['number']), (True, 2))
thread = guest.json('/lists/dev/t/1.json')
equal('the thread has its shape', [(m['number'], m['gone'], [a['number'] for a in m['answers']]) for m in thread['messages'][0]['answers']], [(2, True, [3]), (4, False, [])])
owner.get('/lists/dev/2')
check('an owner sees it, and that it is hidden', owner.status == 200 and 'Body2mark' in owner.page and 'Hidden.' in owner.text() and 'too private' in owner.page, owner.text()[:500])
equal('the owner has its raw message and file', [owner.get(f'/lists/dev/2{x}').status for x in ('/raw', '/a/1/file2mark.txt')], [200, 200])
redact(2, 'show', reason='a mistake')
check('shown again, all of it is told', len(told(guest, 2)) > 10 and guest.get('/lists/dev/2').status == 200)
history = p.json('archive', 'history', LIST, '2')
equal('its history', [(h['what'], h['by'], h['reason']) for h in history], [('hidden', OWNER, 'too private'), ('shown', OWNER, 'a mistake')])
check('the log of the list has it', 'post hidden' in owner.get('/lists/dev/admin/log').page and 'too private' in owner.page)

section('a part, an address')
part = re.search(r'value="(\d+)" required> <label[^>]*><bdi>file3mark', owner.get('/lists/dev/3/redact').page).group(1)
redact(3, 'part', part=part, reason='secret')
check('the file is gone, the text is there', 'Attached3mark' not in guest.get('/lists/dev/3').page and 'Body3mark' in guest.page)
raw = guest.get('/lists/dev/3/raw').page
check('the raw message says so', raw.startswith('Archive-Redacted: ') and 'signatures hold no more' in raw and 'file3mark' not in raw, raw[:300])
check('so does the page', 'signatures hold no more' in guest.get('/lists/dev/3').text())
equal('its number among the files is a note', 'has removed this part' in guest.get('/lists/dev/3/a/1/removed.txt').page, True)
redact(4, 'address', address='carl@home.example', all='yes')
check('how many were changed', '2' in owner.text() and 'is taken out' in owner.text(), owner.text()[:300])
equal('the address is in no message', [n for n in range(1, 8) if 'carl@home' in owner.get(f'/lists/dev/{n}/raw').page], [])
redact(4, 'address', address='nobody@home.example')
check('one that is nowhere is refused in words', owner.status == 400 and 'does not name that address' in owner.text(), owner.text()[:300])

section('threads')
redact(2, 'split')
equal('it starts a thread, and its answers go with it', [x['number'] for x in guest.json('/lists/dev/t/2.json')['messages'][0]['answers']], [3])
redact(2, 'merge', under='http://lists.example/lists/dev/5')
equal('old links lead to where it stands', guest.ask('GET', '/lists/dev/t/2').headers['Location'], '/lists/dev/t/5#n2')
equal('below the other', [m['number'] for m in guest.json('/lists/dev/t/5.json')['messages'][0]['answers']], [2, 6])
p.cli('archive', 'reindex', LIST)
equal('also when all is indexed anew', [m['number'] for m in guest.json('/lists/dev/t/5.json')['messages'][0]['answers']], [2, 6])
redact(2, 'undo')
equal('and back', [m['number'] for m in guest.json('/lists/dev/t/1.json')['messages'][0]['answers']], [2, 4])

section('purge')


def frames(octets):
    """What zstd frames anywhere in a file hold, as far as they can be unpacked without a dictionary."""
    out, at = [], octets.find(b'\x28\xb5\x2f\xfd')
    while at >= 0:
        got = subprocess.run(['zstd', '-dcq', '--no-check'], input=octets[at:at + (1 << 20)], capture_output=True).stdout
        out.append(got)
        at = octets.find(b'\x28\xb5\x2f\xfd', at + 4)
    return b'\n'.join(out)


def held(word):
    """Files of the data folder that hold the word, as it is or packed; and what the books' own tables hold of it."""
    found = set()
    for folder, _, names in os.walk(p.data):
        for name in names:
            if not os.path.isfile(f'{folder}/{name}'):
                continue
            octets = open(f'{folder}/{name}', 'rb').read()
            if word.encode().lower() in octets.lower() or (name.startswith('archive.db') and word.encode() in frames(octets)):
                found.add(name)
    return found


check('before, files hold it', 'archive.db' in held('Body5mark') and 'archive.db' in held('Subject5mark'), held('Subject5mark'))
redact(5, 'purge', typed='6')
check('a wrong number removes nothing', owner.status == 400 and guest.get('/lists/dev/5').status == 200)
redact(5, 'purge', typed='5', reason='a court says so')
equal('it is gone for everybody', [b.get('/lists/dev/5').status for b in (guest, anna, owner)], [410] * 3)
equal('nothing of it is told', told(guest, 5), {})
check('an owner reads why', 'a court says so' in owner.get('/lists/dev/5').page)
check('the files are clean within seconds', eventually(lambda: [h['clean'] for h in p.json('archive', 'history', LIST, '5')][-1] == 'yes'))
for word in ('Name5mark', 'from5mark', 'Subject5mark', 'Body5mark', 'file5mark', 'Attached5mark'):
    equal(f'no file holds {word}', held(word), set())
check('and the neighbours stand', guest.get('/lists/dev/6').status == 200 and 'archive.db' in held('Subject6mark'))
p.cli('archive', 'verify', LIST)
p.cli('archive', 'import', LIST, box)
equal('an import does not bring it back', (guest.get('/lists/dev/5').status, held('Body5mark')), (410, set()))

section('a kill in the middle')
p.stop()
for n, wait in ((40, 0.02), (41, 0.05), (42, 0.1)):
    child = subprocess.Popen([POSTERN, '-c', p.conf, 'archive', 'purge', LIST, str(n)], env=p.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(wait)
    child.send_signal(signal.SIGKILL)
    child.wait()
book = sqlite3.connect(f'file:{p.data}/archive/archive.db?mode=ro', uri=True)
begun = [n for n, in book.execute("SELECT number FROM redaction WHERE what = 'purged' AND number >= 40")]
book.close()
p.start()
check('what was begun is done', eventually(lambda: not [n for n in begun if held(f'Subject{n}mark')], 60, 0.2), begun)
equal('and what was not is whole', [n for n in (40, 41, 42) if (guest.get(f'/lists/dev/{n}').status == 410) != (n in begun)], [])
p.cli('archive', 'verify', LIST)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
