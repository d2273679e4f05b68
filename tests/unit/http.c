/* The server over loopback: what is said, and in which order. */
#include "tests/unit/http_served.h"

static void plain(const struct served *s)
{
	ARENA(a);
	static const char *const lines[] = {
		"HTTP/1.1 200 OK\r\n",
		"\r\nContent-Length: 10\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: same-origin\r\n",
		"\r\nCross-Origin-Opener-Policy: same-origin\r\n",
		"\r\nContent-Security-Policy: default-src 'none'; "
		"style-src 'self'; "
		"img-src "
		"'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri "
		"'none'; script-src lists.example/_/a.js lists.example/_/b.js "
		"x/_/a.js x/_/b.js\r\n",
		"\r\nCache-Control: no-cache\r\n",
		"\r\nConnection: close\r\n",
		"\r\nDate: ",
		"\r\n\r\n</hello||>",
	};
	str got = ask(a, s, GET_CLOSE("/hello"));
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		CHECK(str_find(got, str_from(lines[i])).n);
}

/* Of whatever is in a Host field no word gets into the policy. */
static void hosts(const struct served *s)
{
	static const struct {
		const char *host, *sources;
	} rows[] = {
		{ "Lists.example", "lists.example/_/a.js lists.example/_/b.js" },
		{ "127.0.0.1:8080", "lists.example/_/a.js lists.example/_/b.js "
				    "127.0.0.1:8080/_/a.js 127.0.0.1:8080/_/b.js" },
		{ "", "lists.example/_/a.js lists.example/_/b.js" },
		{ "[::1]:8080", "lists.example/_/a.js lists.example/_/b.js" },
		{ "x; script-src *", "lists.example/_/a.js lists.example/_/b.js" },
		{ "x 'unsafe-inline'", "lists.example/_/a.js lists.example/_/b.js" },
		{ "x,y", "lists.example/_/a.js lists.example/_/b.js" },
		{ "*", "lists.example/_/a.js lists.example/_/b.js" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		str got = ask(a, s,
			      arena_printf(a,
					   "GET /hello HTTP/1.1\r\nHost: %s\r\n"
					   "Connection: close\r\n\r\n",
					   rows[i].host));
		str line = arena_printf(a, "base-uri 'none'; script-src %s\r\n",
					rows[i].sources);
		CHECK(str_find(got, line).n);
	}
}

static void methods(const struct served *s)
{
	ARENA(a);
	str got = ask(
		a, s,
		STR("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"
		    "GET /none HTTP/1.1\r\nHost: x\r\n\r\n"
		    "HEAD /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
	CHECK(count(got, "HTTP/1.1 2") == 3 && !count(got, "</hello"));
	CHECK(str_find(got, STR("Content-Length: 10\r\n")).n);
	CHECK(count(got, "HTTP/1.1 204 No Content") == 1
	      && count(got, "Content-Length") == 1);
	CHECK(count(got, "line ") == 0);
	got = ask(a, s, STR("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"));
	CHECK(str_starts(got, STR("HTTP/1.1 501 ")));
	got = ask(a, s, STR("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"));
	CHECK(str_starts(got, STR("HTTP/1.1 501 ")));
	got = ask(a, s, STR("GET /hello HTTP/1.0\r\n\r\n"));
	CHECK(str_ends(got, STR("</hello||>")) && count(got, "Connection: close") == 1);
	got = ask(a, s,
		  STR("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
		      "GET /2 HTTP/1.0\r\n\r\n"));
	CHECK(count(got, "HTTP/1.1 200") == 2
	      && count(got, "Connection: keep-alive") == 1);
}

static void pipelined(const struct served *s)
{
	ARENA(a);
	BUF(b);
	for (int i = 0; i < 200; i++)
		buf_addf(&b, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
	buf_add(&b, GET_CLOSE("/slow"));
	str got = ask(a, s, buf_str(&b)), rest = got;
	CHECK(count(got, "HTTP/1.1 200 OK") == 201);
	for (int i = 0; i < 200; i++) { /* in the order in which they were asked */
		str mark = arena_printf(a, "</%d||>", i);
		rest = str_find(rest, mark);
		CHECK(rest.n > 0);
	}
	CHECK(str_ends(got, STR("slow")));
}

static void bodies(const struct served *s)
{
	ARENA(a);
	str form = STR(
		"POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Type: "
		"application/x-www-form-urlencoded\r\nConnection: close\r\n\r\na=b+c");
	CHECK(str_ends(ask(a, s, form), STR("</f|b c|a=b+c>")));
	str chunked = STR("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
			  "Connection: close\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: "
			  "u\r\n\r\n");
	CHECK(str_ends(ask(a, s, chunked), STR("</c||abcdefg>")));
	str broken = STR(
		"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nabcX\r\n0\r\n\r\n");
	CHECK(str_starts(ask(a, s, broken), STR("HTTP/1.1 400 ")));
	str nul = STR(
		"POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Type: "
		"application/x-www-form-urlencoded\r\nConnection: close\r\n\r\na=%00");
	CHECK(str_starts(ask(a, s, nul), STR("HTTP/1.1 400 ")));

	int fd = dial(s);
	char line[64] = "";
	say(fd, STR("POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: "
		    "100-continue\r\nConnection: close\r\n\r\n"));
	CHECK(recv(fd, line, sizeof line, 0) == 25);
	CHECK(!strcmp(line, "HTTP/1.1 100 Continue\r\n\r\n"));
	say(fd, STR("abc"));
	CHECK(str_ends(hear(a, fd), STR("</e||abc>")));
}

/* The answer arrives although the client goes on sending. */
static void too_large(const struct served *s)
{
	ARENA(a);
	BUF(b);
	buf_add(&b,
		STR("POST /l HTTP/1.1\r\nHost: x\r\nContent-Length: 1500000\r\n\r\n"));
	memset(buf_room(&b, 1500000), 'x', 1500000);
	b.n += 1500000;
	CHECK(str_starts(ask(a, s, buf_str(&b)), STR("HTTP/1.1 413 ")));
	buf_clear(&b);
	buf_add(&b,
		STR("POST /l HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 1100; i++) {
		buf_add(&b, STR("400\r\n"));
		memset(buf_room(&b, 1024), 'x', 1024);
		b.n += 1024;
		buf_add(&b, STR("\r\n"));
	}
	CHECK(str_starts(ask(a, s, buf_str(&b)), STR("HTTP/1.1 413 ")));
	buf_clear(&b);
	buf_add(&b, STR("GET / HTTP/1.1\r\nHost: x\r\n"));
	while (b.n < 20000)
		buf_add(&b,
			STR("X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"));
	CHECK(str_starts(ask(a, s, buf_str(&b)), STR("HTTP/1.1 431 ")));
}

/* Each is one message to a lax parser and more to another. */
static void no_smuggling(const struct served *s)
{
#define INNER "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	static const struct {
		const char *text;
		const char *first; /* the first status */
		int answers;
	} cases[] = {
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		  "chunked\r\nContent-Length: "
		  "5\r\n\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: "
		  "44\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 44\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		  "xchunked\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, "
		  "identity\r\n\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: "
		  "x\r\nTransfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : "
		  "chunked\r\n\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n"
		  "0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nX: y\rTransfer-Encoding: chunked\r\n\r\n"
		  "0\r\n\r\n" INNER,
		  "400", 1 },
		{ "GET / HTTP/1.1\nHost: x\n\n" INNER, "400", 1 },
		{ "GET / HTTP/1.1\r\nHost: x\r\n Content-Length: 44\r\n\r\n" INNER, "400",
		  1 },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n0\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1;\n\r\nz\r\n0\r\n\r\n" INNER,
		  "400", 1 },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "0x0\r\n\r\n" INNER,
		  "400", 1 },
		/* a body is a body, whatever the method: 35 octets, then one more */
		{ "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n" INNER
		  "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		  "200", 2 },
		{ "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n" INNER
		  "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		  "200", 2 },
		{ "DELETE / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n23\r\n" INNER "\r\n0\r\n\r\nGET /end HTTP/1.1\r\nHost: "
		  "x\r\nConnection: close\r\n\r\n",
		  "200", 2 },
		/* nothing is read after the last answer */
		{ "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" INNER, "200",
		  1 },
	};
	CHECK(strlen(INNER) == 35);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str got = ask(a, s, str_from(cases[i].text));
		str first = str_first(str_skip(got, 9), 3);
		int answers = count(got, "HTTP/1.1 ");
		if (!str_eq(first, str_from(cases[i].first))
		    || answers != cases[i].answers)
			fprintf(stderr, "case %zu: %.*s\n", i, STR_F(got));
		CHECK(str_eq(first, str_from(cases[i].first)));
		CHECK(answers == cases[i].answers);
	}
	CHECK(atomic_load(&smuggled) == 0);
}

static void streams(const struct served *s)
{
	ARENA(a);
	str all = STR("line 4\nline 3\nline 2\nline 1\n");
	CHECK(str_eq(body_of(ask(a, s, GET_CLOSE("/known"))), all));
	CHECK(str_eq(
		body_of(ask(a, s, GET_CLOSE("/stream"))),
		STR("7\r\nline 4\n\r\n7\r\nline 3\n\r\n7\r\nline 2\n\r\n7\r\nline 1\n\r\n"
		    "0\r\n\r\n")));
	str old = ask(a, s,
		      STR("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
	CHECK(str_eq(body_of(old), all) && !count(old, "chunked"));
	CHECK(count(old, "Connection: close") == 1);
	/* neither is mistaken for the whole */
	CHECK(!str_ends(ask(a, s, GET_CLOSE("/breaks")), STR("0\r\n\r\n")));
	CHECK(body_of(ask(a, s, GET_CLOSE("/short"))).n < 100);
	str two = ask(a, s,
		      STR("GET /known HTTP/1.1\r\nHost: x\r\n\r\n"
			  "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
	CHECK(str_ends(two, STR("</end||>")) && count(two, "HTTP/1.1 200") == 2);
}

static void large_answers(const struct served *s)
{
	ARENA(a);
	str got = body_of(ask(a, s, GET_CLOSE("/big")));
	CHECK(str_eq(got, blob_bytes(big)));
	got = ask(a, s,
		  STR("GET /big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n"
		      "Connection: close\r\n\r\n"));
	CHECK(str_eq(body_of(got), blob_gzip(big)));
	CHECK(count(got, "Content-Encoding: gzip") == 1);
}

static void half_closed(const struct served *s)
{
	ARENA(a);
	int fd = dial(s);
	say(fd, STR("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
		    "x\r\n\r\n"));
	shutdown(fd, SHUT_WR);
	str got = hear(a, fd);
	CHECK(count(got, "HTTP/1.1 200") == 2 && str_ends(got, STR("</2||>")));
	fd = dial(s);
	say(fd, STR("GET /half HTTP/1.1\r\nHo"));
	shutdown(fd, SHUT_WR);
	CHECK(hear(a, fd).n == 0);
}

static void clients_vanish(const struct served *s)
{
	for (int i = 0; i < 20; i++) {
		struct linger now = { .l_onoff = 1 };
		int fd = dial(s);
		say(fd, i % 2 ? GET_CLOSE("/slow") : GET_CLOSE("/big"));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		close(fd); /* a reset */
	}
	ARENA(a);
	CHECK(str_ends(ask(a, s, GET_CLOSE("/end")), STR("</end||>")));
}

int main(void)
{
	ARENA(a);
	struct served s;
	big = make_big();
	static const str scripts[] = { { "/_/a.js", 7 }, { "/_/b.js", 7 } };
	serve(a, &s,
	      (struct http_options){ .workers = 2,
				     .scripts = scripts,
				     .script_count = 2,
				     .host = STR("lists.example") },
	      NULL);
	plain(&s);
	hosts(&s);
	methods(&s);
	pipelined(&s);
	bodies(&s);
	too_large(&s);
	no_smuggling(&s);
	streams(&s);
	large_answers(&s);
	half_closed(&s);
	clients_vanish(&s);
	CHECK(http_counts(s.http).refused > 15);
	stop(&s);
	blob_unref(big);
	return check_done();
}
