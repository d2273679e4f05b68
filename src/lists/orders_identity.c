/* Signing in by an account at another provider for the first time, which ties it to a person
 * for good. That the account there is theirs web has verified. */
#include "lists/orders_inside.h"

#include "base/clock.h"
#include "lists/persons.h"
#include "lists/told.h"
#include "store/lists/identity.h"

static const struct conf_oidc *find_provider(const struct conf *conf, str name)
{
	for (size_t i = 0; i < conf->oidc_count; i++)
		if (str_eq(conf->oidc[i].name, name))
			return &conf->oidc[i];
	return NULL;
}

/* Of which domains a provider's word counts; of all where none is named. */
static bool may_speak_for(struct arena *a, const struct conf_oidc *p, str key)
{
	str rest = p->domains, word, local, domain;
	if (!rest.n)
		return true;
	if (!str_cut_last(key, '@', &local, &domain))
		return false;
	while (conf_word(&rest, &word))
		if (str_eq(domain_ascii(a, arena_lower(a, word)), domain))
			return true;
	return false;
}

static err read_proven(struct order *x, const struct conf_oidc *p, struct mailbox *m)
{
	str text = str_trim(order_text(x, "address"));
	*m = (struct mailbox){ .name = str_trim(order_text(x, "name")) };
	if (!text.n || address_parse(x->a, text, &m->address).kind)
		return FAIL(ERR_DENIED, "The provider names no mail address of yours");
	if (!p->trusted && !str_eq(order_text(x, "proven"), STR("yes")))
		return err_in(x->a, ERR_DENIED,
			      "The provider has not verified that %.*s is yours",
			      STR_F(text));
	if (!may_speak_for(x->a, p, address_key(x->a, &m->address)))
		return err_in(x->a, ERR_DENIED,
			      "The provider may not speak for the domain of %.*s",
			      STR_F(text));
	return OK;
}

/* Whether somebody has the address makes no difference to what is said. */
static err not_let_in(struct order *x, str key)
{
	return err_in(
		x->a, ERR_DENIED,
		"Nobody has shown here that %.*s is theirs: sign in by a mailed link "
		"first, or ask those who run the site for an account",
		STR_F(key));
}

static err find_by_address(struct order *x, const struct conf_oidc *p, int64_t *person)
{
	struct mailbox who;
	struct address_row row;
	TRY(read_proven(x, p, &who));
	str key = address_key(x->a, &who.address);
	err e = address_find(x->books->lists, x->a, key, &row);
	bool known = !e.kind, anybody = str_eq(p->create, STR("yes"));
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (!known && !anybody)
		return not_let_in(x, key);
	if (known && !row.verified_at && str_eq(p->create, STR("no")))
		return not_let_in(x, key);
	if (!known)
		TRY(address_ensure(x->books->lists, x->a, key,
				   address_text(x->a, &who.address), who.name,
				   clock_now(), &row));
	x->by.person = row.person;
	x->by.name = key;
	if (!known)
		TRY(books_audit(x->books, &x->by, 0, STR("account made"), key));
	if (!row.verified_at)
		TRY(person_prove(x->books, x->a, &row, true, &x->by));
	*person = row.person;
	return OK;
}

/* The address may have become somebody else's there since: who has a tie to another account
 * of the provider gets no second one by it. */
static err check_free(struct order *x, const struct conf_oidc *p, int64_t person)
{
	struct identity_row *ties;
	size_t n;
	TRY(identity_by_person(x->books->lists, x->a, person, &ties, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(ties[i].issuer, p->issuer))
			return FAIL(ERR_DENIED, "The account here is tied to another "
						"account there: sign in otherwise, and "
						"end that tie first");
	return OK;
}

static err tie(struct order *x, const struct conf_oidc *p, int64_t person)
{
	int64_t now = clock_now();
	struct identity_row fresh = { .person = person,
				      .issuer = p->issuer,
				      .subject = order_text(x, "subject"),
				      .address = str_trim(order_text(x, "address")),
				      .made_at = now,
				      .used_at = now };
	str account = fresh.address.n ? fresh.address : fresh.subject;
	TRY(check_free(x, p, person));
	TRY(identity_add(x->books->lists, &fresh));
	return told_change(
		x->books, x->a, person,
		&(struct told){ .word = STR("identity-tied"),
				.detail = arena_cat(x->a, p->label, STR(": "), account),
				.client = x->row->client },
		&x->by);
}

static err sign_in(struct order *x)
{
	struct identity_row known;
	const struct conf_oidc *p = find_provider(x->books->conf,
						  order_text(x, "provider"));
	bool links = str_eq(order_text(x, "link"), STR("yes"));
	int64_t person = x->by.person;
	if (!p || !order_text(x, "subject").n)
		return FAIL(ERR_DENIED, "The provider is not configured here any more");
	err e = identity_find(x->books->lists, x->a, p->issuer, order_text(x, "subject"),
			      &known);
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	if (links && !person)
		return FAIL(ERR_DENIED, "You are signed in no more: sign in, and do it "
					"again");
	if (!e.kind && links && known.person != person)
		return FAIL(ERR_DENIED, "That account there signs in to another account "
					"here");
	if (!e.kind) {
		json_object_set_new(x->result, "person", json_integer(known.person));
		return OK;
	}
	if (!links)
		TRY(find_by_address(x, p, &person));
	TRY(tie(x, p, person));
	json_object_set_new(x->result, "person", json_integer(person));
	return OK;
}

err order_identity(struct order *x)
{
	bool mine;
	TRY(book_join(x->books->lists, &mine));
	return book_leave(x->books->lists, mine, sign_in(x));
}
