/* Two books of the ledger with the same entries: one at a time, and in commits. */
#include "store_folder.h"

#include "store/outbound/arrival.h"
#include "store/outbound/entry.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"
#include "store/outbound/run.h"

enum { MESSAGES = 3, COMMITS = 40, MEMBERS = 300 };

struct pair {
	struct arena *a;
	struct book *single, *runs;
	int64_t last;
};

static void make_messages(struct book *b)
{
	for (int i = 0; i < MESSAGES; i++) {
		bool fresh;
		static const str sources[] = { STR("1/a"), STR("1/b"), STR("2/a") };
		struct outbound_message m = { .source = sources[i],
					      .inbound = i < 2 ? 1 : 2,
					      .kind = STR("post"),
					      .message_id = sources[i] };
		struct arrival x = { .inbound = i < 2 ? 1 : 2, .message_id = STR("x@y") };
		if (i != 1)
			CHECK(ok(arrival_add(b, &x)));
		CHECK(ok(outbound_add(b, &m, &fresh)) && m.id == i + 1);
	}
}

/* What one commit may say, by a number of its own: mostly delivered copies of one
 * message, some that were tried, refused or kept, some of an arrival. */
static struct ledger_entry make_entry(struct arena *a, unsigned commit, unsigned i)
{
	unsigned mix = (commit * 2654435761u + i * 40503u) >> 7;
	static const char *const words[] = { "tried", "refused", "kept", "queued" };
	bool plain = mix % 50 > 3 || commit % 3 == 0;
	str what = plain ? STR("delivered") : str_from(words[mix % 4]);
	bool refused = str_eq(what, STR("refused")),
	     of_arrival = str_eq(what, STR("queued"));
	return (struct ledger_entry){
		.at = 1000 + commit,
		.inbound = commit % MESSAGES < 2 ? 1 : 2,
		.message = of_arrival ? 0 : 1 + commit % MESSAGES,
		.recipient = arena_printf(a, "User%u@d%u.example", mix % MEMBERS,
					  mix % 7),
		.member = mix % MEMBERS,
		.what = what,
		.detail = arena_printf(a, "250 2.0.0 ok %x (mx%u)", mix, mix % 7),
		.class = refused ? STR("full") : STR(""),
		.status = refused ? STR("5.2.2") : STR(""),
	};
}

static void fill(struct pair *p)
{
	make_messages(p->single);
	make_messages(p->runs);
	CHECK(ok(book_begin(p->single)));
	for (unsigned c = 0; c < COMMITS; c++) {
		static struct ledger_entry e[1000];
		size_t n = c % 5 ? 10 + c * 37 % 990 : 1;
		for (unsigned i = 0; i < n; i++)
			e[i] = make_entry(p->a, c, i);
		CHECK(ok(ledger_add(p->runs, e, n)));
		p->last = e[n - 1].id;
		for (size_t i = 0; i < n; i++) {
			int64_t id = e[i].id;
			CHECK(ok(ledger_add(p->single, &e[i], 1)) && e[i].id == id);
		}
	}
	CHECK(ok(book_commit(p->single)));
}

static bool same_entry(const struct ledger_entry *x, const struct ledger_entry *y)
{
	return x->id == y->id && x->at == y->at && x->inbound == y->inbound
	       && x->message == y->message && str_eq(x->recipient, y->recipient)
	       && x->member == y->member && str_eq(x->what, y->what)
	       && str_eq(x->detail, y->detail) && str_eq(x->class, y->class)
	       && str_eq(x->status, y->status) && x->report == y->report;
}

typedef err reading(struct book *b, struct arena *a, int64_t after, size_t limit,
		    struct ledger_entry **e, size_t *count);

static err read_message(struct book *b, struct arena *a, int64_t after, size_t limit,
			struct ledger_entry **e, size_t *count)
{
	return ledger_by_message(b, a, 2, after, limit, e, count);
}

static err read_inbound(struct book *b, struct arena *a, int64_t after, size_t limit,
			struct ledger_entry **e, size_t *count)
{
	return ledger_by_inbound(b, a, 1, after, limit, e, count);
}

static err read_message_id(struct book *b, struct arena *a, int64_t after, size_t limit,
			   struct ledger_entry **e, size_t *count)
{
	return ledger_by_message_id(b, a, STR("x@y"), after, limit, e, count);
}

static err read_recipient(struct book *b, struct arena *a, int64_t after, size_t limit,
			  struct ledger_entry **e, size_t *count)
{
	return ledger_by_recipient(b, a, STR("uSER7@d0.example"), after, limit, e, count);
}

static err read_nobody(struct book *b, struct arena *a, int64_t after, size_t limit,
		       struct ledger_entry **e, size_t *count)
{
	return ledger_by_recipient(b, a, STR("ser7@d0.example"), after, limit, e, count);
}

