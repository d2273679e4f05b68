"""Mailman 3's REST API: what is chosen at four levels, and memberships that are a user's or an address's."""
import json

from harness import Postern, check, done, equal, eventually, limit, section
from nameserver import NameServer
from rest import Rest, basic
from sink import Sink

limit(900)
ADMIN, LAB = 'admin@lists.example', 'lists/lab.lists.example/'
world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']},
                  'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}})
p = Postern(dns=dns, mx_port=world.port, admin=ADMIN)
p.cli('list', 'create', 'lab@lists.example', '--owner', 'olga@home.example')
p.cli('list', 'create', 'other@lists.example', '--owner', 'otto@home.example')
p.cli('member', 'add', 'lab@lists.example', 'anna@home.example')
olga = {'auth': basic('olga@home.example', p.token('olga@home.example'))}
api = Rest(p, ADMIN, p.token(ADMIN))
call, status = api.call, api.status
p.start()
anna = call('GET', LAB + 'member/anna@home.example')[2]
PREFERENCES = f'members/{anna["member_id"]}/preferences'

section('preferences at four levels')
LEVELS = {'member': PREFERENCES, 'address': 'addresses/anna@home.example/preferences', 'user': 'users/anna@home.example/preferences',
          'system': 'system/preferences'}
ALL = f'members/{anna["member_id"]}/all/preferences'
NAMES = ('acknowledge_posts', 'hide_address', 'receive_list_copy', 'receive_own_postings', 'delivery_status', 'delivery_mode', 'preferred_language')


def level(path):
    return {k: v for k, v in call('GET', path)[2].items() if k in NAMES}


equal('taken back', [status('DELETE', PREFERENCES), level(PREFERENCES)], [204, {}])
for name, value, other in (('acknowledge_posts', True, False), ('hide_address', True, False), ('receive_list_copy', False, True),
                           ('receive_own_postings', False, True), ('delivery_status', 'by_user', 'enabled'),
                           ('delivery_mode', 'mime_digests', 'summary_digests'), ('preferred_language', 'de', 'fr')):
    usual = level(LEVELS['system'])[name]
    equal(f'{name} of the system', level(ALL)[name], usual)
    for of, said in (('user', value), ('address', other), ('member', value)):
        equal(f'{name} of the {of}', status('PATCH', LEVELS[of], {name: said}), 204)
        equal('is kept', level(LEVELS[of]), {name: said})
        equal('and holds', level(ALL)[name], said)
    for of, said in (('member', other), ('address', value), ('user', usual)):
        equal(f'{name} of the {of} gone', status('PATCH', LEVELS[of], {name: ''}), 204)
        equal('what is above it holds', level(ALL)[name], said)
    equal('nothing is left', [level(LEVELS[of]) for of in ('member', 'address', 'user')], [{}, {}, {}])
equal('what is usual is a choice, too', [status('PUT', LEVELS['member'], {'receive_own_postings': True}), level(PREFERENCES)],
      [204, {'receive_own_postings': True}])
for of in ('user', 'address'):
    equal(f'no such word for the {of}', [status('PATCH', LEVELS[of], {'delivery_mode': 'hourly'}), status('PATCH', LEVELS[of], {'colour': 'red'})], [400, 400])
    equal(f'all of the {of} at once', [status('PATCH', LEVELS[of], {'acknowledge_posts': True, 'delivery_mode': 'mime_digests'}),
                                       status('DELETE', LEVELS[of]), level(LEVELS[of])], [204, 204, {}])
equal('nobody\'s', [status('GET', 'users/none@home.example/preferences'), status('PATCH', 'addresses/none@home.example/preferences', {'hide_address': True})],
      [404, 404])

section('a membership that is a user\'s, another address')
equal('a user with two addresses', [status('POST', 'users/anna@home.example/addresses', {'email': 'anna@work.example'}), anna['subscription_mode']],
      [201, 'as_address'])
