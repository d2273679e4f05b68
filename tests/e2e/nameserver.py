"""A name server on 127.0.0.1 that answers from a dict:

    dns = NameServer({'uni.example': {'MX': [(10, 'mx.uni.example')]}, 'mx.uni.example': {'A': ['127.0.0.9']}})

A name's value may be 'SERVFAIL' or 'DROP' instead. dns.zone may be changed at any
time; dns.stop() and dns.start() make the server vanish and come back."""
import ipaddress
import socket
import struct
import threading
import time

TYPES = {1: 'A', 2: 'NS', 5: 'CNAME', 6: 'SOA', 12: 'PTR', 15: 'MX', 16: 'TXT', 28: 'AAAA', 52: 'TLSA'}
NUMBERS = {name: number for number, name in TYPES.items()}
NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3


def wire_name(name):
    labels = [x.encode() for x in name.rstrip('.').split('.') if x]
    return b''.join(bytes([len(x)]) + x for x in labels) + b'\0'


def wire_data(kind, value):
    if kind in ('A', 'AAAA'):
        return ipaddress.ip_address(value).packed
    if kind == 'MX':
        return struct.pack('!H', value[0]) + wire_name(value[1])
    if kind == 'TXT':
        text = value.encode()
        parts = [text[i:i + 255] for i in range(0, len(text), 255)] or [b'']
        return b''.join(bytes([len(x)]) + x for x in parts)
    return wire_name(value)


class NameServer:
    def __init__(self, zone, ttl=1):
        self.zone = zone
        self.ttl = ttl
        self.queries = []
        self.port = 0
        self.start()

    def start(self):
        for _ in range(100):  # the same port for both; while it was stopped a resolver may have sent from it
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.tcp = socket.socket()
            self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                self.udp.bind(('127.0.0.1', self.port))
                self.tcp.bind(('127.0.0.1', self.udp.getsockname()[1]))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
                time.sleep(0.1)
        self.port = self.udp.getsockname()[1]
        self.address = f'127.0.0.1:{self.port}'
        self.tcp.listen(64)
        threading.Thread(target=self._serve_udp, args=(self.udp,), daemon=True).start()
        threading.Thread(target=self._serve_tcp, args=(self.tcp,), daemon=True).start()

    def stop(self):
        gone, self.udp = (self.udp, self.tcp), None
        for s in gone:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _serve_udp(self, s):
        while True:
            try:
                query, peer = s.recvfrom(4096)
                answer, end = self._answer(query)
                if answer and len(answer) > 1200:  # cut: come again by TCP
                    answer = answer[:2] + bytes([answer[2] | 2]) + answer[3:6] + bytes(6) + query[12:end]
                if answer:
                    s.sendto(answer, peer)
            except (OSError, IndexError, struct.error):
                if self.udp is not s:
                    return

    def _serve_tcp(self, s):
        while True:
            try:
                c, _ = s.accept()
            except OSError:
                return
            with c:
                try:
                    c.settimeout(5)
                    n = struct.unpack('!H', c.recv(2, socket.MSG_WAITALL))[0]
                    answer, _ = self._answer(c.recv(n, socket.MSG_WAITALL))
                    if answer:
                        c.sendall(struct.pack('!H', len(answer)) + answer)
                except (OSError, IndexError, struct.error):
                    pass

    def _records(self, name, kind):
        """Follows aliases: (records, what the last name's entry is)."""
        out = []
        for _ in range(8):
            entry = self.zone.get(name)
            if not isinstance(entry, dict):
                return out, entry
            for value in entry.get(kind, []):
                out.append((name, kind, value))
            if kind == 'CNAME' or 'CNAME' not in entry:
                return out, entry
            target = entry['CNAME'][0].rstrip('.').lower()
            out.append((name, 'CNAME', target))
            name = target
        return out, {}

    def _answer(self, query):
        """The answer, or none; and where the query's question ends."""
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode('latin-1').lower())
            at += 1 + query[at]
        end = at + 5
        name, kind = '.'.join(labels), TYPES.get(struct.unpack('!H', query[at + 1:at + 3])[0], '?')
        self.queries.append((name, kind))
        records, entry = self._records(name, kind)
        if entry == 'DROP':
            return None, end
        code = NOERROR
        if entry == 'SERVFAIL':
            code, records = SERVFAIL, []
        elif entry is None and not any(x.endswith('.' + name) for x in list(self.zone)):  # a test may be adding to it
            code = NXDOMAIN
        head = query[:2] + struct.pack('!HHHHH', 0x8480 | (query[2] & 1) << 8 | code, 1, len(records), 0, 0)
        body = query[12:end]
        for owner, type_name, value in records:
            data = wire_data(type_name, value)
            body += wire_name(owner) + struct.pack('!HHIH', NUMBERS[type_name], 1, self.ttl, len(data)) + data
        return head + body, end
