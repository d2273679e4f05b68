/* /lists/NAME/admin/coming and /nonmembers: who is invited, whose membership begins on a
 * day to come, and what becomes of the posts of those who are no members. */
#include "web/pages/sheet.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/invite.h"
#include "store/lists/nonmember.h"
#include "store/lists/planned.h"

static str admin_path(struct request *q, const char *page)
{
	return arena_cat(q->arena, list_path(q), STR("/admin/"), str_from(page));
}

static json_t *address_args(struct request *q)
{
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "addresses", json_of(field(q, "address")));
	return args;
}

/* ---- who is to come */

static err add_invited(struct request *q, struct page_coming *p)
{
	struct invited *x;
	size_t n;
	struct worker *w = worker_of(q);
	TRY(invite_open(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_coming_invited *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_coming_invited){ x[i].address, x[i].name,
							said_in(q->arena, language_now(),
								x[i].by),
							x[i].at, x[i].expires_at };
	p->invited = rows;
	p->invited_count = n;
	return OK;
}

static err add_planned(struct request *q, struct page_coming *p)
{
	struct planned_row *x;
	size_t n;
	struct worker *w = worker_of(q);
	TRY(planned_list(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_coming_planned *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_coming_planned){ x[i].address, x[i].name,
							x[i].first_day, x[i].last_day };
	p->planned = rows;
	p->planned_count = n;
	return OK;
}

static void show_coming(struct request *q, struct response *r,
			const struct page_note *note)
{
	const struct worker *w = worker_of(q);
	struct page_coming p = {
		.frame = list_frame(q, S_("Invited")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "members"),
		.note = note,
		.csrf = csrf_of(q),
		.action = admin_path(q, "coming"),
		.members = admin_path(q, "members"),
		.may_set = worker_may(w, RIGHT_members_set),
	};
	if (!page_failed(q, r, add_invited(q, &p))
	    && !page_failed(q, r, add_planned(q, &p)))
		ANSWER(q, r, coming, &p);
}

void coming_page(struct request *q, struct response *r)
{
	show_coming(q, r, note_of(q));
}

void coming_post(struct request *q, struct response *r)
{
	struct ordered x;
	bool plan = str_eq(field(q, "do"), STR("drop"));
	if (order_and_wait(q, plan ? "plan_drop" : "invite_withdraw", address_args(q),
			   &x)) {
		go_done(q, r, STR("/admin/coming"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show_coming(q, r, note_bad(q, x.why));
}

/* ---- who is none */

static err add_nonmembers(struct request *q, struct page_nonmembers *p)
{
	struct nonmember_row *x;
	size_t n;
	struct worker *w = worker_of(q);
	TRY(nonmember_list(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_nonmembers_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_nonmembers_rows){ x[i].key, x[i].action,
							 x[i].set_at };
	p->rows = rows;
	p->rows_count = n;
	return OK;
}

static void show_nonmembers(struct request *q, struct response *r,
			    struct page_nonmembers *p)
{
	const struct worker *w = worker_of(q);
	p->frame = list_frame(q, S_("Others who post"));
	p->list = w->list->name;
	p->tabs = admin_tabs(q, "members");
	p->csrf = csrf_of(q);
	p->action = admin_path(q, "nonmembers");
	p->standard = w->settings.default_nonmember_action;
	p->standard_label = sheet_shown(setting_find(STR("default_nonmember_action")),
					p->standard);
	p->may_set = worker_may(w, RIGHT_held_decide);
	if (!page_failed(q, r, add_nonmembers(q, p)))
		ANSWER(q, r, nonmembers, p);
}

void nonmembers_page(struct request *q, struct response *r)
{
	show_nonmembers(q, r, &(struct page_nonmembers){ .note = note_of(q) });
}

void nonmembers_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct address who;
	struct page_nonmembers p = { .address = field(q, "address") };
	if (address_parse(q->arena, p.address, &who).kind) {
		p.address_error = S_("This is no mail address: it needs a name, an @ "
				     "and a domain.");
		r->status = 400;
		show_nonmembers(q, r, &p);
		return;
	}
	json_t *args = address_args(q);
	json_object_set_new(args, "action", json_of(field(q, "do")));
	if (order_and_wait(q, "nonmember_set", args, &x)) {
		go_done(q, r, STR("/admin/nonmembers"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	p.note = note_bad(q, x.why);
	show_nonmembers(q, r, &p);
}
