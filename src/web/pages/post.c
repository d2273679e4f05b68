/* A post alone, between what it answers and its neighbours. */
#include "web/pages/tree.h"

#include "base/language.h"
#include "archive/redact.h"
#include "archive/render.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "mail/header.h"
#include "web/pages/checked.h"
#include "web/pages/deeds.h"
#include "web/pages/forms.h"
#include "web/pages/since.h"

#include <inttypes.h>

enum {
	BESIDE = 30,          /* rows of the outline before and behind the post */
	RECEIVERS_MAX = 2000, /* octets of To, and of Cc */
};

/* "06:12 (+02:00)"; empty where the site's clock showed the same. */
static str zone_of(struct arena *a, int64_t date, int offset)
{
	int m = offset < 0 ? -offset : offset;
	int64_t local = (date + offset * 60LL) % 86400;
	if (offset * 60 == zone_at(zone_viewer(), date)->offset)
		return STR_NONE;
	if (local < 0)
		local += 86400;
	return arena_printf(a, "%02" PRId64 ":%02" PRId64 " (%c%02d:%02d)", local / 3600,
			    local / 60 % 60, offset < 0 ? '-' : '+', m / 60, m % 60);
}

static void add_attachments(struct request *q, const struct archive_leaf *leaf,
			    struct page_post *p)
{
	size_t n = leaf->attachments.count;
	struct page_post_attachments *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct archive_attachment *x = &leaf->attachments.list[i];
		str name = x->filename.n ? x->filename : STR("unnamed");
		rows[i] = (struct page_post_attachments){
			.n = x->n,
			.filename = x->filename,
			.declared = x->declared,
			.sniffed = x->sniffed,
			.size = x->size,
			.sha256 = enc_hex(q->arena, x->sha256),
			.width = x->width,
			.height = x->height,
			.verdict = checked_word(leaf),
			.engine = leaf->verdict.engine,
			.signature = leaf->verdict.signature,
			.checked = leaf->verdict.at,
			.path = arena_printf(q->arena, "%.*s/a/%" PRId64 "/%.*s",
					     STR_F(p->path), x->n,
					     STR_F(enc_percent(q->arena, name))),
		};
	}
	p->attachments = rows;
	p->attachments_count = n;
}

static void add_parent(struct request *q, const struct archive_post_page *x, bool hide,
		       struct page_post *p)
{
	const struct archive_post *up = &x->parent.post;
	if (!x->has_parent)
		return;
	p->answers_number = up->number;
	p->answers_href = page_post_path(q, up->number);
	p->answers_name = page_author(q->arena, up->from_name, up->from_address, hide);
}

static struct html body_of(struct request *q, const struct archive_post_page *x,
			   const struct page_post *p, bool hide)
{
	struct render_memory above = { 0 };
	struct render_how how = {
		.url = p->path,
		.number = p->number,
		.hide_addresses = hide,
		.marked = page_marks(q),
		.attachments = &x->leaf.attachments,
		.pictures = true,
		.checked = checked_html(q->arena, &x->leaf),
		.parent_name = p->answers_name,
		.alone = true,
	};
	if (x->has_parent) {
		above.text = render_text(q->arena, x->parent.message, NULL);
		how.parent = &above;
	}
	return render_post(q->arena, x->leaf.message, &how);
}

/* Who wrote it, and under which subject where that is another than the page's. */
static str neighbour(struct request *q, int64_t subject_key, const struct archive_post *x,
		     bool hide)
{
	if (x->flags & ARCHIVE_GONE)
		return page_subject(x->subject, x->flags);
	str who = page_author(q->arena, x->from_name, x->from_address, hide);
	if (x->subject_key == subject_key || !x->subject.n)
		return who;
	return arena_cat(q->arena, who, STR(": "), x->subject);
}

/* Its row in the outline, those before and behind it, and a number of both: what a thread
 * of thousands has beside one of its posts. */
static void show_outline(struct request *q, struct page_post *p,
			 const struct archive_thread_page *t, bool hide)
{
	struct tree tree;
	struct outline_how how = { .hide = hide, .current = p->number };
	size_t at = 0;
	while (at + 1 < t->count && t->leaves[at].post.number != p->number)
		at++;
	int64_t key = t->leaves[at].post.subject_key;
	size_t from = at > BESIDE ? at - BESIDE : 0;
	size_t end = t->count - at > BESIDE ? at + BESIDE + 1 : t->count;
	tree_make(q->arena, t->leaves + from, end - from, (int)from, &tree);
	p->outline = tree_outline(q, t->leaves + from, end - from, &tree, &how,
				  &p->outline_count);
	p->outline_cut = end - from < t->count;
	if (at) {
		p->earlier_href = page_post_path(q, t->leaves[at - 1].post.number);
		p->earlier = neighbour(q, key, &t->leaves[at - 1].post, hide);
	}
	if (at + 1 < t->count) {
		p->later_href = page_post_path(q, t->leaves[at + 1].post.number);
		p->later = neighbour(q, key, &t->leaves[at + 1].post, hide);
	}
}

