#include "lists/import/moving.h"
#include "lists/import/otherwise.h"

#include "lists/notice.h"

#include <string.h>

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

static str and_also(struct arena *a, str said, str more)
{
	return arena_cat(a, said, said.n && more.n ? STR("; ") : STR(""), more);
}

/* What is not as it was, of a value of which `was` stood there; "": nothing. */
static str differs(struct arena *a, const struct made *m, str was, str words)
{
	str said = was.n        ? and_also(a, arena_cat(a, was, STR(" there")), words)
		   : m->differs ? words
				: STR("");
	return and_also(a, said, m->otherwise);
}

err moving_also(struct moving *x, const struct settings *now, str key)
{
	const struct attribute_also *also = attribute_also(key);
	return also ? put(x, now, setting_find(str_from(also->setting)),
			  str_from(also->value))
		    : OK;
}

/* Of patterns the lines that are some; the others are told one by one. */
static str right_lines(struct moving *x, const struct setting_def *def, str value)
{
	str line, clean, out = STR("");
	while (def->type == SETTING_IS_PATTERNS && str_line(&value, &line)) {
		err e = setting_check(x->a, def, line, &clean);
		if (e.kind)
			import_report_note(x->report, "a line is left out: %s", e.msg);
		else if (clean.n)
			out = arena_cat(x->a, out, out.n ? STR("\n") : STR(""), clean);
	}
	return out;
}

err moving_setting(struct moving *x, const struct settings *now, str name, str key,
		   const struct made *m, str words)
{
	const struct setting_def *def = setting_find(key);
	str clean, was = m->there;
	if (m->left_out) {
		import_report_attribute(x->report, REPORT_CHANGED, name, STR(""), words);
		return OK;
	}
	if (!def) {
		import_report_attribute(x->report, REPORT_IMPOSSIBLE, name,
					assigned(x->a, key, m->text),
					STR("there is no such setting here"));
		return OK;
	}
	err e = setting_check(x->a, def, m->text, &clean);
	str instead = e.kind && !m->instead.n ? right_lines(x, def, m->text) : m->instead;
	if (e.kind && instead.n) {
		e = setting_check(x->a, def, instead, &clean);
		was = m->text;
	}
	if (e.kind) {
		import_report_attribute(x->report, REPORT_IMPOSSIBLE, name,
					assigned(x->a, key, m->text), str_from(e.msg));
		return OK;
	}
	str how = differs(x->a, m, was, words);
	import_report_attribute(x->report, how.n ? REPORT_CHANGED : REPORT_KEPT, name,
				assigned(x->a, key, clean), how);
	TRY(moving_named(x, def, clean));
	return put(x, now, def, clean);
}

void moving_let_go(struct moving *x, str name, const struct attribute *row,
		   const struct pickle *value)
{
	str here = str_from(row->key);
	bool empty = value && value_is_empty(value);
	bool same = value && here.n && str_eq(mailman2_text(&x->config, value), here);
	str how = empty  ? STR("empty or off there")
		  : same ? STR("as on every list here")
			 : str_from(row->words);
	import_report_attribute(x->report,
				empty || same ? REPORT_KEPT : REPORT_IMPOSSIBLE, name,
				STR(""), how);
}

void moving_unknown(struct moving *x, str name)
{
	import_report_attribute(x->report, REPORT_IMPOSSIBLE, name, STR(""),
				STR("no attribute of Mailman's own"));
}

/* Of a list that was another program's. */
err moving_news(struct moving *x)
{
	struct settings now;
	size_t n;
	const struct new_here *row = new_here(&n);
	TRY(settings_load(x->books->lists, x->a, x->list, &now));
	for (size_t i = 0; i < n && strcmp(x->word, "postern") != 0; i++) {
		const struct setting_def *def = setting_find(str_from(row[i].setting));
		if (!row[i].off || !def)
			continue;
		str value = setting_text(x->a, &now, def);
		if (str_eq(value, str_from(def->standard)))
			import_report_new(x->report,
					  &(struct import_report_new){
						  .setting = str_from(row[i].setting),
						  .value = value,
						  .off = str_from(row[i].off),
						  .words = str_from(row[i].words) });
	}
	return OK;
}

err moving_template(struct moving *x, str name, str notice, str language, str text,
		    str words)
{
	return moving_template_of(x, &(struct template_scope){ .list = x->list }, name,
				  notice, language, text, words);
}

err moving_template_of(struct moving *x, const struct template_scope *of, str name,
		       str notice, str language, str text, str words)
{
	struct template_row own;
	str line = arena_printf(x->a, "\n%lld %.*s %.*s\n", (long long)of->list,
				STR_F(notice), STR_F(language));
	if (str_find(x->taken, line).n) {
		import_report_attribute(
			x->report, REPORT_IMPOSSIBLE, name,
			arena_cat(x->a, STR("template "), notice),
			STR("another text of that notice came before it"));
		return OK;
	}
	x->taken = arena_cat(x->a, x->taken, line);
	if (!notice_row_find(notice)) {
		import_report_attribute(x->report, REPORT_IMPOSSIBLE, name,
					arena_cat(x->a, STR("template "), notice),
					STR("there is no such notice here"));
		return OK;
	}
	import_report_attribute(x->report, words.n ? REPORT_CHANGED : REPORT_KEPT, name,
				arena_cat(x->a, STR("template "), notice), words);
	err e = template_get(x->books->lists, x->a, of, notice, language, &own);
	if (!e.kind && str_eq(own.text, text))
		return OK;
	if (e.kind && e.kind != ERR_NOTFOUND)
		return e;
	x->report->written++;
	return template_set(x->books->lists, &(struct template_row){ .of = *of,
								     .name = notice,
								     .language = language,
								     .text = text });
}
