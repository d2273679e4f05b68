/* The rules about who wrote it. */
#include "lists/rules_inside.h"

#include "base/clock.h"
#include "lists/named.h"
#include "lists/pattern.h"
#include "store/lists/ban.h"
#include "store/lists/member.h"
#include "store/lists/nonmember.h"
#include "store/lists/seen.h"
#include "trust/trust.h"

err rule_banned(struct book *lists, struct arena *a, const struct post *p,
		struct ruling *r)
{
	struct ban_row *bans;
	size_t n;
	int64_t ms = PATTERN_MS;
	TRY(ban_for(lists, a, p->list->id, &bans, &n));
	for (size_t i = 0; i < n; i++) {
		enum pattern_result hit = pattern_address_within(bans[i].pattern,
								 p->author_key, &ms);
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

/* What a stranger hears must be what a member's forger hears. A member's post without
 * proof waits there for its author's word, so a stranger's goes without any. */
static err refuses(const struct post *p, struct ruling *r, str reason, str notice)
{
	bool quiet = !p->authentic && !p->vouched
		     && setting_is(p->settings.authenticate, "challenge");
	r->answer = quiet ? STR("") : str_trim(notice);
	return quiet ? rule_says(r, VERDICT_DISCARD,
				 STR("the list takes no stranger's post, and who has not "
				     "proven to be the author is not told"))
		     : rule_says(r, VERDICT_REJECT, reason);
}

/* An unproven post in the name of a member: where the same from a stranger is refused in
 * the session, an answer of another kind would tell who is a member. */
static err refuse_as_stranger(struct book *lists, struct arena *a, const struct post *p,
			      struct ruling *r)
{
	struct post stranger = *p;
	struct ruling said = { .rule = "unsigned" };
	stranger.member = NULL;
	stranger.is_moderator = false;
	TRY(rule_unsigned(lists, a, &stranger, &said));
	if (said.verdict == VERDICT_MISS) {
		said.rule = "nonmember";
		TRY(rule_nonmember(lists, a, &stranger, &said));
	}
	if (said.verdict == VERDICT_REJECT)
		*r = said;
	return OK;
}

/* Where membership would matter, or the author's domain asks to refuse what it has not
 * proven; any other stranger's claim is judged as a stranger's, proven or not. */
err rule_proof(struct book *lists, struct arena *a, const struct post *p,
	       struct ruling *r)
{
	bool strict = trust_said(p->trust).dmarc_reject;
	if (p->authentic || p->vouched)
		return OK;
	if (!p->member && !p->is_moderator && !strict)
		return OK;
	if (!strict)
		TRY(refuse_as_stranger(lists, a, p, r));
	if (r->verdict != VERDICT_MISS)
		return OK;
	return rule_says(
		r, VERDICT_HOLD,
		STR("neither DKIM, SPF nor a sign-in proves that the author wrote it"));
}

static bool asks_for_signature(const struct post *p)
{
	struct trust_said said = trust_said(p->trust);
	return said.unsigned_strict
	       && (!said.quarantine || p->settings.dmarc_quarantine_moderation_action);
}

/* Who signed in is proven to us; their copies name the list. */
err rule_unsigned(struct book *lists, struct arena *a, const struct post *p,
		  struct ruling *r)
{
	const struct settings *s = &p->settings;
	str why = STR("the author's domain asks for its own signature (DMARC), and this "
		      "post bears none: send it through that domain's server");
	bool discards = setting_is(s->dmarc_mitigate_action, "discard");
	(void)lists, (void)a;
	if (!discards && !setting_is(s->dmarc_mitigate_action, "reject"))
		return OK;
	if (pattern_lines(s->dmarc_addresses, p->author_key) == PATTERN_HIT)
		why = STR("the list takes no posts from this address (DMARC)");
	else if (!asks_for_signature(p))
		return OK;
	return discards ? rule_says(r, VERDICT_DISCARD, why)
			: refuses(p, r, why, s->dmarc_moderation_notice);
}

static err does_with_member(const struct post *p, struct ruling *r, enum verdict v,
			    str reason)
{
	if (v == VERDICT_REJECT)
		r->answer = str_trim(p->settings.member_moderation_notice);
	return rule_says(r, v, reason);
}

err rule_member(struct book *lists, struct arena *a, const struct post *p,
		struct ruling *r)
{
	(void)lists, (void)a;
	if (p->is_moderator)
		return rule_says(r, VERDICT_ACCEPT, STR("an owner or moderator"));
	if (!p->member)
		return OK;
	/* Who may write whatever the list does with members' posts still has to pass the
	 * rules about the post. */
	if (str_eq(p->member->action, STR("defer")))
		return OK;
	if (p->member->action.n)
		return does_with_member(p, r, verdict_from(p->member->action),
					STR("this member's own setting"));
	enum verdict v = verdict_from(p->settings.default_member_action);
	/* A member's post still has to pass the rules about its addressing. */
	return v == VERDICT_ACCEPT
		       ? OK
		       : does_with_member(p, r, v,
					  STR("the list does so with members' posts"));
}

/* What was accepted of late; a post that waits counts when it is let through. */
err rule_flood(struct book *lists, struct arena *a, const struct post *p,
	       struct ruling *r)
{
	const struct settings *s = &p->settings;
	int64_t count = p->recent;
	if (!p->member || !s->member_verbosity_threshold)
		return OK;
	if (!p->replayed)
		TRY(seen_since(lists, p->list->id, p->author_key,
			       clock_now() - s->member_verbosity_interval, &count));
	if (count < s->member_verbosity_threshold)
		return OK;
	return rule_says(r, VERDICT_HOLD,
			 arena_printf(a, "%lld posts of this member within %lld seconds",
				      (long long)count,
				      (long long)s->member_verbosity_interval));
}

/* What the list says of an address. Whoever it trusts by address is as worth forging as a
 * member, so a claim to be one alone is as good as none; and no pattern, which may be
 * another list's members, is told to who has proven nothing. */
struct named {
	bool claimed;  /* accepted, were it proven */
	bool deferred; /* the rules about the post alone decide */
	struct ruling *r;
};

static const str UNPROVEN = STR("members alone may post, and nothing proves that the "
				"author is one");

/* Discards of which nobody is told are left to the owners, where they want that. */
static err does_with_stranger(const struct post *p, struct ruling *r, enum verdict v,
			      str reason)
{
	if (v == VERDICT_REJECT)
		return refuses(p, r, p->authentic ? reason : UNPROVEN,
			       p->settings.nonmember_rejection_notice);
	r->to_owners = v == VERDICT_DISCARD && p->settings.forward_auto_discards;
	return rule_says(r, v, reason);
}

static err say_named(struct arena *a, const struct post *p, enum verdict v, str pattern,
		     struct named *x)
{
	bool proven = p->authentic || setting_is(p->settings.authenticate, "any");
	str reason = arena_cat(a, STR("the list names "), pattern);
	if (v == VERDICT_ACCEPT && !proven) {
		x->claimed = true;
		return OK;
	}
	return does_with_stranger(p, x->r, v, reason);
}

static err ask_named(struct book *lists, struct arena *a, const struct post *p,
		     struct named *x)
{
	const struct settings *s = &p->settings;
	const struct {
		str patterns;
		enum verdict verdict;
	} named[] = { { s->accept_these_nonmembers, VERDICT_ACCEPT },
		      { s->hold_these_nonmembers, VERDICT_HOLD },
		      { s->reject_these_nonmembers, VERDICT_REJECT },
		      { s->discard_these_nonmembers, VERDICT_DISCARD } };
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		str rest = named[i].patterns, pattern;
		while (str_line(&rest, &pattern)) {
			enum pattern_result hit;
			TRY(named_fits(lists, a, p->list->domain, pattern, p->author_key,
				       &hit));
			if (hit == PATTERN_LIMIT)
				return rule_says(x->r, VERDICT_HOLD,
						 arena_cat(a,
							   STR("a pattern took too "
							       "long: "),
							   pattern));
			if (hit == PATTERN_HIT)
				TRY(say_named(a, p, named[i].verdict, pattern, x));
			if (x->r->verdict != VERDICT_MISS)
				return OK;
		}
	}
	return OK;
}

/* What those who run the list said of this very address comes before any pattern. */
static err ask_own(struct book *lists, struct arena *a, const struct post *p,
		   struct named *x)
{
	struct nonmember_row own;
	err e = nonmember_find(lists, a, p->list->id, p->author_key, &own);
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	if (!str_eq(own.action, STR("defer")))
		return say_named(a, p, verdict_from(own.action), own.key, x);
	x->deferred = p->authentic || setting_is(p->settings.authenticate, "any");
	x->claimed = !x->deferred;
	return OK;
}

static err ask_default(const struct post *p, struct ruling *r)
{
	enum verdict v = verdict_from(p->settings.default_nonmember_action);
	return v == VERDICT_ACCEPT
		       ? OK
		       : does_with_stranger(p, r, v, STR("the author is not a member"));
}

err rule_nonmember(struct book *lists, struct arena *a, const struct post *p,
		   struct ruling *r)
{
	if (p->member || p->is_moderator)
		return OK;
	struct named x = { .r = r };
	TRY(ask_own(lists, a, p, &x));
	if (x.deferred)
		return OK;
	if (r->verdict == VERDICT_MISS)
		TRY(ask_named(lists, a, p, &x));
	if (r->verdict == VERDICT_MISS)
		TRY(ask_default(p, r));
	/* Where the session tells the same of both, a person looks. */
	if (x.claimed && (r->verdict == VERDICT_HOLD || r->verdict == VERDICT_DISCARD))
		return rule_says(r, VERDICT_HOLD,
				 STR("the list accepts this author's posts, but nothing "
				     "proves that the author wrote it"));
	return OK;
}
