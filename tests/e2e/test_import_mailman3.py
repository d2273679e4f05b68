"""A real Mailman 3 moves in, compared attribute by attribute, member by member; mail to its lists goes on."""
import base64
import hashlib
import http.client
import json
import sqlite3

from harness import Postern, check, done, equal, eventually, folder, limit, section
from mailing import message
from mailman3 import Mailman3
from nameserver import NameServer
from sink import Sink

limit(240)
DEV, QUIET = 'dev@lists.example', 'quiet@lists.example'
mailman = Mailman3()
mailman.create(DEV)

# What Mailman itself says of each attribute, as one word.
SAY = '''
import datetime
from enum import Enum


def say(v):
    if isinstance(v, bool):
        return 'yes' if v else 'no'
    if isinstance(v, Enum):
        return v.name
    if isinstance(v, datetime.timedelta):
        return str(v.days)
    if isinstance(v, datetime.datetime):
        return v.isoformat()
    if isinstance(v, (list, tuple)):
        return chr(10).join(say(x) for x in v)
    return '' if v is None else v.decode() if isinstance(v, bytes) else str(v)


def attributes(mlist):
    names = [c.name for c in mlist.__table__.columns if c.name != 'id']
    facts = {n: say(getattr(mlist, n)) for n in names}
    for n in ('filter_types', 'pass_types', 'filter_extensions', 'pass_extensions'):
        facts[n] = say(list(getattr(mlist, n)))
    from mailman.interfaces.mailinglist import IAcceptableAliasSet
    facts['acceptable_aliases'] = say(list(IAcceptableAliasSet(mlist).aliases))
    return facts
'''

