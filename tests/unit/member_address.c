/* What a change of a membership's address is refused for: see lists/member_address.h. */
#include "letters.h"

#include "lists/member_address.h"
#include "lists/press.h"
#include "store/lists/ban.h"

#define DEV "dev@lists.example"

static bool is_member(struct books_test *t, const char *address)
{
	struct member_row m;
	return !member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			    str_from(address), &m)
			.kind;
}

static err change(struct books_test *t, const struct actor *by, const char *from,
		  const char *to)
{
	struct address_changed *on;
	size_t n;
	struct address_change c = { .list = books_entry(t, DEV),
				    .from = str_from(from),
				    .to = books_box(t, to),
				    .tell = true };
	return member_change_address(&t->books, t->a, &c, by, &on, &n);
}

static err change_own(struct books_test *t, const struct actor *by, const char *from,
		      const char *to, bool *asked)
{
	struct address_changed *on;
	size_t n;
	struct address_change c = { .list = books_entry(t, DEV),
				    .from = str_from(from),
				    .to = books_box(t, to) };
	return member_change_own(&t->books, t->a, &c, by, &on, &n, asked);
}

/* An owner fills nobody's mailbox by moving a member to it and away again. */
static void test_to_and_fro(struct books_test *t, const struct actor *owner)
{
	const char *both[] = { "x@evil.example", "victim@uni.example" };
	int done = 0;
	books_person(t, both[1]);
	books_member(t, books_entry(t, DEV), both[0]);
	int64_t before = letters(t);
	while (done < 20 && ok(change(t, owner, both[done % 2], both[(done + 1) % 2])))
		done++;
	CHECK(done == 6);
	int64_t sent = letters(t) - before; /* two of one second are one */
	CHECK(sent > 0 && sent <= 2 * 6);
	CHECK(is_member(t, both[0]));
	CHECK(change(t, owner, both[0], both[1]).kind == ERR_DENIED);
	CHECK(is_member(t, both[0]) && !is_member(t, both[1]));
	CHECK(ok(change(t, &t->by, both[0], both[1]))); /* who runs the machine may */
}

/* And writes to no more strangers than by invitations. */
static void test_strangers(struct books_test *t, const struct actor *owner)
{
	int done = 0;
	err e = OK;
	const char *to;
	while (done < 600) {
		to = arena_z(t->a, arena_printf(t->a, "s%d@strange.example", done));
		books_member(t, books_entry(t, DEV), to);
		e = change(
			t, owner, to,
			arena_z(t->a, arena_printf(t->a, "n%d@strange.example", done)));
		if (e.kind)
			break;
		done++;
	}
	CHECK(e.kind == ERR_DENIED && done > 200 && done <= 250);
	CHECK(is_member(t, to));
}

/* Who has not shown that an address is theirs carries none of its memberships away. */
static void test_unproven(struct books_test *t)
{
	const char *claimed = "v@private.example", *own = "a@uni.example",
		   *later = "b@uni.example";
	int64_t id;
	bool asked;
	struct pressed done;
	struct actor by = { .person = books_person(t, own), .name = STR("a") };
	struct press self = { .by = by };
	CHECK(ok(address_add(t->books.lists, by.person, str_from(claimed),
			     str_from(claimed), &id)));
	books_member(t, books_entry(t, DEV), claimed);
	CHECK(change_own(t, &by, claimed, own, &asked).kind == ERR_DENIED);
	CHECK(change_own(t, &by, claimed, later, &asked).kind == ERR_DENIED);
	CHECK(!letter_to(t, later, "/confirm/").n);
	CHECK(ok(address_verify(t->books.lists, id, 9)));
	CHECK(ok(change_own(t, &by, claimed, later, &asked)) && asked);
	CHECK(ok(address_verify(t->books.lists, id, 0))); /* until it is pressed */
	str token = letter_token(letter_to(t, later, "/confirm/"));
	CHECK(confirm_press(&t->books, t->a, token, &self, &done).kind == ERR_DENIED);
	CHECK(is_member(t, claimed) && !is_member(t, own) && !is_member(t, later));
	CHECK(ok(address_verify(t->books.lists, id, 9)));
	CHECK(ok(change_own(t, &by, claimed, own, &asked)) && !asked);
	CHECK(is_member(t, own) && !is_member(t, claimed));
}

/* Who is banned goes on nowhere. */
static void test_banned(struct books_test *t)
{
	const char *from = "bad@uni.example", *to = "good@uni.example";
	int64_t id;
	bool asked;
	struct actor by = { .person = books_person(t, from), .name = STR("bad") };
	CHECK(ok(
		address_add(t->books.lists, by.person, str_from(to), str_from(to), &id)));
	CHECK(ok(address_verify(t->books.lists, id, 9)));
	books_member(t, books_entry(t, DEV), from);
	struct ban_row ban = { .list = books_entry(t, DEV)->id,
			       .pattern = str_from(from),
			       .reason = STR("") };
	CHECK(ok(ban_add(t->books.lists, &ban)));
	CHECK(change_own(t, &by, from, to, &asked).kind == ERR_DENIED);
	CHECK(is_member(t, from) && !is_member(t, to));
	CHECK(ok(change(t, &t->by, from, to))); /* another's hand may */
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	struct actor owner = { .person = books_role(&t, books_entry(&t, DEV),
						    "own@uni.example", "owner"),
			       .name = STR("own@uni.example") };
	test_to_and_fro(&t, &owner);
	test_strangers(&t, &owner);
	test_unproven(&t);
	test_banned(&t);
	books_end(&t);
	return check_done();
}
