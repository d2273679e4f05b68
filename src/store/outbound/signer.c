#include "store/outbound/signer.h"

#include "store/table.h"

static void read_signer(struct rows *r, struct arena *a, void *row)
{
	*(struct signer_row *)row = (struct signer_row){ .selector = rows_str(r, a, 0),
							 .record = rows_str(r, a, 1) };
}

static err set(struct book *b, const struct signer_row *s, size_t count)
{
	TRY(book_run(b, "DELETE FROM signer WHERE selector <> ?1", SQL_S(STR(""))));
	for (size_t i = 0; i < count; i++)
		TRY(book_run(b, "INSERT INTO signer (selector, record) VALUES (?1, ?2)",
			     SQL_S(s[i].selector), SQL_S(s[i].record)));
	return OK;
}

err signer_set(struct book *b, const struct signer_row *s, size_t count)
{
	bool mine;
	TRY(book_join(b, &mine));
	return book_leave(b, mine, set(b, s, count));
}

err signer_all(struct book *b, struct arena *a, struct signer_row **s, size_t *count)
{
	return TABLE_ALL(b, a, read_signer, s, count,
			 "SELECT selector, record FROM signer WHERE selector <> ?1 "
			 "ORDER BY length(selector), selector",
			 SQL_S(STR("")));
}
