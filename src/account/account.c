#include "account/account.h"

#include "account/password.h"
#include "account/session.h"
#include "store/lists/address.h"
#include "store/lists/member.h"
#include "store/lists/person.h"
#include "store/lists/role.h"

static struct account account_of(const struct person_row *p)
{
	return (struct account){ .id = p->id,
				 .name = p->name,
				 .admin = p->admin,
				 .language = p->language,
				 .timezone = p->timezone,
				 .may_send = p->may_send,
				 .send_budget = p->send_budget };
}

static err person_by_address(struct arena *a, struct book *b, const struct address *x,
			     struct person_row *p)
{
	struct address_row row;
	TRY(address_find(b, a, address_key(a, x), &row));
	if (!row.verified_at)
		return FAIL(ERR_NOTFOUND, "nobody has verified this address");
	return person_get(b, a, row.person, p);
}

err account_by_address(struct arena *a, struct book *b, const struct address *x,
		       struct account *out)
{
	struct person_row p;
	TRY(person_by_address(a, b, x, &p));
	*out = account_of(&p);
	return OK;
}

err account_by_id(struct arena *a, struct book *b, int64_t id, struct account *out)
{
	struct person_row p;
	TRY(person_get(b, a, id, &p));
	*out = account_of(&p);
	return OK;
}

err account_may_send_as(struct arena *a, struct book *b, int64_t person,
			const struct address *x)
{
	struct address_row row;
	err e = address_find(b, a, address_key(a, x), &row);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (e.kind || row.person != person || !row.verified_at)
		return FAIL(ERR_DENIED,
			    "the sender's address is none that this account has "
			    "verified");
	return OK;
}

/* What came from elsewhere is kept as ours from now on. Where that fails, since the book is
 * only read here, or the password is shorter than ours may be, it is tried again. */
static void renew_hash(struct arena *a, struct book *b, struct person_row *p,
		       str password)
{
	str kept;
	if (str_starts(p->password, STR("$argon2id$"))
	    || password_hash(a, password, &kept).kind)
		return;
	p->password = kept;
	(void)!person_change(b, p).kind;
}

/* Somebody and nobody take the same time: one hash is computed in any case. */
err account_sign_in(struct arena *a, struct book *b, const struct address *x,
		    str password, struct account *out)
{
	struct person_row p = { 0 };
	err e = person_by_address(a, b, x, &p);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	TRY(password_check(e.kind ? STR_NONE : p.password, password));
	renew_hash(a, b, &p, password);
	*out = account_of(&p);
	return OK;
}

err account_password_set(struct arena *a, struct book *b, int64_t person, str password)
{
	str kept = STR("");
	if (password.n)
		TRY(password_hash(a, password, &kept));
	return account_password_keep(a, b, person, kept);
}

err account_password_keep(struct arena *a, struct book *b, int64_t person, str kept)
{
	struct person_row p;
	TRY(person_get(b, a, person, &p));
	p.password = kept;
	TRY(person_change(b, &p));
	return account_session_close_all(b, person);
}

/* By an address that was shown to be the person's: anybody may name an address, and
 * the owner of the list may later add it. */
static err is_member(struct arena *a, struct book *b, int64_t person, int64_t list,
		     bool *yes)
{
	struct member_row *m;
	size_t count;
	TRY(member_by_person(b, a, person, &m, &count));
	*yes = false;
	for (size_t i = 0; i < count; i++)
		*yes |= m[i].list == list && m[i].verified_at;
	return OK;
}

struct viewer account_viewer_of(int64_t person, bool admin, unsigned roles, bool member)
{
	return (struct viewer){
		.person = person,
		.admin = admin,
		.here = roles & ROLE_DOMAIN_OWNER ? WHO_DOMAIN_OWNER
			: roles & ROLE_OWNER      ? WHO_OWNER
			: roles & ROLE_MODERATOR  ? WHO_MODERATOR
			: member                  ? WHO_MEMBER
						  : WHO_SIGNED_IN,
	};
}

err account_viewer(struct arena *a, struct book *b, int64_t person, int64_t list,
		   struct viewer *out)
{
	struct viewer v = { .person = person, .here = WHO_GUEST };
	if (person) {
		struct person_row p;
		unsigned roles = 0;
		bool member;
		TRY(person_get(b, a, person, &p));
		TRY(role_of_person(b, list, person, &roles));
		TRY(is_member(a, b, person, list, &member));
		v = account_viewer_of(person, p.admin, roles, member);
	}
	*out = v;
	return OK;
}
