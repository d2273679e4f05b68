/* tests/unit/letters.h: what was written to whom, and the tokens in it. */
#pragma once

#include "books.h"

/* The newest notice of that template to that address; "" where there is none. */
static inline str letter_to(struct books_test *t, const char *address, const char *part)
{
	struct outbound_message *all;
	struct delivery *d;
	size_t n, copies;
	str body;
	int64_t after = 0;
	BOOKS_MUST(t, outbound_before(t->books.outbound, t->a, 0, 1000, &all, &n));
	BOOKS_MUST(t,
		   delivery_claim(t->books.outbound, t->a, &after, 100000, &d, &copies));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < copies; k++) {
			if (d[k].message != all[i].id
			    || !str_eq(d[k].recipient, str_from(address)))
				continue;
			BOOKS_MUST(t,
				   outbound_body_read(t->books.outbound, t->a, all[i].id,
						      0, all[i].size, &body));
			if (!*part || holds(body, part))
				return body;
		}
	return STR("");
}

/* The token in a letter's link. */
static inline str letter_token(str letter)
{
	str link = str_find(letter, STR("/confirm/"));
	return link.n ? str_first(str_skip(link, 9), TOKEN_CHARS) : STR("");
}

static inline int64_t letters(struct books_test *t)
{
	return books_count(t, "message", "kind = 'notice'");
}
