#include "smtp/data.h"

enum state { LINE_START, DOT, DOT_CR, TEXT, CR };

void smtp_data_start(struct smtp_data *d, bool dots, int64_t limit)
{
	*d = (struct smtp_data){ .limit = limit, .dots = dots, .state = LINE_START };
}

static void line_octets(struct smtp_data *d, size_t n)
{
	d->line += n;
	if (d->line > SMTP_LINE_OCTETS)
		d->flags |= SMTP_DATA_LONG_LINE;
}

/* An octet where it matters what stands around it: at a line's start, behind its
 * dot and behind a CR. False: it belongs to the mark, not to the message. */
static bool step(struct smtp_data *d, char c)
{
	bool after_cr = d->state == CR || d->state == DOT_CR;
	if (d->state == LINE_START && d->dots && c == '.') {
		d->state = DOT;
		return false;
	}
	if (d->state == DOT_CR && c == '\n') {
		d->ended = true;
		return false;
	}
	if (after_cr && c != '\n')
		d->flags |= SMTP_DATA_BARE_CR;
	if (c == '\r') {
		/* ".\r": whether it ends the message is seen with the next octet. If it
		 * does not, this CR stands alone and the message is refused: nothing is
		 * lost by not handing it on. */
		d->state = d->state == DOT ? DOT_CR : CR;
		return d->state == CR;
	}
	if (c == '\n') {
		if (!after_cr)
			d->flags |= SMTP_DATA_BARE_LF;
		/* Only behind a CRLF may a lone dot end the message. */
		d->state = after_cr ? LINE_START : TEXT;
		d->line = 0;
		return true;
	}
	d->state = TEXT;
	line_octets(d, 1);
	return true;
}

/* A run of octets up to the next CR or LF, in one go: nearly all of a message. */
static size_t run(struct smtp_data *d, str input)
{
	const char *lf = memchr(input.p, '\n', input.n);
	size_t n = lf ? (size_t)(lf - input.p) : input.n;
	const char *cr = memchr(input.p, '\r', n);
	if (cr)
		n = (size_t)(cr - input.p);
	line_octets(d, n);
	return n;
}

static void count(struct smtp_data *d, str text)
{
	d->size += (int64_t)text.n;
	if (str_has(text, '\0'))
		d->flags |= SMTP_DATA_NUL;
	if (d->size > d->limit)
		d->flags |= SMTP_DATA_TOO_LARGE;
}

size_t smtp_data_feed(struct smtp_data *d, str input, str *text)
{
	size_t from = 0, end = 0, at = 0;
	while (at < input.n && end == at && !d->ended) {
		if (d->state == TEXT)
			end = at += run(d, str_skip(input, at));
		if (at == input.n)
			break;
		if (step(d, input.p[at++]))
			end = at;
		else if (end == from) /* no text before the mark: skip it */
			from = end = at;
	}
	*text = (str){ input.p + from, end - from };
	count(d, *text);
	if (d->flags & SMTP_DATA_REFUSED)
		*text = STR_NONE;
	return at;
}

bool smtp_data_finish(struct smtp_data *d)
{
	if (d->state == CR || d->state == DOT_CR)
		d->flags |= SMTP_DATA_BARE_CR;
	d->ended = true;
	return d->state != LINE_START;
}

/* RFC 5321 section 4.3.2 lists what may answer the end of data. A malformed message
 * is no matter of policy (550): 554, with X.6.0 of RFC 3463, "media error". */
bool smtp_data_fine(const struct smtp_data *d, struct smtp_reply *r)
{
	static const struct {
		unsigned flags;
		int code;
		const char *status;
		str text;
	} refusals[] = {
		{ SMTP_DATA_TOO_LARGE, 552, "5.3.4",
		  STR("the message is larger than this server takes (see SIZE)") },
		{ SMTP_DATA_BARE_CR | SMTP_DATA_BARE_LF, 554, "5.6.0",
		  STR("a CR or LF stands alone in the message; lines end in CRLF "
		      "(RFC 5321 section 2.3.8)") },
		{ SMTP_DATA_NUL, 554, "5.6.0",
		  STR("there is a NUL in the message (RFC 5321 section 4.5.2)") },
	};
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (d->flags & refusals[i].flags) {
			smtp_say(r, refusals[i].code, refusals[i].status,
				 refusals[i].text);
			return false;
		}
	return true;
}
