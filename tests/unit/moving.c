/* What somebody chose in another list manager, level by level, on its way into our books. */
#include "books.h"

#include "lists/import/mailman3_inside.h"

#define DEV "dev@lists.example"
#define OPS "ops@lists.example"

struct run {
	struct books_test *t;
	struct import_report report;
	const char *list;
	struct moved_levels levels;
	struct preference own;
	const char *off_by;
};

static struct run *running;

static err move_one(struct moving *x)
{
	struct preference own = running->own;
	bool follows, here;
	TRY(moving_levels(x, &running->levels, &own, &follows));
	TRY(moving_member(
		x,
		&(struct moved_member){ .address = running->levels.address,
					.key = STR(""),
					.own = &own,
					.follows = follows,
					.as = { .action = STR(""),
						.off_by = str_from(running->off_by) } },
		&here));
	CHECK(here);
	return OK;
}

static err move_all(struct moving *x)
{
	x->address = str_from(running->list);
	return moving_in_transaction(x, move_one);
}

/* *written: changes in our books. */
static struct member_row moved(struct run *r, size_t *written)
{
	struct books_test *t = r->t;
	struct member_row m = { 0 };
	struct list_row l = { 0 };
	running = r;
	CHECK(ok(moving_list(&t->books, &r->report, &t->by,
			     &(struct moving){ .from = "Mailman 3",
					       .word = "mailman3",
					       .name = str_from(r->list) },
			     move_all)));
	*written = r->report.lists[r->report.count - 1]->written;
	CHECK(ok(list_by_address(t->books.lists, t->a, str_from(r->list), &l)));
	CHECK(ok(member_find(t->books.lists, t->a, l.id, r->levels.address, &m)));
	return m;
}

static struct run run_of(struct books_test *t, const char *address)
{
	struct run r = { .t = t, .report = { .a = t->a }, .list = DEV, .off_by = "user" };
	r.levels = (struct moved_levels){ .address = str_from(address),
					  .name = STR("Anna"),
					  .of_address = preference_usual(),
					  .of_person = preference_usual() };
	r.own = preference_usual();
	return r;
}

static struct preference level(struct books_test *t, int64_t person, int64_t address)
{
	struct preference p = { .person = person, .address = address };
	CHECK(ok(preference_get(t->books.lists, t->a, &p)));
	return p;
}

/* Of a new person: each level has what it had, and the membership what is its own. */
static void test_new(struct books_test *t)
{
	struct run r = run_of(t, "anna@uni.example");
	struct person_row who;
	size_t written;
	r.levels.of_person.set = PREFERS_OFF | PREFERS_HIDDEN | PREFERS_LANGUAGE;
	r.levels.of_person.off = r.levels.of_person.hidden = true;
	r.levels.of_person.language = STR("de");
	r.levels.of_address.set = PREFERS_FORM;
	r.levels.of_address.form = STR("plain");
	r.levels.follows = true;
	r.own.set = PREFERS_HIDDEN | PREFERS_OWN_POSTS;
	struct member_row m = moved(&r, &written);
	CHECK(written && m.follows);
	CHECK(m.own == (PREFERS_HIDDEN | PREFERS_OWN_POSTS) && !m.hidden && m.own_posts);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.form, STR("plain")));
	struct preference p = level(t, m.person, 0), q = level(t, 0, m.address);
	CHECK(p.set == (PREFERS_OFF | PREFERS_HIDDEN) && p.off && p.hidden);
	CHECK(q.set == PREFERS_FORM && str_eq(q.form, STR("plain")));
	CHECK(ok(person_get(t->books.lists, t->a, m.person, &who)));
	CHECK(str_eq(who.language, STR("de")) && who.preferred == m.address);
	/* once more, in this run and in another one */
	(void)moved(&r, &written);
	CHECK(!written);
	struct run again = r;
	again.report = (struct import_report){ .a = t->a };
	(void)moved(&again, &written);
	CHECK(!written);
}

/* Who was here before is on other lists, too: nothing changes on those. */
static void test_known(struct books_test *t)
{
	const char *ben = "ben@uni.example";
	int64_t id = books_member(t, books_list(t, OPS), ben);
	struct run r = run_of(t, ben);
	struct member_row other;
	size_t written;
	r.levels.of_person.set = PREFERS_OFF | PREFERS_FORM | PREFERS_LANGUAGE;
	r.levels.of_person.off = true;
	r.levels.of_person.form = STR("mime");
	r.levels.of_person.language = STR("fr");
	r.own.set = PREFERS_FORM;
	r.own.form = STR("summary");
	struct member_row m = moved(&r, &written);
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.form, STR("summary")));
	CHECK(m.own == (PREFERS_OFF | PREFERS_FORM) && str_eq(m.language, STR("fr")));
	CHECK(!level(t, m.person, 0).set);
	CHECK(ok(member_get(t->books.lists, t->a, id, &other)));
	CHECK(str_eq(other.delivery, STR("regular")) && !other.language.n);
	(void)moved(&r, &written);
	CHECK(!written);
	/* what is taken back there is taken back here */
	r.levels.of_person.set = PREFERS_FORM;
	m = moved(&r, &written);
	CHECK(written && str_eq(m.delivery, STR("summary")) && m.own == PREFERS_FORM);
}

