/* A header rule on the last posts of the list, or of every list, before it is one. */
#include "web/pages/admin_headers.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/replay.h"
#include "web/pages/tries.h"

enum { SHOWN_MAX = 100 };

static void add_turned(struct request *q, const struct replay *r, struct page_headers *p)
{
	size_t n = r->turned_count < SHOWN_MAX ? r->turned_count : SHOWN_MAX;
	struct page_headers_turned *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct replay_turn *t = &r->turned[i];
		rows[i] = (struct page_headers_turned){
			.href = try_href(q, &t->post),
			.of = worker_of(q)->list ? STR("") : t->post.list->name,
			.subject = t->post.subject,
			.author = t->post.author_name.n ? t->post.author_name
							: t->post.author,
			.at = t->post.at,
			.before_state = try_state(t->before.verdict),
			.before = try_word(t->before.verdict),
			.after_state = try_state(t->after.verdict),
			.after = try_word(t->after.verdict),
			.reason = said_together(q->arena, language_now(),
						t->after.reason),
		};
	}
	p->turned = rows;
	p->turned_count = n;
	p->more = (int64_t)(r->turned_count - n);
}

bool headers_try(struct request *q, struct response *r,
		 const struct header_rule_row *rule, struct page_headers *p)
{
	struct worker *w = worker_of(q);
	struct replay out;
	bool free = try_begin();
	err e = free ? replay_header_rule(&w->books, q->arena, w->list, rule, &out) : OK;
	try_end();
	if (!free) {
		response_header(r, STR("Retry-After"), STR("10"));
		error_page(q, r, 429, S_("Please wait a while, then try again."));
		return false;
	}
	if (page_failed(q, r, e))
		return false;
	p->tried = true;
	p->judged = out.judged;
	p->otherwise = (int64_t)out.turned_count;
	add_turned(q, &out, p);
	return true;
}
