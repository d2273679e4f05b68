/* Preferences, at Mailman's levels: of a membership, an address, a user, the system. What is
 * chosen at a level is shown there; all of them together at a membership's /all. */
#include "web/api/api_inside.h"

#include "base/language.h"

/* What a level says: store/lists/preference.h, with the bits of what is chosen. */
struct level {
	struct preference p;
	const char *status; /* of a membership: by whose hand it is off */
};

static const struct option {
	const char *name, *key;
	unsigned bit;
	size_t offset;
} switches[] = {
	{ "acknowledge_posts", "acknowledge", PREFERS_ACKNOWLEDGE,
	  offsetof(struct preference, acknowledge) },
	{ "hide_address", "hidden", PREFERS_HIDDEN, offsetof(struct preference, hidden) },
	{ "receive_list_copy", "copies", PREFERS_COPIES,
	  offsetof(struct preference, copies) },
	{ "receive_own_postings", "own_posts", PREFERS_OWN_POSTS,
	  offsetof(struct preference, own_posts) },
};
enum { SWITCHES = sizeof switches / sizeof *switches };

static const struct {
	const char *mode, *form;
} modes[] = { { "regular", "regular" },
	      { "mime_digests", "mime" },
	      { "plaintext_digests", "plain" },
	      { "summary_digests", "summary" } };
enum { MODES = sizeof modes / sizeof *modes };

static const char *mode_of(str form)
{
	for (size_t i = 0; i < MODES; i++)
		if (str_eq(form, str_from(modes[i].form)))
			return modes[i].mode;
	return "regular";
}

const char *api_delivery_mode(const struct member_row *m)
{
	return mode_of(m->form);
}

static const char *status_of(const struct member_row *m)
{
	if (!str_eq(m->delivery, STR("off")))
		return "enabled";
	return str_eq(m->off_by, STR("user"))        ? "by_user"
	       : str_eq(m->off_by, STR("moderator")) ? "by_moderator"
						     : "by_bounces";
}

static struct level of_member(const struct member_row *m)
{
	return (struct level){ .status = status_of(m),
			       .p = { .set = m->own
					     | (m->language.n ? PREFERS_LANGUAGE : 0),
				      .off = str_eq(m->delivery, STR("off")),
				      .form = m->form,
				      .own_posts = m->own_posts,
				      .copies = m->copies,
				      .acknowledge = m->acknowledge,
				      .hidden = m->hidden,
				      .language = m->language } };
}

/* all: also what is not chosen. */
static json_t *level_json(const struct level *x, bool all)
{
	const struct preference *p = &x->p;
	unsigned shown = all ? ~0U : p->set;
	json_t *object = json_object();
	for (size_t i = 0; i < SWITCHES; i++)
		if (shown & switches[i].bit)
			json_object_set_new(
				object, switches[i].name,
				json_boolean(*(const bool *)((const char *)p
							     + switches[i].offset)));
	if (shown & PREFERS_OFF)
		json_object_set_new(object, "delivery_status",
				    json_string(x->status ? x->status
						: p->off  ? "by_user"
							  : "enabled"));
	if (shown & PREFERS_FORM)
		json_object_set_new(object, "delivery_mode",
				    json_string(mode_of(p->form)));
	if (shown & PREFERS_LANGUAGE && p->language.n)
		json_object_set_new(object, "preferred_language", api_str(p->language));
	return object;
}

static void answer_level(struct api *x, const struct level *level, bool all, str path)
{
	json_t *object = level_json(level, all);
	api_link(x, object, path);
	api_json(x, object);
}

void api_system_preferences(struct api *x)
{
	struct level usual = { .p = preference_usual() };
	usual.p.language = x->w->books.conf->site_lang;
	answer_level(x, &usual, true, STR("/system/preferences"));
}

/* ---- of a membership */

static str member_path(struct api *x, const char *rest)
{
	return arena_cat(x->a, STR("/members/"), request_arg(x->q, "member"),
			 str_from(rest));
}

void api_member_preferences(struct api *x)
{
	struct roster_one one;
	struct level none = { .p = { .set = 0 } };
	if (!roster_by_id(x, &one))
		return;
	struct level own = one.member ? of_member(one.member) : none;
	answer_level(x, &own, false, member_path(x, "/preferences"));
}

void api_member_preferences_all(struct api *x)
{
	struct roster_one one;
	struct level all = { .p = preference_usual() };
	if (!roster_by_id(x, &one))
		return;
	if (one.member)
		all = of_member(one.member);
	if (api_failed(x, preference_language(x->w->books.lists, x->a, x->w->list->id,
					      one.key, &all.p.language)))
		return;
	if (!all.p.language.n)
		all.p.language = x->w->books.conf->site_lang;
	answer_level(x, &all, true, member_path(x, "/all/preferences"));
}

/* ---- of an address and of a user */

static bool find_level(struct api *x, struct preference *p, str *path)
{
	struct address_row row;
	struct person_row who;
	*p = (struct preference){ .person = 0 };
	if (request_arg(x->q, "email").n) {
		if (!api_path_address(x, &row))
			return false;
		p->address = row.id;
		*path = arena_cat(x->a, STR("/addresses/"), row.text,
				  STR("/preferences"));
	} else {
		if (!(p->person = api_path_user(x)))
			return false;
		*path = arena_cat(x->a, STR("/users/"), api_person_id(x->a, p->person),
				  STR("/preferences"));
	}
	err e = preference_get(x->w->books.lists, x->a, p);
	if (!e.kind && p->person) {
		e = person_get(x->w->books.lists, x->a, p->person, &who);
		p->language = e.kind ? STR("") : who.language;
		p->set |= p->language.n ? PREFERS_LANGUAGE : 0;
	}
	return !api_failed(x, e);
}

