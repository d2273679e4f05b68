"""Signing in by OpenID Connect: at a certified provider, in Chromium, by what a person sees; and at one that lies, of which nothing is
taken: no wrong signature, algorithm, issuer, client, time or nonce, no answer twice or in another browser, no address that nobody has verified."""
import hashlib
import html
import json
import re
import socket
import sqlite3
import subprocess
import time

from authority import Authority
from browser import Browser
from chromium import JS, install, look, well
from harness import Postern, check, done, equal, eventually, free_port, limit, section
from nameserver import NameServer
from oidc import Key, Liar, RealProvider, b64
from sink import Sink

limit(900)
install()
ca, stranger = Authority('A laboratory'), Authority('Another')
REAL, LIAR, HOME = '127.0.0.90', '127.0.0.91', '127.0.0.10'
world = Sink(HOME, 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': [HOME]},
                  'id.lab.example': {'A': [REAL]}, 'liar.example': {'A': [LIAR]}, 'inner.example': {'A': ['127.0.0.92']}})
tls = free_port()
SITE = f'https://www.lists.example:{tls}'
ALGORITHMS = {'lab': ('RS256', 'client_secret_basic'), 'es': ('ES256', 'client_secret_post'), 'ed': ('EdDSA', 'none')}
SECRET = 'a secret: of the test/+'


def client(name):
    alg, way = ALGORITHMS[name]
    return {'client_id': name, 'redirect_uris': [f'{SITE}/login/at/{name}/back'], 'id_token_signed_response_alg': alg,
            'token_endpoint_auth_method': way, **({} if way == 'none' else {'client_secret': SECRET})}


real = RealProvider('id.lab.example', REAL, ca.certify('id.lab.example'), [client(n) for n in ALGORITHMS], {
    'anna': {'email': 'anna@uni.example', 'email_verified': True, 'name': 'Anna A.'},
    'nina': {'email': 'nina@uni.example', 'email_verified': True, 'name': 'Nina N.'},
    'udo': {'email': 'anna@uni.example', 'email_verified': False}})
check('the provider listens', real.ready)
liar = Liar(LIAR, ca.certify('liar.example'), 'liar.example')
sets = {'oidc liar__issuer': liar.issuer, 'oidc liar__client_id': 'postern', 'oidc liar__create': 'yes', 'oidc liar__name': 'the liar',
        'oidc liar__domains': 'uni.example', 'oidc liar__client_secret': 'secret'}
for name in ALGORITHMS:
    sets.update({f'oidc {name}__issuer': real.issuer, f'oidc {name}__client_id': name, f'oidc {name}__name': f'the laboratory ({name})'})
    if ALGORITHMS[name][1] != 'none':
        sets[f'oidc {name}__client_secret'] = 'secret'
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example', site__url=SITE, web__listen_tls=f'127.0.0.1:{tls}',
            tls__authorities=ca.file, **sets)
with open(p.data + '/secret', 'w') as f:
    f.write(SECRET + '\n')
for address in ('anna@uni.example', 'ben@uni.example'):
    p.cli('user', 'add', address)
p.cli('list', 'create', 'secret@lists.example', '--owner', 'anna@uni.example', '--private')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] in ('web', 'fetch')][1:]))


def book(question, *values):
    with sqlite3.connect(p.data + '/lists/lists.db') as b:
        return b.execute(question, values).fetchall()


def walk(*steps):
    job = {'hosts': {'www.lists.example': '127.0.0.1', 'id.lab.example': REAL}, 'steps': steps}
    r = subprocess.run(['node', 'walk.mjs'], cwd=JS, input=json.dumps(job), capture_output=True, text=True, timeout=120)
    if not check('Chromium has walked', r.returncode == 0, r.stderr):
        return [{}] * 9
    seen = json.loads(r.stdout)
    check('the walk came to its end', not any('failed' in s for s in seen), seen[-1:])
    return seen


def letters(to, part):
    return [m for m in world.to(to) if part in (m.field('Subject') or '')]


def by_link(address):
    b = Browser(p, https=True)
    b.get(p.cli('user', 'link', address).strip().replace(SITE, '')).submit()
    check(f'{address} is signed in', b.path.startswith('/account'), (b.path, b.text()[:300]))
    return b


