"""A member posts; every member receives; the archive and the trace know. And what
must not pass does not: duplicates, loops, strangers, forgers, the too large, the banned."""
import base64
import email
import email.policy
import os
import re
import subprocess

import dkim

from harness import HERE, Postern, Talk, check, done, equal, eventually, limit, section
from mailing import copy_faults, message, message_id, mid_of, scram_sha_256
from nameserver import NameServer
from sink import Sink

limit(900)
LIST = 'dev@lists.example'
ANNA, BEN, CARA, DAVE = 'anna@north.example', 'ben@south.example', 'cara@south.example', 'dave@sub.east.example'
MEMBERS = [ANNA, BEN, CARA, DAVE]
STRANGER, MODERATOR, FAY = 'eve@far.example', 'mod@north.example', 'fay@west.example'

north = Sink('127.0.0.10', 0, 'mx.north.example')
south = Sink('127.0.0.11', north.port, 'mx.south.example', offers=('8BITMIME', 'DSN'))
east = Sink('127.0.0.12', north.port, 'mx.east.example', offers=('PIPELINING', '8BITMIME'))
dns = NameServer({
    'north.example': {'MX': [(10, 'mx.north.example')]}, 'mx.north.example': {'A': ['127.0.0.10']},
    'south.example': {'MX': [(10, 'mx.south.example')]}, 'mx.south.example': {'A': ['127.0.0.11']},
    # no MX: its own address (RFC 5321 section 5.1)
    'sub.east.example': {'A': ['127.0.0.12'], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
    'west.example': 'SERVFAIL',
    'far.example': {'MX': [(10, 'mx.north.example')]},
})
HOME = {ANNA: north, BEN: south, CARA: south, DAVE: east, MODERATOR: north, STRANGER: north}

p = Postern(dns=dns, mx_port=north.port, admin='admin@north.example')
p.cli('list', 'create', LIST, '--owner', MODERATOR)
p.cli('list', 'set', LIST, 'description=Work on the "Facet" code', 'max_message_size=40')
p.cli('member', 'add', LIST, *MEMBERS)
p.cli('user', 'add', ANNA, '--name', 'Anna')
TOKEN = p.token(ANNA)
p.start()


def copies(subject):
    return {m: HOME[m].to(m, Subject=subject) for m in MEMBERS}


def arrived(subject, seconds=60):
    """Every member has one copy; then a moment later still only one."""
    got = eventually(lambda: all(copies(subject).values()) and copies(subject), seconds)
    return check(f'every member has one copy of "{subject}"', got and all(len(x) == 1 for x in got.values()),
                 {k: len(v) for k, v in copies(subject).items()})


def nobody(subject):
    p.quiet()
    return check(f'nobody has a copy of "{subject}"', not any(copies(subject).values()))


section('swaks: STARTTLS, AUTH PLAIN')
r = subprocess.run(['swaks', '--server', f'127.0.0.1:{p.submission}', '--tls', '--auth', 'PLAIN', '--auth-user', ANNA,
                    '--auth-password', TOKEN, '--from', ANNA, '--to', LIST, '--header', 'Subject: by swaks',
                    '--body', 'My first post.'], capture_output=True, text=True, timeout=60)
check('swaks is content', r.returncode == 0, r.stdout[-1500:] + r.stderr)
arrived('by swaks')
for member in MEMBERS:
    for copy in HOME[member].to(member, Subject='by swaks'):
        equal(f'the copy of {member}', copy_faults(copy, LIST, number=1), [])
        equal(f'one recipient in the copy of {member}', copy.rcpts, [member])
ours = ''.join(re.findall(r'"([^"]*)"', re.search(r'postern\._domainkey\.lists\.example\. IN TXT (.*)', p.first_words)[1])).encode()


def verifies(octets):
    return dkim.verify(octets, dnsfunc=lambda name, timeout=5: ours if name == b'postern._domainkey.lists.example.' else None)


for member in MEMBERS:
    octets = copies('by swaks')[member][0].data
    check(f'the copy of {member} bears our signature', octets.startswith(b'DKIM-Signature:') and verifies(octets), octets[:1500])
    for old, new in ((b'\r\nList-Unsubscribe: <', b'\r\nList-Unsubscribe: <https://evil.example/>, <'),
                     (b'=One-Click', b'=Two-Click'), (b'\r\nFrom: ', b'\r\nFrom: Eve '), (b'My first', b'My worst'),
                     (b'\r\nSubject: ', b'\r\nList-Unsubscribe: <https://evil.example/>\r\nSubject: ')):
        check(f'{old} is covered by it', old in octets and not verifies(octets.replace(old, new, 1)))
paths = {copies('by swaks')[m][0].mail_from for m in MEMBERS}
equal('each copy has its own return path', len(paths), len(MEMBERS))
links = {copies('by swaks')[m][0].field('List-Unsubscribe') for m in MEMBERS}
equal('each copy has its own leave link', len(links), len(MEMBERS))
found = p.json('archive', 'search', LIST, 'first')
check('the archive finds it', len(found) == 1 and 'by swaks' in str(found[0]), found)

section('smtplib: AUTH LOGIN, 465; the bytes')
body = ('Grüße, naïve café\r\n'.encode() + b'..two dots\r\n.\x20one\r\n\r\n  spaces  \t\r\n-- \r\nAnna\r\n' + b'\xff\xfe latin?\r\n')
post = message(f'Anna <{ANNA}>', f'The list <{LIST}>', 'by smtplib', body, Content_Type='text/plain; charset=utf-8',
               Content_Transfer_Encoding='8bit', Return_Path='<wrong@far.example>', X_Folded='one\r\n\ttwo   three',
               MIME_Version='1.0')
with p.submit(ANNA, TOKEN, 'LOGIN', implicit=True) as s:
    s.ehlo()
    s.mail(ANNA, ['BODY=8BITMIME'])
    s.rcpt(LIST)
    equal('accepted', s.data(post)[0], 250)
arrived('by smtplib')
for member in MEMBERS:
    for copy in copies('by smtplib')[member]:
        equal(f'the body of {member} is unchanged', copy.body, body)
        check(f'From, To, Subject, Date, Message-ID and the folded field of {member} are as they were',
              all(line in copy.data for line in re.findall(rb'(?m)^(?:From|To|Subject|Date|Message-ID|X-Folded): .*\r\n', post))
              and b'X-Folded: one\r\n\ttwo   three\r\n' in copy.data, copy.header)
        equal(f'the copy of {member} by smtplib', copy_faults(copy, LIST, number=2), [])

section('nodemailer')
js = os.path.join(HERE, 'js')
if not os.path.isdir(os.path.join(js, 'node_modules/nodemailer')):
    subprocess.run(['npm', 'ci', '--silent', '--no-audit', '--no-fund'], cwd=js, check=True, timeout=60)
r = subprocess.run(['node', 'post.mjs', str(p.submission), ANNA, TOKEN, ANNA, LIST, 'by nodemailer'], cwd=js,
                   capture_output=True, text=True, timeout=60)
check('nodemailer is content', r.returncode == 0, r.stderr)
arrived('by nodemailer')
copy = HOME[BEN].to(BEN, Subject='by nodemailer')[0]
parsed = email.message_from_bytes(copy.data, policy=email.policy.default)
equal('the attachment is there', [x.get_filename() for x in parsed.iter_attachments()], ['table.csv'])
equal('the text is there', parsed.get_body(('plain',)).get_content().splitlines()[:2], ['Grüße from nodemailer', '.'])

section('SCRAM-SHA-256')
with p.submit() as s:
    code, text = scram_sha_256(s, ANNA, TOKEN)
    equal('signed in', code, 235)
    s.sendmail(ANNA, [LIST], message(ANNA, LIST, 'by SCRAM'))
arrived('by SCRAM')


def used(name):
    return next(t['used'] for t in p.json('user', 'tokens', ANNA) if t['name'] == name)


p.cli('user', 'token', ANNA, '--name', 'never')
other = p.cli('user', 'token', ANNA, '--name', 'by SCRAM alone').strip()
equal('a token that was not used', used('by SCRAM alone'), '')
with p.submit() as s:
    equal('the second token signs in', scram_sha_256(s, ANNA, other)[0], 235)
check('when it was used is told to its owner', eventually(lambda: used('by SCRAM alone')), p.json('user', 'tokens', ANNA))
check('of PLAIN and LOGIN, too', used('command line'), p.json('user', 'tokens', ANNA))
equal('and of no other', used('never'), '')
with p.submit() as s:
    equal('a wrong token is 535', scram_sha_256(s, ANNA, 'x' * 26)[0], 535)
    equal('an unknown user is 535', scram_sha_256(s, 'nobody@north.example', TOKEN)[0], 535)
    equal('without AUTH nothing is accepted', s.docmd(f'MAIL FROM:<{ANNA}>')[0], 530)
with p.submit(ANNA, TOKEN) as s:
    code, text = s.docmd(f'MAIL FROM:<{BEN}>')
    equal("another's envelope sender is refused", code, 550)
    s.rset()
    s.mail(ANNA)
    s.rcpt(LIST)
    equal("another's From is refused", s.data(message(BEN, LIST, 'forged'))[0], 550)
    entry = p.events('message-refused')[-1]
    equal('the log says whose and to whom', (entry['from'], entry['to'], bool(entry['do'])), (ANNA, LIST, True))
    s.mail(ANNA)
    equal('sending outside is a right', s.rcpt('x@far.example')[0], 550)
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], f'From: {ANNA}\r\nTo: {LIST}\r\nSubject: bare\r\n\r\nx\r\n'.encode())
arrived('bare')
copy = HOME[BEN].to(BEN, Subject='bare')[0]
check('Message-ID and Date were added', copy.field('Message-ID') and copy.field('Date'), copy.header)

