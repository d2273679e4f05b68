"""A post that came by mail, waited for a moderator, was sent, digested and answered by programs is removed for good: afterwards
no octet of its author's words is in the data folder, in whatever form, also when the server is killed in the middle of it."""
import base64
import http.client
import os
import random
import re
import threading
import time
from email.utils import formatdate

from browser import Browser
from harness import Postern, check, done, equal, eventually, free_port, limit, section
from leftovers import Leftovers
from mailing import message

limit(900)
SEED = int(os.environ.get('POSTERN_SEED', time.time()))
random.seed(SEED)
print(f'seed: POSTERN_SEED={SEED}', flush=True)
LIST, OWNER, ANNA, ZOE = 'dev@lists.example', 'owner@uni.example', 'anna@uni.example', 'zoe@far.example'
p = Postern(admin='admin@lists.example', send__relay='outbox')
p.cli('list', 'create', LIST, '--owner', OWNER)
p.cli('list', 'set', LIST, 'archive_policy=public', 'digests_enabled=yes', 'attachment_link_size=1', 'authenticate=any', 'require_explicit_destination=no',
      'autorespond_postings=respond_and_continue', 'autoresponse_postings_text=Thank you.', 'posts_per_hour=0', 'digest_send_periodic=no', 'digest_size_threshold=0')
p.cli('member', 'add', LIST, ANNA, 'ben@uni.example', 'cleo@uni.example')
p.cli('member', 'set', LIST, 'ben@uni.example', 'delivery=mime')
p.cli('member', 'set', LIST, 'cleo@uni.example', 'delivery=plain')
p.cli('user', 'add', OWNER)
WORDS = ['Subjectaubergine', 'Bodycourgette', 'Codedpastinake', 'filerutabaga', 'Insidekohlrabi', 'Nameschwarzwurzel']
COMMON = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore. '


def filler(n):
    return (f'From x Thu Jan  1 00:00:00 2026\nFrom: P{n % 7} <p{n % 7}@far.example>\nTo: {LIST}\nSubject: Filler {n}\nMessage-ID: <f{n}@far.example>\n'
            f'Date: {formatdate(1_750_000_000 + 60 * n)}\n\n{COMMON * 3}{n * 7919} Victim{n}victim Zz{n}unique\n')


def letter(tag=''):
    """A post with each of the words once, and a file large enough to become a link. The tag stands within them, as the end of a
    word is not looked for in base64."""
    words = [w[:5] + tag + w[5:] for w in WORDS]
    file = (words[4] + ' ' + 'x' * 70 + '\r\n') * 40
    body = (f'--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease see {words[1]} here.\r\n{COMMON}\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n'
            f'Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(words[2].encode()).decode()}\r\n--b\r\nContent-Type: application/octet-stream\r\n'
            f'Content-Disposition: attachment; filename="{words[3]}.txt"\r\n\r\n{file}--b--\r\n')
    return message(f'{words[5]} <{ZOE}>', LIST, words[0], body, mid=f'<m{tag or 0}@far.example>', MIME_Version='1.0', Content_Type='multipart/mixed; boundary=b'), words


with open(f'{p.dir}/box', 'w') as f:
    f.write('\n'.join(filler(n) for n in range(1, 400)))
p.cli('archive', 'import', LIST, f'{p.dir}/box')
p.start()
left = Leftovers(p.data)
owner, guest = Browser(p, network='192.0.2.1').enter(OWNER), Browser(p, network='192.0.2.2')


def numbers(subject):
    """Of the posts with that subject."""
    return [t['number'] for t in guest.json('/lists/dev.json')['threads']['rows'] if t['subject'] == subject]


def arrive(tag, quiet=True):
    """The letter comes, is held, accepted and sent; its number and words."""
    octets, words = letter(tag)
    equal(f'{tag}: taken', p.deliver(ZOE, LIST, octets)[0], 250)
    waiting = eventually(lambda: [h['id'] for h in p.json('held', 'ls', LIST)])
    p.cli('held', 'accept', str(waiting[0]))
    number = eventually(lambda: numbers(words[0]))
    check(f'{tag}: it stands in the archive', number and (not quiet or p.quiet()))
    return number[0], words


def purge(number):
    token = owner.csrf(f'/lists/dev/{number}/redact')
    return owner.post(f'/lists/dev/{number}/redact', _follow=False, csrf=token, do='purge', typed=str(number), reason='a court says so')


