#include "web/http_inside.h"

#include "web/blob.h"
#include "web/form.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

/* Sent with everything: pages run our script alone, load nothing from elsewhere and
 * stand in no foreign frame. */
#define SECURITY                              \
	"X-Content-Type-Options: nosniff\r\n" \
	"Referrer-Policy: same-origin\r\n"    \
	"Cross-Origin-Opener-Policy: same-origin\r\n"

static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\n"
			   "Content-Type: text/plain; charset=utf-8\r\n"
			   "Content-Length: 46\r\n"
			   "Retry-After: 5\r\n" SECURITY "Connection: close\r\n\r\n"
			   "Too many requests at once. Please try again.\r\n";
const str exchange_busy = { busy, sizeof busy - 1 };

enum { OUT_KEPT = 65536 }; /* memory that a connection keeps between requests */

struct exchange *exchange_new(void)
{
	struct exchange *x = mem_zero(sizeof *x);
	x->arena = arena_new();
	return x;
}

static void free_answer(struct response *r)
{
	buf_free(&r->body);
	blob_unref(r->blob);
	if (r->stream)
		r->stream->free(r->stream);
	*r = (struct response){ 0 };
}

static void free_body(struct exchange *x)
{
	buf_free(&x->body);
	if (x->large)
		http_large_leave(x->server, x->large);
	x->large = 0;
}

static void free_request(struct exchange *x)
{
	free_body(x);
	if (x->sink)
		x->sink->free(x->sink);
	x->sink = NULL;
}

void exchange_reset(struct exchange *x)
{
	free_request(x);
	struct exchange keep = *x;
	if (keep.out.cap > OUT_KEPT)
		buf_free(&keep.out);
	free_answer(&x->response);
	buf_clear(&keep.out);
	arena_reset(x->arena);
	*x = (struct exchange){ .server = keep.server,
				.loop = keep.loop,
				.connection = keep.connection,
				.arena = keep.arena,
				.out = keep.out,
				.client = keep.client,
				.secure = keep.secure };
}

void exchange_free(struct exchange *x)
{
	free_request(x);
	free_answer(&x->response);
	buf_free(&x->out);
	arena_free(x->arena);
	free(x);
}

/* ---- the request */

bool exchange_from_here(const struct net_addr *client)
{
	static const char *const own[] = { "127.0.0.0/8", "::1" };
	struct net_block loopback;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!net_parse_block(str_from(own[i]), &loopback).kind
		    && net_in_block(&loopback, client))
			return true;
	return false;
}

/* The proxy before us appends the address it saw (X-Forwarded-For). It is
 * believed from this machine alone, and only its last word. */
static void see_through_proxy(struct request *q)
{
	str list = request_header(q, "x-forwarded-for"), before, last = list;
	struct net_addr real;
	if (!exchange_from_here(&q->client))
		return;
	str_cut_last(list, ',', &before, &last);
	if (!net_parse_ip(str_trim(last), &real).kind)
		q->client = real;
	if (str_ieq(request_header(q, "x-forwarded-proto"), STR("https")))
		q->secure = true;
}

static void refuse(struct request *q, int status, const char *why)
{
	q->refused = status;
	q->why = why;
}

/* Of a path that cannot be read the first segment, so that a program below /api/ is answered
 * in its own way. */
static void keep_folder(struct arena *a, str path, struct request *q)
{
	str head, rest;
	if (str_cut(str_skip(path, path.n > 0), '/', &head, &rest)
	    && request_split_path(a, arena_cat(a, STR("/"), head, STR("/")), q).kind)
		q->segment_count = 0;
}

static void read_request(struct exchange *x, bool proxied)
{
	struct request *q = &x->request;
	const struct wire_head *h = &x->head;
	*q = (struct request){
		.arena = x->arena,
		.method = h->method == HEAD ? GET : h->method,
		.head = h->method == HEAD,
		.path = h->path,
		.query_text = h->query,
		.headers = h->fields,
		.body = buf_str(&x->body),
		.client = x->client,
		.secure = x->secure,
		.refused = x->refused,
		.why = x->why,
	};
	if (q->refused)
		return;
	if (proxied)
		see_through_proxy(q);
	err e = request_split_path(x->arena, h->path, q);
	if (e.kind)
		keep_folder(x->arena, h->path, q);
	else
		e = form_query(x->arena, h->query, &q->query);
	q->sink = x->sink;
	if (x->sink)
		q->form = x->sink->fields;
	if (!e.kind && q->body.n && q->method != GET)
		e = form_parse(x->arena, request_header(q, "content-type"), q->body,
			       &q->form);
	if (e.kind == ERR_LIMIT)
		refuse(q, 413, e.msg);
	else if (e.kind && e.kind != ERR_NOTFOUND) /* another type: the page's affair */
		refuse(q, 400, e.msg);
}

/* ---- the answer's head */

static void add_date(struct buf *out)
{
	static _Thread_local char text[64];
	static _Thread_local int64_t made;
	int64_t now = clock_now();
	struct tm tm;
	time_t seconds = (time_t)now;
	if (made != now && gmtime_r(&seconds, &tm)) {
		strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		made = now;
	}
	buf_cat(out, STR("Date: "), str_from(text), STR("\r\n"));
}

static bool has_body(int status)
{
	return status != 204 && status != 304;
}

static void add_line(struct buf *out, str name, str value)
{
	buf_cat(out, name, STR(": "), value, STR("\r\n"));
}

static int64_t body_length(const struct response *r)
{
	if (r->stream)
		return r->stream->length;
	return (int64_t)(r->blob ? r->blob_bytes.n : r->body.n);
}

