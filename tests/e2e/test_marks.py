"""What readers keep for themselves of an archive: a star and tags, which nobody else sees, and threads
that they follow by mail. Each by HTTP and in Chromium, with and without script, as a guest, and by
who may not read; and post dies while copies are made."""
import collections
import datetime
import json
import os
import re
import signal
import sqlite3
import tempfile
import time
import urllib.parse
from email.utils import formatdate

from browser import Browser
from chromium import look, well
from drive import Drive
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
SHOTS = os.environ.get('POSTERN_SHOTS')  # a folder: keep pictures of the pages there
DEV, BOARD = 'dev@lists.example', 'board@lists.example'
ANNA, BEN, ADMIN = 'anna@uni.example', 'ben@uni.example', 'admin@uni.example'

world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin=ADMIN, send__retry='1s')
p.cli('list', 'create', DEV, '--owner', 'owner@uni.example')
p.cli('list', 'create', BOARD, '--owner', 'owner@uni.example', '--private')
p.cli('member', 'add', BOARD, ANNA)
p.cli('user', 'add', BEN)


def imported(address, count, subject):
    with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
        for n in range(1, count + 1):
            m = message(f'Person {n} <person{n}@uni.example>', address, f'{subject} {n}', f'Words of {n}.\r\n', mid=f'<{subject}{n}@uni.example>',
                        Date=formatdate(1_790_000_000 + 3600 * n))
            f.write(b'From x Thu Jan  1 00:00:00 2026\n' + m.replace(b'\r\n', b'\n') + b'\n')
        f.flush()
        p.cli('archive', 'import', address, f.name)


imported(DEV, 40, 'Topic')
imported(BOARD, 2, 'Plan')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
anna, ben, guest = Browser(p).enter(ANNA), Browser(p, '192.0.2.2').enter(BEN), Browser(p, '192.0.2.3')


section('addresses, for who may see them')
for who, b in (('a guest', guest), ('who is signed in', anna)):
    twin, page, sees = b.json('/lists/dev/3.json'), b.get('/lists/dev/3').page, b is anna
    equal(f'{who}: author and receivers', (twin['from_address'], twin['to'], twin['cc']), ('person3@uni.example', DEV, '') if sees else ('', '', ''))
    equal(f'{who}: on the page', 'person3@uni.example' in page, sees)


def marks(b, path):
    m = b.json(path)['marks']
    return m and (m['starred'], [t['word'] for t in m['tags']])


def starred(b, query=''):
    return b.json('/account/starred.json' + query)


section('a star')
anna.get('/lists/dev/t/3')
check('the page offers it', 'Star' in anna.text() and 'aria-pressed="false"' in anna.page)
anna.submit('Star', 'yes')
equal('back on the thread', (anna.status, anna.path), (200, '/lists/dev/t/3'))
check('which has it', 'Starred' in anna.text() and re.search(r'aria-pressed="true">★', anna.page))
equal('in the twin, too', marks(anna, '/lists/dev/t/3.json'), (True, []))
equal('another\'s page is without', marks(ben, '/lists/dev/t/3.json'), (False, []))
guest.get('/lists/dev/t/3')
check('a guest\'s offers none', 'Star' not in guest.text() and '/mark' not in guest.page)
equal('nor does the twin', marks(guest, '/lists/dev/t/3.json'), None)
for view in ('?view=flat', '?view=outline'):
    anna.get('/lists/dev/t/4' + view).submit('Star', 'yes')
    equal(f'{view}: back where one was', anna.path, '/lists/dev/t/4' + view)
    anna.submit('Star', 'no')
    check(f'{view}: taken away again', 'aria-pressed="false"' in anna.page)

section('tags')
anna.get('/lists/dev/t/3').submit('Add tags', tags='Todo, C++ größe')
equal('added, in their order', marks(anna, '/lists/dev/t/3.json')[1], ['c++', 'größe', 'todo'])
anna.get('/lists/dev/t/5').submit('Add tags', tags='todo')
anna.get('/lists/dev/t/3').submit('My tags', 'größe')
equal('taken away', marks(anna, '/lists/dev/t/3.json')[1], ['c++', 'todo'])
for words, why in (('a:b', 'one word'), ('-x', 'one word'), ('x' * 61, '60 octets'), ('"x', 'one word'), (' '.join(f'w{i}' for i in range(9)), 'at most 10')):
    anna.get('/lists/dev/t/3').submit('Add tags', tags=words)
    equal(f'{words[:10]}: refused', anna.status, 400)
    check(f'{words[:10]}: and why', why in anna.text(), anna.text())
