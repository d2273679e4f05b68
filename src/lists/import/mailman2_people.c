#include "lists/import/mailman2_inside.h"
#include "lists/owner.h"
#include "lists/pattern.h"
#include "mail/address.h"
#include "store/lists/ban.h"
#include "store/lists/header_rule.h"
#include "store/lists/role.h"

static const struct pickle *list_of(const struct moving *x, const char *name, uint32_t *n)
{
	const struct pickle *p = mailman2_get(&x->config, name);
	*n = p && (p->type == PICKLE_LIST || p->type == PICKLE_TUPLE) ? p->count : 0;
	return p;
}

static err has_role(struct moving *x, str role, str key, bool *yes)
{
	struct role_row *r;
	size_t n;
	*yes = false;
	TRY(role_list(x->books->lists, x->a, x->list, &r, &n));
	for (size_t i = 0; i < n; i++)
		*yes = *yes || (str_eq(r[i].role, role) && str_eq(r[i].key, key));
	return OK;
}

static err move_role(struct moving *x, const char *role, const char *what)
{
	uint32_t n;
	int64_t here = 0;
	const struct pickle *all = list_of(x, role, &n);
	for (uint32_t i = 0; i < n; i++) {
		str text = str_trim(mailman2_text(&x->config, all->items[i]));
		struct address who;
		bool there;
		if (address_parse(x->a, text, &who).kind) {
			import_report_note(x->report,
					   "%s \"%.*s\" is left out: it is no address",
					   role, STR_F(text));
			continue;
		}
		here++;
		TRY(has_role(x, str_from(role), address_key(x->a, &who), &there));
		if (there)
			continue;
		x->report->written++;
		TRY(role_give(x->books, x->a, x->list, str_from(role), text, true,
			      x->by));
	}
	import_report_count(x->report, what, n, here);
	return OK;
}

err move_roles(struct moving *x)
{
	TRY(move_role(x, "owner", "owners"));
	return move_role(x, "moderator", "moderators");
}

static err move_ban(struct moving *x, const struct ban_row *known, size_t n, str pattern)
{
	str key = str_starts(pattern, STR("^")) ? pattern : arena_lower(x->a, pattern);
	for (size_t i = 0; i < n; i++)
		if (str_eq(known[i].pattern, key))
			return OK;
	TRY(ban_put(x->books, x->a, x->list, pattern, STR("banned in Mailman"), x->by));
	x->report->written++;
	return OK;
}

err move_bans(struct moving *x)
{
	uint32_t n;
	int64_t here = 0;
	struct ban_row *known;
	size_t known_count;
	const struct pickle *all = list_of(x, "ban_list", &n);
	TRY(ban_list(x->books->lists, x->a, x->list, &known, &known_count));
	for (uint32_t i = 0; i < n; i++) {
		str pattern = str_trim(mailman2_text(&x->config, all->items[i]));
		err e = move_ban(x, known, known_count, pattern);
		if (err_is_passing(e))
			return e;
		if (e.kind)
			import_report_note(x->report, "ban %.*s is left out: %s",
					   STR_F(pattern), e.msg);
		here += !e.kind;
	}
	import_report_count(x->report, "bans", n, here);
	return OK;
}

/* ---- rules by header */

struct rules {
	struct header_rule_row *known;
	size_t known_count;
	int64_t there, here;
};

static bool is_known(const struct rules *r, const struct header_rule_row *row)
{
	for (size_t i = 0; i < r->known_count; i++)
		if (str_ieq(r->known[i].header, row->header)
		    && str_eq(r->known[i].pattern, row->pattern)
		    && str_eq(r->known[i].action, row->action))
			return true;
	return false;
}

static bool is_field_name(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7F
		    || memchr("^$.*+?()[]{}|\\", s.p[i], 14))
			return false;
	return s.n > 0;
}

