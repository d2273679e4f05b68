#!/usr/bin/env python3
"""bench/run.py NAME...: see README.md. -n RUNS (5), --binary PATH."""
import argparse, glob, json, lzma, os, shutil, statistics, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lib
from peers import Mlmmj, Postern, Postfix

SHARED = os.environ.get("POSTERN_DATA_SHARED", os.path.join(lib.ROOT, "..", "shared", "data"))


def accept(o):
    pf, ps = Postfix(o.scratch), Postern(o.scratch, o.binary)
    pf.configure()
    ps.configure("send.relay=outbox")
    ps.cli("alias", "add", "null@list.test", "x@null.test")
    pf.start(), ps.start()
    out = {}
    for mode, count in (("new", 4000), ("keep", 8000)):
        for _ in range(o.n):
            for name, port, to in (("postfix", pf.port, "x@null.test"), ("postern", ps.port, "null@list.test")):
                n = count // 4 if name == "postfix" else count
                text = subprocess.run([lib.tool("blast"), f"127.0.0.1:{port}", to, str(n), "20", mode], check=True,
                                      capture_output=True, text=True).stdout
                out.setdefault((mode, name), []).append(lib.fields(text)["rate"])
                time.sleep(1)
        base = lib.show(f"accept, {mode}, Postfix", out[mode, "postfix"], "mails/s")
        lib.show(f"accept, {mode}, Postern", out[mode, "postern"], "mails/s", base)
    pf.stop(), ps.stop()


def one_fanout(o, port, to, n, chunking=False):
    sink = lib.Sink(o.scratch, n, chunking)
    accepted = lib.post(port, to, "user000001@d002.test")
    r = sink.result()
    if r["got"] != n or r["dups"]:
        raise SystemExit(f"{to}: {r}")
    return n / (r["last"] - accepted), r


def bare(o, n):
    sink = lib.Sink(o.scratch, n, False)
    text = subprocess.run([lib.tool("bare"), str(n), "20", "100", "2525"], check=True, capture_output=True, text=True).stdout
    sink.result()
    return lib.fields(text)["rate"]


def fanout_postern(o, n):
    ps = Postern(o.scratch, o.binary)
    ps.configure()
    ps.cli("list", "create", "big@list.test")
    ps.cli("list", "set", "big", "authenticate=any", "posts_per_hour=0")
    ps.cli("member", "add", "big", "-", input=lib.members(n))
    ps.key = f"{ps.dir}/keys/postern.pem"
    os.rename(ps.key, ps.key + ".off")  # the peers sign nothing either
    return ps


def fanout_signed(o, ps, n):
    """With one RSA-2048 signature a copy."""
    os.rename(ps.key + ".off", ps.key)
    ps.start()
    time.sleep(1)
    rate = one_fanout(o, ps.port, "big@list.test", n)[0]
    ps.stop()
    os.rename(ps.key, ps.key + ".off")
    return rate


def fanouts(o, n, with_slow):
    ps, pf = fanout_postern(o, n), Postfix(o.scratch)
    pf.configure(aliases="")
    aliases = pf.fanout_aliases(lib.members(n))
    pf.configure(aliases=aliases)
    out = {}
    for _ in range(o.n):
        out.setdefault("bare", []).append(bare(o, n))
        ps.start()
        time.sleep(1)
        rate, r = one_fanout(o, ps.port, "big@list.test", n)
        assert r["paths"] == n, r
        out.setdefault("postern", []).append(rate)
        time.sleep(1)
        out.setdefault("chunking", []).append(one_fanout(o, ps.port, "big@list.test", n, True)[0])
        ps.stop()
        out.setdefault("signed", []).append(fanout_signed(o, ps, n))
        pf.start()
        out.setdefault("postfix", []).append(one_fanout(o, pf.port, "big@list.test", n)[0])
        pf.stop()
    if with_slow:
        ml = Mlmmj(o.scratch)
        ml.configure(lib.members(n))
        for _ in range(min(o.n, 3)):
            ml.start()
            out.setdefault("mlmmj", []).append(one_fanout(o, ml.postfix.port, "big@mlmmj.test", n)[0])
            ml.stop()
    own = lib.show(f"fan-out to {n}, Postern, VERP, DATA", out["postern"], "rcpt/s")
    lib.show(f"fan-out to {n}, Postern, VERP, BDAT", out["chunking"], "rcpt/s")
    lib.show(f"fan-out to {n}, Postern, VERP, DATA, each copy signed", out["signed"], "rcpt/s")
    for name in ("bare", "postfix", "mlmmj"):
        if name in out:
            m = lib.show(f"  {name}", out[name], "rcpt/s")
            print(f"    Postern with DATA is {own / m:.2f} times that")


def fanout(o):
    fanouts(o, 10000, True)


def fanout100k(o):
    fanouts(o, 100000, False)


def memory(o):
    ps = fanout_postern(o, 100000)
    idle, busy = [], []
    for _ in range(o.n):
        ps.start()
        time.sleep(3)
        idle.append(lib.pss(ps.pid))
        peak = lib.Peak(ps.pid)
        peak.start()
        one_fanout(o, ps.port, "big@list.test", 100000)
        peak.on = False
        busy.append(peak.mb)
        ps.stop()
    lib.show("memory of all roles, idle", idle, "MB PSS")
    lib.show("memory of all roles, fan-out to 100,000", busy, "MB PSS")


def real_list(o):
    path = os.path.join(o.scratch, "list.mbox")
    if not os.path.exists(path):
        with lzma.open(os.path.join(SHARED, "lists", "linux-mips-10k.mbox.xz")) as f, open(path, "wb") as out:
            shutil.copyfileobj(f, out)
    return path


