"""People on the web: signing in and out, joining, leaving, the account; what a mailed
link does when it is only looked at; what others' pages and robots may not do."""
import json
import os
import re
import signal
import sqlite3
import threading
import time
import urllib.parse

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, HIDDEN, ANNA, BEN, OWNER = 'dev@lists.example', 'board@lists.example', 'anna@uni.example', 'ben@uni.example', 'owner@uni.example'
world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example', clock=True)
p.cli('list', 'create', LIST, '--owner', OWNER)
p.cli('list', 'create', HIDDEN, '--owner', OWNER, '--private')
p.cli('list', 'set', HIDDEN, 'advertised=no')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
later = p.later


def letter(to, subject):
    got = eventually(lambda: world.to(to, Subject=subject))
    check(f'{to} gets "{subject}"', got, [(m.rcpts, m.field('Subject')) for m in world.mails])
    return got[-1]


def link_in(mail, path='/confirm/'):
    text = mail.text()
    m = re.search(r'https://www\.lists\.example(' + re.escape(path) + r'\S+)', text)
    check('its link is built from [site] url', m, text)
    return m[1]


def members(name=LIST):
    return [m['address'] for m in p.json('member', 'ls', name)]


def signed_in(b, address, then=15 * 60):
    """By a mailed link."""
    world.clear()
    b.get('/login').submit('by-link', address=address)
    b.get(link_in(letter(address, 'sign-in link'))).submit()
    later(then)  # at most three links of one address are good at one time
    check(f'{address} is signed in', b.path.startswith('/account') and address in b.page, (b.path, b.text()))
    return b


def sessions_of(b):
    return len(b.json('/account.json')['sessions'])


def verified_at(address, when):
    with sqlite3.connect(os.path.join(p.data, 'lists/lists.db')) as book:
        equal('one address', book.execute('UPDATE address SET verified_at = ? WHERE key = ?', (when, address)).rowcount, 1)


section('sign in by a mailed link')
for address in (ANNA, BEN, 'reader@uni.example'):
    p.cli('user', 'add', address)
a = Browser(p)
a.get('/account')
equal('a guest is asked to sign in', a.status, 401)
check('and led back afterwards', a.link('Sign in') == '/login?to=%2Faccount', a.page)
a.get('/login?to=/lists/').submit('by-link', address=ANNA)
known = a.text()
equal('the answer is a page of its own', (a.status, a.path), (200, '/login?done=mailed'))
check('the mail is a program\'s', letter(ANNA, 'sign-in link').field('Auto-Submitted'))
link = link_in(letter(ANNA, 'sign-in link'))
s = Browser(p, network='192.0.2.77')
s.get('/login').submit('by-link', address='nobody@uni.example')
equal('an unknown address gets the same answer', s.text(), known)
check('and no mail', not world.to('nobody@uni.example'))
a.get('/login').submit('by-link', address='no address')
check('what is no address is 400, with the reason beside the field', a.status == 400 and 'aria-invalid' in a.page, a.page)
check('looking sets no cookie', not a.get(link).cookies and a.status == 200, a.cookies)
check('nor does a look by a filter use it up', [Browser(p).get(link).status for _ in range(3)] == [200] * 3)
a.ask('HEAD', link)
a.get(link).submit(_follow=False)
check('the button sets a cookie that script cannot read', re.fullmatch(
    r'postern=[a-z2-7]{52}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax', a.headers.get('Set-Cookie') or ''), a.headers)
a.follow()
equal('and leads on', (a.status, a.path), (200, '/lists/'))
check('Anna stands in the frame', ANNA in a.page)
equal('used once', Browser(p).get(link).status, 410)
equal('and pressed again it does nothing', Browser(p).post(link).status, 410)
world.clear()
b = Browser(p)
b.get('/login').submit('by-link', address=BEN)
late = link_in(letter(BEN, 'sign-in link'))
later(16 * 60)
equal('after 15 minutes it is too old', b.get(late).status, 410)
b.get('/login?to=//evil.example/').submit('by-link', address=BEN)
world.clear()
b.get('/login?to=https://evil.example/').submit('by-link', address=BEN)
b.get(link_in(letter(BEN, 'sign-in link'))).submit()
check('never led to another site', b.path.startswith('/account'), b.path)

