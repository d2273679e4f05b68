/* postern user preferences: what holds for all memberships of a person or of an address. */
#include "cli/cmd_user.h"
#include "lists/persons.h"
#include "lists/preferences.h"

/* The level that the command names: the person, or that address alone. */
static err level(struct cli *c, struct books **books, struct person_row *who,
		 struct preference *p)
{
	struct address_row row;
	TRY(cli_person(c, books, who));
	*p = (struct preference){ .person = who->id };
	if (!cli_option(c, "address"))
		return OK;
	TRY(person_find(*books, c->a, str_from(c->args[0]), &row));
	*p = (struct preference){ .address = row.id };
	return OK;
}

static str yes_no(bool yes)
{
	return yes ? STR("yes") : STR("no");
}

/* Which is in effect, and whether it was chosen here. A person's language stands with the
 * person. */
static void show(struct cli *c, const struct person_row *who, const struct preference *p)
{
	bool speaks = p->person ? who->language.n > 0 : p->set & PREFERS_LANGUAGE;
	const struct {
		const char *key;
		str value;
		bool chosen;
	} rows[] = {
		{ "delivery", p->off ? STR("off") : p->form,
		  p->set & (PREFERS_OFF | PREFERS_FORM) },
		{ "own_posts", yes_no(p->own_posts), p->set & PREFERS_OWN_POSTS },
		{ "copies", yes_no(p->copies), p->set & PREFERS_COPIES },
		{ "acknowledge", yes_no(p->acknowledge), p->set & PREFERS_ACKNOWLEDGE },
		{ "hidden", yes_no(p->hidden), p->set & PREFERS_HIDDEN },
		{ "language", p->person ? who->language : p->language, speaks },
	};
	struct table *t = table_new(c, "key value chosen");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		table_row(t, (str[]){ str_from(rows[i].key), rows[i].value,
				      yes_no(rows[i].chosen) });
	table_print(t);
}

int cli_user_preferences(struct cli *c)
{
	struct books *books;
	struct person_row who;
	struct preference p;
	struct assignment *set;
	size_t n;
	CLI_TRY(c, level(c, &books, &who, &p));
	if (c->arg_count == 1) {
		CLI_TRY(c, preference_get(books->lists, c->a, &p));
		show(c, &who, &p);
		return CLI_OK;
	}
	CLI_TRY(c, cli_assignments(c, 1, &set, &n));
	CLI_TRY(c, preferences_change(books, c->a, &p,
				      &(struct preferences_wish){ .set = set, .n = n },
				      &cli_actor));
	return CLI_OK;
}
