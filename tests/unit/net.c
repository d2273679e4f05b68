#include "net/addr.h"
#include "net/conn.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "tests/check.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t in_ms(int64_t n)
{
	return clock_mono_ms() + n;
}

/* --- addresses --- */

static void addresses(struct arena *a)
{
	static const struct {
		const char *text, *ip, *back; /* ip NULL: refused */
	} cases[] = {
		{ "192.0.2.1:25", "192.0.2.1", "192.0.2.1:25" },
		{ "[2001:DB8::1]:2525", "2001:db8::1", "[2001:db8::1]:2525" },
		{ "[::ffff:192.0.2.7]:1", "192.0.2.7", "192.0.2.7:1" },
		{ "0.0.0.0:0", "0.0.0.0", "0.0.0.0:0" },
		{ "[::]:65535", "::", "[::]:65535" },
		{ "192.0.2.1", NULL, NULL },
		{ "192.0.2.1:", NULL, NULL },
		{ "192.0.2.1:65536", NULL, NULL },
		{ "192.0.2.1:25x", NULL, NULL },
		{ "192.0.2.256:25", NULL, NULL },
		{ "[192.0.2.1]:25", NULL, NULL },
		{ "2001:db8::1:25", NULL, NULL },
		{ "[2001:db8::1:25", NULL, NULL },
		{ "[]:25", NULL, NULL },
		{ "mail.example:25", NULL, NULL },
		{ "", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_addr addr = { .len = 77 };
		err e = net_parse(a, str_from(cases[i].text), &addr);
		if (!cases[i].ip) {
			CHECK(e.kind == ERR_SYNTAX && strstr(e.msg, "192.0.2.1:25"));
			CHECK(addr.len == 77);
			continue;
		}
		CHECK(!e.kind && str_eq(net_ip_text(a, &addr), str_from(cases[i].ip)));
		CHECK(str_eq(net_text(a, &addr), str_from(cases[i].back)));
		CHECK(net_is_v6(&addr) == (strchr(cases[i].ip, ':') != NULL));
	}
	struct net_addr addr;
	CHECK(net_parse_ip(STR("192.0.2.1\0.9"), &addr).kind == ERR_SYNTAX);
	CHECK(!net_parse_ip(STR("192.0.2.1"), &addr).kind && net_port(&addr) == 0);
	net_set_port(&addr, 587);
	CHECK(net_port(&addr) == 587);
	addr.ss.ss_family = AF_UNIX;
	CHECK(str_eq(net_text(a, &addr), STR("local")));
}

static void blocks(void)
{
	static const struct {
		const char *block, *ip;
		bool in;
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.77/24", "192.0.2.1", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "192.0.2.1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true },
		{ "::ffff:192.0.2.0/120", "192.0.2.9", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_block block;
		struct net_addr addr;
		CHECK(!net_parse_block(str_from(cases[i].block), &block).kind);
		CHECK(!net_parse_ip(str_from(cases[i].ip), &addr).kind);
		CHECK(net_in_block(&block, &addr) == cases[i].in);
	}
	static const char *const wrong[] = { "192.0.2.0/33",      "2001:db8::/129",
					     "192.0.2.0/",        "192.0.2.0/x",
					     "192.0.2/24",        "/24",
					     "::ffff:1.2.3.4/95", "192.0.2.0/0024" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct net_block block;
		CHECK(net_parse_block(str_from(wrong[i]), &block).kind == ERR_SYNTAX);
	}
}

static void prefixes(struct arena *a)
{
	static const struct {
		const char *ip;
		unsigned v4, v6;
		const char *want;
	} cases[] = {
		{ "192.0.2.77", 24, 48, "192.0.2.0" },
		{ "192.0.2.77", 32, 64, "192.0.2.77" },
		{ "192.0.2.77", 27, 64, "192.0.2.64" },
		{ "192.0.2.77", 0, 0, "0.0.0.0" },
		{ "2001:db8:1:2:3:4:5:6", 24, 64, "2001:db8:1:2::" },
		{ "2001:db8:1:2:3:4:5:6", 24, 48, "2001:db8:1::" },
		{ "2001:db8:ffff::", 24, 33, "2001:db8:8000::" },
		{ "::ffff:192.0.2.77", 24, 48, "192.0.2.0" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_addr addr;
		CHECK(!net_parse_ip(str_from(cases[i].ip), &addr).kind);
		struct net_addr cut = net_prefix(&addr, cases[i].v4, cases[i].v6);
		CHECK(str_eq(net_ip_text(a, &cut), str_from(cases[i].want)));
	}
}

/* --- listening and dialling --- */

static void dialling(struct arena *a)
{
	struct net_addr at, refused;
	FD_AUTO listener = -1;
	FD_AUTO second = -1;
	FD_AUTO client = -1;
	CHECK(!net_parse(a, STR("127.0.0.1:0"), &at).kind);
	CHECK(!net_listen(a, &at, &listener).kind);
	at.len = sizeof at.ss;
	CHECK(getsockname(listener, (struct sockaddr *)&at.ss, &at.len) == 0);

	err e = net_listen(a, &at, &second);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "127.0.0.1:") && second == -1);

	CHECK(!net_dial(a, &at, in_ms(5000), &client).kind);
	CHECK(net_wait(listener, POLLIN, in_ms(5000)));
	FD_AUTO server = accept(listener, NULL, NULL);
	CHECK(server >= 0 && write(client, "x", 1) == 1);
	CHECK(net_wait(server, POLLIN, in_ms(5000)));
	CHECK(!net_wait(client, POLLIN, in_ms(20)));

	/* A port that was bound and closed again refuses. */
	CHECK(!net_parse(a, STR("127.0.0.1:0"), &refused).kind);
	CHECK(!net_listen(a, &refused, &second).kind);
	refused.len = sizeof refused.ss;
	CHECK(getsockname(second, (struct sockaddr *)&refused.ss, &refused.len) == 0);
	close(second);
	second = -1;
	e = net_dial(a, &refused, in_ms(5000), &second);
	CHECK(e.kind == ERR_TEMP && strstr(e.msg, "refused") && second == -1);
}

