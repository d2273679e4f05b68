/* The tables of the lists book where something waits: tokens, held posts, requests,
 * sessions, orders; and what remembers: seen, answered, audit. */
#include "store_folder.h"

#include "store/lists/address.h"
#include "store/lists/answered.h"
#include "store/lists/audit.h"
#include "store/lists/domain.h"
#include "store/lists/held.h"
#include "store/lists/list.h"
#include "store/lists/order.h"
#include "store/lists/pending.h"
#include "store/lists/person.h"
#include "store/lists/request.h"
#include "store/lists/seen.h"
#include "store/lists/session.h"
#include "store/lists/token.h"
#include "store/lists/waiting.h"

static void test_pending(struct arena *a, struct book *b)
{
	struct pending_row p = { .kind = STR("join"),
				 .list = 1,
				 .address = STR("x@y"),
				 .data = STR("{}"),
				 .created_at = 10,
				 .expires_at = 100 };
	struct pending_row got, *all;
	size_t n;
	int64_t gone;
	str token = STR("abcdef234567");
	bool found;
	CHECK(ok(pending_add(b, token, &p)) && p.id > 0);
	CHECK(ok(book_number(b, &gone, &found,
			     "SELECT count(*) FROM pending WHERE token = ?1 "
			     "OR length(token) <> 32",
			     SQL_B(token)))
	      && gone == 0); /* the token itself is nowhere */
	CHECK(ok(pending_look(b, a, STR("ABCDEF234567"), 50, &got)) && got.id == p.id);
	CHECK(str_eq(got.kind, p.kind) && got.list == 1
	      && str_eq(got.address, p.address));
	CHECK(str_eq(got.data, p.data) && got.created_at == 10 && got.expires_at == 100);
	CHECK(pending_look(b, a, STR("abcdef234568"), 50, &got).kind == ERR_NOTFOUND);
	CHECK(pending_take(b, a, token, 100, &got).kind == ERR_NOTFOUND); /* expired */
	CHECK(ok(pending_take(b, a, token, 99, &got)) && got.id == p.id);
	CHECK(pending_take(b, a, token, 99, &got).kind == ERR_NOTFOUND); /* once */
	for (int i = 0; i < 3; i++)
		CHECK(ok(pending_add(b, arena_printf(a, "t%d", i), &p)));
	CHECK(ok(pending_of(b, a, STR("join"), 1, STR("x@y"), &all, &n)) && n == 3);
	CHECK(all[0].id > all[2].id);
	CHECK(ok(pending_drop_id(b, all[0].id)));
	CHECK(ok(pending_drop(b, STR("leave"), 1, STR("x@y"))));
	CHECK(ok(pending_expire(b, 99, &gone)) && gone == 0);
	CHECK(ok(pending_expire(b, 100, &gone)) && gone == 2);
	CHECK(ok(pending_add(b, STR("t"), &p))
	      && ok(pending_drop(b, STR("join"), 1, STR("x@y"))));
	CHECK(ok(pending_of(b, a, STR("join"), 1, STR("x@y"), &all, &n)) && n == 0);
}

static void test_claim(struct arena *a, struct book *b, int64_t id)
{
	struct held_row got;
	CHECK(ok(held_claim(b, a, id, STR("mod@x"), 1000)));
	CHECK(ok(held_get(b, a, id, &got)));
	CHECK(str_eq(held_claimant(&got, 1000), STR("mod@x")));
	CHECK(str_eq(held_claimant(&got, 1000 + HELD_CLAIM - 1), STR("mod@x")));
	CHECK(held_claimant(&got, 1000 + HELD_CLAIM).n == 0);
	err e = held_claim(b, a, id, STR("other@x"), 1000 + HELD_CLAIM - 1);
	CHECK(e.kind == ERR_DENIED && has_word(e, "mod@x looks"));
	CHECK(ok(held_claim(b, a, id, STR("mod@x"), 1001))); /* goes on */
	CHECK(ok(held_claim(b, a, id, STR("other@x"), 1001 + HELD_CLAIM)));
	CHECK(ok(held_unclaim(b, id)) && ok(held_claim(b, a, id, STR("mod@x"), 1002)));
	CHECK(held_claim(b, a, 999, STR("x"), 1).kind == ERR_NOTFOUND);
	CHECK(ok(held_aside(b, id, STR("mod@x"), STR("asked him"), 1003)));
	CHECK(ok(held_get(b, a, id, &got)) && !got.claimed_by.n && got.aside_at == 1003);
	CHECK(str_eq(got.aside_by, STR("mod@x")) && str_eq(got.note, STR("asked him")));
}

