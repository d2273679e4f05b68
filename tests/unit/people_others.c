/* Whom a list knows beside its members: other lists that a setting names, domains that stand for each
 * other, and posts of those who are no members. */
#include "joiners.h"

#include "lists/equivalent.h"
#include "lists/owner.h"
#include "store/lists/address.h"
#include "store/lists/nonmember.h"

/* What a setting names must be there, and another list, wherever it is set; what stands there
 * already may stay. */
static void test_named_lists(struct books_test *t)
{
	static const struct {
		const char *key, *value, *words; /* words: of the refusal; NULL: fine */
	} cases[] = {
		{ "regular_include_lists", "nolist", "none of that name" },
		{ "regular_exclude_lists", "nolist@lists.example", "none of that name" },
		{ "accept_these_lists", "sister\nnolist", "none of that name" },
		{ "accept_these_nonmembers", "@nolist", "none of that name" },
		{ "subscribe_auto_approval", "@nolist@lists.example",
		  "none of that name" },
		{ "hold_these_nonmembers", "a@x.example\n@nolist", "none of that name" },
		{ "regular_include_lists", "dev", "this one itself" },
		{ "accept_these_nonmembers", "@dev@lists.example", "this one itself" },
		{ "accept_these_lists", "sister", NULL },
		{ "regular_include_lists", "SISTER@lists.example", NULL },
		{ "accept_these_nonmembers", "@sister\n@x.example\na@x.example", NULL },
		{ "accept_these_nonmembers", "a@@x", "write an address" },
		{ "accept_these_nonmembers", "@-", "@dev@lists.example" },
		{ "equivalent_domains", "foo", "two domains" },
		{ "equivalent_domains", "x.example", "two domains" },
		{ "equivalent_domains", "x.example, y.example\nx.example",
		  "two domains" },
		{ "equivalent_domains", "x.example, foo", "two domains" },
		{ "equivalent_domains", "x.example,y.example; a.example, b.example,",
		  NULL },
		{ "digest_send_hour", "24", "0 to 23" },
		{ "digest_send_hour", "-1", "0 to 23" },
		{ "digest_send_hour", "23", NULL },
	};
	int64_t dev = books_entry(t, DEV)->id, id;
	books_list(t, "sister@lists.example");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct assignment set = { str_from(cases[i].key),
					  str_from(cases[i].value) };
		err e = list_configure(&t->books, t->a, dev, &set, 1, &t->by);
		if (cases[i].words
			    ? e.kind != ERR_SYNTAX || !strstr(e.msg, cases[i].words)
			    : e.kind != ERR_NONE)
			fprintf(stderr, "  %s = %s: %s\n", cases[i].key, cases[i].value,
				e.kind ? e.msg : "taken");
		CHECK(cases[i].words
			      ? e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].words)
			      : e.kind == ERR_NONE);
	}
	/* the list goes: its name may stay, and a new one may not come */
	id = books_entry(t, "sister@lists.example")->id;
	CHECK(ok(list_remove(t->books.lists, id)));
	struct assignment more = { STR("accept_these_lists"), STR("sister\nbrother") },
			  same = { STR("accept_these_lists"), STR(" sister \n") };
	CHECK(list_configure(&t->books, t->a, dev, &more, 1, &t->by).kind == ERR_SYNTAX);
	CHECK(ok(list_configure(&t->books, t->a, dev, &same, 1, &t->by)));
	static const char *const undo[] = { "accept_these_lists", "regular_include_lists",
					    "accept_these_nonmembers",
					    "equivalent_domains" };
	for (size_t i = 0; i < sizeof undo / sizeof *undo; i++)
		books_set(t, DEV, undo[i], "");
	/* who is banned, by what */
	CHECK(ban_put(&t->books, t->a, dev, STR("\xC3\xBF<b>x\"'@@"), STR(""), &t->by)
		      .kind
	      == ERR_SYNTAX);
	CHECK(ban_put(&t->books, t->a, dev, STR("@sister"), STR(""), &t->by).kind
	      == ERR_SYNTAX);
}

