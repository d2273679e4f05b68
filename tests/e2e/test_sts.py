"""MTA-STS (RFC 8461) with web servers of the test's own, and reports on TLS (RFC 8460):
what a policy asks for is kept or the mail waits with a reason, and never goes in clear;
what was fetched once holds when DNS and web server do not answer."""
import email
import email.policy
import gzip
import json
import os
import re
import socket
import time

from authority import Authority
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink
from webserver import WebServer

limit(900)
ANNA, LIST, PATH = 'anna@home.example', 'dev@lists.example', '/.well-known/mta-sts.txt'
ca, strange = Authority(), Authority('Another authority')
home = Sink('127.0.0.70', 0, 'home.example')
port = home.port
sinks, webs, zone = {}, {}, {'mx.home.example': {'A': [home.host]}, 'home.example': {'MX': [(10, 'mx.home.example')]}}
web_port = 0


def policy(mode, *mx, age=86400):
    return 'version: STSv1\r\nmode: ' + mode + '\r\n' + ''.join(f'mx: {x}\r\n' for x in mx) + f'max_age: {age}\r\n'


def domain(name, mode, certificate=None, mx=None, web=None, age=86400):
    """NAME.example with one server, mx.NAME.example, and a policy of that mode."""
    global web_port
    full, n = f'{name}.example', len(sinks)
    sinks[name] = Sink(f'127.0.0.{71 + n}', port, 'mx.' + full, certificate=certificate)
    zone[full] = {'MX': [(10, 'mx.' + full)]}
    zone['mx.' + full] = {'A': [sinks[name].host]}
    zone['_mta-sts.' + full] = {'TXT': ['v=STSv1; id=1;', 'and something else']}
    zone['mta-sts.' + full] = {'A': [f'127.0.0.{101 + n}']}
    webs[name] = WebServer(f'127.0.0.{101 + n}', web_port, web or ca.certify('mta-sts.' + full))
    web_port = webs[name].port
    webs[name].pages[PATH] = (200, 'text/plain; charset=utf-8', policy(mode, *([mx] if mx else ['mx.' + full]), age=age))


def good(name):
    return ca.certify(f'mx.{name}.example')


section('domains, policies, servers')
domain('good', 'enforce', good('good'))
domain('star', 'enforce', good('star'), mx='*.star.example')
domain('strange', 'enforce', strange.certify('mx.strange.example'))
domain('name', 'enforce', ca.certify('another.example'))
domain('old', 'enforce', ca.certify('mx.old.example', (-60, -30)))
domain('clear', 'enforce')
domain('broken', 'enforce', good('broken'))
domain('wrong', 'enforce', good('wrong'), mx='mx.elsewhere.example')
domain('test', 'testing', strange.certify('mx.test.example'))
domain('test-clear', 'testing', mx='mx.elsewhere.example')
domain('none', 'none')
domain('web', 'enforce', web=strange.certify('mta-sts.web.example'))
domain('moved', 'enforce')
domain('large', 'enforce')
domain('html', 'enforce')
domain('bare', 'enforce')
domain('short', 'enforce', good('short'), age=3600)
sinks['broken'].break_tls = True
webs['moved'].pages[PATH] = (301, 'text/plain', f'https://mta-sts.good.example:{web_port}{PATH}')
webs['large'].pages[PATH] = (200, 'text/plain', policy('enforce', 'mx.large.example') + 'x: ' + 'y' * 70000)
webs['html'].pages[PATH] = (200, 'text/html', policy('enforce', 'mx.html.example'))
zone['bare.example'] = {'A': [sinks['bare'].host]}  # no MX record: it is its own server
webs['bare'].pages[PATH] = (200, 'text/plain', policy('enforce', 'bare.example'))
dns = NameServer(zone)
p = Postern(dns=dns, mx_port=port, clock=True, admin='admin@home.example', tls__authorities=ca.file, send__timeout='5s',
            fetch__port=web_port)
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('user', 'add', ANNA, '--may-send')
p.cli('user', 'set', ANNA, 'send_budget=1000')
TOKEN = p.token(ANNA)
p.start()
count = 0


