/* /lists/NAME/admin/settings: the form that lists/settings.def gives. */
#include "web/pages/sheet.h"

#include "base/language.h"

static const char *const types[] = {
	[SETTING_IS_TEXT] = "text",      [SETTING_IS_LINES] = "lines",
	[SETTING_IS_NUMBER] = "number",  [SETTING_IS_BOOL] = "bool",
	[SETTING_IS_CHOICE] = "choice",  [SETTING_IS_ADDRESS] = "text",
	[SETTING_IS_PATTERNS] = "lines", [SETTING_IS_TOKEN] = "text",
};

/* ---- showing */

static void fill_choices(struct request *q, const struct setting_def *def, str value,
			 struct page_settings_groups_settings *out)
{
	size_t n = 0;
	while (def->choices[n * 2])
		n++;
	struct page_settings_groups_settings_choices *rows = arena_zero(q->arena,
									n * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		str word = str_from(def->choices[i * 2]);
		rows[i] = (struct page_settings_groups_settings_choices){
			word, S_(def->choices[i * 2 + 1]), str_eq(word, value)
		};
	}
	out->choices = rows;
	out->choices_count = n;
}

static bool differs(struct request *q, const struct setting_def *def)
{
	str now = setting_text(q->arena, &worker_of(q)->settings, def);
	return !str_eq(now, str_from(def->standard));
}

static void fill_setting(struct request *q, const struct setting_def *def, str value,
			 str error, struct page_settings_groups_settings *out)
{
	str standard = str_from(def->standard);
	*out = (struct page_settings_groups_settings){
		.key = str_from(def->key),
		.label = S_(def->label),
		.help = S_(def->help),
		.type = str_from(types[def->type]),
		.value = value,
		.standard = sheet_shown(def, standard),
		.changed = differs(q, def),
		.error = error,
	};
	if (def->choices)
		fill_choices(q, def, value, out);
}

/* The rows stand in the order of their groups. */
static void fill_groups(struct request *q, const struct sheet *sheet,
			struct page_settings *p)
{
	size_t n;
	const struct setting_def *def = setting_defs(&n);
	struct page_settings_groups *groups = arena_zero(q->arena, n * sizeof *groups);
	struct page_settings_groups *g = groups - 1;
	struct page_settings_groups_settings *rows = arena_zero(q->arena,
								n * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		str id = str_from(def[i].group);
		if (!p->groups_count || !str_eq(g->id, id)) {
			g = &groups[p->groups_count++];
			*g = (struct page_settings_groups){
				.id = id,
				.title = S_(setting_group_title(id)),
				.settings = &rows[i],
			};
		}
		fill_setting(q, &def[i], sheet->values[i], sheet->errors[i], &rows[i]);
		g->settings_count++;
		g->changed += rows[i].changed;
		p->changed += rows[i].changed;
		p->wrong += sheet->errors[i].n > 0;
	}
	p->groups = groups;
}

static void show(struct request *q, struct response *r, const struct sheet *sheet,
		 const struct page_note *note)
{
	const struct worker *w = worker_of(q);
	struct page_settings p = {
		.frame = list_frame(q, S_("Settings")),
		.list = w->list->name,
		.tabs = admin_tabs(q, "settings"),
		.note = note,
		.csrf = csrf_of(q),
		.was = sheet_was(q),
		.action = arena_cat(q->arena, list_path(q), STR("/admin/settings")),
		.try_action = arena_cat(q->arena, list_path(q), STR("/admin/try")),
		.preview = arena_cat(q->arena, list_path(q), STR("/admin/preview")),
	};
	fill_groups(q, sheet, &p);
	ANSWER(q, r, settings, &p);
}

void settings_page(struct request *q, struct response *r)
{
	struct sheet s = sheet_stored(q);
	show(q, r, &s, note_of(q));
}

/* ---- saving */

void settings_post(struct request *q, struct response *r)
{
	struct ordered x;
	struct sheet s = sheet_stored(q);
	json_t *set = json_object(), *args;
	bool good = sheet_read(q, &q->form, &s, set);
	if (!good || !json_object_size(set)) {
		json_decref(set);
		r->status = good ? 200 : 400;
		if (good)
			go_said(q, r,
				arena_cat(q->arena, list_path(q), STR("/admin/settings")),
				"unchanged", STR(""));
		else
			show(q, r, &s, NULL);
		return;
	}
	args = json_object();
	json_object_set_new(args, "list", json_of(worker_of(q)->list->address));
	json_object_set_new(args, "set", set);
	if (order_and_wait(q, "settings", args, &x)) {
		go_done(q, r, STR("/admin/settings"), x.order);
		return;
	}
	r->status = x.result ? 400 : 503;
	show(q, r, &s, note_bad(q, x.why));
}
