/* /login/at/NAME: signing in by an account at a provider of [oidc], or showing by it that it is
 * they, there and back.
 *
 * The way back is a GET that signs in, as OAuth wants it: it does so in the browser alone
 * that has the flow's cookie, and once, so that a link to it does nothing anywhere else. */
#include "web/pages/oidc.h"

#include "account/link.h"
#include "account/session.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/language.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/said.h"
#include "store/lists/identity.h"
#include "trust/hash.h"
#include "web/pages/account.h"
#include "web/pages/code.h"

enum { SECRET_BYTES = 32, CODE_MAX = 4096, TO_MAX = 1024 };

static const str link_kind = STR("elsewhere");

/* ---- the flow's cookie */

static const char *cookie_name(const struct request *q)
{
	return q->secure ? "__Host-postern-flow" : "postern-flow";
}

static void set_cookie(const struct request *q, struct response *r, str secret,
		       int seconds)
{
	response_header(r, STR("Set-Cookie"),
			arena_printf(r->arena,
				     "%s=%.*s; Path=/; Max-Age=%d; HttpOnly; "
				     "SameSite=Lax%s",
				     cookie_name(q), STR_F(secret), seconds,
				     q->secure ? "; Secure" : ""));
}

static str hash_of(struct arena *a, str secret)
{
	unsigned char sum[HASH_SIZE];
	hash_once(secret, sum);
	return enc_hex(a, hash_str(sum));
}

/* ---- what went wrong */

static void refuse(struct request *q, struct response *r, int status, str text,
		   str reason)
{
	const struct conf_oidc *p = provider_find(worker_of(q)->web,
						  request_arg(q, "provider"));
	log_warn("sign-in-refused", KS("client", net_ip_text(q->arena, &q->client)),
		 KZ("mechanism", "oidc"), KS("provider", p->issuer),
		 KS("why", reason.n ? reason : text));
	str title = S_("Not signed in");
	r->status = status;
	r->cache = STR("no-store");
	ANSWER(q, r, refused,
	       (&(struct page_refused){ .frame = frame_of(q, title),
					.title = title,
					.text = text,
					.provider = p->label,
					.reason = reason }));
}

static void refuse_answer(struct request *q, struct response *r, err e)
{
	if (e.kind == ERR_TEMP || e.kind == ERR_IO || e.kind == ERR_LIMIT)
		refuse(q, r, 503,
		       S_("The provider does not answer as it should at the moment. Try "
			  "again in a while, or sign in otherwise."),
		       str_from(e.msg));
	else
		refuse(q, r, 403,
		       S_("What the provider answered is not accepted. Begin anew; if "
			  "it happens again, tell those who run this site."),
		       str_from(e.msg));
}

/* ---- there */

str oidc_path(struct arena *a, const struct conf_oidc *p)
{
	return arena_cat(a, STR("/login/at/"), p->name);
}

static bool proves(struct request *q)
{
	return str_eq(field(q, "prove"), STR("yes"));
}

static struct oidc_flow flow_of(struct request *q, const struct conf_oidc *p, str state,
				str secret)
{
	const struct web *web = worker_of(q)->web;
	return (struct oidc_flow){ .client = p->client,
				   .redirect = arena_cat(q->arena, web->conf->site_url,
							 oidc_path(q->arena, p),
							 STR("/back")),
				   .state = state,
				   .secret = secret,
				   .anew = q->method != GET && proves(q) };
}

/* The row holds no more than who began it and where they want to go. */
static err begin(struct request *q, const struct conf_oidc *p, str secret, str *state)
{
	bool links = str_eq(field(q, "link"), STR("yes"));
	json_t *data = json_object();
	json_object_set_new(data, "provider", json_of(p->name));
	json_object_set_new(data, "browser", json_of(hash_of(q->arena, secret)));
	json_object_set_new(data, "to", json_of(str_first(field(q, "to"), TO_MAX)));
	json_object_set_new(data, "account",
			    json_integer(links && q->session ? q->session->person : 0));
	json_object_set_new(
		data, "proves",
		json_integer(proves(q) && q->session ? q->session->person : 0));
	json_object_set_new(data, "begun", json_integer(clock_now()));
	char *text = json_dumps(data, JSON_COMPACT);
	json_decref(data);
	err e = account_link_new(
		q->arena, worker_of(q)->books.lists,
		&(struct account_link){ .kind = link_kind,
					.address = STR(""),
					.data = text ? str_from(text) : STR("{}"),
					.life = OIDC_FLOW },
		state);
	free(text);
	return e;
}

/* A page in between: the policy of ours lets no form lead elsewhere, and a provider may
 * lead on to a third. */
