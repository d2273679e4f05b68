"""How fast to whom: many recipients a transaction, the small post beside the large one,
greylists, a slow and a dead destination beside quick ones."""
import re
import time

import dkim

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
ANNA, PLAIN, BIG, SMALL = 'anna@home.example', 'plain@lists.example', 'big@lists.example', 'small@lists.example'

data = Sink('127.0.0.31', 0, 'data.example', offers=('PIPELINING', '8BITMIME', 'DSN', 'ENHANCEDSTATUSCODES'))
port = data.port
bdat = Sink('127.0.0.32', port, 'bdat.example')
few = Sink('127.0.0.33', port, 'few.example', offers=('PIPELINING', 'CHUNKING', 'LIMITS RCPTMAX=7', 'ENHANCEDSTATUSCODES'))
bare = Sink('127.0.0.34', port, 'bare.example', offers=())
lmtp = Sink('127.0.0.35', port, 'lmtp.example')
grey, twin = Sink('127.0.0.36', port, 'grey.example'), Sink('127.0.0.37', port, 'grey.example')
home = Sink('127.0.0.38', port, 'home.example')
zone = {f'{name}.host': {'A': [s.host]} for name, s in (('data', data), ('bdat', bdat), ('few', few), ('bare', bare), ('home', home))}
zone |= {f'{name}.example': {'MX': [(10, f'{name}.host')]} for name in ('data', 'bdat', 'few', 'bare', 'home')}
zone |= {'grey.host': {'A': [grey.host, twin.host]}, 'grey.example': {'MX': [(10, 'grey.host')]}}
dns = NameServer(zone)
p = Postern(dns=dns, mx_port=port, clock=True, admin='admin@home.example', send__per_destination=2, smtp__recipients_per_hour=0)
with open(p.conf, 'a') as f:
    f.write(f'[route]\nlmtp.example = lmtp://127.0.0.35:{port}\n')
for name in (PLAIN, BIG, SMALL):
    p.cli('list', 'create', name, '--owner', ANNA)
    p.cli('member', 'add', name, ANNA)
p.cli('list', 'set', PLAIN, 'personal_copies=no')
p.cli('user', 'add', ANNA, '--may-send')
p.cli('user', 'set', ANNA, 'send_budget=100000')
TOKEN = p.token(ANNA)
p.start()


def post(to, subject, recipients=None, params=''):
    text = message(ANNA, to, subject)
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}>')
        for r in recipients or [to]:
            code, said = s.docmd(f'RCPT TO:<{r}> {params}')
            check(f'RCPT {r}', code == 250, said)
        check(f'"{subject}" is accepted', s.data(text)[0] == 250)
    return mid_of(text)


def fates(mid, what):
    return {r['recipient']: r['detail'] for r in p.trace(mid) if r['what'] == what}


def score(address):
    return next(float(m['bounce_score']) for m in p.json('member', 'ls', PLAIN) if m['address'] == address)


def later(seconds):
    p.set_clock(int(open(p.clock, 'rb').read().rstrip(b'\0') or 0) + seconds)


def people(n, domain):
    return [f'u{i:04}@{domain}' for i in range(n)]


section('a submission goes to fifty at a time')
for sink, wanted in ((data, [50, 50, 20]), (bdat, [50, 50, 20]), (few, [7] * 17 + [1]), (bare, [50, 50, 20]), (lmtp, [50, 50, 20])):
    who = people(120, sink.name)
    mid = post(f'everybody@{sink.name}', 'to many', who)
    check(f'{sink.name}: all have it', eventually(lambda: len(fates(mid, 'delivered')) == 120, 60, 0.2), p.trace(mid)[-3:])
    equal(f'{sink.name}: in so many transactions', sorted((len(m.rcpts) for m in sink.mails), reverse=True), wanted)
    equal(f'{sink.name}: each once', sorted(r for m in sink.mails for r in m.rcpts), who)

