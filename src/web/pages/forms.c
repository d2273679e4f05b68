#include "web/pages/forms.h"

#include "base/said.h"
#include "base/log.h"
#include "store/lists/order.h"

static const struct {
	const char *word, *text;
} said[] = {
#define SAID(word, text) { word, text },
#include "web/pages/said.def"
#undef SAID
};

struct worker *worker_open(struct request *q)
{
	(void)viewer_may(q, (enum right)ROUTE_OPEN);
	return worker_of(q);
}

struct page_frame list_frame(const struct request *q, str title)
{
	enum { CRUMBS = 3 };
	const struct worker *w = worker_of(q);
	struct page_frame f = frame_of(
		q, arena_cat(q->arena, title, STR(", "), w->list->name));
	struct page_frame_crumbs *way = arena_zero(q->arena, CRUMBS * sizeof *way);
	way[0] = (struct page_frame_crumbs){ S_("Lists"), STR("/lists/") };
	way[1] = (struct page_frame_crumbs){
		w->list->name, arena_cat(q->arena, list_path(q), STR("/"))
	};
	way[2] = (struct page_frame_crumbs){ title, STR_NONE };
	f.crumbs = way;
	f.crumbs_count = CRUMBS;
	return f;
}

str csrf_of(const struct request *q)
{
	return session_form_token(q->router->sessions, q);
}

str field(const struct request *q, const char *name)
{
	return str_trim(request_form(q, name));
}

json_t *json_of(str s)
{
	return json_stringn(s.n ? s.p : "", s.n);
}

/* ---- what was done */

static str text_for(str word)
{
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (str_eq(word, str_from(said[i].word)))
			return S_(said[i].text);
	return STR_NONE;
}

static str with_number(struct arena *a, str text, int64_t n)
{
	str at = str_find(text, STR("{n}"));
	return at.n ? arena_printf(a, "%.*s%lld%.*s", (int)(text.n - at.n), text.p,
				   (long long)n, STR_F(str_skip(at, 3)))
		    : text;
}

static void add_lines(struct arena *a, struct page_note *n, const json_t *wrong)
{
	size_t count = json_array_size(wrong);
	struct page_note_lines *lines = arena_zero(a, (count + 1) * sizeof *lines);
	for (size_t i = 0; i < count; i++)
		lines[i].text = arena_copy(
			a,
			said_in(a, language_now(),
				str_from(json_string_value(json_array_get(wrong, i)))));
	n->lines = lines;
	n->lines_count = count;
}

/* What several orders did is said as what one did: how many in all, and what was not
 * possible. */
static void add_result(json_t *all, const struct order_row *row)
{
	json_t *result = json_loadb(row->result.p, row->result.n, 0, NULL);
	json_t *wrong = json_object_get(all, "wrong"), *n = json_object_get(all, "n");
	json_integer_set(n, json_integer_value(n)
				    + json_integer_value(json_object_get(result, "n")));
	json_array_extend(wrong, json_object_get(result, "wrong"));
	if (!str_eq(row->state, STR("done")))
		json_array_append(wrong, json_object_get(result, "why"));
	const char *as = json_string_value(json_object_get(result, "as"));
	if (as)
		json_object_set_new(all, "as", json_string(as));
	else if (!json_object_get(all, "as"))
		json_object_set_new(all, "as", json_stringn(row->kind.p, row->kind.n));
	json_decref(result);
}

static void read_result(struct request *q, const json_t *result, struct page_note *n)
{
	int64_t number = json_integer_value(json_object_get(result, "n"));
	str text = text_for(str_from(json_string_value(json_object_get(result, "as"))));
	n->text = with_number(q->arena, text.n ? text : S_("It is done."), number);
	add_lines(q->arena, n, json_object_get(result, "wrong"));
	if (n->lines_count) {
		n->bad = !number;
		n->text = arena_cat(q->arena, n->bad ? STR("") : n->text,
				    n->bad ? STR("") : STR(" "),
				    S_("These were not possible:"));
	}
}

