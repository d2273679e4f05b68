"""The page of statistics: posts, authors, members over time, delivery; figures that agree with
what happened, as pictures and as tables, each for those who may see what it counts."""
import os
import re
import sqlite3
import time
from email.utils import formatdate

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, limit, section

limit(900)
LIST, SECRET, ADMIN, ANNA = 'dev@lists.example', 'secret@lists.example', 'okafor@lists.example', 'anna@uni.example'
SHOTS = os.environ.get('POSTERN_SHOTS')
POSTS, MEMBERS = 10000, 100000
p = Postern(send__relay='outbox', admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', ADMIN)
p.cli('list', 'create', SECRET, '--private')
p.cli('user', 'add', ADMIN, '--admin')
p.cli('user', 'add', ANNA)
now = int(time.time())


def month(t):
    return time.strftime('%Y-%m', time.gmtime(t))


section('a large list')
wanted, who = {}, {}
with open(p.dir + '/old.mbox', 'w') as f:
    for i in range(POSTS):
        at, n = now - i * 4000, i % 97 if i % 3 else 0  # some 15 months, one author with a third of all
        wanted[month(at)] = wanted.get(month(at), 0) + 1
        who.setdefault(month(at), set()).add(n)
        f.write(f'From x@uni.example Thu Jan  1 00:00:00 1970\nFrom: Author {n} <a{n}@uni.example>\nTo: {LIST}\nSubject: post {i}\n'
                f'Message-ID: <{i}@old.example>\nDate: {formatdate(at)}\n\nwords {i}\n\n')
p.cli('archive', 'import', LIST, p.dir + '/old.mbox')
r = p.run('member', 'import', LIST, input='address,name\n' + ''.join(f'm{i}@site{i % 50}.example,\n' for i in range(MEMBERS)))
equal('all members are in', r.returncode, 0)
p.cli('member', 'remove', LIST, 'm1@site1.example', 'm2@site2.example')
p.cli('member', 'set', LIST, 'm3@site3.example', 'delivery=mime')
db = sqlite3.connect(f'{p.data}/lists/lists.db', timeout=60)
with db:
    for i in range(9):
        db.execute("INSERT INTO bounce (list, member, address, at, class, status, author_domain, text, act, score, event) "
                   "VALUES (1, 1, 'm4@site4.example', ?, ?, '5.1.1', '', 'no such user', '', 1, ?)",
                   (now - i * 86400 * 5, ('mailbox', 'full', 'policy')[i % 3], 900000 + i))
db.close()
p.start()

section('the figures agree')
b = Browser(p)
url = p.cli('user', 'link', ADMIN).strip()
b.get(url[url.index('/confirm/'):]).submit()
began = time.monotonic()
s = b.json('/lists/dev/stats.json')
print(f'   made in {(time.monotonic() - began) * 1000:.0f} ms', flush=True)
shown = {x['month']: x for x in s['months']}
equal('24 months, the newest first', (len(s['months']), s['months'][0]['month']), (24, month(now)))
equal('posts by month', {m: shown[m]['posts'] for m in wanted if m in shown}, {m: n for m, n in wanted.items() if m in shown})
equal('authors by month', {m: shown[m]['authors'] for m in who if m in shown}, {m: len(x) for m, x in who.items() if m in shown})
equal('all posts, all authors', (s['posts'], s['authors']), (POSTS, 97))
check('who writes most', s['writers'][0]['who'] == 'Author 0' and s['writers'][0]['posts'] > 2000 and len(s['writers']) == 10, s['writers'])
equal('members now', s['members'], MEMBERS - 2)
equal('joined and left', (s['changes'][0]['joined'], s['changes'][0]['left'], s['changes'][0]['members'], s['changes'][1]['members']),
      (MEMBERS, 2, MEMBERS - 2, 0))
equal('how they get posts', {x['way']: x['members'] for x in s['ways']}, {'each post as it comes': MEMBERS - 3, 'digests, as MIME': 1})
equal('what came back', [sum(w[k] for w in s['weeks']) for k in ('gone', 'full', 'policy', 'complaints', 'other')], [3, 3, 3, 0, 0])

section('as a page')
b.get('/lists/dev/stats')
svgs = re.findall(r'<svg[^>]*aria-labelledby="([^"]*)"[^>]*>(.*?)</svg>', b.page, re.S)
equal('four pictures', len(svgs), 4)
for ids, inside in svgs:
    check(f'{ids}: it has a title and a description', all(f'id="{i}"' in inside for i in ids.split()) and '<title' in inside and '<desc' in inside)
check('no script of its own', b.page.count('<script') == 1 and ' style=' not in b.page)
check('the list leads to it', '/lists/dev/stats' in b.get('/lists/dev/').page)

section('a list that has been quiet for years')
p.cli('list', 'create', 'quiet@lists.example')
with open(p.dir + '/quiet.mbox', 'w') as f:
    for i, at in enumerate((now - 1500 * 86400, now - 1440 * 86400)):
        f.write(f'From x@uni.example Thu Jan  1 00:00:00 1970\nFrom: Author <a@uni.example>\nTo: quiet@lists.example\nSubject: post {i}\n'
                f'Message-ID: <quiet{i}@old.example>\nDate: {formatdate(at)}\n\nwords\n\n')
p.cli('archive', 'import', 'quiet@lists.example', p.dir + '/quiet.mbox')
page = b.get('/lists/quiet/stats').page
equal('its months with posts alone, the newest first', re.findall(r'<th scope="row"><a href="/lists/quiet/by/[^"]*"><time datetime="([^"]*)">[^<]*</time></a></th><td class="num">1</td><td class="num">1</td>', page),
      [month(now - 1440 * 86400), month(now - 1500 * 86400)])
check('with pictures of its last two years', page.count('role="img"') == 2 and 'Its last 24 months with posts' in page)
check('and who wrote in the last of them, as a link', re.search(r'<a href="/lists/quiet/from/\d+" rel="nofollow"><bdi>Author</bdi></a>', page))
check('no row of nothing', not re.search(r'<td class="num">0</td><td class="num">0</td>', page))

section('each for those who may see it')
guest = Browser(p)
g = guest.json('/lists/dev/stats.json')
check('guests see posts and authors', g['posts'] == POSTS and not g['counts_members'] and not g['sees_health'] and not g['changes'] and not g['weeks'], list(g))
guest.get('/lists/secret/stats')
check('not of a list for members', guest.status in (401, 404), guest.status)
p.cli('list', 'set', LIST, 'archive_policy=private', 'member_roster_visibility=public')
g = eventually(lambda: (lambda x: x if not x['may_read'] else None)(guest.json('/lists/dev/stats.json')))
check('what guests may not read is not counted for them, the roster is', g and not g['writers'] and not g['posts'] and g['members'] == MEMBERS - 2, g)

section('they follow what happens')
p.cli('member', 'remove', LIST, 'm5@site5.example')
s = b.json('/lists/dev/stats.json')
equal('one more left', (s['members'], s['changes'][0]['left']), (MEMBERS - 3, 3))
b.get('/lists/dev/post').submit('Your post', 'send', subject='One more', text='words\r\n')
s = eventually(lambda: (lambda x: x if x['posts'] == POSTS + 1 else None)(b.json('/lists/dev/stats.json')))
check('one more post, by one more author', s and s['authors'] == 98, s and (s['posts'], s['authors']))

section('as Chromium shows it')
visits = [{'path': '/lists/dev/stats', 'width': w, 'full': True, 'headers': {'Authorization': 'Bearer ' + p.token(ADMIN)},
           'shot': f'{SHOTS}/stats-{w}.png' if SHOTS else None} for w in (390, 1440)]
for x in look(p, visits):
    well(x)
done()
