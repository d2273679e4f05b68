#include "lists/owner.h"

#include "base/buf.h"
#include "base/clock.h"
#include "lists/borrow.h"
#include "lists/member_choice.h"
#include "lists/members.h"
#include "lists/pattern.h"
#include "store/lists/address.h"
#include "store/lists/ban.h"
#include "store/lists/nonmember.h"
#include "store/lists/role.h"

err assignment_read(struct arena *a, str text, struct assignment *x)
{
	return str_cut(text, '=', &x->key, &x->value)
		       ? OK
		       : err_in(a, ERR_SYNTAX, "%.*s: write KEY=VALUE", STR_F(text));
}

/* " key key", for the audit. */
static str keys_of(struct arena *a, const struct assignment *set, size_t n)
{
	BUF(keys);
	for (size_t i = 0; i < n; i++)
		buf_cat(&keys, i ? STR(" ") : STR(""), set[i].key);
	return arena_copy(a, buf_str(&keys));
}

static err put_settings(struct books *books, struct arena *a, int64_t list,
			const struct assignment *set, size_t n, const struct actor *by)
{
	for (size_t i = 0; i < n; i++) {
		TRY(borrow_known(books, a, list, &set[i]));
		TRY(setting_put(books->lists, a, list, set[i].key, set[i].value));
	}
	return books_audit(books, by, list, STR("settings changed"), keys_of(a, set, n));
}

err list_configure(struct books *books, struct arena *a, int64_t list,
		   const struct assignment *set, size_t n, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, put_settings(books, a, list, set, n, by));
}

static err put_options(struct books *books, struct arena *a, struct member_row *m,
		       const struct assignment *set, size_t n, const struct actor *by)
{
	BUF(what);
	buf_cat(&what, m->key, STR(":"));
	for (size_t i = 0; i < n; i++) {
		TRY(member_option(a, m, set[i].key, set[i].value, STR("moderator")));
		buf_cat(&what, STR(" "), set[i].key, STR(" = "), set[i].value);
	}
	TRY(member_choice_check(books->lists, a, m));
	TRY(member_change(books->lists, m));
	return books_audit(books, by, m->list, STR("member changed"), buf_str(&what));
}

err member_configure(struct books *books, struct arena *a, const struct list_entry *list,
		     str address, const struct assignment *set, size_t n,
		     const struct actor *by)
{
	struct member_row m;
	struct address who;
	bool mine;
	TRY(address_parse(a, address, &who));
	err e = member_find(books->lists, a, list->id, address_key(a, &who), &m);
	if (e.kind == ERR_NOTFOUND)
		return err_in(a, e.kind, "%.*s is not a member of %.*s", STR_F(address),
			      STR_F(list->address));
	if (e.kind)
		return e;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, put_options(books, a, &m, set, n, by));
}

static err check_action(struct arena *a, str action)
{
	static const char *const actions[] = { "",     "accept", "defer",
					       "hold", "reject", "discard" };
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(action, str_from(actions[i])))
			return OK;
	return err_in(
		a, ERR_SYNTAX,
		"\"%.*s\": an action is accept, defer, hold, reject, discard or nothing",
		STR_F(action));
}

static err put_nonmember(struct books *books, struct arena *a, int64_t list, str key,
			 str action, const struct actor *by)
{
	struct nonmember_row x = { list, key, action, clock_now() };
	err e = action.n ? nonmember_put(books->lists, &x)
			 : nonmember_remove(books->lists, list, key);
	if (e.kind)
		return e.kind == ERR_NOTFOUND
			       ? err_in(a, e.kind, "%.*s: %s", STR_F(key), e.msg)
			       : e;
	return books_audit(books, by, list, STR("nonmember"),
			   arena_cat(a, key, STR(": "),
				     action.n ? action : STR("as the list says")));
}