static void test_held(struct arena *a, struct book *b)
{
	struct held_row h = {
		.list = 1,
		.source = STR("17/dev@lists.example"),
		.held_at = 500,
		.reverse_path = STR("r@x"),
		.account = 3,
		.author = STR("f@x"),
		.author_name = STR("F"),
		.subject = STR("S"),
		.message_id = STR("m@x"),
		.rule = STR("non-member"),
		.reason = STR("not a member"),
		.asked = STR("loop=miss member=hold"),
		.trust = STR("{}"),
		.size = 4,
	};
	struct held_row again = h, got, *all;
	size_t n;
	int64_t count, gone;
	str body;
	CHECK(ok(held_add(b, &h, STR("b\r\nx"))) && h.id > 0);
	CHECK(ok(held_add(b, &again, STR("other"))) && again.id == h.id);
	CHECK(ok(held_get(b, a, h.id, &got)) && got.held_at == 500 && got.account == 3);
	CHECK(str_eq(got.source, h.source) && str_eq(got.reverse_path, h.reverse_path));
	CHECK(str_eq(got.author, h.author) && str_eq(got.author_name, h.author_name));
	CHECK(str_eq(got.subject, h.subject) && str_eq(got.message_id, h.message_id));
	CHECK(str_eq(got.rule, h.rule) && str_eq(got.reason, h.reason));
	CHECK(str_eq(got.trust, h.trust) && got.size == 4 && got.verdict.n == 0);
	CHECK(str_eq(got.asked, h.asked));
	h.asked = STR("loop=hold");
	CHECK(ok(held_rule(b, &h)) && ok(held_get(b, a, h.id, &got))
	      && str_eq(got.asked, h.asked));
	CHECK(ok(held_body(b, a, h.id, &body)) && str_eq(body, STR("b\r\nx")));
	CHECK(ok(held_waiting(b, a, 1, 0, 10, &all, &n)) && n == 1);
	CHECK(ok(held_waiting(b, a, 2, 0, 10, &all, &n)) && n == 0);
	CHECK(ok(held_waiting(b, a, 0, h.id - 1, 10, &all, &n)) && n == 1);
	CHECK(ok(held_some(b, a, 1, STR(""), 0, h.id, 10, &all, &n)) && n == 1);
	CHECK(ok(held_some(b, a, 1, STR("f@x"), 0, h.id, 10, &all, &n)) && n == 1);
	CHECK(ok(held_some(b, a, 1, STR("g@x"), 0, h.id, 10, &all, &n)) && n == 0);
	CHECK(ok(held_some(b, a, 1, STR(""), 0, h.id - 1, 10, &all, &n)) && n == 0);
	CHECK(ok(held_some(b, a, 1, STR(""), h.id, h.id, 10, &all, &n)) && n == 0);
	test_claim(a, b, h.id);
	CHECK(ok(held_before(b, a, 501, 10, &all, &n)) && n == 1);
	CHECK(ok(held_before(b, a, 500, 10, &all, &n)) && n == 0);
	CHECK(ok(held_count(b, 0, &count)) && count == 1);
	struct held_end end = { STR("accepted"), STR("mod@x"), STR("page"), STR("n"),
				600 };
	CHECK(ok(held_close(b, a, h.id, &end)));
	struct held_end late = { STR("rejected"), STR("other@x"), STR("mail"), STR(""),
				 601 };
	err e = held_close(b, a, h.id, &late);
	CHECK(e.kind == ERR_DENIED && has_word(e, "accepted by mod@x"));
	CHECK(held_close(b, a, 999, &late).kind == ERR_NOTFOUND);
	CHECK(held_claim(b, a, h.id, STR("mod@x"), 602).kind == ERR_DENIED);
	CHECK(held_aside(b, h.id, STR("mod@x"), STR(""), 602).kind == ERR_NOTFOUND);
	CHECK(ok(held_handled(b, a, 1, 601, 0, 10, &all, &n)) && n == 1
	      && str_eq(all[0].handled_via, STR("page"))
	      && str_eq(all[0].note, STR("n")));
	CHECK(ok(held_handled(b, a, 1, 600, h.id, 10, &all, &n)) && n == 0);
	CHECK(ok(held_handled(b, a, 1, 600, h.id + 1, 10, &all, &n)) && n == 1);
	CHECK(held_body(b, a, h.id, &body).kind == ERR_NOTFOUND);
	CHECK(ok(held_count(b, 1, &count)) && count == 0);
	CHECK(ok(held_get(b, a, h.id, &got)) && got.handled_at == 600);
	CHECK(ok(held_expire(b, 600, &gone)) && gone == 0);
	CHECK(ok(held_expire(b, 601, &gone)) && gone == 1);
}

