"""Mailman's own web pages, Postorius as Debian has it, at our /api/3.1: signed in by its own form, it shows lists, makes and changes
them, takes members in and out, writes the list's own letters, and decides on held posts; what it says was done was done."""
import json
import os
import re
import urllib.request

from harness import Postern, check, done, equal, eventually, free_port, limit, section, skipped
from mailing import message
from nameserver import NameServer
from peers import KEPT
from postorius import PACKAGES, Browser, Postorius, offered
from sink import Sink

limit(900)
if not offered() and not all(os.path.isdir(f'{KEPT}/{x}') for x in PACKAGES):
    skipped('apt knows no python3-django-postorius')
    check('that is so', not offered())
    done()

ADMIN = 'admin@lists.example'
world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']},
                  'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}})
PORT = free_port()
PLACE = f'http://127.0.0.1:{PORT}/postorius/api/templates/'
p = Postern(dns=dns, mx_port=world.port, admin=ADMIN, smtp__messages_per_hour=0, smtp__recipients_per_hour=0, fetch__templates=PLACE)
p.cli('list', 'create', 'lab@lists.example', '--owner', 'olga@home.example')
p.cli('member', 'add', 'lab@lists.example', 'anna@home.example', 'bert@home.example')
p.start()
TOKEN = p.token(ADMIN)
ps = Postorius(f'http://127.0.0.1:{p.web}/api', ADMIN, TOKEN,
               [('root', ADMIN, 'a long secret', True), ('olga', 'olga@home.example', 'another secret', False),
                ('sven', 'sven@home.example', 'a third secret', False)], port=PORT)
b = Browser(ps)
LAB, LIST = '/postorius/lists/lab.lists.example/', 'lab@lists.example'


def members():
    return sorted(x['address'] for x in p.json('member', 'ls', LIST))


def setting(key):
    return p.cli('list', 'get', LIST, key).rstrip('\n')


def shows(what, path, *words):
    b.get(path)
    check(f'{what} is shown', b.status == 200 and all(x in b.text for x in words), (b.status, b.errors()))


section('it shows')
equal('a wrong password', Browser(ps).sign_in('root', 'wrong'), False)
check('one signs in', b.sign_in('root', 'a long secret'), b.text[:500])
shows('the index', '/postorius/lists/', 'lab@lists.example')
shows('the list', LAB, 'lab@lists.example')
shows('its members', LAB + 'members/member/', 'anna@home.example', 'bert@home.example')
shows('its owners', LAB + 'members/owner/', 'olga@home.example')
shows('a member', LAB + 'members/options/anna@home.example?role=member', 'anna@home.example')
shows('the file of all', LAB + 'csv_view/', 'bert@home.example')
shows('the domains', '/postorius/domains/', 'lists.example')
shows('the users', '/postorius/users', 'anna@home.example')
shows('the system', '/postorius/system/', 'Postern')
for page in ('members/moderator/', 'members/nonmember/', 'subscription_requests', 'unsubscription_requests', 'pending_confirmation',
             'mass_subscribe/', 'mass_removal/', 'held_messages', 'bans/', 'header-matches/', 'templates', 'delete', 'unsubscribe_all'):
    shows(page, LAB + page)
for page in ('domains/new/', 'domains/lists.example/', 'domains/lists.example/owners', 'bans/', 'accounts/subscriptions/',
             'accounts/mailmansettings/', 'accounts/per-address-preferences/', 'accounts/per-subscription-preferences/'):
    shows(page, '/postorius/' + page)

section('it changes a list')
CHANGES = (('list_identity', 'description', 'Crystals', 'description', 'Crystals'),
           ('list_identity', 'advertised', 'False', 'advertised', 'no'),
           ('message_acceptance', 'max_message_size', '77', 'max_message_size', '77'),
           ('alter_messages', 'first_strip_reply_to', 'True', 'first_strip_reply_to', 'yes'),
           ('automatic_responses', 'autoresponse_owner_text', 'We read in the evening.', 'autoresponse_owner_text', 'We read in the evening.'),
           ('digest', 'digest_size_threshold', '50', 'digest_size_threshold', '50'),
           ('dmarc_mitigations', 'dmarc_mitigate_unconditionally', 'True', 'dmarc_mitigate_unconditionally', 'yes'),
           ('message_acceptance', 'default_nonmember_action', 'reject', 'default_nonmember_action', 'reject'),
           ('message_acceptance', 'default_nonmember_action', 'hold', 'default_nonmember_action', 'hold'),
           ('archiving', 'archive_policy', 'private', 'archive_policy', 'private'),
           ('subscription_policy', 'subscription_policy', 'confirm_then_moderate', 'subscription_policy', 'confirm_then_moderate'),
           ('bounce_processing', 'bounce_score_threshold', '7', 'bounce_score_threshold', '7'))
