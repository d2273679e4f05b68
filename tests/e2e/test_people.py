"""Who comes to a list, and what they may choose, by mail, command and page: the words of both Mailmans, policies,
invitations, days, domains that stand for each other, and the posts of those who are no members."""
import csv
import datetime
import io
import re

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
DAY = 86400
LIST, OTHER, OWNER = 'dev@lists.example', 'core@lists.example', 'owner@uni.example'
world = Sink('127.0.0.47', 0)
zone = {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'uni.example': zone, 'mail.uni.example': zone, 'far.example': zone, 'mx.uni.example': {'A': ['127.0.0.47']},
                  'unproven.example': {'MX': [(10, 'mx.uni.example')]}})
p = Postern(dns=dns, mx_port=world.port, clock=True, admin='admin@uni.example')
for name in (LIST, OTHER):
    p.cli('list', 'create', name, '--owner', OWNER)
p.cli('member', 'add', LIST, 'Anna <anna@uni.example>', 'ben@uni.example', 'ute@unproven.example')
p.cli('member', 'add', OTHER, 'anna@uni.example', 'cleo@uni.example')
p.start()


def write(sender, to, subject='', body='', code=250, **fields):
    got = p.deliver(sender, to, message(f'Some Body <{sender}>', to, subject, body, **fields))
    equal(f'mail of {sender} to {to}', got[0], code)


def letter(to, **having):
    got = eventually(lambda: world.to(to, **having))
    check(f'{to} gets a letter {having}', got, [(m.rcpts, m.field('Subject')) for m in world.mails])
    return got[0]


def ask(sender, subject, body=''):
    """What LIST-request answers."""
    world.clear()
    write(sender, 'dev-request@lists.example', subject, body)
    return re.sub(r'\s+', ' ', letter(sender, Subject='Re: ').text())


def token_of(m):
    return re.search(r'-confirm\+([A-Za-z0-9]+)@', m.header)[1]


def row(address, name=LIST):
    return ([m for m in p.json('member', 'ls', name) if m['address'] == address] or [None])[0]


def day(n):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=n)).strftime('%Y-%m-%d')


section('several commands in one mail, one answer')
text = ask('anna@uni.example', 'set ack on', 'set digest plain\r\nset show\r\nwhich\r\necho hello there\r\npassword\r\nWhat about me?\r\ninfo\r\n')
check('all are obeyed', all(x in text for x in ('ack is on now', 'digest is plain now', 'set digest plain', 'set ack on', f'{LIST} as anna@uni.example',
                                                f'{OTHER} as anna@uni.example', 'hello there', 'There is no password')), text)
check('what was not understood is quoted, and ends it', 'Not understood: What about me?' in text and '> info' not in text, text)
equal('one answer', len(world.to('anna@uni.example')), 1)
equal('and it is so', row('anna@uni.example')['delivery'], 'plain')
text = ask('anna@uni.example', 'Re: set delivery off', 'stop\r\nset delivery on\r\n')
equal('off, by the member', (row('anna@uni.example')['delivery'], row('anna@uni.example')['off_by']), ('off', 'user'))
check('stop stops', 'delivery is on' not in text, text)
ask('anna@uni.example', 'set delivery on')

section('without proof a token asks')
world.clear()
write('ute@unproven.example', 'dev-request@lists.example', 'set delivery off', 'set hide on\r\nwhich\r\n')
m = letter('ute@unproven.example', Subject='onfirm your settings')
check('it says what for', 'delivery = off, hidden = yes' in m.text().replace('=3D', '='), m.text())
equal('nothing is changed yet', row('ute@unproven.example')['delivery'], 'regular')
link = re.search(r'https://www\.lists\.example(/confirm/[a-z2-7]+)', m.text())[1]
b = Browser(p)
b.get(link)
check('its page says so', b.status == 200 and 'delivery = off, hidden = yes' in b.text(), b.text())
equal('looking changes nothing', row('ute@unproven.example')['delivery'], 'regular')
check('the button does', 'settings are saved' in b.submit().text(), b.text())
equal('off, by the member', (row('ute@unproven.example')['delivery'], row('ute@unproven.example')['off_by']), ('off', 'user'))
equal('one letter for all of it', len(world.to('ute@unproven.example')), 1)