equal('none of it was done', marks(anna, '/lists/dev/t/3.json')[1], ['c++', 'todo'])

section('all of one\'s own')
s = starred(anna)
equal('threads', [(x['list'], x['number'], x['subject'], x['starred'], [w['word'] for w in x['words']]) for x in s['rows']],
      [('dev', 5, 'Topic 5', False, ['todo']), ('dev', 3, 'Topic 3', True, ['c++', 'todo'])])
equal('tags', [(t['word'], t['threads']) for t in s['tags']], [('c++', 1), ('todo', 2)])
equal('by tag', [x['number'] for x in starred(anna, '?tag=c%2B%2B')['rows']], [3])
equal('a tag that is none', starred(anna, '?tag=none')['rows'], [])
equal('another has none', starred(ben)['rows'], [])
anna.get('/account')
check('the account leads there', anna.link('My threads') == '/account/starred')
for n in range(6, 40):
    anna.post(f'/lists/dev/t/{n}/mark', csrf=anna.csrf(), tags='many')
s = starred(anna, '?tag=many')
equal('a page at a time, the newest first', (len(s['rows']), s['rows'][0]['number'], s['threads']), (30, 39, 34))
equal('and the rest', [x['number'] for x in starred(anna, '?tag=many&p=2')['rows']], [9, 8, 7, 6])
check('with a link to it', 'p=2' in (anna.get('/account/starred?tag=many').link('Older') or ''))
equal('no such page', anna.get('/account/starred?p=x').status, 404)

section('in a search')


def finds(b, words, path='/lists/dev/search.json'):
    return sorted(x['number'] for x in b.json(path + '?' + urllib.parse.urlencode({'q': words}))['hits'])


equal('by star', finds(anna, 'is:starred'), [3])
equal('by tag', finds(anna, 'tag:TODO'), [3, 5])
equal('by both', finds(anna, 'is:starred tag:todo'), [3])
equal('with words', (finds(anna, 'tag:todo subject:Topic'), finds(anna, 'tag:todo xylophone')), ([3, 5], []))
equal('on all lists', finds(anna, 'tag:c++', '/lists/search.json'), [3])
equal('a tag that is none', finds(anna, 'tag:none'), [])
equal('another\'s are not found', finds(ben, 'is:starred'), [])
for words in ('is:starred', 'tag:todo'):
    guest.get('/lists/dev/search?q=' + words)
    check(f'{words}: a guest is told why', guest.status == 400 and 'sign in first' in guest.text(), guest.text()[:600])
equal('not left out', anna.get('/lists/dev/search?q=-tag:todo').status, 400)

section('who may not')
for b, who, status in ((guest, 'a guest', 401), (Browser(p, '192.0.2.4'), 'nobody', 401)):
    equal(f'{who}: no star', b.post('/lists/dev/t/3/mark', star='yes').status, status)
    equal(f'{who}: no page', b.get('/account/starred').status, status)
check('a guest is asked to sign in', '/login?to=%2Faccount%2Fstarred' in guest.page)
equal('no form token', anna.post('/lists/dev/t/3/mark', star='no').status, 403)
equal('another site\'s form', anna.post('/lists/dev/t/3/mark', star='no', csrf=anna.csrf(), _headers={'Origin': 'https://evil.example'}).status, 403)
check('it stands', marks(anna, '/lists/dev/t/3.json')[0])
equal('no GET does it', anna.get('/lists/dev/t/3/mark').status, 405)
for n in ('999', '0', '99999999999999999999'):
    equal(f'no thread {n}', anna.post(f'/lists/dev/t/{n}/mark', csrf=anna.csrf(), star='yes').status, 400 if n == '999' or n == '0' else 404)
equal('a hidden list is none', ben.post('/lists/board/t/1/mark', csrf=ben.csrf(), star='yes').status, 404)
p.cli('list', 'set', BOARD, 'advertised=yes')
equal('one that is for members', ben.post('/lists/board/t/1/mark', csrf=ben.csrf(), star='yes').status, 403)
p.cli('list', 'set', BOARD, 'advertised=no')

