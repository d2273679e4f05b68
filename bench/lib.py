"""bench/lib.py: what the measurements share. What is started here ends here: end_all() at the latest."""
import glob, os, re, shutil, signal, socket, statistics, subprocess, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILD = os.path.join(ROOT, "build")


class Failed(Exception):
    """A row that cannot be measured, and why."""


def tool(name):
    path = os.path.join(BUILD, "bench_" + name)
    subprocess.run(["ninja", "-C", BUILD, "bench_" + name], check=True, stdout=subprocess.DEVNULL)
    return path


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def need(command, package):
    if not shutil.which(command):
        raise Failed(f"{command} is missing: apt-get install {package}")


def unpack(scratch, name, packages=None):
    """apt-get download and dpkg -x: peers that conflict with each other live side by side."""
    root = os.path.join(scratch, "peer-" + name)
    if not os.path.isdir(root):
        part = root + ".part"
        shutil.rmtree(part, ignore_errors=True)
        os.makedirs(part)
        subprocess.run(["apt-get", "download", "-qq", *(packages or [name])], cwd=part, check=True, timeout=300, stderr=subprocess.DEVNULL)
        for deb in glob.glob(f"{part}/*.deb"):
            subprocess.run(["dpkg", "-x", deb, part], check=True)
        os.rename(part, root)
    return root


running = []


def spawn(argv, **how):
    """Starts a process of its own session; end() or end_all() ends it and all below it."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    p = subprocess.Popen(argv, start_new_session=True, **{**quiet, **how})
    running.append(p)
    return p


def end(p, seconds=30):
    """SIGTERM to the process; what is left of its tree and session a little later gets SIGKILL."""
    if p not in running:
        return
    family = {q: born(q) for q in {*tree(p.pid), *session(p.pid)}}
    p.terminate()
    try:
        p.wait(seconds)
    except subprocess.TimeoutExpired:
        p.kill()
    until = time.time() + 5
    while left(family) and time.time() < until:
        time.sleep(0.02)
    for q in left(family):
        try:
            os.kill(q, signal.SIGKILL)
        except ProcessLookupError:
            pass
    p.wait()
    running.remove(p)


def left(family):
    return [q for q, t in family.items() if t and born(q) == t]


def end_all():
    for p in list(running):
        end(p, 10)


def stat_of(pid):
    """The fields of /proc/PID/stat behind the command, or none."""
    try:
        text = open(f"/proc/{pid}/stat").read()
    except OSError:
        return []
    return text[text.rindex(")") + 2:].split()


def born(pid):
    """When it was started: with the pid, its name. None: it is gone or a zombie."""
    s = stat_of(pid)
    return s[19] if s and s[0] != "Z" else None


def busy():
    """The machine's busy share, 0 to 1, over a second in which we do nothing."""
    def ticks():
        t = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
        return sum(t) - t[3] - t[4], sum(t)
    a = ticks()
    time.sleep(1)
    b = ticks()
    return (b[0] - a[0]) / max(1, b[1] - a[1])


