#include "web/range.h"

#include <inttypes.h>

enum { GAP = 80 }; /* of the head of a part */

/* FROM-, FROM-LAST, -LENGTH (RFC 9110 section 14.1.2). False: it is none of these.
 * r->count is 0 where no octet of it is there. */
static bool read_range(str spec, int64_t size, struct range *r)
{
	str first, last;
	int64_t a = 0, b = 0;
	if (!str_cut(str_trim(spec), '-', &first, &last)
	    || (first.n && (first.p[0] == '-' || !str_i64(first, &a)))
	    || (last.n && (last.p[0] == '-' || !str_i64(last, &b)))
	    || (!first.n && !last.n) || (first.n && last.n && b < a))
		return false;
	if (!first.n) { /* the last b octets */
		a = b < size ? size - b : 0;
		b = b ? size - 1 : -1;
	} else if (!last.n || b >= size) {
		b = size - 1;
	}
	*r = (struct range){ a, a < size && b >= a ? b - a + 1 : 0 };
	return true;
}

static bool is_near(const struct range *a, const struct range *b)
{
	return a->from - GAP <= b->from + b->count && b->from - GAP <= a->from + a->count;
}

static struct range both(const struct range *a, const struct range *b)
{
	int64_t from = a->from < b->from ? a->from : b->from;
	int64_t end_a = a->from + a->count, end_b = b->from + b->count;
	return (struct range){ from, (end_a > end_b ? end_a : end_b) - from };
}

/* What is joined may reach another: so long until it reaches none. False: no room. */
static bool add(struct range_set *s, struct range r)
{
	for (size_t i = 0; i < s->count;) {
		if (!is_near(&s->rows[i], &r)) {
			i++;
			continue;
		}
		r = both(&s->rows[i], &r);
		s->count--;
		memmove(&s->rows[i], &s->rows[i + 1], (s->count - i) * sizeof r);
		i = 0;
	}
	if (s->count == RANGES_MOST)
		return false;
	s->rows[s->count++] = r;
	return true;
}

int range_parse(str header, int64_t size, struct range_set *s)
{
	str unit = STR("bytes="), list, spec;
	int64_t wanted = 0;
	*s = (struct range_set){ 0 };
	header = str_trim(header);
	if (!str_istarts(header, unit))
		return 0;
	list = str_skip(header, unit.n);
	for (bool more = true; more;) {
		struct range r;
		more = str_cut(list, ',', &spec, &list);
		if (!more)
			spec = list;
		if (!read_range(spec, size, &r))
			return 0;
		if (r.count
		    && (__builtin_add_overflow(wanted, r.count, &wanted) || wanted > size
			|| !add(s, r)))
			return 0;
	}
	return s->count ? 206 : 416;
}

str range_text(struct arena *a, const struct range *r, int64_t size)
{
	if (!r)
		return arena_printf(a, "bytes */%" PRId64, size);
	return arena_printf(a, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, r->from,
			    r->from + r->count - 1, size);
}
