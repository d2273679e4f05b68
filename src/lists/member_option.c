#include "lists/members.h"

#include "lists/topics.h"

static const struct {
	const char *key;
	size_t offset;
} switches[] = {
	{ "own_posts", offsetof(struct member_row, own_posts) },
	{ "copies", offsetof(struct member_row, copies) },
	{ "acknowledge", offsetof(struct member_row, acknowledge) },
	{ "hidden", offsetof(struct member_row, hidden) },
	{ "other_topics", offsetof(struct member_row, other_topics) },
};

/* How posts come. Mailman 3's words are taken, too. */
static const struct {
	const char *word, *mailman3;
} deliveries[] = {
	{ "regular", "regular" },
	{ "mime", "mime_digests" },
	{ "plain", "plaintext_digests" },
	{ "summary", "summary_digests" },
	{ "off", "off" },
};

static err wrong(struct arena *a, str key, str value, const char *wanted)
{
	return err_in(a, ERR_SYNTAX, "%.*s = %.*s: it takes %s", STR_F(key), STR_F(value),
		      wanted);
}

static err set_delivery(struct arena *a, struct member_row *m, str value, str by)
{
	for (size_t i = 0; i < sizeof deliveries / sizeof *deliveries; i++) {
		if (!str_eq(value, str_from(deliveries[i].word))
		    && !str_eq(value, str_from(deliveries[i].mailman3)))
			continue;
		m->delivery = str_from(deliveries[i].word);
		m->off_by = str_eq(m->delivery, STR("off")) ? by : STR("");
		return OK;
	}
	return wrong(a, STR("delivery"), value, "regular, mime, plain, summary or off");
}

static err set_action(struct arena *a, struct member_row *m, str value)
{
	static const char *const actions[] = { "", "accept", "hold", "reject",
					       "discard" };
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(value, str_from(actions[i]))) {
			m->action = str_from(actions[i]);
			return OK;
		}
	return wrong(a, STR("action"), value, "accept, hold, reject, discard or nothing");
}

err member_option(struct arena *a, struct member_row *m, str key, str value, str by)
{
	if (str_eq(key, STR("delivery")))
		return set_delivery(a, m, value, by);
	if (str_eq(key, STR("action")))
		return set_action(a, m, value);
	if (str_eq(key, STR("topics"))) {
		m->topics = topics_choice(a, value);
		return OK;
	}
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
		if (!str_eq(key, str_from(switches[i].key)))
			continue;
		bool yes = str_eq(value, STR("yes"));
		if (!yes && !str_eq(value, STR("no")))
			return wrong(a, key, value, "yes or no");
		*(bool *)((char *)m + switches[i].offset) = yes;
		return OK;
	}
	return err_in(a, ERR_SYNTAX,
		      "no option \"%.*s\"; there are delivery, action, own_posts, "
		      "copies, acknowledge, hidden, topics, other_topics",
		      STR_F(key));
}
