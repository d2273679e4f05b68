/* What a story of failures leads to. A story is words, a step each:
 *   5.1.1 …    a copy came back so (f: for a full mailbox)
 *   probe      the probe came back, as unknown user; probe5.4.2: so
 *   unproven   the same of a probe to which only led what anybody could have said
 *   complaint  a complaint; named: one that may be somebody else's
 *   +7         that many days pass, and time is asked what it brings
 *   -7         that many days pass unseen
 * and what each led to. */
#include "lists/score.h"

#include "tests/check.h"

#include <stdio.h>

enum { START = 1795478400 }; /* 00:00 UTC */

static const struct score_rules usual = { true, true, true, 5, 7, 3, 7 };
static const struct score_rules no_probes = { true, false, true, 5, 7, 3, 7 };
static const struct score_rules at_once = { true, false, false, 1, 7, 0, 7 };
static const struct score_rules never = { true, true, true, 0, 7, 3, 7 };
static const struct score_rules keeps = { true, true, true, 5, 0, 2, 0 };
static const struct score_rules ignored = { false, true, true, 1, 7, 3, 7 };

static const struct {
	const char *name;
	const struct score_rules *rules;
	const char *story, *acts; /* "" between commas: nothing */
	double points;            /* at the end */
} cases[] = {
	{ "a mailbox that is gone: probe, off, warnings, removal", &usual,
	  "5.1.1 -1 5.1.1 -1 5.2.1 -1 5.1.6 -1 5.1.2 +1 probe +0 +6 +1 +7 +7",
	  "count,,count,,count,,count,,probe,,off,warning,,warning,warning,removed", 5 },
	{ "no probes: off at once", &no_probes,
	  "5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 +0",
	  "count,,count,,count,,count,,off,warning", 5 },
	{ "no warnings: removed", &at_once, "5.1.1 +0", "off,removed", 1 },
	{ "a day counts once, whatever it brings", &usual,
	  "5.1.1 5.1.1 5.1.1 5.1.2 5.1.1", "count,,,,", 1 },
	{ "a day counts what was worst", &usual, "5.2.2 5.1.1 5.2.2", "count,count,", 1 },
	{ "a full mailbox counts less", &usual, "5.2.2 -1 5.2.2 -1 4.2.2",
	  "count,,count,,count", 0.75 },
	{ "policy, content and the way there never count", &usual,
	  "5.7.1 -1 5.6.7 -1 5.3.4 -1 4.4.1 -1 5.7.26 -1 5.4.4x", ",,,,,,,,,,", 0 },
	{ "forgotten after days without", &usual, "5.1.1 -1 5.1.1 +6 +1",
	  "count,,count,,forgiven", 0 },
	{ "forgotten, also where nobody looked", &usual, "5.1.1 -1 5.1.1 -7 5.1.1",
	  "count,,count,,count", 1 },
	{ "never forgotten, where the list says so", &keeps, "5.1.1 +90 5.1.1",
	  "count,,count", 2 },
	{ "warnings are a day apart at least", &keeps,
	  "5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 probe +0 +0 +1 +0 +1",
	  "count,,count,,count,,count,,probe,off,warning,,warning,,removed", 5 },
	{ "two weeks of policy alone: a probe", &usual,
	  "5.7.1 -7 5.4.1 -6 5.7.1 -1 5.7.1 -1 5.7.1 probe5.7.1", ",,,,,,probe,,,off",
	  0 },
	{ "the same without probes decides nothing", &no_probes,
	  "5.7.1 -14 5.7.1 -14 5.7.1", ",,,,", 0 },
	{ "words that nobody understands are a doubt, too", &usual, "5.0.0 -14 5.0.0",
	  ",,probe", 0 },
	{ "trouble on the way is none", &usual, "4.4.1 -14 4.4.1 -14 5.6.0", ",,,,", 0 },
	{ "a probe that does not come back clears all", &usual,
	  "5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 +6 +1 probe 5.1.1",
	  "count,,count,,count,,count,,probe,,forgiven,,count", 1 },
	{ "while a probe is out nothing counts", &usual,
	  "5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 probe 5.1.1",
	  "count,,count,,count,,count,,probe,,,,,off,", 5 },
	{ "a probe that meets trouble on the way shows nothing", &usual,
	  "5.7.1 -14 5.7.1 probe4.4.1 probe5.6.0 probe", ",,probe,,,off", 0 },
	{ "nobody is turned off", &never,
	  "5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1",
	  "count,,count,,count,,count,,count,,count", 6 },
	{ "bounces are not processed", &ignored, "5.1.1 -1 5.1.1 +8 probe complaint",
	  ",,,,,stopped", 0 },
	{ "a complaint", &usual, "5.1.1 complaint complaint 5.1.1 +30",
	  "count,stopped,,,forgiven", 0 },
	{ "a complaint where they are not heard", &at_once, "complaint", "", 0 },
	{ "one that may be somebody else's: they are asked, no more", &usual,
	  "5.1.1 named named -1 5.1.1", "count,asked,asked,,count", 2 },
	{ "nor does it matter once delivery is off", &usual, "complaint named",
	  "stopped,", 0 },
	{ "nor where they are not heard", &at_once, "5.7.1 named", ",", 0 },
	{ "of what was made up a full box or a refusal shows nothing", &usual,
	  "5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 -1 5.1.1 unproven5.2.2 unproven5.7.1 "
	  "unproven5.0.0 +7",
	  "count,,count,,count,,count,,probe,,,,forgiven", 0 },
	{ "that the mailbox or its domain is gone does", &usual,
	  "5.7.1 -14 5.7.1 unproven5.2.2 unproven", ",,probe,,off", 0 },
	{ "a full box shows it of what was proven", &usual, "5.7.1 -14 5.7.1 probe5.2.2",
	  ",,probe,off", 0 },
	{ "midnight is a new day", &usual, "+0 5.1.1 -1 5.1.1", "forgiven,count,,count",
	  2 },
};

