/* What a membership has from its address and its person, and what it chooses itself; and how
 * it goes on at another address, with all that hangs on it. */
#include "letters.h"

#include "lists/member_address.h"
#include "lists/notice.h"
#include "lists/owner.h"
#include "lists/preferences.h"
#include "lists/press.h"
#include "lists/score_run.h"
#include "lists/topics.h"
#include "store/lists/audit.h"
#include "store/lists/ban.h"
#include "store/lists/digest.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"

#define DEV "dev@lists.example"
#define OPS "ops@lists.example"

static struct member_row row_of(struct books_test *t, const char *list,
				const char *address)
{
	struct member_row m = { 0 };
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, list)->id,
			     str_from(address), &m)));
	return m;
}

static bool is_member(struct books_test *t, const char *list, const char *address)
{
	struct member_row m;
	return !member_find(t->books.lists, t->a, books_entry(t, list)->id,
			    str_from(address), &m)
			.kind;
}

static struct address_row address_of(struct books_test *t, const char *address)
{
	struct address_row x = { 0 };
	CHECK(ok(address_find(t->books.lists, t->a, str_from(address), &x)));
	return x;
}

enum level { MEMBER, ADDRESS, PERSON };

/* One option at one level, as orders and commands set it. */
static void choose(struct books_test *t, enum level at, const char *address,
		   const char *key, const char *value)
{
	struct address_row x = address_of(t, address);
	struct assignment set = { str_from(key), str_from(value) };
	struct preferences_wish wish = { &set, 1, false };
	struct preference p = { .person = at == PERSON ? x.person : 0,
				.address = at == ADDRESS ? x.id : 0 };
	if (at == MEMBER)
		CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV),
					  str_from(address), &set, 1, &t->by)));
	else
		CHECK(ok(preferences_change(&t->books, t->a, &p, &wish, &t->by)));
}

/* Each step is one choice, and what is in effect after it. */
static void test_levels(struct books_test *t)
{
	static const struct {
		enum level at;
		const char *key, *value, *delivery;
		bool own, copies, ack, hidden;
		unsigned chosen;
	} steps[] = {
		{ PERSON, "own_posts", "no", "regular", false, true, false, false, 0 },
		{ ADDRESS, "own_posts", "yes", "regular", true, true, false, false, 0 },
		{ MEMBER, "own_posts", "no", "regular", false, true, false, false,
		  PREFERS_OWN_POSTS },
		{ ADDRESS, "own_posts", "usual", "regular", false, true, false, false,
		  PREFERS_OWN_POSTS },
		{ PERSON, "own_posts", "usual", "regular", false, true, false, false,
		  PREFERS_OWN_POSTS },
		{ MEMBER, "own_posts", "usual", "regular", true, true, false, false, 0 },
		{ PERSON, "acknowledge", "yes", "regular", true, true, true, false, 0 },
		{ PERSON, "hidden", "yes", "regular", true, true, true, true, 0 },
		{ ADDRESS, "copies", "no", "regular", true, false, true, true, 0 },
		{ MEMBER, "hidden", "no", "regular", true, false, true, false,
		  PREFERS_HIDDEN },
		{ MEMBER, "hidden", "yes", "regular", true, false, true, true, 0 },
		{ PERSON, "form", "plain", "plain", true, false, true, true, 0 },
		{ MEMBER, "delivery", "mime", "mime", true, false, true, true,
		  PREFERS_FORM },
		{ PERSON, "status", "off", "off", true, false, true, true, PREFERS_FORM },
		{ ADDRESS, "status", "on", "mime", true, false, true, true,
		  PREFERS_FORM },
		{ ADDRESS, "status", "usual", "off", true, false, true, true,
		  PREFERS_FORM },
		{ MEMBER, "status", "on", "mime", true, false, true, true,
		  PREFERS_FORM | PREFERS_OFF },
		{ MEMBER, "status", "usual", "off", true, false, true, true,
		  PREFERS_FORM },
		{ PERSON, "status", "usual", "mime", true, false, true, true,
		  PREFERS_FORM },
		{ MEMBER, "delivery", "off", "off", true, false, true, true,
		  PREFERS_FORM | PREFERS_OFF },
		{ PERSON, "delivery", "summary", "off", true, false, true, true,
		  PREFERS_FORM | PREFERS_OFF },
		{ MEMBER, "delivery", "usual", "summary", true, false, true, true, 0 },
		{ PERSON, "delivery", "usual", "regular", true, false, true, true, 0 },
	};
	const char *who = "lena@uni.example";
	books_member(t, books_entry(t, DEV), who);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		choose(t, steps[i].at, who, steps[i].key, steps[i].value);
		struct member_row m = row_of(t, DEV, who);
		bool good = str_eq(m.delivery, str_from(steps[i].delivery))
			    && m.own_posts == steps[i].own && m.copies == steps[i].copies
			    && m.acknowledge == steps[i].ack
			    && m.hidden == steps[i].hidden && m.own == steps[i].chosen;
		CHECK(good);
		if (!good)
			fprintf(stderr,
				"  step %zu (%s = %s): %.*s by \"%.*s\", own %u\n", i,
				steps[i].key, steps[i].value, STR_F(m.delivery),
				STR_F(m.off_by), m.own);
	}
}

