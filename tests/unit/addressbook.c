#include "books.h"

#include "mail/retpath.h"
#include "store/lists/alias.h"

static void fill(struct books_test *t)
{
	str targets[] = { STR("anna@uni.example"), STR("bob@lab.example") };
	int64_t id;
	books_list(t, "dev@lists.example");
	books_list(t, "a-b.c_d@lists.example");
	BOOKS_MUST(t, domain_add(t->books.lists, STR("xn--bcher-kva.example"), &id));
	books_list(t, "dev@xn--bcher-kva.example");
	books_list(t, "dev-admin@xn--bcher-kva.example");
	BOOKS_MUST(t,
		   domain_set(t->books.lists,
			      &(struct domain_row){ .id = id,
						    .name = STR("xn--bcher-kva.example"),
						    .description = STR(""),
						    .alias = STR("books.example") }));
	BOOKS_MUST(t,
		   alias_set(t->books.lists, STR("bugs@lists.example"), targets, 2, 1));
	BOOKS_MUST(t,
		   alias_set(t->books.lists, STR("abuse@lists.example"), targets, 1, 1));
	BOOKS_MUST(t, books_refresh(&t->books));
}

static struct meaning find(struct books_test *t, str path)
{
	struct address x;
	str rest;
	if (!ok(address_path(t->a, arena_cat(t->a, STR("<"), path, STR(">")), true, &x,
			     &rest)))
		return (struct meaning){ .what = MEANS_FOREIGN };
	return addressbook_find(t->books.addresses, t->a, &x);
}

