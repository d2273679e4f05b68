/* mail/lex.h: the small pieces that the grammars of RFC 5322 and RFC 5321 are
 * made of. For src/mail alone. */
#pragma once

#include "base/arena.h"

enum lex_class {
	LEX_ATEXT = 1 << 0, /* RFC 5322 section 3.2.3 */
	LEX_TOKEN = 1 << 1, /* RFC 2045 section 5.1 */
	LEX_WSP = 1 << 2,   /* space, tab, and the line ends of a folded value */
	LEX_LDH = 1 << 3,   /* letter, digit, hyphen */
};

extern const unsigned char lex_classes[256];

static inline bool lex_is(char c, unsigned classes)
{
	return lex_classes[(unsigned char)c] & classes;
}

/* A value being read. Comments end where they close; one that never does is
 * text, and so is every ( behind it, which keeps reading linear. */
struct lex {
	str rest;
	bool open_comment;
};

/* Skips white space and comments. */
void lex_cfws(struct lex *l);

/* A comment at the start of l: its text without the outer brackets, quoted
 * pairs undone. False, with nothing taken, when there is none. */
bool lex_comment(struct arena *a, struct lex *l, str *text);

/* A quoted string at the start of l, unquoted and unfolded; one without an end
 * reaches to the end of the value. False when there is none. */
bool lex_quoted(struct arena *a, struct lex *l, str *text);

/* s with its control characters as spaces: decoded text must not end a line, a
 * field or a C string. */
str lex_calm(struct arena *a, str s);

/* The longest start of l made of these classes and of bytes over 127 where
 * wide; may be empty. */
str lex_run(struct lex *l, unsigned classes, bool wide);

/* No byte over 127. */
static inline bool lex_ascii(str s)
{
	unsigned char high = 0;
	for (size_t i = 0; i < s.n; i++)
		high |= (unsigned char)s.p[i];
	return high < 0x80;
}

static inline char lex_peek(const struct lex *l) /* NUL at the end */
{
	return l->rest.n ? *l->rest.p : '\0';
}

static inline void lex_skip(struct lex *l, size_t n)
{
	l->rest = str_skip(l->rest, n);
}
