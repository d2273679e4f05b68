#include "letters.h"

#include "archive/add.h"
#include "lists/orders.h"
#include "lists/style.h"
#include "store/lists/order.h"
#include "store/lists/pending.h"
#include "store/lists/purge.h"
#include "store/lists/request.h"
#include "store/lists/role.h"

#define DEV "dev@lists.example"

static int64_t boss; /* the administrator */

/* Runs one order of the administrator's; args is taken. */
static struct order_row run(struct books_test *t, const char *kind, json_t *args)
{
	struct order_row row;
	int64_t id;
	size_t ran;
	BOOKS_MUST(t, order_put(t->books.lists, t->a, kind, args, boss, STR("192.0.2.9"),
				&id));
	json_decref(args);
	BOOKS_MUST(t, orders_run(&t->books, t->a, &ran));
	BOOKS_MUST(t, order_get(t->books.lists, t->a, id, &row));
	BOOKS_MUST(t, books_refresh(&t->books));
	return row;
}

static bool is(const struct order_row *row, const char *state, const char *part)
{
	bool fits = str_eq(row->state, str_from(state))
		    && (!*part || holds(row->result, part));
	if (!fits)
		fprintf(stderr, "  %.*s: %.*s %.*s\n", STR_F(row->kind),
			STR_F(row->state), STR_F(row->result));
	return fits;
}

/* Kind, argument, what becomes of it: one after the other. */
static void test_lists_and_domains(struct books_test *t)
{
	static const struct {
		const char *kind, *args, *state, *part;
	} steps[] = {
		{ "domain_add", "{\"domain\":\"New.Example\"}", "done", "" },
		{ "domain_add", "{\"domain\":\"new.example\"}", "refused", "already" },
		{ "domain_add", "{\"domain\":\"no domain\"}", "refused", "no name" },
		{ "domain_add", "{\"domain\":\"[192.0.2.1]\"}", "refused", "no name" },
		{ "list_create", "{\"address\":\"Lab@new.example\"}", "done", "id" },
		{ "list_create", "{\"address\":\"lab@new.example\"}", "refused", "" },
		{ "list_create", "{\"address\":\"lab@else.example\"}", "refused", "" },
		{ "list_create", "{\"address\":\"lab-owner@new.example\"}", "refused",
		  "" },
		{ "list_create", "{\"address\":\"odd@new.example\",\"style\":\"odd\"}",
		  "refused", "no style" },
		{ "list_create",
		  "{\"address\":\"quiet@new.example\",\"style\":\"private-default\"}",
		  "done", "id" },
		{ "list_create",
		  "{\"address\":\"half@new.example\",\"set\":{\"advertised\":\"odd\"}}",
		  "refused", "" },
		{ "list_create",
		  "{\"address\":\"half@new.example\",\"set\":{\"umbrella_list\":\"yes\"}"
		  "}",
		  "refused", "begins with" },
		{ "list_create",
		  "{\"address\":\"half@new.example\",\"owner\":\"nobody\"}", "refused",
		  "" },
		{ "domain_set",
		  "{\"domain\":\"new.example\",\"description\":\"for tests\","
		  "\"alias_domain\":\"Newer.example\"}",
		  "done", "" },
		{ "domain_set",
		  "{\"domain\":\"lists.example\",\"alias_domain\":\"newer.example\"}",
		  "refused", "already" },
		{ "domain_set",
		  "{\"domain\":\"new.example\",\"alias_domain\":\"no domain\"}",
		  "refused", "no name" },
		{ "domain_set", "{\"domain\":\"gone.example\"}", "refused", "" },
		{ "domain_remove", "{\"domain\":\"new.example\"}", "refused",
		  "has lists" },
		{ "list_remove", "{\"list\":\"lab@new.example\"}", "done", "" },
		{ "list_remove", "{\"list\":\"quiet@new.example\"}", "done", "" },
		{ "domain_remove", "{\"domain\":\"new.example\"}", "done", "" },
		{ "domain_remove", "{\"domain\":\"new.example\"}", "refused", "" },
		{ "domain_remove", "{\"domain\":\"lists.example\"}", "refused",
		  "own domain" },
		{ "domain_add",
		  "{\"domain\":\"new.example\",\"description\":\"anew\","
		  "\"owners\":\"otto@home.example\\nnobody\"}",
		  "refused", "local@domain" },
		{ "domain_add",
		  "{\"domain\":\"new.example\",\"alias_domain\":\"lists.example\"}",
		  "refused", "already" },
		{ "domain_add", "{\"domain\":\"new.example\"}", "done", "" },
		{ "domain_remove", "{\"domain\":\"new.example\"}", "done", "" },
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		json_t *args = json_loads(steps[i].args, 0, NULL);
		struct order_row row = run(t, steps[i].kind, args);
		CHECK(is(&row, steps[i].state, steps[i].part));
		if (i == 9) {
			struct settings s;
			BOOKS_MUST(t,
				   settings_load(t->books.lists, t->a,
						 books_entry(t, "quiet@new.example")->id,
						 &s));
			CHECK(setting_is(s.archive_policy, "private") && !s.advertised);
			CHECK(!addressbook_list(t->books.addresses,
						STR("odd@new.example")));
		}
	}
	/* mail to a domain that is gone is not ours any more */
	CHECK(!addressbook_is_ours(t->books.addresses, STR("new.example")));
}

