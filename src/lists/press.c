#include "lists/press.h"

#include "base/clock.h"
#include "lists/decide.h"
#include "lists/erase.h"
#include "lists/member_address.h"
#include "lists/member_set.h"
#include "lists/member_wish.h"
#include "lists/members.h"
#include "lists/moderate.h"
#include "store/lists/address.h"
#include "store/lists/held.h"
#include "store/lists/pending.h"
#include "store/lists/request.h"
#include "store/lists/role.h"

static err mailbox_of(struct arena *a, const struct confirmation *c, struct mailbox *m)
{
	m->name = c->name;
	return address_parse(a, c->address, &m->address);
}

static err press_join(struct books *books, struct arena *a, const struct confirmation *c,
		      const struct press *p, struct pressed *done)
{
	struct mailbox who;
	TRY(mailbox_of(a, c, &who));
	TRY(member_confirmed(
		books, a, c->list, &who,
		&(struct member_word){ .invited = c->kind == CONFIRM_INVITE,
				       .instead = c->instead,
				       .wish = member_wish_read(a, c->data) },
		&p->by, &done->waits));
	done->says = done->waits ? arena_cat(a, STR("Thank you. A moderator of "),
					     c->list->address, STR(" will decide."))
				 : arena_cat(a, c->address, STR(" is now a member of "),
					     c->list->address, STR("."));
	return OK;
}

static err press_leave(struct books *books, struct arena *a, const struct confirmation *c,
		       const struct press *p, struct pressed *done)
{
	struct member_row m;
	err e = member_find(books->lists, a, c->list->id, c->address, &m);
	if (!e.kind)
		e = member_left(books, a, c->list, m.id, &p->by, &done->waits);
	if (e.kind && e.kind != ERR_NOTFOUND) /* gone is gone */
		return e;
	done->says = arena_cat(a, c->address,
			       done->waits ? STR(" gets no further post of ")
					   : STR(" has left "),
			       c->list->address,
			       done->waits ? STR(". A moderator will decide whether the "
						 "membership ends.")
					   : STR("."));
	return OK;
}

static err press_set(struct books *books, struct arena *a, const struct confirmation *c,
		     const struct press *p, struct pressed *done)
{
	if (c->instead && member_set_names(a, c->data, STR("language")))
		return FAIL(ERR_DENIED, "the language is the person's, on all lists, and "
					"for the address itself to choose");
	TRY(member_set_press(books, a, c->list, c->address, c->data, &p->by));
	done->says = arena_cat(a, STR("Settings of "), c->address, STR(" on "),
			       c->list->address, STR(": "), member_set_words(a, c->data),
			       STR("."));
	return OK;
}

/* Who reads the address's mail has shown that it is theirs. */
static err press_sign_in(struct books *books, struct arena *a,
			 const struct confirmation *c, const struct press *p,
			 struct pressed *done)
{
	struct address_row row;
	(void)p;
	TRY(address_ensure(books->lists, a, c->address, c->address, STR(""), clock_now(),
			   &row));
	TRY(address_verify(books->lists, row.id, clock_now()));
	done->person = row.person;
	done->says = arena_cat(a, STR("Signed in as "), c->address, STR("."));
	return OK;
}

static err press_verify(struct books *books, struct arena *a,
			const struct confirmation *c, const struct press *p,
			struct pressed *done)
{
	struct address_row row;
	if (!c->account || p->by.person != c->account)
		return FAIL(ERR_DENIED, "sign in with the account that asked for this, "
					"then open the link again");
	TRY(address_ensure(books->lists, a, c->address, c->address, STR(""), clock_now(),
			   &row));
	if (row.person != c->account)
		TRY(address_move(books->lists, row.id, c->account));
	TRY(address_verify(books->lists, row.id, clock_now()));
	done->says = arena_cat(a, c->address, STR(" now belongs to your account."));
	return OK;
}

/* The link was sent to a moderator; whether its reader still is one is asked now.
 * That the address is theirs they have shown by reading its mail. */
static err check_moderator_of(struct books *books, struct arena *a,
			      const struct confirmation *c, int64_t list)
{
	struct address_row row;
	unsigned roles = 0;
	err e = address_find(books->lists, a, c->address, &row);
	if (!e.kind && !row.verified_at)
		e = address_verify(books->lists, row.id, clock_now());
	if (!e.kind)
		e = role_of_person(books->lists, list, row.person, &roles);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	return roles ? OK
		     : FAIL(ERR_DENIED, "the address that this link was sent to "
					"moderates the list no more");
}

