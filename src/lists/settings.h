/* lists/settings.h: what a list's owner can choose. Every setting is a row of
 * settings.def; only what differs from the default is stored.
 *
 *     struct settings s;
 *     TRY(settings_load(book, a, list_id, &s));
 *     if (s.emergency) ...
 */
#pragma once

#include "account/rights.h"
#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#define SETTING_TEXT     str
#define SETTING_LINES    str
#define SETTING_NUMBER   int64_t
#define SETTING_BOOL     bool
#define SETTING_ADDRESS  str
#define SETTING_PATTERNS str
#define SETTING_TOKEN    str /* a hash: token_setting.h */
#define SETTING_CHOICE   str /* one of the words; compare with setting_is */

struct settings {
#define SETTING(key, type, standard, mm2, mm3, label, help) SETTING_##type key;
#include "lists/settings.def"
};

enum setting_type {
#define TYPE(name, takes) SETTING_IS_##name,
#include "lists/settings_types.def"
};

struct setting_def {
	const char *group, *key;
	enum setting_type type;
	const char *standard, *mailman2, *mailman3, *label, *help;
	size_t offset;              /* of the field in struct settings */
	const char *const *choices; /* word, label, word, label, …, NULL */
};

const struct setting_def *setting_defs(size_t *count);
const struct setting_def *setting_find(str key); /* NULL: no such setting */
const char *setting_group_title(str group);

static inline bool setting_is(str value, const char *word)
{
	return str_eq(value, str_from(word));
}

/* Whether each member's copy is their own: it has a return path and a way out of its own,
 * or says who reads it. */
static inline bool settings_own_copies(const struct settings *s)
{
	return s->personal_copies || !setting_is(s->personalize, "none");
}

/* Defaults, then what the list has stored. Texts live in a. */
MUST_USE err settings_load(struct book *lists, struct arena *a, int64_t list,
			   struct settings *s);

/* A value as stored text is checked for its row and brought into its one
 * spelling ("yes", not "on"). ERR_SYNTAX: says what the setting takes. */
MUST_USE err setting_check(struct arena *a, const struct setting_def *row, str value,
			   str *clean);

/* Checks and stores; a value equal to the default removes the stored row. */
MUST_USE err setting_put(struct book *lists, struct arena *a, int64_t list, str key,
			 str value);

/* Checks, and changes s alone: nothing is stored. */
MUST_USE err setting_try(struct arena *a, struct settings *s, str key, str value);

/* "yes, no", or the words of a choice, or what else the setting takes, in short. */
str setting_takes(struct arena *a, const struct setting_def *row);

/* The value of one setting as text. */
str setting_text(struct arena *a, const struct settings *s,
		 const struct setting_def *row);

/* What the settings say of who sees the list, its archive and its members. */
struct right_list settings_rights(const struct settings *s);