def send(name):
    global count
    count += 1
    post = message(ANNA, f'x@{name}.example', f'number {count}')
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}>')
        s.docmd(f'RCPT TO:<x@{name}.example>')
        code, text = s.data(post)
        check(f'mail to {name} is accepted', code == 250, text)
    return mid_of(post), f'number {count}'


def fate(mid, what):
    found = eventually(lambda: [r for r in p.trace(mid) if r['what'] == what], 60, 0.1)
    return found[0]['detail'] if found else str(p.trace(mid))


def goes(name, how, tls=True):
    mid, subject = send(name)
    said = fate(mid, 'delivered')
    m = sinks[name].to(f'x@{name}.example', Subject=subject)
    check(f'to {name}: it came', len(m) == 1, said)
    equal(f'to {name}: inside TLS', bool(m and m[0].tls), tls)
    check(f'to {name}: the ledger says {how!r}', f', {how})' in said, said)


def waits(name, why):
    before, told = len(sinks[name].mails), len([c for c in sinks[name].commands if c.startswith('MAIL')])
    mid, _ = send(name)
    said = fate(mid, 'tried')
    check(f'to {name}: put off, since {why!r}', said.startswith('451 4.7.5 ') and re.search(why, said), said)
    equal(f'to {name}: nothing of it went', len(sinks[name].mails), before)
    equal(f'to {name}: not even MAIL', len([c for c in sinks[name].commands if c.startswith('MAIL')]), told)
    return mid


def not_fetched(name, result, why=''):
    return check(f'{name}: {result}, {why}', eventually(
        lambda: [e for e in p.events('sts-not-fetched', domain=f'{name}.example', result=result) if re.search(why, e['why'])]),
        p.events('sts-not-fetched', domain=f'{name}.example'))


section('URLs of strangers lead to no inner address')
goes('good', 'TLS')
not_fetched('good', 'sts-policy-fetch-error', 'inner')
equal('nobody knocked', webs['good'].gets, [])
p.stop()
p.configure(fetch__allow='127.0.0.0/8')
p.start()

section('enforce')
goes('good', 'TLS by MTA-STS')
equal('its policy was asked for once, by its name', webs['good'].gets, [(PATH, f'mta-sts.good.example:{web_port}')])
goes('star', 'TLS by MTA-STS')
goes('bare', 'TLS by MTA-STS') if sinks['bare'].certificate else waits('bare', 'MTA-STS of bare.example')
mids = [waits('strange', 'MTA-STS of strange.example: .*certificate does not hold'),
        waits('name', 'MTA-STS of name.example: .*(mismatch|does not hold)'),
        waits('old', 'MTA-STS of old.example: .*expired'),
        waits('clear', 'MTA-STS of clear.example: '),
        waits('broken', 'MTA-STS of broken.example: '),
        waits('wrong', r'the policy does not name the server mx\.wrong\.example')]
zone['mx2.wrong.example'] = {'A': [sinks['good'].host]}
zone['wrong.example'] = {'MX': [(10, 'mx.wrong.example'), (20, 'mx.good.example')]}
webs['wrong'].pages[PATH] = (200, 'text/plain', policy('enforce', 'mx.good.example'))
zone['_mta-sts.wrong.example'] = {'TXT': ['v=STSv1; id=2']}
eventually(lambda: False, 2)  # DNS answers hold for a second
mid, subject = send('wrong')
said = fate(mid, 'delivered')
check('the next server, which the policy names, has it', 'mx.good.example, TLS by MTA-STS' in said, said)
equal('and the other has nothing', sinks['wrong'].mails, [])

