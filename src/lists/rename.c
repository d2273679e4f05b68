#include "lists/rename.h"

#include "base/clock.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"

static err clean_address(struct arena *a, str address, str *clean)
{
	struct address x;
	err e = address_parse(a, arena_lower(a, str_trim(address)), &x);
	if (e.kind || !x.domain.n)
		return err_in(a, ERR_SYNTAX,
			      "\"%.*s\": a list needs its whole address, name@domain",
			      STR_F(address));
	TRY(list_name_check(a, x.local));
	*clean = arena_cat(a, x.local, STR("@"), domain_ascii(a, x.domain));
	return OK;
}

static err call(struct books *books, struct arena *a, int64_t id, str was, str address,
		bool new_id, const struct actor *by)
{
	TRY(list_rename(books->lists, a, id, address, new_id, clock_now()));
	return books_audit(books, by, id, STR("list renamed"),
			   arena_cat(a, was, STR(" to "), address,
				     new_id ? STR(", List-Id, too") : STR("")));
}

err list_call(struct books *books, struct arena *a, const struct list_entry *list,
	      str address, bool new_id, const struct actor *by)
{
	bool mine;
	TRY(clean_address(a, address, &address));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  call(books, a, list->id, list->address, address, new_id, by));
}

static err call_all(struct books *books, struct arena *a, str from, str to, bool new_id,
		    const struct actor *by, int64_t *count)
{
	struct list_row *l;
	size_t n;
	int64_t domain;
	TRY(domain_find(books->lists, from, &domain));
	TRY(list_all(books->lists, a, domain, &l, &n));
	for (size_t i = 0; i < n; i++)
		TRY(call(books, a, l[i].id, l[i].address,
			 arena_cat(a, l[i].name, STR("@"), to), new_id, by));
	*count = (int64_t)n;
	return OK;
}

err domain_call(struct books *books, struct arena *a, str from, str to, bool new_id,
		const struct actor *by, int64_t *count)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  call_all(books, a, from, to, new_id, by, count));
}

static err let_go(struct books *books, struct arena *a, str address,
		  const struct actor *by)
{
	const struct list_entry *l = addressbook_list(books->addresses, address);
	TRY(list_forget(books->lists, a, address));
	return books_audit(books, by, l ? l->id : 0, STR("former address let go"),
			   address);
}

err list_let_go(struct books *books, struct arena *a, str address, const struct actor *by)
{
	bool mine;
	address = arena_lower(a, str_trim(address));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, let_go(books, a, address, by));
}
