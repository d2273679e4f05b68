"""Files that members put into a folder of the group's site: names, quotas, the wall, half a file, who takes them away."""
import hashlib
import html
import http.client
import json
import os
import re
import socket
import sqlite3
import threading
import time
from urllib.parse import quote

from browser import Browser
from chromium import look, well
from clamd import EICAR, FakeClamd
from harness import Postern, check, done, equal, eventually, folder, limit, section

limit(900)
SHOTS = os.environ.get('POSTERN_SHOTS')
LIST = 'dev@lists.example'
ANNA, BEN, OWEN, ADA, EVE = 'anna@uni.example', 'ben@uni.example', 'owen@uni.example', 'ada@uni.example', 'eve@uni.example'
root = folder()


def put(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'w') as f:
        f.write(content)


put('index.html', 'the group')
put('in/.access', 'allow members of dev\nupload members of dev\nlisting yes\n')
put('in/there.txt', 'was there')
put('in/data.csv', 'a,b')
put('in/deep/.access', 'replace yes\n')
put('in/shut/.access', 'upload owners of dev\n')
put('in/licensed/.access', 'licence TERMS.md\n')
put('in/licensed/TERMS.md', '# Terms\n')
put('out/.access', 'allow members of dev\nupload members of dev\n')
put('none/.access', 'allow members of dev\n')
put('none/inner/.access', 'upload person eve@uni.example\n')
os.symlink('../none', os.path.join(root, 'in/link'))
fake = FakeClamd()
p = Postern(web__root=root, web__uploads='/in, /none', web__upload_size='3M', web__upload_person='6M', web__upload_quota='9M', wall__clamd=fake.socket, wall__timeout='3s', smtp__min_space='1M')
p.cli('list', 'create', LIST)
for who in (ANNA, BEN, OWEN, EVE):
    p.cli('user', 'add', who)
p.cli('user', 'add', ADA, '--admin')
for who in (ANNA, BEN):
    p.cli('member', 'add', LIST, who)
p.cli('role', 'add', LIST, 'owner', OWEN)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
guest = Browser(p, network='198.51.100.77')
anna, ben, owen, ada, eve = (Browser(p, network=f'192.0.2.{i + 10}').enter(x) for i, x in enumerate((ANNA, BEN, OWEN, ADA, EVE)))


def form(csrf, files, order='csrf first', boundary='xYzZY'):
    fields = [f'--{boundary}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'.encode()]
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{n}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + c + b'\r\n' for n, c in files]
    return b''.join(fields + parts if order == 'csrf first' else parts + fields) + f'--{boundary}--\r\n'.encode()


def action(b, to='/in/'):
    b.get('/files/upload?to=' + quote(to, safe=''))
    found = re.search(r'action="(/files/upload[^"]*)"', b.page)
    csrf = re.search(r'name="csrf" value="([^"]*)"', b.page)
    return (html.unescape(found[1]) if found else None), (csrf[1] if csrf else '')


def send(b, name, content, to='/in/', **how):
    path, csrf = action(b, to)
    if not path:
        return b.status
    b.ask('POST', path, form(how.pop('csrf', csrf), [(name, content)], **how), {'Content-Type': 'multipart/form-data; boundary=xYzZY'})
    return b.status


def stands(name):
    path = os.path.join(root, name)
    if not os.path.isfile(path):
        return None
    with open(path, 'rb') as f:
        return f.read()


def names(where='in'):
    return sorted(x for x in os.listdir(os.path.join(root, where)) if os.path.isfile(os.path.join(root, where, x)))


def book(sql, *values):
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as b:
        return b.execute(sql, values).fetchall()


BEFORE = names()
BIG = os.urandom(2 << 20)

