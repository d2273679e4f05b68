/* Lists: which there are, making and removing them. */
#include "web/api/api_inside.h"

#include "lists/style.h"
#include "store/lists/digest.h"
#include "store/lists/member_page.h"
#include "store/lists/domain.h"
#include "store/lists/member.h"
#include "store/lists/role.h"

static str path_of(struct api *x, const struct list_entry *list)
{
	return arena_cat(x->a, STR("/lists/"), list->list_id);
}

/* "dev" is shown as "Dev", as Mailman does where nobody chose a name. */
str api_display_name(struct api *x, const struct list_entry *list)
{
	if (x->w->settings.display_name.n)
		return x->w->settings.display_name;
	char *name = arena_z(x->a, list->name);
	if (*name >= 'a' && *name <= 'z')
		*name = (char)(*name - 32);
	return str_from(name);
}

/* Of its digests. */
static int64_t volume(struct api *x, const struct list_entry *list)
{
	struct digest_state s;
	err e = digest_state_get(x->w->books.lists, list->id, &s);
	return e.kind ? 1 : s.volume;
}

/* Of the list at hand: its settings have been read. */
str api_list_language(struct api *x)
{
	str own = x->w->settings.preferred_language;
	return str_eq(own, STR("site")) ? x->w->books.conf->site_lang : own;
}

json_t *api_list_json(struct api *x, const struct list_entry *list)
{
	int64_t members = 0;
	json_t *object = json_object();
	if (member_count(x->w->books.lists, list->id, STR(""), &members).kind)
		members = 0;
	json_object_set_new(object, "list_id", api_str(list->list_id));
	json_object_set_new(object, "fqdn_listname", api_str(list->address));
	json_object_set_new(object, "list_name", api_str(list->name));
	json_object_set_new(object, "mail_host", api_str(list->domain));
	json_object_set_new(object, "display_name", api_str(api_display_name(x, list)));
	json_object_set_new(object, "description", api_str(x->w->settings.description));
	json_object_set_new(object, "advertised",
			    json_boolean(x->w->settings.advertised));
	json_object_set_new(object, "member_count", json_integer(members));
	json_object_set_new(object, "volume", json_integer(volume(x, list)));
	api_link(x, object, path_of(x, list));
	return object;
}

/* Those that the person may see, in order of their ids; host: "" for every domain's. */
static void list_those(struct api *x, str host)
{
	const struct list_entry **all;
	bool advertised = api_yes(x, "advertised");
	json_t *some = json_array();
	size_t n;
	addressbook_lists(x->w->books.addresses, x->a, &all, &n);
	for (size_t i = 0; i < n; i++) {
		if (host.n && !str_eq(all[i]->domain, host))
			continue;
		if (api_failed(x, api_turn(x, all[i]))) {
			json_decref(some);
			return;
		}
		if (worker_may(x->w, RIGHT_list_see)
		    && (!advertised || x->w->settings.advertised))
			json_array_append_new(some, api_list_json(x, all[i]));
	}
	api_slice(x, some);
}

void api_lists(struct api *x)
{
	list_those(x, STR(""));
}

void api_domain_lists(struct api *x)
{
	int64_t id;
	str host = arena_lower(x->a, request_arg(x->q, "host"));
	if (!api_failed(x, domain_find(x->w->books.lists, host, &id)))
		list_those(x, host);
}

void api_list(struct api *x)
{
	api_json(x, api_list_json(x, x->w->list));
}

static bool name_is_free(struct api *x, str name)
{
	str local, host;
	int64_t id;
	if (!str_cut_last(name, '@', &local, &host))
		api_fail(x, 400, STR("fqdn_listname is a list's address"));
	else if (addressbook_list(x->w->books.addresses, name))
		api_fail(x, 400, STR("Mailing list exists"));
	else if (domain_find(x->w->books.lists, host, &id).kind)
		api_fail(x, 400, arena_cat(x->a, STR("Domain does not exist: "), host));
	else
		return true;
	return false;
}

void api_list_create(struct api *x)
{
	str name = arena_lower(x->a, api_field(x, "fqdn_listname"));
	str local, host;
	struct ordered done;
	/* to whom no list may be made, the order does not tell which ones there are */
	if (worker_may(x->w, RIGHT_list_create) && !name_is_free(x, name))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "address", api_str(name));
	json_object_set_new(args, "style", api_str(api_field(x, "style_name")));
	if (!api_order(x, "list_create", args, &done))
		return;
	str_cut_last(name, '@', &local, &host);
	api_created(x, arena_cat(x->a, STR("/lists/"), local, STR("."), host));
}

void api_list_delete(struct api *x)
{
	struct ordered done;
	if (api_order(x, "list_remove", api_list_args(x), &done))
		api_done(x);
}

void api_styles(struct api *x)
{
	size_t n;
	const struct list_style *style = list_styles(&n);
	json_t *names = json_array(), *styles = json_array();
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(names, json_string(style[i].name));
		json_array_append_new(styles,
				      json_pack("{s:s, s:s}", "name", style[i].name,
						"description", style[i].text));
	}
	api_json(x, json_pack("{s:o, s:o, s:s}", "style_names", names, "styles", styles,
			      "default", style[0].name));
}

/* ---- those of a person */

static bool add_found(struct api *x, const struct list_entry *list,
		      const struct roster_want *want, json_t *found)
{
	size_t n;
	if (api_failed(x, api_turn(x, list)))
		return false;
	if (!worker_may(x->w, RIGHT_members_see))
		return true;
	if (api_failed(x, roster_count(x, want, &n)))
		return false;
	if (n)
		json_array_append_new(found, api_list_json(x, list));
	return true;
}

void api_lists_find(struct api *x)
{
	struct roster_want want = { .roles = { true, true, true, true } };
	const struct list_entry **all;
	size_t n;
	str subscriber = api_field(x, "subscriber");
	if (!api_read_person_id(subscriber, &want.person)
	    && !api_read_address(x, subscriber, &want.key))
		return;
	if (!api_read_roles(x, want.roles))
		return;
	json_t *found = json_array();
	addressbook_lists(x->w->books.addresses, x->a, &all, &n);
	for (size_t i = 0; i < n; i++)
		if (!add_found(x, all[i], &want, found)) {
			json_decref(found);
			return;
		}
	api_slice(x, found);
}

/* ---- what Mailman has beside: archivers, texts by URI */

/* Of Mailman's own archivers none is here: they are off, and may be turned off. */
static bool is_off_here(struct pair field)
{
	static const char *const theirs[] = { "hyperkitty", "mail-archive", "mhonarc",
					      "prototype" };
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		if (str_eq(field.name, str_from(theirs[i])))
			return api_is_false(field.value);
	return false;
}

/* There is one archive, on or off by archive_policy. */
void api_archivers(struct api *x)
{
	json_t *object = json_object();
	bool on = !setting_is(x->w->settings.archive_policy, "never");
	json_object_set_new(object, "postern", json_boolean(on));
	api_json(x, object);
}

void api_archivers_set(struct api *x)
{
	bool on = !setting_is(x->w->settings.archive_policy, "never");
	for (size_t i = 0; i < x->q->form.count; i++) {
		struct pair field = x->q->form.rows[i];
		if ((str_eq(field.name, STR("postern")) && api_is_true(field.value) == on)
		    || is_off_here(field))
			continue;
		api_fail(x, 400,
			 STR("The only archiver is Postern's own, named postern; "
			     "archive_policy turns it off and on."));
		return;
	}
	api_done(x);
}
