#include "web/pages/since.h"

#include "base/map.h"
#include "web/pages/forms.h"

bool since_sees(const struct request *q, const struct archive_post *p)
{
	return p->received_at >= worker_of(q)->since;
}

void since_posts(const struct request *q, struct archive_posts *posts)
{
	size_t n = 0;
	for (size_t i = 0; i < posts->count; i++)
		if (since_sees(q, &posts->list[i]))
			posts->list[n++] = posts->list[i];
	posts->count = n;
}

/* As if the thread began with p, and were these many posts. */
static void begin_with(struct archive_thread *t, const struct archive_post *p,
		       size_t posts, size_t authors)
{
	t->root = p->id;
	t->subject = p->subject;
	t->from_name = p->from_name;
	t->from_address = p->from_address;
	t->flags = p->flags;
	t->first_at = p->date;
	t->posts = (int64_t)posts;
	t->authors = (int64_t)authors;
}

static size_t authors_of(const struct archive_posts *posts)
{
	struct map by = { 0 };
	for (size_t i = 0; i < posts->count; i++)
		map_set(&by, posts->list[i].from_address, &posts->list[i]);
	size_t n = by.used;
	map_free(&by);
	return n;
}

void since_leaves(const struct request *q, struct archive_thread_page *t)
{
	size_t n = 0;
	struct archive_posts seen = {
		arena_alloc(q->arena, (t->count + 1) * sizeof *seen.list), 0
	};
	int *now = arena_alloc(q->arena, (t->count + 1) * sizeof *now);
	if (!worker_of(q)->since)
		return;
	for (size_t i = 0; i < t->count; i++) {
		struct archive_leaf leaf = t->leaves[i];
		int up = leaf.parent < 0 ? -1 : now[leaf.parent];
		now[i] = up; /* where those below go, if this one does */
		if (!since_sees(q, &leaf.post))
			continue;
		leaf.parent = up;
		leaf.depth = up < 0 ? 0 : t->leaves[up].depth + 1;
		now[i] = (int)n;
		seen.list[seen.count++] = leaf.post;
		t->leaves[n++] = leaf;
	}
	if (n && n < t->count)
		begin_with(&t->thread, &t->leaves[0].post, n, authors_of(&seen));
	t->count = n;
}

err since_thread(const struct request *q, struct archive_thread *t, bool *sees)
{
	int64_t since = worker_of(q)->since;
	struct archive_thread_part seen = { 0 };
	*sees = true;
	if (!since)
		return OK;
	TRY(archive_thread_since(worker_of(q)->books.archive, q->arena, t->id, since,
				 &seen));
	*sees = seen.posts;
	if (seen.posts && seen.posts < t->posts)
		begin_with(t, &seen.first, (size_t)seen.posts, (size_t)seen.authors);
	return OK;
}

bool since_thread_asked(struct request *q, struct response *r, struct archive_thread *t)
{
	const struct worker *w = worker_of(q);
	int64_t number = 0;
	bool found = false, sees = false;
	if (str_i64(request_arg(q, "number"), &number)
	    && page_failed(q, r,
			   archive_read_thread_row(w->books.archive, q->arena,
						   w->list->id, number, t, &found)))
		return false;
	if (found && page_failed(q, r, since_thread(q, t, &sees)))
		return false;
	if (!sees)
		error_page(q, r, 404, STR_NONE);
	return sees;
}

void since_months(const struct request *q, struct calendar *c)
{
	int64_t since = worker_of(q)->since, from, until;
	while (since && c->count) { /* the last is the oldest */
		const struct archive_month *m = &c->months[c->count - 1];
		archive_month_span(m->year, m->month, &from, &until);
		if (until > since)
			return;
		c->count--;
	}
}
