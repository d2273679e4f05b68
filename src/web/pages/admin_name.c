/* /lists/NAME/admin/name: what the list is called, and what it was called. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "store/lists/former.h"

static err add_former(struct request *q, struct page_name *p)
{
	struct worker *w = worker_of(q);
	struct former_row *f;
	size_t n;
	TRY(former_all(w->books.lists, q->arena, w->list->id, &f, &n));
	struct page_name_former *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_name_former){ f[i].address, f[i].at };
	p->former = rows;
	p->former_count = n;
	return OK;
}

static void show(struct request *q, struct response *r, struct page_name *p)
{
	const struct worker *w = worker_of(q);
	p->frame = list_frame(q, S_("Name"));
	p->list = w->list->name;
	p->tabs = admin_tabs(q, "name");
	p->csrf = csrf_of(q);
	p->action = arena_cat(q->arena, list_path(q), STR("/admin/name"));
	p->removal = arena_cat(q->arena, list_path(q), STR("/admin/remove"));
	p->now = w->list->address;
	p->list_id = w->list->list_id;
	if (!page_failed(q, r, add_former(q, p)))
		ANSWER(q, r, name, p);
}

void name_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_name){ .note = note_of(q) });
}

void name_post(struct request *q, struct response *r)
{
	struct ordered x;
	bool forgets = str_eq(field(q, "do"), STR("forget"));
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "address", json_of(field(q, "address")));
	json_object_set_new(args, "new_id", json_of(field(q, "new_id")));
	if (order_and_wait(q, forgets ? "list_forget" : "list_rename", args, &x)) {
		go_done(q, r, STR("/admin/name"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r,
	     &(struct page_name){ .note = note_bad(q, x.why),
				  .address = forgets ? STR("") : field(q, "address") });
}
