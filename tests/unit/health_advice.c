/* What an owner is told to do about mail that comes back. */
#include "web/pages/health_advice.h"

#include "tests/check.h"

enum { ROWS = 6 };

static struct settings settings(void)
{
	return (struct settings){ .bounce_score_threshold = 5,
				  .verp_probes = true,
				  .process_complaints = true,
				  .bounce_you_are_disabled_warnings = 3,
				  .dmarc_mitigate_action = STR("munge_from") };
}

static const struct advice_case {
	const char *off[ROWS], *complained[ROWS];
	const char *refused[ROWS][2]; /* the author's domain, who refused */
	const char *want;             /* state, then the first words; one a line */
} cases[] = {
	{ .want = "" },
	{ .off = { "a@x.example" }, .want = "bad a@x.example gets no posts\n" },
	{ .off = { "a@x", "b@x" }, .want = "bad a@x and b@x get no posts\n" },
	{ .off = { "a@x", "b@x", "c@x", "d@x" },
	  .want = "bad a@x, b@x, c@x and d@x get no posts\n" },
	{ .off = { "a@x", "b@x", "c@x", "d@x", "e@x" },
	  .want = "bad a@x, b@x, c@x and 2 more get no posts\n" },
	/* one pair accuses nobody; an author who is not known neither */
	{ .refused = { { "u.example", "p.example" } }, .want = "" },
	{ .refused = { { "", "p.example" }, { "", "q.example" } }, .want = "" },
	{ .refused = { { "u.example", "p.example" }, { "u.example", "q.example" } },
	  .want = "warn Posts from u.example are refused by p.example and q.example\n" },
	{ .refused = { { "u.example", "p.example" }, { "v.example", "p.example" } },
	  .want = "warn p.example refuses posts whoever\n" },
	{ .refused = { { "u.example", "p.example" },
		       { "u.example", "q.example" },
		       { "v.example", "q.example" } },
	  .want = "warn Posts from u.example are refused by p.example and q.example\n"
		  "warn q.example refuses posts whoever\n" },
	{ .complained = { "a@x", "a@x", "b@x" },
	  .want = "warn Posts were reported as unwanted at a@x and b@x.\n" },
};

static void test_advice(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		const struct advice_case *c = &cases[i];
		struct settings s = settings();
		struct member_row members[ROWS] = { 0 };
		struct bounce_row complaints[ROWS] = { 0 };
		struct bounce_group groups[ROWS] = { 0 };
		struct health_facts f = { .base = STR("/lists/dev"),
					  .settings = &s,
					  .members = members,
					  .groups = groups,
					  .complaints = complaints };
		for (; c->off[f.members_count]; f.members_count++)
			members[f.members_count] = (struct member_row){
				.text = str_from(c->off[f.members_count]), .off_at = 1
			};
		for (; c->complained[f.complaints_count]; f.complaints_count++)
			complaints[f.complaints_count].address = str_from(
				c->complained[f.complaints_count]);
		for (; c->refused[f.groups_count][0]; f.groups_count++)
			groups[f.groups_count] = (struct bounce_group){
				.author_domain = str_from(c->refused[f.groups_count][0]),
				.domain = str_from(c->refused[f.groups_count][1]),
				.times = 1
			};
		size_t n, lines = 0;
		struct health_advice *x = health_advise(a, &f, &n);
		str want = str_from(c->want), line;
		for (; str_line(&want, &line); lines++) {
			CHECK(lines < n);
			str said = lines < n ? arena_printf(a, "%.*s %.*s",
							    STR_F(x[lines].state),
							    STR_F(x[lines].what))
					     : STR_NONE;
			CHECK(str_starts(said, line));
			CHECK(lines >= n || x[lines].act.n);
		}
		CHECK(lines == n);
	}
}

/* The setting that would help is named where it is not in force. */
static void test_setting(void)
{
	ARENA(a);
	struct settings s = settings();
	struct bounce_group groups[] = {
		{ .author_domain = STR("u.example"),
		  .domain = STR("p.example"),
		  .times = 1 },
		{ .author_domain = STR("u.example"),
		  .domain = STR("q.example"),
		  .times = 2 },
	};
	struct health_facts f = {
		.base = STR("/l"), .settings = &s, .groups = groups, .groups_count = 2
	};
	size_t n;
	CHECK(!health_advise(a, &f, &n)->href.n && n == 1);
	s.dmarc_mitigate_action = STR("no_mitigation");
	CHECK(str_eq(health_advise(a, &f, &n)->href, STR("/l/admin/settings#deliver")));
}

static void test_standing(void)
{
	static const struct {
		struct member_row m;
		const char *word, *next;
	} rows[] = {
		{ { .off_at = 1, .warnings = 2, .delivery = STR("off") },
		  "Mail is off",
		  "2 of 3 reminders sent" },
		{ { .off_at = 1, .warnings = 3, .delivery = STR("off") },
		  "Mail is off",
		  "The membership ends" },
		{ { .bounce_score = 2, .delivery = STR("off") },
		  "Mail is off",
		  "Not because" },
		{ { .bounce_score = 5, .probe_at = 1 },
		  "A probe is out",
		  "If it comes back" },
		{ { .bounce_score = 2, .doubt_at = 1 },
		  "Counted",
		  "At 5 points a probe" },
		{ { .doubt_at = 1 }, "In doubt", "Perhaps refused" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ARENA(a);
		struct settings s = settings();
		struct health_standing now = health_standing(a, &s, &rows[i].m);
		CHECK(str_eq(now.word, str_from(rows[i].word)));
		CHECK(str_starts(now.next, str_from(rows[i].next)));
	}
	for (int i = SCORE_COUNTED; i < SCORE_ACTS; i++)
		CHECK(*health_followed((enum score_act)i));
}

int main(void)
{
	test_advice();
	test_setting();
	test_standing();
	return check_done();
}
