/* Which texts of a page are to be translated, each as a whole as translators need it:
 *
 *     <p>Messages {from|count} to {to|count}, by <a href="{x}">all of them</a>.</p>
 *         Messages {from} to {to}, by <a>all of them</a>.
 *
 * A text reaches from one block or tag of the template to the next. What stands in it is
 * a place: a value, an element without words of its own, or an element's beginning and end.
 * A translation puts the places where its language wants them; what is printed there, and
 * how it is escaped, stays with the place. Words in attributes that people see or hear are
 * texts, too. */
#include "markup.h"

#include <string.h>

enum item_kind { I_TEXT, I_OPEN, I_CLOSE, I_NODE, I_WALL };

struct item {
	enum item_kind kind;
	str text;           /* I_TEXT */
	str name;           /* I_OPEN, I_CLOSE: of the element */
	struct node *nodes; /* all but I_TEXT */
};

enum { ITEMS_MAX = 400 };

struct list {
	struct node *first, **end;
};

struct finder {
	struct site *site;
	struct template *t;
	struct markup markup;
};

static struct node *new_node(struct finder *f, enum node_kind kind)
{
	struct node *n = arena_zero(f->t->a, sizeof *n);
	n->kind = kind;
	return n;
}

static void put(struct list *l, struct node *n)
{
	if (!l->end)
		l->end = &l->first;
	*l->end = n;
	while (*l->end)
		l->end = &(*l->end)->next;
}

static void put_text(struct finder *f, struct list *l, str text)
{
	if (!text.n)
		return;
	struct node *n = new_node(f, N_TEXT);
	n->text = text;
	put(l, n);
}

/* Texts side by side become one: what they were cut by is of no use any more. */
static struct node *merged(struct finder *f, struct node *first)
{
	for (struct node *n = first; n; n = n->next) {
		BUF(text);
		if (n->kind != N_TEXT || !n->next || n->next->kind != N_TEXT)
			continue;
		struct node *end = n;
		for (; end && end->kind == N_TEXT; end = end->next)
			buf_add(&text, end->text);
		n->text = arena_copy(f->t->a, buf_str(&text));
		n->next = end;
		if (!end)
			break;
	}
	return first;
}

/* ---- texts */

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

static bool words_within(const struct item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].kind == I_TEXT && has_letters(items[i].text))
			return true;
	return false;
}

/* The item behind the element that opens at i; i + 1 where it has no end here. */
static size_t element_end(const struct item *items, size_t n, size_t i)
{
	size_t depth = 0;
	if (items[i].kind != I_OPEN || str_eq(items[i].name, STR("br")))
		return i + 1;
	for (size_t k = i; k < n; k++) {
		depth += items[k].kind == I_OPEN && !str_eq(items[k].name, STR("br"));
		if (items[k].kind == I_CLOSE && --depth == 0)
			return k + 1;
	}
	return i + 1;
}

/* ---- a text and its places */

struct unit {
	struct finder *f;
	struct buf id;
	struct slot *slots, **end;
	bool spaced;
};

static void add_words(struct unit *u, str text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool space = chr_is_space(text.p[i]);
		if (!space || !u->spaced)
			buf_add_char(&u->id, space ? ' ' : text.p[i]);
		u->spaced = space;
	}
}

/* The name of the first value in some nodes, in whatever it is nested. */
static str value_name(const struct node *n)
{
	for (; n; n = n->next) {
		str inner = STR_NONE;
		if (n->kind == N_PRINT || n->kind == N_USE)
			return n->ref.field ? n->ref.field->name : STR("it");
		if (n->kind == N_IF || n->kind == N_EACH)
			inner = value_name(n->body);
		if (!inner.n && n->kind == N_IF)
			inner = value_name(n->other);
		if (inner.n)
			return inner;
	}
	return STR_NONE;
}

static bool is_taken(const struct unit *u, str name)
{
	for (const struct slot *s = u->slots; s; s = s->next)
		if (str_eq(s->name, name))
			return true;
	return false;
}

/* A second place of the same name is name2. */
static str free_name(struct unit *u, str name)
{
	str free = name;
	for (unsigned k = 2; is_taken(u, free); k++)
		free = arena_printf(u->f->t->a, "%.*s%u", STR_F(name), k);
	return free;
}

