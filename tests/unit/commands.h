/* tests/unit/commands.h: mails with commands, and what comes back. */
#pragma once

#include "letters.h"

#define DEV "dev@lists.example"

static int64_t serial;

static inline str mail_to(struct books_test *t, const char *to, const char *from,
			  const char *subject, const char *body)
{
	return arena_printf(t->a,
			    "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: "
			    "<c%lld@x>\r\n\r\n%s\r\n",
			    from, to, subject, (long long)++serial, body);
}

static inline str mail(struct books_test *t, const char *from, const char *subject,
		       const char *body)
{
	return mail_to(t, "dev-request@lists.example", from, subject, body);
}

/* A new sender for each case: ten answers a day are all that anybody gets. */
static const char *sender(struct books_test *t)
{
	return arena_z(t->a,
		       arena_printf(t->a, "s%lld@uni.example", (long long)++serial));
}

static str ask(struct books_test *t, const char *to, const char *from,
	       const char *subject, const char *body)
{
	CHECK(ok(books_arrives(t, from, to, mail_to(t, to, from, subject, body))));
	return letter_to(t, from, "");
}

static inline bool is_member(struct books_test *t, const char *address)
{
	struct member_row m;
	return !member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			    str_from(address), &m)
			.kind;
}
