/* Every role goes into its sandbox and tries what it may and what it may not, as
 * rights.def says; the kernel must answer accordingly. */
#include "tests/check.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "net/addr.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "roles/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <iconv.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIALS_UNIX = 1 << 8 }; /* as a NET_ bit: the configuration routes to one */

static struct {
	char data[64], path[128]; /* DATA, and room for a name below it */
	struct conf conf;
	int abi;
	int listener, mail, other, dns, udp; /* sockets of the test's own */
	unsigned mail_port, other_port, dns_port, udp_port;
	pid_t parent;
	char abstract[32];
} t;

static const char *at(const char *name)
{
	snprintf(t.path, sizeof t.path, "%s/%s", t.data, name);
	return t.path;
}

/* --- What is tried. Each gives 0 or the errno it met. */

static int result(long code)
{
	return code < 0 ? errno : 0;
}

static int closing(int fd)
{
	int code = result(fd);
	if (fd >= 0)
		close(fd);
	return code;
}

static int try_connect(int family, const void *to, socklen_t n)
{
	FD_AUTO s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return s < 0 ? errno : result(connect(s, to, n));
}

static int connect_port(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return try_connect(AF_INET, &to, sizeof to);
}

static int connect_abstract(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	memcpy(un.sun_path + 1, t.abstract, strlen(t.abstract));
	return try_connect(AF_UNIX, &un,
			   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1
				       + strlen(t.abstract)));
}

static int bind_port(int type)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	FD_AUTO s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	return s < 0 ? errno : result(bind(s, (struct sockaddr *)&any, sizeof any));
}

#define TRY_IT(name, expression)     \
	static int name(void)        \
	{                            \
		return (expression); \
	}
#define CALL(...) result(syscall(__VA_ARGS__))

TRY_IT(dial_mail, connect_port(t.mail_port))
TRY_IT(dial_other, connect_port(t.other_port))
TRY_IT(dial_dns, connect_port(t.dns_port))
TRY_IT(bind_tcp, bind_port(SOCK_STREAM))
TRY_IT(bind_udp, bind_port(SOCK_DGRAM))
TRY_IT(socket_inet, closing(socket(AF_INET, SOCK_DGRAM, 0)))
TRY_IT(socket_inet6, closing(socket(AF_INET6, SOCK_DGRAM, 0)))
TRY_IT(socket_unix, closing(socket(AF_UNIX, SOCK_STREAM, 0)))
TRY_IT(socket_netlink, closing(socket(AF_NETLINK, SOCK_RAW, 0)))
TRY_IT(socket_packet, closing(socket(AF_PACKET, SOCK_RAW, 0)))
TRY_IT(socket_alg, closing(socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0)))
TRY_IT(listen_again, result(listen(t.listener, 1)))
TRY_IT(accept_one, closing(accept4(t.listener, NULL, NULL, SOCK_CLOEXEC)))