section('a file is sent')
check('the listing leads there', anna.get('/in/').link('Send files to this folder') == '/files/upload?to=%2Fin%2F', anna.page)
equal('a small one', (send(anna, 'run 1.txt', b'one'), anna.headers.get('Location')), (303, '/files/upload?to=%2Fin%2F&done=site-file-sent'))
equal('stands there', stands('in/run 1.txt'), b'one')
check('is listed with who sent it', ANNA in anna.follow().text() and 'run 1.txt' in anna.page and hashlib.sha256(b'one').hexdigest() in anna.page and 'The file is there' in anna.page, anna.text())
equal('a large one, with the token behind it', (send(anna, 'big.bin', BIG, order='csrf last'), stands('in/big.bin') == BIG), (303, True))
equal('it is read by others', (ben.ask('GET', '/in/big.bin').status, ben.raw == BIG), (200, True))
equal('the wall saw all of it', (fake.messages, fake.octets), (2, len(BIG)))
equal('an empty one', (send(anna, 'empty.txt', b''), stands('in/empty.txt')), (303, b''))
tricky = b'\r\n--xYzZ\r\n--xYzZY' [:-1] + b'--' + b'\r\n-' * 70000
equal('what looks like a delimiter', (send(anna, 'tricky.bin', tricky), stands('in/tricky.bin') == tricky), (303, True))
audit = book("SELECT actor, what, detail FROM audit WHERE what LIKE 'site file%'")
check('audited', (ANNA, 'site file uploaded', '/in/big.bin') in audit, audit)

section('who may')
for name, b, to, wanted in (('a guest', guest, '/in/', 200), ('who is no member', eve, '/in/', 403), ('a folder without the rule', anna, '/none/', 403), ('whom it does not name', anna, '/in/shut/', 403),
                            ('who may not read it', eve, '/none/inner/', 403), ('through a link', anna, '/in/link/', 403), ('out of the root', anna, '/in/../../', 403), ('no folder', anna, '/in/data.csv/', 403),
                            ('without a slash', anna, '/in', 403), ('nothing', anna, '/in/nowhere/', 403), ('nothing at all', anna, '', 403)):
    b.get('/files/upload?to=' + quote(to, safe=''))
    equal(f'{name} is shown no form', (b.status, 'type="file"' in b.page), (wanted, False))
anna.get('/files/upload?to=/out/')
check('a folder that [web] uploads does not name says so', 'does not name this folder' in anna.text() and 'type="file"' not in anna.page, anna.text())
owen.get('/files/upload?to=/in/')
check('who minds it sees what is there', owen.status == 200 and 'run 1.txt' in owen.page, owen.text())
equal('an owner into the owners\' folder', send(owen, 'o.txt', b'o', to='/in/shut/'), 303)
path, csrf = action(anna)
_, ben_csrf = action(ben)
ben.ask('POST', path, form(ben_csrf, [('x.txt', b'x')]), {'Content-Type': 'multipart/form-data; boundary=xYzZY'})
check('another\'s form, in one\'s own name', ben.status in (303, 400, 403) and (stands('in/x.txt') is None or book("SELECT 1 FROM upload u JOIN address a ON a.person = u.person WHERE u.path = '/in/x.txt' AND a.key = ?", BEN)), ben.status)
equal('not without the token', (send(anna, 'y.txt', b'y', csrf='no'), stands('in/y.txt')), (403, None))
guest.ask('POST', path, form('', [('y.txt', b'y')]), {'Content-Type': 'multipart/form-data; boundary=xYzZY'})
check('nor as a guest', guest.status in (303, 401, 403) and stands('in/y.txt') is None, guest.status)
eve.ask('POST', path, form(action(eve)[1], [('y.txt', b'y')]), {'Content-Type': 'multipart/form-data; boundary=xYzZY'})
check('nor who may not', eve.status == 403 and stands('in/y.txt') is None, eve.status)
anna.ask('POST', path.replace('to=%2Fin%2F', 'to=%2Fin%2Fshut%2F'), form(csrf, [('y.txt', b'y')]), {'Content-Type': 'multipart/form-data; boundary=xYzZY'})
check('nor elsewhere by the same stamp', anna.status == 403 and stands('in/shut/y.txt') is None, anna.status)
anna.ask('POST', '/files/upload?to=/in/', form(csrf, [('y.txt', b'y')]), {'Content-Type': 'multipart/form-data; boundary=xYzZY'})
check('nor without a stamp', anna.status == 400 and 'too old' in anna.text() and stands('in/y.txt') is None, anna.text())
check('a licence comes first', anna.get('/files/upload?to=/in/licensed/').status == 403)

