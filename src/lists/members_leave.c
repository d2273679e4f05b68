#include "lists/members_inside.h"

#include "base/clock.h"
#include "base/log.h"

enum { LEAVE_SPAN = 3 * 86400 };

static err send_token(struct books *books, struct arena *a, const struct list_entry *list,
		      const struct mailbox *to, bool own)
{
	return member_send_token(books, a, list, to,
				 &(struct token_letter){ .kind = CONFIRM_LEAVE,
							 .name = "confirm-leave",
							 .span = LEAVE_SPAN,
							 .own = own });
}

err member_ask_leave_of(struct books *books, struct arena *a,
			const struct list_entry *list, str address, str asker)
{
	struct member_row m;
	struct mailbox to = { 0 };
	TRY(address_parse(a, address, &to.address));
	if (asker.n)
		TRY(member_check_leaves(books, a, asker));
	err e = member_find(books->lists, a, list->id, address_key(a, &to.address), &m);
	if (e.kind) /* a stranger learns nothing, and nobody is written to */
		return e.kind == ERR_NOTFOUND ? OK : e;
	return member_untold(send_token(books, a, list, &to, false));
}

err member_ask_leave(struct books *books, struct arena *a, const struct list_entry *list,
		     str address, bool proven, const struct actor *by)
{
	struct settings s;
	struct member_row m;
	struct mailbox to = { 0 };
	bool waits;
	TRY(address_parse(a, address, &to.address));
	err e = member_find(books->lists, a, list->id, address_key(a, &to.address), &m);
	if (e.kind) /* a stranger learns nothing, and nobody is written to */
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (setting_is(s.unsubscription_policy, "open"))
		return member_end_by_id(books, a, list, m.id, true, by);
	if (proven && setting_is(s.unsubscription_policy, "moderate"))
		return member_left(books, a, list, m.id, by, &waits);
	return send_token(books, a, list, &to, proven);
}

/* No post goes to who said that they want none: a mail program's own button and RFC 8058
 * promise that. Whether the membership ends is the moderators' word. */
static err wait(struct books *books, struct arena *a, const struct list_entry *list,
		struct member_row *m, const struct actor *by)
{
	struct mailbox to = { 0 };
	struct request_row r = { .list = list->id,
				 .address = m->key,
				 .name = m->name,
				 .asked_at = clock_now(),
				 .leaves = true };
	TRY(address_parse(a, m->text, &to.address));
	TRY(member_option(a, m, STR("delivery"), STR("off"), STR("user")));
	m->off_why = STR("asked to leave");
	m->pinned |= PREFERS_OFF; /* whatever holds for their other lists */
	TRY(member_change(books->lists, m));
	TRY(request_add(books->lists, &r));
	TRY(books_audit(books, by, list->id, STR("asked to leave"), m->key));
	TRY(member_notice(books, a, list, &to, "leave-waits"));
	return request_tell(books, a, list, &r);
}

static err left(struct books *books, struct arena *a, const struct list_entry *list,
		int64_t id, const struct actor *by, bool *waits)
{
	struct settings s;
	struct member_row m;
	err e = member_get(books->lists, a, id, &m);
	if (e.kind == ERR_NOTFOUND && !member_merged(books->lists, id, &id).kind)
		e = member_get(books->lists, a, id, &m);
	TRY(e);
	if (m.list != list->id)
		return FAIL(ERR_NOTFOUND, "not a member of this list");
	TRY(settings_load(books->lists, a, list->id, &s));
	*waits = policy_moderates(s.unsubscription_policy);
	return *waits ? wait(books, a, list, &m, by)
		      : member_end_by_id(books, a, list, id, true, by);
}

err member_left(struct books *books, struct arena *a, const struct list_entry *list,
		int64_t id, const struct actor *by, bool *waits)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, left(books, a, list, id, by, waits));
}

static err end(struct books *books, struct arena *a, const struct list_entry *list,
	       int64_t id, bool goodbye, const struct actor *by)
{
	struct settings s;
	struct member_row m;
	struct mailbox to = { 0 };
	TRY(member_get(books->lists, a, id, &m));
	if (m.list != list->id)
		return FAIL(ERR_NOTFOUND, "not a member of this list");
	TRY(settings_load(books->lists, a, list->id, &s));
	TRY(address_parse(a, m.text, &to.address));
	if (goodbye && s.send_goodbye_message) /* in the membership's language */
		TRY(member_notice_bounded(books, a, list, &to, "goodbye", by));
	TRY(member_remove(books->lists, id));
	log_info("member-left", KS("list", list->address), KS("address", m.key),
		 KS("by", by->name));
	TRY(books_audit(books, by, list->id, STR("member left"), m.key));
	return s.admin_notify_mchanges
		       ? member_tell_owners(books, a, list, "owner-left", m.key)
		       : OK;
}

err member_end_by_id(struct books *books, struct arena *a, const struct list_entry *list,
		     int64_t id, bool goodbye, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, end(books, a, list, id, goodbye, by));
}

err member_end(struct books *books, struct arena *a, const struct list_entry *list,
	       str address, bool goodbye, const struct actor *by)
{
	struct address x;
	struct member_row m;
	TRY(address_parse(a, address, &x));
	err e = member_find(books->lists, a, list->id, address_key(a, &x), &m);
	if (e.kind == ERR_NOTFOUND)
		return err_in(a, ERR_NOTFOUND, "%.*s is not a member of %.*s",
			      STR_F(address), STR_F(list->address));
	return e.kind ? e : member_end_by_id(books, a, list, m.id, goodbye, by);
}

/* Mails that left under an earlier name bear links of that name. */
err leave_token_read(struct arena *a, const struct mac_key *mac,
		     const struct list_entry *list, str token, int64_t *member)
{
	bool good = leave_token_check(a, mac, list->address, token, member);
	for (size_t i = 0; i < list->former_count && !good; i++)
		good = leave_token_check(a, mac, list->former[i], token, member);
	return good ? OK
		    : FAIL(ERR_DENIED, "this link was not made for this list, or it "
				       "lost some characters on its way");
}
