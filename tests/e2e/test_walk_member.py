"""Somebody joins by a form and the link in the mail, signs in, reads, answers, sets how mail comes, looks at the account and
leaves: by clicking, with script and without. Every page on the way passes axe-core and html-validate."""
import time

from harness import check, done, equal, eventually, limit
from walk import ANNA, STAFF, Walk, ended, link, mail, site, walks

limit(150)
for script in walks('member'):
    p = site()
    p.cli('list', 'set', 'dev@lists.example', 'member_roster_visibility=members')
    w = Walk(p, script)
    w.go('/lists/').follow('dev').follow('Join the list')
    time.sleep(2.1)  # nobody fills a form in faster
    w.write('Your address', ANNA).write('Your name', 'Anna').send('Join dev')
    w.says('mail').go(link(mail(p, ANNA, 'confirm')))
    w.follow('XX')
ended('member')
done()
