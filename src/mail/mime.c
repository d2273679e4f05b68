/* The structure of a message, over its raw bytes. Bodies are looked at line by
 * line for the boundaries of every multipart that is open; a part is where the
 * line that starts it ends, to where the line break before the next one starts. */
#include "mail/mime.h"

#include "mail/decode.h"
#include "mail/lex.h"
#include "mail/param.h"

enum { PARTS_ROOM = 8 };

static const size_t NO_PART = (size_t)-1;

struct scan {
	struct arena *a;
	struct mime *m;
	size_t room;
	str message;
	struct open { /* multiparts whose end has not been seen, outermost first */
		size_t part;
		str boundary;
	} open[MIME_DEPTH_MAX];
	size_t depth;
};

struct delimiter {
	size_t level; /* of scan.open */
	bool closes;
	size_t start, next; /* of its line, of the one behind it */
};

static str without_space(str s)
{
	while (s.n && lex_is(s.p[s.n - 1], LEX_WSP))
		s.n--;
	return s;
}

/* Whether a line that starts with -- delimits an open multipart: the whole line
 * but for padding (RFC 2046 section 5.1.1), since one boundary may start with
 * another; what follows a closing one does not matter. */
static bool match(const struct scan *s, str line, struct delimiter *d)
{
	str text = str_skip(without_space(line), 2);
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = s->depth; i-- > 0;) {
			str b = s->open[i].boundary, tail = str_skip(text, b.n);
			bool ends = str_starts(tail, STR("--"));
			if (!str_starts(text, b) || (tail.n && !ends)
			    || (tail.n > 2 && pass == 0))
				continue;
			d->level = i;
			d->closes = ends;
			return true;
		}
	return false;
}

/* The first delimiter in the message from a line's start at to end. */
static bool next_delimiter(const struct scan *s, size_t at, size_t end,
			   struct delimiter *d)
{
	const char *p = s->message.p;
	while (at < end) {
		const char *lf = memchr(p + at, '\n', end - at);
		size_t next = lf ? (size_t)(lf - p) + 1 : end;
		if (next - at > 2 && p[at] == '-' && p[at + 1] == '-'
		    && match(s, (str){ p + at, next - at }, d)) {
			d->start = at;
			d->next = next;
			return true;
		}
		const char *hit = memmem(p + next - (lf != NULL),
					 end - next + (lf != NULL), "\n--", 3);
		at = hit ? (size_t)(hit - p) + 1 : end;
	}
	return false;
}

static struct mime_part *add_part(struct scan *s)
{
	struct mime *m = s->m;
	if (m->count == s->room) {
		struct mime_part *old = m->parts;
		s->room = s->room ? 4 * s->room : PARTS_ROOM;
		m->parts = arena_alloc(s->a, s->room * sizeof *m->parts);
		if (old)
			memcpy(m->parts, old, m->count * sizeof *old);
	}
	m->parts[m->count] = (struct mime_part){
		.parent = s->depth ? (int)s->open[s->depth - 1].part : -1,
		.depth = (int)s->depth,
	};
	return &m->parts[m->count++];
}

static str default_type(const struct scan *s)
{
	bool digest = s->depth
		      && str_eq(s->m->parts[s->open[s->depth - 1].part].type,
				STR("multipart/digest"));
	return digest ? STR("message/rfc822") : STR("text/plain");
}

/* What the part's own fields say. */
static void read_fields(struct scan *s, struct mime_part *p)
{
	const struct field *type = header_find(&p->header, STR("Content-Type"));
	const struct field *disposition = header_find(&p->header,
						      STR("Content-Disposition"));
	const struct field *encoding = header_find(&p->header,
						   STR("Content-Transfer-Encoding"));
	str slash, sub, *ids;

	p->type = header_token(s->a, type);
	if (!str_cut(p->type, '/', &slash, &sub) || !slash.n || !sub.n)
		p->type = default_type(s); /* RFC 2045 section 5.2 */
	p->charset = arena_lower(s->a, header_param(s->a, type, STR("charset")));
	p->encoding = header_token(s->a, encoding);
	if (!p->encoding.n)
		p->encoding = STR("7bit");
	p->filename = header_param(s->a, disposition, STR("filename"));
	if (!p->filename.n)
		p->filename = header_param(s->a, type, STR("name"));
	if (header_ids(s->a, header_find(&p->header, STR("Content-ID")), &ids))
		p->content_id = ids[0];
	bool text = str_starts(p->type, STR("text/"));
	p->attachment = str_eq(header_token(s->a, disposition), STR("attachment"))
			|| (p->filename.n && !text);
	if (type
	    && (header_next(&p->header, type)
		|| header_param_count(s->a, type, STR("boundary")) > 1))
		s->m->flags |= MIME_TYPE_TWICE;
}

/* Opens a multipart if it is one that can be taken apart. One without a
 * boundary, or whose boundary never comes, is text: something to read. */
