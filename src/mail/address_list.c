/* The addresses of a header field, as real mailers write them. One pass: words
 * gather until a comma or a semicolon says what they were. */
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/address.h"
#include "mail/domain.h"
#include "mail/encword.h"
#include "mail/lex.h"

enum { MAILBOXES_MAX = 10000, DOMAIN_OCTETS = 255 };

struct list {
	struct arena *a;
	struct lex l;
	struct mailbox *boxes;
	size_t count, room;
	/* the element being read */
	str start;       /* from it to the end of the value */
	struct buf name; /* its words, one space between two */
	str comment;     /* the last one */
	struct address angle;
	bool has_angle;
	str held;      /* words before a comma: perhaps of "Doe, John <j@x.example>" */
	bool no_close; /* there is no > any more */
};

static bool local_fits(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return false;
	return s.n && utf8_valid(s);
}

/* A dot with white space and comments around it (RFC 5322 section 4.4). */
static bool take_dot(struct lex *l)
{
	struct lex behind = *l;
	lex_cfws(&behind);
	l->open_comment = behind.open_comment;
	if (lex_peek(&behind) != '.')
		return false;
	lex_skip(&behind, 1);
	lex_cfws(&behind);
	*l = behind;
	return true;
}

static bool read_domain(struct arena *a, struct lex *l, str *domain)
{
	char text[DOMAIN_OCTETS + 2];
	size_t n = 0;
	str inner, rest;
	lex_cfws(l);
	if (lex_peek(l) == '[' && str_cut(l->rest, ']', &inner, &rest)) {
		*domain = arena_lower(a, (str){ inner.p, inner.n + 1 });
		l->rest = rest;
		return domain_literal(*domain);
	}
	for (bool more = true; more;) {
		str label = lex_run(l, LEX_ATEXT, true);
		if (!label.n)
			break; /* a full stop at the end, as zone files have it */
		if (n + label.n > DOMAIN_OCTETS)
			return false;
		memcpy(text + n, label.p, label.n);
		n += label.n;
		text[n++] = '.';
		more = take_dot(l);
	}
	str s = { text, n ? n - 1 : 0 };
	*domain = arena_lower(a, s);
	return domain_labels(s, DOMAIN_UTF8 | DOMAIN_UNDERSCORE);
}

/* obs-local-part: words with dots between, white space around them. */
static bool read_local(struct lex *l, struct arena *a, struct buf *local)
{
	str word;
	bool dot = take_dot(l);
	if (dot)
		buf_add_char(local, '.');
	bool joined = !local->n || dot;
	if (!lex_quoted(a, l, &word))
		word = lex_run(l, LEX_ATEXT, true);
	if (!word.n)
		return dot;
	if (!joined) /* another word: what stood before it is no part of it */
		buf_clear(local);
	buf_add(local, word);
	return true;
}

/* local@domain somewhere in l; exact: with no other word before it. A second @
 * makes it nobody's: readers disagree about which one counts. */
static bool read_spec(struct arena *a, struct lex *l, bool exact, struct address *out)
{
	BUF(local);
	for (lex_cfws(l); l->rest.n; lex_cfws(l)) {
		size_t before = local.n;
		if (*l->rest.p == '@' && local.n) {
			lex_skip(l, 1);
			out->local = arena_copy(a, buf_str(&local));
			return read_domain(a, l, &out->domain) && lex_peek(l) != '@'
			       && local_fits(out->local);
		}
		bool took = read_local(l, a, &local);
		if (exact && (!took || local.n <= before))
			return false;
		if (!took) {
			buf_clear(&local);
			lex_skip(l, 1);
		}
	}
	return false;
}

static err add(struct list *s, str name, const struct address *x)
{
	if (s->count == MAILBOXES_MAX)
		return FAIL(ERR_LIMIT, "field holds over 10,000 addresses");
	if (s->count == s->room) {
		struct mailbox *old = s->boxes;
		s->room = s->room ? 4 * s->room : 4;
		s->boxes = arena_alloc(s->a, s->room * sizeof *s->boxes);
		if (old)
			memcpy(s->boxes, old, s->count * sizeof *old);
	}
	name = str_trim(encword_decode(s->a, name));
	s->boxes[s->count++] = (struct mailbox){ name, *x };
	return OK;
}

/* At a separator, or where one was forgotten. */
static err end_element(struct list *s, char separator)
{
	struct address x;
	str name = arena_copy(s->a, buf_str(&s->name)), held = s->held;
	struct lex text = { { s->start.p, s->start.n - s->l.rest.n }, false };
	s->held = STR_NONE;
	buf_clear(&s->name);
	if (s->has_angle) {
		if (held.n && name.n)
			name = arena_cat(s->a, held, STR(", "), name);
		TRY(add(s, name.n ? name : s->comment, &s->angle));
	} else if (name.n && read_spec(s->a, &text, false, &x)) {
		TRY(add(s, s->comment, &x));
	} else if (separator == ',' && !str_has(name, '@')) {
		s->held = name;
	}
	s->has_angle = false;
	s->comment = STR_NONE;
	return OK;
}

