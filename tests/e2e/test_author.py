"""Authors whose domain asks servers to refuse what bears no proof (DMARC): every copy has one, as a library and rspamd see it."""
import email
import email.policy
import re
import subprocess
import urllib.request

import dkim

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import mid_of, message
from nameserver import NameServer
from rspamd import Rspamd
from sink import Sink

limit(900)
LIST = 'dev@lists.example'
GUS, HANA, BEN = 'gus@strict.example', 'hana@lax.example', 'ben@south.example'
MEMBERS = [GUS, HANA, BEN]

sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({
    'strict.example': MX, 'lax.example': MX, 'south.example': MX, 'mx.all.example': {'A': ['127.0.0.10']},
    '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject; adkim=s']}, '_dmarc.lax.example': {'TXT': ['v=DMARC1; p=none']},
    '_dmarc.lists.example': {'TXT': ['v=DMARC1; p=reject; adkim=s']},
})

p = Postern(dns=dns, mx_port=sink.port, admin='admin@south.example')
p.cli('list', 'create', LIST, '--owner', BEN)
p.cli('member', 'add', LIST, *MEMBERS)
p.cli('user', 'add', GUS, '--name', 'Gus Roth')
TOKEN = p.token(GUS)
subprocess.run(['openssl', 'genrsa', '-out', p.dir + '/dkim.pem', '2048'], capture_output=True, check=True)
public = subprocess.run(['openssl', 'rsa', '-in', p.dir + '/dkim.pem', '-pubout', '-outform', 'PEM'], capture_output=True,
                        text=True, check=True).stdout
