"""The command line and the configuration as others meet them: what is refused, where
and with which exit code; that a refusal changes nothing; what reads and writes lists."""
import csv
import ctypes
import errno
import gzip
import io
import json
import os
import re
import statistics
import subprocess
import threading
import time

from browser import Browser
from harness import POSTERN, Postern, check, done, equal, eventually, folder, limit, section

limit(900)
LIST, OTHER, ADMIN = 'dev@lists.example', 'copy@lists.example', 'admin@lists.example'


def init(at, *sets, admin=ADMIN):
    words = [x for s in sets for x in ('--set', s)]
    return subprocess.run([POSTERN, *words, 'init', '--dir', at, '--domain', 'lists.example', '--admin', admin],
                          capture_output=True, text=True, timeout=60)


section('init: bad input changes nothing')
room = folder()
for bad in ('foo.bar=1', 'log.level=loud', 'dns.server=foo', 'send.relay=nowhere', 'web.protect=internal=admin', 'route.x=rubbish',
            'smtp.max_size=many', 'store.backend=pgsql'):
    r = init(room + '/new', bad)
    check(f'--set {bad} is refused by name', r.returncode == 1 and bad.split('=')[0].split('.')[1] in r.stderr, (r.returncode, r.stderr))
    check('and nothing is made', not os.path.exists(room + '/new'), os.path.exists(room + '/new') and os.listdir(room + '/new'))
r = init(room + '/new', 'foo')
equal('no SECTION.KEY=VALUE: usage', (r.returncode, os.path.exists(room + '/new')), (2, False))
r = init(room + '/new', admin='nobody')
equal('no address: refused', (r.returncode, os.path.exists(room + '/new')), (1, False))
check('by the name of what is wrong', '--admin nobody: ' in r.stderr, r.stderr)
r = init(room + '/new')
equal('what is right works then', (r.returncode, r.stderr), (0, ''))
check('it says how its pages are reached by the link it prints', 'listen_tls = 0.0.0.0:443' in r.stdout and r.stdout.startswith('Made '), r.stdout)
r = init(room + '/new', 'web.listen_tls=127.0.0.1:443')
check('once more: it is not said to be made, nor a TLS port wanted that is there', r.stdout.startswith('Nothing is missing now in ')
      and 'listen_tls' not in r.stdout, r.stdout)
r = init(room + '/sets', 'smtp.listen=127.0.0.1:2525', 'web.listen=127.0.0.1:8080', 'smtp.max_clients=7', 'site.url=http://x.example', 'smtp.submission=')
text = open(room + '/sets/postern.conf').read()
equal('--set: each section stands once', re.findall(r'^\[(\w+)\]', text, re.M), ['site', 'smtp', 'web'])
check('with all that was said of it', '[smtp]\nlisten = 127.0.0.1:2525\nmax_clients = 7\nsubmission = \n' in text and text.count('url =') == 1, text)
r = init(room + '/far/off')
equal('folders above it are made', (r.returncode, os.path.exists(room + '/far/off/postern.conf')), (0, True))
with open(room + '/new/postern.conf', 'a') as f:
    f.write('[log]\nlevel = foo\n')
before = sorted(os.listdir(room + '/new'))
r = init(room + '/new')
check('a file that is there is read first', r.returncode == 1 and 'level = foo' in r.stderr and sorted(os.listdir(room + '/new')) == before, r.stderr)

