/* /held: what waits for a person on all lists that they moderate, and deciding it. An order
 * a list: what each may is looked at there again. */
#include "web/pages/heldview.h"

#include "base/clock.h"
#include "base/said.h"
#include "store/lists/request.h"
#include "store/lists/waiting.h"
#include "web/pages/page.h"
#include "web/pages/visible.h"

enum {
	ROWS_MAX = 20,
	ASKING_MAX = 20,
	WITH_ROWS_MAX = 50, /* lists: of those behind it is said how much waits */
	AUTHORS_MAX = 50,
	CHOSEN_MAX = 1000
};

/* ---- the page */

struct authors { /* of the posts that are shown, in the order in which they come first */
	struct page_moderate_authors rows[ROWS_MAX * WITH_ROWS_MAX];
	size_t count;
};

static void count_author(struct authors *x, str author)
{
	size_t i = 0;
	while (i < x->count && !str_eq(x->rows[i].author, author))
		i++;
	if (!author.n)
		return;
	if (i == x->count)
		x->rows[x->count++].author = author;
	x->rows[i].posts++;
}

/* Of whom more than one waits. */
static void add_authors(struct authors *x, struct page_moderate *p)
{
	p->authors = x->rows;
	for (size_t i = 0; i < x->count && p->authors_count < AUTHORS_MAX; i++)
		if (x->rows[i].posts > 1)
			x->rows[p->authors_count++] = x->rows[i];
}

static err add_rows(struct request *q, const struct visible_list *l, struct page_waits *p,
		    struct authors *authors)
{
	size_t n;
	struct held_row *h;
	TRY(held_waiting(worker_of(q)->books.lists, q->arena, l->entry->id, 0, ROWS_MAX,
			 &h, &n));
	struct page_waits_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct page_waits_rows){
			.id = h[i].id,
			.subject = h[i].subject,
			.author = held_author(q->arena, &h[i]),
			.reason = said_together(q->arena, language_now(), h[i].reason),
			.at = h[i].held_at,
			.claimed = held_claimant(&h[i], clock_now()),
			.aside = h[i].aside_by,
			.note = h[i].note,
		};
		p->last = h[i].id;
		count_author(authors, h[i].author);
	}
	p->rows = rows;
	p->rows_count = n;
	return OK;
}

static err add_asking(struct request *q, const struct visible_list *l,
		      struct page_waits *p)
{
	size_t n;
	struct request_row *x;
	TRY(request_list(worker_of(q)->books.lists, q->arena, l->entry->id, &x, &n));
	n = n < ASKING_MAX ? n : ASKING_MAX;
	struct page_waits_asking *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_waits_asking){ x[i].id, x[i].address, x[i].name,
						      x[i].asked_at, x[i].leaves };
	p->asking = rows;
	p->asking_count = n;
	return OK;
}

static err add_list(struct request *q, const struct visible_list *l,
		    const struct waiting_row *w, struct page_waits *one,
		    struct page_moderate *p, struct authors *authors)
{
	p->lists_count++;
	*one = (struct page_waits){
		.list = l->name,
		.address = l->entry->address,
		.path = l->path,
		.posts = w->posts,
		.people = w->requests,
		.oldest = w->oldest,
		.days = l->settings.max_days_to_hold,
	};
	p->posts += w->posts;
	p->people += w->requests;
	if (!p->oldest || w->oldest < p->oldest)
		p->oldest = w->oldest;
	if (p->lists_count <= WITH_ROWS_MAX) {
		TRY(add_rows(q, l, one, authors));
		TRY(add_asking(q, l, one));
	}
	one->more = one->posts + one->people
		    - (int64_t)(one->rows_count + one->asking_count);
	return OK;
}

static int compare_list(const void *list, const void *row)
{
	int64_t x = *(const int64_t *)list, y = ((const struct waiting_row *)row)->list;
	return (x > y) - (x < y);
}

/* w: in order of id. NULL: nothing waits there. */
static const struct waiting_row *waiting_of(const struct waiting_row *w, size_t n,
					    int64_t list)
{
	return n ? bsearch(&list, w, n, sizeof *w, compare_list) : NULL;
}

