#include "office.h"

#include "lists/press.h"
#include "lists/moderate.h"
#include "store/lists/held.h"

#define DEV "dev@lists.example"

static const struct actor OLGA = { .name = { "olga@uni.example", 16 } };

static int64_t newest_held(struct office_test *t)
{
	struct held_row *h;
	size_t n;
	OFFICE_MUST(t, held_waiting(t->o.lists, t->a, 0, 0, 1000, &h, &n));
	return n ? h[n - 1].id : 0;
}

static int64_t notices(struct office_test *t, const char *like)
{
	return office_count(
		t, "message",
		arena_z(t->a, arena_printf(t->a, "kind = 'notice' AND %s", like)));
}

static str mail(struct office_test *t, const char *from, const char *id, const char *body)
{
	return office_mail(t->a, from, DEV, id, body);
}

static void test_hold(struct office_test *t)
{
	struct held_row h;
	int64_t before = office_count(t, "delivery", "1");
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "1@x", "buy"))));
	int64_t id = newest_held(t);
	CHECK(ok(held_get(t->o.lists, t->a, id, &h)));
	CHECK(str_eq(h.rule, STR("nonmember"))
	      && str_eq(h.author, STR("eve@evil.example")));
	CHECK(str_eq(h.reverse_path, STR("eve@evil.example")) && !h.verdict.n
	      && h.size > 0);
	/* two moderators, one of them owner as well: a mail each; and the proven author */
	CHECK(notices(t, "source LIKE '%/held/olga@uni.example'") == 1);
	CHECK(notices(t, "source LIKE '%/held/max@uni.example'") == 1);
	CHECK(notices(t, "source LIKE '%/held-author'") == 1);
	CHECK(office_count(t, "delivery", "1") == before + 3);
	CHECK(str_starts(office_noted(t, "held"), STR("no_author: miss; ")));
	CHECK(office_count(t, "pending", "kind = 'hold'") == 2);
	/* The very same arrival once more, after a crash: one post, no second round of
	 * mails. */
	struct post p;
	struct judgement j;
	struct address path = office_box(t, "eve@evil.example").address;
	CHECK(ok(post_read(
		t->o.lists, t->a, office_entry(t, DEV),
		&(struct mail_in){ .source = h.source,
				   .text = mail(t, "eve@evil.example", "1@x", "buy"),
				   .reverse_path = &path,
				   .trust = str_from(ALIGNED) },
		&p)));
	CHECK(ok(rules_judge(t->o.lists, t->a, &p, &j)) && j.verdict == VERDICT_HOLD);
	CHECK(ok(held_keep(&t->o, t->a, &p, &j)) && newest_held(t) == id);
	CHECK(office_count(t, "delivery", "1") == before + 3);
	CHECK(ok(held_belongs(&t->o, t->a, id, office_entry(t, DEV)->id)));
	CHECK(held_belongs(&t->o, t->a, id, 999).kind == ERR_NOTFOUND);
	CHECK(held_belongs(&t->o, t->a, 999, office_entry(t, DEV)->id).kind
	      == ERR_NOTFOUND);
}

static void test_accept(struct office_test *t)
{
	int64_t id = newest_held(t), posts = office_count(t, "message", "kind = 'post'");
	struct outbound_message m;
	struct held_row h;
	CHECK(ok(held_accept(&t->o, t->a, id, &OLGA)));
	str body = office_newest(t, &m);
	CHECK(str_eq(m.kind, STR("post")) && str_ends(body, STR("\r\n\r\nbuy\r\n")));
	CHECK(office_count(t, "message", "kind = 'post'") == posts + 1);
	CHECK(ok(held_get(t->o.lists, t->a, id, &h))
	      && str_eq(h.verdict, STR("accepted")));
	CHECK(str_eq(h.handled_by, OLGA.name));
	err e = held_accept(&t->o, t->a, id, &OLGA);
	CHECK(e.kind == ERR_DENIED && has_word(e, "accepted")
	      && has_word(e, "olga@uni.example"));
	CHECK(held_reject(&t->o, t->a, id, STR(""), &OLGA).kind == ERR_DENIED);
	CHECK(held_discard(&t->o, t->a, id, &OLGA).kind == ERR_DENIED);
	CHECK(held_accept(&t->o, t->a, 999, &OLGA).kind == ERR_NOTFOUND);
	CHECK(office_count(t, "message", "kind = 'post'") == posts + 1);
	CHECK(office_count(t, "audit", "what = 'post accepted'") == 1);
}

