#include "store/inbound/known.h"

#include "store/table.h"

static const struct {
	const char *add, *all, *old, *many;
} statements[] = {
#define KNOWN(kind, table, key, at)                                                     \
	[kind] = { "INSERT INTO " table " (" key ", " at ") VALUES (?1, ?2) "           \
		   "ON CONFLICT (" key ") DO UPDATE SET " at " = max(" at               \
		   ", excluded." at ")",                                                \
		   "SELECT " key ", " at " FROM (SELECT " key ", " at " FROM " table    \
		   " WHERE " at " >= ?1 ORDER BY " at " DESC LIMIT ?2) ORDER BY " at,   \
		   "DELETE FROM " table " WHERE " at " < ?1",                           \
		   "DELETE FROM " table " WHERE " key " IN (SELECT " key " FROM " table \
		   " ORDER BY " at " DESC LIMIT -1 OFFSET ?1)" },
	KNOWN(KNOWN_NETWORKS, "known_network", "network", "passed_at")
		KNOWN(KNOWN_TRIES, "greylist_try", "hash", "tried_at")
#undef KNOWN
};

err known_add(struct book *b, enum known_kind kind, const struct known *x)
{
	return book_run(b, statements[kind].add, SQL_S(x->key), SQL_I(x->at));
}

static void read_known(struct rows *r, struct arena *a, void *row)
{
	*(struct known *)row = (struct known){
		.key = rows_str(r, a, 0),
		.at = rows_i64(r, 1),
	};
}

err known_all(struct book *b, struct arena *a, enum known_kind kind, int64_t since,
	      size_t limit, struct known **x, size_t *count)
{
	return TABLE_ALL(b, a, read_known, x, count, statements[kind].all, SQL_I(since),
			 SQL_I(limit));
}

err known_prune(struct book *b, enum known_kind kind, int64_t since, size_t limit)
{
	TRY(book_run(b, statements[kind].old, SQL_I(since)));
	return book_run(b, statements[kind].many, SQL_I(limit));
}
