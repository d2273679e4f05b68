"""Those who run a list, on the web: held posts and requests, members, settings, roles,
bans, the log; writing and answering; what was kept in the outbox; where mail is."""
import csv
import io
import re
import sqlite3
import time

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer

limit(900)
LIST, OTHER = 'dev@lists.example', 'other@lists.example'
ADMIN, OWNER, MOD, ANNA = 'admin@lists.example', 'owner@uni.example', 'mod@uni.example', 'anna@uni.example'
STRANGER = 'stranger@far.example'
dns = NameServer({'uni.example': {}, 'far.example': {}})  # which answers that there is nothing; none at all would put mail off
p = Postern(dns=dns, send__relay='outbox', admin=ADMIN, clock=True)
p.cli('list', 'create', LIST, '--owner', OWNER)
p.cli('list', 'create', OTHER, '--owner', ADMIN)
p.cli('role', 'add', LIST, 'moderator', MOD)
p.cli('member', 'add', LIST, ANNA)
for address in (OWNER, MOD, ANNA):
    p.cli('user', 'add', address)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
later, networks = p.later, iter(range(1, 200))


def person(address):
    """A browser that is signed in; asked for as `postern user link` gives it."""
    b = Browser(p, network=f'192.0.2.{next(networks)}').enter(address)
    check(f'{address} is signed in', b.path.startswith('/account'), (b.path, b.text()))
    return b


def kept(to, subject=''):
    """The copies for one recipient, as the outbox shows them."""
    rows = admin.json('/outbox.json')['rows']
    return [r for r in rows if r['recipient'] == to and subject in r['subject']]


def copy(to, subject):
    rows = eventually(lambda: kept(to, subject))
    check(f'the outbox has "{subject}" for {to}', rows, admin.json('/outbox.json'))
    admin.get(f'/outbox/{rows[0]["id"]}.eml')
    return admin.raw


def stranger(subject, body='Please.\r\n'):
    equal('a stranger is taken', p.deliver(STRANGER, LIST, message(f'Stran Ger <{STRANGER}>', LIST, subject, body))[0], 250)
    return eventually(lambda: [h for h in p.json('held', 'ls', LIST) if h['subject'] == subject])[0]['id']


def numbers(query='from:stranger'):
    return [r['subject'] for r in p.json('archive', 'search', LIST, query)]


admin, owner, mod, anna = map(person, (ADMIN, OWNER, MOD, ANNA))
ADMIN_PAGES = ('held', 'handled', 'members', 'health', 'settings', 'roles', 'bans', 'log')

section('who may what')
for name in ADMIN_PAGES:
    path = '/lists/dev/admin/' + name
    equal(f'{name}: a guest', Browser(p).get(path).status, 401)
    equal(f'{name}: a member', anna.get(path).status, 403)
    equal(f'{name}: the owner', owner.get(path).status, 200)
    equal(f'{name}: a moderator', mod.get(path).status, 200 if name in ('held', 'handled', 'members', 'health', 'roles', 'bans') else 403)
    equal(f'{name}: the owner of another list', owner.get('/lists/other/admin/' + name).status, 403)
    equal(f'{name}: has a twin', 'list' in owner.json(path + '.json'), True)
for who, wanted in ((owner, ['held', 'members', 'settings']), (mod, ['held']), (anna, [])):
    page = who.get('/account').page
    equal('what one runs leads to its pages', [x for x in ADMIN_PAGES if f'href="/lists/dev/admin/{x}"' in page], wanted)
equal('the outbox is the admin\'s', [owner.get('/outbox').status, admin.get('/outbox').status], [403, 200])
equal('a moderator changes no members', mod.post('/lists/dev/admin/members/add', csrf=mod.csrf(), addresses='x@y.example', how='add').status, 403)

section('held posts')
first = stranger('held <one>', 'Look <b>here</b>.\r\n')
mod.get('/lists/dev/admin/held')
check('the page shows it, harmless', 'held &lt;one&gt;' in mod.page and '&lt;b&gt;here' in mod.page, mod.page)
check('why it waits and what is known', 'not a member' in mod.text() and 'Not proven' in mod.text(), mod.text())
equal('as it came, to download', (mod.get(f'/lists/dev/admin/held/{first}.eml').status, mod.headers['Content-Type'],
                                b'<b>here</b>' in mod.raw), (200, 'message/rfc822', True))
