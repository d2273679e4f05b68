/* One text and its places: how translators have it, and its number. */
#include "words.h"

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
	s->nodes = nodes_merged(u->f, nodes->first);
	*u->end = s;
	u->end = &s->next;
	buf_cat(&u->id, str_from(open), name, str_from(close));
	u->spaced = false;
	return nodes;
}

/* An element without words, or a value: one place, named by what is in it. */
static void add_whole(struct unit *u, const struct piece *pieces, size_t n)
{
	struct list nodes = { 0 };
	str name = STR_NONE;
	for (size_t i = n > 1; i < n && !name.n;
	     i++) /* the element's own attributes last */
		name = value_name(pieces[i].nodes);
	if (!name.n)
		name = value_name(pieces[0].nodes);
	if (!name.n)
		name = pieces[0].name.n ? pieces[0].name : STR("value");
	nodes_join(u->f, &nodes, pieces, n);
	add_slot(u, free_name(u, name), "{", "}", &nodes);
}

static void add_pieces(struct unit *u, const struct piece *pieces, size_t n);

static void add_element(struct unit *u, const struct piece *pieces, size_t n)
{
	struct list open = { 0 }, close = { 0 };
	str name = free_name(u, pieces[0].name);
	nodes_put(&open, pieces[0].nodes);
	nodes_put(&close, pieces[n - 1].nodes);
	add_slot(u, name, "<", ">", &open);
	add_pieces(u, pieces + 1, n - 2);
	add_slot(u, arena_cat(u->f->t->a, STR("/"), name), "<", ">", &close);
}

static void add_pieces(struct unit *u, const struct piece *pieces, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		end = pieces_element_end(pieces, n, i);
		if (pieces[i].kind == I_TEXT)
			add_words(u, pieces[i].text);
		else if (end > i + 1 && pieces_have_words(pieces + i, end - i)
			 && !str_eq(pieces[i].name, STR("code")))
			add_element(u, pieces + i, end - i);
		else
			add_whole(u, pieces + i, end - i);
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
void wording_put(struct finder *f, struct list *l, struct piece *pieces, size_t n,
		 bool quoted)
{
	struct unit u = { .f = f, .end = &u.slots, .spaced = true };
	str before = STR_NONE, behind = STR_NONE;
	if (pieces[0].kind == I_TEXT)
		before = cut_space(&pieces[0].text, false);
	if (pieces[n - 1].kind == I_TEXT)
		behind = cut_space(&pieces[n - 1].text, true);
	add_pieces(&u, pieces, n);
	nodes_put_text(f, l, before);
	struct node *node = nodes_new(f, N_WORDS);
	node->slots = u.slots;
	node->number = number_of(f, arena_copy(f->t->a, buf_str(&u.id)), u.slots, quoted);
	buf_free(&u.id);
	nodes_put(l, node);
	nodes_put_text(f, l, behind);
}
