"""Providers of OpenID Connect, with TLS: a certified one that runs in Node, and one of our own that lies.

    real = RealProvider('id.lab.example', '127.0.0.90', certificate, clients, accounts)
    liar = Liar('127.0.0.91', certificate, 'https://liar.example')
    liar.claims = {...}; liar.header = {'alg': 'none'}; liar.pages['/keys'] = (200, b'...')"""
import base64
import hashlib
import json
import os
import subprocess
import tempfile
import time
import urllib.parse

from authority import openssl
from chromium import JS
from harness import cleanups, free_port
from webserver import Answerer, Server, serve


def b64(octets):
    return base64.urlsafe_b64encode(octets if isinstance(octets, bytes) else octets.encode()).rstrip(b'=').decode()


class RealProvider:
    def __init__(self, name, host, certificate, clients, accounts):
        self.port = free_port(host)
        self.issuer = f'https://{name}:{self.port}'
        self.process = subprocess.Popen(['node', 'provider.mjs'], cwd=JS, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        cleanups.append(self.process.kill)
        job = {'issuer': self.issuer, 'host': host, 'port': self.port, 'cert': certificate[0], 'key': certificate[1],
               'clients': clients, 'accounts': accounts}
        self.process.stdin.write(json.dumps(job) + '\n')
        self.process.stdin.flush()
        self.ready = self.process.stdout.readline().strip() == 'ready'


class Key:
    """An RSA key that signs as RS256 does."""

    def __init__(self, kid, bits=2048):
        self.kid, self.file = kid, tempfile.NamedTemporaryFile(suffix='.pem')
        openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', f'rsa_keygen_bits:{bits}', '-out', self.file.name)
        n = openssl('rsa', '-in', self.file.name, '-noout', '-modulus').decode().strip().split('=')[1]
        self.jwk = {'kty': 'RSA', 'kid': kid, 'alg': 'RS256', 'use': 'sig', 'n': b64(bytes.fromhex(n)), 'e': 'AQAB'}

    def sign(self, text):
        return openssl('dgst', '-sha256', '-sign', self.file.name, input=text.encode())


class Handler(Answerer):
    def do_GET(self):
        liar = self.server.liar
        liar.asked.append((self.path, self.headers.get('Authorization')))
        page = liar.pages.get(self.path)
        if callable(page):
            page(self)
        elif page:
            self.answer_json(*page)
        else:
            self.answer_json(*liar.usual(self.path))

    def do_POST(self):
        liar = self.server.liar
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers['Content-Length'])).decode()))
        liar.asked.append((self.path, self.headers.get('Authorization')))
        liar.forms.append(form)
        page = liar.pages.get(self.path)
        self.answer_json(*(page or liar.tokens(form)))

    def answer_json(self, status, body):
        self.answer(status, 'application/json', body)


class Liar:
    """Right in all but what the test has set; begin(url) tells it what the browser brings."""

    def __init__(self, host, certificate, name):
        self.server = Server((host, 0), Handler)
        self.server.liar = self
        self.issuer = f'https://{name}:{self.server.server_address[1]}'
        self.keys, self.asked, self.forms = [Key('one')], [], []
        self.honest()
        serve(self.server, certificate)

    def honest(self):
        self.pages, self.claims, self.header, self.metadata, self.token, self.answer = {}, {}, {}, {}, None, {}

    def usual(self, path):
        if path == '/.well-known/openid-configuration':
            there = {'issuer': self.issuer, 'authorization_endpoint': self.issuer + '/authorize', 'token_endpoint': self.issuer + '/token',
                     'jwks_uri': self.issuer + '/keys', 'token_endpoint_auth_methods_supported': ['client_secret_basic']}
            return 200, json.dumps({**there, **self.metadata}).encode()
        if path == '/keys':
            return 200, json.dumps({'keys': [k.jwk for k in self.keys]}).encode()
        return 404, b'{}'

    def begin(self, url):
        self.query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        return self.query

    def id_token(self, key=None):
        key, now = key or self.keys[-1], int(time.time())
        claims = {'iss': self.issuer, 'aud': self.query['client_id'], 'sub': 'subject of the liar', 'iat': now, 'exp': now + 300,
                  'nonce': self.query['nonce'], 'email': 'lena@uni.example', 'email_verified': True, **self.claims}
        claims = {k: v for k, v in claims.items() if v is not None}
        header = {'alg': 'RS256', 'kid': key.kid, **self.header}
        text = b64(json.dumps(header)) + '.' + b64(json.dumps(claims))
        return text + '.' + (b64(key.sign(text)) if header['alg'] == 'RS256' else '')

    def tokens(self, form):
        if b64(hashlib.sha256(form.get('code_verifier', '').encode()).digest()) != self.query['code_challenge']:
            return 400, b'{"error":"invalid_grant"}'
        return 200, json.dumps({'token_type': 'Bearer', 'access_token': 'of the liar', 'id_token': self.token or self.id_token(), **self.answer}).encode()
