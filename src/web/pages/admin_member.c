/* /lists/NAME/admin/members/ID: one member, and what an owner may set of it. A member is
 * told of none of that but its end, as of Mailman's page; the address has a page of its own
 * (admin_address.c), the language is the member's own. */
#include "web/pages/forms.h"

#include "base/buf.h"
#include "base/enc.h"
#include "base/language.h"
#include "base/said.h"
#include "lists/member_choice.h"
#include "lists/topics.h"
#include "mail/date.h"
#include "store/lists/member.h"
#include "web/pages/topic_boxes.h"

static bool find(struct request *q, struct response *r, struct member_row *m)
{
	struct worker *w = worker_of(q);
	int64_t id = 0;
	err e = str_i64(request_arg(q, "member"), &id)
			? member_get(w->books.lists, q->arena, id, m)
			: FAIL(ERR_NOTFOUND, "no number");
	if (e.kind == ERR_NOTFOUND || (!e.kind && m->list != w->list->id))
		error_page(q, r, 404, S_("There is no such member any more."));
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

static str path_of(struct request *q, const struct member_row *m)
{
	return arena_printf(q->arena, "/admin/members/%lld", (long long)m->id);
}

static str day(struct request *q, const struct member_row *m)
{
	return m->last_day ? date_day(q->arena, m->last_day) : STR("");
}

static void show(struct request *q, struct response *r, const struct member_row *m,
		 const struct page_note *note)
{
	struct worker *w = worker_of(q);
	str path = list_path(q);
	struct page_member p = {
		.frame = list_frame(q, m->text),
		.list = w->list->name,
		.tabs = admin_tabs(q, "members"),
		.note = note,
		.csrf = csrf_of(q),
		.action = arena_cat(q->arena, path, path_of(q, m)),
		.members = arena_cat(q->arena, path, STR("/admin/members")),
		.move = arena_cat(q->arena, path, STR("/admin/address/"),
				  enc_percent(q->arena, m->text)),
		.may_set = worker_may(w, RIGHT_members_set),
		.address = m->text,
		.called = m->name,
		.name = m->own_name,
		.verified = m->verified_at,
		.joined = m->joined_at,
		.delivery = m->delivery,
		.off = str_eq(m->delivery, STR("off")),
		.single = member_choice_offered(&w->settings, STR("regular"))
			  || !member_reads_digests(m->form),
		.digests = w->settings.digests_enabled
			   || member_reads_digests(m->delivery),
		.off_by = m->off_by,
		.why = said_in(q->arena, language_now(), m->off_why),
		.bounce = m->bounce_text,
		.own_posts = m->own_posts,
		.copies = m->copies,
		.acknowledge = m->acknowledge,
		.hidden = m->hidden,
		.other_topics = m->other_topics,
		.posts = m->action,
		.last = day(q, m),
	};
	struct page_member_topics *rows;
	TOPIC_BOXES(q, m, &rows, &p.topics_count);
	p.topics = rows;
	ANSWER(q, r, member, &p);
}

void one_member_page(struct request *q, struct response *r)
{
	struct member_row m;
	if (find(q, r, &m))
		show(q, r, &m, note_of(q));
}

/* ---- changing */

static void put(json_t *set, const char *key, str is, str wanted)
{
	if (!str_eq(is, wanted))
		json_object_set_new(set, key, json_of(wanted));
}

static void put_box(struct request *q, json_t *set, const char *key, bool is)
{
	bool wanted = field(q, key).n;
	if (is != wanted)
		json_object_set_new(set, key, json_string(wanted ? "yes" : "no"));
}

/* What is another than it was: whoever switched delivery off stays known, where nobody
 * touches that. */
static json_t *differences(struct request *q, const struct member_row *m)
{
	json_t *set = json_object();
	str delivery = field(q, "delivery"),
	    shown = said_in(q->arena, language_now(), m->off_why);
	put(set, "name", m->own_name, field(q, "name"));
	put(set, "delivery", m->delivery, delivery);
	if (str_eq(delivery, STR("off")) && !str_eq(field(q, "why"), shown))
		json_object_set_new(set, "why", json_of(field(q, "why")));
	put(set, "action", m->action, field(q, "action"));
	put(set, "until", day(q, m), field(q, "until"));
	put_box(q, set, "own_posts", m->own_posts);
	put_box(q, set, "copies", m->copies);
	put_box(q, set, "acknowledge", m->acknowledge);
	put_box(q, set, "hidden", m->hidden);
	if (topic_boxes_offered(q)) {
		put(set, "topics", topics_choice(q->arena, m->topics),
		    topic_boxes_chosen(q));
		put_box(q, set, "other_topics", m->other_topics);
	}
	return set;
}

static void order(struct request *q, struct response *r, const struct member_row *m,
		  const char *kind, json_t *args, str next)
{
	struct ordered x;
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "addresses", json_of(m->text));
	if (!order_and_wait(q, kind, args, &x)) {
		r->status = x.result ? 400 : 503;
		show(q, r, m, note_bad(q, x.why));
		return;
	}
	const json_t *wrong = json_array_get(json_object_get(x.result, "wrong"), 0);
	if (!json_is_string(wrong)) {
		go_done(q, r, next, x.order);
		return;
	}
	r->status = 400;
	show(q, r, m,
	     note_bad(q, arena_copy(q->arena, str_from(json_string_value(wrong)))));
}

void one_member_post(struct request *q, struct response *r)
{
	struct member_row m;
	json_t *args;
	if (!find(q, r, &m))
		return;
	if (str_eq(field(q, "do"), STR("remove"))) {
		args = json_object();
		json_object_set_new(args, "notice", json_of(field(q, "notice")));
		order(q, r, &m, "member_remove", args, STR("/admin/members"));
		return;
	}
	json_t *set = differences(q, &m);
	if (!json_object_size(set)) {
		json_decref(set);
		go_said(q, r, arena_cat(q->arena, list_path(q), path_of(q, &m)),
			"unchanged", STR(""));
		return;
	}
	args = json_object();
	json_object_set_new(args, "set", set);
	order(q, r, &m, "member_set", args, path_of(q, &m));
}
