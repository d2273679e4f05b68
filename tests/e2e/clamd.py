"""clamd as Debian has it, with signatures of the test's own and no network; and one that does as it is told.

    clamd = Clamd(StreamMaxLength='1M')           # clamd.socket, clamd.kill(), clamd.start()
    fake = FakeClamd()                            # fake.mood = 'silent', fake.messages
    fake = apart()                                # a good one, in a process of its own; fake.socket

It is unpacked, not installed: Debian's package would have freshclam ask the Internet for the official database."""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading

from harness import Failed, cleanups, eventually, folder
from peers import KEPT, unpacked

SIGNATURES = os.path.join(os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../shared/data')), 'av')
EICAR = rb'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-' + rb'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'

CONF = '''
DatabaseDirectory {dir}/db
TemporaryDirectory {dir}
LocalSocket {dir}/socket
LocalSocketMode 666
TCPAddr 127.0.0.1
TCPSocket {port}
Foreground yes
AlertEncrypted yes
AlertExceedsMax yes
{more}
'''


def _libraries():
    if os.path.isdir(os.path.join(KEPT, 'clamav-daemon')):
        return []
    needs = subprocess.run(['apt-cache', 'depends', 'clamav-daemon'], capture_output=True, text=True).stdout
    return [*set(re.findall(r'\blibclamav\d+\w*', needs)), 'libmspack0']


def _root():
    return unpacked('clamav-daemon', *_libraries())


class Clamd:
    """Options of clamd.conf; a second one of a name is written as a list."""

    def __init__(self, port=0, **options):
        self.dir, root = folder('postern-clamd-'), _root()
        self.program, self.socket = root + '/usr/sbin/clamd', self.dir + '/socket'
        triplet = next(x for x in os.listdir(root + '/usr/lib') if x.endswith('-gnu'))
        self.env = {**os.environ, 'LD_LIBRARY_PATH': f'{root}/usr/lib/{triplet}'}
        os.mkdir(self.dir + '/db')
        for name in ('eicar.ndb', 'clamtest.hsb'):
            shutil.copy(os.path.join(SIGNATURES, name), self.dir + '/db')
        more = ''.join(f'{k} {v}\n' for k, v in options.items())
        text = CONF.format(dir=self.dir, port=port, more=more)
        with open(self.dir + '/conf', 'w') as f:
            f.write(text if port else re.sub('TCP.*\n', '', text))
        cleanups.append(self.kill)
        self.start()

    def start(self):
        with open(self.dir + '/log', 'a') as log:
            self.process = subprocess.Popen([self.program, '-c', self.dir + '/conf'], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.env, start_new_session=True)
        if not eventually(self._answers):
            raise Failed('clamd does not answer: ' + open(self.dir + '/log').read())

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(self.socket)
                s.sendall(b'nPING\n')
                return s.recv(10) == b'PONG\n'
        except OSError:
            return False

    def stall(self):
        self.process.send_signal(signal.SIGSTOP)

    def goes_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()


class FakeClamd:
    """Finds what its words say: a message with one of them in it gets that answer. mood: 'good', 'silent', 'garbage', or 'cuts' in the middle."""
    words = {b'EICAR': 'stream: Eicar-Test FOUND', b'LOCKED-ARCHIVE': 'stream: Heuristics.Encrypted.Zip FOUND',
             b'TOO-LARGE-FOR-IT': 'INSTREAM size limit exceeded. ERROR'}

    def __init__(self, where=None):
        self.mood, self.messages, self.octets = 'good', 0, 0
        self.socket = where or folder('postern-fake-clamd-') + '/socket'
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.socket)
        os.chmod(self.socket, 0o666)
        self.listener.listen(100)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            s, _ = self.listener.accept()
            threading.Thread(target=self._session, args=(s,), daemon=True).start()

    def _session(self, s):
        with s, s.makefile('rb') as f:
            if f.readline() != b'nIDSESSION\n' or f.readline() != b'nVERSION\n' or self.mood == 'silent':
                f.read()
                return
            s.sendall(b'1: ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025\n' if self.mood != 'garbage' else b'HTTP/1.1 400 Bad Request\r\n')
            count = 1
            while f.readline() == b'nINSTREAM\n':
                count += 1
                try:
                    s.sendall(f'{count}: {self._scan(f)}\n'.encode())
                except (OSError, EOFError, struct.error):
                    return

    def _scan(self, f):
        found, octets = 'stream: OK', 0
        while n := struct.unpack('!I', f.read(4))[0]:
            piece = f.read(n)
            octets += n
            if self.mood == 'cuts':
                raise EOFError
            found = next((a for w, a in self.words.items() if w in piece), found)
        if self.mood == 'silent':
            eventually(lambda: self.mood != 'silent', 60)
            raise EOFError
        self.messages, self.octets = self.messages + 1, octets
        return found


class apart:
    """Where thousands of messages are to be scanned while the test is busy itself."""

    def __init__(self):
        self.socket = folder('postern-fake-clamd-') + '/socket'
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), self.socket], stdin=subprocess.DEVNULL)
        cleanups.append(self.process.kill)
        if not eventually(lambda: os.path.exists(self.socket)):
            raise Failed('the engine of the test did not start')


if __name__ == '__main__':
    FakeClamd(sys.argv[1])
    threading.Event().wait()
