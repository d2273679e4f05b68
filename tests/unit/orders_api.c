/* Lists, domains, rules and bans that are made, changed and removed by orders. */
#include "orders_api.h"

#include "archive/add.h"
#include "lists/style.h"
#include "store/lists/purge.h"
#include "store/lists/role.h"

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

int main(void)
{
	ARENA(a);
	struct books_test t = orders_api_books(a);
	test_lists_and_domains(&t);
	test_rules_and_bans(&t);
	test_new_list(&t);
	test_domain_owner(&t);
	test_purge(&t);
	test_purge_fails(&t);
	books_end(&t);
	return check_done();
}
