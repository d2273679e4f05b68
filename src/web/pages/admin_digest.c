/* /lists/NAME/admin/digest: what waits for the next digest, and its number. */
#include "web/pages/forms.h"

#include "base/clock.h"
#include "base/language.h"
#include "lists/digest.h"

static err read_state(struct request *q, struct page_digest *p)
{
	struct worker *w = worker_of(q);
	struct digest_state s;
	struct digest_waiting waiting;
	TRY(digest_state_get(w->books.lists, w->list->id, &s));
	TRY(digest_waiting(w->books.lists, w->list->id, &waiting));
	p->sent = s.sent_at;
	s = digest_number(&w->settings, s, clock_now());
	p->volume = s.volume;
	p->issue = s.issue;
	p->posts = waiting.posts;
	p->octets = waiting.octets;
	return OK;
}

static void show(struct request *q, struct response *r, struct page_digest *p)
{
	const struct worker *w = worker_of(q);
	p->frame = list_frame(q, S_("Digests"));
	p->list = w->list->name;
	p->tabs = admin_tabs(q, "digest");
	p->csrf = csrf_of(q);
	p->action = arena_cat(q->arena, list_path(q), STR("/admin/digest"));
	p->enabled = w->settings.digests_enabled;
	p->may = worker_may(w, RIGHT_settings_set);
	if (!page_failed(q, r, read_state(q, p)))
		ANSWER(q, r, digest, p);
}

void digest_page(struct request *q, struct response *r)
{
	show(q, r, &(struct page_digest){ .note = note_of(q) });
}

void digest_post(struct request *q, struct response *r)
{
	struct ordered x;
	bool bumps = str_eq(field(q, "do"), STR("bump"));
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, bumps ? "bump" : "send", json_string("yes"));
	if (order_and_wait(q, "digest", args, &x)) {
		go_done(q, r, STR("/admin/digest"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, &(struct page_digest){ .note = note_bad(q, x.why) });
}
