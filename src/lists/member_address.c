#include "lists/member_address.h"

#include "base/clock.h"
#include "base/log.h"
#include "lists/invite.h"
#include "lists/members_inside.h"
#include "store/lists/address.h"
#include "store/lists/answered.h"
#include "store/lists/pending.h"
#include "store/lists/planned.h"
#include "store/lists/request.h"

#include <jansson.h>

enum { SPAN = 86400, MOVED_DAILY = 6 };

struct changing {
	struct books *books;
	struct arena *a;
	const struct address_change *c;
	const struct actor *by;
	struct address_row to;
};

/* ---- one membership */

/* What waits for the member's word or a moderator's goes on meaning the membership; what was
 * to make the other address a member has nothing to do any more. */
static err carry(struct changing *x, const struct list_entry *list, str from)
{
	struct book *b = x->books->lists;
	TRY(pending_readdress(b, list->id, from, x->to.key));
	TRY(request_readdress(b, list->id, from, x->to.key));
	err e = planned_remove(b, list->id, x->to.key);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	return pending_drop(b, STR("invite"), list->id, x->to.key);
}

/* Its name is the same however often it is tried, until the membership moves again. */
static err tell(struct changing *x, const struct list_entry *list,
		const struct member_row *m, const char *name, str to)
{
	struct mailbox who = { .name = m->name };
	struct notice_var vars[] = { { "before", m->text }, { "now", x->to.text } };
	TRY(address_parse(x->a, to, &who.address));
	return notice_send(
		x->books, x->a,
		&(struct notice){
			.name = name,
			.list = list,
			.to = who,
			.to_member = true,
			.source = arena_printf(x->a, "moved/%lld/%lld/%lld/%.*s",
					       (long long)m->id, (long long)m->moved_at,
					       (long long)x->to.id, STR_F(to)),
			.vars = vars,
			.var_count = 2 });
}

/* Each letter's words are the list's own: nobody gets them without end, by whatever lists. */
static err count_mailbox(struct changing *x, str key)
{
	int64_t times, today = clock_now() / SPAN;
	str name = arena_cat(x->a, STR("moved:"), notice_mailbox(x->a, key));
	TRY(answered_count(x->books->lists, name, today, &times));
	if (times >= MOVED_DAILY)
		return err_in(x->a, ERR_DENIED,
			      "%.*s has been told of %d changes today; go on tomorrow",
			      STR_F(key), MOVED_DAILY);
	return answered_add(x->books->lists, name, today, &times);
}

/* The machine's administrator, who is no person here, is not counted. */
static err count_letters(struct changing *x, const struct list_entry *list,
			 const struct member_row *m)
{
	const str keys[] = { m->key, x->to.key };
	struct mailbox who = { .name = m->name };
	for (size_t i = 0; x->c->tell && x->by->person && i < 2; i++) {
		TRY(address_parse(x->a, keys[i], &who.address));
		TRY(count_mailbox(x, keys[i]));
		TRY(invite_count(x->books, x->a, list, &who, x->by));
	}
	return OK;
}

static err change_one(struct changing *x, const struct list_entry *list,
		      const struct member_row *m, bool *merged)
{
	struct book *b = x->books->lists;
	struct member_row other;
	TRY(member_check_ban(x->books, x->a, list, x->to.key));
	if (!x->c->tell) /* a ban is not left behind with the address */
		TRY(member_check_ban(x->books, x->a, list, m->key));
	TRY(count_letters(x, list, m));
	err e = member_find(b, x->a, list->id, x->to.key, &other);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*merged = !e.kind;
	if (*merged)
		TRY(member_merge(b, m->id, other.id));
	else
		TRY(member_move(b, m->id, x->to.id, clock_now()));
	TRY(carry(x, list, m->key));
	log_info("member-moved", KS("list", list->address), KS("from", m->key),
		 KS("to", x->to.key), KZ("merged", *merged ? "yes" : "no"),
		 KS("by", x->by->name));
	TRY(books_audit(x->books, x->by, list->id,
			*merged ? STR("memberships merged") : STR("address changed"),
			arena_cat(x->a, m->key, STR(" -> "), x->to.key)));
	if (!x->c->tell)
		return OK;
	const char *letter = *merged ? "merged" : "moved";
	TRY(tell(x, list, m, letter, m->text));
	return tell(x, list, m, letter, x->to.text);
}

/* ---- all that are meant */