static void dialling_unix(struct arena *a)
{
	char dir[] = "/tmp/postern-net-XXXXXX";
	CHECK(mkdtemp(dir) != NULL);
	const char *path = arena_z(a, arena_cat(a, str_from(dir), STR("/s")));
	FD_AUTO listener = -1;
	FD_AUTO second = -1;
	FD_AUTO client = -1;
	struct stat st;
	CHECK(net_dial_unix(a, path, in_ms(100), &client).kind == ERR_TEMP);
	CHECK(!net_listen_unix(a, path, 0600, &listener).kind);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(net_listen_unix(a, path, 0600, &second).kind == ERR_IO);
	CHECK(!net_dial_unix(a, path, in_ms(1000), &client).kind && client >= 0);
	close(listener);
	CHECK(!net_listen_unix(a, path, 0660, &listener).kind); /* the stale one goes */

	char long_path[200] = "/tmp/";
	memset(long_path + 5, 'x', sizeof long_path - 6);
	CHECK(net_listen_unix(a, long_path, 0600, &second).kind == ERR_IO);
	unlink(path);
	rmdir(dir);
}

/* --- connections --- */

struct pair {
	struct conn *c;
	int peer;
};

static struct pair pair_new(void)
{
	int fd[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		abort();
	struct pair p = { conn_new(fd[0]), fd[1] };
	conn_deadline(p.c, in_ms(5000));
	return p;
}

static void pair_free(struct pair *p)
{
	conn_free(p->c);
	if (p->peer >= 0)
		close(p->peer);
}

#define PAIR(name) __attribute__((cleanup(pair_free))) struct pair name = pair_new()

static void say(int fd, str s)
{
	CHECK(write(fd, s.p, s.n) == (ssize_t)s.n);
}

static bool next_is(struct conn *c, str want)
{
	str line;
	return !conn_line(c, 512, &line).kind && str_eq(line, want);
}

static void lines(void)
{
	PAIR(p);
	say(p.peer, STR("EHLO me\r\nMAIL FROM:<>\nNO\0OP\r\npart"));
	CHECK(next_is(p.c, STR("EHLO me\r\n")));
	CHECK(conn_buffered(p.c) == 24);
	CHECK(next_is(p.c, STR("MAIL FROM:<>\n")));
	CHECK(next_is(p.c, STR("NO\0OP\r\n")));
	CHECK(conn_buffered(p.c) == 4);
	say(p.peer, STR("ial\r\n"));
	CHECK(next_is(p.c, STR("partial\r\n")));
	CHECK(conn_buffered(p.c) == 0);
	say(p.peer, STR("QUIT\r\n"));
	CHECK(!conn_wait(p.c).kind && conn_buffered(p.c) == 6);
	CHECK(next_is(p.c, STR("QUIT\r\n")));
}

/* The line last returned stays readable while one asks what has arrived. */
static void view_stays(void)
{
	PAIR(p);
	str line;
	say(p.peer, STR("first\r\n"));
	CHECK(!conn_line(p.c, 512, &line).kind);
	say(p.peer, STR("second\r\n"));
	CHECK(conn_buffered(p.c) == 8 && str_eq(line, STR("first\r\n")));
	CHECK(!conn_wait(p.c).kind && str_eq(line, STR("first\r\n")));
}

static void long_lines(struct arena *a)
{
	static const size_t lengths[] = { 513, 514, 4096, 4097, 20000 };
	str line;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		PAIR(p);
		char *text = arena_alloc(a, lengths[i]);
		memset(text, 'x', lengths[i]);
		text[lengths[i] - 1] = '\n';
		say(p.peer, (str){ text, lengths[i] });
		say(p.peer, STR("after\r\n"));
		CHECK(conn_line(p.c, 512, &line).kind == ERR_LIMIT);
		CHECK(next_is(p.c, STR("after\r\n")));
		CHECK(conn_buffered(p.c) == 0);
	}
	PAIR(p);
	char *text = arena_alloc(a, 30000);
	memset(text, 'y', 30000);
	text[511] = '\n';
	say(p.peer, (str){ text, 512 }); /* exactly the most that is allowed */
	CHECK(next_is(p.c, (str){ text, 512 }));
	text[29999] = '\n';
	text[511] = 'y';
	say(p.peer, (str){ text, 30000 });
	CHECK(!conn_line(p.c, 30000, &line).kind && line.n == 30000);
	/* The limit is told before the end of the line has come. */
	say(p.peer, (str){ text, 600 });
	CHECK(conn_line(p.c, 512, &line).kind == ERR_LIMIT);
	say(p.peer, STR("rest\nnext\n"));
	CHECK(next_is(p.c, STR("next\n")));
}

