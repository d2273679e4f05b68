#include "lists/pattern.h"

#include "base/clock.h"
#include "tests/check.h"

#include <string.h>

static void test_addresses(void)
{
	static const struct {
		const char *pattern, *key;
		bool hit;
	} cases[] = {
		{ "anna@uni.example", "anna@uni.example", true },
		{ "Anna@UNI.example", "anna@uni.example", true },
		{ "anna@uni.example", "anna@uni.example.org", false },
		{ "anna@uni.example", "xanna@uni.example", false },
		{ "@uni.example", "anna@uni.example", true },
		{ "@UNI.example", "anna@uni.example", true },
		{ "@uni.example", "anna@lab.uni.example", true },
		{ "@uni.example", "anna@myuni.example", false },
		{ "@uni.example", "anna@example", false },
		{ "@uni.example", "uni.example@evil.example", false },
		{ "@uni.example", "\"x@uni.example\"@evil.example", false },
		{ "@uni.example", "", false },
		{ "@", "anna@uni.example", false },
		{ "^anna@", "anna@uni.example", true },
		{ "^ANNA@", "anna@uni.example", true },
		{ "^.*@spam\\d+\\.example$", "x@spam17.example", true },
		{ "^.*@spam\\d+\\.example$", "x@spam.example", false },
		{ "^", "anything@at.all", true },
		{ "", "anna@uni.example", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum pattern_result r = pattern_address(str_from(cases[i].pattern),
							str_from(cases[i].key));
		if (r != (cases[i].hit ? PATTERN_HIT : PATTERN_MISS))
			fprintf(stderr, "  %s, %s\n", cases[i].pattern, cases[i].key);
		CHECK(r == (cases[i].hit ? PATTERN_HIT : PATTERN_MISS));
		if (cases[i].pattern[0] != '^')
			continue;
		ARENA(a);
		CHECK(pattern_ready_address(
			      pattern_prepare(a, str_from(cases[i].pattern)),
			      str_from(cases[i].key))
		      == r);
	}
}

/* One that cannot be read, and one that would never end, keep nobody out. */
static void test_ready(struct arena *a)
{
	str key = STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@uni.example");
	CHECK(pattern_ready_address(pattern_prepare(a, STR("^(")), key) == PATTERN_LIMIT);
	CHECK(pattern_ready_address(pattern_prepare(a, STR("^(a+)+$")), key)
	      == PATTERN_LIMIT);
}

static void test_check(struct arena *a)
{
	static const struct {
		const char *pattern, *word; /* word: of the refusal; NULL: fine */
	} cases[] = {
		{ "anna@uni.example", NULL },
		{ "@uni.example", NULL },
		{ "^a.c@", NULL },
		{ "anna", "@domain" },
		{ "", "@domain" },
		{ "anna@", "@domain" },
		{ "@", "@domain" },
		{ "Anna <anna@uni.example>", "@domain" },
		{ "\xC3\xBF<b>x\"'@@", "@domain" },
		{ "anna@@uni.example", "@domain" },
		{ "anna@uni", "@domain" },
		{ "anna@uni..example", "@domain" },
		{ "@dev", "@domain" },
		{ "@dev@lists.example", "@domain" },
		{ "@-x.example", "@domain" },
		{ "\"anna b\"@uni.example", NULL },
		{ "anna@uni.example, ben@uni.example", "@domain" },
		{ "j\xC3\xBCrgen@uni.example", NULL },
		{ "^(", "character" },
		{ "^a[", "character" },
		{ "^*", "character" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		err e = pattern_check(a, str_from(cases[i].pattern));
		CHECK(cases[i].word ? e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].word)
				    : !e.kind);
	}
	char *big = arena_alloc(a, 2000);
	memset(big, 'a', 2000);
	CHECK(pattern_check_text(a, (str){ big, 1000 }).kind == ERR_NONE);
	CHECK(pattern_check_text(a, (str){ big, 1001 }).kind == ERR_SYNTAX);
	CHECK(pattern_check_text(a, STR("")).kind == ERR_SYNTAX);
	CHECK(pattern_text((str){ big, 1001 }, STR("a")) == PATTERN_LIMIT);
	CHECK(pattern_text(STR("("), STR("a")) == PATTERN_LIMIT);
}