/* "^Subject:\s*buy": Mailman looks for it in the header as it stands, so what follows
 * the name begins where the value does. matched: the pattern may be anywhere in the
 * value instead. */
static err move_rule(struct moving *x, struct rules *r, str line, const char *action,
		     bool anywhere)
{
	struct header_rule_row row = { .list = x->list, .action = str_from(action) };
	str rest;
	if (!str_cut(line, ':', &row.header, &rest)
	    || !is_field_name(str_starts(row.header, STR("^")) ? str_skip(row.header, 1)
							       : row.header))
		return FAIL(ERR_SYNTAX, "it does not begin with the name of a field");
	if (str_starts(row.header, STR("^")))
		row.header = str_skip(row.header, 1);
	rest = str_trim(rest);
	while (str_starts(rest, STR("\\s")))
		rest = str_skip(rest, rest.n > 2 && (rest.p[2] == '*' || rest.p[2] == '+')
					      ? 3
					      : 2);
	bool loose = anywhere || str_starts(rest, STR(".*"));
	row.pattern = loose ? rest : arena_cat(x->a, STR("^(?:"), rest, STR(")"));
	TRY(pattern_check_text(x->a, row.pattern));
	if (is_known(r, &row))
		return OK;
	TRY(header_rule_add(x->books->lists, &row));
	x->report->written++;
	return OK;
}

static err move_rules(struct moving *x, struct rules *r, str text, const char *action,
		      bool anywhere)
{
	str line;
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		r->there++;
		err e = move_rule(x, r, line, action, anywhere);
		if (err_is_passing(e))
			return e;
		if (e.kind)
			import_report_note(x->report, "header rule %.*s is left out: %s",
					   STR_F(line), e.msg);
		r->here += !e.kind;
	}
	return OK;
}

/* (patterns, action, unused) */
static err move_filter(struct moving *x, struct rules *r, const struct pickle *rule)
{
	static const char *const actions[] = {
		[2] = "reject", [3] = "discard", [6] = "accept", [7] = "hold"
	};
	if (rule->type != PICKLE_TUPLE || rule->count < 2)
		return OK;
	str text = mailman2_text(&x->config, rule->items[0]);
	int64_t n = pickle_number(rule->items[1], 0);
	const char *action = n > 0 && n < 8 ? actions[n] : NULL;
	if (!action) {
		import_report_note(x->report,
				   "header rule %.*s is left out: it was off there",
				   STR_F(str_trim(text)));
		return OK;
	}
	return move_rules(x, r, text, action, false);
}

/* The examples that every list has from the start. */
static bool is_example(str line)
{
	static const str examples[] = { STR("to: friend@public.com"),
					STR("message-id: relay.comanche.denmark.eu"),
					STR("from: list@listme.com"),
					STR("from: .*@uplinkpro.com") };
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
		if (str_eq(line, examples[i]))
			return true;
	return false;
}

static err move_suspicious(struct moving *x, struct rules *r)
{
	str text = mailman2_text(&x->config,
				 mailman2_get(&x->config, "bounce_matching_headers"));
	str line;
	size_t examples = 0;
	while (str_line(&text, &line)) {
		bool example = is_example(str_trim(line));
		examples += example;
		if (!example)
			TRY(move_rules(x, r, line, "hold", true));
	}
	if (examples)
		import_report_note(
			x->report,
			"%zu of bounce_matching_headers are Mailman's own examples "
			"and left out",
			examples);
	return OK;
}

err move_header_rules(struct moving *x)
{
	uint32_t n;
	struct rules r = { 0 };
	const struct pickle *all = list_of(x, "header_filter_rules", &n);
	TRY(header_rule_list(x->books->lists, x->a, x->list, &r.known, &r.known_count));
	for (uint32_t i = 0; i < n; i++)
		TRY(move_filter(x, &r, all->items[i]));
	TRY(move_suspicious(x, &r));
	import_report_count(x->report, "header rules", r.there, r.here);
	return OK;
}
