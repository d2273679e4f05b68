/* Members in a file: what a record says, what a file would change, and a batch that is done
 * a part at a time, however often it is begun. */
#include "letters.h"

#include "base/buf.h"
#include "lists/roster_batch.h"
#include "mail/date.h"
#include "store/lists/planned.h"
#include "store/lists/role.h"

#define DEV "dev@lists.example"

/* What is wrong with the first record of a file, or "". */
static str fault_of(struct books_test *t, const char *text)
{
	struct roster_file f;
	struct roster_plan plan;
	err e = roster_open(&f, &t->books, t->a, books_entry(t, DEV), str_from(text));
	if (!e.kind) {
		e = roster_compare(&f, ROSTER_SYNC, &plan);
		str fault = plan.wrong ? plan.faults[0] : STR("");
		roster_plan_free(&plan);
		if (!e.kind)
			return fault;
	}
	return arena_copy(t->a, str_from(e.msg));
}

static void test_faults(struct books_test *t)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "anna@uni.example\n", "" },
		{ "\xef\xbb\xbf"
		  "Address,Name\nanna@uni.example,Anna\n",
		  "" },
		{ "# a remark\n\nAnna <anna@uni.example>\n", "" },
		{ "\"anna@uni.example\",\"two\nlines\"\n", "" },
		{ "", "names nobody" },
		{ "address,shoe\nanna@uni.example,43\n", "shoe" },
		{ "anna@uni.example\nnot an address\n", "record 2" },
		{ "address,delivery\nanna@uni.example,often\n", "delivery = often" },
		{ "address,until\nanna@uni.example,soon\n", "no day" },
		{ "address,topics\nanna@uni.example,knitting\n", "knitting" },
		{ "address,until\nben@uni.example,2001-01-01\n", "over" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str fault = fault_of(t, cases[i].text), says = str_from(cases[i].says);
		if (says.n ? !str_find(fault, says).n : fault.n)
			fprintf(stderr, "%s: %.*s\n", cases[i].text, STR_F(fault));
		CHECK(says.n ? str_find(fault, says).n : !fault.n);
	}
}

/* What is kept of a record is many times what it takes in the file. */
static void test_many(struct books_test *t)
{
	static char text[(ROSTER_RECORDS_MAX + 1) * sizeof "a000000@b.example" + 1];
	char *at = text;
	for (int i = 0; i <= ROSTER_RECORDS_MAX; i++)
		at += sprintf(at, "a%06d@b.example\n", i);
	CHECK(str_find(fault_of(t, text), STR("more than 200000 records")).n);
}

/* As export writes a member. */
static str written(struct books_test *t, const struct member_row *m)
{
	str cells[ROSTER_LEVEL_CELLS];
	roster_cells(t->a, m, cells);
	return arena_cat(
		t->a, STR("address,name,delivery,hidden,own_posts," ROSTER_LEVELS "\n"),
		m->text, STR(","), m->name, STR(","), m->delivery,
		m->hidden ? STR(",yes,") : STR(",no,"),
		m->own_posts ? STR("yes,") : STR("no,"), cells[0], STR(","), cells[1],
		STR(","), cells[2], STR(","), cells[3], STR("\n"));
}

static void enter(struct books_test *t, str text)
{
	ARENA(a);
	struct roster_file f;
	struct roster_record r;
	enum roster_verb did;
	err e = OK;
	CHECK(ok(roster_open(&f, &t->books, a, books_entry(t, DEV), text)));
	CHECK(roster_next(&f, a, &r, &e) && ok(e));
	CHECK(ok(roster_begin(&f, a)));
	e = roster_enter(&f, a, &r, &t->by, &did);
	CHECK(ok(e) || e.kind == ERR_DENIED);
}

/* Removed and read again: the member has what it had, and what it had from above it has from
 * there still. */
