#include "archive/render_inside.h"

#include "archive/content.h"
#include "archive/script.h"
#include "base/said.h"
#include "mail/lex.h"

#include <inttypes.h>

enum {
	QUOTES_MAX = 12, /* quotes inside quotes; deeper ones stay with their marks */
	FOLD_LINES = 4,  /* a quote of more is folded if the parent said all of it */
	SIGNATURE_MAX = 40,
	SHOWN_MAX = 4 * 1024 * 1024, /* octets of one post's HTML: quotes grow tenfold */
};

/* Where the renderer stands. Prose goes into <div class="body">; patches and
 * tables of figures stand between. */
struct page {
	struct arena *a, *keep; /* keep: the caller's, for what replies will ask */
	struct buf *b;
	const struct render_how *how;
	str language;         /* of the text; "" where nobody knows */
	bool in_body, marked; /* marked: it is read as Markdown */
};

struct render_line_view render_split(struct arena *a, str text)
{
	size_t room = text.n / 24 + 16;
	struct render_line_view v = { arena_alloc(a, room * sizeof(str)), 0 };
	for (str line; str_line(&text, &line); v.at[v.count++] = line) {
		if (v.count < room)
			continue;
		str *more = arena_alloc(a, 2 * room * sizeof(str));
		memcpy(more, v.at, room * sizeof(str));
		v.at = more;
		room *= 2;
	}
	return v;
}

static bool is_blank(str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!chr_is_space(line.p[i]))
			return false;
	return true;
}

static bool is_quote(str line)
{
	return line.n && line.p[0] == '>';
}

static bool is_signature_mark(str line)
{
	if (str_eq(line, STR("-- ")) || str_eq(line, STR("--")))
		return true;
	if (line.n < 20)
		return false;
	for (size_t i = 0; i < line.n; i++) /* the rule above a list's own footer */
		if (line.p[i] != '_')
			return false;
	return true;
}

/* A signature reaches to the end, or to what is quoted below it. */
static size_t signature_lines(const str *lines, size_t count)
{
	if (!is_signature_mark(lines[0]))
		return 0;
	size_t n = 1, said = 0;
	while (n < count && !is_quote(lines[n]))
		said += !is_blank(lines[n++]);
	return said <= SIGNATURE_MAX ? n : 0;
}

static bool is_figures(str line)
{
	if (line.n && (line.p[0] == '\t' || str_starts(line, STR("    "))))
		return true;
	bool text = false;
	for (size_t i = 0; i + 2 < line.n; i++) {
		text |= line.p[i] != ' ';
		bool gap = line.p[i] == ' ' && line.p[i + 1] == ' '
			   && line.p[i + 2] == ' ';
		if (text && (gap || line.p[i] == '\t'))
			return true;
	}
	return false;
}

bool render_is_fixed(const str *lines, size_t count)
{
	size_t fixed = 0;
	for (size_t i = 0; i < count; i++)
		fixed += is_figures(lines[i]);
	return fixed * 2 > count || (count > 2 && fixed * 2 == count);
}

static bool is_full(const struct page *p)
{
	return p->b->n >= SHOWN_MAX;
}

static void add_language(struct buf *b, str tag)
{
	if (!tag.n)
		return;
	html_add(b, HTML(" lang=\""));
	html_add_attr(b, tag);
	html_add(b, HTML("\""));
}

static void open_body(struct page *p)
{
	if (!p->in_body) {
		html_add(p->b, HTML("<div class=\"body\""));
		add_language(p->b, p->language);
		html_add(p->b, HTML(">\n"));
	}
	p->in_body = true;
}

static void close_body(struct page *p)
{
	if (p->in_body)
		html_add(p->b, HTML("</div>\n"));
	p->in_body = false;
}

/* Mostly they go in one piece: quote marks or CRs would have to stand between. */
size_t render_piece(const str *lines, size_t count, str *piece)
{
	size_t n = 1;
	*piece = lines[0];
	if (!piece->n)
		return 1;
	while (n < count && lines[n].n && lines[n].p == piece->p + piece->n + 1)
		piece->n += 1 + lines[n++].n;
	return n;
}

/* Emphasis may go on in the next line, so they are one text again. */
static void add_marked_text(struct page *p, const str *lines, size_t count)
{
	BUF(text);
	for (size_t i = 0; i < count; i++)
		buf_cat(&text, i ? STR("\n") : STR(""), lines[i]);
	render_add_spans(p->b, buf_str(&text), p->how->hide_addresses);
}

static void add_lines(struct page *p, const str *lines, size_t count)
{
	for (size_t i = 0; i < count;) {
		str piece;
		i += render_piece(lines + i, count - i, &piece);
		render_add_linked(p->b, piece, p->how->hide_addresses);
		if (i < count)
			buf_add_char(p->b, '\n');
	}
}

