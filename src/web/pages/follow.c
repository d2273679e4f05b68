/* A thread by mail: the button on its page, and the one behind the link in each copy. */
#include "web/pages/join.h"

#include "base/enc.h"
#include "base/language.h"
#include "lists/follow.h"
#include "lists/members.h"
#include "web/pages/mark.h"

void follow_post(struct request *q, struct response *r)
{
	static const char *const fields[] = { "do" };
	marks_order(q, r, "follow", fields, 1);
}

/* Whoever has the link got it by mail, be the list for others or not. */
static bool link_open(struct request *q, struct response *r)
{
	enum may may = viewer_may(q, RIGHT_leave);
	if (worker_of(q)->list && request_query(q, "f").n)
		return true;
	router_refuse(q, r, may == MAY ? MAY_NOT_KNOW : may);
	return false;
}

void follow_link_page(struct request *q, struct response *r)
{
	struct worker *w = worker_of(q);
	int64_t number;
	str f = request_query(q, "f");
	if (!link_open(q, r))
		return;
	err e = leave_token_read(q->arena, &w->books.mac, w->list, f, &number);
	if (!e.kind && !follow_is_number(number))
		e = FAIL(ERR_DENIED, "this link is not one that ends following a thread: "
				     "end it on the thread's page");
	r->cache = STR("no-store");
	if (e.kind) {
		error_page(q, r, 400, str_from(e.msg));
		return;
	}
	ANSWER(q, r, confirm,
	       (&(struct page_confirm){
		       .frame = list_frame(q, S_("Stop following")),
		       .title = S_("Stop following this thread?"),
		       .text = S_("No further post of this thread will reach you by this "
				  "way. What you are a member of stays as it is."),
		       .action = arena_cat(q->arena, join_path(q, "/follow?f="),
					   enc_percent(q->arena, f)),
		       .button = S_("Stop following"),
		       .destroys = true,
	       }));
}

/* RFC 8058 section 3.2: a mail program reads no page. */
static void one_click(struct response *r)
{
	r->type = STR("text/plain; charset=utf-8");
	buf_add(&r->body, S_("No further post of this thread will be sent to you.\n"));
}

void follow_link_post(struct request *q, struct response *r)
{
	struct ordered x;
	if (!link_open(q, r))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "token", json_of(request_query(q, "f")));
	if (!order_and_wait(q, "follow_link", args, &x))
		error_page(q, r, x.result ? 400 : 503, x.why);
	else if (str_eq(field(q, "List-Unsubscribe"), STR("One-Click")))
		one_click(r);
	else
		join_done(q, r, "follow-ended");
}
