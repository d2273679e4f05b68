"""How people sign in: their browsers, seen and ended; who must show once more that it is they."""
import os
import re
import sqlite3

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from nameserver import NameServer
from sink import Sink

limit(180)
ANNA, BEN = 'anna@uni.example', 'ben@uni.example'
world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example', clock=True)
for address in (ANNA, BEN):
    p.cli('user', 'add', address)
p.cli('list', 'create', 'dev@lists.example')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
clock = 0


def later(seconds):
    global clock
    clock += seconds
    p.set_clock(clock)


def letter(to, subject):
    got = eventually(lambda: world.to(to, Subject=subject))
    check(f'{to} gets "{subject}"', got, [(m.rcpts, m.field('Subject')) for m in world.mails])
    return got[-1]


def link_in(mail):
    return re.search(r'https://www\.lists\.example(/confirm/\S+)', mail.text())[1]


def by_cli(address, **how):
    """Signed in by a link that an administrator printed."""
    b = Browser(p, **how)
    link = p.cli('user', 'link', address).strip()
    b.get(link.replace('https://www.lists.example', '')).submit()
    check(f'{address} is signed in', b.path.startswith('/account'), (b.path, b.text()))
    return b


def audit(address):
    with sqlite3.connect(os.path.join(p.data, 'lists/lists.db')) as book:
        return [x[0] for x in book.execute('SELECT what FROM audit WHERE detail = ? OR detail LIKE ? ORDER BY id', (address, address + ':%'))]


section('browsers')
AGENTS = {
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0': 'Firefox on Linux',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0': 'Edge on Windows',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1': 'Chrome on iPhone',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15': 'Safari on macOS',
    'Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36': 'Samsung Internet on Android',
    'curl/8.14.1': 'curl',
    'a robot of my own making, with a name much longer than forty': 'a robot of my own making, with a name mu',
}
all_of = [by_cli(ANNA, agent=x, network=f'192.0.2.{i}') for i, x in enumerate(AGENTS, 1)]
a = all_of[0]
shown = a.json('/account.json')['sessions']
equal('each stands there, in words', sorted(x['agent'] for x in shown), sorted(AGENTS.values()))
check('with the network, since when and when seen', all(x['client'].startswith('192.0.2.') and x['since'] and x['seen'] for x in shown), shown)
equal('this one is marked', [x['agent'] for x in shown if x['here']], ['Firefox on Linux'])
listed = p.json('user', 'sessions', ANNA)
equal('the command lists the same', sorted((x['browser'], x['client']) for x in listed), sorted((x['agent'], x['client']) for x in shown))
a.get('/account')
edge = re.search(r'name="id" value="([0-9a-f]{64})"><button class="stop" type="submit" aria-label="Sign out the browser at 192\.0\.2\.2"', a.page)[1]
a.post('/account/sessions', id=edge, csrf=a.csrf())
check('one is ended', 'That browser is signed out' in a.text(), a.text())
equal('at its next request it is a guest', (all_of[1].get('/account').status, all_of[1].get('/account/data.json').status, all_of[1].get('/lists/dev/me').status), (401,) * 3)
equal("another's cannot be ended", (by_cli(BEN).post('/account/sessions', _follow=False, id=edge, csrf='x').status, all_of[2].get('/account').status), (403, 200))
phone = next(x['id'] for x in p.json('user', 'sessions', ANNA) if x['browser'] == 'Chrome on iPhone')
p.cli('user', 'sessions', ANNA, '--end', '--id', phone)
equal('the administrator ends one', (all_of[2].get('/account').status, all_of[3].get('/account').status), (401, 200))
r = p.run('user', 'sessions', ANNA, '--end', '--id', phone)
check('which is gone', r.returncode == 1 and 'no such browser' in r.stderr, r.stderr)
equal('--id alone', p.run('user', 'sessions', ANNA, '--id', phone).returncode, 1)
a.get('/account').submit('All other browsers')
equal('all others are ended', [b.get('/account').status for b in all_of], [200] + [401] * 6)
p.cli('user', 'sessions', ANNA, '--end')
equal('the administrator ends all', (a.get('/account').status, p.json('user', 'sessions', ANNA)), (401, []))
check('each is in the audit', eventually(lambda: audit(ANNA)[-4:] == ['own browser signed out', 'signed out', 'own other browsers signed out', 'signed out everywhere']), audit(ANNA))
a, idle = by_cli(ANNA), by_cli(ANNA)
later(13 * 86400)
equal('seen within 14 days it goes on', a.get('/account').status, 200)
later(2 * 86400)
equal('not seen for as long it has ended', (idle.get('/account').status, a.get('/account').status), (401, 200))
later(13 * 86400)
equal('and so has any after 30 days', (a.get('/lists/').status, a.get('/account').status), (200, 200))
later(2 * 86400 + 60)
equal('however much it is used', a.get('/account').status, 401)

