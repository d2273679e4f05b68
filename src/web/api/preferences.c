/* Preferences. Here they stand in each membership; Mailman's four levels are one. */
#include "web/api/api_inside.h"

static const struct preference {
	const char *name, *option;
	size_t offset;
	bool usual;
} switches[] = {
	{ "acknowledge_posts", "acknowledge", offsetof(struct member_row, acknowledge),
	  false },
	{ "hide_address", "hidden", offsetof(struct member_row, hidden), false },
	{ "receive_list_copy", "copies", offsetof(struct member_row, copies), true },
	{ "receive_own_postings", "own_posts", offsetof(struct member_row, own_posts),
	  true },
};
enum { SWITCHES = sizeof switches / sizeof *switches };

static bool switch_of(const struct member_row *m, const struct preference *p)
{
	return *(const bool *)((const char *)m + p->offset);
}

static const char *status_of(const struct member_row *m)
{
	if (!str_eq(m->delivery, STR("off")))
		return "enabled";
	return str_eq(m->off_by, STR("user"))        ? "by_user"
	       : str_eq(m->off_by, STR("moderator")) ? "by_moderator"
						     : "by_bounces";
}

static const struct {
	const char *mode, *delivery;
} modes[] = { { "regular", "regular" },
	      { "mime_digests", "mime" },
	      { "plaintext_digests", "plain" },
	      { "summary_digests", "summary" } };
enum { MODES = sizeof modes / sizeof *modes };

/* Of who gets nothing it is not known. */
const char *api_delivery_mode(const struct member_row *m)
{
	for (size_t i = 0; i < MODES; i++)
		if (str_eq(m->delivery, str_from(modes[i].delivery)))
			return modes[i].mode;
	return "regular";
}

/* all: also what is as usual. */
static json_t *preferences_json(const struct member_row *m, bool all)
{
	json_t *object = json_object();
	for (size_t i = 0; i < SWITCHES; i++) {
		bool yes = switch_of(m, &switches[i]);
		if (all || yes != switches[i].usual)
			json_object_set_new(object, switches[i].name, json_boolean(yes));
	}
	if (all || str_eq(m->delivery, STR("off")))
		json_object_set_new(object, "delivery_status", json_string(status_of(m)));
	const char *mode = api_delivery_mode(m);
	if (all || strcmp(mode, "regular"))
		json_object_set_new(object, "delivery_mode", json_string(mode));
	return object;
}

static const struct member_row usual = { .delivery = { "regular", 7 },
					 .own_posts = true,
					 .copies = true };

void api_system_preferences(struct api *x)
{
	json_t *object = preferences_json(&usual, true);
	json_object_set_new(object, "preferred_language",
			    api_str(x->w->books.conf->site_lang));
	api_link(x, object, STR("/system/preferences"));
	api_json(x, object);
}

static void show(struct api *x, bool all)
{
	struct roster_one one;
	if (!roster_by_id(x, &one))
		return;
	json_t *object = preferences_json(one.member ? one.member : &usual, all);
	api_link(x, object,
		 arena_cat(x->a, STR("/members/"), request_arg(x->q, "member"),
			   all ? STR("/all/preferences") : STR("/preferences")));
	api_json(x, object);
}

void api_member_preferences(struct api *x)
{
	show(x, false);
}

void api_member_preferences_all(struct api *x)
{
	show(x, true);
}

/* ---- changing them */

static bool not_converted(struct api *x, str name)
{
	api_fail(x, 400, arena_cat(x->a, STR("Cannot convert parameters: "), name));
	return false;
}

/* Whether mail is off, and who says so. status: what is asked for, "" for nothing. */
static bool read_status(struct api *x, str status, json_t *args, bool *off)
{
	static const struct {
		const char *status, *by;
		bool off;
	} rows[] = { { "enabled", "user", false },
		     { "by_user", "user", true },
		     { "by_moderator", "moderator", true },
		     { "by_bounces", "bounces", true } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_eq(status, str_from(rows[i].status)))
			continue;
		json_object_set_new(args, "by", json_string(rows[i].by));
		*off = rows[i].off;
		return true;
	}
	return !status.n || not_converted(x, STR("delivery_status"));
}

