#include "smtp/data.h"

#include "base/buf.h"
#include "tests/check.h"

/* Feeds input in pieces of that size. Returns how much was taken. */
static size_t feed(struct smtp_data *d, str input, size_t piece, struct buf *out)
{
	size_t taken = 0;
	while (taken < input.n && !d->ended) {
		str text;
		size_t n = smtp_data_feed(d, str_first(str_skip(input, taken), piece),
					  &text);
		CHECK(n > 0 && n <= piece);
		if (!n)
			return taken;
		buf_add(out, text);
		taken += n;
	}
	return taken;
}

enum { CR = SMTP_DATA_BARE_CR, LF = SMTP_DATA_BARE_LF, NUL = SMTP_DATA_NUL };

static void dots(void)
{
	static const struct {
		str in, out;
		unsigned flags;
		bool ended;
		size_t rest; /* octets behind the end */
	} cases[] = {
		{ STR("a\r\n.\r\n"), STR("a\r\n"), 0, true, 0 },
		{ STR(".\r\n"), STR(""), 0, true, 0 },
		{ STR("a\r\n.\r\nQUIT\r\n"), STR("a\r\n"), 0, true, 6 },
		{ STR("..a\r\n.b\r\n...\r\n.\r\n"), STR(".a\r\nb\r\n..\r\n"), 0, true,
		  0 },
		{ STR("a.\r\n.\r\n"), STR("a.\r\n"), 0, true, 0 },
		{ STR("a\r\n..\r\n.\r\n"), STR("a\r\n.\r\n"), 0, true, 0 },
		{ STR("\r\n\r\n.\r\n"), STR("\r\n\r\n"), 0, true, 0 },
		{ STR("a"), STR("a"), 0, false, 0 },
		{ STR("a\r\n."), STR("a\r\n"), 0, false, 0 },
		{ STR("a\r\n.\r"), STR("a\r\n"), 0, false, 0 },
		/* smuggling: none of these ends the message before its real end */
		{ STR("a\n.\nMAIL\r\n.\r\n"), STR(""), LF, true, 0 },
		{ STR("a\r\n.\nMAIL\r\n.\r\n"), STR(""), LF, true, 0 },
		{ STR("a\n.\r\nMAIL\r\n.\r\n"), STR(""), LF, true, 0 },
		{ STR("a\r.\rMAIL\r\n.\r\n"), STR(""), CR, true, 0 },
		{ STR("a\r\n.\rMAIL\r\n.\r\n"), STR(""), CR, true, 0 },
		{ STR("a\r.\r\nMAIL\r\n.\r\n"), STR(""), CR, true, 0 },
		{ STR("a\r\r\n.\r\nMAIL\r\n"), STR(""), CR, true, 6 },
		{ STR("a\r\n.\r\r\nMAIL\r\n.\r\n"), STR(""), CR, true, 0 },
		{ STR("a\r\n\0.\r\nMAIL\r\n.\r\n"), STR(""), NUL, true, 0 },
		{ STR("a\r\n.\0\r\nMAIL\r\n.\r\n"), STR(""), NUL, true, 0 },
		{ STR("\n.\r\n.\r\n"), STR(""), LF, true, 0 },
		{ STR(".\n.\r\n\r\n.\r\n"), STR(""), LF, true, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece < 9; piece++) {
			struct smtp_data d;
			BUF(out);
			smtp_data_start(&d, true, 1000);
			size_t taken = feed(&d, cases[i].in, piece, &out);
			CHECK(d.flags == cases[i].flags && d.ended == cases[i].ended);
			CHECK(taken == cases[i].in.n - cases[i].rest);
			CHECK(cases[i].flags
			      || (str_eq(buf_str(&out), cases[i].out)
				  && d.size == (int64_t)cases[i].out.n));
		}
}

static void chunks(void)
{
	static const struct {
		str in;
		unsigned flags;
		bool lacks;
	} cases[] = {
		{ STR("a\r\n"), 0, false },
		{ STR("a"), 0, true },
		{ STR(".\r\n.\r\nb\r\n"), 0, false },
		{ STR("a\r"), CR, true },
		{ STR("a\n"), LF, true },
		{ STR(""), 0, false },
		{ STR("a\r\nb\0c\r\n"), NUL, false },
		{ STR("a\rb\r\n"), CR, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece < 9; piece++) {
			struct smtp_data d;
			struct smtp_reply r = { 0 };
			BUF(out);
			smtp_data_start(&d, false, 1000);
			CHECK(feed(&d, cases[i].in, piece, &out) == cases[i].in.n);
			CHECK(!d.ended && smtp_data_finish(&d) == cases[i].lacks);
			CHECK(d.flags == cases[i].flags && d.ended);
			CHECK(smtp_data_fine(&d, &r) == !cases[i].flags);
			CHECK(!cases[i].flags == str_eq(buf_str(&out), cases[i].in)
			      || cases[i].flags == CR);
		}
}

static void sizes(void)
{
	for (size_t n = 90; n < 111; n++) {
		struct smtp_data d;
		struct smtp_reply r = { 0 };
		BUF(in);
		BUF(out);
		while (in.n < n)
			buf_add_char(&in, 'x');
		buf_add(&in, STR("\r\n.\r\n"));
		smtp_data_start(&d, true, 102);
		feed(&d, buf_str(&in), 7, &out);
		CHECK(d.ended && smtp_data_fine(&d, &r) == (n <= 100));
		CHECK(n <= 100 || (r.code == 552 && !strcmp(r.status, "5.3.4")));
		CHECK(out.n <= 102);
	}
}

static void long_lines(void)
{
	static const struct {
		size_t n;
		unsigned flags;
	} cases[] = { { 998, 0 }, { 999, SMTP_DATA_LONG_LINE } };
	for (size_t i = 0; i < 2; i++) {
		struct smtp_data d;
		struct smtp_reply r = { 0 };
		BUF(in);
		BUF(out);
		while (in.n < cases[i].n)
			buf_add_char(&in, 'x');
		buf_add(&in, STR("\r\n.\r\n"));
		smtp_data_start(&d, true, 100000);
		feed(&d, buf_str(&in), 100, &out);
		CHECK(d.flags == cases[i].flags && smtp_data_fine(&d, &r));
	}
}

static void refusals(void)
{
	static const struct {
		unsigned flags;
		int code;
	} cases[] = {
		{ CR, 554 }, { LF, 554 }, { NUL, 554 }, { SMTP_DATA_TOO_LARGE | LF, 552 }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct smtp_data d = { .flags = cases[i].flags };
		struct smtp_reply r = { 0 };
		CHECK(!smtp_data_fine(&d, &r) && r.code == cases[i].code);
	}
}

int main(void)
{
	dots();
	chunks();
	sizes();
	long_lines();
	refusals();
	return check_done();
}
