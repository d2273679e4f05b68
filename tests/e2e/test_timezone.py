"""The site's clock: with [site] timezone digests, the moderators' morning mail and the days of memberships go by it, also in the
night in which summer time begins, when an hour of sending is left out; pages and mails say the hour with its name, programs read UTC."""
import calendar
import http.client
import json
import os
import re
import shutil
import subprocess
import time

from browser import Browser
from harness import POSTERN, Postern, check, done, equal, eventually, folder, limit, section, skipped
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, HOUR = 'dev@lists.example', 3600
world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']}, 'home.example': {'MX': [(10, 'home.host')]}})
p = Postern(dns=dns, mx_port=world.port, clock=True, admin='admin@home.example', site__timezone='Europe/Berlin',
            smtp__messages_per_hour=0, smtp__recipients_per_hour=0)


def at(text):
    """What is due at that moment, UTC, is done."""
    moment = calendar.timegm(time.strptime(text, '%Y-%m-%d %H:%M'))
    p.set_clock(moment - time.time() + 1)
    p.cli('tick')
    quiet(text)


def quiet(when):
    check(f'all is done of {when}', eventually(lambda: p.status('arrivals') == 0 and p.status('deliveries') == 0))


def digests(person):
    return len(world.to(f'{person}@home.example', Subject=' Digest, '))


def mornings():
    return len(world.to('mod@home.example', Subject='1 post waits'))


section('names')
for name, words in (('../../../etc/passwd', 'Europe/Berlin'), ('/etc/passwd', 'Europe/Berlin'), ('Europe/Nowhere', 'tzdata')):
    r = p.run('status', sets=[f'site.timezone={name}'])
    check(f'{name} is refused, and said why', r.returncode == 1 and '[site] timezone' in r.stderr and words in r.stderr, r.stderr)

section('init on a machine that has a clock of its own')


def init_there(etc, *sets):
    """What init writes as [site] timezone where /etc/NAME says so; None where nothing. /etc is another one for that command alone."""
    where = folder()
    os.mkdir(f'{where}/etc')
    for name in ('ld.so.cache', 'passwd', 'group', 'nsswitch.conf'):
        shutil.copy(f'/etc/{name}', f'{where}/etc') if os.path.exists(f'/etc/{name}') else None
    for name, value in etc.items():
        if name == 'localtime':
            os.symlink(value, f'{where}/etc/{name}')
        else:
            with open(f'{where}/etc/{name}', 'w') as f:
                f.write(value)
    words = [POSTERN, *(x for s in sets for x in ('--set', s)), 'init', '--dir', f'{where}/data', '--domain', 'home.example', '--admin', 'admin@home.example']
    r = subprocess.run([*OTHER_ETC, f'{where}/etc', *words], capture_output=True, text=True, timeout=60)
    check(f'init with {etc} {sets}', r.returncode == 0, r.stderr)
    with open(f'{where}/data/postern.conf') as f:
        lines = [x.partition(' = ')[2] for x in f.read().splitlines() if x.startswith('timezone = ')]
    check('written once', len(lines) < 2, lines)
    return lines[0] if lines else None


OTHER_ETC = ['unshare', '--mount', *([] if not os.geteuid() else ['--map-root-user']), 'sh', '-c', 'mount --bind "$1" /etc && shift && exec "$@"', 'sh']
ZONES = '/usr/share/zoneinfo/'
if subprocess.run([*OTHER_ETC, '/etc', 'true'], capture_output=True).returncode:
    skipped('another /etc needs a mount namespace')
else:
    for etc, wanted in (({'timezone': 'Europe/Berlin\n'}, 'Europe/Berlin'), ({'timezone': 'Etc/UTC\n'}, None), ({'timezone': 'Mars/Base\n'}, None),
                        ({'timezone': '../../etc/passwd\n'}, None), ({}, None), ({'localtime': ZONES + 'Asia/Kolkata'}, 'Asia/Kolkata'),
                        ({'localtime': '..' + ZONES + 'Asia/Tokyo'}, 'Asia/Tokyo'), ({'localtime': ZONES + 'Etc/UTC'}, None),
                        ({'timezone': '\n', 'localtime': ZONES + 'Asia/Kolkata'}, 'Asia/Kolkata'),
                        ({'timezone': 'Europe/Berlin\n', 'localtime': ZONES + 'Asia/Kolkata'}, 'Europe/Berlin')):
        equal(f'the zone of {etc}', init_there(etc), wanted)
    BERLIN = {'timezone': 'Europe/Berlin\n'}
    equal('who wants another one has it', init_there(BERLIN, 'site.timezone=Asia/Tokyo'), 'Asia/Tokyo')
    check('who wants none has UTC', not init_there(BERLIN, 'site.timezone='))

