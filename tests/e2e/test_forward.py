"""Addresses beside the lists, and what is held back: aliases with SRS, owners, the
administrator; budgets that freeze; a relay, TLS that is wanted, and the outbox."""
import re
import sqlite3
import ssl
import subprocess
from email.header import decode_header, make_header

import dkim

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, FAR = 'dev@lists.example', 'anna@home.example', 'x@far.example'

home = Sink('127.0.0.24', 0, 'home.example')
far = Sink('127.0.0.25', home.port, 'far.example')
dns = NameServer({
    'home.example': {'MX': [(10, 'home.host')]}, 'home.host': {'A': ['127.0.0.24']},
    'far.example': {'MX': [(10, 'far.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
    'unproven.example': {'MX': [(10, 'far.host')]}, 'victim.example': {'MX': [(10, 'far.host')], 'TXT': ['v=spf1 -all']},
    'strict.example': {'MX': [(10, 'far.host')]}, '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject']}, 'far.host': {'A': ['127.0.0.25']},
    'utf.example': {'MX': [(10, 'far.host')]},
})
p = Postern(dns=dns, mx_port=home.port, admin='admin@home.example', clock=True)
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('role', 'add', LIST, 'owner', 'olga@home.example')
p.cli('role', 'add', LIST, 'moderator', 'mo@home.example')
p.cli('list', 'create', 'idle@lists.example')
p.cli('member', 'add', LIST, ANNA, 'ben@home.example')
p.cli('user', 'add', ANNA, '--may-send')
p.cli('user', 'set', ANNA, 'send_budget=5')
p.cli('alias', 'add', 'bugs@lists.example', 'ben@home.example', 'cara@home.example')
p.cli('alias', 'add', 'circle@lists.example', 'round@lists.example')
p.cli('alias', 'add', 'round@lists.example', 'circle@lists.example')
TOKEN = p.token(ANNA)
p.start()


def got(who, subject, sink=home, seconds=60):
    found = eventually(lambda: sink.to(who, Subject=subject), seconds)
    check(f'{who} has "{subject}"', found)
    return found[0] if found else None


section('an alias')
post = message(FAR, 'bugs@lists.example', 'a bug', 'It crashes.\r\n')
equal('taken', p.deliver(FAR, 'bugs@lists.example', post)[0], 250)
for who in ('ben@home.example', 'cara@home.example'):
    m = got(who, 'a bug')
    check('the return path is ours, and names the sender', re.fullmatch(
        r'SRS0=[^=]+=[^=]+=far\.example=x@lists\.example', m.mail_from), m.mail_from)
    equal('marked against loops', m.field('Delivered-To'), 'bugs@lists.example')
    equal('not a byte of it is changed', m.data.endswith(post), True)
key = ''.join(re.findall(r'"([^"]*)"', re.search(r'postern\._domainkey\.lists\.example\. IN TXT (.*)', p.first_words)[1]))
cv, results, reason = dkim.arc_verify(m.data, dnsfunc=lambda name, timeout=5: key.encode())
equal('sealed with ARC, as another implementation sees it', (cv, reason), (dkim.CV_Pass, 'success'))
check('with what was found', 'i=1' in m.field('ARC-Authentication-Results') and 'spf=' in m.field('ARC-Authentication-Results'), m.header)
path = m.mail_from
bounce = message('mailer-daemon@home.example', path, 'undelivered', Auto_Submitted='auto-replied')
equal('its bounce is taken', p.deliver('', path, bounce)[0], 250)
m = got(FAR, 'undelivered', far)
equal('and goes to the sender, from nobody', m.mail_from, '')
equal('nobody else writes to it', p.deliver(FAR, path, bounce)[0], 550)
wrong = path.replace('SRS0=', 'SRS0=x', 1)
equal('a forged one', p.deliver('', wrong, bounce)[0], 550)
equal('one that names another', p.deliver('', path.replace('far.example', 'home.example'), bounce)[0], 550)
p.set_clock(30 * 86400)
equal('one of last month', p.deliver('', path, bounce)[0], 550)
p.set_clock(0)
equal('mail from nobody is forwarded from nobody', p.deliver('', 'bugs@lists.example', message(FAR, 'bugs@lists.example', 'auto'))[0], 250)
equal('still nobody', got('ben@home.example', 'auto').mail_from, '')
p.deliver(FAR, 'circle@lists.example', message(FAR, 'circle@lists.example', 'round and round'))
check('an alias that points at itself ends', eventually(lambda: p.quiet(1) or p.events('forward-loop')))
far.reply['rcpt'] = home.reply['rcpt'] = lambda a: '550 5.1.1 gone' if a.startswith('cara') else None
p.deliver(FAR, 'bugs@lists.example', message(FAR, 'bugs@lists.example', 'one target is gone'))
m = got(FAR, 'not delivered', far)
check('the sender hears of a target that refuses', m and '5.1.1' in m.text(), m and m.text())
for who in ('x@unproven.example', 'x@victim.example'):
    mail = message(who, 'bugs@lists.example', 'forged ' + who)
    equal(f'{who} is taken', p.deliver(who, 'bugs@lists.example', mail)[0], 250)
    got('ben@home.example', 'forged ' + who)
    check('the refusal is in the ledger', eventually(lambda: [r for r in p.trace(mid_of(mail)) if r['what'] == 'refused']), p.trace(mid_of(mail)))
p.quiet()
equal('and nobody is told, who may not have written', far.to('x@unproven.example') + far.to('x@victim.example'), [])
paths = [m.mail_from for m in home.to('ben@home.example', Subject='forged')]
check('no way leads back to them', len(paths) == 2 and all(re.fullmatch(r'SRS0=[^=]+=[^=]+=lists\.example=nobody@lists\.example', x) for x in paths), paths)
mail = message('mailer-daemon@home.example', paths[0], 'a late bounce')
equal('its bounce is taken', p.deliver('', paths[0], mail)[0], 250)
check('and goes nowhere', eventually(lambda: [r for r in p.trace(mid_of(mail)) if r['what'] == 'discarded' and 'not proven' in r['detail']]), p.trace(mid_of(mail)))
check('nor by a server behind', all('NOTIFY=NEVER' in x for m in home.to('ben@home.example', Subject='forged') for x in m.params), home.mails[-1].params)
code, text = p.deliver('x@strict.example', 'bugs@lists.example', message('x@strict.example', 'bugs@lists.example', 'forged'))
check('where the author\'s domain asks for it, it is refused', code == 550 and '5.7.1' in text and 'DMARC' in text, text)
home.reply.clear()

section('one that the book refuses holds up no other')
with sqlite3.connect(p.data + '/outbound/outbound.db', timeout=60) as book:
    book.execute("CREATE TRIGGER no AFTER INSERT ON message WHEN NEW.source LIKE '%/bugs@%' BEGIN SELECT RAISE(ROLLBACK, 'no'); END")
mails = [message(FAR, to, 'behind ' + to) for to in ('bugs@lists.example', 'postmaster@lists.example')]
for to, mail in zip(('bugs@lists.example', 'postmaster@lists.example'), mails):
    p.deliver(FAR, to, mail)
got('admin@home.example', 'behind postmaster@lists.example')
check('it waits itself', not home.to('ben@home.example', Subject='behind bugs@lists.example') and p.status('arrivals') == 1, p.cli('status'))
with sqlite3.connect(p.data + '/outbound/outbound.db', timeout=60) as book:
    book.execute('DROP TRIGGER no')
got('ben@home.example', 'behind bugs@lists.example')
refused_by_the_book = len(p.events())
equal('and goes, once', len(home.to('ben@home.example', Subject='behind bugs@lists.example')), 1)

section('owners and the administrator')
p.deliver(FAR, 'dev-owner@lists.example', message(FAR, 'dev-owner@lists.example', 'to owners'))
got(ANNA, 'to owners')
got('olga@home.example', 'to owners')
p.deliver(FAR, 'idle-owner@lists.example', message(FAR, 'idle-owner@lists.example', 'nobody owns it'))
got('admin@home.example', 'nobody owns it')
for to in ('postmaster@lists.example', 'Postmaster', 'ABUSE@lists.example'):
    p.deliver(FAR, to, message(FAR, 'postmaster@lists.example', 'to ' + to))
    got('admin@home.example', 'to ' + to)
p.quiet()
equal('moderators are not owners', home.to('mo@home.example', Subject='to owners'), [])

section("an account's budget")
for i in range(7):
    with p.submit(ANNA, TOKEN) as s:
        s.sendmail(ANNA, [f'r{i}@far.example'], message(ANNA, f'r{i}@far.example', f'letter {i}'))
check('two are kept back', eventually(lambda: p.status('messages kept back') == 2), p.cli('status'))
equal('five arrived', [i for i in range(7) if eventually(lambda: far.to(f'r{i}@far.example'), 60 if i < 5 else 0)], [0, 1, 2, 3, 4])
m = got('admin@home.example', 'held back')
check('the administrator is told how to go on', m and 'queue release' in m.text())
equal('once', len(home.to('admin@home.example', Subject='held back')), 1)
frozen = [r['number'] for r in p.json('status') if 'kept back' in r['what'] and 'messages' not in r['what']]
p.cli('queue', 'release', str(frozen[0]))
got('r5@far.example', 'letter 5', far)
p.cli('queue', 'rm', str(frozen[1]))
check('nothing is kept any more', eventually(lambda: p.status('messages kept back') == 0 and p.status('deliveries') == 0), p.cli('status'))
p.set_clock(86400 + 3600)
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [FAR], message(ANNA, FAR, 'next day'))
got(FAR, 'next day', far)
p.set_clock(0)