static void lead_on(struct request *q, struct response *r, const struct conf_oidc *p,
		    str url)
{
	str title = S_("On to the provider");
	response_header(r, STR("Refresh"), arena_cat(q->arena, STR("0; url="), url));
	r->cache = STR("no-store");
	ANSWER(q, r, elsewhere,
	       (&(struct page_elsewhere){ .frame = frame_of(q, title),
					  .title = title,
					  .provider = p->label,
					  .href = url }));
}

/* Whoever finds a browser open must not keep the account by a sign-in of their own. */
static bool may_begin(struct request *q, struct response *r)
{
	if (!rate_take(worker_of(q)->web->begins, network_key(q->arena, q), 1)) {
		error_page(q, r, 429,
			   S_("There were too many tries from your network. Wait a "
			      "while, then try again."));
		return false;
	}
	if (!str_eq(field(q, "link"), STR("yes")) && !proves(q))
		return true;
	if (!q->session) {
		response_redirect(r, 303, STR("/login?to=/account"));
		return false;
	}
	return account_in_browser(q, r)
	       && (proves(q) || account_proven(q, r, STR("/account")));
}

void oidc_post(struct request *q, struct response *r)
{
	struct oidc_metadata m;
	str state, secret = rand_token(q->arena, SECRET_BYTES);
	struct worker *w = worker_open(q);
	const struct conf_oidc *p = provider_find(w->web, request_arg(q, "provider"));
	if (!p) {
		r->status = 404;
		return;
	}
	if (!may_begin(q, r))
		return;
	err e = provider_metadata(q, p, &m);
	if (e.kind) {
		refuse_answer(q, r, e);
		return;
	}
	if (page_failed(q, r, worker_check(w))
	    || page_failed(q, r, begin(q, p, secret, &state)))
		return;
	struct oidc_flow f = flow_of(q, p, state, secret);
	set_cookie(q, r, secret, OIDC_FLOW);
	lead_on(q, r, p, oidc_authorization_url(q->arena, &m, &f));
}

/* ---- and back */

struct way_back {
	const struct conf_oidc *provider;
	str state, secret, to;
	int64_t account; /* that it is to be tied to; 0: whose it is */
	int64_t proves; /* who is signed in, and shows by it that it is they; 0: nobody */
	int64_t begun;  /* seconds */
};

static str member(struct arena *a, const json_t *o, const char *name)
{
	return arena_copy(a, str_from(json_string_value(json_object_get(o, name))));
}

/* Only the browser that began it uses it up: nobody else can spoil it. */
static err take(struct request *q, struct way_back *x)
{
	struct account_link l;
	struct book *b = worker_of(q)->books.lists;
	TRY(account_link_see(q->arena, b, link_kind, x->state, &l));
	json_t *data = json_loadb(l.data.n ? l.data.p : "", l.data.n, 0, NULL);
	str browser = member(q->arena, data, "browser"),
	    name = member(q->arena, data, "provider");
	x->to = member(q->arena, data, "to");
	x->account = json_integer_value(json_object_get(data, "account"));
	x->proves = json_integer_value(json_object_get(data, "proves"));
	x->begun = json_integer_value(json_object_get(data, "begun"));
	json_decref(data);
	if (!mac_equal(browser, hash_of(q->arena, x->secret)))
		return FAIL(ERR_DENIED, "another browser began it");
	if (!str_eq(name, x->provider->name))
		return FAIL(ERR_DENIED, "it was begun with another provider");
	return account_link_use(q->arena, b, link_kind, x->state, &l);
}

static bool take_or_refuse(struct request *q, struct response *r, struct way_back *x)
{
	err e = x->secret.n ? take(q, x)
			    : FAIL(ERR_DENIED, "the browser has no cookie of it");
	if (!e.kind)
		return true;
	if (e.kind == ERR_NOTFOUND)
		refuse(q, r, 403,
		       S_("This sign-in was used already, or took longer than ten "
			  "minutes. Begin anew."),
		       STR_NONE);
	else if (e.kind == ERR_DENIED)
		refuse(q, r, 403,
		       S_("This sign-in was not begun in this browser. Begin anew, in "
			  "the browser in which you want to be signed in."),
		       str_from(e.msg));
	else
		(void)!page_failed(q, r, e);
	return false;
}

/* RFC 9207 section 2.4, where the provider does so; RFC 6749 section 4.1.2.1. */
static err read_answer(struct request *q, const struct way_back *x, str *code)
{
	struct oidc_metadata m;
	str iss = request_query(q, "iss"), error = request_query(q, "error");
	TRY(provider_metadata(q, x->provider, &m));
	if ((iss.p || m.names_issuer) && !str_eq(iss, x->provider->issuer))
		return FAIL(ERR_DENIED, "the answer is another issuer's (iss)");
	if (error.n)
		return err_in(q->arena, ERR_DENIED, "the provider answers: %.*s",
			      STR_F(str_first(error, 100)));
	*code = request_query(q, "code");
	return code->n && code->n <= CODE_MAX
		       ? OK
		       : FAIL(ERR_SYNTAX, "the provider's answer bears no code");
}