section('keys in another folder')
p = Postern(trust__keys='private/secrets', web__url='https://www.lists.example')
check('init makes it, closed to others', oct(os.stat(p.data + '/private/secrets').st_mode & 0o777) == '0o700')
check('with the key of the tags', os.path.getsize(p.data + '/private/secrets/mac.key') == 32 and not os.path.exists(p.data + '/keys/mac.key'))
p.cli('list', 'create', LIST)
said = p.cli('list', 'create', OTHER)
check('it says what is to be done', f'postern member add {OTHER} ' in said and f'postern role add {OTHER} owner' in said, said)
check('and who may read', f'postern list set {OTHER} archive_policy=private' in said, said)
r = p.run('list', 'create', OTHER)
check('a list that is there is named', r.returncode == 1 and f'{OTHER}: there is a list of that name' in r.stderr, r.stderr)
r = p.run('list', 'create', 'lone')
check('a name alone is told its address', r.returncode == 1 and 'such as lone@lists.example' in r.stderr, r.stderr)
r = p.run('check', 'spf', '--ip', '192.0.2', '--helo', 'a.example', '--from', ADMIN)
check('what is no IP address is named', r.returncode == 1 and '--ip 192.0.2: ' in r.stderr, r.stderr)
said = p.cli('list', 'create', 'shut@lists.example', '--private')
check('a private list is not called open', 'may read' not in said, said)
p.cli('list', 'remove', 'shut@lists.example')
said = p.cli('list', 'create', 'far@new-domain.example', '--owner', 'owner@uni.example')
check('a new domain wants an MX record', 'MX record' in said and 'role add' not in said, said)
p.cli('list', 'remove', 'far@new-domain.example')
said = p.cli('list', 'show', OTHER)
check('settings say what they take', re.search(r'subscription_policy +confirm +confirm +open, confirm, moderate, confirm_then_moderate, invite, closed ', said), said)
r = p.run('list', 'set', OTHER, 'archive_policy=sometimes')
check('and so does a refusal', 'one of public, private, never' in r.stderr, r.stderr)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
b = Browser(p)
link = p.cli('user', 'link', ADMIN).strip()
check('links are built from the URL', link.startswith('https://www.lists.example/confirm/'), link)
b.get('/confirm/' + link.rsplit('/', 1)[1]).submit()
equal('the site works with it', b.get('/account').status, 200)
role = p.roles()

section('reload: what is wrong keeps the old configuration')
text = open(p.conf).read()
for key, value, says in (('log__level', 'loud', 'must be debug'), ('dns__server', 'foo', 'must be ADDRESS'), ('send__relay', 'rubbish', 'must be HOST'),
                         ('route__x', 'rubbish', 'must be smtp'), ('web__protect', 'x', 'PATH=WHO'), ('web__root', '/nowhere', 'make that folder'),
                         ('site__url', 'https://other.example', 'two names')):
    p.configure(**{key: value})
    n = len(p.events('reload-refused'))
    p.process.send_signal(1)
    said = eventually(lambda: p.events('reload-refused')[n:])
    check(f'{key} = {value} is refused', said and says in said[0]['error'], said)
    if key != 'web__root':
        check('by file and line', said and f'postern.conf:{len(open(p.conf).read().splitlines())}: ' in said[0]['error'], said)
    with open(p.conf, 'w') as f:
        f.write(text)
equal('the roles run on', p.roles(), role)
equal('and pages come', b.get('/lists/').status, 200)

section('serve: what is wrong starts nothing')
p.stop()
for key, value in (('log__level', 'loud'), ('dns__server', 'foo'), ('route__x', 'rubbish'), ('web__root', '/nowhere'), ('web__root', '/')):
    p.configure(**{key: value})
    log = len(p.log())
    r = p.run('serve')
    check(f'{key} = {value}', r.returncode == 1 and key.split('__')[1] + ' = ' + value in r.stderr and 'role-started' not in r.stderr, (r.returncode, r.stderr))
    with open(p.conf, 'w') as f:
        f.write(text)
p.start()

section('exit codes')
for code, words in ((2, ('nonsense',)), (2, ('list', 'create')), (2, ('list', 'ls', '--nonsense')), (2, ('list', 'set', LIST, 'subject_prefix')),
                    (2, ('role', 'add', LIST, 'king', ADMIN)), (2, ('role', 'add')), (2, ('user', 'set', ADMIN, 'admin')), (2, ('check', 'spf')),
                    (2, ('init', '--dir', '/nowhere')), (2, ('--set', 'x', 'list', 'ls')),
                    (1, ('list', 'create', 'no address')), (1, ('list', 'set', LIST, 'archive_policy=sometimes')), (1, ('member', 'add', LIST, 'nobody')),
                    (1, ('role', 'add', LIST, 'owner', 'nobody')), (1, ('list', 'show', 'none')), (1, ('held', 'show', 'x')), (1, ('tick', '--at', 'noon')),
                    (1, ('user', 'set', ADMIN, 'admin=perhaps')), (1, ('--set', 'log.level=x', 'list', 'ls')), (1, ('check', 'spf', '--ip', 'x')),
                    (1, ('trace', 'q99')), (1, ('trace', 'nonsense')), (1, ('queue', 'show', 'zzz')), (1, ('queue', 'hold', 'nosuch')), (1, ('queue', 'show', 'q99')),
                    (0, ('list', 'ls')), (0, ('role', 'ls', LIST)), (0, ('role', 'ls', '--help'))):
    r = p.run(*words)
    check(f'{" ".join(words)}: {code}', r.returncode == code and bool(r.stderr) == (code > 0), (r.returncode, r.stderr))
