"""bench/rows_million.py: the row of reading an archive of a million posts: million."""
import http.client, os, random, sqlite3, statistics, threading, time
import lib
from rows_search import QUERIES, Client, made, million

THREADS, CLIENTS, SECONDS = 2000, 64, 20
NEXT = """
local paths = {%s}
local i = 0
function request()
  i = i %% #paths + 1
  return wrk.format("GET", paths[i])
end
"""


def threads_of(ps, seed):
    """Paths of threads taken at random, as posts are read: a thread of many posts more often."""
    with sqlite3.connect(f"file:{ps.dir}/archive/archive.db?mode=ro", uri=True) as book:
        most = book.execute("SELECT max(id) FROM post").fetchone()[0]
        rng = random.Random(seed)
        ids = [rng.randrange(1, most + 1) for _ in range(THREADS)]
        rows = [book.execute("SELECT p.number FROM thread t JOIN post p ON p.id = t.root WHERE t.id = (SELECT thread FROM post WHERE id = ?)",
                             (i,)).fetchone() for i in ids]
    return [f"/lists/dev/t/{r[0]}" for r in rows if r]


def times(port, paths):
    """Milliseconds until each page was there, one client."""
    connection, out = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    for path in paths:
        t = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        out.append((time.perf_counter() - t) * 1000)
        if answer.status != 200:
            raise lib.Failed(f"{path}: {answer.status}")
    return sorted(out)


def rate(ps, paths, scratch):
    """Threads a second at 64 clients, each another one, while searches go on beside it."""
    script = os.path.join(scratch, "paths.lua")
    lib.write(script, NEXT % ",".join(f'"{p}"' for p in paths))
    until, searching = time.time() + SECONDS, Client(ps.web)

    def search():
        while time.time() < until:
            searching.ask(random.choice(QUERIES))
    beside = threading.Thread(target=search)
    beside.start()
    w = lib.Wrk(f"http://127.0.0.1:{ps.web}", CLIENTS, SECONDS, script)
    beside.join()
    return w.rate


def million_(o):
    """Threads at random: cold is the first time in the life of the server, warm the second; then 64 clients, and what the
    role web takes at most meanwhile."""
    lib.need("wrk", "wrk")
    ps, out = million(o), {}

    def add(name, value):
        out.setdefault(name, []).append(value)
    for i in range(o.n):
        ps.start()
        made(ps)
        paths = threads_of(ps, i)
        for what in ("cold", "warm"):
            t = times(ps.web, paths)
            add(f"{what}, p50", statistics.median(t)), add(f"{what}, p99", t[int(len(t) * 0.99)])
        with lib.Peak(lib.role(ps.pid, "web")) as peak:
            add("rate", rate(ps, threads_of(ps, 100 + i), o.scratch))
        add("memory", peak.mb)
        ps.stop()
    for name in ("cold, p50", "cold, p99", "warm, p50", "warm, p99"):
        lib.show(f"a thread of 1,000,000 posts, 1 client, {name}", out[name], "ms")
    lib.show(f"threads of 1,000,000 posts, {CLIENTS} clients, searches beside", out["rate"], "req/s")
    lib.show("the role web meanwhile, PSS", out["memory"], "MB")