section('sessions')
c = Browser(p, https=True)
c.cookies['__Host-postern'] = 'planted-by-somebody-else'
signed_in(c, ANNA)
check('the session has a cookie of its own making', len(c.cookies['__Host-postern']) > 40, c.cookies)
before = dict(c.cookies)
world.clear()
c.get('/logout').submit()
equal('signed out', (c.path, c.cookies), ('/login?done=signed-out', {}))
c.cookies = before
equal('and the cookie is worth nothing', c.get('/account').status, 401)
victim = signed_in(Browser(p), BEN)
planted = dict(victim.cookies)
world.clear()
Browser(p).get('/login').submit('by-link', address=BEN)
victim.get(link_in(letter(BEN, 'sign-in link'))).submit()
check('a new sign-in brings a new cookie', victim.cookies and victim.cookies != planted, victim.cookies)
thief = Browser(p)
thief.cookies = planted
equal("the one that was planted is nobody's", thief.get('/account').status, 401)
equal('Ben has two browsers', (sessions_of(victim), sessions_of(b)), (2, 2))
b.get('/account').submit('All other browsers')
check('said on the page', 'signed out' in b.text())
equal('all others are signed out', (sessions_of(b), victim.get('/account').status), (1, 401))

section('forms')
token = a.csrf()
check('the page carries a token', len(token) == 16, token)
equal('without it: 403', a.post('/account/name', name='Anna').status, 403)
equal('with another one: 403', a.post('/account/name', name='Anna', csrf='x' * 16).status, 403)
equal("with another session's: 403", a.post('/account/name', name='Anna', csrf=b.csrf()).status, 403)
equal('from a page of another site: 403', a.post('/account/name', name='x', csrf=token, _headers={'Sec-Fetch-Site': 'cross-site'}).status, 403)
equal('with another Origin: 403', a.post('/account/name', name='x', csrf=token, _headers={'Origin': 'https://evil.example'}).status, 403)
a.get('/account').submit('/account/name', name='Anna Meyer')
check('with the token it is done', 'Your name, your language and your time zone are saved' in a.text() and a.json('/account.json')['name'] == 'Anna Meyer')
equal('a GET changes nothing', [a.ask('GET', x).status for x in ('/account/name?name=x', '/account/tokens', '/account/sessions')], [405] * 3)
equal('a form of a guest from elsewhere: 403', Browser(p).post('/login', by='link', address=ANNA, _headers={'Sec-Fetch-Site': 'cross-site'}).status, 403)
check('a name cannot be markup', '<b>' not in a.get('/account').submit('/account/name', name='<b>x</b>').page and '&lt;b&gt;' in a.page)

section('password')
other = signed_in(Browser(p), ANNA)
a = signed_in(Browser(p), ANNA, 0)
a.get('/account').submit('/account/password', 'set', new='short')
check('too short: 400 with the reason', a.status == 400 and 'at least eight' in a.text(), a.text())
a.get('/account').submit('/account/password', 'set', new='correct horse')
check('set', 'password is set' in a.text(), a.text())
equal('which signs the other browsers out', other.get('/account').status, 401)
d = Browser(p, network='198.51.100.9')
d.get('/login').submit('by-password', address=ANNA, password='wrong horse')
wrong = d.text()
check('a wrong one: 403 and the reason', d.status == 403 and 'wrong' in wrong and not d.cookies, wrong)
d.get('/login').submit('by-password', address='nobody@uni.example', password='wrong horse')
equal('the same for who is unknown', d.text(), wrong)
d.get('/login?to=/lists/dev/join').submit('by-password', address=ANNA, password='correct horse')
equal('the right one signs in and leads on', (d.path, bool(d.cookies)), ('/lists/dev/join', True))


