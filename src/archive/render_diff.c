#include "archive/render_inside.h"

#include "base/said.h"

/* Lines that stand between the hunks of a patch. */
static bool is_head(str line)
{
	static const str heads[] = {
		STR("diff "),     STR("index "),         STR("--- "),
		STR("+++ "),      STR("new file mode "), STR("deleted file mode "),
		STR("old mode "), STR("new mode "),      STR("similarity index "),
		STR("rename "),   STR("copy "),          STR("dissimilarity index "),
		STR("Index: "),   STR("Binary files "),  STR("GIT binary patch"),
		STR("======="),
	};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (str_starts(line, heads[i]))
			return true;
	return false;
}

static bool take_number(str *s, uint64_t *value)
{
	size_t n = 0;
	while (n < s->n && chr_is_digit(s->p[n]))
		n++;
	bool ok = str_u64(str_first(*s, n), value);
	*s = str_skip(*s, n);
	return ok;
}

/* "-41,9" or "-41" (one line): how many lines. */
static bool take_range(str *s, char sign, uint64_t *lines)
{
	uint64_t start;
	*lines = 1;
	if (!s->n || s->p[0] != sign)
		return false;
	*s = str_skip(*s, 1);
	if (!take_number(s, &start))
		return false;
	if (!s->n || s->p[0] != ',')
		return true;
	*s = str_skip(*s, 1);
	return take_number(s, lines);
}

/* "@@ -41,9 +41,14 @@": how many lines the hunk has of the old and the new file. */
static bool is_hunk(str line, uint64_t *old, uint64_t *new)
{
	if (!str_starts(line, STR("@@ ")))
		return false;
	str s = str_skip(line, 3);
	if (!take_range(&s, '-', old) || !s.n || s.p[0] != ' ')
		return false;
	s = str_skip(s, 1);
	return take_range(&s, '+', new) && str_starts(s, STR(" @@"));
}

bool render_is_diff(const str *lines, size_t count)
{
	uint64_t old, new;
	if (str_starts(lines[0], STR("diff --git ")))
		return true;
	for (size_t i = 0; i < 3 && i < count && is_head(lines[i]); i++)
		if (str_starts(lines[i], STR("+++ ")) && i + 1 < count)
			return is_hunk(lines[i + 1], &old, &new);
	return is_hunk(lines[0], &old, &new);
}

/* Lines of one kind: added ones share one element, since a patch of thousands of
 * lines must not make a page of twice its size. */
static void add_alike(struct buf *b, const str *lines, size_t count, char kind)
{
	bool added = kind == '+', gone = kind == '-';
	html_add(b, added ? HTML("<ins>") : gone ? HTML("<del>") : HTML(""));
	for (size_t i = 0; i < count;) {
		str piece;
		i += render_piece(lines + i, count - i, &piece);
		html_add_text(b, piece);
		if (i < count || !(added || gone))
			buf_add_char(b, '\n');
	}
	html_add(b, added ? HTML("</ins>") : gone ? HTML("</del>") : HTML(""));
}

/* Is it the next line of a hunk that has so many more of the old and the new file?
 * An empty line is one of context whose blank a mailer took. */
static bool take_line(str line, char *kind, uint64_t *old, uint64_t *new)
{
	char c = line.n ? line.p[0] : ' ';
	*kind = c;
	if (c == '\\')
		return true;
	if ((c != '-' && c != '+' && c != ' ') || (c != '+' && !*old)
	    || (c != '-' && !*new))
		return false;
	*old -= c != '+';
	*new -= c != '-';
	return true;
}

/* The lines of a hunk, by its own count: what is not one of them ends it. */
static size_t add_hunk(struct buf *b, const str *lines, size_t count, uint64_t old,
		       uint64_t new)
{
	size_t i = 0, from = 0;
	char kind, before = ' ';
	for (; i < count && (old || new || str_starts(lines[i], STR("\\")))
	       && take_line(lines[i], &kind, &old, &new);
	     i++) {
		if (kind == before)
			continue;
		add_alike(b, lines + from, i - from, before);
		from = i;
		before = kind;
	}
	if (i > from)
		add_alike(b, lines + from, i - from, before);
	return i;
}

/* "b/src/map.c" of "diff --git a/src/map.c b/src/map.c" or "+++ b/src/map.c". */
static str file_of(const str *lines, size_t count)
{
	for (size_t i = 0; i < count && i < 12 && (i == 0 || is_head(lines[i])); i++) {
		str name = str_skip(lines[i], 4), rest;
		if (!str_starts(lines[i], STR("+++ ")))
			continue;
		str_cut(name, '\t', &name, &rest);
		return str_starts(name, STR("b/")) ? str_skip(name, 2) : name;
	}
	return STR_NONE;
}

size_t render_add_diff(struct buf *b, const str *lines, size_t count)
{
	str file = file_of(lines, count);
	str form = file.n ? S_("Patch to {1}") : S_("Patch");
	str place = str_find(form, STR("{1}"));
	html_add(b, HTML("<pre class=\"diff\" tabindex=\"0\" aria-label=\""));
	html_add_attr(b, str_first(form, form.n - place.n));
	html_add_attr(b, file);
	html_add_attr(b, str_skip(place, 3));
	html_add(b, HTML("\">"));
	size_t i = 0;
	while (i < count) {
		uint64_t old = 0, new = 0;
		bool hunk = is_hunk(lines[i], &old, &new);
		bool next_file = i && str_starts(lines[i], STR("diff --git "));
		if ((!hunk && !is_head(lines[i])) || next_file)
			break;
		html_add(b, HTML("<b>"));
		html_add_text(b, lines[i++]);
		html_add(b, HTML("</b>"));
		if (hunk)
			i += add_hunk(b, lines + i, count - i, old, new);
	}
	html_add(b, HTML("</pre>\n"));
	return i;
}
