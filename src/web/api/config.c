/* A list's attributes under Mailman 3's names: rows of lists/settings.def, and of
 * config.def for what is no setting here. */
#include "web/api/config_inside.h"

#include "store/archive/post.h"
#include "store/lists/digest.h"
#include "store/lists/list.h"

/* ---- how Mailman writes some of the values */

/* Spelled otherwise there. */
enum config_shape config_shape(str name)
{
	static const struct {
		const char *name;
		enum config_shape shape;
	} rows[] = {
		{ "bounce_info_stale_after", SHAPE_DAYS },
		{ "bounce_you_are_disabled_warnings_interval", SHAPE_DAYS },
		{ "autoresponse_grace_period", SHAPE_DAYS },
		{ "display_name", SHAPE_NAME },
		{ "preferred_language", SHAPE_LANGUAGE },
		{ "acceptable_aliases", SHAPE_WORDS },
		{ "accept_these_nonmembers", SHAPE_WORDS },
		{ "hold_these_nonmembers", SHAPE_WORDS },
		{ "reject_these_nonmembers", SHAPE_WORDS },
		{ "discard_these_nonmembers", SHAPE_WORDS },
		{ "dmarc_addresses", SHAPE_WORDS },
		{ "filter_extensions", SHAPE_WORDS },
		{ "filter_types", SHAPE_WORDS },
		{ "pass_extensions", SHAPE_WORDS },
		{ "pass_types", SHAPE_WORDS },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(name, str_from(rows[i].name)))
			return rows[i].shape;
	return SHAPE_PLAIN;
}

static bool has_choice(const struct setting_def *def, str word)
{
	for (size_t i = 0; def->choices && def->choices[i]; i += 2)
		if (str_eq(word, str_from(def->choices[i])))
			return true;
	return false;
}

/* Mailman's "defer" is what "accept" is where a list has no such word: the other rules
 * go on judging. */
bool config_accept_is_defer(const struct setting_def *def)
{
	return (str_eq(str_from(def->key), STR("default_member_action"))
		|| str_eq(str_from(def->key), STR("default_nonmember_action")))
	       && !has_choice(def, STR("defer"));
}

static json_t *words_json(str text)
{
	json_t *words = json_array();
	str line;
	while (str_line(&text, &line))
		if (str_trim(line).n)
			json_array_append_new(words, api_str(str_trim(line)));
	return words;
}

static json_t *setting_json(struct api *x, const struct setting_def *def)
{
	str text = setting_text(x->a, &x->w->settings, def);
	int64_t n = 0;
	switch (config_shape(str_from(def->mailman3))) {
	case SHAPE_DAYS:
		return api_str(arena_cat(x->a, text, STR("d")));
	case SHAPE_WORDS:
		return words_json(text);
	case SHAPE_NAME:
		return api_str(api_display_name(x, x->w->list));
	case SHAPE_LANGUAGE:
		return api_str(str_eq(text, STR("site")) ? x->w->books.conf->site_lang
							 : text);
	case SHAPE_PLAIN:
		break;
	}
	if (def->type == SETTING_IS_BOOL)
		return json_boolean(str_eq(text, STR("yes")));
	if (def->type == SETTING_IS_NUMBER)
		return str_i64(text, &n) ? json_integer(n) : api_str(text);
	if (config_accept_is_defer(def) && str_eq(text, STR("accept")))
		return json_string("defer");
	return api_str(text);
}

/* ---- what is worked out */

static json_t *sub(struct api *x, const char *suffix)
{
	return api_str(list_subaddress(x->a, x->w->list, str_from(suffix)));
}

static json_t *bounces_address(struct api *x)
{
	return sub(x, "bounces");
}

static json_t *join_address(struct api *x)
{
	return sub(x, "join");
}

static json_t *leave_address(struct api *x)
{
	return sub(x, "leave");
}

static json_t *owner_address(struct api *x)
{
	return sub(x, "owner");
}

static json_t *request_address(struct api *x)
{
	return sub(x, "request");
}

static json_t *posting_address(struct api *x)
{
	return api_str(x->w->list->address);
}

static json_t *fqdn_listname(struct api *x)
{
	return api_str(x->w->list->address);
}

static json_t *list_name(struct api *x)
{
	return api_str(x->w->list->name);
}

static json_t *mail_host(struct api *x)
{
	return api_str(x->w->list->domain);
}

static json_t *list_id(struct api *x)
{
	return api_str(x->w->list->list_id);
}

