/* A thread: in parts of PART_POSTS, as a tree or by date, or its outline whole. */
#include "web/pages/bodies.h"
#include "web/pages/feed.h"

#include "base/language.h"
#include "web/pages/tree.h"

#include "archive/render.h"
#include "base/enc.h"
#include "web/pages/forms.h"
#include "web/pages/mark.h"
#include "web/pages/reading.h"
#include "web/pages/since.h"

#include <inttypes.h>

/* What a page takes beside its bodies, about: to grow by megabytes costs more than
 * to fill them. */
enum { AROUND = 1024, AROUND_LINE = 256, AROUND_ALL = 16384 };

struct thread_view {
	struct archive_thread_page t;
	bool flat, outline, hide;
	struct part part; /* the leaves that this page shows */
	int64_t subject_key;
	struct bodies_post *posts; /* of the part */
	struct marks marks;        /* what who looks keeps of it */
	str description;
};

/* ---- one message */

static const struct archive_leaf *parent_of(const struct thread_view *v,
					    const struct archive_leaf *leaf)
{
	return leaf->parent < 0 ? NULL : &v->t.leaves[leaf->parent];
}

static bool is_shown(const struct thread_view *v, const struct archive_leaf *leaf)
{
	size_t i = (size_t)(leaf - v->t.leaves);
	return i >= v->part.from && i < v->part.from + v->part.count;
}

static void show_message(struct request *q, struct thread_view *v,
			 const struct archive_leaf *leaf, struct page_msg *m)
{
	const struct archive_post *p = &leaf->post;
	const struct archive_leaf *up = parent_of(v, leaf);
	const struct bodies_post *said =
		&v->posts[(size_t)(leaf - v->t.leaves) - v->part.from];
	*m = (struct page_msg){
		.number = p->number,
		.subject = p->subject,
		.renamed = p->subject_key != v->subject_key,
		.from = page_author(q->arena, p->from_name, p->from_address, v->hide),
		.from_href = p->from_address.n ? page_author_path(q, p->number)
					       : STR_NONE,
		.message_id = p->message_id,
		.initials = render_initials(q->arena, p->from_name, p->from_address),
		.date = p->date,
		.guessed = p->flags & ARCHIVE_GUESSED,
		.formatted = p->flags & ARCHIVE_HTML,
		.gone = p->flags & ARCHIVE_GONE,
		.href = said->url,
		.reply = page_reply_path(q, p->number),
		.body = said->body,
	};
	if (!up)
		return;
	m->answers_number = up->post.number;
	m->answers_name = said->parent_name;
	m->answers_href = is_shown(v, up)
				  ? arena_printf(q->arena, "#n%" PRId64, up->post.number)
				  : page_post_path(q, up->post.number);
}

static err make_bodies(struct request *q, struct thread_view *v)
{
	size_t count = v->part.count;
	v->posts = arena_zero(q->arena, (count + 1) * sizeof *v->posts);
	for (size_t i = 0; i < count; i++) {
		const struct archive_leaf *leaf = &v->t.leaves[v->part.from + i];
		const struct archive_leaf *up = parent_of(v, leaf);
		v->posts[i].url = page_post_path(q, leaf->post.number);
		if (up)
			v->posts[i].parent_name = page_author(
				q->arena, up->post.from_name, up->post.from_address,
				v->hide);
	}
	TRY(page_describe(q, &v->t.leaves[v->part.from].post, &v->description));
	return bodies_make(
		worker_of(q), q->arena,
		&(struct bodies){ &v->t, v->part, v->hide, page_marks(q), v->posts });
}

static size_t octets_of(const struct thread_view *v)
{
	size_t sum = AROUND_ALL;
	for (size_t i = 0; i < v->part.count; i++)
		sum += v->outline ? AROUND_LINE : v->posts[i].body.s.n + AROUND;
	return sum;
}

/* ---- the tree of messages */

