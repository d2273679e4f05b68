#include "mail/domain.h"

#include "base/utf8.h"
#include "mail/address.h"
#include "mail/lex.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>

enum { LABEL_MAX = 63, DOMAIN_MAX = 255, NAME_MAX_OCTETS = 253 };

static bool label_ldh(str s, bool underscore)
{
	if (!s.n || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!lex_is(s.p[i], LEX_LDH) && !(underscore && s.p[i] == '_'))
			return false;
	return true;
}

/* The A-label of a U-label by IDNA2008, without the mapping of UTS 46: that
 * would make a full stop of U+3002 and an a of a fullwidth one, behind the
 * back of whoever compared the bytes. Only case is mapped (RFC 5895). */
static bool label_ascii(str label, char out[static LABEL_MAX + 1])
{
	char z[4 * LABEL_MAX + 1];
	if (label.n >= sizeof z || !utf8_valid(label) || memchr(label.p, '\0', label.n))
		return false;
	size_t n = sizeof z - 1;
	uint8_t *low = u8_tolower((const uint8_t *)label.p, label.n, NULL, UNINORM_NFC,
				  (uint8_t *)z, &n);
	if (low != (uint8_t *)z) { /* it grew */
		free(low);
		return false;
	}
	z[n] = '\0';
	char *ascii = NULL;
	bool ok = idn2_lookup_u8((const uint8_t *)z, (uint8_t **)&ascii,
				 IDN2_NFC_INPUT | IDN2_NO_TR46)
			  == IDN2_OK
		  && str_starts(str_from(ascii), STR("xn--"))
		  && label_ldh(str_from(ascii), false);
	if (ok)
		memcpy(out, ascii, strlen(ascii) + 1);
	idn2_free(ascii);
	return ok;
}

str domain_unicode(struct arena *a, str domain)
{
	char *seen = NULL;
	bool ok = str_find(domain, STR("xn--")).n
		  && idn2_to_unicode_8z8z(arena_z(a, domain), &seen, 0) == IDN2_OK;
	str out = ok ? arena_copy(a, str_from(seen)) : domain;
	idn2_free(seen);
	return out;
}

bool domain_labels(str domain, unsigned allow)
{
	char ascii[LABEL_MAX + 1];
	str label, rest = domain;
	if (domain.n > DOMAIN_MAX)
		return false;
	for (bool more = true; more;) {
		more = str_cut(rest, '.', &label, &rest);
		if (!more)
			label = rest;
		if (!label_ldh(label, allow & DOMAIN_UNDERSCORE)
		    && !(allow & DOMAIN_UTF8 && !lex_ascii(label)
			 && label_ascii(label, ascii)))
			return false;
	}
	return true;
}

/* IPv6-comp and IPv6v4-comp of RFC 5321 section 4.1.3: the :: stands for two
 * groups at least, so at most six others are written. */
static bool ipv6_written_well(const char *z)
{
	struct in6_addr addr;
	size_t groups = strchr(z, '.') != NULL; /* the IPv4 tail is two */
	const char *gap = strstr(z, "::");
	if (inet_pton(AF_INET6, z, &addr) != 1)
		return false;
	for (const char *p = z; *p; p++)
		groups += *p != ':' && (p == z || p[-1] == ':');
	return !gap || groups <= 6;
}

bool domain_literal(str s)
{
	char z[64];
	struct in_addr addr;
	str tag = STR("IPv6:");
	if (s.n < 3 || s.n > sizeof z || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	str inner = { s.p + 1, s.n - 2 };
	bool six = str_istarts(inner, tag);
	inner = six ? str_skip(inner, tag.n) : inner;
	if (str_has(inner, '\0'))
		return false;
	memcpy(z, inner.n ? inner.p : "", inner.n);
	z[inner.n] = '\0';
	return six ? ipv6_written_well(z) : inet_pton(AF_INET, z, &addr) == 1;
}

bool domain_valid(str domain)
{
	str head, last;
	if (!str_cut_last(domain, '.', &head, &last) || domain.n > NAME_MAX_OCTETS
	    || !domain_labels(domain, DOMAIN_UTF8))
		return false;
	for (size_t i = 0; i < last.n; i++) /* RFC 3696 section 2: no numeric top level */
		if (!chr_is_digit(last.p[i]))
			return true;
	return false;
}

str domain_ascii(struct arena *a, str domain)
{
	char ascii[LABEL_MAX + 1];
	if (lex_ascii(domain))
		return arena_lower(a, domain);
	str out = STR_NONE, label, rest = domain;
	for (bool more = true; more;) {
		more = str_cut(rest, '.', &label, &rest);
		if (!more)
			label = rest;
		bool wide = !lex_ascii(label);
		if (wide && !label_ascii(label, ascii))
			return arena_lower(a, domain);
		out = arena_cat(a, out, wide ? str_from(ascii) : label,
				more ? STR(".") : STR_NONE);
	}
	return out.n <= NAME_MAX_OCTETS ? arena_lower(a, out) : arena_lower(a, domain);
}

str destination_of(struct arena *a, str address)
{
	str local, domain;
	return str_cut_last(address, '@', &local, &domain) ? domain_ascii(a, domain)
							   : STR("");
}
