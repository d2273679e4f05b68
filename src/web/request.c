#include "web/request.h"

#include "web/escape.h"

#include "base/enc.h"
#include "base/log.h"

str pairs_get(const struct pairs *p, str name)
{
	size_t at = 0;
	str value;
	return pairs_next(p, name, &at, &value) ? value : STR_NONE;
}

bool pairs_next(const struct pairs *p, str name, size_t *at, str *value)
{
	while (*at < p->count) {
		const struct pair *row = &p->rows[(*at)++];
		if (str_eq(row->name, name)) {
			*value = row->value;
			return true;
		}
	}
	return false;
}

str request_arg(const struct request *q, const char *name)
{
	return pairs_get(&q->args, str_from(name));
}

str request_query(const struct request *q, const char *name)
{
	return pairs_get(&q->query, str_from(name));
}

str request_form(const struct request *q, const char *name)
{
	return pairs_get(&q->form, str_from(name));
}

str request_header(const struct request *q, const char *name)
{
	for (size_t i = 0; i < q->headers.count; i++)
		if (str_ieq(q->headers.rows[i].name, str_from(name)))
			return q->headers.rows[i].value;
	return STR_NONE;
}

/* RFC 6265 section 5.4. The first of a name: the one with the longest path. */
str request_cookie(const struct request *q, const char *name)
{
	for (size_t i = 0; i < q->headers.count; i++) {
		if (!str_ieq(q->headers.rows[i].name, STR("cookie")))
			continue;
		str rest = q->headers.rows[i].value, cookie, key, value;
		while (rest.n) {
			if (!str_cut(rest, ';', &cookie, &rest)) {
				cookie = rest;
				rest = STR_NONE;
			}
			if (str_cut(cookie, '=', &key, &value)
			    && str_eq(str_trim(key), str_from(name)))
				return str_trim(value);
		}
	}
	return STR_NONE;
}

bool request_accepts_json(const struct request *q)
{
	str accept = request_header(q, "accept");
	return str_find(accept, STR("application/json")).n
	       && !str_find(accept, STR("text/html")).n;
}

/* ---- the path */

enum { SEGMENTS_MAX = 64 };

static err add_segment(struct arena *a, str raw, str *segments, size_t *count)
{
	str s;
	if (enc_percent_decode(a, raw, false, &s).kind)
		return FAIL(ERR_SYNTAX, "the path holds a % that begins no octet");
	if (str_has(s, '\0'))
		return FAIL(ERR_SYNTAX, "the path holds a NUL");
	if (str_eq(s, STR(".")) || str_eq(s, STR("..")))
		return FAIL(ERR_SYNTAX, "the path holds a segment . or ..");
	if (*count == SEGMENTS_MAX)
		return FAIL(ERR_SYNTAX, "the path has too many segments");
	segments[(*count)++] = s;
	return OK;
}

err request_split_path(struct arena *a, str path, struct request *q)
{
	str *segments = arena_alloc(a, SEGMENTS_MAX * sizeof *segments);
	size_t count = 0;
	str rest = str_skip(path, 1), head;
	if (!path.n || path.p[0] != '/')
		return FAIL(ERR_SYNTAX, "the path does not begin with /");
	while (str_cut(rest, '/', &head, &rest))
		TRY(add_segment(a, head, segments, &count));
	if (rest.n)
		TRY(add_segment(a, rest, segments, &count));
	q->path = path;
	q->segments = segments;
	q->segment_count = count;
	q->slash = path.p[path.n - 1] == '/';
	return OK;
}

/* ---- the answer */

static bool is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0;
}

static bool is_field_value(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return false;
	return true;
}

void response_header(struct response *r, str name, str value)
{
	if (!is_token(name) || !is_field_value(value)) {
		log_error("header-refused", KS("name", name), KS("value", value),
			  KZ("do", "report this as a fault of the program"));
		return;
	}
	if (r->header_count == r->header_cap) {
		size_t cap = r->header_cap ? r->header_cap * 2 : 8;
		struct pair *more = arena_alloc(r->arena, cap * sizeof *more);
		if (r->header_count)
			memcpy(more, r->headers, r->header_count * sizeof *more);
		r->headers = more;
		r->header_cap = cap;
	}
	r->headers[r->header_count++] = (struct pair){ .name = name, .value = value };
}

void response_redirect(struct response *r, int status, str location)
{
	if (!str_starts(location, STR("/")) || !url_is_safe(location)
	    || !is_field_value(location))
		location = STR("/");
	r->status = status;
	buf_clear(&r->body);
	response_header(r, STR("Location"), location);
}

/* RFC 6266 and RFC 8187: a plain name for the old, an encoded one for all. */
void response_download(struct response *r, str filename)
{
	str plain = arena_copy(r->arena, filename);
	for (char *p = (char *)(uintptr_t)plain.p; p < plain.p + plain.n; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7F
		    || strchr("\"\\/:%", *p))
			*p = '_';
	response_header(r, STR("Content-Disposition"),
			arena_cat(r->arena, STR("attachment; filename=\""), plain,
				  STR("\"; filename*=UTF-8''"),
				  enc_percent(r->arena, filename)));
}

/* RFC 9110 section 13.1.2: weak comparison, * for any. */
bool etag_listed(str list, str quoted_tag)
{
	while (list.n) {
		str item, rest = STR_NONE;
		if (!str_cut(list, ',', &item, &rest))
			item = list;
		list = rest;
		item = str_trim(item);
		if (str_starts(item, STR("W/")))
			item = str_skip(item, 2);
		if (str_eq(item, STR("*")) || str_eq(item, quoted_tag))
			return true;
	}
	return false;
}

bool response_unchanged(const struct request *q, struct response *r, str tag)
{
	str quoted = arena_cat(r->arena, STR("\""), tag, STR("\""));
	response_header(r, STR("ETag"), quoted);
	if (q->method != GET || !etag_listed(request_header(q, "if-none-match"), quoted))
		return false;
	r->status = 304;
	return true;
}

const char *status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" },
		{ 417, "Expectation Failed" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Unknown";
}
