"""Lists of lists and sibling lists, over real SMTP: a post to the umbrella goes through this server's own door to its member
lists, which take its word and send it on as theirs; nothing goes round; whoever is on several lists has one copy."""
import re

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
ALL, DEV, OPS, QA = (f'{name}@lists.example' for name in ('all', 'dev', 'ops', 'qa'))

world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']},
                  'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
                  'strict.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
                  '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject']}})
p = Postern(dns=dns, mx_port=world.port)


def who(person):
    return f'{person}@{"strict" if person == "gus" else "home"}.example'


def write(person, to, subject, envelope=None, **fields):
    octets = message(f'{person.title()} <{who(person)}>', ', '.join(to), subject, 'Hello.\r\n', **fields)
    equal(f'"{subject}" is taken', p.deliver(who(person), envelope or to, octets)[0], 250)
    settle()


def settle():
    check('it comes to rest', eventually(quiet, 200, 0.05))


def quiet():
    def now():
        rows = p.json('status')
        return tuple(next(r['number'] for r in rows if r['what'].startswith(w)) for w in ('arrivals', 'deliveries'))
    return now() == (0, 0) and now() == (0, 0)


def copies(subject):
    """Of each reader, by which list their copies came."""
    out = {}
    for m in world.mails:
        if m.field('Subject') in (subject, f'[ops] {subject}'):
            for r in m.rcpts:
                out.setdefault(r.split('@')[0], []).append(re.search(r'<(\w+)\.lists', m.field('List-Id'))[1])
    return {k: sorted(v) for k, v in sorted(out.items())}


def held():
    return sorted((h['list'].split('@')[0], h['subject']) for h in p.json('held', 'ls'))


section('the lists')
for address in (ALL, DEV, OPS, QA):
    p.cli('list', 'create', address, '--owner', who('olga'))
for address, people in ((ALL, ('anna', 'gus')), (DEV, ('dan', 'both')), (OPS, ('otto', 'both')), (QA, ('quinn',))):
    for person in people:
        p.cli('member', 'add', address, who(person))
p.cli('list', 'set', ALL, 'umbrella_list=yes', 'personal_copies=no')
for address in (DEV, OPS, QA):
    p.cli('member', 'add', ALL, address, '--welcome')
p.cli('list', 'set', DEV, 'accept_these_lists=all')
p.cli('list', 'set', OPS, f'accept_these_lists={ALL}', 'subject_prefix=[ops]')
refused = p.run('list', 'set', DEV, 'accept_these_lists=a b')
check('what names no list is refused', refused.returncode == 1 and 'dev@lists.example, one a line' in refused.stderr, refused.stderr)
p.start()
settle()
check('who runs a member list is welcomed, not its members', eventually(lambda: len(world.to(who('olga'), Subject='Welcome')) == 3))
equal('nothing of it waits as a post', held(), [])

section('a post to the umbrella')
write('anna', [ALL], 'to everybody')
equal('each list sends it as its own; who is on two has two', copies('to everybody'),
      {'anna': ['all'], 'both': ['dev', 'ops'], 'dan': ['dev'], 'gus': ['all'], 'otto': ['ops']})
equal('a list that does not take its word has it wait', held(), [('qa', 'to everybody')])
ours = [m for m in world.mails if m.mail_from and m.field('Subject').endswith('to everybody') and m.field('List-Id') not in ('', '<all.lists.example>')]
equal('they say where they were', {m.field('X-BeenThere') for m in ours}, {ALL})
check('the return path is the list\'s own', all(re.match(r'(dev|ops)-bounces\+', m.mail_from) for m in ours), [m.mail_from for m in ours])
write('gus', [ALL], 'from a strict domain')
equal('an author whose domain is strict is taken, too', copies('from a strict domain'),
      {'anna': ['all'], 'both': ['dev', 'ops'], 'dan': ['dev'], 'gus': ['all'], 'otto': ['ops']})
equal('in the list\'s name', {m.field('From').split(' <')[0] for m in world.to(who('dan'), Subject='from a strict domain')}, {'Gus via all'})