CHANGE = SAY + '''
from datetime import timedelta

from mailman.app.lifecycle import create_list
from mailman.app.moderator import hold_message
from mailman.interfaces.action import Action, FilterAction
from mailman.interfaces.address import IEmailValidator
from mailman.interfaces.archiver import ArchivePolicy
from mailman.interfaces.autorespond import ResponseAction
from mailman.interfaces.bans import IBanManager
from mailman.interfaces.bounce import UnrecognizedBounceDisposition
from mailman.interfaces.digests import DigestFrequency
from mailman.interfaces.mailinglist import (DMARCMitigateAction, IAcceptableAliasSet, IHeaderMatchList, Personalization,
                                            ReplyToMunging, SubscriptionPolicy)
from mailman.interfaces.member import DeliveryMode, DeliveryStatus, MemberRole
from mailman.interfaces.subscriptions import ISubscriptionManager
from mailman.interfaces.usermanager import IUserManager
from mailman.model.roster import RosterVisibility
from mailman.testing.helpers import specialized_message_from_string
from mailman.email.message import Message
from mailman.utilities.datetime import now
import email
from zope.component import getUtility

WANTED = dict(
    display_name='Dev Gr\\u00fc\\u00dfe', description='Entwicklung f\\u00fcr alle', info='Zeile eins\\nZeile \\u732b', subject_prefix='[Dev %d] ',
    advertised=False, subscription_policy=SubscriptionPolicy.confirm_then_moderate, unsubscription_policy=SubscriptionPolicy.open,
    member_roster_visibility=RosterVisibility.members, obscure_addresses=False, send_welcome_message=False, send_goodbye_message=False,
    admin_immed_notify=False, admin_notify_mchanges=True, default_member_action=Action.hold, default_nonmember_action=Action.discard,
    emergency=True, administrivia=False, require_explicit_destination=False, max_num_recipients=77, max_message_size=123,
    max_days_to_hold=12, respond_to_post_requests=False, anonymous_list=True, first_strip_reply_to=True,
    reply_goes_to_list=ReplyToMunging.explicit_header_only, reply_to_address='team@uni.example',
    dmarc_mitigate_action=DMARCMitigateAction.wrap_message, dmarc_mitigate_unconditionally=True,
    include_rfc2369_headers=False, allow_list_posts=False, filter_content=True, filter_action=FilterAction.forward,
    collapse_alternatives=False, convert_html_to_plaintext=True, digests_enabled=False, digest_is_default=True,
    digest_size_threshold=45.5, digest_send_periodic=False, digest_volume_frequency=DigestFrequency.weekly,
    archive_policy=ArchivePolicy.private, autorespond_postings=ResponseAction.respond_and_continue,
    autorespond_owner=ResponseAction.respond_and_discard, autorespond_requests=ResponseAction.respond_and_continue,
    autoresponse_postings_text='Danke', autoresponse_owner_text='Sp\\u00e4ter', autoresponse_request_text='Bald',
    autoresponse_grace_period=timedelta(days=5), process_bounces=False, bounce_score_threshold=9,
    bounce_info_stale_after=timedelta(days=11), bounce_you_are_disabled_warnings=2,
    bounce_you_are_disabled_warnings_interval=timedelta(days=3),
    forward_unrecognized_bounces_to=UnrecognizedBounceDisposition.site_owner, bounce_notify_owner_on_bounce_increment=True,
    bounce_notify_owner_on_disable=False, bounce_notify_owner_on_removal=False,
    bounce_matching_headers='# comment\\nx-mailer: .*blaster\\n')


def member(mlist, address, name='', role=MemberRole.member, as_user=False):
    users = getUtility(IUserManager)
    user = users.get_user(address) or users.make_user(address, name)
    at = list(user.addresses)[0]
    at.verified_on = now()
    if user.preferred_address is None:
        user.preferred_address = at
    return mlist.subscribe(user if as_user else at, role)


def people(mlist):
    anna = member(mlist, 'anna@uni.example', 'Anna')
    anna.preferences.receive_own_postings = False
    anna.preferences.acknowledge_posts = True
    anna.address.preferences.receive_own_postings = True  # the member's own goes before it
    ben = member(mlist, 'Ben@uni.example', 'Ben J\\u00f6rg', as_user=True)
    ben.user.preferences.receive_list_copy = False
    ben.user.preferences.hide_address = True
    cora = member(mlist, 'cora@uni.example', 'Cora \\u732b')
    cora.moderation_action = Action.accept
    cora.address.preferences.delivery_mode = DeliveryMode.plaintext_digests
    for who, mode, status in (('dora', DeliveryMode.mime_digests, DeliveryStatus.enabled), ('eve', None, DeliveryStatus.by_bounces),
                              ('fred', None, DeliveryStatus.by_moderator), ('gina', DeliveryMode.summary_digests, DeliveryStatus.enabled),
                              ('hugo', DeliveryMode.regular, DeliveryStatus.by_user)):
        m = member(mlist, who + '@uni.example')
        m.preferences.delivery_mode, m.preferences.delivery_status = mode, status
        if who == 'eve':
            m.bounce_score, m.total_warnings_sent = 5, 2
            m.last_bounce_received = datetime.datetime(2026, 3, 4, 5, 6, 7)
            m.last_warning_sent = datetime.datetime(2026, 3, 6)
    member(mlist, 'olga@uni.example', 'Olga', MemberRole.owner)
    member(mlist, 'max@uni.example', '', MemberRole.moderator)
    member(mlist, 'anna@uni.example', '', MemberRole.moderator)
    for who, action in (('sam', None), ('rex', Action.reject), ('dan', Action.defer)):
        member(mlist, who + '@far.example', '', MemberRole.nonmember).moderation_action = action


def held(mlist):
    raw = (b'From: Zoe <zoe@far.example>\\r\\nTo: dev@lists.example\\r\\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\\r\\nMessage-ID: <h1@far.example>\\r\\n'
           b'MIME-Version: 1.0\\r\\nContent-Type: multipart/mixed; boundary="cut"\\r\\n\\r\\nbefore\\r\\n--cut\\r\\nContent-Type: text/plain; '
           b'charset=utf-8\\r\\nContent-Transfer-Encoding: 8bit\\r\\n\\r\\nGr\\xc3\\xbc\\xc3\\x9fe\\r\\nFrom here\\r\\n--cut\\r\\nContent-Type: text/plain\\r\\n\\r\\nzwei\\r\\n--cut--\\r\\n')
    hold_message(mlist, email.message_from_bytes(raw, Message), {}, 'Post by non-member')
    hold_message(mlist, specialized_message_from_string('From: yan@far.example\\nTo: dev@lists.example\\nSubject: text\\nMessage-ID: <h2@far.example>\\n\\nhello\\n'),
                 {}, 'Too big')


def do(mlist):
    quiet = create_list('quiet@lists.example')  # as its style makes it
    mlist.subscription_policy = SubscriptionPolicy.confirm_then_moderate
    IAcceptableAliasSet(mlist).add('entwickler@lists.example')
    mlist.filter_types = ['application', 'image/gif']
    mlist.pass_types = ['text/plain']
    mlist.filter_extensions = ['exe']
    mlist.pass_extensions = ['pdf']
    for action in ('accept', 'hold', 'reject', 'discard'):
        getattr(mlist, action + '_these_nonmembers').append(action + 'ed@far.example')
    mlist.accept_these_nonmembers.append('^.*@partner[.]example$')
    rules = IHeaderMatchList(mlist)
    rules.append('X-Spam', '^yes', 'discard')
    rules.append('subject', 'casino')
    rules.append('x-odd', 'a', 'some-chain')
    people(mlist)
    held(mlist)
    users = getUtility(IUserManager)
    manager = ISubscriptionManager(mlist)
    token = manager.register(users.create_address('nina@uni.example', 'Nina'))[0]
    asking = users.create_address('will@uni.example', 'Will')
    asking.verified_on = now()
    manager.register(asking, pre_verified=True, pre_confirmed=True)
    # after the people: Mailman itself trips over the last one
    for ban in ('mallory@evil.example', '^.*@spam[.]example$', '^(broken'):
        IBanManager(mlist).ban(ban)
    IBanManager(None).ban('everywhere@evil.example')
    for name, value in WANTED.items():
        setattr(mlist, name, value)
    return {'attributes': attributes(mlist), 'quiet': attributes(quiet), 'token': token}
'''
facts = mailman.do(DEV, CHANGE)
mailman.write('templates/lists/dev.lists.example/en/list:user:notice:welcome.txt', 'Willkommen, Grüße!')
mailman.write('templates/lists/dev.lists.example/en/list:member:regular:footer.txt', 'All about $display_name\n')
mailman.write('templates/lists/dev.lists.example/en/list:admin:notice:subscribe.txt', 'x')