/* <local@domain>, perhaps behind a source route, which is dropped as RFC 5322
 * section 4.4 says. What is broken is skipped with its brackets. */
static err read_angle(struct list *s)
{
	struct address x;
	str inside, rest, route;
	if (s->no_close || !str_cut(str_skip(s->l.rest, 1), '>', &inside, &rest)) {
		s->no_close = true;
		lex_skip(&s->l, 1);
		return OK;
	}
	if (s->has_angle) {
		TRY(end_element(s, ' '));
		s->start = s->l.rest;
	}
	struct lex l = { str_skip(s->l.rest, 1), s->l.open_comment };
	lex_cfws(&l);
	while (lex_peek(&l) == '<')
		lex_skip(&l, 1);
	if (lex_peek(&l) == '@' && str_cut(inside, ':', &route, &inside))
		l.rest = (str){ inside.p, (size_t)(l.rest.p + l.rest.n - inside.p) };
	bool ok = read_spec(s->a, &l, true, &x);
	lex_cfws(&l);
	if (ok && lex_peek(&l) == '>') {
		s->angle = x;
		s->has_angle = true;
		while (lex_peek(&l) == '>')
			lex_skip(&l, 1);
		rest = l.rest;
	}
	s->l = (struct lex){ rest, l.open_comment };
	return OK;
}

/* A word of a name: up to what separates, an encoded word whole (some hold
 * commas), a literal whole. */
static str take_word(struct list *s)
{
	str text = s->l.rest, inner, rest;
	size_t n = encword_length(text);
	while (!n
	       || (n < text.n && !lex_is(text.p[n], LEX_WSP)
		   && !memchr(",;:<\"(", text.p[n], 6))) {
		if (n && text.p[n] == '[' && text.p[n - 1] == '@'
		    && str_cut(str_first(str_skip(text, n), 64), ']', &inner, &rest))
			n += inner.n;
		n++;
	}
	lex_skip(&s->l, n);
	return str_first(text, n);
}

static err read_element_piece(struct list *s, bool spaced)
{
	str word;
	bool quoted = lex_quoted(s->a, &s->l, &word);
	if (!quoted)
		word = take_word(s);
	if (s->name.n && spaced)
		buf_add_char(&s->name, ' ');
	buf_add(&s->name, word);
	return OK;
}

static err read_list(struct list *s)
{
	while (s->l.rest.n) {
		size_t before = s->l.rest.n;
		while (s->l.rest.n && lex_is(*s->l.rest.p, LEX_WSP))
			lex_skip(&s->l, 1);
		if (!s->l.rest.n)
			break;
		if (lex_comment(s->a, &s->l, &s->comment))
			continue;
		char c = *s->l.rest.p;
		if (c == ',' || c == ';' || c == ':') {
			if (c != ':')
				TRY(end_element(s, c));
			buf_clear(
				&s->name); /* what stands before a colon names a group */
			lex_skip(&s->l, 1);
			s->start = s->l.rest;
		} else if (c == '<') {
			TRY(read_angle(s));
		} else {
			TRY(read_element_piece(s, s->l.rest.n < before));
		}
	}
	return end_element(s, ' ');
}

err address_list(struct arena *a, str value, struct mailbox **out, size_t *count)
{
	struct list s = { .a = a, .l = { value, false }, .start = value };
	err e = read_list(&s);
	buf_free(&s.name);
	TRY(e);
	*out = s.boxes;
	*count = s.count;
	return OK;
}

/* The name of a mailbox before its address: a phrase (RFC 5322 section 3.2.5). */
str phrase_text(struct arena *a, str name)
{
	bool atoms = true;
	name = str_trim(encword_encode(a, name, 0, true));
	if (str_starts(name, STR("=?")))
		return name;
	for (size_t i = 0; i < name.n; i++)
		atoms = atoms && (lex_is(name.p[i], LEX_ATEXT) || name.p[i] == ' ');
	if (atoms)
		return name;
	BUF(quoted);
	buf_add_char(&quoted, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_add_char(&quoted, '\\');
		buf_add_char(&quoted, name.p[i]);
	}
	buf_add_char(&quoted, '"');
	return arena_copy(a, buf_str(&quoted));
}

str mailbox_text(struct arena *a, const struct mailbox *m)
{
	str address = address_text(a, &m->address), name = phrase_text(a, m->name);
	return name.n ? arena_cat(a, name, STR(" <"), address, STR(">")) : address;
}
