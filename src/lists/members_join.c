#include "lists/members_inside.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/pattern.h"
#include "store/lists/address.h"
#include "store/lists/ban.h"
#include "store/lists/request.h"

enum { JOIN_SPAN = 3 * 86400, INVITE_SPAN = 14 * 86400 };

static err check_ban(struct books *books, struct arena *a, const struct list_entry *list,
		     str key)
{
	struct ban_row *bans;
	size_t n;
	TRY(ban_for(books->lists, a, list->id, &bans, &n));
	for (size_t i = 0; i < n; i++)
		if (pattern_address(bans[i].pattern, key) == PATTERN_HIT)
			return err_in(a, ERR_DENIED, "%.*s may not join %.*s", STR_F(key),
				      STR_F(list->address));
	return OK;
}

/* Where new members read digests, in the form that keeps posts as they are. */
static err start_with_digests(struct books *books, struct arena *a, int64_t id)
{
	struct member_row m;
	TRY(member_get(books->lists, a, id, &m));
	m.delivery = STR("mime");
	return member_change(books->lists, &m);
}

static err admit(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, bool welcome, const struct actor *by)
{
	struct settings s;
	struct address_row address;
	int64_t id;
	str key = address_key(a, &who->address), text = address_text(a, &who->address);
	TRY(check_ban(books, a, list, key));
	TRY(settings_load(books->lists, a, list->id, &s));
	TRY(address_ensure(books->lists, a, key, text, who->name, clock_now(), &address));
	err e = member_add(books->lists, list->id, address.id, clock_now(), &id);
	if (e.kind == ERR_DENIED)
		return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already",
			      STR_F(key), STR_F(list->address));
	if (e.kind)
		return e;
	if (s.digests_enabled && s.digest_is_default)
		TRY(start_with_digests(books, a, id));
	log_info("member-joined", KS("list", list->address), KS("address", key),
		 KS("by", by->name));
	TRY(books_audit(books, by, list->id, STR("member joined"), key));
	if (welcome && s.send_welcome_message)
		TRY(member_notice(books, a, list, who, "welcome"));
	return s.admin_notify_mchanges
		       ? member_tell_owners(books, a, list, "owner-joined", key)
		       : OK;
}

err member_admit(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, bool welcome, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, admit(books, a, list, who, welcome, by));
}

static err is_member(struct books *books, struct arena *a, const struct list_entry *list,
		     str key, bool *yes)
{
	struct member_row m;
	err e = member_find(books->lists, a, list->id, key, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err member_ask_join(struct books *books, struct arena *a, const struct list_entry *list,
		    const struct mailbox *who, const struct actor *by)
{
	struct settings s;
	bool already;
	str key = address_key(a, &who->address);
	(void)by;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (setting_is(s.subscription_policy, "closed"))
		return err_in(a, ERR_DENIED,
			      "%.*s takes no requests; its owners add members (%.*s)",
			      STR_F(list->address),
			      STR_F(list_subaddress(a, list, STR("owner"))));
	TRY(check_ban(books, a, list, key));
	TRY(is_member(books, a, list, key, &already));
	if (!already)
		return member_send_token(books, a, list, who, CONFIRM_JOIN,
					 "confirm-join", JOIN_SPAN);
	struct mailbox nameless = { .address = who->address };
	TRY(member_check_target(books, a, key));
	return member_notice(books, a, list, &nameless, "already-member");
}

err member_invite(struct books *books, struct arena *a, const struct list_entry *list,
		  const struct mailbox *who, const struct actor *by)
{
	bool already;
	str key = address_key(a, &who->address);
	TRY(check_ban(books, a, list, key));
	TRY(is_member(books, a, list, key, &already));
	if (already)
		return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already",
			      STR_F(key), STR_F(list->address));
	TRY(member_send_token(books, a, list, who, CONFIRM_INVITE, "invite",
			      INVITE_SPAN));
	return books_audit(books, by, list->id, STR("member invited"), key);
}

/* Who reads the address's mail has shown that it is theirs. */
static err verify(struct books *books, struct arena *a, const struct mailbox *who,
		  str key)
{
	struct address_row row;
	TRY(address_ensure(books->lists, a, key, address_text(a, &who->address),
			   who->name, clock_now(), &row));
	return row.verified_at ? OK : address_verify(books->lists, row.id, clock_now());
}

static err enter(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, const struct member_entry *how,
		 const struct actor *by, bool *waits)
{
	struct settings s;
	str key = address_key(a, &who->address);
	*waits = false;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (how->vouched)
		TRY(verify(books, a, who, key));
	if (how->approved || !setting_is(s.subscription_policy, "confirm_then_moderate"))
		return member_admit(books, a, list, who, !how->quiet, by);
	TRY(check_ban(books, a, list, key));
	struct request_row r = { .list = list->id,
				 .address = key,
				 .name = who->name,
				 .asked_at = clock_now() };
	*waits = true;
	TRY(request_add(books->lists, &r));
	TRY(member_notice(books, a, list, who, "request-waits"));
	return request_tell(books, a, list, r.id, key);
}

/* As a moderator sees it: who is in already asks for nothing. */
static err enter_new(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, const struct member_entry *how,
		     const struct actor *by, bool *waits)
{
	bool already;
	TRY(is_member(books, a, list, address_key(a, &who->address), &already));
	if (already)
		return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already",
			      STR_F(address_key(a, &who->address)), STR_F(list->address));
	return enter(books, a, list, who, how, by, waits);
}

err member_enter(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, const struct member_entry *how,
		 const struct actor *by, bool *waits)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  enter_new(books, a, list, who, how, by, waits));
}

static err confirmed(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, bool invited, const struct actor *by,
		     bool *waits)
{
	bool already;
	str key = address_key(a, &who->address);
	struct member_entry how = { .approved = invited };
	*waits = false;
	TRY(is_member(books, a, list, key, &already));
	TRY(verify(books, a, who, key));
	if (already) /* the button pressed twice */
		return OK;
	return enter(books, a, list, who, &how, by, waits);
}

err member_confirmed(struct books *books, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, bool invited, const struct actor *by,
		     bool *waits)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  confirmed(books, a, list, who, invited, by, waits));
}