static void test_again(struct books_test *t)
{
	static const struct {
		const char *key, *value;
	} chosen[] = { { "form", "summary" }, { "delivery", "off" },
		       { "hidden", "no" },    { "language", "fr" },
		       { "own_posts", "no" }, { "name", "Prof. Rita" } };
	const char *rita = "rita@uni.example";
	struct member_row m, back;
	int64_t id = books_member(t, books_entry(t, DEV), rita);
	CHECK(ok(member_get(t->books.lists, t->a, id, &m)));
	struct preference p = { .person = m.person,
				.set = PREFERS_COPIES,
				.copies = false,
				.form = STR("regular") };
	CHECK(ok(preference_put(t->books.lists, &p)));
	CHECK(ok(member_get(t->books.lists, t->a, id, &m)) && !m.copies);
	for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
		CHECK(ok(member_option(t->a, &m, str_from(chosen[i].key),
				       str_from(chosen[i].value), STR("user"))));
	m.follows = true;
	m.pinned = PREFERS_HIDDEN; /* though it is as usual */
	CHECK(ok(member_change(t->books.lists, &m)));
	CHECK(ok(member_get(t->books.lists, t->a, id, &m)));
	str text = written(t, &m);
	enter(t, text);
	CHECK(ok(member_get(t->books.lists, t->a, id, &back)) && back.own == m.own);
	CHECK(str_eq(back.off_by, STR("user")));
	CHECK(ok(member_remove(t->books.lists, id)));
	enter(t, text);
	CHECK(ok(member_find(t->books.lists, t->a, m.list, m.key, &back)));
	CHECK(back.own == m.own && (m.own & PREFERS_HIDDEN) && !(m.own & PREFERS_COPIES));
	CHECK(str_eq(back.form, STR("summary")) && str_eq(back.delivery, STR("off")));
	CHECK(str_eq(back.language, STR("fr")) && back.follows && !back.own_posts);
	CHECK(!back.copies && !back.hidden);
	CHECK(str_eq(written(t, &back), text));
	CHECK(ok(member_remove(t->books.lists, back.id)));
}

/* Beside a delivery that is not off the form has no word; chosen and follows are checked. */
static void test_levels_cells(struct books_test *t)
{
	const char *head = "address,delivery,form,follows,chosen\n";
	struct member_row m;
	int64_t id = books_member(t, books_entry(t, DEV), "udo@uni.example");
	enter(t, arena_cat(t->a, str_from(head), STR("udo@uni.example,plain,mime,,\n")));
	CHECK(ok(member_get(t->books.lists, t->a, id, &m))
	      && str_eq(m.delivery, STR("plain")) && !m.follows);
	CHECK(str_find(fault_of(t, "address,follows\nudo@uni.example,maybe\n"),
		       STR("follows = maybe"))
		      .n);
	CHECK(str_find(fault_of(t, "address,chosen\nudo@uni.example,shoes\n"),
		       STR("shoes"))
		      .n);
	CHECK(ok(member_remove(t->books.lists, id)));
}

struct counts {
	size_t add, change, remove, kept;
};

static struct counts compared(struct books_test *t, enum roster_kind kind,
			      const char *text)
{
	struct roster_file f;
	struct roster_plan p = { 0 };
	CHECK(ok(roster_open(&f, &t->books, t->a, books_entry(t, DEV), str_from(text))));
	CHECK(ok(roster_compare(&f, kind, &p)) && !p.wrong);
	struct counts n = { p.to_add, p.to_change, p.to_remove, p.kept };
	roster_plan_free(&p);
	return n;
}

