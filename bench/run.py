#!/usr/bin/env python3
"""bench/run.py ROW...: see README.md. -n RUNS (5), --binary PATH."""
import argparse, fcntl, os, signal, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lib
from rows_archive import import_, thread
from rows_lighthouse import lighthouse
from rows_million import million_
from rows_pages import pages
from rows_search import search
from rows_wall import wall_accept
from rows_mail import accept, fanout, fanout100k, memory, plain, signed, slow, verify

ROWS = {"accept": accept, "fanout": fanout, "fanout100k": fanout100k, "plain": plain, "slow": slow, "memory": memory, "signed": signed,
        "verify": verify, "import": import_,
        "thread": thread, "lighthouse": lighthouse, "search": search, "million": million_, "pages": pages, "wall_accept": wall_accept}


def alone(scratch):
    """The ports and the scratch folder are one bench's at a time."""
    lock = open(os.path.join(scratch, "lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("another bench runs")
    return lock


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupted(*_):
    for s in ENDING:
        signal.signal(s, signal.SIG_IGN)
    raise SystemExit("interrupted")


def measured(o, row):
    """Says what failed; the other rows are measured all the same."""
    print(f"{row}: before it the machine is {100 * lib.busy():.0f} % busy, load {os.getloadavg()[0]:.1f}", flush=True)
    try:
        ROWS[row](o)
    except Exception as e:
        print(f"{row}: not measured: {type(e).__name__}: {e}", flush=True)
        return False
    finally:
        lib.end_all()
    print(f"    after it the load is {os.getloadavg()[0]:.1f}", flush=True)
    return True


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("rows", nargs="+", choices=ROWS, metavar="ROW", help=", ".join(ROWS))
    p.add_argument("-n", type=int, default=5, metavar="RUNS")
    p.add_argument("--binary", default=os.path.join(lib.BUILD, "postern"))
    o = p.parse_args()
    o.scratch = os.path.join(tempfile.gettempdir(), "postern-bench")
    os.makedirs(o.scratch, exist_ok=True)
    os.chmod(o.scratch, 0o755)
    lock = alone(o.scratch)
    for s in ENDING:
        signal.signal(s, interrupted)
    lib.Names()
    try:
        failed = [row for row in o.rows if not measured(o, row)]
    finally:
        lib.end_all()
        lock.close()
    return 1 if failed else 0


sys.exit(main())