def crowd_out(net):
    crowd = [Browser(p, network=f'100.{net}.{i}.7').post('/login', by='password', address=ANNA, password='guess guess').status for i in range(30)]
    check('networks together use up an account', crowd[0] == 403 and crowd[-1] == 429, crowd)


crowd_out(64)
mark = {k: v for k, v in d.cookies.items() if k.endswith('-known')}
equal('a browser that has signed in bears a mark', len(mark), 1)


def try_in(password, cookies, network='198.51.100.4'):
    browser = Browser(p, network=network)
    browser.cookies = dict(cookies)
    return browser.post('/login', _follow=False, by='password', address=ANNA, password=password).status


equal('one that has not waits, too', try_in('correct horse', {}), 429)
equal('one that has does not', try_in('correct horse', mark), 303)
who = next(iter(mark.values())).split('.')[0]
names = {Browser(p, network=f'100.66.{i}.7').post('/login', by='password', address=f'known browser of {who}', password='x').status for i in range(25)}
equal('what is no address is no name under which its tries count', (names, try_in('correct horse', mark)), ({403}, 303))
equal('it lets nobody in without the password', try_in('guess guess', mark), 403)
guesses = [try_in('guess guess', mark, f'100.65.{i}.7') for i in range(25)]
check('nor for ever', guesses[0] == 403 and guesses[-1] == 429, guesses)
equal('a mark that is none of ours', try_in('correct horse', {k: '9' + v for k, v in mark.items()}), 429)
equal('a mailed link is not held up', Browser(p, network='198.51.100.5').post('/login', by='link', address=ANNA).status, 200)
later(3 * 3600)
d = Browser(p, network='198.51.100.9')
d.get('/login?to=/lists/dev/join').submit('by-password', address=ANNA, password='correct horse')
again = [Browser(p, network='198.51.100.4').post('/login', by='password', address=ANNA, password='correct horse') for _ in range(22)]
equal('as often as you like', {(b.status, bool(b.cookies)) for b in again}, {(d.status, True)})
mark = {k: v for k, v in d.cookies.items() if k.endswith('-known')}
crowd_out(67)
equal('its mark is as good as the first', try_in('correct horse', mark), 303)
d.get('/account').submit('/account/password', 'set', new='second horse')
equal('a new password ends it', try_in('second horse', mark), 429)
d.get('/account').submit('/account/password', 'set', new='correct horse')
later(16 * 60)
d.get('/account').submit('/account/password', 'set', new='new password')
check('after a quarter of an hour it is asked for', d.status == 403 and 'Is it you?' in d.text(), d.text())
d.submit('by-password', password='nonsense')
equal('and must be right', d.status, 403)
d.submit('by-password', password='correct horse')
d.submit('/account/password', 'remove', new='')
check('taken away', 'password is gone' in d.text(), d.text())
later(16 * 60)
for path, sets in (('password', {'new': 'stolen horse'}), ('tokens', {'name': 'kept', 'scope': 'all'}), ('addresses', {'address': 'thief@evil.example'})):
    d.get('/account')
    d.post('/account/' + path, **{'do': 'set', 'csrf': d.csrf(), **sets})
    equal('who finds a browser open keeps no account by a new one of ' + path, (d.status, 'Is it you?' in d.text()), (403, True))
equal('then it signs nobody in', Browser(p, network='198.51.100.3').get('/login').submit('by-password', address=ANNA, password='correct horse').status, 403)