section("a list's budget")
p.cli('list', 'set', LIST, 'posts_per_hour=3')
for i in range(5):
    with p.submit(ANNA, TOKEN) as s:
        s.sendmail(ANNA, [LIST], message(ANNA, LIST, f'spike {i}'))
check('two are kept back', eventually(lambda: p.status('messages kept back') == 2), p.cli('status'))
check('three arrive', eventually(lambda: all(home.to('ben@home.example', Subject=f'spike {i}') for i in range(3))), p.cli('status'))
equal('and no other', [len(home.to('ben@home.example', Subject=f'spike {i}')) for i in range(5)], [1, 1, 1, 0, 0])
check('status names the list', 'dev@lists.example: spike' in p.cli('status'), p.cli('status'))
for number in [r['number'] for r in p.json('status') if 'kept back' in r['what'] and 'messages' not in r['what']]:
    p.cli('queue', 'release', str(number))
for i in (3, 4):
    got('ben@home.example', f'spike {i}')
equal('each once', [len(home.to('ben@home.example', Subject=f'spike {i}')) for i in range(5)], [1] * 5)
p.cli('list', 'set', LIST, 'posts_per_hour=0')
p.cli('user', 'set', ANNA, 'send_budget=0')

section('beyond ASCII')


def utf8(subject):
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}> SMTPUTF8 BODY=8BITMIME'.encode().decode('latin-1'))
        s.send('RCPT TO:<jürgen@utf.example>\r\n'.encode())
        code, text = s.getreply()
        check('SMTPUTF8 recipient', code == 250, text)
        code, text = s.data(message(ANNA, 'jürgen@utf.example', subject))
        equal(f'{subject} is accepted', code, 250)