export = folder()
MBOX = ''.join(f'From anna@uni.example Wed Mar  4 10:0{i}:00 2015\nFrom: Anna <anna@uni.example>\nDate: Wed, 4 Mar 2015 10:0{i}:00 +0100\n'
               f'Subject: old {i}\nMessage-ID: <old{i}@uni.example>\n' + (f'In-Reply-To: <old{i - 1}@uni.example>\n' if i % 2 else '')
               + f'\nText of {i}.\n\n' for i in range(5))
with open(f'{export}/{DEV}.mbox', 'w') as f:
    f.write(MBOX)

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
      {'members': (8, 8), 'owners': (1, 1), 'moderators': (2, 2), 'nonmembers with an action': (2, 2), 'bans': (3, 2),
       'header rules': (4, 3), 'held posts': (2, 2), 'requests to join': (1, 1), 'requests to leave': (0, 0), 'pending confirmations': (1, 1), 'posts': (5, 5)})
for words in ('^(broken', 'some-chain', '1 nonmembers without an action'):
    check(f'the report tells of {words}', any(words in n for n in dev['notes']), dev['notes'])
equal('bans of the whole site', report['all lists']['counts']['bans'], {'there': 1, 'here': 1})
equal('Mailman\'s database is as it was', open(mailman.database, 'rb').read() == there, True)

