"""What Mailman 3.3.8 did with thirty posts (shared/data/scenarios), played through port 25 and the real books: the same is
held, discarded and delivered to the same people with the same fields, or better, with the reason beside the case."""
import json
import os
import re
from email import message_from_bytes, policy
from email.utils import getaddresses

from harness import HERE, Postern, check, done, equal, eventually, limit, section
from nameserver import NameServer
from sink import Sink

limit(900)
DATA = os.path.join(os.environ.get('POSTERN_DATA_SHARED', os.path.join(HERE, '../../../shared/data')), 'scenarios')
CASES = json.load(open(os.path.join(DATA, 'scenarios.json')))
MAILMAN = {x['id']: x for x in json.load(open(os.path.join(DATA, 'expected.json')))}
SITE = '@lists.example.com'  # members' mail leaves us, so the lists have a domain of their own
MEMBER_OPTIONS = {  # Mailman 3's preferences in our words
    ('receive_own_postings', False): 'own_posts=no', ('acknowledge_posts', True): 'acknowledge=yes',
    ('delivery_status', 'by_user'): 'delivery=off', ('delivery_mode', 'mime_digests'): 'delivery=mime_digests',
    ('receive_list_copy', False): 'copies=no', ('moderation_action', 'hold'): 'action=hold',
}
RULES = {  # the reason that Mailman gives -> our rule
    'Message has no subject': 'no_subject', 'The message is not from a list member': 'nonmember',
    'The message comes from a moderated member': 'member', 'Emergency moderation is in effect for this list': 'emergency',
    'Message contains administrivia': 'administrivia', 'Message has implicit destination': 'destination',
    'Message has more than 5 recipients': 'recipients',
}
# (scenario, what is seen): (what we do instead, why that is better)
BETTER = {
    ('s06', 'cc'): ('bart@example.com', 'Cc is signed by many authors, and an answer to all should reach who was written to'),
    ('s08', 'subject'): ('Re: [S08] Phenix 1.2 released', 'a subject that bears the prefix keeps its bytes, and so its signature'),
    ('s18', 'list_id'): ('<s18.lists.example.com>', 'List-Id is not of RFC 2369: members sort by it, and it is what ends a loop'),
    ('s23', 'reply'): (550, 'refused while the author is still connected: no bounce to whoever From names'),
    ('s23', 'notices'): ([], 'the author\'s own server tells the author'),
}
sink = Sink('127.0.0.41', 0, 'mx.example.com')
spf = ['v=spf1 ip4:127.0.0.1 -all']
dns = NameServer({
    'mx.example.com': {'A': ['127.0.0.41']},
    'example.com': {'MX': [(10, 'mx.example.com')], 'TXT': spf}, 'example.org': {'MX': [(10, 'mx.example.com')], 'TXT': spf},
})
p = Postern(dns=dns, mx_port=sink.port, domain=SITE[1:], admin='admin@example.com', smtp__messages_per_hour=0,
            smtp__messages_per_hour_all=0, smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0)
unplayed = {}


def ours(text, case):
    """An address of Mailman's list, as it is here."""
    return re.sub(r'\b(' + case['id'] + r'(?:-\w+)?[@.])example\.com', r'\1' + SITE[1:], text)


def word(value):
    if isinstance(value, list):
        return '\n'.join(value)
    return {True: 'yes', False: 'no'}.get(value, value)


def set_up(case):
    name = case['id']
    config = {'authenticate': 'any', 'admin_immed_notify': False, 'send_welcome_message': False,
              'subject_prefix': f'[{name.upper()}] ', **case['config']}  # Mailman's prefix for a new list; ours has none
    p.cli('list', 'create', name + SITE, '--owner', 'olga@example.com')
    p.cli('member', 'add', name + SITE, *case['members'])
    said = [p.run('list', 'set', name + SITE, *(f'{key}={word(value)}' for key, value in config.items()))]
    for who, options in case['member_opts'].items():
        said.append(p.run('member', 'set', name + SITE, who, *(MEMBER_OPTIONS[x] for x in options.items())))
    for r in said:
        if r.returncode:
            unplayed[name] = r.stderr.strip()


def play(case):
    name = case['id']
    text = case['mail'].replace('{LIST}', name + SITE).replace('{LN}', name).replace('{ID}', 'id-' + name)
    return p.deliver(case['envelope_from'], case['envelope_to'].replace('{LIST}', name + SITE),
                     text.replace('\n', '\r\n').encode())[0]


def addresses(value):
    return sorted(a for _, a in getaddresses([value or '']) if a) or None


