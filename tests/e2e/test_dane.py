"""TLS out that is proven: DANE (RFC 7672) by zones that a real name server serves and
ldns has signed, REQUIRETLS and TLS-Required (RFC 8689). What a record forbids is put off
with its reason, and never goes in clear."""
import hashlib
import re
import signal

from authority import Authority, der, digest
from harness import Postern, Talk, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from signedzone import SignedZones
from sink import Sink

limit(900)
ANNA, LIST = 'anna@home.test', 'dev@lists.example'
ca, strange = Authority(), Authority('Another authority')
sinks, tlsa, rows = {}, [], []
port = Sink('127.0.0.40', 0, 'home.test').port


def server(name, certificate, *records, requiretls=False):
    """mx.NAME with that certificate, and TLSA records "3 1 1 DIGEST"; NAME's MX is there."""
    host = f'127.0.0.{41 + len(sinks)}'
    sinks[name] = Sink(host, port, f'mx-{name}.dane.test', certificate=certificate)
    if requiretls:
        sinks[name].offers.append('REQUIRETLS')
    rows.append(f'{name} MX 10 mx-{name}\nmx-{name} A {host}')
    rows.extend(f'_{port}._tcp.mx-{name} TLSA {r}' for r in records)


def own(cert, matching=1, key=True):
    return f'3 {int(key)} {matching} ' + (digest(cert[0], key) if matching == 1 else digest(cert[0], key, hashlib.sha512)
                                          if matching == 2 else der(cert[0], key).hex())


section('zones, certificates, servers')
good, old, other = ca.certify('mx.elsewhere.test'), ca.certify('mx.elsewhere.test', (-60, -30)), ca.certify('other.test')
anchor = f'2 0 1 {digest(ca.file, False)}'
server('match', good, own(good))
server('expired', old, own(old))
server('several', good, own(other), own(good, 2, False), '3 1 1 ' + '00' * 32)
server('whole', good, own(good, 0))
server('mismatch', good, own(other), '3 1 1 ' + '00' * 32)
server('ta', ca.certify('mx-ta.dane.test'), anchor)
server('ta-domain', ca.certify('ta-domain.dane.test'), anchor)
server('ta-name', ca.certify('mx.elsewhere.test'), anchor)
server('ta-strange', strange.certify('mx-ta-strange.dane.test'), anchor)
server('missing', good)
server('bogus', good, own(good) + ' ; bogus')
server('unusable', good, '1 1 1 ' + '00' * 32, '3 1 1 00')
server('unusable-clear', None, '0 0 1 ' + '00' * 32)
server('clear', None, own(good))
server('broken', good, own(good))
server('reqd', ca.certify('mx-reqd.dane.test'), requiretls=True)
server('reqd-dane', good, own(good), requiretls=True)
server('reqd-strange', strange.certify('mx-reqd-strange.dane.test'), requiretls=True)
server('reqd-clear', None, requiretls=True)
sinks['broken'].break_tls = True
rows.append('second MX 10 mx-bogus\nsecond MX 20 mx-match')
rows.append(f'alias MX 10 mx-alias\nmx-alias CNAME mx-match')
rows.append(f'cross MX 10 mx-cross\nmx-cross CNAME mx.plain.test.\n_{port}._tcp.mx-cross TLSA {own(other)}')
rows.append('either MX 10 mx-match\neither MX 20 mx-reqd-dane')
rows.append(f'bare A {sinks["match"].host}\n_{port}._tcp.bare TLSA {own(good)}')
plain = f'@ MX 10 mx\nmx A {sinks["reqd"].host}\n_{port}._tcp.mx TLSA 3 1 1 {"00" * 32}\nsub MX 10 mx-match.dane.test.\n'
home = Sink('127.0.0.39', port, 'home.test')
dns = SignedZones({'dane.test': '\n'.join(rows) + '\n'}, {'plain.test': plain, 'home.test': f'@ MX 10 mx\nmx A {home.host}\n'})
p = Postern(dns=dns, mx_port=port, clock=True, admin='admin@home.test', dns__trust_anchor=dns.anchor, tls__authorities=ca.file,
            send__timeout='5s')
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('user', 'add', ANNA, '--may-send')
p.cli('user', 'set', ANNA, 'send_budget=1000')
TOKEN = p.token(ANNA)
p.start()
equal('DANE is on', p.events('dane-off'), [])


def send(domain, subject, mail_params='', **fields):
    to = f'x@{domain}'
    post = message(ANNA, to, subject, **fields)
    with p.submit(ANNA, TOKEN) as s:
        code, text = s.docmd(f'MAIL FROM:<{ANNA}> {mail_params}')
        check(f'MAIL {mail_params}', code == 250, text)
        s.docmd(f'RCPT TO:<{to}>')
        code, text = s.data(post)
        check(f'"{subject}" is accepted', code == 250, text)
    return mid_of(post)


