#include "store_folder.h"

#include "store/lists/address.h"
#include "store/lists/alias.h"
#include "store/lists/ban.h"
#include "store/lists/domain.h"
#include "store/lists/header_rule.h"
#include "store/lists/list.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/role.h"
#include "store/lists/setting.h"
#include "store/lists/template.h"

static void test_domain(struct arena *a, struct book *b)
{
	int64_t id, again, other;
	struct domain_row *d;
	size_t n;
	CHECK(ok(domain_add(b, STR("Lists.example"), &id)));
	CHECK(ok(domain_add(b, STR("lists.example"), &again)) && again == id);
	CHECK(ok(domain_add(b, STR("a.example"), &other)));
	CHECK(ok(domain_find(b, STR("LISTS.example"), &again)) && again == id);
	CHECK(domain_find(b, STR("no.example"), &again).kind == ERR_NOTFOUND);
	CHECK(ok(domain_all(b, a, &d, &n)) && n == 2
	      && str_eq(d[1].name, STR("lists.example")));
	struct domain_row row;
	CHECK(ok(domain_get(b, a, STR("a.Example"), &row)) && !row.alias.n);
	row.description = STR("for a");
	row.alias = STR("Old.example");
	CHECK(ok(domain_set(b, &row)) && ok(domain_set(b, &row)));
	CHECK(ok(domain_get(b, a, STR("a.example"), &row))
	      && str_eq(row.alias, STR("old.example"))
	      && str_eq(row.description, STR("for a")));
	CHECK(domain_add(b, STR("old.example"), &again).kind == ERR_DENIED);
	CHECK(ok(domain_get(b, a, STR("lists.example"), &row)));
	for (int i = 0; i < 3; i++) {
		static const char *const taken[] = { "old.example", "a.example",
						     "lists.example" };
		row.alias = str_from(taken[i]);
		CHECK(domain_set(b, &row).kind == ERR_DENIED);
	}
	row.id = 99;
	row.alias = STR("");
	CHECK(domain_set(b, &row).kind == ERR_NOTFOUND);
	CHECK(ok(domain_remove(b, other)));
	CHECK(domain_remove(b, other).kind == ERR_NOTFOUND);
}

static void test_list(struct arena *a, struct book *b)
{
	static const struct {
		str address;
		enum err_kind kind;
	} bad[] = { { STR("dev@lists.example"), ERR_DENIED },
		    { STR("DEV@lists.example"), ERR_DENIED },
		    { STR("dev@other.example"), ERR_NOTFOUND },
		    { STR("dev"), ERR_SYNTAX },
		    { STR("@lists.example"), ERR_SYNTAX } };
	int64_t id, other;
	struct list_row l, *all;
	size_t n;
	CHECK(ok(list_create(b, STR("Dev@lists.example"), 77, &id)));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(list_create(b, bad[i].address, 0, &other).kind == bad[i].kind);
	CHECK(ok(list_by_address(b, a, STR("DEV@Lists.example"), &l)) && l.id == id);
	CHECK(str_eq(l.address, STR("dev@lists.example")) && str_eq(l.name, STR("dev")));
	CHECK(str_eq(l.domain_name, STR("lists.example")) && l.created_at == 77);
	CHECK(list_by_address(b, a, STR("dev"), &l).kind == ERR_NOTFOUND);
	CHECK(list_by_address(b, a, STR("x@lists.example"), &l).kind == ERR_NOTFOUND);
	CHECK(ok(list_create(b, STR("announce@lists.example"), 78, &other)));
	CHECK(ok(list_all(b, a, 0, &all, &n)) && n == 2 && all[0].id == other);
	CHECK(ok(list_all(b, a, l.domain, &all, &n)) && n == 2);
	CHECK(ok(list_all(b, a, 999, &all, &n)) && n == 0);
	CHECK(list_rename(b, a, other, STR("dev@lists.example"), false, 1).kind
	      == ERR_DENIED);
	CHECK(ok(list_rename(b, a, other, STR("News@lists.example"), false, 1))
	      && ok(list_get(b, a, other, &l)));
	CHECK(str_eq(l.address, STR("news@lists.example")));
	CHECK(list_rename(b, a, 999, STR("x@lists.example"), false, 1).kind
	      == ERR_NOTFOUND);
	CHECK(domain_remove(b, l.domain).kind == ERR_DENIED);
}

