/* web/pages/mbox.h: posts of the list at hand as a file, for pages that choose them. */
#pragma once

#include "web/pages/page.h"

/* mbox.gz of those posts, by id; whoever calls has seen that the visitor may read them.
 * hide: mail addresses in them. */
void mbox_answer_ids(struct request *q, struct response *r, const int64_t *ids, size_t n,
		     bool hide);
