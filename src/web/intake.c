#include "web/http_inside.h"

static enum intake refuse(struct exchange *x, int status, const char *why)
{
	x->refused = status;
	x->why = why;
	return INTAKE_DONE;
}

/* Few at once, so that they cannot take the machine's memory, and each of somebody else. */
static enum intake take_large(struct exchange *x)
{
	const struct http_options *o = x->server ? &x->server->options : NULL;
	int64_t person = 0, most = HTTP_BODY_MAX;
	if (o && o->body_max)
		most = o->body_max(o->ctx, x->head.path, x->head.query, &person);
	if (x->head.length > most)
		return refuse(x, 413,
			      most > HTTP_BODY_MAX ? "the file is larger than 16 MB"
						   : "the body is larger than 1 MB");
	x->large = http_large_take(x->server, person);
	if (!x->large)
		return refuse(x, 503,
			      "other files are being sent; try again in a minute");
	x->in_body = true;
	return INTAKE_BODY;
}

/* Of a known length, so that it is refused before it comes. */
static enum intake take_sink(struct exchange *x, int64_t most)
{
	if (x->head.chunked)
		return refuse(x, 411, "a file is sent with its length");
	if (x->head.length > most)
		return refuse(x, 413, "the file is larger than this server takes");
	x->sinks = true;
	x->in_body = true;
	return INTAKE_BODY;
}

static int64_t sink_max(const struct exchange *x)
{
	const struct http_options *o = x->server ? &x->server->options : NULL;
	return o && o->sink_max && x->head.method == POST
		       ? o->sink_max(o->ctx, x->head.path, x->head.query)
		       : 0;
}

static enum intake take_head(struct exchange *x, str *bytes)
{
	const char *why = NULL;
	ssize_t n = wire_head_end(str_first(*bytes, WIRE_HEAD_MAX), &x->scanned);
	if (n < 0)
		return refuse(x, 400,
			      "the request's head holds a bare LF or CR, or a NUL");
	if (n == 0 && bytes->n >= WIRE_HEAD_MAX)
		return refuse(x, 431, "the request's head is larger than 16 KB");
	if (n == 0)
		return INTAKE_MORE;
	str head = arena_copy(x->arena, str_first(*bytes, (size_t)n));
	*bytes = str_skip(*bytes, (size_t)n);
	int status = wire_head_parse(x->arena, head, &x->head, &why);
	if (status)
		return refuse(x, status, why);
	int64_t most = x->head.length || x->head.chunked ? sink_max(x) : 0;
	if (most)
		return take_sink(x, most);
	if (x->head.length > HTTP_BODY_MAX)
		return take_large(x);
	if (!x->head.chunked && !x->head.length)
		return INTAKE_DONE;
	x->in_body = true;
	return INTAKE_BODY;
}

static enum intake take_body(struct exchange *x, str *bytes)
{
	size_t length = (size_t)x->head.length;
	str piece = str_first(*bytes, length - x->body.n);
	buf_add(&x->body, piece);
	*bytes = str_skip(*bytes, piece.n);
	return x->body.n == length ? INTAKE_DONE : INTAKE_MORE;
}

static enum intake take_piece(struct exchange *x, str *bytes)
{
	size_t left = (size_t)(x->head.length - x->taken);
	size_t room = HTTP_SINK_PIECE - x->body.n;
	str piece = str_first(*bytes, left < room ? left : room);
	buf_add(&x->body, piece);
	*bytes = str_skip(*bytes, piece.n);
	x->taken += (int64_t)piece.n;
	if (x->taken == x->head.length)
		return INTAKE_DONE;
	return x->body.n == HTTP_SINK_PIECE ? INTAKE_PIECE : INTAKE_MORE;
}

static enum intake take_chunks(struct exchange *x, str *bytes)
{
	switch (wire_chunks_take(&x->chunks, bytes, HTTP_BODY_MAX, &x->body)) {
	case CHUNKS_MORE:
		return INTAKE_MORE;
	case CHUNKS_DONE:
		return INTAKE_DONE;
	case CHUNKS_TOO_LARGE:
		return refuse(x, 413, "the body is larger than 1 MB");
	case CHUNKS_BROKEN:
		break;
	}
	return refuse(x, 400, "the chunked body is broken");
}

enum intake exchange_take(struct exchange *x, str *bytes)
{
	if (!x->in_body)
		return take_head(x, bytes);
	if (x->sinks)
		return take_piece(x, bytes);
	return x->head.chunked ? take_chunks(x, bytes) : take_body(x, bytes);
}
