/* Changing a list's attributes under Mailman 3's names: what is a setting here becomes an
 * order, what has one true value may be written as it is. */
#include "web/api/config_inside.h"

#include "base/buf.h"

/* What reads all attributes and writes them back changes none: the list still goes with the
 * site. */
static bool goes_with_site(struct api *x, const struct setting_def *def, str value)
{
	return config_shape(str_from(def->mailman3)) == SHAPE_LANGUAGE
	       && str_eq(value, x->w->books.conf->site_lang)
	       && str_eq(setting_text(x->a, &x->w->settings, def), STR("site"));
}

/* Back: as the setting takes it. What it does not take is said by setting_check. */
static str setting_value(struct api *x, const struct setting_def *def, str value)
{
	if (def->type == SETTING_IS_BOOL)
		return api_is_true(value)    ? STR("yes")
		       : api_is_false(value) ? STR("no")
					     : value;
	if (config_shape(str_from(def->mailman3)) == SHAPE_DAYS
	    && str_ends(value, STR("d")))
		return str_first(value, value.n - 1);
	if (config_accept_is_defer(def) && str_eq(value, STR("defer")))
		return STR("accept");
	if (goes_with_site(x, def, value))
		return STR("site");
	if (def->type == SETTING_IS_NUMBER && str_ends(value, STR(".0")))
		return str_first(value, value.n - 2);
	return arena_copy(x->a, value);
}

/* A value that comes several times is a list: one a line. */
static str whole_value(struct api *x, str name)
{
	size_t at = 0;
	str value;
	bool first = true;
	BUF(all);
	while (pairs_next(&x->q->form, name, &at, &value)) {
		buf_cat(&all, first ? STR("") : STR("\n"), value);
		first = false;
	}
	return arena_copy(x->a, buf_str(&all));
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

static bool fixed_fits(struct api *x, const struct config_fixed *row, str value)
{
	json_t *now = config_fixed_json(x, row);
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
	const struct setting_def *def = config_setting(name);
	const struct config_fixed *row = config_fixed(name);
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
		if (pairs_get(&x->q->form, name).p != x->q->form.rows[i].value.p)
			continue; /* the first of that name stands for all of them */
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
	json_t *now = config_attribute(x, name), *set = json_object();
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
		config_no_attribute(x, name);
}
