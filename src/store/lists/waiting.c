#include "store/lists/waiting.h"

#include "store/table.h"

static void read_waiting(struct rows *r, struct arena *a, void *row)
{
	(void)a;
	*(struct waiting_row *)row = (struct waiting_row){
		.list = rows_i64(r, 0),
		.posts = rows_i64(r, 1),
		.requests = rows_i64(r, 2),
		.oldest = rows_i64(r, 3),
	};
}

err waiting_by_list(struct book *b, struct arena *a, struct waiting_row **w,
		    size_t *count)
{
	return table_all(b, a, read_waiting, w, sizeof **w, count,
			 "SELECT list, sum(posts), sum(requests), min(oldest) FROM ("
			 "SELECT list, count(*) AS posts, 0 AS requests, "
			 "min(held_at) AS oldest FROM held WHERE verdict = '' "
			 "GROUP BY list UNION ALL "
			 "SELECT list, 0, count(*), min(asked_at) FROM request "
			 "GROUP BY list) GROUP BY list ORDER BY list",
			 NULL, 0);
}
