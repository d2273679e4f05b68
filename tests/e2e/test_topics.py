"""Topics: an owner names them, members choose, and mail, digests and X-Topics follow, over real SMTP and the real page; what
Mailman 2 knew of a list's topics comes along."""
import re
import urllib.parse

from browser import Browser
from harness import Postern, check, done, equal, eventually, folder, limit, section
from mailing import message
from nameserver import NameServer
from oldmailman import config, tree
from sink import Sink

limit(900)
DEV = 'dev@lists.example'
TOPICS = 'release: \\brelease\\b|rc\\d\n  What is new, and when\nhardware: solder|probe'

world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']},
                  'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}})
p = Postern(dns=dns, mx_port=world.port)


def who(person):
    return f'{person}@home.example'


def member(person, *options):
    p.cli('member', 'add', DEV, who(person))
    if options:
        p.cli('member', 'set', DEV, who(person), *options)


def write(subject, body='Hello.\r\n', **fields):
    equal(f'"{subject}" is taken', p.deliver(who('anna'), DEV, message(f'Anna <{who("anna")}>', DEV, subject, body, **fields))[0], 250)
    check('and is in everybody\'s mail', eventually(lambda: p.status('arrivals') == 0 and p.status('deliveries') == 0))


def readers(subject):
    return sorted({r.split('@')[0] for m in world.mails if m.field('Subject') == subject for r in m.rcpts})


def topics_of(subject):
    return {m.field('X-Topics') for m in world.mails if m.field('Subject') == subject}


section('an owner names topics, members choose')
p.cli('list', 'create', DEV, '--owner', who('olga'))
refused = p.run('list', 'set', DEV, 'topics=release: (')
check('a pattern that is none is refused, and named', refused.returncode == 1 and 'release: (' in refused.stderr, refused.stderr)
p.cli('list', 'set', DEV, f'topics={TOPICS}', 'topics_enabled=yes', 'digest_send_periodic=no', 'digest_size_threshold=0')
member('anna')
member('rita', 'topics=release')
member('hans', 'topics=hardware', 'other_topics=yes')
member('both', 'topics=release, hardware')
member('dora', 'topics=hardware', 'delivery=mime')
member('dirk', 'delivery=mime')
refused = p.run('member', 'set', DEV, who('both'), 'topics=paint')
check('a topic that is none is refused', refused.returncode == 1 and 'release, hardware' in refused.stderr, refused.stderr)
equal('the command shows a choice', {m['address']: m['topics'] for m in p.json('member', 'ls', DEV)}[who('both')], 'release, hardware')
p.start()

section('posts find their readers')
write('The release is near')
write('Bring your own probe')
write('rc2: less solder')
write('Lunch')
write('In the text', 'Keywords: solder\r\n\r\nHello.\r\n')
write('In a field', Keywords='soldering')
equal('a release', readers('The release is near'), ['anna', 'both', 'rita'])
equal('hardware', readers('Bring your own probe'), ['anna', 'both', 'hans'])
equal('both', readers('rc2: less solder'), ['anna', 'both', 'hans', 'rita'])
equal('neither: who wants that, and who has chosen nothing', readers('Lunch'), ['anna', 'hans'])
equal('by the first line of the text', readers('In the text'), ['anna', 'both', 'hans'])
equal('by Keywords', readers('In a field'), ['anna', 'both', 'hans'])
equal('X-Topics', [topics_of(s) for s in ('The release is near', 'rc2: less solder', 'Lunch')],
      [{'release'}, {'release, hardware'}, {''}])

section('a digest, as each wants it')
p.cli('list', 'digest', DEV, '--now')
check('they go out', eventually(lambda: len(world.to(who('dora'))) == 1 and len(world.to(who('dirk'))) == 1))
inside = {d: re.findall(r'(?m)^Subject: (.*?)\r?$', world.to(who(d))[0].text())[1:] for d in ('dora', 'dirk')}
equal('of hardware', inside['dora'], ['Bring your own probe', 'rc2: less solder', 'In the text', 'In a field'])
equal('of everything', inside['dirk'], ['The release is near', 'Bring your own probe', 'rc2: less solder', 'Lunch', 'In the text', 'In a field'])

section('the page')
b = Browser(p)
b.get(urllib.parse.urlparse(p.cli('user', 'link', who('rita')).strip()).path)
b.submit()
b.get('/lists/dev/me')
check('shows what there is, and what it means', 'What is new, and when' in b.text())
equal('and what was chosen', re.findall(r'id="topic-\d" name="topic" value="(\w+)"( checked)?', b.page), [('release', ' checked'), ('hardware', '')])
b.submit('/lists/dev/me', delivery='regular', topic='hardware', other_topics='yes', )
rita = {m['address']: m for m in p.json('member', 'ls', DEV)}[who('rita')]
equal('a choice on the page is kept', rita['topics'], 'hardware')
write('More probes')
write('Supper')
equal('and holds at once', [readers('More probes'), readers('Supper')], [['anna', 'both', 'hans', 'rita'], ['anna', 'hans', 'rita']])

section('topics that are gone')
p.cli('list', 'set', DEV, 'topics=release: rc\\d')
write('Even more probes')
write('rc3')
equal('who chose only those reads everything', readers('Even more probes'), ['anna', 'hans', 'rita'])
equal('the other topic is still chosen', readers('rc3'), ['anna', 'both', 'hans', 'rita'])
p.cli('list', 'set', DEV, 'topics_enabled=no')
write('To everybody')
equal('off: everybody reads everything', readers('To everybody'), ['anna', 'both', 'hans', 'rita'])

section('moved in from Mailman 2')
root = folder()
tree(root, 'lab', config(
    topics=[('re: lease', 'rc\\d\nrelease', 'What is new\nand when', 0), ('odd', '(?i)x', '', 0)], topics_enabled=True, topics_bodylines_limit=-1,
    members={who('rita'): 0, who('hans'): 0, who('anna'): 0}, topics_userinterest={who('rita'): ['re: lease'], who('hans'): ['odd']},
    user_options={who('hans'): 64}))
p.cli('import', 'mailman2', root)
equal('topics are kept', [p.cli('list', 'get', 'lab@lists.example', key).strip() for key in ('topics_enabled', 'topics_bodylines_limit', 'topics')],
      ['yes', '100', 're  lease: rc\\d|release\n  What is new and when\nodd: (?i)x'])
equal('and who wants which', {m['address'].split('@')[0]: m['topics'] for m in p.json('member', 'ls', 'lab@lists.example')},
      {'rita': 're  lease', 'hans': 'odd', 'anna': ''})
equal('a second time changes nothing', p.run('import', 'mailman2', root).returncode, 0)

equal('SIGTERM ends it well', p.stop(), 0)
done()
