/* A list's attributes, as they stand in its row of the database: words become numbers, and
 * intervals seconds. */
#include "lists/import/mailman3_rest_inside.h"

enum { ATTRIBUTES = 400 };

/* Mailman's enums, each word in the place of its number. */
#define ACTIONS    "hold", "reject", "discard", "accept", "defer"
#define RESPONSES  "none", "respond_and_discard", "respond_and_continue"
#define POLICIES   "open", "confirm", "moderate", "confirm_then_moderate"
#define MITIGATION "no_mitigation", "munge_from", "wrap_message", "reject", "discard"
enum { WORDS = 8 };

static const struct {
	const char *attribute;
	const char *const words[WORDS];
} enums[] = {
	{ "archive_policy", { "never", "private", "public" } },
	{ "archive_rendering_mode", { "", "text", "markdown" } },
	{ "autorespond_owner", { RESPONSES } },
	{ "autorespond_postings", { RESPONSES } },
	{ "autorespond_requests", { RESPONSES } },
	{ "default_member_action", { ACTIONS } },
	{ "default_nonmember_action", { ACTIONS } },
	{ "digest_volume_frequency",
	  { "yearly", "monthly", "quarterly", "weekly", "daily" } },
	{ "dmarc_mitigate_action", { MITIGATION } },
	{ "filter_action", { ACTIONS, "forward", "preserve" } },
	{ "forward_unrecognized_bounces_to",
	  { "discard", "administrators", "site_owner" } },
	{ "member_roster_visibility", { "public", "members", "moderators" } },
	{ "newsgroup_moderation", { "none", "open_moderated", "moderated" } },
	{ "personalize", { "none", "individual", "full" } },
	{ "reply_goes_to_list",
	  { "no_munging", "point_to_list", "explicit_header", "explicit_header_only" } },
	{ "subscription_policy", { POLICIES } },
	{ "unsubscription_policy", { POLICIES } },
};

/* "5d", "0d3600.0s" */
static bool read_interval(str text, int64_t *seconds)
{
	enum { DAY = 86400, MOST_DAYS = 36500 };
	str days, rest, whole, fraction;
	int64_t n, more = 0;
	if (!str_cut(text, 'd', &days, &rest) || !str_i64(days, &n) || n < -MOST_DAYS
	    || n > MOST_DAYS)
		return false;
	if (rest.n && !str_cut(rest, '.', &whole, &fraction))
		whole = str_ends(rest, STR("s")) ? str_first(rest, rest.n - 1) : rest;
	if (rest.n && (!str_i64(whole, &more) || more < 0 || more > DAY))
		return false;
	*seconds = n * DAY + more;
	return true;
}

static bool is_interval(str name)
{
	static const char *const names[] = {
		"autoresponse_grace_period", "bounce_info_stale_after",
		"bounce_you_are_disabled_warnings_interval"
	};
	return REST_WORD(name, names) >= 0;
}

static struct mailman3_value text_value(struct rest *r, struct arena *a, str name,
					const json_t *v)
{
	struct mailman3_value x = { .name = name,
				    .type = MAILMAN3_TEXT,
				    .text = rest_copy(a, v) };
	for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
		size_t n = 0;
		if (!str_eq(name, str_from(enums[i].attribute)))
			continue;
		while (n < WORDS && enums[i].words[n])
			n++;
		x.type = MAILMAN3_NUMBER;
		x.number = rest_word(x.text, enums[i].words, n);
		if (x.number < 0)
			r->wrong = enums[i].attribute;
	}
	if (!is_interval(name))
		return x;
	x.type = MAILMAN3_NUMBER;
	if (!read_interval(x.text, &x.number))
		r->wrong = "an interval";
	return x;
}

/* A list of texts. */
static struct mailman3_value list_value(struct rest *r, struct arena *a, str name,
					const json_t *v)
{
	struct mailman3_value x = { .name = name,
				    .type = MAILMAN3_LIST,
				    .count = json_array_size(v) };
	str *items = arena_zero(a, (x.count + 1) * sizeof *items);
	for (size_t i = 0; i < x.count; i++) {
		const json_t *item = json_array_get(v, i);
		if (json_is_string(item))
			items[i] = rest_copy(a, item);
		else
			r->wrong = "a list's item";
	}
	x.items = items;
	return x;
}

static struct mailman3_value value_of(struct rest *r, struct arena *a, str name,
				      const json_t *v)
{
	struct mailman3_value x = { .name = name };
	switch (json_typeof(v)) {
	case JSON_STRING:
		return text_value(r, a, name, v);
	case JSON_ARRAY:
		return list_value(r, a, name, v);
	case JSON_REAL:
		x.type = MAILMAN3_REAL;
		x.real = json_real_value(v);
		return x;
	case JSON_INTEGER:
		x.type = MAILMAN3_NUMBER;
		x.number = json_integer_value(v);
		return x;
	case JSON_TRUE:
	case JSON_FALSE:
		x.type = MAILMAN3_NUMBER;
		x.number = json_is_true(v);
		return x;
	case JSON_NULL:
		return x;
	case JSON_OBJECT:
		break;
	}
	r->wrong = "an attribute";
	return x;
}

/* What stands in tables of their own in the database. */
static bool is_in_a_table(struct arena *a, const struct mailman3_value *v,
			  struct rest_read *read)
{
	static const char *const names[] = { "filter_types", "pass_types",
					     "filter_extensions", "pass_extensions",
					     "acceptable_aliases" };
	enum { ALIASES = 4 };
	int64_t type = REST_WORD(v->name, names);
	if (type < 0)
		return false;
	struct rest_lines *to = type == ALIASES ? &read->aliases : &read->filters;
	struct mailman3_line *all = arena_zero(a,
					       (to->count + v->count + 1) * sizeof *all);
	if (to->count)
		memcpy(all, to->line, to->count * sizeof *all);
	for (size_t i = 0; i < v->count; i++)
		all[to->count++] = (struct mailman3_line){ .type = type,
							   .text = v->items[i] };
	to->line = all;
	return true;
}

/* A password, or its hash, goes no further than this. */
static bool is_secret(str name)
{
	return str_ends(name, STR("password"));
}

err rest_config(struct rest *r, struct arena *a, const struct mailman3_list *list,
		struct rest_read *read)
{
	str path = rest_path(a, list, "/config");
	json_t *answer, *v;
	const char *key;
	TRY(rest_ask(r, path, REST_BODY, &answer));
	if (json_object_size(answer) > ATTRIBUTES) {
		json_decref(answer);
		return err_in(r->a, ERR_LIMIT, "%.*s: over %d attributes", STR_F(path),
			      ATTRIBUTES);
	}
	read->value = arena_zero(a, ATTRIBUTES * sizeof *read->value);
	json_object_foreach(answer, key, v)
	{
		str name = arena_copy(a, str_from(key));
		struct mailman3_value x = { 0 };
		if (!is_secret(name))
			x = value_of(r, a, name, v);
		if (x.name.n && !is_in_a_table(a, &x, read))
			read->value[read->value_count++] = x;
	}
	json_decref(answer);
	return rest_right(r, r->a, path);
}
