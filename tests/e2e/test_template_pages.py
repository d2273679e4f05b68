"""Own words of a list, a domain and the site on the web: written, tried, kept, taken away;
and a member's language by mail."""
import email
import email.policy

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
ADMIN, OWNER, DEV = 'admin@uni.example', 'owner@uni.example', 'dev@lists.example'
PAGE = '/lists/dev/admin/templates'

world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
                  'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin=ADMIN)
p.cli('list', 'create', DEV, '--owner', OWNER)
p.start()


def browser(address):
    return Browser(p).enter(address)


def shown(*whose, language=None):
    return p.cli('template', 'show', 'welcome', *whose, *(('--language', language) if language else ()))


owner, admin = browser(OWNER), browser(ADMIN)

section('of a list')
text = owner.get(PAGE).text()
check('all are listed', 'held-moderator' in text and 'to each moderator when a post is held' in text, text)
equal('its tab', owner.get('/lists/dev/admin/held').link('Templates'), PAGE)
text = owner.get(PAGE + '/welcome').text()
check('at first the built-in words, filled below', 'these are the built-in words' in text and 'Welcome to dev' in text and 'You are now a member of dev@lists.example' in text, text)
check('the values that it has are named', '{list_url}' in text and '{owner_address}' in text, text)
owner.submit('Words of welcome', 'preview', text='Subject: Hello <b>{list}</b>\r\n\r\nDear {address}\r\n')
check('a preview', owner.status == 200 and 'Hello &lt;b&gt;dev&lt;/b&gt;' in owner.page and 'Dear anna@uni.example' in owner.text(), owner.text())
check('stores nothing', 'Hello' not in shown(DEV))
owner.submit('Words of welcome', 'save', text='Dear {nobody}\r\n')
check('a value that there is not is refused, and what was typed stays', owner.status == 400 and '{nobody} has no value' in owner.text()
      and 'Dear {nobody}' in owner.page, owner.text())
owner.submit('Words of welcome', 'save', text=' \r\n')
check('no text is refused', owner.status == 400 and 'There is no text.' in owner.text(), owner.text())
owner.get(PAGE + '/welcome').submit('Words of welcome', 'save', text='Subject: Hello {list}\r\n\r\nDear {address}\r\n')
check('saved', 'These words hold from the next mail on.' in owner.text() and 'These are own words.' in owner.text(), owner.text())
equal('as it was written', shown(DEV), 'Subject: Hello {list}\n\nDear {address}\n')
owner.get(PAGE + '/welcome').submit('In which language', language='de')
check('in German there are none of its own', 'these are the list’s, which hold now' in owner.text(), owner.text())
owner.submit('Words of welcome', 'save', text='Hallo {address}\r\n')
equal('now there are', (shown(DEV, language='de'), shown(DEV, language='fr')), ('Hallo {address}\n', 'Subject: Hello {list}\n\nDear {address}\n'))
check('and the list says so', 'any language, Deutsch' in owner.get(PAGE).text(), owner.text())
equal('as JSON', [r['own'] for r in owner.json(PAGE + '.json')['rows'] if r['name'] == 'welcome'], ['any language, Deutsch'])
owner.get(PAGE + '/welcome?language=de').submit('Words of welcome', 'remove')
check('taken away', 'The own words are gone' in owner.text() and shown(DEV, language='de').startswith('Subject: Hello'), owner.text())
equal('what is not there', [owner.get(PAGE + x).status for x in ('/nothing', '/welcome?language=tlh')], [404, 400])
guest = Browser(p)
equal('not for guests', [guest.get(x).status for x in (PAGE, PAGE + '/welcome', '/templates/')], [401, 401, 401])
equal('the site is not an owner\'s', owner.get('/templates/').status, 403)
check('who did it is in the log', sum(1 for r in owner.json('/lists/dev/admin/log.json')['rows'] if r['what'] == 'template changed'
                                      and r['who'] == OWNER) == 2, owner.page)

section('of a domain and the site')
check('the way there', admin.get('/account').link('Templates of mails') == '/templates/', admin.page)
admin.get('/templates/welcome').submit('Words of welcome', 'save', text='of the site\r\n')
equal('the site', (admin.status, shown(), shown('lists.example'), shown(DEV).split('\n')[0]), (200, 'of the site\n', 'of the site\n', 'Subject: Hello {list}'))
check('its domains are named', admin.get('/templates/').link('lists.example') == '/templates/?domain=lists.example', admin.page)
admin.get(admin.link('lists.example')).get(admin.link('welcome'))
check('the site\'s hold there', 'these are the site’s, which hold now' in admin.text(), admin.text())
admin.submit('In which language', language='ja')
admin.submit('Words of welcome', 'save', text='ドメイン\r\n')
equal('in one language', (shown('lists.example', language='ja'), shown('lists.example'), shown()), ('ドメイン\n', 'of the site\n', 'of the site\n'))
equal('still there', admin.path.split('&done')[0].split('?done')[0].startswith('/templates/welcome'), True)
equal('no such domain', admin.get('/templates/?domain=nowhere.example').status, 404)

section('a member\'s language, by mail')
p.cli('member', 'add', DEV, 'max@uni.example')


def answer(words, source='127.0.0.1'):
    world.clear()
    p.deliver('max@uni.example', 'dev-request@lists.example', message('Max <max@uni.example>', 'dev-request@lists.example', '', words + '\r\n'),
              source=source)
    got = eventually(lambda: world.to('max@uni.example'))[-1]
    return email.message_from_bytes(got.data, policy=email.policy.default).get_content()


text = answer('set language fr')
check('obeyed', 'language is fr now.' in text, text)
text = answer('set show')
check('shown, in French', 'Réglages de max@uni.example' in text and 'set language     fr' in text, text)
text = answer('set language tlh')
check('another one is refused', 'Cette langue n’existe pas ici.' in text, text)
answer('set language any')
text = answer('help')
check('any: as the list', 'Write to dev-request@lists.example' in text and 'set help' in text, text)

done()
