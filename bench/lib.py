"""bench/lib.py: what the measurements share."""
import glob, os, re, socket, statistics, subprocess, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILD = os.path.join(ROOT, "build")


def tool(name):
    path = os.path.join(BUILD, "bench_" + name)
    subprocess.run(["ninja", "-C", BUILD, "bench_" + name], check=True, stdout=subprocess.DEVNULL)
    return path


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def unpack(scratch, package):
    """apt-get download and dpkg -x: peers that conflict with each other live side by side."""
    root = os.path.join(scratch, "peer-" + package)
    if not os.path.isdir(root):
        os.makedirs(root)
        subprocess.run(["apt-get", "download", "-qq", package], cwd=root, check=True)
        subprocess.run(["dpkg", "-x", glob.glob(f"{root}/*.deb")[0], root], check=True)
    return root


def user(name):
    if subprocess.run(["id", name], capture_output=True).returncode:
        subprocess.run(["useradd", "--system", "--no-create-home", name], check=True)


def group(name):
    if subprocess.run(["getent", "group", name], capture_output=True).returncode:
        subprocess.run(["groupadd", "--system", name], check=True)


def alive(pid):
    return os.path.exists(f"/proc/{pid}")


def wait_port(port, host="127.0.0.1", seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on {host}:{port}")


def tree(pid):
    """The process and all below it."""
    parents = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            text = open(stat).read()
        except OSError:
            continue
        parents.setdefault(int(text[text.rindex(")") + 2:].split()[1]), []).append(int(text.split()[0]))
    out, todo = [], [pid]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += parents.get(p, [])
    return out


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
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.mb, self.on = pid, 0.0, True

    def run(self):
        while self.on:
            self.mb = max(self.mb, pss(self.pid))
            time.sleep(0.2)


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
    def __init__(self, scratch, count, chunking):
        ready = os.path.join(scratch, "sink.ready")
        if os.path.exists(ready):
            os.unlink(ready)
        self.p = subprocess.Popen([tool("sink"), "100", "2525", str(count), "60", "1" if chunking else "0", ready],
                                  stdout=subprocess.PIPE, text=True)
        while not os.path.exists(ready):
            time.sleep(0.02)

    def result(self):
        return fields(self.p.communicate()[0])


def fields(text):
    return {k: float(v) for k, v in re.findall(r"(\w+)=([0-9.]+)", text)}


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
