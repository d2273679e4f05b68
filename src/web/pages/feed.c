/* Feeds: what was posted last, on the list, in a thread, by an author. */
#include "web/pages/forms.h"

#include "archive/render.h"
#include "store/archive/author.h"
#include "web/pages/feed_inside.h"
#include "web/pages/since.h"

#include <inttypes.h>
#include <stdlib.h>

/* Whoever asks for a feed asks for it often: a long post is a title and a link there, as
 * are those behind them where a feed has grown large (RFC 4287 section 4.1.2). */
enum { POST_OCTETS = 256 * 1024, FEED_OCTETS = 4 * 1024 * 1024 };

/* ---- what both forms share */

bool feed_is_json(const struct request *q)
{
	return str_ends(q->path, STR(".json"));
}

str feed_atom_path(struct arena *a, str stem)
{
	return arena_cat(a, stem, STR(".atom"));
}

/* STEM.json of a thread is the twin of its page. */
str feed_json_path(struct arena *a, str stem)
{
	return arena_cat(a, stem,
			 str_ends(stem, STR("/feed")) ? STR(".json") : STR(".feed.json"));
}

void feed_offer(struct arena *a, struct page_frame *f, str stem, str query)
{
	f->feed = arena_cat(a, feed_atom_path(a, stem), query);
	f->feed_json = arena_cat(a, feed_json_path(a, stem), query);
}

str feed_own_path(const struct request *q, const struct feed *f)
{
	str path = feed_is_json(q) ? feed_json_path(q->arena, f->stem)
				   : feed_atom_path(q->arena, f->stem);
	return arena_cat(q->arena, path, f->query);
}

str feed_entry_id(struct request *q, int64_t number)
{
	const struct worker *w = worker_of(q);
	return arena_printf(q->arena, "%.*s/%lld",
			    STR_F(list_first_url(q->arena, &w->books, w->list)),
			    (long long)number);
}

/* Links in it lead out of the feed reader, so they are whole. */
err feed_content(struct request *q, struct arena *a, const struct archive_post *p,
		 str url, size_t written, str *content)
{
	const struct worker *w = worker_of(q);
	struct archive_attachments files;
	str message;
	*content = STR_NONE;
	if (p->lead > POST_OCTETS || written > FEED_OCTETS)
		return OK;
	TRY(archive_blob_read(w->books.archive, a, p->id, (size_t)p->lead, &message));
	TRY(archive_attachments_of_post(w->books.archive, a, p->id, &files));
	struct render_how how = { .url = url,
				  .number = p->number,
				  .hide_addresses = page_hides(q, &w->settings),
				  .marked = page_marks(q),
				  .attachments = &files };
	*content = render_post(a, message, &how).s;
	return OK;
}

err feed_turn(struct request *q, const struct feed *f, const struct archive_post *p)
{
	struct worker *w = worker_of(q);
	for (size_t i = 0; i < f->list_count; i++)
		if (f->lists[i].entry->id == p->list && w->list != f->lists[i].entry)
			return worker_turn(w, q, f->lists[i].entry);
	return OK;
}

err feed_show(struct request *q, struct response *r, const struct feed *f)
{
	bool json = feed_is_json(q);
	r->type = json ? STR("application/feed+json")
		       : STR("application/atom+xml; charset=utf-8");
	return json ? feed_json(q, &r->body, f) : feed_atom(q, &r->body, f);
}

/* For the cache. */
static str form(const struct request *q)
{
	return feed_is_json(q) ? STR("json") : STR("atom");
}

static str numbered(const struct request *q)
{
	return arena_cat(q->arena, request_arg(q, "number"), STR(" "), form(q));
}

/* ---- of a list */

static err list_feed(struct request *q, struct response *r)
{
	const struct worker *w = worker_of(q);
	str path = list_path(q);
	struct feed f = { .title = w->list->name,
			  .stem = arena_cat(q->arena, path, STR("/feed")),
			  .page = arena_cat(q->arena, path, STR("/")) };
	TRY(archive_posts_newest(w->books.archive, q->arena, w->list->id, 0, FEED_ENTRIES,
				 &f.posts));
	since_posts(q, &f.posts);
	return feed_show(q, r, &f);
}

void list_feed_page(struct request *q, struct response *r)
{
	struct cache_key key;
	if (page_from_cache(q, r, "feed", form(q), &key))
		return;
	if (!page_failed(q, r, list_feed(q, r)))
		page_to_cache(q, r, &key);
}

/* ---- of an author */

static err author_feed(struct request *q, struct response *r,
		       const struct archive_post *by)
{
	const struct worker *w = worker_of(q);
	str path = page_author_path(q, by->number);
	str name = page_author(q->arena, by->from_name, by->from_address,
			       page_hides(q, &w->settings));
	struct feed f = { .title = arena_cat(q->arena, name, STR(", "), w->list->name),
			  .stem = path,
			  .page = path };
	TRY(archive_posts_of_author(w->books.archive, q->arena, w->list->id,
				    by->from_address, w->since, 0, FEED_ENTRIES,
				    &f.posts));
	return feed_show(q, r, &f);
}

static str ending(const struct request *q)
{
	return feed_is_json(q) ? feed_json_path(q->arena, STR(""))
			       : feed_atom_path(q->arena, STR(""));
}

void author_feed_page(struct request *q, struct response *r)
{
	struct archive_post by;
	struct cache_key key;
	if (page_from_cache(q, r, "author feed", numbered(q), &key)
	    || !page_author_of(q, r, ending(q), &by))
		return;
	if (!page_failed(q, r, author_feed(q, r, &by)))
		page_to_cache(q, r, &key);
}

/* ---- of a thread */

static int newest_first(const void *x, const void *y)
{
	int64_t a = ((const struct archive_post *)x)->date,
		b = ((const struct archive_post *)y)->date;
	return a > b ? -1 : a < b;
}

static err thread_feed(struct request *q, struct response *r,
		       const struct archive_thread *t)
{
	str path = page_thread_path(q, t->number);
	str title = page_subject(t->subject, t->flags);
	struct feed f = { .title = title.n ? title : STR("(no subject)"),
			  .stem = path,
			  .page = path };
	TRY(archive_posts_of_thread(worker_of(q)->books.archive, q->arena, t->id,
				    &f.posts));
	since_posts(q, &f.posts);
	if (f.posts.count)
		qsort(f.posts.list, f.posts.count, sizeof *f.posts.list, newest_first);
	if (f.posts.count > FEED_ENTRIES)
		f.posts.count = FEED_ENTRIES;
	return feed_show(q, r, &f);
}

void thread_feed_page(struct request *q, struct response *r)
{
	struct archive_thread t;
	struct cache_key key;
	if (page_from_cache(q, r, "thread feed", numbered(q), &key))
		return;
	if (since_thread_asked(q, r, &t) && !page_failed(q, r, thread_feed(q, r, &t)))
		page_to_cache(q, r, &key);
}
