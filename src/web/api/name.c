#include "web/api/api_inside.h"

#include "account/account.h"

#include <inttypes.h>

err api_turn(struct api *x, const struct list_entry *list)
{
	return worker_turn(x->w, x->q, list);
}

const struct list_entry *api_find_list(struct api *x, str name)
{
	const struct addressbook *book = x->w->books.addresses;
	name = arena_lower(x->a, name);
	const struct list_entry *found = addressbook_list(book, name);
	if (!found)
		found = addressbook_list_by_list_id(book, name);
	if (!found || api_turn(x, found).kind || !worker_may(x->w, RIGHT_list_see))
		return NULL;
	return found;
}

/* ---- numbers as Mailman's clients expect them: hexadecimal digits of one length */

static bool read_hex(str text, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = chr_lower(text.p[i]);
		bool digit = chr_is_digit(c);
		if (!digit && (c < 'a' || c > 'f'))
			return false;
		if (*n >> 59) /* ids are positive numbers of 63 bits */
			return false;
		*n = *n << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
	}
	return text.n > 0;
}

static bool read_id(str text, int64_t *id)
{
	uint64_t n;
	bool fits = read_hex(text, &n) && n <= INT64_MAX;
	if (fits)
		*id = (int64_t)n;
	return fits;
}

enum { ID_DIGITS = 32, TOKEN_DIGITS = 40 };

str api_person_id(struct arena *a, int64_t person)
{
	return arena_printf(a, "%032" PRIx64, (uint64_t)person);
}

bool api_read_person_id(str text, int64_t *person)
{
	return text.n == ID_DIGITS ? read_id(text, person)
				   : text.n < 19 && str_i64(text, person) && *person > 0;
}

static const char *const role_words[API_ROLES] = { "member", "owner", "moderator",
						   "nonmember" };

const char *api_role_word(enum api_role role)
{
	return role_words[role];
}

bool api_read_role(str word, enum api_role *role)
{
	for (int i = 0; i < API_ROLES; i++)
		if (str_eq(word, str_from(role_words[i]))) {
			*role = (enum api_role)i;
			return true;
		}
	return false;
}

bool api_read_roles(struct api *x, bool *roles)
{
	enum api_role role;
	if (!api_has(x, "role"))
		return true;
	if (!api_read_role(api_field(x, "role"), &role)) {
		api_fail(x, 400, STR("Cannot convert parameters: role"));
		return false;
	}
	memset(roles, 0, API_ROLES * sizeof *roles);
	roles[role] = true;
	return true;
}

str api_member_id(struct arena *a, const struct api_member_id *id)
{
	return arena_printf(a, "%x%015" PRIx64 "%016" PRIx64, (unsigned)id->role,
			    (uint64_t)id->list, (uint64_t)id->row);
}

bool api_read_member_id(str text, struct api_member_id *id)
{
	int64_t role;
	if (text.n != ID_DIGITS || !read_id(str_first(text, 1), &role)
	    || role >= API_ROLES)
		return false;
	id->role = (enum api_role)role;
	return read_id(str_first(str_skip(text, 1), 15), &id->list)
	       && read_id(str_skip(text, 16), &id->row);
}

str api_request_id(struct arena *a, const struct api_request_id *id)
{
	return arena_printf(a, "%d%039" PRIx64, id->asked, (uint64_t)id->row);
}

bool api_read_request_id(str text, struct api_request_id *id)
{
	int64_t asked;
	if (text.n != TOKEN_DIGITS || !read_id(str_first(text, 1), &asked) || asked > 1)
		return false;
	id->asked = asked;
	return read_id(str_skip(text, 1), &id->row);
}