utf8('to Jürgen')
m = got('jürgen@utf.example', 'to Jürgen', far)
check('passed on as SMTPUTF8', m and 'SMTPUTF8' in m.mail_params, m and m.mail_params)
far.offers.remove('SMTPUTF8')
eventually(lambda: not far.live)
utf8('to Jürgen again')
m = got(ANNA, 'not delivered')
check('where it is not offered, the sender hears so', m and '5.6.7' in m.text(), m and m.text())
far.offers.append('SMTPUTF8')
eventually(lambda: not far.live)  # who was connected has not heard of it


def utf8_post(subject, sender=f'Jürgen Ärgerlich <{ANNA}>'):
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}> SMTPUTF8 BODY=8BITMIME')
        s.docmd(f'RCPT TO:<{LIST}>')
        equal(f'{subject} is accepted', s.data(message(sender, LIST, subject, 'Grüße\r\n'))[0], 250)


p.cli('member', 'add', LIST, 'paul@utf.example')
utf8_post('ein Gruß')
m = got('paul@utf.example', 'ein Gruß', far)
check('a post in UTF-8 goes as it came, declared', m and 'SMTPUTF8' in m.mail_params
      and m.field('From') == f'Jürgen Ärgerlich <{ANNA}>', m and (m.mail_params, m.header))
