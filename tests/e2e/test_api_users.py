"""Mailman 3's REST API beyond what its Python client does: whose an address is, what waits to leave, and what a program hears
whose form is wrong."""
import http.client
import json

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
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
p.cli('member', 'add', 'lab@lists.example', 'anna@home.example')
TOKEN = p.token(ADMIN)
olga = {'auth': basic('olga@home.example', p.token('olga@home.example'))}
p.start()
api = Rest(p, ADMIN, TOKEN)
call, status = api.call, api.status
me = call('GET', f'users/{ADMIN}')[2]

section('whose an address is')


def users():
    return {x['email']: call('GET', 'addresses/' + x['email'] + '/user')[2]['user_id'] for x in call('GET', 'addresses')[2]['entries']}


def link(method, address, **form):
    return status(method, f'addresses/{address}/user', form)


status('POST', 'users', {'email': 'ulla@home.example', 'display_name': 'Ulla', 'password': 'quite long'})
ulla = users()['ulla@home.example']
status('POST', f'users/{ulla}/addresses', {'email': 'ulla2@home.example'})
status('POST', 'members', {'list_id': 'lab.lists.example', 'subscriber': 'ulla2@home.example', 'pre_verified': True, 'pre_confirmed': True, 'pre_approved': True})
equal('not twice', link('POST', 'ulla2@home.example', user_id=me['user_id']), 409)
equal('unlinked', [link('DELETE', 'ulla2@home.example'), users()['ulla@home.example'], users()['ulla2@home.example'] != ulla], [204, ulla, True])
check('it is a member still', any(x['email'] == 'ulla2@home.example' for x in call('GET', LAB + 'roster/member')[2]['entries']))
equal('nothing to unlink', link('DELETE', 'ulla2@home.example'), 404)
equal('no such user', [link(m, 'ulla2@home.example', user_id='e' * 32) for m in ('POST', 'PUT')], [404, 404])
equal('and none to be made', link('POST', 'ulla2@home.example', auto_create='no'), 403)
equal('linked', [link('POST', 'ulla2@home.example', user_id=ulla), users()['ulla2@home.example']], [200, ulla])
link('DELETE', 'ulla2@home.example')
answer = call('POST', 'addresses/ulla2@home.example/user', {'display_name': 'U. Two', 'password': 'quite long, too'})
two = users()['ulla2@home.example']
equal('a user for it', (answer[0], answer[1].split('/')[-1], call('GET', 'users/' + two)[2]['display_name']), (201, two, 'U. Two'))
check('with a password', call('GET', 'users/' + two)[2].get('password'))
equal('given to another', [link('PUT', 'ulla2@home.example', user_id=ulla), users()['ulla2@home.example'], status('GET', 'users/' + two)], [200, ulla, 404])
equal('a new one in its place', [link('PUT', 'ulla2@home.example', display_name='Again'), users()['ulla2@home.example'] in (ulla, two)], [201, False])
equal("not one's own only address", [link('DELETE', ADMIN), link('PUT', ADMIN, user_id=ulla), status('GET', 'users/' + me['user_id'])], [400, 400, 200])
equal('not by an owner', status('DELETE', 'addresses/ulla@home.example/user', **olga), 403)
for name in ('ulla', 'ulla2'):
    status('DELETE', f'users/{name}@home.example')

section('queues')
equal('no id is without a row', [call('GET', 'reserved/uids/orphans')[2]['total_size'], status('DELETE', 'reserved/uids/orphans')], [0, 204])
world.reply['rcpt'] = lambda address: '451 4.3.0 later'
p.deliver('anna@home.example', 'lab-request@lists.example', message('anna@home.example', 'lab-request@lists.example', 'help'))
out = eventually(lambda: call('GET', 'queues/out')[2]['files'])
equal('what waits', (call('GET', 'queues/out')[2]['count'], sorted(x['name'] for x in call('GET', 'queues')[2]['entries'])), (len(out), ['in', 'out']))
equal('no such file', [status('DELETE', f'queues/{x}') for x in ('out/q99999', 'out/odd', 'in/' + out[0], 'shunt/' + out[0])], [404] * 4)
equal('one goes', [status('DELETE', 'queues/out/' + out[0]), out[0] in call('GET', 'queues/out')[2]['files'], status('DELETE', 'queues/out/' + out[0])],
      [204, False, 404])
del world.reply['rcpt']

section('a program is answered in JSON')
BASIC = basic(ADMIN, TOKEN)
for what, path, auth in (('below the API', '/api/3.1/lists', BASIC), ('a page', '/lists/lab/admin/settings', 'Bearer ' + TOKEN),
                         ('one that is not there', '/lists/none/admin/settings', 'Bearer ' + TOKEN)):
    for kind, body in (('a form that is none', b'a=%00'), ('parts without an end', b'--x\r\nno')):
        c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
        c.request('POST', path, body, {'Authorization': auth, 'Accept': 'application/json', 'Content-Type':
                                       'multipart/form-data; boundary=x' if b'--' in body else 'application/x-www-form-urlencoded'})
        r = c.getresponse()
        text = r.read()
        check(f'{what}: {kind}', r.status in (400, 404) and r.getheader('Content-Type') == 'application/json' and json.loads(text)['title'], text)
        c.close()
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
c.request('POST', '/lists/lab/admin/settings', 'max_message_size=huge', {'Authorization': 'Bearer ' + TOKEN, 'Accept': 'application/json',
                                                                      'Content-Type': 'application/x-www-form-urlencoded'})
r = c.getresponse()
check('a setting that is wrong', r.status == 400 and 'max_message_size' in json.dumps(json.loads(r.read())), r.status)
done()
