#include "trust/spf_inside.h"

#include "base/clock.h"
#include "base/enc.h"

#include <arpa/inet.h>

static const char letters_domain[] = "slodiphv", letters_text[] = "slodiphvcrt";
static const char delimiters[] = ".-+,/_=";

static bool in(const char *set, char c)
{
	return c && strchr(set, c);
}

struct macro { /* one %{...} */
	char letter;
	bool escape; /* an upper-case letter */
	bool reverse;
	unsigned keep;  /* parts on the right that stay; 0: all */
	str delimiters; /* "" : the dot */
};

/* Reads the macro at the front of *text, which starts with '%', and takes it
 * off. m->letter is 0 for %%, %_ and %-, whose text is then *plain. */
static bool take(str *text, enum spf_macro_use use, struct macro *m, str *plain)
{
	static const struct {
		char mark;
		str text;
	} plains[] = { { '%', STR("%") }, { '_', STR(" ") }, { '-', STR("%20") } };
	*m = (struct macro){ 0 };
	*plain = STR_NONE;
	char mark = text->n > 1 ? text->p[1] : '\0';
	for (size_t i = 0; i < 3; i++)
		if (mark && mark == plains[i].mark) {
			*plain = plains[i].text;
			*text = str_skip(*text, 2);
			return true;
		}
	str body;
	if (mark != '{' || !str_cut(str_skip(*text, 2), '}', &body, text) || !body.n)
		return false;
	m->letter = chr_lower(body.p[0]);
	m->escape = m->letter != body.p[0];
	if (!in(use == SPF_IN_TEXT ? letters_text : letters_domain, m->letter))
		return false;
	size_t i = 1, digits = i;
	for (; i < body.n && chr_is_digit(body.p[i]); i++)
		m->keep = m->keep > 1000 ? m->keep
					 : m->keep * 10 + (unsigned)(body.p[i] - '0');
	if (i > digits && !m->keep) /* section 7.3: a number here is not 0 */
		return false;
	m->reverse = i < body.n && chr_lower(body.p[i]) == 'r';
	i += m->reverse;
	m->delimiters = str_skip(body, i);
	for (; i < body.n; i++)
		if (!in(delimiters, body.p[i]))
			return false;
	return true;
}

/* toplabel of section 7.1: letters, digits and inner hyphens, not all digits. */
static bool is_toplabel(str label)
{
	bool other = false;
	for (size_t i = 0; i < label.n; i++) {
		bool edge = i == 0 || i + 1 == label.n;
		bool alpha = chr_is_alpha(label.p[i]);
		bool hyphen = label.p[i] == '-' && !edge;
		if (!alpha && !hyphen && !chr_is_digit(label.p[i]))
			return false;
		other |= alpha || hyphen;
	}
	return label.n && other;
}

bool spf_macro_valid(str text, enum spf_macro_use use)
{
	str tail = text; /* what follows the last macro */
	bool any = false;
	for (str at = text; at.n;) {
		struct macro m;
		str plain;
		if (at.p[0] == '%') {
			if (!take(&at, use, &m, &plain))
				return false;
			tail = at;
			any = true;
			continue;
		}
		if (at.p[0] <= (use == SPF_IN_TEXT ? 0x1f : ' ') || at.p[0] > 0x7e)
			return false;
		at = str_skip(at, 1);
	}
	if (use == SPF_IN_TEXT || (any && !tail.n))
		return true;
	if (str_ends(tail, STR(".")))
		tail.n--;
	str head, label;
	return str_cut_last(tail, '.', &head, &label) && is_toplabel(label);
}

