/* Writing: a block is opened when something is shown in it, so that empty ones leave nothing;
 * words are gathered to the end of their paragraph, since an address may be half in bold. */
#include "archive/html_mail_inside.h"

#include "archive/render_inside.h"
#include "archive/script.h"
#include "base/language.h"
#include "base/said.h"
#include "base/utf8.h"

enum { SHOWN_MAX = 4 * 1024 * 1024, PIECE = 64 * 1024 };

static bool is_full(struct letter *l)
{
	return l->full = l->full || l->out->n >= SHOWN_MAX;
}

static struct frame *top(struct letter *l)
{
	return l->depth ? &l->frames[l->depth - 1] : NULL;
}

static enum holds holds(struct letter *l)
{
	return l->depth ? top(l)->holds : FLOW;
}

static bool is_named(struct letter *l, const char *name)
{
	return l->depth && !strcmp(top(l)->name, name);
}

/* ---- blocks */

static void open_frame(struct letter *l, struct frame *f)
{
	struct buf *b = l->out;
	f->open = true;
	if (f->scrolls) {
		html_add(b, HTML("<div class=\"scroll\" role=\"group\" tabindex=\"0\" "
				 "aria-label=\""));
		html_add_attr(b, S_("Table"));
		html_add(b, HTML("\">\n"));
	}
	buf_addf(b, "<%s", f->name);
	if (f->scope)
		buf_addf(b, " scope=\"%s\"", f->scope);
	if (f->dir.n)
		buf_addf(b, " dir=\"%.*s\"", STR_F(f->dir));
	if (f->span)
		buf_addf(b, " colspan=\"%d\"", (int)f->span);
	if (f->rows)
		buf_addf(b, " rowspan=\"%d\"", (int)f->rows);
	if (f->start)
		buf_addf(b, " start=\"%d\"", (int)f->start);
	if (!strcmp(f->name, "pre"))
		html_add(b, HTML(" tabindex=\"0\""));
	html_add(b, HTML(">"));
	if (f->holds > WORDS)
		buf_add_char(b, '\n');
}

static void open_all(struct letter *l)
{
	for (size_t i = 0; i < l->depth; i++)
		if (!l->frames[i].open)
			open_frame(l, &l->frames[i]);
}

static void push(struct letter *l, const struct frame *f)
{
	l->frames[l->depth++] = *f;
}

static void pop(struct letter *l)
{
	struct frame *f = &l->frames[--l->depth];
	if (f->open)
		buf_addf(l->out, "</%s>\n%s", f->name, f->scrolls ? "</div>\n" : "");
}

/* What stands in a list and is no item becomes one. */
static void imply(struct letter *l)
{
	if (holds(l) == ITEMS)
		push(l, &(struct frame){ .name = "li", .implied = true });
	else if (holds(l) == TERMS)
		push(l, &(struct frame){ .name = "dd", .implied = true });
}

/* ---- words */

static bool is_shown(const struct letter *l, bool breaks)
{
	str s = buf_str(&l->text);
	for (size_t i = 0; i < s.n; i++) {
		bool nbsp = i + 1 < s.n && s.p[i] == '\xc2' && s.p[i + 1] == '\xa0';
		if (!nbsp && !chr_is_space(s.p[i]))
			return true;
		i += nbsp;
	}
	for (size_t i = 0; breaks && i < l->count; i++)
		if (l->words[i].ends_line)
			return true;
	return false;
}

enum {
	SEEN,
	GONE,
	GONE_FIRST
}; /* octets, and the first of a domain that guests do not see */

/* What of that each octet is; NULL: all are seen. */
static const char *hidden_octets(struct letter *l)
{
	str s = buf_str(&l->text);
	size_t at = 0, end;
	if (!l->hide || !str_has(s, '@'))
		return NULL;
	char *marks = arena_zero(l->a, s.n);
	for (; render_next_address(s, &at, &end); at = end) {
		memset(marks + at + 1, GONE, end - at - 1);
		marks[at + 1] = GONE_FIRST;
	}
	return marks;
}

