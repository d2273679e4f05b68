/* lists/filter.h: what a list takes of a message: types, names of files, one of several
 * alternatives, text for HTML. Pure: settings and octets in, octets out.
 *
 *     struct filtered f;
 *     TRY(filter_message(a, &settings, message, &f));
 *     if (f.refused.n) ... the list's filter_action decides
 *     else ... f.message, where f.removed says what is missing
 *
 * What stays keeps its octets. What is signed or encrypted stays whole or goes whole. */
#pragma once

#include "lists/settings.h"
#include "mail/mime.h"

struct filtered {
	str message; /* as the list passes it on; the message itself where nothing changed */
	str removed; /* what went, and what became of the rest, in words; or empty */
	str refused; /* why nothing of it passes, in words; or empty */
};

/* What cannot be changed without breaking it: signed, encrypted. */
bool filter_is_sealed(const struct mime_part *p);

/* ERR_LIMIT: as mime_parse. */
MUST_USE err filter_message(struct arena *a, const struct settings *s, str message,
			    struct filtered *f);
