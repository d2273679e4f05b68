/* postern list try …: what other settings would have done to the posts of late. */
#include "cli/cmd_list_try.h"

#include "base/said.h"

#include <jansson.h>
#include <stdio.h>

static json_t *text(str s)
{
	return json_stringn(s.n ? s.p : "", s.n);
}

static json_t *counts_json(const int64_t *counts)
{
	json_t *o = json_object();
	for (enum verdict v = VERDICT_ACCEPT; v <= VERDICT_DISCARD; v++)
		json_object_set_new(o, verdict_word(v), json_integer(counts[v]));
	return o;
}

static json_t *ruling_json(struct cli *c, const struct ruling *r)
{
	json_t *o = json_object();
	json_object_set_new(o, "verdict", json_string(verdict_word(r->verdict)));
	json_object_set_new(o, "rule", json_string(r->rule));
	json_object_set_new(o, "reason",
			    text(said_together(c->a, LANGUAGE_en, r->reason)));
	return o;
}

static json_t *turn_json(struct cli *c, const struct replay_turn *t)
{
	json_t *o = json_object();
	json_object_set_new(o, "list", text(t->post.list->address));
	json_object_set_new(o, t->post.held ? "held" : "number",
			    json_integer(t->post.held ? t->post.held : t->post.number));
	json_object_set_new(o, "at", text(cli_time(c, t->post.at)));
	json_object_set_new(o, "author", text(t->post.author));
	json_object_set_new(o, "subject", text(t->post.subject));
	json_object_set_new(o, "before", ruling_json(c, &t->before));
	json_object_set_new(o, "after", ruling_json(c, &t->after));
	return o;
}

static int print_json(struct cli *c, const struct replay *r)
{
	json_t *o = json_object(), *turned = json_array(), *limits = json_array();
	for (size_t i = 0; i < r->turned_count; i++)
		json_array_append_new(turned, turn_json(c, &r->turned[i]));
	for (size_t i = 0; replay_limits[i]; i++)
		json_array_append_new(limits, json_string(replay_limits[i]));
	json_object_set_new(o, "judged", json_integer(r->judged));
	json_object_set_new(o, "imported", json_integer(r->imported));
	json_object_set_new(o, "unknown", json_integer(r->unknown));
	json_object_set_new(o, "late", json_integer(r->late));
	json_object_set_new(o, "before", counts_json(r->before));
	json_object_set_new(o, "after", counts_json(r->after));
	json_object_set_new(o, "turned", turned);
	json_object_set_new(o, "limits", limits);
	json_dumpf(o, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	puts("");
	json_decref(o);
	return CLI_OK;
}

static void print_counts(struct cli *c, const struct replay *r)
{
	struct table *t = table_new(c, "verdict before# after#");
	for (enum verdict v = VERDICT_ACCEPT; v <= VERDICT_DISCARD; v++)
		table_row(t,
			  (str[]){ str_from(verdict_word(v)),
				   arena_printf(c->a, "%lld", (long long)r->before[v]),
				   arena_printf(c->a, "%lld", (long long)r->after[v]) });
	table_print(t);
}

static str ruling_text(struct cli *c, const struct ruling *r)
{
	return arena_printf(c->a, "%s (%s)", verdict_word(r->verdict), r->rule);
}

static str post_text(struct cli *c, const struct replayed *x, bool named)
{
	return arena_printf(c->a, "%.*s%s%s%lld", STR_F(named ? x->list->name : STR("")),
			    named ? " " : "", x->held ? "held " : "",
			    (long long)(x->held ? x->held : x->number));
}

static void print_turned(struct cli *c, const struct replay *r, bool named)
{
	struct table *t = table_new(c, "post at author subject before after reason");
	for (size_t i = 0; i < r->turned_count; i++) {
		const struct replay_turn *x = &r->turned[i];
		table_row(t,
			  (str[]){ post_text(c, &x->post, named), cli_time(c, x->post.at),
				   x->post.author, x->post.subject,
				   ruling_text(c, &x->before), ruling_text(c, &x->after),
				   said_together(c->a, LANGUAGE_en, x->after.reason) });
	}
	table_print(t);
}

static int print(struct cli *c, const struct replay *r, bool named)
{
	printf("%lld posts judged", (long long)r->judged);
	if (r->judged)
		printf(", since %.*s", STR_F(cli_time(c, r->since)));
	if (r->imported)
		printf("; %lld of them imported", (long long)r->imported);
	if (r->unknown)
		printf("; %lld left out: their author is not on record",
		       (long long)r->unknown);
	if (r->late)
		printf("; %lld older ones left out", (long long)r->late);
	puts(". Nothing was changed.");
	print_counts(c, r);
	printf("%zu would fare otherwise.\n", r->turned_count);
	if (r->turned_count)
		print_turned(c, r, named);
	puts("");
	for (size_t i = 0; replay_limits[i]; i++)
		printf("- %s\n", replay_limits[i]);
	return CLI_OK;
}

int cli_replay(struct cli *c, const struct replay *r, bool named)
{
	return c->json ? print_json(c, r) : print(c, r, named);
}

int cli_list_try(struct cli *c)
{
	struct books *books;
	const struct list_entry *list;
	struct assignment *set;
	struct replay r;
	size_t n;
	CLI_TRY(c, cli_books(c, BOOKS_READ, &books));
	CLI_TRY(c, cli_list(c, c->args[0], &list));
	CLI_TRY(c, cli_assignments(c, 1, &set, &n));
	CLI_TRY(c, replay_run(books, c->a, list, set, n, &r));
	return cli_replay(c, &r, false);
}
