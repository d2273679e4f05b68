#include "lists/member_wish.h"

#include "base/clock.h"
#include "base/rand.h"
#include "lists/join_choice.h"
#include "lists/member_address.h"
#include "store/lists/address.h"
#include "store/lists/pending.h"

/* It stands among what waits, under a token that nobody was sent. */
#define KIND STR("follow")
enum { SPAN = 180 * 86400, TOKEN_LETTERS = 20 };

err member_wish_drop(struct books *books, const struct list_entry *list, str key)
{
	TRY(join_choice_drop(books, list, key));
	return pending_drop(books->lists, KIND, list->id, key);
}

err member_wish_follow(struct books *books, struct arena *a,
		       const struct list_entry *list, str key)
{
	struct address_row of;
	int64_t now = clock_now();
	err e = address_find(books->lists, a, key, &of);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(member_wish_drop(books, list, key));
	struct pending_row p = { .kind = KIND,
				 .list = list->id,
				 .address = key,
				 .data = arena_printf(a, "{\"person\":%lld}",
						      (long long)of.person),
				 .created_at = now,
				 .expires_at = now + SPAN };
	return pending_add(books->lists, rand_token(a, TOKEN_LETTERS), &p);
}

err member_wish_begin(struct books *books, struct arena *a, const struct list_entry *list,
		      str key, const struct actor *by)
{
	struct pending_row *p;
	struct address_row of;
	size_t n;
	TRY(pending_of(books->lists, a, KIND, list->id, key, &p, &n));
	if (!n)
		return OK;
	TRY(member_wish_drop(books, list, key));
	TRY(address_find(books->lists, a, key, &of));
	str person = arena_printf(a, "{\"person\":%lld}", (long long)of.person);
	if (p[0].expires_at < clock_now() || !str_eq(p[0].data, person))
		return OK;
	err e = member_follow_preferred(books, a, list, key, by);
	return e.kind == ERR_DENIED ? OK : e;
}
