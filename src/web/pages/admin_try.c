/* /lists/NAME/admin/try: what other settings would have done to the posts of late. The
 * form of the settings sends all of them, a link some in its query; nothing changes. It
 * takes seconds of a core, so few are made at once. */
#include "base/language.h"
#include "base/said.h"
#include "lists/borrow.h"
#include "lists/replay.h"
#include "web/pages/sheet.h"
#include "web/pages/tries.h"

enum { SHOWN_MAX = 200 };

static str path_of(struct request *q, const char *rest)
{
	return arena_cat(q->arena, list_path(q), str_from(rest));
}

/* ---- what is tried */

struct trying {
	struct assignment *set;
	size_t count;
};

static void add_sets(struct request *q, json_t *set, struct trying *t, struct page_try *p)
{
	const char *key;
	json_t *value;
	size_t n = json_object_size(set);
	struct page_try_sets *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	t->set = arena_zero(q->arena, (n + 1) * sizeof *t->set);
	json_object_foreach(set, key, value)
	{
		const struct setting_def *def = setting_find(str_from(key));
		str text = arena_copy(q->arena, str_from(json_string_value(value)));
		str before = setting_text(q->arena, &worker_of(q)->settings, def);
		rows[t->count] = (struct page_try_sets){
			.key = str_from(def->key),
			.label = S_(def->label),
			.before = before,
			.value = text,
			.before_label = sheet_shown(def, before),
			.value_label = sheet_shown(def, text),
		};
		t->set[t->count++] = (struct assignment){ str_from(def->key), text };
	}
	p->sets = rows;
	p->sets_count = t->count;
}

/* ---- what came of it */

static void add_fates(struct request *q, const struct replay *r, struct page_try *p)
{
	struct page_try_fates *rows = arena_zero(q->arena,
						 REPLAY_VERDICTS * sizeof *rows);
	for (enum verdict v = VERDICT_ACCEPT; v <= VERDICT_DISCARD; v++)
		rows[p->fates_count++] = (struct page_try_fates){
			try_state(v), try_word(v), r->before[v], r->after[v]
		};
	p->fates = rows;
}

static void add_turned(struct request *q, const struct replay *r, struct page_try *p)
{
	size_t n = r->turned_count < SHOWN_MAX ? r->turned_count : SHOWN_MAX;
	struct page_try_turned *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		const struct replay_turn *t = &r->turned[i];
		rows[i] = (struct page_try_turned){
			.href = try_href(q, &t->post),
			.subject = t->post.subject,
			.author = t->post.author_name.n ? t->post.author_name
							: t->post.author,
			.at = t->post.at,
			.before_state = try_state(t->before.verdict),
			.before = try_word(t->before.verdict),
			.before_rule = str_from(t->before.rule),
			.after_state = try_state(t->after.verdict),
			.after = try_word(t->after.verdict),
			.after_rule = str_from(t->after.rule),
			.reason = said_together(q->arena, language_now(),
						t->after.reason),
		};
	}
	p->turned = rows;
	p->turned_count = n;
	p->more = (int64_t)(r->turned_count - n);
}

static void add_limits(struct request *q, struct page_try *p)
{
	while (replay_limits[p->limits_count])
		p->limits_count++;
	struct page_try_limits *rows = arena_zero(q->arena,
						  p->limits_count * sizeof *rows);
	for (size_t i = 0; i < p->limits_count; i++)
		rows[i].text = S_(replay_limits[i]);
	p->limits = rows;
}

/* ERR_LIMIT: as many run as may. */
static err replay_in_turn(struct request *q, const struct trying *t, struct replay *r)
{
	struct worker *w = worker_of(q);
	err e = FAIL(ERR_LIMIT, "other settings are being tried");
	if (try_begin())
		e = replay_run(&w->books, q->arena, w->list, t->set, t->count, r);
	try_end();
	return e;
}

static err run(struct request *q, const struct trying *t, struct page_try *p)
{
	struct replay r;
	TRY(replay_in_turn(q, t, &r));
	p->judged = r.judged;
	p->imported = r.imported;
	p->unknown = r.unknown;
	p->late = r.late;
	p->since = r.since;
	p->otherwise = (int64_t)r.turned_count;
	add_fates(q, &r, p);
	add_turned(q, &r, p);
	return OK;
}

/* Which posts turn tells who is on a list that is named, as having it set would. */
static err check_borrowed(struct request *q, const struct trying *t)
{
	struct worker *w = worker_of(q);
	for (size_t i = 0; i < t->count; i++)
		TRY(borrow_check(&w->books, q->arena, w->list, w->viewer.person,
				 &t->set[i]));
	return OK;
}

static const struct page_note *first_error(struct request *q, const struct sheet *s)
{
	size_t n;
	setting_defs(&n);
	for (size_t i = 0; i < n; i++)
		if (s->errors[i].n)
			return note_bad(q, s->errors[i]);
	return NULL;
}

static void too_many(struct request *q, struct response *r)
{
	response_header(r, STR("Retry-After"), STR("10"));
	error_page(q, r, 429, S_("Please wait a while, then try again."));
}

static void answer(struct request *q, struct response *r, const struct pairs *sent)
{
	struct trying t = { 0 };
	struct sheet s = sheet_stored(q);
	struct page_try p = { .frame = list_frame(q, S_("Try settings")),
			      .list = worker_of(q)->list->name,
			      .tabs = admin_tabs(q, "settings"),
			      .csrf = csrf_of(q),
			      .action = path_of(q, "/admin/settings"),
			      .settings = path_of(q, "/admin/settings") };
	json_t *set = json_object();
	bool good = sheet_read(q, sent, &s, set);
	add_sets(q, set, &t, &p);
	json_decref(set);
	add_limits(q, &p);
	p.note = first_error(q, &s);
	err e = good ? check_borrowed(q, &t) : OK;
	if (e.kind == ERR_DENIED || e.kind == ERR_SYNTAX) {
		p.note = note_bad(q, str_from(e.msg));
		good = false;
	} else if (page_failed(q, r, e)) {
		return;
	}
	r->status = good ? 200 : 400;
	e = good ? run(q, &t, &p) : OK;
	if (e.kind == ERR_LIMIT)
		too_many(q, r);
	else if (!page_failed(q, r, e))
		ANSWER(q, r, try, &p);
}

void try_page(struct request *q, struct response *r)
{
	answer(q, r, &q->query);
}

void try_post(struct request *q, struct response *r)
{
	answer(q, r, &q->form);
}