static void test_rules_and_bans(struct books_test *t)
{
	static const struct {
		const char *kind, *args, *state, *part;
	} steps[] = {
		{ "header_add",
		  "{\"list\":\"" DEV "\",\"header\":\"Subject\",\"pattern\":\"^x\","
		  "\"action\":\"hold\"}",
		  "done", "" },
		{ "header_add",
		  "{\"list\":\"" DEV "\",\"header\":\"Subject\",\"pattern\":\"(\","
		  "\"action\":\"hold\"}",
		  "refused", "" },
		{ "header_add",
		  "{\"list\":\"" DEV "\",\"header\":\"Subject\",\"pattern\":\"y\","
		  "\"action\":\"burn\"}",
		  "refused", "an action is" },
		{ "header_add",
		  "{\"list\":\"" DEV "\",\"header\":\"A: b\",\"pattern\":\"y\","
		  "\"action\":\"hold\"}",
		  "refused", "name" },
		{ "header_add",
		  "{\"list\":\"" DEV "\",\"header\":\"X-A\",\"pattern\":\"y\","
		  "\"action\":\"hold\",\"reason\":\"why\",\"tag\":\"t\"}",
		  "done", "id" },
		{ "header_move", "{\"list\":\"" DEV "\",\"id\":\"99\",\"place\":\"0\"}",
		  "refused", "no such" },
		{ "header_move", "{\"list\":\"" DEV "\",\"id\":\"2\",\"place\":\"-1\"}",
		  "refused", "a place" },
		{ "header_move", "{\"list\":\"" DEV "\",\"id\":\"2\",\"place\":\"0\"}",
		  "done", "" },
		{ "header_add",
		  "{\"list\":\"" DEV "\",\"header\":\"Subject\",\"pattern\":\"^x\","
		  "\"action\":\"hold\",\"id\":\"2\"}",
		  "refused", "there is a rule" },
		{ "site_header_add",
		  "{\"header\":\"X-A\",\"pattern\":\"y\",\"action\":\"reject\"}", "done",
		  "id" },
		{ "site_header_remove", "{\"header\":\"x-a\",\"pattern\":\"y\"}", "done",
		  "" },
		{ "site_header_remove", "{\"header\":\"x-a\",\"pattern\":\"y\"}",
		  "refused", "no such" },
		{ "header_remove",
		  "{\"list\":\"" DEV "\",\"header\":\"subject\",\"pattern\":\"^x\"}",
		  "done", "" },
		{ "header_remove",
		  "{\"list\":\"" DEV "\",\"header\":\"subject\",\"pattern\":\"^x\"}",
		  "refused", "no such" },
		{ "site_ban_add", "{\"pattern\":\"Eve@evil.example\"}", "done", "" },
		{ "member_add",
		  "{\"list\":\"" DEV "\",\"addresses\":\"eve@evil.example\"}", "done",
		  "may not join" },
		{ "subscribe",
		  "{\"list\":\"" DEV "\",\"address\":\"eve@evil.example\","
		  "\"proven\":\"yes\",\"confirmed\":\"yes\",\"approved\":\"yes\"}",
		  "refused", "may not join" },
		{ "site_ban_remove", "{\"pattern\":\"eve@evil.example\"}", "done", "" },
		{ "site_ban_remove", "{\"pattern\":\"eve@evil.example\"}", "refused",
		  "" },
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		json_t *args = json_loads(steps[i].args, 0, NULL);
		struct order_row row = run(t, steps[i].kind, args);
		CHECK(is(&row, steps[i].state, steps[i].part));
	}
}