def clean(number, seconds=60):
    return eventually(lambda: [h['clean'] for h in p.json('archive', 'history', LIST, str(number))][-1:] == ['yes'], seconds, 0.2)


def suppress(what, *words):
    """A server that is killed answers nobody."""
    try:
        what(*words)
    except (OSError, http.client.HTTPException, AssertionError, StopIteration):
        pass


section('before')
number, words = arrive('one')
p.cli('post', LIST, input=f'From: Anna <{ANNA}>\nTo: {LIST}\nSubject: Another\nMessage-ID: <another@uni.example>\n\nOf another.\n')
check('another stands beside it', eventually(lambda: numbers('Another')))
p.cli('list', 'digest', LIST, '--now')
check('a digest of it is gone', p.quiet())
held = left.find(words)
print(f'figure: before, {len(held)} places hold it: {sorted({w for w, _ in held})}', flush=True)
check('each of its words is found', {w for _, w in held} == set(words), held)
check('as a term of the index, too', {w for where, w in held if where == 'a term'} >= {words[0], words[1]}, held)
check('and in a frame', any('frame' in where for where, _ in held) and any('unpacked' in where for where, _ in held), held)

section('after')
purge(number)
check('the files are clean within a minute', clean(number), p.json('archive', 'history', LIST, str(number)))
equal('no word is anywhere', sorted(left.find(words)), [])
equal('nor in the log', [w for w in words if w.lower() in p.log().lower()], [])
check('who decided is told still', re.search(r'held 1\b', owner.get('/lists/dev/admin/log').text()), owner.text())

section('one that was hidden, one that lost a part')
number, words = arrive('two')
token = owner.csrf(f'/lists/dev/{number}/redact')
owner.post(f'/lists/dev/{number}/redact', csrf=token, do='hide', reason='later')
check('hidden, it is kept', {w for _, w in left.find(words)} == set(words))
purge(number)
check('clean', clean(number))
equal('gone, also from where it was hidden', sorted(left.find(words)), [])
number, words = arrive('three')
p.cli('archive', 'redact', LIST, str(number), '--file', '1')
check('clean', clean(number))
equal('the file that went is nowhere, what stays is', {w for _, w in left.find(words)}, set(words) - {words[3], words[4]})

section('an address in whatever dress')
GUS = 'guszeppelin@rotkohl.example'
DRESSES = {
    'plain': f'ask {GUS}.', 'patch': f'--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-{GUS}\n+{GUS}\n', 'emphasis': f'_{GUS}_ and \u201c{GUS}\u201d',
    'link': 'https://x.example/?to=guszeppelin%40rotkohl.example', 'bounces': '<dev-bounces+guszeppelin=rotkohl.example@lists.example>',
    'forwarder': 'SRS0=a=b=rotkohl.example=guszeppelin@fwd.example', 'said': 'guszeppelin at rotkohl.example, guszeppelin [at] rotkohl [dot] example', 'entity': 'guszeppelin&#64;rotkohl.example',
}
TYPED = {
    'tags': ('text/html', '8bit', '<p><b>guszeppelin</b>@rotkohl<wbr>.example <a href="mailto:guszeppelin&#64;rotkohl.example">g</a></p>'),
    'soft': ('text/plain; charset=utf-8', '8bit', 'gus\u00adzeppelin@rot\u00adkohl.example'),
    'quoted': ('text/plain', 'quoted-printable', 'guszeppelin=40rot=\nkohl.example'),
    'base64': ('text/plain', 'base64', base64.b64encode(f'+{GUS}'.encode()).decode()),
    'within': ('message/rfc822', '7bit', f'From: G <{GUS}>\nSubject: =?utf-8?b?{base64.b64encode(GUS.encode()).decode()}?=\n\nby _{GUS}_'),
    'file': ('multipart/mixed; boundary=b', '8bit', f'--b\nContent-Type: application/json; name="=?utf-8?q?guszeppelin=40rotkohl.example?="\nContent-Transfer-Encoding: base64\n\n'
             f'{base64.b64encode(GUS.encode()).decode()}\n--b--'),
    'header': (f'text/plain\nReturn-Path: <dev-bounces+guszeppelin=rotkohl.example@lists.example>\nReceived: from x by y for <{GUS}>; {formatdate(1_760_000_000)}', '8bit', 'nothing'),
}
cases = [(name, 'text/plain; charset=utf-8', '8bit', text) for name, text in DRESSES.items()] + [(name, *rest) for name, rest in TYPED.items()]
with open(f'{p.dir}/box', 'w', encoding='utf-8') as f:
    for n, (name, type_, encoding, text) in enumerate(cases):
        f.write(f'From x Thu Jan  1 00:00:00 2026\nFrom: Ben <ben@uni.example>\nTo: {LIST}\nSubject: Dress {name}\nMessage-ID: <d{n}@far.example>\nDate: {formatdate(1_760_000_000 + 60 * n)}\n'
                f'MIME-Version: 1.0\nContent-Type: {type_}\nContent-Transfer-Encoding: {encoding}\n\n{text}\n\n')
