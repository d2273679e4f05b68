"""What stands within parts of a message, on the web: files in a text (uuencode) and in Outlook's wrapper are attachments like
others, a message that was attached can be read, the list's footer is folded, and text without a charset is read in the list's."""
import base64
import binascii
import os
import struct
from email.utils import formatdate
from urllib.parse import quote

from browser import Browser
from chromium import look, well
from clamd import FakeClamd
from harness import Postern, check, done, equal, eventually, limit, section
from leftovers import Leftovers
from mailing import message

limit(300)
SHOTS = os.environ.get('POSTERN_SHOTS')  # a folder: keep pictures of the pages there
DEV, ANNA, OWNER = 'dev@lists.example', 'anna@uni.example', 'owner@uni.example'
clamd = FakeClamd()
p = Postern(admin='admin@uni.example', send__relay='outbox', wall__clamd=clamd.socket)
p.cli('list', 'create', DEV, '--owner', OWNER)
p.cli('list', 'set', DEV, 'authenticate=any', 'default_charset=KOI8-R')
p.cli('list', 'set', DEV, 'msg_footer=_______________________________________________\n$real_name mailing list\n$user_name gets this at $listinfo_url\n')
p.cli('member', 'add', DEV, ANNA)
for who in (ANNA, OWNER):
    p.cli('user', 'add', who)


def uu(name, octets):
    lines = [binascii.b2a_uu(octets[i:i + 45], backtick=True).decode() for i in range(0, len(octets), 45)]
    return f'begin 644 {name}\n{"".join(lines)}`\nend\n'.replace('\n', '\r\n')


def attribute(level, number, value):
    return bytes([level]) + struct.pack('<II', number, len(value)) + value + struct.pack('<H', sum(value) & 0xffff)


def winmail(text, *files):
    """As Outlook writes it, [MS-OXTNEF]; texts in the code page 1252."""
    out = struct.pack('<IH', 0x223e9f78, 7) + attribute(1, 0x69007, struct.pack('<II', 1252, 0))
    if text:
        out += attribute(1, 0x2800c, text.encode('cp1252') + b'\0')
    for name, octets in files:
        out += attribute(2, 0x69002, b'\1\0' + bytes(12)) + attribute(2, 0x18010, name.encode('cp1252') + b'\0') + attribute(2, 0x6800f, octets)
    return base64.encodebytes(out).decode().replace('\n', '\r\n')


def letter(n, subject, body, ctype='text/plain', sender=None, **fields):
    body = body if isinstance(body, bytes) else body.encode()
    return message(f'Person {n} <{sender or f"person{n}@uni.example"}>', DEV, subject, body, Date=formatdate(1_750_000_000 + 60 * n), MIME_Version='1.0',
                   mid=f'<w{n}@uni.example>', **({'Content_Type': ctype} if ctype else {}), **fields)


PLOT = bytes(range(256)) * 3
PDF = b'%PDF-1.4\n%%EOF\n'
INNER = ('From: Bob <bob@far.example>\r\nTo: Carol <carol@far.example>\r\nSubject: =?utf-8?q?Caf=C3=A9?= plans\r\nDate: Sun, 01 Nov 2026 10:00:00 +0000\r\n'
         'Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nWrite to bob@far.example or not.\r\n'
         '--i\r\nContent-Type: text/csv; name=inner.csv\r\n\r\na,b\r\n--i--\r\n')
MIXED = f'--b\r\nContent-Type: text/plain\r\n\r\nSee what Bob says.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{INNER}--b--\r\n'
WRAPPED = 'application/ms-tnef; name="winmail.dat"'
FOOT = '_______________________________________________\r\nDev mailing list\r\nJörg Ö. gets this at https://old.example/listinfo/dev\r\n'
letters = [letter(1, 'In the text', f'Before it.\r\n\r\n{uu("plot data.bin", PLOT)}\r\n{uu("notes.txt", b"words of notes")}After it.\r\n'),
           letter(2, 'Passed on', MIXED, 'multipart/mixed; boundary=b'),
           letter(3, 'From Outlook', winmail('Grüße aus Outlook.\r\n', ('paper.pdf', PDF), ('CAFÉ.TXT', b'of coffee')), WRAPPED, Content_Transfer_Encoding='base64'),
           letter(4, 'Unlabelled', 'мир и труд\r\n'.encode('koi8-r'), None),
           letter(5, 'With a footer', f'The author says this.\r\n\r\n{FOOT}', 'text/plain; charset=utf-8'),
           letter(6, 'Re: With a footer', f'And another that.\r\n\r\n{FOOT.replace("Jörg Ö.", "Zoe")}', 'text/plain; charset=utf-8', In_Reply_To='<w5@uni.example>')]
