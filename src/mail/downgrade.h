/* mail/downgrade.h: a header in UTF-8 (RFC 6532) for a server that knows only ASCII.
 *
 *     str plain;
 *     if (header_downgrade(a, &h, &plain)) ... plain is an ordinary header
 */
#pragma once

#include "mail/header.h"

/* Names and texts become encoded words (RFC 2047), domains A-labels; what is ASCII
 * keeps its bytes. False: something has no form in ASCII, a local part or a field of
 * another syntax. */
bool header_downgrade(struct arena *a, const struct header *h, str *out);
