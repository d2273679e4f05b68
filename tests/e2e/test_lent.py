"""A stranger in the name of our own organization: no copy of ours proves what nothing has proven. SPF passes for the site's domains and
every copy bears their signature, which whoever receives it takes for From's own proof (DMARC's relaxed alignment)."""
import re

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
OPEN, LAB = 'open@lists.example', 'open@lists.lab.example'
M, OWNER, EVIL = 'm@far.example', 'own@far.example', '127.0.0.66'
far = Sink('127.0.0.9', 0)
OURS = {'MX': [(10, 'mail.lists.example')], 'TXT': ['v=spf1 mx -all']}
zone = {
    'far.example': {'MX': [(10, 'mx.far.example')]}, 'mx.far.example': {'A': ['127.0.0.9']}, 'mail.lists.example': {'A': ['127.0.0.1']},
    'lists.example': OURS, 'lists.lab.example': OURS, '_dmarc.lists.example': {'TXT': ['v=DMARC1; p=quarantine']},
    'lab.example': {'TXT': ['v=spf1 ip4:127.0.0.7 -all']}, '_dmarc.lab.example': {'TXT': ['v=DMARC1; p=quarantine']},
    '_dmarc.free.lab.example': {'TXT': ['v=DMARC1; p=none']},
}
dns = NameServer(zone)
p = Postern(dns=dns, mx_port=far.port)


def publish(text):
    for name, words in re.findall(r'^(\S+\._domainkey\.\S+)\. IN TXT (.*)$', text, re.M):
        zone[name] = {'TXT': [''.join(re.findall(r'"([^"]*)"', words))]}


p.cli('domain', 'add', 'lists.lab.example')
for address in (OPEN, LAB):
    p.cli('list', 'create', address, '--owner', OWNER)
    p.cli('list', 'set', address, 'default_nonmember_action=accept')
    p.cli('member', 'add', address, M)
p.cli('alias', 'add', 'info@lists.example', M)
p.cli('alias', 'add', 'info@lists.lab.example', M)
publish(p.first_words)
publish(p.cli('keys', 'make', 'postern'))
p.start()


def sent(author, to, subject, source=EVIL, envelope='x@evil.example', **smtp):
    octets = message(f'Boss <{author}>', to, subject)
    equal(f'{subject}: taken', p.deliver(envelope, to, octets, source=source, **smtp)[0], 250)
    return mid_of(octets)


def copy(subject, to=M):
    check(f'{subject}: there is a copy', eventually(lambda: far.to(to, Subject=subject)), p.tail())
    return far.to(to, Subject=subject)[0]


def seen(m):
    """As whoever receives the copy judges it: by its signatures, and by SPF from our address."""
    path = p.dir + '/copy.eml'
    with open(path, 'wb') as f:
        f.write(m.data)
    sender = m.mail_from.strip('<>')
    spf = p.json('check', 'spf', '--ip', '127.0.0.1', '--helo', 'mail.lists.example', '--from', sender)
    dkim = [x['domain'] for x in p.json('check', 'auth', path)['dkim'] if x['result'] == 'pass']
    return spf['result'], sorted(set(dkim))


def is_ours(subject, author, via, to=M, signed=True):
    """The copy names the address it came to, with our proof for that, and the author beside it."""
    m = copy(subject, to)
    local, domain = via.split('@')
    equal(f'{subject}: From is ours', m.field('From'), f'Boss via {local} <{via}>')
    equal(f'{subject}: who stands in From is kept', m.field('X-Original-From'), f'Boss <{author}>')
    equal(f'{subject}: an answer goes there', m.field('Reply-To'), f'Boss <{author}>')
    check(f'{subject}: signed for the domain of From', seen(m)[1] == [domain], (seen(m), m.header))
    return m


def why(mid, what):
    return next((r['detail'] for r in p.trace(mid) if r['what'] == what and 'from: ' in r['detail']), '')


BECAUSE = "nothing proves that the author wrote it, and servers would take our own proof for the author's"

section('a list that takes strangers\' posts')
mid = sent('director@lists.example', OPEN, 'our own domain')
is_ours('our own domain', 'director@lists.example', OPEN)
check('trace says which and why', why(mid, 'accepted').endswith(f"from: the list's ({BECAUSE})"), p.trace(mid))
sent('director@lab.example', LAB, 'the domain above ours')
is_ours('the domain above ours', 'director@lab.example', LAB)
sent('director@free.lab.example', LAB, 'which asks for nothing')
is_ours('which asks for nothing', 'director@free.lab.example', LAB)
p.cli('list', 'set', OPEN, 'dmarc_mitigate_action=no_mitigation')
sent('director@lists.example', OPEN, 'left by the list')
is_ours('left by the list', 'director@lists.example', OPEN)
p.cli('list', 'set', OPEN, 'dmarc_mitigate_action=munge_from')
sent('director@lab.example', OPEN, 'of another organization')
equal('of another organization: kept, since we prove nothing there', copy('of another organization').field('From'), 'Boss <director@lab.example>')

section('who is proven')
sent('director@lab.example', LAB, 'by SPF', source='127.0.0.7', envelope='director@lab.example')
equal('From stays', copy('by SPF').field('From'), 'Boss <director@lab.example>')
p.cli('user', 'add', 'anna@lists.example')
TOKEN = p.token('anna@lists.example')
with p.submit('anna@lists.example', TOKEN) as c:
    c.sendmail('anna@lists.example', [OPEN], message('Boss <anna@lists.example>', OPEN, 'signed in'))
equal('who has signed in', copy('signed in').field('From'), 'Boss <anna@lists.example>')
r = p.run('post', OPEN, input=message('Boss <root@lists.example>', OPEN, 'by the local door').decode())
equal('the administrator posts', (r.returncode, r.stderr), (0, ''))
equal('From stays', copy('by the local door').field('From'), 'Boss <root@lists.example>')

section('what a moderator lets through')
p.cli('list', 'set', OPEN, 'default_nonmember_action=hold')
sent('director@lists.example', OPEN, 'accepted')
check('it waits', eventually(lambda: p.json('held', 'ls', OPEN)), p.tail())
p.cli('held', 'accept', str(p.json('held', 'ls', OPEN)[0]['id']))
is_ours('accepted', 'director@lists.example', OPEN)

section('a list that takes From\'s word')
p.cli('list', 'set', OPEN, 'authenticate=any')
p.cli('member', 'add', OPEN, 'anna@lists.example')
sent('anna@lists.example', OPEN, 'in a member\'s name')
is_ours('in a member\'s name', 'anna@lists.example', OPEN)

section('aliases and role addresses')
for subject, author, to, who in (('by an alias', 'director@lists.example', 'info@lists.example', M),
                                 ('by one of another domain', 'director@dept.lists.example', 'info@lists.lab.example', M),
                                 ('to the owners', 'director@lists.example', 'open-owner@lists.example', OWNER)):
    mid = sent(author, to, subject)
    is_ours(subject, author, to, who)
    check('trace says which and why', why(mid, 'queued').endswith(f'from: that of the address it came to ({BECAUSE})'), p.trace(mid))
octets = message('Boss <director@lists.example>', 'info@lists.example', 'by the null path')
equal('by the null path: taken', p.deliver('', 'info@lists.example', octets, source=EVIL)[0], 250)
is_ours('by the null path', 'director@lists.example', 'info@lists.example')
sent('x@evil.example', 'info@lists.example', 'a stranger as such')
m = copy('a stranger as such')
equal('who is no one of ours stays who they are', (m.field('From'), m.fields('DKIM-Signature')), ('Boss <x@evil.example>', []))
done()
