#include "lists/import/moving.h"

#include "lists/owner.h"
#include "lists/header_match.h"
#include "lists/pattern.h"
#include "mail/address.h"
#include "lists/members.h"
#include "store/lists/ban.h"
#include "store/lists/nonmember.h"
#include "store/lists/role.h"

static err has_role(struct moving *x, str role, str key, bool *yes)
{
	ARENA(a);
	struct role_row *r;
	size_t n;
	*yes = false;
	TRY(role_list(x->books->lists, a, x->list, &r, &n));
	for (size_t i = 0; i < n; i++)
		*yes = *yes || (str_eq(r[i].role, role) && str_eq(r[i].key, key));
	return OK;
}

err moving_role(struct moving *x, const char *role, str address, bool *here)
{
	struct address who;
	bool there;
	*here = false;
	address = str_trim(address);
	if (address_parse(x->a, address, &who).kind) {
		import_report_note(x->report, "%s \"%.*s\" is left out: it is no address",
				   role, STR_F(address));
		return OK;
	}
	*here = true;
	TRY(has_role(x, str_from(role), address_key(x->a, &who), &there));
	if (there)
		return OK;
	x->report->written++;
	return role_give(x->books, x->a, x->list, str_from(role), address, true, x->by);
}

err moving_nonmember(struct moving *x, str address, str action, bool *here)
{
	struct address who;
	struct nonmember_row known,
		n = { .list = x->list, .action = action, .set_at = x->now };
	struct member_row none = { 0 };
	err e = address_parse(x->a, str_trim(address), &who);
	if (!e.kind)
		e = member_option(x->a, &none, STR("action"), action, STR(""));
	*here = !e.kind && action.n;
	if (!*here) {
		import_report_note(x->report, "what %.*s may post is left out",
				   STR_F(address));
		return OK;
	}
	n.key = address_key(x->a, &who);
	e = nonmember_find(x->books->lists, x->a, x->list, n.key, &known);
	if (e.kind ? e.kind != ERR_NOTFOUND : str_eq(known.action, n.action))
		return e;
	x->report->written++;
	return nonmember_put(x->books->lists, &n);
}

static err put_ban(struct moving *x, str pattern, str reason)
{
	str key = str_starts(pattern, STR("^")) ? pattern : arena_lower(x->a, pattern);
	bool there;
	TRY(ban_is(x->books->lists, x->list, key, &there));
	if (there)
		return OK;
	TRY(ban_put(x->books, x->a, x->list, pattern, reason, x->by));
	x->report->written++;
	return OK;
}

str moving_ban_reason(struct moving *x)
{
	return arena_cat(x->a, STR("banned in "), str_from(x->from));
}

err moving_ban(struct moving *x, str pattern, str reason, bool *here)
{
	err e = put_ban(x, str_trim(pattern), reason);
	if (err_is_passing(e))
		return e;
	if (e.kind)
		import_report_note(x->report, "ban %.*s is left out: %s", STR_F(pattern),
				   e.msg);
	*here = !e.kind;
	return OK;
}

err moving_header_row(struct moving *x, const struct header_rule_row *rule)
{
	ARENA(a);
	struct header_rule_row *known, row = *rule;
	size_t n;
	row.list = x->list;
	TRY(header_match_check(x->a, &row));
	TRY(header_rule_list(x->books->lists, a, x->list, &known, &n));
	for (size_t i = 0; i < n; i++)
		if (str_ieq(known[i].header, row.header)
		    && str_eq(known[i].pattern, row.pattern)
		    && str_eq(known[i].action, row.action))
			return OK;
	TRY(header_rule_add(x->books->lists, &row));
	x->report->written++;
	return OK;
}

err moving_header_rule(struct moving *x, str header, str pattern, str action)
{
	return moving_header_row(x, &(struct header_rule_row){ .header = header,
							       .pattern = pattern,
							       .action = action });
}

/* ---- rules by header */

/* "^Subject:\s*buy": Mailman looks for it in the header as it stands, so what follows
 * the name begins where the value does. matched: the pattern may be anywhere in the
 * value instead. */
static err move_rule(struct moving *x, str line, const char *action, bool anywhere)
{
	str header = line, rest = STR("");
	if (!str_cut(line, ':', &header, &rest))
		return FAIL(ERR_SYNTAX, "it does not begin with the name of a field");
	if (str_starts(header, STR("^")))
		header = str_skip(header, 1);
	rest = str_trim(rest);
	while (str_starts(rest, STR("\\s")))
		rest = str_skip(rest, rest.n > 2 && (rest.p[2] == '*' || rest.p[2] == '+')
					      ? 3
					      : 2);
	bool loose = anywhere || str_starts(rest, STR(".*"));
	return moving_header_rule(
		x, header, loose ? rest : arena_cat(x->a, STR("^(?:"), rest, STR(")")),
		str_from(action));
}

err moving_header_lines(struct moving *x, struct moving_count *r, str text,
			const char *action, bool anywhere)
{
	str line;
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		r->there++;
		err e = move_rule(x, line, action, anywhere);
		if (err_is_passing(e))
			return e;
		if (e.kind)
			import_report_note(x->report, "header rule %.*s is left out: %s",
					   STR_F(line), e.msg);
		r->here += !e.kind;
	}
	return OK;
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

err moving_suspicious(struct moving *x, struct moving_count *r, str text)
{
	str line;
	size_t examples = 0;
	while (str_line(&text, &line)) {
		bool example = is_example(str_trim(line));
		examples += example;
		if (!example)
			TRY(moving_header_lines(x, r, line, "hold", true));
	}
	if (examples)
		import_report_note(
			x->report,
			"%zu of bounce_matching_headers are Mailman's own examples "
			"and left out",
			examples);
	return OK;
}
