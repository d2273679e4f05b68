#include "store/outbound/budget.h"

#include "store/table.h"

enum { HOUR = 3600 };

err budget_add(struct book *b, str sender, int64_t now, int64_t recipients)
{
	return book_run(
		b,
		"INSERT INTO budget (sender, hour, recipients) VALUES (?1, ?2, ?3) "
		"ON CONFLICT DO UPDATE SET recipients = recipients + excluded.recipients",
		SQL_S(sender), SQL_I(now / HOUR), SQL_I(recipients));
}

err budget_sum(struct book *b, str sender, int64_t since, int64_t *recipients)
{
	bool found;
	return book_number(b, recipients, &found,
			   "SELECT coalesce(sum(recipients), 0) FROM budget "
			   "WHERE sender = ?1 AND hour >= ?2",
			   SQL_S(sender), SQL_I(since / HOUR));
}

err budget_expire(struct book *b, int64_t before, int64_t *gone)
{
	return TABLE_CHANGE(b, gone, "DELETE FROM budget WHERE hour < ?1",
			    SQL_I(before / HOUR));
}
