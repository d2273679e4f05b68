#include "web/wire.h"

#include "tests/check.h"

static void heads(void)
{
	static const struct {
		const char *head;
		int status; /* 0: fine */
		const char *says;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
		{ "GET /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-Y: \t z \r\n\r\n", 0, "" },
		{ "GET / HTTP/1.0\r\n\r\n", 0, "" },
		{ "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
		{ "GET http://other.example/p HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 0, "" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n", 0,
		  "" },
		/* the first line */
		{ "\r\n\r\n", 400, "METHOD" },
		{ "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 505, "" },
		{ "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "" },
		{ "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "version" },
		{ "GET /\r\nHost: x\r\n\r\n", 400, "METHOD" },
		{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505, "1.1" },
		{ "GET / HTTP/1.1x\r\nHost: x\r\n\r\n", 505, "1.1" },
		{ "GET / http/1.1\r\nHost: x\r\n\r\n", 400, "version" },
		{ "get / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "method" },
		{ "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "method" },
		{ "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "method" },
		{ "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no path" },
		{ "GET other.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no path" },
		{ "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no path" },
		{ "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no path" },
		{ "GET /\"<> HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no path" },
		/* fields */
		{ "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "NAME: VALUE" },
		{ "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400, "NAME: VALUE" },
		{ "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400, "NAME: VALUE" },
		{ "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400, "NAME: VALUE" },
		{ "GET / HTTP/1.1\r\nHost: x\r\nX: a\vb\r\n\r\n", 400, "control" },
		{ "GET / HTTP/1.1\r\n\r\n", 400, "Host" },
		{ "GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", 400, "Host" },
		/* the body's frame: each row is a way to smuggle a request */
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n",
		  400, "beside" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: "
		  "6\r\n\r\n",
		  400, "one number" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: "
		  "5\r\n\r\n",
		  400, "one number" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\n", 400,
		  "one" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n", 400,
		  "one" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400,
		  "one" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\n", 400,
		  "one" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n", 400, "one" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999"
		  "\r\n\r\n",
		  400, "one" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, "
		  "chunked\r\n\r\n",
		  400, "chunked" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
		  400, "chunked" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n",
		  400, "chunked" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n",
		  400, "once" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n", 400,
		  "chunked" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
		  400, "chunked" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n",
		  400, "NAME: VALUE" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\vchunked\r\n\r\n",
		  400, "control" },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
		  "HTTP/1.1" },
		{ "POST / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n", 417, "100-" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct wire_head head;
		const char *why = NULL;
		size_t scanned = 0;
		str bytes = str_from(cases[i].head);
		ssize_t n = wire_head_end(bytes, &scanned);
		int status = wire_head_parse(a, bytes, &head, &why);
		if (n != (ssize_t)bytes.n || status != cases[i].status)
			fprintf(stderr, "case %zu: %zd, %d %s\n", i, n, status,
				why ? why : "");
		CHECK(n == (ssize_t)bytes.n);
		CHECK(status == cases[i].status);
		CHECK(!status || (strstr(why, cases[i].says) && !head.keep));
	}
}

static void what_a_head_says(void)
{
	ARENA(a);
	struct wire_head h;
	const char *why;
	CHECK(!wire_head_parse(a,
			       STR("HEAD https://x.example:8/a%20b?q=1?2 HTTP/1.1\r\n"
				   "Host: x\r\nContent-Length: 7\r\nConnection: "
				   "foo, Close\r\nExpect: 100-Continue\r\n\r\n"),
			       &h, &why));
	CHECK(h.method == HEAD && str_eq(h.path, STR("/a%20b")));
	CHECK(str_eq(h.query, STR("q=1?2")) && h.length == 7 && !h.chunked);
	CHECK(!h.keep && h.expects && h.fields.count == 4);
	CHECK(!wire_head_parse(a, STR("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
			       &h, &why)
	      && h.keep && h.http10);
	CHECK(!wire_head_parse(a, STR("GET / HTTP/1.0\r\n\r\n"), &h, &why) && !h.keep);
	CHECK(!wire_head_parse(a, STR("GET http://x.example HTTP/1.1\r\nHost: x\r\n\r\n"),
			       &h, &why)
	      && str_eq(h.path, STR("/")));
}

static void too_many_fields(void)
{
	ARENA(a);
	BUF(b);
	struct wire_head h;
	const char *why;
	buf_add(&b, STR("GET / HTTP/1.1\r\nHost: x\r\n"));
	for (int i = 1; i < WIRE_FIELDS_MAX; i++)
		buf_add(&b, STR("X: y\r\n"));
	str fits = arena_cat(a, buf_str(&b), STR("\r\n"));
	buf_add(&b, STR("X: y\r\n\r\n"));
	CHECK(wire_head_parse(a, fits, &h, &why) == 0);
	CHECK(wire_head_parse(a, buf_str(&b), &h, &why) == 431);
}

static void ends(void)
{
	static const struct {
		str bytes;
		ssize_t end;
	} cases[] = {
		{ { "GET / HTTP/1.1\r\n\r\nrest", 22 }, 18 },
		{ { "GET / HTTP/1.1\r\n", 16 }, 0 },
		{ { "GET / HTTP/1.1\r", 15 }, 0 },
		{ { "GET / HTTP/1.1\n\n", 16 }, -1 },
		{ { "GET / HTTP/1.1\r\nA: b\n\r\n", 23 }, -1 },
		{ { "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 27 }, -1 },
		{ { "GET /\0 HTTP/1.1\r\n\r\n", 19 }, -1 },
		{ { "\n", 1 }, -1 },
		{ { "", 0 }, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t scanned = 0;
		ssize_t got = 0;
		CHECK(wire_head_end(cases[i].bytes, &scanned) == cases[i].end);
		/* octet by octet, as a slow client sends */
		scanned = 0;
		for (size_t n = 0; n <= cases[i].bytes.n && !got; n++)
			got = wire_head_end(str_first(cases[i].bytes, n), &scanned);
		CHECK(got == cases[i].end);
	}
}

static void chunks(void)
{
	static const struct {
		const char *bytes;
		enum chunk_result result;
		const char *body, *rest;
	} cases[] = {
		{ "5\r\nhello\r\n0\r\n\r\nnext", CHUNKS_DONE, "hello", "next" },
		{ "5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\n\r\n", CHUNKS_DONE,
		  "hello world", "" },
		{ "a\r\n0123456789\r\n00\r\nT: x\r\n\r\n", CHUNKS_DONE, "0123456789",
		  "" },
		{ "5\r\nhel", CHUNKS_MORE, "hel", "" },
		{ "0\r\n", CHUNKS_MORE, "", "" },
		{ "5\nhello\r\n0\r\n\r\n", CHUNKS_BROKEN, "", "5\nhello\r\n0\r\n\r\n" },
		{ "5\r\nhelloX\r\n0\r\n\r\n", CHUNKS_BROKEN, "hello", "X\r\n0\r\n\r\n" },
		{ "0x5\r\nhello\r\n", CHUNKS_BROKEN, "", "hello\r\n" },
		{ " 5\r\nhello\r\n", CHUNKS_BROKEN, "", "hello\r\n" },
		{ "5 \r\nhello\r\n", CHUNKS_BROKEN, "", "hello\r\n" },
		{ "-5\r\nhello\r\n", CHUNKS_BROKEN, "", "hello\r\n" },
		{ "\r\n", CHUNKS_BROKEN, "", "" },
		{ "123456789\r\n", CHUNKS_BROKEN, "", "" },
		{ "65\r\n", CHUNKS_TOO_LARGE, "", "" },
		{ "ffffffff\r\n", CHUNKS_TOO_LARGE, "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wire_chunks c = { 0 };
		BUF(body);
		str rest = str_from(cases[i].bytes);
		enum chunk_result r = wire_chunks_take(&c, &rest, 100, &body);
		if (r != cases[i].result)
			fprintf(stderr, "case %zu: %d\n", i, (int)r);
		CHECK(r == cases[i].result);
		CHECK(str_eq(buf_str(&body), str_from(cases[i].body)));
		CHECK(str_eq(rest, str_from(cases[i].rest)));
	}
}

static void chunks_in_pieces(void)
{
	str whole = STR("5\r\nhello\r\n6\r\n world\r\n0\r\nA: b\r\n\r\nnext");
	for (size_t step = 1; step < whole.n; step++) {
		struct wire_chunks c = { 0 };
		BUF(body);
		BUF(input);
		enum chunk_result r = CHUNKS_MORE;
		size_t at = 0;
		while (r == CHUNKS_MORE && at < whole.n) {
			str piece = str_first(str_skip(whole, at), step);
			buf_add(&input, piece);
			at += piece.n;
			str rest = buf_str(&input);
			r = wire_chunks_take(&c, &rest, 100, &body);
			buf_drop(&input, input.n - rest.n);
		}
		CHECK(r == CHUNKS_DONE && str_eq(buf_str(&body), STR("hello world")));
	}
}

int main(void)
{
	heads();
	what_a_head_says();
	too_many_fields();
	ends();
	chunks();
	chunks_in_pieces();
	return check_done();
}