static err check_moderator(struct books *books, struct arena *a,
			   const struct confirmation *c)
{
	return check_moderator_of(books, a, c, c->list->id);
}

static err press_held(struct books *books, struct arena *a, const struct confirmation *c,
		      const struct press *p, struct pressed *done)
{
	const struct decision_row *row = decision_find(p->choice);
	struct actor moderator = { .person = p->by.person,
				   .name = c->address,
				   .via = p->by.via };
	TRY(check_moderator(books, a, c));
	TRY(held_decide(books, a, c->held, p->choice, p->reason, &moderator));
	done->stays = !row->ends;
	done->says = arena_cat(a, STR("Done: "), str_from(row->said), STR("."));
	return OK;
}

static err press_request(struct books *books, struct arena *a,
			 const struct confirmation *c, const struct press *p,
			 struct pressed *done)
{
	struct actor moderator = { .person = p->by.person,
				   .name = c->address,
				   .via = p->by.via };
	static const struct {
		const char *word, *join, *leave;
	} said[] = {
		{ "accept", "Done: they are a member now.",
		  "Done: they are a member no more." },
		{ "reject", "Done: they are refused.", "Done: they are a member still." },
		{ "discard", "Done: the request is dropped, and nobody is told.",
		  "Done: they are a member still." },
		{ "ban", "Done: the request is dropped, and the address is banned.", "" },
		{ "defer", "Done: the request waits on.", "Done: the request waits on." },
	};
	struct request_row r;
	TRY(check_moderator(books, a, c));
	TRY(request_belongs(books, a, c->request, c->list->id));
	TRY(request_get(books->lists, a, c->request, &r));
	TRY(request_decide(books, a, c->request, p->choice, p->reason, &moderator));
	done->leaves = r.leaves;
	str word = decision_word(p->choice);
	done->stays = str_eq(word, STR("defer"));
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (str_eq(word, str_from(said[i].word)))
			done->says = str_from(r.leaves ? said[i].leave : said[i].join);
	return OK;
}

/* What was decided since, what another moderator looks at, and what is of a list that the
 * reader moderates no more, is left alone; so a second press does nothing more. */
static err discard_listed(struct books *books, struct arena *a,
			  const struct confirmation *c, int64_t id,
			  const struct actor *by, int64_t *count)
{
	struct held_row h;
	err e = held_get(books->lists, a, id, &h);
	str looks = e.kind ? STR("") : held_claimant(&h, clock_now());
	if (!e.kind && (h.verdict.n || (looks.n && !str_eq(looks, c->address))))
		return OK;
	if (!e.kind)
		e = check_moderator_of(books, a, c, h.list);
	if (!e.kind)
		e = held_discard(books, a, id, by);
	*count += !e.kind;
	return err_is_passing(e) ? e : OK;
}

/* An answer by mail to all of them says so: one word is of one post. */
static bool says_discard_all(str choice, str reason)
{
	str word;
	return str_eq(decision_word(choice), STR("discard")) && str_word(&reason, &word)
	       && str_istarts(word, STR("all"))
	       && (word.n == 3 || !chr_is_alpha(word.p[3]));
}

static err press_morning(struct books *books, struct arena *a,
			 const struct confirmation *c, const struct press *p,
			 struct pressed *done)
{
	int64_t *ids, discarded = 0;
	size_t n;
	struct actor by = { .person = p->by.person,
			    .name = c->address,
			    .via = p->by.via };
	if (str_eq(p->by.via, STR("mail")) && !says_discard_all(p->choice, p->reason))
		return FAIL(ERR_SYNTAX,
			    "begin the answer with the words discard all to discard the "
			    "posts that the letter lists; about one of them alone its "
			    "own letter can be answered");
	confirm_posts(a, c->data, &ids, &n);
	for (size_t i = 0; i < n; i++) {
		ARENA(own); /* a post may be large */
		TRY(discard_listed(books, own, c, ids[i], &by, &discarded));
	}
	done->says = arena_printf(a, "Done: discarded, %lld of %lld posts.",
				  (long long)discarded, (long long)n);
	return OK;
}

