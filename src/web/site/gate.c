#include "web/site/gate.h"

#include "base/log.h"
#include "base/utf8.h"
#include "web/site/link.h"
#include "web/site/log.h"
#include "web/site/standing.h"
#include "web/worker.h"

err file_rule_holds(struct request *q, const struct rule *rule, bool *yes)
{
	struct worker *w = worker_of(q);
	TRY(worker_check(w));
	TRY(books_refresh(&w->books));
	struct standing s = {
		.a = q->arena,
		.books = &w->books,
		.person = q->session ? q->session->person : 0,
		.scopes = q->session && q->session->pass ? &q->session->pass->scopes
							 : NULL,
		.by_link = q->link,
	};
	return standing_holds(&s, rule, yes);
}

void file_link_find(struct request *q)
{
	struct worker *w = worker_of(q);
	struct site_link *link = arena_zero(q->arena, sizeof *link);
	if (worker_check(w).kind)
		return;
	site_link_read(&w->books, q, link);
	q->link = link->path.n ? link : NULL;
}

bool file_link_charge(struct request *q, const struct range_set *s, int64_t size)
{
	struct worker *w = worker_of(q);
	bool left = false, first = false;
	int64_t octets = 0;
	for (size_t i = 0; i < s->count; i++) {
		octets += s->rows[i].count;
		first |= !s->rows[i].from;
	}
	err e = site_link_charge(&w->books, q->arena, q->link, first, octets, size,
				 &left);
	if (e.kind)
		log_error("page-not-made", KE(e), KZ("do", "mend what the error names"));
	return !e.kind && left;
}

/* By what they came in. */
static const char *how_of(const struct request *q)
{
	if (q->by_link)
		return "link";
	if (!q->session)
		return "open";
	return q->session->pass ? "token" : q->session->cookie.n ? "session" : "password";
}

struct sent_watch *file_watch(struct request *q, str path, str tag, const struct stat *st)
{
	const struct web *web = q->ctx;
	struct site_log_entry e = {
		.path = utf8_scrub(q->arena, path),
		.tag = tag,
		.size = st->st_size,
		.changed_at = st->st_mtim.tv_sec,
		.person = q->session ? q->session->person : 0,
		.network = q->session ? STR("") : network_key(q->arena, q),
		.consent = q->consent,
		.how = how_of(q),
	};
	return site_log_watch(web->site->log, &e);
}
