"""Chains and pipelines: a list that does the same with every post, or with all mail to its owners, and posts and such
mail that go to others than usual. And a list whose links begin with a name of its own."""
import re

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
home = Sink('127.0.0.27', 0, 'home.host')
dns = NameServer({'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'home.host': {'A': ['127.0.0.27']}})
p = Postern(dns=dns, mx_port=home.port, admin='admin@home.example')
OLGA, ANNA, CORA, ZOE = (f'{x}@home.example' for x in ('olga', 'anna', 'cora', 'zoe'))
NAMES = ('aside', 'void', 'open', 'ours')
SETTINGS = {'aside': ['posting_pipeline=default-owner-pipeline'], 'void': ['posting_pipeline=virgin', 'owner_pipeline=virgin'],
            'open': ['owner_pipeline=default-posting-pipeline'], 'ours': ['web_page_url=https://lists.uni.example/']}
for name in NAMES:
    p.cli('list', 'create', f'{name}@lists.example', '--owner', OLGA)
    p.cli('list', 'set', f'{name}@lists.example', 'admin_immed_notify=no', *SETTINGS[name])
    p.cli('member', 'add', f'{name}@lists.example', ANNA, CORA)
SITE = p.cli('user', 'link', OLGA).split('/confirm/')[0]
p.start()


def write(sender, to, subject, mid=None, **fields):
    octets = message(sender, to, subject, mid=mid, **fields)
    return (*p.deliver(sender, to, octets), mid_of(octets))


def got(who, subject, wanted=1):
    eventually(lambda: len(home.to(who, Subject=subject)) >= wanted)
    found = home.to(who, Subject=subject)
    equal(f'{who} has "{subject}"', len(found), wanted)
    return found[0] if found else None


def quiet():
    check('all is dealt with', eventually(lambda: (p.status('arrivals'), p.status('deliveries')) == (0, 0)), p.cli('status'))


section('posts to the owners alone')
mid = write(ANNA, 'aside@lists.example', 'for the owners')[2]
m = got(OLGA, 'for the owners')
equal('as mail to owners goes', (m.field('Delivered-To'), m.field('List-Id'), 'SRS0=' in m.mail_from), ('aside-owner@lists.example', '', True))
write(ZOE, 'aside@lists.example', 'of a stranger')
check('a stranger\'s waits', eventually(lambda: len(p.json('held', 'ls', 'aside@lists.example')) == 1))
p.cli('held', 'accept', str(p.json('held', 'ls', 'aside@lists.example')[0]['id']))
got(OLGA, 'of a stranger')
quiet()
for subject in ('for the owners', 'of a stranger'):
    got(CORA, subject, 0)
equal('no archive has them', p.json('archive', 'search', 'aside@lists.example', 'owners') + p.json('archive', 'search', 'aside@lists.example', 'stranger'), [])
check('the trace says why', 'to the owners alone (posting_pipeline)' in str(p.trace(mid)), p.trace(mid))
write(ANNA, 'aside@lists.example', 'for the owners', mid=f'<{mid}>')
quiet()
got(OLGA, 'for the owners')

section('to nobody')
mid = write(ANNA, 'void@lists.example', 'into the void')[2]
write(ZOE, 'void-owner@lists.example', 'owners of the void')
quiet()
for who in (OLGA, ANNA, CORA):
    got(who, 'into the void', 0)
    got(who, 'owners of the void', 0)
check('the trace says why', 'to nobody (posting_pipeline)' in str(p.trace(mid)), p.trace(mid))

section('mail to the owners is a post')
OWNERS = 'open-owner@lists.example'
write(ZOE, OWNERS, 'to all of you')
m = got(CORA, 'to all of you')
equal('as a post of the list', m.field('List-Id'), '<open.lists.example>')
check('in its archive', eventually(lambda: len(p.json('archive', 'search', 'open@lists.example', 'all')) == 1))
write(ZOE, OWNERS, 'round and round', List_Id='<open.lists.example>')
octets = message(ZOE, f'open@lists.example, {OWNERS}', 'to both')
p.deliver(ANNA, [OWNERS, 'open@lists.example'], octets.replace(b'From: zoe', b'From: anna'))
write(ZOE, OWNERS, 'I am away', Auto_Submitted='auto-replied')
got(OLGA, 'I am away')
got(CORA, 'to both')
quiet()
for subject in ('round and round', 'I am away'):
    got(CORA, subject, 0)
got(CORA, 'to both')
got(OLGA, 'to all of you', 0)
p.cli('list', 'set', 'open@lists.example', 'owner_chain=reject')
code, said = write(ZOE, OWNERS, 'no more')[:2]
equal('refused while their server is connected', code, 550)
check('in words', 'the list does so with all mail to its owners' in said, said)

section('links with a name of the list\'s own')
write(ANNA, 'ours@lists.example', 'where it is')
m = got(CORA, 'where it is')
equal('its pages', [m.field(x) for x in ('List-Archive', 'Archived-At')], ['<https://lists.uni.example/lists/ours/>', '<https://lists.uni.example/lists/ours/1>'])
check('what bears a token stays', m.field('List-Unsubscribe').startswith(f'<{SITE}/lists/ours/leave?m='), m.field('List-Unsubscribe'))
p.cli('list', 'set', 'ours@lists.example', 'admin_immed_notify=yes')
write(ZOE, 'ours@lists.example', 'to be decided')
m = got(OLGA, 'Held: to be decided')
links = re.findall(r'https?://[^\s>]+', m.text().split('\r\n\r\n', 1)[1])
equal('the letter that decides has both', sorted({x.split('/confirm/')[0] for x in links if '/confirm/' in x} | {x.split('/admin/')[0] for x in links if '/admin/' in x}),
      sorted({SITE, 'https://lists.uni.example/lists/ours'} if any('/admin/' in x for x in links) else {SITE}))
for wrong in ('ftp://lists.uni.example', 'https://lists.uni.example/mailman', 'https://lists.uni.example?x=1', 'https://anna@uni.example', 'lists.uni.example', 'https:///'):
    r = p.run('list', 'set', 'ours@lists.example', f'web_page_url={wrong}')
    equal(f'{wrong} is none', (r.returncode, 'web_page_url' in r.stderr), (1, True))
equal('the right one stays', p.cli('list', 'get', 'ours@lists.example', 'web_page_url').strip(), 'https://lists.uni.example')
equal('SIGTERM ends it well', p.stop(), 0)
done()
