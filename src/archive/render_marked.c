/* Blocks of Markdown: headings, lists, rules, fenced code. Quotes, paragraphs and indented
 * code are those of any text. Headings are strong lines, as a page has an outline of its own. */
#include "archive/render_inside.h"

#include "archive/script.h"

enum { LISTS_MAX = 4, INDENT_MAX = 3, NUMBER_MAX = 9 };

struct marks {
	struct arena *a;
	struct buf *b;
	bool hide;
};

static size_t indent_of(str line)
{
	return render_run(line, ' ');
}

static bool is_empty(str line)
{
	return !str_trim(line).n;
}

static size_t heading_marks(str line)
{
	str s = str_skip(line, indent_of(line));
	size_t n = render_run(s, '#');
	return n && n <= 6 && n < s.n && s.p[n] == ' ' ? n : 0;
}

static bool is_rule(str line)
{
	str s = str_trim(line);
	size_t marks = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != s.p[0] && s.p[i] != ' ')
			return false;
		marks += s.p[i] == s.p[0];
	}
	return marks >= 3 && str_has((str){ "-*_", 3 }, s.p[0]);
}

/* The marks that open fenced code, or 0. */
static size_t fence_marks(str line, char *mark)
{
	str s = str_skip(line, indent_of(line));
	*mark = s.n ? s.p[0] : ' ';
	size_t n = *mark == '`' || *mark == '~' ? render_run(s, *mark) : 0;
	bool code = *mark == '`' && str_has(str_skip(s, n), '`'); /* `in a line` */
	return n >= 3 && !code ? n : 0;
}

struct item {
	size_t indent, text; /* where its mark and its words begin */
	bool ordered;
	int64_t number;
};

static bool read_item(str line, struct item *x)
{
	size_t at = indent_of(line), n = at;
	while (n < line.n && n - at < NUMBER_MAX && chr_is_digit(line.p[n]))
		n++;
	bool ordered = n > at;
	if (n + 1 >= line.n
	    || !str_has(ordered ? (str){ ".)", 2 } : (str){ "-*+", 3 }, line.p[n])
	    || line.p[n + 1] != ' ' || is_empty(str_skip(line, n + 1)) || is_rule(line))
		return false;
	*x = (struct item){ .indent = at, .text = n + 2, .ordered = ordered };
	return !ordered || str_i64((str){ line.p + at, n - at }, &x->number);
}

bool render_is_marked(str line, bool inside)
{
	struct item x;
	char mark;
	return indent_of(line) <= INDENT_MAX
	       && (heading_marks(line) || is_rule(line) || fence_marks(line, &mark)
		   || (read_item(line, &x) && (!inside || !x.ordered || x.number == 1)));
}

static void add_heading(struct marks *m, str line, size_t marks)
{
	str text = str_trim(str_skip(str_trim(line), marks));
	while (text.n && text.p[text.n - 1] == '#')
		text.n--;
	html_add(m->b, HTML("<p dir=\"auto\"><strong>"));
	render_add_spans(m->b, str_trim(text), m->hide);
	html_add(m->b, HTML("</strong></p>\n"));
}

static size_t add_fence(struct marks *m, const str *lines, size_t count, size_t marks,
			char mark)
{
	size_t n = 1, other;
	char end = ' ';
	for (; n < count; n++) {
		other = fence_marks(lines[n], &end);
		if (other >= marks && end == mark && str_trim(lines[n]).n == other)
			break;
	}
	render_add_pre(m->a, m->b, lines + 1, n - 1, render_fence_name(lines[0]));
	return n < count ? n + 1 : n;
}

static size_t add_list(struct marks *m, const str *lines, size_t count, int depth);

/* How many lines are the item's: those further in, and those that go on with its text. */
static size_t item_lines(const struct item *first, const str *lines, size_t count)
{
	size_t n = 1;
	struct item x;
	for (; n < count; n++) {
		bool inside = indent_of(lines[n]) > first->indent + 1;
		if (is_empty(lines[n]) || inside)
			continue;
		if (is_empty(lines[n - 1]) || read_item(lines[n], &x)
		    || render_is_marked(lines[n], true) || lines[n].p[0] == '>')
			break;
	}
	while (n > 1 && is_empty(lines[n - 1]))
		n--;
	return n;
}

/* Without its mark and their indentation. */
static str *item_inside(struct arena *a, const struct item *first, const str *lines,
			size_t count)
{
	str *inside = arena_alloc(a, count * sizeof *inside);
	inside[0] = str_skip(lines[0], first->text);
	for (size_t i = 1; i < count; i++) {
		size_t in = indent_of(lines[i]);
		inside[i] = str_skip(lines[i], in < first->text ? in : first->text);
	}
	return inside;
}

static size_t text_lines(const str *lines, size_t count)
{
	size_t n = 0;
	struct item x;
	char mark;
	while (n < count && !is_empty(lines[n]) && !fence_marks(lines[n], &mark)
	       && (!n || !read_item(lines[n], &x)))
		n++;
	return n ? n : 1;
}

static void add_item(struct marks *m, const str *lines, size_t count, int depth)
{
	struct item x;
	char mark;
	for (size_t i = 0, n, marks; i < count; i += n) {
		n = 1;
		if (is_empty(lines[i]))
			continue;
		if ((marks = fence_marks(lines[i], &mark))) {
			n = add_fence(m, lines + i, count - i, marks, mark);
			continue;
		}
		if (i && depth < LISTS_MAX && read_item(lines[i], &x)) {
			n = add_list(m, lines + i, count - i, depth + 1);
			continue;
		}
		n = text_lines(lines + i, count - i);
		BUF(text);
		for (size_t k = i; k < i + n; k++)
			buf_cat(&text, k > i ? STR("\n") : STR(""), lines[k]);
		if (i)
			html_add(m->b, HTML("<br>\n"));
		render_add_spans(m->b, buf_str(&text), m->hide);
	}
}

static size_t add_list(struct marks *m, const str *lines, size_t count, int depth)
{
	struct item first, x;
	size_t n = 0;
	(void)read_item(lines[0], &first);
	const char *dir = script_leads_left(lines[0]) ? " dir=\"rtl\"" : "";
	if (first.ordered)
		buf_addf(m->b, "<ol start=\"%lld\"%s>\n", (long long)first.number, dir);
	else
		buf_addf(m->b, "<ul%s>\n", dir);
	while (n < count) {
		size_t blank = n;
		while (blank < count && is_empty(lines[blank]))
			blank++;
		if (blank == count || !read_item(lines[blank], &x)
		    || x.ordered != first.ordered)
			break;
		size_t took = item_lines(&x, lines + blank, count - blank);
		html_add(m->b, HTML("<li dir=\"auto\">"));
		add_item(m, item_inside(m->a, &x, lines + blank, took), took, depth);
		html_add(m->b, HTML("</li>\n"));
		n = blank + took;
	}
	html_add(m->b, first.ordered ? HTML("</ol>\n") : HTML("</ul>\n"));
	return n;
}

size_t render_add_marked(struct arena *a, struct buf *b, const str *lines, size_t count,
			 bool hide)
{
	struct marks m = { a, b, hide };
	struct item x;
	char mark;
	size_t marks = heading_marks(lines[0]);
	if (marks) {
		add_heading(&m, lines[0], marks);
		return 1;
	}
	if ((marks = fence_marks(lines[0], &mark)))
		return add_fence(&m, lines, count, marks, mark);
	if (is_rule(lines[0])) {
		html_add(b, HTML("<hr>\n"));
		return 1;
	}
	return read_item(lines[0], &x) ? add_list(&m, lines, count, 0) : 0;
}
