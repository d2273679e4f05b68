"""Never an open relay: every form of relay that is known, at every door. Nothing is
delivered to the stranger, nobody writes to the stranger, and the refusal stands at the
first command that shows it."""
import base64
import ssl
import subprocess
import warnings

from harness import Postern, Talk, check, done, equal, eventually, free_port, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA = 'dev@lists.example', 'anna@uni.example'
CANARY = '127.0.0.13'
T, X = 'tok@canary.lab', 'out@canary.lab'
D, H, L = 'lists.example', 'mail.lists.example', '[127.0.0.1]'

canary = Sink(CANARY, 0)
uni = Sink('127.0.0.10', canary.port)
uni.reply['rcpt'] = lambda address: '550 5.1.1 gone' if 'refuses' in str(address) else None
dns = NameServer({
    'canary.lab': {'MX': [(10, 'mx.canary.lab')]}, 'mx.canary.lab': {'A': [CANARY]},
    'xn--bcher-kva.lab': {'MX': [(10, 'mx.canary.lab')]},
    'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.10']},
    'spoofed.lab': {'MX': [(10, 'mx.canary.lab')], 'TXT': ['v=spf1 -all']},
    '5.0.0.127.in-addr.arpa': {'PTR': ['trusted.lists.example']},
    'lists.example': {'MX': [(10, H)]}, H: {'A': ['127.0.0.1']},
})
p = Postern(dns=dns, mx_port=canary.port, smtp__messages_per_hour=0, smtp__recipients_per_hour=0)
v6 = free_port()
p.configure(smtp__listen=f'127.0.0.1:{p.port}, [::1]:{v6}')
p.cli('list', 'create', LIST, '--owner', 'owner@uni.example')
p.cli('member', 'add', LIST, ANNA)
p.cli('alias', 'add', f'gone@{D}', 'refuses@uni.example')
p.cli('user', 'add', ANNA)
TOKEN = p.token(ANNA)
p.start()

