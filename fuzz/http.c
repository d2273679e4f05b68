/* HTTP/1.1 on the wire: a head, then a chunked body. However the octets are cut
 * into pieces, the outcome is the same; a head that is accepted says where its
 * body ends in one way only; and so does each answer, whatever the page makes. */
#include "fuzz.h"

#include "base/log.h"
#include "base/mem.h"
#include "web/blob.h"
#include "web/exchange.h"

enum { BODY_MAX = 4096 };

static ssize_t head_end_in_pieces(str bytes)
{
	size_t scanned = 0;
	for (size_t n = 0; n <= bytes.n; n++) {
		ssize_t end = wire_head_end(str_first(bytes, n), &scanned);
		if (end)
			return end;
	}
	return 0;
}

static enum chunk_result chunks_in_pieces(str bytes, size_t step, struct buf *body)
{
	struct wire_chunks c = { 0 };
	enum chunk_result r = CHUNKS_MORE;
	BUF(input);
	for (size_t at = 0; r == CHUNKS_MORE && at < bytes.n; at += step) {
		buf_add(&input, str_first(str_skip(bytes, at), step));
		str rest = buf_str(&input);
		r = wire_chunks_take(&c, &rest, BODY_MAX, body);
		buf_drop(&input, input.n - rest.n);
	}
	return r;
}

static void check_head(str bytes)
{
	ARENA(a);
	struct wire_head h;
	const char *why = NULL;
	int lengths = 0, codings = 0;
	if (wire_head_parse(a, bytes, &h, &why)) {
		if (!why || h.keep)
			abort();
		return;
	}
	for (size_t i = 0; i < h.fields.count; i++) {
		lengths += str_ieq(h.fields.rows[i].name, STR("content-length"));
		codings += str_ieq(h.fields.rows[i].name, STR("transfer-encoding"));
	}
	if (lengths + codings > 1 || h.chunked != (codings == 1) || h.length < 0
	    || !h.path.n || h.path.p[0] != '/' || str_has(h.path, ' '))
		abort();
	struct request q;
	if (!request_split_path(a, h.path, &q).kind)
		for (size_t i = 0; i < q.segment_count; i++)
			if (str_eq(q.segments[i], STR("..")))
				abort();
}

/* A whole request, as a connection takes it in. */
static struct exchange *take(str bytes, size_t step)
{
	struct exchange *x = exchange_new();
	enum intake got = INTAKE_MORE;
	BUF(input);
	for (size_t at = 0; got == INTAKE_MORE && at < bytes.n; at += step) {
		buf_add(&input, str_first(str_skip(bytes, at), step));
		do {
			str rest = buf_str(&input);
			got = exchange_take(x, &rest);
			buf_drop(&input, input.n - rest.n);
		} while (got == INTAKE_BODY);
	}
	return x;
}

static void check_intake(str bytes)
{
	struct exchange *whole = take(bytes, bytes.n + 1), *pieces = take(bytes, 1);
	if (whole->refused != pieces->refused || whole->in_body != pieces->in_body
	    || !str_eq(buf_str(&whole->body), buf_str(&pieces->body)))
		abort();
	exchange_free(whole);
	exchange_free(pieces);
}

/* ---- the answer */

struct echo {
	struct stream stream; /* the first member */
	str rest;
};

static enum stream_state echo_more(struct stream *s, struct buf *out)
{
	struct echo *e = (struct echo *)s;
	buf_add(out, str_first(e->rest, 7));
	e->rest = str_skip(e->rest, 7);
	return e->rest.n ? STREAM_MORE : STREAM_END;
}

static void echo_free(struct stream *s)
{
	free(s);
}

static struct stream *echo_new(str text, int64_t length)
{
	struct echo *e = mem_zero(sizeof *e);
	*e = (struct echo){ { .more = echo_more, .free = echo_free, .length = length },
			    text };
	return &e->stream;
}

/* Answers with what the query says, in the way that the path names. */
static void page(void *ctx, struct request *q, struct response *r)
{
	str how = q->segment_count ? q->segments[0] : STR_NONE;
	str text = request_query(q, "text");
	(void)ctx;
	for (size_t i = 0; i < q->segment_count; i++)
		must(!str_eq(q->segments[i], STR("..")));
	must(q->refused || net_octets(&q->client, (unsigned char[16]){ 0 }));
	must(q->method != HEAD);
	if (q->refused)
		r->status = q->refused;
	buf_add(&r->body, q->refused ? str_from(q->why) : text);
	if (str_eq(how, STR("blob"))) {
		response_blob(q, r, blob_new(&r->body, STR("text/plain")));
	} else if (str_eq(how, STR("away"))) {
		response_redirect(r, 303, request_form(q, "to"));
	} else if (str_eq(how, STR("file"))) {
		response_download(r, text);
	} else if (str_eq(how, STR("none"))) {
		r->status = 204;
	} else if (str_starts(how, STR("stream"))) {
		buf_free(&r->body);
		r->stream = echo_new(text, str_eq(how, STR("stream")) ? -1
					   : str_eq(how, STR("stream-whole"))
						   ? (int64_t)text.n
						   : 5);
	}
}

