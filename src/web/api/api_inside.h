/* web/api/api_inside.h: what the API's files share. */
#pragma once

#include "store/lists/address.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/preference.h"
#include "web/worker.h"

struct api {
	struct request *q; /* its segments are those below /api/3.1 */
	struct response *r;
	struct worker *w;
	struct arena *a;
	str root; /* https://www.uni.example/api/3.1 */
};

typedef void api_fn(struct api *x);

#define API(methods, pattern, function, right) api_fn function; /* some stand twice */
#include "web/api/api.def"
#undef API

/* ---- answer.c */

/* {"title": "404 Not Found", "description": why} */
void api_fail(struct api *x, int status, str why);
void api_fail_err(struct api *x, err e); /* by its kind; what is ours is logged */
bool api_failed(struct api *x, err e);   /* false: there is no error */

void api_json(struct api *x, json_t *object); /* taken; gets its http_etag */
void api_created(struct api *x, str path);    /* 201; path below the root */
void api_accepted(struct api *x, json_t *object);
void api_done(struct api *x); /* 204 */

json_t *api_str(str s);            /* "" for what is no UTF-8 */
json_t *api_time(int64_t seconds); /* "2026-11-27T03:15:08", or null for 0 */
void api_link(struct api *x, json_t *object, str path); /* its self_link */

/* Which part of a listing is wanted: ?count=…&page=…. */
struct api_span {
	size_t start, limit; /* limit API_ALL: to the end */
	bool paged;
};
enum { API_ALL = 100000 }; /* a listing that is longer is given in pages alone */
bool api_paging(struct api *x, struct api_span *page); /* false: answered 400 */

/* Answers {"entries": …, "start", "total_size"}; entries is taken. extra: NULL, or an
 * object with more fields, taken. */
void api_entries(struct api *x, json_t *entries, size_t start, size_t total,
		 json_t *extra);

/* The part of an array that the page wants, taken; answers. */
void api_slice(struct api *x, json_t *all);

/* A field of the form, or of the query. STR_NONE: absent. */
str api_field(const struct api *x, const char *name);
bool api_has(const struct api *x, const char *name);
bool api_yes(const struct api *x, const char *name); /* Mailman's words for true */
bool api_is_true(str value);
bool api_is_false(str value);

/* Files the order and waits. False: it was refused, and that is answered. */
bool api_order(struct api *x, const char *kind, json_t *args, struct ordered *done);
json_t *api_list_args(const struct api *x); /* {"list": address} */

/* ---- name.c */

/* Makes a list the one at hand: x->w->list, ->settings, ->viewer. */
MUST_USE err api_turn(struct api *x, const struct list_entry *list);

/* By "dev@lists.example" or "dev.lists.example", as it is called or was. NULL: none that the person may see. */
const struct list_entry *api_find_list(struct api *x, str name);

str api_person_id(struct arena *a, int64_t person); /* 32 hexadecimal digits */
bool api_read_person_id(str text, int64_t *person);

enum api_role { API_MEMBER, API_OWNER, API_MODERATOR, API_NONMEMBER, API_ROLES };
const char *api_role_word(enum api_role role);
bool api_read_role(str word, enum api_role *role);
/* Where there is a field role, of API_ROLES roles only the one it names stays true. False: it names
 * none, and the answer is made. */
bool api_read_roles(struct api *x, bool *roles);

/* A membership's id: of a member its row's, of a role the list's and the address's. */
struct api_member_id {
	enum api_role role;
	int64_t list, row;
};
str api_member_id(struct arena *a, const struct api_member_id *id);
bool api_read_member_id(str text, struct api_member_id *id);

/* Who waits: for a moderator, or for a confirmation by mail. */
struct api_request_id {
	bool asked; /* to confirm */
	int64_t row;
};
str api_request_id(struct arena *a, const struct api_request_id *id);
bool api_read_request_id(str text, struct api_request_id *id);

/* ---- what groups use of each other */

/* As people say it; of the list at hand. */
str api_display_name(struct api *x, const struct list_entry *list);  /* lists.c */
json_t *api_list_json(struct api *x, const struct list_entry *list); /* lists.c */
str api_list_language(struct api *x);                                /* lists.c */
/* Mailman's word; preferences.c */
const char *api_delivery_mode(const struct member_row *m);
bool api_read_address(struct api *x, str text, str *key); /* addresses.c; else 404 */
json_t *api_address_json(struct api *x, const struct address_row *row,
			 const struct person_row *p); /* addresses.c */
/* The form's subscriber: of a user's id the address that stands for them. Of users who are
 * not on the list at hand only who sees the site's may use the id. addresses.c */
str api_subscriber(struct api *x);
/* Whether it is a user, so that the membership is the user's, and whether they chose an
 * address. addresses.c */
bool api_subscribes_user(struct api *x, bool *preferred);
bool api_path_address(struct api *x,
		      struct address_row *row);       /* the path's :email; else 404 */
json_t *api_user_json(struct api *x, int64_t person); /* users.c; NULL: nobody */
/* As a book keeps it; of "" it is empty. users.c */
bool api_hash(struct api *x, str password, str *kept);
int64_t api_path_user(struct api *x); /* the path's :user; 0: none, which is answered */

/* members.c: the role that the path names. False: there is none, and 404 is said. */
bool api_path_role(struct api *x, enum api_role *role);

/* member.c: what orders about a role are given; and what the list does with posts of an
 * address that is no member's, empty: nothing of its own any more. False: it is answered. */
json_t *api_role_args(struct api *x, enum api_role role, str address);
bool api_order_nonmember(struct api *x, str address, str action);

/* roster.c: memberships of the list at hand, one role after the other */
struct roster_one {
	enum api_role role;
	int64_t row;    /* the member's or, of a role, the address's */
	int64_t person; /* 0: a nonmember whom the site does not know */
	str key, text, name;
	str action; /* what becomes of posts; empty: as with others */
	const struct member_row *member; /* NULL: no member */
};
json_t *roster_json(struct api *x, const struct roster_one *one);

/* The path's :member, or :role and :email, whose list is the one at hand then. False:
 * there is none, or not for the person to see, which is answered 404. */
bool roster_by_id(struct api *x, struct roster_one *one);
bool roster_by_address(struct api *x, enum api_role role, str address,
		       struct roster_one *one);

struct roster_want {
	str key;        /* of this address alone; empty: all */
	str part;       /* of the address or the name; empty: all */
	int64_t person; /* of this person alone; 0: all */
	bool roles[API_ROLES];
};
MUST_USE err roster_count(struct api *x, const struct roster_want *want, size_t *count);
MUST_USE err roster_add(struct api *x, const struct roster_want *want, size_t skip,
			size_t limit, json_t *entries);
