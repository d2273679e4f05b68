/* What else than who may read a folder its .access says. */
#include "web/site/rules.h"

#include "tests/check.h"

/* Who asks: words of one rule that hold of them. */
static err holds(void *ctx, const struct rule *rule, bool *yes)
{
	ARENA(a);
	str text = rule_text(a, rule), deed, is;
	*yes = str_cut(text, ' ', &deed, &is) && str_eq(is, str_from(ctx));
	return OK;
}

static void enter(struct arena *a, const char *const *folders, struct rules *whole)
{
	struct rules r;
	*whole = (struct rules){ 0 };
	for (size_t i = 0; folders[i]; i++) {
		err e = rules_parse(a, str_from(folders[i]), &r);
		if (e.kind)
			rules_break(whole, str_from(e.msg), i);
		else
			rules_enter(a, whole, &r, i);
	}
}

static void who_minds_it(void)
{
	static const struct {
		const char *folders[4];
		const char *who;
		bool yes;
	} cases[] = {
		{ { "" }, "owners of dev", false },
		{ { "allow public" }, "owners of dev", false },
		{ { "allow members of dev" }, "owners of dev", true },
		{ { "allow members of dev" }, "members of dev", false },
		{ { "allow moderators of dev" }, "owners of dev", true },
		{ { "deny members of dev" }, "owners of dev", false },
		{ { "allow members of dev, users" }, "owners of users", true },
		{ { "manage person b@x" }, "person b@x", true },
		{ { "manage person b@x" }, "person c@x", false },
		{ { "manage moderators of dev" }, "moderators of dev", true },
		/* a line puts whoever it names in the owners' place */
		{ { "allow members of dev\nmanage person b@x" }, "owners of dev", false },
		/* and holds in all below */
		{ { "manage person b@x", "allow members of dev" }, "person b@x", true },
		{ { "manage person b@x", "manage person c@x" }, "person b@x", true },
		{ { "manage person b@x", "manage person c@x" }, "person c@x", true },
		{ { "allow members of dev", "allow members of users" },
		  "owners of dev",
		  false },
		{ { "manage person b@x", "allow nonsense" }, "person b@x", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r;
		bool yes;
		enter(a, cases[i].folders, &r);
		CHECK(!rules_name(&r, RULE_MANAGE, holds, (void *)(uintptr_t)cases[i].who,
				  &yes)
			       .kind);
		if (yes != cases[i].yes)
			fprintf(stderr, "case %zu: %s\n", i, cases[i].folders[0]);
		CHECK(yes == cases[i].yes);
	}
}

static void it_lets_nobody_in(void)
{
	ARENA(a);
	struct rules r;
	struct decision d;
	enter(a, (const char *[]){ "allow members of dev\nmanage person b@x", NULL }, &r);
	CHECK(!rules_decide(&r, holds, (void *)(uintptr_t) "person b@x", &d).kind);
	CHECK(!d.allowed && !d.by);
	enter(a, (const char *[]){ "manage person b@x", NULL }, &r);
	CHECK(rules_are_public(&r));
}

static void what_is_logged(void)
{
	static const struct {
		const char *folders[3];
		bool yes;
	} cases[] = {
		{ { "" }, false },
		{ { "allow public" }, false },
		{ { "log yes" }, true },
		{ { "log yes", "" }, true },
		{ { "log yes", "log no" }, false },
		{ { "allow signed-in" }, true },
		{ { "allow signed-in\nlog no" }, false },
		{ { "allow signed-in\nlog no", "allow public" }, false },
		{ { "allow signed-in", "allow public" }, false },
		{ { "deny person b@x" }, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r;
		enter(a, cases[i].folders, &r);
		CHECK(rules_keep_log(&r) == cases[i].yes);
	}
}

static void who_may_send(void)
{
	static const struct {
		const char *folders[3];
		const char *who;
		bool yes;
	} cases[] = {
		{ { "upload members of dev" }, "members of dev", true },
		{ { "upload members of dev", "" }, "members of dev", true },
		{ { "upload members of dev", "upload person b@x" },
		  "members of dev",
		  false },
		{ { "upload members of dev", "upload person b@x" }, "person b@x", true },
		{ { "allow members of dev" }, "members of dev", false },
		{ { "manage person b@x" }, "person b@x", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r;
		bool yes;
		enter(a, cases[i].folders, &r);
		CHECK(!rules_name(&r, RULE_UPLOAD, holds, (void *)(uintptr_t)cases[i].who,
				  &yes)
			       .kind);
		CHECK(yes == cases[i].yes);
	}
}

static void which_licence(void)
{
	static const struct {
		const char *folders[3];
		const char *name;
		unsigned asks;
		bool is_public;
	} cases[] = {
		{ { "" }, "", 0, true },
		{ { "licence A b.md" }, "A b.md", 0, false },
		{ { "licence a.md\nlicence-asks institution", "" },
		  "a.md",
		  LICENCE_INSTITUTION,
		  false },
		{ { "licence a.md\nlicence-asks name", "licence b.md" },
		  "b.md",
		  0,
		  false },
		{ { "licence a.md", "licence none" }, "", 0, true },
		{ { "licence a.md\nlicence-asks institution name" },
		  "a.md",
		  LICENCE_NAME | LICENCE_INSTITUTION,
		  false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r;
		enter(a, cases[i].folders, &r);
		CHECK(str_eq(r.licence, str_from(cases[i].name)));
		CHECK(r.licence_asks == cases[i].asks);
		CHECK(rules_are_public(&r) == cases[i].is_public);
	}
}

static void mistakes(void)
{
	static const char *const cases[] = { "manage",
					     "manage public",
					     "manage link",
					     "manage person b",
					     "log",
					     "log maybe",
					     "upload public",
					     "upload link",
					     "upload",
					     "replace",
					     "licence",
					     "licence .access",
					     "licence a/b.md",
					     "licence-asks age" };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ARENA(a);
		struct rules r;
		CHECK(rules_parse(a, str_from(cases[i]), &r).kind == ERR_SYNTAX);
	}
}

int main(void)
{
	who_minds_it();
	it_lets_nobody_in();
	what_is_logged();
	who_may_send();
	which_licence();
	mistakes();
	return check_done();
}
