/* What a failure says: from the enhanced status code where it is one that servers mean,
 * from the words where it is not. */
#include "mail/bounce_match.h"
#include "mail/bounce_scan.h"

enum { WORDS_MAX = 1000, ANY = -1 };

enum trust { SURE, LASTING, WORDS };

static const struct code {
	int subject, detail;
	enum bounce_class class;
	enum trust trust;
} codes[] = {
#define CODE(subject, detail, class, trust) { subject, detail, BOUNCE_##class, trust },
#include "mail/bounce_class.def"
};

static const struct {
	enum bounce_class class;
	str phrase;
} phrases[] = {
#define WORD(class, phrase) { BOUNCE_##class, STR(phrase) },
#include "mail/bounce_class.def"
};

enum { PHRASES = sizeof phrases / sizeof *phrases };

static const char *const class_words[] = {
	[BOUNCE_OTHER] = "other",     [BOUNCE_MAILBOX] = "mailbox",
	[BOUNCE_DOMAIN] = "domain",   [BOUNCE_FULL] = "full",
	[BOUNCE_POLICY] = "policy",   [BOUNCE_MESSAGE] = "message",
	[BOUNCE_NETWORK] = "network",
};

const char *bounce_class_word(enum bounce_class c)
{
	return class_words[c];
}

/* ".123" off the start of s. */
static bool take_number(str *s, int *value)
{
	int n = 0, v = 0;
	if (!str_starts(*s, STR(".")))
		return false;
	for (*s = str_skip(*s, 1); s->n && n < 3 && chr_is_digit(*s->p); n++) {
		v = 10 * v + (*s->p - '0');
		*s = str_skip(*s, 1);
	}
	*value = v;
	return n > 0;
}

static bool is_name(char c)
{
	return chr_is_digit(c) || chr_is_alpha(c) || c == '.' || c == '-' || c == '_';
}

/* An enhanced status code of a failure (RFC 3463 section 2) that s begins with; the row
 * of the table that it falls under. An address of IPv4 is none. */
static const struct code *code_at(str s, str *text)
{
	int subject, detail;
	str rest = str_skip(s, 1);
	if (!s.n || (*s.p != '4' && *s.p != '5') || !take_number(&rest, &subject)
	    || !take_number(&rest, &detail)
	    || (rest.n && (chr_is_digit(*rest.p) || chr_is_alpha(*rest.p)))
	    || (rest.n > 1 && *rest.p == '.' && chr_is_digit(rest.p[1])))
		return NULL;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].subject == subject
		    && (codes[i].detail == detail || codes[i].detail == ANY)) {
			*text = str_first(s, s.n - rest.n);
			return &codes[i];
		}
	return NULL;
}

static bool decides(const struct code *c, str text)
{
	return c && (c->trust == SURE || (c->trust == LASTING && *text.p == '5'));
}

/* The first code in words that decides, else the first. */
static const struct code *code_in(str words, str *text)
{
	const struct code *first = NULL;
	words = str_first(words, WORDS_MAX);
	for (size_t i = 0; i < words.n; i++) {
		str one;
		const struct code *c = i && words.p[i - 1] != '-'
						       && is_name(words.p[i - 1])
					       ? NULL
					       : code_at(str_skip(words, i), &one);
		if (c && (!first || decides(c, one))) {
			first = c;
			*text = one;
		}
		if (c && decides(c, one))
			break;
	}
	return first;
}

str bounce_status(str status, str words)
{
	str given, said;
	const struct code *code = code_at(str_trim(status), &given);
	const struct code *other = decides(code, given) ? NULL : code_in(words, &said);
	if (other && (!code || decides(other, said)))
		return said;
	return code ? given : STR_NONE;
}

/* Names of hosts and people, which may be called anything, as spaces. */
static str without_names(str words, char *out)
{
	for (size_t i = 0, n; i < words.n; i += n) {
		bool name = false;
		for (n = 0; i + n < words.n; n++) {
			char c = words.p[i + n];
			if (!is_name(c) && c != '@' && c != '+' && c != '=')
				break;
			name |= c == '@'
				|| (c == '.' && n && i + n + 1 < words.n
				    && is_name(words.p[i + n + 1])
				    && words.p[i + n + 1] != '.'
				    && words.p[i + n - 1] != '.');
		}
		if (!n) {
			out[i] = words.p[i];
			n = 1;
		} else if (name) {
			memset(out + i, ' ', n);
		} else {
			memcpy(out + i, words.p + i, n);
		}
	}
	return (str){ out, words.n };
}

/* Which phrases stand in words, each at the start of a word. One pass: at each such place
 * only those are looked at that begin with its letter. */
static void find_phrases(str words, bool found[static PHRASES])
{
	short first[256], next[PHRASES];
	memset(first, -1, sizeof first);
	for (int i = PHRASES - 1; i >= 0; i--) {
		short *head = &first[(unsigned char)chr_lower(*phrases[i].phrase.p)];
		next[i] = *head;
		*head = (short)i;
		found[i] = false;
	}
	for (size_t at = 0; at < words.n; at++) {
		if (!bounce_begins_word(words, at))
			continue;
		for (short i = first[(unsigned char)chr_lower(words.p[at])]; i >= 0;
		     i = next[i])
			found[i] = found[i]
				   || bounce_phrase_here(phrases[i].phrase,
							 str_skip(words, at));
	}
}

enum bounce_class bounce_classify(str status, str words)
{
	char room[WORDS_MAX];
	str given, said;
	const struct code *code = code_at(str_trim(status), &given);
	if (decides(code, given))
		return code->class;
	const struct code *other = code_in(words, &said);
	if (decides(other, said))
		return other->class;
	bool said_so[PHRASES];
	find_phrases(without_names(str_first(words, WORDS_MAX), room), said_so);
	for (size_t i = 0; i < PHRASES; i++)
		if (said_so[i])
			return phrases[i].class;
	if (code && code->trust == WORDS && code->class != BOUNCE_OTHER)
		return code->class;
	return other && other->trust == WORDS ? other->class : BOUNCE_OTHER;
}

enum bounce_class bounce_only_class(str words)
{
	char room[WORDS_MAX];
	str said;
	enum bounce_class only = BOUNCE_OTHER;
	const struct code *code = code_in(words, &said);
	if (decides(code, said))
		return code->class;
	bool said_so[PHRASES];
	find_phrases(without_names(str_first(words, WORDS_MAX), room), said_so);
	for (size_t i = 0; i < PHRASES; i++) {
		if (phrases[i].class == only || !said_so[i])
			continue;
		if (only != BOUNCE_OTHER)
			return BOUNCE_OTHER;
		only = phrases[i].class;
	}
	return only;
}
