/* What an admin does to mail under way: how it is named, what is done to which
 * deliveries, and what the ledger and the audit say of it. */
#include "books.h"

#include "lists/steer.h"

static const struct actor boss = { .name = STR("boss@uni.example") };

static void test_names(struct arena *a)
{
	static const struct {
		const char *text;
		int64_t message, id;
		const char *destination, *written; /* destination NULL: refused */
	} cases[] = {
		{ "", 0, 0, "", "" },
		{ "q17", 17, 0, "", "q17" },
		{ "17", 17, 0, "", "q17" },
		{ "q17/31", 17, 31, "", "q17/31" },
		{ "uni.example", 0, 0, "uni.example", "uni.example" },
		{ "Uni.Example", 0, 0, "uni.example", "uni.example" },
		{ "b\xC3\xBC"
		  "cher.example",
		  0, 0, "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "[192.0.2.1]", 0, 0, "[192.0.2.1]", "[192.0.2.1]" },
		{ "q", 0, 0, "q", "q" },
		{ "q-17.example", 0, 0, "q-17.example", "q-17.example" },
		{ "anna@uni.example", 0, 0, NULL, "" },
		{ "q17/", 0, 0, NULL, "" },
		{ "q17/x", 0, 0, NULL, "" },
		{ "/31", 0, 0, NULL, "" },
		{ "q0/31", 0, 0, NULL, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct queue_filter f = { .id = -7 };
		err e = steer_read(a, str_from(cases[i].text), &f);
		if (!cases[i].destination) {
			CHECK(e.kind == ERR_SYNTAX && f.id == -7);
			continue;
		}
		CHECK(ok(e) && f.message == cases[i].message && f.id == cases[i].id);
		CHECK(str_eq(f.destination, str_from(cases[i].destination)));
		CHECK(str_eq(steer_text(a, &f), str_from(cases[i].written)));
	}
}

/* Two messages: to two recipients at uni.example and one at lab.example each. */
static void fill(struct books_test *t, int64_t ids[2])
{
	static const char *const sources[] = { "1/x", "2/x" };
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM delivery"));
	BOOKS_MUST(t, book_run(t->books.outbound, "DELETE FROM message"));
	for (size_t i = 0; i < 2; i++) {
		struct outbound_message m = { .source = str_from(sources[i]),
					      .kind = STR("post"),
					      .complete = true };
		struct delivery d[] = {
			{ .destination = STR("uni.example"),
			  .recipient = STR("a@uni.example") },
			{ .destination = STR("uni.example"),
			  .recipient = STR("b@uni.example") },
			{ .destination = STR("lab.example"),
			  .recipient = STR("c@lab.example") },
		};
		bool fresh;
		BOOKS_MUST(t, outbound_add(t->books.outbound, &m, &fresh));
		BOOKS_MUST(t, delivery_add(t->books.outbound, m.id, d, 3));
		BOOKS_MUST(t, delivery_later(t->books.outbound, d[0].id, 3, 9999999999,
					     STR("451 later")));
		ids[i] = m.id;
	}
}

/* How many it changed; -1: refused. */
static int64_t act(struct books_test *t, const char *word, const char *what)
{
	struct steering s = { .act = str_from(word), .reason = STR("a test") };
	int64_t n = -1;
	BOOKS_MUST(t, steer_read(t->a, str_from(what), &s.what));
	return steer(&t->books, t->a, &s, &boss, &n).kind ? -1 : n;
}

static int64_t held(struct books_test *t, const char *where)
{
	return books_count(
		t, "delivery",
		arena_z(t->a, arena_cat(t->a, STR("held AND "), str_from(where))));
}

static void test_destination(struct books_test *t)
{
	int64_t ids[2];
	fill(t, ids);
	CHECK(act(t, "hold", "uni.example") == 4 && held(t, "1") == 4);
	CHECK(act(t, "hold", "uni.example") == 0 && held(t, "1") == 4);
	CHECK(act(t, "hold", "nowhere.example") == 0);
	CHECK(act(t, "release", "uni.example") == 4 && held(t, "1") == 0);
	/* What is new is being sent anyhow. */
	fill(t, ids);
	CHECK(act(t, "retry", "uni.example") == 2
	      && books_count(t, "delivery", "next_at = 1") == 2);
	CHECK(act(t, "remove", "lab.example") == 2
	      && books_count(t, "delivery", "1") == 4);
	CHECK(str_eq(books_noted(t, "removed"),
		     STR("removed by boss@uni.example: a test")));
}

static void test_message(struct books_test *t)
{
	int64_t ids[2];
	fill(t, ids);
	const char *one = arena_z(t->a, arena_printf(t->a, "q%lld", (long long)ids[0]));
	const char *where = arena_z(
		t->a, arena_printf(t->a, "message = %lld", (long long)ids[0]));
	CHECK(act(t, "hold", one) == 3 && held(t, where) == 3 && held(t, "1") == 3);
	CHECK(books_count(t, "message", "frozen") == 1);
	/* Held by its destination, too: each kind of hold is let go. */
	CHECK(act(t, "hold", "uni.example") == 4 && held(t, "1") == 5);
	CHECK(act(t, "release", one) == 3 && held(t, where) == 0 && held(t, "1") == 2);
	CHECK(!books_count(t, "message", "frozen"));
	CHECK(act(t, "release", "") == 2 && held(t, "1") == 0);
	CHECK(act(t, "remove", one) == 3 && books_count(t, "delivery", where) == 0);
	CHECK(books_count(t, "delivery", "1") == 3);
	CHECK(act(t, "hold", "q999999") == -1 && act(t, "release", "q999999") == -1);
}

static void test_delivery(struct books_test *t)
{
	int64_t ids[2];
	struct delivery *d;
	size_t n;
	int64_t after = 0;
	fill(t, ids);
	BOOKS_MUST(t, delivery_claim(t->books.outbound, t->a, &after, 100, &d, &n));
	CHECK(n == 4);
	const char *one = arena_z(t->a, arena_printf(t->a, "q%lld/%lld",
						     (long long)d[0].message,
						     (long long)d[0].id));
	CHECK(act(t, "hold", one) == 1 && held(t, "1") == 1);
	CHECK(act(t, "remove", one) == 1 && books_count(t, "delivery", "1") == 5);
	CHECK(act(t, "remove", one) == 0);
	/* Another message's number does not reach it. */
	CHECK(act(t, "remove",
		  arena_z(t->a, arena_printf(t->a, "q%lld/%lld", (long long)ids[1],
					     (long long)d[1].id)))
	      == 0);
	CHECK(books_count(t, "delivery", "1") == 5);
}

static void test_all(struct books_test *t)
{
	int64_t ids[2];
	fill(t, ids);
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM audit"));
	CHECK(act(t, "remove", "") == -1 && act(t, "hold", "") == -1);
	CHECK(act(t, "burn", "uni.example") == -1 && act(t, "", "uni.example") == -1);
	CHECK(books_count(t, "delivery", "1") == 6 && held(t, "1") == 0);
	CHECK(books_count(t, "audit", "1") == 0);
	CHECK(act(t, "retry", "") == 2);
	CHECK(books_count(t, "audit",
			  "what = 'queue retry' AND detail = 'all: 2, a test' "
			  "AND actor = 'boss@uni.example'")
	      == 1);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_names(a);
	test_destination(&t);
	test_message(&t);
	test_delivery(&t);
	test_all(&t);
	books_end(&t);
	return check_done();
}
