"""Joining, leaving and asking by mail: tokens, policies, letters, and the answers that
are never given."""
import re

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
OPEN, CLOSED, ASKED = 'dev@lists.example', 'staff@lists.example', 'board@lists.example'
OWNER = 'owner@uni.example'

world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
                  'unproven.example': {'MX': [(10, 'mx.uni.example')]},
                  'victim.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 -all']},
                  'strict.example': {'MX': [(10, 'mx.uni.example')]}, '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject']}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example')
for name in (OPEN, CLOSED, ASKED):
    p.cli('list', 'create', name, '--owner', OWNER)
p.cli('list', 'set', OPEN, 'description=Work on the code', 'admin_notify_mchanges=yes')
p.cli('list', 'set', CLOSED, 'subscription_policy=closed')
p.cli('list', 'set', ASKED, 'subscription_policy=confirm_then_moderate', 'advertised=no')
p.start()


def write(sender, to, subject='', body='', code=250, **fields):
    got = p.deliver(sender, to, message(f'Some Body <{sender}>', to, subject, body, **fields))
    equal(f'mail of {sender} to {to}', got[0], code)


def letter(to, seconds=60, **having):
    got = eventually(lambda: world.to(to, **having), seconds)
    if not check(f'{to} gets a letter {having}', got, [(m.rcpts, m.field('Subject')) for m in world.mails]):
        return None
    check(f'the letter {having} answers nobody and loops nowhere', got[0].mail_from == ''
          and got[0].field('Auto-Submitted').startswith('auto-') and got[0].field('Message-ID')
          and got[0].field('Date'), got[0].header)
    return got[0]


def members(name):
    return [m['address'] for m in p.json('member', 'ls', name)]


def token_of(m):
    return re.search(r'-confirm\+([A-Za-z0-9]+)@', m.header)[1]


section('join, confirm by an answer')
write('anna@uni.example', 'dev-join@lists.example')
m = letter('anna@uni.example', Subject='onfirm')
check('it says what for, and has the link', OPEN in m.text() and f'https://www.lists.example/confirm/{token_of(m)}' in m.text(), m.text())
equal('nobody joined yet', members(OPEN), [])
answer_to = re.search(r'<(dev-confirm\+\S+)>', m.field('From') + m.field('Reply-To'))[1]
write('anna@uni.example', answer_to, 'Re: ' + m.field('Subject'), '> quoted\r\n')
letter('anna@uni.example', Subject='Welcome')
equal('Anna is a member', members(OPEN), ['anna@uni.example'])
equal('with her name', p.json('member', 'ls', OPEN)[0]['name'], 'Some Body')
check('owners are told where they want to be', letter(OWNER, Subject='anna@uni.example joined'))
world.clear()
write('anna@uni.example', answer_to, 'Re: again')
check('a token works once', 'used up' in letter('anna@uni.example').text())
world.clear()
write('anna@uni.example', 'dev-join@lists.example')
check('a member is told so', letter('anna@uni.example', Subject='You are a member'))

section('join: other words, other addresses')
write('ben@uni.example', 'dev-subscribe@lists.example')
token = token_of(letter('ben@uni.example', Subject='onfirm'))
write('ben@uni.example', f'dev-confirm+{token.swapcase()}@lists.example')
letter('ben@uni.example', Subject='Welcome')
write('cara@uni.example', 'dev-request@lists.example', 'subscribe')
token = token_of(letter('cara@uni.example', Subject='onfirm'))
write('cara@uni.example', 'dev-request@lists.example', 'confirm ' + token)
letter('cara@uni.example', Subject='Welcome')
write('dave@uni.example', 'DEV-REQUEST@Lists.Example', 'hello', 'Join\r\nend\r\nleave\r\n')
letter('dave@uni.example', Subject='onfirm')
equal('two confirmed, one not', members(OPEN), ['anna@uni.example', 'ben@uni.example', 'cara@uni.example'])
write('x@uni.example', 'dev-confirm+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@lists.example')
check('an unknown token', 'never one of ours' in letter('x@uni.example').text())
write('x@uni.example', 'dev-confirm@lists.example', code=550)