static err add_outline(struct request *q, struct page_post *p, bool hide)
{
	struct archive_thread_page t;
	bool found;
	const struct worker *w = worker_of(q);
	TRY(archive_read_outline(w->books.archive, q->arena, w->list->id, p->number, &t,
				 &found));
	if (found)
		since_leaves(q, &t);
	if (!found || t.count < 2)
		return OK;
	show_outline(q, p, &t, hide);
	return OK;
}

/* The posts with the numbers beside it. */
static err add_numbers(struct request *q, struct page_post *p, int64_t key, bool hide)
{
	const struct worker *w = worker_of(q);
	int64_t *numbers[] = { &p->before, &p->after };
	str *texts[] = { &p->before_text, &p->after_text };
	for (size_t i = 0; i < 2; i++) {
		struct archive_post x;
		bool found = false;
		if (*numbers[i])
			TRY(archive_post_by_number(w->books.archive, q->arena,
						   w->list->id, *numbers[i], &x, &found));
		if (!found || !since_sees(q, &x))
			*numbers[i] = 0;
		else
			*texts[i] = neighbour(q, key, &x, hide);
	}
	return OK;
}

static struct page_frame post_frame(struct request *q, const struct archive_post_page *x)
{
	const struct archive_post *p = &x->leaf.post;
	int year, month;
	str title = p->subject.n ? p->subject : S_("(no subject)");
	struct page_frame f = archive_frame(
		q, arena_printf(q->arena, "%.*s, %.*s #%" PRId64, STR_F(title),
				STR_F(worker_of(q)->list->name), p->number));
	page_month_of(p->date, &year, &month);
	frame_step(q, &f, page_month_name(q->arena, year, month),
		   page_month_path(q, year, month));
	frame_step(q, &f,
		   arena_printf(q->arena, _("thread %lld"), (long long)x->thread.number),
		   page_thread_path(q, x->thread.number));
	frame_step(q, &f, arena_printf(q->arena, "#%" PRId64, p->number), STR_NONE);
	f.canonical = page_url(q, page_post_path(q, p->number));
	return f;
}

static str receivers(struct arena *a, const struct header *h, str field)
{
	str all = utf8_scrub(a, header_text(a, header_find(h, field)));
	str shown = utf8_first(all, RECEIVERS_MAX);
	return shown.n < all.n ? arena_cat(a, shown, STR(" ...")) : shown;
}

/* The addresses, for whom the list hides none. */
static void add_addresses(struct request *q, const struct archive_leaf *leaf,
			  struct page_post *p)
{
	struct header h;
	p->from_address = leaf->post.from_address;
	if (header_scan(q->arena, leaf->message, &h).kind)
		return; /* larger than any header: the raw message has it */
	p->to = receivers(q->arena, &h, STR("To"));
	p->cc = receivers(q->arena, &h, STR("Cc"));
}

/* The post's deeds, for who may do them. */
static err add_deeds(struct request *q, struct page_post *p, int64_t id)
{
	if (!worker_may(worker_of(q), RIGHT_post_redact))
		return OK;
	p->manage = arena_cat(q->arena, p->path, STR("/redact"));
	return deeds_of(q, id, &p->deeds);
}