def fate(mid, what):
    """The first entry of that kind, as the ledger has it."""
    found = eventually(lambda: [r for r in p.trace(mid) if r['what'] == what], 60, 0.1)
    return found[0]['detail'] if found else p.trace(mid)


def arrived(name, subject, to=None):
    m = eventually(lambda: sinks[name].to(f'x@{to or name + ".dane.test"}', Subject=subject))
    return check(f'{subject}: it came', m, p.trace(f'x@{to or name + ".dane.test"}')[-3:]) and m[0]


def goes(name, how, to=None):
    subject = f'to {to or name}'
    mid = send(to or f'{name}.dane.test', subject)
    m = arrived(name, subject, to)
    check(f'{subject}: inside TLS', m and m.tls)
    said = fate(mid, 'delivered')
    check(f'{subject}: the ledger says {how!r}', f', {how})' in said, said)


def waits(name, why, domain=None):
    subject = f'to {domain or name}'
    said = fate(send(f'{domain or name}.dane.test', subject), 'tried')
    check(f'{subject}: put off, since {why!r}', str(said).startswith('451 4.7.5 ') and re.search(why, said), said)
    equal(f'{subject}: nothing of it went', [m for m in sinks[name].mails], [])
    equal(f'{subject}: not even MAIL', [c for c in sinks[name].commands if c.startswith('MAIL')], [])


section('DANE')
for name in ('match', 'expired', 'several', 'whole', 'ta', 'ta-domain'):
    goes(name, 'TLS by DANE')
waits('mismatch', r'DANE: none of 2 TLSA records fits the certificate of mx-mismatch\.dane\.test')
check('the log says so, too', p.event('tls-failed', destination='mismatch.dane.test', policy='dane', result='certificate-not-trusted'))
waits('ta-name', 'DANE: 1 TLSA record of mx-ta-name.* certificate does not hold: hostname mismatch')
waits('ta-strange', 'DANE: none of 1 TLSA record')
waits('bogus', 'DANE: the TLSA records .*_tcp.mx-bogus.* cannot be trusted')
waits('clear', 'DANE: .*offers no TLS')
waits('broken', 'DANE: 1 TLSA record')
goes('match', 'TLS by DANE', 'second.dane.test')
equal('the first of two, which is bogus, was not asked', sinks['bogus'].connections, 0)
goes('match', 'TLS by DANE', 'alias.dane.test')
goes('match', 'TLS by DANE', 'bare.dane.test')

waits('reqd', 'DANE: none of 1 TLSA records fits .*mx-cross', 'cross')

section('no DANE')
goes('missing', 'TLS')
goes('unusable', 'TLS')
waits('unusable-clear', r'DANE: none of 1 TLSA records of .* is usable: the server offers no TLS')
goes('reqd', 'TLS', 'plain.test')
goes('match', 'TLS', 'sub.plain.test')
sinks['missing'].offers.remove('STARTTLS')
eventually(lambda: not sinks['missing'].live)
said = fate(send('missing.dane.test', 'now in clear'), 'delivered')
check('where nothing asks for TLS the ledger says that there was none', ', in clear)' in said, said)

section('TLS-Required: No')
send('mismatch.dane.test', 'anyhow', TLS_Required='No')
arrived('mismatch', 'anyhow')
send('clear.dane.test', 'in clear', TLS_Required='no')
m = arrived('clear', 'in clear')
equal('in clear rather than not at all', m and m.tls, False)
for s in (sinks['mismatch'], sinks['clear']):
    equal('the others still wait', len(s.mails), 1)

section('REQUIRETLS')
with Talk(('127.0.0.1', p.port)) as t:
    code, text = t.do('EHLO client.example')
    equal('not offered in clear', 'REQUIRETLS' in text, False)
    code, text = t.do(f'MAIL FROM:<{ANNA}> REQUIRETLS')
    check('nor taken', code == 530 and '5.7.10' in text, (code, text))
    t.starttls(p.tls())
    check('offered inside TLS', 'REQUIRETLS' in t.do('EHLO client.example')[1])
    equal('and taken', t.do(f'MAIL FROM:<{ANNA}> REQUIRETLS')[0], 250)


def keeps(name, subject, how, to=None):
    mid = send(to or f'{name}.dane.test', subject, 'REQUIRETLS', TLS_Required='No')
    m = arrived(name, subject, to)
    check(f'{subject}: it asks the next for it', m and m.tls and 'REQUIRETLS' in m.mail_params, m and m.mail_params)
    said = fate(mid, 'delivered')
    check(f'{subject}: {how}', f', {how})' in said, said)


def refused(domain, subject, why):
    said = fate(send(domain, subject, 'REQUIRETLS RET=FULL'), 'refused')
    check(f'{subject}: refused, since {why!r}', str(said).startswith('550 5.7.30 ') and re.search(why, said), said)


