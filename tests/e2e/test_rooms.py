"""Lists and domains made and removed on pages and by command; header rules of a list and of all, tried, moved, made from a
held post; bans from every list; a domain's owner and its alias; what bans and rules keep from a list's owners."""
import json
import os
import re

from browser import Browser
from chromium import look, well
from harness import LONG, Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer

limit(900)
LIST = 'dev@lists.example'
ADMIN, OLGA, MOD, DORA, ANNA, EVE = ('admin@lists.example', 'olga@uni.example', 'mod@uni.example', 'dora@uni.example',
                                     'anna@uni.example', 'eve@far.example')
PROVEN = {'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'uni.example': PROVEN, 'far.example': PROVEN})
p = Postern(dns=dns, send__relay='outbox', admin=ADMIN, smtp__messages_per_hour=0, smtp__messages_per_hour_all=0,
            smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0)
p.cli('list', 'create', LIST, '--owner', OLGA)
p.cli('role', 'add', LIST, 'moderator', MOD)
p.cli('member', 'add', LIST, ANNA)
for address in (OLGA, MOD, DORA, ANNA):
    p.cli('user', 'add', address)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
networks = iter(range(1, 200))


def person(address):
    return Browser(p, network=f'192.0.2.{next(networks)}').enter(address)


def code(sender, to, subject='hello', body='x\r\n', **fields):
    return p.deliver(sender, to, message(sender, to, subject, body, **fields))[0]


def kept(to, subject):
    return [r for r in admin.json('/outbox.json')['rows'] if r['recipient'] == to and subject in r['subject']]


admin, olga, mod, dora, anna = map(person, (ADMIN, OLGA, MOD, DORA, ANNA))

section('who may what')
for path, allowed in (('/new-list', 'a'), ('/domains/', 'a'), ('/domains/lists.example', 'a'), ('/bans', 'a'), ('/header-rules', 'a'),
                      ('/lists/dev/admin/remove', 'a'), ('/lists/dev/admin/header-rules', 'ao')):
    equal(f'{path}: a guest', Browser(p).get(path).status, 401)
    for who, name in ((admin, 'a'), (olga, 'o'), (mod, 'm'), (anna, 'n')):
        equal(f'{path}: {name}', who.get(path).status, 200 if name in allowed else 403)
check('whoever may not make a list sees no link', '/new-list' not in olga.get('/lists/').page and '/new-list' in admin.get('/lists/').page)
equal('no domain of that name', admin.get('/domains/no.example').status, 404)

section('header rules')
RULES = '/lists/dev/admin/header-rules'
olga.get(RULES).submit('rule-title', 'save', header='Subject', pattern='win(', act='hold')
equal('a pattern that is none', olga.status, 400)
check('its place and reason stand beside it', 'aria-invalid="true"' in olga.page and re.search(r'pattern-error.*[Cc]haracter', olga.page), olga.text())
olga.submit('rule-title', 'save', header='Sub ject', pattern='x')
check('a name that is none', olga.status == 400 and 'id="header-error"' in olga.page, olga.text())
equal('nothing was made', p.json('list', 'header-match', 'ls', LIST), [])
olga.get(RULES).submit('rule-title', 'save', header='Subject', pattern='^prize', act='discard', reason='lottery', tag='mine')
check('it is said', 'holds from the next post on' in olga.text(), olga.text())
olga.get(RULES).submit('rule-title', 'save', header='Content-Type', pattern='[.]exe', act='reject')
olga.get(RULES).submit('rule-title', 'save', header='X-Spam-Flag', pattern='yes', act='hold')


def rules():
    return [(r['header'], r['pattern'], r['action']) for r in p.json('list', 'header-match', 'ls', LIST)]


equal('three, as they were added', [r[0] for r in rules()], ['subject', 'content-type', 'x-spam-flag'])
equal('reason and tag', [p.json('list', 'header-match', 'ls', LIST)[0][k] for k in ('reason', 'tag', 'place')], ['lottery', 'mine', 1])
prize = message(ANNA, LIST, 'Prize for you')
mid = mid_of(prize)
equal('its post is taken and dropped', p.deliver(ANNA, LIST, prize)[0], 250)
EXE = ('--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: application/octet-stream; name=a.exe\r\n\r\nMZ\r\n--b--\r\n')
equal('a file of that name is refused', code(ANNA, LIST, 'a file', EXE, Content_Type='multipart/mixed; boundary=b'), 550)
equal('and another not', code(ANNA, LIST, 'another', EXE.replace('exe', 'txt'), Content_Type='multipart/mixed; boundary=b'), 250)
check('the trace has the reason', eventually(lambda: 'lottery' in json.dumps(p.trace(mid))), p.trace(mid))
equal('held by a flag', code(ANNA, LIST, 'Cheap (pills)?', X_Spam_Flag='YES'), 250)
held = eventually(lambda: [h for h in p.json('held', 'ls', LIST) if h['subject'].startswith('Cheap')])[0]
check('the reason names the rule', 'x-spam-flag' in held['reason'], held)

section('order')
olga.get(RULES)
later = re.findall(r'aria-label="Later: ([^"]*)"', olga.page)
equal('all but the last go later', later, ['subject: ^prize', 'content-type: [.]exe'])
row = next(f for f in re.findall(r'(?s)<form method="post".*?</form>', olga.page) if 'Later: subject' in f)
olga.post(RULES, csrf=olga.csrf(RULES), do='move', id=re.search(r'name="id" value="(\d+)"', row)[1],
          place=re.search(r'name="place" value="(\d+)"', row)[1])
equal('the first is the second now', [r[0] for r in rules()], ['content-type', 'subject', 'x-spam-flag'])
p.cli('list', 'header-match', 'move', LIST, 'X-Spam-Flag', 'yes', '1')
equal('by command', [r[0] for r in rules()], ['x-spam-flag', 'content-type', 'subject'])

section('changing one, and removing it')
olga.get(RULES)
change = re.search(r'href="([^"#]*change=\d+)#rule" aria-label="Change x-spam-flag', olga.page)[1]
olga.get(change)
check('the form has it', 'value="yes"' in olga.page and 'Leave it as it is' in olga.page, olga.text())
olga.submit('rule-title', 'save', pattern='^yes', act='reject')
equal('it is changed at its place', rules()[0], ('x-spam-flag', '^yes', 'reject'))
equal('a rule of no such number', olga.get(RULES + '?change=999').status, 404)
olga.get(RULES)
olga.post(RULES, csrf=olga.csrf(RULES), do='remove', header='content-type', pattern='[.]exe')
equal('one less', [r[0] for r in rules()], ['x-spam-flag', 'subject'])

section('tried on the last posts')
equal('a post that goes out', code(ANNA, LIST, 'Weekly meeting'), 250)
check('it is in the archive', eventually(lambda: p.json('archive', 'search', LIST, 'meeting')))
before = rules()
olga.get(RULES).submit('rule-title', 'try', header='Subject', pattern='meeting', act='discard', reason='to see')
check('it says what would become of it', 'Weekly meeting' in olga.page and 'is dropped' in olga.text() and 'to see' in olga.text(), olga.text())
check('the form is still filled', 'value="meeting"' in olga.page)
equal('nothing was changed', rules(), before)

section('from a held post')
link = olga.get('/lists/dev/admin/held').link('Make a rule for posts like this one')
check('an owner finds the way', link and f'held={held["id"]}' in link, link)
check('a moderator does not', not mod.get('/lists/dev/admin/held').link('Make a rule'))
olga.get(link.split('#')[0])
check('the subject is taken, with its signs as such', r'value="Cheap \(pills\)\?"' in olga.page, re.findall('value="Cheap[^"]*"', olga.page))
equal('nothing is made by looking', rules(), before)
spam = re.search(r'href="([^"#]*)#rule" aria-label="Take it: X-Spam-Flag', olga.page)[1].replace('&amp;', '&')
check('another field', 'value="YES"' in olga.get(spam).page)
olga.get(link.split('#')[0]).submit('rule-title', 'save', act='discard')
equal('one press more, and it is a rule', rules()[-1], ('subject', r'Cheap \(pills\)\?', 'discard'))
equal('a post of another list', olga.get(RULES + '?held=999').status, 404)

section('rules and bans of every list')
admin.get('/header-rules').submit('rule-title', 'save', header='X-Worm', pattern='.', act='reject', reason='a worm')
check('it is made', 'on every list' in admin.text(), admin.text())
equal('by command', [r['header'] for r in p.json('list', 'header-match', 'ls', '@site')], ['x-worm'])
answer = p.deliver(ANNA, LIST, message(ANNA, LIST, 'w', X_Worm='1'))
check('its reason is told', answer[0] == 550 and 'of every list: x-worm: . (a worm)' in str(answer[1]), answer)
check('the list shows it and cannot move it', 'before the list’s own' in olga.get(RULES).text())
admin.get('/bans').submit('ban', 'add', pattern='nonsense', reason='')
check('a ban that is none', admin.status == 400 and 'aria-invalid' in admin.page)
admin.get('/bans').submit('ban', 'add', pattern=EVE, reason='floods')
check('it is said', 'on every list' in admin.text(), admin.text())
equal('she cannot post', code(EVE, LIST), 550)

section('mail to owners')
OWNER = 'dev-owner@lists.example'
equal('from one who is banned', code(EVE, OWNER), 550)
equal('by a rule', code('mallory@far.example', OWNER, 'Prize for the owner'), 250)
equal('a stranger gets through', code('mallory@far.example', OWNER, 'A question of mine'), 250)
equal('so does a member, whatever the rules say', code(ANNA, OWNER, 'Prize question'), 250)
check('both came', eventually(lambda: kept(OLGA, 'A question of mine') and kept(OLGA, 'Prize question')), kept(OLGA, ''))
check('the other did not', not kept(OLGA, 'Prize for the owner'))
equal('LIST-admin of Mailman 2: a person', code('mallory@far.example', 'dev-admin@lists.example', 'To the admin'), 250)
check('goes to the owners', eventually(lambda: kept(OLGA, 'To the admin')))
admin.get('/bans')
admin.post('/bans', csrf=admin.csrf('/bans'), do='remove', pattern=EVE)
equal('lifted', code(EVE, OWNER, 'again'), 250)

section('domains')
admin.get('/domains/').submit('add', domain='no domain')
check('a name that is none', admin.status == 400 and 'aria-invalid' in admin.page, admin.text())
admin.get('/domains/').submit('add', domain='Group.Example')
equal('its page', (admin.path.split('?')[0], admin.status), ('/domains/group.example', 200))
check('what DNS must say', all(x in admin.text() for x in ('10 mail.lists.example', 'v=spf1 mx -all', 'v=DKIM1', '_dmarc.group.example')), admin.text())
admin.submit('about', 'set', description='The group', alias_domain='lists.example')
check('an alias that is ours', admin.status == 400 and 'already' in admin.text(), admin.text())
admin.submit('about', 'set', description='The group', alias_domain='old.example')
admin.get('/domains/group.example').submit('give', 'owner_add', address=DORA)
equal('by command', p.json('domain', 'ls')[0], {'domain': 'group.example', 'lists': 0, 'alias_domain': 'old.example', 'owners': DORA,
                                                'description': 'The group'})

section('a list from one form')
dora = person(DORA)
check("a domain's owner finds the way", '/new-list' in dora.get('/lists/').page)
dora.get('/new-list')
equal('only in the own domain', re.findall(r'<option value="([^"]*)"[^>]*>@', dora.page), ['group.example'])
dora.submit('Make a list', None, name='News!', owner=DORA)
check('no name of a list', dora.status == 400 and 'id="name-error"' in dora.page, dora.text())
dora.submit('Make a list', None, name='seminar', display_name='Seminar', description='Talks on Mondays', style='private-default',
            join='invite', owner=DORA)
equal('it leads to its members', (dora.path.split('?')[0], dora.status), ('/lists/seminar/admin/members', 200))
SEMINAR = 'seminar@group.example'
equal('as it was asked for', [p.cli('list', 'get', SEMINAR, k).strip() for k in ('display_name', 'description', 'archive_policy', 'subscription_policy')],
      ['Seminar', 'Talks on Mondays', 'private', 'invite'])
equal('its owner', [(r['role'], r['address']) for r in p.json('role', 'ls', SEMINAR)], [('owner', DORA)])
dora.get('/new-list').submit('Make a list', None, name='seminar', owner=DORA)
check('not twice', dora.status == 400 and 'id="name-error"' in dora.page, dora.text())
equal('a list of another domain is not hers', dora.get('/lists/dev/admin/settings').status, 403)
p.cli('role', 'add', SEMINAR, 'owner', OLGA)
p.cli('role', 'remove', SEMINAR, 'owner', DORA)
equal('its pages are hers by the domain', dora.get('/lists/seminar/admin/settings').status, 200)

section('the alias')
p.cli('member', 'add', SEMINAR, ANNA)
equal('a post there', code(ANNA, 'seminar@old.example', 'Over the old name'), 250)
check('is one of the list', eventually(lambda: p.json('archive', 'search', SEMINAR, 'old')), p.json('held', 'ls', SEMINAR))
equal('so is a sub-address', code('mallory@far.example', 'seminar-owner@old.example', 'Owner by the old name'), 250)
check('it came', eventually(lambda: kept(OLGA, 'Owner by the old name')))
equal('nobody else', code(ANNA, 'no@old.example'), 550)

section('removing a list')
dora.get('/lists/seminar/admin/name')
check('a link to it', dora.link('Remove this list'), dora.text())
dora.get('/lists/seminar/admin/remove').submit('remove', None, typed='seminar', archive='purge')
check('the address is to be typed', dora.status == 400 and 'id="typed-error"' in dora.page, dora.text())
check('it is still there', p.json('role', 'ls', SEMINAR))
dora.submit('remove', None, typed=SEMINAR, archive='purge')
check('it is gone', 'The list is gone' in dora.text(), dora.text())
equal('mail to it', code(ANNA, SEMINAR), 550)
gone = eventually(lambda: p.events('archive-purged'))
check('its archive went, too', gone and gone[0]['list'] == SEMINAR, gone)
admin.get('/domains/group.example').submit('remove', 'remove')
equal('the domain, which is empty', [d['domain'] for d in p.json('domain', 'ls')], ['lists.example'])

section('by command')
check('the kinds', [s['style'] for s in p.json('list', 'styles')] == ['legacy-default', 'legacy-announce', 'private-default'])
p.cli('list', 'create', 'quiet@lists.example', '--style', 'private-default', '--owner', OLGA, '--name', 'Quiet', '--description', 'D')
equal('a style, a name', [p.cli('list', 'get', 'quiet@lists.example', k).strip() for k in ('archive_policy', 'display_name', 'description')],
      ['private', 'Quiet', 'D'])
check('no such style', p.run('list', 'create', 'x@lists.example', '--style', 'odd').returncode == 1)
check('which leaves no list', not [x for x in p.json('list', 'ls') if x['list'].startswith('x@')])
equal('who somebody is', [(r['list'], r['as']) for r in p.json('member', 'find', 'OLGA')],
      [(LIST, 'owner'), ('quiet@lists.example', 'owner')])
equal('by a pattern', [(r['list'], r['as']) for r in p.json('member', 'find', '^anna@uni')], [(LIST, 'member')])
check('nobody', p.run('member', 'find', 'nobody-of-that-name').returncode == 1)
p.cli('domain', 'add', 'third.example', '--description', 'T', '--alias', 'fourth.example')
p.cli('domain', 'set', 'third.example', 'alias_domain=')
p.cli('domain', 'owner', 'add', 'third.example', ANNA)
equal('a domain', [d for d in p.json('domain', 'ls') if d['domain'] == 'third.example'],
      [{'domain': 'third.example', 'lists': 0, 'alias_domain': '', 'owners': ANNA, 'description': 'T'}])
p.cli('domain', 'owner', 'rm', 'third.example', ANNA)
p.cli('domain', 'rm', 'third.example')
check("the site's own stays", p.run('domain', 'rm', 'lists.example').returncode == 1)

section('as Chromium shows them')
admin.get('/domains/').submit('add', domain='a-department-with-a-long-name.university-of-the-north.example')
admin.get('/bans').submit('ban', 'add', pattern='^office-[0-9]+@fast-journal[.]example$', reason='invites everybody')
code('mallory@far.example', LIST, 'Restraint library for cyclic peptides', X_Mailer='Bulk 7')
held = eventually(lambda: [h for h in p.json('held', 'ls', LIST) if 'peptides' in h['subject']])[0]['id']
SHOTS = os.environ.get('POSTERN_SHOTS')
bearer = {'Authorization': 'Bearer ' + p.token(ADMIN)}
PAGES = {'new-list': '/new-list', 'domains': '/domains/', 'domain': '/domains/lists.example', 'sitebans': '/bans', 'site-headers': '/header-rules',
         'remove': '/lists/dev/admin/remove', 'headers': RULES, 'headers-held': f'{RULES}?held={held}', 'held': '/lists/dev/admin/held',
         'name': '/lists/dev/admin/name', 'lists': '/lists/', 'account': '/account'}
visits = [{'path': path, 'headers': bearer, 'width': width, 'scheme': scheme, 'full': True,
           'shot': f'{SHOTS}/{name}-{width}-{scheme}.png' if SHOTS else None}
          for name, path in PAGES.items()
          for width, scheme in ((1440, 'light'), (390, 'dark')) + (((1440, 'dark'), (390, 'light')) if LONG or SHOTS else ())]
for s in look(p, visits):
    s['live'] = [x for x in s['live'] if not re.match(r'<(form|input|button|textarea)', x)]  # a held post's own form
    well(s)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