static void nest_messages(struct request *q, struct thread_view *v,
			  const struct tree *tree, struct page_thread *p)
{
	struct page_msg *top = arena_zero(q->arena, (tree->roots + 1) * sizeof *top);
	struct page_msg **at = arena_alloc(q->arena, (v->part.count + 1) * sizeof *at);
	size_t tops = 0;
	for (size_t i = 0; i < v->part.count; i++) {
		int up = tree->up[i];
		struct page_msg *under = up < 0 ? NULL : at[up];
		struct page_msg *row = under ? (struct page_msg *)(uintptr_t)
							       under->answers
						       + under->answers_count++
					     : top + tops++;
		show_message(q, v, &v->t.leaves[v->part.from + i], row);
		row->answers = arena_alloc(q->arena, (tree->kids[i] + 1) * sizeof *row);
		at[i] = row;
	}
	p->messages = top;
	p->messages_count = tops;
}

/* ---- reading */

/* Posts under another subject than the thread's show it. */
static int64_t subject_key_of(const struct archive_thread_page *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->leaves[i].post.id == t->thread.root)
			return t->leaves[i].post.subject_key;
	return 0;
}

static void add_neighbours(struct request *q, const struct thread_view *v,
			   struct page_thread *p)
{
	struct archive_thread before, after;
	bool sees_before = true, sees_after = true;
	if (archive_thread_neighbours(worker_of(q)->books.archive, q->arena, &v->t.thread,
				      &before, &after)
		    .kind
	    || since_thread(q, &before, &sees_before).kind
	    || since_thread(q, &after, &sees_after).kind)
		return;
	if (before.number && sees_before) {
		p->before_href = page_thread_path(q, before.number);
		p->before_subject = page_subject(before.subject, before.flags);
	}
	if (after.number && sees_after) {
		p->after_href = page_thread_path(q, after.number);
		p->after_subject = page_subject(after.subject, after.flags);
	}
}

static void add_parts(struct request *q, const struct thread_view *v,
		      struct page_thread *p)
{
	const char *view = v->flat ? "&view=flat" : "";
	size_t end = v->part.from + v->part.count;
	p->shown_from = (int64_t)v->part.from + 1;
	p->shown_to = (int64_t)end;
	p->whole = v->part.count == v->t.count;
	if (v->part.from)
		p->earlier = arena_cat(q->arena, p->path,
				       v->flat ? STR("?view=flat") : STR(""));
	if (end < v->t.count)
		p->more = arena_printf(q->arena, "%.*s?after=%" PRId64 "%s",
				       STR_F(p->path), v->t.leaves[end - 1].post.number,
				       view);
}

/* What the bar offers: an answer goes to what was said last. */
static void add_bar(struct request *q, const struct thread_view *v, struct page_thread *p)
{
	const struct archive_post *last = &v->t.leaves[0].post;
	for (size_t i = 0; i < v->t.count; i++) {
		const struct archive_post *x = &v->t.leaves[i].post;
		p->patch |= x->flags & ARCHIVE_PATCH;
		if (x->date >= last->date)
			last = x;
	}
	p->reply = page_reply_path(q, last->number);
}

static void add_messages(struct request *q, struct thread_view *v, struct page_thread *p)
{
	const struct archive_leaf *leaves = v->t.leaves + v->part.from;
	size_t count = v->part.count;
	struct tree tree;
	struct outline_how how = { .hide = v->hide,
				   .here = !v->outline,
				   .whole = v->outline,
				   .subject_key = v->subject_key };
	tree_make(q->arena, leaves, count, (int)v->part.from, &tree);
	if (!v->outline)
		nest_messages(q, v, &tree, p);
	if (v->outline || (count > 1 && !q->json))
		p->outline = tree_outline(q, leaves, count, &tree, &how,
					  &p->outline_count);
	if (!v->outline)
		add_parts(q, v, p);
}

static struct page_frame thread_frame(struct request *q, const struct thread_view *v,
				      str path)
{
	const struct archive_thread *t = &v->t.thread;
	int year, month;
	str about = page_subject(t->subject, t->flags);
	str title = about.n ? about : S_("(no subject)");
	struct page_frame f = archive_frame(
		q, arena_cat(q->arena, title, STR(", "), worker_of(q)->list->name));
	page_month_of(t->first_at, &year, &month);
	frame_step(q, &f, page_month_name(q->arena, year, month),
		   page_month_path(q, year, month));
	frame_step(q, &f, arena_printf(q->arena, _("thread %lld"), (long long)t->number),
		   STR_NONE);
	feed_offer(q->arena, &f, path, STR(""));
	f.canonical = page_url(q, path);
	f.description = v->description;
	return f;
}