static void test_setting(struct arena *a, struct book *b)
{
	struct setting_row *s;
	size_t n;
	str value;
	CHECK(ok(setting_set(b, 1, STR("subject_prefix"), STR("[dev] "))));
	CHECK(ok(setting_set(b, 1, STR("advertised"), STR("no"))));
	CHECK(ok(setting_set(b, 1, STR("subject_prefix"), STR(""))));
	CHECK(ok(setting_get(b, a, 1, STR("subject_prefix"), &value)) && value.n == 0);
	CHECK(ok(setting_all(b, a, 1, &s, &n)) && n == 2
	      && str_eq(s[0].key, STR("advertised")));
	CHECK(ok(setting_unset(b, 1, STR("advertised"))));
	CHECK(ok(setting_unset(b, 1, STR("advertised"))));
	CHECK(setting_get(b, a, 1, STR("advertised"), &value).kind == ERR_NOTFOUND);
	CHECK(setting_set(b, 999, STR("x"), STR("y")).kind
	      == ERR_DENIED); /* no such list */
}

static void test_person(struct arena *a, struct book *b)
{
	struct address_row x, y, *all;
	struct person_row p, *people;
	size_t n;
	CHECK(ok(address_ensure(b, a, STR("anna@uni.example"), STR("Anna@Uni.example"),
				STR_NONE, 5, &x)));
	CHECK(x.id > 0 && x.verified_at == 0 && str_eq(x.text, STR("Anna@Uni.example")));
	CHECK(ok(address_ensure(b, a, STR("anna@uni.example"), STR("other"),
				STR("Anna A."), 6, &y)));
	CHECK(y.id == x.id && y.person == x.person && str_eq(y.text, x.text));
	CHECK(ok(person_by_key(b, a, STR("anna@uni.example"), &p)));
	CHECK(p.id == x.person && str_eq(p.name, STR("Anna A.")) && p.created_at == 5);
	CHECK(p.scram_salt.n == PERSON_SALT && p.send_budget == PERSON_BUDGET
	      && !p.admin);
	CHECK(!p.may_send && !p.password.n);
	p.password = STR("$argon2id$...");
	p.admin = p.may_send = true;
	p.language = STR("de");
	p.send_budget = 9;
	CHECK(ok(person_change(b, &p)) && ok(person_get(b, a, p.id, &p)));
	CHECK(p.admin && p.may_send && p.send_budget == 9
	      && str_eq(p.language, STR("de")));
	CHECK(str_eq(p.password, STR("$argon2id$...")));
	CHECK(ok(person_admins(b, a, &people, &n)) && n == 1 && people[0].id == p.id);
	CHECK(address_add(b, p.id, STR("anna@uni.example"), STR("x"), &y.id).kind
	      == ERR_DENIED);
	CHECK(ok(address_add(b, p.id, STR("a@home.example"), STR("a@home.example"),
			     &y.id)));
	CHECK(ok(address_verify(b, y.id, 99)) && ok(address_get(b, a, y.id, &y)));
	CHECK(y.verified_at == 99);
	CHECK(ok(address_of_person(b, a, p.id, &all, &n)) && n == 2 && all[1].id == y.id);
	CHECK(ok(person_list(b, a, STR("HOME.ex"), 0, 10, &people, &n)) && n == 1);
	CHECK(ok(person_list(b, a, STR("%"), 0, 10, &people, &n))
	      && n == 0); /* no pattern */
	CHECK(ok(person_list(b, a, STR_NONE, 0, 10, &people, &n)) && n == 1);
	CHECK(ok(person_list(b, a, STR_NONE, 1, 10, &people, &n)) && n == 0);
	CHECK(address_find(b, a, STR("no@x"), &y).kind == ERR_NOTFOUND);
	CHECK(person_by_key(b, a, STR("no@x"), &p).kind == ERR_NOTFOUND);
}

static void test_move(struct arena *a, struct book *b)
{
	struct address_row x, y;
	struct person_row p;
	CHECK(ok(address_ensure(b, a, STR("one@x"), STR("one@x"), STR("One"), 1, &x)));
	CHECK(ok(address_ensure(b, a, STR("two@x"), STR("two@x"), STR("Two"), 1, &y)));
	CHECK(address_move(b, x.id, 999).kind == ERR_NOTFOUND);
	CHECK(address_move(b, 999, y.person).kind == ERR_NOTFOUND);
	CHECK(ok(address_move(b, x.id, y.person)));
	CHECK(person_get(b, a, x.person, &p).kind == ERR_NOTFOUND); /* nothing left */
	CHECK(ok(person_by_key(b, a, STR("one@x"), &p)) && p.id == y.person);
	CHECK(ok(address_remove(b, x.id)) && ok(person_get(b, a, y.person, &p)));
	CHECK(ok(address_remove(b, y.id)));
	CHECK(person_get(b, a, y.person, &p).kind == ERR_NOTFOUND);
	CHECK(address_remove(b, y.id).kind == ERR_NOTFOUND);
	CHECK(address_verify(b, y.id, 1).kind == ERR_NOTFOUND);
}

