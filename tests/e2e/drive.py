"""One page of Chromium, driven step by step, with authenticators of its own making.

    d = Drive()
    d.open()
    key = d.authenticator()
    d.goto('http://localhost:8080/login')
    d.click('text=Sign in with a passkey')
"""
import json
import subprocess

from chromium import JS, install
from harness import Failed, cleanups


class Drive:
    def __init__(self):
        install()
        self.node = subprocess.Popen(['node', 'drive.mjs'], cwd=JS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cleanups.append(self.node.kill)

    def ask(self, what, **values):
        self.node.stdin.write(json.dumps({'do': what, **values}) + '\n')
        self.node.stdin.flush()
        answer = json.loads(self.node.stdout.readline() or '{"error": "the browser has gone"}')
        if 'error' in answer:
            raise Failed(f'{what} {values}: {answer["error"]}')
        return answer['value']

    def open(self, **how):
        self.ask('open', **how)
        return self

    def cdp(self, method, **params):
        return self.ask('cdp', method='WebAuthn.' + method, params=params)

    def authenticator(self):
        return self.cdp('addVirtualAuthenticator', options={
            'protocol': 'ctap2', 'transport': 'internal', 'hasResidentKey': True, 'hasUserVerification': True,
            'isUserVerified': True, 'automaticPresenceSimulation': True})['authenticatorId']

    def goto(self, url):
        return self.ask('goto', url=url)

    def fill(self, selector, value):
        self.ask('fill', selector=selector, value=value)
        return self

    def click(self, selector):
        """And a page follows."""
        self.ask('click', selector=selector)
        return self

    def press(self, selector):
        """And none does."""
        self.ask('press', selector=selector)
        return self

    def shows(self, selector):
        return self.ask('shows', selector=selector)

    def wait(self, selector):
        self.ask('wait', selector=selector)
        return self

    def take(self, url, press):
        """What that button sends to the URL; it is not sent."""
        self.ask('take', url=url)
        self.press(press)
        return self.ask('taken')

    @property
    def path(self):
        return self.ask('path')

    @property
    def text(self):
        return self.ask('text')

    @property
    def cookies(self):
        return {c['name']: c['value'] for c in self.ask('cookies')}

    def errors(self):
        return self.ask('errors')