def fields(message):
    """What Mailman's record has of a mail, of one of ours."""
    return {
        'subject': message['Subject'], 'from_': message['From'], 'reply_to': addresses(message['Reply-To']), 'cc': message['Cc'],
        'list_id': message['List-Id'], 'list_post': message['List-Post'], 'list_unsubscribe': message['List-Unsubscribe'],
        'precedence': message['Precedence'], 'structure': [x.get_content_type() for x in message.walk()],
        'stripped': [k for k in message.keys() if k.lower() in
                     ('approved', 'urgent', 'return-receipt-to', 'disposition-notification-to', 'x-originating-email', 'sender')],
    }


def kind(subject):
    return 'held' if 'awaits' in subject or 'Your post' in subject and 'waits' in subject else \
        'acknowledged' if 'acknowledgment' in subject or 'was accepted' in subject else 'rejected'


def what_mailman_did(case):
    record = MAILMAN[case['id']]
    copies = [m for m in record['mails'] if m['precedence'] == 'list']
    seen = {'reply': 250, 'held': [RULES[x] for x in record['held']],
            'rcpt': sorted(r for m in copies for r in m['rcpt']),
            'notices': sorted((kind(m['subject']), r) for m in record['mails'] if m not in copies for r in m['rcpt'])}
    for m in copies[:1]:
        for key in fields(message_from_bytes(b'', policy=policy.default)):
            value = m[key]
            seen[key] = ours(value, case) if isinstance(value, str) else value
        seen['reply_to'] = addresses(seen['reply_to'])
    return seen


def what_we_did(case, reply, held):
    mine = [m for m in sink.mails if case['id'] + '.' in m.field('List-Id') or case['id'] + SITE in m.text()]
    copies = [m for m in mine if not m.field('Auto-Submitted')]
    seen = {'reply': reply, 'held': [e['rule'] for e in held if e['list'] == case['id'] + SITE],
            'rcpt': sorted(r for m in copies for r in m.rcpts),
            'notices': sorted((kind(m.field('Subject')), r) for m in mine if m not in copies for r in m.rcpts)}
    for m in copies[:1]:
        seen.update(fields(message_from_bytes(m.data, policy=policy.default)))
        seen['every copy alike'] = all(fields(message_from_bytes(x.data, policy=policy.default))['subject'] == seen['subject']
                                       for x in copies)
    return seen


def same(key, got, wanted):
    if key in ('list_unsubscribe', 'list_post', 'list_id') and got and wanted:
        return wanted in got  # one click (RFC 8058) stands before Mailman's mailto, a description before the id
    if key == 'from_' and got and wanted:
        return addresses(got) == addresses(wanted)
    return got == wanted


def differences(case, got):
    wanted = what_mailman_did(case)
    out = []
    for key in sorted(wanted.keys() | got.keys() - {'every copy alike'}):
        theirs = wanted.get(key)
        mended = BETTER.get((case['id'], key))
        if mended and got.get(key) == mended[0]:
            used.add((case['id'], key))
        elif not same(key, got.get(key), theirs):
            out.append(f'{key}: {got.get(key)!r}, Mailman {theirs!r}')
    if got.get('every copy alike') is False:
        out.append('copies differ in their subject')
    return out


section('thirty lists')
for case in CASES:
    set_up(case)
p.start()
section('thirty posts')
replies = {case['id']: play(case) for case in CASES}
check('everything is delivered', p.quiet())
held = p.events('post-held')
section('what came of them')
used, good = set(), 0
for case in CASES:
    wrong = [unplayed[case['id']]] if case['id'] in unplayed else differences(case, what_we_did(case, replies[case['id']], held))
    good += check(f'{case["id"]} {case["title"]}', not wrong, '; '.join(wrong))
equal('each case that is better is so', sorted(BETTER.keys() - used), [])
for (name, key), (_, why) in sorted(BETTER.items()):
    print(f'better: {name} {key}: {why}')
section('the anonymous list once more')
anonymous = next(c for c in CASES if c['config'].get('anonymous_list'))
kept = p.cli('archive', 'export', anonymous['id'] + SITE)
check('its archive has the post, and not who wrote it', 'the new release is out' in kept and 'anne' not in kept, kept)
play(anonymous)
again = eventually(lambda: p.events('post-judged', list=anonymous['id'] + SITE, rule='duplicate'))
equal('the same post again is known as such', [e['verdict'] for e in again], ['discard'])
print(f'suite: Mailman scenarios: {good} of {len(CASES)} as Mailman 3.3.8 or better')
equal('SIGTERM ends it well', p.stop(), 0)
done()
