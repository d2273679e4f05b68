#include "lists/import/moving.h"

#include "base/clock.h"
#include "base/log.h"
#include "mail/address.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/person.h"

static err check_address(struct moving *x, str *domain)
{
	struct address check;
	str name;
	if (!str_cut_last(x->address, '@', &name, domain))
		return err_in(x->a, ERR_SYNTAX, "%.*s: no address of a list",
			      STR_F(x->address));
	TRY(list_name_check(x->a, name));
	if (address_parse(x->a, x->address, &check).kind || !domain_valid(*domain))
		return err_in(x->a, ERR_SYNTAX, "%.*s: its domain cannot receive mail",
			      STR_F(x->address));
	return OK;
}

static err find_or_make(struct moving *x, str domain)
{
	struct book *b = x->books->lists;
	struct list_row l;
	int64_t id;
	err e = list_by_address(b, x->a, x->address, &l);
	if (e.kind != ERR_NOTFOUND) {
		x->list = l.id;
		return e;
	}
	TRY(domain_add(b, domain, &id));
	x->report->written++;
	x->report->is_new = true;
	return list_create(b, x->address, x->created_at > 0 ? x->created_at : x->now,
			   &x->list);
}

static err move_and_say_so(struct moving *x, str domain, err (*all)(struct moving *x))
{
	TRY(find_or_make(x, domain));
	TRY(all(x));
	TRY(moving_news(x));
	return x->report->written ? books_audit(
		       x->books, x->by, x->list,
		       arena_cat(x->a, STR("list moved from "), str_from(x->from)),
		       arena_printf(x->a, "changes: %zu", x->report->written))
				  : OK;
}

err moving_in_transaction(struct moving *x, err (*all)(struct moving *x))
{
	struct book *b = x->books->lists;
	str domain;
	TRY(check_address(x, &domain));
	TRY(book_begin(b));
	err e = move_and_say_so(x, domain, all);
	if (!x->dry)
		return book_end(b, e);
	book_rollback(b);
	return e;
}

err moving_for_all(struct moving *x, err (*all)(struct moving *x))
{
	struct book *b = x->books->lists;
	TRY(book_begin(b));
	err e = all(x);
	if (!x->dry)
		return book_end(b, e);
	book_rollback(b);
	return e;
}

/* A list that cannot be taken keeps no other one back. */
err moving_list(struct books *books, struct import_report *r, const struct actor *by,
		struct moving *x, err (*all)(struct moving *x))
{
	ARENA(a);
	x->books = books;
	x->a = x->config.a = a;
	x->dry = r->dry;
	x->report = import_report_list(r, x->name);
	if (r->count == 1)
		TRY(person_newest(books->lists, &r->newest));
	x->known = r->newest;
	x->by = by;
	x->now = clock_now();
	err e = all(x);
	if (err_is_passing(e))
		return err_in(r->a, e.kind, "%.*s: %s", STR_F(x->name), e.msg);
	if (x->address.n && !e.kind)
		x->report->address = arena_copy(r->a, x->address);
	if (e.kind)
		x->report->failed = arena_copy(r->a, str_from(e.msg));
	else if (!x->dry)
		log_info("list-moved", KS("list", x->address), KZ("from", x->word),
			 KN("changes", x->report->written));
	return OK;
}
