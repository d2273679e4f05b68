/* /account/prove: who is signed in shows once more that it is they, before they change how
 * they sign in. */
#include "web/pages/account.h"
#include "web/pages/oidc.h"
#include "web/pages/page.h"
#include "web/pages/passkeys.h"

#include "account/password.h"
#include "account/second.h"
#include "account/session.h"
#include "base/enc.h"
#include "base/language.h"
#include "base/log.h"
#include "base/said.h"
#include "store/lists/address.h"
#include "store/lists/person.h"

bool account_is_proven(struct request *q)
{
	struct account_session s;
	return q->session->cookie.n
	       && !account_session_find(q->arena, worker_of(q)->books.lists,
					q->session->cookie, &s)
			   .kind
	       && account_session_is_proven(&s);
}

/* Where links go: the preferred address, else the first that is shown to be theirs. */
static err own_address(struct request *q, const struct person_row *p, str *to)
{
	size_t n;
	struct address_row *own;
	TRY(address_of_person(worker_of(q)->books.lists, q->arena, p->id, &own, &n));
	*to = STR("");
	for (size_t i = n; i-- > 0;)
		if (own[i].verified_at)
			*to = own[i].text;
	for (size_t i = 0; i < n; i++)
		if (own[i].verified_at && own[i].id == p->preferred)
			*to = own[i].text;
	return OK;
}

static void show(struct request *q, struct response *r, str to, const char *error)
{
	struct person_row who;
	struct second second;
	str address, keys;
	struct book *b = worker_of(q)->books.lists;
	err e = person_get(b, q->arena, q->session->person, &who);
	if (!e.kind)
		e = own_address(q, &who, &address);
	if (!e.kind)
		e = second_get(q->arena, b, who.id, &second);
	if (!e.kind)
		e = passkey_ids(q, who.id, &keys);
	r->cache = STR("no-store");
	if (page_failed(q, r, e))
		return;
	struct page_prove p = {
		.frame = account_frame(q, S_("Is it you?")),
		.note = note_of(q),
		.csrf = csrf_of(q),
		.to = to,
		.address = address,
		.has_password = who.password.n,
		.wants_code = second.on,
		.error = said_in(q->arena, language_now(), str_from(error)),
		.keys = keys,
	};
	struct passkey_ask ask = passkey_ask(q, "prove");
	p.challenge = ask.challenge;
	p.site = ask.site;
	if (!page_failed(q, r, oidc_add_proofs(q, &p)))
		ANSWER(q, r, prove, &p);
}

bool account_proven(struct request *q, struct response *r, str to)
{
	if (account_is_proven(q))
		return true;
	r->status = 403;
	show(q, r, to, NULL);
	return false;
}

/* Where the form that asked for it stands. */
static str back_to(const struct request *q)
{
	str to = q->method == GET ? request_query(q, "to") : field(q, "to");
	return path_is_own(to) ? to : STR("/account");
}

void prove_page(struct request *q, struct response *r)
{
	if (account_is_proven(q))
		response_redirect(r, 303, back_to(q));
	else
		show(q, r, back_to(q), NULL);
}

static err check_password(struct request *q, const struct person_row *who)
{
	struct throttle *t = worker_of(q)->web->sign_ins;
	str name = arena_printf(q->arena, "person %lld", (long long)who->id);
	if (!throttle_may(t, name, &q->client))
		return FAIL(ERR_LIMIT, "too many tries; wait a while");
	err e = password_check(who->password, request_form(q, "password"));
	if (e.kind != ERR_DENIED)
		return e;
	throttle_failed(t, name, &q->client);
	return FAIL(ERR_DENIED, "that is not the password");
}

/* A password without the code that goes with it proves as little here as at a sign-in. */
static err check_both(struct request *q)
{
	struct person_row who;
	struct second second;
	struct book *b = worker_of(q)->books.lists;
	TRY(person_get(b, q->arena, q->session->person, &who));
	TRY(second_get(q->arena, b, who.id, &second));
	TRY(check_password(q, &who));
	return second.on ? code_check(q, who.id, request_form(q, "code")) : OK;
}

/* One's own; that it has seen who uses it matters as little as at a link. */
static err check_passkey(struct request *q)
{
	struct passkey_signed x;
	return passkey_signs(q, "prove", q->session->person, &x);
}

static void by_secret(struct request *q, struct response *r, err e)
{
	struct book *b = worker_of(q)->books.lists;
	if (e.kind == ERR_DENIED || e.kind == ERR_LIMIT || e.kind == ERR_SYNTAX) {
		log_warn("proof-refused", KS("client", net_ip_text(q->arena, &q->client)),
			 KN("person", q->session->person));
		r->status = e.kind == ERR_LIMIT ? 429 : 403;
		show(q, r, back_to(q), e.msg);
		return;
	}
	if (!e.kind)
		e = account_session_prove(b, q->session->cookie);
	if (!page_failed(q, r, e))
		go_said(q, r, back_to(q), "proven", STR(""));
}

/* The link signs in anew, which is the proof. */
static void by_link(struct request *q, struct response *r)
{
	struct person_row who;
	str address;
	struct worker *w = worker_of(q);
	err e = person_get(w->books.lists, q->arena, q->session->person, &who);
	if (!e.kind)
		e = own_address(q, &who, &address);
	if (page_failed(q, r, e))
		return;
	if (!rate_take(w->web->asks, network_key(q->arena, q), 1)) {
		r->status = 429;
		show(q, r, back_to(q), "too many tries; wait a while");
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "address", json_of(address));
	json_object_set_new(args, "to", json_of(back_to(q)));
	if (!order_file_only(q, "sign_in", args))
		error_page(q, r, 503, STR_NONE);
	else
		go_said(q, r, STR("/account/prove"), "proof-mailed",
			arena_cat(q->arena, STR("&to="),
				  enc_percent(q->arena, back_to(q))));
}

void prove_post(struct request *q, struct response *r)
{
	if (!account_in_browser(q, r))
		return;
	if (str_eq(field(q, "by"), STR("link")))
		by_link(q, r);
	else
		by_secret(q, r,
			  str_eq(field(q, "by"), STR("passkey")) ? check_passkey(q)
								 : check_both(q));
}
