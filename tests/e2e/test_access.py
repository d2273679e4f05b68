"""Folders of the group's site that not everybody reads: rules of .access against the members of the moment,
browsers that are led to the sign-in and back, scripts that sign in by HTTP Basic, and `postern site check`."""
import os
import re
import sqlite3
import subprocess
from urllib.parse import quote

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, folder, limit, section

limit(900)
LIST, USERS = 'dev@lists.example', 'users@lists.example'
ANNA, BEN, OWEN, ADA = 'anna@uni.example', 'ben@uni.example', 'owen@uni.example', 'ada@uni.example'
root = folder()


def put(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'w') as f:
        f.write(content)


put('index.html', 'the group')
put('members/.access', '# the downloads\nallow members of dev, users\ndeny person ben@uni.example\n')
put('members/data.txt', 'the secret')
put('members/index.html', 'the secret page')
put('members/deep/er/data.txt', 'the secret below')
put('members/owners/.access', 'allow owners of dev@lists.example\n')
put('members/owners/minutes.txt', 'the minutes')
put('members/open/.access', 'allow public\n')
put('members/open/flyer.txt', 'a flyer')
put('one/.access', 'allow person anna@uni.example')
put('one/letter.txt', 'a letter')
put('team/.access', 'allow signed-in')
put('team/plan.txt', 'the plan')
put('broken/.access', 'allow members of dev\nallow everybody please\n')
put('broken/x.txt', 'the secret')
put('gone/.access', 'allow members of nowhere')
put('gone/x.txt', 'the secret')
put('linked/x.txt', 'the secret')
os.symlink('../members/open/.access', os.path.join(root, 'linked/.access'))
p = Postern(web__root=root, web__files_url='https://files.lists.example', smtp__min_space='1M')
for name in (LIST, USERS):
    p.cli('list', 'create', name)
for who in (ANNA, BEN, OWEN):
    p.cli('user', 'add', who)
p.cli('user', 'add', ADA, '--admin')
p.cli('member', 'add', LIST, ANNA)
p.cli('member', 'add', USERS, BEN)
p.cli('role', 'add', LIST, 'owner', OWEN)
p.cli('user', 'passwd', ANNA, input='correct horse battery\n')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
guest = Browser(p)
HTML = {'Accept': 'text/html,*/*;q=0.8'}


def signed_in(address, network):
    b = Browser(p, network=network).enter(address)
    check(f'{address} is signed in', b.cookies, (b.status, b.text()))
    return b


anna, ben, owen, ada = (signed_in(x, f'192.0.2.{i + 10}') for i, x in enumerate((ANNA, BEN, OWEN, ADA)))


