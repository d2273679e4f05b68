/* /lists/NAME/admin/address/ADDRESS: an owner changes a member's address. */
#include "web/pages/forms.h"

#include "base/enc.h"
#include "base/language.h"
#include "mail/address.h"
#include "store/lists/member.h"

static bool find(struct request *q, struct response *r, struct member_row *m)
{
	struct address x;
	struct worker *w = worker_of(q);
	err e = address_parse(q->arena, request_arg(q, "email"), &x);
	if (!e.kind)
		e = member_find(w->books.lists, q->arena, w->list->id,
				address_key(q->arena, &x), m);
	if (e.kind == ERR_NOTFOUND || e.kind == ERR_SYNTAX)
		error_page(q, r, 404, S_("This is no member of the list."));
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

static void show(struct request *q, struct response *r, const struct member_row *m,
		 const struct page_note *note)
{
	ANSWER(q, r, change,
	       (&(struct page_change){
		       .frame = list_frame(q, S_("Change an address")),
		       .list = worker_of(q)->list->name,
		       .tabs = admin_tabs(q, "members"),
		       .note = note,
		       .csrf = csrf_of(q),
		       .action = arena_cat(q->arena, list_path(q), STR("/admin/address/"),
					   enc_percent(q->arena, m->text)),
		       .address = m->text,
		       .to = field(q, "to"),
	       }));
}

void member_move_page(struct request *q, struct response *r)
{
	struct member_row m;
	if (find(q, r, &m))
		show(q, r, &m, note_of(q));
}

void member_move_post(struct request *q, struct response *r)
{
	struct member_row m;
	struct ordered x;
	if (!find(q, r, &m))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "address", json_of(m.text));
	json_object_set_new(args, "to", json_of(field(q, "to")));
	if (order_and_wait(q, "member_move", args, &x)) {
		go_done(q, r, STR("/admin/members"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, &m, note_bad(q, x.why));
}