/* Octets as "1.2.3.4", or nibbles "C.A.F.E.0.1" for IPv6 (macro i). */
static str dotted(struct arena *a, const struct spf_session *s)
{
	if (!s->v6)
		return arena_printf(a, "%u.%u.%u.%u", s->ip[0], s->ip[1], s->ip[2],
				    s->ip[3]);
	char *out = arena_alloc(a, 64);
	for (size_t i = 0; i < 32; i++) {
		out[2 * i] =
			"0123456789ABCDEF"[i % 2 ? s->ip[i / 2] & 15 : s->ip[i / 2] >> 4];
		out[2 * i + 1] = '.';
	}
	return (str){ out, 63 };
}

static str readable(struct arena *a, const struct spf_session *s)
{
	char text[INET6_ADDRSTRLEN] = "";
	inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->ip, text, sizeof text);
	return arena_copy(a, str_from(text));
}

static str value_of(struct arena *a, struct spf_session *s, char letter, str domain)
{
	str name;
	switch (letter) {
	case 's':
		return arena_cat(a, s->local, STR("@"), s->domain);
	case 'l':
		return s->local;
	case 'o':
		return s->domain;
	case 'd':
		return domain;
	case 'i':
		return dotted(a, s);
	case 'p':
		name = spf_validated_name(s, domain);
		return name.n ? name : STR("unknown");
	case 'v':
		return s->v6 ? STR("ip6") : STR("in-addr");
	case 'h':
		return s->ask->helo;
	case 'c':
		return readable(a, s);
	case 'r':
		return s->ask->receiver.n ? s->ask->receiver : STR("unknown");
	default: /* t */
		return arena_printf(a, "%lld", (long long)clock_now());
	}
}

static bool is_delimiter(const struct macro *m, char c)
{
	return m->delimiters.n ? str_has(m->delimiters, c) : c == '.';
}

/* Splits at the delimiters, turns round, keeps the right end, joins with dots. */
static str transform(struct arena *a, const struct macro *m, str value)
{
	str *parts = arena_alloc(a, (value.n + 1) * sizeof *parts);
	size_t count = 0, from = 0;
	for (size_t i = 0; i <= value.n; i++)
		if (i == value.n || is_delimiter(m, value.p[i])) {
			parts[count++] = str_first(str_skip(value, from), i - from);
			from = i + 1;
		}
	size_t first = m->keep && m->keep < count ? count - m->keep : 0;
	BUF(out);
	for (size_t i = first; i < count; i++)
		buf_cat(&out, i > first ? STR(".") : STR(""),
			parts[m->reverse ? count - 1 - i : i]);
	return arena_copy(a, buf_str(&out));
}

static str fit_name(str name)
{
	enum { NAME_MAX_OCTETS = 253 };
	str head, rest;
	if (str_ends(name, STR(".")))
		name.n--;
	while (name.n > NAME_MAX_OCTETS && str_cut(name, '.', &head, &rest))
		name = rest;
	return name;
}

/* One macro, or one octet that is none, off *text and onto out. */
static void expand_one(struct arena *a, struct spf_session *s, str *text, str domain,
		       enum spf_macro_use use, struct buf *out)
{
	struct macro m;
	str plain;
	if (text->p[0] != '%') {
		buf_add_char(out, text->p[0]);
		*text = str_skip(*text, 1);
	} else if (!take(text, use, &m, &plain)) {
		*text = STR_NONE; /* the caller has checked: never */
	} else if (!m.letter) {
		buf_add(out, plain);
	} else {
		str value = transform(a, &m, value_of(a, s, m.letter, domain));
		buf_add(out, m.escape ? enc_percent(a, value) : value);
	}
}

bool spf_expand(struct spf_session *s, str text, str domain, enum spf_macro_use use,
		str *out)
{
	ARENA(scratch); /* a record may hold a thousand macros */
	BUF(whole);
	while (text.n) {
		expand_one(scratch, s, &text, domain, use, &whole);
		arena_reset(scratch);
		if (whole.n > SPF_OCTETS_MAX)
			return false;
	}
	str name = buf_str(&whole);
	*out = arena_copy(s->a, use == SPF_IN_DOMAIN ? fit_name(name) : name);
	return true;
}
