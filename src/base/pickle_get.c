/* What a pickle holds, for whoever has read it. */
#include "base/pickle.h"

str pickle_str(const struct pickle *p)
{
	return p && (p->type == PICKLE_BYTES || p->type == PICKLE_TEXT) ? p->text
									: STR_NONE;
}

int64_t pickle_number(const struct pickle *p, int64_t otherwise)
{
	if (p && (p->type == PICKLE_BOOL || p->type == PICKLE_INT))
		return p->number;
	return p && p->type == PICKLE_REAL && p->real > -9e15 && p->real < 9e15
		       ? (int64_t)p->real
		       : otherwise;
}

static const struct pickle *dict_of(const struct pickle *p)
{
	return p && p->type == PICKLE_OBJECT ? p->state : p;
}

const struct pickle *pickle_get(const struct pickle *dict, const char *key)
{
	dict = dict_of(dict);
	if (!dict || dict->type != PICKLE_DICT)
		return NULL;
	for (size_t i = dict->count; i >= 2; i -= 2) { /* what was put in last holds */
		str text = pickle_str(dict->items[i - 2]);
		if (text.p && str_eq(text, str_from(key)))
			return dict->items[i - 1];
	}
	return NULL;
}

void pickle_map(const struct pickle *dict, struct map *m)
{
	dict = dict_of(dict);
	if (!dict || dict->type != PICKLE_DICT)
		return;
	for (size_t i = 0; i + 1 < dict->count; i += 2) {
		str text = pickle_str(dict->items[i]);
		if (text.p)
			map_set(m, text, dict->items[i + 1]);
	}
}
