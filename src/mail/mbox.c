#include "mail/mbox.h"

#include "base/buf.h"
#include "mail/date.h"

#include <time.h>

enum { SENDER_WORDS = 6, FROM_OCTETS = 400 };

static const int64_t YEAR_9999 = 253402300799; /* asctime has room for four digits */

/* Takes a line with its end off s. */
static str whole_line(str s)
{
	const char *lf = s.n ? memchr(s.p, '\n', s.n) : NULL;
	return lf ? (str){ s.p, (size_t)(lf - s.p) + 1 } : s;
}

static str without_end(str line)
{
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool is_from(str s)
{
	return str_starts(s, STR("From "));
}

/* The date that git format-patch writes on every patch. */
static bool is_patch(str line)
{
	size_t n = sizeof "From " - 1, hash = 0;
	while (n + hash < line.n && line.p[n + hash] != ' ')
		hash++;
	return hash >= 40
	       && str_eq(str_skip(line, n + hash), STR(" Mon Sep 17 00:00:00 2001"));
}

static bool is_weekday(str word)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	if (word.n == 4 && word.p[3] == ',')
		word.n--;
	for (size_t i = 0; days[i]; i += 3)
		if (str_ieq(word, (str){ days + i, 3 }))
			return true;
	return false;
}

/* From, a sender of a few words ("anna at uni.example"), a weekday, a time and
 * the rest of a date: what mbox writers write and authors do not. */
static bool looks_like_from(str line)
{
	str rest = str_skip(str_first(line, FROM_OCTETS), sizeof "From " - 1), word;
	for (int words = 0; words <= SENDER_WORDS && str_word(&rest, &word); words++) {
		int64_t seconds;
		int offset;
		if (words && is_weekday(word) && str_has(rest, ':')
		    && !date_parse(rest, &seconds, &offset).kind)
			return true;
	}
	return false;
}

/* "Name:", or a From line that some tool left at the head of the message. */
static bool looks_like_field(str line)
{
	size_t n = 0;
	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7F && line.p[n] != ':')
		n++;
	return (n && n < line.n && line.p[n] == ':') || is_from(line)
	       || str_starts(line, STR(">From "));
}

static bool starts_message(const struct mbox *m, str s)
{
	str line = whole_line(s), text = without_end(line);
	return looks_like_from(text) && (m->patches || !is_patch(text))
	       && looks_like_field(whole_line(str_skip(s, line.n)));
}

/* Whether the line that ends before s.p[at] is empty. */
static bool after_empty_line(str s, size_t at)
{
	if (at < 2)
		return at == 1; /* s began with an empty line */
	return s.p[at - 2] == '\n'
	       || (at >= 3 && s.p[at - 2] == '\r' && s.p[at - 3] == '\n')
	       || (at == 2 && s.p[0] == '\r');
}

/* Where the message at the start of s ends, and the next one starts. */
static size_t message_end(const struct mbox *m, str s)
{
	size_t at = 0;
	for (;;) {
		const char *hit = at < s.n ? memmem(s.p + at, s.n - at, "\nFrom ", 6)
					   : NULL;
		if (!hit)
			return s.n;
		at = (size_t)(hit - s.p) + 1;
		if (after_empty_line(s, at) && starts_message(m, str_skip(s, at)))
			return at;
	}
}

/* CRLF at each line's end; ">From " loses one > (mboxrd; in mboxo it had none
 * or was written so, which nobody can tell). */
static str unescape(struct arena *a, str s)
{
	size_t lines = 1;
	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	char *out = arena_alloc(a, s.n + lines + 1), *at = out;
	for (str line; (line = whole_line(s)).n; s = str_skip(s, line.n)) {
		str text = without_end(line);
		size_t marks = 0;
		while (marks < text.n && text.p[marks] == '>')
			marks++;
		if (marks && is_from(str_skip(text, marks)))
			text = str_skip(text, 1);
		if (text.n)
			memcpy(at, text.p, text.n);
		at += text.n;
		*at++ = '\r';
		*at++ = '\n';
	}
	return (str){ out, (size_t)(at - out) };
}

/* The empty line that a writer puts behind each message. */
static str without_last_line(str s)
{
	if (str_eq(s, STR("\n")) || str_eq(s, STR("\r\n")))
		return STR_NONE; /* of an empty message */
	if (str_ends(s, STR("\n\r\n")))
		s.n -= 2;
	else if (str_ends(s, STR("\n\n")))
		s.n -= 1;
	return s;
}

void mbox_open(struct mbox *m, str bytes)
{
	*m = (struct mbox){ .rest = bytes, .size = bytes.n };
	while (m->rest.n && (*m->rest.p == '\n' || *m->rest.p == '\r'))
		m->rest = str_skip(m->rest, 1);
	m->patches = is_from(m->rest) && is_patch(without_end(whole_line(m->rest)));
}

bool mbox_next(struct mbox *m, struct arena *a, struct mbox_message *out)
{
	if (!m->rest.n)
		return false;
	str from = is_from(m->rest) ? whole_line(m->rest) : STR_NONE;
	str s = str_skip(m->rest, from.n);
	size_t n = message_end(m, s);
	*out = (struct mbox_message){
		.bytes = unescape(a, without_last_line(str_first(s, n))),
		.from = without_end(from),
		.offset = m->size - m->rest.n,
	};
	m->rest = str_skip(s, n);
	m->number++;
	return true;
}

/* The sender as one word. */
static str from_word(struct arena *a, str path)
{
	char *out = arena_alloc(a, path.n);
	for (size_t i = 0; i < path.n; i++)
		out[i] = (unsigned char)path.p[i] <= ' ' ? '-' : path.p[i];
	return path.n ? (str){ out, path.n } : STR("MAILER-DAEMON");
}

str mbox_write(struct arena *a, str message, str reverse_path, int64_t date)
{
	BUF(b);
	struct tm tm;
	char when[32];
	if (date < 0 || date > YEAR_9999 || !gmtime_r(&(time_t){ date }, &tm))
		gmtime_r(&(time_t){ 0 }, &tm);
	asctime_r(&tm, when);
	buf_cat(&b, STR("From "), from_word(a, reverse_path), STR(" "), str_from(when));
	for (str line; (line = whole_line(message)).n;
	     message = str_skip(message, line.n)) {
		str text = without_end(line);
		size_t marks = 0;
		while (marks < text.n && text.p[marks] == '>')
			marks++;
		if (is_from(str_skip(text, marks)))
			buf_add_char(&b, '>');
		buf_cat(&b, text, STR("\n"));
	}
	buf_add_char(&b, '\n');
	return arena_copy(a, buf_str(&b));
}
