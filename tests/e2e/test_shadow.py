"""A list in shadow receives, archives and shows, and not one mail of it leaves: posts, digests, notices, answers and mail to
its owners; what would have left is counted, and stays here when the list sends again."""
import http.client
import time

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
DEV, LIVE = 'dev@lists.example', 'live@lists.example'
sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({'uni.example': {**MX, 'TXT': ['v=spf1 ip4:127.0.0.0/8 -all']}, 'lists.example': MX,
                  'mx.all.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=sink.port)
for address in (DEV, LIVE):
    p.cli('list', 'create', address, '--owner', 'olga@uni.example')
    p.cli('member', 'add', address, 'anna@uni.example', 'ben@uni.example', 'cora@uni.example', 'dora@uni.example')
    p.cli('list', 'set', address, 'autorespond_postings=respond_and_continue', 'autoresponse_postings_text=Moved', 'digest_size_threshold=1',
          'digest_send_periodic=no', 'admin_notify_mchanges=yes')
p.cli('member', 'set', DEV, 'dora@uni.example', 'delivery=mime')
p.cli('list', 'set', DEV, 'shadow=yes', 'regular_include_lists=live')
p.cli('member', 'add', LIVE, 'lena@uni.example')
p.start()


def get(path):
    c = http.client.HTTPConnection('127.0.0.1', p.web, timeout=60)
    c.request('GET', path, headers={'Host': 'www.lists.example'})
    return c.getresponse().read().decode()


def shadowed():
    """Copies of the list that would have left, as status says."""
    rows = [x for x in p.json('status') if x['what'].startswith('copies not sent')]
    return [(x['number'], x['note']) for x in rows]


def send(author, to, subject, text='words\r\n'):
    return p.deliver(author, to, message(author, to, subject, text))[0]


section('all that a list would send')
equal('a post', send('anna@uni.example', DEV, 'one', ('x' * 70 + '\r\n') * 20), 250)
with p.smtp() as s:
    s.ehlo()
    s.mail('anna@uni.example')
    equal('one whose author asks to be told', s.docmd(f'RCPT TO:<{DEV}> NOTIFY=SUCCESS')[0], 250)
    equal('it is taken', s.data(message('anna@uni.example', DEV, 'told', 'words\r\n'))[0], 250)
equal('one that waits for a moderator', send('zoe@uni.example', DEV, 'strange'), 250)
equal('who asks to join', send('nina@uni.example', 'dev-join@lists.example', 'join'), 250)
equal('who asks for help', send('ben@uni.example', 'dev-request@lists.example', 'help'), 250)
equal('mail to its owners', send('ben@uni.example', 'dev-owner@lists.example', 'question'), 250)
p.cli('member', 'add', '--welcome', DEV, 'will@uni.example')
equal('a post of a list that sends', send('anna@uni.example', LIVE, 'lively'), 250)
check('it leaves', eventually(lambda: sink.to('ben@uni.example', Subject='lively')), p.tail())
check('the archive has the shadow\'s post', eventually(lambda: 'one' in get('/lists/dev/')), p.tail())
check('and the page says how the list is', 'In shadow' in get('/lists/dev/') and 'In shadow' not in get('/lists/live/'))
check('what waits is there', eventually(lambda: [x['subject'] for x in p.json('held', 'ls', DEV)] == ['strange']), p.tail())
# anna gets an acknowledgement of the autoresponder, three read the post, dora its digest; olga hears of the held post, of
# who joined and what was written to her; zoe, nina, ben and will are answered.
WANTED = 16
check('each copy is counted', eventually(lambda: shadowed() and shadowed()[0][0] >= WANTED), (shadowed(), p.tail()))
time.sleep(1)  # whatever still is on its way
print('suite: shadow', shadowed())
equal('nobody on a list whose members it takes along', sink.to('lena@uni.example', Subject='one'), [])
equal('no report of it left', sink.to('anna@uni.example', Subject='Mail delivered'), [])
out = [(m.rcpts, m.field('Subject')) for m in sink.mails if 'dev@' in m.header or 'dev-' in m.header or 'dev-' in m.mail_from]
equal('not one mail of it left', out, [])
equal('nothing waits to leave', [x for x in p.json('queue', 'ls') if 'dev' in str(x)], [])
check('status names the list', DEV in shadowed()[0][1], shadowed())
check('and so does the trace of a member', 'shadowed' in p.cli('trace', 'cora@uni.example'), p.cli('trace', 'cora@uni.example'))

section('the switch')
p.cli('list', 'set', DEV, 'shadow=no')
equal('a post after it', send('anna@uni.example', DEV, 'two'), 250)
check('leaves', eventually(lambda: sink.to('cora@uni.example', Subject='two')), p.tail())
equal('those before it never do', [m.rcpts for m in sink.mails if m.field('Subject') == 'one'], [])
equal('status has no shadow left', shadowed(), [])
done()
