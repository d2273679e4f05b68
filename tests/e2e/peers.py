"""Postfix and Dovecot, each a private instance in a folder of the test's own, with
nothing of them running or configured outside it. Postfix conflicts with other mail
servers in Debian, so it is unpacked, not installed; Dovecot and OpenDKIM are installed, not started."""
import fcntl
import glob
import os
import pwd
import shutil
import socket
import struct
import subprocess

from harness import HERE, Failed, cleanups, eventually, folder, free_port

KEPT = os.path.join(HERE, '../../build/peers')  # unpacked once


def unpacked(package, *more):
    """The root folder of an unpacked Debian package, and of those unpacked with it. Of tests that run side by side one unpacks."""
    root = os.path.abspath(os.path.join(KEPT, package))
    os.makedirs(KEPT, exist_ok=True)
    with open(root + '.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(root):
            if 'POSTERN_PEERS_FETCHED' in os.environ:  # by ./test, and a test may run without a network
                raise Failed(f'{package} was not fetched before the test: fetch_peers.py does not see that the test wants it, or could not')
            _unpack(root, package, *more)
    return root


def _unpack(root, package, *more):
    at = folder('postern-apt-')
    os.chmod(at, 0o777)
    r = subprocess.run(['apt-get', '-o', 'Acquire::Retries=5', 'download', '-q', package, *more], cwd=at, capture_output=True, text=True, timeout=600)
    files = glob.glob(at + '/*.deb')
    if r.returncode or not files:
        raise Failed(f'apt-get download {package}: {r.stderr}')
    shutil.rmtree(root + '.new', ignore_errors=True)  # of one that was ended in the middle
    for file in files:
        subprocess.run(['dpkg', '-x', file, root + '.new'], check=True)
    os.rename(root + '.new', root)


def _ended(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(host, port):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


def negotiates(host, port):
    """Whether a milter is there: SMFIC_OPTNEG, version 6, is answered by the same letter."""
    try:
        with socket.create_connection((host, port), 10) as s:
            s.sendall(struct.pack('!IcIII', 13, b'O', 6, 0x1ff, 0))
            return s.recv(5)[4:] == b'O'
    except OSError:
        return False


MASTER = '''
{host}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
'''

MAIN = '''
compatibility_level = 3.6
queue_directory = {dir}/spool
data_directory = {dir}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {dir}/etc
mail_owner = mail
setgid_group = operator
default_privs = nobody
maillog_file_prefixes = /tmp, /var, {dir}
maillog_file = {dir}/maillog
import_environment = MAIL_CONFIG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH
export_environment = TZ LANG LD_LIBRARY_PATH
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_bind_address = {host}
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtp_tls_security_level = may
minimal_backoff_time = 1s
queue_run_delay = 1s
{more}
'''


class Postfix:
    """more: lines of main.cf; services: of master.cf."""

    def __init__(self, host, port, certificate, key, more, services=''):
        self.root, self.dir = unpacked('postfix'), folder('postern-postfix-')
        self.env = {**os.environ, 'LD_LIBRARY_PATH': self.root + '/usr/lib/postfix'}
        self._folders()
        values = {'host': host, 'port': port, 'dir': self.dir, 'root': self.root, 'more': more,
                  'certificate': certificate, 'key': key}
        for name, text in (('main.cf', MAIN), ('master.cf', MASTER)):
            with open(f'{self.dir}/etc/{name}', 'w') as f:
                f.write(text.format(**values).strip() + '\n' + (services if name == 'master.cf' else ''))
        self.process = subprocess.Popen([self.root + '/usr/lib/postfix/sbin/master', '-d', '-c', self.dir + '/etc'],
                                        env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        cleanups.append(lambda: _ended(self.process))
        if not eventually(lambda: _answers(host, port)):
            raise Failed('Postfix does not answer:\n' + self.log())

    def _folders(self):
        import grp
        mail, group = pwd.getpwnam('mail'), grp.getgrnam('operator').gr_gid
        for name in ('etc', 'data', 'spool', 'spool/pid'):
            os.mkdir(f'{self.dir}/{name}')
        os.chown(self.dir + '/data', mail.pw_uid, mail.pw_gid)
        for name in 'incoming active bounce corrupt defer deferred flush hold saved trace private public maildrop'.split():
            path = f'{self.dir}/spool/{name}'
            os.mkdir(path, 0o700)
            os.chown(path, mail.pw_uid, group if name in ('public', 'maildrop') else mail.pw_gid)
        os.chmod(self.dir + '/spool/public', 0o710)
        os.chmod(self.dir + '/spool/maildrop', 0o730)

    def log(self):
        try:
            return open(self.dir + '/maillog').read()
        except OSError:
            return ''

    def waiting(self):
        return sum(len(files) for name in ('incoming', 'active', 'deferred')
                   for _, _, files in os.walk(f'{self.dir}/spool/{name}'))


OPENDKIM = '''
Socket inet:{port}@{host}
Mode {mode}
Background no
Syslog no
LogResults yes
AlwaysAddARHeader yes
AuthservID {name}
ResolverConfiguration {dir}/unbound.conf
PeerList {dir}/none
InternalHosts {dir}/inside
Canonicalization relaxed/relaxed
UserID nobody
{more}
'''
UNBOUND = '''server:
  do-not-query-localhost: no
  module-config: "iterator"
forward-zone:
  name: "."
  forward-addr: {dns}
'''


class OpenDkim:
    """A milter: mode 'v' verifies and says so in the name given, 's' signs what comes from clients in 127.0.0.0/8. It reads
    ResolverConfiguration anew for each message, by libunbound's parser, which two threads break for good: from then on it
    refuses all mail for now, or crashes. So give it one session at a time: master.cf's maxproc of the service is 1."""

    def __init__(self, host, name, dns, mode, more=''):
        self.dir, self.at = folder('postern-opendkim-'), (host, free_port(host))
        self.socket = f'inet:{host}:{self.at[1]}'
        files = {'unbound.conf': UNBOUND.format(dns=dns.replace(':', '@')), 'none': '', 'inside': '127.0.0.0/8\n' if mode == 's' else '192.0.2.1\n',
                 'conf': OPENDKIM.format(host=host, port=self.at[1], mode=mode, name=name, dir=self.dir, more=more)}
        for file, text in files.items():
            with open(f'{self.dir}/{file}', 'w') as f:
                f.write(text)
        with open(self.dir + '/log', 'w') as log:
            self.process = subprocess.Popen(['opendkim', '-f', '-x', self.dir + '/conf'], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        cleanups.append(self._end)
        if not eventually(lambda: negotiates(*self.at)):
            raise Failed('OpenDKIM does not answer: ' + self.log())

    def log(self):
        """What it has said; of messages it tells syslog alone."""
        with open(self.dir + '/log') as f:
            return f.read() + f'\nended: {self.process.poll()}'

    def _end(self):
        """At a SIGTERM it waits for its next look at the clock, some seconds."""
        self.process.kill()
        self.process.wait()


DOVECOT = '''
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap lmtp
listen = {host}
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{dir}/mail/%d/%n
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail/%d/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = {host}
    port = {lmtp}
  }}
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
}}
{more}
'''


class Dovecot:
    def __init__(self, host, imap, lmtp, more=''):
        self.dir, self.host = folder('postern-dovecot-'), host
        self.conf = self.dir + '/dovecot.conf'
        mail = pwd.getpwnam('mail')
        os.mkdir(self.dir + '/mail')
        os.chown(self.dir + '/mail', mail.pw_uid, mail.pw_gid)
        with open(self.conf, 'w') as f:
            f.write(DOVECOT.format(dir=self.dir, host=host, imap=imap, lmtp=lmtp, more=more))
        self.socket = self.dir + '/run/lmtp'
        self.process = subprocess.Popen(['dovecot', '-F', '-c', self.conf], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        cleanups.append(lambda: _ended(self.process))
        if not eventually(lambda: _answers(host, imap) and _answers(host, lmtp)):
            raise Failed('Dovecot does not answer: ' + self.log())

    def log(self):
        try:
            return open(self.dir + '/log').read()
        except OSError:
            return ''

    def doveadm(self, *args):
        r = subprocess.run(['doveadm', '-c', self.conf, *args], capture_output=True, text=True, timeout=60)
        return r.stdout

    def mails(self, user, what='hdr.subject'):
        return [x for x in self.doveadm('-f', 'flow', 'fetch', '-u', user, what, 'mailbox', 'INBOX').splitlines() if x]

    def maildir(self, user):
        local, domain = user.split('@')
        return f'{self.dir}/mail/{domain}/{local}'
