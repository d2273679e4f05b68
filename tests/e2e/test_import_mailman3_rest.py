"""The same Mailman 3 moves in twice: read from its database, and by its REST API while it runs. Table by table both
are the same, and where they are not the reason stands here. A server that means ill is refused, and costs little."""
import email
import email.policy
import json
import resource
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import Postern, check, cleanups, done, equal, folder, limit, section
from mailman3_story import DEV, QUIET, exported, made

limit(900)
mailman, facts = made()
export = exported()
kept = folder()
secret = f'{kept}/password'
with open(secret, 'w') as f:
    f.write(mailman.password + '\n')


def moved(p, source, *options, **how):
    r = p.run('import', 'mailman3', source, '--archives', export, '--var', mailman.var, '--report', f'{p.dir}/report', *options, **how)
    check(f'{source} is moved', r.returncode == 0, r.stdout + r.stderr)
    with open(f'{p.dir}/report.json') as f:
        return {x['list']: x for x in json.load(f)['lists']}


# Whose numbers and hours are those of the import, and what an answer of a hash is.
OWN = {'id', 'position', 'joined_at', 'verified_at', 'scram_salt', 'body', 'size', 'set_at'}
TABLES = ('domain', 'list', 'setting', 'person', 'address', 'member', 'role', 'pending', 'held', 'request', 'ban', 'header_rule', 'template', 'nonmember', 'digest', 'preference', 'domain_owner')


def rows(p):
    """Every table of the lists book, in words: a number of another row is what that row is called."""
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as db:
        names = {'list': dict(db.execute("SELECT id, name FROM list")), 'address': dict(db.execute('SELECT id, key FROM address')),
                 'domain': dict(db.execute('SELECT id, name FROM domain')),
                 'person': dict(db.execute('SELECT person, min(key) FROM address GROUP BY person'))}
        names['preferred'] = names['address']
        out = {}
        for table in TABLES:
            r = db.execute(f'SELECT * FROM "{table}"')
            keys = [c[0] for c in r.description]
            out[table] = sorted(json.dumps({k: names.get(k, {}).get(v, v) for k, v in zip(keys, row)
                                            if k not in OWN and (k != 'created_at' or table == 'list') and not isinstance(v, bytes)})
                                for row in r)
    return out


section('from the database')
first = Postern()
by_database = moved(first, mailman.database)

section('by the REST API')
url = mailman.serve()
second = Postern()
before = rows(second)
dry = moved(second, url, '--password', secret, '--dry-run')
equal('a dry run writes nothing', rows(second), before)
began = time.monotonic()
by_rest = moved(second, url + '/', '--password', '-', input=mailman.password + '\n')
took = time.monotonic() - began
equal('what the dry run said is what was done', {a: x['counts'] for a, x in dry.items()}, {a: x['counts'] for a, x in by_rest.items()})

section('table by table')
# What the REST API does not tell stays as a new list has it, and the report says so.
UNTOLD = {
    'obscure_addresses': 'not among the attributes of its resource config',
    'digest_is_default': 'not among the attributes of its resource config',
    'bounce_matching_headers': 'not among the attributes of its resource config',
    'posting_chain': 'not among the attributes of its resource config',
    'owner_chain': 'not among the attributes of its resource config',
    'owner_pipeline': 'not among the attributes of its resource config',
}
DIFFERS = {'setting': {('dev', 'obscure_addresses'), ('dev', 'digest_is_default'),
                       ('dev', 'posting_chain'), ('dev', 'owner_chain'), ('dev', 'owner_pipeline')},
           'header_rule': {('dev', 'x-mailer')}}  # that is what bounce_matching_headers becomes
one, two = rows(first), rows(second)
same = 0
for table in TABLES:
    a, b = set(one[table]), set(two[table])
    if table == 'pending':  # an hour is counted from when it was asked there, and the second may be the next
        hours = [{(x['kind'], x['list'], x['address'], x['data']): x['expires_at'] for x in map(json.loads, t) if x['list']} for t in (a, b)]
        equal('the same wait for an answer', hours[0].keys(), hours[1].keys())
        check('as long', all(abs(hours[0][k] - hours[1][k]) <= 2 for k in hours[0]), hours)
        same += len(hours[0])
        continue
    known = DIFFERS.get(table, set())
    other = [x for x in map(json.loads, a ^ b) if (x.get('list'), x.get('key', x.get('header'))) not in known]
    equal(f'{table}: the same by both ways', other, [])
    equal(f'{table}: by REST nothing is there beside', sorted(b - a), [])
    equal(f'{table}: what differs', {(x['list'], x.get('key', x.get('header'))) for x in map(json.loads, a - b)}, known)
    same += len(a & b)
