"""What waits: reports to the sender, the schedule of retries, the end of it, and the
commands of the queue."""
# long
import email
import email.policy
import re
import sqlite3
import time

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, ADMIN = 'dev@lists.example', 'anna@home.example', 'admin@home.example'
OUT = 'someone@{}.example'

a = Sink('127.0.0.21', 0, 'a.example')
port = a.port
b, c, home = Sink('127.0.0.22', port, 'b.example'), Sink('127.0.0.23', port, 'c.example', offers=()), Sink('127.0.0.24', port, 'home.example')


def at(*hosts):
    return {'MX': [(10 * (i + 1), h) for i, h in enumerate(hosts)]}


dns = NameServer({
    'a.host': {'A': ['127.0.0.21']}, 'b.host': {'A': ['127.0.0.22']}, 'c.host': {'A': ['127.0.0.23']},
    'home.host': {'A': ['127.0.0.24']}, 'dead.host': {'A': ['127.0.0.29']},
    'home.example': at('home.host'), 'pref.example': at('a.host', 'b.host'), 'only-a.example': at('a.host'),
    'plain.example': at('c.host'), 'first-dead.example': at('dead.host', 'missing.host', 'b.host'),
    'null.example': {'MX': [(0, '.')]}, 'bare.example': {'A': ['127.0.0.22']}, 'nothing.example': {'TXT': ['x']},
    'lame.example': 'SERVFAIL', 'alias.example': {'CNAME': ['pref.example']}, 'all-dead.example': at('dead.host'),
    'stuck.example': at('dead.host'), 'stuck2.example': at('dead.host'), 'down.example': at('dead.host'), 'late.example': at('dead.host'), 'stalls.example': at('a.host'), 'b-only.example': at('b.host'),
})
p = Postern(dns=dns, mx_port=port, clock=True, admin='admin@home.example', send__timeout='2s')
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


section('reports')


def report(subject, seconds=60):
    """The report about that mail: (fields of its first recipient, whole)."""
    for m in eventually(lambda: [m for m in home.to(ANNA) if f'Subject: {subject}\r\n' in m.text() and m.mail_from == ''], seconds) or []:
        whole = email.message_from_bytes(m.data, policy=email.policy.default)
        part = next((x for x in whole.walk() if x.get_content_type() == 'message/delivery-status'), None)
        if part:
            groups = part.get_payload()
            return {k.lower(): v for g in groups for k, v in g.items()}, m
    return {}, None


c.reply['rcpt'] = a.reply['rcpt'] = lambda address: '550 5.1.1 no such user' if address.startswith('bad') else None
send('bad@only-a.example', 'report one', 'NOTIFY=FAILURE ORCPT=rfc822;Bad+2BUser@only-a.example', 'RET=HDRS ENVID=Q123')
got, m = report('report one')
equal('Action, Status, ENVID, ORCPT', (got.get('action'), got.get('status'), got.get('original-envelope-id'), got.get('original-recipient')),
      ('failed', '5.1.1', 'Q123', 'rfc822;Bad+User@only-a.example'))
check('the remote\'s words', 'no such user' in got.get('diagnostic-code', ''), got)
check('RET=HDRS: the body does not come back', m and 'Hello.' not in m.text(), m and m.text())
equal('who said so, and how it is quoted', (got.get('remote-mta'), got.get('diagnostic-code', '').split(';')[0]), ('dns; a.host', 'smtp'))
send('bad@nothing.example', 'report of ours')
got, m = report('report of ours')
equal('what no server said is no reply', (got.get('remote-mta'), got.get('diagnostic-code', '').split(';')[0]), (None, 'x-postern'))
send(['bad1@only-a.example', 'bad2@only-a.example', 'good@only-a.example', 'bad3@only-a.example'], 'report of three')
report('report of three')
gone()
equal('each that was refused is reported once', sorted(re.findall(r'Final-Recipient: rfc822; (\S+)', ''.join(
    x.text() for x in home.to(ANNA) if 'Subject: report of three\r\n' in x.text()))), [f'bad{i}@only-a.example' for i in (1, 2, 3)])
