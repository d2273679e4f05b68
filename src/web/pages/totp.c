/* /account/totp: codes of an app: turned on and off, recovery codes, and whether a mailed link
 * asks for them. */
#include "web/pages/account.h"

#include "account/second.h"
#include "account/totp.h"
#include "base/language.h"
#include "base/said.h"
#include "store/lists/address.h"
#include "web/pages/page.h"
#include "web/qr.h"

static const str HERE = STR("/account/totp");

static struct book *lists_book(const struct request *q)
{
	return worker_of(q)->books.lists;
}

/* What the app calls the account. */
static err own_name(struct request *q, str *name)
{
	struct address_row *own;
	size_t n;
	TRY(address_of_person(lists_book(q), q->arena, q->session->person, &own, &n));
	*name = n ? str_first(own[0].text, 100) : STR("");
	return OK;
}

static err add_picture(struct request *q, struct page_totp *p)
{
	struct qr code;
	str secret, name, site = worker_of(q)->books.conf->site_domain;
	TRY(second_secret(q->arena, lists_book(q), &worker_of(q)->web->mac,
			  q->session->person, &secret));
	TRY(own_name(q, &name));
	p->secret = totp_text(q->arena, secret);
	if (qr_make(totp_uri(q->arena, site, name, secret), &code))
		p->picture = qr_svg(q->arena, &code);
	return OK;
}

static err gather(struct request *q, struct page_totp *p)
{
	struct second s;
	TRY(second_get(q->arena, lists_book(q), q->session->person, &s));
	p->on = s.on;
	p->started = s.started && account_is_proven(q);
	p->links = s.links;
	p->since = s.since;
	p->codes = s.codes;
	return p->started ? add_picture(q, p) : OK;
}

static void show(struct request *q, struct response *r, const char *error)
{
	struct page_totp p = {
		.frame = account_frame(q, S_("Codes of an app")),
		.note = note_of(q),
		.csrf = csrf_of(q),
		.error = said_in(q->arena, language_now(), str_from(error)),
	};
	r->cache = STR("no-store");
	if (!page_failed(q, r, gather(q, &p)))
		ANSWER(q, r, totp, &p);
}

void totp_page(struct request *q, struct response *r)
{
	show(q, r, NULL);
}

/* ---- what the forms do: each in one transaction with what is told of it */

static err start(struct request *q, str codes[static SECOND_CODES])
{
	(void)codes;
	return second_start(q->arena, lists_book(q), &worker_of(q)->web->mac,
			    q->session->person);
}

static err confirm(struct request *q, str codes[static SECOND_CODES])
{
	int64_t person = q->session->person;
	TRY(second_confirm(q->arena, lists_book(q), &worker_of(q)->web->mac, person,
			   request_form(q, "code")));
	return second_codes(q->arena, lists_book(q), person, codes);
}

static err make_codes(struct request *q, str codes[static SECOND_CODES])
{
	struct second s;
	TRY(second_get(q->arena, lists_book(q), q->session->person, &s));
	if (!s.on)
		return FAIL(ERR_NOTFOUND, "no app makes codes for this account");
	return second_codes(q->arena, lists_book(q), q->session->person, codes);
}

static err links_on(struct request *q, str codes[static SECOND_CODES])
{
	(void)codes;
	return second_links(lists_book(q), q->session->person, true);
}

static err links_off(struct request *q, str codes[static SECOND_CODES])
{
	(void)codes;
	return second_links(lists_book(q), q->session->person, false);
}

static err turn_off(struct request *q, str codes[static SECOND_CODES])
{
	(void)codes;
	return second_off(lists_book(q), q->session->person);
}

static const struct act {
	const char *word, *told; /* a row of lists/told.def and of said.def */
	err (*run)(struct request *q, str codes[static SECOND_CODES]);
	bool shows_codes;
} acts[] = {
	{ "start", "totp-started", start, false },
	{ "confirm", "totp-on", confirm, true },
	{ "codes", "recovery-made", make_codes, true },
	{ "links-on", "totp-links-on", links_on, false },
	{ "links-off", "totp-links-off", links_off, false },
	{ "off", "totp-off", turn_off, false },
};

static void show_codes(struct request *q, struct response *r,
		       const str codes[static SECOND_CODES])
{
	str text = STR("");
	for (int i = 0; i < SECOND_CODES; i++)
		text = arena_cat(q->arena, text, codes[i], STR("\n"));
	r->cache = STR("no-store");
	ANSWER(q, r, recovery,
	       (&(struct page_recovery){
		       .frame = account_frame(q, S_("Your recovery codes")),
		       .text = text,
	       }));
}

static void run(struct request *q, struct response *r, const struct act *act)
{
	str codes[SECOND_CODES];
	err e = account_change_begin(q);
	if (!e.kind)
		e = account_change_end(q, act->run(q, codes), act->told, STR(""));
	if (e.kind == ERR_DENIED || e.kind == ERR_NOTFOUND) {
		r->status = e.kind == ERR_DENIED ? 403 : 409;
		show(q, r, e.msg);
	} else if (page_failed(q, r, e)) {
		return;
	} else if (act->shows_codes) {
		show_codes(q, r, codes);
	} else {
		go_said(q, r, HERE, act->told, STR(""));
	}
}

void totp_post(struct request *q, struct response *r)
{
	if (!account_in_browser(q, r) || !account_proven(q, r, HERE))
		return;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
		if (str_eq(field(q, "do"), str_from(acts[i].word))) {
			run(q, r, &acts[i]);
			return;
		}
	r->status = 400;
}
