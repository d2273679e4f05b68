/* Memberships: of members, owners, moderators and nonmembers. Mailman keeps all four as
 * members with a role; here owners and moderators are roles of an address, and a nonmember
 * is an address of whose posts the list says something. */
#include "web/api/api_inside.h"

#include "store/lists/member_page.h"
#include "store/lists/nonmember.h"
#include "store/lists/role.h"

#include <inttypes.h>
#include <sodium.h>

json_t *roster_json(struct api *x, const struct roster_one *one)
{
	const struct member_row *m = one->member;
	json_t *object = json_object();
	str id = api_member_id(x->a, &(struct api_member_id){ .role = one->role,
							      .list = x->w->list->id,
							      .row = one->row });
	str user = arena_cat(x->a, x->root, STR("/users/"),
			     api_person_id(x->a, one->person));
	json_object_set_new(object, "member_id", api_str(id));
	json_object_set_new(object, "list_id", api_str(x->w->list->list_id));
	json_object_set_new(object, "role", json_string(api_role_word(one->role)));
	json_object_set_new(object, "email", api_str(one->text));
	json_object_set_new(object, "display_name", api_str(one->name));
	json_object_set_new(
		object, "address",
		api_str(arena_cat(x->a, x->root, STR("/addresses/"), one->text)));
	if (one->person)
		json_object_set_new(object, "user", api_str(user));
	json_object_set_new(object, "subscription_mode",
			    json_string(m && m->follows ? "as_user" : "as_address"));
	json_object_set_new(object, "delivery_mode",
			    json_string(m ? api_delivery_mode(m) : "regular"));
	json_object_set_new(object, "bounce_score",
			    json_integer(m ? (json_int_t)m->bounce_score : 0));
	json_object_set_new(object, "total_warnings_sent",
			    json_integer(m ? m->warnings : 0));
	if (one->action.n)
		json_object_set_new(object, "moderation_action", api_str(one->action));
	if (m && m->bounce_at)
		json_object_set_new(object, "last_bounce_received",
				    api_time(m->bounce_at));
	if (m && m->warned_at)
		json_object_set_new(object, "last_warning_sent", api_time(m->warned_at));
	api_link(x, object, arena_cat(x->a, STR("/members/"), id));
	return object;
}

/* ---- one */

static struct roster_one of_member(struct api *x, const struct member_row *m)
{
	struct member_row *own = arena_alloc(x->a, sizeof *own);
	*own = *m;
	return (struct roster_one){ .role = API_MEMBER,
				    .row = m->id,
				    .person = m->person,
				    .key = m->key,
				    .text = m->text,
				    .name = m->name,
				    .action = m->action,
				    .member = own };
}

static struct roster_one of_role(const struct role_row *r, enum api_role role)
{
	return (struct roster_one){ .role = role,
				    .row = r->address,
				    .person = r->person,
				    .key = r->key,
				    .text = r->text,
				    .name = r->name,
				    .action = STR("accept") };
}

/* The book numbers no nonmember: its number here is made of the address. */
static int64_t number_of(str key)
{
	unsigned char sum[crypto_generichash_BYTES_MIN];
	uint64_t number;
	crypto_generichash(sum, sizeof sum, (const unsigned char *)key.p, key.n, NULL, 0);
	memcpy(&number, sum, sizeof number);
	return (int64_t)(number >> 1);
}

/* Theirs is an address of the book where somebody of the site has it. */
static err of_nonmember(struct api *x, const struct nonmember_row *r,
			struct roster_one *one)
{
	struct address_row row = { 0 };
	err e = address_find(x->w->books.lists, x->a, r->key, &row);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*one = (struct roster_one){ .role = API_NONMEMBER,
				    .row = number_of(r->key),
				    .person = e.kind ? 0 : row.person,
				    .key = r->key,
				    .text = e.kind ? r->key : row.text,
				    .action = r->action };
	return OK;
}

static bool none(struct api *x)
{
	api_fail(x, 404, STR("There is no such membership."));
	return false;
}

/* By the address's row, or its key. */
static bool find_role(struct api *x, enum api_role role, int64_t row, str key,
		      struct roster_one *one)
{
	struct role_row *rows;
	size_t n;
	if (api_failed(x, role_list(x->w->books.lists, x->a, x->w->list->id, &rows, &n)))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(rows[i].role, str_from(api_role_word(role))))
			continue;
		if (rows[i].address == row || (key.n && str_eq(rows[i].key, key))) {
			*one = of_role(&rows[i], role);
			return true;
		}
	}
	return none(x);
}

