/* Nodes of a template, cut into pieces: what may stand in a sentence, and what ends one. */
#include "words.h"

/* Not the letters of a reference such as &gt;. A brace would look like a place. */
static bool has_letters(str s)
{
	if (str_has(s, '{'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '&')
			while (i < s.n && s.p[i] != ';' && s.p[i] != ' ')
				i++;
		else if (chr_is_alpha(s.p[i]))
			return true;
	}
	return false;
}

bool pieces_have_words(const struct piece *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pieces[i].kind == I_TEXT && has_letters(pieces[i].text))
			return true;
	return false;
}

size_t pieces_element_end(const struct piece *pieces, size_t n, size_t i)
{
	size_t depth = 0;
	if (pieces[i].kind != I_OPEN || str_eq(pieces[i].name, STR("br")))
		return i + 1;
	for (size_t k = i; k < n; k++) {
		depth += pieces[k].kind == I_OPEN && !str_eq(pieces[k].name, STR("br"));
		if (pieces[k].kind == I_CLOSE && --depth == 0)
			return k + 1;
	}
	return i + 1;
}

static bool one_of(str name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, str_from(names[i])))
			return true;
	return false;
}

/* Elements within a sentence. */
static bool is_inline(str name)
{
	static const char *const names[] = { "a",     "abbr", "b",      "bdi", "br",
					     "code",  "em",   "i",      "kbd", "q",
					     "small", "span", "strong", "time" };
	return one_of(name, names, sizeof names / sizeof *names);
}

static bool is_said(const struct markup *m)
{
	static const char *const names[] = { "alt", "aria-label", "data-l", "placeholder",
					     "title" };
	return m->mode == M_VALUE
	       && one_of((str){ m->name, m->name_len }, names,
			 sizeof names / sizeof *names);
}

struct cut {
	struct piece pieces[PIECES_MAX];
	size_t count;
	struct list tag;       /* of the one that is being read */
	struct piece said[16]; /* of the attribute that is being read */
	size_t said_count;
	str name;
	bool in_tag, closes, whole; /* whole: it began in this list */
};

static struct piece *new_piece(struct finder *f, struct cut *c, enum piece_kind kind)
{
	if (c->count == PIECES_MAX)
		fail_at(f->t, 1, "more than %d pieces side by side", PIECES_MAX);
	c->pieces[c->count] = (struct piece){ .kind = kind };
	return &c->pieces[c->count++];
}

static void end_said(struct finder *f, struct cut *c)
{
	if (pieces_have_words(c->said, c->said_count))
		wording_put(f, &c->tag, c->said, c->said_count, true);
	else
		nodes_join(f, &c->tag, c->said, c->said_count);
	c->said_count = 0;
}

static void end_tag(struct finder *f, struct cut *c)
{
	bool in_words = c->whole && is_inline(c->name);
	struct piece *i = new_piece(f, c,
				    !in_words   ? I_WALL
				    : c->closes ? I_CLOSE
						: I_OPEN);
	i->nodes = c->tag.first;
	i->name = c->name;
	c->tag = (struct list){ 0 };
	c->in_tag = c->whole = c->closes = false;
}

static str tag_name(str text)
{
	size_t n = 1, from;
	n += n < text.n && text.p[n] == '/';
	for (from = n;
	     n < text.n && (chr_is_alpha(text.p[n]) || chr_is_digit(text.p[n]));)
		n++;
	return str_skip(str_first(text, n), from);
}

/* Of one class from at on: outside of tags, in an attribute that is said, in a tag. */
static size_t piece_end(struct finder *f, str text, size_t at)
{
	struct markup *m = &f->markup;
	enum mode mode = m->mode;
	bool said = is_said(m);
	for (; at < text.n; at++) {
		struct markup next = *m;
		(void)markup_step(&next, text.p[at]);
		if (mode == M_TEXT && next.mode != M_TEXT)
			return at; /* before the < */
		if (said && next.mode != M_VALUE)
			return at; /* before the closing " */
		*m = next;
		if (mode != M_TEXT && !said && (next.mode == M_TEXT || is_said(&next)))
			return at + 1; /* behind the >, or the opening " */
	}
	return at;
}

static void cut_text(struct finder *f, struct cut *c, str text)
{
	for (size_t at = 0, end; at < text.n; at = end) {
		if (f->markup.mode == M_TEXT && text.p[at] == '<') {
			c->in_tag = c->whole = true;
			c->name = tag_name(str_skip(text, at));
			c->closes = at + 1 < text.n && text.p[at + 1] == '/';
			(void)markup_step(&f->markup, '<');
			nodes_put_text(f, &c->tag, STR("<"));
			end = at + 1;
			continue;
		}
		if (is_said(&f->markup) && text.p[at] == '"') {
			end_said(f, c);
			(void)markup_step(&f->markup, '"');
			nodes_put_text(f, &c->tag, STR("\""));
			end = at + 1;
			continue;
		}
		bool outside = f->markup.mode == M_TEXT, said = is_said(&f->markup);
		end = piece_end(f, text, at);
		str piece = str_first(str_skip(text, at), end - at);
		if (outside)
			new_piece(f, c, I_TEXT)->text = piece;
		else if (said)
			c->said[c->said_count++] = (struct piece){ .kind = I_TEXT,
								   .text = piece };
		else
			nodes_put_text(f, &c->tag, piece);
		if (!outside && f->markup.mode == M_TEXT)
			end_tag(f, c);
	}
}

static void cut_node(struct finder *f, struct cut *c, struct node *n)
{
	struct markup before;
	bool said = is_said(&f->markup);
	n->next = NULL;
	(void)markup_pause(&f->markup);
	before = f->markup;
	n->body = words_within(f, n->body);
	if (n->other) {
		f->markup = before;
		n->other = words_within(f, n->other);
	}
	if (before.mode != M_TEXT) {
		if (said && c->said_count < 16)
			c->said[c->said_count++] = (struct piece){ .kind = I_NODE,
								   .nodes = n };
		else
			nodes_put(&c->tag, n);
		return;
	}
	new_piece(f, c, n->kind == N_PRINT ? I_NODE : I_WALL)->nodes = n;
}

/* An element whose content is no words but what the template decides, as
 * <bdi>{#if x}{x}{#else}{y}{/if}</bdi>, is no wall: it is one place. */
static void soften(struct cut *c)
{
	for (size_t i = 0; i < c->count; i++) {
		size_t k = i + 1;
		if (c->pieces[i].kind != I_OPEN)
			continue;
		while (k < c->count
		       && (c->pieces[k].kind == I_NODE
			   || (c->pieces[k].kind == I_WALL && !c->pieces[k].name.n
			       && c->pieces[k].nodes->kind == N_IF)))
			k++;
		if (k < c->count && c->pieces[k].kind == I_CLOSE)
			while (--k > i)
				c->pieces[k].kind = I_NODE;
	}
}

size_t pieces_of(struct finder *f, struct node *list, struct piece **pieces)
{
	struct cut *c = arena_zero(f->t->a, sizeof *c);
	c->in_tag = f->markup.mode != M_TEXT;
	for (struct node *n = list, *next; n; n = next) {
		next = n->next;
		if (n->kind == N_TEXT)
			cut_text(f, c, n->text);
		else
			cut_node(f, c, n);
	}
	if (c->said_count)
		end_said(f, c);
	if (c->tag.first) { /* it ends in a tag, as it began */
		new_piece(f, c, I_WALL)->nodes = c->tag.first;
		c->tag = (struct list){ 0 };
	}
	soften(c);
	*pieces = c->pieces;
	return c->count;
}
