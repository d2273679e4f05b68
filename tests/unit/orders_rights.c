/* Whom orders obey, and what becomes of those that make no sense or end the process. */
#include "orders_people.h"

/* The list that an order is about: one that may go, where that is what it asks. */
static const char *target(struct books_test *t, const char *kind, int k)
{
	if (strcmp(kind, "list_remove") != 0)
		return DEV;
	char *name = arena_z(t->a, arena_printf(t->a, "brief%d@lists.example", k));
	books_list(t, name);
	return name;
}

/* Whom an order obeys. Nobody's right on one list counts on another. */
static void test_rights(struct books_test *t)
{
	static const struct {
		const char *kind;
		bool may[WHO]; /* guest, signed in, member, moderator, owner, admin, other's two */
	} cases[] = {
		{ "sign_in", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "confirm", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "join", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "leave_ask", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "leave_link", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "options", { 0, 0, 1, 1, 1, 1, 0, 0 } },
		{ "verify", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "address_remove", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "name", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "address_change", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "account_told", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "prefer", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "preferences", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "preferences_set", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "member_move", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_add", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "invite_withdraw", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "plan_drop", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "nonmember_set", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "member_remove", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_batch", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_set", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "settings", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "digest", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "template", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "site_template", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "template_uris", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "site_template_uris", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "role_add", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "role_remove", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "ban_add", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "ban_remove", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "held", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "request", { 0, 0, 0, 1, 1, 1, 0, 0 } },
		{ "leave", { 0, 0, 1, 1, 1, 1, 0, 0 } },
		{ "identity", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "erase", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "queue", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_create", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_rename", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "list_forget", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "header_add", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "header_remove", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "header_move", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "site_header_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_header_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_header_move", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_set", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_owner_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "domain_owner_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_ban_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "site_ban_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "subscribe", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "asked_drop", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "member_prefer", { 0, 0, 0, 0, 1, 1, 0, 0 } },
		{ "person_add", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_change", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_address", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_person", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_proven", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_prefer", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "address_drop", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_sign_out", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_totp_off", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_untoken", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "person_erase", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "alias_set", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "alias_remove", { 0, 0, 0, 0, 0, 1, 0, 0 } },
		{ "mark", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "follow", { 0, 1, 1, 1, 1, 1, 1, 1 } },
		{ "follow_link", { 1, 1, 1, 1, 1, 1, 1, 1 } },
		{ "redact", { 0, 0, 0, 0, 1, 1, 0, 0 } },
	};
	static const char *const kinds[] = {
#define ORDER(kind, ...) #kind,
#include "lists/orders.def"
#undef ORDER
	};
	size_t found = 0;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			found += !strcmp(cases[i].kind, kinds[k]);
		for (int k = 0; k < WHO; k++) {
			struct order_row row;
			run(t, cases[i].kind,
			    json_pack("{s:s}", "list", target(t, cases[i].kind, k)),
			    people[k].person, &row);
			bool may = !holds(row.result, "you may not");
			if (may != cases[i].may[k])
				fprintf(stderr, "  %s by %s: %.*s\n", cases[i].kind,
					people[k].name, STR_F(row.result));
			CHECK(may == cases[i].may[k] && row.state.n);
			CHECK(may || str_eq(row.state, STR("refused")));
		}
	}
	CHECK(found
	      == sizeof kinds
			 / sizeof *kinds); /* an order that is new has a line above */
	books_member(t, books_entry(t, DEV),
		     "member@uni.example"); /* who has just left */
}

/* Orders that make no sense end refused, with a word of why; none stops the next. */
static void test_nonsense(struct books_test *t)
{
	static const char *const args[] = {
		"null",
		"[]",
		"{}",
		"{\"list\":7}",
		"{\"list\":\"no@lists.example\"}",
		"{\"list\":\"dev@lists.example\",\"ids\":7,\"set\":[],\"addresses\":{}}"
	};
	static const char *const kinds[] = {
#define ORDER(kind, ...) #kind,
#include "lists/orders.def"
#undef ORDER
		"unheard-of", ""
	};
	for (size_t i = 0; i < sizeof args / sizeof *args; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			struct order_row row;
			bool makes_sense = !strcmp(kinds[k], "list_remove") && i == 5;
			if (makes_sense)
				continue;
			run(t, kinds[k], json_loads(args[i], JSON_DECODE_ANY, NULL),
			    people[ADMIN].person, &row);
			CHECK(row.state.n && !str_eq(row.state, STR("failed")));
		}
	struct order_row bare = { .kind = STR("settings"),
				  .args = STR("no json"),
				  .person = people[OWNER].person,
				  .client = STR("") };
	size_t ran;
	BOOKS_MUST(t, order_file(t->books.lists, &bare));
	BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
	BOOKS_MUST(t, order_get(t->books.lists, t->a, bare.id, &bare));
	CHECK(str_eq(bare.state, STR("refused")));
}

/* One that ends the process each time it runs ends itself, and what is behind it runs. */
static void test_deadly(struct books_test *t)
{
	static const struct {
		int64_t deaths;
		const char *state;
	} cases[] = { { 0, "refused" }, { 2, "refused" }, { 3, "failed" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct order_row deadly = { .kind = STR("unheard-of"),
					    .args = STR("{}"),
					    .client = STR("") },
				 behind = deadly;
		size_t ran;
		BOOKS_MUST(t, order_file(t->books.lists, &deadly));
		BOOKS_MUST(t, order_file(t->books.lists, &behind));
		for (int64_t k = 0; k < cases[i].deaths; k++)
			BOOKS_MUST(t, order_begin(t->books.lists, deadly.id));
		BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
		BOOKS_MUST(t, order_get(t->books.lists, t->a, deadly.id, &deadly));
		BOOKS_MUST(t, order_get(t->books.lists, t->a, behind.id, &behind));
		CHECK(ran == 2 && str_eq(deadly.state, str_from(cases[i].state)));
		CHECK(holds(deadly.result, "given up") == (cases[i].deaths == 3));
		CHECK(str_eq(behind.state, STR("refused")) && behind.attempts == 1);
	}
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_rights(&t);
	test_nonsense(&t);
	test_deadly(&t);
	books_end(&t);
	return check_done();
}
