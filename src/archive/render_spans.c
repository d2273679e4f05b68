/* Markdown inside a paragraph: `code`, **strong**, *emphasis*, [words](https://…) and
 * backslashes. What is opened and never closed is text, and is looked for once. */
#include "archive/render_inside.h"

enum {
	DEPTH_MAX = 4,
	RUN_MAX = 3, /* marks that open; more of them are a line drawn by hand */
	LABEL_MAX = 1000,
	URL_MAX = 2000,
};

struct spans {
	struct buf *b;
	str text;
	bool hide;
	int depth;
	bool lost[3][RUN_MAX + 1]; /* no more of these is closed: `, *, _ */
};

static void add(struct buf *b, str text, bool hide, int depth);

static bool is_word(char c)
{
	return chr_is_alpha(c) || chr_is_digit(c) || (unsigned char)c >= 0x80;
}

/* Where a run of just so many ends what was opened; emphasis ends behind a word. */
static size_t find_end(str rest, char c, size_t marks)
{
	for (size_t i = 0; i < rest.n;) {
		size_t n = render_run(str_skip(rest, i), c);
		bool word = i && !chr_is_space(rest.p[i - 1])
			    && (i + n == rest.n
				|| (!is_word(rest.p[i + n]) && rest.p[i + n] != '@'));
		if (n == marks && i && (c == '`' || word))
			return i;
		i += n ? n : 1;
	}
	return SIZE_MAX;
}

/* Only where a word begins, so that a_name_of and 2*3*4 stay, and addresses of the web. */
static bool may_open(str text, size_t at, size_t marks)
{
	static const str before = { "([{\"'*_-", 8 };
	bool begins = !at || chr_is_space(text.p[at - 1])
		      || str_has(before, text.p[at - 1]);
	return begins && at + marks < text.n && !chr_is_space(text.p[at + marks]);
}

static void wrap(struct spans *s, str inside, size_t marks)
{
	if (marks > 1)
		html_add(s->b, HTML("<strong>"));
	if (marks != 2)
		html_add(s->b, HTML("<em>"));
	add(s->b, inside, s->hide, s->depth + 1);
	if (marks != 2)
		html_add(s->b, HTML("</em>"));
	if (marks > 1)
		html_add(s->b, HTML("</strong>"));
}

/* Octets that were taken from `at` on; 0: it opens nothing. */
static size_t add_marked(struct spans *s, size_t at)
{
	char c = s->text.p[at];
	size_t marks = render_run(str_skip(s->text, at), c);
	bool *lost = c == '`' ? s->lost[0] : c == '*' ? s->lost[1] : s->lost[2];
	if (marks > RUN_MAX || lost[marks] || (c != '`' && !may_open(s->text, at, marks)))
		return 0;
	str rest = str_skip(s->text, at + marks);
	size_t end = find_end(rest, c, marks);
	lost[marks] = end == SIZE_MAX;
	if (end == SIZE_MAX)
		return 0;
	if (c == '`') {
		html_add(s->b, HTML("<code>"));
		html_add_text(s->b, str_first(rest, end));
		html_add(s->b, HTML("</code>"));
	} else {
		wrap(s, str_first(rest, end), marks);
	}
	return end + 2 * marks;
}

/* [words](address): words that are an address themselves may not lead elsewhere. */
static size_t add_link(struct spans *s, size_t at)
{
	str rest = str_skip(s->text, at + 1);
	size_t n = 0, u = 0;
	while (n < rest.n && n < LABEL_MAX && rest.p[n] != '[' && rest.p[n] != ']')
		n++;
	if (!n || n + 1 >= rest.n || rest.p[n] != ']' || rest.p[n + 1] != '(')
		return 0;
	str words = str_first(rest, n), url = str_skip(rest, n + 2);
	while (u < url.n && u < URL_MAX && url.p[u] != ')' && url.p[u] != '['
	       && !chr_is_space(url.p[u]))
		u++;
	if (u == url.n || url.p[u] != ')' || str_find(words, STR(":")).n
	    || str_find(words, STR("@")).n || str_find(words, STR("www.")).n
	    || !render_add_href(s->b, str_first(url, u), s->hide))
		return 0;
	add(s->b, words, s->hide, s->depth + 1);
	html_add(s->b, HTML("</a>"));
	return 1 + n + 2 + u + 1;
}

static size_t add_one(struct spans *s, size_t at)
{
	static const str escaped = { "\\`*_{}[]()#+-.!>~|", 18 };
	str next = str_skip(s->text, at + 1);
	switch (s->text.p[at]) {
	case '`':
	case '*':
	case '_':
		return add_marked(s, at);
	case '[':
		return add_link(s, at);
	case '\\':
		if (!next.n || !str_has(escaped, next.p[0]))
			return 0;
		html_add_text(s->b, str_first(next, 1));
		return 2;
	default:
		return 0;
	}
}

static void add(struct buf *b, str text, bool hide, int depth)
{
	struct spans s = { .text = text, .hide = hide, .depth = depth };
	static const str special = { "`*_[\\", 5 };
	size_t run = 0, at = 0;
	BUF(piece);
	s.b = &piece;
	while (depth < DEPTH_MAX && at < text.n) {
		bool opens = str_has(special, text.p[at]);
		size_t taken = opens ? add_one(&s, at) : 0;
		if (!taken) {
			at += opens ? render_run(str_skip(text, at), text.p[at]) : 1;
			continue;
		}
		render_add_linked(b, (str){ text.p + run, at - run }, hide);
		buf_add(b, buf_str(&piece));
		piece.n = 0;
		run = at += taken;
	}
	render_add_linked(b, str_skip(text, run), hide);
}

void render_add_spans(struct buf *b, str text, bool hide)
{
	add(b, text, hide, 0);
}