dns.zone['sel._domainkey.strict.example'] = {'TXT': ['v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])]}
key = open(p.dir + '/dkim.pem', 'rb').read()
p.start()
ours = ''.join(re.findall(r'"([^"]*)"', re.search(r'postern\._domainkey\.lists\.example\. IN TXT (.*)', p.first_words)[1]))
dns.zone['postern._domainkey.lists.example'] = {'TXT': [ours]}


def signed_in(address, network):
    return Browser(p, network=network).enter(address)


admin, gus = signed_in('admin@south.example', '192.0.2.7'), signed_in(GUS, '192.0.2.8')
strict = Rspamd('127.0.0.30', dns.address)


def signed(post, more=()):
    return dkim.sign(post, b'sel', b'strict.example', key, canonicalize=(b'relaxed', b'relaxed'),
                     include_headers=[b'from', b'to', b'subject', b'date', b'message-id', *more]) + post


def record(name, timeout=5):
    return dns.zone.get(name.decode().rstrip('.'), {'TXT': ['']})['TXT'][0].encode()


def proven(copy):
    """Does a signature that verifies belong to the domain in From, letter by letter?"""
    domain = re.search(r'@([^@>]+)>?$', copy.field('From')).group(1)
    m = dkim.DKIM(copy.data)
    count = sum(name.lower() == b'dkim-signature' for name, _ in m.headers)
    found = [i for i in range(count) if dkim.DKIM(copy.data).verify(i, dnsfunc=record)]
    values = [v.decode() for name, v in m.headers if name.lower() == b'dkim-signature']
    return domain in [re.search(r'\bd=([^;\s]+)', values[i]).group(1) for i in found]


def strictly(copy, recipient):
    return strict.judge(copy.data, copy.mail_from, recipient, '192.0.2.25')


def copies(subject):
    """One for each member."""
    got = eventually(lambda: all(sink.to(m, Subject=subject) for m in MEMBERS))
    check(f'every member has a copy of "{subject}"', got)
    return [sink.to(m, Subject=subject)[0] for m in MEMBERS]


def said(subject):
    rows = p.trace(mid_of(copies(subject)[0].data))
    return next(r['detail'] for r in rows if r['what'] == 'accepted' and '; from: ' in r['detail']).split('; from: ')[1]


def steps(mid, to=None):
    """What the page "Where is my mail?" shows the administrator, or another, of the message's way."""
    return (to or admin).json('/trace.json?q=' + mid)['steps']


def both_say(subject, why):
    """Trace and page show which form was chosen, and why."""
    equal('trace says which and why', said(subject), why)
    mid = mid_of(copies(subject)[0].data)
    check('and so does the page', any(step['word'] == 'Accepted by the list' and step['text'].endswith('; from: ' + why) for step in steps(mid)), steps(mid))


section('a signature that a list leaves whole')
p.deliver(GUS, LIST, signed(message(f'Gus Roth <{GUS}>', LIST, 'whole')))
for copy in copies('whole'):
    equal('From is the author\'s', copy.field('From'), f'Gus Roth <{GUS}>')
    check('with the proof of the author\'s domain', proven(copy), copy.header)
    action, found = strictly(copy, BEN)
    check('a strict server takes it', action != 'reject' and {'DMARC_POLICY_ALLOW', 'R_DKIM_ALLOW'} <= set(found), (action, found))
check('trace says why', said('whole').startswith("kept (its domain's signature holds"), said('whole'))

section('a signature that says the message is on no list')
p.deliver(GUS, LIST, signed(message(f'Gus Roth <{GUS}>', LIST, 'no list'), [b'list-id']))
for copy in copies('no list'):
    equal('From names the list', copy.field('From'), f'Gus Roth via dev <{LIST}>')
    check('with the proof of the list\'s domain', proven(copy), copy.header)
    equal('an answer goes to the author', copy.field('Reply-To'), f'Gus Roth <{GUS}>')
    equal('who stands there as they wrote it', copy.field('X-Original-From'), f'Gus Roth <{GUS}>')
    action, found = strictly(copy, BEN)
    check('a strict server takes it', action != 'reject' and {'DMARC_POLICY_ALLOW', 'R_DKIM_ALLOW'} <= set(found)
          and 'R_DKIM_REJECT' not in found, (action, found))
both_say('no list', "the list's (strict.example asks for p=reject, and no signature of it holds over the copy)")
number = p.json('archive', 'search', LIST, 'subject:"no list"')[0]['number']
raw = urllib.request.urlopen(f'http://127.0.0.1:{p.web}/lists/dev/{number}/raw', timeout=60).read().decode()
check('the archive has the original', '\nFrom: Gus Roth <gus@' in raw and ' via dev' not in raw, raw[:800])

section('signed in to send, far from the servers of the own domain')
with p.submit(GUS, TOKEN) as s:
    s.sendmail(GUS, [LIST], message(f'Gus Roth <{GUS}>', LIST, 'on the way', Reply_To='roths@strict.example'))
for copy in copies('on the way'):
    equal('From names the list', copy.field('From'), f'Gus Roth via dev <{LIST}>')
    check('with the proof of the list\'s domain', proven(copy), copy.header)
    equal('the author\'s own Reply-To stays', copy.field('Reply-To'), 'roths@strict.example')

section('nobody asks for a proof')
p.deliver(HANA, LIST, message(HANA, LIST, 'lax'))
for copy in copies('lax'):
    equal('From is the author\'s', copy.field('From'), HANA)
equal('trace says why', said('lax'), 'kept (its domain asks for no proof)')

section('as the list says')
p.cli('list', 'set', LIST, 'dmarc_mitigate_action=no_mitigation')
p.deliver(GUS, LIST, message(f'Gus Roth <{GUS}>', LIST, 'left'))
for copy in copies('left'):
    equal('From is the author\'s', copy.field('From'), f'Gus Roth <{GUS}>')
    equal('which a strict server refuses', strictly(copy, BEN)[0], 'reject')
both_say('left', 'kept (the list leaves it as it is)')
p.cli('list', 'set', LIST, 'dmarc_mitigate_action=reject')
bare = message(f'Gus Roth <{GUS}>', LIST, 'bare')
code, text = p.deliver(GUS, LIST, bare)
check('a post without its signature is refused', code == 550 and 'asks for its own signature' in text, (code, text))
refused = eventually(lambda: [r['detail'] for r in p.trace(mid_of(bare)) if r['what'] == 'rejected']) or ['']
check('trace says by which rule and why', "unsigned: reject (the author's domain asks for its own signature (DMARC)" in refused[0], refused)
check('and so does the page', any(step['word'] == 'Rejected' and 'asks for its own signature' in step['text'] for step in steps(mid_of(bare))), steps(mid_of(bare)))
equal('the author learns why, as in the session', [(step['word'], step['text']) for step in steps(mid_of(bare), gus)], [('Rejected', 'Why: ' + text.split('5.7.1 ', 1)[1])])
equal('one with it is taken', p.deliver(GUS, LIST, signed(message(f'Gus Roth <{GUS}>', LIST, 'good')))[0], 250)
copies('good')
p.cli('list', 'set', LIST, 'dmarc_mitigate_action=wrap_message')
p.deliver(GUS, LIST, signed(message(f'Gus Roth <{GUS}>', LIST, 'wrapped', 'Caf\u00e9.\r\n', Content_Type='text/plain; charset=utf-8'),
                            [b'list-id']))
for copy in copies('wrapped'):
    equal('From names the list', copy.field('From'), f'Gus Roth via dev <{LIST}>')
    whole = email.message_from_bytes(copy.data, policy=email.policy.default)
    equal('the post is inside', (whole.get_content_type(), whole.get_content()['From'], whole.get_content().get_content()),
          ('message/rfc822', f'Gus Roth <{GUS}>', 'Caf\u00e9.\r\n'))
    inside = copy.data.split(b'\r\n\r\n', 1)[1]
    check('with its proof', dkim.DKIM(inside).verify(0, dnsfunc=record))
    check('and the list\'s around it', proven(copy), copy.header)
both_say('wrapped', "the list's, the post inside (strict.example asks for p=reject, and no signature of it holds over the copy)")
p.cli('list', 'set', LIST, 'dmarc_mitigate_action=munge_from', 'dmarc_mitigate_unconditionally=yes')
p.deliver(HANA, LIST, message(f'Hana <{HANA}>', LIST, 'always'))
for copy in copies('always'):
    equal('From names the list', copy.field('From'), f'Hana via dev <{LIST}>')
both_say('always', "the list's (the list does so with every post)")
p.cli('list', 'set', LIST, 'dmarc_mitigate_unconditionally=no')

section('a post that was held')
p.cli('list', 'set', LIST, 'emergency=yes')
waiting = signed(message(f'Gus Roth <{GUS}>', LIST, 'for later'), [b'list-id'])
p.deliver(GUS, LIST, waiting)
check('is held', eventually(lambda: p.json('held', 'ls', LIST)))
check('its author learns why', eventually(lambda: [step['text'] for step in steps(mid_of(waiting), gus) if step['word'] == 'Held for a moderator'])
      == ['Why: ' + p.json('held', 'ls', LIST)[0]['reason']], steps(mid_of(waiting), gus))
p.cli('held', 'accept', str(p.json('held', 'ls', LIST)[0]['id']))
for m in MEMBERS:
    check(f'and is judged by what DNS said when it came, in the copy of {m}', eventually(
        lambda: any(c.field('From') == f'Gus Roth via dev <{LIST}>' for c in sink.to(m, Subject='for later'))))
p.cli('list', 'set', LIST, 'emergency=no')
broken = signed(message(f'Gus Roth <{GUS}>', LIST, 'on a detour')).replace(b'Subject: on a detour', b'Subject: by a detour')
equal('one whose proof broke on its way is taken', p.deliver(BEN, LIST, broken)[0], 250)
check('and held, since nothing proves its author', eventually(lambda: p.json('held', 'ls', LIST)))
p.cli('held', 'accept', str(p.json('held', 'ls', LIST)[0]['id']))
for m in (GUS, HANA):  # the third is its moderator, who is told of it
    check(f'{m} has a copy', eventually(lambda: sink.to(m, Subject='by a detour')), p.tail())
    copy = sink.to(m, Subject='by a detour')[0]
    equal('the moderator vouches for it: From names the list', copy.field('From'), f'Gus Roth via dev <{LIST}>')
    action, found = strictly(copy, BEN)
    check('a strict server takes it', action != 'reject' and 'DMARC_POLICY_ALLOW' in found, (action, found))

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
