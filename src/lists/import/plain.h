/* lists/import/plain.h: settings that stand as text, a name each, by the table plain.def.
 *
 *     const struct plain *row = plain_find(PLAIN_MLMMJ, STR("prefix"));
 *     struct made m = plain_value(a, row, STR("[dev]\n"));
 */
#pragma once

#include "lists/import/moving.h"

enum plain_manager { PLAIN_MLMMJ, PLAIN_EZMLM, PLAIN_SYMPA };
enum plain_how {
	PLAIN_FIXED,
	PLAIN_LINE,
	PLAIN_LINES,
	PLAIN_TEXT,
	PLAIN_KILO,
	PLAIN_DAYS,
	PLAIN_WORD,
	PLAIN_MOVED,
	PLAIN_NONE
};

struct plain {
	enum plain_manager manager;
	str name;
	enum plain_how how;
	const char *key, *value, *words;
};

const struct plain *plain_find(enum plain_manager manager, str name); /* NULL: none */
const struct plain *plain_rows(size_t *count);

/* left_out: the text says nothing that the setting could hold. */
struct made plain_value(struct arena *a, const struct plain *row, str text);

/* What becomes of one, into the book and the report. */
MUST_USE err moving_plain(struct moving *x, const struct settings *now,
			  enum plain_manager manager, str name, str text);

/* The next address of ezmlm's subscriber file: T, the address, NUL. False at the end. */
bool ezmlm_address(str *file, str *address);

/* The next paragraph of a file of Sympa's: lines of name and value, a blank line behind
 * it. Comments are passed over. False at the end. */
struct sympa_line {
	str name, value;
};
struct sympa_paragraph {
	struct sympa_line lines[64];
	size_t count;
};
bool sympa_paragraph(str *file, struct sympa_paragraph *p);
str sympa_value(const struct sympa_paragraph *p, const char *name); /* "" none */