section('names')
for name, why in (('.access', 'begins with a dot'), ('.hidden', 'begins with a dot'), ('..', 'begins with a dot'), ('', 'Choose a file'), ('   ', 'Choose a file'), ('a' * 201, 'too long'), ('index.html', 'stands for the folder'),
                  ('INDEX.md', 'stands for the folder'), ('README.md', 'stands for the folder'), ('SHA256SUMS', 'stands for the folder'), ('a\u202etxt.exe', 'holds characters'), ('a\u200bb', 'holds characters'), ('a\tb', 'holds characters'),
                  ('there.txt', 'that name already'), ('run 1.txt', 'that name already'), ('deep', 'that name already'), ('link', 'that name already'), ('data.csv.gz', 'in the place of the one'), ('data.csv.br', 'in the place of the one')):
    equal(f'{name!r:.40} is refused', (send(anna, name, b'z'), why in anna.text()), (400, True))
for name, wanted in (('C:\\\\Users\\\\anna\\\\c.txt', 'c.txt'), ('../../../etc/passwd', 'passwd'), ('/etc/hosts', 'hosts'), ('e\u0301te\u0301.txt', '\u00e9t\u00e9.txt'), ('<i>&%00;.txt', '<i>&%00;.txt'), ('=1+1.csv', '=1+1.csv')):
    equal(f'{name!r} is {wanted!r}', (send(anna, name, b'named'), stands('in/' + wanted)), (303, b'named'))
equal('what was there is as it was', (stands('in/there.txt'), stands('in/data.csv'), stands('in/run 1.txt')), (b'was there', b'a,b', b'one'))
check('no dot file was made', not [x for x in os.listdir(os.path.join(root, 'in')) if x.startswith('.') and x != '.access'])
check('names are shown as names', '<i>&%00' not in anna.get('/files/upload?to=/in/').page and '&lt;i&gt;' in anna.page)
equal('and lead there', anna.ask('GET', '/in/%3Ci%3E%26%2500%3B.txt').status, 200)

section('replacing')
equal('where the rule says so', (send(anna, 'r.txt', b'first', to='/in/deep/'), send(anna, 'r.txt', b'second', to='/in/deep/'), stands('in/deep/r.txt')), (303, 303, b'second'))
equal('one\'s own', (send(ben, 'r.txt', b'third', to='/in/deep/'), stands('in/deep/r.txt')), (400, b'second'))
put('in/deep/by hand.txt', 'by hand')
equal('and only what was sent', (send(anna, 'by hand.txt', b'x', to='/in/deep/'), stands('in/deep/by hand.txt')), (400, b'by hand'))
equal('nothing else is left', names('in/deep'), ['.access', 'by hand.txt', 'r.txt'])

section('the wall')
equal('a virus', (send(anna, 'bad.com', EICAR + b'EICAR'), 'virus was found' in anna.text(), stands('in/bad.com')), (400, True, None))
equal('what it cannot look into', (send(anna, 'locked.zip', b'LOCKED-ARCHIVE'), 'cannot look into' in anna.text(), stands('in/locked.zip')), (400, True, None))
check('the log names it', eventually(lambda: [e for e in p.events('upload-refused') if e['verdict'] == 'infected' and e['signature']]), p.tail())
fake.mood = 'cuts'
equal('no answer', (send(anna, 'later.txt', b'x'), 'try again later' in anna.text(), stands('in/later.txt')), (503, True, None))
fake.mood = 'good'
check('later', eventually(lambda: send(anna, 'later.txt', b'x') == 303, 60, 1) and stands('in/later.txt') == b'x', anna.text())

