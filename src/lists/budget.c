#include "lists/budget.h"

#include "base/clock.h"
#include "lists/notice.h"
#include "store/outbound/budget.h"

err budget_count(struct books *books, struct arena *a, str sender, int64_t n,
		 int64_t hours, int64_t limit, bool *over)
{
	int64_t now = clock_now(), sum;
	(void)a;
	TRY(budget_add(books->outbound, sender, now, n));
	TRY(budget_sum(books->outbound, sender, now - (hours - 1) * 3600, &sum));
	*over = limit > 0 && sum > limit;
	return OK;
}

err budget_tell(struct books *books, struct arena *a, str sender, str what)
{
	struct address admin;
	struct notice_var vars[] = { { "sender", sender }, { "what", what } };
	TRY(address_parse(a, books->conf->site_admin, &admin));
	return notice_send(
		books, a,
		&(struct notice){
			.name = "spike",
			.to = { .address = admin },
			/* once a day and sender: the same source again is no new mail */
			.source = arena_printf(a, "spike/%.*s/%lld", STR_F(sender),
					       (long long)(clock_now() / 86400)),
			.vars = vars,
			.var_count = 2 });
}