/* Filled prose: a narrow window joins its lines, but for those that end on purpose. */
static bool add_filled(struct page *p, const str *lines, size_t count)
{
	bool *stays = arena_alloc(p->a, count * sizeof *stays);
	if (p->marked || !render_is_filled(lines, count, stays))
		return false;
	html_add(p->b, HTML("<p class=\"run\" dir=\"auto\">"));
	for (size_t i = 0, n; i < count; i += n) {
		n = 1;
		while (i + n < count && !stays[i + n - 1])
			n++;
		add_lines(p, lines + i, n);
		if (i + n < count)
			html_add(p->b, HTML("<br>"));
	}
	html_add(p->b, HTML("</p>\n"));
	return true;
}

static void add_paragraph(struct page *p, const str *lines, size_t count, bool quoted)
{
	if (!render_is_fixed(lines, count)) {
		open_body(p);
		if (add_filled(p, lines, count))
			return;
		html_add(p->b, HTML("<p dir=\"auto\">"));
		if (p->marked)
			add_marked_text(p, lines, count);
		else
			add_lines(p, lines, count);
		html_add(p->b, HTML("</p>\n"));
		return;
	}
	if (!quoted)
		close_body(p);
	render_add_pre(p->a, p->b, lines, count, STR(""));
}

static void add_blocks(struct page *p, const str *lines, size_t count, int depth);

static void add_summary(struct page *p, size_t lines)
{
	BUF(name);
	html_add(&name, HTML("<bdi>"));
	html_add_text(&name, p->how->parent_name.n ? p->how->parent_name
						   : S_("the message before"));
	html_add(&name, HTML("</bdi>"));
	str values[] = { buf_str(&name), arena_printf(p->a, "%zu", lines) };
	str form = p->how->alone
			   ? S_("Quotes {1}, {2} lines, all of them in that message")
			   : S_("Quotes {1}, {2} lines, all of them above");
	html_add(p->b, HTML("<details><summary"));
	if (p->language.n)
		add_language(p->b, str_from(language_row(language_now())->tag));
	html_add(p->b, HTML(">"));
	buf_add(p->b, said_fill(p->a, form, values, 2));
	html_add(p->b, HTML("</summary>\n"));
}

/* The line beside a quote stands on the side where its first words begin. */
static bool leads_left(const str *lines, size_t count)
{
	size_t i = 0;
	while (i < count && is_blank(lines[i]))
		i++;
	return i < count && script_leads_left(lines[i]);
}

static void add_quote(struct page *p, const str *lines, size_t count, int depth)
{
	str *inside = arena_alloc(p->a, count * sizeof *inside);
	size_t said = 0;
	for (size_t i = 0; i < count; i++) {
		inside[i] = str_skip(lines[i], 1);
		if (str_starts(inside[i], STR(" ")))
			inside[i] = str_skip(inside[i], 1);
		said += !is_blank(inside[i]);
	}
	bool fold = depth == 0 && said > FOLD_LINES
		    && render_was_said(p->keep, p->how->parent, inside, count);
	open_body(p);
	if (fold)
		add_summary(p, said);
	html_add(p->b, leads_left(inside, count) ? HTML("<blockquote dir=\"rtl\">\n")
						 : HTML("<blockquote>\n"));
	add_blocks(p, inside, count, depth + 1);
	html_add(p->b, HTML("</blockquote>\n"));
	if (fold)
		html_add(p->b, HTML("</details>\n"));
}

/* What a list puts below each of its posts stands below the one before, too. */
static bool is_repeated(struct page *p, const str *lines, size_t count)
{
	return str_starts(lines[0], STR("_"))
	       && render_was_said(p->keep, p->how->parent, lines, count);
}

static void add_signature(struct page *p, const str *lines, size_t count)
{
	if (is_repeated(p, lines, count))
		return;
	while (count && (is_blank(lines[0]) || is_signature_mark(lines[0])))
		lines++, count--;
	while (count && is_blank(lines[count - 1]))
		count--;
	if (!count)
		return;
	close_body(p);
	html_add(p->b, HTML("<p class=\"sig\" dir=\"auto\">"));
	for (size_t i = 0; i < count; i++) {
		render_add_linked(p->b, lines[i], p->how->hide_addresses);
		if (i + 1 < count)
			html_add(p->b, HTML("<br>\n"));
	}
	html_add(p->b, HTML("</p>\n"));
}

static size_t quote_lines(const str *lines, size_t count)
{
	size_t n = 0;
	while (n < count && is_quote(lines[n]))
		n++;
	return n;
}

static size_t paragraph_lines(const struct page *p, const str *lines, size_t count,
			      int depth, size_t *lost)
{
	size_t n = 0;
	while (n < count && !is_blank(lines[n])
	       && !(n && p->marked && render_is_marked(lines[n], true))
	       && !(n && !p->marked && render_fence(lines + n, count - n, lost))
	       && (!is_quote(lines[n]) || depth >= QUOTES_MAX)
	       && (depth || n == 0
		   || (!is_signature_mark(lines[n])
		       && !render_is_diff(lines + n, count - n))))
		n++;
	return n ? n : 1;
}