def wait_port(port, host="127.0.0.1", seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Failed(f"nothing listens on {host}:{port}")


def stats():
    return {p: s for p in (int(path[6:]) for path in glob.glob("/proc/[0-9]*")) if (s := stat_of(p))}


def session(leader):
    return [p for p, s in stats().items() if int(s[3]) == leader]


def tree(pid):
    """The process and all below it."""
    parents = {}
    for p, s in stats().items():
        parents.setdefault(int(s[1]), []).append(p)
    out, todo = [], [pid]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += parents.get(p, [])
    return out


def role(pid, name):
    """The process of that role, below `serve`."""
    for p in tree(pid):
        try:
            words = open(f"/proc/{p}/cmdline").read().split("\0")
        except OSError:
            continue
        if "role" in words and words[words.index("role") + 1] == name:
            return p
    raise Failed(f"there is no role {name}")


def pss(pid):
    """Megabytes, shared pages counted by share."""
    total = 0
    for p in tree(pid):
        try:
            m = re.search(r"^Pss:\s+(\d+)", open(f"/proc/{p}/smaps_rollup").read(), re.M)
        except OSError:
            continue
        total += int(m.group(1)) if m else 0
    return total / 1024


class Peak(threading.Thread):
    """with Peak(pid) as p: ...; then p.mb is the most there was."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.mb, self.on = pid, 0.0, True

    def run(self):
        while self.on:
            self.mb = max(self.mb, pss(self.pid))
            time.sleep(0.2)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.on = False
        self.join()


class Names:
    """A name server that knows nothing: every name is NXDOMAIN."""

    def __init__(self, port=5399):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind(("127.0.0.1", port))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            d, a = self.s.recvfrom(4096)
            i = 12
            while d[i]:
                i += d[i] + 1
            self.s.sendto(d[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + d[12:i + 5], a)


def members(n):
    return "".join(f"user{i:06d}@d{i % 100 + 1:03d}.test\n" for i in range(n))


class Sink:
    """The world: 100 destinations. result() waits until count recipients have come, or none for a minute. slow: the first destination
    takes so many seconds for each answer and is not counted."""

    def __init__(self, scratch, count, chunking=False, slow=None):
        ready = os.path.join(scratch, "sink.ready")
        if os.path.exists(ready):
            os.unlink(ready)
        self.p = spawn([tool("sink"), "100", "2525", str(count), "60", "1" if chunking else "0", ready,
                        *([str(int(slow * 1000))] if slow is not None else [])], stdout=subprocess.PIPE, text=True)
        until = time.time() + 10
        while not os.path.exists(ready):
            if self.p.poll() is not None or time.time() > until:
                raise Failed("the sink does not come up: is 127.0.1.1:2525 taken?")
            time.sleep(0.02)

    def result(self, seconds=900):
        text = self.p.communicate(timeout=seconds)[0]
        end(self.p)
        return fields(text)


def fields(text):
    return {k: float(v) for k, v in re.findall(r"(\w+)=([0-9.]+)", text)}


class Wrk:
    """Requests by wrk, 64 clients of one thread; each is answered with 200. rate: a second; answers, octets: in all. script: what it asks for,
    in Lua. patient: a page that takes longer than a minute under all of them is no fault."""

    def __init__(self, url, clients=64, seconds=20, script=None, patient=False):
        self.text = subprocess.run(["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", *(["-s", script] if script else []), url],
                                   check=True, capture_output=True, text=True, timeout=seconds + 120).stdout
        words = self.text.split()
        if "Non-2xx" in self.text or ("Socket errors" in self.text and not patient):
            raise Failed(f"{url}: not every answer is the page: {self.text}")
        self.rate = float(words[words.index("Requests/sec:") + 1])
        self.answers = int(words[words.index("requests") - 1])
        read = words[words.index("read") - 1].rstrip(",")
        self.octets = float(read[:-2]) * {"KB": 2**10, "MB": 2**20, "GB": 2**30}[read[-2:]]


def post(port, to, sender):
    """One post of 5 KB; the time at which it had been accepted."""
    import smtplib
    body = "Lines of some seventy octets each, as people write them in their mails.\r\n" * 69
    s = smtplib.SMTP("127.0.0.1", port, timeout=60)
    s.sendmail(sender, [to], f"From: {sender}\r\nTo: {to}\r\nSubject: bench\r\nMessage-ID: <{time.time()}@src.test>\r\n\r\n{body}")
    accepted = time.time()
    s.quit()
    return accepted


def show(name, values, unit, ratio_to=None):
    m = statistics.median(values)
    line = f"{name:44} median {m:12.1f} {unit:8} ({min(values):.1f} to {max(values):.1f}, {len(values)} runs)"
    print(line + (f"  ratio {m / ratio_to:.2f}" if ratio_to else ""), flush=True)
    return m
