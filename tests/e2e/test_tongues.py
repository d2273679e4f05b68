"""Languages: mails in the reader's own, own words of a list, its domain and the site, and
pages as the browser asks for them."""
import email
import email.header
import email.policy

import re

from browser import Browser
from chromium import look, well
from harness import HERE, Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
DEV = 'dev@lists.example'

world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
                  'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example')
p.cli('list', 'create', DEV, '--owner', 'owner@uni.example')
p.start()


def letter(to, seconds=60):
    """The newest to that address, read as any mail program does."""
    got = eventually(lambda: world.to(to), seconds)
    if not check(f'{to} gets a letter', got, [m.rcpts for m in world.mails]):
        return None
    m = email.message_from_bytes(got[-1].data, policy=email.policy.default)
    world.clear()
    return m


def welcome(name):
    address = f'{name}@uni.example'
    p.cli('member', 'add', DEV, address, '--welcome')
    return letter(address)


section('mails: of the person, of the list, of the site')
p.cli('user', 'add', 'yuki@uni.example', '--name', '高橋 雪')
p.cli('user', 'set', 'yuki@uni.example', 'language=ja')
p.cli('list', 'set', DEV, 'preferred_language=de')
m = welcome('yuki')
equal('subject', m['Subject'], 'dev へようこそ')
check('the subject is encoded words in the mail', all(ord(c) < 128 for c in m.as_string().split('\n\n')[0]))
equal('charset', m.get_content_charset(), 'utf-8')
equal('Content-Language', m['Content-Language'], 'ja')
check('text', 'dev@lists.example の会員になりました。' in m.get_content(), m.get_content())
m = welcome('dora')
equal('who chose none reads the list\'s', m['Subject'], 'Willkommen bei dev')
check('with umlauts', 'Frühere Beiträge' in m.get_content(), m.get_content())
p.cli('list', 'set', DEV, 'preferred_language=site')
equal('or the site\'s', welcome('emma')['Subject'], 'Welcome to dev')
check('a language that is none is refused', p.run('user', 'set', 'yuki@uni.example', 'language=tlh').returncode == 1)
check('of a list, too', p.run('list', 'set', DEV, 'preferred_language=tlh').returncode == 1)

section('answers to commands')
p.cli('user', 'add', 'franz@uni.example')
p.cli('user', 'set', 'franz@uni.example', 'language=de')
p.deliver('franz@uni.example', 'dev-request@lists.example', message('Franz <franz@uni.example>', 'dev-request@lists.example', 'help', ''))
text = letter('franz@uni.example').get_content()
check('help in German', 'Schreiben Sie an dev-request@lists.example, ein Wort je Zeile:' in text and 'um Mitgliedschaft bitten' in text, text)
p.deliver('franz@uni.example', DEV, message('Franz <franz@uni.example>', DEV, '', 'Ohne Betreff\r\n'))
m = letter('franz@uni.example')
check('why a post waits, in German', 'der Autor ist kein Mitglied' in m.get_content()
      and m['Subject'].endswith('Ihr Beitrag zu dev wartet auf die Moderation'), m.as_string())

section('own words')
for whose, language, text in ((None, None, 'site'), ('lists.example', None, 'domain'), ('lists.example', 'ja', 'ドメイン'),
                              (DEV, None, 'Subject: Own {list}\n\nlist')):
    args = ['template', 'set', 'welcome'] + ([whose] if whose else []) + (['--language', language] if language else [])
    p.cli(*args, input=(text + ' {address}\n'))
    for name, shown in (('yuki', 'ja'), ('dora', 'en')):
        p.cli('member', 'remove', DEV, f'{name}@uni.example')
        world.clear()
        m = welcome(name)
        wanted = 'domain' if name == 'dora' and language == 'ja' else text.split('\n')[-1]
        equal(f'{whose} {language}: {name}', m.get_content().strip(), f'{wanted} {name}@uni.example')
equal('with its own subject', m['Subject'], 'Own dev')
check('show', p.cli('template', 'show', 'welcome', DEV).startswith('Subject: Own {list}'))
equal('ls', next(r for r in p.json('template', 'ls', 'lists.example') if r['name'] == 'welcome')['own'], 'any ja')
got = p.cli('template', 'preview', 'held-author', DEV, '--language', 'fr')
check('preview of the built-in one', 'Votre message à dev attend un modérateur' in got and 'la liste est réglée pour retenir chaque message' in got, got)
got = p.cli('template', 'preview', 'welcome', DEV, '--try', input='Subject: {list}!\n\n{list_url}\n')
equal('preview of a text that is stored nowhere', got, 'Subject: dev!\n\nhttps://www.lists.example/lists/dev\n')
check('it was not stored', p.cli('template', 'show', 'welcome', DEV).startswith('Subject: Own {list}'))
got = p.run('template', 'set', 'welcome', DEV, input='{token}\n')
check('a value that there is not is refused', got.returncode == 1 and '{token}' in got.stderr, got)
p.cli('template', 'rm', 'welcome', DEV)
check('rm: the domain\'s holds', p.cli('template', 'show', 'welcome', DEV).startswith('domain'))
p.cli('template', 'rm', 'welcome', 'lists.example')
p.cli('template', 'rm', 'welcome')
check('all gone: the built-in one', p.cli('template', 'show', 'welcome', DEV, '--language', 'es').startswith('Subject: Le damos la bienvenida'))

