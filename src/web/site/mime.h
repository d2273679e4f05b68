/* web/site/mime.h: what files are, by their names: mime.def. */
#pragma once

#include "base/str.h"

str mime_type(str name);

/* A browser may run what stands in it: HTML and its kin. */
bool mime_is_active(str type);
