"""Signed links to the group's files, made and ended on a page by who minds a folder."""
import os
import re

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, folder, limit, section

limit(900)
SHOTS = os.environ.get('POSTERN_SHOTS')
LIST = 'dev@lists.example'
ANNA, OWEN, ADA = 'anna@uni.example', 'owen@uni.example', 'ada@uni.example'
root = folder()


def put(name, content):
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), 'w') as f:
        f.write(content)


put('index.html', 'the group')
put('press/.access', 'allow members of dev\nallow link\nlisting yes\n')
put('press/kit a.bin', 'k' * 500)
put('press/inner/x.txt', 'below')
put('press/theirs/.access', 'allow link\nmanage person ada@uni.example\n')
put('shut/.access', 'allow members of dev\n')
put('shut/x.txt', 'the secret')
p = Postern(web__root=root, smtp__min_space='1M')
p.cli('list', 'create', LIST)
for who in (ANNA, OWEN):
    p.cli('user', 'add', who)
p.cli('user', 'add', ADA, '--admin')
p.cli('member', 'add', LIST, ANNA)
p.cli('role', 'add', LIST, 'owner', OWEN)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
guest = Browser(p, network='198.51.100.77')
anna, owen, ada = (Browser(p, network=f'192.0.2.{i + 10}').enter(x) for i, x in enumerate((ANNA, OWEN, ADA)))

section('who may')
for name, b, path, wanted in (('a guest', guest, '/press/', 303), ('a member', anna, '/press/', 403), ('the owner', owen, '/press/', 200), ('the owner, all of it', owen, '/', 403), ('the owner, another list\'s', owen, '/nothing/', 403),
                              ('an administrator', ada, '/', 200), ('a file', owen, '/press/kit a.bin', 403), ('nothing', owen, '', 403)):
    equal(f'{name}: {path}', b.ask('GET', '/files/links?in=' + path.replace(' ', '+')).status, wanted)
check('the listing leads there', owen.get('/press/').link('Signed links') == '/files/links?in=%2Fpress%2F' and 'Signed links' not in anna.get('/press/').page, owen.page)

section('one is made')


def make(b, path, below='/press/', **more):
    b.get('/files/links?in=' + below).submit('make', path=path, **more)
    found = re.search(r'<pre class="wrap"[^>]*>https://www.lists.example([^<]*)</pre>', b.page)
    return found[1].replace('&amp;', '&') if found else None


one, twice, whole = make(owen, '/press/kit a.bin', why='for <the> press'), make(owen, '/press/kit a.bin', times='2'), make(owen, '/press/')
check('links', one and twice and whole and one != twice, (one, twice, whole))
equal('open what they are for', [guest.ask('GET', x).status for x in (one, whole, twice, twice, twice)], [200, 200, 200, 200, 410])
equal('a folder\'s is for all in it', guest.ask('GET', '/press/inner/x.txt?' + whole.partition('?')[2]).status, 200)
owen.get('/files/links?in=/press/')
check('are listed, and never shown again', 'for &lt;the&gt; press' in owen.page and '2 of 2' in owen.page and OWEN in owen.page and one.partition('s=')[2] not in owen.page, owen.text())
for path, more, why in (('/press/none', {}, 'no such file'), ('/press/inner', {}, 'no such file'), ('/shut/x.txt', {}, 'no such file'), ('/press/../shut/x.txt', {}, 'no such file'), ('/press/kit a.bin', {'days': '0'}, '1 to 3650'), ('/press/kit a.bin', {'days': 'x'}, '1 to 3650'),
                        ('/press/kit a.bin', {'times': '0'}, '1,000,000'), ('/press/kit a.bin', {'why': 'x' * 201}, 'longer than')):
    check(f'{path} {more} is refused', make(owen, path, **more) is None and owen.status == 400 and why in owen.text(), (owen.status, owen.text()[:600]))
check('not where links open nothing', make(ada, '/shut/x.txt', below='/shut/') is None and 'takes no links' in ada.text(), ada.text())
owen.ask('POST', '/files/links', 'in=/press/&do=make&path=/press/&days=1&times=&why=')
equal('nor without the token', owen.status, 403)

section('and ended')
owen.get('/files/links?in=/press/')
numbers = re.findall(r'name="id" value="(\d+)"', owen.page)
equal('three', len(numbers), 3)
csrf = re.search(r'name="csrf" value="([^"]*)"', anna.get('/account').page)[1]
equal('by nobody else', anna.ask('POST', '/files/links', f'csrf={csrf}&in=/press/&do=end&id={numbers[0]}').status, 403)
owen.submit('Link ' + numbers[0])
check('by who minds it', 'opens nothing any more' in owen.text(), owen.text())
equal('at once, and no other', (guest.ask('GET', one).status, guest.ask('GET', whole).status), (403, 200))
by_command = p.cli('site', 'link', '/press/').strip().removeprefix('https://www.lists.example')
check('one by the command is listed, too', guest.ask('GET', by_command).status == 200 and 'command' in owen.get('/files/links?in=/press/').text(), owen.text())

section('as it looks')
if os.environ.get('POSTERN_BROWSER', '1') == '1':
    make(owen.enter(OWEN), '/press/kit a.bin', why='for the press', times='5')
    cookie = {'Cookie': '; '.join(f'{k}={v}' for k, v in owen.cookies.items())}
    for s in look(p, [{'path': '/files/links?in=/press/', 'width': w, 'scheme': scheme, 'headers': cookie, 'shot': f'{SHOTS}/links-{w}-{scheme}.png' if SHOTS else None} for w, scheme in ((390, 'light'), (820, 'dark'), (1440, 'light'))]):
        well(s)
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