static err find_to(struct changing *x, str name)
{
	struct book *b = x->books->lists;
	const struct address *to = &x->c->to.address;
	str key = address_key(x->a, to), text = address_text(x->a, to);
	int64_t id;
	err e = address_find(b, x->a, key, &x->to);
	if (e.kind != ERR_NOTFOUND)
		return e;
	if (!x->c->person)
		return address_ensure(b, x->a, key, text, name, clock_now(), &x->to);
	TRY(address_add(b, x->c->person, key, text, &id));
	return address_get(b, x->a, id, &x->to);
}

static err no_member(struct changing *x)
{
	const struct list_entry *list = x->c->list;
	return list ? err_in(x->a, ERR_NOTFOUND, "%.*s is not a member of %.*s",
			     STR_F(x->c->from), STR_F(list->address))
		    : err_in(x->a, ERR_NOTFOUND, "%.*s is not a member of any list",
			     STR_F(x->c->from));
}

/* A list that refuses is passed over where there are others. */
static err change_each(struct changing *x, const struct member_row *m, size_t count,
		       struct address_changed *on, size_t *n)
{
	for (size_t i = 0; i < count; i++) {
		const struct list_entry *list = addressbook_list_by_id(
			x->books->addresses, m[i].list);
		if (!list || (x->c->list && x->c->list->id != list->id))
			continue;
		struct address_changed done = { .list = list, .refused = STR("") };
		TRY(book_part(x->books->lists));
		err e = book_part_end(x->books->lists,
				      change_one(x, list, &m[i], &done.merged));
		if (e.kind && (x->c->list || e.kind != ERR_DENIED))
			return e;
		if (e.kind)
			done.refused = arena_copy(x->a, str_from(e.msg));
		on[(*n)++] = done;
	}
	return *n ? OK : no_member(x);
}

static err change(struct changing *x, struct address_changed **on, size_t *n)
{
	struct member_row *m;
	size_t count;
	TRY(member_by_key(x->books->lists, x->a, x->c->from, &m, &count));
	if (!count)
		return no_member(x);
	TRY(find_to(x, m[0].name));
	if (str_eq(x->to.key, x->c->from))
		return err_in(x->a, ERR_DENIED, "%.*s is the address already",
			      STR_F(x->to.key));
	*on = arena_alloc(x->a, count * sizeof **on);
	*n = 0;
	return change_each(x, m, count, *on, n);
}

err member_change_address(struct books *books, struct arena *a,
			  const struct address_change *c, const struct actor *by,
			  struct address_changed **on, size_t *n)
{
	struct changing x = { .books = books, .a = a, .c = c, .by = by };
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, change(&x, on, n));
}

/* ---- one's own */

err member_check_own(struct books *books, struct arena *a, str key, int64_t person)
{
	struct address_row row;
	err e = address_find(books->lists, a, key, &row);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (e.kind || row.person != person)
		return err_in(a, ERR_DENIED, "%.*s is no address of your account",
			      STR_F(key));
	return row.verified_at
		       ? OK
		       : err_in(a, ERR_DENIED,
				"%.*s is not shown to be yours: prove it first, with the "
				"letter that your page sends there",
				STR_F(key));
}

static str data_of(struct arena *a, const struct address_change *c, int64_t person)
{
	json_t *data = json_pack("{s:I,s:s%}", "account", (json_int_t)person, "from",
				 c->from.p, c->from.n);
	char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	str out = arena_copy(a, text ? str_from(text) : STR("{}"));
	free(text);
	json_decref(data);
	return out;
}

str member_change_from(struct arena *a, str data)
{
	json_t *j = json_loadb(data.p ? data.p : "", data.n, 0, NULL);
	str from = arena_copy(a, str_from(json_string_value(json_object_get(j, "from"))));
	json_decref(j);
	return from;
}

static err ask(struct books *books, struct arena *a, const struct address_change *c,
	       const struct actor *by)
{
	str token, key = address_key(a, &c->to.address);
	struct mailbox nameless = { .address = c->to.address };
	TRY(member_check_verify(books, a, key, by->person));
	TRY(confirm_make(books, a, CONFIRM_MOVE, c->list, key, data_of(a, c, by->person),
			 SPAN, &token));
	struct notice_var vars[] = {
		{ "before", c->from },
		{ "link", arena_cat(a, books->conf->site_url, STR("/confirm/"), token) },
	};
	return notice_send(books, a,
			   &(struct notice){ .name = "confirm-move",
					     .to = nameless,
					     .vars = vars,
					     .var_count = 2 });
}

