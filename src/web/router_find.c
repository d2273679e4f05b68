/* Which row of the table a path finds, and its twin in JSON. */
#include "web/router_inside.h"

enum { ARGS_MAX = 8 };

static bool is_number(str s)
{
	uint64_t n;
	return s.n <= 18 && (s.n < 2 || s.p[0] != '0') && str_u64(s, &n);
}

/* One segment against one of a pattern. */
static bool segment_fits(str pattern, str segment, struct pair *args, size_t *count)
{
	if (!pattern.n || (pattern.p[0] != ':' && pattern.p[0] != '#'))
		return str_eq(pattern, segment);
	size_t n = 1;
	while (n < pattern.n && (chr_is_alpha(pattern.p[n]) || pattern.p[n] == '_'))
		n++;
	str name = str_skip(str_first(pattern, n), 1), literal = str_skip(pattern, n);
	if (!str_ends(segment, literal) || segment.n == literal.n || *count == ARGS_MAX)
		return false;
	str value = str_first(segment, segment.n - literal.n);
	if (pattern.p[0] == '#' && !is_number(value))
		return false;
	args[(*count)++] = (struct pair){ .name = name, .value = value };
	return true;
}

bool route_fits(const char *pattern, struct request *q)
{
	struct pair *args = arena_alloc(q->arena, ARGS_MAX * sizeof *args);
	size_t count = 0, at = 0;
	str rest = str_skip(str_from(pattern), 1), segment;
	bool more = rest.n;
	while (more) {
		if (!str_cut(rest, '/', &segment, &rest)) {
			segment = rest;
			more = false;
		} else {
			more = rest.n; /* a / at the end is no segment */
		}
		if (segment.n && segment.p[0] == '*') {
			at = q->segment_count;
			break;
		}
		if (at == q->segment_count
		    || !segment_fits(segment, q->segments[at++], args, &count))
			return false;
	}
	if (at != q->segment_count)
		return false;
	q->args = (struct pairs){ args, count };
	return true;
}

static bool ends_in_slash(const char *pattern)
{
	return str_ends(str_from(pattern), STR("/"));
}

/* ---- finding the row */

static struct match match_path(const struct router *router, struct request *q,
			       bool stripped)
{
	struct match m = { 0 };
	struct pairs args = { 0 };
	for (size_t i = 0; i < router->route_count; i++) {
		const struct route *row = &router->routes[i];
		bool slash = ends_in_slash(row->pattern);
		if ((stripped && row->flags & ROUTE_FILE) || !route_fits(row->pattern, q))
			continue;
		if (!stripped && slash != q->slash) {
			m.wants_slash |= slash && q->method == GET;
			continue;
		}
		m.allowed |= row->methods;
		if (!m.route && row->methods & q->method) {
			m.route = row;
			args = q->args;
		}
	}
	q->args = args;
	return m;
}

/* Is the row that of a file which is JSON itself? */
static bool is_json_file(const struct route *row)
{
	return row && row->flags & ROUTE_FILE
	       && str_ends(str_from(row->pattern), STR(".json"));
}

/* The twin first: /lists/dev.json is the list dev, unless a file is so named. */
struct match router_find(const struct router *router, struct request *q)
{
	str json = STR(".json");
	if (q->segment_count && !q->slash
	    && str_ends(q->segments[q->segment_count - 1], json)) {
		struct match file = match_path(router, q, false);
		if (is_json_file(file.route))
			return file;
		str *last = (str *)(uintptr_t)&q->segments[q->segment_count - 1];
		str whole = *last;
		if (whole.n > json.n) {
			*last = str_first(whole, whole.n - json.n);
			struct match m = match_path(router, q, true);
			q->json = m.allowed;
			if (m.allowed)
				return m;
			*last = whole;
		}
	}
	return match_path(router, q, false);
}

/* ---- twins */

/* Whether what stands at a path has a twin in JSON. */
static bool has_twin(const struct router *router, struct arena *a, str path)
{
	struct request q = { .arena = a, .method = GET };
	return !request_split_path(a, path, &q).kind
	       && match_path(router, &q, true).allowed;
}

void router_lead_to_twin(const struct router *router, struct request *q,
			 struct response *r)
{
	struct arena *a = q->arena;
	str json = STR(".json");
	for (size_t i = 0; i < r->header_count; i++) {
		if (!str_eq(r->headers[i].name, STR("Location")))
			continue;
		str path = r->headers[i].value, rest = STR("");
		for (size_t k = 0; k < path.n; k++)
			if (path.p[k] == '?' || path.p[k] == '#') {
				rest = str_skip(path, k);
				path = str_first(path, k);
			}
		if (!str_ends(path, json) && has_twin(router, a, path)) {
			if (str_ends(path, STR("/")))
				path = str_first(path, path.n - 1);
			path = arena_cat(a, path, json);
		}
		r->headers[i].value = arena_cat(a, path, rest);
		r->type = STR("application/json");
		buf_add(&r->body, STR("{\"location\":"));
		buf_add_quoted(&r->body, r->headers[i].value);
		buf_add(&r->body, STR("}\n"));
	}
}
