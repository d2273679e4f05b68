"""The laboratory's gateway, a real Postfix, hands mail on: it is judged by the gateway's client, and nobody gains by writing the same."""
import os
import re
import smtplib
import subprocess
import urllib.request

import dkim

from harness import Postern, Talk, check, done, equal, eventually, folder, free_port, limit, section, skipped
from mailing import message
from nameserver import NameServer
from peers import Postfix
from rspamd import Rspamd
from sink import Sink

limit(900)
if os.geteuid() != 0:
    skipped('Postfix changes users: this test needs root')
    print('1 passed, 0 failed')
    raise SystemExit
LIST, ANNA, CARA = 'dev@lists.example', 'anna@uni.example', 'cara@signed.example'
GATEWAY, UNI, WALL, ELSEWHERE, EVIL = ('127.0.0.%d' % n for n in (20, 31, 32, 33, 66))

sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({
    'uni.example': {**MX, 'TXT': [f'v=spf1 ip4:{UNI} -all']}, 'signed.example': {**MX, 'TXT': ['v=spf1 -all']},
    '_dmarc.signed.example': {'TXT': ['v=DMARC1; p=reject']},
    'lists.example': MX, 'mx.all.example': {'A': ['127.0.0.10']},
})
p = Postern(dns=dns, mx_port=sink.port, trust__upstream=f'{GATEWAY}/32, 2001:db8::/32', trust__sealers='wall.lab.example',
            smtp__messages_per_hour=8, smtp__max_per_client=3)
