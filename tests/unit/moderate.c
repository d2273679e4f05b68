#include "books.h"

#include "lists/decide.h"
#include "lists/press.h"
#include "lists/moderate.h"
#include "store/lists/held.h"

#define DEV "dev@lists.example"

static const struct actor OLGA = { .name = { "olga@uni.example", 16 } };

static int64_t newest_held(struct books_test *t)
{
	struct held_row *h;
	size_t n;
	BOOKS_MUST(t, held_waiting(t->books.lists, t->a, 0, 0, 1000, &h, &n));
	return n ? h[n - 1].id : 0;
}

static int64_t notices(struct books_test *t, const char *like)
{
	return books_count(
		t, "message",
		arena_z(t->a, arena_printf(t->a, "kind = 'notice' AND %s", like)));
}

static str mail(struct books_test *t, const char *from, const char *id, const char *body)
{
	return books_mail(t->a, from, DEV, id, body);
}

static void test_hold(struct books_test *t)
{
	struct held_row h;
	int64_t before = books_count(t, "delivery", "1");
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "1@x", "buy"))));
	int64_t id = newest_held(t);
	CHECK(ok(held_get(t->books.lists, t->a, id, &h)));
	CHECK(str_eq(h.rule, STR("nonmember"))
	      && str_eq(h.author, STR("eve@evil.example")));
	CHECK(str_eq(h.reverse_path, STR("eve@evil.example")) && !h.verdict.n
	      && h.size > 0);
	/* two moderators, one of them owner as well: a mail each; and the proven author */
	CHECK(notices(t, "source LIKE '%/held/olga@uni.example'") == 1);
	CHECK(notices(t, "source LIKE '%/held/max@uni.example'") == 1);
	CHECK(notices(t, "source LIKE '%/held-author'") == 1);
	CHECK(books_count(t, "delivery", "1") == before + 3);
	CHECK(str_starts(books_noted(t, "held"), STR("no_author: miss; ")));
	CHECK(books_count(t, "pending", "kind = 'hold'") == 2);
	/* The very same arrival once more, after a crash: one post, no second round of
	 * mails. */
	struct post p;
	struct judgement j;
	struct address path = books_box(t, "eve@evil.example").address;
	CHECK(ok(post_read(
		t->books.lists, t->a, books_entry(t, DEV),
		&(struct mail_in){ .source = h.source,
				   .text = mail(t, "eve@evil.example", "1@x", "buy"),
				   .reverse_path = &path,
				   .trust = str_from(ALIGNED) },
		&p)));
	CHECK(ok(rules_judge(t->books.lists, t->a, &p, &j)) && j.verdict == VERDICT_HOLD);
	CHECK(ok(held_keep(&t->books, t->a, &p, &j)) && newest_held(t) == id);
	CHECK(books_count(t, "delivery", "1") == before + 3);
	CHECK(ok(held_belongs(&t->books, t->a, id, books_entry(t, DEV)->id)));
	CHECK(held_belongs(&t->books, t->a, id, 999).kind == ERR_NOTFOUND);
	CHECK(held_belongs(&t->books, t->a, 999, books_entry(t, DEV)->id).kind
	      == ERR_NOTFOUND);
}

static void test_accept(struct books_test *t)
{
	int64_t id = newest_held(t), posts = books_count(t, "message", "kind = 'post'");
	struct outbound_message m;
	struct held_row h;
	CHECK(ok(held_accept(&t->books, t->a, id, &OLGA)));
	str body = books_newest(t, &m);
	CHECK(str_eq(m.kind, STR("post")) && str_ends(body, STR("\r\n\r\nbuy\r\n")));
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1);
	CHECK(ok(held_get(t->books.lists, t->a, id, &h))
	      && str_eq(h.verdict, STR("accepted")));
	CHECK(str_eq(h.handled_by, OLGA.name));
	err e = held_accept(&t->books, t->a, id, &OLGA);
	CHECK(e.kind == ERR_DENIED && has_word(e, "accepted")
	      && has_word(e, "olga@uni.example"));
	CHECK(held_reject(&t->books, t->a, id, STR(""), &OLGA).kind == ERR_DENIED);
	CHECK(held_discard(&t->books, t->a, id, &OLGA).kind == ERR_DENIED);
	CHECK(held_accept(&t->books, t->a, 999, &OLGA).kind == ERR_NOTFOUND);
	CHECK(books_count(t, "message", "kind = 'post'") == posts + 1);
	CHECK(books_count(t, "audit", "what = 'post accepted'") == 1);
}

