"""Unpacks the peers that the tests named will want, while there is a network: a test may run where there is none.

    fetch_peers.py test_dane test_trust_peers"""
import os
import re
import sys

from harness import HERE, Failed, _clean
from peers import unpacked

IMPORTS = re.compile(r'^(?:from|import) (\w+)', re.M)
UNPACKS = re.compile(r"unpacked\('([a-z0-9.+-]+)'\)")


def sources(name, seen):
    """That test with the modules of ours that it imports, whichever way."""
    path = f'{HERE}/{name}.py'
    if name in seen or not os.path.exists(path):
        return seen
    seen[name] = open(path).read()
    for other in IMPORTS.findall(seen[name]):
        sources(other, seen)
    return seen


def wanted(tests):
    """The first package of each root folder with those that go into the same."""
    seen, out = {}, {}
    for test in tests:
        sources(test, seen)
    for name, text in seen.items():
        if name != 'peers':
            out.update({package: () for package in UNPACKS.findall(text)})
    if any('Postfix(' in text for name, text in seen.items() if name != 'peers'):
        out['postfix'] = ()
    if 'mailman3' in seen:
        from mailman3 import _modules
        out['mailman3'] = _modules()
    if 'clamd' in seen:
        from clamd import _libraries
        out['clamav-daemon'] = _libraries()
    if 'postorius' in seen:
        from postorius import PACKAGES, offered
        out.update({package: () for package in PACKAGES if offered()})
    return out


if __name__ == '__main__':
    failed = 0
    for package, more in wanted(sys.argv[1:]).items():
        try:
            unpacked(package, *more)
        except Failed as e:
            failed += 1
            print(e)
    _clean()
    sys.exit(failed > 0)
