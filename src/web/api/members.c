/* Listings of members: rosters of lists, and memberships wherever they are. */
#include "web/api/api_inside.h"

/* ?fields=…: of each entry these alone. */
static void keep_fields(struct api *x, json_t *entries)
{
	json_t *entry;
	size_t i;
	if (!request_query(x->q, "fields").n)
		return;
	json_array_foreach(entries, i, entry)
	{
		json_t *some = json_object(), *value;
		size_t at = 0;
		str name;
		while (pairs_next(&x->q->query, STR("fields"), &at, &name)) {
			value = json_object_get(entry, arena_z(x->a, name));
			if (value)
				json_object_set(some, arena_z(x->a, name), value);
		}
		json_array_set_new(entries, i, some);
	}
}

static void answer_roster(struct api *x, const struct roster_want *want)
{
	struct api_span page;
	size_t total;
	if (!api_paging(x, &page) || api_failed(x, roster_count(x, want, &total)))
		return;
	json_t *entries = json_array();
	err e = roster_add(x, want, page.start, page.limit, entries);
	if (e.kind) {
		json_decref(entries);
		api_fail_err(x, e);
		return;
	}
	keep_fields(x, entries);
	api_entries(x, entries, page.start, total, NULL);
}

bool api_path_role(struct api *x, enum api_role *role)
{
	str word = request_arg(x->q, "role");
	if (api_read_role(word, role))
		return true;
	api_fail(x, 404, arena_cat(x->a, STR("There is no role "), word, STR(".")));
	return false;
}

void api_roster(struct api *x)
{
	struct roster_want want = { 0 };
	enum api_role role;
	if (!api_path_role(x, &role))
		return;
	want.roles[role] = true;
	answer_roster(x, &want);
}

struct walk { /* a page out of the memberships of all lists */
	const struct roster_want *want;
	const struct list_entry *only; /* NULL: every list */
	size_t skip, limit, total;
};

static err walk_list(struct api *x, struct walk *walk, json_t *entries)
{
	size_t here, before = json_array_size(entries);
	TRY(roster_count(x, walk->want, &here));
	walk->total += here;
	if (walk->skip < here && walk->limit)
		TRY(roster_add(x, walk->want, walk->skip, walk->limit, entries));
	walk->skip = walk->skip > here ? walk->skip - here : 0;
	walk->limit -= json_array_size(entries) - before;
	return OK;
}

/* Those lists whose members the person may see. */
static err walk_lists(struct api *x, struct walk *walk, json_t *entries)
{
	const struct list_entry **all;
	size_t n;
	addressbook_lists(x->w->books.addresses, x->a, &all, &n);
	for (size_t i = 0; i < n; i++) {
		if (walk->only && walk->only != all[i])
			continue;
		TRY(api_turn(x, all[i]));
		if (worker_may(x->w, RIGHT_members_see))
			TRY(walk_list(x, walk, entries));
	}
	return OK;
}

static void answer_walk(struct api *x, const struct roster_want *want,
			const struct list_entry *only)
{
	struct api_span page;
	if (!api_paging(x, &page))
		return;
	struct walk walk = {
		.want = want, .only = only, .skip = page.start, .limit = page.limit
	};
	json_t *entries = json_array();
	err e = walk_lists(x, &walk, entries);
	if (e.kind) {
		json_decref(entries);
		api_fail_err(x, e);
		return;
	}
	api_entries(x, entries, page.start, walk.total, NULL);
}

void api_members(struct api *x)
{
	struct roster_want want = { .roles = { true, true, true, true } };
	answer_walk(x, &want, NULL);
}

/* subscriber: an address, a user's id, or a part between stars. */
static bool read_subscriber(struct api *x, struct roster_want *want)
{
	str who = api_field(x, "subscriber");
	if (!who.n || api_read_person_id(who, &want->person))
		return true;
	if (!str_has(who, '*'))
		return api_read_address(x, who, &want->key);
	while (str_starts(who, STR("*")))
		who = str_skip(who, 1);
	while (str_ends(who, STR("*")))
		who = str_first(who, who.n - 1);
	want->part = who;
	return true;
}

void api_members_find(struct api *x)
{
	struct roster_want want = { .roles = { true, true, true, true } };
	const struct list_entry *only = NULL;
	if (!read_subscriber(x, &want))
		return;
	if (!api_read_roles(x, want.roles))
		return;
	if (api_has(x, "list_id")
	    && !(only = api_find_list(x, api_field(x, "list_id")))) {
		api_fail(x, 404, STR("There is no such list."));
		return;
	}
	answer_walk(x, &want, only);
}
