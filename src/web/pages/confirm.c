/* /confirm/TOKEN: what a mailed link would do, and one button. The link is known to
 * mail filters and previewers as well, so that looking does nothing. */
#include "web/pages/code.h"
#include "web/pages/confirm_inside.h"

#include "account/account.h"
#include "base/enc.h"
#include "base/said.h"
#include "lists/member_address.h"
#include "lists/member_set.h"
#include "mail/date.h"
#include "web/pages/heldview.h"

/* How a kind of link is shown. {list} is the list's name, {address} whose it is. */
struct kind {
	const char *title, *text, *button, *note;
	bool destroys;
};

static const struct kind kinds[] = {
	[CONFIRM_JOIN] = { N_("Join {list}?"),
			   N_("You, or somebody who typed your address, asked to join "
			      "this "
			      "list."),
			   N_("Join {list}"),
			   N_("If you did not ask, close the page: no further mail will "
			      "come."),
			   false },
	[CONFIRM_INVITE] = { N_("Join {list}?"),
			     N_("The people who run this list invite you to become a "
				"member."),
			     N_("Join {list}"),
			     N_("If you do not want to, close the page."), false },
	[CONFIRM_LEAVE] = { N_("Leave {list}?"),
			    N_("You, or somebody who typed your address, asked that it "
			       "leave "
			       "this list."),
			    N_("Leave {list}"), N_("If you did not ask, close the page."),
			    true },
	[CONFIRM_SET] = { N_("Change settings for {list}?"),
			  N_("You, or somebody who wrote in your name, asked by mail for "
			     "these settings."),
			  N_("Change them"), N_("If you did not ask, close the page."),
			  false },
	[CONFIRM_SIGN_IN] = { N_("Sign in?"),
			      N_("This browser will be signed in until you sign out, or "
				 "for "
				 "30 days."),
			      N_("Sign in"),
			      N_("If you did not ask for the link, close the page: "
				 "nobody "
				 "can use it without reading your mail."),
			      false },
	[CONFIRM_VERIFY] = { N_("Add this address to your account?"),
			     N_("Whoever is signed in to the account will get what the "
				"address may see, and may write in its name."),
			     N_("Add the address"),
			     N_("If you did not ask for it, close the page."), false },
	[CONFIRM_MOVE] = { N_("Have your lists write to this address?"),
			   N_("What was sent to your address until now goes to this one "
			      "from now on, and it belongs to your account, too."),
			   N_("Use this address"),
			   N_("If you did not ask for it, close the page."), false },
	[CONFIRM_ERASE] = { N_("Erase your account?"),
			    N_("Memberships, settings and sign-ins go for good. Posts "
			       "stay in the archives, in another name. Nobody can undo "
			       "it."),
			    N_("Erase my account"),
			    N_("If you do not want that, close the page."), true },
	[CONFIRM_CHALLENGE] = { N_("Did you write this?"),
				N_("It came for {list} in your name, and nothing proves "
				   "that you wrote it."),
				N_("I wrote it: send it"),
				N_("If you did not write it, close the page: it does not "
				   "reach the members in your name unless a moderator "
				   "lets it."),
				false },
	[CONFIRM_WITHDRAW] = { N_("Take the post back?"),
			       N_("You sent it to {list}, where it waits for a "
				  "moderator. Once it is withdrawn nobody gets it."),
			       N_("Withdraw the post"),
			       N_("If it shall go on waiting, close the page."), true },
	[CONFIRM_MORNING] = { N_("Discard these posts?"),
			      N_("They waited for a moderator when the letter was sent. "
				 "Nobody is told. What came later is not among them."),
			      N_("Discard all of these"),
			      N_("To decide each by itself, close the page and use the "
				 "other link of the letter."),
			      true },
};

static str fill(struct arena *a, const char *text, const struct confirmation *c)
{
	str s = str_from(text), at = str_find(s, STR("{list}"));
	return at.n ? arena_cat(a, str_first(s, s.n - at.n),
				c->list ? c->list->name : STR(""), str_skip(at, 6))
		    : s;
}

/* ---- looking */

void confirm_say(struct request *q, struct response *r, int status, str title, str text,
		 str next, str label)
{
	r->status = status;
	ANSWER(q, r, done,
	       (&(struct page_done){ .frame = frame_of(q, title),
				     .title = title,
				     .text = text,
				     .next = next,
				     .next_label = label }));
}

