"""bench/rows_lighthouse.py: what Lighthouse says of the pages of the 10,000-post list: the row lighthouse."""
import json, os, shutil, sqlite3, statistics, subprocess
import lib
from rows_archive import POSTS, longest_thread, postern_list, real_list

JS = os.path.join(lib.ROOT, "tests", "e2e", "js")
TLS = 8086
CATEGORIES = ("performance", "accessibility", "best-practices")
ABOUT = "# The port to MIPS\n\nWhat we do, and how to take part.\n\n" + "".join(
    f"## Part {i}\n\n" + "Words of some seventy octets each, as people write them in their pages.\n" * 9 + "\n" for i in range(9))


def served(o):
    """The list, with the group's own page, over TLS."""
    root = os.path.join(o.scratch, "root")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    lib.write(f"{root}/about.md", ABOUT)
    ps = postern_list(o, f"web.listen_tls=127.0.0.1:{TLS}", f"site.url=https://127.0.0.1:{TLS}", f"web.root={root}")
    ps.cli("list", "set", "mips", "description=The port of the kernel to MIPS processors")
    ps.cli("archive", "import", "mips", real_list(o))
    ps.cli("user", "add", "admin@list.test", "--admin")
    return ps


def posts_of(ps):
    """The number of the post whose message is of the middle size, and of the first with a patch that is longer than 20 KB."""
    with sqlite3.connect(f"file:{ps.dir}/archive/archive.db?mode=ro", uri=True) as book:
        middle = book.execute("SELECT number FROM post ORDER BY size LIMIT 1 OFFSET ?", (POSTS // 2,)).fetchone()[0]
        return middle, book.execute("SELECT number FROM post WHERE size > 20000 AND subject LIKE '%[PATCH%' ORDER BY number LIMIT 1").fetchone()[0]


def kinds(ps):
    """What kind of page, its path, who asks."""
    one, patch = posts_of(ps)
    admin = {"Authorization": "Bearer " + ps.cli("user", "token", "admin@list.test").strip()}
    return [("lists", "/lists/", {}), ("list", "/lists/mips/", {}), ("longest thread", f"/lists/mips/t/{longest_thread(ps)[0]}", {}),
            ("post", f"/lists/mips/{one}", {}), ("post with a patch", f"/lists/mips/{patch}", {}), ("month", "/lists/mips/by/2005/11/", {}),
            ("search", "/lists/mips/search?q=kernel", {}), ("site page", "/about", {}), ("sign in", "/login", {}),
            ("account", "/account", admin), ("moderation", "/lists/mips/admin/held", admin), ("settings", "/lists/mips/admin/settings", admin)]


def whole(s):
    return not s.get("failed") and None not in s["scores"].values()


def asked(pages):
    """One run of Lighthouse over each page; once more over those at which the browser was too late for it."""
    seen = visited(pages)
    late = [i for i, s in enumerate(seen) if not whole(s)]
    for i, s in zip(late, visited([pages[i] for i in late]) if late else []):
        if not whole(s):
            raise lib.Failed(f"{s['path']}: {s.get('failed')} {s['wrong']}")
        seen[i] = s
    return seen


def visited(pages):
    job = json.dumps({"base": f"https://127.0.0.1:{TLS}", "categories": CATEGORIES, "visits": [{"path": p, "headers": h} for _, p, h in pages]})
    pipe = subprocess.PIPE
    node = lib.spawn(["node", "lighthouse.mjs"], cwd=JS, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    said, wrong = node.communicate(job, 900)
    lib.end(node)
    if node.returncode:
        raise lib.Failed(wrong)
    return json.loads(said)


def lighthouse(o):
    lib.need("chromium", "chromium")
    if not os.path.isdir(os.path.join(JS, "node_modules", "lighthouse")):
        raise lib.Failed("Lighthouse is missing: npm ci in tests/e2e/js")
    ps = served(o)
    pages = kinds(ps)
    ps.start()
    runs = [asked(pages) for _ in range(o.n)]
    ps.stop()
    for i, (kind, path, _) in enumerate(pages):
        of = [r[i] for r in runs]
        words = [f"{c} {statistics.median(s['scores'][c] for s in of):.0f}" for c in CATEGORIES]
        times = [f"{name} {statistics.median(s['figures'][audit] for s in of):.0f} {unit}" for name, audit, unit in (
            ("first paint", "first-contentful-paint", "ms"), ("largest", "largest-contentful-paint", "ms"), ("blocked", "total-blocking-time", "ms"),
            ("weight", "total-byte-weight", "octets"))]
        least = min(s["scores"]["performance"] for s in of)
        print(f"{kind:18} {', '.join(words)} (performance at the least {least}; {len(of)} runs); {', '.join(times)}", flush=True)
        for wrong in sorted({x for s in of for c in CATEGORIES[1:] for x in s["wrong"][c]}):
            print(f"    {wrong}")
