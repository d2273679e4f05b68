/* tests/unit/sandbox_frame.h: what roles find around them: a data folder, sockets, somebody who
 * knocks; and a process of its own for each. */
#pragma once

#include "sandbox_calls.h"
#include "tests/check.h"

#include <sqlite3.h>
#include <stdlib.h>

static inline bool run_sql(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static inline sqlite3 *open_db(enum book_kind kind, int flags)
{
	sqlite3 *db = NULL;
	char name[64];
	snprintf(name, sizeof name, "%s/test.db", book_name(kind));
	if (sqlite3_open_v2(at(name), &db, flags, NULL) == SQLITE_OK)
		sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &(int){ 1 });
	return db;
}

/* Runs it in a process of its own and adds its counts to ours. */
static inline void apart(void (*run)(enum role_id), enum role_id id)
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

static inline int bound(int type, unsigned *port)
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

static inline void put(struct arena *a, const char *name, const char *content)
{
	err e = file_write(a, at(name), 0600, str_from(content));
	CHECK(!e.kind);
}

/* A fresh data folder, with every file that somebody is going to reach for. */
static inline void make_data(struct arena *a)
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

static inline err load_conf(struct arena *a, const char *extra)
{
	str text = arena_printf(a,
				"[site]\ndata = .\n[web]\nroot = site\n[send]\nmx_port = "
				"%u\n[dns]\nserver = 127.0.0.1:%u\n[fetch]\nport = "
				"%u\n[wall]\nclamd = 127.0.0.1:%u, /run/no-clamd\n"
				"[route]\n%s\n",
				t.mail_port, t.dns_port, t.https_port, t.engine_port,
				extra);
	put(a, "postern.conf", arena_z(a, text));
	return conf_load(a, at("postern.conf"), NULL, 0, &t.conf);
}

static inline void make_sockets(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	t.listener = bound(SOCK_STREAM, &(unsigned){ 0 });
	t.mail = bound(SOCK_STREAM, &t.mail_port);
	t.other = bound(SOCK_STREAM, &t.other_port);
	t.dns = bound(SOCK_STREAM, &t.dns_port);
	t.engine = bound(SOCK_STREAM, &t.engine_port);
	t.https = bound(SOCK_STREAM, &t.https_port);
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
static inline void knock(void)
{
	struct sockaddr_in in;
	socklen_t n = sizeof in;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(!getsockname(t.listener, (struct sockaddr *)&in, &n)
	      && !connect(s, (struct sockaddr *)&in, n));
}