void confirm_used_up(struct request *q, struct response *r)
{
	confirm_say(
		q, r, 410, S_("This link does nothing any more"),
		S_("It was used already, or it is too old, or it lost some characters on "
		   "its way. Ask for a new one."),
		STR("/lists/"), S_("To the lists"));
}

static void sign_in_first(struct request *q, struct response *r, str token)
{
	confirm_say(
		q, r, 403, S_("Sign in first"),
		S_("An address is added to an account in a browser that is signed in to "
		   "that account. Sign in there, then open this link again."),
		arena_cat(q->arena, STR("/login?to=/confirm/"), token), S_("Sign in"));
}

static str owner_name(struct request *q, int64_t person)
{
	struct account who;
	if (!person
	    || account_by_id(q->arena, worker_of(q)->books.lists, person, &who).kind)
		return STR_NONE;
	return who.name.n || !q->session ? who.name : q->session->name;
}

void confirm_button(struct request *q, struct response *r, str token,
		    const struct confirmation *c, const struct page_confirm_facts *listed,
		    size_t listed_count)
{
	enum { FACTS = 8 };
	struct page_confirm_facts *f = arena_zero(q->arena,
						  (FACTS + listed_count) * sizeof *f);
	size_t n = 0;
	const struct kind *k = &kinds[c->kind];
	str title = fill(q->arena, _(k->title), c), account = owner_name(q, c->account);
	if (c->list)
		f[n++] = (struct page_confirm_facts){ S_("List"), c->list->address };
	f[n++] = (struct page_confirm_facts){ S_("Address"), c->address };
	if (c->name.n)
		f[n++] = (struct page_confirm_facts){ S_("Name"), c->name };
	for (size_t i = 0; i < listed_count; i++)
		f[n++] = listed[i];
	if (c->kind == CONFIRM_SET)
		f[n++] = (struct page_confirm_facts){
			S_("Settings"), member_set_words(q->arena, c->data)
		};
	if (c->kind == CONFIRM_MOVE)
		f[n++] = (struct page_confirm_facts){
			S_("Until now"), member_change_from(q->arena, c->data)
		};
	if (account.n)
		f[n++] = (struct page_confirm_facts){ S_("Account"), account };
	f[n++] = (struct page_confirm_facts){ S_("Asked"),
					      date_clock(q->arena, c->created_at) };
	f[n++] = (struct page_confirm_facts){ S_("Good until"),
					      date_clock(q->arena, c->expires_at) };
	ANSWER(q, r, confirm,
	       (&(struct page_confirm){
		       .frame = frame_of(q, title),
		       .title = title,
		       .text = fill(q->arena, _(k->text), c),
		       .facts = f,
		       .facts_count = n,
		       .action = arena_cat(q->arena, STR("/confirm/"), token),
		       .csrf = csrf_of(q),
		       .button = fill(q->arena, _(k->button), c),
		       .destroys = k->destroys,
		       .note = S_(k->note),
	       }));
}

