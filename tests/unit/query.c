#include "archive/query.h"

#include "base/arena.h"
#include "store/archive/post.h"
#include "tests/check.h"

#include <time.h>

static const int64_t NOW = 1795500000; /* 2026-11-24 */

static void test_match(void)
{
	static const struct {
		const char *text, *match, *without, *words;
	} cases[] = {
		{ "map", "- {quote quote_address} : ((\"map\"))", "", "map" },
		{ "half map", "- {quote quote_address} : ((\"half\") AND (\"map\"))", "",
		  "half and map" },
		{ "\"half map\"", "- {quote quote_address} : ((\"half map\"))", "",
		  "\"half map\"" },
		{ "sharp*", "- {quote quote_address} : ((\"sharp\"*))", "", "sharp*" },
		{ "a OR b c", "- {quote quote_address} : ((\"a\" OR \"b\") AND (\"c\"))",
		  "", "a or b and c" },
		{ "map -tomogram",
		  "- {quote quote_address} : (((\"map\")) NOT ((\"tomogram\")))", "",
		  "map, without tomogram" },
		{ "map NOT tomogram",
		  "- {quote quote_address} : (((\"map\")) NOT ((\"tomogram\")))", "",
		  "map, without tomogram" },
		{ "from:okafor",
		  "- {quote quote_address} : (({author author_address} : \"okafor\"))",
		  "", "author okafor" },
		{ "FROM:okafor",
		  "- {quote quote_address} : (({author author_address} : \"okafor\"))",
		  "", "author okafor" },
		{ "to:\"A B\"",
		  "- {quote quote_address} : (({receiver receiver_address} : \"A B\"))",
		  "", "sent to \"A B\"" },
		{ "body:x quoted:yes",
		  "({body quote body_address quote_address} : \"x\")", "",
		  "text x, quoted text, too" },
		{ "file:mtz subject:map",
		  "- {quote quote_address} : ((files : \"mtz\") AND (subject : \"map\"))",
		  "", "a file mtz and subject map" },
		{ "(a b) OR c",
		  "- {quote quote_address} : ((((\"a\") AND (\"b\")) OR \"c\"))", "",
		  "(a and b) or c" },
		{ "from:(a OR b)",
		  "- {quote quote_address} : (((({author author_address} : \"a\" OR "
		  "{author "
		  "author_address} : \"b\"))))",
		  "", "(author a or author b)" },
		{ "(a -b)", "- {quote quote_address} : (((((\"a\")) NOT ((\"b\")))))", "",
		  "(a without b)" },
		{ "-spam after:2026", "", "- {quote quote_address} : ((\"spam\"))",
		  "since 2026-01-01, without spam" },
		{ "say \"he said \" x",
		  "- {quote quote_address} : ((\"say\") AND (\"he said \") AND (\"x\"))",
		  "", "say and \"he said \" and x" },
		{ "a & b", "- {quote quote_address} : ((\"a\") AND (\"b\"))", "",
		  "a and b" },
		{ "http://x.example/y",
		  "- {quote quote_address} : ((\"http://x.example/y\"))", "",
		  "http://x.example/y" },
		{ "größe", "- {quote quote_address} : ((\"größe\"))", "", "größe" },
		{ "a NEAR/5 b", "- {quote quote_address} : ((NEAR(\"a\" \"b\", 5)))", "",
		  "a near b" },
		{ "s:\"a b\" ADJ c",
		  "- {quote quote_address} : ((subject : NEAR(\"a b\" \"c\", 10)))", "",
		  "subject \"a b\" near c" },
		{ "s:map f:okafor",
		  "- {quote quote_address} : ((subject : \"map\") AND ({author "
		  "author_address} : "
		  "\"okafor\"))",
		  "", "subject map and author okafor" },
		{ "q:said map b:own",
		  "({quote quote_address} : \"said\") AND (- {quote quote_address} : "
		  "\"map\") AND ({body body_address} : \"own\")",
		  "", "quoted text said and map and text own" },
		{ "東京 x線", "- {quote quote_address} : ((\"東京\") AND (\"x線\"*))", "",
		  "東京 and x線" },
		{ "京", "- {quote quote_address} : ((\"京\"*))", "", "京" },
		{ "x) y", "- {quote quote_address} : ((\"x)\") AND (\"y\"))", "",
		  "x) and y" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct query q = { 0 };
		err e = query_parse(a, str_from(cases[i].text), NOW, &q);
		CHECK(e.kind == ERR_NONE);
		CHECK(str_eq(q.match, str_from(cases[i].match)));
		CHECK(str_eq(q.without, str_from(cases[i].without)));
		CHECK(str_eq(q.words, str_from(cases[i].words)));
		if (!str_eq(q.match, str_from(cases[i].match))
		    || !str_eq(q.words, str_from(cases[i].words)))
			fprintf(stderr, "  %s: %.*s | %.*s %s\n", cases[i].text,
				STR_F(q.match), STR_F(q.words), e.kind ? e.msg : "");
	}
}

static int64_t day(int year, int month, int mday)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = mday };
	return timegm(&tm);
}