static str field_of(str head, str name)
{
	str line, value = STR_NONE, field;
	while (str_line(&head, &line))
		if (str_cut(line, ':', &field, &value) && str_ieq(field, name))
			return str_trim(value);
	return STR_NONE;
}

/* The body as it leaves. False: the stream did not keep its word. */
static bool read_body(struct exchange *x, struct buf *body)
{
	struct response *r = &x->response;
	buf_add(body, r->blob ? r->blob_bytes : buf_str(&r->body));
	while (r->stream && x->stream_state == STREAM_MORE) {
		exchange_piece(x);
		if (x->stream_state != STREAM_FAILED)
			buf_add(body, buf_str(&x->out));
	}
	return x->stream_state != STREAM_FAILED;
}

/* One head, and a body that ends where the head says. */
static void check_answer(struct exchange *x)
{
	size_t scanned = 0;
	uint64_t length = 0;
	BUF(body);
	BUF(head);
	buf_add(&head, buf_str(&x->out));
	str h = buf_str(&head);
	must(str_starts(h, STR("HTTP/1.1 ")));
	must(wire_head_end(h, &scanned) == (ssize_t)h.n);
	must(!x->refused || !x->keep);
	must(str_ieq(field_of(h, STR("connection")), STR("close")) == !x->keep);
	str last = str_find(field_of(h, STR("content-security-policy")),
			    STR("; script-src "));
	must(last.n && !str_has(str_skip(last, 2), ';')); /* nor a word of Host's */
	bool whole = read_body(x, &body), asked = x->head.method != HEAD;
	str sized = field_of(h, STR("content-length"));
	if (x->chunked && asked) {
		struct wire_chunks c = { 0 };
		str rest = buf_str(&body);
		BUF(plain);
		must(!sized.n && whole);
		must(wire_chunks_take(&c, &rest, SIZE_MAX, &plain) == CHUNKS_DONE);
		must(!rest.n
		     && str_eq(buf_str(&plain), request_query(&x->request, "text")));
	} else if (sized.n && asked) {
		must(str_u64(sized, &length) && body.n <= length);
		must(body.n == length || !whole);
	} else {
		must(!body.n || !x->keep);
	}
}

/* Request after request of one connection, each with its answer. */
static void check_answers(str bytes)
{
	static const str script = { "/_/a.js", 7 };
	static const struct http_options options = {
		.page = page, .proxied = true, .scripts = &script, .script_count = 1
	};
	struct exchange *x = exchange_new();
	atomic_bool draining = bytes.n % 7 == 0;
	bool more = !net_parse_ip(STR("127.0.0.1"), &x->client).kind;
	while (more) {
		enum intake got;
		do
			got = exchange_take(x, &bytes);
		while (got == INTAKE_BODY);
		if (got == INTAKE_DONE) {
			exchange_page(x, &options, &draining);
			check_answer(x);
		}
		more = got == INTAKE_DONE && x->keep;
		exchange_reset(x);
	}
	exchange_free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str bytes = { (const char *)data, n };
	size_t scanned = 0;
	if (n > 65536)
		return 0;
	ssize_t end = wire_head_end(bytes, &scanned);
	log_open("fuzz", LOG_ERROR, false);
	check_answers(bytes);
	if (n < 2048)
		check_intake(bytes);
	if (n < 2048 && head_end_in_pieces(bytes) != end)
		abort();
	if (end > 0) {
		check_head(str_first(bytes, (size_t)end));
		bytes = str_skip(bytes, (size_t)end);
	}
	BUF(whole);
	BUF(pieces);
	enum chunk_result r = chunks_in_pieces(bytes, bytes.n + 1, &whole);
	if (bytes.n < 2048 && bytes.n
	    && (chunks_in_pieces(bytes, 1, &pieces) != r || pieces.n > BODY_MAX
		|| (r == CHUNKS_DONE && !str_eq(buf_str(&whole), buf_str(&pieces)))))
		abort();
	return 0;
}
