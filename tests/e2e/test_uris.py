"""Texts of letters and footers set by URI through Mailman 3's API, as Postorius does: fetched from the places that the site names and
nowhere else, within bounds, checked as if they were written on the page; told as long as they hold; and what is refused changes nothing."""
import json
import time
import urllib.request

from harness import Postern, check, done, equal, limit, section
from rest import Rest, basic
from webserver import WebServer

limit(900)
ADMIN, LAB = 'admin@lists.example', 'lists/lab.lists.example/'
URIS, WELCOME, FOOTER = LAB + 'uris', 'list:user:notice:welcome', 'list:member:regular:footer'
web = WebServer('127.0.0.41', 0, None)
ROOM = f'http://127.0.0.41:{web.port}/'
PLACE = ROOM + 'texts/'
p = Postern(admin=ADMIN, fetch__templates=PLACE)
for name, owner in (('lab', 'olga'), ('other', 'otto')):
    p.cli('list', 'create', f'{name}@lists.example', '--owner', f'{owner}@home.example')
TOKEN, OLGA = p.token(ADMIN), p.token('olga@home.example')
p.start()
api = Rest(p, ADMIN, TOKEN)


def call(method, path, form=None, auth=basic(ADMIN, TOKEN)):
    """(status, JSON or None)"""
    answer = api.call(method, path, form, auth)
    return answer[0], answer[2]


def status(*args, **more):
    return call(*args, **more)[0]


olga = {'auth': basic('olga@home.example', OLGA)}

web.pages = {'/texts/welcome.txt': (200, 'text/plain; charset=utf-8', 'Grüezi auf $listname!'.encode()),
             '/texts/latin.txt': (200, 'text/plain; charset=iso-8859-1', 'Grüezi!'.encode('latin-1')),
             '/texts/lab.lists.example/footer.txt': (200, 'text/plain', b'-- \r\n$listname\r\n'),
             '/texts/page': (200, 'text/html', b'<p>Sign in'), '/texts/large.txt': (200, 'text/plain', b'a' * 200000),
             '/texts/much.txt': (200, 'text/plain', b'a' * 70000), '/texts/nul.txt': (200, 'text/plain', b'a\0'),
             '/texts/moved.txt': (302, 'text/plain', b''), '/texts/empty.txt': (200, 'text/plain', b' \n'),
             '/texts/name.txt': (200, 'text/plain', b'Dear $user_name'),
             '/other/secret.txt': (200, 'text/plain', b'a secret')}


def uris(path=URIS, **more):
    return {x['name']: x['uri'] for x in call('GET', path, **more)[1].get('entries', [])}


def own_text(*of):
    return p.cli('template', 'show', 'welcome', *of)


section('set and told')
equal('none', uris(), {})
equal('one', status('PATCH', URIS, {WELCOME: PLACE + 'welcome.txt'}), 204)
equal('is told', (uris(), call('GET', f'{URIS}/{WELCOME}')[1]['uri']), ({WELCOME: PLACE + 'welcome.txt'}, PLACE + 'welcome.txt'))
equal('and is the text of the letter', own_text('lab@lists.example'), 'Grüezi auf {list_address}!\n')
web.pages['/texts/welcome.txt'] = (200, 'text/plain', b'Anew')
equal('set again it is fetched anew', (status('PATCH', URIS, {WELCOME: PLACE + 'welcome.txt'}), own_text('lab@lists.example')), (204, 'Anew\n'))
equal('in another charset', (status('PATCH', f'{URIS}/{WELCOME}', {WELCOME: PLACE + 'latin.txt'}), own_text('lab@lists.example')), (204, 'Grüezi!\n'))
section('refused')
before = uris()
for uri, says in ((ROOM + 'other/secret.txt', 'below no place'), (PLACE + '../other/secret.txt', 'goes up'),
                  (PLACE + '%2e%2e/other/secret.txt', 'goes up'), (PLACE + '..%2fother/secret.txt', 'hides a slash'),
                  (f'http://127.0.0.1:{p.web}/texts/x', 'below no place'), (ROOM.replace('http', 'https') + 'texts/welcome.txt', 'below no place'),
                  ('http://lists.example/texts/welcome.txt', 'below no place'), (PLACE.replace('//', '//u:p@') + 'welcome.txt', 'a user'),
                  (PLACE + 'none.txt', 'answers 404'), (PLACE + 'moved.txt', 'answers 302'), (PLACE + 'large.txt', 'too large'),
                  (PLACE + 'much.txt', 'too long'), (PLACE + 'page', 'text/html, not text/plain'), (PLACE + 'nul.txt', 'no text'),
                  (PLACE + 'empty.txt', 'empty'), (PLACE + 'name.txt', '$user_name has no value'),
                  (PLACE + '$user_email.txt', '$user_email'), ('mailman:///welcome.txt', 'a file of Mailman'),
                  ('file:///etc/passwd', 'http:// or https://'), ('gopher://127.0.0.41/x', 'http:// or https://'), ('data:text/html,x', 'text/html'),
                  ('data:;base64,#', 'base64'), (PLACE + 'x' * 3000, 'too long')):
    answer = call('PATCH', URIS, {WELCOME: uri})
    check(f'refused: {uri[:60]}', answer[0] == 400 and says in answer[1]['description'], answer)