/* Who sends an id ahead must not swap what the moderator lets pass. */
static void test_same_id(struct books_test *t)
{
	struct held_row *h;
	size_t n;
	str first, second;
	struct outbound_message m;
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "same@x", "first"))));
	CHECK(ok(books_arrives(t, "fay@evil.example", DEV,
			       mail(t, "fay@evil.example", "same@x", "second"))));
	CHECK(ok(held_waiting(t->books.lists, t->a, 0, 0, 10, &h, &n)) && n == 2);
	CHECK(ok(held_body(t->books.lists, t->a, h[0].id, &first))
	      && holds(first, "first"));
	CHECK(ok(held_body(t->books.lists, t->a, h[1].id, &second))
	      && holds(second, "second"));
	CHECK(ok(held_accept(&t->books, t->a, h[1].id, &OLGA)));
	CHECK(holds(books_newest(t, &m), "second"));
	CHECK(ok(held_accept(&t->books, t->a, h[0].id, &OLGA)));
	CHECK(holds(books_newest(t, &m), "first"));
}

static void test_reject(struct books_test *t)
{
	struct outbound_message m;
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "r1@x", "x"))));
	CHECK(ok(held_reject(&t->books, t->a, newest_held(t), STR("Off topic."), &OLGA)));
	str letter = books_newest(t, &m);
	CHECK(holds(letter, "Off topic.") && holds(letter, "To: eve@evil.example"));
	CHECK(holds(letter, "In-Reply-To: <r1@x>") && holds(letter, "Auto-Submitted: "));
	CHECK(!m.reverse_path.n && str_eq(books_noted(t, "rejected"), STR("Off topic.")));
	/* Without proof nobody is written to: not at the hold, not at the refusal. */
	CHECK(ok(books_arrives_as(t, "eve@evil.example", DEV,
				  mail(t, "victim@other.example", "r2@x", "x"), "{}")));
	CHECK(ok(held_reject(&t->books, t->a, newest_held(t), STR("No."), &OLGA)));
	CHECK(books_count(t, "delivery", "recipient = 'victim@other.example'") == 0);
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "r3@x", "x"))));
	int64_t mails = books_count(t, "message", "1");
	CHECK(ok(held_discard(&t->books, t->a, newest_held(t), &OLGA)));
	CHECK(books_count(t, "message", "1") == mails);
	CHECK(newest_held(t) == 0);
}

static void test_settings(struct books_test *t)
{
	int64_t mails = books_count(t, "message", "1");
	books_set(t, DEV, "admin_immed_notify", "no");
	books_set(t, DEV, "respond_to_post_requests", "no");
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "q@x", "x"))));
	CHECK(newest_held(t) && books_count(t, "message", "1") == mails);
	CHECK(ok(held_discard(&t->books, t->a, newest_held(t), &OLGA)));
	books_set(t, DEV, "admin_immed_notify", "yes");
	books_set(t, DEV, "respond_to_post_requests", "yes");
}

/* --- the moderator's mailed link --- */

static str token_of(struct books_test *t, const char *source_like)
{
	struct outbound_message *all;
	size_t n;
	str body, link;
	BOOKS_MUST(t, outbound_before(t->books.outbound, t->a, 0, 1000, &all, &n));
	for (size_t i = 0; i < n; i++) {
		if (!holds(all[i].source, source_like))
			continue;
		BOOKS_MUST(t, outbound_body_read(t->books.outbound, t->a, all[i].id, 0,
						 all[i].size, &body));
		link = str_skip(str_find(body, STR("/confirm/")), 9);
		return str_first(link, TOKEN_CHARS);
	}
	return STR("");
}

static void test_link(struct books_test *t)
{
	struct confirmation c;
	struct pressed done;
	struct press p = { .choice = STR("accept"), .reason = STR("") };
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "l1@x", "linked"))));
	int64_t id = newest_held(t);
	str olga = token_of(t, "/held/olga@uni.example"),
	    max = token_of(t, "/held/max@uni.example");
	CHECK(olga.n == TOKEN_CHARS && max.n == TOKEN_CHARS && !str_eq(olga, max));
	/* Looking changes nothing, however often. */
	for (int i = 0; i < 3; i++)
		CHECK(ok(confirm_look(&t->books, t->a, olga, &c)) && c.held == id
		      && c.kind == CONFIRM_HELD);
	CHECK(newest_held(t) == id);
	p.choice = STR("perhaps");
	CHECK(confirm_press(&t->books, t->a, olga, &p, &done).kind == ERR_SYNTAX);
	CHECK(newest_held(t) == id);
	p.choice = STR("accept");
	CHECK(ok(confirm_press(&t->books, t->a, olga, &p, &done)) && newest_held(t) == 0);
	CHECK(confirm_press(&t->books, t->a, olga, &p, &done).kind == ERR_NOTFOUND);
	/* The other moderator hears who was first. */
	p.choice = STR("reject");
	err e = confirm_press(&t->books, t->a, max, &p, &done);
	CHECK(e.kind == ERR_DENIED && has_word(e, "olga@uni.example"));
	CHECK(confirm_look(&t->books, t->a, STR("nonsense"), &c).kind == ERR_NOTFOUND);
	CHECK(confirm_look(&t->books, t->a, STR(""), &c).kind == ERR_NOTFOUND);
}

