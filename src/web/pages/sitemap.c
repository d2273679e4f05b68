/* Where all threads of the lists that everybody reads stand (https://www.sitemaps.org): an
 * index, and for each list a file a year, by the date of a thread's last post, so that a
 * crawler fetches what has changed alone. */
#include "web/pages/forms.h"

#include "store/archive/thread.h"
#include "web/pages/visible.h"
#include "web/pages/volume.h"

#include <inttypes.h>

enum { ENTRIES = 50000 }; /* of a file, by the protocol */

#define HEAD  STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")
#define SPACE "http://www.sitemaps.org/schemas/sitemap/0.9"

static void add_entry(struct buf *b, const char *element, str url, int64_t changed_at)
{
	buf_cat(b, STR("<"), str_from(element), STR("><loc>"));
	esc_text(b, url);
	buf_add(b, STR("</loc><lastmod>"));
	show_iso(b, changed_at);
	buf_cat(b, STR("</lastmod></"), str_from(element), STR(">\n"));
}

static struct volume year_of(int year)
{
	return (struct volume){ volume_month(year, 1).from,
				volume_month(year, 12).until };
}

/* ---- the index */

static err add_year(struct request *q, struct buf *b, const struct visible_list *l,
		    int year)
{
	struct volume v = year_of(year);
	int64_t count, latest;
	TRY(archive_threads_count(worker_of(q)->books.archive, l->entry->id, v.from,
				  v.until, &count, &latest));
	for (int64_t file = 1; (file - 1) * ENTRIES < count; file++) {
		str path = arena_printf(q->arena, "%.*s/sitemap-%04d", STR_F(l->path),
					year);
		if (file > 1)
			path = arena_printf(q->arena, "%.*s-%" PRId64, STR_F(path), file);
		add_entry(b, "sitemap",
			  page_url(q, arena_cat(q->arena, path, STR(".xml"))), latest);
	}
	return OK;
}

static err add_list(struct request *q, struct buf *b, const struct visible_list *l)
{
	struct archive_month *months;
	size_t count;
	TRY(archive_months(worker_of(q)->books.archive, q->arena, l->entry->id, &months,
			   &count));
	for (size_t i = 0; i < count; i++)
		if (!i || months[i].year != months[i - 1].year)
			TRY(add_year(q, b, l, months[i].year));
	return OK;
}

static err write_index(struct request *q, struct buf *b)
{
	struct visible_lists s;
	TRY(visible_lists_read(q, RIGHT_archive_read, &s));
	buf_cat(b, HEAD, STR("<sitemapindex xmlns=\"" SPACE "\">\n"));
	for (size_t i = 0; i < s.count; i++)
		if (visible_list_is_open(&s.lists[i]))
			TRY(add_list(q, b, &s.lists[i]));
	buf_add(b, STR("</sitemapindex>\n"));
	return OK;
}

static void answer(struct request *q, struct response *r)
{
	response_blob(q, r, blob_new(&r->body, STR("application/xml; charset=utf-8")));
}

/* At /sitemap.xml the group's own comes first, where its site has one. */
void sitemap_index_page(struct request *q, struct response *r)
{
	if (q->segment_count == 1 && page_is_groups_own(q, r))
		return;
	(void)worker_open(q);
	if (!page_failed(q, r, write_index(q, &r->body)))
		answer(q, r);
}

/* ---- of a list */

/* "sitemap-2026", "sitemap-2026-2" */
static bool read_name(str name, int *year, int64_t *file)
{
	str text, number, rest;
	int64_t n;
	*file = 1;
	if (!str_starts(name, STR("sitemap-")))
		return false;
	text = str_skip(name, sizeof "sitemap-" - 1);
	if (str_cut(text, '-', &number, &rest)) {
		text = number;
		if (!str_i64(rest, file) || *file < 2 || *file > INT32_MAX
		    || rest.p[0] == '0')
			return false;
	}
	if (text.n != 4 || !str_i64(text, &n) || n < 1000)
		return false;
	*year = (int)n;
	return true;
}

static err write_threads(struct request *q, struct response *r, int year, int64_t file)
{
	const struct worker *w = worker_of(q);
	struct volume v = year_of(year);
	struct archive_stamp *stamps;
	size_t count;
	TRY(archive_thread_stamps(w->books.archive, q->arena, w->list->id, v.from,
				  v.until, (file - 1) * ENTRIES, ENTRIES, &stamps,
				  &count));
	buf_cat(&r->body, HEAD, STR("<urlset xmlns=\"" SPACE "\">\n"));
	for (size_t i = 0; i < count; i++)
		add_entry(&r->body, "url",
			  page_url(q, page_thread_path(q, stamps[i].number)),
			  stamps[i].last_at);
	buf_add(&r->body, STR("</urlset>\n"));
	if (!count)
		error_page(q, r, 404, STR_NONE);
	return OK;
}

/* It is of the whole list: who sees but part of it (worker's since) gets none. */
void sitemap_page(struct request *q, struct response *r)
{
	int year;
	int64_t file;
	if (worker_of(q)->since || !read_name(request_arg(q, "sitemap"), &year, &file))
		error_page(q, r, 404, STR_NONE);
	else if (!page_failed(q, r, write_threads(q, r, year, file)) && r->status == 200)
		answer(q, r);
}