section('whoever forges')
for path in ('all-bounces+1.aaaaaaaaaaaaaaaa', 'all-bounces', 'all'):
    p.deliver(f'{path}@lists.example', DEV, message(f'Eve <{who("eve")}>', DEV, 'forged', 'Hello.\r\n', List_Id='<all.lists.example>'))
settle()
equal('is no list', (copies('forged'), {h for h in held() if h[1] == 'forged'}), ({}, {('dev', 'forged')}))

section('one copy')
p.cli('list', 'set', DEV, 'regular_exclude_lists=ops')
write('anna', [ALL], 'by umbrella')
equal('of two lists below one umbrella', copies('by umbrella'),
      {'anna': ['all'], 'both': ['ops'], 'dan': ['dev'], 'gus': ['all'], 'otto': ['ops']})
write('both', [DEV, OPS], 'by both')
equal('of two lists that a post names', copies('by both'), {'both': ['ops'], 'dan': ['dev'], 'otto': ['ops']})
p.cli('list', 'set', OPS, 'regular_exclude_lists=dev')
write('both', [DEV, OPS], 'each leaves out the other')
equal('and never none', copies('each leaves out the other'), {'both': ['dev'], 'dan': ['dev'], 'otto': ['ops']})
for address in (DEV, OPS):
    p.cli('list', 'set', address, 'regular_exclude_lists=')
    p.cli('member', 'set', address, who('both'), 'copies=no')
write('both', [DEV, OPS], 'crossed')
equal('of a post to two lists, for who asked for no second one', copies('crossed'), {'both': ['dev'], 'dan': ['dev'], 'otto': ['ops']})

section('members of another list')
p.cli('list', 'set', QA, 'regular_include_lists=dev\nops')
write('quinn', [QA], 'with the others')
equal('each has one', copies('with the others'), {'both': ['qa'], 'dan': ['qa'], 'otto': ['qa'], 'quinn': ['qa']})
dan = world.to(who('dan'), Subject='with the others')[0]
check('the return path and the way out are those of the own membership', dan.mail_from.startswith('dev-bounces+') and '/lists/dev/leave?m=' in dan.field('List-Unsubscribe'),
      (dan.mail_from, dan.field('List-Unsubscribe')))
check('so a report of it is known', p.deliver('', dan.mail_from, message('robot@home.example', dan.mail_from, 'report', 'x'))[0] == 250)
p.cli('list', 'set', QA, 'regular_include_lists=')

section('in a circle')
p.cli('list', 'set', QA, 'accept_these_lists=all')
p.cli('list', 'set', ALL, 'accept_these_lists=qa')
p.cli('member', 'add', QA, ALL)
write('anna', [ALL], 'round')
everybody = {'anna': ['all'], 'both': ['dev', 'ops'], 'dan': ['dev'], 'gus': ['all'], 'otto': ['ops'], 'quinn': ['qa']}
equal('once to each', copies('round'), everybody)
write('quinn', [QA], 'round again')
equal('from wherever it comes', copies('round again'), everybody)
check('and no further', not [h for h in held() if 'round' in h[1]], held())

section('a crash in the middle')
p.cli('list', 'create', 'big@lists.example')
p.cli('member', 'import', 'big@lists.example', input=''.join(f'm{i}@home.example\n' for i in range(1500)))
p.cli('list', 'set', DEV, 'regular_include_lists=big', 'posts_per_hour=0')
for n in range(3):
    equal('taken', p.deliver(who('dan'), [DEV], message(f'Dan <{who("dan")}>', DEV, f'crash {n}', 'Hello.\r\n'))[0], 250)
    eventually(lambda: len(world.to('m0@home.example', Subject=f'crash {n}')), 60, 0.002)
    p.kill()
    p.start()
check('it goes on', eventually(quiet, 200, 0.1))
for n in range(3):
    got = copies(f'crash {n}')
    equal(f'nobody misses crash {n}', [r for r in [f'm{i}' for i in range(1500)] + ['dan', 'both'] if r not in got], [])
print('suite: siblings crash: 3 kills, 4506 copies, 0 lost')

equal('SIGTERM ends it well', p.stop(), 0)
done()
