#include "archive/html.h"

#include "base/utf8.h"

#include <endian.h>
#include <inttypes.h>

/* What a byte of text needs. */
enum care { PLAIN, ENTITY, CONTROL, WIDE, COLON, AT };

static const unsigned char care[256] = {
	[0x00 ... 0x08] = CONTROL,
	[0x0b ... 0x0c] = CONTROL,
	[0x0d] = CONTROL,
	[0x0e ... 0x1f] = CONTROL,
	[0x7f] = CONTROL,
	['&'] = ENTITY,
	['<'] = ENTITY,
	['>'] = ENTITY,
	['"'] = ENTITY,
	['\''] = ENTITY,
	[0x80 ... 0xff] = WIDE,
	[':'] = COLON,
	['@'] = AT,
};

/* Characters that turn or isolate the writing direction (Unicode TR 9): in a
 * subject or a name they make text read as what it is not. */
static const char *turn_name(uint32_t c)
{
	static const struct {
		uint32_t c;
		const char *name;
	} names[] = {
		{ 0x061c, "Arabic letter mark" },
		{ 0x200e, "Left-to-right mark" },
		{ 0x200f, "Right-to-left mark" },
		{ 0x202a, "Left-to-right embedding" },
		{ 0x202b, "Right-to-left embedding" },
		{ 0x202c, "Pop directional formatting" },
		{ 0x202d, "Left-to-right override" },
		{ 0x202e, "Right-to-left override" },
		{ 0x2066, "Left-to-right isolate" },
		{ 0x2067, "Right-to-left isolate" },
		{ 0x2068, "First strong isolate" },
		{ 0x2069, "Pop directional isolate" },
	};
	if (c < 0x061c || c > 0x2069)
		return NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].c == c)
			return names[i].name;
	return NULL;
}

/* The character at s's start, and how many octets it takes. */
static uint32_t peek(str s, size_t *octets)
{
	size_t before = s.n;
	uint32_t c = utf8_next(&s);
	*octets = before - s.n;
	return c;
}

bool html_turns(str text)
{
	for (size_t i = 0, octets; i < text.n; i += octets) {
		octets = 1;
		if (care[(unsigned char)text.p[i]] == WIDE
		    && turn_name(peek(str_skip(text, i), &octets)))
			return true;
	}
	return false;
}

static void add_mark(struct buf *b, uint32_t c, bool attribute)
{
	if (attribute)
		buf_addf(b, "[U+%04" PRIX32 "]", c);
	else
		buf_addf(b,
			 "<span class=\"ctl\" title=\"%s, U+%04" PRIX32
			 ": shown as a mark, not obeyed\">U+%04" PRIX32 "</span>",
			 turn_name(c), c, c);
}

static str entity(char c)
{
	switch (c) {
	case '&':
		return STR("&amp;");
	case '<':
		return STR("&lt;");
	case '>':
		return STR("&gt;");
	case '"':
		return STR("&quot;");
	default:
		return STR("&#39;");
	}
}

/* Characters that HTML forbids beside the controls: C1 and noncharacters. A
 * wrong byte has become U+FFFD already and is replaced by itself. */
static bool is_forbidden(uint32_t c)
{
	return c == 0xfffd || (c >= 0x80 && c < 0xa0) || (c >= 0xfdd0 && c <= 0xfdef)
	       || (c & 0xfffe) == 0xfffe;
}

/* Adds one character that is not PLAIN; gives its octets. */
static size_t add_careful(struct buf *b, str s, bool attribute)
{
	unsigned char c = (unsigned char)s.p[0];
	size_t octets = 1;
	if (care[c] == ENTITY) {
		buf_add(b, entity((char)c));
	} else if (care[c] == WIDE) {
		uint32_t u = peek(s, &octets);
		if (turn_name(u))
			add_mark(b, u, attribute);
		else
			buf_add(b, is_forbidden(u) ? STR("\xEF\xBF\xBD")
						   : str_first(s, octets));
	} else if (c == ':' || c == '@') {
		buf_add_char(b, (char)c);
	} else if (c != '\r') {
		buf_add(b, STR("\xEF\xBF\xBD"));
	}
	return octets;
}

/* Sixteen octets at once, in what every compiler makes the machine's own of. */
typedef signed char wide __attribute__((vector_size(16)));

/* How many octets at p are PLAIN before the first that is not; at most sixteen. */
static size_t plain_octets(const char *p)
{
	wide v;
	uint64_t half[2];
	memcpy(&v, p, sizeof v);
	/* below ' ' as signed: the controls and all from 0x80 on */
	wide other = ((v < ' ') & (v != '\t') & (v != '\n')) | (v == 0x7f)
		     | ((v | 4) == '&') | (v == '\'') /* 4: also '"' */
		     | (v == '<') | ((v | 4) == '>')  /* also ':' */
		     | (v == '@');
	memcpy(half, &other, sizeof half);
	for (size_t i = 0; i < 2; i++)
		if (half[i])
			return 8 * i + (size_t)__builtin_ctzll(le64toh(half[i])) / 8;
	return sizeof v;
}

/* Adds the PLAIN octets that text begins with; gives how many. */
static size_t add_plain(struct buf *b, str text)
{
	char *to = buf_room(b, text.n);
	size_t n = 0, step = sizeof(wide);
	while (step == sizeof(wide) && text.n - n >= sizeof(wide)) {
		memcpy(to + n, text.p + n, sizeof(wide)); /* what is too much of it is
							     written over */
		step = plain_octets(text.p + n);
		n += step;
	}
	if (step == sizeof(wide))
		for (; n < text.n && care[(unsigned char)text.p[n]] == PLAIN; n++)
			to[n] = text.p[n];
	b->n += n;
	return n;
}

/* Adds text up to the first octet of a class in stops; gives how far it came. */
static size_t add(struct buf *b, str text, bool attribute, unsigned stops)
{
	size_t i = 0;
	while (i < text.n) {
		i += add_plain(b, str_skip(text, i));
		if (i == text.n || stops & 1u << care[(unsigned char)text.p[i]])
			break;
		i += add_careful(b, str_skip(text, i), attribute);
	}
	return i;
}

size_t html_add_before(struct buf *b, str text, bool at)
{
	return add(b, text, false, 1u << COLON | (at ? 1u << AT : 0));
}

void html_add_text(struct buf *b, str text)
{
	add(b, text, false, 0);
}

void html_add_attr(struct buf *b, str text)
{
	add(b, text, true, 0);
}

struct html html_take(struct arena *a, struct buf *b)
{
	struct html h = { arena_copy(a, buf_str(b)) };
	buf_clear(b);
	return h;
}

struct html html_text(struct arena *a, str text)
{
	BUF(b);
	html_add_text(&b, text);
	return html_take(a, &b);
}

struct html html_attr(struct arena *a, str text)
{
	BUF(b);
	html_add_attr(&b, text);
	return html_take(a, &b);
}
