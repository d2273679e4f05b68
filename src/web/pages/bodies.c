#include "web/pages/bodies.h"

#include "archive/render.h"
#include "base/helper.h"

enum { ALONE = 16 * 1024 }; /* packed octets that are made before a second thread wakes */

/* Each half has memory of its own: what a parent said is unpacked again where it stands in
 * the other half, which is rare, as answers stand below what they answer. */
struct half {
	const struct bodies *x;
	struct arena *a;
	struct archive_unpacker *unpacker;
	size_t from, until;         /* of the part's posts */
	struct render_memory *said; /* by leaf */
	bool *known;                /* by leaf: said is filled in */
	err failed;
};

static err memory_of(struct half *h, int parent, struct render_memory **said)
{
	str message;
	*said = parent < 0 ? NULL : &h->said[parent];
	if (!*said || h->known[parent])
		return OK;
	TRY(archive_leaf_unpack(h->unpacker, h->a, &h->x->t->leaves[parent], &message));
	(*said)->text = render_text(h->a, message, NULL);
	h->known[parent] = true;
	return OK;
}

static err make_one(struct half *h, size_t i)
{
	const struct archive_leaf *leaf = &h->x->t->leaves[h->x->part.from + i];
	struct bodies_post *p = &h->x->posts[i];
	struct render_how how = { .url = p->url,
				  .number = leaf->post.number,
				  .hide_addresses = h->x->hide,
				  .attachments = &leaf->attachments,
				  .parent_name = p->parent_name,
				  .memory = &h->said[h->x->part.from + i] };
	str message;
	TRY(memory_of(h, leaf->parent, &how.parent));
	TRY(archive_leaf_unpack(h->unpacker, h->a, leaf, &message));
	p->body = render_post(h->a, message, &how);
	h->known[h->x->part.from + i] = true;
	return OK;
}

static void make_half(void *arg)
{
	struct half *h = arg;
	for (size_t i = h->from; i < h->until && !h->failed.kind; i++)
		h->failed = make_one(h, i);
}

static size_t packed(const struct bodies *x, size_t i)
{
	return x->t->leaves[x->part.from + i].packed.bytes.n;
}

/* Where the second half of the octets begins; at the end: there is too little to share. */
static size_t find_middle(const struct bodies *x)
{
	size_t all = 0, sum = 0, i = 0;
	for (size_t k = 0; k < x->part.count; k++)
		all += packed(x, k);
	if (all < ALONE)
		return x->part.count;
	while (i < x->part.count && 2 * (sum + packed(x, i)) <= all)
		sum += packed(x, i++);
	return i;
}

static struct half half_of(const struct bodies *x, struct arena *a,
			   struct archive_unpacker *u, size_t from, size_t until)
{
	size_t octets = (x->t->count + 1) * sizeof(struct render_memory);
	return (struct half){ .x = x,
			      .a = a,
			      .unpacker = u,
			      .from = from,
			      .until = until,
			      .said = arena_zero(a, octets),
			      .known = arena_zero(a, x->t->count + 1) };
}

err bodies_make(struct worker *w, struct arena *a, const struct bodies *x)
{
	struct archive_unpacker *u = archive_unpacker_of(w->books.archive);
	size_t count = x->part.count, middle = find_middle(x);
	struct half first = half_of(x, a, u, 0, middle);
	if (middle == count) {
		make_half(&first);
		return first.failed;
	}
	struct arena *beside = arena_new();
	struct half second = half_of(x, beside, w->web->unpacker, middle, count);
	bool helped = helper_start(w->web->helper, make_half, &second);
	make_half(&first);
	if (!helped || !helper_end(w->web->helper)) {
		first.from = middle; /* with what it remembers of the first half */
		first.until = count;
		make_half(&first);
	}
	arena_adopt(a, beside);
	return first.failed.kind ? first.failed : second.failed;
}
