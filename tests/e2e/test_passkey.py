"""Passkeys in Chromium, by its virtual authenticators: made, used to sign in and to show that it
is they, refused where anything of it is wrong; and nothing is missing without script."""
import base64
import hashlib
import hmac
import json
import os
import re
import time
import urllib.parse

from browser import Browser
from drive import Drive
from harness import Postern, check, done, equal, eventually, free_port, limit, section
from nameserver import NameServer
from sink import Sink

limit(900)
ANNA, BEN = 'anna@uni.example', 'ben@uni.example'
world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.10']}})
port = free_port()
BASE = f'http://localhost:{port}'
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example', clock=True, site__url=BASE, web__listen=f'127.0.0.1:{port}')
p.web = port
for address in (ANNA, BEN):
    p.cli('user', 'add', address)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
later = p.later


def signed_in(address, b=None):
    link = p.cli('user', 'link', address).strip().replace(BASE, '')
    if isinstance(b, Drive):
        b.goto(BASE + link)
        return b.click('button.go')
    b = b or Browser(p)
    return b.get(link).submit()


def letters(words):
    return eventually(lambda: [m for m in world.to(ANNA, Subject='How you sign in') if words in m.text()])


def make(d, name):
    d.goto(f'{BASE}/account/passkeys')
    d.fill('#name', name).click('text=Make a passkey')
    return d


def replay(fields, cookies=None, path='/login', **changes):
    b = Browser(p, network='127.0.0.1')
    b.cookies = dict(cookies or {})
    return b.post(path, _follow=False, **{**fields, **changes})


def form(text):
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))


section('made, and signed in with')
d = Drive().open()
phone = d.authenticator()
signed_in(ANNA, d)
d.goto(f'{BASE}/account')
check('the account says that there is none', 'None yet.' in d.text, d.text)
d.click('[aria-labelledby=passkeys] a.btn')
equal('the page offers it', (d.path, d.shows('text=Make a passkey'), d.shows('[data-without-passkey]')), ('/account/passkeys', True, False))
make(d, 'my phone')
equal('it is made', (d.path, 'The passkey is made' in d.text), ('/account/passkeys?done=passkey-added', True))
kept = d.cdp('getCredentials', authenticatorId=phone)['credentials']
equal('the authenticator keeps one, by which it finds its person', [(k['isResidentCredential'], k['rpId']) for k in kept], [(True, 'localhost')])
check('a letter tells it', letters('A passkey was made') and 'my phone' in letters('A passkey was made')[0].text())
d.goto(f'{BASE}/account/passkeys')
d.fill('#name', 'again').press('text=Make a passkey')
check('the same authenticator makes no second one', d.wait('[data-says]') and 'There is a passkey of yours on it already' in d.text, d.text)
d.goto(f'{BASE}/logout')
d.click('main button')
d.goto(f'{BASE}/login?to=/lists/')
d.click('text=Sign in with a passkey')
equal('it signs in, without an address, and leads on', (d.path, bool(d.cookies.get('postern'))), ('/lists/', True))
d.goto(f'{BASE}/account/passkeys')
check('the page says when it was used', 'never' not in d.text, d.text)
d.fill('td input[name=name]', 'old phone').click('td button[value=rename]')
check('it has another name', 'another name' in d.text and 'old phone' in d.ask('eval', code='document.querySelector("tbody th").innerText'), d.text)
equal('no page said a word to the console', d.errors(), [])
equal('the script is 4 KB at most, and good for ever', [(len(b.raw) < 4096, 'immutable' in b.headers['Cache-Control'], b.headers['Content-Type'].split(';')[0])
      for b in [Browser(p).ask('GET', re.search(r'src="(/_/passkey[^"]*)"', Browser(p).get('/login').page)[1])]], [(True, True, 'text/javascript')])
policy = Browser(p).get('/login').headers['Content-Security-Policy']
check('only what comes from here may run', re.search(r"default-src 'none'.*; script-src( \S+/_/[a-z]+-[0-9a-f]+\.js)+$", policy), policy)
check('and pages that ask for none have it not', 'passkey' not in Browser(p).get('/lists/').page)

