/* A thread, whole, as a tree or by date. */
#include "web/pages/tree.h"

#include "archive/render.h"
#include "base/enc.h"
#include "web/pages/forms.h"

#include <inttypes.h>
#include <stdlib.h>

enum { PAGE_POSTS = 256 }; /* of a thread on one page */

struct thread_view {
	struct archive_thread_page t;
	bool flat, hide;
	size_t from, count; /* the leaves that this page shows */
	int64_t subject_key;
	struct render_memory *said; /* by leaf */
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
	return i >= v->from && i < v->from + v->count;
}

/* What the parent said, also where it stands on an earlier page. */
static struct render_memory *memory_of(struct request *q, const struct thread_view *v,
				       const struct archive_leaf *leaf)
{
	if (!leaf)
		return NULL;
	struct render_memory *m = &v->said[leaf - v->t.leaves];
	if (!m->text.n)
		m->text = render_text(q->arena, leaf->message, NULL);
	return m;
}

static struct html body_of(struct request *q, const struct thread_view *v,
			   const struct archive_leaf *leaf, str parent_name)
{
	struct render_how how = {
		.url = face_post_path(q, leaf->post.number),
		.number = leaf->post.number,
		.hide_addresses = v->hide,
		.attachments = &leaf->attachments,
		.parent = memory_of(q, v, parent_of(v, leaf)),
		.parent_name = parent_name,
		.memory = &v->said[leaf - v->t.leaves],
	};
	return render_post(q->arena, leaf->message, &how);
}

static void show_message(struct request *q, const struct thread_view *v,
			 const struct archive_leaf *leaf, struct page_msg *m)
{
	const struct archive_post *p = &leaf->post;
	const struct archive_leaf *up = parent_of(v, leaf);
	str from = face_author(q->arena, p->from_name, p->from_address, v->hide);
	str up_name = up ? face_author(q->arena, up->post.from_name,
				       up->post.from_address, v->hide)
			 : STR_NONE;
	*m = (struct page_msg){
		.number = p->number,
		.subject = p->subject,
		.renamed = p->subject_key != v->subject_key,
		.from = from,
		.message_id = p->message_id,
		.initials = render_initials(q->arena, p->from_name, p->from_address),
		.date = p->date,
		.guessed = p->flags & ARCHIVE_GUESSED,
		.href = face_post_path(q, p->number),
		.reply = face_reply_path(q, p->number),
		.body = body_of(q, v, leaf, up_name),
	};
	if (!up)
		return;
	m->answers_number = up->post.number;
	m->answers_name = up_name;
	m->answers_href = is_shown(v, up)
				  ? arena_printf(q->arena, "#n%" PRId64, up->post.number)
				  : face_post_path(q, up->post.number);
}

/* ---- the tree of messages */

static void nest_messages(struct request *q, const struct thread_view *v,
			  const struct tree *tree, struct page_thread *p)
{
	struct page_msg *top = arena_zero(q->arena, (tree->roots + 1) * sizeof *top);
	struct page_msg **at = arena_alloc(q->arena, (v->count + 1) * sizeof *at);
	size_t tops = 0;
	for (size_t i = 0; i < v->count; i++) {
		int up = tree->up[i];
		struct page_msg *under = up < 0 ? NULL : at[up];
		struct page_msg *row = under ? (struct page_msg *)(uintptr_t)
							       under->answers
						       + under->answers_count++
					     : top + tops++;
		show_message(q, v, &v->t.leaves[v->from + i], row);
		row->answers = arena_alloc(q->arena, (tree->kids[i] + 1) * sizeof *row);
		at[i] = row;
	}
	p->messages = top;
	p->messages_count = tops;
}

/* ---- which part of the thread */

static int by_date(const void *x, const void *y)
{
	const struct archive_post *p = &((const struct archive_leaf *)x)->post;
	const struct archive_post *q = &((const struct archive_leaf *)y)->post;
	if (p->date != q->date)
		return p->date < q->date ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

/* By date: the leaves are sorted anew, and parents found where they now stand. */
static void flatten(struct archive_thread_page *t)
{
	qsort(t->leaves, t->count, sizeof *t->leaves, by_date);
	for (size_t i = 0; i < t->count; i++) {
		struct archive_leaf *leaf = &t->leaves[i];
		bool answers = leaf->parent >= 0;
		leaf->depth = 0;
		leaf->parent = -1;
		for (size_t k = i; answers && leaf->parent < 0 && k-- > 0;)
			if (t->leaves[k].post.id == leaf->post.parent)
				leaf->parent = (int)k;
	}
}

/* Posts under another subject than the thread's show it. */
static int64_t subject_key_of(const struct archive_thread_page *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->leaves[i].post.id == t->thread.root)
			return t->leaves[i].post.subject_key;
	return 0;
}

/* after: the number of the post that the page before ended with. False: the thread
 * has no such post. */
