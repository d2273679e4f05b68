/* A membership goes on at another address, with all that hangs on it: by somebody's hand, or by
 * one's own, by a letter or at once. */
#include "memberships.h"

#include "lists/press.h"
#include "lists/score_run.h"
#include "store/lists/ban.h"
#include "store/lists/digest.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

struct changed {
	err e;
	struct address_changed *on;
	size_t n;
};

static struct changed change(struct books_test *t, const char *list, const char *from,
			     const char *to, bool tell)
{
	struct changed x = { .n = 0 };
	struct address_change c = { .list = list ? books_entry(t, list) : NULL,
				    .from = str_from(from),
				    .to = books_box(t, to),
				    .tell = tell };
	x.e = member_change_address(&t->books, t->a, &c, &t->by, &x.on, &x.n);
	return x;
}

/* All that the membership has, it keeps; what came back from the old mailbox it forgets. */
static void test_change(struct books_test *t)
{
	const char *old = "rosa@old.example", *fresh = "rosa@new.example";
	int64_t id = books_member(t, books_entry(t, DEV), old);
	struct member_row m = row_of(t, DEV, old);
	m.delivery = STR("plain");
	m.own_posts = false;
	m.action = STR("accept");
	m.language = STR("de");
	CHECK(ok(member_change(t->books.lists, &m)));
	m = row_of(t, DEV, old);
	m.delivery = STR("off");
	m.off_by = STR("bounces");
	m.bounce_score = 5;
	m.off_at = m.bounce_at = 77;
	CHECK(ok(member_bounced(t->books.lists, &m)));
	struct changed x = change(t, DEV, old, fresh, true);
	CHECK(ok(x.e) && x.n == 1 && !x.on[0].merged && !x.on[0].refused.n);
	m = row_of(t, DEV, fresh);
	CHECK(m.id == id && str_eq(m.delivery, STR("plain")) && !m.off_by.n);
	CHECK(!m.own_posts && str_eq(m.action, STR("accept")) && m.moved_at
	      && str_eq(m.language, STR("de")));
	CHECK(m.bounce_score == 0 && !m.bounce_at && !m.off_at && !m.bounce_text.n);
	CHECK(!is_member(t, DEV, old) && address_of(t, old).id != m.address);
	CHECK(audited(t, DEV, "address changed", "rosa@old.example -> rosa@new.example"));
	CHECK(holds(letter_to(t, old, ""), fresh) && holds(letter_to(t, fresh, ""), old));
	CHECK(change(t, DEV, old, fresh, true).e.kind == ERR_NOTFOUND);
	CHECK(change(t, DEV, fresh, fresh, true).e.kind == ERR_DENIED);
	CHECK(change(t, NULL, "nobody@new.example", fresh, true).e.kind == ERR_NOTFOUND);
}

/* Cut off behind the letters and before the lists book: it is done again, and each address has
 * one letter all the same. */
static void test_cut_off(struct books_test *t)
{
	const char *old = "cut@old.example", *fresh = "cut@new.example";
	books_member(t, books_entry(t, DEV), old);
	int64_t before = letters(t);
	CHECK(ok(book_begin(t->books.lists)));
	CHECK(ok(change(t, DEV, old, fresh, true).e));
	book_rollback(t->books.lists);
	CHECK(is_member(t, DEV, old) && letters(t) == before + 2);
	CHECK(ok(change(t, DEV, old, fresh, true).e) && letters(t) == before + 2);
	CHECK(!is_member(t, DEV, old) && is_member(t, DEV, fresh));
	CHECK(ok(change(t, DEV, fresh, old, true).e) && letters(t) == before + 4);
	CHECK(ok(change(t, DEV, old, fresh, true).e) && letters(t) == before + 6);
}

static void test_refused(struct books_test *t)
{
	const char *old = "ben@old.example";
	books_member(t, books_entry(t, DEV), old);
	books_member(t, books_entry(t, OPS), old);
	CHECK(ok(ban_put(&t->books, t->a, books_entry(t, DEV)->id, STR("@bad.example"),
			 STR(""), &t->by)));
	CHECK(change(t, DEV, old, "ben@bad.example", true).e.kind == ERR_DENIED);
	CHECK(is_member(t, DEV, old));
	struct changed x = change(t, NULL, old, "ben@bad.example", true);
	CHECK(ok(x.e) && x.n == 2);
	for (size_t i = 0; i < x.n; i++)
		CHECK((x.on[i].list->id == books_entry(t, DEV)->id)
		      == (x.on[i].refused.n > 0));
	CHECK(is_member(t, DEV, old) && is_member(t, OPS, "ben@bad.example"));
}

