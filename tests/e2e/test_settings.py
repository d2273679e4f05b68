"""Each setting of a list does something: two lists that differ in one setting alone live through the same six weeks,
and what people see of them (mails, pages, held posts, memberships) differs as the row's EFFECT in lists/settings.def says."""
# long
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

from browser import Browser
from clamd import apart
from harness import HERE, Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(1200)
DAY = 86400
FORGED_FROM = '127.0.0.66'
READ = ('plain', 'parted', 'dressed')  # whose text is looked at
PARTED = ('--p\r\nContent-Type: multipart/alternative; boundary=q\r\n\r\n'
          '--q\r\nContent-Type: text/plain\r\n\r\nin text\r\n--q\r\nContent-Type: text/html\r\n\r\nthe same in HTML\r\n--q--\r\n'
          '--p\r\nContent-Type: application/octet-stream; name=tool.exe\r\n\r\nan octet file\r\n' + ('z' * 70 + '\r\n') * 16 + '--p--\r\n')

world = Sink('127.0.0.31', 0, 'home.host')
far = Sink('127.0.0.32', world.port, 'far.host')
far.reply['rcpt'] = lambda address: '550 5.1.1 no such user'
dns = NameServer({
    'home.host': {'A': ['127.0.0.31']}, 'far.host': {'A': ['127.0.0.32']},
    'home.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
    'strict.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
    '_dmarc.strict.example': {'TXT': ['v=DMARC1; p=reject']},
    **{f'{x}.example': {'MX': [(10, 'home.host')], 'TXT': ['v=spf1 ip4:127.0.0.1 -all']} for x in ('lax', 'idle')},
    '_dmarc.lax.example': {'TXT': ['v=DMARC1; p=quarantine']}, '_dmarc.idle.example': {'TXT': ['v=DMARC1; p=none']},
    'far.example': {'MX': [(10, 'far.host')]},
})
p = Postern(dns=dns, mx_port=world.port, clock=True, admin='admin@home.example', smtp__messages_per_hour=0,
            smtp__messages_per_hour_all=0, smtp__recipients_per_hour=0, smtp__recipients_per_hour_all=0, wall__clamd=apart().socket)

text = open(os.path.join(HERE, '../../src/lists/settings.def')).read()
ROWS = re.findall(r'^EFFECT\((\w+), "(.*?)", "(.*?)", "(.*?)"\)$', text, re.M)
equal('every setting has its effect', [r[0] for r in ROWS], re.findall(r'^SETTING\((\w+),', text, re.M))

