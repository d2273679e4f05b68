/* archive/redact_inside.h: what the acts of redact.h share. */
#pragma once

#include "archive/redact.h"

/* ERR_NOTFOUND: the list has no such post. */
MUST_USE err redact_find(struct book *b, struct arena *a, const struct redact *r,
			 struct archive_post *p);

/* The row of what was done. what: of redact.def; clean: no file holds what would be gone. */
MUST_USE err redact_note(struct book *b, const struct redact *r,
			 const struct archive_post *p, const char *what, str detail,
			 bool clean);
