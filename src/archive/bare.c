#include "archive/bare.h"

#include "base/utf8.h"

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

struct walk {
	str text;
	unsigned how;
	size_t at;
	bool open_tag, open_comment; /* there is no end of any behind at */
	char *out;
	uint32_t *from, *to;
	size_t n;
};

/* ---- a character */

/* What can stand in an address, or nowhere. */
static const struct {
	str name;
	uint32_t c;
} entities[] = {
	{ STR("commat;"), '@' },     { STR("period;"), '.' },
	{ STR("amp;"), '&' },        { STR("lt;"), '<' },
	{ STR("gt;"), '>' },         { STR("quot;"), '"' },
	{ STR("nbsp;"), ' ' },       { STR("lowbar;"), '_' },
	{ STR("plus;"), '+' },       { STR("equals;"), '=' },
	{ STR("percnt;"), '%' },     { STR("shy;"), 0xad },
	{ STR("zwnj;"), 0x200c },    { STR("zwj;"), 0x200d },
	{ STR("hyphen;"), '-' },     { STR("dash;"), '-' },
	{ STR("NoBreak;"), 0x2060 }, { STR("ZeroWidthSpace;"), 0x200b },
};

static int digit_of(char c, int base)
{
	int d = chr_is_digit(c) ? c - '0' : chr_lower(c) - 'a' + 10;
	return (chr_is_digit(c) || chr_is_alpha(c)) && d < base ? d : -1;
}

/* "&#64;" and "&#x40;"; browsers do not miss the semicolon. 0: it is none. */
static size_t number_octets(str s, uint32_t *c)
{
	bool hex = s.n > 2 && chr_lower(s.p[2]) == 'x';
	int base = hex ? 16 : 10;
	size_t first = hex ? 3 : 2, n = first;
	for (*c = 0; n < s.n && n < first + 8 && digit_of(s.p[n], base) >= 0; n++)
		*c = *c * (uint32_t)base + (uint32_t)digit_of(s.p[n], base);
	if (n == first || !*c || *c > 0x10ffff)
		return 0;
	return n + (n < s.n && s.p[n] == ';');
}

static size_t entity_octets(str s, uint32_t *c)
{
	if (s.n > 2 && s.p[1] == '#')
		return number_octets(s, c);
	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (str_starts(str_skip(s, 1), entities[i].name)) {
			*c = entities[i].c;
			return entities[i].name.n + 1;
		}
	return 0;
}

/* "%40" (RFC 3986 section 2.1), of what is seen in ASCII. */
static size_t escape_octets(str s, uint32_t *c)
{
	int high = s.n > 2 ? digit_of(s.p[1], 16) : -1,
	    low = s.n > 2 ? digit_of(s.p[2], 16) : -1;
	if (high < 2 || low < 0 || (high == 7 && low == 15) || high > 7)
		return 0;
	*c = (uint32_t)(16 * high + low);
	return 3;
}

/* Octets of the first character of s, which is not empty. */
static size_t char_octets(str s, uint32_t *c)
{
	size_t n = s.p[0] == '&'   ? entity_octets(s, c)
		   : s.p[0] == '%' ? escape_octets(s, c)
				   : 0;
	if (n)
		return n;
	str rest = s;
	*c = utf8_next(&rest);
	return s.n - rest.n;
}

/* As it is read: full width and the full stops of domain names (RFC 5895 section 2) in
 * ASCII. */
static uint32_t plain(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	if (c == 0xfe6b)
		return '@';
	if (c == 0x3002 || c == 0xff61 || c == 0xfe52 || c == 0x2024)
		return '.';
	if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Zs))
		return ' ';
	return uc_tolower(c);
}

static void add_octet(struct walk *w, char c, size_t from, size_t to)
{
	w->out[w->n] = c;
	w->from[w->n] = (uint32_t)from;
	w->to[w->n++] = (uint32_t)to;
}

/* An octet that is no UTF-8 stays what it is. */
static void add_char(struct walk *w)
{
	uint32_t c;
	uint8_t octets[6];
	size_t from = w->at, n = char_octets(str_skip(w->text, from), &c);
	w->at += n;
	if (c < 0x80) {
		add_octet(w, (char)c, from, w->at);
		return;
	}
	if (c == 0xfffd && n == 1) {
		add_octet(w, w->text.p[from], from, w->at);
		return;
	}
	if (uc_is_property_default_ignorable_code_point(c))
		return;
	int k = u8_uctomb(octets, plain(c), sizeof octets);
	for (int i = 0; i < k && (size_t)i < n; i++)
		add_octet(w, (char)octets[i], from, w->at);
}

/* ---- tags */

static bool parts_nothing(str name)
{
	static const char *const names[] = {
		"a",    "abbr", "acronym", "b",  "bdi",  "bdo",    "big",  "cite",
		"code", "del",  "dfn",     "em", "font", "i",      "ins",  "kbd",
		"mark", "nobr", "q",       "s",  "samp", "small",  "span", "strike",
		"sub",  "sup",  "tt",      "u",  "var",  "strong", "wbr",  "o:p",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(name, str_from(names[i])))
			return true;
	return false;
}

static str name_of(str tag)
{
	size_t n = 0;
	if (tag.n && tag.p[0] == '/')
		tag = str_skip(tag, 1);
	while (n < tag.n && !chr_is_space(tag.p[n]) && tag.p[n] != '/')
		n++;
	return str_first(tag, n);
}

