/* Who comes in by an order, whom it makes known, and how many strangers are written to. */
#include "orders_api.h"

#include "lists/member_wish.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

/* By which steps somebody comes in, under each policy. */
static void test_subscribe(struct books_test *t)
{
	static const struct {
		const char *policy, *proven, *confirmed, *approved, *waits;
	} cases[] = {
		{ "confirm", "", "", "", "subscriber" },
		{ "confirm", "yes", "", "", "subscriber" },
		{ "confirm", "", "yes", "yes", "subscriber" },
		{ "confirm", "yes", "yes", "", "" },
		{ "confirm_then_moderate", "yes", "yes", "", "moderator" },
		{ "confirm_then_moderate", "yes", "yes", "yes", "" },
		{ "closed", "yes", "", "yes", "" },
		{ "open", "yes", "", "", "" },
		{ "open", "", "", "", "subscriber" },
		{ "moderate", "yes", "", "", "moderator" },
		{ "moderate", "yes", "", "yes", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str who = arena_printf(t->a, "p%zu@uni.example", i);
		struct member_row m;
		struct address_row row;
		books_set(t, DEV, "subscription_policy", cases[i].policy);
		json_t *args = json_pack("{s:s,s:s%,s:s,s:s,s:s}", "list", DEV, "address",
					 who.p, who.n, "proven", cases[i].proven,
					 "confirmed", cases[i].confirmed, "approved",
					 cases[i].approved);
		struct order_row order = run(t, "subscribe", args);
		CHECK(is(&order, "done",
			 arena_z(t->a, arena_printf(t->a, "\"waits_for\":\"%s\"",
						    cases[i].waits))));
		err e = member_find(t->books.lists, t->a, books_entry(t, DEV)->id, who,
				    &m);
		CHECK(!e.kind == !*cases[i].waits);
		e = address_find(t->books.lists, t->a, who, &row);
		CHECK(e.kind ? strcmp(cases[i].waits, "") != 0 : row.verified_at > 0);
	}
	books_set(t, DEV, "subscription_policy", "confirm");
	struct pending_row *p;
	size_t n;
	int64_t list = books_entry(t, DEV)->id;
	BOOKS_MUST(t, pending_list(t->books.lists, t->a, STR("join"), list, clock_now(),
				   &p, &n));
	CHECK(n == 4);
	struct order_row row = run(
		t, "asked_drop",
		json_pack("{s:s,s:I}", "list", DEV, "id", (json_int_t)p[0].id));
	CHECK(is(&row, "done", ""));
	row = run(t, "asked_drop",
		  json_pack("{s:s,s:I}", "list", DEV, "id", (json_int_t)p[0].id));
	CHECK(is(&row, "refused", ""));
	BOOKS_MUST(t, pending_list(t->books.lists, t->a, STR("join"), list, clock_now(),
				   &p, &n));
	CHECK(n == 3);
}

/* What the letter's token bears. */
static struct member_word word_of(struct books_test *t, int64_t list, str who)
{
	struct pending_row *p;
	size_t n = 0;
	CHECK(ok(pending_of(t->books.lists, t->a, STR("join"), list, who, &p, &n)) && n);
	return n ? (struct member_word){ .wish = member_wish_read(t->a, p[0].data) }
		 : (struct member_word){ 0 };
}

/* That a membership is the person's outlasts what it waits for. */
static void test_follows_when_in(struct books_test *t)
{
	static const struct {
		const char *policy, *confirmed;
		bool refused, follows;
	} cases[] = {
		{ "confirm", "", false, true },
		{ "moderate", "yes", false, true },
		{ "confirm_then_moderate", "", false, true },
		{ "moderate", "yes", true, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str who = arena_printf(t->a, "f%zu@uni.example", i);
		const struct list_entry *list;
		struct member_row m;
		struct request_row *r;
		size_t n;
		bool waits = false;
		CHECK(books_person(t, arena_z(t->a, who)));
		books_set(t, DEV, "subscription_policy", cases[i].policy);
		struct order_row order = run(t, "subscribe",
					     json_pack("{s:s,s:s%,s:s,s:s}", "list", DEV,
						       "address", who.p, who.n,
						       "confirmed", cases[i].confirmed,
						       "follows", "yes"));
		CHECK(is(&order, "done",
			 *cases[i].confirmed ? "moderator" : "subscriber"));
		list = books_entry(t, DEV);
		struct mailbox box = books_box(t, arena_z(t->a, who));
		struct member_word word = *cases[i].confirmed ? (struct member_word){ 0 }
							      : word_of(t, list->id, who);
		if (!*cases[i].confirmed)
			CHECK(ok(member_confirmed(&t->books, t->a, list, &box, &word,
						  &t->by, &waits)));
		BOOKS_MUST(t, request_list(t->books.lists, t->a, list->id, &r, &n));
		for (size_t k = 0; k < n; k++) {
			if (!str_eq(r[k].address, who))
				continue;
			str verdict = cases[i].refused ? STR("reject") : STR("accept");
			BOOKS_MUST(t, request_decide(&t->books, t->a, r[k].id, verdict,
						     STR(""), &t->by));
		}
		if (cases[i].refused) /* and comes in another way */
			BOOKS_MUST(t, member_admit(&t->books, t->a, list, &box, false,
						   &t->by));
		BOOKS_MUST(t, member_find(t->books.lists, t->a, list->id, who, &m));
		CHECK(m.follows == cases[i].follows);
	}
	books_set(t, DEV, "subscription_policy", "confirm");
}

static void test_people(struct books_test *t)
{
	struct address_row row;
	struct order_row order = run(t, "person_add",
				     json_pack("{s:s,s:s,s:s}", "address",
					       "una@uni.example", "name", "Una",
					       "password", "$argon2id$x"));
	CHECK(is(&order, "done", "person"));
	BOOKS_MUST(t, address_find(t->books.lists, t->a, STR("una@uni.example"), &row));
	CHECK(!row.verified_at);
	int64_t una = row.person;
	order = run(t, "person_add", json_pack("{s:s}", "address", "una@uni.example"));
	CHECK(is(&order, "refused", "already"));
	order = run(t, "person_add", json_pack("{s:s}", "address", "dana@uni.example"));
	CHECK(is(&order, "done", ""));
	order = run(t, "person_address",
		    json_pack("{s:I,s:s}", "person", (json_int_t)una, "address",
			      "dana@uni.example"));
	CHECK(is(&order, "refused", "another account's"));
	order = run(t, "person_address",
		    json_pack("{s:I,s:s,s:s}", "person", (json_int_t)una, "address",
			      "dana@uni.example", "absorb", "yes"));
	CHECK(is(&order, "done", ""));
	BOOKS_MUST(t, address_find(t->books.lists, t->a, STR("dana@uni.example"), &row));
	CHECK(row.person == una);
	order = run(
		t, "address_proven",
		json_pack("{s:s,s:s}", "address", "dana@uni.example", "proven", "yes"));
	BOOKS_MUST(t, address_find(t->books.lists, t->a, STR("dana@uni.example"), &row));
	CHECK(is(&order, "done", "") && row.verified_at);
	order = run(
		t, "address_proven",
		json_pack("{s:s,s:s}", "address", "dana@uni.example", "proven", "no"));
	BOOKS_MUST(t, address_find(t->books.lists, t->a, STR("dana@uni.example"), &row));
	CHECK(is(&order, "done", "") && !row.verified_at);
	order = run(t, "address_drop", json_pack("{s:s}", "address", "dana@uni.example"));
	CHECK(is(&order, "done", ""));
	order = run(t, "address_drop", json_pack("{s:s}", "address", "una@uni.example"));
	CHECK(is(&order, "refused", "only address"));
	order = run(t, "person_change",
		    json_pack("{s:I,s:s}", "person", (json_int_t)boss, "admin", "no"));
	CHECK(is(&order, "refused", "another administrator"));
	order = run(t, "person_remove", json_pack("{s:I}", "person", (json_int_t)boss));
	CHECK(is(&order, "refused", "another administrator"));
	order = run(t, "person_remove", json_pack("{s:I}", "person", (json_int_t)una));
	CHECK(is(&order, "done", ""));
	CHECK(address_find(t->books.lists, t->a, STR("una@uni.example"), &row).kind
	      == ERR_NOTFOUND);
}

/* All letters to addresses that nobody has proven are of one count. */
static void test_strangers(struct books_test *t)
{
	static const struct {
		const char *kind, *args;
		bool refused;
	} steps[] = {
		{ "member_add",
		  "{\"addresses\":\"ask0@new.example\",\"how\":\"welcome\"}", false },
		{ "member_add",
		  "{\"addresses\":\"ask1@new.example\",\"how\":\"welcome\"}", true },
		{ "member_add", "{\"addresses\":\"ask1@new.example\",\"how\":\"invite\"}",
		  true },
		{ "member_add",
		  "{\"addresses\":\"ask3@new.example\",\"how\":\"add\",\"from\":"
		  "\"2099-01-01\"}",
		  false }, /* counted when it begins */
		{ "subscribe", "{\"address\":\"ask1@new.example\"}", true },
		{ "subscribe",
		  "{\"address\":\"ask1@new.example\",\"proven\":\"yes\","
		  "\"confirmed\":\"yes\",\"approved\":\"yes\"}",
		  true },
		{ "subscribe", "{\"address\":\"proven@new.example\"}", false },
		{ "subscribe",
		  "{\"address\":\"ask1@new.example\",\"proven\":\"yes\","
		  "\"confirmed\":\"yes\",\"approved\":\"yes\",\"quiet\":\"yes\"}",
		  false },
		{ "member_add", "{\"addresses\":\"ask2@new.example\",\"how\":\"add\"}",
		  false },
	};
	books_list(t, "many@lists.example");
	books_person(t, "proven@new.example");
	str name = arena_printf(t->a, "invites of:%lld",
				(long long)books_entry(t, "many@lists.example")->id);
	BOOKS_MUST(t, book_run(t->books.lists,
			       "INSERT INTO answered (address, day, times) VALUES (?1, "
			       "?2, 499)",
			       SQL_S(name), SQL_I(clock_now() / 86400)));
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		json_t *args = json_loads(steps[i].args, 0, NULL);
		json_object_set_new(args, "list", json_string("many@lists.example"));
		struct order_row row = run(t, steps[i].kind, args);
		bool told = holds(row.result, "tomorrow");
		if (told != steps[i].refused)
			fprintf(stderr, "  step %zu: %.*s\n", i, STR_F(row.result));
		CHECK(told == steps[i].refused);
		CHECK(told || str_eq(row.state, STR("done")));
	}
	CHECK(books_count(t, "answered", "address GLOB 'invites of:*' AND times = 500")
	      == 1);
}

int main(void)
{
	ARENA(a);
	struct books_test t = orders_api_books(a);
	test_subscribe(&t);
	test_follows_when_in(&t);
	test_people(&t);
	test_strangers(&t);
	books_end(&t);
	return check_done();
}