def import_(o):
    mbox, own = real_list(o), []
    for _ in range(o.n):
        ps = Postern(o.scratch, o.binary)
        ps.configure()
        ps.cli("list", "create", "mips@list.test")
        t = time.time()
        ps.cli("archive", "import", "mips", mbox)
        own.append(10000 / (time.time() - t))
        assert "none" not in ps.cli("archive", "search", "mips", "kernel")[:5]
    print(f"    book: {sum(os.path.getsize(f) for f in glob.glob(ps.dir + '/archive/*')) / 1e6:.1f} MB of {os.path.getsize(mbox) / 1e6:.1f} MB raw")
    peer = [public_inbox_import(o, mbox)]
    base = lib.show("import, public-inbox (one run)", peer, "posts/s")
    lib.show("import, Postern", own, "posts/s", base)


def public_inbox_import(o, mbox):
    inbox = os.path.join(o.scratch, "pi")
    shutil.rmtree(inbox, ignore_errors=True)
    env = dict(os.environ, PI_CONFIG=os.path.join(o.scratch, "pi.config"), HOME=o.scratch)
    if os.path.exists(env["PI_CONFIG"]):
        os.unlink(env["PI_CONFIG"])
    subprocess.run(["public-inbox-init", "-V2", "-L", "full", "mips", inbox, "http://127.0.0.1:8099/mips/", "mips@list.test"], env=env, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    script = "use PublicInbox::InboxWritable; use PublicInbox::Config; my $ibx = PublicInbox::Config->new->lookup_name('mips');" \
             "PublicInbox::InboxWritable->new($ibx)->import_mbox(\\*STDIN, 'mboxrd');"
    t = time.time()
    subprocess.run(["perl", "-e", script], stdin=open(mbox, "rb"), env=env, check=True)
    return 10000 / (time.time() - t)


def wrk(url, clients, seconds=6):
    text = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", url], check=True, capture_output=True, text=True).stdout
    rate = float(text.split("Requests/sec:")[1].split()[0])
    p50 = text.split("50%")[1].split()[0]
    scale = {"us": 1e-3, "ms": 1, "s": 1e3}
    unit = next(u for u in ("us", "ms", "s") if p50.endswith(u))
    if "Non-2xx" in text:
        raise SystemExit(f"{url}: {text}")
    return rate, float(p50[:-len(unit)]) * scale[unit]


def thread(o):
    ps = Postern(o.scratch, o.binary)
    ps.configure()
    ps.cli("list", "create", "mips@list.test")
    ps.cli("archive", "import", "mips", real_list(o))
    number = longest_thread(ps)
    url = f"http://127.0.0.1:{ps.web}/lists/mips/t/{number}"
    cold, warm, rate = [], [], []
    for _ in range(o.n):
        ps.start()
        t = time.perf_counter()
        size = len(subprocess.run(["curl", "-sf", url], check=True, capture_output=True).stdout)
        cold.append((time.perf_counter() - t) * 1000)
        warm.append(wrk(url, 1, 3)[1])
        rate.append(wrk(url, 64)[0])
        ps.stop()
    print(f"    {url}: {size} octets")
    lib.show("longest thread, first request after start, curl", cold, "ms")
    lib.show("longest thread, warm p50, 1 client", warm, "ms")
    own = lib.show("longest thread, 64 clients", rate, "req/s")
    peer = public_inbox_thread(o)
    if peer:
        print(f"    public-inbox-httpd: {peer:.1f} req/s; Postern is {own / peer:.1f} times that")


def longest_thread(ps):
    import sqlite3
    b = sqlite3.connect(f"file:{ps.dir}/archive/archive.db?mode=ro", uri=True)
    return b.execute("SELECT number FROM post WHERE id = (SELECT root FROM thread ORDER BY posts DESC LIMIT 1)").fetchone()[0]


def public_inbox_thread(o):
    public_inbox_import(o, real_list(o))
    import sqlite3
    over = glob.glob(os.path.join(o.scratch, "pi", "xap15", "over.sqlite3"))
    env = dict(os.environ, PI_CONFIG=os.path.join(o.scratch, "pi.config"), HOME=o.scratch)
    b = sqlite3.connect(over[0])
    tid = b.execute("SELECT tid FROM over GROUP BY tid ORDER BY count(*) DESC LIMIT 1").fetchone()[0]
    mid = b.execute("SELECT mid FROM msgid JOIN id2num ON msgid.id = id2num.id JOIN over ON over.num = id2num.num WHERE tid = ? LIMIT 1", (tid,)).fetchone()[0]
    p = subprocess.Popen(["public-inbox-httpd", "-l", "127.0.0.1:8099", "-W2", "-1", "/dev/null", "-2", "/dev/null"], env=env)
    try:
        lib.wait_port(8099)
        return statistics.median(wrk(f"http://127.0.0.1:8099/mips/{mid}/T/", 64)[0] for _ in range(o.n))
    finally:
        p.terminate()


CASES = {"accept": accept, "fanout": fanout, "fanout100k": fanout100k, "memory": memory, "import": import_, "thread": thread}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("cases", nargs="+", choices=CASES)
    p.add_argument("-n", type=int, default=5)
    p.add_argument("--binary", default=os.path.join(lib.BUILD, "postern"))
    o = p.parse_args()
    o.scratch = os.path.join(tempfile.gettempdir(), "postern-bench")
    os.makedirs(o.scratch, exist_ok=True)
    os.chmod(o.scratch, 0o755)
    lib.Names()
    for c in o.cases:
        CASES[c](o)


main()
