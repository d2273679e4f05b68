"""Lists of mlmmj (made by Debian's own), ezmlm and Sympa (files as their manuals say) move in: dry run, run, and once more."""
import json
import os
import sqlite3
import subprocess

from harness import Postern, check, done, equal, eventually, folder, limit, section
from mailing import message
from nameserver import NameServer
from peers import unpacked
from sink import Sink

limit(900)
world = Sink('127.0.0.10', 0)
dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'mx.uni.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, admin='admin@uni.example')
root = folder()


def write(path, text):
    at = f'{root}/{path}'
    os.makedirs(os.path.dirname(at), exist_ok=True)
    with open(at, 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode())


def post(n, **more):
    fields = {'From': 'Anna <anna@uni.example>', 'Date': f'Wed, 4 Mar 2015 10:0{n}:00 +0100', 'Subject': f'old {n}',
              'Message-ID': f'<old{n}@uni.example>', **more}
    return ''.join(f'{k}: {v}\n' for k, v in fields.items()) + f'\nText of {n}.\nFrom here on\n'


def table(sql, *args):
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as db:
        return db.execute(sql, args).fetchall()


def books():
    rows = {}
    for book in ('lists', 'archive'):
        with sqlite3.connect(f'file:{p.data}/{book}/{book}.db?mode=ro', uri=True) as db:
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%words%'"):
                rows[book, name] = db.execute(f'SELECT * FROM "{name}"').fetchall()
    return rows


def run(manager, at, *options):
    r = p.run('import', manager, at, '--report', f'{p.dir}/report', *options)
    with open(f'{p.dir}/report.json') as f:
        return r, {x['list']: x for x in json.load(f)['lists']}


def moved(manager, at, *options):
    """Its report: a dry run first, then the run, then once more."""
    before = books()
    _, dry = run(manager, at, '--dry-run', *options)
    equal(f'{manager}: a dry run writes nothing', books(), before)
    r, report = run(manager, at, *options)
    check(f'{manager}: it ends well', r.returncode == 0, r.stdout + r.stderr)
    equal(f'{manager}: what the dry run said is what was done', {k: (x['attributes'], x['counts']) for k, x in dry.items()},
          {k: (x['attributes'], x['counts']) for k, x in report.items()})
    before = books()
    _, again = run(manager, at, *options)
    equal(f'{manager}: once more changes nothing', ({k: x['changes'] for k, x in again.items()}, {k for k, v in books().items() if before[k] != v}),
          ({k: 0 for k in report}, set()))
    return report


def counts(report):
    return {k: (v['there'], v['here']) for k, v in report['counts'].items()}


def fates(report):
    return {x['attribute']: (x['fate'], x['here']) for x in report['attributes']}


def people(name):
    return {row[0]: row[1:] for row in table(
        'SELECT a.text, m.delivery, m.off_by, m.own_posts, m.hidden, p.name FROM member m JOIN address a ON a.id = m.address '
        'JOIN person p ON p.id = a.person JOIN list l ON l.id = m.list WHERE l.name = ?', name)}


section('mlmmj')
mlmmj = unpacked('mlmmj') + '/usr/bin/mlmmj-'
os.makedirs(f'{root}/mlmmj')
subprocess.run([mlmmj + 'make-ml', '-L', 'dev', '-s', f'{root}/mlmmj'], input='lists.example\nolga@uni.example\nen\n', text=True, check=True,
               stdout=subprocess.DEVNULL)
write('mlmmj/dev/control/listaddress', 'Dev@lists.example\nold@lists.example\n')
for address, *kind in (('anna@uni.example',), ('Ben@uni.example', '-n'), ('cora@uni.example', '-d'), ('dora@uni.example',)):
    subprocess.run([mlmmj + 'sub', '-L', f'{root}/mlmmj/dev', '-a', address, '-q', '-s', *kind], check=True)
