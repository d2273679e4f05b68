"""Round trips: OpenDKIM and rspamd, milters of a real Postfix, accept what we sign; we accept what they sign. The same Postfix
is the strict receiver of posts whose author's domain asks servers to refuse what bears no proof."""
# long
import json
import os
import re
import smtplib
import subprocess
import time
import urllib.request
from base64 import b64encode

import dkim

from harness import Failed, Postern, check, done, equal, eventually, free_port, limit, section, skipped
from mailing import message
from nameserver import NameServer
from peers import OpenDkim, Postfix
from rspamd import Rspamd
from sink import Sink

limit(900)
if os.geteuid() != 0:
    skipped('Postfix changes users: this test needs root')
    print('1 passed, 0 failed')
    raise SystemExit
LIST, OTHER = 'dev@lists.example', 'news@other.example'
ANNA, BEN, GUS = 'anna@uni.example', 'ben@uni.example', 'gus@strict.example'
EVERYBODY = (ANNA, BEN, GUS)
ADDRESS = '127.0.0.14'

strict_port, rsa_port, ed_port, rspamd_port = (free_port(ADDRESS) for _ in range(4))
inbox = Sink('127.0.0.16', 0, 'inbox.example')
POLICY = {'MX': [(10, 'mx.uni.example')], 'TXT': [f'v=spf1 ip4:{ADDRESS} -all']}
dns = NameServer({
    'uni.example': POLICY, 'strict.example': POLICY, 'mx.uni.example': {'A': [ADDRESS]},
    'lists.example': {'TXT': ['v=spf1 ip4:127.0.0.1 -all'], 'MX': [(10, 'mail.lists.example')]}, 'mail.lists.example': {'A': ['127.0.0.1']},
    '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject; adkim=s; aspf=s']}, '_dmarc.lists.example': {'TXT': ['v=DMARC1; p=reject; adkim=s']},
    '_dmarc.uni.example': {'TXT': ['v=DMARC1; p=none']},
    '_dmarc.other.example': {'TXT': ['v=DMARC1; p=reject; adkim=s; aspf=s']}, 'other.example': {'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
})
p = Postern(dns=dns, mx_port=strict_port, admin=ANNA, send__retry='1s')
keys = p.dir + '/peers'
os.mkdir(keys)


def make_key(name, algorithm, selector, domain):
    """A key of a peer's, in a file and in DNS."""
    path = f'{keys}/{name}.pem'
    options = ['-pkeyopt', 'rsa_keygen_bits:2048'] if algorithm == 'RSA' else []
    subprocess.run(['openssl', 'genpkey', '-algorithm', algorithm, *options, '-out', path], capture_output=True, check=True)
    public = subprocess.run(['openssl', 'pkey', '-in', path, '-pubout', '-outform', 'DER'], capture_output=True, check=True).stdout
    text = b64encode(public if algorithm == 'RSA' else public[-32:]).decode()
    dns.zone[f'{selector}._domainkey.{domain}'] = {'TXT': [f'v=DKIM1; k={algorithm.lower()}; p={text}']}
    os.chmod(path, 0o644)
    return path


def signing(name, algorithm, selector):
    path = make_key(name, algorithm, selector, 'uni.example')
    return f'Domain uni.example\nSelector {selector}\nKeyFile {path}\nSignatureAlgorithm {algorithm.lower()}-sha256\nRequireSafeKeys no'


def publish(text):
    for name, strings in re.findall(r'^(\S+)\. IN TXT \((.*) \)$', text, re.M):
        dns.zone[name] = {'TXT': [''.join(re.findall(r'"([^"]*)"', strings))]}


milter = f'127.0.0.30:{free_port("127.0.0.30")}'
RSPAMD_KEY = make_key('rspamd', 'RSA', 'rs', 'uni.example')
DOMAIN = f'allow_hdrfrom_mismatch = true; sign_local = false; sign_networks = ["127.0.0.77/32"]; domain {{ "uni.example" {{ path = "{RSPAMD_KEY}"; selector = "rs"; }} }}'
rspamd = Rspamd('127.0.0.30', dns.address, milter, f'''
dkim_signing {{ enabled = true; allow_username_mismatch = true; {DOMAIN} }}
arc {{ {DOMAIN} }}
''')
verifier = OpenDkim('127.0.0.17', 'inbox.example', dns.address, 'v')
rsa = OpenDkim('127.0.0.17', 'uni.example', dns.address, 's', signing('rsa', 'RSA', 'od'))
ed = OpenDkim('127.0.0.17', 'uni.example', dns.address, 's', signing('ed', 'ED25519', 'oe'))


def service(port, *milters):
    """One session at a time: see OpenDkim."""
    return f'{ADDRESS}:{port} inet n - n - 1 smtpd -o smtpd_milters={",".join(milters)}\n'


