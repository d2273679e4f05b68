#include "mail/date.h"

#include "tests/check.h"

static const struct {
	const char *text;
	bool ok;
	int64_t seconds;
	int offset;
} cases[] = {
	{ "Tue, 24 Nov 2026 04:12:09 +0000", true, 1795493529, 0 },
	{ "Tue, 24 Nov 2026 05:12:09 +0100 (CET)", true, 1795493529, 60 },
	{ "Mon, 23 Nov 2026 22:42:09 -0530", true, 1795493529, -330 },
	{ "24 Nov 26 04:12:09 GMT", true, 1795493529, 0 },
	{ "Tue Nov 24 04:12:09 2026", true, 1795493529, 0 },
	{ "Tue Nov 24 04:12:09 UTC 2026", true, 1795493529, 0 },
	{ "2026-11-24T04:12:09Z", true, 1795493529, 0 },
	{ "2026-11-24T05:12:09+01:00", true, 1795493529, 60 },
	{ "2026-11-24 04:12:09", true, 1795493529, 0 },
	{ "24-Nov-2026 04:12:09", true, 1795493529, 0 },
	{ "Tue, 24 Nov 2026 04.12.09 GMT+0000", true, 1795493529, 0 },
	{ "Tue, 24 Nov 2026 05:12:09 GMT+0100", true, 1795493529, 60 },
	{ "Mon, 23 Nov 2026 23:12:09 EST", true, 1795493529, -300 },
	{ "Tue, 24 Nov 2026 4:12:09 AM", true, 1795493529, 0 },
	{ "Tue, 24 Nov 2026 12:12:09 AM", true, 1795493529 - 4 * 3600, 0 },
	{ "Tue, 24 Nov 2026 4:12:09 PM", true, 1795493529 + 12 * 3600, 0 },
	{ "Tue,\r\n   24\r\n  Nov\r\n    2026\r\n  04:12\r\n  +0000 (a zone)", true,
	  1795493520, 0 },
	{ " 24 Nov 2026 (com(me)nt) 04:12:09 +0000", true, 1795493529, 0 },
	{ "24 Nov 2026 04:12:09 X", true, 1795493529, 0 },     /* military: unknown */
	{ "24 Nov 2026 04:12:09 +9999", true, 1795493529, 0 }, /* no such zone */
	{ "24 Nov 2026", true, 1795478400, 0 },
	{ "21 Nov 97 09:55:06 GMT", true, 880106106, 0 },
	{ "21 Nov 49 00:00:00 GMT", true, 2521065600, 0 },
	{ "Thu, 13 Feb 1969 23:32:54 -0330", true, -27723426, -210 },
	{ "1 Jan 100 00:00:00 GMT", true, 946684800, 0 }, /* 1900 + 100: a bug of 2000 */
	{ "29 Feb 2024 00:00:00 +0000", true, 1709164800, 0 },
	{ "30 Jun 2015 23:59:60 +0000", true, 1435708800, 0 }, /* a leap second */
	{ "by x.example with SMTP id 5;\r\n\tTue, 24 Nov 2026 04:12:09 +0000", true,
	  1795493529, 0 },
	{ "29 Feb 2023 00:00:00 +0000", false, 0, 0 },
	{ "32 Jan 2023 00:00:00 +0000", false, 0, 0 },
	{ "13 zzz 2021 09:55:06 +0200", false, 0, 0 },
	{ "Tue, 7 00 2026 19:14:51 +0000", false, 0, 0 },
	{ "some numbers 0 1 2 but invalid", false, 0, 0 },
	{ "", false, 0, 0 },
	{ "((((", false, 0, 0 },
};

int main(void)
{
	ARENA(a);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t seconds = 77;
		int offset = 77;
		err e = date_parse(str_from(cases[i].text), &seconds, &offset);
		bool right = !e.kind == cases[i].ok
			     && (e.kind ? seconds == 77 && offset == 77
					: seconds == cases[i].seconds
						  && offset == cases[i].offset);
		if (!right)
			fprintf(stderr, "%s: %lld %d\n", cases[i].text,
				(long long)seconds, offset);
		CHECK(right);
	}
	CHECK(str_eq(date_text(a, 1795493529), STR("Tue, 24 Nov 2026 04:12:09 +0000")));
	CHECK(str_eq(date_text(a, 0), STR("Thu, 1 Jan 1970 00:00:00 +0000")));
	CHECK(str_eq(date_day(a, 1795493529), STR("2026-11-24")));
	CHECK(str_eq(date_minute(a, 1795493529), STR("2026-11-24 04:12")));
	return check_done();
}
