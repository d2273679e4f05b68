"""Every post of the real list, and each thread and month of it, asked for over HTTP: a page of
well-formed HTML that tells what the message said, in its own letters, and weighs less than 60 KB."""
import concurrent.futures
import email
import gzip
import html
import http.client
import lzma
import os
import re
import time

from harness import Postern, check, done, equal, eventually, limit, section, skip

limit(900)
DATA = os.environ.get('POSTERN_DATA_SHARED', os.path.join(os.path.dirname(__file__), '../../../shared/data'))
PACKED = os.path.join(DATA, 'lists/linux-mips-10k.mbox.xz')
HERE, MOST = '/lists/linux-mips', 60_000
VOID = {'meta', 'link', 'br', 'hr', 'input', 'img', 'wbr'}
TAG = re.compile(r'<(?:(?P<end>/)(?P<ended>[a-z][a-z0-9]*)>|(?P<name>[a-z][a-z0-9]*)(?: [a-z][a-zA-Z0-9-]*(?:="[^"<]*")?)*(?P<alone>/?)>|!DOCTYPE html>)')
BARE = re.compile(r'&(?!(?:amp|lt|gt|quot|#\d+|#x[0-9a-f]+);)')


def malformed(page):
    """What an XML reader would object to but for void elements: nothing is left to a parser's repair."""
    stack, at = [], 0
    while (less := page.find('<', at)) >= 0:
        m = TAG.match(page, less)
        if not m:
            return f'no tag: {page[less:less + 80]!r}'
        at = m.end()
        if m['end']:
            if not stack or stack.pop() != m['ended']:
                return f'{m[0]} closes nothing: {page[less - 80:at]!r}'
        elif m['alone']:
            if 'svg' not in stack:
                return f'HTML knows no {m[0]}'
        elif m['name'] and m['name'] not in VOID:
            stack.append(m['name'])
    bare = BARE.search(page)
    return f'left open: {stack}' if stack else f'a bare &: {page[bare.start():][:40]!r}' if bare else None


def shown(page):
    """What a reader sees of the article, as words."""
    inside = page[page.find('<article'):page.rfind('</article>')]
    return html.unescape(re.sub(r'<[^>]*>', '', inside))


def words_of(message):
    """Three long words of a text that is nothing but ASCII as it stands; none of any other message."""
    head, _, body = message.partition(b'\n\n')
    if re.search(rb'(?im)^Content-Type:\s*(multipart|message|text/html)|^Content-Transfer-Encoding:\s*(base64|quoted)', head) or not body.isascii():
        return []
    words = re.findall(rb'(?m)^[A-Za-z][a-z ,]*?\b([a-z]{7,20})\b', body)
    return [words[i].decode() for i in {0, len(words) // 2, len(words) - 1}] if words else []


def lost_before(message):
    """Characters that its sender has lost: octets that are no text by the charset that they come under, and control characters."""
    lost = len(re.findall(b'\xef\xbf\xbd|\xc2[\x80-\x9f]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]', message))
    for part in email.message_from_bytes(message).walk():
        if part.get_content_maintype() == 'text':
            try:
                lost += part.get_payload(decode=True).decode(part.get_content_charset('utf-8'), 'replace').count('\ufffd')
            except LookupError:
                pass
    return lost


class Reader:
    """One kept connection."""

    def __init__(self, port):
        self.c = http.client.HTTPConnection('127.0.0.1', port, timeout=60)

    def get(self, path):
        """Status, weight on the wire, page."""
        self.c.request('GET', path, headers={'Accept-Encoding': 'gzip', 'User-Agent': 'test'})
        r = self.c.getresponse()
        raw = r.read()
        return r.status, len(raw), (gzip.decompress(raw) if r.headers['Content-Encoding'] == 'gzip' else raw).decode('utf-8', 'strict')


def look(reader, path, faults, view=None):
    """The page there, and what is wrong with it."""
    status, weight, page = reader.get(path)
    if status != 200:
        faults.append((path, status))
    elif weight > MOST:
        faults.append((path, f'{weight} octets'))
    elif wrong := malformed(page):
        faults.append((path, wrong))
    return page


def read_posts(port, posts):
    """A process of its own: what is wrong with those posts, and the threads that they are of."""
    reader, faults, threads = Reader(port), [], set()
    for number, message in posts:
        page = look(reader, f'{HERE}/{number}', faults)
        threads.update(re.findall(rf'href="({HERE}/t/\d+)', page))
        text = shown(page)
        lost = text.count('\ufffd')
        if lost and lost > lost_before(message):
            faults.append((number, f'{lost} characters that cannot be shown'))
        missing = [w for w in words_of(message) if w not in text]
        if missing:
            faults.append((number, f'does not say {missing}'))
    return faults, threads, len(posts)


def read_on(port, paths):
    """A process of its own: what is wrong with those pages and with those that go on where they end."""
    reader, faults, pages = Reader(port), [], 0
    for path in paths:
        while path:
            page = look(reader, path, faults)
            more = re.search(rf'href="({path.split("?")[0]}\?[^"]*)"[^>]* rel="next(?: nofollow)?"', page)
            path, pages = more and html.unescape(more[1]), pages + 1
    return faults, pages


def halves(things):
    return [things[i::2] for i in range(2)]


if __name__ == '__main__':
    if not os.path.exists(PACKED):
        skip(f'no {PACKED}')
    p = Postern(admin='admin@lists.example', send__relay='outbox')
    p.cli('list', 'create', 'linux-mips@lists.example')
    with lzma.open(PACKED) as f:
        mbox = f.read()
    with open(p.dir + '/real.mbox', 'wb') as f:
        f.write(mbox)
    p.cli('archive', 'import', 'linux-mips@lists.example', p.dir + '/real.mbox')
    messages = re.split(rb'(?m)^From .*\n', mbox)[1:]
    p.start()
    check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
    equal('as many messages as posts', (len(messages), Reader(p.web).get(HERE + '.json')[2].count('"posts":10000')), (10000, 1))
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        section('posts')
        began = time.monotonic()
        threads = set()
        for faults, some, count in pool.map(read_posts, [p.web] * 2, halves(list(enumerate(messages, 1)))):
            equal(f'{count} posts', faults, [])
            threads |= some
        print(f'figure: {len(messages)} posts read in {time.monotonic() - began:.1f} s', flush=True)
        section('threads, months')
        reader = Reader(p.web)
        months = re.findall(rf'href="({HERE}/by/\d+/\d+/)"', reader.get(f'{HERE}/by/')[2])
        paths = sorted(threads) + months + [m + '?view=flat' for m in months] + [f'{HERE}/', f'{HERE}/by/', f'{HERE}/by/2016/', '/lists/']
        for faults, pages in pool.map(read_on, [p.web] * 2, halves(paths)):
            equal(f'{pages} pages', faults, [])
        print(f'figure: {len(threads)} threads, {len(months)} months in {time.monotonic() - began:.1f} s', flush=True)
    equal('no fault in the log', [e for e in p.events() if e.get('level') == 'error'], [])
    done()