r = subprocess.run([POSTERN, 'role', '--help'], capture_output=True, text=True)
check('role --help shows its commands', r.returncode == 0 and all('postern role ' + x in r.stdout for x in ('ls', 'add', 'remove')), r.stdout + r.stderr)
r = subprocess.run([POSTERN, 'help', 'queue'], capture_output=True, text=True)
check("help queue: the queue's commands alone", r.returncode == 0 and set(re.findall(r'KEY=VALUE\] (\w+ \w+)', r.stdout))
      == {'queue ' + x for x in ('ls', 'show', 'retry', 'hold', 'release', 'rm')}, r.stdout)
r = subprocess.run([POSTERN, 'help', 'nonsense'], capture_output=True, text=True)
check('help nonsense: no such command', r.returncode == 2 and 'no command "nonsense"' in r.stderr, r.stderr)
for words in (('role', 'ls'), ('role', 'add'), ('role', 'remove')):
    r = subprocess.run([POSTERN, *words], capture_output=True, text=True)
    check(f'{" ".join(words)} tells how it goes', r.returncode == 2 and 'usage: postern' in r.stderr and ' '.join(words) in r.stderr, r.stderr)
r = subprocess.run([POSTERN, 'role', 'web'], capture_output=True, text=True)
check('a role by hand is refused', r.returncode == 2 and 'only postern serve' in r.stderr, r.stderr)

section('check')
for address, result in ((LIST, 'post'), ('x@lists.example', 'nobody'), ('x@elsewhere.example', 'foreign'), ('dev-owner@lists.example', 'owner'), (ADMIN, None)):
    r = json.loads(p.run('check', 'address', address, '--json').stdout)
    check(f'address {address}', result in (None, r['result']) and r['reason'], r)
r = p.run('check', 'address', 'a b@@', '--json')
check('no address', r.returncode == 1 and json.loads(r.stdout)['result'] == 'syntax' and json.loads(r.stdout)['reason'], r.stdout)
mail = room + '/mail'
with open(mail, 'w') as f:
    f.write('Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nhello\n')
r = p.json('check', 'mime', mail)
equal('mime: what is odd is said in words', (r['result'], r['flags'], r['reason'], len(r['parts'])), ('flagged', ['open-boundary'], 'open-boundary', 2))
with open(mail, 'w') as f:
    f.write('Subject: x\n\nhello\n')
r = p.json('check', 'mime', mail)
equal('and what is not', (r['result'], r['flags'], r['reason']), ('clean', [], ''))
r = p.run('check', 'mime', room + '/none', '--json')
check('no file', r.returncode == 1 and json.loads(r.stdout)['result'] == 'error', r.stdout)
with open(mail, 'w') as f:
    f.write('From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n<b@x.example>:\n550 5.1.1 no such user\n\n'
            '--- Below this line is a copy of the message.\n\nMessage-ID: <p@lists.example>\n')
r = p.json('check', 'bounce', mail)
equal('bounce: whom it is about and why', ({k: r['failures'][0][k] for k in ('address', 'permanent', 'status', 'class')}, len(r['failures']), r['format'], r['message_id']),
      ({'address': 'b@x.example', 'permanent': True, 'status': '5.1.1', 'class': 'mailbox'}, 1, 'qmail', 'p@lists.example'))
with open(mail, 'w') as f:
    f.write('Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/feedback-report\n\n'
            'Feedback-Type: abuse\nOriginal-Rcpt-To: <b@x.example>\n\n--b\nContent-Type: text/rfc822-headers\n\nList-Id: <dev.lists.example>\n--b--\n')
r = p.json('check', 'bounce', mail)
equal('and a complaint', (r['failures'], r['complaint']['type'], r['complaint']['original_rcpt_to'], r['complaint']['list_id']),
      ([], 'abuse', ['b@x.example'], 'dev.lists.example'))

report = room + '/report.gz'
with gzip.open(report, 'wb') as f:
    f.write(b'<feedback><report_metadata><org_name>far.example</org_name></report_metadata><record><row><source_ip>192.0.2.1</source_ip>'
            b'<count>3</count></row><auth_results><spf><domain>uni.example</domain><result>Pass</result></spf></auth_results></record></feedback>')