void api_level_preferences(struct api *x)
{
	struct level level = { .status = NULL };
	str path;
	if (find_level(x, &level.p, &path))
		answer_level(x, &level, false, path);
}

/* ---- changing them */

static bool not_converted(struct api *x, str name)
{
	api_fail(x, 400, arena_cat(x->a, STR("Cannot convert parameters: "), name));
	return false;
}

static bool is_none(str value)
{
	return !value.n || str_eq(value, STR("None"));
}

static bool read_switch(struct api *x, const struct option *o, str value, json_t *set)
{
	if (!is_none(value) && !api_is_true(value) && !api_is_false(value))
		return not_converted(x, str_from(o->name));
	json_object_set_new(set, o->key,
			    json_string(is_none(value)       ? "usual"
					: api_is_true(value) ? "yes"
							     : "no"));
	return true;
}

static bool read_mode(struct api *x, str value, json_t *set)
{
	size_t i = 0;
	while (i < MODES && !str_eq(value, str_from(modes[i].mode)))
		i++;
	if (i == MODES && !is_none(value))
		return not_converted(x, STR("delivery_mode"));
	json_object_set_new(set, "form",
			    json_string(i < MODES ? modes[i].form : "usual"));
	return true;
}

/* Whether mail comes, and who says so. */
static bool read_status(struct api *x, str value, json_t *args, json_t *set)
{
	static const struct {
		const char *status, *by, *word;
	} rows[] = { { "enabled", "user", "on" },
		     { "by_user", "user", "off" },
		     { "by_moderator", "moderator", "off" },
		     { "by_bounces", "bounces", "off" } };
	enum { ROWS = sizeof rows / sizeof *rows };
	size_t i = 0;
	while (i < ROWS && !str_eq(value, str_from(rows[i].status)))
		i++;
	if (i == ROWS && !is_none(value))
		return not_converted(x, STR("delivery_status"));
	json_object_set_new(args, "by", json_string(i < ROWS ? rows[i].by : "user"));
	json_object_set_new(set, "status",
			    json_string(i < ROWS ? rows[i].word : "usual"));
	return true;
}

static bool read_language(struct api *x, str value, json_t *set)
{
	enum language l;
	if (!is_none(value) && !language_find(value, &l))
		return not_converted(x, STR("preferred_language"));
	json_object_set_new(set, "language",
			    is_none(value) ? json_string("usual") : api_str(value));
	return true;
}

static bool read_one(struct api *x, const struct pair *field, json_t *args, json_t *set)
{
	for (size_t i = 0; i < SWITCHES; i++)
		if (str_eq(field->name, str_from(switches[i].name)))
			return read_switch(x, &switches[i], field->value, set);
	if (str_eq(field->name, STR("delivery_mode")))
		return read_mode(x, field->value, set);
	if (str_eq(field->name, STR("delivery_status")))
		return read_status(x, field->value, args, set);
	if (str_eq(field->name, STR("preferred_language")))
		return read_language(x, field->value, set);
	api_fail(x, 400, arena_cat(x->a, STR("Unexpected parameters: "), field->name));
	return false;
}

/* args is taken. */
static void file_preferences(struct api *x, const char *kind, json_t *args, json_t *set)
{
	struct ordered done;
	bool empty = !json_object_size(set);
	json_object_set_new(args, "set", set);
	if (empty)
		json_decref(args);
	if (empty || api_order(x, kind, args, &done))
		api_done(x);
}

static void change(struct api *x, const char *kind, json_t *args)
{
	json_t *set = json_object();
	for (size_t i = 0; i < x->q->form.count; i++) {
		if (read_one(x, &x->q->form.rows[i], args, set))
			continue;
		json_decref(args);
		json_decref(set);
		return;
	}
	file_preferences(x, kind, args, set);
}

/* All of them as usual again. */
static void reset(struct api *x, const char *kind, json_t *args)
{
	json_t *set = json_object();
	for (size_t i = 0; i < SWITCHES; i++)
		json_object_set_new(set, switches[i].key, json_string("usual"));
	json_object_set_new(set, "status", json_string("usual"));
	json_object_set_new(set, "form", json_string("usual"));
	json_object_set_new(set, "language", json_string("usual"));
	file_preferences(x, kind, args, set);
}

static json_t *member_args(struct api *x)
{
	struct roster_one one;
	if (!roster_by_id(x, &one))
		return NULL;
	if (!one.member) {
		api_fail(x, 400,
			 STR("An owner's or moderator's role has no preferences: "
			     "nothing is delivered for it."));
		return NULL;
	}
	json_t *args = api_list_args(x);
	json_object_set_new(args, "address", api_str(one.text));
	return args;
}

void api_member_preferences_set(struct api *x)
{
	json_t *args = member_args(x);
	if (args)
		change(x, "member_prefer", args);
}

void api_member_preferences_reset(struct api *x)
{
	json_t *args = member_args(x);
	if (args)
		reset(x, "member_prefer", args);
}

static json_t *level_args(struct api *x)
{
	struct preference p;
	str path;
	if (!find_level(x, &p, &path))
		return NULL;
	json_t *args = json_object();
	if (p.person)
		json_object_set_new(args, "person", json_integer(p.person));
	else
		json_object_set_new(args, "address", api_str(request_arg(x->q, "email")));
	return args;
}

void api_level_preferences_set(struct api *x)
{
	json_t *args = level_args(x);
	if (args)
		change(x, "preferences_set", args);
}

void api_level_preferences_reset(struct api *x)
{
	json_t *args = level_args(x);
	if (args)
		reset(x, "preferences_set", args);
}