equal('not by way of another list', admin.get(f'/lists/other/admin/held/{first}.eml').status, 404)
admin.post('/lists/other/admin/held', csrf=admin.csrf(), id=first, do='accept')
check('nor decided there', 'not possible' in admin.text() and len(p.json('held', 'ls', LIST)) == 1, admin.text())
mod.get('/lists/dev/admin/held')
equal('nothing chosen: 400', mod.submit('over', do='accept').status, 400)
mod.get('/lists/dev/admin/held').submit(f'Decide about post {first}', 'accept')
check('accepted, and said so', 'Decided: 1' in mod.text() and 'Decided of late' in mod.text() and MOD in mod.page, mod.text())
check('it stands in the archive', eventually(lambda: numbers() == ['held <one>']), numbers())
check('and goes to the member', b'Look <b>here</b>.' in copy(ANNA, 'held <one>'))
mod.post('/lists/dev/admin/held', csrf=mod.csrf(), id=first, do='discard')
check('decided once only, and by whom', 'accepted by ' + MOD in mod.text(), mod.text())
two, three, four = (stranger('post ' + x) for x in ('two', 'three', 'four'))
mod.get('/lists/dev/admin/held').submit('over', id=[str(two), str(three)], do='discard')
check('two at once', 'Decided: 2' in mod.text() and len(p.json('held', 'ls', LIST)) == 1, mod.text())

section("a moderator's link")
text = copy(MOD, 'Held: post four').decode('utf-8', 'replace')
link = re.search(r'https://www\.lists\.example(/confirm/[a-z2-7]+)', text)[1]
g = Browser(p)
for _ in range(2):
    g.ask('HEAD', link)
    check('the link shows the post with buttons', 'Please.' in g.get(link).page and g.page.count('name="do"') == 9, g.text())
equal('which changed nothing', len(p.json('held', 'ls', LIST)), 1)
equal('no choice: 400', g.post(link, do='eat').status, 400)
g.get(link).submit(None, 'accept')
equal('one press accepts', (g.path, p.json('held', 'ls', LIST)), ('/done/accepted?list=dev', []))
check("in that moderator's name", any(d['by'] == MOD and d['subject'] == 'post four' for d in owner.json('/lists/dev/admin/held.json')['decided']))
other = copy(OWNER, 'Held: post four').decode('utf-8', 'replace')
g.get(re.search(r'https://www\.lists\.example(/confirm/[a-z2-7]+)', other)[1])
check('the other moderator\'s link says who was first', g.status == 410 and MOD in g.text(), g.text())
five = stranger('post five')
gone = re.search(r'https://www\.lists\.example(/confirm/[a-z2-7]+)', copy(MOD, 'Held: post five').decode())[1]
owner.get('/lists/dev/admin/roles').submit(None, 'remove', address=MOD, role='moderator')
check('the role is taken back', 'taken back' in owner.text(), owner.text())
g.get(gone)
equal('whose link then decides nothing', (g.post(gone, do='accept').status, len(p.json('held', 'ls', LIST))), (400, 1))
equal('nor may they look', mod.get('/lists/dev/admin/held').status, 403)
owner.get('/lists/dev/admin/held').submit(f'Decide about post {five}', 'reject', reason='Off topic.')
check('rejected', 'Decided: 1' in owner.text())

section('roles')
owner.get('/lists/dev/admin/roles').submit('give', 'add', address=MOD, role='moderator')
check('given', 'The role is given' in owner.text() and MOD in owner.page, owner.text())
equal('and it holds', mod.get('/lists/dev/admin/held').status, 200)
owner.get('/lists/dev/admin/roles').submit(None, 'remove', address=OWNER, role='owner')
check('the only owner stays', owner.status == 400 and 'only owner' in owner.text(), owner.text())
equal('no address: 400', owner.get('/lists/dev/admin/roles').submit('give', 'add', address='x').status, 400)

section('members')
owner.get('/lists/dev/admin/members').submit('add-title', addresses='ok@uni.example\r\nnot one\r\n', how='add')
check('a wrong line: 400, nothing added, what was typed stays',
      owner.status == 400 and 'ok@uni.example' in owner.page and 'not one' in owner.text()
      and len(p.json('member', 'ls', LIST)) == 1, owner.text())
