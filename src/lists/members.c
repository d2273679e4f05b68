#include "lists/members.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/confirm.h"
#include "lists/notice.h"
#include "lists/pattern.h"
#include "store/lists/address.h"
#include "store/lists/answered.h"
#include "store/lists/ban.h"
#include "store/lists/member.h"
#include "store/lists/request.h"
#include "store/lists/role.h"

#include <jansson.h>

enum {
	JOIN_SPAN = 3 * 86400,
	INVITE_SPAN = 14 * 86400,
	LEAVE_SPAN = 3 * 86400,
	TOKENS_A_DAY = 10
};

static err check_ban(struct office *o, struct arena *a, const struct list_entry *list,
		     str key)
{
	struct ban_row *bans;
	size_t n;
	TRY(ban_for(o->lists, a, list->id, &bans, &n));
	for (size_t i = 0; i < n; i++)
		if (pattern_address(bans[i].pattern, key) == PATTERN_HIT)
			return err_in(a, ERR_DENIED, "%.*s may not join %.*s", STR_F(key),
				      STR_F(list->address));
	return OK;
}

static err tell_roles(struct office *o, struct arena *a, const struct list_entry *list,
		      const char *name, bool owners_only, str asker)
{
	struct role_row *roles;
	size_t n;
	TRY(role_list(o->lists, a, list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		struct mailbox to = { .name = roles[i].name };
		struct notice_var vars[] = { { "asker", asker } };
		bool told = false; /* owner and moderator in one person: one mail */
		for (size_t k = 0; k < i; k++)
			told = told || roles[k].address == roles[i].address;
		if (told || (owners_only && !str_eq(roles[i].role, STR("owner"))))
			continue;
		TRY(address_parse(a, roles[i].text, &to.address));
		TRY(notice_send(o, a,
				&(struct notice){ .name = name,
						  .list = list,
						  .to = to,
						  .vars = vars,
						  .var_count = 1 }));
	}
	return OK;
}

static err simple_notice(struct office *o, struct arena *a, const struct list_entry *list,
			 const struct mailbox *to, const char *name)
{
	return notice_send(o, a,
			   &(struct notice){ .name = name, .list = list, .to = *to });
}

/* However many lists and forms are used, nobody gets more than so many of these a
 * day: a stranger must not be able to fill a mailbox through us. */
static err check_target(struct office *o, struct arena *a, str key)
{
	int64_t times;
	TRY(answered_add(o->lists, arena_cat(a, STR("token:"), notice_mailbox(a, key)),
			 clock_now() / 86400, &times));
	return times <= TOKENS_A_DAY
		       ? OK
		       : FAIL(ERR_DENIED, "this address was sent as many mails as it may "
					  "get in a day; try again tomorrow");
}

/* A letter with a token: its link, its answer's address and its subject bear it. Not
 * so the asker's name: nobody can have words of theirs sent to a stranger. */
static err send_token(struct office *o, struct arena *a, const struct list_entry *list,
		      const struct mailbox *to, enum confirm_kind kind, const char *name,
		      int64_t span)
{
	str token, key = address_key(a, &to->address);
	struct mailbox nameless = { .address = to->address };
	TRY(check_target(o, a, key));
	json_t *data = json_pack("{s:s%}", "name", to->name.n ? to->name.p : "",
				 to->name.n);
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	err e = confirm_make(o, a, kind, list, key, text ? str_from(text) : STR("{}"),
			     span, &token);
	free(text);
	json_decref(data);
	if (e.kind)
		return e;
	struct notice_var vars[] = { { "link", arena_cat(a, o->conf->site_url,
							 STR("/confirm/"), token) } };
	return notice_send(o, a,
			   &(struct notice){ .name = name,
					     .list = list,
					     .to = nameless,
					     .confirm_token = token,
					     .vars = vars,
					     .var_count = 1 });
}

err member_admit(struct office *o, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, bool welcome, const struct actor *by)
{
	struct settings s;
	struct address_row address;
	int64_t id;
	str key = address_key(a, &who->address), text = address_text(a, &who->address);
	TRY(check_ban(o, a, list, key));
	TRY(settings_load(o->lists, a, list->id, &s));
	TRY(address_ensure(o->lists, a, key, text, who->name, clock_now(), &address));
	err e = member_add(o->lists, list->id, address.id, clock_now(), &id);
	if (e.kind == ERR_DENIED)
		return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already",
			      STR_F(key), STR_F(list->address));
	if (e.kind)
		return e;
	log_info("member-joined", KS("list", list->address), KS("address", key),
		 KS("by", by->name));
	TRY(office_audit(o, by, list->id, STR("member joined"), key));
	if (welcome && s.send_welcome_message)
		TRY(simple_notice(o, a, list, who, "welcome"));
	return s.admin_notify_mchanges ? tell_roles(o, a, list, "owner-joined", true, key)
				       : OK;
}

