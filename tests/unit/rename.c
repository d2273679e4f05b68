/* A list that is called otherwise, and all that knew it by its name before. */
#include "books.h"

#include "lists/rename.h"
#include "lists/rules.h"
#include "lists/shadow.h"
#include "mail/retpath.h"
#include "store/lists/alias.h"
#include "store/lists/former.h"
#include "store/lists/setting.h"

#define OLD "dev@lists.example"
#define NEW "team@new.example"

/* But those that did not leave. */
#define POSTS "kind = 'post' AND message_id NOT LIKE 's_@x'"

static struct meaning means(struct books_test *t, str address)
{
	struct address x;
	BOOKS_MUST(t, address_parse(t->a, address, &x));
	return addressbook_find(t->books.addresses, t->a, &x);
}

static err call(struct books_test *t, const char *old, const char *new, bool new_id)
{
	err e = list_call(&t->books, t->a, books_entry(t, old), str_from(new), new_id,
			  &t->by);
	BOOKS_MUST(t, books_refresh(&t->books));
	return e;
}

static void test_refused(struct books_test *t)
{
	static const struct {
		const char *to;
		enum err_kind kind;
	} cases[] = {
		{ "team", ERR_SYNTAX },
		{ "te am@lists.example", ERR_SYNTAX },
		{ "x-owner@lists.example", ERR_SYNTAX },
		{ "team@else.example", ERR_NOTFOUND },
		{ OLD, ERR_DENIED },
		{ "news@lists.example", ERR_DENIED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = call(t, OLD, cases[i].to, false);
		if (e.kind != cases[i].kind)
			fprintf(stderr, "%s: %s\n", cases[i].to, e.msg);
		CHECK(e.kind == cases[i].kind);
		CHECK(str_eq(books_entry(t, OLD)->address, STR(OLD)));
	}
	CHECK(books_count(t, "audit", "what = 'list renamed'") == 0);
}

/* What stood in mails that have left: a return path, a probe's, a link to leave. */
static void test_old_addresses(struct books_test *t, int64_t member)
{
	static const struct {
		const char *address;
		enum meaning_kind what;
	} cases[] = {
		{ OLD, MEANS_POST },
		{ NEW, MEANS_POST },
		{ "dev-request@lists.example", MEANS_REQUEST },
		{ "team-request@new.example", MEANS_REQUEST },
		{ "dev-owner@lists.example", MEANS_OWNER },
		{ "dev-leave@lists.example", MEANS_LEAVE },
		{ "dev-confirm+abc@lists.example", MEANS_CONFIRM },
		{ "dev-bounces+1.aaaa@lists.example", MEANS_BAD_PATH },
		{ "team@lists.example", MEANS_NOBODY },
		{ "dev@new.example", MEANS_NOBODY },
	};
	const struct mac_key *mac = &t->books.mac;
	const struct list_entry *list = books_entry(t, NEW);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct meaning m = means(t, str_from(cases[i].address));
		if (m.what != cases[i].what)
			fprintf(stderr, "%s\n", cases[i].address);
		CHECK(m.what == cases[i].what);
		CHECK(m.what == MEANS_NOBODY || m.list == list);
	}
	struct meaning m = means(t, retpath_make(t->a, mac, STR(OLD), member));
	CHECK(m.what == MEANS_BOUNCE && m.list == list && m.member == member && !m.probe);
	m = means(t, retpath_probe(t->a, mac, STR(OLD), member));
	CHECK(m.what == MEANS_BOUNCE && m.member == member && m.probe);
	m = means(t, retpath_make(t->a, mac, STR(NEW), member));
	CHECK(m.what == MEANS_BOUNCE && m.member == member);
	int64_t id = 0;
	CHECK(ok(leave_token_read(t->a, mac, list,
				  leave_token(t->a, mac, STR(OLD), member), &id))
	      && id == member);
	CHECK(ok(leave_token_read(t->a, mac, list,
				  leave_token(t->a, mac, STR(NEW), member), &id))
	      && id == member);
	CHECK(leave_token_read(t->a, mac, list,
			       leave_token(t->a, mac, STR("news@lists.example"), member),
			       &id)
		      .kind
	      == ERR_DENIED);
}

/* One that names the old address, and is still named as it would have been before. */
static void test_post(struct books_test *t)
{
	struct outbound_message m;
	CHECK(ok(books_arrives(
		t, "anna@uni.example", OLD,
		books_mail(t->a, "anna@uni.example", OLD, "1@x", "hello"))));
	CHECK(books_count(t, "message", POSTS) == 1);
	CHECK(books_count(t, "message", POSTS " AND source LIKE '%/dev@lists.example'")
	      == 1);
	str copy = books_newest(t, &m);
	CHECK(str_find(copy, STR("List-Id: <dev.lists.example>")).n);
	CHECK(str_find(copy, STR("List-Post: <mailto:team@new.example>")).n);
	CHECK(str_eq(m.list, STR(NEW)));
}

