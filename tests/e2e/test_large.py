"""A list of 100,000: brought in from a file that a terminal shows the progress of, made equal to another file again and again,
and every page of who runs it. None of them may take 100 ms, nor the file 5 s, of the time that the program had the processor or
waited for anything but the processor: other work on the machine does not count (Linux says how long a thread waited for its turn)."""
import csv
import glob
import http.client
import json
import os
import pty
import re
import select
import statistics
import subprocess
import time

from harness import POSTERN, Postern, check, done, equal, limit, section

limit(900)
MEMBERS = 100000
PAGE_LIMIT, IMPORT_LIMIT, TIMES = 0.1, 5, 5
LIST = 'big@lists.example'
p = Postern(admin='admin@lists.example', send__relay='outbox')
p.cli('list', 'create', LIST, '--owner', 'olga@home.example')


def people(numbers):
    return [f'{"abcdefghij"[i % 10]}{i:06d}@d{i % 997:03d}.example,Nr {i:06d}' for i in numbers]


def write(name, rows):
    path = f'{p.dir}/{name}'
    with open(path, 'w') as f:
        f.write('address,name\r\n' + ''.join(r + '\r\n' for r in rows))
    return path


def ran_and_waited(*pids):
    """Seconds for which threads of these processes ran, and for which they were ready to run and others ran."""
    ran = waited = 0
    for pid in pids:
        for file in glob.glob(f'/proc/{pid}/task/*/schedstat'):
            try:
                with open(file) as f:
                    x, y, _ = map(int, f.read().split())
                ran, waited = ran + x, waited + y
            except OSError:  # it has ended
                pass
    return ran / 1e9, waited / 1e9


def on_terminal(*args):
    """(exit code, standard output, what the terminal showed)"""
    global took
    master, slave = pty.openpty()
    shown, began, ran, waited = b'', time.monotonic(), 0, 0
    r = subprocess.Popen([POSTERN, '-c', p.conf, *args], stdout=subprocess.PIPE, stderr=slave, env=p.env, text=True)
    os.close(slave)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        ran, waited = map(max, zip((ran, waited), ran_and_waited(r.pid)))
        if select.select([master], [], [], 0.2)[0]:
            try:
                shown += os.read(master, 65536)
            except OSError:  # the other side is closed
                break
        elif r.poll() is not None:
            break
    out = r.communicate(timeout=60)[0]
    took = max(ran, time.monotonic() - began - waited)
    os.close(master)
    return r.returncode, out, shown.decode()


section('brought in')
everybody = people(range(MEMBERS))
path = write('all.csv', everybody)
code, out, shown = on_terminal('member', 'import', LIST, path)
print(f'suite: CSV import of 100,000: {took:.1f} s of its own', flush=True)
equal('all are added', (code, out), (0, '100000 added, 0 not\n'))
check('in less than 5 seconds', took < IMPORT_LIMIT, f'{took:.1f} s')
steps = [int(x) for x in re.findall(r'(\d+) %', shown)]
check('the terminal sees how far it is', len(steps) >= 20 and steps == sorted(steps) and steps[-1] == 100, shown[:200])
check('and its line ends clean', shown.endswith('\r\033[K'), shown[-40:])
r = p.run('member', 'import', LIST, write('two.csv', people([1, 2])))
check('a file shows no progress where there is no terminal', '%' not in r.stderr and r.returncode == 1, r.stderr)

section('made equal')
equal('with itself', p.cli('member', 'sync', LIST, path), '0 added, 0 removed, 100000 were there\n')
other = write('other.csv', people(range(500, MEMBERS + 300)))
equal('what would be done', p.cli('member', 'sync', LIST, other, '--dry-run'), '300 would be added, 500 removed, 99500 are there\n')
equal('is not done', p.cli('member', 'sync', LIST, path, '--dry-run'), '0 would be added, 0 removed, 100000 are there\n')
code, out, shown = on_terminal('member', 'sync', LIST, other)
equal('with another', (code, out), (0, '300 added, 500 removed, 99500 were there\n'))
check('progress is shown', '500 removed, 100 %' in shown, shown)
equal('once more: nothing', p.cli('member', 'sync', LIST, other), '0 added, 0 removed, 99800 were there\n')
equal('the export is the file', sorted(','.join(x[:2]) for x in csv.reader(p.cli('member', 'export', LIST).splitlines()[1:])),
      sorted(people(range(500, MEMBERS + 300))))
for what, rows, says in (('a wrong record', ['anna@home.example', 'no address'], 'record 2'), ('an empty file', [], 'names nobody')):
    r = p.run('member', 'sync', LIST, write('bad.csv', rows))
    check(f'{what} changes nothing', r.returncode == 1 and says in r.stderr and 'nothing was changed' in r.stderr, r.stderr)
