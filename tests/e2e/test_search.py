"""Addresses that a list hides from guests are not found out by searching either: by no form of a search, letter by letter;
members find them, and everybody on a list that shows them. The index that is made anew for it."""
import gzip
import http.client
import json
import tempfile
from email.utils import formatdate
from urllib.parse import quote

from harness import Postern, check, done, equal, limit, section
from mailing import message

limit(900)
DEV, OPEN = 'dev@lists.example', 'open@lists.example'
ANNA = 'anna@uni.example'
p = Postern(admin='admin@lists.example', send__relay='outbox')
for name in (DEV, OPEN):
    p.cli('list', 'create', name, '--owner', 'owner@uni.example')
p.cli('list', 'set', OPEN, 'obscure_addresses=no')
p.cli('user', 'add', ANNA)
p.cli('member', 'add', DEV, ANNA)


def letter(n, sender, to, text):
    return message(sender, to, f'Subject {n}', text, Date=formatdate(1_750_000_000 + 60 * n), mid=f'<m{n}@x.example>')


def fill(name, letters):
    with tempfile.NamedTemporaryFile(dir=p.dir, suffix='.mbox') as f:
        for m in letters:
            f.write(b'From x Thu Jan  1 00:00:00 2026\n' + m.replace(b'\r\n', b'\n') + b'\n\n')
        f.flush()
        p.cli('archive', 'import', name, f.name)


fill(DEV, [letter(1, 'Zoe Quill <secretbox1@hidden.example>', f'Yann Pike <secondbox@veiled.example>, {DEV}', 'quagga'),
           letter(2, 'Ulf Ohm <ulf@far.example>', DEV, 'quagga')])
SAID = """On Monday, Carol Box <carolbox@prosebox.example> wrote:
> ask dorabox@quotedbox.example for them
>
> and wait.

By emmabox@saidbox.example it is done.

diff --git a/mail.c b/mail.c
--- a/mail.c
+++ b/mail.c
@@ -1,2 +1,2 @@
 int stripes_guest;
-mail("codebox@codedbox.example");
+mail("codebox@otherbox.example");
"""
WITHIN = """--b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

<p>from <b>hilda</b>=40htmlbox.example to <a href=3D"mailto:hilda&#64;htmlb=
ox.example">her</a></p>
--b
Content-Type: message/rfc822

From: Ida <idabox@innerbox.example>
Subject: within

By idabox@innerbox.example
--b--
"""
fill(DEV, [letter(5, 'Uma <uma@far.example>', DEV, SAID),
           message('Uma <uma@far.example>', DEV, 'Subject 6', WITHIN, Date=formatdate(1_750_001_000), mid='<m6@x.example>', MIME_Version='1.0', Content_Type='multipart/mixed; boundary=b')])
fill(OPEN, [letter(3, 'Zoe Quill <secretbox1@hidden.example>', OPEN, 'quagga')])
DIFF = """Stripes are counted.
---
 zoo.c | 2 +-

diff --git a/zoo.c b/zoo.c
--- a/zoo.c
+++ b/zoo.c
@@ -1,3 +1,3 @@
 int before;
-int stripes_old;
+int <stripes_new>;
 int after;
"""


def patch(n, version):
    return message('Pat <pat@x.example>', OPEN, f'[PATCH{version}] zoo: mend the okapi', DIFF, Date=formatdate(1_760_000_000 + 60 * n), mid=f'<p{n}@x.example>')


fill(OPEN, [patch(n, f' v{n}' if n > 1 else '') for n in (1, 2, 3)] + [letter(9, 'Rex <rex@x.example>', OPEN, 'okapi stripes_new')])
p.start()
MEMBER = p.token(ANNA)


def get(path, token=None):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('GET', path, headers={'User-Agent': 'test', 'Accept-Encoding': 'identity', **({'Authorization': f'Bearer {token}'} if token else {})})
    r = c.getresponse()
    body = r.read()
    c.close()
    return r.status, (gzip.decompress(body) if '.gz' in path else body).decode()


def total(path, query, token=None):
    status, body = get(f'{path}/search.json?q={quote(query)}', token)
    equal(f'{path} {query}: is answered', status, 200)
    return json.loads(body)['total']


section('what is in a hidden address is not found')
ASKED = ['from:sec*', 'from:s*1', 'from:secretbox1', 'from:"secretbox1 hidden example"', 'from:secretbox1@hidden.example', 'secretbox1', 'secret*',
         'hidden', 'secretbox1 OR nowhere', 'secretbox1 NEAR/3 hidden', 'f:hidden', 'to:secondbox', 'to:veil*', 'a:veiled', 'quoted:yes secretbox1', 'from:(zoe hidden)']
for q in ASKED:
    wanted = 0 if q == 'from:s*1' else 1
    equal(f'{q}: a member finds it', total('/lists/dev', q, MEMBER), wanted)
    for path in ('/lists/dev', '/lists'):
        equal(f'{path} {q}: a guest does not', total(path, q), 0)
for q in ('from:zoe', 'from:quill', 'to:pike', 'zoe yann', 'to:dev'):
    check(f'{q}: a guest finds names', total('/lists/dev', q) >= 1)
