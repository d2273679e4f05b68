"""bench/rows_search.py: the row of the search at a million posts: search."""
import contextlib, glob, http.client, os, random, sqlite3, statistics, subprocess, sys, time
from urllib.parse import quote
import lib
from peers import Postern
from rows_archive import SHARED

POSTS, ROUNDS = 1000000, 3
# As people ask: some words that nearly every post has, some that few have, and every part of the language. Words that
# pick themselves out of the generated vocabulary of 210 are many posts': the least frequent is in a tenth of them.
QUERIES = """the
refinement
"structure refinement"
structure refinement
rotamer planarity
ramachandran chirality mmcif
traceback OR segmentation
crash -windows
from:wang
from:yamamoto twin
from:terwilliger subject:density
subject:refinement
subject:"phase error"
subject:python install
to:developer planarity
has:attachment
has:attachment scaling
has:patch
has:patch regression
file:paper
file:csv from:park
date:2016-05 map
date:2019 detector
after:2024 beamline
before:2003 cluster
ramach*
crystal*
refine* residue*
"bulk solvent"
"simulated annealing" protocol OR target
quoted:yes mosaicity
body:wavelength
thread:500000
thread:900000 map
晶体结构
結果
질문
всё работает
naive
größe
gnomonic
u17
patch fix bug
molecular replacement solution""".split("\n")


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, text):
        """Milliseconds until the whole page was there."""
        t = time.perf_counter()
        self.connection.request("GET", "/lists/dev/search?q=" + quote(text))
        answer = self.connection.getresponse()
        body = answer.read()
        ms = (time.perf_counter() - t) * 1000
        if answer.status != 200 or b'id="res"' not in body:
            raise lib.Failed(f"search {text}: {answer.status}")
        return ms


def mixed(port, rounds=ROUNDS):
    """All queries, in another order each round: milliseconds by query."""
    client, times, rng = Client(port), {q: [] for q in QUERIES}, random.Random(3)
    for _ in range(rounds):
        for q in rng.sample(QUERIES, len(QUERIES)):
            times[q].append(client.ask(q))
    return times


def show(times):
    every = sorted(t for of in times.values() for t in of)
    slowest = sorted(times, key=lambda q: -statistics.median(times[q]))[:6]
    print("    slowest: " + ", ".join(f"{q} {statistics.median(times[q]):.1f} ms" for q in slowest))
    return statistics.median(every), every[int(len(every) * 0.99)]


def million(o):
    """Generated once, into scratch: 2 GB, and the archive made of it."""
    ps = Postern(os.path.join(o.scratch, "million"), o.binary)
    if os.path.exists(f"{ps.dir}/complete"):
        return ps
    os.makedirs(os.path.dirname(ps.dir), exist_ok=True)
    ps.configure()
    ps.cli("list", "create", "dev@list.test")
    mbox = os.path.join(o.scratch, "million.mbox")
    with open(mbox, "wb") as out:
        subprocess.run([sys.executable, os.path.join(SHARED, "gen.py"), "-n", str(POSTS)], stdout=out, check=True)
    t = time.time()
    ps.cli("archive", "import", "dev", mbox)
    print(f"    import: {POSTS / (time.time() - t):.0f} posts/s; book {sum(map(os.path.getsize, glob.glob(ps.dir + '/archive/*'))) / os.path.getsize(mbox):.2f} of raw")
    os.unlink(mbox)
    lib.write(f"{ps.dir}/complete", "")
    return ps


def made(ps):
    """After an update the role post makes the index anew, and after an import what it has at hand of each post."""
    until, left = time.time() + 3600, 1
    while left:
        if time.time() > until:
            raise lib.Failed("the index is not complete after an hour")
        time.sleep(1)
        with contextlib.closing(sqlite3.connect(f"file:{ps.dir}/archive/archive.db?mode=ro", uri=True)) as book, \
                contextlib.suppress(sqlite3.OperationalError):  # the book is not yet brought up to date
            left = book.execute("SELECT (SELECT count(*) FROM refill) + (SELECT count(*) > 1 FROM stale)").fetchone()[0]


def rate(o, ps, clients=64, seconds=20):
    """Searches a second, each answered with 200: every client goes through all the queries."""
    script = os.path.join(o.scratch, "search.lua")
    paths = ", ".join('"/lists/dev/search?q=' + quote(q) + '"' for q in QUERIES)
    lib.write(script, f"local paths = {{{paths}}}\nlocal n = 0\n"
              "request = function() n = n + 1 return wrk.format('GET', paths[n % #paths + 1]) end\n")
    return lib.Wrk(f"http://127.0.0.1:{ps.web}", clients, seconds, script).rate


def search(o):
    """The first round, which finds the book's file as the kernel has it, does not count."""
    lib.need("wrk", "wrk")
    ps, p50, p99, many, memory = million(o), [], [], [], []
    for _ in range(o.n):
        ps.start()
        made(ps)
        mixed(ps.web, 1)
        half, most = show(mixed(ps.web))
        p50.append(half), p99.append(most)
        with lib.Peak(lib.role(ps.pid, "web")) as peak:
            many.append(rate(o, ps))
        memory.append(peak.mb)
        ps.stop()
    lib.show(f"search, {len(QUERIES)} mixed queries, p50, 1 client", p50, "ms")
    lib.show(f"search, {len(QUERIES)} mixed queries, p99, 1 client", p99, "ms")
    lib.show("the same, 64 clients", many, "req/s")
    lib.show("PSS of the web role meanwhile, at most", memory, "MB")
