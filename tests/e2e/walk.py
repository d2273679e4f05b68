"""Walks through the pages by clicking, with script and without; every page that is reached is judged.

    for script in walks('reader'):         # True, then False: each has a server of its own
        w = Walk(p, script)
        w.home()                           # the group's site, the one address that is typed
        w.follow('Mailing lists').follow('dev')  # the links of that name
        w.write('Search', 'lattice')       # the field of that label
        w.send('Search')                   # the button of that name
    ended('reader')                        # every page that walked.tsv gives this walk was reached

walked.tsv says which walk reaches each page of pages.def that is HTML, or why none does."""
import os
import re
import sqlite3
from email.utils import formatdate

from drive import Drive
from harness import HERE, Failed, Postern, check, equal, eventually, folder, free_port, section
from mailing import message

TABLE, HERE_PAGES = os.path.join(HERE, 'walked.tsv'), os.path.join(HERE, '../../src/web/pages/pages.def')


def pattern(path):
    return re.compile('/'.join(r'\d+' if x.startswith('#') else '[^/]+' if x.startswith(':') else re.escape(x) for x in path.split('/')))


with open(HERE_PAGES) as f:
    FORMS = [(x[0], pattern(x[0])) for x in re.findall(r'^PAGE\(GET[^"]*"([^"]+)", \w+, \w+, ([^)]*)\)', f.read(), re.M) if 'ROUTE_FILE' not in x[1]]
with open(TABLE) as f:
    WALKED = [line.rstrip('\n').split('\t') for line in f if not line.startswith('#')]
reached = {True: set(), False: set()}
judged = set()


def walks(name):
    for script in (True, False):
        section(f'{name}, {"with" if script else "without"} script')
        yield script


def mail(p, to, subject):
    """The newest letter of that subject to that address, out of the outbox; as text."""
    def find():
        book = sqlite3.connect(f'file:{p.data}/outbound/outbound.db?mode=ro', uri=True)
        try:
            rows = book.execute("SELECT m.id FROM event e JOIN message m ON m.id = e.message WHERE e.what = 'kept' AND e.recipient = ? "
                                'AND m.subject LIKE ? ORDER BY e.id DESC LIMIT 1', (to, f'%{subject}%')).fetchall()
            return [b''.join(x for x, in book.execute('SELECT bytes FROM body WHERE message = ? ORDER BY n', r)).decode() for r in rows]
        finally:
            book.close()
    found = eventually(find)
    if not check(f'{to} gets "{subject}"', found):
        raise Failed(f'no letter "{subject}" to {to}')
    return found[0]


def link(letter, of='confirm'):
    return re.search(rf'https?://[^/\s]+(/\S*{of}[^\s>]*)', letter)[1]


class Walk:
    def __init__(self, p, script, network='192.0.2.1'):
        self.p, self.script = p, script
        self.d = Drive().open(script=script)
        self.base = f'http://localhost:{p.web}'

    def act(self, what, **values):
        try:
            self.d.ask(what, **values)
        except Failed as e:
            offers = '\n  '.join(self.d.ask('offers'))
            raise Failed(f'on {self.d.path}: {e}\n  {offers}\n{self.d.text[:1500]}')

    def arrived(self, status=200):
        """Where that is, and that it is well."""
        path = self.d.path.split('?')[0]
        form = next((name for name, at in FORMS if at.fullmatch(path)), path)
        reached[self.script].add(form)
        key = form, self.script, status, self.d.ask('eval', code='document.title')
        if key in judged:
            return self
        judged.add(key)
        seen = self.d.ask('judge', script=self.script)
        name = f'{path}, {"with" if self.script else "without"} script'
        equal(f'{name}: its status', seen['status'], status)
        if not seen.get('other'):
            equal(f'{name}: what axe finds', seen['axe'], [])
            equal(f'{name}: what html-validate finds', seen['invalid'], [])
            equal(f'{name}: one h1', seen['headings'], 1)
            errors = [e for e in self.d.errors() if 'status of 4' not in e]
            equal(f'{name}: errors in the console', errors, [])
        return self

    def home(self):
        return self.go('/')

    def account(self):
        return self.follow('Account', within='footer')

    def go(self, path, status=200):
        """By its address: out of a letter, or a bookmark of what was there once."""
        self.d.goto(path if path.startswith('http') else self.base + path)
        return self.arrived(status)

    def follow(self, name, within=None, exact=True, status=200):
        self.act('follow', name=name, within=within, exact=exact)
        return self.arrived(status)

    def send(self, name, within=None, status=200):
        self.act('send', name=name, within=within)
        return self.arrived(status)

    def write(self, label, text, within=None):
        self.act('write', label=label, text=text, within=within)
        return self

    def tick(self, label, on=True, within=None):
        self.act('tick', label=label, on=on, within=within)
        return self

    def pick(self, label, option, within=None):
        self.act('pick', label=label, option=option, within=within)
        return self

    def unfold(self, name):
        self.act('open_details', name=name)
        return self

    def says(self, *words):
        text = self.d.text
        for word in words:
            check(f'{self.d.path} says "{word}"', word in text, text)
        return self

    @property
    def path(self):
        return self.d.path

    def base_shown(self):
        """Whether a page of ours is there, with its head."""
        return self.d.ask('eval', code="!!document.querySelector('header.site')")

    def sign_in(self, address):
        """By the link that comes in the mail."""
        if not self.base_shown():
            self.home().follow('Mailing lists')
        self.follow('Sign in', within='header').write('Your address', address).send('Send me a link')
        self.go(link(mail(self.p, address, 'sign-in link')))
        return self.send('Sign in', within='main')