/* Who joins later begins as they prefer; a level says nothing of other people. */
static void test_beginning(struct books_test *t)
{
	const char *who = "mara@uni.example";
	books_person(t, who);
	choose(t, PERSON, who, "delivery", "plain");
	choose(t, ADDRESS, who, "acknowledge", "yes");
	books_member(t, books_entry(t, OPS), who);
	books_member(t, books_entry(t, OPS), "other@uni.example");
	struct member_row m = row_of(t, OPS, who),
			  o = row_of(t, OPS, "other@uni.example");
	CHECK(str_eq(m.delivery, STR("plain")) && m.acknowledge && !m.own);
	CHECK(str_eq(o.delivery, STR("regular")) && !o.acknowledge);
	books_set(t, OPS, "digest_is_default", "yes");
	books_person(t, "nils@uni.example");
	books_member(t, books_entry(t, OPS), "nils@uni.example");
	CHECK(str_eq(row_of(t, OPS, "nils@uni.example").delivery, STR("mime")));
	books_person(t, "olaf@uni.example");
	choose(t, PERSON, "olaf@uni.example", "form", "summary");
	books_member(t, books_entry(t, OPS), "olaf@uni.example");
	CHECK(str_eq(row_of(t, OPS, "olaf@uni.example").delivery, STR("summary")));
	books_set(t, OPS, "digest_is_default", "no");
}

/* A moderator's word and a bounce are the membership's, whatever holds for all. */
static void test_others_hands(struct books_test *t)
{
	const char *who = "hanna@uni.example";
	books_member(t, books_entry(t, DEV), who);
	choose(t, PERSON, who, "status", "off");
	CHECK(str_eq(row_of(t, DEV, who).off_by, STR("user")));
	choose(t, MEMBER, who, "delivery", "off"); /* an owner's */
	choose(t, PERSON, who, "status", "usual");
	struct member_row m = row_of(t, DEV, who);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("moderator")));
	choose(t, MEMBER, who, "status", "usual");
	m = row_of(t, DEV, who);
	CHECK(str_eq(m.delivery, STR("regular")) && !m.off_by.n);
	m.delivery = STR("off");
	m.off_by = STR("bounces");
	CHECK(ok(member_bounced(t->books.lists, &m)));
	choose(t, PERSON, who, "form", "mime");
	m = row_of(t, DEV, who);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("bounces"))
	      && str_eq(m.form, STR("mime")));
}

static void test_wrong(struct books_test *t)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{ "status", "perhaps" }, { "form", "off" },
		{ "form", "weekly" },    { "language", "tlh" },
		{ "own_posts", "" },     { "delivery", "usually" },
		{ "action", "accept" },  { "until", "2027-01-01" },
	};
	const char *who = "lena@uni.example";
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct preference p = { .person = address_of(t, who).person };
		struct assignment set = { str_from(cases[i].key),
					  str_from(cases[i].value) };
		struct preferences_wish wish = { &set, 1, false };
		CHECK(preferences_change(&t->books, t->a, &p, &wish, &t->by).kind
		      == ERR_SYNTAX);
	}
	struct preference nobody = { .person = 99999, .set = PREFERS_OFF, .off = true };
	CHECK(preference_put(t->books.lists, &nobody).kind == ERR_NOTFOUND);
}

static enum language reads(struct books_test *t, const char *list, const char *who)
{
	enum language l = LANGUAGE_en;
	CHECK(ok(notice_language(&t->books, t->a, list ? books_entry(t, list) : NULL,
				 str_from(who), &l)));
	return l;
}

static void test_language(struct books_test *t)
{
	const char *who = "lena@uni.example";
	CHECK(reads(t, DEV, who) == LANGUAGE_en);
	choose(t, PERSON, who, "language", "fr");
	CHECK(reads(t, DEV, who) == LANGUAGE_fr && reads(t, NULL, who) == LANGUAGE_fr);
	choose(t, ADDRESS, who, "language", "es");
	CHECK(reads(t, DEV, who) == LANGUAGE_es);
	choose(t, MEMBER, who, "language", "ja");
	CHECK(reads(t, DEV, who) == LANGUAGE_ja && reads(t, NULL, who) == LANGUAGE_es);
	CHECK(reads(t, OPS, who) == LANGUAGE_es);
	struct mailbox to = books_box(t, who);
	CHECK(ok(notice_send(&t->books, t->a,
			     &(struct notice){ .name = "goodbye",
					       .list = books_entry(t, DEV),
					       .to = to })));
	CHECK(holds(letter_to(t, who, ""), "Content-Language: ja"));
	choose(t, MEMBER, who, "language", "usual");
	choose(t, ADDRESS, who, "language", "");
	choose(t, PERSON, who, "language", "usual");
	CHECK(reads(t, DEV, who) == LANGUAGE_en);
}

