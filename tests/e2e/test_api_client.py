"""Mailman 3's REST API at /api/3.1 for programs that are Mailman's: its Python client unchanged, through its own documented
examples; and requests recorded from a real Mailman, answered alike or unlike for a reason."""
import doctest
import glob
import gzip
import os
import re
import signal
import sys
import urllib.parse

from cassettes import Player
from harness import HERE, Postern, check, done, equal, eventually, limit, section, skipped
from mailing import message
from nameserver import NameServer
from rest import Rest
from sink import Sink
from webserver import WebServer

limit(900)
ADMIN = 'admin@lists.example'
DATA = os.path.join(HERE, '../../../shared/data/rest-cassettes')
if not os.path.isdir(DATA):
    DATA = os.path.join(HERE, '../../shared/data/rest-cassettes')

world = Sink('127.0.0.31', 0, 'home.host')
dns = NameServer({'home.host': {'A': ['127.0.0.31']}})
texts = WebServer('127.0.0.41', 0, None)  # of letters
PLACE = f'http://127.0.0.41:{texts.port}/texts/'
p = Postern(dns=dns, mx_port=world.port, admin=ADMIN, smtp__messages_per_hour=0, smtp__messages_per_hour_all=0,
            smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0, fetch__templates=PLACE)
TOKEN = p.token(ADMIN)
p.start()
api = Rest(p, ADMIN, TOKEN)
call = api.call
me = call('GET', 'users/' + ADMIN)[2]

section("Mailman's client does its documented examples")


class TooLong(Exception):
    pass


def hold_one():
    """What is handed in by an administrator is accepted; the recorded post comes from outside, and waits."""
    text = message('nomember@example.com', 'test-1@example.com', 'Something', 'Some text.\r\n', mid='<moderated_01>')
    equal('a stranger\'s post comes in', p.deliver('nomember@example.com', 'test-1@example.com', text)[0], 250)


def run_examples(path):
    """(alike, [(source, wanted, got)]): each example of the text, one after the other, as doctest reads them."""
    text = gzip.open(path, 'rt', encoding='utf-8').read().replace('http://localhost:9001/3.1', f'http://127.0.0.1:{p.web}/api/3.1')
    text = text.replace("'restadmin', 'restpass'", f"'{ADMIN}', '{TOKEN}'")
    examples = doctest.DocTestParser().get_examples(text)
    from mailmanclient.testing.documentation import dump
    world_, alike, unlike = {'dump': dump}, 0, []
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

    def ring(*_):
        raise TooLong()
    before, left = signal.signal(signal.SIGALRM, ring), signal.alarm(0)
    for e in examples:
        out, sys.stdout = sys.stdout, Recorder()
        if 'inq.inject(' in e.source:
            hold_one()
        signal.alarm(15)
        try:
            exec(compile(e.source, '<example>', 'single'), world_)
        except BaseException as x:
            print(f'{type(x).__name__}: {x}')
        finally:
            signal.alarm(0)
            got, sys.stdout = sys.stdout.text(), out
        if checker.check_output(e.want, got, flags):
            alike += 1
        else:
            unlike.append((e.source.strip(), e.want.strip(), got.strip()))
    signal.signal(signal.SIGALRM, before)
    signal.alarm(left)
    return alike, unlike


class Recorder:
    def __init__(self):
        self.pieces = []

    def write(self, piece):
        self.pieces.append(piece)

    def flush(self):
        pass

    def text(self):
        return ''.join(self.pieces)


# What ours answers otherwise, by a part of the example, and why.
EXAMPLES = [row for row in (line.split(' | ') for line in open(os.path.join(HERE, 'api_examples.txt'), encoding='utf-8').read().splitlines())
            if len(row) == 2]
CASSETTES = [row for row in (line.split(' | ') for line in open(os.path.join(HERE, 'api_cassettes.txt'), encoding='utf-8').read().splitlines())
             if len(row) == 3 and row[0].isupper()]


def explained(what, unlike, rows, fits):
    """Every difference has its row, and every row its difference."""
    used = {}
    for one in unlike:
        row = next((i for i, r in enumerate(rows) if fits(r, one)), None)
        check(f'{what}: a difference has its reason', row is not None, one)
        used[row] = used.get(row, 0) + 1
    for i, r in enumerate(rows):
        check(f'{what}: the reason is needed', i in used, r)
        print(f'    {used.get(i, 0):4}  {" | ".join(r)}', flush=True)


GUIDE = '/usr/share/doc/python3-mailmanclient/src/using.rst.gz'
if os.path.exists(GUIDE):
    alike, unlike = run_examples(GUIDE)
    explained('examples', unlike, EXAMPLES, lambda row, one: row[0] in one[0].replace('\n', ' '))
    print(f'suite: mailmanclient examples: {alike} of {alike + len(unlike)} answered alike', flush=True)
else:
    skipped('python3-mailmanclient is not installed')

section('recorded requests')


def clear():
    """As the recordings begin: no domain but ours, no user but the one who asks."""
    for d in call('GET', 'domains')[2].get('entries', []):
        if d['mail_host'] != 'lists.example':
            call('DELETE', 'domains/' + d['mail_host'])
    for u in call('GET', 'users')[2].get('entries', []):
        if u['user_id'] != me['user_id']:
            call('DELETE', 'users/' + u['user_id'])
    for b in call('GET', 'bans')[2].get('entries', []):
        call('DELETE', 'bans/' + b['email'])


def play(method, path, body):
    """What was refused for a reason is made in the way that is open here, so that what follows can be compared."""
    if (method, path) == ('POST', 'queues/in'):
        hold_one()
        eventually(lambda: call('GET', 'lists/test-1.example.com/held/count')[2]['count'])
    body = body and body.replace(urllib.parse.quote_plus('http://example.com/'), urllib.parse.quote_plus(PLACE))  # its texts
    answer = call(method, path, body)
    form = dict(urllib.parse.parse_qsl(body or ''))
    if answer[0] == 400 and method == 'POST' and path == 'users':
        player.location = call('POST', 'users', {**form, 'password': form['password'] + ' and more'})[1]
        return answer[0], player.location, answer[2]
    if answer[0] == 400 and form.get('subscription_policy') == 'moderate':
        call(method, path, {'subscription_policy': 'confirm_then_moderate'})
    return answer[:3]


def wait_for_held(method, path, recorded):
    """The recordings waited, too."""
    if path.endswith('/held') and (recorded or {}).get('entries'):
        eventually(lambda: call('GET', path)[2].get('entries'))


texts.pages = {f'/texts/{x}.txt': (200, 'text/plain', b'Hello') for x in ('goodbye', 'welcome', 'welcome2', 'welcome3')}
clear()
call('POST', 'domains', {'mail_host': 'more.example'})
call('POST', 'lists', {'fqdn_listname': 'more@more.example'})
player = Player(play, set(call('GET', 'lists/more.more.example/config')[2]))
recordings = {os.path.basename(f): f for folder in (DATA, '/usr/lib/python3/dist-packages/mailmanclient/tests/data')
              for f in glob.glob(folder + '/*.yaml')}
for name in sorted(recordings):
    clear()
    player.play(recordings[name], wait_for_held)
if recordings:
    def fits(row, one):
        return row[0] == one[0] and re.fullmatch(row[1], one[1])
    explained('recordings', player.unlike, CASSETTES, fits)
    print(f'suite: REST cassettes: {len(player.alike)} of {player.total} requests answered alike', flush=True)
else:
    skipped('no recordings: neither shared/data/rest-cassettes nor python3-mailmanclient is there')

done()
