#include "mail/mmdf.h"

#include "tests/check.h"

#define M "\001\001\001\001\n"

static const struct {
	const char *file;
	size_t count;
	const char *message[2];
} cases[] = {
	{ "", 0, { 0 } },
	{ "\n\n" M M, 0, { 0 } },
	{ M "From MAILER-DAEMON Tue Nov 24 04:12:09 2026\nA: 1\n\nbody\n\n" M,
	  1,
	  { "A: 1\r\n\r\nbody\r\n" } },
	{ M
	  "From x Tue Nov 24 04:12:09 2026\nA: 1\n\nFrom here\n>From there\n>>From\n\n" M
		  M "B: 2\n\nno end",
	  2,
	  { "A: 1\r\n\r\nFrom here\r\nFrom there\r\n>>From\r\n",
	    "B: 2\r\n\r\nno end\r\n" } },
	{ "between\n" M "A: 1\r\n\r\nx\r\n\r\n\001\001\001\001\r\nbetween\n" M
	  "B: 2\n\n\001\001\001\001 no mark\n\n" M,
	  2,
	  { "A: 1\r\n\r\nx\r\n", "B: 2\r\n\r\n\001\001\001\001 no mark\r\n" } },
	{ M "A: 1\n\nx" M "B: 2\n", 1, { "A: 1\r\n\r\nx\001\001\001\001\r\nB: 2\r\n" } },
};

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		str rest = str_from(cases[i].file), message;
		size_t n = 0;
		for (; n < 2 && mmdf_next(&rest, a, &message); n++)
			CHECK(cases[i].message[n]
			      && str_eq(message, str_from(cases[i].message[n])));
		CHECK(n == cases[i].count && !mmdf_next(&rest, a, &message));
	}
	CHECK(mmdf_is(STR(M "A: 1\n")) && mmdf_is(STR("\001\001\001\001\r\n")));
	CHECK(!mmdf_is(STR("From x\n")) && !mmdf_is(STR("")));
	return check_done();
}
