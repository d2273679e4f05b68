#include "web/pages/month_by.h"

#include "archive/threading.h"
#include "base/utf8.h"

#include <stdlib.h>

enum { BATCH = 512 }; /* posts that are sorted at a time */

static const char *const names[] = { "thread", "date", "author", "subject" };

bool month_order_asked(const struct request *q, enum month_order *order)
{
	str by = request_query(q, "by");
	*order = str_eq(request_query(q, "view"), STR("flat")) ? MONTH_BY_DATE
							       : MONTH_BY_THREAD;
	if (!by.n)
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(by, str_from(names[i]))) {
			*order = (enum month_order)i;
			return true;
		}
	return false;
}

str month_order_name(enum month_order order)
{
	return str_from(names[order]);
}

struct sorted {
	str key; /* what it is sorted by, folded */
	int64_t date, id;
};

static int in_order(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int order = str_cmp(a->key, b->key);
	if (order)
		return order;
	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static struct sorted sorted_of(struct arena *a, const struct month_asked *x,
			       const struct archive_post *post)
{
	bool reply;
	str author = page_author(a, post->from_name, post->from_address, x->hide);
	return (struct sorted){
		.key = x->order == MONTH_BY_SUBJECT
			       ? thread_subject(a, post->subject, &reply)
			       : utf8_fold(a, author),
		.date = post->date,
		.id = post->id,
	};
}

/* Where the page begins. False: that post is none of them. */
static err find_after(struct request *q, const struct month_asked *x,
		      struct sorted *after, bool *found)
{
	const struct worker *w = worker_of(q);
	struct archive_post p;
	TRY(archive_post_by_id(w->books.archive, q->arena, x->after, &p, found));
	*found = *found && p.list == w->list->id && p.date >= x->from && p.date < x->until
		 && p.received_at >= w->since;
	if (*found)
		*after = sorted_of(q->arena, x, &p);
	return OK;
}

/* The first of those before and of a batch, in order, in arena a. */
static size_t merge(struct arena *a, const struct month_asked *x,
		    const struct sorted *after, const struct archive_posts *batch,
		    struct sorted **kept, size_t count)
{
	struct sorted *all = arena_alloc(a, (count + batch->count + 1) * sizeof *all);
	for (size_t i = 0; i < count; i++) {
		all[i] = (*kept)[i];
		all[i].key = arena_copy(a, all[i].key);
	}
	for (size_t i = 0; i < batch->count; i++) {
		all[count] = sorted_of(a, x, &batch->list[i]);
		if (!after || in_order(&all[count], after) > 0)
			count++;
	}
	if (count)
		qsort(all, count, sizeof *all, in_order);
	*kept = all;
	return count > x->limit + 1 ? x->limit + 1 : count;
}

/* The posts of the page, and one more where more follow. However many the month has, they are
 * read a batch at a time, and of each only what may be shown is kept. */
static err sort(struct request *q, const struct month_asked *x,
		const struct sorted *after, struct sorted **kept, size_t *count)
{
	const struct worker *w = worker_of(q);
	struct archive_posts batch = { .count = BATCH };
	ARENA(one);
	ARENA(other);
	struct arena *here = one, *before = other;
	int64_t id = 0;
	*count = 0;
	while (batch.count == BATCH) {
		TRY(archive_read_between(w->books.archive, here, w->list->id, x->from,
					 x->until, w->since, id, BATCH, &batch));
		*count = merge(here, x, after, &batch, kept, *count);
		id = batch.count ? batch.list[batch.count - 1].id : 0;
		arena_reset(before);
		struct arena *next = before;
		before = here;
		here = next;
	}
	merge(q->arena, x, NULL, &(struct archive_posts){ 0 }, kept, *count);
	return OK;
}

struct page_month_messages month_row(struct request *q, const struct archive_post *x,
				     bool hide)
{
	return (struct page_month_messages){
		.number = x->number,
		.subject = page_subject(x->subject, x->flags),
		.href = page_post_path(q, x->number),
		.from = page_author(q->arena, x->from_name, x->from_address, hide),
		.date = x->date,
	};
}

static struct page_month_groups heading(struct request *q, const struct month_asked *x,
					const struct archive_post *post)
{
	struct page_month_groups g = { .author = x->order == MONTH_BY_AUTHOR };
	if (!g.author) {
		g.name = page_subject(post->subject, post->flags);
		return g;
	}
	g.name = page_author(q->arena, post->from_name, post->from_address, x->hide);
	if (post->from_address.n)
		g.href = page_author_path(q, post->number);
	return g;
}

static err fill_groups(struct request *q, const struct month_asked *x,
		       const struct sorted *all, size_t count, struct page_month *p)
{
	struct arena *a = q->arena;
	struct page_month_groups *groups = arena_zero(a, (count + 1) * sizeof *groups);
	struct page_month_groups_posts *rows = arena_zero(a, (count + 1) * sizeof *rows);
	struct page_month_messages *messages = arena_zero(a,
							  (count + 1) * sizeof *messages);
	str key = STR("");
	p->groups = groups;
	p->messages = messages;
	for (size_t i = 0; i < count; i++) {
		struct archive_post post;
		bool found;
		TRY(archive_post_by_id(worker_of(q)->books.archive, a, all[i].id, &post,
				       &found));
		if (!found)
			continue;
		size_t n = p->messages_count++;
		if (!n || !str_eq(all[i].key, key)) {
			groups[p->groups_count] = heading(q, x, &post);
			groups[p->groups_count++].posts = &rows[n];
		}
		key = all[i].key;
		groups[p->groups_count - 1].posts_count++;
		messages[n] = month_row(q, &post, x->hide);
		rows[n] = (struct page_month_groups_posts){
			.text = x->order == MONTH_BY_AUTHOR ? messages[n].subject
							    : messages[n].from,
			.href = messages[n].href,
			.date = messages[n].date,
		};
	}
	return OK;
}

err month_by(struct request *q, const struct month_asked *x, struct page_month *p,
	     int64_t *last, bool *found)
{
	struct sorted after, *all = NULL;
	size_t count;
	*last = 0;
	*found = true;
	if (x->after)
		TRY(find_after(q, x, &after, found));
	if (!*found)
		return OK;
	TRY(sort(q, x, x->after ? &after : NULL, &all, &count));
	if (count > x->limit)
		*last = all[--count - 1].id;
	return fill_groups(q, x, all, count, p);
}
