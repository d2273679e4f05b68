/* base/url.h: URLs of http and https, read so strictly that whoever asks for one later
 * cannot read another host, port or path in it.
 *
 *     struct url place, u;
 *     TRY(url_read(STR("http://127.0.0.1:8000/postorius/"), &place));
 *     TRY(url_read(text, &u));
 *     if (url_is_below(&u, &place))
 *             ... it may be asked for
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct url { /* all of it views into what was read */
	bool tls;
	str host; /* a name, or an address, which stands without its brackets */
	uint16_t port;
	str path;  /* begins with /, or is empty */
	str query; /* behind the ?, or STR_NONE */
};

/* ERR_SYNTAX: another scheme; a user, a fragment, a space, an octet that no URL has or a
 * backslash in it; no host or a wrong port; or a path that goes up, also as %2e%2e, or
 * has a slash written as %2f: two readers could mean two things by that. */
MUST_USE err url_read(str text, struct url *u);

/* Of the same server, with a path that begins with the place's, at the end of a segment. */
bool url_is_below(const struct url *u, const struct url *place);

/* What a URL bears in itself, "data:text/plain;charset=utf-8,Welcome%21" (RFC 2397); type
 * is empty where it says none. ERR_SYNTAX: it is no such one. */
MUST_USE err url_read_data(struct arena *a, str text, str *type, str *octets);
