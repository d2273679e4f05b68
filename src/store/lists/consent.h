/* store/lists/consent.h: who accepted which licence of a folder of the group's site, and what it
 * said. Of somebody who has gone for good the row stays, in another name. */
#pragma once

#include "store/store.h"

struct consent_row {
	int64_t id;
	int64_t at;     /* seconds */
	str licence;    /* SHA-256 of the text, hexadecimal */
	str path;       /* of the file that it stood in: "/data/LICENCE.md" */
	int64_t person; /* 0: who was not signed in */
	str name, address, institution;
	str network;
};

/* With the licence's text, of which one is kept. Sets id. */
MUST_USE err consent_add(struct book *b, struct consent_row *x, str text);

/* What a person accepted first of that licence. ERR_NOTFOUND: they have not. */
MUST_USE err consent_of(struct book *b, struct arena *a, int64_t person, str licence,
			struct consent_row *x);

/* ERR_NOTFOUND: there is none of that number for that licence. */
MUST_USE err consent_get(struct book *b, struct arena *a, int64_t id, str licence,
			 struct consent_row *x);
MUST_USE err consent_by_person(struct book *b, struct arena *a, int64_t person,
			       struct consent_row **x, size_t *count);

/* ERR_NOTFOUND: nobody ever accepted it. */
MUST_USE err licence_text(struct book *b, struct arena *a, str hash, str *text);

/* Before they go: their rows bear that address, by which they are renamed. */
MUST_USE err consent_leave(struct book *b, int64_t person, str address);