def ended(name):
    """Whoever adds a page says which walk comes by."""
    for form, _ in FORMS:
        check(f'{form} has its row in walked.tsv', any(row[0] == form for row in WALKED))
    for row in WALKED:
        check(f'{row[0]} of walked.tsv is a page', row[0] in dict(FORMS))
    for form, who, *_ in WALKED:
        if who == name:
            for script in (True, False):
                check(f'the walk {name} {"with" if script else "without"} script reaches {form}', form in reached[script], sorted(reached[script]))


ADMIN, OWNER, MONA, ANNA, BEN = 'admin@lists.example', 'olga@uni.example', 'mona@uni.example', 'anna@uni.example', 'ben@uni.example'
DEV, STAFF = 'dev@lists.example', 'staff@lists.example'


GROUP = '''<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The group</title></head>
<body><main><h1>The group</h1><ul><li><a href="/lists/">Mailing lists</a></li><li><a href="/data/">Data for members</a></li>
<li><a href="/software/">Software</a></li></ul></main></body></html>
'''
FILES = {
    'index.html': GROUP,
    'data/.access': 'allow members of dev\nallow link\nupload members of dev\nlisting yes\n',
    'data/lattice.csv': 'a,b\n',
    'software/.access': 'licence LICENCE.md\nlisting yes\n',
    'software/LICENCE.md': '# Terms of use\n\nDo *no* harm.\n',
    'software/lattice.txt': 'The program.\n',
}


# Mail in HTML with a message attached.
BEAM_TIMES = """--b
Content-Type: text/html; charset=utf-8

<p>The <b>next</b> round is settled.</p>
--b
Content-Type: message/rfc822

From: Facility <facility@far.example>
Subject: The plan of the facility

Shutters open at six.
--b--
"""


def put_files():
    root = folder()
    for name, content in FILES.items():
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        with open(os.path.join(root, name), 'w') as f:
            f.write(content)
    return root


def site():
    """Two lists with some talk on them, one of them private, people, and the group's files; nothing leaves it."""
    port = free_port()
    p = Postern(admin=ADMIN, clock=True, send__relay='outbox', site__url=f'http://localhost:{port}', web__listen=f'127.0.0.1:{port}',
                web__root=put_files(), web__uploads='/data')
    p.web = port
    for name, how in ((DEV, ()), (STAFF, ('--private',))):
        p.cli('list', 'create', name, '--owner', OWNER, *how)
        box = f'{p.dir}/{name}.mbox'
        with open(box, 'wb') as f:
            for n in range(1, 16):
                answers = {'In_Reply_To': f'<{name[0]}{n - 1}@far.example>'} if n % 5 else {}
                f.write(b'From x Thu Jan  1 00:00:00 2026\n' + message(
                    f'Person {n % 3} <person{n % 3}@far.example>', name, f'{"Re: " if answers else ""}Lattice {n // 5}',
                    f'> Words of post {n - 1}\r\nThe lattice of post {n}.\r\n', mid=f'<{name[0]}{n}@far.example>', Date=formatdate(1_750_000_000 + 7200 * n),
                    **answers).replace(b'\r\n', b'\n') + b'\n')
            f.write(b'From x Thu Jan  1 00:00:00 2026\n' + message(
                'Person 2 <person2@far.example>', name, 'Beam times', BEAM_TIMES, mid=f'<{name[0]}16@far.example>', Date=formatdate(1_750_000_000 + 7200 * 16),
                MIME_Version='1.0', Content_Type='multipart/mixed; boundary=b').replace(b'\r\n', b'\n') + b'\n')
        p.cli('archive', 'import', name, box)
    p.cli('list', 'set', DEV, 'archive_policy=public', 'description=Work on the lattice code', 'authenticate=any')
    p.cli('member', 'add', DEV, BEN, OWNER)
    p.cli('role', 'add', DEV, 'moderator', MONA)
    p.start()
    check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
    return p
