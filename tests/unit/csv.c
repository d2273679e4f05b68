/* Records as table programs write and read them. */
#include "base/csv.h"

#include "tests/check.h"

/* What is written comes back as it was, and no cell begins as a formula does. */
static void round_trip(struct arena *a)
{
	static const struct {
		const char *field, *quoted;
	} cases[] = {
		{ "", "\"\"" },
		{ "anna@uni.example", "\"anna@uni.example\"" },
		{ "Weiss, Ben", "\"Weiss, Ben\"" },
		{ "Cleo \"Cat\" Q.", "\"Cleo \"\"Cat\"\" Q.\"" },
		{ "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
		{ "+gil@uni.example", "\"'+gil@uni.example\"" },
		{ "-2", "\"'-2\"" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "\t=1", "\"'\t=1\"" },
		{ "\r=1", "\"'\r=1\"" },
		{ "'tis", "\"'tis\"" },
		{ "Eve\nowner", "\"Eve\nowner\"" },
		{ "Eve\rowner", "\"Eve\rowner\"" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		str field = str_from(cases[i].field), out = csv_quoted(a, field), raw,
		    back;
		CHECK(str_eq(out, str_from(cases[i].quoted)));
		CHECK(csv_record(a, &out, &back, 1, &raw) && str_eq(back, field));
	}
}

/* As `list export` writes a field: as it is where it can. */
static void bare(struct arena *a)
{
	static const char *const fields[] = {
		"a", "a,b", "a\"b", "a\nb", "a\r\nb", "=a"
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		str field = str_from(fields[i]), back, raw, out = field;
		if (csv_wants_quotes(field))
			out = csv_quoted(a, field);
		CHECK(csv_record(a, &out, &back, 1, &raw) && str_eq(back, field)
		      && !out.n);
	}
}

static void records(struct arena *a)
{
	str text = STR("a,\"b\r\nc\"\r\n,x\n\"'=1\",'y"), fields[2], raw;
	CHECK(csv_record(a, &text, fields, 2, &raw) && str_eq(fields[0], STR("a"))
	      && str_eq(fields[1], STR("b\r\nc")));
	CHECK(csv_record(a, &text, fields, 2, &raw) && !fields[0].n
	      && str_eq(fields[1], STR("x")));
	CHECK(csv_record(a, &text, fields, 2, &raw) && str_eq(fields[0], STR("=1"))
	      && str_eq(fields[1], STR("'y")));
	CHECK(!csv_record(a, &text, fields, 2, &raw));
}

int main(void)
{
	ARENA(a);
	round_trip(a);
	bare(a);
	records(a);
	return check_done();
}