static void test_role(struct arena *a, struct book *b)
{
	struct address_row anna, home;
	struct role_row *r;
	size_t n;
	unsigned bits = 9;
	CHECK(ok(address_find(b, a, STR("anna@uni.example"), &anna)));
	CHECK(ok(address_find(b, a, STR("a@home.example"), &home)));
	CHECK(ok(role_of_person(b, 1, anna.person, &bits)) && bits == 0);
	CHECK(ok(role_add(b, 1, anna.id, STR("owner"))));
	CHECK(ok(role_of_person(b, 1, anna.person, &bits))
	      && bits == 0); /* not verified */
	CHECK(ok(role_add(b, 1, home.id, STR("moderator"))));
	CHECK(ok(role_add(b, 1, home.id, STR("moderator"))));
	CHECK(ok(role_of_person(b, 1, anna.person, &bits)) && bits == ROLE_MODERATOR);
	CHECK(ok(address_verify(b, anna.id, 1)));
	CHECK(ok(role_of_person(b, 1, anna.person, &bits))
	      && bits == (ROLE_OWNER | ROLE_MODERATOR));
	CHECK(role_add(b, 999, home.id, STR("owner")).kind == ERR_NOTFOUND);
	CHECK(ok(role_list(b, a, 1, &r, &n)) && n == 2
	      && str_eq(r[0].role, STR("owner")));
	CHECK(ok(role_by_person(b, a, anna.person, &r, &n)) && n == 2);
	CHECK(ok(role_remove(b, 1, home.id, STR("moderator"))));
	CHECK(role_remove(b, 1, home.id, STR("moderator")).kind == ERR_NOTFOUND);
}

static void test_alias(struct arena *a, struct book *b)
{
	static const str two[] = { STR("y@uni.example"), STR("x@uni.example") };
	struct alias_row x, *all;
	size_t n;
	CHECK(ok(alias_set(b, STR("bugs@lists.example"), two, 2, 5)));
	CHECK(ok(alias_find(b, a, STR("bugs@lists.example"), &x)) && x.target_count == 2);
	CHECK(str_eq(x.targets[0], two[1]) && x.created_at == 5);
	CHECK(ok(alias_set(b, STR("bugs@lists.example"), two, 1, 6)));
	CHECK(ok(alias_all(b, a, &all, &n)) && n == 1 && all[0].target_count == 1);
	CHECK(all[0].created_at == 5);
	CHECK(alias_set(b, STR("web@lists.example"), two, 0, 6).kind == ERR_LIMIT);
	CHECK(ok(alias_remove(b, STR("bugs@lists.example"))));
	CHECK(alias_remove(b, STR("bugs@lists.example")).kind == ERR_NOTFOUND);
	CHECK(alias_find(b, a, STR("bugs@lists.example"), &x).kind == ERR_NOTFOUND);
}

/* The patterns of what bears on list 1, in order: "s yes b c". */
static str order_of(struct arena *a, struct book *b)
{
	struct header_rule_row *r;
	size_t n;
	str all = STR("");
	CHECK(ok(header_rule_for(b, a, 1, &r, &n)));
	for (size_t i = 0; i < n; i++)
		all = arena_cat(a, all, i ? STR(" ") : STR(""), r[i].pattern);
	return all;
}

