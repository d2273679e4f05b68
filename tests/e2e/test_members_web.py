"""Members on the web: one member's page as an owner has it, many members out of a file, and the list of members that members
and guests see."""
import csv
import io
import json
import re
import sqlite3

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section

limit(900)
LIST = 'dev@lists.example'
ADMIN, OWNER, MOD, ANNA, BEN = 'admin@lists.example', 'owner@uni.example', 'mod@uni.example', 'anna@uni.example', 'ben@uni.example'
p = Postern(send__relay='outbox', admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', OWNER)
p.cli('list', 'create', 'other@lists.example', '--owner', ADMIN)
p.cli('role', 'add', LIST, 'moderator', MOD)
p.cli('list', 'set', LIST, 'topics_enabled=yes', 'topics=release: ^release\nhardware: ^hw', 'send_goodbye_message=yes')
p.cli('member', 'add', LIST, f'Anna Meyer <{ANNA}>', f'Ben <{BEN}>', 'cora@far.example')
p.cli('member', 'add', 'other@lists.example', ANNA)
for address in (OWNER, MOD, ANNA):
    p.cli('user', 'add', address)
p.start()
networks = iter(range(1, 200))


def person(address):
    b = Browser(p, network=f'192.0.2.{next(networks)}').enter(address)
    check(f'{address} is signed in', b.path.startswith('/account'), (b.path, b.text()))
    return b


def member(address, of=LIST):
    return next((m for m in p.json('member', 'ls', of) if m['address'] == address), None)


def exported(address):
    return next(r for r in csv.DictReader(io.StringIO(p.cli('member', 'export', LIST))) if r['address'] == address)


def kept(to):
    return [r['subject'] for r in admin.json('/outbox.json')['rows'] if r['recipient'] == to]


owner, mod, anna, admin, guest = person(OWNER), person(MOD), person(ANNA), person(ADMIN), Browser(p, network='192.0.2.200')
ADMIN_PATH, ROSTER = '/lists/dev/admin/members', '/lists/dev/members'

section('one member')
page = owner.get(ADMIN_PATH).link(ANNA)
check('the table leads there', page and re.fullmatch(ADMIN_PATH + r'/\d+', page), page)
FORM = f'Settings of {ANNA}'
owner.get(page).submit(FORM, 'set', name='Anna of the lab', delivery='mime', own_posts=None, acknowledge='yes', hidden='yes', topic=['release'],
                       other_topics='yes', action='hold', until='2099-12-31')
check('it is said', 'Changed: 1.' in owner.text(), owner.text())
now = exported(ANNA)
equal('all of it holds', {k: now[k] for k in ('name', 'delivery', 'own_posts', 'copies', 'acknowledge', 'hidden', 'topics', 'other_topics', 'action', 'until')},
      {'name': 'Anna of the lab', 'delivery': 'mime', 'own_posts': 'no', 'copies': 'yes', 'acknowledge': 'yes', 'hidden': 'yes', 'topics': 'release',
       'other_topics': 'yes', 'action': 'hold', 'until': '2099-12-31'})
equal('her name on another list is her own', member(ANNA, 'other@lists.example')['name'], 'Anna Meyer')
check('she sees it and may change it', 'value="Anna of the lab"' in anna.get('/lists/dev/me').page)
anna.submit('My settings for dev', name='')
equal('and does', exported(ANNA)['name'], 'Anna Meyer')
check('the log knows by whom', any(OWNER in r['who'] and 'hidden = yes' in r['detail'] for r in owner.json('/lists/dev/admin/log.json')['rows']))
owner.get(page).submit(FORM, 'set')
check('nothing twice', 'Nothing was different' in owner.text(), owner.text())
anna.get('/lists/dev/me').submit('My settings for dev', delivery='off')
owner.get(page)
check('off by her own wish', 'by the member’s own wish' in owner.text(), owner.text())
owner.submit(FORM, 'set', action='')
equal('an owner who leaves it so does not make it theirs', (exported(ANNA)['off_by'], exported(ANNA)['action']), ('user', ''))
owner.get(page).submit(FORM, 'set', delivery='regular')
owner.get(page).submit(FORM, 'set', delivery='off', why='on leave')
check('off by the owner, and why', 'on leave' in owner.text() and exported(ANNA)['off_by'] == 'moderator', exported(ANNA))
owner.get(page).submit(FORM, 'set', until='yesterday, perhaps')
equal('a day that is none is refused', (owner.status, exported(ANNA)['until']), (400, '2099-12-31'))
equal('a moderator sees it', (mod.get(page).status, 'name="delivery"' in mod.page), (200, False))
equal('and changes nothing', mod.post(page, csrf=mod.csrf(), do='set', delivery='mime').status, 403)
equal('a member does not', anna.get(page).status, 403)
equal('without the form token nothing is done', owner.post(page, do='remove').status, 403)
equal('the page of another list does not lead here', admin.get(page.replace('/dev/', '/other/')).status, 404)
cora = owner.get(ADMIN_PATH).link('cora@far.example')
owner.get(cora).submit('end-title', 'remove')
check('removed', 'Removed: 1.' in owner.text() and not member('cora@far.example'), owner.text())
check('with a goodbye', eventually(lambda: len(kept('cora@far.example')) == 1))
p.cli('member', 'add', LIST, 'cora@far.example')
cora = owner.get(ADMIN_PATH).link('cora@far.example')
owner.get(cora).submit('end-title', 'remove', notice=None)
equal('or without a word', (member('cora@far.example'), len(kept('cora@far.example'))), (None, 1))
equal('then there is no page', owner.get(cora).status, 404)

section('many members out of a file')
MANY = ADMIN_PATH + '/many'


def send(b, kind, text, pasted='', notice=True, name='members.csv'):
    """As a browser sends the form with a file in it."""
    form = b.get(MANY).form('Many members of dev at once')
    token = next(f[1] for f in form.fields if f[0] == 'csrf')
    fields = [('csrf', token), ('kind', kind), ('text', pasted)] + [('notice', 'yes')] * notice
    body = ''.join(f'--xyz\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields).encode()
    body += f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'.encode() + text + b'\r\n--xyz--\r\n'
    return b.ask('POST', form.action.replace('&amp;', '&'), body, {'Content-Type': 'multipart/form-data; boundary=xyz'}).follow()


def finished(b):
    return eventually(lambda: (j := b.json(b.path.split('?')[0].removesuffix('.json') + '.json'))['state'] == 'done' and j, 60)


FILE = ('address,name,delivery,hidden,until\r\n'
        f'{BEN},Ben the second,plain,yes,2098-01-31\r\n{ANNA},,,,\r\nnew@far.example,Nina New,summary,no,\r\n').encode()
before = p.cli('member', 'export', LIST)
send(owner, 'import', b'\xef\xbb\xbf' + FILE)
shown = owner.json(owner.path + '.json')
equal('what would be done', {k: shown[k] for k in ('state', 'to_add', 'to_change', 'to_remove', 'kept')},
      {'state': 'shown', 'to_add': 1, 'to_change': 1, 'to_remove': 0, 'kept': 1})
equal('who it is', {(n['what'], n['text']) for n in shown['names']}, {('add', 'new@far.example'), ('change', BEN)})
equal('and it is not done', p.cli('member', 'export', LIST), before)
owner.get(owner.path.removesuffix('.json')).submit('Do it, or do not', 'go')
equal('it is', {k: finished(owner)[k] for k in ('added', 'changed', 'removed', 'refused')}, {'added': 1, 'changed': 1, 'removed': 0, 'refused': 0})
equal('as the file says', {k: exported(BEN)[k] for k in ('name', 'delivery', 'hidden', 'until')},
      {'name': 'Ben the second', 'delivery': 'plain', 'hidden': 'yes', 'until': '2098-01-31'})
equal('the new one, too', {k: exported('new@far.example')[k] for k in ('name', 'delivery')}, {'name': 'Nina New', 'delivery': 'summary'})
send(owner, 'sync', FILE)
shown = owner.json(owner.path + '.json')
equal('the same file again finds nothing to do', [shown[k] for k in ('to_add', 'to_change', 'to_remove', 'kept', 'something')], [0, 0, 0, 3, False])
p.cli('member', 'add', LIST, 'gone@far.example', 'also@far.example')
send(owner, 'sync', FILE)
shown = owner.json(owner.path + '.json')
equal('who is not in it would be removed', ({n['text'] for n in shown['names'] if n['what'] == 'remove'}, shown['to_remove']),
      ({'gone@far.example', 'also@far.example'}, 2))
where = owner.path.removesuffix('.json')
p.cli('member', 'remove', LIST, 'also@far.example')
owner.get(where).submit('Do it, or do not', 'go')
equal('who left meanwhile hinders nothing', {k: finished(owner)[k] for k in ('removed', 'refused')}, {'removed': 1, 'refused': 0})
check('who was removed was told', eventually(lambda: len(kept('gone@far.example')) == 1))
equal('it is begun once', owner.post(where, csrf=owner.csrf(), do='go').status, 400)
equal('by the command line the list is what the file says, too', p.run('member', 'sync', LIST, '-', '--dry-run', input=FILE.decode()).stdout,
      '0 would be added, 0 removed, 3 are there\n')
equal('which changes members as well', (p.run('member', 'sync', LIST, '-', input=FILE.decode().replace('plain', 'regular')).stdout, exported(BEN)['delivery']),
      ('0 added, 1 changed, 0 removed, 3 were there\n'.replace('3 were', '2 were'), 'regular'))
equal('so does import', p.run('member', 'import', LIST, '-', input=f'address,delivery\n{BEN},plain\n').stdout, '0 added, 1 changed, 0 not\n')

owner.get(ADMIN_PATH + '.csv')
send(owner, 'sync', owner.raw)
shown = owner.json(owner.path + '.json')
equal('what the page gives is what it takes', [shown[k] for k in ('to_add', 'to_change', 'to_remove', 'kept')], [0, 0, 0, 3])

section('pasted, to remove')
send(owner, 'remove', b'', pasted=f'New Name <new@far.example>\r\nnobody@far.example\r\n{BEN}\r\n', notice=False)
shown = owner.json(owner.path + '.json')
equal('two of three', [shown[k] for k in ('to_remove', 'kept')], [2, 1])
owner.get(owner.path.removesuffix('.json')).submit('Do it, or do not', 'drop')
check('not wanted', 'forgotten' in owner.text() and member(BEN), owner.text())
send(owner, 'remove', b'', pasted=f'New Name <new@far.example>\r\nnobody@far.example\r\n{BEN}\r\n', notice=False)
owner.submit('Do it, or do not', 'go')
equal('are removed', finished(owner)['removed'], 2)
equal('without a word', (member(BEN), kept(BEN), kept('new@far.example')), (None, [], []))

section('what is wrong changes nothing')
before = p.cli('member', 'export', LIST)
for what, text, says in (('a wrong address', f'{ANNA}\r\nno address\r\n'.encode(), 'record 2'), ('no column of ours', b'address,shoe\r\na@b.example,43\r\n', 'shoe'),
                         ('nobody', b'\r\n', 'names nobody'), ('Latin-1', 'address,name\r\na@b.example,J\xf6rg\r\n'.encode('latin-1'), 'UTF-8'),
                         ('a wrong value', f'address,delivery\r\n{ANNA},sometimes\r\n'.encode(), 'sometimes')):
    send(owner, 'sync', text)
    check(f'{what} is said', owner.status == 400 and says in owner.text() and 'Nothing was changed' in owner.text(), owner.text())
equal('nothing was', p.cli('member', 'export', LIST), before)
equal('a moderator may not', mod.get(MANY).status, 403)
equal('nor a guest', guest.get(MANY).status, 401)

section('a large one')
FEW = 30000
large = 'address,name\r\n' + ''.join(f'm{i:06d}@d{i % 97:02d}.example,Number {i} of the very long names that there are\r\n' for i in range(FEW))
check('more than other pages take', len(large) > 1 << 20)
equal('without the page that offers it, it is too large', owner.ask('POST', MANY, large.encode(), {'Content-Type': 'text/csv'}).status, 413)
send(owner, 'sync', large.encode())
owner.submit('Do it, or do not', 'go')
owner.submit('Stop it', 'stop')
check('it can be stopped', 'stopped before its end' in owner.text(), owner.text())
some = owner.json(owner.path.split('?')[0] + '.json')
check('what was done stays', some['state'] == 'stopped' and some['added'] < FEW, some)
equal('and nothing more is', len(p.cli('member', 'export', LIST).splitlines()) - 1, some['added'] + 1 - some['removed'])
send(owner, 'sync', large.encode())
owner.submit('Do it, or do not', 'go')
check('it goes on by itself', owner.headers['Refresh'] == '2' or 'It is done' in owner.text(), owner.text())
steps = set()
last = eventually(lambda: (j := owner.json(owner.path.split('?')[0].removesuffix('.json') + '.json')) and (steps.add(j['parts_done']) or j['state'] == 'done') and j, 90)
equal('all of it', (some['added'] + last['added'], some['removed'] + last['removed'], last['refused']), (FEW, 1, 0))
check('progress is seen', len(steps) > 3, steps)
equal('the list is the file', p.run('member', 'sync', LIST, '-', '--dry-run', input=large).stdout, f'0 would be added, 0 removed, {FEW} are there\n')

section('all that fit')
p.cli('member', 'add', LIST, ANNA)
STATES = lambda q='': {x['word']: x['members'] for x in owner.json(f'{ADMIN_PATH}.json{q}')['states']}
equal('states that somebody is in are links', STATES(), {'': FEW + 1, 'unproven': FEW})
owner.get(ADMIN_PATH + '?q=@d05.').submit('Members', of='all', do='reject')
where = owner.path
shown = owner.json(where + '.json')
fit = shown['to_change']
equal('they are shown first', (shown['state'], shown['sets'], fit, len(shown['names']), shown['fits']), ('shown', 'action = reject', 310, 50, True))
equal('and nothing is changed', STATES(), {'': FEW + 1, 'unproven': FEW})
owner.get(where).submit('Do it, or do not', 'go')
equal('they are', {k: finished(owner)[k] for k in ('changed', 'refused', 'state')}, {'changed': fit, 'refused': 0, 'state': 'done'})
equal('a state has a page', [STATES()[x] for x in ('held', 'unproven')], [fit, FEW])
page = owner.json(ADMIN_PATH + '.json?state=held')
check('with those alone', page['count'] == fit and len(page['members']) == 100 and all(m['action'] == 'reject' for m in page['members']), page['count'])
check('and pages that go on in it', 'state=held' in owner.get(ADMIN_PATH + '?state=held').link('Those after'))
owner.get(owner.link('Those after'))
equal('which show the next ones', json.loads(owner.get(owner.path.replace('members?', 'members.json?')).page)['first'], 101)
for word, key, value in (('mime', 'delivery', 'mime'), ('plain', 'delivery', 'plain'), ('summary', 'delivery', 'summary'), ('regular', 'delivery', 'regular'),
                         ('off', 'delivery', 'off'), ('mime', 'delivery', 'off'), ('on', 'delivery', 'mime'), ('regular', 'delivery', 'regular'),
                         ('defer', 'action', 'defer'), ('reject', 'action', 'reject'), ('default', 'action', '')):
    owner.get(ADMIN_PATH + '?q=' + ANNA).submit('Members', do=word, address=ANNA)
    check(f'{word}: done, and the same is looked at', 'Changed: 1.' in owner.text() and f'value="{ANNA}"' in owner.page, owner.text())
    equal(f'{word} holds', exported(ANNA)[key], value)
owner.get(ADMIN_PATH + '?state=held').submit('Members', of='all', do='off', why='they "moved"')
equal('two options', owner.json(owner.path + '.json')['sets'], 'delivery = off, why = they "moved"')
owner.get(owner.path.replace('.json', '')).submit('Do it, or do not', 'go')
check('with the state that is asked', finished(owner)['changed'] == fit and STATES()['off'] == fit, STATES())
owner.get(ADMIN_PATH + '?state=off').submit('Members', of='all', do='until', last='yesterday')
equal('a value that is none is refused', (owner.status, 'yesterday' in owner.text()), (400, True))
check('on the page as it was', 'state=off' in (owner.link('Those after') or ''), owner.link('Those after'))
owner.get(ADMIN_PATH + '?q=zzz9').post(ADMIN_PATH, csrf=owner.csrf(), of='all', q='zzz9', do='hold')
equal('nobody fits', (owner.status, 'no member fits' in owner.text()), (400, True))
equal('nobody is chosen', owner.post(ADMIN_PATH, csrf=owner.csrf(), do='hold').status, 400)
equal('a moderator may not', mod.post(ADMIN_PATH, csrf=mod.csrf(), of='all', q='', do='remove').status, 403)
equal('nor anybody without the form token', owner.post(ADMIN_PATH, of='all', q='', do='remove').status, 403)
before = len(kept('m000005@d05.example')), len(kept('m000102@d05.example'))
owner.get(ADMIN_PATH + '?q=m000005@').submit('Members', do='remove', address='m000005@d05.example')
check('a goodbye', 'Removed: 1.' in owner.text() and eventually(lambda: len(kept('m000005@d05.example')) == before[0] + 1), owner.text())
owner.get(ADMIN_PATH + '?q=m000102@').submit('Members', do='remove', address='m000102@d05.example', notice=None)
owner.get(ADMIN_PATH + '?q=@d05.').submit('Members', of='all', do='remove', notice=None).submit('Do it, or do not', 'go')
equal('all that fit without a word', (finished(owner)['removed'], len(kept('m000102@d05.example')), STATES().get('held')), (fit - 2, before[1], None))
book = sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True, timeout=60)
told = [r[0] for r in book.execute("SELECT detail FROM audit WHERE what = 'many members at once' ORDER BY id")]
book.close()
equal('the log says what was done with how many', told, [f'action = reject: 0 to add, {fit} to change, 0 to remove',
                                                         f'delivery = off, why = they "moved": 0 to add, {fit} to change, 0 to remove',
                                                         f'0 to add, 0 to change, {fit - 2} to remove'])

section('who sees the members')
p.cli('member', 'sync', LIST, '-', input=f'{ANNA}\nvera@far.example\nhid@far.example\n')
p.cli('member', 'set', LIST, 'hid@far.example', 'hidden=yes')
p.cli('member', 'set', LIST, 'vera@far.example', 'name=Vera of vera@far.example')
everybody = {'guest': guest, 'member': anna, 'moderator': mod}
for setting, may in (('moderators', ['moderator']), ('members', ['member', 'moderator']), ('public', ['guest', 'member', 'moderator'])):
    p.cli('list', 'set', LIST, f'member_roster_visibility={setting}')
    for who, b in everybody.items():
        equal(f'{setting}: {who}', (b.get(ROSTER).status, b.get('/lists/dev/members.json').status == 200, f'href="{ROSTER}"' in b.get('/lists/dev/').page),
              (200, True, True) if who in may else (401 if who == 'guest' else 403, False, False))
equal('members see whole addresses, and nobody who is hidden', [(m['address'], m['name']) for m in anna.json('/lists/dev/members.json')['members']],
      [(ANNA, 'Anna Meyer'), ('vera@far.example', 'Vera of vera@far.example')])
equal('nor by a name that holds one', len(guest.json('/lists/dev/members.json?q=Vera')['members']), 0)
for path in (ROSTER, '/lists/dev/members.json'):
    guest.get(path)
    check(f'guests see no address on {path}', 'far.example' not in guest.page and 'uni.example' not in guest.page and 'vera' in guest.page, guest.page)
check('and the page is in no index', 'noindex' in guest.headers.get('X-Robots-Tag', '') + guest.get(ROSTER).page)
for q in ('far.example', ANNA, 'anna@'):
    equal(f'guests find nobody by {q}', len(guest.json('/lists/dev/members.json?q=' + q)['members']), 0)
    check('members do', len(anna.json('/lists/dev/members.json?q=' + q)['members']) == 1)
p.cli('member', 'add', LIST, '-', input=''.join(f'x{i:03d}@far.example\n' for i in range(250)))
seen, path = [], ROSTER
while path:
    seen += re.findall(r'<bdi>(\w+)@…</bdi>', guest.get(path).page)
    check('no link names an address', 'far.example' not in guest.page)
    path = guest.link('Those after')
equal('a page after the other shows all', seen, ['anna', 'vera'][:1] + sorted(['vera'] + [f'x{i:03d}' for i in range(250)]))
back = guest.link('Those before')
check('and back', re.findall(r'<bdi>(\w+)@…</bdi>', guest.get(back).page) == seen[100:200], guest.page)
book = sqlite3.connect(f'{p.data}/lists/lists.db')
hid = book.execute("SELECT id FROM member WHERE key = 'hid@far.example'").fetchone()[0]
book.close()
for b in (guest, anna):
    equal('nor says a page where in their order somebody hidden stands', b.json(f'/lists/dev/members.json?after={hid}'), b.json('/lists/dev/members.json'))
p.cli('list', 'set', LIST, 'advertised=no', 'member_roster_visibility=members')
equal('of a list that is hidden nothing is seen', guest.get(ROSTER).status in (401, 404), True)
section('what members get')
p.cli('list', 'set', LIST, 'subject_prefix=[dev] ', 'msg_footer=Written to $listname', 'reply_goes_to_list=point_to_list')
PREVIEW = '/lists/dev/admin/preview'
equal('a member does not see it', anna.get(PREVIEW).status, 403)
owner.get('/lists/dev/admin/settings')
equal('the settings lead there', owner.link('What members get'), PREVIEW)
check('as a page', owner.get(PREVIEW).status == 200 and 'List-Unsubscribe' in owner.page, owner.text())
lenient, strict = owner.json('/lists/dev/admin/preview.json')['copies']
field = lambda copy, name: next((line for line in re.sub(r'\r\n[ \t]+', ' ', copy['header']).split('\r\n') if line.lower().startswith(name.lower() + ':')), '')
for x in (lenient, strict):
    equal('the subject has its prefix', field(x, 'Subject'), 'Subject: [dev] When do we meet?')
    check('answers go to the list', LIST in field(x, 'Reply-To'), x['header'])
    check('the footer stands below', 'Written to dev' in x['text'], x['text'])
    check('how to leave', 'm=TOKEN' in field(x, 'List-Unsubscribe'), x['header'])
equal('From stays where nobody asks for proof', field(lenient, 'From'), 'From: Anna Meyer <anna@uni.example>')
check('else it is the list\'s', LIST in field(strict, 'From') and 'via' in field(strict, 'From') and 'p=reject' in strict['author'], strict)
p.cli('list', 'set', LIST, 'dmarc_mitigate_action=no_mitigation', 'msg_footer=')
lenient, strict = owner.json('/lists/dev/admin/preview.json')['copies']
equal('as the settings say at this moment', field(strict, 'From'), 'From: Ben Okafor <ben@strict.example>')
check('and without a footer', 'Written to' not in strict['text'])

equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
