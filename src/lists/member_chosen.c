/* Of a membership's options those that are its own choice, in words: for files of members. */
#include "lists/members.h"

static const struct {
	const char *word;
	unsigned bits;
} choices[] = {
	{ "status", PREFERS_OFF },
	{ "form", PREFERS_FORM },
	{ "own_posts", PREFERS_OWN_POSTS },
	{ "copies", PREFERS_COPIES },
	{ "acknowledge", PREFERS_ACKNOWLEDGE },
	{ "hidden", PREFERS_HIDDEN },
	{ "name", 0 },
};

str member_chosen(struct arena *a, const struct member_row *m)
{
	str out = STR("");
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		if (choices[i].bits ? (m->own & choices[i].bits) != 0 : m->own_name.n > 0)
			out = arena_cat(a, out, out.n ? STR(" ") : STR(""),
					str_from(choices[i].word));
	return out;
}

err member_choose(struct arena *a, struct member_row *m, str words)
{
	str word;
	while (str_word(&words, &word)) {
		size_t i = 0, n = sizeof choices / sizeof *choices;
		while (i < n && !str_eq(word, str_from(choices[i].word)))
			i++;
		if (i == n)
			return err_in(a, ERR_SYNTAX,
				      "chosen: \"%.*s\" is none of status, form, "
				      "own_posts, copies, acknowledge, hidden, name",
				      STR_F(str_first(word, 40)));
		m->pinned |= choices[i].bits;
		if (!choices[i].bits)
			m->own_name = m->name;
	}
	return OK;
}
