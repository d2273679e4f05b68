"""The wall: a real clamd and one that misbehaves. What is infected is refused in session, what nobody looked at is put off or
marked, what is suspected waits for a moderator; nothing is lost, nothing passes unmarked, nothing comes twice."""
import base64
import glob
import io
import json
import os
import re
import shutil
import signal
import smtplib
import threading
import time
import zipfile

from browser import Browser
from clamd import EICAR, SIGNATURES, Clamd, FakeClamd
from harness import Postern, check, done, equal, eventually, free_port, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, CARA, OLGA, ZOE = 'dev@lists.example', 'anna@uni.example', 'cara@uni.example', 'olga@uni.example', 'zoe@far.example'
sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({'uni.example': {**MX, 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'far.example': {**MX, 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
                  'lists.example': MX, 'mx.all.example': {'A': ['127.0.0.10']}})


def server(**sets):
    p = Postern(dns=dns, mx_port=sink.port, admin='admin@uni.example', smtp__messages_per_hour=0, **sets)
    p.cli('list', 'create', LIST, '--owner', OLGA)
    p.cli('list', 'set', LIST, 'max_message_size=0', 'posts_per_hour=0')
    p.cli('member', 'add', LIST, ANNA, CARA)
    return p.start()


def reload(p, **sets):
    """And until the smtpd of before takes nothing more."""
    before = p.roles()['smtpd']
    p.configure(**sets)
    p.reload()
    check('reloaded', eventually(lambda: p.events('role-ended', pid=before)), p.tail(8))


def post(p, subject, body='Hello.\r\n', sender=ANNA, to=LIST, **fields):
    octets = message(sender, to, subject, body, **fields)
    return p.deliver(sender, to, octets), octets


def came(subject):
    return [m for m in sink.to(CARA) if m.field('Subject') == subject]


def comes(subject):
    return eventually(lambda: came(subject))


def details(p, octets):
    return ' | '.join(f'{r["what"]}: {r["detail"]}' for r in p.trace(mid_of(octets)))


def held(p):
    return {h['subject']: h for h in p.json('held', 'ls', LIST)}


def memory(pid):
    """The most that it ever had in memory, in MB."""
    return next(int(x.split()[1]) // 1024 for x in open(f'/proc/{pid}/status') if x.startswith('VmHWM'))


section('no engine: no wall')
p = server()
(code, said), octets = post(p, 'without')
equal('taken', code, 250)
check('and delivered', comes('without'))
check('no process more, but for who reads PDF', ('wall' in p.roles()) == bool(shutil.which('pdftotext')) and 'smtpd' in p.roles(), p.roles())
check('the trace says nothing of it', 'virus: miss;' in details(p, octets), details(p, octets))
r = p.run('check', 'wall', '/dev/null')
check('check wall says that there is none', r.returncode == 1 and '[wall] clamd names no engine' in r.stderr, r)
check('so does doctor', 'off: [wall] clamd names no engine' in p.run('doctor').stdout, p.run('doctor'))

section('an engine is named: by a reload')
clamd = Clamd(StreamMaxLength='2M')
reload(p, wall__clamd=clamd.socket, wall__timeout='8s')
check('there is the role', eventually(lambda: 'wall' in p.roles()), p.roles())

section('clean passes')
(code, said), octets = post(p, 'clean')
equal('taken', (code, said[:14]), (250, '2.0.0 accepted'))
copy = comes('clean')
check('and delivered', copy)
fields = re.sub(r'(?ms)^DKIM-Signature:.*?(?=^\S|\Z)', '', copy[0].header)  # whose letters are by chance
check('no field tells of it', 'From:' in fields and not re.search('clam|virus', fields, re.I), fields)
check('its verdict stands in the trace', f'virus: miss (clean, says clamd {clamd.socket}, ClamAV ' in details(p, octets), details(p, octets))

section('EICAR is refused')
for name, body in (('plain', EICAR + b'\r\n'), ('within text', b'Look:\r\n\r\n' + EICAR + b'\r\n')):
    (code, said), octets = post(p, 'eicar ' + name, body)
    equal(f'{name}: 554', (code, said[:6]), (554, '5.7.1 '))
    check(f'{name}: in words', 'a virus was found in this message: Eicar-Test-Signature' in said, said)
    check(f'{name}: the ledger knows', eventually(lambda: 'virus: reject (infected: Eicar-Test-Signature' in details(p, octets)), details(p, octets))
for path in sorted(glob.glob(SIGNATURES + '/eicar-mails/*.eml')):
    name, octets = os.path.basename(path), open(path, 'rb').read().replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
    code, said = p.deliver(ZOE, LIST.replace('@', '-owner@'), octets)
    equal(f'{name} to the owners', code, 250 if 'clean' in name else 554)
    r = p.run('check', 'wall', path)
    seen = json.loads(r.stdout)
    equal(f'check wall {name}', (r.returncode, seen['result']), (0, 'clean' if 'clean' in name else 'infected'))
check('check wall says by whom', seen['engine'] == 'clamd ' + clamd.socket and seen['version'].startswith('ClamAV ') and seen['ms'] >= 0, seen)
octets = message(ZOE, LIST, 'to those who run it')
p.deliver(ZOE, LIST.replace('@', '-owner@'), octets)
check('what is no post has its verdict in the ledger, too', eventually(lambda: f'scanned: clean, says clamd {clamd.socket}' in details(p, octets)),
      details(p, octets))
r = p.run('post', LIST, input=message(ANNA, LIST, 'by the local door', EICAR))
check('nor by the local door', r.returncode == 1 and b'a virus was found' in r.stderr, r)
p.cli('user', 'add', ANNA)
token = p.token(ANNA)
with p.submit(ANNA, token) as s:
    code, said = s.docmd(f'MAIL FROM:<{ANNA}>')
    s.docmd(f'RCPT TO:<{LIST}>')
    try:
        code, said = s.data(message(ANNA, LIST, 'signed in', EICAR))
    except smtplib.SMTPDataError as e:
        code = e.smtp_code
equal('nor from our own people', code, 554)
check('whose account stands in the log', p.event('virus-refused') and p.events('virus-refused')[-1]['account'] > 0, p.events('virus-refused')[-1:])
equal('nothing of it came through', [m.field('Subject') for m in sink.mails if EICAR in m.data], [])

section('suspicious waits')
zipped = io.BytesIO()
with zipfile.ZipFile(zipped, 'w') as z:
    z.writestr('a.txt', 'secret secret secret')
locked = bytearray(zipped.getvalue())
locked[6] |= 1  # encrypted, say the local header
locked[locked.index(b'PK\x01\x02') + 8] |= 1  # and the directory
LOCKED = ('--b\r\nContent-Type: text/plain\r\n\r\nThe password follows.\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\n'
          'Content-Transfer-Encoding: base64\r\n\r\n' + base64.b64encode(bytes(locked)).decode() + '\r\n--b--\r\n')
PARTS = {'MIME_Version': '1.0', 'Content_Type': 'multipart/mixed; boundary=b'}
(code, said), octets = post(p, 'locked', LOCKED, **PARTS)
equal('taken', code, 250)
check('held', eventually(lambda: 'locked' in held(p)), details(p, octets))
one = held(p)['locked']
SUSPECTED = 'the virus check suspects it: a locked file: nobody could look into it (Heuristics.Encrypted.Zip)'
check('for that', SUSPECTED in one['reason'], one)
letter = eventually(lambda: sink.to(OLGA, Subject='Held: locked'))
check('the moderator reads why', letter and SUSPECTED in ' '.join(letter[0].text().replace('=\r\n', '').split()), letter and letter[0].text()[:800])
check('and does not get it', letter and b'message/rfc822' not in letter[0].data and 'virus check does not call it clean' in letter[0].text().replace('=\r\n', '')
      and not [m for m in sink.mails if LOCKED[-60:-9].encode() in m.data], letter and letter[0].text()[-600:])
r = p.run('held', 'forward', str(one['id']), '--to', ZOE)
check('nor does whom a moderator would send a copy', r.returncode == 1 and 'no copy of it is sent' in r.stderr, r)
olga = Browser(p)
olga.get(p.cli('user', 'link', OLGA).split()[0].replace('https://www.lists.example', '')).submit()
page = olga.get('/lists/dev/admin/held').text()
check('and sees the verdict on the page', 'Virus check' in page and 'nobody could look into it (Heuristics.Encrypted.Zip), ClamAV' in page, page[:3000])
p.cli('held', 'accept', str(one['id']))
check('accepted, it goes out', comes('locked'))
p.cli('list', 'set', LIST, 'suspicious_action=accept')
(code, said), octets = post(p, 'locked again', LOCKED, **PARTS)
check('as the list says', code == 250 and comes('locked again'), (code, said))
check('with the mark', 'virus: miss (suspicious: Heuristics.Encrypted.Zip' in details(p, octets), details(p, octets))
p.cli('list', 'set', LIST, 'suspicious_action=reject')
(code, said), octets = post(p, 'locked thrice', LOCKED, **PARTS)
check('or refused in session', (code, said[:5]) == (550, '5.7.1') and 'suspects it' in said, (code, said))
p.cli('list', 'set', LIST, 'suspicious_action=hold')

section('larger than the engine takes')
(code, said), octets = post(p, 'large', ('x' * 70 + '\r\n') * 50000)
equal('taken: it would be no smaller another time', code, 250)
check('held', eventually(lambda: 'large' in held(p)), details(p, octets))
check('unscanned', 'did not look through it: larger than the engine takes' in held(p)['large']['reason'], held(p)['large'])
p.cli('held', 'discard', str(held(p)['large']['id']))

section('the engine is killed')
clamd.kill()
began = time.monotonic()
(code, said), octets = post(p, 'meanwhile')
equal('put off', (code, said[:6]), (451, '4.7.1 '))
check('without a wait', time.monotonic() - began < 7, time.monotonic() - began)
check('doctor says so', p.run('doctor').returncode == 1 and 'cannot connect to' in p.run('doctor').stdout, p.run('doctor').stdout)
r = p.run('check', 'wall', SIGNATURES + '/eicar-mails/01-com.eml')
equal('check wall, too', (r.returncode, json.loads(r.stdout)['result']), (1, 'not scanned'))
clamd.start()
equal('later it is taken', eventually(lambda: p.deliver(ANNA, LIST, octets)[0] == 250, 60, 0.5), True)
check('and delivered', comes('meanwhile'))
time.sleep(0.5)
equal('once', len(came('meanwhile')), 1)
says = p.run('doctor').stdout
check('doctor: it answers, its signatures are ours alone', 'clamd ' + clamd.socket in says and 'names no date of a database' in says, says)

section('the engine stalls')
clamd.stall()
began = time.monotonic()
(code, said), octets = post(p, 'patience')
took = time.monotonic() - began
equal('put off', code, 451)
check('within [wall] timeout and a little', 7.5 < took < 40, took)
clamd.goes_on()
equal('then it is taken', eventually(lambda: p.deliver(ANNA, LIST, octets)[0] == 250, 60, 0.5), True)
check('and delivered', comes('patience'))

section('the role dies')
pid = p.roles()['wall']
clamd.stall()
answer = []
t = threading.Thread(target=lambda: answer.append(post(p, 'mid-scan')))
t.start()
time.sleep(0.7)
os.kill(pid, signal.SIGKILL)
clamd.goes_on()
t.join(30)
(code, said), octets = answer[0]
check('whoever was being served is taken by the next, or put off', code in (250, 451), (code, said))
check('it is started again', eventually(lambda: p.roles().get('wall') not in (None, pid)), p.roles())
equal('and serves', eventually(lambda: code == 250 or p.deliver(ANNA, LIST, octets)[0] == 250, 60, 0.5), True)
check('delivered', comes('mid-scan'))
time.sleep(0.5)
equal('once', len(came('mid-scan')), 1)
p.stop()

section('an engine that talks nonsense, and a second one')
fake = FakeClamd()
p = server(wall__clamd=fake.socket, wall__timeout='3s', smtp__max_size='150M')
for mood in ('garbage', 'cuts', 'silent'):
    fake.mood = mood
    (code, said), octets = post(p, mood)
    equal(f'{mood}: put off', (code, said[:6]), (451, '4.7.1 '))
    fake.mood = 'good'
    equal(f'{mood}: later taken', eventually(lambda: p.deliver(ANNA, LIST, octets)[0] == 250, 60, 0.3), True)
    check(f'{mood}: delivered', comes(mood))
fake.mood = 'silent'
port = free_port()
second = Clamd(port=port)
reload(p, wall__clamd=f'{fake.socket}, 127.0.0.1:{port}', wall__timeout='6s')
(code, said), octets = post(p, 'failed over')
check('the second one decides', code == 250 and comes('failed over') and f'says clamd 127.0.0.1:{port}' in details(p, octets), details(p, octets))
(code, said), octets = post(p, 'failed over, bad', EICAR)
equal('and finds', code, 554)

section('100 MB')
fake.mood = 'good'
second.kill()
reload(p, wall__clamd=fake.socket, wall__timeout='2m')
p.cli('member', 'add', LIST, *(f'm{i}@uni.example' for i in range(48)))
before = fake.messages
post(p, 'to fifty')
check('a post to fifty is delivered', eventually(lambda: len([m for m in sink.mails if m.field('Subject') == 'to fifty']) == 50, 20))
equal('and was looked at once', fake.messages, before + 1)
before = fake.messages
line = b'0123456789' * 7 + b'\r\n'
(code, said), octets = post(p, 'huge', line * (100 * 1024 * 1024 // len(line)))
check('was read whole', fake.messages == before + 1 and fake.octets >= 100 * 1024 * 1024 - 200, (fake.messages, before, fake.octets))
equal('and taken', code, 250)
print(f'suite: wall: most memory of the role with a message of 100 MB: {memory(p.roles()["wall"])} MB')
check('in pieces', memory(p.roles()['wall']) < 40, memory(p.roles()['wall']))
p.stop()

section('[wall] on_failure = accept')
p = server(wall__clamd='/nowhere/clamd', wall__on_failure='accept', wall__timeout='3s')
(code, said), octets = post(p, 'marked')
equal('taken', code, 250)
check('held', eventually(lambda: 'marked' in held(p)), details(p, octets))
check('with the mark', 'the virus check did not look through it: ' in held(p)['marked']['reason'], held(p)['marked'])
p.cli('list', 'set', LIST, 'unscanned_action=accept')
(code, said), octets = post(p, 'marked again')
check('or passed as the list says', code == 250 and comes('marked again'))
check('the trace tells', 'virus: miss (not scanned: ' in details(p, octets), details(p, octets))
p.stop()

section('not a place for an engine')
r = p.run('status', sets=['wall.clamd=clamav.example:3310'])
check('a name is refused with words', r.returncode == 1 and 'ADDRESS:PORT' in r.stderr, r)
r = p.run('status', sets=['wall.on_failure=perhaps'])
check('so is another word', r.returncode == 1 and 'tempfail or accept' in r.stderr, r)
done()
