/* What other settings would have done to the posts of late. */
#include "books.h"

#include "lists/moderate.h"
#include "lists/decide.h"
#include "lists/replay.h"
#include "store/archive/post.h"
#include "store/lists/held.h"

#define DEV "dev@lists.example"
#define OURS                                                                            \
	"Authentication-Results: mx.lists.example;\r\n\tspf=pass smtp.mailfrom=%s;\r\n" \
	"\tdmarc=none header.from=uni.example\r\n"

static str post_of(struct books_test *t, const char *from, const char *id,
		   const char *subject, const char *extra)
{
	return arena_printf(t->a,
			    OURS "Received: from x.example\r\n\tby mx.lists.example with "
				 "ESMTP; x\r\nFrom: %s\r\nTo: " DEV
				 "%s\r\nSubject: %s\r\nMessage-ID: <%s>\r\nDate: Tue, 24 "
				 "Nov 2026 04:00:00 +0000\r\n\r\nwords\r\n",
			    from, from, extra, subject, id);
}

static void arrive(struct books_test *t, const char *from, const char *id,
		   const char *subject, const char *extra)
{
	CHECK(ok(books_arrives(t, from, DEV, post_of(t, from, id, subject, extra))));
}

/* Two posts of a member are in the archive, a stranger's waits. */
static void fill(struct books_test *t)
{
	const struct list_entry *dev = books_list(t, DEV);
	books_member(t, dev, "anna@uni.example");
	arrive(t, "anna@uni.example", "1@x", "first", "");
	arrive(t, "anna@uni.example", "2@x", "second", ", b@x.example, c@x.example");
	arrive(t, "zoe@uni.example", "3@x", "strange", "");
	CHECK(books_count(t, "held", "1") == 1);
}

static struct replay try_one(struct books_test *t, const char *key, const char *value)
{
	struct replay r = { 0 };
	struct assignment set = { str_from(key), str_from(value) };
	CHECK(ok(
		replay_run(&t->books, t->a, books_entry(t, DEV), &set, key ? 1 : 0, &r)));
	return r;
}

static const struct {
	const char *key, *value;
	int64_t accept, hold, reject, discard;
	size_t turned;
	const char *rule; /* of the newest that turned */
} cases[] = {
	{ NULL, NULL, 2, 1, 0, 0, 0, NULL },
	{ "subject_prefix", "[x] ", 2, 1, 0, 0, 0, NULL },
	{ "default_nonmember_action", "accept", 3, 0, 0, 0, 1, "default" },
	{ "default_nonmember_action", "reject", 2, 0, 1, 0, 1, "nonmember" },
	{ "default_nonmember_action", "discard", 2, 0, 0, 1, 1, "nonmember" },
	{ "default_member_action", "hold", 0, 3, 0, 0, 2, "member" },
	{ "accept_these_nonmembers", "^zoe@", 3, 0, 0, 0, 1, "nonmember" },
	{ "max_num_recipients", "3", 1, 2, 0, 0, 1, "recipients" },
	{ "member_verbosity_threshold", "1", 1, 2, 0, 0, 1, "flood" },
	{ "emergency", "yes", 0, 3, 0, 0, 2, "emergency" },
};

static void test_cases(struct books_test *t)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct replay r = try_one(t, cases[i].key, cases[i].value);
		bool same = r.judged == 3 && r.before[VERDICT_ACCEPT] == 2
			    && r.before[VERDICT_HOLD] == 1
			    && r.after[VERDICT_ACCEPT] == cases[i].accept
			    && r.after[VERDICT_HOLD] == cases[i].hold
			    && r.after[VERDICT_REJECT] == cases[i].reject
			    && r.after[VERDICT_DISCARD] == cases[i].discard
			    && r.turned_count == cases[i].turned;
		if (same && cases[i].rule)
			same = str_eq(str_from(r.turned[0].after.rule),
				      str_from(cases[i].rule));
		if (!same)
			fprintf(stderr, "%s = %s: %lld of %lld out, %zu turned\n",
				cases[i].key, cases[i].value,
				(long long)r.after[VERDICT_ACCEPT], (long long)r.judged,
				r.turned_count);
		CHECK(same);
	}
}

/* A member's post without proof in its record was let pass by a moderator. */
static void test_unproven(struct books_test *t)
{
	struct held_row *h;
	size_t n;
	str bare = books_mail(t->a, "anna@uni.example", DEV, "4@x", "not signed");
	CHECK(ok(books_arrives_as(t, "anna@uni.example", DEV, bare, "{}")));
	CHECK(ok(held_newest(t->books.lists, t->a, books_entry(t, DEV)->id, 1, &h, &n)));
	CHECK(n == 1 && str_eq(h[0].rule, STR("proof")));
	CHECK(ok(held_accept(&t->books, t->a, h[0].id, &t->by)));
	struct replay r = try_one(t, "authenticate", "any");
	CHECK(r.judged == 4 && r.before[VERDICT_HOLD] == 2 && r.after[VERDICT_HOLD] == 1);
	CHECK(r.turned_count == 1 && r.turned[0].post.number == 3);
	CHECK(str_eq(str_from(r.turned[0].before.rule), STR("proof")));
}

static void test_wrong(struct books_test *t)
{
	struct replay r;
	struct assignment bad = { STR("max_message_size"), STR("many") },
			  none = { STR("no_such"), STR("1") };
	CHECK(replay_run(&t->books, t->a, books_entry(t, DEV), &bad, 1, &r).kind
	      == ERR_SYNTAX);
	CHECK(replay_run(&t->books, t->a, books_entry(t, DEV), &none, 1, &r).kind
	      == ERR_NOTFOUND);
}

/* Nothing is written: neither the settings nor any book. */
static void test_writes_nothing(struct books_test *t)
{
	int64_t versions[2];
	for (int i = 0; i < 2; i++) {
		versions[i] = books_count(t, "audit", "1") * 1000
			      + books_count(t, "setting", "1")
			      + books_count(t, "held", "1") * 10;
		try_one(t, "emergency", "yes");
	}
	CHECK(versions[0] == versions[1]);
	CHECK(books_count(t, "setting", "1") == 0);
}

/* Who wrote a post of an anonymous list is not on record. */
static void test_anonymous(struct books_test *t)
{
	books_set(t, DEV, "anonymous_list", "yes");
	arrive(t, "anna@uni.example", "5@x", "nameless", "");
	struct replay r = try_one(t, "emergency", "yes");
	CHECK(r.unknown == 1 && r.judged == 4);
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	fill(&t);
	test_cases(&t);
	test_writes_nothing(&t);
	test_wrong(&t);
	test_unproven(&t);
	test_anonymous(&t);
	books_end(&t);
	return check_done();
}