p.cli('archive', 'import', LIST, f'{p.dir}/box')
check('a hidden one', p.deliver('ben@uni.example', LIST, message('Ben <ben@uni.example>', LIST, 'Dress hidden', f'-{GUS}\r\n', mid='<dh@uni.example>', Authentication_Results='x'))[0] == 250)
number = eventually(lambda: numbers('Dress hidden') or [p.cli('held', 'accept', str(h['id'])) for h in p.json('held', 'ls', LIST)] and None)[0]
check('sent', p.quiet())
p.cli('archive', 'hide', LIST, str(number))
HIS = ['guszeppelin', 'rotkohl', 'zeppelin@rot']
check('before, it is there', {w for _, w in left.find(HIS)} == set(HIS))
asked = eventually(lambda: [r for r in [p.run('archive', 'redact', LIST, '--address', GUS)] if not r.returncode], 20)  # files that are being read come first
said = asked[0].stdout if asked else ''
equal('it is taken out of each', re.findall(r'\d+', said)[:1], [str(len(cases) + 1)])
check('the files are clean', clean(numbers('Dress plain')[0]) and eventually(lambda: not left.find(HIS), 60, 0.5), left.find(HIS))
for name, *_ in cases:
    owner.get(f'/lists/dev/{numbers("Dress " + name)[0]}')
    check(f'{name}: the page of an owner has nothing of it', not re.search(r'zeppelin|rotkohl', owner.page), owner.page)
check('what surrounds it stays', 'dev-bounces+hidden=hidden.invalid@lists.example' in owner.get(f'/lists/dev/{numbers("Dress bounces")[0]}/raw').page)

section('killed in the middle')
ends = []
for i in range(6):
    number, words = arrive(f'kill{i}')
    ask = threading.Thread(target=lambda: suppress(purge, number))
    ask.start()
    time.sleep(random.uniform(0.005, 0.15))
    p.kill()
    ask.join()
    before = p.json('archive', 'history', LIST, str(number))
    p.start()
    eventually(lambda: p.status('orders of pages waiting') == 0 and guest.get(f'/lists/dev/{number}').status in (200, 410))
    gone = bool(p.json('archive', 'history', LIST, str(number)))
    check('and its page says so', eventually(lambda: guest.get(f'/lists/dev/{number}').status == (410 if gone else 200)))
    ends.append('whole' if not gone else 'ordered' if not before else 'begun' if before[-1]['clean'] != 'yes' else 'over')
    if gone:
        check(f'{ends[-1]} when it was killed: goes on to its end', clean(number))
    equal(f'{ends[-1]} when it was killed: the words', {w for _, w in left.find(words)}, set() if gone else set(words))
print(f'figure: where the kills came: {ends}', flush=True)
p.cli('archive', 'verify', LIST)

section('a copy that waits')
p.stop()
p.configure(send__relay=f'127.0.0.1:{free_port()}')
p.start()
number, words = arrive('late', quiet=False)
purge(number)
check('the archive has it no more', eventually(lambda: guest.get(f'/lists/dev/{number}').status == 410))
check('then only the queue holds it', eventually(lambda: {where.split('.')[0].split('/')[0] for where, _ in left.find(words)} == {'outbound'}, 60, 0.5),
      sorted(left.find(words)))
check('and that is not called clean', not clean(number, 1))
for message_ in p.json('queue', 'ls'):
    p.cli('queue', 'rm', message_['destination'])
p.stop()
p.start()
check('when nothing waits any more it is clean', clean(number))
equal('and nowhere', sorted(left.find(words)), [])
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
