"""What a mail engineer looks at first: fields that must not leave or must not be missing,
who is told what, and addresses at the edge of what a mailer takes."""
import re

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, message_id
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, BEN, FAR = 'dev@lists.example', 'anna@north.example', 'ben@north.example', 'x@far.example'
LONG = 'a-name-of-thirty-two-characters1'

world = Sink('127.0.0.40', 0, 'mx.north.example')
ours = {'MX': [(10, 'mx.north.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'north.example': ours, 'far.example': ours, 'mx.north.example': {'A': ['127.0.0.40']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@north.example')
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('list', 'create', f'{LONG}@lists.example', '--owner', ANNA)
p.cli('member', 'add', LIST, ANNA, BEN)
p.cli('alias', 'add', 'bugs@lists.example', BEN)
p.cli('user', 'add', ANNA, '--may-send')
TOKEN = p.token(ANNA)
p.start()


def got(who, seconds=60, **having):
    found = eventually(lambda: world.to(who, **having), seconds)
    check(f'{who} has {having}', found)
    return found[0] if found else None


def copy(subject, head, sender=BEN, **smtp):
    equal(f'"{subject}" is taken', p.deliver(sender, LIST, f'From: {sender}\r\nTo: {LIST}\r\nSubject: {subject}\r\n{head}\r\nx\r\n'.encode(), **smtp)[0], 250)
    return got(ANNA, Subject=subject)


section('fields')
m = copy('secret', 'Bcc: boss@far.example\r\nresent-bcc: boss@far.example\r\nContent-Length: 99\r\nMessage-ID: <1@north.example>\r\n')
equal('Bcc and Content-Length stay here', [m.fields(f) for f in ('Bcc', 'Resent-Bcc', 'Content-Length')], [[], [], []])
equal('its own name stays', m.fields('Message-ID'), ['<1@north.example>'])
check('nor are they in the archive', 'boss@far.example' not in p.cli('archive', 'export', LIST))
for subject, head in (('no name', ''), ('an empty name', 'Message-ID: <>\r\n'), ('an empty field', 'Message-ID: \r\n')):
    m = copy(subject, head)
    check(f'{subject}: one Message-ID', len(m.fields('Message-ID')) == 1 and m.field('Message-ID').endswith('@mail.lists.example>'), m.header)
    equal(f'{subject}: every copy has the same', got(BEN, Subject=subject).field('Message-ID'), m.field('Message-ID'))
    equal(f'{subject}: one Date', len(m.fields('Date')), 1)
m = copy('odd greeting', '', helo='a(b;c')
check('what a client calls itself ends no clause', m.field('Received').startswith('from a?b?c ([127.0.0.1])'), m.field('Received'))
p.deliver(FAR, 'bugs@lists.example', b'From: x@far.example\r\nSubject: to an alias\r\n\r\nx\r\n')
equal('what is only passed on is not completed', got(BEN, Subject='to an alias').fields('Message-ID'), [])

section('who is told')
with p.submit(ANNA, TOKEN) as s:
    s.docmd(f'MAIL FROM:<{ANNA}> ENVID=E1')
    s.docmd(f'RCPT TO:<{LIST}> NOTIFY=SUCCESS ORCPT=rfc822;dev')
    equal('taken', s.data(message(ANNA, LIST, 'tell me', 'Secret body.\r\n'))[0], 250)
m = got(ANNA, Subject='Mail delivered')
check('a list that has it says so', m and 'Action: delivered' in m.text() and 'Original-Envelope-Id: E1' in m.text()
      and 'Original-Recipient: rfc822;dev' in m.text() and 'Secret body.' not in m.text(), m and m.text())
p.deliver(FAR, LIST, message(BEN, LIST, 'forged'))
with p.smtp() as s:
    s.ehlo()
    s.docmd(f'MAIL FROM:<{FAR}>')
    s.docmd(f'RCPT TO:<{LIST}> NOTIFY=SUCCESS')
    s.data(message(BEN, LIST, 'forged and curious'))
    s.docmd(f'MAIL FROM:<{FAR}>')
    s.docmd('RCPT TO:<bugs@lists.example> NOTIFY=SUCCESS ORCPT=rfc822;b')
    s.data(message(FAR, 'bugs@lists.example', 'a curious bug'))
m = got(BEN, Subject='a curious bug')
equal('an alias of one passes NOTIFY on', m.params, ['NOTIFY=SUCCESS ORCPT=rfc822;b'])
p.quiet()
equal('who proved nothing is not written to', world.to(FAR), [])
p.cli('list', 'set', LIST, 'default_nonmember_action=hold')
p.deliver(FAR, LIST, message(FAR, LIST, 'a stranger'))
m = got(ANNA, Subject='Held: a stranger')
answer_to = re.search(r'<(dev-confirm\+[a-z2-7]+@lists\.example)>', m.field('From'))[1]
p.deliver(ANNA, answer_to, message(ANNA, answer_to, 'Re: held', 'Accept.\r\n\r\nSent from my telephone\r\n'))
got(BEN, Subject='a stranger')

section('addresses')
with p.smtp() as s:
    s.ehlo()
    s.docmd(f'MAIL FROM:<{FAR}>')
    for who, code in (('Postmaster@mail.lists.example', 250), ('abuse@MAIL.lists.example', 250), ('dev@mail.lists.example', 550)):
        equal(who, s.docmd(f'RCPT TO:<{who}>')[0], code)
p.deliver('carl@north.example', f'{LONG}-join@lists.example', message('carl@north.example', f'{LONG}-join@lists.example', 'join'))
answer_to = re.search(r'<(\S+@lists\.example)>', got('carl@north.example', Subject='onfirm').field('From'))[1]
check('the longest name still has an address to answer', len(answer_to.split('@')[0]) <= 64, answer_to)
equal('which is taken', p.deliver('carl@north.example', answer_to, message('carl@north.example', answer_to, 'Re: confirm'))[0], 250)
got('carl@north.example', Subject='Welcome')
VERP = 'bounces+1234567-ab12-bugs=lists.example.org@far.example'
p.deliver(VERP, 'bugs@lists.example', message('shop@far.example', 'bugs@lists.example', 'your parcel'))
equal('a sender too long for SRS is forwarded all the same', got(BEN, Subject='your parcel').mail_from, '')
r = p.run('init', '--dir', p.dir + '/other', '--domain', 'a.example', '--admin', 'Postmaster@a.example')
check('the administrator is no forwarded address', r.returncode != 0 and 'mailbox' in r.stderr, r.stderr)
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
