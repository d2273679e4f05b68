#include "wall/http.h"

#include "base/buf.h"

#include <errno.h>
#include <unistd.h>

enum { LINE = 8192, LINES = 100, PIECE = 64 * 1024, SERVER_MAX = 100 };

/* ---- the request */

/* Exactly so many octets as were announced; a write that fails is no matter: what was
 * answered is still to be read. */
static err send_body(struct conn *c, struct arena *a, int fd, off_t size)
{
	char *room = arena_alloc(a, PIECE);
	off_t at = 0;
	while (at < size && !conn_buffered(c)) {
		size_t want = size - at < PIECE ? (size_t)(size - at) : PIECE;
		ssize_t n = pread(fd, room, want, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FAIL(ERR_IO, "the message cannot be read");
		if (conn_write(c, (str){ room, (size_t)n }).kind)
			break;
		at += n;
	}
	return OK;
}

/* ---- the answer */

struct fields {
	int64_t length; /* -1: not said */
	bool chunked;
};

static err read_line(struct conn *c, str *line)
{
	TRY(conn_line(c, LINE, line));
	*line = str_trim(*line);
	return OK;
}

static err read_status(struct conn *c, int *status)
{
	str line, version, code;
	int64_t n;
	TRY(read_line(c, &line));
	if (!str_word(&line, &version) || !str_starts(version, STR("HTTP/1."))
	    || !str_word(&line, &code) || code.n != 3 || !str_i64(code, &n) || n < 100)
		return FAIL(ERR_SYNTAX, "no answer of HTTP");
	*status = (int)n;
	return OK;
}

static str printable(struct arena *a, str s)
{
	s = str_first(s, SERVER_MAX);
	char *out = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		out[i] = s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?';
	return (str){ out, s.n };
}

/* Two lengths, or a length and chunks, are two answers to somebody (RFC 9112
 * section 6.3). */
static err read_field(struct arena *a, str line, struct fields *f, struct http_answer *h)
{
	str name, value;
	int64_t n;
	if (!str_cut(line, ':', &name, &value))
		return FAIL(ERR_SYNTAX, "a line of its head is no field");
	value = str_trim(value);
	if (str_ieq(name, STR("Server")))
		h->server = printable(a, value);
	if (str_ieq(name, STR("Content-Length"))) {
		if (f->length >= 0 || !str_i64(value, &n) || n < 0)
			return FAIL(ERR_SYNTAX, "its length is no number, or two");
		f->length = n;
	}
	if (str_ieq(name, STR("Transfer-Encoding"))) {
		if (f->chunked || !str_ieq(value, STR("chunked")))
			return FAIL(ERR_SYNTAX, "an encoding that nobody asked for");
		f->chunked = true;
	}
	return f->chunked && f->length >= 0
		       ? FAIL(ERR_SYNTAX, "it says its length in two ways")
		       : OK;
}

static err read_fields(struct conn *c, struct arena *a, struct fields *f,
		       struct http_answer *h)
{
	str line;
	for (int i = 0; i < LINES; i++) {
		TRY(read_line(c, &line));
		if (!line.n)
			return OK;
		TRY(read_field(a, line, f, h));
	}
	return FAIL(ERR_LIMIT, "its head has too many lines");
}

static err read_octets(struct conn *c, size_t n, struct buf *b)
{
	while (n) {
		str bytes;
		TRY(conn_peek(c, &bytes));
		bytes = str_first(bytes, n);
		buf_add(b, bytes);
		n -= bytes.n;
		conn_take(c, bytes.n);
	}
	return OK;
}

static bool hexadecimal(str s, size_t *n)
{
	static const char digits[] = "0123456789abcdef";
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *d = memchr(digits, chr_lower(s.p[i]), 16);
		if (!d)
			return false;
		*n = *n << 4 | (size_t)(d - digits);
	}
	return s.n > 0 && s.n <= 8;
}

static err read_chunks(struct conn *c, size_t most, struct buf *b)
{
	for (;;) {
		str line, digits, rest;
		size_t n;
		TRY(read_line(c, &line));
		digits = str_cut(line, ';', &digits, &rest) ? str_trim(digits) : line;
		if (!hexadecimal(digits, &n))
			return FAIL(ERR_SYNTAX, "a chunk without its length");
		if (n > most - b->n)
			return FAIL(ERR_LIMIT, "its answer is too long");
		if (!n)
			return OK; /* no other answer comes: trailers may stay unread */
		TRY(read_octets(c, n, b));
		TRY(read_line(c, &line));
		if (line.n)
			return FAIL(ERR_SYNTAX, "a chunk that is longer than it says");
	}
}

static err read_body(struct conn *c, const struct fields *f, size_t most, struct buf *b)
{
	if (f->chunked)
		return read_chunks(c, most, b);
	if (f->length < 0)
		return FAIL(ERR_SYNTAX, "it does not say how long its answer is");
	if ((uint64_t)f->length > most)
		return FAIL(ERR_LIMIT, "its answer is too long");
	return read_octets(c, (size_t)f->length, b);
}

err http_exchange(struct conn *c, struct arena *a, str head, int fd, off_t size,
		  size_t most, struct http_answer *h)
{
	BUF(b);
	struct fields f = { .length = -1 };
	struct http_answer x = { 0 };
	str length = fd >= 0 ? arena_printf(a, "Content-Length: %lld\r\n",
					    (long long)size)
			     : STR("");
	TRY(conn_write(c, arena_cat(a, head, length, STR("\r\n"))));
	if (fd >= 0)
		TRY(send_body(c, a, fd, size));
	TRY(read_status(c, &x.status));
	TRY(read_fields(c, a, &f, &x));
	TRY(read_body(c, &f, most, &b));
	x.body = arena_copy(a, buf_str(&b));
	*h = x;
	return OK;
}
