"""Mailman 3's REST API at /api/3.1: who may do what, and that what the API says was done was done."""
import base64
import http.client
import re

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from rest import Rest, basic
from sink import Sink
from webserver import WebServer

limit(900)
ADMIN = 'admin@lists.example'
world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']},
                  'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}})
texts = WebServer('127.0.0.41', 0, None)  # of letters
PLACE = f'http://127.0.0.41:{texts.port}/texts/'
p = Postern(dns=dns, mx_port=world.port, admin=ADMIN, smtp__messages_per_hour=0, smtp__messages_per_hour_all=0,
            smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0, fetch__templates=PLACE)
p.cli('list', 'create', 'lab@lists.example', '--owner', 'olga@home.example')
p.cli('list', 'create', 'other@lists.example', '--owner', 'otto@home.example')
p.cli('member', 'add', 'lab@lists.example', 'anna@home.example')
TOKEN = p.token(ADMIN)
OLGA = p.token('olga@home.example')
p.start()
api = Rest(p, ADMIN, TOKEN)
call, status = api.call, api.status

section('who may')
answer = call('GET', 'lists', auth=None)
equal('a guest', (answer[0], answer[3].getheader('WWW-Authenticate', '')[:5]), (401, 'Basic'))
equal('errors are JSON', set(answer[2]), {'title', 'description'})
odd = call('PATCH', 'lists/lab@lists.example/config', '{"description": "x"}', headers={'Content-Type': 'application/json'}.items())
equal('fields that are no form are refused, not forgotten', (odd[0], set(odd[2] or ())), (415, {'title', 'description'}))
equal('paths that cannot be read are refused in JSON', [(x[0], set(x[2] or ())) for x in map(lambda path: call('GET', path), ('lists/%zz', 'lists/%00', 'lists/../users'))], 3 * [(400, {'title', 'description'})])
equal('no cookie is set', answer[3].getheader('Set-Cookie'), None)
equal('a wrong token', status('GET', 'lists', auth=basic(ADMIN, 'x' * 32)), 401)
equal("another's token", status('GET', 'lists', auth=basic('olga@home.example', TOKEN)), 401)
equal('a token alone', status('GET', 'lists', auth='Bearer ' + TOKEN), 200)
equal('nonsense', status('GET', 'lists', auth='Basic !!!'), 401)
me = call('GET', f'users/{ADMIN}')[2]
equal('an id for a name', status('GET', 'lists', auth=basic(me['user_id'], TOKEN)), 200)
equal("another's id", status('GET', 'lists', auth=basic('0' * 31 + '9', TOKEN)), 401)
link = re.search(r'/confirm/(\S+)', p.cli('user', 'link', ADMIN))[1]
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
c.request('POST', '/confirm/' + link, '', {'Content-Type': 'application/x-www-form-urlencoded'})
cookie = c.getresponse().getheader('Set-Cookie', '').split(';')[0]
c.close()
check('a browser is signed in', '=' in cookie, cookie)
equal('its cookie opens no API', status('GET', 'lists', auth=None, headers={'Cookie': cookie}.items()), 401)
equal('another version', call('GET', '../3.9/lists')[0], 400)
olga = {'auth': basic('olga@home.example', OLGA)}
for what, wanted, args in (
        ('her list', 200, ('GET', 'lists/lab.lists.example/config')),
        ('changing it', 204, ('PATCH', 'lists/lab.lists.example/config', {'info': 'About'})),
        ('its members', 200, ('GET', 'lists/lab@lists.example/roster/member')),
        ("another's list", 200, ('GET', 'lists/other.lists.example')),
        ("another's settings", 403, ('GET', 'lists/other.lists.example/config')),
        ("changing another's", 403, ('PATCH', 'lists/other.lists.example/config', {'info': 'x'})),
        ("another's members", 403, ('GET', 'lists/other.lists.example/roster/member')),
        ('users', 403, ('GET', 'users')), ('all members', 403, ('GET', 'members')),
        ('a domain', 403, ('POST', 'domains', {'mail_host': 'x.example'})),
        ('a list', 403, ('POST', 'lists', {'fqdn_listname': 'x@lists.example'})),
        ('removing her list', 403, ('DELETE', 'lists/lab.lists.example')),
        ('bans everywhere', 403, ('POST', 'bans', {'email': 'x@y.example'})),
        ('a member of another list', 403, ('POST', 'members', {'list_id': 'other.lists.example', 'subscriber': 'x@y.example'}))):
    equal(f'an owner: {what}', status(*args, **olga), wanted)
