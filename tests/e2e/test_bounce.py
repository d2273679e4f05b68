"""What mail that comes back does to memberships: refused in the session or reported by
mail, over weeks of the fake clock, with the server killed on the way."""
# long
import json
import os
import re
import time

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, OLGA = 'dev@lists.example', 'anna@home.example', 'olga@home.example'
GONE, STRICT, FULL, WELL = 'gone@far.example', 'strict@far.example', 'full@far.example', 'well@far.example'
DAY = 86400
DATA = os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(__file__), '../../../shared/data'))

far, home = Sink('127.0.0.21', 0, 'far.example'), None
home = Sink('127.0.0.22', far.port, 'home.example')
dns = NameServer({
    'far.host': {'A': ['127.0.0.21']}, 'home.host': {'A': ['127.0.0.22']},
    'far.example': {'MX': [(10, 'far.host')]}, 'sure.example': {'MX': [(10, 'far.host')], 'TXT': ['v=spf1 ip4:127.0.0.9 -all']},
    'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.0/8 -all']},
})
SAYS = {'gone': '550 5.1.1 no such user', 'full': '552 5.2.2 mailbox full'}
far.reply['rcpt'] = lambda address: SAYS.get(address.split('@')[0])
# Strict has nothing against the list, but against who wrote.
far.reply['dot'] = lambda mail: '550 5.7.1 not from that domain' if STRICT in mail.rcpts and ANNA in mail.field('From') else None

p = Postern(dns=dns, mx_port=far.port, clock=True, admin='admin@home.example')
p.cli('list', 'create', LIST, '--owner', OLGA)
p.cli('member', 'add', LIST, ANNA, GONE, STRICT, FULL, WELL)
p.start()
clock = [0]


def later(days):
    clock[0] += days * DAY
    p.set_clock(clock[0])


def member(address, of=None):
    return next((m for m in p.json('member', 'ls', of or LIST) if m['address'] == address), None)


def score(address):
    m = member(address)
    return float(m['bounce_score']) if m else None


def becomes(what, value, wanted, seconds=60):
    return check(what, eventually(lambda: value() == wanted, seconds, 0.1), f'{value()!r}, wanted {wanted!r}')


def post(subject):
    octets = message(ANNA, LIST, subject)
    code, text = p.deliver(ANNA, LIST, octets)
    check(f'"{subject}" is accepted', code == 250, text)
    mid = mid_of(octets)
    check(f'"{subject}" went out', eventually(lambda: bool(far.to(WELL, Subject=subject)) and p.status('deliveries') == 0, 60, 0.1))
    return mid


def path_of(mail):
    return mail.mail_from


def a_day(day):
    mid = post(f'day {day}')
    post(f'day {day} again')
    becomes(f'day {day}: gone has a point a day', lambda: score(GONE), day + 1.0)
    becomes(f'day {day}: a full mailbox a quarter', lambda: score(FULL), (day + 1) / 4)
    equal(f'day {day}: policy is not counted', score(STRICT), 0.0)
    return mid


section('refused in the session')
for day in range(3):
    mid = a_day(day)
    later(1)
equal('who gets mail has none', score(WELL), 0.0)
check('trace shows the refusal', any(r['what'] == 'refused' and '5.1.1' in r['detail'] for r in p.trace(mid) if r['recipient'] == GONE))

section('killed between the steps')
# Each of post's steps finds its work done, whenever it ends.
for i in range(5):
    p.deliver(ANNA, LIST, message(ANNA, LIST, f'killed {i}'))
    time.sleep(0.02 + 0.1 * i)
    p.kill()
    p.start()
eventually(lambda: p.status('deliveries') == 0 and p.status('arrivals') == 0, 60, 0.1)
becomes('a point, whatever was cut off', lambda: score(GONE), 4.0, 20)
becomes('a quarter', lambda: score(FULL), 1.0)
time.sleep(1.5)
equal('and no more', (score(GONE), score(FULL), member(GONE)['delivery']), (4.0, 1.0, 'regular'))
later(1)

section('the probe')
# It goes out at five points; gone refuses it, and that is what decides.
far.clear()
post('the fifth day')
becomes('the probe was refused: delivery is off', lambda: (member(GONE) or {}).get('off_by'), 'bounces', 15)
equal('the post and one probe were refused', far.refused.count(GONE), 2)
check('the owner is told', eventually(lambda: home.to(OLGA, Subject=f'Mail to {GONE} is turned off')))
check('with the words of the server', '5.1.1' in home.to(OLGA, Subject='is turned off')[0].text())

