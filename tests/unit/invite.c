/* Invitations: their letters, who is in by one, and how many there may be. */
#include "joiners.h"

#include "lists/invite.h"

static err invite(struct books_test *t, const char *who, const char *words, int64_t days,
		  int64_t person)
{
	struct mailbox m = books_box(t, who);
	struct invitation x = { .words = str_from(words), .days = days };
	struct actor by = { .person = person, .name = STR("olga@uni.example") };
	return member_invite(&t->books, t->a, books_entry(t, DEV), &m, &x, &by);
}

static void test_invitations(struct books_test *t)
{
	struct invited *x;
	size_t n;
	const char *who = fresh(t), *other = fresh(t);
	int64_t list = books_entry(t, DEV)->id;
	books_set(t, DEV, "subscription_policy", "invite");
	CHECK(ok(invite(t, who, "Dear colleague,\nplease come.", 3, 7)));
	str letter = letter_to(t, who, "please come.");
	CHECK(holds(letter, "Dear colleague,") && holds(letter, "invite you")
	      && holds(letter, "3 days") && holds(letter, "dev-confirm+"));
	CHECK(ok(invite(t, other, "", 0, 7))
	      && holds(letter_to(t, other, ""), "14 days"));
	CHECK(ok(invite_open(t->books.lists, t->a, list, &x, &n)) && n == 2);
	CHECK(str_eq(x[0].address, str_from(who))
	      && str_eq(x[0].by, STR("olga@uni.example"))
	      && x[0].expires_at - x[0].at == 3 * DAY);
	/* who lost the letter gets another, and is in without a moderator */
	struct mailbox m = books_box(t, who);
	CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL, false,
				 &t->by)));
	CHECK(ok(invite_open(t->books.lists, t->a, list, &x, &n)) && n == 2);
	CHECK(press(t, who) && is_member(t, who));
	CHECK(ok(invite_open(t->books.lists, t->a, list, &x, &n)) && n == 1);
	/* a letter of before, when anybody could join, is no invitation */
	const char *early = fresh(t);
	books_set(t, DEV, "subscription_policy", "confirm");
	m = books_box(t, early);
	CHECK(ok(member_ask_join(&t->books, t->a, books_entry(t, DEV), &m, NULL, false,
				 &t->by)));
	books_set(t, DEV, "subscription_policy", "invite");
	CHECK(!press(t, early) && !is_member(t, early));
	/* withdrawn: its link does nothing any more */
	str token = letter_token(letter_to(t, other, ""));
	struct pressed done;
	CHECK(ok(invite_withdraw(&t->books, t->a, books_entry(t, DEV), str_from(other),
				 &t->by)));
	CHECK(confirm_press(&t->books, t->a, token, &BUTTON, &done).kind == ERR_NOTFOUND
	      && !is_member(t, other));
	CHECK(invite_withdraw(&t->books, t->a, books_entry(t, DEV), str_from(other),
			      &t->by)
		      .kind
	      == ERR_NOTFOUND);
	CHECK(invite(t, who, "", 0, 7).kind == ERR_DENIED); /* a member */
	static const struct {
		const char *words;
		int64_t days;
	} wrong[] = { { "", 91 }, { "", -1 }, { "a\033[2J", 0 }, { "\xff\xfe", 0 } };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(invite(t, other, wrong[i].words, wrong[i].days, 7).kind
		      == ERR_SYNTAX);
	char *long_words = arena_zero(t->a, INVITE_WORDS_MAX + 2);
	memset(long_words, 'x', INVITE_WORDS_MAX + 1);
	CHECK(invite(t, other, long_words, 0, 7).kind == ERR_SYNTAX);
	books_set(t, DEV, "subscription_policy", "confirm");
}

/* Whoever has an owner's browser fills no mailboxes. */
static void test_invite_limit(struct books_test *t)
{
	int sent = 0;
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	BOOKS_MUST(t, book_begin(t->books.lists)); /* a sync for all of them */
	for (int i = 0; i < 520; i++)
		sent += !invite(t, fresh(t), "", 0, 7).kind;
	BOOKS_MUST(t, book_end(t->books.lists, OK));
	CHECK(sent == 500);
	CHECK(has_word(invite(t, fresh(t), "", 0, 7), "tomorrow"));
	CHECK(ok(invite(t, fresh(t), "", 0, 0))); /* the administrator's command */
	/* one mailbox: three open ones */
	const char *one = fresh(t);
	sent = 0;
	for (int i = 0; i < 5; i++)
		sent += !invite(t, one, "", 0, 0).kind;
	CHECK(sent == 3);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_role(&t, dev, "olga@uni.example", "owner");
	test_invitations(&t);
	test_invite_limit(&t);
	books_end(&t);
	return check_done();
}