SYNTAX, RELAY, NOBODY, TAKEN = (501,), (550, '5.7.1'), (550, '5.1.1'), (250,)
# number, MAIL's path, RCPT's argument, what RCPT must say. Where several readings are
# fair, several answers are; an acceptance never is.
FORMS = [
    ('R1 plain', X, f'<{T}>', [RELAY]),
    ('R2 null sender', '', f'<{T}>', [RELAY]),
    ('R3 local sender, host', f'postmaster@{H}', f'<{T}>', [RELAY]),
    ('R4 local sender, domain', f'postmaster@{D}', f'<{T}>', [RELAY]),
    ('R4 the list as sender', LIST, f'<{T}>', [RELAY]),
    ('R5 literal sender', f'postmaster@{L}', f'<{T}>', [RELAY]),
    ('R7 localhost', 'user@localhost', f'<{T}>', [RELAY]),
    ('R8 sender is recipient', T, f'<{T}>', [RELAY]),
    ('R9 trailing dot', X, f'<{T}.>', [SYNTAX, RELAY]),
    ('R10 no brackets', X, T, [SYNTAX, RELAY]),
    ('R11 blanks inside', X, f'< {T} >', [SYNTAX]),
    ('R11 tab inside', X, f'<\t{T}>', [SYNTAX]),
    ('R11 blank before', X, f' <{T}>', [SYNTAX, RELAY]),
    ('R12 percent, host', X, f'<tok%canary.lab@{H}>', [RELAY]),
    ('R13 percent, literal', X, f'<tok%canary.lab@{L}>', [RELAY]),
    ('R14 percent, domain', X, f'<tok%canary.lab@{D}>', [NOBODY, RELAY]),
    ('R15 percent alone', X, '<tok%canary.lab>', [SYNTAX]),
    ('R16 quoted alone', X, f'<"{T}">', [SYNTAX]),
    ('R17 quoted percent', X, '<"tok%canary.lab">', [SYNTAX]),
    ('R18 quoted local part, host', X, f'<"{T}"@{H}>', [RELAY]),
    ('R18 quoted local part, domain', X, f'<"{T}"@{D}>', [NOBODY]),
    ('R19 quoted local part, literal', X, f'<"{T}"@{L}>', [RELAY]),
    ('R20 two @, host', X, f'<{T}@{H}>', [SYNTAX]),
    ('R20 two @, domain', X, f'<{T}@{D}>', [SYNTAX]),
    ('R20 two @, ours first', X, f'<dev@{D}@canary.lab>', [SYNTAX]),
    ('R21 two @, literal', X, f'<{T}@{L}>', [SYNTAX]),
    ('R22 source route', X, f'<@{H}:{T}>', [RELAY, SYNTAX]),
    ('R22 source route, domain', X, f'<@{D}:{T}>', [RELAY, SYNTAX]),
    ('R23 source route, literal', X, f'<@{L}:{T}>', [RELAY, SYNTAX]),
    ('R24 two hops', X, f'<@{H},@{D}:{T}>', [RELAY, SYNTAX]),
    ('R25 bang', X, '<canary.lab!tok>', [SYNTAX]),
    ('R26 bang, host', X, f'<canary.lab!tok@{H}>', [RELAY]),
    ('R26 bang, domain', X, f'<canary.lab!tok@{D}>', [NOBODY]),
    ('R27 bang, literal', X, f'<canary.lab!tok@{L}>', [RELAY]),
    ('R28 bang and percent', X, f'<{H}!tok%canary.lab>', [SYNTAX]),
    ('R28 two bangs', X, f'<{H}!canary.lab!tok>', [SYNTAX]),
    ('R29 literal destination', X, f'<tok@[{CANARY}]>', [RELAY]),
    ('R30 IPv6 literal', X, '<tok@[IPv6:::1]>', [RELAY]),
    ('R31 upper case', X, '<TOK@CANARY.LAB>', [RELAY]),
    ('R31 IDN', X, '<tok@xn--bcher-kva.lab>', [RELAY]),
    ('R31 our domain as a label', X, f'<tok@{D}.canary.lab>', [RELAY]),
    ('R31 our domain as a tail', X, f'<tok@not{D}>', [RELAY]),
    ('R33 quoted', X, '<"tok"@canary.lab>', [RELAY]),
    ('R33 escape', X, f'<tok\\@canary.lab@{H}>', [SYNTAX]),
    ('R34 comment', X, '<tok(c)@canary.lab>', [SYNTAX]),
    ('R34 comment behind', X, '<tok@canary.lab(c)>', [SYNTAX]),
    ('R34 group', X, f'g:{T};', [SYNTAX]),
    ('R35 plus', X, f'<user+{T}@{D}>', [SYNTAX]),
    ('R35 plus, =', X, f'<dev+tok=canary.lab@{D}>', [NOBODY]),
    ('R35 equals', X, f'<user=tok@canary.lab@{D}>', [SYNTAX]),
    ('R35 SRS of our own making', X, f'<SRS0=aaaa=bb=canary.lab=tok@{D}>', [RELAY]),
    ('R35 SRS, null sender', '', f'<SRS0=aaaa=bb=canary.lab=tok@{D}>', [NOBODY]),
    ('R36 two in one', X, f'<{T}>,<{T}>', [SYNTAX]),
    ('R36 ours and theirs', X, f'<{LIST}>,<{T}>', [SYNTAX]),
    ('R38 long', X, '<' + 'a' * 200 + f'{T}>', [SYNTAX, RELAY]),
    ('R38 NUL', X, f'<dev@{D}\0@canary.lab>', [SYNTAX, (500,)]),
    ('R38 octet 80', X, b'<tok\x80@canary.lab>', [SYNTAX]),
    ('R38 CR inside', X, f'<dev@{D}\r{T}>', [SYNTAX, (500,)]),
]


def fits(got, wanted):
    return any(got[0] == w[0] and (len(w) < 2 or w[1] in got[1]) for w in wanted)


