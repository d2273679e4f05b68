/* web/pages/deeds.h: what owners did to a post, as its pages tell those who may do it. */
#pragma once

#include "web/pages/page.h"

/* *deeds NULL: nothing was done. */
MUST_USE err deeds_of(struct request *q, int64_t post, const struct page_deeds **deeds);

/* When it was taken away, and whether only hidden: what everybody may know. */
MUST_USE err deeds_last(struct request *q, int64_t post, int64_t *at, bool *hidden);