section('testing, none, and policies that cannot be had')
goes('test', 'TLS by MTA-STS in testing')
goes('test-clear', 'in clear', tls=False)
goes('none', 'in clear', tls=False)
for name, result, why in (('web', 'sts-webpki-invalid', ''), ('moved', 'sts-policy-fetch-error', '301'),
                          ('large', 'sts-policy-fetch-error', 'large'), ('html', 'sts-policy-fetch-error', 'Content-Type')):
    goes(name, 'in clear', tls=False)
    not_fetched(name, result, why)
equal('no redirect was followed', len(webs['good'].gets), 1)
for name in ('web', 'moved'):
    asked = len(webs[name].gets)
    goes(name, 'in clear', tls=False)
    equal(f'{name}: not asked again at once', len(webs[name].gets), asked)

section('what was fetched holds')
goes('short', 'TLS by MTA-STS')
webs['short'].stop()
sinks['short'].stop()
sinks['short'].certificate = strange.certify('mx.short.example')  # somebody else answers now
sinks['short'].start()
waits('short', 'MTA-STS of short.example')
del zone['_mta-sts.short.example']  # and has taken the record away
eventually(lambda: False, 2)
waits('short', 'MTA-STS of short.example')
zone['_mta-sts.short.example'] = 'SERVFAIL'
p.stop()
p.start()
waits('short', 'MTA-STS of short.example')
p.set_clock(3700)
zone['short.example'], zone['mx.short.example'] = dict(zone['short.example']), dict(zone['mx.short.example'])
goes('short', 'TLS')  # its time is over: as for anybody

section('reports')
reports = Sink('127.0.0.69', port, 'reports.example')
zone['mx.reports.example'], zone['reports.example'] = {'A': [reports.host]}, {'MX': [(10, 'mx.reports.example')]}
zone['_smtp._tls.strange.example'] = {'TXT': ['v=TLSRPTv1; rua=mailto:tls%2Bx@reports.example?subject=y']}
zone['_smtp._tls.good.example'] = {'TXT': [f'v=TLSRPTv1;rua=https://mta-sts.good.example/tls,https://mta-sts.old.example:1/never']}
zone['_smtp._tls.test.example'] = {'TXT': ['v=TLSRPTv1;rua=mailto:tls@test.example']}
zone['_smtp._tls.clear.example'] = {'TXT': ['v=TLSRPTv1;rua=mailto:tls@reports.example', 'v=TLSRPTv1;rua=mailto:two@reports.example']}
check('no report before the day is over', not reports.mails)
webs['good'].post_status = 503
p.set_clock(3700 + 86400 + 4 * 3600)
m = eventually(lambda: reports.to('tls+x@reports.example'), 60, 0.2)
if check('a report by mail', m, p.tail()):
    equal('from nobody', m[0].mail_from, '')
    equal('its fields', (m[0].field('TLS-Report-Domain'), m[0].field('TLS-Report-Submitter'), m[0].field('TLS-Required')),
          ('strange.example', 'lists.example', 'No'))
    check('its subject', re.match(r'Report Domain: strange\.example Submitter: lists\.example Report-ID: <\S+@lists\.example>$',
                                  m[0].field('Subject')), m[0].field('Subject'))
    check('signed', 'd=lists.example' in m[0].field('DKIM-Signature'))
    letter = email.message_from_bytes(m[0].data, policy=email.policy.default)
    equal('its form', (letter.get_content_type(), letter.get_param('report-type')), ('multipart/report', 'tlsrpt'))
    text, file = letter.iter_parts()
    equal('its parts', (text.get_content_type(), file.get_content_type()), ('text/plain', 'application/tlsrpt+gzip'))
    check('its file', re.match(r'lists\.example!strange\.example!\d+!\d+\.json\.gz$', file.get_filename()), file.get_filename())
    j = json.loads(gzip.decompress(file.get_content()))
    one = j['policies'][0]
    equal('whose policy', one['policy'], {'policy-type': 'sts', 'policy-domain': 'strange.example', 'mx-host': ['mx.strange.example'],
                                          'policy-string': policy('enforce', 'mx.strange.example').split('\r\n')[:-1]})
    check('no success, a failure', one['summary']['total-successful-session-count'] == 0
          and one['summary']['total-failure-session-count'] >= 1, one)
    d = one['failure-details'][0]
    equal('which', (d['result-type'], d['receiving-mx-hostname'], d['receiving-ip']),
          ('certificate-not-trusted', 'mx.strange.example', sinks['strange'].host))
    check('from which address', d['sending-mta-ip'].startswith('127.'), d)
    check('of one day', j['date-range']['start-datetime'].endswith('T00:00:00Z')
          and j['date-range']['end-datetime'].endswith('T23:59:59Z'), j['date-range'])
    with open(p.dir + '/report.eml', 'wb') as f:
        f.write(m[0].data)
    seen = p.json('check', 'report', p.dir + '/report.eml')
    equal('postern reads it', (seen['result'], seen['domain'], seen['id'], seen['policies'][0]['details'][0]['result']),
          ('tls-report', 'strange.example', j['report-id'], 'certificate-not-trusted'))
    wrong = p.run('check', 'report', p.conf)
    equal('and says of another file that it is none', (wrong.returncode, json.loads(wrong.stdout)['result']), (1, 'none'))