far.offers.remove('SMTPUTF8')
eventually(lambda: not far.live)
utf8_post('noch ein Gruß')
m = eventually(lambda: [x for x in far.to('paul@utf.example') if 'noch' in x.field('Subject')])
check('where that is not offered it is an ordinary message', m and m[0].header.isascii() and 'SMTPUTF8' not in m[0].mail_params
      and str(make_header(decode_header(m[0].field('From')))) == f'Jürgen Ärgerlich <{ANNA}>'
      and str(make_header(decode_header(m[0].field('Subject')))) == 'noch ein Gruß'
      and 'Grüße' in m[0].text(), m and (m[0].mail_params, m[0].header))
check('which our signature covers', m and dkim.verify(m[0].data, dnsfunc=lambda name, timeout=5: key.encode()))
m = got('ben@home.example', 'noch ein Gruß')
check('others get it as it came', m and 'SMTPUTF8' in m.mail_params, m and m.mail_params)
far.offers.append('SMTPUTF8')
p.cli('member', 'remove', LIST, 'paul@utf.example')

section('signed by another')
subprocess.run(['openssl', 'genrsa', '-out', p.dir + '/dkim.pem', '2048'], capture_output=True, check=True)
public = subprocess.run(['openssl', 'rsa', '-in', p.dir + '/dkim.pem', '-pubout'], capture_output=True, text=True, check=True).stdout
dns.zone['sel._domainkey.far.example'] = {'TXT': ['v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])]}


def eightbit(subject, signed):
    mail = message(FAR, 'bugs@lists.example', subject, 'Grüße\r\n', MIME_Version='1.0', Content_Type='text/plain; charset=utf-8',
                   Content_Transfer_Encoding='8bit')
    sign = dkim.sign(mail, b'sel', b'far.example', open(p.dir + '/dkim.pem', 'rb').read(), include_headers=[b'from', b'subject'])
    mail = (sign if signed else b'') + mail
    equal(f'"{subject}" is taken', p.deliver(FAR, 'bugs@lists.example', mail)[0], 250)
    return mid_of(mail)


home.offers.remove('8BITMIME')
eventually(lambda: not home.live)
eightbit('in any form', False)
m = got('ben@home.example', 'in any form')
check('without a signature it goes in seven bits', m and m.data.isascii() and 'Gr=C3=BC=C3=9Fe' in m.text(), m and m.data[-300:])
mid = eightbit('as it is', True)
refused = eventually(lambda: [r for r in p.trace(mid) if r['what'] == 'refused'])
check('what is signed is not changed but refused', refused and all('5.6.3' in r['detail'] for r in refused), p.trace(mid))
m = got(FAR, 'not delivered', far)
equal('nobody has it', home.to('ben@home.example', Subject='as it is'), [])
home.offers.append('8BITMIME')
eventually(lambda: not home.live)
eightbit('as it is, after all', True)
m = got('ben@home.example', 'as it is, after all')
check('where eight bits pass its signature holds', m and dkim.verify(m.data, dnsfunc=lambda name, timeout=5: dns.zone[
    name.decode().rstrip('.')]['TXT'][0].encode()))

section('TLS')
pem = (p.data + '/keys/tls.pem', p.data + '/keys/tls.key')


def letter(subject, **fields):
    with p.submit(ANNA, TOKEN) as s:
        s.sendmail(ANNA, [FAR], message(ANNA, FAR, subject, **fields))


far.certificate = pem
far.offers.append('STARTTLS')
eventually(lambda: not far.live)
letter('with TLS')
check('taken where it is offered', got(FAR, 'with TLS', far).tls)
far.tls_version = ssl.TLSVersion.TLSv1
eventually(lambda: not far.live)
letter('old TLS')
check('an old version rather than clear text', got(FAR, 'old TLS', far).tls)
check('which the ledger says', eventually(lambda: any(r['what'] == 'delivered' and ', TLS of an outdated version' in r['detail'] for r in p.trace(FAR))), p.trace(FAR)[-3:])
far.break_tls = True
eventually(lambda: not far.live)
letter('broken TLS')
equal('broken: in clear rather than not at all', got(FAR, 'broken TLS', far).tls, False)
p.configure(send__require_tls='yes')
check('reloaded', p.reload())
letter('must be TLS')
letter('asks for none', TLS_Required='No')
check('where TLS is a must, it waits', eventually(lambda: len([r for r in p.trace(FAR) if r['what'] == 'tried']) == 2, 60, 0.2), p.trace(FAR)[-3:])
equal('nothing went in clear, whatever it says', [far.to(FAR, Subject=s) for s in ('must be TLS', 'asks for none')], [[], []])
far.break_tls = False
p.set_clock(301)
check('by no old version', eventually(lambda: len([r for r in p.trace(FAR) if r['what'] == 'tried']) == 4, 60, 0.2), p.trace(FAR)[-3:])
far.tls_version = None
p.set_clock(1000)
check('then they go', got(FAR, 'must be TLS', far).tls and got(FAR, 'asks for none', far).tls)

section('who may not write elsewhere')
p.cli('user', 'add', 'ben@home.example')
with p.submit('ben@home.example', p.token('ben@home.example')) as s:
    s.mail('ben@home.example')
    code, words = s.rcpt(FAR)
check('hears what would let them', code == 550 and b'may_send=yes' in words, words)
with p.smtp() as s:
    s.ehlo()
    s.mail('ben@home.example')
    equal('and a stranger nothing of that', s.rcpt(FAR), (550, b'5.7.1 relaying denied'))

section('a relay')
p.configure(send__require_tls='no', send__relay=f'127.0.0.24:{home.port}')
check('reloaded', p.reload())
letter('by the relay')
got(FAR, 'by the relay', home)
equal('not directly', far.to(FAR, Subject='by the relay'), [])
home.stall, seen = 'rcpt', len(home.commands)
letter('the relay stalls')
check('it is offered to the relay', eventually(lambda: [c for c in home.commands[seen:] if c.startswith('RCPT')]))
far_before = len(far.mails)
check('it is taken here all the same', p.deliver(FAR, 'postmaster@lists.example', message(FAR, 'postmaster@lists.example', 'meanwhile'))[0] == 250)
home.stall = None
check('and tried again', eventually(lambda: [r for r in p.trace(FAR) if r['what'] == 'tried' and '127.0.0.24' in r['detail']], 60, 0.2))
p.set_clock(1800)
got(FAR, 'the relay stalls', home)
p.configure(send__relay='outbox')
check('reloaded', p.reload())
mark = len(home.mails) + len(far.mails)
post = message(ANNA, FAR, 'to the outbox')
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [FAR], post)
check('kept, and in the ledger', eventually(lambda: 'kept' in [r['what'] for r in p.trace(mid_of(post))], 60, 0.2), p.trace(mid_of(post)))
equal('nothing leaves', len(home.mails) + len(far.mails), mark)
equal('the log says nothing of trouble', [e for e in p.events()[refused_by_the_book:] if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
