/* /lists/NAME/admin/roles, /bans and /log: who runs the list, who stays out, and who
 * changed what. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/pattern.h"
#include "store/lists/audit.h"
#include "store/lists/ban.h"
#include "store/lists/role.h"

enum { LOG_ROWS = 100 };

static str admin_path(struct request *q, const char *page)
{
	return arena_cat(q->arena, list_path(q), STR("/admin/"), str_from(page));
}

static json_t *list_args(struct request *q)
{
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	return args;
}

/* ---- roles */

static err add_roles(struct request *q, struct page_roles *p)
{
	size_t n;
	struct role_row *x;
	struct worker *w = worker_of(q);
	TRY(role_list(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_roles_roles *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_roles_roles){ x[i].text, x[i].name, x[i].role };
	p->roles = rows;
	p->roles_count = n;
	return OK;
}

static void show_roles(struct request *q, struct response *r, struct page_roles *p)
{
	const struct worker *w = worker_of(q);
	p->frame = list_frame(q, S_("Roles"));
	p->list = w->list->name;
	p->tabs = admin_tabs(q, "roles");
	p->csrf = csrf_of(q);
	p->action = admin_path(q, "roles");
	p->may_set = worker_may(w, RIGHT_roles_set);
	if (!page_failed(q, r, add_roles(q, p)))
		ANSWER(q, r, roles, p);
}

void roles_page(struct request *q, struct response *r)
{
	show_roles(q, r, &(struct page_roles){ .note = note_of(q) });
}

void roles_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct address a;
	bool removes = str_eq(field(q, "do"), STR("remove"));
	struct page_roles p = { .address = removes ? STR("") : field(q, "address") };
	if (!removes && address_parse(q->arena, p.address, &a).kind) {
		p.address_error = S_("This is no mail address: it needs a name, an @ "
				     "and a domain.");
		r->status = 400;
		show_roles(q, r, &p);
		return;
	}
	json_t *args = list_args(q);
	json_object_set_new(args, "address", json_of(field(q, "address")));
	json_object_set_new(args, "role", json_of(field(q, "role")));
	if (order_and_wait(q, removes ? "role_remove" : "role_add", args, &x)) {
		go_done(q, r, STR("/admin/roles"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	p.note = note_bad(q, x.why);
	show_roles(q, r, &p);
}

/* ---- bans */

static err add_bans(struct request *q, struct page_bans *p)
{
	size_t n;
	struct ban_row *x;
	struct worker *w = worker_of(q);
	TRY(ban_for(w->books.lists, q->arena, w->list->id, &x, &n));
	struct page_bans_bans *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_bans_bans){ x[i].pattern, x[i].reason,
						   x[i].created_at, !x[i].list };
	p->bans = rows;
	p->bans_count = n;
	return OK;
}

static void show_bans(struct request *q, struct response *r, struct page_bans *p)
{
	p->frame = list_frame(q, S_("Bans"));
	p->list = worker_of(q)->list->name;
	p->tabs = admin_tabs(q, "bans");
	p->csrf = csrf_of(q);
	p->action = admin_path(q, "bans");
	if (!page_failed(q, r, add_bans(q, p)))
		ANSWER(q, r, bans, p);
}

void bans_page(struct request *q, struct response *r)
{
	show_bans(q, r, &(struct page_bans){ .note = note_of(q) });
}

void bans_post(struct request *q, struct response *r)
{
	struct ordered x;
	bool removes = str_eq(field(q, "do"), STR("remove"));
	str pattern = field(q, "pattern");
	struct page_bans p = { .pattern = removes ? STR("") : pattern,
			       .reason = field(q, "reason") };
	err e = removes ? OK : pattern_check(q->arena, pattern);
	if (e.kind) {
		p.pattern_error = said_in(q->arena, language_now(), str_from(e.msg));
		r->status = 400;
		show_bans(q, r, &p);
		return;
	}
	json_t *args = list_args(q);
	json_object_set_new(args, "pattern", json_of(pattern));
	json_object_set_new(args, "reason", json_of(p.reason));
	if (order_and_wait(q, removes ? "ban_remove" : "ban_add", args, &x)) {
		go_done(q, r, STR("/admin/bans"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	p.note = note_bad(q, x.why);
	show_bans(q, r, &p);
}

/* ---- the log */

static str said(struct request *q, str text)
{
	return said_in(q->arena, language_now(), text);
}

void log_page(struct request *q, struct response *r)
{
	size_t n;
	int64_t before;
	struct audit_row *x;
	struct worker *w = worker_of(q);
	if (!str_i64(request_query(q, "before"), &before))
		before = 0;
	if (page_failed(q, r,
			audit_list(w->books.lists, q->arena, w->list->id, before,
				   LOG_ROWS, &x, &n)))
		return;
	struct page_log_rows *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_log_rows){ x[i].at, said(q, x[i].actor),
						  said(q, x[i].what),
						  said(q, x[i].detail) };
	struct page_log p = {
		.frame = list_frame(q, S_("Log")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "log"),
		.rows = rows,
		.rows_count = n,
	};
	if (n == LOG_ROWS)
		p.next = arena_printf(q->arena, "%.*s?before=%lld",
				      STR_F(admin_path(q, "log")),
				      (long long)x[n - 1].id);
	ANSWER(q, r, log, &p);
}
