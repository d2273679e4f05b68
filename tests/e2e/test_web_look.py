"""The pages of people and owners as Chromium shows them: reachable for all (axe-core),
valid HTML, no wider than a phone, one h1, nothing from elsewhere. POSTERN_SHOTS=FOLDER
keeps a picture of each."""
import os
import re
import sqlite3
import time

from browser import Browser
from chromium import look, well
from harness import LONG, Postern, check, done, equal, eventually, limit, section
from mailing import message

limit(900)
LIST, ADMIN, ANNA = 'dev@lists.example', 'okafor@lists.example', 'anna@uni.example'
p = Postern(send__relay='outbox', admin=ADMIN)
p.cli('list', 'create', LIST, '--owner', ADMIN)
p.cli('list', 'set', LIST, 'description=Work on the Facet code', 'subject_prefix=[dev]', 'info=Design and patches.')
p.cli('user', 'add', ADMIN, '--name', 'R. Okafor', '--admin')
p.cli('user', 'add', ANNA, '--name', 'Anna Meyer')
p.cli('role', 'add', LIST, 'moderator', ANNA)
p.cli('member', 'add', LIST, ADMIN, ANNA, 'L. Brandvold <brandvold@north-uni.example>',
      'somebody.with.a.very.long.address.indeed@department-of-crystallography.university-of-the-north.example')
p.cli('ban', 'add', '@spam.example', '--list', LIST)
p.cli('list', 'set', LIST, 'subscription_policy=confirm_then_moderate')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']))
TOKEN = p.token(ADMIN)
MEMBER = p.token(ANNA)
SHOTS = os.environ.get('POSTERN_SHOTS')


def confirm_link(kept, subject):
    row = eventually(lambda: [r for r in admin.json('/outbox.json')['rows'] if r['recipient'] == kept and subject in r['subject']])
    check(f'the outbox has "{subject}" for {kept}', row, admin.json('/outbox.json')['rows'])
    admin.get(f'/outbox/{row[0]["id"]}.eml')
    return re.search(r'https://www\.lists\.example(/\S+)', admin.page)[1]


section('something to see')
admin = Browser(p)
url = p.cli('user', 'link', ADMIN).strip()
admin.get(url[url.index('/confirm/'):]).submit()
for i, (who, text) in enumerate([
        ('T. Ferreira <ferreira@peptides.example>', 'Dear developers,\r\n\r\nwe have collected restraints for 31 peptides and would like '
         'to give them to the monomer library. See https://peptides.example/restraints for more.\r\n\r\n> An earlier word\r\n\r\n-- \r\nT.\r\n'),
        ('Editorial Office <office@fast-journal.example>', 'Publish\u202egnp.exe with us!\r\n' * 4),
        ('H. Lindqvist <lindqvist@kth.example>', 'x' * 300 + '\r\n')]):
    p.deliver('x@far.example', LIST, message(who, LIST, f'Restraint library for cyclic peptides, part {i}', text.encode(),
                                             Content_Type='text/plain; charset=utf-8'))
held = eventually(lambda: (lambda rows: rows if len(rows) == 3 else None)(p.json('held', 'ls', LIST)))
p.cli('held', 'discard', str(held[2]['id']))
admin.get('/lists/dev/post').submit('Your post', 'send', subject='Map sharpening before refinement',
                                    text='When a map arrives it has often been sharpened once already.\r\n')