# The other words of what is chosen from several: with the same outcomes as above.
CALENDAR = 'filter_content=yes filter_types=text/calendar'
WORDS = [
    ('subscription_policy', '', 'open', 'at first is in: nina'),
    ('subscription_policy', '', 'moderate', 'is in: nina'),
    ('subscription_policy', '', 'confirm_then_moderate', 'is in: nina'),
    ('subscription_policy', '', 'invite', 'is in: nina'),
    ('unsubscription_policy', '', 'moderate', 'is out: ben'),
    ('default_member_action', '', 'reject', 'refused: plain'),
    ('default_member_action', '', 'discard', 'to cora: Subject: plain'),
    ('default_nonmember_action', '', 'accept', 'to cora: Subject: strange'),
    ('default_nonmember_action', '', 'reject', 'refused: strange'),
    ('reply_goes_to_list', 'reply_to_address=team@home.example reply_goes_to_list=explicit_header', 'explicit_header_only',
     'Reply-To: team@home.example, ben.alt@home.example'),
    ('dmarc_mitigate_action', '', 'reject', 'refused: strict'),
    ('autorespond_postings', 'autoresponse_postings_text=Moved', 'respond_and_discard', 'to cora: Subject: plain'),
    ('autorespond_owner', 'autoresponse_owner_text=Later', 'respond_and_continue', 'to zoe: Subject: Your mail to LIST-owner@'),
    ('autorespond_requests', 'autoresponse_request_text=Later', 'respond_and_continue', 'to zoe: Subject: Your mail to LIST-request@'),
    # three volumes begin in twelve days only where each day begins one
    ('digest_volume_frequency', 'digest_is_default=yes digest_volume_frequency=daily', 'yearly', 'Subject: LIST Digest, Vol 4'),
    ('digest_volume_frequency', 'digest_is_default=yes digest_volume_frequency=daily', 'quarterly', 'Subject: LIST Digest, Vol 4'),
    ('posting_chain', '', 'hold', 'held: plain'),
    ('posting_chain', '', 'reject', 'refused: plain'),
    ('posting_chain', '', 'discard', 'to cora: Subject: plain'),
    ('owner_chain', '', 'reject', 'refused: help me'),
    ('posting_pipeline', '', 'virgin', 'to cora: Subject: plain'),
    ('owner_pipeline', '', 'virgin', 'to olga: Subject: help me'),
    ('filter_action', CALENDAR, 'forward', 'to olga: Subject: Not sent on: invited'),
    ('filter_action', CALENDAR, 'preserve', 'held: invited'),
    ('filter_action', CALENDAR, 'reject', 'refused: invited'),
    ('archive_volume_frequency', '', 'yearly', 'file: 9999.mbox.gz'),
    ('archive_volume_frequency', '', 'quarterly', 'file: 9999-q9.mbox.gz'),
    ('archive_volume_frequency', '', 'daily', 'file: 9999-99-99.mbox.gz'),
    ('archive_policy', '', 'never', 'page of a post: 200'),
    ('forward_unrecognized_bounces_to', '', 'site_owner', 'to olga: Subject: gibberish'),
]
equal('these are words of the table', [w for w in WORDS if not re.search(rf'^CHOICES\({w[0]}, .*"{w[2]}"', text, re.M)], [])


