#include "base/said.h"

#include "base/buf.h"

enum { VALUES_MAX = 6, DEPTH_MAX = 3 };

static const char *const forms[] = {
#define SAID(form) form,
#include "base/said.def"
};

/* Where {N} stands first: what is before it, N, what is behind. */
static bool cut_place(str form, str *head, size_t *number, str *rest)
{
	for (size_t i = 0; i + 2 < form.n; i++)
		if (form.p[i] == '{' && form.p[i + 1] >= '1'
		    && form.p[i + 1] < '1' + VALUES_MAX && form.p[i + 2] == '}') {
			*head = str_first(form, i);
			*number = (size_t)(form.p[i + 1] - '1');
			*rest = str_skip(form, i + 3);
			return true;
		}
	return false;
}

/* Whether a text has a form, and the values in it: each as short as what follows lets
 * it be, the last one all that is left. */
static bool has_form(str text, str form, str *values, size_t *count)
{
	str head, rest, after;
	size_t number, next = 0;
	*count = 0;
	if (!cut_place(form, &head, &next, &rest) || !str_starts(text, head))
		return false;
	text = str_skip(text, head.n);
	for (bool more = true; more; next = number) {
		more = cut_place(rest, &head, &number, &after);
		if (!more) { /* head is the end of all */
			if (!str_ends(text, rest))
				return false;
			values[next] = str_first(text, text.n - rest.n);
		} else {
			str found = str_find(text, head);
			if (!found.p)
				return false;
			values[next] = str_first(text, (size_t)(found.p - text.p));
			text = str_skip(found, head.n);
			rest = after;
		}
		*count = next + 1 > *count ? next + 1 : *count;
	}
	return true;
}

str said_fill(struct arena *a, str form, const str *values, size_t count)
{
	BUF(out);
	str head, rest;
	size_t number;
	for (; cut_place(form, &head, &number, &rest); form = rest) {
		buf_add(&out, head);
		if (number < count)
			buf_add(&out, values[number]);
		else
			buf_addf(&out, "{%zu}", number + 1);
	}
	buf_add(&out, form);
	return arena_copy(a, buf_str(&out));
}

static str say(struct arena *a, enum language l, str english, unsigned depth)
{
	str values[VALUES_MAX] = { 0 };
	size_t count;
	str text = language_str(l, english);
	if (text.p != english.p || depth == DEPTH_MAX || l == LANGUAGE_en)
		return text;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!has_form(english, str_from(forms[i]), values, &count))
			continue;
		for (size_t k = 0; k < count; k++)
			values[k] = say(a, l, values[k], depth + 1);
		return said_fill(a, language_str(l, str_from(forms[i])), values, count);
	}
	return text;
}

str said_in(struct arena *a, enum language l, str english)
{
	return say(a, l, english, 0);
}

str said_together(struct arena *a, enum language l, str lines)
{
	BUF(out);
	for (str line; str_line(&lines, &line);)
		buf_cat(&out, out.n ? STR("; ") : STR(""), said_in(a, l, line));
	return arena_copy(a, buf_str(&out));
}
