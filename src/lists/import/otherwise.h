/* lists/import/otherwise.h: where a list acts otherwise here than it did there, by the
 * table otherwise.def.
 *
 *     m.otherwise = otherwise("mailman3", "default_member_action", value);
 *     for (size_t i = 0; i < n; i++) ... news[i].setting, news[i].off
 */
#pragma once

#include "base/pickle.h"

/* How the setting acts otherwise that holds this value; "": it acts alike. */
str otherwise(const char *manager, const char *attribute, const struct pickle *value);

/* Nothing, zero, an empty text or list. */
bool value_is_empty(const struct pickle *value);

struct new_here {
	const char *setting, *off, *words; /* off NULL: its default is as there */
};

const struct new_here *new_here(size_t *count);

struct otherwise_row {
	const char *manager, *attribute;
	int64_t number;
	const char *words;
};

/* The table's rows, for its test. */
const struct otherwise_row *otherwise_rows(size_t *count);
