#include "wall/context.h"

#include "base/utf8.h"

#include <jansson.h>

#define TEXTS(X)       \
	X(name)        \
	X(client)      \
	X(client_name) \
	X(helo)        \
	X(reverse_path) X(queue_id)

enum { TEXT_MAX = 1024 }; /* octets: longer than any of SMTP's */

static json_t *text_json(struct arena *a, str text)
{
	text = utf8_first(utf8_scrub(a, text), TEXT_MAX);
	return json_stringn(text.n ? text.p : "", text.n);
}

str wall_context_json(struct arena *a, const struct wall_context *c)
{
	json_t *o = json_object(), *to = json_array();
	json_object_set_new(o, "is_file", json_boolean(c->is_file));
	json_object_set_new(o, "tls", json_boolean(c->tls));
	json_object_set_new(o, "account", json_integer(c->account));
#define X(key) json_object_set_new(o, #key, text_json(a, c->key));
	TEXTS(X)
#undef X
	for (size_t i = 0; i < c->to_count && i < WALL_RECIPIENTS_MAX; i++)
		json_array_append_new(to, text_json(a, c->to[i]));
	json_object_set_new(o, "to", to);
	char *text = json_dumps(o, JSON_COMPACT);
	str out = arena_copy(a, str_from(text));
	free(text);
	json_decref(o);
	return out;
}

static bool read_text(struct arena *a, const json_t *x, str *out)
{
	if (!json_is_string(x) || json_string_length(x) > TEXT_MAX)
		return false;
	*out = arena_copy(a, (str){ json_string_value(x), json_string_length(x) });
	return true;
}

static bool read_object(struct arena *a, const json_t *o, struct wall_context *c)
{
	const json_t *to = json_object_get(o, "to");
	struct wall_context x = { .is_file = json_is_true(json_object_get(o, "is_file")),
				  .tls = json_is_true(json_object_get(o, "tls")),
				  .account = json_integer_value(
					  json_object_get(o, "account")),
				  .to_count = json_array_size(to) };
	if (x.to_count > WALL_RECIPIENTS_MAX)
		return false;
#define X(key)                                               \
	if (!read_text(a, json_object_get(o, #key), &x.key)) \
		return false;
	TEXTS(X)
#undef X
	str *all = arena_zero(a, (x.to_count + 1) * sizeof *all);
	for (size_t i = 0; i < x.to_count; i++)
		if (!read_text(a, json_array_get(to, i), &all[i]))
			return false;
	x.to = all;
	*c = x;
	return true;
}

bool wall_context_read(struct arena *a, str json, struct wall_context *c)
{
	json_t *o = json_loadb(json.n ? json.p : "", json.n, 0, NULL);
	bool read = read_object(a, o, c);
	json_decref(o);
	return read;
}