static void bodies(void)
{
	PAIR(p);
	str bytes;
	say(p.peer, STR("DATA\r\n0123456789"));
	CHECK(next_is(p.c, STR("DATA\r\n")));
	CHECK(!conn_peek(p.c, &bytes).kind && str_eq(bytes, STR("0123456789")));
	conn_take(p.c, 4);
	CHECK(!conn_peek(p.c, &bytes).kind && str_eq(bytes, STR("456789")));
	conn_take(p.c, 1000);
	CHECK(conn_buffered(p.c) == 0);
	say(p.peer, STR("."));
	CHECK(!conn_peek(p.c, &bytes).kind && str_eq(bytes, STR(".")));
}

static void deadlines(void)
{
	PAIR(p);
	str line;
	conn_deadline(p.c, in_ms(60));
	int64_t began = clock_mono_ms();
	CHECK(conn_line(p.c, 512, &line).kind == ERR_TEMP);
	int64_t took = clock_mono_ms() - began;
	CHECK(took >= 55 && took < 3000);
	CHECK(conn_wait(p.c).kind == ERR_TEMP);
	CHECK(conn_peek(p.c, &line).kind == ERR_TEMP);
	/* Past the deadline a reply that fits still goes out. */
	CHECK(!conn_write(p.c, STR("421 too slow\r\n")).kind);
	char got[32];
	CHECK(read(p.peer, got, sizeof got) == 14);

	/* A peer that takes nothing. */
	static const char much[1 << 20];
	conn_deadline(p.c, in_ms(60));
	err e = OK;
	for (int i = 0; i < 100 && !e.kind; i++)
		e = conn_write(p.c, (str){ much, sizeof much });
	CHECK(e.kind == ERR_TEMP);

	/* One byte at a time moves no deadline. */
	PAIR(q);
	conn_deadline(q.c, in_ms(100));
	for (int i = 0; i < 3; i++)
		say(q.peer, STR("x"));
	CHECK(conn_line(q.c, 512, &line).kind == ERR_TEMP);
}