with open(f'{p.dir}/box', 'wb') as f:
    for m in letters:
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + m.replace(b'\r\n', b'\n') + b'\n')
p.cli('archive', 'import', DEV, f'{p.dir}/box')
p.start()
guest, anna, owner = Browser(p, network='192.0.2.1'), Browser(p, network='192.0.2.2').enter(ANNA), Browser(p, network='192.0.2.3').enter(OWNER)


def files(number):
    return [(x['filename'], x['declared'], x['sniffed'], x['size']) for x in guest.json(f'/lists/dev/{number}.json')['attachments']]


def numbers(query, which=None):
    return sorted(x['number'] for x in (which or guest).json('/lists/dev/search.json?q=' + quote(query))['hits'])


section('files in a text')
page = guest.get('/lists/dev/1').page
check('the text is there, no line of the files', 'Before it.' in page and 'After it.' in page and 'begin 644' not in page and '`' not in page, page)
equal('they are attachments', files(1), [('plot data.bin', 'application/octet-stream', 'application/octet-stream', len(PLOT)), ('notes.txt', 'text/plain', 'text/plain', 14)])
a = guest.get('/lists/dev/1/a/1/plot%20data.bin')
equal('to be saved, octet by octet', (a.raw == PLOT, a.headers['Content-Disposition'].startswith('attachment'), a.headers['Content-Type']), (True, True, 'application/octet-stream'))
equal('or read', guest.get('/lists/dev/1/a/2/notes.txt').raw, b'words of notes')
check('the thread has none of the lines', 'begin 644' not in guest.get('/lists/dev/t/1').page and 'After it.' in guest.page)
equal('found by their names', numbers('file:plot'), [1])
equal('as what has attachments', numbers('has:attachment'), [1, 2, 3])
check('and by what they say', eventually(lambda: numbers('inside:notes') == [1], 20), guest.page)

section('a message that is attached')
equal('it bears its subject', files(2), [('Café plans.eml', 'message/rfc822', 'message/rfc822', len(INNER) - 2)])
check('the card leads to it', 'href="/lists/dev/2/within/1"' in guest.get('/lists/dev/2').page, guest.page)
page = guest.get('/lists/dev/2/within/1')
for part in ('<h1 dir="auto">Café plans</h1>', '<bdi>Bob</bdi>', 'Carol', 'inner.csv', 'bob@…', 'href="/lists/dev/2"', '/lists/dev/2/a/1/Caf%C3%A9%20plans.eml'):
    check(f'its page: {part}', part in page.page, page.page)
check('guests see no address', 'far.example' not in page.page, page.page)
check('nor in the file', b'bob@hidden.invalid' in guest.get('/lists/dev/2/a/1/x.eml').raw and b'From: Bob <bob@far' not in guest.raw, guest.raw)
check('who is signed in does', 'bob@far.example' in anna.get('/lists/dev/2/within/1').page)
equal('and has it as it came', anna.get('/lists/dev/2/a/1/x.eml').raw + b'\r\n', INNER.encode())
twin = guest.json('/lists/dev/2/within/1.json')
equal('its twin', (twin['subject'], twin['from'], twin['files'], 'bob@…' in twin['text'], 'far.example' in guest.page),
      ('Café plans', 'Bob', [{'name': 'inner.csv', 'type': 'text/csv'}], True, False))
for path in ('/lists/dev/2/within/2', '/lists/dev/2/within/0', '/lists/dev/1/within/1', '/lists/dev/99/within/1'):
    equal(path, guest.get(path).status, 404)

section('what Outlook wraps')
check('it is said', 'Grüße aus Outlook.' in guest.get('/lists/dev/3').page, guest.page)
equal('with the files', files(3)[1:], [('paper.pdf', 'application/pdf', 'application/pdf', len(PDF)), ('CAFÉ.TXT', 'text/plain', 'text/plain', 9)])
equal('as they were', [guest.get(f'/lists/dev/3/a/{n}/x').raw for n in (2, 3)], [PDF, b'of coffee'])
equal('found', (numbers('file:paper'), numbers('Grüße')), ([3], [3]))

