/* Members with what was chosen for each: its own preferences, its address's, its user's. What
 * the system says of all is not what anybody chose. Of an address and of a user each import
 * asks once. */
#include "lists/import/mailman3_rest_inside.h"

enum { PERSON_WORD = 64 };

struct rest_person { /* an address or a user */
	str email, name;
	struct mailman3_likes likes;
	int64_t verified_at;
	struct mailman3_address *all; /* of a user */
	size_t addresses;
	bool unknown; /* its page cannot be asked for */
};

static const struct mailman3_likes no_likes = { -1, -1, -1, -1, -1, -1, { "", 0 } };
static const char *const modes[] = { "", "regular", "plaintext_digests", "mime_digests",
				     "summary_digests" };
static const char *const states[] = { "",           "enabled",      "by_user",
				      "by_bounces", "by_moderator", "unknown" };

/* ---- preferences */

static int64_t number_of(struct rest *r, const json_t *o, const char *key,
			 const char *const *words, size_t count)
{
	ARENA(a);
	str word = rest_text(r, a, o, key);
	int64_t n = word.n ? rest_word(word, words, count) : -1;
	if (word.n && n < 0)
		r->wrong = key;
	return n;
}
#define NUMBER_OF(r, o, key, words) \
	number_of((r), (o), (key), (words), sizeof(words) / sizeof *(words))

static err ask_likes(struct rest *r, struct arena *a, str path,
		     struct mailman3_likes *likes)
{
	json_t *o;
	path = arena_cat(a, path, STR("/preferences"));
	TRY(rest_ask(r, path, REST_BODY, &o));
	*likes = (struct mailman3_likes){
		.acknowledge = rest_yes(r, o, "acknowledge_posts"),
		.hide = rest_yes(r, o, "hide_address"),
		.list_copy = rest_yes(r, o, "receive_list_copy"),
		.own_posts = rest_yes(r, o, "receive_own_postings"),
		.mode = NUMBER_OF(r, o, "delivery_mode", modes),
		.status = NUMBER_OF(r, o, "delivery_status", states),
		.language = rest_text(r, a, o, "preferred_language"),
	};
	json_decref(o);
	return rest_right(r, r->a, path);
}

/* ---- addresses and users */

static err ask_address(struct rest *r, str path, struct rest_person *p)
{
	json_t *o;
	TRY(rest_ask(r, path, REST_BODY, &o));
	str original = rest_text(r, r->a, o, "original_email");
	p->email = original.n ? original : p->email;
	p->name = rest_text(r, r->a, o, "display_name");
	p->verified_at = rest_moment(r, r->a, o, "verified_on");
	json_decref(o);
	TRY(rest_right(r, r->a, path));
	return ask_likes(r, r->a, path, &p->likes);
}

/* A / in an address is none of a path's to Mailman, so that page is not found. */
static err find_address(struct rest *r, str email, struct rest_person **person)
{
	struct rest_person *p = map_get(&r->addresses, email);
	*person = p;
	if (p)
		return OK;
	p = arena_zero(r->a, sizeof *p);
	p->email = arena_copy(r->a, email);
	p->likes = no_likes;
	err e = ask_address(
		r, arena_cat(r->a, STR("/addresses/"), rest_escaped(r->a, email)), p);
	p->unknown = e.kind == ERR_NOTFOUND;
	if (e.kind && !p->unknown)
		return e;
	map_set(&r->addresses, email, p);
	*person = p;
	return OK;
}

bool rest_is_word(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!chr_is_alpha(s.p[i]) && !chr_is_digit(s.p[i]))
			return false;
	return s.n && s.n <= PERSON_WORD;
}

err rest_count(struct rest *r, str path, int64_t *count)
{
	json_t *o;
	path = arena_cat(r->a, path, STR("?count=1&page=1"));
	TRY(rest_ask(r, path, REST_BODY, &o));
	*count = rest_number(r, o, "total_size", 0);
	json_decref(o);
	return rest_right(r, r->a, path);
}

static void take_address(struct rest *r, struct arena *a, const json_t *o, void *row)
{
	*(struct mailman3_address *)row = (struct mailman3_address){
		.email = rest_text(r, a, o, "original_email"),
		.verified_at = rest_moment(r, a, o, "verified_on"),
	};
}

/* Of one alone there is nothing to prefer. */
static err ask_preferred(struct rest *r, str path, struct rest_person *p)
{
	json_t *o;
	path = arena_cat(r->a, path, STR("/preferred_address"));
	err e = p->addresses > 1 ? rest_ask(r, path, REST_BODY, &o)
				 : FAIL(ERR_NOTFOUND, "one");
	if (e.kind)
		return e.kind == ERR_NOTFOUND ? OK : e;
	str email = rest_text(r, r->a, o, "original_email");
	json_decref(o);
	for (size_t i = 0; i < p->addresses; i++)
		p->all[i].preferred = str_eq(p->all[i].email, email);
	return rest_right(r, r->a, path);
}