static void test_meanings(struct books_test *t)
{
	static const struct {
		const char *address;
		enum meaning_kind what;
		const char *list, *token;
	} cases[] = {
		{ "dev@lists.example", MEANS_POST, "dev@lists.example", "" },
		{ "DEV@Lists.Example", MEANS_POST, "dev@lists.example", "" },
		{ "\"dev\"@lists.example", MEANS_POST, "dev@lists.example", "" },
		{ "dev-request@lists.example", MEANS_REQUEST, "dev@lists.example", "" },
		{ "Dev-Request@lists.example", MEANS_REQUEST, "dev@lists.example", "" },
		{ "dev-join@lists.example", MEANS_JOIN, "dev@lists.example", "" },
		{ "dev-subscribe@lists.example", MEANS_JOIN, "dev@lists.example", "" },
		{ "dev-leave@lists.example", MEANS_LEAVE, "dev@lists.example", "" },
		{ "dev-unsubscribe@lists.example", MEANS_LEAVE, "dev@lists.example", "" },
		{ "dev-owner@lists.example", MEANS_OWNER, "dev@lists.example", "" },
		{ "dev-confirm+abc@lists.example", MEANS_CONFIRM, "dev@lists.example",
		  "abc" },
		{ "dev-confirm@lists.example", MEANS_CONFIRM, "dev@lists.example", "" },
		{ "dev-bounces@lists.example", MEANS_BOUNCE, "dev@lists.example", "" },
		{ "dev-bounces+1.aaaaaaaaaaaaaaaa@lists.example", MEANS_BAD_PATH,
		  "dev@lists.example", "1.aaaaaaaaaaaaaaaa" },
		{ "dev-bounces+x@lists.example", MEANS_BAD_PATH, "dev@lists.example",
		  "x" },
		{ "a-b.c_d@lists.example", MEANS_POST, "a-b.c_d@lists.example", "" },
		{ "a-b.c_d-owner@lists.example", MEANS_OWNER, "a-b.c_d@lists.example",
		  "" },
		{ "dev@xn--bcher-kva.example", MEANS_POST, "dev@xn--bcher-kva.example",
		  "" },
		{ "dev@b\xC3\xBC"
		  "cher.example",
		  MEANS_POST, "dev@xn--bcher-kva.example", "" },
		{ "dev-owner@b\xC3\xBC"
		  "cher.example",
		  MEANS_OWNER, "dev@xn--bcher-kva.example", "" },
		{ "dev@books.example", MEANS_POST, "dev@xn--bcher-kva.example", "" },
		{ "Dev-Owner@Books.example", MEANS_OWNER, "dev@xn--bcher-kva.example",
		  "" },
		{ "dev-confirm+abc@books.example", MEANS_CONFIRM,
		  "dev@xn--bcher-kva.example", "abc" },
		{ "no@books.example", MEANS_NOBODY, "", "" },
		{ "postmaster@books.example", MEANS_ADMIN, "", "" },
		/* Mailman 2's: what comes back, and people who mean the owners */
		{ "dev-admin@lists.example", MEANS_BOUNCE, "dev@lists.example", "" },
		{ "dev-admin+x@lists.example", MEANS_NOBODY, "", "" },
		{ "dev-admin@xn--bcher-kva.example", MEANS_POST,
		  "dev-admin@xn--bcher-kva.example", "" },
		/* Mailman 3's, with something behind it */
		{ "dev-join+digest@lists.example", MEANS_JOIN, "dev@lists.example", "" },
		{ "dev-leave+x@lists.example", MEANS_LEAVE, "dev@lists.example", "" },
		{ "dev-owner+x@lists.example", MEANS_OWNER, "dev@lists.example", "" },
		{ "dev-request+x+y@lists.example", MEANS_REQUEST, "dev@lists.example",
		  "" },
		/* mlmmj's */
		{ "dev+subscribe@lists.example", MEANS_JOIN, "dev@lists.example", "" },
		{ "Dev+Unsubscribe@lists.example", MEANS_LEAVE, "dev@lists.example", "" },
		{ "dev+owner@lists.example", MEANS_OWNER, "dev@lists.example", "" },
		{ "dev+help@lists.example", MEANS_REQUEST, "dev@lists.example", "" },
		{ "dev+bounces-12-anna=uni.example@lists.example", MEANS_BOUNCE,
		  "dev@lists.example", "" },
		{ "dev+bounces-@lists.example", MEANS_NOBODY, "", "" },
		{ "no+subscribe@lists.example", MEANS_NOBODY, "", "" },
		/* ezmlm's */
		{ "dev-help@lists.example", MEANS_REQUEST, "dev@lists.example", "" },
		{ "dev-return-7-anna=uni.example@lists.example", MEANS_BOUNCE,
		  "dev@lists.example", "" },
		{ "dev-subscribe-Anna=x=uni.example@lists.example", MEANS_JOIN,
		  "dev@lists.example", "anna=x@uni.example" },
		{ "dev-unsubscribe-anna=uni.example@lists.example", MEANS_LEAVE,
		  "dev@lists.example", "anna@uni.example" },
		{ "dev-subscribe-anna@lists.example", MEANS_NOBODY, "", "" },
		{ "dev-subscribe-=uni.example@lists.example", MEANS_NOBODY, "", "" },
		{ "dev-subscribe-anna=@lists.example", MEANS_NOBODY, "", "" },
		/* Sympa's */
		{ "dev-editor@lists.example", MEANS_OWNER, "dev@lists.example", "" },
		{ "sympa@lists.example", MEANS_ADMIN, "", "" },
		{ "Listmaster@lists.example", MEANS_ADMIN, "", "" },
		{ "sympa@mx.lists.example", MEANS_FOREIGN, "", "" },
		{ "bugs@lists.example", MEANS_ALIAS, "", "" },
		{ "abuse@lists.example", MEANS_ALIAS, "",
		  "" }, /* an alias goes before a role */
		{ "postmaster@lists.example", MEANS_ADMIN, "", "" },
		{ "Postmaster@MX.lists.example", MEANS_ADMIN, "", "" },
		{ "dev@mx.lists.example", MEANS_FOREIGN, "", "" },
		{ "PostMaster@xn--bcher-kva.example", MEANS_ADMIN, "", "" },
		{ "abuse@xn--bcher-kva.example", MEANS_ADMIN, "", "" },
		{ "SRS0=aaaa=tt=uni.example=x@lists.example", MEANS_SRS, "", "" },
		{ "srs1=aaaa=x==y@lists.example", MEANS_SRS, "", "" },
		/* nothing of ours */
		{ "nobody@lists.example", MEANS_NOBODY, "", "" },
		{ "dev+x@lists.example", MEANS_NOBODY, "", "" },
		{ "dev-request+@lists.example", MEANS_NOBODY, "", "" },
		{ "dev-confirm+@lists.example", MEANS_NOBODY, "", "" },
		{ "dev-nothing@lists.example", MEANS_NOBODY, "", "" },
		{ "-owner@lists.example", MEANS_NOBODY, "", "" },
		{ "bugs-owner@lists.example", MEANS_NOBODY, "", "" },
		{ "a-b.c_d@xn--bcher-kva.example", MEANS_NOBODY, "", "" },
		/* of others, however it is spelt */
		{ "dev@other.example", MEANS_FOREIGN, "", "" },
		{ "dev@sub.lists.example", MEANS_FOREIGN, "", "" },
		{ "dev@lists.example.evil.example", MEANS_FOREIGN, "", "" },
		{ "victim%other.example@lists.example", MEANS_NOBODY, "", "" },
		{ "other.example!victim@lists.example", MEANS_NOBODY, "", "" },
		{ "\"victim@other.example\"@lists.example", MEANS_NOBODY, "", "" },
		{ "\"dev@lists.example\"@other.example", MEANS_FOREIGN, "", "" },
		{ "dev@[192.0.2.1]", MEANS_FOREIGN, "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct meaning m = find(t, str_from(cases[i].address));
		bool fits = m.what == cases[i].what
			    && str_eq(m.token, str_from(cases[i].token))
			    && str_eq(m.list ? m.list->address : STR(""),
				      str_from(cases[i].list));
		if (!fits)
			fprintf(stderr, "  %s: %d\n", cases[i].address, (int)m.what);
		CHECK(fits);
	}
}

static void test_return_paths(struct books_test *t)
{
	str path = retpath_make(t->a, &t->books.mac, STR("dev@lists.example"), 4711);
	struct meaning m = find(t, path);
	CHECK(m.what == MEANS_BOUNCE && m.member == 4711);
	m = find(t, arena_lower(t->a, path));
	CHECK(m.what == MEANS_BOUNCE && m.member == 4711);
	/* Every single octet of number and tag that is another makes it another's. */
	str plus = str_skip(str_find(path, STR("+")), 1);
	size_t from = path.n - plus.n, end = from + plus.n - str_find(plus, STR("@")).n;
	for (size_t i = from; i < end; i++) {
		char *forged = arena_z(t->a, path);
		forged[i] = forged[i] == '3' ? '5' : '3';
		m = find(t, str_from(forged));
		CHECK(m.what == MEANS_BAD_PATH && m.member == 0);
	}
	/* Another list's path does not serve here. */
	str other = retpath_make(t->a, &t->books.mac, STR("a-b.c_d@lists.example"), 4711);
	str tail = str_find(other, STR("+"));
	m = find(t, arena_cat(t->a, STR("dev-bounces"), tail));
	CHECK(m.what == MEANS_BAD_PATH);
	struct address bare = { .local = STR("postmaster") };
	CHECK(addressbook_find(t->books.addresses, t->a, &bare).what == MEANS_ADMIN);
	bare.local = STR("dev");
	CHECK(addressbook_find(t->books.addresses, t->a, &bare).what == MEANS_NOBODY);
	m = find(t, STR("bugs@lists.example"));
	CHECK(m.alias && m.alias->count == 2);
}

/* A snapshot lives as long as its last user, whatever became of the book. */
static void test_snapshot(struct books_test *t)
{
	struct addressbook *old = addressbook_keep(t->books.addresses);
	const struct list_entry *dev = addressbook_list(old, STR("dev@lists.example"));
	const struct list_entry **all;
	size_t n;
	BOOKS_MUST(t, list_remove(t->books.lists, dev->id));
	BOOKS_MUST(t, books_refresh(&t->books));
	CHECK(t->books.addresses != old);
	CHECK(!addressbook_list(t->books.addresses, STR("dev@lists.example")));
	CHECK(!addressbook_list_by_id(t->books.addresses, dev->id));
	CHECK(str_eq(dev->name, STR("dev"))
	      && addressbook_list_by_id(old, dev->id) == dev);
	addressbook_lists(old, t->a, &all, &n);
	CHECK(n == 4 && str_eq(all[0]->name, STR("a-b.c_d")) && all[2] == dev);
	addressbook_drop(old);
	CHECK(find(t, STR("dev@lists.example")).what == MEANS_NOBODY);
	struct addressbook *same = t->books.addresses;
	BOOKS_MUST(t, books_refresh(&t->books));
	CHECK(t->books.addresses == same);
}

static void test_limits(struct books_test *t)
{
	books_set(t, "a-b.c_d@lists.example", "max_message_size", "12");
	const struct list_entry *l = books_entry(t, "a-b.c_d@lists.example");
	CHECK(l->max_size == 12 * 1024);
	CHECK(str_eq(list_url(t->a, &t->books, l),
		     STR("https://lists.example/lists/a-b.c_d")));
	l = books_entry(t, "dev@xn--bcher-kva.example");
	/* no list of that name on the site's own domain: the short form is enough */
	CHECK(str_eq(list_url(t->a, &t->books, l),
		     STR("https://lists.example/lists/dev")));
	books_list(t, "dev@lists.example");
	l = books_entry(t, "dev@xn--bcher-kva.example");
	CHECK(str_eq(list_url(t->a, &t->books, l),
		     STR("https://lists.example/lists/dev@xn--bcher-kva.example")));
	l = books_entry(t, "dev@lists.example");
	CHECK(str_eq(list_url(t->a, &t->books, l),
		     STR("https://lists.example/lists/dev")));
	books_set(t, "dev@lists.example", "web_page_url", "https://lists.uni.example//");
	BOOKS_MUST(t, books_refresh(&t->books));
	l = books_entry(t, "dev@lists.example");
	CHECK(str_eq(list_url(t->a, &t->books, l),
		     STR("https://lists.uni.example/lists/dev")));
	CHECK(str_eq(list_url_path(t->a, &t->books, l), STR("/lists/dev")));
	/* what bears a token, and what names it for good */
	CHECK(str_eq(list_token_url(t->a, &t->books, l),
		     STR("https://lists.example/lists/dev")));
	CHECK(str_eq(list_first_url(t->a, &t->books, l),
		     STR("https://lists.example/lists/dev")));
	CHECK(str_eq(list_subaddress(t->a, l, STR("owner")),
		     STR("dev-owner@lists.example")));
}

static void test_names(struct arena *a)
{
	static const struct {
		const char *name, *word; /* word: of the refusal; NULL: a good name */
	} cases[] = {
		{ "dev", NULL },
		{ "a", NULL },
		{ "9lives", NULL },
		{ "a-b.c_d", NULL },
		{ "owner", NULL },
		{ "sys-admin", NULL },
		{ "joiner", NULL },
		{ "abuse-team", NULL },
		{ "sympa", NULL },
		{ "dev-editor", NULL },
		{ "abcdefghijklmnopqrstuvwxyz012345", NULL },
		{ "abcdefghijklmnopqrstuvwxyz0123456", "32" },
		{ "", "32" },
		{ "Dev", "a-z" },
		{ "de v", "a-z" },
		{ "de+v", "a-z" },
		{ "-dev", "a-z" },
		{ ".dev", "a-z" },
		{ "_dev", "a-z" },
		{ "d\xC3\xA9v", "a-z" },
		{ "d\nv", "a-z" },
		{ "dev.", "dots" },
		{ "de..v", "dots" },
		{ "dev-request", "-request" },
		{ "dev-join", "-join" },
		{ "dev-subscribe", "-subscribe" },
		{ "dev-leave", "-leave" },
		{ "dev-unsubscribe", "-unsubscribe" },
		{ "dev-owner", "-owner" },
		{ "dev-confirm", "-confirm" },
		{ "dev-bounces", "-bounces" },
		{ "postmaster", "administrator" },
		{ "abuse", "administrator" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = list_name_check(a, str_from(cases[i].name));
		bool fits = cases[i].word
				    ? e.kind == ERR_SYNTAX && has_word(e, cases[i].word)
				    : !e.kind;
		if (!fits)
			fprintf(stderr, "  \"%s\": %s\n", cases[i].name,
				e.msg ? e.msg : "fine");
		CHECK(fits);
	}
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_meanings(&t);
	test_return_paths(&t);
	test_snapshot(&t);
	test_limits(&t);
	test_names(a);
	books_end(&t);
	return check_done();
}
