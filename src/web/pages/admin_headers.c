/* /lists/NAME/admin/header-rules and /header-rules: rules about header fields, of a list and
 * of all of them; also made from a held post, or tried on the last ones. */
#include "web/pages/admin_headers.h"

#include "base/language.h"
#include "base/said.h"
#include "base/utf8.h"
#include "store/lists/held.h"
#include "web/pages/page.h"

enum { FIELDS_SHOWN = 60, VALUE_SHOWN = 200, QUOTED_MAX = 80 };

static const struct {
	const char *word, *label;
} actions[] = {
	{ "hold", N_("Hold it for a moderator") },
	{ "discard", N_("Discard it, and tell nobody") },
	{ "reject", N_("Refuse it, and say so to the sender") },
	{ "accept", N_("Accept it, and ask no other rule") },
};

static const struct list_entry *list_of(const struct request *q)
{
	return worker_of(q)->list;
}

static int64_t list_id(const struct request *q)
{
	return list_of(q) ? list_of(q)->id : 0;
}

static str page_path(struct request *q)
{
	return list_of(q) ? arena_cat(q->arena, list_path(q), STR("/admin/header-rules"))
			  : STR("/header-rules");
}

static str action_label(str word)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(word, str_from(actions[i].word)))
			return S_(actions[i].label);
	return word;
}

/* ---- the page */

static void add_actions(struct request *q, struct page_headers *p, str chosen)
{
	enum { ACTIONS = sizeof actions / sizeof *actions };
	struct page_headers_actions *rows = arena_zero(q->arena, ACTIONS * sizeof *rows);
	for (size_t i = 0; i < ACTIONS; i++)
		rows[i] = (struct page_headers_actions){
			.word = str_from(actions[i].word),
			.label = S_(actions[i].label),
			.chosen = str_eq(chosen, str_from(actions[i].word)),
		};
	p->actions = rows;
	p->actions_count = ACTIONS;
}

/* On a list's page its own can be moved, among themselves. */
static err add_rules(struct request *q, struct page_headers *p)
{
	struct header_rule_row *r;
	size_t n, site = 0;
	TRY(header_rule_for(worker_of(q)->books.lists, q->arena, list_id(q), &r, &n));
	struct page_headers_rules *rows = arena_zero(q->arena, (n + 1) * sizeof *rows);
	for (size_t i = 0; i < n; i++) {
		bool foreign = r[i].list != list_id(q);
		site += foreign;
		rows[i] = (struct page_headers_rules){
			.id = r[i].id,
			.header = r[i].header,
			.pattern = r[i].pattern,
			.word = action_label(r[i].action),
			.reason = r[i].reason,
			.tag = r[i].tag,
			.site = foreign,
			.first = i == site,
			.last = i + 1 == n,
			.before = (int64_t)(i - site) - 1,
			.after = (int64_t)(i - site) + 1,
		};
	}
	p->rules = rows;
	p->rules_count = n;
	return OK;
}

static void put_rule(struct request *q, struct page_headers *p,
		     const struct header_rule_row *r)
{
	p->id = r->id;
	p->header = r->header;
	p->pattern = r->pattern;
	p->reason = r->reason;
	p->tag = r->tag;
	add_actions(q, p, r->action);
}

static void show(struct request *q, struct response *r, struct page_headers *p)
{
	const struct list_entry *list = list_of(q);
	p->frame = list ? list_frame(q, S_("Header rules"))
			: account_frame(q, S_("Header rules of every list"));
	p->list = list ? list->name : STR("");
	p->tabs = list ? admin_tabs(q, "header-rules") : NULL;
	p->csrf = csrf_of(q);
	p->action = p->page = page_path(q);
	if (!page_failed(q, r, add_rules(q, p)))
		ANSWER(q, r, headers, p);
}

/* ---- from a rule that is there */

static err find_rule(struct request *q, int64_t id, struct header_rule_row *rule)
{
	struct header_rule_row *r;
	size_t n;
	TRY(header_rule_list(worker_of(q)->books.lists, q->arena, list_id(q), &r, &n));
	for (size_t i = 0; i < n; i++)
		if (r[i].id == id) {
			*rule = r[i];
			return OK;
		}
	return FAIL(ERR_NOTFOUND, "there is no such rule");
}

/* ---- from a held post */

/* What tells most of a post that nobody wants; the others follow as they stand. */
static size_t rank_of(str name)
{
	static const char *const first[] = { "Subject",     "From",     "Reply-To",
					     "Sender",      "X-Mailer", "User-Agent",
					     "X-Spam-Flag", "To",       "List-Id" };
	enum { FIRST = sizeof first / sizeof *first };
	for (size_t i = 0; i < FIRST; i++)
		if (str_ieq(name, str_from(first[i])))
			return i;
	return FIRST;
}

static void add_fields(struct request *q, struct page_headers *p, const struct header *h,
		       size_t chosen)
{
	struct page_headers_fields *rows = arena_zero(q->arena,
						      FIELDS_SHOWN * sizeof *rows);
	for (size_t rank = 0; rank <= rank_of(STR("")); rank++)
		for (size_t i = 0; i < h->count && p->fields_count < FIELDS_SHOWN; i++) {
			if (rank_of(h->fields[i].name) != rank)
				continue;
			rows[p->fields_count++] = (struct page_headers_fields){
				.name = h->fields[i].name,
				.value = utf8_first(header_text(q->arena, &h->fields[i]),
						    VALUE_SHOWN),
				.n = (int64_t)i,
				.chosen = i == chosen,
			};
		}
	p->fields = rows;
}

