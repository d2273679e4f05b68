/* Answers written on the web: quotes, subjects, references. */
#include "web/pages/quote.h"

#include "base/buf.h"
#include "tests/check.h"

static void texts(struct arena *a)
{
	static const struct {
		const char *text, *quoted;
	} cases[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "-- \nAnna\n", "" },
		{ "one", "A:\n> one\n\n" },
		{ "one\ntwo\n", "A:\n> one\n> two\n\n" },
		{ "one\n\ntwo\n\n\n", "A:\n> one\n>\n> two\n\n" },
		{ "\none\n", "A:\n>\n> one\n\n" },
		{ "> theirs\n>> older\nmine\n", "A:\n>> theirs\n>>> older\n> mine\n\n" },
		{ "text\n-- \nAnna\nUni\n", "A:\n> text\n\n" },
		{ "a -- b\n--- x\n", "A:\n> a -- b\n> --- x\n\n" },
		{ "one\r\ntwo\r\n", "A:\n> one\n> two\n\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str got = quote_text(a, STR("A"), str_from(cases[i].text));
		CHECK(str_eq(got, str_from(cases[i].quoted)));
	}
	BUF(b);
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "line %d\n", i);
	str got = quote_text(a, STR("A"), buf_str(&b));
	CHECK(str_find(got, STR("> line 399\n> [...]\n")).n);
	CHECK(!str_find(got, STR("line 400")).n);
}

static void subjects(struct arena *a)
{
	static const struct {
		const char *subject, *prefix, *answer;
	} cases[] = {
		{ "maps", "", "Re: maps" },
		{ "Re: maps", "", "Re: maps" },
		{ "RE:re: maps", "", "Re: maps" },
		{ "[dev] maps", "[dev]", "Re: maps" },
		{ "[dev] Re: maps", "[dev] ", "Re: maps" },
		{ "Re: [dev] Re: [dev] maps", "[dev]", "Re: maps" },
		{ "[DEV] maps", "[dev]", "Re: maps" },
		{ "[dev] maps", "", "Re: [dev] maps" },
		{ "[dev]", "[dev]", "Re: " },
		{ "", "", "Re: " },
		{ "Regarding: maps", "", "Re: Regarding: maps" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK(str_eq(quote_subject(a, str_from(cases[i].subject),
					   str_from(cases[i].prefix)),
			     str_from(cases[i].answer)));
}

static void references(struct arena *a)
{
	str ids[60] = { 0 };
	CHECK(str_eq(quote_references(a, ids, 0, STR("p@x")), STR("<p@x>")));
	CHECK(str_eq(quote_references(a, ids, 0, STR("")), STR("")));
	ids[0] = STR("a@x");
	ids[1] = STR("p@x");
	CHECK(str_eq(quote_references(a, ids, 2, STR("p@x")), STR("<a@x> <p@x>")));
	for (int i = 0; i < 60; i++)
		ids[i] = arena_printf(a, "%d@x", i);
	str many = quote_references(a, ids, 60, STR("p@x"));
	size_t count = 0;
	for (size_t i = 0; i < many.n; i++)
		count += many.p[i] == '<';
	CHECK(count == 21);
	CHECK(str_starts(many, STR("<0@x> <41@x> ")));
	CHECK(str_ends(many, STR(" <59@x> <p@x>")));
	ids[0] = STR("0@x");
	str just = quote_references(a, ids, 20, STR("p@x"));
	CHECK(str_starts(just, STR("<0@x> <1@x> ")) && str_ends(just, STR("<p@x>")));
}

int main(void)
{
	ARENA(a);
	texts(a);
	subjects(a);
	references(a);
	return check_done();
}
