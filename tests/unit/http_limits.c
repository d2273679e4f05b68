/* The server over loopback: who waits, who is cut off, how it ends, and TLS. */
#include "tests/unit/http_served.h"

/* One octet every 20 ms: cut off after the whole time, not after a pause. */
static void slow_clients(struct arena *a)
{
	static const char *const texts[] = {
		"GET /slow-head HTTP/1.1\r\nHost: x\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"POST /slow-body HTTP/1.1\r\nHost: x\r\nContent-Length: "
		"90\r\n\r\naaaaaaaaa",
	};
	struct served s;
	serve(a, &s,
	      (struct http_options){ .head_ms = 400, .body_ms = 400, .idle_ms = 400 },
	      NULL);
	for (size_t i = 0; i < 2; i++) {
		int64_t from = clock_mono_ms();
		str text = str_from(texts[i]), rest = text;
		int fd = dial(&s);
		if (i == 1) { /* the head at once */
			rest = body_of(text);
			say(fd, str_first(text, text.n - rest.n));
		}
		while (say(fd, STR("a")) && clock_mono_ms() - from < 10000)
			usleep(20000);
		CHECK(hear(a, fd).n == 0);
		CHECK(clock_mono_ms() - from < 9000);
	}
	int64_t from = clock_mono_ms();
	str got = ask(a, &s, STR("GET /idle HTTP/1.1\r\nHost: x\r\n\r\n"));
	int64_t took = clock_mono_ms() - from;
	CHECK(count(got, "200 OK") == 1 && took >= 390 && took < 15000);
	stop(&s);
}

static int64_t three_megabytes(void *ctx, str path, str query, int64_t *person)
{
	(void)ctx, (void)path;
	return str_i64(query, person) ? 3 << 20 : HTTP_BODY_MAX;
}

enum { LARGE = 1500000 };

/* The head of a large body of somebody, and its first octets. */
static int begin_large(struct arena *a, const struct served *s, int person)
{
	int fd = dial(s);
	CHECK(say(fd, arena_printf(a,
				   "POST /l?%d HTTP/1.1\r\nHost: x\r\nConnection: "
				   "close\r\nContent-Length: %d\r\n\r\nx",
				   person, LARGE)));
	return fd;
}

static bool large_goes(struct arena *a, const struct served *s, int person)
{
	static char body[LARGE];
	int fd = begin_large(a, s, person);
	memset(body, 'x', sizeof body);
	(void)say(fd, (str){ body, sizeof body - 1 });
	str got = hear(a, fd);
	CHECK(count(got, "200 OK") + count(got, "503 ") == 1);
	return count(got, "200 OK") == 1;
}

/* Nobody has two places, and none has one who does not send. */
static void large_bodies(struct arena *a)
{
	struct served s;
	int64_t from = clock_mono_ms();
	serve(a, &s,
	      (struct http_options){ .body_ms = 5000, .body_max = three_megabytes },
	      NULL);
	CHECK(large_goes(a, &s, 7));
	int first = begin_large(a, &s, 7);
	usleep(300000); /* the head has been read */
	CHECK(!large_goes(a, &s, 7));
	CHECK(large_goes(a, &s, 8));
	int second = begin_large(a, &s, 8);
	usleep(300000);
	CHECK(!large_goes(a, &s, 9));
	for (int i = 0; i < 140; i++, usleep(50000)) /* an octet now and then */
		say(first, STR("x")), say(second, STR("x"));
	CHECK(large_goes(a, &s, 9) && large_goes(a, &s, 7));
	CHECK(hear(a, first).n == 0 && hear(a, second).n == 0);
	CHECK(clock_mono_ms() - from < 60000);
	stop(&s);
}

