/* Where each part stands is found again by its multipart's delimiters; between them all
 * octets are copied. What came out is parsed, and compared with what was asked for. */
#include "mail/rewrite.h"

#include "base/buf.h"
#include "mail/lex.h"

enum { AMBIGUOUS = MIME_TOO_DEEP | MIME_TOO_MANY | MIME_BAD_HEADER | MIME_TYPE_TWICE };

struct place {
	const char *line; /* its delimiter's line */
	const char *head; /* behind that */
	const char *next; /* the delimiter behind the part; of the last one what closes */
};

struct tree {
	struct arena *a;
	const struct mime *m;
	const struct rewrite *r;
	str message;
	struct place *at; /* one a part; the root's is not used */
	bool *gone;       /* itself, or what it stood in */
	bool *touched;    /* something within it changes */
	struct buf out;
};

static const char *end_of(const struct mime_part *p)
{
	return p->raw.p + p->raw.n;
}

/* RFC 2046 section 5.1.1: the whole line but for padding; what follows the two hyphens
 * of a closing one does not matter. */
static bool is_delimiter(str line, str boundary)
{
	while (line.n
	       && (lex_is(line.p[line.n - 1], LEX_WSP) || line.p[line.n - 1] == '\r'))
		line.n--;
	str text = str_skip(line, 2), tail = str_skip(text, boundary.n);
	return str_starts(line, STR("--")) && str_starts(text, boundary)
	       && (!tail.n || str_starts(tail, STR("--")));
}

/* The first of a multipart's delimiters from a place on; end where there is none. */
static const char *find_delimiter(const struct tree *t, const char *from, const char *end,
				  str boundary)
{
	bool starts = from == t->message.p || from[-1] == '\n';
	while (from < end) {
		const char *lf = memchr(from, '\n', (size_t)(end - from));
		str line = { from, (size_t)((lf ? lf : end) - from) };
		if (starts && is_delimiter(line, boundary))
			return from;
		from = lf ? lf + 1 : end;
		starts = true;
	}
	return end;
}

static const char *line_end(const char *line, const char *end)
{
	const char *lf = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
	return lf ? lf + 1 : end;
}

/* Finds the children of a multipart; false: not each has a delimiter of its own. */
static bool locate_children(struct tree *t, size_t index)
{
	const struct mime_part *p = &t->m->parts[index];
	const char *at = p->raw.p, *end = end_of(p);
	struct place *before = NULL;
	for (size_t k = index + 1; k < t->m->count && t->m->parts[k].depth > p->depth;
	     k++) {
		if (t->m->parts[k].parent != (int)index)
			continue;
		struct place *x = &t->at[k];
		x->line = find_delimiter(t, at, end, p->boundary);
		x->head = line_end(x->line, end);
		if (x->line == end || x->head > t->m->parts[k].raw.p)
			return false;
		if (before)
			before->next = x->line;
		before = x;
		at = end_of(&t->m->parts[k]);
	}
	if (before)
		before->next = find_delimiter(t, at, end, p->boundary);
	return true;
}

static void mark(struct tree *t)
{
	for (size_t i = 0; i < t->m->count; i++) {
		int up = t->m->parts[i].parent;
		const struct part_edit *e = &t->r->edit[i];
		const struct part_edit *over = up >= 0 ? &t->r->edit[up] : NULL;
		t->gone[i] = e->fate == PART_GOES
			     || (over
				 && (t->gone[up] || over->fate == PART_ANEW
				     || (over->fate == PART_ONLY && over->child != i)));
		for (int k = (int)i; e->fate != PART_STAYS && k >= 0;
		     k = t->m->parts[k].parent)
			t->touched[k] = true;
	}
	t->touched[0] = t->touched[0] || t->r->first.n || t->r->last.n;
}

/* What stands where a part stood: itself, or the one that is left of it. */
static size_t chosen(const struct tree *t, size_t i)
{
	while (t->r->edit[i].fate == PART_ONLY)
		i = t->r->edit[i].child;
	return i;
}

static void add_span(struct tree *t, const char *from, const char *to)
{
	if (to > from)
		buf_add(&t->out, (str){ from, (size_t)(to - from) });
}

static bool is_content(str name)
{
	return str_istarts(name, STR("Content-"));
}

static bool is_encoding(str name)
{
	return str_ieq(name, STR("Content-Type"))
	       || str_ieq(name, STR("Content-Transfer-Encoding"));
}

/* Of a body that changes (RFC 1864). */
static bool is_checksum(str name)
{
	return str_ieq(name, STR("Content-MD5"));
}

static void add_field(struct tree *t, const struct field *f)
{
	buf_add(&t->out, f->raw);
	if (!str_ends(f->raw, STR("\n")))
		buf_add(&t->out, STR("\r\n"));
}

/* The header of the part that stands in the place of `of`: the fields of `of` but for
 * those about its content, then these. */
static void add_header(struct tree *t, size_t of, size_t i)
{
	const struct header *outer = &t->m->parts[of].header;
	const struct header *h = &t->m->parts[i].header;
	bool anew = t->r->edit[i].fate == PART_ANEW;
	str fields = anew ? t->r->edit[i].fields : STR("");
	for (size_t k = 0; of != i && k < outer->count; k++)
		if (!is_content(outer->fields[k].name))
			add_field(t, &outer->fields[k]);
	for (size_t k = 0; k < h->count; k++)
		if ((of == i || is_content(h->fields[k].name))
		    && !(anew && is_checksum(h->fields[k].name))
		    && !(fields.n && is_encoding(h->fields[k].name)))
			add_field(t, &h->fields[k]);
	buf_cat(&t->out, fields, STR("\r\n"));
}

