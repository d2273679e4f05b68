#include "lists/import/mailman2_inside.h"
#include "lists/pattern.h"
#include "lists/topics.h"

#include <math.h>
#include <time.h>

/* Mailman's bits of a member's options. */
enum {
	OPTION_NOT_ME = 2,
	OPTION_ACKNOWLEDGE = 4,
	OPTION_PLAIN_DIGEST = 8,
	OPTION_HIDE = 16,
	OPTION_OTHER_TOPICS = 64,
	OPTION_MODERATED = 128,
	OPTION_NO_DUPLICATES = 256
};

/* What it keeps in dicts by address, in maps: a list may have 100,000 members. */
struct tables {
	struct map options, names, languages, status, bounces, topics;
	str moderated, others; /* action of who is, and of who is not */
	size_t there, here;
};

static void tables_open(struct tables *t, const struct moving *x)
{
	const struct mailman2_config *c = &x->config;
	const struct attribute *row = attribute_of_mailman2(
		STR("default_member_moderation"));
	const struct pickle yes = { .type = PICKLE_BOOL, .number = 1 };
	bool all = mailman2_number(c, "default_member_moderation");
	*t = (struct tables){ 0 };
	pickle_map(mailman2_get(c, "user_options"), &t->options);
	pickle_map(mailman2_get(c, "usernames"), &t->names);
	pickle_map(mailman2_get(c, "language"), &t->languages);
	pickle_map(mailman2_get(c, "delivery_status"), &t->status);
	pickle_map(mailman2_get(c, "bounce_info"), &t->bounces);
	pickle_map(mailman2_get(c, "topics_userinterest"), &t->topics);
	/* A member whose state is the list's own default says nothing. */
	t->moderated = all ? STR("") : row->make(c, row, &yes).text;
	t->others = all ? STR("defer") : STR("");
}

static void tables_close(struct tables *t)
{
	map_free(&t->options);
	map_free(&t->names);
	map_free(&t->languages);
	map_free(&t->status);
	map_free(&t->bounces);
	map_free(&t->topics);
}

static int64_t item_number(const struct pickle *tuple, uint32_t i)
{
	return tuple && tuple->type == PICKLE_TUPLE && i < tuple->count
		       ? pickle_number(tuple->items[i], 0)
		       : 0;
}

/* (2015, 3, 4): that day's midnight; 0: none. */
static int64_t day_of(const struct pickle *date)
{
	struct tm tm = { .tm_year = (int)item_number(date, 0) - 1900,
			 .tm_mon = (int)item_number(date, 1) - 1,
			 .tm_mday = (int)item_number(date, 2) };
	int64_t seconds = tm.tm_mday ? timegm(&tm) : 0;
	return seconds > 0 ? seconds : 0;
}

static void read_delivery(const struct tables *t, str key, bool digest, int64_t bits,
			  struct member_row *m)
{
	static const char *const by[] = { "", "moderator", "user", "moderator",
					  "bounces" };
	const struct pickle *status = map_get(&t->status, key);
	int64_t code = item_number(status, 0);
	str mode = bits & OPTION_PLAIN_DIGEST ? STR("plain") : STR("mime");
	m->delivery = digest ? mode : STR("regular");
	m->off_by = STR("");
	if (code < 1 || code > 4)
		return;
	m->delivery = STR("off");
	m->off_by = str_from(by[code]);
	m->off_at = code == 4 ? item_number(status, 1) : 0;
}

static void read_bounces(const struct moving *x, struct tables *t, str key,
			 struct member_row *m)
{
	const struct pickle *info = map_get(&t->bounces, key);
	const struct pickle *score = pickle_get(info, "score");
	int64_t all = mailman2_number(&x->config, "bounce_you_are_disabled_warnings");
	int64_t left = pickle_number(pickle_get(info, "noticesleft"), all);
	if (!info)
		return;
	m->bounce_score = score && score->type == PICKLE_REAL && isfinite(score->real)
					  && score->real > 0
				  ? score->real
				  : (double)pickle_number(score, 0);
	m->bounce_at = day_of(pickle_get(info, "date"));
	m->bounce_text = STR("counted by Mailman");
	m->warnings = m->off_at && left < all ? all - left : 0;
	m->warned_at = m->warnings ? day_of(pickle_get(info, "lastnotice")) : 0;
}