equal('nor by what is left out', [total('/lists/dev', 'quagga -from:secret*'), total('/lists/dev', 'quagga -from:secret*', MEMBER)], [2, 1])
equal('where it is shown it is found', [total('/lists/open', 'from:secretbox1'), total('/lists', 'from:secretbox1 list:open')], [1, 1])
equal('by members on both', total('/lists', 'from:secretbox1', MEMBER), 2)

section('nor in a text')
for q in ('prosebox', '"carolbox prosebox e"*', 'carolbox@prosebox.example', 'prose*', 'body:saidbox', 'nq:saidbox', 'bs:saidbox', '"emmabox saidbox"', 'quoted:yes quotedbox', 'q:quotedbox', 'b:quotedbox quoted:yes',
          '"dorabox q"* quoted:yes', 'saidbox OR nowhere', 'emmabox NEAR/3 saidbox', 'htmlbox'):
    equal(f'{q}: a member finds it', total('/lists/dev', q, MEMBER), 1)
    for path in ('/lists/dev', '/lists'):
        equal(f'{path} {q}: a guest does not', total(path, q), 0)
equal('by what is left out neither', [total('/lists/dev', 'stripes_guest -prosebox'), total('/lists/dev', 'stripes_guest -prosebox', MEMBER)], [1, 0])
for q in ('carolbox', 'emmabox done', 'hilda'):
    equal(f'{q}: what stands before the @ is on the page', total('/lists/dev', q), 1)
page = get('/lists/dev/search?q=stripes_guest&o=new')[1]
check('a snippet shows code as the page does', 'codebox@codedbox.example' in page, page)
check('and words without addresses', 'saidbox' not in get('/lists/dev/search?q=emmabox')[1] and 'emmabox</mark>@…' in get('/lists/dev/search?q=emmabox')[1])

section('what is saved')
NUMBERS = {h['subject']: h['number'] for h in json.loads(get('/lists/dev/search.json?q=from:uma', MEMBER)[1])['hits']}
SAVED, NESTED = NUMBERS['Subject 5'], NUMBERS['Subject 6']
HIDDEN = ('prosebox', 'quotedbox', 'saidbox', 'htmlbox', 'htmlb=', 'innerbox')
FORMS = {f'/lists/dev/{SAVED}/raw': 3, f'/lists/dev/{SAVED}.mbox.gz': 3, f'/lists/dev/t/{SAVED}.mbox.gz': 3, '/lists/dev/by/all.mbox.gz': 6, '/lists/dev/search.mbox.gz?q=stripes_guest': 3,
         f'/lists/dev/{NESTED}/raw': 3, f'/lists/dev/{NESTED}.mbox.gz': 3, f'/lists/dev/{NESTED}/a/1/unnamed': 1}
for path, n in FORMS.items():
    there, gone = get(path, MEMBER)[1], get(path)[1]
    equal(f'{path}: a member has what was said', len([w for w in HIDDEN if w in there]), n)
    equal(f'{path}: a guest has no address of it', [w for w in HIDDEN if w in gone], [])
    check(f'{path}: nor in the header', 'far.example' not in gone, gone)
    equal(f'{path}: patches are the same', [x for x in gone.splitlines() if 'codebox' in x], [x for x in there.splitlines() if 'codebox' in x])
check('a guest reads the rest', 'emmabox@hidden.invalid it is done' in get(f'/lists/dev/{SAVED}/raw')[1])

section('in every form')
for form in ('search?q=', 'search.json?q=', 'search?g=thread&o=new&q=', 'search.atom?q=', 'search.mbox.gz?q='):
    for q in ('from:sec*', 'secretbox1', 'to:veiled'):
        there, gone = get(f'/lists/dev/{form}{quote(q)}', MEMBER)[1], get(f'/lists/dev/{form}{quote(q)}')[1]
        check(f'{form}{q}: a member', 'Subject 1' in there, there[:300])
        check(f'{form}{q}: a guest', 'Subject 1' not in gone and 'Zoe' not in gone, gone[:300])
for q in ('zoe', 'quagga', 'from:zoe'):
    page = get(f'/lists/dev/search.json?q={quote(q)}')[1]
    check(f'{q}: counted by name', 'Zoe' in page and 'secretbox1' not in page, page)
check('help with spelling gives none away', 'veiled' not in get('/lists/dev/search?q=viled')[1])
check('but helps who may know', 'veiled' in get('/lists/dev/search?q=viled', MEMBER)[1])
check('why nothing was found is said', 'only where they are shown' in get('/lists/dev/search?q=secretbox1%40hidden.example')[1])
check('to nobody else', 'only where they are shown' not in get('/lists/dev/search?q=secretbox1%40hidden.example', MEMBER)[1])

section('patches')
page = get('/lists/open/search?q=stripes_new&o=new')[1]
hits = json.loads(get('/lists/open/search.json?q=stripes_new&o=new')[1])['hits']
equal('in lines, as they stand', [h['code'] for h in hits], [True, True, True, False])
equal('versions of one patch', [h['again'] for h in hits], [False, True, True, False])
equal('are shown once', page.count('<ins>+int &lt;<mark>stripes_new</mark>&gt;;</ins>'), 1)
check('and named', all(f'[PATCH{v}] zoo: mend the okapi</a>' in page for v in ('', ' v2', ' v3')), page)

done()
