/* /lists/NAME/admin/members/many: members out of a file, or pasted. What would be done is
 * shown first (many/ID), and done by post, a part at a time, when the owner says so. */
#include "web/pages/many.h"

#include "base/clock.h"
#include "base/language.h"
#include "base/said.h"
#include "base/utf8.h"
#include "lists/roster_batch.h"
#include "lists/roster_those.h"
#include "web/pages/forms.h"
#include "web/stamp.h"

#include <stdatomic.h>

enum { FILE_MAX = 16 << 20, COMPARED_AT_ONCE = 1, TEXT_SHOWN = 65536 };

static const char many[] = "/admin/members/many";
static atomic_uint compared; /* files that are in this process */

/* ---- how large a body may be: a loop cannot ask who sends it, but whether a page of ours
 * was shown to somebody who may, and to whom */

static str upload_form(struct arena *a, str person)
{
	return arena_cat(a, STR("upload "), person);
}

static str upload_query(struct request *q)
{
	struct worker *w = worker_of(q);
	str path = arena_cat(q->arena, list_path(q), str_from(many));
	str person = arena_number(q->arena, w->viewer.person);
	return arena_cat(q->arena, STR("?upload="), person, STR("."),
			 stamp_make(q->arena, &w->web->mac, upload_form(q->arena, person),
				    path, clock_now()));
}

int64_t many_body_max(void *router, str path, str query, int64_t *person)
{
	ARENA(a);
	const struct web *web = ((const struct router *)router)->ctx;
	str who, stamp;
	int64_t id;
	if (!str_ends(path, str_from(many)) || !str_starts(query, STR("upload="))
	    || !str_cut(str_skip(query, 7), '.', &who, &stamp) || !str_i64(who, &id))
		return HTTP_BODY_MAX;
	enum stamp_state state = stamp_check(a, &web->mac, upload_form(a, who), path,
					     clock_now(), stamp);
	if (state != STAMP_GOOD && state != STAMP_YOUNG)
		return HTTP_BODY_MAX;
	*person = id;
	return FILE_MAX;
}

/* ---- a file comes */

static void show(struct request *q, struct response *r, struct page_many *p)
{
	str path = list_path(q);
	p->frame = list_frame(q, S_("Many members"));
	p->list = worker_of(q)->list->name;
	p->tabs = admin_tabs(q, "members");
	p->csrf = csrf_of(q);
	p->action = arena_cat(q->arena, path, str_from(many), upload_query(q));
	p->members = arena_cat(q->arena, path, STR("/admin/members"));
	if (p->text.n > TEXT_SHOWN)
		p->text = STR("");
	ANSWER(q, r, many, p);
}

void many_page(struct request *q, struct response *r)
{
	show(q, r,
	     &(struct page_many){
		     .note = note_of(q), .kind = STR("import"), .notice = true });
}

static void refuse(struct request *q, struct response *r, struct page_many *p, str why)
{
	p->error = said_in(q->arena, language_now(), why);
	r->status = 400;
	show(q, r, p);
}

static void add_faults(struct request *q, struct page_many *p,
		       const struct roster_plan *plan)
{
	struct page_many_faults *rows = arena_zero(q->arena,
						   ROSTER_FAULTS * sizeof *rows);
	while (p->faults_count < plan->wrong && p->faults_count < ROSTER_FAULTS) {
		str text = utf8_scrub(q->arena, plan->faults[p->faults_count]);
		rows[p->faults_count++].text = said_in(q->arena, language_now(), text);
	}
	p->faults = rows;
	p->more = (int64_t)(plan->wrong - p->faults_count);
}

static err keep(struct request *q, struct page_many *p, enum roster_kind kind, str text,
		struct roster_plan *plan, int64_t *id)
{
	struct worker *w = worker_of(q);
	struct roster_file f;
	struct actor by = { .person = w->viewer.person };
	TRY(roster_open(&f, &w->books, q->arena, w->list, text));
	TRY(roster_compare(&f, kind, plan));
	return plan->wrong ? OK : batch_make(&f, kind, plan, p->notice, &by, id);
}

static void compare(struct request *q, struct response *r, struct page_many *p, str text)
{
	enum roster_kind kind;
	struct roster_plan plan = { 0 };
	int64_t id = 0;
	if (!roster_kind_read(p->kind, &kind)) {
		refuse(q, r, p, S_("Choose what is to be done with the file."));
		return;
	}
	err e = keep(q, p, kind, text, &plan, &id);
	add_faults(q, p, &plan);
	size_t wrong = plan.wrong;
	roster_plan_free(&plan);
	if (err_is_passing(e))
		(void)page_failed(q, r, e);
	else if (e.kind)
		refuse(q, r, p, arena_copy(q->arena, str_from(e.msg)));
	else if (wrong)
		refuse(q, r, p, S_("These records are wrong:"));
	else
		response_redirect(r, 303,
				  arena_printf(q->arena, "%.*s%s/%lld",
					       STR_F(list_path(q)), many, (long long)id));
}

/* The file, where one was chosen, else what was pasted. */
static str sent_text(struct request *q)
{
	str file = request_form(q, "file");
	return str_trim(file).n ? file : request_form(q, "text");
}

