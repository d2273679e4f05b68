"""Pages as Chromium shows them, and what is wrong with them.

    for s in look(p, [{'path': '/lists/', 'width': 390}]):
        well(s)
"""
import json
import os
import subprocess

from harness import HERE, check, cleanups

JS = os.path.join(HERE, 'js')
WANTED = ('playwright-core', 'axe-core', 'html-validate', 'oidc-provider')


def install(*more):
    if not all(os.path.isdir(os.path.join(JS, 'node_modules', x)) for x in (*WANTED, *more)):
        subprocess.run(['npm', 'ci', '--silent', '--no-audit', '--no-fund'], cwd=JS, check=True, timeout=180)


def look(p, visits, timeout=1200):
    """What js/pages.mjs saw of each visit."""
    install()
    job = json.dumps({'base': f'http://127.0.0.1:{p.web}', 'visits': visits})
    r = subprocess.run(['node', 'pages.mjs'], cwd=JS, input=job, capture_output=True, text=True, timeout=timeout)
    if not check('Chromium has looked at the pages', r.returncode == 0, r.stderr):
        return []
    return json.loads(r.stdout)


def lighthouse(base, visits, categories, timeout=400):
    """What js/lighthouse.mjs saw of each visit. Nothing is timed, so what is there is not waited for any longer."""
    install('lighthouse')
    quick = {'pauseAfterFcpMs': 0, 'pauseAfterLoadMs': 0, 'networkQuietThresholdMs': 100, 'cpuQuietThresholdMs': 100, 'disableFullPageScreenshot': True}
    job = json.dumps({'base': base, 'categories': categories, 'settings': quick, 'visits': visits})
    node = subprocess.Popen(['node', 'lighthouse.mjs'], cwd=JS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    cleanups.append(node.terminate)  # and Chromium with it
    said, wrong = node.communicate(job, timeout)
    if not check('Lighthouse has looked at the pages', node.returncode == 0, wrong):
        return []
    return json.loads(said)


def well(s, status=200):
    """Nothing is wrong with that page: it is reachable by all, fits, and runs nothing."""
    name = s['path']
    check(f'{name}: status {status}', s['status'] == status, s['status'])
    for what in ('dialogs', 'foreign', 'live', 'cookies', 'invalid', 'axe'):
        check(f'{name}: no {what}', not s.get(what), s.get(what))
    errors = [e for e in s['errors'] if 'status of 4' not in e]
    check(f'{name}: no error in the console', not errors, errors)
    check(f'{name}: one h1', s.get('headings') == 1, s.get('headings'))
    check(f'{name}: as wide as the window', s.get('overflow', 1) <= 0, s.get('overflow'))
    check(f'{name}: nothing in it wider than its place', not s.get('sideways'), s.get('sideways'))
