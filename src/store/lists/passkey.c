#include "store/lists/passkey.h"

#include "store/table.h"

#define PASSKEY                                                              \
	"SELECT id, person, credential, public_key, handle, name, counter, " \
	"created_at, used_at FROM passkey "

static const char NONE[] = "there is no such passkey";

static void read_passkey(struct rows *r, struct arena *a, void *row)
{
	*(struct passkey_row *)row = (struct passkey_row){
		.id = rows_i64(r, 0),
		.person = rows_i64(r, 1),
		.credential = rows_str(r, a, 2),
		.public_key = rows_str(r, a, 3),
		.handle = rows_str(r, a, 4),
		.name = rows_str(r, a, 5),
		.counter = rows_i64(r, 6),
		.created_at = rows_i64(r, 7),
		.used_at = rows_i64(r, 8),
	};
}

err passkey_add(struct book *b, struct passkey_row *k)
{
	int64_t changed;
	TRY(TABLE_CHANGE(b, &changed,
			 "INSERT INTO passkey (person, credential, public_key, handle, "
			 "name, counter, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
			 "ON CONFLICT (credential) DO NOTHING",
			 SQL_I(k->person), SQL_B(k->credential), SQL_B(k->public_key),
			 SQL_B(k->handle), SQL_S(k->name), SQL_I(k->counter),
			 SQL_I(k->created_at)));
	if (!changed)
		return FAIL(ERR_DENIED, "this passkey is an account's already");
	struct passkey_row kept;
	ARENA(a);
	TRY(passkey_find(b, a, k->credential, &kept));
	k->id = kept.id;
	return OK;
}

err passkey_find(struct book *b, struct arena *a, str credential, struct passkey_row *k)
{
	return TABLE_ONE(b, a, read_passkey, k, NONE, PASSKEY "WHERE credential = ?1",
			 SQL_B(credential));
}

err passkey_by_person(struct book *b, struct arena *a, int64_t person,
		      struct passkey_row **k, size_t *count)
{
	return TABLE_ALL(b, a, read_passkey, k, count,
			 PASSKEY "WHERE person = ?1 ORDER BY id", SQL_I(person));
}

err passkey_used(struct book *b, int64_t id, int64_t counter, int64_t now)
{
	return TABLE_MUST(b, NONE,
			  "UPDATE passkey SET counter = ?2, used_at = ?3 WHERE id = ?1",
			  SQL_I(id), SQL_I(counter), SQL_I(now));
}

err passkey_rename(struct book *b, int64_t person, int64_t id, str name)
{
	return TABLE_MUST(b, NONE,
			  "UPDATE passkey SET name = ?3 WHERE id = ?2 AND person = ?1",
			  SQL_I(person), SQL_I(id), SQL_S(name));
}

err passkey_remove(struct book *b, int64_t person, int64_t id)
{
	return TABLE_MUST(b, NONE, "DELETE FROM passkey WHERE id = ?2 AND person = ?1",
			  SQL_I(person), SQL_I(id));
}
