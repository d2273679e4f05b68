"""A Mailman 2 moves in: dry run, run, and once more; what its lists were stands in the books, and mail to them goes on."""
import http.client
import json
import os
import sqlite3
import time

import oldmailman
from harness import HERE, Postern, check, done, equal, eventually, folder, limit, section, skipped
from mailing import message
from nameserver import NameServer
from oldmailman import bounce, config, mail, tree
from sink import Sink

limit(120)
DEV, PRIVATE = 'dev@lists.example', 'board@lists.example'
sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({'uni.example': {**MX, 'TXT': ['v=spf1 ip4:127.0.0.0/8 -all']}, 'lists.example': MX, 'old.example': MX,
                  'mx.all.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=sink.port)
now = int(time.time())
root = folder()

MEMBERS = {'anna@uni.example': 0, 'ben@uni.example': 'Ben@uni.example', 'cora@uni.example': 0, 'dora@uni.example': 0,
           'eve@uni.example': 0, 'fred@uni.example': 0, 'not an address': 0}
MBOX = b''.join(
    b'From anna at uni.example  Wed Mar  4 10:0%d:00 2015\nFrom: anna at uni.example (Anna)\nDate: Wed, 4 Mar 2015 10:0%d:00 +0100\n'
    b'Subject: [Dev] old %d\nMessage-ID: <old%d@uni.example>\n\nText of %d.\n\n' % (i, i, i, i, i) for i in range(5))
HELD = [('From', 'Zoe <zoe@far.example>'), ('To', DEV), ('Subject', 'Bitte um Aufnahme'), ('Message-ID', '<held1@far.example>'),
        ('Content-Type', 'multipart/mixed; boundary="cut"'), ('MIME-Version', '1.0')]
PART = [('Content-Type', 'text/plain; charset=us-ascii')]
tree(root, 'dev', config(
    real_name='Dev', description='Entwicklung f\xfcr alle', info='Zeile eins\r\nZeile zwei', subject_prefix='[Dev] ',
    welcome_msg='Willkommen, Gr\xfc\xdfe!', goodbye_msg='Auf Wiedersehen.', archive=True, archive_private=0,
    subscribe_policy=2, unsubscribe_policy=1, private_roster=1, generic_nonmember_action=2, default_member_moderation=0,
    member_moderation_action=0, max_message_size=500, max_days_to_hold=0, reply_goes_to_list=1, dmarc_moderation_action=4,
    from_is_list=0, bounce_score_threshold=4.5, bounce_info_stale_after=604800, bounce_you_are_disabled_warnings=3,
    header_filter_rules=[('^Subject:\\s*.*casino\n^X-Spam: Yes\n(from|to): both', 3, False), ('^X-Off: 1', 0, False)],
    bounce_matching_headers='# comment\nto: friend@public.com\nx-mailer: .*blaster\n',
    ban_list=['Mallory@evil.example', '^.*@spam[.]example$', '^(broken'], extended_by_us=1,
    owner=['olga@uni.example'], moderator=['max@uni.example', 'anna@uni.example'],
    members=MEMBERS, digest_members={'gina@uni.example': 0},
    user_options={'anna@uni.example': 2 | 4, 'ben@uni.example': 16 | 256, 'cora@uni.example': 128, 'gina@uni.example': 8},
    usernames={'anna@uni.example': 'Anna', 'ben@uni.example': 'Ben J\xf6rg', 'cora@uni.example': 'Cora \u732b'},
    language={'anna@uni.example': 'de', 'ben@uni.example': 'fr'},
    delivery_status={'dora@uni.example': (2, now - 5.0), 'eve@uni.example': (4, now - 86400.0), 'fred@uni.example': (3, 1.0)},
    bounce_info={'eve@uni.example': bounce('eve@uni.example', 5.0, (2015, 3, 4), 1, (2015, 3, 6))},
    passwords={a: 'isigwiuc' for a in MEMBERS}),
    mbox=MBOX,
    requests={'version': (0, 1),
              7: (1, (now - 900.0, 'zoe@far.example', 'Bitte um Aufnahme', 'Post by non-member', 'heldmsg-dev-7.pck', {})),
              8: (1, (now - 800.0, 'yan@far.example', 'text', 'Too big', 'heldmsg-dev-8.txt', {})),
              9: (1, (now - 700.0, 'x@far.example', 'gone', 'Lost', 'heldmsg-dev-9.pck', {})),
              10: (1, (now - 600.0, 'x@far.example', 'up', 'Lost', '../../etc/passwd', {})),
              11: (2, (now - 500.0, 'Will@uni.example', 'Will', 'secretpw', 0, 'de')),
              12: (3, 'anna@uni.example'), 13: (3, 'nobody@uni.example')},
    pending={'a' * 40: ('S', Old := oldmailman.Old('Mailman.UserDesc.UserDesc', address='nina@uni.example', fullname='Nina',
                                                  password='secretpw', digest=0, language='de')),
             'b' * 40: ('U', 'fred@uni.example'), 'c' * 40: ('H', 7), 'd' * 40: ('S', Old),
             'e' * 40: ('S', oldmailman.Old('Mailman.UserDesc.UserDesc', address='ivo@uni.example', fullname='', language='de', invitation='dev')),
             'f' * 40: ('E', 'dev', 'eve@uni.example'),
             'evictions': {**{x * 40: now + 86400.0 for x in 'abcef'}, 'd' * 40: now - 5.0},
             'version': 2},
    held={'heldmsg-dev-7.pck': mail(HELD, [mail(PART, 'Guten Tag\nFrom here\n'), mail(PART, 'zwei')]),
          'heldmsg-dev-8.txt': b'From yan@far.example Wed Mar  4 10:00:00 2015\nFrom: yan@far.example\nSubject: text\n\nhello\n'})
os.makedirs(f'{root}/lists/dev/de')
oldmailman.write(f'{root}/lists/dev/de/subscribeack.txt', b'Willkommen auf %(real_name)s')
oldmailman.write(f'{root}/lists/dev/digest.mbox', MBOX[:MBOX.index(b'From anna', 10)])
tree(root, 'board', config(real_name='Board', default_member_moderation=1, member_moderation_action=1, archive=1,
                           archive_private=1, owner=['olga@uni.example'],
                           members={'anna@uni.example': 0, 'ben@uni.example': 'Ben@uni.example'}, user_options={'ben@uni.example': 128}))
tree(root, 'broken', b'}(U\x01')
oldmailman.write(f'{root}/lists/broken/config.pck.last', b'also not')
tree(root, 'hostile', b"cos\nsystem\n(S'touch " + root.encode() + b"/owned'\ntR.")
tree(root, 'kept', b'}(U\x01')
oldmailman.write(f'{root}/lists/kept/config.pck.last', oldmailman.py2(config(host_name='old.example')) + b'.')
tree(root, 'mailman', config())
samples = os.path.join(os.environ.get('POSTERN_DATA_SHARED', os.path.join(HERE, '../../../shared/data')), 'migration')
if os.path.isdir(samples):
    for name, file in (('test', 'config.pck'), ('eclipse-sig', 'config-with-instances.pck')):
        with open(f'{samples}/{file}', 'rb') as f:
            tree(root, name, f.read())
else:
    skipped('no shared data: two real lists')


def books():
    """Every row of the lists and archive books."""
    rows = {}
    for book in ('lists', 'archive'):
        with sqlite3.connect(f'file:{p.data}/{book}/{book}.db?mode=ro', uri=True) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%words%'"):
                rows[book, table] = db.execute(f'SELECT * FROM "{table}"').fetchall()
    return rows


def moved(*options):
    r = p.run('import', 'mailman2', root, '--report', f'{p.dir}/report', *options)
    with open(f'{p.dir}/report.json') as f:
        return r, {x['list']: x for x in json.load(f)['lists']}


def fate(report, attribute):
    return next((x['fate'], x['here']) for x in report['attributes'] if x['attribute'] == attribute)


section('a dry run')
before = books()
r, dry = moved('--dry-run')
equal('lists that cannot be read make it 1', r.returncode, 1)
check('it says that nothing was written', 'nothing was written' in r.stdout, r.stdout)
equal('and nothing was', books(), before)
check('it counts', dry[DEV]['counts']['members'] == {'there': 8, 'here': 7} and dry[DEV]['counts']['posts']['there'] == 5,
      dry[DEV]['counts'])

section('the move')
r, report = moved()
dev = report[DEV]
equal('the broken ones alone are left out', sorted(x for x in report if report[x]['failed']), ['broken', 'hostile'])
check('nothing that a pickle names is run', not os.path.exists(f'{root}/owned'))
check('an older config serves where the newest is broken', any('config.pck.last' in n for n in report['kept@old.example']['notes']),
      report['kept@old.example'])
equal('what the dry run said is what was done', {a: x['attributes'] for a, x in dry.items()}, {a: x['attributes'] for a, x in report.items()})
equal('counts', {k: (v['there'], v['here']) for k, v in dev['counts'].items()},
      {'members': (8, 7), 'owners': (1, 1), 'moderators': (2, 2), 'bans': (3, 2), 'header rules': (4, 3), 'held posts': (4, 2),
       'requests to join': (1, 1), 'requests to leave': (2, 1), 'pending confirmations': (4, 4), 'posts': (5, 5)})
for words in ('not an address', '(broken', 'heldmsg-dev-9.pck', '../../etc/passwd', 'subscribeack.txt', '1 posts wait',
              'nobody@uni.example asks to leave', 'it was off there', 'do not take back'):
    check(f'the report tells of {words}', any(words in n for n in dev['notes']), dev['notes'])
equal('an attribute of theirs alone', fate(dev, 'extended_by_us')[0], 'impossible')
equal('each attribute of the file is told once', sorted(x['attribute'] for x in dev['attributes']),
      sorted({x['attribute'] for x in dev['attributes']}))
equal('passwords', [fate(dev, x)[0] for x in ('password', 'passwords')], ['impossible'] * 2)
everything = b''.join(open(os.path.join(d, f), 'rb').read() for d, _, fs in os.walk(p.data) for f in fs)
check('no password is in any file of ours', b'isigwiuc' not in everything and b'secretpw' not in everything)

section('settings')


def setting(of, key):
    return p.cli('list', 'get', of, key).rstrip('\n')


for key, value in (('description', 'Entwicklung für alle'), ('info', 'Zeile eins\nZeile zwei'), ('reply_goes_to_list', 'point_to_list'),
                   ('max_message_size', '500'), ('default_nonmember_action', 'reject'), ('bounce_score_threshold', '5'),
                   ('bounce_info_stale_after', '7'), ('member_roster_visibility', 'members'), ('archive_policy', 'public'),
                   ('max_days_to_hold', '0'), ('default_member_action', 'accept'), ('dmarc_mitigate_unconditionally', 'no')):
    equal(key, setting(DEV, key), value)
check('the prefix', setting(DEV, 'subject_prefix').strip() == '[Dev]')
equal('what has no proof is discarded, as there', fate(dev, 'dmarc_moderation_action'), ('kept', 'dmarc_mitigate_action = discard'))
equal('a size is another measure here', (fate(dev, 'max_message_size'), setting(DEV, 'max_size_action')),
      (('changed', 'max_message_size = 500'), 'hold'))
equal('the board', (setting(PRIVATE, 'default_member_action'), setting(PRIVATE, 'archive_policy')), ('reject', 'private'))
known = {x['setting'] for x in p.json('list', 'show', DEV)}
equal('what has a setting has a place', [x for x in dev['attributes'] if x['fate'] == 'no place yet' and x['here'].split(' = ')[0] in known], [])
check('the welcome', 'Willkommen, Grüße!' in p.cli('template', 'show', 'welcome', DEV))

section('people')


def table(sql, *args, book='lists'):
    with sqlite3.connect(f'file:{p.data}/{book}/{book}.db?mode=ro', uri=True) as db:
        return db.execute(sql, args).fetchall()


MEMBER = ('SELECT a.key, a.text, p.name, p.language, m.delivery, m.off_by, m.action, m.own_posts, m.copies, m.acknowledge, m.hidden '
          'FROM member m JOIN address a ON a.id = m.address JOIN person p ON p.id = a.person JOIN list l ON l.id = m.list WHERE l.name = ?')
people = {row[0].split('@')[0]: row[1:] for row in table(MEMBER, 'dev')}
equal('anna', people['anna'], ('anna@uni.example', 'Anna', '', 'regular', '', '', 0, 1, 1, 0))
equal('ben', people['ben'], ('Ben@uni.example', 'Ben Jörg', 'fr', 'regular', '', '', 1, 0, 0, 1))
equal('cora', people['cora'], ('cora@uni.example', 'Cora 猫', '', 'regular', '', 'hold', 1, 1, 0, 0))
equal('off by themselves, by bounces, by an owner', [people[x][3:5] for x in ('dora', 'eve', 'fred')],
      [('off', 'user'), ('off', 'bounces'), ('off', 'moderator')])
check('a reader of digests', people['gina'][3] in ('regular', 'plain'), people['gina'])
equal('bounces', table('SELECT bounce_score, bounce_at, off_at, warnings, warned_at FROM member m JOIN address a ON a.id = m.address '
                       'WHERE a.key = ? AND bounce_score > 0', 'eve@uni.example'),
      [(5.0, 1425427200, now - 86400, 2, 1425600000)])
board = {row[0].split('@')[0]: row[6] for row in table(MEMBER, 'board')}
equal('moderated there by default: who is not says so', board, {'anna': 'accept', 'ben': ''})
equal('roles', sorted((x['role'], x['address']) for x in p.json('role', 'ls', DEV)),
      [('moderator', 'anna@uni.example'), ('moderator', 'max@uni.example'), ('owner', 'olga@uni.example')])
equal('bans', sorted(x['pattern'] for x in p.json('ban', 'ls', DEV)), ['^.*@spam[.]example$', 'mallory@evil.example'])
equal('header rules', sorted((x['header'], x['pattern'], x['action']) for x in p.json('list', 'header-match', 'ls', DEV)),
      [('subject', '.*casino', 'discard'), ('x-mailer', '.*blaster', 'hold'), ('x-spam', '^(?:Yes)', 'discard')])

section('what waits')
held = p.json('held', 'ls', DEV)
equal('held posts', [(x['author'], x['subject'], x['reason']) for x in held],
      [('zoe@far.example', 'Bitte um Aufnahme', 'Post by non-member'), ('yan@far.example', 'text', 'Too big')])
text = p.cli('held', 'show', str(held[0]['id']))
check('in parts as it was', text.count('--cut') == 3 and 'Guten Tag' in text and 'zwei' in text, text)
equal('requests', [(x['address'], x['wants']) for x in p.json('request', 'ls', DEV)], [('will@uni.example', 'join'), ('anna@uni.example', 'leave')])
equal('pending', sorted(table("SELECT kind, address FROM pending WHERE list <> 0")), [('invite', 'ivo@uni.example'), ('join', 'nina@uni.example'), ('leave', 'fred@uni.example'), ('set', 'eve@uni.example')])

section('once more')
before = books()
r, again = moved()
equal('changes', {a: x['changes'] for a, x in again.items()}, {a: 0 for a in again})
check('it says so', 'nothing to change' in r.stdout, r.stdout)
now_there = books()
equal('nothing was written', {k for k in before if before[k] != now_there.get(k)}, set())
equal('counts are the same', {a: x['counts'] for a, x in again.items()}, {a: x['counts'] for a, x in report.items()})

section('life goes on')
p.cli('list', 'set', DEV, 'subject_prefix=', 'reply_goes_to_list=no_munging')
p.start()


def get(path):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=10)
    c.request('GET', path, headers={'Host': 'www.lists.example'})
    r = c.getresponse()
    return r.status, r.getheader('Location'), r.read().decode()


for path in ('/pipermail/dev/2015-March/000003.html', '/mailman/private/dev/2015-March/000003.html'):
    equal(f'{path} leads on', get(path)[:2], (301, '/lists/dev/4'))
check('to the post', 'Text of 3.' in get('/lists/dev/4')[2])
equal('the list\'s old page', get('/mailman/listinfo/dev')[:2], (301, '/lists/dev/'))
equal('who did not finish joining presses the old token', get('/confirm/' + 'a' * 40)[0], 200)
check('her mail comes again by the old token of its notice', 'delivery = regular' in get('/confirm/' + 'f' * 40)[2])
equal('a member posts', p.deliver('anna@uni.example', DEV, message('anna@uni.example', DEV, 'hello again'))[0], 250)
check('those with delivery on have it', eventually(lambda: sink.to('cora@uni.example', Subject='hello again')), p.tail())
check('ben, too', eventually(lambda: sink.to('Ben@uni.example', Subject='hello again')))
check('not she herself, nor who is off', not any(sink.to(f'{x}@uni.example', Subject='hello again') for x in ('anna', 'dora', 'eve', 'fred')))
p.cli('held', 'accept', str(held[1]['id']))
check('a held post is let pass', eventually(lambda: sink.to('cora@uni.example', Subject='text')), p.tail())
r, again = moved()
equal('a post that was decided on here stays decided', (again[DEV]['counts']['held posts'], len(p.json('held', 'ls', DEV))),
      ({'there': 4, 'here': 2}, 1))
p.cli('request', 'accept', str(next(x['id'] for x in p.json('request', 'ls', DEV) if x['wants'] == 'leave')))
check('who asked to leave there is let go here', 'anna@uni.example' not in [m['address'] for m in p.json('member', 'ls', DEV)])
r = p.run('import', 'mailman2', root + '/lists')
check('a folder that is no Mailman', r.returncode == 1 and 'lists/, data/ and archives/' in r.stderr, r.stderr)
done()
