"""bench/rows_mail.py: the rows of mail in and out: accept, fanout, fanout100k, plain, slow, memory, signed, verify."""
import os, re, statistics, subprocess, time
import lib
from peers import Mailman, Mlmmj, Postern, Postfix

MAILMAN_MEMBERS = 2000  # at some 50 recipients a second; its rate is the same with 10,000


def settle(peer):
    """What the one has taken must not be its work while the other is measured."""
    for _ in range(240):
        if not peer.waiting():
            break
        time.sleep(0.5)
    else:
        raise lib.Failed("what was accepted is still not dealt with")
    time.sleep(1)


def accept(o):
    pf, ps = Postfix(o.scratch), Postern(o.scratch, o.binary)
    pf.configure()
    ps.configure("send.relay=outbox")
    ps.cli("alias", "add", "null@list.test", "x@null.test")
    pf.start(), ps.start()
    out = {}
    for mode in ("new", "keep"):
        for _ in range(o.n):
            for name, peer, to in (("postfix", pf, "x@null.test"), ("postern", ps, "null@list.test")):
                text = subprocess.run([lib.tool("blast"), f"127.0.0.1:{peer.port}", to, "5000", "20", mode], check=True,
                                      capture_output=True, text=True, timeout=300).stdout
                out.setdefault((mode, name), []).append(lib.fields(text)["rate"])
                settle(peer)
        base = lib.show(f"accept, {mode}, Postfix", out[mode, "postfix"], "mails/s")
        lib.show(f"accept, {mode}, Postern", out[mode, "postern"], "mails/s", base)
    pf.stop(), ps.stop()


def one_fanout(o, port, to, n, chunking=False):
    sink = lib.Sink(o.scratch, n, chunking)
    accepted = lib.post(port, to, "user000001@d002.test")
    r = sink.result()
    if r["got"] != n or r["dups"]:
        raise lib.Failed(f"{to}: {r}")
    return n / (r["last"] - accepted), r


def bare(o, n, window=0):
    sink = lib.Sink(o.scratch, n, chunking=window > 0)
    text = subprocess.run([lib.tool("bare"), str(n), "20", "100", "2525", str(window)], check=True, capture_output=True, text=True, timeout=300).stdout
    sink.result()
    return lib.fields(text)["rate"]


class BigList:
    """Postern with one list of n members. The peers sign nothing, so it has keys only where they are asked for."""

    def __init__(self, o, n, *settings):
        self.o, self.n, self.ps = o, n, Postern(o.scratch, o.binary)
        self.ps.configure()
        self.ps.cli("list", "create", "big@list.test")
        self.ps.cli("list", "set", "big", "authenticate=any", "posts_per_hour=0", *settings)
        self.ps.cli("member", "add", "big", "-", input=lib.members(n))

    def start(self, signed):
        """signed: False, "rsa" (RSA-2048 alone) or True (as installed: Ed25519, too)."""
        for key, wanted in (("postern.pem", signed), ("postern-ed.pem", signed is True)):
            key = f"{self.ps.dir}/keys/{key}"
            if bool(wanted) != os.path.exists(key):
                os.rename(*((key + ".off", key) if wanted else (key, key + ".off")))
        self.ps.start()
        time.sleep(1)

    def post(self, chunking=False):
        rate, r = one_fanout(self.o, self.ps.port, "big@list.test", self.n, chunking)
        if r["paths"] != self.n:
            raise lib.Failed(f"not every copy has a return path of its own: {r}")
        return rate


def neighbours(rates, limits):
    """The machine's own pace changes by a third from one minute to the next; two runs in a row share most of it."""
    return statistics.median(rate / limit for rate, limit in zip(rates, limits))


def fanouts(o, n):
    """The median of Postern with DATA, for slower peers to stand beside."""
    big, pf, out = BigList(o, n), Postfix(o.scratch), {}
    pf.configure(aliases=pf.fanout_aliases(lib.members(n)))

    def add(name, rate):
        out.setdefault(name, []).append(rate)
    for _ in range(o.n):
        big.start(signed=False)
        add("bare client, DATA", bare(o, n))
        add("Postern, VERP, DATA", big.post())
        add("bare client, BDAT, four in flight", bare(o, n, 4))
        add("Postern, VERP, BDAT", big.post(chunking=True))
        big.ps.stop()
        big.start(signed=True)
        add("Postern, VERP, DATA, each copy signed", big.post())
        big.ps.stop()
        pf.start()
        add("Postfix, no VERP", one_fanout(o, pf.port, "big@list.test", n)[0])
        pf.stop()
    m = {name: lib.show(f"to {n}: {name}", rates, "rcpt/s") for name, rates in out.items()}
    own, chunks = m["Postern, VERP, DATA"], m["Postern, VERP, BDAT"]
    print(f"    Postern: with DATA {own / m['bare client, DATA']:.2f} of the bare client with DATA, with BDAT "
          f"{chunks / m['bare client, BDAT, four in flight']:.2f} of it with BDAT; {own / m['Postfix, no VERP']:.2f} times Postfix", flush=True)
    print(f"    the median of each run beside the bare client's just before it: with DATA "
          f"{neighbours(out['Postern, VERP, DATA'], out['bare client, DATA']):.2f}, with BDAT "
          f"{neighbours(out['Postern, VERP, BDAT'], out['bare client, BDAT, four in flight']):.2f}", flush=True)
    return own


