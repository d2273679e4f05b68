/* The rules about mail to a list's owners. */
#include "lists/rules_inside.h"

#include "lists/header_match.h"

/* Null path, report, automatic reply: nobody wrote it. */
static bool is_of_program(struct arena *a, const struct post *p)
{
	struct ruling automatic = { 0 };
	str type = header_token(a, header_find(&p->header, STR("Content-Type")));
	err e = rule_automatic(NULL, a, p, &automatic);
	return e.kind || automatic.verdict != VERDICT_MISS
	       || str_eq(type, STR("multipart/report"));
}

bool owner_mail_is_post(struct arena *a, const struct post *p)
{
	return setting_is(p->settings.owner_pipeline, "default-posting-pipeline")
	       && !is_of_program(a, p);
}

err post_sift_owner(struct arena *a, struct post *p)
{
	return owner_mail_is_post(a, p) ? post_sift(a, p) : header_match_sift(a, p);
}

/* What programs report is about the list's own mail: complaints are heard, and bounces
 * are for who runs the list. */
static err rule_owner_chain(struct book *lists, struct arena *a, const struct post *p,
			    struct ruling *r)
{
	enum verdict v = verdict_from(p->settings.owner_chain);
	(void)lists;
	if (v == VERDICT_MISS || (v != VERDICT_ACCEPT && is_of_program(a, p)))
		return OK;
	return rule_says(r, v, STR("the list does so with all mail to its owners"));
}

enum whose { OF_ALL, OF_STRANGERS, OF_POSTS /* that go to the members */ };

static const struct {
	const char *name;
	rule_fn *ask;
	enum whose whose;
} asked[] = {
	{ "no_author", rule_no_author, OF_POSTS },
	{ "loop", rule_loop, OF_POSTS },
	{ "duplicate", rule_duplicate, OF_POSTS },
	{ "virus", rule_virus, OF_POSTS },
	{ "size", rule_size, OF_POSTS },
	{ "content", rule_content, OF_POSTS },
	{ "emergency", rule_emergency, OF_POSTS },
	{ "owner_chain", rule_owner_chain, OF_ALL },
	{ "banned", rule_banned, OF_STRANGERS },
	{ "header_match", rule_header_match, OF_STRANGERS },
};

enum { ASKED = sizeof asked / sizeof *asked };

/* What would wait for a moderator is for the same eyes as the mail, unless it goes on to
 * the members. */
static bool ends(enum verdict v, bool to_members)
{
	return v != VERDICT_MISS && (v != VERDICT_HOLD || to_members);
}

err rules_judge_owner(struct book *lists, struct arena *a, const struct post *p,
		      struct judgement *j)
{
	bool known = p->authentic && (p->member || p->is_moderator);
	bool to_members = owner_mail_is_post(a, p);
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT,
				 .rule = "default",
				 .reason = STR("no rule objects") };
	j->trace = arena_alloc(a, ASKED * sizeof *j->trace);
	for (size_t i = 0; i < ASKED; i++) {
		if ((asked[i].whose == OF_STRANGERS && known)
		    || (asked[i].whose == OF_POSTS && !to_members))
			continue;
		struct ruling *r = &j->trace[j->count++];
		*r = (struct ruling){ .rule = asked[i].name };
		TRY(asked[i].ask(lists, a, p, r));
		if (!ends(r->verdict, to_members))
			continue;
		j->verdict = r->verdict;
		j->rule = r->rule;
		j->reason = r->reason;
		j->to_owners = r->to_owners;
		break;
	}
	return OK;
}