/* A connection that is idle for longer than its buffer is kept; the deadline stays exact,
 * whether poll alone waits for it or a read has waited before. */
static void idle(int64_t deadline)
{
	PAIR(p);
	str line;
	say(p.peer, STR("one\n"));
	CHECK(next_is(p.c, STR("one\n")));
	int64_t began = clock_mono_ms();
	conn_deadline(p.c, began + deadline);
	CHECK(conn_line(p.c, 512, &line).kind == ERR_TEMP);
	int64_t took = clock_mono_ms() - began;
	CHECK(took >= deadline && took < deadline + 2000);
	CHECK(conn_buffered(p.c) == 0);
	conn_deadline(p.c, in_ms(5000));
	say(p.peer, STR("two\n"));
	CHECK(next_is(p.c, STR("two\n")));
}

static void *shut_soon(void *fd)
{
	thread_sleep(100);
	shutdown(*(int *)fd, SHUT_RD);
	return NULL;
}

/* A server that drains wakes its sessions so. */
static void shut_while_reading(void)
{
	PAIR(p);
	str line;
	int fd = conn_fd(p.c);
	pthread_t id;
	int64_t began = clock_mono_ms();
	CHECK(!thread_start_joinable(&id, shut_soon, &fd).kind);
	CHECK(conn_line(p.c, 512, &line).kind == ERR_IO);
	CHECK(clock_mono_ms() - began < 3000);
	pthread_join(id, NULL);
	CHECK(!conn_write(p.c, STR("421 bye\r\n")).kind);
}

static void closed(void)
{
	PAIR(p);
	str line;
	say(p.peer, STR("last\npart"));
	close(p.peer);
	p.peer = -1;
	CHECK(next_is(p.c, STR("last\n")));
	CHECK(conn_line(p.c, 512, &line).kind == ERR_IO);
	CHECK(conn_write(p.c, STR("250 lost\r\n")).kind == ERR_IO); /* and no SIGPIPE */
	PAIR(q);
	close(q.peer);
	q.peer = -1;
	CHECK(conn_wait(q.c).kind == ERR_IO);
	CHECK(conn_buffered(q.c) == 0);
}

/* --- much output, and TLS: the peer is a thread --- */

struct sink {
	int fd;
	struct buf got;
};

static void *sink_run(void *arg)
{
	struct sink *s = arg;
	ssize_t n;
	while ((n = read(s->fd, buf_room(&s->got, 65536), 65536)) > 0)
		s->got.n += (size_t)n;
	return NULL;
}

enum { PARTS = 200, PART = 5000 };

static str parts_text(struct arena *a, str *parts)
{
	for (size_t i = 0; i < PARTS; i++) {
		char *p = arena_alloc(a, PART);
		for (size_t k = 0; k < PART; k++)
			p[k] = (char)('a' + (i * 7 + k) % 26);
		parts[i] = (str){ p, i % 9 ? PART - i : 0 };
	}
	return arena_join(a, parts, PARTS);
}

static void much_output(struct arena *a)
{
	str parts[PARTS], want = parts_text(a, parts);
	struct pair p = pair_new();
	struct sink s = { .fd = p.peer };
	pthread_t id;
	CHECK(!thread_start_joinable(&id, sink_run, &s).kind);
	CHECK(!conn_write_all(p.c, parts, PARTS).kind);
	CHECK(!conn_write(p.c, STR("")).kind && !conn_write_all(p.c, NULL, 0).kind);
	conn_free(p.c);
	pthread_join(id, NULL);
	CHECK(str_eq(buf_str(&s.got), want));
	buf_free(&s.got);
	close(p.peer);
}

