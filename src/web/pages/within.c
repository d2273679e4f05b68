/* A message that hangs on a post, as what it says. Its own files come with the whole of it. */
#include "web/pages/forms.h"
#include "web/pages/page.h"
#include "web/pages/sight.h"
#include "web/pages/within.h"

#include "archive/content.h"
#include "archive/render.h"
#include "base/enc.h"
#include "base/language.h"
#include "mail/address.h"
#include "mail/date.h"

#include <inttypes.h>

static str people(struct arena *a, const struct header *h, str field, bool hide)
{
	BUF(out);
	struct mailbox *boxes;
	size_t count = 0;
	const struct field *f = header_find(h, field);
	if (!f || address_list(a, f->value, &boxes, &count).kind)
		return STR_NONE;
	for (size_t i = 0; i < count; i++)
		buf_cat(&out, i ? STR(", ") : STR(""),
			page_author(a, boxes[i].name, address_text(a, &boxes[i].address),
				    hide));
	return arena_copy(a, buf_str(&out));
}

static int64_t date_of(struct arena *a, const struct header *h)
{
	int64_t seconds;
	int offset;
	const struct field *f = header_find(h, STR("Date"));
	return f && !date_parse(header_value(a, f), &seconds, &offset).kind ? seconds : 0;
}

static void add_files(struct arena *a, struct content *c, struct page_within *p)
{
	content_files(a, c);
	struct page_within_files *rows = arena_zero(a,
						    (c->file_count + 1) * sizeof *rows);
	for (size_t i = 0; i < c->file_count; i++)
		rows[i] = (struct page_within_files){ .name = c->files[i].name,
						      .type = c->files[i].type };
	p->files = rows;
	p->files_count = c->file_count;
}

void within_answer(struct request *q, struct response *r,
		   const struct archive_attachment *x, str message)
{
	struct content c;
	int64_t number = 0;
	bool hide = page_hides(q, &worker_of(q)->settings);
	if ((!str_eq(x->declared, STR("message/rfc822"))
	     && !str_eq(x->declared, STR("message/global")))
	    || content_read(q->arena, message, &c).kind || !c.mime.header.count
	    || !str_i64(request_arg(q, "number"), &number)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	const struct header *h = &c.mime.header;
	str path = page_post_path(q, number);
	struct page_within p = {
		.number = number,
		.part = x->n,
		.subject = header_text(q->arena, header_find(h, STR("Subject"))),
		.from = people(q->arena, h, STR("From"), hide),
		.to = people(q->arena, h, STR("To"), hide),
		.cc = people(q->arena, h, STR("Cc"), hide),
		.date = date_of(q->arena, h),
		.href = path,
		.whole = arena_printf(q->arena, "%.*s/a/%" PRId64 "/%.*s", STR_F(path),
				      x->n, STR_F(enc_percent(q->arena, x->filename))),
		.body = render_post(
			q->arena, message,
			&(struct render_how){ .number = number, .hide_addresses = hide }),
	};
	add_files(q->arena, &c, &p);
	if (q->json)
		p.text = hide ? render_hide_text(q->arena, c.text, STR("…")) : c.text;
	p.frame = archive_frame(q, p.subject.n ? p.subject : x->filename);
	frame_step(q, &p.frame, arena_printf(q->arena, "#%" PRId64, number), path);
	frame_step(q, &p.frame, S_("Attached message"), STR_NONE);
	page_no_index(r);
	ANSWER(q, r, within, &p);
	str type = r->type.n ? r->type : STR("text/html; charset=utf-8");
	response_blob(q, r, blob_new(&r->body, type));
}