static bool header_stays(const struct tree *t, size_t i)
{
	const struct mime_part *p = &t->m->parts[i];
	return t->r->edit[i].fate != PART_ANEW
	       || (!t->r->edit[i].fields.n && p->raw.n
		   && !header_find(&p->header, STR("Content-MD5")));
}

/* The line break that belongs to the delimiter behind a part; what a multipart has behind
 * its own last delimiter goes with it. */
static const char *break_before(const struct tree *t, size_t i)
{
	const char *at = t->at[i].next, *least = end_of(&t->m->parts[i]);
	if (at > least && at[-1] == '\n')
		at -= at - 1 > least && at[-2] == '\r' ? 2 : 1;
	return at;
}

static void add_body(struct tree *t, size_t i);

static void add_child(struct tree *t, size_t i)
{
	size_t c = chosen(t, i);
	add_span(t, t->at[i].line, t->at[i].head);
	if (header_stays(t, c))
		add_span(t, t->at[c].head, t->m->parts[c].raw.p);
	else
		add_header(t, c, c);
	add_body(t, c);
	add_span(t, c == i ? end_of(&t->m->parts[i]) : break_before(t, i), t->at[i].next);
}

static void add_new(struct tree *t, str part)
{
	if (part.n)
		buf_cat(&t->out, STR("--"), t->m->parts[0].boundary, STR("\r\n"), part,
			STR("\r\n"));
}

/* At the root's end; where nothing closes it, it is closed now. */
static void add_last(struct tree *t, bool closed)
{
	if (!t->r->last.n)
		return;
	if (!closed && !str_ends(buf_str(&t->out), STR("\n")))
		buf_add(&t->out, STR("\r\n"));
	add_new(t, t->r->last);
	if (!closed)
		buf_cat(&t->out, STR("--"), t->m->parts[0].boundary, STR("--\r\n"));
}

static void add_multipart(struct tree *t, size_t i)
{
	const struct mime_part *p = &t->m->parts[i];
	const char *close = p->raw.p;
	for (size_t k = i + 1; k < t->m->count && t->m->parts[k].depth > p->depth; k++) {
		if (t->m->parts[k].parent != (int)i)
			continue;
		if (close == p->raw.p) { /* the first: what stands before it */
			add_span(t, p->raw.p, t->at[k].line);
			if (i == 0)
				add_new(t, t->r->first);
		}
		if (!t->gone[k])
			add_child(t, k);
		close = t->at[k].next;
	}
	if (i == 0)
		add_last(t, close < end_of(p));
	add_span(t, close, end_of(p));
}

static void add_body(struct tree *t, size_t i)
{
	const struct mime_part *p = &t->m->parts[i];
	if (t->r->edit[i].fate == PART_ANEW)
		buf_add(&t->out, t->r->edit[i].body);
	else if (p->multipart && t->touched[i])
		add_multipart(t, i);
	else
		buf_add(&t->out, p->raw);
}

static void add_message(struct tree *t)
{
	const struct mime_part *root = &t->m->parts[0];
	size_t c = chosen(t, 0);
	bool whole = c == 0 && t->r->edit[0].fate != PART_ANEW;
	if (c == 0 && header_stays(t, 0))
		add_span(t, t->message.p, root->raw.p);
	else
		add_header(t, 0, c);
	add_body(t, c);
	if (whole)
		add_span(t, end_of(root), t->message.p + t->message.n);
	else if (!str_ends(buf_str(&t->out), STR("\n")))
		buf_add(&t->out, STR("\r\n"));
}

static str without_end(str s)
{
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* The leaves that stay, in order, and nothing else but what was added. */
static bool is_asked_for(struct tree *t, str text)
{
	struct mime n;
	size_t at = 0;
	if (mime_parse(t->a, text, &n).kind || n.flags & ~t->m->flags)
		return false;
	while (at < n.count && n.parts[at].multipart)
		at++;
	at += t->r->first.n > 0;
	for (size_t i = 0; i < t->m->count; i++) {
		const struct mime_part *p = &t->m->parts[i];
		const struct part_edit *e = &t->r->edit[i];
		bool anew = e->fate == PART_ANEW;
		if (t->gone[i] || (p->multipart && !anew))
			continue;
		while (at < n.count && n.parts[at].multipart)
			at++;
		if (at == n.count
		    || !str_eq(without_end(n.parts[at].raw),
			       without_end(anew ? e->body : p->raw)))
			return false;
		if (!anew && !str_eq(n.parts[at].type, p->type))
			return false;
		at++;
	}
	return at + (t->r->last.n > 0) == n.count;
}

bool mime_is_clear(struct arena *a, const struct mime *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mime_part *p = &m->parts[i];
		str declared = header_token(a,
					    header_find(&p->header, STR("Content-Type")));
		if (str_starts(declared, STR("multipart/")) && !p->multipart)
			return false;
	}
	return !(m->flags & AMBIGUOUS);
}

bool mime_rewrite(struct arena *a, str message, const struct mime *m,
		  const struct rewrite *r, str *out)
{
	struct tree t = { .a = a, .m = m, .r = r, .message = message };
	t.at = arena_zero(a, m->count * sizeof *t.at);
	t.gone = arena_zero(a, m->count * sizeof *t.gone);
	t.touched = arena_zero(a, m->count * sizeof *t.touched);
	mark(&t);
	if (t.gone[0])
		return false;
	for (size_t i = 0; i < m->count; i++)
		if (m->parts[i].multipart && !locate_children(&t, i))
			return false;
	add_message(&t);
	str text = arena_copy(a, buf_str(&t.out));
	buf_free(&t.out);
	if (!is_asked_for(&t, text))
		return false;
	*out = text;
	return true;
}
