"""authenticate=challenge: a post in a member's name without proof goes out when that member says so, by a page or by mail."""
import re
import urllib.error
import urllib.parse
import urllib.request

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, ANNA, BEN, OLGA = 'dev@lists.example', 'anna@uni.example', 'ben@south.example', 'olga@south.example'
sink = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')]}
dns = NameServer({
    'uni.example': MX, 'south.example': {**MX, 'TXT': ['v=spf1 ip4:127.0.0.99 -all']}, 'lists.example': MX,
    'mx.all.example': {'A': ['127.0.0.10']},
})
p = Postern(dns=dns, mx_port=sink.port)
p.cli('list', 'create', LIST, '--owner', OLGA)
p.cli('list', 'set', LIST, 'authenticate=challenge')
p.cli('member', 'add', LIST, ANNA, BEN)
p.start()
BASE = f'http://127.0.0.1:{p.web}'


def asks(subject):
    """Anna's post comes without proof; the mail that asks her."""
    n = len(sink.to(ANNA, Subject='Did you write'))
    equal(f'{subject}: taken', p.deliver(ANNA, LIST, message(ANNA, LIST, subject))[0], 250)
    check(f'{subject}: she is asked', eventually(lambda: len(sink.to(ANNA, Subject='Did you write')) == n + 1), p.tail())
    check(f'{subject}: nobody has it', not sink.to(BEN, Subject=subject))
    return sink.to(ANNA, Subject='Did you write')[-1]


def page(path, data=None):
    request = urllib.request.Request(BASE + path, urllib.parse.urlencode(data).encode() if data is not None else None)
    try:
        with urllib.request.urlopen(request, timeout=60) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


section('by a page')
mail = asks('by page')
check('the mail is a program\'s, with an empty return path', mail.field('Auto-Submitted') == 'auto-generated' and mail.mail_from == '')
check('and has no word of what may be a stranger\'s', 'by page' not in mail.text() and 'Hello.' not in mail.text(), mail.text())
link = re.search(r'https://www\.lists\.example(/confirm/\S+)', mail.text())[1]
for _ in range(3):
    code, text = page(link)
    check('the page shows the post and one button', code == 200 and 'by page' in text and text.count('<button') >= 1, text[:1500])
check('looking does nothing', not sink.to(BEN, Subject='by page') and len(p.json('held', 'ls', LIST)) == 1)
csrf = re.search(r'name="?csrf"? value="?([^">\s]+)', text)
code, text = page(link, {'csrf': csrf[1]} if csrf else {})
check('pressing says so', code == 200 and 'on its way' in text, (code, text[:1500]))
check('the members have it', eventually(lambda: sink.to(BEN, Subject='by page')), p.tail())
equal('nothing waits', p.json('held', 'ls', LIST), [])
equal('the link is used up', page(link)[0], 410)
rows = p.trace(re.search(r'(?im)^Message-ID:\s*<(.*?)>', sink.to(BEN, Subject='by page')[0].header)[1])
check('trace says who let it pass', any('its author' in r['detail'] and ANNA in r['detail'] for r in rows), rows)

section('by mail')
mail = asks('by mail')
where = mail.field('From')
address = re.search(r'[\w.+-]+@lists\.example', where)[0]
check('an answer goes to an address with the token', re.fullmatch(r'dev-confirm\+\w+@lists\.example', address), where)
p.deliver(ANNA, address, message(ANNA, address, 'I am away', Auto_Submitted='auto-replied'))
equal('somebody else\'s server answers, too', p.deliver(ANNA, address, message(ANNA, address, 'Re: ' + mail.field('Subject')))[0], 250)
check('the members have it', eventually(lambda: sink.to(BEN, Subject='by mail')), p.tail())

section('whom nobody asks')
n = len(sink.mails)
equal('SPF says fail: taken', p.deliver(BEN, LIST, message(BEN, LIST, 'forged'))[0], 250)
check('and held for a moderator', p.event('post-held', rule='proof', author=BEN) and eventually(lambda: sink.to(OLGA, Subject='Held')), p.tail())
check('Ben hears nothing', not sink.to(BEN, Subject='Did you write'))
asks('third')
equal('a fourth of a day: taken', p.deliver(ANNA, LIST, message(ANNA, LIST, 'fourth'))[0], 250)
check('the moderator hears of it', eventually(lambda: sink.to(OLGA, Subject='fourth')), p.tail())
equal('she is asked three times a day', len(sink.to(ANNA, Subject='Did you write')), 3)
check('of those she is asked about the moderator heard nothing', not [m for m in sink.to(OLGA) if 'third' in m.field('Subject')])

section('nobody answers')
p.cli('tick', '--at', '+4d')
check('then the moderator hears of it', eventually(lambda: sink.to(OLGA, Subject='third')), p.tail())

equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