/* anna, ben and cora are members, dora is to be one. */
static void test_compare(struct books_test *t)
{
	static const struct {
		enum roster_kind kind;
		const char *text;
		struct counts n;
	} cases[] = {
		{ ROSTER_IMPORT, "anna@uni.example\nnew@uni.example", { 1, 0, 0, 1 } },
		{ ROSTER_SYNC, "anna@uni.example\nnew@uni.example", { 1, 0, 3, 1 } },
		{ ROSTER_END, "anna@uni.example\nnew@uni.example", { 0, 0, 1, 1 } },
		{ ROSTER_END, "dora@uni.example", { 0, 0, 1, 0 } },
		{ ROSTER_SYNC,
		  "address,from\ndora@uni.example,2097-01-01",
		  { 0, 0, 3, 1 } },
		{ ROSTER_IMPORT, "ANNA@uni.example\nanna@UNI.example", { 0, 0, 0, 1 } },
		{ ROSTER_IMPORT,
		  "address,delivery\nanna@uni.example,off",
		  { 0, 1, 0, 0 } },
		{ ROSTER_IMPORT,
		  "address,delivery\nben@uni.example,off",
		  { 0, 0, 0, 1 } },
		{ ROSTER_IMPORT, "address,delivery\nanna@uni.example,", { 0, 0, 0, 1 } },
		{ ROSTER_IMPORT, "address,name\nanna@uni.example,Anna", { 0, 1, 0, 0 } },
		{ ROSTER_IMPORT, "Anna <anna@uni.example>", { 0, 0, 0, 1 } },
		{ ROSTER_IMPORT,
		  "address,until\nanna@uni.example,2097-01-01",
		  { 0, 1, 0, 0 } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct counts n = compared(t, cases[i].kind, cases[i].text);
		if (memcmp(&n, &cases[i].n, sizeof n))
			fprintf(stderr, "%s: %zu %zu %zu %zu\n", cases[i].text, n.add,
				n.change, n.remove, n.kept);
		CHECK(!memcmp(&n, &cases[i].n, sizeof n));
	}
}

static int64_t made_for(struct books_test *t, const char *list, enum roster_kind kind,
			bool notice, str text)
{
	struct roster_file f;
	struct roster_plan p = { 0 };
	int64_t id = 0;
	CHECK(ok(roster_open(&f, &t->books, t->a, books_entry(t, list), text)));
	CHECK(ok(roster_compare(&f, kind, &p)) && !p.wrong);
	CHECK(ok(batch_make(&f, kind, &p, notice, &t->by, &id)));
	roster_plan_free(&p);
	return id;
}

static int64_t made(struct books_test *t, enum roster_kind kind, str text)
{
	return made_for(t, DEV, kind, false, text);
}

static void test_batch(struct books_test *t)
{
	BUF(text);
	const struct list_entry *dev = books_entry(t, DEV);
	struct batch_row x;
	struct member_row m;
	bool more = true;
	int64_t turn = 0;
	int rounds = 0;
	buf_add(&text, STR("address,name,delivery\r\nanna@uni.example,,mime\r\n"));
	for (int i = 0; i < 1200; i++)
		buf_addf(&text, "m%04d@uni.example,\"Meyer, Nr %d\",\r\n", i, i);
	int64_t old = made(t, ROSTER_SYNC, buf_str(&text));
	int64_t id = made(t, ROSTER_SYNC, buf_str(&text));
	CHECK(batch_begin(&t->books, t->a, dev, old, &t->by).kind == ERR_NOTFOUND);
	CHECK(ok(batch_continue(&t->books, t->a, &turn, &more))
	      && !more); /* nobody said so */
	CHECK(ok(batch_begin(&t->books, t->a, dev, id, &t->by)));
	CHECK(batch_begin(&t->books, t->a, dev, id, &t->by).kind == ERR_DENIED);
	CHECK(batch_drop(&t->books, t->a, dev, id).kind == ERR_DENIED);
	CHECK(ok(member_admit(
		&t->books, t->a, dev,
		&(struct mailbox){ .address = { STR("m0007"), STR("uni.example") } },
		false, &t->by))); /* meanwhile */
	do
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)));
	while (more && ++rounds < 20);
	CHECK(rounds == 4); /* three parts, and that there is none */
	CHECK(ok(batch_get(t->books.lists, t->a, dev->id, id, &x)));
	CHECK(str_eq(x.state, STR("done")) && x.added == 1199 && x.changed == 2
	      && x.removed == 3 && !x.refused);
	CHECK(ok(member_find(t->books.lists, t->a, dev->id, STR("m1199@uni.example"), &m))
	      && str_eq(m.name, STR("Meyer, Nr 1199")));
	CHECK(ok(member_find(t->books.lists, t->a, dev->id, STR("anna@uni.example"), &m))
	      && str_eq(m.delivery, STR("mime")));
	struct counts n = compared(t, ROSTER_SYNC, arena_z(t->a, buf_str(&text)));
	CHECK(n.kept == 1201 && !n.add && !n.change && !n.remove);
	struct counts none = compared(t, ROSTER_END, arena_z(t->a, buf_str(&text)));
	CHECK(none.remove == 1201);
}

/* All of a file is done; how many letters that brought about. */
static int64_t letters_of(struct books_test *t, const char *list, enum roster_kind kind,
			  str text)
{
	bool more = true;
	int64_t turn = 0, before = letters(t), id = made_for(t, list, kind, true, text);
	CHECK(ok(batch_begin(&t->books, t->a, books_entry(t, list), id, &t->by)));
	while (more)
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)));
	return letters(t) - before;
}

static void run_terms(struct books_test *t)
{
	for (int i = 0; i < 2; i++)
		CHECK(ok(term_run(&t->books, t->a, clock_now() + 3 * 86400)));
}

static int64_t members_of(struct books_test *t, const char *list)
{
	struct member_row *m;
	size_t n = 0;
	CHECK(ok(member_list(t->books.lists, t->a, books_entry(t, list)->id, 0, 1000, &m,
			     &n)));
	return (int64_t)n;
}

/* However a file brings letters to strangers about, they are 500 a day, and what the file
 * says is done. */
static void test_letters(struct books_test *t)
{
	enum { MANY = 503 };
	BUF(later);
	BUF(once);
	str day = date_day(t->a, clock_now() + 86400);
	buf_add(&later, STR("address,from\n"));
	for (int i = 0; i < MANY; i++) {
		buf_addf(&later, "s%d@far.example,%.*s\n", i, STR_F(day));
		buf_addf(&once, "s%d@far.example\n", i);
	}
	books_list(t, "later@lists.example");
	CHECK(!letters_of(t, "later@lists.example", ROSTER_IMPORT, buf_str(&later)));
	int64_t before = letters(t);
	run_terms(t);
	CHECK(letters(t) - before == 500 && members_of(t, "later@lists.example") == MANY);
	books_list(t, "gone@lists.example");
	books_set(t, "gone@lists.example", "send_goodbye_message", "yes");
	CHECK(!letters_of(t, "gone@lists.example", ROSTER_IMPORT, buf_str(&once)));
	CHECK(letters_of(t, "gone@lists.example", ROSTER_END, buf_str(&once)) == 500);
	CHECK(!members_of(t, "gone@lists.example"));
	CHECK(books_count(t, "audit", "what = 'no more letters to strangers today'")
	      == 2);
}