/* The field that is asked for; else the first in order of rank. */
static size_t choose(struct request *q, const struct header *h)
{
	int64_t n;
	size_t best = 0;
	if (str_i64(request_query(q, "field"), &n) && n >= 0 && (size_t)n < h->count)
		return (size_t)n;
	for (size_t i = 1; i < h->count; i++)
		if (rank_of(h->fields[i].name) < rank_of(h->fields[best].name))
			best = i;
	return best;
}

static err from_held(struct request *q, int64_t id, struct page_headers *p)
{
	struct worker *w = worker_of(q);
	struct held_row held;
	struct header h;
	str message;
	TRY(held_get(w->books.lists, q->arena, id, &held));
	if (held.list != list_id(q))
		return FAIL(ERR_NOTFOUND, "of another list");
	TRY(held_body(w->books.lists, q->arena, id, &message));
	TRY(header_scan(q->arena, message, &h));
	if (!h.count)
		return OK;
	size_t chosen = choose(q, &h);
	str value = utf8_first(header_text(q->arena, &h.fields[chosen]), QUOTED_MAX);
	p->held = id;
	p->subject = held.subject;
	p->header = h.fields[chosen].name;
	p->pattern = header_match_quote(q->arena, value);
	add_fields(q, p, &h, chosen);
	return OK;
}

/* The form as it is asked for; nothing is made by a GET. */
static err fill(struct request *q, struct page_headers *p)
{
	int64_t id;
	struct header_rule_row rule;
	add_actions(q, p, STR("hold"));
	if (str_i64(request_query(q, "held"), &id) && list_of(q))
		return from_held(q, id, p);
	if (!str_i64(request_query(q, "change"), &id))
		return OK;
	TRY(find_rule(q, id, &rule));
	put_rule(q, p, &rule);
	return OK;
}

void headers_page(struct request *q, struct response *r)
{
	struct page_headers p = { .note = note_of(q) };
	err e = fill(q, &p);
	if (e.kind == ERR_NOTFOUND)
		r->status = 404;
	else if (!page_failed(q, r, e))
		show(q, r, &p);
}

/* ---- what is to be done */

static struct header_rule_row read_rule(struct request *q)
{
	struct header_rule_row rule = { .list = list_id(q),
					.header = field(q, "header"),
					.pattern = request_form(q, "pattern"),
					.action = field(q, "act"),
					.reason = field(q, "reason"),
					.tag = field(q, "tag") };
	(void)str_i64(field(q, "id"), &rule.id);
	return rule;
}

/* Beside the field that is wrong, where it is one of the two. */
static void put_error(struct request *q, struct page_headers *p,
		      const struct header_rule_row *rule, err e)
{
	struct header_rule_row named = *rule;
	str why = said_in(q->arena, language_now(), str_from(e.msg));
	named.pattern = STR(".");
	named.action = STR("hold");
	named.reason = named.tag = STR("");
	if (header_match_check(q->arena, &named).kind)
		p->header_error = why;
	else
		p->pattern_error = why;
}

static json_t *args_of(struct request *q, const struct header_rule_row *rule)
{
	json_t *args = json_object();
	if (list_of(q))
		json_object_set_new(args, "list", json_of(list_of(q)->address));
	json_object_set_new(args, "header", json_of(rule->header));
	json_object_set_new(args, "pattern", json_of(rule->pattern));
	json_object_set_new(args, "action", json_of(rule->action));
	json_object_set_new(args, "reason", json_of(rule->reason));
	json_object_set_new(args, "tag", json_of(rule->tag));
	json_object_set_new(
		args, "id",
		json_of(rule->id ? arena_printf(q->arena, "%lld", (long long)rule->id)
				 : STR("")));
	json_object_set_new(args, "place", json_of(field(q, "place")));
	return args;
}

static const char *kind_of(const struct request *q, str act)
{
	bool site = !list_of(q);
	if (str_eq(act, STR("remove")))
		return site ? "site_header_remove" : "header_remove";
	if (str_eq(act, STR("move")))
		return site ? "site_header_move" : "header_move";
	return site ? "site_header_add" : "header_add";
}

static void order(struct request *q, struct response *r, str act,
		  const struct header_rule_row *rule, struct page_headers *p)
{
	struct ordered x;
	if (order_and_wait(q, kind_of(q, act), args_of(q, rule), &x)) {
		response_redirect(r, 303,
				  arena_printf(q->arena, "%.*s?done=%lld",
					       STR_F(page_path(q)), (long long)x.order));
		return;
	}
	r->status = x.result ? 400 : 503;
	p->note = note_bad(q, x.why);
	if (!str_eq(act, STR("save")))
		add_actions(q, p, STR("hold"));
	show(q, r, p);
}

void headers_post(struct request *q, struct response *r)
{
	str act = field(q, "do");
	struct header_rule_row rule = read_rule(q);
	struct page_headers p = { 0 };
	bool writes = !str_eq(act, STR("remove")) && !str_eq(act, STR("move"));
	if (writes)
		put_rule(q, &p, &rule);
	err e = writes ? header_match_check(q->arena, &rule) : OK;
	if (e.kind) {
		put_error(q, &p, &rule, e);
		r->status = 400;
		show(q, r, &p);
	} else if (!str_eq(act, STR("try"))) {
		order(q, r, act, &rule, &p);
	} else if (headers_try(q, r, &rule, &p)) {
		show(q, r, &p);
	}
}
