"""Reports on DMARC (RFC 9990): what came in a domain's name on a day is counted, and the domain hears of it once, at an
address that wants it, also where everything is killed on the way."""
# long
import email
import email.policy
import gzip
import os
import re
import shutil
import subprocess
import time

from harness import HERE, Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
DAY, LIST, ANNA = 86400, 'dev@lists.example', 'anna@uni.example'
GOOD, EVIL = '127.0.0.31', '127.0.0.66'
sink = Sink('127.0.0.71', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
zone = {'mx.all.example': {'A': [sink.host]}}


def domain(name, record):
    zone[name] = {**MX, 'TXT': [f'v=spf1 ip4:{GOOD} -all']}
    zone['_dmarc.' + name] = {'TXT': [record]}


domain('uni.example', 'v=DMARC1; p=none; sp=quarantine; adkim=s; fo=1; rua=mailto:dmarc%2Br@mail.uni.example!1m')
zone['mail.uni.example'] = MX
domain('strict.example', 'v=DMARC1; p=reject; rua=mailto:r@collector.example')
domain('victim.example', 'v=DMARC1; p=none; rua=mailto:r@nobody-asked.example')
domain('silent.example', 'v=DMARC1; p=none')
domain('small.example', 'v=DMARC1; p=none; rua=mailto:r@small.example!1k')
domain('down.example', 'v=DMARC1; p=none; rua=mailto:r@dead.example')
zone['_dmarc.dead.example'] = 'SERVFAIL'
zone['lame.example'] = 'SERVFAIL'
zone['_dmarc.lame.example'] = {'TXT': ['v=DMARC1; p=quarantine; rua=mailto:lame@collector.example']}
zone['lame.example._report._dmarc.collector.example'] = {'TXT': ['v=DMARC1']}
zone['nobody-asked.example'] = zone['collector.example'] = MX
zone['strict.example._report._dmarc.collector.example'] = {'TXT': ['v=DMARC1; rua=mailto:instead@collector.example']}
dns = NameServer(zone)
now = int(time.time())
noon = DAY - now % DAY + DAY // 2  # of tomorrow: no midnight comes in between
p = Postern(dns=dns, mx_port=sink.port, clock=True, admin='admin@home.example', trust__dmarc_reports='yes', trust__reports='no')
p.set_clock(noon)
p.cli('list', 'create', LIST, '--owner', 'owner@home.example')
p.start()
today = (now + noon) // DAY * DAY


def comes(author, source, to=LIST, sender=None, subject='a post', helo='mail.client.example'):
    return p.deliver(author if sender is None else sender, to, message(author, to, subject), source=source, helo=helo)


def carried(wanted):
    """Messages that have come to the outbound book."""
    import sqlite3
    with sqlite3.connect(f'file:{p.data}/outbound/outbound.db?mode=ro', uri=True) as b:
        return b.execute('SELECT ifnull(sum(messages), 0) FROM dmarc_tally').fetchone()[0] >= wanted


def open_report(mail):
    letter = email.message_from_bytes(mail.data, policy=email.policy.default)
    text, file = letter.iter_parts()
    return letter, file, gzip.decompress(file.get_content())


def save(name, octets):
    with open(f'{p.dir}/{name}', 'wb') as f:
        f.write(octets)
    return f'{p.dir}/{name}'


def read(mail):
    return p.json('check', 'report', save('report.eml', mail.data))


section('a day')
equal('a post with proof', comes(ANNA, GOOD)[0], 250)
equal('another', comes(ANNA, GOOD)[0], 250)
equal('one in the same name from elsewhere', comes(ANNA, EVIL)[0], 250)
code, text = comes('x@strict.example', EVIL, to='dev-owner@lists.example')
check('what its domain asks to refuse is refused', code == 550, (code, text))
for name in ('victim', 'silent', 'small', 'down'):
    equal(f'mail of {name}.example', comes(f'x@{name}.example', EVIL)[0], 250)
equal('mail whose SPF gets no answer', comes('x@lame.example', EVIL, to='dev-owner@lists.example')[0], 250)
check('all of it is counted, but for who wants no report', eventually(lambda: carried(8), 60, 0.2), p.tail())
check('no report before the day is over', not [m for m in sink.mails if m.field('Subject').startswith('Report')])

section('killed between the steps')
equal('one more', comes(ANNA, EVIL)[0], 250)
check('counted', eventually(lambda: carried(9), 60, 0.2))
p.kill()
p.start()
equal('and one more', comes(ANNA, EVIL)[0], 250)
check('counted after a crash, once', eventually(lambda: carried(10), 60, 0.2) and not carried(11), p.tail())

section('the day after')
midnight = today + DAY - now
p.set_clock(midnight + 300)
check('not in the first minutes', not eventually(lambda: sink.to('dmarc+r@mail.uni.example'), 7, 0.5))
p.set_clock(midnight + 5 * 3600)
eventually(lambda: p.events('dmarc-reported'), 60, 0.05)
p.kill()  # reports are in the queue, or not yet
p.start()
m = eventually(lambda: sink.to('dmarc+r@mail.uni.example'), 60, 0.2)
if check('the report came', m, p.tail()):
    letter, file, xml = open_report(m[0])
    equal('from nobody', m[0].mail_from, '')
    check('its subject', re.match(r'Report Domain: uni\.example Submitter: lists\.example Report-ID: <[\w.-]+@lists\.example>$',
                                  m[0].field('Subject')), m[0].field('Subject'))
    check('signed as who From says', 'd=lists.example' in m[0].field('DKIM-Signature')
          and '@lists.example>' in m[0].field('From'), m[0].field('From'))
    equal('nobody shall answer it', m[0].field('Auto-Submitted'), 'auto-generated')
    equal('the file', (file.get_content_type(), file.get_filename()),
          ('application/gzip', f'lists.example!uni.example!{today}!{today + DAY - 1}.xml.gz'))
    seen = read(m[0])
    equal('postern reads it', (seen['result'], seen['domain'], seen['begin'], seen['end']), ('aggregate', 'uni.example', today, today + DAY - 1))
    equal('the policy', {k: seen[k] for k in ('p', 'sp', 'np', 'adkim', 'aspf', 'fo', 'testing', 'discovery')},
          {'p': 'none', 'sp': 'quarantine', 'np': 'quarantine', 'adkim': 's', 'aspf': 'r', 'fo': '1', 'testing': 'n', 'discovery': 'treewalk'})
    rows = {r['source_ip']: r for r in seen['records']}
    equal('who sent how many', {ip: r['count'] for ip, r in rows.items()}, {GOOD: 2, EVIL: 3})
    equal('what passed', [rows[GOOD][k] for k in ('disposition', 'spf', 'dkim', 'header_from', 'envelope_from')],
          ['pass', 'pass', 'fail', 'uni.example', 'uni.example'])
    equal('what failed', [rows[EVIL][k] for k in ('disposition', 'spf', 'dkim', 'reasons')], ['none', 'fail', 'fail', []])
    equal('SPF itself', [(r['method'], r['domain'], r['scope'], r['result']) for r in rows[EVIL]['results']],
          [('spf', 'uni.example', 'mfrom', 'fail')])
    path = save('report.xml', xml)
    if check('xmllint (libxml2-utils) is here', shutil.which('xmllint')):
        said = subprocess.run(['xmllint', '--noout', '--relaxng', HERE + '/dmarc_report.rng', path], capture_output=True, text=True)
        equal('it is as the tables of the RFC say', said.returncode, 0) or print(said.stderr)
        wrong = save('wrong.xml', xml.replace(b'<disposition>pass', b'<disposition>passed'))
        check('which xmllint would notice', subprocess.run(
            ['xmllint', '--noout', '--relaxng', HERE + '/dmarc_report.rng', wrong], capture_output=True).returncode)
t = eventually(lambda: sink.to('instead@collector.example'), 60, 0.2)
if check('elsewhere, where DNS agrees, to whom it names', t, p.tail()):
    seen = read(t[0])
    equal('what was refused', [(r['count'], r['disposition'], r['reasons']) for r in seen['records']], [(1, 'reject', [])])
t = eventually(lambda: sink.to('lame@collector.example'), 60, 0.2)
if check('a temporary error is told of, too', t, p.tail()):
    row = read(t[0])['records'][0]
    equal('nothing was applied', [row[k] for k in ('count', 'disposition', 'spf', 'dkim')], [1, 'none', 'fail', 'fail'])
    equal('and why', [(x['type'], x['comment']) for x in row['reasons']], [('other', 'DNS gave no answer: no verdict')])
    equal('which mechanism had no answer', [(x['method'], x['domain'], x['result']) for x in row['results']], [('spf', 'lame.example', 'temperror')])
check('the one whom nobody asked', eventually(lambda: p.events('dmarc-report-unwanted', domain='victim.example')))
check('too large for who says so', eventually(lambda: p.events('dmarc-report-too-large', domain='small.example')))

section('once, and to nobody else')
time.sleep(6)
reports = [m for m in sink.mails if m.field('Subject').startswith('Report Domain:')]
equal('reports', sorted(r for m in reports for r in m.rcpts), ['dmarc+r@mail.uni.example', 'instead@collector.example', 'lame@collector.example'])
del zone['_dmarc.dead.example']
zone['dead.example'] = MX
zone['down.example._report._dmarc.dead.example'] = {'TXT': ['v=DMARC1']}
p.stop()
p.start()
d = eventually(lambda: sink.to('r@dead.example'), 60, 0.2)
check('where DNS did not say it was tried again', d, p.tail())
equal('a report is not reported on', comes('postmaster@uni.example', GOOD, sender='', subject='Report Domain: lists.example',
                                                  helo='uni.example')[0], 250)
time.sleep(9)
check('nothing was counted for it', not carried(1))

section('off')
before = len(sink.mails)
p.stop()
p.configure(trust__dmarc_reports='no')
p.start()
equal('mail comes as ever', comes(ANNA, GOOD)[0], 250)
time.sleep(9)
check('nothing is counted', not carried(1))

section('reports on what failed')
domain('torn.example', 'v=DMARC1; p=none; ruf=mailto:f@torn.example,mailto:f@collector.example,mailto:f@nobody-asked.example')
domain('other.example', 'v=DMARC1; p=none; fo=d:s; ruf=mailto:f@other.example')
domain('lists.example', 'v=DMARC1; p=none; ruf=mailto:f@lists.example')
zone['torn.example._report._dmarc.collector.example'] = {'TXT': ['v=DMARC1; ruf=mailto:told@collector.example']}
before = len(sink.mails)
p.stop()
p.configure(trust__failure_reports='yes')
p.start()
for n in range(3):
    equal('one that fails', comes('pat.doe@torn.example', EVIL, subject='a private matter')[0], 250)
equal('one that passes', comes('pat.doe@torn.example', GOOD, subject='a private matter')[0], 250)
equal('one whose domain asks for reports of another kind', comes('x@other.example', EVIL)[0], 250)
comes('x@torn.example', EVIL, sender='', subject='from nobody')
report = message('x@torn.example', LIST, 'a report').replace(b'\r\n\r\n', b'\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\n', 1)
p.deliver('y@torn.example', LIST, report, source=EVIL, helo='h.example')


def failures():
    import sqlite3
    with sqlite3.connect(f'file:{p.data}/outbound/outbound.db?mode=ro', uri=True) as b:
        return b.execute('SELECT domain, messages, reported FROM dmarc_failure').fetchall()


check('it is known, in one row', eventually(lambda: failures() == [('torn.example', 3, 0)], 60, 0.2), failures())
check('which nobody hears of before the hour is over', not [m for m in sink.mails if m.field('Subject').startswith('Failure')])
p.kill()
p.start()
p.set_clock(midnight + 8 * 3600)
got = eventually(lambda: sink.to('f@torn.example'), 60, 0.2)
if check('then its domain does', got, p.tail()):
    m = got[0]
    equal('from nobody', m.mail_from, '')
    check('signed as who From says', 'd=lists.example' in m.field('DKIM-Signature') and '@lists.example>' in m.field('From'), m.header)
    equal('of a kind that nobody answers', (m.field('Auto-Submitted'), 'report-type=feedback-report' in m.field('Content-Type')), ('auto-generated', True))
    said = p.json('check', 'bounce', save('failure.eml', m.data))['complaint']
    equal('postern reads it', (said['type'], said['incidents'] if 'incidents' in said else 3), ('auth-failure', 3))
    text = m.data.decode()
    check('it says what the checks said', all(x in text for x in ('Auth-Failure: dmarc', 'Identity-Alignment: dkim, spf', 'Incidents: 3', f'Source-IP: {EVIL}',
          'Reported-Domain: torn.example', f'SPF-DNS: txt : torn.example : "v=spf1 ip4:{GOOD} -all"')), text)
    check('and nobody, and no word', not any(x in text for x in ('pat.doe', 'private', LIST, 'dev@')), text)
check('elsewhere, where DNS agrees, to whom it names', eventually(lambda: sink.to('told@collector.example'), 60, 0.2), p.tail())
check('once', eventually(lambda: failures() == [('torn.example', 3, 1)]))
time.sleep(6)
equal('and nobody else hears', sorted(r for m in sink.mails[before:] if m.field('Subject').startswith('Failure') for r in m.rcpts),
      ['f@torn.example', 'told@collector.example'])
done()
