#include "web/pages/part.h"

#include <stdlib.h>

static int by_date(const void *x, const void *y)
{
	const struct archive_post *p = &(*(struct archive_leaf *const *)x)->post;
	const struct archive_post *q = &(*(struct archive_leaf *const *)y)->post;
	if (p->date != q->date)
		return p->date < q->date ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

void part_flatten(struct arena *a, struct archive_thread_page *t)
{
	struct archive_leaf *old = t->leaves;
	struct archive_leaf *new = arena_alloc(a, (t->count + 1) * sizeof *new);
	struct archive_leaf **order = arena_alloc(a, (t->count + 1) * sizeof(void *));
	int *place = arena_alloc(a, (t->count + 1) * sizeof *place);
	for (size_t i = 0; i < t->count; i++)
		order[i] = &old[i];
	qsort(order, t->count, sizeof(void *), by_date);
	for (size_t i = 0; i < t->count; i++)
		place[order[i] - old] = (int)i;
	for (size_t i = 0; i < t->count; i++) {
		int parent = order[i]->parent < 0 ? -1 : place[order[i]->parent];
		new[i] = *order[i];
		new[i].depth = 0;
		new[i].parent = parent < (int)i ? parent : -1;
	}
	t->leaves = new;
}

/* What a leaf costs on a page that begins with the leaf `from`. */
static int64_t cost(const struct archive_thread_page *t, size_t from, size_t i)
{
	int parent = t->leaves[i].parent;
	int64_t octets = t->leaves[i].post.lead;
	return parent >= 0 && (size_t)parent < from ? octets + t->leaves[parent].post.lead
						    : octets;
}

static size_t fitting(const struct archive_thread_page *t, size_t from)
{
	int64_t octets = 0;
	size_t i = from;
	while (i < t->count && i - from < PART_POSTS) {
		octets += cost(t, from, i);
		if (octets > PART_OCTETS && i > from)
			break;
		i++;
	}
	return i - from;
}

bool part_find(const struct archive_thread_page *t, int64_t after, struct part *part)
{
	size_t from = 0;
	if (after) {
		while (from < t->count && t->leaves[from].post.number != after)
			from++;
		if (from == t->count)
			return false;
		from++;
	}
	*part = (struct part){ from, fitting(t, from) };
	return part->count;
}

size_t part_needs(struct arena *a, const struct archive_thread_page *t,
		  const struct part *part, bool *known, size_t **needed)
{
	size_t *list = arena_alloc(a, (2 * part->count + 1) * sizeof *list), count = 0;
	for (size_t i = part->from; i < part->from + part->count; i++) {
		int parent = t->leaves[i].parent;
		if (parent >= 0 && !known[parent]) {
			known[parent] = true;
			list[count++] = (size_t)parent;
		}
		if (!known[i]) {
			known[i] = true;
			list[count++] = i;
		}
	}
	*needed = list;
	return count;
}