static void test_request(struct arena *a, struct book *b)
{
	struct request_row r = {
		.list = 1, .address = STR("new@x"), .name = STR("New"), .asked_at = 7
	};
	struct request_row again = r, got, *all;
	size_t n;
	CHECK(ok(request_add(b, &r)));
	again.asked_at = 9;
	CHECK(ok(request_add(b, &again)) && again.id == r.id);
	CHECK(ok(request_get(b, a, r.id, &got)) && got.asked_at == 7);
	CHECK(str_eq(got.address, r.address) && str_eq(got.name, r.name)
	      && got.list == 1);
	CHECK(ok(request_list(b, a, 1, &all, &n)) && n == 1);
	again.leaves = true; /* the contrary: under a number of its own */
	CHECK(ok(request_add(b, &again)) && again.id > r.id
	      && request_get(b, a, r.id, &got).kind == ERR_NOTFOUND);
	const struct request_end how = { STR("refused"), STR("Stay."), STR("max@x"),
					 STR("mail"), 50 };
	struct request_handled *ended;
	int64_t gone;
	CHECK(ok(request_end(b, again.id, &how))
	      && request_end(b, again.id, &how).kind == ERR_NOTFOUND);
	CHECK(request_get(b, a, again.id, &got).kind == ERR_NOTFOUND);
	CHECK(ok(request_handled(b, a, 1, 9, &ended, &n)) && n == 1);
	CHECK(ended->was.id == again.id && ended->was.leaves && ended->was.asked_at == 9
	      && str_eq(ended->was.address, r.address) && ended->end.at == 50
	      && str_eq(ended->end.verdict, how.verdict)
	      && str_eq(ended->end.note, how.note) && str_eq(ended->end.by, how.by)
	      && str_eq(ended->end.via, how.via));
	CHECK(ok(request_handled(b, a, 2, 9, &ended, &n)) && n == 0);
	CHECK(ok(request_expire(b, 50, &gone)) && gone == 0);
	CHECK(ok(request_expire(b, 51, &gone)) && gone == 1);
}

static void test_memory(struct arena *a, struct book *b)
{
	struct seen_row
		s = { 1, STR("m@x"), STR("f@x"), STR("hash"), STR("17/dev"), 100 },
		got;
	int64_t times = -1, gone;
	CHECK(seen_find(b, a, 1, STR("m@x"), &got).kind == ERR_NOTFOUND);
	CHECK(ok(seen_add(b, &s)));
	s.source = STR("18/dev");
	CHECK(ok(seen_add(b, &s)) && ok(seen_find(b, a, 1, STR("m@x"), &got)));
	CHECK(str_eq(got.source, STR("17/dev")) && str_eq(got.body_hash, STR("hash")));
	CHECK(str_eq(got.author, STR("f@x")) && got.at == 100);
	CHECK(ok(seen_expire(b, 100, &gone)) && gone == 0);
	CHECK(ok(seen_expire(b, 101, &gone)) && gone == 1);
	CHECK(ok(answered_count(b, STR("x@y"), 3, &times)) && times == 0);
	for (int i = 1; i <= 3; i++)
		CHECK(ok(answered_add(b, STR("x@y"), 3, &times)) && times == i);
	CHECK(ok(answered_add(b, STR("x@y"), 4, &times)) && times == 1);
	CHECK(ok(answered_expire(b, 4, &gone)) && gone == 1);
	CHECK(ok(answered_count(b, STR("x@y"), 3, &times)) && times == 0);
}

