/* What moderators do with a held post, whichever way: lists/decide.h. */
#include "letters.h"

#include "lists/decide.h"
#include "lists/moderate.h"
#include "lists/settings.h"
#include "store/lists/audit.h"
#include "store/lists/ban.h"
#include "store/lists/held.h"
#include "store/lists/nonmember.h"

#define DEV "dev@lists.example"

static const struct actor OLGA = { .name = { "olga@uni.example", 16 },
				   .via = { "page", 4 } };
static const struct actor MAX = { .name = { "max@uni.example", 15 },
				  .via = { "mail", 4 } };

static int64_t hold(struct books_test *t, const char *from, const char *id,
		    const char *trust)
{
	struct held_row *h;
	size_t n;
	BOOKS_MUST(t, books_arrives_as(t, from, DEV, books_mail(t->a, from, DEV, id, id),
				       trust));
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 1000, &h, &n));
	return n ? h[n - 1].id : 0;
}

static struct held_row row_of(struct books_test *t, int64_t id)
{
	struct held_row h;
	BOOKS_MUST(t, held_get(t->books.lists, t->a, id, &h));
	return h;
}

static err decide(struct books_test *t, int64_t id, const char *word, const char *text,
		  const struct actor *by)
{
	return held_decide(&t->books, t->a, id, str_from(word), str_from(text), by);
}

static int64_t audits(struct books_test *t)
{
	return books_count(t, "audit", "1");
}

static bool last_audit(struct books_test *t, const char *what, const char *who)
{
	struct audit_row *x;
	size_t n;
	BOOKS_MUST(t, audit_list(t->books.lists, t->a, -1, 0, 1, &x, &n));
	return n && str_eq(x[0].what, str_from(what))
	       && str_eq(x[0].actor, str_from(who));
}

/* Every word leaves one row in the audit, and says who, when and how. */
static void test_words(struct books_test *t)
{
	static const struct {
		const char *word, *verdict, *audit;
	} cases[] = {
		{ "accept", "accepted", "post accepted" },
		{ "reject", "rejected", "post rejected" },
		{ "discard", "discarded", "post discarded" },
		{ "defer", "", "post set aside" },
		{ "claim", "", "post claimed" },
		{ "release", "", "post given back" },
		{ "forward", "", "post copied to pia@far.example" },
		{ "trust", "accepted", "post accepted, author trusted" },
		{ "ban", "discarded", "post discarded, author banned" },
	};
	size_t rows;
	decision_rows(&rows);
	CHECK(rows == sizeof cases / sizeof *cases);
	for (size_t i = 0; i < rows; i++) {
		char *from = arena_z(t->a, arena_printf(t->a, "w%zu@evil.example", i));
		char *mid = arena_z(t->a, arena_printf(t->a, "w%zu@x", i));
		int64_t id = hold(t, from, mid, ALIGNED), before = audits(t);
		CHECK(decision_find(str_from(cases[i].word))->ends
		      == (cases[i].verdict[0] != 0));
		bool copy = !strcmp(cases[i].word, "forward");
		CHECK(ok(decide(t, id, cases[i].word, copy ? "pia@far.example" : "so",
				&OLGA)));
		CHECK(audits(t) == before + 1);
		CHECK(last_audit(t, cases[i].audit, "olga@uni.example"));
		struct held_row h = row_of(t, id);
		CHECK(str_eq(h.verdict, str_from(cases[i].verdict)));
		if (h.verdict.n)
			CHECK(str_eq(h.handled_via, STR("page")) && h.handled_at
			      && str_eq(h.handled_by, OLGA.name));
		else
			CHECK(ok(decide(t, id, "discard", "", &OLGA)));
		err e = decide(t, id, cases[i].word, "", &MAX);
		CHECK(e.kind == ERR_DENIED && has_word(e, "olga@uni.example"));
	}
	int64_t id = hold(t, "w@evil.example", "w@x", ALIGNED);
	CHECK(decide(t, id, "burn", "", &OLGA).kind == ERR_SYNTAX);
	CHECK(decide(t, id, "", "", &OLGA).kind == ERR_SYNTAX);
	CHECK(decide(t, 9999, "accept", "", &OLGA).kind == ERR_NOTFOUND);
	CHECK(ok(decide(t, id, "discard", "", &OLGA)));
}

