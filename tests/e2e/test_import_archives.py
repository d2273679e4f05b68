"""Archives of others come in: Maildir, packed mbox, public-inbox, pages of Pipermail, MHonArc and hypermail; their old addresses lead to the posts, and hostile
ones are left where a limit says so."""
import base64
import gzip
import hashlib
import http.client
import json
import os
import subprocess
import time
from email.utils import formatdate

from harness import Postern, check, done, equal, limit, section

limit(900)
p = Postern(admin='admin@lists.example', send__relay='outbox')
p.start()
START = 1_210_000_000


def get(path):
    """Status, where it leads, what it says; no redirect is followed."""
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('GET', path)
    r = c.getresponse()
    a = r.status, r.headers.get('Location'), r.read().decode()
    c.close()
    return a


def letter(n, subject, body=None, answers=None, mid=None):
    """Post n of somebody, its fields told."""
    reply = f'In-Reply-To: <m{answers}@old.example>\nReferences: <m{answers}@old.example>\n' if answers else ''
    return (f'From: Person {n} <person{n}@old.example>\nTo: dev@lists.example\nSubject: {subject}\nMessage-ID: {mid or f"<m{n}@old.example>"}\n'
            f'Date: {formatdate(START + 3600 * n)}\n{reply}\n{body or f"Words of post {n}."}\n')


def mbox(*letters):
    return ''.join(f'From x Mon May  5 15:06:40 2008\n{x}\n' for x in letters)


def fresh(name):
    p.cli('list', 'create', f'{name}@lists.example')
    return f'{name}@lists.example'


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def posts(name):
    """Subjects as the month's page shows them, in order of the numbers."""
    found, n = [], 1
    while (a := get(f'/lists/{name}/{n}.json'))[0] == 200:
        found.append(json.loads(a[2])['subject'])
        n += 1
    return found


def leads(what, path, to):
    equal(what, get(path)[:2], (301, to))


section('a Maildir')
LIST = fresh('maildir')
box = f'{p.dir}/Maildir'
for folder in ('cur', 'new', 'tmp'):
    os.makedirs(f'{box}/{folder}')
write(f'{box}/cur/1210000300.M1P1.host:2,S', letter(3, 'the third'))
write(f'{box}/cur/1210000100.M1P1.host:2,RS', letter(1, 'the first').replace('\n', '\r\n'))
write(f'{box}/new/1210000200.M1P1.host', letter(2, 'Re: the first', answers=1))
write(f'{box}/cur/1210000150.M1P1.host:2,ST', letter(4, 'thrown away'))
write(f'{box}/tmp/1210000160.M1P1.host', letter(5, 'half delivered'))
write(f'{p.dir}/secret', letter(6, 'behind a link'))
os.symlink(f'{p.dir}/secret', f'{box}/cur/1210000400.M1P1.host:2,S')
os.mkfifo(f'{box}/cur/1210000500.M1P1.host:2,S')
with open(f'{box}/new/1210000600.M1P1.host', 'wb') as f:
    f.truncate(200 << 20)
r = p.run('archive', 'import', LIST, box, '--report', f'{p.dir}/report')
equal('what cannot be read is said', (r.returncode, ' 3 kept (0 repaired), 0 there already, 3 unreadable' in r.stdout), (1, True))
equal('the posts stand in the order in which they came, without those thrown away', posts('maildir'), ['the first', 'Re: the first', 'the third'])
check('in their thread', 'Words of post 2.' in get('/lists/maildir/t/1')[2])
why = open(f'{p.dir}/report').read()
check('no link is followed, no pipe waited for, nothing without measure read', 'a symbolic link' in why and 'no file' in why and 'larger' in why, why)
check('again: nothing twice', ' 0 kept (0 repaired), 3 there already' in p.run('archive', 'import', LIST, box).stdout)
os.mkdir(f'{p.dir}/nothing')
r = p.run('archive', 'import', LIST, f'{p.dir}/nothing')
check('a folder of nothing', r.returncode == 1 and 'nothing' in r.stderr, r.stderr)

