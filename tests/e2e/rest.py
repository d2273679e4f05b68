"""Mailman 3's REST API of a Postern, as programs ask it:

    api = Rest(p, ADMIN, TOKEN)
    api.call('GET', 'lists')[2]['entries']
    api.status('DELETE', 'lists/dev.lists.example', auth=basic(OLGA, TOKEN_OF_HERS))"""
import base64
import http.client
import json
import urllib.parse


def basic(user, secret):
    return 'Basic ' + base64.b64encode(f'{user}:{secret}'.encode()).decode()


class Rest:
    def __init__(self, p, user, secret):
        self.p, self.own = p, basic(user, secret)

    def call(self, method, path, body=None, auth=..., source=None, headers=()):
        """(status, Location, JSON or None, headers); auth None: nobody's"""
        auth = self.own if auth is ... else auth
        c = http.client.HTTPConnection('127.0.0.1', self.p.web, timeout=60, source_address=(source, 0) if source else None)
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body, doseq=True)
        head = {'Content-Type': 'application/x-www-form-urlencoded'} if body is not None else {}
        if auth:
            head['Authorization'] = auth
        c.request(method, '/api/3.1/' + urllib.parse.quote(path, safe='/?&=%@:+'), body, {**head, **dict(headers)})
        r = c.getresponse()
        text = r.read()
        c.close()
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        return r.status, r.getheader('Location', ''), value, r

    def status(self, *args, **more):
        return self.call(*args, **more)[0]
