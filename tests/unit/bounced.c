/* What came back, from the ledger's entry to the membership, in real books; and cut off
 * between any two of them. */
#include "bounced.h"

#include "lists/owner.h"
#include "mail/retpath.h"
#include "store/lists/bounce.h"

/* Five days of unknown user: a probe of its own path, off, warnings, the end. */
static void test_gone(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "gone@uni.example");
	struct outbound_message probe;
	for (int day = 0; day < 5; day++, today += DAY) {
		refuse(t, id, "mailbox", "5.1.1");
		refuse(t, id, "mailbox", "5.1.1");
		refuse(t, id, "policy", "5.7.1");
		CHECK(run(t) && member(t, id).bounce_score == day + 1);
	}
	struct member_row m = member(t, id);
	CHECK(str_eq(m.delivery, STR("regular")) && m.probe_at > 0);
	CHECK(books_count(t, "message", "kind = 'probe'") == 1);
	str letter = books_newest(t, &probe);
	CHECK(str_eq(probe.reverse_path,
		     retpath_probe(t->a, &t->books.mac, STR(DEV), id)));
	CHECK(holds(letter, "Auto-Submitted") && !holds(letter, "{"));
	refuse_as(t, probe.id, id, "mailbox", "5.1.1", "refused");
	CHECK(run(t) && time_passes(t, 0));
	m = member(t, id);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("bounces")));
	CHECK(m.warnings == 1 && books_count(t, "audit", "what = 'delivery off'") == 1);
	CHECK(holds(letter_to(t, "gone@uni.example", "is turned off"), "550 5.1.1"));
	CHECK(holds(letter_to(t, "olga@uni.example", "gone@uni.example"),
		    "admin/health"));
	CHECK(time_passes(t, 7) && time_passes(t, 0) && member(t, id).warnings == 2);
	CHECK(time_passes(t, 7) && member(t, id).warnings == 3);
	CHECK(holds(letter_to(t, "gone@uni.example", "is turned off"), "the last such"));
	CHECK(time_passes(t, 6) && member(t, id).warnings == 3);
	CHECK(time_passes(t, 1));
	CHECK(member_get(t->books.lists, t->a, id, &m).kind == ERR_NOTFOUND);
	CHECK(letter_to(t, "gone@uni.example", "no longer a member").n > 0);
	CHECK(letter_to(t, "olga@uni.example", "was removed from").n > 0);
	CHECK(books_count(t, "bounce", "address = 'gone@uni.example'") == 16);
}

/* What a server thinks of an author is shown with the author's domain, and is no
 * fault of the member, who is asked by a probe where nothing else comes for long. */
static void test_policy(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "strict@north.example");
	int64_t message = post(t, "policy@x");
	struct bounce_group *g;
	size_t n;
	for (int day = 0; day < 14; day++, today += DAY) {
		refuse_as(t, message, id, "policy", "5.7.1", "refused");
		CHECK(run(t) && member(t, id).bounce_score == 0);
	}
	CHECK(member(t, id).probe_at == 0);
	CHECK(ok(bounced_groups(t->books.lists, t->a, member(t, id).list, STR("policy"),
				0, 10, &g, &n)));
	CHECK(n > 0 && str_eq(g[0].author_domain, STR("author.example"))
	      && str_eq(g[0].domain, STR("north.example")) && g[0].times == 14
	      && g[0].members == 1);
	struct ledger_entry got = { .at = (today - 2 * DAY) * 1000,
				    .recipient = STR("strict@north.example"),
				    .member = id,
				    .what = STR("delivered"),
				    .detail = STR("250 ok") };
	BOOKS_MUST(t, ledger_add(t->books.outbound, &got, 1));
	refuse_as(t, message, id, "policy", "5.7.1", "refused");
	CHECK(run(t) && member(t, id).probe_at == 0 && member(t, id).doubt_at == today);
	today += 14 * DAY; /* nothing came meanwhile */
	refuse_as(t, message, id, "policy", "5.7.1", "refused");
	CHECK(run(t) && member(t, id).probe_at == today);
	CHECK(time_passes(t, 6) && member(t, id).probe_at > 0);
	CHECK(time_passes(t, 1) && member(t, id).probe_at == 0);
	CHECK(str_eq(member(t, id).delivery, STR("regular")));
}

/* A server that refuses all of its members, and their probes, refuses us: nobody is
 * turned off for that. Where another gets mail it does mean the one. */