keeps('reqd', 'by name', 'TLS by name')
keeps('reqd-dane', 'by DANE', 'TLS by DANE')
keeps('reqd-dane', 'the second of two', 'TLS by DANE', 'either.dane.test')
refused('match.dane.test', 'not offered', 'REQUIRETLS: the server does not offer it')
refused('reqd-strange.dane.test', 'no authority', 'REQUIRETLS: .*certificate does not hold')
refused('reqd-clear.dane.test', 'no TLS', 'REQUIRETLS: .*offers no TLS')
refused('plain.test', 'unproven MX', 'neither DNSSEC nor MTA-STS')
for name in ('reqd-strange', 'reqd-clear'):
    equal(f'{name}: not even MAIL', [c for c in sinks[name].commands if c.startswith('MAIL')], [])
m = eventually(lambda: [m for m in home.to(ANNA) if '5.7.30' in m.text()])
check('the author hears of it', m)
equal('without the body', m and 'Hello.' in m[0].text(), False)
equal('where the server has no REQUIRETLS, without it', [x.mail_params for x in m if 'REQUIRETLS' in x.mail_params], [])
home.offers += ['STARTTLS', 'REQUIRETLS']
home.stop()
home.certificate = ca.certify('mx.home.test')
home.start()
refused('reqd-strange.dane.test', 'again', 'REQUIRETLS: .*certificate does not hold')
m = eventually(lambda: [m for m in home.to(ANNA) if 'Subject: again' in m.text()])
check('where it has, the report asks for it, from nobody', m and m[0].tls and 'REQUIRETLS' in m[0].mail_params and m[0].mail_from == '', m and (m[0].mail_params, m[0].tls, m[0].mail_from))
equal('still without the body', m and 'Hello.' in m[0].text(), False)
sinks['reqd-strange'].reply['rcpt'] = lambda address: '550 5.1.1 no such user'
fate(send('reqd-strange.dane.test', 'usual', 'RET=FULL'), 'refused')
m = eventually(lambda: [m for m in home.to(ANNA) if 'Subject: usual' in m.text()])
check('a report on usual mail is as it was', m and 'REQUIRETLS' not in m[0].mail_params and 'Hello.' in m[0].text(), m and m[0].mail_params)
del sinks['reqd-strange'].reply['rcpt']

section('a list keeps it')
for name in ('reqd-dane', 'match'):
    p.cli('member', 'add', LIST, f'x@{name}.dane.test')
p.cli('member', 'add', LIST, ANNA)
post = message(ANNA, LIST, 'a secret post')
with p.submit(ANNA, TOKEN) as s:
    s.docmd(f'MAIL FROM:<{ANNA}> REQUIRETLS')
    s.docmd(f'RCPT TO:<{LIST}>')
    equal('the post is taken', s.data(post)[0], 250)
m = arrived('reqd-dane', 'a secret post')
check('its copies ask for it', m and 'REQUIRETLS' in m.mail_params, m and m.mail_params)
said = eventually(lambda: [r['detail'] for r in p.trace(mid_of(post)) if r['what'] == 'refused' and 'match' in str(r)], 60, 0.1)
check('who cannot have it so gets none', said and said[0].startswith('550 5.7.30'), p.trace(mid_of(post)))
equal('not a word of it', sinks['match'].to('x@match.dane.test', Subject='a secret post'), [])

section('so do an alias and a post that was held')
p.cli('alias', 'add', 'safe@lists.example', 'x@reqd-dane.dane.test')


def hand_in(to, subject):
    with p.submit(ANNA, TOKEN) as s:
        def known():  # a transaction keeps the address book that it began with
            s.rset()
            s.docmd(f'MAIL FROM:<{ANNA}> REQUIRETLS')
            return s.docmd(f'RCPT TO:<{to}>')[0] == 250
        check(f'{to} is known', eventually(known, 60, 0.1))
        equal(f'"{subject}" is taken', s.data(message(ANNA, to, subject))[0], 250)


hand_in('safe@lists.example', 'by an alias')
m = arrived('reqd-dane', 'by an alias')
check('the forward asks for it', m and 'REQUIRETLS' in m.mail_params, m and m.mail_params)
p.cli('list', 'set', LIST, 'emergency=yes')
hand_in(LIST, 'held for a while')
check('it is held', eventually(lambda: p.json('held', 'ls', LIST)))
p.cli('held', 'accept', str(p.json('held', 'ls', LIST)[0]['id']))
m = arrived('reqd-dane', 'held for a while')
check('what was held asks for it', m and 'REQUIRETLS' in m.mail_params, m and m.mail_params)
p.cli('list', 'set', LIST, 'emergency=no')

section('an authority that is not there')
p.configure(tls__authorities='/nonexistent/ca.pem')
p.process.send_signal(signal.SIGHUP)
check('the log names the file', eventually(lambda: '/nonexistent/ca.pem' in p.log()))
p.configure(tls__authorities=ca.file)
check('reloaded', p.reload())

section('without an anchor')
p.configure(dns__trust_anchor='')
check('reloaded', p.reload())
check('the log says that there is no DANE', p.event('dane-off'))
done()