static void test_conditions(void)
{
	ARENA(a);
	struct query q;
	CHECK(!query_parse(a, STR("after:2025-10 before:2026-02-03"), NOW, &q).kind);
	CHECK(q.from == day(2025, 10, 1) && q.until == day(2026, 2, 3) && q.match.n == 0);
	CHECK(!query_parse(a, STR("after:2024 after:2025 before:2030 before:2029"), NOW,
			   &q)
		       .kind);
	CHECK(q.from == day(2025, 1, 1) && q.until == day(2029, 1, 1));
	CHECK(!query_parse(a, STR("date:2024-05..2024-12"), NOW, &q).kind);
	CHECK(q.from == day(2024, 5, 1) && q.until == day(2025, 1, 1));
	CHECK(!query_parse(a, STR("date:..2024"), NOW, &q).kind);
	CHECK(q.from == INT64_MIN && q.until == day(2025, 1, 1));
	CHECK(!query_parse(a, STR("date:2024-02-29"), NOW, &q).kind);
	CHECK(q.from == day(2024, 2, 29) && q.until == day(2024, 3, 1));
	CHECK(!query_parse(a, STR("is:starred tag:Todo x"), NOW, &q).kind
	      && q.kept_count == 2 && !q.kept[0].n && str_eq(q.kept[1], STR("todo")));
	CHECK(query_parse(a, STR("-tag:x"), NOW, &q).kind == ERR_SYNTAX
	      && query_parse(a, STR("tag:"), NOW, &q).kind == ERR_SYNTAX);
	CHECK(!query_parse(a, STR("has:attachment -has:html has:Patch"), NOW, &q).kind);
	CHECK(q.has_file && !q.lacks_file && q.lacks == ARCHIVE_HTML
	      && q.has == ARCHIVE_PATCH);
	CHECK(!query_parse(a, STR("list:dev list:users x thread:21838"), NOW, &q).kind);
	CHECK(q.list_count == 2 && str_eq(q.lists[1], STR("users")) && q.thread == 21838);
	CHECK(!query_parse(a, STR("map -tomogram \"half map\" sharp* from:anna"), NOW, &q)
		       .kind);
	CHECK(q.mark_count == 3 && str_eq(q.marks[1], STR("half map"))
	      && str_eq(q.marks[2], STR("sharp*")));
}

static void test_reckoned(void)
{
	static const struct {
		const char *text;
		int64_t from, until;
	} cases[] = {
		{ "d:7d..", 17, INT64_MAX },
		{ "date:7d", 17, INT64_MAX },
		{ "after:2.weeks", 10, INT64_MAX },
		{ "after:last.week", 17, INT64_MAX },
		{ "d:yesterday", 23, 24 },
		{ "d:3.days.ago..today", 21, 25 },
		{ "since:1w before:yesterday", 17, 23 },
		{ "d:20261103..20261104", 3, 5 },
		{ "rt:20261103..", 3, INT64_MAX },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct query q = { 0 };
		CHECK(!query_parse(a, str_from(cases[i].text), NOW, &q).kind);
		CHECK(q.from == day(2026, 11, (int)cases[i].from));
		CHECK(q.until
		      == (cases[i].until == INT64_MAX
				  ? INT64_MAX
				  : day(2026, 11, (int)cases[i].until)));
	}
}

