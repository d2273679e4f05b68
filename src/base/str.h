/* base/str.h: a view of bytes. Never owns, never needs a NUL, may hold one.
 *
 *     str local, domain;
 *     if (str_cut_last(STR("anna@uni.example"), '@', &local, &domain)) ...
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	const char *p;
	size_t n;
} str;

#define STR(lit) ((str){ "" lit, sizeof(lit) - 1 })
#define STR_NONE ((str){ NULL, 0 })

/* For printf's "%.*s". Only for text that is known to hold no NUL: the format
 * stops at one. Wire data goes through buf_add or arena_cat. */
#define STR_F(s) (int)(s).n, (s).n ? (s).p : ""

static inline str str_from(const char *z)
{
	return z ? (str){ z, strlen(z) } : STR_NONE;
}

static inline bool str_eq(str a, str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_has(str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

static inline bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && str_eq((str){ s.p, prefix.n }, prefix);
}

static inline bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n
	       && str_eq((str){ s.p + (s.n - suffix.n), suffix.n }, suffix);
}

static inline str str_skip(str s, size_t n)
{
	return n < s.n ? (str){ s.p + n, s.n - n } : STR_NONE;
}

static inline str str_first(str s, size_t n)
{
	return (str){ s.p, n < s.n ? n : s.n };
}

/* Splits s at its first c. False, with nothing written, when c is not there. */
static inline bool str_cut(str s, char c, str *head, str *tail)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	if (!at)
		return false;
	*head = (str){ s.p, (size_t)(at - s.p) };
	*tail = (str){ at + 1, s.n - head->n - 1 };
	return true;
}

/* Splits s at its last c. False, with nothing written, when c is not there. */
static inline bool str_cut_last(str s, char c, str *head, str *tail)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
	if (!at)
		return false;
	*head = (str){ s.p, (size_t)(at - s.p) };
	*tail = (str){ at + 1, s.n - head->n - 1 };
	return true;
}

/* ASCII only, whatever the locale: protocols fold no other letters. */
static inline char chr_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool chr_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool chr_is_alpha(char c)
{
	return chr_lower(c) >= 'a' && chr_lower(c) <= 'z';
}

static inline bool chr_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

bool str_ieq(str a, str b);          /* equal but for ASCII case */
bool str_istarts(str s, str prefix); /* starts with, but for ASCII case */
str str_find(str s, str what);       /* from what on; STR_NONE when absent */
str str_ifind(str s, str what);      /* the same, but for ASCII case */
str str_trim(str s);                 /* without white space at both ends */
int str_cmp(str a, str b);           /* memcmp's order, shorter first */

/* Takes the next line off *s, without its LF or CRLF. False at the end. */
bool str_line(str *s, str *line);

/* Takes the next word off *s; words are separated by spaces and tabs. False at
 * the end. */
bool str_word(str *s, str *word);

/* Is it one of these words? */
bool str_has_word(str words, str word);
bool str_ihas_word(str words, str word); /* the same, but for ASCII case */

/* A number of decimal digits and nothing else. False, with nothing written,
 * for any other text and for one too large. */
bool str_u64(str s, uint64_t *value);
bool str_i64(str s, int64_t *value); /* the same, with an optional - */