def fanout_beside(o, peer, to, members, own):
    """own: what Postern does in the same run. Three posts at the most: these peers take their time."""
    p, rates = peer(o.scratch), []
    p.configure(lib.members(members))
    p.start()
    for _ in range(min(o.n, 3)):
        rates.append(one_fanout(o, p.postfix.port, to, members)[0])
        time.sleep(1)
    p.stop()
    m = lib.show(f"to {members}: {peer.__name__} and Postfix, VERP", rates, "rcpt/s")
    print(f"    Postern with DATA is {own / m:.1f} times that", flush=True)


def fanout(o):
    own = fanouts(o, 10000)
    fanout_beside(o, Mlmmj, "big@mlmmj.test", 10000, own)
    fanout_beside(o, Mailman, "big@mm3.test", MAILMAN_MEMBERS, own)


def fanout100k(o):
    fanouts(o, 100000)


PLAIN = 100000


def plain(o):
    """One copy for all, 50 recipients a transaction: what Postfix does by itself."""
    big, pf, out = BigList(o, PLAIN, "personal_copies=no"), Postfix(o.scratch), {}
    pf.configure(aliases=pf.fanout_aliases(lib.members(PLAIN)))
    for _ in range(o.n):
        for name, peer in (("Postfix", pf), ("Postern", big.ps)):
            peer.start() if peer is pf else big.start(signed=False)
            rate, r = one_fanout(o, peer.port, "big@list.test", PLAIN)
            if r["paths"] != 1 or r["messages"] > PLAIN / 4:
                raise lib.Failed(f"{name} does not send one copy to many: {r}")
            out.setdefault(name, []).append(rate)
            peer.stop()
    base = lib.show(f"to {PLAIN}, no VERP, Postfix", out["Postfix"], "rcpt/s")
    lib.show(f"to {PLAIN}, no VERP, Postern", out["Postern"], "rcpt/s", base)


SLOW, SLOW_SECONDS = 100000, 30


def slow(o):
    """How long 99 destinations take while the hundredth answers at once, and while it answers in half a minute."""
    big, out = BigList(o, SLOW), {}
    for _ in range(o.n):
        for seconds in (0, SLOW_SECONDS):
            big.start(signed=False)
            sink = lib.Sink(o.scratch, SLOW * 99 // 100, slow=seconds)
            accepted = lib.post(big.ps.port, "big@list.test", "user000001@d002.test")
            r = sink.result()
            if r["got"] != SLOW * 99 // 100:
                raise lib.Failed(f"not all of the 99 have it: {r}")
            out.setdefault(seconds, []).append(r["last"] - accepted)
            big.ps.stop()
    base = lib.show(f"{SLOW * 99 // 100} at 99 destinations, the 100th is quick", out[0], "s")
    lib.show(f"the same, the 100th answers in {SLOW_SECONDS} s", out[SLOW_SECONDS], "s", base)


def memory(o):
    big = BigList(o, 100000)
    idle, busy = [], {False: [], True: []}
    for _ in range(o.n):
        for signed in (False, True):
            big.start(signed)
            time.sleep(2)
            idle.append(lib.pss(big.ps.pid))
            with lib.Peak(big.ps.pid) as peak:
                big.post()
            busy[signed].append(peak.mb)
            big.ps.stop()
    lib.show("memory of all roles, idle, 1 list of 100,000", idle, "MB PSS")
    lib.show("memory of all roles, fan-out to 100,000", busy[False], "MB PSS")
    lib.show("memory of all roles, the same, each copy signed", busy[True], "MB PSS")


def openssl_rate(cores=1):
    """RSA-2048 signatures a second of so many cores, all at work at once."""
    text = subprocess.run(["openssl", "speed", "-seconds", "2", "-multi", str(cores), "rsa2048"], check=True, capture_output=True, text=True,
                          timeout=120).stdout
    return float(re.search(r"^rsa\s+2048 bits\s+\S+\s+\S+\s+([\d.]+)", text, re.M)[1])


def signed(o):
    """One RSA-2048 signature a copy, beside what two cores can do at the most: r copies, s signatures a core. To a
    sink without CHUNKING and to one with it, where the copies that are signed meanwhile share a write."""
    big, out = BigList(o, 100000), {}
    for _ in range(o.n):
        s, both = openssl_rate(), openssl_rate(2)
        for chunking in (False, True):
            rates = {}
            for key in (False, "rsa"):
                big.start(key)
                rates[key] = big.post(chunking)
                big.ps.stop()
            r = rates[False]
            for name, x in (("without a key", r), ("each copy signed with RSA-2048", rates["rsa"]), ("limit 1/(1/r + 1/(2 s))", 1 / (1 / r + 1 / (2 * s))),
                            ("limit as two busy cores sign", 1 / (1 / r + 1 / both))):
                out.setdefault((chunking, name), []).append(x)
    for chunking, word in ((False, "DATA"), (True, "BDAT")):
        m = [lib.show(f"to 100000, {word}: {name}", rates, "rcpt/s") for (kind, name), rates in out.items() if kind == chunking]
        print(f"    signed, {word}: {m[1] / m[2]:.2f} of the limit, {m[1] / m[3]:.2f} of what two busy cores leave of it", flush=True)


def verify(o):
    rates = [lib.fields(subprocess.run([lib.tool("verify")], check=True, capture_output=True, text=True, timeout=120).stdout)["rate"]
             for _ in range(o.n)]
    m = lib.show("verify SPF, DKIM, ARC, DMARC of 5 KB, a core", rates, "mails/s")
    print(f"    {m / 3000:.2f} of the 3,000 that are to be reached", flush=True)
