"""A real Mailman 3 moves in, compared attribute by attribute, member by member; mail to its lists goes on."""
import base64
import hashlib
import http.client
import json
import os
import sqlite3
import time

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from mailman3_story import DEV, LEVELS, QUIET, SAY, exported, made
from nameserver import NameServer
from sink import Sink

limit(900)
mailman, facts = made()
export = exported()
sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({'uni.example': {**MX, 'TXT': ['v=spf1 ip4:127.0.0.0/8 -all']}, 'lists.example': MX,
                  'mx.all.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=sink.port)


def books():
    rows = {}
    for book in ('lists', 'archive'):
        with sqlite3.connect(f'file:{p.data}/{book}/{book}.db?mode=ro', uri=True) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%words%'"):
                rows[book, table] = db.execute(f'SELECT * FROM "{table}"').fetchall()
    return rows


def moved(*options):
    r = p.run('import', 'mailman3', mailman.database, '--archives', export, '--report', f'{p.dir}/report', *options)
    check('it ends well', r.returncode == 0, r.stdout + r.stderr)
    with open(f'{p.dir}/report.json') as f:
        return r, {x['list']: x for x in json.load(f)['lists']}


section('a dry run')
before = books()
there = open(mailman.database, 'rb').read()
r, dry = moved('--dry-run')
equal('nothing was written', books(), before)
section('the move')
r, report = moved()
dev = report[DEV]
equal('what the dry run said is what was done', {a: x['attributes'] for a, x in dry.items()}, {a: x['attributes'] for a, x in report.items()})
equal('counts', {k: (v['there'], v['here']) for k, v in dev['counts'].items()},
      {'members': (9, 9), 'owners': (1, 1), 'moderators': (2, 2), 'nonmembers with an action': (2, 2), 'bans': (3, 2),
       'header rules': (4, 3), 'held posts': (2, 2), 'requests to join': (1, 1), 'requests to leave': (1, 1), 'pending confirmations': (1, 1), 'posts': (5, 5)})
for words in ('^(broken', 'some-chain', '1 nonmembers without an action'):
    check(f'the report tells of {words}', any(words in n for n in dev['notes']), dev['notes'])
equal('what is of the whole site', report['all lists']['counts'], {k: {'there': n, 'here': n} for k, n in (('bans', 1), ('domains', 2), ('domain owners', 2))})
check('an owner of the server is told of', report['all lists']['notes'][0].startswith('1 owners of the whole server'), report['all lists']['notes'])
equal('posts for the next digest', report[QUIET]['counts']['posts for the next digest'], {'there': 2, 'here': 2})
equal('Mailman\'s database is as it was', open(mailman.database, 'rb').read() == there, True)

section('attribute by attribute')
# Where a value is not the same word there and here.
SAME = {
    DEV: {'digest_size_threshold': '46', 'default_member_action': 'hold',
          'reject_these_nonmembers': facts['attributes']['reject_these_nonmembers'] + '\nrex@far.example'},
    QUIET: {'owner_chain': 'default-owner-chain', 'default_member_action': 'accept', 'digest_size_threshold': '30', 'bounce_score_threshold': '5'},
}
seen = kept = 0
for address, said in ((DEV, facts['attributes']), (QUIET, facts['quiet'])):
    here = {x['setting']: x['value'] for x in p.json('list', 'show', address)}
    fates = {}
    for x in report[address]['attributes']:
        fates.setdefault(x['attribute'], []).append(x)
    for name, value in said.items():
        check(f'{name} is told once', len(fates.get(name, [])) == 1, fates.get(name))
        seen += 1
        fate = fates[name][0]
        key = fate['here'].split(' = ')[0]
        if fate['fate'] in ('kept', 'changed') and ' = ' in fate['here']:
            kept += 1
            equal(f'{address} {name}', here[key].rstrip(), SAME[address].get(name, value).rstrip())
        if fate['fate'] != 'kept':
            check(f'{name} says why', fate['why'], fate)
    equal(f'{address}: all that has a place has it', [x for x in report[address]['attributes']
                                                     if x['fate'] == 'impossible' and x['attribute'] in here], [])
    equal(f'{address}: no attribute is told twice, and none is silent', (sorted(fates), [n for n in fates if len(fates[n]) > 1], [n for n in said if n not in fates]),
          (sorted(x['attribute'] for x in report[address]['attributes']), [], []))
    equal(f'{address}: what is larger waits, as there', here['max_size_action'], 'hold')
    equal(f'{address}: what Mailman keeps without effect stays off', here['forward_auto_discards'], 'no')
print(f'suite: mailman3 attributes {seen} of {seen} told, {kept} of them settings with the same value')
why = {x['attribute']: (x['fate'], x['why']) for x in dev['attributes']}
equal('a value that changes is told with the old one', [why[n][0] == 'changed' and w in why[n][1] for n, w in (
    ('digest_size_threshold', '45.5 there'), ('obscure_addresses', ''), ('anonymous_list', 'what may stay is left'))], [True, False, True])
quiet = {x['attribute']: (x['fate'], x['why']) for x in report[QUIET]['attributes']}
equal('defer there is accept here, and alike', quiet['default_member_action'], ('kept', ''))
equal('chains and pipelines', [why[n][0] for n in ('posting_chain', 'owner_chain', 'posting_pipeline', 'owner_pipeline')], ['changed', 'changed', 'kept', 'changed'])
equal('a chain that waits for somebody does not here', (quiet['owner_chain'][0], 'hold there' in quiet['owner_chain'][1], quiet['posting_chain'][0]), ('changed', True, 'kept'))
equal('its own texts', (p.cli('template', 'show', 'welcome', DEV).strip(), p.cli('list', 'get', DEV, 'msg_footer').strip()),
      ('Willkommen, Grüße!', 'All about $display_name'))

texts = {x['attribute']: (x['fate'], x['here'].split(' = ')[0], x['why']) for r in report.values() for x in r['attributes'] if ':' in x['attribute'] or '/' in x['attribute']}
for name, fate, here, words in (
        ('list:user:notice:hold', 'changed', 'template held-author', '1 paragraphs'),
        ('list:user:notice:probe', 'impossible', '', 'file:///etc/hostname: a file outside'),
        ('list:user:notice:warning', 'impossible', '', 'no such file'),
        ('list:user:notice:post', 'impossible', '', 'another server has its text'),
        ('en/list:user:notice:welcome.txt', 'changed', 'template welcome', 'with our names'),
        ('en/list:admin:notice:subscribe.txt', 'changed', 'template owner-joined', ''),
        ('en/list:member:regular:footer.txt', 'kept', 'msg_footer', ''),
        ('de/list:member:regular:footer.txt', 'impossible', '', 'one text for all'),
        ('en/own-hold.txt', 'impossible', '', 'no text of Mailman'),
        ('domains/lists.example/de/list:user:action:invite.txt', 'changed', 'template invite', ''),
        ('site/fr/list:user:notice:goodbye.txt', 'changed', 'template goodbye', ''),
        ('site/fr/list:admin:notice:pending.txt', 'impossible', '', 'moderator-summary')):
    told = texts.get(name, ('', '', ''))
    equal(f'{name}', (told[:2], words in told[2]), ((fate, here), True))
equal('by its URI', p.cli('template', 'show', 'held-author', DEV), '{subject} waits: {reason}\n\nAsk {owner_address}.\n')
check('of the domain, with the link that it needs', p.cli('template', 'show', 'invite', DEV, '--language', 'de').startswith('Komm zu {list_address}!\n\n    {link}\n'))
equal('of the site', p.cli('template', 'show', 'goodbye', '--language', 'fr'), 'Au revoir !\n')

section('people')


def table(sql, *args, book='lists'):
    with sqlite3.connect(f'file:{p.data}/{book}/{book}.db?mode=ro', uri=True) as db:
        return db.execute(sql, args).fetchall()


people = {row[0].split('@')[0]: row[1:] for row in table(
    'SELECT a.key, a.text, p.name, m.delivery, m.off_by, m.action, m.own_posts, m.copies, m.acknowledge, m.hidden FROM member m '
    'JOIN address a ON a.id = m.address JOIN person p ON p.id = a.person JOIN list l ON l.id = m.list WHERE l.name = ?', 'dev')}
equal('anna', people['anna'], ('anna@uni.example', 'Anna', 'regular', '', '', 0, 1, 1, 0))
equal('ben, by what his user has chosen', people['ben'], ('Ben@uni.example', 'Ben Jörg', 'regular', '', '', 1, 0, 0, 1))
equal('cora, by what her address has', people['cora'], ('cora@uni.example', 'Cora 猫', 'plain', '', 'accept', 1, 1, 0, 0))

# Each level as Mailman has it, in its own words.
SWITCHES = {'acknowledge': 'acknowledge_posts', 'hidden': 'hide_address', 'copies': 'receive_list_copy', 'own_posts': 'receive_own_postings'}
BITS = {'off': 1, 'form': 2, 'own_posts': 4, 'copies': 8, 'acknowledge': 16, 'hidden': 32}
FORMS = {'regular': 'regular', 'plaintext_digests': 'plain', 'mime_digests': 'mime', 'summary_digests': 'summary'}


def ours(there):
    here = {k: None if there[v] is None else there[v] == 'yes' for k, v in SWITCHES.items()}
    here['form'] = there['delivery_mode'] and FORMS[there['delivery_mode']]
    here['off'] = None if there['delivery_status'] is None else there['delivery_status'] != 'enabled'
    return {**here, 'language': there['preferred_language']}


def level_of(sql, key):
    rows = table('SELECT off, form, own_posts, copies, acknowledge, hidden, language FROM preference WHERE ' + sql, key) or [(None,) * 7]
    return {k: v if v is None or k in ('form', 'language') else bool(v)
            for k, v in zip(('off', 'form', 'own_posts', 'copies', 'acknowledge', 'hidden', 'language'), rows[0])}


compared = 0
for of, name in (('levels', 'dev'), ('levels of quiet', 'quiet')):
    for who, there in facts[of].items():
        row = table('SELECT m.own, m.form, m.delivery, m.own_posts, m.copies, m.acknowledge, m.hidden, m.language, m.follows, a.id, p.id, p.language FROM member m '
                    'JOIN address a ON a.id = m.address JOIN person p ON p.id = a.person JOIN list l ON l.id = m.list WHERE l.name = ? AND a.text = ?', name, who)[0]
        own, form, delivery, own_posts, copies, acknowledge, hidden, said, follows, address, person, speaks = row
        all_here = {'off': delivery == 'off', 'form': form, 'own_posts': bool(own_posts), 'copies': bool(copies), 'acknowledge': bool(acknowledge), 'hidden': bool(hidden)}
        equal(f'{name} {who}: what the membership chooses', {**{k: v if own & BITS[k] else None for k, v in all_here.items()}, 'language': said or None}, ours(there['own']))
        equal(f'{name} {who}: what the address does', level_of('address = ?', address), ours(there['address']))
        equal(f'{name} {who}: what the person does', {**level_of('person = ?', person), 'language': speaks or None}, ours(there['user']))
        holds = ours({**there['holds'], 'hide_address': None})  # there that holds for all, and does nothing
        equal(f'{name} {who}: what holds', {k: v for k, v in all_here.items() if k != 'hidden'}, {k: holds[k] for k in all_here if k != 'hidden'})
        equal(f'{name} {who}: as whom', bool(follows), there['mode'] == 'as_user')
        compared += 1
equal('each member was compared', compared, 11)
print(f'suite: mailman3 preferences of {compared} memberships the same at three levels')
equal('domains', table('SELECT name, description, alias FROM domain ORDER BY name'),
      [('lists.example', 'Lists of the Institute', 'old.example'), ('other.example', 'Gr\u00fc\u00dfe', '')])
equal('and who owns them', table('SELECT d.name, a.text FROM domain_owner o JOIN domain d ON d.id = o.domain JOIN address a ON a.id = o.address ORDER BY 1'),
      [('lists.example', 'olga@uni.example'), ('other.example', 'Chris@uni.example')])
# Of one address alone nothing is preferred, unless a membership is its user's.
compared = 0
for user in facts['users']:
    some = next(iter(user['addresses']))
    row = table('SELECT p.id, p.preferred FROM person p JOIN address a ON a.person = p.id WHERE a.text = ? AND EXISTS (SELECT 1 FROM address x '
                'WHERE x.person = p.id AND (x.id IN (SELECT address FROM member) OR x.id IN (SELECT address FROM role)))', some)
    if not row:  # who only asked, or wrote, or owns a domain
        continue
    here = table('SELECT text, verified_at > 0, id FROM address WHERE person = ?', row[0][0])
    equal(f'{some}: all addresses of the user', {text: bool(proven) for text, proven, _ in here}, user['addresses'])
    preferred = [text for text, _, number in here if number == row[0][1]]
    if len(here) > 1 or preferred:
        equal(f'{some}: the preferred one', preferred, [user['preferred']])
    compared += len(here)
equal('all of them were', compared, 15)
print(f'suite: mailman3 users: {compared} addresses whose, proven and preferred as there')
equal('a nonmember with defer', [(x['address'], x['action']) for x in p.json('nonmember', 'ls', DEV)], [('dan@far.example', 'defer')])
equal('digests, and off by whom', {x: people[x][2:4] for x in ('dora', 'eve', 'fred', 'gina', 'hugo')},
      {'dora': ('mime', ''), 'eve': ('off', 'bounces'), 'fred': ('off', 'moderator'), 'gina': ('summary', ''), 'hugo': ('off', 'user')})
equal('bounces', table('SELECT bounce_score, bounce_at, off_at, warnings, warned_at FROM member WHERE bounce_score > 0'),
      [(5.0, 1772600767, 1772600767, 2, 1772755200)])
equal('roles', sorted((x['role'], x['address']) for x in p.json('role', 'ls', DEV)),
      [('moderator', 'anna@uni.example'), ('moderator', 'max@uni.example'), ('owner', 'olga@uni.example')])
equal('bans', sorted(x['pattern'] for x in p.json('ban', 'ls', DEV)),
      ['^.*@spam[.]example$', 'everywhere@evil.example', 'mallory@evil.example'])
equal('header rules', sorted((x['header'], x['pattern'], x['action']) for x in p.json('list', 'header-match', 'ls', DEV)),
      [('subject', 'casino', 'hold'), ('x-mailer', '.*blaster', 'hold'), ('x-spam', '^yes', 'discard')])

section('what waits')
held = p.json('held', 'ls', DEV)
equal('held posts', [(x['author'], x['subject'], x['reason']) for x in held],
      [('zoe@far.example', 'Grüße', 'Post by non-member'), ('yan@far.example', 'text', 'Too big')])
text = p.cli('held', 'show', str(held[0]['id']))
check('in parts as it was', text.count('--cut') == 3 and 'Grüße\n' in text.replace('\r', '') and 'From here' in text and 'zwei' in text, text)
equal('requests', sorted((x['address'], x['wants']) for x in p.json('request', 'ls', DEV)), [('dora@uni.example', 'leave'), ('will@uni.example', 'join')])
today = int(time.time()) // 86400
equal('who was answered of late waits, as long as there', table("SELECT address, day - ?, times FROM answered ORDER BY address", today),
      [('dev-owner@lists.example yan@far.example', 5, 1), (f'{DEV} zoe@far.example', 5, 1), ('zoe@far.example', 0, 2)])
equal('the last digest', table('SELECT sent_at FROM digest s JOIN list l ON l.id = s.list WHERE l.name = ?', 'dev'), [(1772600767,)])
equal('pending', table("SELECT kind, address FROM pending WHERE list <> 0"), [('join', 'nina@uni.example')])

section('once more')
before = books()
r, again = moved()
equal('changes', {a: x['changes'] for a, x in again.items()}, {a: 0 for a in again})
now_there = books()
equal('nothing was written', {k for k in before if before[k] != now_there.get(k)}, set())

section('life goes on')
p.cli('list', 'set', DEV, 'emergency=no', 'default_member_action=accept', 'anonymous_list=no', 'autorespond_postings=none',
      'archive_policy=public', 'filter_content=no', 'advertised=yes', 'msg_footer=', 'dmarc_mitigate_unconditionally=no', 'posting_chain=default-posting-chain',
      'posting_pipeline=default-posting-pipeline')
p.start()


def get(path):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('GET', path, headers={'Host': 'www.lists.example'})
    r = c.getresponse()
    return r.status, r.getheader('Location'), r.read().decode()


# As HyperKitty names them: base32 of the SHA-1 of the Message-ID.
for number, kind in ((3, 'message'), (2, 'message'), (2, 'thread')):
    code = base64.b32encode(hashlib.sha1(f'old{number}@uni.example'.encode()).digest()).decode()
    for end in ('', '/'):
        equal(f'below mailman3, {kind} {number}', get(f'/mailman3/hyperkitty/list/{DEV}/{kind}/{code}{end}')[:2], (301, f'/lists/dev/{number + 1}'))
        equal(f'HyperKitty\'s {kind} {number}', get(f'/hyperkitty/list/{DEV}/{kind}/{code}{end}')[:2], (301, f'/lists/dev/{number + 1}'))
check('to the post', 'Text of 3.' in get('/lists/dev/4')[2])
equal('the list\'s old page', get(f'/hyperkitty/list/{DEV}/')[:2], (301, '/lists/dev/'))
equal('who did not finish joining presses the old token', get('/confirm/' + facts['token'])[0], 200)
equal('a member posts', p.deliver('anna@uni.example', DEV, message('anna@uni.example', DEV, 'hello again'))[0], 250)
check('ben has it', eventually(lambda: sink.to('Ben@uni.example', Subject='hello again')), p.tail())
check('not she herself, nor who is off', not any(sink.to(f'{x}@uni.example', Subject='hello again') for x in ('anna', 'eve', 'fred', 'hugo')))

equal('a digest waits with what waited there', p.json('list', 'digest', QUIET)[0]['posts'], 2)
p.cli('tick', '--at', '+1d')
digest = eventually(lambda: sink.to('ida@uni.example', Subject='Digest'))
check('it comes', digest and all(x in digest[0].text() for x in ('for digest 0', '\r\nFrom here on', 'for digest 1')), p.tail())

section('and back')
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../doc/leaving.md')) as f:
    script = f.read().split('```python\n')[1].split('```')[0]
out, again = f'{mailman.dir}/out', 'again@lists.example'
goes = Postern()
goes.run('import', 'mailman3', mailman.database, '--var', mailman.var)
goes.cli('list', 'export', DEV, out)
for d, _, names in os.walk(out):
    for x in ('', *names):
        mailman.owned(os.path.join(d, x))
mailman.create(again)
mailman.env['DIR'] = out
there = mailman.do(again, SAY + LEVELS + script + '''
def do(mlist):
    left = back(mlist)
    roles = [sorted(m.address.email for m in r.members) for r in (mlist.owners, mlist.moderators)]
    return {'left': left, 'attributes': attributes(mlist), 'levels': levels(mlist), 'roles': roles,
            'bans': sorted(b.email for b in IBanManager(mlist)), 'rules': len(list(IHeaderMatchList(mlist)))}
''')
# Its own address and age, and what its import had changed, as the report has told.
OTHER = {'list_name', 'list_id', 'created_at', 'digest_last_sent_at', 'digest_size_threshold', 'forward_auto_discards', 'bounce_matching_headers',
         'reject_these_nonmembers'}
equal('each attribute is as it was, but for those', {n for n, v in facts['attributes'].items() if there['attributes'][n] != v}, OTHER)
equal('strangers are named', there['attributes']['reject_these_nonmembers'], 'rejected@far.example\nrex@far.example')
check('what Mailman has not is named', 'personal_copies' in there['left'] and 'subject_prefix' not in there['left'], there['left'])
equal('who is a member, as whom, and what holds', {k: (v['mode'], v['holds']) for k, v in there['levels'].items()},
      {k: (v['mode'], v['holds']) for k, v in facts['levels'].items()})
equal('what a membership had chosen it has chosen', [(k, n) for k, v in facts['levels'].items() for n in v['own'] if v['own'][n] and v['own'][n] != there['levels'][k]['own'][n]], [])
equal('roles, bans, rules', [there['roles'], there['bans'], there['rules']],
      [[['olga@uni.example'], ['anna@uni.example', 'max@uni.example']], ['^.*@spam[.]example$', 'mallory@evil.example'], 3])

section('a database that means ill')
with sqlite3.connect(f'{export}/ill.db') as db:
    sqlite3.connect(f'file:{mailman.database}?mode=ro', uri=True).backup(db)
    db.execute("UPDATE mailinglist SET list_id = '../../outside' WHERE list_name = 'quiet'")
    db.execute("UPDATE mailinglist SET preferred_language = '../../../outside' WHERE list_name = 'dev'")
    db.execute("INSERT INTO template (name, context, uri) VALUES ('list:user:notice:rejected', 'dev.lists.example', 'mailman:///secret.txt')")
mailman.write('../outside/secret.txt', 'a secret of others')
mailman.write('../outside/en/list:user:notice:welcome.txt', 'a secret of others')
r = p.run('import', 'mailman3', f'{export}/ill.db', '--var', mailman.var, '--report', f'{p.dir}/report')
check('a list_id that leads out is refused', r.returncode == 1 and 'is no list_id' in r.stdout, r.stdout + r.stderr)
with open(f'{p.dir}/report.json') as f:
    ill = {x['list']: x for x in json.load(f)['lists']}
equal('and a language reads no file outside', [x['fate'] for x in ill[DEV]['attributes'] if x['attribute'] == 'list:user:notice:rejected'], ['impossible'])
everything = b''.join(open(os.path.join(d, f), 'rb').read() for d, _, fs in os.walk(f'{p.data}/lists') for f in fs)
check('nothing of it is in our books', b'a secret of others' not in everything)

section('what is no Mailman')
with open(f'{export}/odd.db', 'wb') as f:
    f.write(b'SQLite format 3\0' + b'\xff' * 5000)
for path, words in ((f'{export}/none.db', 'No such file'), (f'{export}/{DEV}.mbox', 'cannot be read'), (f'{export}/odd.db', 'cannot be read'),
                    (f'{p.data}/lists/lists.db', 'at work')):
    r = p.run('import', 'mailman3', path)
    check(f'{path} is refused', r.returncode == 1 and words in r.stderr, r.stderr)
with sqlite3.connect(f'{export}/view.db') as db:
    source = sqlite3.connect(f'file:{mailman.database}?mode=ro', uri=True)
    source.backup(db)
    db.execute('ALTER TABLE mailinglist RENAME TO hidden')
    db.execute('CREATE VIEW mailinglist AS SELECT * FROM hidden')
r = p.run('import', 'mailman3', f'{export}/view.db')
check('a view in the place of a table', r.returncode == 1 and 'no table mailinglist' in r.stderr, r.stderr)
with open(f'{export}/view.db-journal', 'wb') as f:
    f.write(b'x' * 600)
r = p.run('import', 'mailman3', f'{export}/view.db')
check('one that is at work', r.returncode == 1 and 'at work' in r.stderr, r.stderr)
done()