/* Who sends an id ahead must not swap what the moderator lets pass. */
static void test_same_id(struct office_test *t)
{
	struct held_row *h;
	size_t n;
	str first, second;
	struct outbound_message m;
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "same@x", "first"))));
	CHECK(ok(office_arrives(t, "fay@evil.example", DEV,
				mail(t, "fay@evil.example", "same@x", "second"))));
	CHECK(ok(held_waiting(t->o.lists, t->a, 0, 0, 10, &h, &n)) && n == 2);
	CHECK(ok(held_body(t->o.lists, t->a, h[0].id, &first)) && holds(first, "first"));
	CHECK(ok(held_body(t->o.lists, t->a, h[1].id, &second))
	      && holds(second, "second"));
	CHECK(ok(held_accept(&t->o, t->a, h[1].id, &OLGA)));
	CHECK(holds(office_newest(t, &m), "second"));
	CHECK(ok(held_accept(&t->o, t->a, h[0].id, &OLGA)));
	CHECK(holds(office_newest(t, &m), "first"));
}

static void test_reject(struct office_test *t)
{
	struct outbound_message m;
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "r1@x", "x"))));
	CHECK(ok(held_reject(&t->o, t->a, newest_held(t), STR("Off topic."), &OLGA)));
	str letter = office_newest(t, &m);
	CHECK(holds(letter, "Off topic.") && holds(letter, "To: eve@evil.example"));
	CHECK(holds(letter, "In-Reply-To: <r1@x>") && holds(letter, "Auto-Submitted: "));
	CHECK(!m.reverse_path.n
	      && str_eq(office_noted(t, "rejected"), STR("Off topic.")));
	/* Without proof nobody is written to: not at the hold, not at the refusal. */
	CHECK(ok(office_arrives_as(t, "eve@evil.example", DEV,
				   mail(t, "victim@other.example", "r2@x", "x"), "{}")));
	CHECK(ok(held_reject(&t->o, t->a, newest_held(t), STR("No."), &OLGA)));
	CHECK(office_count(t, "delivery", "recipient = 'victim@other.example'") == 0);
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "r3@x", "x"))));
	int64_t mails = office_count(t, "message", "1");
	CHECK(ok(held_discard(&t->o, t->a, newest_held(t), &OLGA)));
	CHECK(office_count(t, "message", "1") == mails);
	CHECK(newest_held(t) == 0);
}

static void test_settings(struct office_test *t)
{
	int64_t mails = office_count(t, "message", "1");
	office_set(t, DEV, "admin_immed_notify", "no");
	office_set(t, DEV, "respond_to_post_requests", "no");
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "q@x", "x"))));
	CHECK(newest_held(t) && office_count(t, "message", "1") == mails);
	CHECK(ok(held_discard(&t->o, t->a, newest_held(t), &OLGA)));
	office_set(t, DEV, "admin_immed_notify", "yes");
	office_set(t, DEV, "respond_to_post_requests", "yes");
}

/* --- the moderator's mailed link --- */

static str token_of(struct office_test *t, const char *source_like)
{
	struct outbound_message *all;
	size_t n;
	str body, link;
	OFFICE_MUST(t, outbound_before(t->o.outbound, t->a, 0, 1000, &all, &n));
	for (size_t i = 0; i < n; i++) {
		if (!holds(all[i].source, source_like))
			continue;
		OFFICE_MUST(t, outbound_body_read(t->o.outbound, t->a, all[i].id, 0,
						  all[i].size, &body));
		link = str_skip(str_find(body, STR("/confirm/")), 9);
		return str_first(link, TOKEN_CHARS);
	}
	return STR("");
}