section('throttling')
g = Browser(p, network='203.0.113.5')
states = [g.post('/login', by='password', address=f'x{i}@uni.example', password='guess guess').status for i in range(16)]
check('a network that guesses is soon told to wait', states[0] == 403 and states[-1] == 429, states)
equal('its neighbour in the same network, too', Browser(p, network='203.0.113.99').post('/login', by='password', address=BEN, password='x' * 9).status, 429)
equal('another network is not', Browser(p, network='203.0.114.5').post('/login', by='password', address=BEN, password='x' * 9).status, 403)
world.clear()
states = [g.post('/login', by='link', address=ANNA).status for _ in range(14)]
check('links are asked for at a rate', states[0] == 200 and states[-1] == 429, states)
check('and at most three are good for an address at one time', eventually(lambda: len(world.to(ANNA)) >= 1) and len(world.to(ANNA)) <= 3, len(world.to(ANNA)))

section('join')
world.clear()
j = Browser(p, network='192.0.2.50')
j.get('/lists/dev/join')
j.submit('Join dev', address='new@uni.example', name='New Body')
check('faster than anybody types: 400, and what was typed stays', j.status == 400 and 'new@uni.example' in j.page and 'New Body' in j.page, j.text())
j.get('/lists/dev/join')
later(3)
j.submit('Join dev', address='not an address')
equal('no address: 400', j.status, 400)
old = j.get('/lists/dev/join').form('Join dev').fields
stamp = dict((n, v) for n, v, *_ in old)['stamp']
later(3)
equal('a made-up stamp: 400', j.post('/lists/dev/join', address='new@uni.example', stamp=stamp[:-1] + ('b' if stamp.endswith('a') else 'a')).status, 400)
equal("another network's: 400", Browser(p, network='198.51.100.80').post('/lists/dev/join', address='new@uni.example', stamp=stamp).status, 400)
p.cli('list', 'set', HIDDEN, 'advertised=yes')
equal("another list's: 400", j.post('/lists/board/join', address='new@uni.example', stamp=stamp).status, 400)
p.cli('list', 'set', HIDDEN, 'advertised=no')
later(86401)
equal('a day old: 400', j.post('/lists/dev/join', address='new@uni.example', stamp=stamp).status, 400)
check('and no mail was caused', not world.to('new@uni.example'))
j.get('/lists/dev/join')
check('it asks how posts are to come', 'id="plain"' in j.page and 'id="language"' in j.page, j.page)
later(3)
j.submit('Join dev', address='new@uni.example', name='New Body', delivery='weekly')
equal('a form that is none: 400', j.status, 400)
j.get('/lists/dev/join')
later(3)
j.submit('Join dev', address='new@uni.example', name='New Body', delivery='plain', language='en')
equal('then it is', (j.status, j.path), (200, '/done/asked?list=dev'))
m = letter('new@uni.example', 'onfirm')
link = link_in(m)
for _ in range(2):
    j.ask('HEAD', link)
    check('the link shows what it would do', 'Join dev?' in j.get(link).page and 'New Body' in j.page, j.text())
equal('which changed nothing', members(), [])
j.submit()
equal('its button does', (j.path, members()), ('/done/joined?list=dev', ['new@uni.example']))
with sqlite3.connect(os.path.join(p.data, 'lists/lists.db')) as book:
    equal('as it was asked for', book.execute("SELECT m.delivery, m.language FROM member m JOIN address a ON a.id = m.address WHERE a.key = 'new@uni.example'").fetchall(), [('plain', 'en')])
p.cli('member', 'set', LIST, 'new@uni.example', 'delivery=regular')
equal('pressed again: it says so', j.post(link).status, 410)
letter('new@uni.example', 'Welcome')
p.cli('list', 'set', LIST, 'subscription_policy=closed')
check('a closed list has no form, and says whom to ask', '<textarea' not in j.get('/lists/dev/join').page
      and 'dev-owner@lists.example' in j.page and 'name="address"' not in j.page, j.page)
