/* Finding posts: on one list, or on all that the visitor may read. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "archive/search.h"
#include "archive/spell.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/utf8.h"
#include "web/pages/feed.h"
#include "web/pages/mark.h"
#include "web/pages/search_inside.h"

#include <inttypes.h>

enum { HITS = 20, SKIP_MAX = 10000 };

const struct visible_list *search_list_of(const struct asked *x, int64_t id)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->lists[i].entry->id == id)
			return &x->lists[i];
	return NULL;
}

/* "column 7: …": what stands before it, and from there on, so that the page can
 * point at it. */
static void point_at(struct request *q, const struct asked *x, str why,
		     struct page_search *p)
{
	str rest = x->words, number, text;
	uint64_t column;
	p->wrong = arena_copy(q->arena, why);
	if (!str_starts(why, STR("column "))
	    || !str_cut(str_skip(why, 7), ':', &number, &text)
	    || !str_u64(number, &column))
		return;
	while (--column && rest.n)
		utf8_next(&rest);
	p->wrong_before = str_first(x->words, x->words.n - rest.n);
	p->wrong_at = rest;
}

/* Is it the same patch again, as its author sent it before or after? */
static bool is_version(const struct archive_post *x, const struct archive_post *of)
{
	return x->flags & of->flags & ARCHIVE_PATCH && x->list == of->list
	       && x->subject_key && x->subject_key == of->subject_key
	       && str_ieq(x->from_address, of->from_address);
}

static void add_hits(struct request *q, const struct asked *x,
		     const struct search_found *found, struct page_search *p)
{
	struct page_search_hits *rows = arena_zero(q->arena,
						   (found->count + 1) * sizeof *rows);
	for (size_t i = 0; i < found->count; i++) {
		const struct archive_post *post = &found->hits[i].post;
		const struct visible_list *l = search_list_of(x, post->list);
		if (!l) /* search_run looks at nothing else */
			continue;
		bool hide = page_hides(q, &l->settings);
		rows[p->hits_count++] = (struct page_search_hits){
			.subject_marked = post->subject.n ? found->hits[i].subject
							  : HTML("(no subject)"),
			.snippet = found->hits[i].snippet,
			.subject = post->subject,
			.code = found->hits[i].code,
			.again = i && is_version(post, &found->hits[i - 1].post),
			.text = found->hits[i].snippet.s,
			.from = page_author(q->arena, post->from_name, post->from_address,
					    hide),
			.list = l->name,
			.number = post->number,
			.href = arena_printf(q->arena, "%.*s/%" PRId64, STR_F(l->path),
					     post->number),
			.date = post->date,
			.patch = post->flags & ARCHIVE_PATCH,
			.attachments = post->attachments,
			.others = found->hits[i].more,
			.others_href = arena_printf(
				q->arena, "%.*s/search?q=%.*s&o=new", STR_F(l->path),
				STR_F(enc_percent(
					q->arena,
					arena_printf(q->arena, "%.*s thread:%" PRId64,
						     STR_F(x->words), post->number)))),
		};
	}
	p->hits = rows;
}

/* The same search in that order, by posts or threads; rest: from where on. */
static str link_to(struct request *q, const struct page_search *p, bool newest,
		   bool threads, str rest)
{
	return arena_cat(q->arena, search_link(q, p->action, p->q),
			 newest ? STR("&o=new") : STR(""),
			 threads ? STR("&g=thread") : STR(""), rest);
}

static void add_links(struct request *q, const struct asked *x,
		      const struct search_found *found, struct page_search *p)
{
	p->can_order = found->query.match.n;
	p->newest = x->newest || !p->can_order;
	p->by_thread = x->by_thread;
	p->groups = found->groups;
	p->best_href = link_to(q, p, false, x->by_thread, STR(""));
	p->newest_href = link_to(q, p, true, x->by_thread, STR(""));
	p->posts_href = link_to(q, p, p->newest, false, STR(""));
	p->threads_href = link_to(q, p, p->newest, true, STR(""));
	p->atom_href = search_link(q, feed_atom_path(q->arena, p->action), p->q);
	p->mbox_href = search_link(q, arena_cat(q->arena, p->action, STR(".mbox.gz")),
				   p->q);
	if (!found->more || !found->count)
		return;
	const struct archive_post *last = &found->hits[found->count - 1].post;
	if (p->newest)
		p->more = link_to(q, p, true, x->by_thread,
				  arena_printf(q->arena, "&after=%" PRId64 ".%" PRId64,
					       last->date, last->id));
	else if (x->skip + HITS <= SKIP_MAX)
		p->more = link_to(
			q, p, false, x->by_thread,
			arena_printf(q->arena, "&skip=%" PRId64, x->skip + HITS));
}

/* most: posts; 0: a page of them, with what is found counted. */
static struct search search_for(struct request *q, const struct asked *x, int64_t most)
{
	struct search_list *lists = arena_alloc(q->arena, (x->count + 1) * sizeof *lists);
	for (size_t i = 0; i < x->count; i++)
		lists[i] = (struct search_list){ x->lists[i].entry->id,
						 x->lists[i].entry->address,
						 x->lists[i].since,
						 page_hides(q, &x->lists[i].settings) };
	return (struct search){
		.text = x->words,
		.lists = lists,
		.list_count = x->count,
		.kept = marks_keeper(q) ? marks_threads : NULL,
		.ctx = q,
		.order = x->newest || most ? ARCHIVE_NEWEST : ARCHIVE_BEST,
		.by_thread = x->by_thread && !most,
		.facets = !most,
		.bare = most > 0,
		.after_date = x->after_date,
		.after_id = x->after_id,
		.skip = x->skip,
		.limit = most ? most : HITS,
	};
}

