/* What time brings to members of whom mail came back. The letter first, under a name that
 * makes it one however often it is written, then the row. */
#include "lists/score_inside.h"

#include "base/log.h"
#include "lists/members.h"

enum { STEP = 500 };

struct passing {
	struct books *books;
	struct arena *a;
	int64_t now;
};

/* A tick and the role post may meet: who is gone meanwhile was dealt with. */
static err unless_gone(err e)
{
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err end(struct passing *p, const struct list_entry *list,
	       const struct member_row *m)
{
	struct actor by = { .name = STR("bounces") };
	log_info("member-removed-by-bounces", KS("list", list->address),
		 KS("address", m->key), KS("says", m->bounce_text));
	return unless_gone(member_end_by_id(p->books, p->a, list, m->id, false, &by));
}

static err pass_one(struct passing *p, struct member_row *m)
{
	struct settings settings;
	const struct list_entry *list = addressbook_list_by_id(p->books->addresses,
							       m->list);
	struct score s = score_of_member(m), before = s;
	struct score_event x = { .what = SCORE_TIME, .at = p->now };
	if (!list)
		return OK;
	TRY(settings_load(p->books->lists, p->a, m->list, &settings));
	struct score_rules rules = score_rules_of(&settings);
	enum score_act act = score_step(&s, &rules, &x);
	struct score_case c = {
		.books = p->books,
		.a = p->a,
		.list = list,
		.member = m->id,
		.address = m->text,
		.source = arena_printf(p->a, "bounces/%lld/%lld/%lld", (long long)m->id,
				       (long long)s.off_at, (long long)s.warnings),
		.reason = m->bounce_text,
		.points = s.points,
	};
	TRY(score_write(&c, act, &settings, rules.warnings - s.warnings));
	if (act == SCORE_REMOVE)
		return end(p, list, m);
	if (act == SCORE_NONE && s.points == before.points
	    && s.doubt_at == before.doubt_at)
		return OK;
	score_into_member(&s, m);
	return unless_gone(member_bounced(p->books->lists, m));
}

/* One that fails keeps no other from its turn. */
err score_time(struct books *books, struct arena *a, int64_t now)
{
	struct passing p = { books, a, now };
	err first = OK;
	int64_t after = 0;
	size_t n;
	do {
		struct member_row *m;
		TRY(member_unsettled(books->lists, a, after, STEP, &m, &n));
		for (size_t i = 0; i < n; i++) {
			err e = pass_one(&p, &m[i]);
			if (e.kind && !first.kind)
				first = err_in(a, e.kind, "%.*s: %s", STR_F(m[i].key),
					       e.msg);
			after = m[i].id;
		}
	} while (n == STEP);
	return first;
}
