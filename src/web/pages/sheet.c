#include "web/pages/sheet.h"

#include "base/language.h"
#include "base/said.h"
#include "web/pages/meanwhile.h"

struct sheet sheet_stored(struct request *q)
{
	size_t n;
	const struct setting_def *def = setting_defs(&n);
	struct sheet s = { arena_zero(q->arena, n * sizeof *s.values),
			   arena_zero(q->arena, n * sizeof *s.errors) };
	for (size_t i = 0; i < n; i++)
		s.values[i] = setting_text(q->arena, &worker_of(q)->settings, &def[i]);
	return s;
}

/* The last value of that name: a box that is ticked follows the hidden "no". */
static bool find_sent(const struct pairs *sent, const struct setting_def *def, str *value)
{
	size_t at = 0;
	bool is_there = false;
	str one;
	while (pairs_next(sent, str_from(def->key), &at, &one)) {
		*value = one;
		is_there = true;
	}
	return is_there;
}

static str with_lf(struct arena *a, str text)
{
	BUF(b);
	str line;
	text = str_trim(text);
	while (str_line(&text, &line))
		buf_cat(&b, b.n ? STR("\n") : STR(""), line);
	return arena_copy(a, buf_str(&b));
}

/* Why it cannot be taken, or empty. */
static str put_changed(struct request *q, const struct setting_def *def, str before,
		       str clean, json_t *set)
{
	str key = str_from(def->key);
	switch (meanwhile_of(q, key, with_lf(q->arena, before), clean)) {
	case MEANWHILE_UNTOUCHED:
		break;
	case MEANWHILE_CLASH:
		return meanwhile_text(q, "settings changed", key,
				      sheet_shown(def, before), sheet_shown(def, clean));
	case MEANWHILE_MINE:
		json_object_set_new(set, def->key, json_of(clean));
		break;
	}
	return STR_NONE;
}

str sheet_was(struct request *q)
{
	size_t n;
	BUF(b);
	const struct setting_def *def = setting_defs(&n);
	for (size_t i = 0; i < n; i++)
		buf_cat(&b, meanwhile_mark(q->arena, str_from(def[i].key),
					   with_lf(q->arena,
						   setting_text(q->arena,
								&worker_of(q)->settings,
								&def[i]))));
	return arena_copy(q->arena, buf_str(&b));
}

bool sheet_read(struct request *q, const struct pairs *sent, struct sheet *s, json_t *set)
{
	size_t n;
	bool good = true;
	const struct setting_def *def = setting_defs(&n);
	for (size_t i = 0; i < n; i++) {
		str value, clean, before = s->values[i];
		if (!find_sent(sent, &def[i], &value))
			continue;
		str key = str_from(def[i].key), typed = with_lf(q->arena, value);
		if (meanwhile_of(q, key, with_lf(q->arena, before), typed)
		    == MEANWHILE_UNTOUCHED)
			continue;
		s->values[i] = typed;
		err e = setting_check(q->arena, &def[i], typed, &clean);
		if (e.kind)
			s->errors[i] = said_in(q->arena, language_now(), str_from(e.msg));
		else
			s->errors[i] = put_changed(q, &def[i], before, clean, set);
		good = good && !s->errors[i].n;
	}
	return good;
}

str sheet_shown(const struct setting_def *def, str value)
{
	if (def->type == SETTING_IS_BOOL)
		return str_eq(value, STR("yes")) ? S_("yes") : S_("no");
	for (size_t i = 0; def->choices && def->choices[i]; i += 2)
		if (str_eq(value, str_from(def->choices[i])))
			return S_(def->choices[i + 1]);
	return value;
}
