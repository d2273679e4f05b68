"""What is kept about a person, for that person; and their end: by page with a mailed link, and by
command. A server that is killed in the middle goes on."""
import gzip
import json
import os
import re
import sqlite3

from browser import Browser
from chromium import look, well
from harness import HERE, Postern, check, done, equal, eventually, limit, section
from mailing import message

limit(900)
LIST, ADMIN, ANNA, ALT, BEN = 'dev@lists.example', 'okafor@lists.example', 'anna@uni.example', 'anna.alt@home.example', 'ben@uni.example'
SHOTS = os.environ.get('POSTERN_SHOTS')
POSTS = 160
p = Postern(send__relay='outbox', admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', ADMIN)
p.cli('list', 'create', 'own@lists.example', '--owner', BEN)
p.cli('user', 'add', ADMIN, '--admin')
p.cli('user', 'add', ANNA, '--name', 'Anna Meyer')
p.cli('user', 'add', BEN, '--name', 'Ben Smith')
p.cli('member', 'add', LIST, ANNA, BEN)
with open(p.dir + '/old.mbox', 'w') as f:
    for i in range(POSTS):
        f.write(f'From x@uni.example Thu Jan  1 00:00:00 1970\nFrom: Anna Meyer <{ANNA if i % 2 else ALT}>\nTo: {LIST}\nSubject: xenon {i}\n'
                f'Message-ID: <{i}@old.example>\nDate: Tue, 24 Nov 2026 04:00:{i % 60:02} +0000\n\nthoughts {i}\n-- \nAnna Meyer\n\n')
    f.write(f'From x@uni.example Thu Jan  1 00:00:00 1970\nFrom: Ben Smith <{BEN}>\nTo: {LIST}, Anna Meyer <{ANNA}>\nSubject: Re: xenon 1\n'
            f'In-Reply-To: <1@old.example>\nMessage-ID: <b@old.example>\nDate: Tue, 24 Nov 2026 05:00:00 +0000\n\n'
            f'Anna Meyer <{ANNA}> wrote:\n> thoughts 1\nIndeed, krypton.\n\n')
p.cli('archive', 'import', LIST, p.dir + '/old.mbox')
TOKEN = p.token(ANNA)
p.start()


def link_for(kept, subject):
    row = eventually(lambda: [r for r in admin.json('/outbox.json')['rows'] if r['recipient'] == kept and subject in r['subject']])
    check(f'the outbox has "{subject}" for {kept}', row)
    admin.get(f'/outbox/{row[0]["id"]}.eml')
    return re.search(r'https://www\.lists\.example(/confirm/\S+)', admin.page)[1]


def sign_in(address):
    return Browser(p).enter(address)


section('what is kept')
admin, anna = sign_in(ADMIN), sign_in(ANNA)
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], message(f'Anna Meyer <{ANNA}>', LIST, 'one by mail'))
check('it is in the archive', eventually(lambda: len(p.json('archive', 'search', LIST, 'mail')) == 1))
db = sqlite3.connect(f'{p.data}/lists/lists.db', timeout=60)
person = db.execute('SELECT person FROM address WHERE key = ?', (ANNA,)).fetchone()[0]
with db:  # another address of hers
    db.execute('INSERT INTO address (person, key, text, verified_at) VALUES (?, ?, ?, 1)', (person, ALT, ALT))
db.close()
anna.ask('GET', '/account/data.json')
check('is hers to save', anna.status == 200 and 'attachment' in anna.headers['Content-Disposition'], anna.status)
data = json.loads(anna.page)
equal('her addresses', {x['address'] for x in data['addresses']}, {ANNA, ALT})
equal('her memberships', [x['list'] for x in data['memberships']], [LIST])
check('her sign-ins', data['sign_ins'] and data['sign_ins'][0]['browser'].startswith('Mozilla') and len(data['tokens']) == 1)
anna.ask('GET', '/account/posts.mbox.gz')
mbox = gzip.decompress(anna.raw)
equal('what she wrote, under both addresses', (len(re.findall(rb'(?m)^From .* \d{4}\r?$', mbox)), mbox.count(b'thoughts')), (POSTS + 1, POSTS))
check('and no other post', b'krypton' not in mbox)
guest = Browser(p)
for path in ('/account/data.json', '/account/posts.mbox.gz'):
    guest.ask('GET', path)
    check(f'{path} is for who is signed in', guest.status in (401, 303), guest.status)
equal('by command, too', json.loads(p.cli('user', 'export', ANNA))['name'], 'Anna Meyer')
check('as mbox', p.cli('user', 'export', ANNA, '--posts').count('thoughts') == POSTS)

