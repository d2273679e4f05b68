/* /account/passkeys, and passkeys wherever they are asked for. */
#include "web/pages/passkeys.h"

#include "account/session.h"
#include "base/enc.h"
#include "base/language.h"
#include "base/log.h"
#include "base/said.h"
#include "store/lists/address.h"
#include "store/lists/passkey.h"
#include "web/pages/account.h"
#include "web/pages/page.h"

static const str HERE = STR("/account/passkeys");

/* ---- asking */

/* Without scheme and port: what passkeys are bound to (section 5.1.2 of WebAuthn). */
static struct webauthn_site site_of(const struct request *q)
{
	str origin = url_origin(q->arena, worker_of(q)->books.conf->site_url);
	str host = str_skip(str_find(origin, STR("://")), 3), name, port;
	if (!str_has(host, ']') && str_cut(host, ':', &name, &port))
		host = name;
	return (struct webauthn_site){ .origin = origin, .id = host };
}

/* Whose challenge it is. A session's cookie changes with each sign-in. */
static str bound(struct request *q, const char *of)
{
	str whose = q->session && q->session->cookie.n ? account_form_token(
			    q->arena, q->session->cookie, STR("passkey"))
						       : network_key(q->arena, q);
	return arena_cat(q->arena, str_from(of), STR(" "), whose);
}

struct passkey_ask passkey_ask(struct request *q, const char *of)
{
	return (struct passkey_ask){
		.challenge = passkey_challenge(q->arena, &worker_of(q)->web->mac,
					       bound(q, of)),
		.site = site_of(q).id,
	};
}

err passkey_ids(struct request *q, int64_t person, str *ids)
{
	struct passkey_row *k;
	size_t n;
	str all = STR("");
	TRY(passkey_by_person(worker_of(q)->books.lists, q->arena, person, &k, &n));
	for (size_t i = 0; i < n; i++)
		all = arena_cat(q->arena, all, i ? STR(" ") : STR(""),
				enc_base64url(q->arena, k[i].credential));
	*ids = all;
	return OK;
}

static struct passkey_answer answer_of(const struct request *q)
{
	return (struct passkey_answer){ .id = request_form(q, "id"),
					.client = request_form(q, "client"),
					.data = request_form(q, "data"),
					.signature = request_form(q, "signature"),
					.user = request_form(q, "user") };
}

static bool is_refusal(err e)
{
	return e.kind == ERR_DENIED || e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT
	       || e.kind == ERR_NOTFOUND;
}

err passkey_signs(struct request *q, const char *of, int64_t person,
		  struct passkey_signed *out)
{
	struct worker *w = worker_of(q);
	struct webauthn_site site = site_of(q);
	struct passkey_answer answer = answer_of(q);
	str client = net_ip_text(q->arena, &q->client);
	if (!throttle_may(w->web->sign_ins, STR(""), &q->client))
		return FAIL(ERR_LIMIT, "too many tries; wait a while");
	TRY(worker_check(w));
	err e = passkey_sign(q->arena, w->books.lists, &site, &w->web->mac, bound(q, of),
			     person, &answer, out);
	if (out->back)
		log_warn("passkey-counter-back", KN("person", out->person),
			 KS("name", out->name), KS("client", client));
	if (!is_refusal(e))
		return e;
	throttle_failed(w->web->sign_ins, STR(""), &q->client);
	log_warn("sign-in-refused", KS("client", client), KZ("mechanism", "passkey"),
		 KE(e));
	return e;
}

/* One that has seen who uses it is two proofs in one. */
const char *passkey_login(struct request *q, struct response *r)
{
	struct passkey_signed x;
	str to = field(q, "to");
	err e = passkey_signs(q, "sign-in", 0, &x);
	if (is_refusal(e)) {
		r->status = e.kind == ERR_LIMIT ? 429 : 403;
		return e.msg;
	}
	if (page_failed(q, r, e))
		return NULL;
	if (!x.verified)
		browser_enter(q, r, x.person, ENTERED_BY_PASSKEY, to);
	else if (browser_sign_in(q, r, x.person, "passkey", true))
		go_on(q, r, to);
	return NULL;
}

