"""What a site does with mail that nobody has signed in for: lists in DNS, greylisting, whom it lets pass, and DNS that is away."""
import re
import sqlite3
import time

from harness import Postern, Talk, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, BEN = 'dev@lists.example', 'anna@uni.example', 'ben@south.example'
SPAMMER, CODED, FRIEND, LISTED_FRIEND, STRANGER, NEIGHBOUR, PROVEN, GATEWAY, SILENT = (
    '127.0.1.66', '127.0.2.67', '127.0.3.5', '127.0.4.66', '127.0.5.7', '127.0.5.8', '127.0.6.9', '127.0.7.1', '127.0.8.1')


def at(ip, zone):
    return '.'.join(reversed(ip.split('.'))) + '.' + zone


sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({
    'uni.example': {**MX, 'TXT': [f'v=spf1 ip4:{PROVEN} -all']}, 'south.example': MX, 'lists.example': MX,
    'mx.all.example': {'A': ['127.0.0.10']}, 'evil.example': MX, 'away.example': 'SERVFAIL', '_dmarc.away.example': 'SERVFAIL',
    at(SPAMMER, 'bl.example'): {'A': ['127.0.0.2'], 'TXT': ['ask https://bl.example/']},
    at(LISTED_FRIEND, 'bl.example'): {'A': ['127.0.0.2']}, at(LISTED_FRIEND, 'wl.example'): {'A': ['127.0.9.1']},
    at(CODED, 'code.example'): {'A': ['127.0.0.3']}, at(STRANGER, 'code.example'): {'A': ['127.0.0.9']},
    at(GATEWAY, 'bl.example'): {'A': ['127.0.0.2']}, at(SILENT, 'bl.example'): 'SERVFAIL',
})


def server(**sets):
    p = Postern(dns=dns, mx_port=sink.port, clock=True, **sets)
    p.cli('list', 'create', LIST, '--owner', ANNA)
    p.cli('list', 'set', LIST, 'default_nonmember_action=accept')
    p.cli('member', 'add', LIST, ANNA, BEN)
    return p.start()


def known():
    with sqlite3.connect(f'file:{p.data}/inbound/inbound.db?mode=ro', uri=True) as b:
        return [row[0] for row in b.execute('SELECT network FROM known_network')]


def waiting():
    with sqlite3.connect(f'file:{p.data}/inbound/inbound.db?mode=ro', uri=True) as b:
        return b.execute('SELECT max(tried_at) - ? FROM greylist_try', (time.time(),)).fetchone()[0]


def tries(p, source, sender='x@evil.example', to=LIST, helo='mail.evil.example'):
    """The reply to RCPT."""
    with Talk(('127.0.0.1', p.port), source) as t:
        t.do('EHLO ' + helo)
        t.do(f'MAIL FROM:<{sender}>')
        answer = t.do(f'RCPT TO:<{to}>')
        t.do('QUIT')
        return answer


section('nothing of it is on by itself')
p = server()
for source in (SPAMMER, CODED, STRANGER):
    equal(f'{source} may write', tries(p, source)[0], 250)
check('and no list is asked', not [q for q in dns.queries if q[0].endswith(('bl.example', 'code.example'))], dns.queries)

section('the author\'s domain cannot be looked up')
p.cli('member', 'add', LIST, 'ada@away.example')
code, text = p.deliver('ada@away.example', LIST, message('ada@away.example', LIST, 'not yet'), source=STRANGER)
check('her post is put off, neither taken nor refused', code == 451 and '4.4.3' in text and 'DNS' in text, (code, text))
check('and not there', not p.json('held', 'ls', LIST) and not sink.to(BEN, Subject='not yet'))
dns.zone['away.example'] = {'TXT': [f'v=spf1 ip4:{STRANGER} -all']}
dns.zone['_dmarc.away.example'] = {'TXT': ['v=DMARC1; p=none']}
check('and hers when it can', eventually(lambda: p.deliver('ada@away.example', LIST, message(
    'ada@away.example', LIST, 'then'), source=STRANGER)[0] == 250, 60, 0.5))
check('for all to read', eventually(lambda: sink.to(BEN, Subject='then')), p.tail())
equal('SIGTERM ends it well', p.stop(), 0)

section('lists in DNS')
p = server(smtp__dnsbl='bl.example, code.example=127.0.0.3', smtp__allow=f'{FRIEND}/32, wl.example', trust__upstream=GATEWAY)
code, text = tries(p, SPAMMER)
check('who is listed is refused, and told where and why',
      code == 550 and '5.7.1' in text and 'bl.example' in text and 'https://bl.example/' in text and SPAMMER in text, text)
check('which the log has', p.event('dnsbl-refused', client=SPAMMER, zone='bl.example'))
for who in ('postmaster', 'abuse'):
    equal(f'{who}@ is there for anybody', tries(p, SPAMMER, to=f'{who}@lists.example')[0], 250)
