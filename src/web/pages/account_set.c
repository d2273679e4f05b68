/* The forms of /account. A program with a token changes none of it: a token that
 * leaks must not be able to make itself a better one. */
#include "web/pages/account.h"

#include "base/language.h"
#include "web/pages/entry.h"

#include "account/account.h"
#include "account/password.h"
#include "account/session.h"
#include "base/enc.h"
#include "base/log.h"
#include "lists/personal.h"
#include "store/lists/person.h"
#include "store/lists/session.h"

#include <stdlib.h>

bool account_in_browser(struct request *q, struct response *r)
{
	if (q->session->cookie.n)
		return true;
	error_page(q, r, 403,
		   S_("An account is changed in a browser, not by a program's token."));
	return false;
}

void account_wrong(struct request *q, struct response *r, int status,
		   struct account_faults faults)
{
	r->status = status;
	account_show(q, r, NULL, &faults);
}

static int status_of(const struct ordered *x)
{
	return x->result ? 400 : 503;
}

/* ---- all that is kept, and its end */

void account_answer_data(struct request *q, struct response *r, int64_t person)
{
	json_t *all;
	if (page_failed(q, r,
			personal_data(&worker_of(q)->books, q->arena, person, &all)))
		return;
	char *text = json_dumps(all, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	buf_add(&r->body, str_from(text));
	free(text);
	json_decref(all);
	response_download(r, STR("account.json"));
	r->type = STR("application/json");
	r->cache = STR("no-store");
}

void account_data_page(struct request *q, struct response *r)
{
	account_answer_data(q, r, q->session->person);
}

void account_erase_post(struct request *q, struct response *r)
{
	struct ordered x;
	if (!account_in_browser(q, r))
		return;
	if (order_and_wait(q, "erase", json_object(), &x)) {
		go_said(q, r, STR("/account"), "erase", STR(""));
		return;
	}
	r->status = status_of(&x);
	account_show(q, r, note_bad(q, x.why), &(struct account_faults){ 0 });
}

/* ---- addresses and name */

void account_addresses_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct address a;
	bool removes = str_eq(field(q, "do"), STR("remove")),
	     prefers = str_eq(field(q, "do"), STR("prefer"));
	if (!account_in_browser(q, r))
		return;
	if (!removes && address_parse(q->arena, field(q, "address"), &a).kind) {
		account_wrong(
			q, r, 400,
			(struct account_faults){ .address = "This is no mail address: it "
							    "needs a name, an @ and a "
							    "domain." });
		return;
	}
	if (!removes && !prefers && !account_is_fresh(q)) {
		account_wrong(q, r, 403,
			      (struct account_faults){ .address = ACCOUNT_NOT_FRESH });
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "address",
			    json_of(removes ? arena_lower(q->arena, field(q, "address"))
					    : field(q, "address")));
	const char *kind = removes ? "address_remove" : prefers ? "prefer" : "verify";
	if (order_and_wait(q, kind, args, &x))
		go_said(q, r, STR("/account"), kind, STR(""));
	else
		account_wrong(
			q, r, status_of(&x),
			(struct account_faults){ .address = arena_z(q->arena, x.why) });
}

void account_preferences_post(struct request *q, struct response *r)
{
	static const char *const switches[] = { "own_posts", "copies", "acknowledge",
						"hidden" };
	struct ordered x;
	if (!account_in_browser(q, r))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "delivery", json_of(field(q, "delivery")));
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		json_object_set_new(args, switches[i],
				    json_string(field(q, switches[i]).n ? "yes" : "no"));
	if (order_and_wait(q, "preferences", args, &x)) {
		go_said(q, r, STR("/account"), "preferences", STR(""));
		return;
	}
	r->status = status_of(&x);
	account_show(q, r, note_bad(q, x.why), &(struct account_faults){ 0 });
}

void account_name_post(struct request *q, struct response *r)
{
	struct ordered x;
	if (!account_in_browser(q, r))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "name", json_of(field(q, "name")));
	json_object_set_new(args, "language", json_of(field(q, "language")));
	if (order_and_wait(q, "name", args, &x)) {
		go_said(q, r, STR("/account"), "name", STR(""));
		return;
	}
	r->status = status_of(&x);
	account_show(q, r, note_bad(q, x.why), &(struct account_faults){ 0 });
}

/* ---- the password */

/* Whoever finds a browser open must not be able to keep the account. */
static err may_set_password(struct request *q)
{
	struct person_row who;
	struct worker *w = worker_of(q);
	TRY(person_get(w->books.lists, q->arena, q->session->person, &who));
	if (account_is_fresh(q))
		return OK;
	if (!who.password.n)
		return FAIL(ERR_DENIED, ACCOUNT_NOT_FRESH);
	str name = arena_printf(q->arena, "person %lld", (long long)who.id);
	if (!throttle_may(w->web->sign_ins, name, &q->client))
		return FAIL(ERR_LIMIT, "too many tries; wait a while");
	err e = password_check(who.password, request_form(q, "old"));
	if (e.kind != ERR_DENIED)
		return e;
	throttle_failed(w->web->sign_ins, name, &q->client);
	return FAIL(ERR_DENIED, "the password until now is another one");
}

static int status_for(err e)
{
	return e.kind == ERR_LIMIT ? 429 : e.kind == ERR_DENIED ? 403 : 400;
}

void account_password_post(struct request *q, struct response *r)
{
	bool removes = str_eq(field(q, "do"), STR("remove"));
	str fresh = request_form(q, "new");
	if (!account_in_browser(q, r))
		return;
	err e = may_set_password(q);
	if (!e.kind && !removes && !fresh.n)
		e = FAIL(ERR_SYNTAX, "type the new password");
	if (!e.kind)
		e = account_password_set(q->arena, worker_of(q)->books.lists,
					 q->session->person, removes ? STR("") : fresh);
	if (e.kind == ERR_DENIED || e.kind == ERR_LIMIT || e.kind == ERR_SYNTAX) {
		account_wrong(q, r, status_for(e),
			      (struct account_faults){ .password = e.msg });
		return;
	}
	if (page_failed(q, r, e))
		return;
	log_info("password-changed", KN("person", q->session->person),
		 KS("client", net_ip_text(q->arena, &q->client)));
	if (browser_sign_in(q, r, q->session->person, "password change"))
		go_said(q, r, STR("/account"), removes ? "password-gone" : "password-set",
			STR(""));
}

/* ---- browsers */

void account_sessions_post(struct request *q, struct response *r)
{
	str hash, id = field(q, "id");
	bool others = str_eq(id, STR("others"));
	struct book *b = worker_of(q)->books.lists;
	if (!account_in_browser(q, r))
		return;
	if (!others && enc_hex_decode(q->arena, id, &hash).kind) {
		r->status = 400;
		return;
	}
	err e = others ? session_remove_person(b, q->session->person, q->session->cookie)
		       : session_remove_hash(b, q->session->person, hash);
	if (e.kind != ERR_NOTFOUND && page_failed(q, r, e))
		return;
	go_said(q, r, STR("/account"), others ? "sessions-gone" : "session-gone",
		STR(""));
}
