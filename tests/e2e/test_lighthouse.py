"""Lighthouse over the pages that people read and those on which they do something: accessibility and best practices are 100,
and search engines miss nothing on those that are for them. How fast a page is says bench/, row lighthouse."""
# long
import lzma
import os
import sqlite3

from chromium import lighthouse
from harness import Postern, check, done, equal, eventually, folder, free_port, limit, section, skipped
from mailing import message

limit(900)
PACKED = os.path.join(os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(__file__), '../../../shared/data')), 'lists/linux-mips-10k.mbox.xz')
LIST, HERE, ADMIN = 'linux-mips@lists.example', '/lists/linux-mips', 'admin@lists.example'
if not os.path.exists(PACKED):
    skipped(f'no {PACKED}')
    check('nothing to read', True)
    done()

section('a real list')
root, tls = folder(), free_port()
os.mkdir(root + '/papers')
for name in ('about.md', 'papers/README.md'):
    with open(f'{root}/{name}', 'w') as f:
        f.write('# The lattice\n\nWhat we know of it, and who to ask.\n\n## Further\n\n- [Papers](/papers/)\n- [Posts](/lists/)\n')
with open(root + '/papers/.access', 'w') as f:
    f.write('listing yes\n')
p = Postern(admin=ADMIN, send__relay='outbox', web__root=root, web__listen_tls=f'127.0.0.1:{tls}', site__url=f'https://127.0.0.1:{tls}')
p.cli('list', 'create', LIST, '--owner', ADMIN)
p.cli('list', 'set', LIST, 'description=The port of the kernel to MIPS processors', 'default_nonmember_action=hold')
p.cli('user', 'add', ADMIN, '--name', 'R. Okafor', '--admin')
p.cli('member', 'add', LIST, ADMIN)
with lzma.open(PACKED) as f, open(p.dir + '/real.mbox', 'wb') as out:
    out.write(f.read())
p.cli('archive', 'import', LIST, p.dir + '/real.mbox')
p.start()
p.deliver('x@far.example', LIST, message('x@far.example', LIST, 'A word from far'))
check('a post is held', eventually(lambda: p.json('held', 'ls', LIST)))
with sqlite3.connect(f'file:{p.data}/archive/archive.db?mode=ro', uri=True) as book:
    thread, = book.execute('SELECT number FROM thread JOIN post ON post.id = root ORDER BY posts DESC LIMIT 1').fetchone()
    post, = book.execute('SELECT number FROM post ORDER BY size LIMIT 1 OFFSET 5000').fetchone()
    patch, = book.execute("SELECT number FROM post WHERE size > 20000 AND subject LIKE '%[PATCH%' ORDER BY number LIMIT 1").fetchone()
bearer = {'Authorization': 'Bearer ' + p.token(ADMIN)}

PUBLIC = ['/lists/', HERE + '/', f'{HERE}/t/{thread}', f'{HERE}/{post}', f'{HERE}/{patch}', HERE + '/by/2005/11/', '/about', '/papers/']
READERS = [HERE + '/search?q=kernel', '/login', HERE + '/join']
PEOPLE = ['/account', HERE + '/post', HERE + '/admin/held', HERE + '/admin/settings']
visits = [{'path': x, 'headers': headers} for pages, headers in ((PUBLIC, {}), (READERS, {}), (PEOPLE, bearer)) for x in pages]
for s in lighthouse(f'https://127.0.0.1:{tls}', visits, ['accessibility', 'best-practices', 'seo']):
    name = s['path']
    if not check(f'{name}: Lighthouse has seen it', not s.get('failed') and not s['warnings'], s):
        continue
    for what in ['accessibility', 'best-practices'] + ['seo'] * (name in PUBLIC):
        equal(f'{name}: {what}', (s['scores'][what], s['wrong'][what]), (100, []))
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
