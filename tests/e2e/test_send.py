"""Mail on its way out, in a world that is not polite: which servers are tried, what is
tried again and when, what is given up, what is told to whom, what is held back."""
# long
import email
import email.policy
import re
import time

import dkim

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA = 'dev@lists.example', 'anna@home.example'
OUT = 'someone@{}.example'

a = Sink('127.0.0.21', 0, 'a.example')
port = a.port
b, c, home = Sink('127.0.0.22', port, 'b.example'), Sink('127.0.0.23', port, 'c.example', offers=()), Sink('127.0.0.24', port, 'home.example')
six = Sink('::1', port, 'six.example')


def at(*hosts):
    return {'MX': [(10 * (i + 1), h) for i, h in enumerate(hosts)]}


dns = NameServer({
    'a.host': {'A': ['127.0.0.21']}, 'b.host': {'A': ['127.0.0.22']}, 'c.host': {'A': ['127.0.0.23']},
    'six.host': {'AAAA': ['::1']}, 'both.host': {'AAAA': ['::1'], 'A': ['127.0.0.22']}, 'six.example': at('six.host'),
    'six-bare.example': {'AAAA': ['::1']}, 'both.example': at('both.host'), 'both-bare.example': {'AAAA': ['::1'], 'A': ['127.0.0.22']},
    'home.host': {'A': ['127.0.0.24']}, 'dead.host': {'A': ['127.0.0.29']},
    'home.example': at('home.host'), 'pref.example': at('a.host', 'b.host'), 'only-a.example': at('a.host'),
    'plain.example': at('c.host'), 'first-dead.example': at('dead.host', 'missing.host', 'b.host'),
    'null.example': {'MX': [(0, '.')]}, 'bare.example': {'A': ['127.0.0.22']}, 'nothing.example': {'TXT': ['x']},
    'lame.example': 'SERVFAIL', 'alias.example': {'CNAME': ['pref.example']}, 'all-dead.example': at('dead.host'),
    'down.example': at('dead.host'), 'late.example': at('dead.host'), 'stalls.example': at('a.host'), 'b-only.example': at('b.host'),
})
p = Postern(dns=dns, mx_port=port, clock=True, admin='admin@home.example', send__timeout='6s')
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('user', 'add', ANNA, '--may-send')
p.cli('user', 'set', ANNA, 'send_budget=1000')
TOKEN = p.token(ANNA)
p.start()
DAY = 86400


def send(to, subject, params='', mail_params='', body='Hello.\r\n'):
    """Anna writes to the outside world. Returns the Message-ID."""
    post = message(ANNA, to if isinstance(to, str) else ', '.join(to), subject, body)
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}> {mail_params}')
        for one in [to] if isinstance(to, str) else to:
            code, text = s.docmd(f'RCPT TO:<{one}> {params}')
            check(f'RCPT {one}', code == 250, text)
        code, text = s.data(post)
        check(f'"{subject}" is accepted', code == 250, text)
    return mid_of(post)


def words(mid, recipient=None):
    return [(r['what'], r['detail']) for r in p.trace(mid) if not recipient or r['recipient'] == recipient]


def fate(mid, what, word='', recipient=None, seconds=60):
    """Waits for an entry of the ledger."""
    return check(f'ledger: {what} {word}', eventually(
        lambda: any(w == what and word in d for w, d in words(mid, recipient)), seconds, 0.2), words(mid))


def later(seconds):
    p.set_clock(int(open(p.clock, 'rb').read().rstrip(b'\0') or 0) + seconds)


def gone(seconds=60):
    return eventually(lambda: p.status('deliveries') == 0, seconds, 0.1)


section('which server')
mid = send('one@pref.example', 'preference')
fate(mid, 'delivered', '250')
equal('the best one has it', (len(a.to('one@pref.example')), len(b.to('one@pref.example'))), (1, 0))
a.stop()
mid = send('two@pref.example', 'fallback')
fate(mid, 'delivered')
equal('the next one has it, at once', len(b.to('two@pref.example')), 1)
fate(send('x@first-dead.example', 'dead ones before'), 'delivered')
a.start()
a.reply['greeting'] = '554 5.3.2 not today'
fate(send('three@pref.example', 'a 554 greeting'), 'delivered')
equal('a 554 greeting speaks for that server alone', len(b.to('three@pref.example')), 1)
a.reply.clear()
fate(send('x@bare.example', 'no MX'), 'delivered')
fate(send('x@alias.example', 'an alias'), 'delivered')
for to in ('x@six.example', 'x@six-bare.example', 'x@both.example', 'x@both-bare.example'):
    fate(send(to, 'by IPv6'), 'delivered')
    equal(f'{to}: at ::1, and there alone', (len(six.to(to)), len(b.to(to))), (1, 0))
six.stop()
for to in ('y@both.example', 'y@both-bare.example'):
    eventually(lambda: not six.live)
    fate(send(to, 'IPv6 is away'), 'delivered')
    equal(f'{to}: its IPv4 address has it, at once', len(b.to(to)), 1)