section('a list')
for wanted, hour in (('dev', 2), ('noon', 12)):
    address = f'{wanted}@lists.example'
    p.cli('list', 'create', address, '--owner', 'mod@home.example')
    p.cli('list', 'set', address, 'authenticate=any', f'digest_send_hour={hour}', 'digest_is_default=yes', 'default_nonmember_action=accept',
          'archive_policy=public')
    p.cli('member', 'add', address, f'{wanted}.reader@home.example')
p.cli('list', 'set', LIST, 'default_nonmember_action=hold')
p.cli('member', 'add', LIST, 'anna@home.example')
p.start()
at('2027-03-26 20:00')
at('2027-03-27 12:00')

section('the night without two o\'clock')
p.deliver('anna@home.example', LIST, message('anna@home.example', LIST, 'of the evening'))
p.deliver('anna@home.example', 'noon@lists.example', message('anna@home.example', 'noon@lists.example', 'for noon', Date='Sat, 27 Mar 2027 09:30:00 -0300'))
check('and one waits', p.deliver('eve@home.example', LIST, message('eve@home.example', LIST, 'held'))[0] == 250)
quiet('the day before')
p.cli('member', 'add', LIST, 'guest@home.example', '--until', '2027-03-28')
p.cli('member', 'add', LIST, 'later@home.example', '--from', '2027-03-29')
at('2027-03-28 00:58')
equal('before: no digest', digests('dev.reader'), 0)
at('2027-03-28 01:00')
equal('three in the morning, when it is two nowhere: the digest', digests('dev.reader'), 1)
equal('the other one waits for noon', digests('noon.reader'), 0)
at('2027-03-28 03:58')
equal('no morning mail before six', mornings(), 0)
at('2027-03-28 04:00')
equal('at six, summer time, it leaves', mornings(), 1)
letter = world.to('mod@home.example', Subject='1 post waits')[0].text()
check('and says the hour with its name', '2027-03-27 13:00 CET' in letter, letter)
at('2027-03-28 05:00')
at('2027-03-28 09:58')
equal('once', mornings(), 1)
at('2027-03-28 10:00')
equal('noon of summer time', digests('noon.reader'), 1)

section('days')
members = lambda: {m['address'] for m in p.json('member', 'ls', LIST)}
at('2027-03-28 21:58')
check('the last day is not over, the other has not begun', 'guest@home.example' in members() and 'later@home.example' not in members(), members())
at('2027-03-28 22:00')
check('at midnight it is', 'guest@home.example' not in members() and 'later@home.example' in members(), members())
equal('each digest left once', (digests('dev.reader'), digests('noon.reader')), (1, 1))

section('what is read')
b = Browser(p)
page = b.get('/lists/noon/1').text()
check('a page says the hour with its name', '2027-03-27 13:30 CET' in page and '09:30 (-03:00)' in page, page)
check('its foot says whose clock that is', 'Times are those of Europe/Berlin.' in page and 'Times are UTC' not in page, page[-300:])
equal('its twin is in UTC', json.loads(b.get('/lists/noon/1.json').page)['date'][:16], '2027-03-27T12:30')
feed = b.get('/lists/noon/feed.atom').page
check('so is the feed', 'T12:30' in feed and 'CET' not in feed, feed[:800])
said = p.cli('trace', 'noon.reader@home.example')
check('trace by command says the hour with its name', '2027-03-28T12:00' in said and ' CEST' in said, said)
check('and to programs in UTC', all(e['at'].endswith('Z') for e in p.json('trace', 'noon.reader@home.example')))
said, rows = p.cli('held', 'ls'), p.json('held', 'ls')
check('what waits, by command, says the hour with its name', rows and said.count(' CET ') + said.count(' CEST ') == len(rows), said)
check('and to programs in ISO and UTC', all(re.fullmatch(r'20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ', h['held']) for h in rows), rows)
check('Date fields are in UTC', all(m.field('Date').endswith('+0000') for m in world.to('mod@home.example', Subject='1 post waits')))
check('the log is in UTC', all(e['time'].endswith('Z') for e in p.events()))
equal('SIGTERM ends it well', p.stop(), 0)
done()
