"""Who had what of the group's site: the log of downloads, its page and CSV, and who may see them."""
import csv
import hashlib
import http.client
import io
import json
import os
import socket
import sqlite3
import subprocess

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, folder, limit, section

limit(900)
LIST = 'dev@lists.example'
ANNA, BEN, OWEN, ADA = 'anna@uni.example', 'ben@uni.example', 'owen@uni.example', 'ada@uni.example'
SHOTS = os.environ.get('POSTERN_SHOTS')
root = folder()


def put(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'wb') as f:
        f.write(content if isinstance(content, bytes) else content.encode())


BIG = os.urandom(3 << 20)
put('index.html', 'the group')
put('members/.access', 'allow members of dev\nallow link\nlisting yes\n')
put('members/maps.bin', BIG)
put('members/a b/=1+1|cmd.txt', 'x' * 300)
put('members/empty', '')
put('members/guide.md', '# Guide\n')
put('members/page.css', 'p{}' * 100)
put('members/page.css.gz', 'z' * 90)
put('members/quiet/.access', 'log no\n')
put('members/quiet/x.txt', 'x' * 100)
put('members/long.bin', '')
os.truncate(os.path.join(root, 'members/long.bin'), 100 << 20)
put('open/.access', 'log yes\nmanage person ben@uni.example\n')
put('open/data.csv', 'd' * 200)
put('plain/data.csv', 'd' * 200)
p = Postern(web__root=root, smtp__min_space='1M')
p.cli('list', 'create', LIST)
for who in (ANNA, BEN, OWEN):
    p.cli('user', 'add', who)
p.cli('user', 'add', ADA, '--admin')
p.cli('member', 'add', LIST, ANNA)
p.cli('role', 'add', LIST, 'owner', OWEN)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
guest = Browser(p, network='198.51.100.77')
anna, ben, owen, ada = (Browser(p, network=f'192.0.2.{i + 10}').enter(x) for i, x in enumerate((ANNA, BEN, OWEN, ADA)))
check('all are signed in', all(b.cookies for b in (anna, ben, owen, ada)))
token = p.cli('user', 'token', ANNA, '--scope', 'read').strip()


def book(sql, *values):
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as b:
        return b.execute(sql, values).fetchall()


def rows():
    return book('SELECT f.path, d.how, d.octets, d.first, d.complete, d.network, d.person IS NOT NULL FROM download d JOIN site_file f ON f.id = d.file ORDER BY d.id')


