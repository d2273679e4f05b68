#include "lists/import/mailman2_inside.h"

static const struct pickle *list_of(const struct moving *x, const char *name, uint32_t *n)
{
	const struct pickle *p = mailman2_get(&x->config, name);
	*n = p && (p->type == PICKLE_LIST || p->type == PICKLE_TUPLE) ? p->count : 0;
	return p;
}

static err move_role(struct moving *x, const char *role, const char *what)
{
	uint32_t n;
	int64_t count = 0;
	const struct pickle *all = list_of(x, role, &n);
	for (uint32_t i = 0; i < n; i++) {
		bool here;
		TRY(moving_role(x, role, mailman2_text(&x->config, all->items[i]),
				&here));
		count += here;
	}
	import_report_count(x->report, what, n, count);
	return OK;
}

err move_roles(struct moving *x)
{
	TRY(move_role(x, "owner", "owners"));
	return move_role(x, "moderator", "moderators");
}

err move_bans(struct moving *x)
{
	uint32_t n;
	int64_t count = 0;
	const struct pickle *all = list_of(x, "ban_list", &n);
	for (uint32_t i = 0; i < n; i++) {
		bool here;
		TRY(moving_ban(x, mailman2_text(&x->config, all->items[i]),
			       moving_ban_reason(x), &here));
		count += here;
	}
	import_report_count(x->report, "bans", n, count);
	return OK;
}

/* (patterns, action, unused) */
static err move_filter(struct moving *x, struct moving_count *r,
		       const struct pickle *rule)
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
	return moving_header_lines(x, r, text, action, false);
}

err move_header_rules(struct moving *x)
{
	uint32_t n;
	struct moving_count r = { 0 };
	const struct pickle *all = list_of(x, "header_filter_rules", &n);
	for (uint32_t i = 0; i < n; i++)
		TRY(move_filter(x, &r, all->items[i]));
	TRY(moving_suspicious(
		x, &r,
		mailman2_text(&x->config,
			      mailman2_get(&x->config, "bounce_matching_headers"))));
	import_report_count(x->report, "header rules", r.there, r.here);
	return OK;
}