equal('nor takes one', j.post('/lists/dev/join', address=BEN).status, 403)
p.cli('list', 'set', LIST, 'subscription_policy=confirm')
equal('a hidden list is not there', [Browser(p).get('/lists/board/' + x).status for x in ('join', 'leave', 'me', 'admin/held')], [404] * 4)
p.cli('member', 'add', LIST, ANNA)
p.cli('member', 'add', HIDDEN, BEN)
equal('for a member it is', b.get('/lists/board/me').status, 200)
equal('and not for others', signed_in(Browser(p), ANNA).get('/lists/board/me').status, 404)

section('leave')
world.clear()
p.deliver(OWNER, LIST, message(OWNER, LIST, 'a post'))
held = eventually(lambda: p.json('held', 'ls', LIST))
p.cli('held', 'accept', str(held[0]['id']))
post = letter('new@uni.example', 'a post')
unsubscribe = re.search(r'<https://www\.lists\.example(/lists/dev/leave\?m=[^>]+)>', post.field('List-Unsubscribe'))[1]
check('the post says that its link takes one click', post.field('List-Unsubscribe-Post') == 'List-Unsubscribe=One-Click')
n = Browser(p, network='192.0.2.51')
for _ in range(2):
    n.get(unsubscribe)
    check('the link shows one button', n.status == 200 and n.page.split('<main')[1].split('</main')[0].count('<button') == 1 and 'Leave dev' in n.text(), n.text())
equal('and changed nothing', 'new@uni.example' in members(), True)
equal("a link with another member's number: 400", n.get(unsubscribe.replace('m=', 'm=1')).status, 400)
equal('nor by POST', n.post(unsubscribe.replace('m=', 'm=1'), **{'List-Unsubscribe': 'One-Click'}).status, 400)
n.post(unsubscribe, _headers={'Sec-Fetch-Site': 'cross-site'}, **{'List-Unsubscribe': 'One-Click'}, _follow=False)
equal('RFC 8058: one POST, no cookie, no token: 200', (n.status, 'new@uni.example' in members()), (200, False))
equal('again: 200, gone is gone', n.post(unsubscribe, **{'List-Unsubscribe': 'One-Click'}).status, 200)
letter('new@uni.example', 'You have left')
p.cli('member', 'add', LIST, 'new@uni.example')
equal('the button in a browser leads to a page', n.get('/lists/dev/leave').status, 200)
world.clear()
n.submit('Leave dev', address='new@uni.example')
equal('asked for by address', n.path, '/done/leave-asked?list=dev')
same = n.text()
n.get('/lists/dev/leave').submit('Leave dev', address='stranger@uni.example')
equal('a stranger gets the same answer', n.text(), same)
n.get(link_in(letter('new@uni.example', 'leave'))).submit()
equal('left', (n.path, 'new@uni.example' in members()), ('/done/left?list=dev', False))
check('and no mail', not world.to('stranger@uni.example'))
a = signed_in(Browser(p), ANNA)
equal("a member's page from elsewhere cannot take her out", a.post('/lists/dev/leave', _headers={'Sec-Fetch-Site': 'cross-site'}).status, 403)
equal('nor without the token', a.post('/lists/dev/leave').status, 403)
a.get('/lists/dev/leave').submit()
equal('her own button does', (a.path, ANNA in members()), ('/done/left?list=dev', False))

section('my settings')
check('a member who would join is told', 'You are a member' in b.get('/lists/board/join').text() and 'href="/lists/board/me"' in b.page, b.text())
check('and no guest', 'You are a member' not in Browser(p).get('/lists/dev/join').text())
b.get('/lists/board/me').submit('My settings for board', delivery='off', own_posts=None, hidden='yes')
check('saved, and said so', 'are saved' in b.text(), b.text())
m = p.json('member', 'ls', HIDDEN)[0]
equal('and true', (m['delivery'], m['off_by']), ('off', 'user'))
twin = b.json('/lists/board/me.json')
equal('the twin says the same', (twin['off'], twin['own_posts'], twin['hidden'], 'csrf' in twin), (True, False, True, False))
equal('a value that there is not: 400', b.get('/lists/board/me').submit('My settings for board', delivery='sometimes').status, 400)