/* After "yes", which is there. */
static void test_order_of_rules(struct arena *a, struct book *b)
{
	static const struct {
		int64_t list;
		const char *pattern;
	} more[] = { { 1, "b" }, { 1, "c" }, { 0, "s" } };
	static const struct {
		size_t rule, place;
		const char *order;
	} moves[] = {
		{ 1, 0, "s c yes b" },  { 0, 0, "s b c yes" }, { 0, 2, "s c yes b" },
		{ 1, 99, "s yes b c" }, { 1, 1, "s yes c b" },
	};
	struct header_rule_row r[3];
	for (size_t i = 0; i < 3; i++) {
		r[i] = (struct header_rule_row){ .list = more[i].list,
						 .header = STR("x-a"),
						 .pattern = str_from(more[i].pattern),
						 .action = STR("hold"),
						 .reason = STR("why"),
						 .tag = STR("t") };
		CHECK(ok(header_rule_add(b, &r[i])));
	}
	CHECK(str_eq(order_of(a, b), STR("s yes b c")));
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		CHECK(ok(
			header_rule_place(b, a, 1, r[moves[i].rule].id, moves[i].place)));
		CHECK(str_eq(order_of(a, b), str_from(moves[i].order)));
	}
	CHECK(header_rule_place(b, a, 1, r[2].id, 0).kind == ERR_NOTFOUND);
	r[1].pattern = STR("b");
	CHECK(header_rule_change(b, &r[1]).kind == ERR_DENIED);
	r[1].pattern = STR("d");
	r[1].tag = STR("");
	CHECK(ok(header_rule_change(b, &r[1])));
	CHECK(str_eq(order_of(a, b), STR("s yes d b")));
	r[1].list = 2;
	CHECK(header_rule_change(b, &r[1]).kind == ERR_NOTFOUND);
	struct header_rule_row *all;
	size_t n;
	CHECK(ok(header_rule_list(b, a, 1, &all, &n)) && n == 3);
	CHECK(str_eq(all[2].reason, STR("why")) && str_eq(all[2].tag, STR("t"))
	      && !all[1].tag.n);
	CHECK(ok(header_rule_remove(b, 1, STR("x-a"), STR("b"))));
	CHECK(ok(header_rule_remove(b, 1, STR("x-a"), STR("d"))));
	CHECK(ok(header_rule_remove(b, 0, STR("x-a"), STR("s"))));
}

/* Each is asked about each post: of a list there are so many, and no more. */
static void test_bans_bounded(struct book *b)
{
	struct ban_row one = { .list = 7, .pattern = STR("one@y.example") }, two = one;
	two.pattern = STR("two@y.example");
	CHECK(ok(book_run(b, "WITH RECURSIVE i(n) AS (SELECT 2 UNION ALL SELECT n + 1 "
			     "FROM i WHERE n < 10000) INSERT INTO ban (list, pattern, "
			     "reason, created_at) SELECT 7, 'x' || n, '', 1 FROM i")));
	CHECK(ok(ban_add(b, &one)));
	err e = ban_add(b, &two);
	CHECK(e.kind == ERR_DENIED && str_find(str_from(e.msg), STR("10,000")).n);
	CHECK(ok(ban_add(b, &one))); /* its reason anew */
	two.list = 8;
	CHECK(ok(ban_add(b, &two)));
	CHECK(ok(book_run(b, "DELETE FROM ban WHERE list IN (7, 8)")));
}

/* No order finds those: of them there are fewer. */
static void test_ban_expressions_bounded(struct book *b)
{
	struct ban_row one = { .list = 7, .pattern = STR("^one@") }, two = one;
	two.pattern = STR("^two@");
	CHECK(ok(book_run(b, "WITH RECURSIVE i(n) AS (SELECT 2 UNION ALL SELECT n + 1 "
			     "FROM i WHERE n < 500) INSERT INTO ban (list, pattern, "
			     "reason, created_at) SELECT 7, '^x' || n, '', 1 FROM i")));
	CHECK(ok(ban_add(b, &one)));
	err e = ban_add(b, &two);
	CHECK(e.kind == ERR_DENIED && str_find(str_from(e.msg), STR("500")).n);
	CHECK(ok(ban_add(b, &one)));
	two.pattern = STR("two@y.example");
	CHECK(ok(ban_add(b, &two)));
	CHECK(ok(book_run(b, "DELETE FROM ban WHERE list = 7")));
}

