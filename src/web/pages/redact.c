/* /lists/NAME/17/redact: what an owner may do to a post, and what was done. */
#include "web/pages/deeds.h"

#include "archive/redact.h"
#include "base/language.h"
#include "web/pages/forms.h"

#include <inttypes.h>

err deeds_of(struct request *q, int64_t post, const struct page_deeds **deeds)
{
	struct redaction_row *rows;
	size_t n;
	*deeds = NULL;
	TRY(redactions_of_post(worker_of(q)->books.archive, q->arena, post, &rows, &n));
	if (!n)
		return OK;
	struct page_deeds *d = arena_zero(q->arena, sizeof *d);
	struct page_deeds_rows *x = arena_zero(q->arena, n * sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = (struct page_deeds_rows){
			.what = S_(arena_z(q->arena, redaction_text(rows[i].what))),
			.at = rows[i].at,
			.by = rows[i].actor,
			.reason = rows[i].reason,
			.detail = rows[i].detail,
			.clean = rows[i].clean_at,
		};
	d->rows = x;
	d->rows_count = n;
	*deeds = d;
	return OK;
}

err deeds_last(struct request *q, int64_t post, int64_t *at, bool *hidden)
{
	struct redaction_row *rows;
	size_t n;
	TRY(redactions_of_post(worker_of(q)->books.archive, q->arena, post, &rows, &n));
	*at = 0;
	*hidden = false;
	for (size_t i = 0; i < n; i++) {
		bool hides = str_eq(rows[i].what, STR("hidden"));
		if (!hides && !str_eq(rows[i].what, STR("purged")))
			continue;
		*at = rows[i].at;
		*hidden = hides;
	}
	return OK;
}

/* ---- the page */

static err add_parts(struct request *q, str message, struct page_redact *p)
{
	struct redact_part *parts;
	size_t n;
	TRY(redact_parts(q->arena, message, &parts, &n));
	struct page_redact_parts *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_redact_parts){ (int64_t)parts[i].part,
						      parts[i].type, parts[i].filename,
						      parts[i].size };
	p->parts = rows;
	p->parts_count = n;
	return OK;
}

/* What it is, or was before it was hidden. */
static err read_post(struct request *q, struct archive_post *post, bool *found,
		     struct page_redact *p)
{
	const struct worker *w = worker_of(q);
	struct archive_post was;
	struct archive_attachments files;
	struct archive_thread t;
	bool there;
	str message;
	TRY(archive_post_by_number(w->books.archive, q->arena, w->list->id, p->number,
				   post, found));
	if (!*found)
		return OK;
	TRY(archive_thread_by_id(w->books.archive, q->arena, post->thread, &t, &there));
	p->starts = there && t.root == post->id && !post->parent;
	p->placed = post->flags & ARCHIVE_PLACED;
	TRY(deeds_of(q, post->id, &p->deeds));
	if (post->flags & ARCHIVE_GONE) {
		TRY(archive_read_hidden(w->books.archive, q->arena, post, &was, &files,
					&message, &p->hidden));
		p->purged = !p->hidden;
		*post = p->hidden ? was : *post;
		return OK;
	}
	TRY(archive_read_raw(w->books.archive, q->arena, w->list->id, p->number, &message,
			     found));
	return add_parts(q, message, p);
}

static void show(struct request *q, struct response *r, struct page_redact *p)
{
	struct archive_post post;
	bool found;
	p->href = page_post_path(q, p->number);
	p->action = arena_cat(q->arena, p->href, STR("/redact"));
	if (page_failed(q, r, read_post(q, &post, &found, p)))
		return;
	if (!found) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	p->frame = archive_frame(q,
				 arena_printf(q->arena, _("Hide, redact or move #%lld"),
					      (long long)p->number));
	frame_step(q, &p->frame, arena_printf(q->arena, "#%" PRId64, p->number), p->href);
	frame_step(q, &p->frame, S_("Hide, redact or move"), STR_NONE);
	p->csrf = csrf_of(q);
	p->subject = p->purged ? S_("(taken away)") : post.subject;
	p->from = page_author(q->arena, post.from_name, post.from_address, false);
	p->date = post.date;
	page_no_index(r);
	ANSWER(q, r, redact, p);
}

void redact_page(struct request *q, struct response *r)
{
	struct page_redact p = { .note = note_of(q) };
	if (str_i64(request_arg(q, "number"), &p.number))
		show(q, r, &p);
	else
		error_page(q, r, 404, STR_NONE);
}

static void show_again(struct request *q, struct response *r, int64_t number, str why)
{
	show(q, r,
	     &(struct page_redact){ .number = number,
				    .note = note_bad(q, why),
				    .address = field(q, "address"),
				    .all = str_eq(field(q, "all"), STR("yes")),
				    .under = field(q, "under"),
				    .reason = field(q, "reason") });
}

void redact_post(struct request *q, struct response *r)
{
	static const char *const fields[] = { "do",      "reason", "part",
					      "address", "all",    "under" };
	struct ordered x;
	int64_t number;
	str text = request_arg(q, "number");
	if (!str_i64(text, &number)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	if (str_eq(field(q, "do"), STR("purge")) && !str_eq(field(q, "typed"), text)) {
		r->status = 400;
		show_again(q, r, number,
			   STR("that is not the number of the message to be removed"));
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "number", json_of(text));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		json_object_set_new(args, fields[i], json_of(field(q, fields[i])));
	if (order_and_wait(q, "redact", args, &x)) {
		go_done(q, r, arena_printf(q->arena, "/%" PRId64 "/redact", number),
			x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show_again(q, r, number, x.why);
}