owner.get('/lists/dev/admin/members').submit('add-title', addresses='Cara Mia <cara@uni.example>\r\n\r\nben@uni.example\r\n' + ANNA, how='welcome')
check('two added, the third named', 'Added: 2' in owner.text() and 'is a member' in owner.text(), owner.text())
equal('there they are', sorted(m['address'] for m in p.json('member', 'ls', LIST)), [ANNA, 'ben@uni.example', 'cara@uni.example'])
check('welcomed', b'You are now a member' in copy('ben@uni.example', 'Welcome'))
owner.get('/lists/dev/admin/members').submit('add-title', addresses='dora@uni.example', how='invite')
check('invited', 'Invited: 1' in owner.text(), owner.text())
invite = re.search(r'https://www\.lists\.example(/confirm/[a-z2-7]+)', copy('dora@uni.example', 'invitation').decode())[1]
equal('not a member before she wants it', len(p.json('member', 'ls', LIST)), 3)
Browser(p).get(invite).submit()
equal('then she is', len(p.json('member', 'ls', LIST)), 4)
owner.get('/lists/dev/admin/members').submit('Find members', q='cara')
check('found by name or address', 'cara@uni.example' in owner.page and 'ben@uni.example' not in owner.page, owner.text())
owner.get('/lists/dev/admin/members').submit('Members', address=['ben@uni.example'], do='off')
check('switched off by the owner', 'Changed: 1' in owner.text()
      and [m for m in p.json('member', 'ls', LIST) if m['address'] == 'ben@uni.example'][0]['delivery'] == 'off', owner.text())
owner.get('/lists/dev/admin/members').submit('Members', address=['cara@uni.example', 'dora@uni.example'], do='remove')
check('removed', 'Removed: 2' in owner.text() and len(p.json('member', 'ls', LIST)) == 2, owner.text())
equal('without a choice: 400', owner.get('/lists/dev/admin/members').submit('Members', address=[ANNA], do='').status, 400)
owner.get('/lists/dev/admin/members').submit('add-title', addresses='"=cmd()" <x@uni.example>', how='add')
owner.get('/lists/dev/admin/members.csv')
rows = list(csv.DictReader(io.StringIO(owner.page)))
equal('as CSV', {r['address'] for r in rows}, {ANNA, 'ben@uni.example', 'x@uni.example'})
check('in which nothing is a formula', all(not v.startswith(('=', '+', '-', '@')) for r in rows for v in r.values()), rows)
many = '\r\n'.join(f'm{i:03}@many.example' for i in range(250))
owner.get('/lists/dev/admin/members').submit('add-title', addresses=many, how='add')
check('many at once', 'Added: 250' in owner.text(), owner.text())
seen = []
owner.get('/lists/dev/admin/members')
while True:
    seen += re.findall(r'name="address" value="([^"]+)"', owner.page)
    if not owner.link('Those after'):
        break
    owner.get(owner.link('Those after'))
equal('page by page, each once', (len(seen), len(set(seen))), (253, 253))
p.cli('member', 'remove', LIST, *[f'm{i:03}@many.example' for i in range(250)])

section('settings')
owner.get('/lists/dev/admin/settings')
check('each setting has its key, help and default', all(x in owner.page for x in ('<code>subject_prefix</code>', 'Put before each subject', 'Default: ')), owner.page)
check('none is changed', 'changed</span>' not in owner.page)
owner.submit('Settings of dev', subject_prefix='[dev]', max_message_size='many', advertised='no')
check('a wrong value: 400 beside its field, and nothing is changed',
      owner.status == 400 and 's-max_message_size-e' in owner.page and 'a whole number' in owner.text()
      and 'value="[dev]"' in owner.page, owner.text())
listed = {r['setting']: r['value'] for r in p.json('list', 'show', LIST)} if isinstance(p.json('list', 'show', LIST), list) else {}
owner.get('/lists/dev/admin/settings')
check('really nothing', 'value="[dev]"' not in owner.page, listed)
owner.submit('Settings of dev', subject_prefix='[dev]', info='Two\r\nlines', default_nonmember_action='reject')
check('saved', 'are saved' in owner.text() and owner.page.count('>changed</span>') == 3, owner.text())
equal('the twin says so', {s['key']: s['value'] for g in owner.json('/lists/dev/admin/settings.json')['groups'] for s in g['settings'] if s['changed']},
      {'subject_prefix': '[dev]', 'info': 'Two\nlines', 'default_nonmember_action': 'reject'})