section('each has an outcome of its own')
for sink in (data, bdat, bare, lmtp):
    sink.clear()
    who = people(12, sink.name)
    sink.reply['rcpt'] = lambda a: {'u0003': '550 5.1.1 nobody', 'u0004': '451 4.3.2 not now', 'u0005': '550 5.7.1 not you'}.get(a[:5])
    mid = post(f'everybody@{sink.name}', 'some are refused', who, 'NOTIFY=FAILURE,DELAY ORCPT=rfc822;somebody@else.example')
    check(f'{sink.name}: nine have it', eventually(lambda: len(fates(mid, 'delivered')) == 9, 60, 0.2), p.trace(mid))
    equal(f'{sink.name}: two were refused, each by its own words',
          [(r, re.sub(r' \(.*', '', d)) for r, d in sorted(fates(mid, 'refused').items())],
          [(who[3], '550 5.1.1 nobody'), (who[5], '550 5.7.1 not you')])
    equal(f'{sink.name}: one waits', list(fates(mid, 'tried')), [who[4]])
    equal(f'{sink.name}: one transaction', [len(m.rcpts) for m in sink.mails], [9])
    if 'DSN' in sink.offers:
        check(f'{sink.name}: NOTIFY and ORCPT stand with each', all('NOTIFY=FAILURE,DELAY' in x and 'ORCPT=rfc822;somebody@else.example' in x
                                                                   for x in sink.mails[0].params), sink.mails[0].params)
    sink.reply.clear()
    later(301)
    check(f'{sink.name}: and comes', eventually(lambda: who[4] in fates(mid, 'delivered'), 60, 0.2), p.trace(mid)[-2:])
section('LMTP answers for each behind the dot')
lmtp.clear()
lmtp.reply['dot'] = lambda mail: '452 4.2.2 full' if mail.answering[:5] == 'u0001' else '550 5.2.1 off' if mail.answering[:5] == 'u0002' else None
mid = post('everybody@lmtp.example', 'by LMTP', people(4, 'lmtp.example'))
check('two have it', eventually(lambda: len(fates(mid, 'delivered')) == 2, 60, 0.2), p.trace(mid))
equal('the others have not', (list(fates(mid, 'tried')), list(fates(mid, 'refused'))), (['u0001@lmtp.example'], ['u0002@lmtp.example']))
lmtp.reply.clear()

section('too many recipients (RFC 5321 section 4.5.3.1.10)')
data.clear()
data.rcpt_most = 10
mid = post('everybody@data.example', 'ten at a time', people(35, 'data.example'))
check('all have it at once', eventually(lambda: len(fates(mid, 'delivered')) == 35, 60, 0.2), p.trace(mid)[-3:])
equal('nobody had to wait', fates(mid, 'tried'), {})
check('in transactions of ten', max(len(m.rcpts) for m in data.mails) == 10 and len(data.mails) <= 8, [len(m.rcpts) for m in data.mails])
data.rcpt_most = 1000

section('a list without personal copies')
check('the sessions end', eventually(lambda: not data.live))
data.clear(), home.clear()
p.cli('member', 'add', PLAIN, '-', input='\n'.join(people(60, 'data.example')))
mid = post(PLAIN, 'one for all')
check('all have it', eventually(lambda: len(fates(mid, 'delivered')) == 61, 60, 0.2), p.trace(mid)[-3:])
equal('in two transactions', sorted(len(m.rcpts) for m in data.mails), [10, 50])
copies = data.mails + home.to(ANNA, Subject='one for all')
equal('by one return path', {m.mail_from for m in copies}, {'plain-bounces@lists.example'})
equal('of the same octets', len({m.data for m in copies}), 1)
m = copies[0]
unsubscribe = m.field('List-Unsubscribe')
check('with a page and an address to leave', re.fullmatch(r'<https://[^?>]*/lists/plain/leave>, *<mailto:plain-leave@lists.example>', unsubscribe), unsubscribe)
equal('and no one-click, which would need whose it is', m.fields('List-Unsubscribe-Post'), [])
ours = ''.join(re.findall(r'"([^"]*)"', re.search(r'postern\._domainkey\.lists\.example\. IN TXT (.*)', p.first_words)[1])).encode()
signed = m.data.decode('utf-8', 'replace').split('\r\n\r\n')[0]
check('our signature holds', dkim.verify(m.data, dnsfunc=lambda n, timeout=5: ours), signed)
check('and covers List-Unsubscribe', 'list-unsubscribe' in re.search(r'h=([^;]*)', signed)[1].lower(), signed)
data.reply['rcpt'] = lambda a: '550 5.1.1 no such user' if a[:5] == 'u0001' else None
mid = post(PLAIN, 'one is gone')
check('a refusal is that member\'s', eventually(lambda: list(fates(mid, 'refused')) == ['u0001@data.example'], 60, 0.2), p.trace(mid)[-3:])
check('and the others have it', eventually(lambda: len(fates(mid, 'delivered')) == 60, 60, 0.2))
time.sleep(1)
equal('nobody is told by mail', home.to(ANNA, Subject='not delivered'), [])
data.reply.clear()
check('a report that comes later', p.deliver('', 'plain-bounces@lists.example', message(
    'mailer-daemon@data.example', 'plain-bounces@lists.example', 'Undelivered',
    '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; data.host\r\n\r\n'
    'Final-Recipient: rfc822; u0002@data.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n'
    f'--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{mid}>\r\n\r\n--b--\r\n',
    MIME_Version='1.0', Content_Type='multipart/report; report-type=delivery-status; boundary=b'))[0] == 250)