static void test_rules(struct arena *a, struct book *b)
{
	struct ban_row own = { .list = 1,
			       .pattern = STR("@bad.example"),
			       .reason = STR("r") };
	struct ban_row site = { .pattern = STR("x@y.example") }, *bans;
	struct header_rule_row h = { .list = 1,
				     .header = STR("X-Spam"),
				     .pattern = STR("yes"),
				     .action = STR("hold") };
	struct header_rule_row *rules;
	int64_t first;
	size_t n;
	CHECK(ok(ban_add(b, &own)) && ok(ban_add(b, &site)) && ok(ban_add(b, &site)));
	CHECK(ok(ban_list(b, a, 0, &bans, &n)) && n == 1 && bans[0].id == site.id);
	CHECK(ok(ban_for(b, a, 1, &bans, &n)) && n == 2 && bans[0].id == own.id);
	CHECK(ok(ban_for(b, a, 2, &bans, &n)) && n == 1);
	CHECK(ok(ban_remove(b, 0, site.pattern)));
	CHECK(ban_remove(b, 0, site.pattern).kind == ERR_NOTFOUND);
	test_bans_bounded(b);
	test_ban_expressions_bounded(b);
	CHECK(ok(header_rule_add(b, &h)));
	first = h.id;
	h.header = STR("x-spam");
	h.action = STR("discard");
	CHECK(ok(header_rule_add(b, &h)) && h.id == first);
	CHECK(ok(header_rule_list(b, a, 1, &rules, &n)) && n == 1);
	CHECK(str_eq(rules[0].action, STR("discard"))
	      && str_eq(rules[0].header, h.header));
	test_order_of_rules(a, b);
	CHECK(ok(header_rule_remove(b, 1, STR("X-SPAM"), STR("yes"))));
	CHECK(header_rule_remove(b, 1, STR("X-SPAM"), STR("yes")).kind == ERR_NOTFOUND);
}

static void test_template(struct arena *a, struct book *b)
{
	static const struct {
		struct template_row add;
		const char *found; /* afterwards, for list 1 in German */
	} steps[] = {
		{ { { 0, 0 }, STR("welcome"), STR(""), STR("site") }, "site" },
		{ { { 0, 0 }, STR("welcome"), STR("de"), STR("Site") }, "Site" },
		{ { { 0, 1 }, STR("welcome"), STR(""), STR("domain") }, "domain" },
		{ { { 0, 99 }, STR("welcome"), STR("de"), STR("another") }, "domain" },
		{ { { 0, 1 }, STR("welcome"), STR("de"), STR("Domain") }, "Domain" },
		{ { { 1, 0 }, STR("welcome"), STR(""), STR("list") }, "list" },
		{ { { 1, 0 }, STR("welcome"), STR("de"), STR("Liste") }, "Liste" },
	};
	struct template_row *all;
	size_t n;
	static const struct template_scope one = { .list = 1 };
	struct template_row found;
	CHECK(template_find(b, a, &one, STR("welcome"), STR("de"), &found).kind
	      == ERR_NOTFOUND);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		CHECK(ok(template_set(b, &steps[i].add)));
		CHECK(ok(template_find(b, a, &one, STR("welcome"), STR("de"), &found)));
		CHECK(str_eq(found.text, str_from(steps[i].found)));
	}
	CHECK(ok(template_find(b, a, &one, STR("welcome"), STR("fr"), &found)));
	CHECK(str_eq(found.text, STR("list")));
	CHECK(ok(template_list(b, a, &one, &all, &n)) && n == 2);
	CHECK(ok(template_unset(b, &one, STR("welcome"), STR("de"))));
	CHECK(ok(template_list(b, a, &one, &all, &n)) && n == 1);
}

/* Nothing of a list is left but what belongs to people. */
static void test_remove(struct arena *a, struct book *b)
{
	static const char *const counts[] = {
		"SELECT count(*) FROM member WHERE list = 1",
		"SELECT count(*) FROM setting WHERE list = 1",
		"SELECT count(*) FROM role WHERE list = 1",
		"SELECT count(*) FROM ban WHERE list = 1",
		"SELECT count(*) FROM template WHERE list = 1",
	};
	struct address_row x;
	struct person_row p;
	int64_t id;
	CHECK(ok(address_find(b, a, STR("anna@uni.example"), &x))
	      && ok(member_add(b, 1, x.id, 50, &id)));
	CHECK(ok(list_remove(b, 1)) && list_remove(b, 1).kind == ERR_NOTFOUND);
	CHECK(list_remove(b, 0).kind == ERR_NOTFOUND);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		int64_t n = -1;
		bool found;
		CHECK(ok(book_number(b, &n, &found, counts[i])) && n == 0);
	}
	CHECK(ok(address_find(b, a, STR("anna@uni.example"), &x)));
	CHECK(ok(person_remove(b, x.person)));
	CHECK(person_get(b, a, x.person, &p).kind == ERR_NOTFOUND);
	CHECK(address_find(b, a, STR("a@home.example"), &x).kind == ERR_NOTFOUND);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	test_domain(a, b);
	test_list(a, b);
	test_setting(a, b);
	test_person(a, b);
	test_move(a, b);
	test_role(a, b);
	test_alias(a, b);
	test_rules(a, b);
	test_template(a, b);
	test_remove(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
