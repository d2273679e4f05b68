#include "lists/import/moving.h"

#include "store/lists/address.h"
#include "store/lists/person.h"

#include <math.h>

/* Where nothing is known of these they are as they were. */
static bool same_levels(const struct member_row *p, const struct member_row *q)
{
	return p->own == q->own && !(q->pinned & ~p->own) && str_eq(p->form, q->form)
	       && str_eq(p->language, q->language) && p->follows == q->follows
	       && str_eq(p->own_name, q->own_name);
}

static bool same_options(const struct member_row *p, const struct member_row *q)
{
	return str_eq(p->delivery, q->delivery) && str_eq(p->off_by, q->off_by)
	       && str_eq(p->action, q->action) && p->own_posts == q->own_posts
	       && p->copies == q->copies && p->acknowledge == q->acknowledge
	       && p->hidden == q->hidden && str_eq(p->topics, q->topics)
	       && p->other_topics == q->other_topics && str_eq(p->off_why, q->off_why)
	       && p->last_day == q->last_day;
}

static bool same_bounces(const struct member_row *p, const struct member_row *q)
{
	return fabs(p->bounce_score - q->bounce_score) < 1e-9
	       && p->bounce_at == q->bounce_at && p->off_at == q->off_at
	       && p->warnings == q->warnings && p->warned_at == q->warned_at;
}

/* The first one that is not the list's own is the person's, on all lists; where another
 * list has another one, it is that membership's. */
static err move_language(struct moving *x, const struct moved_member *v,
			 const struct address_row *address)
{
	struct book *b = x->books->lists;
	struct person_row p;
	struct member_row m;
	if (!v->language.n || str_eq(v->language, v->own_language))
		return OK;
	TRY(person_get(b, x->a, address->person, &p));
	TRY(member_find(b, x->a, x->list, address->key, &m));
	str now = m.language.n ? m.language : p.language;
	if (str_eq(now, v->language))
		return OK;
	x->report->written++;
	if (now.n) {
		m.language = v->language;
		return member_change(b, &m);
	}
	p.language = v->language;
	return person_change(b, &p);
}

static err find_or_add(struct moving *x, const struct address_row *address,
		       int64_t joined_at, struct member_row *m)
{
	struct book *b = x->books->lists;
	int64_t id;
	err e = member_find(b, x->a, x->list, address->key, m);
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(member_add(b, x->list, address->id, joined_at > 0 ? joined_at : x->now, &id));
	x->report->written++;
	return member_get(b, x->a, id, m);
}

/* The form comes before what turns delivery off, since it stays meanwhile. */
static void choose(struct member_row *w, const struct preference *own, str off_by)
{
	unsigned set = own->set;
	w->own = w->pinned = set & ~(unsigned)PREFERS_LANGUAGE;
	w->form = set & PREFERS_FORM ? own->form : w->form;
	bool off = set & PREFERS_OFF ? own->off : str_eq(w->delivery, STR("off"));
	w->delivery = off ? STR("off") : w->form;
	if (set & PREFERS_OFF)
		w->off_by = off ? off_by : STR("");
	w->own_posts = set & PREFERS_OWN_POSTS ? own->own_posts : w->own_posts;
	w->copies = set & PREFERS_COPIES ? own->copies : w->copies;
	w->acknowledge = set & PREFERS_ACKNOWLEDGE ? own->acknowledge : w->acknowledge;
	w->hidden = set & PREFERS_HIDDEN ? own->hidden : w->hidden;
	w->language = set & PREFERS_LANGUAGE ? own->language : STR("");
}

static void choose_all(struct member_row *w, const struct member_row *as)
{
	w->delivery = as->delivery;
	w->off_by = as->off_by;
	w->own_posts = as->own_posts;
	w->copies = as->copies;
	w->acknowledge = as->acknowledge;
	w->hidden = as->hidden;
	if (!as->own_name.p) /* only ours have these */
		return;
	w->form = as->form.n ? as->form : w->form;
	w->language = as->language.n ? as->language : w->language;
	w->follows = as->follows;
	w->pinned = as->pinned;
	w->own_name = as->own_name;
}

/* What is known of the member there, over what stands here. */
static struct member_row wanted(const struct member_row *m, const struct moved_member *v)
{
	struct member_row w = *m;
	if (v->own) {
		choose(&w, v->own, v->as.off_by);
		w.follows = v->follows;
	} else
		choose_all(&w, &v->as);
	w.action = v->as.action;
	if (v->as.off_why.p) { /* only ours have these */
		w.off_why = v->as.off_why;
		w.last_day = v->as.last_day;
	}
	if (v->as.topics.p) { /* only Mailman and ours have them */
		w.topics = v->as.topics;
		w.other_topics = v->as.other_topics;
	}
	if (str_eq(w.delivery, STR("off")))
		w.off_at = v->as.off_at;
	if (!v->bounced)
		return w;
	w.bounce_score = v->as.bounce_score;
	w.bounce_at = v->as.bounce_at;
	w.bounce_text = v->as.bounce_text;
	w.warnings = v->as.warnings;
	w.warned_at = v->as.warned_at;
	return w;
}

/* Who prefers another address here is a member by this one. */
static err check_follows(struct moving *x, struct member_row *want)
{
	struct person_row p;
	if (!want->follows)
		return OK;
	TRY(person_get(x->books->lists, x->a, want->person, &p));
	want->follows = !p.preferred || p.preferred == want->address;
	return OK;
}

/* What it has from above stands in the row after the change alone. */
static err change(struct moving *x, const struct member_row *m, struct member_row want)
{
	struct book *b = x->books->lists;
	bool options = same_options(m, &want) && same_levels(m, &want);
	bool bounces = same_bounces(m, &want);
	x->report->written += !options || !bounces;
	if (!options) {
		struct member_row now;
		TRY(member_change(b, &want));
		TRY(member_get(b, x->a, m->id, &now));
		want.delivery = now.delivery;
		want.off_by = now.off_by;
	}
	return bounces ? OK : member_bounced(b, &want);
}

err moving_member(struct moving *x, const struct moved_member *v, bool *here)
{
	struct book *b = x->books->lists;
	struct address who;
	struct address_row address;
	struct member_row m;
	*here = false;
	if (address_parse(x->a, v->address, &who).kind
	    && address_parse(x->a, v->key, &who).kind) {
		import_report_note(x->report,
				   "member \"%.*s\" is left out: it is no address",
				   STR_F(v->address));
		return OK;
	}
	TRY(address_ensure(b, x->a, address_key(x->a, &who), address_text(x->a, &who),
			   v->name, x->now, &address));
	TRY(find_or_add(x, &address, v->joined_at, &m));
	struct member_row want = wanted(&m, v);
	TRY(check_follows(x, &want));
	TRY(change(x, &m, want));
	*here = true;
	return v->own ? OK : move_language(x, v, &address);
}
