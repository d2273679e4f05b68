/* /bans: who stays out of every list. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "lists/pattern.h"
#include "store/lists/ban.h"
#include "web/pages/page.h"

static err add_bans(struct request *q, struct page_sitebans *p)
{
	size_t n;
	struct ban_row *x;
	TRY(ban_list(worker_of(q)->books.lists, q->arena, 0, &x, &n));
	struct page_sitebans_bans *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_sitebans_bans){ x[i].pattern, x[i].reason,
						       x[i].created_at };
	p->bans = rows;
	p->bans_count = n;
	return OK;
}

static void show(struct request *q, struct response *r, struct page_sitebans *p)
{
	p->frame = account_frame(q, S_("Bans from every list"));
	p->csrf = csrf_of(q);
	if (!page_failed(q, r, add_bans(q, p)))
		ANSWER(q, r, sitebans, p);
}

void site_bans_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_sitebans){ .note = note_of(q) });
}

void site_bans_post(struct request *q, struct response *r)
{
	struct ordered x;
	bool removes = str_eq(field(q, "do"), STR("remove"));
	str pattern = field(q, "pattern");
	struct page_sitebans p = { .pattern = removes ? STR("") : pattern,
				   .reason = field(q, "reason") };
	err e = removes ? OK : pattern_check(q->arena, pattern);
	if (e.kind) {
		p.pattern_error = said_in(q->arena, language_now(), str_from(e.msg));
		r->status = 400;
		show(q, r, &p);
		return;
	}
	json_t *args = json_object();
	json_object_set_new(args, "pattern", json_of(pattern));
	json_object_set_new(args, "reason", json_of(p.reason));
	if (order_and_wait(q, removes ? "site_ban_remove" : "site_ban_add", args, &x)) {
		response_redirect(
			r, 303,
			arena_printf(q->arena, "/bans?done=%lld", (long long)x.order));
		return;
	}
	r->status = x.result ? 400 : 503;
	p.note = note_bad(q, x.why);
	show(q, r, &p);
}
