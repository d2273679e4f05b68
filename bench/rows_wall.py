"""bench/rows_wall.py: what a virus wall costs: the row wall_accept."""
import statistics, subprocess
import lib
from peers import Clamd, Postern
from rows_mail import settle

MAILS, WAYS = 3000, ((16, 1), (4, 4), (1, 16))  # sessions at one time, and messages under way in each


def bare(clamd):
    """The best of several ways to ask."""
    rates = {}
    for sessions, window in WAYS:
        text = subprocess.run([lib.tool("scan"), clamd.socket, str(MAILS), str(sessions), str(window)], check=True, capture_output=True, text=True,
                              timeout=300).stdout
        rates[sessions, window] = lib.fields(text)["rate"]
    return max(rates.items(), key=lambda x: x[1])


def accepted(ps):
    text = subprocess.run([lib.tool("blast"), f"127.0.0.1:{ps.port}", "null@list.test", str(MAILS), "20", "keep"], check=True, capture_output=True,
                          text=True, timeout=300).stdout
    settle(ps)
    return lib.fields(text)["rate"]


def wall_accept(o):
    clamd, ps = Clamd(o.scratch), Postern(o.scratch, o.binary)
    clamd.start()
    ps.configure("send.relay=outbox", f"wall.clamd={clamd.socket}")
    ps.cli("alias", "add", "null@list.test", "x@null.test")
    ps.start()
    alone, through, ways = [], [], []
    try:
        for _ in range(o.n):
            way, rate = bare(clamd)
            ways.append(way)
            alone.append(rate)
            through.append(accepted(ps))
    finally:
        ps.stop()
        clamd.stop()
    base = lib.show("wall_accept, clamd asked by itself", alone, "mails/s")
    lib.show("wall_accept, Postern with that clamd", through, "mails/s", base)
    print(f"    by pairs of runs in a row: {statistics.median(b / a for a, b in zip(alone, through)):.2f}; clamd was fastest with "
          + ", ".join(f"{s} x {w}" for s, w in ways))