section('a certified provider, in Chromium')
anna_link = p.cli('user', 'link', 'anna@uni.example').strip()
THERE = [['type', 'input[name=login]', 'anna'], ['type', 'input[name=password]', 'any']]
first = walk(['go', anna_link], ['press', 'Sign in'], ['at', '/account'], ['forget'],
             ['go', SITE + '/lists/secret/'], ['see'], ['go', SITE + '/login?to=/lists/secret/'], ['see'],
             ['press', 'Sign in with the laboratory (lab)'], ['at', real.issuer], *THERE, ['press', 'Sign-in'], ['press', 'Continue'],
             ['at', SITE], ['see'], ['go', SITE + '/account'], ['see'],
             ['press', 'Sign out'], ['press', 'Sign out'], ['see'], ['go', SITE + '/lists/secret/'], ['see'])
if len(first) == 6:
    check('a guest sees no private list', 'Sign in' in first[0]['text'] and not first[0]['cookies'], first[0])
    check('one button a provider', first[1]['text'].count('Sign in with the') == 4 and not first[1]['cookies'], first[1])
    equal('lands where it wanted to go', first[2]['url'], SITE + '/lists/secret/')
    cookies = {c['name']: c for c in first[2]['cookies'] if 'lists.example' in c['domain']}
    check('signed in by the cookie of a session', '__Host-postern' in cookies, cookies)
    check('and that of the way there is gone', not any('flow' in c for c in cookies), cookies)
    equal('no page of ours is refused by its policy', [x for s in first for x in s['errors'] if 'Content Security Policy' in x and SITE in x], [])
    check('the account says by what', 'Accounts elsewhere' in first[3]['text'] and 'anna@uni.example' in first[3]['text'], first[3]['text'])
    check('signed out here', 'Sign in' in first[4]['text'] and not [c for c in first[4]['cookies'] if c['name'] == '__Host-postern'], first[4])
equal('tied to the provider\'s own name of it', book('SELECT issuer, subject, address FROM identity'), [(real.issuer, 'anna', 'anna@uni.example')])
got = eventually(lambda: letters('anna@uni.example', 'How you sign in'))
check('a letter at the first time', got and 'account elsewhere' in got[0].text() and 'the laboratory (lab): anna@uni.example' in got[0].text(),
      got and got[0].text())
equal('and a row in the audit', [x for x, in book("SELECT what FROM audit WHERE what LIKE '%elsewhere%'")], ['own account elsewhere tied'])
NINA = [['type', 'input[name=login]', 'nina'], ['type', 'input[name=password]', 'any'], ['press', 'Sign-in'], ['press', 'Continue'], ['at', SITE], ['see']]
again = walk(['go', SITE + '/login'], ['press', 'Sign in with the laboratory (lab)'], ['at', real.issuer], *THERE, ['press', 'Sign-in'], ['press', 'Continue'],
             ['at', SITE + '/account'], ['see'],
             ['forget'], ['go', SITE + '/login'], ['press', 'Sign in with the laboratory (lab)'], ['at', real.issuer], *NINA)
if len(again) == 2:
    check('the second time', 'You are signed in' in again[0]['text'], again[0])
    check('who is unknown here is not let in, and told what to do', 'Nobody has shown here that nina@uni.example is theirs' in again[1]['text'], again[1])
equal('no further letter', len(letters('anna@uni.example', 'How you sign in')), 1)
UDO = [['type', 'input[name=login]', 'udo'], *NINA[1:]]
seen = walk(['go', SITE + '/login'], ['press', 'Sign in with the laboratory (lab)'], ['at', real.issuer], *UDO, ['go', SITE + '/lists/secret/'], ['see'],
            ['go', SITE + '/login'], ['press', 'Sign in with the laboratory (lab)'], ['at', '/back?'], ['see'])
