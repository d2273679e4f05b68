/* A person who goes for good, step by step, and what is left. */
#include "traces.h"

#include "archive/inside.h"
#include "archive/verify.h"
#include "lists/erase.h"
#include "lists/settings.h"
#include "store/archive/blob.h"
#include "store/lists/address.h"
#include "store/lists/alias.h"
#include "store/lists/erasure.h"
#include "store/lists/setting.h"

#include <sodium.h>

static str raw(struct books_test *t, int64_t id)
{
	str message;
	BOOKS_MUST(t, archive_blob_read(t->books.archive, t->a, id, SIZE_MAX, &message));
	return message;
}

/* Whose address has the one that goes in it keeps all that names them. */
static void test_neighbours(struct books_test *t)
{
	static const struct {
		const char *before, *after; /* %: the pseudonym */
	} rows[] = {
		{ "ruben@uni.example", "ruben@uni.example" },
		{ "x+dan@uni.example", "x+dan@uni.example" },
		{ "dan@uni.example.org", "dan@uni.example.org" },
		{ "j.dan@uni.example, dan@uni.example-x.org",
		  "j.dan@uni.example, dan@uni.example-x.org" },
		{ "dan@uni.example", "%" },
		{ "of dan@uni.example. And jordan@uni.example",
		  "of %. And jordan@uni.example" },
		{ "{\"to\":\"zoe@x\\ndan@uni.example\"}", "{\"to\":\"zoe@x\\n%\"}" },
		{ "jordan@uni.example dan@uni.example dan@uni.example",
		  "jordan@uni.example % %" },
	};
	enum { ROWS = sizeof rows / sizeof *rows };
	for (size_t i = 0; i < ROWS; i++) {
		str text = str_from(rows[i].before);
		int64_t id = 9000 + (int64_t)i;
		BOOKS_MUST(t, book_run(t->books.lists,
				       "INSERT INTO audit (id, at, person, actor, list, "
				       "what, detail) VALUES (?1, 1, 0, ?2, 0, 'x', ?2)",
				       SQL_I(id), SQL_S(text)));
		BOOKS_MUST(t, book_run(t->books.lists,
				       "INSERT INTO \"order\" (id, kind, args, person, "
				       "client, created_at, state) VALUES (?1, 'x', ?2, "
				       "0, 'x', 1, 'done')",
				       SQL_I(id), SQL_S(text)));
		BOOKS_MUST(t, book_run(t->books.lists,
				       "INSERT INTO pending (token, kind, list, address, "
				       "data, created_at, expires_at) VALUES (?1, "
				       "'invite', 1, 'zoe@x', ?2, ?3, 9999999999)",
				       SQL_S(arena_printf(t->a, "%lld", (long long)id)),
				       SQL_S(text), SQL_I(id)));
	}
	CHECK(ok(erasure_scrub(t->books.lists, STR("dan@uni.example"), STR("%"), 1)));
	for (size_t i = 0; i < ROWS; i++) {
		bool goes = strcmp(rows[i].before, rows[i].after);
		int64_t n = 0, id = 9000 + (int64_t)i;
		bool found;
		str text = str_from(rows[i].after);
		BOOKS_MUST(t, book_number(t->books.lists, &n, &found,
					  "SELECT (SELECT count(*) FROM audit WHERE id = "
					  "?1 AND actor = ?2 AND detail = ?2) + (SELECT "
					  "count(*) FROM pending WHERE created_at = ?1 "
					  "AND data = ?2)",
					  SQL_I(id), SQL_S(text)));
		CHECK(n == 2);
		BOOKS_MUST(t, book_number(t->books.lists, &n, &found,
					  "SELECT count(*) FROM \"order\" WHERE id = ?1",
					  SQL_I(id)));
		CHECK(n == !goes);
	}
}

static void test_refused(struct books_test *t)
{
	int64_t olga = books_person(t, "olga@uni.example");
	err e = person_erase(&t->books, t->a, olga, STR(""), &t->by);
	CHECK(e.kind == ERR_DENIED && has(str_from(e.msg), DEV));
	CHECK(person_erase(&t->books, t->a, 9999, STR(""), &t->by).kind == ERR_NOTFOUND);
	CHECK(books_count(t, "erasure", "1") == 0);
	CHECK(books_count(t, "audit", "what = 'person erased'") == 0);
}

