#include "web/escape.h"

#include "tests/check.h"
#include "zones.h"

static void each_context(void)
{
	static const struct {
		void (*escape)(struct buf *out, str s);
		const char *in, *out;
	} cases[] = {
		{ esc_text, "a<b>&\"'c", "a&lt;b&gt;&amp;&quot;&#39;c" },
		{ esc_text, "", "" },
		{ esc_text, "tab\tline\nstays", "tab\tline\nstays" },
		{ esc_text, "crlf\r\n", "crlf\r\n" },
		{ esc_text, "\x01\x7F", "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ esc_text, "\xC3\xA9\xF0\x9F\x93\xAC", "\xC3\xA9\xF0\x9F\x93\xAC" },
		{ esc_text, "\xC3", "\xEF\xBF\xBD" },
		{ esc_text, "\xC0\xBCscript", "\xEF\xBF\xBD\xEF\xBF\xBDscript" },
		{ esc_text, "\xC2\x85", "\xEF\xBF\xBD" },     /* C1 */
		{ esc_text, "\xEF\xBF\xBF", "\xEF\xBF\xBD" }, /* U+FFFF */
		{ esc_marked, "a\xE2\x80\xAE<z",
		  "a<span class=\"ctl\" title=\"Right-to-left override, U+202E: shown "
		  "as a mark, not obeyed\">U+202E</span>&lt;z" },
		{ esc_part, "a b/c?d&e=\xC3\xA9~", "a%20b%2Fc%3Fd%26e%3D%C3%A9~" },
		{ esc_part, "\"><", "%22%3E%3C" },
		{ esc_path, "a b/c\"", "a%20b/c%22" },
		{ esc_json, "a\"\\\n<&\xC3\xA9\xFF",
		  "\"a\\\"\\\\\\u000a\\u003c\\u0026\xC3"
		  "\xA9\xEF\xBF\xBD\"" },
		{ esc_url, "/lists/?a=1&b=2", "/lists/?a=1&amp;b=2" },
		{ esc_url, "https://x.example/\"", "https://x.example/&quot;" },
		{ esc_url, "HTTPS://x.example/", "HTTPS://x.example/" },
		{ esc_url, "mailto:a@b.example", "mailto:a@b.example" },
		{ esc_url, "lists/x:y", "lists/x:y" },
		{ esc_url, "?q=a:b", "?q=a:b" },
		{ esc_url, "#a:b", "#a:b" },
		{ esc_url, "javascript:alert(1)", "about:invalid" },
		{ esc_url, "JaVaScRiPt:alert(1)", "about:invalid" },
		{ esc_url, " javascript:alert(1)", "about:invalid" },
		{ esc_url, "java\nscript:alert(1)", "about:invalid" },
		{ esc_url, "\x01javascript:alert(1)", "about:invalid" },
		{ esc_url, "data:text/html,x", "about:invalid" },
		{ esc_url, "vbscript:x", "about:invalid" },
		{ esc_url, "//evil.example/", "about:invalid" },
		{ esc_url, "/\\evil.example/", "about:invalid" },
		{ esc_url, "\\\\evil.example/", "about:invalid" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BUF(out);
		cases[i].escape(&out, str_from(cases[i].in));
		if (!str_eq(buf_str(&out), str_from(cases[i].out)))
			fprintf(stderr, "case %zu: %.*s\n", i, STR_F(buf_str(&out)));
		CHECK(str_eq(buf_str(&out), str_from(cases[i].out)));
	}
}

static void nul_is_replaced(void)
{
	BUF(out);
	esc_text(&out, STR("a\0b"));
	CHECK(str_eq(buf_str(&out), STR("a\xEF\xBF\xBD"
					"b")));
	CHECK(!url_is_safe(STR("java\0script:x")));
}

static void numbers_and_times(void)
{
	static const struct {
		void (*show)(struct buf *out, int64_t n);
		int64_t in;
		const char *out;
	} cases[] = {
		{ show_number, -7, "-7" },
		{ show_count, 0, "0" },
		{ show_count, 999, "999" },
		{ show_count, 1000, "1,000" },
		{ show_count, -21851000, "-21,851,000" },
		{ show_posts, 1, "1 post" },
		{ show_posts, 0, "0 posts" },
		{ show_messages, 1, "1 message" },
		{ show_people, 1, "1 person" },
		{ show_people, 1200, "1,200 people" },
		{ show_members, 2, "2 members" },
		{ show_size, 999, "999 bytes" },
		{ show_size, 1500, "1.5 KB" },
		{ show_size, 184321, "184 KB" },
		{ show_size, 40300000000, "40 GB" },
		{ show_iso, 1795493529, "2026-11-24T04:12:09Z" },
		{ show_date, 1795493529, "2026-11-24" },
		{ show_minute, 1795493529, "2026-11-24 04:12" },
		{ show_day, 1795493529, "24 Nov 2026" },
		{ show_month, 1795493529, "November 2026" },
		{ show_date, INT64_MAX, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BUF(out);
		cases[i].show(&out, cases[i].in);
		if (!str_eq(buf_str(&out), str_from(cases[i].out)))
			fprintf(stderr, "case %zu: %.*s\n", i, STR_F(buf_str(&out)));
		CHECK(str_eq(buf_str(&out), str_from(cases[i].out)));
	}
}

/* By the site's clock, which is named; days that are kept as days are the same everywhere. */
static void test_times_there(struct arena *a)
{
	static const struct {
		const char *zone;
		void (*show)(struct buf *, int64_t);
		int64_t in;
		const char *out;
	} cases[] = {
		{ NULL, show_minute, 1795493529, "2026-11-24 04:12" },
		{ "berlin", show_minute, 1795493529, "2026-11-24 05:12 CET" },
		{ "berlin", show_minute, 1774745999, "2026-03-29 01:59 CET" },
		{ "berlin", show_minute, 1774746000, "2026-03-29 03:00 CEST" },
		{ "los_angeles", show_minute, 1795493529, "2026-11-23 20:12 PST" },
		{ "lord_howe", show_minute, 1775314800, "2026-04-05 01:30 +1030" },
		{ "los_angeles", show_date, 1795493529, "2026-11-23" },
		{ "los_angeles", show_day, 1795493529, "23 Nov 2026" },
		{ "los_angeles", show_iso, 1795493529, "2026-11-24T04:12:09Z" },
		{ "los_angeles", show_fixed_date, 1795478400, "2026-11-24" },
		{ "los_angeles", show_fixed_day, 1795478400, "24 Nov 2026" },
		{ "kolkata", show_minute, INT64_MAX, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		BUF(out);
		zone_begin(a, cases[i].zone);
		cases[i].show(&out, cases[i].in);
		if (!str_eq(buf_str(&out), str_from(cases[i].out)))
			fprintf(stderr, "there, case %zu: %.*s\n", i,
				STR_F(buf_str(&out)));
		CHECK(str_eq(buf_str(&out), str_from(cases[i].out)));
	}
	zone_begin(a, NULL);
}

int main(void)
{
	ARENA(a);
	each_context();
	nul_is_replaced();
	numbers_and_times();
	test_times_there(a);
	return check_done();
}
