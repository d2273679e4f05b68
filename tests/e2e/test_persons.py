"""Everybody whom the server knows, on the administrator's pages and by command: found, added, changed, made one, signed out,
given what is kept, removed and erased; aliases; and who may none of that."""
import os
import re
import sqlite3

from browser import Browser
from chromium import look, well
from harness import LONG, Postern, check, done, equal, eventually, limit, section
from nameserver import NameServer

limit(900)
LIST = 'dev@lists.example'
ADMIN, OLGA, MOD, ANNA, TWIN, CARA = ('admin@lists.example', 'olga@uni.example', 'mod@uni.example', 'anna@uni.example',
                                      'anna@home.example', 'cara@uni.example')
dns = NameServer({})
p = Postern(dns=dns, send__relay='outbox', admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', OLGA)
p.cli('role', 'add', LIST, 'moderator', MOD)
for address in (OLGA, MOD, CARA):
    p.cli('user', 'add', address)
p.cli('user', 'add', ANNA, '--name', 'Anna Möller')
p.cli('member', 'add', LIST, ANNA, TWIN)
p.cli('member', 'import', LIST, '-', input=''.join(f'crowd{n:03}@far.example,Crowd {n:03}\n' for n in range(120)))
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
networks = iter(range(1, 200))


def browser(address):
    return Browser(p, network=f'192.0.2.{next(networks)}').enter(address)


def table(sql, *args):
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as db:
        return db.execute(sql, args).fetchall()


def number(address):
    found = table('SELECT person FROM address WHERE key = ?', address)
    return found[0][0] if found else None


def path(address):
    return f'/persons/{number(address)}'


def noted(what):
    return [d for d, in table('SELECT detail FROM audit WHERE what = ? ORDER BY id', what)]


def addresses(who):
    return [(a['address'], a['verified'] != '', a['preferred']) for a in p.json('user', 'address', 'ls', who)]


admin, olga, mod, anna, cara = map(browser, (ADMIN, OLGA, MOD, ANNA, CARA))

section('who may what')
everything = table('SELECT count(*) FROM person'), table('SELECT count(*) FROM address'), table('SELECT count(*) FROM alias')
for page in ('/persons', path(ANNA), f'{path(ANNA)}/merge?address={TWIN}', f'{path(ANNA)}/remove', f'{path(ANNA)}/data.json', f'{path(ANNA)}/posts.mbox.gz',
             '/aliases', '/persons.json', f'{path(ANNA)}.json'):
    equal(f'{page}: a guest', Browser(p).get(page).status, 401)
    for who, name, status in ((admin, 'administrator', 200), (olga, 'owner', 403), (mod, 'moderator', 403), (anna, 'herself', 403)):
        equal(f'{page}: {name}', who.get(page).status, status)
for page, fields in (('/persons', {'address': 'x@far.example'}), (path(ANNA), {'do': 'admin'}), (path(ANNA), {'do': 'add', 'address': 'x@far.example'}),
                     (f'{path(ANNA)}/merge', {'address': TWIN}), (f'{path(ANNA)}/remove', {'do': 'erase'}),
                     ('/aliases', {'do': 'add', 'address': 'x@lists.example', 'targets': 'x@far.example'})):
    for who, name in ((olga, 'owner'), (mod, 'moderator'), (anna, 'herself')):
        equal(f'POST {page} {fields}: {name}', who.post(page, csrf=who.csrf(), **fields).status, 403)
    equal(f'POST {page} without a form token', admin.post(page, **fields).status, 403)
equal('nothing is changed', everything, (table('SELECT count(*) FROM person'), table('SELECT count(*) FROM address'), table('SELECT count(*) FROM alias')))
equal('nobody of that number', [admin.get(x).status for x in ('/persons/99999', '/persons/99999/remove', '/persons/99999/data.json')], [404] * 3)
check('the account leads there', admin.get('/account').link('Persons') == '/persons' and admin.link('Aliases') == '/aliases')
check('no one else is', '/persons' not in olga.get('/account').page)

section('finding')
for words, wanted in (('crowd007', ['crowd007@far.example']), ('MÖLLER'.lower().title(), [ANNA]), ('anna@', [ANNA, TWIN]), ('Crowd 11', [f'crowd11{n}@far.example' for n in range(10)]),
                      ('%', []), ('nobody', [])):
    admin.get('/persons').submit('Find persons', q=words)
    equal(f'by "{words}"', [x['address'] for x in admin.json('/persons.json?q=' + admin.path.partition('q=')[2])['persons']], wanted)
seen, page = [], '/persons'
while page:
    some = admin.json(page.replace('/persons', '/persons.json'))['persons']
    seen.append([x['id'] for x in some])
    page = admin.get(page).link('Those after')
equal('all of them, each once, in order', [i for some in seen for i in some], [i for i, in table('SELECT id FROM person ORDER BY id')])
check('a page at a time', len(seen) == 3 and len(seen[0]) == len(seen[1]) == 50, [len(x) for x in seen])
admin.get(f'/persons?after={seen[1][-1]}')
equal('and back', [x['id'] for x in admin.json(admin.link('Those before').replace('/persons', '/persons.json'))['persons']], seen[1])
check('the first has none before', not admin.get('/persons').link('Those before'))
equal('odd cursors are the first page', [len(admin.json(f'/persons.json?{x}')['persons']) for x in ('after=x', 'after=-5', 'before=', 'after=99999999999999999999')], [50] * 4)
row = admin.json('/persons.json?q=anna@uni')['persons'][0]
equal('a row', {k: row[k] for k in ('address', 'name', 'admin', 'memberships', 'verified', 'others')},
      {'address': ANNA, 'name': 'Anna Möller', 'admin': False, 'memberships': 1, 'verified': True, 'others': ''})
admin.get('/persons').submit('add', address='dora@far.example', name='Dora')
check('somebody is added', admin.path.startswith(path('dora@far.example')) and 'The person is added.' in admin.text(), admin.path)
admin.get('/persons').submit('add', address=ANNA)
check('once', admin.status == 400 and 'already' in admin.text() and ANNA in admin.page)
admin.get('/persons').submit('add', address='nonsense')
equal('no address', admin.status, 400)

section('who looks at a member')
there = admin.get('/lists/dev/admin/members').link(ANNA)
equal('an administrator is led to the person', admin.get(there).link('This person, on all lists'), path(ANNA))
check('an owner is not', '/persons' not in olga.get(there).page)

section('words of commands')
for words, wanted in ((('merge', ANNA, 'nobody@far.example'), 'no account nobody@far.example'), (('address', 'add', ANNA, TWIN), "another account's: make the two one"),
                      (('address', 'add', ANNA, ANNA), 'theirs already')):
    r = p.run('user', *words)
    check(f'user {words} says what to do', r.returncode == 1 and wanted in r.stderr, r.stderr)
p.cli('user', 'address', 'add', ANNA, 'anna@new.example')
r = p.run('user', 'address', 'prefer', ANNA, 'anna@new.example')
check('what is not proven is not preferred, and it says so', r.returncode == 1 and 'not shown to be theirs' in r.stderr, r.stderr)
p.cli('user', 'address', 'rm', ANNA, 'anna@new.example')
r = p.run('user', 'address')
check('the nearest commands are named', r.returncode == 2 and 'user address prefer' in r.stderr and 'user merge' not in r.stderr, r.stderr)
r = p.run('user', 'address', '--help')
check('and shown', r.returncode == 0 and 'user address prefer' in r.stdout and 'user merge' not in r.stdout, r.stdout + r.stderr)

section('addresses')
admin.get(path(ANNA)).submit('Add an address', address='anna@lab.example')
equal('one more', (admin.status, addresses(ANNA)), (200, [(ANNA, True, 'no'), ('anna@lab.example', False, 'no')]))
admin.submit('Add an address', address=TWIN)
check("another's is not taken", admin.status == 400 and 'make the two one' in admin.text() and number(TWIN) != number(ANNA))
csrf = admin.csrf()
for act, wanted in (('verify', (True, 'no')), ('prefer', (True, 'yes')), ('unprefer', (True, 'no')), ('unverify', (False, 'no'))):
    equal(act, admin.post(path(ANNA), csrf=csrf, address='anna@lab.example', do=act).status, 200)
    equal(f'{act}: the book', [x[1:] for x in addresses(ANNA) if x[0] == 'anna@lab.example'], [wanted])
equal('what is not proven is not preferred', admin.post(path(ANNA), csrf=csrf, address='anna@lab.example', do='prefer').status, 400)
equal("another person's address on this page", admin.post(path(ANNA), csrf=csrf, address=CARA, do='drop').status, 400)
check('stays', number(CARA))
equal('gone', (admin.post(path(ANNA), csrf=csrf, address='anna@lab.example', do='drop').status, addresses(ANNA)), (200, [(ANNA, True, 'no')]))
equal('the only one stays', (admin.post(path(ANNA), csrf=csrf, address=ANNA, do='drop').status, len(addresses(ANNA))), (400, 1))
equal('no such act', admin.post(path(ANNA), csrf=csrf, do='odd').status, 400)
equal('the log has it', [noted(x)[-1] for x in ('address added', 'address verified', 'address unverified', 'address preferred', 'address removed')],
      ['anna@lab.example'] * 5)

section('preferences, name, rights')
admin.get(path(ANNA)).submit('preferences', delivery='off', hidden='yes', language='de')
equal('saved', (admin.status, [m['delivery'] for m in p.json('member', 'ls', LIST) if m['address'] == ANNA]), (200, ['off']))
equal('as chosen', {x['key']: (x['value'], x['chosen']) for x in p.json('user', 'preferences', ANNA) if x['chosen'] == 'yes'},
      {'delivery': ('off', 'yes'), 'hidden': ('yes', 'yes'), 'language': ('de', 'yes')})
other = browser(ADMIN)
other.get(path(ANNA)), admin.get(path(ANNA)).submit('preferences', hidden='no')
other.submit('preferences', copies='no')
equal('an open form takes nothing back', {x['key']: x['value'] for x in p.json('user', 'preferences', ANNA) if x['key'] in ('hidden', 'copies')},
      {'hidden': 'no', 'copies': 'no'})
other.get(path(ANNA)), admin.get(path(ANNA)).submit('preferences', hidden='yes')
check('nor what it changed as well', other.submit('preferences', hidden='usual').status == 400 and 'somebody else' in other.text())
admin.get(path(ANNA)).submit('preferences', delivery='usual', hidden='usual', language='usual', copies='usual')
equal('all as usual', [x['key'] for x in p.json('user', 'preferences', ANNA) if x['chosen'] == 'yes'], [])
check('nothing different', 'nothing was changed' in admin.submit('preferences').text())
admin.get(path(ANNA)).submit('named', name='Anna <b>M</b>')
check('the name', '<b>M' not in admin.page and admin.json(f'{path(ANNA)}.json')['name'] == 'Anna <b>M</b>')
admin.get(path(CARA)).submit('rights', 'admin')
check('one more administrator', cara.get('/persons').status == 200)
cara.get(path(ADMIN)).submit('rights', 'unadmin')
check('who takes it from the first', cara.status == 200 and admin.get('/persons').status == 403)
csrf = cara.csrf()
check('but not from herself, who is the last', 'unadmin' not in cara.get(path(CARA)).page)
for page, fields in ((path(CARA), {'do': 'unadmin'}), (f'{path(CARA)}/remove', {'do': 'remove'}), (f'{path(CARA)}/remove', {'do': 'erase'}),
                     (f'{path(ANNA)}/merge', {'address': CARA})):
    check(f'{page} {fields} is refused', cara.post(page, csrf=csrf, **fields).status == 400 and cara.get('/persons').status == 200)
for command in (('set', CARA, 'admin=no'), ('rm', CARA, '--yes'), ('erase', CARA, '--yes'), ('merge', ANNA, CARA)):
    r = p.run('user', *command)
    check(f'nor by command: {command[0]}', r.returncode == 1 and 'administrator' in r.stderr, r.stderr)
cara.get(path(ADMIN)).submit('rights', 'admin')
admin.get(path(CARA)).submit('rights', 'unadmin')
equal('as before', (admin.status, cara.get('/persons').status), (200, 403))

section('signing in')
p.cli('user', 'passwd', ANNA, input='a long enough password\n')
tokens = [p.token(ANNA) for _ in range(3)]
anna = browser(ANNA)  # a password that is set ends those before
bearer = lambda token: Browser(p).ask('GET', '/account.json', headers={'Authorization': 'Bearer ' + token}).status
check('the page shows it', 'They have a password.' in admin.get(path(ANNA)).text() and len(admin.json(f'{path(ANNA)}.json')['tokens']) == 3)
check('and no secret', 'argon2' not in admin.page and not any(t in admin.page for t in tokens))
equal('they work', ([bearer(t) for t in tokens], anna.get('/account').status), ([200] * 3, 200))
admin.get(path(ANNA)).submit('All of their browsers')
equal('signed out everywhere', (admin.status, anna.get('/account').status), (200, 401))
one = admin.json(f'{path(ANNA)}.json')['tokens'][0]['id']
equal('one token', admin.post(path(ANNA), csrf=admin.csrf(), do='untoken', token=one).status, 200)
equal('is gone', sorted(bearer(t) for t in tokens), [200, 200, 401])
equal('once', admin.post(path(ANNA), csrf=admin.csrf(), do='untoken', token=one).status, 400)
admin.get(path(ANNA)).submit('All tokens', 'untoken')
equal('all are', [bearer(t) for t in tokens], [401] * 3)
admin.get(path(ANNA)).submit('Their password')
equal('no password', [x['value'] for x in p.json('user', 'show', ANNA) if x['what'] == 'password'], ['no'])

section('the same person twice')
p.cli('role', 'add', LIST, 'moderator', TWIN)
admin.get(path(ANNA)).submit('Make two persons one', address=TWIN)
check('both are shown', admin.status == 200 and ANNA in admin.page and TWIN in admin.page and number(TWIN) != number(ANNA))
gone = number(TWIN)
admin.submit('Make two persons one')
check('one', 'Both are one person now.' in admin.text() and number(TWIN) == number(ANNA), admin.text()[:300])
page = admin.json(f'{path(ANNA)}.json')
equal('with memberships and roles', ([x['as'] for x in page['lists']], [(x['as'], x['role']) for x in page['roles']]), ([ANNA, TWIN], [(TWIN, 'moderator')]))
equal('the other is no more', admin.get(f'/persons/{gone}').status, 404)
for words, status in ((TWIN, 400), ('nobody@far.example', 400), ('nonsense', 400), ('', 400)):
    equal(f'not with "{words}"', admin.get(f'{path(ANNA)}/merge?address={words}').status, status)
check('why', 'same person' in admin.get(f'{path(ANNA)}/merge?address={TWIN}').text())
link = [x['settings'] for x in page['lists']] if 'settings' in page['lists'][0] else re.findall(r'href="(/lists/dev/admin/members/\d+)"', admin.get(path(ANNA)).page)
equal("memberships lead to the list's page of them", [admin.get(x).status for x in link], [200, 200])

section('what is kept, and the end')
equal('what is kept', sorted(a['address'] for a in admin.json(f'{path(ANNA)}/data.json')['addresses']), sorted((ANNA, TWIN)))
check('what they wrote', admin.get(f'{path(ANNA)}/posts.mbox.gz').raw[:2] == b'\x1f\x8b')
admin.get(path('crowd001@far.example') + '/remove').submit('remove')
check('removed', number('crowd001@far.example') is None and 'The account is gone.' in admin.text())
admin.get(path('crowd002@far.example') + '/remove').submit('erase')
check('erased', number('crowd002@far.example') is None and len(noted('person erased')) == 1)
check('no member any more', not [m for m in p.json('member', 'ls', LIST) if m['address'] in ('crowd001@far.example', 'crowd002@far.example')])
check('not of a list that would have no owner', admin.get(path(OLGA) + '/remove').submit('erase').status == 400 and 'no owner' in admin.text() and number(OLGA))
check('nor oneself', not admin.get(path(ADMIN)).link('Remove or erase') and admin.post(path(ADMIN) + '/remove', csrf=admin.csrf(), do='remove').status == 400)

section('aliases')
admin.get('/aliases').submit('add', 'add', address='bugs@lists.example', targets=f'{ANNA}\r\n{CARA}\r\n')
equal('made', (admin.status, [(x['address'], x['target']) for x in p.json('alias', 'ls')]), (200, [('bugs@lists.example', ANNA), ('bugs@lists.example', CARA)]))
equal('smtpd takes mail to it', p.deliver('x@far.example', 'bugs@lists.example', b'From: x@far.example\r\nSubject: a\r\n\r\nx\r\n')[0], 250)
for address, targets, why in ((LIST, ANNA, 'is a list'), ('x@far.example', ANNA, 'domain of ours'), ('new@lists.example', 'nonsense', ''), ('new@lists.example', ' ', '')):
    admin.get('/aliases').submit('add', 'add', address=address, targets=targets)
    check(f'{address} to {targets!r} is refused', admin.status == 400 and why in admin.text() and targets.strip() in admin.page, (admin.status, admin.text()[-500:]))
admin.get('/aliases').submit('add', 'add', address='bugs@lists.example', targets=CARA)
equal('other targets instead', [x['targets'] for x in admin.json('/aliases.json')['aliases']], [CARA])
r = p.run('alias', 'add', 'bugs@lists.example', CARA, 'Bugs@Lists.Example')
check('none leads to itself', r.returncode == 1 and 'bugs@lists.example would lead to itself' in r.stderr, r.stderr)
r = p.run('alias', 'rm', 'none@lists.example')
check('what is none is named', r.returncode == 1 and 'none@lists.example is no alias' in r.stderr, r.stderr)
admin.get('/aliases').submit('/aliases', 'remove')
equal('removed', (admin.status, p.json('alias', 'ls'), noted('alias removed')), (200, [], ['bugs@lists.example']))
equal('smtpd refuses mail to it', p.deliver('x@far.example', 'bugs@lists.example', b'From: x@far.example\r\nSubject: a\r\n\r\nx\r\n')[0], 550)

section('by command')
equal('found', [x['addresses'] for x in p.json('user', 'ls', 'crowd 003')], ['crowd003@far.example'])
shown = {(x['what'], x['value']) for x in p.json('user', 'show', TWIN)}
check('shown', {('address', ANNA), ('address', TWIN), ('member', LIST), ('moderator', LIST), ('admin', 'no')} <= shown, shown)
p.cli('user', 'address', 'add', ANNA, 'a2@far.example')
p.cli('user', 'address', 'verify', ANNA, 'a2@far.example')
p.cli('user', 'address', 'prefer', ANNA, 'a2@far.example')
equal('added, verified, preferred', addresses(ANNA)[0], ('a2@far.example', True, 'yes'))
p.cli('user', 'address', 'prefer', ANNA, 'a2@far.example', '--undo')
p.cli('user', 'address', 'verify', ANNA, 'a2@far.example', '--undo')
equal('and not', [x for x in addresses(ANNA) if x[0] == 'a2@far.example'], [('a2@far.example', False, 'no')])
p.cli('user', 'address', 'rm', ANNA, 'a2@far.example')
check('gone', number('a2@far.example') is None)
for words, why in ((('address', 'add', ANNA, CARA), "another account's"), (('address', 'rm', CARA, CARA), 'only address'), (('address', 'rm', ANNA, CARA), 'no address of'),
                   (('address', 'verify', ANNA, 'nobody@far.example'), 'no address of'), (('merge', ANNA, TWIN), 'same person'), (('rm', CARA), '--yes'),
                   (('address', 'ls', 'nobody@far.example'), 'no account'), (('preferences', ANNA, 'odd=1'), 'no preference')):
    r = p.run('user', *words)
    check(' '.join(words), r.returncode == 1 and why in r.stderr, r.stderr)
p.cli('user', 'preferences', ANNA, 'own_posts=no', 'delivery=plain')
p.cli('user', 'preferences', TWIN, '--address', 'delivery=off')
equal('preferences of the person', {x['key']: x['value'] for x in p.json('user', 'preferences', ANNA) if x['chosen'] == 'yes'}, {'delivery': 'plain', 'own_posts': 'no'})
equal('and of an address alone', [x['value'] for x in p.json('user', 'preferences', TWIN, '--address') if x['chosen'] == 'yes'], ['off'])
equal('in the memberships', sorted((m['address'], m['delivery']) for m in p.json('member', 'ls', LIST) if m['address'] in (ANNA, TWIN)), [(TWIN, 'off'), (ANNA, 'plain')])
cara.get('/account')
p.cli('user', 'signout', CARA)
p.token(CARA), p.token(CARA)
p.cli('user', 'untoken', CARA, 'all')
equal('signed out, no tokens', (cara.get('/account').status, p.json('user', 'tokens', CARA)), (401, []))
p.cli('user', 'merge', ANNA, CARA)
equal('two are one', number(CARA), number(ANNA))
p.cli('user', 'rm', 'crowd004@far.example', '--yes')
check('removed', number('crowd004@far.example') is None)

section('as Chromium shows them')
p.cli('user', 'address', 'add', ANNA, 'a-name-that-is-very-long-indeed@a-department-with-a-long-name.university-of-the-north.example')
p.cli('alias', 'add', 'office@lists.example', ANNA, OLGA, MOD)
p.token(ANNA)
SHOTS = os.environ.get('POSTERN_SHOTS')
bearer = {'Authorization': 'Bearer ' + p.token(ADMIN)}
PAGES = {'persons': '/persons', 'persons-none': '/persons?q=nobody', 'person': path(ANNA), 'person-self': path(ADMIN),
         'merge': f'{path(ANNA)}/merge?address={OLGA}', 'removeperson': f'{path(ANNA)}/remove', 'aliases': '/aliases', 'account': '/account'}
visits = [{'path': page, 'headers': bearer, 'width': width, 'scheme': scheme, 'full': True,
           'shot': f'{SHOTS}/{name}-{width}-{scheme}.png' if SHOTS else None}
          for name, page in PAGES.items()
          for width, scheme in ((1440, 'light'), (390, 'dark')) + (((1440, 'dark'), (390, 'light')) if LONG or SHOTS else ())]
for s in look(p, visits):
    well(s)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
