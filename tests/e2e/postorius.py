"""A Postorius as Debian has it, with a folder and an SQLite of its own, and a browser that fills in its forms. Its packages are
unpacked, not installed: they are Python alone, and what they need of Mailman is python3-mailmanclient."""
import html.parser
import http.cookiejar
import json
import os
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from harness import Failed, cleanups, eventually, folder, free_port
from peers import _answers, _ended, unpacked

PYTHON = '/usr/bin/python3'
PACKAGES = ('python3-pygments python3-six python3-requests python3-urllib3 python3-certifi '
            'python3-chardet python3-charset-normalizer python3-idna python3-packaging python3-cffi-backend python3-cryptography python3-pkg-resources '
            'python3-django-postorius python3-django-mailman3 python3-django python3-django-allauth python3-django-appconf '
            'python3-django-compressor python3-django-gravatar2 python3-asgiref python3-sqlparse python3-openid python3-tz '
            'python3-requests-oauthlib python3-oauthlib python3-jwt python3-readme-renderer python3-docutils docutils-common '
            'python3-roman python3-bleach python3-html5lib python3-webencodings python3-cmarkgfm python3-rcssmin python3-rjsmin '
            'python3-defusedxml').split()

SETTINGS = '''
import os
SECRET_KEY = 'of a test' * 6
ALLOWED_HOSTS = ['*']
SITE_ID = 1
MAILMAN_REST_API_URL, MAILMAN_REST_API_USER, MAILMAN_REST_API_PASS = (os.environ[x] for x in ('API', 'API_USER', 'API_TOKEN'))
POSTORIUS_TEMPLATE_BASE_URL = os.environ['OWN_URL']
INSTALLED_APPS = ['postorius', 'django_mailman3', 'django_gravatar', 'allauth', 'allauth.account', 'allauth.socialaccount'] + [
    'django.contrib.' + x for x in ('admin', 'auth', 'contenttypes', 'sessions', 'sites', 'messages', 'staticfiles')]
MIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.common.CommonMiddleware',
              'django.middleware.csrf.CsrfViewMiddleware', 'django.middleware.locale.LocaleMiddleware',
              'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware',
              'django_mailman3.middleware.TimezoneMiddleware', 'postorius.middleware.PostoriusMiddleware']
ROOT_URLCONF = 'urls'
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
    'django.template.context_processors.' + x for x in ('i18n', 'media', 'static', 'tz', 'csrf', 'request')] + [
    'django.contrib.auth.context_processors.auth', 'django.contrib.messages.context_processors.messages',
    'django_mailman3.context_processors.common', 'postorius.context_processors.postorius']}}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': os.path.dirname(os.path.abspath(__file__)) + '/db'}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_URL = 'account_login', 'list_index', 'account_logout'
USE_TZ, TIME_ZONE, STATIC_URL = True, 'UTC', '/static/'
AUTHENTICATION_BACKENDS = ['django.contrib.auth.backends.ModelBackend', 'allauth.account.auth_backends.AuthenticationBackend']
EMAIL_BACKEND = 'django.core.mail.backends.dummy.EmailBackend'
LOGGING = {'version': 1, 'disable_existing_loggers': False, 'handlers': {'out': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['out'], 'level': 'INFO'}}
'''
URLS = '''
from django.conf.urls import include
from django.contrib import admin
from django.urls import path
urlpatterns = [path('postorius/', include('postorius.urls')), path('user/', include('django_mailman3.urls')),
               path('accounts/', include('allauth.urls')), path('admin/', admin.site.urls)]
'''
SETUP = '''
import json, sys, django
django.setup()
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import call_command
call_command('migrate', verbosity=0)
for name, address, password, boss in json.loads(sys.argv[1]):
    user = get_user_model().objects.create_user(name, address, password, is_superuser=boss, is_staff=boss)
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
'''


def offered():
    """Whether Debian's archive, as this machine knows it, has the package."""
    r = subprocess.run(['apt-cache', 'policy', 'python3-django-postorius'], capture_output=True, text=True)
    return 'Candidate:' in r.stdout and 'Candidate: (none)' not in r.stdout


