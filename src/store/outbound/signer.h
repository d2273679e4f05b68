/* store/outbound/signer.h: the public halves of the keys that sign, as send has them: it
 * alone can read them. */
#pragma once

#include "store/store.h"

struct signer_row {
	str selector;
	str record; /* "v=DKIM1; k=rsa; p=MIIB…" */
};

/* These and no others. */
MUST_USE err signer_set(struct book *b, const struct signer_row *s, size_t count);
MUST_USE err signer_all(struct book *b, struct arena *a, struct signer_row **s,
			size_t *count);
