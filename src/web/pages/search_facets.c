#include "base/enc.h"
#include "web/pages/forms.h"
#include "web/pages/narrow.h"
#include "web/pages/search_inside.h"

#include <inttypes.h>

str search_link(const struct request *q, str path, str words)
{
	return arena_cat(q->arena, path, STR("?q="), enc_percent(q->arena, words));
}

static str narrowed_by(struct request *q, const struct page_search *p, str term,
		       bool *chosen)
{
	struct narrowed n = narrow(q->arena, p->q, term);
	*chosen = n.chosen;
	return arena_cat(q->arena, search_link(q, p->action, n.words),
			 p->by_thread ? STR("&g=thread") : STR(""));
}

static void add_years(struct request *q, const struct archive_facets *f,
		      struct page_search *p)
{
	int64_t most = 1;
	struct page_search_years *rows = arena_zero(q->arena,
						    (f->year_count + 1) * sizeof *rows);
	p->years = rows;
	p->years_count = f->year_count;
	for (size_t i = 0; i < f->year_count; i++)
		most = f->years[i].posts > most ? f->years[i].posts : most;
	for (size_t i = 0; i < f->year_count; i++) {
		rows[i].year = f->years[i].key;
		rows[i].posts = f->years[i].posts;
		rows[i].width = 1 + 99 * f->years[i].posts / most;
		rows[i].href = narrowed_by(
			q, p, arena_printf(q->arena, "date:%" PRId64, f->years[i].key),
			&rows[i].chosen);
	}
}

/* A quotation mark would end the phrase; the index has none. */
static str phrase(struct arena *a, str text)
{
	str out = arena_copy(a, text);
	char *p = arena_alloc(a, out.n + 1);
	for (size_t i = 0; i < out.n; i++)
		p[i] = out.p[i] == '"' ? ' ' : out.p[i];
	return arena_cat(a, STR("from:\""), (str){ p, out.n }, STR("\""));
}

/* By address where it is shown, else by the name. The post is read for it, so that
 * nothing is said of a person that the post does not say any more. */
static err add_authors(struct request *q, const struct asked *x,
		       const struct archive_facets *f, struct page_search *p)
{
	struct page_search_authors *rows = arena_zero(q->arena, (f->author_count + 1)
									* sizeof *rows);
	p->authors = rows;
	for (size_t i = 0; i < f->author_count; i++) {
		struct archive_post post;
		bool found;
		TRY(archive_post_by_id(worker_of(q)->books.archive, q->arena,
				       f->authors[i].key, &post, &found));
		const struct visible_list *l = found ? search_list_of(x, post.list)
						     : NULL;
		if (!l)
			continue;
		bool hide = page_hides(q, &l->settings);
		str who = page_author(q->arena, post.from_name, post.from_address, hide);
		str by = hide || !post.from_address.n ? who : post.from_address;
		struct page_search_authors *row = &rows[p->authors_count++];
		row->who = who;
		row->posts = f->authors[i].posts;
		row->href = narrowed_by(q, p, phrase(q->arena, by), &row->chosen);
	}
	return OK;
}

static void add_lists(struct request *q, const struct asked *x,
		      const struct archive_facets *f, struct page_search *p)
{
	if (x->one)
		return;
	struct page_search_places *rows = arena_zero(q->arena,
						     (f->list_count + 1) * sizeof *rows);
	p->places = rows;
	for (size_t i = 0; i < f->list_count; i++) {
		const struct visible_list *l = search_list_of(x, f->lists[i].key);
		if (l)
			rows[p->places_count++] = (struct page_search_places){
				.list = l->name,
				.posts = f->lists[i].posts,
				.href = search_link(
					q, arena_cat(q->arena, l->path, STR("/search")),
					p->q),
			};
	}
}

err search_add_facets(struct request *q, const struct asked *x,
		      const struct archive_facets *facets, struct page_search *p)
{
	add_years(q, facets, p);
	add_lists(q, x, facets, p);
	return add_authors(q, x, facets, p);
}
