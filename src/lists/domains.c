#include "lists/domains.h"

#include "base/clock.h"
#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/domain_owner.h"

enum { DESCRIPTION_MAX = 500 };

/* An address at it must be one: that is what a domain is for. */
err domain_name_clean(struct arena *a, str name, str *clean)
{
	struct address x;
	name = str_trim(name);
	if (address_parse(a, arena_cat(a, STR("x@"), name), &x).kind
	    || str_starts(name, STR("[")))
		return err_in(a, ERR_SYNTAX, "\"%.*s\" is no name of a domain",
			      STR_F(name));
	*clean = domain_ascii(a, arena_lower(a, x.domain));
	return OK;
}

static err assign(struct arena *a, struct domain_row *d, const struct assignment *x)
{
	if (str_eq(x->key, STR("description"))) {
		d->description = str_trim(x->value);
		return d->description.n <= DESCRIPTION_MAX
			       ? OK
			       : FAIL(ERR_SYNTAX, "a description has at most 500 octets");
	}
	if (!str_eq(x->key, STR("alias_domain")))
		return err_in(a, ERR_SYNTAX,
			      "\"%.*s\": a domain has description and alias_domain",
			      STR_F(x->key));
	d->alias = STR("");
	return str_trim(x->value).n ? domain_name_clean(a, x->value, &d->alias) : OK;
}

static err configure(struct books *books, struct arena *a, str name,
		     const struct assignment *set, size_t n, const struct actor *by)
{
	struct domain_row d;
	TRY(domain_get(books->lists, a, name, &d));
	for (size_t i = 0; i < n; i++)
		TRY(assign(a, &d, &set[i]));
	TRY(domain_set(books->lists, &d));
	return books_audit(books, by, 0, STR("domain changed"), d.name);
}

err domain_configure(struct books *books, struct arena *a, str name,
		     const struct assignment *set, size_t n, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, configure(books, a, name, set, n, by));
}

static str words_of(struct arena *a, str key, str domain)
{
	return arena_cat(a, key, STR(" of "), domain);
}

static err give(struct books *books, struct arena *a, str name, const struct address *who,
		bool proven, const struct actor *by)
{
	struct address_row row;
	int64_t domain;
	TRY(domain_find(books->lists, name, &domain));
	TRY(address_ensure(books->lists, a, address_key(a, who), address_text(a, who),
			   STR(""), clock_now(), &row));
	if (proven && !row.verified_at)
		TRY(address_verify(books->lists, row.id, clock_now()));
	TRY(domain_owner_add(books->lists, domain, row.id));
	return books_audit(books, by, 0, STR("domain owner added"),
			   words_of(a, row.key, name));
}

err domain_owner_give(struct books *books, struct arena *a, str name, str address,
		      bool proven, const struct actor *by)
{
	struct address who;
	bool mine;
	TRY(address_parse(a, str_trim(address), &who));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, give(books, a, name, &who, proven, by));
}

static err take(struct books *books, struct arena *a, str name, const struct address *who,
		const struct actor *by)
{
	struct address_row row;
	int64_t domain;
	TRY(domain_find(books->lists, name, &domain));
	TRY(address_find(books->lists, a, address_key(a, who), &row));
	TRY(domain_owner_remove(books->lists, domain, row.id));
	return books_audit(books, by, 0, STR("domain owner removed"),
			   words_of(a, row.key, name));
}

err domain_owner_take(struct books *books, struct arena *a, str name, str address,
		      const struct actor *by)
{
	struct address who;
	bool mine;
	TRY(address_parse(a, str_trim(address), &who));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, take(books, a, name, &who, by));
}
