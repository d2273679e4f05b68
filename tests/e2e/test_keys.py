"""The pages' one script in Chromium: keys, light or dark, fixed width; kept in the browser
without a cookie; and the same pages without script."""
import json
import os
import re
import subprocess
import tempfile
import urllib.request
from email.utils import formatdate

from chromium import JS, install
from harness import Postern, check, done, equal, limit, section
from mailing import message

limit(900)
site = tempfile.TemporaryDirectory()
for name, text in (('index.html', '<title>The group</title>'), ('site.js', 'window.ran = true;')):
    with open(f'{site.name}/{name}', 'w') as f:
        f.write(text)
p = Postern(admin='admin@uni.example', web__root=site.name)
for name in ('dev@lists.example', 'users@lists.example'):
    p.cli('list', 'create', name, '--owner', 'owner@uni.example')


def letter(n, subject, body, **fields):
    return message(f'Person {n} <person{n}@uni.example>', 'dev@lists.example', subject, body, mid=f'<m{n}@uni.example>',
                   Date=formatdate(1_750_000_000 + 86400 * n), **fields).replace(b'\r\n', b'\n')


said = ''.join(f'This is line {n}.\n' for n in range(9))
posts = [letter(1, 'First thread', 'Hello.\n'), letter(2, 'Second thread', said),
         letter(3, 'Re: Second thread', ''.join('> ' + x + '\n' for x in said.splitlines()) + 'Yes.\n', In_Reply_To='<m2@uni.example>'),
         letter(4, 'Third thread', 'Bye.\n')]
with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox', delete=False) as f:
    f.write(b''.join(b'From x Thu Jan  1 00:00:00 2026\n' + m + b'\n' for m in posts))
for name in ('dev', 'users'):
    p.cli('archive', 'import', name, f.name)
p.start()

section('how it comes')
with urllib.request.urlopen(f'http://127.0.0.1:{p.web}/lists/dev/t/2') as r:
    page, policy = r.read().decode(), r.headers['Content-Security-Policy']
scripts = re.findall(r'<script[^>]*src="([^"]*)"[^>]*></script>', page)
equal('one script, from a file', (len(scripts), page.count('<script')), (1, 1))
passkey = re.search(r'src="(/_/passkey[^"]*)"', urllib.request.urlopen(f'http://127.0.0.1:{p.web}/login').read().decode())[1]
equal('which the policy lets run, and that of passkeys, by the site\'s name and by that which was asked for', sorted(policy.split('; script-src ')[1].split()),
      sorted(host + path for host in ('www.lists.example', f'127.0.0.1:{p.web}') for path in (scripts[0], passkey)))
with urllib.request.urlopen(f'http://127.0.0.1:{p.web}/site.js') as r:
    equal('the group has a script of its own', (r.headers['Content-Type'].split(';')[0], r.read()), ('text/javascript', b'window.ran = true;'))
with urllib.request.urlopen(f'http://127.0.0.1:{p.web}{scripts[0]}') as r:
    body = r.read()
    check('of less than 4 KB', 500 < len(body) < 4096, len(body))
    check('kept for ever', 'immutable' in r.headers['Cache-Control'], r.headers['Cache-Control'])
icon = re.search(r'<link rel="icon"[^>]*href="([^"]*)"', page)[1]
with urllib.request.urlopen(f'http://127.0.0.1:{p.web}{icon}') as r:
    equal('the icon is a drawing', r.headers['Content-Type'], 'image/svg+xml')

install()
job = {'base': f'http://127.0.0.1:{p.web}', 'list': '/lists/dev/', 'thread': '/lists/dev/t/2', 'post': '/lists/dev/2', 'other': '/lists/users/t/2',
       'script': scripts[0]}
r = subprocess.run(['node', 'keys.mjs'], cwd=JS, input=json.dumps(job), capture_output=True, text=True, timeout=100, env=dict(os.environ))
if check('Chromium has pressed the keys', r.returncode == 0, r.stderr[-2000:]):
    s = json.loads(r.stdout)
    section('keys')
    equal('j, j, k: from message to message', (s['first'], s['second'], s['back']), ('n2', 'n3', 'n2'))
    equal('a key of the browser stays its own', s['withControl'], 'n2')
    equal('o: what is folded opens', (s['foldsBefore'], s['folds']), (0, [1, 1]))
    check('?: the keys, closed by Escape', s['help'] and s['helpGone'], s)
    equal('n, p: the threads beside it', (s['next'], s['previous']), ('/lists/dev/t/4', '/lists/dev/t/2'))
    equal('u: the month that holds it', s['up'], '/lists/dev/by/2025/06/')
    equal('j on a list of threads', s['row'], '/lists/dev/t/2')
    equal('/: the search field', s['search'], 'q')
    equal('there, letters are letters', s['typed'], ['jkn?u/', '/lists/dev/', False])
    equal('j on a post: what follows in its thread', s['answer'], '/lists/dev/3')
    equal('/ where there is no field', s['searchFrom'], '/lists/dev/search')
    section('how a page looks')
    check('fixed width, on this list', 'mono' not in s['serif'] and 'mono' in s['mono'][0].lower() and s['mono'][1] == 'true', (s['serif'], s['mono']))
    check('not on another', not s['otherList'])
    check('dark by choice, and still on the next page', s['light'] != s['dark'] == s['darkStays'] and s['lightAgain'] == s['light'], s)
    equal('no cookie', s['cookies'], [])
    equal('no error', s['errors'], [])
    equal('a tag that got into a page brings no script of the group\'s site, but could bring the page\'s own', s['injected'], ['refused', False, 'loaded'])
    section('on paper, on a desk and on a phone')
    equal('what is folded on the screen is open on paper, and what leads elsewhere is not there', (s['onScreen'], s['onPaper']), (False, [True, False]))
    equal('the bar of a thread stays on top', s['bar'], 0)
    equal('what narrows a search stands beside it on a desk', s['desk'], [True, False])
    equal('on a phone in a fold before it', (s['phone'], s['unfolded']), ([False, True], True))
    section('without script')
    equal('no button that would do nothing; all else is there', s['without'], {'buttons': 0, 'messages': 2, 'folds': 1, 'opened': 1})
done()