static const struct press BUTTON = { .choice = { "", 0 }, .reason = { "", 0 } };

static int64_t waits(struct books_test *t, const char *address)
{
	struct request_row *r;
	size_t n;
	CHECK(ok(request_list(t->books.lists, t->a, books_entry(t, DEV)->id, &r, &n)));
	for (size_t i = 0; i < n; i++)
		if (r[i].leaves && str_eq(r[i].address, str_from(address)))
			return r[i].id;
	return 0;
}

/* What was sent to the old address means the membership still. */
static void test_tokens(struct books_test *t)
{
	const char *old = "tom@old.example", *fresh = "tom@new.example";
	int64_t id = books_member(t, books_entry(t, DEV), old), member;
	struct pressed done;
	bool waiting;
	str token = leave_token(t->a, &t->books.mac, STR(DEV), id);
	CHECK(ok(member_ask_leave(&t->books, t->a, books_entry(t, DEV), str_from(old),
				  false, &t->by)));
	str mailed = letter_token(letter_to(t, old, "/confirm/"));
	CHECK(ok(change(t, DEV, old, fresh, false).e));
	CHECK(ok(leave_token_read(t->a, &t->books.mac, books_entry(t, DEV), token,
				  &member))
	      && member == row_of(t, DEV, fresh).id);
	CHECK(ok(confirm_press(&t->books, t->a, mailed, &BUTTON, &done)));
	CHECK(!is_member(t, DEV, fresh));

	books_set(t, DEV, "unsubscription_policy", "moderate");
	id = books_member(t, books_entry(t, DEV), old);
	CHECK(ok(member_left(&t->books, t->a, books_entry(t, DEV), id, &t->by, &waiting))
	      && waiting);
	CHECK(ok(change(t, DEV, old, fresh, false).e));
	int64_t request = waits(t, fresh);
	CHECK(request && !waits(t, old));
	CHECK(ok(request_decide(&t->books, t->a, request, STR("accept"), STR(""),
				&t->by)));
	CHECK(!is_member(t, DEV, fresh));
	books_set(t, DEV, "unsubscription_policy", "confirm");
}

/* The other membership stays as it is; a link of the one ends it. */
static void test_merge(struct books_test *t)
{
	const char *old = "uta@old.example", *fresh = "uta@new.example";
	int64_t id = books_member(t, books_entry(t, DEV), old), into;
	int64_t stays = books_member(t, books_entry(t, DEV), fresh);
	bool waiting;
	choose(t, MEMBER, old, "delivery", "mime");
	choose(t, MEMBER, fresh, "acknowledge", "yes");
	struct changed x = change(t, DEV, old, fresh, true);
	CHECK(ok(x.e) && x.n == 1 && x.on[0].merged);
	struct member_row m = row_of(t, DEV, fresh);
	CHECK(m.id == stays && m.acknowledge && str_eq(m.delivery, STR("regular")));
	CHECK(!is_member(t, DEV, old) && ok(member_merged(t->books.lists, id, &into))
	      && into == stays);
	CHECK(audited(t, DEV, "memberships merged",
		      "uta@old.example -> uta@new.example"));
	CHECK(holds(letter_to(t, old, ""), "own settings"));
	CHECK(ok(
		member_left(&t->books, t->a, books_entry(t, DEV), id, &t->by, &waiting)));
	CHECK(!is_member(t, DEV, fresh));
	CHECK(member_merged(t->books.lists, id, &into).kind == ERR_NOTFOUND);
}

