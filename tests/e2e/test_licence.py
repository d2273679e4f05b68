"""Folders of the group's site whose files are read by who has accepted a licence: once for each text, by a person for
good, by a guest for a browser; scripts are told where."""
import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, folder, limit, section

limit(900)
SHOTS = os.environ.get('POSTERN_SHOTS')
LIST = 'dev@lists.example'
ANNA, OWEN, ADA = 'anna@uni.example', 'owen@uni.example', 'ada@uni.example'
HTML = {'Accept': 'text/html,*/*;q=0.8'}
root = folder()


def put(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'w') as f:
        f.write(content)


TEXT = '# Terms of use\n\nDo *no* harm. <script>alert(1)</script> [bad](javascript:alert(1))\n\n- cite us\n'
put('index.html', 'the group')
put('open/.access', 'licence LICENCE.md\nlicence-asks institution\nlisting yes\n')
put('open/LICENCE.md', TEXT)
put('open/data.csv', 'the secret')
put('open/deep/more.csv', 'the secret below')
put('open/free/.access', 'licence none\n')
put('open/free/flyer.txt', 'a flyer')
put('members/.access', 'allow members of dev\nallow link\nlicence terms.txt\nlicence-asks name institution\n')
put('members/terms.txt', 'Plain terms.\n<b>not bold</b>\n')
put('members/data.csv', 'the secret')
put('broken/.access', 'licence LICENCE.md\n')
put('broken/data.csv', 'the secret')
put('linked/.access', 'licence LICENCE.md\n')
put('linked/data.csv', 'the secret')
os.symlink('../open/LICENCE.md', os.path.join(root, 'linked/LICENCE.md'))
p = Postern(web__root=root, web__files_url='https://files.lists.example', smtp__min_space='1M')
p.cli('list', 'create', LIST)
for who in (ANNA, OWEN):
    p.cli('user', 'add', who)
p.cli('user', 'add', ADA, '--admin')
p.cli('member', 'add', LIST, ANNA)
p.cli('role', 'add', LIST, 'owner', OWEN)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
guest, stranger = Browser(p, network='198.51.100.77'), Browser(p, network='198.51.100.88')
anna, owen, ada = (Browser(p, network=f'192.0.2.{i + 10}').enter(x) for i, x in enumerate((ANNA, OWEN, ADA)))
token = p.cli('user', 'token', ANNA, '--scope', 'read').strip()


def book(sql, *values):
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as b:
        return b.execute(sql, values).fetchall()


