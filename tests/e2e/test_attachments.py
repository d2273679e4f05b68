"""What hangs on posts, on the web: pictures are shown, made anew of what is a picture in them, and nothing else that their
sender put there; hostile ones are links; the card says what the wall made of a file; downloads go on where they broke off."""
import base64
import json
import os
import re
import shutil
import signal
import struct
import zlib
from email.utils import formatdate

from chromium import look, well
from clamd import FakeClamd
from harness import Postern, check, done, equal, eventually, limit, section, skipped
from leftovers import Leftovers
from mailing import message
from nameserver import NameServer
from browser import Browser
from sink import Sink

limit(900)
DATA = os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(__file__), '../../../shared/data'))
SHOTS = os.environ.get('POSTERN_SHOTS')  # a folder: keep pictures of the pages there
DEV, ANNA, BEN = 'dev@lists.example', 'anna@uni.example', 'ben@uni.example'
world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'mx.uni.example': {'A': ['127.0.0.10']},
                  'lists.example': {'MX': [(10, 'mx.uni.example')]}})
clamd = FakeClamd()
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example', wall__clamd=clamd.socket)
p.cli('list', 'create', DEV, '--owner', 'owner@uni.example')
p.cli('member', 'add', DEV, ANNA)
p.cli('list', 'set', DEV, 'suspicious_action=accept')