section('other algorithms')
for algorithm, name in ((-8, 'EdDSA'), (-257, 'RS256'), (-7, 'ES256')):
    d.open(algorithms=[algorithm])
    d.authenticator()
    signed_in(ANNA, d)
    make(d, name)
    check(f'{name}: made', 'The passkey is made' in d.text, d.text)
    d.goto(f'{BASE}/logout')
    d.click('main button')
    d.goto(f'{BASE}/login')
    d.click('text=Sign in with a passkey')
    equal(f'{name}: signs in', d.path, '/account?done=signed-in')

section('who must show that it is they')
later(16 * 60)
d.goto(f'{BASE}/account/totp')
d.click('text=Begin')
check('a passkey is offered', 'Is it you?' in d.text and d.shows('text=Use a passkey'), d.text)
d.click('text=Use a passkey')
equal('and leads back', d.path, '/account/totp?done=proven')
d.click('text=Begin')
check('then it is done', 'Read this with the app' in d.text)

section('refused')
d.open()
mine = d.authenticator()
signed_in(ANNA, d)
make(d, 'tried')
cookies = d.cookies
d.goto(f'{BASE}/logout')
d.click('main button')


def asked(where='/login', button='text=Sign in with a passkey'):
    d.goto(f'{BASE}{where}')
    return form(d.take(where, button))


def decoded(x):
    return base64.urlsafe_b64decode(x + '=' * (-len(x) % 4))


def encoded(x):
    return base64.urlsafe_b64encode(x).rstrip(b'=').decode()


def client(fields, **changes):
    return encoded(json.dumps({**json.loads(decoded(fields['client'])), **changes}).encode())


def refused(what, words, fields, **changes):
    b = replay(fields, **changes)
    check(what, b.status == 403 and words in b.text() and 'postern' not in b.cookies, (b.status, b.text()))


good = asked()
b = replay(good)
equal('what the browser sends signs in', (b.status, 'postern' in b.cookies), (303, True))
refused('once', 'was used before', good)
refused('with a page of another site', 'another site', good, client=client(good, origin='https://evil.example'))
refused('from a frame of another site', 'another site', good, client=client(good, crossOrigin=True))
refused('made for something else', 'something else', good, client=client(good, type='webauthn.create'))
refused('over a challenge of their own', 'another page', good, client=client(good, challenge=encoded(b'x' * 32)))
other = Browser(p, network='192.0.2.9').post('/login', _follow=False, **asked())
equal("another network's challenge", other.status, 403)
stale = asked()
later(601)
refused('after ten minutes', 'waited too long', stale)
broken = asked()
signature = bytearray(decoded(broken['signature']))
signature[-1] ^= 1
refused('with another signature', 'signature', broken, signature=encoded(bytes(signature)))
elsewhere = asked()
data = bytearray(decoded(elsewhere['data']))
data[0] ^= 1
refused('for another site', 'for another site', elsewhere, data=encoded(bytes(data)))
more = asked()
data = bytearray(decoded(more['data']))
data[32] |= 4 | 8
data[36] ^= 1
refused('with other flags and counter than were signed', 'signature', more, data=encoded(bytes(data)))
refused('of nobody', 'not known', asked(), id=encoded(b'nobody' * 5))
refused('of whom it says to be another', 'not known', asked(), user=encoded(b'x' * 32))
for field in ('id', 'client', 'data', 'signature'):
    b = replay(asked(), **{field: ''})
    check(f'without {field}', b.status == 403 and 'postern' not in b.cookies, (b.status, b.text()))
later(3 * 3600)
d.cdp('setResponseOverrideBits', authenticatorId=mine, isBadUP=True)
refused('that nobody has touched', 'nobody has touched', asked())
d.cdp('setResponseOverrideBits', authenticatorId=mine, isBogusSignature=True, isBadUP=False)
refused('with a bogus signature', 'signature', asked())
d.cdp('setResponseOverrideBits', authenticatorId=mine, isBogusSignature=False)
key = d.cdp('getCredentials', authenticatorId=mine)['credentials'][0]
equal('it counts', replay(asked()).status, 303)
d.cdp('removeCredential', authenticatorId=mine, credentialId=key['credentialId'])
d.cdp('addCredential', authenticatorId=mine, credential={**key, 'signCount': 1})
refused('a copy that has signed less often', 'copied', asked())
check('of which the log tells', p.event('passkey-counter-back'))
d.cdp('removeCredential', authenticatorId=mine, credentialId=key['credentialId'])
d.cdp('addCredential', authenticatorId=mine, credential={**key, 'signCount': 1000})
equal('more often is right', replay(asked()).status, 303)

