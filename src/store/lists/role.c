#include "store/lists/role.h"

#include "store/lists/role_inside.h"
#include "store/table.h"

#define ROLE                                                                  \
	"SELECT r.list, r.address, x.person, x.key, x.text, p.name, r.role, " \
	"x.verified_at "                                                      \
	"FROM role r JOIN address x ON x.id = r.address "                     \
	"JOIN person p ON p.id = x.person "

static void read_role(struct rows *r, struct arena *a, void *row)
{
	*(struct role_row *)row = (struct role_row){
		.list = rows_i64(r, 0),
		.address = rows_i64(r, 1),
		.person = rows_i64(r, 2),
		.key = rows_str(r, a, 3),
		.text = rows_str(r, a, 4),
		.name = rows_str(r, a, 5),
		.role = rows_str(r, a, 6),
		.verified_at = rows_i64(r, 7),
	};
}

err role_add(struct book *b, int64_t list, int64_t address, str role)
{
	err e = book_run(b,
			 "INSERT INTO role (list, address, role) VALUES (?1, ?2, ?3) "
			 "ON CONFLICT DO NOTHING",
			 SQL_I(list), SQL_I(address), SQL_S(role));
	return e.kind == ERR_DENIED
		       ? FAIL(ERR_NOTFOUND, "there is no such list or address")
		       : e;
}

err role_remove(struct book *b, int64_t list, int64_t address, str role)
{
	return TABLE_MUST(
		b, "that address does not have that role",
		"DELETE FROM role WHERE list = ?1 AND address = ?2 AND role = ?3",
		SQL_I(list), SQL_I(address), SQL_S(role));
}

err role_list(struct book *b, struct arena *a, int64_t list, struct role_row **r,
	      size_t *count)
{
	return TABLE_ALL(b, a, read_role, r, count,
			 ROLE "WHERE r.list = ?1 ORDER BY r.role DESC, x.key",
			 SQL_I(list));
}

err role_by_person(struct book *b, struct arena *a, int64_t person, struct role_row **r,
		   size_t *count)
{
	return TABLE_ALL(b, a, read_role, r, count,
			 ROLE "WHERE x.person = ?1 ORDER BY r.list, r.role DESC",
			 SQL_I(person));
}

err role_of_person(struct book *b, int64_t list, int64_t person, unsigned *roles)
{
	bool found;
	int64_t bits = 0;
	TRY(book_number(b, &bits, &found, "SELECT " ROLE_BITS("?1", "?2"), SQL_I(list),
			SQL_I(person)));
	*roles = (unsigned)bits;
	return OK;
}
