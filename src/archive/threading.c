#include "archive/threading.h"

#include "store/archive/thread.h"

#include <stdlib.h>

enum { ID_MAX = 500, CHAIN_MAX = 20000, DAY = 24 * 3600 };

static void add_ref(struct thread_refs *r, str id, str self)
{
	if (!id.n || id.n > ID_MAX || str_eq(id, self) || r->count == THREAD_REFS_MAX)
		return;
	for (size_t i = 0; i < r->count; i++)
		if (str_eq(r->ids[i], id))
			return;
	r->ids[r->count++] = id;
}

/* In-Reply-To comes last: its parent counts where References names none that is here
 * (RFC 5256 section 3, which asks for it only where there are no References). */
void thread_refs(struct arena *a, const struct header *h, str self, struct thread_refs *r)
{
	r->count = 0;
	str *ids, *answered;
	size_t n = header_ids(a, header_find(h, STR("References")), &ids);
	while (n)
		add_ref(r, ids[--n], self);
	if (header_ids(a, header_find(h, STR("In-Reply-To")), &answered))
		add_ref(r, answered[0], self);
}

/* While one post is placed: what it touches. */
struct placing {
	struct book *b;
	struct arena *a;
	struct archive_post *p;
	const struct thread_refs *refs;
	int64_t version;
	int64_t threads[THREAD_REFS_MAX + 64]; /* those that it joins */
	size_t count;
	bool rebuild; /* parents of others changed: threads may have parted */
};

static void touches(struct placing *x, int64_t thread)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->threads[i] == thread)
			return;
	if (thread && x->count < sizeof x->threads / sizeof *x->threads)
		x->threads[x->count++] = thread;
}

static bool later(const struct archive_place *x, const struct archive_place *y)
{
	return x->date != y->date ? x->date > y->date : x->id > y->id;
}

/* Is top above (or the same as) the post `from`? The latest of those between them,
 * both included, is *latest. */
static err is_above(struct placing *x, int64_t top, int64_t from, bool *above,
		    struct archive_place *latest)
{
	*above = false;
	*latest = (struct archive_place){ .date = INT64_MIN };
	for (int i = 0; from && i < CHAIN_MAX; i++) {
		struct archive_place at;
		TRY(archive_place_of(x->b, from, &at));
		if (later(&at, latest))
			*latest = at;
		*above = from == top;
		if (*above)
			return OK;
		from = at.parent;
	}
	return OK;
}

/* The nearest reference that is here; those nearer are missing. */
static err find_parent(struct placing *x, size_t *missing)
{
	struct archive_post *p = x->p;
	for (size_t i = 0; i < x->refs->count; i++) {
		struct archive_place at;
		bool found;
		TRY(archive_post_placed_by_id(x->b, p->list, x->refs->ids[i], &at,
					      &found));
		*missing = i;
		if (!found)
			continue;
		p->parent = at.id;
		touches(x, at.thread);
		return OK;
	}
	*missing = x->refs->count;
	return OK;
}

static err guess_parent(struct placing *x)
{
	struct archive_post *p = x->p;
	struct archive_place at;
	bool found;
	if (p->parent || !(p->flags & ARCHIVE_REPLY) || !p->subject_key)
		return OK;
	TRY(archive_post_same_subject(x->b, p, p->date - THREAD_GUESS_DAYS * DAY, &at,
				      &found));
	if (!found)
		return OK;
	p->parent = at.id;
	p->flags |= ARCHIVE_GUESSED;
	touches(x, at.thread);
	return OK;
}

/* Writes p itself: as a new row, or, where threads are built anew, into its old one. */
static err write_post(struct placing *x)
{
	struct archive_post *p = x->p;
	bool start = !x->count, known;
	if (start)
		TRY(archive_thread_start(x->b, p, x->version, &x->threads[x->count++]));
	p->thread = x->threads[0];
	TRY(archive_post_author_in_thread(x->b, p->thread, p->from_address, &known));
	if (p->id)
		TRY(archive_post_place(x->b, &(struct archive_place){ p->id, p->thread,
								      p->parent, p->date,
								      p->flags }));
	else
		TRY(archive_post_add(x->b, p));
	return start ? archive_thread_root(x->b, p->thread, p->id)
		     : archive_thread_join(x->b, p, !known, x->version);
}

static err add_missing(struct placing *x, size_t missing)
{
	for (size_t i = 0; i < missing; i++)
		TRY(archive_missing_add(x->b, x->p->list, x->refs->ids[i], x->p->id,
					(int64_t)i));
	return OK;
}

