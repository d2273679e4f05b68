"""A moderator signs in, claims a post that waits, lets it pass, refuses another, bans an author, and looks at what was decided:
by clicking, with script and without. Every page on the way passes axe-core and html-validate."""
# long
from harness import check, done, equal, eventually, limit
from mailing import message
from walk import DEV, MONA, Walk, ended, site, walks

limit(900)
for script in walks('moderator'):
    p = site()
    for n in range(4):
        p.deliver(f'zoe{n}@far.example', DEV, message(f'Zoe {n} <zoe{n}@far.example>', DEV, f'Question {n}', f'Who knows {n}?\r\n'))
    check('four posts wait', eventually(lambda: len(p.json('held', 'ls', DEV)) == 4))
    w = Walk(p, script).sign_in(MONA)
    w.follow('What waits for me, on all of them').says('Question 0', 'Question 3')
    w.follow('Question 0')
    post = ['article[aria-labelledby="p%dh"]' % n for n in range(5)]
    w.send('I look at it', within=post[1]).says('Give back')
    w.send('Accept', within=post[1])
    check('it is in the archive', eventually(lambda: p.json('archive', 'search', DEV, 'subject:Question')))
    w.unfold('Reject, with').write('Why, in your words', 'Not about lattices.', within=post[2]).send('Reject and answer', within=post[2])
    w.unfold('For its author').send('Discard, and ban this author', within=post[3])
    w.send('Later', within=post[4])
    equal('one waits still', [h['subject'] for h in p.json('held', 'ls', DEV)], ['Question 3'])
    w.follow('Handled').says('Question 0', 'Question 1', 'Question 2', MONA)
    w.follow('Bans').says('zoe2@far.example').send('Lift the ban of zoe2@far.example')
    equal('nobody is banned', p.json('ban', 'ls'), [])
    w.account().follow('Held posts of dev').follow('Members', within='main').follow('Others who post')
    w.write('Address', 'zoe3@far.example').send('Reject').says('zoe3@far.example')
    p.stop()
ended('moderator')
done()
