"""bench/public_inbox.py: public-inbox from Debian, set up as its manual advises for speed: format V2 and
Inline::C (public-inbox-tuning(7)), the mails brought in by its own reader of mboxes at the level "basic",
then indexed in one go with large batches (public-inbox-index(1)): the fastest of its ways that still syncs."""
import os, shutil, sqlite3, subprocess
import lib

IMPORT = "use PublicInbox::InboxWritable; use PublicInbox::Config; my $ibx = PublicInbox::Config->new->lookup_name('mips');" \
         "PublicInbox::InboxWritable->new($ibx)->import_mbox(\\*STDIN, 'mboxrd');"
SEARCH = "use PublicInbox::Config; print PublicInbox::Config->new->lookup_name('mips')->search->mset($ARGV[0])->get_matches_estimated;"


class PublicInbox:
    def __init__(self, scratch, port=8099):
        lib.need("public-inbox-httpd", "public-inbox libinline-c-perl")
        self.home, self.port = os.path.join(scratch, "public-inbox"), port
        self.dir, self.url = f"{self.home}/mips", f"http://127.0.0.1:{port}/mips/"
        self.env = dict(os.environ, HOME=self.home, PI_CONFIG=f"{self.home}/config", PERL_INLINE_DIRECTORY=os.path.join(scratch, "inline"))

    def run(self, *argv, **how):
        return subprocess.run(argv, env=self.env, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **how).stdout

    def configure(self):
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(self.home)
        os.makedirs(self.env["PERL_INLINE_DIRECTORY"], exist_ok=True)
        self.run("public-inbox-init", "-V2", "-L", "basic", "mips", self.dir, self.url, "mips@list.test")

    def bring_in(self, mbox, seconds):
        with open(mbox, "rb") as f:
            self.run("perl", "-e", IMPORT, stdin=f, timeout=seconds)

    def index(self, seconds):
        self.run("git", "config", "-f", self.env["PI_CONFIG"], "publicinbox.mips.indexlevel", "full")
        self.run("public-inbox-index", "-L", "full", "--reindex", "--batch-size=20m", self.dir, timeout=seconds)

    def found(self, words):
        return int(self.run("perl", "-e", SEARCH, words))

    def posts(self, message_id):
        """How many it counts to that mail's thread."""
        with sqlite3.connect(f"file:{self.dir}/xap15/over.sqlite3?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM over WHERE tid = (SELECT tid FROM over JOIN id2num USING (num) JOIN msgid USING (id)"
                              " WHERE mid = ?)", (message_id,)).fetchone()[0]

    def start(self):
        self.process = lib.spawn(["public-inbox-httpd", "-l", f"127.0.0.1:{self.port}", "-W2"], env=self.env)
        lib.wait_port(self.port)

    def stop(self):
        lib.end(self.process)
