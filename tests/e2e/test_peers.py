"""Real servers around us: a member posts by way of Postfix, Postfix receives the copies
and hands them to Dovecot by LMTP; another domain's copies go to Dovecot directly. mutt,
doveadm and an IMAP client read what came."""
import email
import imaplib
import os
import pty
import re
import select
import smtplib
import time

from harness import Postern, check, done, equal, eventually, free_port, limit, section, skipped
from mailing import copy_faults, message
from nameserver import NameServer
from peers import Dovecot, Postfix
from sink import Mail

limit(900)
if os.geteuid() != 0:
    skipped('Postfix and Dovecot change users: this test needs root')
    print('1 passed, 0 failed')
    raise SystemExit
LIST, ANNA, BEN, CARA = 'dev@lists.example', 'anna@uni.example', 'ben@uni.example', 'cara@lab.example'
DAVE = 'dave@inst.example'

port = free_port('127.0.0.14')
dns = NameServer({
    'uni.example': {'MX': [(10, 'mx.uni.example')], 'TXT': ['v=spf1 ip4:127.0.0.14 -all']},
    'mx.uni.example': {'A': ['127.0.0.14']},
})
dovecot = Dovecot('127.0.0.15', free_port('127.0.0.15'), free_port('127.0.0.15'))
lmtp_port = int(re.search(r'inet_listener lmtp \{\s+address = \S+\s+port = (\d+)', open(dovecot.conf).read())[1])
imap_port = int(re.search(r'inet_listener imap \{\s+port = (\d+)', open(dovecot.conf).read())[1])
p = Postern(dns=dns, mx_port=port)
with open(p.conf, 'a') as f:
    f.write(f'[route]\nlab.example = lmtp:{dovecot.socket}\n*.inst.example = lmtp://127.0.0.15:{lmtp_port}\n'
            f'inst.example = lmtp://127.0.0.15:{lmtp_port}\n')
postfix = Postfix('127.0.0.14', port, p.data + '/keys/tls.pem', p.data + '/keys/tls.key', f'''
myhostname = mx.uni.example
virtual_mailbox_domains = uni.example
virtual_transport = lmtp:unix:{dovecot.socket}
relay_domains = lists.example
transport_maps = inline:{{ lists.example=smtp:[127.0.0.1]:{p.port} }}''')
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('member', 'add', LIST, f'Anna Ölund <{ANNA}>', BEN, CARA, DAVE, 'eve@deep.inst.example')
p.start()

section('Anna posts by way of her Postfix')
body = 'Grüße aus dem Labor.\r\n.\r\n..\r\nFrom here on.\r\n' + 'x' * 900 + '\r\n'
post = message(f'=?utf-8?q?Anna_=C3=96lund?= <{ANNA}>', LIST, 'by way of Postfix', body, MIME_Version='1.0',
               Content_Type='text/plain; charset=utf-8', Content_Transfer_Encoding='8bit')
with smtplib.SMTP('127.0.0.14', port, timeout=60) as s:
    s.sendmail(ANNA, [LIST], post, ['BODY=8BITMIME'])
check('it is accepted here', p.event('message-accepted', **{'from': ANNA}), postfix.log()[-1500:])
check('as hers: SPF is aligned', p.event('post-accepted', list=LIST), p.tail())
EVERYBODY = (ANNA, BEN, CARA, DAVE, 'eve@deep.inst.example')
for who in EVERYBODY:
    check(f'Dovecot has the copy of {who}', eventually(lambda: dovecot.mails(who) == ['hdr.subject=by way of Postfix'], 60, 0.2),
          (dovecot.mails(who), dovecot.log()[-800:], postfix.log()[-1500:]))

section('what came')


class Read(Mail):
    """A message file in the form of a sink's mail."""
    def __init__(self, octets):
        self.data = re.sub(rb'\r?\n', b'\r\n', octets)
        self.mail_from = self.field('Return-Path').strip('<>')


