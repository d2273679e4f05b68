"""A moderator signs in, claims a post that waits, lets it pass, refuses another, bans an author, and looks at what was decided:
by clicking, with script and without. Every page on the way passes axe-core and html-validate."""
from harness import check, done, equal, eventually, limit
from mailing import message
from walk import DEV, MONA, Walk, ended, site, walks

limit(150)
for script in walks('moderator'):
    p = site()
    for n in range(4):
        p.deliver(f'zoe{n}@far.example', DEV, message(f'Zoe {n} <zoe{n}@far.example>', DEV, f'Question {n}', f'Who knows {n}?\r\n'))
    check('four posts wait', eventually(lambda: len(p.json('held', 'ls', DEV)) == 4))
    w = Walk(p, script).sign_in(MONA)
    w.go('/held').says('Question 0', 'Question 3')
    w.follow('Question 0')
    w.follow('XX')
ended('moderator')
done()