section('an mbox packed by gzip')
LIST = fresh('packed')
with open(write(f'{p.dir}/two.mbox.gz', gzip.compress(mbox(letter(1, 'in one member')).encode())), 'ab') as f:
    f.write(gzip.compress(mbox(letter(2, 'and in another')).encode()))
equal('comes in as it is', p.run('archive', 'import', LIST, f'{p.dir}/two.mbox.gz').returncode, 0)
equal('both parts of it', posts('packed'), ['in one member', 'and in another'])
bomb = write(f'{p.dir}/bomb.gz', gzip.compress(mbox(letter(3, 'before')).encode() + b'\0' * (300 << 20)))
r = p.run('archive', 'import', LIST, bomb)
check('a bomb is left', r.returncode == 1 and 'more comes out' in r.stderr, r.stdout + r.stderr)
cut = write(f'{p.dir}/cut.gz', gzip.compress(mbox(letter(3, 'before')).encode() * 50)[:-40])
r = p.run('archive', 'import', LIST, cut)
check('one cut short, too', r.returncode == 1 and 'no whole gzip data' in r.stderr, r.stdout + r.stderr)
equal('and nothing of them came in', len(posts('packed')), 2)

section('HyperKitty')
LIST = fresh('kitty')
r = p.run('archive', 'import', LIST, write(f'{p.dir}/kitty.mbox', mbox(letter(1, 'a question', mid='<87slfowaeh.fsf@old.example>'), letter(2, 'Re: a question'))))
r = p.run('archive', 'import', LIST, f'{p.dir}/kitty.mbox', '--hyperkitty=/mailman3/hyperkitty/list/kitty@old.example/')
equal('run again over what is here', r.returncode, 0)

for n, mid in ((1, '87slfowaeh.fsf@old.example'), (2, 'm2@old.example')):
    code = base64.b32encode(hashlib.sha1(mid.encode()).digest()).decode()
    for before in ('/mailman3/hyperkitty', '/hyperkitty', '/archives'):
        leads(f'{before}: message {n}', f'{before}/list/kitty@old.example/message/{code}/', f'/lists/kitty/{n}')
    if n == 1:
        leads('a thread', f'/hyperkitty/list/kitty@old.example/thread/{code}/', '/lists/kitty/1')
r = p.run('archive', 'import', LIST, f'{p.dir}/kitty.mbox', '--hyperkitty=/kitty')
check('a path that is none', r.returncode == 2 and '/hyperkitty/list/LIST@DOMAIN' in r.stderr, r.stderr)

section('a public-inbox')


def git(*args, data=None, repo):
    r = subprocess.run(['git', '--git-dir', repo, *args], input=data, capture_output=True, check=True)
    return r.stdout.decode().strip()


def epoch(repo, changes):
    """A bare repository: a commit each, which writes one file (m: a message comes, d: it goes)."""
    os.makedirs(repo)
    lines = []
    for n, (path, text) in enumerate(changes):
        data = text.encode()
        lines.append(b'commit refs/heads/master\ncommitter x <x@old.example> %d +0000\ndata 2\nx\n' % (START + n))
        lines.append((b'deleteall\n' if len(path) == 1 else b'') + b'M 100644 inline %s\ndata %d\n%s\n' % (path.encode(), len(data), data))
    subprocess.run(['git', 'init', '-q', '--bare', '-b', 'master', repo], check=True)
    git('fast-import', '--quiet', data=b''.join(lines), repo=repo)