section('attribute by attribute')
# Where a value is not the same word there and here.
SAME = {
    DEV: {'digest_size_threshold': '46', 'default_member_action': 'hold',
          'accept_these_nonmembers': facts['attributes']['accept_these_nonmembers'] + '\ndan@far.example',
          'reject_these_nonmembers': facts['attributes']['reject_these_nonmembers'] + '\nrex@far.example'},
    QUIET: {'default_member_action': 'accept', 'digest_size_threshold': '30', 'bounce_score_threshold': '5'},
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
        if fate['fate'] == 'kept' and ' = ' in fate['here']:
            kept += 1
            equal(f'{address} {name}', here[key].rstrip(), SAME[address].get(name, value).rstrip())
        elif fate['fate'] != 'kept':
            check(f'{name} says why', fate['why'] or fate['fate'] == 'no place yet', fate)
        if fate['fate'] == 'no place yet':
            check(f'{key} has no setting', key not in here)
    equal(f'{address}: all that has a place has it', [x for x in report[address]['attributes']
                                                     if x['fate'] in ('changed', 'impossible') and x['attribute'] in here], [])
print(f'suite: mailman3 attributes {seen} of {seen} told, {kept} of them settings with the same value')
equal('its own texts', (p.cli('template', 'show', 'welcome', DEV).strip(), p.cli('list', 'get', DEV, 'msg_footer').strip()),
      ('Willkommen, Grüße!', 'All about $display_name'))

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
equal('requests', [x['address'] for x in p.json('request', 'ls', DEV)], ['will@uni.example'])
equal('pending', table("SELECT kind, address FROM pending WHERE list <> 0"), [('join', 'nina@uni.example')])

section('once more')
before = books()
r, again = moved()
equal('changes', {a: x['changes'] for a, x in again.items()}, {a: 0 for a in again})
now_there = books()
equal('nothing was written', {k for k in before if before[k] != now_there.get(k)}, set())

section('life goes on')
p.cli('list', 'set', DEV, 'emergency=no', 'default_member_action=accept', 'anonymous_list=no', 'autorespond_postings=none',
      'archive_policy=public', 'filter_content=no', 'advertised=yes', 'msg_footer=', 'dmarc_mitigate_unconditionally=no')
p.start()


def get(path):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=10)
    c.request('GET', path, headers={'Host': 'www.lists.example'})
    r = c.getresponse()
    return r.status, r.getheader('Location'), r.read().decode()


# As HyperKitty names them: base32 of the SHA-1 of the Message-ID.
for number, kind in ((3, 'message'), (2, 'message'), (2, 'thread')):
    code = base64.b32encode(hashlib.sha1(f'old{number}@uni.example'.encode()).digest()).decode()
    for end in ('', '/'):
        equal(f'HyperKitty\'s {kind} {number}', get(f'/hyperkitty/list/{DEV}/{kind}/{code}{end}')[:2], (301, f'/lists/dev/{number + 1}'))
check('to the post', 'Text of 3.' in get('/lists/dev/4')[2])
equal('the list\'s old page', get(f'/hyperkitty/list/{DEV}/')[:2], (301, '/lists/dev/'))
equal('who did not finish joining presses the old token', get('/confirm/' + facts['token'])[0], 200)
equal('a member posts', p.deliver('anna@uni.example', DEV, message('anna@uni.example', DEV, 'hello again'))[0], 250)
check('ben has it', eventually(lambda: sink.to('Ben@uni.example', Subject='hello again')), p.tail())
check('not she herself, nor who is off', not any(sink.to(f'{x}@uni.example', Subject='hello again') for x in ('anna', 'eve', 'fred', 'hugo')))

section('what is no Mailman')
with open(f'{export}/odd.db', 'wb') as f:
    f.write(b'SQLite format 3\0' + b'\xff' * 5000)
for path, words in (('http://127.0.0.1:8001/3.1', 'from its database'), (f'{export}/none.db', 'No such file'), (f'{export}/{DEV}.mbox', 'cannot be read'), (f'{export}/odd.db', 'cannot be read'),
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
