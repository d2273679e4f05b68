/* web/site/pages.h: what of the group's site is shown as a page of ours: a text in Markdown, a
 * folder's listing. */
#pragma once

#include "web/site/below.h"
#include "web/site/site.h"

/* Is it a text that a browser is shown as a page, and not as it is? */
bool is_text_page(const struct request *q, const struct place *p);
void send_text_page(struct request *q, struct response *r, struct place *p);

/* The folder's entries, but those that who asks may not read. by: the rule that lets them in;
 * or NULL. */
void send_listing(const struct site *s, struct request *q, struct response *r,
		  const struct place *p, const struct rules *rules,
		  const struct rule *by);

/* Whether who asks may read what these rules keep; *by as above. MAY, MAY_NOT or
 * MAY_NOT_TELL (web/router.h). */
int site_may(const struct site *s, struct request *q, const struct rules *r,
	     const struct rule **by);