static void test_account(struct books_test *t, int64_t person)
{
	CHECK(ok(person_erase(&t->books, t->a, person, STR(""), &t->by)));
	CHECK(books_count(t, "person",
			  "id IN (SELECT person FROM address WHERE key = "
			  "'" ANNA "')")
	      == 0);
	CHECK(books_count(t, "member", "1") == 1);
	CHECK(books_count(t, "held", "author = '" ANNA "'") == 0);
	CHECK(books_count(t, "held", "verdict = '' AND author <> 'ben@uni.example'")
	      == 0);
	CHECK(books_count(t, "seen", "author = '" ANNA "'") == 0);
	CHECK(books_count(t, "audit",
			  "detail LIKE '%" ANNA "%' OR actor LIKE '%" ANNA "%'")
	      == 0);
	CHECK(books_count(t, "audit", "what = 'person erased'") == 1);
	CHECK(books_count(t, "erasure", "1") == 1);
	CHECK(named(t, ANNA) == 120); /* not yet */
}

/* store/personal.def: what goes or is renamed holds the address nowhere. */
static const struct {
	enum book_kind book;
	const char *table, *people, *fate;
} tables[] = {
#define inbound  BOOK_INBOUND
#define outbound BOOK_OUTBOUND
#define lists    BOOK_LISTS
#define archive  BOOK_ARCHIVE
#define TABLE(book, name, people, other, fate, given, text) \
	{ book, #name, people, #fate },
#include "store/personal.def"
#undef TABLE
#undef inbound
#undef outbound
#undef lists
#undef archive
};

static int64_t left_in(struct books_test *t, enum book_kind book, const char *table,
		       str column)
{
	int64_t n = 0;
	bool found;
	char *sql = arena_z(t->a, arena_printf(t->a,
					       "SELECT count(*) FROM \"%s\" WHERE "
					       "instr(lower(\"%.*s\"), ?1)",
					       table, STR_F(column)));
	BOOKS_MUST(t, book_number(book == BOOK_LISTS ? t->books.lists : t->books.archive,
				  &n, &found, sql, SQL_S(STR(ANNA))));
	if (n)
		fprintf(stderr, "  %s.%.*s: %d\n", table, STR_F(column), (int)n);
	return n;
}

static int64_t left_of(struct books_test *t, enum book_kind book)
{
	int64_t n = 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		str people = str_from(tables[i].people), column;
		bool stays = strcmp(tables[i].fate, "GONE")
			     && strcmp(tables[i].fate, "RENAMED");
		while (tables[i].book == book && !stays && str_word(&people, &column))
			n += left_in(t, book, tables[i].table, column);
	}
	return n;
}

static void test_alias(struct books_test *t, int64_t person)
{
	static const str both[] = { { "Anna@uni.example", 16 },
				    { "olga@uni.example", 16 } };
	BOOKS_MUST(t, alias_set(t->books.lists, STR("bugs@lists.example"), both, 1, 1));
	err e = person_erase(&t->books, t->a, person, STR(""), &t->by);
	CHECK(e.kind == ERR_DENIED && has(str_from(e.msg), "bugs@lists.example"));
	BOOKS_MUST(t, alias_set(t->books.lists, STR("bugs@lists.example"), both, 2, 1));
}

static void test_left(struct books_test *t)
{
	str value;
	CHECK(left_of(t, BOOK_LISTS) == 0);
	CHECK(books_count(t, "alias_target", "1") == 1);
	CHECK(books_count(t, "nonmember", "action = 'discard'") == 1);
	CHECK(books_count(t, "nonmember", "1") == 1);
	CHECK(books_count(t, "planned", "1") == 0);
	CHECK(books_count(t, "request_handled", "address LIKE 'former-%' AND name = ''")
	      == 1);
	CHECK(books_count(t, "request_handled", "handled_by LIKE 'former-%'") == 1);
	CHECK(books_count(t, "pending", "data LIKE '%former-%'") == 1);
	CHECK(books_count(t, "held", "claimed_by <> ''") == 0);
	CHECK(books_count(t, "held", "aside_by LIKE 'former-%'") == 1);
	CHECK(books_count(t, "held", "handled_by LIKE 'former-%'") == 1);
	CHECK(books_count(t, "held", "note LIKE 'ask former-%'") == 2);
	CHECK(ok(setting_get(t->books.lists, t->a,
			     books_entry(t, "ops@lists.example")->id,
			     STR("accept_these_nonmembers"), &value))
	      && str_eq(str_trim(value), STR("ben@uni.example")));
}

