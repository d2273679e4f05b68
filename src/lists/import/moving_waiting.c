#include "lists/import/moving.h"

#include "base/utf8.h"
#include "lists/rules.h"
#include "mail/address.h"
#include "store/lists/request.h"

#include <jansson.h>
#include <stdlib.h>

err moving_held(struct moving *x, str id, struct held_row *h, str text)
{
	struct post p;
	struct address path = { 0 };
	struct held_row known;
	h->list = x->list;
	h->source = arena_cat(x->a, str_from(x->word), STR("/"), x->address, STR("/"),
			      id);
	if (address_parse(x->a, h->reverse_path, &path).kind)
		path = (struct address){ 0 };
	TRY(post_parse(x->a,
		       &(struct mail_in){ .source = h->source,
					  .text = text,
					  .reverse_path = &path,
					  .trust = STR("{}") },
		       &p));
	h->reverse_path = address_text(x->a, &path);
	h->author = p.author_key;
	h->author_name = p.author.name;
	h->subject = p.subject;
	h->message_id = p.message_id;
	h->rule = STR("mailman");
	h->reason = utf8_scrub(x->a, h->reason);
	h->trust = STR("{}");
	h->size = (int64_t)text.n;
	err e = held_by_source(x->books->lists, x->a, h->source, &known);
	if (e.kind != ERR_NOTFOUND)
		return e; /* it waits here, too, or was decided on here */
	x->report->written++;
	return held_add(x->books->lists, h, text);
}

static err is_member(struct moving *x, str key, bool *yes)
{
	struct member_row m;
	err e = member_find(x->books->lists, x->a, x->list, key, &m);
	*yes = !e.kind;
	return e.kind == ERR_NOTFOUND ? OK : e;
}

err moving_request(struct moving *x, bool leaves, str address, str name, int64_t asked_at,
		   bool *here)
{
	ARENA(a);
	struct address who;
	struct request_row *all,
		r = { .list = x->list, .asked_at = asked_at, .leaves = leaves };
	size_t n;
	*here = false;
	if (address_parse(x->a, str_trim(address), &who).kind) {
		import_report_note(x->report,
				   "who asks to %s as \"%.*s\" is left out: it is "
				   "no address",
				   leaves ? "leave" : "join", STR_F(address));
		return OK;
	}
	r.address = address_key(x->a, &who);
	*here = true;
	if (leaves)
		TRY(is_member(x, r.address, here));
	if (!*here) {
		import_report_note(x->report,
				   "%.*s asks to leave and is left out: no such member",
				   STR_F(r.address));
		return OK;
	}
	r.name = str_trim(name);
	TRY(request_list(x->books->lists, a, x->list, &all, &n));
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].address, r.address))
			return OK;
	x->report->written++;
	return request_add(x->books->lists, &r);
}

static str name_as_json(struct arena *a, str name)
{
	json_t *j = json_pack("{s:o}", "name",
			      json_stringn(name.n ? name.p : "", name.n));
	char *dumped = json_dumps(j, JSON_COMPACT);
	str s = arena_copy(a, str_from(dumped));
	free(dumped);
	json_decref(j);
	return s;
}

err moving_pending(struct moving *x, const struct moved_token *t)
{
	struct pending_row known,
		p = { .kind = t->kind,
		      .list = x->list,
		      .address = t->address,
		      .data = t->data.n ? t->data : name_as_json(x->a, t->name),
		      .created_at = x->now,
		      .expires_at = t->expires_at };
	err e = pending_look(x->books->lists, x->a, t->token, x->now, &known);
	if (e.kind != ERR_NOTFOUND)
		return e;
	x->report->written++;
	return pending_add(x->books->lists, t->token, &p);
}
