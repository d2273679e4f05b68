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

limit(900)
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
    volume=12, next_digest_number=5, personalize=2, msg_footer='For %(user_name)s on %(real_name)s',
    digest_footer='For %(user_name)s', new_member_options=272, mime_is_default_digest=0,
    members=MEMBERS, digest_members={'gina@uni.example': 0},
    user_options={'anna@uni.example': 2 | 4, 'ben@uni.example': 16 | 256, 'cora@uni.example': 128, 'gina@uni.example': 8},
    usernames={'anna@uni.example': 'Anna', 'ben@uni.example': 'Ben J\xf6rg', 'cora@uni.example': 'Cora \u732b'},
    language={'anna@uni.example': 'de', 'ben@uni.example': 'fr'},
    delivery_status={'dora@uni.example': (2, now - 5.0), 'eve@uni.example': (4, now - 86400.0), 'fred@uni.example': (3, 1.0)},
    bounce_info={'eve@uni.example': bounce('eve@uni.example', 5.0, (2015, 3, 4), 1, (2015, 3, 6))},
    postings_responses={'Zoe+x@far.example': now + 5 * 86400.0, 'old@far.example': now - 86400.0, 'no address': now + 86400.0},
    admin_responses={'zoe@far.example': now + 1e15}, request_responses={'yan@far.example': now + 86400.0},
    hold_and_cmd_autoresponses={'zoe@far.example': (time.gmtime(now)[:3], 3), 'yan@far.example': (time.gmtime(now)[:3], -1),
                                'old@far.example': (time.gmtime(now - 86400)[:3], 9)},
    digest_last_sent_at=now - 3 * 86400.5, last_post_time=1.5, one_last_digest={'anna@uni.example': 1},
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
for path, octets in {
        'lists/dev/de/subscribeack.txt': b'Willkommen auf %(real_name)s, f\xfcr %(emailaddr)s\n%(welcome)s\n\nIhr Kennwort:\n\n  %(password)s\n\nHilfe: %(requestaddr)s\n',
        'lists/dev/fr/postheld.txt': b'En attente : %(subject)s (%(reason)s)\n',
        'lists/dev/de/verify.txt': b'Bitte best\xe4tigen, %(email)s:\n\n    %(confirmurl)s\n',
        'lists/dev/de/userpass.txt': b'%(password)s', 'lists/dev/de/listinfo.html': b'<html>', 'lists/dev/de/odd.txt': b'x',
        'lists/dev/it/invite.txt': b'%(confirmurl)s', 'lists/dev/en/refuse.txt': b'{odd} %(reason)s',
        'templates/lists.example/de/adminsubscribeack.txt': b'Neu bei %(listname)s: %(member)s\n',
        'templates/site/fr/verify.txt': b'Confirmez %(listaddr)s:\n\n    %(confirmurl)s\n'}.items():
    oldmailman.write(f'{root}/{path}', octets)
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
       'requests to join': (1, 1), 'requests to leave': (2, 1), 'pending confirmations': (4, 4), 'posts': (5, 5), 'posts for the next digest': (1, 1)})
for words in ('not an address', '(broken', 'heldmsg-dev-9.pck', '../../etc/passwd',
              'nobody@uni.example asks to leave', 'it was off there', 'do not take back'):
    check(f'the report tells of {words}', any(words in n for n in dev['notes']), dev['notes'])
equal('an attribute of theirs alone', fate(dev, 'extended_by_us')[0], 'impossible')
told = 0
for address, x in report.items():
    if x['failed'] or address == 'all lists':
        continue
    name = address.split('@')[0]
    file = f'{root}/lists/{name}/config.pck' + ('.last' if name == 'kept' else '')
    equal(f'{name}: each attribute of the file is told once', sorted(y['attribute'] for y in x['attributes'] if '/' not in y['attribute']), sorted(oldmailman.attributes(file)))
    equal(f'{name}: and has one fate, with words where it is another', [y for y in x['attributes'] if y['fate'] not in ('kept', 'changed', 'impossible')
                                                                 or y['fate'] != 'kept' and not y['why']], [])
    told += len(x['attributes'])