equal('all are there', p.cli('member', 'sync', LIST, other, '--dry-run'), '0 would be added, 0 removed, 99800 are there\n')
r = p.run('member', 'sync', LIST, '-', input='# a remark\n' + '\n'.join(x.split(',')[0] for x in people(range(500, MEMBERS + 300))))
equal('lines of addresses do, too', r.stdout, '0 added, 0 removed, 99800 were there\n')
equal('each is added once', p.run('member', 'sync', 'big', '-', '--dry-run', input='new@home.example\nNew@HOME.example\n').stdout,
      '1 would be added, 99800 removed, 0 are there\n')

section('its pages')
p.start()
c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
token = re.search(r'/confirm/(\S+)', p.cli('user', 'link', 'admin@lists.example'))[1]
c.request('POST', '/confirm/' + token, '', {'Content-Type': 'application/x-www-form-urlencoded'})
answer = c.getresponse()
answer.read()
cookie = answer.getheader('Set-Cookie').split(';')[0]
web = [p.roles()['web']]
slowest = (0, '')


def get(path):
    c.request('GET', path, headers={'Cookie': cookie})
    r = c.getresponse()
    text = r.read().decode()
    equal(f'{path[:60]} is there', r.status, 200)
    return text


def timed(path):
    """The same, and the median of some times is below the limit."""
    global slowest
    took = []
    for _ in range(TIMES):
        before, began = (*ran_and_waited(*web), ran_and_waited(os.getpid())[1]), time.monotonic()
        text = get(path)
        wall, after = time.monotonic() - began, (*ran_and_waited(*web), ran_and_waited(os.getpid())[1])
        ran, *waited = (y - x for x, y in zip(before, after))
        took.append(max(ran, wall - sum(waited)))  # threads that wait side by side are counted twice, so what ran is the least
    middle = statistics.median(took)
    slowest = max(slowest, (middle, path))
    check(f'{path} takes less than 100 ms', middle < PAGE_LIMIT, [f'{t * 1000:.0f} ms' for t in took])
    return text


ADMIN = '/lists/big/admin/'
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../src/web/pages/pages.def')) as f:
    table = re.findall(r'^PAGE\(GET, "/lists/:list/admin/([^:#"]+)", \w+, \w+, 0\)', f.read(), re.M)
check('the table of pages names those of an owner', len(table) > 8, table)
for page in (*table, 'members?q=abc', 'members?q=j0999', 'members?state=unproven', 'members?state=off', 'members?state=held&q=j0999', 'members?after=zzz', 'members?after=' + people([99900])[0].split(',')[0], 'members/many', 'members/50000'):
    timed(ADMIN + page)
for page in ('/lists/', '/lists/big/', '/lists/big/members', '/lists/big/members?q=Nr+0999', '/lists/big/members?after=90000', '/account', '/queue', '/held'):
    timed(page)
for page in ('', '?after=90000', '?before=90000', '?q=j0999', '?q=Nr+0999', '?q=nobody', '?q=a', '?q=example&after=90000', '/50000'):
    timed('/persons' + page)
equal('the file of all', get(ADMIN + 'members.csv').count('\r\n'), 99801)


def rows(path):
    page = json.loads(get(path.replace('members', 'members.json', 1)))
    return [m['address'] for m in page['members']], page


def link(path, rel):
    m = re.search(rf'href="([^"]+)" rel="{rel}"', get(path))
    return m and m[1].replace('&amp;', '&')


wanted = sorted(x.split(',')[0] for x in people(range(500, MEMBERS + 300)))
path, at = ADMIN + 'members', 0
for turn in range(12):
    some, page = rows(path)
    equal(f'page {turn}', (some, page['first'], page['last'], page['count']), (wanted[at:at + 100], at + 1, at + 100, 99800))
    path, at = link(path, 'next'), at + 100
back = link(link(path, 'prev'), 'prev')
equal('and back', rows(back)[0], wanted[at - 200:at - 100])
some, page = rows(ADMIN + 'members?after=' + wanted[-51])
equal('the last ones', (some, page['first'], page['last']), (wanted[-50:], 99751, 99800))
equal('no link leads on from there', link(ADMIN + 'members?after=' + wanted[-51], 'next'), None)
some, page = rows(ADMIN + 'members?before=' + wanted[20])
equal('before the twentieth is the whole first page', (some, page['first']), (wanted[:100], 1))
found = sorted(x.split(',')[0] for x in people(range(500, MEMBERS + 300)) if 'Nr 0123' in x)
some, page = rows(ADMIN + 'members?q=Nr+0123')
equal('by name', (some, page['count']), (found[:100], len(found)))
equal('its third page', rows(link(link(ADMIN + 'members?q=Nr+012', 'next'), 'next'))[0],
      sorted(x.split(',')[0] for x in people(range(12000, 13000)))[200:300])
equal('nobody', rows(ADMIN + 'members?q=nobody')[1]['count'], 0)
print(f'suite: slowest page of a list of 100,000: {slowest[0] * 1000:.0f} ms of its own ({slowest[1]})', flush=True)
done()
