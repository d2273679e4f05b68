#include "mail/address.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/domain.h"
#include "mail/lex.h"

#include <unictype.h>

/* RFC 5321 section 4.5.3.1.3; the path's 256 count its two brackets. Octets as they
 * stand in the command. */
enum { PATH_OCTETS_MAX = 254 };

static bool dot_string(str s)
{
	char before = '.';
	for (size_t i = 0; i < s.n; before = s.p[i++])
		if (s.p[i] == '.' ? before == '.'
				  : !lex_is(s.p[i], LEX_ATEXT) && !(s.p[i] & '\x80'))
			return false;
	return before != '.';
}

/* QcontentSMTP (RFC 5321 section 4.1.2): no controls, quoted or not. */
static err quoted_local(struct arena *a, str *s, bool utf8, str *local)
{
	char *out = arena_alloc(a, s->n);
	size_t n = 0, i = 1;
	for (; i < s->n && s->p[i] != '"'; i++) {
		bool pair = s->p[i] == '\\';
		i += pair;
		if (i == s->n)
			break;
		unsigned char c = (unsigned char)s->p[i];
		if (c < 0x20 || c == 0x7F || (c > 0x7F && (pair || !utf8)))
			return FAIL(ERR_SYNTAX,
				    "quoted local part holds a byte that it may not");
		out[n++] = (char)c;
	}
	if (i >= s->n)
		return FAIL(ERR_SYNTAX, "quoted local part has no closing quote");
	*s = str_skip(*s, i + 1);
	*local = (str){ out, n };
	return OK;
}

static err local_part(struct arena *a, str *s, bool utf8, size_t most, str *local)
{
	str start = *s;
	if (s->n && *s->p == '"') {
		TRY(quoted_local(a, s, utf8, local));
	} else {
		size_t n = 0;
		while (n < s->n
		       && (lex_is(s->p[n], LEX_ATEXT) || s->p[n] == '.'
			   || (utf8 && s->p[n] & '\x80')))
			n++;
		*local = str_first(*s, n);
		*s = str_skip(*s, n);
		if (!dot_string(*local))
			return FAIL(ERR_SYNTAX, "local part is empty or has a stray dot");
	}
	if (utf8 && !utf8_valid(*local))
		return FAIL(ERR_SYNTAX, "local part is not UTF-8");
	if (start.n - s->n > most)
		return err_in(a, ERR_LIMIT, "local part is over %zu octets", most);
	return OK;
}

/* Domain or address literal up to end, a byte that neither can hold; '\0':
 * all of s. */
static err domain_part(struct arena *a, str *s, char end, bool utf8, str *domain)
{
	str head = *s, tail = STR_NONE;
	if (end) {
		if (!str_cut(*s, end, &head, &tail))
			return FAIL(ERR_SYNTAX, "path has no closing bracket");
		tail = (str){ head.p + head.n, s->n - head.n };
	}
	if (!domain_literal(head) && !domain_labels(head, utf8 ? DOMAIN_UTF8 : 0))
		return FAIL(ERR_SYNTAX, "domain is no host name and no address literal");
	*domain = arena_lower(a, head);
	*s = tail;
	return OK;
}

/* Mailbox (RFC 5321 section 4.1.2) up to end. */
static err mailbox_until(struct arena *a, str *s, char end, bool utf8, size_t local_max,
			 struct address *out)
{
	size_t before = s->n;
	struct address x;
	TRY(local_part(a, s, utf8, local_max, &x.local));
	if (!s->n || *s->p != '@')
		return FAIL(ERR_SYNTAX, "address needs local@domain");
	*s = str_skip(*s, 1);
	TRY(domain_part(a, s, end, utf8, &x.domain));
	if (before - s->n > PATH_OCTETS_MAX)
		return FAIL(ERR_LIMIT, "address is over 254 octets");
	x.local = arena_copy(a, x.local);
	*out = x;
	return OK;
}

