/* Members of a list, as the book has them: one, all of them in a fan-out, and a page at a time. */
#include "store_folder.h"

#include "store/lists/address.h"
#include "store/lists/domain.h"
#include "store/lists/list.h"
#include "store/lists/member_page.h"
#include "store/lists/person.h"

static int64_t joined(struct arena *a, struct book *b, int i)
{
	struct address_row x;
	int64_t id = 0;
	str key = arena_printf(a, "m%04d@x.example", i);
	CHECK(ok(address_ensure(b, a, key, key, arena_printf(a, "Member %d", i), 1, &x)));
	CHECK(ok(member_add(b, 1, x.id, 50, &id)));
	return id;
}

static void test_member(struct arena *a, struct book *b)
{
	struct address_row anna;
	struct member_row m, *all;
	int64_t id, other, n;
	size_t count;
	CHECK(ok(address_find(b, a, STR("anna@uni.example"), &anna)));
	CHECK(ok(member_add(b, 1, anna.id, 50, &id)));
	CHECK(member_add(b, 1, anna.id, 50, &other).kind == ERR_DENIED);
	CHECK(member_add(b, 999, anna.id, 50, &other).kind == ERR_NOTFOUND);
	CHECK(ok(member_find(b, a, 1, STR("anna@uni.example"), &m)) && m.id == id);
	CHECK(m.person == anna.person && str_eq(m.text, STR("Anna@Uni.example")));
	CHECK(str_eq(m.name, STR("Anna A.")) && m.joined_at == 50 && m.own_posts
	      && m.copies);
	CHECK(str_eq(m.delivery, STR("regular")) && !m.acknowledge && !m.hidden);
	m.delivery = STR("off");
	m.off_by = STR("user");
	m.action = STR("hold");
	m.own_posts = m.copies = false;
	m.acknowledge = m.hidden = true;
	CHECK(ok(member_change(b, &m)) && ok(member_get(b, a, id, &m)));
	CHECK(str_eq(m.delivery, STR("off")) && str_eq(m.off_by, STR("user")));
	CHECK(str_eq(m.action, STR("hold")) && !m.own_posts && !m.copies);
	CHECK(m.acknowledge && m.hidden);
	m.bounce_score = 2.5;
	m.bounce_today = 0.25;
	m.bounce_at = 88;
	m.bounce_text = STR("550 no");
	m.off_by = STR("bounces");
	m.doubt_at = 1;
	m.probe_at = 2;
	m.off_at = 3;
	m.warnings = 4;
	m.warned_at = 5;
	CHECK(ok(member_bounced(b, &m)) && ok(member_get(b, a, id, &m)));
	CHECK(m.bounce_score == 2.5 && m.bounce_today == 0.25 && m.bounce_at == 88
	      && str_eq(m.bounce_text, STR("550 no")));
	CHECK(m.doubt_at == 1 && m.probe_at == 2 && m.off_at == 3 && m.warnings == 4
	      && m.warned_at == 5 && str_eq(m.off_by, STR("bounces")));
	CHECK(ok(member_unsettled(b, a, 0, 10, &all, &count)) && count == 1);
	CHECK(ok(member_unsettled(b, a, id, 10, &all, &count)) && count == 0);
	CHECK(ok(member_bouncing(b, a, 1, &all, &count)) && count == 1
	      && all[0].id == id);
	m.off_by = STR("user"); /* another hand's: no warnings follow */
	CHECK(ok(member_change(b, &m)) && ok(member_get(b, a, id, &m)));
	CHECK(m.off_at == 0 && m.bounce_score == 2.5);
	m.delivery = STR("regular");
	m.off_by = STR("");
	CHECK(ok(member_change(b, &m)) && ok(member_get(b, a, id, &m)));
	CHECK(m.bounce_score == 0 && m.bounce_at == 0 && m.doubt_at == 0
	      && m.probe_at == 0 && m.warnings == 0 && m.warned_at == 0);
	CHECK(ok(member_unsettled(b, a, 0, 10, &all, &count)) && count == 0);
	CHECK(ok(member_of_person(b, a, 1, anna.person, &m)) && m.id == id);
	CHECK(ok(member_by_key(b, a, STR("anna@uni.example"), &all, &count))
	      && count == 1);
	CHECK(ok(member_by_person(b, a, anna.person, &all, &count)) && count == 1);
	CHECK(ok(member_count(b, 1, STR_NONE, &n)) && n == 1);
	CHECK(ok(member_remove(b, id)) && member_remove(b, id).kind == ERR_NOTFOUND);
	CHECK(member_find(b, a, 1, STR("anna@uni.example"), &m).kind == ERR_NOTFOUND);
	CHECK(ok(member_add(b, 1, anna.id, 50, &other)) && other > id); /* never reused */
}

