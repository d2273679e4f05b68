#include "archive/query_inside.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <unictype.h>

/*     query = { term | term OR term { OR term } }
 *     term  = [ - ] ( [ field: ] ( word [ * ] | "phrase" | "(" query ")" ) | condition )
 */
struct parser {
	struct arena *a;
	str text;
	size_t at;
	int depth;
	size_t terms;
	struct query *q;
	str conditions; /* in words */
};

struct part { /* a stretch of the query: FTS5's expression and ours; "" for none */
	str expr, said;
};

static const struct field {
	const char *name, *columns, *said;
	bool marks; /* is it text that a snippet shows? */
} fields[] = {
	{ "from", "author", "author ", false },
	{ "to", "receiver", "sent to ", false },
	{ "subject", "subject", "subject ", true },
	{ "body", "{body quote}", "text ", true },
	{ "file", "files", "a file ", false },
};

static const struct field ANYWHERE = { "", NULL, "", true };

err query_error(struct arena *a, str text, size_t at, const char *format, ...)
{
	char why[256];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	int column = 1;
	for (str s = str_first(text, at); s.n; column++)
		utf8_next(&s);
	return err_in(a, ERR_SYNTAX, "column %d: %s", column, why);
}

static bool at_end(struct parser *p)
{
	while (p->at < p->text.n && chr_is_space(p->text.p[p->at]))
		p->at++;
	return p->at == p->text.n;
}

/* A bare word from where we stand; a parenthesis ends it only inside a group. */
static str word(struct parser *p)
{
	size_t from = p->at;
	for (; p->at < p->text.n; p->at++) {
		char c = p->text.p[p->at];
		if (chr_is_space(c) || c == '"' || (c == ')' && p->depth))
			break;
	}
	return (str){ p->text.p + from, p->at - from };
}

static bool take_keyword(struct parser *p, str keyword)
{
	if (at_end(p))
		return false;
	size_t from = p->at;
	if (str_eq(word(p), keyword))
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

static void joined(struct arena *a, str *to, str between, str more)
{
	if (more.n)
		*to = to->n ? arena_cat(a, *to, between, more) : more;
}

static err parse_group(struct parser *p, const struct field *f, struct part *out);

/* A word or phrase; nothing where it holds no letter or digit. */
static err parse_text(struct parser *p, const struct field *f, bool negated,
		      struct part *out)
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
		text = word(p);
	}
	/* "half"* and half* take every ending */
	if (phrase && p->at < p->text.n && p->text.p[p->at] == '*')
		prefix = true, p->at++;
	else if (!phrase && text.n > 1 && text.p[text.n - 1] == '*')
		prefix = true, text = str_first(text, text.n - 1);
	if (f != &ANYWHERE && !text.n)
		return query_error(a, p->text, from, "%s: wants a word behind the colon",
				   f->name);
	if (!has_token(text))
		return OK;
	text = utf8_scrub(a, text);
	str star = prefix ? STR("*") : STR("");
	out->expr = arena_cat(a, quoted(a, text), ends_lone(text) ? STR("*") : star);
	if (f->columns)
		out->expr = arena_cat(a, str_from(f->columns), STR(" : "), out->expr);
	str shown = phrase ? arena_cat(a, STR("\""), text, STR("\"")) : text;
	out->said = arena_cat(a, str_from(f->said), shown, star);
	if (f->marks && !negated)
		p->q->marks[p->q->mark_count++] = arena_cat(a, text, star);
	return OK;
}

/* The field or condition whose name and colon stand here; behind the colon then. */
static void take_prefix(struct parser *p, const struct field **f,
			const struct query_cond **c)
{
	str rest = str_skip(p->text, p->at), name, value;
	*f = &ANYWHERE;
	*c = NULL;
	if (!str_cut(rest, ':', &name, &value))
		return;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (str_ieq(name, str_from(fields[i].name)))
			*f = &fields[i];
	*c = query_cond_find(name);
	if (*c || *f != &ANYWHERE)
		p->at = p->text.n - value.n;
}

static err parse_condition(struct parser *p, const struct query_cond *c, bool negated)
{
	if (p->depth)
		return query_error(
			p->a, p->text, p->at,
			"before:, after:, has:, list: and thread: count for the whole "
			"query; write them outside the parentheses");
	size_t from = p->at;
	str said, value = word(p);
	TRY(query_cond_take(p->a, c, p->text, from, value, negated, p->q, &said));
	joined(p->a, &p->conditions, STR(", "), said);
	return OK;
}

/* One term. *is_condition: it went into the query itself, out is empty. */
static err parse_term(struct parser *p, const struct field *within, bool *negated,
		      bool *is_condition, struct part *out)
{
	if (++p->terms > QUERY_TERMS_MAX)
		return FAIL(ERR_LIMIT, "the query has too many words");
	size_t from = p->at;
	*out = (struct part){ 0 };
	*is_condition = false;
	*negated = take_keyword(p, STR("NOT"));
	if (!*negated && p->text.p[p->at] == '-' && p->at + 1 < p->text.n
	    && !chr_is_space(p->text.p[p->at + 1])) {
		*negated = true;
		p->at++;
	}
	if (at_end(p))
		return query_error(p->a, p->text, from, "what is to be left out?");
	const struct field *f;
	const struct query_cond *c;
	take_prefix(p, &f, &c);
	if (c) {
		*is_condition = true;
		return parse_condition(p, c, *negated);
	}
	if (f == &ANYWHERE)
		f = within;
	else if (within != &ANYWHERE)
		return query_error(p->a, p->text, from, "%s: inside %s: finds nothing",
				   f->name, within->name);
	if (p->at < p->text.n && p->text.p[p->at] == '(')
		return parse_group(p, f, out);
	return parse_text(p, f, *negated, out);
}