static void show_thread(struct request *q, struct response *r, struct thread_view *v)
{
	const struct archive_thread *t = &v->t.thread;
	str path = page_thread_path(q, t->number);
	struct page_thread p = {
		.frame = thread_frame(q, v, path),
		.number = t->number,
		.subject = page_subject(t->subject, t->flags),
		.posts = (int64_t)v->t.count,
		.authors = t->authors,
		.first = t->first_at,
		.last = t->last_at,
		.flat = v->flat,
		.outlined = v->outline,
		.whole = v->outline,
		.path = path,
		.list_path = list_path(q),
		.marks = marks_show(q, &v->marks, path),
		.login = q->session ? STR_NONE
				    : arena_cat(q->arena, STR("/login?to="),
						enc_percent(q->arena, path)),
	};
	add_messages(q, v, &p);
	add_bar(q, v, &p);
	add_neighbours(q, v, &p);
	buf_room(&r->body, octets_of(v));
	ANSWER(q, r, thread, &p);
}

struct wanted {
	int64_t number, after;
	bool found, part_found;
};

static err read_part(struct request *q, struct thread_view *v, struct wanted *w)
{
	struct worker *d = worker_of(q);
	TRY(archive_read_outline(d->books.archive, q->arena, d->list->id, w->number,
				 &v->t, &w->found));
	if (!w->found)
		return OK;
	since_leaves(q, &v->t);
	w->found = v->t.count;
	if (!w->found)
		return OK;
	if (v->flat)
		part_flatten(q->arena, &v->t);
	if (v->outline) {
		v->part = (struct part){ 0, v->t.count };
		w->part_found = true;
		return OK;
	}
	w->part_found = part_find(&v->t, w->after, &v->part);
	if (!w->part_found || v->t.thread.number != w->number)
		return OK;
	return make_bodies(q, v);
}

/* The outline and the bodies are of one moment. */
static err read_thread(struct request *q, struct thread_view *v, struct wanted *w)
{
	struct book *b = worker_of(q)->books.archive;
	TRY(book_begin(b));
	err e = read_part(q, v, w), end = book_commit(b);
	return e.kind ? e : end;
}

static bool wants(const struct request *q, str view)
{
	return str_eq(request_query(q, "view"), view);
}

void thread_page(struct request *q, struct response *r)
{
	struct worker *d = worker_of(q);
	struct thread_view v = { .flat = wants(q, STR("flat")),
				 .outline = !q->json && wants(q, STR("outline")),
				 .hide = page_hides(q, &d->settings) };
	struct wanted w = { 0 };
	struct cache_key key;
	if (!str_i64(request_arg(q, "number"), &w.number)
	    || (request_query(q, "after").n
		&& !str_i64(request_query(q, "after"), &w.after))) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	if (v.flat || v.outline || w.after)
		page_no_index(r);
	if (page_failed(q, r, marks_of(q, w.number, &v.marks)))
		return;
	str details = arena_printf(q->arena, "%" PRId64 " %" PRId64 " %d%d%.*s", w.number,
				   w.after, v.flat, v.outline, STR_F(v.marks.key));
	reading_saw(q, w.number);
	if (page_from_cache(q, r, "thread", details, &key))
		return;
	if (page_failed(q, r, read_thread(q, &v, &w)))
		return;
	if (w.found && v.t.thread.number != w.number) {
		response_redirect(
			r, 302,
			arena_printf(q->arena, "%.*s%s#n%" PRId64,
				     STR_F(page_thread_path(q, v.t.thread.number)),
				     q->json ? ".json" : "", w.number));
		return;
	}
	if (!w.found || !w.part_found) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	v.subject_key = subject_key_of(&v.t);
	show_thread(q, r, &v);
	page_to_cache(q, r, &key);
}