static bool open_multipart(struct scan *s, size_t index, size_t end)
{
	struct mime_part *p = &s->m->parts[index];
	const struct field *type = header_find(&p->header, STR("Content-Type"));
	struct delimiter d;
	if (!str_starts(p->type, STR("multipart/")))
		return false;
	if (s->depth == MIME_DEPTH_MAX) {
		s->m->flags |= MIME_TOO_DEEP;
		return false;
	}
	str boundary = without_space(param_bytes(s->a, type, STR("boundary")));
	s->open[s->depth++] = (struct open){ index, boundary };
	size_t at = (size_t)(p->raw.p - s->message.p);
	bool found = boundary.n && p->raw.n && next_delimiter(s, at, end, &d)
		     && d.level == s->depth - 1;
	if (!found) {
		s->depth--;
		s->m->flags |= MIME_OPEN_BOUNDARY;
		p->type = STR("text/plain");
		p->attachment = false;
	}
	p->multipart = found;
	p->boundary = found ? boundary : STR("");
	return found;
}

/* Header and body of a part that reaches from at to end at most. A part whose
 * first line is no field has no header (some forget the empty line). */
static void split_part(struct scan *s, struct mime_part *p, size_t at, size_t end)
{
	struct delimiter d;
	size_t window = end - at > HEADER_MAX ? at + HEADER_MAX : end;
	if (next_delimiter(s, at, window, &d))
		end = d.start;
	str all = { s->message.p + at, end - at };
	bool failed = header_scan(s->a, all, &p->header).kind;
	if (failed || (!p->header.count && p->header.flags & HEADER_STRAY_LINE)) {
		s->m->flags |= failed ? MIME_BAD_HEADER : 0;
		p->header = (struct header){ .body = all };
	}
	p->raw = p->header.body;
	if (!p->raw.n) /* keeps its place: a part is closed by position */
		p->raw = (str){ all.p + all.n, 0 };
}

/* The part at index ends where a delimiter's line, or the message, begins. */
static void close_part(struct scan *s, size_t index, size_t end)
{
	struct mime_part *p = &s->m->parts[index];
	size_t start = (size_t)(p->raw.p - s->message.p);
	const char *text = s->message.p;
	if (end > start && end < s->message.n && text[end - 1] == '\n')
		end -= end - 1 > start && text[end - 2] == '\r' ? 2 : 1;
	p->raw.n = end > start ? end - start : 0;
}

/* The parts behind a delimiter; false: no more of them. */
static bool close_parts(struct scan *s, size_t leaf, const struct delimiter *d)
{
	if (leaf != NO_PART)
		close_part(s, leaf, d->start);
	while (s->depth > d->level + 1) {
		close_part(s, s->open[--s->depth].part, d->start);
		s->m->flags |= MIME_OPEN_BOUNDARY;
	}
	if (d->closes)
		close_part(s, s->open[--s->depth].part, d->next);
	return s->depth > 0;
}

static void scan_multipart(struct scan *s, size_t at, size_t end)
{
	struct delimiter d;
	size_t leaf = NO_PART;
	while (next_delimiter(s, at, end, &d)) {
		at = d.next;
		bool more = close_parts(s, leaf, &d);
		leaf = NO_PART;
		if (!more)
			return;
		if (d.closes)
			continue;
		if (s->m->count == MIME_PARTS_MAX) {
			s->m->flags |= MIME_TOO_MANY;
			break;
		}
		size_t index = s->m->count;
		struct mime_part *p = add_part(s);
		split_part(s, p, at, end);
		read_fields(s, p);
		at = (size_t)(p->raw.p - s->message.p);
		if (!open_multipart(s, index, end))
			leaf = index;
	}
	if (leaf != NO_PART)
		close_part(s, leaf, end);
	while (s->depth) {
		close_part(s, s->open[--s->depth].part, end);
		s->m->flags |= MIME_OPEN_BOUNDARY;
	}
}

static bool badly_encoded(const struct mime_part *p)
{
	if (str_eq(p->encoding, STR("base64")))
		return !decode_base64_clean(p->raw);
	if (str_eq(p->encoding, STR("quoted-printable")))
		return !decode_quoted_printable_clean(p->raw);
	return false;
}

/* Of a message that holds nothing at all there may be no octet to point at. */
static str end_of(str message)
{
	return message.n ? (str){ message.p + message.n, 0 } : message;
}

err mime_parse(struct arena *a, str message, struct mime *m)
{
	struct mime x = { 0 };
	struct scan s = { .a = a, .m = &x, .message = message };
	TRY(header_scan(a, message, &x.header));
	struct mime_part *root = add_part(&s);
	root->header = x.header;
	root->raw = x.header.body.n ? x.header.body : end_of(message);
	read_fields(&s, root);
	if (open_multipart(&s, 0, message.n))
		scan_multipart(&s, message.n - root->raw.n, message.n);
	for (size_t i = 0; i < x.count; i++)
		if (!x.parts[i].multipart && badly_encoded(&x.parts[i]))
			x.flags |= MIME_BAD_ENCODING;
	*m = x;
	return OK;
}