static void limits(struct arena *a)
{
	struct served s;
	int fds[8];
	struct limit *limit = limit_new(&(struct limit_rule){ .open = 4, .total = 100 });
	serve(a, &s, (struct http_options){ .limit = limit }, NULL);
	for (int i = 0; i < 4; i++) {
		char octet;
		fds[i] = dial(&s);
		say(fds[i], STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
		CHECK(recv(fds[i], &octet, 1, 0) == 1);
	}
	str got = hear(a, dial(&s));
	CHECK(str_starts(got, STR("HTTP/1.1 503 ")) && count(got, "Retry-After") == 1);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	for (int i = 0; i < 2000 && limit_open(limit); i++)
		usleep(20000);
	CHECK(limit_open(limit) == 0);
	CHECK(str_ends(ask(a, &s, GET_CLOSE("/end")), STR("</end||>")));
	stop(&s);
	limit_free(limit);
}

static void busy(struct arena *a)
{
	struct served s;
	int fds[6];
	int served = 0, refused = 0;
	serve(a, &s, (struct http_options){ .workers = 1, .queue = 2 }, NULL);
	atomic_store(&slow_held, true);
	for (int i = 0; i < 6; i++) {
		int begun = atomic_load(&slow_begun);
		fds[i] = dial(&s);
		say(fds[i], GET_CLOSE("/slow"));
		if (i == 0) /* the others find the worker busy */
			slow_begins(begun + 1);
	}
	for (int i = 0; i < 6000 && http_counts(s.http).busy < 3; i++)
		usleep(10000);
	atomic_store(&slow_held, false);
	for (int i = 0; i < 6; i++) {
		str got = hear(a, fds[i]);
		served += str_ends(got, STR("slow"));
		refused += str_starts(got, STR("HTTP/1.1 503 "));
	}
	CHECK(served == 3 && refused == 3);
	CHECK(http_counts(s.http).busy == 3);
	stop(&s);
}

static void proxied(struct arena *a)
{
	static const struct {
		bool proxied;
		const char *header, *body;
	} cases[] = {
		{ true, "X-Forwarded-For: 1.1.1.1, 192.0.2.7\r\nX-Forwarded-Proto: https",
		  "192.0.2.7 secure" },
		{ true, "X-Forwarded-For: 2001:db8::7", "2001:db8::7 plain" },
		{ true, "X-Forwarded-For: nonsense", "127.0.0.1 plain" },
		{ true, "X: y", "127.0.0.1 plain" },
		{ false, "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https",
		  "127.0.0.1 plain" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct served s;
		serve(a, &s, (struct http_options){ .proxied = cases[i].proxied }, NULL);
		str text = arena_cat(a, STR("GET /client HTTP/1.0\r\n"),
				     str_from(cases[i].header), STR("\r\n\r\n"));
		CHECK(str_eq(body_of(ask(a, &s, text)), str_from(cases[i].body)));
		stop(&s);
	}
}

/* What was begun is finished, what is idle is closed, and then it returns. */
static void drains(struct arena *a)
{
	struct served s;
	char octet[4096];
	serve(a, &s, (struct http_options){ 0 }, NULL);
	int idle = dial(&s), slow = dial(&s), stuck = dial(&s);
	say(idle, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	CHECK(recv(idle, octet, sizeof octet, 0) > 0);
	say(stuck, STR("GET / HTTP/1.1\r\nHo"));
	int begun = atomic_load(&slow_begun);
	say(slow, STR("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
	slow_begins(begun + 1);
	usleep(20000);
	int64_t from = clock_mono_ms();
	http_drain(s.http, from + 1000);
	int64_t took = clock_mono_ms() - from;
	CHECK(took >= 900 && took < 15000);
	str got = hear(a, slow);
	CHECK(str_ends(got, STR("slow")) && count(got, "Connection: close") == 1);
	CHECK(hear(a, idle).n == 0);
	CHECK(hear(a, stuck).n == 0); /* closed, all of them */
	CHECK(http_counts(s.http).open == 0);
	stop(&s);
}

static void over_tls(struct arena *a)
{
	struct tls *server, *client;
	struct served s;
	str chain, key, bytes;
	int fd;
	CHECK(!tls_self_signed(a, STR("localhost"), &chain, &key).kind);
	CHECK(!tls_server(a, chain, key, &server).kind
	      && !tls_client(a, STR(""), &client).kind);
	serve(a, &s, (struct http_options){ .head_ms = 2000 }, server);
	for (int i = 0; i < 3; i++) {
		BUF(got);
		int64_t deadline = clock_mono_ms() + 5000;
		CHECK(!net_dial(a, &s.at, deadline, &fd).kind);
		struct conn *c = conn_new(fd);
		conn_deadline(c, deadline);
		CHECK(!conn_tls_connect(c, client,
					&(struct tls_peer){ .name = STR("localhost") })
			       .kind);
		CHECK(!conn_write(c, i ? GET_CLOSE("/big") : GET_CLOSE("/client")).kind);
		while (!conn_peek(c, &bytes).kind) {
			buf_add(&got, bytes);
			conn_take(c, bytes.n);
		}
		str body = body_of(buf_str(&got));
		CHECK(str_eq(body, i ? blob_bytes(big) : STR("127.0.0.1 secure")));
		conn_free(c);
	}
	/* plain HTTP at the TLS port: cut off, and the server lives */
	CHECK(!count(ask(a, &s, GET_CLOSE("/")), "200 OK"));
	stop(&s);
	tls_free(server);
	tls_free(client);
}

int main(void)
{
	ARENA(a);
	big = make_big();
	slow_clients(a);
	large_bodies(a);
	limits(a);
	busy(a);
	proxied(a);
	drains(a);
	over_tls(a);
	blob_unref(big);
	return check_done();
}
