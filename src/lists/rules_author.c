/* The rules about who wrote it. */
#include "lists/rules_inside.h"

#include "lists/pattern.h"
#include "store/lists/ban.h"
#include "store/lists/member.h"
#include "trust/trust.h"

err rule_banned(struct book *lists, struct arena *a, const struct post *p,
		struct ruling *r)
{
	struct ban_row *bans;
	size_t n;
	TRY(ban_for(lists, a, p->list->id, &bans, &n));
	for (size_t i = 0; i < n; i++) {
		enum pattern_result hit = pattern_address(bans[i].pattern, p->author_key);
		if (hit == PATTERN_LIMIT)
			return rule_says(r, VERDICT_HOLD,
					 arena_cat(a,
						   STR("a ban's pattern took too long: "),
						   bans[i].pattern));
		if (hit == PATTERN_HIT)
			return rule_says(r, VERDICT_REJECT,
					 STR("this address may not post to the list"));
	}
	return OK;
}

/* Where membership would matter, or the author's domain asks to refuse what it has not
 * proven; any other stranger's claim is judged as a stranger's, proven or not. */
err rule_proof(struct book *lists, struct arena *a, const struct post *p,
	       struct ruling *r)
{
	(void)lists, (void)a;
	if (p->authentic || p->vouched)
		return OK;
	if (!p->member && !p->is_moderator && !trust_said(p->trust).dmarc_reject)
		return OK;
	return rule_says(
		r, VERDICT_HOLD,
		STR("neither DKIM, SPF nor a sign-in proves that the author wrote it"));
}

/* Who signed in is proven to us; their copies name the list. */
err rule_unsigned(struct book *lists, struct arena *a, const struct post *p,
		  struct ruling *r)
{
	(void)lists, (void)a;
	if (!setting_is(p->settings.dmarc_mitigate_action, "reject")
	    || !trust_said(p->trust).unsigned_strict)
		return OK;
	return rule_says(
		r, VERDICT_REJECT,
		STR("the author's domain asks for its own signature (DMARC), and "
		    "this post bears none: send it through that domain's server"));
}

err rule_member(struct book *lists, struct arena *a, const struct post *p,
		struct ruling *r)
{
	(void)lists, (void)a;
	if (p->is_moderator)
		return rule_says(r, VERDICT_ACCEPT, STR("an owner or moderator"));
	if (!p->member)
		return OK;
	if (p->member->action.n)
		return rule_says(r, verdict_from(p->member->action),
				 STR("this member's own setting"));
	if (!p->settings.allow_list_posts)
		return rule_says(r, VERDICT_REJECT,
				 STR("only owners and moderators post to this list"));
	enum verdict v = verdict_from(p->settings.default_member_action);
	/* A member's post still has to pass the rules about its addressing. */
	return v == VERDICT_ACCEPT
		       ? OK
		       : rule_says(r, v, STR("the list does so with members' posts"));
}

err rule_nonmember(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	(void)lists, (void)a;
	if (p->member || p->is_moderator)
		return OK;
	enum verdict v = verdict_from(p->settings.default_nonmember_action);
	return v == VERDICT_ACCEPT ? OK
				   : rule_says(r, v, STR("the author is not a member"));
}
