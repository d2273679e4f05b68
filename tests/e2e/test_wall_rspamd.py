"""rspamd as an engine of the wall: a real one, offline, and a program in its place that misbehaves. What it rejects is refused in session,
what it would mark waits for a moderator, and while it is away nothing passes."""
import http.server
import os
import signal
import threading
import time

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from rspamd import Rspamd
from sink import Sink

limit(900)
LIST, ANNA, CARA, OLGA = 'dev@lists.example', 'anna@uni.example', 'cara@uni.example', 'olga@uni.example'
GTUBE = '{}JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n'
sink = Sink('127.0.0.10', 0, 'mx.all.example')
dns = NameServer({'uni.example': {'MX': [(10, 'mx.all.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'lists.example': {'MX': [(10, 'mx.all.example')]},
                  'mx.all.example': {'A': ['127.0.0.10']}})


def server(**sets):
    p = Postern(dns=dns, mx_port=sink.port, admin='admin@uni.example', smtp__messages_per_hour=0, **sets)
    p.cli('list', 'create', LIST, '--owner', OLGA)
    p.cli('member', 'add', LIST, ANNA, CARA)
    return p.start()


def post(p, subject, body='Hello.\r\n'):
    octets = message(ANNA, LIST, subject, body)
    return p.deliver(ANNA, LIST, octets), octets


def came(subject):
    return [m for m in sink.to(CARA) if m.field('Subject') == subject]


def comes(subject):
    return eventually(lambda: came(subject))


def details(p, octets):
    return ' | '.join(f'{r["what"]}: {r["detail"]}' for r in p.trace(mid_of(octets)))


def held(p):
    return {h['subject']: h for h in p.json('held', 'ls', LIST)}


section('a real one')
rspamd = Rspamd('127.0.0.30', dns.address, more='options { enable_test_patterns = true; }')
place = rspamd.url.split('/')[2]
p = server(wall__rspamd=place, wall__timeout='5s')
(code, said), octets = post(p, 'clean')
equal('what it has nothing against is taken', code, 250)
check('and delivered', comes('clean'))
check('its verdict stands in the trace', f'virus: miss (clean, says rspamd {place}, rspamd/' in details(p, octets), details(p, octets))
(code, said), octets = post(p, 'rejected', GTUBE.format('X'))
equal('what it rejects is refused in session', (code, said[:6]), (550, '5.7.1 '))
check('in its words', 'mail filter' in said and 'tube' in said.lower(), said)
check('the ledger knows', eventually(lambda: 'virus: reject (refused: ' in details(p, octets)), details(p, octets))
check('and the log', p.events('filter-refused') and p.events('filter-refused')[-1]['engine'] == 'rspamd ' + place, p.events('filter-refused'))
(code, said), octets = post(p, 'marked', GTUBE.format('Y'))
equal('what it would mark is taken', code, 250)
check('and waits', eventually(lambda: 'marked' in held(p)), details(p, octets))
check('for that', 'the virus check suspects it: perhaps spam: ' in held(p)['marked']['reason'], held(p))
says = p.run('doctor').stdout
check('doctor: it is well', f'rspamd {place}' in says and 'does not find' not in says and 'freshclam' not in says, says)

section('it is killed')
os.killpg(rspamd.process.pid, signal.SIGKILL)
rspamd.process.wait()
began = time.monotonic()
(code, said), octets = post(p, 'meanwhile')
equal('put off', (code, said[:6]), (451, '4.7.1 '))
check('at once', time.monotonic() - began < 4, time.monotonic() - began)
check('doctor says so', p.run('doctor').returncode == 1 and 'cannot connect to' in p.run('doctor').stdout, p.run('doctor').stdout)
p.stop()


class Fake(http.server.BaseHTTPRequestHandler):
    """What it is told to be; asked: the fields and the octets of each request."""
    mood, asked = 'good', []

    def do_POST(self):
        octets = self.rfile.read(int(self.headers['Content-Length']))
        Fake.asked.append((self.headers, octets))
        body = b'{"action":"no action","score":0.1,"required_score":15}'
        if Fake.mood == 'silent':
            time.sleep(6)
        if Fake.mood == 'cuts':
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"action":"no act')
            return
        if Fake.mood == 'garbage':
            body = b'<html>It works!</html>'
        self.send_response(503 if Fake.mood == 'busy' else 200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *what):
        pass


section('a program in its place that misbehaves')
fake = http.server.ThreadingHTTPServer(('127.0.0.31', 0), Fake)
threading.Thread(target=fake.serve_forever, daemon=True).start()
p = server(wall__rspamd=f'127.0.0.31:{fake.server_port}', wall__timeout='3s', smtp__max_size='150M')
for mood in ('garbage', 'busy', 'cuts', 'silent'):
    Fake.mood = mood
    began = time.monotonic()
    (code, said), octets = post(p, mood)
    equal(f'{mood}: put off', (code, said[:6]), (451, '4.7.1 '))
    check(f'{mood}: in time', time.monotonic() - began < 8, time.monotonic() - began)
    Fake.mood = 'good'
    equal(f'{mood}: later taken', eventually(lambda: p.deliver(ANNA, LIST, octets)[0] == 250, 60, 0.3), True)
    check(f'{mood}: delivered', comes(mood))
    equal(f'{mood}: once', len(came(mood)), 1)
fields, seen = Fake.asked[-1]
check('it is told who sent what to whom', (fields['From'], fields['Rcpt'], fields['IP']) == (ANNA, LIST, '127.0.0.1') and fields['Helo'], fields)
equal('and sees the message as it came', seen, octets)

section('100 MB')
line = b'0123456789' * 7 + b'\r\n'
p.cli('list', 'set', LIST, 'max_message_size=0')
(code, said), octets = post(p, 'huge', line * (100 * 1024 * 1024 // len(line)))
equal('taken', code, 250)
check('was read whole', len(Fake.asked[-1][1]) == len(octets), len(Fake.asked[-1][1]))
most = next(int(x.split()[1]) // 1024 for x in open(f'/proc/{p.roles()["wall"]}/status') if x.startswith('VmHWM'))
check('in pieces', most < 40, most)
p.stop()
done()