section('pages: as the browser asks, as the person chose')


def page(path, accept=None, browser=None):
    b = browser or Browser(p)
    return b.ask('GET', path, headers=(('Accept-Language', accept),) if accept else ())


for accept, tag, words in ((None, 'en', 'Mailing lists'), ('de-AT, de;q=0.9, en;q=0.5', 'de', 'Mailinglisten'),
                           ('it, fr;q=0.4', 'fr', 'Listes de diffusion'), ('es', 'es', 'Listas de correo'),
                           ('ja', 'ja', 'メーリングリスト'), ('zh-CN,zh;q=0.9', 'zh-Hans', '邮件列表'),
                           ('de;q=0, en', 'en', 'Mailing lists'), ('tlh', 'en', 'Mailing lists')):
    got = page('/lists/', accept)
    text = got.page
    check(f'{accept}: {tag}', f'<html lang="{tag}"' in text and words in text, text[:600])
    check(f'{accept}: varies', 'Accept-Language' in ' '.join(got.headers.get_all('Vary') or []), got.headers)
p.deliver('dora@uni.example', DEV, message('Dora <dora@uni.example>', DEV, 'First', 'Hello\r\n'))
eventually(lambda: 'First' in page('/lists/dev/').page)
english, german = page('/lists/dev/1'), page('/lists/dev/1', 'de')
check('a cached page keeps languages apart', 'About this message' in english.page and 'Über diese Nachricht' in german.page
      and 'About this message' in page('/lists/dev/1').page and english.headers['ETag'] != german.headers['ETag'])
check('a number and a day', '1 Beitrag' in page('/lists/dev/', 'de').page and '1 投稿' not in page('/lists/dev/', 'ja').page
      and '年' in page('/lists/dev/1', 'ja').page)
twin = page('/lists/dev.json', 'de').page
check('what is for programs stays English', '"readers":"everybody reads"' in twin or '"readers":"members read"' in twin, twin[:300])
check('an error, too', 'Hier ist nichts für Gäste' in page('/lists/nowhere/', 'de').page)
p.cli('list', 'set', DEV, 'preferred_language=fr')
for accept, path, words in ((None, '/lists/dev/', 'Calendrier'), ('it', '/lists/dev/', 'Calendrier'), ('de', '/lists/dev/', 'Kalender'),
                            ('en', '/lists/dev/', 'Calendar'), (None, '/lists/', 'Mailing lists')):
    text = page(path, accept).page
    check(f'{accept} {path}: a list speaks its own language to who has chosen none', words in text, text[:600])
twin = page('/lists/dev.json').page
check('its twin stays English', '"readers":"everybody reads"' in twin or '"readers":"members read"' in twin, twin[:300])
b = Browser(p)
b.get('/confirm/' + p.cli('user', 'link', 'franz@uni.example').strip().rsplit('/', 1)[1]).submit()
check('who chose German reads German, whatever the browser says', 'Konto' in page('/account', 'fr', b).page, b.page)

section('the pages of those who run a list or the server')
b = Browser(p)
b.get('/confirm/' + p.cli('user', 'link', 'admin@uni.example').strip().rsplit('/', 1)[1]).submit()
b.get('/lists/dev/admin/bans').submit('ban', 'add', pattern='@spam.example', reason='-')
p.cli('nonmember', 'set', DEV, 'editor@journal.example', 'discard')
p.cli('member', 'invite', DEV, 'nakamura@synchrotron.example')
PAGES = [f'/lists/dev/admin/{x}' for x in ('held', 'handled', 'members', 'coming', 'nonmembers', 'health', 'settings', 'try?advertised=no',
                                           'templates', 'templates/welcome', 'roles', 'bans', 'log', 'name', 'preview')]
PAGES += ['/queue', '/queue/to/far.example', '/reports', '/templates/', '/trace', '/account', '/persons', '/persons/1', '/persons/2',
          '/persons/1/merge?address=franz@uni.example', '/persons/2/remove', '/aliases']


def catalog(language):
    """What is to be said, and how it is said in that language: whole sentences without values."""
    entries = open(f'{HERE}/../../po/{language}.po', encoding='utf-8').read().split('\n\n')[1:]
    pairs = [re.match(r'(?:#.*\n)*msgid "(.+)"\nmsgstr "(.+)"$', x.strip()) for x in entries]
    return {m[1]: m[2] for m in pairs if m and m[1] != m[2] and len(m[1]) > 11 and ' ' in m[1] and not re.search(r'[{%<\\]', m[1]) and m[1] not in m[2]}


def speak(tongue):
    p.cli('user', 'set', 'admin@uni.example', f'language={tongue}')