print(f'suite: mailman2 attributes {told} of {told} told once in {sum(not x["failed"] for x in report.values()) - 1} lists')

section('texts')
texts = {y['attribute']: (y['fate'], y['here']) for x in report.values() for y in x['attributes'] if '/' in y['attribute']}
equal('each file is told', texts, {
    'de/subscribeack.txt': ('changed', 'template welcome'), 'fr/postheld.txt': ('changed', 'template held-author'),
    'de/verify.txt': ('changed', 'template confirm-join'), 'de/userpass.txt': ('impossible', ''), 'de/listinfo.html': ('impossible', ''),
    'de/odd.txt': ('impossible', ''), 'it/invite.txt': ('impossible', ''), 'en/refuse.txt': ('impossible', ''),
    'templates/lists.example/de/adminsubscribeack.txt': ('changed', 'template owner-joined'),
    'templates/site/fr/verify.txt': ('changed', 'template confirm-join')})
said = {y['attribute']: y['why'] for x in report.values() for y in x['attributes']}
for file, words in (('de/userpass.txt', 'never mailed'), ('de/listinfo.html', 'a page'), ('it/invite.txt', 'no catalog'),
                    ('en/refuse.txt', '{odd}'), ('de/subscribeack.txt', '1 paragraphs')):
    check(f'{file} says why', words in said[file], said[file])
equal('passwords', [fate(dev, x)[0] for x in ('password', 'passwords')], ['impossible'] * 2)
everything = b''.join(open(os.path.join(d, f), 'rb').read() for d, _, fs in os.walk(p.data) for f in fs)
check('no password is in any file of ours', b'isigwiuc' not in everything and b'secretpw' not in everything)

section('settings')


def setting(of, key):
    return p.cli('list', 'get', of, key).rstrip('\n')


for key, value in (('description', 'Entwicklung für alle'), ('info', 'Zeile eins\nZeile zwei'), ('reply_goes_to_list', 'point_to_list'),
                   ('max_message_size', '500'), ('default_nonmember_action', 'reject'), ('bounce_score_threshold', '5'),
                   ('bounce_info_stale_after', '7'), ('member_roster_visibility', 'members'), ('archive_policy', 'public'),
                   ('personalize', 'full'), ('msg_footer', 'For %(user_name)s on %(real_name)s'), ('new_member_options', 'hide, nodups'),
                   ('mime_is_default_digest', 'no'), ('max_days_to_hold', '0'), ('default_member_action', 'accept'), ('dmarc_mitigate_unconditionally', 'no')):
    equal(key, setting(DEV, key), value)
equal('what no digest can have is told', (fate(dev, 'digest_footer')[0], setting(DEV, 'digest_footer')), ('impossible', ''))
waits = p.json('list', 'digest', DEV)[0]
equal('the digest goes on', [waits[k] for k in ('volume', 'issue', 'posts')], [12, 5, 1])
check('the prefix', setting(DEV, 'subject_prefix').strip() == '[Dev]')
def why(of, attribute):
    return next(x['why'] for x in of['attributes'] if x['attribute'] == attribute)


for attribute, here, words in (
        ('dmarc_moderation_action', 'dmarc_mitigate_action = ', 'a post that bears its domain\'s signature is taken'),
        ('bounce_score_threshold', 'bounce_score_threshold = 5', '4.5 there; a day counts a point'),
        ('subscribe_policy', 'subscription_policy = moderate', 'asked by a mail first'),
        ('generic_nonmember_action', 'default_nonmember_action = reject', 'while their server is connected'),
        ('unsubscribe_policy', 'unsubscription_policy = moderate', 'no further post')):
    equal(f'{attribute} is told as changed', (fate(dev, attribute)[0], here in fate(dev, attribute)[1], words in why(dev, attribute)),
          ('changed', True, True))
