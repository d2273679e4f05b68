"""A list goes out as plain files and comes back as another list: the same, but for its address."""
import os

from harness import Postern, check, done, equal, folder, limit, section

limit(900)
DEV, TWIN = 'dev@lists.example', 'twin@lists.example'
p = Postern()
root = folder()
p.cli('list', 'create', DEV, '--owner', 'olga@uni.example')
p.cli('role', 'add', DEV, 'moderator', 'max@uni.example')
people = '\n'.join(f'"Person {i}, of ""X""" <p{i}@uni.example>' for i in range(1200)) + '\n=cmd@uni.example\n'
p.cli('member', 'add', DEV, '-', input=people)
p.cli('list', 'set', DEV, 'topics=new: x\nold: y')
p.cli('member', 'add', DEV, 'Lara <later@uni.example>', '--from', '+30d', '--until', '+60d')
p.cli('member', 'add', DEV, 'soon@uni.example', '--from', '+31d')
p.cli('nonmember', 'set', DEV, 'pat@far.example', 'accept')
for address, *options in (('p1@uni.example', 'delivery=mime'), ('p2@uni.example', 'delivery=off', 'action=hold'),
                          ('p3@uni.example', 'own_posts=no', 'copies=no', 'acknowledge=yes', 'hidden=yes'),
                          ('p4@uni.example', 'delivery=off', 'why=moves, "soon"', 'until=+900d'),
                          ('p5@uni.example', 'topics=new,old', 'other_topics=yes')):
    p.cli('member', 'set', DEV, address, *options)
p.cli('member', 'set', DEV, 'p6@uni.example', 'form=summary', 'delivery=off', 'language=fr', 'name=Prof. Six')
p.cli('member', 'set', DEV, 'p7@uni.example', 'form=summary', 'hidden=no')
with open(f'{root}/levels', 'w') as f:
    f.write('address,follows,chosen\np7@uni.example,yes,hidden status\n')
p.cli('member', 'import', DEV, f'{root}/levels')
p.cli('list', 'set', DEV, 'subject_prefix=[dev] ', 'info=one\n\n\ttwo = 2\n# three', 'description=Gr\u00fc\u00dfe', 'archive_policy=private',
      'accept_these_nonmembers=^.*@x[.]example$\n@y.example', 'max_message_size=77')
p.cli('ban', 'add', '^.*@spam[.]example$', '--list', DEV)
p.cli('ban', 'add', 'mallory@evil.example', '--list', DEV)
p.cli('list', 'header-match', 'add', DEV, 'x-spam', 'yes, "very"', 'discard')
with open(f'{root}/welcome', 'w') as f:
    f.write('Subject: Hello\n\nWelcome to {list}.\n')
p.cli('template', 'set', 'welcome', DEV, input=open(f'{root}/welcome').read())
with open(f'{root}/in.mbox', 'w') as f:
    f.write(''.join(f'From a Wed Mar  4 10:00:00 2015\nFrom: a@uni.example\nDate: Wed, 4 Mar 2015 10:{i:02}:00 +0100\nSubject: post {i}\n'
                    f'Message-ID: <{i}@uni.example>\n\nText\n>From here\n\n' for i in range(30)))
p.cli('archive', 'import', DEV, f'{root}/in.mbox')


def seen(list_name, folder_name):
    at = f'{root}/{folder_name}'
    p.cli('list', 'export', list_name, at)
    files = {}
    for d, _, names in os.walk(at):
        for name in names:
            with open(os.path.join(d, name), 'rb') as f:
                files[os.path.relpath(os.path.join(d, name), at)] = f.read()
    files['settings.txt'] = files['settings.txt'].replace(list_name.encode(), b'LIST')
    return files


section('out')
one = seen(DEV, 'one')
equal('its files', sorted(one), ['archive.mbox', 'bans.csv', 'coming.csv', 'members.csv', 'nonmembers.csv', 'roles.csv', 'rules.csv', 'settings.txt', 'templates/welcome.txt'])
check('people who are no members', b'later@uni.example,Lara,20' in one['coming.csv'] and one['nonmembers.csv'] == b'address,action\npat@far.example,accept\n', one['coming.csv'])
equal('members', one['members.csv'].count(b'\n'), 1202)
lines = {x.partition(b',')[0]: x.split(b',') for x in one['members.csv'].split(b'\n')}
equal('what is chosen, and what is as it is anyway', [lines[x + b'@uni.example'][-4:] for x in (b'p5', b'p6', b'p7')],
      [[b'', b'', b'no', b''], [b'fr', b'summary', b'no', b'status form name'], [b'', b'', b'yes', b'status form hidden']])
check('settings as text', b'subject_prefix = [dev] \n' in one['settings.txt'] and 'description = Gr\u00fc\u00dfe'.encode() in one['settings.txt']
      and b'\n# max_num_recipients = 20\n' in one['settings.txt'], one['settings.txt'].decode())
check('nothing that a table program would run', b'\n=cmd' not in one['members.csv'])

section('members as CSV, and again')
csv = p.cli('member', 'export', DEV)
p.cli('member', 'remove', DEV, '-', input='\n'.join(f'p{i}@uni.example' for i in range(10)))
equal('ten left', len(p.json('member', 'ls', DEV)), 1191)
with open(f'{root}/members', 'w') as f:
    f.write(csv)
check('they are added', '12 added' in p.run('member', 'import', DEV, f'{root}/members').stdout)
equal('they are back as they were, but for whose hand it was', sorted(p.cli('member', 'export', DEV).split('\n')),
      sorted(csv.replace(',off,user,', ',off,moderator,').split('\n')))
one = seen(DEV, 'one')

section('in again')
r = p.run('import', 'postern', f'{root}/one', TWIN, '--dry-run')
check('a dry run makes none', r.returncode == 0 and TWIN not in p.cli('list', 'ls'), r.stdout + r.stderr)
r = p.run('import', 'postern', f'{root}/one', TWIN, '--report', f'{root}/report')
check('it ends well', r.returncode == 0 and 'members 1201 of 1201' in r.stdout and 'posts 30 of 30' in r.stdout, r.stdout + r.stderr)
two = seen(TWIN, 'two')
for name in one:
    check(f'{name} is the same', two.get(name) == one[name], (one[name][-900:], two.get(name, b'')[-900:]))
equal('and no other file', sorted(two), sorted(one))
r = p.run('import', 'postern', f'{root}/one', TWIN)
check('once more changes nothing', 'nothing to change' in r.stdout, r.stdout)
r = p.run('import', 'postern', root, 'other@lists.example')
check('a folder that is none', r.returncode == 1 and 'settings.txt' in r.stdout + r.stderr, r.stdout + r.stderr)
done()