for name, text in (('prefix', '[Dev]\nwhy: asked for\n'), ('maxmailsize', '1000000\n'), ('modreqlife', '604800\n'), ('subonlypost', ''),
                   ('footer', 'All about $list_name\n'), ('moderators', 'max@uni.example\n# note\n'), ('delheaders', 'Received:\n'), ('odd', 'x'),
                   ('access', '# rules\ndiscard ^X-Spam: yes\ndeny ^Subject:.*casino\ndeny !^Content-Type: text/plain\nallow\n')):
    write(f'mlmmj/dev/control/{name}', text)
for n in (1, 2, 10):
    write(f'mlmmj/dev/archive/{n}', post(n % 10))
write('mlmmj/dev/moderation/1a2b3c', post(7, Subject='waits'))
write('mlmmj/dev/subconf/9f', 'nina@uni.example\n')
dev = moved('mlmmj', f'{root}/mlmmj')['dev@lists.example']
equal('counts', counts(dev), {'members': (4, 4), 'owners': (1, 1), 'moderators': (1, 1), 'header rules': (4, 2), 'held posts': (1, 1), 'posts': (3, 3)})
equal('members', people('dev'), {'anna@uni.example': ('regular', '', 1, 0, ''), 'ben@uni.example': ('off', 'user', 1, 0, ''),
                                 'cora@uni.example': ('mime', '', 1, 0, ''), 'dora@uni.example': ('regular', '', 1, 0, '')})
equal('settings', {k: p.cli('list', 'get', 'dev@lists.example', k).strip() for k in (
    'subject_prefix', 'max_message_size', 'max_days_to_hold', 'default_nonmember_action', 'msg_footer')},
      {'subject_prefix': '[Dev]', 'max_message_size': '977', 'max_days_to_hold': '7', 'default_nonmember_action': 'reject',
       'msg_footer': 'All about $list_name'})
equal('all of control is told', set(fates(dev)), set(os.listdir(f'{root}/mlmmj/dev/control')))
equal('what is not carried says so', [fates(dev)[x][0] for x in ('delheaders', 'odd')], ['impossible'] * 2)
equal('rules', sorted((x['header'], x['pattern'], x['action']) for x in p.json('list', 'header-match', 'ls', 'dev@lists.example')),
      [('subject', '.*casino', 'reject'), ('x-spam', '^(?:yes)', 'discard')])
equal('held', [x['subject'] for x in p.json('held', 'ls', 'dev@lists.example')], ['waits'])
check('the rest is told', any('subconf' in n for n in dev['notes']) and any('!^Content-Type' in n for n in dev['notes']), dev['notes'])
equal('the archive', len(p.json('archive', 'search', 'dev@lists.example', 'subject:old')), 3)

section('ezmlm')
for name, text in (('outlocal', 'chess\n'), ('outhost', 'lists.example\n'), ('inlocal', 'lists-chess\n'), ('prefix', '[chess]\n'), ('msgsize', '40000:2\n'),
                   ('modpost', ''), ('subgetonly', ''), ('text/trailer', 'Bye\n'), ('owner', 'olga@uni.example\n'), ('mimeremove', 'image/gif\nvideo\n'),
                   ('headeradd', 'X: y\n'),
                   ('subscribers/A', b'Tanna@uni.example\0Tben@uni.example\0'), ('subscribers/@', b'Tdora@uni.example\0Tno address\0'),
                   ('digest/subscribers/D', b'Tcora@uni.example\0'), ('mod/subscribers/B', b'Tmax@uni.example\0'), ('Log', '123 +manual anna\n'),
                   ('allow/subscribers/B', b'Tguest@far.example\0'), ('deny/subscribers/B', b'Tmallory@evil.example\0'),
                   ('archive/0/01', post(1)), ('archive/0/02', post(2)), ('archive/1/00', post(3)), ('archive/0/index', 'x\n'),
                   ('mod/pending/1.2.3', post(4))):
    write(f'ezmlm/chess/{name}', text)
