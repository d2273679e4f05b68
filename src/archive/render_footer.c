/* The list's own footer, as its setting has it, below a message that came with it. Each mark in
 * the setting stands for whatever was filled in there; it fits within a line. */
#include "archive/render_inside.h"

#include "base/language.h"
#include "mail/lex.h"

enum {
	LINES_MAX = 60,    /* of the setting */
	LETTERS_LEAST = 6, /* that it says itself: else any line would be one */
	RULE_LEAST = 4,
	FILLED_MAX = 4000, /* octets of a line, however it was filled in */
	STEPS_MAX = 2000,
};

struct footer {
	str lines[LINES_MAX]; /* those that say something */
	size_t count;
	const str *text; /* the message's */
	size_t steps;
};

static bool is_rule(str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!strchr("_-=*", line.p[i]))
			return false;
	return line.n >= RULE_LEAST;
}

/* Nothing but what is filled in. */
static bool is_filled_in(str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != *RENDER_FILLED && !lex_is(line.p[i], LEX_WSP))
			return false;
	return true;
}

/* Does a line read as that of the setting does? The last mark takes as much as it must. */
static bool fits(str line, str like)
{
	size_t i = 0, k = 0, mark = like.n, back = 0;
	while (i < line.n) {
		if (k < like.n && like.p[k] == *RENDER_FILLED) {
			mark = k++;
			back = i;
		} else if (k < like.n && like.p[k] == line.p[i]) {
			i++, k++;
		} else if (mark < like.n) {
			k = mark + 1;
			i = ++back;
		} else {
			return false;
		}
	}
	while (k < like.n && like.p[k] == *RENDER_FILLED)
		k++;
	return k == like.n;
}

static bool read_like(struct footer *f, str like)
{
	size_t letters = 0;
	str line;
	while (str_line(&like, &line)) {
		line = str_trim(line);
		if (!line.n)
			continue;
		if (f->count == LINES_MAX)
			return false;
		f->lines[f->count++] = line;
		for (size_t i = 0; i < line.n; i++)
			letters += chr_is_alpha(line.p[i]) || line.p[i] & '\x80';
	}
	return letters >= LETTERS_LEAST;
}

/* Where the first `like` lines of the setting begin, which end before line `end`; `end` where
 * they do not. A line that was nothing but filled in may have been empty. */
static bool match(struct footer *f, size_t like, size_t end, size_t *begin)
{
	if (!like) {
		*begin = end;
		return true;
	}
	size_t at = end;
	while (at && !str_trim(f->text[at - 1]).n)
		at--;
	if (++f->steps > STEPS_MAX)
		return false;
	str row = f->lines[like - 1];
	str line = at ? str_trim(f->text[at - 1]) : STR_NONE;
	bool same = at && line.n <= FILLED_MAX
		    && (fits(line, row) || (is_rule(line) && is_rule(row)));
	return (same && match(f, like - 1, at - 1, begin))
	       || (is_filled_in(row) && match(f, like - 1, end, begin));
}

size_t render_footer_lines(const str *lines, size_t count, str like)
{
	struct footer f = { .text = lines };
	size_t begin;
	if (!like.n || !read_like(&f, like) || !match(&f, f.count, count, &begin))
		return 0;
	return count - begin;
}

void render_add_footer(struct buf *b, const str *lines, size_t count, bool hide)
{
	while (count && !str_trim(lines[count - 1]).n)
		count--;
	html_add(b, HTML("<details class=\"sig\"><summary>"));
	html_add_text(b, S_("Footer of the list"));
	html_add(b, HTML("</summary>\n<p dir=\"auto\">"));
	for (size_t i = 0; i < count; i++) {
		render_add_linked(b, lines[i], hide);
		if (i + 1 < count)
			html_add(b, HTML("<br>\n"));
	}
	html_add(b, HTML("</p>\n</details>\n"));
}
