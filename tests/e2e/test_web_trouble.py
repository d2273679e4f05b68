"""What goes wrong with mail as owners and admins see it in Chromium: the health page of a
list and the queue, full of trouble, at three widths, light and dark. POSTERN_SHOTS=FOLDER
keeps a picture of each."""
import os
import sqlite3
import time

from browser import Browser
from chromium import look, well
from harness import Postern, check, done, equal, eventually, limit, section

limit(900)
LIST, CALM, ADMIN = 'dev@lists.example', 'calm@lists.example', 'okafor@lists.example'
SHOTS = os.environ.get('POSTERN_SHOTS')
LONG_ONE = 'somebody.with.a.very.long.address.indeed@department-of-crystallography.university-of-the-north.example'
PEOPLE = {'gone': 'brandvold@north-uni.example', 'left': 'dvorak@synchrotron.example', 'probe': LONG_ONE, 'full': 'ferreira@peptides.example',
          'doubt': 'lindqvist@kth.example', 'angry': 'meyer@uni.example', 'well': 'ito@uni.example'}
p = Postern(send__relay='outbox', admin=ADMIN)
for name in (LIST, CALM):
    p.cli('list', 'create', name, '--owner', ADMIN)
p.cli('user', 'add', ADMIN, '--name', 'R. Okafor', '--admin')
p.cli('member', 'add', LIST, ADMIN, *PEOPLE.values())
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
bearer = {'Authorization': 'Bearer ' + p.token(ADMIN)}
NOW, DAY = int(time.time()), 86400


def book(name):
    return sqlite3.connect(f'{p.data}/{name}/{name}.db', timeout=60)


def came_back():
    """What weeks of bounces leave in the book (tests/e2e/test_bounce.py lives through them)."""
    no_such = '550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table'
    states = {  # points, counted at, words, probe, in doubt since, off since, warnings
        'gone': (5, 2, no_such, 0, 0, 2, 0), 'left': (6, 17, '550 5.1.1 no such user', 0, 0, 16, 2),
        'probe': (5, 1, no_such, 1, 0, 0, 0), 'full': (1.25, 1, '552 5.2.2 mailbox full', 0, 0, 0, 0),
        'doubt': (0, 0, '550 5.7.1 Unauthenticated email from uni.example is not accepted due to domain\'s DMARC policy', 0, 3, 0, 0)}
    bounces = [  # whom, class, status, author, words, followed, days ago
        ('gone', 'mailbox', '5.1.1', 'lists.example', no_such, 'off', 2), ('gone', 'mailbox', '5.1.1', 'uni.example', no_such, 'probe', 3),
        ('left', 'mailbox', '5.1.1', 'uni.example', '550 5.1.1 no such user', 'off', 16), ('left', 'domain', '5.1.2', 'uni.example', '', 'count', 18),
        ('probe', 'mailbox', '5.1.1', 'kth.example', no_such, 'probe', 1), ('full', 'full', '5.2.2', 'kth.example', '552 5.2.2 mailbox full', 'count', 1),
        ('full', 'message', '5.3.4', 'kth.example', '552 5.3.4 message size exceeds fixed limit', '', 4),
        ('well', 'network', '4.4.7', 'kth.example', '', '', 5), ('well', 'other', '', 'kth.example', '554 transaction \u202efailed', '', 6),
        ('angry', 'complaint', '', 'uni.example', '', 'stopped', 2)]
    strict = '550 5.7.1 Unauthenticated email from {} is not accepted due to domain\'s DMARC policy'
    bounces += [(who, 'policy', '5.7.1', author, strict.format(author), '', days) for who, author, days in (
        ('doubt', 'uni.example', 1), ('doubt', 'uni.example', 3), ('probe', 'uni.example', 3), ('full', 'uni.example', 3),
        ('full', 'kth.example', 6), ('full', 'synchrotron.example', 7), ('left', '', 20))]
    db = book('lists')
    with db:
        list_id = db.execute("SELECT list.id FROM list WHERE name = 'dev'").fetchone()[0]
        ids = {who: db.execute('SELECT m.id FROM member m JOIN address a ON a.id = m.address WHERE m.list = ? AND a.key = ?',
                               (list_id, address)).fetchone()[0] for who, address in PEOPLE.items()}
        for who, (points, days, words, probe, doubt, off, warnings) in states.items():
            ago = [NOW - x * DAY if x else 0 for x in (days, probe, doubt, off)]
            db.execute('UPDATE member SET bounce_score = ?, bounce_at = ?, bounce_text = ?, probe_at = ?, doubt_at = ?, off_at = ?, warned_at = ?, warnings = ?, '
                       'delivery = ?, off_by = ? WHERE id = ?', (points, ago[0], words.format(PEOPLE[who]), *ago[1:], NOW - 2 * DAY if off else 0, warnings,
                                                               'off' if off else 'regular', 'bounces' if off else '', ids[who]))
        db.execute("UPDATE member SET delivery = 'off', off_by = 'complaint' WHERE id = ?", (ids['angry'],))
        for event, (who, kind, status, author, words, act, days) in enumerate(bounces):
            db.execute('INSERT INTO bounce (list, member, address, at, class, status, author_domain, text, act, score, event) '
                       'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)', (list_id, ids[who], PEOPLE[who], NOW - days * DAY - event * 60, kind, status, author,
                                                                   words.format(PEOPLE[who]), act, event + 1))
    db.close()


