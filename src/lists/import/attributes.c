#include "lists/import/values.h"

static const struct attribute rows[] = {
#define ATTRIBUTE(mm2, mm3, fate, how, key, words) \
	{ mm2, mm3, FATE_##fate, value_##how, key, words },
#include "lists/import/attributes.def"
};

static const struct attribute_also also[] = {
#define ALSO(key, setting, value) { key, setting, value },
#include "lists/import/attributes.def"
};

static const struct {
	const char *mailman2;
	int64_t number;
	const char *word, *instead;
} numbers[] = {
#define WORD(mm2, number, word, instead) { mm2, number, word, instead },
#include "lists/import/attributes.def"
};

static const struct {
	const char *mailman3;
	value_maker *make;
} makers[] = {
#define MAILMAN3(mm3, how) { mm3, value_##how },
#include "lists/import/attributes.def"
};

static const struct {
	const char *mailman3;
	int64_t number;
	const char *word, *instead;
} numbers3[] = {
#define WORD3(mm3, number, word, instead) { mm3, number, word, instead },
#include "lists/import/attributes.def"
};

const struct attribute *attribute_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

const struct attribute *attribute_of_mailman2(str name)
{
	for (size_t i = 0; name.n && i < sizeof rows / sizeof *rows; i++)
		if (str_eq(name, str_from(rows[i].mailman2)))
			return &rows[i];
	return NULL;
}

const struct attribute *attribute_of_mailman3(str name)
{
	for (size_t i = 0; name.n && i < sizeof rows / sizeof *rows; i++)
		if (str_eq(name, str_from(rows[i].mailman3)))
			return &rows[i];
	return NULL;
}

const struct attribute_also *attribute_also(str key)
{
	for (size_t i = 0; i < sizeof also / sizeof *also; i++)
		if (str_eq(key, str_from(also[i].key)))
			return &also[i];
	return NULL;
}

value_maker *attribute_maker3(const struct attribute *row)
{
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		if (!strcmp(makers[i].mailman3, row->mailman3))
			return makers[i].make;
	return row->make;
}

void attribute_word3(const char *mailman3, int64_t number, str *word, str *instead)
{
	*word = *instead = STR("");
	for (size_t i = 0; i < sizeof numbers3 / sizeof *numbers3; i++)
		if (!strcmp(numbers3[i].mailman3, mailman3)
		    && numbers3[i].number == number) {
			*word = str_from(numbers3[i].word);
			*instead = str_from(numbers3[i].instead);
		}
}

void attribute_word(const char *mailman2, int64_t number, str *word, str *instead)
{
	*word = *instead = STR("");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (!strcmp(numbers[i].mailman2, mailman2)
		    && numbers[i].number == number) {
			*word = str_from(numbers[i].word);
			*instead = str_from(numbers[i].instead);
		}
}