p.cli('list', 'create', LIST, '--owner', ANNA)
p.cli('member', 'add', LIST, ANNA, CARA)
p.start()
subprocess.run(['openssl', 'genrsa', '-out', p.dir + '/dkim.pem', '2048'], capture_output=True, check=True)
public = subprocess.run(['openssl', 'rsa', '-in', p.dir + '/dkim.pem', '-pubout'], capture_output=True, text=True, check=True).stdout
dns.zone['sel._domainkey.signed.example'] = {'TXT': ['v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])]}
key = open(p.dir + '/dkim.pem', 'rb').read()

# What comes by way of WALL the gateway has looked at, and says so above its own field; of ELSEWHERE below it.
tables, port, sealing = folder(), free_port(GATEWAY), free_port(GATEWAY)
SEALER = '127.0.0.30'
saw = 'dkim=pass (2048-bit key) header.d=signed.example header.s=sel'
with open(tables + '/header', 'w') as f:
    f.write(f'/^Received: from .*\\[{WALL.replace(".", "[.]")}\\]/ PREPEND Authentication-Results: gw.lab.example; {saw}\n'
            f'/^X-Looked-At: yes/ PREPEND Authentication-Results: wall.lab.example; {saw}\n')
with open(tables + '/body', 'w') as f:
    f.write('/^virus$/ REPLACE (removed by the gateway)\n')
# A wall before the gateway: rspamd seals what it finds there (ARC, RFC 8617). The gateway sees the wall alone, for which SPF fails.
subprocess.run(['openssl', 'genrsa', '-out', tables + '/arc.pem', '2048'], capture_output=True, check=True)
os.chmod(tables + '/arc.pem', 0o644)
public = subprocess.run(['openssl', 'rsa', '-in', tables + '/arc.pem', '-pubout'], capture_output=True, text=True, check=True).stdout
dns.zone['arc._domainkey.wall.lab.example'] = {'TXT': ['v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])]}
milter = f'{SEALER}:{free_port(SEALER)}'
rspamd = Rspamd(SEALER, dns.address, milter, f'''
arc {{ sign_inbound = true; sign_networks = ["127.0.0.0/8"]; use_domain = "wall.lab.example"; use_domain_sign_networks = "wall.lab.example";
  allow_hdrfrom_mismatch = true; allow_hdrfrom_mismatch_sign_networks = true; allow_username_mismatch = true;
  domain {{ "wall.lab.example" {{ path = "{tables}/arc.pem"; selector = "arc"; }} }} }}
''')
gateway = Postfix(GATEWAY, port, p.data + '/keys/tls.pem', p.data + '/keys/tls.key', f'''
myhostname = gw.lab.example
relay_domains = lists.example
header_checks = regexp:{tables}/header
body_checks = regexp:{tables}/body
milter_default_action = tempfail
milter_protocol = 6
transport_maps = inline:{{ lists.example=smtp:[127.0.0.1]:{p.port} }}''', f'''
{GATEWAY}:{sealing} inet n - n - - smtpd -o myhostname=wall.lab.example -o smtpd_milters=inet:{milter} -o content_filter=elsewhere:[{GATEWAY}]:{port}
elsewhere unix - - n - - smtp -o myhostname=wall.lab.example -o smtp_bind_address={ELSEWHERE}
'''.lstrip())


RESULTS = b'Authentication-Results: %s; dkim=pass header.d=uni.example; spf=pass smtp.mailfrom=anna@uni.example\r\n'


def by_gateway(client, sender, octets, helo='mail.uni.example', at=None, to=LIST):
    with smtplib.SMTP(GATEWAY, at or port, local_hostname=helo, timeout=60, source_address=(client, 0)) as s:
        s.sendmail(sender, [to], octets)


def signed(post):
    return dkim.sign(post, b'sel', b'signed.example', key, canonicalize=(b'relaxed', b'simple'),
                     include_headers=[b'from', b'to', b'subject', b'date', b'message-id']) + post


def came(subject):
    return eventually(lambda: sink.to(CARA, Subject=subject))


held = []


def waits(what, subject):
    """Held for want of proof, and no member has it."""
    rows = eventually(lambda: [h for h in p.json('held', 'ls', LIST) if h['id'] not in held])
    check(what, rows and not sink.to(CARA, Subject=subject), (rows, p.tail(12), gateway.log()[-1500:]))
    held.extend(h['id'] for h in rows)
    return rows[0] if rows else {}


def raw(subject):
    number = p.json('archive', 'search', LIST, f'subject:"{subject}"')[0]['number']
    return urllib.request.urlopen(f'http://127.0.0.1:{p.web}/lists/dev/{number}/raw', timeout=60).read().decode()


section('a member, by way of the gateway')
by_gateway(UNI, ANNA, message(ANNA, LIST, 'through the gate'))
check('the post is hers', came('through the gate'), (p.tail(), gateway.log()[-2000:]))
text = raw('through the gate').replace('\n\t', ' ')
check('SPF is that of the gateway\'s client', 'spf=pass smtp.mailfrom=anna@' in text, text[:1500])
check('which our results say', f'policy.iprev={UNI}' in text and f'x-upstream=none policy.gateway={GATEWAY}' in text, text[:1500])
by_gateway(UNI, ANNA, RESULTS % b'mail.lists.example' + message(ANNA, LIST, 'in our name'))
check('results in our name do not stay', came('in our name') and raw('in our name').count('Results: mail.lists.example') == 1, raw('in our name')[:1500])
by_gateway(EVIL, ANNA, message(ANNA, LIST, 'forged'))
waits('who forges her by way of the gateway waits', 'forged')

section('fields that somebody else wrote')
FORGED = (f'Received: from mail.uni.example (mail.uni.example [{UNI}])\r\n\tby gw.lab.example (Postfix) with ESMTPS id 1\r\n'
          f'\tfor <{LIST}>; Tue, 24 Nov 2026 04:12:09 +0000\r\n').encode()
for name, client in (('by way of the gateway', EVIL), ('straight', None)):
    for kind, more in (('Received', FORGED), ('the gateway\'s results', RESULTS % b'gw.lab.example' + FORGED),
                       ('our results', RESULTS % b'mail.lists.example')):
        subject = f'{kind} {name}'
        post = more + message(ANNA, LIST, subject)
        if client:
            by_gateway(client, ANNA, post)
        else:
            equal(f'{subject}: taken', p.deliver(ANNA, LIST, post, source=EVIL)[0], 250)
        waits(f'{subject}: waits', subject)
post = RESULTS % b'wall.lab.example' + FORGED + message(ANNA, LIST, 'a sealer, straight')
equal('a sealer\'s results, straight: taken', p.deliver(ANNA, LIST, post, source=EVIL)[0], 250)
waits('a sealer\'s results, straight: waits', 'a sealer, straight')

section('the gateway breaks a signature')
by_gateway(EVIL, CARA, signed(message(CARA, LIST, 'whole', 'fine\r\n')))
check('a signature that it leaves whole proves the author', came('whole'))
by_gateway(EVIL, CARA, signed(message(CARA, LIST, 'broken', 'virus\r\n')))
waits('one that it breaks does not', 'broken')
by_gateway(WALL, CARA, signed(message(CARA, LIST, 'seen above', 'virus\r\n')))
check('but what it saw before counts', came('seen above'), (p.tail(), gateway.log()[-2000:]))
text = raw('seen above').replace('\n\t', ' ')
check('as our results say', 'dkim=fail' in text and 'x-upstream=pass' in text and 'policy.seen-by=gw.lab.example' in text, text[:2500])
by_gateway(ELSEWHERE, CARA, signed(message(CARA, LIST, 'seen below', 'virus\r\n', X_Looked_At='yes')))
check('below its own field in a name that is listed', came('seen below'), (p.tail(), gateway.log()[-2000:]))

OWNERS = 'dev-owner@lists.example'
by_gateway(EVIL, '', signed(message(CARA, OWNERS, 'to the owners, broken', 'virus\r\n')), to=OWNERS)  # so that no bounce of it waits there
check('beside the list a broken one is refused, as its domain asks', eventually(lambda: p.event('post-refused', client=GATEWAY, rule='sender')), p.tail())
by_gateway(WALL, CARA, signed(message(CARA, OWNERS, 'to the owners, seen', 'virus\r\n')), to=OWNERS)
check('and what the gateway saw is taken there, too', eventually(lambda: sink.to(ANNA, Subject='to the owners, seen')), (p.tail(), gateway.log()[-1500:]))

section('a real sealer')
by_gateway(UNI, ANNA, message(ANNA, LIST, 'sealed'), at=sealing)
check('a member passes by what it sealed', came('sealed'), (p.cli('held', 'show', str(p.json('held', 'ls', LIST)[-1]['id']))))
sealed = raw('sealed')
text = sealed.replace('\n\t', ' ').replace('\n ', ' ')
check('SPF of what handed it on fails', 'spf=fail' in text and 'dmarc=pass' not in text, text[:2500])
check('as our results say', 'arc=pass' in text and 'x-upstream=pass' in text and 'policy.seen-in=arc' in text
      and 'policy.seen-by=wall.lab.example' in text, text[:2500])
by_gateway(EVIL, ANNA, message(ANNA, LIST, 'sealed and forged'), at=sealing)
waits('what it sealed of a forger does not help', 'sealed and forged')
sets = ''.join(x + '\r\n' for x in re.findall(r'(?m)^ARC-[\w-]+:.*(?:\r?\n[ \t].*)*', sealed))
check('the set is there to be copied', sets.count('ARC-') == 3, sealed[:3000])
again = re.sub(r'\r?\n', '\r\n', sets).replace('\r\n\r\n', '\r\n').encode() + message(ANNA, LIST, 'another text')
by_gateway(EVIL, ANNA, again)
waits('nor does its set on another text', 'another text')
p.configure(trust__sealers='another.lab.example')
check('its name is taken off the list', p.reload(), p.tail())
by_gateway(UNI, ANNA, message(ANNA, LIST, 'no longer listed'), at=sealing)
waits('then its word is worth nothing', 'no longer listed')

section('limits on one client')
talks = [Talk(('127.0.0.1', p.port), GATEWAY) for _ in range(6)]
check('the gateway may have many connections', all(t.do('NOOP')[0] == 250 for t in talks))
others = [Talk(('127.0.0.1', p.port), '127.0.5.2') for _ in range(4)]
check('another as many as the site says', [t.do('NOOP')[0] == 250 for t in others] == [True] * 3 + [False])
for t in talks + others:
    t.sock.close()
for i in range(10):
    by_gateway(UNI, ANNA, message(ANNA, LIST, f'many {i}'))
check('do not hold for the gateway', eventually(lambda: len(sink.to(CARA, Subject='many')) == 10), p.tail())
codes = [p.deliver(ANNA, LIST, message(ANNA, LIST, f'spam {i}'), source='127.0.5.1')[0] for i in range(10)]
check('but for anybody else', codes.count(250) == 8 and codes[-1] == 451, codes)
check('nobody else\'s mail waits at the gateway', eventually(lambda: gateway.waiting() == 0), gateway.log()[-1500:])

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