section('warnings, and the end')
SAYS.pop('gone')  # the warnings are what the mailbox would get
for n in range(3):
    p.cli('tick')
    check(f'warning {n + 1}', eventually(lambda: len(far.to(GONE, Subject='is turned off')) == n + 1, 60, 0.1), len(far.to(GONE)))
    later(6)
    p.cli('tick')
    later(1)
check('a member meanwhile', member(GONE))
p.cli('tick', '--at', '+1d')
becomes('removed', lambda: member(GONE), None)
check('the owner hears of that', eventually(lambda: home.to(OLGA, Subject=f'{GONE} was removed')))
check('and the member', eventually(lambda: far.to(GONE, Subject='no longer a member')))
equal('each warning once', len(far.to(GONE, Subject='is turned off')), 3)
check('the last one says so', sum('last such' in m.text() for m in far.to(GONE)) == 1)

section('on again')
becomes('points of before are forgotten', lambda: score(FULL), 0.0)
SAYS['full'] = '550 5.2.1 closed'
for day in range(5):
    post(f'closed {day}')
    becomes(f'closed on day {day}', lambda: score(FULL), day + 1.0)
    if day < 4:
        later(1)
becomes('off', lambda: member(FULL)['off_by'], 'bounces', 15)
SAYS.pop('full')
p.cli('member', 'set', LIST, FULL, 'delivery=regular')
equal('who is turned on again has no points', (score(FULL), member(FULL)['off_by']), (0.0, ''))
post('welcome back')
check('and gets mail', eventually(lambda: far.to(FULL, Subject='welcome back')))

section('two weeks of policy')
equal('never a point, and mail goes on', (score(STRICT), member(STRICT)['delivery']), (0.0, 'regular'))
equal('but one probe, in which no author has a part', len(far.to(STRICT, Subject='Does mail from')), 1)
later(8)
p.cli('tick')
equal('it did not come back', (score(STRICT), member(STRICT)['delivery']), (0.0, 'regular'))
far.reply.pop('dot')

section('reports by mail')


def report(path, status='5.1.1', action='failed', mid='', final=WELL, to_field='x@y.example'):
    body = (f'--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n'
            f'--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; far.host\r\n\r\n'
            f'Final-Recipient: rfc822; {final}\r\nAction: {action}\r\nStatus: {status}\r\n'
            f'Diagnostic-Code: smtp; 550 {status} we thought again\r\n\r\n'
            f'--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{mid}>\r\nFrom: {ANNA}\r\n\r\n--b--\r\n')
    octets = message('mailer-daemon@far.example', to_field, 'Undelivered', body, MIME_Version='1.0',
                     Auto_Submitted='auto-replied', Content_Type='multipart/report; report-type=delivery-status; boundary=b')
    return p.deliver('', path, octets)


mid = post('comes back later')
path = path_of(far.to(WELL, Subject='comes back later')[0])
equal('a report is taken', report(path, mid=mid)[0], 250)
becomes('and counts', lambda: score(WELL), 1.0)
check('the trace of the post shows it', eventually(lambda: any(r['what'] == 'bounced' and r['recipient'] == WELL for r in p.trace(mid))),
      p.trace(mid))
later(1)
report(path, status='5.7.1', mid=mid)
report(path, action='delayed', status='4.4.1', mid=mid)
report(path, action='delivered', status='2.0.0', mid=mid)
p.deliver('', path, message(WELL, 'x@y.example', 'Away', Auto_Submitted='auto-replied'))
report(f'dev-bounces@lists.example', mid='unknown@x')
report(f'dev-bounces@lists.example', mid=mid, final='nobody@far.example')
name, tag = path.split('.', 1)
report(f'{name}.{"a" * 16}@lists.example', mid=mid)
eventually(lambda: p.status('arrivals') == 0, 60, 0.1)
time.sleep(1.5)
equal('policy, delays, success, who is away, strangers: no point', score(WELL), 1.0)
report('dev-bounces@lists.example', mid=mid)
becomes('the bare address, with a post that went there', lambda: score(WELL), 2.0)