static err is_member(struct office *o, struct arena *a, const struct list_entry *list,
		     str key, bool *yes)
{
	struct member_row m;
	err e = member_find(o->lists, a, list->id, key, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err member_ask_join(struct office *o, struct arena *a, const struct list_entry *list,
		    const struct mailbox *who, const struct actor *by)
{
	struct settings s;
	bool already;
	str key = address_key(a, &who->address);
	(void)by;
	TRY(settings_load(o->lists, a, list->id, &s));
	if (setting_is(s.subscription_policy, "closed"))
		return err_in(a, ERR_DENIED,
			      "%.*s takes no requests; its owners add members (%.*s)",
			      STR_F(list->address),
			      STR_F(list_subaddress(a, list, STR("owner"))));
	TRY(check_ban(o, a, list, key));
	TRY(is_member(o, a, list, key, &already));
	if (!already)
		return send_token(o, a, list, who, CONFIRM_JOIN, "confirm-join",
				  JOIN_SPAN);
	struct mailbox nameless = { .address = who->address };
	TRY(check_target(o, a, key));
	return simple_notice(o, a, list, &nameless, "already-member");
}

err member_invite(struct office *o, struct arena *a, const struct list_entry *list,
		  const struct mailbox *who, const struct actor *by)
{
	bool already;
	str key = address_key(a, &who->address);
	TRY(check_ban(o, a, list, key));
	TRY(is_member(o, a, list, key, &already));
	if (already)
		return err_in(a, ERR_DENIED, "%.*s is a member of %.*s already",
			      STR_F(key), STR_F(list->address));
	TRY(send_token(o, a, list, who, CONFIRM_INVITE, "invite", INVITE_SPAN));
	return office_audit(o, by, list->id, STR("member invited"), key);
}

/* Who reads the address's mail has shown that it is theirs. */
static err verify(struct office *o, struct arena *a, const struct mailbox *who, str key)
{
	struct address_row row;
	TRY(address_ensure(o->lists, a, key, address_text(a, &who->address), who->name,
			   clock_now(), &row));
	return row.verified_at ? OK : address_verify(o->lists, row.id, clock_now());
}

err member_confirmed(struct office *o, struct arena *a, const struct list_entry *list,
		     const struct mailbox *who, bool invited, const struct actor *by,
		     bool *waits)
{
	struct settings s;
	bool already;
	str key = address_key(a, &who->address);
	*waits = false;
	TRY(settings_load(o->lists, a, list->id, &s));
	TRY(is_member(o, a, list, key, &already));
	TRY(verify(o, a, who, key));
	if (already) /* the button pressed twice */
		return OK;
	if (invited || !setting_is(s.subscription_policy, "confirm_then_moderate"))
		return member_admit(o, a, list, who, true, by);
	struct request_row r = { .list = list->id,
				 .address = key,
				 .name = who->name,
				 .asked_at = clock_now() };
	*waits = true;
	TRY(request_add(o->lists, &r));
	TRY(simple_notice(o, a, list, who, "request-waits"));
	return tell_roles(o, a, list, "request-moderator", false, key);
}

err member_ask_leave(struct office *o, struct arena *a, const struct list_entry *list,
		     str address, const struct actor *by)
{
	struct settings s;
	struct member_row m;
	struct mailbox to = { 0 };
	TRY(address_parse(a, address, &to.address));
	err e = member_find(o->lists, a, list->id, address_key(a, &to.address), &m);
	if (e.kind) /* a stranger learns nothing, and nobody is written to */
		return e.kind == ERR_NOTFOUND ? OK : e;
	TRY(settings_load(o->lists, a, list->id, &s));
	if (setting_is(s.unsubscription_policy, "open"))
		return member_end_by_id(o, a, list, m.id, true, by);
	return send_token(o, a, list, &to, CONFIRM_LEAVE, "confirm-leave", LEAVE_SPAN);
}

err member_end_by_id(struct office *o, struct arena *a, const struct list_entry *list,
		     int64_t id, bool goodbye, const struct actor *by)
{
	struct settings s;
	struct member_row m;
	struct mailbox to = { 0 };
	TRY(member_get(o->lists, a, id, &m));
	if (m.list != list->id)
		return FAIL(ERR_NOTFOUND, "not a member of this list");
	TRY(settings_load(o->lists, a, list->id, &s));
	TRY(member_remove(o->lists, id));
	log_info("member-left", KS("list", list->address), KS("address", m.key),
		 KS("by", by->name));
	TRY(office_audit(o, by, list->id, STR("member left"), m.key));
	TRY(address_parse(a, m.text, &to.address));
	if (goodbye && s.send_goodbye_message)
		TRY(simple_notice(o, a, list, &to, "goodbye"));
	return s.admin_notify_mchanges ? tell_roles(o, a, list, "owner-left", true, m.key)
				       : OK;
}

err member_end(struct office *o, struct arena *a, const struct list_entry *list,
	       str address, bool goodbye, const struct actor *by)
{
	struct address x;
	struct member_row m;
	TRY(address_parse(a, address, &x));
	err e = member_find(o->lists, a, list->id, address_key(a, &x), &m);
	if (e.kind == ERR_NOTFOUND)
		return err_in(a, ERR_NOTFOUND, "%.*s is not a member of %.*s",
			      STR_F(address), STR_F(list->address));
	return e.kind ? e : member_end_by_id(o, a, list, m.id, goodbye, by);
}

static str leave_text(struct arena *a, str list, int64_t member)
{
	return arena_printf(a, "%lld %.*s", (long long)member, STR_F(list));
}

str leave_token(struct arena *a, const struct mac_key *mac, str list, int64_t member)
{
	str tag = mac_tag(a, mac, STR("leave"), leave_text(a, list, member));
	return arena_printf(a, "%lld.%.*s", (long long)member, STR_F(tag));
}

err leave_token_read(struct arena *a, const struct mac_key *mac,
		     const struct list_entry *list, str token, int64_t *member)
{
	str number, tag;
	int64_t id;
	if (!str_cut(token, '.', &number, &tag) || !str_i64(number, &id)
	    || !mac_check(a, mac, STR("leave"), leave_text(a, list->address, id), tag))
		return FAIL(ERR_DENIED, "this link was not made for this list, or it "
					"lost some characters on its way");
	*member = id;
	return OK;
}

static err take_request(struct office *o, struct arena *a, int64_t id,
			struct request_row *r, const struct list_entry **list,
			struct mailbox *who)
{
	TRY(request_get(o->lists, a, id, r));
	*list = addressbook_list_by_id(o->addresses, r->list);
	if (!*list)
		return FAIL(ERR_NOTFOUND, "the list of this request is gone");
	who->name = r->name;
	return address_parse(a, r->address, &who->address);
}

err request_accept(struct office *o, struct arena *a, int64_t id, const struct actor *by)
{
	struct request_row r;
	const struct list_entry *list;
	struct mailbox who;
	TRY(take_request(o, a, id, &r, &list, &who));
	err e = member_admit(o, a, list, &who, true, by);
	if (e.kind && e.kind != ERR_DENIED)
		return e;
	return request_remove(o->lists, id);
}

err request_reject(struct office *o, struct arena *a, int64_t id, str reason,
		   const struct actor *by)
{
	struct request_row r;
	const struct list_entry *list;
	struct mailbox who;
	TRY(take_request(o, a, id, &r, &list, &who));
	struct notice_var vars[] = { { "reason", reason } };
	TRY(notice_send(
		o, a,
		&(struct notice){
			.name = "request-refused",
			.list = list,
			.to = who,
			.source = arena_printf(a, "request/%lld/refused", (long long)id),
			.vars = vars,
			.var_count = 1 }));
	TRY(office_audit(o, by, r.list, STR("request refused"), r.address));
	return request_remove(o->lists, id);
}

err request_belongs(struct office *o, struct arena *a, int64_t id, int64_t list)
{
	struct request_row r;
	TRY(request_get(o->lists, a, id, &r));
	return r.list == list ? OK
			      : err_in(a, ERR_NOTFOUND, "no request %lld on this list",
				       (long long)id);
}
