#include "lists/import/moving.h"

#include "lists/notice.h"
#include "store/lists/template.h"

static str assigned(struct arena *a, str key, str value)
{
	return arena_cat(a, key, STR(" = "), value);
}

/* Writes it unless it is so already. */
static err put(struct moving *x, const struct settings *now,
	       const struct setting_def *def, str value)
{
	if (str_eq(setting_text(x->a, now, def), value))
		return OK;
	x->report->written++;
	return setting_put(x->books->lists, x->a, x->list, str_from(def->key), value);
}

err moving_also(struct moving *x, const struct settings *now, str key)
{
	const struct attribute_also *also = attribute_also(key);
	return also ? put(x, now, setting_find(str_from(also->setting)),
			  str_from(also->value))
		    : OK;
}

err moving_setting(struct moving *x, const struct settings *now, str name, str key,
		   const struct made *m, str words, bool empty)
{
	const struct setting_def *def = setting_find(key);
	enum import_report_class class = REPORT_KEPT;
	str clean;
	if (m->left_out) {
		import_report_attribute(x->report, REPORT_CHANGED, name, STR(""), words);
		return OK;
	}
	if (!def) {
		import_report_attribute(x->report, REPORT_NO_PLACE, name,
					assigned(x->a, key, m->text),
					empty ? STR("empty or off there") : STR(""));
		return OK;
	}
	err e = setting_check(x->a, def, m->text, &clean);
	if (m->differs)
		class = REPORT_CHANGED;
	if (e.kind && m->instead.n) {
		e = setting_check(x->a, def, m->instead, &clean);
		class = REPORT_CHANGED;
	}
	if (e.kind) {
		import_report_attribute(x->report, REPORT_IMPOSSIBLE, name,
					assigned(x->a, key, m->text), str_from(e.msg));
		return OK;
	}
	import_report_attribute(x->report, class, name, assigned(x->a, key, clean),
				class == REPORT_CHANGED ? words : STR(""));
	return put(x, now, def, clean);
}

err moving_template(struct moving *x, str name, str notice, str language, str text,
		    str words)
{
	struct template_scope of = { .list = x->list };
	struct template_row own;
	if (!notice_row_find(notice)) {
		import_report_attribute(x->report, REPORT_NO_PLACE, name,
					arena_cat(x->a, STR("template "), notice),
					STR(""));
		return OK;
	}
	import_report_attribute(x->report, words.n ? REPORT_CHANGED : REPORT_KEPT, name,
				arena_cat(x->a, STR("template "), notice), words);
	err e = template_get(x->books->lists, x->a, &of, notice, language, &own);
	if (!e.kind && str_eq(own.text, text))
		return OK;
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	x->report->written++;
	return template_set(x->books->lists, &(struct template_row){ .of = of,
								     .name = notice,
								     .language = language,
								     .text = text });
}
