#include "web/pages/bodies.h"

#include "base/language.h"
#include "archive/content.h"
#include "archive/render.h"
#include "base/helper.h"
#include "web/pages/checked.h"
#include "mail/charset.h"
#include "mail/mime.h"

#include <stdatomic.h>

enum {
	ALONE = 64 * 1024, /* octets that are made before a second thread wakes */
	FIRST = 50,        /* percent of them for the thread that also reads */
	BEGIN = 16,        /* posts that are read before the second thread begins */
};

/* Posts of the part that one thread makes in their order; the other, when it has none of
 * its own left, takes the last of them. */
struct half {
	size_t from, until;
	atomic_size_t read; /* so far: all before this one */
	atomic_size_t left; /* that nobody has taken yet */
};

struct halves {
	struct half first, second;
};

/* Each thread has memory of its own: what a parent said is unpacked again where the other
 * made it, which is rare, as answers stand below what they answer. */
struct maker {
	const struct bodies *x;
	struct halves *halves;
	struct arena *a;
	struct archive_unpacker *unpacker;
	struct render_memory *said; /* by leaf */
	bool *known;                /* by leaf: said is filled in */
	enum language language;     /* of the thread that the page is for, */
	str charset;                /* and what it reads as where none is declared */
	err failed;
};

static err memory_of(struct maker *m, int parent, struct render_memory **said)
{
	str text;
	bool plain;
	*said = parent < 0 ? NULL : &m->said[parent];
	if (!*said || m->known[parent])
		return OK;
	TRY(archive_leaf_text(m->unpacker, m->a, &m->x->t->leaves[parent], &text,
			      &plain));
	(*said)->text = plain ? content_plain(m->a, mime_line_feeds(m->a, text))
			      : render_text(m->a, text, NULL);
	m->known[parent] = true;
	return OK;
}

static err make_one(struct maker *m, size_t i)
{
	const struct archive_leaf *leaf = &m->x->t->leaves[m->x->part.from + i];
	struct bodies_post *p = &m->x->posts[i];
	struct render_how how = { .url = p->url,
				  .number = leaf->post.number,
				  .hide_addresses = m->x->hide,
				  .marked = m->x->marked,
				  .footer = m->x->footer,
				  .attachments = &leaf->attachments,
				  .pictures = true,
				  .checked = p->checked,
				  .parent_name = p->parent_name,
				  .memory = &m->said[m->x->part.from + i] };
	str text;
	bool plain;
	TRY(memory_of(m, leaf->parent, &how.parent));
	TRY(archive_leaf_text(m->unpacker, m->a, leaf, &text, &plain));
	p->body = plain ? render_plain(m->a, text, &how) : render_post(m->a, text, &how);
	m->known[m->x->part.from + i] = true;
	return OK;
}

static bool take_one(struct half *h)
{
	size_t left = atomic_load(&h->left);
	while (left && !atomic_compare_exchange_weak(&h->left, &left, left - 1))
		;
	return left;
}

static void make_own(struct maker *m, struct half *h)
{
	for (size_t i = h->from;
	     !m->failed.kind && i < atomic_load(&h->read) && take_one(h); i++)
		m->failed = make_one(m, i);
}

static void help_with(struct maker *m, struct half *h)
{
	if (atomic_load(&h->read) < h->until)
		return;
	for (size_t i = h->until; !m->failed.kind && take_one(h); i--)
		m->failed = make_one(m, i - 1);
}

static void make_second(void *arg)
{
	struct maker *m = arg;
	language_use(m->language);
	charset_assume(m->charset);
	make_own(m, &m->halves->second);
	help_with(m, &m->halves->first);
}

static size_t octets(const struct bodies *x, size_t i)
{
	return (size_t)x->t->leaves[x->part.from + i].post.lead;
}

/* Where the second half begins, which is read first; at the end: there is too little to
 * share, or nobody to share it with. */
static size_t find_middle(const struct worker *w, const struct bodies *x)
{
	size_t all = 0, sum = 0, i = 0;
	for (size_t k = 0; k < x->part.count; k++)
		all += octets(x, k);
	if (all < ALONE || !w->web->helper)
		return x->part.count;
	while (i < x->part.count && 100 * (sum + octets(x, i)) <= FIRST * all)
		sum += octets(x, i++);
	return i;
}

/* Posts of a half that are not read yet, and what they answer. */
static err read_until(struct worker *w, const struct maker *m, struct half *h,
		      size_t until, bool *known)
{
	size_t from = atomic_load(&h->read), *needed;
	struct part part = { m->x->part.from + from, until - from };
	size_t count = part_needs(m->a, m->x->t, &part, known, &needed);
	TRY(archive_read_bodies(w->books.archive, m->a, m->x->t, needed, count));
	for (size_t i = from; i < until; i++)
		m->x->posts[i].checked = checked_html(
			m->a, &m->x->t->leaves[m->x->part.from + i]);
	atomic_store(&h->read, until);
	return OK;
}

static struct maker maker_of(const struct bodies *x, struct halves *halves,
			     struct arena *a, struct archive_unpacker *u)
{
	size_t octets = (x->t->count + 1) * sizeof(struct render_memory);
	return (struct maker){ .x = x,
			       .halves = halves,
			       .a = a,
			       .unpacker = u,
			       .said = arena_zero(a, octets),
			       .known = arena_zero(a, x->t->count + 1) };
}

static err read_rest(struct worker *w, const struct maker *m, bool *known)
{
	struct halves *both = m->halves;
	TRY(read_until(w, m, &both->second, both->second.until, known));
	return read_until(w, m, &both->first, both->first.until, known);
}

static void make_first(struct worker *w, struct maker *m, bool *known)
{
	m->failed = read_rest(w, m, known);
	make_own(m, &m->halves->first);
	help_with(m, &m->halves->second);
	if (m->failed.kind) /* the page is not shown: nor need the other go on */
		atomic_store(&m->halves->second.left, 0);
}

/* The second half is made on another processor as it is read here, then the first is
 * made here. */
static err make_both(struct worker *w, struct maker *first, struct maker *second,
		     bool *known)
{
	struct half *h = &first->halves->second;
	size_t begin = h->from + BEGIN < h->until ? h->from + BEGIN : h->until;
	TRY(read_until(w, first, h, begin, known));
	second->language = language_now();
	second->charset = charset_assumed();
	bool helped = helper_start(w->web->helper, make_second, second);
	make_first(w, first, known);
	if (helped)
		helper_end(w->web->helper);
	return first->failed.kind ? first->failed : second->failed;
}

err bodies_make(struct worker *w, struct arena *a, const struct bodies *x)
{
	size_t count = x->part.count, middle = find_middle(w, x);
	struct halves both = { .first = { 0, middle, 0, middle },
			       .second = { middle, count, middle, count - middle } };
	bool *known = arena_zero(a, x->t->count + 1);
	struct maker first = maker_of(x, &both, a, archive_unpacker_of(w->books.archive));
	if (middle == count) {
		make_first(w, &first, known);
		return first.failed;
	}
	struct arena *beside = arena_new();
	struct maker second = maker_of(x, &both, beside, w->web->unpacker);
	err e = make_both(w, &first, &second, known);
	arena_adopt(a, beside);
	return e;
}
