/* A data folder of the first release opens in this one: the real schemas, the real steps,
 * with rows in them. */
#include "store_folder.h"

#include "store/lists/bounce.h"
#include "store/lists/member_page.h"
#include "store/lists/pending.h"
#include "store/migrate.h"
#include "store/outbound/ledger.h"

#include <sqlite3.h>

/* The book as the program left it whose newest step was that version. */
static void write_old(struct arena *a, str data, enum book_kind kind, int version,
		      const char *rows)
{
	sqlite3 *db;
	str name = str_from(book_name(kind));
	mkdir(arena_z(a, book_folder(a, data, kind)), 0755);
	CHECK(sqlite3_open(arena_z(a, arena_cat(a, book_folder(a, data, kind), STR("/"),
						name, STR(".db"))),
			   &db)
	      == SQLITE_OK);
	CHECK(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL)
	      == SQLITE_OK);
	for (const struct schema_step *s = schema_steps; s->book; s++)
		if (str_eq(str_from(s->book), name) && s->version <= version)
			CHECK(sqlite3_exec(db, s->sql, NULL, NULL, NULL) == SQLITE_OK);
	const char *mark = arena_z(a, arena_printf(a,
						   "PRAGMA application_id = %d;"
						   "PRAGMA user_version = %d",
						   0x50737400 + kind, version));
	CHECK(sqlite3_exec(db, mark, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_exec(db, rows, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

/* What a person wanted of a membership stood in two rows, or beside the letter that was out. */
static void check_wishes(struct arena *a, struct book *b)
{
	static const struct {
		const char *kind, *address, *data;
	} cases[] = {
		{ "wish", "a@x", "{\"delivery\":\"plain\",\"person\":1}" },
		{ "wish", "b@x", "{\"person\":2}" },
		{ "join", "b@x", "{\"name\":\"B\",\"person\":2}" },
		{ "join", "c@x", "" },
		{ "join", "d@x", "{\"name\":\"D\",\"person\":4}" },
		{ "follow", "a@x", NULL },
		{ "choice", "a@x", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pending_row *p;
		size_t n;
		CHECK(ok(pending_of(b, a, str_from(cases[i].kind), 1,
				    str_from(cases[i].address), &p, &n))
		      && n == (cases[i].data != NULL));
		CHECK(!n || str_eq(p[0].data, str_from(cases[i].data)));
	}
}

static void test_lists(struct arena *a, str data)
{
	struct member_row m, *all;
	struct member_copy *copies;
	struct bounce_row x = { .list = 1, .member = 7, .event = 3, .at = 9 }, got;
	size_t n;
	write_old(
		a, data, BOOK_LISTS, 1,
		"INSERT INTO domain (id, name) VALUES (1, 'x.example');"
		"INSERT INTO list (id, domain, name, created_at) VALUES (1, 1, 'dev', 1);"
		"INSERT INTO person (id, name, scram_salt, created_at) VALUES (1, "
		"'Kim', x'00', 1);"
		"INSERT INTO address (id, person, key, text) VALUES (1, 1, "
		"'kim@x.example', 'kim@x.example');"
		"INSERT INTO member (id, list, address, joined_at, bounce_score, "
		"bounce_at, bounce_text) VALUES (7, 1, 1, 5, 2, 8, 'no');"
		"INSERT INTO pending (token, kind, list, address, data, created_at, "
		"expires_at) VALUES (x'01', 'choice', 1, 'a@x', "
		"'{\"delivery\":\"plain\"}', 5, 99), "
		"(x'02', 'follow', 1, 'a@x', '{\"person\":1}', 5, 99), "
		"(x'03', 'follow', 1, 'b@x', '{\"person\":2}', 5, 99), "
		"(x'04', 'join', 1, 'b@x', '{\"name\":\"B\"}', 5, 99), "
		"(x'05', 'join', 1, 'c@x', '', 5, 99), "
		"(x'06', 'join', 1, 'd@x', '{\"name\":\"D\"}', 5, 99), "
		"(x'07', 'follow', 1, 'd@x', '{\"person\":4}', 5, 99), "
		"(x'08', 'follow', 1, 'd@x', 'damaged', 6, 99);");
	struct book *b = book_at(a, data, BOOK_LISTS, BOOK_WRITE);
	check_wishes(a, b);
	CHECK(ok(member_get(b, a, 7, &m)) && m.bounce_score == 2 && m.bounce_at == 8);
	CHECK(!m.doubt_at && !m.probe_at && !m.off_at && !m.warnings && !m.warned_at);
	CHECK(ok(member_unsettled(b, a, 0, 10, &all, &n)) && n == 1);
	CHECK(ok(member_after(b, a, 1, 3, 0, 10, &copies, &n))
	      && n == 1); /* gets posts */
	CHECK(ok(bounced_add(b, &x)) && ok(bounced_by_event(b, a, 3, &got))
	      && got.at == 9);
	CHECK(bounced_add(b, &x).kind == ERR_DENIED); /* an entry counts once */
	int64_t states[MEMBER_STATES];
	CHECK(ok(member_states(b, 1, states)) && states[MEMBER_UNPROVEN] == 1);
	book_close(b);
}

static void test_outbound(struct arena *a, str data)
{
	struct ledger_entry *e, fresh = { .at = 5,
					  .member = 7,
					  .what = STR("bounced"),
					  .class = STR("full"),
					  .status = STR("5.2.2"),
					  .report = 9 };
	size_t n;
	bool yes;
	write_old(a, data, BOOK_OUTBOUND, 2,
		  "INSERT INTO event (at, inbound, message, recipient, member, what, "
		  "detail) VALUES (1, 1, 0, 'kim@x.example', 7, 'refused', '550 no'), "
		  "(2, 1, 0, 'kim@x.example', 7, 'delivered', '250 ok');");
	struct book *b = book_at(a, data, BOOK_OUTBOUND, BOOK_WRITE);
	CHECK(ok(ledger_after(b, a, 0, 10, &e, &n)) && n == 2 && !e[0].class.n);
	CHECK(ok(ledger_failures(b, a, 0, 10, &e, &n)) && n == 0); /* of before: nobody
								     * knows of whom it spoke */
	CHECK(ok(ledger_add(b, &fresh, 1)));
	CHECK(ok(ledger_failures(b, a, 0, 10, &e, &n)) && n == 1 && e[0].report == 9
	      && str_eq(e[0].class, STR("full")) && str_eq(e[0].status, STR("5.2.2")));
	CHECK(ok(ledger_has_report(b, 9, 7, &yes)) && yes);
	CHECK(ok(ledger_has_report(b, 9, 8, &yes)) && !yes);
	CHECK(ok(ledger_has_report(b, 0, 7, &yes)) && !yes);
	CHECK(ok(ledger_delivered_since(b, a, STR("KIM@x.example"), 7, 2, &yes)) && yes);
	CHECK(ok(ledger_delivered_since(b, a, STR("kim@x.example"), 7, 3, &yes)) && !yes);
	CHECK(ok(ledger_delivered_since(b, a, STR("kim@x.example"), 8, 2, &yes)) && !yes);
	book_close(b);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	test_lists(a, data);
	test_outbound(a, data);
	folder_remove(a, data);
	return check_done();
}