class Postorius:
    """accounts: (name, address, password, whether of the whole site) each."""

    def __init__(self, api, user, token, accounts, port=0):
        self.dir, self.port = folder('postern-postorius-'), port or free_port()
        paths = [f'{unpacked(x)}/usr/lib/python3/dist-packages' for x in PACKAGES]
        self.env = {**os.environ, 'PYTHONPATH': ':'.join([self.dir, *paths]), 'DJANGO_SETTINGS_MODULE': 'settings',
                    'PYTHONDONTWRITEBYTECODE': '1', 'API': api, 'API_USER': user, 'API_TOKEN': token,
                    'OWN_URL': f'http://127.0.0.1:{self.port}'}
        for name, text in (('settings', SETTINGS), ('urls', URLS), ('setup', SETUP)):
            with open(f'{self.dir}/{name}.py', 'w') as f:
                f.write(text)
        self._run(self.dir + '/setup.py', json.dumps(accounts))
        self.log_path = self.dir + '/log'
        with open(self.log_path, 'wb') as log:
            self.process = subprocess.Popen([PYTHON, '-m', 'django', 'runserver', '--noreload', f'127.0.0.1:{self.port}'], env=self.env,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        cleanups.append(lambda: _ended(self.process))
        if not eventually(lambda: _answers('127.0.0.1', self.port)):
            raise Failed('Postorius does not answer:\n' + self.log())

    def _run(self, *args):
        r = subprocess.run([PYTHON, *args], cwd=self.dir, env=self.env, capture_output=True, text=True, timeout=120)
        if r.returncode:
            raise Failed(f'{args}: {r.stderr}')

    def log(self):
        with open(self.log_path, encoding='utf-8', errors='replace') as f:
            return f.read()


class Forms(html.parser.HTMLParser):
    """The forms of a page, each with what a browser would send of it: fields is a list of (name, value)."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.select, self.area = [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == 'form':
            self.forms.append({'action': a.get('action') or '', 'fields': [], 'names': set()})
        if not self.forms:
            return
        form, name = self.forms[-1], a.get('name')
        if name and tag in ('input', 'select', 'textarea', 'button'):
            form['names'].add(name)
        if tag == 'input' and name and a.get('type') not in ('submit', 'button', 'file'):
            if a.get('type') not in ('checkbox', 'radio') or 'checked' in a:
                form['fields'].append((name, a.get('value') or ('on' if a.get('type') == 'checkbox' else '')))
        elif tag == 'select':
            self.select = (name, 'multiple' in a)
            self.first = True
        elif tag == 'option' and self.select:
            if self.first and not self.select[1]:
                form['fields'].append((self.select[0], a.get('value') or ''))
            elif 'selected' in a and not self.select[1]:
                form['fields'][-1] = (self.select[0], a.get('value') or '')
            elif 'selected' in a:
                form['fields'].append((self.select[0], a.get('value') or ''))
            self.first = False
        elif tag == 'textarea':
            self.area = [name, '']

    def handle_endtag(self, tag):
        if tag == 'select':
            self.select = None
        elif tag == 'textarea' and self.area:
            value = self.area[1]
            self.forms[-1]['fields'].append((self.area[0], value[1:] if value.startswith('\n') else value))
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.area[1] += data


class Browser:
    def __init__(self, postorius):
        self.base, self.status, self.text, self.path = f'http://127.0.0.1:{postorius.port}', 0, '', ''
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def _open(self, path, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(urllib.parse.urljoin(self.base + (self.path or '/'), path), data, {'Referer': self.base + '/'})
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as e:
            answer = e
        self.status, self.text = answer.status, answer.read().decode('utf-8', 'replace')
        self.path = urllib.parse.urlsplit(answer.url).path
        return self.status

    def get(self, path):
        return self._open(path)

    def submit(self, *having, press=None, **values):
        """The page's first form that has a field of each of those names, with these values in place of its own; a list for several,
        None for none. press: (name, value) of the button."""
        wanted = {*having, *values}
        form = next((f for f in Forms(self.text).forms if wanted <= f['names']), None)
        if not form:
            raise Failed(f'{self.path} has no form with {wanted}: {self.status} {[f["names"] for f in Forms(self.text).forms]}')
        fields = [(k, v) for k, v in form['fields'] if k not in values]
        for k, v in values.items():
            fields += [(k, x) for x in (v if isinstance(v, list) else [] if v is None else [v])]
        return self._open(form['action'] or self.path, fields + ([press] if press else []))

    def sign_in(self, name, password):
        self.get('/accounts/login/')
        self.submit(login=name, password=password)
        return 'logout' in self.text

    def errors(self):
        """What its forms and messages complain of."""
        found = re.findall(r'class="[^"]*(?:errorlist|alert-danger|text-danger)[^"]*"[^>]*>(.*?)</(?:ul|div|p)>', self.text, re.S)
        return [' '.join(re.sub(r'<[^>]+>', ' ', x).split()) for x in found]
