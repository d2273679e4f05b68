/* Every role goes into its sandbox and tries what it may and what it may not, as
 * rights.def says; the kernel must answer accordingly. */
#include "tests/check.h"

#include "base/clock.h"
#include "base/thread.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "roles/sandbox.h"
#include "sandbox_frame.h"

#include <event2/event.h>
#include <iconv.h>
#include <sodium.h>
#include <time.h>

static bool refused(int code)
{
	return code == EPERM || code == EACCES;
}

static void expect(const struct rights *row, const char *what, bool may, int code)
{
	bool right = may ? code == 0 : refused(code);
	if (!right)
		fprintf(stderr, "%s: %s: expected %s, met %s\n", row->name, what,
			may ? "to succeed" : "a refusal",
			code ? strerror(code) : "success");
	CHECK(right);
}

static void try_attempts(const struct rights *row)
{
	unsigned may = row->network;
	if (sandbox_dials_unix(row, &t.conf))
		may |= DIALS_UNIX;
	if (row == &rights[ROLE_web])
		may |= IS_WEB;
	if (row == &rights[ROLE_wall])
		may |= IS_WALL;
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		const struct attempt *a = &attempts[i];
		bool unix_socket = a->try == connect_abstract;
		/* Without DIALS_UNIX seccomp refuses the socket, whatever Landlock can. */
		int abi = unix_socket && !(may & DIALS_UNIX) ? 0 : a->abi;
		/* What may dial nowhere but engines is kept from other ports by Landlock. */
		if (a->try == dial_dns && may & NET_ENGINES)
			abi = 4;
		/* And what starts pdftotext from other programs. */
		if (a->try == exec_it && may & IS_WALL)
			abi = 1;
		if (abi <= t.abi) {
			expect(row, a->name, a->needs & may || a->needs == ~0u, a->try());
		} else if (unix_socket && t.abi >= 4) { /* what the log tells of */
			expect(row, a->name, true, a->try());
			CHECK(strstr(sandbox_missing(t.abi), "abstract sockets"));
		} else {
			printf("skipped: %s: Landlock %d cannot refuse it\n", a->name,
			       t.abi);
			CHECK(t.abi < 4);
		}
	}
	CHECK(clone_three() == ENOSYS); /* glibc takes clone then, which a filter sees */
}

/* --- Files and folders */

static int open_as(const char *name, int flags)
{
	return closing(open(at(name), flags | O_CLOEXEC, 0600));
}

static void try_book(const struct rights *row, enum book_kind kind)
{
	ARENA(a);
	bool writes = row->writes & 1u << kind, reads = writes || row->reads & 1u << kind;
	str book = str_from(book_name(kind));
	const char *file = arena_z(a, arena_cat(a, book, STR("/file")));
	const char *fresh = arena_z(a, arena_cat(a, book, STR("/fresh")));
	const char *moved = arena_z(a, arena_cat(a, book, STR("/sub/moved")));
	const char *sub = arena_z(a, arena_cat(a, book, STR("/sub")));
	const char *where = book_name(kind);
	char from[128];
	expect(row, where, reads, open_as(file, O_RDONLY));
	expect(row, where, reads, open_as(where, O_RDONLY | O_DIRECTORY));
	expect(row, where, writes, open_as(file, O_RDWR));
	expect(row, where, writes, open_as(file, O_WRONLY | O_APPEND));
	expect(row, where, writes, open_as(fresh, O_WRONLY | O_CREAT | O_EXCL));
	expect(row, where, writes, result(mkdir(at(sub), 0700)));
	snprintf(from, sizeof from, "%s", at(fresh));
	int code = result(rename(from, at(moved)));
	if (writes)
		CHECK(code == 0);
	else
		CHECK(code != 0);
	int fd = open(at(file), O_RDWR | O_CLOEXEC);
	if (writes)
		CHECK(fd >= 0 && ftruncate(fd, 1) == 0 && fsync(fd) == 0);
	fd_close(&fd);
	code = result(unlink(at(writes ? moved : file)));
	expect(row, where, writes, code);
	if (writes)
		rmdir(at(sub));
}