static int pair(void)
{
	int s[2];
	int code = result(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	if (!code) {
		close(s[0]);
		close(s[1]);
	}
	return code;
}

/* A process that came to be is a failure even where it could do nothing. */
static int become_two(long pid)
{
	int code = result(pid);
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return code;
}

static int exec_it(void)
{
	char *argv[] = { "true", NULL };
	execve("/bin/true", argv, environ);
	return errno;
}

static int exec_at(void)
{
	char *argv[] = { "true", NULL };
	return CALL(SYS_execveat, AT_FDCWD, "/bin/true", argv, environ, 0);
}

static int clone_three(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	return become_two(syscall(SYS_clone3, &args, sizeof args));
}

static int read_parent(void)
{
	char byte;
	struct iovec local = { &byte, 1 }, remote = { &t, 1 };
	return result(process_vm_readv(t.parent, &local, 1, &remote, 1, 0));
}

static int set_limit(void)
{
	struct rlimit core = { 0, 0 };
	return result(setrlimit(RLIMIT_CORE, &core));
}

static int map(int protection)
{
	void *p = mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return errno;
	munmap(p, 4096);
	return 0;
}

static int make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	int code = result(mprotect(p, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
	munmap(p, 4096);
	return code;
}

TRY_IT(fork_it, become_two(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL)))
TRY_IT(trace_me, result(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
TRY_IT(trace_parent, result(ptrace(PTRACE_ATTACH, t.parent, NULL, NULL)))
TRY_IT(kill_parent, result(kill(t.parent, 0)))
TRY_IT(tgkill_parent, CALL(SYS_tgkill, t.parent, t.parent, 0))
TRY_IT(tgkill_self, CALL(SYS_tgkill, getpid(), getpid(), 0))
TRY_IT(queue_signal, CALL(SYS_rt_sigqueueinfo, t.parent, 0, NULL))
TRY_IT(pid_descriptor, closing((int)syscall(SYS_pidfd_open, t.parent, 0)))
TRY_IT(chmod_own, result(chmod(at("outbound/file"), 0777)))
TRY_IT(fchmodat_own, result(fchmodat(AT_FDCWD, at("outbound/file"), 0777, 0)))
TRY_IT(fchmod_any, result(fchmod(0, 0777)))
TRY_IT(chown_own, result(chown(at("outbound/file"), 1, 1)))
TRY_IT(cut, result(truncate(at("outbound/file"), 0)))
TRY_IT(open_cutting, closing(open(at("outbound/file"), O_WRONLY | O_TRUNC)))
TRY_IT(creat_it, closing((int)syscall(SYS_creat, at("outbound/file"), 0600)))
TRY_IT(set_xattr, CALL(SYS_setxattr, at("outbound/file"), "user.x", "y", 1, 0))
TRY_IT(make_node, result(mknod(at("outbound/node"), S_IFIFO | 0600, 0)))
TRY_IT(make_link, result(symlink("/etc", at("outbound/link"))))
TRY_IT(uring, closing((int)syscall(SYS_io_uring_setup, 1, NULL)))
TRY_IT(uring_enter, CALL(SYS_io_uring_enter, 0, 0, 0, 0, NULL, 0))
TRY_IT(bpf, CALL(SYS_bpf, 0, NULL, 0))
TRY_IT(keys, CALL(SYS_keyctl, 0, -3, 0, 0, 0))
TRY_IT(mount_it, CALL(SYS_mount, "none", "/", "tmpfs", 0, NULL))
TRY_IT(chroot_it, result(chroot("/")))
TRY_IT(unshare_it, result(unshare(CLONE_NEWUSER)))
TRY_IT(set_namespace, CALL(SYS_setns, 0, 0))
TRY_IT(fault_descriptor, closing((int)syscall(SYS_userfaultfd, 0)))
TRY_IT(performance, closing((int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)))
TRY_IT(personality_it, CALL(SYS_personality, 0x0400000))
TRY_IT(handle, CALL(SYS_open_by_handle_at, 0, NULL, 0))
TRY_IT(become_root, result(setuid(0)))
TRY_IT(set_clock, CALL(SYS_clock_settime, 0, NULL))
TRY_IT(load_module, CALL(SYS_init_module, NULL, 0, ""))
TRY_IT(stuff_terminal, result(ioctl(0, TIOCSTI, "x")))
TRY_IT(new_filter, CALL(SYS_seccomp, 0, 0, NULL))
TRY_IT(undo_privileges, result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)))
TRY_IT(map_both, map(PROT_WRITE | PROT_EXEC))
TRY_IT(map_plain, map(PROT_READ | PROT_WRITE))

static const struct attempt {
	const char *name;
	int (*try)(void);
	unsigned needs; /* NET_ bits of which a role that may has one; 0: no role may */
	int abi;        /* the Landlock version that refuses it; 0: any kernel does */
} attempts[] = {
	{ "connect to a mail server", dial_mail, NET_DIAL, 0 },
	{ "connect to another port", dial_other, 0, 4 },
	{ "connect to the name server", dial_dns, NET_DNS | NET_DIAL, 0 },
	{ "connect to an abstract socket", connect_abstract, 0, 6 },
	{ "bind a TCP port", bind_tcp, 0, 4 },
	{ "bind a UDP port", bind_udp, NET_DNS | NET_DIAL, 0 },
	{ "socket AF_INET", socket_inet, NET_DNS | NET_DIAL, 0 },
	{ "socket AF_INET6", socket_inet6, NET_DNS | NET_DIAL, 0 },
	{ "socket AF_UNIX", socket_unix, DIALS_UNIX, 0 },
	{ "socket AF_NETLINK", socket_netlink, 0, 0 },
	{ "socket AF_PACKET", socket_packet, 0, 0 },
	{ "socket AF_ALG", socket_alg, 0, 0 },
	{ "listen", listen_again, 0, 0 },
	{ "accept", accept_one, NET_ACCEPT, 0 },
	{ "socketpair", pair, ~0u, 0 },
	{ "fork", fork_it, 0, 0 },
	{ "execve", exec_it, 0, 0 },
	{ "execveat", exec_at, 0, 0 },
	{ "ptrace TRACEME", trace_me, 0, 0 },
	{ "ptrace ATTACH", trace_parent, 0, 0 },
	{ "process_vm_readv", read_parent, 0, 0 },
	{ "kill", kill_parent, 0, 0 },
	{ "tgkill another", tgkill_parent, 0, 0 },
	{ "tgkill itself", tgkill_self, ~0u, 0 },
	{ "rt_sigqueueinfo", queue_signal, 0, 0 },
	{ "pidfd_open", pid_descriptor, 0, 0 },
	{ "chmod", chmod_own, 0, 0 },
	{ "fchmod", fchmod_any, 0, 0 },
	{ "fchmodat", fchmodat_own, 0, 0 },
	{ "chown", chown_own, 0, 0 },
	{ "truncate", cut, 0, 0 },
	{ "open O_TRUNC", open_cutting, 0, 0 },
	{ "creat", creat_it, 0, 0 },
	{ "setxattr", set_xattr, 0, 0 },
	{ "mknod", make_node, 0, 0 },
	{ "symlink", make_link, 0, 0 },
	{ "io_uring_setup", uring, 0, 0 },
	{ "io_uring_enter", uring_enter, 0, 0 },
	{ "bpf", bpf, 0, 0 },
	{ "keyctl", keys, 0, 0 },
	{ "mount", mount_it, 0, 0 },
	{ "chroot", chroot_it, 0, 0 },
	{ "unshare", unshare_it, 0, 0 },
	{ "setns", set_namespace, 0, 0 },
	{ "userfaultfd", fault_descriptor, 0, 0 },
	{ "perf_event_open", performance, 0, 0 },
	{ "personality", personality_it, 0, 0 },
	{ "open_by_handle_at", handle, 0, 0 },
	{ "setuid", become_root, 0, 0 },
	{ "clock_settime", set_clock, 0, 0 },
	{ "init_module", load_module, 0, 0 },
	{ "ioctl TIOCSTI", stuff_terminal, 0, 0 },
	{ "seccomp", new_filter, 0, 0 },
	{ "prctl PR_SET_DUMPABLE", undo_privileges, 0, 0 },
	{ "setrlimit", set_limit, 0, 0 },
	{ "memory to write and execute", map_both, 0, 0 },
	{ "making memory executable", make_executable, 0, 0 },
	{ "memory to write", map_plain, ~0u, 0 },
};

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
	if (may & NET_DIAL && sandbox_dials_unix(&t.conf))
		may |= DIALS_UNIX;
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		const struct attempt *a = &attempts[i];
		if (a->abi > t.abi)
			printf("skipped: %s: Landlock %d cannot refuse it\n", a->name,
			       t.abi);
		else
			expect(row, a->name, a->needs & may || a->needs == ~0u, a->try());
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

static bool run_sql(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static sqlite3 *open_db(enum book_kind kind, int flags)
{
	sqlite3 *db = NULL;
	char name[64];
	snprintf(name, sizeof name, "%s/test.db", book_name(kind));
	if (sqlite3_open_v2(at(name), &db, flags, NULL) == SQLITE_OK)
		sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &(int){ 1 });
	return db;
}

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
	CHECK(!tls_client(a, &tls).kind);
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
	resolver_ask(r, a, STR("host.example"), DNS_A, clock_mono_ms() + 500, &answer);
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

/* Runs it in a process of its own and adds its counts to ours. */
static void apart(void (*run)(enum role_id), enum role_id id)
{
	int counts[2] = { 0, 0 }, ends[2], status;
	if (pipe(ends))
		abort();
	pid_t pid = fork();
	if (pid == 0) {
		check_passed = check_failed = 0;
		run(id);
		counts[0] = check_passed;
		counts[1] = check_failed;
		fflush(NULL);
		_exit(write(ends[1], counts, sizeof counts) != sizeof counts);
	}
	close(ends[1]);
	CHECK(read(ends[0], counts, sizeof counts) == sizeof counts);
	close(ends[0]);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status)
	      && WEXITSTATUS(status) == 0);
	check_passed += counts[0];
	check_failed += counts[1];
}