/* Who prefers another address here is a member by this one. */
static void test_follows(struct books_test *t)
{
	const char *cora = "cora@uni.example";
	int64_t other, person = books_person(t, cora);
	struct run r = run_of(t, cora);
	size_t written;
	r.levels.follows = true;
	CHECK(moved(&r, &written).follows);
	CHECK(ok(address_add(t->books.lists, person, STR("cora@home.example"),
			     STR("cora@home.example"), &other)));
	CHECK(ok(person_prefer(t->books.lists, person, other)));
	CHECK(!moved(&r, &written).follows && written);
}

static void test_values(void)
{
	static const struct {
		int64_t mode, status;
		const char *form;
		unsigned set;
		bool off;
		const char *off_by;
	} cases[] = {
		{ -1, -1, "regular", 0, false, "" },
		{ 1, 1, "regular", PREFERS_FORM | PREFERS_OFF, false, "" },
		{ 2, 2, "plain", PREFERS_FORM | PREFERS_OFF, true, "user" },
		{ 3, 3, "mime", PREFERS_FORM | PREFERS_OFF, true, "bounces" },
		{ 4, 4, "summary", PREFERS_FORM | PREFERS_OFF, true, "moderator" },
		{ 5, 6, "regular", PREFERS_OFF, false, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct preference p = mailman3_preference(&(struct mailman3_likes){
			-1, 1, 0, -1, cases[i].mode, cases[i].status, STR("xx") });
		CHECK(p.set == (cases[i].set | PREFERS_HIDDEN | PREFERS_COPIES));
		CHECK(p.hidden && !p.copies && p.own_posts && !p.acknowledge);
		CHECK(str_eq(p.form, str_from(cases[i].form)) && p.off == cases[i].off);
		CHECK(str_eq(mailman3_off_by(cases[i].status),
			     str_from(cases[i].off_by)));
	}
	CHECK(mailman3_name_is_plain(STR("dev.lists.example")));
	CHECK(!mailman3_name_is_plain(STR("../x")) && !mailman3_name_is_plain(STR("..")));
	CHECK(!mailman3_name_is_plain(STR("")) && !mailman3_name_is_plain(STR("a/b")));
}

/* Of three lists: the first names the second, which comes later, and one that never does. */
static err move_named(struct moving *x)
{
	struct settings now;
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	TRY(moving_setting(
		x, &now, STR("regular_include_lists"), STR("regular_include_lists"),
		&(struct made){ .text = STR("second\nnever@lists.example") }, STR("")));
	return moving_setting(
		x, &now, STR("accept_these_nonmembers"), STR("accept_these_nonmembers"),
		&(struct made){ .text = STR("@never\na@@b\n@x.example") }, STR(""));
}

static err move_nothing(struct moving *x)
{
	(void)x;
	return OK;
}

static err move_first(struct moving *x)
{
	x->address = STR("first@lists.example");
	return moving_in_transaction(x, move_named);
}

static err move_second(struct moving *x)
{
	x->address = STR("second@lists.example");
	return moving_in_transaction(x, move_nothing);
}

static void test_named_lists(struct books_test *t, bool dry)
{
	struct import_report r = { .a = t->a, .dry = dry };
	struct list_row l;
	struct settings s;
	err (*const all[])(struct moving *) = { move_first, move_second };
	for (size_t i = 0; i < 2; i++)
		CHECK(ok(moving_list(&t->books, &r, &t->by,
				     &(struct moving){ .from = "Mailman 2",
						       .word = "mailman2",
						       .name = STR("x") },
				     all[i])));
	CHECK(ok(moving_look_for_lists(&t->books, &r)));
	str text = import_report_text(t->a, &r);
	CHECK(r.lists[0]->note_count == 3 && r.lists[1]->note_count == 0);
	CHECK(str_find(text, STR("a line is left out: accept_these_nonmembers = a@@b: "))
		      .n);
	CHECK(str_find(text, STR("regular_include_lists names never@lists.example, and "
				 "there is no list never@lists.example here"))
		      .n);
	CHECK(str_find(text, STR("accept_these_nonmembers names @never, and there is no "
				 "list never@lists.example here"))
		      .n);
	CHECK(!str_find(text, STR("names second")).n);
	if (dry)
		return;
	CHECK(ok(list_by_address(t->books.lists, t->a, STR("first@lists.example"), &l)));
	CHECK(ok(settings_load(t->books.lists, t->a, l.id, &s)));
	CHECK(str_eq(s.regular_include_lists, STR("second\nnever@lists.example")));
	CHECK(str_eq(s.accept_these_nonmembers, STR("@never\n@x.example")));
}

int main(void)
{
	ARENA(a);
	struct books_test t = books_make(a);
	test_values();
	test_new(&t);
	test_known(&t);
	test_follows(&t);
	test_named_lists(&t, true);
	test_named_lists(&t, false);
	books_end(&t);
	return check_done();
}
