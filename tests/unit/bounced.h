/* tests/unit/bounced.h: a list whose posts come back, and the days that pass.
 *
 *     struct books_test t = bounced_books(a);
 *     refuse(&t, id, "mailbox", "5.1.1");
 *     CHECK(run(&t) && member(&t, id).bounce_score == 1);
 */
#pragma once

#include "letters.h"

#include "lists/expire.h"
#include "lists/score_run.h"

#define DEV "dev@lists.example"

enum { DAY = 86400 };

static int64_t today; /* the tests' clock: entries bear it */

static inline struct member_row member(struct books_test *t, int64_t id)
{
	struct member_row m = { 0 };
	CHECK(ok(member_get(t->books.lists, t->a, id, &m)));
	return m;
}

static inline int64_t post(struct books_test *t, const char *id)
{
	struct outbound_message m;
	BOOKS_MUST(t,
		   books_arrives(t, "anna@author.example", DEV,
				 books_mail(t->a, "anna@author.example", DEV, id, id)));
	books_newest(t, &m);
	return m.id;
}

/* An entry as send writes it. */
static inline void refuse_as(struct books_test *t, int64_t message, int64_t id,
			     const char *class, const char *status, const char *what)
{
	struct ledger_entry e = { .at = today * 1000,
				  .message = message,
				  .recipient = STR("x@y.example"),
				  .member = id,
				  .what = str_from(what),
				  .detail = arena_cat(t->a, STR("550 "),
						      str_from(status)),
				  .class = str_from(class),
				  .status = str_from(status) };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &e, 1));
}

static inline void refuse(struct books_test *t, int64_t id, const char *class,
			  const char *status)
{
	refuse_as(t, 0, id, class, status, "refused");
}

static inline bool run(struct books_test *t)
{
	bool more = true;
	while (more)
		if (!ok(score_round(&t->books, t->a, &more)))
			return false;
	return true;
}

static inline bool time_passes(struct books_test *t, int64_t days)
{
	today += days * DAY;
	return ok(expire_run(&t->books, t->a, today));
}

static inline struct books_test bounced_books(struct arena *a)
{
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_role(&t, books_entry(&t, DEV), "olga@uni.example", "owner");
	books_set(&t, DEV, "default_nonmember_action", "accept");
	today = clock_now() / DAY * DAY;
	return t;
}