t = eventually(lambda: sinks['test'].to('tls@test.example'), 60, 0.2)
if check('a report on testing', t):
    letter = email.message_from_bytes(t[0].data, policy=email.policy.default)
    j = json.loads(gzip.decompress(list(letter.iter_parts())[1].get_content()))
    equal('it tells the failure', j['policies'][0]['failure-details'][0]['result-type'], 'certificate-not-trusted')
check('posted', eventually(lambda: webs['good'].posts))
check('not taken is tried again', eventually(lambda: p.events('report-not-posted')))
path, kind, body = webs['good'].posts[0]
equal('where and as what', (path, kind), ('/tls', 'application/tlsrpt+gzip'))
one = json.loads(gzip.decompress(body))['policies']
check('successes', [x for x in one if x['policy']['policy-type'] == 'sts' and x['summary']['total-successful-session-count'] >= 1], one)
check('and the failure to fetch', any(d['result-type'] == 'sts-policy-fetch-error' for x in one for d in x.get('failure-details', [])), one)
equal('two records are none', [m.rcpts for m in reports.mails if 'clear.example' in m.field('Subject')], [])
equal('nobody else was written to', sorted({r for m in reports.mails for r in m.rcpts}), ['tls+x@reports.example'])
equal('one report each', len(reports.mails), 1)

section('slow web servers shut nobody out')
crowd = [socket.create_server((f'127.1.{n}.1', web_port), backlog=8) for n in range(48)]  # never accepts, so says nothing
zone['mx.crowd.example'] = {'A': [sinks['none'].host]}
for n in range(48):
    for name, address in ((f'slow{n}', f'127.1.{n}.1'), (f'same{n}', '127.1.0.1')):
        zone[f'{name}.example'], zone[f'mta-sts.{name}.example'] = {'MX': [(10, 'mx.crowd.example')]}, {'A': [address]}
        zone[f'_mta-sts.{name}.example'] = {'TXT': ['v=STSv1; id=1;']}
crowded = [f'x@{name}{n}.example' for n in range(48) for name in ('slow', 'same')]
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, crowded, message(ANNA, 'x@crowd.example', 'to the crowd'))
began = time.monotonic()
check('more ask than there are places', eventually(lambda: len(os.listdir(f'/proc/{p.roles()["fetch"]}/task')) >= 32 + 10), p.tail())
domain('late', 'enforce', good('late'))
goes('late', 'TLS by MTA-STS')
check('which did not take a minute', time.monotonic() - began < 50, time.monotonic() - began)
check('and the crowd\'s mail has not waited for its policies', eventually(
    lambda: {r for m in sinks['none'].mails for r in m.rcpts} >= set(crowded), 60, 0.2), p.tail())
for s in crowd:
    s.close()
done()
