#include "lists/speaks.h"

static bool next_name(str *text, str *name)
{
	size_t n = 0;
	while (text->n && (chr_is_space(*text->p) || *text->p == ','))
		*text = str_skip(*text, 1);
	while (n < text->n && !chr_is_space(text->p[n]) && text->p[n] != ',')
		n++;
	*name = str_first(*text, n);
	*text = str_skip(*text, n);
	return n > 0;
}

static bool has(str names, enum language l)
{
	for (str name; next_name(&names, &name);)
		if (str_eq(name, str_from(language_row(l)->name)))
			return true;
	return false;
}

enum language speaks_own(const struct settings *s, str site_lang)
{
	enum language l = LANGUAGE_en;
	(void)(language_find(s->preferred_language, &l) || language_find(site_lang, &l));
	return l;
}

bool speaks(const struct settings *s, str site_lang, enum language l)
{
	return !s->available_languages.n || has(s->available_languages, l)
	       || l == speaks_own(s, site_lang);
}

err speaks_check(struct arena *a, str value, str *clean)
{
	str out = STR("");
	enum language l;
	for (str rest = value, name; next_name(&rest, &name);) {
		if (!language_find(name, &l))
			return err_in(a, ERR_SYNTAX,
				      "available_languages = %.*s: it takes en, de, fr, "
				      "es, ja and zh_CN, with commas in between",
				      STR_F(str_first(value, 80)));
		if (!has(out, l))
			out = arena_cat(a, out, out.n ? STR(", ") : STR(""),
					str_from(language_row(l)->name));
	}
	*clean = out;
	return OK;
}
