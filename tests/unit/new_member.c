#include "lists/new_member.h"

#include "books.h"
#include "lists/members.h"

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
	} cases[] = {
		{ "", "no", "yes", "regular", false, false, true, true },
		{ "hide, ack, notme, nodups", "no", "no", "regular", true, true, false,
		  false },
		{ "ack", "yes", "yes", "mime", false, true, true, true },
		{ "", "yes", "no", "plain", false, false, true, true },
		{ "plain, hide", "yes", "yes", "plain", true, false, true, true },
		{ "plain", "no", "yes", "regular", false, false, true, true },
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

int main(void)
{
	ARENA(a);
	test_check(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	test_begin(&t);
	books_end(&t);
	return check_done();
}