check('an address that is not verified is nobody\'s', 'has not verified that anna@uni.example is yours' in seen[0].get('text', ''), seen)
check('and opens nothing', 'Sign in' in seen[1].get('text', ''), seen)
check('also where the provider asks no more', 'has not verified' in seen[2].get('text', ''), seen)
for name in ('es', 'ed'):
    seen = walk(['go', SITE + '/login'], ['press', f'Sign in with the laboratory ({name})'], ['at', real.issuer], *THERE, ['press', 'Sign-in'],
                ['press', 'Continue'], ['at', SITE + '/account'], ['see'])
    check(f'by {" and ".join(ALGORITHMS[name])}', 'You are signed in' in seen[0].get('text', ''), seen)
check('no secret in the log', SECRET not in p.log() and 'code_verifier' not in p.log())

section('who is signed in there shows nothing by it, until they sign in there anew')
seen = walk(['go', SITE + '/login'], ['press', 'Sign in with the laboratory (lab)'], ['at', real.issuer], *THERE, ['press', 'Sign-in'], ['press', 'Continue'],
            ['at', SITE + '/account'], ['go', SITE + '/account/totp'], ['press', 'Begin'], ['see'],
            ['press', 'Show it at the laboratory (lab)'], ['at', real.issuer], ['see'], *THERE, ['press', 'Sign-in'], ['at', SITE + '/account/totp'], ['see'],
            ['press', 'Begin'], ['see'])
if len(seen) == 4:
    check('a page asks for it', 'Is it you?' in seen[0]['text'] and 'You sign in there anew' in seen[0]['text'], seen[0])
    check('the provider asks for the password once more', 'Sign-in' in seen[1]['text'] and seen[1]['url'].startswith(real.issuer), seen[1])
    check('that leads back', 'done=proven' in seen[2]['url'], seen[2])
    check('and now codes of an app may begin', 'Read this with the app' in seen[3]['text'], seen[3])

section('tied and untied by hand')
again = walk(['go', p.cli('user', 'link', 'ben@uni.example').strip()], ['press', 'Sign in'], ['at', '/account'],
             ['press', 'Sign in with the laboratory (lab) from now on'], ['at', real.issuer], *NINA,
             ['press', 'No longer sign in by it: the laboratory (lab)'], ['see'])
if len(again) == 2:
    check('tied, though the address is another', 'That account signs you in from now on' in again[0]['text'] and 'nina@uni.example' in again[0]['text'], again[0])
    check('untied', 'That account signs you in no more' in again[1]['text'] and 'Accounts elsewhere' not in again[1]['text'], again[1])
equal('and it is gone', book("SELECT count(*) FROM identity WHERE subject = 'nina'"), [(0,)])

section('at a provider that lies')
lena = Browser(p, https=True)


def start(b=None, provider='liar', **fields):
    """Presses the button; the URL to which the browser is led."""
    b = b or lena
    b.cookies.clear()
    b.post(f'/login/at/{provider}', _follow=False, **{'to': '/lists/', **fields})
    found = re.search(r'<a class="btn" href="([^"]+)"', b.page)
    if found and provider == 'liar':
        liar.begin(html.unescape(found[1]))
    return html.unescape(found[1]) if found and b.status == 200 else None


def back(b=None, path='/login/at/liar/back', **more):
    b = b or lena
    query = {'code': 'x', 'state': liar.query['state'], **more}
    b.ask('GET', path + '?' + '&'.join(f'{k}={v}' for k, v in query.items() if v is not None))
    return b


def signed_in(b=None):
    return '__Host-postern' in (b or lena).cookies


def refused(what, says, status=403, b=None):
    b = b or lena
    check(f'refused: {what}', not signed_in(b) and b.status == status and says in b.text(), (b.status, b.text()[-700:], list(b.cookies)))


url = start()
check('led on by a page, with a cookie of the way alone', url and url.startswith(liar.issuer + '/authorize?') and
      lena.headers['Refresh'] == '0; url=' + url and list(lena.cookies) == ['__Host-postern-flow'], (url, lena.status, lena.text()))
cookie = lena.headers['Set-Cookie']
check('kept from scripts and other hosts, for ten minutes', all(x in cookie for x in ('; Path=/;', 'Max-Age=600', 'HttpOnly', 'SameSite=Lax', 'Secure')), cookie)
secret = lena.cookies['__Host-postern-flow']
equal('what it asks', {k: v for k, v in liar.query.items() if k not in ('state', 'nonce', 'code_challenge')},
      {'response_type': 'code', 'client_id': 'postern', 'redirect_uri': SITE + '/login/at/liar/back', 'scope': 'openid email profile',
       'code_challenge_method': 'S256'})