waits = send('z@six.example', 'IPv6 alone is away')
fate(waits, 'tried', '4.4.1')
six.start()
later(301)
fate(waits, 'delivered')
fate(send('x@null.example', 'null MX'), 'refused', '5.1.10')
fate(send('x@gone.example', 'no such domain'), 'refused', '5.1.2')
fate(send('x@nothing.example', 'no address'), 'refused', '5.1.2')
check('their sender is told', eventually(lambda: len(home.to(ANNA, Subject='not delivered')) == 3),
      [m.field('Subject') for m in home.to(ANNA)])
m = home.to(ANNA)[0]
equal('by a report from nobody', (m.mail_from, m.field('Auto-Submitted').split(';')[0]), ('', 'auto-replied'))
ours = ''.join(re.findall(r'"([^"]*)"', re.search(r'postern\._domainkey\.lists\.example\. IN TXT (.*)', p.first_words)[1])).encode()
for name, octets in (('the report', m.data), ('what an account sends', b.to('x@bare.example')[0].data)):
    check(f'{name} bears our DKIM signature', octets.startswith(b'DKIM-Signature:') and dkim.verify(octets, dnsfunc=lambda n, timeout=5: ours),
          octets[:1000])

section('DNS comes and goes')
lame = send('x@lame.example', 'a lame zone')
fate(lame, 'tried', '4.4.3')
dns.zone['lame.example'] = at('a.host')
dns.stop()
away = send('x@b-only.example', 'no name server')
fate(away, 'tried', '4.4.3')
dns.start()
time.sleep(6)  # a failure is remembered for five seconds
# It asks a server that was away carefully: of what is looked up at once some may fail once more.
for mid in (away, lame):
    check('then it goes', eventually(lambda: any(w == 'delivered' for w, _ in words(mid)) or later(301), 60, 3), words(mid))

section('a server that hangs up, stalls, limits')
for place in ('ehlo', 'mail', 'rcpt', 'data', 'dot'):
    a.close_at = place
    mid = send(f'{place}@only-a.example', f'closed at {place}')
    fate(mid, 'tried')
    a.close_at = None
    later(301)
    fate(mid, 'delivered')
    equal(f'one copy after a hang-up at {place}', len(a.to(f'{place}@only-a.example')), 1)
a.close_at = 'after-dot'
mid = send('after@only-a.example', 'closed after the dot')
fate(mid, 'tried')
a.close_at = None
later(301)
fate(mid, 'delivered')
equal('kept but not said: twice, as it must be', len(a.to('after@only-a.example')), 2)
for place in ('greeting', 'dot'):
    a.stall = place
    stuck = send(f'{place}@stalls.example', f'stalled at {place}')
    fate(send(f'{place}@b-only.example', 'another destination'), 'delivered')
    equal('the others go on meanwhile', [w for w, _ in words(stuck) if w == 'tried'], [])
    fate(stuck, 'tried', '4.4.')
    a.stall = None
    later(301)
    fate(stuck, 'delivered')
many = [f'm{i:03}@only-a.example' for i in range(120)]
a.reply['greeting'] = lambda: '421 4.7.0 too many connections' if len(a.live) > 2 else None
mid = send(many, 'three are too many')
check('all arrive', eventually(lambda: len([w for w, _ in words(mid) if w == 'delivered']) == 120, 60, 0.2), words(mid)[-3:])
equal('none had to wait', [d for w, d in words(mid) if w == 'tried'], [])
a.reply.clear()

section('4yz and 5yz')
seen = []


def greylist(address):
    seen.append(address)
    return '451 4.7.1 greylisted' if seen.count(address) == 1 else None


a.reply['rcpt'] = greylist
mid = send('grey@only-a.example', 'greylist')
fate(mid, 'tried', 'greylisted')
row = [q for q in p.json('queue', 'ls') if q['destination'] == 'only-a.example'][0]
equal('one waits', row['deliveries'], 1)
check('with the server\'s words', 'greylisted' in row['last_reply'], row)
later(290)
time.sleep(1.5)
equal('not yet', len(seen), 1)
later(45)
fate(mid, 'delivered')
a.reply['rcpt'] = lambda address: '550 5.1.1 no such user' if address.startswith('bad') else None
mid = send(['good@only-a.example', 'bad1@only-a.example', 'bad2@only-a.example'], 'some are bad')
fate(mid, 'delivered', '250', 'good@only-a.example')
fate(mid, 'refused', '5.1.1', 'bad1@only-a.example')
fate(mid, 'refused', 'no such user', 'bad2@only-a.example')
for place, text in (('mail', '550 5.7.1 not you'), ('data', '554 5.6.0 no data'), ('dot', '554 5.7.1 spam')):
    a.reply[place] = text
    mid = send(f'{place}@only-a.example', f'{text} at {place}')
    fate(mid, 'refused', text)
    del a.reply[place]
p.cli('member', 'add', LIST, 'bad3@only-a.example', 'good@only-a.example', ANNA)
post = message(ANNA, LIST, 'to the list')
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], post)
fate(mid_of(post), 'refused', '5.1.1', 'bad3@only-a.example')
fate(mid_of(post), 'delivered', '250', 'good@only-a.example')
equal('of a list\'s copies no report goes out', home.to(ANNA, Subject='to the list')[0].field('List-Id'), '<dev.lists.example>')
a.reply.clear()

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
