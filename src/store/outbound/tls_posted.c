#include "store/outbound/tls_posted.h"

#include "store/table.h"

err tls_posted_find(struct book *b, int64_t day, str domain, str uri, bool *posted)
{
	int64_t one;
	return book_number(b, &one, posted,
			   "SELECT 1 FROM tls_posted WHERE day = ?1 AND domain = ?2 "
			   "AND uri = ?3",
			   SQL_I(day), SQL_S(domain), SQL_S(uri));
}

err tls_posted_add(struct book *b, int64_t day, str domain, str uri)
{
	return book_run(b,
			"INSERT INTO tls_posted (day, domain, uri) VALUES (?1, ?2, ?3) "
			"ON CONFLICT DO NOTHING",
			SQL_I(day), SQL_S(domain), SQL_S(uri));
}

err tls_posted_remove(struct book *b, int64_t day, str domain, str uri)
{
	return book_run(b,
			"DELETE FROM tls_posted WHERE day = ?1 AND domain = ?2 "
			"AND uri = ?3",
			SQL_I(day), SQL_S(domain), SQL_S(uri));
}

err tls_posted_expire(struct book *b, int64_t before_day, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM tls_posted WHERE day < ?1",
			    SQL_I(before_day));
}
