"""A site of a real Mailman 3, with something in each of its tables, for those who move it in.

    mailman, facts = made()    # facts: what Mailman itself says of each attribute of two lists, and a token
"""
from harness import folder
from mailman3 import Mailman3

DEV, QUIET = 'dev@lists.example', 'quiet@lists.example'

# What Mailman itself says of each attribute, as one word.
SAY = '''
import datetime
from enum import Enum

from mailman.languages.language import Language


def say(v):
    if isinstance(v, bool):
        return 'yes' if v else 'no'
    if isinstance(v, Enum):
        return v.name
    if isinstance(v, Language):
        return v.code
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

# And of its members' preferences.
LEVELS = '''
NAMES = ('acknowledge_posts', 'hide_address', 'receive_list_copy', 'receive_own_postings', 'delivery_mode', 'delivery_status', 'preferred_language')


def level(p):
    return {n: None if getattr(p, n) is None else say(getattr(p, n)) for n in NAMES}


def levels(mlist):
    """What each of a member's levels says, and what holds."""
    return {m.address.original_email: {'mode': m.subscription_mode.name, 'own': level(m.preferences), 'address': level(m.address.preferences),
                                       'user': level(m.user.preferences), 'holds': {n: say(getattr(m, n)) for n in NAMES if n != 'hide_address'}} for m in mlist.members.members}
'''

CHANGE = SAY + LEVELS + '''
from datetime import timedelta

from mailman.app.lifecycle import create_list
from mailman.app.moderator import hold_message
from mailman.interfaces.action import Action, FilterAction
from mailman.interfaces.address import IEmailValidator
from mailman.interfaces.archiver import ArchivePolicy
from mailman.interfaces.autorespond import IAutoResponseSet, Response, ResponseAction
from mailman.interfaces.bans import IBanManager
from mailman.interfaces.bounce import UnrecognizedBounceDisposition
from mailman.interfaces.digests import DigestFrequency
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.languages import ILanguageManager
from mailman.interfaces.mailinglist import (DMARCMitigateAction, IAcceptableAliasSet, IHeaderMatchList, Personalization,
                                            ReplyToMunging, SubscriptionPolicy)
from mailman.interfaces.member import DeliveryMode, DeliveryStatus, MemberRole
from mailman.interfaces.subscriptions import ISubscriptionManager
from mailman.interfaces.template import ITemplateManager
from mailman.interfaces.usermanager import IUserManager
from mailman.model.roster import RosterVisibility
from mailman.testing.helpers import specialized_message_from_string
from mailman.email.message import Message
from mailman.utilities.datetime import now
from mailman.utilities.mailbox import Mailbox
import email
import os
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
    posting_chain='hold', owner_chain='reject', posting_pipeline='virgin', owner_pipeline='default-posting-pipeline',
    bounce_matching_headers='# comment\\nx-mailer: .*blaster\\n')


def member(mlist, address, name='', role=MemberRole.member, as_user=False):
    users = getUtility(IUserManager)
    user = users.get_user(address) or users.make_user(address, name)
    at = list(user.addresses)[0]
    at.verified_on = now()
    if user.preferred_address is None:
        user.preferred_address = at
    return mlist.subscribe(user if as_user else at, role)


def language(code):
    return getUtility(ILanguageManager)[code]


def people(mlist):
    anna = member(mlist, 'anna@uni.example', 'Anna')
    anna.preferences.receive_own_postings = False
    anna.preferences.acknowledge_posts = True
    anna.address.preferences.receive_own_postings = True  # the member's own goes before it
    ben = member(mlist, 'Ben@uni.example', 'Ben J\\u00f6rg', as_user=True)
    ben.user.preferences.receive_list_copy = False
    ben.user.preferences.hide_address = True
    ben.user.preferences.preferred_language = language('de')
    cora = member(mlist, 'cora@uni.example', 'Cora \\u732b')
    cora.moderation_action = Action.accept
    cora.address.preferences.delivery_mode = DeliveryMode.plaintext_digests
    cora.address.preferences.preferred_language = language('fr')
    ida = member(mlist, 'ida@uni.example', 'Ida')
    ida.user.preferences.delivery_status = DeliveryStatus.by_user
    ida.user.preferences.delivery_mode = DeliveryMode.mime_digests
    ida.preferences.hide_address = False
    ida.preferences.preferred_language = language('es')
    ida.user.register('ida@home.example', 'Ida').verified_on = now()
    ida.user.register('Ida@old.example', 'Ida')
    cora.user.register('cora@home.example', 'Cora').verified_on = now()
    more = cora.user.register('Cora.C@home.example', 'Cora')
    more.verified_on = now()
    cora.user.preferred_address = more
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


def everybody():
    """Each user's addresses, whether they are shown to be theirs, and which one is preferred."""
    return [{'addresses': {a.original_email: a.verified_on is not None for a in u.addresses},
             'preferred': u.preferred_address and u.preferred_address.original_email} for u in getUtility(IUserManager).users]


def elsewhere(quiet):
    """The same users on another list, where another thing is their own."""
    member(quiet, 'ben@uni.example', as_user=True).preferences.hide_address = False
    member(quiet, 'ida@uni.example', as_user=True).preferences.delivery_status = DeliveryStatus.enabled
    with Mailbox(os.path.join(quiet.data_path, 'digest.mmdf'), create=True) as waiting:
        for i in range(2):
            waiting.add(specialized_message_from_string(
                f'From: ben@uni.example\\nTo: quiet@lists.example\\nSubject: for digest {i}\\nMessage-ID: <d{i}@uni.example>\\n\\nFrom here on\\n'))


