"""What we vouch with: two keys, their rotation, the domain that signs, the ARC set of a post; servers of seven bits."""
import quopri
import re
import subprocess

import dkim

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, OTHER = 'dev@lists.example', 'news@other.example'
ANNA, BEN, CARL = 'anna@north.example', 'ben@old.example', 'carl@east.example'

sink = Sink('127.0.0.10', 0, 'mx.north.example')
old = Sink('127.0.0.11', sink.port, 'mx.old.example', offers=['PIPELINING'])
dns = NameServer({
    'north.example': {'MX': [(10, 'mx.north.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'mx.north.example': {'A': ['127.0.0.10']},
    'east.example': {'MX': [(10, 'mx.north.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, '_dmarc.east.example': {'TXT': ['v=DMARC1; p=reject']},
    'old.example': {'MX': [(10, 'mx.old.example')]}, 'mx.old.example': {'A': ['127.0.0.11']},
})
OWN = 'own@other.example'
p = Postern(dns=dns, mx_port=sink.port, admin=ANNA)
for name in (LIST, OTHER):
    p.cli('list', 'create', name, '--owner', ANNA)
    p.cli('member', 'add', name, ANNA, BEN)


def publish(text):
    """Lines of a zone file."""
    found = re.findall(r'^(\S+)\. IN TXT \((.*) \)$', text, re.M)
    for name, strings in found:
        dns.zone[name] = {'TXT': [''.join(re.findall(r'"([^"]*)"', strings))]}
    return [name for name, _ in found]


def record(name, timeout=5):
    return dns.zone.get(name.decode().rstrip('.'), {'TXT': ['']})['TXT'][0].encode()


def signers(copy):
    """s= and d= of the signatures that hold."""
    values = copy.fields('DKIM-Signature')
    good = [v for i, v in enumerate(values) if dkim.DKIM(copy.data).verify(i, dnsfunc=record)]
    return sorted((re.search(r'\bs=([^;\s]+)', v)[1], re.search(r'\bd=([^;\s]+)', v)[1]) for v in good)


def copy_of(post, to=LIST, sender=ANNA, where=sink, who=ANNA):
    subject = re.search(rb'Subject: (.*)\r\n', post)[1].decode()
    equal(f'"{subject}" is taken', p.deliver(sender, to, post)[0], 250)
    check(f'and its copy comes to {who}', eventually(lambda: where.to(who, Subject=subject)), p.tail())
    return where.to(who, Subject=subject)[0]


section('two keys from the start')
equal('init prints the records of both', publish(p.first_words),
      ['postern._domainkey.lists.example', 'postern-ed._domainkey.lists.example'])
p.start()
copy = copy_of(message(ANNA, LIST, 'one'))
equal('both sign', signers(copy), [('postern', 'lists.example'), ('postern-ed', 'lists.example')])
check('the leave link is covered', all('list-unsubscribe:list-unsubscribe' in re.sub(r'\s', '', v)
                                       for v in copy.fields('DKIM-Signature')), copy.header)
arc = dkim.ARC(copy.data).verify(dnsfunc=record)
equal('a post is sealed, and the seal holds', arc[0], dkim.CV_Pass)
check('over what we found', 'spf=pass' in copy.field('ARC-Authentication-Results'), copy.header)
check('the message signature covers nothing personal', 'unsubscribe' not in copy.field('ARC-Message-Signature'))
other = eventually(lambda: old.to(BEN, Subject='one'))[0]
equal('one set serves all', other.field('ARC-Seal'), copy.field('ARC-Seal'))
check('each copy has signatures of its own', other.field('DKIM-Signature') != copy.field('DKIM-Signature'))

section('a list in another domain')
copy = copy_of(message(ANNA, OTHER, 'two'), OTHER)
equal('without our record there the site signs', {d for _, d in signers(copy)}, {'lists.example'})
check('the log says so', p.event('key-not-published', domain='other.example'))
rows = p.json('keys', 'ls')
equal('keys ls knows what DNS has', sorted((r['domain'], r['published']) for r in rows),
      [('lists.example', 'yes')] * 2 + [('other.example', 'no')] * 2)
names = publish(p.cli('keys', 'make', 'postern'))
check('keys make prints its records as well', 'postern-ed._domainkey.other.example' in names, names)
check('which DNS has then', eventually(lambda: {r['published'] for r in p.json('keys', 'ls')} == {'yes'}))
p.stop()
p.start()
copy = copy_of(message(ANNA, OTHER, 'three'), OTHER)
equal('with it the list\'s domain does', signers(copy), [('postern', 'other.example'), ('postern-ed', 'other.example')])

section('what an account hands in')
p.cli('user', 'add', OWN, '--may-send')
p.cli('alias', 'add', 'all@lists.example', ANNA)
token = p.token(OWN)
for to, subject in ((ANNA, 'four of her own'), ('all@lists.example', 'by an alias')):
    with p.submit(OWN, token) as s:
        s.sendmail(OWN, [to], message(OWN, to, subject))
    check(f'"{subject}" comes', eventually(lambda: sink.to(ANNA, Subject=subject)), p.tail())
    equal(f'"{subject}" is signed by the domain of From, which this server hosts', signers(sink.to(ANNA, Subject=subject)[0]),
          [('postern', 'other.example'), ('postern-ed', 'other.example')])
    equal('and by nobody else', len(sink.to(ANNA, Subject=subject)[0].fields('DKIM-Signature')), 2)
equal('its proof is that somebody signed in, and not who', [re.sub(r'\s+', ' ', v).partition('; ')[2] for v in
      sink.to(ANNA, Subject='four of her own')[0].fields('Authentication-Results')], ['auth=pass'])
p.cli('member', 'add', LIST, OWN)
with p.submit(OWN, token) as s:
    s.sendmail(OWN, [LIST], message(OWN, LIST, 'a post of her own'))
check('her post comes', eventually(lambda: sink.to(ANNA, Subject='a post of her own')), p.tail())
copy = sink.to(ANNA, Subject='a post of her own')[0]
check('its seal says so, too', re.search(r'i=1;\s*\S+;\s*auth=pass$', copy.field('ARC-Authentication-Results').strip()), copy.header)
equal('and holds', dkim.ARC(copy.data).verify(dnsfunc=record)[0], dkim.CV_Pass)
p.deliver(OWN, 'all@lists.example', message(OWN, 'all@lists.example', 'by a stranger'))
check('a stranger\'s does come', eventually(lambda: sink.to(ANNA, Subject='by a stranger')), p.tail())
equal('and nobody signs for it', sink.to(ANNA, Subject='by a stranger')[0].fields('DKIM-Signature'), [])

section('from one selector to the next')
equal('the one that signs is not retired', p.run('keys', 'retire', 'postern').returncode, 1)
equal('one without keys is not used', p.run('keys', 'use', 'none').returncode, 1)
for bad in ('Caps', 'a.b', 'x-ed', '../x'):
    equal(f'"{bad}" is none', p.run('keys', 'make', bad).returncode, 1)
made = p.cli('keys', 'make')
check('the next is made', 'postern2._domainkey.lists.example' in made, made)
r = p.run('keys', 'use', 'postern2')
check('but not used before DNS has its records', r.returncode == 1 and 'DNS has no record at postern2._domainkey' in r.stderr, r.stderr)
publish(made)
said = p.cli('keys', 'use', 'postern2')
check('then it is, and the old one stays', 'keys retire postern' in said, said)
equal('both are there', sorted({(r['selector'], r['signs']) for r in p.json('keys', 'ls')}), [('postern', 'no'), ('postern2', 'yes')])
equal('the server goes on as it was', signers(copy_of(message(ANNA, LIST, 'four')))[0][0], 'postern')
check('until it reads its keys again', p.reload())
equal('and signs with the new ones', signers(copy_of(message(ANNA, LIST, 'five'))),
      [('postern2', 'lists.example'), ('postern2-ed', 'lists.example')])
p.cli('keys', 'retire', 'postern')
equal('the old ones are gone', {r['selector'] for r in p.json('keys', 'ls')}, {'postern2'})
p.cli('keys', 'make', 'emergency')
p.cli('keys', 'use', 'emergency', '--force')
equal('--force asks nobody', [r['signs'] for r in p.json('keys', 'ls') if r['selector'] == 'emergency'], ['yes'] * 4)
p.configure(trust__selector='postern2')
r = p.run('keys', 'use', 'emergency')
check('what the configuration says is not overruled', r.returncode == 1 and '[trust] selector = postern2' in r.stderr, r.stderr)

section('a server of seven bits')
text = 'Gr\u00fc\u00dfe aus dem Labor. \r\n.\r\n--x\r\n' + 'w\u00e4' * 300 + '\r\n'
post = message(ANNA, LIST, 'eight', text, MIME_Version='1.0', Content_Type='text/plain; charset=utf-8', Content_Transfer_Encoding='8bit')
whole = copy_of(post)
copy = eventually(lambda: old.to(BEN, Subject='eight'))[0]
check('gets seven bits', all(x < 128 for x in copy.data))
equal('in quoted-printable', copy.field('Content-Transfer-Encoding'), 'quoted-printable')
equal('which is the same text', quopri.decodestring(copy.body).decode().replace('\r\n', '\n'), text.replace('\r\n', '\n'))
equal('with signatures of its own that hold', len(signers(copy)), 2)
equal('a set of its own that holds', dkim.ARC(copy.data).verify(dnsfunc=record)[0], dkim.CV_Pass)
check('and the personal fields', '/leave?m=' in copy.field('List-Unsubscribe'))
check('others get it as it was written', text.encode() in whole.data and len(signers(whole)) == 2, whole.header)
sealed = message(ANNA, LIST, 'signed', '--x\r\n\r\nGr\u00fc\u00dfe\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--x--\r\n',
                 MIME_Version='1.0', Content_Type='multipart/signed; boundary=x; protocol="application/pgp-signature"')
copy_of(sealed)
check('what its author signed has no such form: refused for that recipient',
      eventually(lambda: [r for r in p.trace(BEN) if r['what'] == 'refused' and '5.6.3' in r['detail']]), p.trace(BEN)[-5:])
check('and never offered', not [m for m in old.to(BEN) if m.field('Subject') == 'signed'])

section('an author whose signature is all that proves From')
subprocess.run(['openssl', 'genrsa', '-out', p.dir + '/east.pem', '2048'], capture_output=True, check=True)
public = subprocess.run(['openssl', 'rsa', '-in', p.dir + '/east.pem', '-pubout'], capture_output=True, text=True, check=True).stdout
dns.zone['sel._domainkey.east.example'] = {'TXT': ['v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])]}
p.cli('member', 'add', LIST, CARL)


def by_carl(subject):
    eight = message(CARL, LIST, subject, text, MIME_Version='1.0', Content_Type='text/plain; charset=utf-8', Content_Transfer_Encoding='8bit')
    return dkim.sign(eight, b'sel', b'east.example', open(p.dir + '/east.pem', 'rb').read(), canonicalize=(b'relaxed', b'relaxed'),
                     include_headers=[b'from', b'to', b'subject', b'date', b'message-id']) + eight


whole = copy_of(by_carl('strict'), sender=CARL)
check('holds for those who can have it', ('sel', 'east.example') in signers(whole), whole.header)
check('a server of seven bits would break it: refused for that recipient',
      eventually(lambda: len([r for r in p.trace(BEN) if r['what'] == 'refused' and '5.6.3' in r['detail']]) == 2), p.trace(BEN)[-5:])
check('and never offered', not old.to(BEN, Subject='strict'))
equal('which says nothing of the mailbox', [float(m['bounce_score']) for m in p.json('member', 'ls', LIST) if m['address'] == BEN], [0])
dns.zone['_dmarc.east.example'] = {'TXT': ['v=DMARC1; p=none']}
p.stop()
p.start()
copy_of(by_carl('lax'), sender=CARL)
check('where nobody asks for proof it comes in seven bits', eventually(lambda: old.to(BEN, Subject='lax')), p.trace(BEN)[-3:])

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
