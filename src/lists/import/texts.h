/* lists/import/texts.h: a text of Mailman's letters made one of ours, by the table
 * texts.def.
 *
 *     const struct text_row *row = text_row_find("mailman2", STR("postheld"));
 *     if (row && row->notice)
 *             text = text_ours(a, row, &(struct text_values){ .domain = domain }, text,
 *                              &left_off);
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct text_row {
	const char *manager, *file;
	const char *notice, *end; /* notice NULL: */
	const char *setting;      /* it is a setting's; NULL, too: */
	const char *why;          /* it is carried nowhere */
};

struct text_values {
	str domain, welcome; /* of the list; empty: there is none */
};

/* By the file's name without .txt, or of a page with it. NULL: there is no such row. */
const struct text_row *text_row_find(const char *manager, str file);
const struct text_row *text_rows(size_t *count);

/* The first name in it that has no value here, as it stands there, or empty: none. */
str text_missing(struct arena *a, const struct text_row *row, const struct text_values *v,
		 str text);

/* With our names, and without the paragraphs that have a name without a value here, which
 * left_off counts, nor what leads up to them with a colon. */
str text_ours(struct arena *a, const struct text_row *row, const struct text_values *v,
	      str text, size_t *left_off);