LIST = fresh('inbox')
inbox = f'{p.dir}/inbox'
spam = letter(3, 'spam')
epoch(f'{inbox}/git/0.git', [('m', letter(1, 'of the first epoch')), ('m', letter(2, 'Re: of the first epoch', answers=1)), ('m', spam), ('m', 'x' * (130 << 20))])
epoch(f'{inbox}/git/1.git', [('d', spam), ('m', letter(4, 'of the second', mid='<a/b+c@old.example>'))])
ran = f'{p.dir}/ran'
trap = write(f'{p.dir}/trap', f'#!/bin/sh\necho "$0 $*" >> {ran}\n')
os.chmod(trap, 0o755)
signed = git('cat-file', 'commit', 'master', repo=f'{inbox}/git/1.git').replace('\n\n', '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n', 1)
git('update-ref', 'refs/heads/master', git('hash-object', '-t', 'commit', '-w', '--stdin', data=signed.encode(), repo=f'{inbox}/git/1.git'), repo=f'{inbox}/git/1.git')
for key in ('gpg.program', 'core.fsmonitor', 'core.pager', 'diff.external', 'core.sshCommand', 'core.alternateRefsCommand'):
    git('config', key, trap, repo=f'{inbox}/git/1.git')
for key, value in (('log.showSignature', 'true'), ('log.showRoot', 'false'), ('core.repositoryformatversion', '1'), ('extensions.partialClone', 'far'), ('remote.far.url', f'ext::{trap}'),
                   ('remote.far.promisor', 'true'), ('protocol.allow', 'always')):
    git('config', key, value, repo=f'{inbox}/git/1.git')
equal('signatures are looked at where nobody says no', (git('log', '--oneline', repo=f'{inbox}/git/1.git') != '', os.path.exists(ran)), (True, True))
os.remove(ran)
r = p.run('archive', 'import', LIST, inbox)
check('all but one too large is read', r.returncode == 1 and ' 3 kept (0 repaired), 0 there already, 1 unreadable' in r.stdout, r.stdout + r.stderr)
equal('the oldest first, without what was taken away', posts('inbox'), ['of the first epoch', 'Re: of the first epoch', 'of the second'])
check('and no program that the repository names has run', not os.path.exists(ran), os.path.exists(ran) and open(ran).read())
check('again: nothing twice', ' 0 kept (0 repaired), 3 there already' in p.run('archive', 'import', LIST, inbox).stdout)
one = f'{p.dir}/one'
epoch(one, [(f'{n:02x}/{n:038x}', letter(n, f'file {n}')) for n in (1, 2)])
LIST = fresh('one')
equal('version 1, and a repository alone', (p.run('archive', 'import', LIST, one).returncode, posts('one')), (0, ['file 1', 'file 2']))

section('a public-inbox that is none')
LIST = fresh('broken')
p.env['PATH'], path = p.dir + '/empty', p.env['PATH']
r = p.run('archive', 'import', LIST, inbox)
check('without the program git', r.returncode == 1 and 'there is no program git here' in r.stderr, r.stderr)
tools = f'{p.dir}/tools'
p.env['PATH'] = tools + ':' + path
for what, script, words in (('a line without end', 'tr "\\0" x < /dev/zero', 'a line without end'), ('failure', 'echo no such thing >&2; exit 128', 'no such thing'),
                            ('noise', 'echo :000000 100644 0 zz A "\tm"; head -c 100000000 /dev/zero >&2; exit 3', '')):
    write(f'{tools}/git', f'#!/bin/sh\n{script}\n')
    os.chmod(f'{tools}/git', 0o755)
    began = time.monotonic()
    r = p.run('archive', 'import', LIST, inbox)
    check(f'a git that prints {what}', r.returncode == 1 and words in r.stderr and time.monotonic() - began < 50, r.stdout + r.stderr)
p.env['PATH'] = path
os.makedirs(f'{p.dir}/linked/git')
os.symlink(f'{inbox}/git/0.git', f'{p.dir}/linked/git/0.git')
r = p.run('archive', 'import', LIST, f'{p.dir}/linked')
check('a link to another', r.returncode == 1 and 'no public-inbox' in r.stderr, r.stderr)
equal('nothing came of them', posts('broken'), [])