/* To both names at once: it is one post. */
static void test_both(struct books_test *t)
{
	CHECK(ok(books_arrives(
		t, "anna@uni.example", OLD " " NEW,
		books_mail(t->a, "anna@uni.example", NEW ", " OLD, "2@x", "twice"))));
	CHECK(books_count(t, "message", POSTS) == 2);
}

static void test_loop(struct books_test *t)
{
	static const char *const ids[] = { "dev.lists.example", "team.new.example" };
	for (size_t i = 0; i < 2; i++) {
		str mail = arena_cat(
			t->a, STR("List-Id: <"), str_from(ids[i]), STR(">\r\n"),
			books_mail(t->a, "anna@uni.example", NEW, "3@x", "round"));
		CHECK(ok(books_arrives(t, "anna@uni.example", NEW, mail)));
	}
	CHECK(books_count(t, "message", POSTS) == 2);
	CHECK(addressbook_list_by_list_id(t->books.addresses, STR("Team.new.example"))
	      == books_entry(t, NEW));
}

/* Nobody else can come to be called so, until it is let go. */
static void test_kept_free(struct books_test *t)
{
	int64_t id;
	err e = list_create(t->books.lists, STR(OLD), 1, &id);
	CHECK(e.kind == ERR_DENIED);
	CHECK(call(t, "news@lists.example", OLD, false).kind == ERR_DENIED);
	CHECK(list_let_go(&t->books, t->a, STR("none@lists.example"), &t->by).kind
	      == ERR_NOTFOUND);
	CHECK(ok(call(t, NEW, OLD, false))); /* but back it may be called */
	CHECK(means(t, STR(NEW)).list == books_entry(t, OLD));
	CHECK(ok(call(t, OLD, NEW, false)));
	CHECK(books_count(t, "former", "1") == 1);
	CHECK(ok(list_let_go(&t->books, t->a, STR("DEV@lists.example"), &t->by)));
	BOOKS_MUST(t, books_refresh(&t->books));
	CHECK(means(t, STR(OLD)).what == MEANS_NOBODY);
	CHECK(str_eq(books_entry(t, NEW)->list_id, STR("team.new.example")));
	const struct list_entry *other = books_list(t, OLD);
	/* Its arrivals are not the other's. */
	CHECK(!str_eq(other->origin, books_entry(t, NEW)->origin));
	CHECK(str_eq(other->list_id, STR("dev.lists.example")));
	CHECK(means(t, STR(OLD)).list == other);
}

/* Lists that others' settings name, and those that its own do. */
static bool names(struct books_test *t, const char *list, const char *key,
		  const char *value)
{
	str text;
	BOOKS_MUST(t, setting_get(t->books.lists, t->a, books_entry(t, list)->id,
				  str_from(key), &text));
	if (!str_eq(str_trim(text), str_from(value)))
		fprintf(stderr, "%s %s: %.*s\n", list, key, STR_F(text));
	return str_eq(str_trim(text), str_from(value));
}

static void fill_settings(struct books_test *t)
{
	books_list(t, "all@lists.example");
	books_set(t, "all@lists.example", "regular_include_lists",
		  "Dev\nnews@lists.example");
	books_set(t, "all@lists.example", "accept_these_lists", "news\ndev");
	books_set(t, OLD, "regular_exclude_lists", "news\nall@lists.example");
	books_set(t, "all@lists.example", "hold_these_nonmembers",
		  "@dev\n@uni.example\n@dev@lists.example\ndev@lists.example");
	books_set(t, OLD, "accept_these_nonmembers", "@news\nzoe@uni.example");
	books_set(t, "all@lists.example", "subscribe_auto_approval", "@dev");
}

static void test_settings(struct books_test *t)
{
	CHECK(names(t, "all@lists.example", "hold_these_nonmembers",
		    "@" NEW "\n@uni.example\n@" NEW "\ndev@lists.example"));
	CHECK(names(t, "all@lists.example", "subscribe_auto_approval", "@" NEW));
	CHECK(names(t, NEW, "accept_these_nonmembers",
		    "@news@lists.example\nzoe@uni.example"));
	CHECK(names(t, "all@lists.example", "regular_include_lists",
		    NEW "\nnews@lists.example"));
	CHECK(names(t, "all@lists.example", "accept_these_lists", "news\n" NEW));
	CHECK(names(t, NEW, "regular_exclude_lists",
		    "news@lists.example\nall@lists.example"));
}

