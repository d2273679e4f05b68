#include "store/lists/domain_owner.h"

#include "store/table.h"

#define OWNER                                                          \
	"SELECT o.domain, o.address, x.person, x.key, x.text, p.name " \
	"FROM domain_owner o JOIN address x ON x.id = o.address "      \
	"JOIN person p ON p.id = x.person "

static void read_owner(struct rows *r, struct arena *a, void *row)
{
	*(struct domain_owner_row *)row = (struct domain_owner_row){
		.domain = rows_i64(r, 0),
		.address = rows_i64(r, 1),
		.person = rows_i64(r, 2),
		.key = rows_str(r, a, 3),
		.text = rows_str(r, a, 4),
		.name = rows_str(r, a, 5),
	};
}

err domain_owner_add(struct book *b, int64_t domain, int64_t address)
{
	err e = book_run(b,
			 "INSERT INTO domain_owner (domain, address) VALUES (?1, ?2) "
			 "ON CONFLICT DO NOTHING",
			 SQL_I(domain), SQL_I(address));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_NOTFOUND, "there is no such domain or address")
		       : e;
}

err domain_owner_remove(struct book *b, int64_t domain, int64_t address)
{
	return TABLE_MUST(b, "that address does not own the domain",
			  "DELETE FROM domain_owner WHERE domain = ?1 AND address = ?2",
			  SQL_I(domain), SQL_I(address));
}

err domain_owner_list(struct book *b, struct arena *a, int64_t domain,
		      struct domain_owner_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_owner, r, count,
			 OWNER "WHERE o.domain = ?1 ORDER BY x.key", SQL_I(domain));
}

err domain_owner_by_person(struct book *b, struct arena *a, int64_t person,
			   struct domain_owner_row **r, size_t *count)
{
	return TABLE_ALL(b, a, read_owner, r, count, OWNER "WHERE x.person = ?1",
			 SQL_I(person));
}

err domain_owner_is(struct book *b, int64_t domain, int64_t person, bool *yes)
{
	int64_t one;
	return book_number(b, &one, yes,
			   "SELECT 1 FROM domain_owner o JOIN address x "
			   "ON x.id = o.address WHERE o.domain = ?1 AND x.person = ?2 "
			   "AND x.verified_at > 0 LIMIT 1",
			   SQL_I(domain), SQL_I(person));
}