/* A moderator who is one no more has a link that does nothing. */
static void test_former_moderator(struct books_test *t)
{
	struct address_row row;
	struct pressed done;
	struct press p = { .choice = STR("accept"), .reason = STR("") };
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "l2@x", "x"))));
	str max = token_of(t, "/held/max@uni.example");
	CHECK(ok(address_find(t->books.lists, t->a, STR("max@uni.example"), &row)));
	CHECK(ok(role_remove(t->books.lists, books_entry(t, DEV)->id, row.id,
			     STR("moderator"))));
	CHECK(confirm_press(&t->books, t->a, max, &p, &done).kind == ERR_DENIED
	      && newest_held(t));
	/* Given to an address that nobody has shown to be theirs: reading its mail shows
	 * it. */
	BOOKS_MUST(t, book_run(t->books.lists, "UPDATE address SET verified_at = 0 WHERE "
					       "key = 'max@uni.example'"));
	CHECK(ok(role_add(t->books.lists, books_entry(t, DEV)->id, row.id,
			  STR("moderator"))));
	CHECK(ok(confirm_press(&t->books, t->a, max, &p, &done)) && !newest_held(t));
}

/* Cut off between the fan-out and the row's end: what began is ended at the next
 * start, and can be neither refused nor sent twice. */
static void test_resume(struct books_test *t)
{
	struct held_row h;
	bool fresh;
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "c1@x", "cut off"))));
	int64_t cut = newest_held(t);
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "c2@x", "waits"))));
	int64_t waits = newest_held(t);
	CHECK(ok(held_get(t->books.lists, t->a, cut, &h)));
	struct outbound_message m = { .source = h.source,
				      .inbound = t->arrival - 1,
				      .kind = STR("post"),
				      .list = STR(DEV),
				      .verp = true };
	CHECK(ok(outbound_add(t->books.outbound, &m, &fresh)) && fresh);
	CHECK(ok(outbound_body_write(t->books.outbound, m.id, STR("x\r\n\r\n"))));
	CHECK(ok(held_resume(&t->books, t->a)));
	CHECK(ok(held_get(t->books.lists, t->a, cut, &h))
	      && str_eq(h.verdict, STR("accepted")));
	CHECK(ok(held_get(t->books.lists, t->a, waits, &h)) && !h.verdict.n);
	CHECK(ok(outbound_get(t->books.outbound, t->a, m.id, &m)) && m.complete);
	CHECK(ok(held_resume(&t->books, t->a)));
	CHECK(ok(held_discard(&t->books, t->a, waits, &OLGA)));
}

/* What is on its way its author takes back no more; and each author has one word. */
static void test_withdrawn(struct books_test *t)
{
	struct held_row h;
	bool fresh;
	struct actor eve = { .name = STR("eve@evil.example") };
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "wd1@x", "begun"))));
	int64_t id = newest_held(t);
	CHECK(ok(held_get(t->books.lists, t->a, id, &h)));
	struct outbound_message m = { .source = h.source,
				      .inbound = t->arrival,
				      .kind = STR("post"),
				      .list = STR(DEV),
				      .verp = true };
	CHECK(ok(outbound_add(t->books.outbound, &m, &fresh)) && fresh);
	CHECK(ok(outbound_body_write(t->books.outbound, m.id, STR("x\r\n\r\n"))));
	CHECK(held_withdraw(&t->books, t->a, id, &eve).kind == ERR_DENIED);
	CHECK(ok(held_resume(&t->books, t->a)) && newest_held(t) == 0);
}

/* Owners get what is discarded of strangers, so many a day, and nobody else does. */
static void test_discarded(struct books_test *t)
{
	books_set(t, DEV, "default_nonmember_action", "discard");
	CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
			       mail(t, "eve@evil.example", "d0@x", "quiet"))));
	CHECK(notices(t, "source LIKE '%/discarded/%'") == 0);
	books_set(t, DEV, "forward_auto_discards", "yes");
	for (int i = 1; i <= 52; i++)
		CHECK(ok(books_arrives(t, "eve@evil.example", DEV,
				       mail(t, "eve@evil.example",
					    arena_z(t->a, arena_printf(t->a, "d%d@x", i)),
					    "x"))));
	CHECK(notices(t, "source LIKE '%/discarded/%'") == 50);
	CHECK(notices(t, "source LIKE '%/discarded/olga@uni.example'") == 50);
	CHECK(newest_held(t) == 0);
	books_set(t, DEV, "forward_auto_discards", "no");
	books_set(t, DEV, "default_nonmember_action", "hold");
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	books_member(&t, dev, "anna@uni.example");
	books_role(&t, dev, "olga@uni.example", "owner");
	books_role(&t, dev, "olga@uni.example", "moderator");
	books_role(&t, dev, "max@uni.example", "moderator");
	test_hold(&t);
	test_accept(&t);
	test_same_id(&t);
	test_reject(&t);
	test_settings(&t);
	test_link(&t);
	test_former_moderator(&t);
	test_resume(&t);
	test_withdrawn(&t);
	test_discarded(&t);
	books_end(&t);
	return check_done();
}
