"""Crawlers: a network that takes more than its share waits, and its neighbours read on."""
import json
import re
import tempfile
import threading
from email.utils import formatdate

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message

limit(120)
DEV, ANNA = 'dev@lists.example', 'anna@uni.example'
WORDS = ('lattice', 'refinement', 'detector', 'spectrum', 'crystal', 'vacuum', 'cooling', 'sample')
p = Postern(clock=True, web__budget='1s', send__relay='outbox')
p.cli('list', 'create', DEV, '--owner', 'owner@uni.example')
p.cli('user', 'add', ANNA)


def letter(n):
    body = '\r\n'.join(f'{n + i} {WORDS[(n + i) % 8]} and {WORDS[(n * 3 + i) % 8]}' for i in range(60))
    return message(f'Person {n} <person{n % 9}@uni.example>', DEV, f'Run {n} of the {WORDS[n % 8]}', body + '\r\n', mid=f'<c{n}@uni.example>',
                   Date=formatdate(1_750_000_000 + 3600 * n), In_Reply_To=f'<c{n - n % 10}@uni.example>' if n % 10 else None)


with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
    for n in range(1500):
        f.write(b'From x Thu Jan  1 00:00:00 2026\n' + letter(n).replace(b'\r\n', b'\n') + b'\n')
    f.flush()
    p.cli('archive', 'import', DEV, f.name)
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))


def metric(name):
    b = Browser(p)
    b.ask('GET', '/metrics', headers={'X-Forwarded-For': '127.0.0.1'})
    return float(re.search(rf'(?m)^postern_{name} (\S+)$', b.page)[1])


section('a crawler of searches and files')
reader, answers, stop = Browser(p, '198.51.100.9'), [], threading.Event()


def read_on():
    while not stop.is_set():
        for path in ('/lists/dev/', '/lists/dev/t/1', '/lists/dev/17'):
            answers.append(reader.get(path).status)
        stop.wait(0.2)


beside = threading.Thread(target=read_on)
beside.start()
states = []


def crawl(k):
    crawler = Browser(p, f'203.0.113.{k}')
    for n in range(3000):
        word = WORDS[n % 8]
        states.append(crawler.ask('GET', f'/lists/dev/search?q={word}+{n}' if n % 4 else '/lists/dev/by/2025.mbox.gz').status)
        if states[-1] != 200:
            return


crawlers = [threading.Thread(target=crawl, args=(k,)) for k in range(1, 9)]
for c in crawlers:
    c.start()
for c in crawlers:
    c.join()
stop.set()
beside.join()
check('is answered many times', states.count(200) > 20, states)
equal('and then must wait', (set(states), states.count(429)), ({200, 429}, 8))
crawler = Browser(p, '203.0.113.7').get('/lists/dev/')
wait = int(crawler.headers['Retry-After'])
check('for a while that is named', 0 < wait <= 601, wait)
check('which a page says, in the house style', 'Your network has asked for so much' in crawler.text() and 'rel="stylesheet"' in crawler.page, crawler.page)
equal('which is no page to keep', crawler.headers['Cache-Control'], 'no-cache')
check('its neighbour reads on', len(answers) > 2 and set(answers) == {200}, answers)
crawler.ask('GET', '/lists/dev/search.json?q=sample')
equal('in JSON where JSON was asked for', (crawler.status, json.loads(crawler.page)['status']), (429, 429))
crawler.ask('HEAD', '/lists/dev/')
equal('by any method', (crawler.status, 'Retry-After' in crawler.headers), (429, True))

section('whom it meets')
equal('each address of the network', Browser(p, '203.0.113.250').get('/lists/dev/').status, 429)
equal('not the next network', Browser(p, '203.0.114.7').get('/lists/dev/').status, 200)
for path in ('/healthz', '/robots.txt', '/login', '/api/3.1/system/versions'):
    check(f'{path}: always open', Browser(p, '203.0.113.7').get(path).status in (200, 401), path)
style = re.search(r'href="(/_/[^"]+\.css)"', crawler.get('/lists/dev/').page)[1]
equal('nor the style sheet of that page', crawler.get(style).status, 200)
anna = Browser(p, '203.0.113.7')
anna.enter(ANNA)
equal('who is signed in reads on there', anna.get('/lists/dev/search?q=sample').status, 200)
crawler.ask('GET', '/lists/dev/17', headers={'Authorization': f'Bearer {p.token(ANNA)}'})
equal('so does a program with a token', crawler.status, 200)
crawler.ask('GET', '/lists/dev/17', headers={'Authorization': 'Bearer nonsense'})
equal('but not with a false one', crawler.status, 429)
equal('what leads out is open', Browser(p, '203.0.113.7').get('/lists/dev/leave').status, 200)
equal('this machine is no network', [Browser(p, '127.0.0.1').get(f'/lists/dev/by/2025.mbox.gz?{n}').status for n in range(10)], [200] * 10)

section('it is counted and said')
refused = metric('http_over_budget_total')
check('in the metrics', refused >= 6, refused)
said = p.events('network-over-budget')
equal('once a minute in the log', [(e['network'], e['level']) for e in said], [('203.0.113.0', 'warn')])

section('after the time that was named')
p.later(wait)
equal('it is let in', crawler.get('/lists/dev/').status, 200)
check('and its budget begins anew', p.later(60) or crawler.get('/lists/dev/search?q=vacuum').status == 200)
p.stop()

section('without a budget')
p.configure(web__budget='0s')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready', new=True) if e['name'] == 'web']))
states = {crawler.ask('GET', f'/lists/dev/search?q={WORDS[n % 8]}+{n}' if n % 4 else '/lists/dev/by/2025.mbox.gz').status for n in range(400)}
equal('nobody waits', states, {200})
done()
