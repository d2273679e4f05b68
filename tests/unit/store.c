#include "store_folder.h"

#include "store/lists/domain.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static int64_t count_domains(struct book *b)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(b, &n, &found, "SELECT count(*) FROM domain")));
	return n;
}

static void test_create(struct arena *a, str data)
{
	static const char *const ends[] = { ".db", ".db-wal", ".db-shm" };
	for (enum book_kind kind = BOOK_INBOUND; kind <= BOOK_LISTS; kind++) {
		CHECK(ok(book_create(a, data, kind)));
		CHECK(ok(book_create(a, data, kind))); /* again: nothing to do */
		for (int i = 0; i < 3; i++) {
			struct stat s;
			const char *path = arena_z(
				a,
				arena_cat(a, book_folder(a, data, kind), STR("/"),
					  str_from(book_name(kind)), str_from(ends[i])));
			CHECK(!stat(path, &s));
			CHECK((s.st_mode & 0777) == 0640);
		}
	}
}

static void test_missing(struct arena *a, str data)
{
	struct book *b = NULL;
	err e = book_open(a, arena_cat(a, data, STR("/nowhere")), BOOK_LISTS, BOOK_READ,
			  &b);
	CHECK(e.kind == ERR_NOTFOUND && has_word(e, "postern init") && !b);
	book_close(NULL);
}

static void test_values(struct arena *a, struct book *b)
{
	struct rows r;
	str bytes = { "\0\xff"
		      "b",
		      3 };
	CHECK(ok(book_rows(b, &r, "SELECT ?1, ?2, ?3, ?4, ?5, ?6", SQL_I(-7), SQL_R(0.5),
			   SQL_S(STR("wört")), SQL_B(bytes), SQL_N(), SQL_S(STR_NONE))));
	CHECK(rows_next(&r));
	CHECK(rows_i64(&r, 0) == -7);
	CHECK(rows_real(&r, 1) == 0.5);
	CHECK(str_eq(rows_str(&r, a, 2), STR("wört")));
	CHECK(str_eq(rows_view(&r, 3), bytes));
	CHECK(rows_null(&r, 4) && !rows_null(&r, 5));
	CHECK(rows_str(&r, a, 5).n == 0);
	CHECK(!rows_next(&r) && !rows_next(&r));
	CHECK(ok(rows_end(&r)));
}

/* The same literal, in use twice at a time. */
static const char numbers[] =
	"SELECT value FROM generate WHERE value <= ?1 ORDER BY value";

static void test_nested(struct book *b)
{
	struct rows outer, inner;
	int64_t sum = 0;
	CHECK(ok(book_run(b, "CREATE TEMP TABLE generate (value INTEGER)")));
	for (int64_t i = 1; i <= 5; i++)
		CHECK(ok(book_run(b, "INSERT INTO generate VALUES (?1)", SQL_I(i))));
	CHECK(ok(book_rows(b, &outer, numbers, SQL_I(5))));
	while (rows_next(&outer)) {
		CHECK(ok(book_rows(b, &inner, numbers, SQL_I(rows_i64(&outer, 0)))));
		while (rows_next(&inner))
			sum += rows_i64(&inner, 0);
		CHECK(ok(rows_end(&inner)));
	}
	CHECK(ok(rows_end(&outer)));
	CHECK(sum == 1 + 3 + 6 + 10 + 15);
	CHECK(ok(book_rows(b, &outer, numbers, SQL_I(5))));
	CHECK(rows_next(&outer));
	CHECK(ok(rows_end(&outer))); /* after a break */
	CHECK(ok(book_run(b, "DROP TABLE generate")));
}

static void test_transaction(struct book *b, struct book *reader)
{
	int64_t id, before = book_version(reader);
	CHECK(ok(book_begin(b)));
	CHECK(ok(domain_add(b, STR("one.example"), &id)));
	CHECK(count_domains(reader) == 0);
	book_rollback(b);
	book_rollback(b);
	CHECK(count_domains(b) == 0);
	CHECK(book_version(reader) == before);
	CHECK(ok(book_begin(b)));
	CHECK(ok(domain_add(b, STR("two.example"), &id)));
	CHECK(book_changes(b) == 1);
	CHECK(ok(book_commit(b)));
	CHECK(count_domains(reader) == 1);
	CHECK(book_version(reader) != before);
}

static void test_snapshot(struct book *b, struct book *reader)
{
	int64_t id;
	CHECK(ok(book_begin(reader)));
	int64_t before = count_domains(reader);
	CHECK(ok(domain_add(b, STR("three.example"), &id)));
	CHECK(count_domains(reader) == before);
	CHECK(ok(book_commit(reader)));
	CHECK(count_domains(reader) == before + 1);
}