section('what a DKIM signature covers')
subprocess.run(['openssl', 'genrsa', '-out', p.dir + '/dkim.pem', '2048'], capture_output=True, check=True)
public = subprocess.run(['openssl', 'rsa', '-in', p.dir + '/dkim.pem', '-pubout', '-outform', 'PEM'], capture_output=True,
                        text=True, check=True).stdout
record = 'v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])
dns.zone['sel._domainkey.north.example'] = {'TXT': [record]}
dns.zone['_dmarc.north.example'] = {'TXT': ['v=DMARC1; p=reject']}
key = open(p.dir + '/dkim.pem', 'rb').read()


def signed(post, canon=(b'relaxed', b'simple')):
    return dkim.sign(post, b'sel', b'north.example', key, canonicalize=canon,
                     include_headers=[b'from', b'to', b'subject', b'date', b'message-id']) + post


with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], signed(message(ANNA, LIST, 'signed', 'Line.  \r\n\r\nLast.\r\n\r\n\r\n')))
arrived('signed')
for member in MEMBERS:
    for copy in copies('signed')[member]:
        check(f"the author's signature in the copy of {member} verifies, below ours", verifies(copy.data) and dkim.DKIM(
            copy.data).verify(2, dnsfunc=lambda name, timeout=5: record.encode()))

