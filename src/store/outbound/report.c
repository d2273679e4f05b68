#include "store/outbound/report.h"

#include "store/table.h"

static err add_failures(struct book *b, int64_t id, const struct report_failure *f,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(book_run(b,
			     "INSERT INTO report_failure (report, source, result, count) "
			     "VALUES (?1, ?2, ?3, ?4) "
			     "ON CONFLICT DO UPDATE SET count = count + excluded.count",
			     SQL_I(id), SQL_S(f[i].source), SQL_S(f[i].result),
			     SQL_I(f[i].count)));
	return OK;
}

static err add(struct book *b, const struct report_row *row,
	       const struct report_failure *failures, size_t count, bool *added)
{
	TRY(book_run(
		b,
		"INSERT OR IGNORE INTO report (kind, domain, reporter, name, report, "
		"begins, ends, came_at, passed, failed) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		SQL_S(row->kind), SQL_S(row->domain), SQL_S(row->reporter),
		SQL_S(row->name), SQL_S(row->report), SQL_I(row->begins),
		SQL_I(row->ends), SQL_I(row->came_at), SQL_I(row->passed),
		SQL_I(row->failed)));
	*added = book_changes(b) > 0;
	return *added ? add_failures(b, book_last_id(b), failures, count) : OK;
}

err report_add(struct book *b, const struct report_row *row,
	       const struct report_failure *failures, size_t count, bool *fresh)
{
	bool mine, added = false;
	TRY(book_join(b, &mine));
	TRY(book_leave(b, mine, add(b, row, failures, count, &added)));
	*fresh = added;
	return OK;
}

err report_count(struct book *b, int64_t since, int64_t *count)
{
	bool found;
	return book_number(b, count, &found,
			   "SELECT count(*) FROM report WHERE came_at >= ?1",
			   SQL_I(since));
}

static void read_sum(struct rows *r, struct arena *a, void *row)
{
	*(struct report_row *)row = (struct report_row){
		.kind = rows_str(r, a, 0),
		.domain = rows_str(r, a, 1),
		.reporter = rows_str(r, a, 2),
		.name = rows_str(r, a, 3),
		.passed = rows_i64(r, 4),
		.failed = rows_i64(r, 5),
		.came_at = rows_i64(r, 6),
	};
}

err report_sums(struct book *b, struct arena *a, int64_t since, int64_t before,
		size_t limit, struct report_row **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_sum, rows, count,
			 "SELECT kind, domain, reporter, max(name), sum(passed), "
			 "sum(failed), max(came_at) FROM report "
			 "WHERE came_at >= ?1 AND came_at < ?2 "
			 "GROUP BY kind, domain, reporter "
			 "ORDER BY sum(failed) DESC, sum(passed) DESC, reporter LIMIT ?3",
			 SQL_I(since), SQL_I(before), SQL_I(limit));
}

static void read_failure(struct rows *r, struct arena *a, void *row)
{
	*(struct report_failure *)row = (struct report_failure){
		.kind = rows_str(r, a, 0),
		.domain = rows_str(r, a, 1),
		.source = rows_str(r, a, 2),
		.result = rows_str(r, a, 3),
		.count = rows_i64(r, 4),
		.reporters = rows_i64(r, 5),
	};
}

err report_failures(struct book *b, struct arena *a, int64_t since, size_t limit,
		    struct report_failure **rows, size_t *count)
{
	return TABLE_ALL(b, a, read_failure, rows, count,
			 "SELECT r.kind, r.domain, f.source, f.result, sum(f.count), "
			 "count(DISTINCT r.reporter) FROM report_failure f "
			 "JOIN report r ON r.id = f.report WHERE r.came_at >= ?1 "
			 "GROUP BY r.kind, r.domain, f.source, f.result "
			 "ORDER BY sum(f.count) DESC, f.source LIMIT ?2",
			 SQL_I(since), SQL_I(limit));
}

err report_expire(struct book *b, int64_t before, int64_t *gone)
{
	int64_t lines;
	TRY(TABLE_CHANGE(b, &lines,
			 "DELETE FROM report_failure WHERE report IN "
			 "(SELECT id FROM report WHERE came_at < ?1)",
			 SQL_I(before)));
	return TABLE_CHANGE(b, gone, "DELETE FROM report WHERE came_at < ?1",
			    SQL_I(before));
}