def waits():
    """Mail that other servers put off, as it stands in the book; the outbox would keep it at once."""
    now, far = int(time.time()), int(time.time()) + 5 * 86400
    replies = [('uni.example', '451 4.7.1 <{}>: Recipient address rejected: Greylisted, see http://postgrey.example/help/uni.example.html', 3, 0),
               ('department-of-crystallography.university-of-the-north.example', '421 4.4.2 mx1 Error: timeout exceeded', 9, 0),
               ('peptides.example', '', 0, 1), ('synchrotron.example', '452 4.2.2 mailbox full', 2, 0)]
    db = book('outbound')
    with db:
        ids = [db.execute('INSERT INTO message (source, inbound, kind, list, reverse_path, verp, message_id, subject, created_at, envid, ret, size, split, '
                          'personal, smtputf8, eightbit, fanned_to, complete, frozen, copies) VALUES (?, 0, "post", ?, "", 1, ?, ?, ?, "", "", 10, 5, "", 0, 0, 0, 1, ?, 4)',
                          (f'look-{i}', LIST, f'look-{i}@x.example', subject, (now - 40000 * i - 90) * 1000, i == 1)).lastrowid
               for i, subject in enumerate(('Map sharpening before refinement', 'Beam time in March, \u202eand a word'))]
        for message in ids:
            for i, (domain, reply, attempts, held) in enumerate(replies):
                to = f'somebody.{i}@{domain}'
                db.execute('INSERT INTO delivery (message, destination, recipient, member, attempts, next_at, held, last_reply) VALUES (?, ?, ?, 0, ?, ?, ?, ?)',
                           (message, domain, to, attempts, far, held | (2 if message == ids[1] and i < 2 else 0), reply.format(to)))
    db.close()
    return ids


queued = waits()
came_back()
p.cli('tick')  # the hour may turn at any time: what time brings has come already

section('what an owner is told to do')
admin = Browser(p)
url = p.cli('user', 'link', ADMIN).strip()
admin.get(url[url.index('/confirm/'):]).submit()
advice = admin.json('/lists/dev/admin/health.json')['advice']
for what, words in (('whose mail is off', ('bad', 'dvorak@synchrotron.example and brandvold@north-uni.example', 'Members')),
                    ('the author\'s domain that several servers refuse', ('warn', 'Posts from uni.example are refused by', '')),
                    ('the server that refuses several authors', ('warn', 'peptides.example refuses posts whoever', '')),
                    ('who complained', ('warn', 'meyer@uni.example', ''))):
    check(what, any(words[0] == x['state'] and words[1] in x['what'] and words[2] == x['link'] for x in advice), advice)
equal('and nothing else', len(advice), 4)
p.cli('list', 'set', LIST, 'dmarc_mitigate_action=no_mitigation')
check('a setting that would help is named', any(x['link'] == 'Settings' for x in admin.json('/lists/dev/admin/health.json')['advice']))
states = {m['address']: (m['word'], m['next']) for m in admin.json('/lists/dev/admin/health.json')['members']}
for who, word, next_ in (('left', 'Mail is off', '2 of 3 reminders'), ('gone', 'Mail is off', '0 of 3 reminders'), ('probe', 'A probe is out', 'within 7 days'),
                         ('full', 'Counted', 'At 5 points a probe'), ('doubt', 'In doubt', 'after 14 days')):
    check(f'{who}: {word}', states[PEOPLE[who]][0] == word and next_ in states[PEOPLE[who]][1], states)
came = admin.json('/lists/dev/admin/health.json')['recent']['rows']
equal('each kind in words', {r['word'] for r in came}, {
    'The mailbox is gone', 'Their domain is gone', 'The mailbox is full', 'Not wanted there', 'This post cannot be had there', 'No way there',
    'Reported as unwanted', 'For another reason'})
equal('what followed', {r['act'] for r in came}, {'', 'points were added', 'a probe was sent', 'mail was turned off'})
check('the address leads to the member', 'brandvold@north-uni.example' in admin.get('/lists/dev/admin/members?q=brandvold%40north-uni.example').text())
equal('a list without trouble says so', admin.json('/lists/calm/admin/health.json')['advice'], [])
check('in words', 'Nothing.' in admin.get('/lists/calm/admin/health').text(), admin.text())

section('three widths, light and dark')
PAGES = [('/lists/dev/admin/health', 'health'), ('/lists/calm/admin/health', 'health-empty'), ('/queue', 'queue'), ('/queue/to/uni.example', 'queue-to'),
         ('/queue/to/none.example', 'queue-none'), (f'/queue/{queued[0]}', 'queue-message'), (f'/queue/{queued[1]}', 'queue-frozen')]
for s in look(p, [{'path': path, 'headers': bearer, 'width': width, 'scheme': scheme, 'full': True,
                   'shot': f'{SHOTS}/{name}-{width}-{scheme}.png' if SHOTS else None}
                  for width in (390, 820, 1440) for scheme in ('light', 'dark') for path, name in PAGES]):
    well(s)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
