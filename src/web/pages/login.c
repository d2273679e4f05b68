/* Signing in, by a mailed link or a password, and out. */
#include "web/pages/code.h"

#include "base/language.h"
#include "account/account.h"
#include "account/password.h"
#include "account/session.h"
#include "base/log.h"
#include "base/said.h"
#include "web/pages/known.h"
#include "web/pages/oidc.h"
#include "web/pages/passkeys.h"

_Static_assert(PASSWORD_WAITING <= HTTP_WORKERS / 4
		       && ORDER_WAITERS + PASSWORD_WAITING <= HTTP_WORKERS * 3 / 4,
	       "passwords that wait leave threads to make pages");

/* ---- sessions */

bool browser_sign_in(struct request *q, struct response *r, int64_t person,
		     const char *how, bool proven)
{
	str cookie;
	struct worker *w = worker_of(q);
	str client = net_ip_text(q->arena, &q->client);
	if (page_failed(q, r,
			account_session_open(q->arena, w->books.lists, person, client,
					     request_header(q, "user-agent"), proven,
					     &cookie)))
		return false;
	if (q->session && q->session->cookie.n) {
		err e = account_session_close(w->books.lists, q->session->cookie);
		if (e.kind)
			log_warn("session-not-closed", KE(e));
	}
	session_set(q, r, cookie, ACCOUNT_SESSION_LIFE);
	known_set(q, r, person);
	log_info("signed-in", KS("client", client), KZ("mechanism", how),
		 KN("person", person));
	return true;
}

void browser_sign_out(struct request *q, struct response *r)
{
	if (q->session && q->session->cookie.n
	    && page_failed(
		    q, r,
		    account_session_close(worker_of(q)->books.lists, q->session->cookie)))
		return;
	session_clear(q, r);
	known_clear(q, r);
	go_said(q, r, STR("/login"), "signed-out", STR(""));
}

bool path_is_own(str to)
{
	return str_starts(to, STR("/")) && !str_starts(to, STR("//")) && url_is_safe(to)
	       && !str_has(to, '\\');
}

void go_on(struct request *q, struct response *r, str to)
{
	if (to.n > 1 && path_is_own(to))
		response_redirect(r, 303, to);
	else
		go_said(q, r, STR("/account"), "signed-in", STR(""));
}

/* ---- the page */

struct faults {
	const char *link, *password, *passkey;
};

static void show(struct request *q, struct response *r, struct faults faults)
{
	struct page_login p = {
		.frame = frame_of(q, S_("Sign in")),
		.note = note_of(q),
		.to = q->method == GET ? request_query(q, "to") : field(q, "to"),
		.address = field(q, "address"),
		.link_error = S_(faults.link),
		.password_error = S_(faults.password),
		.passkey_error = said_in(q->arena, language_now(),
					 str_from(faults.passkey)),
	};
	oidc_add_buttons(q, &p);
	struct passkey_ask ask = passkey_ask(q, "sign-in");
	p.challenge = ask.challenge;
	p.site = ask.site;
	r->cache = STR("no-store");
	ANSWER(q, r, login, &p);
}

void login_page(struct request *q, struct response *r)
{
	worker_open(q);
	if (q->session)
		go_on(q, r, request_query(q, "to"));
	else
		show(q, r, (struct faults){ 0 });
}

static void too_often(struct request *q, struct response *r)
{
	log_warn("rate-limit", KS("client", net_ip_text(q->arena, &q->client)),
		 KZ("of", "sign-ins"));
	error_page(q, r, 429,
		   S_("There were too many tries from your network, or for this "
		      "address. Wait a while, then try again."));
}

/* Nothing here depends on whether the address is known: not the words, and not the
 * time, since nobody waits for the order. */
static void by_link(struct request *q, struct response *r)
{
	struct address x;
	struct worker *w = worker_of(q);
	str address = field(q, "address"), to = field(q, "to");
	if (address_parse(q->arena, address, &x).kind) {
		r->status = 400;
		show(q, r,
		     (struct faults){ .link = N_("This is no mail address: it needs a "
						 "name, an @ and a domain.") });
		return;
	}
	if (!rate_take(w->web->asks, network_key(q->arena, q), 1)) {
		too_often(q, r);
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "address", json_of(address));
	json_object_set_new(args, "to", json_of(path_is_own(to) ? to : STR("")));
	if (!order_file_only(q, "sign_in", args))
		error_page(q, r, 503, STR_NONE);
	else
		go_said(q, r, STR("/login"), "mailed", STR(""));
}

/* user: under which the tries count; empty: the network's alone. */
static void refused(struct request *q, struct response *r, str user, err e)
{
	struct worker *w = worker_of(q);
	if (e.kind == ERR_LIMIT) {
		error_page(q, r, 503, str_from(e.msg));
		return;
	}
	if (e.kind != ERR_DENIED && page_failed(q, r, e))
		return;
	throttle_failed(w->web->sign_ins, user, &q->client);
	log_warn("sign-in-refused", KS("client", net_ip_text(q->arena, &q->client)),
		 KZ("mechanism", "password"), KS("user", field(q, "address")));
	r->status = 403;
	show(q, r,
	     (struct faults){
		     .password = N_("The address or the password is wrong, or no "
				    "password is set. A link by mail always "
				    "works.") });
}

/* Strangers may have used up the account's tries; those of a browser in which its owner
 * has signed in before are its own. */
static bool may_try(struct request *q, const struct address *x, str *user)
{
	struct throttle *t = worker_of(q)->web->sign_ins;
	return throttle_may(t, *user, &q->client)
	       || (x && known_is(q, x, user) && throttle_may(t, *user, &q->client));
}

static void by_password(struct request *q, struct response *r)
{
	struct address x;
	struct account who;
	struct worker *w = worker_of(q);
	str user = field(q, "address");
	err e = address_parse(q->arena, user, &x);
	if (e.kind) /* or it could be a name under which somebody else's tries count */
		user = STR_NONE;
	if (!may_try(q, e.kind ? NULL : &x, &user)) {
		too_often(q, r);
		return;
	}
	if (e.kind)
		e.kind = ERR_DENIED;
	else if (!(e = worker_check(w)).kind)
		e = account_sign_in(q->arena, w->books.lists, &x,
				    request_form(q, "password"), &who);
	if (e.kind)
		refused(q, r, user, e);
	else
		browser_enter(q, r, who.id, ENTERED_BY_PASSWORD, field(q, "to"));
}

static void by_passkey(struct request *q, struct response *r)
{
	const char *fault = passkey_login(q, r);
	if (fault)
		show(q, r, (struct faults){ .passkey = fault });
}

void login_post(struct request *q, struct response *r)
{
	worker_open(q);
	if (str_eq(field(q, "by"), STR("password")))
		by_password(q, r);
	else if (str_eq(field(q, "by"), STR("passkey")))
		by_passkey(q, r);
	else if (str_eq(field(q, "by"), STR("code")))
		code_post(q, r);
	else
		by_link(q, r);
}

void logout_page(struct request *q, struct response *r)
{
	if (!q->session) {
		response_redirect(r, 303, STR("/login"));
		return;
	}
	ANSWER(q, r, confirm,
	       (&(struct page_confirm){
		       .frame = frame_of(q, S_("Sign out")),
		       .title = S_("Sign out?"),
		       .text = S_("This browser forgets who you are."),
		       .action = STR("/logout"),
		       .csrf = csrf_of(q),
		       .button = S_("Sign out"),
	       }));
}

void logout_post(struct request *q, struct response *r)
{
	browser_sign_out(q, r);
}