def asked(b, path, **headers):
    return b.ask('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()}).status


section('a guest, an open folder')
for path in ('/open/', '/open/data.csv', '/open/deep/more.csv', '/open/nothing', '/open/LICENCE.md'):
    guest.ask('GET', path, headers=HTML)
    equal(f'{path} leads to the licence', (guest.status, guest.headers['Location']), (303, '/files/licence?to=' + path.replace('/', '%2F')))
    check('and no cache keeps that', 'no-store' in guest.headers['Cache-Control'])
for method, headers in (('GET', {}), ('HEAD', {}), ('GET', {'Range': 'bytes=0-3'}), ('GET', {'If-None-Match': '*'})):
    guest.ask(method, '/open/data.csv', headers=headers)
    check(f'a script is refused: {method} {headers}', guest.status == 403 and 'secret' not in guest.page and 'ETag' not in guest.headers, guest.status)
guest.ask('GET', '/open/data.csv')
check('with words that say where', 'https://www.lists.example/files/licence?to=%2Fopen%2Fdata.csv' in guest.text(), guest.text())
equal('a folder without one', asked(guest, '/open/free/flyer.txt'), 200)
equal('of the files\' own host', (guest.ask('GET', '/open/data.csv', headers={'Host': 'files.lists.example'}).status, guest.headers['Location']), (303, 'https://www.lists.example/open/data.csv'))
guest.ask('GET', '/open/data.csv', headers=HTML).follow()
check('it is shown', guest.status == 200 and 'Do <em>no</em> harm' in guest.page and '<li>cite us' in guest.page, guest.page)
check('and nothing in it is live', '<script>alert' not in guest.page and 'javascript:' not in guest.page)
check('a guest is asked who they are', all(f'name="{x}"' in guest.page for x in ('name', 'address', 'institution')))
equal('no cookie yet', guest.cookies, {})
for words, why in (({}, 'your name'), ({'name': 'Gil'}, 'your institution'), ({'name': 'Gil', 'institution': 'X'}, 'no mail address'), ({'name': 'Gil', 'institution': 'X', 'address': 'gil'}, 'no mail address'),
                   ({'name': 'g' * 201, 'institution': 'X', 'address': 'gil@x.example'}, 'longer than'), ({'name': 'Gil', 'institution': 'X', 'address': 'gil@x.example', 'hash': 'ab' * 32}, 'has changed')):
    guest.ask('GET', '/open/data.csv', headers=HTML).follow().submit('Accept', **words)
    check(f'{words} is refused', guest.status == 400 and why in guest.text() and not guest.cookies, (guest.status, guest.text()))
    check('what was filled in stays', all(v in guest.page for k, v in words.items() if k == 'institution'))
equal('nothing was kept', book('SELECT count(*) FROM consent'), [(0,)])
guest.ask('GET', '/open/data.csv', headers=HTML).follow().submit('Accept', name='Gil <i>', address='Gil@X.example', institution='=Institute')
equal('accepted, and there', (guest.status, guest.page, guest.path), (200, 'the secret', '/open/data.csv'))
check('a cookie keeps it', [k for k in guest.cookies if k.startswith('licence-')] and len(guest.cookies) == 1, guest.cookies)
sha = hashlib.sha256(TEXT.encode()).hexdigest()
equal('who, and what text', book('SELECT name, address, institution, path, licence, person, network FROM consent'), [('Gil <i>', 'gil@x.example', '=Institute', '/open/LICENCE.md', sha, None, '198.51.100.0')])
equal('it is kept', book('SELECT text FROM licence WHERE hash = ?', sha), [(TEXT,)])
equal('once for all of the folder', [asked(guest, x) for x in ('/open/', '/open/deep/more.csv', '/open/data.csv')], [200, 200, 200])
check('for no shared cache', 'private' in guest.headers['Cache-Control'] and 'Access-Control-Allow-Origin' not in guest.headers)
name, value = next(iter(guest.cookies.items()))
for cookie in (value[:-1] + ('A' if value[-1] != 'A' else 'B'), '2' + value[1:], value.split('.')[0] + '.', 'x', ''):
    stranger.cookies = {name: cookie}
    equal(f'{cookie!r} is no cookie of ours', asked(stranger, '/open/data.csv'), 403)
stranger.cookies = {}
equal('another browser is asked', asked(stranger, '/open/data.csv'), 403)
equal('where it is due no more, the page leads on', (guest.ask('GET', '/files/licence?to=/open/data.csv').status, guest.headers['Location']), (303, '/open/data.csv'))
for to, wanted in (('', 400), ('//evil.example/', 400), ('https://evil.example/', 400), ('/open/../members/', 400), ('/nothing/', 303), ('/members/data.csv', 303), ('/broken/x', 303)):
    guest.ask('GET', '/files/licence?to=' + to)
    check(f'to={to}', guest.status == wanted and 'evil' not in guest.headers.get('Location', '') and 'terms' not in guest.page, (guest.status, guest.headers.get('Location')))
guest.ask('POST', '/files/licence', 'to=/open/data.csv', {'Sec-Fetch-Site': 'cross-site'})
equal('nobody accepts from elsewhere', guest.status, 403)

section('a member, and scripts')
curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-u', f'{ANNA}:{token}', f'http://127.0.0.1:{p.web}/members/data.csv']
equal('a script, before', subprocess.run(curl, capture_output=True, text=True, timeout=60).stdout, '403')
r = p.run('site', 'check', ANNA, '/members/data.csv')
check('site check says why', r.returncode == 1 and 'not accepted yet' in r.stdout and 'https://www.lists.example/files/licence?to=%2Fmembers%2Fdata.csv' in r.stdout, r.stdout)
anna.ask('GET', '/members/data.csv', headers=HTML).follow()
check('the text as it is', '&lt;b&gt;not bold' in anna.page and 'name="institution"' in anna.page and 'name="address"' not in anna.page, anna.page)
anna.submit('Accept', name='Anna Smith', institution='Uni')
equal('accepted', (anna.status, anna.page), (200, 'the secret'))
equal('a script, after', subprocess.run(curl, capture_output=True, text=True, timeout=60).stdout, '200')
equal('in every browser', asked(Browser(p, network='192.0.2.99').enter(ANNA), '/members/data.csv'), 200)
r = p.run('site', 'check', ANNA, '/members/data.csv')
check('site check', r.returncode == 0 and 'accepted 20' in r.stdout, r.stdout)
equal('a guest there is a guest', guest.ask('GET', '/members/data.csv').status, 401)
link = p.cli('site', 'link', '/members/data.csv').strip().removeprefix('https://www.lists.example')
guest.ask('GET', link, headers=HTML).follow()
check('who has a link accepts, too', 'Plain terms.' in guest.page and guest.path.startswith('/files/licence'), guest.path)
guest.submit('Accept', name='Gil', address='gil@x.example', institution='X')
equal('and reads', (guest.status, guest.page), (200, 'the secret'))
check('an administrator, too', asked(ada, '/members/data.csv', Accept='text/html') == 303)
equal('who may not read is shown no text', [asked(guest, '/files/licence?to=/members/data.csv'), asked(stranger, '/files/licence?to=/members/')], [303, 303])

section('another text')
put('members/terms.txt', 'Other terms.\n')
equal('is asked for anew', (asked(anna, '/members/data.csv'), subprocess.run(curl, capture_output=True, text=True, timeout=60).stdout), (403, '403'))
anna.ask('GET', '/members/data.csv', headers=HTML).follow().submit('Accept', name='Anna Smith', institution='Uni')
put('members/terms.txt', 'Plain terms.\n<b>not bold</b>\n')
equal('one that was accepted holds again', asked(anna, '/members/data.csv'), 200)
for path in ('/broken/data.csv', '/linked/data.csv'):
    check(f'one that is not there lets nobody in: {path}', asked(guest, path) in (401, 403) and asked(anna, path) == 403 and 'secret' not in anna.page, anna.status)
check('the log says so', eventually(lambda: [e for e in p.events('access-broken') if 'licence LICENCE.md' in e['why']]), p.tail())

section('in the log')
check('downloads bear it', eventually(lambda: book('SELECT count(*) FROM download WHERE consent IS NOT NULL')[0][0] >= 4), book('SELECT * FROM download'))
page = ada.get('/files/downloads').text()
check('the page', 'Gil <i>' in page and '=Institute' in page and 'accepted the licence on' in page, page)
owen.get(owen.get('/files/downloads?in=/members/').link('licence'))
check('leads to its text', owen.status == 200 and owen.headers['Content-Type'].startswith('text/plain') and 'terms' in owen.page, owen.page)
equal('which others do not see', [b.ask('GET', owen.path).status for b in (anna, guest)], [403, 303])
rows = list(csv.DictReader(io.StringIO(p.cli('site', 'downloads', '--csv'))))
mine = [r for r in rows if r['accepted_by'] == 'Anna Smith']
check('and the CSV', mine and mine[0]['institution'] == 'Uni' and mine[0]['accepted_as'] == ANNA and len(mine[0]['licence']) == 64 and [r for r in rows if r['institution'] == "'=Institute"], rows)

section('as it looks')
if os.environ.get('POSTERN_BROWSER', '1') == '1':
    cookie = {'Cookie': '; '.join(f'{k}={v}' for k, v in ada.cookies.items())}
    for s in look(p, [{'path': path, 'width': w, 'scheme': scheme, 'headers': h, 'shot': f'{SHOTS}/licence-{i}-{w}-{scheme}.png' if SHOTS else None}
                      for i, (path, h) in enumerate((('/files/licence?to=/open/', {}), ('/files/licence?to=/members/', cookie))) for w, scheme in ((390, 'light'), (820, 'dark'), (1440, 'light'))]):
        well(s)

section('whose it is')
equal('what is kept about somebody', [(x['path'], x['institution']) for x in json.loads(anna.ask('GET', '/account/data.json').page)['licences']], [('/members/terms.txt', 'Uni')] * 2)
p.cli('member', 'remove', LIST, ANNA)
p.cli('user', 'erase', ANNA, '--yes')
check('who goes does so in another name', eventually(lambda: not book("SELECT 1 FROM consent WHERE name LIKE 'Anna%' OR address LIKE 'anna%'")) and len(book("SELECT 1 FROM consent WHERE name LIKE 'former-%'")) == 2, book('SELECT * FROM consent'))
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