static err no_pdf(void *ctx, struct arena *a, str bytes, size_t most, str *text)
{
	(void)ctx, (void)a, (void)bytes, (void)most, (void)text;
	return FAIL(ERR_NOTFOUND, "no such program");
}

/* It is kept under its number, as what it is now. */
static void test_file(struct books_test *t)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	struct archive_attachment x;
	struct archive_post p;
	str bytes;
	bool found;
	BOOKS_MUST(t, archive_post_by_id(t->books.archive, t->a, 122, &p, &found));
	CHECK(found && str_starts(p.subject, STR("ask former-")) && p.attachments == 1);
	BOOKS_MUST(t, archive_read_attachment(t->books.archive, t->a, p.list, p.number, 1,
					      &x, &bytes, &found));
	CHECK(found && str_starts(x.filename, STR("former-"))
	      && x.size == (int64_t)bytes.n && has(bytes, "1,former-")
	      && crypto_hash_sha256(hash, (const unsigned char *)bytes.p, bytes.n) == 0
	      && x.sha256.n == sizeof hash && !memcmp(x.sha256.p, hash, sizeof hash));
}

/* What names them is found by the index, so it is to have all words first: of files, too. */
static void test_unread(struct books_test *t)
{
	bool more = true;
	struct inside_reader r = { no_pdf, t };
	BOOKS_MUST(t,
		   book_run(t->books.archive, "INSERT INTO refill (before) VALUES (1)"));
	CHECK(ok(erase_continue(&t->books, t->a, &more)) && !more);
	BOOKS_MUST(t, book_run(t->books.archive, "DELETE FROM refill"));
	CHECK(ok(erase_continue(&t->books, t->a, &more)) && !more);
	CHECK(named(t, ANNA) == 120 && books_count(t, "erasure", "after = 0") == 1);
	for (more = true; more;)
		BOOKS_MUST(t, archive_look_inside(t->books.archive, &r, &more));
}

/* A step is lost with the process that made it: it is made again. */
static void test_archive(struct books_test *t)
{
	bool more = true;
	int steps = 0;
	struct verify_result r;
	CHECK(ok(erase_continue(&t->books, t->a, &more)) && more);
	CHECK(named(t, ANNA) == 70);
	BOOKS_MUST(t, book_run(t->books.lists, "UPDATE erasure SET after = 0"));
	while (more && steps++ < 20)
		CHECK(ok(erase_continue(&t->books, t->a, &more)));
	CHECK(!more && steps < 20);
	CHECK(books_count(t, "erasure", "1") == 0);
	CHECK(named(t, ANNA) == 0);
	for (int64_t id = 1; id <= 122; id++)
		CHECK(!has(raw(t, id), "anna") && !has(raw(t, id), "meyer"));
	CHECK(has(raw(t, 1), "words of mine") && has(raw(t, 1), "@hidden.invalid"));
	CHECK(has(raw(t, 121), "From: Ben"));
	test_file(t);
	CHECK(ok(archive_verify(t->books.archive, 0, NULL, NULL, &r)));
	CHECK(r.posts == 122 && !r.changed && !r.unreadable);
	size_t n;
	struct archive_author *x;
	int64_t authors;
	CHECK(ok(archive_authors(t->books.archive, t->a, books_entry(t, DEV)->id, 0, 10,
				 &x, &n, &authors))
	      && authors == 2 && x[0].posts == 120
	      && str_starts(x[0].address, STR("former-")));
}

/* An author who never had an account; and nobody is left to do. */
static void test_stranger(struct books_test *t)
{
	bool more;
	CHECK(ok(erase_continue(&t->books, t->a, &more)) && !more);
	CHECK(named(t, "ben@uni.example") == 2);
	CHECK(ok(address_erase(&t->books, t->a, STR("ben@uni.example"), &t->by)));
	do
		CHECK(ok(erase_continue(&t->books, t->a, &more)));
	while (more);
	CHECK(named(t, "ben@uni.example") == 0);
	CHECK(has(raw(t, 121), "wrote"));
}

/* Nobody holds up post with large posts: a step is of so many octets, and what it did
 * is written. */