static void add_body_lines(struct exchange *x, struct buf *out)
{
	struct response *r = &x->response;
	int64_t length = body_length(r);
	bool whole = x->head.method != HEAD; /* a HEAD's answer has no body to frame */
	add_line(out, STR("Content-Type"),
		 r->type.n ? r->type : STR("text/html; charset=utf-8"));
	if (length >= 0) {
		buf_addf(out, "Content-Length: %" PRId64 "\r\n", length);
	} else if (x->head.http10) {
		x->keep = x->keep && !whole; /* its end is the connection's */
	} else {
		add_line(out, STR("Transfer-Encoding"), STR("chunked"));
		x->chunked = true;
	}
}

/* As a source of Content-Security-Policy Level 3 section 2.3.1 has it; what else is in a Host field
 * must not become a word of the policy. */
static bool is_source(str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!chr_is_alpha(host.p[i]) && !chr_is_digit(host.p[i])
		    && !str_has(STR("-.:"), host.p[i]))
			return false;
	return host.n > 0;
}

static void add_scripts(struct buf *out, str host, const struct http_options *o)
{
	for (size_t i = 0; i < o->script_count; i++)
		buf_cat(out, STR(" "), host, o->scripts[i]);
}

static void add_policy(struct exchange *x, const struct http_options *o)
{
	struct buf *out = &x->out;
	str host = request_header(&x->request, "host");
	bool by_other = is_source(host) && !str_ieq(host, o->host);
	buf_add(out, STR("Content-Security-Policy: " PAGES_POLICY));
	if (!o->script_count || (!by_other && !o->host.n))
		buf_add(out, STR(" 'none'"));
	if (o->host.n)
		add_scripts(out, o->host, o);
	if (by_other)
		add_scripts(out, host, o);
	buf_add(out, STR("\r\nPermissions-Policy: " PAGES_ASK_FOR "\r\n"));
}

static void write_head(struct exchange *x, const struct http_options *options)
{
	struct response *r = &x->response;
	struct buf *out = &x->out;
	/* HTTP/1.0 clients keep a connection only where they are told so */
	x->keep = x->head.keep && !x->last;
	buf_addf(out, "HTTP/1.1 %d %s\r\n", r->status, status_text(r->status));
	add_date(out);
	if (has_body(r->status))
		add_body_lines(x, out);
	buf_add(out, STR(SECURITY));
	if (r->policy.n)
		add_line(out, STR("Content-Security-Policy"), r->policy);
	else
		add_policy(x, options);
	str fresh = x->request.session ? STR("private, no-cache") : STR("no-cache");
	add_line(out, STR("Cache-Control"), r->cache.n ? r->cache : fresh);
	for (size_t i = 0; i < r->header_count; i++)
		add_line(out, r->headers[i].name, r->headers[i].value);
	if (!x->keep)
		add_line(out, STR("Connection"), STR("close"));
	else if (x->head.http10)
		add_line(out, STR("Connection"), STR("keep-alive"));
	buf_add(out, STR("\r\n"));
}

/* No body follows the head: what was made of one goes. */
static void drop_body(struct response *r)
{
	buf_free(&r->body);
	blob_unref(r->blob);
	r->blob = NULL;
	if (r->stream)
		r->stream->free(r->stream);
	r->stream = NULL;
}

void exchange_sink(struct exchange *x, const struct http_options *options)
{
	str octets = buf_str(&x->body);
	if (!x->sink) {
		buf_clear(&x->body); /* the octets stay where they are */
		read_request(x, options->proxied);
		x->sink = options->sink(options->ctx, &x->request);
	}
	x->sink->take(x->sink, octets);
	buf_clear(&x->body);
	x->piece = false;
}

void exchange_page(struct exchange *x, const struct http_options *options,
		   const atomic_bool *draining)
{
	struct response *r = &x->response;
	if (x->sinks && !x->refused)
		exchange_sink(x, options);
	read_request(x, options->proxied);
	*r = (struct response){ .arena = x->arena, .status = 200 };
	options->page(options->ctx, &x->request, r);
	x->last |= x->refused || atomic_load(draining);
	write_head(x, options);
	if (!has_body(r->status) || x->head.method == HEAD)
		drop_body(r);
	x->stream_state = r->stream ? STREAM_MORE : STREAM_END;
	x->left = r->stream ? r->stream->length : -1;
	if (x->large && !r->stream) /* who hears the answer may send the next at once */
		free_body(x);
}

/* A stream that makes less or more than it promised would shift every answer
 * after it. */
static void hold_to_length(struct exchange *x, size_t n)
{
	if (x->left < 0)
		return;
	x->left -= (int64_t)n;
	if (x->left < 0 || (x->left > 0 && x->stream_state == STREAM_END))
		x->stream_state = STREAM_FAILED;
}

void exchange_piece(struct exchange *x)
{
	BUF(piece);
	struct stream *s = x->response.stream;
	buf_clear(&x->out);
	s->takes_file = !x->secure && !x->chunked;
	s->file_count = 0;
	x->stream_state = s->more(s, &piece);
	x->in_flight = piece.n + s->file_count;
	hold_to_length(x, x->in_flight);
	if (x->stream_state == STREAM_FAILED) {
		log_warn("stream-broken", KS("path", x->request.path));
		return;
	}
	if (piece.n && x->chunked)
		buf_addf(&x->out, "%zx\r\n", piece.n);
	buf_add(&x->out, buf_str(&piece));
	if (piece.n && x->chunked)
		buf_add(&x->out, STR("\r\n"));
	if (x->chunked && x->stream_state == STREAM_END)
		buf_add(&x->out, STR("0\r\n\r\n"));
}

int64_t exchange_octets(const struct exchange *x)
{
	const struct response *r = &x->response;
	size_t body = r->stream ? r->stream->file_count
		      : r->blob ? r->blob_bytes.n
				: r->body.n;
	return (int64_t)(x->out.n + body);
}
