#include "archive/query_inside.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "store/archive/post.h"

#include <stdarg.h>
#include <stdio.h>
#include <unictype.h>

/*     query = { term | term OR term { OR term } }
 *             | term NEAR[/n] term
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
	bool others;    /* some of it looks in quoted lines only */
	bool by_term;   /* so each term says itself that it does not look there */
};

struct part { /* a stretch of the query: FTS5's expression and ours; "" for none */
	str expr, said;
	str string; /* what a single word or phrase is in FTS5, without its columns */
	const char *columns; /* NULL: any */
};

enum { SHOWN = 1, QUOTED = 2, OTHERS = 4, DIFF = 8 };

static const struct field {
	const char *name, *columns, *said;
	unsigned flags;
} fields[] = {
#define FIELD(name, columns, said, flags) { #name, columns, said, flags },
#include "archive/query.def"
};

static const struct field ANYWHERE = { "", NULL, "", SHOWN | QUOTED };

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

static str in_columns(struct arena *a, const char *columns, str expr)
{
	return columns ? arena_cat(a, str_from(columns), STR(" : "), expr) : expr;
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
	out->string = arena_cat(a, quoted(a, text), ends_lone(text) ? STR("*") : star);
	out->columns = f->columns;
	if (p->by_term && f->flags & QUOTED)
		out->columns = f->columns ? str_eq(str_from(f->name), STR("bs"))
						    ? "{subject body}"
						    : "body"
					  : "- quote";
	out->expr = in_columns(a, out->columns, out->string);
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
static void note_unknown(struct parser *p, str name, str value)
{
	bool letters = name.n && name.n <= 12 && value.n && !chr_is_space(value.p[0]);
	for (size_t i = 0; i < name.n; i++)
		letters &= chr_is_alpha(name.p[i]);
	if (!letters || value.p[0] == ':' || value.p[0] == '/' || p->q->unknown.n)
		return;
	p->q->unknown = arena_cat(p->a, name, STR(":"));
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
	else
		note_unknown(p, name, value);
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

/* "NEAR", "NEAR/5", "ADJ": how many words may stand between; 0: no such word is here. */
static err take_near(struct parser *p, uint64_t *words)
{
	*words = 0;
	if (at_end(p))
		return OK;
	size_t from = p->at;
	str w = word(p), keyword = w, number = STR("");
	str_cut(w, '/', &keyword, &number);
	if (!str_eq(keyword, STR("NEAR")) && !str_eq(keyword, STR("ADJ"))) {
		p->at = from;
		return OK;
	}
	*words = 10;
	if (number.n && (!str_u64(number, words) || !*words || *words > 1000))
		return query_error(p->a, p->text, from,
				   "NEAR/ wants a number of words, as in NEAR/5");
	return OK;
}

/* Words that stand near each other. FTS5 knows that of strings in the same columns. */
static err parse_near(struct parser *p, const struct field *f, bool *negated,
		      bool *condition, struct part *out)
{
	uint64_t words, most = 0;
	size_t from = p->at;
	TRY(parse_term(p, f, negated, condition, out));
	for (;;) {
		struct part more;
		bool other, other_condition;
		at_end(p);
		size_t here = p->at;
		TRY(take_near(p, &words));
		if (!words)
			break;
		if (at_end(p))
			return query_error(p->a, p->text, here, "near what?");
		TRY(parse_term(p, f, &other, &other_condition, &more));
		if (!out->string.n || !more.string.n || other
		    || (more.columns != out->columns && more.columns))
			return query_error(p->a, p->text, from,
					   "NEAR stands between two words or phrases; a "
					   "prefix before the first is for both");
		most = words > most ? words : most;
		out->string = arena_cat(p->a, out->string, STR(" "), more.string);
		joined(p->a, &out->said, STR(" near "), more.said);
	}
	if (most)
		out->expr = in_columns(p->a, out->columns,
				       arena_printf(p->a, "NEAR(%.*s, %d)",
						    STR_F(out->string), (int)most));
	return OK;
}

/* Terms joined by OR. */
static err parse_chain(struct parser *p, const struct field *f, bool *negated,
		       struct part *out)
{
	bool condition, first_condition, other;
	size_t from = p->at;
	TRY(parse_near(p, f, negated, &first_condition, out));
	while (take_keyword(p, STR("OR"))) {
		struct part more;
		if (at_end(p))
			return query_error(p->a, p->text, p->at, "OR what?");
		size_t here = p->at;
		if (take_keyword(p, STR("OR")))
			return query_error(p->a, p->text, here,
					   "OR stands between two words");
		TRY(parse_near(p, f, &other, &condition, &more));
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
	if (p->q->quoted || p->by_term || !expr.n)
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

static err parse(struct arena *a, str text, int64_t now, bool by_term, bool *others,
		 struct query *q)
{
	struct query made = {
		.now = now,
		.from = INT64_MIN,
		.until = INT64_MAX,
		.lists = arena_zero(a, QUERY_TERMS_MAX * sizeof(str)),
		.marks = arena_zero(a, QUERY_TERMS_MAX * sizeof(str)),
	};
	struct parser p = { .a = a, .text = text, .q = &made, .by_term = by_term };
	struct part must, not ;
	TRY(parse_all(&p, &ANYWHERE, &must, &not ));
	TRY(finish(&p, &must, &not ));
	*others = p.others;
	*q = made;
	return OK;
}

/* Where some of it looks in quoted lines only, it is read again: the filter that keeps the
 * rest out of them cannot stand around the whole then. */
err query_parse(struct arena *a, str text, int64_t now, struct query *q)
{
	bool others;
	struct query made;
	if (text.n > QUERY_MAX)
		return FAIL(ERR_LIMIT, "the query is too long");
	TRY(parse(a, text, now, false, &others, &made));
	if (others && !made.quoted)
		TRY(parse(a, text, now, true, &others, &made));
	*q = made;
	return OK;
}
