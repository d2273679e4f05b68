"""Files below [web] root as curl and wget fetch them: resumed, in parts, compressed, large, while they
change, and what an attacker asks for."""
import http.client
import os
import re
import socket
import subprocess
import threading
import time

from harness import Postern, check, done, equal, eventually, folder, free_port, limit, section

limit(900)
root, room = folder(), folder()
LARGE = 3 << 30
MB = 1 << 20


def put(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'wb') as f:
        f.write(content if isinstance(content, bytes) else content.encode())


put('index.html', '<h1>The group</h1>')
put('404.html', '<h1>Not with us</h1>')
put('maps.bin', os.urandom(12 * MB + 7))
put('style.css', 'p { color: red }')
put('style.css.br', 'brotli')
put('style.css.gz', 'gzip')
put('page.html', '<script>document.title = "ran"</script><p>Ours</p>')
maps = open(os.path.join(root, 'maps.bin'), 'rb').read()
with open(os.path.join(root, 'large.mtz'), 'wb') as f:
    f.truncate(LARGE)
    f.seek(LARGE - 9)
    f.write(b'the end\n.')
tls_port = free_port()
p = Postern(web__root=root, web__files_url='https://files.lists.example', web__listen_tls=f'127.0.0.1:{tls_port}')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
http_url, tls_url = f'http://127.0.0.1:{p.web}', f'https://127.0.0.1:{tls_port}'


def curl(*words, url=http_url):
    """Status, headers (lower case), body."""
    path = words[-1] if words[-1].startswith('/') else '/'
    words = ('-o', '/dev/null', *words) if '-I' in words else words
    r = subprocess.run(['curl', '-sk', '--path-as-is', '--max-time', '60', '-D', '-', *words[:-1], url + path], capture_output=True, timeout=90)
    head, _, body = r.stdout.partition(b'\r\n\r\n')
    lines = head.decode('latin-1').split('\r\n')
    return int(lines[0].split()[1]) if len(lines[0].split()) > 1 else 0, {k.lower(): v.strip() for k, v in (x.split(':', 1) for x in lines[1:])}, body


def web_memory():
    text = open(f'/proc/{p.roles()["web"]}/status').read()
    return int(re.search(r'VmHWM:\s+(\d+)', text)[1]) * 1024


section('whole, resumed, in parts')
for name, url in (('http', http_url), ('https', tls_url)):
    out = os.path.join(room, name)
    subprocess.run(['curl', '-sk', '-o', out, url + '/maps.bin'], check=True, timeout=60)
    check(f'{name}: whole', open(out, 'rb').read() == maps)
    for cut in (0, 1, 5 * MB + 3, len(maps) - 1):
        with open(out, 'wb') as f:
            f.write(maps[:cut])
        subprocess.run(['curl', '-sk', '-C', '-', '-o', out, url + '/maps.bin'], timeout=60)
        check(f'{name}: curl goes on from {cut}', open(out, 'rb').read() == maps)
out = os.path.join(room, 'maps.bin')
with open(out, 'wb') as f:
    f.write(maps[:7 * MB])
r = subprocess.run(['wget', '-c', '-P', room, http_url + '/maps.bin'], capture_output=True, text=True, timeout=60)
check('wget goes on, too', open(out, 'rb').read() == maps and '206 Partial' in r.stderr, r.stderr[-400:])
r = subprocess.run(['wget', '-N', '-P', room, http_url + '/maps.bin'], capture_output=True, text=True, timeout=60)
check('and fetches nothing anew', '304 Not Modified' in r.stderr, r.stderr[-400:])
status, head, body = curl('-r', '0-9,1000000-1000009', '/maps.bin')
kind = head['content-type']
equal('two parts', (status, kind.split(';')[0], 'content-range' in head), (206, 'multipart/byteranges', False))
mark = b'--' + kind.split('boundary=')[1].encode()
parts = [x.split(b'\r\n\r\n', 1) for x in body.split(mark)[1:-1]]
equal('each with its octets', [x[1][:-2] for x in parts], [maps[:10], maps[1000000:1000010]])
equal('and its place', [re.search(rb'Content-Range: (.*)', x[0])[1].strip() for x in parts],
      [b'bytes 0-9/%d' % len(maps), b'bytes 1000000-1000009/%d' % len(maps)])