static void test_against_us(struct books_test *t)
{
	int64_t id[3];
	static const char *const who[] = { "a@block.example", "b@block.example",
					   "c@block.example" };
	for (int i = 0; i < 3; i++) {
		id[i] = books_member(t, books_entry(t, DEV), who[i]);
		refuse(t, id[i], "policy", "5.7.1");
	}
	CHECK(run(t));
	today += 14 * DAY;
	for (int i = 0; i < 3; i++)
		refuse(t, id[i], "policy", "5.7.1");
	CHECK(run(t) && member(t, id[0]).probe_at && member(t, id[2]).probe_at);
	for (int i = 0; i < 3; i++)
		refuse_as(t, 0, id[i], "policy", "5.7.1", "probe-bounced");
	CHECK(run(t));
	for (int i = 0; i < 3; i++)
		CHECK(str_eq(member(t, id[i]).delivery, STR("regular")));
	struct member_row m = member(t, id[2]);
	m.probe_at = m.doubt_at = 0; /* this one gets mail */
	CHECK(ok(member_bounced(t->books.lists, &m)));
	refuse_as(t, 0, id[0], "policy", "5.7.1", "probe-bounced");
	CHECK(run(t) && str_eq(member(t, id[0]).off_by, STR("bounces")));
	int64_t only = books_member(t, books_entry(t, DEV), "only@alone.example");
	refuse(t, only, "policy", "5.7.1");
	CHECK(run(t));
	m = member(t, only);
	m.probe_at = today;
	CHECK(ok(member_bounced(t->books.lists, &m)));
	refuse_as(t, 0, only, "policy", "5.7.1", "probe-bounced");
	CHECK(run(t) && str_eq(member(t, only).off_by, STR("bounces")));
}

/* Where only reports without a tag led to the probe, which anybody can write, a full box
 * and a server that refuses ours prove nothing; an unknown mailbox does. */
static void test_named_alone(struct books_test *t)
{
	static const struct {
		const char *what, *class, *status;
		bool off;
	} cases[] = {
		{ "bounce-named", "full", "4.2.2", false },
		{ "bounce-named", "policy", "5.7.1", false },
		{ "bounce-named", "other", "5.0.0", false },
		{ "bounce-named", "mailbox", "5.1.1", true },
		{ "bounce-named", "domain", "5.1.2", true },
		{ "bounced", "full", "4.2.2", true },
		{ "bounced", "policy", "5.7.1", true },
		{ "refused", "full", "4.2.2", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str who = arena_printf(t->a, "named%zu@alone%zu.example", i, i);
		int64_t id = books_member(t, books_entry(t, DEV), arena_z(t->a, who));
		for (int day = 0; day < 5; day++, today += DAY) {
			refuse_as(t, 0, id, "mailbox", "5.1.1", cases[i].what);
			CHECK(run(t));
		}
		CHECK(member(t, id).probe_at > 0);
		refuse_as(t, 0, id, cases[i].class, cases[i].status, "probe-bounced");
		CHECK(run(t));
		CHECK(cases[i].off == str_eq(member(t, id).delivery, STR("off")));
		CHECK(cases[i].off || member(t, id).probe_at > 0); /* its end: a week */
	}
}

/* An owner or the member turns it on again: all is forgotten. */
static void test_on_again(struct books_test *t)
{
	books_set(t, DEV, "verp_probes", "no");
	books_set(t, DEV, "bounce_score_threshold", "1");
	int64_t id = books_member(t, books_entry(t, DEV), "again@uni.example");
	struct assignment on = { STR("delivery"), STR("regular") };
	refuse(t, id, "domain", "5.1.2");
	CHECK(run(t) && str_eq(member(t, id).off_by, STR("bounces")));
	CHECK(ok(member_configure(&t->books, t->a, books_entry(t, DEV),
				  STR("again@uni.example"), &on, 1, &t->by)));
	struct member_row m = member(t, id);
	CHECK(m.bounce_score == 0 && !m.off_at && str_eq(m.delivery, STR("regular")));
	CHECK(time_passes(t, 30) && member(t, id).warnings == 0);
	books_set(t, DEV, "verp_probes", "yes");
	books_set(t, DEV, "bounce_score_threshold", "5");
}

static void test_complaint(struct books_test *t)
{
	int64_t id = books_member(t, books_entry(t, DEV), "cross@uni.example");
	refuse_as(t, 0, id, "complaint", "", "complained");
	CHECK(run(t));
	struct member_row m = member(t, id);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("complaint")));
	CHECK(letter_to(t, "cross@uni.example", "marked a mail").n > 0);
	CHECK(time_passes(t, 60) && member(t, id).warnings == 0);
}

