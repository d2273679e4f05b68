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
#include "web/pages/meanwhile.h"
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

/* For the field "was". */
static str shown(struct request *q, const struct member_row *m)
{
	const struct {
		const char *key;
		str is;
	} values[] = {
		{ "name", m->own_name },
		{ "delivery", m->delivery },
		{ "why", said_in(q->arena, language_now(), m->off_why) },
		{ "action", m->action },
		{ "until", day(q, m) },
		{ "own_posts", m->own_posts ? STR("yes") : STR("no") },
		{ "copies", m->copies ? STR("yes") : STR("no") },
		{ "acknowledge", m->acknowledge ? STR("yes") : STR("no") },
		{ "hidden", m->hidden ? STR("yes") : STR("no") },
		{ "topics", topics_choice(q->arena, m->topics) },
		{ "other_topics", m->other_topics ? STR("yes") : STR("no") },
	};
	BUF(b);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		buf_cat(&b,
			meanwhile_mark(q->arena, str_from(values[i].key), values[i].is));
	return arena_copy(q->arena, buf_str(&b));
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
		.was = shown(q, m),
		.action = arena_cat(q->arena, path, path_of(q, m)),
		.members = arena_cat(q->arena, path, STR("/admin/members")),
		.move = arena_cat(q->arena, path, STR("/admin/address/"),
				  enc_percent(q->arena, m->text)),
		.person = worker_may(w, RIGHT_person_set) ? arena_printf(
				  q->arena, "/persons/%lld", (long long)m->person)
							  : STR_NONE,
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

enum { OPTIONS_MAX = 16 };

struct change {
	struct request *q;
	json_t *set;
	struct page_note_lines *lines; /* what somebody else changed meanwhile */
	size_t lines_count;
};

static void put(struct change *x, const char *key, str is, str wanted)
{
	str name = str_from(key);
	switch (meanwhile_of(x->q, name, is, wanted)) {
	case MEANWHILE_UNTOUCHED:
		break;
	case MEANWHILE_MINE:
		json_object_set_new(x->set, key, json_of(wanted));
		break;
	case MEANWHILE_CLASH:
		x->lines[x->lines_count++].text = arena_cat(
			x->q->arena, name, STR(": "),
			meanwhile_text(x->q, "member changed", name, is, wanted));
	}
}

static void put_box(struct change *x, const char *key, bool is)
{
	put(x, key, is ? STR("yes") : STR("no"),
	    field(x->q, key).n ? STR("yes") : STR("no"));
}

/* What is another than it was: whoever switched delivery off stays known, where nobody
 * touches that. */
static void differences(struct change *x, const struct member_row *m)
{
	struct request *q = x->q;
	str delivery = field(q, "delivery");
	put(x, "name", m->own_name, field(q, "name"));
	put(x, "delivery", m->delivery, delivery);
	if (str_eq(delivery, STR("off")))
		put(x, "why", said_in(q->arena, language_now(), m->off_why),
		    field(q, "why"));
	put(x, "action", m->action, field(q, "action"));
	put(x, "until", day(q, m), field(q, "until"));
	put_box(x, "own_posts", m->own_posts);
	put_box(x, "copies", m->copies);
	put_box(x, "acknowledge", m->acknowledge);
	put_box(x, "hidden", m->hidden);
	if (topic_boxes_offered(q)) {
		put(x, "topics", topics_choice(q->arena, m->topics),
		    topic_boxes_chosen(q));
		put_box(x, "other_topics", m->other_topics);
	}
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

/* Nothing of it is changed, and the page shows how it is now. */
static void refuse(struct request *q, struct response *r, const struct member_row *m,
		   const struct change *x)
{
	struct page_note note = {
		.bad = true,
		.text = S_(
			"Nothing was changed, since somebody else has changed the same:"),
		.lines = x->lines,
		.lines_count = x->lines_count,
	};
	r->status = 400;
	show(q, r, m, &note);
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
	struct page_note_lines lines[OPTIONS_MAX] = { 0 };
	struct change x = { q, json_object(), lines, 0 };
	differences(&x, &m);
	if (x.lines_count) {
		json_decref(x.set);
		refuse(q, r, &m, &x);
		return;
	}
	if (!json_object_size(x.set)) {
		json_decref(x.set);
		go_said(q, r, arena_cat(q->arena, list_path(q), path_of(q, &m)),
			"unchanged", STR(""));
		return;
	}
	args = json_object();
	json_object_set_new(args, "set", x.set);
	order(q, r, &m, "member_set", args, path_of(q, &m));
}