chess = moved('ezmlm', f'{root}/ezmlm/chess')['chess@lists.example']
equal('counts', counts(chess), {'members': (5, 4), 'owners': (1, 1), 'moderators': (1, 1), 'bans': (1, 1), 'posts': (3, 3)})
equal('members', {k: v[0] for k, v in people('chess').items()}, {'anna@uni.example': 'regular', 'ben@uni.example': 'regular',
                                                                'cora@uni.example': 'mime', 'dora@uni.example': 'regular'})
equal('settings', {k: p.cli('list', 'get', 'chess@lists.example', k).strip() for k in (
    'subject_prefix', 'max_message_size', 'default_member_action', 'archive_policy', 'msg_footer', 'filter_types', 'accept_these_nonmembers')},
      {'subject_prefix': '[chess]', 'max_message_size': '40', 'default_member_action': 'hold', 'archive_policy': 'private', 'msg_footer': 'Bye',
       'filter_types': 'image/gif\nvideo', 'accept_these_nonmembers': 'guest@far.example'})
equal('what is not carried says so', fates(chess)['headeradd'][0], 'impossible')
check('who waits is told', any('1 posts wait' in n for n in chess['notes']) and any('no address' in n for n in chess['notes']), chess['notes'])

section('Sympa')
write('sympa/lists.example/go/config', '''# made by hand
subject The game of Go

status open

custom_subject [go]

max_size 5242880

subscribe auth_owner

send privateoreditorkey

visibility conceal

review private

reply_to_header
value list
apply respect

archive
period month
web_access private
mail_access owner

owner
email olga@uni.example
gecos Olga

owner
email otto@uni.example

editor
email max@uni.example

odd_thing yes

digest 1,4 12:30
''')
write('sympa/lists.example/go/member.dump', '''email anna@uni.example
gecos Anna Jörg
reception mail
visibility noconceal
date 1425427200

email Ben@uni.example
reception nomail
visibility conceal

email cora@uni.example
reception digest

email dora@uni.example
reception not_me
''')
write('sympa/lists.example/go/owner.dump', 'email olga@uni.example\nprofile privileged\n\nemail ole@uni.example\n')
write('mbox/go@lists.example.mbox', ''.join(f'From x Wed Mar  4 10:00:00 2015\n{post(n)}\n' for n in range(4)))
go = moved('sympa', f'{root}/sympa/lists.example', '--archives', f'{root}/mbox')['go@lists.example']
equal('counts', counts(go), {'members': (4, 4), 'owners': (3, 3), 'moderators': (1, 1), 'posts': (4, 4)})
equal('members', people('go'), {'anna@uni.example': ('regular', '', 1, 0, 'Anna Jörg'), 'ben@uni.example': ('off', 'user', 1, 1, ''),
                                'cora@uni.example': ('mime', '', 1, 0, ''), 'dora@uni.example': ('regular', '', 0, 0, '')})
equal('settings', {k: p.cli('list', 'get', 'go@lists.example', k).strip() for k in (
    'description', 'subject_prefix', 'max_message_size', 'subscription_policy', 'default_nonmember_action', 'advertised', 'archive_policy',
    'member_roster_visibility', 'reply_goes_to_list')},
      {'description': 'The game of Go', 'subject_prefix': '[go]', 'max_message_size': '5120', 'subscription_policy': 'confirm_then_moderate',
       'default_nonmember_action': 'hold', 'advertised': 'no', 'archive_policy': 'private', 'member_roster_visibility': 'members',
       'reply_goes_to_list': 'point_to_list'})
equal('what is not carried says so', [fates(go)[x][0] for x in ('digest', 'odd_thing', 'archive.period', 'status')], ['impossible'] * 4)

section('addresses that stand in mail of before')
p.start()
for name in ('dev', 'chess', 'go'):
    p.cli('list', 'set', f'{name}@lists.example', 'subscription_policy=confirm', 'unsubscription_policy=confirm')
