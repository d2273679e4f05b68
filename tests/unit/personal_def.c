/* store/personal.def against the schemas: each table has its row, each column of text or
 * octets stands in it, and nothing stands there that is not. */
#include "store_folder.h"

#include "store/store.h"

struct table {
	enum book_kind book;
	const char *name, *people, *other, *fate, *given, *text;
	bool seen;
};

enum { inbound = BOOK_INBOUND, outbound = BOOK_OUTBOUND, archive = BOOK_ARCHIVE };
enum { lists = BOOK_LISTS };

static struct table tables[] = {
#define TABLE(book, name, people, other, fate, given, text) \
	{ (enum book_kind)book, #name, people, other, #fate, given, text, false },
#include "store/personal.def"
#undef TABLE
};
enum { TABLES = sizeof tables / sizeof *tables };

static struct table *find(enum book_kind book, str name)
{
	for (size_t i = 0; i < TABLES; i++)
		if (tables[i].book == book && str_eq(str_from(tables[i].name), name))
			return &tables[i];
	fprintf(stderr, "table %.*s of the book %s has no row in store/personal.def\n",
		STR_F(name), book_name(book));
	return NULL;
}

static size_t times(const char *columns, str name)
{
	str rest = str_from(columns), word;
	size_t n = 0;
	while (str_word(&rest, &word))
		n += str_eq(word, name);
	return n;
}

static size_t count(const char *columns)
{
	str rest = str_from(columns), word;
	size_t n = 0;
	while (str_word(&rest, &word))
		n++;
	return n;
}

/* All that is no number. */
static size_t check_columns(struct book *b, struct arena *a, const struct table *t)
{
	struct rows r;
	size_t n = 0;
	CHECK(ok(book_rows(b, &r,
			   "SELECT name FROM pragma_table_xinfo(?1) WHERE type NOT IN "
			   "('INTEGER', 'REAL')",
			   SQL_S(str_from(t->name)))));
	while (rows_next(&r)) {
		str name = rows_str(&r, a, 0);
		bool once = times(t->people, name) + times(t->other, name) == 1;
		if (!once)
			fprintf(stderr,
				"column %.*s of %s must stand once in "
				"store/personal.def\n",
				STR_F(name), t->name);
		CHECK(once);
		n++;
	}
	CHECK(ok(rows_end(&r)));
	return n;
}

static void check_book(struct arena *a, str data, enum book_kind kind)
{
	struct book *b;
	struct rows r;
	str names[200];
	size_t n = 0;
	CHECK(ok(book_create(a, data, kind)));
	CHECK(ok(book_open(a, data, kind, BOOK_READ, &b)));
	CHECK(ok(book_rows(b, &r,
			   "SELECT name FROM sqlite_master WHERE type = 'table' AND "
			   "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND 1 = ?1",
			   SQL_I(1))));
	while (rows_next(&r) && n < 200)
		names[n++] = rows_str(&r, a, 0);
	CHECK(ok(rows_end(&r)));
	CHECK(n > 0);
	for (size_t i = 0; i < n; i++) {
		struct table *t = find(kind, names[i]);
		CHECK(t != NULL);
		if (!t)
			continue;
		t->seen = true;
		CHECK(check_columns(b, a, t) == count(t->people) + count(t->other));
	}
	book_close(b);
}

/* What is said fits together. */
static void check_row(const struct table *t)
{
	bool nobody = !strcmp(t->fate, "NOBODY"), goes = !strcmp(t->fate, "GONE");
	bool named = !strcmp(t->fate, "RENAMED"), reasons = nobody || goes || named;
	if (!t->seen)
		fprintf(stderr, "there is no table %s\n", t->name);
	CHECK(t->seen);
	CHECK(nobody || goes || *t->people);
	CHECK(!nobody || !*t->people);
	CHECK(!nobody || !*t->given);
	CHECK(reasons || *t->text);
	CHECK(nobody || *t->given || *t->text);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	for (enum book_kind k = 0; k < BOOK_KINDS; k++)
		check_book(a, data, k);
	for (size_t i = 0; i < TABLES; i++)
		check_row(&tables[i]);
	folder_remove(a, data);
	return check_done();
}
