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
#include "words.h"

struct node *nodes_new(struct finder *f, enum node_kind kind)
{
	struct node *n = arena_zero(f->t->a, sizeof *n);
	n->kind = kind;
	return n;
}

void nodes_put(struct list *l, struct node *n)
{
	if (!l->end)
		l->end = &l->first;
	*l->end = n;
	while (*l->end)
		l->end = &(*l->end)->next;
}

void nodes_put_text(struct finder *f, struct list *l, str text)
{
	if (!text.n)
		return;
	struct node *n = nodes_new(f, N_TEXT);
	n->text = text;
	nodes_put(l, n);
}

struct node *nodes_merged(struct finder *f, struct node *first)
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

void nodes_join(struct finder *f, struct list *l, const struct piece *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pieces[i].kind == I_TEXT)
			nodes_put_text(f, l, pieces[i].text);
		else
			nodes_put(l, pieces[i].nodes);
}

/* Pieces between two walls. Where no words stand beside its elements each is for itself;
 * an element that is all there is, is outside of the text. */
static void put_run(struct finder *f, struct list *l, struct piece *pieces, size_t n)
{
	bool outside = false, whole = n && pieces_element_end(pieces, n, 0) == n && n > 1;
	for (size_t i = 0; i < n; i = pieces_element_end(pieces, n, i))
		outside = outside
			  || pieces_have_words(pieces + i, pieces[i].kind == I_TEXT);
	if (outside && !whole) {
		wording_put(f, l, pieces, n, false);
		return;
	}
	for (size_t i = 0, end; i < n; i = end) {
		end = pieces_element_end(pieces, n, i);
		if (end > i + 1 && !str_eq(pieces[i].name, STR("code"))) {
			nodes_put(l, pieces[i].nodes);
			put_run(f, l, pieces + i + 1, end - i - 2);
			nodes_put(l, pieces[end - 1].nodes);
		} else {
			nodes_join(f, l, pieces + i, end - i);
		}
	}
}

struct node *words_within(struct finder *f, struct node *list)
{
	struct list out = { 0 };
	struct piece *pieces;
	size_t count = pieces_of(f, list, &pieces), from = 0;
	for (size_t i = 0; i <= count; i++) {
		if (i < count && pieces[i].kind != I_WALL)
			continue;
		put_run(f, &out, pieces + from, i - from);
		if (i < count)
			nodes_put(&out, pieces[i].nodes);
		from = i + 1;
	}
	return nodes_merged(f, out.first);
}

void words_find(struct site *site, struct template *t)
{
	struct finder f = { .site = site, .t = t };
	t->nodes = words_within(&f, t->nodes);
}