static struct list *add_slot(struct unit *u, str name, const char *open,
			     const char *close, struct list *nodes)
{
	struct slot *s = arena_zero(u->f->t->a, sizeof *s);
	s->name = name;
	s->nodes = merged(u->f, nodes->first);
	*u->end = s;
	u->end = &s->next;
	buf_cat(&u->id, str_from(open), name, str_from(close));
	u->spaced = false;
	return nodes;
}

static void join(struct finder *f, struct list *l, const struct item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].kind == I_TEXT)
			put_text(f, l, items[i].text);
		else
			put(l, items[i].nodes);
}

/* An element without words, or a value: one place, named by what is in it. */
static void add_whole(struct unit *u, const struct item *items, size_t n)
{
	struct list nodes = { 0 };
	str name = STR_NONE;
	for (size_t i = n > 1; i < n && !name.n;
	     i++) /* the element's own attributes last */
		name = value_name(items[i].nodes);
	if (!name.n)
		name = value_name(items[0].nodes);
	if (!name.n)
		name = items[0].name.n ? items[0].name : STR("value");
	join(u->f, &nodes, items, n);
	add_slot(u, free_name(u, name), "{", "}", &nodes);
}

static void add_items(struct unit *u, const struct item *items, size_t n);

static void add_element(struct unit *u, const struct item *items, size_t n)
{
	struct list open = { 0 }, close = { 0 };
	str name = free_name(u, items[0].name);
	put(&open, items[0].nodes);
	put(&close, items[n - 1].nodes);
	add_slot(u, name, "<", ">", &open);
	add_items(u, items + 1, n - 2);
	add_slot(u, arena_cat(u->f->t->a, STR("/"), name), "<", ">", &close);
}

static void add_items(struct unit *u, const struct item *items, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		end = element_end(items, n, i);
		if (items[i].kind == I_TEXT)
			add_words(u, items[i].text);
		else if (end > i + 1 && words_within(items + i, end - i)
			 && !str_eq(items[i].name, STR("code")))
			add_element(u, items + i, end - i);
		else
			add_whole(u, items + i, end - i);
	}
}

static bool same_slots(const struct slot *a, const struct slot *b)
{
	for (; a && b && str_eq(a->name, b->name); a = a->next, b = b->next)
		;
	return !a && !b;
}

/* Its number: the same text with the same places is one. */
static unsigned number_of(struct finder *f, str id, const struct slot *slots, bool quoted)
{
	struct wording **w = &f->site->wordings;
	unsigned number = 0;
	for (; *w; w = &(*w)->next, number++)
		if (str_eq((*w)->id, id) && same_slots((*w)->slots, slots)
		    && (*w)->quoted == quoted)
			return number;
	*w = arena_zero(f->t->a, sizeof **w);
	**w = (struct wording){ .id = id, .slots = slots, .quoted = quoted };
	return number;
}

static str cut_space(str *s, bool behind)
{
	size_t n = 0;
	while (n < s->n && chr_is_space(s->p[behind ? s->n - 1 - n : n]))
		n++;
	str space = behind ? str_skip(*s, s->n - n) : str_first(*s, n);
	*s = behind ? str_first(*s, s->n - n) : str_skip(*s, n);
	return space;
}

/* Space around it is no part of the text. */
static void put_unit(struct finder *f, struct list *l, struct item *items, size_t n,
		     bool quoted)
{
	struct unit u = { .f = f, .end = &u.slots, .spaced = true };
	str before = STR_NONE, behind = STR_NONE;
	if (items[0].kind == I_TEXT)
		before = cut_space(&items[0].text, false);
	if (items[n - 1].kind == I_TEXT)
		behind = cut_space(&items[n - 1].text, true);
	add_items(&u, items, n);
	put_text(f, l, before);
	struct node *node = new_node(f, N_WORDS);
	node->slots = u.slots;
	node->number = number_of(f, arena_copy(f->t->a, buf_str(&u.id)), u.slots, quoted);
	buf_free(&u.id);
	put(l, node);
	put_text(f, l, behind);
}

/* Items between two walls. Where no words stand beside its elements each is for itself;
 * an element that is all there is, is outside of the text. */
static void put_run(struct finder *f, struct list *l, struct item *items, size_t n)
{
	bool outside = false, whole = n && element_end(items, n, 0) == n && n > 1;
	for (size_t i = 0; i < n; i = element_end(items, n, i))
		outside = outside || words_within(items + i, items[i].kind == I_TEXT);
	if (outside && !whole) {
		put_unit(f, l, items, n, false);
		return;
	}
	for (size_t i = 0, end; i < n; i = end) {
		end = element_end(items, n, i);
		if (end > i + 1 && !str_eq(items[i].name, STR("code"))) {
			put(l, items[i].nodes);
			put_run(f, l, items + i + 1, end - i - 2);
			put(l, items[end - 1].nodes);
		} else {
			join(f, l, items + i, end - i);
		}
	}
}