err search_find(struct request *q, const struct asked *x, int64_t most,
		struct search_found *found)
{
	struct search s = search_for(q, x, most);
	return search_run(worker_of(q)->books.archive, q->arena, &s, found);
}

static err add_spelling(struct request *q, const struct asked *x,
			const struct search_found *found, struct page_search *p)
{
	struct search s = search_for(q, x, 0);
	if (found->total)
		return OK;
	TRY(search_spell(worker_of(q)->books.archive, q->arena, &s, found, &p->instead));
	p->instead_href = search_link(q, p->action, p->instead);
	return OK;
}

bool search_is_askers(err e)
{
	return e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT || e.kind == ERR_NOTFOUND;
}

/* What was asked wrongly is said on the page; a book that cannot be read is not. */
static err ask(struct request *q, struct response *r, const struct asked *x,
	       struct page_search *p)
{
	struct search_found found;
	if (!x->words.n)
		return OK;
	err e = search_find(q, x, 0, &found);
	if (search_is_askers(e)) {
		r->status = 400;
		point_at(q, x, str_from(e.msg), p);
		return OK;
	}
	TRY(e);
	p->asked = true;
	p->total = found.total;
	p->capped = found.total >= ARCHIVE_WINDOW;
	p->filling = found.filling;
	p->names_only = found.names_only && str_has(x->words, '@');
	p->words = found.query.words;
	p->unknown = found.query.unknown;
	add_hits(q, x, &found, p);
	add_links(q, x, &found, p);
	TRY(add_spelling(q, x, &found, p));
	return search_add_facets(q, x, &found.facets, p);
}

static err show_search(struct request *q, struct response *r, const struct asked *x,
		       bool *whole)
{
	const struct visible_list *only = x->one ? &x->lists[0] : NULL;
	str title = x->words.n ? arena_cat(q->arena, S_("Search: "), x->words)
			       : S_("Search");
	struct page_search p = {
		.frame = archive_frame(q, title),
		.q = x->words,
		.list = only ? only->name : STR_NONE,
		.action = only ? arena_cat(q->arena, only->path, STR("/search"))
			       : STR("/lists/search"),
	};
	if (only && x->words.n)
		p.all_href = arena_cat(q->arena, STR("/lists/search?q="),
				       enc_percent(q->arena, x->words));
	else if (only)
		p.all_href = STR("/lists/search");
	frame_step(q, &p.frame, S_("Search"), STR_NONE);
	if (x->words.n)
		feed_offer(q->arena, &p.frame, p.action,
			   search_link(q, STR(""), x->words));
	TRY(ask(q, r, x, &p));
	*whole = p.asked && !p.filling;
	ANSWER(q, r, search, &p);
	return OK;
}

bool search_read(const struct request *q, struct asked *x)
{
	str after = request_query(q, "after"), skip = request_query(q, "skip"), date, id;
	x->words = str_trim(request_query(q, "q"));
	x->newest = str_eq(request_query(q, "o"), STR("new"));
	x->by_thread = str_eq(request_query(q, "g"), STR("thread"));
	if (skip.n && (!str_i64(skip, &x->skip) || x->skip < 0 || x->skip > SKIP_MAX))
		return false;
	return !after.n
	       || (str_cut(after, '.', &date, &id) && str_i64(date, &x->after_date)
		   && str_i64(id, &x->after_id));
}

err search_name(struct request *q, const struct asked *x, str *name)
{
	const struct worker *w = worker_of(q);
	BUF(b);
	*name = STR_NONE;
	if (q->session || !x->words.n)
		return OK;
	buf_addf(&b, "search %d%d %" PRId64 " %" PRId64 " ", q->json, language_now(),
		 w->books.addresses_revision, clock_now() / 86400);
	for (size_t i = 0; i < x->count; i++) {
		int64_t id = x->lists[i].entry->id, newest, version;
		TRY(archive_newest(w->books.archive, id, &newest, &version));
		buf_addf(&b, "%" PRId64 " %" PRId64 " ", id, version);
	}
	buf_cat(&b, q->path, STR("?"), q->query_text);
	*name = arena_copy(q->arena, buf_str(&b));
	return OK;
}

static void search(struct request *q, struct response *r, const struct asked *x)
{
	bool whole = false;
	str name;
	if (page_failed(q, r, search_name(q, x, &name))
	    || (name.n && response_has(q, r, name))
	    || page_failed(q, r, show_search(q, r, x, &whole)))
		return;
	str type = r->type.n ? r->type : STR("text/html; charset=utf-8");
	if (name.n && whole)
		response_blob(q, r, blob_named(&r->body, type, name));
}

static void answer_search(struct request *q, struct response *r, struct asked *x)
{
	page_no_index(r);
	if (!search_read(q, x))
		error_page(q, r, 400, S_("This is no page of a search. Search again."));
	else
		search(q, r, x);
}

bool search_one_list(struct request *q, struct response *r, struct visible_list *one)
{
	err e = visible_list_find(q, worker_of(q)->list->id, RIGHT_archive_read, one);
	if (e.kind == ERR_NOTFOUND)
		error_page(q, r, 404, STR_NONE);
	return e.kind != ERR_NOTFOUND && !page_failed(q, r, e);
}

void search_page(struct request *q, struct response *r)
{
	struct visible_list one;
	struct asked x = { .lists = &one, .count = 1, .one = true };
	if (search_one_list(q, r, &one))
		answer_search(q, r, &x);
}

void search_all_page(struct request *q, struct response *r)
{
	struct visible_lists s;
	(void)worker_open(q);
	if (page_failed(q, r, visible_lists_read(q, RIGHT_archive_read, &s)))
		return;
	struct asked x = { .lists = s.lists, .count = s.count };
	answer_search(q, r, &x);
}