/* Is nothing left of it, not even the mark? */
static bool is_gone(const struct words *w, str text, const char *marks)
{
	if (!marks || (w->in && w->in->code) || w->ends_line)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (marks[i] != GONE)
			return false;
	return true;
}

static void leave(struct letter *l, const struct around *from, const struct around *to)
{
	for (; from != to; from = from->outer)
		buf_addf(l->out, "</%s>", from->name);
}

static void enter(struct letter *l, const struct around *from, const struct around *to)
{
	if (to == from)
		return;
	enter(l, from, to->outer);
	if (!to->href.n) {
		buf_addf(l->out, "<%s>", to->name);
		return;
	}
	html_add(l->out, HTML("<a href=\""));
	render_add_url(l->out, to->href);
	html_add(l->out, HTML("\" rel=\"nofollow ugc noopener noreferrer\">"));
}

static const struct around *common(const struct around *x, const struct around *y)
{
	while (x != y)
		if (!y || (x && x->depth > y->depth))
			x = x->outer;
		else if (!x || y->depth > x->depth)
			y = y->outer;
		else
			x = x->outer, y = y->outer;
	return x;
}

/* Octets that are all shown, or all hidden; not so many that what they become is too long. */
static size_t alike(str text, const char *marks)
{
	size_t n = 1;
	while (n < text.n && n < PIECE && (!marks || marks[n] == marks[0]))
		n++;
	return n < PIECE ? n : utf8_first(text, n).n;
}

static void write_words(struct letter *l, const struct words *w, str text,
			const char *marks)
{
	bool code = w->in && w->in->code;
	if (w->ends_line)
		html_add(l->out, HTML("<br>\n"));
	for (size_t n; text.n && !w->ends_line && !is_full(l); text = str_skip(text, n)) {
		n = alike(text, marks);
		if (!marks || *marks == SEEN || code)
			html_add_text(l->out, str_first(text, n));
		else if (*marks == GONE_FIRST)
			html_add(l->out, HTML("…"));
		marks = marks ? marks + n : NULL;
	}
}

static void write_picture(struct letter *l, const struct words *w)
{
	const struct html_mail_picture *p = w->picture;
	str alt = w->alt.n ? w->alt : said_fill(l->a, S_("Picture {1}"), &p->name, 1);
	html_add(l->out, HTML("<img loading=\"lazy\" src=\""));
	html_add_attr(l->out, p->url);
	buf_addf(l->out, "\" width=\"%d\" height=\"%d\" alt=\"", (int)p->width,
		 (int)p->height);
	html_add_attr(l->out, l->hide ? render_hide(l->a, alt) : alt);
	html_add(l->out, HTML("\">"));
}

static void write_run(struct letter *l)
{
	const struct around *in = NULL;
	const char *marks = hidden_octets(l);
	size_t from = 0;
	for (size_t i = 0; i < l->count && !is_full(l); i++) {
		const struct words *w = &l->words[i];
		const char *own = marks ? marks + from : NULL;
		str text = { l->text.p + from, w->end - from };
		from = w->end;
		if (is_gone(w, text, own))
			continue;
		const struct around *both = common(in, w->in);
		leave(l, in, both);
		enter(l, both, w->in);
		in = w->in;
		if (w->picture)
			write_picture(l, w);
		else
			write_words(l, w, text, own);
	}
	leave(l, in, NULL);
}

static void flush(struct letter *l)
{
	bool shown = !is_full(l) && l->count && is_shown(l, !is_named(l, "p"));
	if (shown) {
		imply(l);
		if (l->depth && !top(l)->dir.n && !top(l)->open
		    && script_leads_left(buf_str(&l->text)))
			top(l)->dir = STR("rtl");
		open_all(l);
		write_run(l);
	}
	l->text.n = 0;
	l->count = 0;
	l->blank = l->edge = false;
}

