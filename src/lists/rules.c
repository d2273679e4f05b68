#include "lists/rules_inside.h"

#include "base/buf.h"
#include "base/utf8.h"

enum hold { STANDS, YIELDS };

static const struct {
	const char *name;
	rule_fn *ask;
	enum hold hold;
} rules[] = {
#define RULE(name, hold, text) { #name, rule_##name, hold },
#include "lists/rules.def"
#undef RULE
};

static const struct rule_doc docs[] = {
#define RULE(name, hold, text) { #name, text },
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

static void decides(struct judgement *j, const struct ruling *r)
{
	j->verdict = r->verdict;
	j->rule = r->rule;
	j->reason = r->reason;
	j->answer = r->answer;
	j->to_owners = r->to_owners;
}

static void says_also(struct arena *a, struct judgement *j, const struct ruling *r)
{
	j->reason = arena_cat(a, j->reason, STR("\n"), r->reason);
}

/* Whether no other rule is asked. Who is let pass whatever later rules say has the
 * objections of earlier ones alone against them. What is refused or dropped in any case is
 * not kept for a lesser objection: moderators would get what the list wants to be rid of. */
static bool weigh(struct arena *a, struct judgement *j, const struct ruling *r,
		  bool *stands)
{
	bool held = j->verdict == VERDICT_HOLD;
	if (r->verdict == VERDICT_MISS)
		return false;
	if (!held)
		decides(j, r);
	else if (r->verdict == VERDICT_HOLD)
		says_also(a, j, r);
	else if (r->verdict != VERDICT_ACCEPT && *stands)
		says_also(a, j, r);
	else if (r->verdict != VERDICT_ACCEPT)
		decides(j, r);
	return r->verdict != VERDICT_HOLD;
}

err rules_judge(struct book *lists, struct arena *a, const struct post *p,
		struct judgement *j)
{
	bool ends = false, stands = false;
	*j = (struct judgement){ .verdict = VERDICT_ACCEPT,
				 .rule = "default",
				 .reason = STR("no rule objects") };
	j->trace = arena_alloc(a, RULES * sizeof *j->trace);
	for (size_t i = 0; i < RULES && !ends; i++) {
		struct ruling r = { .rule = rules[i].name };
		TRY(rules[i].ask(lists, a, p, &r));
		j->trace[j->count++] = r;
		ends = weigh(a, j, &r, &stands);
		stands = stands || (r.verdict == VERDICT_HOLD && rules[i].hold == STANDS);
	}
	return OK;
}

enum { ANSWER_LINES = 20 };

/* Nothing but ASCII (RFC 6531 section 3.7.4.1), a ? for each other character. False: half
 * of it or more would be lost. */
static bool plain_words(struct arena *a, str text, str *plain)
{
	char *out = arena_alloc(a, text.n + 1);
	size_t n = 0, lost = 0;
	while (text.n) {
		uint32_t c = utf8_next(&text);
		lost += c > 126;
		out[n++] = c > 126 ? '?' : (char)c;
	}
	*plain = (str){ out, n };
	return 2 * lost < n;
}

str judgement_answer(struct arena *a, const struct judgement *j, bool utf8)
{
	str rest = j->answer, line, plain;
	BUF(b);
	for (int i = 0; i < ANSWER_LINES && str_line(&rest, &line); i++)
		buf_cat(&b, i ? STR("\n") : STR(""), str_trim(line));
	str own = arena_copy(a, buf_str(&b));
	if (own.n && utf8)
		return own;
	return own.n && plain_words(a, own, &plain) ? plain : j->reason;
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

str judgement_asked(struct arena *a, const struct judgement *j)
{
	BUF(out);
	for (size_t i = 0; i < j->count; i++)
		buf_addf(&out, "%s%s=%s", i ? " " : "", j->trace[i].rule,
			 verdict_word(j->trace[i].verdict));
	return arena_copy(a, buf_str(&out));
}