/* The copy of all@ to its member, by the address that it had; and round again. */
static void test_umbrella(struct books_test *t)
{
	int64_t member = books_member(t, books_entry(t, "all@lists.example"), OLD);
	int64_t posts = books_count(t, "message", POSTS);
	str path = retpath_make(t->a, &t->books.mac, STR("all@lists.example"), member);
	str mail = books_mail(t->a, "eve@else.example", "all@lists.example", "9@x", "hi");
	books_set(t, NEW, "accept_these_lists", "all@lists.example");
	books_set(t, NEW, "require_explicit_destination", "no");
	CHECK(ok(books_arrives(t, arena_z(t->a, path), OLD, mail)));
	CHECK(books_count(t, "message", POSTS) == posts + 1);
	mail = arena_cat(t->a, STR("X-BeenThere: " OLD "\r\n"),
			 books_mail(t->a, "anna@uni.example", NEW, "10@x", "round"));
	CHECK(ok(books_arrives(t, "anna@uni.example", NEW, mail)));
	CHECK(books_count(t, "message", POSTS) == posts + 1);
}

/* What would have left under either name is counted. */
static void test_shadow(struct books_test *t, const char *to, int64_t more)
{
	int64_t before, m, copies;
	const struct list_entry *list = books_entry(t, to);
	CHECK(ok(shadow_count(&t->books, list, &before, &copies)));
	books_set(t, to, "shadow", "yes");
	CHECK(ok(books_arrives(
		t, "anna@uni.example", to,
		books_mail(t->a, "anna@uni.example", to,
			   arena_z(t->a, arena_printf(t->a, "s%d@x", (int)before)),
			   "hush"))));
	CHECK(ok(shadow_count(&t->books, books_entry(t, to), &m, &copies))
	      && m == before + more);
	books_set(t, to, "shadow", "no");
}

static void test_domain(struct books_test *t)
{
	int64_t id, n;
	CHECK(ok(domain_add(t->books.lists, STR("third.example"), &id)));
	CHECK(ok(domain_call(&t->books, t->a, STR("lists.example"), STR("third.example"),
			     true, &t->by, &n))
	      && n == 3);
	BOOKS_MUST(t, books_refresh(&t->books));
	CHECK(names(t, "all@third.example", "regular_include_lists",
		    NEW "\nnews@third.example"));
	CHECK(names(t, NEW, "regular_exclude_lists",
		    "news@third.example\nall@third.example"));
	CHECK(means(t, STR("news@lists.example")).list
	      == books_entry(t, "news@third.example"));
	CHECK(str_eq(books_entry(t, "news@third.example")->list_id,
		     STR("news.third.example")));
	CHECK(ok(domain_find(t->books.lists, STR("lists.example"), &id)));
	CHECK(domain_remove(t->books.lists, id).kind == ERR_DENIED);
	/* one of them cannot go back: none does */
	int64_t other;
	CHECK(ok(list_create(t->books.lists, STR("plain@third.example"), 1, &other)));
	CHECK(ok(list_create(t->books.lists, STR("plain@lists.example"), 1, &other)));
	CHECK(domain_call(&t->books, t->a, STR("third.example"), STR("lists.example"),
			  false, &t->by, &n)
		      .kind
	      == ERR_DENIED);
	BOOKS_MUST(t, books_refresh(&t->books));
	CHECK(str_eq(books_entry(t, "dev@lists.example")->address,
		     STR("dev@third.example")));
}

/* What is sent to an alias comes to no list unseen, and the other way round. */
static void test_alias(struct books_test *t)
{
	int64_t id;
	str target = STR("cert@uni.example");
	CHECK(ok(
		alias_set(t->books.lists, STR("security@lists.example"), &target, 1, 1)));
	CHECK(list_create(t->books.lists, STR("Security@Lists.example"), 1, &id).kind
	      == ERR_DENIED);
	CHECK(ok(alias_remove(t->books.lists, STR("security@lists.example"))));
	CHECK(ok(list_create(t->books.lists, STR("security@lists.example"), 1, &id)));
	CHECK(alias_set(t->books.lists, STR("security@lists.example"), &target, 1, 1).kind
	      == ERR_DENIED);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	int64_t id, member;
	BOOKS_MUST(&t, domain_add(t.books.lists, STR("new.example"), &id));
	books_list(&t, "news@lists.example");
	member = books_member(&t, books_list(&t, OLD), "anna@uni.example");
	test_refused(&t);
	fill_settings(&t);
	test_shadow(&t, OLD, 1);
	CHECK(ok(call(&t, OLD, NEW, false)));
	CHECK(books_count(&t, "audit", "what = 'list renamed'") == 1);
	CHECK(str_eq(list_url(a, &t.books, books_entry(&t, NEW)),
		     STR("https://lists.example/lists/team")));
	CHECK(str_eq(list_first_url(a, &t.books, books_entry(&t, NEW)),
		     STR("https://lists.example/lists/dev")));
	test_settings(&t);
	test_shadow(&t, NEW, 1);
	test_old_addresses(&t, member);
	test_post(&t);
	test_both(&t);
	test_loop(&t);
	test_umbrella(&t);
	test_kept_free(&t);
	test_domain(&t);
	test_alias(&t);
	books_end(&t);
	return check_done();
}