def octets(x):
    return x if isinstance(x, bytes) else x.encode()


def try_form(door, opened, name, sender, to, wanted):
    with opened() as t:
        t.do('EHLO probe.canary.lab')
        code, text = t.do(octets('MAIL FROM:<' + sender + '>'))
        if code // 100 != 2:  # said even earlier
            check(f'{door} {name}: MAIL says {code}', code in (501, 530, 550), text)
            return
        got = t.do(b'RCPT TO:' + octets(to))
        check(f'{door} {name}', fits(got, wanted), f'{got}, wanted {wanted}')
        code, text = t.do('DATA')
        if not check(f'{door} {name}: no DATA without a recipient', code // 100 == 5, text):
            t.send(message(X, T, name) + b'.\r\n')
            t.reply()


def signed_in():
    t = Talk(('127.0.0.1', p.submission))
    t.do('EHLO probe.canary.lab')
    t.starttls(p.tls())
    t.do('EHLO probe.canary.lab')
    t.do('AUTH PLAIN ' + base64.b64encode(f'\0{ANNA}\0{TOKEN}'.encode()).decode())
    return t


def implicit():
    t = Talk(('127.0.0.1', p.submissions), greeting=False)
    t.sock = p.tls().wrap_socket(t.sock)
    t.reply()
    return t


section('R1 to R38 at each door')
for form in FORMS:
    try_form('25', lambda: Talk(('127.0.0.1', p.port)), *form)
for form in FORMS:
    name, sender, to, wanted = form
    try_form('587 signed in', signed_in, name, ANNA, to, wanted if 'SRS, null' not in name else [RELAY])
for form in FORMS:
    try_form('door', lambda: Talk(p.data + '/run/door'), *form)
for form in FORMS[:8]:
    try_form('587', lambda: Talk(('127.0.0.1', p.submission)), *form)
    try_form('465', implicit, *form)
    try_form('IPv6', lambda: Talk(('::1', v6)), *form)  # R49

section('R6, R31, R32: senders and Unicode')
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    equal('R6 a sender without a domain', t.do('MAIL FROM:<postmaster>')[0], 501)
    for to in ('tok@bücher.lab', 'tok@canary。lab', 'tok＠canary.lab', 'dev＠lists.example@canary.lab'):
        t.do('RSET')
        equal('SMTPUTF8 is offered', t.do(f'MAIL FROM:<{X}> SMTPUTF8')[0], 250)
        got = t.do(f'RCPT TO:<{to}>')
        check(f'R31, R32 {to}', fits(got, [RELAY, SYNTAX]), got)

section('R37 to R42: states')
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    t.do(f'MAIL FROM:<{X}> RET=HDRS ENVID=x')
    equal('R37 a list takes ORCPT and NOTIFY', t.do(f'RCPT TO:<{LIST}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{T}')[0], 250)
    t.do('DATA')
    equal('and the post', t.do(message(X, LIST, 'R37') + b'.')[0], 250)
    t.do(f'MAIL FROM:<{X}>')
    equal('R37 at somebody unknown', t.do(f'RCPT TO:<nobody@{D}> NOTIFY=SUCCESS ORCPT=rfc822;{T}')[0], 550)
    t.do('RSET')
    t.do(f'MAIL FROM:<{X}>')
    equal('R39 postmaster first', t.do(f'RCPT TO:<postmaster@{D}>')[0], 250)
    got = t.do(f'RCPT TO:<{T}>')
    check('R39 then the stranger', fits(got, [RELAY]), got)
    t.do('RSET')
    t.do(f'MAIL FROM:<{X}>')
    equal('R39 <postmaster> without a domain is ours', t.do('RCPT TO:<Postmaster>')[0], 250)
    t.do('RSET')
    t.do(f'MAIL FROM:<{X}>')
    t.do(f'RCPT TO:<{T}>')
    check('R40 DATA after a refusal', t.do('DATA')[0] in (503, 554))
    for before in ('RSET', 'EHLO again', 'HELO again', 'AUTH PLAIN AAAA', 'VRFY tok@canary.lab'):
        t.do(before)
        t.do(f'MAIL FROM:<{X}>')
        got = t.do(f'RCPT TO:<{T}>')
        check(f'R41 after {before}', fits(got, [RELAY]), got)
    t.do('RSET')
    code, text = t.do(f'MAIL FROM:<{X}> AUTH=<postmaster@{D}>')
    got = t.do(f'RCPT TO:<{T}>')
    check('R42 AUTH= is not believed', fits(got, [RELAY]) or code // 100 == 5, (code, got))
with Talk(p.data + '/run/door') as t:
    t.do('EHLO x')
    equal('R42 at the door: an unknown account', t.do(f'MAIL FROM:<{X}> AUTH={X}')[0], 550)
    t.do(f'MAIL FROM:<{ANNA}> AUTH={ANNA}')
    got = t.do(f'RCPT TO:<{T}>')
    check('R42 at the door: one without the right', fits(got, [RELAY]), got)

section('R43: AUTH')
for exchange in (['AUTH PLAIN AAA='], ['AUTH PLAIN ' + base64.b64encode(b'\0\0').decode()], ['AUTH LOGIN', '*'],
                 ['AUTH PLAIN', '*'], ['AUTH EXTERNAL ='], ['AUTH ANONYMOUS'], ['AUTH LOGIN', '=', '='],
                 ['AUTH PLAIN ' + base64.b64encode(b'admin\0anna@uni.example\0x').decode()]):
    with implicit() as t:
        t.do('EHLO x')
        for line in exchange:
            got = t.do(line)
        check(f'R43 {exchange}', got[0] // 100 == 5, got)
        equal(f'R43 {exchange}: still nobody', t.do(f'MAIL FROM:<{X}>')[0], 530)
with Talk(('127.0.0.1', p.submission)) as t:
    t.do('EHLO x')
    equal('AUTH before TLS', t.do('AUTH PLAIN ' + base64.b64encode(f'\0{ANNA}\0{TOKEN}'.encode()).decode())[0] // 100, 5)

section('R44 to R48: names, proxies, TLS')
for name in (H, D, L, 'localhost', '[127.0.0.1]', 'trusted.lists.example'):
    with Talk(('127.0.0.1', p.port), source='127.0.0.5') as t:  # R46: its PTR claims to be ours
        t.do(f'EHLO {name}')
        t.do(f'MAIL FROM:<{X}>')
        got = t.do(f'RCPT TO:<{T}>')
        check(f'R44, R46 EHLO {name}', fits(got, [RELAY]), got)
for line in ('XCLIENT ADDR=127.0.0.1 LOGIN=anna', 'XFORWARD ADDR=127.0.0.1', 'PROXY TCP4 127.0.0.1 127.0.0.1 1 25',
             b'\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\1\x7f\0\0\1\0\1\0\x19'):
    with Talk(('127.0.0.1', p.port)) as t:
        t.do('EHLO x')
        check(f'R45 {line[:10]}', t.do(line)[0] // 100 in (5, 0))
        if t.closed or isinstance(line, bytes):
            continue
        t.do(f'MAIL FROM:<{X}>')
        got = t.do(f'RCPT TO:<{T}>')
        check(f'R45 after {line[:10]}', t.closed or fits(got, [RELAY]), got)
subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', f'/CN={H}', '-days', '2',
                '-keyout', p.dir + '/c.key', '-out', p.dir + '/c.pem'], capture_output=True, check=True)
context = p.tls()
context.load_cert_chain(p.dir + '/c.pem', p.dir + '/c.key')
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    t.starttls(context)
    t.do('EHLO x')
    t.do(f'MAIL FROM:<{X}>')
    got = t.do(f'RCPT TO:<{T}>')
    check('R48 STARTTLS and a certificate of our name', fits(got, [RELAY]), got)

section('R50: BDAT, a burst')
post = message(X, T, 'R50')
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    t.send(f'MAIL FROM:<{X}>\r\nRCPT TO:<{T}>\r\nBDAT {len(post)} LAST\r\n'.encode() + post + b'NOOP\r\n')
    codes = [t.reply()[0] for _ in range(4)]
    check('R50 BDAT', codes[:2] == [250, 550] and codes[2] // 100 == 5 and codes[3] == 250, codes)
    t.send(f'MAIL FROM:<{X}>\r\nRCPT TO:<{T}>\r\nDATA\r\nQUIT\r\n')
    codes = [t.reply()[0] for _ in range(4)]
    check('R50 a burst', codes[:2] == [250, 550] and codes[2] // 100 == 5 and codes[3] == 221, codes)

section('R51, R52: reflectors')
# A path that its domain disowns: whoever answers it, or bounces to it, writes to a victim.
FOREIGN = 'victim@spoofed.lab'
for name, wanted in (('dev-request', (550,)), ('dev-join', (550,)), ('dev-leave', (550,)), ('dev-confirm+abcdefgh', (550,)),
                     ('dev-bounces', (250, 550)), ('dev-owner', (250, 550)), ('dev', (250, 550)), ('postmaster', (250, 550)),
                     ('gone', (250, 550))):
    for ask in ('', ' NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;' + FOREIGN):
        with Talk(('127.0.0.1', p.port)) as t:
            t.do('EHLO x')
            equal(f'{name}: MAIL', t.do(f'MAIL FROM:<{FOREIGN}> RET=FULL')[0], 250)
            code, text = t.do(f'RCPT TO:<{name}@{D}>{ask}')
            if code == 250:
                t.do('DATA')
                post = message(FOREIGN, f'{name}@{D}', 'help', 'help\r\ninfo\r\njoin\r\n', Reply_To=T)
                code, text = t.do(post + b'.')
            check(f'R51, R52 {name}{ask[:7]}', code in wanted and (code != 550 or '5.7.1' in text or '5.1.1' in text), (code, text))
check('all of it is dealt with', eventually(lambda: p.status('arrivals') == 0, 60, 0.1), p.cli('status'))
check('the alias was tried, and refused there', eventually(lambda: uni.connections))

section('R54: an open proxy')
check('the web is up', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
for name, octets in (('CONNECT', f'CONNECT {CANARY}:{canary.port} HTTP/1.1\r\nHost: {CANARY}:{canary.port}\r\n\r\n'.encode()),
                     ('CONNECT by name', b'CONNECT mx.canary.lab:25 HTTP/1.0\r\n\r\n'),
                     ('a whole URL', f'GET http://{CANARY}:{canary.port}/ HTTP/1.1\r\nHost: {CANARY}\r\n\r\n'.encode()),
                     ('SOCKS4', b'\4\1' + canary.port.to_bytes(2, 'big') + bytes([127, 0, 0, 13]) + b'x\0'),
                     ('SOCKS4a', b'\4\1\0\x19\0\0\0\1x\0mx.canary.lab\0'),
                     ('SOCKS5', b'\5\1\0' + b'\5\1\0\1' + bytes([127, 0, 0, 13]) + canary.port.to_bytes(2, 'big'))):
    with Talk(('127.0.0.1', p.web), greeting=False) as t:
        t.sock.settimeout(3)
        t.send(octets + b'MAIL FROM:<' + X.encode() + b'>\r\n')
        got = b''
        try:
            while piece := t.sock.recv(65536):
                got += piece
        except OSError:
            pass
        first = got.split(b'\r\n')[0]
        check(f'R54 {name}: no way through', not got or (first.startswith(b'HTTP/1.') and b'220 ' not in got
                                                         and (name == 'a whole URL' or b' 2' not in first[8:11])), first)
        check(f'R54 {name}: no word of SOCKS', got[:2] not in (b'\5\0', b'\0Z'), got[:8])

section('smuggling')
inner = f'MAIL FROM:<{X}>\r\nRCPT TO:<{LIST}>\r\nDATA\r\n' + message(X, LIST, 'smuggled').decode()
before = len(p.events('message-accepted'))
for name, end in (('LF.LF', '\n.\n'), ('LF.CRLF', '\n.\r\n'), ('CRLF.LF', '\r\n.\n'), ('CR.CR', '\r.\r'), ('CRLF.CR', '\r\n.\r'),
                  ('CRLF NUL . CRLF', '\r\n\0.\r\n'), ('bare LF', 'a\nb'), ('bare CR', 'a\rb'), ('CR at the end', 'x\r\r\n')):
    with Talk(('127.0.0.1', p.port)) as t:
        t.do('EHLO x')
        t.do(f'MAIL FROM:<{X}>')
        t.do(f'RCPT TO:<{LIST}>')
        t.do('DATA')
        t.send(message(X, LIST, 'outer', 'text' + end).decode() + inner + '\r\n.\r\n')
        code, text = t.reply()
        check(f'{name} is refused', code // 100 == 5, text)
        equal(f'{name}: one reply for one DATA', t.do('NOOP')[0], 250)
    with Talk(('127.0.0.1', p.port)) as t:
        t.do('EHLO x')
        t.do(f'MAIL FROM:<{X}>')
        t.do(f'RCPT TO:<{LIST}>')
        whole = message(X, LIST, 'outer', 'text' + end + '\r\n')
        t.send(f'BDAT {len(whole)} LAST\r\n'.encode() + whole)
        code, text = t.reply()
        check(f'{name} by BDAT is refused', code // 100 == 5, text)
equal('nothing of it was accepted', len(p.events('message-accepted')), before)

section('STARTTLS and what hangs on it')
for behind in (b'NOOP\r\n', f'MAIL FROM:<{X}>\r\nRCPT TO:<{LIST}>\r\n'.encode()):
    with Talk(('127.0.0.1', p.port)) as t:
        t.do('EHLO x')
        t.send(b'STARTTLS\r\n' + behind)
        code, text = t.reply()
        check('commands behind STARTTLS are refused', code // 100 == 5, text)
        equal('and the session ends', t.reply()[0], 0)
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    t.do(f'MAIL FROM:<{X}>')
    equal('no STARTTLS within a transaction', t.do('STARTTLS')[0], 503)
    t.do('RSET')
    t.starttls(p.tls())
    equal('what was said in clear is forgotten', t.do(f'MAIL FROM:<{X}>')[0], 503)
    code, text = t.do('EHLO x')
    check('STARTTLS is not offered inside TLS', 'STARTTLS' not in text, text)
with Talk(('127.0.0.1', p.port), greeting=False) as t:
    t.send(b'EHLO eager\r\n')
    check('who speaks first is sent away', t.reply()[0] in (220, 554))
warnings.simplefilter('ignore', DeprecationWarning)
old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
old.minimum_version = ssl.TLSVersion.TLSv1
old.maximum_version = ssl.TLSVersion.TLSv1_1
old.set_ciphers('DEFAULT:@SECLEVEL=0')  # or this client refuses by itself
with Talk(('127.0.0.1', p.port)) as t:
    t.do('EHLO x')
    try:
        t.starttls(old)
        check('TLS 1.1 is refused', False)
    except (ssl.SSLError, OSError) as e:
        check('TLS 1.1 is refused, by us and for its version', 'ALERT_PROTOCOL_VERSION' in str(e), repr(e))
with Talk(('127.0.0.1', p.port)) as t:
    equal('VRFY tells nothing', (t.do('HELO x')[0], t.do('VRFY dev')[0], t.do('VRFY nobody')[0], t.do('EXPN dev')[0] // 100),
          (250, 252, 252, 5))

section('and nothing left')
p.quiet()
equal('the canary got nothing', [(m.mail_from, m.rcpts) for m in canary.mails], [])
equal('nobody dialled it', canary.connections, 0)
equal('nothing waits for it', [q['destination'] for q in p.json('queue', 'ls') if 'uni.example' not in q['destination']], [])
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