static err read_newest(struct book *b, struct arena *a, int64_t after, size_t limit,
		       struct ledger_entry **e, size_t *count)
{
	return ledger_newest_of(b, a, STR("uSER7@d0.example"), after, limit, e, count);
}

/* Backwards: what was found last is what the next page begins before. */
static err read_kept(struct book *b, struct arena *a, int64_t after, size_t limit,
		     struct ledger_entry **e, size_t *count)
{
	return ledger_kept(b, a, after, limit, e, count);
}

static const struct {
	const char *name;
	reading *read;
	bool some;
} readings[] = {
	{ "all", ledger_after, true },
	{ "failures", ledger_failures, true },
	{ "of a message", read_message, true },
	{ "of an arrival", read_inbound, true },
	{ "of a Message-ID", read_message_id, true },
	{ "of a recipient", read_recipient, true },
	{ "of a recipient, newest first", read_newest, true },
	{ "of nobody", read_nobody, false },
	{ "kept", read_kept, true },
};

/* By pages of that size to the end, the same in both. */
static void walk(struct pair *p, size_t r, size_t limit)
{
	size_t n, m, all = 0, pages = 0;
	int64_t after = 0;
	do {
		ARENA(a);
		struct ledger_entry *x, *y;
		CHECK(ok(readings[r].read(p->single, a, after, limit, &x, &n)));
		CHECK(ok(readings[r].read(p->runs, a, after, limit, &y, &m)));
		CHECK(n == m && n <= limit);
		for (size_t i = 0; i < n && i < m; i++)
			CHECK(same_entry(&x[i], &y[i]));
		after = n ? x[n - 1].id : 0;
		all += n;
	} while (n == limit && m == n && ++pages < 400);
	bool right = (all > 0) == readings[r].some;
	if (!right)
		fprintf(stderr, "  reading what is %s\n", readings[r].name);
	CHECK(right);
}

static void test_readings(struct pair *p)
{
	static const size_t limits[] = { 1, 7, 1000, 100000 };
	for (size_t r = 0; r < sizeof readings / sizeof *readings; r++)
		for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
			walk(p, r, limits[i]);
}

static void test_questions(struct pair *p)
{
	struct ledger_entry x, y;
	int went = 0, since = 0;
	for (int64_t id = 1; id <= p->last; id += 13) {
		ARENA(a);
		CHECK(ok(ledger_get(p->single, a, id, &x))
		      && ok(ledger_get(p->runs, a, id, &y)) && same_entry(&x, &y));
	}
	CHECK(ledger_get(p->runs, p->a, p->last + 1, &y).kind == ERR_NOTFOUND);
	CHECK(ledger_get(p->runs, p->a, 0, &y).kind == ERR_NOTFOUND
	      && ledger_get(p->runs, p->a, INT64_MIN, &y).kind == ERR_NOTFOUND);
	for (int64_t member = 0; member < MEMBERS + 5; member += 5)
		for (int64_t message = 0; message <= MESSAGES; message++) {
			bool a, b;
			CHECK(ok(ledger_went_to(p->single, message, member, &a))
			      && ok(ledger_went_to(p->runs, message, member, &b))
			      && a == b);
			went += a;
		}
	for (int64_t member = 0; member < 60; member++) {
		bool a, b;
		str who = arena_printf(p->a, "user%d@d%d.example", (int)member,
				       (int)member % 7);
		CHECK(ok(ledger_delivered_since(p->single, p->a, who, member, 1020, &a))
		      && ok(ledger_delivered_since(p->runs, p->a, who, member, 1020, &b))
		      && a == b);
		since += a;
	}
	CHECK(went > 50 && since > 0);
}

static int64_t count(struct book *b, const char *sql)
{
	int64_t n = -1;
	bool found;
	CHECK(ok(book_number(b, &n, &found, sql)));
	return n;
}

static void test_rows(struct pair *p)
{
	static const char rows[] = "SELECT count(*) FROM event",
			  sum[] = "SELECT sum(entries) FROM event",
			  octets[] = "SELECT sum(length(run) + length(recipient) + "
				     "length(detail)) FROM event",
			  across[] = "SELECT count(*) FROM event WHERE "
				     "(id - 1) / 1024 <> (id - entries) / 1024";
	struct rows x, y;
	int64_t blocks = 0;
	CHECK(count(p->single, rows) == p->last && count(p->single, sum) == p->last);
	CHECK(count(p->runs, sum) == p->last && count(p->runs, rows) < p->last / 4);
	CHECK(count(p->runs, octets) * 3 < count(p->single, octets) * 2);
	CHECK(count(p->runs, across) == 0);
	static const char filters[] =
		"SELECT last, filter, members FROM event_block ORDER BY last";
	CHECK(ok(book_rows(p->single, &x, filters))
	      && ok(book_rows(p->runs, &y, filters)));
	for (; rows_next(&x) && rows_next(&y); blocks++)
		CHECK(rows_i64(&x, 0) == rows_i64(&y, 0)
		      && str_eq(rows_view(&x, 1), rows_view(&y, 1)) && rows_view(&x, 2).n
		      && str_eq(rows_view(&x, 2), rows_view(&y, 2)));
	CHECK(!rows_next(&y) && ok(rows_end(&x)) && ok(rows_end(&y)));
	CHECK(blocks == p->last / 1024 && blocks > 5);
}