/* One block of the text after the other; depth: inside how many quotes. */
static void add_blocks(struct page *p, const str *lines, size_t count, int depth)
{
	size_t lost = 0;
	for (size_t i = 0, n; i < count && !is_full(p); i += n) {
		const str *at = lines + i;
		size_t left = count - i;
		n = 1;
		if (is_blank(*at))
			continue;
		if (depth == 0 && (n = signature_lines(at, left))) {
			add_signature(p, at, n);
		} else if (depth == 0 && render_is_diff(at, left)) {
			close_body(p);
			n = render_add_diff(p->b, at, left);
		} else if (depth < QUOTES_MAX && (n = quote_lines(at, left))) {
			add_quote(p, at, n, depth);
		} else if (!p->marked && (n = render_fence(at, left, &lost))) {
			if (!depth)
				close_body(p);
			render_add_pre(p->a, p->b, at + 1, n - 2, render_fence_name(*at));
		} else if (p->marked && render_is_marked(*at, false)) {
			open_body(p);
			n = render_add_marked(p->a, p->b, at, left,
					      p->how->hide_addresses);
		} else {
			n = paragraph_lines(p, at, left, depth, &lost);
			add_paragraph(p, at, n, depth > 0);
		}
	}
	if (depth == 0)
		close_body(p);
}

static void add_note(struct buf *b, str text)
{
	html_add(b, HTML("<p class=\"note small\">"));
	html_add_text(b, text);
	html_add(b, HTML("</p>\n"));
}

/* Where the charset's label was wrong, who wonders at the letters learns what they were read
 * as. UTF-8 under the label of its subset is what it seems. */
static void add_charset(struct buf *b, struct arena *a, const struct content *c)
{
	str names[] = { c->used, c->declared };
	bool subset = str_eq(c->used, STR("utf-8"))
		      && str_ieq(c->declared, STR("us-ascii"));
	if (!c->declared.n || !c->used.n || subset || str_ieq(c->declared, c->used)
	    || lex_ascii(c->text))
		return;
	add_note(b, said_fill(a, S_("Read as {1}; it says {2}."), names, 2));
}

/* A text that lasts as long as a: what is decoded from nothing is the message itself. */
static str kept(struct arena *a, str message, str text)
{
	bool inside = text.n && text.p >= message.p
		      && text.p + text.n <= message.p + message.n;
	return inside ? text : arena_copy(a, text);
}

/* mine: most of what it takes is of no use afterwards. given: what c was read from. */
static struct html render_content(struct arena *a, struct arena *mine, str given,
				  const struct content *c, err e,
				  const struct render_how *how)
{
	BUF(b);
	if (e.kind)
		add_note(&b, arena_printf(mine,
					  _("This message cannot be shown: %s. The raw "
					    "message has all of it."),
					  e.msg));
	else if (c->from_html && !c->cut)
		add_note(&b, S_("This message was sent as HTML only. You are reading "
				"its text."));
	add_charset(&b, mine, c);
	if (how->memory)
		*how->memory = (struct render_memory){ .text = kept(a, given, c->text) };
	buf_room(&b, c->text.n + c->text.n / 2 + 1024);
	struct page p = { .a = mine,
			  .keep = a,
			  .b = &b,
			  .how = how,
			  .language = script_language(c->language, c->text),
			  .marked = how->marked && !c->from_html };
	struct render_line_view lines = render_split(mine, c->text);
	size_t footer = render_footer_lines(lines.at, lines.count, how->footer);
	const str *below = lines.at + (lines.count - footer);
	add_blocks(&p, lines.at, lines.count - footer, 0);
	if (footer)
		render_add_footer(&b, below, footer, how->hide_addresses);
	if (is_full(&p))
		add_note(&b, S_("This message is too long to be shown whole. The raw "
				"message has all of it."));
	render_add_files(&b, mine, how);
	return html_take(a, &b);
}

struct html render_post(struct arena *a, str message, const struct render_how *how)
{
	ARENA(mine);
	struct content c;
	err e = content_read(mine, message, &c);
	return render_content(a, mine, message, &c, e, how);
}

struct html render_plain(struct arena *a, str text, const struct render_how *how)
{
	ARENA(mine);
	struct content c = { .text = content_plain(mine, mime_line_feeds(mine, text)) };
	return render_content(a, mine, text, &c, OK, how);
}

str render_text(struct arena *a, str message, bool *from_html)
{
	struct content c;
	err e = content_read(a, message, &c);
	if (from_html)
		*from_html = !e.kind && c.from_html;
	return e.kind ? STR_NONE : c.text;
}