/* ---- a list of nodes into items */

struct cut {
	struct item items[ITEMS_MAX];
	size_t count;
	struct list tag;      /* of the one that is being read */
	struct item said[16]; /* of the attribute that is being read */
	size_t said_count;
	str name;
	bool in_tag, closes, whole; /* whole: it began in this list */
};

static struct item *new_item(struct finder *f, struct cut *c, enum item_kind kind)
{
	if (c->count == ITEMS_MAX)
		fail_at(f->t, 1, "more than %d pieces side by side", ITEMS_MAX);
	c->items[c->count] = (struct item){ .kind = kind };
	return &c->items[c->count++];
}

static void end_said(struct finder *f, struct cut *c)
{
	if (words_within(c->said, c->said_count))
		put_unit(f, &c->tag, c->said, c->said_count, true);
	else
		join(f, &c->tag, c->said, c->said_count);
	c->said_count = 0;
}

static void end_tag(struct finder *f, struct cut *c)
{
	bool in_words = c->whole && is_inline(c->name);
	struct item *i = new_item(f, c,
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
			put_text(f, &c->tag, STR("<"));
			end = at + 1;
			continue;
		}
		if (is_said(&f->markup) && text.p[at] == '"') {
			end_said(f, c);
			(void)markup_step(&f->markup, '"');
			put_text(f, &c->tag, STR("\""));
			end = at + 1;
			continue;
		}
		bool outside = f->markup.mode == M_TEXT, said = is_said(&f->markup);
		end = piece_end(f, text, at);
		str piece = str_first(str_skip(text, at), end - at);
		if (outside)
			new_item(f, c, I_TEXT)->text = piece;
		else if (said)
			c->said[c->said_count++] = (struct item){ .kind = I_TEXT,
								  .text = piece };
		else
			put_text(f, &c->tag, piece);
		if (!outside && f->markup.mode == M_TEXT)
			end_tag(f, c);
	}
}

static struct node *find(struct finder *f, struct node *list);

static void cut_node(struct finder *f, struct cut *c, struct node *n)
{
	struct markup before;
	bool said = is_said(&f->markup);
	n->next = NULL;
	(void)markup_pause(&f->markup);
	before = f->markup;
	n->body = find(f, n->body);
	if (n->other) {
		f->markup = before;
		n->other = find(f, n->other);
	}
	if (before.mode != M_TEXT) {
		if (said && c->said_count < 16)
			c->said[c->said_count++] = (struct item){ .kind = I_NODE,
								  .nodes = n };
		else
			put(&c->tag, n);
		return;
	}
	new_item(f, c, n->kind == N_PRINT ? I_NODE : I_WALL)->nodes = n;
}

/* An element whose content is no words but what the template decides, as
 * <bdi>{#if x}{x}{#else}{y}{/if}</bdi>, is no wall: it is one place. */
static void soften(struct cut *c)
{
	for (size_t i = 0; i < c->count; i++) {
		size_t k = i + 1;
		if (c->items[i].kind != I_OPEN)
			continue;
		while (k < c->count
		       && (c->items[k].kind == I_NODE
			   || (c->items[k].kind == I_WALL && !c->items[k].name.n
			       && c->items[k].nodes->kind == N_IF)))
			k++;
		if (k < c->count && c->items[k].kind == I_CLOSE)
			while (--k > i)
				c->items[k].kind = I_NODE;
	}
}

static struct node *find(struct finder *f, struct node *list)
{
	struct list out = { 0 };
	struct cut *c = arena_zero(f->t->a, sizeof *c);
	size_t from = 0;
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
		new_item(f, c, I_WALL)->nodes = c->tag.first;
		c->tag = (struct list){ 0 };
	}
	soften(c);
	for (size_t i = 0; i <= c->count; i++) {
		if (i < c->count && c->items[i].kind != I_WALL)
			continue;
		put_run(f, &out, c->items + from, i - from);
		if (i < c->count)
			put(&out, c->items[i].nodes);
		from = i + 1;
	}
	return merged(f, out.first);
}

void words_find(struct site *site, struct template *t)
{
	struct finder f = { .site = site, .t = t };
	t->nodes = find(&f, t->nodes);
}
