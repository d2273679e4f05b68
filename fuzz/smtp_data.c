/* Where a message ends and what is in it, against a plain reading of RFC 5321 section
 * 4.5.2 over the whole: the same whatever pieces it comes in. The first octet gives the
 * size of the pieces, and whether it is DATA. */
#include "fuzz.h"

#include "base/buf.h"
#include "smtp/data.h"

enum { LIMIT = 300 };

/* Finds the end the plain way. Returns how many octets belong to the message and its end;
 * all where there is none. */
static size_t plain(str in, struct buf *text, unsigned *flags, bool *ended)
{
	size_t i = 0, line = 0;
	bool start = true;
	*flags = 0;
	*ended = false;
	while (i < in.n) {
		str rest = str_skip(in, i);
		if (start && str_starts(rest, STR(".\r\n"))) {
			*ended = true;
			return i + 3;
		}
		if (start && rest.p[0] == '.')
			rest = str_skip(rest, 1), i++;
		start = false;
		if (!rest.n)
			break;
		char c = rest.p[0];
		if (c == '\r' && str_starts(rest, STR("\r\n"))) {
			buf_add(text, STR("\r\n"));
			i += 2;
			start = true;
			line = 0;
			continue;
		}
		/* a CR at the very end may still find its LF */
		if (c == '\r' && rest.n > 1)
			*flags |= SMTP_DATA_BARE_CR;
		if (c == '\n')
			*flags |= SMTP_DATA_BARE_LF, line = 0;
		if (c == '\0')
			*flags |= SMTP_DATA_NUL;
		if (c != '\r' && c != '\n' && ++line > SMTP_LINE_OCTETS)
			*flags |= SMTP_DATA_LONG_LINE;
		buf_add_char(text, c);
		i++;
	}
	return in.n;
}

/* A refusal names the fault; what is fine is not answered here. */
static void check_refusal(const struct smtp_data *d)
{
	struct smtp_reply r = { 0 };
	bool fine = smtp_data_fine(d, &r);
	must(fine == !(d->flags & SMTP_DATA_REFUSED));
	must(r.code == (fine ? 0 : d->flags & SMTP_DATA_TOO_LARGE ? 552 : 554));
}

static void dots(str in, size_t piece)
{
	struct smtp_data d;
	BUF(want);
	BUF(got);
	unsigned flags;
	bool ended;
	size_t taken = 0, end = plain(in, &want, &flags, &ended);
	smtp_data_start(&d, true, LIMIT);
	while (taken < in.n && !d.ended) {
		str text;
		size_t n = smtp_data_feed(&d, str_first(str_skip(in, taken), piece),
					  &text);
		must(n > 0 && n <= piece);
		buf_add(&got, text);
		taken += n;
	}
	must(d.ended == ended && taken == end);
	check_refusal(&d);
	if (!ended)
		return;
	must(((d.flags ^ flags) & ~(unsigned)SMTP_DATA_TOO_LARGE & SMTP_DATA_REFUSED)
	     == 0);
	if (!(d.flags & SMTP_DATA_REFUSED)) {
		must(d.flags == flags && want.n <= LIMIT);
		must(str_eq(buf_str(&got), buf_str(&want)) && d.size == (int64_t)want.n);
	} else if (!flags) {
		must(want.n > LIMIT);
	}
}

static void chunk(str in, size_t piece)
{
	struct smtp_data d;
	size_t taken = 0, all = 0;
	smtp_data_start(&d, false, LIMIT);
	while (taken < in.n) {
		str text;
		size_t n = smtp_data_feed(&d, str_first(str_skip(in, taken), piece),
					  &text);
		must(n > 0 && n <= piece && !d.ended);
		must(!text.n || text.p == in.p + taken);
		all += text.n;
		taken += n;
	}
	bool lacks = smtp_data_finish(&d);
	bool refused = d.flags & SMTP_DATA_REFUSED;
	check_refusal(&d);
	must(refused || (all == in.n && lacks == (in.n && !str_ends(in, STR("\r\n")))));
	for (size_t i = 0; i < in.n; i++) {
		bool cr = i && in.p[i - 1] == '\r',
		     lf = i + 1 < in.n && in.p[i + 1] == '\n';
		must(refused || in.p[i] != '\n' || cr);
		must(refused || in.p[i] != '\r' || lf);
		must(refused || in.p[i] != '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	str in = { (const char *)data + 1, n - 1 };
	size_t piece = 1 + (data[0] >> 1);
	if (data[0] & 1)
		chunk(in, piece);
	else
		dots(in, piece);
	return 0;
}
