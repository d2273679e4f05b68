#include "lists/persons.h"

#include "account/second.h"
#include "base/clock.h"
#include "lists/erase.h"
#include "lists/member_address.h"
#include "lists/told.h"
#include "store/lists/person.h"
#include "store/lists/session.h"

static err audit(struct books *books, struct arena *a, int64_t person, str what,
		 const struct actor *by)
{
	struct address_row *own;
	size_t n;
	TRY(address_of_person(books->lists, a, person, &own, &n));
	return books_audit(books, by, 0, what, n ? own[0].key : STR(""));
}

err person_find(struct books *books, struct arena *a, str text, struct address_row *row)
{
	str key;
	TRY(address_read_key(a, text, &key));
	return address_find(books->lists, a, key, row);
}

/* ---- one more address */

static err take_address(struct books *books, struct arena *a, int64_t person,
			const struct address *who, const struct actor *by)
{
	struct address_row row;
	struct person_row p;
	int64_t id;
	str key = address_key(a, who);
	TRY(person_get(books->lists, a, person, &p));
	err e = address_find(books->lists, a, key, &row);
	if (!e.kind)
		return row.person == p.id
			       ? FAIL(ERR_DENIED, "the address is theirs already")
			       : FAIL(ERR_DENIED,
				      "the address is another account's: make the two "
				      "one, or remove it there first");
	if (e.kind != ERR_NOTFOUND)
		return e;
	TRY(address_add(books->lists, p.id, key, address_text(a, who), &id));
	return books_audit(books, by, 0, STR("address added"), key);
}

err person_take_address(struct books *books, struct arena *a, int64_t person,
			const struct address *who, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, take_address(books, a, person, who, by));
}

/* ---- two become one */

/* Else the site might have no administrator any more, and who is one would not know why
 * they are none. */
static err check_merge(const struct person_row *p, const struct person_row *other)
{
	if (p->id == other->id)
		return FAIL(ERR_DENIED, "both are the same person");
	return other->admin && !p->admin
		       ? FAIL(ERR_DENIED,
			      "the one who would go is an administrator and this one is "
			      "not: make this one an administrator first")
		       : OK;
}

/* Memberships and roles stand with addresses; who has no address left goes with the last. */
static err merge(struct books *books, struct arena *a, int64_t person, int64_t other,
		 const struct actor *by)
{
	struct person_row p, gone;
	struct address_row *theirs;
	size_t n;
	TRY(person_get(books->lists, a, person, &p));
	TRY(person_get(books->lists, a, other, &gone));
	TRY(check_merge(&p, &gone));
	TRY(address_of_person(books->lists, a, other, &theirs, &n));
	for (size_t i = 0; i < n; i++)
		TRY(address_move(books->lists, theirs[i].id, person));
	if (!p.name.n && gone.name.n) {
		p.name = gone.name;
		TRY(person_change(books->lists, &p));
	}
	for (size_t i = 0; i < n; i++)
		TRY(books_audit(books, by, 0, STR("address added"), theirs[i].key));
	return OK;
}

err person_merge(struct books *books, struct arena *a, int64_t person, int64_t other,
		 const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, merge(books, a, person, other, by));
}

/* ---- an address that is there */

static err prove(struct books *books, struct arena *a, const struct address_row *row,
		 bool yes, const struct actor *by)
{
	TRY(address_verify(books->lists, row->id, yes ? clock_now() : 0));
	TRY(books_audit(books, by, 0,
			yes ? STR("address verified") : STR("address unverified"),
			row->key));
	return member_preferred_changed(books, a, row->person, by);
}

err person_prove(struct books *books, struct arena *a, const struct address_row *row,
		 bool yes, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, prove(books, a, row, yes, by));
}

static err prefer(struct books *books, struct arena *a, const struct address_row *row,
		  bool yes, const struct actor *by)
{
	if (yes && !row->verified_at)
		return FAIL(ERR_DENIED, "the address is not shown to be theirs: "
					"that comes first");
	TRY(person_prefer(books->lists, row->person, yes ? row->id : 0));
	TRY(books_audit(books, by, 0,
			yes ? STR("address preferred") : STR("address not preferred"),
			row->key));
	return member_preferred_changed(books, a, row->person, by);
}

err person_prefer_address(struct books *books, struct arena *a,
			  const struct address_row *row, bool yes, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, prefer(books, a, row, yes, by));
}

static err drop(struct books *books, struct arena *a, const struct address_row *row,
		const struct actor *by)
{
	struct address_row *own;
	size_t n;
	TRY(address_of_person(books->lists, a, row->person, &own, &n));
	if (n == 1)
		return FAIL(ERR_DENIED,
			    "this is its person's only address; remove the person");
	TRY(address_remove(books->lists, row->id));
	return books_audit(books, by, 0, STR("address removed"), row->key);
}

err person_drop_address(struct books *books, struct arena *a,
			const struct address_row *row, const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, drop(books, a, row, by));
}

/* ---- what they sign in with */

static err sign_out(struct books *books, struct arena *a, int64_t person,
		    const struct actor *by)
{
	struct person_row p;
	TRY(person_get(books->lists, a, person, &p));
	TRY(session_remove_person(books->lists, person, STR("")));
	return audit(books, a, person, STR("signed out everywhere"), by);
}

err person_sign_out(struct books *books, struct arena *a, int64_t person,
		    const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, sign_out(books, a, person, by));
}

static err end_session(struct books *books, struct arena *a, int64_t person, str hash,
		       const struct actor *by)
{
	TRY(session_remove_hash(books->lists, person, hash));
	return audit(books, a, person, STR("signed out"), by);
}

err person_end_session(struct books *books, struct arena *a, int64_t person, str hash,
		       const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, end_session(books, a, person, hash, by));
}

static err totp_off(struct books *books, struct arena *a, int64_t person,
		    const struct actor *by)
{
	TRY(second_off(books->lists, person));
	return told_change(books, a, person, &(struct told){ .word = STR("totp-taken") },
			   by);
}

err person_totp_off(struct books *books, struct arena *a, int64_t person,
		    const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, totp_off(books, a, person, by));
}

static err untoken(struct books *books, struct arena *a, int64_t person, int64_t token,
		   const struct actor *by)
{
	struct person_row p;
	struct token_row *t;
	size_t n;
	TRY(person_get(books->lists, a, person, &p));
	if (token) {
		TRY(token_remove(books->lists, person, token));
		return audit(books, a, person, STR("token removed"), by);
	}
	TRY(token_by_person(books->lists, a, person, &t, &n));
	for (size_t i = 0; i < n; i++)
		TRY(token_remove(books->lists, person, t[i].id));
	return audit(books, a, person, STR("all tokens removed"), by);
}

err person_untoken(struct books *books, struct arena *a, int64_t person, int64_t token,
		   const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, untoken(books, a, person, token, by));
}

static err close_account(struct books *books, struct arena *a, int64_t person,
			 const struct actor *by)
{
	TRY(person_admin_may_go(books, a, person));
	TRY(audit(books, a, person, STR("account removed"), by));
	return person_remove(books->lists, person);
}

err person_close(struct books *books, struct arena *a, int64_t person,
		 const struct actor *by)
{
	bool mine;
	TRY(book_join(books->lists, &mine));
	return book_leave(books->lists, mine, close_account(books, a, person, by));
}
