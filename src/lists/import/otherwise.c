#include "lists/import/otherwise.h"

#include <string.h>

enum { ANY = -1 };

static const struct otherwise_row rows[] = {
#define OTHERWISE(manager, attribute, number, words) \
	{ manager, attribute, number, words },
#include "lists/import/otherwise.def"
};

static const struct new_here news[] = {
#define NEW_HERE(setting, off, words) { #setting, off, words },
#define AS_THERE(setting)             { #setting, NULL, "" },
#include "lists/import/otherwise.def"
};

const struct otherwise_row *otherwise_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

const struct new_here *new_here(size_t *count)
{
	*count = sizeof news / sizeof *news;
	return news;
}

bool value_is_empty(const struct pickle *v)
{
	return v->type == PICKLE_NONE
	       || ((v->type == PICKLE_BOOL || v->type == PICKLE_INT) && !v->number)
	       || (v->type == PICKLE_REAL && v->real == 0)
	       || ((v->type == PICKLE_BYTES || v->type == PICKLE_TEXT)
		   && !str_trim(v->text).n)
	       || (v->type >= PICKLE_LIST && v->type <= PICKLE_DICT && !v->count);
}

str otherwise(const char *manager, const char *attribute, const struct pickle *value)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].manager, manager)
		    && !strcmp(rows[i].attribute, attribute)
		    && (rows[i].number == ANY
				? !value_is_empty(value)
				: pickle_number(value, -1) == rows[i].number))
			return str_from(rows[i].words);
	return STR("");
}
