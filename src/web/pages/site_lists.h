/* web/pages/site_lists.h: in which domains somebody may make a list. */
#pragma once

#include "store/lists/domain.h"
#include "web/pages/forms.h"

/* The person's at the request; none for a guest. */
MUST_USE err domains_to_make_in(struct request *q, struct domain_row **d, size_t *count);
