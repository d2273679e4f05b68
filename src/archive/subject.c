#include "archive/threading.h"

#include "base/buf.h"
#include "base/utf8.h"

/* What mailers put before the subject of an answer or of what they pass on, in
 * lower case, without the colon. */
static const struct {
	str word;
	bool reply;
} leaders[] = {
	{ STR("re"), true },   { STR("fwd"), false }, { STR("fw"), false },
	{ STR("aw"), true },   { STR("wg"), false },  { STR("antwort"), true },
	{ STR("antw"), true }, { STR("sv"), true },   { STR("vs"), true },
	{ STR("odp"), true },  { STR("rif"), true },  { STR("res"), true },
	{ STR("enc"), false }, { STR("tr"), false },  { STR("rv"), false },
	{ STR("回复"), true }, { STR("答复"), true }, { STR("转发"), false },
};

static str skip_blanks(str s)
{
	while (s.n && chr_is_space(s.p[0]))
		s = str_skip(s, 1);
	return s;
}

/* Behind a "[dev] " (RFC 5256's subj-blob); s itself where none stands. */
static str skip_blob(str s)
{
	if (!s.n || s.p[0] != '[')
		return s;
	for (size_t i = 1; i < s.n && s.p[i] != '['; i++)
		if (s.p[i] == ']')
			return skip_blanks(str_skip(s, i + 1));
	return s;
}

/* Behind a "Re: ", "Re[2]: " or kin; s itself where none stands. */
static str skip_leader(str s, bool *reply)
{
	for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++) {
		if (!str_istarts(s, leaders[i].word))
			continue;
		str rest = skip_blob(skip_blanks(str_skip(s, leaders[i].word.n)));
		size_t colon = str_starts(rest, STR(":"))    ? 1
			       : str_starts(rest, STR("：")) ? STR("：").n
							     : 0;
		if (!colon)
			continue;
		*reply |= leaders[i].reply;
		return skip_blanks(str_skip(rest, colon));
	}
	return s;
}

/* RFC 5256 section 2.1 steps 3 to 5. */
static str strip_front(str s, bool *reply)
{
	for (;;) {
		str at = s, past = s;
		do /* any blobs before a leader go with it */
			at = past, past = skip_blob(at);
		while (past.n != at.n);
		str after = skip_leader(at, reply);
		if (after.n != at.n) {
			s = after;
			continue;
		}
		after = skip_blob(s);
		if (after.n == s.n || !after.n)
			return s;
		s = after;
	}
}

static str strip_back(str s) /* step 2 */
{
	static const str mark = { "(fwd)", 5 };
	for (;;) {
		s = str_trim(s);
		if (s.n < mark.n || !str_ieq(str_skip(s, s.n - mark.n), mark))
			return s;
		s = str_first(s, s.n - mark.n);
	}
}

static str one_line(struct arena *a, str s) /* step 1 */
{
	BUF(b);
	bool blank = false;
	for (size_t i = 0; i < s.n; i++) {
		if (chr_is_space(s.p[i])) {
			blank = true;
			continue;
		}
		if (blank && b.n)
			buf_add_char(&b, ' ');
		blank = false;
		buf_add_char(&b, s.p[i]);
	}
	return arena_copy(a, buf_str(&b));
}

str thread_subject(struct arena *a, str subject, bool *reply)
{
	static const str forward = { "[fwd:", 5 };
	*reply = false;
	str s = one_line(a, subject);
	for (;;) {
		s = strip_front(strip_back(s), reply);
		if (!str_istarts(s, forward) || !str_ends(s, STR("]"))) /* step 6 */
			return utf8_fold(a, s);
		s = str_skip(str_first(s, s.n - 1), forward.n);
	}
}

int64_t thread_subject_key(str base)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
	for (size_t i = 0; i < base.n; i++)
		hash = (hash ^ (unsigned char)base.p[i]) * 0x100000001b3;
	return base.n ? (int64_t)(hash ? hash : 1) : 0;
}