void many_post(struct request *q, struct response *r)
{
	struct page_many p = { .kind = field(q, "kind"),
			       .notice = field(q, "notice").n,
			       .text = request_form(q, "text") };
	str text = sent_text(q);
	if (!utf8_valid(text) || str_has(text, '\0')) {
		refuse(q, r, &p,
		       S_("The file is not text in UTF-8. A table program writes that as "
			  "“CSV UTF-8”."));
		return;
	}
	if (atomic_fetch_add(&compared, 1) < COMPARED_AT_ONCE) {
		compare(q, r, &p, text);
	} else {
		refuse(q, r, &p,
		       S_("Another file is being looked at. Try again in a minute."));
		r->status = 503;
	}
	atomic_fetch_sub(&compared, 1);
}

/* ---- what would be done, is being done, was done */

static void add_names(struct request *q, struct page_batch *p, const struct batch_row *x)
{
	json_t *shown = json_loadb(x->shown.p, x->shown.n, 0, NULL), *names, *name;
	struct page_batch_names *rows = arena_zero(
		q->arena, (3 * BATCH_SHOWN + BATCH_REFUSED) * sizeof *rows);
	const char *what;
	size_t i;
	json_object_foreach(shown, what, names) json_array_foreach(names, i, name)
		rows[p->names_count++] = (struct page_batch_names){
			arena_copy(q->arena, str_from(what)),
			arena_copy(q->arena, said_in(q->arena, language_now(),
						     str_from(json_string_value(name))))
		};
	p->names = rows;
	p->adds = x->to_add;
	p->changes = x->to_change;
	p->removes = x->to_remove;
	p->add_more = x->to_add > BATCH_SHOWN ? x->to_add - BATCH_SHOWN : 0;
	p->change_more = x->to_change > BATCH_SHOWN ? x->to_change - BATCH_SHOWN : 0;
	p->remove_more = x->to_remove > BATCH_SHOWN ? x->to_remove - BATCH_SHOWN : 0;
	json_decref(shown);
}

static bool find(struct request *q, struct response *r, struct batch_row *x)
{
	struct worker *w = worker_of(q);
	int64_t id = 0;
	err e = str_i64(request_arg(q, "batch"), &id)
			? batch_get(w->books.lists, q->arena, w->list->id, id, x)
			: FAIL(ERR_NOTFOUND, "no number");
	if (e.kind == ERR_NOTFOUND || (!e.kind && !x->state.n))
		error_page(q, r, 404, S_("That file is kept for a day, and gone now."));
	else if (!page_failed(q, r, e))
		return true;
	return false;
}

static void show_batch(struct request *q, struct response *r, const struct batch_row *x,
		       const struct page_note *note)
{
	struct worker *w = worker_of(q);
	str path = list_path(q);
	int64_t left = 0;
	if (page_failed(q, r, batch_parts_left(w->books.lists, x->id, &left)))
		return;
	struct page_batch p = {
		.frame = list_frame(q, S_("Many members")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "members"),
		.note = note,
		.csrf = csrf_of(q),
		.action = arena_printf(q->arena, "%.*s%s/%lld", STR_F(path), many,
				       (long long)x->id),
		.members = arena_cat(q->arena, path, STR("/admin/members")),
		.many = arena_cat(q->arena, path, str_from(many)),
		.state = left && str_eq(x->state, STR("done")) ? STR("stopped")
							       : x->state,
		.fits = batch_is_those(x),
		.sets = batch_is_those(x) ? batch_those_words(q->arena, x) : STR(""),
		.notice = x->notice,
		.parts = x->parts,
		.parts_done = x->parts - left,
		.to_add = x->to_add,
		.to_change = x->to_change,
		.to_remove = x->to_remove,
		.kept = x->kept,
		.something = x->parts,
		.added = x->added,
		.changed = x->changed,
		.removed = x->removed,
		.refused = x->refused,
	};
	add_names(q, &p, x);
	if (str_eq(x->state, STR("running")))
		response_header(r, STR("Refresh"), STR("2"));
	ANSWER(q, r, batch, &p);
}

void batch_page(struct request *q, struct response *r)
{
	struct batch_row x;
	if (find(q, r, &x))
		show_batch(q, r, &x, note_of(q));
}

void batch_post(struct request *q, struct response *r)
{
	struct batch_row x;
	struct ordered done;
	if (!find(q, r, &x))
		return;
	str what = field(q, "do");
	bool drop = str_eq(what, STR("drop"));
	json_t *args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "batch", json_integer(x.id));
	json_object_set_new(
		args, "do",
		json_of(drop || str_eq(what, STR("stop")) ? what : STR("go")));
	if (!order_and_wait(q, "member_batch", args, &done)) {
		r->status = done.result ? 400 : 503;
		show_batch(q, r, &x, note_bad(q, done.why));
	} else if (drop) {
		go_said(q, r, arena_cat(q->arena, list_path(q), str_from(many)),
			"batch-dropped", STR(""));
	} else {
		response_redirect(r, 303,
				  arena_printf(q->arena, "%.*s%s/%lld",
					       STR_F(list_path(q)), many,
					       (long long)x.id));
	}
}