number = eventually(lambda: p.json('archive', 'search', LIST, 'sharpening'))[0]['number']
mid = re.search(r'(?im)^Message-ID: <(.*?)>', admin.get(f'/lists/dev/{number}/raw').page)[1]
guest = Browser(p, network='192.0.2.9')
guest.get('/login').submit('by-link', address=ANNA)
sign_in = confirm_link(ANNA, 'sign-in link')
stamp = guest.get('/lists/dev/join')
time.sleep(2.1)
guest.submit('Join dev', address='dvorak@synchrotron.example', name='E. Dvorak')
join = confirm_link('dvorak@synchrotron.example', 'onfirm')
held_link = confirm_link(ANNA, 'Held: Restraint library for cyclic peptides, part 0')
copy = next(r['id'] for r in admin.json('/outbox.json')['rows'] if r['recipient'] == ANNA and 'sharpening' in r['subject'])
leave = re.search(r'/lists/dev/leave\?m=[^> ]+', admin.get(f'/outbox/{copy}.eml').page)[0]
guest.get(join).submit()
eventually(lambda: admin.json('/lists/dev/admin/held.json')['requests'])
guest.get('/lists/dev/join')
time.sleep(2.1)
guest.submit('Join dev', address='second@synchrotron.example', name='Second')
join = confirm_link('second@synchrotron.example', 'onfirm')


def reports_came():
    """What others report about this server, as it stands in the book."""
    now = int(time.time())
    db = sqlite3.connect(f'{p.data}/outbound/outbound.db', timeout=60)
    with db:
        for i, (kind, name, passed, failed, days) in enumerate((('dmarc', 'Google', 1200, 40, 1), ('dmarc', 'Google', 900, 3, 20),
                                                                ('tls', 'Mail \u202eof a word', 77, 0, 2))):
            report = db.execute('INSERT INTO report (kind, domain, reporter, name, report, begins, ends, came_at, passed, failed) '
                                "VALUES (?, 'uni.example', 'reporter.example', ?, ?, 0, 0, ?, ?, ?)",
                                (kind, name, str(i), now - days * 86400, passed, failed)).lastrowid
            for source, result in (('192.0.2.7', 'dmarc'), ('mx.uni.example', 'certificate-expired'), ('mx.uni.example', 'a-new-word')):
                db.execute('INSERT INTO report_failure (report, source, result, count) VALUES (?, ?, ?, 20)', (report, source, result))
    db.close()


p.cli('member', 'invite', LIST, 'W. Nakamura <nakamura@synchrotron.example>')
p.cli('member', 'add', LIST, 'guest@synchrotron.example', '--from', '+20d', '--until', '+50d')
p.cli('member', 'set', LIST, 'brandvold@north-uni.example', 'delivery=off', 'why=On leave until the beam is back', 'until=+90d')
p.cli('nonmember', 'set', LIST, 'editor@journal.example', 'discard')

one = admin.get('/lists/dev/admin/members').link('brandvold@')
admin.get('/lists/dev/admin/members/many').submit('Many members of dev at once', kind='sync', file=None,
                                                  text='\n'.join([ADMIN, 'new@synchrotron.example'] + [f'm{i:03d}@department-of-crystallography.example' for i in range(60)]))
batch = admin.path

reports_came()
bearer = {'Authorization': 'Bearer ' + TOKEN}
member = {'Authorization': 'Bearer ' + MEMBER}