section('Pipermail: files of months, and pages')


def pipermail(n, subject, body, mid):
    return (f'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN">\n<HTML>\n <HEAD>\n   <TITLE> {subject}\n   </TITLE>\n'
            f'   <META http-equiv="Content-Type" content="text/html; charset=iso-8859-1">\n </HEAD>\n <BODY BGCOLOR="#ffffff">\n   <H1>{subject}</H1>\n    <B>Person {n}</B> \n'
            f'    <A HREF="mailto:dev%40lists.example?Subject=Re%3A%20x&In-Reply-To=%3C{mid.replace("@", "%40")}%3E"\n       TITLE="{subject}">person{n} at old.example\n       </A><BR>\n'
            f'    <I>Thu May  8 1{n}:00:00 CEST 2008</I>\n    <P><UL></UL>\n    <HR>  \n<!--beginarticle-->\n<PRE>{body}\n</PRE>\n<!--endarticle-->\n</BODY></HTML>\n')


def hidden(text):
    return text.replace('From: Person 1 <person1@old.example>', 'From: person1 at old.example (Person 1)')


old = f'{p.dir}/pipermail'
write(f'{old}/2008-April.txt', mbox(letter(2, 'of April')))
write(f'{old}/2008-May.txt.gz', gzip.compress(mbox(hidden(letter(1, 'of May'))).encode()))
write(f'{old}/2009-January.txt.gz', gzip.compress(b'\0' * (100 << 20)))
write(f'{old}/index.html', '<html>An index</html>')
write(f'{old}/2008-April/000000.html', pipermail(2, 'of April', 'Words of post 2.', 'm2@old.example'))
write(f'{old}/2008-May/000001.html', pipermail(1, 'of May', 'Words of post 1.', 'm1@old.example'))
write(f'{old}/2008-May/000007.html', pipermail(7, 'Gr\u00fc\u00dfe &amp; &lt;tags&gt;', 'if (a &lt; b) see\n  <A HREF="http://old.example/">http://old.example/</A>', 'm7@old.example').encode('latin-1'))
os.symlink(f'{p.dir}/secret', f'{old}/2008-May/000008.html')
with open(write(f'{old}/2008-May/000009.html', ''), 'wb') as f:
    f.truncate(100 << 20)
LIST = fresh('months')
r = p.run('archive', 'import', LIST, old, '--at=/archive/html/old')
equal('the months by their order, then what pages alone have', posts('months'), ['of April', 'of May', 'Gr\u00fc\u00dfe & <tags>'])
check('what cannot be read is counted', r.returncode == 1 and '2 kept (0 repaired), 0 there already, 1 unreadable' in r.stdout and '1 kept (0 repaired), 2 there already, 1 unreadable' in r.stdout, r.stdout + r.stderr)
post = json.loads(get('/lists/months/3.json')[2])
check('a page as a post', 'if (a < b) see' in post['text'] and post['from'] == 'Person 7' and post['date'].startswith('2008-05-08T'), post)
equal('its author hidden in the file of the month', json.loads(get('/lists/months/2.json')[2])['from'], 'Person 1')
for path, to in (('2008-April/000000.html', 1), ('2008-May/000001.html', 2), ('2008-May/000007.html', 3)):
    leads(f'{path}, outside of /pipermail', f'/archive/html/old/{path}', f'/lists/months/{to}')
leads('its index', '/archive/html/old/index.html', '/lists/months/')
leads('its folder', '/archive/html/old/', '/lists/months/')
equal('what never stood there', [get(f'/archive/html/old/{x}')[0] for x in ('2008-May/000008.html', '2008-May/000002.html')], [404, 404])
LIST = fresh('numbers')
r = p.run('archive', 'import', LIST, old, '--pipermail=/pipermail/numbers')
leads('as Pipermail had it', '/pipermail/numbers/2008-May/000007.html', '/lists/numbers/3')
leads('and of a private list', '/mailman/private/numbers/2008-May/000001.html', '/lists/numbers/2')

