#include "trust/spf_inside.h"

#include <arpa/inet.h>

bool spf_is_record(str text)
{
	str version = STR("v=spf1");
	return str_istarts(text, version)
	       && (text.n == version.n || text.p[version.n] == ' ');
}

/* Takes "/digits" off the end of *text. -1: there is none; -2: it is no length
 * (section 5.6: no leading zero, at most max). */
static int take_cidr(str *text, const char *slash, int max)
{
	size_t at = text->n;
	while (at && chr_is_digit(text->p[at - 1]))
		at--;
	str digits = str_skip(*text, at), mark = str_from(slash);
	str head = str_first(*text, at);
	if (!str_ends(head, mark))
		return -1;
	uint64_t bits;
	if (!str_u64(digits, &bits) || bits > (uint64_t)max
	    || (digits.n > 1 && digits.p[0] == '0'))
		return -2;
	*text = str_first(head, head.n - mark.n);
	return (int)bits;
}

/* [":" domain-spec] [dual-cidr-length] of a and mx. */
static bool parse_host(str rest, struct spf_term *term)
{
	int v6 = take_cidr(&rest, "//", 128);
	int v4 = v6 == -2 ? -1 : take_cidr(&rest, "/", 32);
	if (v6 == -2 || v4 == -2)
		return false;
	if (v6 >= 0)
		term->v6_bits = (unsigned)v6;
	if (v4 >= 0)
		term->v4_bits = (unsigned)v4;
	if (!rest.n)
		return true;
	term->domain = str_skip(rest, 1);
	return rest.p[0] == ':' && spf_macro_valid(term->domain, SPF_IN_DOMAIN);
}

static bool parse_domain(str rest, struct spf_term *term)
{
	term->domain = str_skip(rest, 1);
	return rest.n && rest.p[0] == ':' && spf_macro_valid(term->domain, SPF_IN_DOMAIN);
}

static bool parse_domain_or_none(str rest, struct spf_term *term)
{
	return !rest.n || parse_domain(rest, term);
}

static bool parse_nothing(str rest, struct spf_term *term)
{
	(void)term;
	return !rest.n;
}

static bool parse_ip(str rest, int family, unsigned *bits, unsigned char *ip)
{
	char text[INET6_ADDRSTRLEN];
	int max = family == AF_INET ? 32 : 128;
	int given = take_cidr(&rest, "/", max);
	if (given == -2 || !rest.n || rest.p[0] != ':')
		return false;
	if (given >= 0)
		*bits = (unsigned)given;
	rest = str_skip(rest, 1);
	if (!rest.n || rest.n >= sizeof text || str_has(rest, '\0'))
		return false;
	memcpy(text, rest.p, rest.n);
	text[rest.n] = '\0';
	return inet_pton(family, text, ip) == 1;
}

static bool parse_ip4(str rest, struct spf_term *term)
{
	return parse_ip(rest, AF_INET, &term->v4_bits, term->ip);
}

static bool parse_ip6(str rest, struct spf_term *term)
{
	return parse_ip(rest, AF_INET6, &term->v6_bits, term->ip);
}

static const struct {
	const char *name;
	enum spf_mechanism what;
	bool (*parse)(str rest, struct spf_term *term);
} mechanisms[] = {
	{ "all", SPF_ALL, parse_nothing },
	{ "include", SPF_INCLUDE, parse_domain },
	{ "a", SPF_A, parse_host },
	{ "mx", SPF_MX, parse_host },
	{ "ptr", SPF_PTR, parse_domain_or_none },
	{ "ip4", SPF_IP4, parse_ip4 },
	{ "ip6", SPF_IP6, parse_ip6 },
	{ "exists", SPF_EXISTS, parse_domain },
};

static bool parse_mechanism(str word, struct spf_term *term)
{
	*term = (struct spf_term){ .qualifier = '+', .v4_bits = 32, .v6_bits = 128 };
	term->text = word;
	if (word.n && memchr("+-~?", word.p[0], 4)) {
		term->qualifier = word.p[0];
		word = str_skip(word, 1);
	}
	size_t n = 0;
	while (n < word.n && word.p[n] != ':' && word.p[n] != '/')
		n++;
	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++)
		if (str_ieq(str_first(word, n), str_from(mechanisms[i].name))) {
			term->what = mechanisms[i].what;
			return mechanisms[i].parse(str_skip(word, n), term);
		}
	return false;
}

/* The length of the modifier name that word starts with, if a = follows. */
static size_t modifier_name(str word)
{
	size_t n = 0;
	while (n < word.n
	       && (chr_is_alpha(word.p[n])
		   || (n && (chr_is_digit(word.p[n]) || memchr("-_.", word.p[n], 3)))))
		n++;
	return n < word.n && word.p[n] == '=' ? n : 0;
}

static bool parse_modifier(str word, size_t n, struct spf_record *record)
{
	str name = str_first(word, n), value = str_skip(word, n + 1);
	str *slot = str_ieq(name, STR("redirect")) ? &record->redirect
		    : str_ieq(name, STR("exp"))    ? &record->exp
						   : NULL;
	if (!slot)
		return spf_macro_valid(value, SPF_IN_TEXT);
	if (slot->n || !spf_macro_valid(value, SPF_IN_DOMAIN)) /* section 6: once */
		return false;
	*slot = value;
	return true;
}

err spf_record_parse(struct arena *a, str text, struct spf_record *record)
{
	struct spf_record out = { .terms = arena_alloc(a, SPF_TERMS_MAX
								  * sizeof *out.terms) };
	if (!spf_is_record(text))
		return FAIL(ERR_SYNTAX, "not a record of SPF version 1");
	if (text.n > SPF_OCTETS_MAX)
		return FAIL(ERR_LIMIT, "the SPF record is longer than 4,096 octets");
	str rest = str_skip(text, strlen("v=spf1"));
	while (rest.n) {
		str word = rest, tail = STR_NONE;
		str_cut(rest, ' ', &word, &tail);
		rest = tail;
		if (!word.n)
			continue;
		if (out.count == SPF_TERMS_MAX)
			return FAIL(ERR_LIMIT, "the SPF record has too many terms");
		size_t n = modifier_name(word);
		bool ok = n ? parse_modifier(word, n, &out)
			    : parse_mechanism(word, &out.terms[out.count]);
		if (!ok)
			return err_in(a, ERR_SYNTAX,
				      "the SPF record's term %.*s is wrong", STR_F(word));
		out.count += !n;
	}
	*record = out;
	return OK;
}
