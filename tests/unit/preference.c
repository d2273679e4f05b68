/* What a membership has from its address and its person, and what it chooses itself. */
#include "memberships.h"

#include "lists/notice.h"
#include "lists/topics.h"

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

/* A proof that is lost holds a membership where it is, at either end. */
static void test_proof_lost(struct books_test *t)
{
	const char *home = "lou@home.example", *work = "lou@work.example";
	int64_t id, person = books_person(t, home);
	CHECK(ok(address_add(t->books.lists, person, str_from(work), str_from(work),
			     &id)));
	CHECK(ok(address_verify(t->books.lists, id, 9)));
	books_member(t, books_entry(t, DEV), home);
	CHECK(ok(member_follow_preferred(&t->books, t->a, books_entry(t, DEV),
					 str_from(home), &t->by)));
	CHECK(ok(address_verify(t->books.lists, address_of(t, home).id, 0)));
	prefer(t, work); /* from one whose proof is gone */
	CHECK(is_member(t, DEV, home) && !is_member(t, DEV, work));
	CHECK(ok(address_verify(t->books.lists, address_of(t, home).id, 9)));
	CHECK(ok(address_verify(t->books.lists, id, 0)));
	prefer(t, work); /* to one whose proof is gone */
	CHECK(is_member(t, DEV, home) && !is_member(t, DEV, work));
	CHECK(ok(address_verify(t->books.lists, id, 9)));
	prefer(t, work);
	CHECK(!is_member(t, DEV, home) && row_of(t, DEV, work).follows);
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
	test_follows(&t);
	test_proof_lost(&t);
	test_taken_over(&t);
	books_end(&t);
	return check_done();
}
