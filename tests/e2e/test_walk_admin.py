"""Who runs the site makes a list, looks at persons, makes two of them one, removes one, deals with domains, aliases, bans and
templates, and sees where mail is: by clicking, with script and without. Every page on the way passes axe-core and html-validate."""
# long
from harness import check, done, equal, eventually, free_port, limit
from walk import ADMIN, ANNA, BEN, DEV, OWNER, Walk, ended, site, walks

limit(900)
for script in walks('admin'):
    p = site()
    p.cli('post', DEV, input=f'From: Ben <{BEN}>\nTo: {DEV}\nSubject: Kept mail\nMessage-ID: <kept@uni.example>\n\nHello.\n')
    check('copies are kept', eventually(lambda: p.trace('kept@uni.example')) and p.quiet())
    for address in (ANNA, 'anna@home.example', 'old@uni.example'):
        p.cli('user', 'add', address)
    w = Walk(p, script).sign_in(ADMIN)
    w.follow('Lists').follow('Make a list').write('Address', 'crystals').write('What it is about', 'Crystals').write('Who runs it', OWNER).send('Make the list')
    check('the list is there', 'crystals@' in p.cli('list', 'ls'))
    w.follow('Name', within='main').follow('Remove this list').follow('Leave it as it is')
    w.account().follow('Persons').follow(ANNA).write('An address of the other one', 'anna@home.example').send('Look at both').send('Make them one')
    w.follow('Persons', within='nav.crumb').follow('old@uni.example').follow('Remove or erase this person').send('Remove for good')
    equal('two persons less', [x for x in p.json('user', 'ls') if 'old@' in str(x)], [])
    w.account().follow('Domains').write('Its name', 'more.example').send('Add').write('What it is for', 'More').send('Save').follow('Domains', within='nav.crumb')
    w.account().follow('Aliases').write('Address', 'hello@lists.example').write('Where its mail', OWNER).send('Add').says('hello@')
    w.account().follow('Bans from every list').write('Why', 'spam').says('Bans')
    w.account().follow('Header rules of every list').says('Header rules')
    w.account().follow('Templates of mails').follow('welcome').write('The words', 'Welcome to the house.').send('Save').says('Welcome to the house.')
    w.account().follow('Reports about this server')
    w.home().follow('Data for members').follow('Downloads of this folder').says('Nothing was downloaded yet.')
    w.account().follow('Mail that was kept').follow('Kept mail').says('Hello.').follow('All that was kept')
    p.stop()
    p.configure(send__relay=f'127.0.0.1:{free_port()}')
    p.start()
    w.d.errors()  # of pages that asked while it was away
    p.cli('post', DEV, input=f'From: Ben <{BEN}>\nTo: {DEV}\nSubject: Waiting mail\nMessage-ID: <waits@uni.example>\n\nHello.\n')
    check('copies wait', eventually(lambda: p.json('queue', 'ls')))
    w.account().follow('Mail under way').follow('uni.example').says(BEN)
    w.follow('q3').send('Hold all').follow('What became of each copy').says('Waiting mail')
    p.stop()
ended('admin')
done()
