/* /lists/NAME/leave: no longer being a member, by one's own link, signed in, or by address. */
#include "web/pages/join.h"

#include "base/enc.h"
#include "base/language.h"
#include "base/said.h"
#include "lists/members.h"
#include "web/pages/own.h"

/* address: under which, where there are several. */
static void show_button(struct request *q, struct response *r, str address, str action,
			str csrf)
{
	struct worker *w = worker_of(q);
	struct page_confirm_facts *fact = arena_zero(q->arena, sizeof *fact);
	*fact = (struct page_confirm_facts){ S_("Your address"), address };
	r->cache = STR("no-store");
	ANSWER(q, r, confirm,
	       (&(struct page_confirm){
		       .frame = list_frame(q, S_("Leave")),
		       .title = arena_printf(q->arena, _("Leave %.*s?"),
					     STR_F(w->list->name)),
		       .text = S_("No further post of this list will reach you. You can "
				  "join again at any time."),
		       .facts = fact,
		       .facts_count = address.n > 0,
		       .action = action,
		       .csrf = csrf,
		       .button = arena_printf(q->arena, _("Leave %.*s"),
					      STR_F(w->list->name)),
		       .destroys = true,
	       }));
}

static void show_choice(struct request *q, struct response *r, const struct own *own)
{
	struct page_leavewhich_addresses *rows = arena_zero(
		q->arena, own->all_count * sizeof *rows);
	for (size_t i = 0; i < own->all_count; i++)
		rows[i] = (struct page_leavewhich_addresses){
			arena_printf(q->arena, "as-%zu", i + 1), own->all[i].text
		};
	r->cache = STR("no-store");
	ANSWER(q, r, leavewhich,
	       (&(struct page_leavewhich){
		       .frame = list_frame(q, S_("Leave")),
		       .list = worker_of(q)->list->name,
		       .addresses = rows,
		       .addresses_count = own->all_count,
		       .action = join_path(q, "/leave"),
		       .csrf = csrf_of(q),
	       }));
}

/* Who is a member under several addresses says which of them ends. */
static void ask_which(struct request *q, struct response *r)
{
	struct own own;
	str as = request_query(q, "as");
	bool several;
	if (page_failed(q, r, own_memberships(q, &own)))
		return;
	several = own.all_count > 1;
	if (as.n && !own.count)
		error_page(q, r, 404,
			   S_("You are no member of this list. Its page tells how to "
			      "join."));
	else if (several && !as.n)
		show_choice(q, r, &own);
	else
		show_button(q, r, several ? own.chosen.text : STR_NONE,
			    several ? arena_cat(q->arena, join_path(q, "/leave?as="),
						enc_percent(q->arena, own.chosen.text))
				    : join_path(q, "/leave"),
			    csrf_of(q));
}

static void show_leave(struct request *q, struct response *r, str wrong)
{
	struct worker *w = worker_of(q);
	ANSWER(q, r, leave,
	       (&(struct page_leave){
		       .frame = list_frame(q, S_("Leave")),
		       .list = w->list->name,
		       .address = field(q, "address"),
		       .address_error = said_in(q->arena, language_now(), wrong),
		       .action = join_path(q, "/leave"),
	       }));
}

/* A member's own link needs neither a sign-in nor that the list be seen: whoever has
 * it got it by mail. It is asked for here since the route lets everybody in. */
static bool leave_open(struct request *q, struct response *r)
{
	enum may may = viewer_may(q, RIGHT_leave);
	struct worker *w = worker_of(q);
	bool linked = request_query(q, "m").n && w->list;
	if (linked || (may == MAY && (q->session || !q->is_protected)))
		return true;
	router_refuse(q, r, may == MAY ? MAY_NOT : may);
	return false;
}

void leave_page(struct request *q, struct response *r)
{
	int64_t member;
	struct worker *w = worker_of(q);
	str m = request_query(q, "m");
	if (!leave_open(q, r))
		return;
	if (!m.n && worker_may(w, RIGHT_membership_set)) {
		ask_which(q, r);
		return;
	}
	if (!m.n) {
		show_leave(q, r, STR_NONE);
		return;
	}
	err e = leave_token_read(q->arena, &w->books.mac, w->list, m, &member);
	if (e.kind)
		error_page(q, r, 400, str_from(e.msg));
	else
		show_button(q, r, STR_NONE,
			    arena_cat(q->arena, join_path(q, "/leave?m="),
				      enc_percent(q->arena, m)),
			    STR_NONE);
}

/* RFC 8058 section 3.2: a mail program's own button. It reads no page, so that it
 * gets a plain answer. */
static void one_click(struct response *r)
{
	r->type = STR("text/plain; charset=utf-8");
	buf_add(&r->body, S_("No further post of this list will be sent to you.\n"));
}

static const char *left_word(const struct ordered *x)
{
	return json_is_true(json_object_get(x->result, "waits")) ? "leave-waits" : "left";
}

static void leave_by_link(struct request *q, struct response *r, str m)
{
	struct ordered x;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "token", json_of(m));
	if (!order_and_wait(q, "leave_link", args, &x))
		error_page(q, r, x.result ? 400 : 503, x.why);
	else if (str_eq(field(q, "List-Unsubscribe"), STR("One-Click")))
		one_click(r);
	else
		join_done(q, r, left_word(&x));
}

static void leave_signed_in(struct request *q, struct response *r)
{
	struct ordered x;
	const char *why;
	json_t *args;
	str as = request_query(q, "as");
	if (!session_form_allowed(q->router->sessions, q, &why)) {
		error_page(q, r, 403, S_(why));
		return;
	}
	args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "address", json_of(as.n ? as : field(q, "as")));
	if (order_and_wait(q, "leave", args, &x))
		join_done(q, r, left_word(&x));
	else
		error_page(q, r, x.result ? 400 : 503, x.why);
}

static void leave_by_address(struct request *q, struct response *r)
{
	struct address x;
	str address = field(q, "address");
	if (address_parse(q->arena, address, &x).kind) {
		r->status = 400;
		show_leave(q, r,
			   S_("This is no mail address: it needs a name, an @ and a "
			      "domain."));
		return;
	}
	if (join_too_often(q, r))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "address", json_of(address));
	if (order_file_only(q, "leave_ask", args))
		join_done(q, r, "leave-asked");
	else
		error_page(q, r, 503, STR_NONE);
}

void leave_post(struct request *q, struct response *r)
{
	str m = request_query(q, "m");
	if (!leave_open(q, r))
		return;
	if (m.n)
		leave_by_link(q, r, m);
	else if (field(q, "address").n || !worker_may(worker_of(q), RIGHT_membership_set))
		leave_by_address(q, r);
	else
		leave_signed_in(q, r);
}