static err show_post(struct request *q, struct response *r,
		     const struct archive_post_page *x)
{
	const struct archive_post *post = &x->leaf.post;
	bool hide = page_hides(q, &worker_of(q)->settings);
	struct page_post p = {
		.frame = post_frame(q, x),
		.number = post->number,
		.subject = post->subject,
		.from = page_author(q->arena, post->from_name, post->from_address, hide),
		.from_href = post->from_address.n ? page_author_path(q, post->number)
						  : STR_NONE,
		.initials = render_initials(q->arena, post->from_name,
					    post->from_address),
		.date = post->date,
		.zone = zone_of(q->arena, post->date, post->offset),
		.received = post->received_at,
		.message_id = post->message_id,
		.size = post->size,
		.guessed = post->flags & ARCHIVE_GUESSED,
		.formatted = post->flags & ARCHIVE_HTML,
		.reply = page_reply_path(q, post->number),
		.mailto = page_reply_mailto(q, post),
		.path = page_post_path(q, post->number),
		.list_path = list_path(q),
		.thread = x->thread.number,
		.thread_posts = x->thread.posts,
		.whole_thread = arena_cat(q->arena, page_thread_path(q, x->thread.number),
					  STR("?view=outline")),
		.thread_href = arena_printf(q->arena, "%.*s#n%" PRId64,
					    STR_F(page_thread_path(q, x->thread.number)),
					    post->number),
		.before = x->before,
		.after = x->after,
		.cut = post->flags & ARCHIVE_CUT,
		.hidden = post->flags & ARCHIVE_GONE,
	};
	TRY(page_describe(q, post, &p.frame.description));
	TRY(add_deeds(q, &p, post->id));
	add_parent(q, x, hide, &p);
	if (!hide)
		add_addresses(q, &x->leaf, &p);
	add_attachments(q, &x->leaf, &p);
	p.body = body_of(q, x, &p, hide);
	if (q->json) {
		p.text = render_text(q->arena, x->leaf.message, NULL);
		p.text = hide ? render_hide_text(q->arena, p.text, STR("…")) : p.text;
	} else {
		TRY(add_outline(q, &p, hide));
		TRY(add_numbers(q, &p, post->subject_key, hide));
	}
	ANSWER(q, r, post, &p);
	return OK;
}

/* What stands around it and is of a day that the viewer does not see. */
static err forget_before(struct request *q, struct archive_post_page *x)
{
	const struct worker *w = worker_of(q);
	struct archive_post before;
	bool found, sees;
	if (!w->since)
		return OK;
	TRY(since_thread(q, &x->thread, &sees));
	x->has_parent = x->has_parent && since_sees(q, &x->parent.post);
	if (!x->before)
		return OK;
	TRY(archive_post_by_number(w->books.archive, q->arena, w->list->id, x->before,
				   &before, &found));
	if (!found || !since_sees(q, &before))
		x->before = 0;
	return OK;
}

/* Owners see what is hidden; everybody else, and all where it is removed, a tombstone. */
static err unhide(struct request *q, struct archive_post_page *x, bool *seen)
{
	struct archive_post was;
	*seen = !(x->leaf.post.flags & ARCHIVE_GONE);
	if (*seen || !worker_may(worker_of(q), RIGHT_post_redact))
		return OK;
	TRY(archive_read_hidden(worker_of(q)->books.archive, q->arena, &x->leaf.post,
				&was, &x->leaf.attachments, &x->leaf.message, seen));
	if (!*seen)
		return OK;
	x->leaf.post = was;
	return archive_verdict_of(worker_of(q)->books.archive, q->arena, was.id,
				  &x->leaf.verdict);
}

static err show_tombstone(struct request *q, struct response *r,
			  const struct archive_post_page *x)
{
	int64_t number = x->leaf.post.number;
	str path = page_post_path(q, number);
	struct page_gone p = {
		.frame = archive_frame(q, arena_printf(q->arena, "#%" PRId64, number)),
		.number = number,
		.thread_href = page_thread_path(q, x->thread.number),
		.list_path = list_path(q),
		.before = x->before,
		.after = x->after,
	};
	frame_step(q, &p.frame, arena_printf(q->arena, "#%" PRId64, number), STR_NONE);
	TRY(deeds_last(q, x->leaf.post.id, &p.at, &p.hidden));
	if (worker_may(worker_of(q), RIGHT_post_redact)) {
		p.manage = arena_cat(q->arena, path, STR("/redact"));
		TRY(deeds_of(q, x->leaf.post.id, &p.deeds));
	}
	r->status = 410;
	page_no_index(r);
	ANSWER(q, r, gone, &p);
	return OK;
}

void post_page(struct request *q, struct response *r)
{
	struct archive_post_page x;
	const struct worker *w = worker_of(q);
	int64_t number = 0;
	bool found;
	struct cache_key key;
	if (!str_i64(request_arg(q, "number"), &number)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	str details = arena_printf(q->arena, "%" PRId64, number);
	if (page_from_cache(q, r, "post", details, &key)
	    || page_failed(q, r,
			   archive_read_post(w->books.archive, q->arena, w->list->id,
					     number, &x, &found)))
		return;
	if (!found || !since_sees(q, &x.leaf.post)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	bool seen;
	if (page_failed(q, r, forget_before(q, &x))
	    || page_failed(q, r, unhide(q, &x, &seen)))
		return;
	if (!seen)
		(void)page_failed(q, r, show_tombstone(q, r, &x));
	else if (!page_failed(q, r, show_post(q, r, &x)))
		page_to_cache(q, r, &key);
}
