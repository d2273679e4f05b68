#include "lists/import/mailman3_inside.h"
#include "lists/import/otherwise.h"

/* ---- the dict */

static void add(struct moving *x, struct pickle *dict, str key,
		const struct pickle *value)
{
	struct pickle *k = arena_alloc(x->a, sizeof *k),
		      *v = arena_alloc(x->a, sizeof *v);
	*k = (struct pickle){ .type = PICKLE_TEXT, .text = key };
	*v = *value;
	dict->items[dict->count++] = k;
	dict->items[dict->count++] = v;
}

/* A list of texts, of room for so many. */
static struct pickle texts(struct arena *a, size_t room)
{
	return (struct pickle){ .type = PICKLE_LIST,
				.items = arena_alloc(
					a, (room + 1) * sizeof(struct pickle *)),
				.room = (uint32_t)room };
}

static void add_text(struct arena *a, struct pickle *list, str text)
{
	struct pickle *p = arena_alloc(a, sizeof *p);
	*p = (struct pickle){ .type = PICKLE_BYTES, .text = text };
	if (list->count < list->room)
		list->items[list->count++] = p;
}

static err add_filters(struct moving *x, struct pickle *dict)
{
	static const str names[] = { STR("filter_types"), STR("pass_types"),
				     STR("filter_extensions"), STR("pass_extensions") };
	const struct mailman3_source *s = source_of(x);
	struct mailman3_line *line;
	size_t n;
	TRY(source_filters(s, x->a, &line, &n));
	for (int64_t type = 0; type < 4; type++) {
		struct pickle all = texts(x->a, n);
		for (size_t i = 0; i < n; i++)
			if (line[i].type == type)
				add_text(x->a, &all, line[i].text);
		add(x, dict, names[type], &all);
	}
	TRY(source_aliases(s, x->a, &line, &n));
	struct pickle aliases = texts(x->a, n);
	for (size_t i = 0; i < n; i++)
		add_text(x->a, &aliases, line[i].text);
	add(x, dict, STR("acceptable_aliases"), &aliases);
	return OK;
}

const char *mailman3_stranger_setting(int64_t action)
{
	static const char *const keys[] = {
		"hold_these_nonmembers",
		"reject_these_nonmembers",
		"discard_these_nonmembers",
		"accept_these_nonmembers",
	};
	return action >= 0 && action < 4 ? keys[action] : NULL;
}

/* Mailman keeps a row for every stranger who ever wrote; those with an action of their own
 * are named in the setting that does the same; for defer there is none (move3_people). */
static void add_strangers(struct moving *x, struct pickle *dict, const char *key,
			  const struct mailman3_line *line, size_t n)
{
	const struct pickle *old = pickle_get(dict, key);
	size_t known = old && old->type == PICKLE_LIST ? old->count : 0;
	struct pickle all = texts(x->a, known + n);
	struct map seen = { 0 };
	for (size_t i = 0; i < known; i++) {
		all.items[all.count++] = old->items[i];
		map_set(&seen, arena_lower(x->a, pickle_str(old->items[i])), &all);
	}
	for (size_t i = 0; i < n; i++) {
		const char *setting = mailman3_stranger_setting(line[i].type);
		str address = arena_lower(x->a, line[i].text);
		if (!setting || strcmp(setting, key) || map_get(&seen, address))
			continue;
		map_set(&seen, address, &all);
		add_text(x->a, &all, line[i].text);
	}
	map_free(&seen);
	add(x, dict, str_from(key), &all);
}

static err read_strangers(struct moving *x, struct pickle *dict)
{
	const struct mailman3_source *s = source_of(x);
	struct mailman3_line *line;
	size_t n;
	TRY(source_strangers(s, x->a, &line, &n));
	for (int64_t action = 0; action < 4; action++)
		add_strangers(x, dict, mailman3_stranger_setting(action), line, n);
	return OK;
}

err move3_read(struct moving *x)
{
	enum { MORE = 16 };
	const struct mailman3_source *s = source_of(x);
	struct pickle *dict = arena_zero(x->a, sizeof *dict);
	struct mailman3_value *v;
	size_t n;
	TRY(source_attributes(s, x->a, &v, &n));
	dict->type = PICKLE_DICT;
	dict->items = arena_alloc(x->a, 2 * (n + MORE) * sizeof(struct pickle *));
	for (size_t i = 0; i < n; i++) {
		struct pickle p = mailman3_pickle(x->a, &v[i]);
		add(x, dict, v[i].name, &p);
	}
	TRY(add_filters(x, dict));
	TRY(read_strangers(x, dict));
	x->config.dict = dict;
	x->config.charset = STR("utf-8");
	x->created_at = mailman2_number(&x->config, "created_at");
	return OK;
}

/* ---- what becomes of it */

static err move_setting(struct moving *x, const struct settings *now,
			const struct attribute *row, const struct pickle *value)
{
	struct made m = attribute_maker3(row)(&x->config, row, value);
	m.otherwise = otherwise(x->word, row->mailman3, value);
	TRY(moving_setting(x, now, str_from(row->mailman3), str_from(row->key), &m,
			   str_from(row->words)));
	return moving_also(x, now, str_from(row->key));
}

/* What stands in the row of the database alone. */
static void tell_untold(struct moving *x, str name)
{
	import_report_attribute(x->report, REPORT_IMPOSSIBLE, name, STR(""),
				STR("Mailman's REST API does not tell it: set it by "
				    "hand, or read the database"));
}

/* Other attributes that are moved stand in tables, or say what is known. */
static bool is_told_by_value(str name)
{
	return str_eq(name, STR("bounce_matching_headers"));
}

static err move_attribute(struct moving *x, const struct settings *now,
			  const struct attribute *row)
{
	const struct pickle *value = mailman2_get(&x->config, row->mailman3);
	str name = str_from(row->mailman3), words = str_from(row->words);
	switch (row->fate) {
	case FATE_SETTING:
		if (value)
			return move_setting(x, now, row, value);
		if (source_of(x)->read)
			tell_untold(x, name);
		else
			import_report_note(x->report, "this Mailman has no attribute %s",
					   row->mailman3);
		return OK;
	case FATE_TEMPLATE: /* among the templates */
	case FATE_WITH:
		return OK;
	case FATE_MOVED:
	case FATE_MEMBER:
		if (source_of(x)->read && !value && is_told_by_value(name)) {
			tell_untold(x, name);
			return OK;
		}
		import_report_attribute(x->report, REPORT_KEPT, name, words, STR(""));
		return OK;
	case FATE_IMPOSSIBLE:
		moving_let_go(x, name, row, value);
		return OK;
	}
	return OK;
}

/* What a plug-in, or a later version, has added. */
static void tell_unknown(struct moving *x)
{
	const struct pickle *d = x->config.dict;
	for (uint32_t i = 0; i + 1 < d->count; i += 2) {
		str name = pickle_str(d->items[i]);
		if (!attribute_of_mailman3(name) && !str_eq(name, STR("id")))
			moving_unknown(x, name);
	}
}

err move3_settings(struct moving *x)
{
	struct settings now;
	size_t n;
	const struct attribute *rows = attribute_rows(&n);
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	for (size_t i = 0; i < n; i++)
		if (rows[i].mailman3[0])
			TRY(move_attribute(x, &now, &rows[i]));
	tell_unknown(x);
	return move3_texts(x, &now);
}