check('nothing in the book from which nonce or verifier come', not any(secret in str(r) for r in book('SELECT * FROM pending')))
back()
check('an honest one is let in, and a new account made', signed_in() and lena.status == 303 and lena.headers['Location'] == '/lists/', (lena.status, lena.text()))
equal('with its address shown to be theirs', book('SELECT text, verified_at > 0 FROM address WHERE text = ?', 'lena@uni.example'), [('lena@uni.example', 1)])
equal('the secret went in the header', liar.asked[-1 if liar.asked[-1][0] == '/token' else -2][1] is not None and 'client_secret' not in liar.forms[-1], True)
state = liar.query['state']
back(b=lena)
lena.cookies.clear()
lena.cookies['__Host-postern-flow'] = secret
back(state=state)
refused('the same answer a second time', 'used already')

for what, says, lie in (
        ('no signature', 'not signed by RS256', dict(header={'alg': 'none'})),
        ('HS256', 'not signed by RS256', dict(header={'alg': 'HS256'})),
        ('an extension that must be understood', 'must not be read', dict(header={'crit': ['exp']})),
        ('another issuer', '(iss)', dict(claims={'iss': 'https://id.lab.example'})),
        ('another client', '(aud)', dict(claims={'aud': 'another'})),
        ('several clients', '(azp)', dict(claims={'aud': ['postern', 'another']})),
        ('expired', '(exp)', dict(claims={'exp': int(time.time()) - 120, 'iat': int(time.time()) - 240})),
        ('of tomorrow', '(iat)', dict(claims={'iat': int(time.time()) + 86400, 'exp': int(time.time()) + 86500})),
        ('no nonce', '(nonce)', dict(claims={'nonce': None})),
        ('another nonce', '(nonce)', dict(claims={'nonce': 'another'})),
        ('nobody', '(sub)', dict(claims={'sub': None})),
        ('another access token', '(at_hash)', dict(claims={'at_hash': b64(hashlib.sha256(b'another').digest()[:16])})),
        ('an address that is not verified', 'has not verified', dict(claims={'sub': 'new', 'email_verified': False})),
        ('an address of which nothing is said', 'has not verified', dict(claims={'sub': 'new', 'email_verified': None})),
        ('no address', 'names no mail address', dict(claims={'sub': 'new', 'email': None})),
        ('an address of another domain', 'may not speak for', dict(claims={'sub': 'new', 'email': 'x@elsewhere.example'})),
        ('somebody else\'s address', 'tied to another account there', dict(claims={'sub': 'new'})),
        ('no ID token', 'no ID token', dict(answer={'id_token': None})),
        ('an ID token that is none', 'three parts', dict(token='x')),
        ('an error of the token endpoint', 'invalid_grant', dict(pages={'/token': (400, b'{"error":"invalid_grant"}')})),
        ('no JSON', 'no JSON', dict(pages={'/token': (200, b'<html>')}))):
    liar.honest()
    start()
    for k, v in lie.items():
        setattr(liar, k, v)
    back()
    refused(what, says)
liar.honest()
start()
liar.token = liar.id_token()[:-8] + 'AAAAAAAA'
back()
refused('a wrong signature', 'wrong signature')
liar.honest()
start()
mallory = Key('one')
liar.token = liar.id_token(mallory)
back()
refused('another key of that name', 'wrong signature')
liar.token = liar.id_token(Key('mallory'))
start()
liar.header, liar.token = {'jwk': mallory.jwk}, None
liar.token = liar.id_token(mallory)
back()
refused('a key that the token brings along', 'wrong signature')
liar.honest()

section('the way back')
start()
for what, says, more in (('no state', 'used already', {'state': None}), ('another state', 'used already', {'state': 'abcdefghijklmnopqrst'})):
    back(**more)
    refused(what, says)