section('a membership that ends')
anna.get('/lists/board/t/1').submit('Add tags', tags='secretly')
equal('of a private list', [x['list'] for x in starred(anna, '?tag=secretly')['rows']], ['board'])
p.cli('member', 'remove', BOARD, ANNA)
s = starred(anna)
check('shown no more, nor its tag', not [x for x in s['rows'] if x['list'] == 'board'] and 'secretly' not in json.dumps(s) and 'Plan' not in json.dumps(s))
p.cli('member', 'add', BOARD, ANNA)
equal('kept until it begins again', [x['list'] for x in starred(anna, '?tag=secretly')['rows']], ['board'])

section('threads that are split and merged')
p.cli('archive', 'merge', DEV, '5', '3')
both = marks(anna, '/lists/dev/t/3.json')
equal('of two that are one both marks', both, (True, ['c++', 'todo']))
equal('it is one row', [x['number'] for x in starred(anna, '?tag=todo')['rows']], [3])
anna.get('/lists/dev/t/3').submit('My tags', 'todo')
equal('taken away from both', marks(anna, '/lists/dev/t/3.json')[1], ['c++'])
anna.get('/lists/dev/t/3').submit('Add tags', tags='one')
p.cli('archive', 'split', DEV, '5')
equal('each mark stays with the post that it was made at', (marks(anna, '/lists/dev/t/3.json'), marks(anna, '/lists/dev/t/5.json')),
      ((True, ['c++', 'one']), (False, [])))

section('a list that is called otherwise')
p.cli('list', 'rename', DEV, 'devel@lists.example')
equal('keeps them', [(x['list'], x['number']) for x in starred(anna, '?tag=c%2B%2B')['rows']], [('devel', 3)])
p.cli('list', 'rename', 'devel@lists.example', DEV)

section('in nobody else\'s hands')
data = anna.json('/account/data.json')
check('one\'s own file has them', {'list': DEV, 'thread_of_post': 3, 'tag': 'c++'}.items() <= [x for x in data['starred'] if x.get('tag') == 'c++'][0].items(), data['starred'][:3])
check('and the star', [x for x in data['starred'] if x.get('star') and x['thread_of_post'] == 3])
admin = Browser(p, '192.0.2.9').enter(ADMIN)
number = re.findall(r'href="(/persons/\d+)"', admin.get('/persons?q=anna').page)[0]
for path in (number, '/lists/dev/admin/log', '/lists/dev/admin/members', '/trace?q=' + ANNA, '/lists/dev/t/3', '/account/starred', '/persons'):
    check(f'{path}: no page of an administrator', 'c++' not in admin.get(path).page and 'secretly' not in admin.page, admin.page[:300])

section('one who becomes part of another')
p.cli('user', 'add', 'anna2@uni.example')
two = Browser(p, '192.0.2.5').enter('anna2@uni.example')
two.get('/lists/dev/t/8').submit('Add tags', tags='fromtwo')
two.get('/lists/dev/t/3').submit('Add tags', tags='c++')
p.cli('user', 'merge', ANNA, 'anna2@uni.example')
equal('brings marks along', [x['number'] for x in starred(anna, '?tag=fromtwo')['rows']], [8])
equal('and doubles none', [x['number'] for x in starred(anna, '?tag=c%2B%2B')['rows']], [3])

section('a thread by mail')
POSTER, DORA = 'poster@uni.example', 'dora@uni.example'
p.cli('member', 'add', DEV, POSTER, DORA)
p.cli('member', 'set', DEV, DORA, 'delivery=mime')
dora = Browser(p, '192.0.2.6').enter(DORA)


def answer(n, words, sender=POSTER):
    p.deliver(sender, [DEV], message(sender, DEV, f'Re: Topic {n}', words + '\r\n', In_Reply_To=f'<Topic{n}@uni.example>'))
    check(f'{words}: is archived', eventually(lambda: p.json('archive', 'search', DEV, f'"{words}"')))
    p.quiet()


def copies(address, words):
    return [m for m in world.to(address) if words.encode() in m.body]


ben.get('/lists/dev/t/10')
equal('it is offered', ben.page.count('>Follow</button>'), 1)
ben.submit('Follow by mail', 'follow')
check('pressed', ben.path == '/lists/dev/t/10' and '>Following</button>' in ben.page)
dora.get('/lists/dev/t/10').submit('Follow by mail', 'follow')
answer(10, 'words for followers')
got = eventually(lambda: copies(BEN, 'words for followers'))
equal('who is no member has it', len(got or []), 1)
equal('who reads digests has it, too', len(copies(DORA, 'words for followers')), 1)
equal('who has it anyway has it once', len(copies(POSTER, 'words for followers')), 1)
one = got[0]
for field in ('List-Id', 'List-Help', 'List-Post', 'List-Archive', 'Archived-At', 'List-Unsubscribe', 'List-Unsubscribe-Post', 'Precedence'):
    equal(f'one {field}', len(one.fields(field)), 1)
