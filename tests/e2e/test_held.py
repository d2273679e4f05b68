"""What waits for somebody who moderates several lists: one page with all of it, orders list by list, who sees what; the count
beside each list; one letter in the morning, and its link, or an answer, which discards what the letter lists and nothing else."""
import re
import time

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
DEV, OPEN, THIRD, DAY = 'dev@lists.example', 'open@lists.example', 'third@lists.example', 86400
ADMIN, MONA, OLAF, NINA = 'admin@lists.example', 'mona@uni.example', 'olaf@uni.example', 'nina@uni.example'
world = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'uni.example': MX, 'far.example': MX, 'lists.example': {'MX': MX['MX']}, 'mx.all.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, clock=True, admin=ADMIN, smtp__messages_per_hour=0, smtp__messages_per_hour_all=0,
            smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0)
for of in (DEV, OPEN, THIRD):
    p.cli('list', 'create', of, '--owner', ADMIN)
    p.cli('list', 'set', of, 'posts_per_hour=0', 'subscription_policy=moderate')
for of in (DEV, OPEN):
    p.cli('role', 'add', of, 'moderator', MONA)
p.cli('role', 'add', THIRD, 'moderator', OLAF)
for address in (MONA, OLAF, NINA):
    p.cli('user', 'add', address)
p.start()
networks = iter(range(1, 200))


def person(address):
    b = Browser(p, network=f'192.0.2.{next(networks)}').enter(address)
    check(f'{address} is signed in', b.path.startswith('/account'), (b.path, b.text()))
    return b


def waiting(of):
    return {h['subject']: h['id'] for h in p.json('held', 'ls', of)}


def held(of, subject, sender='zoe@far.example'):
    """A post that waits; its number."""
    equal(f'{subject}: taken', p.deliver(sender, of, message(f'Zoe <{sender}>', of, subject, 'Please.\r\n'))[0], 250)
    return str(eventually(lambda: waiting(of).get(subject)))


def asks(of, address):
    """Somebody who waits to be let in."""
    name = of.split('@')[0]
    equal(f'{address}: taken', p.deliver(address, f'{name}-join@lists.example', message(address, f'{name}-join@lists.example', 'join', 'x\r\n'))[0], 250)
    return str(eventually(lambda: {r['address']: r['id'] for r in p.json('request', 'ls', of)}.get(address)))


def of_lists(b):
    return {x['list']: x for x in b.json('/held.json')['lists']}


mona, olaf, nina, admin, guest = person(MONA), person(OLAF), person(NINA), person(ADMIN), Browser(p, network='192.0.2.200')

section('one page')
check('nothing waits', 'Nothing to do' in mona.get('/held').text(), mona.text())
ids = {f'dev {i}': held(DEV, f'dev {i}', f'zoe{i}@far.example') for i in range(4)}
ids |= {f'open {i}': held(OPEN, f'open {i}') for i in range(22)}
ids['third'] = held(THIRD, 'third')
pia, rob = asks(OPEN, 'pia@far.example'), asks(DEV, 'rob@far.example')
lists = of_lists(mona)
equal('both lists with how much waits', {k: (v['posts'], v['people'], len(v['rows']), v['more']) for k, v in lists.items()},
      {'dev': (4, 1, 4, 0), 'open': (22, 1, 20, 2)})
equal('the oldest', lists['open']['rows'][0]['subject'], 'open 0')
equal('who asks', [(x['address'], x['leaves']) for x in lists['open']['asking']], [('pia@far.example', False)])
text = mona.get('/held').text()
check('in words', '26 posts wait' in text and '2 more wait' in text and 'pia@far.example' in text and 'third' not in text, text)
check('a row leads to the post', f"""<a href="/lists/dev/admin/held#p{ids['dev 2']}"><bdi>dev 2</bdi>""" in mona.page)
equal('who moderates the third sees that one', set(of_lists(olaf)), {'third'})
equal('who runs the site sees all', set(of_lists(admin)), {'dev', 'open', 'third'})
check('who moderates none sees nothing', 'no list here that you moderate' in nina.get('/held').text() and of_lists(nina) == {}, nina.text())
equal('nor does a guest', (guest.get('/held').status, guest.get('/held.json').status), (401, 401))
check('the page of each list leads there', mona.get('/lists/dev/admin/held').link('What waits for me') == '/held')
equal('nobody keeps the page', mona.get('/held').headers['Cache-Control'], 'no-store')

section('the count beside each list')
roles = {r['name']: r['waiting'] for r in mona.json('/account.json')['roles']}
equal('on the account', roles, {'dev': 5, 'open': 23})
check('in words', 'waiting: 23' in mona.get('/account').text() and mona.link('What waits for me') == '/held', mona.text())
shown = lambda b: {x['name']: x['waiting'] for x in b.json('/lists.json')['lists']}
equal('among the lists', shown(mona), {'dev': 5, 'open': 23, 'third': 0})
equal('nina sees none', (shown(nina), 'waiting' in nina.get('/lists/').text()), ({'dev': 0, 'open': 0, 'third': 0}, False))
check('mona does', 'What waits for me: 28' in mona.get('/lists/').text(), mona.text())

