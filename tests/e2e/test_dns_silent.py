"""Our own name server is dead: that is told as what it is, once, and not as the fault of whom we write to."""
# long
import json
import time

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
ANNA, ADMIN = 'anna@home.example', 'admin@home.example'
a = Sink('127.0.0.21', 0, 'a.example')
mx = {'MX': [(10, 'a.host')]}
zone = {'a.host': {'A': ['127.0.0.21']}, 'lists.example': mx}
zone.update({f'{x}.example': mx for x in 'home one two three four'.split()})
zone['lame.example'] = zone['lame-too.example'] = 'SERVFAIL'
dns = NameServer(zone)
p = Postern(dns=dns, mx_port=a.port, admin=ADMIN, send__timeout='2s')
p.cli('user', 'add', ANNA, '--may-send')
p.cli('user', 'set', ANNA, 'send_budget=1000')
TOKEN = p.token(ANNA)
p.start()


def send(domain):
    post = message(ANNA, f'x@{domain}', f'to {domain}', 'Hello.\r\n')
    with p.submit(ANNA, TOKEN) as s:
        s.sendmail(ANNA, [f'x@{domain}'], post)
    return mid_of(post)


def told(mid, what):
    return next((r['detail'] for r in p.trace(mid) if r['what'] == what), '')


def dns_row():
    return next(r for r in p.json('status') if 'DNS' in r['what'])


def events(name):
    return [e for e in p.events(name) if e['role'] == 'send']


section('one domain is dead')
first = send('one.example')
check('what has an answer is delivered', eventually(lambda: told(first, 'delivered')), p.trace(first))
lame = [send(x) for x in ('lame.example', 'lame-too.example')]
check('the domain is named', eventually(lambda: all('the domain cannot be looked up' in told(x, 'tried') for x in lame)), [p.trace(x) for x in lame])
check('that is no word about us', not any('own DNS' in told(x, 'tried') for x in lame), [p.trace(x) for x in lame])
equal('status: DNS answers', dns_row()['note'], '')

section('our own is dead')
dns.stop()
sent = []
for i in range(40):
    sent.append(send(f'away{i}.example'))
    if eventually(lambda: events('dns-silent'), 1.5, 0.2):
        break
check('the log says so, with what to do', len(events('dns-silent')) == 1 and dns.address == events('dns-silent')[0]['server']
      and '[dns] server' in events('dns-silent')[0]['do'], p.tail())
last = send('late.example')
check('the ledger says whose it is', eventually(lambda: "this server's own DNS gives no answer" in told(last, 'tried')), p.trace(last))
check('and so does the queue', "this server's own DNS" in p.cli('queue', 'show', 'late.example'), p.cli('queue', 'show', 'late.example'))
b = Browser(p)
b.get('/confirm/' + p.cli('user', 'link', ADMIN).strip().rsplit('/', 1)[1]).submit()
page = b.get('/trace?q=' + last).text()
check('and the page', 'This server itself gets no answer from DNS' in page and 'about their domain' not in page, page)
row = dns_row()
check('status has a row', 'no answer about lists.example' in row['note'] and dns.address in row['note'], row)
r = p.run('check', 'spf', '--ip', '192.0.2.1', '--helo', 'a.example', '--from', 'x@five.example')
check('check spf gives the cause', 'no answer from DNS for five.example: ' in json.loads(r.stdout)['reason'], r.stdout)
r = p.run('keys', 'ls')
check('keys ls gives the cause', 'unknown' in r.stdout and 'DNS gave no answer for ' in r.stderr, (r.stdout, r.stderr))
equal('the log says it once', len(events('dns-silent')), 1)

section('it is back')
dns.start()
back = send('two.example')
check('and the log says so', eventually(lambda: events('dns-answers')), p.tail())
time.sleep(5.5)  # what failed is asked again after five seconds
check('mail goes again', eventually(lambda: told(back, 'delivered') or p.cli('queue', 'retry') and False, 60, 1), p.trace(back))
equal('status: DNS answers', dns_row()['note'], '')
done()
