/* The parameters of a field: RFC 2045 section 5.1, RFC 2231, and what mailers
 * write instead. */
#include "base/buf.h"
#include "mail/charset.h"
#include "mail/encword.h"
#include "mail/header.h"
#include "mail/lex.h"
#include "mail/param.h"

enum { SECTIONS_MAX = 200 };

struct param {
	str name, value; /* the value unquoted */
};

/* One value that an attribute has: name=, name*=, name*0=, name*0*=. */
struct section {
	uint64_t number;
	bool numbered, extended;
	str value;
};

/* Whether s reads "attribute =": then the semicolon before it was forgotten, as
 * in the examples of RFC 2231 itself. */
static bool starts_param(str s)
{
	struct lex l = { s, true };
	if (!lex_run(&l, LEX_TOKEN, true).n)
		return false;
	lex_cfws(&l);
	return lex_peek(&l) == '=';
}

/* A value without quotes reaches to the semicolon, spaces and all. */
static str bare_value(struct lex *l)
{
	size_t n = 0;
	for (; n < l->rest.n && l->rest.p[n] != ';'; n++) {
		if (!lex_is(l->rest.p[n], LEX_WSP))
			continue;
		size_t end = n;
		while (n + 1 < l->rest.n && lex_is(l->rest.p[n + 1], LEX_WSP))
			n++;
		str next = str_skip(l->rest, n + 1);
		if (!next.n || *next.p == '(' || starts_param(next)) {
			n = end;
			break;
		}
	}
	str value = str_first(l->rest, n);
	lex_skip(l, n);
	return str_trim(value);
}

static bool next_param(struct arena *a, struct lex *l, struct param *p)
{
	while (l->rest.n) {
		lex_cfws(l);
		p->name = lex_run(l, LEX_TOKEN, true);
		lex_cfws(l);
		if (!p->name.n || lex_peek(l) != '=') {
			lex_skip(l, 1);
			continue;
		}
		lex_skip(l, 1);
		lex_cfws(l);
		if (!lex_quoted(a, l, &p->value))
			p->value = bare_value(l);
		return true;
	}
	return false;
}

/* What stands in name behind the attribute: nothing, "*", "*N", "*N*". */
static bool section_of(str name, str attribute, struct section *s)
{
	if (!str_istarts(name, attribute))
		return false;
	str tail = str_skip(name, attribute.n);
	if (tail.n && *tail.p != '*')
		return false;
	s->extended = tail.n && tail.p[tail.n - 1] == '*';
	if (tail.n <= 1)
		return true;
	tail = str_skip(tail, 1);
	tail.n -= s->extended;
	s->numbered = true;
	return str_u64(tail, &s->number);
}

static size_t sections(struct arena *a, const struct field *f, str attribute,
		       struct section *out)
{
	struct lex l = { f ? f->value : STR_NONE, false };
	struct param p;
	size_t n = 0;
	lex_cfws(&l);
	bare_value(&l); /* the type */
	while (n < SECTIONS_MAX && next_param(a, &l, &p)) {
		struct section s = { .value = p.value };
		if (section_of(p.name, attribute, &s))
			out[n++] = s;
	}
	return n;
}

static const struct section *pick(const struct section *s, size_t n, bool numbered,
				  bool extended, uint64_t number)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].numbered == numbered && s[i].number == number
		    && (numbered || s[i].extended == extended))
			return &s[i];
	return NULL;
}

static void add_percent_decoded(struct buf *b, str s)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%' && i + 2 < s.n) {
			const char *hi = memchr(digits, chr_lower(s.p[i + 1]), 16);
			const char *lo = memchr(digits, chr_lower(s.p[i + 2]), 16);
			if (hi && lo) {
				c = (char)(16 * (hi - digits) + (lo - digits));
				i += 2;
			}
		}
		buf_add_char(b, c);
	}
}

/* charset'language'text, in which text is percent-encoded (RFC 2231 section 4). */
static str add_first(struct buf *b, const struct section *s)
{
	str charset = STR_NONE, rest = s->value, language;
	if (s->extended && str_cut(s->value, '\'', &charset, &rest)
	    && !str_cut(rest, '\'', &language, &rest))
		charset = STR_NONE, rest = s->value;
	if (s->extended)
		add_percent_decoded(b, rest);
	else
		buf_add(b, rest);
	return charset;
}

static str decoded(struct arena *a, const struct buf *bytes, str charset)
{
	return lex_calm(a,
			charset_decode(a, arena_copy(a, buf_str(bytes)), charset, NULL));
}

static str joined(struct arena *a, const struct section *s, size_t n, uint64_t first)
{
	BUF(bytes);
	const struct section *part = pick(s, n, true, false, first);
	str charset = add_first(&bytes, part);
	while ((part = pick(s, n, true, false, ++first))) {
		if (part->extended)
			add_percent_decoded(&bytes, part->value);
		else
			buf_add(&bytes, part->value);
	}
	return decoded(a, &bytes, charset);
}

str header_param(struct arena *a, const struct field *f, str name)
{
	struct section s[SECTIONS_MAX];
	size_t n = sections(a, f, name, s);
	const struct section *one;
	if ((one = pick(s, n, false, true, 0))) {
		BUF(bytes);
		str charset = add_first(&bytes, one);
		return decoded(a, &bytes, charset);
	}
	for (uint64_t first = 0; first < 2; first++) /* some count from 1 */
		if (pick(s, n, true, false, first))
			return joined(a, s, n, first);
	one = pick(s, n, false, false, 0);
	return one ? encword_decode(a, one->value) : STR_NONE;
}

size_t header_param_count(struct arena *a, const struct field *f, str name)
{
	struct section s[SECTIONS_MAX];
	size_t n = sections(a, f, name, s), count = 0;
	for (size_t i = 0; i < n; i++)
		count += !s[i].numbered || s[i].number == 0;
	return count;
}

str param_bytes(struct arena *a, const struct field *f, str name)
{
	struct section s[SECTIONS_MAX];
	size_t n = sections(a, f, name, s);
	const struct section *one = pick(s, n, false, false, 0);
	return one ? one->value : header_param(a, f, name);
}