section('deciding on several lists at once')
FORM = 'What waits for me'
mona.get('/held').submit(FORM, id=[ids['dev 0'], ids['open 0'], ids['open 1']], do='discard')
check('counted together', 'Decided: 3.' in mona.text() and mona.path.startswith('/held?done='), (mona.path, mona.text()[:400]))
check('they are gone', not {'dev 0'} & set(waiting(DEV)) and not {'open 0', 'open 1'} & set(waiting(OPEN)), waiting(OPEN))
nina.get('/held' + mona.path[5:])
check('nobody else is told what was done', 'Decided' not in nina.text(), nina.text())
mona.get('/held').submit(FORM, id=ids['dev 1'], request=[pia], do='accept')
check('a post and a person', 'Decided: 2.' in mona.text() and eventually(lambda: 'pia@far.example' in p.cli('member', 'ls', OPEN)), mona.text()[:400])
mona.get('/held').submit(FORM, request=[rob], do='trust')
equal('what is for posts alone', (mona.status, 'for posts alone' in mona.text(), len(p.json('request', 'ls', DEV))), (400, True, 1))
mona.get('/held').submit(FORM, do='discard')
equal('nothing chosen', (mona.status, 'Choose at least one' in mona.text()), (400, True))
mona.get('/held').submit(FORM, id=ids['dev 2'])
equal('nothing said', (mona.status, 'dev 2' in waiting(DEV)), (400, True))
mona.get('/held')
mona.post('/held', csrf=mona.csrf('/held'), id=[ids['third'], ids['dev 2']], do='discard')
check('of a list of others nothing is decided', 'Decided: 1.' in mona.text() and 'not possible' in mona.text() and 'third' in waiting(THIRD), mona.text()[:400])
equal('by one of neither nothing at all', (nina.post('/held', csrf=nina.csrf(), id=ids['third'], do='discard').status, 'third' in waiting(THIRD)), (403, True))
equal('without the form token nothing', (mona.post('/held', id=ids['dev 3'], do='discard').status, 'dev 3' in waiting(DEV)), (403, True))
equal('nor by a guest', guest.post('/held', id=ids['dev 3'], do='discard').status in (401, 403), True)
token = {'Authorization': 'Bearer ' + p.cli('user', 'token', MONA, '--name', 'watch', '--scope', 'read').strip().splitlines()[-1]}
bot = Browser(p, network='192.0.2.201')
equal('a token that may read does not see it, and decides nothing', (bot.ask('GET', '/held.json', None, token).status,
      bot.post('/held', id=ids['dev 3'], do='discard', _headers=token).status, 'dev 3' in waiting(DEV)), (200, 403, True))
p.cli('held', 'claim', waiting(OPEN)['open 5'] and str(waiting(OPEN)['open 5']))
page = mona.get('/held')
late = held(DEV, 'came since')
page.submit(FORM, of='all', do='discard')
left = waiting(OPEN)
check('all that the page showed', 'Decided: 20.' in page.text() and 'looks at post' in page.text(), page.text()[:600])
equal('not what came since, nor what another looks at', (waiting(DEV), left), ({'came since': int(late)}, {'open 5': left['open 5']}))

section('all of one author')
ULA = 'ula@far.example'
for of in (DEV, OPEN, THIRD):
    held(of, f'ula on {of}', ULA)
page = mona.get('/held')
check('who has more than one there can be chosen', all(f'<option value="{x}">All 2 of {x}</option>' in page.page for x in (ULA, 'zoe@far.example')))
late = held(DEV, 'ula came since', ULA)
page.submit(FORM, of=ULA, do='discard')
check('on each list where they wait', 'Decided: 2.' in page.text(), page.text()[:600])
equal('theirs alone, and not what came since', (set(waiting(DEV)), set(waiting(OPEN)), f'ula on {THIRD}' in waiting(THIRD)),
      ({'came since', 'ula came since'}, {'open 5'}, True))
equal('of lists of others nobody learns who waits there', [nina.post('/held', csrf=nina.csrf(), of=x, last=f'999999 {THIRD}', do='discard').status
                                                           for x in (ULA, 'nobody@far.example')], [403, 403])
p.cli('held', 'discard', late)
p.cli('held', 'discard', str(waiting(THIRD)[f'ula on {THIRD}']))

section('one letter in the morning')
p.cli('held', 'release', str(left['open 5']))
held(DEV, 'second', 'ina@far.example')
seven = DAY + 1801 + (7 * 3600 - time.time() - DAY - 1801) % DAY
p.set_clock(seven)
p.cli('tick')
eventually(lambda: world.to(MONA, Subject='2 lists:'))
p.set_clock(seven + DAY)
p.cli('tick')
letters = eventually(lambda: len({m.field('Message-ID') for m in world.to(MONA, Subject='2 lists: 3 posts wait')}) == 2
                     and world.to(MONA, Subject='2 lists: 3 posts wait'))
