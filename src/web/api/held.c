/* Posts that wait for a moderator. */
#include "web/api/api_inside.h"

#include "base/said.h"
#include "base/utf8.h"
#include "lists/rules.h"
#include "store/lists/held.h"

#include <inttypes.h>

enum { MAILMAN_VERSION = 3 }; /* of what Mailman keeps beside a message */

/* What was held before all of a judgement was kept: rules are asked in the table's order, and
 * the first that holds has it. */
static void add_rules_before(str rule, json_t *hits, json_t *misses)
{
	size_t n;
	const struct rule_doc *docs = rule_docs(&n);
	for (size_t i = 0; i < n && !str_eq(rule, str_from(docs[i].name)); i++)
		json_array_append_new(misses, json_string(docs[i].name));
	json_array_append_new(hits, api_str(rule));
}

/* Of the whole judgement: a rule that said anything has hit. */
static void add_rules(json_t *object, const struct held_row *h)
{
	json_t *hits = json_array(), *misses = json_array();
	str rest = h->asked, word, rule, said;
	while (str_word(&rest, &word))
		if (str_cut(word, '=', &rule, &said))
			json_array_append_new(str_eq(said, STR("miss")) ? misses : hits,
					      api_str(rule));
	if (!h->asked.n)
		add_rules_before(h->rule, hits, misses);
	json_object_set_new(object, "rule_hits", hits);
	json_object_set_new(object, "rule_misses", misses);
}

static json_t *held_json(struct api *x, const struct held_row *h)
{
	str body = STR("");
	json_t *object = json_object(), *reasons = json_array();
	err e = held_body(x->w->books.lists, x->a, h->id, &body);
	str reason = utf8_scrub(x->a, said_together(x->a, LANGUAGE_en, h->reason));
	for (str rest = utf8_scrub(x->a, h->reason), line; str_line(&rest, &line);)
		json_array_append_new(reasons, api_str(line));
	json_object_set_new(object, "request_id", json_integer(h->id));
	json_object_set_new(object, "hold_date", api_time(h->held_at));
	str id = arena_cat(x->a, STR("<"), utf8_scrub(x->a, h->message_id), STR(">"));
	json_object_set_new(object, "message_id", api_str(id));
	json_object_set_new(object, "msg",
			    api_str(e.kind ? STR("") : utf8_scrub(x->a, body)));
	json_object_set_new(object, "reason", api_str(reason));
	json_object_set_new(object, "moderation_reasons", reasons);
	json_object_set_new(object, "sender", api_str(utf8_scrub(x->a, h->author)));
	json_object_set_new(object, "moderation_sender",
			    api_str(utf8_scrub(x->a, h->author)));
	json_object_set_new(object, "envsender",
			    api_str(utf8_scrub(x->a, h->reverse_path)));
	json_object_set_new(object, "subject", api_str(utf8_scrub(x->a, h->subject)));
	json_object_set_new(object, "original_subject",
			    api_str(utf8_scrub(x->a, h->subject)));
	json_object_set_new(object, "original_size", json_integer(h->size));
	json_object_set_new(object, "listid", api_str(x->w->list->list_id));
	add_rules(object, h);
	json_object_set_new(object, "member_moderation_action", json_string("hold"));
	json_object_set_new(object, "lang", api_str(api_list_language(x)));
	json_object_set_new(object, "version", json_integer(MAILMAN_VERSION));
	json_object_set_new(object, "_parsemsg", json_false());
	json_object_set_new(object, "type", json_string("data"));
	api_link(x, object,
		 arena_cat(x->a, STR("/lists/"), x->w->list->list_id,
			   arena_printf(x->a, "/held/%" PRId64, h->id)));
	return object;
}

/* Their numbers first: of a page alone the bodies are read. */
void api_held(struct api *x)
{
	struct api_span page;
	struct held_row *rows;
	size_t n;
	if (!api_paging(x, &page))
		return;
	if (api_failed(x, held_waiting(x->w->books.lists, x->a, x->w->list->id, 0,
				       API_ALL, &rows, &n)))
		return;
	json_t *some = json_array();
	for (size_t i = page.start; i < n && i - page.start < page.limit; i++)
		json_array_append_new(some, held_json(x, &rows[i]));
	api_entries(x, some, page.start, n, NULL);
}

void api_held_count(struct api *x)
{
	int64_t n;
	if (!api_failed(x, held_count(x->w->books.lists, x->w->list->id, &n)))
		api_json(x, json_pack("{s:I}", "count", (json_int_t)n));
}

static bool find(struct api *x, struct held_row *h)
{
	int64_t id = 0;
	bool number = str_i64(request_arg(x->q, "id"), &id);
	err e = held_get(x->w->books.lists, x->a, id, h);
	if (!number || (!e.kind && (h->list != x->w->list->id || h->verdict.n)))
		e = FAIL(ERR_NOTFOUND, "No such post waits on this list.");
	return !api_failed(x, e);
}

void api_held_one(struct api *x)
{
	struct held_row h;
	if (find(x, &h))
		api_json(x, held_json(x, &h));
}

void api_held_decide(struct api *x)
{
	struct held_row h;
	struct ordered done;
	str action = api_field(x, "action");
	if (!find(x, &h))
		return;
	json_t *args = api_list_args(x);
	json_object_set_new(args, "ids", json_pack("[I]", (json_int_t)h.id));
	json_object_set_new(args, "verdict", api_str(action));
	json_object_set_new(args, "reason", api_str(api_field(x, "comment")));
	json_object_set_new(args, "via", json_string("API"));
	if (api_order(x, "held", args, &done))
		api_done(x);
}
