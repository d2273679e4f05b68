#include "lists/members_inside.h"

#include "base/clock.h"
#include "lists/member_wish.h"
#include "lists/decide.h"
#include "lists/notice.h"
#include "lists/owner.h"
#include "lists/pattern.h"
#include "store/lists/role.h"

enum { LINK_SPAN = 30 * 86400 };

static err tell_one(struct books *books, struct arena *a, const struct list_entry *list,
		    const struct role_row *who, const struct request_row *r)
{
	str token;
	struct mailbox to = { .name = who->name };
	TRY(address_parse(a, who->text, &to.address));
	TRY(confirm_make(books, a, CONFIRM_REQUEST, list, who->key,
			 arena_printf(a, "{\"request\":%lld}", (long long)r->id),
			 LINK_SPAN, &token));
	struct notice_var vars[] = { { "asker", r->address },
				     { "link", arena_cat(a, books->conf->site_url,
							 STR("/confirm/"), token) } };
	return notice_send(books, a,
			   &(struct notice){ .name = r->leaves ? "leave-moderator"
							       : "request-moderator",
					     .list = list,
					     .to = to,
					     .confirm_token = token,
					     .vars = vars,
					     .var_count = 2 });
}

err request_tell(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct request_row *r)
{
	struct role_row *roles;
	size_t n;
	TRY(role_list(books->lists, a, list->id, &roles, &n));
	for (size_t i = 0; i < n; i++) {
		bool told = false; /* owner and moderator in one person: one mail */
		for (size_t k = 0; k < i; k++)
			told = told || roles[k].address == roles[i].address;
		if (!told)
			TRY(tell_one(books, a, list, &roles[i], r));
	}
	return OK;
}

static err take_request(struct books *books, struct arena *a, int64_t id,
			struct request_row *r, const struct list_entry **list,
			struct mailbox *who)
{
	TRY(request_get(books->lists, a, id, r));
	*list = addressbook_list_by_id(books->addresses, r->list);
	if (!*list)
		return FAIL(ERR_NOTFOUND, "the list of this request is gone");
	who->name = r->name;
	return address_parse(a, r->address, &who->address);
}

static err end_request(struct books *books, int64_t id, str verdict, str note,
		       const struct actor *by)
{
	return request_end(books->lists, id,
			   &(struct request_end){ .verdict = verdict,
						  .note = note,
						  .by = by->name,
						  .via = by->via,
						  .at = clock_now() });
}

static err admit(struct books *books, struct arena *a, const struct list_entry *list,
		 const struct mailbox *who, const struct actor *by)
{
	TRY(member_admit(books, a, list, who, false, by));
	return member_welcome(books, a, list, who, by);
}

static err accept(struct books *books, struct arena *a, int64_t id,
		  const struct actor *by)
{
	struct request_row r;
	const struct list_entry *list;
	struct mailbox who;
	TRY(take_request(books, a, id, &r, &list, &who));
	err e = r.leaves ? member_end(books, a, list, r.address, true, by)
			 : admit(books, a, list, &who, by);
	/* Who is in, or out, already wants nothing more. */
	if (e.kind && e.kind != (r.leaves ? ERR_NOTFOUND : ERR_DENIED))
		return e;
	return end_request(books, id, STR("granted"), STR(""), by);
}

static err reject(struct books *books, struct arena *a, int64_t id, str reason,
		  const struct actor *by)
{
	struct request_row r;
	const struct list_entry *list;
	struct mailbox who;
	TRY(take_request(books, a, id, &r, &list, &who));
	struct notice_var vars[] = { { "reason", reason } };
	TRY(notice_send(
		books, a,
		&(struct notice){
			.name = r.leaves ? "leave-refused" : "request-refused",
			.list = list,
			.to = who,
			.source = arena_printf(a, "request/%lld/refused", (long long)id),
			.vars = vars,
			.var_count = 1 }));
	TRY(member_wish_drop(books, list, r.address));
	TRY(books_audit(books, by, r.list, STR("request refused"), r.address));
	return end_request(books, id, STR("refused"), str_trim(reason), by);
}

/* Whose address somebody else has typed into a form gets no letter of it. */
static err drop(struct books *books, struct arena *a, int64_t id, bool ban,
		const struct actor *by)
{
	struct request_row r;
	const struct list_entry *list;
	struct mailbox who;
	TRY(take_request(books, a, id, &r, &list, &who));
	if (ban && r.leaves)
		return err_in(a, ERR_DENIED, "%.*s is a member: let them go first",
			      STR_F(r.address));
	if (ban)
		TRY(ban_put(books, a, r.list, pattern_spelt(a, r.address),
			    STR("asked to join"), by));
	TRY(member_wish_drop(books, list, r.address));
	TRY(books_audit(books, by, r.list, STR("request dropped"), r.address));
	return end_request(books, id, STR("dropped"),
			   ban ? STR("the address is banned") : STR(""), by);
}

/* It waits on; what is said of it stands in the log. */
static err put_aside(struct books *books, int64_t id, struct arena *a, str note,
		     const struct actor *by)
{
	struct request_row r;
	TRY(request_get(books->lists, a, id, &r));
	return books_audit(books, by, r.list, STR("request set aside"),
			   arena_cat(a, r.address, note.n ? STR(": ") : STR(""), note));
}

static err request_discard(struct books *books, struct arena *a, int64_t id, str text,
			   const struct actor *by)
{
	(void)text;
	return drop(books, a, id, false, by);
}

static err request_ban(struct books *books, struct arena *a, int64_t id, str text,
		       const struct actor *by)
{
	(void)text;
	return drop(books, a, id, true, by);
}

static err request_defer(struct books *books, struct arena *a, int64_t id, str text,
			 const struct actor *by)
{
	return put_aside(books, id, a, str_trim(text), by);
}

static err request_grant(struct books *books, struct arena *a, int64_t id, str text,
			 const struct actor *by)
{
	(void)text;
	return accept(books, a, id, by);
}

static const struct {
	const char *word;
	err (*act)(struct books *books, struct arena *a, int64_t id, str text,
		   const struct actor *by);
} verdicts[] = {
	{ "accept", request_grant },    { "reject", reject },
	{ "discard", request_discard }, { "ban", request_ban },
	{ "defer", request_defer },
};

err request_decide(struct books *books, struct arena *a, int64_t id, str word, str text,
		   const struct actor *by)
{
	bool mine;
	word = decision_word(word);
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		if (!str_eq(word, str_from(verdicts[i].word)))
			continue;
		TRY(book_join(books->lists, &mine));
		return book_leave(books->lists, mine,
				  verdicts[i].act(books, a, id, text, by));
	}
	return FAIL(ERR_SYNTAX, "choose accept, reject, discard, ban or defer");
}

err request_belongs(struct books *books, struct arena *a, int64_t id, int64_t list)
{
	struct request_row r;
	TRY(request_get(books->lists, a, id, &r));
	return r.list == list ? OK
			      : err_in(a, ERR_NOTFOUND, "no request %lld on this list",
				       (long long)id);
}
