/* HTTP/1.1 on the wire: a head, then a chunked body. However the octets are cut
 * into pieces, the outcome is the same; and a head that is accepted says where
 * its body ends in one way only. */
#include "web/exchange.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	str bytes = { (const char *)data, n };
	size_t scanned = 0;
	if (n > 65536)
		return 0;
	ssize_t end = wire_head_end(bytes, &scanned);
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
