/* store/lists/template_uri.h: where the texts came from that a program has set by URI,
 * under Mailman 3's names. The texts themselves are templates and settings. */
#pragma once

#include "store/lists/template.h"

struct template_uri_row {
	struct template_scope of;
	str name; /* Mailman's: "list:user:notice:welcome" */
	str uri, username;
	str text_hash; /* SHA-256 of what its text became here */
};

MUST_USE err template_uri_set(struct book *b, const struct template_uri_row *row);
MUST_USE err template_uri_unset(struct book *b, const struct template_scope *of,
				str name); /* unset: fine */

/* In the order of their names. */
MUST_USE err template_uri_list(struct book *b, struct arena *a,
			       const struct template_scope *of,
			       struct template_uri_row **rows, size_t *count);