def asked(b, path, **headers):
    return b.ask('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()}).status


section('what is in it')
equal('all are answered', [asked(anna, '/members/maps.bin'), asked(anna, '/members/maps.bin', Range=f'bytes={len(BIG) - 100}-'), asked(anna, '/members/maps.bin', Range='bytes=0-9'),
                           asked(anna, '/members/a%20b/=1+1%7Ccmd.txt'), asked(anna, '/members/guide.md', Accept='text/html'), asked(anna, '/members/page.css', Accept_Encoding='gzip'),
                           asked(guest, '/open/data.csv')], [200, 206, 206, 200, 200, 200, 200])
r = subprocess.run(['curl', '-sf', '-u', f'{ANNA}:{token}', '-o', '/dev/null', f'http://127.0.0.1:{p.web}/members/maps.bin'], timeout=60)
equal('curl', r.returncode, 0)
link = p.cli('site', 'link', '/members/maps.bin').strip().removeprefix('https://www.lists.example')
equal('by a link', asked(guest, link), 200)
equal('these are in no log', [asked(anna, '/members/quiet/x.txt'), asked(guest, '/plain/data.csv'), asked(guest, '/'), asked(guest, '/members/maps.bin'), asked(ben, '/members/maps.bin'),
                              anna.ask('HEAD', '/members/maps.bin').status, asked(anna, '/members/'), asked(anna, '/members/empty'), asked(anna, '/members/none')], [200, 200, 200, 401, 403, 200, 200, 200, 404])
tag = anna.ask('HEAD', '/members/maps.bin').headers['ETag']
equal('nor is what the browser has', asked(anna, '/members/maps.bin', If_None_Match=tag), 304)
WANTED = [('/members/maps.bin', 'session', len(BIG), 0, 1, '', 1), ('/members/maps.bin', 'session', 100, len(BIG) - 100, 1, '', 1), ('/members/maps.bin', 'session', 10, 0, 0, '', 1),
          ('/members/a b/=1+1|cmd.txt', 'session', 300, 0, 1, '', 1), ('/members/guide.md', 'session', 8, 0, 1, '', 1), ('/members/page.css', 'session', 90, 0, 1, '', 1),
          ('/open/data.csv', 'open', 200, 0, 1, '198.51.100.0', 0), ('/members/maps.bin', 'token', len(BIG), 0, 1, '', 1), ('/members/maps.bin', 'link', len(BIG), 0, 1, '198.51.100.0', 0)]
check('each download, and nothing else', eventually(lambda: len(rows()) == len(WANTED)), rows())
equal('as it was, and whichever had ended first', sorted(rows()), sorted(WANTED))

section('one that breaks off')
s = socket.create_connection(('127.0.0.1', p.web))
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
cookie = '; '.join(f'{k}={v}' for k, v in anna.cookies.items())
s.sendall(f'GET /members/long.bin HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n'.encode())
s.recv(1000)
s.close()
check('is logged as what it was', eventually(lambda: len(rows()) == len(WANTED) + 1), rows()[-1])
row = rows()[-1]
check('not complete, and fewer octets', row[4] == 0 and 0 < row[2] < 100 << 20, row)

section('versions')
check('the sums of all are found out', eventually(lambda: not book("SELECT 1 FROM site_file WHERE sha256 = ''")), book('SELECT * FROM site_file'))
sums = dict(book('SELECT path, sha256 FROM site_file'))
equal('and are right', (sums['/members/maps.bin'], sums['/open/data.csv'], sums['/members/page.css']),
      tuple(hashlib.sha256(x).hexdigest() for x in (BIG, b'd' * 200, b'z' * 90)))
put('open/data.csv', 'e' * 201)
asked(guest, '/open/data.csv')
check('another version is another', eventually(lambda: len(book("SELECT 1 FROM site_file WHERE path = '/open/data.csv'")) == 2))

section('who may see it')
for name, b, path, wanted in (('a guest', guest, '/files/downloads?in=/members/', 303), ('a member', anna, '/files/downloads?in=/members/', 403), ('the list\'s owner', owen, '/files/downloads?in=/members/', 200),
                              ('the owner, a folder in it', owen, '/files/downloads?in=/members/a+b/', 200), ('the owner, a file', owen, '/files/downloads?in=/members/maps.bin', 200),
                              ('the owner, all', owen, '/files/downloads', 403), ('the owner, another\'s', owen, '/files/downloads?in=/open/', 403), ('whom the rules name', ben, '/files/downloads?in=/open/', 200),
                              ('who may not read it', ben, '/files/downloads?in=/members/', 403), ('what is not there', owen, '/files/downloads?in=/nothing/', 403), ('tricks', owen, '/files/downloads?in=/members/../open/', 403),
                              ('no path', owen, '/files/downloads?in=members', 403), ('an administrator', ada, '/files/downloads', 200), ('CSV', anna, '/files/downloads.csv?in=/members/', 403), ('CSV of a guest', guest, '/files/downloads.csv', 303),
                              ('JSON', anna, '/files/downloads.json?in=/members/', 403)):
    b.ask('GET', path)
    equal(f'{name}: {path}', b.status, wanted)
    check('and no word of it else', wanted == 200 or '3,145' not in b.page and 'maps' not in b.page.replace('maps.bin', '', b.page.count('in=')), b.page[:200])
owen.ask('GET', '/members/')
check('not who may not even enter', owen.status == 200 and 'Downloads of this folder' in owen.page, owen.text())
check('who does not mind it is not led there', 'Downloads of this folder' not in anna.ask('GET', '/members/').page)
owen.get(owen.ask('GET', '/members/').link('Downloads of this folder'))
check('the page', owen.status == 200 and '/members/maps.bin' in owen.page and ANNA in owen.page and 'signed link' in owen.page and 'not to the end' in owen.page, owen.text())
check('of this folder alone', '/open/data.csv' not in owen.page)
month = book("SELECT strftime('%Y-%m', 'now')")[0][0]
twin = owen.json('/files/downloads.json?in=/members/')
maps = [x for x in twin['files'] if x['path'] == '/members/maps.bin']
equal('counts by month and file', [(x['month'], x['complete'], x['begun'], x['people']) for x in maps], [(month, 4, 5, 2)])
equal('filters', [len(ada.json(f'/files/downloads.json?{x}')['rows']) for x in ('', 'file=maps', 'who=anna', 'who=198.51', f'month={month}', 'month=1999-01', 'file=%25', 'in=/open/data.csv', 'in=/members/a+b/')], [11, 5, 8, 3, 11, 0, 0, 2, 1])

section('CSV')
owen.ask('GET', '/files/downloads.csv?in=/members/')
table = list(csv.reader(io.StringIO(owen.page, newline='')))
check('as a file', owen.headers['Content-Type'].startswith('text/csv') and 'attachment' in owen.headers['Content-Disposition'] and owen.page.endswith('\r\n'), dict(owen.headers))
equal('its head', table[0], 'time,name,address,network,how,path,size,changed,sha256,etag,from_octet,octets,complete,licence,accepted,accepted_by,accepted_as,institution'.split(','))
equal('a row each', (len(table), {len(x) for x in table}), (10, {18}))
check('with the version', sums['/members/maps.bin'] in owen.page)
p.cli('user', 'set', ANNA, 'name==HYPERLINK("http://x")')
owen.ask('GET', '/files/downloads.csv?in=/members/')
check('no cell is a formula', "\"'=HYPERLINK" in owen.page and '"=' not in owen.page, owen.page)
r = p.run('site', 'downloads', '/members/', '--csv')
equal('the command says the same', list(csv.reader(io.StringIO(r.stdout))), list(csv.reader(io.StringIO(owen.page))))
equal('and as JSON', [x['path'] for x in p.json('site', 'downloads', '--who', '198.51')], ['/open/data.csv', '/members/maps.bin', '/open/data.csv'])
for words, why in ((('members',), 'begins with /'), (('--month', '2026-13'), '--month'), (('--limit', '0'), '--limit')):
    r = p.run('site', 'downloads', *words)
    check(f'site downloads {words}', r.returncode == 1 and why in r.stderr, r.stderr)

section('as it looks')
if os.environ.get('POSTERN_BROWSER', '1') == '1':
    cookie = {'Cookie': '; '.join(f'{k}={v}' for k, v in ada.cookies.items())}
    for s in look(p, [{'path': '/files/downloads', 'width': w, 'scheme': scheme, 'headers': cookie, 'shot': f'{SHOTS}/downloads-{w}-{scheme}.png' if SHOTS else None, 'full': True} for w, scheme in ((390, 'light'), (820, 'dark'), (1440, 'light'), (1440, 'dark'))]):
        well(s)

section('a killed server')
asked(guest, '/open/data.csv')
check('the second before is written', eventually(lambda: len(rows()) == 12), len(rows()))
asked(guest, '/open/data.csv')
equal('and at the end what is left', p.stop(), 0)
equal('all of it', len(rows()), 13)

section('whose it is')
p.start()
anna.enter(ANNA)
anna.ask('GET', '/account/data.json')
mine = json.loads(anna.page)['downloads']
equal('what is kept about somebody', (len(mine), mine[0]['path']), (8, '/members/long.bin'))
p.cli('member', 'remove', LIST, ANNA)
p.cli('user', 'erase', ANNA, '--yes')
check('who goes takes their name along', eventually(lambda: not book('SELECT 1 FROM download WHERE person IS NOT NULL')), rows())
equal('that a file was had stays', len(rows()), 13)
check('as somebody\'s', 'somebody who has gone' in ada.enter(ADA).get('/files/downloads').text(), ada.text())
p.cli('tick', '--at', '+399d')
equal('it is kept so long', len(rows()), 13)
p.cli('tick', '--at', '+401d')
equal('and no longer', (rows(), book('SELECT * FROM site_file')), ([], []))
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