send('bad@only-a.example', 'report two')
got, m = report('report two')
check('without RET it does', m and 'Hello.' in m.text())
send('bad@only-a.example', 'report never', 'NOTIFY=NEVER')
send('bad@only-a.example', 'report delay only', 'NOTIFY=DELAY')
send('good@only-a.example', 'report success', 'NOTIFY=SUCCESS ORCPT=rfc822;x@y.example', 'ENVID=abc')
send('good@plain.example', 'report relayed', 'NOTIFY=SUCCESS,FAILURE', 'ENVID=abc')
got, m = report('report relayed')
equal('a server without DSN: relayed', got.get('action'), 'relayed')
gone()
equal('NEVER and DELAY mean no report of a failure', (report('report never', 0)[0], report('report delay only', 0)[0]), ({}, {}))
equal('a server with DSN reports itself', report('report success', 0)[0], {})
m = a.to('good@only-a.example', Subject='report success')[0]
check('and was told how', 'NOTIFY=SUCCESS' in m.params[0] and 'ORCPT=rfc822;x@y.example' in m.params[0] and 'ENVID=abc' in m.mail_params,
      (m.params, m.mail_params))
a.reply.clear()
c.reply.clear()

section('retry, delay, expiry')
mid = send('x@all-dead.example', 'never', '', 'ENVID=five-days')
fate(mid, 'tried', '4.4.1')
tries, waited = 1, 0
for step in (300, 600, 1200, 2400, 4800):
    later(step * 9 // 10 - 60)  # a tenth may be taken off, by the delivery's number; and the clock goes on meanwhile
    time.sleep(1.3)
    equal(f'not before nine tenths of {step} s', len([w for w, _ in words(mid) if w == 'tried']), tries)
    later(step // 10 + 65)
    tries, waited = tries + 1, waited + step + 5
    check(f'again after {step} s', eventually(lambda: len([w for w, _ in words(mid) if w == 'tried']) == tries, 60, 0.1), words(mid))
got, m = report('never', 0)
equal('no report yet', got, {})
later(9605)
got, m = report('never')
equal('after four hours the sender hears of the delay', (got.get('action'), got.get('original-envelope-id')), ('delayed', 'five-days'))
home.clear()
later(2 * DAY)
check('tried again', eventually(lambda: len([w for w, _ in words(mid) if w == 'tried']) > tries + 1, 60, 0.1))
equal('one report of a delay is enough', report('never', 0.5)[0], {})
later(3 * DAY)
fate(mid, 'expired')
got, m = report('never')
equal('after five days it comes back', got.get('action'), 'failed')
check('nothing waits', gone(3), p.json('queue', 'ls'))

section('the queue\'s commands')
mid = send(['x@down.example', 'y@down.example'], 'commanded')
fate(mid, 'tried')
number = [r['id'] for r in p.trace(mid) if r['id']][0]
check('trace names the queue id', re.fullmatch(r'q\d+', number), number)
shown = p.json('queue', 'show', number)
equal('queue show, by the queue id', [(r['recipient'], r['state'], r['id'].split('/')[0]) for r in shown],
      [('x@down.example', 'tried', number), ('y@down.example', 'tried', number)])
equal('by its number alone, by destination, all', [p.json('queue', 'show', *w) for w in ([number[1:]], ['down.example'], [])], [shown] * 3)
equal('one delivery', [r['recipient'] for r in p.json('queue', 'show', shown[1]['id'])], ['y@down.example'])
equal('trace by queue id, by recipient', [[(r['recipient'], r['what']) for r in p.trace(w) if r['id'] == number] for w in (number, 'y@down.example')],
      [[(ANNA, 'queued'), ('x@down.example', 'tried'), ('y@down.example', 'tried')], [('y@down.example', 'tried')]])
row = [r for r in p.json('queue', 'ls') if r['destination'] == 'down.example'][0]
equal('queue ls: how many, held, tried, which waits longest', [row[k] for k in ('deliveries', 'held', 'tried', 'id')], [2, 0, 2, number])
check('and the last reply', '4.4.1' in row['last_reply'], row)
for words_ in (('hold',), ('rm',), ('hold', 'x@down.example'), ('show', 'q1/2/3')):
    equal(f'queue {" ".join(words_)}: refused', p.run('queue', *words_).returncode, 2 if len(words_) == 1 else 1)
equal('one delivery is held, and let go', [p.cli('queue', w, shown[1]['id']).strip() for w in ('hold', 'release', 'retry')], ['1 delivery'] * 3)
p.stop()  # or it would be tried before it is shown
p.cli('queue', 'retry', 'down.example')
equal('what is to be tried at once says so', [[r['next'] for r in rows if 'down.example' in (r.get('recipient') or r['destination'])]
                                               for rows in (p.json('queue', 'show', number), p.json('queue', 'ls'))], [['now', 'now'], ['now']])
p.cli('queue', 'hold', 'down.example')
equal('all are held: there is no next try', ([r['next'] for r in p.json('queue', 'show', 'down.example')],
      [r['next'] for r in p.json('queue', 'ls') if r['destination'] == 'down.example']), (['held'] * 2, ['held']))
p.start()
dns.zone['down.example'] = at('b.host')
later(4 * 3600)
time.sleep(1.5)
equal('held deliveries stay', len(b.to('x@down.example')), 0)
p.cli('queue', 'release', 'down.example')
fate(mid, 'delivered', '', 'x@down.example')
fate(mid, 'delivered', '', 'y@down.example')
mid = send('x@late.example', 'removed')
fate(mid, 'tried')
number = [r['id'] for r in p.trace(mid) if r['id']][0]
p.cli('queue', 'rm', number, '--reason', 'a mistake')
fate(mid, 'removed', 'removed by command: a mistake')
mid = send('x@late.example', 'at once')
fate(mid, 'tried')
dns.zone['late.example'] = at('b.host')
time.sleep(3)  # the old answer is good for a second, counted in whole ones
p.cli('queue', 'retry', 'late.example')
fate(mid, 'delivered')
whole = p.trace('x@late.example')
check('it was tried more than once', len(whole) > 3, whole)

section('the page of the same')
admin, anna = Browser(p), Browser(p, network='192.0.2.8')
for b_, who in ((admin, ADMIN), (anna, ANNA)):
    link = p.cli('user', 'link', who).strip()
    b_.get(link[link.index('/confirm/'):]).submit()
mid = send(['page@stuck.example', 'other@stuck.example', 'y@late.example'], 'by the page')
fate(mid, 'tried', '', 'page@stuck.example')
fate(mid, 'tried', '', 'other@stuck.example')
fate(mid, 'delivered', '', 'y@late.example')
number = [r['id'] for r in p.trace(mid) if r['id']][0]
equal('of an address: a message once, as it stands', [(r['address'], r['word']) for r in admin.json('/trace.json?q=x%40late.example')['recipients']],
      [('at once', 'Delivered'), ('removed', 'Removed')])
check('the account leads to it', admin.get('/account').link('Mail under way') == '/queue')
check('but not who may not see it', anna.get('/account').link('Mail under way') is None)
equal('nor by its address', [anna.get(w).status for w in ('/queue', '/queue.json', '/queue/to/stuck.example', f'/queue/{number[1:]}')], [403] * 4)
equal('nor may they act', anna.post('/queue', csrf=anna.csrf(), do='remove', what='stuck.example').status, 403)
twin = admin.json('/queue.json')
row = [r for r in twin['rows'] if r['destination'] == 'stuck.example'][0]
equal('the twin: how many, held, tried', [row[k] for k in ('deliveries', 'held', 'tried', 'word')], [2, 0, 2, 'Tried'])
check('the reply, and what it means', '4.4.1' in row['reply'] and 'cannot be reached' in row['means'], row)
admin.get('/queue').submit('stuck.example', 'hold')
check('it says what was done', 'Held until they are released: 2.' in admin.text(), admin.text())
equal('and it is so', [r['state'] for r in p.json('queue', 'show', 'stuck.example')], ['held'] * 2)
admin.get('/queue/to/stuck.example').submit(None, 'release')
check('released on the page of the destination', 'on their way: 2.' in admin.text() and admin.path.startswith('/queue/to/stuck.example?done='), admin.text())
shown = admin.json('/queue/to/stuck.example.json')['rows']
equal('its twin', [(r['recipient'], r['message']) for r in shown], [('page@stuck.example', number), ('other@stuck.example', number)])
admin.get(f'/queue/{number[1:]}').submit(f'other@stuck.example, {shown[1]["id"]}', 'remove')
fate(mid, 'removed', f'removed by {ADMIN}', 'other@stuck.example')
equal('the others stay', [r['recipient'] for r in p.json('queue', 'show', number)], ['page@stuck.example'])
dns.zone['stuck.example'] = at('b.host')
time.sleep(3)
admin.get('/queue').submit('stuck.example', 'retry')
fate(mid, 'delivered', '', 'page@stuck.example')
check('a message that is through', 'Nothing waits here' in admin.get(f'/queue/{number[1:]}').text())
equal('one that never was', admin.get('/queue/999999').status, 404)
mid = send(['z@stuck2.example'], 'frozen by hand')
fate(mid, 'tried')
number = [r['id'] for r in p.trace(mid) if r['id']][0]
admin.get(f'/queue/{number[1:]}').submit('All of these', 'hold')
check('a whole message is frozen', 'Frozen' in admin.text() and p.json('queue', 'show', number)[0]['state'] == 'frozen', admin.text())
admin.submit('remove', 'remove', reason='nobody wants it')
fate(mid, 'removed', 'nobody wants it')
equal('nonsense is refused, and changes nothing', [admin.post('/queue', csrf=admin.csrf(), **f).status for f in (
    {'do': 'remove', 'what': ''}, {'do': 'burn', 'what': 'b-only.example'}, {'do': 'hold', 'what': 'a@b'}, {})], [400] * 4)
equal('a POST without the form\'s token', admin.post('/queue', do='retry', what='').status, 403)
check('no GET does it', admin.get('/queue?do=remove&what=stuck2.example').status == 200)
found = admin.json(f'/trace.json?q={number}')
equal('trace by queue id on the web', (found['subject'], [r['word'] for r in found['recipients']]), ('frozen by hand', ['Removed']))
check('with the queue id in its way', any(number in s['text'] and 'submission to 1 recipient' in s['text'] for s in found['steps']), found['steps'])
p.cli('user', 'add', 'bob@home.example')
bob, link = Browser(p, network='192.0.2.7'), p.cli('user', 'link', 'bob@home.example').strip()
bob.get(link[link.index('/confirm/'):]).submit()
equal('its author sees it, others do not', [b_.get(f'/trace?q={number}').status for b_ in (anna, bob, Browser(p))], [200, 404, 401])
rows = sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True).execute("SELECT actor, what, detail FROM audit WHERE what LIKE 'queue %' ORDER BY id").fetchall()
check('all of it is audited', (ADMIN, 'queue hold', 'stuck.example: 2') in rows and (ADMIN, 'queue remove', f'{number}: 1, nobody wants it') in rows
      and ('command', 'queue hold', 'down.example: 2') in rows, rows)
check('nothing waits', gone(3), p.json('queue', 'ls'))
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
