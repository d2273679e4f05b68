#include "mail/header.h"

#include "mail/lex.h"

enum { LINE_MAX_OCTETS = 998 }; /* RFC 5322 section 2.1.1, without the line end */

/* The fields that RFC 5322 section 3.6 allows once. */
static const str once[] = {
	STR("Date"),       STR("From"),        STR("Sender"),     STR("Reply-To"),
	STR("To"),         STR("Cc"),          STR("Bcc"),        STR("Subject"),
	STR("Message-ID"), STR("In-Reply-To"), STR("References"),
};

/* A line with its end, from where s starts; empty at the end of s. */
static str next_line(str s)
{
	const char *end = s.n ? memchr(s.p, '\n', s.n) : NULL;
	return end ? (str){ s.p, (size_t)(end - s.p) + 1 } : s;
}

static str without_end(str line)
{
	if (line.n && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static unsigned line_flags(str line)
{
	str text = without_end(line);
	bool ended = line.p[line.n - 1] == '\n';
	return (text.n > LINE_MAX_OCTETS ? HEADER_LONG_LINE : 0)
	       | (ended && line.n - text.n == 1 ? HEADER_BARE_LF : 0)
	       | (str_has(text, '\r') || (!ended && text.n < line.n) ? HEADER_BARE_CR
								     : 0);
}

/* Eight bytes at a time. */
static bool has_8bit(str s)
{
	uint64_t high = 0, word;
	for (; s.n >= sizeof word; s = (str){ s.p + sizeof word, s.n - sizeof word }) {
		memcpy(&word, s.p, sizeof word);
		high |= word;
	}
	for (size_t i = 0; i < s.n; i++)
		high |= (uint64_t)(unsigned char)s.p[i];
	return high & 0x8080808080808080;
}

/* The block's extent, and how many lines could start a field. */
static err measure(str message, struct header *h, size_t *starts)
{
	str rest = message, line;
	*starts = 0;
	for (; (line = next_line(rest)).n; rest = str_skip(rest, line.n)) {
		if (*line.p == '\n' || str_starts(line, STR("\r\n")))
			break;
		if ((size_t)(line.p - message.p) + line.n > HEADER_MAX)
			return FAIL(ERR_LIMIT, "header is over 256 KB");
		*starts += !lex_is(*line.p, LEX_WSP);
		h->flags |= line_flags(line);
	}
	h->raw = (str){ message.p, message.n - rest.n };
	h->body = str_skip(rest, line.n);
	h->flags |= (has_8bit(h->raw) ? HEADER_8BIT : 0)
		    | (str_has(h->raw, '\0') ? HEADER_NUL : 0);
	return *starts > HEADER_FIELDS_MAX
		       ? FAIL(ERR_LIMIT, "header has over 2,000 fields")
		       : OK;
}

/* Splits a field's first line; white space before the colon is RFC 5322's
 * obsolete form (section 4.5.8). */
static bool split_field(struct field *f)
{
	size_t n = 0;
	while (n < f->raw.n && f->raw.p[n] > ' ' && f->raw.p[n] < 0x7F
	       && f->raw.p[n] != ':')
		n++;
	f->name = str_first(f->raw, n);
	while (n < f->raw.n && (f->raw.p[n] == ' ' || f->raw.p[n] == '\t'))
		n++;
	if (!f->name.n || n == f->raw.n || f->raw.p[n] != ':')
		return false;
	f->value = without_end(str_skip(f->raw, n + 1));
	return true;
}

static unsigned repeated_flag(const struct header *h)
{
	unsigned seen = 0;
	for (size_t i = 0; i < h->count; i++)
		for (size_t k = 0; k < sizeof once / sizeof *once; k++) {
			if (h->fields[i].name.n != once[k].n
			    || !str_ieq(h->fields[i].name, once[k]))
				continue;
			if (seen & 1U << k)
				return HEADER_REPEATED;
			seen |= 1U << k;
		}
	return 0;
}

err header_scan(struct arena *a, str message, struct header *h)
{
	struct header x = { 0 };
	size_t starts;
	TRY(measure(message, &x, &starts));
	x.fields = arena_alloc(a, (starts + 1) * sizeof *x.fields);
	for (str rest = x.raw, line; (line = next_line(rest)).n;) {
		struct field *f = &x.fields[x.count];
		f->raw = line;
		bool stray = lex_is(*line.p, LEX_WSP);
		rest = str_skip(rest, line.n);
		while (!stray && rest.n && lex_is(*rest.p, LEX_WSP)) { /* folded */
			line = next_line(rest);
			f->raw.n += line.n;
			rest = str_skip(rest, line.n);
		}
		if (!stray && split_field(f)) {
			x.count++;
			continue;
		}
		x.flags |= HEADER_STRAY_LINE;
		if (x.count && x.raw.n == message.n) { /* no empty line: this is text */
			x.body = str_skip(x.raw, x.raw.n - rest.n - f->raw.n);
			x.raw.n -= x.body.n;
			break;
		}
	}
	x.flags |= repeated_flag(&x);
	*h = x;
	return OK;
}

static const struct field *find_from(const struct header *h, size_t i, str name)
{
	for (; i < h->count; i++)
		if (h->fields[i].name.n == name.n && str_ieq(h->fields[i].name, name))
			return &h->fields[i];
	return NULL;
}

const struct field *header_find(const struct header *h, str name)
{
	return find_from(h, 0, name);
}

const struct field *header_next(const struct header *h, const struct field *after)
{
	return find_from(h, (size_t)(after - h->fields) + 1, after->name);
}

size_t header_count(const struct header *h, str name)
{
	size_t n = 0;
	for (const struct field *f = header_find(h, name); f; f = header_next(h, f))
		n++;
	return n;
}

static bool is_dropped(const struct header_edit *e, str name)
{
	for (size_t i = 0; i < e->drop_count; i++)
		if (e->drop[i].n == name.n && str_ieq(e->drop[i], name))
			return true;
	return false;
}

static char *put(char *at, str s)
{
	if (s.n)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

str header_apply(struct arena *a, const struct header *h, const struct header_edit *e)
{
	char *out = arena_alloc(a, e->prepend.n + h->raw.n + e->append.n + 2);
	char *at = put(out, e->prepend);
	const char *kept = h->raw.p, *end = kept + h->raw.n; /* copied up to here */
	for (size_t i = 0; i < h->count; i++) {
		if (!is_dropped(e, h->fields[i].name))
			continue;
		at = put(at, (str){ kept, (size_t)(h->fields[i].raw.p - kept) });
		kept = h->fields[i].raw.p + h->fields[i].raw.n;
	}
	if (kept)
		at = put(at, (str){ kept, (size_t)(end - kept) });
	if (at > out && at[-1] != '\n') /* the message ended within its header */
		at = put(at, STR("\r\n"));
	at = put(at, e->append);
	return (str){ out, (size_t)(at - out) };
}