static bool find_nonmember(struct api *x, int64_t number, struct roster_one *one)
{
	struct nonmember_row *rows;
	size_t n;
	if (api_failed(x, nonmember_list(x->w->books.lists, x->a, x->w->list->id, &rows,
					 &n)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (number_of(rows[i].key) == number)
			return !api_failed(x, of_nonmember(x, &rows[i], one));
	return none(x);
}

static bool take_member(struct api *x, err e, const struct member_row *m,
			struct roster_one *one)
{
	if (e.kind == ERR_NOTFOUND || (!e.kind && m->list != x->w->list->id))
		return none(x);
	if (api_failed(x, e))
		return false;
	*one = of_member(x, m);
	return true;
}

bool roster_by_address(struct api *x, enum api_role role, str address,
		       struct roster_one *one)
{
	struct member_row m;
	str key;
	if (!api_read_address(x, address, &key))
		return false;
	if (role == API_NONMEMBER)
		return find_nonmember(x, number_of(key), one);
	if (role != API_MEMBER)
		return find_role(x, role, 0, key, one);
	err e = member_find(x->w->books.lists, x->a, x->w->list->id, key, &m);
	return take_member(x, e, &m, one);
}

bool roster_by_id(struct api *x, struct roster_one *one)
{
	struct api_member_id id;
	struct member_row m;
	if (!api_read_member_id(request_arg(x->q, "member"), &id))
		return none(x);
	const struct list_entry *list = addressbook_list_by_id(x->w->books.addresses,
							       id.list);
	if (!list)
		return none(x);
	if (api_failed(x, api_turn(x, list)))
		return false;
	if (!worker_may(x->w, RIGHT_members_see))
		return none(x);
	if (id.role == API_NONMEMBER)
		return find_nonmember(x, id.row, one);
	if (id.role != API_MEMBER)
		return find_role(x, id.role, id.row, STR(""), one);
	return take_member(x, member_get(x->w->books.lists, x->a, id.row, &m), &m, one);
}

/* ---- several */

static bool fits(const struct roster_want *want, str key, str name, int64_t person)
{
	return (!want->key.n || str_eq(want->key, key))
	       && (!want->person || want->person == person)
	       && (!want->part.n || str_ifind(key, want->part).n
		   || str_ifind(name, want->part).n);
}

static err role_those(struct api *x, const struct roster_want *want, enum api_role role,
		      struct roster_one **some, size_t *count)
{
	struct role_row *rows;
	size_t n;
	TRY(role_list(x->w->books.lists, x->a, x->w->list->id, &rows, &n));
	*some = arena_alloc(x->a, (n + 1) * sizeof **some);
	for (size_t i = 0; i < n; i++)
		if (str_eq(rows[i].role, str_from(api_role_word(role)))
		    && fits(want, rows[i].key, rows[i].name, rows[i].person))
			(*some)[(*count)++] = of_role(&rows[i], role);
	return OK;
}

static err nonmember_those(struct api *x, const struct roster_want *want,
			   struct roster_one **some, size_t *count)
{
	struct nonmember_row *rows;
	struct roster_one one;
	size_t n;
	TRY(nonmember_list(x->w->books.lists, x->a, x->w->list->id, &rows, &n));
	*some = arena_alloc(x->a, (n + 1) * sizeof **some);
	for (size_t i = 0; i < n; i++) {
		TRY(of_nonmember(x, &rows[i], &one));
		if (fits(want, one.key, one.name, one.person))
			(*some)[(*count)++] = one;
	}
	return OK;
}

/* Those who are no members, which are few. */
static err few_those(struct api *x, const struct roster_want *want, enum api_role role,
		     struct roster_one **some, size_t *count)
{
	*count = 0;
	return role == API_NONMEMBER ? nonmember_those(x, want, some, count)
				     : role_those(x, want, role, some, count);
}

/* Members under one address or of one person. */
static err member_those(struct api *x, const struct roster_want *want,
			struct member_row **some, size_t *count)
{
	struct book *book = x->w->books.lists;
	struct member_row *rows;
	size_t n;
	*count = 0;
	TRY(want->person ? member_by_person(book, x->a, want->person, &rows, &n)
			 : member_by_key(book, x->a, want->key, &rows, &n));
	for (size_t i = 0; i < n; i++)
		if (rows[i].list == x->w->list->id
		    && fits(want, rows[i].key, rows[i].name, rows[i].person))
			rows[(*count)++] = rows[i];
	*some = rows;
	return OK;
}

static bool names_some(const struct roster_want *want)
{
	return want->key.n || want->person;
}

err roster_count(struct api *x, const struct roster_want *want, size_t *count)
{
	struct roster_one *few;
	struct member_row *members;
	int64_t all;
	size_t n;
	*count = 0;
	for (enum api_role role = API_OWNER; role <= API_NONMEMBER; role++) {
		if (!want->roles[role])
			continue;
		TRY(few_those(x, want, role, &few, &n));
		*count += n;
	}
	if (!want->roles[API_MEMBER])
		return OK;
	if (names_some(want)) {
		TRY(member_those(x, want, &members, &n));
		*count += n;
		return OK;
	}
	TRY(member_count(x->w->books.lists, x->w->list->id, want->part, &all));
	*count += (size_t)all;
	return OK;
}

static err add_few(struct api *x, const struct roster_want *want, enum api_role role,
		   size_t *skip, size_t *limit, json_t *entries)
{
	struct roster_one *few;
	size_t n;
	TRY(few_those(x, want, role, &few, &n));
	for (size_t i = 0; i < n; i++) {
		if (*skip)
			--*skip;
		else if (*limit) {
			--*limit;
			json_array_append_new(entries, roster_json(x, &few[i]));
		}
	}
	return OK;
}

err roster_add(struct api *x, const struct roster_want *want, size_t skip, size_t limit,
	       json_t *entries)
{
	struct member_row *rows;
	size_t n;
	for (enum api_role role = API_OWNER; role <= API_NONMEMBER; role++)
		if (want->roles[role])
			TRY(add_few(x, want, role, &skip, &limit, entries));
	if (!want->roles[API_MEMBER] || !limit)
		return OK;
	if (names_some(want)) {
		TRY(member_those(x, want, &rows, &n));
		rows = skip < n ? rows + skip : rows;
		n = skip < n ? n - skip : 0;
	} else {
		TRY(member_skip(x->w->books.lists, x->a, x->w->list->id, want->part, skip,
				limit, &rows, &n));
	}
	for (size_t i = 0; i < n && i < limit; i++) {
		struct roster_one one = of_member(x, &rows[i]);
		json_array_append_new(entries, roster_json(x, &one));
	}
	return OK;
}
