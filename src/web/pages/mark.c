/* Stars, tags and what is followed: on a thread's page, and all of a person's. */
#include "web/pages/mark.h"

#include "base/enc.h"
#include "base/language.h"
#include "base/said.h"
#include "store/lists/follow.h"
#include "store/lists/mark.h"
#include "web/pages/forms.h"
#include "web/pages/since.h"
#include "web/pages/visible.h"

#include <inttypes.h>

enum { ROWS = 30 };

/* ---- on the page of a thread */

static err read_marks(struct request *q, int64_t number, struct marks *m)
{
	struct worker *w = worker_of(q);
	str posts, *words;
	size_t n;
	TRY(archive_thread_numbers(w->books.archive, q->arena, w->list->id, number,
				   &posts));
	TRY(mark_of_thread(w->books.lists, q->arena, w->viewer.person, w->list->id, posts,
			   &words, &n));
	TRY(follow_is(w->books.lists, w->viewer.person, w->list->id, posts,
		      &m->followed));
	m->starred = n && !words[0].n;
	m->tags = words + m->starred;
	m->tag_count = n - m->starred;
	return OK;
}

bool marks_keeper(const struct request *q)
{
	return q->session && worker_may(worker_of(q), RIGHT_account_set);
}

err marks_of(struct request *q, int64_t number, struct marks *m)
{
	*m = (struct marks){ .key = STR("") };
	m->may = marks_keeper(q);
	if (!m->may)
		return OK;
	TRY(read_marks(q, number, m));
	m->key = arena_cat(q->arena, STR(" "), csrf_of(q), STR(" "),
			   m->starred ? STR("*") : STR(""),
			   m->followed ? STR("@") : STR(""));
	for (size_t i = 0; i < m->tag_count; i++)
		m->key = arena_cat(q->arena, m->key, STR(" "), m->tags[i]);
	return OK;
}

static str starred_path(struct request *q, str tag)
{
	return tag.n ? arena_cat(q->arena, STR("/account/starred?tag="),
				 enc_percent(q->arena, tag))
		     : STR("/account/starred");
}

const struct page_starring *marks_show(struct request *q, const struct marks *m, str path)
{
	struct page_starring *p = arena_zero(q->arena, sizeof *p);
	struct page_starring_tags *tags = arena_zero(q->arena,
						     (m->tag_count + 1) * sizeof *tags);
	for (size_t i = 0; i < m->tag_count; i++)
		tags[i] = (struct page_starring_tags){ m->tags[i],
						       starred_path(q, m->tags[i]) };
	str query = arena_cat(q->arena, q->query_text.n ? STR("?") : STR(""),
			      q->query_text);
	*p = (struct page_starring){
		.starred = m->starred,
		.followed = m->followed,
		.tags = tags,
		.tags_count = m->tag_count,
		.csrf = csrf_of(q),
		.action = arena_cat(q->arena, path, STR("/mark"), query),
		.follow = arena_cat(q->arena, path, STR("/follow"), query),
	};
	return m->may ? p : NULL;
}

static str back(const struct request *q)
{
	return arena_cat(q->arena, list_path(q), STR("/t/"), request_arg(q, "number"),
			 q->query_text.n ? STR("?") : STR(""), q->query_text);
}

void marks_order(struct request *q, struct response *r, const char *kind,
		 const char *const *fields, size_t count)
{
	struct worker *w = worker_of(q);
	struct ordered x;
	if (!worker_may(w, RIGHT_archive_read)) {
		router_refuse(q, r, MAY_NOT);
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(w->list->address));
	json_object_set_new(args, "number", json_of(request_arg(q, "number")));
	for (size_t i = 0; i < count; i++)
		json_object_set_new(args, fields[i], json_of(field(q, fields[i])));
	if (order_and_wait(q, kind, args, &x))
		response_redirect(r, 303, back(q));
	else
		error_page(q, r, x.result ? 400 : 503, x.why);
}

void mark_post(struct request *q, struct response *r)
{
	static const char *const fields[] = { "star", "tags", "untag" };
	marks_order(q, r, "mark", fields, 3);
}

/* ---- all of a person's */

struct starred { /* a thread that the person may read */
	const struct visible_list *list;
	struct archive_thread thread;
	int64_t made_at;
	bool star, followed;
	str *tags;
	size_t tag_count;
};

