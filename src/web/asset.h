/* web/asset.h: files that are compiled in, below /_/: the style sheet, the script, the icon. */
#pragma once

#include "web/request.h"

/* The one that q->path names; 404 where there is none. */
void asset_page(struct request *q, struct response *r);

/* The paths of the scripts among them. */
void asset_scripts(struct arena *a, str **paths, size_t *count);