check('is of the member whom it names', eventually(lambda: list(fates(mid, 'bounce-named')) == ['u0002@data.example'], 60, 0.2), p.trace(mid)[-3:])
check('and counts', eventually(lambda: score('u0002@data.example') == 1, 60, 0.2), score('u0002@data.example'))

section('a greylist')
seen = {}


def first_time(sink):
    def said(address):
        seen.setdefault(address, []).append(sink)
        return None if seen[address].count(sink) > 1 else '450 4.2.0 Greylisted, see the postmaster\'s page'
    return said


for s in (grey, twin):
    s.reply['rcpt'] = first_time(s)
mid = post('everybody@grey.example', 'greylisted', people(3, 'grey.example'))
check('all wait', eventually(lambda: len(fates(mid, 'tried')) == 3, 60, 0.2), p.trace(mid))
later(290)
time.sleep(1.5)
equal('five minutes', fates(mid, 'delivered'), {})
later(45)
check('and a little', eventually(lambda: len(fates(mid, 'delivered')) == 3, 60, 0.2), p.trace(mid)[-3:])
check('at the server of the first attempt', all(len(set(x)) == 1 and len(x) == 2 for x in seen.values()), seen)

section('a small post beside a large one')
data.clear(), bdat.clear()
p.cli('member', 'add', BIG, '-', input='\n'.join(people(1500, 'data.example')))
p.cli('member', 'add', SMALL, '-', input='\n'.join(people(5, 'data.example') + people(5, 'bdat.example')))
data.delay = 0.01
big = post(BIG, 'large')
check('the large one begins', eventually(lambda: len(data.to('u0100@data.example', Subject='large')) == 1))
small = post(SMALL, 'small')
check('the small one is there', eventually(lambda: len([m for m in data.mails + bdat.mails if m.field('Subject') == 'small']) == 10))
came = len([m for m in data.mails if m.field('Subject') == 'large'])
check('before the large one has ended', came < 1200, came)
data.delay = 0
check('which has all of its copies, too', eventually(lambda: len([m for m in data.mails if m.field('Subject') == 'large']) == 1500, 60, 0.2),
      (len(fates(big, 'delivered')), p.json('queue', 'ls'), p.tail(5)))

section('the fate of each of many')
members = {m['address'] for m in p.json('member', 'ls', BIG)}
check('trace has all of them', len(members) > 1500 and eventually(lambda: set(fates(big, 'delivered')) == members), (len(members), len(fates(big, 'delivered'))))
p.cli('list', 'set', BIG, 'posts_per_hour=1')
mid = post(BIG, 'beyond the budget')
check('what is kept back waits, each of it', eventually(lambda: p.status('messages kept back') == 1), p.cli('status'))
number = next(r['id'] for r in p.trace(mid) if r['what'] == 'queued')
equal('queue show has all of them', {r['recipient'] for r in p.json('queue', 'show', number)}, members)
admin = Browser(p)
link = p.cli('user', 'link', 'admin@home.example').strip()
admin.get(link[link.index('/confirm/'):]).submit()
equal('and the page counts them', [admin.json(f'/trace.json?q={m}')[k] for m, k in ((mid, 'waiting'), (big, 'delivered'))], [len(members)] * 2)
p.cli('queue', 'rm', number)
p.cli('list', 'set', BIG, 'posts_per_hour=0')

section('one that is dead, one that is slow')
data.clear(), bdat.clear()
few.stop()
bare.stall = 'rcpt'
dead, slow = post('x@few.example', 'dead', people(40, 'few.example')), post('x@bare.example', 'slow', people(100, 'bare.example'))
check('the dead one is given up for now', eventually(lambda: len(fates(dead, 'tried')) == 40, 60, 0.2), p.trace(dead)[-2:])
mid = post('x@bdat.example', 'beside them', people(100, 'bdat.example'))
check('the others go on', eventually(lambda: len(fates(mid, 'delivered')) == 100, 60, 0.1) and bare.stall and not fates(slow, 'delivered'))
check('the slow one holds one place: two transactions', len(bare.live) == 1, len(bare.live))
bare.stall = None
few.start()
check('it hangs up: who was in the first waits, the others have it at once',
      eventually(lambda: len(fates(slow, 'tried')) == 50 and len(fates(slow, 'delivered')) == 50, 60, 0.2), p.trace(slow)[-1])
later(301)
check('both have their mail in the end', eventually(lambda: len(fates(dead, 'delivered')) == 40 and len(fates(slow, 'delivered')) == 100, 60, 0.2),
      (p.trace(dead)[-1], p.trace(slow)[-1]))

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
