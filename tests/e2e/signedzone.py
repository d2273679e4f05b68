"""Zones on 127.0.0.1 by NSD, signed by ldns-signzone as an administrator signs them.
NSD would start with its installation, so it is unpacked, not installed:

    dns = SignedZones({'dane.test': '''mx A 127.0.0.31 ...'''}, plain={'plain.test': '...'})
    Postern(dns=dns, dns__trust_anchor=dns.anchor)

A line of a signed zone that ends in "; bogus" is changed after the zone was signed."""
import glob
import os
import re
import subprocess
import time

from harness import cleanups, eventually, folder, free_port
from peers import unpacked

HEAD = '''$ORIGIN {name}.
$TTL 1
@ SOA ns.{name}. admin.{name}. 1 3600 600 86400 1
@ NS ns.{name}.
ns A 127.0.0.1
'''


def run(at, *words):
    made = subprocess.run(words, cwd=at, capture_output=True, text=True, timeout=60)
    if made.returncode:
        raise RuntimeError(f'{" ".join(words)}: {made.stderr}{made.stdout}')
    return made.stdout.strip()


def flip(line):
    """The first octet of a TLSA record's data is another one."""
    return re.sub(r'(\sIN\s+TLSA\s+\d+\s+\d+\s+\d+\s+)(..)', lambda m: m[1] + f'{int(m[2], 16) ^ 255:02x}', line)


class SignedZones:
    def __init__(self, signed, plain=None):
        self.at, self.port = folder('postern-nsd-'), free_port()
        self.address, self.anchor = f'127.0.0.1:{self.port}', self.at + '/anchor'
        zones = {}
        for name, text in (plain or {}).items():
            zones[name] = self._write(name, text)
        with open(self.anchor, 'w') as f:
            for name, text in signed.items():
                zones[name], key = self._sign(name, text)
                f.write(key)
        with open(self.at + '/nsd.conf', 'w') as f:
            f.write(f'server:\n ip-address: 127.0.0.1@{self.port}\n port: {self.port}\n username: ""\n zonesdir: "{self.at}"\n'
                    f' database: ""\n pidfile: ""\n xfrdfile: ""\n zonelistfile: "{self.at}/zones"\n xfrdir: "{self.at}"\n'
                    ' server-count: 1\n rrl-ratelimit: 0\n'
                    'remote-control:\n control-enable: no\n')
            for name, file in zones.items():
                f.write(f'zone:\n name: {name}\n zonefile: {file}\n')
        nsd = unpacked('nsd') + '/usr/sbin/nsd'
        run(self.at, nsd + '-checkconf', 'nsd.conf')
        self.log = open(self.at + '/log', 'wb')
        self.process = subprocess.Popen([nsd, '-d', '-c', self.at + '/nsd.conf'], stdout=self.log, stderr=self.log)
        cleanups.append(self.stop)
        if not eventually(lambda: 'nsd started' in self.words(), 60, 0.1) or 'error' in self.words():
            raise RuntimeError('nsd does not serve: ' + self.words())

    def words(self):
        return open(self.at + '/log').read()

    def _write(self, name, text):
        with open(f'{self.at}/{name}.zone', 'w') as f:
            f.write(HEAD.format(name=name) + text)
        return f'{name}.zone'

    def _sign(self, name, text):
        file = self._write(name, text)
        bogus = [x.split()[0] for x in text.splitlines() if x.endswith('; bogus')]
        key = run(self.at, 'ldns-keygen', '-k', '-a', 'ECDSAP256SHA256', name)
        end = time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + 30 * 86400))
        start = time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() - 86400))
        run(self.at, 'ldns-signzone', '-i', start, '-e', end, file, key)
        with open(f'{self.at}/{file}.signed') as f:
            lines = f.read().splitlines()
        with open(f'{self.at}/{file}.signed', 'w') as f:
            for line in lines:
                wrong = any(line.startswith(f'{x}.{name}.') for x in bogus)
                f.write((flip(line) if wrong else line) + '\n')
        return file + '.signed', open(glob.glob(f'{self.at}/{key}.key')[0]).read()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
