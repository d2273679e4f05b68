/* Rules about headers, by their place in the list's order. */
#include "web/api/api_inside.h"

#include "store/lists/header_rule.h"

#include <inttypes.h>

static str path_of(struct api *x, size_t position)
{
	return arena_cat(x->a, STR("/lists/"), x->w->list->list_id,
			 arena_printf(x->a, "/header-matches/%zu", position));
}

static json_t *rule_json(struct api *x, const struct header_rule_row *rule,
			 size_t position)
{
	json_t *object = json_object();
	json_object_set_new(object, "position", json_integer((json_int_t)position));
	json_object_set_new(object, "header", api_str(rule->header));
	json_object_set_new(object, "pattern", api_str(rule->pattern));
	json_object_set_new(object, "action", api_str(rule->action));
	if (rule->tag.n)
		json_object_set_new(object, "tag", api_str(rule->tag));
	api_link(x, object, path_of(x, position));
	return object;
}

static bool read_all(struct api *x, struct header_rule_row **rules, size_t *n)
{
	return !api_failed(
		x, header_rule_list(x->w->books.lists, x->a, x->w->list->id, rules, n));
}

void api_headers(struct api *x)
{
	struct header_rule_row *rules;
	size_t n;
	if (!read_all(x, &rules, &n))
		return;
	json_t *all = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, rule_json(x, &rules[i], i));
	api_slice(x, all);
}

void api_headers_find(struct api *x)
{
	struct header_rule_row *rules;
	size_t n;
	str header = api_field(x, "header"), action = api_field(x, "action"),
	    tag = api_field(x, "tag");
	if (!read_all(x, &rules, &n))
		return;
	json_t *some = json_array();
	for (size_t i = 0; i < n; i++)
		if ((!header.n || str_ieq(header, rules[i].header))
		    && (!action.n || str_eq(action, rules[i].action))
		    && (!tag.n || str_eq(tag, rules[i].tag)))
			json_array_append_new(some, rule_json(x, &rules[i], i));
	if (json_array_size(some)) {
		api_slice(x, some);
		return;
	}
	json_decref(some); /* as Mailman answers, and its client expects */
	api_fail(x, 404, STR("No header match is like that."));
}

static bool find(struct api *x, struct header_rule_row *rule, size_t *position)
{
	struct header_rule_row *rules;
	uint64_t at;
	size_t n;
	if (!read_all(x, &rules, &n))
		return false;
	if (!str_u64(request_arg(x->q, "position"), &at) || at >= n) {
		api_fail(x, 404,
			 arena_cat(x->a, STR("No header match at this position: "),
				   request_arg(x->q, "position")));
		return false;
	}
	*position = (size_t)at;
	*rule = rules[at];
	return true;
}

void api_header(struct api *x)
{
	struct header_rule_row rule;
	size_t position;
	if (find(x, &rule, &position))
		api_json(x, rule_json(x, &rule, position));
}

/* id 0: a new one. */
static bool order_rule(struct api *x, const char *kind,
		       const struct header_rule_row *rule)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "header", api_str(rule->header));
	json_object_set_new(args, "pattern", api_str(rule->pattern));
	json_object_set_new(args, "action", api_str(rule->action));
	json_object_set_new(args, "reason", api_str(rule->reason));
	json_object_set_new(args, "tag", api_str(rule->tag));
	if (rule->id)
		json_object_set_new(args, "id",
				    api_str(arena_printf(x->a, "%" PRId64, rule->id)));
	return api_order(x, kind, args, &done);
}

static bool order_place(struct api *x, int64_t id, str place)
{
	struct ordered done;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "id", api_str(arena_printf(x->a, "%" PRId64, id)));
	json_object_set_new(args, "place", api_str(place));
	return api_order(x, "header_move", args, &done);
}

void api_header_add(struct api *x)
{
	struct header_rule_row *rules;
	struct header_rule_row rule = { .header = arena_lower(x->a,
							      api_field(x, "header")),
					.pattern = api_field(x, "pattern"),
					.action = api_field(x, "action"),
					.tag = api_field(x, "tag") };
	size_t n;
	if (!rule.action
		     .n) /* Mailman's rule without one is the site's default: to hold */
		rule.action = STR("hold");
	if (!read_all(x, &rules, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (str_eq(rules[i].header, rule.header)
		    && str_eq(rules[i].pattern, rule.pattern)) {
			api_fail(x, 400, STR("This header match already exists"));
			return;
		}
	if (order_rule(x, "header_add", &rule))
		api_created(x, path_of(x, n));
}

/* A field that is there says what it is from now on, a tag also that there is none. */
void api_header_change(struct api *x)
{
	struct header_rule_row rule;
	size_t position;
	uint64_t to;
	str tag = request_form(x->q, "tag"), place = request_form(x->q, "position");
	if (!find(x, &rule, &position))
		return;
	if (place.n && !str_u64(place, &to)) {
		api_fail(x, 400, STR("Cannot convert parameters: position"));
		return;
	}
	if (api_has(x, "header"))
		rule.header = arena_lower(x->a, api_field(x, "header"));
	if (api_has(x, "pattern"))
		rule.pattern = api_field(x, "pattern");
	if (api_has(x, "action"))
		rule.action = api_field(x, "action");
	if (tag.p)
		rule.tag = tag;
	if (order_rule(x, "header_add", &rule)
	    && (!place.n || order_place(x, rule.id, place)))
		api_done(x);
}

void api_header_delete(struct api *x)
{
	struct header_rule_row rule;
	size_t position;
	if (find(x, &rule, &position) && order_rule(x, "header_remove", &rule))
		api_done(x);
}

void api_headers_clear(struct api *x)
{
	struct header_rule_row *rules;
	size_t n;
	if (!read_all(x, &rules, &n))
		return;
	for (size_t i = 0; i < n; i++)
		if (!order_rule(x, "header_remove", &rules[i]))
			return;
	api_done(x);
}