/* A copy goes to one address, in a letter of the list's own; the post waits on. So many a
 * day and no more. */
static void test_forward(struct books_test *t)
{
	int64_t id = hold(t, "w@evil.example", "f@x", ALIGNED), sent;
	int64_t before = books_count(t, "message", "source LIKE '%/copy/%'");
	CHECK(decide(t, id, "forward", "", &OLGA).kind == ERR_SYNTAX);
	CHECK(decide(t, id, "forward", "nobody", &OLGA).kind == ERR_SYNTAX);
	CHECK(decide(t, id, "forward", "a@far.example, b@far.example", &OLGA).kind
	      == ERR_SYNTAX);
	CHECK(ok(decide(t, id, "forward", "pia@far.example", &OLGA)));
	CHECK(ok(decide(t, id, "forward", "pia@far.example", &OLGA)));
	CHECK(books_count(t, "message", "source LIKE '%/copy/%'") == before + 1);
	CHECK(!row_of(t, id).verdict.n);
	CHECK(holds(books_noted(t, "held"),
		    "a copy went to pia@far.example, by olga@uni.example"));
	for (sent = 0; sent < 30; sent++)
		if (decide(t, id, "forward",
			   arena_z(t->a,
				   arena_printf(t->a, "p%d@far.example", (int)sent)),
			   &OLGA)
			    .kind)
			break;
	CHECK(sent > 10 && sent < 20);
	CHECK(decide(t, id, "forward", "q@far.example", &OLGA).kind == ERR_DENIED);
	CHECK(ok(decide(t, id, "discard", "", &OLGA)));
}

/* Its author takes it back, once, and nobody else's. */
static void test_withdraw(struct books_test *t)
{
	struct actor author = { .name = STR("w@evil.example"), .via = STR("link") };
	int64_t id = hold(t, "w@evil.example", "wd@x", ALIGNED);
	CHECK(held_withdraw(&t->books, t->a, id, &MAX).kind == ERR_DENIED);
	CHECK(held_withdraw(&t->books, t->a, 9999, &author).kind == ERR_NOTFOUND);
	CHECK(ok(held_withdraw(&t->books, t->a, id, &author)));
	CHECK(last_audit(t, "post withdrawn by its author", "w@evil.example"));
	struct held_row h = row_of(t, id);
	CHECK(str_eq(h.verdict, STR("withdrawn")) && str_eq(h.handled_by, author.name)
	      && str_eq(h.handled_via, STR("link")));
	CHECK(holds(books_noted(t, "withdrawn"), "by w@evil.example"));
	err e = decide(t, id, "accept", "", &OLGA);
	CHECK(e.kind == ERR_DENIED && has_word(e, "withdrawn"));
	CHECK(held_withdraw(&t->books, t->a, id, &author).kind == ERR_DENIED);
}

static str setting_of(struct books_test *t, const char *key)
{
	struct settings s;
	BOOKS_MUST(t, settings_load(t->books.lists, t->a, books_entry(t, DEV)->id, &s));
	return setting_text(t->a, &s, setting_find(str_from(key)));
}

static bool trusted(struct books_test *t, const char *address)
{
	struct nonmember_row x;
	return ok(nonmember_find(t->books.lists, t->a, books_entry(t, DEV)->id,
				 str_from(address), &x))
	       && str_eq(x.action, STR("accept"));
}

/* A stranger who is trusted is accepted from then on, once proven; a member has it in
 * their own row. */
