"""How people sign in: their browsers, seen and ended; who must show once more that it is they;
codes of an app."""
import base64
import hashlib
import hmac
import os
import re
import sqlite3
import threading
import time

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from nameserver import NameServer
from sink import Sink

limit(900)
ANNA, BEN = 'anna@uni.example', 'ben@uni.example'
world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example', clock=True)
for address in (ANNA, BEN):
    p.cli('user', 'add', address)
p.cli('list', 'create', 'dev@lists.example')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
later = p.later


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
check('each is in the audit', eventually(lambda: sorted(audit(ANNA)[-4:]) == ['own browser signed out', 'own other browsers signed out', 'signed out', 'signed out everywhere']), audit(ANNA))
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
for path, sets in (('password', {'do': 'set', 'new': 'stolen horse'}), ('tokens', {'name': 'kept'}), ('addresses', {'do': 'add', 'address': 'thief@evil.example'}),
                   ('addresses', {'do': 'remove', 'address': ANNA})):
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

section('codes of an app')


def app(secret, drift=0):
    '''What an app shows (RFC 6238), by the server's clock.'''
    mac = hmac.new(secret, (int(time.time() + p.ahead) // 30 + drift).to_bytes(8, 'big'), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f'{(int.from_bytes(mac[at:at + 4], "big") & 0x7fffffff) % 1000000:06}'


def with_password(**how):
    b = Browser(p, **how)
    return b.get('/login?to=/lists/dev/join').submit('by-password', address=ANNA, password='correct horse')


later(3 * 3600)
a = by_cli(ANNA)
a.get('/account/totp').submit('Begin')
key = re.search(r'aria-label="The key">([A-Z2-7 ]+)<', a.page)[1]
secret = base64.b32decode(key.replace(' ', ''))
check('a picture and a key are shown', len(secret) == 20 and re.search(r'<figure class="qr".*<path fill="#000" d="M4 4h7v1h-7z', a.page), a.page)
equal('and kept by no cache', a.headers['Cache-Control'], 'no-store')
with open(os.path.join(p.data, 'lists/lists.db'), 'rb') as f, open(os.path.join(p.data, 'lists/lists.db-wal'), 'rb') as g:
    kept = f.read() + g.read()
check('the book tells it to nobody', secret not in kept and key.replace(' ', '').encode() not in kept)
equal('before a first code none is asked for', with_password().path, '/lists/dev/join')
a.submit('first-title', code='000000' if app(secret) != '000000' else '111111')
check('a wrong one turns nothing on', a.status == 403 and 'not the code of this moment' in a.text() and key in a.page, a.text())
a.submit('first-title', code=app(secret)[:3] + ' ' + app(secret)[3:])
codes = re.search(r'aria-label="Recovery codes">([^<]*)<', a.page)[1].split()
check('the right one shows recovery codes', len(set(codes)) == 10 and all(re.fullmatch(r'([a-z2-7]{4}-){3}[a-z2-7]{4}', x) for x in codes), a.text())
check('once', not any(x in a.get('/account/totp').page for x in codes) and key not in a.page and 'left: 10' in a.text(), a.text())
check('a letter tells it', eventually(lambda: [m for m in world.to(ANNA, Subject='How you sign in') if 'Codes of an app were turned on' in m.text()]))
check('the account says so', a.json('/account.json')['has_codes'] and a.json('/account/data.json')['second_factor'][0]['recovery_codes_left'] == 10)
b = with_password()
check('a password alone signs nobody in', b.status == 200 and 'The code of your app' in b.text() and not b.cookies and b.get('/account').status == 401, b.text())
b = with_password()
equal('the code that was used is none', (b.submit(code=app(secret)).status, 'was used' in b.text() or 'not the code' in b.text()), (403, True))
later(30)
b.submit(code=app(secret))
equal('the next one is, and leads on', (b.path, b.get('/account').status), ('/lists/dev/join', 200))
equal('and only once', with_password().submit(code=app(secret)).status, 403)
later(60)
equal('a clock that is half a minute late', with_password().submit(code=app(secret, -1)).path, '/lists/dev/join')
equal('a later one that is early', with_password().submit(code=app(secret, 1)).path, '/lists/dev/join')
later(300)
equal('two steps late is too late', with_password().submit(code=app(secret, -2)).status, 403)
slow = with_password()
later(301)
equal('after five minutes the form is too old', (slow.submit(code=app(secret)).status, 'Sign in anew' in slow.text()), (403, True))
forged = with_password()
ticket = dict((n, v) for n, v, *_ in forged.form().fields)['ticket']
equal("a ticket of another person's is none", forged.post('/login', by='code', code=app(secret), to='', ticket='3' + ticket[1:]).status, 403)
b = with_password()
equal('a recovery code does instead', b.submit(code=codes[3].upper().replace('-', ' ')).path, '/lists/dev/join')
equal('once', with_password().submit(code=codes[3]).status, 403)
check('of which a letter tells', eventually(lambda: [m for m in world.to(ANNA, Subject='How you sign in') if 'recovery code was used' in m.text()]))
later(2 * 3600)
g = with_password(network='203.0.113.9')
wrong = [g.submit(code=f'{i:06}').status for i in range(7)]
equal('who guesses is soon told to wait', (wrong[0], wrong[-1]), (403, 429))
equal('from anywhere', with_password(network='203.0.114.9').submit(code=app(secret)).status, 429)
later(2 * 3600)
tickets = [with_password(network=f'203.0.{i}.9') for i in range(12)]
with sqlite3.connect(os.path.join(p.data, 'lists', 'lists.db'), isolation_level=None, check_same_thread=False) as book:
    book.execute('BEGIN IMMEDIATE')
    at_once = [threading.Thread(target=lambda b, i: b.submit(code=f'{i:06}'), args=(b, 100 + i)) for i, b in enumerate(tickets)]
    for thread in at_once:
        thread.start()
    time.sleep(1)
    book.execute('COMMIT')
for thread in at_once:
    thread.join()
looked = [b.status for b in tickets].count(403)
equal('nor do many at once get more tries', (looked <= 6, [b.status for b in tickets].count(429) == 12 - looked), (True, True))
equal('but not with a recovery code', with_password(network='203.0.114.9').submit(code=codes[4]).path, '/lists/dev/join')
later(2 * 3600)
equal('a link signs in without', by_cli(ANNA).get('/account').status, 200)
a = by_cli(ANNA)
a.get('/account/totp').submit('links-title')
link = Browser(p)
link.get(p.cli('user', 'link', ANNA).strip().replace('https://www.lists.example', '')).submit()
check('unless its person wants that', 'The code of your app' in link.text() and not link.cookies, link.text())
equal('then it asks, too', link.submit(code=app(secret)).get('/account').status, 200)
later(16 * 60)
a.get('/account/totp').submit('off-title')
equal('who has not shown that it is they', (a.status, 'Is it you?' in a.text()), (403, True))
equal('needs the code beside the password', (a.submit('by-password', password='correct horse', code='123123').status, a.submit('by-password', password='correct horse', code=app(secret)).path), (403, '/account/totp?done=proven'))
a.get('/account/totp').submit('codes-title')
fresh = re.search(r'aria-label="Recovery codes">([^<]*)<', a.page)[1].split()
later(60)
equal('new recovery codes end those of before', (with_password().submit(code=codes[0]).status, with_password().submit(code=fresh[0]).path), (403, '/lists/dev/join'))
a.get('/account/totp').submit('off-title')
check('codes are off', 'Codes are off' in a.text() and not a.json('/account.json')['has_codes'])
equal('and the password does', with_password().path, '/lists/dev/join')
a.get('/account/totp').submit('Begin')
secret = base64.b32decode(re.search(r'aria-label="The key">([A-Z2-7 ]+)<', a.page)[1].replace(' ', ''))
a.submit('first-title', code=app(secret))
check('which is in the audit', eventually(lambda: audit(ANNA)[-1] == 'own codes of an app turned on'), audit(ANNA))
p.cli('user', 'totp-off', ANNA)
equal('the administrator takes them off', with_password().path, '/lists/dev/join')
check('its person hears it', eventually(lambda: [m for m in world.to(ANNA, Subject='How you sign in') if 'taken off your account' in m.text() and 'the people who run' in m.text()]))
equal('once', p.run('user', 'totp-off', ANNA).returncode, 1)
check('all of it is in the audit', audit(ANNA)[-4:] == ['own codes of an app turned off', 'own codes of an app begun', 'own codes of an app turned on', 'codes of an app taken off'], audit(ANNA)[-6:])

equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