static err touch_missing(struct placing *x, size_t missing)
{
	for (size_t i = 0; i < missing; i++) {
		int64_t thread;
		bool found;
		TRY(archive_missing_thread(x->b, x->p->list, x->refs->ids[i], x->p->id,
					   &thread, &found));
		if (found)
			touches(x, thread);
	}
	return OK;
}

static err set_parent(struct placing *x, struct archive_place *at, int64_t parent,
		      bool guessed)
{
	at->parent = parent;
	at->flags &= ~(unsigned)ARCHIVE_GUESSED;
	at->flags |= guessed ? ARCHIVE_GUESSED : 0;
	if (at->id == x->p->id) {
		x->p->parent = parent;
		x->p->flags = at->flags;
	}
	touches(x, at->thread);
	x->rebuild = true;
	return archive_post_place(x->b, at);
}

/* A post has waited for p. In a circle of claims the latest is not believed. */
static err adopt(struct placing *x, const struct archive_wait *wait)
{
	struct archive_place child, latest;
	bool circle;
	TRY(archive_missing_drop(x->b, wait->post, wait->rank));
	TRY(archive_place_of(x->b, wait->post, &child));
	TRY(is_above(x, child.id, x->p->id, &circle, &latest));
	if (circle)
		TRY(set_parent(x, &latest, 0, false));
	if (circle && latest.id == child.id)
		return OK;
	TRY(archive_place_of(x->b, wait->post, &child));
	return set_parent(x, &child, x->p->id, false);
}

static err adopt_all(struct placing *x)
{
	struct archive_wait *waits;
	size_t count;
	if (!x->p->message_id.n)
		return OK;
	TRY(archive_missing_of(x->b, x->a, x->p->list, x->p->message_id, &waits, &count));
	for (size_t i = 0; i < count; i++)
		TRY(adopt(x, &waits[i]));
	return OK;
}

/* p may be a better guess for later answers of its subject. */
static err guess_again(struct placing *x)
{
	struct archive_posts later_ones;
	TRY(archive_posts_guessing(x->b, x->a, x->p, x->p->date + THREAD_GUESS_DAYS * DAY,
				   &later_ones));
	for (size_t i = 0; i < later_ones.count; i++) {
		struct archive_post *q = &later_ones.list[i];
		struct archive_place best, at, latest;
		bool found, circle;
		TRY(archive_post_same_subject(x->b, q, q->date - THREAD_GUESS_DAYS * DAY,
					      &best, &found));
		if (!found || best.id == q->parent)
			continue;
		TRY(is_above(x, q->id, best.id, &circle, &latest));
		TRY(archive_place_of(x->b, q->id, &at));
		touches(x, best.thread);
		TRY(set_parent(x, &at, circle ? 0 : best.id, !circle));
	}
	return OK;
}

struct member { /* of the threads that are sorted out anew */
	struct archive_place at;
	size_t group; /* index of another member of its group; itself: the group's first */
	int64_t thread;
};

static size_t group_of(struct member *m, size_t i)
{
	while (m[i].group != i)
		i = m[i].group = m[m[i].group].group;
	return i;
}

static int by_id(const void *x, const void *y)
{
	int64_t a = ((const struct member *)x)->at.id,
		b = ((const struct member *)y)->at.id;
	return a < b ? -1 : a > b;
}

static void unite(struct member *m, size_t n, int64_t id, int64_t other)
{
	struct member key = { .at.id = id }, other_key = { .at.id = other };
	struct member *x = bsearch(&key, m, n, sizeof *m, by_id);
	struct member *y = bsearch(&other_key, m, n, sizeof *m, by_id);
	if (!x || !y)
		return;
	size_t g = group_of(m, (size_t)(x - m)), h = group_of(m, (size_t)(y - m));
	m[g > h ? g : h].group = g > h ? h : g; /* the oldest stands for its group */
}

static err load_members(struct placing *x, struct member **members, size_t *count)
{
	struct member *m = NULL;
	size_t n = 0;
	for (size_t t = 0; t < x->count; t++) {
		struct archive_place *places;
		size_t found;
		TRY(archive_places_of_thread(x->b, x->a, x->threads[t], &places, &found));
		struct member *more = arena_alloc(x->a, (n + found) * sizeof *more);
		if (n)
			memcpy(more, m, n * sizeof *m);
		for (size_t i = 0; i < found; i++)
			more[n++] = (struct member){ .at = places[i] };
		m = more;
	}
	if (n)
		qsort(m, n, sizeof *m, by_id);
	for (size_t i = 0; i < n; i++)
		m[i].group = i;
	*members = m;
	*count = n;
	return OK;
}

