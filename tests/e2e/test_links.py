"""Large files of posts stay in the archive, once, and the copies bear links to them that pass the list's access rule; a signature
that an author's strict domain needs is left whole."""
import base64
import email
import email.policy
import hashlib
import os
import re
import subprocess
import urllib.parse

import dkim

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
DEV = 'dev@lists.example'
PLOT, SMALL = os.urandom(300_000), os.urandom(2000)

world = Sink('127.0.0.31', 0, 'home.host')
MX = {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'home.host': {'A': ['127.0.0.31']}, 'home.example': MX, 'strict.example': MX,
                  '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject; aspf=s']}})
p = Postern(dns=dns, mx_port=world.port)
subprocess.run(['openssl', 'genrsa', '-out', p.dir + '/dkim.pem', '2048'], capture_output=True, check=True)
public = subprocess.run(['openssl', 'rsa', '-in', p.dir + '/dkim.pem', '-pubout'], capture_output=True, text=True, check=True).stdout
dns.zone['sel._domainkey.strict.example'] = {'TXT': ['v=DKIM1; k=rsa; p=' + ''.join(public.split('\n')[1:-2])]}
key = open(p.dir + '/dkim.pem', 'rb').read()


def part(kind, name, octets):
    return (f'--b\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
            f'Content-Transfer-Encoding: base64\r\n\r\n'.encode() + base64.encodebytes(octets).replace(b'\n', b'\r\n'))


def post(sender, subject, sign=False):
    body = b'--b\r\nContent-Type: text/plain\r\n\r\nSee the plots.\r\n' + part('image/png', 'plot 1.png', PLOT) + part(
        'text/csv', 'data.csv', SMALL) + b'--b--\r\n'
    octets = message(sender, DEV, subject, body, MIME_Version='1.0', Content_Type='multipart/mixed; boundary=b')
    if sign:
        octets = dkim.sign(octets, b'sel', b'strict.example', key, canonicalize=(b'relaxed', b'relaxed'),
                           include_headers=[b'from', b'to', b'subject', b'date', b'message-id']) + octets
    equal(f'"{subject}" is taken', p.deliver(sender, DEV, octets)[0], 250)
    check('and comes', eventually(lambda: world.to('rita@home.example', Subject=subject)))
    return world.to('rita@home.example', Subject=subject)[0]


def files(mail):
    return {x.get_filename(): x.get_payload(decode=True) for x in email.message_from_bytes(mail.data).walk() if x.get_filename()}


def links(mail):
    text = '\n'.join(x.get_content() for x in email.message_from_bytes(mail.data, policy=email.policy.default).walk()
                     if x.get_content_type() == 'text/plain')
    return [urllib.parse.urlparse(u).path for u in re.findall(r'<(http[^>]*/a/[^>]*)>', text)]


section('as it comes, without the setting')
p.cli('list', 'create', DEV)
p.cli('member', 'add', DEV, 'anna@home.example', 'rita@home.example', 'gus@strict.example')
p.start()
whole = post('anna@home.example', 'whole')
equal('all files', files(whole), {'plot 1.png': PLOT, 'data.csv': SMALL})

section('large ones as links')
p.cli('list', 'set', DEV, 'attachment_link_size=100')
copy = post('anna@home.example', 'linked')
equal('the small one is there', files(copy), {'data.csv': SMALL})
equal('the large one is a link', len(links(copy)), 1)
check('the mail is small', len(copy.data) < 12_000, len(copy.data))
check('its text is there, and what is missing is named', 'See the plots.' in copy.text() and 'plot 1.png' in copy.text())
guest = Browser(p)
guest.get(links(copy)[0])
equal('the link leads to the file', (guest.status, hashlib.sha256(guest.raw).hexdigest()), (200, hashlib.sha256(PLOT).hexdigest()))
p.cli('list', 'set', DEV, 'archive_policy=private')
guest.get(links(copy)[0])
check('a private archive gives it to no guest', guest.raw != PLOT, guest.status)
member = Browser(p)
member.get(urllib.parse.urlsplit(p.cli('user', 'link', 'rita@home.example').strip()).path).submit()
member.get(links(copy)[0])
equal('but to a member', (member.status, member.raw == PLOT), (200, True))
check('the trace says so', 'files as links: 1' in str(p.cli('trace', DEV)))

section('where a signature must hold')
signed = post('gus@strict.example', 'signed', sign=True)
equal('the file stays', files(signed), {'plot 1.png': PLOT, 'data.csv': SMALL})
check('From is the author\'s', 'gus@strict.example' in signed.field('From'), signed.field('From'))
p.cli('list', 'set', DEV, 'msg_footer=All about it')
broken = post('gus@strict.example', 'with a footer', sign=True)
equal('where the footer breaks it in any case, it goes', (list(files(broken)), len(links(broken)) >= 1), (['data.csv'], True))
check('and From is the list\'s', DEV in broken.field('From'), broken.field('From'))

equal('SIGTERM ends it well', p.stop(), 0)
done()
