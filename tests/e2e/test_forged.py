"""Headers by which other list servers were deceived, through the real port 25: who claims by Reply-To, Sender or envelope to be a
member, what Urgent and Approved do, a Message-ID that is taken before its post comes, and what came through the list before."""
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, BEN, EVE = 'dev@lists.example', 'anna@home.example', 'ben@home.example', 'eve@far.example'
TOKEN = 'robots-own-word-17'
sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'home.example': MX, 'far.example': MX, 'lists.example': MX, 'mx.all.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=sink.port)
p.cli('list', 'create', LIST, '--owner', 'olga@home.example')
p.cli('list', 'create', 'quiet@lists.example')
for name in (LIST, 'quiet@lists.example'):
    p.cli('member', 'add', name, ANNA, BEN)
p.start()


def sent(author, subject, *, envelope=None, to=LIST, source=None, **fields):
    return p.deliver(envelope or author, to, message(author, to, subject, **fields), source=source)[0]


def held(of=LIST):
    return {x['subject']: x for x in p.json('held', 'ls', of)}


def waits(subject):
    return check(f'"{subject}" waits', eventually(lambda: subject in held()) and not sink.to(BEN, Subject=subject), held())


section('who claims to be a member')
for subject, how in (('by Reply-To', {'Reply_To': ANNA}), ('by Sender', {'Sender': ANNA}),
                     ('by both', {'Reply_To': f'Anna <{ANNA}>', 'Sender': f'Anna <{ANNA}>'}), ('by envelope', {'envelope': ANNA}),
                     ('by a name', {'author': f'"{ANNA}" <{EVE}>', 'envelope': EVE}), ('by X-Original-From', {'X_Original_From': ANNA})):
    author = how.pop('author', EVE)
    equal(f'{subject}: taken', sent(author, subject, **how), 250)
    waits(subject)
    equal(f'{subject}: its author is who stands in From', held()[subject]['author'], EVE)
equal('two authors are none', p.deliver(EVE, LIST, message(f'{EVE}, {ANNA}', LIST, 'two authors'))[0], 550)
equal('the member herself, from elsewhere', sent(ANNA, 'not from home', source='127.0.0.77'), 250)
waits('not from home')
equal('the member herself, with a Reply-To of another', sent(ANNA, 'truly', Reply_To=EVE), 250)
check('goes out', eventually(lambda: sink.to(BEN, Subject='truly')), p.tail())

section('Urgent')
equal('a post that calls itself urgent', sent(ANNA, 'urgent', Urgent='a password', Priority='urgent'), 250)
check('goes out like any', eventually(lambda: sink.to(BEN, Subject='urgent')), p.tail())
check('and nobody reads the password', 'a password' not in sink.to(BEN, Subject='urgent')[0].text())

section('a Message-ID that is taken')
MID = '<plan@home.example>'
equal('a stranger comes first', sent(EVE, 'swapped', mid=MID, body='The bad one.\r\n'), 250)
waits('swapped')
equal('then the member', sent(ANNA, 'the plan', mid=MID, body='The good one.\r\n'), 250)
check('whose post goes out', eventually(lambda: sink.to(BEN, Subject='the plan')), p.tail())
equal('another stranger', sent('zoe@far.example', 'swapped again', mid=MID, body='A third one.\r\n'), 250)
waits('swapped again')
first, third = held()['swapped'], held()['swapped again']
check('each shows its own body', 'The bad one' in p.cli('held', 'show', str(first['id'])) and 'A third one' in p.cli('held', 'show', str(third['id'])))
p.cli('held', 'reject', str(first['id']))
equal('what is decided is decided of that one', sorted(x for x in held() if x.startswith('swapped')), ['swapped again'])
equal('the same once more', sent(ANNA, 'the plan', mid=MID, body='The good one.\r\n'), 250)
p.quiet()
equal('reaches nobody twice', len(sink.to(BEN, Subject='the plan')), 1)