static void test_trust(struct books_test *t)
{
	struct member_row m;
	books_set(t, DEV, "accept_these_nonmembers", "a@b.example");
	CHECK(ok(decide(t, hold(t, "tina@evil.example", "t1@x", ALIGNED), "trust", "",
			&OLGA)));
	CHECK(str_eq(setting_of(t, "accept_these_nonmembers"), STR("a@b.example")));
	CHECK(trusted(t, "tina@evil.example"));
	int64_t posts = books_count(t, "message", "kind = 'post'");
	CHECK(hold(t, "tina@evil.example", "t2@x", ALIGNED) == 0);
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1);
	int64_t id = hold(t, "tina@evil.example", "t3@x", "{}");
	CHECK(id); /* anybody could have written that name */
	CHECK(ok(decide(t, id, "trust", "", &OLGA)));
	CHECK(trusted(t, "tina@evil.example"));
	books_set(t, DEV, "default_member_action", "hold");
	CHECK(ok(decide(t, hold(t, "anna@uni.example", "t4@x", ALIGNED), "trust", "",
			&OLGA)));
	CHECK(ok(member_find(t->books.lists, t->a, books_entry(t, DEV)->id,
			     STR("anna@uni.example"), &m))
	      && str_eq(m.action, STR("defer")));
	CHECK(hold(t, "anna@uni.example", "t5@x", ALIGNED) == 0);
	books_set(t, DEV, "default_member_action", "accept");
}

static void test_ban(struct books_test *t)
{
	CHECK(ok(decide(t, hold(t, "bob@evil.example", "b1@x", ALIGNED), "ban", "",
			&OLGA)));
	CHECK(books_count(t, "ban", "pattern = 'bob@evil.example'") == 1);
	CHECK(hold(t, "bob@evil.example", "b2@x", ALIGNED) == 0);
	CHECK(str_eq(books_noted(t, "discarded"),
		     STR("by olga@uni.example, and its author is banned")));
	/* A forged mail must not put a member out. */
	int64_t id = hold(t, "anna@uni.example", "b3@x", "{}");
	err e = decide(t, id, "ban", "", &OLGA);
	CHECK(id && e.kind == ERR_DENIED && has_word(e, "nothing proves"));
	CHECK(books_count(t, "ban", "pattern = 'anna@uni.example'") == 0);
	CHECK(!row_of(t, id).verdict.n && ok(decide(t, id, "discard", "", &OLGA)));
	/* An address that looks like a pattern bans and trusts itself alone. */
	id = hold(t, "^|x@evil.example", "b4@x", ALIGNED);
	CHECK(id && ok(decide(t, id, "ban", "", &OLGA)));
	CHECK(hold(t, "^|x@evil.example", "b5@x", ALIGNED) == 0);
	CHECK((id = hold(t, "x@evil.example", "b6@x", ALIGNED)) != 0);
	CHECK(ok(decide(t, id, "discard", "", &OLGA)));
	id = hold(t, "^|y@evil.example", "b7@x", ALIGNED);
	CHECK(id && ok(decide(t, id, "trust", "", &OLGA)));
	CHECK((id = hold(t, "y@evil.example", "b8@x", ALIGNED)) != 0);
	CHECK(ok(decide(t, id, "discard", "", &OLGA)));
}

/* The list's own answers, by number. */
static void test_answers(struct books_test *t)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "2", "Ask on the users' list." },     { "1", "Too large." },
		{ " 2 ", "Ask on the users' list." },   { "3", "was not accepted. 3" },
		{ "0", "was not accepted. 0" },         { "-1", "was not accepted. -1" },
		{ "2 of them", "accepted. 2 of them" }, { "", "gave no reason" },
	};
	books_set(t, DEV, "rejection_answers",
		  "Too large.\n\n Ask on the users' list. \n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct outbound_message m;
		char *mid = arena_z(t->a, arena_printf(t->a, "a%zu@x.example", i));
		int64_t id = hold(t, mid, mid, ALIGNED);
		CHECK(ok(decide(t, id, "reject", cases[i].text, &OLGA)));
		bool told = holds(books_newest(t, &m), cases[i].told);
		if (!told)
			fprintf(stderr, "  reject %s\n", cases[i].text);
		CHECK(told);
	}
	int64_t id = hold(t, "ann@evil.example", "al@x", ALIGNED);
	CHECK(letter_to(t, "olga@uni.example", "reject 2  Ask on the users' list.").n);
	CHECK(letter_to(t, "olga@uni.example", "    defer     leave it for later").n);
	CHECK(ok(decide(t, id, "discard", "", &OLGA)));
}

