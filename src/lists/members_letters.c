#include "lists/members_inside.h"

#include "base/clock.h"
#include "lists/invite.h"
#include "lists/member_wish.h"
#include "lists/umbrella.h"
#include "store/lists/answered.h"
#include "store/lists/role.h"

#include <jansson.h>

/* Each kind has a count of its own, and two: what strangers ask for in somebody's name must
 * not keep from them what they ask for themselves. */
static const struct allowance {
	str name;
	int64_t most; /* letters a day */
} allowances[] = {
	[CONFIRM_JOIN] = { STR("join:"), 3 },
	[CONFIRM_LEAVE] = { STR("leave:"), 10 },
	[CONFIRM_INVITE] = { STR("invite:"), 10 },
	[CONFIRM_VERIFY] = { STR("verify:"), 3 },
	[CONFIRM_SET] = { STR("set:"), 3 },
};

enum {
	VERIFIES_A_DAY = 20, /* that one account asks for */
	LEAVES_A_DAY = 20,   /* that one mailbox asks for in others' names */
};

err member_tell_owners(struct books *books, struct arena *a,
		       const struct list_entry *list, const char *name, str asker)
{
	struct role_row *roles;
	size_t n;
	TRY(role_list(books->lists, a, list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		struct mailbox to = { .name = roles[i].name };
		struct notice_var vars[] = { { "asker", asker } };
		bool told = false; /* owner and moderator in one person: one mail */
		for (size_t k = 0; k < i; k++)
			told = told || roles[k].address == roles[i].address;
		if (told || !str_eq(roles[i].role, STR("owner")))
			continue;
		TRY(address_parse(a, roles[i].text, &to.address));
		TRY(notice_send(books, a,
				&(struct notice){ .name = name,
						  .list = list,
						  .to = to,
						  .vars = vars,
						  .var_count = 1 }));
	}
	return OK;
}

err member_notice(struct books *books, struct arena *a, const struct list_entry *list,
		  const struct mailbox *to, const char *name)
{
	return notice_send(
		books, a,
		&(struct notice){
			.name = name, .list = list, .to = *to, .to_member = true });
}

err member_notice_bounded(struct books *books, struct arena *a,
			  const struct list_entry *list, const struct mailbox *to,
			  const char *name, const struct actor *by)
{
	bool may;
	TRY(invite_may_tell(books, a, list, to, by, &may));
	return may ? member_notice(books, a, list, to, name) : OK;
}

err member_welcome(struct books *books, struct arena *a, const struct list_entry *list,
		   const struct mailbox *to, const struct actor *by)
{
	struct settings s;
	TRY(settings_load(books->lists, a, list->id, &s));
	return s.send_welcome_message
		       ? member_notice_bounded(books, a, list, to, "welcome", by)
		       : OK;
}

static const char too_many_to[] =
	"this address was sent as many mails as it may get in a "
	"day; try again tomorrow";
static const char too_many_by[] =
	"this account had as many addresses mailed as it may in a "
	"day; try again tomorrow";

/* At its limit a count grows no more. */
static err count(struct books *books, str name, int64_t most, const char *why)
{
	int64_t times, today = clock_now() / 86400;
	TRY(answered_count(books->lists, name, today, &times));
	if (times >= most)
		return FAIL(ERR_DENIED, why);
	return answered_add(books->lists, name, today, &times);
}

/* In one transaction with whatever else its caller writes. */
static err count_mailbox(struct books *books, struct arena *a, str name, str key,
			 int64_t most, const char *why)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(
		books->lists, mine,
		count(books, arena_cat(a, name, notice_mailbox(a, key)), most, why));
}

static err check_target(struct books *books, struct arena *a, str key,
			enum confirm_kind kind, bool own)
{
	const struct allowance *x = &allowances[kind];
	str name = own ? arena_cat(a, STR("own "), x->name) : x->name;
	return count_mailbox(books, a, name, key, x->most, too_many_to);
}

err member_check_target(struct books *books, struct arena *a, str key, bool own)
{
	return check_target(books, a, key, CONFIRM_JOIN, own);
}

err member_check_leaves(struct books *books, struct arena *a, str asker)
{
	return count_mailbox(books, a, STR("leave by:"), asker, LEAVES_A_DAY,
			     too_many_by);
}

static err count_verify(struct books *books, struct arena *a, str key, int64_t person)
{
	TRY(count(books, arena_printf(a, "verify by:%lld", (long long)person),
		  VERIFIES_A_DAY, too_many_by));
	return check_target(books, a, key, CONFIRM_VERIFY, false);
}

err member_check_verify(struct books *books, struct arena *a, str key, int64_t person)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, count_verify(books, a, key, person));
}

static str mark_instead(struct arena *a, str data)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	if (!j)
		j = json_object();
	json_object_set_new(j, "instead", json_integer(1));
	char *text = json_dumps(j, JSON_COMPACT);
	str out = arena_copy(a, text ? str_from(text) : STR("{}"));
	free(text);
	json_decref(j);
	return out;
}

/* The mailbox that it goes to has its count; of an umbrella list that is another. */
static err count_letter(struct books *books, struct arena *a,
			const struct list_entry *list, const struct mailbox *to,
			const struct token_letter *x, str *data)
{
	struct mailbox real = *to;
	if (list)
		TRY(umbrella_mailbox(books, a, list, &real));
	str key = address_key(a, &real.address);
	*data = str_eq(key, address_key(a, &to->address)) ? x->data
							  : mark_instead(a, x->data);
	return check_target(books, a, key, x->kind, x->own);
}

err member_send_letter(struct books *books, struct arena *a,
		       const struct list_entry *list, const struct mailbox *to,
		       const struct token_letter *x)
{
	str token, data, key = address_key(a, &to->address);
	struct mailbox nameless = { .address = to->address };
	struct notice_var *vars = arena_zero(a, (x->var_count + 1) * sizeof *vars);
	TRY(count_letter(books, a, list, to, x, &data));
	TRY((x->own ? confirm_make_own : confirm_make)(books, a, x->kind, list, key, data,
						       x->span, &token));
	for (size_t i = 0; i < x->var_count; i++)
		vars[i] = x->vars[i];
	vars[x->var_count] = (struct notice_var){
		"link", arena_cat(a, books->conf->site_url, STR("/confirm/"), token)
	};
	return notice_send(books, a,
			   &(struct notice){ .name = x->name,
					     .list = list,
					     .to = nameless,
					     .to_member = true,
					     .confirm_token = token,
					     .vars = vars,
					     .var_count = x->var_count + 1 });
}

static str name_data(struct arena *a, str name, const struct member_wish *wish)
{
	json_t *data = json_pack("{s:s%}", "name", name.n ? name.p : "", name.n);
	if (!data)
		data = json_object();
	member_wish_write(data, wish);
	char *text = json_dumps(data, JSON_COMPACT);
	str out = arena_copy(a, text ? str_from(text) : STR("{}"));
	free(text);
	json_decref(data);
	return out;
}

err member_send_token(struct books *books, struct arena *a, const struct list_entry *list,
		      const struct mailbox *to, const struct token_letter *letter)
{
	struct token_letter x = *letter;
	x.data = name_data(a, to->name, &letter->wish);
	return member_send_letter(books, a, list, to, &x);
}
