/* JSON Feed, version 1.1 (https://www.jsonfeed.org/version/1.1/). */
#include "web/pages/feed_inside.h"

/* {"a":"text" where b ends in {, else ,"a":"text" */
static void add_member(struct buf *b, const char *name, str text)
{
	if (b->p[b->n - 1] != '{')
		buf_add(b, STR(","));
	esc_json(b, str_from(name));
	buf_add(b, STR(":"));
	esc_json(b, text);
}

/* An item has content of some kind, so one that is long has its subject. */
static err add_item(struct request *q, struct buf *b, const struct archive_post *p)
{
	str title = p->subject.n ? p->subject : STR("(no subject)"), content;
	str url = page_url(q, page_post_path(q, p->number));
	bool hide = page_hides(q, &worker_of(q)->settings);
	BUF(time);
	ARENA(a);
	TRY(feed_content(q, a, p, url, b->n, &content));
	show_iso(&time, p->date);
	buf_add(b, STR("\n{"));
	add_member(b, "id", feed_entry_id(q, p->number));
	add_member(b, "url", url);
	add_member(b, "title", title);
	add_member(b, content.n ? "content_html" : "content_text",
		   content.n ? content : title);
	add_member(b, "date_published", buf_str(&time));
	buf_add(b, STR(",\"authors\":[{"));
	add_member(b, "name", page_author(a, p->from_name, p->from_address, hide));
	buf_add(b, STR("}]}"));
	return OK;
}

err feed_json(struct request *q, struct buf *b, const struct feed *f)
{
	bool first = true;
	buf_add(b, STR("{"));
	add_member(b, "version", STR("https://jsonfeed.org/version/1.1"));
	add_member(b, "title", f->title);
	add_member(b, "home_page_url", page_url(q, f->page));
	add_member(b, "feed_url", page_url(q, feed_own_path(q, f)));
	buf_add(b, STR(",\"items\":["));
	for (size_t i = 0; i < f->posts.count; i++) {
		const struct archive_post *p = &f->posts.list[i];
		if (p->flags & ARCHIVE_GONE)
			continue;
		if (!first)
			buf_add(b, STR(","));
		first = false;
		TRY(feed_turn(q, f, p));
		TRY(add_item(q, b, p));
	}
	buf_add(b, STR("]}\n"));
	return OK;
}