/* ---- the page */

static err add_rows(struct request *q, struct page_passkeys *p)
{
	struct passkey_row *k;
	struct address_row *own;
	size_t n;
	int64_t person = q->session->person;
	struct book *b = worker_of(q)->books.lists;
	TRY(passkey_by_person(b, q->arena, person, &k, &n));
	struct page_passkeys_passkeys *rows = arena_zero(q->arena,
							 (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_passkeys_passkeys){ k[i].id, k[i].name,
							   k[i].created_at,
							   k[i].used_at };
	p->passkeys = rows;
	p->passkeys_count = n;
	TRY(passkey_ids(q, person, &p->keys));
	TRY(address_of_person(b, q->arena, person, &own, &n));
	p->person = n ? own[0].text : STR("");
	p->handle = enc_base64url(
		q->arena, passkey_handle(q->arena, &worker_of(q)->web->mac, person));
	return OK;
}

static void show(struct request *q, struct response *r, const char *error)
{
	struct page_passkeys p = {
		.frame = account_frame(q, S_("Passkeys")),
		.note = note_of(q),
		.csrf = csrf_of(q),
		.error = said_in(q->arena, language_now(), str_from(error)),
	};
	struct passkey_ask ask = passkey_ask(q, "add");
	p.challenge = ask.challenge;
	p.site = ask.site;
	r->cache = STR("no-store");
	if (!page_failed(q, r, add_rows(q, &p)))
		ANSWER(q, r, passkeys, &p);
}

void passkeys_page(struct request *q, struct response *r)
{
	show(q, r, NULL);
}

/* ---- its forms */

static err add(struct request *q, int64_t key)
{
	struct webauthn_site site = site_of(q);
	struct passkey_answer answer = answer_of(q);
	const struct worker *w = worker_of(q);
	(void)key;
	return passkey_add_new(q->arena, w->books.lists, &site, &w->web->mac,
			       bound(q, "add"), q->session->person, field(q, "name"),
			       &answer);
}

static err rename_one(struct request *q, int64_t key)
{
	str name = field(q, "name");
	if (!name.n || name.n > PASSKEY_NAME)
		return FAIL(ERR_SYNTAX, "give the passkey a name, in one line");
	return passkey_rename(worker_of(q)->books.lists, q->session->person, key, name);
}

static err remove_one(struct request *q, int64_t key)
{
	return passkey_remove(worker_of(q)->books.lists, q->session->person, key);
}

static const struct act {
	const char *word, *told; /* a row of lists/told.def and of said.def */
	err (*run)(struct request *q, int64_t key);
	bool asks; /* for a proof that it is they */
} acts[] = {
	{ "add", "passkey-added", add, true },
	{ "rename", "passkey-renamed", rename_one, false },
	{ "remove", "passkey-removed", remove_one, true },
};

static str name_before(struct request *q, int64_t key)
{
	struct passkey_row *k;
	size_t n;
	if (!passkey_by_person(worker_of(q)->books.lists, q->arena, q->session->person,
			       &k, &n)
		     .kind)
		for (size_t i = 0; i < n; i++)
			if (k[i].id == key)
				return k[i].name;
	return field(q, "name");
}

static void run(struct request *q, struct response *r, const struct act *act)
{
	int64_t key = 0;
	if (!str_i64(field(q, "key"), &key))
		key = 0;
	str name = name_before(q, key);
	err e = account_change_begin(q);
	if (!e.kind)
		e = account_change_end(q, act->run(q, key), act->told, name);
	if (is_refusal(e)) {
		r->status = e.kind == ERR_DENIED ? 403 : 400;
		show(q, r, e.msg);
	} else if (!page_failed(q, r, e)) {
		go_said(q, r, HERE, act->told, STR(""));
	}
}

void passkeys_post(struct request *q, struct response *r)
{
	if (!account_in_browser(q, r))
		return;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (str_eq(field(q, "do"), str_from(acts[i].word))) {
			if (!acts[i].asks || account_proven(q, r, HERE))
				run(q, r, &acts[i]);
			return;
		}
	r->status = 400;
}
