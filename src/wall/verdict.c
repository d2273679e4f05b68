#include "wall/verdict.h"

#include "base/buf.h"
#include "base/clock.h"

#include <jansson.h>
#include <time.h>

static const char *const words[] = { "clean", "infected", "suspicious", "not scanned" };

const char *wall_word(enum wall_result r)
{
	return words[r];
}

str wall_text(struct arena *a, const struct wall_verdict *v)
{
	BUF(b);
	buf_add(&b, str_from(words[v->result]));
	if (v->signature.n)
		buf_cat(&b, STR(": "), v->signature);
	if (v->why.n)
		buf_cat(&b, STR(": "), v->why);
	if (v->engine.n)
		buf_cat(&b, STR(", says "), v->engine);
	if (v->version.n)
		buf_cat(&b, STR(", "), v->version);
	return arena_copy(a, buf_str(&b));
}

static void set_text(json_t *o, const char *key, str text)
{
	text = str_first(text, WALL_TEXT_MAX);
	if (text.n)
		json_object_set_new(o, key, json_stringn(text.p, text.n));
}

static json_t *object_of(const struct wall_verdict *v)
{
	json_t *o = json_object();
	json_object_set_new(o, "verdict", json_string(words[v->result]));
	if (v->passing)
		json_object_set_new(o, "passing", json_true());
	set_text(o, "engine", v->engine);
	set_text(o, "version", v->version);
	set_text(o, "signature", v->signature);
	set_text(o, "why", v->why);
	json_object_set_new(o, "at", json_integer(v->at));
	json_object_set_new(o, "ms", json_integer(v->ms));
	return o;
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
	return dumped(a, object_of(v));
}

static bool text_of(struct arena *a, const json_t *o, const char *key, str *out)
{
	const json_t *x = json_object_get(o, key);
	if (x && (!json_is_string(x) || json_string_length(x) > WALL_TEXT_MAX))
		return false;
	*out = arena_copy(a, (str){ json_string_value(x), json_string_length(x) });
	return true;
}

static bool read_object(struct arena *a, const json_t *o, struct wall_verdict *v)
{
	const char *word = json_string_value(json_object_get(o, "verdict"));
	struct wall_verdict x = { .result = WALL_RESULTS };
	for (unsigned i = 0; word && i < WALL_RESULTS; i++)
		if (!strcmp(word, words[i]))
			x.result = (enum wall_result)i;
	if (x.result == WALL_RESULTS || !text_of(a, o, "engine", &x.engine)
	    || !text_of(a, o, "version", &x.version)
	    || !text_of(a, o, "signature", &x.signature) || !text_of(a, o, "why", &x.why))
		return false;
	x.passing = json_is_true(json_object_get(o, "passing"));
	x.at = json_integer_value(json_object_get(o, "at"));
	x.ms = json_integer_value(json_object_get(o, "ms"));
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

/* "ClamAV 1.4.6/27743/Sun Aug 24 08:29:49 2025": ctime of the engine's own machine. A
 * few hours of its time zone mean nothing to an age in days. */
int64_t wall_database_at(str version)
{
	str program, rest, number, when;
	struct tm tm = { 0 };
	char z[64];
	if (!str_cut(version, '/', &program, &rest) || !str_cut(rest, '/', &number, &when)
	    || when.n >= sizeof z)
		return 0;
	memcpy(z, when.p, when.n);
	z[when.n] = 0;
	const char *end = strptime(z, "%a %b %d %H:%M:%S %Y", &tm);
	return end && !*end ? (int64_t)timegm(&tm) : 0;
}
