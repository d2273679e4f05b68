"""The world's mail servers: an SMTP server that records envelopes and octets.

    sink = Sink('127.0.0.9', port)
    sink.reply['rcpt'] = lambda address: '451 4.7.1 later' if ... else None
    sink.stall = 'dot'             # or greeting, ehlo, mail, rcpt, data: says no more
    sink.rcpt_most = 10            # in a transaction; what is more hears 452
    sink.close_at = 'data'         # hangs up there; both may be functions of the connection
    sink.to('anna@north.example')  # the mails that came for her

One thread a connection; nothing is ever passed on."""
import re
import socket
import ssl
import threading
import time

EVERYTHING = ('PIPELINING', '8BITMIME', 'SIZE 100000000', 'DSN', 'CHUNKING', 'SMTPUTF8', 'ENHANCEDSTATUSCODES')


class Mail:
    head, head_of = {}, None  # the fields by name, and of which data they are

    def __init__(self, connection):
        self.sink, self.connection = connection.sink, connection.number
        self.helo, self.tls = connection.helo, connection.tls
        self.mail_from, self.mail_params = '', ''
        self.rcpts, self.params = [], []
        self.data, self.at, self.chunked = b'', 0, False
        self.answering = ''  # the recipient whom reply['dot'] is asked for

    @property
    def header(self):
        return self.data.split(b'\r\n\r\n', 1)[0].decode('utf-8', 'surrogateescape')

    @property
    def body(self):
        return self.data.split(b'\r\n\r\n', 1)[1]

    def fields(self, name):
        data = self.data
        if self.head_of is not data:
            head = {}
            for line in re.sub(r'\r\n(?=[ \t])', '', self.header).split('\r\n'):
                if ':' in line:
                    key, value = line.split(':', 1)
                    head.setdefault(key.lower(), []).append(value.strip())
            self.head, self.head_of = head, data
        return list(self.head.get(name.lower(), ()))

    def field(self, name):
        return (self.fields(name) + [''])[0]

    def text(self):
        return self.data.decode('utf-8', 'replace')


class Closed(Exception):
    pass


