"""rspamd as a strict receiver: what it makes of a message's SPF, DKIM, ARC and DMARC, asking the test's own name server.

    strict = Rspamd('127.0.0.30', dns.address)
    action, symbols = strict.judge(octets, 'bounces@lists.example', 'ben@south.example', ip='192.0.2.25')

The address is one that rspamd does not take for its own network, which it would trust; nothing is sent there. With
milter='127.0.0.30:1234' it is a milter there, too, for which clients of this machine are strangers; more: lines of its
configuration."""
import json
import os
import pwd
import subprocess
import urllib.error
import urllib.request

from harness import Failed, cleanups, eventually, folder, free_port
from peers import _ended, negotiates

CONF = '''
options {{
  filters = "dkim";
  pidfile = "{dir}/pid";
  dynamic_conf = "{dir}/dynamic";
  history_file = "{dir}/history";
  cache_file = "{dir}/cache";
  hs_cache_dir = "{dir}";
  local_addrs = [];
  check_local = true;
  dns {{ nameserver = ["{dns}"]; timeout = 1s; retransmits = 2; }}
}}
logging {{ type = "console"; level = "notice"; }}
worker "normal" {{ bind_socket = "{host}:{port}"; count = 1; }}
modules {{ path = "/usr/share/rspamd/plugins/spf.lua"; path = "/usr/share/rspamd/plugins/dmarc.lua"; path = "/usr/share/rspamd/plugins/arc.lua"; }}
lua = "/usr/share/rspamd/rules/rspamd.lua";
spf {{ enabled = true; }}
dkim {{ enabled = true; trusted_only = false; skip_multi = false; }}
arc {{ enabled = true; }}
dmarc {{ enabled = true; actions = {{ quarantine = "add_header"; reject = "reject"; }} }}
{more}
metric {{ name = default; actions {{ reject = 1000; add_header = 900; }} unknown_weight = 0; }}
'''

MILTER = '''
worker "rspamd_proxy" {{ bind_socket = "{milter}"; milter = yes; timeout = 60s; count = 1; upstream "local" {{ default = yes; self_scan = yes; }} }}
modules {{ path = "/usr/share/rspamd/plugins/milter_headers.lua"; path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }}
milter_headers {{ use = ["authentication-results"]; skip_local = false; skip_authenticated = false;
  routines {{ "authentication-results" {{ remove = 50; }} }} }} # none of those that others wrote
'''


class Rspamd:
    def __init__(self, host, dns, milter=None, more=''):
        self.dir = folder('postern-rspamd-')
        nobody = pwd.getpwnam('nobody')
        os.chown(self.dir, nobody.pw_uid, nobody.pw_gid)
        port = free_port(host)
        self.url = f'http://{host}:{port}/'
        if milter:
            more += MILTER.format(milter=milter)
        conf, log = self.dir + '/rspamd.conf', self.dir + '/log'
        with open(conf, 'w') as f:
            f.write(CONF.format(dir=self.dir, host=host, port=port, dns=dns, more=more))
        root = ['-u', 'nobody', '-g', 'nogroup'] if os.getuid() == 0 else []
        with open(log, 'w') as f:
            self.process = subprocess.Popen(['rspamd', '-f', '-c', conf, *root], stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                                            start_new_session=True)
        cleanups.append(lambda: _ended(self.process))
        if not eventually(self._answers, 150):  # it compiles all of its rules first
            raise Failed('rspamd does not answer: ' + self.log()[-2000:])
        if milter and not eventually(lambda: negotiates(*milter.split(':'))):  # another process of it
            raise Failed('rspamd is no milter: ' + self.log()[-2000:])

    def _answers(self):
        try:
            return b'pong' in urllib.request.urlopen(self.url + 'ping', timeout=2).read()
        except (OSError, urllib.error.URLError):
            return False

    def log(self):
        """What it has said so far."""
        with open(self.dir + '/log', errors='replace') as f:
            return f.read()

    def judge(self, octets, sender, recipient, ip, helo='mail.lists.example'):
        """What it would do, and what it found, by name: DMARC_POLICY_ALLOW, R_DKIM_ALLOW, ARC_ALLOW, ..."""
        head = {'IP': ip, 'Helo': helo, 'From': sender, 'Rcpt': recipient, 'Pass': 'all'}
        r = urllib.request.Request(self.url + 'checkv2', data=octets, headers=head)
        answer = json.loads(urllib.request.urlopen(r, timeout=60).read())
        return answer['action'], sorted(answer['symbols'])
