#include "lists/aliases.h"

#include "base/clock.h"
#include "store/lists/alias.h"

static err own_address(struct books *books, struct arena *a, str text, str *key)
{
	struct address x;
	TRY(address_parse(a, str_trim(text), &x));
	*key = address_key(a, &x);
	if (!addressbook_is_ours(books->addresses, domain_ascii(a, x.domain)))
		return err_in(a, ERR_DENIED, "%.*s is not in a domain of ours",
			      STR_F(text));
	return addressbook_list(books->addresses, *key)
		       ? err_in(a, ERR_DENIED, "%.*s is a list", STR_F(text))
		       : OK;
}

static err point(struct books *books, str key, const str *targets, size_t count,
		 const struct actor *by)
{
	TRY(alias_set(books->lists, key, targets, count, clock_now()));
	return books_audit(books, by, 0, STR("alias set"), key);
}

err alias_point(struct books *books, struct arena *a, str address, const str *targets,
		size_t count, const struct actor *by)
{
	bool mine;
	str key, *clean = arena_alloc(a, (count + 1) * sizeof *clean);
	TRY(own_address(books, a, address, &key));
	if (!count)
		return FAIL(ERR_SYNTAX,
			    "an alias needs at least one address to forward to");
	for (size_t i = 0; i < count; i++) {
		struct address x;
		TRY(address_parse(a, str_trim(targets[i]), &x));
		if (str_eq(address_key(a, &x), key))
			return err_in(a, ERR_DENIED, "%.*s would lead to itself",
				      STR_F(key));
		clean[i] = address_text(a, &x);
	}
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, point(books, key, clean, count, by));
}

static err drop(struct books *books, struct arena *a, str key, const struct actor *by)
{
	err e = alias_remove(books->lists, key);
	if (e.kind == ERR_NOTFOUND)
		return err_in(a, e.kind, "%.*s is no alias", STR_F(key));
	TRY(e);
	return books_audit(books, by, 0, STR("alias removed"), key);
}

err alias_drop(struct books *books, struct arena *a, str address, const struct actor *by)
{
	str key;
	bool mine;
	TRY(address_read_key(a, address, &key));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, drop(books, a, key, by));
}