/* Blocks that were full before there were filters of members are read as before. Where the
 * filter is there a run that it keeps from being read could be damaged and nobody would see. */
static void test_member_filters(struct pair *p)
{
	int64_t said = 0, damaged = 0, message, member;
	bool yes, found;
	CHECK(ok(book_number(p->runs, &message, &found,
			     "SELECT message FROM event WHERE entries > 500 LIMIT 1"))
	      && found);
	CHECK(ok(book_begin(p->runs)));
	CHECK(ok(book_run(p->runs,
			  "UPDATE event SET run = substr(run, 1, 30) WHERE entries > 1 "
			  "AND id <= (SELECT max(last) FROM event_block)")));
	for (member = 1000000; member < 1000100; member++) {
		err e = ledger_went_to(p->runs, message, member, &yes);
		said += ok(e) && !yes;
		damaged += e.kind == ERR_IO;
	}
	CHECK(said > 50 && said + damaged == 100);
	CHECK(ok(book_run(p->runs, "UPDATE event_block SET members = x''")));
	CHECK(ledger_went_to(p->runs, message, member, &yes).kind == ERR_IO);
	book_rollback(p->runs);
}

/* Counted from an index of those alone, however long the ledger is. */
static void test_shadowed(struct pair *p)
{
	static const struct {
		const char *list;
		int64_t messages, copies;
	} cases[] = { { "a@lists.example", 2, 3 },
		      { "b@lists.example", 1, 1 },
		      { "c@lists.example", 0, 0 } };
	static const struct {
		int64_t message;
		const char *list;
	} kept[] = { { 900, "a@lists.example" },
		     { 900, "a@lists.example" },
		     { 901, "a@lists.example" },
		     { 902, "b@lists.example" } };
	int64_t messages, copies;
	int by_index = 0;
	struct rows r;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		struct ledger_entry e = { .at = 2000,
					  .message = kept[i].message,
					  .recipient = STR("x@uni.example"),
					  .what = STR(LEDGER_SHADOWED),
					  .detail = str_from(kept[i].list) };
		CHECK(ok(ledger_add(p->runs, &e, 1)));
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(ok(ledger_shadowed(p->runs, str_from(cases[i].list), &messages,
					 &copies))
		      && messages == cases[i].messages && copies == cases[i].copies);
	CHECK(ok(book_rows(p->runs, &r, "EXPLAIN QUERY PLAN " LEDGER_SHADOWED_COUNTS,
			   SQL_S(STR("a@lists.example")))));
	while (rows_next(&r)) {
		str step = rows_view(&r, 3);
		by_index += str_find(step, STR("COVERING INDEX event_shadowed")).n > 0;
		CHECK(!str_starts(step, STR("SCAN")));
	}
	CHECK(ok(rows_end(&r)) && by_index == 1);
}

static int64_t forget(struct book *b, int64_t before, size_t limit)
{
	int64_t gone = 0, all = 0;
	while (ok(ledger_expire(b, before, limit, &gone)) && gone) {
		CHECK(gone < (int64_t)limit + 1000);
		all += gone;
	}
	return all;
}

static void test_expiry(struct pair *p)
{
	int64_t gone = forget(p->single, 1017, 100);
	CHECK(gone > 1024 && forget(p->runs, 1017, 100) == gone);
	CHECK(forget(p->runs, 1017, 100) == 0);
	for (size_t r = 0; r < sizeof readings / sizeof *readings; r++)
		walk(p, r, 1000);
	CHECK(ok(book_run(p->runs, "UPDATE event SET run = substr(run, 1, 30) "
				   "WHERE entries > 1")));
	struct ledger_entry *e;
	size_t n;
	CHECK(ledger_after(p->runs, p->a, 0, 100000, &e, &n).kind == ERR_IO);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a), other = folder_make(a);
	struct pair p = { .a = a,
			  .single = fresh_book(a, data, BOOK_OUTBOUND),
			  .runs = fresh_book(a, other, BOOK_OUTBOUND) };
	fill(&p);
	test_rows(&p);
	test_readings(&p);
	test_questions(&p);
	test_member_filters(&p);
	test_expiry(&p);
	test_shadowed(&p);
	book_close(p.single);
	book_close(p.runs);
	folder_remove(a, data);
	folder_remove(a, other);
	return check_done();
}
