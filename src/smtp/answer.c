#include "smtp/answer.h"

static bool chr_digits(str s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i >= s.n || !chr_is_digit(s.p[i]))
			return false;
	return true;
}

/* "5.1.1" at the start of the words (RFC 2034 section 4): class, subject, detail; the
 * class must be the code's. */
static str enhanced(str text, int code)
{
	size_t n = 1, dots = 0, run = 0;
	if (!text.n || text.p[0] != (char)('0' + code / 100) || text.n < 5
	    || text.p[1] != '.')
		return STR_NONE;
	for (; n < text.n && text.p[n] != ' '; n++) {
		if (text.p[n] == '.') {
			if (dots++ && !run)
				return STR_NONE;
			run = 0;
		} else if (!chr_is_digit(text.p[n]) || ++run > 3) {
			return STR_NONE;
		}
	}
	return dots == 2 && run ? str_first(text, n) : STR_NONE;
}

static void add_text(struct smtp_answer *x, str text)
{
	if (x->lines > 1 && x->n < SMTP_ANSWER_TEXT)
		x->text[x->n++] = '\n';
	for (size_t i = 0; i < text.n && x->n < SMTP_ANSWER_TEXT; i++) {
		unsigned char c = (unsigned char)text.p[i];
		x->text[x->n++] = c < ' ' || c == 127 ? '?' : (char)c;
	}
}

/* RFC 5321 section 4.2: three digits, then "-" where lines follow, then words. Servers
 * that end a line in LF alone are understood. */
err smtp_answer_line(struct smtp_answer *x, str line, bool *whole)
{
	if (str_ends(line, STR("\n")))
		line.n--;
	if (str_ends(line, STR("\r")))
		line.n--;
	if (!chr_digits(line, 3) || line.p[0] < '2' || line.p[0] > '5'
	    || (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return FAIL(ERR_SYNTAX, "the server sent a line that is no SMTP reply");
	int code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + line.p[2] - '0';
	if (x->lines && code != x->code)
		return FAIL(ERR_SYNTAX, "the lines of a reply bear different codes");
	if (++x->lines > SMTP_ANSWER_LINES)
		return FAIL(ERR_LIMIT, "the server's reply has too many lines");
	x->code = code;
	str text = str_skip(line, 4), status = enhanced(text, code);
	if (status.n) {
		if (x->lines == 1) {
			memcpy(x->status, status.p, status.n);
			x->status[status.n] = 0;
		}
		text = str_skip(text, status.n + 1);
	}
	add_text(x, text);
	*whole = line.n < 4 || line.p[3] == ' ';
	return OK;
}

static void limits(struct smtp_offers *o, str words)
{
	static const struct {
		str name;
		size_t at;
	} known[] = { { STR("MAILMAX="), offsetof(struct smtp_offers, mail_max) },
		      { STR("RCPTMAX="), offsetof(struct smtp_offers, rcpt_max) } };
	str word;
	while (str_word(&words, &word))
		for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
			int64_t n;
			if (str_istarts(word, known[i].name)
			    && str_i64(str_skip(word, known[i].name.n), &n) && n > 0)
				*(int64_t *)((char *)o + known[i].at) = n;
		}
}

void smtp_offer(struct smtp_offers *o, str line)
{
	static const struct {
		str name;
		size_t at;
	} known[] = {
		{ STR("PIPELINING"), offsetof(struct smtp_offers, pipelining) },
		{ STR("CHUNKING"), offsetof(struct smtp_offers, chunking) },
		{ STR("STARTTLS"), offsetof(struct smtp_offers, starttls) },
		{ STR("8BITMIME"), offsetof(struct smtp_offers, eight_bit) },
		{ STR("SMTPUTF8"), offsetof(struct smtp_offers, utf8) },
		{ STR("DSN"), offsetof(struct smtp_offers, dsn) },
		{ STR("REQUIRETLS"), offsetof(struct smtp_offers, require_tls) },
		{ STR("SIZE"), offsetof(struct smtp_offers, size_known) },
	};
	str word, rest = line;
	int64_t n;
	if (!str_word(&rest, &word))
		return;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ieq(word, known[i].name))
			*((bool *)((char *)o + known[i].at)) = true;
	if (str_ieq(word, STR("LIMITS")))
		limits(o, rest);
	if (str_ieq(word, STR("SIZE")) && str_i64(str_trim(rest), &n) && n > 0)
		o->size = n;
}