section('quotas')
equal('too large a file', (send(anna, 'huge.bin', b'x' * (3 << 20) + b'y'), 'larger than' in anna.text(), stands('in/huge.bin')), (413, True, None))
path, csrf = action(anna)
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
c.putrequest('POST', path)
for k, v in (('Content-Type', 'multipart/form-data; boundary=xYzZY'), ('Content-Length', str(1 << 40)), ('Cookie', '; '.join(f'{k}={v}' for k, v in anna.cookies.items()))):
    c.putheader(k, v)
c.endheaders()
equal('far too large a form is not even taken', c.getresponse().status, 413)
c.close()
used = book("SELECT sum(size) FROM upload WHERE folder = '/in/' AND person = (SELECT person FROM address WHERE key = ?)", ANNA)[0][0]
answers = []


def race(b, path, csrf, name):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('POST', path, form(csrf, [(name, os.urandom(2300000))]), {'Content-Type': 'multipart/form-data; boundary=xYzZY', 'Cookie': '; '.join(f'{k}={v}' for k, v in b.cookies.items())})
    answers.append(c.getresponse().status)


threads = [threading.Thread(target=race, args=(anna, path, csrf, f'race{n}.bin')) for n in range(2)]
[t.start() for t in threads]
[t.join() for t in threads]
now = book("SELECT sum(size) FROM upload WHERE folder = '/in/' AND person = (SELECT person FROM address WHERE key = ?)", ANNA)[0][0]
check('of two at once that do not fit together at most one is kept', now <= 6 << 20 and sorted(answers) in ([303, 413], [303, 400], [413, 413]), (used, now, answers))
equal('and is whole', [len(stands('in/' + x)) for x in names() if x.startswith('race')], [2300000] * answers.count(303))
equal('another has room of their own', send(ben, 'ben.bin', os.urandom(1 << 20)), 303)
for name in names():
    if name.startswith('race'):
        os.unlink(os.path.join(root, 'in', name))
check('what is taken away by hand counts no more', send(anna, 'after.bin', b'x') == 303 and not book("SELECT 1 FROM upload WHERE path LIKE '/in/race%'"), anna.text())
equal('while the folder has', [send(ben, f'fill-{i}.bin', os.urandom(2400000)) for i in range(2)], [303, 303])
equal('which has an end, too', (send(owen, 'full.bin', os.urandom(2 << 20)), 'The folder is full' in owen.text(), stands('in/full.bin')), (413, True, None))
for name in ('fill-0.bin', 'fill-1.bin'):
    os.unlink(os.path.join(root, 'in', name))

section('half a file')
whole = form(csrf, [('half.bin', BIG)])


def begin(share):
    s = socket.create_connection(('127.0.0.1', p.web), timeout=60)
    cookie = '; '.join(f'{k}={v}' for k, v in anna.cookies.items())
    s.sendall(f'POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nContent-Type: multipart/form-data; boundary=xYzZY\r\nContent-Length: {len(whole)}\r\n\r\n'.encode() + whole[:int(len(whole) * share)])
    return s


def open_files():
    """Files without a name in the folder that the role holds."""
    pid = p.roles()['web']
    return [x for x in os.listdir(f'/proc/{pid}/fd') if root in (os.readlink(f'/proc/{pid}/fd/{x}') if os.path.lexists(f'/proc/{pid}/fd/{x}') else '') and '(deleted)' in os.readlink(f'/proc/{pid}/fd/{x}')]


there = names()
s = begin(0.6)
check('it comes', eventually(lambda: open_files()))
equal('and is not seen', names(), there)
s.close()
check('when it breaks off it is gone', eventually(lambda: not open_files()) and names() == there)
slow = begin(0.2)
others = Browser(p, network='192.0.2.88').enter(BEN)
equal('a slow one keeps nobody waiting', (others.ask('GET', '/in/there.txt').status, send(ben, 'meanwhile.txt', b'm')), (200, 303))
started = time.time()
slow.settimeout(150)
try:
    rest = slow.recv(1000)
