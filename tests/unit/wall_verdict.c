/* What several engines say becomes one verdict: the worst counts, and all of it travels. */
#include "tests/check.h"

#include "wall/context.h"
#include "wall/verdict.h"

static struct wall_finding finding(enum wall_result result, bool passing, const char *by)
{
	return (struct wall_finding){ .result = result,
				      .passing = passing,
				      .by = str_from(by) };
}

/* From the mildest to the worst. */
static const struct {
	enum wall_result result;
	bool passing;
} ranks[] = {
	{ WALL_CLEAN, false },    { WALL_UNSCANNED, false }, { WALL_SUSPICIOUS, false },
	{ WALL_UNSCANNED, true }, { WALL_REFUSED, false },   { WALL_INFECTED, false },
};

enum { RANKS = sizeof ranks / sizeof *ranks };

static void check_pair(struct arena *a, size_t one, size_t other)
{
	struct wall_verdict v = { .result = WALL_UNSCANNED, .passing = true };
	struct wall_finding f = finding(ranks[one].result, ranks[one].passing, "one"),
			    g = finding(ranks[other].result, ranks[other].passing,
					"other");
	size_t worst = one < other ? other : one;
	wall_add(a, &v, &f);
	CHECK(v.count == 1 && v.result == f.result && v.passing == f.passing);
	wall_add(a, &v, &g);
	CHECK(v.count == 2 && v.result == ranks[worst].result
	      && v.passing == ranks[worst].passing);
	CHECK(str_eq(v.engine, one < other ? STR("other") : STR("one")));
	CHECK(str_eq(v.all[0].by, v.engine));
}

static void check_ranks(void)
{
	ARENA(a);
	for (size_t i = 0; i < RANKS; i++)
		for (size_t k = 0; k < RANKS; k++)
			check_pair(a, i, k);
}

/* However many there are, the worst is among those that are kept. */
static void check_many(void)
{
	ARENA(a);
	struct wall_verdict v = { 0 };
	struct wall_finding f = finding(WALL_SUSPICIOUS, false, "x");
	for (int i = 0; i < 3 * WALL_FINDINGS_MAX; i++)
		wall_add(a, &v, &f);
	CHECK(v.count == WALL_FINDINGS_MAX && v.result == WALL_SUSPICIOUS);
	f = finding(WALL_INFECTED, false, "y");
	wall_add(a, &v, &f);
	CHECK(v.count == WALL_FINDINGS_MAX && v.result == WALL_INFECTED
	      && str_eq(v.all[0].by, STR("y")) && str_eq(v.all[1].by, STR("x")));
}

static void check_texts(void)
{
	ARENA(a);
	char big[2 * WALL_TEXT_MAX];
	struct wall_verdict v = { 0 };
	memset(big, 'A', sizeof big);
	wall_add(a, &v,
		 &(struct wall_finding){ .result = WALL_SUSPICIOUS,
					 .by = STR("own: names"),
					 .signature = { big, sizeof big },
					 .why = STR("a\r\nb\x80\0c") });
	CHECK(v.signature.n == WALL_TEXT_MAX);
	CHECK(str_eq(v.why, STR("a  b\xef\xbf\xbd c")));
}