code, text = p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'no'))
check('in effect: strangers are rejected', code == 550, (code, text, p.tail()))
equal('saving again changes nothing', 'nothing was changed' in owner.get('/lists/dev/admin/settings').submit('Settings of dev').text(), True)
owner.get('/lists/dev/admin/settings').submit('Settings of dev', default_nonmember_action='hold')
check('back at the default it is not stored', owner.page.count('>changed</span>') == 2)

# what an owner is told, who is not told whether there is such a list, and what the one who commands all
NONE = ('lists of this server', 'none of that name')
REFUSED = (('regular_include_lists', 'nolist', NONE), ('regular_exclude_lists', 'nolist', NONE), ('accept_these_nonmembers', '@nolist', NONE),
           ('subscribe_auto_approval', '@nolist', NONE), ('accept_these_lists', 'nolist@lists.example', NONE),
           ('regular_include_lists', 'dev', ('this one itself',)), ('accept_these_nonmembers', '@dev', ('this one itself',)),
           ('acceptable_aliases', '@dev', ('and no lists',)), ('dmarc_addresses', f'@{LIST}', ('and no lists',)),
           ('accept_these_nonmembers', 'a@@b.example', ('write an address',)), ('equivalent_domains', 'foo.example', ('two domains',)),
           ('digest_send_hour', '24', ('0 to 23',)))
before = p.json('list', 'show', LIST)
for key, value, words in REFUSED:
    page = owner.get('/lists/dev/admin/settings').submit('Settings of dev', **{key: value})
    check(f'{key} = {value} is refused on the page', page.status == 400 and words[0] in page.text(), (page.status, page.text()[:600]))
    by_command = p.run('list', 'set', LIST, f'{key}={value}')
    check('and by command', by_command.returncode == 1 and words[-1] in by_command.stderr, by_command)
equal('and nothing is changed', p.json('list', 'show', LIST), before)

