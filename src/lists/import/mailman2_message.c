#include "base/buf.h"
#include "lists/import/mailman2_inside.h"
#include "mail/header.h"

enum { PARTS_DEEP = 30 };

/* CRLF at each line's end, whatever stood there. */
static void add_lines(struct buf *b, str text)
{
	ARENA(a);
	buf_add(b, moving_crlf(a, text));
}

/* A value of a field may be an object of its own: pieces of (octets, charset). */
static void add_value(struct buf *b, const struct pickle *value)
{
	const struct pickle *chunks = pickle_get(value, "_chunks");
	add_lines(b, str_trim(pickle_str(value)));
	for (uint32_t i = 0; chunks && chunks->type == PICKLE_LIST && i < chunks->count
			     && b->n <= MOVING_MESSAGE;
	     i++) {
		const struct pickle *c = chunks->items[i];
		if (c->type != PICKLE_TUPLE || !c->count)
			continue;
		buf_add(b, i ? STR(" ") : STR(""));
		add_lines(b, str_trim(pickle_str(c->items[0])));
	}
}

static void add_header(struct buf *b, const struct pickle *headers)
{
	for (uint32_t i = 0; headers && headers->type == PICKLE_LIST && i < headers->count
			     && b->n <= MOVING_MESSAGE;
	     i++) {
		const struct pickle *h = headers->items[i];
		if (h->type != PICKLE_TUPLE || h->count != 2
		    || !pickle_str(h->items[0]).n)
			continue;
		buf_cat(b, pickle_str(h->items[0]), STR(": "));
		add_value(b, h->items[1]);
		buf_add(b, STR("\r\n"));
	}
	buf_add(b, STR("\r\n"));
}

/* The boundary that the header just written names. */
static str boundary_of(struct arena *a, str written)
{
	struct header h;
	if (header_scan(a, written, &h).kind)
		return STR("");
	return header_param(a, header_find(&h, STR("Content-Type")), STR("boundary"));
}

static err add_message(struct arena *a, struct buf *b, const struct pickle *m, int depth);

static err add_parts(struct arena *a, struct buf *b, const struct pickle *m,
		     const struct pickle *parts, str boundary, int depth)
{
	str before = pickle_str(pickle_get(m, "preamble"));
	str behind = pickle_str(pickle_get(m, "epilogue"));
	add_lines(b, before);
	for (uint32_t i = 0; i < parts->count; i++) {
		buf_cat(b, i || before.n ? STR("\r\n--") : STR("--"), boundary,
			STR("\r\n"));
		TRY(add_message(a, b, parts->items[i], depth + 1));
	}
	buf_cat(b, STR("\r\n--"), boundary, STR("--\r\n"));
	add_lines(b, behind);
	return OK;
}

static err add_message(struct arena *a, struct buf *b, const struct pickle *m, int depth)
{
	const struct pickle *body = pickle_get(m, "_payload");
	size_t start = b->n;
	if (m->type != PICKLE_OBJECT || !pickle_get(m, "_headers"))
		return FAIL(ERR_SYNTAX, "it holds no message");
	if (depth > PARTS_DEEP || b->n > MOVING_MESSAGE)
		return FAIL(ERR_LIMIT, "a message that is too deep or too large");
	add_header(b, pickle_get(m, "_headers"));
	if (!body || body->type != PICKLE_LIST) {
		add_lines(b, pickle_str(body));
		return OK;
	}
	str boundary = boundary_of(a, str_skip(buf_str(b), start));
	if (boundary.n)
		return add_parts(a, b, m, body, boundary, depth);
	return body->count == 1 /* message/rfc822 */
		       ? add_message(a, b, body->items[0], depth + 1)
		       : FAIL(ERR_SYNTAX, "a message in parts without a boundary");
}

err mailman2_message(struct arena *a, const struct pickle *message, str *text)
{
	BUF(b);
	TRY(add_message(a, &b, message, 0));
	if (b.n > MOVING_MESSAGE)
		return FAIL(ERR_LIMIT, "a message that is too large");
	*text = arena_copy(a, buf_str(&b));
	return OK;
}