/* What is one choice here are two of Mailman's: whether mail comes, and in which form. */
static bool set_delivery(struct api *x, const struct member_row *m, json_t *args,
			 json_t *set)
{
	str status = request_form(x->q, "delivery_status"),
	    mode = request_form(x->q, "delivery_mode");
	bool was_off = str_eq(m->delivery, STR("off")), off = was_off;
	const char *delivery = was_off ? "regular" : arena_z(x->a, m->delivery);
	size_t i = 0;
	while (mode.n && i < MODES && !str_eq(mode, str_from(modes[i].mode)))
		i++;
	if (i == MODES)
		return not_converted(x, STR("delivery_mode"));
	if (!read_status(x, status, args, &off))
		return false;
	if (mode.n)
		delivery = modes[i].delivery;
	if (off && mode.n && i) {
		api_fail(x, 400,
			 STR("Mail to this member is off: set delivery_status to enabled "
			     "with that delivery_mode."));
		return false;
	}
	if (off ? status.n > 0 : !str_eq(str_from(delivery), m->delivery))
		json_object_set_new(set, "delivery", json_string(off ? "off" : delivery));
	return true;
}

static bool set_switch(struct api *x, const struct preference *p, str value, json_t *set)
{
	bool none = str_eq(value, STR("None")) || !value.n;
	if (!none && !api_is_true(value) && !api_is_false(value))
		return not_converted(x, str_from(p->name));
	bool yes = none ? p->usual : api_is_true(value);
	json_object_set_new(set, p->option, json_string(yes ? "yes" : "no"));
	return true;
}

/* A user and an address have none of their own, so what is usual everywhere may be written
 * to them and nothing else. */
static bool is_usual(struct api *x, const struct pair *field)
{
	str value = field->value;
	if (!value.n || str_eq(value, STR("None")))
		return true;
	for (size_t i = 0; i < SWITCHES; i++)
		if (str_eq(field->name, str_from(switches[i].name)))
			return switches[i].usual ? api_is_true(value)
						 : api_is_false(value);
	return (str_eq(field->name, STR("delivery_status"))
		&& str_eq(value, STR("enabled")))
	       || (str_eq(field->name, STR("delivery_mode"))
		   && str_eq(value, STR("regular")))
	       || (str_eq(field->name, STR("preferred_language"))
		   && str_eq(value, x->w->books.conf->site_lang));
}

void api_usual_preferences_set(struct api *x)
{
	for (size_t i = 0; i < x->q->form.count; i++) {
		const struct pair *field = &x->q->form.rows[i];
		if (is_usual(x, field))
			continue;
		api_fail(x, 400,
			 arena_cat(x->a, field->name,
				   STR(" cannot be set to that here: each membership "
				       "has its own preferences, change them there.")));
		return;
	}
	api_done(x);
}

/* What set_delivery has not seen to. */
static bool set_one(struct api *x, const struct pair *field, json_t *set)
{
	for (size_t i = 0; i < SWITCHES; i++)
		if (str_eq(field->name, str_from(switches[i].name)))
			return set_switch(x, &switches[i], field->value, set);
	if (str_eq(field->name, STR("delivery_status"))
	    || str_eq(field->name, STR("delivery_mode"))
	    || (str_eq(field->name, STR("preferred_language"))
		&& str_eq(field->value, x->w->books.conf->site_lang)))
		return true;
	api_fail(x, 400,
		 arena_cat(x->a, field->name,
			   STR(" cannot be set to that here: a membership has "
			       "delivery_status, delivery_mode, receive_own_postings, "
			       "receive_list_copy, "
			       "acknowledge_posts and hide_address.")));
	return false;
}

static void file_preferences(struct api *x, const struct roster_one *one, json_t *args,
			     json_t *set)
{
	struct ordered done;
	bool empty = !json_object_size(set);
	json_object_set_new(args, "set", set);
	json_object_set_new(args, "address", api_str(one->text));
	if (empty)
		json_decref(args);
	if (empty || api_order(x, "member_prefer", args, &done))
		api_done(x);
}

static bool find_member(struct api *x, struct roster_one *one)
{
	if (!roster_by_id(x, one))
		return false;
	if (!one->member)
		api_fail(x, 400,
			 STR("An owner's or moderator's role has no preferences: "
			     "nothing is delivered for it."));
	return one->member;
}

void api_member_preferences_set(struct api *x)
{
	struct roster_one one;
	if (!find_member(x, &one))
		return;
	json_t *args = api_list_args(x), *set = json_object();
	bool good = set_delivery(x, one.member, args, set);
	for (size_t i = 0; good && i < x->q->form.count; i++)
		good = set_one(x, &x->q->form.rows[i], set);
	if (!good) {
		json_decref(args);
		json_decref(set);
		return;
	}
	file_preferences(x, &one, args, set);
}

void api_member_preferences_reset(struct api *x)
{
	struct roster_one one;
	if (!find_member(x, &one))
		return;
	json_t *set = json_object();
	for (size_t i = 0; i < SWITCHES; i++)
		json_object_set_new(set, switches[i].option,
				    json_string(switches[i].usual ? "yes" : "no"));
	json_object_set_new(set, "delivery", json_string("regular"));
	file_preferences(x, &one, api_list_args(x), set);
}