section('two who save the same page')
p.cli('role', 'add', LIST, 'owner', ADMIN)
owner.get('/lists/dev/admin/settings')
admin.get('/lists/dev/admin/settings').submit('Settings of dev', emergency='yes', description='Of the admin')
owner.submit('Settings of dev', subject_prefix='[devs]')
check('what one page did not touch stays as the other set it', p.cli('list', 'get', LIST, 'emergency').strip() == 'yes' and p.cli('list', 'get', LIST, 'subject_prefix').strip() == '[devs]', owner.text())
owner.get('/lists/dev/admin/settings')
admin.get('/lists/dev/admin/settings').submit('Settings of dev', description='Of the admin, again')
owner.submit('Settings of dev', description='Of the owner', subject_prefix='[d]')
check('both changed the same: 400, and both values stand beside the field', owner.status == 400 and f'{ADMIN} set it to “Of the admin, again” meanwhile; here it was to become “Of the owner”' in owner.text(), owner.text())
equal('nothing is changed', (p.cli('list', 'get', LIST, 'description').strip(), p.cli('list', 'get', LIST, 'subject_prefix').strip()), ('Of the admin, again', '[devs]'))
owner.submit('Settings of dev')
equal('who has read it and saves again has it', (p.cli('list', 'get', LIST, 'description').strip(), p.cli('list', 'get', LIST, 'subject_prefix').strip(), p.cli('list', 'get', LIST, 'emergency').strip()), ('Of the owner', '[d]', 'yes'))
p.cli('list', 'set', LIST, 'emergency=no', 'description=', 'subject_prefix=[dev]')
one = f"/lists/dev/admin/members/{[m['id'] for m in p.json('member', 'ls', LIST) if m['address'] == ANNA][0]}" if 'id' in p.json('member', 'ls', LIST)[0] else re.search(r'href="(/lists/dev/admin/members/\d+)">' + re.escape(ANNA), owner.get('/lists/dev/admin/members').page)[1]
owner.get(one)
p.cli('member', 'set', LIST, ANNA, 'delivery=summary', 'hidden=yes')
owner.submit(f'Settings of {ANNA}', 'set', acknowledge='yes')
now = owner.json(one + '.json')
equal('of a member, too', (now['delivery'], now['hidden'], now['acknowledge']), ('summary', True, True))
owner.get(one)
p.cli('member', 'set', LIST, ANNA, 'delivery=regular')
owner.submit(f'Settings of {ANNA}', 'set', delivery='mime')
check('the same option: 400', owner.status == 400 and 'delivery: command set it to “regular” meanwhile; here it was to become “mime”' in owner.text(), owner.text())
equal('as it was', [m for m in p.json('member', 'ls', LIST) if m['address'] == ANNA][0]['delivery'], 'regular')
p.cli('member', 'set', LIST, ANNA, 'hidden=no', 'acknowledge=no')
owner.get('/lists/dev/admin/templates/welcome')
admin.get('/lists/dev/admin/templates/welcome').submit('Words of welcome', 'save', text='Subject: A\r\n\r\nBy the admin.\r\n')
owner.submit('Words of welcome', 'save', text='Subject: O\r\n\r\nBy the owner.\r\n')
check('words of a template: 400, and one\'s own stand in the form', owner.status == 400 and 'changed these words meanwhile' in owner.text() and 'By the owner.' in owner.page, owner.text())
check('the other\'s hold', 'By the admin.' in admin.get('/lists/dev/admin/templates/welcome').page)
owner.submit('Words of welcome', 'save')
check('until they are saved again', owner.status == 200 and 'By the owner.' in admin.get('/lists/dev/admin/templates/welcome').page, owner.text())
admin.submit('Words of welcome', 'remove')
admin.get('/domains/lists.example')
twin = person(ADMIN)
twin.get('/domains/lists.example').submit('about', 'set', description='Of one')
admin.submit('about', 'set', alias_domain='old.example')
check('a domain: what one page did not touch stays', 'value="Of one"' in twin.get('/domains/lists.example').page and 'value="old.example"' in twin.page, twin.page)
admin.get('/domains/lists.example')
twin.submit('about', 'set', description='Of two')
admin.submit('about', 'set', description='Of three')
check('the same: 400', admin.status == 400 and '“Of two” meanwhile; here it was to become “Of three”' in admin.text(), admin.text())
twin.get('/domains/lists.example').submit('about', 'set', description='', alias_domain='')
p.cli('role', 'remove', LIST, 'owner', ADMIN)

section('bans')
owner.get('/lists/dev/admin/bans').submit('ban', 'add', pattern='^(', reason='x')
check('a wrong pattern: 400 beside its field', owner.status == 400 and 'pattern-error' in owner.page, owner.text())
ODD = ('\u00ff<b>x"\'@@', 'zoe@far', '@far', '@dev@lists.example', 'zoe')
for odd in ODD:
    owner.get('/lists/dev/admin/bans').submit('ban', 'add', pattern=odd, reason='x')
    check(f'so is {odd!r}, and by command', owner.status == 400 and 'pattern-error' in owner.page and p.run('ban', 'add', odd, f'--list={LIST}').returncode == 1,
          (owner.text()[:300], p.run('ban', 'ls', LIST).stdout))
owner.get('/lists/dev/admin/bans').submit('ban', 'add', pattern='@Far.Example', reason='spam <3')
check('banned', 'The ban holds' in owner.text() and '@far.example' in owner.page and 'spam &lt;3' in owner.page, owner.text())
equal('in effect', p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'no'))[0], 550)
owner.get('/lists/dev/admin/bans').submit(None, 'remove', pattern='@far.example')
check('lifted', 'lifted' in owner.text() and p.deliver(STRANGER, LIST, message(STRANGER, LIST, 'yes'))[0] == 250)

section('requests to join')
p.cli('list', 'set', LIST, 'subscription_policy=confirm_then_moderate')
for who in ('eva@uni.example', 'fred@uni.example'):
    g = Browser(p, network=f'192.0.2.{next(networks)}')
    g.get('/lists/dev/join')
    later(3)
    g.submit('Join dev', address=who, name='Asker')
    g.get(re.search(r'https://www\.lists\.example(/confirm/[a-z2-7]+)', copy(who, 'onfirm').decode())[1]).submit()
    equal('who confirmed waits', g.path, '/done/waits?list=dev')