r = p.json('check', 'report', report)
equal('a DMARC report', (r['result'], r['org_name'], [(x['source_ip'], x['count'], x['results'][0]['method'], x['results'][0]['result']) for x in r['records']]),
      ('aggregate', 'far.example', [('192.0.2.1', 3, 'spf', 'pass')]))
with open(mail, 'w') as f:
    f.write('Subject: x\nContent-Type: multipart/report; report-type=feedback-report; boundary=a\n\n--a\nContent-Type: message/feedback-report\n\n'
            'Feedback-Type: auth-failure\nVersion: 1\nUser-Agent: far/1\nAuth-Failure: dmarc\nIdentity-Alignment: none\nDelivery-Result: reject\n'
            'Source-IP: 192.0.2.1\nReported-Domain: uni.example\n\n--a\nContent-Type: text/rfc822-headers\n\nMessage-ID: <f1@uni.example>\n\n--a--\n')
r = p.json('check', 'report', mail)
equal('a report of one failure', [r[k] for k in ('result', 'auth_failure', 'identity_alignment', 'delivery_result', 'source_ip', 'reported_domain', 'message_id')],
      ['failure', 'dmarc', 'none', 'reject', '192.0.2.1', ['uni.example'], 'f1@uni.example'])
with open(mail, 'w') as f:
    f.write('Subject: x\n\nhello\n')
r = p.run('check', 'report', mail)
check('and what is none', r.returncode == 1 and json.loads(r.stdout)['result'] == 'none' and json.loads(r.stdout)['reason'], r.stdout)

section('JSON twins')


def twin(b, path, **headers):
    b.ask('GET', path, headers=headers)
    return b.status, b.headers['Content-Type'], json.loads(b.page), b.headers['Location']


JSON, guest = 'application/json', Browser(p)
equal('healthz', twin(guest, '/healthz.json')[:3], (200, JSON, {'status': 'ok'}))
equal('login', twin(guest, '/login.json')[:2], (200, JSON))
equal('login, signed in', twin(b, '/login.json'), (303, JSON, {'location': '/account.json?done=signed-in'}, '/account.json?done=signed-in'))
equal('logout of a guest', twin(guest, '/logout.json')[1:], (JSON, {'location': '/login.json'}, '/login.json'))
equal('logout', twin(b, '/logout.json')[:2], (200, JSON))
equal('an owner\'s pages', twin(b, '/lists/dev/admin.json')[3], '/lists/dev/admin/held.json')
equal('which is one', twin(b, '/lists/dev/admin/held.json')[:2], (200, JSON))
equal('without .json all is as before', b.ask('GET', '/lists/dev/admin/').headers['Location'], '/lists/dev/admin/held')
guest.ask('POST', '/login.json', 'by=link&address=nobody@uni.example')
equal('a form', (guest.status, guest.headers['Location'], json.loads(guest.page)), (303, '/login.json?done=mailed', {'location': '/login.json?done=mailed'}))
for name in (LIST, OTHER):
    p.cli('list', 'set', name, 'archive_policy=public')
    path = f'{room}/mbox'
    with open(path, 'w') as f:
        f.write('From a@uni.example Tue Nov 24 10:00:00 2026\nFrom: a@uni.example\nDate: Tue, 24 Nov 2026 10:00:00 +0000\nSubject: two lists\n'
                'Message-ID: <two.json@uni.example>\n\nhello\n')
    p.cli('archive', 'import', name, path)
status, kind, found, _ = twin(guest, '/mid/two.json@uni.example', Accept='application/json')
equal('a message on two lists, as JSON by Accept', (status, kind, sorted(x['list'] for x in found['posts'])), (200, JSON, ['copy', 'dev']))
guest.ask('GET', '/mid/two.json@uni.example', headers={'Accept': 'text/html,application/json;q=0.9'})
check('and as a page for a browser', guest.status == 200 and 'text/html' in guest.headers['Content-Type'] and guest.headers['Vary'] == 'Accept', guest.headers)
equal('what is not there, too', twin(guest, '/mid/none@uni.example', Accept='application/json')[:2], (404, JSON))

section('many wrong passwords at one time')
p.cli('user', 'add', 'pat@uni.example')
p.cli('user', 'passwd', 'pat@uni.example', input='correct horse')
answers, slow = [], []


def wrong(i):
    x = Browser(p, network=f'198.{18 + i // 250}.{i % 250}.7')
    for _ in range(4):
        x.ask('POST', '/login', f'by=password&address=pat{i}@uni.example&password=wrong-one')
        answers.append((x.status, 'try again' in x.page))