static void test_session(struct arena *a, struct book *b, int64_t person)
{
	struct session_row s = { .person = person,
				 .created_at = 10,
				 .seen_at = 10,
				 .expires_at = 100,
				 .client = STR("192.0.2.1"),
				 .agent = STR("curl") };
	struct session_row got, *all;
	size_t n;
	int64_t gone;
	CHECK(ok(session_add(b, STR("Cookie"), &s))
	      && ok(session_add(b, STR("two"), &s)));
	CHECK(ok(session_find(b, a, STR("Cookie"), 99, &got)) && got.person == person);
	CHECK(str_eq(got.client, s.client) && str_eq(got.agent, s.agent)
	      && got.hash.n == 32);
	CHECK(session_find(b, a, STR("cookie"), 99, &got).kind
	      == ERR_NOTFOUND); /* exact */
	CHECK(session_find(b, a, STR("Cookie"), 100, &got).kind == ERR_NOTFOUND);
	CHECK(ok(session_touch(b, STR("Cookie"), 50, 200)));
	CHECK(ok(session_find(b, a, STR("Cookie"), 100, &got)) && got.seen_at == 50);
	CHECK(ok(session_list(b, a, person, &all, &n)) && n == 2 && all[0].seen_at == 50);
	CHECK(session_remove_hash(b, person + 1, all[1].hash).kind == ERR_NOTFOUND);
	CHECK(ok(session_list(b, a, person, &all, &n)) && n == 2); /* not that person's */
	CHECK(ok(session_remove_hash(b, person, all[1].hash)));
	CHECK(session_find(b, a, STR("two"), 50, &got).kind == ERR_NOTFOUND);
	CHECK(ok(session_add(b, STR("three"), &s))
	      && ok(session_add(b, STR("four"), &s)));
	CHECK(ok(session_remove_person(b, person, STR("Cookie"))));
	CHECK(ok(session_list(b, a, person, &all, &n)) && n == 1);
	CHECK(ok(session_add(b, STR("five"), &s)));
	CHECK(ok(session_expire(b, 100, &gone)) && gone == 1);
	CHECK(ok(session_remove_person(b, person, STR_NONE)));
	CHECK(ok(session_list(b, a, person, &all, &n)) && n == 0);
	CHECK(ok(session_remove(b, STR("Cookie"))));
}

static void test_token(struct arena *a, struct book *b, int64_t person)
{
	struct token_row t = { .person = person,
			       .name = STR("my laptop"),
			       .stored_key = STR("s"),
			       .server_key = STR("k"),
			       .created_at = 3 };
	struct token_row got, *all;
	size_t n;
	CHECK(ok(token_add(b, STR("secret"), &t)) && t.id > 0);
	CHECK(ok(token_find(b, a, STR("secret"), &got)) && got.id == t.id);
	CHECK(got.person == person && str_eq(got.name, t.name) && got.created_at == 3);
	CHECK(str_eq(got.stored_key, STR("s")) && str_eq(got.server_key, STR("k")));
	CHECK(token_find(b, a, STR("Secret"), &got).kind == ERR_NOTFOUND);
	CHECK(token_add(b, STR("secret"), &t).kind == ERR_DENIED);
	CHECK(ok(token_used(b, got.id, 77)));
	CHECK(ok(token_by_person(b, a, person, &all, &n)) && n == 1
	      && all[0].used_at == 77);
	CHECK(token_remove(b, person + 1, got.id).kind == ERR_NOTFOUND);
	CHECK(ok(token_remove(b, person, got.id)));
	CHECK(token_find(b, a, STR("secret"), &got).kind == ERR_NOTFOUND);
}

static void test_order(struct arena *a, struct book *b)
{
	struct order_row o = { .kind = STR("post"),
			       .args = STR("{\"x\":1}"),
			       .person = 3,
			       .client = STR("192.0.2.1"),
			       .created_at = 10 };
	struct order_row got;
	bool found = true;
	int64_t n, first;
	CHECK(ok(order_next(b, a, 0, &got, &found)) && !found);
	CHECK(ok(order_file(b, &o)));
	first = o.id;
	CHECK(ok(order_file(b, &o)) && o.id > first);
	CHECK(ok(order_next(b, a, 0, &got, &found)) && found && got.id == first);
	CHECK(str_eq(got.kind, o.kind) && str_eq(got.args, o.args) && got.person == 3);
	CHECK(str_eq(got.client, o.client) && got.created_at == 10 && got.state.n == 0);
	CHECK(ok(order_next(b, a, first, &got, &found)) && found && got.id == o.id);
	CHECK(got.attempts == 0 && ok(order_begin(b, o.id)) && ok(order_begin(b, o.id)));
	CHECK(ok(order_get(b, a, o.id, &got)) && got.attempts == 2);
	CHECK(ok(order_put_off(b, o.id)) && ok(order_get(b, a, o.id, &got))
	      && got.attempts == 0 && got.state.n == 0);
	CHECK(ok(order_finish(b, first, STR("refused"), STR("no such list"))));
	CHECK(order_finish(b, first, STR("done"), STR("")).kind == ERR_DENIED);
	CHECK(ok(order_next(b, a, 0, &got, &found)) && found && got.id == o.id);
	CHECK(ok(order_count(b, &n)) && n == 1);
	CHECK(ok(order_get(b, a, first, &got)) && str_eq(got.state, STR("refused")));
	CHECK(str_eq(got.result, STR("no such list")));
	CHECK(ok(order_expire(b, 100, &n)) && n == 1); /* the other one still waits */
	CHECK(order_get(b, a, first, &got).kind == ERR_NOTFOUND);
}