def asked(b, path, **headers):
    return b.ask('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()}).status


section('who may')
TABLE = [  # path, guest, anna, ben, owen, ada
    ('/', 200, 200, 200, 200, 200),
    ('/members/data.txt', 401, 200, 403, 200, 200),
    ('/members/', 401, 200, 403, 200, 200),
    ('/members', 401, 301, 403, 301, 301),
    ('/members/deep/er/data.txt', 401, 200, 403, 200, 200),
    ('/members/nothing', 401, 404, 403, 404, 404),
    ('/members/data.txt/', 401, 404, 403, 404, 404),
    ('/members/owners/minutes.txt', 401, 403, 403, 200, 200),
    ('/members/owners/nothing', 401, 403, 403, 404, 404),
    ('/members/open/flyer.txt', 200, 200, 403, 200, 200),
    ('/one/letter.txt', 401, 200, 403, 403, 200),
    ('/team/plan.txt', 401, 200, 200, 200, 200),
    ('/broken/x.txt', 401, 403, 403, 403, 200),
    ('/gone/x.txt', 401, 403, 403, 403, 200),
    ('/linked/x.txt', 401, 403, 403, 403, 200),
    ('/members/.access', 401, 404, 403, 404, 404),
]
for path, *wanted in TABLE:
    equal(path, [asked(b, path) for b in (guest, anna, ben, owen, ada)], wanted)
    for user, status in zip(('guest', ANNA, BEN, OWEN, ADA), wanted):
        r = p.run('site', 'check', user, path)
        check(f'site check {user} {path} says the same', (r.returncode == 0) == (status in (200, 301, 404)), r.stdout + r.stderr)

section('it says why')
rows = p.json('site', 'check', ANNA, '/members/data.txt')
equal('each line', [(r['where'], r['rule'], r['holds']) for r in rows],
      [('/members/.access line 2', 'allow members of dev', 'yes'), ('/members/.access line 2', 'allow members of users', 'no'),
       ('/members/.access line 3', 'deny person ben@uni.example', 'no'), ('a file', 'allowed', 'allow members of dev')])
for user, path, words in ((BEN, '/members/data.txt', ('refused', 'deny person ben@uni.example')), ('guest', '/team/plan.txt', ('refused', 'no rule allows it')),
                          (ANNA, '/broken/x.txt', ('line 2: everybody please: is none of', 'until that file is mended')), (ANNA, '/gone/x.txt', ('there is no such list',)),
                          (ADA, '/gone/x.txt', ('allowed', 'administrators may read everything')), ('guest', '/', ('no rule keeps anybody out',)), (ANNA, '/linked/x.txt', ('it is a link',))):
    r = p.run('site', 'check', user, path)
    check(f'site check {user} {path}', all(w in r.stdout for w in words), r.stdout + r.stderr)
for words in (('nobody@uni.example', '/'), ('anna', '/'), (ANNA, 'members')):
    r = p.run('site', 'check', *words)
    check(f'{words} is an error that says why', r.returncode == 1 and r.stderr and not r.stdout, r.stderr)
check('the log names the broken folder', eventually(lambda: [e for e in p.events('access-broken') if e['folder'] == '/broken/' and 'line 2' in e['why']]), p.tail())

section('led to the sign-in and back')
guest.ask('GET', '/members/data.txt?x=1', headers=HTML)
equal('a browser is led', (guest.status, guest.headers['Location']), (303, '/login?to=%2Fmembers%2Fdata.txt%3Fx%3D1'))
b = Browser(p, network='192.0.2.77')
b.ask('GET', '/members/data.txt', headers=HTML)
b.follow()
check('to the page', b.path.startswith('/login') and 'Sign in' in b.text(), b.path)
b.submit('by-password', address=ANNA, password='correct horse battery')
equal('and back', (b.path, b.status, b.page), ('/members/data.txt', 200, 'the secret'))

section('scripts')
token = p.cli('user', 'token', ANNA, '--scope', 'read').strip()
other = p.cli('user', 'token', ANNA, '--scope', 'members').strip()
url = f'http://127.0.0.1:{p.web}/members/data.txt'


def curl(*words, path='/members/data.txt'):
    r = subprocess.run(['curl', '-s', '-w', '\n%{http_code}', *words, f'http://127.0.0.1:{p.web}{path}'], capture_output=True, text=True, timeout=60)
    body, _, status = r.stdout.rpartition('\n')
    return int(status), body


equal('curl with a token', curl('-u', f'{ANNA}:{token}'), (200, 'the secret'))
equal('without a name', curl('-u', f':{token}'), (200, 'the secret'))
equal('as Bearer', curl('-H', f'Authorization: Bearer {token}'), (200, 'the secret'))
equal('with a password', curl('-u', f'{ANNA}:correct horse battery'), (200, 'the secret'))
for name, user in (('a wrong password', f'{ANNA}:wrong'), ('another\'s token', f'{BEN}:{token}'), ('nobody', 'x@y.example:z')):
    status, body = curl('-u', user)
    check(f'{name} is 401', status == 401 and 'secret' not in body, (status, body[:80]))
equal('a token for something else', curl('-u', f'{ANNA}:{other}')[0], 403)
r = subprocess.run(['curl', '-sI', url], capture_output=True, text=True, timeout=60)
check('it is asked for', 'www-authenticate: basic realm=' in r.stdout.lower() and '401' in r.stdout.split('\n')[0], r.stdout)
for words in (('--user=' + ANNA, '--password=correct horse battery'), ('--user=' + ANNA, '--password=' + token), ('--auth-no-challenge', '--user=' + ANNA, '--password=' + token)):
    r = subprocess.run(['wget', '-qO-', *words, url], capture_output=True, text=True, timeout=60)
    equal(f'wget {words[0]}', (r.returncode, r.stdout), (0, 'the secret'))
equal('Basic opens files alone', curl('-u', f'{ANNA}:correct horse battery', path='/account')[0], 401)
equal('and never a form', curl('-u', f'{ANNA}:correct horse battery', '-d', 'name=Mallory', path='/account/name')[0], 401)
equal('a public file needs none', curl('-u', f'{ANNA}:wrong', path='/members/open/flyer.txt')[0], 200)
p.cli('user', 'passwd', ANNA, input='another horse battery\n')
equal('an old password is over at once', curl('-u', f'{ANNA}:correct horse battery')[0], 401)
equal('the new one holds', curl('-u', f'{ANNA}:another horse battery')[0], 200)
anna = signed_in(ANNA, '192.0.2.30')

section('nothing leaks')
asked(anna, '/members/data.txt')
tag, date, kept = (anna.headers[x] for x in ('ETag', 'Last-Modified', 'Cache-Control'))
check('no shared cache keeps it', 'private' in kept and 'Access-Control-Allow-Origin' not in anna.headers, kept)
for name, b, status in (('a guest', guest, 401), ('who is denied', ben, 403)):
    for words in ({'If_None_Match': tag}, {'If_None_Match': '*'}, {'If_Modified_Since': date}, {'Range': 'bytes=0-3'}, {'Range': 'bytes=999-'}, {'If_Match': '"x"'}, {'Accept_Encoding': 'br'}):
        equal(f'{name}, {words}', asked(b, '/members/data.txt', **words), status)
    seen = set()
    for path in ('/members/data.txt', '/members/nothing.txt', '/members/deep/', '/members/nowhere/x', '/members/data.txt/x', '/members/deep/er/data.txt'):
        b.ask('GET', path)
        seen.add((b.status, b.page.replace(path, '').replace(quote(path, safe=''), ''), tuple(sorted(k for k in b.headers if k != 'Date'))))
        check(f'{path}: of the file nothing', 'ETag' not in b.headers and 'Last-Modified' not in b.headers and 'Accept-Ranges' not in b.headers, dict(b.headers))
    equal(f'{name} is answered the same of what is there and what is not', len(seen), 1)
    b.ask('HEAD', '/members/data.txt')
    equal(f'{name}: HEAD', b.status, status)
guest.ask('GET', '/members/data.txt', headers={'Host': 'files.lists.example'})
equal('at the files\' own host', (guest.status, guest.headers['Location']), (303, 'https://www.lists.example/members/data.txt'))
anna.ask('GET', '/members/data.txt', headers={'Host': 'files.lists.example'})
check('who is signed in is not there', anna.status == 303 and 'secret' not in anna.page, anna.status)

section('listings and texts')
put('members/.access', 'allow members of dev, users\ndeny person ben@uni.example\nlisting yes\n')
put('members/shelf/b.txt', 'x' * 3000)
put('members/shelf/a <i>&.bin', 'y')
put('members/shelf/javascript:alert(1)', 'z')
put('members/shelf/.hidden', 'the secret')
put('members/shelf/inner/x.txt', 'x')
put('members/shelf/owners/.access', 'allow owners of dev')
put('members/shelf/SHA256SUMS', 'ab' * 32 + '  b.txt\n')
put('members/shelf/README.md', '# About\n\nWhat *this* is. <script>alert(1)</script> [bad](javascript:alert(1)) [good](b.txt)\n\n#### Deep\n')
os.utime(os.path.join(root, 'members/shelf/b.txt'), (1e9, 1e9))
os.symlink('../data.txt', os.path.join(root, 'members/shelf/link'))
anna.ask('GET', '/members/shelf/')
names = [x for x in ('SHA256SUMS', 'README.md', 'a &lt;i&gt;&amp;.bin', 'b.txt', 'inner', 'javascript:alert(1)') if x in anna.page]
equal('a listing', (anna.status, len(names)), (200, 6))
check('without what is hidden, a link, or for others', not any(x in anna.page for x in ('.hidden', '>link<', 'owners</bdi>', 'the secret')), anna.page)
check('an owner sees that', 'owners</bdi>' in owen.ask('GET', '/members/shelf/').page)
check('why one may', 'because you are a member of' in anna.page and 'href="/lists/dev/"' in anna.page, anna.text())
check('sums', 'ab' * 32 in anna.page)
names = [f'n{i:04}' for i in range(900)]
for name in names:
    put('members/many/' + name, '')
put('members/many/SHA256SUMS', ''.join(f'{i:064x}  {n}\n' for i, n in reversed(list(enumerate(names)))))
anna.ask('GET', '/members/many/')
equal('each its own', [n for i, n in enumerate(names) if not re.search(f'/{n}"(?:(?!</tr>).)*{i:064x}', anna.page, re.S)], [])
anna.ask('GET', '/members/shelf/')
check('README below, without what is live', 'What <em>this</em> is.' in anna.page and 'alert(1)</script' not in anna.page and 'javascript:alert(1)"' not in anna.page.replace('/javascript', ''), anna.page[-1500:])


def order(query):
    anna.ask('GET', '/members/shelf/' + query)
    return [x for x in ('b.txt', 'README.md') if x in anna.page] and anna.page.index('<bdi>b.txt') < anna.page.index('<bdi>README.md')


equal('sorted as asked', [order(x) for x in ('', '?o=-name', '?o=date', '?o=-date', '?o=size', '?o=-size')], [False, True, True, False, False, True])
equal('none where none is asked for', [asked(b, '/team/') for b in (guest, anna)], [401, 404])
equal('nor for who may not read', (asked(guest, '/members/shelf/'), asked(ben, '/members/shelf/')), (401, 403))
put('guide.md', 'Set *up* here\n\n- one\n- two\n\n<b onclick="x">raw</b>\n')
put('pages/index.md', '# Our pages\n\n# Second\n\n    code\n')
guest.ask('GET', '/guide.md', headers=HTML)
check('a text is a page', guest.status == 200 and '<em>up</em>' in guest.page and 'onclick' not in guest.page and 'class="site"' in guest.page, guest.page[-600:])
check('which its first words describe', '<meta name="description" content="Set up here">' in guest.page, guest.page[:900])
check('of ours, with our policy', 'sandbox' not in guest.headers['Content-Security-Policy'] and "default-src 'none'" in guest.headers['Content-Security-Policy'])
equal('a script has its source', (curl(path='/guide.md')[1][:8], curl('-H', 'Accept: text/html', path='/guide.md?raw')[1][:8]), ('Set *up*',) * 2)
guest.ask('GET', '/guide', headers=HTML)
check('it is found without its ending', guest.status == 200 and '<em>up</em>' in guest.page, guest.status)
guest.ask('GET', '/pages/', headers=HTML)
check('and as a folder\'s index, with one first heading', guest.page.count('<h1') == 1 and 'Our pages' in guest.page and '<title>Our pages' in guest.page, guest.page)
equal('without an ending nothing leaks', (asked(guest, '/members/data'), asked(ben, '/members/data'), asked(anna, '/members/nothing')), (401, 403, 404))
put('plain/.access', 'listing yes')
for n in range(12):
    put(f'plain/file-{n}-with-a-name-that-is-rather-long-for-a-phone-' + 'x' * 40 + '.tar.zst', 'x' * n)
put('plain/README.md', '# Read me\n\n```\n' + 'a long line of code ' * 20 + '\n```\n\n| a | b |\n')
put('plain/SHA256SUMS', 'cd' * 32 + '  README.md\n')
if os.environ.get('POSTERN_BROWSER', '1') == '1':
    for s in look(p, [{'path': x, 'width': w, 'scheme': scheme} for x in ('/plain/', '/guide.md', '/pages/') for w, scheme in ((390, 'light'), (1440, 'dark'))]):
        well(s)

section('signed links')
put('press/.access', 'allow members of dev\nallow link\nlisting yes\n')
put('press/kit.bin', 'k' * 5000)
put('press/photos/a b.txt', 'a photo')
put('press/inner/.access', 'deny link')
put('press/inner/x.txt', 'the secret')
put('press2/.access', 'allow link')
put('press2/x.txt', 'the secret')


def link(*words):
    return p.cli('site', 'link', *words).strip().removeprefix('https://www.lists.example')


one, all_, twice = link('/press/kit.bin'), link('/press/', '--for', '1h'), link('/press/kit.bin', '--times', '2')
stranger = Browser(p, network='198.51.100.4')
equal('a link to a file', (asked(stranger, one), stranger.page), (200, 'k' * 5000))
check('is for no cache', 'private' in stranger.headers['Cache-Control'])
query = one.partition('?')[2]
for path in ('/press/', '/press/photos/a%20b.txt', '/members/data.txt', '/press2/x.txt', '/press/kit.bin/'):
    equal(f'and to nothing else: {path}', asked(stranger, f'{path}?{query}'), 403)
for name, old, new in (('a later end', 'e=', 'e=9'), ('another tag', 's=', 's=a'), ('no tag', '&s=', '&x='), ('a number', 'e=', 'n=x&e=')):
    check(f'{name} makes none', asked(stranger, one.replace(old, new)) in (401, 403) and 'k' * 50 not in stranger.page, stranger.status)
query = all_.partition('?')[2]
equal('a link to a folder is for all in it', [asked(stranger, f'{x}?{query}') for x in ('/press/', '/press/kit.bin', '/press/photos/a%20b.txt')], [200, 200, 200])
asked(stranger, all_)
hrefs = [x for x in stranger.page.split('"') if x.startswith('/press/kit.bin?')]
check('its listing leads on by it', len(hrefs) == 1 and asked(stranger, hrefs[0].replace('&amp;', '&')) == 200, hrefs)
equal('but not where links are denied, nor beside it', [asked(stranger, f'{x}?{query}') for x in ('/press/inner/x.txt', '/press2/x.txt', '/members/data.txt')], [403, 403, 403])
check('and not in its listing', 'inner' not in stranger.ask('GET', all_).page)
equal('one for two downloads', [asked(stranger, twice), asked(stranger, twice, Range='bytes=4000-'), stranger.ask('HEAD', twice).status, asked(stranger, twice), asked(stranger, twice)], [200, 206, 200, 200, 410])
part = link('/press/kit.bin', '--times', '1')
got = [asked(stranger, part, Range=f'bytes={n}-{n + 999}') for n in range(1, 4001, 1000)] + [asked(stranger, part, Range='bytes=1-4999') for _ in range(3)]
equal('nor is more to be had in pieces', (got[:4], got[-1]), ([206] * 4, 410))
equal('a member needs none', asked(anna, twice), 200)
for words, why in ((('/members/data.txt',), 'allow link'), (('/guide.md',), 'everybody may read it'), (('/press/nothing',), 'no such file'), (('/press',), 'no such file'), (('/press/kit.bin', '--times', '0'), '--times 0'),
                   (('/press/kit.bin', '--for', 'ever'), '--for ever'), (('/press/../x',), 'a path begins')):
    r = p.run('site', 'link', *words)
    check(f'site link {words}', r.returncode == 1 and why in r.stderr, r.stderr)
short = link('/press/kit.bin', '--for', '1s')
check('one ends', eventually(lambda: asked(stranger, short) == 403 and 'has ended' in stranger.text()), stranger.status)
put('press/.access', 'allow members of dev\n')
equal('and all do where the rule goes', (asked(stranger, one), asked(stranger, all_)), (403, 403))

section('what Apache kept')
put('apache/data.txt', 'the secret')
put('apache/.htaccess', 'AuthType Basic\nAuthName "Members"\nAuthUserFile .htusers\nAuthGroupFile .htgroups\nRequire user carl\nRequire group core\nOptions +Indexes\nRewriteEngine on\n')
KEPT = {'carl': '$apr1$abcdefgh$sIQmFnT1CuEXAsyjuXjUX/', 'dora': '{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=', 'emil': '$2y$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu',
        'fay': 'abhfCpXqd4GrI', 'anna': '$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80', 'gus': 'plain text'}
put('apache/.htusers', ''.join(f'{k}:{v}\n' for k, v in KEPT.items()))
put('apache/.htgroups', 'others: gus\ncore: dora emil\n')
here = os.path.join(root, 'apache')
r = p.run('import', 'htaccess', here)
check('a name wants a domain', r.returncode == 1 and '--domain' in r.stderr and not os.path.exists(here + '/.access'), r.stderr)
r = p.run('import', 'htaccess', here, '--domain', 'uni.example', '--dry-run')
check('a trial writes nothing', r.returncode == 0 and 'allow person carl@uni.example' in r.stdout and not os.path.exists(here + '/.access'), r.stdout + r.stderr)
out = p.cli('import', 'htaccess', here, '--domain', 'uni.example')
rules = open(here + '/.access').read()
equal('the rules', rules, 'allow person carl@uni.example\nallow person dora@uni.example\nallow person emil@uni.example\nlisting yes\n# not taken: RewriteEngine on\n')
check('and what became of the passwords', '4 passwords taken, 1 kept as they were here, 1 of a kind' in out, out)
for who, wanted in (('carl', 200), ('dora', 200), ('emil', 200), ('fay', 403), ('gus', 401), ('anna', 401)):
    own = ('-H', f'X-Forwarded-For: 203.0.{ord(who[0])}.1')
    equal(f'{who} by the password of before', curl(*own, '-u', f'{who}@uni.example:correct horse', path='/apache/data.txt')[0], wanted)
    equal(f'{who} by a wrong one', curl(*own, '-u', f'{who}@uni.example:wrong horse', path='/apache/data.txt')[0], 401)
with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as book:
    kept = dict(book.execute("SELECT a.key, substr(p.password, 1, 10) FROM person p JOIN address a ON a.person = p.id WHERE a.key IN ('carl@uni.example', 'dora@uni.example', 'fay@uni.example')"))
equal('each is kept as argon2id from the first sign-in on', set(kept.values()), {'$argon2id$'})
b = Browser(p, network='198.51.100.9')
b.get('/login').submit('by-password', address='emil@uni.example', password='correct horse')
check('the page takes it, too', b.cookies, b.text())
equal('it may be run again', p.run('import', 'htaccess', here, '--domain', 'uni.example').returncode, 0)
put('apache/.access', 'allow public\n')
r = p.run('import', 'htaccess', here, '--domain', 'uni.example')
check('but changes no rules that somebody wrote', r.returncode == 1 and 'something else' in r.stderr, r.stderr)

section('at once')
p.cli('member', 'remove', LIST, ANNA)
equal('who has left is out', (asked(anna, '/members/data.txt'), asked(anna, '/members/data.txt', If_None_Match=tag), curl('-u', f'{ANNA}:{token}')[0]), (403, 403, 403))
p.cli('member', 'add', USERS, ANNA)
equal('and in by another list', (asked(anna, '/members/data.txt'), curl('-u', f'{ANNA}:{token}')[0]), (200, 200))
put('members/.access', 'allow owners of dev\n')
equal('a rule that changes holds', asked(anna, '/members/data.txt'), 403)
os.unlink(os.path.join(root, 'members/.access'))
equal('one that is taken away too', asked(guest, '/members/data.txt'), 200)
p.cli('list', 'rename', 'dev@lists.example', 'core@lists.example')
put('members/.access', 'allow owners of dev\n')
equal('a list is known by the name that it had', asked(owen, '/members/data.txt'), 200)
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
