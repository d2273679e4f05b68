/* What a person changes of how they sign in is written here, and in the same transaction the
 * order by which post writes the audit and the letter: none goes untold. */
#include "web/pages/account.h"

#include "lists/orders.h"

err account_change_begin(struct request *q)
{
	struct worker *w = worker_of(q);
	TRY(worker_check(w));
	return book_begin(w->books.lists);
}

static err file(struct request *q, const char *word, str detail)
{
	int64_t id;
	json_t *args = json_object();
	json_object_set_new(args, "what", json_string(word));
	json_object_set_new(args, "detail", json_of(detail));
	err e = order_put(worker_of(q)->books.lists, q->arena, "account_told", args,
			  q->session->person, net_ip_text(q->arena, &q->client), &id);
	json_decref(args);
	return e;
}

err account_change_end(struct request *q, err e, const char *word, str detail)
{
	const struct web *web = worker_of(q)->web;
	if (!e.kind)
		e = file(q, word, detail);
	TRY(book_end(worker_of(q)->books.lists, e));
	web->wake_post(web->ring);
	return OK;
}
