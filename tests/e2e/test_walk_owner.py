"""An owner changes a setting, tries it, looks at what members get, adds and changes members, hides a post and splits a thread,
words a letter, gives a role, makes a header rule, makes a link to the group's files: by clicking, with script and without. Every
page on the way passes axe-core and html-validate."""
# long
from harness import check, done, equal, eventually, limit
from walk import ANNA, DEV, OWNER, Walk, ended, site, walks

limit(900)
for script in walks('owner'):
    p = site()
    w = Walk(p, script).sign_in(OWNER).follow('Settings of dev')
    w.write('Largest post, in kilobytes', '500').send('Save')
    equal('it is saved', p.cli('list', 'get', DEV, 'max_message_size').strip().split()[-1], '500')
    w.write('Largest post, in kilobytes', '400').send('Try on the last posts').follow('Leave all as it is')
    w.follow('What members get: a copy under these settings').follow('To the settings')

    w.follow('Members').write('Addresses, one a line', 'new@uni.example').tick('Add at once, without a word').send('Add')
    w.follow('new@uni.example').tick('None').write('Why none', 'At sea').send('Save')
    w.follow('Change the address').write('New address', 'newer@uni.example').send('Change it')
    equal('she writes from elsewhere', [m['address'] for m in p.json('member', 'ls', DEV) if m['address'].startswith('new')], ['newer@uni.example'])
    w.follow('Members', within='main').follow('Many at once: from a file, or to remove')
    w.tick('Add and change').write('Or pasted', 'm1@uni.example\nm2@uni.example').send('Show what would be done')
    check('it is counted', eventually(lambda: 'm1@uni.example' in w.go(w.path).d.text))
    w.send('Do it')
    check('and done', eventually(lambda: {'m1@uni.example', 'm2@uni.example'} <= {m['address'] for m in p.json('member', 'ls', DEV)}))
    w.follow('To the members').follow('Invited, and yet to come').follow('Invite or add members')

    w.follow('Templates').follow('welcome').write('The words', 'Welcome aboard.').send('Preview').send('Save').says('Welcome aboard.')
    w.follow('Roles').write('Address', ANNA).pick('Role', 'Moderator').send('Give').says(ANNA)
    w.follow('Header rules').write('Header field', 'X-Spam').write('Pattern', 'yes').send('Add').says('X-Spam')
    w.follow('Digests').send('Begin a new volume')
    w.follow('Health').follow('Log').says('settings')

    w.follow('dev', within='nav.crumb').follow('Re: Lattice 0').follow('#3').follow('Hide, redact or move')
    w.write('Why, for those who run the list', 'too private', within='form[aria-labelledby="sight"]').send('Hide it').says('hidden')
    Walk(p, script).go('/lists/dev/3', status=410)
    w.send('Show it again')
    w.follow('dev', within='nav.crumb').follow('Lattice 1').follow('#7').follow('Hide, redact or move').send('Let it start a thread')
    w.follow('To the message').follow('Thread of 3').says('The lattice of post 8.')

    w.home().follow('Data for members').follow('Downloads of this folder').says('Nothing was downloaded yet.')
    w.home().follow('Data for members').follow('Signed links to this folder').says('No link is good now.')
    w.write('A file, or a folder', '/data/lattice.csv').write('For whom', 'the press').send('Make').says('Copy it now')
    p.stop()
ended('owner')
done()