status('POST', 'users', {'email': 'stranger@home.example'})
stranger = call('GET', 'users/stranger@home.example')[2]['user_id']
for role in ('member', 'owner', 'moderator'):
    answers = [call('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': user, 'role': role}, **olga) for user in (stranger, 'e' * 32)]
    equal(f'whom she knows not she cannot make {role}, nor learn of', [(a[0], a[2]['description'].split()[:-1]) for a in answers],
          [(400, ['Invalid', 'email', 'address'])] * 2)
found = call('POST', 'members/find', {}, **olga)[2]
equal('she finds the members of hers alone', {x['list_id'] for x in found['entries']}, {'lab.lists.example'})
status('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'vera@home.example', 'pre_verified': True,
                           'pre_confirmed': True, 'pre_approved': True}, **olga)
check("an owner's word lets a member in, and proves no address to others",
      'verified_on' not in call('GET', 'addresses/vera@home.example')[2], call('GET', 'addresses/vera@home.example')[2])

section('a token for less')


def limited(scope, *more, who='olga@home.example'):
    return {'auth': basic(who, p.cli('user', 'token', who, '--scope', scope, *more).strip())}


def secret_of(token):
    return base64.b64decode(token['auth'].split()[1]).decode().split(':')[1]


def challenge(answer):
    return ' '.join(answer[3].headers.get_all('WWW-Authenticate') or [])


reads, members_, moderates, sets = (limited(x) for x in ('read', 'members', 'moderate', 'settings'))
here, everything_here = limited('read:lab@lists.example'), limited('all:lab')
LABCONFIG, OTHER = 'lists/lab.lists.example/config', 'lists/other.lists.example'
ADD = ('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'tina@home.example', 'pre_verified': True, 'pre_confirmed': True,
                           'pre_approved': True})
