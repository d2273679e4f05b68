/* mail/param.h: a parameter that is compared by bytes. For src/mail alone. */
#pragma once

#include "mail/header.h"

/* The first value as it stands, unquoted; decoded only where it comes in pieces
 * (RFC 2231): a boundary is bytes, not text. */
str param_bytes(struct arena *a, const struct field *f, str name);
