/* web/pages/admin_headers.h: what the page of header rules and its trial share. */
#pragma once

#include "lists/header_match.h"
#include "web/pages/forms.h"

/* What the posts of late would have met with this rule, new or in the place of the one of
 * its id, put on the page. False: the answer has been made. */
bool headers_try(struct request *q, struct response *r,
		 const struct header_rule_row *rule, struct page_headers *p);