equal('what acts alike is kept', [fate(dev, x)[0] for x in ('description', 'private_roster', 'reply_goes_to_list', 'bounce_info_stale_after',
                                                           'default_member_moderation')], ['kept'] * 5)
equal('what is new here', {x['setting']: (x['value'], x['off']) for x in dev['new_here']},
      {'authenticate': ('aligned', 'any'), 'posts_per_hour': ('60', '0'), 'suspicious_action': ('hold', 'accept'), 'unscanned_action': ('hold', 'accept'), 'verp_probes': ('yes', 'no'), 'daily_summary': ('yes', 'no'),
       'process_complaints': ('yes', 'no'), 'personal_copies': ('yes', 'no')})
with open(f'{p.dir}/report') as f:
    check('the text says how to be without it', f'Without it: postern list set {DEV} authenticate=any' in f.read())
equal('a size is another measure here', (fate(dev, 'max_message_size'), setting(DEV, 'max_size_action')),
      (('changed', 'max_message_size = 500'), 'hold'))
equal('the board', (setting(PRIVATE, 'default_member_action'), setting(PRIVATE, 'archive_policy')), ('reject', 'private'))
check('the welcome', 'Willkommen, Grüße!' in p.cli('template', 'show', 'welcome', DEV))

check('a letter of its own, in its language', p.cli('template', 'show', 'welcome', DEV, '--language', 'de') ==
      'Willkommen auf {list}, für {list_address}\nWillkommen, Grüße!\n\nHilfe: {request_address}\n', p.cli('template', 'show', 'welcome', DEV, '--language', 'de'))

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
equal('moderated there by default: who is not says so', board, {'anna': 'defer', 'ben': ''})
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

section('where it stands')
today = now // 86400
equal('who was answered of late waits, as long as there', sorted(table("SELECT address, day - ?, times FROM answered WHERE address LIKE '%far.example'", today)),
      sorted([(f'{DEV} zoe@far.example', 5, 1), ('dev-owner@lists.example zoe@far.example', 3660, 1), ('dev-request@lists.example yan@far.example', 1, 1),
              ('zoe@far.example', 0, 3), ('yan@far.example', 0, 10)]))
equal('who turned away from digests there gets one more', table(
    'SELECT a.key, o.form FROM digest_owed o JOIN member m ON m.id = o.member JOIN address a ON a.id = m.address JOIN list l ON l.id = o.list '
    'WHERE l.name = ?', 'dev'), [('anna@uni.example', 'mime')])
equal('the last digest', table('SELECT sent_at FROM digest s JOIN list l ON l.id = s.list WHERE l.name = ?', 'dev'), [(int(now - 3 * 86400.5),)])

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
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('GET', path, headers={'Host': 'www.lists.example'})
    r = c.getresponse()
    return r.status, r.getheader('Location'), r.read().decode()


for path in ('/pipermail/dev/2015-March/000003.html', '/mailman/private/dev/2015-March/000003.html'):
    equal(f'{path} leads on', get(path)[:2], (301, '/lists/dev/4'))
for path in ('2015-March/thread.html', '2015-March/subject.html', '2015-March/author.html', '2015-March/date.html', '2015-March.txt', '2015-March.txt.gz',
             'attachments/20150304/1d2c3b4a/attachment.obj', 'attachments/20150304/1d2c3b4a/plan.pdf'):
    for at in ('/pipermail/dev/', '/mailman/private/dev/'):
        equal(f'{at}{path} leads to the month', get(at + path)[:2], (301, '/lists/dev/by/2015/03/'))
check('which has the posts of then', 'old 3' in get('/lists/dev/by/2015/03/')[2])
for path in ('', 'thread.html', 'attachments/20151399/x/y.obj', 'attachments/x', 'attachments/'):
    equal(f'/pipermail/dev/{path} leads to the list', get('/pipermail/dev/' + path)[:2], (301, '/lists/dev/'))
equal('a list that is nobody\'s', get('/pipermail/none/2015-March/thread.html')[0], 404)
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