section('addresses')
b = signed_in(Browser(p), BEN, 0)
world.clear()
b.get('/account').submit('Add an address', address='nothing')
equal('no address: 400', b.status, 400)
b.get('/account').submit('Add an address', address='ben2@uni.example')
link = link_in(letter('ben2@uni.example', 'yours'))
check('who reads the mail elsewhere is told to sign in', Browser(p).get(link).status == 403)
equal('and cannot give the address away', Browser(p).post(link).status, 400)
equal('nor can another account take it', a.post(link, csrf=a.csrf()).status, 400)
b.get(link).submit()
check('in the account\'s own browser it is added', b.path == '/account?done=verified' and 'ben2@uni.example' in b.page, b.text())
b.post('/account/addresses', csrf=b.csrf(), do='remove', address='ben2@uni.example')
check('and removed', 'no longer belongs' in b.text() and 'ben2@' not in b.page, b.text())
equal('the last one stays', b.post('/account/addresses', csrf=b.csrf(), do='remove', address=BEN).status, 400)

section('at another address')
p.cli('member', 'add', LIST, BEN)
OTHER = 'ben2@uni.example'
of_ben = lambda name: [(m['address'], m['delivery']) for m in p.json('member', 'ls', name) if m['address'].startswith('ben')]
before = of_ben(HIDDEN)
world.clear()
b.get('/lists/board/me').submit('Another address', to='other', other='nothing')
equal('no address: 400', b.status, 400)
b.get('/lists/board/me').submit('Another address', to='other', other=OTHER, all='yes')
check('the new one is asked', 'on its way' in b.text(), b.text())
link = link_in(letter(OTHER, 'Confirm'))
equal('nothing yet', of_ben(HIDDEN), before)
check('who reads the mail elsewhere is told to sign in', Browser(p).get(link).status == 403)
equal('and cannot do it', (Browser(p).post(link).status, a.post(link, csrf=a.csrf()).status), (400, 400))
b.get(link)
check('the page says from where', BEN in b.text() and OTHER in b.text(), b.text())
b.submit()
check('done', b.path == '/account?done=moved' and OTHER in b.page, b.text())
equal('on both lists, as it was', (of_ben(HIDDEN), [x[0] for x in of_ben(LIST)]), ([(OTHER, before[0][1])], [OTHER]))
check('the address before is told where', LIST in letter(BEN, 'write to').text())
b.get('/lists/board/me').submit('Another address', to=BEN)
equal('back at once, on one list: it is proven', (of_ben(HIDDEN)[0][0], of_ben(LIST)[0][0]), (BEN, OTHER))
b.get('/lists/board/me').submit('Another address', to='preferred')
check('whichever is preferred', 'whichever address you prefer' in b.text() and b.json('/lists/board/me.json')['follows'], b.text())
b.post('/account/addresses', csrf=b.csrf(), do='prefer', address=OTHER)
equal('follows', (of_ben(HIDDEN)[0][0], of_ben(LIST)[0][0]), (OTHER, OTHER))
equal('what is nobody\'s is not preferred', b.post('/account/addresses', csrf=b.csrf(), do='prefer', address=ANNA).status, 400)
p.cli('list', 'create', 'third@lists.example')
b.get('/lists/third/join')
check('who has several joins as their person', 'id="follows"' in b.page and 'id="follows"' not in a.get('/lists/third/join').page, b.text())
b.submit('Join third', address=ANNA, follows='yes')
check('not with another\'s', b.status == 400 and 'shown to be yours' in b.text() and 'checked' in b.page, b.text())
world.clear()
b.get('/lists/third/join').submit('Join third', address=BEN, follows='yes', delivery='plain')
b.get(link_in(letter(BEN, 'Confirm'))).submit()
check('in, at the address that is preferred', eventually(lambda: of_ben('third@lists.example') == [(OTHER, 'plain')]), of_ben('third@lists.example'))
check('and as such', b.json('/lists/third/me.json')['follows'], b.text())
p.cli('list', 'remove', 'third@lists.example')
p.cli('ban', 'add', '@banned.example', '--list', LIST)
r = p.run('member', 'change-address', OTHER, 'ben@banned.example', '--list', LIST)
check('a ban refuses', r.returncode == 1 and 'may not join' in r.stderr and of_ben(LIST)[0][0] == OTHER, r.stderr)
p.cli('member', 'add', LIST, BEN)
r = p.cli('member', 'change-address', OTHER, BEN)
check('by command, with words', f'{LIST}: {BEN} was a member already' in r and f'{HIDDEN}: {OTHER} is {BEN} now' in r, r)
equal('one membership of each list', ([x[0] for x in of_ben(LIST)], [x[0] for x in of_ben(HIDDEN)]), ([BEN], [BEN]))
r = p.run('member', 'change-address', OTHER, BEN)
check('once', r.returncode == 1 and 'is not a member' in r.stderr, r.stderr)

