#include "trust/canon.h"

static bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* The length of the line ending at s.p[i]: 2, 1 or 0 for none. */
static size_t ending_at(str s, size_t i)
{
	if (s.p[i] == '\n')
		return 1;
	return s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n' ? 2 : 0;
}

static void field_simple(struct buf *out, str raw)
{
	str line;
	while (str_line(&raw, &line))
		buf_cat(out, line, STR("\r\n"));
}

/* RFC 6376 section 3.4.2: name in lower case, value unfolded, each run of white
 * space one space, none around the colon and none at the end. */
static void field_relaxed(struct buf *out, str raw)
{
	str name = raw, value = STR_NONE;
	str_cut(raw, ':', &name, &value);
	name = str_trim(name);
	char *to = buf_room(out, name.n + value.n + 3);
	size_t n = 0;
	for (size_t i = 0; i < name.n; i++)
		to[n++] = chr_lower(name.p[i]);
	to[n++] = ':';
	bool gap = false, begun = false;
	for (size_t i = 0; i < value.n; i++) {
		size_t ending = ending_at(value, i);
		if (ending) {
			i += ending - 1;
		} else if (is_wsp(value.p[i])) {
			gap = true;
		} else {
			if (gap && begun)
				to[n++] = ' ';
			to[n++] = value.p[i];
			gap = false;
			begun = true;
		}
	}
	to[n++] = '\r';
	to[n++] = '\n';
	out->n += n;
}

void canon_field(struct buf *out, enum canon how, str raw)
{
	if (how == CANON_RELAXED)
		field_relaxed(out, raw);
	else
		field_simple(out, raw);
}

struct sink { /* canonical octets on their way into the hash */
	struct hash *hash;
	uint64_t left; /* octets still to be hashed */
	uint64_t size; /* octets seen */
	size_t n;
	char chunk[4096];
};

static void flush(struct sink *s)
{
	size_t n = s->n < s->left ? s->n : (size_t)s->left;
	hash_add(s->hash, (str){ s->chunk, n });
	s->left -= n;
	s->size += s->n;
	s->n = 0;
}

static void put(struct sink *s, char c)
{
	if (s->n == sizeof s->chunk)
		flush(s);
	s->chunk[s->n++] = c;
}

static void put_all(struct sink *s, str bytes)
{
	if (bytes.n > sizeof s->chunk - s->n)
		flush(s);
	if (bytes.n <= sizeof s->chunk - s->n) {
		memcpy(s->chunk + s->n, bytes.p ? bytes.p : "", bytes.n);
		s->n += bytes.n;
		return;
	}
	size_t n = bytes.n < s->left ? bytes.n : (size_t)s->left;
	hash_add(s->hash, (str){ bytes.p, n });
	s->left -= n;
	s->size += bytes.n;
}

/* Section 3.4.4: runs of white space become one space, at a line's end nothing. */
static void line_relaxed(struct sink *s, str line)
{
	bool gap = false;
	for (size_t i = 0; i < line.n; i++) {
		if (is_wsp(line.p[i])) {
			gap = true;
			continue;
		}
		if (gap)
			put(s, ' ');
		put(s, line.p[i]);
		gap = false;
	}
}

static str without_trailing_wsp(str line)
{
	while (line.n && is_wsp(line.p[line.n - 1]))
		line.n--;
	return line;
}

void canon_body(str body, enum canon how, uint64_t limit, struct canon_body *out)
{
	struct sink s;
	s.hash = hash_open();
	s.left = limit;
	s.size = s.n = 0;
	size_t empty = 0; /* empty lines held back: at the end they do not count */
	bool any = false;
	str line;
	while (str_line(&body, &line)) {
		if (how == CANON_RELAXED)
			line = without_trailing_wsp(line);
		if (!line.n) {
			empty++;
			continue;
		}
		for (; empty; empty--)
			put_all(&s, STR("\r\n"));
		if (how == CANON_RELAXED)
			line_relaxed(&s, line);
		else
			put_all(&s, line);
		put_all(&s, STR("\r\n"));
		any = true;
	}
	/* Section 3.4.3: an empty body is one CRLF; relaxed it stays empty. */
	if (!any && how == CANON_SIMPLE)
		put_all(&s, STR("\r\n"));
	flush(&s);
	hash_close(s.hash, out->sum);
	out->size = s.size;
}

static const char *const names[] = {
	[CANON_SIMPLE] = "simple", [CANON_RELAXED] = "relaxed"
};

static bool canon_one(str word, enum canon *how)
{
	for (enum canon c = CANON_SIMPLE; c <= CANON_RELAXED; c++)
		if (str_eq(word, str_from(names[c]))) {
			*how = c;
			return true;
		}
	return false;
}

bool canon_parse(str text, enum canon *header, enum canon *body)
{
	str head = text, tail = STR("simple");
	enum canon h, b;
	str_cut(text, '/', &head, &tail);
	if (!canon_one(head, &h) || !canon_one(tail, &b))
		return false;
	*header = h;
	*body = b;
	return true;
}

const char *canon_text(enum canon header, enum canon body)
{
	static const char *const texts[2][2] = {
		{ "simple/simple", "simple/relaxed" },
		{ "relaxed/simple", "relaxed/relaxed" },
	};
	return texts[header][body];
}

const struct canon_body *canon_whole(struct canon_cache *c, enum canon how)
{
	if (!c->known[how])
		canon_body(c->body, how, CANON_ALL, &c->whole[how]);
	c->known[how] = true;
	return &c->whole[how];
}
