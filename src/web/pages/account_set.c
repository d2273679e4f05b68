/* The forms of /account. A program with a token changes none of it: a token that
 * leaks must not be able to make itself a better one. */
#include "web/pages/account.h"

#include "base/language.h"
#include "web/pages/entry.h"

#include "account/account.h"
#include "account/password.h"
#include "base/enc.h"
#include "base/log.h"
#include "lists/personal.h"
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
	if (!prefers && !account_proven(q, r, STR("/account")))
		return;
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
	if (request_form(q, "timezone").p)
		json_object_set_new(args, "timezone",
				    field(q, "timezone").n ? json_of(field(q, "timezone"))
							   : json_string("site"));
	if (order_and_wait(q, "name", args, &x)) {
		go_said(q, r, STR("/account"), "name", STR(""));
		return;
	}
	r->status = status_of(&x);
	account_show(q, r, note_bad(q, x.why), &(struct account_faults){ 0 });
}

/* ---- the password */

static int status_for(err e)
{
	return e.kind == ERR_LIMIT ? 429 : e.kind == ERR_DENIED ? 403 : 400;
}

/* Hashed before the book is held, which takes its time. */
static err set_password(struct request *q, bool removes)
{
	str kept = STR(""), fresh = request_form(q, "new");
	if (!removes && !fresh.n)
		return FAIL(ERR_SYNTAX, "type the new password");
	if (!removes)
		TRY(password_hash(q->arena, fresh, &kept));
	TRY(account_change_begin(q));
	err e = account_password_keep(q->arena, worker_of(q)->books.lists,
				      q->session->person, kept);
	return account_change_end(q, e, removes ? "password-gone" : "password-set",
				  STR(""));
}

void account_password_post(struct request *q, struct response *r)
{
	bool removes = str_eq(field(q, "do"), STR("remove"));
	if (!account_in_browser(q, r) || !account_proven(q, r, STR("/account")))
		return;
	err e = set_password(q, removes);
	if (e.kind == ERR_DENIED || e.kind == ERR_LIMIT || e.kind == ERR_SYNTAX) {
		account_wrong(q, r, status_for(e),
			      (struct account_faults){ .password = e.msg });
		return;
	}
	if (page_failed(q, r, e))
		return;
	log_info("password-changed", KN("person", q->session->person),
		 KS("client", net_ip_text(q->arena, &q->client)));
	if (browser_sign_in(q, r, q->session->person, "password change", true))
		go_said(q, r, STR("/account"), removes ? "password-gone" : "password-set",
			STR(""));
}

/* ---- browsers */

static err end_sessions(struct request *q, str hash)
{
	struct book *b = worker_of(q)->books.lists;
	TRY(account_change_begin(q));
	err e = hash.n ? session_remove_hash(b, q->session->person, hash)
		       : session_remove_person(b, q->session->person, q->session->cookie);
	return account_change_end(q, e, hash.n ? "session-gone" : "sessions-gone",
				  STR(""));
}

void account_sessions_post(struct request *q, struct response *r)
{
	str hash = STR(""), id = field(q, "id");
	bool others = str_eq(id, STR("others"));
	if (!account_in_browser(q, r))
		return;
	if (!others && (enc_hex_decode(q->arena, id, &hash).kind || !hash.n)) {
		r->status = 400;
		return;
	}
	err e = end_sessions(q, hash);
	if (e.kind != ERR_NOTFOUND && page_failed(q, r, e))
		return;
	go_said(q, r, STR("/account"), others ? "sessions-gone" : "session-gone",
		STR(""));
}
