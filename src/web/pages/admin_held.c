/* /lists/NAME/admin/held: what waits for a moderator. */
#include "web/pages/heldview.h"

#include "base/clock.h"
#include "base/said.h"
#include "store/lists/address.h"
#include "store/lists/request.h"

enum { ROWS_MAX = 200, READ_BELOW = 20, DECIDED_MAX = 5, AUTHORS_MAX = 20 };

/* ---- the page */

/* Those set aside behind the others; both in the order in which they came. */
static struct held_row *in_order(struct arena *a, const struct held_row *h, size_t n)
{
	struct held_row *all = arena_zero(a, (n + 1) * sizeof *all);
	size_t k = 0;
	for (int aside = 0; aside < 2; aside++)
		for (size_t i = 0; i < n; i++)
			if ((h[i].aside_at > 0) == aside)
				all[k++] = h[i];
	return all;
}

static void add_rows(struct request *q, struct page_held *p, const struct held_row *h,
		     size_t n)
{
	struct page_held_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct page_held_rows){
			.id = h[i].id,
			.subject = h[i].subject,
			.author = held_author(q->arena, &h[i]),
			.reason = said_together(q->arena, language_now(), h[i].reason),
			.at = h[i].held_at,
			.below = i < READ_BELOW,
			.claimed = held_claimant(&h[i], clock_now()),
			.aside = h[i].aside_by,
			.note = h[i].note,
		};
		p->last = h[i].id > p->last ? h[i].id : p->last;
		p->oldest = !p->oldest || h[i].held_at < p->oldest ? h[i].held_at
								   : p->oldest;
	}
	p->rows = rows;
	p->rows_count = n;
}

static int64_t posts_of(const struct held_row *h, size_t n, str author)
{
	int64_t posts = 0;
	for (size_t i = 0; i < n; i++)
		posts += str_eq(h[i].author, author);
	return posts;
}

/* Of whom more than one waits. */
static void add_authors(struct request *q, struct page_held *p, const struct held_row *h,
			size_t n)
{
	struct page_held_authors *rows = arena_zero(q->arena, AUTHORS_MAX * sizeof *rows);
	for (size_t i = 0; i < n && p->authors_count < AUTHORS_MAX; i++) {
		int64_t posts = posts_of(h, n, h[i].author);
		if (posts > 1 && h[i].author.n && !posts_of(h, i, h[i].author))
			rows[p->authors_count++] = (struct page_held_authors){
				h[i].author, posts
			};
	}
	p->authors = rows;
}

/* As the order names who gives it. */
static err own_name(struct request *q, str *name)
{
	struct address_row *own;
	size_t n = 0;
	if (q->session)
		TRY(address_of_person(worker_of(q)->books.lists, q->arena,
				      q->session->person, &own, &n));
	*name = n ? own[0].key : STR("");
	return OK;
}

static err add_posts(struct request *q, struct page_held *p, const struct held_row *h,
		     size_t n)
{
	str me;
	TRY(own_name(q, &me));
	const struct held_how how = { p->action, me,
				      worker_of(q)->settings.rejection_answers };
	struct page_heldpost *posts = arena_zero(q->arena, READ_BELOW * sizeof *posts);
	for (size_t i = 0; i < n && i < READ_BELOW; i++) {
		struct page_heldpost *post = &posts[p->posts_count];
		err e = held_view(q, &h[i], &how, post);
		if (e.kind == ERR_NOTFOUND) /* decided since the rows were read */
			continue;
		TRY(e);
		post->raw = arena_printf(q->arena, "%.*s/%lld.eml", STR_F(p->action),
					 (long long)h[i].id);
		if (worker_may(worker_of(q), RIGHT_settings_set))
			post->rule_from = arena_printf(
				q->arena, "%.*s/admin/header-rules?held=%lld",
				STR_F(list_path(q)), (long long)h[i].id);
		p->posts_count++;
	}
	p->posts = posts;
	return OK;
}

static err add_waiting(struct request *q, struct page_held *p)
{
	size_t n;
	struct held_row *h;
	struct worker *w = worker_of(q);
	TRY(held_count(w->books.lists, w->list->id, &p->waiting));
	TRY(held_waiting(w->books.lists, q->arena, w->list->id, 0, ROWS_MAX, &h, &n));
	h = in_order(q->arena, h, n);
	add_rows(q, p, h, n);
	add_authors(q, p, h, n);
	TRY(add_posts(q, p, h, n));
	p->more = p->waiting - (int64_t)p->posts_count;
	return OK;
}

static void add_answers(struct request *q, struct page_held *p)
{
	size_t n;
	const struct page_heldpost_answers *all = held_answers(
		q->arena, worker_of(q)->settings.rejection_answers, &n);
	struct page_held_answers *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i].text = all[i].text;
	p->answers = rows;
	p->answers_count = n;
}