web.delay, at = 40, time.monotonic()
answer = call('PATCH', URIS, {WELCOME: PLACE + 'welcome.txt'})
check('a slow server is not waited for', answer[0] == 400 and 'cannot be fetched' in answer[1]['description'] and time.monotonic() - at < 35, answer)
web.delay = 0
equal('nothing changed', (uris(), own_text('lab@lists.example')), (before, 'Grüezi!\n'))
check('nobody was asked for what is elsewhere', not any(x.startswith('/other') for x, _ in web.gets), web.gets)
section('as Mailman takes them')
answer = call('PATCH', URIS, {'list:user:notice:no-more-today': PLACE + 'welcome.txt'})
check('what has no place here, and why', answer[0] == 400 and 'eleventh' in answer[1]['description'], answer)
equal('all or none', (status('PATCH', URIS, {FOOTER: PLACE + 'welcome.txt', WELCOME: PLACE + 'none.txt'}), uris()), (400, before))
equal('no such name', [call('PATCH', URIS, {'list:nothing': 'x'})[1]['description'], status('GET', URIS + '/list:nothing')],
      ['Unexpected parameters: list:nothing', 404])
check('PUT wants all', 'Missing parameters: list:admin:action:post' in call('PUT', URIS, {WELCOME: PLACE + 'latin.txt'})[1]['description'])
equal('and of one that one', [call('PUT', f'{URIS}/{WELCOME}', {})[1]['description'], status('PUT', f'{URIS}/{WELCOME}', {WELCOME: PLACE + 'latin.txt'})],
      ['Missing parameters: ' + WELCOME, 204])
equal('a footer, of each list by its name', (status('PATCH', URIS, {FOOTER: PLACE + '$list_id/footer.txt'}), p.cli('list', 'get', 'lab@lists.example', 'msg_footer')),
      (204, '-- \n$listname\n'))
equal('a text in itself', (status('PATCH', URIS, {WELCOME: 'data:text/plain;charset=utf-8;base64,SGk='}), own_text('lab@lists.example')), (204, 'Hi\n'))
section('a password')
equal('a password', [status('PATCH', URIS, {WELCOME: PLACE + 'latin.txt', 'username': 'u'}),
                     status('PATCH', URIS, {WELCOME: PLACE + 'latin.txt', 'username': 'u', 'password': 'a:b'})], [400, 204])
equal('goes there', web.logins, [('/texts/latin.txt', basic('u', 'a:b'))])
told = next(x for x in call('GET', URIS)[1]['entries'] if x['name'] == WELCOME)
equal('and is told to nobody', (told['username'], told['password'], 'a:b' in p.log()), ('u', None, False))
section('whose text it is')
page = urllib.request.Request(f'http://127.0.0.1:{p.web}/lists/lab/admin/templates/welcome.json', headers={'Authorization': 'Bearer ' + OLGA})
equal('the page of the letter says it', json.load(urllib.request.urlopen(page, timeout=60))['uri'], PLACE + 'latin.txt')
p.cli('template', 'set', 'welcome', 'lab@lists.example', input='By hand\n')
equal('who writes another text has it', uris(), {FOOTER: PLACE + '$list_id/footer.txt'})
equal('and keeps it', (status('DELETE', f'{URIS}/{WELCOME}'), own_text('lab@lists.example')), (204, 'By hand\n'))
p.cli('template', 'rm', 'welcome', 'lab@lists.example')
section('who may')
equal('an owner', [status('PATCH', URIS, {WELCOME: PLACE + 'latin.txt'}, **olga), status('PATCH', 'uris', {WELCOME: PLACE + 'latin.txt'}, **olga),
                   status('PATCH', 'lists/other.lists.example/uris', {WELCOME: PLACE + 'latin.txt'}, **olga), status('GET', 'domains/lists.example/uris', **olga)],
      [204, 403, 403, 403])
for where, of in (('uris', ()), ('domains/lists.example/uris', ('lists.example',))):
    equal(f'{where}: a text', (status('PATCH', where, {WELCOME: PLACE + 'latin.txt'}), own_text(*of)), (204, 'Grüezi!\n'))
    equal(f'{where}: a footer is a list\'s', status('PATCH', where, {FOOTER: PLACE + 'latin.txt'}), 400)
    equal(f'{where}: gone', (status('DELETE', f'{where}/{WELCOME}'), uris(where), 'You are now a member' in own_text(*of)), (204, {}, True))
equal('all of the list', (status('DELETE', URIS), uris(), p.cli('list', 'get', 'lab@lists.example', 'msg_footer').strip()), (204, {}, ''))
check('the usual text again', 'You are now a member' in own_text('lab@lists.example'))
equal('no page failed', p.events('page-not-made'), [])
done()