/* ---- at another address */

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

static bool audited(struct books_test *t, const char *list, const char *what,
		    const char *detail)
{
	struct audit_row *x;
	size_t n;
	CHECK(ok(audit_list(t->books.lists, t->a, books_entry(t, list)->id, 0, 100, &x,
			    &n)));
	for (size_t i = 0; i < n; i++)
		if (str_eq(x[i].what, str_from(what))
		    && str_eq(x[i].detail, str_from(detail)))
			return true;
	return false;
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

/* ---- one's own: by a letter, or at once */

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

/* ---- the person's, at whichever address they prefer */

static void prefer(struct books_test *t, const char *address)
{
	struct address_row x = address_of(t, address);
	CHECK(ok(person_prefer(t->books.lists, x.person, x.id)));
	CHECK(ok(member_preferred_changed(&t->books, t->a, x.person, &t->by)));
}

static void test_follows(struct books_test *t)
{
	const char *home = "ida@home.example", *work = "ida@work.example";
	int64_t id, person = books_person(t, home);
	struct member_row m;
	CHECK(ok(address_add(t->books.lists, person, str_from(work), str_from(work),
			     &id)));
	id = books_member(t, books_entry(t, DEV), home);
	books_member(t, books_entry(t, OPS), home);
	CHECK(ok(member_follow_preferred(&t->books, t->a, books_entry(t, DEV),
					 str_from(home), &t->by)));
	m = row_of(t, DEV, home);
	CHECK(m.follows && !row_of(t, OPS, home).follows);
	CHECK(ok(address_verify(t->books.lists, address_of(t, work).id, 9)));
	prefer(t, work);
	m = row_of(t, DEV, work);
	CHECK(m.id == id && m.follows && is_member(t, OPS, home));
	CHECK(audited(t, DEV, "address changed", "ida@home.example -> ida@work.example"));
	books_member(t, books_entry(t, DEV), home); /* beside, under an address */
	prefer(t, home);
	m = row_of(t, DEV, home);
	CHECK(m.follows && m.id != id && !is_member(t, DEV, work));
	/* what is the person's stays theirs when the address goes */
	CHECK(ok(address_remove(t->books.lists, address_of(t, home).id)));
	CHECK(row_of(t, DEV, work).follows && !is_member(t, OPS, work));
	CHECK(member_follow_preferred(&t->books, t->a, books_entry(t, OPS),
				      str_from(work), &t->by)
		      .kind
	      == ERR_NOTFOUND);
}

/* An address that another account takes over leaves such memberships behind. */
static void test_taken_over(struct books_test *t)
{
	const char *shared = "pair@home.example", *rest = "eva@home.example";
	int64_t id, eva = books_person(t, shared), max = books_person(t, "max@y.example");
	CHECK(ok(address_add(t->books.lists, eva, str_from(rest), str_from(rest), &id)));
	CHECK(ok(address_verify(t->books.lists, id, 9)));
	books_member(t, books_entry(t, DEV), shared);
	books_member(t, books_entry(t, OPS), shared);
	CHECK(ok(member_follow_preferred(&t->books, t->a, books_entry(t, DEV),
					 str_from(shared), &t->by)));
	choose(t, PERSON, "max@y.example", "acknowledge", "yes");
	CHECK(ok(address_move(t->books.lists, address_of(t, shared).id, max)));
	CHECK(row_of(t, DEV, rest).person == eva && row_of(t, OPS, shared).person == max);
	CHECK(row_of(t, OPS, shared).acknowledge); /* as its person prefers */
	CHECK(!row_of(t, DEV, rest).acknowledge);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	books_list(&t, DEV);
	books_list(&t, OPS);
	test_levels(&t);
	test_beginning(&t);
	test_others_hands(&t);
	test_wrong(&t);
	test_language(&t);
	test_change(&t);
	test_cut_off(&t);
	test_refused(&t);
	test_tokens(&t);
	test_merge(&t);
	test_digests(&t);
	test_late_bounce(&t);
	test_own(&t);
	test_follows(&t);
	test_taken_over(&t);
	books_end(&t);
	return check_done();
}
