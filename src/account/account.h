/* account/account.h: who a person is, by the address they prove to have.
 *
 *     TRY(account_by_address(a, book, &from, &who));
 *     TRY(account_may_send_as(a, book, who.id, &from));
 *     TRY(account_sign_in(a, book, &from, password, &who));
 */
#pragma once

#include "account/rights.h"
#include "mail/address.h"

struct book;

struct account {
	int64_t id;
	str name;
	str language; /* that the person chose; or empty */
	str timezone; /* likewise */
	bool admin;
	bool may_send;       /* to other sites */
	int64_t send_budget; /* recipients a day */
};

/* The person who has verified this address. ERR_NOTFOUND: nobody. */
MUST_USE err account_by_address(struct arena *a, struct book *b, const struct address *x,
				struct account *out);
MUST_USE err account_by_id(struct arena *a, struct book *b, int64_t id,
			   struct account *out);

/* ERR_DENIED: the person has not verified this address. */
MUST_USE err account_may_send_as(struct arena *a, struct book *b, int64_t person,
				 const struct address *x);

/* By password. ERR_DENIED: no such account, no password set, or a wrong one; the answer
 * and the time it takes are the same for all three. ERR_LIMIT: too many at once. */
MUST_USE err account_sign_in(struct arena *a, struct book *b, const struct address *x,
			     str password, struct account *out);

/* "" takes the password away: links only. Ends all of the person's sessions, since a
 * password is often changed because somebody else knew it. */
MUST_USE err account_password_set(struct arena *a, struct book *b, int64_t person,
				  str password);

/* The same of what password_hash made, or "": for who has a transaction open, in which no
 * hash should be computed. */
MUST_USE err account_password_keep(struct arena *a, struct book *b, int64_t person,
				   str kept);

/* What the person is on the list: the highest of admin, owner, moderator, member. */
MUST_USE err account_viewer(struct arena *a, struct book *b, int64_t person, int64_t list,
			    struct viewer *out);

/* The same of what is known already: roles as role_of_person has them; member: by an address that is
 * shown to be the person's. */
struct viewer account_viewer_of(int64_t person, bool admin, unsigned roles, bool member);