check('the return path names the follow', re.fullmatch(r'dev-bounces\+-\d+\.[a-z2-7]+@lists\.example', one.mail_from), one.mail_from)
link = re.fullmatch(r'<https://www\.lists\.example(/lists/dev/follow\?f=-\d+\.\S+)>', one.field('List-Unsubscribe'))
check('and the link ends that alone', link, one.field('List-Unsubscribe'))
equal('in one click', one.field('List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click')
equal('else as every copy', one.body, copies(POSTER, 'words for followers')[0].body)
check('it stands among one\'s threads', [x['number'] for x in starred(ben)['rows'] if x['followed']] == [10] and 'by mail' in ben.get('/account/starred').text())
answer(11, 'of another thread')
equal('no other thread comes', copies(BEN, 'of another thread'), [])
equal('an address that is not the list\'s member may answer as any other\'s', p.json('held', 'ls', DEV), [])
p.deliver(BEN, [DEV], message(BEN, DEV, 'Re: Topic 10', 'held words\r\n', In_Reply_To=one.field('Message-ID')))
check('by the rules of the list', eventually(lambda: [h for h in p.json('held', 'ls', DEV) if h['author'] == BEN]))

section('no longer')
stranger = Browser(p, '192.0.2.7')
stranger.get(link[1])
check('the link shows one button', stranger.status == 200 and stranger.page.split('<main')[1].split('</main')[0].count('<button') == 1 and 'Stop following' in stranger.text())
check('and changes nothing', '>Following<' in ben.get('/lists/dev/t/10').page)
equal('one with another number', stranger.get(link[1].replace('f=-', 'f=-1')).status, 400)
equal('nor by POST', stranger.post(link[1].replace('f=-', 'f=-1'), **{'List-Unsubscribe': 'One-Click'}).status, 400)
equal('it leaves no list', (stranger.post(link[1].replace('/follow?f', '/leave?m'), **{'List-Unsubscribe': 'One-Click'}).status, '>Following<' in ben.get('/lists/dev/t/10').page), (200, True))
stranger.post(link[1], _headers={'Sec-Fetch-Site': 'cross-site'}, _follow=False, **{'List-Unsubscribe': 'One-Click'})
equal('one click', stranger.status, 200)
check('has ended it', '>Follow</button>' in ben.get('/lists/dev/t/10').page)
equal('pressed again', stranger.get(link[1]).submit().status, 200)
check('says that it is over', 'follow it no more' in stranger.text(), stranger.text())
answer(10, 'after the click')
equal('nothing comes', copies(BEN, 'after the click'), [])
equal('to the other it does', len(copies(DORA, 'after the click')), 1)
dora.get('/lists/dev/t/10').submit('Follow by mail', 'stop')
answer(10, 'after the button')
equal('the button ends it, too', copies(DORA, 'after the button'), [])
equal('a guest cannot follow', guest.post('/lists/dev/t/10/follow', do='follow').status, 401)
equal('nor anybody without the form', ben.post('/lists/dev/t/10/follow', do='follow').status, 403)
check('a guest\'s page leads to the sign-in', guest.get('/lists/dev/t/10').link('Follow').startswith('/login?to='))
equal('nor a hidden list\'s', ben.post('/lists/board/t/1/follow', csrf=ben.csrf(), do='follow').status, 404)

section('a private list')
anna.get('/lists/board/t/1').submit('Follow by mail', 'follow')
p.cli('member', 'set', BOARD, ANNA, 'delivery=off')
p.cli('member', 'add', BOARD, POSTER)


def answer_board(words):
    p.deliver(POSTER, [BOARD], message(POSTER, BOARD, 'Re: Plan 1', words + '\r\n', In_Reply_To='<Plan1@uni.example>'))
    check(f'{words}: is archived', eventually(lambda: p.json('archive', 'search', BOARD, f'"{words}"')))
    p.quiet()


answer_board('for members')
equal('a member follows', len(copies(ANNA, 'for members')), 1)
p.cli('member', 'remove', BOARD, ANNA)
answer_board('after leaving')
equal('and does so no more as none', copies(ANNA, 'after leaving'), [])
p.cli('member', 'add', BOARD, ANNA)
check('nor when the membership begins again', '>Follow</button>' in anna.get('/lists/board/t/1').page)

section('a mailbox that is gone')
ben.get('/lists/dev/t/10').submit('Follow by mail', 'follow')
world.reply['rcpt'] = lambda address: '550 5.1.1 no such user' if address == BEN else None
answer(10, 'into the void')
check('ends it', eventually(lambda: '>Follow</button>' in ben.get('/lists/dev/t/10').page, 60, 0.2) and p.events('follow-ended'))
world.reply.pop('rcpt')

section('what is new')
p.cli('user', 'add', 'eve@uni.example')
eve = Browser(p, '192.0.2.8').enter('eve@uni.example')


def news(b):
    return sorted(x['number'] for x in b.json('/lists/dev.json')['threads']['rows'] if x['news'])


equal('nothing is for whoever comes first', news(eve), [])
answer(14, 'first news')
equal('a thread with a new post', news(eve), [14])
eve.get('/lists/dev/')
check('is marked, in words, too', eve.page.count('<li class="new"><span class="vh">new: </span>') == 1)
equal('not for a guest', news(guest), [])
check('whose page has no button', 'Mark all' not in guest.get('/lists/dev/').page)
eve.get('/lists/dev/t/14')
equal('who has looked at it has no news', news(eve), [])
answer(15, 'second news')
answer(16, 'third news')
equal('the others are', news(eve), [15, 16])
eve.get('/lists/dev/t/16?view=flat')
equal('each thread by itself', news(eve), [15])
with sqlite3.connect(p.data + '/lists/lists.db', timeout=60) as book:
    person, = book.execute("SELECT person FROM address WHERE key = 'eve@uni.example'").fetchone()
    equal('written once a minute at most', book.execute('SELECT count(*) FROM reading WHERE person = ? AND number > 0', (person,)).fetchone()[0], 0)
eve.get('/lists/dev/').submit('Mark all as read')
equal('all at once', (eve.path, news(eve)), ('/lists/dev/', []))
check('the button is gone', 'Mark all' not in eve.page)
equal('not by a guest', guest.post('/lists/dev/read').status, 401)
equal('nor without the form', eve.post('/lists/dev/read').status, 403)
equal('nor on a hidden list', ben.post('/lists/board/read', csrf=ben.csrf()).status, 404)
answer(15, 'news for the pictures')

section('a clock of one\'s own')
utc = ben.get('/lists/dev/3').page
when = re.search(r'<time datetime="([^"]+)">([^<]+)</time>', utc)
equal('by the site\'s', (when[1][:16].replace('T', ' '), 'Times are UTC' in ben.text()), (when[2][:16], True))
ben.get('/account')
ben.submit('named', timezone='Asia/Kolkata')
check('saved', 'time zone' in ben.text() and 'value="Asia/Kolkata"' in ben.page)
own = re.search(r'<time datetime="([^"]+)">([^<]+)</time>', ben.get('/lists/dev/3').page)
equal('the instant is the same', own[1], when[1])
shown = datetime.datetime.fromisoformat(own[2][:16]) - datetime.datetime.fromisoformat(when[2][:16])
equal('five and a half hours later', shown, datetime.timedelta(hours=5, minutes=30))
check('and the page says whose clock it is', 'Times are those of Asia/Kolkata' in ben.text(), ben.text()[-300:])
equal('guests have the site\'s', re.search(r'<time datetime="[^"]+">([^<]+)</time>', guest.get('/lists/dev/3').page)[1], when[2])
equal('another has it, too', re.search(r'<time datetime="[^"]+">([^<]+)</time>', dora.get('/lists/dev/3').page)[1], when[2])
equal('JSON is UTC', ben.json('/lists/dev/3.json')['date'], guest.json('/lists/dev/3.json')['date'])
for bad in ('Mars/Base', '../../etc/passwd', 'x' * 70, '/etc/localtime'):
    ben.get('/account').submit('named', timezone=bad)
    check(f'{bad[:12]}: is none', ben.status == 400 and 'no time zone' in ben.text(), ben.text()[:300])
check('it stands', 'value="Asia/Kolkata"' in ben.get('/account').page and ben.json('/account/data.json')['timezone'] == 'Asia/Kolkata')
ben.get('/account').submit('named', timezone='')
equal('back to the site\'s', re.search(r'<time datetime="[^"]+">([^<]+)</time>', ben.get('/lists/dev/3').page)[1], when[2])

section('post dies while copies are made')
CROWD = [f'c{n:04}@uni.example' for n in range(1500)]
p.cli('list', 'create', 'crowd@lists.example', '--private')
p.cli('member', 'add', 'crowd@lists.example', '-', input='\n'.join(CROWD))
book = sqlite3.connect(p.data + '/lists/lists.db', timeout=60)
dev_id, = book.execute("SELECT id FROM list WHERE name = 'dev'").fetchone()
book.execute("UPDATE address SET verified_at = 1 WHERE key LIKE 'c%'")
book.execute("INSERT INTO follow (person, list, number, made_at, last_at) SELECT person, ?, 12, 1, strftime('%s') FROM address WHERE key GLOB 'c[0-9]*'", (dev_id,))
book.commit()
book.close()
deaths = 0
for n in range(6):
    p.deliver(POSTER, [DEV], message(POSTER, DEV, 'Re: Topic 12', f'to the crowd {n}\r\n', In_Reply_To='<Topic12@uni.example>'))
    time.sleep(0.02 + 0.05 * n)
    pid = p.roles().get('post')
    if pid:
        os.kill(pid, signal.SIGKILL)
        deaths += 1
    check('post is back', eventually(lambda: p.roles().get('post') not in (None, pid)))
    # a second death over the same post would end in a letter: it is a rule of its own
    check('and has dealt with it', eventually(lambda: p.status('arrivals') == 0, 60, 0.1))
equal('it died each time', deaths, 6)
check('all is sent', eventually(lambda: p.status('arrivals') == 0 and p.status('deliveries') == 0, 120, 0.3), p.cli('status'))
for n in range(6):
    times = collections.Counter(r for m in world.mails if f'to the crowd {n}\r\n'.encode() in m.body for r in m.rcpts)
    equal(f'post {n}: each of the crowd once', collections.Counter(times[x] for x in CROWD), collections.Counter({1: len(CROWD)}))
    check(f'post {n}: and the member', times[POSTER] == 1, [(m.at, m.mail_from) for m in world.to(POSTER) if f'to the crowd {n}\r\n'.encode() in m.body])

section('in Chromium')
cookie = {'Cookie': '; '.join(f'{k}={v}' for k, v in anna.cookies.items())}
eves = {'Cookie': '; '.join(f'{k}={v}' for k, v in eve.cookies.items())}
visits = [{'path': path, 'width': width, 'scheme': scheme, 'headers': cookie if 'eve' not in path else eves,
           **({'shot': f'{SHOTS}/marks-{re.sub("[^a-z0-9]+", "-", path)}-{width}-{scheme}.png'} if SHOTS else {})}
          for path in ('/lists/dev/t/3', '/lists/dev/?eve', '/account/starred', '/account/starred?tag=many', '/lists/dev/', '/account')
          for width in (390, 820, 1440) for scheme in ('light', 'dark')]
for v in look(p, visits):
    well(v)
d = Drive().open()
d.goto(f'http://localhost:{p.web}' + p.cli('user', 'link', BEN).strip().split('lists.example', 1)[1])
d.click('main form button')
d.goto(f'http://localhost:{p.web}/lists/dev/t/9')
d.click('text=☆ Star')
check('pressed with script', d.shows('text=★ Starred') and d.path == '/lists/dev/t/9')
d.press('summary:text("Tag")')
d.fill('#tags', 'seen')
d.click('text=Add')
check('tagged with script', d.shows('text=seen'))
d.ask('size', width=390, height=300)
below = d.ask('eval', code="""scrollTo({ top: 9999, behavior: 'instant' }), ['.lead .go', '.marks'].map(x => document.querySelector(x).getBoundingClientRect().y)""")
check('on a telephone the ways to read and to answer stay on top, and what is kept of it goes', 0 <= below[0] < 20 and below[1] < 0, below)
equal('no error', d.errors(), [])
equal('it is Ben\'s', [(x['number'], x['starred']) for x in starred(ben)['rows']], [(9, True)])

section('gone with a list, and with a person')
p.cli('list', 'remove', BOARD)
equal('nothing of that list', [x for x in anna.json('/account/data.json')['starred'] if x.get('tag') == 'secretly'], [])
p.cli('user', 'erase', ANNA, '--yes')
check('nothing is left of Anna', b'fromtwo' not in p.run('user', 'show', ANNA).stdout.encode())
equal('and she is signed in no more', anna.get('/account/starred').status, 401)
p.quiet()
done()
