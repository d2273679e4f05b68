"""Who has lost the app that makes their codes: an administrator turns them off, having shown that it is they."""
import sqlite3
import time

from browser import Browser
from harness import Postern, check, done, equal, eventually, limit, section

limit(900)
ANNA, ADA = 'anna@uni.example', 'ada@uni.example'
p = Postern(send__relay='outbox')
p.cli('user', 'add', ANNA)
p.cli('user', 'add', ADA, '--admin')
p.cli('user', 'passwd', ADA, input='correct horse battery\n')
p.start()
check('web is ready', eventually(lambda: [e for e in p.events('role-ready') if e['name'] == 'web']), p.tail())
ada, anna = Browser(p, network='192.0.2.9').enter(ADA), Browser(p, network='192.0.2.8').enter(ANNA)


def book(sql, *values):
    with sqlite3.connect(f'{p.data}/lists/lists.db', timeout=60) as b:
        return b.execute(sql, values).fetchall()


number = book('SELECT person FROM address WHERE key = ?', ANNA)[0][0]
page = f'/persons/{number}'
section('the button')
check('is not there for who has no app', 'totp_off' not in ada.get(page).page)
book("INSERT INTO totp (person, secret, made_at, confirmed_at) VALUES (?, x'00', 1, 1)", number)
check('is there for who has', 'totp_off' in ada.get(page).page, ada.page)
equal('not for others', anna.ask('GET', page).status, 403)
book('UPDATE session SET proven_at = 1')
ada.submit('Their app')
check('who is not proven is asked first', 'password' in ada.page and book('SELECT count(*) FROM totp') == [(1,)], ada.text()[:300])
book('UPDATE session SET proven_at = ?', int(time.time()))
ada.get(page).submit('Their app')
check('and it is done', 'without a code from now on' in ada.text() and book('SELECT count(*) FROM totp') == [(0,)], ada.text()[:300])
equal('audited', book("SELECT what FROM audit WHERE person = (SELECT person FROM address WHERE key = ?) ORDER BY id DESC LIMIT 1", ADA),
      [('codes of an app taken off',)])
check('and told by a letter', eventually(lambda: [e for e in p.events('notice-queued') if e.get('to') == ANNA]), p.tail())
equal('the log says nothing of trouble', [x for x in p.events() if x['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