section('policies')
p.cli('list', 'set', LIST, 'subscription_policy=moderate', 'subscribe_auto_approval=@core\n@far.example', 'unsubscription_policy=moderate')
world.clear()
write('cleo@uni.example', 'dev-join@lists.example')
check('a member of the other list is in at once', letter('cleo@uni.example', Subject='Welcome') and row('cleo@uni.example'))
write('dan@uni.example', 'dev-join@lists.example')
letter('dan@uni.example', Subject='waits')
check('anybody else waits', row('dan@uni.example') is None and letter(OWNER, Subject='dan@uni.example wants to join'))
write('ben@uni.example', 'dev-leave@lists.example')
letter('ben@uni.example', Subject='waits')
told = letter(OWNER, Subject='ben@uni.example wants to leave')
check('so does who leaves', told)
equal('and gets no post meanwhile', (row('ben@uni.example')['delivery'], row('ben@uni.example')['off_why']), ('off', 'asked to leave'))
waiting = {r['address']: r for r in p.json('request', 'ls', LIST)}
equal('request ls says which', {k: v['wants'] for k, v in waiting.items()}, {'dan@uni.example': 'join', 'ben@uni.example': 'leave'})
p.cli('user', 'add', OWNER)
url = p.cli('user', 'link', OWNER).strip()
owner = Browser(p)
owner.get(url[url.index('/confirm/'):]).submit()
owner.get('/lists/dev/admin/held')
check('the page says so, too', 'wants to leave' in owner.text() and 'asks to join' in owner.text(), owner.text())
owner.get(re.search(r'/confirm/[a-z2-7]+', told.text())[0])
check('a link leads there, too', 'Let somebody leave dev?' in owner.text() and row('ben@uni.example'), owner.text())
owner.submit(None, 'accept')
equal('a press', owner.path, '/done/let-go?list=dev')
check('let go', eventually(lambda: row('ben@uni.example') is None) and letter('ben@uni.example', Subject='You have left'))
p.cli('request', 'accept', str(waiting['dan@uni.example']['id']))
check('let in', row('dan@uni.example'))
p.cli('list', 'set', LIST, 'unsubscription_policy=confirm', 'subscribe_auto_approval=', 'subscription_policy=open')
write('fay@far.example', 'dev-join@lists.example')
check('open: in at once, where it is proven', letter('fay@far.example', Subject='Welcome'))
write('udo@unproven.example', 'dev-join@lists.example')
check('and asked, where it is not', letter('udo@unproven.example', Subject='onfirm') and row('udo@unproven.example') is None)

section('invitations')
p.cli('list', 'set', LIST, 'subscription_policy=invite')
write('gil@uni.example', 'dev-join@lists.example')
check('who is not invited is told whom to ask', 'by invitation' in letter('gil@uni.example').text())
owner.get('/lists/dev/admin/members').submit('add-title', addresses='Gil <gil@uni.example>\r\nhal@uni.example', how='invite', words='Dear friends,\r\nplease come.')
check('two are invited', 'Invited: 2' in owner.text(), owner.text())
m = letter('gil@uni.example', Subject='invitation')
check('in the owner\'s own words', 'please come.' in m.text() and 'invite you to become a member' in m.text() and '14 days' in m.text(), m.text())
owner.get('/lists/dev/admin/coming')
check('the page lists both, and by whom', all(x in owner.text() for x in ('gil@uni.example', 'hal@uni.example', OWNER)), owner.text())
equal('and the command', [(r['address'], r['by']) for r in p.json('member', 'invited', LIST)], [('gil@uni.example', OWNER), ('hal@uni.example', OWNER)])
write('gil@uni.example', f'dev-confirm+{token_of(m)}@lists.example', 'Re: ' + m.field('Subject'))
check('an answer accepts', letter('gil@uni.example', Subject='Welcome') and row('gil@uni.example'))
hal = letter('hal@uni.example', Subject='invitation')
owner.get('/lists/dev/admin/coming').submit(None, 'withdraw', address='hal@uni.example')
check('withdrawn', 'Withdrawn: 1' in owner.text() and p.json('member', 'invited', LIST) == [], owner.text())
write('hal@uni.example', f'dev-confirm+{token_of(hal)}@lists.example', 'Re: yes')
check('a link that was withdrawn does nothing', 'used up' in letter('hal@uni.example', Subject='Re: ').text() and row('hal@uni.example') is None)
r = p.run('member', 'invite', LIST, 'ida@uni.example', '--words', 'By command.', '--days', '2')
check('by command', r.returncode == 0 and 'By command.' in letter('ida@uni.example', Subject='invitation').text(), r.stderr)
r = p.run('member', 'invite', LIST, 'ida@uni.example', '--days', '400')
check('bounds are told', r.returncode == 1 and '90 days' in r.stderr, r.stderr)
p.set_clock(3 * DAY)
p.cli('tick')
equal('it ends by itself', p.json('member', 'invited', LIST), [])
p.set_clock(0)