threads = [threading.Thread(target=wrong, args=(i,)) for i in range(64)]
for t in threads:
    t.start()
while any(t.is_alive() for t in threads):
    begun = time.monotonic()
    status = Browser(p).get('/lists/').status
    slow.append((time.monotonic() - begun, status))
for t in threads:
    t.join()
worst = max(slow)
print(f'figure: {len(slow)} pages meanwhile, the slowest {worst[0]:.2f} s', flush=True)
check('pages come meanwhile', statistics.median(x[0] for x in slow) < 5 and worst[0] < 20 and {x[1] for x in slow} == {200}, sorted(slow)[-5:])
check('some are looked at, the others sent away for a moment', {x[0] for x in answers} <= {403, 503, 429} and {403, 503} <= {x[0] for x in answers}, sorted(set(answers)))
check('and told to try again', all(again for status, again in answers if status == 503), set(answers))
x = Browser(p)
x.ask('POST', '/login', 'by=password&address=pat@uni.example&password=correct+horse')
equal('the right one opens as ever', x.status, 303)

section('members by lines')
people = [('anna@uni.example', 'Anna'), ('ben@uni.example', 'Weiss, Ben'), ('cleo@uni.example', 'Cleo "Cat" Q.'), ('dora@uni.example', ''),
          ('emil@uni.example', 'Émile, "le petit", D\'Or'), ('fay@uni.example', 'Fay; <x@y.example>'),
          ('+gil@uni.example', '=HYPERLINK("https://evil.example")')]
out = io.StringIO()
csv.writer(out).writerows([('address', 'name')] + people)
r = p.run('member', 'import', LIST, '-', input=out.getvalue())
check('import reads standard input', r.returncode == 0 and '7 added' in r.stdout, (r.stdout, r.stderr))
equal('each with the name it had', [(m['address'], m['name']) for m in p.json('member', 'ls', LIST)], people)
exported = p.cli('member', 'export', LIST)
guarded = [tuple("'" + cell if cell[:1] in ('=', '+') else cell for cell in row) for row in people]
equal('export is CSV, and no cell a formula', [tuple(x[:2]) for x in csv.reader(io.StringIO(exported))], [('address', 'name')] + guarded)
r = p.run('member', 'import', OTHER, input=exported)
equal('and comes back as it was', (r.returncode, p.cli('member', 'export', OTHER)), (0, exported))
r = p.run('member', 'import', OTHER, '-', input='Gus Grey <gus@uni.example>\n\n# nobody\n"not closed, x@uni.example\n')
check('a line as in a mail is taken, too; what is wrong is told', r.returncode == 1 and '1 added, 1 not' in r.stdout and 'not closed' in r.stderr, (r.stdout, r.stderr))
r = p.run('member', 'remove', OTHER, '-', input='anna@uni.example\n\n# nobody\nben@uni.example\ncleo@uni.example\n')
equal('remove reads standard input', (r.returncode, sorted(m['address'] for m in p.json('member', 'ls', OTHER))),
      (0, ['+gil@uni.example', 'dora@uni.example', 'emil@uni.example', 'fay@uni.example', 'gus@uni.example']))
section('a kernel that lacks a part of the sandbox')
NEWEST = 6  # of Landlock: see roles/landlock.c
has = ctypes.CDLL(None).syscall(444, None, 0, 1)  # landlock_create_ruleset(NULL, 0, VERSION)
equal('is told of at the start, and no other', len(p.events('sandbox-degraded', new=True)), int(has < NEWEST))
p.stop()


def no_landlock():
    """As such a kernel answers: ENOSYS."""
    seccomp = ctypes.CDLL('libseccomp.so.2')
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(0x7fff0000))
    if seccomp.seccomp_rule_add(rules, 0x00050000 | errno.ENOSYS, 444, 0) or seccomp.seccomp_load(rules):
        os._exit(9)


p.log_from = os.path.getsize(p.log_path)
with open(p.log_path, 'ab') as log:
    p.process = subprocess.Popen([POSTERN, '-c', p.conf, 'serve'], stderr=log, stdin=subprocess.DEVNULL, env=p.env, preexec_fn=no_landlock)
p.wait_ready()
said = p.events('sandbox-degraded', new=True)
check('one line says what is missing and what to do', len(said) == 1 and said[0]['level'] == 'warn' and said[0]['landlock'] == 0
      and 'files and folders' in said[0]['missing'] and 'kernel' in said[0]['do'], said)
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error' and x['event'] != 'reload-refused'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
