/* /aliases: addresses beside the lists, forwarded to persons. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "store/lists/alias.h"
#include "web/pages/page.h"

static str joined(struct request *q, const struct alias_row *x)
{
	str all = STR("");
	for (size_t i = 0; i < x->target_count; i++)
		all = arena_cat(q->arena, all, i ? STR(", ") : STR(""), x->targets[i]);
	return all;
}

static err add_rows(struct request *q, struct page_aliases *p)
{
	size_t n;
	struct alias_row *x;
	TRY(alias_all(worker_of(q)->books.lists, q->arena, &x, &n));
	struct page_aliases_aliases *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct page_aliases_aliases){ x[i].address, joined(q, &x[i]),
							 x[i].created_at };
	p->aliases = rows;
	p->aliases_count = n;
	return OK;
}

static void show(struct request *q, struct response *r, struct page_aliases *p)
{
	p->frame = account_frame(q, S_("Aliases"));
	p->csrf = csrf_of(q);
	if (!page_failed(q, r, add_rows(q, p)))
		ANSWER(q, r, aliases, p);
}

void aliases_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_aliases){ .note = note_of(q) });
}

void aliases_post(struct request *q, struct response *r)
{
	struct ordered x;
	bool removes = str_eq(field(q, "do"), STR("remove"));
	str address = field(q, "address"), targets = request_form(q, "targets");
	struct page_aliases p = { .address = removes ? STR_NONE : address,
				  .targets = removes ? STR_NONE : targets };
	json_t *args = json_object();
	json_object_set_new(args, "address", json_of(address));
	json_object_set_new(args, "targets", json_of(targets));
	if (order_and_wait(q, removes ? "alias_remove" : "alias_set", args, &x)) {
		response_redirect(
			r, 303,
			arena_printf(q->arena, "/aliases?done=%lld", (long long)x.order));
		return;
	}
	r->status = x.result ? 400 : 503;
	if (removes)
		p.note = note_bad(q, x.why);
	else
		p.address_error = said_in(q->arena, language_now(), x.why);
	show(q, r, &p);
}