NINA, OLGA, ADMIN = 'nina@uni.example', 'olga@uni.example', 'admin@uni.example'
for to, subject, sender, reads, says in (
        ('dev+subscribe', '', NINA, NINA, '<dev-confirm+'), ('dev+unsubscribe', '', 'dora@uni.example', 'dora@uni.example', '<dev-confirm+'),
        ('dev+owner', 'a question', NINA, OLGA, 'a question'), ('dev+help', '', NINA, NINA, 'one word a line'),
        ('dev+bounces-12-cora=uni.example', 'came back by mlmmj', '', OLGA, 'came back by mlmmj'),
        ('chess-subscribe-rita=uni.example', '', NINA, 'rita@uni.example', '<chess-confirm+'),
        ('chess-unsubscribe-ben=uni.example', '', NINA, 'ben@uni.example', '<chess-confirm+'),
        ('chess-help', '', NINA, NINA, 'one word a line'), ('chess-return-3-ben=uni.example', 'came back by ezmlm', '', OLGA, 'came back by ezmlm'),
        ('go-editor', 'to the editor', NINA, OLGA, 'to the editor'), ('sympa', 'SUB go Nina', NINA, NINA, '<go-confirm+'),
        ('Sympa', 'signoff GO', 'cora@uni.example', 'cora@uni.example', '<go-confirm+'),
        ('sympa', 'sub nothing', NINA, ADMIN, 'sub nothing'), ('listmaster', 'the whole site', NINA, ADMIN, 'the whole site'),
        ('chess-join+digest', '', 'pia@uni.example', 'pia@uni.example', '<chess-confirm+')):
    world.clear()
    got = p.deliver(sender, f'{to}@lists.example', message(sender or 'mailer@far.example', f'{to}@lists.example', subject))
    equal(f'{to} {subject}: taken', got[0], 250)
    check(f'{to} {subject}: {reads} hears of it', eventually(lambda: any(says in m.text() for m in world.to(reads))), [(m.rcpts, m.header) for m in world.mails])
p.stop()

section('what is no list')
for manager, words in (('mlmmj', 'control'), ('ezmlm', 'outlocal'), ('sympa', 'config')):
    r = p.run('import', manager, f'{root}/mbox')
    check(manager, r.returncode == 1 and words in r.stderr, r.stderr)
write('ezmlm/bad/outlocal', 'bad-owner\n')
r, report = run('ezmlm', f'{root}/ezmlm')
check('one list that cannot be taken keeps no other back', r.returncode == 1 and report['bad']['failed'] and not report['chess@lists.example']['failed'], report)
section('a folder that leads elsewhere')
SECRET = 'From: boss@uni.example\nSubject: secret plans\n\nFor nobody.\n'
write('boss/1', SECRET)
write('boss/owner.txt', 'boss@uni.example\n')
write('evil/control/listaddress', 'evil@lists.example\n')
write('evil/archive/2', post(2))
os.makedirs(f'{root}/evil/moderation')
os.symlink(f'{root}/boss/1', f'{root}/evil/archive/1')
os.symlink(f'{root}/boss/1', f'{root}/evil/moderation/a')
os.symlink('../../boss/owner.txt', f'{root}/evil/control/owner')
os.symlink(f'{root}/boss', f'{root}/evil/subscribers.d')
os.mkfifo(f'{root}/evil/moderation/b')
os.mkfifo(f'{root}/evil/control/footer')
os.symlink('2', f'{root}/evil/archive/3')
r, report = run('mlmmj', f'{root}/evil')
check('without its members no list is made', 'leads out of the folder' in report['evil']['failed'], report)
os.unlink(f'{root}/evil/subscribers.d')
r, report = run('mlmmj', f'{root}/evil')
evil, = report.values()
equal('what stands in it is read, and a link within it', (evil['failed'], evil['counts'].get('posts')), ('', {'there': 3, 'here': 2}))
check('what stands elsewhere is not', not any('secret plans' in str(x) or 'boss@' in str(x) for x in books().values()))
check('which is said', 'leads out of the folder' in json.dumps(report) and 'no plain file' in json.dumps(report), report)
done()
