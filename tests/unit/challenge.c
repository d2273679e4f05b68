/* A member's post without proof: who is asked, what an answer does, and what none does. */
#include "letters.h"

#include "lists/decide.h"
#include "lists/expire.h"
#include "lists/moderate.h"
#include "lists/press.h"
#include "store/lists/held.h"

#define DEV "dev@lists.example"

enum { DAY = 86400 };

static const char ANNA[] = "anna@uni.example", NONE[] = "{\"aligned\":false}";

static str mail(struct books_test *t, const char *from, const char *id, const char *more)
{
	return arena_cat(t->a, str_from(more),
			 books_mail(t->a, from, DEV, id, "hello all"));
}

static int64_t asked(struct books_test *t)
{
	return books_count(t, "message", "source LIKE '%/challenge'");
}

static int64_t told(struct books_test *t)
{
	return books_count(t, "message", "source LIKE '%/held/olga@uni.example'");
}

static int64_t posts(struct books_test *t)
{
	return books_count(t, "message", "kind = 'post'");
}

static struct held_row newest(struct books_test *t)
{
	struct held_row *h;
	size_t n;
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 1000, &h, &n));
	return n ? h[n - 1] : (struct held_row){ 0 };
}

static bool press(struct books_test *t, str token, struct pressed *done)
{
	struct press p = { .choice = STR(""), .reason = STR("") };
	return ok(confirm_press(&t->books, t->a, token, &p, done));
}

