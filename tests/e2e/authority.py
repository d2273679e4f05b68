"""A private authority, and certificates from it, by openssl(1):

    ca = Authority('A laboratory')
    sink = Sink(host, port, certificate=ca.certify('mx.dane.test'))      # (chain, key)
    old = ca.certify('mx.dane.test', days=(-60, -30))
    digest(old[0])                          # SHA-256 of its public key, as in TLSA x 1 1

Its own certificate is in ca.file."""
import hashlib
import os
import subprocess
import time

from harness import folder

CONF = '''[ca]
default_ca = x
[x]
database = {at}/index
serial = {at}/serial
new_certs_dir = {at}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
subjectAltName = DNS:{name}
'''


def openssl(*words, **more):
    made = subprocess.run(['openssl', *words], capture_output=True, timeout=60, **more)
    if made.returncode:
        raise RuntimeError(f'openssl {" ".join(words)}: {made.stderr.decode()}')
    return made.stdout


def der(pem, key=True):
    """The public key (or the whole) of the first certificate in a PEM file."""
    if not key:
        return openssl('x509', '-in', pem, '-outform', 'DER')
    return openssl('pkey', '-pubin', '-outform', 'DER', input=openssl('x509', '-in', pem, '-noout', '-pubkey'))


def digest(pem, key=True, hash=hashlib.sha256):
    return hash(der(pem, key)).hexdigest()


class Authority:
    def __init__(self, name='An authority of the test'):
        self.at, self.count = folder('postern-ca-'), 0
        open(self.at + '/index', 'w').close()
        with open(self.at + '/serial', 'w') as f:
            f.write('1000\n')
        self.file, self.key = self._make(name, 'authority', (-2, 30), '-selfsign')

    def _make(self, name, kind, days, *more):
        self.count += 1
        base = f'{self.at}/{self.count}'
        with open(base + '.conf', 'w') as f:
            f.write(CONF.format(at=self.at, name=name))
        openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', base + '.conf',
                '-subj', f'/CN={name[:64]}', '-keyout', base + '.key', '-out', base + '.csr')
        start, end = (time.strftime('%Y%m%d%H%M%SZ', time.gmtime(time.time() + d * 86400)) for d in days)
        sign = ('-keyfile', base + '.key') if more else ('-keyfile', self.key, '-cert', self.file)
        openssl('ca', '-batch', '-notext', '-config', base + '.conf', '-extensions', kind, '-startdate', start, '-enddate', end,
                '-in', base + '.csr', '-out', base + '.pem', *sign, *more)
        return base + '.pem', base + '.key'

    def certify(self, name, days=(-1, 30)):
        """(chain, key): a server's certificate, and the authority's behind it."""
        cert, key = self._make(name, 'server', days)
        with open(cert, 'a') as chain, open(self.file) as own:
            chain.write(own.read())
        os.chmod(key, 0o600)
        return cert, key