for where, name, value, key, stored in CHANGES:
    b.get(LAB + 'settings/' + where)
    b.submit(**{name: value})
    check(f'{where}: {name} is taken', b.status == 200 and not b.errors(), (b.status, b.errors(), b.text[-300:] if b.status != 200 else ''))
    equal(f'{where}: {name} is so', setting(key), stored)
b.get(LAB + 'settings/message_acceptance')
b.submit(max_message_size='many')
check('what is no number is refused', bool(b.errors()), b.errors())
equal('and nothing changed', setting('max_message_size'), '77')

section('members')
b.get(LAB + 'mass_subscribe/')
b.submit(emails='carla@home.example\ndora@home.example', pre_confirmed='on', pre_approved='on', pre_verified='on')
equal('two more', members(), ['anna@home.example', 'bert@home.example', 'carla@home.example', 'dora@home.example'])
b.get(LAB + 'mass_removal/')
b.submit(emails='dora@home.example')
equal('one less', members(), ['anna@home.example', 'bert@home.example', 'carla@home.example'])
b.get(LAB + 'members/options/anna@home.example?role=member')
b.submit(moderation_action='hold')
equal('a member is moderated', [x['action'] for x in p.json('member', 'ls', LIST) if x['address'] == 'anna@home.example'], ['hold'])
b.get(LAB + 'members/options/bert@home.example?role=member')
b.submit(delivery_status='by_moderator')
equal("a member's mail is off", [x['delivery'] for x in p.json('member', 'ls', LIST) if x['address'] == 'bert@home.example'], ['off'])
b.get(LAB + 'members/owner/')
b.submit('email', email='otto@home.example')
equal('an owner', sorted(x['address'] for x in p.json('role', 'ls', LIST) if x['role'] == 'owner'), ['olga@home.example', 'otto@home.example'])
b.get(LAB + 'remove/owner/otto@home.example')
b.submit('csrfmiddlewaretoken')
equal('no more', [x['address'] for x in p.json('role', 'ls', LIST)], ['olga@home.example'])
b.get(LAB + 'bans/')
b.submit('email', email='eve@home.example', press=('add', ''))
equal('a ban', [x['pattern'] for x in p.json('ban', 'ls', LIST)], ['eve@home.example'])

section('held posts')
for n in range(3):
    equal('a stranger writes', p.deliver('zoe@home.example', LIST, message('zoe@home.example', LIST, f'held {n}'))[0], 250)
eventually(lambda: len(p.json('held', 'ls', LIST)) == 3)
shows('what waits', LAB + 'held_messages', 'held 0', 'held 1', 'held 2', 'zoe@home.example')
ids = {x['subject']: str(x['id']) for x in p.json('held', 'ls', LIST)}
shows('a post', f'/postorius/api/list/lab.lists.example/held_message/{ids["held 0"]}/', 'held 0', 'zoe@home.example')
b.get(LAB + 'held_messages')
b.submit('csrfmiddlewaretoken', 'choices', choices=[ids['held 0']], press=('accept', 'accept'))
b.get(LAB + 'held_messages')
b.submit('csrfmiddlewaretoken', 'choices', choices=[ids['held 1']], press=('discard', 'discard'))
check('one is accepted, one discarded', eventually(lambda: [x['subject'] for x in p.json('held', 'ls', LIST)] == ['held 2']), p.json('held', 'ls', LIST))
check('the accepted one comes', eventually(lambda: any('held 0' in m.header for m in world.to('carla@home.example'))))
check('the other does not', not any('held 1' in m.header for m in world.to('carla@home.example')))
check('nor to whom mail is off', not world.to('bert@home.example'))

section("a letter's own text, and a footer")
WELCOME, FOOTER = 'list:user:notice:welcome', 'list:member:regular:footer'


def texts():
    request = urllib.request.Request(f'http://127.0.0.1:{p.web}/api/3.1/lists/lab.lists.example/uris', headers={'Authorization': f'Bearer {TOKEN}'})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return {x['name']: x['uri'] for x in json.load(answer).get('entries', [])}