def in_words(answered, final):
    """No part of the standard, no return path of a member: words, and what they answer."""
    octets = message('mailer-daemon@far.example', 'x@y.example', 'Undelivered Mail', f'This is the mail system at host far.example.\r\n\r\nYour message could not be '
                     f'delivered to one or more recipients.\r\n\r\n<{final}>: 550 5.1.1 user unknown\r\n', In_Reply_To=f'<{answered}>')
    return p.deliver('', 'dev-bounces@lists.example', octets)


later(1)
in_words(mid, WELL)
becomes('words that answer a post and name who had it', lambda: score(WELL), 3.0)
in_words('unknown@x', WELL)
in_words(mid, 'nobody@far.example')
eventually(lambda: p.status('arrivals') == 0, 60, 0.1)
time.sleep(1)
equal('not those that answer another, or name another', score(WELL), 3.0)
equal('four entries at the post, two of them without a tag', sorted(r['what'] for r in p.trace(mid) if r['what'].startswith('bounce')),
      ['bounce-named'] * 2 + ['bounced'] * 2)

section('the corpora, each at the return path of a member of its own')
CORP = 'corp@lists.example'
expected = json.load(open(f'{DATA}/bounce/expected.json'))
names = {f'c{i:03}@far.example': name for i, name in enumerate(sorted(expected))}
p.cli('list', 'create', CORP, '--owner', OLGA)
p.cli('member', 'add', CORP, ANNA, '-', input='\n'.join(names) + '\n')
octets = message(ANNA, CORP, 'to all of them')
check('the new list takes mail', eventually(lambda: p.deliver(ANNA, CORP, octets)[0] == 250, 60, 0.3))
check('all have a copy', eventually(lambda: all(far.to(x, Subject='to all of them') for x in names), 60, 0.2), p.trace(mid_of(octets)))
with p.smtp() as s:
    s.ehlo()
    for address, name in names.items():
        s.docmd('MAIL FROM:<>')
        s.docmd(f'RCPT TO:<{far.to(address, Subject="to all of them")[0].mail_from}>')
        octets = open(f'{DATA}/bounce/msgs/{name}', 'rb').read()
        code, text = s.data(re.sub(rb'\r\n|\r|\n', b'\r\n', octets))
        check(f'{name} is taken', code == 250, text)
eventually(lambda: p.status('arrivals') == 0, 60, 0.2)
time.sleep(1.5)
came_back = {x for x in names if any(r['what'] == 'bounced' for r in p.trace(x))}
failed = {x for x, name in names.items() if expected[name]['permanent']}
check('none is missed', failed <= came_back, sorted(names[x] for x in failed - came_back))
check('none is taken for one', came_back <= failed, sorted(names[x] for x in came_back - failed))
points = {m['address']: float(m['bounce_score']) for m in p.json('member', 'ls', CORP)}
check('a point at most, for who failed', all(points[x] <= (x in failed) for x in names), points)
print(f'suite: bounce corpora at return paths: {len(failed & came_back)} of {len(failed)} recognised, {len(came_back - failed)} wrong, '
      f'{sum(1 for x in points.values() if x == 1)} of them a point')

section('complaints')
arf = (f'--b\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n'
       f'Feedback-Type: abuse\r\nUser-Agent: far/1\r\nVersion: 1\r\nOriginal-Mail-From: <{{path}}>\r\n\r\n'
       f'--b\r\nContent-Type: message/rfc822\r\n\r\n{{copy}}\r\n--b--\r\n')


def complain(path, copy, to='dev-owner@lists.example'):
    octets = message('fbl@far.example', to, 'complaint', arf.format(path=path, copy=copy), MIME_Version='1.0',
                     Content_Type='multipart/report; report-type=feedback-report; boundary=b')
    return p.deliver('', to, octets)


complain('somebody@far.example', f'From: {ANNA}\r\nSubject: no copy of ours\r\n\r\nx')
complain(f'{name}.{"a" * 16}@lists.example', 'Subject: x\r\n\r\nx')
time.sleep(1.5)
equal('no tag of ours, no consequence', member(WELL)['delivery'], 'regular')
copy = far.to(WELL, Subject='comes back later')[0].text()
link = re.search(r'/leave\?m=([0-9]+\.[a-z2-7]+)', copy)
check('the copy bears its leave link', link)
complain('', copy.replace('\r\n\r\n', '\r\n\r\nredacted\r\n', 1), 'abuse@lists.example')
becomes('by the leave link alone', lambda: member(WELL)['off_by'], 'complaint')
check('a polite notice', eventually(lambda: far.to(WELL, Subject='is turned off')))
complain(path, 'Subject: again\r\n\r\nx')
later(30)
p.cli('tick')
time.sleep(0.5)
equal('nothing follows', member(WELL)['off_by'], 'complaint')