static err gather(struct request *q, struct page_moderate *p)
{
	struct visible_lists s;
	struct waiting_row *w;
	size_t n;
	TRY(visible_lists_read(q, RIGHT_held_decide, &s));
	TRY(waiting_by_list(worker_of(q)->books.lists, q->arena, &w, &n));
	struct page_waits *lists = arena_zero(q->arena, (n + 1) * sizeof *lists);
	struct authors *authors = arena_zero(q->arena, sizeof *authors);
	p->moderates = s.count;
	p->lists = lists;
	for (size_t i = 0; i < s.count; i++) {
		const struct waiting_row *one = waiting_of(w, n, s.lists[i].entry->id);
		if (one)
			TRY(add_list(q, &s.lists[i], one, &lists[p->lists_count], p,
				     authors));
	}
	add_authors(authors, p);
	return OK;
}

static void show(struct request *q, struct response *r, const struct page_note *note)
{
	struct page_moderate p = { .frame = account_frame(q, S_("What waits for me")),
				   .note = note,
				   .csrf = csrf_of(q) };
	r->cache = STR("no-store");
	if (!page_failed(q, r, gather(q, &p)))
		ANSWER(q, r, moderate, &p);
}

static bool is_signed_in(struct request *q, struct response *r)
{
	(void)worker_open(q);
	if (!q->session)
		router_refuse(q, r, MAY_NOT);
	return q->session;
}

void moderate_page(struct request *q, struct response *r)
{
	if (is_signed_in(q, r))
		show(q, r, note_of(q));
}

/* ---- deciding */

struct wish { /* of one list */
	const struct list_entry *list;
	json_t *posts, *requests; /* ids; NULL: none */
	int64_t last;             /* all posts up to this; 0: those of posts */
	struct wish *next;
};

struct deciding {
	struct request *q;
	str verdict;
	str author; /* all posts of theirs; "": of whoever was chosen */
	struct wish *first, **end;
	bool of_all;
	str orders; /* "12-15": those that were filed */
	int64_t done;
	str why; /* of the last that was not */
};

static struct wish *wish_of(struct deciding *x, int64_t list)
{
	const struct list_entry *l = addressbook_list_by_id(
		worker_of(x->q)->books.addresses, list);
	struct wish *w = x->first;
	while (w && w->list != l)
		w = w->next;
	if (w || !l)
		return w;
	w = arena_zero(x->q->arena, sizeof *w);
	w->list = l;
	*x->end = w;
	x->end = &w->next;
	return w;
}

static void add_id(json_t **ids, int64_t id)
{
	if (!*ids)
		*ids = json_array();
	json_array_append_new(*ids, json_integer(id));
}

/* Which list a post is of the book says, and the order whether the reader moderates it. */
static err read_chosen(struct deciding *x, const char *name, bool asks)
{
	str value;
	size_t at = 0;
	int64_t id;
	struct book *b = worker_of(x->q)->books.lists;
	for (int i = 0;
	     i < CHOSEN_MAX && pairs_next(&x->q->form, str_from(name), &at, &value);
	     i++) {
		struct held_row h = { 0 };
		struct request_row r = { 0 };
		if (!str_i64(value, &id))
			continue;
		err e = asks ? request_get(b, x->q->arena, id, &r)
			     : held_get(b, x->q->arena, id, &h);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		struct wish *w = e.kind ? NULL : wish_of(x, asks ? r.list : h.list);
		if (w)
			add_id(asks ? &w->requests : &w->posts, id);
	}
	return OK;
}

/* What is not the reader's to know is left to the order, which says so. */
static err is_there(struct deciding *x, int64_t list, int64_t last, bool *yes)
{
	struct visible_list l;
	struct held_row *h;
	size_t n = 1;
	err e = visible_list_find(x->q, list, RIGHT_held_decide, &l);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (!e.kind && x->author.n)
		TRY(held_some(worker_of(x->q)->books.lists, x->q->arena, list, x->author,
			      0, last, 1, &h, &n));
	*yes = n > 0;
	return OK;
}