class List:
    """A list with people of its own, and what became of them."""
    all, read = [], 0

    def __init__(self, what, *settings):
        self.what, self.name, self.settings = what, f'l{len(List.all):03d}x', settings
        self.address = f'{self.name}@lists.example'
        self.seen, self.mine, self.looked = [], [], 0
        List.all.append(self)

    def make(self):
        settings = self.settings
        p.cli('list', 'create', self.address, '--owner', self.who('olga'))
        if settings:
            p.cli('list', 'set', self.address, *settings)
        p.cli('member', 'add', self.address, *map(self.who, ('anna', 'ben', 'cora', 'dora', 'gus', 'gone', 'quinn', 'noel')))
        p.cli('member', 'set', self.address, self.who('dora'), 'copies=no', 'language=de')
        self.private = 'archive_policy=private' in settings
        self.others = {'acceptable_aliases=umbrella@lists.example', 'acceptable_aliases=sister@lists.example'} & set(settings)
        if self.below('umbrella'):
            p.cli('member', 'add', 'umbrella@lists.example', self.address)
        if self.below('sister'):
            p.cli('member', 'add', 'sister@lists.example', self.who('anna'), self.who('cora'))

    def below(self, name):
        return f'acceptable_aliases={name}@lists.example' in self.others

    def who(self, person):
        host = {'gus': 'strict', 'gone': 'far', 'quinn': 'lax', 'noel': 'idle'}.get(person, 'home')
        return f'{person}.{self.name}@{host}.example'

    def see(self, line):
        self.seen.append(line)

    def plain(self, text):
        """Without what differs from list to list, and from run to run."""
        text = re.sub(r'(?<=[a-z])\.' + self.name + r'@\w+\.example', '', text).replace(self.name, 'LIST')
        text = re.sub(r'm=[\w.%-]+|\+[\w.=-]+@|SRS0=\w+=\w+=', '+TAG@', text)
        return re.sub(r'\bconfirm [a-z2-7]{20}: ', '', text)

    # --- what is written to it
    def write(self, person, subject, body='Hello.\r\n', to=None, source=None, head=None, path=None, **fields):
        sender = self.who(person)
        octets = message(f'{person.title()} <{sender}>', head or to or self.address, subject, body, **fields)
        code, said = p.deliver(sender if path is None else path, to or self.address, octets, source=source)
        if code != 250:
            self.see(self.plain(f'refused: {subject}: {said}'))

    def send(self, subject, kind, body):
        octets = message(f'Anna <{self.who("anna")}>', self.address, subject, body, MIME_Version='1.0', Content_Type=kind)
        code, said = p.deliver(self.who('anna'), self.address, octets)
        if code != 250:
            self.see(self.plain(f'refused: {subject}: {said}'))

    def sub(self, part):
        return f'{self.name}-{part}@lists.example'

    def report(self, to, kind, parts):
        """A report of a program, to a return path or an address of the list."""
        body = ''.join(f'--b\r\nContent-Type: {k}\r\n\r\n{v}\r\n' for k, v in parts) + '--b--\r\n'
        p.deliver('', to, message('robot@home.example', to, 'gibberish' if kind == 'mixed' else kind, body, MIME_Version='1.0',
                                  Content_Type=f'multipart/{kind}; boundary=b'))

    # --- what is seen of it
    @classmethod
    def sort(cls):
        """What has come goes to the list that it is about."""
        with world.lock:
            new, cls.read = world.mails[cls.read:], len(world.mails)
            for m in new:
                # Those of the second are to the administrator and to the one member of the list aunt. A whole word:
                # a token in a subject may have l222x within.
                names = re.findall(r'\.(l\d{3}x)@', ' '.join(m.rcpts)) + re.findall(r'\bl\d{3}x\b', m.field('Subject') + m.field('List-Id'))
                for name in set(names):
                    cls.all[int(name[1:-1])].mine.append(m)

    def mails(self):
        List.sort()
        new, self.looked = self.mine[self.looked:], len(self.mine)
        for m in new:
            head = ''.join(f'; {k}: {m.field(k)}' for k in ('From', 'To', 'Cc', 'Reply-To', 'List-Id', 'List-Post', 'List-Unsubscribe', 'X-Topics', 'Sender')
                           if m.field(k))
            for r in m.rcpts:
                self.see(self.plain(f'to {r}: Subject: {m.field("Subject")}{head}; path {m.mail_from}'))
            if m.field('Subject') in READ and any(r.startswith('cora.') for r in m.rcpts):
                for line in m.text().split('\r\n\r\n', 1)[1].splitlines():
                    self.see(self.plain(f'reads {m.field("Subject")}: {line}'))
            if f'{self.name} Digest, ' in m.field('Subject'):
                self.see(f'digest is {m.field("Content-Type").split(";")[0]}')
                for line in m.text().splitlines():
                    self.see(self.plain('digest says: ' + line))
            if 'was not accepted' in m.field('Subject'):
                for line in m.text().split('\r\n\r\n', 1)[1].splitlines():
                    self.see(self.plain('hears: ' + line.strip()))
            if 'Re: ' in m.field('Subject'):
                for line in m.text().split('\r\n\r\n', 1)[1].splitlines():
                    if 'lists.example' not in line or self.name in line:
                        self.see(self.plain('answer: ' + line.strip()))

    def to(self, person, subject):
        List.sort()
        return [m for m in self.mine if self.who(person) in m.rcpts and subject in m.field('Subject')]

    def copy(self, person, subject):
        found = self.to(person, subject)
        return found[0] if found else None

    def books(self, when, held):
        for h in held:
            if h['list'] == self.address:
                self.see(self.plain(f'{when} held: {h["subject"]}: {h["reason"]}'))
        members = {m['address']: m for m in p.json('member', 'ls', self.address)}
        for person in ('anna', 'ben', 'cora', 'dora', 'gus', 'gone', 'nina'):
            m = members.get(self.who(person))
            self.see(f'{when} is {"in" if m else "out"}: {person}')
            if m and m['delivery'] == 'off':
                self.see(f'{when} off by {m["off_by"]}: {person}')

    def pages(self):
        b = Browser(p)
        b.get('/lists/')
        if f'/lists/{self.name}/' in b.page:
            self.see('directory: LIST')
        b.get(f'/lists/{self.name}/')
        self.see(self.plain('home: ' + b.text()))
        for name in re.findall(r'/by/([\w-]+[.]mbox[.]gz)"', b.page):
            self.see('file: ' + re.sub(r'\d', '9', name))
        b.get(f'/lists/{self.name}/members')
        for name in re.findall(r'(\w+)\.' + self.name, b.text()):
            self.see(f'roster: {name}')
        b.get(f'/lists/{self.name}/1')
        self.see(f'page of a post: {b.status}')
        self.see(f'robots of a post: {b.headers["X-Robots-Tag"]}')
        for word in re.findall(r'<em>\w+</em>', b.page):
            self.see('post: ' + word)
        b.get(f'/lists/{self.name}/1/raw')
        if self.who('anna') in b.page:
            self.see('the raw post names anna')

    # --- six weeks
    def first_day(self):
        self.write('anna', 'plain', 'Hello, *fair* world.\r\n')
        for person, subject in (('gus', 'strict'), ('quinn', 'lax'), ('noel', 'idle')):
            self.write(person, subject)
        self.write('olga', 'from the owner', 'Keywords: xenon\r\n\r\nHello.\r\n')
        self.write('zoe', 'strange')
        self.write('zoe', 'by a robot', Approved='robots-own-word-17')
        self.write('anna', 'forged', source=FORGED_FROM)
        self.write('anna', 'big', 'x' * 60 + '\r\n' * 2 + ('y' * 60 + '\r\n') * 60)
        self.write('anna', 'many', head=', '.join([self.address] + [f'r{i}@home.example' for i in range(25)]))
        self.write('anna', 'aside', head='elsewhere@home.example')
        self.write('anna', 'unsubscribe')
        self.write('anna', 'locked', 'LOCKED-ARCHIVE\r\n')
        self.write('anna', 'unseen', 'TOO-LARGE-FOR-IT\r\n')
        p.deliver(f'ben.{self.name}@strict.example', self.address, message(f'ben.{self.name}@strict.example', self.address, 'elsewhere'))
        self.write('ben', 'replies', Reply_To='ben.alt@home.example', Cc=self.who('dora'))
        self.send('parted', 'multipart/mixed; boundary=p', PARTED)
        self.send('dressed', 'text/html', '<p>Dressed</p>\r\n')
        self.send('invited', 'text/calendar', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')
        if self.below('sister'):
            for person, subject in (('anna', 'crossed'), ('ben', 'by ben, crossed')):
                self.write(person, subject, head=f'{self.address}, sister@lists.example')
        self.write('zoe', '', 'info\r\nwho\r\nlists\r\n', to=self.sub('request'))
        self.write('zoe', 'help me', to=self.sub('owner'))
        self.write('nina', '', to=self.sub('join'))
        self.write('ben', '', to=self.sub('leave'))

    def answers(self):
        """Tokens are pressed; reports come in."""
        for person in ('nina', 'ben'):
            asked = self.copy(person, 'onfirm')
            token = asked and re.search(self.name + r'-confirm\+\w+@lists.example', asked.header)
            if token:
                self.write(person, 'Re: yes', to=token[0])
        held = self.copy('olga', 'Held: many')
        if held:
            self.write('olga', 'Re: it', 'reject 1\r\n', to=re.search(self.name + r'-confirm\+\w+@lists.example', held.header)[0])
        cora, dora = self.copy('cora', 'plain'), self.copy('dora', 'plain')
        if cora:
            self.report(cora.mail_from, 'mixed', [('text/plain', 'Something is wrong somewhere.')])
        if dora:
            self.report(self.sub('owner'), 'report; report-type=feedback-report',
                        [('text/plain', 'A complaint.'), ('message/feedback-report', 'Feedback-Type: abuse\r\nUser-Agent: x/1\r\n'
                          f'Version: 1\r\nOriginal-Mail-From: <{dora.mail_from}>\r\n'), ('message/rfc822', dora.text())])

    def new_member(self):
        """Who joins at the end reads what was posted at first, or does not."""
        p.cli('member', 'add', self.address, self.who('late'))
        p.cli('user', 'add', self.who('late'))
        url, b = p.cli('user', 'link', self.who('late')), Browser(p)
        b.get(url[url.index('/confirm/'):].strip()).submit()
        self.see(f'the new member reads: {b.get(f"/lists/{self.name}/1").status}')

    def evening(self):
        if any('day 12' in m.text() for m in self.to('nina', ' Digest, ')):
            self.see("by the evening nina has the post of one o'clock")

    def last(self):
        if self.private:
            self.new_member()
        with far.lock:
            paths = {x.split('>')[0] for x in far.commands if x.startswith(f'MAIL FROM:<{self.name}-bounces+')}
        self.see(f'paths to gone: {len(paths)}')
        if len(self.to('anna', f'Your mail to {self.name}')) == 1:
            self.see('anna was answered once')
        self.see(f'nina has {len(self.to("nina", " Digest, "))} digests')
        self.see(f'gone was warned {len(far.to(self.who("gone"), Subject="is turned off"))} times')


def each(do):
    """With every list, several at a time: they share nothing."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(do, List.all))


def still(before):
    """Nothing arrives, and what is owed is owed for good, as by the list whose budget is used up."""
    time.sleep(0.4)
    now = (p.status('arrivals'), p.status('deliveries'))
    return now[0] == 0 and now == before[0] or before.insert(0, now)


def all_quiet():
    before = [None]
    check('everything is dealt with', eventually(lambda: still(before), 900, 0.1))


def look(when, *more):
    all_quiet()
    held = p.json('held', 'ls')

    def one(x):
        x.mails()
        x.books(when, held)
        for do in more:
            do(x)
    each(one)


def day(n, hour=None):
    """That day from now, at the same time of the day or at that hour, UTC."""
    p.set_clock(n * DAY if hour is None else n * DAY - time.time() % DAY + hour * 3600)
    p.cli('tick')


section('the lists')
for name in ('umbrella', 'sister', 'aunt'):
    p.cli('list', 'create', f'{name}@lists.example')
p.cli('member', 'add', 'aunt@lists.example', 'sis@home.example')
p.cli('member', 'add', 'umbrella@lists.example', 'una@home.example')
standard, again = List('nothing is set'), List('nothing is set, again')
beside = {'': standard}
changed = {}
for key, given, other, shows in ROWS + WORDS:
    if given not in beside:
        beside[given] = List(given, *given.split())
    changed[key, other] = List(f'{key}={other}', *given.split(), f'{key}={other}')
each(List.make)
p.start()

section('the first day')
each(List.first_day)
p.deliver('una@home.example', 'umbrella@lists.example', message('Una <una@home.example>', 'umbrella@lists.example', 'to all lists'))
look('at first')
each(List.answers)
look('then', List.pages)

section('two weeks of mail that comes back')
for n in (2, 4, 6, 8, 10, 12):
    day(n, 13 if n == 12 else None)
    each(lambda x: x.write('anna', f'day {n}'))
    look(f'day {n}')
day(12, 19)
all_quiet()
for x in List.all:
    x.evening()

section('a month after')
far.reply.pop('rcpt')
for n in (20, 28, 36, 44):
    day(n)
    look(f'day {n}')
for x in List.all:
    x.last()

section('what each setting did')
for word in ('reject', 'discard'):
    check(f'owner_chain={word}: complaints are heard all the same', any('off by complaint: dora' in x for x in changed['owner_chain', word].seen))
check('two lists with the same settings live alike', sorted(again.seen) == sorted(standard.seen), set(again.seen) ^ set(standard.seen))
for key, given, other, shows in ROWS + WORDS:
    without, having = '\n'.join(beside[given].seen), '\n'.join(changed[key, other].seen)
    if not check(f'{key}={other} is seen by "{shows}"', (shows in without) != (shows in having), f'in both: {shows in having}'):
        print('\n'.join(sorted(set(beside[given].seen) ^ set(changed[key, other].seen))[:40]))
equal('who wants reports that nobody can read', sorted({m.rcpts[0] for m in world.mails if m.field('Subject') == 'gibberish' and 'admin@' in m.rcpts[0]}),
      ['admin@home.example'])
equal('SIGTERM ends it well', p.stop(), 0)
done()