/* Terms joined by OR. */
static err parse_chain(struct parser *p, const struct field *f, bool *negated,
		       struct part *out)
{
	bool condition, first_condition, other;
	size_t from = p->at;
	TRY(parse_term(p, f, negated, &first_condition, out));
	while (take_keyword(p, STR("OR"))) {
		struct part more;
		if (at_end(p))
			return query_error(p->a, p->text, p->at, "OR what?");
		size_t here = p->at;
		if (take_keyword(p, STR("OR")))
			return query_error(p->a, p->text, here,
					   "OR stands between two words");
		TRY(parse_term(p, f, &other, &condition, &more));
		if (condition || first_condition)
			return query_error(
				p->a, p->text, condition ? here : from,
				"OR joins words; before:, after:, has:, list: and "
				"thread: count for the whole query");
		if (other || *negated)
			return query_error(
				p->a, p->text, other ? here : from,
				"OR joins what is looked for; - cannot stand there");
		joined(p->a, &out->expr, STR(" OR "), more.expr);
		joined(p->a, &out->said, STR(" or "), more.said);
	}
	if (out->expr.n)
		out->expr = arena_cat(p->a, STR("("), out->expr, STR(")"));
	return OK;
}

/* Terms up to the end or the closing parenthesis: what must be there, and what
 * must not. */
static err parse_all(struct parser *p, const struct field *f, struct part *must,
		     struct part * not )
{
	*must = *not = (struct part){ 0 };
	while (!at_end(p) && !(p->depth && p->text.p[p->at] == ')')) {
		size_t from = p->at;
		if (take_keyword(p, STR("AND")))
			continue;
		if (take_keyword(p, STR("OR")))
			return query_error(p->a, p->text, from,
					   "OR stands between two words");
		bool negated;
		struct part x;
		TRY(parse_chain(p, f, &negated, &x));
		struct part *to = negated ? not : must;
		joined(p->a, &to->expr, negated ? STR(" OR ") : STR(" AND "), x.expr);
		joined(p->a, &to->said, negated ? STR(" or ") : STR(" and "), x.said);
	}
	return OK;
}

static err parse_group(struct parser *p, const struct field *f, struct part *out)
{
	size_t from = p->at++;
	if (++p->depth > QUERY_DEPTH_MAX)
		return FAIL(ERR_LIMIT,
			    "the query has too many parentheses inside each other");
	struct part must, not ;
	TRY(parse_all(p, f, &must, &not ));
	if (at_end(p))
		return query_error(p->a, p->text, from,
				   "this parenthesis is never closed");
	p->at++;
	p->depth--;
	if (!must.expr.n)
		return query_error(p->a, p->text, from,
				   "the parentheses hold no word to look for");
	*out = must;
	out->said = arena_cat(p->a, STR("("), must.said, STR(")"));
	if (not .expr.n) {
		out->expr = arena_cat(p->a, STR("("), must.expr, STR(") NOT ("),
				      not .expr, STR(")"));
		out->said = arena_cat(p->a, STR("("), must.said, STR(" without "),
				      not .said, STR(")"));
	}
	out->expr = arena_cat(p->a, STR("("), out->expr, STR(")"));
	return OK;
}

/* Words that stand only in quoted lines are other people's: out, unless asked for. */
static str own_words(struct parser *p, str expr)
{
	if (p->q->quoted || !expr.n)
		return expr;
	return arena_cat(p->a, STR("- quote : ("), expr, STR(")"));
}

static err finish(struct parser *p, const struct part *must, const struct part * not )
{
	struct query *q = p->q;
	if (!must->expr.n && !not ->expr.n && !p->conditions.n)
		return FAIL(ERR_SYNTAX, "nothing to look for: write a word");
	if (!must->expr.n && !p->conditions.n)
		return FAIL(ERR_SYNTAX,
			    "the query only leaves out; write what to look for, too");
	if (must->expr.n && not ->expr.n)
		q->match = own_words(p, arena_cat(p->a, STR("("), must->expr,
						  STR(") NOT ("), not ->expr, STR(")")));
	else
		q->match = own_words(p, must->expr);
	q->without = must->expr.n ? STR("") : own_words(p, not ->expr);
	q->words = must->said;
	joined(p->a, &q->words, STR(", "), p->conditions);
	if (not ->said.n)
		joined(p->a, &q->words, STR(", "),
		       arena_cat(p->a, STR("without "), not ->said));
	return OK;
}

err query_parse(struct arena *a, str text, struct query *q)
{
	if (text.n > QUERY_MAX)
		return FAIL(ERR_LIMIT, "the query is too long");
	struct query made = {
		.from = INT64_MIN,
		.until = INT64_MAX,
		.lists = arena_zero(a, QUERY_TERMS_MAX * sizeof(str)),
		.marks = arena_zero(a, QUERY_TERMS_MAX * sizeof(str)),
	};
	struct parser p = { .a = a, .text = text, .q = &made };
	struct part must, not ;
	TRY(parse_all(&p, &ANYWHERE, &must, &not ));
	TRY(finish(&p, &must, &not ));
	*q = made;
	return OK;
}
