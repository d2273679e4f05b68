/* The rules about what a post says. */
#include "lists/rules_inside.h"

enum { LINES_ASKED = 10 }; /* that are not empty, of a post's text */

/* Words of -request that a person may send to everybody by mistake, how many words may
 * follow, and what the last of these is. Where any would do, "Set up the meeting" and
 * "who knows" were commands. */
enum follow { ANYTHING, A_TOKEN, AN_OPTION };

static const struct {
	const char *word;
	size_t least, most;
	enum follow last;
} commands[] = {
	{ "confirm", 1, 1, A_TOKEN },     { "help", 0, 0, ANYTHING },
	{ "info", 0, 0, ANYTHING },       { "join", 0, 3, AN_OPTION },
	{ "leave", 0, 1, AN_OPTION },     { "lists", 0, 0, ANYTHING },
	{ "options", 0, 0, ANYTHING },    { "remove", 0, 0, ANYTHING },
	{ "set", 2, 3, AN_OPTION },       { "signoff", 0, 0, ANYTHING },
	{ "subscribe", 0, 3, AN_OPTION }, { "unsubscribe", 0, 1, AN_OPTION },
	{ "who", 0, 0, ANYTHING },
};

static bool is_option(str word)
{
	static const char *const known[] = { "on",   "off",    "plain",
					     "mime", "digest", "nodigest" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ieq(word, str_from(known[i])))
			return true;
	return str_has(word, '@') || str_has(word, '=');
}

/* Ours have 20 characters, Mailman's 40. */
static bool is_token(str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!chr_is_alpha(word.p[i]) && !chr_is_digit(word.p[i]))
			return false;
	return word.n >= 16;
}

static bool is_command(str line)
{
	str word, last = STR("");
	size_t follow = 0;
	if (!str_word(&line, &word))
		return false;
	while (str_word(&line, &last))
		follow++;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (!str_ieq(word, str_from(commands[i].word)))
			continue;
		if (follow < commands[i].least || follow > commands[i].most)
			return false;
		return !follow || commands[i].last == ANYTHING
		       || (commands[i].last == A_TOKEN ? is_token(last)
						       : is_option(last));
	}
	return false;
}

err rule_administrivia(struct book *lists, struct arena *a, const struct post *p,
		       struct ruling *r)
{
	str text = p->opening, line;
	size_t asked = 0;
	(void)lists;
	if (!p->settings.administrivia)
		return OK;
	if (is_command(p->subject))
		return rule_says(r, VERDICT_HOLD,
				 arena_cat(a, STR("the subject is a mail command: "),
					   str_trim(p->subject)));
	while (asked < LINES_ASKED && str_line(&text, &line)) {
		line = str_trim(line);
		asked += line.n > 0;
		if (is_command(line))
			return rule_says(
				r, VERDICT_HOLD,
				arena_cat(a, STR("a line is a mail command: "), line));
	}
	return OK;
}

err rule_no_subject(struct book *lists, struct arena *a, const struct post *p,
		    struct ruling *r)
{
	(void)lists, (void)a;
	return str_trim(p->subject).n
		       ? OK
		       : rule_says(r, VERDICT_HOLD, STR("the post has no subject"));
}
