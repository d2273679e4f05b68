#include "archive/query_inside.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "store/archive/post.h"

#include <unictype.h>

enum { SHOWN = 1, QUOTED = 2, OTHERS = 4, DIFF = 8 };

static const struct query_field fields[] = {
#define FIELD(name, columns, said, flags) { #name, columns, said, flags },
#include "archive/query.def"
};

const struct query_field QUERY_ANYWHERE = { "", NULL, "", SHOWN | QUOTED };

bool query_at_end(struct query_parser *p)
{
	while (p->at < p->text.n && chr_is_space(p->text.p[p->at]))
		p->at++;
	return p->at == p->text.n;
}

/* A bare word from where we stand; a parenthesis ends it only inside a group. */
str query_word(struct query_parser *p)
{
	size_t from = p->at;
	for (; p->at < p->text.n; p->at++) {
		char c = p->text.p[p->at];
		if (chr_is_space(c) || c == '"' || (c == ')' && p->depth))
			break;
	}
	return (str){ p->text.p + from, p->at - from };
}

bool query_take_keyword(struct query_parser *p, str keyword)
{
	if (query_at_end(p))
		return false;
	size_t from = p->at;
	if (str_eq(query_word(p), keyword))
		return true;
	p->at = from;
	return false;
}

/* Would FTS5's tokenizer find anything in it? */
static bool has_token(str s)
{
	while (s.n) {
		uint32_t c = utf8_next(&s);
		if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L
								| UC_CATEGORY_MASK_N
								| UC_CATEGORY_MASK_Co))
			return true;
	}
	return false;
}

/* A single character of a script without blanks, at the end: of the index it is only the
 * begin of a pair. */
static bool ends_lone(str s)
{
	bool before = false, last = false;
	while (s.n) {
		before = last;
		last = utf8_is_east(utf8_next(&s));
	}
	return last && !before;
}

/* text as a string of FTS5: between double quotes, each of its own doubled. */
static str quoted(struct arena *a, str text)
{
	BUF(b);
	buf_add_char(&b, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_add_char(&b, '"');
		buf_add_char(&b, text.p[i] ? text.p[i] : ' ');
	}
	buf_add_char(&b, '"');
	return arena_copy(a, buf_str(&b));
}

void query_joined(struct arena *a, str *to, str between, str more)
{
	if (more.n)
		*to = to->n ? arena_cat(a, *to, between, more) : more;
}

str query_in_columns(struct arena *a, const char *columns, str expr)
{
	return columns ? arena_cat(a, str_from(columns), STR(" : "), expr) : expr;
}

/* A word or phrase; nothing where it holds no letter or digit. */
static err parse_text(struct query_parser *p, const struct query_field *f, bool negated,
		      struct query_part *out)
{
	struct arena *a = p->a;
	size_t from = p->at;
	bool phrase = p->at < p->text.n && p->text.p[p->at] == '"', prefix = false;
	str text;
	if (phrase) {
		str rest = str_skip(p->text, p->at + 1), tail;
		if (!str_cut(rest, '"', &text, &tail))
			return query_error(a, p->text, from, "this quotation has no end");
		p->at = p->text.n - tail.n;
	} else {
		text = query_word(p);
	}
	/* "half"* and half* take every ending */
	if (phrase && p->at < p->text.n && p->text.p[p->at] == '*')
		prefix = true, p->at++;
	else if (!phrase && text.n > 1 && text.p[text.n - 1] == '*')
		prefix = true, text = str_first(text, text.n - 1);
	if (f != &QUERY_ANYWHERE && !text.n)
		return query_error(a, p->text, from, "%s: wants a word behind the colon",
				   f->name);
	if (!has_token(text))
		return OK;
	text = utf8_scrub(a, text);
	str star = prefix ? STR("*") : STR("");
	out->string = arena_cat(a, quoted(a, text), ends_lone(text) ? STR("*") : star);
	out->columns = f->columns;
	if (p->by_term && f->flags & QUOTED)
		out->columns = f->columns ? str_eq(str_from(f->name), STR("bs"))
						    ? "{subject body body_address}"
						    : "{body body_address}"
					  : "- {quote quote_address}";
	out->expr = query_in_columns(a, out->columns, out->string);
	p->others |= (f->flags & OTHERS) != 0;
	if (f->flags & DIFF && !negated)
		p->q->has |= ARCHIVE_PATCH;
	str shown = phrase ? arena_cat(a, STR("\""), text, STR("\"")) : text;
	out->said = arena_cat(a, str_from(f->said), shown, star);
	if (f->flags & SHOWN && !negated)
		p->q->marks[p->q->mark_count++] = arena_cat(a, text, star);
	return OK;
}

/* Looks like a prefix, but is none: "fron:anna", not "http://x", "std::string", "12:30". */
static void note_unknown(struct query_parser *p, str name, str value)
{
	bool letters = name.n && name.n <= 12 && value.n && !chr_is_space(value.p[0]);
	for (size_t i = 0; i < name.n; i++)
		letters &= chr_is_alpha(name.p[i]);
	if (!letters || value.p[0] == ':' || value.p[0] == '/' || p->q->unknown.n)
		return;
	p->q->unknown = arena_cat(p->a, name, STR(":"));
}

/* The field or condition whose name and colon stand here; behind the colon then. */
static void take_prefix(struct query_parser *p, const struct query_field **f,
			const struct query_cond **c)
{
	str rest = str_skip(p->text, p->at), name, value;
	*f = &QUERY_ANYWHERE;
	*c = NULL;
	if (!str_cut(rest, ':', &name, &value))
		return;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (str_ieq(name, str_from(fields[i].name)))
			*f = &fields[i];
	*c = query_cond_find(name);
	if (*c || *f != &QUERY_ANYWHERE)
		p->at = p->text.n - value.n;
	else
		note_unknown(p, name, value);
}

static err parse_condition(struct query_parser *p, const struct query_cond *c,
			   bool negated)
{
	if (p->depth)
		return query_error(
			p->a, p->text, p->at,
			"before:, after:, has:, list: and thread: count for the whole "
			"query; write them outside the parentheses");
	size_t from = p->at;
	str said, value = query_word(p);
	TRY(query_cond_take(p->a, c, p->text, from, value, negated, p->q, &said));
	query_joined(p->a, &p->conditions, STR(", "), said);
	return OK;
}

/* One term. *is_condition: it went into the query itself, out is empty. */
err query_term(struct query_parser *p, const struct query_field *within, bool *negated,
	       bool *is_condition, struct query_part *out)
{
	if (++p->terms > QUERY_TERMS_MAX)
		return FAIL(ERR_LIMIT, "the query has too many words");
	size_t from = p->at;
	*out = (struct query_part){ 0 };
	*is_condition = false;
	*negated = query_take_keyword(p, STR("NOT"));
	if (!*negated && p->text.p[p->at] == '-' && p->at + 1 < p->text.n
	    && !chr_is_space(p->text.p[p->at + 1])) {
		*negated = true;
		p->at++;
	}
	if (query_at_end(p))
		return query_error(p->a, p->text, from, "what is to be left out?");
	const struct query_field *f;
	const struct query_cond *c;
	take_prefix(p, &f, &c);
	if (c) {
		*is_condition = true;
		return parse_condition(p, c, *negated);
	}
	if (f == &QUERY_ANYWHERE)
		f = within;
	else if (within != &QUERY_ANYWHERE)
		return query_error(p->a, p->text, from, "%s: inside %s: finds nothing",
				   f->name, within->name);
	if (p->at < p->text.n && p->text.p[p->at] == '(')
		return query_group(p, f, out);
	return parse_text(p, f, *negated, out);
}