check('every table that it fills was compared', all(one[t] for t in TABLES if t not in ('nonmember', 'digest')), {t: len(one[t]) for t in TABLES})

section('what is told')
# Whether something is let go shows its value, which REST has not of all.
NOTHING_LOST = ('empty or off there', 'as on every list here')
fates = 0
for address in (DEV, QUIET):
    there, here = ({x['attribute']: x for x in r[address]['attributes']} for r in (by_database, by_rest))
    config = set(here) - {x for x in here if here[x]['fate'] == 'impossible' and 'does not tell it' in here[x]['why']}
    equal(f'{address}: each attribute has its word', set(there) - set(here), set())
    for name in there:
        fates += 1
        if name in config and not (here[name]['fate'] == 'impossible' and there[name]['why'] in NOTHING_LOST):
            equal(f'{address} {name}', here.get(name), there[name])
    lost = {x for x in set(here) - config if there.get(x, {'here': ''})['here'].partition(' = ')[2] and there[x]['fate'] == 'kept'}
    check(f'{address}: what is not told is named', set(UNTOLD) <= set(here) - config, sorted(set(here) - config))
    check(f'{address}: and nothing else that was set', lost <= {*UNTOLD, 'topics_bodylines_limit', 'topics_enabled'}, lost)
    counts = {k: v for k, v in by_database[address]['counts'].items()}
    if address == DEV:
        counts['header rules'] = {'there': 3, 'here': 2}
    equal(f'{address}: counts on both sides', by_rest[address]['counts'], counts)
    equal(f'{address}: notes', [x for x in by_database[address]['notes'] if not x.startswith('this Mailman has no') and 'bounce_matching_headers' not in x], by_rest[address]['notes'])
for what in ('counts', 'notes', 'attributes'):
    equal(f'{what} of the whole site', by_rest['all lists'][what], by_database['all lists'][what])
print(f'suite: mailman3 by REST and by database: {same} rows the same, {sum(len(x) for x in DIFFERS.values())} differ as said; {fates} attributes told; {took:.1f} s')

section('held posts')


def held(p):
    with sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True) as db:
        return [email.message_from_bytes(body, policy=email.policy.default) for (body,) in db.execute('SELECT body FROM held ORDER BY id')]


for n, (a, b) in enumerate(zip(held(first), held(second), strict=True)):
    parts = [[(x.get_content_type(), str(x.get_content()).replace('\r', '')) for x in m.walk() if not x.is_multipart()] for m in (a, b)]
    equal(f'post {n}: its parts', parts[1], parts[0])
    # Mailman writes what has 8 bits anew for its answer, in base64: the octets of that part differ, and nothing it says
    equal(f'post {n}: its fields', [x for x in b.items() if x[0].lower() != 'content-length'], a.items())
check('who of them has signed what he wrote is not asked again: the trust of a held post that moved is empty',
      all(x['trust'] == '{}' for x in map(json.loads, one['held'] + two['held'])))

section('once more, and from the other side')
written = rows(second)
again = moved(second, url, '--password', secret)
equal('changes', {a: x['changes'] for a, x in again.items()}, {a: 0 for a in again})
equal('nothing was written', rows(second), written)
across = moved(first, url, '--password', secret)
equal('who has come by the database is known by REST', {a: x['changes'] for a, x in across.items()}, {a: 0 for a in across})

section('one list alone')
third = Postern()
only = third.run('import', 'mailman3', url, QUIET.upper(), '--password', secret, '--report', f'{third.dir}/report')
check('it is moved', only.returncode == 0, only.stderr)
equal('and no other', [x['list'] for x in third.json('list', 'ls')], [QUIET])
equal('nor a ban of the site', third.json('ban', 'ls'), [])
check('without its var_dir it says that texts may be there', 'var_dir' in open(f'{third.dir}/report').read())
r = third.run('import', 'mailman3', url, 'none@lists.example', '--password', secret)
check('one that it has not', r.returncode == 1 and 'no list none@lists.example' in r.stderr, r.stderr)
r = third.run('import', 'mailman3', url, '--password', '-', input='wrong\n')
check('a wrong password', r.returncode == 1 and 'does not let us in' in r.stderr, r.stderr)

section('a server that means ill')


