/* Atom (RFC 4287). */
#include "web/pages/feed_inside.h"

static void add_element(struct buf *b, const char *name, str text)
{
	buf_cat(b, STR("<"), str_from(name), STR(">"));
	esc_text(b, text);
	buf_cat(b, STR("</"), str_from(name), STR(">\n"));
}

static void add_typed(struct buf *b, const char *name, const char *type, str text)
{
	buf_addf(b, "<%s type=\"%s\">", name, type);
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

static err add_entry(struct request *q, struct buf *b, const struct archive_post *p)
{
	bool hide = page_hides(q, &worker_of(q)->settings);
	str url = page_url(q, page_post_path(q, p->number));
	str content;
	ARENA(a);
	TRY(feed_content(q, a, p, url, b->n, &content));
	buf_add(b, STR("<entry>\n"));
	add_element(b, "title", p->subject.n ? p->subject : STR("(no subject)"));
	add_element(b, "id", feed_entry_id(q, p->number));
	add_link(b, "alternate", "text/html", url);
	add_time(b, "published", p->date);
	add_time(b, "updated", p->date);
	buf_add(b, STR("<author>"));
	add_element(b, "name",
		    page_author(q->arena, p->from_name, p->from_address, hide));
	buf_add(b, STR("</author>\n"));
	if (content.n)
		add_typed(b, "content", "html", content);
	buf_add(b, STR("</entry>\n"));
	return OK;
}

err feed_atom(struct request *q, struct buf *b, const struct feed *f)
{
	str own = page_url(q, feed_own_path(q, f));
	int64_t latest = 0;
	for (size_t i = 0; i < f->posts.count; i++)
		if (f->posts.list[i].date > latest)
			latest = f->posts.list[i].date;
	buf_add(b, STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		       "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"));
	add_element(b, "title", f->title);
	add_element(b, "id", own);
	add_link(b, "self", "application/atom+xml", own);
	add_link(b, "alternate", "text/html", page_url(q, f->page));
	add_time(b, "updated", latest);
	for (size_t i = 0; i < f->posts.count; i++) {
		const struct archive_post *p = &f->posts.list[i];
		if (p->flags & ARCHIVE_GONE)
			continue;
		TRY(feed_turn(q, f, p));
		TRY(add_entry(q, b, p));
	}
	buf_add(b, STR("</feed>\n"));
	return OK;
}