/* A list from one form; all of it, or nothing. */
static void test_new_list(struct books_test *t)
{
	struct settings s;
	struct role_row *roles;
	size_t n;
	struct order_row row = run(
		t, "list_create",
		json_loads("{\"address\":\"whole@lists.example\","
			   "\"style\":\"private-default\",\"owner\":\"olga@uni.example\","
			   "\"set\":{\"description\":\"All of it\","
			   "\"subscription_policy\":\"closed\"}}",
			   0, NULL));
	CHECK(is(&row, "done", "id"));
	const struct list_entry *l = books_entry(t, "whole@lists.example");
	BOOKS_MUST(t, settings_load(t->books.lists, t->a, l->id, &s));
	CHECK(str_eq(s.description, STR("All of it")) && !s.advertised
	      && setting_is(s.subscription_policy, "closed"));
	BOOKS_MUST(t, role_list(t->books.lists, t->a, l->id, &roles, &n));
	CHECK(n == 1 && str_eq(roles[0].key, STR("olga@uni.example")));
}

/* Who owns a domain makes lists in it and no other, renames none into another, and runs
 * what is there. */
static void test_domain_owner(struct books_test *t)
{
	static const struct {
		const char *kind, *args, *state, *part;
	} steps[] = {
		{ "list_create", "{\"address\":\"x@own.example\"}", "done", "" },
		{ "list_create", "{\"address\":\"x@lists.example\"}", "refused",
		  "you may not" },
		{ "list_create", "{\"address\":\"x@gone.example\"}", "refused",
		  "you may not" },
		{ "settings",
		  "{\"list\":\"x@own.example\",\"set\":{\"advertised\":\"no\"}}", "done",
		  "" },
		{ "settings", "{\"list\":\"" DEV "\",\"set\":{\"advertised\":\"no\"}}",
		  "refused", "you may not" },
		{ "list_rename",
		  "{\"list\":\"x@own.example\",\"address\":\"x@lists.example\"}",
		  "refused", "you may not" },
		{ "list_rename",
		  "{\"list\":\"x@own.example\",\"address\":\"y@own.example\"}", "done",
		  "" },
		{ "domain_set",
		  "{\"domain\":\"own.example\",\"alias_domain\":\"a.example\"}",
		  "refused", "you may not" },
		{ "domain_owner_add",
		  "{\"domain\":\"own.example\",\"address\":\"eve@evil.example\"}",
		  "refused", "you may not" },
		{ "list_remove", "{\"list\":\"" DEV "\"}", "refused", "you may not" },
		{ "list_remove", "{\"list\":\"y@own.example\"}", "done", "" },
	};
	int64_t admin = boss;
	struct order_row row = run(t, "domain_add",
				   json_pack("{s:s}", "domain", "own.example"));
	CHECK(is(&row, "done", ""));
	row = run(t, "domain_owner_add",
		  json_pack("{s:s, s:s}", "domain", "own.example", "address",
			    "dora@uni.example"));
	CHECK(is(&row, "done", ""));
	boss = books_person(t, "dora@uni.example"); /* and shows that it is hers */
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		row = run(t, steps[i].kind, json_loads(steps[i].args, 0, NULL));
		CHECK(is(&row, steps[i].state, steps[i].part));
	}
	boss = admin;
	row = run(t, "domain_owner_remove",
		  json_pack("{s:s, s:s}", "domain", "own.example", "address",
			    "dora@uni.example"));
	CHECK(is(&row, "done", ""));
	row = run(t, "domain_remove", json_pack("{s:s}", "domain", "own.example"));
	CHECK(is(&row, "done", ""));
}

