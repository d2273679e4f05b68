#include "lists/rules_inside.h"

#include "base/buf.h"

static const struct {
	const char *name;
	rule_fn *ask;
} rules[] = {
#define RULE(name, text) { #name, rule_##name },
#include "lists/rules.def"
#undef RULE
};

static const struct rule_doc docs[] = {
#define RULE(name, text) { #name, text },
#include "lists/rules.def"
#undef RULE
};

enum { RULES = sizeof rules / sizeof *rules };

const struct rule_doc *rule_docs(size_t *count)
{
	*count = RULES;
	return docs;
}

const char *verdict_word(enum verdict v)
{
	static const char *const words[] = { "miss", "accept", "hold", "reject",
					     "discard" };
	return words[v];
}

enum verdict verdict_from(str word)
{
	for (enum verdict v = VERDICT_ACCEPT; v <= VERDICT_DISCARD; v++)
		if (setting_is(word, verdict_word(v)))
			return v;
	return VERDICT_MISS;
}

err rules_judge(struct book *lists, struct arena *a, const struct post *p,
		struct judgement *j)
{
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT,
				 .rule = "default",
				 .reason = STR("no rule objects") };
	j->trace = arena_alloc(a, RULES * sizeof *j->trace);
	for (size_t i = 0; i < RULES; i++) {
		struct ruling r = { .rule = rules[i].name };
		TRY(rules[i].ask(lists, a, p, &r));
		j->trace[j->count++] = r;
		if (r.verdict != VERDICT_MISS) {
			j->verdict = r.verdict;
			j->rule = r.rule;
			j->reason = r.reason;
			break;
		}
	}
	return OK;
}

/* What would wait for a moderator is for the same eyes as the mail. */
static bool keeps_from_owners(enum verdict v)
{
	return v == VERDICT_REJECT || v == VERDICT_DISCARD;
}

err rules_judge_owner(struct book *lists, struct arena *a, const struct post *p,
		      struct judgement *j)
{
	static const struct {
		const char *name;
		rule_fn *ask;
	} asked[] = { { "banned", rule_banned }, { "header_match", rule_header_match } };
	bool known = p->authentic && (p->member || p->is_moderator);
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT,
				 .rule = "default",
				 .reason = STR("no rule objects") };
	j->trace = arena_alloc(a, sizeof asked / sizeof *asked * sizeof *j->trace);
	for (size_t i = 0; !known && i < sizeof asked / sizeof *asked; i++) {
		struct ruling *r = &j->trace[j->count++];
		*r = (struct ruling){ .rule = asked[i].name };
		TRY(asked[i].ask(lists, a, p, r));
		if (!keeps_from_owners(r->verdict))
			continue;
		j->verdict = r->verdict;
		j->rule = r->rule;
		j->reason = r->reason;
		break;
	}
	return OK;
}

str judgement_text(struct arena *a, const struct judgement *j)
{
	BUF(out);
	for (size_t i = 0; i < j->count; i++) {
		const struct ruling *r = &j->trace[i];
		buf_addf(&out, "%s%s: %s", i ? "; " : "", r->rule,
			 verdict_word(r->verdict));
		if (r->reason.n)
			buf_cat(&out, STR(" ("), r->reason, STR(")"));
	}
	return arena_copy(a, buf_str(&out));
}