/* The outbound book fails, as if the program had ended, once the lists book has it all: the
 * next round counts nothing twice and writes what is missing, once. */
static void test_cut_off(struct books_test *t)
{
	books_set(t, DEV, "bounce_score_threshold", "1");
	books_set(t, DEV, "bounce_notify_owner_on_bounce_increment", "yes");
	int64_t id = books_member(t, books_entry(t, DEV), "cut@uni.example");
	int64_t other = books_member(t, books_entry(t, DEV), "full@uni.example");
	bool more;
	refuse(t, id, "mailbox", "5.1.1");
	refuse(t, other, "full", "5.2.2");
	int64_t probes = books_count(t, "message", "kind = 'probe'");
	int64_t notices = books_count(t, "message", "kind = 'notice'");
	BOOKS_MUST(t, book_run(t->books.outbound,
			       "CREATE TRIGGER cut BEFORE UPDATE ON cursor BEGIN "
			       "SELECT raise(ABORT, 'cut'); END"));
	CHECK(score_round(&t->books, t->a, &more).kind);
	CHECK(books_count(t, "message", "kind = 'probe'") == probes);
	CHECK(member(t, id).bounce_score == 1 && member(t, other).bounce_score == 0.25);
	BOOKS_MUST(t, book_run(t->books.outbound, "DROP TRIGGER cut"));
	CHECK(run(t) && run(t));
	CHECK(books_count(t, "message", "kind = 'probe'") == probes + 1);
	CHECK(books_count(t, "message", "kind = 'notice'") == notices + 1);
	CHECK(member(t, id).bounce_score == 1 && member(t, other).bounce_score == 0.25);
	books_set(t, DEV, "bounce_score_threshold", "5");
	books_set(t, DEV, "bounce_notify_owner_on_bounce_increment", "no");
}

/* The letter is written and the row is not: the letter is not written again. */
static void test_cut_off_by_time(struct books_test *t)
{
	books_set(t, DEV, "verp_probes", "no");
	books_set(t, DEV, "bounce_score_threshold", "1");
	int64_t id = books_member(t, books_entry(t, DEV), "slow@uni.example");
	refuse(t, id, "mailbox", "5.1.1");
	CHECK(run(t));
	BOOKS_MUST(t, book_run(t->books.lists,
			       "CREATE TRIGGER cut BEFORE UPDATE ON member BEGIN "
			       "SELECT raise(ABORT, 'cut'); END"));
	int64_t letters = books_count(t, "message", "1");
	err e = expire_run(&t->books, t->a, today);
	CHECK(e.kind && has_word(e, "bounce scores"));
	BOOKS_MUST(t, book_run(t->books.lists, "DROP TRIGGER cut"));
	CHECK(time_passes(t, 0) && member(t, id).warnings == 1);
	CHECK(books_count(t, "message", "1") == letters + 1);
	books_set(t, DEV, "verp_probes", "yes");
	books_set(t, DEV, "bounce_score_threshold", "5");
}

/* One entry that can never be processed does not stop those behind it. */
static void test_stuck_entry(struct books_test *t)
{
	int64_t bad = books_member(t, books_entry(t, DEV), "bad@uni.example");
	int64_t good = books_member(t, books_entry(t, DEV), "good@uni.example");
	BOOKS_MUST(t, book_run(t->books.lists,
			       "CREATE TRIGGER stuck BEFORE INSERT ON bounce WHEN "
			       "new.address = 'bad@uni.example' BEGIN "
			       "SELECT raise(ABORT, 'stuck'); END"));
	refuse(t, bad, "mailbox", "5.1.1");
	refuse(t, good, "mailbox", "5.1.1");
	CHECK(run(t) && member(t, bad).bounce_score == 0);
	CHECK(member(t, good).bounce_score == 1);
	BOOKS_MUST(t, book_run(t->books.lists, "DROP TRIGGER stuck"));
}

int main(void)
{
	ARENA(a);
	struct books_test t = bounced_books(a);
	test_gone(&t);
	test_policy(&t);
	test_against_us(&t);
	test_named_alone(&t);
	test_on_again(&t);
	test_complaint(&t);
	test_cut_off(&t);
	test_cut_off_by_time(&t);
	test_stuck_entry(&t);
	books_end(&t);
	return check_done();
}