other = Browser(p, https=True)
back(b=other)
refused('in another browser', 'not begun in this browser', b=other)
other.cookies['__Host-postern-flow'] = 'a' * 52
back(b=other)
refused('in a browser with a flow of its own', 'not begun in this browser', b=other)
back(path='/login/at/lab/back')
refused('at another provider', 'not begun in this browser')
back(iss='https://evil.example')
refused('an answer that names another issuer', '(iss)')
start()
back(code=None, error='access_denied')
refused('who says no there', 'access_denied')
start()
liar.metadata = {}
back(code=None)
refused('no code', 'no code')
start()
liar.metadata = {'token_endpoint': liar.issuer + '/token'}
b = start()
back()
check('and who begins anew is let in', signed_in(), lena.text())
equal('HEAD and links open nothing', Browser(p, https=True).get('/login/at/liar/back').status, 403)
equal('no provider of that name', [Browser(p, https=True).post('/login/at/none').status, Browser(p, https=True).get('/login/at/none/back?code=x&state=y').status], [404, 404])
equal('and nowhere else', start(to='//evil.example/') and back().headers['Location'].split('?')[0], '/account')

section('what shows that it is they')
liar.honest()
now = int(time.time())


def asks(b=None):
    """Is the account's page of codes closed to it?"""
    b = b or lena
    b.get('/account/totp').submit('Another key' if 'Another key' in b.page else 'Begin')
    return b.status == 403 and 'Is it you?' in b.text()


def show(**claims):
    """Presses the button on the page in between, and comes back."""
    lena.get('/account/prove?to=/account/totp').submit('the liar', _follow=False)
    liar.begin(html.unescape(re.search(r'<a class="btn" href="([^"]+)"', lena.page)[1]))
    liar.claims = claims
    return back().follow()


for what, claims, closed in (('of which the provider does not say when', {}, True), ('of an hour ago', {'auth_time': now - 3600}, True),
                             ('of just now', {'auth_time': now + 20}, False)):
    start()
    liar.claims = claims
    back()
    equal(f'a sign-in {what}', (signed_in(), asks()), (True, closed))
liar.honest()
start()
back()
session = lena.cookies['__Host-postern']
for what, claims, says in (('nothing that is new', {}, 'does not say that you signed in there just now'),
                           ('an older sign-in', {'auth_time': now - 3600}, 'does not say that you signed in there just now'),
                           ('somebody else', {'auth_time': now + 20, 'sub': 'stranger'}, 'does not sign you in here')):
    show(**claims)
    check(f'refused: {what}', lena.status == 403 and says in lena.text() and asks(), (lena.status, lena.text()[-600:]))
equal('it is asked for', liar.query.get('max_age'), '0')
show(auth_time=int(time.time()))
equal('a sign-in there leads back, in the same session', (lena.path, lena.cookies['__Host-postern'], asks()), ('/account/totp?done=proven', session, False))
lena.get('/account/prove?to=/account')
equal('and for who is signed out there is no such way', Browser(p, https=True).post('/login/at/liar', _follow=False, prove='yes').headers['Location'], '/login?to=/account')
liar.honest()
start()
back()
lena.get('/account/prove?to=/account').submit('the liar', _follow=False)
liar.begin(html.unescape(re.search(r'<a class="btn" href="([^"]+)"', lena.page)[1]))
liar.claims = {'auth_time': int(time.time())}
del lena.cookies['__Host-postern']
back()
refused('who has signed out meanwhile', 'another account is signed in by now')

section('keys that change, servers that do not answer')
liar.honest()
liar.keys = [Key('two')]
start()
before = [x for x, _ in liar.asked].count('/keys')
back()
check('a new key is asked for', signed_in() and [x for x, _ in liar.asked].count('/keys') == before + 1, lena.text())
endless = b'{"keys":[' + b' ' * (1 << 20)


def drip(handler):
    try:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b' ')
            time.sleep(0.3)
    except OSError:
        pass