check('about both lists, each day one', letters, [m.field('Subject') for m in world.to(MONA)])
told = letters[-1].text()
check('what waits on each', all(x in told for x in ('dev@lists.example:', '2 posts wait', 'came since', 'ina@far.example', 'open@lists.example:', 'open 5',
                                                     '/lists/dev/admin/held', '/lists/open/admin/held', '1 person asks to join')), told)
equal('who moderates one list has the letter of that list', [m.field('Subject') for m in world.to(OLAF, Subject='1 post waits')][:1], ['third: 1 post waits'])
equal('nina has none', world.to(NINA), [])
link = re.search(r'/confirm/([a-z2-7]+)', told)[1]
held(DEV, 'later')
guest.get('/confirm/' + link)
check('the link shows what it would do', 'Discard these posts?' in guest.text() and 'came since' in guest.text() and 'second' in guest.text()
      and 'later' not in guest.text().replace('came later', ''), guest.text())
equal('and a look does nothing', set(waiting(DEV)), {'came since', 'second', 'later'})
guest.submit()
check('its button discards them', guest.path == '/done/morning' and set(waiting(DEV)) == {'later'} and waiting(OPEN) == {}, (guest.path, guest.text(), waiting(DEV)))
check('by whom it was sent to', any(d['subject'] == 'second' and d['by'] == MONA for d in mona.json('/lists/dev/admin/handled.json')['rows']), mona.page[:800])
equal('once', guest.get('/confirm/' + link).status, 410)
older = re.search(r'/confirm/([a-z2-7]+)', letters[0].text())[1]
if older != link:
    equal('of an older letter nothing waits any more', (guest.get('/confirm/' + older).status, 'decided already' in guest.text()), (410, True))
mine = re.search(r'/confirm/([a-z2-7]+)', world.to(OLAF, Subject='third: 1 post waits')[-1].text())[1]
p.cli('role', 'remove', THIRD, 'moderator', OLAF)
guest.get('/confirm/' + mine).submit()
equal('who moderates the list no more discards nothing', set(waiting(THIRD)), {'third'})
held(DEV, 'seen'), held(OPEN, 'seen, too')
p.set_clock(seven + 2 * DAY)
p.cli('tick')
letters = eventually(lambda: [m for m in world.to(MONA, Subject='2 lists: 3 posts wait') if 'seen, too' in m.text()])
address = re.search(r'Reply-To: <((?:dev|open)-confirm\+[a-z2-7]+@lists\.example)>', letters[0].header)[1]
held(DEV, 'later still')
for text in ('discard\r\n', 'accept all\r\n', 'Thank you!\r\n'):
    world.clear()
    p.deliver(MONA, address, message(MONA, address, 'Re: 2 lists', text))
    check(f'answered {text!r}: the words are told', eventually(lambda: [m for m in world.to(MONA, Subject='Re: ') if 'the words discard all' in m.text()]), p.tail(8))
equal('and nothing is done', (set(waiting(DEV)), set(waiting(OPEN))), ({'later', 'seen', 'later still'}, {'seen, too'}))
p.deliver(MONA, address, message(MONA, address, 'Re: 2 lists', 'Discard all.\r\n\r\n> dev@lists.example:\r\n'))
check('discard all', eventually(lambda: (set(waiting(DEV)), set(waiting(OPEN))) == ({'later still'}, set())), (waiting(DEV), waiting(OPEN)))
check('and it is said', eventually(lambda: [m for m in world.to(MONA, Subject='Re: ') if 'discarded, 3 of 3 posts' in m.text()]), p.tail(8))

section('on a phone and on a desk')
for i in range(3):
    held(DEV, f'A post with a subject that is long enough to need more than one line on a phone {i}', 'spam@far.example')
held(OPEN, 'one more')
asks(OPEN, 'sue@far.example')
bearer = {'Authorization': 'Bearer ' + p.token(MONA)}
for s in look(p, [{'path': path, 'headers': bearer, 'width': width, 'scheme': scheme, 'full': True}
                  for path in ('/held', '/lists/', '/account') for width in (390, 1440) for scheme in ('light', 'dark')]):
    s['live'] = [x for x in s['live'] if not re.match(r'<(form|input|button|textarea|select|option|datalist)', x)]
    well(s)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
section('without a subject')
p.cli('list', 'create', 'bare@lists.example', '--owner', 'olga@home.example')
p.cli('list', 'set', 'bare@lists.example', 'default_nonmember_action=hold', 'authenticate=any')
number = held('bare@lists.example', '')
check('a command says so', '(no subject)' in p.cli('held', 'ls', 'bare@lists.example'))
equal('a program gets what there is', [h['subject'] for h in p.json('held', 'ls', 'bare@lists.example')], [''])
done()