static err add_requests(struct request *q, struct page_held *p)
{
	size_t n;
	struct request_row *x;
	struct worker *w = worker_of(q);
	TRY(request_list(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_held_requests *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_held_requests){ x[i].id, x[i].address, x[i].name,
						       x[i].asked_at, x[i].leaves };
	p->requests = rows;
	p->requests_count = n;
	p->many_ask = n > 1;
	return OK;
}

static err add_decided(struct request *q, struct page_held *p)
{
	size_t n;
	struct held_row *h;
	struct worker *w = worker_of(q);
	TRY(held_handled(w->books.lists, q->arena, w->list->id, INT64_MAX, 0, DECIDED_MAX,
			 &h, &n));
	struct page_held_decided *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_held_decided){
			.subject = h[i].subject,
			.author = held_author(q->arena, &h[i]),
			.verdict = said_in(q->arena, language_now(), h[i].verdict),
			.by = h[i].handled_by,
			.at = h[i].handled_at,
		};
	p->decided = rows;
	p->decided_count = n;
	return OK;
}

static err gather(struct request *q, struct page_held *p)
{
	add_answers(q, p);
	TRY(add_waiting(q, p));
	TRY(add_requests(q, p));
	return add_decided(q, p);
}

static void show(struct request *q, struct response *r, const struct page_note *note)
{
	const struct worker *w = worker_of(q);
	str path = list_path(q);
	struct page_held p = {
		.frame = list_frame(q, S_("Held posts")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "held"),
		.note = note,
		.csrf = csrf_of(q),
		.action = arena_cat(q->arena, path, STR("/admin/held")),
		.requests_action = arena_cat(q->arena, path, STR("/admin/requests")),
		.handled = arena_cat(q->arena, path, STR("/admin/handled")),
		.days = w->settings.max_days_to_hold,
	};
	r->cache = STR("no-store");
	if (!page_failed(q, r, gather(q, &p)))
		ANSWER(q, r, held, &p);
}

void admin_page(struct request *q, struct response *r)
{
	response_redirect(r, 303, arena_cat(q->arena, list_path(q), STR("/admin/held")));
}

void held_page(struct request *q, struct response *r)
{
	show(q, r, note_of(q));
}

/* ---- deciding */

static json_t *chosen(struct request *q)
{
	json_t *ids = json_array();
	size_t at = 0;
	str id;
	int64_t n;
	while (pairs_next(&q->form, STR("id"), &at, &id))
		if (str_i64(id, &n))
			json_array_append_new(ids, json_integer(n));
	return ids;
}

/* Which posts: those with a mark, or "of": all, or all of an author. */
static bool add_which(struct request *q, json_t *args)
{
	int64_t last = 0;
	str of = field(q, "of");
	json_t *ids = chosen(q);
	json_object_set_new(args, "ids", ids);
	if (!of.n)
		return json_array_size(ids) > 0;
	bool all = str_eq(of, STR("list"));
	json_object_set_new(args, "of", json_string(all ? "list" : "author"));
	json_object_set_new(args, "author", json_of(all ? STR("") : of));
	bool said = str_i64(field(q, "last"), &last);
	json_object_set_new(args, "last", json_integer(last));
	return said;
}

static void decide(struct request *q, struct response *r, const char *kind)
{
	struct ordered x;
	str verdict = field(q, "do");
	json_t *args = json_object();
	if (!add_which(q, args) || !verdict.n) {
		json_decref(args);
		r->status = 400;
		show(q, r,
		     note_bad(q, S_("Choose at least one, and what to do with it.")));
		return;
	}
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "verdict", json_of(verdict));
	json_object_set_new(args, "reason", json_of(held_words(q, verdict)));
	if (order_and_wait(q, kind, args, &x)) {
		go_done(q, r, STR("/admin/held"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, note_bad(q, x.why));
}

void held_post(struct request *q, struct response *r)
{
	decide(q, r, "held");
}

void requests_post(struct request *q, struct response *r)
{
	decide(q, r, "request");
}

/* ---- as it came */

void held_raw_page(struct request *q, struct response *r)
{
	str body;
	int64_t id;
	struct held_row h;
	struct worker *w = worker_of(q);
	err e = str_i64(request_arg(q, "id"), &id)
			? held_get(w->books.lists, q->arena, id, &h)
			: FAIL(ERR_NOTFOUND, "no number");
	if (!e.kind && h.list != w->list->id)
		e = FAIL(ERR_NOTFOUND, "of another list");
	if (!e.kind)
		e = held_body(w->books.lists, q->arena, id, &body);
	if (e.kind == ERR_NOTFOUND) {
		r->status = 404;
		return;
	}
	if (page_failed(q, r, e))
		return;
	buf_add(&r->body, body);
	r->type = STR("message/rfc822");
	r->cache = STR("no-store");
	response_download(r, arena_printf(q->arena, "held-%lld.eml", (long long)id));
}
