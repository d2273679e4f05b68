#include "lists/new_member.h"

#include "books.h"
#include "lists/members.h"
#include "lists/owner.h"

#define DEV "dev@lists.example"

static void test_check(struct arena *a)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "hide", "hide" },
		{ " ack,,nodups  ack\tplain ", "ack, nodups, plain" },
		{ "hide, notme", "hide, notme" },
		{ "Hide", NULL },
		{ "ack; hide", NULL },
		{ "digest", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str out = STR("?");
		err e = new_member_check(a, str_from(cases[i].in), &out);
		CHECK(cases[i].out ? ok(e) && str_eq(out, str_from(cases[i].out))
				   : e.kind == ERR_SYNTAX && str_eq(out, STR("?")));
	}
}

/* However they join: what owners and tokens do is the same act. */
static void test_begin(struct books_test *t)
{
	static const struct {
		const char *options, *digests, *mime, *delivery;
		bool hidden, acknowledge, own_posts, copies;
		const char *single; /* nondigestable */
	} cases[] = {
		{ "", "no", "yes", "regular", false, false, true, true, "yes" },
		{ "hide, ack, notme, nodups", "no", "no", "regular", true, true, false,
		  false, "yes" },
		{ "ack", "yes", "yes", "mime", false, true, true, true, "yes" },
		{ "", "yes", "no", "plain", false, false, true, true, "yes" },
		{ "plain, hide", "yes", "yes", "plain", true, false, true, true, "yes" },
		{ "plain", "no", "yes", "regular", false, false, true, true, "yes" },
		{ "", "no", "yes", "mime", false, false, true, true, "no" },
		{ "ack", "no", "no", "plain", false, true, true, true, "no" },
	};
	static const struct actor by = { .name = STR("test"), .via = STR("") };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct mailbox who = books_box(
			t, arena_z(t->a, arena_printf(t->a, "m%zu@uni.example", i)));
		struct member_row m;
		bool waits;
		books_set(t, DEV, "new_member_options", cases[i].options);
		books_set(t, DEV, "digest_is_default", cases[i].digests);
		books_set(t, DEV, "mime_is_default_digest", cases[i].mime);
		books_set(t, DEV, "nondigestable", cases[i].single);
		CHECK(ok(i % 2 ? member_admit(&t->books, t->a, books_entry(t, DEV), &who,
					      false, &by)
			       : member_confirmed(&t->books, t->a, books_entry(t, DEV),
						  &who, &(struct member_word){ 0 }, &by,
						  &waits)));
		CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				     address_key(t->a, &who.address), &m)));
		CHECK(str_eq(m.delivery, str_from(cases[i].delivery))
		      && m.hidden == cases[i].hidden
		      && m.acknowledge == cases[i].acknowledge
		      && m.own_posts == cases[i].own_posts
		      && m.copies == cases[i].copies);
	}
}

/* On a list of digests nobody turns away from them; who has single posts has them. */
static void test_single(struct books_test *t)
{
	static const struct {
		const char *single, *was, *key, *value;
		const char *delivery; /* then; NULL: it is refused */
	} cases[] = {
		{ "yes", "mime", "delivery", "regular", "regular" },
		{ "no", "mime", "delivery", "regular", NULL },
		{ "no", "mime", "form", "regular", NULL },
		{ "no", "mime", "delivery", "plain", "plain" },
		{ "no", "mime", "delivery", "off", "off" },
		{ "no", "regular", "own_posts", "no", "regular" },
		{ "no", "mime", "delivery", "usual", "mime" },
		{ "yes", "mime", "delivery", "usual", "regular" },
	};
	static const struct actor by = { .name = STR("test"), .via = STR("") };
	const struct list_entry *list;
	struct mailbox who = books_box(t, "single@uni.example");
	str key = address_key(t->a, &who.address);
	CHECK(ok(member_admit(&t->books, t->a, books_entry(t, DEV), &who, false, &by)));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct assignment was = { STR("delivery"), str_from(cases[i].was) };
		struct assignment wish = { str_from(cases[i].key),
					   str_from(cases[i].value) };
		struct member_row m;
		books_set(t, DEV, "nondigestable", "yes");
		list = books_entry(t, DEV);
		CHECK(ok(member_configure(&t->books, t->a, list, key, &was, 1, &by)));
		books_set(t, DEV, "nondigestable", cases[i].single);
		list = books_entry(t, DEV);
		err e = member_configure(&t->books, t->a, list, key, &wish, 1, &by);
		CHECK(e.kind == (cases[i].delivery ? ERR_NONE : ERR_SYNTAX));
		CHECK(ok(member_find(t->books.lists, t->a, list->id, key, &m)));
		CHECK(str_eq(m.delivery, str_from(cases[i].delivery ? cases[i].delivery
								    : cases[i].was)));
	}
	books_set(t, DEV, "nondigestable", "yes");
}

int main(void)
{
	ARENA(a);
	test_check(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	test_begin(&t);
	test_single(&t);
	books_end(&t);
	return check_done();
}
