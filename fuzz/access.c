/* A folder's .access: what is read can be written and read again to the same rules, a deny that
 * speaks of everybody lets nobody in, what is public lets in who is nobody, a deed is whose it
 * is said to be, and a file that cannot be read lets nobody do anything. */
#include "base/buf.h"
#include "web/site/rules.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static err everything(void *ctx, const struct rule *rule, bool *yes)
{
	(void)ctx, (void)rule;
	*yes = true;
	return OK;
}

static err nobody(void *ctx, const struct rule *rule, bool *yes)
{
	(void)ctx;
	*yes = rule->who == RULE_PUBLIC;
	return OK;
}

static void deeds_hold(struct rules *r)
{
	struct decision d;
	bool yes, said;
	if (rules_decide(r, nobody, NULL, &d).kind)
		abort();
	if (rules_are_public(r) && (!d.allowed || (!r->log && rules_keep_log(r))))
		abort();
	for (int deed = RULE_DENY + 1; deed < RULE_DEED_COUNT; deed++) {
		said = false;
		for (size_t i = 0; i < r->count; i++)
			said |= (int)r->rows[i].deed == deed;
		if (rules_name(r, (enum rule_deed)deed, everything, NULL, &yes).kind
		    || (said && !yes) || (yes && !said && deed != RULE_MANAGE))
			abort();
	}
	rules_break(r, STR("cannot be read"), 0);
	if (rules_decide(r, everything, NULL, &d).kind || d.allowed || rules_are_public(r)
	    || rules_name(r, RULE_MANAGE, everything, NULL, &yes).kind || yes)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	ARENA(a);
	BUF(text);
	struct rules r, again, whole = { 0 };
	struct decision d;
	bool denies = false;
	if (n > 2 * RULES_MAX || rules_parse(a, (str){ (const char *)data, n }, &r).kind)
		return 0;
	for (size_t i = 0; i < r.count; i++) {
		buf_cat(&text, rule_text(a, &r.rows[i]), STR("\n"));
		denies |= r.rows[i].deed == RULE_DENY;
	}
	if (text.n <= RULES_MAX
	    && (rules_parse(a, buf_str(&text), &again).kind || again.count != r.count))
		abort();
	rules_enter(a, &whole, &r, 0);
	if (rules_decide(&whole, everything, NULL, &d).kind || d.allowed == denies)
		abort();
	deeds_hold(&whole);
	return 0;
}