def shared(name):
    return open(f'{DATA}/mime/{name}', 'rb').read()


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def png(width, height, extra=b'', data=None):
    """Grey, lighter from left to right."""
    if data is None:
        data = zlib.compress(b''.join(b'\0' + bytes(min(255, x * 256 // width) for x in range(width)) for y in range(height)), 9)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)) + extra + chunk(b'IDAT', data)
            + chunk(b'IEND', b''))


def segment(marker, data):
    return bytes([255, marker]) + struct.pack('>H', len(data) + 2) + data


SCRIPT = b'<html><script>alert(1)</script></html>'
PLACE = b'51.4 North 11.9 East'
EXIF = segment(0xe1, b'Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0' + PLACE)
JPEG = shared('ruby-mail/attachments/test.jpg')
TURNED = JPEG[:2] + EXIF + segment(0xfe, SCRIPT) + JPEG[2:] + SCRIPT
FILES = [('plot.png', 'image/png', png(1600, 1000, chunk(b'tEXt', b'Comment\0' + SCRIPT)) + SCRIPT),
         ('small.png', 'image/png', shared('python/python.png')), ('photo.jpg', 'image/jpeg', JPEG), ('turned.jpg', 'image/jpeg', TURNED),
         ('moving.gif', 'image/gif', shared('python/python.gif')), ('drawing.webp', 'image/webp', shared('python/python.webp')),
         ('named wrong.txt', 'text/plain', png(40, 30)),
         ('huge.png', 'image/png', png(65535, 65535, data=b'x')), ('cut.jpg', 'image/jpeg', JPEG[:-2]), ('page.png', 'image/png', SCRIPT),
         ('drawing.svg', 'image/svg+xml', b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')]
SIZES = {'plot.png': [1600, 1000], 'small.png': [16, 16], 'photo.jpg': [100, 50], 'turned.jpg': [50, 100], 'moving.gif': [16, 16],
         'drawing.webp': [16, 16], 'named%20wrong.txt': [40, 30]}


def with_files(n, subject, files, sender=ANNA, **fields):
    parts = ''.join(f'--b\r\nContent-Type: {t}\r\nContent-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                    + base64.encodebytes(body).decode().replace('\n', '\r\n') for name, t, body in files)
    return message(sender, DEV, subject, f'--b\r\nContent-Type: text/plain\r\n\r\nSee what is attached.\r\n{parts}--b--\r\n',
                   Date=formatdate(1_750_000_000 + 60 * n), MIME_Version='1.0', Content_Type='multipart/mixed; boundary=b',
                   mid=f'<files{n}@uni.example>', **fields)


def mbox(*messages):
    path = os.path.join(p.dir, 'in.mbox')
    with open(path, 'wb') as f:
        for m in messages:
            f.write(b'From x Thu Jan  1 00:00:00 2026\n' + m.replace(b'\r\n', b'\n') + b'\n')
    return path


p.cli('archive', 'import', DEV, mbox(with_files(1, 'Plots', FILES)))
p.start()
guest = Browser(p)

section('pictures, as they are served')
files = {x['filename']: x for x in guest.json('/lists/dev/1.json')['attachments']}
equal('how large each is', {x: [files[x]['width'], files[x]['height']] for x in files},
      {name: SIZES.get(name.replace(' ', '%20'), [0, 0]) for name, _, _ in FILES})
for n, (name, kind, octets) in enumerate(FILES, 1):
    path = f'/lists/dev/1/a/{n}/shown/{name.replace(" ", "%20")}'
    a = guest.get(path)
    shown = name.replace(' ', '%20') in SIZES
    equal(f'{name}: is it shown?', a.status, 200 if shown else 404)
    if shown:
        equal(f'{name}: as what it is', a.headers['Content-Type'], 'image/png' if 'wrong' in name else kind)
        check(f'{name}: in a sandbox', a.headers['Content-Security-Policy'].startswith("sandbox; default-src 'none'"), a.headers)
        equal(f'{name}: not sniffed', a.headers['X-Content-Type-Options'], 'nosniff')
        check(f'{name}: nothing of a script, or where it was made', b'script' not in a.raw and PLACE not in a.raw and b'Exif\0\0MM' not in a.raw or name == 'turned.jpg')
a = guest.get('/lists/dev/1/a/4/shown/turned.jpg')
check('of a photograph\'s origin only its way up is left', b'script' not in a.raw and PLACE not in a.raw and len(a.raw) < len(JPEG) + 40, len(a.raw))
tag = a.headers['ETag']
guest.ask('GET', '/lists/dev/1/a/4/shown/turned.jpg', headers={'If-None-Match': tag})
equal('known already', guest.status, 304)
equal('the file itself is as it came', guest.get('/lists/dev/1/a/4/turned.jpg').raw == TURNED, True)
for path in ('/lists/dev/1/a/0/shown/x', '/lists/dev/1/a/99/shown/x', '/lists/dev/2/a/1/shown/x', '/lists/dev/1/a/1/shown/'):
    equal(path, guest.get(path).status, 404)

section('pictures, as they are seen')
visits = [{'path': path, 'width': width, 'scheme': scheme, 'pictures': True, 'full': True, 'axe': width != 820, 'valid': width == 390}
          for path in ('/lists/dev/1', '/lists/dev/t/1') for width in (390, 820, 1440) for scheme in ('light', 'dark')]
for v in visits:
    if SHOTS:
        v['shot'] = f'{SHOTS}/attachments{v["path"].replace("/", "-")}-{v["width"]}-{v["scheme"]}.png'
for v, s in zip(visits, look(p, visits)):
    well(s)
    seen = {x['src'].split('/')[-1]: x for x in s['pictures']}
    name = f'{v["path"]} {v["width"]} {v["scheme"]}'
    equal(f'{name}: each is there, as large as it is', {n: x['natural'] for n, x in seen.items()}, SIZES)
    large = seen['plot.png']['shown']
    check(f'{name}: a large one is made smaller, in its own shape', large[1] <= 320 and large[0] <= v['width'] and abs(large[0] * 1000 / large[1] - 1600) < 12, large)
    check(f'{name}: a small one is not made larger', seen['small.png']['shown'] == [16, 16], seen['small.png'])
    check(f'{name}: each has words for who does not see it', all(x['alt'].startswith('Picture ') for x in seen.values()), seen)

section('what the wall made of it')
page = guest.get('/lists/dev/1')
check('what was imported nobody looked at', 'Virus check</dt><dd><span class="st none">Not checked (imported)</span></dd>' in page.page, page.page[-3000:])
equal('and says so to programs', {x['verdict'] for x in files.values()}, {'imported'})
code, said = p.deliver(ANNA, DEV, with_files(2, 'Clean', [('small.png', 'image/png', shared('python/python.png'))]))
check('a post is there', code == 250 and eventually(lambda: guest.get('/lists/dev/2').status == 200), said)
page, row = guest.get('/lists/dev/2').page, guest.json('/lists/dev/2.json')['attachments'][0]
check('its card says clean, when and by which program', '<span class="st ok">Clean</span> <time datetime="' in page and f'</time>, {row["engine"]}</dd>' in page, page[-3000:])
check('programs read the same', row['verdict'] == 'clean' and row['engine'] == 'ClamAV 1.4.6/27743' and row['checked'] and not row['signature'], row)
check('on which machine it runs nobody reads', clamd.socket not in page + json.dumps(row), row)
check('the thread\'s page has it, too', '<span class="st ok">Clean</span>' in guest.get('/lists/dev/t/2').page)
p.deliver(ANNA, DEV, with_files(3, 'Suspected', [('locked.zip', 'application/zip', b'PK\3\4 LOCKED')], X_Look='LOCKED-ARCHIVE'))
check('one that is suspected', eventually(lambda: guest.get('/lists/dev/3').status == 200))
check('is called so, and what was found', '<span class="st warn">Suspicious</span> <bdi>Heuristics.Encrypted.Zip</bdi>, <time' in guest.page, guest.page[-3000:])

section('what is written inside files')


def found(words):
    return [x['number'] for x in guest.json('/lists/dev/search.json?q=' + words)['hits']]


NOTES = [('notes.txt', 'text/plain; charset=utf-8', 'Only the caf\u00e9 sells amethyst.\r\n'.encode()),
         ('page.html', 'text/html', b'<p>and beryl</p><script>citrine</script>')]
p.deliver(ANNA, DEV, with_files(4, 'Notes', NOTES))
check('a word of a text is found', eventually(lambda: found('amethyst') == [4]), p.tail(8))
equal('by a word that says so, too', (found('inside:amethyst'), found('inside:beryl'), found('inside:citrine'), found('subject:amethyst')), ([4], [4], [], []))
p.stop()
p.cli('archive', 'import', DEV, mbox(with_files(5, 'Older notes', [('notes.txt', 'text/plain', b'Here is garnet.\r\n')])))
p.start()
check('of what was imported, too', eventually(lambda: found('inside:garnet') == [5]), p.tail(8))
p.cli('archive', 'hide', DEV, '4', '--reason=asked for')
check('hidden, it is found no more', eventually(lambda: found('amethyst') == []), found('amethyst'))
p.cli('archive', 'show', DEV, '4', '--reason=it was right')
check('shown again, it is', eventually(lambda: found('amethyst') == [4]), p.tail(8))
for n in range(6, 26):
    p.deliver(ANNA, DEV, with_files(n, f'Many {n}', [('notes.txt', 'text/plain', f'opal {n} topaz{n}\r\n'.encode())]))
for _ in range(3):
    p.kill()
    p.start()
check('killed in the middle: all are found', eventually(lambda: len(guest.json('/lists/dev/search.json?q=inside:opal')['hits']) == 20, 60), p.tail(8))
p.cli('archive', 'purge', DEV, '7', '--reason=asked for')
check('purged, it is found no more', eventually(lambda: found('topaz7') == []), found('topaz7'))
p.stop()
p.cli('archive', 'verify')

section('what is written inside PDF')


def pdf(words, pages=1):
    """Helvetica, a line a page."""
    objects = ['<< /Type /Catalog /Pages 2 0 R >>', f'<< /Type /Pages /Count {pages} /Kids [ {" ".join(f"{4 + 2 * n} 0 R" for n in range(pages))} ] >>',
               '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>']
    for n in range(pages):
        text = f'BT /F1 12 Tf 72 700 Td ({words} {n + 1}) Tj ET'
        objects += [f'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * n} 0 R >>',
                    f'<< /Length {len(text)} >>\nstream\n{text}\nendstream']
    out, at = '%PDF-1.4\n', []
    for n, x in enumerate(objects, 1):
        at.append(len(out))
        out += f'{n} 0 obj\n{x}\nendobj\n'
    start = len(out)
    out += f'xref\n0 {len(objects) + 1}\n0000000000 65535 f \n' + ''.join(f'{x:010} 00000 n \n' for x in at)
    return (out + f'trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n').encode()


def bring(letter):
    """Into the archive, past smtpd and wall."""
    with open(p.dir + '/one.mbox', 'wb') as f:
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + letter + b'\n')
    p.cli('archive', 'import', DEV, f.name)


PAPER = with_files(30, 'Paper', [('paper.pdf', 'application/pdf', pdf('Lapis lazuli')), ('notes.txt', 'text/plain', b'jasper\r\n')])
path = p.env.get('PATH', os.environ['PATH'])
if shutil.which('pdftotext', path=path):
    p.env['PATH'] = p.dir
    p.start()
    check('where no program reads them, the log says so once', eventually(lambda: p.events('pdf-not-read')))
    p.deliver(ANNA, DEV, PAPER)
    check('all else is found', eventually(lambda: found('inside:jasper') == [26]), p.tail(8))
    equal('and what it says is not', found('inside:lazuli'), [])
    check('doctor says why, and what to do', re.search(r'pdftotext +look +it is not installed.*; posts with a PDF that waits: 1\. Install poppler-utils',
                                                       p.run('doctor').stdout), p.run('doctor').stdout)
    equal('status counts it', (p.status('posts whose files are to be read'), p.status('posts with a PDF')), (0, 1))
    p.stop()
    os.mkdir(p.dir + '/broken')
    with open(p.dir + '/broken/pdftotext', 'w') as f:
        f.write('#!/bin/sh\nexit 3\n')
    os.chmod(f.name, 0o755)
    p.env['PATH'] = p.dir + '/broken:/bin'
    check('one that reads no PDF is wrong', p.run('doctor').returncode == 1 and re.search(r'pdftotext +wrong +.*/broken/pdftotext: .*status 3', p.run('doctor').stdout),
          p.run('doctor').stdout)
    p.env['PATH'] = path
    p.start()
    check('where one does, it is, that of before, too', eventually(lambda: found('inside:lazuli') == [26]), p.tail(8))
    check('so says doctor', re.search(r'pdftotext +good +/.* reads PDF; posts with a PDF that waits: 0', p.run('doctor').stdout), p.run('doctor').stdout)
    equal('and status', (p.status('posts whose files are to be read'), p.status('posts with a PDF')), (0, 0))
    p.deliver(ANNA, DEV, with_files(31, 'Long', [('long.pdf', 'application/pdf', pdf('Onyx', 10000)), ('broken.pdf', 'application/pdf', b'%PDF-1.4 nothing'),
                                                 ('short.pdf', 'application/pdf', pdf('Agate'))]))
    p.deliver(ANNA, DEV, message(ANNA, DEV, 'Behind it', 'No file at all.\r\n'))
    check('a post behind it does not wait', eventually(lambda: guest.get('/lists/dev/28').status == 200))
    check('of ten thousand pages the first are read', eventually(lambda: found('inside:agate') == [27], 60) and found('inside:onyx') == [27], p.tail(8))
    wall = p.roles()['wall']
    os.kill(wall, signal.SIGKILL)
    p.deliver(ANNA, DEV, with_files(32, 'Again', [('paper.pdf', 'application/pdf', pdf('Malachite'))]))
    check('a wall that dies is asked again', eventually(lambda: found('inside:malachite') == [29]), p.tail(8))
    wall = eventually(lambda: p.roles().get('wall'))
    os.kill(wall, signal.SIGSTOP)
    bring(with_files(33, 'Held up', [('paper.pdf', 'application/pdf', pdf('Peridot')), ('notes.txt', 'text/plain', b'zircon\r\n')]))
    check('while the wall hears nothing, it is asked again, and all else is found',
          eventually(lambda: len(p.events('pdf-put-off')) > 1 and found('inside:zircon') == [30]), p.tail(8))
    os.kill(wall, signal.SIGCONT)
    check('and then the PDF is read', eventually(lambda: found('inside:peridot') == [30], 60), p.tail(8))
    equal('nothing was given up', p.events('files-not-read'), [])
    left = Leftovers(p.data)
    check('the book has it', left.find(['lazuli', 'jasper']), 'nothing is found')
    p.cli('archive', 'purge', DEV, '26', '--reason=asked for')
    check('purged, it is found no more', eventually(lambda: found('inside:lazuli') == []))
    check('the files are clean', eventually(lambda: p.json('archive', 'history', DEV, '26')[-1]['clean'] == 'yes', 60), p.json('archive', 'history', DEV, '26'))
    equal('no file has a word of what was inside', left.find(['lazuli', 'jasper']), set())
else:
    skipped('pdftotext is not installed')
    p.start()

section('who goes, and is named in a file that nobody has read')
p.stop()
bring(with_files(40, 'Notes of a meeting', [('kim.txt', 'text/plain', b'opal, says kim@far.example\r\n')]))
check('the command says that the server does the rest', 'as soon as the server has read its files' in p.cli('user', 'erase', 'kim@far.example', '--yes'))
p.start()
check('it does', eventually(lambda: p.events('erasure-done')), p.tail(8))
guest.get(f'/lists/dev/{found("subject:meeting")[0]}/raw')
inside = base64.b64decode(guest.page.split('base64')[1].split('--b--')[0])
check('then the file does not name them', inside.startswith(b'opal, says former-') and inside.strip().endswith(b'@hidden.invalid'), guest.page)
equal('and nobody is found by it', found('inside:kim'), [])
done()
