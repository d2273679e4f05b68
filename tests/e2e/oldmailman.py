"""A Mailman 2's folder as Python 2 left it: pickles of protocol 1 with octet strings and old-style classes, which no
Python writes today.

    tree(folder, 'dev', config(real_name='Dev', members={'anna@uni.example': 0}), mbox=octets)
"""
import os
import pickle
import struct


class Old:
    """An instance of an old-style class, by its module and name."""

    def __init__(self, cls, **state):
        self.cls, self.state = cls, state


class _Reader(pickle.Unpickler):
    def find_class(self, module, name):
        """Nothing that a pickle names is run."""
        return type(name, (), {'__init__': lambda self, *args: None})


def attributes(path):
    """The names that a config.pck has."""
    with open(path, 'rb') as f:
        return set(_Reader(f, encoding='latin-1').load())


def py2(value, memo=None):
    """Text becomes octets (in Latin-1 where it can), as in Python 2."""
    if value is None:
        return b'N'
    if value is True or value is False:
        return b'I01\n' if value else b'I00\n'
    if isinstance(value, int):
        return (b'K' + bytes([value]) if 0 <= value < 256 else b'M' + struct.pack('<H', value) if 0 <= value < 65536
                else b'J' + struct.pack('<i', value) if -2**31 <= value < 2**31 else b'L%dL\n' % value)
    if isinstance(value, float):
        return b'G' + struct.pack('>d', value)
    if isinstance(value, str):
        try:
            value = value.encode('latin-1')
        except UnicodeEncodeError:
            raw = value.encode()
            return b'X' + struct.pack('<I', len(raw)) + raw
    if isinstance(value, bytes):
        return b'U' + bytes([len(value)]) + value if len(value) < 256 else b'T' + struct.pack('<I', len(value)) + value
    if isinstance(value, list):
        return b']' + (b'(' + b''.join(map(py2, value)) + b'e' if value else b'')
    if isinstance(value, tuple):
        return b'(' + b''.join(map(py2, value)) + b't' if value else b')'
    if isinstance(value, dict):
        return b'}' + (b'(' + b''.join(py2(x) for pair in value.items() for x in pair) + b'u' if value else b'')
    module, name = value.cls.rsplit('.', 1)
    return b'(c' + f'{module}\n{name}\n'.encode() + b'o' + py2(value.state) + b'b'


def bounce(member, score, date, left, warned):
    return Old('Mailman.Bouncer._BounceInfo', member=member, score=score, date=date, noticesleft=left, lastnotice=warned,
               cookie=None)


def mail(headers, body):
    """A message as Mailman keeps it while it is held; body: text, or a list of such messages."""
    return Old('Mailman.Message.Message', _headers=headers, _payload=body, _unixfrom=None, _charset=None, preamble=None,
               epilogue=None, defects=[], _default_type='text/plain', __version__=(4, 0, 'mailman'))


def config(**attributes):
    d = {'real_name': 'Dev', 'host_name': 'lists.example', 'preferred_language': 'de', 'created_at': 1270420777.27,
         'data_version': 109, 'password': '0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33', 'passwords': {}, 'members': {},
         'digest_members': {}, 'user_options': {}, 'usernames': {}, 'language': {}, 'delivery_status': {}, 'bounce_info': {},
         'owner': [], 'moderator': []}
    d.update(attributes)
    return d


def write(path, octets):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(octets)


def tree(root, name, attributes, mbox=None, requests=None, pending=None, held=()):
    """attributes: a config, or the octets of its file. held: {file name: message, or octets}."""
    at = f'{root}/lists/{name}/'
    write(at + 'config.pck', attributes if isinstance(attributes, bytes) else py2(attributes) + b'.')
    for file, what in (('request.pck', requests), ('pending.pck', pending)):
        if what is not None:
            write(at + file, py2(what) + b'.')
    for file, message in dict(held).items():
        write(f'{root}/data/{file}', message if isinstance(message, bytes) else py2(message) + b'.')
    if mbox is not None:
        write(f'{root}/archives/private/{name}.mbox/{name}.mbox', mbox)