/* Whom the provider knows since this morning it lets through without a word: that shows nothing of
 * who sits there now. */
static bool is_anew(const struct way_back *x, const struct oidc_who *who)
{
	return oidc_is_anew(who, x->begun, clock_now());
}

static void sign_in(struct request *q, struct response *r, const struct way_back *x,
		    const struct oidc_who *who, int64_t person)
{
	if (x->account)
		go_said(q, r, STR("/account"), "identity-tied", STR(""));
	else
		browser_enter(q, r, person,
			      is_anew(x, who) ? ENTERED_BY_PROVIDER_ANEW
					      : ENTERED_BY_PROVIDER,
			      x->to);
}

static void prove(struct request *q, struct response *r, const struct way_back *x,
		  const struct oidc_who *who, const struct identity_row *known)
{
	struct book *b = worker_of(q)->books.lists;
	if (known->person != x->proves)
		refuse(q, r, 403,
		       S_("That account elsewhere does not sign you in here, so nothing "
			  "is shown by it."),
		       STR_NONE);
	else if (!is_anew(x, who))
		refuse(q, r, 403,
		       S_("The provider does not say that you signed in there just now, "
			  "so nothing is shown by it. Show in another way that it is "
			  "you."),
		       STR("auth_time"));
	else if (!page_failed(q, r, identity_used(b, known->id, clock_now()))
		 && !page_failed(q, r, account_session_prove(b, q->session->cookie)))
		go_said(q, r, path_is_own(x->to) ? x->to : STR("/account"), "proven",
			STR(""));
}

/* Not seen before: post looks whose it is to be. */
static void first_time(struct request *q, struct response *r, const struct way_back *x,
		       const struct oidc_who *who)
{
	struct ordered done;
	json_t *args = json_object();
	json_object_set_new(args, "provider", json_of(x->provider->name));
	json_object_set_new(args, "subject", json_of(who->subject));
	json_object_set_new(args, "address", json_of(who->address));
	json_object_set_new(args, "proven", json_string(who->proven ? "yes" : "no"));
	json_object_set_new(args, "name", json_of(who->name));
	json_object_set_new(args, "link", json_string(x->account ? "yes" : "no"));
	if (order_and_wait(q, "identity", args, &done))
		sign_in(q, r, x, who,
			json_integer_value(json_object_get(done.result, "person")));
	else
		refuse(q, r, done.result ? 403 : 503,
		       arena_cat(q->arena, said_in(q->arena, language_now(), done.why),
				 STR(".")),
		       STR_NONE);
}

static void let_in(struct request *q, struct response *r, const struct way_back *x,
		   const struct oidc_who *who)
{
	struct identity_row known = { 0 };
	struct book *b = worker_of(q)->books.lists;
	err e = identity_find(b, q->arena, x->provider->issuer, who->subject, &known);
	if (e.kind && e.kind != ERR_NOTFOUND) {
		(void)!page_failed(q, r, e);
		return;
	}
	if (x->proves) {
		prove(q, r, x, who, &known);
		return;
	}
	if (e.kind || (x->account && known.person != x->account)) {
		first_time(q, r, x, who);
		return;
	}
	if (!page_failed(q, r, identity_used(b, known.id, clock_now())))
		sign_in(q, r, x, who, known.person);
}

/* Whoever signed out meanwhile, or in as somebody else, ties and shows nothing. */
static bool is_still_there(struct request *q, const struct way_back *x)
{
	int64_t who = x->proves ? x->proves : x->account;
	return !who || (q->session && q->session->cookie.n && q->session->person == who);
}

void oidc_back_page(struct request *q, struct response *r)
{
	struct oidc_who who;
	str code;
	struct worker *w = worker_open(q);
	struct way_back x = { .provider = provider_find(w->web,
							request_arg(q, "provider")),
			      .state = request_query(q, "state"),
			      .secret = request_cookie(q, cookie_name(q)) };
	if (!x.provider) {
		r->status = 404;
		return;
	}
	r->cache = STR("no-store");
	if (page_failed(q, r, worker_check(w)) || !take_or_refuse(q, r, &x))
		return;
	set_cookie(q, r, STR_NONE, 0);
	err e = is_still_there(q, &x)
			? read_answer(q, &x, &code)
			: FAIL(ERR_DENIED, "another account is signed in by now");
	struct oidc_flow f = flow_of(q, x.provider, x.state, x.secret);
	if (!e.kind)
		e = provider_redeem(q, x.provider, &f, code, &who);
	if (e.kind)
		refuse_answer(q, r, e);
	else
		let_in(q, r, &x, &who);
}
