/* lists/import/attributes.h: what becomes of an attribute that a list has in Mailman 2
 * or 3, by the table attributes.def.
 *
 *     const struct attribute *x = attribute_of_mailman3(STR("display_name"));
 *     if (x && x->fate == FATE_SETTING) ... x->key
 */
#pragma once

#include "base/pickle.h"

enum fate {
	FATE_SETTING,
	FATE_TEMPLATE,
	FATE_MOVED,
	FATE_MEMBER,
	FATE_WITH,
	FATE_IMPOSSIBLE
};

/* A list's attributes: a config.pck of Mailman 2, or a row of Mailman 3's table made one.
 * charset: of its octet strings, by its language. */
struct mailman2_config {
	struct arena *a;
	const struct pickle *dict;
	str charset;
};

struct made {
	str text;      /* the setting's value */
	str instead;   /* the nearest one, where the setting does not take it; or empty */
	str there;     /* the value there, where this is another one; or empty */
	str otherwise; /* how the same value acts otherwise; or empty */
	bool left_out; /* nothing of it is carried, as the row's words say */
	bool differs;  /* the setting acts otherwise, as they say */
};

struct attribute;
typedef struct made value_maker(const struct mailman2_config *c,
				const struct attribute *row, const struct pickle *value);

struct attribute {
	const char *mailman2, *mailman3;
	enum fate fate;
	value_maker *make;
	const char *key, *words;
};

const struct attribute *attribute_rows(size_t *count);
const struct attribute *attribute_of_mailman2(str name); /* NULL: no such row */
const struct attribute *attribute_of_mailman3(str name);

/* What else a setting that an attribute becomes wants; NULL: nothing. */
struct attribute_also {
	const char *key, *setting, *value;
};
const struct attribute_also *attribute_also(str key);

/* How the value of Mailman 3 becomes the setting's. */
value_maker *attribute_maker3(const struct attribute *row);

/* What a number of Mailman 2 means; both empty where the table has no such number. */
void attribute_word(const char *mailman2, int64_t number, str *word, str *instead);

/* The same of Mailman 3, by its own name. */
void attribute_word3(const char *mailman3, int64_t number, str *word, str *instead);

/* A text of a config as UTF-8 with LF; "" for what is none. */
str mailman2_text(const struct mailman2_config *c, const struct pickle *value);
/* A topic's name, without what stands between names here. */
str mailman2_topic(const struct mailman2_config *c, const struct pickle *value);
const struct pickle *mailman2_get(const struct mailman2_config *c, const char *name);
int64_t mailman2_number(const struct mailman2_config *c, const char *name);

/* By the language's code: what its octets mostly were. */
str mailman2_charset(str language);
