"""bench/peers.py: private instances of Postern and of the mail peers, the peers from Debian's packages
unpacked into scratch, on loopback. Each has configure(), start(), stop()."""
import glob, json, os, pwd, re, shutil, sqlite3, subprocess, time, uuid
import lib


MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """compatibility_level = 3.6
queue_directory = {dir}/spool
data_directory = {dir}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {dir}/etc
mail_owner = mail
setgid_group = operator
default_privs = nobody
maillog_file_prefixes = /tmp, /var, {dir}
maillog_file = {dir}/maillog
import_environment = MAIL_CONFIG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME LD_LIBRARY_PATH
export_environment = TZ LANG LD_LIBRARY_PATH
myhostname = bench.test
mydestination = list.test
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps = hash:{dir}/etc/aliases
alias_database = hash:{dir}/etc/aliases
transport_maps = hash:{dir}/etc/transport
relay_domains = null.test, mlmmj.test, mm3.test
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
"""


class Postfix:
    """As Debian ships it, without chroot; 100 processes; nothing else tuned."""

    def __init__(self, scratch, port=2530):
        self.root = lib.unpack(scratch, "postfix")
        self.port, self.dir = port, os.path.join(scratch, "pf")

    def configure(self, aliases="", transport="", master="", extra=""):
        r, d = self.root, self.dir
        shutil.rmtree(d, ignore_errors=True)
        self.folders()
        routes = "".join(f"d{i:03d}.test smtp:[127.0.1.{i}]:2525\n" for i in range(1, 101)) + "null.test discard:\n" + transport
        lib.write(f"{d}/etc/master.cf", MASTER.format(port=self.port) + master)
        lib.write(f"{d}/etc/transport", routes)
        lib.write(f"{d}/etc/aliases", aliases)
        shutil.copy(f"{r}/etc/postfix/dynamicmaps.cf", f"{d}/etc/") if os.path.exists(f"{r}/etc/postfix/dynamicmaps.cf") else None
        lib.write(f"{d}/etc/main.cf", MAIN.format(root=r, dir=d) + extra)
        self.env = dict(os.environ, LD_LIBRARY_PATH=f"{r}/usr/lib/postfix", MAIL_CONFIG=f"{d}/etc")
        for tool, table in (("postmap", "transport"), ("postalias", "aliases")):
            subprocess.run([f"{r}/usr/sbin/{tool}", f"hash:{d}/etc/{table}"], env=self.env, check=True)

    def folders(self):
        import grp
        owner, drop = pwd.getpwnam("mail").pw_uid, grp.getgrnam("operator").gr_gid
        for sub in ("etc", "data", "spool", "spool/pid"):
            os.makedirs(f"{self.dir}/{sub}")
        os.chmod(self.dir, 0o755)
        os.chown(f"{self.dir}/data", owner, -1)
        for name in "incoming active bounce corrupt defer deferred flush hold saved trace private public maildrop".split():
            os.mkdir(f"{self.dir}/spool/{name}", 0o700)
            os.chown(f"{self.dir}/spool/{name}", owner, drop if name in ("public", "maildrop") else -1)
        os.chmod(f"{self.dir}/spool/public", 0o710)
        os.chmod(f"{self.dir}/spool/maildrop", 0o730)

    def waiting(self):
        return sum(len(files) for name in ("maildrop", "incoming", "active")
                   for _, _, files in os.walk(f"{self.dir}/spool/{name}"))

    def start(self):
        self.process = lib.spawn([f"{self.root}/usr/lib/postfix/sbin/master", "-d", "-c", f"{self.dir}/etc"], env=self.env)
        lib.wait_port(self.port)

    def stop(self):
        lib.end(self.process)

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


MAILMAN = """[mailman]
site_owner: owner@null.test
layout: bench
[paths.bench]
var_dir: {dir}/var
bin_dir: {root}/usr/lib/mailman3/bin
[database]
class: mailman.database.sqlite.SQLiteDatabase
url: sqlite:///{dir}/mailman.db
[webservice]
port: 8901
[mta]
incoming: mailman.mta.null.NullMTA
outgoing: mailman.mta.deliver.deliver
smtp_host: 127.0.0.1
smtp_port: {mta}
lmtp_host: 127.0.0.1
lmtp_port: {lmtp}
verp_delivery_interval: 1
verp_personalized_deliveries: no
"""


