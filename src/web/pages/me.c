/* /lists/NAME/me: a member's own settings. */
#include "web/pages/forms.h"

#include "base/language.h"
#include "base/said.h"
#include "store/lists/member.h"
#include "web/pages/topic_boxes.h"

static bool find(struct request *q, struct response *r, struct member_row *m)
{
	struct worker *w = worker_of(q);
	err e = member_of_person(w->books.lists, q->arena, w->list->id,
				 q->session->person, m);
	if (e.kind == ERR_NOTFOUND)
		error_page(q, r, 404,
			   S_("You are no member of this list. Its page tells how to "
			      "join."));
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

static void show(struct request *q, struct response *r, const struct member_row *m,
		 const struct page_note *note)
{
	struct worker *w = worker_of(q);
	str path = list_path(q);
	struct page_me_topics *topics;
	size_t topic_count;
	TOPIC_BOXES(q, m, &topics, &topic_count);
	ANSWER(q, r, me,
	       (&(struct page_me){
		       .frame = list_frame(q, S_("My settings")),
		       .list = w->list->name,
		       .address = m->text,
		       .name = m->own_name,
		       .joined = m->joined_at,
		       .off_by = m->off_by,
		       .why = said_in(q->arena, language_now(), m->off_why),
		       .bounce = m->bounce_text,
		       .until = m->last_day,
		       .note = note,
		       .action = arena_cat(q->arena, path, STR("/me")),
		       .leave = arena_cat(q->arena, path, STR("/leave")),
		       .csrf = csrf_of(q),
		       .delivery = m->delivery,
		       .off = str_eq(m->delivery, STR("off")),
		       .digests = w->settings.digests_enabled
				  || member_reads_digests(m->delivery),
		       .own_posts = m->own_posts,
		       .copies = m->copies,
		       .acknowledge = m->acknowledge,
		       .hidden = m->hidden,
		       .topics = topics,
		       .topics_count = topic_count,
		       .other_topics = m->other_topics,
	       }));
}

void me_page(struct request *q, struct response *r)
{
	struct member_row m;
	if (find(q, r, &m))
		show(q, r, &m, note_of(q));
}

/* A box a topic. Where the list offers none the form has no say in it. */
static void add_topics(struct request *q, json_t *args)
{
	if (!topic_boxes_offered(q))
		return;
	json_object_set_new(args, "topics", json_of(topic_boxes_chosen(q)));
	json_object_set_new(args, "other_topics",
			    json_string(field(q, "other_topics").n ? "yes" : "no"));
}

void me_post(struct request *q, struct response *r)
{
	static const char *const switches[] = { "own_posts", "copies", "acknowledge",
						"hidden" };
	struct member_row m;
	struct ordered x;
	if (!find(q, r, &m))
		return;
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "delivery", json_of(field(q, "delivery")));
	json_object_set_new(args, "name", json_of(field(q, "name")));
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		json_object_set_new(args, switches[i],
				    json_string(field(q, switches[i]).n ? "yes" : "no"));
	add_topics(q, args);
	if (order_and_wait(q, "options", args, &x)) {
		go_done(q, r, STR("/me"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, &m, note_bad(q, x.why));
}