section('who must show that it is they')
a, other = by_cli(ANNA), by_cli(ANNA)
a.get('/account').submit('/account/password', 'set', new='correct horse')
check('who has just signed in is not asked', 'password is set' in a.text(), a.text())
equal('a new password ends the others', other.get('/account').status, 401)
check('a letter tells it', 'A new password was set' in letter(ANNA, 'How you sign in').text() and '192.0.2.1' in letter(ANNA, 'How you sign in').text())
later(14 * 60)
a.get('/account').submit('Make a token', name='laptop')
equal('nor for a quarter of an hour', (a.status, 'The token for' in a.text()), (200, True))
later(2 * 60)
for path, sets in (('password', {'do': 'set', 'new': 'stolen horse'}), ('tokens', {'name': 'kept'}), ('addresses', {'do': 'add', 'address': 'thief@evil.example'})):
    a.post('/account/' + path, csrf=a.csrf(), **sets)
    equal(f'then /account/{path} asks', (a.status, 'Is it you?' in a.text()), (403, True))
equal('and nothing was changed', (len(a.json('/account.json')['tokens']), [x['address'] for x in a.json('/account.json')['addresses']]), (1, [ANNA]))
a.post('/account/tokens', csrf=a.csrf(), name='kept').submit('by-password', password='wrong horse')
check('a wrong password is said to be wrong', a.status == 403 and 'that is not the password' in a.text(), a.text())
a.submit('by-password', password='correct horse')
equal('the right one leads back', (a.path, 'For 15 minutes' in a.text()), ('/account?done=proven', True))
a.submit('Make a token', name='desk')
equal('and it is done', a.status, 200)
later(16 * 60)
world.clear()
cookie = dict(a.cookies)
a.get('/account/prove?to=/account').submit('by-link', _button='link')
check('a link is mailed', 'on its way to you' in a.text(), a.text())
a.get(link_in(letter(ANNA, 'sign-in link'))).submit()
equal('which leads back, too', (a.path, a.cookies != cookie), ('/account', True))
a.submit('Make a token', name='third')
equal('and is a proof', a.status, 200)
later(16 * 60)
guesses = [a.post('/account/prove', csrf=a.csrf(), by='password', to='/account', password='guess guess').status for _ in range(14)]
check('who guesses is soon told to wait', guesses[0] == 403 and guesses[-1] == 429, guesses)
equal('never led to another site', [x for x in re.findall(r'href="([^"]*)"', a.get('/account/prove?to=//evil.example/').page) if 'evil' in x], [])
token = p.token(ANNA)
equal('a program shows nothing', Browser(p).ask('POST', '/account/prove', 'by=password&password=correct+horse', {'Authorization': f'Bearer {token}'}).status, 403)
check('all of it is in the audit', audit(ANNA)[-5:-1] == ['own password set'] + ['own token made'] * 3, audit(ANNA))

equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