/* "812 dev@lists.example": what the page showed of that list. */
static err read_all(struct deciding *x)
{
	str value, last, address;
	size_t at = 0;
	int64_t n;
	for (int i = 0;
	     i < CHOSEN_MAX && pairs_next(&x->q->form, STR("last"), &at, &value); i++) {
		const struct list_entry *l =
			str_cut(value, ' ', &last, &address) && str_i64(last, &n)
				? addressbook_list(worker_of(x->q)->books.addresses,
						   address)
				: NULL;
		bool yes = false;
		if (l)
			TRY(is_there(x, l->id, n, &yes));
		struct wish *w = yes ? wish_of(x, l->id) : NULL;
		if (w)
			w->last = n;
	}
	return OK;
}

static void file(struct deciding *x, const char *kind, const struct wish *w, json_t *ids)
{
	struct ordered done;
	struct request *q = x->q;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(w->list->address));
	json_object_set_new(args, "verdict", json_of(x->verdict));
	json_object_set_new(args, "reason", json_of(held_words(q, x->verdict)));
	if (ids) {
		json_object_set_new(args, "ids", ids);
	} else {
		json_object_set_new(args, "of",
				    json_string(x->author.n ? "author" : "list"));
		json_object_set_new(args, "author", json_of(x->author));
		json_object_set_new(args, "last", json_integer(w->last));
	}
	if (order_and_wait(q, kind, args, &done))
		x->done++;
	else
		x->why = done.why;
	if (done.order)
		x->orders = arena_printf(q->arena, "%.*s%s%lld", STR_F(x->orders),
					 x->orders.n ? "-" : "", (long long)done.order);
}

static void file_all(struct deciding *x)
{
	for (const struct wish *w = x->first; w; w = w->next) {
		if (w->last || w->posts)
			file(x, "held", w, w->posts);
		if (w->requests)
			file(x, "request", w, w->requests);
	}
}

/* What cannot be said of somebody who asks to join. */
static bool is_for_posts(str verdict)
{
	return str_eq(verdict, STR("trust")) || str_eq(verdict, STR("claim"));
}

/* Where the reader may decide on none of these lists, or by this token on none, nothing is
 * filed; of one of several its own order says so. */
static err may_some(struct request *q, const struct wish *w, enum may *may)
{
	*may = w ? MAY_NOT : MAY;
	for (; w && *may != MAY; w = w->next) {
		struct visible_list l;
		err e = visible_list_find(q, w->list->id, RIGHT_held_decide, &l);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		if (!e.kind)
			*may = MAY;
	}
	return OK;
}

static void refuse(struct request *q, struct response *r, int status, str why)
{
	r->status = status;
	show(q, r, note_bad(q, why));
}

void moderate_post(struct request *q, struct response *r)
{
	str of = field(q, "of");
	struct deciding x = { .q = q, .verdict = field(q, "do") };
	x.author = str_eq(of, STR("all")) ? STR("") : of;
	x.end = &x.first;
	if (!is_signed_in(q, r))
		return;
	if (is_for_posts(x.verdict) && field(q, "request").n) {
		refuse(q, r, 400, S_("That is for posts alone: choose no request."));
		return;
	}
	err e = read_chosen(&x, "request", true);
	if (!e.kind)
		e = of.n ? read_all(&x) : read_chosen(&x, "id", false);
	enum may may = MAY;
	if (!e.kind)
		e = may_some(q, x.first, &may);
	if (page_failed(q, r, e))
		return;
	if (may != MAY) {
		router_refuse(q, r, may);
		return;
	}
	if (!x.first || !x.verdict.n) {
		refuse(q, r, 400, S_("Choose at least one, and what to do with it."));
		return;
	}
	file_all(&x);
	if (x.done)
		go_said(q, r, STR("/held"), arena_z(q->arena, x.orders), STR(""));
	else
		refuse(q, r, x.orders.n ? 400 : 503, x.why);
}
