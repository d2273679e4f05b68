/* Atom feeds (RFC 4287): what was posted last, on the list or in a thread. */
#include "web/pages/forms.h"

#include "archive/render.h"
#include "store/archive/author.h"
#include "web/pages/feed.h"
#include "web/pages/page.h"
#include "web/pages/since.h"

#include <inttypes.h>
#include <stdlib.h>

/* Whoever asks for a feed asks for it often: a long post is a title and a link there, as
 * are those behind them where a feed has grown large (RFC 4287 section 4.1.2). */
enum { ENTRIES = FEED_ENTRIES, POST_OCTETS = 256 * 1024, FEED_OCTETS = 4 * 1024 * 1024 };

static void add_element(struct buf *b, const char *name, str text)
{
	buf_cat(b, STR("<"), str_from(name), STR(">"));
	esc_text(b, text);
	buf_cat(b, STR("</"), str_from(name), STR(">\n"));
}

static void add_time(struct buf *b, const char *name, int64_t t)
{
	BUF(text);
	show_iso(&text, t);
	add_element(b, name, buf_str(&text));
}

static void add_link(struct buf *b, const char *rel, const char *type, str url)
{
	buf_addf(b, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	esc_text(b, url);
	buf_add(b, STR("\"/>\n"));
}

/* Links in the content lead out of the feed reader, so they are whole. */
static err add_content(struct request *q, struct buf *b, const struct archive_post *p,
		       str url, bool hide)
{
	const struct worker *w = worker_of(q);
	struct archive_attachments files;
	str message;
	ARENA(a);
	TRY(archive_blob_read(w->books.archive, a, p->id, (size_t)p->lead, &message));
	TRY(archive_attachments_of_post(w->books.archive, a, p->id, &files));
	struct render_how how = { .url = url,
				  .number = p->number,
				  .hide_addresses = hide,
				  .marked = page_marks(q),
				  .attachments = &files };
	buf_add(b, STR("<content type=\"html\">"));
	esc_text(b, render_post(a, message, &how).s);
	buf_add(b, STR("</content>\n"));
	return OK;
}

/* A reader knows a post by this for good, whatever its list is called by then. */
static str entry_id(struct request *q, int64_t number)
{
	const struct worker *w = worker_of(q);
	return arena_printf(q->arena, "%.*s/%lld",
			    STR_F(list_first_url(q->arena, &w->books, w->list)),
			    (long long)number);
}

static err add_entry(struct request *q, struct buf *b, const struct archive_post *p)
{
	bool hide = page_hides(q, &worker_of(q)->settings);
	str url = page_url(q, page_post_path(q, p->number));
	buf_add(b, STR("<entry>\n"));
	add_element(b, "title", p->subject.n ? p->subject : STR("(no subject)"));
	add_element(b, "id", entry_id(q, p->number));
	add_link(b, "alternate", "text/html", url);
	add_time(b, "published", p->date);
	add_time(b, "updated", p->date);
	buf_add(b, STR("<author>"));
	add_element(b, "name",
		    page_author(q->arena, p->from_name, p->from_address, hide));
	buf_add(b, STR("</author>\n"));
	if (p->lead <= POST_OCTETS && b->n <= FEED_OCTETS)
		TRY(add_content(q, b, p, url, hide));
	buf_add(b, STR("</entry>\n"));
	return OK;
}

err feed_show(struct request *q, struct response *r, const struct feed *f)
{
	struct buf *b = &r->body;
	int64_t latest = 0;
	for (size_t i = 0; i < f->posts.count; i++)
		if (f->posts.list[i].date > latest)
			latest = f->posts.list[i].date;
	buf_add(b, STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		       "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"));
	add_element(b, "title", f->title);
	add_element(b, "id", page_url(q, f->path));
	add_link(b, "self", "application/atom+xml", page_url(q, f->path));
	add_link(b, "alternate", "text/html", page_url(q, f->page));
	add_time(b, "updated", latest);
	for (size_t i = 0; i < f->posts.count; i++)
		if (!(f->posts.list[i].flags & ARCHIVE_GONE))
			TRY(add_entry(q, b, &f->posts.list[i]));
	buf_add(b, STR("</feed>\n"));
	r->type = STR("application/atom+xml; charset=utf-8");
	return OK;
}

static err list_feed(struct request *q, struct response *r)
{
	const struct worker *w = worker_of(q);
	str path = list_path(q);
	struct feed f = { .title = w->list->name,
			  .path = arena_cat(q->arena, path, STR("/feed.atom")),
			  .page = arena_cat(q->arena, path, STR("/")) };
	TRY(archive_posts_newest(w->books.archive, q->arena, w->list->id, 0, ENTRIES,
				 &f.posts));
	since_posts(q, &f.posts);
	return feed_show(q, r, &f);
}

void list_feed_page(struct request *q, struct response *r)
{
	struct cache_key key;
	if (page_from_cache(q, r, "feed", STR(""), &key))
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
			  .path = arena_cat(q->arena, path, STR(".atom")),
			  .page = path };
	TRY(archive_posts_of_author(w->books.archive, q->arena, w->list->id,
				    by->from_address, w->since, 0, ENTRIES, &f.posts));
	return feed_show(q, r, &f);
}

void author_feed_page(struct request *q, struct response *r)
{
	struct archive_post by;
	struct cache_key key;
	if (page_from_cache(q, r, "author feed", request_arg(q, "number"), &key)
	    || !page_author_of(q, r, STR(".atom"), &by))
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
			  .path = arena_cat(q->arena, path, STR(".atom")),
			  .page = path };
	TRY(archive_posts_of_thread(worker_of(q)->books.archive, q->arena, t->id,
				    &f.posts));
	since_posts(q, &f.posts);
	if (f.posts.count)
		qsort(f.posts.list, f.posts.count, sizeof *f.posts.list, newest_first);
	if (f.posts.count > ENTRIES)
		f.posts.count = ENTRIES;
	return feed_show(q, r, &f);
}

void thread_feed_page(struct request *q, struct response *r)
{
	const struct worker *w = worker_of(q);
	struct archive_thread t;
	int64_t number = 0;
	bool found = false, seen = false;
	struct cache_key key;
	str text = request_arg(q, "number");
	if (page_from_cache(q, r, "thread feed", text, &key))
		return;
	if (str_i64(text, &number)
	    && page_failed(q, r,
			   archive_read_thread_row(w->books.archive, q->arena,
						   w->list->id, number, &t, &found)))
		return;
	if (found && page_failed(q, r, since_thread(q, &t, &seen)))
		return;
	if (!seen)
		error_page(q, r, 404, STR_NONE);
	else if (!page_failed(q, r, thread_feed(q, r, &t)))
		page_to_cache(q, r, &key);
}