struct tls_peer {
	int fd;
	struct tls *tls;
	err e;
	char why[200];
};

/* Greets in clear, starts TLS, then sends every line back until the end. */
static void *tls_echo(void *arg)
{
	struct tls_peer *t = arg;
	struct conn *c = conn_new(t->fd);
	str line;
	conn_deadline(c, in_ms(5000));
	err e = conn_line(c, 512, &line);
	if (!e.kind)
		e = conn_wait(c);
	if (!e.kind)
		e = conn_write(c, STR("220 go\r\n"));
	if (!e.kind)
		e = conn_tls_accept(c, t->tls);
	while (!e.kind && !(e = conn_line(c, 1000000, &line)).kind)
		e = conn_write_all(c, (str[]){ STR("<"), line }, 2);
	snprintf(t->why, sizeof t->why, "%s", e.msg);
	t->e = (err){ e.kind, t->why };
	conn_free(c);
	return NULL;
}

static struct tls *server_tls(struct arena *a, str *chain)
{
	struct tls *tls = NULL;
	str key;
	CHECK(!tls_self_signed(a, STR("mail.example.org"), chain, &key).kind);
	CHECK(!tls_server(a, *chain, key, &tls).kind);
	return tls;
}

/* What is piped in behind STARTTLS is read into the buffer and then forgotten
 * (CVE-2011-0411 was the opposite). */
static void tls_round_trip(struct arena *a, struct tls *server, struct tls *client)
{
	struct pair p = pair_new();
	struct tls_peer t = { .fd = p.peer, .tls = server };
	pthread_t id;
	str line;
	char *text = arena_alloc(a, 300001);
	memset(text, 'z', 300000);
	text[300000] = '\n';
	CHECK(!thread_start_joinable(&id, tls_echo, &t).kind);
	CHECK(str_eq(conn_tls_text(a, p.c), STR("")) && !conn_is_tls(p.c));
	CHECK(!conn_write(p.c, STR("STARTTLS\r\nRSET\r\n")).kind);
	CHECK(next_is(p.c, STR("220 go\r\n")));
	CHECK(!conn_tls_connect(p.c, client, STR("other.example"), false).kind);
	CHECK(conn_is_tls(p.c));
	CHECK(str_starts(conn_tls_text(a, p.c), STR("TLSv1.3 TLS_")));
	CHECK(conn_buffered(p.c) == 0);
	CHECK(!conn_write(p.c, STR("EHLO\r\n")).kind);
	CHECK(!conn_wait(p.c).kind && conn_buffered(p.c) == 7);
	CHECK(next_is(p.c, STR("<EHLO\r\n"))); /* and no RSET before it */
	CHECK(!conn_write_all(p.c, (str[]){ STR("a"), STR("b\n"), STR("c\n") }, 3).kind);
	CHECK(next_is(p.c, STR("<ab\n")) && next_is(p.c, STR("<c\n")));
	CHECK(!conn_write(p.c, (str){ text, 300001 }).kind);
	CHECK(!conn_line(p.c, 1000000, &line).kind && line.n == 300002);
	conn_deadline(p.c, in_ms(50));
	CHECK(conn_line(p.c, 512, &line).kind == ERR_TEMP);
	CHECK(conn_tls_connect(p.c, client, STR("x"), false).kind == ERR_IO);
	conn_free(p.c);
	pthread_join(id, NULL);
	CHECK(t.e.kind == ERR_IO && strstr(t.e.msg, "closed"));
}

static err connect_verified(struct arena *a, struct tls *server, struct tls *client,
			    str name)
{
	struct pair p = pair_new();
	struct tls_peer t = { .fd = p.peer, .tls = server };
	pthread_t id;
	CHECK(!thread_start_joinable(&id, tls_echo, &t).kind);
	CHECK(!conn_write(p.c, STR("STARTTLS\r\n ")).kind);
	CHECK(next_is(p.c, STR("220 go\r\n")));
	err e = conn_tls_connect(p.c, client, name, true);
	e = e.kind ? err_in(a, e.kind, "%s", e.msg) : e;
	CHECK(conn_is_tls(p.c) == !e.kind);
	conn_free(p.c);
	pthread_join(id, NULL);
	return e;
}