code, text = tries(p, SPAMMER, to='nobody@lists.example')
check('no such address is said first', code == 550 and '5.1.1' in text, text)
equal('an answer that is asked for counts', tries(p, CODED)[0], 550)
equal('another does not', tries(p, STRANGER)[0], 250)
equal('whom another list knows well may write', tries(p, LISTED_FRIEND)[0], 250)
equal('a list that does not answer lists nobody', tries(p, SILENT)[0], 250)
equal('again', tries(p, SILENT)[0], 250)
check('which the log has, too, once an hour', p.event('dns-list-silent', zone='bl.example')
      and len(p.events('dns-list-silent', zone='bl.example')) == 1)
equal('the gateway is not looked up', tries(p, GATEWAY)[0], 250)
dns.zone[at(FRIEND, 'bl.example')] = {'A': ['127.0.0.2']}
equal('nor who is allowed', tries(p, FRIEND)[0], 250)
check('indeed', not [q for q in dns.queries if q[0] in (at(GATEWAY, 'bl.example'), at(FRIEND, 'bl.example'))])
before = len(dns.queries)
with Talk(('127.0.0.1', p.port), SPAMMER) as t:
    t.do('EHLO mail.evil.example')
    for i in range(5):
        t.do('MAIL FROM:<x@evil.example>')
        equal(f'recipient {i} of one session', t.do(f'RCPT TO:<{LIST}>')[0], 550)
        t.do('RSET')
asked = [q for q in dns.queries[before:] if q[0] == at(SPAMMER, 'bl.example')]
check('is one question', len(asked) <= 2, asked)
p.cli('user', 'add', BEN, '--name', 'Ben')
dns.zone[at('127.0.0.1', 'bl.example')] = {'A': ['127.0.0.2']}
with p.submit(BEN, p.token(BEN)) as s:
    s.sendmail(BEN, [LIST], message(BEN, LIST, 'signed in'))
check('who has signed in is not looked up', eventually(lambda: sink.to(ANNA, Subject='signed in')), p.tail())
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
del dns.zone[at('127.0.0.1', 'bl.example')]

section('greylisting')
p = server(smtp__greylist='5m', smtp__allow=f'{FRIEND}, wl.example', trust__upstream=GATEWAY)
code, text = tries(p, STRANGER)
check('who is not known waits', code == 451 and '4.7.1' in text and 'greylisted' in text, text)
left = int(re.search(r'in (\d+) seconds', text)[1])
check('as long as the site says', 290 <= left <= 300, text)
check('which the log has', p.event('greylisted', client=STRANGER))
equal('again at once: still', tries(p, STRANGER)[0], 451)
for what, source, sender, to in (('SPF pass', PROVEN, ANNA, LIST), ('an allowed network', FRIEND, 'x@evil.example', LIST),
                                 ('a list of friends', LISTED_FRIEND, 'x@evil.example', LIST),
                                 ('the gateway', GATEWAY, 'x@evil.example', LIST),
                                 ('postmaster', STRANGER, 'x@evil.example', 'postmaster@lists.example')):
    equal(f'{what} does not wait', tries(p, source, sender, to)[0], 250)
equal('the null sender at large does', tries(p, '127.0.40.1', '', LIST)[0], 451)
p.cli('user', 'add', BEN, '--name', 'Ben')
with p.submit(BEN, p.token(BEN)) as s:
    s.sendmail(BEN, [LIST], message(BEN, LIST, 'from home'))
check('nor who has signed in', eventually(lambda: sink.to(ANNA, Subject='from home')), p.tail())
path = sink.to(ANNA, Subject='from home')[0].mail_from
equal('nor an answer to our own mail', tries(p, '127.0.41.1', '', path)[0], 250)
equal('to an address that anybody can guess it does', tries(p, '127.0.41.1', '', 'dev-bounces@lists.example')[0], 451)
equal('unless it has a sender', tries(p, '127.0.41.1', 'x@evil.example', path)[0], 451)
p.set_clock(299 + 2)
equal('when its time is over, a neighbour may try for it', tries(p, NEIGHBOUR)[0], 250)
equal('and the network is known', tries(p, STRANGER, 'y@other.example')[0], 250)
equal('another is not', tries(p, '127.0.42.1')[0], 451)
check('it stands in the book within seconds', eventually(lambda: known() == ['127.0.5.0']), known())
check('so does what waits', eventually(lambda: waiting() > 200), waiting())
p.set_clock(299 + 2 + 40)
p.kill()
p.start()
equal('which a crash does not take away: known', tries(p, NEIGHBOUR, 'z@third.example')[0], 250)
code, text = tries(p, '127.0.42.1')
check('and who waited goes on waiting, from the first time on', code == 451 and int(re.search(r'in (\d+) seconds', text)[1]) <= 270, text)
equal('whatever waits beside', int(re.search(r'in (\d+) seconds', tries(p, '127.0.42.1', 'new@other.example')[1])[1]) > 290, True)
p.set_clock(299 + 2 + 300)
equal('and passes when that is over', tries(p, '127.0.42.1')[0], 250)
equal('a mail that nobody waits for passes whole', p.deliver('x@evil.example', LIST, message(
    'x@evil.example', LIST, 'whole'), source=STRANGER)[0], 250)
check('to the members', eventually(lambda: sink.to(BEN, Subject='whole')), p.tail())
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