status, head, body = curl('-r', '0-4000000,6000000-', '/maps.bin')
equal('long parts', (status, len(body)), (206, int(head['content-length'])))
check('have all their octets', maps[:4000001] in body and maps[6000000:] in body)
equal('more parts than anybody needs: the whole', curl('-H', 'Range: bytes=' + ','.join(f'{i}000-{i}001' for i in range(99)), '/maps.bin')[0], 200)
status, head, body = curl('-I', '-r', '0-9', '/maps.bin')
equal('HEAD', (status, head['content-length'], head['accept-ranges'], body), (200, str(len(maps)), 'bytes', b''))
equal('nothing is there', (curl('-r', '99999999-', '/maps.bin')[0], curl('-r', '99999999-', '/maps.bin')[1]['content-range']), (416, f'bytes */{len(maps)}'))

section('versions')
status, head, _ = curl('-I', '/style.css')
tag, date = head['etag'], head['last-modified']
equal('strong', (tag[0], tag[-1]), ('"', '"'))
for name, words, wanted in (('If-None-Match', tag, 304), ('If-None-Match', '"no"', 200), ('If-Modified-Since', date, 304), ('If-Match', '"no"', 412), ('If-Match', tag, 200),
                            ('If-Modified-Since', 'Tue, 01 Jan 2030 00:00:00 GMT', 304), ('If-Unmodified-Since', 'Tue, 01 Jan 1980 00:00:00 GMT', 412)):
    equal(f'{name}: {words}', curl('-H', f'{name}: {words}', '/style.css')[0], wanted)
equal('If-Range of this version', curl('-r', '2-3', '-H', f'If-Range: {tag}', '/style.css')[::2], (206, b'{ '))
equal('If-Range of another', curl('-r', '2-3', '-H', 'If-Range: "old"', '/style.css')[::2], (200, b'p { color: red }'))
equal('If-Range weakly', curl('-r', '2-3', '-H', f'If-Range: W/{tag}', '/style.css')[0], 200)
now = curl('-I', '/style.css')[1]
os.utime(os.path.join(root, 'style.css'), (time.time() + 9999, time.time() + 9999))
later = curl('-I', '/style.css')[1]
check('a file of tomorrow is not newer than now', later['last-modified'] == later['date'] and later['etag'] != now['etag'], later)
os.utime(os.path.join(root, 'style.css'), (1e9, 1e9))

section('precompressed')
for accept, coding, wanted in (('gzip, br', 'br', b'brotli'), ('gzip', 'gzip', b'gzip'), ('br;q=0,gzip', 'gzip', b'gzip'), ('identity', None, b'p { color: red }')):
    status, head, body = curl('-H', f'Accept-Encoding: {accept}', '/style.css')
    equal(accept, (status, head.get('content-encoding'), body, head['vary'], head['content-type']), (200, coding, wanted, 'Accept-Encoding', 'text/css; charset=utf-8'))

section('what it is shown as')
status, head, body = curl('/page.html')
check('HTML of the group runs in a sandbox', head['content-security-policy'].startswith('sandbox ') and 'same-origin' not in head['content-security-policy'], head)
status, head, body = curl('-H', 'Host: files.lists.example', '/page.html')
check('under its own host name as itself', status == 200 and 'sandbox' not in head['content-security-policy'] and b'Ours' in body, head)
equal('there is no application there', [curl('-H', 'Host: files.lists.example', x)[0] for x in ('/lists/', '/login', '/account', '/api/3.1/lists', '/healthz')], [404] * 5)
equal('and nothing is done there', curl('-H', 'Host: files.lists.example', '-d', 'x=1', '/login')[0], 405)
status, head, body = curl('/nothing')
equal('a 404 of the group\'s own', (status, body), (404, b'<h1>Not with us</h1>'))
equal('nosniff', head['x-content-type-options'], 'nosniff')

section('large')
before = web_memory()
status, head, body = curl('-r', f'{LARGE - 9}-', '/large.mtz')
equal('its end', (status, body), (206, b'the end\n.'))
for url in (http_url, tls_url):
    r = subprocess.run(['sh', '-c', f'curl -sk -r {LARGE - 400 * MB}- {url}/large.mtz | tail -c 9'], capture_output=True, timeout=60)
    equal(f'400 MB of it, {url[:5]}', r.stdout, b'the end\n.')
slow = []
for i in range(40):
    s = socket.create_connection(('127.0.0.1', p.web))
    s.sendall(b'GET /large.mtz HTTP/1.1\r\nHost: x\r\n\r\n')
    slow.append(s)