static void test_others(void)
{
	ARENA(a);
	struct query q;
	CHECK(!query_parse(a, STR("m:<a@b.example>"), NOW, &q).kind);
	CHECK(str_eq(q.message_id, STR("a@b.example")) && !q.match.n);
	CHECK(!query_parse(a, STR("type:PDF in:17 l:dev dfn:Kconfig"), NOW, &q).kind);
	CHECK(str_eq(q.type, STR("pdf")) && q.has_file && q.thread == 17);
	CHECK(q.list_count == 1 && q.has == ARCHIVE_PATCH);
	CHECK(str_eq(
		q.match,
		STR("- {quote quote_address} : (({body body_address} : \"Kconfig\"))")));
	CHECK(!query_parse(a, STR("fron:anna map"), NOW, &q).kind);
	CHECK(str_eq(q.unknown, STR("fron:")));
	CHECK(!query_parse(a, STR("http://x.example std::string 12:30 error: x"), NOW, &q)
		       .kind);
	CHECK(!q.unknown.n);
}

static void test_errors(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "nothing to look for" },
		{ "   ", "nothing to look for" },
		{ "& - ...", "nothing to look for" },
		{ "map \"half", "column 5: this quotation has no end" },
		{ "ärger \"half", "column 7: this quotation has no end" },
		{ "map (a", "column 5: this parenthesis is never closed" },
		{ "(a b", "column 1: this parenthesis is never closed" },
		{ "()", "column 1: the parentheses hold no word" },
		{ "OR map", "column 1: OR stands between" },
		{ "map OR", "column 7: OR what?" },
		{ "map OR OR x", "column 8: OR stands between" },
		{ "a OR -b", "column 6: OR joins what is looked for" },
		{ "-a OR b", "column 1: OR joins what is looked for" },
		{ "a OR before:2026", "column 6: OR joins words" },
		{ "(before:2026 x)", "column 9: before:, after:" },
		{ "-map", "only leaves out" },
		{ "map NOT", "column 5: what is to be left out?" },
		{ "from:", "column 6: from: wants a word" },
		{ "before:", "column 8: before: wants a value" },
		{ "before:someday", "column 8: a day, month or year" },
		{ "d:3fortnights", "column 3: a date is written" },
		{ "a NEAR", "column 3: near what?" },
		{ "a NEAR/x b", "column 3: NEAR/ wants a number" },
		{ "a NEAR from:b", "column 1: NEAR stands between" },
		{ "(a b) NEAR c", "column 1: NEAR stands between" },
		{ "-m:a@b", "cannot stand before a Message-ID" },
		{ "after:2026-13", "column 7: a day, month or year" },
		{ "after:2026-02-30", "column 7: a day, month or year" },
		{ "-after:2026 x", "- cannot stand before this one" },
		{ "date:..", "column 6: a date is written" },
		{ "has:wings", "column 5: has: knows" },
		{ "thread:dev", "column 8: thread: wants the number" },
		{ "thread:0", "column 8: thread: wants the number" },
		{ "thread:1 thread:2", "one thread only" },
		{ "-list:dev x", "cannot stand before list:" },
		{ "from:(subject:x)", "subject: inside from: finds nothing" },
		{ "quoted:maybe x", "quoted: is yes or no" },
	};
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct query q = { .thread = 77 };
		err e = query_parse(a, str_from(cases[i].text), NOW, &q);
		bool right = e.kind == ERR_SYNTAX && strstr(e.msg, cases[i].says);
		CHECK(right);
		CHECK(q.thread == 77); /* untouched */
		if (!right)
			fprintf(stderr, "  %s: %s\n", cases[i].text,
				e.kind ? e.msg : "(taken)");
	}
}

static void test_limits(void)
{
	ARENA(a);
	struct query q;
	char text[2000];
	memset(text, 'a', sizeof text);
	CHECK(query_parse(a, (str){ text, QUERY_MAX + 1 }, NOW, &q).kind == ERR_LIMIT);
	CHECK(query_parse(a, (str){ text, QUERY_MAX }, NOW, &q).kind == ERR_NONE);
	memset(text, '(', sizeof text);
	CHECK(query_parse(a, (str){ text, 100 }, NOW, &q).kind == ERR_LIMIT);
	for (size_t i = 0; i < 400; i++)
		text[i] = i % 2 ? ' ' : 'x';
	CHECK(query_parse(a, (str){ text, 400 }, NOW, &q).kind == ERR_LIMIT);
}

int main(void)
{
	test_match();
	test_conditions();
	test_reckoned();
	test_others();
	test_errors();
	test_limits();
	return check_done();
}