static void try_folders(const struct rights *row)
{
	bool site = row->folders & FOLDER_SITE;
	for (unsigned kind = 0; kind < BOOK_KINDS; kind++)
		try_book(row, (enum book_kind)kind);
	expect(row, "a key", false, open_as("keys/tls.key", O_RDONLY));
	expect(row, "the folder of keys", false, open_as("keys", O_RDONLY | O_DIRECTORY));
	expect(row, "the configuration", false, open_as("postern.conf", O_RDONLY));
	expect(row, "the data folder", false, open_as(".", O_RDONLY | O_DIRECTORY));
	expect(row, "a new file", false, open_as("new", O_WRONLY | O_CREAT));
	expect(row, "the lock", false, open_as("run/lock", O_RDWR));
	expect(row, "the site", site, open_as("site/index.html", O_RDONLY));
	expect(row, "the site, writing", false, open_as("site/index.html", O_WRONLY));
	expect(row, "/etc/passwd", false, closing(open("/etc/passwd", O_RDONLY)));
	expect(row, "/etc/shadow", false, closing(open("/etc/shadow", O_RDONLY)));
	expect(row, "/root", false, closing(open("/root", O_RDONLY | O_DIRECTORY)));
	expect(row, "/proc/PARENT/mem", false, closing(open("/proc/1/maps", O_RDONLY)));
	expect(row, "/tmp", false, closing(open("/tmp", O_WRONLY | O_TMPFILE, 0600)));
	expect(row, "/dev/null", true, closing(open("/dev/null", O_RDWR)));
	expect(row, "a time zone", true,
	       closing(open("/usr/share/zoneinfo/", O_RDONLY | O_DIRECTORY)));
	expect(row, "authorities", true, closing(open("/etc/ssl/certs", O_RDONLY)));
}

/* --- What libraries do */

/* The whole of SQLite in a written book: a log, a checkpoint, a truncated log;
 * a reader beside it; nothing at all elsewhere. */
static void try_sqlite(const struct rights *row)
{
	for (unsigned kind = 0; kind < BOOK_KINDS; kind++) {
		bool writes = row->writes & 1u << kind;
		bool reads = writes || row->reads & 1u << kind;
		sqlite3 *r = open_db((enum book_kind)kind, SQLITE_OPEN_READONLY);
		sqlite3 *w = open_db((enum book_kind)kind, SQLITE_OPEN_READWRITE);
		CHECK(run_sql(w, "PRAGMA synchronous=FULL; INSERT INTO t VALUES (1);"
				 "PRAGMA wal_checkpoint(TRUNCATE)")
		      == writes);
		CHECK(run_sql(r, "SELECT count(*) FROM t") == reads);
		CHECK(!run_sql(r, "INSERT INTO t VALUES (2)"));
		sqlite3_close(r);
		sqlite3_close(w);
	}
}

static void *hash_password(void *arg)
{
	char text[crypto_pwhash_STRBYTES];
	*(bool *)arg = crypto_pwhash_str(text, "secret", 6, 2, 8 << 20) == 0;
	return NULL;
}

static void try_libraries(void)
{
	ARENA(a);
	pthread_t id;
	bool hashed = false;
	struct tls *tls = NULL;
	str chain, key;
	CHECK(!thread_start_joinable(&id, hash_password, &hashed).kind);
	pthread_join(id, NULL);
	CHECK(hashed);
	CHECK(!tls_client(a, STR(""), &tls).kind);
	tls_free(tls);
	CHECK(!tls_self_signed(a, STR("mail.example"), &chain, &key).kind);
	CHECK(!tls_server(a, chain, key, &tls).kind);
	tls_free(tls);
	iconv_t cd = iconv_open("UTF-8", "ISO-2022-JP");
	CHECK(cd != (iconv_t)-1);
	iconv_close(cd);
	struct event_base *base = event_base_new();
	CHECK(base && event_base_loop(base, EVLOOP_NONBLOCK) >= 0);
	event_base_free(base);
	time_t now = 0;
	struct tm tm;
	CHECK(localtime_r(&now, &tm) != NULL);
}

/* libunbound's thread, sockets and random ports: the question reaches the server. */
static void try_resolver(const struct rights *row)
{
	ARENA(a);
	struct resolver *r = NULL;
	struct dns_answer answer;
	if (!(row->network & NET_DNS))
		return;
	err e = resolver_new(a, t.conf.dns_server, STR_NONE, &r);
	CHECK(!e.kind);
	if (e.kind)
		return;
	resolver_ask(r, a, STR("host.example"), DNS_A, clock_mono_ms() + 2000, &answer);
	resolver_free(r);
	char question[512];
	CHECK(recv(t.udp, question, sizeof question, MSG_DONTWAIT) > 12);
}

