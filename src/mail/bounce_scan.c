#include "mail/bounce_scan.h"

#include "base/utf8.h"
#include "mail/bounce_match.h"
#include "mail/lex.h"

enum {
	FAILURES_MAX = 100,
	GROUP_MAX = 4, /* addresses of one failure: what it was, what it became */
	IDLE_MAX = 3,  /* lines between the beginning and the first address, */
	IDLE_BRACKETS_MAX = 20, /* and where it is marked so that no other fits */
	BEGINS_MAX = 20,
	WORDS_MAX = 1000,
};

static const struct format {
	const char *name;
	str needs, begin, line, end;
	bool lasting;
} formats[] = {
#define FORMAT(name, needs, begin, line, end, lasting) \
	{ name, STR(needs), STR(begin), STR(line), STR(end), lasting },
#include "mail/bounce.def"
};

/* A report being read. */
struct reader {
	struct arena *a;
	const struct format *format;
	str from;
	struct bounce *b;
	str group[GROUP_MAX]; /* of the failure whose words are being read */
	size_t count;
	str words, announced;   /* what stands for words where there are none */
	size_t indent, idle;    /* of the first address; lines before it */
	bool listens;           /* lines are words on the failure */
	bool spoken;            /* the line of the address says what it is about */
	bool paragraph, closed; /* the line begins one; addresses are over */
};

static struct bounce_failure *known(struct bounce *b, str address)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_ieq(b->failures[i].address, address))
			return &b->failures[i];
	return NULL;
}

void bounce_add(struct arena *a, struct bounce *b, struct bounce_failure f)
{
	struct bounce_failure *old = known(b, f.address);
	if (old ? old->permanent || !f.permanent : b->count == FAILURES_MAX)
		return;
	f.class = bounce_classify(f.status, f.diagnostic);
	f.status = bounce_status(f.status, f.diagnostic);
	if (!b->failures)
		b->failures = arena_alloc(a, FAILURES_MAX * sizeof *b->failures);
	if (old)
		*old = f;
	else
		b->failures[b->count++] = f;
}

/* Lines as one. */
static str one_line(struct arena *a, str s)
{
	s = lex_calm(a, utf8_first(str_trim(s), WORDS_MAX));
	char *out = arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' || (n && out[n - 1] != ' '))
			out[n++] = s.p[i];
	return (str){ out, n };
}

/* "host mx.x.example[192.0.2.1] said: 550": who said it. */
static str remote_of(str words)
{
	str behind, name;
	if (!bounce_phrase(words, STR("host "), &behind) || !str_word(&behind, &name))
		return STR_NONE;
	size_t n = 0;
	while (n < name.n && (lex_is(name.p[n], LEX_LDH) || name.p[n] == '.'))
		n++;
	return str_has(str_first(name, n), '.') ? str_first(name, n) : STR_NONE;
}

/* Words without what stands between them and the address. */
static str reason(str words)
{
	words = str_trim(words);
	while (words.n && str_has(STR(":,;>)"), *words.p))
		words = str_trim(str_skip(words, 1));
	return words;
}

/* A failure's words are complete. */
static void close_group(struct reader *r)
{
	str words = reason(r->words);
	words = one_line(r->a, words.n ? words : r->announced);
	for (size_t i = 0; i < r->count; i++)
		bounce_add(r->a, r->b,
			   (struct bounce_failure){ .address = r->group[i],
						    .permanent = r->format->lasting,
						    .diagnostic = words,
						    .remote = remote_of(words) });
	r->count = 0;
	r->words = STR_NONE;
}

/* A name alone is an address only at the server that is meant. */
static bool is_at(str from, str domain)
{
	return str_ieq(from, domain)
	       || (from.n > domain.n && from.p[from.n - domain.n - 1] == '.'
		   && str_ieq(str_skip(from, from.n - domain.n), domain));
}

static bool completes(const struct reader *r, const struct bounce_match *m)
{
	return !m->count || !m->domains[0].n || is_at(r->from, m->domains[0]);
}

/* Where no list is announced the line itself says what it is about. */
static bool speaks(const struct format *f)
{
	return !f->begin.n && !str_starts(f->line, STR("<"));
}

static void take_addresses(struct reader *r, str line, const struct bounce_match *m)
{
	if (!m->note)
		close_group(r);
	for (size_t i = 0; i < m->count && r->count < GROUP_MAX; i++)
		r->group[r->count++] = m->domains[i].n
					       ? arena_cat(r->a, m->addresses[i],
							   STR("@"), m->domains[i])
					       : m->addresses[i];
	r->spoken = speaks(r->format);
	if (r->spoken)
		r->words = line;
	else if (!m->note || !reason(r->words).n)
		r->words = m->rest;
}

static void take_words(struct reader *r, str line)
{
	if (!r->words.n)
		r->words = line;
	r->words.n = (size_t)(line.p + line.n - r->words.p);
}

/* "  * a@b.example" and "-- a@b.example" as their addresses. */
static str without_bullet(str line)
{
	str t = line;
	while (t.n && str_has(STR("*-"), *t.p))
		t = str_skip(t, 1);
	return t.n < line.n && t.n && chr_is_space(*t.p) ? str_trim(t) : line;
}

