"""Somebody joins by a form and the link in the mail, signs in, reads, answers, sends a file, sets how mail comes, looks at the
account and leaves: by clicking, with script and without. Every page on the way passes axe-core and html-validate."""
import time

# long
from harness import check, done, equal, eventually, limit
from walk import ANNA, DEV, STAFF, Walk, ended, link, mail, site, walks

limit(900)
for script in walks('member'):
    p = site()
    p.cli('list', 'set', 'dev@lists.example', 'member_roster_visibility=members')
    w = Walk(p, script)
    w.home().follow('Mailing lists').follow('dev').follow('Join the list')
    time.sleep(2.1)  # nobody fills a form in faster
    w.write('Your address', ANNA).write('Your name', 'Anna').send('Join dev')
    w.says('mail').go(link(mail(p, ANNA, 'confirm'))).send('Join dev').says('You are a member now').follow('To the list')
    check('she is a member', ANNA in [m['address'] for m in p.json('member', 'ls', DEV)])
    p.cli('member', 'add', STAFF, ANNA)
    w.sign_in(ANNA).says('My lists', 'dev', 'staff')
    w.follow('staff', within='main').follow('Lattice 2').says('The lattice of post 14.')
    w.account().follow('dev', within='main').follow('3 members').says('ben@uni.example')
    w.follow('dev', within='nav.crumb').follow('Lattice 2').follow('Reply', exact=False)
    w.write('Text', 'Yes, and aubergines.').send('Preview').says('As members will read it')
    w.send('Send to dev')
    check('her answer stands in its thread', eventually(lambda: p.json('archive', 'search', DEV, 'aubergines')))
    w.follow('To the list').follow('Lattice 2').says('aubergines').send('☆ Star').says('Starred')
    w.follow('Where is my mail?').says(ANNA)
    w.account().follow(f'My settings for dev as {ANNA}')
    w.tick('None: I read on the web').send('Save')
    equal('no mail comes any more', [m['delivery'] for m in p.json('member', 'ls', DEV) if m['address'] == ANNA], ['off'])
    w.follow('Anna', within='header').follow('Set up', within='main :has(> a[href="/account/totp"])').send('Begin').follow('Back to my account')
    w.follow('Set up', within='main :has(> a[href="/account/passkeys"])').says('Passkeys').follow('Back to my account')
    p.later(16 * 60)  # longer ago than what is asked before a password changes
    w.account().follow('show that it is you').says('Is it you?').follow('Leave it as it is')
    w.account().follow('My threads', exact=False).says('Lattice 2')
    w.home().follow('Data for members').says('lattice.csv').follow('Send files to this folder').says('Nothing was sent')
    w.account().write('As others see it', 'Anna M.').send('Save', within='form[action="/account/name"]').says('Anna M.')
    w.follow(f'My settings for dev as {ANNA}').follow('Leave dev')
    w.send('Leave dev', within='main')
    check('she has left', ANNA not in [m['address'] for m in p.json('member', 'ls', DEV)])
    w.account().follow('Sign out').send('Sign out', within='main')
    w.go('/lists/staff/', status=404)
    p.stop()
ended('member')
done()