static struct words *push_words(struct letter *l, const struct around *in)
{
	if (l->count == l->room) {
		struct words *more = arena_alloc(l->a, 2 * (l->room + 8) * sizeof *more);
		if (l->count)
			memcpy(more, l->words, l->count * sizeof *more);
		l->words = more;
		l->room = 2 * (l->room + 8);
	}
	struct words *new = &l->words[l->count++];
	*new = (struct words){ .end = l->text.n, .in = in };
	return new;
}

static void add_words(struct letter *l, const struct around *in, bool ends_line)
{
	struct words *last = l->count ? &l->words[l->count - 1] : NULL;
	if (last && last->in == in && !last->ends_line && !last->picture && !ends_line)
		last->end = l->text.n;
	else
		push_words(l, in)->ends_line = ends_line;
}

void letter_break(struct letter *l, const struct around *in)
{
	l->blank = l->edge = false;
	buf_add_char(&l->text, '\n');
	add_words(l, in, !is_named(l, "pre"));
}

void letter_edge(struct letter *l)
{
	l->edge = l->count && !l->words[l->count - 1].ends_line;
}

/* The space belongs to where it was first, not to the bold word behind it. */
static void add_blank(struct letter *l)
{
	if (!l->blank)
		return;
	buf_add_char(&l->text, ' ');
	add_words(l, l->blank_in, false);
	l->blank = false;
}

void letter_text(struct letter *l, str text, const struct around *in)
{
	bool pre = is_named(l, "pre");
	for (size_t i = 0; i < text.n && !is_full(l); i++) {
		if (!pre && chr_is_space(text.p[i])) {
			if (!l->blank)
				l->blank_in = in;
			l->blank = l->text.n && l->text.p[l->text.n - 1] != '\n';
			continue;
		}
		if (l->edge)
			letter_break(l, in);
		add_blank(l);
		buf_add_char(&l->text, text.p[i]);
		size_t plain = 0; /* up to the next blank at once */
		while (i + 1 + plain < text.n
		       && (pre || !chr_is_space(text.p[i + 1 + plain])))
			plain++;
		buf_add(&l->text, (str){ text.p + i + 1, plain });
		i += plain;
		add_words(l, in, false);
	}
}

/* In the text it is one character, which is never written (U+FFFC). */
void letter_picture(struct letter *l, const struct html_mail_picture *p, str alt,
		    const struct around *in)
{
	if (is_full(l))
		return;
	if (l->edge)
		letter_break(l, in);
	add_blank(l);
	buf_add(&l->text, STR("\xef\xbf\xbc"));
	struct words *w = push_words(l, in);
	w->picture = p;
	w->alt = alt;
}

/* ---- what begins and ends */

/* A block may stand in a list, as an item of its own; an item outside one is a block. */
static bool has_place(struct letter *l, enum holds in)
{
	enum holds here = holds(l);
	if (in == FLOW)
		return here == FLOW || here == ITEMS || here == TERMS;
	return here == in || (here == FLOW && (in == ITEMS || in == TERMS));
}

static bool ends_implied(struct letter *l, enum holds in)
{
	return l->depth > 1 && top(l)->implied && l->frames[l->depth - 2].holds == in;
}

bool letter_begin(struct letter *l, const struct frame *f, enum holds in)
{
	bool roomy = l->depth + FRAMES_ROOM < FRAMES_MAX;
	if (is_full(l) || !has_place(l, in) || (!roomy && in <= TERMS))
		return false;
	flush(l);
	if (ends_implied(l, in))
		pop(l);
	if (in == FLOW)
		imply(l);
	bool own = holds(l) == in;
	push(l, f);
	if (!own)
		top(l)->name = "div";
	return true;
}

void letter_end(struct letter *l)
{
	flush(l);
	if (top(l)->implied)
		pop(l);
	pop(l);
}

void letter_show(struct letter *l)
{
	flush(l);
	if (!is_full(l))
		open_all(l);
}

void letter_rule(struct letter *l)
{
	if (holds(l) != FLOW) {
		letter_edge(l);
		return;
	}
	letter_show(l);
	html_add(l->out, HTML("<hr>\n"));
}

void letter_finish(struct letter *l)
{
	flush(l);
	buf_free(&l->text);
}
