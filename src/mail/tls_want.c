#include "mail/tls_want.h"

static bool is_required(struct arena *a, const struct header *h)
{
	str received = header_value(a, header_find(h, STR("Received")));
	str rest = str_skip(str_find(received, STR(" with ")), 6), protocol;
	return str_word(&rest, &protocol)
	       && str_starts(str_trim(rest), STR(TLS_REQUIRED_MARK));
}

enum tls_want tls_want_of(struct arena *a, const struct header *h)
{
	const struct field *f = header_find(h, STR("TLS-Required"));
	if (is_required(a, h)) /* it goes before the field (RFC 8689) */
		return TLS_WANT_REQUIRED;
	bool once = f && !header_next(h, f);
	return once && str_ieq(str_trim(header_value(a, f)), STR("No")) ? TLS_WANT_ANYHOW
									: TLS_WANT_USUAL;
}
