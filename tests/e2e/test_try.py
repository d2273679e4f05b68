"""What other settings would have done to the last posts: by command and on the page of
settings, through the rules that judge new posts; nothing changes by asking."""
import http.client
import os
import re
import sqlite3
import time
import urllib.parse

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer

limit(900)
LIST, ADMIN, ANNA = 'dev@lists.example', 'okafor@lists.example', 'anna@uni.example'
SHOTS = os.environ.get('POSTERN_SHOTS')
dns = NameServer({'uni.example': {'TXT': ['v=spf1 ip4:192.0.2.1 -all']}, 'far.example': {}})
p = Postern(dns=dns, send__relay='outbox', admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', ADMIN)
p.cli('user', 'add', ADMIN, '--admin')
p.cli('user', 'add', ANNA, '--name', 'Anna Meyer')
p.cli('member', 'add', LIST, ANNA)
TOKEN = p.token(ANNA)
p.start()


def counts(r, when='after'):
    return tuple(r[when][v] for v in ('accept', 'hold', 'reject', 'discard'))


def books():
    """What all books say, in one number each."""
    out = []
    for name in ('lists', 'archive', 'outbound'):
        db = sqlite3.connect(f'{p.data}/{name}/{name}.db', timeout=60)
        out.append(sum(hash(tuple(map(repr, row))) for t in ('setting', 'held', 'post', 'audit', 'message', 'member')
                       for row in (db.execute(f'SELECT * FROM {t}') if db.execute(
                           'SELECT 1 FROM sqlite_master WHERE name = ?', (t,)).fetchone() else ())))
        db.close()
    return out


def settled():
    """The same, when all is done that was under way."""
    check('all is dealt with', p.quiet())
    return eventually(lambda: (x := books()) == (time.sleep(1) or books()) and x)


section('posts')
for i in range(3):
    with p.submit(ANNA, TOKEN) as s:
        s.sendmail(ANNA, [LIST], message(f'Anna Meyer <{ANNA}>', LIST, f'of a member {i}'))
p.deliver('zoe@far.example', LIST, message('Zoe <zoe@far.example>', LIST, 'of a stranger'))
p.deliver(ANNA, LIST, message(ANNA, LIST, 'forged'))
check('two wait', eventually(lambda: len(p.json('held', 'ls', LIST)) == 2), p.json('held', 'ls', LIST))
check('three are in the archive', eventually(lambda: len(p.json('archive', 'search', LIST, 'member')) == 3))

section('by command')
before = settled()
for words, wanted, turned, rule in (
        (['default_nonmember_action=accept'], (4, 1, 0, 0), ['of a stranger'], 'default'),
        (['default_nonmember_action=discard'], (3, 1, 0, 1), ['of a stranger'], 'nonmember'),
        (['default_member_action=hold'], (0, 5, 0, 0), ['of a member 2', 'of a member 1', 'of a member 0'], 'member'),
        (['authenticate=any'], (4, 1, 0, 0), ['forged'], 'default'),
        (['authenticate=any', 'default_nonmember_action=reject'], (4, 0, 1, 0), ['forged', 'of a stranger'], 'default'),
        (['posting_chain=accept'], (5, 0, 0, 0), ['forged', 'of a stranger'], 'posting_chain'),
        (['posting_chain=hold'], (0, 5, 0, 0), ['of a member 2', 'of a member 1', 'of a member 0'], 'posting_chain'),
        (['member_verbosity_threshold=2'], (2, 3, 0, 0), ['of a member 2'], 'flood'),
        (['subject_prefix=[x] '], (3, 2, 0, 0), [], None)):
    r = p.json('list', 'try', LIST, *words)
    equal(f'{words}: as it is', counts(r, 'before'), (3, 2, 0, 0))
    equal(f'{words}: as tried', counts(r), wanted)
    equal(f'{words}: these turn', [t['subject'] for t in r['turned']], turned)
    check(f'{words}: by that rule', not turned or r['turned'][0]['after']['rule'] == rule, r['turned'])
    check(f'{words}: what it cannot know is said', len(r['limits']) > 4)
text = p.cli('list', 'try', LIST, 'default_nonmember_action=accept')
check('in words, too', 'of a stranger' in text and 'hold (nonmember)' in text and '5 posts judged' in text, text)
bad = p.run('list', 'try', LIST, 'default_nonmember_action=perhaps')
check('a value that is none is refused', bad.returncode == 1 and 'one of' in bad.stderr, bad.stderr)
for words in ('subscribe_auto_approval=@nowhere', 'regular_exclude_lists=nowhere'):
    bad = p.run('list', 'try', LIST, words)
    check(f'{words}: a list that is none is refused', bad.returncode == 1 and 'none of that name' in bad.stderr, bad)
bad = p.run('list', 'try', LIST, 'accept_these_nonmembers=@dev')
check('nor of the list itself', bad.returncode == 1 and 'this one itself' in bad.stderr, bad)
equal('nothing was written', books(), before)

section('on the page')
b = Browser(p)
url = p.cli('user', 'link', ADMIN).strip()
b.get(url[url.index('/confirm/'):]).submit()
b.get('/lists/dev/admin/settings')
check('the settings have a button for it', 'formaction="/lists/dev/admin/try"' in b.page)
page = b.json('/lists/dev/admin/try.json?default_nonmember_action=accept')
equal('the JSON twin counts the same', (page['judged'], page['otherwise'], page['fates'][0]['after']), (5, 1, 4))
b.get('/lists/dev/admin/try?default_nonmember_action=accept')
check('the post is named, with both rules', 'of a stranger' in b.page and '<code>nonmember</code>' in b.page, b.text()[:900])
check('and leads to where it waits', '/lists/dev/admin/held#p' in b.page)
equal('nothing was written', p.cli('list', 'get', LIST, 'default_nonmember_action').strip(), 'hold')
b.submit('Save what was tried')
equal('what was tried is saved by its button', p.cli('list', 'get', LIST, 'default_nonmember_action').strip(), 'accept')
b.get('/lists/dev/admin/try?max_message_size=many')
equal('a value that is none', b.status, 400)
b.get('/lists/dev/admin/try')
check('nothing to try', b.status == 200 and 'Nothing to try' in b.page, b.status)
b.get('/lists/dev/admin/try?subscribe_auto_approval=@nowhere')
check('nor one that names no list', b.status == 400 and 'it takes lists of this server' in b.text(), b.text()[:600])

section('a header rule')
OTHER = 'other@lists.example'
p.cli('list', 'create', OTHER, '--owner', ADMIN)
p.cli('member', 'add', OTHER, ANNA)
with p.submit(ANNA, TOKEN) as s:
    s.sendmail(ANNA, [OTHER], message(ANNA, OTHER, 'of a member elsewhere'))
check('another list has a post', eventually(lambda: len(p.json('archive', 'search', OTHER, 'member')) == 1))
p.cli('list', 'set', LIST, 'default_nonmember_action=hold')
p.cli('list', 'header-match', 'add', OTHER, 'subject', 'elsewhere$', 'accept')
before = settled()
for of, rule, wanted in ((LIST, ('subject', 'member 1$', 'discard'), [('dev', 'of a member 1', 'discard')]),
                         ('@site', ('subject', 'member (1|e)', 'discard'), [('dev', 'of a member 1', 'discard'), ('other', 'of a member elsewhere', 'discard')]),
                         ('@site', ('subject', 'of a stranger', 'accept'), [('dev', 'of a stranger', 'accept')]),
                         (OTHER, ('subject', 'elsewhere$', 'hold'), [('other', 'of a member elsewhere', 'hold')])):
    r = p.json('list', 'header-match', 'try', of, *rule)
    equal(f'{of} {rule}: these turn', sorted((t['list'].split('@')[0], t['subject'], t['after']['verdict']) for t in r['turned']), sorted(wanted))
    equal(f'{of} {rule}: of so many', r['judged'], {LIST: 5, OTHER: 1, '@site': 6}[of])
check('in words, with the list', 'other 1' in p.cli('list', 'header-match', 'try', '@site', 'subject', 'elsewhere', 'hold'))
equal('a pattern that is none', p.run('list', 'header-match', 'try', '@site', 'subject', '(', 'hold').returncode, 1)
b.get('/header-rules')
b.submit('rule-title', 'try', header='Subject', pattern='member (1|e)', act='discard')
check('on the page, each with its list', all(x in b.page for x in ('href="/lists/dev/2"', 'href="/lists/other/1"', 'of a member elsewhere')), b.text()[:1500])
equal('nothing was written', books(), before)
p.cli('list', 'set', LIST, 'default_nonmember_action=accept')

section('an owner does not learn who is on another list')
SECRET, OLGA = 'secret@lists.example', 'olga@uni.example'
p.cli('list', 'create', SECRET, '--owner', ADMIN)
p.cli('member', 'add', SECRET, 'zoe@far.example')
p.cli('user', 'add', OLGA)
p.cli('role', 'add', LIST, 'owner', OLGA)
olga = Browser(p)
url = p.cli('user', 'link', OLGA).strip()
olga.get(url[url.index('/confirm/'):]).submit()
for words in ('hold_these_nonmembers=@secret', f'reject_these_nonmembers=@{SECRET}',
              'discard_these_nonmembers=zoe@x.example%0A@SECRET', 'accept_these_nonmembers=@later',
              'regular_exclude_lists=secret', 'subscribe_auto_approval=@secret'):
    olga.get(f'/lists/dev/admin/try?{words}')
    text = olga.text()
    check(f'{words}: not tried', olga.status == 400 and 'of a stranger' not in text, (olga.status, text[:600]))
    check(f'{words}: the list is named', re.search(r'= (secret|later)@lists.example: it takes lists', text), text[:600])
r = b.json('/lists/dev/admin/try.json?hold_these_nonmembers=@secret')
equal('its administrator may', r['otherwise'], 1)

guest = Browser(p)
guest.get('/lists/dev/admin/try?emergency=yes')
check('guests do not get it', 'of a stranger' not in guest.page and 'fare otherwise' not in guest.page, guest.status)

section('many at once')
bearer = {'Authorization': 'Bearer ' + p.token(ADMIN)}
for i in range(8):  # whose authors take a pattern its time
    slow = 'a' * 40 + f'@far{i}.example'
    p.deliver('zoe@far.example', LIST, message(slow, LIST, f'slow {i}'))
check('which are there', eventually(lambda: b.json('/lists/dev/admin/try.json')['judged'] == 13))
asked = []
for i in range(16):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.connect()
    asked.append(c)
for c in asked:
    c.request('GET', '/lists/dev/admin/try?reject_these_nonmembers=' + urllib.parse.quote('^(a+)+x$'), headers=bearer)
answers = [c.getresponse() for c in asked]
said = [r.status for r in answers]
check('few run, the others hear so', set(said) == {200, 429} and said.count(429) > 4, said)
check('and when to come again', all(r.headers['Retry-After'] == '10' for r in answers if r.status == 429))
b.get('/lists/dev/admin/try?default_member_action=hold')
equal('later they may', b.status, 200)

section('as Chromium shows it')
visits = [{'path': '/lists/dev/admin/try?default_member_action=hold', 'width': w, 'headers': bearer,
           **({'full': True, 'shot': f'{SHOTS}/try-{w}.png'} if SHOTS else {})} for w in (390, 1440)]
for s in look(p, visits):
    well(s)
done()
