/* rspamd's client: what its answers mean, and what becomes of one that is away, silent,
 * broken or something else: never a clean verdict, never longer than the time. */
#include "tests/check.h"

#include "fake_clamd.h"
#include "wall/engines.h"
#include "wall/http.h"
#include "wall/rspamd.h"
#include "wall/rspamd_reply.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define SCORE ",\"score\":8.25,\"required_score\":15.0"

/* ---- answers */

static const struct {
	const char *json;
	enum wall_result result;
	bool passing;
	const char *why;
} replies[] = {
	{ "{\"action\":\"no action\"" SCORE "}", WALL_CLEAN, false, "" },
	{ "{\"action\":\"reject\"" SCORE
	  ",\"messages\":{\"smtp_message\":\"clamav: virus found: \\\"Eicar\\\"\"}}",
	  WALL_REFUSED, false, "clamav: virus found: \"Eicar\"" },
	{ "{\"action\":\"reject\"" SCORE
	  ",\"symbols\":{\"LOW\":{\"score\":1},\"GTUBE\":{\"score\":9},"
	  "\"GOOD\":{\"score\":-3},\"LOW_TOO\":{\"score\":1}}}",
	  WALL_REFUSED, false, "score 8.2 of 15.0 (GTUBE, LOW, LOW_TOO)" },
	{ "{\"action\":\"discard\"" SCORE "}", WALL_REFUSED, false, "score 8.2 of 15.0" },
	{ "{\"action\":\"add header\"" SCORE "}", WALL_SUSPICIOUS, false,
	  "perhaps spam: score 8.2 of 15.0" },
	{ "{\"action\":\"quarantine\"" SCORE "}", WALL_SUSPICIOUS, false,
	  "score 8.2 of 15.0" },
	{ "{\"action\":\"soft reject\"" SCORE
	  ",\"messages\":{\"smtp_message\":\"Try again later\"}}",
	  WALL_UNSCANNED, true, "it is to come again later: Try again later" },
	{ "{\"action\":\"greylist\"" SCORE "}", WALL_CLEAN, false, "" },
	{ "{\"action\":\"a site's own\"" SCORE "}", WALL_SUSPICIOUS, false,
	  "a site's own: score 8.2 of 15.0" },
};

static void check_replies(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		struct wall_finding f = { .result = WALL_RESULTS };
		struct wall_verdict v = { 0 };
		err e = rspamd_reply_read(a, str_from(replies[i].json), &f, &v);
		bool right = !e.kind && f.result == replies[i].result
			     && f.passing == replies[i].passing
			     && str_eq(f.why, str_from(replies[i].why));
		if (!right)
			fprintf(stderr, "%s: %d, %.*s\n", replies[i].json, (int)f.result,
				STR_F(f.why));
		CHECK(right);
	}
}

static void check_no_replies(void)
{
	static const char *const garbage[] = { "",
					       "{}",
					       "[]",
					       "{\"action\":7,\"score\":1}",
					       "{\"action\":\"reject\"}",
					       "OK",
					       "{\"action\"",
					       "{\"score\":1}",
					       "\"reject\"" };
	ARENA(a);
	for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
		struct wall_finding f = { .ms = 7777 };
		struct wall_verdict v = { 0 };
		err e = rspamd_reply_read(a, str_from(garbage[i]), &f, &v);
		CHECK(e.kind == ERR_SYNTAX && f.ms == 7777 && !v.edit_count);
	}
}

static void check_fields(void)
{
	ARENA(a);
	struct wall_finding f = { 0 };
	struct wall_verdict v = { 0 };
	err e = rspamd_reply_read(
		a,
		STR("{\"action\":\"no action\"" SCORE
		    ",\"milter\":{\"add_headers\":{\"X-Spam\":\"no\",\"X-Result\":{"
		    "\"value\":"
		    "\"default: "
		    "False\\r\\n\\tX(1)\",\"order\":1},\"X-Two\":[\"a\",{\"value\":"
		    "\"b\"}],\"X "
		    "Bad\":\"c\",\"X-None\":7},\"remove_headers\":{\"X-A\":0}}}"),
		&f, &v);
	CHECK(!e.kind && v.edit_count == 4);
	CHECK(str_eq(v.edits[0].name, STR("X-Spam")) && !v.edits[0].insert);
	CHECK(str_eq(v.edits[1].value, STR("default: False\tX(1)")) && v.edits[1].insert
	      && v.edits[1].index == 1);
	CHECK(str_eq(v.edits[2].value, STR("a")) && str_eq(v.edits[3].value, STR("b")));
}

