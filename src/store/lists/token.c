#include "store/lists/token.h"

#include "store/lists/secret.h"
#include "store/table.h"

#define TOKEN                                                                    \
	"SELECT id, person, name, stored_key, server_key, created_at, used_at, " \
	"scopes, rate FROM token "

static const char none[] = "there is no such token";

static void read_token(struct rows *r, struct arena *a, void *row)
{
	*(struct token_row *)row = (struct token_row){
		.id = rows_i64(r, 0),
		.person = rows_i64(r, 1),
		.name = rows_str(r, a, 2),
		.stored_key = rows_str(r, a, 3),
		.server_key = rows_str(r, a, 4),
		.created_at = rows_i64(r, 5),
		.used_at = rows_i64(r, 6),
		.scopes = rows_str(r, a, 7),
		.rate = rows_i64(r, 8),
	};
}

err token_add(struct book *b, str secret, struct token_row *t)
{
	struct secret hash = secret_of(secret);
	return TABLE_INSERT(
		b, &t->id,
		"INSERT INTO token (person, name, hash, stored_key, server_key, "
		"created_at, scopes, rate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		SQL_I(t->person), SQL_S(t->name), SQL_B(secret_str(&hash)),
		SQL_B(t->stored_key), SQL_B(t->server_key), SQL_I(t->created_at),
		SQL_S(t->scopes.n ? t->scopes : STR("all")), SQL_I(t->rate));
}

err token_find(struct book *b, struct arena *a, str secret, struct token_row *t)
{
	struct secret hash = secret_of(secret);
	return TABLE_ONE(b, a, read_token, t, none, TOKEN "WHERE hash = ?1",
			 SQL_B(secret_str(&hash)));
}

err token_by_person(struct book *b, struct arena *a, int64_t person, struct token_row **t,
		    size_t *count)
{
	return TABLE_ALL(b, a, read_token, t, count,
			 TOKEN "WHERE person = ?1 ORDER BY id", SQL_I(person));
}

err token_used(struct book *b, int64_t id, int64_t now)
{
	return book_run(b, "UPDATE token SET used_at = max(used_at, ?2) WHERE id = ?1",
			SQL_I(id), SQL_I(now));
}

err token_remove(struct book *b, int64_t person, int64_t id)
{
	return TABLE_MUST(b, none, "DELETE FROM token WHERE id = ?1 AND person = ?2",
			  SQL_I(id), SQL_I(person));
}