PAGES = [  # path, headers, what the picture is called
    ('/login', {}, 'login'), (sign_in, {}, 'confirm-sign-in'), (join, {}, 'confirm-join'), (held_link, {}, 'confirm-held'),
    ('/done/joined?list=dev', {}, 'done'), ('/lists/dev/join', {}, 'join'), ('/lists/dev/leave', {}, 'leave'), (leave, {}, 'leave-link'),
    ('/lists/dev/me', member, 'me'), ('/lists/dev/post', member, 'write'), (f'/lists/dev/post?re={number}', member, 'answer'), (f'/lists/dev/{number}/redact', bearer, 'redact'),
    ('/account', bearer, 'account'), ('/account?done=name', member, 'account-done'),
    ('/account/prove', member, 'prove'), ('/account/totp', member, 'totp'), ('/account/passkeys', member, 'passkeys'),
    ('/lists/dev/admin/held', bearer, 'held'), ('/lists/dev/admin/members', bearer, 'members'),
    ('/lists/dev/admin/members?q=nobody', bearer, 'members-none'), (one, bearer, 'member'), (one, member, 'member-seen'),
    ('/lists/dev/admin/members/many', bearer, 'many'), (batch, bearer, 'batch'), ('/lists/dev/members', bearer, 'roster'), ('/lists/dev/admin/preview', bearer, 'preview'), ('/lists/dev/admin/health', bearer, 'health'), ('/queue', bearer, 'queue-empty'), ('/lists/dev/admin/settings', bearer, 'settings'),
    ('/lists/dev/admin/templates', bearer, 'templates'), ('/lists/dev/admin/templates/welcome', bearer, 'template'), ('/templates/', bearer, 'templates-site'),
    ('/lists/dev/admin/address/brandvold@north-uni.example', bearer, 'address'), ('/lists/dev/admin/coming', bearer, 'coming'), ('/lists/dev/admin/nonmembers', bearer, 'nonmembers'),
    ('/lists/dev/admin/roles', bearer, 'roles'), ('/lists/dev/admin/bans', bearer, 'bans'), ('/lists/dev/admin/log', bearer, 'log'),
    ('/reports', bearer, 'reports'), ('/outbox', bearer, 'outbox'), (f'/outbox/{copy}', bearer, 'kept'), ('/trace', bearer, 'trace-own'),
    ('/trace?q=' + mid, bearer, 'trace'), ('/trace?q=' + ANNA, bearer, 'trace-address'),
]

section('each page, on a desk and on a phone, light and dark')
visits, names = [], []
for path, headers, name in PAGES:
    for width, scheme in ((1440, 'light'), (390, 'dark')) + (((1440, 'dark'), (390, 'light')) if LONG or SHOTS else ()):
        visits.append({'path': path, 'headers': headers, 'width': width, 'scheme': scheme, 'full': True,
                       'shot': f'{SHOTS}/{name}-{width}-{scheme}.png' if SHOTS else None})
# German has the longest words, Japanese no spaces; both on the pages of those who run things
OURS = ('/lists/dev/admin/', '/queue', '/templates/', '/reports', '/outbox')
for path, headers, name in PAGES:
    for tongue, width in (('de', 390),) + ((('de', 1440), ('ja', 390), ('ja', 1440)) if LONG or SHOTS else ()):
        if path.startswith(OURS):
            visits.append({'path': path, 'headers': {**headers, 'Accept-Language': tongue}, 'width': width, 'scheme': 'light', 'full': True,
                           'shot': f'{SHOTS}/{name}-{width}-{tongue}.png' if SHOTS else None})
for s in (s for i in range(0, len(visits), 20) for s in look(p, visits[i:i + 20])):
    # forms stand inside the article of a post that waits: they are ours
    s['live'] = [x for x in s['live'] if not re.match(r'<(form|input|button|textarea)', x)]
    well(s)

section('forms that were wrong')
for path, form, button, changes, status in (
        ('/login', 'by-link', None, {'address': 'x'}, 400), ('/lists/dev/post', 'Your post', 'send', {'subject': '', 'text': ''}, 400),
        ('/lists/dev/admin/settings', 'Settings of dev', None, {'max_message_size': 'many'}, 400),
        ('/lists/dev/admin/bans', 'ban', 'add', {'pattern': 'x'}, 400),
        ('/lists/dev/admin/members', 'add-title', None, {'addresses': 'x', 'how': 'add'}, 400),
        ('/account', 'password', 'set', {'new': 'x'}, 400)):
    b = admin if path != '/login' else Browser(p, network='192.0.2.77')
    b.get(path).submit(form, button, **changes)
    equal(f'{path}: refused', b.status, status)
    check(f'{path}: the field says so to those who do not see it', 'aria-invalid="true"' in b.page and 'aria-describedby' in b.page)
equal('no error in the log', [e for e in p.events() if e['level'] == 'error'], [])
done()