section('complaints about copies that several share')
TIED, KIM, LEE = 'tied@lists.example', 'kim@sure.example', 'lee@sure.example'
p.cli('list', 'create', TIED, '--owner', OLGA)
p.cli('list', 'set', TIED, 'personal_copies=no')
p.cli('member', 'add', TIED, ANNA, KIM, LEE)
octets = message(ANNA, TIED, 'one for all')
equal('a post', p.deliver(ANNA, TIED, octets)[0], 250)
check('comes', eventually(lambda: far.to(KIM, Subject='one for all')), p.tail())
copy = far.to(KIM, Subject='one for all')[0].text()
check('without a word of whose it is', 'leave?m=' not in copy and 'bounces+' not in copy, copy)


def tied(author, source, name=KIM):
    octets = message(author, 'tied-owner@lists.example', 'complaint',
                     arf.format(path='tied-bounces@lists.example>\r\nOriginal-Rcpt-To: <' + name, copy=copy), MIME_Version='1.0',
                     Content_Type='multipart/report; report-type=feedback-report; boundary=b')
    before = len(home.mails)
    equal(f'a report by {author}', p.deliver(author, 'tied-owner@lists.example', octets, source=source)[0], 250)
    return lambda: len(home.mails) > before


for author, source, why in (('abuse@sure.example', '127.0.0.1', 'without proof'), ('lee@sure.example', '127.0.0.9', 'by another user'),
                            ('abuse@home.example', '127.0.0.1', 'by another domain')):
    heard = tied(author, source)
    check(f'{why} it goes to a person', eventually(heard, 60, 0.1), p.tail())
    equal('and nobody is turned off', [member(x, TIED)['delivery'] for x in (KIM, LEE)], ['regular'] * 2)
tied('abuse@sure.example', '127.0.0.9')
check('by the server of the mailbox the member is asked', eventually(lambda: far.to(KIM, Subject='Do you want mail from tied?')), p.tail())
equal('that member alone', far.to(LEE, Subject='Do you want mail from tied?'), [])
tied('abuse@sure.example', '127.0.0.9')
time.sleep(1)
equal('nobody is turned off in another\'s name, nor asked twice', ([member(x, TIED)['delivery'] for x in (KIM, LEE)], len(far.to(KIM, Subject='Do you want mail from tied?'))),
      (['regular'] * 2, 1))

section('a report of ours that nobody takes')
p.cli('user', 'add', ANNA)
p.cli('user', 'set', ANNA, 'may_send=yes')
home.reply['rcpt'] = lambda address: '550 5.1.1 gone myself'
SAYS['gone-too'] = '550 5.1.1 no such user'
with p.submit(ANNA, p.token(ANNA)) as s:
    s.sendmail(ANNA, ['gone-too@far.example'], message(ANNA, 'gone-too@far.example', 'to nobody'))
check('status counts it', eventually(lambda: p.status('reports of ours refused') == 1, 60, 0.2), p.json('status'))
home.reply.pop('rcpt')

section('the page')
later(-30)
b = Browser(p)
b.get('/confirm/' + p.cli('user', 'link', OLGA).strip().rsplit('/', 1)[1])
b.submit()
health = b.json('/lists/dev/admin/health.json')
groups = health.get('groups', [])
check('refusals with the suspect and who refused', any(
    g['author_domain'] == 'home.example' and g['domain'] == 'far.example' and g['people'] == 2 for g in groups), groups)
check('the complaint', any(c['address'] == WELL for c in health.get('complained', {}).get('rows', [])), health.get('complained'))
check('in words', 'Refused for policy' in b.get('/lists/dev/admin/health').text(), b.text())
equal('a guest does not see it', Browser(p).get('/lists/dev/admin/health').status, 401)
equal('and nothing was kept from anybody', p.status('arrivals given up'), 0)
done()