section('text that says no charset')
check('it is read in that of the list', 'мир и труд' in guest.get('/lists/dev/4').page, guest.page)
equal('and found', numbers('труд'), [4])
p.cli('list', 'set', DEV, 'default_charset=windows-1251')
check('pages follow the setting', 'РЛХ'.lower() not in guest.get('/lists/dev/4').page.lower() and 'мир и труд' not in guest.page, guest.page)
equal('search with the index', numbers('труд'), [4])
p.cli('archive', 'reindex', DEV)
equal('which is made anew', numbers('труд'), [])
p.cli('list', 'set', DEV, 'default_charset=koi8-r')
p.cli('archive', 'reindex', DEV)
check('and again', 'мир и труд' in guest.get('/lists/dev/4').page and numbers('труд') == [4], guest.page)

r = p.run('list', 'set', DEV, 'default_charset=no-such-set')
check('a charset that nobody knows is refused', r.returncode == 1 and 'default_charset' in r.stderr + r.stdout, r)

section('the footer')
for path in ('/lists/dev/5', '/lists/dev/t/5', '/lists/dev/6'):
    page = guest.get(path).page
    check(f'{path}: it is folded', '<details class="sig"><summary>Footer of the list</summary>' in page and page.count('gets this at') == page.count('Footer of the list'), page)

section('what the wall made of them')
code, answer = p.deliver(ANNA, DEV, letter(7, 'Live', f'Now.\r\n{uu("live.txt", b"now")}', sender=ANNA))
check('a post is there', code == 250 and eventually(lambda: guest.get('/lists/dev/7').status == 200, 20), answer)
equal('its file was checked', [(x['filename'], x['verdict']) for x in guest.json('/lists/dev/7.json')['attachments']], [('live.txt', 'clean')])

section('what is purged')
WORDS = ['Uukohlrabi', 'Tnefpastinake', 'Tnefrutabaga', 'Innerschwarzwurzel', 'Innercourgette']
left = Leftovers(p.data)
body = (f'--b\r\nContent-Type: text/plain\r\n\r\nSee.\r\n{uu(WORDS[0] + ".txt", b"x")}--b\r\nContent-Type: {WRAPPED}\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f'{winmail("", (WORDS[1] + ".txt", WORDS[2].encode()))}--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: {WORDS[3]}\r\n\r\n{WORDS[4]}\r\n--b--\r\n')
code, answer = p.deliver(ANNA, DEV, letter(8, 'To go', body, 'multipart/mixed; boundary=b', sender=ANNA))
check('a post is there', code == 250 and eventually(lambda: guest.get('/lists/dev/8').status == 200, 20) and p.quiet(), answer)
check('its names and words are found', eventually(lambda: numbers(f'file:{WORDS[0]}') + numbers(f'file:{WORDS[1]}') + numbers(f'inside:{WORDS[2]}') + numbers(f'file:{WORDS[3]}')
                                                  + numbers(f'inside:{WORDS[4]}') == [8] * 5, 20))
owner.post('/lists/dev/8/redact', csrf=owner.csrf('/lists/dev/8/redact'), do='purge', typed='8', reason='asked for')
check('clean', eventually(lambda: [h['clean'] for h in p.json('archive', 'history', DEV, '8')][-1:] == ['yes'], 60, 0.2))
equal('no word is anywhere', sorted(left.find(WORDS)), [])
equal('nor can be had', [guest.get(f'/lists/dev/8/{x}').status for x in ('within/1', 'a/1/x', 'a/3/x')], [410] * 3)

section('in Chromium')
visits = [{'path': path, 'width': width, 'scheme': scheme, 'axe': width != 820, 'valid': width == 390, **({'shot': f'{SHOTS}/within-{n}-{width}-{scheme}.png', 'full': True} if SHOTS else {})}
          for n, path in enumerate(('/lists/dev/1', '/lists/dev/2', '/lists/dev/2/within/1', '/lists/dev/3', '/lists/dev/t/5'))
          for width, scheme in ((390, 'light'), (820, 'dark'), (1440, 'light'), (1440, 'dark'))]
for s in look(p, visits):
    well(s)
done()
