#include "lists/members.h"

#include "base/clock.h"
#include "base/language.h"
#include "lists/topics.h"

enum { DAY = 86400, LINE_MAX_OCTETS = 200 };

static const struct {
	const char *key;
	size_t offset;
	unsigned prefers; /* 0: each membership's alone */
} switches[] = {
	{ "own_posts", offsetof(struct member_row, own_posts), PREFERS_OWN_POSTS },
	{ "copies", offsetof(struct member_row, copies), PREFERS_COPIES },
	{ "acknowledge", offsetof(struct member_row, acknowledge), PREFERS_ACKNOWLEDGE },
	{ "hidden", offsetof(struct member_row, hidden), PREFERS_HIDDEN },
	{ "other_topics", offsetof(struct member_row, other_topics), 0 },
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
	if (str_eq(value, STR("usual"))) {
		m->own &= ~(unsigned)(PREFERS_OFF | PREFERS_FORM);
		return OK;
	}
	for (size_t i = 0; i < sizeof deliveries / sizeof *deliveries; i++) {
		if (!str_eq(value, str_from(deliveries[i].word))
		    && !str_eq(value, str_from(deliveries[i].mailman3)))
			continue;
		m->delivery = str_from(deliveries[i].word);
		by = str_eq(m->delivery, STR("off")) ? by : STR("");
		if (m->off_by.n && !str_eq(m->off_by, by))
			m->off_why = STR(""); /* it was another's reason */
		m->off_by = by;
		return OK;
	}
	return wrong(a, STR("delivery"), value,
		     "regular, mime, plain, summary, off or usual");
}

/* Mailman's two halves of delivery: whether posts come, and how. */
static err set_status(struct arena *a, struct member_row *m, str value, str by)
{
	bool off = str_eq(m->delivery, STR("off"));
	if (str_eq(value, STR("usual"))) {
		m->own &= ~(unsigned)PREFERS_OFF;
		return OK;
	}
	if (str_eq(value, STR("off")))
		return set_delivery(a, m, value, by);
	if (!str_eq(value, STR("on")))
		return wrong(a, STR("status"), value, "on, off or usual");
	return off ? set_delivery(a, m, m->form, by) : OK;
}

static err set_form(struct arena *a, struct member_row *m, str value, str by)
{
	struct member_row as = *m;
	if (str_eq(value, STR("usual"))) {
		m->own &= ~(unsigned)PREFERS_FORM;
		return OK;
	}
	if (str_eq(value, STR("off")) || set_delivery(a, &as, value, by).kind)
		return wrong(a, STR("form"), value,
			     "regular, mime, plain, summary or usual");
	m->form = as.delivery;
	if (!str_eq(m->delivery, STR("off")))
		m->delivery = as.delivery;
	return OK;
}

static err set_language(struct arena *a, struct member_row *m, str value)
{
	enum language l;
	bool usual = !value.n || str_eq(value, STR("usual"));
	if (!usual && !language_find(value, &l))
		return wrong(a, STR("language"), value,
			     "en, de, fr, es, ja, zh_CN or usual");
	m->language = usual ? STR("") : str_from(language_row(l)->name);
	return OK;
}

static err set_action(struct arena *a, struct member_row *m, str value)
{
	static const char *const actions[] = { "",     "accept", "defer",
					       "hold", "reject", "discard" };
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(value, str_from(actions[i]))) {
			m->action = str_from(actions[i]);
			return OK;
		}
	return wrong(a, STR("action"), value,
		     "accept, defer, hold, reject, discard or nothing");
}

static err set_until(struct arena *a, struct member_row *m, str value)
{
	return day_read(value, &m->last_day)
		       ? OK
		       : wrong(a, STR("until"), value,
			       "the last day, as 2026-12-31, or nothing");
}

static err set_line(struct arena *a, str key, str value, str *line)
{
	value = str_trim(value);
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || i >= LINE_MAX_OCTETS)
			return wrong(a, key, str_first(value, 40),
				     "a line of at most 200 octets, or nothing");
	*line = value;
	return OK;
}

static err set_why(struct arena *a, struct member_row *m, str value)
{
	return set_line(a, STR("why"), value, &m->off_why);
}

static err set_name(struct arena *a, struct member_row *m, str value)
{
	return set_line(a, STR("name"), value, &m->own_name);
}

bool day_read(str text, int64_t *seconds)
{
	int64_t at = 0;
	text = str_trim(text);
	if (text.n && (!clock_parse(text, clock_now(), &at) || at < 0))
		return false;
	*seconds = at / DAY * DAY;
	return true;
}

err member_option(struct arena *a, struct member_row *m, str key, str value, str by)
{
	if (str_eq(key, STR("delivery")))
		return set_delivery(a, m, value, by);
	if (str_eq(key, STR("status")))
		return set_status(a, m, value, by);
	if (str_eq(key, STR("form")))
		return set_form(a, m, value, by);
	if (str_eq(key, STR("language")))
		return set_language(a, m, value);
	if (str_eq(key, STR("action")))
		return set_action(a, m, value);
	if (str_eq(key, STR("until")))
		return set_until(a, m, value);
	if (str_eq(key, STR("why")))
		return set_why(a, m, value);
	if (str_eq(key, STR("name")))
		return set_name(a, m, value);
	if (str_eq(key, STR("topics"))) {
		m->topics = topics_choice(a, value);
		return OK;
	}
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
		if (!str_eq(key, str_from(switches[i].key)))
			continue;
		unsigned bit = switches[i].prefers;
		bool yes = str_eq(value, STR("yes"));
		if (bit && str_eq(value, STR("usual"))) {
			m->own &= ~bit;
			return OK;
		}
		if (!yes && !str_eq(value, STR("no")))
			return wrong(a, key, value,
				     bit ? "yes, no or usual" : "yes or no");
		*(bool *)((char *)m + switches[i].offset) = yes;
		return OK;
	}
	return err_in(a, ERR_SYNTAX,
		      "no option \"%.*s\"; there are delivery, why, action, own_posts, "
		      "copies, acknowledge, hidden, until, name, topics, other_topics, "
		      "language, "
		      "form, status",
		      STR_F(key));
}
