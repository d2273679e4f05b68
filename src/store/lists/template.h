/* store/lists/template.h: texts of mails that a list, a domain or the site has its own
 * words for. */
#pragma once

#include "store/store.h"

/* Whose words: a list's, a domain's, or with neither the site's. */
struct template_scope {
	int64_t list, domain;
};

struct template_row {
	struct template_scope of;
	str name, language, text; /* language "" any */
};

/* The nearest one: of the list, of its domain, of the site; of each in that language
 * before that in any. ERR_NOTFOUND: the built-in one holds. */
MUST_USE err template_find(struct book *b, struct arena *a,
			   const struct template_scope *of, str name, str language,
			   struct template_row *t);

/* That very one. ERR_NOTFOUND: there is none. */
MUST_USE err template_get(struct book *b, struct arena *a,
			  const struct template_scope *of, str name, str language,
			  struct template_row *t);
MUST_USE err template_set(struct book *b, const struct template_row *t);
MUST_USE err template_unset(struct book *b, const struct template_scope *of, str name,
			    str language); /* unset: fine */
MUST_USE err template_list(struct book *b, struct arena *a,
			   const struct template_scope *of, struct template_row **t,
			   size_t *count);
