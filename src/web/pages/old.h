/* web/pages/old.h: addresses of the archive that was here before, wherever it stood. */
#pragma once

#include "web/router.h"

/* For router.h's kept: the post, or the list's home, whose address the path was, if who asks
 * may see it; else empty. */
str kept_address(struct request *q);