section('for all my lists')
b.get('/lists/board/me').submit('My settings for board', 'usual')
check('nothing is chosen here', not b.json('/lists/board/me.json')['chose'], b.text())
b.get('/account').submit('all', delivery='off', acknowledge='yes')
check('said so', 'holds for all your lists' in b.text(), b.text())
equal('on all of them', (of_ben(LIST), of_ben(HIDDEN)), ([(BEN, 'off')], [(BEN, 'off')]))
b.get('/lists/board/me').submit('My settings for board', delivery='regular')
equal('but where he chose otherwise', (of_ben(LIST)[0][1], of_ben(HIDDEN)[0][1]), ('off', 'regular'))
b.get('/account').submit('all', delivery='regular')
equal('on again', (of_ben(LIST)[0][1], of_ben(HIDDEN)[0][1], b.json('/lists/board/me.json')['acknowledge']), ('regular', 'regular', True))
b.get('/lists/board/me').submit('My settings for board', language='de')
equal('a language of mails about one list', [x['chosen'] for x in b.json('/lists/board/me.json')['languages'] if x['name'] == 'de'], [True])
world.clear()
p.cli('member', 'remove', HIDDEN, BEN, '--goodbye')
equal('is that of the next', letter(BEN, 'verlassen').field('Content-Language'), 'de')
for do, address in (('prefer', BEN), ('remove', OTHER)):
    b.post('/account/addresses', csrf=b.csrf(), do=do, address=address)

section('tokens')
b.get('/account').submit('Make a token', 'make', name='my laptop')
shown = re.search(r'<pre[^>]*>([a-z2-7]{32})</pre>', b.page)[1]
check('kept by no cache', b.headers['Cache-Control'] == 'no-store', b.headers)
check('shown once', shown not in b.get('/account').page and 'my laptop' in b.page)
with p.submit(BEN, shown) as s:
    equal('it signs a mail program in', s.noop()[0], 250)
t = Browser(p)
t.ask('GET', '/account.json', headers={'Authorization': 'Bearer ' + shown})
equal('and a script', json.loads(t.page)['addresses'][0]['address'], BEN)
t.ask('POST', '/account/tokens', 'do=make&name=x', {'Authorization': 'Bearer ' + shown})
equal('which cannot make itself another', t.status, 403)
b.get('/account').submit('/account/tokens', 'remove')
t.ask('GET', '/account.json', headers={'Authorization': 'Bearer ' + shown})
equal('removed, it opens nothing', t.status, 401)

section('who waits for post keeps nobody waiting')
token, post = b.csrf(), p.roles()['post']
check('post has done what there was', eventually(lambda: p.status('orders of pages waiting') == 0))
writers = [Browser(p) for _ in range(8)]
for w in writers:
    w.cookies = dict(b.cookies)
