/* What a moderator's mailed link shows: a held post, a request, those of the morning letter;
 * and to its author a post that waits. */
#include "web/pages/confirm_inside.h"

#include "base/said.h"
#include "store/lists/held.h"
#include "store/lists/request.h"
#include "web/pages/heldview.h"

static void decided(struct request *q, struct response *r, const struct held_row *h)
{
	confirm_say(q, r, 410, S_("This post was decided already"),
		    said_in(q->arena, language_now(),
			    arena_cat(q->arena, STR("It was "), h->verdict, STR(" by "),
				      h->handled_by, STR("."))),
		    STR("/lists/"), S_("To the lists"));
}

void confirm_show_waiting(struct request *q, struct response *r, str token,
			  const struct confirmation *c)
{
	struct held_row h;
	err e = held_get(worker_of(q)->books.lists, q->arena, c->held, &h);
	if (e.kind == ERR_NOTFOUND)
		confirm_used_up(q, r);
	else if (page_failed(q, r, e))
		return;
	else if (h.verdict.n)
		decided(q, r, &h);
	else
		confirm_button(q, r, token, c,
			       &(struct page_confirm_facts){ S_("Subject"), h.subject },
			       h.subject.n > 0);
}

/* Those of the letter that wait still. */
static err read_morning(struct request *q, const struct confirmation *c,
			struct page_confirm_facts **listed, size_t *count)
{
	int64_t *ids;
	size_t n, k = 0;
	struct held_row h;
	struct worker *w = worker_of(q);
	confirm_posts(q->arena, c->data, &ids, &n);
	struct page_confirm_facts *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		err e = held_get(w->books.lists, q->arena, ids[i], &h);
		if (e.kind && e.kind != ERR_NOTFOUND)
			return e;
		const struct list_entry *l = e.kind || h.verdict.n
						     ? NULL
						     : addressbook_list_by_id(
							     w->books.addresses, h.list);
		if (l)
			rows[k++] = (struct page_confirm_facts){
				l->name,
				arena_cat(q->arena, held_author(q->arena, &h), STR(": "),
					  h.subject.n ? h.subject : S_("(no subject)"))
			};
	}
	*listed = rows;
	*count = k;
	return OK;
}

void confirm_show_morning(struct request *q, struct response *r, str token,
			  const struct confirmation *c)
{
	struct page_confirm_facts *listed = NULL;
	size_t n = 0;
	if (page_failed(q, r, read_morning(q, c, &listed, &n)))
		return;
	if (n)
		confirm_button(q, r, token, c, listed, n);
	else
		confirm_say(q, r, 410, S_("All of these were decided already"),
			    S_("No post that the letter listed waits any more."),
			    STR("/held"), S_("What waits for me"));
}

void confirm_show_held(struct request *q, struct response *r, str token,
		       const struct confirmation *c)
{
	struct held_row h;
	struct page_heldpost post;
	struct settings of;
	struct worker *w = worker_of(q);
	err e = held_get(w->books.lists, q->arena, c->held, &h);
	if (!e.kind && h.verdict.n) {
		decided(q, r, &h);
		return;
	}
	if (!e.kind)
		e = settings_load(w->books.lists, q->arena, c->list->id, &of);
	if (!e.kind)
		e = held_view(
			q, &h,
			&(struct held_how){ arena_cat(q->arena, STR("/confirm/"), token),
					    c->address, of.rejection_answers },
			&post);
	if (e.kind == ERR_NOTFOUND) {
		confirm_used_up(q, r);
		return;
	}
	if (page_failed(q, r, e))
		return;
	ANSWER(q, r, heldone,
	       (&(struct page_heldone){ .frame = frame_of(q, S_("A post waits")),
					.list = c->list->name,
					.note = note_of(q),
					.post = &post }));
}

void confirm_show_request(struct request *q, struct response *r, str token,
			  const struct confirmation *c)
{
	struct request_row x;
	err e = request_get(worker_of(q)->books.lists, q->arena, c->request, &x);
	if (e.kind == ERR_NOTFOUND) {
		confirm_used_up(q, r);
		return;
	}
	if (page_failed(q, r, e))
		return;
	ANSWER(q, r, asked,
	       (&(struct page_asked){
		       .frame = frame_of(q, x.leaves ? S_("Somebody wants to leave")
						     : S_("Somebody asks to join")),
		       .list = c->list->name,
		       .address = x.address,
		       .name = x.name,
		       .at = x.asked_at,
		       .leaves = x.leaves,
		       .action = arena_cat(q->arena, STR("/confirm/"), token),
		       .csrf = csrf_of(q) }));
}
