/* What a header rule would have done, of one list or of every list. */
#include "lists/replay_inside.h"

#include "base/clock.h"
#include "store/lists/list.h"

struct rules {
	struct header_rule_row *rows;
	size_t count;
};

/* Those of a list, or of every list, as they would be with that one. */
static err as_tried(struct book *lists, struct arena *a,
		    const struct header_rule_row *rule, struct rules *tried)
{
	size_t n;
	bool there = false;
	struct header_rule_row *own;
	TRY(header_rule_list(lists, a, rule->list, &own, &n));
	tried->rows = arena_zero(a, (n + 1) * sizeof *tried->rows);
	for (size_t i = 0; i < n; i++) {
		bool it = rule->id ? own[i].id == rule->id
				   : str_ieq(own[i].header, rule->header)
					     && str_eq(own[i].pattern, rule->pattern);
		there = there || it;
		tried->rows[i] = it ? *rule : own[i];
	}
	if (!there)
		tried->rows[n++] = *rule;
	tried->count = n;
	return OK;
}

/* Those of every list are asked before the list's own. */
static void join(struct arena *a, const struct rules *site, const struct rules *own,
		 struct replaying *x)
{
	x->rules = arena_zero(a, (site->count + own->count + 1) * sizeof *x->rules);
	x->rule_count = 0;
	for (size_t i = 0; i < site->count; i++)
		x->rules[x->rule_count++] = site->rows[i];
	for (size_t i = 0; i < own->count; i++)
		x->rules[x->rule_count++] = own->rows[i];
}

static err replay_list(struct replaying *x, struct arena *a, const struct rules *site,
		       const struct rules *own)
{
	join(a, site, own, x);
	TRY(settings_load(x->books->lists, a, x->list->id, &x->changed));
	return replay_all(x, a);
}

/* As many of each, so that a busy list hides no other. */
static err replay_site(struct replaying *x, struct arena *a,
		       const struct header_rule_row *rule)
{
	struct rules site, own;
	struct list_row *lists;
	size_t n;
	TRY(as_tried(x->books->lists, a, rule, &site));
	TRY(list_all(x->books->lists, a, 0, &lists, &n));
	for (size_t i = 0; i < n && i < REPLAY_POSTS; i++) {
		x->most = REPLAY_POSTS / (n < REPLAY_POSTS ? n : REPLAY_POSTS);
		x->list = addressbook_list_by_id(x->books->addresses, lists[i].id);
		if (!x->list)
			continue;
		TRY(header_rule_list(x->books->lists, a, x->list->id, &own.rows,
				     &own.count));
		TRY(replay_list(x, a, &site, &own));
	}
	return OK;
}

err replay_header_rule(struct books *books, struct arena *a,
		       const struct list_entry *list, const struct header_rule_row *rule,
		       struct replay *out)
{
	struct rules site, own;
	struct replay r;
	struct replaying x = replay_begin(books, a, list, &r);
	if (list) {
		TRY(header_rule_list(books->lists, a, 0, &site.rows, &site.count));
		TRY(as_tried(books->lists, a, rule, &own));
		TRY(replay_list(&x, a, &site, &own));
	} else {
		TRY(replay_site(&x, a, rule));
	}
	*out = r;
	return OK;
}
