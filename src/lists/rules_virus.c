/* What the wall said of a post, and what the list makes of that. smtpd refuses what is
 * infected; a post that bears such a verdict all the same is nobody's to let pass. */
#include "lists/rules_inside.h"
#include "wall/clamd_reply.h"

static str suspicion(struct arena *a, const struct wall_verdict *v)
{
	str text = clamd_suspicion(v->signature);
	if (text.n)
		return arena_cat(a, text, STR(" ("), v->signature, STR(")"));
	return v->signature.n ? v->signature : v->why;
}

/* What is kept with a held post; said.def has each. */
static str reason(struct arena *a, const struct wall_verdict *v)
{
	switch (v->result) {
	case WALL_INFECTED:
		return arena_cat(a, STR("a virus was found in it: "), v->signature);
	case WALL_SUSPICIOUS:
		return arena_cat(a, STR("the virus check suspects it: "),
				 suspicion(a, v));
	case WALL_REFUSED:
		return arena_cat(a, STR("the mail filter refuses it: "), v->why);
	default:
		return arena_cat(a, STR("the virus check did not look through it: "),
				 v->why);
	}
}

/* A miss, with what there is to say of it for the trace. */
static err passes(struct arena *a, const struct post *p, struct ruling *r)
{
	r->reason = wall_text(a, p->wall);
	return OK;
}

err rule_virus(struct book *lists, struct arena *a, const struct post *p,
	       struct ruling *r)
{
	(void)lists;
	const struct wall_verdict *v = p->wall;
	if (!v)
		return OK;
	if (v->result == WALL_INFECTED || v->result == WALL_REFUSED)
		return rule_says(r, VERDICT_REJECT, reason(a, v));
	if (v->result == WALL_CLEAN)
		return passes(a, p, r);
	enum verdict does = verdict_from(v->result == WALL_SUSPICIOUS
						 ? p->settings.suspicious_action
						 : p->settings.unscanned_action);
	if (does == VERDICT_ACCEPT) /* by this rule: the others have their say */
		return passes(a, p, r);
	return rule_says(r, does, reason(a, v));
}