mod.get('/lists/dev/admin/held')
check('the moderator sees both', 'eva@uni.example' in mod.page and 'fred@uni.example' in mod.page, mod.text())
mod.submit('Request of eva@uni.example', 'accept')
mod.get('/lists/dev/admin/held').submit('Request of fred@uni.example', 'reject', reason='Who are you?')
equal('one is in', [m['address'] for m in p.json('member', 'ls', LIST) if m['address'][:4] in ('eva@', 'fred')], ['eva@uni.example'])
check('the other has two letters', eventually(lambda: len(kept('fred@uni.example', 'Your request')) == 2))  # that it waits, and this
check('the other is told why', b'Who are you?' in copy('fred@uni.example', 'Your request'))

section('writing')
equal('a guest signs in first', Browser(p).get('/lists/dev/post').status, 401)
anna.get('/lists/dev/post').submit('Your post', 'send', subject='', text='')
check('nothing in it: 400 beside the fields', anna.status == 400 and 'subject-error' in anna.page and 'text-error' in anna.page, anna.text())
anna.submit('Your post', 'preview', subject='Map sharpening', text='Dear all,\r\n\r\n<i>see</i> https://example.org/x\r\n')
check('the preview shows it as members will read it', 'As members will read it' in anna.page
      and '&lt;i&gt;see' in anna.page and 'href="https://example.org/x"' in anna.page and not numbers('from:anna'), anna.page)
sent = anna.filled('Your post', 'send', {})
anna.submit('Your post', 'send')
equal('sent', anna.path, '/done/posted?list=dev')
check('it stands in the archive', eventually(lambda: numbers('from:anna') == ['Map sharpening']), numbers('from:anna'))
mail = copy('x@uni.example', 'Map sharpening').decode()
check('as Anna\'s own mail, by a person, with the list\'s prefix', 'From: anna@uni.example' in mail.replace('<', '').replace('>', '')
      and 'Auto-Submitted' not in mail and 'Subject: [dev] Map sharpening' in mail and '<i>see</i>' in mail, mail)
anna.post('/lists/dev/post', **dict(sent[1]))
check('the same form sent twice is one post', p.event('post-judged', verdict='discard', rule='duplicate') and len(numbers('from:anna')) == 1)
check('Anna has not asked for a note, and gets none', not kept(ANNA, 'was accepted'))
anna.get('/lists/dev/me').submit('My settings for dev', acknowledge='yes', own_posts=None)
anna.get('/lists/dev/post').submit('Your post', 'send', subject='Maps again', text='Another word.\r\n')
note = copy(ANNA, 'Your post to dev was accepted').decode()
check('then she gets one, and no copy of her own post', 'Maps again' in note and 'auto-' in note.lower()
      and kept('x@uni.example', 'Maps again') and not kept(ANNA, 'Maps again'), note)
anna.get('/lists/dev/me').submit('My settings for dev', acknowledge=None, own_posts='yes')
n = next(r['number'] for r in p.json('archive', 'search', LIST, 'from:anna') if r['subject'] == 'Map sharpening')
owner.get(f'/lists/dev/post?re={n}')
check('an answer quotes, and has the subject without prefix', '&gt; Dear all,' in owner.page and 'value="Re: Map sharpening"' in owner.page, owner.page)
owner.submit('Your post', 'send', text='> Dear all,\r\n\r\nWell done.\r\n')
reply = copy(ANNA, 'Re: Map sharpening').decode()
mid = re.search(r'(?im)^Message-ID: <(.*?)>', mail)[1]
check('in its thread', f'In-Reply-To: <{mid}>' in reply and f'References: <{mid}>' in reply, reply)
check('which the archive shows', eventually(lambda: 'Well done.' in owner.get(f'/lists/dev/t/{n}').page), owner.text())
equal('an answer to what there is not: 404', owner.get('/lists/dev/post?re=99999').status, 404)
anna.get('/lists/dev/post')
anna.post('/lists/dev/post', csrf=anna.form('Your post').fields[0][1], do='send', subject='forged', text='x', **{'from': OWNER})
check('never in the name of another', eventually(lambda: 'forged' in numbers('from:anna')) and 'forged' not in numbers('from:owner'))
p.cli('list', 'set', LIST, 'max_message_size=1')
anna.get('/lists/dev/post').submit('Your post', 'send', subject='large', text='word ' * 1000)
check('what the mail server refuses is said, and the text stays', anna.status == 400 and ('larger than' in anna.text() or 'at most 1 KB' in anna.text()) and 'word word' in anna.page, anna.text()[:500])
p.cli('list', 'set', LIST, 'max_message_size=10000')