/* ---- one rspamd, in every mood */

#define FINE  "{\"action\":\"no action\"" SCORE "}"
#define STARS "HTTP/1.1 200 OK\r\nServer: rspamd/3.4\r\n"

static const struct mood {
	const char *says; /* the whole answer; NULL: nothing */
	bool hasty;       /* before it has read the message */
	enum err_kind kind;
	const char *why;
} moods[] = {
	{ STARS "Content-Length: 57\r\n\r\n" FINE, false, ERR_NONE, "" },
	{ STARS
	  "Transfer-Encoding: chunked\r\n\r\n1e\r\n{\"action\":\"no action\",\"score\""
	  ":\r\n4;x=y\r\n8.2}\r\n0\r\n\r\n",
	  false, ERR_NONE, "" },
	{ STARS "Content-Length: 57\r\n\r\n" FINE, true, ERR_NONE, "" },
	{ NULL, false, ERR_TEMP, "rspamd " },
	{ "", false, ERR_TEMP, "rspamd " },
	{ "220 mail ESMTP\r\n", false, ERR_TEMP, "no answer of HTTP" },
	{ "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", false, ERR_TEMP,
	  "it answers 503" },
	{ STARS "\r\n" FINE, false, ERR_TEMP, "how long" },
	{ STARS "Content-Length: 2\r\n\r\n{}", false, ERR_TEMP, "no answer of rspamd" },
	{ STARS "Content-Length: 99\r\n\r\n" FINE, false, ERR_TEMP, "rspamd " },
	{ STARS "Content-Length: 57\r\nContent-Length: 57\r\n\r\n" FINE, false, ERR_TEMP,
	  "or two" },
	{ STARS "Content-Length: 57\r\nTransfer-Encoding: chunked\r\n\r\n" FINE, false,
	  ERR_TEMP, "two ways" },
	{ STARS "Content-Length: 99999999\r\n\r\n", false, ERR_TEMP, "too long" },
	{ STARS "Transfer-Encoding: chunked\r\n\r\nfffffff0\r\n", false, ERR_TEMP,
	  "too long" },
	{ STARS "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", false, ERR_TEMP,
	  "longer than it says" },
};

struct fake_rspamd {
	int fd; /* listens */
	str where;
	const struct mood *mood;
	pthread_t id;
	char head[4096];
	_Atomic size_t octets; /* of the body that was read */
};

static void hear(struct fake_rspamd *f, int fd)
{
	char room[65536];
	size_t n = 0, body = 0;
	char *end = NULL;
	while (!end) {
		ssize_t got = read(fd, f->head + n, sizeof f->head - 1 - n);
		if (got <= 0)
			return;
		n += (size_t)got;
		f->head[n] = 0;
		end = strstr(f->head, "\r\n\r\n");
	}
	const char *length = strstr(f->head, "Content-Length: ");
	size_t want = length ? strtoul(length + 16, NULL, 10) : 0;
	body = n - (size_t)(end + 4 - f->head);
	while (!f->mood->hasty && body < want) {
		ssize_t got = read(fd, room, sizeof room);
		if (got <= 0)
			return;
		body += (size_t)got;
	}
	f->octets = body;
}

static void *serve(void *arg)
{
	struct fake_rspamd *f = arg;
	int fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return NULL;
	hear(f, fd);
	const char *says = f->mood->says;
	if (!says)
		thread_sleep(1200);
	else if (*says)
		CHECK(send(fd, says, strlen(says), MSG_NOSIGNAL) > 0);
	if (says && f->mood->hasty)
		thread_sleep(
			300); /* a close with octets unread would take the answer back */
	close(fd);
	return NULL;
}