static struct score_event read_step(str word, int64_t now)
{
	struct score_event x = { .what = SCORE_CAME_BACK, .status = word, .at = now };
	if (str_eq(word, STR("complaint")))
		x.what = SCORE_COMPLAINT;
	if (str_eq(word, STR("named")))
		x.what = SCORE_COMPLAINT_NAMED;
	x.unproven = str_starts(word, STR("unproven"));
	if (x.unproven || str_starts(word, STR("probe"))) {
		x.what = SCORE_PROBE_BACK;
		x.status = str_skip(word, x.unproven ? 8 : 5);
		x.status = x.status.n ? x.status : STR("5.1.1");
	}
	x.class = bounce_classify(x.status, STR(""));
	return x;
}

static enum score_act tell(struct score *s, const struct score_rules *r, str word,
			   int64_t *now)
{
	int64_t days;
	bool seen = word.p[0] == '+';
	if (!seen && word.p[0] != '-') {
		struct score_event x = read_step(word, *now);
		return score_step(s, r, &x);
	}
	CHECK(str_i64(str_skip(word, 1), &days));
	*now += days * SCORE_DAY;
	struct score_event x = { .what = SCORE_TIME, .at = *now };
	return seen ? score_step(s, r, &x) : SCORE_NONE;
}

static void test_stories(struct arena *a)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct score s = { 0 };
		int64_t now = START + 3600;
		str rest = str_from(cases[i].story), word, acts = STR_NONE;
		while (str_word(&rest, &word))
			acts = arena_cat(a, acts, acts.p ? STR(",") : STR(""),
					 str_from(score_word(
						 tell(&s, cases[i].rules, word, &now))));
		bool right = str_eq(acts, str_from(cases[i].acts))
			     && s.points == cases[i].points;
		CHECK(right);
		if (!right)
			fprintf(stderr, "  %s:\n  %.*s, %g points\n", cases[i].name,
				STR_F(acts), s.points);
	}
}

/* Whatever comes in whatever order: a day never brings more than a point, and delivery
 * goes off by a threshold, a probe or a complaint alone. */
static void test_any_order(void)
{
	static const char *const codes[] = { "5.1.1", "5.2.2", "5.7.1", "4.4.1",
					     "5.6.0" };
	unsigned long seed = 7;
	for (int n = 0; n < 300; n++) {
		struct score s = { 0 };
		int64_t now = START;
		for (int day = 0; day < 40; day++, now += SCORE_DAY) {
			double before = s.points;
			for (int k = 0; k < 6; k++) {
				seed = seed * 6364136223846793005UL
				       + 1442695040888963407UL;
				struct score_event x = read_step(
					str_from(codes[(seed >> 33) % 5]),
					now + k * 3600);
				enum score_act act = score_step(&s, &usual, &x);
				CHECK(act == SCORE_NONE || act == SCORE_COUNTED
				      || (act == SCORE_PROBE
					  && (s.points >= 5 || s.doubt_at)));
			}
			CHECK(s.points <= before + 1 && !s.off);
		}
	}
}

static void test_words(void)
{
	for (int i = 0; i < SCORE_ACTS; i++)
		CHECK(score_of_word(str_from(score_word((enum score_act)i)))
		      == (enum score_act)i);
	CHECK(score_of_word(STR("dance")) == SCORE_NONE);
}

int main(void)
{
	ARENA(a);
	test_stories(a);
	test_any_order();
	test_words();
	return check_done();
}