static void test_equivalent(struct books_test *t)
{
	static const struct {
		const char *groups, *key;
		bool member;
	} cases[] = {
		{ "", "eq@mail.x.example", true },
		{ "", "eq@x.example", false },
		{ "x.example, mail.x.example", "eq@x.example", true },
		{ "X.Example ,Mail.X.example", "eq@x.example", true },
		{ "a.example,b.example;x.example,mail.x.example", "eq@x.example", true },
		{ "a.example\nx.example,,mail.x.example", "eq@x.example", true },
		{ "x.example, y.example", "eq@x.example", false },
		{ "x.example, mail.x.example", "other@x.example", false },
		{ "x.example, mail.x.example", "eq@y.x.example", false },
		{ "x.example;mail.x.example", "eq@x.example", false },
		{ "x.example", "eq", false },
		{ ",;\n,,;", "eq@x.example", false },
	};
	struct member_row m;
	books_member(t, books_entry(t, DEV), "eq@mail.x.example");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = equivalent_member(t->books.lists, t->a, books_entry(t, DEV)->id,
					  str_from(cases[i].groups),
					  str_from(cases[i].key), &m);
		CHECK(e.kind == (cases[i].member ? ERR_NONE : ERR_NOTFOUND));
	}
	/* a post from there counts as the member's where it is proven, and only then */
	static const struct {
		const char *trust;
		int64_t held;
	} posts[] = { { ALIGNED, 0 }, { "{}", 1 } };
	books_set(t, DEV, "equivalent_domains", "x.example, mail.x.example");
	for (size_t i = 0; i < 2; i++) {
		const char *id = arena_z(t->a, arena_printf(t->a, "eq%zu@x", i));
		int64_t before = books_count(t, "held", "1");
		CHECK(ok(books_arrives_as(t, "eq@x.example", DEV,
					  books_mail(t->a, "eq@x.example", DEV, id, id),
					  posts[i].trust)));
		CHECK(books_count(t, "held", "1") - before == posts[i].held);
	}
	books_set(t, DEV, "equivalent_domains", "");
}

static void test_nonmembers(struct books_test *t)
{
	const char *who = "guest@far.example";
	const struct {
		const char *action, *trust, *verdict, *why;
	} cases[] = {
		{ "accept", ALIGNED, "accept", "" },
		{ "accept", "{}", "rejected", "nothing proves" }, /* as any guest@ */
		{ "hold", ALIGNED, "hold", "" },
		{ "discard", ALIGNED, "discarded", who },
		{ "reject", ALIGNED, "rejected", who },
		{ "", ALIGNED, "rejected", "^guest@" },
	};
	struct nonmember_row *rows;
	size_t n;
	/* a pattern says otherwise: this very address comes first */
	books_set(t, DEV, "reject_these_nonmembers", "^guest@");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *id = arena_z(t->a, arena_printf(t->a, "nm%zu@x", i));
		int64_t held = books_count(t, "held", "1"),
			copies = books_count(t, "message", "kind = 'post'");
		CHECK(ok(nonmember_configure(&t->books, t->a, books_entry(t, DEV),
					     STR("Guest@Far.example"),
					     str_from(cases[i].action), &t->by)));
		CHECK(ok(books_arrives_as(t, who, DEV, books_mail(t->a, who, DEV, id, id),
					  cases[i].trust)));
		bool in = books_count(t, "message", "kind = 'post'") > copies,
		     waiting = books_count(t, "held", "1") > held;
		CHECK(in == !strcmp(cases[i].verdict, "accept"));
		CHECK(waiting == !strcmp(cases[i].verdict, "hold"));
		if (!in && !waiting)
			CHECK(holds(books_noted(t, cases[i].verdict), cases[i].why));
	}
	const struct list_entry *dev = books_entry(t, DEV);
	CHECK(nonmember_configure(&t->books, t->a, dev, STR("x@y.example"), STR("maybe"),
				  &t->by)
		      .kind
	      == ERR_SYNTAX);
	CHECK(nonmember_configure(&t->books, t->a, dev, STR("x@y.example"), STR(""),
				  &t->by)
		      .kind
	      == ERR_NOTFOUND);
	CHECK(ok(nonmember_configure(&t->books, t->a, dev, STR("x@y.example"),
				     STR("hold"), &t->by)));
	CHECK(ok(nonmember_list(t->books.lists, t->a, dev->id, &rows, &n)) && n == 1
	      && str_eq(rows[0].key, STR("x@y.example")));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_role(&t, dev, "olga@uni.example", "owner");
	test_named_lists(&t);
	test_equivalent(&t);
	test_nonmembers(&t);
	books_end(&t);
	return check_done();
}
