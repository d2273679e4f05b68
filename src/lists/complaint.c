#include "lists/complaint.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/complaint_inside.h"
#include "lists/members.h"
#include "store/outbound/ledger.h"
#include "store/outbound/message.h"

/* Other types are no wish to be spared: not-spam, or a proof that failed (RFC 6591). */
static bool is_wish(str type)
{
	static const char *const types[] = { "abuse", "opt-out", "fraud" };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_eq(type, str_from(types[i])))
			return true;
	return false;
}

static void by_path(struct books *books, struct arena *a, str path, struct culprit *who)
{
	struct address x;
	path = str_trim(path);
	if (path.n > 2 && path.p[0] == '<' && path.p[path.n - 1] == '>')
		path = (str){ path.p + 1, path.n - 2 };
	if (who->member || !path.n || address_parse(a, path, &x).kind)
		return;
	struct meaning m = addressbook_find(books->addresses, a, &x);
	if (m.what == MEANS_BOUNCE && m.member && !m.probe)
		*who = (struct culprit){ .list = m.list, .member = m.member };
}

/* ".../leave?m=4711.TAG": the token is of the list that List-Id names. */
static void by_leave_link(struct books *books, struct arena *a, const struct arf *r,
			  struct culprit *who)
{
	static const str mark = { "/leave?m=", 9 };
	str link, token;
	str field = header_value(a, header_find(&r->returned, STR("List-Unsubscribe")));
	str at = str_find(field, mark);
	if (who->member || !at.n || !str_cut(str_skip(at, mark.n), '>', &token, &link))
		return;
	const struct list_entry *list = addressbook_list_by_list_id(books->addresses,
								    r->list_id);
	int64_t member;
	if (list && !leave_token_read(a, &books->mac, list, token, &member).kind)
		*who = (struct culprit){ .list = list, .member = member };
}

static err find_post(struct books *books, struct arena *a, const struct arf *r,
		     const struct culprit *who, struct outbound_message *post)
{
	struct outbound_message *m;
	size_t n;
	if (!r->message_id.n)
		return OK;
	TRY(outbound_by_message_id(books->outbound, a, r->message_id, &m, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(m[i].kind, STR("post"))
		    && list_is_called(who->list, m[i].list))
			*post = m[i];
	return OK;
}

static err enter(struct books *books, struct arena *a,
		 const struct inbound_message *arrival, const struct arf *r,
		 const struct culprit *who)
{
	struct outbound_message post = { 0 };
	struct member_row m = { .text = who->list->address };
	bool there;
	TRY(ledger_has_report(books->outbound, arrival->id, who->member, &there));
	if (there)
		return OK;
	TRY(find_post(books, a, r, who, &post));
	err e = member_get(books->lists, a, who->member, &m);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	str by = r->user_agent.n ? r->user_agent : arrival->reverse_path;
	struct ledger_entry entry = {
		.at = clock_now_ms(),
		.inbound = post.id ? post.inbound : arrival->id,
		.message = post.id,
		.recipient = m.text,
		.member = who->member,
		.what = who->named ? STR("complaint-named") : STR("complained"),
		.detail = arena_cat(a, STR("reported as "), r->type, STR(" by "), by),
		.class = STR("complaint"),
		.report = arrival->id
	};
	log_info("complaint-received", KS("list", who->list->address),
		 KN("member", who->member), KS("type", r->type), KS("by", by));
	return ledger_add(books->outbound, &entry, 1);
}

err complaint_take(struct books *books, struct arena *a,
		   const struct inbound_message *arrival, str message,
		   const struct header *header, bool *taken)
{
	struct culprit who = { 0 };
	struct arf r = { 0 };
	const struct field *type = header_find(header, STR("Content-Type"));
	*taken = false;
	if (!type
	    || !str_ieq(header_param(a, type, STR("report-type")),
			STR("feedback-report")))
		return OK;
	err e = arf_read(a, message, &r);
	if (e.kind)
		return e.kind == ERR_LIMIT ? OK : e;
	if (!is_wish(r.type))
		return OK;
	by_path(books, a, r.original_mail_from, &who);
	by_path(books, a, header_value(a, header_find(&r.returned, STR("Return-Path"))),
		&who);
	by_leave_link(books, a, &r, &who);
	if (!who.member)
		TRY(complaint_by_name(books, a, arrival, header, &r, &who));
	if (!who.member)
		return OK;
	*taken = true;
	return enter(books, a, arrival, &r, &who);
}
