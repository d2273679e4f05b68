"""A reader walks by clicking, with script and without: the group's site, a list's home, a thread, what it answers, mail in HTML,
search, facets, years, a month, a day, an author, a licence. Every page on the way passes axe-core and html-validate."""
# long
from harness import check, done, equal, limit
from walk import Walk, ended, site, walks

limit(900)
p = site()
for script in walks('reader'):
    w = Walk(p, script)
    w.home().follow('Mailing lists').says('Work on the lattice code')
    check('a private list is not named', 'staff' not in w.d.text, w.d.text)
    w.follow('dev').says('Latest threads', 'Lattice 2')
    w.follow('Lattice 2').says('The lattice of post 10.', 'The lattice of post 14.')
    w.follow('By date').says('The lattice of post 14.').follow('Outline').says('Person 2')
    w.follow('Nested').follow('in reply to', exact=False, within='#n12')
    equal('what it answers is on the same page', w.path.split('#')[0], '/lists/dev/t/10')
    w.follow('#12').says('The lattice of post 12.', 'In the thread')
    w.follow('Raw message', status=200)
    w.d.ask('back')
    w.follow('Person 0').says('Person 0')
    w.d.ask('back')
    w.follow('dev', within='nav.crumb').follow('Beam times').follow('#16').follow('Show formatted').says('next').follow('#16', exact=False)
    w.follow('dev', within='nav.crumb')
    w.write('Search', 'lattice').send('Search').says('15 posts')
    w.follow('Person 1', within='aside').says('5 posts').follow('2025', within='aside').says('5 posts')
    w.follow('every year', exact=False).follow('everybody', exact=False).says('15 posts')
    w.write('Search', 'nosuchword').send('Search').says('0 posts')
    w.follow('Search every list you may read').follow('Lists', within='nav.crumb')
    w.follow('dev').follow('Statistics').says('16 posts')
    w.follow('dev', within='nav.crumb').follow('2025, day by day').follow('All months').says('16').follow('2025', exact=False).says('June 2025').follow('16', exact=False).says('12 posts')
    w.follow('June 2025', within='nav.crumb').follow('By date').says('Lattice 0').follow('By author').says('Person 1').follow('By subject').says('Lattice 0')
    w.follow('2025', within='nav.crumb').says('June 2025')
    equal('a reader has no cookie', w.d.cookies, {})
    w.home().follow('Software').says('Before you read what is in', 'Terms of use')
    w.write('Your name', 'Rob').write('Your mail address', 'rob@far.example').send('I accept').says('lattice.txt')
    w.go('/lists/nosuch/', status=404)
ended('reader')
done()