postfix = Postfix(ADDRESS, free_port(ADDRESS), p.data + '/keys/tls.pem', p.data + '/keys/tls.key', f'''
myhostname = mx.uni.example
relay_domains = lists.example, other.example, uni.example, strict.example
milter_default_action = tempfail
milter_protocol = 6
transport_maps = inline:{{ lists.example=smtp:[127.0.0.1]:{p.port}, other.example=smtp:[127.0.0.1]:{p.port} }}
default_transport = smtp:[127.0.0.16]:{inbox.port}
relay_transport = smtp:[127.0.0.16]:{inbox.port}''',
                  service(strict_port, verifier.socket, 'inet:' + milter) + service(rsa_port, rsa.socket) + service(ed_port, ed.socket)
                  + service(rspamd_port, 'inet:' + milter))
for name in (LIST, OTHER):
    p.cli('list', 'create', name, '--owner', ANNA)
    p.cli('member', 'add', name, *EVERYBODY)
publish(p.first_words)
publish(p.cli('keys', 'make', 'postern'))
p.start()


def copies(subject):
    missing = lambda: [m for m in EVERYBODY if not inbox.to(m, Subject=subject)]
    if not check(f'every member has a copy of "{subject}"', eventually(lambda: not missing(), 120), missing()):
        for peer in (postfix, rspamd, verifier):
            print(f'{type(peer).__name__} says:\n{peer.log()[-4000:]}')
        raise Failed('without the copies there is nothing to look at')
    return [inbox.to(m, Subject=subject)[0] for m in EVERYBODY]


def send(port, sender, to, post):
    """As any client does, it comes again where it is told to: a milter may be starting."""
    for left in range(10, 0, -1):
        try:
            with smtplib.SMTP(ADDRESS, port, timeout=60, source_address=('127.0.0.77', 0)) as s:
                s.sendmail(sender, [to], post, ['BODY=8BITMIME'] if any(x > 127 for x in post) else [])
                return
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as e:
            code = e.smtp_code if isinstance(e, smtplib.SMTPResponseException) else min(r[0] for r in e.recipients.values())
            if code >= 500 or left == 1:
                raise
            time.sleep(1)


def said(copy, by):
    """Authentication-Results in that name, as one text."""
    return ' '.join(v for v in copy.fields('Authentication-Results') if v.startswith(by + ';'))


section('they accept what we sign')
send(rsa_port, ANNA, LIST, message(f'Anna <{ANNA}>', LIST, 'round', 'Gr\u00fc\u00dfe. \r\n.\r\n' + 'x' * 900 + '\r\n', MIME_Version='1.0',
                                   Content_Type='text/plain; charset=utf-8', Content_Transfer_Encoding='8bit'))
for copy in copies('round'):
    opendkim, seen = said(copy, 'inbox.example'), said(copy, 'mx.uni.example')
    good = re.findall(r'dkim=pass (?:\([^)]*\) )?header\.d=lists\.example header\.i=\S+ header\.a=(\S+)', opendkim)
    equal('OpenDKIM: both signatures of ours pass', sorted(good), ['ed25519-sha256', 'rsa-sha256'])
    check('and the author\'s, which nothing has broken', 'header.d=uni.example' in opendkim and 'dkim=fail' not in opendkim, opendkim)
    check('rspamd: they pass', seen.count('dkim=pass header.d=lists.example') == 2 and 'dkim=fail' not in seen, seen)
    check('with SPF, DMARC and the ARC set', all(x in seen for x in ('spf=pass', 'dmarc=pass', 'arc=pass')), seen)

section('we accept what they sign')
for what, port, selector, algorithm in (('OpenDKIM, RSA', rsa_port, 'od', 'rsa'), ('OpenDKIM, Ed25519', ed_port, 'oe', 'ed25519'),
                                        ('rspamd, RSA and ARC', rspamd_port, 'rs', 'rsa')):
    subject = what.replace(',', '')
    send(port, ANNA, 'else@inbox.example', message(f'Anna <{ANNA}>', 'else@inbox.example', subject, 'Gr\u00fc\u00dfe\r\n\r\n\r\n', MIME_Version='1.0',
                                                   Content_Type='text/plain; charset=utf-8', Content_Transfer_Encoding='8bit'))
    check(f'{what} signs', eventually(lambda: inbox.to('else@inbox.example', Subject=subject), 120), postfix.log()[-1500:])
    mail = inbox.to('else@inbox.example', Subject=subject)[0]
    with open(p.dir + '/mail', 'wb') as f:
        f.write(mail.data)
    found = p.json('check', 'auth', p.dir + '/mail')
    equal(f'{what}: a={algorithm}-sha256', re.findall(r'\ba=(\S+?)-sha256', mail.field('DKIM-Signature')), [algorithm])
    equal(f'{what} passes', [(d['result'], d['domain'], d['selector']) for d in found['dkim']], [('pass', 'uni.example', selector)])
    equal(f'{what}: DMARC finds it aligned', found['dmarc']['domain'], 'uni.example')
    if 'ARC' in what:
        equal('and its ARC set', found['arc']['cv'], 'pass')
    send(port, ANNA, LIST, message(f'Anna <{ANNA}>', LIST, subject + ' posted'))
    for copy in copies(subject + ' posted'):
        check(f'{what}: the post counts as hers', 'dkim=pass' in said(copy, 'mail.lists.example'), copy.header)
        check('our copies pass there', 'dmarc=pass' in said(copy, 'mx.uni.example'), copy.header)
        if 'ARC' in what:
            check('and our set stands on theirs', ' i=2;' in copy.field('ARC-Seal') and 'cv=pass' in copy.field('ARC-Seal')
                  and 'arc=pass' in said(copy, 'mx.uni.example'), copy.header)

