#include "lists/members_inside.h"

#include "base/log.h"

enum { LEAVE_SPAN = 3 * 86400 };

err member_ask_leave(struct books *books, struct arena *a, const struct list_entry *list,
		     str address, const struct actor *by)
{
	struct settings s;
	struct member_row m;
	struct mailbox to = { 0 };
	TRY(address_parse(a, address, &to.address));
	err e = member_find(books->lists, a, list->id, address_key(a, &to.address), &m);
	if (e.kind) /* a stranger learns nothing, and nobody is written to */
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(settings_load(books->lists, a, list->id, &s));
	if (setting_is(s.unsubscription_policy, "open"))
		return member_end_by_id(books, a, list, m.id, true, by);
	return member_send_token(books, a, list, &to, CONFIRM_LEAVE, "confirm-leave",
				 LEAVE_SPAN);
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
	TRY(member_remove(books->lists, id));
	log_info("member-left", KS("list", list->address), KS("address", m.key),
		 KS("by", by->name));
	TRY(books_audit(books, by, list->id, STR("member left"), m.key));
	TRY(address_parse(a, m.text, &to.address));
	if (goodbye && s.send_goodbye_message)
		TRY(member_notice(books, a, list, &to, "goodbye"));
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

static str leave_text(struct arena *a, str list, int64_t member)
{
	return arena_cat(a, arena_number(a, member), STR(" "), list);
}

str leave_token(struct arena *a, const struct mac_key *mac, str list, int64_t member)
{
	str tag = mac_tag(a, mac, STR("leave"), leave_text(a, list, member));
	return arena_cat(a, arena_number(a, member), STR("."), tag);
}

/* Mails that left under an earlier name bear links of that name. */
static bool leave_checks(struct arena *a, const struct mac_key *mac,
			 const struct list_entry *list, int64_t id, str tag)
{
	bool good = mac_check(a, mac, STR("leave"), leave_text(a, list->address, id),
			      tag);
	for (size_t i = 0; i < list->former_count; i++)
		good = good
		       || mac_check(a, mac, STR("leave"),
				    leave_text(a, list->former[i], id), tag);
	return good;
}

err leave_token_read(struct arena *a, const struct mac_key *mac,
		     const struct list_entry *list, str token, int64_t *member)
{
	str number, tag;
	int64_t id;
	if (!str_cut(token, '.', &number, &tag) || !str_i64(number, &id)
	    || !leave_checks(a, mac, list, id, tag))
		return FAIL(ERR_DENIED, "this link was not made for this list, or it "
					"lost some characters on its way");
	*member = id;
	return OK;
}
