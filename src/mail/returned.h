/* mail/returned.h: the mail that a report is about, as it stands in the report. For
 * src/mail alone. */
#pragma once

#include "mail/mime.h"

/* The header of the part that holds that mail, or its header alone (RFC 6522, RFC 6533).
 * False, with nothing written, where there is none. */
bool returned_header(struct arena *a, const struct mime *m, struct header *h);

/* The first Message-ID of a field, without < >; empty where there is none or no field. */
str returned_id(struct arena *a, const struct field *f);

/* An address that may stand in < >. */
str returned_address(str value);