static void test_link(struct office_test *t)
{
	struct confirmation c;
	struct pressed done;
	struct press p = { .choice = STR("accept"), .reason = STR("") };
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "l1@x", "linked"))));
	int64_t id = newest_held(t);
	str olga = token_of(t, "/held/olga@uni.example"),
	    max = token_of(t, "/held/max@uni.example");
	CHECK(olga.n == TOKEN_CHARS && max.n == TOKEN_CHARS && !str_eq(olga, max));
	/* Looking changes nothing, however often. */
	for (int i = 0; i < 3; i++)
		CHECK(ok(confirm_look(&t->o, t->a, olga, &c)) && c.held == id
		      && c.kind == CONFIRM_HELD);
	CHECK(newest_held(t) == id);
	p.choice = STR("perhaps");
	CHECK(confirm_press(&t->o, t->a, olga, &p, &done).kind == ERR_SYNTAX);
	CHECK(newest_held(t) == id);
	p.choice = STR("accept");
	CHECK(ok(confirm_press(&t->o, t->a, olga, &p, &done)) && newest_held(t) == 0);
	CHECK(confirm_press(&t->o, t->a, olga, &p, &done).kind == ERR_NOTFOUND);
	/* The other moderator hears who was first. */
	p.choice = STR("reject");
	err e = confirm_press(&t->o, t->a, max, &p, &done);
	CHECK(e.kind == ERR_DENIED && has_word(e, "olga@uni.example"));
	CHECK(confirm_look(&t->o, t->a, STR("nonsense"), &c).kind == ERR_NOTFOUND);
	CHECK(confirm_look(&t->o, t->a, STR(""), &c).kind == ERR_NOTFOUND);
}

/* A moderator who is one no more has a link that does nothing. */
static void test_former_moderator(struct office_test *t)
{
	struct address_row row;
	struct pressed done;
	struct press p = { .choice = STR("accept"), .reason = STR("") };
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "l2@x", "x"))));
	str max = token_of(t, "/held/max@uni.example");
	CHECK(ok(address_find(t->o.lists, t->a, STR("max@uni.example"), &row)));
	CHECK(ok(role_remove(t->o.lists, office_entry(t, DEV)->id, row.id,
			     STR("moderator"))));
	CHECK(confirm_press(&t->o, t->a, max, &p, &done).kind == ERR_DENIED
	      && newest_held(t));
	/* Given to an address that nobody has shown to be theirs: reading its mail shows
	 * it. */
	OFFICE_MUST(t, book_run(t->o.lists, "UPDATE address SET verified_at = 0 WHERE "
					    "key = 'max@uni.example'"));
	CHECK(ok(role_add(t->o.lists, office_entry(t, DEV)->id, row.id,
			  STR("moderator"))));
	CHECK(ok(confirm_press(&t->o, t->a, max, &p, &done)) && !newest_held(t));
}

/* Cut off between the fan-out and the row's end: what began is ended at the next
 * start, and can be neither refused nor sent twice. */
static void test_resume(struct office_test *t)
{
	struct held_row h;
	bool fresh;
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "c1@x", "cut off"))));
	int64_t cut = newest_held(t);
	CHECK(ok(office_arrives(t, "eve@evil.example", DEV,
				mail(t, "eve@evil.example", "c2@x", "waits"))));
	int64_t waits = newest_held(t);
	CHECK(ok(held_get(t->o.lists, t->a, cut, &h)));
	struct outbound_message m = { .source = h.source,
				      .inbound = t->arrival - 1,
				      .kind = STR("post"),
				      .list = STR(DEV),
				      .verp = true };
	CHECK(ok(outbound_add(t->o.outbound, &m, &fresh)) && fresh);
	CHECK(ok(outbound_body_write(t->o.outbound, m.id, STR("x\r\n\r\n"))));
	CHECK(ok(held_resume(&t->o, t->a)));
	CHECK(ok(held_get(t->o.lists, t->a, cut, &h))
	      && str_eq(h.verdict, STR("accepted")));
	CHECK(ok(held_get(t->o.lists, t->a, waits, &h)) && !h.verdict.n);
	CHECK(ok(outbound_get(t->o.outbound, t->a, m.id, &m)) && m.complete);
	CHECK(ok(held_resume(&t->o, t->a)));
	CHECK(ok(held_discard(&t->o, t->a, waits, &OLGA)));
}

int main(void)
{
	ARENA(a);
	struct office_test t = office_make(a);
	const struct list_entry *dev = office_list(&t, DEV);
	office_member(&t, dev, "anna@uni.example");
	office_role(&t, dev, "olga@uni.example", "owner");
	office_role(&t, dev, "olga@uni.example", "moderator");
	office_role(&t, dev, "max@uni.example", "moderator");
	test_hold(&t);
	test_accept(&t);
	test_same_id(&t);
	test_reject(&t);
	test_settings(&t);
	test_link(&t);
	test_former_moderator(&t);
	test_resume(&t);
	office_end(&t);
	return check_done();
}
