/* What a membership chooses itself, and what it has from above. */
#include "store/lists/member_inside.h"

#include "store/lists/setting.h"

struct settling {
	const struct member_row *was;
	struct member_row *m;
	struct preference above;
};

/* What is wanted otherwise than it was is an own choice where it differs from what holds
 * above; so whoever chooses what holds anyway goes on with all other lists. */
static bool is_own(struct settling *s, unsigned bit, bool changed, bool differs)
{
	bool own = s->m->own & bit;
	if (changed)
		own = differs;
	own = own || s->m->pinned & bit;
	s->m->own = own ? s->m->own | bit : s->m->own & ~bit;
	return own;
}

static void settle_switch(struct settling *s, unsigned bit, bool was, bool above,
			  bool *value)
{
	if (!is_own(s, bit, *value != was, *value != above))
		*value = above;
}

static bool is_off(str delivery)
{
	return str_eq(delivery, STR("off"));
}

/* What holds above turns nobody away from digests where a list offers nothing else. */
static err stays_with_digests(struct book *b, struct arena *a, struct settling *s,
			      bool *stays)
{
	str value;
	*stays = false;
	if (member_reads_digests(s->above.form) || !member_reads_digests(s->was->form))
		return OK;
	err e = setting_get(b, a, s->m->list, STR("nondigestable"), &value);
	*stays = !e.kind && str_eq(value, STR("no"));
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* The form stays while delivery is off, so that it goes on as it was. */
static err settle_form(struct book *b, struct arena *a, struct settling *s)
{
	struct member_row *m = s->m;
	bool stays;
	if (!is_off(m->delivery) && !str_eq(m->delivery, s->was->delivery))
		m->form = m->delivery;
	if (is_own(s, PREFERS_FORM, !str_eq(m->form, s->was->form),
		   !str_eq(m->form, s->above.form)))
		return OK;
	TRY(stays_with_digests(b, a, s, &stays));
	m->form = stays ? s->was->form : s->above.form;
	m->own |= stays ? PREFERS_FORM : 0;
	return OK;
}

/* That others turned it off, or that mail came back, is a matter of this membership, until
 * it is taken back. */
static bool is_others(const struct settling *s)
{
	const struct member_row *m = s->m;
	bool taken_back = s->was->own & ~m->own & PREFERS_OFF;
	return !taken_back && is_off(m->delivery) && m->off_by.n
	       && !str_eq(m->off_by, STR("user"));
}

static void settle_off(struct settling *s)
{
	struct member_row *m = s->m;
	bool off = is_off(m->delivery), changed = off != is_off(s->was->delivery);
	if (is_others(s))
		m->own |= PREFERS_OFF;
	else if (!is_own(s, PREFERS_OFF, changed, off != s->above.off))
		off = s->above.off;
	bool own = m->own & PREFERS_OFF;
	m->delivery = off ? STR("off") : m->form;
	m->off_by = !off ? STR("") : own ? m->off_by : STR("user");
	m->off_why = off && own ? m->off_why : STR("");
}

err member_settle(struct book *b, struct arena *a, const struct member_row *was,
		  struct member_row *m)
{
	struct settling s = { .was = was, .m = m };
	TRY(preference_above(b, a, m->address, &s.above));
	TRY(settle_form(b, a, &s));
	settle_off(&s);
	settle_switch(&s, PREFERS_OWN_POSTS, was->own_posts, s.above.own_posts,
		      &m->own_posts);
	settle_switch(&s, PREFERS_COPIES, was->copies, s.above.copies, &m->copies);
	settle_switch(&s, PREFERS_ACKNOWLEDGE, was->acknowledge, s.above.acknowledge,
		      &m->acknowledge);
	settle_switch(&s, PREFERS_HIDDEN, was->hidden, s.above.hidden, &m->hidden);
	return OK;
}