static void test_fan_out(struct arena *a, struct book *b)
{
	struct member_copy *m;
	struct member_row off, *all;
	size_t n, seen = 0;
	int64_t after = 0, count;
	CHECK(ok(book_begin(b)));
	for (int i = 0; i < 2500; i++)
		joined(a, b, i);
	CHECK(ok(book_commit(b)));
	CHECK(ok(member_find(b, a, 1, STR("m0100@x.example"), &off)));
	off.delivery = STR("off");
	CHECK(ok(member_change(b, &off)));
	do {
		CHECK(ok(member_after(b, a, 1, 0, after, 1000, &m, &n)));
		for (size_t i = 0; i < n; i++) {
			CHECK(m[i].id > after && m[i].id != off.id && m[i].copies);
			after = m[i].id;
		}
		seen += n;
	} while (n == 1000);
	CHECK(seen == 2500); /* and Anna, but not the one who is off */
	CHECK(ok(member_count(b, 1, STR("m00"), &count)) && count == 100);
	CHECK(ok(member_skip(b, a, 1, STR("Member 24"), 0, 500, &all, &n)) && n == 111);
	CHECK(ok(member_skip(b, a, 1, STR_NONE, 2490, 500, &all, &n)) && n == 11);
	CHECK(ok(member_skip(b, a, 1, STR("m_"), 0, 500, &all, &n)) && n == 0);
	CHECK(ok(member_list(b, a, 1, after - 10, 5, &all, &n)) && n == 5);
}

/* Of those that fit, in order, each once: forward to the end, then back again. */
static size_t walked(struct arena *a, struct book *b, str search, bool back)
{
	struct member_want want = { .list = 1, .search = search };
	struct member_row *m;
	size_t n, seen = 0;
	int64_t before, all;
	str last = back ? STR("~") : STR("");
	while (seen < 3000) {
		want.after = back ? STR("") : last;
		want.before = back ? last : STR("");
		CHECK(ok(member_page(b, a, &want, 100, &m, &n)) && n > 0);
		CHECK(ok(member_place(b, &want, m[0].key, &before, &all)));
		for (size_t i = 1; i < n; i++)
			CHECK(str_cmp(m[i - 1].key, m[i].key) < 0);
		if (back
		    && !before) /* the first page is a whole one, whatever was seen */
			return seen + n >= (size_t)all ? (size_t)all : 0;
		seen += n;
		CHECK((size_t)before == (back ? (size_t)all - seen : seen - n));
		if (!back && before + (int64_t)n == all)
			break;
		last = back ? m[0].key : m[n - 1].key;
	}
	return seen;
}

static void test_pages(struct arena *a, struct book *b)
{
	struct member_row m, *all;
	struct person_row p;
	struct address_row x;
	size_t n;
	int64_t count, person;
	struct member_want want = { .list = 1, .after = STR("zz") };
	CHECK(walked(a, b, STR(""), false) == 2501);
	CHECK(walked(a, b, STR("2"), false) == walked(a, b, STR("2"), true));
	CHECK(ok(member_page(b, a, &want, 10, &all, &n))
	      && n == 10); /* none is after that */
	want = (struct member_want){ .list = 1, .before = all[5].key };
	CHECK(ok(member_page(b, a, &want, 10, &all, &n)) && n == 10); /* a whole one */
	want = (struct member_want){ .list = 1, .search = STR("nobody") };
	CHECK(ok(member_page(b, a, &want, 10, &all, &n)) && n == 0);
	CHECK(ok(member_find(b, a, 1, STR("m0100@x.example"), &m)));
	CHECK(ok(person_get(b, a, m.person, &p)));
	p.name = STR("Zacharias Zorn");
	CHECK(ok(person_change(b, &p)));
	CHECK(ok(member_count(b, 1, STR("zorn"), &count)) && count == 1);
	CHECK(ok(person_add(b, STR("Quirin"), 1, &person)));
	CHECK(ok(address_move(b, m.address, person)));
	CHECK(ok(member_count(b, 1, STR("zorn"), &count)) && count == 0);
	CHECK(ok(member_count(b, 1, STR("quirin"), &count)) && count == 1);
	CHECK(ok(address_ensure(b, a, STR("fresh@y.example"), STR("Fresh@y.example"),
				STR("Fritz"), 1, &x)));
	m.address = x.id;
	CHECK(ok(member_change(b, &m)));
	CHECK(ok(member_count(b, 1, STR("m0100"), &count)) && count == 0);
	CHECK(ok(member_count(b, 1, STR("fritz"), &count)) && count == 1);
	want = (struct member_want){ .list = 1, .after = STR("fresh@y.exampl") };
	CHECK(ok(member_page(b, a, &want, 1, &all, &n)) && n == 1
	      && str_eq(all[0].key, STR("fresh@y.example")));
}

static bool is_in(const struct member_row *m, enum member_state state)
{
	bool off = str_eq(m->delivery, STR("off"));
	switch (state) {
	case MEMBER_OFF:
		return off;
	case MEMBER_BOUNCES:
		return off && str_eq(m->off_by, STR("bounces"));
	case MEMBER_HELD:
		return str_eq(m->action, STR("hold")) || str_eq(m->action, STR("reject"))
		       || str_eq(m->action, STR("discard"));
	case MEMBER_DIGEST:
		return member_reads_digests(m->delivery);
	case MEMBER_UNPROVEN:
		return !m->verified_at;
	case MEMBER_ANY:
	case MEMBER_STATES:
		break;
	}
	return true;
}