/* "17", or "17-18-21" where a form became several orders. */
static const struct page_note *note_of_orders(struct request *q, str ids)
{
	str one;
	int64_t id;
	size_t told = 0;
	struct order_row row;
	struct page_note *n = arena_zero(q->arena, sizeof *n);
	json_t *all = json_pack("{s:i,s:[]}", "n", 0, "wrong");
	while (q->session && ids.n) {
		if (!str_cut(ids, '-', &one, &ids)) {
			one = ids;
			ids = STR("");
		}
		if (!str_i64(one, &id)
		    || order_get(worker_of(q)->books.lists, q->arena, id, &row).kind
		    || row.person != q->session->person || !row.state.n)
			continue;
		told += str_eq(row.state, STR("done"));
		add_result(all, &row);
	}
	if (told)
		read_result(q, all, n);
	json_decref(all);
	return told ? n : NULL;
}

const struct page_note *note_of(struct request *q)
{
	str word = request_query(q, "done");
	if (word.n && word.p[0] >= '0' && word.p[0] <= '9')
		return note_of_orders(q, word);
	str text = text_for(word);
	if (!text.n)
		return NULL;
	struct page_note *n = arena_zero(q->arena, sizeof *n);
	n->text = text;
	return n;
}

const struct page_note *note_bad(struct request *q, str text)
{
	struct page_note *n = arena_zero(q->arena, sizeof *n);
	*n = (struct page_note){ .bad = true,
				 .text = said_in(q->arena, language_now(), text) };
	return n;
}

void go_said(struct request *q, struct response *r, str path, const char *word, str rest)
{
	response_redirect(r, 303,
			  arena_cat(q->arena, path, STR("?done="), str_from(word), rest));
}

void go_done(struct request *q, struct response *r, str path, int64_t order)
{
	response_redirect(r, 303,
			  arena_printf(q->arena, "%.*s%.*s?done=%lld",
				       STR_F(list_path(q)), STR_F(path),
				       (long long)order));
}

/* ---- what failed */

bool page_failed(struct request *q, struct response *r, err e)
{
	if (!e.kind)
		return false;
	log_error("page-not-made", KS("path", q->path), KE(e),
		  KZ("do", "mend what the error names"));
	error_page(q, r, err_is_passing(e) ? 503 : 500, STR_NONE);
	return true;
}

/* ---- the owner's pages */

const struct page_tabs *admin_tabs(struct request *q, const char *current)
{
	static const struct {
		const char *name, *label;
		enum right right;
	} rows[] = {
		{ "held", N_("Held"), RIGHT_held_see },
		{ "handled", N_("Handled"), RIGHT_held_see },
		{ "members", N_("Members"), RIGHT_members_see },
		{ "health", N_("Health"), RIGHT_members_see },
		{ "settings", N_("Settings"), RIGHT_settings_see },
		{ "templates", N_("Templates"), RIGHT_settings_see },
		{ "digest", N_("Digests"), RIGHT_settings_see },
		{ "roles", N_("Roles"), RIGHT_members_see },
		{ "bans", N_("Bans"), RIGHT_ban_set },
		{ "header-rules", N_("Header rules"), RIGHT_settings_see },
		{ "log", N_("Log"), RIGHT_audit_see },
		{ "name", N_("Name"), RIGHT_list_remove },
	};
	enum { ROWS = sizeof rows / sizeof *rows };
	const struct worker *w = worker_of(q);
	struct page_tabs *t = arena_zero(q->arena, sizeof *t);
	struct page_tabs_entries *e = arena_zero(q->arena, ROWS * sizeof *e);
	for (size_t i = 0; i < ROWS; i++)
		if (worker_may(w, rows[i].right))
			e[t->entries_count++] = (struct page_tabs_entries){
				.label = S_(rows[i].label),
				.href = arena_cat(q->arena, list_path(q), STR("/admin/"),
						  str_from(rows[i].name)),
				.current = !strcmp(rows[i].name, current),
			};
	t->label = S_("Running this list");
	t->entries = e;
	return t;
}
