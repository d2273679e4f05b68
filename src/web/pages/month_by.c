#include "web/pages/month_by.h"

#include "archive/threading.h"
#include "base/utf8.h"

#include <stdlib.h>

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
	const struct archive_post *post;
};

static int in_order(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int order = str_cmp(a->key, b->key);
	if (order)
		return order;
	if (a->post->date != b->post->date)
		return a->post->date < b->post->date ? -1 : 1;
	return a->post->id < b->post->id ? -1 : a->post->id > b->post->id;
}

static str key_of(struct request *q, enum month_order order, const struct archive_post *x,
		  bool hide)
{
	bool reply;
	return order == MONTH_BY_SUBJECT
		       ? thread_subject(q->arena, x->subject, &reply)
		       : utf8_fold(q->arena, page_author(q->arena, x->from_name,
							 x->from_address, hide));
}

static struct sorted *sort(struct request *q, enum month_order order, bool hide,
			   const struct archive_posts *posts)
{
	struct sorted *all = arena_alloc(q->arena, (posts->count + 1) * sizeof *all);
	for (size_t i = 0; i < posts->count; i++)
		all[i] = (struct sorted){ key_of(q, order, &posts->list[i], hide),
					  &posts->list[i] };
	if (posts->count)
		qsort(all, posts->count, sizeof *all, in_order);
	return all;
}

static size_t behind(const struct sorted *all, size_t count, int64_t after)
{
	size_t i = 0;
	while (i < count && all[i].post->id != after)
		i++;
	return i + 1;
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

static struct page_month_groups heading(struct request *q, enum month_order order,
					const struct archive_post *x, bool hide)
{
	struct page_month_groups g = { .author = order == MONTH_BY_AUTHOR };
	if (!g.author) {
		g.name = page_subject(x->subject, x->flags);
		return g;
	}
	g.name = page_author(q->arena, x->from_name, x->from_address, hide);
	if (x->from_address.n)
		g.href = page_author_path(q, x->number);
	return g;
}

static void fill_groups(struct request *q, enum month_order order, bool hide,
			const struct sorted *all, size_t count, struct page_month *p)
{
	struct page_month_groups *groups = arena_zero(q->arena,
						      (count + 1) * sizeof *groups);
	struct page_month_groups_posts *rows = arena_zero(q->arena,
							  (count + 1) * sizeof *rows);
	struct page_month_messages *messages = arena_zero(q->arena,
							  (count + 1) * sizeof *messages);
	for (size_t i = 0; i < count; i++) {
		if (!i || !str_eq(all[i].key, all[i - 1].key)) {
			groups[p->groups_count] = heading(q, order, all[i].post, hide);
			groups[p->groups_count++].posts = &rows[i];
		}
		groups[p->groups_count - 1].posts_count++;
		messages[i] = month_row(q, all[i].post, hide);
		rows[i] = (struct page_month_groups_posts){
			.text = order == MONTH_BY_AUTHOR ? messages[i].subject
							 : messages[i].from,
			.href = messages[i].href,
			.date = messages[i].date,
		};
	}
	p->groups = groups;
	p->messages = messages;
	p->messages_count = count;
}

bool month_by(struct request *q, enum month_order order, bool hide,
	      const struct archive_posts *posts, int64_t after, size_t limit,
	      struct page_month *p, int64_t *last)
{
	struct sorted *all = sort(q, order, hide, posts);
	size_t from = after ? behind(all, posts->count, after) : 0;
	if (after && from >= posts->count)
		return false;
	size_t count = posts->count - from < limit ? posts->count - from : limit;
	fill_groups(q, order, hide, all + from, count, p);
	*last = from + count < posts->count ? all[from + count - 1].post->id : 0;
	return true;
}
