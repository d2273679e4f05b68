"""A real Mailman 3 of Debian, unpacked, on SQLite in a folder of its own. Of its runners only that of the REST API is ever
started: what a test wants of it is a Python function that its own shell calls, with the list as Mailman has it.

    m = Mailman3()
    m.create('dev@lists.example')
    facts = m.do('dev@lists.example', source)    # source defines do(list), which returns what JSON can say
    url = m.serve()                              # its REST API, as restadmin with m.password
"""
import json
import os
import shutil
import subprocess

from harness import Failed, cleanups, eventually, folder, free_port
from peers import KEPT, _answers, _ended, unpacked

CONFIG = '''[mailman]
site_owner: admin@lists.example
layout: test
[paths.test]
var_dir: {dir}/var
bin_dir: {root}/usr/lib/mailman3/bin
[database]
class: mailman.database.sqlite.SQLiteDatabase
url: sqlite:///{dir}/var/data/mailman.db
[webservice]
port: {port}
admin_pass: {password}
[mta]
incoming: mailman.mta.null.NullMTA
outgoing: mailman.mta.null.NullMTA
'''

WRAPPER = '''
import json
{source}


def main(mlist):
    with open({out!r}, 'w') as f:
        json.dump(do(mlist), f)
'''


def _modules():
    """Those of its Python modules that this machine lacks."""
    if os.path.isdir(os.path.join(KEPT, 'mailman3')):
        return []
    r = subprocess.run(['apt-get', 'install', '-s', '--no-install-recommends', 'mailman3'], capture_output=True, text=True)
    names = [line.split()[1] for line in r.stdout.splitlines() if line.startswith('Inst ')]
    return [n for n in names if n.startswith('python3-')]


class Mailman3:
    def __init__(self):
        self.root, self.dir = unpacked('mailman3', *_modules()), folder('postern-mailman3-')
        self.env = {**os.environ, 'PYTHONPATH': f'{self.root}/usr/lib/python3/dist-packages:{self.dir}', 'HOME': self.dir}
        self.port, self.password = free_port(), 'correct horse'
        with open(f'{self.dir}/mailman.cfg', 'w') as f:
            f.write(CONFIG.format(dir=self.dir, root=self.root, port=self.port, password=self.password))
        self.owned(self.dir)
        self.var, self.database, self.scripts = f'{self.dir}/var', f'{self.dir}/var/data/mailman.db', 0

    def owned(self, path):
        if not os.getuid():  # it refuses to run as root
            shutil.chown(path, 'list', 'list')

    def how(self, program):
        """The words of a command, and how it is to be started."""
        who = {} if os.getuid() else {'user': 'list', 'group': 'list', 'extra_groups': []}
        return ['/usr/bin/python3', f'{self.root}/usr/lib/mailman3/bin/{program}', '-C', f'{self.dir}/mailman.cfg'], {
            'env': self.env, 'cwd': self.dir, **who}

    def run(self, *args):
        words, how = self.how('mailman')
        r = subprocess.run([*words, *args], capture_output=True, text=True, timeout=100, **how)
        if r.returncode:
            raise Failed(f'mailman {args[0]}: {r.stdout}{r.stderr}')
        return r.stdout

    def create(self, address):
        self.run('create', '-d', address)

    def do(self, address, source):
        self.scripts += 1
        name, out = f'script{self.scripts}', f'{self.dir}/facts{self.scripts}'
        with open(f'{self.dir}/{name}.py', 'w') as f:
            f.write(WRAPPER.format(source=source, out=out))
        self.run('shell', '-l', address, '-r', f'{name}.main')
        with open(out) as f:
            return json.load(f)

    def write(self, path, text):
        """A file below var, as its owner's."""
        at = os.path.join(self.var, path)
        os.makedirs(os.path.dirname(at), exist_ok=True)
        with open(at, 'w') as f:
            f.write(text)

    def serve(self):
        words, how = self.how('runner')
        with open(f'{self.dir}/rest.log', 'w') as log:
            process = subprocess.Popen([*words, '-r', 'rest'], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **how)
        cleanups.append(lambda: _ended(process))
        if not eventually(lambda: _answers('127.0.0.1', self.port)):
            with open(f'{self.dir}/rest.log') as log:
                raise Failed('Mailman\'s REST API does not answer: ' + log.read())
        return f'http://127.0.0.1:{self.port}/3.1'
