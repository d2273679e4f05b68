"""A day and more in seconds: the schedule of retries, the report of a delay, the end,
and what the reports say, by a clock that the test moves."""
import datetime
import email
import email.policy
import email.utils
import re
import time

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message, mid_of
from nameserver import NameServer
from sink import Sink

limit(900)
ANNA, FIRST, LONGEST, EXPIRE, WARN = 'anna@home.example', 600, 4 * 3600, 24 * 3600, 4 * 3600
away = Sink('127.0.0.21', 0, 'away.example')
home = Sink('127.0.0.22', away.port, 'home.example')
dns = NameServer({'away.host': {'A': ['127.0.0.21']}, 'home.host': {'A': ['127.0.0.22']},
                  'away.example': {'MX': [(10, 'away.host')]}, 'home.example': {'MX': [(10, 'home.host')]}})
p = Postern(dns=dns, mx_port=away.port, clock=True, admin='admin@home.example', send__timeout='2s',
            send__retry='10m', send__expire='1d')
p.cli('user', 'add', ANNA, '--may-send')
TOKEN = p.token(ANNA)
p.start()
clock = 0
away.reply['rcpt'] = lambda address: '451 4.2.0 the mailbox is busy' if address.startswith('grey') else None


def send(to, subject, mail_params='', rcpt_params=''):
    post = message(ANNA, ', '.join(to), subject, 'The body of it.\r\n')
    with p.submit(ANNA, TOKEN) as s:
        s.docmd(f'MAIL FROM:<{ANNA}> {mail_params}')
        for one in to:
            equal(f'RCPT {one}', s.docmd(f'RCPT TO:<{one}> {rcpt_params}')[0], 250)
        equal(f'"{subject}" is accepted', s.data(post)[0], 250)
    return mid_of(post)


def at(entry):
    return datetime.datetime.fromisoformat(entry['at'].replace('Z', '+00:00')).timestamp()


def entries(mid, what, recipient=None):
    return [r for r in p.trace(mid) if r['what'] == what and recipient in (None, r['recipient'])]


def move(to):
    """The clock stands at that many seconds after the start."""
    global clock
    clock = to
    p.set_clock(round(to - (time.time() - began)))


def reports(subject):
    """(whole, its groups of fields, the mail as the sink had it) of each report about that mail."""
    out = []
    for m in home.to(ANNA):
        whole = email.message_from_bytes(m.data, policy=email.policy.default)
        part = next((x for x in whole.walk() if x.get_content_type() == 'message/delivery-status'), None)
        if part and f'Subject: {subject}\r\n' in m.text():
            out.append((whole, [dict(g.items()) for g in part.get_payload()], m))
    return out


section('a day of retries')
began = time.time()
mid = send(['grey@away.example', 'good@away.example', 'grey2@away.example'], 'a long wait', 'ENVID=day+2B20 RET=FULL', 'ORCPT=rfc822;first+2B20@else.example')
check('the first attempt', eventually(lambda: len(entries(mid, 'tried')) == 2, 60, 0.1), p.trace(mid))
check('who is not put off has it', eventually(lambda: entries(mid, 'delivered', 'good@away.example'), 60, 0.1), p.trace(mid))
equal('the ledger: queued for three', [(r['recipient'], r['detail']) for r in entries(mid, 'queued')],
      [(ANNA, 'submission to 3 recipients')])
due = at(entries(mid, 'tried', 'grey@away.example')[0]) - began
wait, due_at, tries, warned_at = FIRST, [], 1, None
while due + wait < EXPIRE + LONGEST:
    due += wait
    early = wait / 10  # up to a tenth is taken off, by chance
    wait = min(2 * wait, LONGEST)
    due_at.append(due)
    last = due >= EXPIRE
    if tries in (1, 4, 7):  # not a moment sooner, for three of them
        move(due - early - 15)
        time.sleep(1.5)
        equal(f'not before {due} s', len(entries(mid, 'tried', 'grey@away.example')), tries)
    move(due + 8)
    what, wanted = ('expired', 1) if last else ('tried', tries + 1)
    check(f'again after {due} s', eventually(lambda: len(entries(mid, what, 'grey@away.example')) == wanted, 60, 0.1), p.trace(mid))
    tries += not last
    if not warned_at and eventually(lambda: reports('a long wait'), 60 if due >= WARN else 0.05, 0.05):
        warned_at = due
    if last:
        break
    # the next one is counted from when this one was made
    due = at(entries(mid, 'tried', 'grey@away.example')[-1]) - began
times = [at(r) - began for r in entries(mid, 'tried', 'grey@away.example') + entries(mid, 'expired', 'grey@away.example')]
gaps = [b - a for a, b in zip(times, times[1:])]
ideal = [min(FIRST * 2 ** i, LONGEST) for i in range(len(gaps))]
check('each wait is twice the one before, up to four hours', all(0.9 * w - 1 <= g < w + 30 for g, w in zip(gaps, ideal)), list(zip(gaps, ideal)))
check('it ends at the first attempt after a day', times[-2] < EXPIRE <= times[-1], times)
print(f'suite: retries of a day: {len(times)} attempts, waits {[round(g) for g in gaps]} s')

