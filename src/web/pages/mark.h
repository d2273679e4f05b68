/* web/pages/mark.h: what who is signed in keeps for themselves of a thread, on its page: the star,
 * tags, and whether they follow it.
 *
 *     struct marks m;
 *     TRY(marks_of(q, number, &m));           // before the page is looked for in memory:
 *     details = arena_cat(a, details, m.key); // it is of that person and browser alone
 *     p.marks = marks_show(q, &m, path);
 */
#pragma once

#include "web/pages/page.h"

struct marks {
	bool may; /* a person who may keep something: a guest and a token for reading may not */
	bool starred, followed;
	str *tags;
	size_t tag_count;
	str key;
};

/* Of the thread that holds post `number` of the list at hand. */
MUST_USE err marks_of(struct request *q, int64_t number, struct marks *m);

/* path: the thread's; its forms lead back to the view at hand. */
const struct page_starring *marks_show(struct request *q, const struct marks *m,
				       str path);

/* The ids of all threads that the person at the request gave each of these words (the star: ""), as
 * JSON; for struct search. */
MUST_USE err marks_threads(void *request, const str *words, size_t count, str *threads);

/* Whether there is such a person. */
bool marks_keeper(const struct request *q);

/* Has an order of that kind done what a form of the thread's page says in these fields, of the
 * post it names, and leads back to the view that the form stood on. */
void marks_order(struct request *q, struct response *r, const char *kind,
		 const char *const *fields, size_t count);