static err unite_all(struct placing *x, struct member *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (m[i].at.parent)
			unite(m, n, m[i].at.id, m[i].at.parent);
	for (size_t t = 0; t < x->count; t++) {
		struct archive_pair *pairs;
		size_t count;
		TRY(archive_missing_pairs(x->b, x->a, x->threads[t], &pairs, &count));
		for (size_t i = 0; i < count; i++)
			unite(m, n, pairs[i].a, pairs[i].b);
	}
	return OK;
}

/* Each group keeps the thread of its first post unless an older group has it. */
static err name_groups(struct placing *x, struct member *m, size_t n)
{
	int64_t *taken = arena_zero(x->a, (n + 1) * sizeof *taken);
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		if (group_of(m, i) != i)
			continue;
		m[i].thread = m[i].at.thread;
		for (size_t k = 0; k < used; k++)
			if (taken[k] == m[i].thread)
				m[i].thread = 0;
		if (!m[i].thread) {
			struct archive_post first = { .list = x->p->list,
						      .id = m[i].at.id };
			TRY(archive_thread_start(x->b, &first, x->version, &m[i].thread));
			touches(x, m[i].thread);
			x->rebuild = true;
		}
		taken[used++] = m[i].thread;
	}
	return OK;
}

/* Threads run together and part: what hangs together is found anew among the
 * posts of all threads that were touched. */
static err rebuild(struct placing *x)
{
	struct member *m;
	size_t n;
	TRY(load_members(x, &m, &n));
	TRY(unite_all(x, m, n));
	TRY(name_groups(x, m, n));
	for (size_t i = 0; i < n; i++) {
		int64_t thread = m[group_of(m, i)].thread;
		if (m[i].at.id == x->p->id)
			x->p->thread = thread;
		if (m[i].at.thread == thread)
			continue;
		m[i].at.thread = thread;
		TRY(archive_post_place(x->b, &m[i].at));
	}
	for (size_t t = 0; t < x->count; t++)
		TRY(archive_thread_recount(x->b, x->threads[t], x->version));
	return OK;
}

err thread_place(struct book *b, struct arena *a, struct archive_post *p,
		 const struct thread_refs *r, int64_t version)
{
	struct placing x = { .b = b, .a = a, .p = p, .refs = r, .version = version };
	size_t missing;
	p->parent = 0;
	p->flags &= ~(unsigned)ARCHIVE_GUESSED;
	TRY(find_parent(&x, &missing));
	TRY(guess_parent(&x));
	TRY(touch_missing(&x, missing));
	TRY(write_post(&x));
	TRY(add_missing(&x, missing));
	TRY(adopt_all(&x));
	if (p->subject_key)
		TRY(guess_again(&x));
	return x.rebuild || x.count > 1 ? rebuild(&x) : OK;
}

/* ---- by an owner's hand */

err thread_put(struct book *b, struct arena *a, int64_t list, int64_t post,
	       int64_t parent, int64_t version)
{
	struct archive_post p = { .id = post, .list = list };
	struct placing x = { .b = b, .a = a, .p = &p, .version = version };
	struct archive_place at, up;
	TRY(archive_place_of(b, post, &at));
	touches(&x, at.thread);
	if (parent) {
		TRY(archive_place_of(b, parent, &up));
		touches(&x, up.thread);
	}
	at.parent = parent;
	at.flags &= ~(unsigned)ARCHIVE_GUESSED;
	at.flags |= ARCHIVE_PLACED;
	TRY(archive_post_place(b, &at));
	TRY(archive_missing_drop(b, post, 0));
	return rebuild(&x);
}

err thread_replace(struct book *b, struct arena *a, struct archive_post *p,
		   const struct thread_refs *r, int64_t version)
{
	struct placing x = { .b = b, .a = a, .p = p, .refs = r, .version = version };
	struct archive_place latest;
	size_t missing;
	bool circle = false;
	touches(&x, p->thread);
	p->parent = 0;
	p->flags &= ~(unsigned)(ARCHIVE_GUESSED | ARCHIVE_PLACED);
	TRY(find_parent(&x, &missing));
	TRY(guess_parent(&x));
	if (p->parent)
		TRY(is_above(&x, p->id, p->parent, &circle, &latest));
	if (circle) {
		p->parent = 0;
		p->flags &= ~(unsigned)ARCHIVE_GUESSED;
	}
	TRY(touch_missing(&x, missing));
	TRY(archive_post_place(b, &(struct archive_place){ p->id, p->thread, p->parent,
							   p->date, p->flags }));
	TRY(add_missing(&x, missing));
	return rebuild(&x);
}