section('the report of a delay')
check('after four hours, not before', warned_at is not None and WARN <= warned_at < 2 * WARN, warned_at)
told = reports('a long wait')
delays = [r for r in told if any(g.get('Action') == 'delayed' for g in r[1])]
recipients = [g for r in delays for g in r[1] if 'Final-Recipient' in g]
equal('each recipient once', sorted(g['Final-Recipient'] for g in recipients), ['rfc822; grey2@away.example', 'rfc822; grey@away.example'])
whole, groups, m = delays[0]
equal('a report: null path, kind, subject', (m.mail_from, whole.get_content_type(), whole.get_param('report-type'), whole['Subject']),
      ('', 'multipart/report', 'delivery-status', 'Mail delayed'))
equal('nobody answers it', whole['Auto-Submitted'], 'auto-replied')
equal('about the message', (groups[0]['Reporting-MTA'], groups[0]['Original-Envelope-Id']), ('dns; mail.lists.example', 'day+20'))
arrived = email.utils.parsedate_to_datetime(groups[0]['Arrival-Date']).timestamp()
check('and when it came', abs(arrived - began) < 60, groups[0])
one = recipients[0]
equal('about the recipient', (one['Action'], one['Status'], one['Remote-MTA'], one['Diagnostic-Code'], one['Original-Recipient']),
      ('delayed', '4.2.0', 'dns; away.host', 'smtp; 451 4.2.0 the mailbox is busy', 'rfc822;first+20@else.example'))
until = email.utils.parsedate_to_datetime(one['Will-Retry-Until']).timestamp()
check('until when it is tried', abs(until - (began + EXPIRE)) < 60, one)

section('the end')
failures = eventually(lambda: (lambda f: f if sum('Final-Recipient' in g for r in f for g in r[1]) == 2 else None)(
    [r for r in reports('a long wait') if any(g.get('Action') == 'failed' for g in r[1])])) or []
recipients = [g for r in failures for g in r[1] if 'Final-Recipient' in g]
equal('each recipient is told of once', sorted(g['Final-Recipient'] for g in recipients), ['rfc822; grey2@away.example', 'rfc822; grey@away.example'])
check('failed, with the last reply and no word of retries', all(
    (g['Action'], g['Status'], g['Diagnostic-Code']) == ('failed', '4.4.7', 'smtp; 451 4.2.0 the mailbox is busy') and 'Will-Retry-Until' not in g
    for g in recipients), recipients)
whole, groups, m = failures[0]
equal('null path, subject, envelope id', (m.mail_from, whole['Subject'], groups[0]['Original-Envelope-Id']), ('', 'Mail not delivered', 'day+20'))
check('RET=FULL: the whole of it comes back', 'The body of it.' in m.text() and mid in m.text(), m.text())
words = next(x for x in whole.walk() if x.get_content_type() == 'text/plain').get_content()
check('in words, too', re.search(r'could not be delivered', words) and 'the mailbox is busy' in words, words)
check('nothing waits', eventually(lambda: p.status('deliveries') == 0, 60, 0.1), p.json('queue', 'ls'))
equal('one of them was never in question', [r['what'] for r in p.trace(mid) if r['recipient'] == 'good@away.example'], ['delivered'])

section('who hears nothing')
quiet = send(['grey@away.example'], 'asked for silence', '', 'NOTIFY=NEVER')
never = send(['grey@away.example'], 'only of failures', '', 'NOTIFY=FAILURE')
delay = send(['grey@away.example'], 'only of delays', '', 'NOTIFY=SUCCESS,DELAY')
check('all are tried', eventually(lambda: all(entries(x, 'tried') for x in (quiet, never, delay)), 60, 0.1))
move(clock + WARN + 60)
check('and again', eventually(lambda: all(len(entries(x, 'tried')) == 2 for x in (quiet, never, delay)), 60, 0.1), p.trace(never))
move(clock + EXPIRE)
check('all end', eventually(lambda: all(entries(x, 'expired') for x in (quiet, never, delay)), 60, 0.1), p.trace(quiet))
check('of a failure one hears who asked for it', eventually(lambda: reports('only of failures')))
equal('but not of the delay', [g.get('Action') for r in reports('only of failures') for g in r[1] if 'Action' in g], ['failed'])
check('of a delay, too', eventually(lambda: reports('only of delays')))
equal('and not of the end', [g.get('Action') for r in reports('only of delays') for g in r[1] if 'Action' in g], ['delayed'])
equal('and NEVER is never', reports('asked for silence'), [])
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