static void test_errors(struct book *b, struct book *reader)
{
	err e = book_run(b, "INSERT INTO domain (name) VALUES (?1)",
			 SQL_S(STR("two.example")));
	CHECK(e.kind == ERR_DENIED && has_word(e, "lists.db"));
	e = book_run(b,
		     "INSERT INTO list (domain, name, created_at) VALUES (999, 'x', 0)");
	CHECK(e.kind == ERR_DENIED); /* references are checked */
	e = book_run(b, "SELECT nonsense FROM domain");
	CHECK(e.kind == ERR_IO && has_word(e, "nonsense"));
	e = book_run(reader, "DELETE FROM domain");
	CHECK(e.kind != ERR_NONE);
	CHECK(count_domains(reader) > 0);
}

static void test_checkpoint(struct arena *a, str data, struct book *b)
{
	struct stat log;
	const char *path = arena_z(
		a, arena_cat(a, book_folder(a, data, BOOK_LISTS), STR("/lists.db-wal")));
	for (int i = 0; i < 200; i++)
		CHECK(ok(book_run(b, "UPDATE domain SET name = name WHERE id > ?1",
				  SQL_I(0))));
	CHECK(!stat(path, &log));
	CHECK(ok(book_checkpoint(b)));
	int64_t grown = log.st_size;
	for (int i = 0; i < 100; i++)
		CHECK(ok(book_run(b, "UPDATE domain SET name = name WHERE id > ?1",
				  SQL_I(0))));
	CHECK(!stat(path, &log)
	      && log.st_size == grown); /* written from its start again */
}

/* A writer that nobody copies after does so itself. */
static void test_log_bounded(struct arena *a, str data)
{
	struct stat log;
	struct book *b = fresh_book(a, data, BOOK_INBOUND);
	char *large = arena_zero(a, 8 << 20);
	str body = { large, 8 << 20 };
	for (int i = 0; i < 16; i++) {
		CHECK(ok(book_run(
			b,
			"INSERT INTO message VALUES (NULL, 0, '', '', '', '', NULL, "
			"'', '', '', 0, ?1, NULL)",
			SQL_B(body))));
		CHECK(ok(book_run(b, "DELETE FROM message")));
	}
	CHECK(!stat(arena_z(a, arena_cat(a, data, STR("/inbound/inbound.db-wal"))),
		    &log));
	CHECK(log.st_size > 32 << 20 && log.st_size < 96 << 20);
	book_close(b);
}

static int64_t domains_of(struct arena *a, str data)
{
	struct book *fresh = book_at(a, data, BOOK_LISTS, BOOK_READ);
	int64_t n = count_domains(fresh);
	struct rows r;
	CHECK(ok(book_rows(fresh, &r, "PRAGMA integrity_check")) && rows_next(&r)
	      && str_eq(rows_view(&r, 0), STR("ok")));
	CHECK(ok(rows_end(&r)));
	book_close(fresh);
	return n;
}

/* Begins a transaction of that many pages and more. */
static void write_pages(struct arena *a, struct book *b, int pages)
{
	enum { PAGE = 4096 };
	char *large = arena_alloc(a, PAGE);
	memset(large, 'x', PAGE);
	CHECK(ok(book_begin(b)));
	for (int i = 0; i < pages; i++) {
		memcpy(large, &i, sizeof i);
		CHECK(ok(book_run(b, "INSERT INTO domain (name) VALUES (?1)",
				  SQL_B(((str){ large, PAGE })))));
	}
}

/* A transaction larger than the cache has written a part of itself into the log; what
 * others commit after it was given up stands at the same place, and stays there. */
static void test_given_up(struct arena *a, str data)
{
	enum { FEW = 4, MANY = 40, ROWS = 6 };
	struct book *other = book_at(a, data, BOOK_LISTS, BOOK_WRITE);
	struct book *one = book_at(a, data, BOOK_LISTS, BOOK_WRITE);
	int64_t count = count_domains(other), id;
	CHECK(ok(book_run(one, "PRAGMA cache_size = 10")));
	for (int pages = FEW; pages <= MANY; pages++) {
		/* From an empty log: else giving up reads it, and so writes it before. */
		CHECK(ok(book_checkpoint(one)));
		write_pages(a, one, pages);
		book_rollback(one);
		for (int i = 0; i < ROWS; i++, count++)
			CHECK(ok(domain_add(other,
					    arena_printf(a, "d%d.of%d.example", i, pages),
					    &id)));
		CHECK(count_domains(one) == count); /* it reads the log */
		CHECK(domains_of(a, data) == count);
	}
	write_pages(a, one, MANY);
	book_close(one); /* in the middle of it */
	CHECK(ok(domain_add(other, STR("last.example"), &id)));
	CHECK(domains_of(a, data) == count + 1);
	book_close(other);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	test_create(a, data);
	test_missing(a, data);
	struct book *b = book_at(a, data, BOOK_LISTS, BOOK_WRITE);
	struct book *reader = book_at(a, data, BOOK_LISTS, BOOK_READ);
	test_values(a, b);
	test_nested(b);
	test_transaction(b, reader);
	test_snapshot(b, reader);
	test_errors(b, reader);
	book_close(reader);
	test_checkpoint(a, data, b);
	test_log_bounded(a, data);
	test_given_up(a, data);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
