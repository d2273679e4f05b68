#include "web/site/rules.h"

#include "base/buf.h"
#include "tests/check.h"

/* Who asks: the words that hold of them, apart by blanks. */
static err holds(void *ctx, const struct rule *rule, bool *yes)
{
	ARENA(a);
	str words = str_from(ctx), word, text = rule_text(a, rule);
	str is = STR_NONE;
	(void)!str_cut(text, ' ', &word, &is);
	*yes = false;
	while (str_cut(words, ';', &word, &words)
	       || (word = words, words = STR_NONE, word.n))
		*yes |= str_eq(word, is);
	*yes |= rule->who == RULE_PUBLIC;
	return OK;
}

static bool allowed(struct arena *a, const char *const *folders, const char *who)
{
	struct rules whole = { 0 }, r;
	struct decision d;
	for (size_t i = 0; folders[i]; i++) {
		err e = rules_parse(a, str_from(folders[i]), &r);
		if (e.kind)
			rules_break(&whole, str_from(e.msg), i);
		else
			rules_enter(a, &whole, &r, i);
	}
	CHECK(!rules_decide(&whole, holds, (void *)(uintptr_t)who, &d).kind);
	return d.allowed;
}

static void decisions(void)
{
	static const struct {
		const char *folders[4];
		const char *who;
		bool allowed;
	} cases[] = {
		{ { "" }, "", true },
		{ { "# nothing" }, "", true },
		{ { "allow public" }, "", true },
		{ { "allow members of dev" }, "", false },
		{ { "allow members of dev" }, "members of dev", true },
		{ { "allow members of dev, users" }, "members of users", true },
		{ { "allow members of dev users" }, "members of users", true },
		{ { "allow members of dev" }, "members of users", false },
		{ { "ALLOW Members Of Dev" }, "members of dev", true },
		/* a folder without an allow has those above */
		{ { "allow members of dev", "" }, "members of dev", true },
		{ { "allow members of dev", "listing yes" }, "", false },
		/* one that has some has these alone */
		{ { "allow members of dev", "allow owners of dev" },
		  "members of dev",
		  false },
		{ { "allow members of dev", "allow public" }, "", true },
		{ { "allow public", "allow link" }, "", false },
		/* a deny holds in all below, whatever is allowed there */
		{ { "deny person b@x", "allow public" }, "person b@x", false },
		{ { "deny person b@x", "allow person b@x" }, "person b@x", false },
		{ { "allow public\ndeny person b@x" }, "person b@x", false },
		{ { "deny person b@x" }, "person c@x", true },
		{ { "allow members of dev\ndeny members of guests" },
		  "members of dev;members of guests",
		  false },
		{ { "deny public", "allow public" }, "", false },
		/* what cannot be read lets nobody in, nor does anything below it */
		{ { "allow everybody" }, "", false },
		{ { "alow public", "allow public" }, "", false },
		{ { "allow public", "allow members dev" }, "members of dev", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		bool got = allowed(a, cases[i].folders, cases[i].who);
		if (got != cases[i].allowed)
			fprintf(stderr, "case %zu: %s\n", i, cases[i].folders[0]);
		CHECK(got == cases[i].allowed);
	}
}

static void mistakes(void)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "allow", "line 1: : is none of public" },
		{ "\nallow everybody", "line 2: everybody: is none of" },
		{ "allow members of", "line 1: members of: a name must follow" },
		{ "allow person anna", "line 1: anna: is no mail address" },
		{ "allow person <a@x>", "line 1: <a@x>: is no mail address" },
		{ "allow members of {a,b}", "line 1: {a: is no list's name" },
		{ "allow public anna", "line 1: public anna: nothing may follow it" },
		{ "allow link x", "line 1: link x: nothing may follow it" },
		{ "permit public", "line 1: permit: a line begins with" },
		{ "listing maybe", "line 1: maybe: must be yes or no" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r;
		err e = rules_parse(a, str_from(cases[i].text), &r);
		if (!e.kind || !str_starts(str_from(e.msg), str_from(cases[i].says)))
			fprintf(stderr, "%s: %s\n", cases[i].text, e.msg);
		CHECK(e.kind == ERR_SYNTAX
		      && str_starts(str_from(e.msg), str_from(cases[i].says)));
	}
	ARENA(a);
	BUF(many);
	struct rules r;
	for (int i = 0; i <= RULES_MOST; i++)
		buf_add(&many, STR("allow public\n"));
	CHECK(rules_parse(a, buf_str(&many), &r).kind == ERR_LIMIT);
	buf_clear(&many);
	for (int i = 0; i <= RULES_MAX; i++)
		buf_add(&many, STR("\n"));
	CHECK(rules_parse(a, buf_str(&many), &r).kind == ERR_LIMIT);
	CHECK(rules_parse(a, (str){ "allow public\0", 13 }, &r).kind == ERR_SYNTAX);
}

static void publicity(void)
{
	static const struct {
		const char *text;
		bool is_public;
	} cases[] = { { "", true },
		      { "allow public", true },
		      { "allow signed-in", false },
		      { "allow public\ndeny person a@x", false },
		      { "allow link\nallow public", true } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r, whole = { 0 };
		CHECK(!rules_parse(a, str_from(cases[i].text), &r).kind);
		rules_enter(a, &whole, &r, 0);
		CHECK(rules_are_public(&whole) == cases[i].is_public);
	}
}

int main(void)
{
	decisions();
	mistakes();
	publicity();
	return check_done();
}
