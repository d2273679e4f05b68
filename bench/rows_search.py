"""bench/rows_search.py: the row of the search at a million posts: search."""
import glob, http.client, os, random, statistics, subprocess, sys, time
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


def search(o):
    """One client; the first round, which finds the book's file as the kernel has it, does not count."""
    ps, p50, p99 = million(o), [], []
    for _ in range(o.n):
        ps.start()
        mixed(ps.web, 1)
        half, most = show(mixed(ps.web))
        p50.append(half), p99.append(most)
        print(f"    PSS of all roles {lib.pss(ps.pid):.0f} MB")
        ps.stop()
    lib.show(f"search, {len(QUERIES)} mixed queries, p50, 1 client", p50, "ms")
    lib.show(f"search, {len(QUERIES)} mixed queries, p99, 1 client", p99, "ms")