for tongue in ('fr', 'es', 'zh_CN', 'ja', 'de'):
    speak(tongue)
    words, said = catalog(tongue), set()
    check(f'{tongue}: the catalog was read', len(words) > 700, len(words))
    for path in PAGES:
        got = page(path, browser=b)
        text = b.text()
        left = [e for e in words if e in text]
        check(f'{tongue} {path}: nothing is left in English', got.status == 200 and not left, left)
        said.update(e for e, t in words.items() if t in text)
    check(f'{tongue}: much is said', len(said) > 400, len(said))
got = b.get('/lists/dev/admin/settings').page
check('labels, help, groups and choices of settings', all(x in got for x in (
    'Präfix des Betreffs', 'Für eine Liste in Aufruhr.', 'Wer schreiben darf', '<option value="hold">Für die Moderation zurückhalten</option>',
    'Standard: Für die Moderation zurückhalten', '<code>emergency</code>')), got)
b.submit('Einstellungen von dev', max_message_size='viel')
check('what is wrong with a value', 'max_message_size = viel: möglich ist eine ganze Zahl, 0 oder mehr' in b.text(), b.text())
HEADER = {'header': 'Subject', 'act': 'hold'}
for path, form, button, values, words in (
        ('/domains/', 'add', None, {'domain': 'lists.example'}, 'diese Domain gehört schon zu diesem Server'),
        ('/domains/lists.example', 'give', 'owner_add', {'address': 'x'}, 'eine Adresse braucht einen Namen, ein @ und eine Domain'),
        ('/domains/lists.example', 'give', 'owner_add', {'address': '.x@uni.example'}, 'vor dem @ steht nichts oder ein Punkt am falschen Platz'),
        ('/lists/dev/admin/header-rules', 'rule-title', 'save', {**HEADER, 'pattern': ''}, 'schreiben Sie ein Muster'),
        ('/lists/dev/admin/header-rules', 'rule-title', 'save', {**HEADER, 'pattern': 'x', 'tag': 'x' * 501}, 'haben höchstens je 500 Oktette')):
    b.get(path).submit(form, button, **values)
    check(f'{path} {values}: what is wrong', words in b.text(), b.text())
got = page('/lists/dev/leave?m=1', 'de').page
check('a link that lost characters', 'er hat unterwegs Zeichen verloren' in got, got)
p.cli('list', 'set', DEV, 'subject_prefix=[dev] ', 'msg_footer=Fußzeile')
got = b.get('/lists/dev/admin/preview').page
check('the example is in the language of who looks', all(x in got for x in (
    'Subject: [dev] Wann treffen wir uns?', 'wann wollen wir uns nächste Woche treffen?', 'bleibt (die Domain verlangt keinen Nachweis)', 'im Text', 'Fußzeile')), got)
speak('ja')
got = b.get('/lists/dev/admin/preview').page
check('whatever the letters', '[dev] いつ集まりますか' in got and '来週はいつ' in got and '=?' not in got, got)
b.get('/lists/dev/admin/settings').submit('dev の設定', emergency='yes')
check('it is saved by its key and word', p.cli('list', 'get', DEV, 'emergency').strip() == 'yes', b.text())
check('the log says what was done', '設定を変更' in b.get('/lists/dev/admin/log').page, b.text())
check('its twin stays English', '"what":"settings changed"' in b.get('/lists/dev/admin/log.json').page, b.page)
twin = b.get('/lists/dev/admin/settings.json').page
check('and that of the settings', '"label":"Hold everything"' in twin and '"word":"hold"' in twin, twin[:400])
p.cli('list', 'set', DEV, 'emergency=no')

section('every page, to a guest and to who runs it all')
FILLED = {':list': 'dev', '#number': '1', '#person': '1', '#part': '1', ':year': '2026', ':month': '11', ':word': 'joined', ':name': 'welcome', '#id': '1'}
rows = re.findall(r'^PAGE\((?:GET|GET [^,]*), "([^"]+)"', open(f'{HERE}/../../src/web/pages/pages.def', encoding='utf-8').read(), re.M)
check('the table of pages was read', len(rows) > 70, len(rows))
erase = p.cli('user', 'link', 'franz@uni.example').strip().rsplit('/', 1)[1]
for who in (Browser(p), b):
    for row in rows + [f'/confirm/{erase}']:
        if row == '/logout':
            continue
        path = re.sub(r'[:#*][a-z_]+', lambda m: FILLED.get(m[0], 'x'), row)
        got = page(path, 'de', who)
        check(f'{path} in German', got.status < 500, got.status)

section('as they look')
speak('')
bearer = {'Authorization': 'Bearer ' + p.token('admin@uni.example')}
for s in look(p, [{'path': path, 'headers': {**bearer, 'Accept-Language': tongue}, 'width': width, 'scheme': 'light', 'full': True}
                  for path in ('/lists/dev/admin/settings', '/lists/dev/admin/members', '/persons/2') for tongue in ('de', 'ja') for width in (390, 1440)]):
    well(s)

done()