section('erased by page')
visits = [{'path': '/account', 'width': w, 'full': True, 'headers': {'Authorization': 'Bearer ' + TOKEN},
           'shot': f'{SHOTS}/account-{w}.png' if SHOTS else None} for w in (390, 1440)]
for x in look(p, visits):
    well(x)
ben = sign_in(BEN)
ben.get('/account').submit('/account/erase')
check('the only owner of a list may not', ben.status == 400 and 'own@lists.example' in ben.page, ben.status)
anna.get('/account').submit('/account/erase')
check('a mail is on its way', anna.status == 200 and 'on its way' in anna.page, anna.status)
link = link_for(ANNA, 'Erase your account')
guest.get(link)
check('the link shows a button, and nothing happened', guest.status == 200 and 'Erase my account' in guest.page and 'Anna' in p.cli('user', 'ls'), guest.status)
guest.submit()
check('it is pressed', 'Your account is gone' in guest.page, guest.text()[:300])
p.kill()  # in the middle of the archive, or before
p.start()
check('the archive is done after a restart', eventually(lambda: [e for e in p.events('erasure-done')]), p.tail())
anna.ask('GET', '/account')
check('her browser is signed out', anna.status in (401, 303), anna.status)
r = p.run('member', 'ls', LIST)
check('she is no member, no account', ANNA not in r.stdout and ANNA not in p.cli('user', 'ls'))

section('nothing names her')
for path in ('/lists/dev/', '/lists/dev/2', '/lists/dev/2/raw', '/lists/dev/2.json', '/lists/dev/t/2', f'/lists/dev/{POSTS + 1}', f'/lists/dev/{POSTS + 1}/raw',
             f'/lists/dev/{POSTS + 2}/raw', '/lists/dev/feed.atom', '/lists/dev/stats.json', '/lists/dev/by/2026/11/'):
    page = admin.get(path).page
    check(f'{path}: neither name nor address', admin.status == 200 and 'anna' not in page.lower() and 'meyer' not in page.lower(),
          (admin.status, [page[m.start() - 60:m.end() + 60] for m in re.finditer('(?i)anna|meyer', page)][:2]))
check('but what she wrote', 'thoughts 1' in admin.get('/lists/dev/2').page)
admin.get('/lists/dev/by/2026-11.mbox.gz')
check('not in the mbox', b'anna' not in gzip.decompress(admin.raw).lower())
equal('the search finds no name', [p.json('archive', 'search', LIST, q) for q in ('from:anna', 'Meyer', '"anna@uni.example"')], [[], [], []])
check('but the words', len(p.json('archive', 'search', LIST, 'krypton')) == 1)
r = p.run('archive', 'verify')
equal('the archive is well', r.returncode, 0)
lists = sqlite3.connect(f'{p.data}/lists/lists.db', timeout=60)
tables = re.findall(r'(?m)^TABLE\(lists, (\w+), .*, (?:GONE|RENAMED), ', open(f'{HERE}/../../src/store/personal.def').read())
for table in tables + ['erasure']:
    rows = [r for r in lists.execute(f'SELECT * FROM "{table}"') if 'anna' in repr(r).lower()]
    check(f'nor the table {table}', not rows, rows)
check('the audit says so', lists.execute("SELECT count(*) FROM audit WHERE what = 'person erased'").fetchone()[0] == 1)
lists.close()

section('erased by command')
r = p.run('user', 'rm', 'nobody@uni.example')
check('who is nobody here is looked for before --yes is asked for', r.returncode == 1 and 'no account nobody@uni.example' in r.stderr, r.stderr)
r = p.run('user', 'rm', 'ben@uni.example')
check('else --yes is', r.returncode == 1 and '--yes' in r.stderr, r.stderr)
r = p.run('user', 'erase', 'ben@uni.example')
check('not without --yes', r.returncode == 1 and '--yes' in r.stderr, r.stderr)
r = p.run('user', 'erase', BEN, '--yes')
check('not the only owner of a list', r.returncode == 1 and 'own@lists.example' in r.stderr, r.stderr)
p.cli('role', 'add', 'own@lists.example', 'owner', ADMIN)
p.cli('user', 'erase', BEN, '--yes')
page = admin.get(f'/lists/dev/{POSTS + 1}').page
check('his posts bear another name', 'Ben Smith' not in page and 'krypton' in page and 'former-' in page)
equal('once more is fine', p.run('user', 'erase', BEN, '--yes').returncode, 0)
done()
