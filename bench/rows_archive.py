"""bench/rows_archive.py: the rows of the archive: import, thread."""
import glob, http.client, lzma, os, shutil, sqlite3, statistics, subprocess, time
import lib
from peers import Postern
from public_inbox import PublicInbox

SHARED = os.environ.get("POSTERN_DATA_SHARED", os.path.join(lib.ROOT, "..", "shared", "data"))
POSTS = 10000
PEER_SECONDS = 1200  # for one import by the peer; it ends well before on two cores that are ours
COLD, WARM, PEER = 15, 200, 20  # requests of one client in a run


def real_list(o):
    path = os.path.join(o.scratch, "list.mbox")
    if not os.path.exists(path):
        with lzma.open(os.path.join(SHARED, "lists", "linux-mips-10k.mbox.xz")) as f, open(path + ".part", "wb") as out:
            shutil.copyfileobj(f, out)
        os.rename(path + ".part", path)
    return path


def postern_list(o, *sets):
    ps = Postern(o.scratch, o.binary)
    ps.configure(*sets)
    ps.cli("list", "create", "mips@list.test")
    return ps


def import_(o):
    """Postern n times; in their middle the peer, which takes minutes, once."""
    mbox, own = real_list(o), []
    for i in range(o.n):
        ps = postern_list(o)
        t = time.time()
        ps.cli("archive", "import", "mips", mbox)
        own.append(POSTS / (time.time() - t))
        if ps.cli("archive", "search", "mips", "kernel").count("\n") < 10:
            raise lib.Failed("Postern finds nothing in what it imported")
        if i == o.n // 2:
            peer = peer_import(o, mbox)
    print(f"    book: {sum(map(os.path.getsize, glob.glob(ps.dir + '/archive/*'))) / 1e6:.1f} MB of {os.path.getsize(mbox) / 1e6:.1f} MB raw")
    base = lib.show("import, searchable, public-inbox", [peer], "posts/s")
    lib.show("import, searchable, Postern", own, "posts/s", base)


def peer_import(o, mbox):
    """Posts a second; where it does not come to its end in PEER_SECONDS, more than it can do."""
    pi, start = PublicInbox(o.scratch), time.time()
    pi.configure()
    try:
        pi.bring_in(mbox, PEER_SECONDS)
        stored = time.time()
        pi.index(PEER_SECONDS - (stored - start))
    except subprocess.TimeoutExpired:
        print(f"    public-inbox did not end in {PEER_SECONDS} s: its figure is what it would be had it just ended")
        return POSTS / PEER_SECONDS
    took = time.time() - start
    if pi.found("kernel") < 10:
        raise lib.Failed("public-inbox finds nothing in what it imported")
    print(f"    public-inbox: {stored - start:.0f} s to store, {took - (stored - start):.0f} s to index")
    return POSTS / took


class Page:
    """One client on a kept connection that takes the whole page and says nothing of one it had before."""

    def __init__(self, port, path):
        self.port, self.path, self.size = port, path, 0
        self.url = f"http://127.0.0.1:{port}{path}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self):
        """Milliseconds, and the body."""
        t = time.perf_counter()
        self.connection.request("GET", self.path)
        answer = self.connection.getresponse()
        body = answer.read()
        ms = (time.perf_counter() - t) * 1000
        if answer.status != 200 or len(body) < self.size * 0.9:
            raise lib.Failed(f"{self.url}: {answer.status}, {len(body)} octets")
        self.size = len(body)
        return ms, body

    def p50(self, count):
        return statistics.median(self.get()[0] for _ in range(count))

    def rate(self, p50, clients=64):
        """Requests a second, each answered with 200 and the whole body. p50: milliseconds of one client, by which
        it goes on until each of the clients has had some pages."""
        seconds = int(min(150, max(6, 2 * clients * p50 / 1000)))
        w = lib.Wrk(self.url, clients, seconds, patient=True)
        if w.answers < clients or w.octets < w.answers * self.size * 0.98:
            raise lib.Failed(f"{self.url}: not every answer is the page: {w.text}")
        return w.rate


def cold(ps, page):
    """p50 where each request is the first of that page: its list has just been changed to hide addresses from
    guests, as is the default, and the page that was kept shows them, so that an old page is told from a new one."""
    times = []
    for _ in range(COLD):
        bodies = []
        for hide in ("no", "yes"):
            ps.cli("list", "set", "mips", f"obscure_addresses={hide}")
            ms, body = page.get()
            bodies.append(body)
        if bodies[0] == bodies[1]:
            raise lib.Failed("the page is one from before the change")
        times.append(ms)
    return statistics.median(times)


def longest_thread(ps):
    """Its number, its posts, the Message-ID of its first."""
    with sqlite3.connect(f"file:{ps.dir}/archive/archive.db?mode=ro", uri=True) as book:
        return book.execute("SELECT number, posts, message_id FROM thread JOIN post ON post.id = root ORDER BY posts DESC LIMIT 1").fetchone()


def thread(o):
    lib.need("wrk", "wrk")
    mbox, ps, pi = real_list(o), postern_list(o), PublicInbox(o.scratch)
    ps.cli("archive", "import", "mips", mbox)
    pi.configure()
    pi.bring_in(mbox, PEER_SECONDS)  # its page needs no full-text index
    number, posts, message_id = longest_thread(ps)
    pi.start()
    peer, out = Page(pi.port, f"/mips/{message_id}/T/"), {}

    def add(name, value):
        out.setdefault(name, []).append(value)
    for _ in range(o.n):
        ps.start()
        own = Page(ps.web, f"/lists/mips/t/{number}")
        own.get(), peer.get()
        add("cold", cold(ps, own))
        add("warm", own.p50(WARM))
        add("peer", peer.p50(PEER))
        add("rate", own.rate(out["warm"][-1]))
        add("peer rate", peer.rate(out["peer"][-1]))
        ps.stop()
    print(f"    Postern: {posts} posts, {own.size} octets; public-inbox: {pi.posts(message_id)} posts, {peer.size} octets")
    lib.show("longest thread, p50, 1 client, Postern, cold", out["cold"], "ms")
    lib.show("longest thread, p50, 1 client, Postern, warm", out["warm"], "ms")
    lib.show("longest thread, p50, 1 client, public-inbox", out["peer"], "ms")
    base = lib.show("longest thread, 64 clients, public-inbox", out["peer rate"], "req/s")
    lib.show("longest thread, 64 clients, Postern", out["rate"], "req/s", base)
    pi.stop()