static bool choose_part(struct thread_view *v, int64_t after)
{
	for (size_t i = 0; after; i++) {
		if (i == v->t.count)
			return false;
		if (v->t.leaves[i].post.number != after)
			continue;
		v->from = i + 1;
		break;
	}
	size_t left = v->t.count - v->from;
	v->count = left < PAGE_POSTS ? left : PAGE_POSTS;
	return v->count;
}

static void add_neighbours(struct request *q, const struct thread_view *v,
			   struct page_thread *p)
{
	struct archive_thread before, after;
	if (archive_thread_neighbours(desk_of(q)->o.archive, q->arena, &v->t.thread,
				      &before, &after)
		    .kind)
		return;
	if (before.number) {
		p->before_href = face_thread_path(q, before.number);
		p->before_subject = before.subject;
	}
	if (after.number) {
		p->after_href = face_thread_path(q, after.number);
		p->after_subject = after.subject;
	}
}

static void add_parts(struct request *q, const struct thread_view *v,
		      struct page_thread *p)
{
	const char *view = v->flat ? "&view=flat" : "";
	size_t end = v->from + v->count;
	p->shown_from = (int64_t)v->from + 1;
	p->shown_to = (int64_t)end;
	p->whole = v->count == v->t.count;
	if (v->from)
		p->earlier = arena_cat(q->arena, p->path,
				       v->flat ? STR("?view=flat") : STR(""));
	if (end < v->t.count)
		p->more = arena_printf(q->arena, "%.*s?after=%" PRId64 "%s",
				       STR_F(p->path), v->t.leaves[end - 1].post.number,
				       view);
}

static struct page_frame thread_frame(struct request *q, const struct thread_view *v,
				      str path)
{
	const struct archive_thread *t = &v->t.thread;
	int year, month;
	str title = t->subject.n ? t->subject : STR("(no subject)");
	struct page_frame f = face_frame(
		q, arena_cat(q->arena, title, STR(", "), desk_of(q)->list->name));
	face_month_of(t->first_at, &year, &month);
	face_step(q, &f, face_month_name(q->arena, year, month),
		  face_month_path(q, year, month));
	face_step(q, &f, arena_printf(q->arena, "thread %" PRId64, t->number), STR_NONE);
	f.feed = arena_cat(q->arena, path, STR(".atom"));
	f.canonical = face_url(q, path);
	return f;
}

static void show_thread(struct request *q, struct response *r, struct thread_view *v)
{
	const struct archive_thread *t = &v->t.thread;
	str path = face_thread_path(q, t->number);
	struct page_thread p = {
		.frame = thread_frame(q, v, path),
		.number = t->number,
		.subject = t->subject,
		.posts = (int64_t)v->t.count,
		.authors = t->authors,
		.first = t->first_at,
		.last = t->last_at,
		.flat = v->flat,
		.path = path,
		.list_path = desk_list_path(q),
	};
	struct tree tree;
	struct outline_how how = { .hide = v->hide, .here = true };
	v->said = arena_zero(q->arena, (v->t.count + 1) * sizeof *v->said);
	tree_make(q->arena, v->t.leaves + v->from, v->count, (int)v->from, &tree);
	nest_messages(q, v, &tree, &p);
	if (v->count > 1 && !q->json)
		p.outline = tree_outline(q, v->t.leaves + v->from, v->count, &tree, &how,
					 &p.outline_count);
	add_parts(q, v, &p);
	add_neighbours(q, v, &p);
	ANSWER(q, r, thread, &p);
}

static bool wants_flat(const struct request *q)
{
	return str_eq(request_query(q, "view"), STR("flat"));
}

void thread_page(struct request *q, struct response *r)
{
	struct desk *d = desk_of(q);
	struct thread_view v = { .flat = wants_flat(q),
				 .hide = face_hides(q, &d->settings) };
	int64_t number = 0, after = 0;
	bool found;
	str key;
	if (!str_i64(request_arg(q, "number"), &number)
	    || (request_query(q, "after").n
		&& !str_i64(request_query(q, "after"), &after))) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	if (v.flat || after)
		face_no_index(r);
	str details = arena_printf(q->arena, "%" PRId64 " %" PRId64 " %d", number, after,
				   v.flat);
	if (face_answered(q, r, "thread", details, &key))
		return;
	if (page_failed(q, r,
			archive_read_thread(d->o.archive, q->arena, d->list->id, number,
					    &v.t, &found)))
		return;
	if (found && v.t.thread.number != number) {
		response_redirect(
			r, 302,
			arena_printf(q->arena, "%.*s%s#n%" PRId64,
				     STR_F(face_thread_path(q, v.t.thread.number)),
				     q->json ? ".json" : "", number));
		return;
	}
	if (found && v.flat)
		flatten(&v.t);
	if (!found || !choose_part(&v, after)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	v.subject_key = subject_key_of(&v.t);
	show_thread(q, r, &v);
	face_keep(q, r, key);
}
