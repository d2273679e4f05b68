#include "wall/rspamd_reply.h"

#include "base/buf.h"

#include <jansson.h>
#include <stdio.h>

enum { SYMBOLS = 5, NAME_MAX_OCTETS = 60 };

static const struct action {
	const char *word;
	enum wall_result result;
	bool passing;
	const char *text;
} actions[] = {
#define RSPAMD(action, result, passing, text) { action, result, passing, text },
#include "wall/rspamd_actions.def"
};

static const struct action own = { NULL, WALL_SUSPICIOUS, false, "" };

static const struct action *action_find(const char *word)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (!strcmp(word, actions[i].word))
			return &actions[i];
	return &own;
}

/* ---- in words */

static double score_of(const json_t *symbol)
{
	return json_number_value(json_object_get(symbol, "score"));
}

/* The rules that weighed most, heaviest first: below that score, or as heavy and behind that
 * name. */
static const char *next_symbol(json_t *symbols, double *below, const char *behind)
{
	const char *name, *best = NULL;
	double weight = 0;
	json_t *x;
	json_object_foreach(symbols, name, x)
	{
		double s = score_of(x);
		bool later = s < *below || (s == *below && strcmp(name, behind) > 0);
		bool more = !best || s > weight
			    || (s == weight && strcmp(name, best) < 0);
		if (s > 0 && later && more) {
			best = name;
			weight = s;
		}
	}
	*below = weight;
	return best;
}

static void add_symbols(struct buf *b, json_t *symbols)
{
	double below = 1e300;
	const char *name = "";
	for (int i = 0; i < SYMBOLS; i++) {
		name = next_symbol(symbols, &below, name);
		if (!name)
			break;
		buf_cat(b, i ? STR(", ") : STR(" ("),
			str_first(str_from(name), NAME_MAX_OCTETS));
	}
	if (buf_str(b).n && str_has(buf_str(b), '('))
		buf_add(b, STR(")"));
}

/* Its own words for the sender, where it has some: an engine behind it names a virus there. */
static str words_of(struct arena *a, json_t *o, const struct action *act)
{
	BUF(b);
	const char *said = json_string_value(
		json_object_get(json_object_get(o, "messages"), "smtp_message"));
	double score = json_number_value(json_object_get(o, "score"));
	double most = json_number_value(json_object_get(o, "required_score"));
	buf_add(&b, str_from(act->text));
	if (!act->word)
		buf_cat(&b, str_from(json_string_value(json_object_get(o, "action"))),
			STR(": "));
	if (said && *said) {
		buf_add(&b, str_from(said));
	} else {
		buf_addf(&b, "score %.1f of %.1f", score, most);
		add_symbols(&b, json_object_get(o, "symbols"));
	}
	return arena_copy(a, buf_str(&b));
}

/* ---- fields */

/* Folded as it would stand in a message; here it is one line. */
static str unfolded(struct arena *a, const json_t *value)
{
	size_t n = json_string_length(value), kept = 0;
	const char *p = json_string_value(value);
	char *out = arena_alloc(a, n + 1);
	for (size_t i = 0; i < n; i++)
		if (p[i] != '\r' && p[i] != '\n')
			out[kept++] = p[i];
	return (str){ out, kept };
}

/* "value", {"value": …, "order": 1}, or several of them. */
static void add_field(struct arena *a, struct wall_verdict *v, const char *name,
		      const json_t *x)
{
	for (size_t i = 0; i < json_array_size(x); i++)
		if (!json_is_array(json_array_get(x, i)))
			add_field(a, v, name, json_array_get(x, i));
	const json_t *value = json_is_object(x) ? json_object_get(x, "value") : x;
	const json_t *order = json_object_get(x, "order");
	if (json_is_string(value))
		(void)wall_edit_add(
			a, v,
			&(struct wall_edit){ .insert = json_is_integer(order)
						       && json_integer_value(order) >= 0,
					     .index = json_integer_value(order) > 0
							      ? json_integer_value(order)
							      : 0,
					     .name = str_from(name),
					     .value = unfolded(a, value) });
}

static void add_fields(struct arena *a, json_t *o, struct wall_verdict *v)
{
	json_t *all = json_object_get(json_object_get(o, "milter"), "add_headers"), *x;
	const char *name;
	json_object_foreach(all, name, x) add_field(a, v, name, x);
}

/* ---- */

err rspamd_reply_read(struct arena *a, str body, struct wall_finding *f,
		      struct wall_verdict *v)
{
	json_t *o = json_loadb(body.n ? body.p : "", body.n, 0, NULL);
	const char *word = json_string_value(json_object_get(o, "action"));
	if (!word || !json_is_number(json_object_get(o, "score"))) {
		json_decref(o);
		return FAIL(ERR_SYNTAX, "answers something that is no answer of rspamd");
	}
	const struct action *act = action_find(word);
	f->result = act->result;
	f->passing = act->passing;
	f->why = act->result == WALL_CLEAN ? STR("") : words_of(a, o, act);
	add_fields(a, o, v);
	json_decref(o);
	return OK;
}