/* Who has the token reads the author's mail. */
static err press_challenge(struct books *books, struct arena *a,
			   const struct confirmation *c, const struct press *p,
			   struct pressed *done)
{
	struct actor author = { .person = p->by.person,
				.name = c->address,
				.via = p->by.via };
	enum verdict verdict;
	str reason;
	TRY(held_proven(books, a, c->held, &author, &verdict, &reason));
	switch (verdict) {
	case VERDICT_HOLD:
		done->outcome = "waits";
		done->says = arena_cat(a,
				       STR("Thank you. Now the post waits for a "
					   "moderator: "),
				       reason, STR("."));
		break;
	case VERDICT_REJECT:
	case VERDICT_DISCARD:
		done->outcome = "refused";
		done->says = arena_cat(a, STR("The list does not take the post: "),
				       reason, STR("."));
		break;
	case VERDICT_MISS:
	case VERDICT_ACCEPT:
		done->outcome = "passed";
		done->says = arena_cat(a, STR("Thank you. The post is on its way to "),
				       c->list->address, STR("."));
	}
	return OK;
}

/* An answer by mail says so in words: programs and people answer such letters for other
 * reasons, too. */
static err press_withdraw(struct books *books, struct arena *a,
			  const struct confirmation *c, const struct press *p,
			  struct pressed *done)
{
	struct actor author = { .person = p->by.person,
				.name = c->address,
				.via = p->by.via };
	if (str_eq(p->by.via, STR("mail")) && !str_eq(p->choice, STR("withdraw")))
		return err_in(a, ERR_SYNTAX,
			      "begin the answer with the word withdraw to take the post "
			      "back, and write to %.*s about anything else",
			      STR_F(list_subaddress(a, c->list, STR("owner"))));
	TRY(held_withdraw(books, a, c->held, &author));
	done->says = STR("Done: the post is withdrawn.");
	return OK;
}

/* Who asked was signed in, and who has the token reads the account's mail. */
static err press_erase(struct books *books, struct arena *a, const struct confirmation *c,
		       const struct press *p, struct pressed *done)
{
	struct actor self = { .person = c->account, .name = c->address };
	(void)p;
	err e = person_erase(books, a, c->account, STR(""), &self);
	if (e.kind && e.kind != ERR_NOTFOUND) /* gone is gone */
		return e;
	done->says = STR("Your account is gone, and your posts stand in another name.");
	return OK;
}

/* Memberships that the asker's browser named go on at the address that the token was sent to. */
static err press_move(struct books *books, struct arena *a, const struct confirmation *c,
		      const struct press *p, struct pressed *done)
{
	struct address_changed *on;
	size_t n;
	TRY(member_change_press(books, a, c, &p->by, &on, &n));
	done->says = arena_cat(a, c->address,
			       STR(" belongs to your account, and your memberships are "
				   "at it now."));
	return OK;
}

static err (*const presses[])(struct books *books, struct arena *a,
			      const struct confirmation *c, const struct press *p,
			      struct pressed *done) = {
	[CONFIRM_JOIN] = press_join,
	[CONFIRM_LEAVE] = press_leave,
	[CONFIRM_INVITE] = press_join,
	[CONFIRM_VERIFY] = press_verify,
	[CONFIRM_SIGN_IN] = press_sign_in,
	[CONFIRM_HELD] = press_held,
	[CONFIRM_CHALLENGE] = press_challenge,
	[CONFIRM_REQUEST] = press_request,
	[CONFIRM_SET] = press_set,
	[CONFIRM_ERASE] = press_erase,
	[CONFIRM_WITHDRAW] = press_withdraw,
	[CONFIRM_MOVE] = press_move,
	[CONFIRM_MORNING] = press_morning,
};

/* What the token allows is done first and is idempotent; then the token goes. A
 * crash between the two leaves a link that does the same once more. */
err confirm_press(struct books *books, struct arena *a, str token, const struct press *p,
		  struct pressed *done)
{
	struct pressed x = { 0 };
	struct pending_row gone;
	struct press as = *p;
	TRY(confirm_look(books, a, token, &x.was));
	if (!as.by.name.n)
		as.by.name = x.was.address;
	if (!as.by.via.n)
		as.by.via = STR("link");
	TRY(presses[x.was.kind](books, a, &x.was, &as, &x));
	*done = x;
	if (x.stays)
		return OK;
	err e = pending_take(books->lists, a, token, clock_now(), &gone);
	return e.kind == ERR_NOTFOUND ? OK : e;
}