/* Whoever writes a pattern, and whatever it meets, it costs milliseconds. */
static void test_bounded(struct arena *a)
{
	static const char *const patterns[] = {
		"^(a+)+$",
		"(a*)*b",
		"(a|aa)+$",
		"^(([a-z])+.)+[A-Z]([a-z])+$",
		"(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x",
		"(?:(?:(?:a?)*)*)*b",
		"(a?){30}a{30}",
		"(x+x+)+y",
		"^(?:a(?:b|c)?)*d$",
		"(\\w+\\s?)*$",
		"((((((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+$",
		/* within the limit wherever it begins, and it may begin 60,000 times */
		"(.{0,200})(.{0,200})\\d",
		"(.{0,40})(.{0,40})(.{0,40})\\d",
	};
	char *many = arena_alloc(a, 1 << 20);
	memset(many, 'a', 1 << 20);
	many[60000] = '!';
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		static const size_t lengths[] = { 30, 3000, 1 << 20 };
		for (size_t k = 0; k < 3; k++) {
			int64_t start = clock_cpu_ms();
			str text = { many + (k < 2 ? 60001 - lengths[k] : 0),
				     lengths[k] };
			pattern_text(str_from(patterns[i]), text);
			int64_t took = clock_cpu_ms() - start;
			if (took > 1000)
				fprintf(stderr, "  %s: %lld ms\n", patterns[i],
					(long long)took);
			CHECK(took <= 1000);
		}
	}
	/* what one has spent another has not */
	int64_t ms = PATTERN_MS, before = clock_cpu_ms();
	for (int i = 0; i < 20; i++)
		CHECK(pattern_text_within(STR("(.{0,200})(.{0,200})\\d"),
					  (str){ many, 60000 }, &ms)
		      == PATTERN_LIMIT);
	CHECK(ms <= 0 && clock_cpu_ms() - before < 2 * PATTERN_MS);
	CHECK(pattern_text(STR("^(a+)+$"), STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!"))
	      != PATTERN_HIT);
}

static void test_text(void)
{
	CHECK(pattern_text(STR("viagra"), STR("Buy VIAGRA now")) == PATTERN_HIT);
	CHECK(pattern_text(STR("viagra"), STR("")) == PATTERN_MISS);
	CHECK(pattern_text(STR("^$"), STR("")) == PATTERN_HIT);
	CHECK(pattern_text(STR("\xC3\xBC"), STR("GR\xC3\x9C"
						"N"))
	      == PATTERN_HIT);
	CHECK(pattern_text(STR("a.c"), STR("a\xff"
					   "c abc"))
	      == PATTERN_HIT);
	CHECK(pattern_text(STR("x"), STR("\xff\xfe\xfd")) == PATTERN_MISS);
	CHECK(pattern_text(STR("a\\x00b"), ((str){ "a\0b", 3 })) == PATTERN_HIT);
}

static void test_lines(void)
{
	static const struct {
		const char *patterns, *key;
		enum pattern_result want;
	} cases[] = {
		{ "", "a@uni.example", PATTERN_MISS },
		{ "a@uni.example", "a@uni.example", PATTERN_HIT },
		{ "x@uni.example\n^a@", "a@uni.example", PATTERN_HIT },
		{ "x@uni.example\n\n@lab.example", "a@uni.example", PATTERN_MISS },
		{ "^(a+)+x$\n@uni.example",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@uni.example", PATTERN_LIMIT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(pattern_lines(str_from(cases[i].patterns), str_from(cases[i].key))
		      == cases[i].want);
}

int main(void)
{
	ARENA(a);
	test_addresses();
	test_ready(a);
	test_check(a);
	test_bounded(a);
	test_text();
	test_lines();
	return check_done();
}
