/* The plural rule of a catalog: C's operators over n, from ?: down to !, as gettext
 * takes them. It is short, so it is worked out where it stands, each time. */
#include "base/catalog.h"

enum { DEPTH_MAX = 20 };

struct rule {
	str rest;
	uint64_t n;
	unsigned depth;
	bool wrong;
};

/* Binary operators, those that bind loosest first. A longer one stands before its
 * beginning. */
static const struct operator_row {
	const char *sign;
	unsigned level;
} operators[] = {
	{ "||", 0 }, { "&&", 1 }, { "==", 2 }, { "!=", 2 }, { "<=", 3 },
	{ ">=", 3 }, { "<", 3 },  { ">", 3 },  { "+", 4 },  { "-", 4 },
	{ "*", 5 },  { "/", 5 },  { "%", 5 },
};
enum { LEVELS = 6 };

static uint64_t choice(struct rule *r);

static bool take(struct rule *r, const char *sign)
{
	r->rest = str_trim(r->rest);
	if (!str_starts(r->rest, str_from(sign)))
		return false;
	r->rest = str_skip(r->rest, str_from(sign).n);
	return true;
}

static uint64_t number(struct rule *r)
{
	size_t n = 0;
	uint64_t value = 0;
	while (n < r->rest.n && chr_is_digit(r->rest.p[n]))
		n++;
	if (!str_u64(str_first(r->rest, n), &value))
		r->wrong = true;
	r->rest = str_skip(r->rest, n);
	return value;
}

static uint64_t operand(struct rule *r)
{
	uint64_t value;
	if (r->wrong || ++r->depth > DEPTH_MAX) {
		r->wrong = true;
		return 0;
	}
	if (take(r, "!")) {
		value = !operand(r);
	} else if (take(r, "(")) {
		value = choice(r);
		r->wrong = !take(r, ")") || r->wrong;
	} else {
		value = take(r, "n") ? r->n : number(r);
	}
	r->depth--;
	return value;
}

static uint64_t apply(struct rule *r, char sign, uint64_t a, uint64_t b)
{
	switch (sign) {
	case '|':
		return a || b;
	case '&':
		return a && b;
	case '=':
		return a == b;
	case '!':
		return a != b;
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		break;
	}
	r->wrong = r->wrong || !b;
	return !b ? 0 : sign == '/' ? a / b : a % b;
}

static uint64_t compare(const char *sign, uint64_t a, uint64_t b)
{
	bool same = sign[1] == '=' && a == b;
	return same || (sign[0] == '<' ? a < b : a > b);
}

static const char *operator_at(struct rule *r, unsigned level)
{
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (operators[i].level == level && take(r, operators[i].sign))
			return operators[i].sign;
	return NULL;
}

static uint64_t binary(struct rule *r, unsigned level)
{
	if (level == LEVELS)
		return operand(r);
	uint64_t value = binary(r, level + 1);
	const char *sign;
	while (!r->wrong && (sign = operator_at(r, level))) {
		uint64_t right = binary(r, level + 1);
		value = level == 3 ? compare(sign, value, right)
				   : apply(r, sign[0], value, right);
	}
	return value;
}

static uint64_t choice(struct rule *r)
{
	if (r->wrong || ++r->depth > DEPTH_MAX) {
		r->wrong = true;
		return 0;
	}
	uint64_t value = binary(r, 0);
	if (take(r, "?")) {
		uint64_t yes = choice(r);
		r->wrong = !take(r, ":") || r->wrong;
		uint64_t no = choice(r);
		value = value ? yes : no;
	}
	r->depth--;
	return value;
}

err plural_form(str rule, uint64_t n, uint64_t *form)
{
	struct rule r = { .rest = rule, .n = n };
	uint64_t value = choice(&r);
	if (r.wrong || str_trim(r.rest).n)
		return FAIL(ERR_SYNTAX, "a catalog's plural rule cannot be worked out");
	*form = value;
	return OK;
}
