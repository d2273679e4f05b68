#include "wall/clamd_reply.h"

static const struct {
	const char *beginning, *text;
} suspicions[] = {
#define SUSPICION(beginning, text) { beginning, text },
#include "wall/signatures.def"
};

str clamd_suspicion(str signature)
{
	for (size_t i = 0; i < sizeof suspicions / sizeof *suspicions; i++)
		if (str_starts(signature, str_from(suspicions[i].beginning)))
			return str_from(suspicions[i].text);
	return STR_NONE;
}

enum wall_result clamd_result_of(str signature)
{
	return clamd_suspicion(signature).n ? WALL_SUSPICIOUS : WALL_INFECTED;
}

/* It goes into logs, replies and pages. */
static bool is_printable(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

/* "2: " before an answer within a session. */
static str take_id(str line, struct clamd_reply *r)
{
	str digits, rest;
	int64_t id;
	if (!str_cut(line, ':', &digits, &rest) || digits.n > 9 || !str_i64(digits, &id)
	    || id < 1)
		return line;
	r->id = id;
	return str_trim(rest);
}

static bool take_end(str *s, str word)
{
	if (!str_ends(*s, word))
		return false;
	*s = str_trim(str_first(*s, s->n - word.n));
	return true;
}

/* A signature is one word; behind it there may be a hash and size in parentheses
 * (ExtendedDetectionInfo). */
static enum clamd_kind found(str text, struct clamd_reply *r)
{
	str name = text, detail;
	if (str_ends(text, STR(")")) && str_cut(text, '(', &name, &detail))
		name = str_trim(name);
	if (!name.n || str_has(name, ' '))
		return CLAMD_GARBAGE;
	r->text = name;
	return CLAMD_FOUND;
}

static enum clamd_kind kind_of(str text, struct clamd_reply *r)
{
	bool stream = str_starts(text, STR("stream: "));
	if (stream)
		text = str_skip(text, strlen("stream: "));
	r->text = text;
	if (stream && str_eq(text, STR("OK")))
		return CLAMD_CLEAN;
	if (take_end(&text, STR(" FOUND")))
		return stream ? found(text, r) : CLAMD_GARBAGE;
	if (take_end(&text, STR(" ERROR"))) {
		r->text = text;
		return str_starts(text, STR("INSTREAM size limit exceeded"))
			       ? CLAMD_TOO_LARGE
			       : CLAMD_ERROR;
	}
	return stream ? CLAMD_GARBAGE : CLAMD_TEXT;
}

void clamd_reply_read(str line, struct clamd_reply *r)
{
	*r = (struct clamd_reply){ .kind = CLAMD_GARBAGE };
	line = str_trim(line);
	if (line.n > WALL_TEXT_MAX || !is_printable(line))
		return;
	line = take_id(line, r);
	if (line.n)
		r->kind = kind_of(line, r);
	if (r->kind == CLAMD_GARBAGE || r->kind == CLAMD_CLEAN)
		r->text = STR_NONE;
}