threads = [threading.Thread(target=w.post, args=('/account/name',), kwargs={'name': 'Ben Long', 'csrf': token}) for w in writers]
os.kill(post, signal.SIGSTOP)
try:
    for x in threads:
        x.start()
    check('eight forms wait', eventually(lambda: re.search(r'orders of pages waiting\s+8\b', p.cli('status'))), p.cli('status'))
    answers = [Browser(p).get('/lists/').status for _ in range(4)]
    equal('pages are made meanwhile', (answers, [x.is_alive() for x in threads]), ([200] * 4, [True] * 8))
finally:
    os.kill(post, signal.SIGCONT)
for x in threads:
    x.join(60)
check('and all eight are answered', all('Your name, your language and your time zone are saved' in w.text() for w in writers), [(w.status, w.path) for w in writers])
took = []
for _ in range(12):
    begun = time.monotonic()
    b.post('/account/name', name='Ben', csrf=token)
    took.append(time.monotonic() - begun)
check('post rings: no form waits a second, for the next look', min(took[1:]) < 0.7, took)

section('hosts and protection')
e = Browser(p)
world.clear()
e.ask('POST', '/login', urllib.parse.urlencode({'by': 'link', 'address': BEN}), {'Host': 'evil.example', 'X-Forwarded-Host': 'evil.example'})
check('a wrong Host is in no link', 'evil' not in letter(BEN, 'sign-in link').text() and 'evil' not in (e.headers.get('Location') or ''))
p.stop()
p.configure(web__protect='/lists/=signed-in')
p.start()
check('web is back', eventually(lambda: [x for x in p.events('role-ready', new=True) if x['name'] == 'web']))
g = Browser(p, network='192.0.2.60')
equal('protected: a guest must sign in', [g.get(x).status for x in ('/lists/', '/lists/dev/', '/lists/dev/join', '/lists/dev/leave')], [401] * 4)
equal('the ways in stay open', [g.get(x).status for x in ('/login', '/healthz', '/done/left')], [200] * 3)
p.cli('member', 'add', LIST, 'new@uni.example')
world.clear()
p.deliver(OWNER, LIST, message(OWNER, LIST, 'another post'))
held = eventually(lambda: p.json('held', 'ls', LIST))
p.cli('held', 'accept', str(held[0]['id']))
post = letter('new@uni.example', 'another post')
unsubscribe = re.search(r'<https://www\.lists\.example(/lists/dev/leave\?m=[^>]+)>', post.field('List-Unsubscribe'))[1]
equal('a leave link works for whoever has it', (g.get(unsubscribe).status, g.post(unsubscribe, **{'List-Unsubscribe': 'One-Click'}).status), (200, 200))
check('and ends the membership', 'new@uni.example' not in members())
check('signed in, the lists open', signed_in(Browser(p, network='192.0.2.61'), ANNA).get('/lists/dev/').status == 200)
p.stop()
p.configure(web__protect=f'/lists/=members:{LIST}')
p.start()
check('web is back', eventually(lambda: [x for x in p.events('role-ready', new=True) if x['name'] == 'web']))
reader = signed_in(Browser(p, network='192.0.2.62'), 'reader@uni.example')
equal('who is signed in, but no member, does not pass', reader.get('/lists/dev/').status, 403)
p.cli('member', 'add', LIST, 'reader@uni.example')
equal('a member does', reader.get('/lists/dev/').status, 200)
verified_at('reader@uni.example', 0)
equal('nor does one whose address nobody has shown to be theirs', reader.get('/lists/dev/').status, 403)

section('a browser that was known')
p.cli('user', 'passwd', ANNA, input='third horse\n')
d = Browser(p, network='192.0.2.70')
d.get('/login').submit('by-password', address=ANNA, password='third horse')
mark = {k: v for k, v in d.cookies.items() if k.endswith('-known')}
for days, status in ((0, 303), (179, 303), (2, 429)):
    later(days * 86400)
    crowd_out(68)
    equal(f'{days} days later', try_in('third horse', mark), status)
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
