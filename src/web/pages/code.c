/* The second step of signing in: who has shown one thing is asked for the code of their app.
 * In between nobody is signed in: the form bears a ticket under our MAC, which says who and how,
 * and is good for five minutes. */
#include "web/pages/code.h"

#include "account/second.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/log.h"
#include "base/mac.h"
#include "base/said.h"
#include "lists/orders.h"
#include "store/lists/person.h"

enum { TICKET_SPAN = 300 };

static const str purpose = STR("second factor");

/* A new password ends the tickets that the old one got. */
static err tag_of(struct request *q, str text, int64_t person, str *tag)
{
	struct person_row who;
	const struct worker *w = worker_of(q);
	TRY(person_get(w->books.lists, q->arena, person, &who));
	*tag = mac_tag(q->arena, &w->web->mac, purpose,
		       arena_cat(q->arena, text, STR(" "), who.password));
	return OK;
}

/* PERSON.END.HOW.TAG */
static err make_ticket(struct request *q, int64_t person, const char *how, str *ticket)
{
	str tag, text = arena_printf(q->arena, "%lld.%lld.%s", (long long)person,
				     (long long)(clock_now() + TICKET_SPAN), how);
	TRY(tag_of(q, text, person, &tag));
	*ticket = arena_cat(q->arena, text, STR("."), tag);
	return OK;
}

static err read_ticket(struct request *q, int64_t *person, const char **how)
{
	str text, tag, who, rest, until, word, right;
	int64_t end;
	err none = FAIL(ERR_NOTFOUND, "the five minutes are over");
	if (!str_cut_last(field(q, "ticket"), '.', &text, &tag)
	    || !str_cut(text, '.', &who, &rest) || !str_cut(rest, '.', &until, &word)
	    || !str_i64(who, person) || !str_i64(until, &end) || end < clock_now()
	    || end > clock_now() + TICKET_SPAN)
		return none;
	TRY(tag_of(q, text, *person, &right));
	*how = arena_z(q->arena, arena_cat(q->arena, word, STR(" and code")));
	return mac_equal(tag, right) ? OK : none;
}

static void show(struct request *q, struct response *r, str ticket, str to,
		 const char *error)
{
	r->cache = STR("no-store");
	ANSWER(q, r, code,
	       (&(struct page_code){
		       .frame = frame_of(q, S_("The code of your app")),
		       .ticket = ticket,
		       .to = to,
		       .error = said_in(q->arena, language_now(), str_from(error)),
	       }));
}

/* ---- a code, wherever it is asked for */

static str bucket(struct request *q, int64_t person)
{
	return arena_printf(q->arena, "%lld", (long long)person);
}

/* Used by who has lost the app, or by who has found the codes: its person is told. */
static err tell_recovery(struct request *q, int64_t person)
{
	int64_t id;
	struct worker *w = worker_of(q);
	json_t *args = json_object();
	json_object_set_new(args, "what", json_string("recovery-used"));
	err e = order_put(w->books.lists, q->arena, "account_told", args, person,
			  net_ip_text(q->arena, &q->client), &id);
	json_decref(args);
	if (!e.kind)
		w->web->wake_post(w->web->ring);
	return e;
}

/* Of six digits five may be wrong at once, and ten an hour: who has the password has a chance
 * in some thousand a day. A recovery code is too long to guess. Counted within the
 * transaction, of which there is one at a time: many who come at once wait for it, and would
 * else all have been let in before the first is counted. */
static err check_counted(struct request *q, int64_t person, str typed, bool *recovery)
{
	struct worker *w = worker_of(q);
	str key = bucket(q, person);
	bool is_short = second_is_short(q->arena, typed);
	if (is_short && !rate_has(w->web->codes, key, 1))
		return FAIL(ERR_LIMIT, "too many tries; wait a while");
	err e = second_check(q->arena, w->books.lists, &w->web->mac, person, typed,
			     recovery);
	if (e.kind == ERR_DENIED && is_short)
		rate_take(w->web->codes, key, 1);
	return e;
}

err code_check(struct request *q, int64_t person, str typed)
{
	bool recovery = false, mine;
	struct worker *w = worker_of(q);
	if (!throttle_may(w->web->sign_ins, STR(""), &q->client))
		return FAIL(ERR_LIMIT, "too many tries; wait a while");
	TRY(book_join(w->books.lists, &mine));
	err e = check_counted(q, person, typed, &recovery);
	if (!e.kind && recovery)
		e = tell_recovery(q, person);
	e = book_leave(w->books.lists, mine, e);
	if (e.kind == ERR_DENIED) {
		throttle_failed(w->web->sign_ins, STR(""), &q->client);
		log_warn("sign-in-refused",
			 KS("client", net_ip_text(q->arena, &q->client)),
			 KZ("mechanism", "code"), KN("person", person));
	}
	return e;
}

/* ---- at a sign-in */

void browser_enter(struct request *q, struct response *r, int64_t person,
		   enum entered how, str to)
{
	struct second second;
	str ticket = STR("");
	static const char *const words[] = { "password", "link", "provider", "provider",
					     "passkey" };
	err e = second_get(q->arena, worker_of(q)->books.lists, person, &second);
	bool asks = second.on
		    && (how == ENTERED_BY_PASSWORD || how == ENTERED_BY_PASSKEY
			|| second.links);
	if (!e.kind && asks)
		e = make_ticket(q, person, words[how], &ticket);
	if (page_failed(q, r, e))
		return;
	if (asks)
		show(q, r, ticket, to, NULL);
	else if (browser_sign_in(q, r, person, words[how], how != ENTERED_BY_PROVIDER))
		go_on(q, r, to);
}

void code_post(struct request *q, struct response *r)
{
	int64_t person = 0;
	const char *how = "";
	err e = worker_check(worker_of(q));
	if (!e.kind)
		e = read_ticket(q, &person, &how);
	if (e.kind == ERR_NOTFOUND) {
		error_page(q, r, 403, S_("The five minutes are over. Sign in anew."));
		return;
	}
	if (!e.kind)
		e = code_check(q, person, request_form(q, "code"));
	if (e.kind == ERR_DENIED || e.kind == ERR_LIMIT) {
		r->status = e.kind == ERR_LIMIT ? 429 : 403;
		show(q, r, field(q, "ticket"), field(q, "to"), e.msg);
		return;
	}
	if (!page_failed(q, r, e) && browser_sign_in(q, r, person, how, true))
		go_on(q, r, field(q, "to"));
}
