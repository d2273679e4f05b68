"""bench/rows_pages.py: the row of a large list's pages: pages."""
import base64, http.client, os, random, re, sqlite3, statistics, time
import lib
from peers import Postern

MEMBERS, HELD, BOUNCING, BOUNCES = 100000, 1000, 3000, 20000
FEW = 30  # requests of one client for a page in a run
FIRST = "anna bert carla dora emil fritz gerda hans ida jan karl lena mia nils otto paula".split()


def names(rng=random.Random(4)):
    for i in range(MEMBERS):
        n = rng.choice(FIRST)
        yield f"{n}.{i:06d}@d{i % 997:03d}.test", f"{n.title()} Nr {i}"


def write_csv(path):
    lib.write(path, "address,name\r\n" + "".join(f"{a},{n}\r\n" for a, n in names()))


def timed(ps, *words):
    t = time.perf_counter()
    ps.cli(*words)
    return time.perf_counter() - t


def fill(ps):
    """What waits and what came back, as post would have written it; straight into the book, since it only has to be there."""
    book, now, rng = sqlite3.connect(f"{ps.dir}/lists/lists.db", isolation_level=None), int(time.time()), random.Random(5)
    book.execute("BEGIN IMMEDIATE")
    body = b"From: zoe@d001.test\r\nTo: big@list.test\r\nSubject: held\r\nMessage-ID: <%d@d001.test>\r\n\r\n" + b"A line of text.\r\n" * 100
    for i in range(HELD):
        book.execute("INSERT INTO held (list, source, held_at, reverse_path, author, author_name, subject, message_id, rule, reason, trust, "
                     "size, body, verdict, handled_by, handled_at) VALUES (1, ?, ?, 'zoe@d001.test', 'zoe@d001.test', 'Zoe', ?, ?, "
                     "'nonmember', 'the author is no member', '{}', 2000, ?, ?, 'olga', ?)",
                     (f"{i}/big@list.test", now - 60 * i, f"held {i}", f"<{i}@d001.test>", body % i, "" if i % 2 else "accepted", now - i))
    members = [r for r in book.execute("SELECT m.id, x.text FROM member m JOIN address x ON x.id = m.address ORDER BY m.id")]
    some = rng.sample(members, BOUNCING)
    book.executemany("UPDATE member SET bounce_score = ?, bounce_at = ?, bounce_text = '550 5.1.1 no such user' WHERE id = ?",
                     [(1 + i % 4, now - i, m) for i, (m, _) in enumerate(some)])
    book.executemany("INSERT INTO bounce (list, member, address, at, class, status, author_domain, text, act, score, event) VALUES "
                     "(1, ?, ?, ?, ?, '5.1.1', ?, '550 5.1.1 no such user', 'count', 1, ?)",
                     [(*rng.choice(some), now - rng.randrange(29 * 86400), rng.choice(("mailbox", "policy", "full", "complaint")),
                       f"d{i % 40:03d}.test", i) for i in range(1, BOUNCES + 1)])
    book.execute("COMMIT")
    book.close()


class Client:
    """A signed-in browser, or a program with a token."""

    def __init__(self, port, head):
        self.port, self.head = port, head
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path):
        """Milliseconds, and the body."""
        t = time.perf_counter()
        self.connection.request("GET", path, headers=self.head)
        answer = self.connection.getresponse()
        body = answer.read()
        ms = (time.perf_counter() - t) * 1000
        if answer.status != 200:
            raise lib.Failed(f"{path}: {answer.status}")
        return ms, body


def browser(ps):
    token = re.search(r"/confirm/(\S+)", ps.cli("user", "link", "admin@list.test"))[1]
    c = http.client.HTTPConnection("127.0.0.1", ps.web, timeout=60)
    c.request("POST", "/confirm/" + token, "", {"Content-Type": "application/x-www-form-urlencoded"})
    return Client(ps.web, {"Cookie": c.getresponse().getheader("Set-Cookie").split(";")[0]})


def program(ps):
    pair = "admin@list.test:" + ps.cli("user", "token", "admin@list.test").strip()
    return Client(ps.web, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})


def middle(client, last):
    """The address of the page whose rows are half-way, by the link of each page to the next."""
    path = "/lists/big/admin/members"
    for _ in range(MEMBERS // 200 if last else 1):
        found = re.search(rb'href="([^"]+)" rel="next"', client.get(path)[1])
        if not found:
            break
        path = found[1].decode().replace("&amp;", "&")
    return path


def paths(client, api):
    admin = "/lists/big/admin/"
    yield from ((client, admin + "members"), (client, middle(client, False)), (client, middle(client, True)))
    for words in ("anna", "nr+99", "anna.05", "d996.test", "@", "nobody.at.all"):
        yield client, admin + "members?q=" + words
    for page in ("settings", "held", "health", "roles", "bans", "log"):
        yield client, admin + page
    for path in ("/lists/", "/lists/big/", "/account", "/queue", "/outbox"):
        yield client, path
    for path in ("lists", "lists/big.list.test", "lists/big.list.test/config", "lists/big.list.test/roster/member?count=50&page=1",
                 "lists/big.list.test/roster/member?count=50&page=1900", "users?count=50&page=1", "users?count=50&page=1900",
                 "addresses?count=50&page=1900", "members?count=50&page=1900", "members/find?list_id=big.list.test&subscriber=*nobody*",
                 "members/find?subscriber=" + next(names(random.Random(4)))[0]):
        yield api, "/api/3.1/" + path


def pages(o):
    """A list of 100,000: its import, its synchronisation with the same file, and its pages at one client."""
    csv = os.path.join(o.scratch, "members.csv")
    write_csv(csv)
    brought, synced = [], []
    for _ in range(min(o.n, 3)):
        ps = Postern(o.scratch, o.binary)
        ps.configure("send.relay=outbox")
        ps.cli("list", "create", "big@list.test", "--owner", "olga@list.test")
        brought.append(timed(ps, "member", "import", "big", csv))
        synced.append(timed(ps, "member", "sync", "big", csv))
    lib.show("CSV import of 100,000", brought, "s")
    lib.show("sync with what is so", synced, "s")
    fill(ps)
    ps.start()
    slow = 0
    for client, path in paths(browser(ps), program(ps)):
        times = [client.get(path)[0] for _ in range(FEW)]
        lib.show(path[:44], times, "ms")
        slow += statistics.median(times) >= 100
    ps.stop()
    print(f"    {slow} pages of 100 ms or more")
