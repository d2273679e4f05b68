/* store/lists/template.h: texts of mails that a list or the site has its own
 * words for. list 0 is the site, language "" any. */
#pragma once

#include "store/store.h"

struct template_row {
	int64_t list;
	str name, language, text;
};

/* The nearest one: of the list in that language, of the list in any, of the site in
 * that language, of the site in any. ERR_NOTFOUND: the built-in one holds. */
MUST_USE err template_find(struct book *b, struct arena *a, int64_t list, str name,
			   str language, str *text);
MUST_USE err template_set(struct book *b, const struct template_row *t);
MUST_USE err template_unset(struct book *b, int64_t list, str name, str language);
MUST_USE err template_list(struct book *b, struct arena *a, int64_t list,
			   struct template_row **t, size_t *count);
