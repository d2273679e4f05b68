/* What somebody wrote on a list. Its address names no address: /from/17 is whoever wrote the
 * first of their posts, number 17. */
#include "web/pages/feed.h"
#include "web/pages/forms.h"

#include "base/language.h"
#include "store/archive/author.h"
#include "web/pages/page.h"
#include "web/pages/since.h"

#include <inttypes.h>

enum { POSTS = 100 };

static err show_author(struct request *q, struct response *r,
		       const struct archive_post *by, int64_t before)
{
	struct worker *w = worker_of(q);
	struct archive_author_year *years;
	struct archive_posts posts;
	struct page_writings p = {
		.list = w->list->name,
		.name = page_author(q->arena, by->from_name, by->from_address,
				    page_hides(q, &w->settings)),
		.path = page_author_path(q, by->number),
	};
	TRY(archive_author_years(w->books.archive, q->arena, w->list->id,
				 by->from_address, w->since, &years, &p.years_count));
	TRY(archive_posts_of_author(w->books.archive, q->arena, w->list->id,
				    by->from_address, w->since, before, POSTS + 1,
				    &posts));
	struct page_writings_years *counts = arena_zero(
		q->arena, (p.years_count + 1) * sizeof *counts);
	for (size_t i = 0; i < p.years_count; i++) {
		counts[i] = (struct page_writings_years){ years[i].year, years[i].posts };
		p.posts += years[i].posts;
	}
	if (posts.count > POSTS) {
		posts.count = POSTS;
		p.more = arena_printf(q->arena, "%.*s?before=%" PRId64, STR_F(p.path),
				      posts.list[POSTS - 1].id);
	}
	struct page_writings_messages *rows = arena_zero(
		q->arena, (posts.count + 1) * sizeof *rows);
	for (size_t i = 0; i < posts.count; i++) {
		const struct archive_post *x = &posts.list[i];
		rows[i] = (struct page_writings_messages){
			.number = x->number,
			.subject = page_subject(x->subject, x->flags),
			.href = page_post_path(q, x->number),
			.date = x->date,
		};
	}
	p.years = counts;
	p.several = p.years_count > 1;
	p.messages = rows;
	p.messages_count = posts.count;
	p.frame = archive_frame(q, arena_cat(q->arena, p.name, STR(", "), w->list->name));
	feed_offer(q->arena, &p.frame, p.path, STR(""));
	frame_step(q, &p.frame, p.name, STR_NONE);
	ANSWER(q, r, writings, &p);
	return OK;
}

/* Addresses of pages where somebody may be looked up are no affair of search engines. */
void author_page(struct request *q, struct response *r)
{
	struct archive_post by;
	struct cache_key key;
	int64_t before = 0;
	str number = request_arg(q, "number"), text = request_query(q, "before");
	page_no_index(r);
	if (text.n && (!str_i64(text, &before) || before < 1)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	str details = arena_printf(q->arena, "%.*s %" PRId64, STR_F(number), before);
	if (page_from_cache(q, r, "author", details, &key)
	    || !page_author_of(q, r, STR(""), &by))
		return;
	if (!page_failed(q, r, show_author(q, r, &by, before)))
		page_to_cache(q, r, &key);
}