static str read_topics(const struct moving *x, const struct tables *t, str key)
{
	const struct pickle *all = map_get(&t->topics, key);
	str names = STR("");
	for (uint32_t i = 0; all && all->type == PICKLE_LIST && i < all->count
			     && i < PATTERN_EXPRESSIONS_MAX;
	     i++)
		names = arena_cat(x->a, names, mailman2_topic(&x->config, all->items[i]),
				  STR("\n"));
	return topics_choice(x->a, names);
}

static void read_options(struct moving *x, struct tables *t, str key, bool digest,
			 struct member_row *m)
{
	int64_t bits = pickle_number(map_get(&t->options, key), 0);
	m->own_posts = !(bits & OPTION_NOT_ME);
	m->copies = !(bits & OPTION_NO_DUPLICATES);
	m->acknowledge = bits & OPTION_ACKNOWLEDGE;
	m->hidden = bits & OPTION_HIDE;
	m->topics = read_topics(x, t, key);
	m->other_topics = bits & OPTION_OTHER_TOPICS;
	m->action = bits & OPTION_MODERATED ? t->moderated : t->others;
	read_delivery(t, key, digest, bits, m);
	read_bounces(x, t, key, m);
}

/* key: Mailman's, in lower case; text: as the member writes it. */
static err move_member(struct moving *x, struct tables *t, str key, str text, bool digest)
{
	const struct mailman2_config *c = &x->config;
	struct moved_member m = {
		.address = text,
		.key = key,
		.name = str_trim(mailman2_text(c, map_get(&t->names, key))),
		.language = mailman2_text(c, map_get(&t->languages, key)),
		.own_language = mailman2_text(c, mailman2_get(c, "preferred_language")),
		.bounced = map_get(&t->bounces, key) != NULL,
	};
	bool here;
	t->there++;
	read_options(x, t, key, digest, &m.as);
	TRY(moving_member(x, &m, &here));
	t->here += here;
	return OK;
}

/* What one member takes of memory is free for the next. */
static err move_all(struct moving *x, struct tables *t, const char *name, bool digest)
{
	const struct pickle *d = mailman2_get(&x->config, name);
	struct arena *whole = x->a;
	ARENA(one);
	err e = OK;
	x->a = x->config.a = one;
	for (uint32_t i = 0; !e.kind && d && d->type == PICKLE_DICT && i + 1 < d->count;
	     i += 2) {
		str key = pickle_str(d->items[i]), text = pickle_str(d->items[i + 1]);
		arena_reset(one);
		e = move_member(x, t, key, text.n ? text : key, digest);
	}
	x->a = x->config.a = whole;
	return e.kind ? err_in(whole, e.kind, "%s", e.msg) : OK;
}

err move_last_digests(struct moving *x)
{
	const struct pickle *d = mailman2_get(&x->config, "one_last_digest");
	struct map options = { 0 };
	err e = OK;
	pickle_map(mailman2_get(&x->config, "user_options"), &options);
	for (uint32_t i = 0; !e.kind && d && d->type == PICKLE_DICT && i + 1 < d->count;
	     i += 2) {
		str key = pickle_str(d->items[i]);
		bool plain = pickle_number(map_get(&options, key), 0)
			     & OPTION_PLAIN_DIGEST;
		e = moving_last_digest(x, key, plain ? STR("plain") : STR("mime"));
	}
	map_free(&options);
	return e;
}

err move_members(struct moving *x)
{
	struct tables t;
	tables_open(&t, x);
	err e = move_all(x, &t, "members", false);
	if (!e.kind)
		e = move_all(x, &t, "digest_members", true);
	tables_close(&t);
	import_report_count(x->report, "members", (int64_t)t.there, (int64_t)t.here);
	return e;
}
