"""bench/peers.py: private instances of the peers, from Debian's packages unpacked into
scratch, on loopback. Each has start(), post(...) or address, stop()."""
import glob, os, pwd, shutil, signal, subprocess, time
import lib


class Postfix:
    """As Debian ships it, without chroot; 100 processes; nothing else tuned."""

    def __init__(self, scratch, port=2530):
        self.root = lib.unpack(scratch, "postfix")
        self.port, self.dir = port, os.path.join(scratch, "pf")

    def configure(self, aliases="", transport="", master="", extra=""):
        r, d = self.root, self.dir
        shutil.rmtree(d, ignore_errors=True)
        for sub in ("etc", "data", "spool"):
            os.makedirs(os.path.join(d, sub))
        os.chmod(d, 0o755)
        lib.user("postfix"), lib.group("postdrop")
        shutil.chown(os.path.join(d, "data"), "postfix")
        text = open(f"{r}/usr/share/postfix/master.cf.dist").read()
        out = []
        for line in text.splitlines():
            w = line.split()
            if line[:1].strip() and len(w) >= 8 and w[0] == "smtp" and w[1] == "inet":
                line = f"127.0.0.1:{self.port} inet n - n - - smtpd"
            elif line[:1].strip() and len(w) >= 8 and w[1] in ("unix", "inet"):
                if w[0].startswith("submission"):
                    line = "#" + line
                else:
                    w[4] = "n"
                    line = " ".join(w)
            elif out and out[-1].startswith("#submission") and line.startswith(" "):
                line = "#" + line
            out.append(line)
        routes = "".join(f"d{i:03d}.test smtp:[127.0.1.{i}]:2525\n" for i in range(1, 101)) + "null.test discard:\n" + transport
        lib.write(f"{d}/etc/master.cf", "\n".join(out) + "\n" + master)
        lib.write(f"{d}/etc/transport", routes)
        lib.write(f"{d}/etc/aliases", aliases)
        for f in ("postfix-files", "dynamicmaps.cf"):
            if os.path.exists(f"{r}/etc/postfix/{f}"):
                shutil.copy(f"{r}/etc/postfix/{f}", f"{d}/etc/{f}")
        lib.write(f"{d}/etc/main.cf", f"""compatibility_level = 3.6
queue_directory = {d}/spool
data_directory = {d}/data
command_directory = {r}/usr/sbin
daemon_directory = {r}/usr/lib/postfix/sbin
shlib_directory = {r}/usr/lib/postfix
meta_directory = {d}/etc
maillog_file_prefixes = {d}
maillog_file = {d}/maillog
myhostname = bench.test
mydestination = list.test
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps = hash:{d}/etc/aliases
alias_database = hash:{d}/etc/aliases
transport_maps = hash:{d}/etc/transport
relay_domains = null.test, mlmmj.test
relay_recipient_maps =
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
smtp_dns_support_level = disabled
smtp_host_lookup = native
recipient_delimiter = +
owner_request_special = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 100
mlmmj_destination_recipient_limit = 1
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_authorized_verp_clients = 127.0.0.1
message_size_limit = 0
mailbox_size_limit = 0
virtual_mailbox_limit = 0
{extra}""")
        env = dict(os.environ, LD_LIBRARY_PATH=f"{r}/usr/lib/postfix", MAIL_CONFIG=f"{d}/etc")
        self.env = env
        subprocess.run([f"{r}/usr/sbin/postmap", f"hash:{d}/etc/transport"], env=env, check=True)
        subprocess.run([f"{r}/usr/sbin/postalias", f"hash:{d}/etc/aliases"], env=env, check=True)

    def start(self):
        subprocess.run([f"{self.root}/usr/sbin/postfix", "-c", f"{self.dir}/etc", "start"], env=self.env, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lib.wait_port(self.port)
        self.pid = int(open(f"{self.dir}/spool/pid/master.pid").read())

    def stop(self):
        subprocess.run([f"{self.root}/usr/sbin/postfix", "-c", f"{self.dir}/etc", "stop"], env=self.env,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if not lib.alive(self.pid):
                return
            time.sleep(0.1)

    def fanout_aliases(self, members):
        lib.write(f"{self.dir}.members", members)
        return f'big: ":include:{self.dir}.members"\nowner-big: bounces@null.test\n'


class Mlmmj:
    """mlmmj with control/verp=postfix in front of Postfix: the fastest peer with VERP."""

    def __init__(self, scratch):
        self.root = lib.unpack(scratch, "mlmmj")
        self.dir = os.path.join(scratch, "mlmmj-lists")
        self.postfix = Postfix(scratch)

    def configure(self, members):
        L = f"{self.dir}/big"
        shutil.rmtree(self.dir, ignore_errors=True)
        for sub in ("incoming queue/discarded archive text subconf unsubconf bounce control moderation subscribers.d "
                    "digesters.d requeue nomailsubs.d").split():
            os.makedirs(f"{L}/{sub}")
        lib.write(f"{L}/index", "")
        control = {"owner": "owner@null.test\n", "listaddress": "big@mlmmj.test\n", "relayhost": "127.0.0.1\n",
                   "smtpport": f"{self.postfix.port}\n", "tocc": "", "verp": "postfix\n"}
        for k, v in control.items():
            lib.write(f"{L}/control/{k}", v)
        for f in glob.glob(f"{self.root}/usr/share/mlmmj/text.skel/en/*"):
            shutil.copy(f, f"{L}/text/")
        lib.write(f"{L}/subscribers.d/u", members)
        subprocess.run(["chown", "-R", "nobody", self.dir], check=True)
        self.postfix.configure(transport="mlmmj.test mlmmj:\n", master=f"""mlmmj unix - n n - - pipe
  flags=ORhu user=nobody argv={self.root}/usr/bin/mlmmj-receive -F -L {self.dir}/${{user}}
""")

    def start(self):
        self.postfix.start()

    def stop(self):
        self.postfix.stop()


class Postern:
    def __init__(self, scratch, binary, port=2535, web=8085):
        self.dir, self.binary, self.port, self.web = os.path.join(scratch, "postern"), binary, port, web

    def configure(self, *sets):
        shutil.rmtree(self.dir, ignore_errors=True)
        base = {"smtp.listen": f"127.0.0.1:{self.port}", "smtp.submission": "", "smtp.submissions": "",
                "web.listen": f"127.0.0.1:{self.web}", "site.url": f"http://127.0.0.1:{self.web}",
                "smtp.messages_per_hour": "0", "smtp.recipients_per_hour": "0", "smtp.max_per_client": "200",
                "dns.server": "127.0.0.1:5399", "log.level": "warn"}
        base.update(s.split("=", 1) for s in sets)
        args = [x for k, v in base.items() for x in ("--set", f"{k}={v}")]
        subprocess.run([self.binary, *args, "init", "--dir", self.dir, "--domain", "list.test", "--admin", "admin@list.test",
                        "--hostname", "mx.list.test"], check=True, stdout=subprocess.DEVNULL)
        with open(f"{self.dir}/postern.conf", "a") as f:
            f.write("[route]\n" + "".join(f"d{i:03d}.test = smtp://127.0.1.{i}:2525\n" for i in range(1, 101)))

    def cli(self, *args, **kw):
        return subprocess.run([self.binary, "-c", f"{self.dir}/postern.conf", *args], check=True, text=True,
                              stdout=subprocess.PIPE, **kw).stdout

    def start(self):
        self.process = subprocess.Popen([self.binary, "-c", f"{self.dir}/postern.conf", "serve"],
                                        stderr=open(f"{self.dir}/log", "w"))
        lib.wait_port(self.port)
        lib.wait_port(self.web)
        self.pid = self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