section('trace and archive')
mid = mid_of(HOME[BEN].to(BEN, Subject='by smtplib')[0].data)
rows = p.trace(mid)
delivered = {r['recipient'] for r in rows if r['what'] == 'delivered'}
equal('trace shows every recipient', delivered, set(MEMBERS))
check('with the words of the server', all('250' in r['detail'] for r in rows if r['what'] == 'delivered'), rows)
check('and the verdict with its rules', any(r['what'] == 'accepted' and 'loop: miss' in r['detail'] for r in rows), rows)
check("trace of an address shows a member's mail", eventually(lambda: len(p.trace(CARA)) >= 6))
check('the archive has all six', len(p.json('archive', 'search', LIST, 'from:anna')) == 6,
      p.json('archive', 'search', LIST, 'from:anna'))

section('duplicates')
mid = message_id()
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], message(ANNA, LIST, 'twice', mid=mid))
arrived('twice')
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], message(ANNA, LIST, 'twice', mid=mid))
    s.sendmail(ANNA, [LIST], message(ANNA, LIST, 'same id', 'Other words.\r\n', mid=mid))
check('the same post again is dropped', p.event('post-judged', verdict='discard', rule='duplicate'))
check('the same id with other words is held', p.event('post-held', rule='duplicate'))
p.quiet()
arrived('twice', 1)
nobody('same id')
for held in p.json('held', 'ls', LIST):
    p.cli('held', 'discard', str(held['id']))

section('loops and automatic mail')
copy = copies('by swaks')[BEN][0]
code, text = p.deliver(BEN, LIST, copy.data.replace(b'by swaks', b'came back'))
equal('our own copy is taken', code, 250)
check('and goes no further', p.event('post-judged', verdict='discard', rule='loop'))
p.deliver('', LIST, message(BEN, LIST, 'from nobody'))
p.deliver(BEN, LIST, message(BEN, LIST, 'on holiday', Auto_Submitted='auto-replied'))
check('a bounce and an automatic reply are no posts', eventually(
    lambda: len(p.events('post-judged', verdict='discard', rule='automatic')) == 2))
nobody('came back')