section("another's")
later(3 * 3600)
ben = signed_in(BEN)
cookie = {'postern': ben.cookies['postern']}
later(16 * 60)
d.open()
bens = d.authenticator()
signed_in(BEN, d)
make(d, "Ben's")
later(16 * 60)
d.goto(f'{BASE}/account/prove?to=/account')
proof = form(d.take('/account/prove', 'text=Use a passkey'))
anna = signed_in(ANNA)
later(16 * 60)
b = replay({**proof, 'csrf': anna.csrf()}, anna.cookies, '/account/prove')
check("another session's challenge shows nothing", b.status == 403 and 'another page' in b.text(), b.text())
equal('nor does the same to Ben', replay(proof, d.cookies, '/account/prove').status, 403)  # sixteen minutes late
d.goto(f'{BASE}/account/prove?to=/account')
proof = form(d.take('/account/prove', 'text=Use a passkey'))
equal('his own in time does', replay(proof, d.cookies, '/account/prove').headers['Location'], '/account?done=proven')
number = next(re.finditer(r'name="key" value="(\d+)"', anna.get('/account/passkeys').page))[1]
d.goto(f'{BASE}/account/passkeys')
csrf = d.ask('eval', code='document.querySelector("input[name=csrf]").value')
b = replay({'do': 'rename', 'key': number, 'name': 'stolen', 'csrf': csrf}, d.cookies, '/account/passkeys')
check('nobody renames that of somebody else', b.status == 400 and 'no such passkey' in b.text(), b.text())
equal("an authenticator's own answer is no second account's", len(anna.json('/account/data.json')['passkeys']), 5)

section('with codes of an app')
d.open()
weak = d.authenticator()
signed_in(BEN, d)
make(d, 'a plain key')
check('a key is made', 'The passkey is made' in d.text, d.text)
d.cdp('setResponseOverrideBits', authenticatorId=weak, isBadUV=True)
d.goto(f'{BASE}/account/totp')
d.click('text=Begin')

secret = base64.b32decode(d.ask('eval', code='document.querySelector("pre").innerText').replace(' ', ''))


def app():
    mac = hmac.new(secret, (int(time.time() + p.ahead) // 30).to_bytes(8, 'big'), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f'{(int.from_bytes(mac[at:at + 4], "big") & 0x7fffffff) % 1000000:06}'


d.fill('#code', app()).click('text=Turn codes on')
d.goto(f'{BASE}/logout')
d.click('main button')
d.goto(f'{BASE}/login')
d.click('text=Sign in with a passkey')
check('one that has not seen who uses it asks for the code', 'The code of your app' in d.text, d.text)
later(60)
d.fill('#code', app()).click('main button')
equal('and then signs in', d.path, '/account?done=signed-in')
d.open()
d.authenticator()
signed_in(BEN, d)
make(d, 'a phone')
d.goto(f'{BASE}/logout')
d.click('main button')
d.goto(f'{BASE}/login')
d.click('text=Sign in with a passkey')
equal('one that has asks for none', d.path, '/account?done=signed-in')

section('taken away')
number = next(re.finditer(r'name="key" value="(\d+)"', anna.get('/account/passkeys').page))[1]
anna = signed_in(ANNA)
anna.post('/account/passkeys', csrf=anna.csrf(), do='remove', key=number)
check('it is gone', 'passkey is gone' in anna.text() and 'old phone' not in anna.page, anna.text())
check('which a letter tells', letters('A passkey was removed') and 'old phone' in letters('A passkey was removed')[0].text())

section('without script')
d.open(script=False)
d.goto(f'{BASE}/login')
equal('nothing is shown that needs it', (d.shows('text=Sign in with a passkey'), d.shows('text=Send me a link'), d.shows('#password')), (False, True, True))
signed_in(BEN, d)
d.goto(f'{BASE}/account/passkeys')
equal('the page says so', (d.shows('text=Make a passkey'), d.shows('[data-without-passkey]')), (False, True))

equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