section('one who asks for ever is not mailed for ever')
for _ in range(4):
    write('flood@uni.example', 'dev-join@lists.example')
check('the fourth is told to look', letter('flood@uni.example', Subject='Re: ') is not None)
p.quiet()
equal('three letters with tokens', len(world.to('flood@uni.example', Subject='onfirm')), 3)

section('request')
write('eve@uni.example', 'dev-request@lists.example', 'help')
m = letter('eve@uni.example', Subject='Re: help')
check('help names the words', all(w in m.text() for w in ('join', 'leave', 'info', 'who', 'lists')), m.text())
equal('an answer', (m.field('Auto-Submitted'), bool(m.field('In-Reply-To'))), ('auto-replied', True))
write('eve@unproven.example', 'dev-request@lists.example', 'help')
check('who is not proven is not answered', p.event('command-not-answered'))
check('the ledger says so', eventually(lambda: any('not answered' in r['detail'] for r in p.trace('dev-request@lists.example'))))
write('eve@unproven.example', 'dev-join@lists.example')
letter('eve@unproven.example', Subject='onfirm')
equal('but for the token that proves it', len(world.to('eve@unproven.example')), 1)

section('in a victim\'s name')
for to in ('dev-request', 'dev-join', 'dev-leave', 'dev-confirm+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'dev-subscribe'):
    write('v@victim.example', to + '@lists.example', 'help', code=550)
    write('v@strict.example', to + '@lists.example', 'help', code=550)
write('v@strict.example', 'dev-owner@lists.example', 'buy', code=550)
write('v@victim.example', 'dev-owner@lists.example', 'a question')
letter_ = message('v@victim.example', 'dev-request@lists.example', 'help', mid='<forged1@victim.example>')
code, text = p.deliver('v@victim.example', 'dev-request@lists.example', letter_)
check('the reply says why', code == 550 and '5.7.1' in text and 'SPF' in text, text)
rows = eventually(lambda: p.trace('forged1@victim.example'))
check('a trace finds the refusal and its reason', [(r['what'], r['recipient']) for r in rows] == [('rejected', 'dev-request@lists.example')]
      and 'sender: reject' in rows[0]['detail'], rows)
equal('one who takes it keeps the others out of it', p.deliver('v@victim.example', ['dev-request@lists.example', 'dev-owner@lists.example'],
      message('v@victim.example', 'dev-owner@lists.example', 'two', mid='<forged2@victim.example>'))[0], 250)
check('refused for that one', eventually(lambda: ('rejected', 'dev-request@lists.example') in
      [(r['what'], r['recipient']) for r in p.trace('forged2@victim.example')]), p.trace('forged2@victim.example'))
p.cli('ban', 'add', '@bad.uni.example', '--list', OPEN)
equal('a post that the list refuses', p.deliver('x@bad.uni.example', OPEN, message('x@bad.uni.example', OPEN, 'no', 'Hidden words.\r\n',
      mid='<banned1@uni.example>'))[0], 550)
rows = eventually(lambda: p.trace('<banned1@uni.example>'))
check('is in the trace with every rule', [(r['what'], r['recipient']) for r in rows] == [('rejected', OPEN)]
      and 'banned: reject' in rows[0]['detail'] and 'loop: miss' in rows[0]['detail'], rows)
for i in range(70):
    p.deliver('x@bad.uni.example', OPEN, message('x@bad.uni.example', OPEN, 'no', mid=f'<flood{i}@uni.example>'))
p.quiet()
noted = sum(bool(p.trace(f'flood{i}@uni.example')) for i in range(70))
check('no more than 60 an hour from one network', 20 < noted < 60, noted)
equal('nobody heard of any of it', [m.rcpts for m in world.mails if 'victim' in str(m.rcpts) or 'strict' in str(m.rcpts)], [])
p.cli('ban', 'rm', '@bad.uni.example', '--list', OPEN)
section('request: words')
write('eve@uni.example', 'dev-request@lists.example', 'questions', 'info\r\nlists\r\nwho\r\nThank you!\r\n')
m = letter('eve@uni.example', Subject='Re: questions')
check('info, lists, who', 'Work on the code' in m.text() and CLOSED in m.text() and ASKED not in m.text()
      and 'does not show its members' in m.text(), m.text())
p.cli('list', 'set', OPEN, 'member_roster_visibility=public')
p.cli('member', 'set', OPEN, 'ben@uni.example', 'hidden=yes')
write('eve@uni.example', 'dev-request@lists.example', 'who')
m = letter('eve@uni.example', Subject='Re: who')
check('who, to everybody, without the hidden', 'anna@uni.example' in m.text() and 'ben@uni.example' not in m.text(), m.text())
write('eve@uni.example', 'dev-request@lists.example', 'a question', 'Could you add me, please?\r\n')
check('prose gets help', 'No command was found' in letter('eve@uni.example', Subject='Re: a question').text())
html = 'Content-Type: text/html\r\n'
write('fay@uni.example', 'dev-request@lists.example', '', '<html><body><p>help</p></body></html>\r\n', Content_Type='text/html')
check('commands in HTML are read', 'one word a line' in letter('fay@uni.example').text(), world.to('fay@uni.example')[0].text())

section('ten answers a day')
for i in range(12):
    write('asker@uni.example', 'dev-request@lists.example', f'help')
p.event('answers-exhausted')
p.quiet()
equal('ten are given', len(world.to('asker@uni.example')), 10)

section('what no program answers')
for name, value in (('Auto-Submitted', 'auto-generated'), ('Precedence', 'bulk'), ('List-Id', '<other.far.example>')):
    write('robot@uni.example', 'dev-request@lists.example', 'help', **{name.replace('-', '_'): value})
    write('robot@uni.example', 'dev-join@lists.example', **{name.replace('-', '_'): value})
for sender in ('', 'mailer-daemon@uni.example', 'other-bounces@uni.example', 'owner-other@uni.example'):
    got = p.deliver(sender, 'dev-request@lists.example', message('robot@uni.example', 'dev-request@lists.example', 'help'))
    equal(f'mail of <{sender}> is taken', got[0], 250)
check('all are passed over', eventually(lambda: len(p.events('command-ignored')) >= 10), len(p.events('command-ignored')))
p.quiet()
equal('and nobody is answered', [m.rcpts for m in world.mails if 'robot' in str(m.rcpts) or '-bounces' in str(m.rcpts)
                                 or 'daemon' in str(m.rcpts) or 'owner-' in str(m.rcpts)], [])

section('closed, and let in by moderators')
write('eve@uni.example', 'staff-join@lists.example')
check('a closed list says so', 'takes no requests' in letter('eve@uni.example', From='staff').text())
write('gil@uni.example', 'board-join@lists.example')
token = token_of(letter('gil@uni.example', Subject='onfirm'))
write('gil@uni.example', f'board-confirm+{token}@lists.example')
check('the one who confirmed waits', letter('gil@uni.example', Subject='waits'))
check('the moderator is told', letter(OWNER, Subject='gil@uni.example wants to join'))
equal('not a member yet', members(ASKED), [])
waiting = p.json('request', 'ls', ASKED)
equal('request ls shows it', [r['address'] for r in waiting], ['gil@uni.example'])
p.cli('request', 'accept', str(waiting[0]['id']))
check('let in, and welcomed', members(ASKED) == ['gil@uni.example'] and letter('gil@uni.example', Subject='Welcome'))
write('hal@uni.example', 'board-join@lists.example')
token = token_of(letter('hal@uni.example', Subject='onfirm'))
write('hal@uni.example', f'board-confirm+{token}@lists.example')
letter('hal@uni.example', Subject='waits')
p.cli('request', 'reject', str(p.json('request', 'ls', ASKED)[0]['id']), '--reason', 'The board is full.')
check('refused, with the reason', eventually(lambda: any('The board is full.' in m.text() for m in world.to('hal@uni.example'))))
equal('and did not join', members(ASKED), ['gil@uni.example'])
p.cli('ban', 'add', '@bad.uni.example', '--list', OPEN)
write('ian@bad.uni.example', 'dev-join@lists.example')
write('kim@uni.example', 'dev-join@lists.example')
letter('kim@uni.example', Subject='onfirm')
check('a banned one gets no token', not world.to('ian@bad.uni.example', Subject='onfirm'))

section('who runs a list, by command')
def roles():
    return sorted((r['role'], r['address']) for r in p.json('role', 'ls', OPEN))
r = p.run('role', 'remove', OPEN, 'owner', OWNER)
check('the only owner stays', r.returncode == 1 and 'only owner' in r.stderr, r.stderr)
p.cli('role', 'add', OPEN, 'owner', 'Two@uni.example')
p.cli('role', 'remove', OPEN, 'owner', OWNER)
equal('another took over', roles(), [('owner', 'Two@uni.example')])
p.cli('role', 'add', OPEN, 'owner', OWNER)
p.cli('role', 'remove', OPEN, 'owner', 'two@uni.example')
equal('and back', roles(), [('owner', OWNER)])
r = p.run('role', 'add', OPEN, 'king', OWNER)
check('no such role: usage', r.returncode == 2 and 'owner or moderator' in r.stderr, r.stderr)
r = p.run('list', 'set', OPEN, 'subject_prefix=[x] ', 'nonsense=1')
check('one wrong setting: none is set', r.returncode == 1 and p.cli('list', 'get', OPEN, 'subject_prefix').strip() != '[x]', r.stderr)
r = p.run('list', 'set', OPEN, 'subject_prefix')
check('KEY=VALUE is asked for', r.returncode == 2 and 'KEY=VALUE' in r.stderr, r.stderr)

section('leave')
world.clear()
write('anna@uni.example', 'dev-leave@lists.example')
m = letter('anna@uni.example', Subject='onfirm')
equal('still a member', 'anna@uni.example' in members(OPEN), True)
write('anna@uni.example', f'dev-confirm+{token_of(m)}@lists.example')
letter('anna@uni.example', Subject='You have left')
equal('gone', 'anna@uni.example' in members(OPEN), False)
check('owners are told', letter(OWNER, Subject='anna@uni.example left'))
write('stranger@uni.example', 'dev-unsubscribe@lists.example')
p.cli('list', 'set', OPEN, 'unsubscription_policy=open')
write('cara@uni.example', 'dev-unsubscribe@lists.example')
letter('cara@uni.example', Subject='You have left')
equal('gone at once', members(OPEN), ['ben@uni.example'])
equal('a stranger learns nothing', world.to('stranger@uni.example'), [])

section('return paths')
p.cli('list', 'set', OPEN, 'authenticate=any')
write('ben@uni.example', OPEN, 'a post', 'Hello.\r\n')
path = eventually(lambda: [m for m in world.to('ben@uni.example', Subject='a post')])[0].mail_from
local = path.split('@')[0]
report = (f'From: mailer-daemon@uni.example\r\nTo: {path}\r\nSubject: undelivered\r\nMIME-Version: 1.0\r\n'
          'Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n'
          '--x\r\n\r\nSorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.uni.example\r\n\r\n'
          'Final-Recipient: rfc822; ben@uni.example\r\nAction: failed\r\nStatus: 5.1.1\r\n'
          'Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n--x--\r\n').encode()
flipped = local[:-1] + ('a' if local[-1] != 'a' else 'b')
other = re.sub(r'\+\d+', '+4711', local)
for bad in (flipped, other, 'dev-bounces+1.x', 'dev-bounces+', 'staff' + local[3:]):
    equal(f'{bad}: a wrong tag', p.deliver('', f'{bad}@lists.example', report)[0], 550)
equal('the right one is taken', p.deliver('', path, report)[0], 250)
check('and the bounce is counted', p.event('bounce-received', list=OPEN))
check('member ls shows it', eventually(lambda: '5.1.1' in str(p.json('member', 'ls', OPEN))), p.json('member', 'ls', OPEN))
equal('upper case is the same path', p.deliver('', f'{local.upper()}@LISTS.example', report)[0], 250)
equal('invitation by command', p.run('member', 'add', CLOSED, 'leo@uni.example', '--invite').returncode, 0)
token = token_of(letter('leo@uni.example', Subject='invitation'))
write('leo@uni.example', f'staff-confirm+{token}@lists.example')
letter('leo@uni.example', Subject='Welcome')
equal('who accepts is a member', members(CLOSED), ['leo@uni.example'])
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