static void test_large(struct books_test *t)
{
	enum { POSTS = 10, SIZE = 2 * 1024 * 1024, STEP = 8 };
	bool more;
	char *body = arena_alloc(t->a, SIZE + 1);
	for (size_t i = 0; i < SIZE; i++)
		body[i] = i % 72 == 71 ? '\n' : 'a';
	body[SIZE] = 0;
	books_person(t, "mallory@uni.example");
	books_member(t, books_entry(t, DEV), "mallory@uni.example");
	for (int i = 0; i < POSTS; i++)
		arrive(t, "mallory@uni.example", "mallory@uni.example",
		       arena_z(t->a, arena_printf(t->a, "%d@m", i)), body, ALIGNED);
	CHECK(named(t, "mallory@uni.example") == POSTS);
	CHECK(ok(person_erase(&t->books, t->a, books_person(t, "mallory@uni.example"),
			      STR(""), &t->by)));
	do /* small ones stand before them */
		CHECK(ok(erase_continue(&t->books, t->a, &more)) && more);
	while (named(t, "mallory@uni.example") == POSTS);
	CHECK(named(t, "mallory@uni.example") == POSTS - STEP);
	CHECK(books_count(t, "erasure", "after > 0 AND posts = 8") == 1);
	while (more)
		CHECK(ok(erase_continue(&t->books, t->a, &more)));
	CHECK(named(t, "mallory@uni.example") == 0);
}

/* An account with an address that nobody has shown to be its: whose posts those are goes
 * on in their own name, but where an administrator says that it is. */
static void test_unproven(struct books_test *t)
{
	static const struct {
		const char *named;
		int64_t left;
	} cases[] = { { "", 1 }, { "zoe@far.example", 0 } };
	books_member(t, books_entry(t, DEV), "zoe@far.example");
	arrive(t, "zoe@far.example", "Zoe <zoe@far.example>", "z@x", "mine", ALIGNED);
	arrive(t, "zoe@far.example", "Zoe <zoe@far.example>", "z2@x", "waits", "{}");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool more = true;
		int64_t eve = books_person(t, "eve@evil.example");
		struct address_row x;
		BOOKS_MUST(t, address_ensure(t->books.lists, t->a, STR("zoe@far.example"),
					     STR("zoe@far.example"), STR(""), 1, &x));
		BOOKS_MUST(t, address_move(t->books.lists, x.id, eve));
		BOOKS_MUST(t, address_verify(t->books.lists, x.id, 0));
		CHECK(ok(person_erase(&t->books, t->a, eve, str_from(cases[i].named),
				      &t->by)));
		while (more)
			CHECK(ok(erase_continue(&t->books, t->a, &more)));
		CHECK(named(t, "zoe@far.example") == cases[i].left);
		CHECK(books_count(t, "held",
				  "author = 'zoe@far.example' AND verdict = ''")
		      == cases[i].left);
		CHECK(books_count(t, "address", "key = 'zoe@far.example'") == 0);
	}
}

/* What cannot be read goes on naming them: that is counted, and others go on. */
static void test_damaged(struct books_test *t)
{
	bool more = true, counted = false;
	books_member(t, books_entry(t, DEV), "kim@far.example");
	for (int i = 0; i < 3; i++)
		arrive(t, "kim@far.example", "Kim <kim@far.example>",
		       arena_z(t->a, arena_printf(t->a, "k%d@x", i)), "mine", ALIGNED);
	BOOKS_MUST(t, book_run(t->books.archive,
			       "UPDATE blob SET bytes = x'00' WHERE id = (SELECT min(id) "
			       "FROM post WHERE from_address = 'kim@far.example')"));
	CHECK(ok(address_erase(&t->books, t->a, STR("kim@far.example"), &t->by)));
	while (more) {
		counted = counted
			  || books_count(t, "erasure", "missed = 1 AND posts = 2");
		CHECK(ok(erase_continue(&t->books, t->a, &more)));
	}
	CHECK(counted);
	CHECK(named(t, "kim@far.example") == 1 && books_count(t, "erasure", "1") == 0);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	int64_t person = fill(&t);
	test_refused(&t);
	test_alias(&t, person);
	fill_more(&t);
	CHECK(left_of(&t, BOOK_LISTS) > 20); /* it finds what is there */
	CHECK(left_of(&t, BOOK_ARCHIVE) > 120);
	test_account(&t, person);
	test_left(&t);
	test_unread(&t);
	test_archive(&t);
	CHECK(left_of(&t, BOOK_ARCHIVE) == 0);
	test_stranger(&t);
	test_large(&t);
	test_unproven(&t);
	test_damaged(&t);
	test_neighbours(&t);
	books_end(&t);
	return check_done();
}
