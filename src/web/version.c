#include "web/version.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/rand.h"
#include "web/frame.h"

#include <time.h>

enum { STRONG_AFTER = 1 };

str http_date(struct arena *a, int64_t t)
{
	struct tm tm;
	time_t seconds = (time_t)t;
	char text[64];
	if (!gmtime_r(&seconds, &tm))
		return STR_NONE;
	size_t n = strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	return arena_copy(a, (str){ text, n });
}

/* What else was a date once (RFC 9110 section 5.6.7) nobody sends us: we gave this one. */
static bool read_http_date(struct arena *a, str text, int64_t *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(arena_z(a, text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	*t = end && !*end ? timegm(&tm) : -1;
	return *t >= 0;
}

struct version version_of(struct arena *a, str tag, int64_t at)
{
	int64_t now = clock_now();
	struct version v = { .tag = tag, .at = at < now ? at : now };
	v.quoted = arena_cat(a, STR("\""), tag, STR("\""));
	v.date = at < 0 ? STR_NONE : http_date(a, v.at);
	return v;
}

/* RFC 9110 section 13.1.5: a range of another version is of no use. By date only where the
 * file cannot have changed twice in that second (section 8.8.2.2). */
static bool range_is_of(const struct request *q, const struct version *v)
{
	str wanted = request_header(q, "if-range");
	return !wanted.n || str_eq(wanted, v->quoted)
	       || (v->date.n && str_eq(wanted, v->date)
		   && v->at + STRONG_AFTER < clock_now());
}

/* Sections 13.1.1 and 13.1.4, in the order of 13.2.2. A weak tag is none of ours. */
static bool is_other(const struct request *q, const struct version *v)
{
	str match = request_header(q, "if-match");
	int64_t since;
	if (match.n)
		return str_find(match, STR("W/")).n || !etag_listed(match, v->quoted);
	return v->date.n
	       && read_http_date(q->arena, request_header(q, "if-unmodified-since"),
				 &since)
	       && v->at > since;
}

/* Sections 13.1.2 and 13.1.3. */
static bool is_unchanged(const struct request *q, struct response *r,
			 const struct version *v)
{
	int64_t since;
	if (response_unchanged(q, r, v->tag))
		return true;
	if (!v->date.n || request_header(q, "if-none-match").n
	    || !read_http_date(q->arena, request_header(q, "if-modified-since"), &since)
	    || v->at > since)
		return false;
	r->status = 304;
	return true;
}

static int refuse(const struct request *q, struct response *r, int status, str why)
{
	r->policy = STR_NONE;
	error_page(q, r, status, why);
	return 0;
}

int version_choose(const struct request *q, struct response *r, const struct version *v,
		   int64_t size, struct range_set *set)
{
	str range = q->head ? STR_NONE : request_header(q, "range"); /* section 14.2 */
	if (v->date.n)
		response_header(r, STR("Last-Modified"), v->date);
	response_header(r, STR("Accept-Ranges"), STR("bytes"));
	if (is_other(q, v))
		return refuse(q, r, 412,
			      S_("The file is no longer the one that you have."));
	if (is_unchanged(q, r, v))
		return 0;
	int status = range.n && range_is_of(q, v) ? range_parse(range, size, set) : 0;
	if (status == 416) {
		response_header(r, STR("Content-Range"),
				range_text(q->arena, NULL, size));
		return refuse(q, r, 416, S_("The file has no such part."));
	}
	if (status)
		return status;
	*set = (struct range_set){ .rows = { { 0, size } }, .count = 1 };
	return 200;
}

void version_say(struct response *r, int status, const struct range_set *set,
		 int64_t size)
{
	r->status = status;
	if (status == 206 && set->count == 1)
		response_header(r, STR("Content-Range"),
				range_text(r->arena, &set->rows[0], size));
}

void version_parts(struct arena *a, const struct range_set *set, str type, int64_t size,
		   struct range_parts *p)
{
	str boundary = rand_token(a, 20);
	for (size_t i = 0; i < set->count; i++)
		p->heads[i] = arena_cat(
			a, i ? STR("\r\n--") : STR("--"), boundary,
			STR("\r\nContent-Type: "), type, STR("\r\nContent-Range: "),
			range_text(a, &set->rows[i], size), STR("\r\n\r\n"));
	p->type = arena_cat(a, STR("multipart/byteranges; boundary="), boundary);
	p->end = arena_cat(a, STR("\r\n--"), boundary, STR("--\r\n"));
}