static void start(struct arena *a, struct fake_rspamd *f, const struct mood *mood)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof at;
	*f = (struct fake_rspamd){ .mood = mood };
	f->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (f->fd < 0 || bind(f->fd, (struct sockaddr *)&at, n) || listen(f->fd, 1)
	    || getsockname(f->fd, (struct sockaddr *)&at, &n)
	    || thread_start_joinable(&f->id, serve, f).kind)
		abort();
	f->where = arena_printf(a, "127.0.0.1:%d", ntohs(at.sin_port));
}

static void end(struct fake_rspamd *f)
{
	pthread_join(f->id, NULL);
	close(f->fd);
}

static str large(struct arena *a)
{
	enum { OCTETS = 3000000 };
	char *p = arena_alloc(a, OCTETS);
	memset(p, 'x', OCTETS);
	return (str){ p, OCTETS };
}

static void check_mood(const struct mood *mood)
{
	ARENA(a);
	struct fake_rspamd f;
	struct wall_verdict v = { 0 };
	const str to[] = { STR("a@x.example"), STR("b@x.example\r\nPass: none") };
	struct wall_context c = { .client = STR("192.0.2.7"), .to = to, .to_count = 2 };
	start(a, &f, mood);
	struct rspamd *r = rspamd_new(f.where);
	FD_AUTO fd = fake_message(a, large(a));
	int64_t began = clock_mono_ms();
	err e = rspamd_scan(r, a, &(struct engine_ask){ fd, 3000000, &c, began + 800 },
			    &v);
	bool right =
		e.kind == mood->kind
		&& (e.kind ? !v.count && str_find(str_from(e.msg), str_from(mood->why)).n
			   : v.count == 1 && v.result == WALL_CLEAN
				     && str_eq(v.version, STR("rspamd/3.4")));
	if (!right)
		fprintf(stderr, "%s: %d %s\n", mood->says ? mood->says : "(nothing)",
			(int)e.kind, e.kind ? e.msg : "");
	CHECK(right);
	CHECK(clock_mono_ms() - began < 2000);
	end(&f);
	CHECK(mood->hasty || f.octets == 3000000);
	CHECK(strstr(f.head, "IP: 192.0.2.7\r\n") && strstr(f.head, "From: \r\n")
	      && strstr(f.head, "Rcpt: b@x.example??Pass: none\r\n")
	      && strstr(f.head, "Content-Length: 3000000\r\n"));
	rspamd_free(r);
}

/* ---- among others */

static struct wall_verdict ask(struct arena *a, const struct conf *conf,
			       const struct wall_context *c)
{
	struct engines *e = engines_new(conf);
	struct wall_verdict v;
	FD_AUTO fd = fake_message(a, STR("an EICAR file"));
	struct engine_ask q = { .message = fd,
				.context = c,
				.deadline = clock_mono_ms() + 2000 };
	engines_scan(e, a, &q, &v);
	engines_free(e);
	return v;
}

static void check_with_clamd(void)
{
	ARENA(a);
	struct fake_clamd *f = fake_start(FAKE_GOOD);
	struct conf conf = { .wall_clamd = str_from(f->path),
			     .wall_rspamd = STR("127.0.0.1:1") };
	/* a virus is one, whoever else is away */
	CHECK(ask(a, &conf, NULL).result == WALL_INFECTED);
	/* a clean word of one is none for the other */
	f->mood = FAKE_LIMITS;
	struct wall_verdict v = ask(a, &conf, NULL);
	CHECK(v.result == WALL_UNSCANNED && v.passing && v.count == 2);
	/* which is not asked about files */
	v = ask(a, &conf, &(struct wall_context){ .is_file = true });
	CHECK(v.result == WALL_UNSCANNED && !v.passing && v.count == 1);
	CHECK(engines_for_files(&conf));
	conf.wall_clamd = STR("");
	CHECK(engines_named(&conf) && !engines_for_files(&conf));
	fake_end(f);
}

int main(void)
{
	check_replies();
	check_no_replies();
	check_fields();
	for (size_t i = 0; i < sizeof moods / sizeof *moods; i++)
		check_mood(&moods[i]);
	check_with_clamd();
	return check_done();
}