section('days')
p.cli('member', 'add', LIST, 'guest@far.example', '--until', day(1))
p.cli('member', 'add', LIST, 'later@far.example', '--from', day(3), '--until', day(5))
r = p.run('member', 'add', LIST, 'never@far.example', '--from', day(3), '--until', day(2))
check('an end before the beginning is refused', r.returncode == 1 and 'before the first' in r.stderr, r.stderr)
r = p.run('member', 'add', LIST, 'never@far.example', '--until', 'soon')
check('no day is refused', r.returncode == 1 and '2026-12-31' in r.stderr, r.stderr)
equal('member ls says until when', row('guest@far.example')['until'], day(1))
equal('member planned from when', [(r['address'], r['from'], r['until']) for r in p.json('member', 'planned', LIST)], [('later@far.example', day(3), day(5))])
owner.get('/lists/dev/admin/coming')
check('so does the page', 'later@far.example' in owner.text() and day(3) in owner.page, owner.text())
exported = p.cli('member', 'export', LIST)
people = {r['address']: r for r in csv.DictReader(io.StringIO(exported))}
equal('the CSV has both days', ((people['guest@far.example']['from'], people['guest@far.example']['until']),
                                (people['later@far.example']['from'], people['later@far.example']['until'])), (('', day(1)), (day(3), day(5))))
COPY = 'copy@lists.example'
p.cli('list', 'create', COPY, '--owner', OWNER)
r = p.run('member', 'import', COPY, input=exported)
equal('and another list has all of it back', (r.returncode, {x['address']: x for x in csv.DictReader(io.StringIO(p.cli('member', 'export', COPY)))} ==
                                             {k: {**v, 'off_by': 'moderator' if v['off_by'] else ''} for k, v in people.items()}), (0, True))
r = p.run('member', 'import', COPY, input='address,until,delivery\nx@far.example,2020-01-01,regular\ny@far.example,,sometimes\nz@far.example,,plain\n')
check('what is wrong makes no member', r.returncode == 1 and '1 added, 2 not' in r.stdout and row('z@far.example', COPY)['delivery'] == 'plain'
      and not row('x@far.example', COPY) and not row('y@far.example', COPY), (r.stdout, r.stderr))
r = p.run('member', 'import', COPY, input='address,shoe size\nv@far.example,42\n')
check('a column that is none', r.returncode == 1 and 'shoe size' in r.stderr and not row('v@far.example', COPY), r.stderr)
copied = p.cli('member', 'export', COPY)
equal('made equal to its own export it changes nothing', (p.run('member', 'sync', COPY, '-', input=copied).stdout, p.cli('member', 'export', COPY)),
      (f'0 added, 0 removed, {len(copied.splitlines()) - 1} were there\n', copied))
p.cli('list', 'set', COPY, 'topics=big: x')
r = p.run('member', 'sync', COPY, '-', input='address,topics\nv@far.example,big\nw@far.example,small\n')
check('a topic that the list has not changes nothing', r.returncode == 1 and 'some of big' in r.stderr and p.cli('member', 'export', COPY) == copied, r.stderr)
r = p.run('member', 'sync', COPY, '-', input='address,topics,from\nv@far.example,big,\nw@far.example,,+9d\n')
equal('members and plans are those of the file', (r.stdout, [(x['address'], x['topics']) for x in p.json('member', 'ls', COPY)],
                                                  [x['address'] for x in p.json('member', 'planned', COPY)]),
      (f'2 added, {len(copied.splitlines()) - 1} removed, 0 were there\n', [('v@far.example', 'big')], ['w@far.example']))
p.cli('list', 'remove', COPY)
world.clear()
p.set_clock(1 * DAY)
p.cli('tick')
check('the last day is one still', row('guest@far.example'))
p.set_clock(2 * DAY)
p.cli('tick')
check('then it is over, with a goodbye', row('guest@far.example') is None and letter('guest@far.example', Subject='has ended'))
check('and nobody comes early', row('later@far.example') is None)
p.set_clock(3 * DAY)
p.cli('tick')
check('another comes, and is welcomed', row('later@far.example')['until'] == day(5) and letter('later@far.example', Subject='Welcome'))
p.set_clock(0)
owner.get('/lists/dev/admin/members').submit('Members', address=['later@far.example'], do='until', last='')
check('an owner takes the end away', row('later@far.example')['until'] == '', owner.text())

section('off, by whom and why')
owner.get('/lists/dev/admin/members').submit('Members', address=['anna@uni.example'], do='off', why='mailbox moves')
equal('kept', (row('anna@uni.example')['off_by'], row('anna@uni.example')['off_why']), ('moderator', 'mailbox moves'))
check('the owner sees it', 'by those who run the list mailbox moves' in owner.text(), owner.text())
url = p.cli('user', 'link', 'anna@uni.example').strip()
anna = Browser(p)
anna.get(url[url.index('/confirm/'):]).submit()
check('so does the member', 'Why: mailbox moves' in anna.get('/lists/dev/me').text(), anna.text())

