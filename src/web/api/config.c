/* A list's attributes under Mailman 3's names: rows of lists/settings.def, and of
 * config.def for what is no setting here. */
#include "web/api/api_inside.h"

#include "lists/owner.h"
#include "store/archive/post.h"
#include "store/lists/digest.h"
#include "store/lists/list.h"

/* ---- how Mailman writes some of the values */

enum shape {
	SHAPE_PLAIN,
	SHAPE_DAYS,  /* "7d" */
	SHAPE_WORDS, /* a list of texts */
	SHAPE_NAME,  /* of the list, also where nobody chose one */
};

/* Spelled otherwise there. */
static enum shape shape_of(str name)
{
	static const struct {
		const char *name;
		enum shape shape;
	} rows[] = {
		{ "bounce_info_stale_after", SHAPE_DAYS },
		{ "bounce_you_are_disabled_warnings_interval", SHAPE_DAYS },
		{ "autoresponse_grace_period", SHAPE_DAYS },
		{ "display_name", SHAPE_NAME },
		{ "acceptable_aliases", SHAPE_WORDS },
		{ "accept_these_nonmembers", SHAPE_WORDS },
		{ "hold_these_nonmembers", SHAPE_WORDS },
		{ "reject_these_nonmembers", SHAPE_WORDS },
		{ "discard_these_nonmembers", SHAPE_WORDS },
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
static bool accept_means_defer(const struct setting_def *def)
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
	switch (shape_of(str_from(def->mailman3))) {
	case SHAPE_DAYS:
		return api_str(arena_cat(x->a, text, STR("d")));
	case SHAPE_WORDS:
		return words_json(text);
	case SHAPE_NAME:
		return api_str(api_display_name(x, x->w->list));
	case SHAPE_PLAIN:
		break;
	}
	if (def->type == SETTING_IS_BOOL)
		return json_boolean(str_eq(text, STR("yes")));
	if (def->type == SETTING_IS_NUMBER)
		return str_i64(text, &n) ? json_integer(n) : api_str(text);
	if (accept_means_defer(def) && str_eq(text, STR("accept")))
		return json_string("defer");
	return api_str(text);
}

/* Back: as the setting takes it. What it does not take is said by setting_check. */
static str setting_value(struct api *x, const struct setting_def *def, str value)
{
	if (def->type == SETTING_IS_BOOL)
		return api_is_true(value)    ? STR("yes")
		       : api_is_false(value) ? STR("no")
					     : value;
	if (shape_of(str_from(def->mailman3)) == SHAPE_DAYS && str_ends(value, STR("d")))
		return str_first(value, value.n - 1);
	if (accept_means_defer(def) && str_eq(value, STR("defer")))
		return STR("accept");
	if (def->type == SETTING_IS_NUMBER && str_ends(value, STR(".0")))
		return str_first(value, value.n - 2);
	return arena_copy(x->a, value);
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
	return api_str(api_list_id(x->a, x->w->list));
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

static const struct fixed {
	const char *name, *value, *reason;
	json_t *(*work)(struct api *x); /* or the value */
} fixed_rows[] = {
#define FIXED(name, value, reason) { #name, value, reason, NULL },
#define READ_ONLY(name, function)  { #name, NULL, NULL, function },
#include "web/api/config.def"
#undef FIXED
#undef READ_ONLY
};

static const struct setting_def *find_setting(str name)
{
	size_t n;
	const struct setting_def *defs = setting_defs(&n);
	for (size_t i = 0; i < n; i++)
		if (*defs[i].mailman3 && str_eq(name, str_from(defs[i].mailman3)))
			return &defs[i];
	return NULL;
}

static const struct fixed *find_fixed(str name)
{
	for (size_t i = 0; i < sizeof fixed_rows / sizeof *fixed_rows; i++)
		if (str_eq(name, str_from(fixed_rows[i].name)))
			return &fixed_rows[i];
	return NULL;
}

static json_t *fixed_json(struct api *x, const struct fixed *row)
{
	return row->work ? row->work(x) : json_loads(row->value, JSON_DECODE_ANY, NULL);
}

/* NULL: Mailman has no such attribute. */
static json_t *attribute(struct api *x, str name)
{
	const struct setting_def *def = find_setting(name);
	const struct fixed *row = find_fixed(name);
	return def ? setting_json(x, def) : row ? fixed_json(x, row) : NULL;
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
				    fixed_json(x, &fixed_rows[i]));
	api_json(x, object);
}

static void no_attribute(struct api *x, str name)
{
	api_fail(x, 404, arena_cat(x->a, STR("Unknown attribute: "), name));
}

void api_config_one(struct api *x)
{
	str name = request_arg(x->q, "attribute");
	json_t *value = attribute(x, name), *object = json_object();
	if (!value) {
		json_decref(object);
		no_attribute(x, name);
		return;
	}
	json_object_set_new(object, arena_z(x->a, name), value);
	api_json(x, object);
}

/* ---- changing them */

/* A value that comes several times is a list: one a line. */
static str whole_value(struct api *x, str name)
{
	size_t at = 0;
	str value, all = STR("");
	bool first = true;
	while (pairs_next(&x->q->form, name, &at, &value)) {
		all = first ? value : arena_cat(x->a, all, STR("\n"), value);
		first = false;
	}
	return all;
}

/* Whether the form says what is true already. */
static bool is_same(json_t *now, str value)
{
	if (json_is_boolean(now))
		return json_is_true(now) ? api_is_true(value) : api_is_false(value);
	if (json_is_array(now) || json_is_null(now))
		return json_array_size(now) == 0
		       && (!value.n || str_eq(value, STR("None")));
	char *text = json_dumps(now, JSON_ENCODE_ANY);
	str plain = str_from(text);
	if (json_is_string(now))
		plain = str_from(json_string_value(now));
	bool same = str_eq(plain, value);
	free(text);
	return same;
}

static bool fixed_fits(struct api *x, const struct fixed *row, str value)
{
	json_t *now = fixed_json(x, row);
	bool same = is_same(now, value);
	json_decref(now);
	if (same)
		return true;
	api_fail(x, 400,
		 row->work ? arena_cat(x->a, STR("Read-only attribute: "),
				       str_from(row->name))
			   : arena_cat(x->a, str_from(row->name),
				       STR(" cannot be changed here: "),
				       str_from(row->reason), STR(".")));
	return false;
}

/* Checked here, so that a wrong value is named before anything is filed. */
static bool add_setting(struct api *x, const struct setting_def *def, str value,
			json_t *set)
{
	str clean;
	err e = setting_check(x->a, def, setting_value(x, def, value), &clean);
	if (e.kind) {
		api_fail(x, 400,
			 arena_cat(x->a, STR("Invalid Parameter \""),
				   str_from(def->mailman3), STR("\": "),
				   str_from(e.msg)));
		return false;
	}
	json_object_set_new(set, def->key, api_str(clean));
	return true;
}

static bool add_attribute(struct api *x, str name, str value, json_t *set)
{
	const struct setting_def *def = find_setting(name);
	const struct fixed *row = find_fixed(name);
	if (def)
		return add_setting(x, def, value, set);
	if (row)
		return fixed_fits(x, row, value);
	api_fail(x, 400, arena_cat(x->a, STR("Unexpected parameters: "), name));
	return false;
}

static void file_settings(struct api *x, json_t *set)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	bool empty = !json_object_size(set);
	json_object_set_new(args, "set", set);
	if (empty)
		json_decref(args);
	if (empty || api_order(x, "settings", args, &done))
		api_done(x);
}

