"""A browser without script: cookies, redirects, forms as they stand in the page.

    b = Browser(p)                        # p: a harness.Postern
    b.get('/login')
    b.submit('by-link', address=ANNA)     # the form of that label, id or action; follows 303
    b.status, b.page, b.path, b.text()
"""
import html
import http.client
import json
import re
import urllib.parse
from html.parser import HTMLParser

VOID = {'input', 'br', 'meta', 'link', 'hr', 'img'}


class Form:
    def __init__(self, attributes):
        self.action, self.method = attributes.get('action', ''), attributes.get('method', 'get').lower()
        self.names = {attributes.get('aria-label', ''), attributes.get('aria-labelledby', ''),
                      attributes.get('id', ''), self.action}
        self.fields, self.buttons = [], []  # [name, value, on]


class Forms(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.forms, self.form, self.select, self.area = [], None, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        a = {k: v if v is not None else '' for k, v in attributes}
        f = self.form
        if tag == 'form':
            self.form = Form(a)
            self.forms.append(self.form)
        elif f is None:
            return
        elif tag == 'input' and 'name' in a:
            kind = a.get('type', 'text')
            on = kind not in ('checkbox', 'radio') or 'checked' in a
            f.fields.append([a['name'], a.get('value', 'on' if kind in ('checkbox', 'radio') else ''), on, kind])
        elif tag == 'button':
            f.buttons.append((a.get('name'), a.get('value', '')))
        elif tag == 'select':
            self.select = [a['name'], None, True, 'select']
            f.fields.append(self.select)
        elif tag == 'option' and self.select:
            self.option = a.get('value')
            if self.select[1] is None or 'selected' in a:
                self.select[1] = self.option
            self.fill = self.option is None and ('selected' in a or self.select[1] is None)
        elif tag == 'textarea':
            self.area = [a['name'], '', True, 'textarea']
            f.fields.append(self.area)

    def handle_data(self, data):
        if self.area:
            self.area[1] += data
        elif self.select and getattr(self, 'fill', False) and data.strip():
            self.select[1], self.fill = data.strip(), False

    def handle_endtag(self, tag):
        if tag == 'form':
            self.form = None
        if tag == 'select':
            self.select = None
        if tag == 'textarea':
            self.area = None


class Browser:
    def __init__(self, p, network='192.0.2.1', https=False, agent='Mozilla/5.0 (X11; Linux) Firefox/140'):
        self.p, self.network, self.https, self.agent = p, network, https, agent
        self.cookies, self.headers, self.status, self.page, self.path = {}, {}, 0, '', '/'

    def ask(self, method, path, body=None, headers=()):
        """One request; no redirect is followed."""
        c = http.client.HTTPConnection('127.0.0.1', self.p.web, timeout=60)
        send = {'User-Agent': self.agent, 'X-Forwarded-For': self.network}
        if self.https:
            send['X-Forwarded-Proto'] = 'https'
        if self.cookies:
            send['Cookie'] = '; '.join(f'{k}={v}' for k, v in self.cookies.items())
        if body is not None:
            send['Content-Type'] = 'application/x-www-form-urlencoded'
        send.update(headers)
        c.request(method, path, body, send)
        r = c.getresponse()
        self.raw = r.read()
        self.status, self.headers, self.page = r.status, r.headers, self.raw.decode('utf-8', 'replace')
        for line in r.headers.get_all('Set-Cookie') or []:
            name, value = line.split(';')[0].split('=', 1)
            self.cookies.pop(name, None)
            if value and 'Max-Age=0' not in line:
                self.cookies[name] = value
        c.close()
        self.path = path
        return self

    def enter(self, address):
        """Signs in by the link that `postern user link` makes."""
        link = self.p.cli('user', 'link', address).strip()
        return self.get(link[link.index('/confirm/'):]).submit()

    def follow(self):
        for _ in range(5):
            if self.status not in (301, 302, 303, 307, 308):
                return self
            self.ask('GET', self.headers['Location'])
        raise AssertionError('redirects without end')

    def get(self, path):
        return self.ask('GET', path).follow()

    def post(self, path, _follow=True, _headers=(), **fields):
        self.ask('POST', path, urllib.parse.urlencode(fields, doseq=True), _headers)
        return self.follow() if _follow else self

    def form(self, name=None):
        forms = [f for f in Forms(self.page).forms if name is None or name in f.names]
        if not forms:
            raise AssertionError(f'no form {name} on {self.path} ({self.status})')
        return forms[0]

    def filled(self, name, button, changes):
        f = self.form(name)
        known = {x[0] for x in f.fields} | {n for n, _ in f.buttons}
        if set(changes) - known:
            raise AssertionError(f'{set(changes) - known} are no fields of {name} on {self.path}')
        pairs = [(n, v) for n, v, on, _ in f.fields if on and n not in changes]
        for n, v in changes.items():
            if v is not None:
                pairs += [(n, x) for x in (v if isinstance(v, list) else [v])]
        chosen = [b for b in f.buttons if button in (None, b[1]) and b[0]]
        if chosen and chosen[0][0] not in changes:
            pairs.append(chosen[0])
        return f, pairs

    def submit(self, _form=None, _button=None, _follow=True, **changes):
        """A field is set by name; None leaves it out, a list gives it several times."""
        f, pairs = self.filled(_form, _button, changes)
        target = f.action or self.path
        if f.method == 'get':
            return self.get(target.split('?')[0] + '?' + urllib.parse.urlencode(pairs))
        self.ask('POST', target, urllib.parse.urlencode(pairs))
        return self.follow() if _follow else self

    def text(self):
        words = re.sub(r'<[^>]*>', ' ', re.sub(r'(?s)<head>.*?</head>', '', self.page))
        return re.sub(r'\s+', ' ', html.unescape(words))

    def json(self, path):
        self.get(path)
        return json.loads(self.page)

    def link(self, words):
        """The last one with these words."""
        found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>[^<]*' + re.escape(words), self.page)
        return html.unescape(found[-1]) if found else None

    def csrf(self, path='/account'):
        return next(f[1] for form in Forms(self.get(path).page).forms for f in form.fields if f[0] == 'csrf')