section('MHonArc and hypermail')
pages = f'{p.dir}/mhonarc'
for n in (1, 2, 10):
    write(f'{pages}/msg{n:05d}.html', f'<!-- MHonArc v2.6.19 -->\n<!--X-Subject: page {n} &#45; x -->\n<!--X-From-R13: "Brefba {n}" <crefba{n}Nbyq.rknzcyr> -->\n'
          f'<!--X-Date: {formatdate(START + 3600 * n)} -->\n<!--X-Message-Id: h{n}@old.example -->\n' + ('<!--X-Reference: h1@old.example -->\n' if n == 2 else '')
          + f'<html><body>\n<!--X-Body-of-Message-->\n<pre>\nWords of page {n}.\n<script>alert(1)</script></pre>\n<!--X-Body-of-Message-End-->\n</body></html>\n')
write(f'{pages}/threads.html', '<html>threads</html>')
LIST = fresh('mhonarc')
r = p.run('archive', 'import', LIST, write(f'{p.dir}/some.mbox', mbox(letter(1, 'page 1', mid='<h1@old.example>'))), pages, '--at=/Archives/Public/dev/')
equal('the pages are posts, but for the one that is here', (r.returncode, posts('mhonarc')), (0, ['page 1', 'page 2 - x', 'page 10 - x']))
for n, to in ((1, 1), (2, 2), (10, 3)):
    leads(f'MHonArc\'s page {n}', f'/Archives/Public/dev/msg{n:05d}.html', f'/lists/mhonarc/{to}')
leads('its threads', '/Archives/Public/dev/threads.html', '/lists/mhonarc/')
check('in the thread of what it answers', 'Words of page 2.' in get('/lists/mhonarc/t/1')[2])
post = json.loads(get('/lists/mhonarc/2.json')[2])
check('its author, and no script', post['from'] == 'Person 2' and 'alert' not in post['text'], post)
pages = f'{p.dir}/hypermail'
write(f'{pages}/2008/0001.html', f'<!-- isoreceived="20080508" -->\n<!-- sent="{formatdate(START)}" -->\n<!-- name="Person 5" -->\n<!-- email="person5@old.example" -->\n'
      '<!-- subject="by hypermail" -->\n<!-- id="y1@old.example" -->\n<!-- charset="utf-8" -->\n<html><!-- body="start" -->\n<p>First.</p><p>Second.</p>\n<!-- body="end" --></html>\n')
LIST = fresh('hyper')
equal('hypermail', (p.run('archive', 'import', LIST, pages, '--at=/hypermail/dev').returncode, posts('hyper')), (0, ['by hypermail']))
leads('its page', '/hypermail/dev/2008/0001.html', '/lists/hyper/1')
p.cli('list', 'set', LIST, 'archive_policy=private')
equal('a list that nobody sees has no addresses of before', get('/hypermail/dev/2008/0001.html')[:2], (404, None))
r = p.run('archive', 'import', LIST, pages, '--at=hypermail')
check('a path that is none', r.returncode == 2 and '--at wants' in r.stderr, r.stderr)

section('addresses of public-inbox')
r = p.run('archive', 'import', 'inbox@lists.example', inbox, '--at=/inbox/dev')
leads('its home', '/inbox/dev/', '/lists/inbox/')
for end in ('', 'raw', 't/', 'T/', 't.mbox.gz'):
    leads(f'a message, {end}', f'/inbox/dev/m2@old.example/{end}', '/lists/inbox/2')
leads('one with a slash in it', '/inbox/dev/a%2Fb+c@old.example/', '/lists/inbox/3')
equal('none', get('/inbox/dev/m9@old.example/')[0], 404)

done()