void api_config_patch(struct api *x)
{
	json_t *set = json_object();
	for (size_t i = 0; i < x->q->form.count; i++) {
		str name = x->q->form.rows[i].name;
		if (!add_attribute(x, name, whole_value(x, name), set)) {
			json_decref(set);
			return;
		}
	}
	file_settings(x, set);
}

/* PUT names every attribute that can be written. */
void api_config_put(struct api *x)
{
	size_t n;
	const struct setting_def *defs = setting_defs(&n);
	str missing = STR("");
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;
		str value, name = str_from(defs[i].mailman3);
		if (name.n && !pairs_next(&x->q->form, name, &at, &value))
			missing = arena_cat(x->a, missing,
					    missing.n ? STR(", ") : STR(""), name);
	}
	if (missing.n)
		api_fail(x, 400, arena_cat(x->a, STR("Missing parameters: "), missing));
	else
		api_config_patch(x);
}

void api_config_one_set(struct api *x)
{
	str name = request_arg(x->q, "attribute");
	json_t *now = attribute(x, name), *set = json_object();
	size_t at = 0;
	str value;
	bool known = now;
	json_decref(now);
	if (known && pairs_next(&x->q->form, name, &at, &value)) {
		if (add_attribute(x, name, whole_value(x, name), set))
			file_settings(x, set);
		else
			json_decref(set);
		return;
	}
	json_decref(set);
	if (known)
		api_fail(x, 400, arena_cat(x->a, STR("Missing parameters: "), name));
	else
		no_attribute(x, name);
}