section('loops')
copy = sink.to(BEN, Subject='truly')[0]
for name, fields in (('its own List-Id', {'List_Id': '<dev.lists.example>'}), ('its own X-BeenThere', {'X_BeenThere': LIST}),
                     ('a reply of a program', {'Auto_Submitted': 'auto-replied'})):
    equal(f'{name}: taken', sent(ANNA, name, **fields), 250)
equal('its own copy sent back', p.deliver(ANNA, LIST, copy.data if isinstance(copy.data, bytes) else copy.data.encode())[0], 250)
equal('what has no return path', p.deliver('', LIST, message(ANNA, LIST, 'bounced'))[0], 250)
equal('another list\'s List-Id is no loop', sent(ANNA, 'from elsewhere', List_Id='<other.far.example>', List_Post=f'<mailto:{LIST}>'), 250)
check('and goes out', eventually(lambda: sink.to(BEN, Subject='from elsewhere')), p.tail())
p.quiet()
equal('nothing else did', [s for s in ('its own List-Id', 'its own X-BeenThere', 'a reply of a program', 'bounced') if sink.to(BEN, Subject=s)], [])
equal('and nobody has a copy twice', len(sink.to(BEN, Subject='truly')), 1)
equal('nor does anything wait', [s for s in held() if 'its own' in s or s == 'bounced'], [])

section('Approved')
equal('on a list without a token it is a word', sent(EVE, 'robot before', Approved=TOKEN), 250)
waits('robot before')
r = p.run('list', 'set', LIST, 'approved_token=short')
check('a token that is short is refused', r.returncode == 1 and '16 to 128' in r.stderr, r.stderr)
p.cli('list', 'set', LIST, 'approved_token=' + TOKEN)
check('only its hash is shown', p.cli('list', 'get', LIST, 'approved_token').startswith('hashed:'))
equal('a robot, by a field', sent(EVE, 'robot', Approved=TOKEN), 250)
check('needs no moderator', eventually(lambda: sink.to(BEN, Subject='robot')), p.tail())
equal('by its first line', sent(EVE, 'robot line', body=f'\r\nApproved: {TOKEN}\r\nBuilt.\r\n'), 250)
check('nor does it so', eventually(lambda: sink.to(BEN, Subject='robot line')), p.tail())
HTML = (f'--b\r\n\r\nApproved: {TOKEN}\r\nBuilt.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Approved: {TOKEN}</p><p>Built.</p>\r\n--b--\r\n')
equal('in two forms', sent(EVE, 'robot html', body=HTML, MIME_Version='1.0', Content_Type='multipart/alternative; boundary=b'), 250)
check('which goes out, too', eventually(lambda: sink.to(BEN, Subject='robot html')), p.tail())
equal('a wrong token', sent(EVE, 'guessed', Approved='robots-own-word-18'), 250)
waits('guessed')
check('which moderators do not read', 'robots-own-word-18' not in p.cli('held', 'show', str(held()['guessed']['id'])))
equal('the token of another list', sent(EVE, 'astray', to='quiet@lists.example', Approved=TOKEN), 250)
check('opens no other', eventually(lambda: 'astray' in held('quiet@lists.example')) and not sink.to(BEN, Subject='astray'))
p.cli('list', 'set', LIST, 'emergency=yes')
equal('even where all is held', sent(EVE, 'robot in trouble', X_Approved=TOKEN), 250)
check('a robot posts', eventually(lambda: sink.to(BEN, Subject='robot in trouble')), p.tail())
p.quiet()
for subject in ('robot', 'robot line', 'robot html', 'robot in trouble'):
    for who in (ANNA, BEN):
        check(f'{who} reads no token in "{subject}"', all(TOKEN not in m.text() for m in sink.to(who, Subject=subject)))
text = p.cli('archive', 'export', LIST)
check('nor does the archive have it', TOKEN not in text and 'robot html' in text)
p.cli('list', 'set', LIST, 'approved_token=')
equal('taken away', sent(EVE, 'robot after', Approved=TOKEN), 250)
waits('robot after')
done()