def domains():
    known = getUtility(IDomainManager)
    one = known['lists.example']
    one.description, one.alias_domain = 'Lists of the Institute', 'old.example'
    one.add_owner('olga@uni.example')
    getUtility(IUserManager).get_user('olga@uni.example').is_server_owner = True
    known.add('other.example', 'Gr\\u00fc\\u00dfe', ['Chris@uni.example'])


def held(mlist):
    raw = (b'From: Zoe <zoe@far.example>\\r\\nTo: dev@lists.example\\r\\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\\r\\nMessage-ID: <h1@far.example>\\r\\n'
           b'MIME-Version: 1.0\\r\\nContent-Type: multipart/mixed; boundary="cut"\\r\\n\\r\\nbefore\\r\\n--cut\\r\\nContent-Type: text/plain; '
           b'charset=utf-8\\r\\nContent-Transfer-Encoding: 8bit\\r\\n\\r\\nGr\\xc3\\xbc\\xc3\\x9fe\\r\\nFrom here\\r\\n--cut\\r\\nContent-Type: text/plain\\r\\n\\r\\nzwei\\r\\n--cut--\\r\\n')
    hold_message(mlist, email.message_from_bytes(raw, Message), {}, 'Post by non-member')
    hold_message(mlist, specialized_message_from_string('From: yan@far.example\\nTo: dev@lists.example\\nSubject: text\\nMessage-ID: <h2@far.example>\\n\\nhello\\n'),
                 {}, 'Too big')


def do(mlist):
    quiet = create_list('quiet@lists.example')  # as its style makes it
    quiet.owner_chain, quiet.posting_pipeline = 'hold', 'default-owner-pipeline'
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
    elsewhere(quiet)
    domains()
    held(mlist)
    users = getUtility(IUserManager)
    manager = ISubscriptionManager(mlist)
    token = manager.register(users.create_address('nina@uni.example', 'Nina'))[0]
    asking = users.create_address('will@uni.example', 'Will')
    asking.verified_on = now()
    manager.register(asking, pre_verified=True, pre_confirmed=True)
    mlist.unsubscription_policy = SubscriptionPolicy.moderate
    manager.unregister(users.get_address('dora@uni.example'), pre_confirmed=True)
    # after the people: Mailman itself trips over the last one
    for ban in ('mallory@evil.example', '^.*@spam[.]example$', '^(broken'):
        IBanManager(mlist).ban(ban)
    IBanManager(None).ban('everywhere@evil.example')
    for name, value in WANTED.items():
        setattr(mlist, name, value)
    mlist.digest_last_sent_at = datetime.datetime(2026, 3, 4, 5, 6, 7)
    answers = IAutoResponseSet(mlist)
    for who, kind in (('zoe', Response.postings), ('zoe', Response.hold), ('zoe', Response.hold), ('yan', Response.owner)):
        answers.response_sent(users.get_address(who + '@far.example') or users.create_address(who + '@far.example'), kind)
    texts = getUtility(ITemplateManager)
    for name, uri in (('hold', 'mailman:///$listname/$language/own-hold.txt'), ('probe', 'file:///etc/hostname'),
                      ('warning', 'mailman:///none.txt'), ('post', 'http://127.0.0.1:1/postorius/api/templates/list/post')):
        texts.set('list:user:notice:' + name, mlist.list_id, uri)
    return {'attributes': attributes(mlist), 'quiet': attributes(quiet), 'token': token, 'levels': levels(mlist), 'levels of quiet': levels(quiet), 'users': everybody()}
'''

MBOX = ''.join(f'From anna@uni.example Wed Mar  4 10:0{i}:00 2015\nFrom: Anna <anna@uni.example>\nDate: Wed, 4 Mar 2015 10:0{i}:00 +0100\n'
               f'Subject: old {i}\nMessage-ID: <old{i}@uni.example>\n' + (f'In-Reply-To: <old{i - 1}@uni.example>\n' if i % 2 else '')
               + f'\nText of {i}.\n\n' for i in range(5))


def made():
    mailman = Mailman3()
    mailman.create(DEV)
    facts = mailman.do(DEV, CHANGE)
    mailman.write('templates/lists/dev.lists.example/en/list:user:notice:welcome.txt', 'Willkommen, Grüße!')
    mailman.write('templates/lists/dev.lists.example/en/list:member:regular:footer.txt', 'All about $display_name\n')
    mailman.write('templates/lists/dev.lists.example/en/list:admin:notice:subscribe.txt', 'New on $display_name: $member\n')
    mailman.write('templates/lists/dev.lists.example/en/own-hold.txt', '$subject waits: $reasons\n\nAsk ${owner_email}.\n\nOr $site_email.\n')
    mailman.write('templates/lists/dev.lists.example/de/list:member:regular:footer.txt', 'x')
    mailman.write('templates/domains/lists.example/de/list:user:action:invite.txt', 'Komm zu $listname!\n')
    mailman.write('templates/site/fr/list:admin:notice:pending.txt', 'x')
    mailman.write('templates/site/fr/list:user:notice:goodbye.txt', 'Au revoir !\n')
    return mailman, facts


def exported():
    """A folder with what HyperKitty exports."""
    export = folder()
    with open(f'{export}/{DEV}.mbox', 'w') as f:
        f.write(MBOX)
    return export
