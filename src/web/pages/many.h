/* web/pages/many.h: for the role: how large a body may be that comes for a path. */
#pragma once

#include "base/str.h"

/* 16 MB for a file of members whose form one of our pages has shown within a day, to
 * somebody who may send it; else HTTP_BODY_MAX. As of http_options. */
int64_t many_body_max(void *router, str path, str query, int64_t *person);