static json_t *no_reply_address(struct api *x)
{
	return api_str(arena_cat(x->a, STR("noreply@"), x->w->list->domain));
}

static json_t *created_at(struct api *x)
{
	struct list_row row;
	err e = list_get(x->w->books.lists, x->a, x->w->list->id, &row);
	return e.kind ? json_null() : api_time(row.created_at);
}

static json_t *post_id(struct api *x)
{
	int64_t number, version;
	err e = archive_newest(x->w->books.archive, x->w->list->id, &number, &version);
	return json_integer(e.kind ? 1 : number + 1);
}

static json_t *last_post_at(struct api *x)
{
	int64_t number, version;
	struct archive_post post;
	bool found = false;
	err e = archive_newest(x->w->books.archive, x->w->list->id, &number, &version);
	if (!e.kind && number)
		e = archive_post_by_number(x->w->books.archive, x->a, x->w->list->id,
					   number, &post, &found);
	return e.kind || !found ? json_null() : api_time(post.received_at);
}

/* Of the digests: the next one, and when the last one left. */
static struct digest_state digests(struct api *x)
{
	struct digest_state s;
	err e = digest_state_get(x->w->books.lists, x->w->list->id, &s);
	return e.kind ? (struct digest_state){ .volume = 1, .issue = 1 } : s;
}

static json_t *volume(struct api *x)
{
	return json_integer(digests(x).volume);
}

static json_t *next_digest_number(struct api *x)
{
	return json_integer(digests(x).issue);
}

static json_t *digest_last_sent_at(struct api *x)
{
	return api_time(digests(x).sent_at);
}

/* ---- all of them */

/* One name each: what is a setting is neither fixed nor worked out. */
enum attribute_names {
#define SETTING(key, ...)         ATTRIBUTE_##key,
#define FIXED(name, ...)          ATTRIBUTE_##name,
#define READ_ONLY(name, function) ATTRIBUTE_##name,
#include "lists/settings.def"
#include "web/api/config.def"
#undef FIXED
#undef READ_ONLY
};

static const struct config_fixed fixed_rows[] = {
#define FIXED(name, value, reason) { #name, value, reason, NULL },
#define READ_ONLY(name, function)  { #name, NULL, NULL, function },
#include "web/api/config.def"
#undef FIXED
#undef READ_ONLY
};

const struct setting_def *config_setting(str name)
{
	size_t n;
	const struct setting_def *defs = setting_defs(&n);
	for (size_t i = 0; i < n; i++)
		if (*defs[i].mailman3 && str_eq(name, str_from(defs[i].mailman3)))
			return &defs[i];
	return NULL;
}

const struct config_fixed *config_fixed(str name)
{
	for (size_t i = 0; i < sizeof fixed_rows / sizeof *fixed_rows; i++)
		if (str_eq(name, str_from(fixed_rows[i].name)))
			return &fixed_rows[i];
	return NULL;
}

json_t *config_fixed_json(struct api *x, const struct config_fixed *row)
{
	return row->work ? row->work(x) : json_loads(row->value, JSON_DECODE_ANY, NULL);
}

/* NULL: Mailman has no such attribute. */
json_t *config_attribute(struct api *x, str name)
{
	const struct setting_def *def = config_setting(name);
	const struct config_fixed *row = config_fixed(name);
	return def ? setting_json(x, def) : row ? config_fixed_json(x, row) : NULL;
}

void api_config(struct api *x)
{
	size_t n;
	const struct setting_def *defs = setting_defs(&n);
	json_t *object = json_object();
	for (size_t i = 0; i < n; i++)
		if (*defs[i].mailman3)
			json_object_set_new(object, defs[i].mailman3,
					    setting_json(x, &defs[i]));
	for (size_t i = 0; i < sizeof fixed_rows / sizeof *fixed_rows; i++)
		json_object_set_new(object, fixed_rows[i].name,
				    config_fixed_json(x, &fixed_rows[i]));
	api_json(x, object);
}

void config_no_attribute(struct api *x, str name)
{
	api_fail(x, 404, arena_cat(x->a, STR("Unknown attribute: "), name));
}

void api_config_one(struct api *x)
{
	str name = request_arg(x->q, "attribute");
	json_t *value = config_attribute(x, name), *object = json_object();
	if (!value) {
		json_decref(object);
		config_no_attribute(x, name);
		return;
	}
	json_object_set_new(object, arena_z(x->a, name), value);
	api_json(x, object);
}