struct starring {
	struct request *q;
	struct visible_lists lists;
	struct starred *all;
	size_t count;
};

static const struct visible_list *list_of(const struct starring *s, int64_t id)
{
	for (size_t i = 0; i < s->lists.count; i++)
		if (s->lists.lists[i].entry->id == id)
			return &s->lists.lists[i];
	return NULL;
}

/* The same thread may have been marked at several posts, before owners merged what it is of. */
static struct starred *thread_at(struct starring *s, const struct archive_thread *t)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->all[i].thread.id == t->id)
			return &s->all[i];
	return NULL;
}

static void add_word(struct starring *s, struct starred *x, str word)
{
	str *more = arena_alloc(s->q->arena, (x->tag_count + 1) * sizeof *more);
	for (size_t i = 0; i < x->tag_count; i++) {
		if (str_eq(x->tags[i], word))
			return;
		more[i] = x->tags[i];
	}
	x->star = x->star || !word.n;
	if (!word.n)
		return;
	more[x->tag_count++] = word;
	x->tags = more;
}

/* With what of it came since the person may see the list. */
static err sees_thread(struct starring *s, const struct visible_list *l,
		       struct archive_thread *t, bool *sees)
{
	struct archive_thread_part part;
	*sees = true;
	if (!l->since)
		return OK;
	TRY(archive_thread_since(worker_of(s->q)->books.archive, s->q->arena, t->id,
				 l->since, &part));
	*sees = part.posts;
	if (part.posts && part.posts < t->posts) {
		t->subject = part.first.subject;
		t->posts = part.posts;
	}
	return OK;
}

/* NULL: the list or the thread is not the person's to see. */
static err thread_of(struct starring *s, int64_t list, int64_t number, int64_t made_at,
		     struct starred **x)
{
	const struct visible_list *l = list_of(s, list);
	struct archive_thread t;
	bool found, sees;
	*x = NULL;
	if (!l)
		return OK;
	TRY(archive_read_thread_row(worker_of(s->q)->books.archive, s->q->arena, list,
				    number, &t, &found));
	if (!found)
		return OK;
	*x = thread_at(s, &t);
	if (*x)
		return OK;
	TRY(sees_thread(s, l, &t, &sees));
	if (!sees)
		return OK;
	*x = &s->all[s->count++];
	**x = (struct starred){ .list = l, .thread = t, .made_at = made_at };
	return OK;
}

static int by_time(const void *x, const void *y)
{
	const struct starred *a = x, *b = y;
	if (a->made_at != b->made_at)
		return a->made_at > b->made_at ? -1 : 1;
	return a->thread.id > b->thread.id ? -1 : a->thread.id < b->thread.id;
}

static err gather(struct starring *s)
{
	struct worker *w = worker_of(s->q);
	struct mark_row *m;
	struct follow_row *f;
	struct starred *x;
	size_t n, follows;
	int64_t person = s->q->session->person;
	TRY(visible_lists_read(s->q, RIGHT_archive_read, &s->lists));
	TRY(mark_of_person(w->books.lists, s->q->arena, person, &m, &n));
	TRY(follow_of_person(w->books.lists, s->q->arena, person, &f, &follows));
	s->all = arena_zero(s->q->arena, (n + follows + 1) * sizeof *s->all);
	for (size_t i = 0; i < n; i++) {
		TRY(thread_of(s, m[i].list, m[i].number, m[i].made_at, &x));
		if (x)
			add_word(s, x, m[i].word);
	}
	for (size_t i = 0; i < follows; i++) {
		TRY(thread_of(s, f[i].list, f[i].number, f[i].made_at, &x));
		if (x)
			x->followed = true;
	}
	if (s->count)
		qsort(s->all, s->count, sizeof *s->all, by_time);
	return OK;
}

static bool has_tag(const struct starred *x, str tag)
{
	for (size_t i = 0; i < x->tag_count; i++)
		if (str_eq(x->tags[i], tag))
			return true;
	return !tag.n;
}

