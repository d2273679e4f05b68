/* web/form.h: a form's body, and a query, as pairs. Pure functions; fuzzed.
 *
 *     struct pairs form;
 *     TRY(form_parse(a, content_type, body, &form));
 *     str address = pairs_get(&form, STR("address"));
 *
 * Values are views of the body or live in the arena. */
#pragma once

#include "web/request.h"

enum { FORM_FIELDS_MAX = 2000 };

/* By content type: application/x-www-form-urlencoded or multipart/form-data.
 * ERR_NOTFOUND: the type is another one. ERR_SYNTAX: the body is no such form,
 * a name or value is not UTF-8 or holds a NUL. ERR_LIMIT: more than
 * FORM_FIELDS_MAX fields. */
MUST_USE err form_parse(struct arena *a, str content_type, str body, struct pairs *form);

/* Of multipart/form-data: what its type names, and the headers of a part without the blank line,
 * as name and filename (web/multipart.h). ERR_NOTFOUND: it is another type. ERR_SYNTAX. */
MUST_USE err form_boundary(str content_type, str *boundary);
MUST_USE err form_part_head(struct arena *a, str head, struct pair *pair);

/* What stands behind the ? of a URL. Wrong octets become U+FFFD: old links
 * were written in many charsets. ERR_SYNTAX: NUL. ERR_LIMIT: as above. */
MUST_USE err form_query(struct arena *a, str query, struct pairs *pairs);

/* The inverse: application/x-www-form-urlencoded. */
str form_encode(struct arena *a, const struct pairs *pairs);