/* Nobody keeps a page that shows a person's affairs. */
static bool look(struct request *q, struct response *r, struct confirmation *c)
{
	struct worker *w = worker_open(q);
	r->cache = STR("no-store");
	err e = worker_check(w);
	if (!e.kind)
		e = confirm_look(&w->books, q->arena, request_arg(q, "token"), c);
	if (e.kind == ERR_NOTFOUND)
		confirm_used_up(q, r);
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

void confirm_page(struct request *q, struct response *r)
{
	struct confirmation c;
	str token = request_arg(q, "token");
	if (!look(q, r, &c))
		return;
	if (c.kind == CONFIRM_HELD)
		confirm_show_held(q, r, token, &c);
	else if (c.kind == CONFIRM_CHALLENGE || c.kind == CONFIRM_WITHDRAW)
		confirm_show_waiting(q, r, token, &c);
	else if (c.kind == CONFIRM_MORNING)
		confirm_show_morning(q, r, token, &c);
	else if (c.kind == CONFIRM_REQUEST)
		confirm_show_request(q, r, token, &c);
	else if ((c.kind == CONFIRM_VERIFY || c.kind == CONFIRM_MOVE)
		 && (!q->session || q->session->person != c.account))
		sign_in_first(q, r, token);
	else
		confirm_button(q, r, token, &c, NULL, 0);
}

/* ---- pressing */

static void go_to_done(struct request *q, struct response *r, const char *word, str list)
{
	str rest = list.n ? arena_cat(q->arena, STR("?list="),
				      enc_percent(q->arena, list))
			  : STR("");
	response_redirect(r, 303,
			  arena_cat(q->arena, STR("/done/"), str_from(word), rest));
}

static str result_text(struct request *q, const struct ordered *x, const char *key)
{
	return arena_copy(q->arena,
			  str_from(json_string_value(json_object_get(x->result, key))));
}

/* A post that still waits is shown again. */
static void go_after(struct request *q, struct response *r, str choice, str list)
{
	static const char *const words[][2] = {
		{ "accept", "accepted" }, { "trust", "trusted" },
		{ "reject", "rejected" }, { "discard", "discarded" },
		{ "ban", "banned" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(choice, str_from(words[i][0]))) {
			go_to_done(q, r, words[i][1], list);
			return;
		}
	go_said(q, r, arena_cat(q->arena, STR("/confirm/"), request_arg(q, "token")),
		arena_z(q->arena, arena_cat(q->arena, STR("link-"), choice)), STR(""));
}

/* The row of done.def for what was said of a request. */
static const char *request_word(str choice, bool leaves)
{
	static const char *const words[][3] = {
		{ "accept", "let-in", "let-go" },
		{ "reject", "not-let-in", "not-let-go" },
		{ "discard", "request-dropped", "request-dropped" },
		{ "ban", "request-banned", "request-banned" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(choice, str_from(words[i][0])))
			return words[i][leaves ? 2 : 1];
	return "request-waits";
}

static void pressed(struct request *q, struct response *r, const struct confirmation *c,
		    const struct ordered *x)
{
	str list = result_text(q, x, "list"), to = result_text(q, x, "to");
	int64_t person = json_integer_value(json_object_get(x->result, "person"));
	bool waits = json_is_true(json_object_get(x->result, "waits"));
	str choice = field(q, "do");
	switch (c->kind) {
	case CONFIRM_SIGN_IN:
		browser_enter(q, r, person, ENTERED_BY_LINK, to);
		return;
	case CONFIRM_VERIFY:
		go_said(q, r, STR("/account"), "verified", STR(""));
		return;
	case CONFIRM_MOVE:
		go_said(q, r, STR("/account"), "moved", STR(""));
		return;
	case CONFIRM_JOIN:
	case CONFIRM_INVITE:
		go_to_done(q, r, waits ? "waits" : "joined", list);
		return;
	case CONFIRM_LEAVE:
		go_to_done(q, r, waits ? "leave-waits" : "left", list);
		return;
	case CONFIRM_SET:
		go_to_done(q, r, "set", list);
		return;
	case CONFIRM_CHALLENGE:
		go_to_done(q, r,
			   arena_z(q->arena, arena_cat(q->arena, STR("post-"),
						       result_text(q, x, "outcome"))),
			   list);
		return;
	case CONFIRM_WITHDRAW:
		go_to_done(q, r, "withdrawn", list);
		return;
	case CONFIRM_MORNING:
		go_to_done(q, r, "morning", STR(""));
		return;
	case CONFIRM_ERASE:
		go_to_done(q, r, "erased", STR(""));
		return;
	case CONFIRM_REQUEST:
		go_to_done(q, r,
			   request_word(choice, json_is_true(json_object_get(x->result,
									     "leaves"))),
			   list);
		return;
	case CONFIRM_HELD:
		go_after(q, r, choice, list);
	}
}

void confirm_post(struct request *q, struct response *r)
{
	struct confirmation c;
	struct ordered x;
	if (!look(q, r, &c))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "token", json_of(request_arg(q, "token")));
	json_object_set_new(args, "choice", json_of(field(q, "do")));
	json_object_set_new(args, "reason", json_of(held_words(q, field(q, "do"))));
	if (order_and_wait(q, "confirm", args, &x))
		pressed(q, r, &c, &x);
	else
		confirm_say(q, r, x.order && x.result ? 400 : 503,
			    S_("That was not possible"),
			    arena_cat(q->arena, x.why, STR(".")), STR("/lists/"),
			    S_("To the lists"));
}