static size_t indent_of(str line)
{
	size_t n = 0;
	while (n < line.n && chr_is_space(line.p[n]))
		n++;
	return n;
}

/* Reasons stand deeper than the addresses that they are for, and name others. */
static bool fits_line(struct reader *r, str line, struct bounce_match *m)
{
	str text = str_trim(line);
	if (!bounce_match(r->format->line, text, m)
	    && !bounce_match(r->format->line, without_bullet(text), m))
		return false;
	return completes(r, m)
	       && (m->note || !r->count || !r->format->begin.n
		   || indent_of(line) <= r->indent);
}

/* The first line of a paragraph that names no address, behind some that did: it is the
 * reason, where none is told yet, or something else. False: the list is over. */
static bool begin_paragraph(struct reader *r, str line)
{
	bool wanting = !reason(r->words).n;
	r->listens = wanting || r->spoken;
	r->spoken = false;
	if (wanting)
		r->words = line;
	else if (r->listens)
		take_words(r, line);
	r->closed = r->format->begin.n > 0;
	return r->listens || !r->closed;
}

/* Some announce the list anew before each address. */
static bool announces(const struct reader *r, str line)
{
	str behind;
	return r->format->begin.n && bounce_phrase(line, r->format->begin, &behind);
}

static size_t idle_max(const struct format *f)
{
	return str_starts(f->line, STR("<@>:")) ? IDLE_BRACKETS_MAX : IDLE_MAX;
}

/* A line behind the beginning; bare: without white space at its ends. False: it is the
 * last. */
static bool read_line(struct reader *r, str line, str bare)
{
	struct bounce_match m;
	if (!bare.n) {
		r->paragraph = true;
		return !r->closed || str_ends(str_trim(r->words), STR(":"));
	}
	if (!r->closed && r->count && r->format->end.n
	    && bounce_match(r->format->end, bare, &m))
		return false;
	if (!r->closed && fits_line(r, line, &m)) {
		if (!r->count)
			r->indent = indent_of(line);
		take_addresses(r, line, &m);
		r->listens = true;
	} else if (!r->count) {
		return ++r->idle <= idle_max(r->format) || !r->format->begin.n;
	} else if (announces(r, line)) {
		return true; /* as if it were empty */
	} else if (r->paragraph && !r->closed) {
		r->paragraph = false;
		return begin_paragraph(r, line);
	} else if (r->listens) {
		take_words(r, line);
	}
	r->paragraph = false;
	return true;
}

static void read_lines(struct reader *r, str text)
{
	r->paragraph = true;
	r->closed = false;
	for (str line; str_line(&text, &line);)
		if (!read_line(r, line, str_trim(line)))
			break;
	close_group(r);
}

/* The line at whose end, or before, `at` stands. */
static str line_before(str text, const char *at)
{
	const char *line = at;
	while (line > text.p && line[-1] != '\n')
		line--;
	return str_trim((str){ line, (size_t)(at - line) });
}

static void read_format(struct reader *r, str text)
{
	str behind, line;
	if (!r->format->begin.n) {
		read_lines(r, text);
		return;
	}
	size_t tries = 0; /* a report may be nothing but beginnings */
	for (str rest = text; !r->b->count && tries++ < BEGINS_MAX
			      && bounce_phrase(rest, r->format->begin, &behind);
	     rest = behind) {
		r->announced = line_before(text, behind.n ? behind.p : text.p + text.n);
		r->idle = 0;
		/* what is quoted is not said; the list stands on the next line */
		if (!str_starts(r->announced, STR(">")) && str_line(&behind, &line))
			read_lines(r, behind);
	}
}

/* A server's reply in a line, at its start or behind "Received >>> " or "host x: ". */
static str reply_in(str line)
{
	for (size_t i = 0; i + 4 <= line.n; i++) {
		const char *p = line.p + i;
		bool starts = !i
			      || (i > 1 && p[-1] == ' '
				  && (p[-2] == ':' || p[-2] == '>'));
		if (starts && (*p == '4' || *p == '5') && chr_is_digit(p[1])
		    && chr_is_digit(p[2]) && (p[3] == ' ' || p[3] == '-'))
			return str_skip(line, i);
	}
	return STR_NONE;
}

/* Where one address failed and nothing is said behind it, the server's reply may stand
 * in a transcript. */
static void find_reply(struct arena *a, str text, struct bounce *b)
{
	struct bounce_failure *f = b->failures;
	if (b->count != 1 || f->class != BOUNCE_OTHER || reply_in(f->diagnostic).n)
		return;
	for (str line; str_line(&text, &line);) {
		str reply = reply_in(str_trim(line));
		if (!reply.n)
			continue;
		b->count = 0;
		f->diagnostic = one_line(a, reply);
		bounce_add(a, b, *f);
		return;
	}
}

void bounce_scan(struct arena *a, const struct bounce_notice *n, str from,
		 struct bounce *b)
{
	str behind;
	for (size_t i = 0; i < sizeof formats / sizeof *formats && !b->count; i++) {
		struct reader r = { .a = a, .format = &formats[i], .from = from, .b = b };
		if (!bounce_phrase(n->whole, formats[i].needs, &behind))
			continue;
		read_format(&r, n->text);
		b->format = b->count ? formats[i].name : NULL;
	}
	find_reply(a, n->text, b);
}
