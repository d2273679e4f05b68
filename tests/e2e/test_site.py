"""The group's own site, [web] root, by the real program in its real sandbox: files,
ranges, folders that only members read, and what must not get out."""
import os

from browser import Browser
from harness import Postern, check, done, equal, eventually, folder, limit, section

limit(900)
LIST, ANNA, BEN = 'dev@lists.example', 'anna@uni.example', 'ben@uni.example'
root = folder()
for name, text in {'index.html': '<h1>The group</h1>', 'docs/index.html': '<h1>Papers</h1>', 'docs/ten.txt': '0123456789',
                   'internal/index.html': '<h1>Minutes</h1>', 'internal/deep/secret.txt': 'the secret',
                   '.htpasswd': 'the secret'}.items():
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'w') as f:
        f.write(text)
with open(os.path.join(root, 'large.bin'), 'wb') as f:
    f.write(bytes(range(256)) * 4096)
os.symlink('/etc', os.path.join(root, 'etc'))
os.symlink('internal', os.path.join(root, 'inside'))
os.symlink('internal/deep/secret.txt', os.path.join(root, 'short'))
p = Postern(web__root=root, web__protect=f'/internal=members:{LIST}')
p.cli('list', 'create', LIST)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
guest = Browser(p)


def signed_in(address, network):
    p.cli('user', 'add', address)
    b = Browser(p, network=network).enter(address)
    check(f'{address} is signed in', b.cookies, (b.status, b.text()))
    return b


section('files')
equal('/', (guest.get('/').status, guest.page), (200, '<h1>The group</h1>'))
equal('a folder\'s index', (guest.get('/docs').path, guest.page), ('/docs/', '<h1>Papers</h1>'))
equal('a file', (guest.get('/docs/ten.txt').status, guest.page, guest.headers['Content-Type']), (200, '0123456789', 'text/plain; charset=utf-8'))
check('a large file, whole', guest.get('/large.bin').raw == bytes(range(256)) * 4096)
guest.ask('GET', '/large.bin', headers={'Range': 'bytes=1048570-'})
equal('a range of it', (guest.status, guest.raw, guest.headers['Content-Range']), (206, bytes(range(250, 256)), 'bytes 1048570-1048575/1048576'))
guest.ask('GET', '/docs/ten.txt', headers={'Range': 'bytes=20-'})
equal('a range that is not there', guest.status, 416)
tag = guest.get('/docs/ten.txt').headers['ETag']
equal('unchanged', guest.ask('GET', '/docs/ten.txt', headers={'If-None-Match': tag}).status, 304)
equal('lists are where they were', guest.get('/lists/').status, 200)

section('what must not get out')
for path in ('/.htpasswd', '/etc/passwd', '/inside/', '/inside/deep/secret.txt', '/short', '/docs/../.htpasswd', '/..%2f..%2fetc%2fpasswd', '/nothing'):
    guest.ask('GET', path)
    check(f'{path} is not served', guest.status in (400, 404) and 'the secret' not in guest.page, (guest.status, guest.page[:80]))

section('a folder that members read')
SECRET = '/internal/deep/secret.txt'
reader, member = signed_in(BEN, '192.0.2.2'), signed_in(ANNA, '192.0.2.3')
p.cli('member', 'add', LIST, ANNA)


def asked(b, path=SECRET, **headers):
    b.ask('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()})
    return b.status, 'the secret' in b.page or 'Minutes' in b.page


equal('a guest', asked(guest), (401, False))
equal('who is signed in, but no member', asked(reader), (403, False))
equal('a member', asked(member), (200, True))
equal('and its index', asked(member, '/internal/'), (200, True))
for scope, wanted in (('all', 200), ('read', 200), (f'read:{LIST}', 200), ('moderate', 403), ('members', 403), ('settings', 403)):
    token = p.cli('user', 'token', ANNA, '--scope', scope).strip()
    equal(f'a token of hers for {scope}', asked(Browser(p), Authorization='Bearer ' + token), (wanted, wanted == 200))
asked(member)
kept = member.headers['Cache-Control']
check('no shared cache keeps it', 'private' in kept, kept)
asked(member)
tag, date = member.headers['ETag'], member.headers['Last-Modified']
equal('a member\'s copy is still good', asked(member, If_None_Match=tag)[0], 304)
for name, b, status in (('a guest', guest, 401), ('no member', reader, 403)):
    got = [asked(b, If_None_Match=tag), asked(b, If_None_Match='*'), asked(b, If_Modified_Since=date), asked(b, Range='bytes=0-3')]
    equal(f'{name} learns nothing of versions and ranges', got, [(status, False)] * 4)
for path in ('/internal', '/internal/', '/internal/nothing', '/internal//deep/secret.txt', '/%69nternal/deep/secret.txt', SECRET + '.json'):
    got = asked(guest, path)
    check(f'{path} is closed to a guest', got[0] in (400, 401, 404) and not got[1], got)
p.cli('member', 'remove', LIST, ANNA)
equal('who has left is out at once', (asked(member), asked(member, If_None_Match=tag)), ((403, False), (403, False)))
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