HERS = f'members/{anna["member_id"]}'
equal('no address of the site', call('PATCH', HERS, {'address': 'none@work.example'})[2]['description'], 'Address not registered')
equal('not proven', call('PATCH', HERS, {'address': 'anna@work.example'})[2]['description'], 'Unverified address')
equal('another user\'s', call('PATCH', HERS, {'address': ADMIN})[2]['description'], 'Address is not controlled by user')
equal('proven', status('POST', 'addresses/anna@work.example/verify'), 204)
bodies = {x: call('PATCH', HERS, {'address': x}, **olga) for x in ('none@work.example', 'anna@work.example', ADMIN, 'no address', 'anna@home.example')}
equal('an owner learns by it of no address', {json.dumps(x[2], sort_keys=True) for x in bodies.values()},
      {json.dumps({'title': '400 Bad Request', 'description': 'Address is not controlled by user'}, sort_keys=True)})
equal('and it moves nowhere', (call('GET', HERS)[2]['email'], {x[0] for x in bodies.values()}), ('anna@home.example', {400}))
p.cli('member', 'add', 'lab@lists.example', 'olga@home.example')
her_own = 'members/' + call('GET', LAB + 'member/olga@home.example')[2]['member_id']
equal('nor by her own', {call('PATCH', her_own, {'address': x}, **olga)[2]['description'] for x in ('none@work.example', ADMIN, 'anna@home.example')},
      {'Address is not controlled by user'})
equal('which moves to what is hers', [status('POST', 'users/olga@home.example/addresses', {'email': 'olga@work.example'}),
                                      status('POST', 'addresses/olga@work.example/verify'),
                                      status('PATCH', her_own, {'address': 'olga@work.example'}, **olga), call('GET', her_own)[2]['email']],
      [201, 204, 204, 'olga@work.example'])
equal('and goes', [status('DELETE', her_own), status('DELETE', 'addresses/olga@work.example')], [204, 204])
equal('moved', [status('PATCH', HERS, {'address': 'anna@work.example'}), call('GET', HERS)[2]['email']], [204, 'anna@work.example'])
equal('with what she chose', level(PREFERENCES), {'receive_own_postings': True})
equal('and the same number', call('GET', LAB + 'member/anna@work.example')[2]['member_id'], anna['member_id'])
check('the address before is told', eventually(lambda: any('is at anna@work.example now' in m.field('Subject') for m in world.to('anna@home.example'))))
user = call('GET', 'users/anna@home.example')[2]['user_id']
equal('who prefers no address', call('POST', 'members', {'list_id': 'other.lists.example', 'subscriber': user, 'pre_verified': True, 'pre_confirmed': True,
                                                         'pre_approved': True})[2]['description'], 'User has no preferred address')
equal('who is proven to be there', status('POST', 'addresses/anna@home.example/verify'), 204)
equal('prefers one', status('POST', f'users/{user}/preferred_address', {'email': 'anna@home.example'}), 204)
equal('and joins as herself', status('POST', 'members', {'list_id': 'other.lists.example', 'subscriber': user, 'pre_verified': True, 'pre_confirmed': True,
                                                         'pre_approved': True}), 201)
of_her = call('GET', 'lists/other.lists.example/member/anna@home.example')[2]
equal('told as such', of_her['subscription_mode'], 'as_user')
equal('prefers the other', status('POST', f'users/{user}/preferred_address', {'email': 'anna@work.example'}), 204)
equal('the membership follows', call('GET', f'members/{of_her["member_id"]}')[2]['email'], 'anna@work.example')
equal('no address of its own', call('PATCH', f'members/{of_her["member_id"]}', {'address': 'anna@home.example'})[2]['description'],
      'Membership is via preferred address')
equal('off again', [status('DELETE', f'members/{of_her["member_id"]}'), status('PATCH', HERS, {'address': 'anna@home.example'}),
                    status('DELETE', f'users/{user}/preferred_address'), status('DELETE', 'addresses/anna@work.example')], [204, 204, 204, 204])

done()