time.sleep(1)
equal('forty that take nothing keep nobody waiting', curl('/')[0], 200)
grown = web_memory() - before
check('and none of it is in memory', grown < 24 * MB, f'{grown / MB:.1f} MB more')
for s in slow:
    s.close()

section('while it changes')
put('moving.bin', b'a' * (20 * MB))
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
c.request('GET', '/moving.bin')
r = c.getresponse()
got = r.read(1 * MB)
os.truncate(os.path.join(root, 'moving.bin'), 2 * MB)
broken = False
try:
    while True:
        piece = r.read(1 * MB)
        if not piece:
            break
        got += piece
except http.client.IncompleteRead:
    broken = True
check('one that is cut short breaks off', broken or len(got) < 20 * MB, len(got))
c.close()
put('swap.txt', b'1' * 300000)
stop, mixed, seen = [], [], set()


def swap():
    n = 0
    while not stop:
        n += 1
        with open(os.path.join(root, '.swap'), 'wb') as f:
            f.write(b'%d' % (n % 10) * 300000)
        os.rename(os.path.join(root, '.swap'), os.path.join(root, 'swap.txt'))


t = threading.Thread(target=swap)
t.start()
for _ in range(60):
    body = curl('/swap.txt')[2]
    seen.add(body[:1])
    if body != body[:1] * 300000:
        mixed.append(len(body))
stop.append(True)
t.join()
check('one that is replaced comes whole, of one version', not mixed and len(seen) > 1, (mixed, seen))

section('what an attacker asks for')
os.makedirs(os.path.join(root, 'sub/.git'))
put('sub/.git/config', 'the secret')
put('sub/.access', 'allow public\n# the secret')
put('.htpasswd', 'the secret')
outside = os.path.join(room, 'outside.txt')
with open(outside, 'w') as f:
    f.write('the secret')
os.symlink(outside, os.path.join(root, 'link.txt'))
os.symlink(room, os.path.join(root, 'room'))
os.symlink('index.html', os.path.join(root, 'inner.html'))
os.symlink('..', os.path.join(root, 'sub/up'))
os.mkfifo(os.path.join(root, 'fifo'))
s = socket.socket(socket.AF_UNIX)
s.bind(os.path.join(root, 'socket'))
up = os.path.basename(room)
for path in ('/link.txt', '/room/outside.txt', '/room/', '/inner.html', '/sub/up/index.html', f'/../{up}/outside.txt', f'/%2e%2e/{up}/outside.txt', f'/..%2f{up}%2foutside.txt',
             f'/sub/../../{up}/outside.txt', f'/sub/%2e%2e/%2e%2e/{up}/outside.txt', f'/sub%2f..%2f..%2f{up}%2foutside.txt', '//etc/passwd', '/sub//.git/config', '/sub/.git/config',
             '/.htpasswd', '/%2ehtpasswd', '/sub/.access', '/index.html%00.txt', '/index.html%00', '/index.html/', '/index.html/x', '/fifo', '/socket', '/INDEX.HTML', '/index.html%20',
             '/index.html.', '/index.html::$DATA', '/' + 'a' * 300, '/' + 'a/' * 63 + 'b', '/' + 'a/' * 80, '/%', '/%zz', '/..', '/.', '/sub/..%5c..%5coutside.txt', '/\\..\\outside.txt', '/%ff%fe'):
    status, head, body = curl(path)
    check(f'{path[:60]} is not served', status in (400, 404) and b'the secret' not in body and b'root:' not in body, (status, body[:80]))
swapping = os.path.join(root, 'race')
put('race/secret.txt', 'harmless')
stop, leaked = [], []


def race():
    while not stop:
        os.rename(swapping, swapping + '2')
        os.symlink(room, swapping)
        os.unlink(swapping)
        os.rename(swapping + '2', swapping)


with open(os.path.join(room, 'secret.txt'), 'w') as f:
    f.write('the secret')
t = threading.Thread(target=race)
t.start()
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
answers = set()
for _ in range(3000):
    c.request('GET', '/race/secret.txt')
    r = c.getresponse()
    body = r.read()
    answers.add(r.status)
    if b'the secret' in body:
        leaked.append(body)
stop.append(True)
t.join()
equal('a folder that becomes a link meanwhile leads nowhere', (leaked, answers <= {200, 404}), ([], True))
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
