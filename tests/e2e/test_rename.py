"""A list is renamed while it runs: old addresses, links, return paths and feeds go on; List-Id stays."""
import os
import re

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, free_port, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, NEW, ADMIN, ANNA, BEN = 'dev@lists.example', 'team@new.example', 'okafor@lists.example', 'anna@uni.example', 'ben@uni.example'
SHOTS = os.environ.get('POSTERN_SHOTS')
sink = Sink('127.0.0.9', free_port('127.0.0.9'))
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.0/8 -all']}, 'mx.uni.example': {'A': ['127.0.0.9']},
                  'lists.example': {'MX': [(10, 'mx.uni.example')]}})
p = Postern(dns=dns, mx_port=sink.port, admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', ADMIN)
p.cli('list', 'create', 'news@lists.example')
p.cli('user', 'add', ADMIN, '--admin')
p.cli('member', 'add', LIST, ANNA, BEN)
p.start()


def post(subject, to=LIST):
    p.deliver(ANNA, to, message(f'Anna <{ANNA}>', to, subject))
    got = eventually(lambda: [m for m in sink.to(BEN) if subject.encode() in m.data])
    check(f'{subject}: a copy reached the member', got)
    return got[0] if got else None


def head(copy, name):
    m = re.search(rb'(?im)^' + name.encode() + rb':((?:.|\r?\n[ \t])*)', copy.data)
    return re.sub(r'\s+', ' ', m[1].decode()).strip() if m else ''


section('under the old name')
before = post('first words')
link = re.search(r'https://www\.lists\.example(/lists/dev/leave\?m=[^>]+)', head(before, 'List-Unsubscribe'))
check('the copy bears its own link to leave', link)
guest = Browser(p)
feed = guest.get('/lists/dev/feed.atom').page
entry = re.search(r'<entry>.*?<id>(.*?)</id>', feed, re.S)[1]

section('renamed, by the page')
b = Browser(p)
url = p.cli('user', 'link', ADMIN).strip()
b.get(url[url.index('/confirm/'):]).submit()
b.get('/lists/dev/admin/name').submit('rename', address=NEW)
equal('a domain that is none of ours is refused', b.status, 400)
b.get('/lists/dev/admin/name').submit('rename', address='news@lists.example')
equal('so is the name of another list', b.status, 400)
b.get('/lists/dev/admin/name').submit('rename', address='crystals@lists.example')
check('it is renamed, and says so', b.status == 200 and 'The list is renamed' in b.page and b.path.startswith('/lists/crystals/admin/name'), (b.status, b.path))
said = p.cli('list', 'rename', 'crystals@lists.example', NEW)
check('once more, by command, to a new domain', 'The domain is new here' in said, said)

section('what was before goes on')
for path, to in (('/lists/dev/', '/lists/team/'), ('/lists/dev/1', '/lists/team/1'), ('/lists/crystals/t/1', '/lists/team/t/1'),
                 ('/lists/dev/search?q=first&x=%20y', '/lists/team/search?q=first&x=%20y'), ('/lists/dev/1.json', '/lists/team/1.json'),
                 ('/lists/dev@lists.example/by/', '/lists/team/by/'), ('/lists/DEV/feed.atom', '/lists/team/feed.atom')):
    guest.ask('GET', path)
    equal(f'{path} leads on', (guest.status, guest.headers.get('location')), (301, to))
guest.get('/lists/dev/1')
check('to the post', guest.status == 200 and 'first words' in guest.page, guest.status)
check('a reader of the feed sees no post anew', f'<id>{entry}</id>' in guest.get('/lists/team/feed.atom').page)
after = post('second words', LIST)
equal('mail to the old address is a post', head(after, 'List-Post'), f'<mailto:{NEW}>')
equal('its List-Id is what it was', head(after, 'List-Id'), head(before, 'List-Id'))
check('and is named by the new address otherwise', '/lists/team/2' in head(after, 'Archived-At'), head(after, 'Archived-At'))
post('third words', 'crystals@lists.example')
report = message('MAILER-DAEMON@uni.example', before.mail_from, 'Undelivered', 'This is a report.\r\n\r\n', Content_Type='multipart/report; report-type=delivery-status; boundary=b')
report += (b'--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.uni.example\r\n\r\n'
           b'Final-Recipient: rfc822; ben@uni.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n--b--\r\n')
check('the return path names the old list', before.mail_from.startswith('dev-bounces+') and before.mail_from.endswith('@lists.example'), before.mail_from)
p.deliver('', before.mail_from, report)
check('a report to a return path of before counts for the member', eventually(lambda: [e for e in p.events('bounce-received') if e['list'] == NEW and e['member']]), p.tail())
owner = p.json('check', 'address', 'dev-owner@lists.example')
check('dev-owner@ means its owners', NEW in str(owner), owner)
r = p.run('list', 'create', LIST)
check('nobody else can have the name', r.returncode == 1 and 'another list had that address' in r.stderr, r.stderr)
mine = p.run('list', 'get', LIST, 'emergency')
equal('commands know it by the old name', mine.stdout.strip(), 'no')
if link:
    guest.ask('POST', link[1], 'List-Unsubscribe=One-Click')
    check('one click on a link of before leaves', guest.status in (200, 303) and eventually(lambda: BEN not in str(p.json('member', 'ls', NEW))), guest.status)

section('after a restart, and when it is let go')
p.stop()
p.start()
guest.ask('GET', '/lists/dev/1')
equal('the old link still leads on', guest.headers.get('location'), '/lists/team/1')
b.get('/lists/team/admin/name')
check('the page shows what it was called', LIST in b.page and 'crystals@lists.example' in b.page)
visits = [{'path': '/lists/team/admin/name', 'width': w, 'full': True, 'headers': {'Authorization': 'Bearer ' + p.token(ADMIN)},
           'shot': f'{SHOTS}/name-{w}.png' if SHOTS else None} for w in (390, 1440)]
for s in look(p, visits):
    well(s)
p.cli('list', 'forget', 'crystals@lists.example')
guest.ask('GET', '/lists/crystals/')
equal('a name that was let go leads nowhere', guest.status, 404)
said = p.cli('list', 'rename', '@lists.example', '@third.example')
check('all lists of a domain', 'Renamed 1 lists' in said, said)
guest.ask('GET', '/lists/news@lists.example/')
check('lead on', guest.status == 301 and guest.headers.get('location') == '/lists/news/', (guest.status, guest.headers))
done()
