/* Members as records of CSV, as roster_open reads them. */
#include "cli/cmd_member_record.h"

#include "base/csv.h"
#include "lists/roster.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/planned.h"

#include <stdio.h>

static str yes_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

static str day_or_none(struct arena *a, int64_t day)
{
	return day ? date_day(a, day) : STR("");
}

/* An address needs quotes where its local part has some; a name has them in any case, as
 * it always had. */
static void print_cells(struct arena *a, const str *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str cell = cli_shown(a, cells[i]);
		if (i == 1 || csv_wants_quotes(cell))
			cell = csv_quoted(a, cell);
		printf("%s%.*s", i ? "," : "", STR_F(cell));
	}
	putchar('\n');
}

enum {
	OUT_ADDRESS,
	OUT_NAME,
	OUT_DELIVERY,
	OUT_OFF_BY,
	OUT_WHY,
	OUT_ACTION,
	OUT_OWN_POSTS,
	OUT_COPIES,
	OUT_ACKNOWLEDGE,
	OUT_HIDDEN,
	OUT_TOPICS,
	OUT_OTHER_TOPICS,
	OUT_FROM,
	OUT_UNTIL,
	OUT_LEVELS,
	OUT_COLUMNS = OUT_LEVELS + ROSTER_LEVEL_CELLS
};

void record_head(void)
{
	puts("address,name,delivery,off_by,why,action,own_posts,copies,acknowledge,"
	     "hidden,topics,other_topics,from,until," ROSTER_LEVELS);
}

void record_print(struct arena *a, const struct member_row *m)
{
	str cells[OUT_COLUMNS] = {
		[OUT_ADDRESS] = m->text,
		[OUT_NAME] = m->name,
		[OUT_DELIVERY] = m->delivery,
		[OUT_OFF_BY] = m->off_by,
		[OUT_WHY] = m->off_why,
		[OUT_ACTION] = m->action,
		[OUT_OWN_POSTS] = yes_no(m->own_posts),
		[OUT_COPIES] = yes_no(m->copies),
		[OUT_ACKNOWLEDGE] = yes_no(m->acknowledge),
		[OUT_HIDDEN] = yes_no(m->hidden),
		[OUT_TOPICS] = topics_shown(a, m->topics),
		[OUT_OTHER_TOPICS] = yes_no(m->other_topics),
		[OUT_UNTIL] = day_or_none(a, m->last_day),
	};
	roster_cells(a, m, cells + OUT_LEVELS);
	print_cells(a, cells, OUT_COLUMNS);
}

err record_print_planned(struct books *books, struct arena *a, int64_t list)
{
	struct planned_row *all;
	size_t n;
	TRY(planned_list(books->lists, a, list, &all, &n));
	for (size_t i = 0; i < n; i++) {
		const str cells[OUT_COLUMNS] = {
			[OUT_ADDRESS] = all[i].address,
			[OUT_NAME] = all[i].name,
			[OUT_FROM] = date_day(a, all[i].first_day),
			[OUT_UNTIL] = day_or_none(a, all[i].last_day),
		};
		print_cells(a, cells, OUT_COLUMNS);
	}
	return OK;
}