/* A file of three parts for a list that is made for it, begun. */
static int64_t begun(struct books_test *t, const char *list, const struct actor *by)
{
	BUF(text);
	for (int i = 0; i < 1100; i++)
		buf_addf(&text, "m%04d@uni.example\n", i);
	struct actor before = t->by;
	if (!books_entry(t, list))
		books_list(t, list);
	t->by = *by;
	int64_t id = made_for(t, list, ROSTER_IMPORT, false, buf_str(&text));
	CHECK(ok(batch_begin(&t->books, t->a, books_entry(t, list), id, by)));
	t->by = before;
	return id;
}

static struct batch_row batch_now(struct books_test *t, const char *list, int64_t id)
{
	struct batch_row x = { 0 };
	CHECK(ok(batch_get(t->books.lists, t->a, books_entry(t, list)->id, id, &x)));
	return x;
}

static void test_turns(struct books_test *t)
{
	int64_t first = begun(t, "first@lists.example", &t->by),
		second = begun(t, "second@lists.example", &t->by), turn = 0;
	bool more = true;
	for (int64_t i = 1; i <= 2; i++) {
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)) && more);
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)) && more);
		CHECK(batch_now(t, "first@lists.example", first).added == i * 500
		      && batch_now(t, "second@lists.example", second).added == i * 500);
	}
	for (int i = 0; more && i < 10; i++)
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)));
	CHECK(!more && batch_now(t, "first@lists.example", first).added == 1100);
}

/* It ends when an owner says so, and when who began it is no owner any more. */
static void test_stop(struct books_test *t)
{
	static const char list[] = "stop@lists.example";
	const struct list_entry *l = books_list(t, list);
	struct actor olga = { .person = books_role(t, l, "olga@uni.example", "owner"),
			      .name = STR("olga@uni.example"),
			      .via = STR("page") };
	struct member_row *m;
	struct address_row olgas;
	size_t n;
	int64_t left;
	bool more;
	for (int by_hand = 0; by_hand < 2; by_hand++) {
		int64_t turn = 0, id = begun(t, list, &olga);
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)) && more);
		CHECK(batch_now(t, list, id).added == 500);
		if (by_hand) {
			CHECK(ok(batch_stop(&t->books, t->a, l, id, &t->by)));
		} else {
			CHECK(ok(address_find(t->books.lists, t->a, olga.name, &olgas)));
			CHECK(ok(role_remove(t->books.lists, l->id, olgas.id,
					     STR("owner"))));
			CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)));
			books_role(t, l, "olga@uni.example", "owner");
		}
		CHECK(ok(batch_continue(&t->books, t->a, &turn, &more)) && !more);
		struct batch_row x = batch_now(t, list, id);
		CHECK(str_eq(x.state, STR("done")) && x.added == 500);
		CHECK(ok(batch_parts_left(t->books.lists, id, &left)) && left == 2);
		CHECK(batch_stop(&t->books, t->a, l, id, &t->by).kind == ERR_DENIED);
		CHECK(ok(member_list(t->books.lists, t->a, l->id, 0, 1000, &m, &n)));
		for (size_t i = 0; i < n; i++)
			CHECK(ok(member_remove(t->books.lists, m[i].id)));
	}
	CHECK(books_count(t, "audit", "what = 'file of members stopped'") == 2);
}

static void plan_dora(struct books_test *t, const struct list_entry *dev)
{
	struct planned_row p = { .list = dev->id,
				 .address = STR("dora@uni.example"),
				 .key = STR("dora@uni.example"),
				 .first_day = 4000000000,
				 .last_day = 0 };
	CHECK(ok(planned_put(t->books.lists, &p)));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	const struct list_entry *dev = books_list(&t, DEV);
	struct member_row ben;
	books_member(&t, dev, "anna@uni.example");
	books_member(&t, dev, "ben@uni.example");
	books_member(&t, dev, "cora@uni.example");
	plan_dora(&t, dev);
	CHECK(ok(member_find(t.books.lists, a, dev->id, STR("ben@uni.example"), &ben)));
	ben.delivery = STR("off");
	ben.off_by = STR("user");
	CHECK(ok(member_change(t.books.lists, &ben)));
	test_faults(&t);
	test_again(&t);
	test_levels_cells(&t);
	test_many(&t);
	test_compare(&t);
	test_batch(&t);
	test_letters(&t);
	test_turns(&t);
	test_stop(&t);
	books_end(&t);
	return check_done();
}