def files(who):
    return [os.path.join(d, n) for d, _, names in os.walk(dovecot.maildir(who)) for n in names
            if os.path.basename(d) in ('new', 'cur')]


for who in EVERYBODY:
    copy = Read(open(files(who)[0], 'rb').read())
    faults = [x for x in copy_faults(copy, LIST, number=1) if 'Return-Path' not in x]
    equal(f'the copy of {who}', faults, [])
    equal(f'the body of {who}', copy.body, body.encode())
check('Postfix saw TLS', 'TLSv1.3' in Read(open(files(BEN)[0], 'rb').read()).header)

section('a reply joins, and a wave of posts')
parent = Read(open(files(BEN)[0], 'rb').read()).field('Message-ID')
with smtplib.SMTP('127.0.0.14', port, timeout=60) as s:
    s.sendmail(BEN, [LIST], message(BEN, LIST, 'Re: by way of Postfix', 'Me too.\r\n', In_Reply_To=parent, References=parent))
    for i in range(30):
        s.sendmail(ANNA, [LIST], message(ANNA, LIST, f'wave {i}'))
for who in EVERYBODY:
    check(f'{who} has all 32', eventually(lambda: len(dovecot.mails(who)) == 32, 60, 0.3), len(dovecot.mails(who)))
    equal(f'each once for {who}', len(set(dovecot.mails(who))), 32)
check('Postfix is empty', eventually(lambda: postfix.waiting() == 0), postfix.log()[-800:])
equal('nothing waits here', p.status('deliveries'), 0)
found = p.json('archive', 'search', LIST, '"me too"')
check('the archive has the reply', len(found) == 1, found)

section('bounces')
p.cli('member', 'add', LIST, 'nobody@gone.uni.example')
dns.zone['gone.uni.example'] = {'MX': [(10, 'mx.uni.example')]}
with smtplib.SMTP('127.0.0.14', port, timeout=60) as s:
    s.sendmail(ANNA, [LIST], message(ANNA, LIST, 'to one who is gone'))
rows = eventually(lambda: [r for r in p.trace('nobody@gone.uni.example') if r['what'] in ('refused', 'delivered', 'bounced')])
check('Postfix\'s answer stands in the ledger', rows, p.trace('nobody@gone.uni.example'))

section('readers')
with imaplib.IMAP4('127.0.0.15', imap_port) as imap:
    imap.login(ANNA, 'secret')
    imap.select('INBOX', readonly=True)
    _, data = imap.fetch('1', '(RFC822)')
    got = email.message_from_bytes(data[0][1])
    equal('by IMAP', got['List-Id'], '<dev.lists.example>')


def mutt_reads(maildir, seconds=60):
    """What mutt shows of the message by way of Postfix, as it would be printed: others may be of the same second."""
    out = p.dir + '/mutt.txt'
    rc = p.dir + '/muttrc'
    with open(rc, 'w') as f:
        f.write('set folder="%s" header_cache="" pipe_decode=yes wait_key=no sort=date quit=yes charset=utf-8\n'
                'push "<limit>~s Postfix !~s Re:<enter><enter-command>set pipe_decode<enter><pipe-message>cat > %s<enter><exit>"\n' % (p.dir, out))
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM='xterm', LC_ALL='C.UTF-8', HOME=p.dir)
        os.execvp('mutt', ['mutt', '-n', '-F', rc, '-R', '-f', maildir])
    end = time.time() + seconds
    while time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                if not os.read(fd, 65536):
                    break
            except OSError:
                break
    try:
        os.kill(pid, 15)
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    try:
        return open(out).read()
    except OSError:
        return ''


shown = mutt_reads(dovecot.maildir(CARA))
check('mutt shows it', 'Grüße aus dem Labor.' in shown and 'Anna Ölund' in shown and 'by way of Postfix' in shown, shown[:800])
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
