#include "lists/members_inside.h"

#include "base/clock.h"
#include "lists/notice.h"
#include "store/lists/answered.h"
#include "store/lists/role.h"

#include <jansson.h>

/* What strangers can make us send; and with it what owners invite to and members leave. */
enum { ASKED_A_DAY = 3, LETTERS_A_DAY = 10 };

err member_tell_roles(struct books *books, struct arena *a, const struct list_entry *list,
		      const char *name, bool owners_only, str asker)
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
		if (told || (owners_only && !str_eq(roles[i].role, STR("owner"))))
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
	return notice_send(books, a,
			   &(struct notice){ .name = name, .list = list, .to = *to });
}

static err check_target(struct books *books, struct arena *a, str key, int64_t most)
{
	int64_t times;
	TRY(answered_add(books->lists,
			 arena_cat(a, STR("token:"), notice_mailbox(a, key)),
			 clock_now() / 86400, &times));
	return times <= most
		       ? OK
		       : FAIL(ERR_DENIED, "this address was sent as many mails as it may "
					  "get in a day; try again tomorrow");
}

err member_check_target(struct books *books, struct arena *a, str key)
{
	return check_target(books, a, key, ASKED_A_DAY);
}

/* A letter with a token: its link, its answer's address and its subject bear it. Not
 * so the asker's name: nobody can have words of theirs sent to a stranger. */
err member_send_token(struct books *books, struct arena *a, const struct list_entry *list,
		      const struct mailbox *to, enum confirm_kind kind, const char *name,
		      int64_t span)
{
	str token, key = address_key(a, &to->address);
	struct mailbox nameless = { .address = to->address };
	TRY(check_target(books, a, key,
			 kind == CONFIRM_JOIN ? ASKED_A_DAY : LETTERS_A_DAY));
	json_t *data = json_pack("{s:s%}", "name", to->name.n ? to->name.p : "",
				 to->name.n);
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	err e = confirm_make(books, a, kind, list, key, text ? str_from(text) : STR("{}"),
			     span, &token);
	free(text);
	json_decref(data);
	if (e.kind)
		return e;
	struct notice_var vars[] = { { "link", arena_cat(a, books->conf->site_url,
							 STR("/confirm/"), token) } };
	return notice_send(books, a,
			   &(struct notice){ .name = name,
					     .list = list,
					     .to = nameless,
					     .confirm_token = token,
					     .vars = vars,
					     .var_count = 1 });
}
