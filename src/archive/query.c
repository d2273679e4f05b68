#include "archive/query_inside.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

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

/* "NEAR", "NEAR/5", "ADJ": how many words may stand between; 0: no such word is here. */
static err take_near(struct query_parser *p, uint64_t *words)
{
	*words = 0;
	if (query_at_end(p))
		return OK;
	size_t from = p->at;
	str w = query_word(p), keyword = w, number = STR("");
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
static err parse_near(struct query_parser *p, const struct query_field *f, bool *negated,
		      bool *condition, struct query_part *out)
{
	uint64_t words, most = 0;
	size_t from = p->at;
	TRY(query_term(p, f, negated, condition, out));
	for (;;) {
		struct query_part more;
		bool other, other_condition;
		query_at_end(p);
		size_t here = p->at;
		TRY(take_near(p, &words));
		if (!words)
			break;
		if (query_at_end(p))
			return query_error(p->a, p->text, here, "near what?");
		TRY(query_term(p, f, &other, &other_condition, &more));
		if (!out->string.n || !more.string.n || other
		    || (more.columns != out->columns && more.columns))
			return query_error(p->a, p->text, from,
					   "NEAR stands between two words or phrases; a "
					   "prefix before the first is for both");
		most = words > most ? words : most;
		out->string = arena_cat(p->a, out->string, STR(" "), more.string);
		query_joined(p->a, &out->said, STR(" near "), more.said);
	}
	if (most)
		out->expr = query_in_columns(p->a, out->columns,
					     arena_printf(p->a, "NEAR(%.*s, %d)",
							  STR_F(out->string), (int)most));
	return OK;
}

/* Terms joined by OR. */
static err parse_chain(struct query_parser *p, const struct query_field *f, bool *negated,
		       struct query_part *out)
{
	bool condition, first_condition, other;
	size_t from = p->at;
	TRY(parse_near(p, f, negated, &first_condition, out));
	while (query_take_keyword(p, STR("OR"))) {
		struct query_part more;
		if (query_at_end(p))
			return query_error(p->a, p->text, p->at, "OR what?");
		size_t here = p->at;
		if (query_take_keyword(p, STR("OR")))
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
		query_joined(p->a, &out->expr, STR(" OR "), more.expr);
		query_joined(p->a, &out->said, STR(" or "), more.said);
	}
	if (out->expr.n)
		out->expr = arena_cat(p->a, STR("("), out->expr, STR(")"));
	return OK;
}

/* Terms up to the end or the closing parenthesis: what must be there, and what
 * must not. */
static err parse_all(struct query_parser *p, const struct query_field *f,
		     struct query_part *must, struct query_part * not )
{
	*must = *not = (struct query_part){ 0 };
	while (!query_at_end(p) && !(p->depth && p->text.p[p->at] == ')')) {
		size_t from = p->at;
		if (query_take_keyword(p, STR("AND")))
			continue;
		if (query_take_keyword(p, STR("OR")))
			return query_error(p->a, p->text, from,
					   "OR stands between two words");
		bool negated;
		struct query_part x;
		TRY(parse_chain(p, f, &negated, &x));
		struct query_part *to = negated ? not : must;
		query_joined(p->a, &to->expr, negated ? STR(" OR ") : STR(" AND "),
			     x.expr);
		query_joined(p->a, &to->said, negated ? STR(" or ") : STR(" and "),
			     x.said);
	}
	return OK;
}

err query_group(struct query_parser *p, const struct query_field *f,
		struct query_part *out)
{
	size_t from = p->at++;
	if (++p->depth > QUERY_DEPTH_MAX)
		return FAIL(ERR_LIMIT,
			    "the query has too many parentheses inside each other");
	struct query_part must, not ;
	TRY(parse_all(p, f, &must, &not ));
	if (query_at_end(p))
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
static str own_words(struct query_parser *p, str expr)
{
	if (p->q->quoted || p->by_term || !expr.n)
		return expr;
	return arena_cat(p->a, STR("- {quote quote_address} : ("), expr, STR(")"));
}

static err finish(struct query_parser *p, const struct query_part *must,
		  const struct query_part * not )
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
	query_joined(p->a, &q->words, STR(", "), p->conditions);
	if (not ->said.n)
		query_joined(p->a, &q->words, STR(", "),
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
		.kept = arena_zero(a, QUERY_TERMS_MAX * sizeof(str)),
		.marks = arena_zero(a, QUERY_TERMS_MAX * sizeof(str)),
	};
	struct query_parser p = { .a = a, .text = text, .q = &made, .by_term = by_term };
	struct query_part must, not ;
	TRY(parse_all(&p, &QUERY_ANYWHERE, &must, &not ));
	TRY(finish(&p, &must, &not ));
	*others = p.others;
	*q = made;
	return OK;
}

str query_names_only(struct arena *a, str expression)
{
	return expression.n ? arena_cat(a,
					STR("- {author_address receiver_address "
					    "body_address quote_address "
					    "inside_address} : ("),
					expression, STR(")"))
			    : expression;
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
