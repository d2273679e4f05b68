/* A verdict as JSON. What stands in the inbound book may be from an earlier version, which
 * knew of one finding only. */
#include "wall/verdict.h"

#include "base/utf8.h"

#include <jansson.h>

static void set_text(json_t *o, const char *key, str text)
{
	text = utf8_first(text, WALL_TEXT_MAX);
	if (text.n)
		json_object_set_new(o, key, json_stringn(text.p, text.n));
}

static json_t *finding_json(const struct wall_finding *f, const char *by)
{
	json_t *o = json_object();
	json_object_set_new(o, "verdict", json_string(wall_word(f->result)));
	if (f->passing)
		json_object_set_new(o, "passing", json_true());
	set_text(o, by, f->by);
	set_text(o, "version", f->version);
	set_text(o, "signature", f->signature);
	set_text(o, "part", f->part);
	set_text(o, "why", f->why);
	return o;
}

/* findings only where there are several: of one the verdict has all the words. */
static json_t *object_of(const struct wall_verdict *v)
{
	struct wall_finding own = { v->result,    v->passing, v->engine, v->version,
				    v->signature, v->part,    v->why,    v->ms };
	json_t *o = finding_json(&own, "engine"), *all = json_array();
	json_object_set_new(o, "at", json_integer(v->at));
	json_object_set_new(o, "ms", json_integer(v->ms));
	for (size_t i = 0; v->count > 1 && i < v->count; i++) {
		json_t *x = finding_json(&v->all[i], "by");
		json_object_set_new(x, "ms", json_integer(v->all[i].ms));
		json_array_append_new(all, x);
	}
	if (json_array_size(all))
		json_object_set(o, "findings", all);
	json_decref(all);
	return o;
}

static void put_edits(json_t *o, const struct wall_verdict *v)
{
	json_t *all = json_array();
	for (size_t i = 0; i < v->edit_count; i++) {
		const struct wall_edit *x = &v->edits[i];
		json_array_append_new(
			all, json_pack("{s:b,s:I,s:s%,s:s%}", "insert", (int)x->insert,
				       "index", (json_int_t)x->index, "name", x->name.p,
				       x->name.n, "value", x->value.n ? x->value.p : "",
				       x->value.n));
	}
	if (v->edit_count)
		json_object_set(o, "edits", all);
	json_decref(all);
}

static str dumped(struct arena *a, json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_PRESERVE_ORDER);
	str out = arena_copy(a, str_from(text));
	free(text);
	json_decref(o);
	return out;
}

str wall_json(struct arena *a, const struct wall_verdict *v)
{
	json_t *o = object_of(v);
	put_edits(o, v);
	return dumped(a, o);
}

/* ---- read */

static bool text_of(struct arena *a, const json_t *o, const char *key, str *out)
{
	const json_t *x = json_object_get(o, key);
	if (x && (!json_is_string(x) || json_string_length(x) > WALL_TEXT_MAX))
		return false;
	*out = arena_copy(a, (str){ json_string_value(x), json_string_length(x) });
	return true;
}

static bool read_finding(struct arena *a, const json_t *o, const char *by,
			 struct wall_finding *f)
{
	const char *word = json_string_value(json_object_get(o, "verdict"));
	*f = (struct wall_finding){ .passing = json_is_true(
					    json_object_get(o, "passing")),
				    .ms = json_integer_value(json_object_get(o, "ms")) };
	return word && wall_result_find(str_from(word), &f->result)
	       && text_of(a, o, by, &f->by) && text_of(a, o, "version", &f->version)
	       && text_of(a, o, "signature", &f->signature)
	       && text_of(a, o, "part", &f->part) && text_of(a, o, "why", &f->why);
}

static bool read_edits(struct arena *a, const json_t *o, struct wall_verdict *v)
{
	const json_t *all = json_object_get(o, "edits");
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *x = json_array_get(all, i);
		const json_t *name = json_object_get(x, "name");
		const json_t *value = json_object_get(x, "value");
		struct wall_edit edit = {
			json_is_true(json_object_get(x, "insert")),
			json_integer_value(json_object_get(x, "index")),
			{ json_string_value(name), json_string_length(name) },
			{ json_string_value(value), json_string_length(value) }
		};
		if (!wall_edit_add(a, v, &edit))
			return false;
	}
	return true;
}

static bool read_object(struct arena *a, const json_t *o, struct wall_verdict *v)
{
	struct wall_finding own, f;
	struct wall_verdict x = { 0 };
	const json_t *all = json_object_get(o, "findings");
	if (!read_finding(a, o, "engine", &own)
	    || json_array_size(all) > WALL_FINDINGS_MAX)
		return false;
	for (size_t i = 0; i < json_array_size(all); i++) {
		if (!read_finding(a, json_array_get(all, i), "by", &f))
			return false;
		wall_add(a, &x, &f);
	}
	if (!x.count)
		wall_add(a, &x, &own);
	x.at = json_integer_value(json_object_get(o, "at"));
	x.ms = own.ms;
	if (!read_edits(a, o, &x))
		return false;
	*v = x;
	return true;
}

static json_t *load(str json)
{
	return json_loadb(json.n ? json.p : "", json.n, 0, NULL);
}

bool wall_from_json(struct arena *a, str json, struct wall_verdict *v)
{
	json_t *o = load(json);
	bool read = read_object(a, o, v);
	json_decref(o);
	return read;
}

str wall_put(struct arena *a, str json, const struct wall_verdict *v)
{
	json_t *o = load(json);
	if (!json_is_object(o)) {
		json_decref(o);
		o = json_object();
	}
	json_object_set_new(o, "wall", object_of(v));
	return dumped(a, o);
}

bool wall_get(struct arena *a, str json, struct wall_verdict *v)
{
	if (!str_find(json, STR("\"wall\"")).n)
		return false; /* what most messages say where there is no wall */
	json_t *o = load(json);
	bool read = read_object(a, json_object_get(o, "wall"), v);
	json_decref(o);
	return read;
}