static int bound(int type, unsigned *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof in;
	int s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (bind(s, (struct sockaddr *)&in, n)
	    || getsockname(s, (struct sockaddr *)&in, &n))
		abort();
	if (type == SOCK_STREAM && listen(s, 64))
		abort();
	*port = ntohs(in.sin_port);
	return s;
}

static void put(struct arena *a, const char *name, const char *content)
{
	err e = file_write(a, at(name), 0600, str_from(content));
	CHECK(!e.kind);
}

/* A fresh data folder, with every file that somebody is going to reach for. */
static void make_data(struct arena *a)
{
	snprintf(t.data, sizeof t.data, "/tmp/postern-sandbox-XXXXXX");
	CHECK(mkdtemp(t.data) != NULL);
	static const char *const folders[] = { "keys", "run", "site" };
	for (size_t i = 0; i < 3; i++)
		CHECK(!file_mkdir(a, at(folders[i]), 0700).kind);
	put(a, "keys/tls.key", "secret");
	put(a, "run/lock", "1");
	put(a, "site/index.html", "<p>hello");
	for (unsigned kind = 0; kind < BOOK_KINDS; kind++) {
		char name[64];
		const char *book = book_name((enum book_kind)kind);
		CHECK(!file_mkdir(a, at(book), 0700).kind);
		snprintf(name, sizeof name, "%s/file", book);
		put(a, name, "content");
		sqlite3 *db = open_db((enum book_kind)kind,
				      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
		CHECK(run_sql(db, "PRAGMA journal_mode=WAL; CREATE TABLE t (x)"));
		sqlite3_close(db);
	}
}

static err load_conf(struct arena *a, const char *extra)
{
	str text = arena_printf(a,
				"[site]\ndata = .\n[web]\nroot = site\n[send]\nmx_port = "
				"%u\n[dns]\nserver = 127.0.0.1:%u\n[route]\n%s\n",
				t.mail_port, t.dns_port, extra);
	put(a, "postern.conf", arena_z(a, text));
	return conf_load(a, at("postern.conf"), NULL, 0, &t.conf);
}

static void make_sockets(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	t.listener = bound(SOCK_STREAM, &(unsigned){ 0 });
	t.mail = bound(SOCK_STREAM, &t.mail_port);
	t.other = bound(SOCK_STREAM, &t.other_port);
	t.dns = bound(SOCK_STREAM, &t.dns_port);
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)t.dns_port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	t.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(bind(t.udp, (struct sockaddr *)&in, sizeof in) == 0);
	snprintf(t.abstract, sizeof t.abstract, "postern-sandbox-%d", (int)getpid());
	memcpy(un.sun_path + 1, t.abstract, strlen(t.abstract));
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(s, (struct sockaddr *)&un,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1
			       + strlen(t.abstract)))
	      == 0);
	CHECK(listen(s, 8) == 0);
}

/* Somebody for accept to meet. */
static void knock(void)
{
	struct sockaddr_in in;
	socklen_t n = sizeof in;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(!getsockname(t.listener, (struct sockaddr *)&in, &n)
	      && !connect(s, (struct sockaddr *)&in, n));
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
	apart(site_over_data, ROLE_web);
	apart(no_core, ROLE_post);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", t.data);
	CHECK(system(command) == 0);
	return check_done();
}