def template_page(name, do):
    b.get(LAB + 'templates')
    mine = dict(re.findall(r'\[(list:[a-z:]+)\].*?templates/(\d+)/update', b.text, re.S))
    return b.get(LAB + (f'templates/{mine[name]}/{do}' if name in mine else 'templates/new'))


def write_template(name, data):
    template_page(name, 'update')
    b.submit(**({'name': name} if b.path.endswith('new') else {}), data=data)
    return check(f'{name} is written', b.status == 200 and not b.errors(), (b.status, b.errors(), b.text[-500:] if b.status != 200 else ''))


def welcomed(address):
    p.cli('member', 'add', LIST, address, '--welcome')
    found = eventually(lambda: world.to(address))
    p.cli('member', 'remove', LIST, address)
    return found[0].text().replace('\r\n', '\n') if found else ''


write_template(WELCOME, 'Good to have you on $listname!\n\nAsk $owner_email.')
equal('its URI is shown', texts(), {WELCOME: PLACE + 'list/lab.lists.example/' + WELCOME})
letter = welcomed('nora@home.example')
check('a new member reads it', 'Good to have you on lab@lists.example!' in letter and 'Ask lab-owner@lists.example.' in letter, letter)
write_template(WELCOME, 'Welcome back to $listname.')
letter = welcomed('nils@home.example')
check('the next one reads that', 'Welcome back to lab@lists.example.' in letter and 'Good to have' not in letter, letter)
write_template(FOOTER, '-- \nSent through $listname')
equal('it is the setting', setting('msg_footer'), '-- \nSent through $listname')
p.cli('member', 'set', LIST, 'carla@home.example', 'action=accept')
p.deliver('carla@home.example', LIST, message('carla@home.example', LIST, 'with a footer'))
check('a post bears it', eventually(lambda: any('with a footer' in m.header and 'Sent through lab@lists.example' in m.text()
                                                for m in world.to('anna@home.example'))), [m.header for m in world.to('anna@home.example')])
for name in (WELCOME, FOOTER):
    template_page(name, 'delete')
    b.submit('csrfmiddlewaretoken')
equal('both are deleted', (texts(), setting('msg_footer')), ({}, ''))
letter = welcomed('nina@home.example')
check('the usual text again', letter and 'Welcome back' not in letter and 'You are now a member' in letter, letter)

section('lists and domains')
b.get('/postorius/domains/new/')
b.submit(mail_host='more.example')
check('a domain', b.status == 200 and not b.errors(), b.errors())
b.get('/postorius/lists/new/')
b.submit(listname='fresh', mail_host='more.example', list_owner='olga@home.example', description='A new one', advertised='True')
equal('a list', [x['list'] if 'list' in x else x['address'] for x in p.json('list', 'ls') if 'fresh' in str(x)], ['fresh@more.example'])
shows('it', '/postorius/lists/fresh.more.example/', 'fresh@more.example')
b.get('/postorius/lists/fresh.more.example/delete')
b.submit('csrfmiddlewaretoken')
equal('gone', [x for x in p.json('list', 'ls') if 'fresh' in str(x)], [])

section('an owner, and somebody')
o = Browser(ps)
check('she signs in', o.sign_in('olga', 'another secret'))
equal('she sees her settings', o.get(LAB + 'settings/list_identity'), 200)
o.submit(description='By Olga')
equal('and changes them', setting('description'), 'By Olga')
s = Browser(ps)
check('he signs in', s.sign_in('sven', 'a third secret'))
equal('he may not', s.get(LAB + 'settings/list_identity'), 403)
equal('he sees the list', s.get(LAB), 200)
s.submit('subscriber', subscriber='sven@home.example')
check('he asks to join', s.status == 200, s.errors())
check('an owner is asked', eventually(lambda: [x['address'] for x in p.json('request', 'ls', LIST)] == ['sven@home.example']), p.json('request', 'ls', LIST))
o.get(LAB + 'subscription_requests')
token = re.search(r'handle_subscription_request/([^/"]+)/', o.text)
check('she sees him', token and 'sven@home.example' in o.text, o.text[-800:])
o.submit('accept', press=('accept', 'Accept'))
check('and lets him in', eventually(lambda: 'sven@home.example' in members()), (o.status, o.errors(), members()))

section('nothing broke')
log = ps.log()
equal('no page failed', re.findall(r'" 5\d\d \d+', log), [])
equal('no answer of ours was one that it does not know', re.findall(r'(?:HTTPError: )(HTTP Error (?:4(?!03|04)|5).*)', log), [])
done()