section('strangers')
equal('a stranger is taken', p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'stranger one', 'Please.\r\n'))[0], 250)
check('and held', p.event('post-held', rule='nonmember', author=STRANGER))
note = eventually(lambda: north.to(MODERATOR, Subject='stranger one'))
check('the moderator is told', note)
note = note[0]
check('a notice bears our signature', verifies(note.data), note.header)
check('with a token in Reply-To or From, and the post', 'dev-confirm+' in note.header and b'Please.' in note.data, note.text())
equal('from a program, to which nothing answers', (note.field('Auto-Submitted'), note.mail_from), ('auto-generated', ''))
equal('the stranger, who proved nothing, is told nothing', north.to(STRANGER), [])
held = p.json('held', 'ls', LIST)
equal('one waits', [(h['author'], h['subject']) for h in held], [(STRANGER, 'stranger one')])
check('held show prints it', 'Please.' in p.cli('held', 'show', str(held[0]['id'])))
p.cli('held', 'accept', str(held[0]['id']))
arrived('stranger one')
equal('accepted once only', p.run('held', 'accept', str(held[0]['id'])).returncode, 1)
p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'stranger two'))
note = eventually(lambda: north.to(MODERATOR, Subject='stranger two'))[0]
answer_to = re.search(r'dev-confirm\+[A-Za-z0-9]+@lists\.example', note.header)[0]
p.deliver(MODERATOR, answer_to, signed(message(MODERATOR, answer_to, 'Re: ' + note.field('Subject'), 'accept\r\n\r\n> quoted\r\n')))
arrived('stranger two')
p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'stranger three'))
note = eventually(lambda: north.to(MODERATOR, Subject='stranger three'))[0]
answer_to = re.search(r'dev-confirm\+[A-Za-z0-9]+@lists\.example', note.header)[0]
p.deliver(MODERATOR, answer_to, signed(message(MODERATOR, answer_to, 'Re: x', 'What is this?\r\n')))
check('an answer without a choice is told so', eventually(lambda: north.to(MODERATOR, In_Reply_To='@client.example')))
p.deliver(MODERATOR, answer_to, signed(message(MODERATOR, answer_to, 'Re: x', '\r\nReject\r\n')))
check('rejected by mail', p.event('held-handled', verdict='rejected'))
nobody('stranger three')
p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'by command', mid='<by-command@client.example>'))
number = eventually(lambda: p.json('held', 'ls', LIST))[0]['id']
p.cli('held', 'reject', str(number), '--reason', 'Off topic.')
rows = p.trace('by-command@client.example')
check('rejected by command, and why', any(r['what'] == 'rejected' and 'Off topic.' in r['detail'] for r in rows), rows)
nobody('by command')
equal('nothing waits', p.json('held', 'ls', LIST), [])
p.cli('list', 'set', LIST, 'default_nonmember_action=reject')
code, text = p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'stranger four'))
check('where strangers are rejected it is said in the session', code == 550 and 'member' in text, (code, text))

section('size')
with p.submit(ANNA, TOKEN) as s:
    s.docmd(f'MAIL FROM:<{ANNA}> SIZE=50000')
    code, text = s.docmd(f'RCPT TO:<{LIST}>')
    equal('too large for the list: refused at RCPT', (code, text[:5]), (552, b'5.3.4'))
    s.rset()
    s.docmd(f'MAIL FROM:<{ANNA}>')
    equal('not known before: taken', s.docmd(f'RCPT TO:<{LIST}>')[0], 250)
    code, text = s.data(message(ANNA, LIST, 'large', 'x' * 70 + '\r\n' + ('y' * 70 + '\r\n') * 700))
    check('refused behind the dot, with the list\'s limit', code in (550, 552) and b'40 KB' in text, (code, text))
    equal('SIZE beyond the server\'s own', s.docmd(f'MAIL FROM:<{ANNA}> SIZE=99999999999')[0], 552)
nobody('large')
p.cli('list', 'set', LIST, 'max_message_size=1000')


def fits():
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}> SIZE=500000')
        return s.docmd(f'RCPT TO:<{LIST}>')[0] == 250


check('smtpd soon knows the new limit', eventually(fits))
body = b''.join(b'%06d ' % i + bytes([33 + i % 90]) * 70 + b'\r\n.%d\r\n' % i for i in range(4000))
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [LIST], message(ANNA, LIST, 'in a file', body))
arrived('in a file')
for member in MEMBERS:
    for copy in copies('in a file')[member]:
        equal(f'{len(body)} octets came to {member}', copy.body == body, True)
with Talk(('127.0.0.1', p.submission)) as t:
    t.do('EHLO client.example')
    t.starttls(p.tls())
    t.do('EHLO client.example')
    t.do('AUTH PLAIN ' + base64.b64encode(f'\0{ANNA}\0{TOKEN}'.encode()).decode())
    t.do(f'MAIL FROM:<{ANNA}>')
    t.do(f'RCPT TO:<{LIST}>')
    post, replies = message(ANNA, LIST, 'in chunks', body), []
    for i in range(0, len(post), 50000):
        piece = post[i:i + 50000]
        t.send(f'BDAT {len(piece)}{" LAST" if i + 50000 >= len(post) else ""}\r\n'.encode() + piece)
        replies.append(t.reply()[0])
    equal('by BDAT', set(replies), {250})