static void tls_verified(struct arena *a, struct tls *server, str chain)
{
	char path[] = "/tmp/postern-ca-XXXXXX";
	struct tls *strange = NULL, *client = NULL;
	FD_AUTO fd = mkstemp(path);
	CHECK(!file_write_all(a, fd, chain).kind);
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	CHECK(!tls_client(a, &strange).kind);
	setenv("SSL_CERT_FILE", path, 1);
	CHECK(!tls_client(a, &client).kind);
	CHECK(!connect_verified(a, server, client, STR("mail.example.org")).kind);
	CHECK(!connect_verified(a, server, client, STR("mail.example.org.")).kind);
	err e = connect_verified(a, server, client, STR("other.example"));
	CHECK(e.kind == ERR_IO && strstr(e.msg, "certificate")
	      && strstr(e.msg, "ostname"));
	e = connect_verified(a, server, client, STR("127.0.0.1"));
	CHECK(e.kind == ERR_IO && strstr(e.msg, "certificate"));
	e = connect_verified(a, server, strange, STR("mail.example.org"));
	CHECK(e.kind == ERR_IO && strstr(e.msg, "certificate"));
	e = connect_verified(a, server, client, STR(""));
	CHECK(e.kind == ERR_IO);
	unlink(path);
	tls_free(strange);
	tls_free(client);
}

static void tls_broken_peers(struct arena *a, struct tls *server)
{
	str line;
	PAIR(p);
	say(p.peer, STR("GET / HTTP/1.1\r\n\r\n"));
	err e = conn_tls_accept(p.c, server);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "TLS") && !conn_is_tls(p.c));
	CHECK(conn_line(p.c, 512, &line).kind == ERR_IO);
	CHECK(conn_write(p.c, STR("x")).kind == ERR_IO && conn_wait(p.c).kind == ERR_IO);
	PAIR(silent);
	conn_deadline(silent.c, in_ms(50));
	CHECK(conn_tls_accept(silent.c, server).kind == ERR_TEMP);
	PAIR(gone);
	close(gone.peer);
	gone.peer = -1;
	e = conn_tls_accept(gone.c, server);
	CHECK(e.kind == ERR_IO && strstr(e.msg, "closed"));
	(void)a;
}

static void tls_files(struct arena *a)
{
	str chain, key, other_chain, other_key;
	struct tls *tls = NULL;
	CHECK(!tls_self_signed(a, STR("a.example"), &chain, &key).kind);
	CHECK(!tls_self_signed(a, STR("192.0.2.1"), &other_chain, &other_key).kind);
	CHECK(tls_self_signed(a, STR(""), &chain, &key).kind == ERR_SYNTAX);
	struct {
		str chain, key;
		const char *says; /* NULL: fine */
	} cases[] = {
		{ chain, key, NULL },
		{ arena_cat(a, chain, other_chain), key, NULL },
		{ chain, other_key, "another certificate" },
		{ key, key, "no PEM certificate" },
		{ STR(""), key, "no PEM certificate" },
		{ chain, chain, "private key" },
		{ chain, STR(""), "private key" },
		{ arena_cat(a, chain, str_first(other_chain, 100)), key, "damaged" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = tls_server(a, cases[i].chain, cases[i].key, &tls);
		CHECK(cases[i].says ? e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].says)
				    : !e.kind);
		tls_free(tls);
		tls = NULL;
	}
}

int main(void)
{
	ARENA(a);
	addresses(a);
	blocks();
	prefixes(a);
	dialling(a);
	dialling_unix(a);
	lines();
	view_stays();
	long_lines(a);
	bodies();
	deadlines();
	idle(1100);
	idle(2300);
	shut_while_reading();
	closed();
	much_output(a);

	str chain = STR_NONE;
	struct tls *server = server_tls(a, &chain), *client = NULL;
	CHECK(!tls_client(a, &client).kind);
	tls_round_trip(a, server, client);
	tls_verified(a, server, chain);
	tls_broken_peers(a, server);
	tls_files(a);
	tls_free(server);
	tls_free(client);
	return check_done();
}
