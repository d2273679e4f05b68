#include "web/site/gate.h"

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
	};
	return standing_holds(&s, rule, yes);
}