/* Each asks nobody, and so tells the moderators. */
static void test_not_asked(struct books_test *t)
{
	static const struct {
		const char *path, *from, *more, *trust;
	} cases[] = {
		{ "anna@uni.example", "eve@evil.example", "",
		  "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}" },
		{ "olga@uni.example", "olga@uni.example", "", "{}" }, /* no member */
		{ "anna@uni.example", "anna@uni.example", "", "{\"spf\":\"fail\"}" },
		{ "anna@uni.example", "anna@uni.example", "",
		  "{\"dmarc\":{\"result\":\"fail\",\"policy\":\"reject\"}}" },
		{ "anna@uni.example", "anna@uni.example", "Precedence: bulk\r\n", "{}" },
		{ "noreply@uni.example", "anna@uni.example", "", "{}" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t before = asked(t), moderators = told(t);
		const char *id = arena_z(t->a, arena_printf(t->a, "n%zu@x", i));
		CHECK(ok(books_arrives_as(t, cases[i].path, DEV,
					  mail(t, cases[i].from, id, cases[i].more),
					  cases[i].trust)));
		CHECK(str_eq(newest(t).rule, STR("proof")));
		CHECK(asked(t) == before && told(t) == moderators + 1);
	}
	books_set(t, DEV, "authenticate", "aligned");
	int64_t before = asked(t);
	CHECK(ok(books_arrives_as(t, ANNA, DEV, mail(t, ANNA, "n@x", ""), NONE)));
	CHECK(asked(t) == before && str_eq(newest(t).rule, STR("proof")));
	books_set(t, DEV, "authenticate", "challenge");
}

static str arrives_and_asks(struct books_test *t, const char *from, const char *id)
{
	int64_t before = asked(t), moderators = told(t);
	CHECK(ok(books_arrives_as(t, from, DEV, mail(t, from, id, ""), NONE)));
	CHECK(asked(t) == before + 1 && told(t) == moderators);
	str letter = letter_to(t, from, "/confirm/");
	/* no word of what may be a stranger's */
	CHECK(!holds(letter, "hello") && holds(letter, "Auto-Submitted: "));
	CHECK(holds(letter, arena_z(t->a, arena_cat(t->a, STR("dev-confirm+"),
						    letter_token(letter),
						    STR("@lists.example")))));
	return letter_token(letter);
}

static void test_passes(struct books_test *t)
{
	struct confirmation c;
	struct pressed done;
	int64_t before = posts(t);
	str token = arrives_and_asks(t, ANNA, "p1@x");
	int64_t id = newest(t).id;
	struct held_row h;
	for (int i = 0; i < 3; i++) /* looking changes nothing */
		CHECK(ok(confirm_look(&t->books, t->a, token, &c))
		      && c.kind == CONFIRM_CHALLENGE && c.held == id);
	CHECK(posts(t) == before && newest(t).id == id);
	CHECK(press(t, token, &done) && !strcmp(done.outcome, "passed"));
	CHECK(posts(t) == before + 1);
	CHECK(ok(held_get(t->books.lists, t->a, id, &h))
	      && str_eq(h.verdict, STR("accepted"))
	      && str_eq(h.handled_by, str_from(ANNA)));
	CHECK(!press(t, token, &done) && posts(t) == before + 1);
	/* the very same arrival again after a crash: neither asked nor sent twice */
	CHECK(holds(books_noted(t, "accepted"), "by anna@uni.example"));
}

/* An answer by mail does what the button does. */
static void test_by_mail(struct books_test *t)
{
	int64_t before = posts(t);
	str token = arrives_and_asks(t, ANNA, "m1@x");
	str to = arena_cat(t->a, STR("dev-confirm+"), token, STR("@lists.example"));
	CHECK(ok(books_arrives_as(
		t, ANNA, arena_z(t->a, to),
		arena_cat(t->a, STR("Auto-Submitted: auto-replied\r\n"),
			  books_mail(t->a, ANNA, arena_z(t->a, to), "m2@x", "I am away")),
		NONE)));
	CHECK(posts(t) == before); /* no program's answer */
	CHECK(ok(books_arrives_as(
		t, ANNA, arena_z(t->a, to),
		books_mail(t->a, ANNA, arena_z(t->a, to), "m3@x", "It was me"), NONE)));
	CHECK(posts(t) == before + 1);
}

/* A member whose posts wait for a moderator anyway does not get round that. */
static void test_other_rules(struct books_test *t)
{
	struct pressed done;
	int64_t before = posts(t), moderators = told(t);
	str token = arrives_and_asks(t, "ben@uni.example", "o1@x");
	books_set(t, DEV, "emergency", "yes");
	CHECK(press(t, token, &done) && !strcmp(done.outcome, "waits"));
	CHECK(posts(t) == before && told(t) == moderators + 1);
	CHECK(str_eq(newest(t).rule, STR("emergency")));
	books_set(t, DEV, "emergency", "no");
	token = arrives_and_asks(t, "ben@uni.example", "o2@x");
	int64_t id = newest(t).id;
	books_set(t, DEV, "default_member_action", "reject");
	CHECK(press(t, token, &done) && !strcmp(done.outcome, "refused"));
	struct held_row h;
	CHECK(ok(held_get(t->books.lists, t->a, id, &h))
	      && str_eq(h.verdict, STR("rejected")) && posts(t) == before);
	books_set(t, DEV, "default_member_action", "accept");
	/* decided by a moderator first */
	token = arrives_and_asks(t, "ben@uni.example", "o3@x");
	CHECK(ok(held_discard(&t->books, t->a, newest(t).id, &t->by)));
	CHECK(!press(t, token, &done) && posts(t) == before);
}

/* Three a day, whatever follows the + of an address; then moderators hear at once. */
static void test_three_a_day(struct books_test *t)
{
	arrives_and_asks(t, "cara@uni.example", "d1@x");
	arrives_and_asks(t, "cara@uni.example", "d2@x");
	arrives_and_asks(t, "cara+x@uni.example", "d3@x");
	int64_t before = asked(t), moderators = told(t);
	CHECK(ok(books_arrives_as(t, "cara@uni.example", DEV,
				  mail(t, "cara@uni.example", "d4@x", ""), NONE)));
	CHECK(asked(t) == before && told(t) == moderators + 1);
}

/* Whom nobody answers for is told to the moderators when the token ends, once. */
static void test_expires(struct books_test *t)
{
	struct pressed done;
	int64_t now = clock_now(), moderators = told(t);
	CHECK(ok(expire_run(&t->books, t->a, now + 4 * DAY)));
	CHECK(told(t) == moderators + 3); /* cara's three */
	CHECK(books_count(t, "pending", "kind = 'challenge'") == 0);
	CHECK(ok(expire_run(&t->books, t->a, now + 5 * DAY)));
	CHECK(told(t) == moderators + 3);
	books_set(t, DEV, "admin_immed_notify", "no");
	BOOKS_MUST(t, book_run(t->books.lists, "DELETE FROM answered"));
	str token = arrives_and_asks(t, "cara@uni.example", "e1@x");
	CHECK(ok(expire_run(&t->books, t->a, now + 4 * DAY)));
	CHECK(told(t) == moderators + 3 && newest(t).id); /* as the list says */
	CHECK(!press(t, token, &done));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	static const char *const members[] = { ANNA, "ben@uni.example",
					       "cara@uni.example", "cara+x@uni.example" };
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		books_member(&t, dev, members[i]);
	books_role(&t, dev, "olga@uni.example", "owner");
	books_set(&t, DEV, "authenticate", "challenge");
	test_not_asked(&t);
	test_passes(&t);
	test_by_mail(&t);
	test_other_rules(&t);
	test_three_a_day(&t);
	test_expires(&t);
	books_end(&t);
	return check_done();
}