class Mailman:
    """Mailman 3 core on SQLite in front of Postfix, VERP on every delivery; Debian's defaults otherwise."""

    def __init__(self, scratch, lmtp=8924):
        self.root = lib.unpack(scratch, "mailman3", self.packages())
        self.dir, self.lmtp, self.postfix = os.path.join(scratch, "mm3"), lmtp, Postfix(scratch)
        self.env = dict(os.environ, PYTHONPATH=f"{self.root}/usr/lib/python3/dist-packages", HOME=self.dir)

    @staticmethod
    def packages():
        """mailman3 and those Python modules of its that this machine lacks."""
        text = subprocess.run(["apt-get", "install", "-s", "--no-install-recommends", "mailman3"], check=True, capture_output=True, text=True).stdout
        names = [line.split()[1] for line in text.splitlines() if line.startswith("Inst ")]
        return [n for n in names if n.startswith(("mailman3", "python3-"))]

    def argv(self, program, *args):
        return ["/usr/bin/python3", f"{self.root}/usr/lib/mailman3/bin/{program}", "-C", f"{self.dir}/mailman.cfg", *args]

    def configure(self, members):
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        lib.write(f"{self.dir}/mailman.cfg", MAILMAN.format(dir=self.dir, root=self.root, mta=self.postfix.port, lmtp=self.lmtp))
        shutil.chown(self.dir, "list", "list")
        subprocess.run(self.argv("mailman", "create", "-d", "big@mm3.test"), env=self.env, user="list", group="list", check=True,
                       timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.subscribe(members)
        self.postfix.configure(transport=f"mm3.test lmtp:inet:127.0.0.1:{self.lmtp}\n")

    def subscribe(self, members):
        """Straight into its database: its own way takes hours."""
        with sqlite3.connect(f"{self.dir}/mailman.db") as db:
            def insert(table, **row):
                return db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())).lastrowid
            day = "2020-01-01 00:00:00"
            for address in members.split():
                likes = [db.execute("INSERT INTO preferences DEFAULT VALUES").lastrowid for _ in range(3)]
                user = insert("user", display_name="", _user_id=uuid.uuid4().hex, _created_on=day, preferences_id=likes[0], is_server_owner=0)
                at = insert("address", email=address, display_name="", verified_on=day, registered_on=day, user_id=user, preferences_id=likes[1])
                insert("member", _member_id=uuid.uuid4().hex, role=1, list_id="big.mm3.test", address_id=at, preferences_id=likes[2],
                       user_id=user, bounce_score=0, total_warnings_sent=0)

    def start(self):
        self.postfix.start()
        self.process = lib.spawn(self.argv("master", "--force"), env=self.env, user="list", group="list")
        lib.wait_port(self.lmtp, seconds=300)
        time.sleep(8)  # all of its runners up and idle

    def stop(self):
        lib.end(self.process)
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

    def waiting(self):
        return next(r["number"] for r in json.loads(self.cli("status", "--json")) if r["what"] == "arrivals not sorted yet")

    def start(self):
        self.process = lib.spawn([self.binary, "-c", f"{self.dir}/postern.conf", "serve"], stderr=open(f"{self.dir}/log", "w"))
        self.pid = self.process.pid
        lib.wait_port(self.port)
        lib.wait_port(self.web)

    def stop(self):
        lib.end(self.process)


CLAMD = """DatabaseDirectory {dir}/db
TemporaryDirectory {dir}
LocalSocket {dir}/socket
LocalSocketMode 666
Foreground yes
AlertEncrypted yes
AlertExceedsMax yes
"""


class Clamd:
    """As Debian ships it, with the signatures of the tests alone."""

    def __init__(self, scratch):
        needs = subprocess.run(["apt-cache", "depends", "clamav-daemon"], capture_output=True, text=True).stdout
        self.root = lib.unpack(scratch, "clamav-daemon", ["clamav-daemon", *set(re.findall(r"\blibclamav\d+\w*", needs)), "libmspack0"])
        self.dir = os.path.join(scratch, "clamd")
        self.socket = f"{self.dir}/socket"
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(f"{self.dir}/db")
        for name in ("eicar.ndb", "clamtest.hsb"):
            shutil.copy(f"{lib.ROOT}/../shared/data/av/{name}", f"{self.dir}/db")
        lib.write(f"{self.dir}/conf", CLAMD.format(dir=self.dir))

    def start(self):
        path = ":".join(glob.glob(f"{self.root}/usr/lib/*-gnu"))
        self.process = lib.spawn([f"{self.root}/usr/sbin/clamd", "-c", f"{self.dir}/conf"], env=dict(os.environ, LD_LIBRARY_PATH=path))
        for _ in range(200):
            if os.path.exists(self.socket):
                return
            time.sleep(0.05)
        raise lib.Failed("clamd does not start")

    def stop(self):
        lib.end(self.process)
