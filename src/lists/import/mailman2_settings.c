#include "lists/import/mailman2_inside.h"
#include "lists/import/otherwise.h"
#include "lists/notice.h"

static err move_setting(struct moving *x, const struct settings *now,
			const struct attribute *row, const struct pickle *value)
{
	struct made m = row->make(&x->config, row, value);
	m.otherwise = otherwise(x->word, row->mailman2, value);
	TRY(moving_setting(x, now, str_from(row->mailman2), str_from(row->key), &m,
			   str_from(row->words)));
	return moving_also(x, now, str_from(row->key));
}

/* Mailman's own text is put before its welcome, and stands for its goodbye. */
static err move_template(struct moving *x, const struct attribute *row,
			 const struct pickle *value)
{
	const struct notice_row *standard = notice_row_find(str_from(row->key));
	str text = str_trim(mailman2_text(&x->config, value));
	str name = str_from(row->mailman2);
	if (!text.n || !standard) {
		import_report_attribute(x->report, REPORT_KEPT, name, STR(""),
					STR("empty there: the usual text"));
		return OK;
	}
	text = arena_cat(x->a, text, STR("\n"));
	if (row->words[0])
		text = arena_cat(x->a, text, STR("\n"), str_from(standard->text));
	return moving_template(x, name, str_from(row->key), STR(""), text,
			       str_from(row->words));
}

static err move_attribute(struct moving *x, const struct settings *now,
			  const struct attribute *row, const struct pickle *value)
{
	str name = str_from(row->mailman2), words = str_from(row->words);
	switch (row->fate) {
	case FATE_SETTING:
		return move_setting(x, now, row, value);
	case FATE_TEMPLATE:
		return move_template(x, row, value);
	case FATE_WITH: {
		str how = otherwise(x->word, row->mailman2, value);
		import_report_attribute(
			x->report, how.n ? REPORT_CHANGED : REPORT_KEPT, name, STR(""),
			arena_cat(x->a, STR("together with "), str_from(row->key),
				  how.n ? STR("; ") : STR(""), how));
		return OK;
	}
	case FATE_MOVED:
	case FATE_MEMBER:
		import_report_attribute(x->report, REPORT_KEPT, name, words, STR(""));
		return OK;
	case FATE_IMPOSSIBLE:
		moving_let_go(x, name, row, value);
		return OK;
	}
	return OK;
}

/* What an extend.py of the site's own has added. */
static void tell_unknown(struct moving *x)
{
	const struct pickle *d = x->config.dict;
	for (uint32_t i = 0; i + 1 < d->count; i += 2) {
		str name = pickle_str(d->items[i]);
		if (!attribute_of_mailman2(name))
			moving_unknown(x, name);
	}
}

err move_settings(struct moving *x)
{
	struct settings now;
	size_t n;
	const struct attribute *rows = attribute_rows(&n);
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	for (size_t i = 0; i < n; i++) {
		const struct pickle *value = rows[i].mailman2[0] ? mailman2_get(
						     &x->config, rows[i].mailman2)
								 : NULL;
		if (value)
			TRY(move_attribute(x, &now, &rows[i], value));
	}
	tell_unknown(x);
	return OK;
}