static void test_waiting_on(struct books_test *t)
{
	int64_t id = hold(t, "cleo@evil.example", "c1@x", ALIGNED);
	CHECK(ok(decide(t, id, "claim", "", &MAX)));
	CHECK(str_eq(held_claimant(&(struct held_row){ .claimed_by = MAX.name,
						       .claimed_at = clock_now() },
				   clock_now()),
		     MAX.name));
	int64_t before = audits(t);
	err e = decide(t, id, "claim", "", &OLGA);
	CHECK(e.kind == ERR_DENIED && has_word(e, "max@uni.example")
	      && audits(t) == before);
	CHECK(ok(decide(t, id, "defer", " wait for figures ", &MAX)));
	struct held_row h = row_of(t, id);
	CHECK(!h.claimed_by.n && str_eq(h.aside_by, MAX.name)
	      && str_eq(h.note, STR("wait for figures")));
	CHECK(ok(decide(t, id, "claim", "", &OLGA)));
	CHECK(ok(decide(t, id, "release", "", &OLGA)) && !row_of(t, id).claimed_by.n);
	CHECK(ok(decide(t, id, "accept", "", &MAX)));
	h = row_of(t, id);
	CHECK(!h.note.n && str_eq(h.handled_via, STR("mail")));
}

/* What another process has begun to send out is dropped by nobody. */
static void test_begun(struct books_test *t)
{
	static const char *const words[] = { "discard", "reject", "ban" };
	bool fresh;
	int64_t id = hold(t, "dan@evil.example", "d1@x", ALIGNED);
	struct held_row h = row_of(t, id);
	struct outbound_message m = { .source = h.source,
				      .inbound = t->arrival,
				      .kind = STR("post"),
				      .list = STR(DEV),
				      .verp = true };
	CHECK(ok(outbound_add(t->books.outbound, &m, &fresh)) && fresh);
	CHECK(ok(outbound_body_write(t->books.outbound, m.id, STR("x\r\n\r\n"))));
	int64_t mails = books_count(t, "message", "1");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		err e = decide(t, id, words[i], "x", &OLGA);
		CHECK(e.kind == ERR_DENIED && has_word(e, "on its way"));
	}
	CHECK(held_lapse(&t->books, t->a, id, 5, &OLGA).kind == ERR_DENIED);
	CHECK(books_count(t, "message", "1") == mails && !row_of(t, id).verdict.n);
	CHECK(ok(decide(t, id, "accept", "", &OLGA)));
	CHECK(str_eq(row_of(t, id).verdict, STR("accepted")));
}

/* An author who was told that the post waits hears the end; nobody else does. */
static void test_lapse(struct books_test *t)
{
	struct actor expiry = { .name = STR("expiry") };
	struct outbound_message m;
	int64_t id = hold(t, "lara@evil.example", "l1@x", ALIGNED);
	CHECK(ok(held_lapse(&t->books, t->a, id, 30, &expiry)));
	CHECK(holds(books_newest(t, &m), "no moderator decided within 30 days"));
	CHECK(str_eq(row_of(t, id).verdict, STR("expired"))
	      && str_eq(row_of(t, id).handled_via, STR("time")));
	id = hold(t, "victim@other.example", "l2@x", "{}");
	int64_t mails = books_count(t, "message", "1");
	CHECK(ok(held_lapse(&t->books, t->a, id, 30, &expiry)));
	books_set(t, DEV, "respond_to_post_requests", "no");
	id = hold(t, "lara@evil.example", "l3@x", ALIGNED);
	mails = books_count(t, "message", "1");
	CHECK(ok(held_lapse(&t->books, t->a, id, 30, &expiry)));
	CHECK(books_count(t, "message", "1") == mails);
	books_set(t, DEV, "respond_to_post_requests", "yes");
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_role(&t, dev, "olga@uni.example", "owner");
	test_words(&t);
	test_forward(&t);
	test_withdraw(&t);
	test_trust(&t);
	test_ban(&t);
	test_answers(&t);
	test_waiting_on(&t);
	test_begun(&t);
	test_lapse(&t);
	books_end(&t);
	return check_done();
}