/* What no reader sees goes with its element. */
static size_t hidden_octets(str tag, str behind)
{
	str style = str_ifind(tag, STR("display"));
	if (!style.n || !str_ifind(style, STR("none")).n)
		return 0;
	str name = name_of(tag);
	for (size_t i = 0; i + 2 + name.n <= behind.n && i < 4096; i++)
		if (behind.p[i] == '<' && behind.p[i + 1] == '/'
		    && str_istarts(str_skip(behind, i + 2), name))
			return i;
	return 0;
}

static bool skip_comment(struct walk *w, str rest)
{
	if (w->open_comment || !str_starts(rest, STR("<!--")))
		return false;
	str end = str_find(str_skip(rest, 4), STR("-->"));
	w->open_comment = !end.n;
	w->at += end.n ? rest.n - end.n + 3 : 0;
	return end.n > 0;
}

/* False: the "<" here begins no tag. */
static bool skip_tag(struct walk *w)
{
	str rest = str_skip(w->text, w->at);
	if (skip_comment(w, rest))
		return true;
	if (w->open_tag || rest.n < 2
	    || !(chr_is_alpha(rest.p[1]) || rest.p[1] == '/' || rest.p[1] == '!'))
		return false;
	const char *end = memchr(rest.p, '>', rest.n);
	w->open_tag = !end;
	if (!end)
		return false;
	size_t n = (size_t)(end - rest.p) + 1;
	str tag = { rest.p + 1, n - 2 };
	if (rest.p[1] != '!' && !parts_nothing(name_of(tag)))
		add_octet(w, ' ', w->at, w->at);
	w->at += n + hidden_octets(tag, str_skip(rest, n));
	return true;
}

/* ---- */

static bool skip_end(struct walk *w)
{
	str rest = str_skip(w->text, w->at);
	size_t n = str_starts(rest, STR(" \r\n")) ? 3
		   : str_starts(rest, STR(" \n")) ? 2
						  : 0;
	w->at += n;
	return n > 0;
}

static bool is_bare(str text, unsigned how)
{
	if (how)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '&' || text.p[i] == '%' || text.p[i] & '\x80')
			return false;
	return true;
}

static void make_room(struct arena *a, size_t n, struct walk *w)
{
	w->out = arena_alloc(a, n + 1);
	w->from = arena_alloc(a, (n + 1) * sizeof *w->from);
	w->to = arena_alloc(a, (n + 1) * sizeof *w->to);
}

void bare_text(struct arena *a, str text, unsigned how, struct bare *out)
{
	struct walk w = { .text = text, .how = how };
	*out = (struct bare){ .text = text };
	if (is_bare(text, how))
		return;
	make_room(a, text.n, &w);
	while (w.at < text.n)
		if (!(how & BARE_HTML && text.p[w.at] == '<' && skip_tag(&w))
		    && !(how & BARE_JOIN && text.p[w.at] == ' ' && skip_end(&w)))
			add_char(&w);
	*out = (struct bare){ { w.out, w.n }, w.from, w.to };
}

/* ---- signs that are spoken */

static size_t blanks(str s, size_t at, size_t most)
{
	size_t n = 0;
	while (n < most && at + n < s.n && chr_is_space(s.p[at + n]))
		n++;
	return n;
}

static size_t word_octets(str s, char *sign)
{
	static const struct {
		str word;
		char sign;
	} rows[] = { { STR("at"), '@' },
		     { STR("@"), '@' },
		     { STR("dot"), '.' },
		     { STR("."), '.' } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_istarts(s, rows[i].word)) {
			*sign = rows[i].sign;
			return rows[i].word.n;
		}
	return 0;
}

/* Octets of a sign that is written at s.p[at] as a word, or apart; 0: none is. */
static size_t sign_octets(str s, size_t at, char *sign)
{
	enum { APART = 4, INSIDE = 1 };
	static const str opens = { "([{<_-*", 7 }, closes = { ")]}>_-*", 7 };
	if (s.p[at] == '"' && at + 1 < s.n && s.p[at + 1] == '@') {
		*sign = '@'; /* "gus"@red.example (RFC 5321 section 4.1.2) */
		return 2;
	}
	size_t lead = blanks(s, at, APART), i = at + lead;
	const char *open = i < s.n && s.p[i] ? strchr(opens.p, s.p[i]) : NULL;
	i += open ? 1 + blanks(s, i + 1, INSIDE) : 0;
	size_t n = word_octets(str_skip(s, i), sign);
	if (!n)
		return 0;
	bool word = n > 1, dot = *sign == '.';
	i += n;
	if (open) {
		i += blanks(s, i, INSIDE);
		if (i >= s.n || s.p[i] != closes.p[open - opens.p])
			return 0;
		i++;
	}
	size_t trail = blanks(s, i, APART);
	bool apart = word ? lead && trail : !dot && lead + trail;
	return open || apart ? i + trail - at : 0;
}

static bool may_begin(char c)
{
	return c == '@' || c == '"' || chr_is_space(c) || str_has(STR("([{<_-*"), c);
}

bool bare_spoken(struct arena *a, const struct bare *b, struct bare *out)
{
	struct walk w = { 0 };
	char sign = 0;
	bool any = false;
	size_t first = 0;
	for (; first < b->text.n; first++)
		if (may_begin(b->text.p[first]) && sign_octets(b->text, first, &sign))
			break;
	if (first == b->text.n)
		return false;
	make_room(a, b->text.n, &w);
	for (size_t i = 0, n; i < b->text.n; i += n) {
		n = i >= first && may_begin(b->text.p[i]) ? sign_octets(b->text, i, &sign)
							  : 0;
		any = n > 0;
		n = any ? n : 1;
		add_octet(&w, any ? sign : b->text.p[i], bare_from(b, i),
			  bare_to(b, i, n));
	}
	*out = (struct bare){ { w.out, w.n }, w.from, w.to };
	return true;
}