err address_path(struct arena *a, str text, bool utf8, struct address *out, str *rest)
{
	static const struct address null;
	str s = str_skip(text, 1), postmaster = STR("postmaster>");
	struct address x = null;
	if (!text.n || *text.p != '<')
		return FAIL(ERR_SYNTAX, "path must start with <");
	if (s.n && *s.p == '@')
		return FAIL(ERR_SYNTAX, "source routes are not accepted");
	if (str_istarts(s, postmaster)) { /* RFC 5321 section 4.1.1.3 */
		x.local = arena_copy(a, str_first(s, postmaster.n - 1));
		s = str_skip(s, postmaster.n - 1);
	} else if (!s.n || *s.p != '>') {
		TRY(mailbox_until(a, &s, '>', utf8, PATH_OCTETS_MAX, &x));
	}
	if (!s.n)
		return FAIL(ERR_SYNTAX, "path has no closing bracket");
	s = str_skip(s, 1);
	if (s.n && !lex_is(*s.p, LEX_WSP))
		return FAIL(ERR_SYNTAX, "only a space may follow a path");
	*out = x;
	*rest = s;
	return OK;
}

err address_mailbox(struct arena *a, str text, bool utf8, struct address *out)
{
	return mailbox_until(a, &text, '\0', utf8, ADDRESS_LOCAL_MAX, out);
}

err address_parse(struct arena *a, str text, struct address *out)
{
	struct address x;
	TRY(address_mailbox(a, text, true, &x));
	if (*x.domain.p != '[' && !domain_valid(x.domain))
		return FAIL(ERR_SYNTAX, "domain needs a dot, as in uni.example");
	*out = x;
	return OK;
}

/* As a quoted string. Controls, which no path can hold, become spaces. */
static str quoted(struct arena *a, str s)
{
	char *out = arena_alloc(a, 2 * s.n + 2), *at = out;
	*at++ = '"';
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			*at++ = '\\';
		*at++ = (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F ? ' ' : s.p[i];
	}
	*at++ = '"';
	return (str){ out, (size_t)(at - out) };
}

str address_text(struct arena *a, const struct address *x)
{
	if (address_is_null(x))
		return STR_NONE;
	str local = dot_string(x->local) ? x->local : quoted(a, x->local);
	return x->domain.n ? arena_cat(a, local, STR("@"), x->domain) : local;
}

str address_key(struct arena *a, const struct address *x)
{
	struct address folded = {
		.local = lex_ascii(x->local) ? arena_lower(a, x->local)
					     : utf8_fold(a, x->local),
		.domain = domain_ascii(a, x->domain),
	};
	return address_text(a, &folded);
}

/* Scripts without blanks between words have them beside an address, too. */
static bool is_part_of_word(uint32_t c)
{
	if (c < 0x80)
		return chr_is_alpha((char)c) || chr_is_digit((char)c);
	return !utf8_is_east(c)
	       && uc_is_general_category_withtable(
		       c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
}

static bool word_ends(str text)
{
	size_t at = text.n;
	while (at && text.n - at < 4 && (text.p[--at] & '\xc0') == '\x80')
		;
	str last = str_skip(text, at);
	return last.n && is_part_of_word(utf8_next(&last));
}

static bool word_begins(str text)
{
	return text.n && is_part_of_word(utf8_next(&text));
}

static str without_hyphens(str text)
{
	while (text.n && text.p[0] == '-')
		text = str_skip(text, 1);
	return text;
}

/* A "+", "-", "_" or dots behind nothing mark a line, or a word; they are no letters of it. */
bool address_stands_alone(str text, size_t at, size_t n)
{
	str behind = str_skip(text, at + n);
	while (at && text.p[at - 1] && strchr("._+-", text.p[at - 1]))
		at--;
	return !word_ends(str_first(text, at)) && !word_begins(without_hyphens(behind))
	       && !(behind.n && behind.p[0] == '.' && word_begins(str_skip(behind, 1)));
}

err address_read_key(struct arena *a, str text, str *key)
{
	struct address x;
	TRY(address_parse(a, str_trim(text), &x));
	*key = address_key(a, &x);
	return OK;
}

bool address_is_ascii(const struct address *x)
{
	return lex_ascii(x->local) && lex_ascii(x->domain);
}
