/* Who is told in the morning: moderators, each with all of their lists. */
#include "lists/remind_inside.h"

#include "base/map.h"
#include "store/lists/person.h"
#include "store/lists/role.h"

struct gathering {
	struct books *books;
	struct arena *a;
	struct map by_key; /* told */
	struct told *first, **end;
	size_t count; /* lists, at most, of each */
};

/* Of who has proven it the person; else nobody knows whose it is. */
static str name_of(struct gathering *g, const struct role_row *r)
{
	return r->verified_at ? arena_printf(g->a, "person %lld", (long long)r->person)
			      : arena_printf(g->a, "address %lld", (long long)r->address);
}

static err told_of(struct gathering *g, const struct role_row *r, struct told **out)
{
	str key = name_of(g, r);
	struct person_row p;
	struct told *t = map_get(&g->by_key, key);
	*out = t;
	if (t)
		return OK;
	TRY(person_get(g->books->lists, g->a, r->person, &p));
	t = arena_zero(g->a, sizeof *t);
	*t = (struct told){ .person = r->person,
			    .preferred = p.preferred,
			    .key = r->key,
			    .text = r->text,
			    .name = r->name,
			    .lists = arena_zero(g->a, g->count * sizeof(void *)) };
	map_set(&g->by_key, key, t);
	*g->end = t;
	g->end = &t->next;
	*out = t;
	return OK;
}

/* Owner and moderator in one person: once. */
static err add_list(struct gathering *g, const struct list_waits *l)
{
	struct role_row *roles;
	size_t n;
	TRY(role_list(g->books->lists, g->a, l->list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		struct told *t;
		TRY(told_of(g, &roles[i], &t));
		if (roles[i].address == t->preferred) {
			t->key = roles[i].key;
			t->text = roles[i].text;
		}
		if (!t->count || t->lists[t->count - 1] != l)
			t->lists[t->count++] = l;
	}
	return OK;
}

err remind_who(struct books *books, struct arena *a, const struct list_waits *lists,
	       size_t count, struct told **first)
{
	struct gathering g = { .books = books, .a = a, .count = count };
	err e = OK;
	g.end = &g.first;
	for (size_t i = 0; !e.kind && i < count; i++)
		e = add_list(&g, &lists[i]);
	map_free(&g.by_key);
	if (!e.kind)
		*first = g.first;
	return e;
}
