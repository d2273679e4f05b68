/* A folder's .access: what is read can be written and read again to the same rules, and a deny
 * that speaks of everybody lets nobody in. */
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
	return 0;
}