err nonmember_configure(struct books *books, struct arena *a,
			const struct list_entry *list, str address, str action,
			const struct actor *by)
{
	str key;
	bool mine;
	TRY(check_action(a, action));
	TRY(address_read_key(a, address, &key));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  put_nonmember(books, a, list->id, key, action, by));
}

static err check_role(struct arena *a, str role)
{
	return str_eq(role, STR("owner")) || str_eq(role, STR("moderator"))
		       ? OK
		       : err_in(a, ERR_SYNTAX, "\"%.*s\": a role is owner or moderator",
				STR_F(role));
}

static err add_role(struct books *books, struct arena *a, int64_t list, str role,
		    const struct address *who, bool proven, const struct actor *by)
{
	struct address_row row;
	TRY(address_ensure(books->lists, a, address_key(a, who), address_text(a, who),
			   STR(""), clock_now(), &row));
	if (proven && !row.verified_at)
		TRY(address_verify(books->lists, row.id, clock_now()));
	TRY(role_add(books->lists, list, row.id, role));
	return books_audit(books, by, list, arena_cat(a, role, STR(" added")), row.key);
}

err role_give(struct books *books, struct arena *a, int64_t list, str role, str address,
	      bool proven, const struct actor *by)
{
	struct address who;
	bool mine;
	TRY(check_role(a, role));
	TRY(address_parse(a, str_trim(address), &who));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  add_role(books, a, list, role, &who, proven, by));
}

/* A list that nobody owns is nobody's to mend. */
static err check_last_owner(struct books *books, struct arena *a, int64_t list,
			    int64_t address)
{
	struct role_row *r;
	size_t n, others = 0;
	TRY(role_list(books->lists, a, list, &r, &n));
	for (size_t i = 0; i < n; i++)
		others += str_eq(r[i].role, STR("owner")) && r[i].address != address;
	return others ? OK
		      : FAIL(ERR_DENIED, "this is the only owner; add another one first");
}

static err remove_role(struct books *books, struct arena *a, int64_t list, str role,
		       const struct address *who, const struct actor *by)
{
	struct address_row row;
	TRY(address_find(books->lists, a, address_key(a, who), &row));
	if (str_eq(role, STR("owner")))
		TRY(check_last_owner(books, a, list, row.id));
	TRY(role_remove(books->lists, list, row.id, role));
	return books_audit(books, by, list, arena_cat(a, role, STR(" removed")), row.key);
}

err role_take(struct books *books, struct arena *a, int64_t list, str role, str address,
	      const struct actor *by)
{
	struct address who;
	bool mine;
	TRY(check_role(a, role));
	TRY(address_parse(a, str_trim(address), &who));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine,
			  remove_role(books, a, list, role, &who, by));
}

/* An address is compared in lower case; what stands behind ^ keeps its letters. */
static str ban_pattern(struct arena *a, str pattern)
{
	pattern = str_trim(pattern);
	return str_starts(pattern, STR("^")) ? pattern : arena_lower(a, pattern);
}

static err add_ban(struct books *books, struct ban_row *ban, const struct actor *by)
{
	TRY(ban_add(books->lists, ban));
	return books_audit(books, by, ban->list, STR("ban added"), ban->pattern);
}

err ban_put(struct books *books, struct arena *a, int64_t list, str pattern, str reason,
	    const struct actor *by)
{
	struct ban_row ban = { .list = list,
			       .pattern = ban_pattern(a, pattern),
			       .reason = str_trim(reason),
			       .created_at = clock_now() };
	bool mine;
	TRY(pattern_check(a, ban.pattern));
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, add_ban(books, &ban, by));
}

static err remove_ban(struct books *books, int64_t list, str pattern,
		      const struct actor *by)
{
	TRY(ban_remove(books->lists, list, pattern));
	return books_audit(books, by, list, STR("ban lifted"), pattern);
}

err ban_lift(struct books *books, struct arena *a, int64_t list, str pattern,
	     const struct actor *by)
{
	bool mine;
	pattern = ban_pattern(a, pattern);
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, remove_ban(books, list, pattern, by));
}
