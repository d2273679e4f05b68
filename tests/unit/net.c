#include "conn_pair.h"

#include "net/addr.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "tests/check.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
	CHECK(took >= 55 && took < 30000);
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
	CHECK(took >= deadline && took < deadline + 30000);
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
	CHECK(clock_mono_ms() - began < 30000);
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

/* --- much output: the peer is a thread --- */

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

int main(void)
{
	ARENA(a);
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
	return check_done();
}