static void check_status(void)
{
	ARENA(a);
	str status;
	static const char *const lines[] = { "NoNewPrivs:\t1\n", "Seccomp:\t2\n",
					     "CapEff:\t0000000000000000\n",
					     "CapPrm:\t0000000000000000\n",
					     "CapBnd:\t0000000000000000\n" };
	bool root = geteuid() == 0;
	CHECK(!file_read(a, "/proc/self/status", 65536, &status).kind);
	for (size_t i = 0; i < sizeof lines / sizeof *lines - !root; i++)
		CHECK(str_find(status, str_from(lines[i])).n);
}

/* --- The frame of the test */

static void in_sandbox(enum role_id id)
{
	ARENA(a);
	err e = sandbox_enter(a, id, &t.conf);
	if (e.kind)
		fprintf(stderr, "%s: %s\n", rights[id].name, e.msg);
	CHECK(!e.kind);
	if (e.kind)
		return;
	try_attempts(&rights[id]);
	try_folders(&rights[id]);
	try_sqlite(&rights[id]);
	try_libraries();
	try_resolver(&rights[id]);
	check_status();
}

static void site_over_data(enum role_id id)
{
	static const char *const roots[] = { ".", "..", "/" };
	for (size_t i = 0; i < 3; i++) {
		ARENA(a);
		t.conf.web_root = str_from(roots[i]);
		err e = sandbox_enter(a, id, &t.conf);
		CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, "holds the data folder"));
	}
}

/* As on an older kernel: less is kept out, and what is allowed works all the same. */
static void at_version(enum role_id id)
{
	ARENA(a);
	const struct rights *row = &rights[id];
	CHECK(!privileges_drop(a).kind);
	CHECK(!landlock_enter(a, row, &t.conf, t.abi).kind);
	CHECK(!seccomp_enter(a, row, &t.conf).kind);
	expect(row, "another book", false, open_as("lists/file", O_RDWR));
	expect(row, "a key", false, open_as("keys/tls.key", O_RDONLY));
	expect(row, "its book", true, open_as("outbound/file", O_RDWR));
	expect(row, "a new file", true, open_as("outbound/fresh", O_RDWR | O_CREAT));
	expect(row, "truncate", false, cut());
	expect(row, "open O_TRUNC", false, open_cutting());
	expect(row, "execve", false, exec_it());
	expect(row, "a mail server", true, dial_mail());
	int fd = open(at("outbound/file"), O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, 1) == 0);
	fd_close(&fd);
	try_libraries();
}

/* The system calls, each as far as that version can refuse it. */
static void attempts_at_version(enum role_id id)
{
	ARENA(a);
	CHECK(!privileges_drop(a).kind);
	CHECK(!landlock_enter(a, &rights[id], &t.conf, t.abi).kind);
	CHECK(!seccomp_enter(a, &rights[id], &t.conf).kind);
	try_attempts(&rights[id]);
}

/* After privileges_drop alone, where it can still be asked for. */
static void no_core(enum role_id id)
{
	ARENA(a);
	struct rlimit core;
	(void)id;
	CHECK(!privileges_drop(a).kind);
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
}

int main(void)
{
	ARENA(a);
	t.parent = getpid();
	t.abi = sandbox_landlock();
	if (sodium_init() < 0)
		abort();
	make_sockets();
	make_data(a);
	if (t.abi == 0) {
		printf("skipped: this kernel has no Landlock\n");
		return check_done();
	}
	static const char *const routes[] = { "",
					      "local.example = lmtp:/nowhere/lmtp.sock" };
	for (size_t i = 0; i < 2; i++) {
		CHECK(!load_conf(a, routes[i]).kind);
		for (unsigned id = 0; id < ROLE_COUNT; id++) {
			knock();
			apart(in_sandbox, (enum role_id)id);
		}
	}
	if (t.abi >= 7)
		CHECK(sandbox_missing(t.abi)[0] == 0);
	CHECK(strstr(sandbox_missing(2), "TCP ports"));
	int newest = t.abi;
	for (t.abi = 1; t.abi <= newest; t.abi++) {
		apart(at_version, ROLE_send);
		for (unsigned id = 0; id < ROLE_COUNT; id++) {
			knock();
			apart(attempts_at_version, (enum role_id)id);
		}
	}
	t.abi = newest;
	apart(site_over_data, ROLE_web);
	apart(no_core, ROLE_post);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", t.data);
	CHECK(system(command) == 0);
	return check_done();
}