arrived('in chunks')
equal('as it was', [copies('in chunks')[m][0].body == body for m in MEMBERS], [True] * 4)
check('no body file is left', eventually(lambda: not [f for d, _, fs in os.walk(p.data + '/inbound') for f in fs if 'inbound' not in f]),
      list(os.walk(p.data + '/inbound')))

section('bans')
p.cli('ban', 'add', ANNA, '--list', LIST)
with p.submit(ANNA, TOKEN) as s:
    s.mail(ANNA)
    s.rcpt(LIST)
    code, text = s.data(message(ANNA, LIST, 'banned'))
    equal('a banned author is refused', code, 550)
p.cli('ban', 'rm', ANNA, '--list', LIST)

section('proof')
answers = {who: p.deliver('x@far.example', LIST, message(who, LIST, 'forged')) for who in (BEN, MODERATOR, 'nobody@south.example')}
check('where strangers are rejected, who tries names does not learn who is a member',
      len(set(answers.values())) == 1 and answers[BEN][0] == 550, answers)
p.cli('list', 'set', LIST, 'default_nonmember_action=hold')
equal('a member\'s address by port 25, without proof', p.deliver(BEN, LIST, message(BEN, LIST, 'no proof'))[0], 250)
check('is held', p.event('post-held', rule='proof', author=BEN))
nobody('no proof')
p.deliver('bounces@far.example', LIST, signed(message(ANNA, LIST, 'proven by DKIM')))
arrived('proven by DKIM')
p.deliver('bounces@far.example', LIST, signed(message(ANNA, LIST, 'broken seal')).replace(b'Hello', b'Hallo'))
check('a broken signature proves nothing', eventually(lambda: len(p.events('post-held', rule='proof')) == 2))
nobody('broken seal')
p.deliver(DAVE, LIST, message(DAVE, LIST, 'proven by SPF'))
arrived('proven by SPF')
check('Authentication-Results says so', 'spf=pass' in copies('proven by SPF')[CARA][0].field('Authentication-Results'))
p.deliver('x@far.example', LIST, message(DAVE, LIST, 'other envelope'))
check('SPF of another domain proves nothing', eventually(lambda: len(p.events('post-held', rule='proof')) == 3))
p.cli('member', 'add', LIST, FAY)
p.cli('member', 'set', LIST, FAY, 'delivery=off')
code, text = p.deliver(FAY, LIST, message(FAY, LIST, 'no name server'))
equal('while DNS is away: later', code, 451)
p.cli('list', 'set', LIST, 'authenticate=any')
p.deliver(BEN, LIST, message(BEN, LIST, 'believed'))
arrived('believed')
two = message(BEN, LIST, 'two authors').replace(f'From: {BEN}'.encode(), f'From: {BEN}, {CARA}'.encode())
equal('two authors are refused', p.deliver(BEN, LIST, two)[0], 550)
twice = message(BEN, LIST, 'two Froms').replace(b'\r\nTo:', f'\r\nFrom: {CARA}\r\nTo:'.encode())
check('two From fields are refused', p.deliver(BEN, LIST, twice)[0] in (550, 554), p.deliver(BEN, LIST, twice))

section('settings of a copy')
p.cli('list', 'set', LIST, 'subject_prefix=[dev]', 'reply_goes_to_list=point_to_list')
p.cli('member', 'set', LIST, BEN, 'own_posts=no')
p.cli('member', 'set', LIST, CARA, 'delivery=off')
p.cli('member', 'set', LIST, DAVE, 'copies=no')
p.deliver(BEN, LIST, message(BEN, f'{LIST}, {DAVE}', 'with prefix'))
got = eventually(lambda: north.to(ANNA, Subject='with prefix'))
check('the prefix and Reply-To', got and got[0].field('Subject') == '[dev] with prefix'
      and LIST in got[0].field('Reply-To'), got and got[0].header)
p.quiet()
equal('not to the author, to whom delivery is off, nor to whom a copy went directly',
      [len(HOME[m].to(m, Subject='with prefix')) for m in MEMBERS], [1, 0, 0, 0])

section('the local door')
r = p.run('post', LIST, input=message('admin@north.example', LIST, 'by the administrator').replace(b'\r\n', b'\n').decode())
check('postern post hands in', r.returncode == 0, r.stderr)
check('and it goes out, whoever may post', eventually(lambda: south.to(BEN, Subject='by the administrator')))
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