for what, page, says in (('endless keys', (200, endless), 'too large'), ('keys that drip', drip, 'answer'), ('keys that lead on', (302, b'https://127.0.0.1/'), '302'),
                         ('no keys', (200, b'{}'), 'array of keys'), ('an error', (500, b'{}'), '500')):
    liar.honest()
    liar.keys = [Key(what)]
    start()
    liar.pages['/keys'] = page
    at = time.monotonic()
    back()
    check(f'refused: {what}', not signed_in() and lena.status in (403, 503) and says in lena.text() and time.monotonic() - at < 25,
          (lena.status, time.monotonic() - at, lena.text()[-400:]))
liar.honest()
listener = socket.create_server(('127.0.0.92', 0))
inner = f'https://inner.example:{listener.getsockname()[1]}'
for what, metadata, says in (('keys at an inner address', {'jwks_uri': f'https://inner.example:{liar.issuer.rsplit(":", 1)[1]}/keys'}, 'inner one'),
                             ('another port', {'jwks_uri': inner + '/keys'}, 'another port'),
                             ('an address for a host', {'jwks_uri': f'https://127.0.0.92:{liar.issuer.rsplit(":", 1)[1]}/keys'}, 'an address for a host'),
                             ('tokens in clear', {'token_endpoint': 'http://liar.example/token'}, 'no https URL'),
                             ('another issuer\'s configuration', {'issuer': real.issuer}, 'another issuer')):
    p.stop()
    p.start()
    check('web is there', eventually(lambda: len([e for e in p.events('role-ready', new=True) if e['name'] in ('web', 'fetch')]) > 1))
    liar.honest()
    liar.metadata = metadata
    if start():
        back()
    check(f'refused: {what}', not signed_in() and lena.status in (403, 503) and says in lena.text(), (lena.status, lena.text()[-400:]))
liar.honest()
listener.settimeout(0.2)
try:
    check('nobody knocked at the inner address', False, listener.accept())
except TimeoutError:
    check('nobody knocked at the inner address', True)

section('who may be known')
names = {n: i for i, n in enumerate(('no', 'members', 'yes'))}
p.stop()
p.cli('member', 'add', 'secret@lists.example', 'mia@uni.example')
for create in names:
    with open(p.conf) as f:
        text = f.read()
    with open(p.conf, 'w') as f:
        f.write(re.sub(r'(?m)^create = .*$', f'create = {create}', text))
    p.start()
    check('web is there', eventually(lambda: len([e for e in p.events('role-ready', new=True) if e['name'] in ('web', 'fetch')]) > 1))
    for who, at in (('new', f'new-{create}@uni.example'), ('mia', 'mia@uni.example')):
        liar.claims = {'sub': f'{who} {create}', 'email': at}
        start()
        back()
        let = create == 'yes' or (create == 'members' and who == 'mia')
        if create == 'yes' and who == 'mia':
            refused('whose address has another tie', 'tied to another account there')
        else:
            equal(f'create = {create}: {who}', signed_in(), let)
    p.stop()
p.start()
check('web is there', eventually(lambda: len([e for e in p.events('role-ready', new=True) if e['name'] in ('web', 'fetch')]) > 1))
liar.claims = {'sub': 'mia members', 'email': 'somebody.else@uni.example'}
start()
back()
equal('later the provider\'s own name counts, not the address', book('SELECT count(*) FROM address WHERE text = ?', 'somebody.else@uni.example') + [signed_in()], [(0,), True])

section('reading')
guest = Browser(p, https=True)
for path in ('/', '/lists/', '/login', '/login?to=/account'):
    guest.get(path)
equal('readers get no cookie', guest.cookies, {})
anna = by_link('anna@uni.example')
anna.get('/account/data.json')
equal('what is kept about somebody says so', [(x['subject'], x['address']) for x in json.loads(anna.page)['accounts_elsewhere']], [('anna', 'anna@uni.example')])
section('as they look')
head = {'Cookie': '__Host-postern=' + anna.cookies['__Host-postern'], 'X-Forwarded-Proto': 'https'}
for width, scheme in ((390, 'light'), (820, 'dark'), (1440, 'light')):
    for path, headers, status in (('/login', {}, 200), ('/login/at/liar/back?state=x', {}, 403), ('/account', head, 200)):
        for s in look(p, [{'path': path, 'width': width, 'scheme': scheme, 'headers': headers}]):
            well(s, status)
equal('no page failed', p.events('page-not-made'), [])
done()
