"""Posts that wait for a moderator: two at once, a claim, setting aside, answers of the list, trust and ban, fifty in one
order, by page, link, answer and command; who decided what; what time ends; and a forged answer, which does nothing."""
import re
import sqlite3
import threading
import time

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
LIST, QUEUE, DAY = 'dev@lists.example', '/lists/dev/admin/held', 86400
OLGA, MAX, ANNA, BEN = 'olga@uni.example', 'max@uni.example', 'anna@uni.example', 'ben@uni.example'
FORGED_FROM = '127.0.0.66'
world = Sink('127.0.0.10', 0, 'mx.all.example')
MX = {'MX': [(10, 'mx.all.example')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']}
dns = NameServer({'uni.example': MX, 'far.example': MX, 'lists.example': {'MX': MX['MX']}, 'mx.all.example': {'A': ['127.0.0.10']}})
p = Postern(dns=dns, mx_port=world.port, clock=True, smtp__messages_per_hour=0, smtp__messages_per_hour_all=0,
            smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0)
p.cli('list', 'create', LIST, '--owner', OLGA)
p.cli('role', 'add', LIST, 'moderator', MAX)
p.cli('member', 'add', LIST, ANNA, BEN)
p.cli('list', 'set', LIST, 'rejection_answers=Please write in plain words.\nAsk the group that makes <the> detector.', 'posts_per_hour=0')
for address in (OLGA, MAX):
    p.cli('user', 'add', address)
p.start()
networks = iter(range(1, 200))


def person(address):
    b = Browser(p, network=f'192.0.2.{next(networks)}').enter(address)
    check(f'{address} is signed in', b.path.startswith('/account'), (b.path, b.text()))
    return b


def waiting():
    return {h['subject']: h for h in p.json('held', 'ls', LIST)}


def held(subject, sender='zoe@far.example', body='Please.\r\n', source=None, to=LIST, **fields):
    """A post that waits; its number."""
    equal(f'{subject}: taken', p.deliver(sender, LIST, message(f'Zoe <{sender}>', to, subject, body, **fields), source=source)[0], 250)
    return eventually(lambda: waiting().get(subject))['id']


def mail(to, subject):
    found = eventually(lambda: world.to(to, Subject=subject))
    check(f'{to} has "{subject}"', found, p.tail(8))
    return found[-1]


def handled(subject):
    return next((d for d in olga.json('/lists/dev/admin/handled.json')['rows'] if d['subject'] == subject), None)


def audits(what):
    """How many rows of the audit say so."""
    book = sqlite3.connect(f'file:{p.data}/lists/lists.db?mode=ro', uri=True, timeout=60)
    n = book.execute('SELECT count(*) FROM audit WHERE what = ?', (what,)).fetchone()[0]
    book.close()
    return n


def answer(to, subject, text, source=None, sender=None):
    """An answer to the mail about a held post."""
    about = eventually(lambda: [m for m in world.to(to, Subject=f'Held: {subject}') if 'dev-confirm+' in m.header])[0]
    address = re.search(r'dev-confirm\+[a-z2-7]+@lists\.example', about.header)[0]
    return p.deliver(sender or to, address, message(sender or to, address, 'Re: ' + about.field('Subject'), text), source=source)


olga, max_ = person(OLGA), person(MAX)

section('two moderators, and a claim')
one = held('one', body='Look <script>alert(1)</script><img src=https://far.example/x>\r\n')
max_.get(QUEUE)
check('the reason and what is known of the author', 'not a member' in max_.text() and 'Proven' in max_.text() and 'DMARC' in max_.text(), max_.text())
check('a preview that runs nothing and fetches nothing', '&lt;script&gt;' in max_.page and '<img' not in max_.page, max_.page)
for path in (QUEUE, '/lists/dev/admin/handled', QUEUE + f'?do=accept&id={one}'):
    max_.get(path)
    olga.ask('HEAD', path)
check('no look changes anything', list(waiting()) == ['one'] and not waiting()['one']['state'])
max_.get(QUEUE).submit(f'Decide about post {one}', 'claim')
check('said to who claims', 'that you look at: 1' in max_.text() and 'by you' in max_.text(), max_.text())
olga.get(QUEUE)
check('shown to the other', f'by {MAX}' in olga.text() and waiting()['one']['state'] == f'looked at by {MAX}', olga.text())
olga.submit(f'Decide about post {one}', 'claim')
check('who does not get it too', f'{MAX} looks at post' in olga.text(), olga.text())
olga.get(QUEUE).submit('over', None, of='list', do='discard')
check('all leaves it out', 'left out' in olga.text() and 'one' in waiting(), olga.text())
p.set_clock(1801)
check('after half an hour it is nobody\'s', not waiting()['one']['state'])
olga.get(QUEUE).submit(f'Decide about post {one}', 'claim')
check('and may be the other\'s', waiting()['one']['state'] == f'looked at by {OLGA}')
olga.submit(f'Decide about post {one}', 'release')
equal('given back', waiting()['one']['state'], '')
pages = [person(OLGA).get(QUEUE), person(MAX).get(QUEUE)]
threads = [threading.Thread(target=b.submit, args=(f'Decide about post {one}', word)) for b, word in zip(pages, ('accept', 'discard'))]
for t in threads:
    t.start()
for t in threads:
    t.join()
said = ' '.join(b.text() for b in pages)
check('of two at once one decides, and the other hears who', 'Decided: 1' in said and ' already' in said, said)
equal('in one row', audits('post accepted') + audits('post discarded'), 1)
check('members have it if it was accepted', eventually(lambda: bool(world.to(ANNA, Subject='one')) == (audits('post accepted') == 1)), said)

section('later, with a note')
two = held('two')
max_.get(QUEUE).submit(f'Decide about post {two}', 'defer', note='wait for <figures>')
check('set aside', 'Set aside: 1' in max_.text() and waiting()['two']['state'] == f'set aside by {MAX}: wait for <figures>', max_.text())
three = held('three')
olga.get(QUEUE)
check('behind what came later, with the note', 0 < olga.page.index(f'id="p{three}"') < olga.page.index(f'id="p{two}"') and 'wait for &lt;figures&gt;' in olga.page)

section('answers of the list')
check('in the form', '<option value="Ask the group that makes &lt;the&gt; detector.">' in olga.page, olga.page)
olga.submit(f'Decide about post {two}', 'reject', answer='Please write in plain words.', reason='And shorter.')
told = mail('zoe@far.example', 'was not accepted').text()
check('with own words behind', 'Please write in plain words.' in told and 'And shorter.' in told, told)
row = handled('two')
check('the page of what was handled says so', row['by'] == OLGA and row['via'] == 'page' and row['verdict'] == 'rejected' and 'plain words' in row['note'], row)
check('and reads so', all(w in olga.get('/lists/dev/admin/handled').text() for w in ('two', 'rejected', OLGA, '(page)')), olga.text())
equal('the owner changes them', (olga.get('/lists/dev/admin/settings').submit('Settings of dev', None, rejection_answers='Off topic.').status,
                                p.cli('list', 'get', LIST, 'rejection_answers').strip()), (200, 'Off topic.'))

section('by answer')
answer(MAX, 'three', 'Reject 1\r\n\r\n> A post waits\r\n')
told = eventually(lambda: [m for m in world.to('zoe@far.example', Subject='was not accepted') if 'Off topic.' in m.text()])
row = eventually(lambda: handled('three'))
check('reject 1 is the first answer', told and row['via'] == 'mail' and row['by'] == MAX, p.tail(8))
held('four')
answer(MAX, 'four', 'What is this?\r\n')
check('no word: the words', eventually(lambda: [m for m in world.to(MAX, Subject='Re: ') if 'choose one of accept, trust' in m.text()]), p.tail(8))
answer(MAX, 'four', '\r\n\r\n> A post waits\r\n')
check('nothing said decides nothing', eventually(lambda: len([m for m in world.to(MAX, Subject='Re: ') if 'choose one of' in m.text()]) == 2) and 'four' in waiting())
answer(MAX, 'four', 'claim\r\n')
check('claimed by mail', eventually(lambda: waiting()['four']['state'] == f'looked at by {MAX}'), p.tail(8))
answer(MAX, 'four', 'Defer: Anna knows more\r\nabout this.\r\n\r\nMax\r\n')
check('set aside by mail, the token still good', eventually(lambda: waiting()['four']['state'] == f'set aside by {MAX}: Anna knows more about this.'), waiting())
address = 'dev-confirm+' + 'a' * 20 + '@lists.example'
p.deliver(MAX, address, message(MAX, address, 'Re: Held: four', 'accept\r\n'))
check('a token that was guessed does nothing', eventually(lambda: [m for m in world.to(MAX, Subject='Re: ') if 'never one of ours' in m.text()]) and 'four' in waiting(), p.tail(8))
p.deliver(MAX, 'dev-request@lists.example', message(MAX, 'dev-request@lists.example', 'Re: Held: four', f'accept {waiting()["four"]["id"]}\r\n'), source=FORGED_FROM)
p.deliver(MAX, LIST, message(MAX, LIST, 'Re: Held: four', 'accept\r\n', Approved='accept'), source=FORGED_FROM)
check('nor does a name that was forged', eventually(lambda: 'Re: Held: four' in waiting()) and 'four' in waiting())
p.cli('held', 'discard', str(waiting()['Re: Held: four']['id']))
about = world.to(OLGA, Subject='Held: four')[0]  # which she has not answered
token_of_olga = re.search(r'/confirm/([a-z2-7]+)', about.text())[1]
answer(MAX, 'four', 'accept\r\n', sender='robot-noreply@far.example')
answer(MAX, 'four', 'accept\r\n')
check('accepted by mail', eventually(lambda: world.to(ANNA, Subject='four')), p.tail(8))
n = len(world.to(ANNA, Subject='four'))
answer(MAX, 'four', 'accept\r\n')
check('once: the token is used up', eventually(lambda: len([m for m in world.to(MAX, Subject='Re: ') if 'used up' in m.text()])), p.tail(8))
equal('and the post went out once', (n, len(world.to(ANNA, Subject='four'))), (1, 1))

section('by link')
g = Browser(p, network='198.51.100.7')
g.get('/confirm/' + token_of_olga)
check('the other\'s link says who was first', g.status == 410 and MAX in g.text(), g.text())
held('five')
link = re.search(r'/confirm/[a-z2-7]+', mail(OLGA, 'Held: five').text())[0]
for _ in range(3):
    g.get(link)
equal('looked at, and nothing happened', list(waiting()), ['five'])
g.submit(None, 'claim')
check('claimed in her name', waiting()['five']['state'] == f'looked at by {OLGA}' and g.path.startswith(link) and 'by you' in g.text(), g.text())
g.submit(None, 'trust')
equal('trusted', (g.path, waiting()), ('/done/trusted?list=dev', {}))
equal('in the audit, once', audits('post accepted, author trusted'), 1)
check('the members have it', eventually(lambda: world.to(ANNA, Subject='five')))
p.deliver('zoe@far.example', LIST, message('zoe@far.example', LIST, 'zoe again'))
check('and later ones without a moderator', eventually(lambda: world.to(ANNA, Subject='zoe again')) and not waiting(), p.tail(8))
six = held('six', source=FORGED_FROM)
check('unless nobody proves that they are hers', 'nothing proves' in waiting()['six']['reason'], waiting())

section('all that is against it, a copy, and its author\'s own word')
p.cli('held', 'discard', str(six))
p.cli('list', 'set', LIST, 'max_message_size=1', 'max_size_action=hold')
big = held('', 'pia@far.example', 'unsubscribe\r\n' + ('x' * 70 + '\r\n') * 20, to='else@far.example', Message_ID='<big@far.example>')
REASONS = ['2 KB; the list takes at most 1 KB', 'the author is not a member', 'a line is a mail command: unsubscribe',
           'the list stands neither in To nor in Cc', 'the post has no subject']
equal('every reason', waiting()['']['reason'], '; '.join(REASONS))
olga.get(QUEUE)
check('on the page', all(r in olga.text() for r in REASONS), olga.text())
told = eventually(lambda: [m for m in world.to(MAX, Subject='Held:') if '    From:    pia@far.example' in m.text()])
check('in the moderator\'s letter, on one line', f'    Held:    {"; ".join(REASONS)}\r\n' in told[0].text().replace('=\r\n', ''), told[0].text())
verdicts = [r['detail'] for r in p.trace('big@far.example') if r['what'] == 'held'][0]
check('and in the trace', all(f'{rule}: hold (' in verdicts for rule in ('size', 'nonmember', 'administrivia', 'destination', 'no_subject')), verdicts)
olga.submit(f'Decide about post {big}', 'forward', to='nobody')
check('a copy wants an address', 'say one address' in olga.text() and not world.to('nobody'), olga.text())
olga.get(QUEUE).submit(f'Decide about post {big}', 'forward', to='expert@far.example')
check('a copy is on its way', 'A copy is on its way' in olga.text() and '' in waiting(), olga.text())
copy = mail('expert@far.example', 'A held post of dev')
check('in a letter of the list, with the post inside', f'{OLGA}, who moderates' in copy.text() and 'From: Zoe <pia@far.example>' in copy.text()
      and copy.field('From').endswith('<dev-owner@lists.example>') and not copy.mail_from, copy.text())
check('which no link to decide is in', '/confirm/' not in copy.text() and 'dev-confirm+' not in copy.header, copy.text())
equal('in the audit', audits('post copied to expert@far.example'), 1)
equal('by command', p.run('held', 'forward', str(big), '--to', 'second@far.example').returncode, 0)
mail('second@far.example', 'A held post of dev')
letter = mail('pia@far.example', 'waits for a moderator')
link = re.search(r'/confirm/[a-z2-7]+', letter.text())[0]
for _ in range(3):
    g.get(link)
check('its author\'s link looked at takes nothing back', '' in waiting() and 'Take the post back?' in g.text(), g.text())
address = re.search(r'dev-confirm\+[a-z2-7]+@lists\.example', letter.header)[0]
for text in ('Thank you!\r\n', '\r\n> withdraw\r\n'):
    p.deliver('pia@far.example', address, message('pia@far.example', address, 'Re: it', text))
check('nor does an answer that does not say so', eventually(lambda: len([m for m in world.to('pia@far.example', Subject='Re: ') if 'the word withdraw' in m.text()]) == 2)
      and '' in waiting(), p.tail(8))
g.get(link).submit()
equal('the button does', (g.path, waiting()), ('/done/withdrawn?list=dev', {}))
equal('and it is known who', [(d['verdict'], d['by'], d['via']) for d in p.json('held', 'handled', LIST) if d['author'] == 'pia@far.example'],
      [('withdrawn', 'pia@far.example', 'link')])
equal('in the audit', audits('post withdrawn by its author'), 1)
check('and in the trace', [r['detail'] for r in p.trace('big@far.example') if r['what'] == 'withdrawn'] == ['by pia@far.example'], p.trace('big@far.example'))
g.get(re.search(r'/confirm/[a-z2-7]+', told[0].text())[0])
check('a moderator\'s link says so', g.status == 410 and 'withdrawn by pia@far.example' in g.text(), g.text())
held('back by mail', 'pia@far.example')
again = eventually(lambda: [m for m in world.to('pia@far.example', Subject='waits for a moderator') if 'back by mail' in m.text()])[0]
address = re.search(r'dev-confirm\+[a-z2-7]+@lists\.example', again.header)[0]
p.deliver('pia@far.example', address, message('pia@far.example', address, 'Re: it', 'Withdraw, please.\r\n'), source=None)
check('by mail', eventually(lambda: 'back by mail' not in waiting()) and handled('back by mail')['verdict'] == 'withdrawn', p.tail(8))
p.cli('list', 'set', LIST, 'max_message_size=10000', 'default_nonmember_action=discard', 'forward_auto_discards=yes')
equal('what is discarded is taken', p.deliver('pia@far.example', LIST, message('pia@far.example', LIST, 'dropped'))[0], 250)
check('and sent to the owner', 'dropped' in mail(OLGA, 'Discarded: dropped').text())
check('alone', not world.to(MAX, Subject='Discarded: dropped') and not world.to(ANNA, Subject='dropped'))
p.cli('list', 'set', LIST, 'default_nonmember_action=reject', 'nonmember_rejection_notice=Members only.\nSee the page, für alle.')
equal('in its own words', p.deliver('pia@far.example', LIST, message('pia@far.example', LIST, 'refused')),
      (550, '5.7.1 Members only.\n5.7.1 See the page, f?r alle.'))
p.cli('list', 'set', LIST, 'default_nonmember_action=hold')

section('ban, by command')
seven = held('seven', 'yara@far.example')
p.cli('held', 'ban', str(seven))
equal('dropped, and who did what is known', [(d['verdict'], d['by'], d['via'], d['note']) for d in p.json('held', 'handled', LIST) if d['subject'] == 'seven'],
      [('discarded', 'command', 'command', 'its author is banned')])
equal('refused from now on', p.deliver('yara@far.example', LIST, message('yara@far.example', LIST, 'me again'))[0], 550)
equal('in one row of the audit', (audits('post discarded, author banned'), audits('ban added')), (1, 0))
eight = held('eight', ANNA, source=FORGED_FROM)
r = p.run('held', 'ban', str(eight))
check('a forged post bans no member', r.returncode == 1 and 'nothing proves' in r.stderr and 'eight' in waiting(), r)
equal('decided twice: no', (p.run('held', 'accept', str(seven)).returncode, p.run('held', 'eat', str(eight)).returncode), (1, 2))
p.cli('held', 'claim', str(eight))
p.cli('held', 'release', str(eight))
p.cli('held', 'discard', str(eight))

section('fifty in one order')
orders = len(p.events('order-run', kind='held'))
before = audits('post discarded')
for i in range(50):
    sender = 'spam@far.example' if i % 2 else f's{i}@far.example'
    p.deliver(sender, LIST, message(sender, LIST, f'bulk {i}'))
check('they wait', eventually(lambda: len(waiting()) == 50), len(waiting()))
max_.get(QUEUE)
check('who sent several is named', 'All 25 of spam@far.example' in max_.page, max_.text())
late = held('after the page was made', 'spam@far.example')
max_.submit('over', None, of='spam@far.example', do='discard')
check('all of one author', 'Decided: 25' in max_.text() and len(waiting()) == 26, max_.text())
check('but what came since', 'after the page was made' in waiting())
max_.get(QUEUE).submit('over', None, id=[str(h['id']) for h in waiting().values()][:3], do='discard')
check('some with a mark', 'Decided: 3' in max_.text() and len(waiting()) == 23, max_.text())
equal('nothing chosen: nothing done', (max_.get(QUEUE).submit('over', None, do='accept').status, len(waiting())), (400, 23))
check('two orders, a row a post', eventually(lambda: (len(p.events('order-run', kind='held')) - orders, audits('post discarded') - before) == (2, 28)), p.tail())
rest = sorted(waiting())
max_.get(QUEUE)


def accept_all():
    try:
        max_.submit('over', None, of='list', do='accept')
    except OSError:
        pass  # the server dies meanwhile


t = threading.Thread(target=accept_all)
t.start()
eventually(lambda: audits('post accepted') > 3, 60, 0.001)
p.kill()
t.join(60)
p.start()
check('the rest, cut off and gone on with', eventually(lambda: not waiting()), waiting())
found = lambda: sorted(r['subject'] for r in p.json('archive', 'search', LIST, 'subject:bulk OR subject:page'))
check('each once in the archive', eventually(lambda: found() == rest), (found(), rest))
check('each at the members', eventually(lambda: all(world.to(BEN, Subject=s) for s in rest)))
first = olga.json('/lists/dev/admin/handled.json')['rows']
older = olga.json(olga.get('/lists/dev/admin/handled').link('Older').replace('handled?', 'handled.json?'))['rows']
equal('what was handled, on more than one page', (len(first), len(older) > 0, {r['id'] for r in first} & {r['id'] for r in older}), (50, True, set()))

section('who asks to join')
p.cli('list', 'set', LIST, 'subscription_policy=confirm_then_moderate')


def asks(who):
    """Somebody confirms that they want to join; the moderators' mails."""
    p.deliver(who, 'dev-join@lists.example', message(who, 'dev-join@lists.example', 'join'))
    asked = mail(who, 'onfirm')
    address = re.search(r'dev-confirm\+[a-z2-7]+@lists\.example', asked.header)[0]
    p.deliver(who, address, message(who, address, 'Re: yes'))
    check(f'{who} waits', eventually(lambda: [r for r in p.json('request', 'ls', LIST) if r['address'] == who]), p.tail(8))
    return [mail(to, f'{who} wants to join') for to in (OLGA, MAX)]


def is_in(who):
    return any(m['address'] == who for m in p.json('member', 'ls', LIST))


kim, lee, mia, ned = (f'{x}@far.example' for x in ('kim', 'lee', 'mia', 'ned'))
to_olga, to_max = asks(kim)
link = re.search(r'/confirm/[a-z2-7]+', to_olga.text())[0]
for _ in range(2):
    g.get(link)
check('the link shows who', kim in g.text() and not is_in(kim) and g.page.count('name="do"') == 4, g.text())
equal('no such choice', g.post(link, do='claim').status, 400)
g.get(link).submit(None, 'accept')
equal('one press lets in', (g.path, is_in(kim)), ('/done/let-in?list=dev', True))
equal('the other link is used up', g.get(re.search(r'/confirm/[a-z2-7]+', to_max.text())[0]).status, 410)
address = re.search(r'dev-confirm\+[a-z2-7]+@lists\.example', asks(lee)[1].header)[0]
p.set_clock(DAY // 2)  # answers are counted by the day
p.deliver(MAX, address, message(MAX, address, 'Re: lee', 'reject Who are you?\r\n'))
check('refused by answer', 'Who are you?' in mail(lee, 'Your request to join dev').text() or eventually(
    lambda: any('Who are you?' in m.text() for m in world.to(lee, Subject='Your request'))), p.tail(8))
equal('and not in', (is_in(lee), p.json('request', 'ls', LIST)), (False, []))
asks(mia), asks(ned)
olga.get(QUEUE).submit('All requests', 'accept')
check('all of them at once', 'Decided: 2' in olga.text() and is_in(mia) and is_in(ned), olga.text())
answers = {d['address']: (d['leaves'], d['verdict'], d['by'], d['via'], d['note']) for d in olga.json('/lists/dev/admin/handled.json')['requests']}
equal('who answered, how and by which way', answers, {kim: (False, 'granted', OLGA, 'link', ''), lee: (False, 'refused', MAX, 'mail', 'Who are you?'),
                                                      **{x: (False, 'granted', OLGA, 'page', '') for x in (mia, ned)}})
check('and it reads so', f'to join: refused: Who are you? {MAX} (mail)' in ' '.join(olga.get('/lists/dev/admin/handled').text().split()), olga.text())
equal('the command says the same', {d['address']: (d['wants'] == 'leave', d['verdict'], d['by'], d['via'], d['note'])
                                    for d in p.json('request', 'handled', LIST)}, answers)

section('requests that are dropped, banned and put aside')
pia, rob, sue, tom = (f'{x}@far.example' for x in ('pia', 'rob', 'sue', 'tom'))
link = re.search(r'/confirm/[a-z2-7]+', asks(pia)[0].text())[0]
world.clear()
g.get(link).submit(None, 'discard')
equal('dropped by a link', (g.path, is_in(pia), p.json('request', 'ls', LIST)), ('/done/request-dropped?list=dev', False, []))
link = re.search(r'/confirm/[a-z2-7]+', asks(rob)[0].text())[0]
g.get(link).submit(None, 'ban')
equal('and banned', (g.path, [b['pattern'] for b in p.json('ban', 'ls', LIST)].count(rob)), ('/done/request-banned?list=dev', 1))
letters = asks(sue)
address = re.search(r'dev-confirm\+[a-z2-7]+@lists\.example', letters[1].header)[0]
p.deliver(MAX, address, message(MAX, address, 'Re: sue', 'defer asked her boss\r\n'))
check('put aside by answer: it waits on, and the log has the note', eventually(lambda: audits('request set aside') == 1) and len(p.json('request', 'ls', LIST)) == 1, p.tail(8))
page = '<html><head><style>p { color: red }</style></head><body><p>Spam!</p><p>Max</p><blockquote>&gt; she wants to join</blockquote></body></html>\r\n'
p.deliver(MAX, address, message(MAX, address, 'Re: sue', page, **{'Content-Type': 'text/html; charset=utf-8'}))
check('the same letter decides later', eventually(lambda: p.json('request', 'ls', LIST) == []), p.tail(8))
asks(tom)
one = p.json('request', 'ls', LIST)[0]['id']
equal('by command: a word that is none', p.run('request', 'eat', str(one)).returncode, 2)
p.cli('request', 'defer', str(one), '--note', 'later')
equal('it waits on', len(p.json('request', 'ls', LIST)), 1)
olga.get(QUEUE).submit(f'Request of {tom}', 'discard')
check('dropped on the page', 'Decided: 1' in olga.text() and p.json('request', 'ls', LIST) == [], olga.text())
equal('nobody of them was told', [m.field('Subject') for x in (pia, rob, sue, tom) for m in world.to(x, Subject='Your request to join dev')
                                  if 'waits for' not in m.field('Subject')], [])
verdicts = {d['address']: (d['verdict'], d['note']) for d in p.json('request', 'handled', LIST)}
equal('what became of each is kept', {x: verdicts[x] for x in (pia, rob, sue, tom)},
      {pia: ('dropped', ''), rob: ('dropped', 'the address is banned'), sue: ('dropped', ''), tom: ('dropped', '')})

section('what time ends')
p.cli('list', 'set', LIST, 'max_days_to_hold=3')
nine = held('nine', 'ina@far.example')
seven = DAY + 1801 + (7 * 3600 - time.time() - DAY - 1801) % DAY  # in the morning, whenever this runs: there was a six o'clock in between
p.set_clock(seven)
p.cli('tick')
mornings = lambda: [len({m.field('Message-ID') for m in world.to(who, Subject='dev: 1 post waits')}) for who in (OLGA, MAX)]
check('the first morning', eventually(lambda: mornings() == [1, 1]), mornings())
p.set_clock(seven + DAY)
p.cli('tick')
told = mail(MAX, 'dev: 1 post waits').text()
check('a mail in the morning says what waits', 'nine' in told and 'ina@far.example' in told and '/lists/dev/admin/held' in told, told)
check('one a moderator and day', eventually(lambda: mornings() == [2, 2]), mornings())
p.set_clock(5 * DAY)
p.cli('tick')
check('ended', not waiting() and handled('nine')['verdict'] == 'expired' and handled('nine')['via'] == 'time', p.tail(8))
check('its author is told', 'no moderator decided within 3 days' in mail('ina@far.example', 'was not accepted').text())
p.set_clock(6 * DAY)
p.cli('tick')
check('and the moderators', 'dropped since nobody decided' in mail(OLGA, 'dev: 1 post was dropped').text())

section('on a phone and on a desk')
for i in range(3):
    held(f'A post with a subject that is long enough to need more than one line on a phone {i}', 'spam@far.example')
p.cli('held', 'defer', str(max(h['id'] for h in waiting().values())), '--note', 'wait for the figures of Ada')
bearer = {'Authorization': 'Bearer ' + p.token(OLGA)}
well_visits = [{'path': path, 'headers': bearer, 'width': width, 'scheme': scheme, 'full': True}
               for path in (QUEUE, '/lists/dev/admin/handled') for width, scheme in ((390, 'light'), (1440, 'dark'))]
for s in look(p, well_visits):
    s['live'] = [x for x in s['live'] if not re.match(r'<(form|input|button|textarea|select|option|datalist)', x)]
    well(s)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
