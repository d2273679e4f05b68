/* What a search finds as a feed and as a file: the newest, of one list or of all that the
 * visitor may read. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "web/pages/feed.h"
#include "web/pages/mbox.h"
#include "web/pages/search_inside.h"

enum { FILE_POSTS = 1000 };

/* Where it asks. False: the answer is made. */
static bool find_lists(struct request *q, struct response *r, struct asked *x)
{
	struct visible_list *one = arena_zero(q->arena, sizeof *one);
	struct visible_lists all;
	*x = (struct asked){ .lists = one, .count = 1, .one = true };
	if (request_arg(q, "list").n)
		return search_one_list(q, r, one);
	(void)worker_open(q);
	if (page_failed(q, r, visible_lists_read(q, RIGHT_archive_read, &all)))
		return false;
	*x = (struct asked){ .lists = all.lists, .count = all.count };
	return true;
}

/* False: the answer is made. */
static bool find_newest(struct request *q, struct response *r, int64_t most,
			struct asked *x, struct search_found *found, str *name)
{
	page_no_index(r);
	if (!find_lists(q, r, x))
		return false;
	if (!search_read(q, x) || !x->words.n) {
		error_page(q, r, 400, S_("This is no page of a search. Search again."));
		return false;
	}
	x->after_date = x->after_id = 0;
	if (page_failed(q, r, search_name(q, x, name))
	    || (name->n && response_has(q, r, *name)))
		return false;
	err e = search_find(q, x, most, found);
	if (search_is_askers(e)) {
		error_page(q, r, 400, str_from(e.msg));
		return false;
	}
	return !page_failed(q, r, e);
}

static err show_feed(struct request *q, struct response *r, const struct asked *x,
		     const struct search_found *found)
{
	str path = x->one ? arena_cat(q->arena, x->lists[0].path, STR("/search"))
			  : STR("/lists/search");
	struct feed f = {
		.title = arena_cat(q->arena,
				   x->one ? x->lists[0].name : q->router->site.name,
				   STR(": "), x->words),
		.stem = path,
		.query = search_link(q, STR(""), x->words),
		.page = search_link(q, path, x->words),
		.posts.list = arena_alloc(q->arena,
					  (found->count + 1) * sizeof *f.posts.list),
		.posts.count = found->count,
		.lists = x->lists,
		.list_count = x->one ? 0 : x->count,
	};
	for (size_t i = 0; i < found->count; i++)
		f.posts.list[i] = found->hits[i].post;
	return feed_show(q, r, &f);
}

void search_feed_page(struct request *q, struct response *r)
{
	struct asked x;
	struct search_found found;
	str name;
	if (!find_newest(q, r, FEED_ENTRIES, &x, &found, &name)
	    || page_failed(q, r, show_feed(q, r, &x, &found)))
		return;
	if (name.n && !found.filling)
		response_blob(q, r, blob_named(&r->body, r->type, name));
}

/* Where one of the lists hides addresses all of the file does. */
static bool hides(const struct request *q, const struct asked *x)
{
	for (size_t i = 0; i < x->count; i++)
		if (page_hides(q, &x->lists[i].settings))
			return true;
	return false;
}

void search_mbox_page(struct request *q, struct response *r)
{
	struct asked x;
	struct search_found found;
	str name;
	if (!find_newest(q, r, FILE_POSTS, &x, &found, &name))
		return;
	int64_t *ids = arena_alloc(q->arena, (found.count + 1) * sizeof *ids);
	for (size_t i = 0; i < found.count; i++)
		ids[i] = found.hits[i].post.id;
	mbox_answer_ids(q, r, ids, found.count, hides(q, &x));
}
