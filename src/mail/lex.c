#include "mail/lex.h"

#define A (LEX_ATEXT | LEX_TOKEN)
#define L (LEX_ATEXT | LEX_TOKEN | LEX_LDH)
#define W LEX_WSP

const unsigned char lex_classes[256] = {
	['\t'] = W,        ['\n'] = W,        ['\r'] = W,        [' '] = W,
	['!'] = A,         ['#'] = A,         ['$'] = A,         ['%'] = A,
	['&'] = A,         ['\''] = A,        ['*'] = A,         ['+'] = A,
	['-'] = L,         ['.'] = LEX_TOKEN, ['/'] = LEX_ATEXT, ['0' ... '9'] = L,
	['='] = LEX_ATEXT, ['?'] = LEX_ATEXT, ['A' ... 'Z'] = L, ['^'] = A,
	['_'] = A,         ['`'] = A,         ['a' ... 'z'] = L, ['{'] = A,
	['|'] = A,         ['}'] = A,         ['~'] = A,
};

/* The length of the comment that s starts with, brackets included; 0 where
 * it does not end. */
static size_t comment_length(str s)
{
	size_t depth = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

static size_t comment_here(struct lex *l)
{
	if (l->open_comment || lex_peek(l) != '(')
		return 0;
	size_t n = comment_length(l->rest);
	l->open_comment = !n;
	return n;
}

void lex_cfws(struct lex *l)
{
	for (;;) {
		while (l->rest.n && lex_is(*l->rest.p, LEX_WSP))
			lex_skip(l, 1);
		size_t n = comment_here(l);
		if (!n)
			return;
		lex_skip(l, n);
	}
}

/* Quoted pairs undone (RFC 5322 section 3.2.1), line ends gone. */
static str unquote(struct arena *a, str s)
{
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		if (s.p[i] != '\r' && s.p[i] != '\n')
			out[n++] = s.p[i];
	}
	return (str){ out, n };
}

bool lex_comment(struct arena *a, struct lex *l, str *text)
{
	size_t n = comment_here(l);
	if (!n)
		return false;
	*text = unquote(a, (str){ l->rest.p + 1, n - 2 });
	lex_skip(l, n);
	return true;
}

bool lex_quoted(struct arena *a, struct lex *l, str *text)
{
	if (lex_peek(l) != '"')
		return false;
	str s = str_skip(l->rest, 1);
	size_t n = 0;
	while (n < s.n && s.p[n] != '"')
		n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
	*text = unquote(a, str_first(s, n));
	l->rest = str_skip(s, n + 1);
	return true;
}

str lex_run(struct lex *l, unsigned classes, bool wide)
{
	size_t n = 0;
	while (n < l->rest.n
	       && (lex_is(l->rest.p[n], classes) || (wide && l->rest.p[n] & '\x80')))
		n++;
	str run = str_first(l->rest, n);
	lex_skip(l, n);
	return run;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7F;
}

str lex_calm(struct arena *a, str s)
{
	size_t i = 0;
	while (i < s.n && !is_control(s.p[i]))
		i++;
	if (i == s.n)
		return s;
	char *out = (char *)arena_copy(a, s).p;
	for (; i < s.n; i++)
		if (is_control(out[i]))
			out[i] = ' ';
	return (str){ out, s.n };
}