/* With its list an archive goes, if that is asked for, whatever cuts in between. */
static void test_purge(struct books_test *t)
{
	static const struct {
		const char *archive;
		int64_t left;
	} cases[] = { { "", 2 }, { "purge", 0 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct list_entry *l = books_list(t, "brief@lists.example");
		int64_t id = l->id, left, number;
		bool more = true, found;
		for (int k = 0; k < 2; k++) {
			struct archive_arrival x = {
				.list = id,
				.source = arena_printf(t->a, "%zu/%d", i, k),
				.message = books_mail(t->a, "anna@uni.example",
						      "brief@lists.example", "m@x", "b"),
				.received_at = clock_now()
			};
			BOOKS_MUST(t, archive_add(t->books.archive, t->a, &x, &number));
		}
		struct order_row row = run(t, "list_remove",
					   json_pack("{s:s, s:s}", "list",
						     "brief@lists.example", "archive",
						     cases[i].archive));
		CHECK(is(&row, "done", ""));
		while (more)
			BOOKS_MUST(t, list_purge_continue(&t->books, t->a, &more));
		BOOKS_MUST(t, book_number(t->books.archive, &left, &found,
					  "SELECT count(*) FROM post WHERE list = ?1",
					  SQL_I(id)));
		CHECK(left == cases[i].left);
	}
}

/* An archive that cannot go keeps no other back. */
static void test_purge_fails(struct books_test *t)
{
	static const char *const lists[] = { "stays@lists.example",
					     "goes@lists.example" };
	struct book *archive = t->books.archive;
	int64_t id[2], number, left;
	bool more, found;
	for (int i = 0; i < 2; i++) {
		const struct list_entry *l = books_list(t, lists[i]);
		struct archive_arrival x = { .list = id[i] = l->id,
					     .source = arena_printf(t->a, "p/%d", i),
					     .message = books_mail(t->a,
								   "anna@uni.example",
								   lists[i], "m@x", "b"),
					     .received_at = clock_now() };
		BOOKS_MUST(t, archive_add(archive, t->a, &x, &number));
		BOOKS_MUST(t, list_unmake(&t->books, l, true, &t->by));
		BOOKS_MUST(t, books_refresh(&t->books));
		BOOKS_MUST(t, purge_defer(t->books.lists, id[i], 1000 + i));
	}
	BOOKS_MUST(
		t,
		book_run(archive,
			 arena_z(t->a,
				 arena_printf(t->a,
					      "CREATE TRIGGER stuck BEFORE DELETE ON "
					      "post WHEN old.list = %lld "
					      "BEGIN SELECT RAISE(ABORT, 'stuck'); END",
					      (long long)id[0]))));
	CHECK(list_purge_continue(&t->books, t->a, &more).kind);
	CHECK(ok(list_purge_continue(&t->books, t->a, &more)));
	BOOKS_MUST(t, book_run(archive, "DROP TRIGGER stuck"));
	BOOKS_MUST(t, book_number(archive, &left, &found,
				  "SELECT count(*) FROM post WHERE list = ?1",
				  SQL_I(id[1])));
	CHECK(!left);
	do
		CHECK(ok(list_purge_continue(&t->books, t->a, &more)));
	while (more);
}

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
		if (!*cases[i].confirmed)
			CHECK(ok(member_confirmed(&t->books, t->a, list, &box,
						  &(struct member_word){ 0 }, &t->by,
						  &waits)));
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
	CHECK(is(&order, "refused", "other user"));
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
	struct books_test t = books_make(a);
	struct person_row p;
	books_list(&t, DEV);
	boss = books_person(&t, "boss@uni.example");
	BOOKS_MUST(&t, person_get(t.books.lists, a, boss, &p));
	p.admin = true;
	BOOKS_MUST(&t, person_change(t.books.lists, &p));
	test_lists_and_domains(&t);
	test_rules_and_bans(&t);
	test_new_list(&t);
	test_domain_owner(&t);
	test_purge(&t);
	test_purge_fails(&t);
	test_subscribe(&t);
	test_follows_when_in(&t);
	test_people(&t);
	test_strangers(&t);
	books_end(&t);
	return check_done();
}