except OSError as e:
    rest = e
check('and is ended', rest in (b'',) and time.time() - started < 120 or isinstance(rest, ConnectionError), (rest, time.time() - started))
third = [begin(0.5) for _ in range(2)]
check('two of one person', eventually(lambda: len(open_files()) == 2))
equal('are as many as one may', (send(anna, 'third.txt', b'x'), 'Other files are being sent' in anna.text()), (503, True))
[s.close() for s in third]
check('for no longer', eventually(lambda: send(anna, 'third.txt', b'x') == 303, 60, 0.3), anna.text())
s = begin(0.7)
check('one more comes', eventually(lambda: open_files()))
p.kill()
s.close()
equal('kill -9: nothing of it is left', (names() == sorted(set(there) | {'meanwhile.txt', 'third.txt'}), [x for x in os.listdir(os.path.join(root, 'in')) if x.startswith('.')]), (True, ['.access']))
equal('and each file has its row', sorted(x[0] for x in book("SELECT path FROM upload WHERE folder = '/in/'") if stands(x[0][1:]) is None), [])
p.start()
check('web is ready again', eventually(lambda: guest.ask('GET', '/').status == 200, 60, 0.2))
equal('the next is taken', send(anna, 'next.txt', b'n'), 303)

section('taking away')
for name, b, wanted in (('another member', ben, 400), ('who sent it', anna, 303)):
    b.get('/files/upload?to=/in/')
    b.ask('POST', '/files/remove', f'csrf={quote(action(b)[1])}&to=/in/&name=next.txt', {'Content-Type': 'application/x-www-form-urlencoded'})
    equal(f'{name}', (b.status, stands('in/next.txt') is None), (wanted, wanted == 303))
check('the form is there for one\'s own alone', 'aria-label="Remove third.txt"' in anna.get('/files/upload?to=/in/').page and 'aria-label="Remove meanwhile.txt"' not in anna.page)
owen.get('/files/upload?to=/in/').submit('meanwhile.txt')
check('who minds the folder takes away any', stands('in/meanwhile.txt') is None and 'The file is gone' in owen.text(), owen.text())
for name in ('there.txt', '../index.html', 'deep/r.txt', '.access'):
    owen.ask('POST', '/files/remove', f'csrf={quote(action(owen)[1])}&to=/in/&name={quote(name)}', {'Content-Type': 'application/x-www-form-urlencoded'})
    check(f'but nothing that nobody sent: {name}', owen.status == 400 and stands('in/' + name if name != '../index.html' else 'index.html') is not None, owen.status)
check('audited, too', ('site file removed', '/in/meanwhile.txt') in book('SELECT what, detail FROM audit'))

section('as it looks')
if os.environ.get('POSTERN_BROWSER', '1') == '1':
    cookie = {'Cookie': '; '.join(f'{k}={v}' for k, v in anna.cookies.items())}
    for s in look(p, [{'path': path, 'width': w, 'scheme': scheme, 'headers': cookie, 'shot': f'{SHOTS}/upload-{i}-{w}-{scheme}.png' if SHOTS else None}
                      for i, path in enumerate(('/files/upload?to=/in/', '/in/')) for w, scheme in ((390, 'light'), (820, 'dark'), (1440, 'light'))]):
        well(s)

section('whose it is')
mine = json.loads(anna.ask('GET', '/account/data.json').page)['uploads']
check('what is kept about somebody', {'/in/run 1.txt', '/in/big.bin'} <= {x['path'] for x in mine}, mine)
p.cli('member', 'remove', LIST, ANNA)
equal('who has left sends no more', send(anna, 'gone.txt', b'x'), 403)
p.cli('user', 'erase', ANNA, '--yes')
check('who goes leaves the files', eventually(lambda: 'somebody who has gone' in owen.get('/files/upload?to=/in/').text()) and stands('in/run 1.txt') == b'one', owen.text())
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