class Connection:
    def __init__(self, sink, sock, number):
        self.sink, self.sock, self.number = sink, sock, number
        self.helo, self.tls, self.room, self.lmtp = '', False, b'', False
        self.mail = None

    def say(self, text):
        self.sock.sendall(text.encode() + b'\r\n')

    def more(self):
        piece = self.sock.recv(65536)
        if not piece:
            raise Closed()
        self.room += piece

    def line(self):
        while b'\n' not in self.room:
            self.more()
        line, self.room = self.room.split(b'\n', 1)
        return line.rstrip(b'\r').decode('utf-8', 'surrogateescape')

    def octets(self, n):
        while len(self.room) < n:
            self.more()
        out, self.room = self.room[:n], self.room[n:]
        return out

    def until_dot(self):
        if not self.room.startswith(b'.\r\n'):
            while b'\r\n.\r\n' not in self.room:
                self.more()
            text, self.room = self.room.split(b'\r\n.\r\n', 1)
            return re.sub(rb'(^|\r\n)\.', rb'\1', text) + b'\r\n'
        self.room = self.room[3:]
        return b''

    def at(self, place):
        """Where the sink misbehaves, if it does here."""
        def means(x):
            return x(self) == place if callable(x) else x == place
        if means(self.sink.close_at):
            raise Closed()
        if means(self.sink.stall):
            while means(self.sink.stall) and self.sink.open:
                time.sleep(0.05)
            raise Closed()

    def answer(self, place, standard, *what):
        self.at(place)
        said = self.sink.reply.get(place)
        text = (said(*what) if callable(said) else said) or standard
        self.say(text)
        return text[0] == '2' or text[0] == '3'

    def ehlo(self, argument, extended):
        self.helo, self.mail = argument, None
        lines = [self.sink.name] + ([x for x in self.sink.offers if x != 'STARTTLS' or not self.tls] if extended else [])
        self.at('ehlo')
        said = self.sink.reply.get('ehlo')
        self.say(said or '\r\n'.join(f'250{"-" if i + 1 < len(lines) else " "}{x}' for i, x in enumerate(lines)))

    def starttls(self):
        if not self.answer('starttls', '220 2.0.0 go'):
            return
        if self.sink.break_tls:
            raise Closed()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.sink.certificate)
        if self.sink.tls_version:
            context.minimum_version = context.maximum_version = self.sink.tls_version
            context.set_ciphers('ALL:@SECLEVEL=0')
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.tls, self.room, self.mail = True, b'', None

    def keep(self, standard='250 2.0.0 kept'):
        mail, self.mail = self.mail, None
        mail.at = time.time()
        if self.sink.delay:
            time.sleep(self.sink.delay)
        self.at('dot')
        said = self.sink.reply.get('dot')
        texts = []
        for mail.answering in mail.rcpts if self.lmtp else mail.rcpts[:1]:
            texts.append((said(mail) if callable(said) else said) or standard)
        if self.lmtp:  # RFC 2033 section 4.2: an answer each
            mail.rcpts = [r for r, text in zip(mail.rcpts, texts) if text[0] == '2']
        if any(text[0] == '2' for text in texts):  # kept before it is said, as a real server does
            with self.sink.lock:
                self.sink.mails.append(mail)
        self.at('after-dot')
        self.say('\r\n'.join(texts))

    def envelope(self, line):
        m = re.match(r'(MAIL FROM|RCPT TO):\s*<(.*?)>\s*(.*)$', line, re.I)
        if not m:
            self.say('501 5.5.4 what?')
        elif m[1].upper() == 'MAIL FROM':
            self.mail = Mail(self)
            self.mail.mail_from, self.mail.mail_params = m[2], m[3]
            if not self.answer('mail', '250 2.1.0 ok', m[2]):
                self.mail = None
        elif not self.mail:
            self.say('503 5.5.1 MAIL first')
        elif len(self.mail.rcpts) >= self.sink.rcpt_most:
            self.say('452 4.5.3 too many recipients')
        elif self.answer('rcpt', '250 2.1.5 ok', m[2]):
            self.mail.rcpts.append(m[2])
            self.mail.params.append(m[3])
        else:
            with self.sink.lock:
                self.sink.refused.append(m[2])

    def command(self, line):
        verb = line.split(' ')[0].upper()
        self.sink.commands.append(line)
        if verb in ('EHLO', 'HELO', 'LHLO'):
            self.lmtp = verb == 'LHLO'
            self.ehlo(line[5:], verb != 'HELO')
        elif verb == 'STARTTLS' and 'STARTTLS' in self.sink.offers:
            self.starttls()
        elif verb in ('MAIL', 'RCPT'):
            self.envelope(line)
        elif verb == 'DATA' and self.mail and self.mail.rcpts:
            if self.answer('data', '354 go on'):
                self.mail.data = self.until_dot()
                self.keep()
        elif verb == 'DATA':
            self.say('554 5.5.1 no recipients')
        elif verb == 'BDAT':
            self.chunk(line.split(' '))
        elif verb == 'RSET':
            self.mail = None
            self.say('250 2.0.0 ok')
        elif verb == 'NOOP':
            self.say('250 2.0.0 ok')
        elif verb == 'QUIT':
            self.say('221 2.0.0 bye')
            raise Closed()
        else:
            self.say('502 5.5.1 not here')

    def chunk(self, words):
        octets = self.octets(int(words[1]))
        if not self.mail or not self.mail.rcpts:
            self.say('503 5.5.1 no recipients')
            return
        if not self.mail.chunked:
            self.at('data')
            if self.sink.reply.get('data'):
                self.mail = None
                self.say(self.sink.reply['data'])
                return
        self.mail.data += octets
        self.mail.chunked = True
        if len(words) > 2:
            self.keep()
        else:
            self.say('250 2.0.0 more')

    def run(self):
        try:
            if self.answer('greeting', f'220 {self.sink.name} ESMTP'):
                while True:
                    self.command(self.line())
        except (Closed, OSError):
            pass
        finally:
            try:
                self.sock.close()
            except OSError:
                pass
            with self.sink.lock:
                self.sink.live.discard(self)


class Sink:
    def __init__(self, host, port, name='mx.example', offers=EVERYTHING, certificate=None):
        self.host, self.port, self.name = host, port, name
        self.offers, self.certificate = list(offers), certificate
        if certificate:
            self.offers.append('STARTTLS')
        self.reply, self.stall, self.close_at, self.break_tls, self.delay = {}, None, None, False, 0
        self.rcpt_most = 1000  # in a transaction, then 452
        self.tls_version = None  # the only one, of ssl.TLSVersion
        self.mails, self.refused, self.commands = [], [], []
        self.connections, self.live, self.most = 0, set(), 0
        self.lock = threading.Lock()
        self.start()

    def start(self):
        self.open = True
        self.listener = socket.socket(socket.AF_INET6 if ':' in self.host else socket.AF_INET)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((self.host, self.port))
        self.port = self.listener.getsockname()[1]
        self.listener.listen(512)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """The server is gone; what it has recorded stays."""
        self.open = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            live = list(self.live)
        for c in live:
            try:
                c.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                c = Connection(self, sock, self.connections)
                self.live.add(c)
                self.most = max(self.most, len(self.live))
            threading.Thread(target=c.run, daemon=True).start()

    def to(self, address, **having):
        """Mails for that address whose fields contain those words: to(x, Subject='held')."""
        with self.lock:
            found = [m for m in self.mails if address.lower() in [r.lower() for r in m.rcpts]]
        for name, word in having.items():
            found = [m for m in found if word in m.field(name.replace('_', '-'))]
        return found

    def clear(self):
        with self.lock:
            self.mails, self.refused, self.commands = [], [], []