static err find_user(struct rest *r, str id, struct rest_person **person)
{
	struct rest_person *p = map_get(&r->users, id);
	*person = p;
	if (p)
		return OK;
	p = arena_zero(r->a, sizeof *p);
	str path = arena_cat(r->a, STR("/users/"), id);
	TRY(ask_likes(r, r->a, path, &p->likes));
	TRY(REST_ROWS(r, r->a, arena_cat(r->a, path, STR("/addresses")), take_address,
		      &p->all, &p->addresses));
	TRY(ask_preferred(r, path, p));
	map_set(&r->users, id, p);
	*person = p;
	return OK;
}

/* ---- members */

struct entry {
	struct mailman3_member m;
	str member, user; /* their ids */
	bool unknown;     /* what holds for its address */
};

/* A link's last word: the id. */
static str id_in(str link)
{
	str before, id;
	return str_cut_last(link, '/', &before, &id) ? id : link;
}

static void take_entry(struct rest *r, struct arena *a, const json_t *o, void *row)
{
	struct entry *e = row;
	*e = (struct entry){
		.m = { .email = rest_text(r, a, o, "email"),
		       .name = rest_text(r, a, o, "display_name"),
		       .action = NUMBER_OF(r, o, "moderation_action", rest_actions),
		       .as_user = str_eq(rest_text(r, a, o, "subscription_mode"),
					 STR("as_user")),
		       .own = no_likes,
		       .of_address = no_likes,
		       .of_user = no_likes,
		       .bounce_score = rest_number(r, o, "bounce_score", 0),
		       .bounced_at = rest_moment(r, a, o, "last_bounce_received"),
		       .warned_at = rest_moment(r, a, o, "last_warning_sent"),
		       .warnings = rest_number(r, o, "total_warnings_sent", 0) },
		.member = rest_text(r, a, o, "member_id"),
		.user = id_in(rest_text(r, a, o, "user")),
	};
	if (!str_has(e->m.email, '@'))
		r->wrong = "email";
	if (!rest_is_word(e->member))
		r->wrong = "member_id";
	if (e->user.n && !rest_is_word(e->user))
		r->wrong = "user";
}

static err complete(struct rest *r, struct arena *a, struct entry *e)
{
	struct rest_person *address, *user;
	TRY(find_address(r, e->m.email, &address));
	e->m.email = address->email;
	e->unknown = address->unknown;
	e->m.name = address->name.n ? address->name : e->m.name;
	e->m.verified_at = address->verified_at;
	e->m.of_address = address->likes;
	if (e->user.n) {
		TRY(find_user(r, e->user, &user));
		e->m.of_user = user->likes;
		e->m.all = user->all;
		e->m.addresses = (int64_t)user->addresses;
	}
	return ask_likes(r, a, arena_cat(a, STR("/members/"), e->member), &e->m.own);
}

static err read_role(struct rest *r, struct arena *a, const struct mailman3_list *list,
		     const char *path, int64_t role, struct rest_read *read)
{
	struct entry *entry;
	size_t n;
	TRY(REST_ROWS(r, a, rest_path(a, list, path), take_entry, &entry, &n));
	struct mailman3_member *all = arena_zero(a,
						 (read->members + n + 1) * sizeof *all);
	if (read->members)
		memcpy(all, read->member, read->members * sizeof *all);
	for (size_t i = 0; i < n; i++) {
		TRY(complete(r, a, &entry[i]));
		read->without += entry[i].unknown;
		entry[i].m.role = role;
		entry[i].m.id = (int64_t)read->members + 1;
		all[read->members++] = entry[i].m;
	}
	read->member = all;
	return OK;
}

static void take_stranger(struct rest *r, struct arena *a, const json_t *o, void *row)
{
	*(struct mailman3_line *)row = (struct mailman3_line){
		.type = NUMBER_OF(r, o, "moderation_action", rest_actions),
		.text = rest_text(r, a, o, "email"),
	};
}

err rest_people(struct rest *r, struct arena *a, const struct mailman3_list *list,
		struct rest_read *read)
{
	TRY(read_role(r, a, list, "/roster/member", MAILMAN3_MEMBER, read));
	TRY(read_role(r, a, list, "/roster/owner", MAILMAN3_OWNER, read));
	TRY(read_role(r, a, list, "/roster/moderator", MAILMAN3_MODERATOR, read));
	return REST_ROWS(r, a, rest_path(a, list, "/roster/nonmember"), take_stranger,
			 &read->strangers.line, &read->strangers.count);
}