static void check_travel(void)
{
	ARENA(a);
	struct wall_verdict x, v = { .at = 5, .ms = 7 };
	wall_add(a, &v,
		 &(struct wall_finding){ .result = WALL_CLEAN,
					 .by = STR("clamd /run/x"),
					 .version = STR("ClamAV 1"),
					 .ms = 3 });
	wall_add(a, &v,
		 &(struct wall_finding){ .result = WALL_SUSPICIOUS,
					 .by = STR("own: names"),
					 .signature = STR("two endings"),
					 .part = STR("2.1 a.pdf.exe") });
	CHECK(wall_edit_add(a, &v,
			    &(struct wall_edit){ false, 0, STR("X-Spam"), STR("no") }));
	CHECK(wall_from_json(a, wall_json(a, &v), &x));
	CHECK(x.result == WALL_SUSPICIOUS && x.at == 5 && x.ms == 7 && x.count == 2);
	CHECK(str_eq(x.part, STR("2.1 a.pdf.exe"))
	      && str_eq(x.engine, STR("own: names")));
	CHECK(x.all[1].result == WALL_CLEAN && x.all[1].ms == 3
	      && str_eq(x.all[1].version, STR("ClamAV 1")));
	CHECK(x.edit_count == 1 && str_eq(x.edits[0].name, STR("X-Spam"))
	      && str_eq(x.edits[0].value, STR("no")));
	CHECK(str_eq(wall_text(a, &x),
		     STR("suspicious: two endings in 2.1 a.pdf.exe, says own: names; "
			 "clean, says clamd /run/x, ClamAV 1")));
	/* edits are for who takes the message, not for who keeps it */
	CHECK(wall_get(a, wall_put(a, STR("{}"), &v), &x) && x.count == 2
	      && !x.edit_count);
	/* as an earlier version wrote it */
	CHECK(wall_from_json(a,
			     STR("{\"verdict\":\"clean\",\"engine\":\"clamd x\",\"at\":1,"
				 "\"ms\":2}"),
			     &x)
	      && x.count == 1 && str_eq(x.all[0].by, STR("clamd x")));
}

static void check_edits(void)
{
	static const struct {
		const char *name, *value;
		int64_t index;
		bool fits;
	} cases[] = {
		{ "X-A", "b", 0, true },     { "X-A", "", 3, true },
		{ "X A", "b", 0, false },    { "X:A", "b", 0, false },
		{ "", "b", 0, false },       { "X-A", "b\r\nBcc: x", 0, false },
		{ "X-A", "b\nc", 0, false }, { "X-A", "\xff", 0, false },
		{ "X-A", "b", -1, false },
	};
	ARENA(a);
	struct wall_verdict v = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wall_edit edit = { true, cases[i].index, str_from(cases[i].name),
					  str_from(cases[i].value) };
		size_t before = v.edit_count;
		CHECK(wall_edit_add(a, &v, &edit) == cases[i].fits);
		CHECK(v.edit_count == before + cases[i].fits);
	}
	char big[WALL_EDIT_OCTETS];
	memset(big, 'x', sizeof big);
	CHECK(!wall_edit_add(
		a, &v,
		&(struct wall_edit){ .name = STR("X"), .value = { big, sizeof big } }));
	for (int i = 0; i < 2 * WALL_EDITS_MAX; i++)
		(void)wall_edit_add(a, &v, &(struct wall_edit){ .name = STR("X") });
	CHECK(v.edit_count == WALL_EDITS_MAX);
}

static void check_context(void)
{
	ARENA(a);
	const str to[] = { STR("a@x.example"), STR("b@\xff.example") };
	struct wall_context x = { .account = 7777 }, c = { .client = STR("2001:db8::1"),
							   .helo = STR("mx\r\nRCPT"),
							   .reverse_path = STR(""),
							   .to = to,
							   .to_count = 2,
							   .account = 3,
							   .tls = true };
	CHECK(wall_context_read(a, wall_context_json(a, &c), &x));
	CHECK(str_eq(x.client, c.client) && str_eq(x.helo, c.helo) && x.to_count == 2
	      && x.account == 3 && x.tls && !x.is_file && !x.name.n);
	CHECK(str_eq(x.to[0], to[0]) && str_eq(x.to[1], STR("b@\xef\xbf\xbd.example")));
	x.account = 7777;
	CHECK(!wall_context_read(a, STR("{}"), &x) && !wall_context_read(a, STR(""), &x)
	      && x.account == 7777);
}

int main(void)
{
	check_ranks();
	check_many();
	check_texts();
	check_travel();
	check_edits();
	check_context();
	return check_done();
}