/* Whoever found a browser open must not take memberships away unseen. */
static err tell_before(struct books *books, struct arena *a,
		       const struct address_change *c, const struct address_changed *on,
		       size_t n)
{
	struct mailbox who = { 0 };
	str lines = STR("");
	for (size_t i = 0; i < n; i++)
		if (!on[i].refused.n)
			lines = arena_cat(a, lines, STR("    "), on[i].list->address,
					  STR("\n"));
	struct notice_var vars[] = { { "before", c->from },
				     { "now", address_text(a, &c->to.address) },
				     { "lines", lines } };
	TRY(address_parse(a, c->from, &who.address));
	if (!lines.n)
		return OK;
	return notice_send(
		books, a,
		&(struct notice){
			.name = "moved-own", .to = who, .vars = vars, .var_count = 3 });
}

static err change_and_tell(struct books *books, struct arena *a,
			   const struct address_change *c, const struct actor *by,
			   struct address_changed **on, size_t *n)
{
	TRY(member_change_address(books, a, c, by, on, n));
	return tell_before(books, a, c, *on, *n);
}

err member_change_own(struct books *books, struct arena *a,
		      const struct address_change *c, const struct actor *by,
		      struct address_changed **on, size_t *n, bool *asked)
{
	struct address_row row;
	bool mine;
	err e = address_find(books->lists, a, address_key(a, &c->to.address), &row);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	*n = 0;
	TRY(member_check_own(books, a, c->from, by->person));
	*asked = e.kind || row.person != by->person || !row.verified_at;
	if (*asked)
		return ask(books, a, c, by);
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, change_and_tell(books, a, c, by, on, n));
}

/* The address is the account's from now on, whatever the lists say. */
static err take_address(struct books *books, struct arena *a,
			const struct confirmation *c)
{
	struct address_row row;
	TRY(address_ensure(books->lists, a, c->address, c->address, STR(""), clock_now(),
			   &row));
	if (row.person != c->account)
		TRY(address_move(books->lists, row.id, c->account));
	return address_verify(books->lists, row.id, clock_now());
}

static err pressed(struct books *books, struct arena *a, const struct confirmation *c,
		   const struct actor *by, struct address_changed **on, size_t *n)
{
	struct address_change x = { .list = c->list,
				    .from = member_change_from(a, c->data) };
	TRY(address_parse(a, c->address, &x.to.address));
	TRY(member_check_own(books, a, x.from, c->account));
	TRY(take_address(books, a, c));
	err e = change_and_tell(books, a, &x, by, on, n);
	return e.kind == ERR_NOTFOUND ? OK : e; /* pressed twice, or left meanwhile */
}

err member_change_press(struct books *books, struct arena *a,
			const struct confirmation *c, const struct actor *by,
			struct address_changed **on, size_t *n)
{
	bool mine;
	*n = 0;
	if (!c->account || by->person != c->account)
		return FAIL(ERR_DENIED, "sign in with the account that asked for this, "
					"then open the link again");
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, pressed(books, a, c, by, on, n));
}

/* ---- the person's own, at whichever address */

err member_preferred_changed(struct books *books, struct arena *a, int64_t person,
			     const struct actor *by)
{
	struct member_followed *f;
	size_t n;
	TRY(member_follow(books->lists, a, person, 0, clock_now(), &f, &n));
	for (size_t i = 0; i < n; i++)
		TRY(books_audit(books, by, f[i].list,
				f[i].merged ? STR("memberships merged")
					    : STR("address changed"),
				arena_cat(a, f[i].from, STR(" -> "), f[i].to)));
	return OK;
}

static err follow(struct books *books, struct arena *a, const struct list_entry *list,
		  str from, const struct actor *by)
{
	struct member_row *m;
	struct address_row *own;
	size_t count, n, proven = 0, found = 0;
	TRY(member_by_key(books->lists, a, from, &m, &count));
	for (size_t i = 0; i < count; i++) {
		if (list && list->id != m[i].list)
			continue;
		m[i].follows = true;
		TRY(member_change(books->lists, &m[i]));
		found++;
	}
	if (!found)
		return err_in(a, ERR_NOTFOUND, "%.*s is not a member", STR_F(from));
	TRY(address_of_person(books->lists, a, m[0].person, &own, &n));
	for (size_t i = 0; i < n; i++)
		proven += own[i].verified_at > 0;
	if (!proven)
		return FAIL(ERR_DENIED,
			    "no address of the account is shown to be theirs");
	return member_preferred_changed(books, a, m[0].person, by);
}

err member_follow_preferred(struct books *books, struct arena *a,
			    const struct list_entry *list, str from,
			    const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, follow(books, a, list, from, by));
}
