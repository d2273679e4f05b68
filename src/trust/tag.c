#include "trust/tag.h"

/* tag-name = ALPHA *ALNUMPUNC */
static bool is_name(str name)
{
	if (!name.n || !chr_is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!chr_is_alpha(name.p[i]) && !chr_is_digit(name.p[i])
		    && name.p[i] != '_')
			return false;
	return true;
}

/* tag-value: printable characters, folding white space between them, and
 * since RFC 8616 section 4 UTF-8. */
static bool is_value(str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (c == 0x7f || (c < ' ' && c != '\t' && c != '\r' && c != '\n'))
			return false;
	}
	return true;
}

err tag_parse(struct arena *a, str text, struct tag_list *list)
{
	struct tag_list out = { arena_alloc(a, TAG_MAX * sizeof(struct tag)), 0 };
	text = str_trim(text);
	while (text.n) {
		str spec = text, rest = STR_NONE, name;
		str_cut(text, ';', &spec, &rest);
		struct tag tag;
		if (!str_cut(spec, '=', &name, &tag.whole))
			return FAIL(ERR_SYNTAX, "a tag without =");
		tag.name = str_trim(name);
		tag.value = str_trim(tag.whole);
		if (!is_name(tag.name))
			return FAIL(ERR_SYNTAX, "a tag name with foreign characters");
		if (!is_value(tag.value))
			return FAIL(ERR_SYNTAX, "a tag value with control characters");
		for (size_t i = 0; i < out.count; i++)
			if (str_eq(out.tags[i].name, tag.name))
				return FAIL(ERR_SYNTAX, "a tag stands twice");
		if (out.count == TAG_MAX)
			return FAIL(ERR_LIMIT, "too many tags");
		out.tags[out.count++] = tag;
		text = str_trim(rest); /* one ; at the very end is allowed */
	}
	*list = out;
	return OK;
}

const struct tag *tag_find(const struct tag_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->tags[i].name, str_from(name)))
			return &list->tags[i];
	return NULL;
}

bool tag_get(const struct tag_list *list, const char *name, str *value)
{
	const struct tag *tag = tag_find(list, name);
	if (tag)
		*value = tag->value;
	return tag;
}

str tag_squeeze(struct arena *a, str value)
{
	char *out = arena_alloc(a, value.n);
	size_t n = 0;
	for (size_t i = 0; i < value.n; i++)
		if (!chr_is_space(value.p[i]))
			out[n++] = value.p[i];
	return (str){ out, n };
}

bool tag_next(str *list, str *word)
{
	if (!list->p)
		return false;
	str head = *list, rest = STR_NONE;
	str_cut(*list, ':', &head, &rest);
	*word = str_trim(head);
	*list = rest;
	return true;
}

bool tag_lists(str list, str word)
{
	str item;
	while (tag_next(&list, &item))
		if (str_ieq(item, word))
			return true;
	return false;
}

str tag_blank(struct arena *a, str raw, str part)
{
	size_t at = (size_t)(part.p - raw.p);
	return arena_cat(a, str_first(raw, at), str_skip(raw, at + part.n));
}