class Ill(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    answers, seen = {}, []

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.partition('?')[0].removeprefix('/3.1')
        Ill.seen.append((self.headers.get('Host'), self.path, self.headers.get('Authorization')))
        say = Ill.answers.get(path, {'start': 0, 'total_size': 0})
        if callable(say):
            return say(self)
        body = say if isinstance(say, bytes) else json.dumps(say).encode()
        self.send_response(200)
        self.send_header('Content-Length', len(body))
        self.end_headers()
        self.wfile.write(body)


def serve():
    server = ThreadingHTTPServer(('127.0.0.1', 0), Ill)
    server.daemon_threads, server.handle_error = True, lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cleanups.append(server.shutdown)
    return server.server_address[1]


def endless(request):
    request.send_response(200)
    request.send_header('Transfer-Encoding', 'chunked')
    request.end_headers()
    try:
        while True:
            request.wfile.write(b'10000\r\n' + b' ' * 65536 + b'\r\n')
    except OSError:
        pass
    request.close_connection = True


def status(code, **fields):
    def say(request):
        request.send_response(code)
        for k, v in fields.items():
            request.send_header(k, v)
        request.send_header('Content-Length', '0')
        request.end_headers()
    return say


def cut(request):
    request.send_response(200)
    request.send_header('Content-Length', '1000')
    request.end_headers()
    request.wfile.write(b'{"start"')
    request.close_connection = True


def growing(request):
    number = int(request.path.rpartition('=')[2])
    body = json.dumps({'start': 100 * (number - 1), 'total_size': 100 * number + 1, 'entries': [LIST] * 100}).encode()
    request.send_response(200)
    request.send_header('Content-Length', len(body))
    request.end_headers()
    request.wfile.write(body)


def page(*entries, **more):
    return {'start': 0, 'total_size': len(entries), 'entries': list(entries), **more}


LIST = {'list_id': 'ill.lists.example', 'list_name': 'ill', 'mail_host': 'lists.example'}
GOOD = {'/system/versions': {'mailman_version': 'GNU Mailman 3.3.8 (Tom Sawyer)'}, '/lists': page(LIST),
        '/lists/ill.lists.example/config': {'description': 'ill', 'default_member_action': 'defer'}}
MEMBER = {'email': 'anna@uni.example', 'member_id': 'a1', 'user': 'http://evil.example/3.1/users/b2'}
AT = '/lists/ill.lists.example'
elsewhere, port = serve(), serve()
ill = f'http://127.0.0.1:{port}/3.1'
target = Postern()
empty = rows(target)


def asked(answers, url=ill):
    Ill.answers, Ill.seen = {**GOOD, **answers}, []
    return target.run('import', 'mailman3', url, '--password', secret, '--report', f'{target.dir}/report')


CASES = [
    ('no Mailman', {'/system/versions': {'mailman_version': 'other'}}, 'no Mailman 3'),
    ('a version that is no text', {'/system/versions': {'mailman_version': 3}}, 'mailman_version'),
    ('a body without an end', {'/lists': endless}, 'larger than'),
    ('a large body', {'/lists': b'{"x": "' + b'x' * (5 << 20) + b'"}'}, 'larger than'),
    ('deep JSON', {'/lists': b'[' * 1000000}, 'nested too deeply'),
    ('deep in an object', {'/lists': b'{"a":' * 500000}, 'nested too deeply'),
    ('very many values', {'/lists': b'{"entries": [' + b'0,' * 1500000 + b'0]}'}, 'too many'),
    ('no JSON', {'/lists': b'<html>'}, 'no JSON'),
    ('no object', {'/lists': b'[]'}, 'no JSON object'),
    ('octets that are no UTF-8', {'/lists': b'{"start": "\xff\xfe"}'}, 'no JSON'),
    ('an endless collection', {'/lists': {'start': 0, 'total_size': 10 ** 15}}, 'over 2000000 entries'),
    ('a page that grows with each', {'/lists': growing}, 'changed while'),
    ('a page that comes again', {'/lists': page(*[LIST] * 100, total_size=1000)}, 'not the one'),
    ('more entries than there are', {'/lists': page(LIST, LIST, total_size=1)}, 'not the one'),
    ('a page without entries', {'/lists': {'start': 0, 'total_size': 5}}, 'not the one'),
    ('entries that are none', {'/lists': {'start': 0, 'total_size': 1, 'entries': 'x'}}, 'no collection'),
    ('an entry that is none', {'/lists': page(5)}, 'no object'),
    ('a name that is none', {'/lists': page({**LIST, 'list_id': 5})}, 'list_id'),
    ('a total that is none', {'/lists': page(LIST, total_size='1')}, 'total_size'),
    ('another host', {'/lists': status(302, Location=f'http://127.0.0.1:{elsewhere}/3.1/lists')}, 'sends elsewhere'),
    ('the same host', {'/lists': status(301, Location='/3.1/other')}, 'sends elsewhere'),
    ('an end too soon', {'/lists': cut}, 'no answer'),
    ('no answer of its own', {'/lists': status(500)}, 'HTTP 500'),
    ('no such page', {'/lists': status(404)}, 'no such page'),
]
OF_A_LIST = [
    ('an attribute of another shape', {AT + '/config': {'description': {'a': 1}}}, 'an attribute'),
    ('a word that is none of Mailman\'s', {AT + '/config': {'default_member_action': 'rm'}}, 'default_member_action'),
    ('an interval that is none', {AT + '/config': {'bounce_info_stale_after': 'a week'}}, 'an interval'),
    ('a list with a number in it', {AT + '/config': {'filter_types': ['a', 5]}}, 'item'),
    ('very many attributes', {AT + '/config': {f'a{i}': 1 for i in range(1000)}}, 'over 400'),
    ('a member\'s id that leads out', {AT + '/roster/member': page({**MEMBER, 'member_id': '../../x'})}, 'member_id'),
    ('a user\'s, too', {AT + '/roster/member': page({**MEMBER, 'user': 'http://h/..%2f'})}, 'user'),
    ('a preference that is no word', {AT + '/roster/member': page(MEMBER), '/members/a1/preferences': {'hide_address': 'yes'}}, 'hide_address'),
    ('a delivery that is none', {AT + '/roster/member': page(MEMBER), '/members/a1/preferences': {'delivery_mode': 'pigeon'}}, 'delivery_mode'),
    ('a held post too many', {AT + '/held/count': {'count': 1}, AT + '/held': page({'msg': 'a'}, {'msg': 'b'})}, 'not the one'),
]
for what, answers, words in CASES:
    r = asked(answers)
    check(what, r.returncode == 1 and words in r.stderr, r.stderr + r.stdout)
check('its address was asked and no other', {x[0] for x in Ill.seen} == {f'127.0.0.1:{port}'}, Ill.seen)
for what, answers, words in OF_A_LIST:
    r = asked(answers)
    report = json.load(open(f'{target.dir}/report.json'))['lists']
    check(what, r.returncode == 1 and words in report[0]['failed'], r.stdout + str(report))
equal('nothing of all that was written', rows(target), empty)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
check('it took little', used < 300 * 1024, f'{used} KB')

section('what only one list has to bear')
FINE = {'list_id': 'fine.lists.example', 'list_name': 'fine', 'mail_host': 'lists.example'}
r = asked({'/lists': page(LIST, FINE), AT + '/config': {'description': {}}, '/lists/fine.lists.example/config': {'description': 'fine'},
           '/lists/fine.lists.example/roster/member': page(MEMBER), '/addresses/anna@uni.example': {'original_email': 'Anna@uni.example'},
           '/addresses/anna@uni.example/preferences': {}, '/members/a1/preferences': {}, '/users/b2/preferences': {'hide_address': True},
           '/lists/fine.lists.example/held': {'start': 0, 'total_size': 0}})
equal('the other is taken', (r.returncode, [x['list'] for x in target.json('list', 'ls')]), (1, ['fine@lists.example']))
equal('as its owner writes the address', [x['address'] for x in target.json('member', 'ls', 'fine@lists.example')], ['Anna@uni.example'])
check('a link\'s host is asked nothing', ('/3.1/users/b2/preferences' in [x[1] for x in Ill.seen]) and {x[0] for x in Ill.seen} == {f'127.0.0.1:{port}'}, Ill.seen)

section('how it may be asked')
for where, words in ((ill.replace('http://', 'http://restadmin:secret@'), '--password=FILE'), ('http://192.0.2.1:8001/3.1', 'https'),
                     (f'http://127.0.0.1:{port}/3.0', '/3.1'), (ill + '?x=/3.1', 'ends at'), ('ftp://127.0.0.1/3.1', 'write http'),
                     (f'https://127.0.0.1:{port}/3.1', 'no answer')):
    r = asked({}, where)
    check(f'{where} is refused', r.returncode == 1 and words in r.stderr, r.stderr)
r = target.run('import', 'mailman3', ill)
check('a password is wanted', r.returncode == 1 and '--password=FILE' in r.stderr, r.stderr)
done()