static void test_audit(struct arena *a, struct book *b)
{
	struct audit_row x = { .at = 1,
			       .person = 2,
			       .actor = STR("anna@x"),
			       .list = 1,
			       .what = STR("member add"),
			       .detail = STR("kim@x") };
	struct audit_row *all;
	size_t n;
	CHECK(ok(audit_add(b, &x)));
	x.list = 0;
	CHECK(ok(audit_add(b, &x)));
	CHECK(ok(audit_list(b, a, -1, 0, 10, &all, &n)) && n == 2 && all[0].id == x.id);
	CHECK(ok(audit_list(b, a, 1, 0, 10, &all, &n)) && n == 1);
	CHECK(str_eq(all[0].what, x.what) && str_eq(all[0].detail, x.detail));
	CHECK(str_eq(all[0].actor, x.actor) && all[0].person == 2 && all[0].at == 1);
	CHECK(ok(audit_list(b, a, 1, all[0].id, 10, &all, &n)) && n == 0);
	CHECK(ok(audit_list(b, a, 0, 0, 10, &all, &n)) && n == 1);
}

/* Two lists, of which one has posts and people, the other people alone. */
static void test_by_list(struct arena *a, struct book *b)
{
	struct waiting_row *w;
	size_t n, before;
	int64_t other;
	CHECK(ok(waiting_by_list(b, a, &w, &before)));
	CHECK(ok(list_create(b, STR("more@lists.example"), 0, &other)));
	struct held_row h[] = { { .list = other, .source = STR("8/a"), .held_at = 300 },
				{ .list = other, .source = STR("8/b"), .held_at = 200 },
				{ .list = other, .source = STR("8/c"), .held_at = 100 } };
	for (size_t i = 0; i < 3; i++)
		CHECK(ok(held_add(b, &h[i], STR("x"))));
	CHECK(ok(held_close(
		b, a, h[2].id,
		&(struct held_end){ .verdict = STR("discarded"), .now = 400 })));
	struct request_row r = { .list = other,
				 .address = STR("new@x.example"),
				 .asked_at = 250 };
	CHECK(ok(request_add(b, &r)));
	CHECK(ok(waiting_by_list(b, a, &w, &n)) && n == before + 1);
	CHECK(w[n - 1].list == other && w[n - 1].posts == 2 && w[n - 1].requests == 1
	      && w[n - 1].oldest == 200);
	CHECK(ok(waiting_counts(b, a, &w, &n)) && n == before + 1);
	CHECK(w[n - 1].list == other && w[n - 1].posts == 2 && w[n - 1].requests == 1
	      && !w[n - 1].oldest);
	for (size_t i = 0; i < 2; i++)
		CHECK(ok(held_close(
			b, a, h[i].id,
			&(struct held_end){ .verdict = STR("discarded"), .now = 400 })));
	CHECK(ok(waiting_by_list(b, a, &w, &n)) && n == before + 1);
	CHECK(!w[n - 1].posts && w[n - 1].requests == 1 && w[n - 1].oldest == 250);
	CHECK(ok(request_end(
		b, r.id, &(struct request_end){ .verdict = STR("refused"), .at = 400 })));
	CHECK(ok(waiting_by_list(b, a, &w, &n)) && n == before);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	int64_t domain, list, person;
	CHECK(ok(domain_add(b, STR("lists.example"), &domain)));
	CHECK(ok(list_create(b, STR("dev@lists.example"), 0, &list)) && list == 1);
	CHECK(ok(person_add(b, STR("Anna"), 0, &person)));
	test_pending(a, b);
	test_held(a, b);
	test_request(a, b);
	test_by_list(a, b);
	test_memory(a, b);
	test_session(a, b, person);
	test_token(a, b, person);
	test_order(a, b);
	test_audit(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