err marks_threads(void *request, const str *words, size_t count, str *threads)
{
	struct starring s = { .q = request };
	BUF(b);
	TRY(gather(&s));
	for (size_t i = 0; i < s.count; i++) {
		bool all = true;
		for (size_t k = 0; k < count; k++)
			all = all
			      && (words[k].n ? has_tag(&s.all[i], words[k])
					     : s.all[i].star);
		if (all)
			buf_addf(&b, "%c%" PRId64, b.n ? ',' : '[', s.all[i].thread.id);
	}
	*threads = b.n ? arena_cat(s.q->arena, buf_str(&b), STR("]")) : STR("[]");
	return OK;
}

static int by_word(const void *x, const void *y)
{
	return str_cmp(((const struct page_starred_tags *)x)->word,
		       ((const struct page_starred_tags *)y)->word);
}

static void count_tag(struct page_starred_tags *tags, size_t *count, str word)
{
	for (size_t i = 0; i < *count; i++)
		if (str_eq(tags[i].word, word)) {
			tags[i].threads++;
			return;
		}
	tags[(*count)++] = (struct page_starred_tags){ .word = word, .threads = 1 };
}

static void add_tags(const struct starring *s, struct page_starred *p)
{
	size_t room = 1;
	for (size_t i = 0; i < s->count; i++)
		room += s->all[i].tag_count;
	struct page_starred_tags *tags = arena_zero(s->q->arena, room * sizeof *tags);
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->all[i].tag_count; k++)
			count_tag(tags, &p->tags_count, s->all[i].tags[k]);
	qsort(tags, p->tags_count, sizeof *tags, by_word);
	for (size_t i = 0; i < p->tags_count; i++) {
		tags[i].href = starred_path(s->q, tags[i].word);
		tags[i].current = str_eq(tags[i].word, p->tag);
	}
	p->tags = tags;
}

static int by_text(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

static struct page_starred_rows row_of(const struct starring *s, const struct starred *x)
{
	struct page_starred_rows_words *words = arena_zero(
		s->q->arena, (x->tag_count + 1) * sizeof *words);
	if (x->tag_count)
		qsort(x->tags, x->tag_count, sizeof *x->tags, by_text);
	for (size_t i = 0; i < x->tag_count; i++)
		words[i] = (struct page_starred_rows_words){
			x->tags[i], starred_path(s->q, x->tags[i])
		};
	return (struct page_starred_rows){
		.list = x->list->name,
		.list_href = arena_cat(s->q->arena, x->list->path, STR("/")),
		.number = x->thread.number,
		.subject = page_subject(x->thread.subject, x->thread.flags),
		.href = arena_printf(s->q->arena, "%.*s/t/%" PRId64, STR_F(x->list->path),
				     x->thread.number),
		.starred = x->star,
		.followed = x->followed,
		.words = words,
		.words_count = x->tag_count,
		.posts = x->thread.posts,
		.last = x->thread.last_at,
	};
}

/* Page number `page`, from 1. */
static void add_rows(const struct starring *s, int64_t page, struct page_starred *p)
{
	struct page_starred_rows *rows = arena_zero(s->q->arena, ROWS * sizeof *rows);
	int64_t from = (page - 1) * ROWS;
	for (size_t i = 0; i < s->count; i++) {
		if (!has_tag(&s->all[i], p->tag))
			continue;
		if (p->threads >= from && p->threads < from + ROWS)
			rows[p->rows_count++] = row_of(s, &s->all[i]);
		p->threads++;
	}
	p->rows = rows;
	str path = starred_path(s->q, p->tag);
	const char *join = p->tag.n ? "&" : "?";
	if (page > 1)
		p->earlier = arena_printf(s->q->arena, "%.*s%sp=%" PRId64, STR_F(path),
					  join, page - 1);
	if (p->threads > from + ROWS)
		p->later = arena_printf(s->q->arena, "%.*s%sp=%" PRId64, STR_F(path),
					join, page + 1);
}

void starred_page(struct request *q, struct response *r)
{
	struct starring s = { .q = q };
	int64_t page = 1;
	struct page_starred p = {
		.frame = account_frame(q, S_("My threads")),
		.tag = request_query(q, "tag"),
	};
	if (request_query(q, "p").n
	    && (!str_i64(request_query(q, "p"), &page) || page < 1
		|| page > ROWS * ROWS)) {
		error_page(q, r, 404, STR_NONE);
		return;
	}
	r->cache = STR("no-store");
	if (page_failed(q, r, gather(&s)))
		return;
	add_tags(&s, &p);
	add_rows(&s, page, &p);
	ANSWER(q, r, starred, &p);
}
