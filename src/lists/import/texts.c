#include "lists/import/texts.h"

#include "base/buf.h"
#include "lists/notice.h"

#include <string.h>

static const struct text_row rows[] = {
#define TEXT(manager, file, notice, end)     { manager, file, notice, end, NULL, NULL },
#define TEXT_SETTING(manager, file, setting) { manager, file, NULL, NULL, setting, NULL },
#define NO_TEXT(manager, file, why)          { manager, file, NULL, NULL, NULL, why },
#include "lists/import/texts.def"
};

static const struct {
	const char *manager, *name, *notice, *ours;
} values[] = {
#define VALUE(manager, name, notice, ours) { manager, name, notice, ours },
#include "lists/import/texts.def"
};

const struct text_row *text_rows(size_t *count)
{
	*count = sizeof rows / sizeof *rows;
	return rows;
}

static bool is_file(const char *row, str file)
{
	return *row == '*' ? str_ends(file, str_from(row + 1))
			   : str_eq(file, str_from(row));
}

const struct text_row *text_row_find(const char *manager, str file)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].manager, manager) && is_file(rows[i].file, file))
			return &rows[i];
	return NULL;
}

/* ---- names */

static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_' && !chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i]))
			return false;
	return s.n > 0 && !chr_is_digit(s.p[0]);
}

/* %(name)s, %(name)d. */
static bool percent_name(str *text, str *name)
{
	str rest, inside;
	if (!str_starts(*text, STR("%("))
	    || !str_cut(str_skip(*text, 2), ')', &inside, &rest) || !is_name(inside)
	    || !rest.n || (rest.p[0] != 's' && rest.p[0] != 'd'))
		return false;
	*name = inside;
	*text = str_skip(rest, 1);
	return true;
}

/* $name, ${name}. */
static bool dollar_name(str *text, str *name)
{
	str rest, inside;
	size_t n = 1;
	if (text->n < 2 || text->p[0] != '$')
		return false;
	if (text->p[1] == '{') {
		if (!str_cut(str_skip(*text, 2), '}', &inside, &rest) || !is_name(inside))
			return false;
		*name = inside;
		*text = rest;
		return true;
	}
	while (n < text->n && is_name(str_skip(str_first(*text, n + 1), 1)))
		n++;
	*name = (str){ text->p + 1, n - 1 };
	*text = str_skip(*text, n > 1 ? n : 0);
	return n > 1;
}

/* Each {name} of ours is one that the notice has. */
static bool has_all(str names, str ours)
{
	str head, rest, name;
	for (; str_cut(ours, '{', &head, &rest); ours = rest) {
		char braced[64];
		if (!str_cut(rest, '}', &name, &head) || name.n > sizeof braced - 2)
			return false;
		braced[0] = '{';
		memcpy(braced + 1, name.p, name.n);
		braced[name.n + 1] = '}';
		if (!str_find(names, (str){ braced, name.n + 2 }).n)
			return false;
	}
	return true;
}

static bool value_of(const struct text_row *row, const struct text_values *v, str names,
		     str name, str *ours)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		if (strcmp(values[i].manager, row->manager) != 0
		    || !str_eq(name, str_from(values[i].name))
		    || (*values[i].notice && strcmp(values[i].notice, row->notice) != 0))
			continue;
		*ours = str_from(values[i].ours);
		if (str_eq(*ours, STR("=domain"))) {
			*ours = v->domain;
			return v->domain.n > 0;
		}
		if (str_eq(*ours, STR("=welcome")))
			*ours = v->welcome;
		return has_all(names, *ours) || str_eq(*ours, v->welcome);
	}
	return false;
}

/* ---- paragraphs */

/* What stands before the next empty line, and all empty ones behind it. */
static bool take_paragraph(str *text, str *paragraph)
{
	str rest = *text, line;
	bool said = false, empty = false;
	if (!text->n)
		return false;
	while (rest.n) {
		str before = rest;
		(void)str_line(&rest, &line);
		if (str_trim(line).n && empty && said) {
			rest = before;
			break;
		}
		said = said || str_trim(line).n;
		empty = !str_trim(line).n;
	}
	*paragraph = str_first(*text, text->n - rest.n);
	*text = rest;
	return true;
}

/* False: it has a name without a value here, which *missing is. */
static bool add_paragraph(struct buf *b, const struct text_row *row,
			  const struct text_values *v, str names, str paragraph,
			  str *missing)
{
	bool percent = !strcmp(row->manager, "mailman2");
	str twice = percent ? STR("%%") : STR("$$");
	while (paragraph.n) {
		str name, ours, before = paragraph;
		if (str_starts(paragraph, twice)) {
			buf_add(b, str_skip(twice, 1));
			paragraph = str_skip(paragraph, 2);
		} else if (percent ? percent_name(&paragraph, &name)
				   : dollar_name(&paragraph, &name)) {
			if (!value_of(row, v, names, name, &ours)) {
				*missing = str_first(before, before.n - paragraph.n);
				return false;
			}
			buf_add(b, ours);
		} else {
			buf_add(b, str_first(paragraph, 1));
			paragraph = str_skip(paragraph, 1);
		}
	}
	return true;
}

static str names_of(struct arena *a, const struct text_row *row)
{
	return notice_names(a, notice_row_find(str_from(row->notice)));
}

str text_missing(struct arena *a, const struct text_row *row, const struct text_values *v,
		 str text)
{
	BUF(unused);
	str missing;
	return add_paragraph(&unused, row, v, names_of(a, row), text, &missing) ? STR("")
										: missing;
}

str text_ours(struct arena *a, const struct text_row *row, const struct text_values *v,
	      str text, size_t *left_off)
{
	BUF(out);
	str names = names_of(a, row), paragraph, missing;
	size_t before = 0; /* where the last paragraph begins */
	*left_off = 0;
	while (take_paragraph(&text, &paragraph)) {
		BUF(b);
		if (add_paragraph(&b, row, v, names, paragraph, &missing)) {
			before = out.n;
			buf_add(&out, buf_str(&b));
			continue;
		}
		++*left_off;
		if (str_ends(str_trim(str_skip(buf_str(&out), before)), STR(":")))
			out.n = before;
	}
	str said = arena_cat(a, str_trim(buf_str(&out)), STR("\n")),
	    end = str_from(row->end);
	if (end.n && !str_find(said, end).n)
		said = arena_cat(a, said, STR("\n    "), end, STR("\n"));
	return arena_copy(a, said);
}
