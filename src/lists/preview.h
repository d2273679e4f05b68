/* lists/preview.h: what a member gets of a post under the list's settings as they are: header
 * and text of the copy, made by the very steps (steps.def) out of a post of an example in
 * the language of now, and with encodings undone, as a mail program shows it. Nothing is
 * written, and nobody is asked.
 *
 *     struct preview x;
 *     TRY(preview_make(&books, a, list, PREVIEW_STRICT, &x));
 *     x.header, x.text, x.author
 */
#pragma once

#include "lists/books.h"

enum preview_kind {
	PREVIEW_LENIENT, /* the author's domain asks for no proof of From */
	PREVIEW_STRICT,  /* it does (DMARC), and no signature of it holds */
	PREVIEW_KINDS
};

struct preview {
	str before; /* the header as the author sent it */
	str header; /* as a member gets it, but for the signatures of send */
	str text;
	str author; /* what became of From and why, as in the ledger */
	str words;  /* and of msg_header and msg_footer; or empty */
};

/* In place of what differs from copy to copy stands TOKEN. */
MUST_USE err preview_make(struct books *books, struct arena *a,
			  const struct list_entry *list, enum preview_kind kind,
			  struct preview *out);