section('domains that stand for each other')
p.cli('member', 'set', LIST, 'anna@uni.example', 'delivery=regular')
write('anna@mail.uni.example', LIST, 'before')
check('held, as of a stranger', eventually(lambda: [h for h in p.json('held', 'ls', LIST) if h['subject'] == 'before']))
p.cli('list', 'set', LIST, 'equivalent_domains=uni.example, mail.uni.example')
write('anna@mail.uni.example', LIST, 'after')
check('a member\'s now', letter('dan@uni.example', Subject='after'))
p.deliver('anna@mail.uni.example', LIST, message('anna@mail.uni.example', LIST, 'forged'), source='127.0.0.99')
check('with proof, as any', eventually(lambda: [h for h in p.json('held', 'ls', LIST) if h['subject'] == 'forged' and 'proves' in h['reason']]))

section('others')
p.cli('nonmember', 'set', LIST, 'Zoe@far.example', 'accept')
write('zoe@far.example', LIST, 'welcome guest')
check('accepted', letter('dan@uni.example', Subject='welcome guest'))
owner.get('/lists/dev/admin/nonmembers').submit('other', 'reject', address='zoe@far.example')
check('set on the page', 'Set: 1' in owner.text() and p.json('nonmember', 'ls', LIST)[0]['action'] == 'reject', owner.text())
write('zoe@far.example', LIST, 'no more', code=550)
p.cli('nonmember', 'rm', LIST, 'zoe@far.example')
write('zoe@far.example', LIST, 'as anybody')
check('held', eventually(lambda: [h for h in p.json('held', 'ls', LIST) if h['subject'] == 'as anybody']))
r = p.run('nonmember', 'rm', LIST, 'zoe@far.example')
check('there is none any more', r.returncode == 1 and 'says nothing' in r.stderr, r.stderr)
section('two addresses of one person on one list')
p.cli('list', 'set', LIST, 'subscription_policy=open')
p.cli('member', 'add', LIST, 'anna2@uni.example')
p.cli('member', 'set', LIST, 'anna2@uni.example', 'delivery=off')
world.clear()
anna.get('/account').submit('Add an address', 'add', address='anna2@uni.example')
anna.get(re.search(r'/confirm/[a-z2-7]+', letter('anna2@uni.example').text())[0]).submit()
links = re.findall(r'href="(/lists/dev/me[^"]*)"', anna.get('/account').page)
equal('the account has a link for each', len(set(links)), 2)
check('without a name it is where posts go', 'Member as anna@uni.example' in anna.get('/lists/dev/me').text(), anna.text())
check('with a way to the other', '/lists/dev/me?as=anna2%40uni.example' in anna.page, anna.page)
second = [x for x in links if 'anna2' in x][0]
check('one is shown', 'Member as anna2@uni.example' in anna.get(second).text(), anna.text())
anna.submit('My settings for dev', 'save', delivery='summary')
equal('and set for itself', (row('anna@uni.example')['delivery'], row('anna2@uni.example')['delivery']), ('regular', 'summary'))
check('the page stays at it, and says so', anna.status == 200 and 'Member as anna2@' in anna.text() and 'as=anna2' in anna.path, anna.path)
equal('an address that is none of the memberships', anna.get('/lists/dev/me?as=dan@uni.example').status, 404)
equal('nor an address at all', anna.get('/lists/dev/me?as=x').status, 404)
anna.get('/lists/dev/leave')
check('who would leave is asked which', 'All of them' in anna.text() and row('anna2@uni.example'), anna.text())
csrf = anna.csrf()
check('none is guessed at', anna.post('/lists/dev/leave', csrf=csrf).status == 400 and 'say which' in anna.text() and row('anna@uni.example'), anna.text())
anna.get(second.replace('/me?', '/leave?'))
check('from its own page it is the one', 'anna2@uni.example' in anna.text(), anna.text())
anna.submit()
check('and that one ends', row('anna@uni.example') and row('anna2@uni.example') is None, anna.text())
check('one is left: nobody is asked', 'All of them' not in anna.get('/lists/dev/leave').text() and 'My addresses on this list' not in anna.get('/lists/dev/me').page)
p.cli('member', 'add', LIST, 'anna2@uni.example')
anna.get('/lists/dev/leave').submit('Leave dev', None, **{'as': 'all'})
equal('all of them', (row('anna@uni.example'), row('anna2@uni.example')), (None, None))

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
