#include "lists/siblings.h"

#include "base/map.h"
#include "lists/fanout.h"
#include "lists/publish.h"
#include "lists/umbrella.h"
#include "mail/address.h"
#include "mail/reader.h"
#include "store/lists/member.h"
#include "store/outbound/message.h"

enum { SIBLINGS_MAX = 50, CIRCLE_MAX = 100 /* lists looked at for one that closes */ };

struct looking {
	struct books *books;
	struct arena *a;
	const struct outgoing *out;
	const struct list_entry *own;
};

/* The lists that a setting names and that there are, without the list itself. */
static size_t named(const struct looking *x, const struct list_entry *of, str setting,
		    const struct list_entry **list)
{
	str line;
	size_t n = 0;
	while (n < SIBLINGS_MAX && str_line(&setting, &line)) {
		list[n] = addressbook_list(x->books->addresses,
					   umbrella_address(x->a, line, of->domain));
		if (list[n] && list[n] != of)
			n++;
	}
	return n;
}

/* To or Cc names it so, or the list that passes the post on has it as a member, too. */
static err is_addressed_as(const struct looking *x, str address, bool *yes)
{
	const struct post *p = x->out->post;
	struct member_row m;
	*yes = map_get(x->out->audience.has_copy, address);
	if (*yes || !p->umbrella.n)
		return OK;
	err e = member_find(x->books->lists, x->a, p->umbrella_id, address, &m);
	*yes = !e.kind && str_eq(m.delivery, STR("regular"));
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* By whatever it is called or was. */
static err is_addressed(const struct looking *x, const struct list_entry *list, bool *yes)
{
	TRY(is_addressed_as(x, list->address, yes));
	for (size_t i = 0; i < list->former_count && !*yes; i++)
		TRY(is_addressed_as(x, list->former[i], yes));
	return OK;
}

/* Whether from leaves out, by itself or by those that it leaves out, the members of to. */
static err leads_to(const struct looking *x, const struct list_entry *from,
		    const struct list_entry *to, bool *yes)
{
	const struct list_entry *queue[CIRCLE_MAX + SIBLINGS_MAX] = { from };
	size_t n = 1;
	*yes = false;
	for (size_t i = 0; i < n && !*yes; i++) {
		const struct list_entry *next[SIBLINGS_MAX];
		struct settings s;
		TRY(settings_load(x->books->lists, x->a, queue[i]->id, &s));
		size_t k = named(x, queue[i], s.regular_exclude_lists, next);
		for (size_t j = 0; j < k; j++) {
			size_t seen = 0;
			*yes = *yes || next[j] == to;
			while (seen < n && queue[seen] != next[j])
				seen++;
			if (seen == n && n < CIRCLE_MAX)
				queue[n++] = next[j];
		}
	}
	return OK;
}

/* A post that the other list holds, since its author is no member of it, would be missed. */
static err would_take(const struct looking *x, const struct list_entry *list, bool *yes)
{
	const struct post *p = x->out->post;
	struct member_row m;
	*yes = !p->settings.regular_exclude_ignore || p->umbrella.n;
	if (*yes || !p->author_key.n)
		return OK;
	err e = member_find(x->books->lists, x->a, list->id, p->author_key, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

/* Of lists that leave out each other in a circle the first by its address does not, or
 * nobody would have the post. */
static err has_it(const struct looking *x, const struct list_entry *list, bool *yes)
{
	bool circle;
	TRY(is_addressed(x, list, yes));
	if (*yes)
		TRY(would_take(x, list, yes));
	if (!*yes)
		return OK;
	TRY(leads_to(x, list, x->own, &circle));
	*yes = !circle || str_cmp(list->address, x->own->address) < 0;
	return OK;
}

static err look_for_excluded(const struct looking *x, struct audience *who)
{
	const struct list_entry *list[SIBLINGS_MAX];
	size_t n = named(x, x->own, x->out->post->settings.regular_exclude_lists, list);
	who->elsewhere = arena_alloc(x->a, (n + 1) * sizeof *who->elsewhere);
	for (size_t i = 0; i < n; i++) {
		bool yes;
		TRY(has_it(x, list[i], &yes));
		if (yes)
			who->elsewhere[who->elsewhere_count++] = list[i]->id;
	}
	return OK;
}

/* Lists that have taken the same arrival before this one. */
static err look_for_crossed(const struct looking *x, struct audience *who)
{
	struct outbound_message *m;
	size_t n;
	int64_t arrival = source_inbound(x->out->post->source);
	who->crossed = NULL;
	if (!arrival)
		return OK;
	TRY(outbound_by_inbound(x->books->outbound, x->a, arrival, &m, &n));
	if (!n)
		return OK;
	who->crossed = arena_alloc(x->a, n * sizeof *who->crossed);
	for (size_t i = 0; i < n; i++) {
		const struct list_entry *list = addressbook_list(x->books->addresses,
								 m[i].list);
		if (str_eq(m[i].kind, STR("post")) && list && list != x->own)
			who->crossed[who->crossed_count++] = list->id;
	}
	return OK;
}

err siblings_look(struct books *books, struct arena *a, struct outgoing *out)
{
	struct looking x = { books, a, out, out->post->list };
	if (out->post->settings.regular_exclude_lists.n)
		TRY(look_for_excluded(&x, &out->audience));
	return look_for_crossed(&x, &out->audience);
}

/* ---- members of other lists */

/* A membership of the author there that wants no copy of own posts; 0: none. */
static err own_membership(struct books *books, struct arena *a, const struct post *p,
			  const struct list_entry *list, int64_t *own)
{
	struct member_row m;
	*own = 0;
	if (!p->author_key.n)
		return OK;
	err e = member_find(books->lists, a, list->id, p->author_key, &m);
	if (!e.kind && !m.own_posts)
		*own = m.id;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

static err begin(struct books *books, struct arena *a, const struct outgoing *out,
		 const struct list_entry *list, str text, struct outbound_message *m)
{
	bool fresh, frozen = m->frozen;
	TRY(outbound_add(books->outbound, m, &fresh));
	if (fresh)
		TRY(outbound_body_write(books->outbound, m->id, text));
	if (fresh && frozen)
		TRY(outbound_freeze(books->outbound, m->id, true));
	return m->complete ? OK : fanout_batch(books, a, list->id, out, m);
}

/* The same fields as in the copies of this list, with the way out of the other. */
static str personal_fields(struct books *books, struct arena *a,
			   const struct list_entry *list, str like)
{
	static const str to = STR(READER_TO);
	bool names = str_ends(like, to), leaves = like.n > (names ? to.n : 0);
	return arena_cat(a, leaves ? steps_leave(books, a, list) : STR(""),
			 names ? to : STR(""));
}

static err send_to(struct books *books, struct arena *a, const struct outgoing *out,
		   const struct list_entry *list, const struct outbound_message *like,
		   str text)
{
	struct outgoing beside = *out;
	struct outbound_message m = *like;
	m.id = m.fanned_to = m.copies = 0;
	m.complete = false;
	m.source = arena_cat(a, like->source, STR("/"), list->origin);
	m.list = list->address;
	m.reverse_path = m.verp ? STR("") : list_subaddress(a, list, STR("bounces"));
	m.personal = personal_fields(books, a, list, like->personal);
	beside.digest_post = 0;
	beside.audience.list = list->id;
	beside.audience.fits = STR(""); /* its topics are others */
	TRY(own_membership(books, a, out->post, list, &beside.audience.own));
	TRY(book_begin(books->outbound));
	TRY(book_end(books->outbound, begin(books, a, &beside, list, text, &m)));
	return fanout_rest(books, list->id, &beside, &m);
}

/* Whoever is on this list has the post from it; whoever is on two others, from the first. */
err siblings_send(struct books *books, struct arena *a, struct outgoing *out,
		  const struct outbound_message *m, str text)
{
	struct looking x = { books, a, out, out->post->list };
	const struct list_entry *list[SIBLINGS_MAX];
	size_t n = named(&x, x.own, out->post->settings.regular_include_lists, list);
	struct outgoing with = *out;
	struct audience *who = &with.audience;
	if (!n)
		return OK;
	int64_t *has = arena_alloc(a, (who->elsewhere_count + n + 1) * sizeof *has);
	for (size_t i = 0; i < who->elsewhere_count; i++)
		has[i] = who->elsewhere[i];
	who->elsewhere = has;
	has[who->elsewhere_count++] = x.own->id;
	for (size_t i = 0; i < n; i++) {
		bool addressed;
		TRY(is_addressed(&x, list[i], &addressed));
		if (addressed)
			continue;
		TRY(send_to(books, a, &with, list[i], m, text));
		has[who->elsewhere_count++] = list[i]->id;
	}
	out->audience = with.audience;
	return OK;
}
