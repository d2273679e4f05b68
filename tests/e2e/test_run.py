"""./run as a newcomer meets it: it tells where things are, its swaks line posts, the
sign-in link signs in, /outbox shows the copies; Ctrl-C stops it, and the next ./run
goes on with the same data."""
import os
import re
import signal
import subprocess
import threading
import types

from browser import Browser
from harness import HERE, check, cleanups, done, equal, eventually, folder, free_port, limit, section

limit(900)
ROOT = os.path.join(HERE, '../..')
DEMO = folder() + '/demo'
PORTS = {name: str(free_port()) for name in ('SMTP_PORT', 'SUBMISSION_PORT', 'SUBMISSIONS_PORT', 'WEB_PORT')}
ENV = {**os.environ, **PORTS, 'DEMO': DEMO}
site = types.SimpleNamespace(web=int(PORTS['WEB_PORT']))


class Run:
    """./run at a terminal of its own."""

    def __init__(self):
        self.said = ''
        self.process = subprocess.Popen(['./run'], cwd=ROOT, env=ENV, text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        cleanups.append(self.end)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.said += line

    def tells(self):
        eventually(lambda: 'begins anew' in self.said or self.process.poll() is not None, 120)
        return check('./run tells what to do', 'begins anew' in self.said, self.said)

    def press_ctrl_c(self):
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            code = 'it goes on'
        equal('Ctrl-C ends it well', code, 0)
        check('and it says so', eventually(lambda: 'Postern has stopped.' in self.said), self.said)

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(60)
            os.killpg(self.process.pid, signal.SIGKILL)
        except (OSError, subprocess.TimeoutExpired):
            pass


section('ended in the middle, then once more')
run = Run()
check('it makes its site', eventually(lambda: any(os.path.exists(DEMO + x + '/token.txt') or os.path.exists(DEMO + x + '/outbound/outbound.db')
                                                  for x in ('', '.new')), 120), run.said)
os.killpg(run.process.pid, signal.SIGKILL)
run.process.wait()
check('and is ended before that is done', not os.path.exists(DEMO + '/ready'))

section('the first time')
run = Run()
if not run.tells():
    done()
b = Browser(site)
b.get('/lists/')
check('its site stands at /', b.status == 200 and b.get('/').page == open(os.path.join(ROOT, 'scripts/demo-site.html')).read(), b.text())
b.get('/lists/')
check('the public list is shown', 'developer' in b.page, b.text())
check('the private list is not', 'board' not in b.text(), b.text())
b.get('/lists/developer/')
check('real posts are in the archive', 'Map sharpening before refinement' in b.text(), b.text())
b.get('/outbox')
check('the outbox is not for everybody', b.status in (401, 403) or '/login' in b.path, (b.status, b.path))

section('its swaks line')
line = re.search(r'swaks (?:.*\\\n)*.*\n', run.said).group()
r = subprocess.run(['bash', '-c', line], capture_output=True, text=True, timeout=60)
equal('swaks is content', r.returncode, 0) or print(r.stdout + r.stderr)
check('the post is on the page of the list',
      eventually(lambda: 'Hello from swaks' in b.get('/lists/developer/').text()), b.text())

section('its sign-in link')
link = re.search(r'\(once\)\s+http://localhost:\d+(\S+)', run.said).group(1)
b.get(link)
check('looking at it signs nobody in', not b.cookies, b.cookies)
b.submit()
check('its button does', b.cookies and b.status == 200, (b.status, b.text()))
b.get('/outbox')
equal('the outbox opens', b.status, 200)
for member in ('marchetti@synchrotron.example', 'weiss@structure.example'):
    check(f'the copy of {member} is there', eventually(lambda: member in b.get('/outbox').page), b.text())
check('and tell of the post', 'Hello from swaks' in b.text(), b.text())

section('a second one beside it')
other = subprocess.run(['./run'], cwd=ROOT, env=ENV, capture_output=True, text=True, timeout=60)
check('is told which port is taken', other.returncode == 1 and PORTS['SMTP_PORT'] in other.stderr, other.stderr)

section('Ctrl-C, and again')
run.press_ctrl_c()
run = Run()
run.tells()
b.get('/lists/developer/')
check('the post is still there', 'Hello from swaks' in b.text(), b.text())
check('and stands there once', b.text().count('Hello from swaks') == 1, b.text())
run.press_ctrl_c()
log = open(DEMO + '/log').read()
check('the log tells of no error', not re.search(r'\berror\b', log), log[-2000:])
done()
