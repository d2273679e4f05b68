/* store/archive/verdict.h: what the wall made of a post when it came. A post without a row came
 * while no engine was named, or by an import. */
#pragma once

#include "store/store.h"

struct archive_verdict {
	str result;    /* wall_word: "clean"; empty: nobody was asked */
	str engine;    /* its program and database: "ClamAV 1.4.6/27743" */
	str signature; /* what it found; empty: nothing */
	int64_t at;    /* seconds: when it looked */
};

/* Nothing where v->result is empty. Adds a row of a post once. */
MUST_USE err archive_verdict_add(struct book *b, int64_t post,
				 const struct archive_verdict *v);
/* Empty where there is none. */
MUST_USE err archive_verdict_of(struct book *b, struct arena *a, int64_t post,
				struct archive_verdict *v);
MUST_USE err archive_verdict_drop(struct book *b, int64_t post);
