"""Reports about this server that come by mail: DMARC (RFC 9990) and TLS (RFC 8460) to the address that init's DNS records name are
counted for the page /reports and its JSON; what is forged, about others or too large goes to the administrator."""
import base64
import gzip
import io
import json
import urllib.error
import urllib.request
import zipfile

from harness import Postern, check, done, equal, eventually, limit, section
from mailing import message
from nameserver import NameServer
from sink import Sink

limit(900)
ADMIN, ANNA, RUA = 'admin@home.example', 'anna@home.example', 'postmaster@lists.example'
sink = Sink('127.0.0.26', 0, 'home.example')
dns = NameServer({
    'home.example': {'MX': [(10, 'home.host')]}, 'home.host': {'A': ['127.0.0.26']},
    'google.example': {'TXT': ['v=spf1 ip4:127.0.0.1 -all']}, 'big.example': {'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
    'evil.example': {'TXT': ['v=spf1 ip4:127.0.0.1 -all']},
})
p = Postern(dns=dns, mx_port=sink.port, admin=ADMIN)
for name in ('_dmarc', '_smtp._tls'):
    check(f'init prints a record {name} that names the address', any(
        x.startswith(f'{name}.lists.example. IN TXT') and 'rua=mailto:' + RUA in x for x in p.first_words.splitlines()), p.first_words)
p.cli('user', 'add', ANNA)
admin, anna = p.token(ADMIN), p.token(ANNA)
p.start()


def record(ip, count, dkim, spf):
    return (f'<record><row><source_ip>{ip}</source_ip><count>{count}</count><policy_evaluated><disposition>none</disposition>'
            f'<dkim>{dkim}</dkim><spf>{spf}</spf></policy_evaluated></row><identifiers><header_from>lists.example</header_from></identifiers></record>')


def dmarc(number, *records, domain='lists.example'):
    return (f'<?xml version="1.0"?><feedback><report_metadata><org_name>Google</org_name><email>x@google.example</email><report_id>{number}</report_id>'
            f'<date_range><begin>1795651200</begin><end>1795737599</end></date_range></report_metadata><policy_published><domain>{domain}</domain>'
            f'<p>none</p></policy_published>{"".join(records)}</feedback>').encode()


def tls(number, result, count):
    return json.dumps({'organization-name': 'Big Mail', 'date-range': {'start-datetime': '2026-11-26T00:00:00Z', 'end-datetime': '2026-11-26T23:59:59Z'},
                       'contact-info': 'x@big.example', 'report-id': number, 'policies': [
        {'policy': {'policy-type': 'sts', 'policy-domain': 'lists.example'}, 'summary': {'total-successful-session-count': 500, 'total-failure-session-count': count},
         'failure-details': [{'result-type': result, 'receiving-mx-hostname': 'mail.lists.example', 'failed-session-count': count}]}]}).encode()


def report(sender, content, kind, to=RUA, envelope=None, name='report.xml.gz'):
    body = base64.encodebytes(content).replace(b'\n', b'\r\n')
    post = message(sender, to, f'Report Domain: lists.example Submitter: {sender.split("@")[1]} Report-ID: <1>', body, MIME_Version='1.0',
                   Content_Type=f'{kind}; name="{name}"', Content_Transfer_Encoding='base64')
    equal('a report is taken', p.deliver(envelope or sender, to, post)[0], 250)
    check('and dealt with', p.quiet(), p.tail())


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('report.xml', content)
    return out.getvalue()


def page(path='/reports.json', token=admin):
    asked = urllib.request.Request(f'http://127.0.0.1:{p.web}{path}', headers={'Authorization': 'Bearer ' + token})
    try:
        return urllib.request.urlopen(asked, timeout=60).read().decode()
    except urllib.error.HTTPError as e:
        return e.code


section('counted')
check('nothing yet', not json.loads(page())['any'])
report('noreply@google.example', gzip.compress(dmarc(1, record('192.0.2.1', 40, 'pass', 'fail'), record('203.0.113.9', 12, 'fail', 'fail'))), 'application/gzip')
report('noreply@google.example', zipped(dmarc(2, record('203.0.113.9', 5, 'fail', 'fail'))), 'application/zip', name='r.zip')
for _ in range(2):  # twice is once
    report('tls@big.example', gzip.compress(tls('a', 'certificate-expired', 30)), 'application/tlsrpt+gzip', name='r.json.gz')
seen = json.loads(page())
rows = {(r['reporter'], r['about']): (r['passed'], r['failed'], r['name'], r['word']) for r in seen['rows']}
equal('by reporter', rows, {('google.example', 'DMARC'): (40, 17, 'Google', 'More fail'), ('big.example', 'TLS'): (500, 30, 'Big Mail', 'More fail')})
equal('what failed, most first', [(f['source'], f['count']) for f in seen['failures']], [('mail.lists.example', 30), ('203.0.113.9', 17)])
check('and what to do', 'has expired' in seen['failures'][0]['what'] and 'Renew' in seen['failures'][0]['advice'], seen['failures'][0])
html = page('/reports')
check('the page says the same', all(x in html for x in ('google.example', '203.0.113.9', 'certificate has expired')), html[-2000:])
check('the account leads to it', '/reports' in page('/account'))
equal('nobody else sees it', (page(token=anna), page('/reports', anna)), (403, 403))
equal('no person has got a report', sink.to(ADMIN), [])
check('the ledger says what became of them', [r for r in p.trace(RUA) if r['what'] == 'counted'], p.trace(RUA))

section('not counted')
other = dmarc(3, record('192.0.2.1', 9000, 'fail', 'fail'))
report('noreply@google.example', gzip.compress(other), 'application/gzip', envelope='x@evil.example')
report('noreply@google.example', gzip.compress(dmarc(4, domain='else.example')), 'application/gzip')
report('x@evil.example', gzip.compress(b' ' * (200 << 20)), 'application/gzip')
report('x@evil.example', zipped(b'<feedback>' + b'<a>' * 5_000_000), 'application/zip', name='r.zip')
report('x@evil.example', zipped(b'<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa">]><feedback>&a;</feedback>'), 'application/zip', name='r.zip')
check('all go to the administrator', eventually(lambda: len(sink.to(ADMIN)) == 5), (len(sink.to(ADMIN)), p.tail()))
equal('and change nothing', json.loads(page()), seen)
equal('the log says nothing of trouble', [e for e in p.events() if e['level'] == 'error'], [])
equal('SIGTERM ends it well', p.stop(), 0)
done()