/* Owed digests go where their reader goes. */
static void test_digests(struct books_test *t)
{
	const char *old = "dora@old.example", *fresh = "dora@new.example";
	int64_t list = books_entry(t, OPS)->id;
	books_member(t, books_entry(t, OPS), old);
	int64_t stays = books_member(t, books_entry(t, OPS), fresh);
	struct member_row m = row_of(t, OPS, old);
	m.delivery = STR("mime");
	CHECK(ok(member_change(t->books.lists, &m)));
	struct digest_post p = { .source = STR("1/ops"), .message = STR("x"), .size = 1 };
	CHECK(ok(digest_collect(t->books.lists, list, &p)));
	m = row_of(t, OPS, old);
	m.delivery = STR("regular"); /* one last digest is owed */
	CHECK(ok(member_change(t->books.lists, &m)));
	CHECK(books_count(t, "digest_owed", "1") == 1);
	CHECK(ok(change(t, OPS, old, fresh, false).e));
	CHECK(books_count(t, "digest_owed",
			  arena_z(t->a,
				  arena_printf(t->a, "member = %lld", (long long)stays)))
	      == 1);
}

/* A report about the address before says nothing of the one now. */
static void test_late_bounce(struct books_test *t)
{
	const char *old = "vera@old.example", *fresh = "vera@new.example";
	bool more;
	int64_t id = books_member(t, books_entry(t, DEV), old);
	CHECK(ok(change(t, DEV, old, fresh, false).e));
	static const struct {
		const char *recipient;
		double score;
	} cases[] = { { "vera@old.example", 0 }, { "vera@new.example", 1 } };
	for (size_t i = 0; i < 2; i++) {
		struct ledger_entry e = { .at = clock_now_ms(),
					  .recipient = str_from(cases[i].recipient),
					  .member = id,
					  .what = STR("refused"),
					  .detail = STR("550 5.1.1 no"),
					  .class = STR("mailbox"),
					  .status = STR("5.1.1") };
		CHECK(ok(ledger_add(t->books.outbound, &e, 1)));
		CHECK(ok(score_round(&t->books, t->a, &more)));
		CHECK(row_of(t, DEV, fresh).bounce_score == cases[i].score);
	}
}

static struct changed change_own(struct books_test *t, const char *list, const char *from,
				 const char *to, bool *asked)
{
	struct changed x = { .n = 0 };
	struct actor self = { .person = address_of(t, from).person,
			      .name = str_from(from) };
	struct address_change c = { .list = list ? books_entry(t, list) : NULL,
				    .from = str_from(from),
				    .to = books_box(t, to) };
	x.e = member_change_own(&t->books, t->a, &c, &self, &x.on, &x.n, asked);
	return x;
}

static void test_own(struct books_test *t)
{
	const char *old = "kai@old.example", *fresh = "kai@new.example";
	struct pressed done;
	bool asked;
	int64_t person = books_person(t, old);
	books_member(t, books_entry(t, DEV), old);
	books_member(t, books_entry(t, OPS), old);
	CHECK(ok(change_own(t, NULL, old, fresh, &asked).e) && asked);
	CHECK(is_member(t, DEV, old)); /* nothing happens before the button */
	str token = letter_token(letter_to(t, fresh, "/confirm/"));
	struct press stranger = { .by = { .person = books_person(t, "x@y.example") } };
	CHECK(confirm_press(&t->books, t->a, token, &BUTTON, &done).kind == ERR_DENIED);
	CHECK(confirm_press(&t->books, t->a, token, &stranger, &done).kind == ERR_DENIED);
	struct press self = { .by = { .person = person } };
	CHECK(ok(confirm_press(&t->books, t->a, token, &self, &done)));
	CHECK(is_member(t, DEV, fresh) && is_member(t, OPS, fresh)
	      && !is_member(t, DEV, old));
	CHECK(address_of(t, fresh).person == person && address_of(t, fresh).verified_at);
	CHECK(holds(letter_to(t, old, ""), OPS)); /* who found a browser open is seen */
	CHECK(confirm_press(&t->books, t->a, token, &self, &done).kind == ERR_NOTFOUND);
	CHECK(ok(change_own(t, DEV, fresh, old, &asked).e) && !asked);
	CHECK(is_member(t, DEV, old) && is_member(t, OPS, fresh));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_list(&t, OPS);
	test_change(&t);
	test_cut_off(&t);
	test_refused(&t);
	test_tokens(&t);
	test_merge(&t);
	test_digests(&t);
	test_late_bounce(&t);
	test_own(&t);
	books_end(&t);
	return check_done();
}
