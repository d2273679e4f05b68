"""/api/openapi.json against the code: every row of the tables of pages and of the API stands in it, everything in it answers, and what
the answers hold is what it says."""
import base64
import http.client
import json
import os
import re
import urllib.parse

from harness import HERE, Postern, check, done, equal, eventually, folder, limit, section
from mailing import message
from nameserver import NameServer

limit(900)
ADMIN, LIST = 'admin@lists.example', 'lab@lists.example'
dns = NameServer({'home.host': {'A': ['127.0.0.31']}, 'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}})
root = folder()
os.makedirs(root + '/data')
os.makedirs(root + '/in')
for name, text in (('data/.access', 'licence LICENCE.md\n'), ('data/LICENCE.md', '# Terms\n'), ('in/.access', 'allow signed-in\nupload signed-in\n')):
    with open(f'{root}/{name}', 'w') as f:
        f.write(text)
p = Postern(web__root=root, web__uploads='/in', dns=dns, admin=ADMIN, send__relay='outbox', smtp__messages_per_hour=0, smtp__recipients_per_hour=0)
p.cli('list', 'create', LIST, '--owner', 'olga@home.example')
p.cli('list', 'set', LIST, 'subscription_policy=confirm_then_moderate')
p.cli('member', 'add', LIST, 'anna@home.example', ADMIN)
p.cli('ban', 'add', 'eve@home.example', '--list', LIST)
p.cli('ban', 'add', 'eve@home.example')
p.cli('list', 'header-match', 'add', LIST, 'Subject', '^spam', 'hold')
p.start()
token = p.token(ADMIN)


def get(path, signed=True, method='GET', body=None):
    """(status, JSON or None)"""
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    head = {'Content-Type': 'application/x-www-form-urlencoded'} if body else {}
    c.request(method, path, body, headers=head | {'Authorization': 'Basic ' + base64.b64encode(f'{ADMIN}:{token}'.encode()).decode() if '/api/' in path
                                     else 'Bearer ' + token} if signed else {})
    r = c.getresponse()
    text = r.read()
    c.close()
    try:
        return r.status, json.loads(text)
    except ValueError:
        return r.status, None


section('the file')
status, file = get('/api/openapi.json', signed=False)
equal('it is there, for everybody', (status, file['openapi']), (200, '3.1.0'))
SCHEMAS = file['components']['schemas']
operations = {(m, path): o for path, item in file['paths'].items() for m, o in item.items()}
equal('each operation has a name of its own', len({o['operationId'] for o in operations.values()}), len(operations))
used = set(re.findall(r'#/components/schemas/(\w+)', json.dumps(file)))
equal('every schema that is named is there', used - set(SCHEMAS), set())
check('each path names its parameters', all(set(re.findall(r'\{(\w+)\}', path)) == {x['name'] for x in o['parameters']}
                                            for (_, path), o in operations.items()))


def rows(path, macro):
    text = open(os.path.join(HERE, '../../src/web', path), encoding='utf-8').read()
    return re.findall(rf'^{macro}\(([A-Z |]+), "([^"]+)", (\w+), (\w+)(?:, ([A-Z_ |0]+))?\)', text, re.M)


def wanted(path, macro, root):
    for methods, pattern, function, right, flags in rows(path, macro):
        if pattern.startswith('/api/*'):
            continue
        twin = macro == 'PAGE' and 'ROUTE_FILE' not in flags
        at = root + re.sub(r'[:#*]([a-z]+)', r'{\1}', pattern.rstrip('/') if twin else pattern) + ('.json' if twin else '')
        for m in methods.split(' | '):
            yield (m.lower(), at), right


code = {}
for key, right in [*wanted('pages/pages.def', 'PAGE', ''), *wanted('api/api.def', 'API', '/api/3.1')]:
    code.setdefault(key, right)
check('there are many', len(code) > 150, len(code))
equal('every route of the code is in the file', sorted(set(code) - set(operations)), [])
equal('and nothing else', sorted(set(operations) - set(code)), [])
equal('with its right', [k for k, right in code.items() if (right if right != 'OPEN' else None) != operations[k].get('x-right')], [])

section('it answers')
for n in range(2):
    p.deliver('zoe@home.example', LIST, message('zoe@home.example', LIST, f'held {n}'))
with p.submit(ADMIN, token) as s:
    for n in range(2):
        s.sendmail(ADMIN, [LIST], message(ADMIN, LIST, f'post {n}', '<p>Hello.</p>\r\n', MIME_Version='1.0', Content_Type='text/html'))
check('posts are there', eventually(lambda: get('/lists/lab/2.json')[0] == 200))
with p.submit(ADMIN, token) as s:
    s.sendmail(ADMIN, [LIST], message(ADMIN, LIST, 'post 2', '--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: within\r\n\r\nHello.\r\n--b--\r\n', MIME_Version='1.0',
                                      Content_Type='multipart/mixed; boundary=b'))
check('and one with a message in it', eventually(lambda: get('/lists/lab/3.json')[0] == 200))
eventually(lambda: len(p.json('held', 'ls', LIST)) == 2)
get_ = lambda path: get('/api/3.1' + path)[1]
user = get_(f'/users/{ADMIN}')
outbox = get('/outbox.json')[1]
month = next(iter(re.findall(r'/by/(\d+)/(\d+)/', json.dumps(get('/lists/lab/by.json')[1]) or '')), ('2026', '11'))
URIS, WELCOME = [f'/api/3.1{x}/uris' for x in ('', '/domains/{host}', '/lists/{list}')], 'list:user:notice:welcome'
VALUES = {'domain': 'lists.example', 'list': 'lab', 'number': '1', 'id': str(p.json('held', 'ls', LIST)[0]['id']), 'year': month[0], 'month': month[1], 'day': '01', 'volume': '-'.join(month[:2]), 'sitemap': f'sitemap-{month[0]}', 'token': 'x' * 32,
          'member': get_('/lists/lab.lists.example/member/anna@home.example')['member_id'], 'role': 'member', 'email': 'anna@home.example',
          'user': user['user_id'], 'host': 'lists.example', 'attribute': 'description', 'position': '0', 'section': 'mailman', 'queue': 'in', 'file': 'q1',
          'part': '1', 'name': 'x', 'template': 'welcome', 'rest': 'x', 'word': 'asked', 'message': '1', 'destination': 'home.example', 'batch': '1', 'person': '1', 'provider': 'none', 'hash': 'ab' * 32}
equal('a file of members is shown', get('/lists/lab/admin/members/many', method='POST', body='kind=import&text=fay@home.example')[0], 303)
get('/api/3.1/members', method='POST', body='list_id=lab.lists.example&subscriber=vera@home.example&pre_verified=1&pre_confirmed=1')
get(f'/api/3.1/users/{user["user_id"]}/preferred_address', method='POST', body=f'email={ADMIN}')
for where in URIS:
    form = urllib.parse.urlencode({WELCOME: 'data:,Hello', 'username': 'u', 'password': 'p'})
    equal(f'{where}: a text', get(where.replace('{list}', 'lab.lists.example').replace('{host}', 'lists.example'), method='PATCH', body=form)[0], 204)
REAL = {'/api/3.1/lists/find': '/api/3.1/lists/find?subscriber=anna@home.example',
        '/persons/{person}/merge.json': '/persons/1/merge.json?address=anna@home.example', '/files/licence.json': '/files/licence.json?to=/data/', '/files/upload.json': '/files/upload.json?to=/in/', '/files/links.json': '/files/links.json?in=/'}
VALUES_AT = {**{where + '/{template}': {'template': WELCOME} for where in URIS},
             '/api/3.1/lists/{list}/requests/{token}': {'token': get_('/lists/lab.lists.example/requests')['entries'][0]['token']},
             '/lists/{list}/admin/members/{member}.json': {'member': '1'}, '/lists/{list}/{number}/within/{part}.json': {'number': '3'},
             '/confirm/{token}.json': {'token': re.search(r'/confirm/(\S+)', p.cli('user', 'link', ADMIN))[1]},
             '/outbox/{id}.json': {'id': str(next(iter(re.findall(r'"id": (\d+)', json.dumps(outbox))), 1))},
             '/api/3.1/lists/{list}/bans/{email}': {'email': 'eve@home.example'}, '/api/3.1/bans/{email}': {'email': 'eve@home.example'}}


def fits(schema, value, at=''):
    """What of the value is not as the schema says."""
    if '$ref' in schema:
        return fits(SCHEMAS[schema['$ref'].rsplit('/', 1)[1]], value, at)
    for choice in ('oneOf', 'anyOf'):
        if choice in schema:
            return min((fits(s, value, at) for s in schema[choice]), key=len)
    kinds = schema.get('type', [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    is_kind = {'string': lambda v: isinstance(v, str), 'integer': lambda v: isinstance(v, int) and not isinstance(v, bool),
               'boolean': lambda v: isinstance(v, bool), 'null': lambda v: v is None, 'array': lambda v: isinstance(v, list),
               'object': lambda v: isinstance(v, dict)}
    if kinds and not any(is_kind[k](value) for k in kinds):
        return [f'{at}: {value!r:.60} is no {kinds}']
    wrong = []
    if isinstance(value, dict) and 'properties' in schema:
        wrong += [f'{at}: no {k}' for k in schema.get('required', []) if k not in value]
        if schema.get('additionalProperties') is False:
            wrong += [f'{at}: {k} is not told of' for k in value if k not in schema['properties']]
        for k, s in schema['properties'].items():
            if k in value:
                wrong += fits(s, value[k], f'{at}.{k}')
    if isinstance(value, list) and 'items' in schema:
        for i, v in enumerate(value):
            wrong += fits(schema['items'], v, f'{at}[{i}]')
    return wrong


check('a wrong answer is told', fits({'$ref': '#/components/schemas/list'}, {'list_id': 1, 'x': 2}))
compared, answered, unseen = 0, 0, []
for (m, path), o in sorted(operations.items()):
    if m != 'get':
        continue
    values = {**VALUES, **VALUES_AT.get(path, {})}
    if path.startswith('/api/3.1/') and path.count('/') > 3:
        values['list'] = 'lab.lists.example'
    real = re.sub(r'\{(\w+)\}', lambda x: values[x[1]], path)
    if '/api/3.1/lists/{list}' == path:
        real = '/api/3.1/lists/lab.lists.example'
    status, value = get(REAL.get(path, real), signed=path != '/login.json')
    check(f'{path} answers', status < 500 and status != 405, status)
    answered += status == 200
    schema = o['responses'].get('200', {}).get('content', {}).get('application/json', {}).get('schema')
    if status >= 400 and value is not None:
        wrong = fits(o['responses']['default']['content']['application/json']['schema'], value)
        equal(f'{path}: an error is as it says', wrong, [])
    if schema and status == 200:
        compared += 1
        equal(f'{path} is as it says', fits(schema, value), [])
    elif schema:
        unseen.append((path, real, status))
for (m, path), o in sorted(operations.items()):
    if m == 'get' or '/{rest}' in path:
        continue
    values = {**VALUES, **VALUES_AT.get(path, {})}
    real = re.sub(r'\{(\w+)\}', lambda x: values[x[1]], path)
    status, _ = get(real, signed=False, method=m.upper())
    check(f'{m} {path} is there', status not in (404, 405) and status < 500 or re.search('list|provider', path) and status == 404, status)
promised = sum(1 for o in operations.values() if 'content' in o['responses'].get('200', {}))
equal('what is promised was seen', unseen, [])
print(f'suite: OpenAPI: {len(operations)} operations, {answered} GETs answered 200, {compared} of {promised} schemas compared with answers', flush=True)
done()