section('the outbox')
rows = admin.json('/outbox.json')['rows']
check('newest first', [r['id'] for r in rows] == sorted((r['id'] for r in rows), reverse=True) and len(rows) > 20)
row = kept(ANNA, 'Re: Map sharpening')[0]
admin.get(f'/outbox/{row["id"]}')
check('a copy as Anna would get it', 'Well done.' in admin.page and 'dev-bounces+' in admin.page and 'List-Unsubscribe' in admin.page, admin.text())
leave = re.search(r'/lists/dev/leave\?m=[0-9]+\.[a-z2-7]+', admin.page)[0]
equal('whose leave link is hers', Browser(p).get(leave).status, 200)
equal('there is no other copy', [admin.get('/outbox/' + x).status for x in ('999999', 'x')], [404, 404])

section('where is my mail')
found = admin.json('/trace.json?q=' + mid)
check('every recipient and what became of it', found['found'] and {r['address'] for r in found['recipients']} >= {ANNA, 'x@uni.example', 'eva@uni.example'}
      and found['kept'] == len(found['recipients']), found)
check('and its way', [s['word'] for s in found['steps']] == ['Accepted by the list', 'Handed on to be sent']
      and f'post to {len(found["recipients"])} recipients: q' in found['steps'][1]['text'], found['steps'])
mine = anna.json('/trace.json?q=' + mid)
check('the author learns the outcome, and not who the others are', mine['found'] and mine['kept'] == found['kept']
      and not [r for r in mine['recipients'] if r['address'].startswith('x@')], mine)
why = next(r['detail'] for r in p.trace(mid) if r['what'] == 'accepted').split('; from: ')[1]
check('but why From in the copies is as it is', why and [s['text'] for s in mine['steps']] == ['From in the copies: ' + why, ''], mine['steps'])
check("the list's owner sees all", {r['address'] for r in owner.json('/trace.json?q=' + mid)['recipients']} >= {'x@uni.example'})
eva = person('eva@uni.example')
equal('others learn nothing', (eva.get('/trace?q=' + mid).status, 'Map sharpening' in eva.page), (404, False))
check('without a question: what one wrote', [m['subject'] for m in anna.json('/trace.json')['messages']][-1] == 'Map sharpening', anna.page)
check('an admin may ask of an address', 'Map sharpening' in admin.get('/trace?q=eva@uni.example').page and admin.get('/trace?q=' + ANNA).status == 200)

with sqlite3.connect(f'{p.data}/outbound/outbound.db', timeout=60) as b:
    b.executemany("INSERT INTO event (at, inbound, message, recipient, what, detail) VALUES (?, 0, 0, 'Eva@uni.example', 'tried', ?)",
                  [(int(time.time() * 1000), f'450 4.2.0 number {n}') for n in range(120)])
    b.executemany("INSERT INTO event (at, inbound, message, recipient, what, detail) VALUES (?, 0, 0, 'fifty@uni.example', 'tried', ?)",
                  [(int(time.time() * 1000), f'451 4.2.0 number {n}') for n in range(50)])
admin.get('/trace?q=fifty@uni.example')
check('what fits on one page has no other', 'number 0' in admin.page and not admin.link('Older'), admin.text())
admin.get('/trace?q=eva@uni.example')
check('of a long story the newest come first', 'number 119' in admin.page and 'number 70' in admin.page and 'number 69' not in admin.page, admin.text())
pages = [admin.page]
while admin.link('Older') and len(pages) < 9:
    pages.append(admin.get(admin.link('Older')).page)
equal('and page by page all the others', [int(n) for x in pages for n in re.findall(r'450 4\.2\.0 number (\d+)', x)], list(range(119, -1, -1)))
equal('each once', sum(x.count('<tr><th scope="row">') for x in pages), len(p.trace('eva@uni.example')))

section('the log')
owner.get('/lists/dev/admin/log')
said = owner.text()
while owner.link('Older'):
    said += owner.get(owner.link('Older')).text()
check('says who changed what', all(x in said for x in ('settings changed', 'subject_prefix', 'member joined', OWNER, MOD, 'post accepted', 'ban added')), said[:1500])
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
