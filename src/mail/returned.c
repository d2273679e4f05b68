#include "mail/returned.h"

static const str types[] = {
	STR("message/rfc822"),         STR("text/rfc822-headers"),
	STR("message/global"),         STR("message/global-headers"),
	STR("message/rfc822-headers"),
};

static bool holds_header(const struct mime_part *p)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(p->type, types[i]))
			return true;
	return false;
}

bool returned_header(struct arena *a, const struct mime *m, struct header *h)
{
	for (size_t i = 0; i < m->count; i++) {
		struct header x = { 0 };
		if (holds_header(&m->parts[i])
		    && !header_scan(a, mime_bytes(a, &m->parts[i]), &x).kind) {
			*h = x;
			return true;
		}
	}
	return false;
}

str returned_id(struct arena *a, const struct field *f)
{
	str *ids;
	return f && header_ids(a, f, &ids) ? ids[0] : STR_NONE;
}

str returned_address(str value)
{
	return value.n > 1 && *value.p == '<' && value.p[value.n - 1] == '>'
		       ? str_first(str_skip(value, 1), value.n - 2)
		       : value;
}