/* Pages of seven, keys, counts: the same as by looking at each. */
static void check_state(struct arena *a, struct book *b, enum member_state state)
{
	struct member_want want = { .list = 1, .state = state };
	struct member_row *all, *m;
	size_t count, n, seen = 0;
	str *keys;
	int64_t before, total, counts[MEMBER_STATES], want_count = 0;
	CHECK(ok(member_list(b, a, 1, 0, 5000, &all, &count)));
	for (size_t i = 0; i < count; i++)
		want_count += is_in(&all[i], state);
	CHECK(ok(member_states(b, 1, counts)) && counts[state] == want_count);
	do {
		CHECK(ok(member_page(b, a, &want, 7, &m, &n)));
		CHECK(ok(member_keys(b, a, &want, 7, &keys, &count)) && count == n);
		CHECK(ok(
			member_place(b, &want, n ? m[0].key : STR(""), &before, &total)));
		CHECK(total == want_count && (!n || before == (int64_t)seen));
		for (size_t i = 0; i < n; i++)
			CHECK(is_in(&m[i], state) && str_eq(m[i].key, keys[i]));
		seen += n;
		want.after = n ? m[n - 1].key : STR("");
	} while (n == 7 && seen < (size_t)want_count);
	CHECK(seen == (size_t)want_count);
	CHECK(member_state_read(member_state_word(state)) == state);
}

static void put(struct arena *a, struct book *b, const char *key, const char *delivery,
		const char *off_by, const char *action)
{
	struct member_row m;
	CHECK(ok(member_find(b, a, 1, str_from(key), &m)));
	m.delivery = str_from(delivery);
	m.off_by = str_from(off_by);
	m.action = str_from(action);
	CHECK(ok(member_change(b, &m)));
}

static void test_states(struct arena *a, struct book *b)
{
	static const struct {
		const char *delivery, *off_by, *action;
	} as[] = { { "off", "bounces", "" },     { "off", "user", "hold" },
		   { "mime", "", "reject" },     { "summary", "", "accept" },
		   { "regular", "", "discard" }, { "plain", "", "defer" } };
	struct address_row x;
	struct member_row m;
	int64_t counts[MEMBER_STATES], moved;
	for (int i = 0; i < 60; i++)
		put(a, b, arena_z(a, arena_printf(a, "m%04d@x.example", 1000 + i)),
		    as[i % 6].delivery, as[i % 6].off_by, as[i % 6].action);
	for (int i = 0; i < 20; i++) {
		str key = arena_printf(a, "m%04d@x.example", 1000 + i);
		CHECK(ok(address_find(b, a, key, &x)) && ok(address_verify(b, x.id, 9)));
	}
	for (int i = MEMBER_ANY; i < MEMBER_STATES; i++)
		check_state(a, b, (enum member_state)i);
	CHECK(ok(member_states(b, 1, counts)) && counts[MEMBER_ANY] == 2501
	      && counts[MEMBER_UNPROVEN] == 2481);
	/* Proof goes, and comes with another address. */
	CHECK(ok(address_verify(b, x.id, 0)));
	CHECK(ok(address_find(b, a, STR("m1000@x.example"), &x)));
	CHECK(ok(address_ensure(b, a, STR("moved@y.example"), STR("moved@y.example"),
				STR(""), 1, &x)));
	CHECK(ok(member_find(b, a, 1, STR("m1000@x.example"), &m)));
	moved = m.id;
	CHECK(ok(member_move(b, moved, x.id, 5)));
	CHECK(ok(member_states(b, 1, counts)) && counts[MEMBER_UNPROVEN] == 2483);
	CHECK(ok(address_verify(b, x.id, 9)));
	check_state(a, b, MEMBER_UNPROVEN);
	struct member_want both = { .list = 1,
				    .search = STR("m10"),
				    .state = MEMBER_HELD };
	struct member_row *some;
	size_t n;
	CHECK(ok(member_page(b, a, &both, 100, &some, &n)) && n == 30);
	both.search = STR("m11");
	CHECK(ok(member_page(b, a, &both, 100, &some, &n)) && n == 0);
	CHECK(member_state_read(STR("odd")) == MEMBER_ANY);
}

int main(void)
{
	ARENA(a);
	str data = folder_make(a);
	struct book *b = fresh_book(a, data, BOOK_LISTS);
	struct address_row anna;
	int64_t id;
	CHECK(ok(domain_add(b, STR("lists.example"), &id)));
	CHECK(ok(list_create(b, STR("dev@lists.example"), 77, &id)) && id == 1);
	CHECK(ok(address_ensure(b, a, STR("anna@uni.example"), STR("Anna@Uni.example"),
				STR("Anna A."), 5, &anna)));
	test_member(a, b);
	test_fan_out(a, b);
	test_pages(a, b);
	test_states(a, b);
	book_close(b);
	folder_remove(a, data);
	return check_done();
}
