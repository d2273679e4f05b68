#include "mail/bounce_match.h"

#include "base/utf8.h"
#include "mail/lex.h"

enum { LINE_MAX_OCTETS = 400, LOCAL_MAX_OCTETS = 200, DOMAIN_MAX_OCTETS = 253 };

/* ASCII alone: in a language without spaces words would join the address. Addresses
 * beyond ASCII come in reports of RFC 6533. */
static bool is_local(char c)
{
	return (lex_is(c, LEX_ATEXT) && !(c & '\x80')) || c == '.';
}

/* A host name with a dot, at the start of s; a full stop behind it is none of it. */
static str domain_at(str s)
{
	size_t n = 0, dots = 0;
	while (n < s.n && (lex_is(s.p[n], LEX_LDH) || s.p[n] == '.'))
		n++;
	while (n && (s.p[n - 1] == '.' || s.p[n - 1] == '-'))
		n--;
	for (size_t i = 0; i < n; i++) {
		dots += s.p[i] == '.';
		if (s.p[i] == '.' && (!i || s.p[i - 1] == '.'))
			return STR_NONE;
	}
	return dots && n <= DOMAIN_MAX_OCTETS && *s.p != '-' ? str_first(s, n) : STR_NONE;
}

static char closes(char open)
{
	return open == '<' ? '>' : open == '"' || open == '\'' ? open : '\0';
}

/* Takes an address off s, and what it is wrapped in. */
static bool take_address(str *s, str *address)
{
	str t = *s;
	char close = t.n ? closes(*t.p) : '\0';
	size_t n = 0;
	t = str_skip(t, close != '\0');
	while (n < t.n && is_local(t.p[n]) && n <= LOCAL_MAX_OCTETS)
		n++;
	if (!n || n > LOCAL_MAX_OCTETS || n >= t.n || t.p[n] != '@')
		return false;
	str domain = domain_at(str_skip(t, n + 1));
	str whole = str_first(t, n + 1 + domain.n), behind = str_skip(t, whole.n);
	if (!domain.n || (behind.n && (*behind.p == '@' || *behind.p == '_')))
		return false;
	if (close) {
		if (!behind.n || *behind.p != close)
			return false;
		behind = str_skip(behind, 1);
	}
	*address = whole;
	*s = behind;
	return true;
}

static bool take_name(str *s, str *name)
{
	size_t n = 0;
	while (n < s->n && is_local(s->p[n]))
		n++;
	if (!n || n > LOCAL_MAX_OCTETS || (n < s->n && !chr_is_space(s->p[n])))
		return false;
	*name = str_first(*s, n);
	*s = str_skip(*s, n);
	return true;
}

static bool take_spaces(str *s)
{
	size_t n = 0;
	while (n < s->n && chr_is_space(s->p[n]))
		n++;
	*s = str_skip(*s, n);
	return n > 0;
}

static bool take_digits(str *s)
{
	size_t n = 0;
	while (n < s->n && chr_is_digit(s->p[n]))
		n++;
	*s = str_skip(*s, n);
	return n > 0;
}

static bool take_bare(str domains, str *line, struct bounce_match *m)
{
	str name, domain;
	if (!take_name(line, &name))
		return false;
	while (m->count < BOUNCE_MATCH_MAX && str_word(&domains, &domain)) {
		m->addresses[m->count] = name;
		m->domains[m->count++] = domain;
	}
	return true;
}

/* One sign of the pattern, other than *; *p moves on. */
static bool take_sign(str *p, str *line, struct bounce_match *m)
{
	char c = *p->p;
	str domains, rest;
	*p = str_skip(*p, 1);
	switch (c) {
	case '@':
		return m->count < BOUNCE_MATCH_MAX
		       && take_address(line, &m->addresses[m->count]) && ++m->count;
	case ' ':
		return take_spaces(line);
	case '#':
		return take_digits(line);
	case '$':
		return !str_trim(*line).n;
	case '{':
		if (!str_cut(*p, '}', &domains, &rest))
			return false;
		*p = rest;
		return take_bare(domains, line, m);
	default:
		if (!line->n || chr_lower(*line->p) != chr_lower(c))
			return false;
		*line = str_skip(*line, 1);
		return true;
	}
}

/* Whether what p begins with may stand at c; a sign that is no letter may anywhere. */
static bool may_begin(str p, char c)
{
	return !p.n || str_has(STR("@ *#${"), *p.p) || chr_lower(c) == chr_lower(*p.p);
}

/* Stars are few (two at most) and lines short: trying each place for each star is cheap. */
static bool fits(str p, str line, struct bounce_match *m)
{
	while (p.n && *p.p != '*')
		if (!take_sign(&p, &line, m))
			return false;
	if (!p.n) {
		m->rest = line;
		return true;
	}
	p = str_skip(p, 1);
	for (size_t at = 0; at <= line.n; at++) {
		if (at < line.n && !may_begin(p, line.p[at]))
			continue;
		struct bounce_match tried = *m;
		if (fits(p, str_skip(line, at), &tried)) {
			*m = tried;
			return true;
		}
	}
	return false;
}

bool bounce_match(str pattern, str line, struct bounce_match *m)
{
	str one;
	for (bool more = true; more;) {
		struct bounce_match x = { .note = str_starts(pattern, STR("(")) };
		more = str_cut(pattern, '|', &one, &pattern);
		if (!more)
			one = pattern;
		if (fits(one, utf8_first(line, LINE_MAX_OCTETS), &x)) {
			*m = x;
			return true;
		}
	}
	return false;
}

/* The text behind the phrase that begins here. */
static bool phrase_here(str phrase, str text, str *behind)
{
	for (size_t i = 0; i < phrase.n; i++) {
		if (phrase.p[i] == ' '
			    ? !take_spaces(&text)
			    : !text.n || chr_lower(*text.p) != chr_lower(phrase.p[i]))
			return false;
		if (phrase.p[i] != ' ')
			text = str_skip(text, 1);
	}
	*behind = text;
	return true;
}

bool bounce_phrase(str text, str phrases, str *behind)
{
	str one;
	for (bool more = true; more;) {
		more = str_cut(phrases, '|', &one, &phrases);
		if (!more)
			one = phrases;
		for (str t = text; t.n || !one.n; t = str_skip(t, 1))
			if ((!one.n || chr_lower(*t.p) == chr_lower(*one.p))
			    && phrase_here(one, t, behind))
				return true;
	}
	return false;
}

bool bounce_begins_word(str text, size_t at)
{
	return !at || chr_is_space(text.p[at - 1])
	       || str_has(STR("(\"'[:;,-<>#="), text.p[at - 1]);
}

bool bounce_phrase_here(str phrase, str text)
{
	str behind;
	return phrase_here(phrase, text, &behind);
}