anna = call('GET', 'lists/lab.lists.example/member/anna@home.example')[2]
for what, token, wanted, args in (
        ('read: settings', reads, 200, ('GET', LABCONFIG)), ('read: members', reads, 200, ('GET', 'lists/lab.lists.example/roster/member')),
        ('read: changing settings', reads, 403, ('PATCH', LABCONFIG, {'info': 'x'})), ('read: adding', reads, 403, ADD),
        ('read: changing a member', reads, 403, ('PATCH', 'members/' + anna['member_id'], {'moderation_action': 'hold'})),
        ('read: removing one', reads, 403, ('DELETE', 'members/' + anna['member_id'])),
        ('read: preferences', reads, 403, ('PATCH', f'members/{anna["member_id"]}/preferences', {'hide_address': True})),
        ('read: a ban', reads, 403, ('POST', 'lists/lab.lists.example/bans', {'email': 'x@y.example'})),
        ('members: adding', members_, 201, ADD), ('members: settings', members_, 403, ('GET', LABCONFIG)),
        ('members: held', members_, 403, ('GET', 'lists/lab.lists.example/held')),
        ('moderate: held', moderates, 200, ('GET', 'lists/lab.lists.example/held')),
        ('moderate: members', moderates, 403, ('GET', 'lists/lab.lists.example/roster/member')),
        ('settings: changing them', sets, 204, ('PATCH', LABCONFIG, {'info': 'About'})),
        ('settings: an owner', sets, 403, ('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'x@y.example', 'role': 'owner'})),
        ('of one list: it', here, 200, ('GET', LABCONFIG)), ('of one list: another', here, 404, ('GET', OTHER)),
        ('all of one list: a role', everything_here, 201,
         ('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'olga@home.example', 'role': 'moderator'})),
        ('all of one list: another', everything_here, 404, ('GET', OTHER)),
        ('more than its person', limited('all'), 403, ('GET', 'users')),
        ("an administrator's, for reading", limited('read', who=ADMIN), 200, ('GET', 'users')),
        ("an administrator's, for reading: a list", limited('read', who=ADMIN), 403, ('POST', 'lists', {'fqdn_listname': 'x@lists.example'})),
        ("an administrator's, of one list", limited('all:lab', who=ADMIN), 403, ('GET', 'users'))):
    equal(f'a token {what}', status(*args, **token), wanted)
for name in ('tina@home.example', 'olga@home.example'):
    p.run('member', 'remove', 'lab@lists.example', name)
p.run('role', 'remove', 'lab@lists.example', 'moderator', 'olga@home.example')
check('which scope would do', 'error="insufficient_scope", scope="settings all"' in challenge(call('PATCH', LABCONFIG, {'info': 'x'}, **reads)))
equal("what its person may not bears no scope", challenge(call('GET', 'users', **limited('all'))), '')
check('an unknown one', 'Bearer error="invalid_token"' in challenge(call('GET', 'lists', auth='Bearer ' + 'x' * 32)))
check('none', 'error' not in challenge(call('GET', 'lists', auth=None)))
secret = reads['auth'].split()[1]
secret = base64.b64decode(secret).decode().split(':')[1]
with p.submit() as s:
    try:
        s.user, s.password = 'olga@home.example', secret
        equal('it sends no mail', s.auth('PLAIN', s.auth_plain)[0], 535)
    except Exception as e:
        equal('it sends no mail', getattr(e, 'smtp_code', e), 535)
twice = limited('read', '--rate', '2', '--name', 'a slow one')
equal('two a minute', [status('GET', 'lists', **twice) for _ in range(3)], [200, 200, 429])
answer = call('GET', 'lists', **twice)
equal('and it says when', (answer[3].getheader('Retry-After'), answer[2]['description'].endswith('Try again in a minute.')), ('60', True))
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
c.request('GET', '/lists/lab/', headers={'Authorization': 'Bearer ' + secret_of(twice), 'Accept-Language': 'fr'})
r = c.getresponse()
equal('a page, too, in the reader\'s language', (r.status, r.getheader('Retry-After'), 'Réessayez dans une minute.' in r.read().decode()), (429, '60', True))
c.close()
own = p.json('user', 'tokens', 'olga@home.example')
slow = next(x for x in own if x['name'] == 'a slow one')
equal('its owner sees what it may', (slow['scopes'], slow['rate'], bool(slow['used'])), ('read', 2, True))
check('and of which list', any(x['scopes'] == 'read:lab@lists.example' for x in own), own)
p.cli('user', 'untoken', 'olga@home.example', str(slow['id']))
equal('taken away', status('GET', 'lists', **twice), 401)
for words in ('write', '', 'read:nolist', 'read,members:'):
    r = p.run('user', 'token', 'olga@home.example', '--scope', words)
    check(f'no scope {words!r}', r.returncode == 1 and r.stderr, r.stderr)
for who_, page, wanted in ((secret, '/lists/lab/admin/members.json', 200), (secret, '/account.json', 403),
                           (secret_of(moderates), '/lists/lab/admin/settings.json', 403)):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('GET', page, headers={'Authorization': 'Bearer ' + who_})
    r = c.getresponse()
    equal(f'{page} by it', (r.status, 'insufficient_scope' in r.getheader('WWW-Authenticate', '')), (wanted, wanted == 403))
    c.close()

section('what is done is done')
LAB = 'lists/lab.lists.example/'
for name, value, key, stored in (
        ('subject_prefix', '[lab] ', 'subject_prefix', '[lab] '), ('advertised', 'False', 'advertised', 'no'),
        ('default_member_action', 'hold', 'default_member_action', 'hold'),
        ('default_member_action', 'defer', 'default_member_action', 'accept'),
        ('bounce_info_stale_after', '9d', 'bounce_info_stale_after', '9'),
        ('max_message_size', '77', 'max_message_size', '77'), ('administrivia', 'False', 'administrivia', 'no'),
        ('posting_pipeline', 'virgin', 'posting_pipeline', 'virgin'),
        ('posting_pipeline', 'default-posting-pipeline', 'posting_pipeline', 'default-posting-pipeline'),
        ('autoresponse_grace_period', '3d', 'autoresponse_grace_period', '3'), ('display_name', 'The Lab', 'display_name', 'The Lab'), ('archive_policy', 'private', 'archive_policy', 'private')):
    equal(f'{name} = {value} is taken', status('PATCH', LAB + 'config', {name: value}), 204)
    equal(f'{name} = {value} is stored', p.cli('list', 'get', 'lab@lists.example', key), stored + '\n')
    shown = call('GET', LAB + 'config/' + name)[2][name]
    check(f'{name} = {value} is shown', str(shown) == value, shown)
equal('the list bears its name', call('GET', LAB.rstrip('/'))[2]['display_name'], 'The Lab')
equal('one attribute', status('PUT', LAB + 'config/description', {'description': 'Crystals'}), 204)
equal('and it is so', call('GET', LAB + 'config')[2]['description'], 'Crystals')
for what, name, value in (('a fixed one', 'usenet_watermark', '7'), ('one that is worked out', 'post_id', '9'),
                          ('a wrong word', 'archive_policy', 'maybe'), ('an unknown one', 'colour', 'red')):
    before = call('GET', LAB + 'config')[2]
    answer = call('PATCH', LAB + 'config', {'info': 'changed?', name: value})
    equal(f'{what} is refused', answer[0], 400)
    check(f'{what} is named', name in answer[2]['description'], answer[2])
    equal(f'{what}: nothing was changed', call('GET', LAB + 'config')[2], before)
equal('what is so already may be written', status('PATCH', LAB + 'config', {'archive_rendering_mode': 'text', 'volume': '1'}), 204)
equal('a list without a language of its own has the site\'s', call('GET', LAB + 'config/preferred_language')[2]['preferred_language'], 'en')
for said, kept in (('en', 'site'), ('fr', 'fr'), ('en', 'en')):
    equal(f'{said} is taken', status('PATCH', LAB + 'config', {'preferred_language': said}), 204)
    equal(f'and is {kept}', [x['value'] for x in p.json('list', 'show', 'lab') if x['setting'] == 'preferred_language'], [kept])
equal('PUT wants all', status('PUT', LAB + 'config', {'info': 'x'}), 400)
etag = call('GET', LAB.rstrip('/'))[2]['http_etag']
equal('the tag stays', call('GET', LAB.rstrip('/'))[2]['http_etag'], etag)
status('PATCH', LAB + 'config', {'description': 'Other', 'default_nonmember_action': 'hold'})
check('and changes', call('GET', LAB.rstrip('/'))[2]['http_etag'] != etag)
for n, verdict in enumerate(('accept', 'reject', 'discard')):
    p.deliver('zoe@home.example', 'lab@lists.example', message('zoe@home.example', 'lab@lists.example', f'held {n}'))
eventually(lambda: call('GET', LAB + 'held/count')[2]['count'] == 3)
held = call('GET', LAB + 'held')[2]['entries']
equal('held', sorted(x['subject'] for x in held), ['held 0', 'held 1', 'held 2'])
ids = {x['subject']: x['request_id'] for x in held}
equal('each rule has hit or missed', [(x['rule_hits'], [n for n in ('no_author', 'proof', 'digests') if n in x['rule_misses']]) for x in held],
      [(['nonmember'], ['no_author', 'proof', 'digests'])] * 3)
equal('counted', call('GET', LAB + 'held/count')[2]['count'], 3)
equal('deferred', status('POST', LAB + f'held/{ids["held 0"]}', {'action': 'defer'}), 204)
equal('and waits on', call('GET', LAB + 'held/count')[2]['count'], 3)
equal('no such verdict', status('POST', LAB + f'held/{ids["held 0"]}', {'action': 'burn'}), 400)
equal('accepted', status('POST', LAB + f'held/{ids["held 0"]}', {'action': 'accept'}), 204)
equal('rejected', status('POST', LAB + f'held/{ids["held 1"]}', {'action': 'reject', 'comment': 'Not about crystals'}), 204)
equal('discarded', status('POST', LAB + f'held/{ids["held 2"]}', {'action': 'discard'}), 204)
equal('once', status('POST', LAB + f'held/{ids["held 0"]}', {'action': 'accept'}), 404)
equal('nothing waits', call('GET', LAB + 'held')[2].get('entries'), None)
check('the accepted one reaches the members', eventually(lambda: any('held 0' in m.header for m in world.to('anna@home.example'))))
check('the author hears why', eventually(lambda: any(b'Not about crystals' in m.data for m in world.to('zoe@home.example'))))
check('the discarded one reached nobody', not any('held 2' in m.header for m in world.to('anna@home.example')))
equal('a header rule', status('POST', LAB + 'header-matches', {'header': 'Subject', 'pattern': '^spam', 'action': 'discard'}), 201)
equal('is the list\'s', p.json('list', 'header-match', 'ls', 'lab@lists.example'),
      [{'place': 1, 'header': 'subject', 'pattern': '^spam', 'action': 'discard', 'reason': '', 'tag': ''}])
equal('a hostile pattern', status('POST', LAB + 'header-matches', {'header': 'Subject', 'pattern': '(', 'action': 'hold'}), 400)
equal('a changed action', status('PATCH', LAB + 'header-matches/0', {'action': 'hold'}), 204)
equal('changed', call('GET', LAB + 'header-matches/0')[2]['action'], 'hold')
RULES = LAB + 'header-matches'


def rules():
    return [(x['position'], x['header'], x['pattern'], x['action'], x.get('tag')) for x in call('GET', RULES)[2].get('entries', [])]


equal('another with a tag', [status('POST', RULES, {'header': 'X-Spam', 'pattern': 'yes', 'action': 'reject', 'tag': 'robot'}),
                             status('POST', RULES, {'header': 'x-spam', 'pattern': 'yes', 'action': 'hold'})], [201, 400])
equal('both', rules(), [(0, 'subject', '^spam', 'hold', None), (1, 'x-spam', 'yes', 'reject', 'robot')])
for asked, wanted in (({'tag': 'robot'}, [1]), ({'tag': 'none'}, []), ({'tag': 'robot', 'action': 'hold'}, []), ({'header': 'X-Spam', 'tag': 'robot'}, [1])):
    equal(f'found by {asked}', [x['position'] for x in (call('POST', RULES + '/find', asked)[2].get('entries') or [])], wanted)
equal('to the front, with other words', status('PATCH', RULES + '/1', {'position': 0, 'pattern': 'YES', 'header': 'X-Junk', 'tag': 'tagged'}), 204)
equal('asked first', rules(), [(0, 'x-junk', 'YES', 'reject', 'tagged'), (1, 'subject', '^spam', 'hold', None)])
equal('no place', status('PATCH', RULES + '/0', {'position': 'first', 'tag': 'lost'}), 400)
equal('like the other', status('PATCH', RULES + '/0', {'header': 'subject', 'pattern': '^spam'}), 400)
equal('no tag', [status('PATCH', RULES + '/0', {'tag': ''}), rules()[0]], [204, (0, 'x-junk', 'YES', 'reject', None)])
equal('gone', [status('DELETE', RULES + '/0'), rules()], [204, [(0, 'subject', '^spam', 'hold', None)]])
equal('a ban', status('POST', LAB + 'bans', {'email': 'eve@home.example'}), 201)
equal('she cannot be added', status('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'eve@home.example', 'pre_verified': True,
                                                        'pre_confirmed': True, 'pre_approved': True}), 400)
equal('a member twice', status('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'anna@home.example'}), 409)
anna = call('GET', LAB + 'member/anna@home.example')[2]
equal('preferences', status('PATCH', f'members/{anna["member_id"]}/preferences',
                            {'delivery_status': 'by_user', 'receive_own_postings': 'False'}), 204)
equal('are kept', {k: v for k, v in call('GET', f'members/{anna["member_id"]}/preferences')[2].items() if k[:4] in ('deli', 'rece')},
      {'delivery_status': 'by_user', 'receive_own_postings': False})
PREFERENCES = f'members/{anna["member_id"]}/preferences'
equal('a form for who gets nothing', status('PATCH', PREFERENCES, {'delivery_mode': 'plaintext_digests'}), 204)
equal('is kept for later', (call('GET', PREFERENCES)[2]['delivery_mode'], p.json('member', 'ls', 'lab@lists.example')[0]['delivery']),
      ('plaintext_digests', 'off'))
equal('on again, in digests', status('PATCH', PREFERENCES, {'delivery_status': 'enabled'}), 204)
equal('enabled is no other form', status('PATCH', PREFERENCES, {'delivery_status': 'enabled'}), 204)
equal('she reads digests', (call('GET', PREFERENCES)[2].get('delivery_mode'), call('GET', LAB + 'member/anna@home.example')[2]['delivery_mode'],
                            p.json('member', 'ls', 'lab@lists.example')[0]['delivery']), ('plaintext_digests', 'plaintext_digests', 'plain'))
equal('no such form', status('PATCH', PREFERENCES, {'delivery_mode': 'hourly'}), 400)
equal('single posts again', status('PATCH', PREFERENCES, {'delivery_mode': 'regular'}), 204)
equal('her own choice', call('GET', PREFERENCES)[2].get('delivery_mode'), 'regular')

section('domains')
NEW = {'mail_host': 'new.example', 'description': 'For tests', 'alias_domain': 'Old.example', 'owner': ['dora@home.example', 'olga@home.example']}


def owners(host):
    return sorted(call('GET', 'users/' + u['user_id'] + '/addresses')[2]['entries'][0]['email']
                  for u in call('GET', f'domains/{host}/owners')[2].get('entries', []))


equal('an alias that is ours', status('POST', 'domains', {**NEW, 'alias_domain': 'lists.example'}), 400)
equal('an owner who is none', status('POST', 'domains', {**NEW, 'owner': ['dora@home.example', 'nobody']}), 400)
equal('nothing was made', status('GET', 'domains/new.example'), 404)
equal('one', status('POST', 'domains', NEW), 201)
equal('is told', {k: v for k, v in call('GET', 'domains/new.example')[2].items() if k[:4] in ('mail', 'desc', 'alia')},
      {'mail_host': 'new.example', 'description': 'For tests', 'alias_domain': 'old.example'})
equal('its owners', owners('new.example'), ['dora@home.example', 'olga@home.example'])
equal('twice', status('POST', 'domains', NEW), 400)
equal('an owner of it makes lists in it', status('POST', 'lists', {'fqdn_listname': 'hers@new.example'}, **olga), 201)
equal('and changes it not', status('PATCH', 'domains/new.example', {'description': 'x'}, **olga), 403)
equal('another owner', [status('POST', 'domains/new.example/owners', {'owner': 'otto@home.example'}), status('POST', 'domains/new.example/owners')], [204, 400])
equal('is one, too', owners('new.example'), ['dora@home.example', 'olga@home.example', 'otto@home.example'])
equal('changed', [status('PATCH', 'domains/new.example', {'description': 'Anew'}), status('PATCH', 'domains/new.example', {'alias_domain': 'no domain'})],
      [204, 400])
equal('in the book', [(x['alias_domain'], x['description'], sorted(x['owners'].split(', '))) for x in p.json('domain', 'ls') if x['domain'] == 'new.example'],
      [('old.example', 'Anew', ['dora@home.example', 'olga@home.example', 'otto@home.example'])])
equal('no alias', [status('PATCH', 'domains/new.example', {'alias_domain': ''}), call('GET', 'domains/new.example')[2]['alias_domain']], [204, None])
equal('no owners', [status('DELETE', 'domains/new.example/owners', **olga), status('DELETE', 'domains/new.example/owners'), owners('new.example')], [403, 204, []])
equal('she was one', status('POST', 'lists', {'fqdn_listname': 'more@new.example'}, **olga), 403)
equal('gone with its list', [status('DELETE', 'domains/new.example'), status('GET', 'lists/hers.new.example')], [204, 404])

section('nonmembers')
ZACK = LAB + 'nonmember/zack@home.example'


def nonmembers():
    return [(x['email'], x['moderation_action'], x['role']) for x in call('GET', LAB + 'roster/nonmember')[2].get('entries', [])]


equal('none', nonmembers(), [])
answer = call('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'zack@home.example', 'role': 'nonmember'})
equal('one begins as others are', (answer[0], nonmembers()), (201, [('zack@home.example', 'hold', 'nonmember')]))
equal('the site knows nobody there', 'user' in call('GET', ZACK)[2], False)
equal('her own', [status('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'olga@home.example', 'role': 'nonmember'}),
                  call('GET', LAB + 'nonmember/olga@home.example')[2]['user'].split('/')[-1]], [201, call('GET', 'users/olga@home.example')[2]['user_id']])
equal('where it was made', answer[1].split('/')[-1], zack := call('GET', ZACK)[2]['member_id'])
equal('discard', [status('PATCH', 'members/' + zack, {'moderation_action': 'discard'}), call('GET', 'members/' + zack)[2]['moderation_action']],
      [204, 'discard'])
equal('no such action', [status('PATCH', 'members/' + zack, {'moderation_action': 'burn'}), nonmembers()[1][1]], [400, 'discard'])
equal('in the book', [(x['address'], x['action']) for x in p.json('nonmember', 'ls', 'lab@lists.example')],
      [('olga@home.example', 'hold'), ('zack@home.example', 'discard')])
found = call('POST', 'members/find', {'subscriber': 'zack@home.example'})[2]
equal('found', [(x['role'], x['list_id']) for x in found.get('entries', [])], [('nonmember', 'lab.lists.example')])
equal('by its role', call('POST', 'members/find', {'role': 'nonmember', 'list_id': 'lab.lists.example'})[2]['total_size'], 2)
equal('another owner makes none', status('POST', 'members', {'list_id': 'other.lists.example', 'subscriber': 'x@home.example', 'role': 'nonmember'}, **olga), 403)
before = len(p.json('held', 'ls', 'lab@lists.example'))
p.deliver('zack@home.example', 'lab@lists.example', message('zack@home.example', 'lab@lists.example', 'dropped'))
check('judged as was said of her', p.event('post-judged', list='lab@lists.example', verdict='discard'))
equal('gone', [status('DELETE', ZACK), status('GET', 'members/' + zack), status('DELETE', LAB + 'nonmember/olga@home.example'), nonmembers()],
      [204, 404, 204, []])
p.deliver('zack@home.example', 'lab@lists.example', message('zack@home.example', 'lab@lists.example', 'as others'))
check('what was said of the posts was so', eventually(lambda: len(p.json('held', 'ls', 'lab@lists.example')) == before + 1))

section('and the rest')
equal('members leave in numbers', {k: v for k, v in call('DELETE', LAB + 'roster/member', {'emails': ['vera@home.example', 'no@home.example']})[2].items()
                                   if '@' in k}, {'vera@home.example': True, 'no@home.example': False})
equal('by the command, too', [x['address'] for x in p.json('member', 'ls', 'lab@lists.example')], ['anna@home.example'])
equal('the only owner stays', status('DELETE', LAB + 'owner/olga@home.example'), 400)
equal('too short a password', status('POST', 'users', {'email': 'una@home.example', 'password': 'easy'}), 400)
equal('a user', status('POST', 'users', {'email': 'una@home.example', 'password': 'quite long', 'display_name': 'Una'}), 201)
una = call('GET', 'users/una@home.example')[2]
check('no password is told', 'm=19456' not in una['password'] and una['password'].startswith('$'), una)
equal('a token signs in', status('POST', f'users/{me["user_id"]}/login', {'cleartext_password': TOKEN}), 204)
equal("another's does not", status('POST', f'users/{una["user_id"]}/login', {'cleartext_password': TOKEN}), 403)
equal('gone', [status('DELETE', f'users/{una["user_id"]}'), status('GET', f'users/{una["user_id"]}')], [204, 404])
equal('not oneself', status('DELETE', f'users/{me["user_id"]}'), 400)
equal('no such method', status('PUT', 'lists'), 405)
equal('nothing there', status('GET', 'lists/none.lists.example'), 404)
equal("the site's own domain stays", status('DELETE', 'domains/lists.example'), 400)
check('and its lists with it', status('GET', 'lists/lab.lists.example') == 200)
check('the audit names who it was', ADMIN in p.log() and 'order-run' in p.log())

section('too many wrong tokens')
tries = [status('GET', 'lists', auth=basic(ADMIN, 'wrong'), source='127.77.0.9') for _ in range(20)]
check('are stopped', tries[0] == 401 and tries[-1] == 429, tries)
equal('the right one, too, from there', status('GET', 'lists', source='127.77.0.9'), 429)
equal('not from elsewhere', status('GET', 'lists'), 200)
done()
