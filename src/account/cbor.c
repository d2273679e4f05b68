#include "account/cbor.h"

enum major { UNSIGNED, NEGATIVE, OCTETS, TEXT, ARRAY, MAP, TAG, SIMPLE };

static const err broken = { ERR_SYNTAX, "this is no CBOR that an authenticator writes" };

/* The argument of a head: in it, or in the 1, 2, 4 or 8 octets behind it (section 3). */
static err take_head(str *rest, unsigned *major, uint64_t *argument)
{
	if (!rest->n)
		return broken;
	unsigned first = (unsigned char)rest->p[0], low = first & 31;
	size_t more = low < 24 ? 0 : low < 28 ? (size_t)1 << (low - 24) : 9;
	if (more > 8 || rest->n <= more)
		return broken;
	uint64_t n = more ? 0 : low;
	for (size_t i = 1; i <= more; i++)
		n = n << 8 | (unsigned char)rest->p[i];
	*major = first >> 5;
	*argument = n;
	*rest = str_skip(*rest, 1 + more);
	return OK;
}

err cbor_next(str *rest, struct cbor *out)
{
	unsigned major;
	uint64_t n;
	str from = *rest;
	struct cbor x = { 0 };
	TRY(take_head(&from, &major, &n));
	if (major == TAG || (major <= NEGATIVE && n > INT64_MAX))
		return broken;
	if (major >= OCTETS && major <= MAP && n > from.n)
		return broken; /* each item has an octet at least */
	switch ((enum major)major) {
	case UNSIGNED:
	case NEGATIVE:
		x.number = major == UNSIGNED ? (int64_t)n : -1 - (int64_t)n;
		break;
	case OCTETS:
	case TEXT:
		x.kind = major == OCTETS ? CBOR_OCTETS : CBOR_TEXT;
		x.text = str_first(from, (size_t)n);
		from = str_skip(from, (size_t)n);
		break;
	case ARRAY:
	case MAP:
		x.kind = major == ARRAY ? CBOR_ARRAY : CBOR_MAP;
		x.count = (size_t)n;
		break;
	case TAG:
	case SIMPLE:
		x.kind = CBOR_OTHER;
	}
	*rest = from;
	*out = x;
	return OK;
}

/* Items that are still to come, a level each. */
err cbor_skip(str *rest)
{
	size_t left[CBOR_DEPTH] = { 1 }, items = 0;
	str from = *rest;
	for (int depth = 0; depth >= 0;) {
		struct cbor x;
		if (!left[depth]) {
			depth--;
			continue;
		}
		if (++items > CBOR_ITEMS)
			return FAIL(ERR_LIMIT, "CBOR of too many items");
		left[depth]--;
		TRY(cbor_next(&from, &x));
		if (x.kind != CBOR_ARRAY && x.kind != CBOR_MAP)
			continue;
		if (++depth == CBOR_DEPTH)
			return FAIL(ERR_LIMIT, "CBOR nested too deep");
		left[depth] = x.kind == CBOR_MAP ? 2 * x.count : x.count;
	}
	*rest = from;
	return OK;
}