section('an author whose domain asks for p=reject, members at the strict receiver')
TOKEN = p.token(ANNA)


def scores():
    """Each list's members, what the lists book says of their mailboxes: points, deliveries that are off, doubts."""
    return {(name, m['address']): (float(m['bounce_score']), m['delivery'], m['last_bounce'])
            for name in (LIST, OTHER) for m in p.json('member', 'ls', name)}


def page(path):
    """As whoever runs the lists sees it: addresses are hidden from strangers."""
    asked = urllib.request.Request(f'http://127.0.0.1:{p.web}/lists/{path}', headers={'Authorization': 'Bearer ' + TOKEN})
    return urllib.request.urlopen(asked, timeout=60).read()


def health(name):
    """What the page on mailboxes has to tell."""
    return json.loads(page(name + '/admin/health.json'))


before = scores()
equal('nobody has a point before', set(before.values()), {(0.0, 'regular', '')})
equal('of either list', len(before), 2 * len(EVERYBODY))
STRICT_KEY = open(make_key('strict', 'RSA', 'st', 'strict.example'), 'rb').read()


def signed(post, *more):
    return dkim.sign(post, b'st', b'strict.example', STRICT_KEY, canonicalize=(b'relaxed', b'relaxed'),
                     include_headers=[b'from', b'to', b'subject', b'date', b'message-id', *more]) + post


for to, domain in ((LIST, 'lists.example'), (OTHER, 'other.example')):
    for subject, more, kept in ((f'whole {domain}', (), True), (f'absent {domain}', (b'list-id', b'reply-to'), False)):
        post = signed(message(f'Gus Roth <{GUS}>', to, subject), *more)
        equal(f'"{subject}" is taken', p.deliver(GUS, to, post, source='127.0.0.1')[0], 250)
        for copy in copies(subject):
            seen = said(copy, 'mx.uni.example')
            equal('From', copy.field('From'), f'Gus Roth <{GUS}>' if kept else f'Gus Roth via {to.split("@")[0]} <{to}>')
            check('passes DMARC there', f'dmarc=pass (policy=reject) header.from={"strict.example" if kept else domain}' in seen, seen)
            check('with no broken signature', 'dkim=fail' not in seen and 'dkim=fail' not in said(copy, 'inbox.example'), seen)
        number = p.json('archive', 'search', to, f'subject:"{subject}"')[0]['number']
        raw = page(f'{to.split("@")[0]}/{number}/raw')
        check('the archive keeps what its author wrote, octet by octet, below what says how it came',
              raw.replace(b'\r\n', b'\n').endswith(b'\n' + post.replace(b'\r\n', b'\n')) and b' via ' not in raw, raw[:900])
        with open(p.dir + '/mail', 'wb') as f:
            f.write(raw)
        equal('so its signature is still whole there', [d['result'] for d in p.json('check', 'auth', p.dir + '/mail')['dkim']], ['pass'])
refused = 0
try:
    with smtplib.SMTP(ADDRESS, strict_port, timeout=60) as s:
        s.sendmail('x@lists.example', [BEN], message(f'Gus Roth <{GUS}>', BEN, 'forged'))
except smtplib.SMTPDataError as e:
    refused = e.smtp_code
equal('and what is forged is refused there', refused, 554)
equal('nothing of ours was', [r for who in EVERYBODY for r in p.trace(who) if r['what'] == 'refused'], [])
check('all of it is dealt with', p.quiet(), p.tail())
equal('nobody\'s bounce score has moved', scores(), before)
for name in ('dev', 'news@other.example'):
    equal(f'and the page on the mailboxes of {name} names nobody', [v for v in health(name).values() if isinstance(v, list) and v], [])

section('the same reading, where a mailbox is gone')
inbox.reply['rcpt'] = lambda address: '550 5.1.1 no such user' if address == BEN else None
send(rsa_port, ANNA, LIST, message(f'Anna <{ANNA}>', LIST, 'to the missing'))
check('it moves there', eventually(lambda: scores()[LIST, BEN][0] == 1.0, 120, 0.2), (scores(), postfix.log()[-1500:], p.tail()))
check('for him alone', {k: v for k, v in scores().items() if v != before[k]}.keys() == {(LIST, BEN)}, scores())
check('and the page names him', any(isinstance(v, list) and v for v in health('dev').values()), health('dev'))
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
