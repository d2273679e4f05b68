#include "markup.h"

static str name_of(const struct markup *m)
{
	return (str){ m->name, m->name_len };
}

static const char *add_to_name(struct markup *m, char c)
{
	if (m->name_len == sizeof m->name)
		return "a name of more than 32 characters";
	m->name[m->name_len++] = chr_lower(c);
	return NULL;
}

static const char *end_of_tag_name(const struct markup *m)
{
	static const char *const refused[] = { "script", "style", "base",
					       "object", "embed", "iframe" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (str_eq(name_of(m), str_from(refused[i])))
			return "the pages' Content-Security-Policy refuses this element";
	return NULL;
}

static const char *end_of_attribute_name(const struct markup *m)
{
	str n = name_of(m);
	if (str_eq(n, STR("style")) || str_starts(n, STR("on")))
		return "the pages' Content-Security-Policy refuses inline style and "
		       "script";
	if (str_eq(n, STR("http-equiv")))
		return "what a meta element would say instead of a header stands in a "
		       "header";
	return NULL;
}

static void enter(struct markup *m, enum mode mode)
{
	*m = (struct markup){ .mode = mode };
}

static const char *in_tag(struct markup *m, char c)
{
	if (c == '>') {
		enter(m, M_TEXT);
	} else if (!chr_is_space(c) && c != '/') {
		enter(m, M_ATTR_NAME);
		return add_to_name(m, c);
	}
	return NULL;
}

const char *markup_pause(struct markup *m)
{
	const char *fault = NULL;
	if (m->mode == M_TAG_NAME)
		fault = end_of_tag_name(m);
	else if (m->mode == M_ATTR_NAME)
		fault = end_of_attribute_name(m);
	else
		return NULL;
	enter(m, M_TAG);
	return fault;
}

static const char *in_tag_name(struct markup *m, char c)
{
	if (str_eq(name_of(m), STR("!--"))) {
		enter(m, M_COMMENT);
		return NULL;
	}
	if (c != '>' && !chr_is_space(c) && !(c == '/' && m->name_len))
		return add_to_name(m, c);
	const char *fault = markup_pause(m);
	return fault ? fault : in_tag(m, c);
}

static const char *in_attribute_name(struct markup *m, char c)
{
	if (c != '=' && c != '>' && !chr_is_space(c))
		return add_to_name(m, c);
	if (c == '=') {
		m->mode = M_AFTER_NAME;
		return end_of_attribute_name(m);
	}
	const char *fault = markup_pause(m);
	return fault ? fault : in_tag(m, c);
}

const char *markup_step(struct markup *m, char c)
{
	switch (m->mode) {
	case M_TEXT:
		if (c == '<')
			enter(m, M_TAG_NAME);
		return NULL;
	case M_TAG_NAME:
		return in_tag_name(m, c);
	case M_TAG:
		return in_tag(m, c);
	case M_ATTR_NAME:
		return in_attribute_name(m, c);
	case M_AFTER_NAME:
		m->mode = M_VALUE;
		return c == '"' ? NULL : "attribute values stand in double quotes";
	case M_VALUE:
		if (c == '"')
			enter(m, M_TAG);
		else
			m->started = true;
		return NULL;
	case M_COMMENT:
		return "HTML comments are sent to everybody; write {! … }";
	}
	return NULL;
}

enum place markup_place(const struct markup *m, const char **fault)
{
	static const char *const urls[] = { "href", "src",    "action", "formaction",
					    "cite", "poster", "data" };
	static const char *const refused[] = { "srcdoc", "srcset", "ping" };
	*fault = NULL;
	if (m->mode == M_TEXT)
		return IN_TEXT;
	if (m->mode != M_VALUE) {
		*fault = "a value stands between tags or in a quoted attribute";
		return IN_TEXT;
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (str_eq(name_of(m), str_from(refused[i])))
			*fault = "no value can be printed safely in this attribute";
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
		if (str_eq(name_of(m), str_from(urls[i])))
			return m->started ? IN_URL_PART : IN_URL;
	return IN_ATTRIBUTE;
}

bool markup_same(const struct markup *a, const struct markup *b)
{
	return a->mode == b->mode && str_eq(name_of(a), name_of(b))
	       && a->started == b->started;
}
