"""Messages to send, and what a list's copy must bear."""
import base64
import hashlib
import hmac
import itertools
import os
import re
import time
from email.utils import formatdate

_counter = itertools.count(1)


def message_id(host='client.example'):
    return f'<{int(time.time() * 1000)}.{os.getpid()}.{next(_counter)}@{host}>'


def message(sender, to, subject='a post', body='Hello.\r\n', mid=None, **fields):
    """Octets with CRLF. fields: Reply_To='...' becomes Reply-To: ...; None leaves one out."""
    head = {'From': sender, 'To': to, 'Subject': subject, 'Date': formatdate(localtime=True),
            'Message-ID': mid or message_id()}
    head.update({k.replace('_', '-'): v for k, v in fields.items()})
    text = ''.join(f'{k}: {v}\r\n' for k, v in head.items() if v is not None)
    if isinstance(body, str):
        body = body.encode()
    return text.encode() + b'\r\n' + body


def mid_of(octets):
    return re.search(rb'(?im)^Message-ID:\s*<(.*?)>', octets)[1].decode()


def scram_sha_256(smtp, user, password):
    """RFC 5802 and 7677, from the client's side. Raises on a server that does not prove itself."""
    def b64(x):
        return base64.b64encode(x).decode()
    nonce = b64(os.urandom(18))
    first = f'n={user.replace("=", "=3D").replace(",", "=2C")},r={nonce}'
    code, answer = smtp.docmd('AUTH SCRAM-SHA-256', b64(b'n,,' + first.encode()))
    if code != 334:
        return code, answer
    server_first = base64.b64decode(answer).decode()
    parts = dict(x.split('=', 1) for x in server_first.split(','))
    if not parts['r'].startswith(nonce):
        raise ValueError('the server has not taken our nonce up')
    salted = hashlib.pbkdf2_hmac('sha256', password.encode(), base64.b64decode(parts['s']), int(parts['i']))
    client_key = hmac.digest(salted, b'Client Key', 'sha256')
    final = f'c={b64(b"n,,")},r={parts["r"]}'
    said = f'{first},{server_first},{final}'.encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), said, 'sha256')
    proof = b64(bytes(x ^ y for x, y in zip(client_key, signature)))
    code, answer = smtp.docmd(b64(f'{final},p={proof}'.encode()))
    if code == 334:
        wanted = 'v=' + b64(hmac.digest(hmac.digest(salted, b'Server Key', 'sha256'), said, 'sha256'))
        if base64.b64decode(answer).decode() != wanted:
            raise ValueError('the server has not proven that it knows the keys')
        code, answer = smtp.docmd('')
    return code, answer


def copy_faults(copy, list_address, site='https://www.lists.example', number=None):
    """What is wrong with a member's copy (sink.Mail), as sentences."""
    name, domain = list_address.split('@')
    once = ('From', 'To', 'Subject', 'Message-ID', 'List-Id', 'List-Help', 'List-Post', 'List-Subscribe', 'List-Owner',
            'List-Unsubscribe', 'List-Unsubscribe-Post', 'Precedence')
    faults = [f'{len(copy.fields(x))} fields {x}' for x in once if len(copy.fields(x)) != 1]
    wanted = {
        'List-Id': f'<{name}.{domain}>', 'List-Post': f'<mailto:{list_address}>', 'Precedence': 'list',
        'List-Help': f'mailto:{name}-request@{domain}', 'List-Subscribe': f'mailto:{name}-join@{domain}',
        'List-Owner': f'mailto:{name}-owner@{domain}', 'List-Unsubscribe': f'mailto:{name}-leave@{domain}',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }
    if number:
        wanted['Archived-At'] = f'<{site}/lists/{name}/{number}>'
        wanted['List-Archive'] = f'<{site}/lists/{name}/>'
    faults += [f'{k}: {copy.field(k)!r} lacks {v!r}' for k, v in wanted.items() if v not in copy.field(k)]
    if not re.match(re.escape(site) + rf'/lists/{name}/leave\?m=\d+\.\S+', copy.field('List-Unsubscribe').strip('<')):
        faults.append('no personal leave link: ' + copy.field('List-Unsubscribe'))
    if not re.fullmatch(re.escape(name) + rf'-bounces\+\d+\.[a-z2-7]+@{re.escape(domain)}', copy.mail_from):
        faults.append('return path ' + copy.mail_from)
    if copy.fields('Return-Path'):
        faults.append('a Return-Path field')
    if not copy.fields('Received'):
        faults.append('no Received field')
    return faults
