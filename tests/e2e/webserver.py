"""A web server with TLS for one host name, or in clear (None), which records what it is asked:

    web = WebServer('127.0.0.60', port, ca.certify('mta-sts.uni.example'))
    web.pages['/.well-known/mta-sts.txt'] = (200, 'text/plain', 'version: STSv1\\n...')
    web.stop(); web.start()
    web.posts                              # [(path, content type, octets)]
    web.gets                               # [(path, Host)]
    web.logins                             # [(path, Authorization)] of those that had one

Other servers answer and serve as it does: Answerer, Server, serve()."""
import http.server
import ssl
import threading
import time


class Answerer(http.server.BaseHTTPRequestHandler):
    def answer(self, status, kind, body):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        if 300 <= status < 400:
            self.send_header('Location', body.decode())
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Handler(Answerer):
    timeout = 20

    def do_GET(self):
        web = self.server.web
        web.gets.append((self.path, self.headers['Host']))
        if self.headers['Authorization']:
            web.logins.append((self.path, self.headers['Authorization']))
        if web.delay:
            time.sleep(web.delay)
        self.answer(*web.pages.get(self.path, (404, 'text/plain', 'no such page')))

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.web.posts.append((self.path, self.headers['Content-Type'], body))
        self.answer(self.server.web.post_status, 'text/plain', 'thanks')


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):  # who hangs up, also on a slow or endless answer, is part of the test
        pass


def serve(server, certificate):
    """In a thread; certificate: its file and its key's, or None."""
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()


class WebServer:
    def __init__(self, host, port, certificate):
        self.host, self.port, self.certificate = host, port, certificate
        self.pages, self.gets, self.logins, self.posts, self.post_status, self.delay = {}, [], [], [], 201, 0
        self.start()

    def start(self):
        self.server = Server((self.host, self.port), Handler)
        self.port = self.server.server_address[1]
        self.server.web = self
        serve(self.server, self.certificate)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
