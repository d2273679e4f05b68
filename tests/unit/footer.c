/* A list's footer, recognised by its setting, whatever was filled in; and what is no footer. */
#include "archive/render.h"
#include "lists/decorate.h"
#include "tests/check.h"

static const char MAILMAN[] =
	"_______________________________________________\n"
	"$real_name mailing list\n$real_name@%(host_name)s\n"
	"%(web_page_url)slistinfo%(cgiext)s/%(_internal_name)s\n${description}\n";
static const char OURS[] = "-- \nYou read this as $user_name <$user_address>.\n"
			   "$description\nLeave: $user_optionsurl\n";

#define SAYS "The author says this.\n\n"
#define RULE "_______________________________________________\n"

static const struct {
	const char *setting, *text;
	const char *folded, *shown; /* folded "": no footer; shown: beside it */
} rows[] = {
	{ MAILMAN,
	  SAYS RULE "Dev mailing list\nDev@lists.old.example\n"
		    "http://old.example/listinfo%(cgiext)s/dev\nOf crystals\n",
	  "Dev@lists.old.example", "The author says this." },
	/* a shorter rule, blank lines, nothing where it was filled with nothing */
	{ MAILMAN,
	  SAYS "________________\nDev mailing list\n\nDev@lists.old.example\n"
	       "http://old.example/listinfo%(cgiext)s/dev   \n\n\n",
	  "Dev mailing list", "The author says this." },
	{ OURS,
	  SAYS "-- \nYou read this as Jörg Ö. <j@x.example>.\nOf crystals\n"
	       "Leave: https://lists.example/lists/dev/me\n",
	  "Jörg Ö.", "The author says this." },
	{ OURS, SAYS "-- \nYou read this as  <j@x.example>.\nLeave: x\n",
	  "You read this as", "The author says this." },
	/* below a signature of its author */
	{ OURS, SAYS "-- \nAnna\n\n-- \nYou read this as A <a@x>.\nLeave: x\n",
	  "You read this as", "Anna" },
	/* not all of it, more behind it, quoted, within a line */
	{ OURS, SAYS "-- \nLeave: x\n", "", "Leave: x" },
	{ OURS, SAYS "-- \nYou read this as A <a@x>.\nLeave: x\nP.S. more\n", "",
	  "P.S. more" },
	{ OURS, SAYS "> -- \n> You read this as A <a@x>.\n> Leave: x\n", "", "Leave: x" },
	{ OURS, SAYS "-- \nI say: You read this as A <a@x>.\nLeave: x\n", "", "I say" },
	/* a setting that says too little of its own recognises nothing */
	{ "$list_name\n", SAYS "dev\n", "", "dev" },
	{ "It costs $5 in all\n", SAYS "It costs $5 in all\n", "It costs", "The author" },
	{ "It costs $5 in all\n", SAYS "It costs 7 in all\n", "", "It costs 7" },
	{ "", SAYS, "", "The author" },
};

static str between(str page)
{
	str from = str_find(page, STR("<details class=\"sig\">"));
	str until = str_find(from, STR("</details>"));
	return str_first(from, from.n - until.n);
}

static void folds(struct arena *a)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct render_how how = { .footer = decorate_marked(
						  a, str_from(rows[i].setting),
						  STR(RENDER_FILLED)) };
		str page = render_plain(a, str_from(rows[i].text), &how).s;
		str foot = between(page);
		str body = str_first(page, foot.n ? (size_t)(foot.p - page.p) : page.n);
		bool good = *rows[i].folded ? str_find(foot, str_from(rows[i].folded)).n
					    : !foot.n;
		good = good && str_find(body, str_from(rows[i].shown)).n;
		if (!good)
			fprintf(stderr, "row %zu: %.*s\n", i, STR_F(page));
		CHECK(good);
	}
}

/* What many marks could stand for is not tried for ever. */
static void bounded(struct arena *a)
{
	char *like = arena_alloc(a, 400), *text = arena_alloc(a, 200001);
	for (size_t i = 0; i < 200; i++)
		memcpy(like + 2 * i, i % 2 ? "a\1" : "\1\n", 2);
	memset(text, 'a', 200000);
	text[200000] = 'b';
	for (size_t i = 99; i < 200000; i += 100)
		text[i] = '\n';
	struct render_how how = { .footer = { like, 400 } };
	CHECK(!between(render_plain(a, (str){ text, 200001 }, &how).s).n);
	how.footer = STR("\1a\1a\1a\1a\1a\1a\1a\1a\1c letters\n");
	CHECK(!between(render_plain(a, (str){ text, 200001 }, &how).s).n);
}

int main(void)
{
	ARENA(a);
	folds(a);
	bounded(a);
	return check_done();
}
